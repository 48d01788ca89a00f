/* tie_point.c -- one value that is tried, and what the paths say there.
 *
 * Called by tie_search.c and tie_interval.c.  With S the saving of a path, the excess is
 * the mean over the paths of h: S; or 1/2 sign(S); or 1 where S > 0 else 0, less the
 * probability (docs/decisions.md, (130)).  Its error is that of a mean over groups of
 * paths; of a share of independent paths that which it has when the excess is zero, so
 * that few paths on one side are not taken for certainty, and of one in groups that of
 * (113), for replicates that count the same are not certainty either.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/lanes.h"
#include "numerics/order.h"
#include "numerics/statistics.h"
#include "scenario/error.h"
#include "study/tie.h"

/* Relative: excess that is due to rounding, and values that are the same. */
static const double rounding = 1e-12;

ds_code ds_tie_begin(const ds_tie_problem *problem, ds_tie_search *s, ds_error *err)
{
    *s = (ds_tie_search){.problem = *problem};
    s->reach = ds_student_975(ds_groups_freedom(&problem->groups, problem->paths));
    s->saving = calloc(problem->paths, sizeof *s->saving);
    s->column = calloc(problem->paths, sizeof *s->column);
    s->sums = calloc(ds_groups_scratch(&problem->groups), sizeof *s->sums);
    if (s->saving == NULL || s->column == NULL || s->sums == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory for %zu paths", problem->paths);
    }
    return DS_OK;
}

void ds_tie_end(ds_tie_search *s)
{
    free(s->points);
    free(s->saving);
    free(s->column);
    free(s->sums);
    free(s->grid);
    free(s->roots);
    *s = (ds_tie_search){0};
}

/* ---- Places ---------------------------------------------------------------------- */

double ds_tie_place(const ds_tie_search *s, double value)
{
    return s->problem.logarithmic ? ds_log(value) : value;
}

double ds_tie_value(const ds_tie_search *s, double place)
{
    const ds_tie_problem *p = &s->problem;
    double value = p->logarithmic ? ds_exp(place) : place;

    if (p->step > 0.0) {
        const double last = floor((p->high - p->low) / p->step * (1.0 + rounding));
        value = p->low + fmin(fmax(rint((value - p->low) / p->step), 0.0), last) * p->step;
    }
    return fmin(fmax(value, p->low), p->high);
}

/* ---- Estimates ------------------------------------------------------------------- */

static ds_estimate mean_of(ds_tie_search *s, size_t paths, const double *x)
{
    const ds_groups *groups = &s->problem.groups;
    const ds_moments m = ds_moments_of_column(paths, x);
    ds_estimate e = {m.mean, (double)NAN};

    if (groups->kind != DS_GROUPS_EACH) {
        const ds_sample sample = ds_sample_of(groups, paths, x, s->sums);
        e.se = ds_sample_mean_se(&sample, paths, m.mean);
    } else if (paths > 1) {
        e.se = ds_moments_mean_se(&m);
    }
    return e;
}

static ds_estimate median_of(ds_tie_search *s, size_t paths, const double *x)
{
    const ds_groups *groups = &s->problem.groups;
    ds_estimate e;

    memcpy(s->column, x, paths * sizeof *x);
    ds_sort(paths, s->column);
    const ds_order order = ds_order_of_sorted(paths, s->column);
    e.value = ds_quantile_of(&order, paths, 0.5);
    if (groups->kind == DS_GROUPS_EACH) {
        e.se = ds_quantile_of_se(&order, paths, 0.5);
    } else {
        const ds_sample sample = ds_sample_of(groups, paths, x, s->sums);
        e.se = ds_sample_quantile_se(&sample, paths, &order, 0.5);
    }
    return e;
}

/* Reads a column of 0 and 1. */
static void member(const void *context, size_t first, size_t count, double *h)
{
    memcpy(h, (const double *)context + first, count * sizeof *h);
}

/* The share of paths that save, never without an error: (83), (113). */
static ds_estimate share_of(ds_tie_search *s, size_t paths, const double *x)
{
    size_t above = 0;

    for (size_t k = 0; k < paths; k++) {
        s->column[k] = x[k] > 0.0 ? 1.0 : 0.0;
        above += x[k] > 0.0 ? 1 : 0;
    }
    ds_estimate e = {(double)above / (double)paths, (double)NAN};
    if (s->problem.groups.kind != DS_GROUPS_EACH) {
        e.se = ds_groups_share_se(&s->problem.groups, paths, (double)above,
                                  s->problem.replicates, member, s->column, s->sums);
    } else if (paths > 1) {
        e.se = ds_share_se(above, paths);
    }
    return e;
}

/* Half the share of paths that save less half that of those that cost more. */
static ds_estimate balance_of(ds_tie_search *s, size_t paths, const double *x)
{
    double squares = 0.0;

    for (size_t k = 0; k < paths; k++) {
        s->column[k] = x[k] > 0.0 ? 0.5 : x[k] < 0.0 ? -0.5 : 0.0;
        squares += s->column[k] * s->column[k];
    }
    ds_estimate e = mean_of(s, paths, s->column);
    if (s->problem.groups.kind == DS_GROUPS_EACH && paths > 1) {
        e.se = sqrt(squares) / (double)paths;
    } else if (squares > 0.0) { /* something differs: of a path that does not, half saves */
        for (size_t k = 0; k < paths; k++) {
            s->column[k] += 0.5;
        }
        e.se = ds_groups_share_se(&s->problem.groups, paths, (e.value + 0.5) * (double)paths,
                                  s->problem.replicates, member, s->column, s->sums);
    }
    return e;
}

static ds_estimate excess_of(ds_tie_search *s, const ds_breakeven_point *p, const double *saving)
{
    const double wanted = s->problem.probability;
    const size_t paths = (size_t)p->paths;

    switch (s->problem.of) {
    case DS_BREAKEVEN_OF_MEDIAN:
        return balance_of(s, paths, saving);
    case DS_BREAKEVEN_OF_PROBABILITY:
        return (ds_estimate){p->share.value - wanted,
                             s->problem.groups.kind == DS_GROUPS_EACH && paths > 1
                                 ? sqrt(wanted * (1.0 - wanted) / (double)paths) : p->share.se};
    case DS_BREAKEVEN_OF_MEAN:
    default:
        return p->mean;
    }
}

ds_breakeven_point ds_tie_describe(ds_tie_search *s, double value, size_t paths,
                                   const double *saving)
{
    ds_breakeven_point p = {.value = value, .paths = paths};

    p.mean = mean_of(s, paths, saving);
    p.median = median_of(s, paths, saving);
    p.share = share_of(s, paths, saving);
    p.excess = excess_of(s, &p, saving);
    return p;
}

bool ds_tie_is_certain(const ds_tie_search *s, const ds_breakeven_point *p)
{
    return !(p->excess.se > rounding * fmax(fabs(p->excess.value), s->scale));
}

double ds_tie_score(const ds_breakeven_point *p)
{
    return p->excess.value == 0.0 ? 0.0 : p->excess.value / p->excess.se;
}

/* ---- Trying ---------------------------------------------------------------------- */

const ds_breakeven_point *ds_tie_known(const ds_tie_search *s, double value)
{
    const ds_breakeven_point *best = NULL;

    for (size_t i = 0; i < s->count; i++) {
        const ds_breakeven_point *p = &s->points[i];
        if (p->value == value && (best == NULL || p->paths > best->paths)) {
            best = p;
        }
    }
    return best;
}

static bool has_room(ds_tie_search *s)
{
    if (s->count < s->capacity) {
        return true;
    }
    const size_t capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
    ds_breakeven_point *points = realloc(s->points, capacity * sizeof *points);
    if (points == NULL) {
        return false;
    }
    s->points = points;
    s->capacity = capacity;
    return true;
}

ds_code ds_tie_try(ds_tie_search *s, double value, size_t paths, ds_breakeven_point *out,
                   ds_error *err)
{
    const ds_breakeven_point *known = ds_tie_known(s, value);

    if (known != NULL && known->paths >= paths) {
        *out = *known;
        return DS_OK;
    }
    if (!has_room(s)) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    const ds_code code = s->problem.saving(s->problem.context, value, paths, s->saving, err);
    if (code != DS_OK) {
        return code;
    }
    *out = s->points[s->count++] = ds_tie_describe(s, value, paths, s->saving);
    return DS_OK;
}
