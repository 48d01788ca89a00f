/* sensitivity_sobol.c -- first and total indices by pick-freeze, see sensitivity.h.
 *
 * Two outputs that share the inputs of a set, and no others, correlate by the closed index of
 * the set (Sobol 1993; the correlation of Janon et al. 2014): b and mixed share the group, a
 * and mixed share all others.  a and b share nothing: the mean of their product is known to be
 * 0, and what it happens to be tells much of what the other two happen to be, the more the
 * smaller an index is (the difference of Saltelli et al. 2010 is the slope 1 of it).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "numerics/sensitivity.h"

/* Outputs u and v, which share a set, and the two that share nothing. */
typedef struct {
    const double *u, *v, *a, *b;
    double        centre, centre_a, centre_b;
    double        variance, ratio, slope;
} shared;

static double mean_of(size_t count, const double *x)
{
    double sum = 0.0;

    for (size_t k = 0; k < count; k++)
        sum += x[k];
    return sum / (double)count;
}

/* What a path adds to the correlation, before the control. */
static double of_ratio(const shared *s, size_t k)
{
    const double u = s->u[k] - s->centre, v = s->v[k] - s->centre;
    return (u * v - s->ratio * 0.5 * (u * u + v * v)) / s->variance;
}

static double of_control(const shared *s, size_t k)
{
    return (s->a[k] - s->centre_a) * (s->b[k] - s->centre_b) / s->variance;
}

static void influence(const void *context, size_t first, size_t count, double *h)
{
    const shared *s = context;

    for (size_t i = 0; i < count; i++)
        h[i] = of_ratio(s, first + i) - s->slope * of_control(s, first + i);
}

/* The correlation of u and v about their common mean: (146). */
static void correlate(shared *s, size_t paths)
{
    double product = 0.0, squares = 0.0;

    for (size_t k = 0; k < paths; k++) {
        const double u = s->u[k] - s->centre, v = s->v[k] - s->centre;
        product += u * v;
        squares += 0.5 * (u * u + v * v);
    }
    s->variance = squares / (double)paths;
    s->ratio = squares > 0.0 ? product / squares : 0.0;
}

/* Slope of the control, and its mean. */
static double fit_control(shared *s, size_t paths)
{
    double both = 0.0, squares = 0.0, sum = 0.0;

    for (size_t k = 0; k < paths; k++) {
        const double c = of_control(s, k);
        both += of_ratio(s, k) * c;
        squares += c * c;
        sum += c;
    }
    s->slope = squares > 0.0 ? both / squares : 0.0;
    return sum / (double)paths;
}

/* Closed index of what u and v share. */
static ds_index closed_index(const ds_pick_freeze *p, const double *u, const double *v)
{
    const double mean_a = mean_of(p->paths, p->a), mean_b = mean_of(p->paths, p->b);
    shared s = { .u = u, .v = v, .a = p->a, .b = p->b, .centre_a = mean_a, .centre_b = mean_b };
    const double n = (double)p->paths;

    s.centre = 0.5 * (mean_of(p->paths, u) + mean_of(p->paths, v));
    correlate(&s, p->paths);
    if (!(s.variance > 0.0))
        return (ds_index){ 0.0, 0.0 };
    const double control = fit_control(&s, p->paths);
    const double se = ds_groups_error(p->groups, p->paths, 0, n, -s.slope * control, influence,
                                      &s, p->scratch);
    return (ds_index){ s.ratio - s.slope * control, se };
}

static bool moves(size_t count, const double *x)
{
    for (size_t k = 1; k < count; k++)
        if (x[k] != x[0])
            return true;
    return false;
}

static bool same(size_t count, const double *x, const double *y)
{
    for (size_t k = 0; k < count; k++)
        if (x[k] != y[k])
            return false;
    return true;
}

ds_sobol_index ds_sobol_index_of(const ds_pick_freeze *p, const double *mixed)
{
    ds_sobol_index out = { 0 };

    out.defined = moves(p->paths, p->a) || moves(p->paths, p->b);
    if (!out.defined || same(p->paths, p->a, mixed)) /* the group moves nothing */
        return out;
    const ds_index rest = closed_index(p, p->a, mixed);
    out.first = closed_index(p, p->b, mixed);
    out.total = (ds_index){ 1.0 - rest.value, rest.se };
    return out;
}
