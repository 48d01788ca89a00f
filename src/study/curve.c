/* curve.c -- the points of a curve: values that were tried, and what the paths say.
 *
 * Called by minimum.c and commit.c.
 *
 * The CVaR of n costs is the mean over the paths of VaR + (cost - VaR)+ / (1 - level)
 * (Rockafellar & Uryasev 2000), with the VaR an order statistic.  That mean is what is
 * kept of each path, so that mean and CVaR are treated alike: differences are paired,
 * and batches are means over some of the paths.  Errors are those of (110): the samplers
 * make groups of paths that depend on one another.  The VaR is that of all paths; its own
 * error does not count to first order, because the CVaR is least in it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/statistics.h"
#include "scenario/error.h"

enum { TRIED_AT_ONCE = 64, SLICE = 4096 };

/* Objectives that differ by less, relative, differ by rounding. */
static const double same = 1e-12;

ds_code ds_curve_begin(const ds_curve_problem *problem, ds_curve *curve, ds_error *err)
{
    *curve = (ds_curve){.problem = *problem, .scratch = calloc(problem->paths, sizeof(double))};
    if (curve->scratch == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    return DS_OK;
}

static void free_point(ds_curve_point *point)
{
    if (point->effect != point->cost) {
        free(point->effect);
    }
    free(point->cost);
}

void ds_curve_end(ds_curve *curve)
{
    for (size_t i = 0; i < curve->count; i++) {
        free_point(&curve->points[i]);
    }
    free(curve->points);
    free(curve->scratch);
    free(curve->sums);
    *curve = (ds_curve){0};
}

/* ---- Statistics ---------------------------------------------------------------- */

/* effect[i] of curve.h from cost[i]; sorts in the scratch. */
static void cvar_effect(ds_curve *curve, const double *cost, double *effect)
{
    const size_t n = curve->problem.paths;
    const double tail = 1.0 - curve->problem.cvar_level;

    memcpy(curve->scratch, cost, n * sizeof *cost);
    ds_sort(n, curve->scratch);
    size_t beyond = (size_t)(tail * (double)n);
    beyond = beyond >= n ? n - 1 : beyond;
    const double at_risk = curve->scratch[n - 1 - beyond];
    for (size_t i = 0; i < n; i++) {
        effect[i] = at_risk + (cost[i] > at_risk ? (cost[i] - at_risk) / tail : 0.0);
    }
}

ds_groups ds_curve_groups(const ds_curve *curve)
{
    return curve->problem.groups != NULL ? *curve->problem.groups
                                         : (ds_groups){DS_GROUPS_EACH, 1};
}

/* Two columns, of which the second may be NULL: zeros. */
typedef struct {
    const double *a, *b;
} difference;

static void fill_difference(const void *context, size_t first, size_t count, double *h)
{
    const difference *d = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = d->b == NULL ? d->a[first + i] : d->a[first + i] - d->b[first + i];
    }
}

static ds_estimate mean_of_difference(const ds_curve *curve, const double *a, const double *b)
{
    const size_t n = curve->problem.paths;
    const difference d = {a, b};
    const ds_groups groups = ds_curve_groups(curve);
    double slice[SLICE];
    ds_moments total = {0};

    for (size_t start = 0; start < n; start += SLICE) {
        const size_t count = n - start < SLICE ? n - start : SLICE;
        fill_difference(&d, start, count, slice);
        total = ds_moments_merge(total, ds_moments_of(count, slice));
    }
    ds_estimate e = {total.mean, n > 1 ? ds_moments_mean_se(&total) : (double)NAN};
    if (n > 1 && groups.kind != DS_GROUPS_EACH && total.m2 > 0.0) {
        e.se = ds_groups_error(&groups, n, 0, (double)n, total.mean, fill_difference, &d,
                               curve->sums);
    }
    return e;
}

ds_estimate ds_curve_estimate(ds_curve *curve, ds_commit_of of, const double *cost)
{
    const size_t n = curve->problem.paths;
    const ds_groups groups = ds_curve_groups(curve);

    if (of == DS_COMMIT_MEAN) {
        return mean_of_difference(curve, cost, NULL);
    }
    const double level = curve->problem.cvar_level;
    memcpy(curve->scratch, cost, n * sizeof *cost);
    ds_sort(n, curve->scratch);
    const ds_order order = ds_order_of_sorted(n, curve->scratch);
    const ds_tail tail = ds_tail_of(&order, level, 1);
    ds_estimate e = {tail.mean, tail.se};
    if (groups.kind != DS_GROUPS_EACH && !isnan(e.se)) {
        const ds_sample sample = ds_sample_of(&groups, n, cost, curve->sums);
        e.se = ds_sample_cvar_se(&sample, n, tail.at_risk, level, 1);
    }
    return e;
}

ds_estimate ds_curve_loss(const ds_curve *curve, size_t point, size_t best)
{
    return mean_of_difference(curve, curve->points[point].effect, curve->points[best].effect);
}

ds_estimate ds_curve_loss_of(ds_curve *curve, const double *cost, size_t best)
{
    const size_t n = curve->problem.paths;
    const double *effect = cost;
    double *own = NULL;

    if (curve->problem.of == DS_COMMIT_CVAR) {
        own = malloc(n * sizeof *own);
        if (own == NULL) {
            return (ds_estimate){(double)NAN, (double)NAN};
        }
        cvar_effect(curve, cost, own);
        effect = own;
    }
    const ds_estimate loss = mean_of_difference(curve, effect, curve->points[best].effect);
    free(own);
    return loss;
}

ds_estimate ds_curve_knowing(ds_curve *curve, size_t best)
{
    const size_t n = curve->problem.paths;
    double *least = malloc(n * sizeof *least);

    if (least == NULL) {
        return (ds_estimate){(double)NAN, (double)NAN};
    }
    memcpy(least, curve->points[0].cost, n * sizeof *least);
    for (size_t p = 1; p < curve->count; p++) {
        const double *cost = curve->points[p].cost;
        for (size_t i = 0; i < n; i++) {
            least[i] = cost[i] < least[i] ? cost[i] : least[i];
        }
    }
    ds_estimate worth = ds_curve_loss_of(curve, least, best);
    worth.value = worth.value < 0.0 ? -worth.value : 0.0; /* the sign of what is saved */
    free(least);
    return worth;
}

/* ---- Trying ---------------------------------------------------------------------- */

double ds_curve_snap(const ds_curve *curve, double x)
{
    const ds_curve_problem *p = &curve->problem;

    if (p->step > 0.0) {
        const double last = floor((p->high - p->low) / p->step * (1.0 + same));
        const double steps = fmin(fmax(rint((x - p->low) / p->step), 0.0), last);
        return p->low + steps * p->step;
    }
    return fmin(fmax(x, p->low), p->high);
}

size_t ds_curve_find(const ds_curve *curve, double value)
{
    size_t at = 0;

    for (size_t i = 1; i < curve->count; i++) {
        if (fabs(curve->points[i].value - value) < fabs(curve->points[at].value - value)) {
            at = i;
        }
    }
    return at;
}

/* Room for a point of this value; NULL when out of memory. */
static ds_curve_point *add_point(ds_curve *curve, double value)
{
    if (curve->count == curve->capacity) {
        const size_t capacity = curve->capacity == 0 ? 64 : 2 * curve->capacity;
        ds_curve_point *points = realloc(curve->points, capacity * sizeof *points);
        if (points == NULL) {
            return NULL;
        }
        curve->points = points;
        curve->capacity = capacity;
    }
    const size_t n = curve->problem.paths;
    const bool of_mean = curve->problem.of == DS_COMMIT_MEAN;
    ds_curve_point point = {.value = value, .cost = malloc(n * sizeof *point.cost)};
    point.effect = of_mean ? point.cost : malloc(n * sizeof *point.effect);
    if (point.cost == NULL || point.effect == NULL) {
        free_point(&point);
        return NULL;
    }
    curve->points[curve->count] = point;
    return &curve->points[curve->count++];
}

static int by_value(const void *a, const void *b)
{
    const double x = ((const ds_curve_point *)a)->value, y = ((const ds_curve_point *)b)->value;
    return (x > y) - (x < y);
}

static bool was_tried(const ds_curve *curve, double value)
{
    const double tolerance = same * (curve->problem.high - curve->problem.low);

    return curve->count > 0 &&
           fabs(curve->points[ds_curve_find(curve, value)].value - value) <= tolerance;
}

/* Tries at most TRIED_AT_ONCE values. */
static ds_code try_some(ds_curve *curve, const double *values, size_t count, ds_error *err)
{
    double fresh[TRIED_AT_ONCE], *columns[TRIED_AT_ONCE];
    const size_t before = curve->count, n = curve->problem.paths;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const double value = ds_curve_snap(curve, values[i]);
        if (was_tried(curve, value)) {
            continue;
        }
        if (add_point(curve, value) == NULL) {
            curve->count = before;
            return ds_fail(err, DS_E_NOMEM, NULL, "out of memory for %zu paths", n);
        }
        columns[found] = curve->points[curve->count - 1].cost;
        fresh[found++] = value;
    }
    ds_code code = found > 0
        ? curve->problem.cost(curve->problem.context, fresh, found, columns, err) : DS_OK;
    if (code == DS_OK && curve->sums == NULL) {
        const ds_groups groups = ds_curve_groups(curve);
        curve->sums = calloc(ds_groups_scratch(&groups), sizeof *curve->sums);
        code = curve->sums == NULL ? ds_fail(err, DS_E_NOMEM, NULL, "out of memory") : DS_OK;
    }
    for (size_t i = before; code == DS_OK && i < curve->count; i++) {
        ds_curve_point *point = &curve->points[i];
        if (point->effect != point->cost) {
            cvar_effect(curve, point->cost, point->effect);
        }
        point->objective = ds_moments_of_column(n, point->effect).mean;
    }
    qsort(curve->points, curve->count, sizeof *curve->points, by_value);
    return code;
}

ds_code ds_curve_try(ds_curve *curve, const double *values, size_t count, ds_error *err)
{
    ds_code code = DS_OK;

    for (size_t done = 0; code == DS_OK && done < count; done += TRIED_AT_ONCE) {
        const size_t left = count - done;
        code = try_some(curve, values + done, left < TRIED_AT_ONCE ? left : TRIED_AT_ONCE, err);
    }
    return code;
}

size_t ds_curve_best(const ds_curve *curve)
{
    double least = curve->points[0].objective;

    for (size_t i = 1; i < curve->count; i++) {
        least = fmin(least, curve->points[i].objective);
    }
    for (size_t i = 0; i < curve->count; i++) {
        if (curve->points[i].objective <= least + same * fabs(least)) {
            return i;
        }
    }
    return 0; /* all are NAN, which a result never is */
}
