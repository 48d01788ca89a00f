/* distribution_cases.h -- distributions that several unit tests go through, and
 * their moments by quadrature.  cmocka.h and near.h must be included first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_DISTRIBUTION_CASES_H
#define TESTS_UNIT_DISTRIBUTION_CASES_H

#include "numerics/distribution.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>

#define INF ((double)INFINITY)

static inline ds_distribution on(ds_dist_kind kind, double a, double b, double c, double low,
                                 double high)
{
    return (ds_distribution){kind, a, b, c, low, high, NULL, NULL, 0, NULL};
}

static inline ds_distribution whole(ds_dist_kind kind, double a, double b, double c)
{
    return on(kind, a, b, c, -INF, INF);
}

static const double step_values[] = {5, -1, 3, 3, 8, 100};
static const double step_weights[] = {2, 1, 0.5, 0.5, 0, 4};

static inline ds_distribution discrete(double low, double high)
{
    return (ds_distribution){DS_DIST_DISCRETE, 0, 0, 0, low, high, step_values,
                             step_weights, 6, NULL};
}

static inline ds_distribution empirical(double low, double high)
{
    return (ds_distribution){DS_DIST_EMPIRICAL, 0, 0, 0, low, high, step_values, NULL, 6, NULL};
}

/* Three-term metalog through quantiles 10, 20, 40 at 10, 50, 90 %; the same of one bound. */
static const double terms[] = {20, 6.82679419970, 5.68899516642};
static const double log_terms[] = {1, 0.3, 0.05, 0.1, 0.02};
static inline ds_distribution metalog(const double *a, size_t count, double from, double to,
                                      double low, double high)
{
    return (ds_distribution){DS_DIST_METALOG, from, to, 0, low, high, a, NULL, count, NULL};
}

static const double mixture_weights[] = {0.3, 0.7};
static inline ds_distribution mixture(const ds_distribution parts[2], double low, double high)
{
    return (ds_distribution){DS_DIST_MIXTURE, 0, 0, 0, low, high, NULL, mixture_weights, 2, parts};
}

static const ds_distribution overlapping[] = {
    {DS_DIST_NORMAL, 10, 3, 0, -INF, INF, NULL, NULL, 0, NULL},
    {DS_DIST_GAMMA, 9, 1.5, 0, -INF, INF, NULL, NULL, 0, NULL},
};
static const ds_distribution apart[] = {
    {DS_DIST_NORMAL, 0, 1, 0, -INF, INF, NULL, NULL, 0, NULL},
    {DS_DIST_NORMAL, 1000, 1, 0, -INF, INF, NULL, NULL, 0, NULL},
};
static const ds_distribution with_zero[] = {
    {DS_DIST_CONSTANT, 0, 0, 0, -INF, INF, NULL, NULL, 0, NULL},
    {DS_DIST_TRIANGULAR, 1, 2, 4, -INF, INF, NULL, NULL, 0, NULL},
};

/* The continuous kinds, whole and cut in the middle, at one side and far out. */
static inline size_t continuous(ds_distribution out[48])
{
    const ds_distribution list[] = {
        whole(DS_DIST_NORMAL, 10, 3, 0),
        on(DS_DIST_NORMAL, 10, 3, 0, 5, 12),
        on(DS_DIST_NORMAL, 0, 1, 0, 8, 9),
        on(DS_DIST_NORMAL, 0, 1, 0, -9, -8),
        on(DS_DIST_NORMAL, 0, 1, 0, -1, INF),
        on(DS_DIST_NORMAL, 0, 1, 0, -INF, 1),
        whole(DS_DIST_LOGNORMAL, 1, 0.7, 0),
        on(DS_DIST_LOGNORMAL, 1, 0.7, 0, 2, 30),
        on(DS_DIST_LOGNORMAL, 0, 0.25, 0, 8, INF),
        whole(DS_DIST_UNIFORM, -1, 3, 0),
        on(DS_DIST_UNIFORM, -1, 3, 0, 0, 1),
        whole(DS_DIST_TRIANGULAR, 1, 3, 8),
        whole(DS_DIST_TRIANGULAR, 1, 1, 8),
        whole(DS_DIST_TRIANGULAR, 1, 8, 8),
        on(DS_DIST_TRIANGULAR, 1, 3, 8, 2, 4),
        on(DS_DIST_TRIANGULAR, 1, 3, 8, 7, INF),
        whole(DS_DIST_PERT, 1, 3, 8),
        whole(DS_DIST_PERT, 0, 0, 1),
        on(DS_DIST_PERT, 1, 3, 8, 2, 5),
        whole(DS_DIST_BETA, 2, 3, 0),
        whole(DS_DIST_BETA, 50.625, 5.625, 0),
        on(DS_DIST_BETA, 2, 3, 0, 0.9, 0.99),
        whole(DS_DIST_GAMMA, 1.5, 2, 0),
        whole(DS_DIST_GAMMA, 4e5, 1e-5, 0),
        on(DS_DIST_GAMMA, 1.5, 2, 0, 60, INF),
        whole(DS_DIST_EXPONENTIAL, 4, 0, 0),
        on(DS_DIST_EXPONENTIAL, 4, 0, 0, 1, 6),
        whole(DS_DIST_WEIBULL, 1.5, 2, 0),
        on(DS_DIST_WEIBULL, 1.5, 2, 0, 9, 12),
        on(DS_DIST_WEIBULL, 3, 2, 0, 1, INF),
        metalog(terms, 3, -INF, INF, -INF, INF),
        metalog(terms, 3, -INF, INF, 5, 30),
        metalog(log_terms, 5, 2, INF, -INF, INF),
        metalog(log_terms, 5, -INF, 2, -9, INF),
        metalog(log_terms, 4, 2, 7, -INF, INF),
        mixture(overlapping, -INF, INF),
        mixture(overlapping, 8, 20),
    };
    memcpy(out, list, sizeof list);
    return sizeof list / sizeof list[0];
}

typedef struct {
    const ds_distribution *d;
    const ds_draw         *draw;
    int                    power;
} moment_integrand;

/* q(z)^power phi(z), by the draw when there is one, else by the distribution. */
static inline double integrand(double z, void *context)
{
    const moment_integrand *m = context;
    const double u = gsl_cdf_ugaussian_P(z);
    const double x = m->draw != NULL ? ds_draw_value(m->draw, u)
                                     : ds_distribution_quantile(m->d, u);
    return pow(x, m->power) * gsl_ran_ugaussian_pdf(z);
}

static inline double moment(const ds_distribution *d, const ds_draw *draw, int power)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(16);
    moment_integrand context = {d, draw, power};
    gsl_function f = {integrand, &context};
    double sum = 0.0;

    assert_non_null(table);
    for (int k = -64; k < 64; k++) {
        sum += gsl_integration_glfixed(&f, k / 8.0, (k + 1) / 8.0, table);
    }
    gsl_integration_glfixed_table_free(table);
    return sum;
}

#endif
