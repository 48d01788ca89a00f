/* minimum.c -- where a curve of costs is least, how well that is known, and how flat
 * it is there.
 *
 * Called by commit.c and tests.
 *
 * Search.  Values evenly over the range; then, again and again, FINE values between the
 * neighbours of the best, until the loss at both is below half its standard error (they
 * cannot be told from the best), or they are closer than 1e-4 of the range.  A last value
 * is the vertex of the parabola through the three.  Nothing is assumed of the curve but
 * that a minimum narrower than the first grid does not matter.
 *
 * Standard error of the place.  The paths are cut into batches that are independent of one
 * another, whole groups of paths where a sampler makes groups; each has its own curve
 * and its own minimum, found on a grid that is common to all and wide enough for them,
 * with a parabola through the three lowest neighbouring points.  The minimum of n
 * paths scatters as that of a batch of m does, times sqrt(m/n): hence sd of the
 * batches' minima / sqrt(batches).  (The formula sd(C')/(sqrt(n) C'') would need a
 * second derivative, which for a cost with kinks is a density estimate with a width to
 * be chosen.)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "numerics/statistics.h"
#include "scenario/error.h"
#include "study/curve.h"

enum { FINE = 16, WINDOW = 17, ROUNDS = 12, WINDOWS = 3, WHOLE_MOST = 65 };
enum { BATCHES_MOST = 32, BATCHES_LEAST = 16, BATCH_PATHS = 16 };

static const double narrow = 1e-4; /* of the range */

/* `count` values evenly from low to high, both included. */
static void spread(double low, double high, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) {
        const double part = (double)i / (double)(count - 1);
        values[i] = low + part * (high - low);
    }
}

static ds_code try_between(ds_curve *curve, double low, double high, size_t count, ds_error *err)
{
    double values[WHOLE_MOST];
    const double step = curve->problem.step;

    if (step > 0.0 && (high - low) / step < (double)WHOLE_MOST) { /* all there are */
        count = (size_t)((high - low) / step + 0.5) + 1;
        for (size_t i = 0; i < count; i++) {
            values[i] = low + (double)i * step;
        }
    } else {
        spread(low, high, count, values);
    }
    return ds_curve_try(curve, values, count, err);
}

/* ---- Search ---------------------------------------------------------------------- */

static bool cannot_be_told(const ds_curve *curve, size_t point, size_t best)
{
    if (point == best) {
        return true;
    }
    const ds_estimate loss = ds_curve_loss(curve, point, best);
    return loss.value <= 0.5 * loss.se || loss.value <= 0.0;
}

/* Vertex of the parabola through three points; the middle one when there is none. */
static double vertex(double a, double fa, double b, double fb, double c, double fc)
{
    const double left = (b - a) * (fb - fc), right = (b - c) * (fb - fa);
    const double x = b - 0.5 * ((b - a) * left - (b - c) * right) / (left - right);

    return x > a && x < c ? x : b;
}

static ds_code refine(ds_curve *curve, ds_error *err)
{
    const ds_curve_problem *p = &curve->problem;

    for (size_t round = 0; round < ROUNDS; round++) {
        const size_t best = ds_curve_best(curve);
        const size_t left = best > 0 ? best - 1 : best;
        const size_t right = best + 1 < curve->count ? best + 1 : best;
        const double low = curve->points[left].value, high = curve->points[right].value;
        const double middle = curve->points[best].value;
        if (high - low <= narrow * (p->high - p->low) ||
            (p->step > 0.0 && high - low <= 2.5 * p->step) ||
            (cannot_be_told(curve, left, best) && cannot_be_told(curve, right, best))) {
            return DS_OK;
        }
        ds_code code = DS_OK;
        if (left != best) {
            code = try_between(curve, low, middle, FINE / 2 + 1, err);
        }
        if (code == DS_OK && right != best) {
            code = try_between(curve, middle, high, FINE / 2 + 1, err);
        }
        if (code != DS_OK) {
            return code;
        }
    }
    return DS_OK;
}

static ds_code try_vertex(ds_curve *curve, ds_error *err)
{
    const size_t best = ds_curve_best(curve);

    if (curve->problem.step > 0.0 || best == 0 || best + 1 >= curve->count) {
        return DS_OK;
    }
    const ds_curve_point *p = &curve->points[best];
    const double x = vertex(p[-1].value, p[-1].objective, p->value, p->objective, p[1].value,
                            p[1].objective);
    return ds_curve_try(curve, &x, 1, err);
}

/* ---- How well the place is known ------------------------------------------------- */

/* First and last point that may be the minimum of a batch: beyond, the loss is more
 * than twice the standard error that it has in a batch. */
static void window_of(const ds_curve *curve, size_t best, size_t batches, size_t *first,
                      size_t *last)
{
    const double factor = 2.0 * sqrt((double)batches);

    *first = *last = best;
    for (bool inside = true; inside && *first > 0;) {
        const ds_estimate loss = ds_curve_loss(curve, --*first, best);
        inside = loss.value <= factor * loss.se;
    }
    for (bool inside = true; inside && *last + 1 < curve->count;) {
        const ds_estimate loss = ds_curve_loss(curve, ++*last, best);
        inside = loss.value <= factor * loss.se;
    }
}

/* How paths are dealt to batches. */
typedef struct {
    ds_groups groups;
    size_t    batches; /* 0: too few paths */
    size_t    each;    /* paths, but with DS_GROUPS_MODULO                         */
} deal;

static deal deal_of(const ds_curve *curve)
{
    const size_t paths = curve->problem.paths;
    deal d = {.groups = ds_curve_groups(curve)};

    d.batches = paths >= BATCHES_MOST * BATCH_PATHS * 2  ? BATCHES_MOST
                : paths >= BATCHES_LEAST * BATCH_PATHS ? BATCHES_LEAST
                                                       : 0;
    if (d.groups.kind == DS_GROUPS_MODULO && d.groups.modulus < d.batches) {
        d.batches = d.groups.modulus < 2 ? 0 : (size_t)d.groups.modulus;
    }
    d.each = d.batches == 0 ? 0 : paths / d.batches;
    d.each -= d.groups.kind == DS_GROUPS_PAIRS ? d.each % 2 : 0;
    return d;
}

/* Means of a point over the paths of each batch. */
static void batch_means(const deal *d, size_t paths, const double *effect, double *mean)
{
    size_t count[BATCHES_MOST] = {0};

    for (size_t b = 0; b < d->batches; b++) {
        mean[b] = 0.0;
    }
    for (size_t i = 0; i < paths; i++) {
        const size_t b = d->groups.kind == DS_GROUPS_MODULO
                             ? (size_t)(i % d->groups.modulus) % d->batches
                             : i / d->each;
        if (b < d->batches) {
            mean[b] += effect[i];
            count[b]++;
        }
    }
    for (size_t b = 0; b < d->batches; b++) {
        mean[b] /= (double)count[b];
    }
}

/* Where the curve of a batch is least between two points that are tried; mean[i] are the
 * means at point first + i. */
static double batch_minimum(const ds_curve *curve, size_t first, size_t last, size_t batch,
                            double (*mean)[BATCHES_MOST])
{
    size_t best = first;

    for (size_t i = first; i <= last; i++) {
        best = mean[i - first][batch] < mean[best - first][batch] ? i : best;
    }
    if (curve->problem.step > 0.0 || best == first || best == last) {
        return curve->points[best].value;
    }
    const ds_curve_point *p = &curve->points[best];
    const size_t at = best - first;
    return vertex(p[-1].value, mean[at - 1][batch], p->value, mean[at][batch], p[1].value,
                  mean[at + 1][batch]);
}

static ds_code error_of_place(ds_curve *curve, const deal *d, double *se, ds_error *err)
{
    double minima[BATCHES_MOST];
    size_t first, last;

    window_of(curve, ds_curve_best(curve), d->batches, &first, &last);
    double(*mean)[BATCHES_MOST] = malloc((last - first + 1) * sizeof *mean);
    if (mean == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    for (size_t i = first; i <= last; i++) {
        batch_means(d, curve->problem.paths, curve->points[i].effect, mean[i - first]);
    }
    for (size_t b = 0; b < d->batches; b++) {
        minima[b] = batch_minimum(curve, first, last, b, mean);
    }
    free(mean);
    const ds_moments m = ds_moments_of(d->batches, minima);
    *se = ds_moments_mean_se(&m);
    return DS_OK;
}

/* Values for the batches to have their minima between. */
static ds_code try_window(ds_curve *curve, size_t batches, ds_error *err)
{
    ds_code code = DS_OK;

    for (size_t k = 0; code == DS_OK && k < WINDOWS; k++) {
        size_t first, last;
        window_of(curve, ds_curve_best(curve), batches, &first, &last);
        if (curve->problem.step > 0.0 && last - first < 2) {
            return DS_OK;
        }
        code = try_between(curve, curve->points[first].value, curve->points[last].value, WINDOW,
                           err);
    }
    return code;
}

ds_code ds_curve_minimise(ds_curve *curve, ds_estimate *value, ds_error *err)
{
    const ds_curve_problem *p = &curve->problem;
    *value = (ds_estimate){(double)NAN, (double)NAN};
    ds_code code = try_between(curve, p->low, ds_curve_snap(curve, p->high), p->coarse, err);
    if (code == DS_OK) {
        code = refine(curve, err);
    }
    if (code == DS_OK) {
        code = try_vertex(curve, err);
    }
    const deal d = deal_of(curve);
    if (code == DS_OK && d.batches > 0) {
        code = try_window(curve, d.batches, err);
    }
    if (code == DS_OK && d.batches > 0) {
        code = error_of_place(curve, &d, &value->se, err);
    }
    if (code == DS_OK) {
        value->value = curve->points[ds_curve_best(curve)].value;
    }
    return code;
}

/* ---- How flat it is -------------------------------------------------------------- */

/* Where between two points the loss passes `loss`. */
static double crossing(const ds_curve *curve, size_t in, size_t out, size_t best, double loss)
{
    const double base = curve->points[best].objective;
    const double a = curve->points[in].objective - base, b = curve->points[out].objective - base;
    const double part = b > a ? (loss - a) / (b - a) : 0.0;
    const double x = curve->points[in].value, y = curve->points[out].value;

    return curve->problem.step > 0.0 ? x : x + part * (y - x);
}

void ds_curve_flat(const ds_curve *curve, size_t best, double loss, double *low, double *high)
{
    const double most = curve->points[best].objective + loss;
    size_t first = best, last = best;

    while (first > 0 && curve->points[first - 1].objective <= most) {
        first--;
    }
    while (last + 1 < curve->count && curve->points[last + 1].objective <= most) {
        last++;
    }
    *low = first > 0 ? crossing(curve, first, first - 1, best, loss) : curve->points[0].value;
    *high = last + 1 < curve->count ? crossing(curve, last, last + 1, best, loss)
                                    : curve->points[last].value;
}
