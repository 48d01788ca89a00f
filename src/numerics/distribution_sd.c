/* distribution_sd.c -- standard deviations, truncated or not.
 *
 * Called for texts, by studies and by tests; never by the kernel.
 *
 * Closed forms where nothing is cut off; else the integral of (x - mean)^2 over the log odds
 * of the rank, in which both tails keep their digits, in panels of Gauss and Legendre's
 * rule.  A lognormal so wide that its second moment lies beyond the odds that are looked
 * at has it from the mass of the lognormal that is x^2 its density.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution_internal.h"

#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#define FAR_ODDS 80.0 /* a rank of 1e-35 */
#define WIDE_LOG_SD 1.0

static double step_sd(const ds_distribution *d)
{
    const double mean = ds_distribution_mean(d);
    double total = 0.0, sum = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        if (d->values[i] >= d->low && d->values[i] <= d->high) {
            const double away = d->values[i] - mean, weight = ds_distribution_step_weight(d, i);
            total += weight;
            sum += weight * away * away;
        }
    }
    return sqrt(sum / total);
}

static double beta_sd(double alpha, double beta)
{
    const double size = alpha + beta;

    return sqrt(alpha / size * (beta / size) / (size + 1.0));
}

static double untruncated_sd(const ds_distribution *d)
{
    const double mean = ds_distribution_mean(d);

    switch (d->kind) {
    case DS_DIST_NORMAL:
        return d->b;
    case DS_DIST_LOGNORMAL:
        return mean * sqrt(expm1(d->b * d->b));
    case DS_DIST_UNIFORM:
        return (d->b - d->a) / sqrt(12.0);
    case DS_DIST_TRIANGULAR: {
        const double left = d->b - d->a, right = d->c - d->b;
        return sqrt((left * left + left * right + right * right) / 18.0);
    }
    case DS_DIST_PERT: {
        const ds_beta_shape s = ds_distribution_beta_shape(d);
        return s.width * beta_sd(s.alpha, s.beta);
    }
    case DS_DIST_BETA:
        return beta_sd(d->a, d->b);
    case DS_DIST_GAMMA:
        return sqrt(d->a) * d->b;
    case DS_DIST_WEIBULL: /* the ratio of moments is near 1 for a large shape */
        return mean * sqrt(expm1(gsl_sf_lngamma(1.0 + 2.0 / d->a) -
                                 2.0 * gsl_sf_lngamma(1.0 + 1.0 / d->a)));
    case DS_DIST_EXPONENTIAL:
        return d->a;
    default: /* a constant */
        return 0.0;
    }
}

static double sd_by_quadrature(const ds_distribution *d)
{
    const double mean = ds_distribution_mean(d);
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(16);
    double sum = 0.0;

    for (double left = -FAR_ODDS; table != NULL && left < FAR_ODDS; left += 1.0) {
        for (size_t i = 0; i < 16; i++) {
            double odds, weight;
            gsl_integration_glfixed_point(left, left + 1.0, i, &odds, &weight, table);
            const double p = 1.0 / (1.0 + exp(-odds)), q = 1.0 / (1.0 + exp(odds));
            const double away = ds_distribution_quantile_at(d, p, q) - mean;
            sum += weight * p * q * away * away;
        }
    }
    gsl_integration_glfixed_table_free(table);
    return table == NULL ? (double)NAN : sqrt(sum);
}

/* E x^2 of the truncated lognormal: x^2 times its density is one with ln x moved by 2 b^2. */
static double wide_lognormal_sd(const ds_distribution *d)
{
    const double mean = ds_distribution_mean(d);
    ds_distribution moved = *d;

    moved.a += 2.0 * d->b * d->b;
    const double square = exp(2.0 * (d->a + d->b * d->b)) *
                          ds_distribution_truncation(&moved).inside /
                          ds_distribution_truncation(d).inside;
    return sqrt(fmax(square - mean * mean, 0.0));
}

double ds_distribution_sd(const ds_distribution *d)
{
    if (ds_distribution_is_step(d)) {
        return step_sd(d);
    }
    if (d->kind == DS_DIST_METALOG || d->kind == DS_DIST_MIXTURE) {
        return d->kind == DS_DIST_METALOG ? ds_metalog_sd(d) : ds_mixture_sd(d);
    }
    if (d->kind == DS_DIST_CONSTANT || !ds_distribution_is_truncated(d)) {
        return untruncated_sd(d);
    }
    return d->kind == DS_DIST_LOGNORMAL && d->b > WIDE_LOG_SD ? wide_lognormal_sd(d)
                                                              : sd_by_quadrature(d);
}
