/* test_distribution.c -- distributions, their fits, and the draws of the kernel.
 *
 * Reference values: closed forms to 11 or 12 digits, GSL's cumulative functions,
 * and quadrature of the quantile in the normal score.  Kolmogorov-Smirnov tests
 * use fixed seeds and state their false-alarm rate.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "numerics/distribution.h"
#include "numerics/lanes.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <stdbool.h>

#define INF ((double)INFINITY)

enum { STORAGE = 2 * DS_TABLE_KNOTS };

static ds_distribution on(ds_dist_kind kind, double a, double b, double c, double low,
                          double high)
{
    return (ds_distribution){kind, a, b, c, low, high, NULL, NULL, 0};
}

static ds_distribution whole(ds_dist_kind kind, double a, double b, double c)
{
    return on(kind, a, b, c, -INF, INF);
}

static const double step_values[] = {5, -1, 3, 3, 8, 100};
static const double step_weights[] = {2, 1, 0.5, 0.5, 0, 4};

static ds_distribution discrete(double low, double high)
{
    return (ds_distribution){DS_DIST_DISCRETE, 0, 0, 0, low, high, step_values,
                             step_weights, 6};
}

static ds_distribution empirical(double low, double high)
{
    return (ds_distribution){DS_DIST_EMPIRICAL, 0, 0, 0, low, high, step_values, NULL, 6};
}

/* The continuous kinds, whole and cut in the middle, at one side and far out. */
static size_t continuous(ds_distribution out[32])
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

/* ---- Moments and fits ------------------------------------------------------------ */

typedef struct {
    const ds_distribution *d;
    const ds_draw         *draw;
    int                    power;
} moment_integrand;

/* q(z)^power phi(z), by the draw when there is one, else by the distribution. */
static double integrand(double z, void *context)
{
    const moment_integrand *m = context;
    const double u = gsl_cdf_ugaussian_P(z);
    const double x = m->draw != NULL ? ds_draw_value(m->draw, u)
                                     : ds_distribution_quantile(m->d, u);
    return pow(x, m->power) * gsl_ran_ugaussian_pdf(z);
}

static double moment(const ds_distribution *d, const ds_draw *draw, int power)
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

/* The mean in closed form against quadrature of the quantile; 1e-5 for the kinks
 * of triangles, 1e-9 otherwise. */
static void means_agree_with_quadrature(void **state)
{
    ds_distribution list[32];
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
    ds_distribution list[32];
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

/* ---- Draws ----------------------------------------------------------------------- */

/* The quantile at the same uniform.  1e-8 of the value for tables of shape >= 1
 * in |z| <= 5; the rest is closed form. */
static void draws_follow_the_quantile(void **state)
{
    ds_distribution list[32];
    const size_t count = continuous(list);
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(ds_draw_storage(&list[i]) <= STORAGE);
        ds_draw_compile(&list[i], storage, &draw);
        for (int k = -997; k <= 997; k++) {
            const double u = gsl_cdf_ugaussian_P(k / 200.0);
            /* 1 - u has an error of 1e-16 in the upper tail */
            const double slack = 1e-8 + 1e-15 / (1.0 - u);
            CLOSE(ds_draw_value(&draw, u), ds_distribution_quantile(&list[i], u), slack);
        }
    }
}

/* 1.1e-7 measured at shape 1/2: a table between its knots. */
static void tables_of_small_shapes(void **state)
{
    const ds_distribution list[] = {whole(DS_DIST_BETA, .5, .5, 0),
                                    whole(DS_DIST_GAMMA, .5, 2, 0)};
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ds_draw_compile(&list[i], storage, &draw);
        assert_int_equal(draw.kind, DS_DRAW_TABLE);
        for (int k = -997; k <= 600; k++) {
            const double u = gsl_cdf_ugaussian_P(k / 200.0);
            CLOSE(ds_draw_value(&draw, u), ds_distribution_quantile(&list[i], u), 2e-7);
        }
    }
}

/* What the kernel draws has the mean of the distribution, also for shapes whose
 * least values the table rounds. */
static void draws_have_the_mean(void **state)
{
    const ds_distribution list[] = {
        on(DS_DIST_NORMAL, 0, 1, 0, 8, 9),     whole(DS_DIST_PERT, 1, 3, 8),
        whole(DS_DIST_BETA, .1, 3, 0),         whole(DS_DIST_GAMMA, .1, 2, 0),
        on(DS_DIST_EXPONENTIAL, 4, 0, 0, 1, 6), on(DS_DIST_LOGNORMAL, 1, .7, 0, 2, 30),
    };
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        ds_draw_compile(&list[i], storage, &draw);
        CLOSE(moment(&list[i], &draw, 1), ds_distribution_mean(&list[i]), 1e-8);
    }
}

static double uniform(uint64_t i)
{
    const double u = ds_stream_uniform(31, i, 0, 0);
    /* every fifth in a far tail, on either side */
    return i % 10 == 0 ? ldexp(u, -40) : i % 10 == 5 ? 1.0 - ldexp(u, -40) : u;
}

static void check_lanes(const ds_distribution *d)
{
    enum { MOST = 700 };
    static const size_t counts[] = {0, 1, 2, 3, 5, 8, 255, 257, MOST};
    double storage[STORAGE], u[MOST + 1], out[MOST + 1], scratch[2 * MOST];
    ds_draw draw;

    ds_draw_compile(d, storage, &draw);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        const size_t count = counts[c];
        for (size_t i = 0; i < count; i++) {
            u[i] = uniform(i + c);
        }
        out[count] = -7.0;
        ds_draw_lanes(&draw, count, u, out, scratch);
        for (size_t i = 0; i < count; i++) {
            SAME_BITS(out[i], ds_draw_value(&draw, u[i]));
        }
        assert_true(out[count] == -7.0);
        ds_draw_lanes(&draw, count, u, u, scratch); /* in place */
        assert_memory_equal(u, out, count * sizeof *u);
    }
}

static void lanes_equal_single_values(void **state)
{
    ds_distribution list[32];
    const size_t count = continuous(list);
    const ds_distribution constant = whole(DS_DIST_CONSTANT, 7, 0, 0);
    const ds_distribution d = discrete(-INF, INF), e = empirical(0, 50);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        check_lanes(&list[i]);
    }
    check_lanes(&constant);
    check_lanes(&d);
    check_lanes(&e);
}

/* Rises with u, and never leaves the interval, to the last cell and beyond. */
static void draws_rise_inside_their_support(void **state)
{
    ds_distribution list[32];
    const size_t count = continuous(list);
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const double low = ds_distribution_support_low(&list[i]);
        const double high = ds_distribution_support_high(&list[i]);
        ds_draw_compile(&list[i], storage, &draw);
        const double least = ds_draw_value(&draw, 0x1p-53);
        const double greatest = ds_draw_value(&draw, 1.0 - 0x1p-53);
        double before = least;
        assert_true(least >= low && greatest <= high && isfinite(greatest));
        for (int k = 1; k < 4000; k++) {
            const double x = ds_draw_value(&draw, k / 4000.0);
            /* rounding of the last digit, nothing more */
            assert_true(x >= before - 4e-16 * fabs(before) && x >= low && x <= high);
            before = x;
        }
        assert_true(greatest >= before);
        assert_true(isfinite(ds_draw_value(&draw, 0.0)) && isfinite(ds_draw_value(&draw, 1.0)));
        assert_true(greatest > least);
    }
}

/* In the last cell of u the upper tail is (1 - u) of the mass above the cut; it
 * must keep its digits, or the greatest draws come out wrong by tenths. */
static void open_truncation_keeps_the_last_cell(void **state)
{
    const ds_distribution above = on(DS_DIST_NORMAL, 0, 1, 0, -1, INF);
    const ds_distribution below = on(DS_DIST_NORMAL, 0, 1, 0, -INF, 1);
    const double mass = gsl_cdf_ugaussian_P(1.0);
    ds_draw draw;

    (void)state;
    for (int k = 1; k < 20; k += 2) {
        const double cell = k * 0x1p-53;
        ds_draw_compile(&above, NULL, &draw);
        CLOSE(ds_draw_value(&draw, 1.0 - cell), gsl_cdf_ugaussian_Qinv(cell * mass), 1e-14);
        ds_draw_compile(&below, NULL, &draw);
        CLOSE(ds_draw_value(&draw, cell), gsl_cdf_ugaussian_Pinv(cell * mass), 1e-14);
    }
}

static void step_draws(void **state)
{
    const ds_distribution d = discrete(-INF, INF), cut = discrete(0, 50);
    const ds_distribution e = empirical(-INF, INF), none = empirical(200, 300);
    double storage[12];
    ds_draw draw;

    (void)state;
    assert_int_equal(ds_draw_storage(&d), 12);
    ds_draw_compile(&d, storage, &draw);
    assert_int_equal(draw.kind, DS_DRAW_STEP);
    NEAR(ds_draw_value(&draw, 1e-16), -1, 0);
    NEAR(ds_draw_value(&draw, .125 - 1e-9), -1, 0);
    NEAR(ds_draw_value(&draw, .125), 3, 0); /* edges[k-1] <= u < edges[k] */
    NEAR(ds_draw_value(&draw, .25), 5, 0);
    NEAR(ds_draw_value(&draw, .5 - 1e-9), 5, 0);
    NEAR(ds_draw_value(&draw, .5), 100, 0);
    NEAR(ds_draw_value(&draw, 1 - 1e-16), 100, 0);
    ds_draw_compile(&cut, storage, &draw);
    NEAR(ds_draw_value(&draw, .33), 3, 0);
    NEAR(ds_draw_value(&draw, .34), 5, 0);
    NEAR(ds_draw_value(&draw, .99), 5, 0);
    ds_draw_compile(&e, storage, &draw);
    static const double sorted[] = {-1, 3, 3, 5, 8, 100};
    for (int k = 0; k < 6; k++) {
        NEAR(ds_draw_value(&draw, (k + .5) / 6), sorted[k], 0);
    }
    ds_draw_compile(&none, storage, &draw);
    assert_true(isnan(ds_draw_value(&draw, .5)));
}

static void degenerate_distributions_are_constants(void **state)
{
    const ds_distribution list[] = {
        whole(DS_DIST_CONSTANT, 7, 0, 0),   whole(DS_DIST_UNIFORM, 7, 7, 0),
        whole(DS_DIST_TRIANGULAR, 7, 7, 7), whole(DS_DIST_PERT, 7, 7, 7),
        on(DS_DIST_NORMAL, 0, 1, 0, 7, 7),
    };
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        ds_draw_compile(&list[i], storage, &draw);
        assert_int_equal(draw.kind, DS_DRAW_CONSTANT);
        NEAR(ds_draw_value(&draw, .1), 7, 0);
        NEAR(ds_draw_value(&draw, .9), 7, 0);
    }
}

/* Kolmogorov-Smirnov on 20 000 draws each: D sqrt n < 2.7 has a false-alarm rate
 * of 2 exp(-2 x 2.7^2) = 9e-7, 2.5e-5 over all. */
static void draws_pass_kolmogorov_smirnov(void **state)
{
    enum { COUNT = 20000 };
    static double x[COUNT], scratch[2 * COUNT];
    ds_distribution list[32];
    const size_t kinds = continuous(list);
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < kinds; i++) {
        double distance = 0.0;
        ds_draw_compile(&list[i], storage, &draw);
        ds_stream_uniform_lanes(ds_stream_key(8, i), 0, 0, 0, COUNT, x);
        ds_draw_lanes(&draw, COUNT, x, x, scratch);
        ds_sort(COUNT, x);
        for (size_t k = 0; k < COUNT; k++) {
            const double f = ds_distribution_cdf(&list[i], x[k]);
            distance = fmax(distance, fmax(f - (double)k / COUNT, (double)(k + 1) / COUNT - f));
        }
        assert_true(distance * sqrt((double)COUNT) < 2.7);
        /* below 0.25 is too even to be random: 3e-8 */
        assert_true(distance * sqrt((double)COUNT) > 0.25);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_the_table),
        cmocka_unit_test(means_agree_with_quadrature),
        cmocka_unit_test(fits_have_known_parameters),
        cmocka_unit_test(fits_give_back_their_moments),
        cmocka_unit_test(impossible_fits_are_refused),
        cmocka_unit_test(cdf_agrees_with_gsl),
        cmocka_unit_test(quantile_inverts_cdf),
        cmocka_unit_test(quantiles_of_tiny_probabilities),
        cmocka_unit_test(large_gamma_shapes),
        cmocka_unit_test(mass_outside_and_support),
        cmocka_unit_test(step_cdf_and_quantile),
        cmocka_unit_test(draws_follow_the_quantile),
        cmocka_unit_test(tables_of_small_shapes),
        cmocka_unit_test(draws_have_the_mean),
        cmocka_unit_test(lanes_equal_single_values),
        cmocka_unit_test(draws_rise_inside_their_support),
        cmocka_unit_test(open_truncation_keeps_the_last_cell),
        cmocka_unit_test(step_draws),
        cmocka_unit_test(degenerate_distributions_are_constants),
        cmocka_unit_test(draws_pass_kolmogorov_smirnov),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
