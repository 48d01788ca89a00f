/* kernel.c -- a block of DS_LANES futures, month by month.
 *
 * Called by the engine: ds_kernel_work_bytes() and ds_kernel_prepare() once per
 * worker, then ds_kernel() per block.  This file holds the random numbers (1)-(6)
 * and the order of the month; the other files of src/model hold one concept each.
 * Pure: no allocation, no I/O, nothing global.
 *
 * Invariant: a lane never reads another lane, so path k has the same bits in
 * whatever block it is simulated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/kernel.h"

#include <math.h>

#include "model/irr.h"
#include "model/rows.h"
#include "numerics/lanes.h"
#include "numerics/stream.h"

/* ---- random numbers -------------------------------------------------------- */

/* z' = L z for each lane; rows z[k], in place from the last row up. */
static void correlate(const ds_component *c, double *const *z)
{
    for (size_t k = c->count; k-- > 0;) {
        const double *lower = &c->lower[k * c->count];
        double *out = z[k];
        DS_EACH_LANE(i)
            out[i] *= lower[k];
        for (size_t j = 0; j < k; j++) {
            const double *x = z[j];
            const double weight = lower[j];
            DS_EACH_LANE(i)
                out[i] += weight * x[i];
        }
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
        for (size_t k = 0; k < component->count; k++) {
            w->member[k] = w->column[component->input[k]];
            ds_normal_quantile_lanes(DS_LANES, w->member[k], w->member[k]);
        }
        correlate(component, w->member);
        for (size_t k = 0; k < component->count; k++)
            ds_normal_cdf_lanes(DS_LANES, w->member[k], w->member[k]);
    }
}

/* (4): uniforms, then (6), then the inverse distribution functions. */
static void draw_inputs(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t k = 0; k < plan->input_count; k++)
        ds_stream_uniform_lanes(w->input_key[k], w->first, 0, 0, DS_LANES,
                                w->column[plan->input[k].column]);
    correlate_inputs(w);
    for (size_t k = 0; k < plan->input_count; k++) {
        double *column = w->column[plan->input[k].column];
        ds_draw_lanes(&plan->draws.draw[plan->input[k].column], DS_LANES, column, column,
                      w->scratch[0]);
    }
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

/* Every second month: the shocks and event uniforms of two months, (5), (6). */
static void draw_two_months(ds_work *w)
{
    const ds_plan *plan = w->plan;
    uint32_t month = (uint32_t)(w->month / 2);
    for (size_t e = 0; e < plan->event_count; e++)
        ds_stream_uniform_pair_lanes(w->event_key[e], w->first, month, 0, DS_LANES,
                                     w->event_u[2 * e], w->event_u[2 * e + 1]);
    for (size_t k = 0; k < plan->process_count; k++) {
        double *z = w->shock[2 * k];
        ds_stream_uniform_pair_lanes(w->process_key[k], w->first, month, 0, DS_LANES, z,
                                     w->shock[2 * k + 1]);
        ds_normal_quantile_lanes(2 * DS_LANES, z, z);
    }
    for (size_t c = 0; c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        if (!component->of_processes)
            continue;
        const int *process = plan->component_process[c];
        for (size_t odd = 0; odd < 2; odd++) {
            for (size_t k = 0; k < component->count; k++)
                w->member[k] = w->shock[2 * (size_t)process[k] + odd];
            correlate(component, w->member);
        }
    }
}

size_t ds_event_hits(ds_work *w, int event)
{
    const double *u = w->event_u[2 * (size_t)event + w->month % 2];
    const double *p = w->event_p[event];
    size_t n = 0;
    DS_EACH_LANE(i) {
        w->hit[n] = (uint32_t)i;
        n += u[i] < p[i];
    }
    return n;
}

double ds_event_size(const ds_work *w, const ds_plan_size *size, size_t lane)
{
    if (!size->per_event)
        return w->column[size->input][lane];
    uint64_t key = ds_stream_key(w->seed, size->name);
    double u = ds_stream_uniform(key, w->first + lane, (uint32_t)w->month + 1, 0);
    return ds_draw_value(&w->plan->draws.draw[size->input], u);
}

/* ---- layout ------------------------------------------------------------------ */

/* Hands out rows of one buffer; with base NULL it only measures. */
typedef struct {
    char  *base;
    size_t used;
} layout;

static void *take(layout *l, size_t bytes)
{
    void *at = l->base != NULL ? l->base + l->used : NULL;
    l->used += (bytes + 63) / 64 * 64;
    return at;
}

static ds_row *rows(layout *l, size_t count)
{
    return take(l, count * sizeof(ds_row));
}

static void lay_out_world(layout *l, const ds_plan *plan, ds_work *w)
{
    size_t P = plan->product_count, M = plan->model_count, G = plan->gpu_count;
    size_t C = plan->contract_count, S = plan->student_count, F = plan->profile_count;
    w->column = rows(l, plan->column_count);
    w->input_key = take(l, plan->input_count * sizeof *w->input_key);
    w->event_key = take(l, plan->event_count * sizeof *w->event_key);
    w->process_key = take(l, plan->process_count * sizeof *w->process_key);
    w->member = take(l, plan->column_count * sizeof *w->member);
    w->event_p = rows(l, plan->event_count);
    w->event_u = rows(l, 2 * plan->event_count);
    w->shock = rows(l, 2 * plan->process_count);
    w->inflation = rows(l, 2);
    w->discount = rows(l, 2);
    ds_row **of_products[] = { &w->requests, &w->input_tokens, &w->output_tokens, &w->mtok,
                               &w->input_start, &w->output_start, &w->input_factor,
                               &w->output_factor, &w->log_level, &w->drift, &w->spread,
                               &w->jump_level, &w->decay, &w->decay_factor, &w->amplitude,
                               &w->hour_excess };
    for (size_t k = 0; k < sizeof of_products / sizeof *of_products; k++)
        *of_products[k] = rows(l, P);
    ds_row **of_models[] = { &w->level, &w->level_drift, &w->level_spread, &w->released,
                             &w->outage, &w->outage_left };
    for (size_t k = 0; k < sizeof of_models / sizeof *of_models; k++)
        *of_models[k] = rows(l, M);
    ds_row **of_gpus[] = { &w->log_rent, &w->rent, &w->rent_mean, &w->rent_keep,
                           &w->rent_spread };
    for (size_t k = 0; k < sizeof of_gpus / sizeof *of_gpus; k++)
        *of_gpus[k] = rows(l, G);
    w->speed = rows(l, F);
    w->speed_step = rows(l, F);
    w->load = rows(l, P * C);
    w->price = rows(l, C);
    w->locked = rows(l, C);
    w->in_force = rows(l, C);
    w->replica_share = rows(l, C);
    w->acceptable = rows(l, M * P);
    w->label_usd = rows(l, S);
    w->training_usd = rows(l, S);
    w->label_load = rows(l, plan->label_rows);
    w->gates = rows(l, S);
    w->succeeds = rows(l, S);
}

static void lay_out_strategy(layout *l, const ds_plan *plan, const ds_plan_strategy *strategy,
                             ds_strategy_state *state)
{
    size_t J = strategy->project_count;
    state->project_end = rows(l, J * (DS_MOST_ATTEMPTS + 1));
    state->project_made = rows(l, J);
    state->ready = rows(l, J);
    state->age = rows(l, J);
    state->fresh = rows(l, J);
    state->bought = plan->most_life > 0
                        ? rows(l, plan->contract_count * (plan->most_life + 1))
                        : NULL;
    state->provider = rows(l, plan->provider_count);
    state->total = rows(l, DS_TOTAL_COUNT);
    state->flow = rows(l, plan->months);
    state->paid = *rows(l, 1);
}

static void lay_out_month(layout *l, const ds_plan *plan, ds_month *now)
{
    now->usage = rows(l, plan->product_count * plan->model_count);
    now->sent = take(l, plan->product_count * plan->model_count * sizeof *now->sent);
    now->unserved = rows(l, plan->product_count);
    now->ramp = rows(l, plan->most_ramps);
    now->started = rows(l, plan->most_ramps);
    now->due = rows(l, plan->model_count);
    now->spend = rows(l, plan->provider_count);
    double **singles[] = { &now->bill, &now->lost, &now->bad, &now->escalated, &now->project,
                           &now->returned, &now->gpu_months, &now->gpu_used, &now->gpu_paid };
    for (size_t k = 0; k < sizeof singles / sizeof *singles; k++)
        *singles[k] = take(l, sizeof(ds_row));
}

static size_t lay_out(const ds_plan *plan, char *base, ds_work *w)
{
    layout l = { .base = base };
    take(&l, sizeof *w);
    lay_out_world(&l, plan, w);
    lay_out_month(&l, plan, &w->now);
    w->base_cost = take(&l, sizeof(ds_row));
    w->base_total = take(&l, sizeof(ds_row));
    w->scratch = rows(&l, DS_SCRATCH);
    w->product_scratch = rows(&l, plan->product_count);
    w->product_index = take(&l, plan->product_count * sizeof *w->product_index);
    w->irr_scratch = take(&l, ds_irr_scratch(plan->months) * sizeof *w->irr_scratch);
    w->hit = take(&l, DS_LANES * sizeof *w->hit);
    ds_strategy_state *states = take(&l, plan->strategy_count * sizeof *states);
    w->strategy = states;
    ds_strategy_state measured;
    for (size_t s = 0; s < plan->strategy_count; s++)
        lay_out_strategy(&l, plan, &plan->strategy[s], base != NULL ? &states[s] : &measured);
    return l.used;
}

size_t ds_kernel_work_bytes(const ds_plan *plan)
{
    ds_work measured;
    return lay_out(plan, NULL, &measured);
}

void ds_kernel_prepare(const ds_plan *plan, uint64_t seed, void *work)
{
    ds_work *w = work;
    lay_out(plan, work, w);
    w->plan = plan;
    w->seed = seed;
    for (size_t k = 0; k < plan->input_count; k++)
        w->input_key[k] = ds_stream_key(seed, plan->input[k].name);
    for (size_t e = 0; e < plan->event_count; e++)
        w->event_key[e] = ds_stream_key(seed, plan->event[e].name);
    for (size_t k = 0; k < plan->process_count; k++)
        w->process_key[k] = ds_stream_key(seed, plan->process[k]);
    for (size_t c = 0; c < plan->draws.count; c++)
        if (plan->draws.draw[c].kind == DS_DRAW_CONSTANT)
            ds_row_set(w->column[c], plan->draws.draw[c].a);
    ds_row_set(w->column[plan->zero], 0);
    ds_row_set(w->column[plan->one], 1);
}

/* ---- a block ------------------------------------------------------------------ */

static void simulate_month(ds_work *w, double *restrict bills)
{
    const ds_plan *plan = w->plan;
    if (w->month % 2 == 0)
        draw_two_months(w);
    ds_price_month(w);
    ds_demand_month(w);
    ds_contract_month(w);
    ds_student_month(w);
    for (size_t s = 0; s < plan->strategy_count; s++) {
        ds_strategy_month(w, s);
        ds_finance_month(w, s, &bills[(s * plan->months + w->month) * DS_LANES]);
    }
}

void ds_kernel(const ds_plan *plan, uint64_t first, void *work, double *restrict outcomes,
               double *restrict bills)
{
    ds_work *w = work;
    w->first = first;
    w->month = 0;
    draw_inputs(w);
    ds_price_begin(w);
    ds_demand_begin(w);
    ds_contract_begin(w);
    ds_student_begin(w);
    for (size_t s = 0; s < plan->strategy_count; s++)
        ds_project_begin(w, s);
    ds_finance_begin(w);
    for (w->month = 0; w->month < plan->months; w->month++)
        simulate_month(w, bills);
    ds_finance_end(w, outcomes);
}
