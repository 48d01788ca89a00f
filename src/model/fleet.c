/* fleet.c -- how many GPUs hold a load: (45), (46), (105), (108).
 *
 * A fleet is sized cell by cell: for the busiest hour of the week, or hour by hour.
 * What bounds it is in fleet_limits.c, what it costs in fleet_bill.c.
 *
 * Hours are visited so that the one whose replicas matter beside its own comes before
 * it: forwards for autoscaled fleets, where replicas of the last hour are still there,
 * backwards for scheduled ones, where those of the next hour are started.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Rows of w->fleet_scratch; fleet_limits.c has the others. */
enum { LOAD, REPLICAS, TOTAL, APART, UNLIMITED };

/* A fleet in a month. */
typedef struct {
    ds_work                *w;
    const ds_plan          *plan;
    const ds_plan_contract *c;
    const ds_plan_fleet    *f;
    int                     index;
    const double           *due;
    size_t                  used; /* products that its model serves: rows of w->planned,
                                     their indices are in w->product_index            */
} sizing;

/* Means over the hours, and the most, of GPUs paid for; most, beyond: may be NULL. */
typedef struct {
    double *mean, *most, *beyond;
} gpus;

/* ---- what is to be held ---------------------------------------------------------------- */

static void find_loads(const sizing *z)
{
    ds_work *w = z->w;
    const double per_hour = 1.0 / z->c->hours[w->month];
    for (size_t k = 0; k < z->used; k++) {
        double *planned = w->planned[k], *present = w->present[k], *actual = w->actual[k];
        const size_t p = w->product_index[k];
        const double *v = w->now.usage[p * z->plan->model_count + (size_t)z->c->model].row;
        const double *excess = w->hour_excess[p], *due = z->due;
        if (z->f->limited)
            DS_EACH_LANE(i)
                actual[i] = planned[i] * per_hour;
        DS_EACH_LANE(i) {
            planned[i] *= excess[i] * per_hour;
            present[i] = v[i] > 0.0 ? due[i] : 0.0;
        }
    }
}

/* The row of the only product of a cell; DS_NONE: it has none this month. */
static int row_of(const sizing *z, const ds_plan_cell *cell)
{
    for (size_t k = 0; k < z->used; k++)
        if (z->w->product_index[k] == (size_t)cell->product)
            return (int)k;
    return DS_NONE;
}

/* Where a cell has replicas at all: 0 or 1. */
static const double *presence(const sizing *z, const ds_plan_cell *cell)
{
    const int row = cell->product != DS_NONE ? row_of(z, cell) : 0;
    if (row == DS_NONE)
        return z->w->column[z->plan->zero];
    return cell->product != DS_NONE ? z->w->present[row] : z->due;
}

/* L_h of (46) at a point of the month. */
static void load_at(const sizing *z, const ds_plan_cell *cell, const ds_plan_points *points,
                    size_t point, double *restrict load)
{
    double share = cell->share;
    if (cell->product == DS_NONE) {
        ds_load_at(z->w, points, point, z->used, z->w->planned, load);
        if (share != 1.0)
            DS_EACH_LANE(i)
                load[i] *= share;
        return;
    }
    const int row = row_of(z, cell);
    if (row == DS_NONE) {
        ds_row_set(load, 0);
        return;
    }
    const double *planned = z->w->planned[row];
    share *= points->level[point * z->plan->product_count + (size_t)cell->product];
    DS_EACH_LANE(i)
        load[i] = planned[i] * share;
}

/* That of the busiest hour. */
static void load_at_most(const sizing *z, const ds_plan_cell *cell, double *restrict load)
{
    const ds_plan_points *busy = &z->plan->points[DS_POINTS_BUSY];
    double *other = z->w->fleet_scratch[REPLICAS];
    load_at(z, cell, busy, 0, load);
    for (size_t j = 1; j < busy->count; j++) {
        load_at(z, cell, busy, j, other);
        DS_EACH_LANE(i)
            load[i] = ds_greatest(load[i], other[i]);
    }
}

void ds_fleet_need(const ds_work *w, int fleet, int product, const double *load,
                   const double *due, double *restrict replicas)
{
    const ds_plan_fleet *f = &w->plan->fleet[fleet];
    const ds_waiting *waiting = w->plan->contract[f->contract].waiting;
    const double *per_second = w->per_second[fleet];
    const double least = f->least, spare = f->spare;
    DS_EACH_LANE(i)
        replicas[i] = ds_greatest(least, ds_ceil_units(load[i] * per_second[i]));
    if (waiting != NULL)
        ds_waiting_replicas(waiting, &w->queue[product == DS_NONE ? 0 : product + 1], load,
                            replicas);
    DS_EACH_LANE(i)
        replicas[i] = (replicas[i] + spare) * due[i];
}

/* n_h of (46), not more than `limit` (NULL: none). */
static void need_at_most(const sizing *z, const ds_plan_cell *cell, const double *load,
                         const double *limit, double *restrict replicas)
{
    ds_fleet_need(z->w, z->index, cell->product, load, presence(z, cell), replicas);
    if (limit != NULL)
        DS_EACH_LANE(i)
            replicas[i] = ds_least(replicas[i], limit[i]);
}

/* ---- what is paid for ------------------------------------------------------------------ */

/* GPUs of an hour, of some weight. */
static void account(const sizing *z, double weight, const double *total, const gpus *out)
{
    double *mean = out->mean, *most = out->most, *beyond = out->beyond;
    DS_EACH_LANE(i)
        mean[i] += weight * total[i];
    if (most != NULL)
        DS_EACH_LANE(i)
            most[i] = ds_greatest(most[i], total[i]);
    if (beyond == NULL)
        return;
    const double *reserved = z->w->column[z->f->reserved];
    DS_EACH_LANE(i)
        beyond[i] += weight * ds_greatest(0.0, total[i] - reserved[i]);
}

static void begin(const gpus *out)
{
    ds_row_set(out->mean, 0);
    if (out->most != NULL)
        ds_row_set(out->most, 0);
    if (out->beyond != NULL)
        ds_row_set(out->beyond, 0);
}

/* Sized for the busiest hour. */
static void size_constant(const sizing *z, const ds_plan_cell *cells, size_t count,
                          bool limited, const gpus *out)
{
    ds_work *w = z->w;
    const ds_plan_points *hours = &z->plan->points[DS_POINTS_HOUR];
    double *load = w->fleet_scratch[LOAD], *replicas = w->fleet_scratch[REPLICAS];
    double *total = w->fleet_scratch[TOTAL];
    ds_row_set(total, 0);
    for (size_t k = 0; k < count; k++) {
        const double each = cells[k].count * z->f->gpus;
        load_at_most(z, &cells[k], load);
        need_at_most(z, &cells[k], load, limited ? w->cell_limit[k] : NULL, replicas);
        DS_EACH_LANE(i)
            total[i] += each * replicas[i];
        for (size_t j = 0; limited && j < hours->count; j++)
            ds_fleet_overflow(w, z->index, &cells[k], z->used, hours, j, replicas, replicas);
    }
    account(z, 1, total, out);
}

/* Replicas of the hour and a share of those that the hour beside it has more: (105). */
static void add_paid(double each, double beside, const double *replicas, const double *other,
                     double *restrict total)
{
    DS_EACH_LANE(i)
        total[i] += each * (replicas[i] + beside * ds_greatest(0.0, other[i] - replicas[i]));
}

static void size_by_hour(const sizing *z, const ds_plan_cell *cells, size_t count,
                         bool limited, const gpus *out)
{
    ds_work *w = z->w;
    const ds_plan_points *hours = &z->plan->points[z->f->points];
    const size_t n = hours->count;
    double *load = w->fleet_scratch[LOAD], *replicas = w->fleet_scratch[REPLICAS];
    double *total = w->fleet_scratch[TOTAL];
    for (size_t k = 0; k < count && z->f->points == DS_POINTS_WEEK; k++) {
        load_at(z, &cells[k], hours, z->f->autoscaled ? n - 1 : 0, load);
        need_at_most(z, &cells[k], load, limited ? w->cell_limit[k] : NULL, w->cell_last[k]);
    }
    for (size_t j = 0; j < n; j++) {
        const size_t hour = z->f->autoscaled ? j : n - 1 - j;
        ds_row_set(total, 0);
        for (size_t k = 0; k < count; k++) {
            double *last = w->cell_last[k];
            load_at(z, &cells[k], hours, hour, load);
            need_at_most(z, &cells[k], load, limited ? w->cell_limit[k] : NULL, replicas);
            if (z->f->points != DS_POINTS_WEEK)
                ds_row_copy(last, replicas);
            add_paid(cells[k].count * z->f->gpus, z->f->paid_beside, replicas, last, total);
            if (limited)
                ds_fleet_overflow(w, z->index, &cells[k], z->used, hours, hour, last, replicas);
            ds_row_copy(last, replicas);
        }
        account(z, hours->weight[hour], total, out);
    }
}

/* ---- the same where it is simple: hour by hour, and nothing but the load counts ---------- */

static bool is_simple(const sizing *z)
{
    return z->f->varies && z->f->paid_beside == 0.0 && z->c->waiting == NULL;
}

/* Loads as multiples of what a replica holds, for ceil+, which leaves them not whole.  Is
 * any of them large for that? */
static bool in_replicas(const sizing *z)
{
    const double *per_second = z->w->per_second[z->index];
    double most = 0.0;
    for (size_t k = 0; k < z->used; k++) {
        double *planned = z->w->planned[k];
        const double highest = z->plan->product[z->w->product_index[k]].hour_peak;
        double here = 0.0;
        DS_EACH_LANE(i)
            planned[i] = planned[i] * per_second[i] * (1.0 - 1e-9);
        for (size_t i = 0; i < DS_LANES; i++)
            here = ds_greatest(here, planned[i]);
        most += here * highest;
    }
    return most >= 0x1p50;
}

static inline void add_hour(const ds_at_point *point, const bool many, const bool owned,
                            const bool large, double least, double weight,
                            double *restrict mean, double *restrict most)
{
    const ds_at_point at = *point;
    DS_EACH_LANE(i) {
        double needed = ds_greatest(least, ds_ceil_part(ds_at_lane(&at, many, i), large));
        mean[i] += weight * needed;
        if (owned)
            most[i] = ds_greatest(most[i], needed);
    }
}

/* One cell, or several that are alike. */
static void size_simply(const sizing *z, const ds_plan_cell *cell, bool large, const gpus *out)
{
    const ds_plan_points *hours = &z->plan->points[DS_POINTS_HOUR];
    double *rest = z->w->fleet_scratch[LOAD], *mean = out->mean;
    double *none = z->w->fleet_scratch[TOTAL], *most = out->most != NULL ? out->most : none;
    const double least = z->f->least, each = cell->count * z->f->gpus, spare = z->f->spare;
    const double *due = z->due;
    const bool owned = out->most != NULL;
    for (size_t j = 0; j < hours->count; j++) {
        const double weight = hours->weight[j];
        ds_at_point at = ds_rows_at(z->w, hours, j, z->used, z->w->planned, rest);
        for (size_t k = 0; k < DS_AT_ONCE; k++)
            at.level[k] *= cell->share;
        if (large)
            add_hour(&at, true, owned, true, least, weight, mean, most);
        else if (owned)
            add_hour(&at, true, true, false, least, weight, mean, most);
        else if (at.many)
            add_hour(&at, true, false, false, least, weight, mean, most);
        else
            add_hour(&at, false, false, false, least, weight, mean, most);
    }
    DS_EACH_LANE(i)
        mean[i] = (mean[i] + spare) * each * due[i];
    if (owned)
        DS_EACH_LANE(i)
            most[i] = (most[i] + spare) * each * due[i];
}

/* Of a product at four hours; absent ones have no weight. */
typedef struct {
    double level[4], weight[4];
} four_hours;

static inline void add_four(const four_hours *hours, const bool large, double least,
                            const double *load, double *restrict mean)
{
    const four_hours h = *hours;
    DS_EACH_LANE(i) {
        double x = load[i];
        double a = h.weight[0] * ds_greatest(least, ds_ceil_part(x * h.level[0], large));
        double b = h.weight[1] * ds_greatest(least, ds_ceil_part(x * h.level[1], large));
        double c = h.weight[2] * ds_greatest(least, ds_ceil_part(x * h.level[2], large));
        double d = h.weight[3] * ds_greatest(least, ds_ceil_part(x * h.level[3], large));
        mean[i] += (a + b) + (c + d);
    }
}

/* Adds the mean over the hours of the GPUs of the cells of one product. */
static void size_product_simply(const sizing *z, const ds_plan_cell *cell, bool large,
                                double *restrict sum)
{
    const ds_plan_points *hours = &z->plan->points[DS_POINTS_HOUR];
    const int row = row_of(z, cell);
    if (row == DS_NONE)
        return;
    const double *load = z->w->planned[row], *present = z->w->present[row];
    const double spare = z->f->spare, each = cell->count * z->f->gpus, least = z->f->least;
    const size_t P = z->plan->product_count, p = (size_t)cell->product;
    double *mean = z->w->fleet_scratch[LOAD];
    ds_row_set(mean, 0);
    for (size_t j = 0; j < hours->count; j += 4) {
        four_hours at = { .level = { 0 } };
        for (size_t k = 0; k < 4 && j + k < hours->count; k++) {
            at.level[k] = hours->level[(j + k) * P + p] * cell->share;
            at.weight[k] = hours->weight[j + k];
        }
        if (large)
            add_four(&at, true, least, load, mean);
        else
            add_four(&at, false, least, load, mean);
    }
    DS_EACH_LANE(i)
        sum[i] += (mean[i] + spare) * each * present[i];
}

/* ---- all of it -------------------------------------------------------------------------- */

static void size_cells(const sizing *z, const ds_plan_cell *cells, size_t count, bool limited,
                       const gpus *out)
{
    begin(out);
    (z->f->varies ? size_by_hour : size_constant)(z, cells, count, limited, out);
}

/* (108): what the products need apart less what they need. */
static void subtract(const sizing *z, const double *apart, const double *mean,
                     double *restrict saved)
{
    double *served = z->w->fleet_scratch[LOAD];
    ds_row_set(served, 0);
    for (size_t k = 0; k < z->used; k++)
        ds_row_add(served, z->w->present[k]);
    DS_EACH_LANE(i) { /* what rounding leaves is no saving */
        double less = apart[i] - mean[i];
        less = fabs(less) <= 1e-9 * mean[i] ? 0.0 : less;
        saved[i] = served[i] > 1.0 ? less : 0.0;
    }
}

/* Of a fleet of which is_simple(), whose loads are in_replicas(). */
static void find_saving_simply(const sizing *z, bool large, const double *mean,
                               double *restrict saved)
{
    double *apart = z->w->fleet_scratch[APART];
    ds_row_set(apart, 0);
    for (size_t k = 0; k < z->f->apart_count; k++)
        size_product_simply(z, &z->f->apart[k], large, apart);
    subtract(z, apart, mean, saved);
}

static void find_saving(const sizing *z, const double *mean, double *restrict saved)
{
    double *apart = z->w->fleet_scratch[APART], *unlimited = z->w->fleet_scratch[UNLIMITED];
    if (z->f->limited) {
        size_cells(z, z->f->cell, z->f->cell_count, false, &(gpus){ .mean = unlimited });
        mean = unlimited;
    }
    if (is_simple(z)) {
        const bool large = in_replicas(z); /* the last to look at them */
        find_saving_simply(z, large, mean, saved);
        return;
    }
    size_cells(z, z->f->apart, z->f->apart_count, false, &(gpus){ .mean = apart });
    subtract(z, apart, mean, saved);
}

/* What the waiting of a cell depends on beside its load. */
static void find_queues(const sizing *z)
{
    if (z->c->waiting == NULL)
        return;
    if (z->f->cell[0].product == DS_NONE)
        ds_waiting_queue(z->w, z->f->contract, DS_NONE, &z->w->queue[0]);
    if (z->f->cell[0].product != DS_NONE || z->f->apart != NULL)
        for (size_t p = 0; p < z->plan->product_count; p++)
            if (z->w->now.sent[p * z->plan->model_count + (size_t)z->c->model])
                ds_waiting_queue(z->w, z->f->contract, (int)p, &z->w->queue[p + 1]);
}

/* Orders, and what each cell can have: (104). */
static void find_limits(const sizing *z, ds_strategy_state *state)
{
    ds_work *w = z->w;
    double *load = w->fleet_scratch[LOAD], *need = w->fleet_scratch[REPLICAS];
    for (size_t k = 0; k < z->f->cell_count; k++) {
        const ds_plan_cell *cell = &z->f->cell[k];
        if (z->f->headroom != DS_NONE) {
            load_at_most(z, cell, load);
            need_at_most(z, cell, load, NULL, need);
        }
        ds_fleet_order(w, state, z->index, cell, need, w->cell_limit[k]);
    }
}

static bool is_ever_due(const double *due)
{
    double any = 0.0;
    for (size_t i = 0; i < DS_LANES; i++)
        any += due[i];
    return any > 0.0;
}

void ds_fleet_size(ds_work *w, ds_strategy_state *state, int fleet, const double *due)
{
    const ds_plan_fleet *f = &w->plan->fleet[fleet];
    sizing z = { .w = w, .plan = w->plan, .c = &w->plan->contract[f->contract], .f = f,
                 .index = fleet, .due = due };
    ds_row *size = &w->fleet_size[(size_t)fleet * DS_SIZE_ROWS];
    const gpus out = { .mean = size[DS_SIZE_MEAN],
                       .most = f->owned ? size[DS_SIZE_MOST] : NULL,
                       .beyond = f->reserved != DS_NONE ? size[DS_SIZE_BEYOND] : NULL };
    begin(&out);
    if (f->apart != NULL)
        ds_row_set(size[DS_SIZE_SAVED], 0);
    if (!f->limited && !is_ever_due(due)) /* a limited one may have orders under way */
        return;
    find_queues(&z);
    z.used = ds_product_loads(w, z.c->model, z.c->first_load, NULL, w->planned,
                              w->product_index);
    find_loads(&z);
    if (f->limited)
        find_limits(&z, state);
    if (is_simple(&z) && !f->limited && f->reserved == DS_NONE && f->cell_count == 1 &&
        f->cell[0].product == DS_NONE) {
        const bool large = in_replicas(&z);
        size_simply(&z, &f->cell[0], large, &out);
        if (f->apart != NULL && z.used > 1)
            find_saving_simply(&z, large, out.mean, size[DS_SIZE_SAVED]);
    } else {
        size_cells(&z, f->cell, f->cell_count, f->limited, &out);
        if (f->apart != NULL && z.used > 1)
            find_saving(&z, out.mean, size[DS_SIZE_SAVED]);
    }
}
