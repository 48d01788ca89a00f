/* curve.h -- cost as a function of one value, on common random numbers, and its least.
 *
 * What costs what is a function of the caller: commit.c simulates a scenario, tests
 * have closed forms.  Every value is tried on the same paths, so that differences
 * between values are known far better than the costs themselves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CURVE_H
#define DS_CURVE_H

#include "distillsim_commit.h"
#include "numerics/groups.h"

/* Fills columns[i][0 .. paths-1] with the cost of every path at values[i]. */
typedef ds_code (*ds_curve_fn)(void *context, const double *values, size_t count,
                               double *const *columns, ds_error *err);

typedef struct {
    double       low, high;
    double       step; /* 0: any value; else low + whole multiples of it         */
    size_t       paths;
    ds_commit_of of;
    double       cvar_level;
    size_t       coarse; /* values of the first grid, 2 to 65                    */
    const ds_groups *groups; /* of paths that are independent, known once a cost is;
                                NULL: every path is                              */
    ds_curve_fn  cost;
    void        *context;
} ds_curve_problem;

typedef struct {
    double  value;
    double *cost;   /* [paths]                                                   */
    double *effect; /* [paths] what the path adds to the objective, times paths: cost
                       itself, or VaR + (cost - VaR)+ / (1 - level) for the CVaR  */
    double  objective;
} ds_curve_point;

typedef struct {
    ds_curve_problem problem;
    ds_curve_point  *points; /* sorted by value */
    size_t           count, capacity;
    double          *scratch; /* [paths] */
    double          *sums;    /* of groups, once they are known */
} ds_curve;

/* DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_curve_begin(const ds_curve_problem *problem, ds_curve *curve,
                                     ds_error *err);
void ds_curve_end(ds_curve *curve);
/* The value that may be tried nearest to x: within the range, on a step. */
double ds_curve_snap(const ds_curve *curve, double x);
/* Tries those of the values that were not tried yet. */
DS_MUST_CHECK ds_code ds_curve_try(ds_curve *curve, const double *values, size_t count,
                                   ds_error *err);
/* Index of the point at a value that was tried. */
size_t ds_curve_find(const ds_curve *curve, double value);
ds_groups ds_curve_groups(const ds_curve *curve);
/* Objective, mean or CVaR of a column of costs (of a point, or of anything), and of the
 * differences of two. */
ds_estimate ds_curve_estimate(ds_curve *curve, ds_commit_of of, const double *cost);
ds_estimate ds_curve_loss(const ds_curve *curve, size_t point, size_t best);
/* How much costlier is a column of costs than the best point. */
ds_estimate ds_curve_loss_of(ds_curve *curve, const double *cost, size_t best);
/* The first of the points of least objective, those that differ by rounding only
 * being equal. */
size_t ds_curve_best(const ds_curve *curve);

/* Finds the least: tries values until those beside the best cannot be told from it.
 * `value` is the best and its standard error. */
DS_MUST_CHECK ds_code ds_curve_minimise(ds_curve *curve, ds_estimate *value, ds_error *err);
/* Values next to the best at which the loss is at most `loss`, between points by
 * straight lines. */
void ds_curve_flat(const ds_curve *curve, size_t best, double loss, double *low, double *high);
/* Mean (or CVaR) of the best minus that of the least of every path. */
ds_estimate ds_curve_knowing(ds_curve *curve, size_t best);

#endif
