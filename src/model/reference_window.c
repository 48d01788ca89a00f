/* reference_window.c -- (53) of docs/model.md: units that are up when they are called.
 *
 * Called by reference_pools.c.  Rates are a minute, times are minutes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

/* Of one copy, at a steady rate of calls. */
typedef struct {
    double up;     /* a, share of the time */
    double starts; /* z, a minute          */
} activity;

/* Calls at random. */
static activity at_random(const ds_window *w, double r)
{
    double m = w->minutes, y = m * r;
    switch (w->kind) {
    case DS_WINDOW_SLIDING:
        return (activity){ y / (1 + y), r / (1 + y) };
    case DS_WINDOW_GRID:
        return (activity){ 1 - exp(-y), (1 - exp(-y)) * exp(-y) / m };
    default: /* idle */
        return (activity){ 1 - exp(-y), r * exp(-y) };
    }
}

/* Calls at equal distances. */
static activity evenly(const ds_window *w, double r)
{
    const double one = 1 - 1e-9; /* what counts as less than 1 is below it */
    double m = w->minutes, y = m * r, whole = ds_ref_ceil_plus(y);
    switch (w->kind) {
    case DS_WINDOW_SLIDING:
        return (activity){ y / whole, y < one ? r : y / whole < one ? r / whole : 0 };
    case DS_WINDOW_GRID:
        return (activity){ fmin(1, y), fmax(0, fmin(y, 1 - y)) / m };
    default: /* idle */
        return (activity){ fmin(1, y), y < one ? r : 0 };
    }
}

double ds_ref_window_hours(const ds_ref_invoice *b, const ds_unit_pool *pool, const double *load)
{
    static const ds_window usual = { .minutes = 5 }; /* sliding, poisson */
    const ds_window *w = b->c->window != NULL ? b->c->window : &usual;
    size_t points = ds_ref_points(DS_REF_BY_HOUR);
    double i = (double)pool->increment, sum = 0;
    for (size_t j = 0; j < points; j++) {
        double r = 0, units = 0;
        for (size_t p = 0; p < b->w->s->products.count; p++) {
            double here = ds_ref_served(b, p) * ds_ref_point(b->w, DS_REF_BY_HOUR, p, j);
            r += here / (60 * b->hours);
            units += here * load[p] / b->hours;
        }
        if (r == 0)
            continue;
        activity a = w->arrivals == DS_ARRIVALS_POISSON ? at_random(w, r) : evenly(w, r);
        double copies =
            fmax(1, ds_ref_ceil_plus(units / (i * ds_ref_of(b, b->c->target_utilisation))));
        double up = a.up + a.starts * w->cold_start_minutes;
        sum += copies * up * ds_ref_weight(DS_REF_BY_HOUR, j);
    }
    return b->hours * i * sum;
}
