/* random.c -- the random numbers of a block: (1)-(6) of docs/model.md.
 *
 * Called by kernel.c: ds_random_inputs() once a block, ds_random_two_months() in
 * every even month; demand.c and price.c ask for the events of a month.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"
#include "model/strata.h"
#include "numerics/lanes.h"
#include "numerics/spread.h"
#include "numerics/stream.h"

/* z' = L z for each lane; rows z[k], in place from the last row up. */
static void correlate(const ds_component *c, double *const *z)
{
    for (size_t k = c->count; k-- > 0;) {
        if (z[k] == NULL) /* nobody reads it */
            continue;
        const double *lower = &c->lower[k * c->count];
        double *out = z[k];
        const double own = lower[k];
        if (own == 0.0) /* it has no number of its own */
            ds_row_set(out, 0);
        else if (k == 0 && own != 1.0)
            DS_EACH_LANE(i)
                out[i] *= own;
        for (size_t j = 0; j < k; j += 2) { /* two a pass */
            const double *x = z[j], *y = z[j + 1 < k ? j + 1 : j];
            const double times = j == 0 && own != 0.0 ? own : 1.0;
            const double of_x = lower[j], of_y = j + 1 < k ? lower[j + 1] : 0.0;
            if (of_y != 0.0)
                DS_EACH_LANE(i)
                    out[i] = times * out[i] + of_x * x[i] + of_y * y[i];
            else
                DS_EACH_LANE(i)
                    out[i] = times * out[i] + of_x * x[i];
        }
    }
}

/* Of a t copula: multiplies the scores of a component by sqrt(nu / w) of the uniforms
 * `tail`, and makes them normal scores again. */
static void make_tails_heavy(const ds_t_copula *t, size_t count, double *const *z, double *tail)
{
    ds_t_copula_scale_lanes(t, DS_LANES, tail, tail);
    for (size_t k = 0; k < count; k++) {
        double *x = z[k];
        if (x == NULL)
            continue;
        DS_EACH_LANE(i)
            x[i] *= tail[i];
        ds_t_copula_score_lanes(t, DS_LANES, x, x);
    }
}

/* (9): the numbers of the states of knowledge of the lanes, path k mod outer. */
static void knowledge_lanes(const ds_work *w, uint64_t key, double *restrict u)
{
    const uint64_t outer = w->plan->outer;
    double state[DS_LANES];
    for (size_t lane = 0; lane < DS_LANES;) {
        const uint64_t first = (w->first + lane) % outer, left = outer - first;
        const size_t room = DS_LANES - lane, count = left < room ? (size_t)left : room;
        ds_stream_uniform_lanes(key, first, 0, 0, count, state);
        for (size_t i = 0; i < count; i++)
            u[lane + i] = state[i];
        lane += count;
    }
}

/* (7b) of a component: the places in their strata, then the strata. */
static void stratify(ds_work *w, size_t c)
{
    const ds_strata *strata = w->strata;
    const ds_component *component = &w->plan->draws.component[c];
    for (size_t k = 0; k < component->count; k++) {
        double *u = w->column[component->input[k]];
        ds_stream_uniform_lanes(ds_work_key(w, component->name[k]), w->first, 0, 0,
                                DS_LANES, u);
        for (size_t i = 0; i < DS_LANES; i++)
            u[i] = ds_uniform_in_stratum(strata->points, ds_stratum(strata, c, k, w->first + i),
                                         u[i]);
    }
}

/* (6) replaces the uniforms of correlated inputs. */
static void correlate_inputs(ds_work *w)
{
    const ds_draws *draws = &w->plan->draws;
    for (size_t c = 0; c < draws->component_count; c++) {
        const ds_component *component = &draws->component[c];
        if (component->of_processes)
            continue;
        if (w->strata != NULL) {
            stratify(w, c);
            continue;
        }
        for (size_t k = 0; k < component->count; k++) {
            w->member[k] = w->column[component->input[k]];
            ds_normal_quantile_lanes(DS_LANES, w->member[k], w->member[k]);
        }
        correlate(component, w->member);
        if (draws->heavy_tails) {
            if (w->plan->epistemic_component[c])
                knowledge_lanes(w, w->tail_key[c], w->scratch[0]);
            else
                ds_number_lanes(w, w->tail_key[c], 0, 0, w->scratch[0]);
            make_tails_heavy(&draws->t, component->count, w->member, w->scratch[0]);
        }
        for (size_t k = 0; k < component->count; k++)
            ds_normal_cdf_lanes(DS_LANES, w->member[k], w->member[k]);
    }
}

/* (4): uniforms, then (6), then the inverse distribution functions. */
void ds_random_inputs(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t k = 0; k < plan->input_count; k++) {
        double *column = w->column[plan->input[k].column];
        if (plan->input[k].epistemic)
            knowledge_lanes(w, w->input_key[k], column);
        else
            ds_number_lanes(w, w->input_key[k], 0, 0, column);
    }
    ds_sample_shocks(w);
    correlate_inputs(w);
    if (w->design != NULL)
        ds_watch_inputs(w, false);
    for (size_t k = 0; k < plan->input_count; k++) {
        double *column = w->column[plan->input[k].column];
        ds_draw_lanes(&plan->draws.draw[plan->input[k].column], DS_LANES, column, column,
                      w->scratch[0]);
    }
    if (w->design != NULL)
        ds_watch_inputs(w, true);
    /* probability of a month of each event, (5) */
    for (size_t e = 0; e < plan->event_count; e++) {
        const double *x = w->column[plan->event[e].column];
        double *p = w->event_p[e];
        if (plan->event[e].column_is_months_between)
            DS_EACH_LANE(i)
                p[i] = -1.0 / x[i];
        else
            DS_EACH_LANE(i)
                p[i] = -x[i] / 12.0;
        ds_exp_lanes(DS_LANES, p, p);
        DS_EACH_LANE(i)
            p[i] = 1.0 - p[i];
    }
}

/* (6) of a component of processes, both months. */
static void correlate_shocks(ds_work *w, size_t c)
{
    const ds_draws *draws = &w->plan->draws;
    const ds_component *component = &draws->component[c];
    const int *process = w->plan->component_process[c];
    double *tails[2] = { w->scratch[0], w->scratch[1] };
    if (draws->heavy_tails)
        ds_number_pair_lanes(w, w->tail_key[c], (uint32_t)(w->month / 2), tails[0], tails[1]);
    for (size_t odd = 0; odd < 2; odd++) {
        for (size_t k = 0; k < component->count; k++)
            w->member[k] = w->plan->same_shock[process[k]] == process[k]
                               ? w->shock[2 * (size_t)process[k] + odd]
                               : NULL;
        correlate(component, w->member);
        if (draws->heavy_tails)
            make_tails_heavy(&draws->t, component->count, w->member, tails[odd]);
    }
}

/* Every second month: the shocks and event uniforms of two months, (5), (6). */
void ds_random_two_months(ds_work *w)
{
    const ds_plan *plan = w->plan;
    uint32_t month = (uint32_t)(w->month / 2);
    for (size_t e = 0; e < plan->event_count; e++)
        ds_number_pair_lanes(w, w->event_key[e], month, w->event_u[2 * e],
                             w->event_u[2 * e + 1]);
    for (size_t k = 0; k < plan->process_count; k++) {
        if (plan->draws_shock[k])
            ds_shock_pair(w, k, w->shock[2 * k], w->shock[2 * k + 1]);
    }
    for (size_t c = 0; c < plan->draws.component_count; c++)
        if (plan->draws.component[c].of_processes)
            correlate_shocks(w, c);
}

size_t ds_event_hits(ds_work *w, int event)
{
    const double *u = w->event_u[2 * (size_t)event + w->month % 2];
    const double *p = w->event_p[event];
    size_t n = 0;
    for (size_t i = 0; i < DS_LANES; i++) { /* n carries over from lane to lane */
        w->hit[n] = (uint32_t)i;
        n += u[i] < p[i];
    }
    return n;
}

double ds_event_size(const ds_work *w, const ds_plan_size *size, size_t lane, uint32_t j)
{
    if (!size->per_event)
        return w->column[size->input][lane];
    uint64_t key = ds_work_key(w, size->name);
    double u = ds_number_of_lane(w, key, lane, (uint32_t)w->month + 1, j);
    return ds_draw_value(&w->plan->draws.draw[size->input], u);
}

/* (14): the j-th event is there when u < P(n > j), from j = 0 up. */
double ds_event_sizes(const ds_work *w, int event, const ds_plan_size *size, size_t lane)
{
    enum { BEYOND_ANY_U = 200 }; /* the mean is at most 365/12 */
    double u = w->event_u[2 * (size_t)event + w->month % 2][lane];
    double mean = w->column[w->plan->event[event].column][lane] / 12.0;
    double more = w->event_p[event][lane], exactly = 1.0 - more; /* P(n > j), P(n = j) */
    double product = ds_event_size(w, size, lane, 0);
    for (uint32_t j = 1; j < BEYOND_ANY_U; j++) {
        exactly *= mean / j;
        more -= exactly;
        if (!(u < more))
            break;
        product *= ds_event_size(w, size, lane, j);
    }
    return product;
}
