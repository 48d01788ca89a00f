/* fleet_limits.c -- fleets that may be too small: what is ordered and when it comes,
 * (104), and what overflows, (106).
 *
 * Sizes follow from the requests that would reach the model if it were never full; the
 * month is then routed again with what overflows (strategy.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Rows of w->fleet_scratch; fleet.c has the others. */
enum { OFFERED = 5, OVER };

void ds_fleet_order(const ds_work *w, ds_strategy_state *state, int fleet,
                    const ds_plan_cell *cell, const double *need, double *restrict limit)
{
    const ds_plan_fleet *f = &w->plan->fleet[fleet];
    const double most = f->most, initial = f->initial, most_new = f->most_new;
    if (f->headroom == DS_NONE) {
        ds_row_set(limit, most);
        return;
    }
    const double *headroom = w->column[f->headroom];
    ds_row *rows = &state->fleet[cell->state];
    double *ordered = rows[DS_ORDERED], *arrived = rows[DS_ARRIVED];
    const bool at_once = f->lead_months == 0;
    double *under_way = at_once ? limit : rows[DS_UNDER_WAY + w->month % f->lead_months];
    if (at_once)
        ds_row_set(under_way, 0);
    DS_EACH_LANE(i) {
        double wanted = ds_ceil_units(headroom[i] * need[i]) - initial - ordered[i];
        double order = ds_least(most_new, ds_greatest(0.0, wanted));
        ordered[i] += order;
        arrived[i] += at_once ? order : under_way[i];
        under_way[i] = order;
    }
    DS_EACH_LANE(i)
        limit[i] = ds_least(most, initial + arrived[i]);
}

/* Share of a load that is beyond what the replicas take: y of (106). */
static inline double share_over(double load, double capacity)
{
    double over = load - capacity;
    return over > 1e-9 * load ? over / load : 0.0;
}

/* y_h; returns whether it is above 0 on any path. */
static bool find_share(const ds_work *w, const ds_plan_fleet *f, const double *last,
                       const double *replicas, const double *load, double *restrict share)
{
    const ds_plan_contract *c = &w->plan->contract[f->contract];
    const double *derate = w->column[f->derate];
    const double *in_force = c->certain ? w->column[w->plan->one] : w->in_force[f->contract];
    const double full = 3600.0 * f->gpus, starting = f->autoscaled ? f->starting : 0.0;
    uint64_t any = 0;
    DS_EACH_LANE(i) {
        double each = full * derate[i];
        double now = share_over(load[i], each * replicas[i]);
        double before = share_over(load[i], each * last[i]);
        double grown = last[i] < replicas[i] ? starting : 0.0;
        share[i] = (grown * before + (1.0 - grown) * now) * in_force[i];
    }
    for (size_t i = 0; i < DS_LANES; i++)
        any |= share[i] > 0.0;
    return any != 0;
}

void ds_fleet_overflow(ds_work *w, int fleet, const ds_plan_cell *cell, size_t used,
                       const ds_plan_points *points, size_t point, const double *last,
                       const double *replicas)
{
    const ds_plan *plan = w->plan;
    const ds_plan_fleet *f = &plan->fleet[fleet];
    const size_t P = plan->product_count;
    const int limits = plan->model[plan->contract[f->contract].model].limits;
    const double *level = points->level + point * P;
    double *load = w->fleet_scratch[OFFERED], *over = w->fleet_scratch[OVER];
    ds_row_set(load, 0);
    for (size_t k = 0; k < used; k++) {
        const double here = cell->share * level[w->product_index[k]];
        const double *actual = w->actual[k];
        if (cell->product == DS_NONE || w->product_index[k] == (size_t)cell->product)
            DS_EACH_LANE(i)
                load[i] += actual[i] * here;
    }
    if (!find_share(w, f, last, replicas, load, over))
        return;
    for (size_t k = 0; k < used; k++) {
        const size_t p = w->product_index[k];
        const double part = cell->count * cell->share * points->weight[point] * level[p];
        double *x = w->now.beyond[(size_t)limits * P + p];
        if (cell->product == DS_NONE || p == (size_t)cell->product)
            DS_EACH_LANE(i)
                x[i] += part * over[i];
    }
}

/* From x_p to what is out, (58); is any of it overflow? */
static bool find_out(ds_work *w, int model, size_t p)
{
    const ds_plan_model *m = &w->plan->model[model];
    const size_t row = (size_t)m->limits * w->plan->product_count + p;
    const double *outage = m->interruption != DS_NONE ? w->outage[model]
                                                      : w->column[w->plan->zero];
    double *beyond = w->now.beyond[row], *out = w->now.out[row];
    uint64_t any = 0;
    DS_EACH_LANE(i) {
        double x = beyond[i] < 1.0 - 1e-9 ? beyond[i] : 1.0; /* the rest is rounding */
        beyond[i] = x * (1.0 - outage[i]);
        out[i] = outage[i] + beyond[i];
    }
    for (size_t i = 0; i < DS_LANES; i++)
        any |= beyond[i] > 0.0;
    return any != 0;
}

bool ds_limits_month(ds_work *w, ds_strategy_state *state, int model)
{
    const ds_plan *plan = w->plan;
    const ds_plan_model *m = &plan->model[model];
    bool any = false;
    for (size_t p = 0; p < plan->product_count; p++)
        ds_row_set(w->now.beyond[(size_t)m->limits * plan->product_count + p], 0);
    for (int c = m->first_contract; c < m->end_contract; c++) {
        const int fleet = plan->contract[c].fleet;
        if (fleet != DS_NONE && plan->fleet[fleet].limited && ds_may_be_billed(w, (size_t)c))
            ds_fleet_size(w, state, fleet, ds_contract_due(w, c, w->scratch[2]));
    }
    for (size_t p = 0; p < plan->product_count; p++)
        any = find_out(w, model, p) || any;
    return any;
}
