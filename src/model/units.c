/* units.c -- compute-time units: how many are held, and what becomes of load beyond
 * them: (42)-(44), (52), (54).  Windows are in window.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

static const double *amount(const ds_work *w, int index)
{
    return w->column[index != DS_NONE ? w->now.amount[index] : w->plan->zero];
}

/* The points at which a settlement counts units, and the factor of each product that
 * makes its highest point the stated peak; NULL: none. */
static const ds_plan_points *points_of(const ds_work *w, int settlement, const ds_row **factor)
{
    const ds_plan_points *points = w->plan->points;
    *factor = settlement == DS_SETTLED_MINUTE ? NULL : (const ds_row *)w->burst_excess;
    switch (settlement) {
    case DS_SETTLED_DAY:
        return &points[DS_POINTS_DAY_PEAK];
    case DS_SETTLED_HOUR:
        return &points[DS_POINTS_HOUR_PEAK];
    case DS_SETTLED_MINUTE:
        return &points[DS_POINTS_MINUTE];
    default:
        *factor = (const ds_row *)w->peak;
        return &points[DS_POINTS_MONTH];
    }
}

/* Units beyond `reserved`, the mean over the month, of a pool sized to its load: (43). */
static void size_pool(ds_work *w, const ds_plan_contract *c, const ds_plan_pool *pool,
                      const double *due, const double *reserved, double *restrict units)
{
    const ds_row *factor;
    const ds_plan_points *points = points_of(w, c->settlement, &factor);
    const double hours = c->hours[w->month], step = pool->increment, least = pool->minimum;
    const double *utilisation = w->column[c->utilisation];
    double *load = w->scratch[5], *most = w->scratch[6];
    ds_row *rows = w->product_scratch;
    size_t used = ds_product_loads(w, c->model, pool->load, factor, rows, w->product_index);
    ds_row_set(units, 0);
    for (size_t j = 0; j < points->count; j++) {
        const double weight = points->weight[j];
        ds_load_at(w, points, points->first[j], used, rows, most);
        for (size_t k = points->first[j] + 1; k < points->first[j + 1]; k++) {
            ds_load_at(w, points, k, used, rows, load);
            DS_EACH_LANE(i)
                most[i] = ds_greatest(most[i], load[i]);
        }
        DS_EACH_LANE(i) {
            double needed = step * ds_ceil_units(most[i] / (hours * utilisation[i] * step));
            double n = ds_greatest(needed, least) * due[i];
            units[i] += weight * ds_greatest(0.0, n - reserved[i]);
        }
    }
}

/* (54): what is missing is bought for a term; `units` becomes what there is.  Month t
 * has row t mod term, which holds what ends now. */
static void buy(ds_work *w, ds_strategy_state *state, const ds_plan_contract *c,
                const ds_plan_pool *pool, const double *due, double *restrict units)
{
    ds_row *ring = &state->ring[(size_t)pool->ring * (w->plan->most_life + 1)];
    double *oldest = ring[w->month % c->term_months], *live = ring[w->plan->most_life];
    const double renewed = c->renews ? 1 : 0;
    DS_EACH_LANE(i) {
        double left = live[i] - oldest[i];
        double missing = ds_greatest(0.0, units[i] - left);
        double bought = ds_greatest(missing, oldest[i] * due[i] * renewed);
        oldest[i] = bought;
        live[i] = left + bought;
        units[i] = live[i];
    }
}

/* Unit-hours on demand of a pool. */
static void count_hours(ds_work *w, ds_strategy_state *state, int index, int q,
                        const double *due, double *restrict units)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const ds_plan_pool *pool = &c->pool[q];
    const double hours = c->hours[w->month];
    const double *reserved = amount(w, pool->reserved), *none = w->column[w->plan->zero];
    const bool by_term = pool->ring != DS_NONE;
    if (c->settlement == DS_SETTLED_METERED || c->settlement == DS_SETTLED_WINDOW) {
        if (c->settlement == DS_SETTLED_METERED)
            ds_total_load(w, c->model, pool->load, units);
        else
            ds_window_hours(w, index, q, units);
        if (!c->certain)
            ds_row_multiply(units, w->in_force[index]);
        return;
    }
    if (pool->held != DS_NONE) {
        const double *held = amount(w, pool->held);
        DS_EACH_LANE(i)
            units[i] = ds_greatest(0.0, held[i] * due[i] - (by_term ? 0.0 : reserved[i]));
    } else {
        size_pool(w, c, pool, due, by_term ? none : reserved, units);
    }
    if (by_term) {
        buy(w, state, c, pool, due, units);
        DS_EACH_LANE(i)
            units[i] = ds_greatest(0.0, units[i] - reserved[i] * due[i]);
    }
    DS_EACH_LANE(i)
        units[i] *= hours;
}

/* (42), (43), (52): the line of a pool. */
static void bill_pool(ds_work *w, ds_strategy_state *state, int index, int q, const double *due,
                      double *restrict line)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const ds_plan_pool *pool = &c->pool[q];
    const double *usd = w->column[pool->usd_per_unit_hour], *price = w->price[index];
    count_hours(w, state, index, q, due, line);
    DS_EACH_LANE(i)
        line[i] = line[i] * price[i] * usd[i];
    if (pool->reserved == DS_NONE)
        return;
    const bool by_month = pool->usd_per_reserved_month != DS_NONE;
    const double hours = by_month ? 1.0 : c->hours[w->month];
    const double *reserved = amount(w, pool->reserved);
    const double *each = w->column[by_month ? pool->usd_per_reserved_month
                                            : pool->usd_per_reserved_hour];
    DS_EACH_LANE(i)
        line[i] += due[i] * reserved[i] * hours * each[i] * price[i];
}

/* o_j of (44) at a point: rows of the products, for each pool in turn. */
static void share_over(ds_work *w, const ds_plan_contract *c, size_t point, size_t used,
                       double *restrict over)
{
    const ds_plan *plan = w->plan;
    const double hours = c->hours[w->month];
    double *load = w->scratch[5];
    ds_row_set(over, 0);
    for (size_t q = 0; q < c->pool_count; q++) {
        if (c->pool[q].held == DS_NONE)
            continue;
        const double *held = amount(w, c->pool[q].held);
        ds_load_at(w, &plan->points[DS_POINTS_MINUTE], point, used,
                   w->product_scratch + q * plan->product_count, load);
        DS_EACH_LANE(i) {
            double x = load[i] / hours;
            double share = ds_greatest(0.0, x - held[i]) / ds_greatest(x, 1e-300);
            over[i] = ds_greatest(over[i], share);
        }
    }
}

/* (44): `line` is what overage costs; or the shares of requests that are refused. */
static void bill_overage(ds_work *w, int index, double *restrict line)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    const ds_plan_points *points = &plan->points[DS_POINTS_MINUTE];
    const bool refused = c->overage == DS_OVERAGE_REJECTED;
    ds_row *money = w->product_scratch + c->pool_count * plan->product_count;
    double *over = w->scratch[6], *sum = w->scratch[7];
    size_t used = 0;
    for (size_t q = 0; q < c->pool_count; q++)
        used = ds_product_loads(w, c->model, c->pool[q].load, NULL,
                                w->product_scratch + q * plan->product_count, w->product_index);
    if (!refused)
        ds_product_loads(w, c->model, c->overage_load, NULL, money, w->product_index);
    for (size_t p = 0; refused && p < plan->product_count; p++)
        ds_row_set(w->now.refused[p], 0);
    ds_row_set(line, 0);
    for (size_t j = 0; j < points->count; j++) {
        const double *level = points->level + j * plan->product_count;
        const double weight = points->weight[j];
        share_over(w, c, j, used, over);
        for (size_t k = 0; refused && k < used; k++) {
            double *share = w->now.refused[w->product_index[k]];
            const double here = weight * level[w->product_index[k]];
            DS_EACH_LANE(i)
                share[i] += here * over[i];
        }
        if (refused)
            continue;
        ds_load_at(w, points, j, used, money, sum);
        DS_EACH_LANE(i)
            line[i] += weight * over[i] * sum[i];
    }
    const double *price = c->overage == DS_OVERAGE_LIST ? w->list_price[index] : w->price[index];
    DS_EACH_LANE(i)
        line[i] *= price[i];
}

void ds_units_bill(ds_work *w, ds_strategy_state *state, int contract, const double *due,
                   double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    double *line = w->scratch[3];
    ds_row_set(bill, 0);
    for (size_t q = 0; q < c->pool_count; q++) {
        bill_pool(w, state, contract, (int)q, due, line);
        ds_add_line(c, bill, line);
    }
    if (c->overage == DS_OVERAGE_NONE)
        return;
    bill_overage(w, contract, line);
    if (!c->certain)
        ds_row_multiply(line, w->in_force[contract]);
    ds_add_line(c, bill, line);
}
