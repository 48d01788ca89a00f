/* test_distribution.c -- fits, cumulative probabilities, quantiles, means.
 *
 * Reference values: closed forms to 11 or 12 digits, GSL's cumulative functions,
 * and quadrature of the quantile in the normal score.  Nothing is random.
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

/* ---- Moments and fits ----------------------------------------------------------- */

static double variance(const ds_distribution *d, const ds_draw *draw)
{
    const double mean = moment(d, draw, 1);
    return moment(d, draw, 2) - mean * mean;
}

/* Closed forms, 12 digits; the variances by quadrature of the quantile, which the
 * kink of the triangle holds to 1e-5. */
static void moments_of_the_table(void **state)
{
    const ds_distribution half = on(DS_DIST_NORMAL, 0, 1, 0, 0, 2);
    const ds_distribution cut = on(DS_DIST_NORMAL, 10, 3, 0, 5, 12);
    const ds_distribution far = on(DS_DIST_NORMAL, 0, 1, 0, 8, 9);
    const ds_distribution pert = whole(DS_DIST_PERT, 1, 3, 8);
    const ds_distribution triangle = whole(DS_DIST_TRIANGULAR, 1, 3, 8);

    (void)state;
    CLOSE(ds_distribution_mean(&half), .722789752245, 1e-12);
    CLOSE(variance(&half, NULL), .251316277599, 1e-10);
    CLOSE(ds_distribution_mean(&cut), 9.05688657518, 1e-12);
    CLOSE(variance(&cut, NULL), 3.23878952105, 1e-10);
    CLOSE(ds_distribution_mean(&far), 8.12118899298, 1e-12);
    CLOSE(ds_distribution_mean(&pert), 3.5, 1e-15);
    CLOSE(variance(&pert, NULL), 1.60714285714, 1e-10);
    CLOSE(ds_distribution_mean(&triangle), 4.0, 1e-15);
    CLOSE(variance(&triangle, NULL), 2.16666666667, 1e-5);
    CLOSE(ds_distribution_quantile(&triangle, .5), 3.81669986733, 1e-12);
    CLOSE(ds_distribution_quantile(&triangle, .1), 2.18321595662, 1e-12);
}

/* ---- Standard deviations ----------------------------------------------------------- */

typedef struct {
    const ds_distribution *d;
    double                 mean;
} about_mean;

/* (x - mean)^2 = integral of 2 |x - mean|, weighted with the mass beyond: of the CDF alone,
 * where ds_distribution_sd() looks at quantiles. */
static double beyond(double x, void *context)
{
    const about_mean *a = context;
    const ds_tails t = ds_distribution_tails(a->d, x);

    return x < a->mean ? 2.0 * (a->mean - x) * t.p : 2.0 * (x - a->mean) * t.q;
}

static double sd_by_tails(const ds_distribution *d)
{
    enum { PANELS = 2000 };
    about_mean a = {d, ds_distribution_mean(d)};
    gsl_function f = {beyond, &a};
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(16);
    const double ends[3] = {ds_distribution_quantile_at(d, 1e-25, 1.0), a.mean,
                            ds_distribution_quantile_at(d, 1.0, 1e-25)};
    double sum = 0.0;

    assert_non_null(table);
    for (size_t side = 0; side < 2; side++) {
        for (size_t k = 0; k < PANELS; k++) { /* narrow about the mean */
            const double s = (double)k / PANELS, t = (double)(k + 1) / PANELS;
            const double from = side == 0 ? ends[1] + (ends[0] - ends[1]) * t * t * t
                                          : ends[1] + (ends[2] - ends[1]) * s * s * s;
            const double to = side == 0 ? ends[1] + (ends[0] - ends[1]) * s * s * s
                                        : ends[1] + (ends[2] - ends[1]) * t * t * t;
            sum += gsl_integration_glfixed(&f, from, to, table);
        }
    }
    gsl_integration_glfixed_table_free(table);
    return sqrt(sum);
}

static void sds_agree_with_quadrature(void **state)
{
    ds_distribution list[48];
    const size_t count = continuous(list);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        CLOSE(ds_distribution_sd(&list[i]), sd_by_tails(&list[i]), 1e-7);
    }
    const ds_distribution wide[] = {on(DS_DIST_LOGNORMAL, 0, 1.5, 0, 1, 40),
                                    on(DS_DIST_LOGNORMAL, 0, 1.2, 0, 0.5, 1e4)};
    CLOSE(ds_distribution_sd(&wide[0]), sd_by_tails(&wide[0]), 1e-7);
    CLOSE(ds_distribution_sd(&wide[1]), sd_by_tails(&wide[1]), 1e-7);
    /* listed values by hand: weights 2, 1, 1/2, 1/2, 4 at 5, -1, 3, 3, 100, mean 51.5 */
    const ds_distribution d = discrete(-INF, INF), e = empirical(4, 9);
    const double mean = (10 - 1 + 3 + 400) / 8.0;
    CLOSE(ds_distribution_sd(&d),
          sqrt((2 * 25 + 1 + 9 + 4 * 1e4) / 8.0 - mean * mean), 1e-14);
    CLOSE(ds_distribution_sd(&e), 1.5, 1e-15); /* 5 and 8 */
    const ds_distribution one = whole(DS_DIST_CONSTANT, 7, 0, 0);
    assert_true(ds_distribution_sd(&one) == 0.0);
    /* a part that is certain, one triangular: 0.7 of variance (1 + 2 + 4)/18 and the means */
    const ds_distribution m = mixture(with_zero, -INF, INF);
    CLOSE(ds_distribution_sd(&m), sqrt(0.7 * 7 / 18.0 + 0.21 * 49 / 9.0), 1e-14);
    /* 1/2 and more: exp(L/2) has no variance */
    static const double heavy[] = {0, 0.5};
    const ds_distribution none = metalog(heavy, 2, 0, INF, -INF, INF);
    assert_true(isinf(ds_distribution_sd(&none)));
}

/* The mean in closed form against quadrature of the quantile; 1e-5 for the kinks
 * of triangles, 1e-9 otherwise. */
static void means_agree_with_quadrature(void **state)
{
    ds_distribution list[48];
    const size_t count = continuous(list);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const bool kink = list[i].kind == DS_DIST_TRIANGULAR;
        CLOSE(moment(&list[i], NULL, 1), ds_distribution_mean(&list[i]), kink ? 1e-5 : 1e-9);
    }
    const ds_distribution d = discrete(-INF, INF), e = empirical(0, 50);
    CLOSE(ds_distribution_mean(&d), (2 * 5 - 1 + 3 + 4 * 100) / 8.0, 1e-15);
    CLOSE(ds_distribution_mean(&e), (5 + 3 + 3 + 8) / 4.0, 1e-15);
}

static void check_fit(const ds_distribution *d, ds_dist_kind kind, double a, double b)
{
    assert_int_equal(d->kind, kind);
    CLOSE(d->a, a, 4e-12);
    CLOSE(d->b, b, 4e-12);
    assert_true(isinf(d->low) && d->low < 0.0 && isinf(d->high) && d->high > 0.0);
}

static void fits_have_known_parameters(void **state)
{
    ds_distribution d;

    (void)state;
    assert_true(ds_distribution_fit_lognormal_quantiles(.05, 10, .95, 100, &d));
    check_fit(&d, DS_DIST_LOGNORMAL, 3.45387763949, .699936169172);
    CLOSE(ds_distribution_mean(&d), 40.4001282695, 4e-12);
    assert_true(ds_distribution_fit_lognormal_quantiles(.1, 20, .9, 80, &d));
    check_fit(&d, DS_DIST_LOGNORMAL, 3.68887945411, .540865618829);
    CLOSE(ds_distribution_mean(&d), 46.3002454757, 4e-12);
    assert_true(ds_distribution_fit_lognormal_moments(100, 50, &d));
    check_fit(&d, DS_DIST_LOGNORMAL, 4.49359841033, .472380727077);

    /* mean 0.9, sd 0.04: size 0.09 / 0.0016 - 1 = 55.25 */
    assert_true(ds_distribution_fit_beta_moments(.9, .04, &d));
    check_fit(&d, DS_DIST_BETA, .9 * 55.25, .1 * 55.25);
    assert_true(ds_distribution_fit_gamma_moments(10, 5, &d));
    check_fit(&d, DS_DIST_GAMMA, 4, 2.5);
    assert_true(ds_distribution_fit_normal_quantiles(.2, -3, .9, 7, &d));
    CLOSE(ds_distribution_quantile(&d, .2), -3, 1e-14);
    CLOSE(ds_distribution_quantile(&d, .9), 7, 1e-14);
}

static void fits_give_back_their_moments(void **state)
{
    ds_distribution d;

    (void)state;
    assert_true(ds_distribution_fit_lognormal_moments(3, 0.6, &d));
    CLOSE(moment(&d, NULL, 1), 3, 1e-10);
    CLOSE(variance(&d, NULL), 0.36, 1e-9);
    assert_true(ds_distribution_fit_beta_moments(.3, .1, &d));
    CLOSE(moment(&d, NULL, 1), .3, 1e-10);
    CLOSE(variance(&d, NULL), .01, 1e-9);
    assert_true(ds_distribution_fit_gamma_moments(3, 2, &d));
    CLOSE(moment(&d, NULL, 1), 3, 1e-10);
    CLOSE(variance(&d, NULL), 4, 1e-9);
}

static void impossible_fits_are_refused(void **state)
{
    ds_distribution d, before;
    const double nan_value = (double)NAN;

    (void)state;
    memset(&d, 0x5a, sizeof d);
    memcpy(&before, &d, sizeof d);
    assert_true(!ds_distribution_fit_lognormal_moments(0, 1, &d));
    assert_true(!ds_distribution_fit_lognormal_moments(-1, 1, &d));
    assert_true(!ds_distribution_fit_lognormal_moments(1, 0, &d));
    assert_true(!ds_distribution_fit_lognormal_moments(1, nan_value, &d));
    assert_true(!ds_distribution_fit_lognormal_moments(INF, 1, &d));
    assert_true(!ds_distribution_fit_beta_moments(.5, .5, &d));
    assert_true(!ds_distribution_fit_beta_moments(.9, .31, &d));
    assert_true(!ds_distribution_fit_beta_moments(1, .1, &d));
    assert_true(!ds_distribution_fit_beta_moments(0, .1, &d));
    assert_true(!ds_distribution_fit_beta_moments(.5, -.1, &d));
    assert_true(!ds_distribution_fit_gamma_moments(-2, 1, &d));
    assert_true(!ds_distribution_fit_gamma_moments(2, 0, &d));
    assert_true(!ds_distribution_fit_normal_quantiles(.9, 1, .1, 2, &d));
    assert_true(!ds_distribution_fit_normal_quantiles(.1, 2, .9, 2, &d));
    assert_true(!ds_distribution_fit_normal_quantiles(0, 1, .9, 2, &d));
    assert_true(!ds_distribution_fit_normal_quantiles(.1, 1, 1, 2, &d));
    assert_true(!ds_distribution_fit_normal_quantiles(.1, nan_value, .9, 2, &d));
    assert_true(!ds_distribution_fit_lognormal_quantiles(.1, 0, .9, 2, &d));
    assert_true(!ds_distribution_fit_lognormal_quantiles(.1, -1, .9, 2, &d));
    assert_memory_equal(&d, &before, sizeof d);
}

/* ---- Tails and quantiles --------------------------------------------------------- */

/* GSL's function of the same name, untruncated. */
static void cdf_agrees_with_gsl(void **state)
{
    const ds_distribution normal = whole(DS_DIST_NORMAL, 10, 3, 0);
    const ds_distribution lognormal = whole(DS_DIST_LOGNORMAL, 1, .7, 0);
    const ds_distribution beta = whole(DS_DIST_BETA, 2, 3, 0);
    const ds_distribution pert = whole(DS_DIST_PERT, 1, 3, 8);
    const ds_distribution gamma = whole(DS_DIST_GAMMA, 1.5, 2, 0);
    const ds_distribution exponential = whole(DS_DIST_EXPONENTIAL, 4, 0, 0);

    (void)state;
    for (int i = 1; i < 60; i++) {
        const double x = 0.31 * i;
        CLOSE(ds_distribution_cdf(&normal, x), gsl_cdf_gaussian_P(x - 10, 3), 1e-14);
        CLOSE(ds_distribution_cdf(&lognormal, x), gsl_cdf_lognormal_P(x, 1, .7), 1e-13);
        CLOSE(ds_distribution_cdf(&beta, x / 20), gsl_cdf_beta_P(x / 20, 2, 3), 1e-14);
        CLOSE(ds_distribution_cdf(&gamma, x), gsl_cdf_gamma_P(x, 1.5, 2), 1e-14);
        CLOSE(ds_distribution_cdf(&exponential, x), gsl_cdf_exponential_P(x, 4), 1e-14);
        if (x > 1.0 && x < 8.0) { /* alpha 15/7, beta 27/7 */
            CLOSE(ds_distribution_cdf(&pert, x),
                  gsl_cdf_beta_P((x - 1) / 7, 15.0 / 7, 27.0 / 7), 1e-13);
        }
    }
    assert_true(ds_distribution_cdf(&pert, 1.0) == 0.0 && ds_distribution_cdf(&pert, 8.0) == 1.0);
}

/* Quantile, then CDF; the far truncations lose what x itself cannot hold. */
static void quantile_inverts_cdf(void **state)
{
    static const double ps[] = {1e-9, 1e-4, .01, .1, .25, .5, .75, .9, .99, .9999};
    ds_distribution list[48];
    const size_t count = continuous(list);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        double before = -INF;
        for (size_t k = 0; k < sizeof ps / sizeof ps[0]; k++) {
            const double x = ds_distribution_quantile(&list[i], ps[k]);
            NEAR(ds_distribution_cdf(&list[i], x), ps[k], 2e-12);
            assert_true(x > before);
            before = x;
        }
        SAME_BITS(ds_distribution_quantile(&list[i], 0.0), ds_distribution_support_low(&list[i]));
        SAME_BITS(ds_distribution_quantile(&list[i], 1.0),
                  ds_distribution_support_high(&list[i]));
        assert_true(isnan(ds_distribution_quantile(&list[i], 1.5)));
    }
}

/* Relative precision in the far lower tail, where the solver meets powers of p. */
static void quantiles_of_tiny_probabilities(void **state)
{
    const ds_distribution beta = whole(DS_DIST_BETA, .5, 3, 0);
    const ds_distribution gamma = whole(DS_DIST_GAMMA, .25, 2, 0);

    (void)state;
    for (int i = 1; i <= 20; i++) {
        const double p = pow(10, -2.0 * i);
        CLOSE(gsl_cdf_beta_P(ds_distribution_quantile(&beta, p), .5, 3), p, 1e-13);
        CLOSE(gsl_cdf_gamma_P(ds_distribution_quantile(&gamma, p), .25, 2), p, 1e-13);
    }
}

/* A beta (a, 1) is a power of a uniform, seen from either end: y = p^(1/a), here down
 * to e^-920; a gamma of shape 1 is an exponential. */
static void log_odds_of_powers(void **state)
{
    static const double shapes[] = {.05, .3, 1, 4, 50};
    const ds_distribution unit = whole(DS_DIST_GAMMA, 1, 3, 0);

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const ds_distribution rising = whole(DS_DIST_BETA, shapes[i], 1, 0);
        const ds_distribution falling = whole(DS_DIST_BETA, 1, shapes[i], 0);
        for (int k = 1; k <= 20; k++) {
            const double p = pow(10, -k), least = log(p) / shapes[i];
            const double log_odds = least - log(-expm1(least));
            CLOSE(ds_distribution_log_odds_of_tails(&rising, p, 1.0 - p), log_odds, 1e-12);
            CLOSE(ds_distribution_log_odds_of_tails(&falling, 1.0 - p, p), -log_odds, 1e-12);
            CLOSE(ds_distribution_log_odds_of_tails(&unit, p, 1.0 - p), log(-log1p(-p)), 1e-12);
        }
    }
}

/* GSL is right to 1e-9 of a standard deviation just above the shape where the
 * expansion takes over (2e4), so there the two meet. */
static void large_gamma_shapes(void **state)
{
    const ds_distribution d = whole(DS_DIST_GAMMA, 20100, 1, 0);

    (void)state;
    for (int i = -12; i <= 12; i++) {
        const double z = i / 2.0;
        const double x = ds_distribution_quantile(&d, gsl_cdf_ugaussian_P(z));
        const double gsl = z < 0 ? gsl_cdf_ugaussian_Pinv(gsl_cdf_gamma_P(x, 20100, 1))
                                 : gsl_cdf_ugaussian_Qinv(gsl_cdf_gamma_Q(x, 20100, 1));
        NEAR(gsl, z, 3e-8);
    }
}

static void mass_outside_and_support(void **state)
{
    const ds_distribution normal = on(DS_DIST_NORMAL, 0, 1, 0, 0, 1);
    const ds_distribution lognormal = whole(DS_DIST_LOGNORMAL, 0, 1, 0);
    const ds_distribution cut = on(DS_DIST_GAMMA, 2, 1, 0, -3, 9);
    const ds_distribution constant = whole(DS_DIST_CONSTANT, 7, 0, 0);
    const ds_distribution d = discrete(-INF, INF), e = empirical(0, 50);

    (void)state;
    /* before truncation */
    CLOSE(ds_distribution_mass_outside(&normal, -1.95996398454, 1.95996398454), .05, 1e-10);
    CLOSE(ds_distribution_mass_outside(&normal, 8, 9), 1.0 - 6.2208e-16, 1e-15);
    CLOSE(ds_distribution_mass_outside(&lognormal, -INF, 1), .5, 1e-15);
    CLOSE(ds_distribution_mass_outside(&d, -1, 5), 4.0 / 8, 1e-15);
    assert_true(ds_distribution_mass_outside(&constant, 7, 9) == 0.0);
    assert_true(ds_distribution_mass_outside(&constant, 8, 9) == 1.0);

    assert_true(ds_distribution_support_low(&lognormal) == 0.0);
    assert_true(isinf(ds_distribution_support_high(&lognormal)));
    assert_true(ds_distribution_support_low(&normal) == 0.0);
    assert_true(ds_distribution_support_high(&normal) == 1.0);
    assert_true(ds_distribution_support_low(&cut) == 0.0);
    assert_true(ds_distribution_support_high(&cut) == 9.0);
    assert_true(ds_distribution_support_low(&d) == -1.0);
    assert_true(ds_distribution_support_high(&d) == 100.0);
    assert_true(ds_distribution_support_low(&e) == 3.0);
    assert_true(ds_distribution_support_high(&e) == 8.0);
    assert_true(ds_distribution_support_low(&constant) == 7.0);
}

static void step_cdf_and_quantile(void **state)
{
    /* sorted: -1 (1/8), 3 (1/8), 5 (1/4), 8 (0), 100 (1/2) */
    const ds_distribution d = discrete(-INF, INF), cut = discrete(0, 50);

    (void)state;
    NEAR(ds_distribution_cdf(&d, -1.5), 0, 0);
    NEAR(ds_distribution_cdf(&d, -1), .125, 1e-15);
    NEAR(ds_distribution_cdf(&d, 4), .25, 1e-15);
    NEAR(ds_distribution_cdf(&d, 99), .5, 1e-15);
    NEAR(ds_distribution_cdf(&d, 100), 1, 0);
    NEAR(ds_distribution_quantile(&d, 0), -1, 0);
    NEAR(ds_distribution_quantile(&d, .125), -1, 0);
    NEAR(ds_distribution_quantile(&d, .126), 3, 0);
    NEAR(ds_distribution_quantile(&d, .5), 5, 0);
    NEAR(ds_distribution_quantile(&d, .51), 100, 0);
    NEAR(ds_distribution_quantile(&d, 1), 100, 0);
    NEAR(ds_distribution_cdf(&cut, 3), 1.0 / 3, 1e-15);
    NEAR(ds_distribution_quantile(&cut, .3), 3, 0);
    NEAR(ds_distribution_quantile(&cut, .4), 5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_the_table),
        cmocka_unit_test(means_agree_with_quadrature),
        cmocka_unit_test(sds_agree_with_quadrature),
        cmocka_unit_test(fits_have_known_parameters),
        cmocka_unit_test(fits_give_back_their_moments),
        cmocka_unit_test(impossible_fits_are_refused),
        cmocka_unit_test(cdf_agrees_with_gsl),
        cmocka_unit_test(quantile_inverts_cdf),
        cmocka_unit_test(quantiles_of_tiny_probabilities),
        cmocka_unit_test(log_odds_of_powers),
        cmocka_unit_test(large_gamma_shapes),
        cmocka_unit_test(mass_outside_and_support),
        cmocka_unit_test(step_cdf_and_quantile),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
