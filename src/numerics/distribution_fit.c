/* distribution_fit.c -- distributions from moments and from two quantiles.
 *
 * Called while a scenario is read.  Closed forms, but for some shapes, which are halved for.
 *
 * Invariants: a fit that succeeds has finite parameters with a positive scale and
 * is not truncated; one that fails leaves *out untouched.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

static ds_distribution untruncated(ds_dist_kind kind, double a, double b)
{
    return (ds_distribution){
        .kind = kind, .a = a, .b = b, .low = -(double)INFINITY, .high = (double)INFINITY};
}

static bool accept_fit(ds_dist_kind kind, double a, double b, ds_distribution *out)
{
    if (!isfinite(a) || !isfinite(b) || !(b > 0.0)) {
        return false;
    }
    *out = untruncated(kind, a, b);
    return true;
}

bool ds_distribution_fit_lognormal_moments(double mean, double sd, ds_distribution *out)
{
    if (!(mean > 0.0) || !(sd > 0.0)) {
        return false;
    }
    const double variance = log1p((sd / mean) * (sd / mean));
    return accept_fit(DS_DIST_LOGNORMAL, log(mean) - 0.5 * variance, sqrt(variance), out);
}

bool ds_distribution_fit_beta_moments(double mean, double sd, ds_distribution *out)
{
    if (!(mean > 0.0 && mean < 1.0) || !(sd > 0.0)) {
        return false;
    }
    const double size = mean * (1.0 - mean) / (sd * sd) - 1.0; /* alpha + beta */
    if (!(size > 0.0)) {
        return false;
    }
    const double alpha = mean * size;
    return alpha > 0.0 && accept_fit(DS_DIST_BETA, alpha, (1.0 - mean) * size, out);
}

bool ds_distribution_fit_gamma_moments(double mean, double sd, ds_distribution *out)
{
    if (!(mean > 0.0) || !(sd > 0.0)) {
        return false;
    }
    const double shape = (mean / sd) * (mean / sd);
    return shape > 0.0 && accept_fit(DS_DIST_GAMMA, shape, sd * (sd / mean), out);
}

/* Squared coefficient of variation of a Weibull. */
static double weibull_variation(double shape)
{
    return expm1(gsl_sf_lngamma(1.0 + 2.0 / shape) - 2.0 * gsl_sf_lngamma(1.0 + 1.0 / shape));
}

/* Falls as the shape rises; halved in the logarithm of the shape. */
bool ds_distribution_fit_weibull_moments(double mean, double sd, ds_distribution *out)
{
    double low = 0.1, high = 1000.0;

    if (!(mean > 0.0) || !(sd > 0.0)) {
        return false;
    }
    const double variation = (sd / mean) * (sd / mean);
    if (!(variation < weibull_variation(low) && variation > weibull_variation(high))) {
        return false;
    }
    for (int i = 0; i < 100; i++) {
        const double middle = sqrt(low * high);
        if (weibull_variation(middle) > variation) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return accept_fit(DS_DIST_WEIBULL, low, mean / gsl_sf_gamma(1.0 + 1.0 / low), out);
}

bool ds_distribution_fit_normal_quantiles(double p1, double x1, double p2, double x2,
                                          ds_distribution *out)
{
    if (!(p1 > 0.0 && p1 < p2 && p2 < 1.0) || !(x1 < x2)) {
        return false;
    }
    const double z1 = gsl_cdf_ugaussian_Pinv(p1), z2 = gsl_cdf_ugaussian_Pinv(p2);
    const double sd = (x2 - x1) / (z2 - z1);
    const double mean = (x1 * z2 - x2 * z1) / (z2 - z1);
    return accept_fit(DS_DIST_NORMAL, mean, sd, out);
}

bool ds_distribution_fit_lognormal_quantiles(double p1, double x1, double p2, double x2,
                                             ds_distribution *out)
{
    ds_distribution logarithm;

    if (!(x1 > 0.0) || !ds_distribution_fit_normal_quantiles(p1, log(x1), p2, log(x2),
                                                             &logarithm)) {
        return false;
    }
    *out = untruncated(DS_DIST_LOGNORMAL, logarithm.a, logarithm.b);
    return true;
}

/* ln x is linear in the logarithm of the hazard. */
bool ds_distribution_fit_weibull_quantiles(double p1, double x1, double p2, double x2,
                                           ds_distribution *out)
{
    if (!(p1 > 0.0 && p1 < p2 && p2 < 1.0) || !(x1 > 0.0 && x1 < x2)) {
        return false;
    }
    const double h1 = -log1p(-p1), h2 = -log1p(-p2);
    const double shape = log(h2 / h1) / log(x2 / x1);
    return shape > 0.0 && accept_fit(DS_DIST_WEIBULL, shape, x1 / pow(h1, 1.0 / shape), out);
}

/* The ratio of the two quantiles falls as the shape rises; halved in its logarithm. */
bool ds_distribution_fit_gamma_quantiles(double p1, double x1, double p2, double x2,
                                         ds_distribution *out)
{
    double low = 1e-2, high = 1e8;

    if (!(p1 > 0.0 && p1 < p2 && p2 < 1.0) || !(x1 > 0.0 && x1 < x2)) {
        return false;
    }
    for (int i = 0; i < 100; i++) {
        const ds_distribution d = untruncated(DS_DIST_GAMMA, sqrt(low * high), 1.0);
        const double ratio = ds_distribution_quantile(&d, p2) / ds_distribution_quantile(&d, p1);
        if (ratio > x2 / x1) {
            low = d.a;
        } else {
            high = d.a;
        }
    }
    if (!(low > 1.0001e-2 && high < 0.9999e8)) {
        return false;
    }
    const ds_distribution unit = untruncated(DS_DIST_GAMMA, low, 1.0);
    return accept_fit(DS_DIST_GAMMA, low, x2 / ds_distribution_quantile(&unit, p2), out);
}

/* ---- Beta from two quantiles ------------------------------------------------------ */

/* P(X <= x) of a beta with log odds of the mean and alpha + beta as given. */
static double beta_below(double x, double odds, double size)
{
    const double mean = odds < 0.0 ? exp(odds) / (1.0 + exp(odds)) : 1.0 / (1.0 + exp(-odds));
    const double alpha = size * mean, beta = size / (1.0 + exp(odds));

    return alpha > 0.0 && beta > 0.0 ? gsl_cdf_beta_P(x, alpha, beta) : odds < 0.0 ? 1.0 : 0.0;
}

/* The mean, as log odds, at which a beta of this size has p below x: the greater the mean,
 * the less is below. */
static double beta_odds(double p, double x, double size)
{
    double low = -40.0, high = 40.0;

    for (int i = 0; i < 80 && high - low > 1e-14; i++) {
        const double middle = 0.5 * (low + high);
        if (beta_below(x, middle, size) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

/* Among the betas with p1 below x1, the larger alpha + beta is, the more is below x2. */
bool ds_distribution_fit_beta_quantiles(double p1, double x1, double p2, double x2,
                                        ds_distribution *out)
{
    double low = -7.0, high = 25.0; /* ln(alpha + beta) */

    if (!(p1 > 0.0 && p1 < p2 && p2 < 1.0) || !(x1 > 0.0 && x1 < x2 && x2 < 1.0)) {
        return false;
    }
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high), size = exp(middle);
        if (beta_below(x2, beta_odds(p1, x1, size), size) < p2) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const double size = exp(low), odds = beta_odds(p1, x1, size);
    const double alpha = size / (1.0 + exp(-odds)), beta = size / (1.0 + exp(odds));
    const ds_distribution d = untruncated(DS_DIST_BETA, alpha, beta);
    /* at an end of the range there is none */
    const bool found = low > -6.999 && high < 24.999 && alpha > 0.0 &&
                       fabs(ds_distribution_cdf(&d, x1) - p1) < 1e-9 &&
                       fabs(ds_distribution_cdf(&d, x2) - p2) < 1e-9;
    return found && accept_fit(DS_DIST_BETA, alpha, beta, out);
}
