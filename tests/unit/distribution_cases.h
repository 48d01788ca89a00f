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
    return (ds_distribution){kind, a, b, c, low, high, NULL, NULL, 0};
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
                             step_weights, 6};
}

static inline ds_distribution empirical(double low, double high)
{
    return (ds_distribution){DS_DIST_EMPIRICAL, 0, 0, 0, low, high, step_values, NULL, 6};
}

/* The continuous kinds, whole and cut in the middle, at one side and far out. */
static inline size_t continuous(ds_distribution out[32])
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
