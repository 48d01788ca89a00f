/* groups.c -- standard errors from independent groups of paths, see groups.h.
 *
 * Called by the result, the decision and the studies.  Influences are made a slice at a
 * time; sums run in path order, so that nothing depends on the number of threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/groups.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "numerics/statistics.h"

enum { SLICE = 4096 /* even: a pair is in one slice */ };

static const double normal_975 = 1.959963984540054;

uint64_t ds_groups_count(const ds_groups *g, uint64_t paths)
{
    switch (g->kind) {
    case DS_GROUPS_PAIRS:
        return paths / 2 + paths % 2;
    case DS_GROUPS_MODULO:
        return paths < g->modulus ? paths : g->modulus;
    case DS_GROUPS_EACH:
    default:
        return paths;
    }
}

size_t ds_groups_scratch(const ds_groups *g)
{
    return g->kind == DS_GROUPS_MODULO ? (size_t)g->modulus : 1;
}

double ds_groups_freedom(const ds_groups *g, uint64_t paths)
{
    return (double)ds_groups_count(g, paths) - 1.0;
}

double ds_student_975(double freedom)
{
    if (!(freedom >= 1.0)) {
        return (double)NAN;
    }
    return freedom > 1e6 ? normal_975 : gsl_cdf_tdist_Pinv(0.975, freedom);
}

/* ---- Sums over groups -------------------------------------------------------- */

/* Adds the squares of the sums of all groups that lie within the slice. */
static double squares_within(ds_groups_kind kind, size_t count, const double *h)
{
    const size_t step = kind == DS_GROUPS_PAIRS ? 2 : 1;
    double squares = 0.0;

    for (size_t i = 0; i < count; i += step) {
        const double sum = step == 2 && i + 1 < count ? h[i] + h[i + 1] : h[i];
        squares += sum * sum;
    }
    return squares;
}

static void add_modulo(double *sums, size_t modulus, size_t first, size_t count, const double *h)
{
    size_t group = first % modulus;

    for (size_t i = 0; i < count; i++) {
        sums[group] += h[i];
        group = group + 1 == modulus ? 0 : group + 1;
    }
}

/* Sum over groups of the squared sum of h - centre; the sums of DS_GROUPS_MODULO stay in
 * scratch. */
static double squared_sums(const ds_groups *g, size_t paths, double centre,
                           ds_influence_fn influence, const void *context, double *scratch)
{
    double h[SLICE], squares = 0.0;
    const size_t modulus = ds_groups_scratch(g);

    memset(scratch, 0, modulus * sizeof *scratch);
    for (size_t first = 0; first < paths; first += SLICE) {
        const size_t count = paths - first < SLICE ? paths - first : SLICE;
        influence(context, first, count, h);
        for (size_t i = 0; i < count; i++) {
            h[i] -= centre;
        }
        if (g->kind == DS_GROUPS_MODULO) {
            add_modulo(scratch, modulus, first, count, h);
        } else {
            squares += squares_within(g->kind, count, h);
        }
    }
    for (size_t i = 0; g->kind == DS_GROUPS_MODULO && i < modulus; i++) {
        squares += scratch[i] * scratch[i];
    }
    return squares;
}

double ds_groups_error(const ds_groups *g, size_t paths, uint64_t missing, double weight,
                       double centre, ds_influence_fn influence, const void *context,
                       double *scratch)
{
    const double groups = (double)(ds_groups_count(g, paths) - missing);

    if (!(groups >= 2.0)) {
        return (double)NAN;
    }
    const double squares = squared_sums(g, paths, centre, influence, context, scratch);
    return sqrt(squares * groups / (groups - 1.0)) / weight;
}

/* Half width, over t, of the interval of a share of which nothing was seen.  A group with K
 * paths, on which the count of what has share p has at most `gain` times the variance of
 * independent paths, has something of it with a probability of at least pK/(gain + pK)
 * (Paley & Zygmund 1932); the p with which all G groups have nothing with probability 5 %. */
static double unseen_by_replicates(double groups, double paths)
{
    static const double gain = 2.0;
    const double reach = gain * groups / paths * (pow(0.05, -1.0 / groups) - 1.0);

    return reach / ds_student_975(groups - 1.0);
}

double ds_groups_share_se(const ds_groups *g, size_t paths, double part, bool replicates,
                          ds_influence_fn member, const void *context, double *scratch)
{
    const double groups = (double)ds_groups_count(g, paths), all = (double)paths;

    if (!(groups >= 2.0)) {
        return (double)NAN;
    }
    if (part > 0.0 && part < all) {
        /* paths that were not seen: two when few were, as in ds_share_se(), and half a one
         * when many were, for then a sampler may know the share nearly exactly */
        const double few = fmin(part, all - part);
        const double unseen = 0.5 + 15.0 / (10.0 + few);
        const double seen = ds_groups_error(g, paths, 0, all, part / all, member, context, scratch);
        return sqrt(seen * seen + unseen / (all * all));
    }
    /* nothing was seen, nor how alike the paths of a group are: two groups, but when it is
     * known that they are unlike */
    const double alike = sqrt(2.0) / groups;
    return replicates ? fmin(alike, unseen_by_replicates(groups, all)) : alike;
}

/* ---- Influences of a column --------------------------------------------------- */

typedef struct {
    const double *column;
    double centre, scale, level; /* what they are is said below                  */
    int    tail;
} influence;

static void of_mean(const void *context, size_t first, size_t count, double *h)
{
    const influence *f = context;

    for (size_t i = 0; i < count; i++) {
        const double x = f->column[first + i];
        h[i] = isfinite(x) ? x - f->centre : 0.0;
    }
}

/* scale: the sd */
static void of_sd(const void *context, size_t first, size_t count, double *h)
{
    const influence *f = context;

    for (size_t i = 0; i < count; i++) {
        const double d = (f->column[first + i] - f->centre) / f->scale;
        h[i] = isfinite(d) ? 0.5 * f->scale * (d * d - 1.0) : 0.0;
    }
}

/* centre: the value at risk; scale: mean excess */
static void of_cvar(const void *context, size_t first, size_t count, double *h)
{
    const influence *f = context;

    for (size_t i = 0; i < count; i++) {
        const double x = f->column[first + i];
        const double excess = f->tail * (x - f->centre);
        h[i] = !isfinite(x) ? 0.0 : ((excess > 0.0 ? excess : 0.0) - f->scale) / (1.0 - f->level);
    }
}

/* centre: the quantile; level: p; scale: share of the ties that is below */
static void of_share_below(const void *context, size_t first, size_t count, double *h)
{
    const influence *f = context;

    for (size_t i = 0; i < count; i++) {
        const double x = f->column[first + i];
        const double below = x < f->centre ? 1.0 : x > f->centre ? 0.0 : f->scale;
        h[i] = isnan(x) ? 0.0 : below - f->level;
    }
}

static void of_finite(const void *context, size_t first, size_t count, double *h)
{
    const influence *f = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = isfinite(f->column[first + i]) ? 1.0 : 0.0;
    }
}

static void of_number(const void *context, size_t first, size_t count, double *h)
{
    const influence *f = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = isnan(f->column[first + i]) ? 0.0 : 1.0;
    }
}

/* ---- Errors of a column -------------------------------------------------------- */

static uint64_t without(const ds_sample *s, ds_influence_fn member)
{
    const influence f = {.column = s->column};
    uint64_t missing = 0;

    if (s->groups->kind != DS_GROUPS_MODULO) {
        /* groups are many; one that is missing takes nothing from the others */
        return 0;
    }
    const size_t groups = (size_t)ds_groups_count(s->groups, s->paths);
    (void)squared_sums(s->groups, s->paths, 0.0, member, &f, s->scratch);
    for (size_t i = 0; i < groups; i++) {
        missing += s->scratch[i] > 0.0 ? 0 : 1;
    }
    return missing;
}

ds_sample ds_sample_of(const ds_groups *groups, size_t paths, const double *column,
                       double *scratch)
{
    ds_sample s = {.groups = groups, .paths = paths, .column = column, .scratch = scratch};

    s.missing = without(&s, of_finite);
    s.missing_all = s.missing > 0 ? without(&s, of_number) : 0;
    return s;
}

double ds_sample_mean_se(const ds_sample *s, size_t defined, double mean)
{
    const influence f = {.column = s->column, .centre = mean};

    return ds_groups_error(s->groups, s->paths, s->missing, (double)defined, 0.0, of_mean, &f,
                           s->scratch);
}

double ds_sample_sd_se(const ds_sample *s, size_t defined, double mean, double sd)
{
    const influence f = {.column = s->column, .centre = mean, .scale = sd};

    return !(sd > 0.0) ? 0.0
                       : ds_groups_error(s->groups, s->paths, s->missing, (double)defined,
                                         0.0, of_sd, &f, s->scratch);
}

double ds_sample_cvar_se(const ds_sample *s, size_t defined, double at_risk, double level,
                         int tail)
{
    double excess = 0.0;

    for (size_t i = 0; i < s->paths; i++) {
        const double e = tail * (s->column[i] - at_risk);
        excess += isfinite(e) && e > 0.0 ? e : 0.0;
    }
    const influence f = {.column = s->column, .centre = at_risk, .level = level, .tail = tail,
                         .scale = excess / (double)defined};
    return ds_groups_error(s->groups, s->paths, s->missing, (double)defined, 0.0, of_cvar,
                           &f, s->scratch);
}

/* Error of the share of the values below quantile q.  Of values that tie with it a part
 * is taken to be below, such that the share is p; that which ones is chance adds to the
 * error, so that ties are not taken for knowledge. */
static double share_below_se(const ds_sample *s, size_t count, double p, double q)
{
    size_t below = 0, ties = 0;

    for (size_t i = 0; i < s->paths; i++) {
        below += s->column[i] < q ? 1 : 0;
        ties += s->column[i] == q ? 1 : 0;
    }
    double part = ties > 0 ? (p * (double)count - (double)below) / (double)ties : 0.0;
    part = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
    const influence f = {.column = s->column, .centre = q, .level = p, .scale = part};
    const double grouped = ds_groups_error(s->groups, s->paths, s->missing_all, (double)count,
                                           0.0, of_share_below, &f, s->scratch);
    const double tied = part * (1.0 - part) * (double)ties;
    return sqrt(grouped * grouped + tied / ((double)count * (double)count));
}

double ds_sample_quantile_se(const ds_sample *s, size_t count, const ds_order *order, double p)
{
    const double q = ds_quantile_of(order, count, p);

    if (!((double)count * p * (1.0 - p) >= 5.0) || isinf(q)) {
        return (double)NAN;
    }
    const double freedom =
        (double)(ds_groups_count(s->groups, s->paths) - s->missing_all) - 1.0;
    const double t = ds_student_975(freedom);
    /* half a value more: what is counted is whole values */
    const double reach = t * share_below_se(s, count, p, q) + 0.5 / (double)count;
    /* a NAN fails the comparisons */
    if (!(p - reach >= 0.0 && p + reach <= 1.0)) {
        return (double)NAN;
    }
    const double low = ds_quantile_of(order, count, p - reach);
    const double high = ds_quantile_of(order, count, p + reach);
    return isinf(low) || isinf(high) ? (double)NAN : (high - low) / (2.0 * t);
}
