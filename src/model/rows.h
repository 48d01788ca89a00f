/* rows.h -- operations on one row of lanes; every loop here vectorises.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ROWS_H
#define DS_ROWS_H

#include <math.h>

#include "model/work.h"
#include "numerics/lanes_inline.h"

/* In double, whatever the type of the macros of math.h. */
static const double ds_never = (double)INFINITY; /* "never" of an outcome or a date */
static const double ds_none = (double)NAN;       /* "none"                          */

static inline void ds_row_set(double *restrict out, double value)
{
    DS_EACH_LANE(i)
        out[i] = value;
}

static inline void ds_row_copy(double *restrict out, const double *restrict x)
{
    DS_EACH_LANE(i)
        out[i] = x[i];
}

static inline void ds_row_add(double *restrict out, const double *restrict x)
{
    DS_EACH_LANE(i)
        out[i] += x[i];
}

static inline void ds_row_multiply(double *restrict out, const double *restrict x)
{
    DS_EACH_LANE(i)
        out[i] *= x[i];
}

/* out += x * y */
static inline void ds_row_add_product(double *restrict out, const double *restrict x,
                                      const double *restrict y)
{
    DS_EACH_LANE(i)
        out[i] += x[i] * y[i];
}

/* Numbers of a process this month: its own, or those of one that has the same. */
static inline const double *ds_shock(const ds_work *w, int process)
{
    return w->shock[2 * (size_t)w->plan->same_shock[process] + w->month % 2];
}

/* The bill of the month, to add to. */
static inline double *ds_open_bill(ds_work *w)
{
    ds_month *now = &w->now;
    double *bill = now->bill;
    if (!now->billed && now->part_count == 0)
        ds_row_set(bill, 0);
    for (size_t k = 0; k < now->part_count; k++) {
        const double *usd = now->charge[k].row, times = now->charge[k].times;
        if (now->billed || k > 0)
            DS_EACH_LANE(i)
                bill[i] += times * usd[i];
        else
            DS_EACH_LANE(i)
                bill[i] = times * usd[i];
    }
    now->part_count = 0;
    now->billed = true;
    return bill;
}

/* Adds a charge to it, a row that stays until the month is over. */
static inline void ds_add_charge(ds_work *w, ds_part charge)
{
    if (w->now.part_count == DS_MOST_CHARGES)
        ds_open_bill(w);
    w->now.charge[w->now.part_count++] = charge;
}

/* Do all lanes hold the same? */
static inline bool ds_row_is_alike(const double *row)
{
    const uint64_t first = ds_bits_inline(row[0]);
    if (ds_bits_inline(row[1]) != first) /* as a rule they differ at once */
        return false;
    uint64_t differs = 0;
    for (size_t i = 0; i < DS_LANES; i++)
        differs |= ds_bits_inline(row[i]) ^ first;
    return differs == 0;
}

/* Rows of products and their levels at a point of the month, as few as four: pass over
 * the lanes once, whatever the number of products.  Absent ones are rows of zeros. */
enum { DS_AT_ONCE = 4 };
typedef struct {
    bool          many; /* more than two                                             */
    const double *row[DS_AT_ONCE];
    double        level[DS_AT_ONCE];
} ds_at_point;

/* Such rows at a point; `rest`: for the sum of what does not fit. */
ds_at_point ds_rows_at(const ds_work *w, const ds_plan_points *points, size_t point, size_t used,
                       ds_row *rows, double *restrict rest); /* usage.c */

static inline double ds_at_lane(const ds_at_point *at, bool many, size_t i)
{
    double sum = at->row[0][i] * at->level[0] + at->row[1][i] * at->level[1];
    return many ? sum + at->row[2][i] * at->level[2] + at->row[3][i] * at->level[3] : sum;
}

/* May the contract send a bill this month on some path?  Its price is kept only then. */
static inline bool ds_may_be_billed(const ds_work *w, size_t contract)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    return w->month >= c->first_month && (w->month < c->end_month || c->lingers);
}

static inline double ds_least(double a, double b)
{
    return a < b ? a : b;
}

static inline double ds_greatest(double a, double b)
{
    return a > b ? a : b;
}

static inline double ds_clamp_share(double x)
{
    return ds_least(ds_greatest(x, 0.0), 1.0);
}

/* Rounding by the adder: exact for |x| < 2^51, the identity above (where a double
 * is whole anyway) and for infinities. */
static inline double ds_floor(double x)
{
    const double magic = 0x1.8p52;
    double nearest = (x + magic) - magic;
    double down = nearest > x ? nearest - 1.0 : nearest;
    return fabs(x) < 0x1p51 ? down : x;
}

static inline double ds_ceil(double x)
{
    return -ds_floor(-x);
}

/* ceil+ of docs/model.md section 0. */
static inline double ds_ceil_units(double x)
{
    return ds_ceil(x * (1.0 - 1e-9));
}

/* ceil of x >= 0 that is not whole, in a third of the time; `large`: may it be 2^51? */
static inline double ds_ceil_part(double x, const bool large)
{
    const double magic = 0x1.8p52;
    double up = (x + 0.5 + magic) - magic;
    return large && x >= 0x1p51 ? x : up;
}

/* The multiple of `unit` that is nearest, halves up: (37). */
static inline double ds_round_to(double x, double unit)
{
    return unit * ds_floor(x / unit * (1.0 + 1e-12) + (0.5 + 1e-9));
}

/* (1 - e^-x)/x for x >= 0, 1 at 0; the series keeps the digits of small x. */
static inline double ds_decay_mean(double x)
{
    double series =
        1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0 * (1.0 - x / 6.0))));
    double direct = (1.0 - ds_exp_inline(-x)) / ds_greatest(x, 1e-3);
    return x < 1e-2 ? series : direct;
}

#endif
