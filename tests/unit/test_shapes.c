/* test_shapes.c -- Weibull, metalog and mixture: known answers.
 *
 * Reference values: closed forms; for the metalog 12 digits by solving the equations of
 * Keelin (2016) in arbitrary precision.  Nothing is random.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "distribution_cases.h"
#include "numerics/distribution_internal.h"

#include <gsl/gsl_errno.h>
#include <stdbool.h>

static void weibull_by_moments(void **state)
{
    ds_distribution d;

    (void)state;
    /* shape 2 is a Rayleigh: mean sqrt(pi) / 2, variance 1 - pi / 4 */
    assert_true(ds_distribution_fit_weibull_moments(sqrt(M_PI) / 2, sqrt(1 - M_PI / 4), &d));
    CLOSE(d.a, 2, 1e-12);
    CLOSE(d.b, 1, 1e-12);
    CLOSE(ds_distribution_mean(&d), sqrt(M_PI) / 2, 1e-12);
    /* of shape 1 an exponential */
    assert_true(ds_distribution_fit_weibull_moments(3, 3, &d));
    CLOSE(d.a, 1, 1e-12);
    CLOSE(ds_distribution_quantile(&d, .5), 3 * log(2), 1e-12);
    assert_true(!ds_distribution_fit_weibull_moments(0, 1, &d));
    assert_true(!ds_distribution_fit_weibull_moments(1, 1e-9, &d));
    assert_true(!ds_distribution_fit_weibull_moments(1, 1e9, &d));
    for (int i = 1; i < 50; i++) {
        const ds_distribution w = whole(DS_DIST_WEIBULL, 0.2 * i, 2, 0);
        const double x = 0.1 * i;
        CLOSE(ds_distribution_cdf(&w, x), gsl_cdf_weibull_P(x, 2, 0.2 * i), 1e-13);
    }
}

static void fits_by_two_quantiles(void **state)
{
    ds_distribution d;

    (void)state;
    assert_true(ds_distribution_fit_weibull_quantiles(.1, 2, .9, 7, &d));
    CLOSE(gsl_cdf_weibull_P(2, d.b, d.a), .1, 1e-12);
    CLOSE(gsl_cdf_weibull_P(7, d.b, d.a), .9, 1e-12);
    assert_true(ds_distribution_fit_gamma_quantiles(.1, 2, .9, 7, &d));
    CLOSE(gsl_cdf_gamma_P(2, d.a, d.b), .1, 1e-11);
    CLOSE(gsl_cdf_gamma_P(7, d.a, d.b), .9, 1e-11);
    assert_true(!ds_distribution_fit_gamma_quantiles(.1, 0, .9, 7, &d));
    assert_true(!ds_distribution_fit_gamma_quantiles(.1, 1, .9, 1.000001, &d));
    assert_true(!ds_distribution_fit_weibull_quantiles(.9, 2, .1, 7, &d));
}

/* That a beta is found is enough: its CDF is GSL's.  Narrow, skewed, with mass at both ends;
 * and that of known shapes comes back. */
static void beta_by_two_quantiles(void **state)
{
    static const double cases[][4] = {{.1, .2, .9, .6},     {.05, .89, .95, .97},
                                      {.1, .001, .9, .002}, {.1, .498, .9, .502},
                                      {.2, .01, .8, .99},   {.01, 1e-6, .99, .3}};
    ds_distribution d;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double *c = cases[i];
        assert_true(ds_distribution_fit_beta_quantiles(c[0], c[1], c[2], c[3], &d));
        CLOSE(gsl_cdf_beta_P(c[1], d.a, d.b), c[0], 1e-10);
        CLOSE(gsl_cdf_beta_P(c[3], d.a, d.b), c[2], 1e-10);
    }
    assert_true(ds_distribution_fit_beta_quantiles(.1, gsl_cdf_beta_Pinv(.1, 2, 5), .9,
                                                   gsl_cdf_beta_Pinv(.9, 2, 5), &d));
    CLOSE(d.a, 2, 1e-9);
    CLOSE(d.b, 5, 1e-9);
    assert_true(!ds_distribution_fit_beta_quantiles(.1, 0, .9, .5, &d));
    assert_true(!ds_distribution_fit_beta_quantiles(.1, .5, .9, 1, &d));
    assert_true(!ds_distribution_fit_beta_quantiles(.9, .5, .1, .6, &d));
    assert_true(!ds_distribution_fit_beta_quantiles(.1, .5, .9, .5 + 1e-9, &d));
}

static void metalog_of_three_quantiles(void **state)
{
    static const double p[] = {.1, .5, .9}, x[] = {10, 20, 40};
    double a[5], at;

    (void)state;
    assert_true(ds_metalog_fit(3, p, x, -INF, INF, a));
    CLOSE(a[0], 20, 1e-12);
    CLOSE(a[1], 6.82679419970, 1e-11);
    CLOSE(a[2], 5.68899516642, 1e-11);
    const ds_distribution d = metalog(a, 3, -INF, INF, -INF, INF);
    assert_true(ds_metalog_rises(&d, &at));
    CLOSE(ds_distribution_quantile(&d, .05), 7.43682565978, 1e-11);
    CLOSE(ds_distribution_quantile(&d, .25), 14.0625, 1e-11);
    CLOSE(ds_distribution_quantile(&d, .75), 29.0625, 1e-11);
    CLOSE(ds_distribution_quantile(&d, .95), 47.6389835485, 1e-11);
    CLOSE(ds_distribution_mean(&d), a[0] + a[2] / 2, 1e-14);
}

/* Through its points whatever the bounds, and inside them. */
static void metalogs_go_through_their_points(void **state)
{
    static const double p[] = {.05, .1, .5, .75, .9}, x[] = {2.5, 3, 5, 6.3, 8};
    static const double bounds[][2] = {{-INF, INF}, {0, INF}, {-INF, 20}, {0, 20}};
    double a[5], at;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t count = 2; count <= 5; count++) {
            assert_true(ds_metalog_fit(count, p, x, bounds[i][0], bounds[i][1], a));
            const ds_distribution d = metalog(a, count, bounds[i][0], bounds[i][1], -INF, INF);
            for (size_t k = 0; k < count && ds_metalog_rises(&d, &at); k++) {
                CLOSE(ds_distribution_quantile(&d, p[k]), x[k], 1e-11);
                CLOSE(ds_distribution_cdf(&d, x[k]), p[k], 1e-11);
            }
        }
    }
    assert_true(!ds_metalog_fit(3, p, x, 2.6, INF, a));
    assert_true(!ds_metalog_fit(6, p, x, -INF, INF, a));
}

static void metalogs_that_fall_are_told(void **state)
{
    static const double falls[] = {0, 1, 2.5}, heavy[] = {0, 1.2, 0};
    const ds_distribution bad = metalog(falls, 3, -INF, INF, -INF, INF);
    const ds_distribution infinite = metalog(heavy, 3, 0, INF, -INF, INF);
    const ds_distribution mirrored = metalog(heavy, 3, -INF, 0, -INF, INF);
    const ds_distribution both = metalog(heavy, 3, 0, 1, -INF, INF);
    double at = -1;

    (void)state;
    assert_true(!ds_metalog_rises(&bad, &at));
    assert_true(at >= 0.0 && at < 0.5); /* it is the left tail that falls */
    assert_true(!ds_metalog_has_mean(&infinite) && !ds_metalog_has_mean(&mirrored));
    assert_true(ds_metalog_has_mean(&both));
}

/* 1 / (1 + (alpha / y)^(-1/s)): a log metalog of two terms is a log-logistic of scale
 * exp(a1) and shape 1/a2, whose mean is scale (pi s) / sin(pi s). */
static void log_metalog_is_log_logistic(void **state)
{
    static const double a[] = {0.7, 0.25};
    const ds_distribution d = metalog(a, 2, 0, INF, -INF, INF);

    (void)state;
    CLOSE(ds_distribution_mean(&d), exp(.7) * (M_PI * .25) / sin(M_PI * .25), 1e-10);
    CLOSE(ds_distribution_cdf(&d, 3), 1 / (1 + pow(3 / exp(.7), -4)), 1e-12);
}

/* ---- Mixtures --------------------------------------------------------------------- */

enum { STORAGE = (1 + DS_PIECE_SIZE) * DS_MIXTURE_PIECES + 64 };
static double storage[STORAGE];

/* Draws within 1e-9 of the spread of the solved quantile, but for the jump. */
static void check_draws(const ds_distribution *d, double spread, double jump_at)
{
    ds_draw draw;

    assert_true(ds_draw_storage(d) <= STORAGE);
    ds_draw_compile(d, storage, &draw);
    assert_int_equal(draw.kind, DS_DRAW_PIECES);
    assert_true(draw.count < DS_MIXTURE_PIECES / 2);
    for (int k = -1200; k <= 1200; k++) {
        const double u = gsl_cdf_ugaussian_P(k / 200.0 + 1e-4);
        const double x = ds_distribution_quantile(d, u);
        if (fabs(u - jump_at) > 1e-6) {
            /* an error of u of 1e-16 is one of x in the upper tail */
            NEAR(ds_draw_value(&draw, u), x, 1e-9 * spread + 1e-15 * spread / (1.0 - u));
        }
    }
}

static void mixture_of_parts_far_apart(void **state)
{
    const ds_distribution d = mixture(apart, -INF, INF);
    ds_draw draw;

    (void)state;
    CLOSE(ds_distribution_mean(&d), 700, 1e-14);
    /* below 0.3 it is the first part, above the second */
    NEAR(ds_distribution_quantile(&d, .15), 0, 1e-12);
    CLOSE(ds_distribution_quantile(&d, .65), 1000, 1e-14);
    NEAR(ds_distribution_cdf(&d, 500), .3, 1e-15);
    check_draws(&d, 4, .3);
    ds_draw_compile(&d, storage, &draw);
    assert_true(ds_draw_value(&draw, .3 - 1e-9) < 7 && ds_draw_value(&draw, .3 + 1e-9) > 993);
}

static void mixture_with_a_listed_value(void **state)
{
    const ds_distribution d = mixture(with_zero, -INF, INF);
    const ds_distribution cut = mixture(with_zero, 0, 3), without = mixture(with_zero, 0.5, INF);
    ds_draw draw;

    (void)state;
    CLOSE(ds_distribution_mean(&d), .7 * 7 / 3, 1e-14);
    NEAR(ds_distribution_quantile(&d, .2), 0, 0);
    NEAR(ds_distribution_cdf(&d, 0), .3, 1e-15);
    NEAR(ds_distribution_mass_outside(&d, 0, INF), 0, 1e-15);
    NEAR(ds_distribution_mass_outside(&d, 0.5, INF), .3, 1e-15);
    check_draws(&d, 3, .3);
    ds_draw_compile(&d, storage, &draw);
    NEAR(ds_draw_value(&draw, .2), 0, 0);
    NEAR(ds_draw_value(&draw, .29999), 0, 0);
    /* the triangle loses 1/6 above 3, which is its mass there: 0.3 / (0.3 + 0.7 5/6) */
    NEAR(ds_distribution_cdf(&cut, 0), .3 / (.3 + .7 * 5 / 6), 1e-14);
    CLOSE(ds_distribution_mean(&without), 7.0 / 3, 1e-13);
    NEAR(ds_distribution_support_low(&without), 1, 0);
    NEAR(ds_distribution_support_low(&cut), 0, 0);
    check_draws(&cut, 3, .3 / (.3 + .7 * 5 / 6));
}

static void mixture_of_overlapping_parts(void **state)
{
    const ds_distribution d = mixture(overlapping, -INF, INF);

    (void)state;
    CLOSE(ds_distribution_mean(&d), .3 * 10 + .7 * 13.5, 1e-14);
    CLOSE(ds_distribution_cdf(&d, 11),
          .3 * gsl_cdf_gaussian_P(1, 3) + .7 * gsl_cdf_gamma_P(11, 9, 1.5), 1e-13);
    check_draws(&d, 15, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weibull_by_moments),
        cmocka_unit_test(fits_by_two_quantiles),
        cmocka_unit_test(beta_by_two_quantiles),
        cmocka_unit_test(metalog_of_three_quantiles),
        cmocka_unit_test(metalogs_go_through_their_points),
        cmocka_unit_test(metalogs_that_fall_are_told),
        cmocka_unit_test(log_metalog_is_log_logistic),
        cmocka_unit_test(mixture_of_parts_far_apart),
        cmocka_unit_test(mixture_with_a_listed_value),
        cmocka_unit_test(mixture_of_overlapping_parts),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
