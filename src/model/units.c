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

/* The highest load of a period: at its point, or at the highest of several. */
static void find_most(ds_work *w, const ds_plan_points *points, size_t period, size_t used,
                      double *restrict most)
{
    double *load = w->scratch[5];
    ds_load_at(w, points, points->first[period], used, w->product_scratch, most);
    for (size_t k = points->first[period] + 1; k < points->first[period + 1]; k++) {
        ds_load_at(w, points, k, used, w->product_scratch, load);
        DS_EACH_LANE(i)
            most[i] = ds_greatest(most[i], load[i]);
    }
}

/* Adds the units beyond `reserved` that a period needs, as few as `least`. */
static inline void add_units(const ds_at_point *point, const bool many, double weight,
                             double step, const double *reserved, const double *least,
                             double *restrict units)
{
    const ds_at_point at = *point;
    DS_EACH_LANE(i) {
        double needed = step * ds_ceil(ds_at_lane(&at, many, i));
        units[i] += weight * ds_greatest(needed - reserved[i], least[i]);
    }
}

/* Loads as multiples of the increment, for ceil+. */
static void in_increments(const ds_work *w, const ds_plan_contract *c, const ds_plan_pool *pool,
                          double *restrict load)
{
    const double capacity = c->hours[w->month] * pool->increment;
    const double *utilisation = w->column[c->utilisation];
    DS_EACH_LANE(i)
        load[i] = load[i] * (1.0 - 1e-9) / (capacity * utilisation[i]);
}

/* (43) of one point a month: units beyond `reserved` of a load at its peak. */
static void size_flat_pool(ds_work *w, const ds_plan_contract *c, const ds_plan_pool *pool,
                           const double *due, const double *reserved, double *restrict units)
{
    const double *share = w->per_use[c - w->plan->contract];
    const double per_unit = (1.0 - 1e-9) / (c->hours[w->month] * pool->increment);
    const double step = pool->increment, fewest = pool->minimum;
    ds_total_load(w, c->model, pool->load, (const ds_row *)w->peak, NULL, units);
    DS_EACH_LANE(i) {
        double needed = step * ds_ceil(units[i] * per_unit * share[i]);
        double least = ds_greatest(0.0, fewest - reserved[i]);
        units[i] = ds_greatest(needed - reserved[i], least) * due[i];
    }
}

/* Units beyond `reserved`, the mean over the month, of a pool sized to its load: (43). */
static void size_pool(ds_work *w, const ds_plan_contract *c, const ds_plan_pool *pool,
                      const double *due, const double *reserved, double *restrict units)
{
    const ds_row *factor;
    const ds_plan_points *points = points_of(w, c->settlement, &factor);
    const double *none = w->column[w->plan->zero];
    const double step = pool->increment, fewest = pool->minimum;
    double *most = w->scratch[6], *least = w->scratch[7];
    if (points->count == 1 && points->first[1] == 1 && factor == (const ds_row *)w->peak) {
        size_flat_pool(w, c, pool, due, reserved, units);
        return;
    }
    const bool flat = points->count == 1 && points->first[1] == 1;
    size_t used = ds_product_loads(w, c->model, pool->load, factor, w->product_scratch,
                                   w->product_index);
    for (size_t k = 0; k < used && !flat; k++)
        in_increments(w, c, pool, w->product_scratch[k]);
    DS_EACH_LANE(i)
        least[i] = ds_greatest(0.0, fewest - reserved[i]);
    ds_row_set(units, 0);
    for (size_t j = 0; j < points->count; j++) {
        ds_at_point at = { .row = { most, none, none, none }, .level = { 1 } };
        if (!flat && points->first[j] + 1 == points->first[j + 1])
            at = ds_rows_at(w, points, points->first[j], used, w->product_scratch, most);
        else
            find_most(w, points, j, used, most);
        if (flat)
            in_increments(w, c, pool, most);
        if (at.many)
            add_units(&at, true, points->weight[j], step, reserved, least, units);
        else
            add_units(&at, false, points->weight[j], step, reserved, least, units);
    }
    ds_row_multiply(units, due);
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

/* Unit-hours on demand of a pool: `units` times the number that is returned. */
static double count_hours(ds_work *w, ds_strategy_state *state, int index, int q,
                        const double *due, double *restrict units)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const ds_plan_pool *pool = &c->pool[q];
    const double hours = c->hours[w->month];
    const double *reserved = amount(w, pool->reserved), *none = w->column[w->plan->zero];
    const bool by_term = pool->ring != DS_NONE;
    if (c->settlement == DS_SETTLED_METERED || c->settlement == DS_SETTLED_WINDOW) {
        if (c->settlement == DS_SETTLED_METERED)
            ds_total_load(w, c->model, pool->load, NULL, NULL, units);
        else
            ds_window_hours(w, index, q, units);
        if (!c->certain)
            ds_row_multiply(units, w->in_force[index]);
        return 1.0;
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
    return hours;
}

/* Is the pool sized to its load alone, once a month, and due and priced alike on all paths? */
static bool is_flat(const ds_work *w, const ds_plan_contract *c, const ds_plan_pool *pool,
                    const double *due)
{
    const ds_plan *plan = w->plan;
    const ds_row *factor;
    const ds_plan_points *points = points_of(w, c->settlement, &factor);
    const bool sized = c->settlement != DS_SETTLED_METERED &&
                       c->settlement != DS_SETTLED_WINDOW && pool->held == DS_NONE &&
                       pool->ring == DS_NONE && pool->reserved == DS_NONE;
    return sized && points->count == 1 && points->first[1] == 1 &&
           factor == (const ds_row *)w->peak && ds_plan_stands(plan, c->utilisation) &&
           ds_plan_stands(plan, pool->usd_per_unit_hour) &&
           (due == w->column[plan->one] || due == w->column[plan->zero]);
}

/* The line of such a pool: what size_flat_pool() and bill_pool() do, of numbers. */
static void bill_flat_pool(ds_work *w, int index, const ds_plan_pool *pool, double due,
                           double *restrict line)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const double share = w->per_use[index][0], hours = c->hours[w->month];
    const double per_unit = (1.0 - 1e-9) / (hours * pool->increment);
    const double step = pool->increment, least = ds_greatest(0.0, pool->minimum);
    const double usd = w->column[pool->usd_per_unit_hour][0];
    const double *price = w->price[index];
    ds_total_load(w, c->model, pool->load, (const ds_row *)w->peak, NULL, line);
    if (price == w->column[w->plan->one])
        DS_EACH_LANE(i) {
            double needed = step * ds_ceil(line[i] * per_unit * share);
            line[i] = ds_greatest(needed, least) * due * hours * usd;
        }
    else
        DS_EACH_LANE(i) {
            double needed = step * ds_ceil(line[i] * per_unit * share);
            line[i] = ds_greatest(needed, least) * due * hours * price[i] * usd;
        }
}

/* (42), (43), (52): the line of a pool. */
static void bill_pool(ds_work *w, ds_strategy_state *state, int index, int q, const double *due,
                      double *restrict line)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const ds_plan_pool *pool = &c->pool[q];
    const double *usd = w->column[pool->usd_per_unit_hour], *price = w->price[index];
    if (is_flat(w, c, pool, due)) {
        bill_flat_pool(w, index, pool, due[0], line);
        return;
    }
    const double on_demand = count_hours(w, state, index, q, due, line);
    DS_EACH_LANE(i)
        line[i] = line[i] * on_demand * price[i] * usd[i];
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

/* o_j of (44) at a point: 1 less the inverse of the highest of the loads of the pools,
 * each over what is held. */
static void share_over(ds_work *w, const ds_plan_contract *c, size_t point, size_t used,
                       double *restrict over)
{
    const ds_plan *plan = w->plan;
    double *load = w->scratch[5];
    ds_row_set(over, 0);
    for (size_t q = 0; q < c->pool_count; q++) {
        if (c->pool[q].held == DS_NONE)
            continue;
        const ds_at_point at = ds_rows_at(w, &plan->points[DS_POINTS_MINUTE], point, used,
                                          w->product_scratch + q * plan->product_count, load);
        if (at.many)
            DS_EACH_LANE(i)
                over[i] = ds_greatest(over[i], ds_at_lane(&at, true, i));
        else
            DS_EACH_LANE(i)
                over[i] = ds_greatest(over[i], ds_at_lane(&at, false, i));
    }
    DS_EACH_LANE(i)
        over[i] = ds_greatest(0.0, 1.0 - 1.0 / over[i]);
}

/* Adds the shares of the products that are refused at a point. */
static void add_refused(ds_work *w, const ds_plan_points *points, size_t point, size_t used,
                        const double *over)
{
    const double *level = points->level + point * w->plan->product_count;
    for (size_t k = 0; k < used; k++) {
        double *share = w->now.refused[w->product_index[k]];
        const double here = points->weight[point] * level[w->product_index[k]];
        DS_EACH_LANE(i)
            share[i] += here * over[i];
    }
}

/* Adds what overage costs at a point. */
static void add_overage(ds_work *w, const ds_plan_points *points, size_t point, size_t used,
                        ds_row *money, const double *over, double *restrict line)
{
    const double weight = points->weight[point];
    const ds_at_point at = ds_rows_at(w, points, point, used, money, w->scratch[7]);
    if (at.many)
        DS_EACH_LANE(i)
            line[i] += weight * over[i] * ds_at_lane(&at, true, i);
    else
        DS_EACH_LANE(i)
            line[i] += weight * over[i] * ds_at_lane(&at, false, i);
}

/* (44): `line` is what overage costs; or the shares of requests that are refused. */
static void bill_overage(ds_work *w, int index, double *restrict line)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    const bool refused = c->overage == DS_OVERAGE_REJECTED;
    const ds_plan_points *points = &plan->points[DS_POINTS_MINUTE];
    const double hours = c->hours[w->month];
    double *over = w->scratch[6];
    ds_row *money = w->product_scratch + c->pool_count * plan->product_count;
    size_t used = 0;
    for (size_t q = 0; q < c->pool_count; q++) {
        ds_row *rows = w->product_scratch + q * plan->product_count;
        const double *held = amount(w, c->pool[q].held);
        used = ds_product_loads(w, c->model, c->pool[q].load, NULL, rows, w->product_index);
        for (size_t k = 0; k < used; k++)
            DS_EACH_LANE(i)
                rows[k][i] /= hours * ds_greatest(held[i], 1e-200);
    }
    if (!refused)
        ds_product_loads(w, c->model, c->overage_load, NULL, money, w->product_index);
    for (size_t p = 0; refused && p < plan->product_count; p++)
        ds_row_set(w->now.refused[p], 0);
    ds_row_set(line, 0);
    for (size_t j = 0; j < points->count; j++) {
        share_over(w, c, j, used, over);
        if (refused)
            add_refused(w, points, j, used, over);
        else
            add_overage(w, points, j, used, money, over, line);
    }
    const double *price = c->overage == DS_OVERAGE_LIST ? w->list_price[index] : w->price[index];
    ds_row_multiply(line, price);
}

void ds_units_bill(ds_work *w, ds_strategy_state *state, int contract, const double *due,
                   double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    double *line = w->scratch[3];
    const bool by_line = c->rounding == DS_ROUNDED_LINE;
    if (by_line || c->pool_count == 0)
        ds_row_set(bill, 0);
    for (size_t q = 0; q < c->pool_count; q++) {
        const bool first = q == 0 && !by_line; /* the first line is the bill so far */
        bill_pool(w, state, contract, (int)q, due, first ? bill : line);
        if (!first)
            ds_add_line(c, bill, line);
    }
    if (c->overage == DS_OVERAGE_NONE)
        return;
    bill_overage(w, contract, line);
    if (!c->certain)
        ds_row_multiply(line, w->in_force[contract]);
    ds_add_line(c, bill, line);
}
