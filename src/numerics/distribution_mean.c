/* distribution_mean.c -- means and supports, truncated or not.
 *
 * Called while a scenario is checked, for texts, for control variates and by
 * tests; never by the kernel.
 *
 * The mean of a truncated distribution is a ratio of two masses: that of the
 * moment density, which for lognormal, beta and gamma is the same kind with one
 * parameter moved, and that of the distribution.
 *
 * Invariants: support low <= mean <= support high.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution.h"

#include "numerics/distribution_internal.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* Normal mass between two scores, from the tails that are small. */
static double normal_mass(double from, double to)
{
    return from > 0.0 ? gsl_cdf_ugaussian_Q(from) - gsl_cdf_ugaussian_Q(to)
                      : gsl_cdf_ugaussian_P(to) - gsl_cdf_ugaussian_P(from);
}

/* Integral of x f(x) over [low, high] in the rising half of a triangle that starts
 * at a: f(x) = 2 (x - a) / ((c - a)(b - a)). */
static double triangle_moment(double a, double width, double rise, double low, double high)
{
    const double u = low - a, v = high - a;

    return rise > 0.0 ? (a * (v * v - u * u) + 2.0 / 3.0 * (v * v * v - u * u * u)) /
                            (width * rise)
                      : 0.0;
}

/* Partial mean over the untruncated density of [low, high] within the support. */
static double triangular_moment(const ds_distribution *d, double low, double high)
{
    const double l = fmax(low, d->a), h = fmin(high, d->c), width = d->c - d->a;
    const double left = l < d->b ? triangle_moment(d->a, width, d->b - d->a, l, fmin(h, d->b))
                                 : 0.0;
    /* the falling half is a rising one seen from above */
    const double right = h > d->b ? -triangle_moment(-d->c, width, d->c - d->b, -h,
                                                     -fmax(l, d->b))
                                  : 0.0;
    return left + right;
}

static double step_mean(const ds_distribution *d)
{
    double total = 0.0, sum = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        if (d->values[i] >= d->low && d->values[i] <= d->high) {
            total += ds_distribution_step_weight(d, i);
            sum += ds_distribution_step_weight(d, i) * d->values[i];
        }
    }
    return sum / total;
}

static double untruncated_mean(const ds_distribution *d)
{
    switch (d->kind) {
    case DS_DIST_LOGNORMAL:
        return exp(d->a + 0.5 * d->b * d->b);
    case DS_DIST_UNIFORM:
        return 0.5 * (d->a + d->b);
    case DS_DIST_TRIANGULAR:
        return (d->a + d->b + d->c) / 3.0;
    case DS_DIST_PERT:
        return (d->a + DS_PERT_LAMBDA * d->b + d->c) / (2.0 + DS_PERT_LAMBDA);
    case DS_DIST_BETA:
        return d->a / (d->a + d->b);
    case DS_DIST_GAMMA:
        return d->a * d->b;
    case DS_DIST_WEIBULL:
        return d->b * gsl_sf_gamma(1.0 + 1.0 / d->a);
    default:
        return d->a;
    }
}

/* Share of the first moment inside [low, high], for the distributions whose moment
 * density is their own kind with one parameter moved. */
static double moment_share(const ds_distribution *d)
{
    ds_distribution moved = *d;

    switch (d->kind) {
    case DS_DIST_LOGNORMAL:
        moved.a += d->b * d->b;
        break;
    case DS_DIST_EXPONENTIAL:
        moved = (ds_distribution){DS_DIST_GAMMA, 2.0, d->a, 0.0, d->low, d->high,
                                  NULL, NULL, 0, NULL};
        break;
    case DS_DIST_WEIBULL: /* its hazard is a gamma */
        moved = (ds_distribution){DS_DIST_GAMMA, 1.0 + 1.0 / d->a, 1.0, 0.0,
                                  pow(fmax(d->low, 0.0) / d->b, d->a),
                                  pow(fmax(d->high, 0.0) / d->b, d->a), NULL, NULL, 0, NULL};
        break;
    default: /* beta, gamma */
        moved.a += 1.0;
        break;
    }
    return ds_distribution_truncation(&moved).inside;
}

static double truncated_mean(const ds_distribution *d)
{
    const double inside = ds_distribution_truncation(d).inside;

    switch (d->kind) {
    case DS_DIST_NORMAL: {
        const double from = (d->low - d->a) / d->b, to = (d->high - d->a) / d->b;
        return d->a + d->b * (gsl_ran_ugaussian_pdf(from) - gsl_ran_ugaussian_pdf(to)) /
                          normal_mass(from, to);
    }
    case DS_DIST_UNIFORM:
        return 0.5 * (fmax(d->a, d->low) + fmin(d->b, d->high));
    case DS_DIST_TRIANGULAR:
        return triangular_moment(d, d->low, d->high) / inside;
    case DS_DIST_PERT: {
        const ds_beta_shape s = ds_distribution_beta_shape(d);
        const ds_distribution unit = {DS_DIST_BETA, s.alpha, s.beta, 0.0,
                                      (d->low - s.low) / s.width,
                                      (d->high - s.low) / s.width, NULL, NULL, 0, NULL};
        return s.low + s.width * truncated_mean(&unit);
    }
    case DS_DIST_CONSTANT:
        return d->a;
    default:
        return untruncated_mean(d) * moment_share(d) / inside;
    }
}

double ds_distribution_mean(const ds_distribution *d)
{
    if (ds_distribution_is_step(d)) {
        return step_mean(d);
    }
    if (d->kind == DS_DIST_METALOG || d->kind == DS_DIST_MIXTURE) {
        return d->kind == DS_DIST_METALOG ? ds_metalog_mean(d) : ds_mixture_mean(d);
    }
    if (ds_distribution_is_truncated(d)) {
        return ds_distribution_clamp(d, truncated_mean(d)); /* rounding stays inside */
    }
    return untruncated_mean(d);
}

/* ---- Support ----------------------------------------------------------------- */

/* Least (sign +1) or greatest (-1) value with weight inside [low, high]. */
static double step_extreme(const ds_distribution *d, double sign)
{
    double best = (double)NAN;

    for (size_t i = 0; i < d->count; i++) {
        const double x = d->values[i];
        const bool counts =
            x >= d->low && x <= d->high && ds_distribution_step_weight(d, i) > 0.0;
        if (counts && !(sign * x >= sign * best)) {
            best = x;
        }
    }
    return best;
}

double ds_distribution_support_low(const ds_distribution *d)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
        return d->low;
    case DS_DIST_LOGNORMAL:
    case DS_DIST_BETA:
    case DS_DIST_GAMMA:
    case DS_DIST_EXPONENTIAL:
    case DS_DIST_WEIBULL:
        return fmax(d->low, 0.0);
    case DS_DIST_MIXTURE:
        return ds_mixture_support(d, false);
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL:
        return step_extreme(d, 1.0);
    case DS_DIST_CONSTANT:
        return d->a;
    default:
        return fmax(d->low, d->a);
    }
}

double ds_distribution_support_high(const ds_distribution *d)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
    case DS_DIST_LOGNORMAL:
    case DS_DIST_GAMMA:
    case DS_DIST_EXPONENTIAL:
    case DS_DIST_WEIBULL:
        return d->high;
    case DS_DIST_MIXTURE:
        return ds_mixture_support(d, true);
    case DS_DIST_BETA:
        return fmin(d->high, 1.0);
    case DS_DIST_UNIFORM:
    case DS_DIST_METALOG:
        return fmin(d->high, d->b);
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL:
        return step_extreme(d, -1.0);
    case DS_DIST_CONSTANT:
        return d->a;
    default:
        return fmin(d->high, d->c);
    }
}
