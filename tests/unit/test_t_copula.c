/* test_t_copula.c -- chi-square and t in lanes, and the copula that they make.
 *
 * Known answers: closed forms of T_1, T_2, T_3, T_4 and of chi-square with 1 and 2
 * degrees; GSL where there is none (Cornish-Fisher, which GSL takes for more than 30
 * degrees, is not exact enough: the incomplete beta function stands there instead).
 * The tail dependence of t4 with rho 1/2 is 2 T_5(-sqrt(5/3)) = 0.2531699951 and
 * Kendall's tau of any t copula 2/pi asin(rho) (Demarta & McNeil 2005).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "numerics/lanes.h"
#include "numerics/stream.h"
#include "numerics/t_copula.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_gamma.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

static const double all_degrees[] = {1, 1.5, 2, 3, 4, 5, 10, 30.5, 100, 1000, 1e4};
enum { DEGREES = sizeof all_degrees / sizeof *all_degrees };

static ds_t_copula make(double degrees)
{
    ds_t_copula t;
    double *storage = malloc(ds_t_copula_storage() * sizeof *storage);
    assert_non_null(storage);
    ds_t_copula_compile(degrees, storage, &t);
    return t;
}

static void unmake(ds_t_copula *t)
{
    free((double *)(uintptr_t)t->log_scale); /* begins the storage */
}

/* Tails of chi-square at w by GSL, of which the smaller one decides. */
static void scale_is_that_of_the_quantile(void **state)
{
    (void)state;
    for (size_t d = 0; d < DEGREES; d++) {
        ds_t_copula t = make(all_degrees[d]);
        for (double z = -8.15; z < 8.2; z += 0.0137) {
            const double u = ds_normal_cdf(z);
            if (!(u > 0 && u < 1))
                continue;
            const double s = ds_t_copula_scale(&t, u);
            const double w = all_degrees[d] / (s * s);
            /* as an error of the score, which ln w follows with a slope of at least
             * sqrt(2 / nu), of at most 17 */
            const double p = gsl_cdf_chisq_P(w, all_degrees[d]);
            const double q = gsl_cdf_chisq_Q(w, all_degrees[d]);
            const double got = p < q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q);
            NEAR(got, ds_normal_quantile(u), 1e-9);
        }
        unmake(&t);
    }
    ds_t_copula two = make(2), one = make(1);
    for (int k = 1; k < 1000; k++) {
        const double u = k / 1000.0;
        CLOSE(ds_t_copula_scale(&two, u), sqrt(-1.0 / log1p(-u)), 1e-10);
        CLOSE(ds_t_copula_scale(&one, u), 1.0 / ds_normal_quantile(0.5 + 0.5 * u), 1e-10);
    }
    unmake(&one);
    unmake(&two);
}

/* Upper tails of t in closed form, without loss of digits far out. */
static double upper_tail(int degrees, double x)
{
    const double root = sqrt(degrees + x * x);
    const double rest = degrees / (root * (root + x)); /* 1 - x / root */
    switch (degrees) {
    case 1:
        return atan2(1.0, x) / PI;
    case 2:
        return 0.5 * rest;
    default: /* 4: 1/2 - (3 y - y^3)/4 with y = x / root */
        return rest * rest * (3.0 - rest) / 4.0;
    }
}

static void scores_in_closed_form(void **state)
{
    static const int degrees[] = {1, 2, 4};
    (void)state;
    for (size_t d = 0; d < 3; d++) {
        ds_t_copula t = make(degrees[d]);
        for (double x = 1e-9; x < 1e14; x *= 1.01) {
            const double q = upper_tail(degrees[d], x);
            const double want = gsl_cdf_ugaussian_Qinv(q);
            if (want > 8.19)
                continue;
            NEAR(ds_t_copula_score(&t, x), want, 1e-10);
            SAME_BITS(ds_t_copula_score(&t, -x), -ds_t_copula_score(&t, x));
        }
        NEAR(ds_t_copula_score(&t, 1e100), 8.2, 0.0);
        NEAR(ds_t_copula_score(&t, 0.0), 0.0, 0.0);
        unmake(&t);
    }
}

static void scores_by_the_incomplete_beta(void **state)
{
    (void)state;
    for (size_t d = 0; d < DEGREES; d++) {
        const double nu = all_degrees[d];
        ds_t_copula t = make(nu);
        for (double x = 1e-7; x < 1e12; x *= 1.013) {
            const double tails = gsl_cdf_beta_P(nu / (nu + x * x), 0.5 * nu, 0.5);
            const double centre = gsl_cdf_beta_P(x * x / (nu + x * x), 0.5, 0.5 * nu);
            const double want = tails < 0.3 ? gsl_cdf_ugaussian_Qinv(0.5 * tails)
                                            : gsl_cdf_ugaussian_Pinv(0.5 + 0.5 * centre);
            if (want > 8.19)
                break;
            NEAR(ds_t_copula_score(&t, x), want, 1e-10);
        }
        unmake(&t);
    }
}

static void lanes_have_the_bits_of_single_values(void **state)
{
    enum { N = 1000 };
    double u[N], x[N], scale[N], score[N];
    (void)state;
    ds_t_copula t = make(2.5);
    ds_stream_uniform_lanes(7, 0, 0, 0, N, u);
    u[0] = 0x1p-53;
    u[1] = 1 - 0x1p-53;
    ds_t_copula_scale_lanes(&t, N, u, scale);
    for (size_t i = 0; i < N; i++)
        x[i] = scale[i] * ds_normal_quantile(u[N - 1 - i]);
    ds_t_copula_score_lanes(&t, N, x, score);
    for (size_t i = 0; i < N; i++) {
        SAME_BITS(scale[i], ds_t_copula_scale(&t, u[i]));
        SAME_BITS(score[i], ds_t_copula_score(&t, x[i]));
    }
    unmake(&t);
}

/* Pairs of a t copula: scores on the normal scale. */
static void draw_pairs(const ds_t_copula *t, double rho, size_t count, double *a, double *b)
{
    for (size_t i = 0; i < count; i++) {
        const double z = ds_normal_quantile(ds_stream_uniform(21, i, 0, 0));
        const double other = ds_normal_quantile(ds_stream_uniform(22, i, 0, 0));
        const double s = ds_t_copula_scale(t, ds_stream_uniform(23, i, 0, 0));
        a[i] = ds_t_copula_score(t, z * s);
        b[i] = ds_t_copula_score(t, (rho * z + sqrt(1 - rho * rho) * other) * s);
    }
}

/* Chance that both of a pair lie below their quantile of level q, over q, by quadrature;
 * tends to the tail dependence as q falls. */
static double joint_tail(double nu, double rho, double q)
{
    /* P(X < x, Y < x) = integral over w of Phi_2(x sqrt(w / nu)); by conditioning on X = s:
     * Y is then t of nu + 1 degrees around rho s, scale sqrt((nu + s^2)(1 - rho^2)/(nu + 1)) */
    const double x = gsl_cdf_tdist_Pinv(q, nu);
    enum { STEPS = 20000 };
    double sum = 0;
    for (int k = 0; k < STEPS; k++) { /* midpoints of the probability of X */
        const double s = gsl_cdf_tdist_Pinv(q * (k + 0.5) / STEPS, nu);
        const double width = sqrt((nu + s * s) * (1 - rho * rho) / (nu + 1));
        sum += gsl_cdf_tdist_P((x - rho * s) / width, nu + 1);
    }
    return sum / STEPS;
}

/* In both corners, at q = 0.01.  Tolerance: 4.5 standard errors of a share of 400,000
 * paths (one false alarm in 150,000). */
static void tails_depend(void **state)
{
    enum { N = 400000 };
    double *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b);
    (void)state;
    assert_true(a != NULL && b != NULL);
    /* the oracle tends to the closed form: q^(1/2) is the order of what is missing */
    NEAR(2 * gsl_cdf_tdist_P(-sqrt(5.0 / 3.0), 5), .2531699951, 1e-10);
    NEAR(joint_tail(4, 0.5, 1e-10), .2531699951, 1e-4);
    ds_t_copula t = make(4);
    draw_pairs(&t, 0.5, N, a, b);
    for (int side = -1; side <= 1; side += 2) {
        const double q = 0.01, edge = ds_normal_quantile(q);
        const double want = q * joint_tail(4, 0.5, q);
        size_t both = 0;
        for (size_t i = 0; i < N; i++)
            both += side * a[i] > -edge && side * b[i] > -edge;
        NEAR((double)both / N, want, 4.5 * sqrt(want / N));
    }
    unmake(&t);
    free(a);
    free(b);
}

/* Margins stay normal: the share below each of 20 levels within 4.5 standard errors; and
 * Kendall's tau over 200,000 disjoint pairs of points, standard error at most
 * 1/sqrt(200,000), is 2/pi asin(rho). */
static void margins_and_kendall(void **state)
{
    enum { N = 400000 };
    static const double some[] = {1, 4, 50};
    double *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b);
    (void)state;
    assert_true(a != NULL && b != NULL);
    for (size_t d = 0; d < 3; d++) {
        ds_t_copula t = make(some[d]);
        draw_pairs(&t, 0.5, N, a, b);
        for (int k = 1; k < 20; k++) {
            const double p = k / 20.0, edge = ds_normal_quantile(p);
            size_t below[2] = {0, 0};
            for (size_t i = 0; i < N; i++) {
                below[0] += a[i] < edge;
                below[1] += b[i] < edge;
            }
            NEAR((double)below[0] / N, p, 4.5 * sqrt(p * (1 - p) / N));
            NEAR((double)below[1] / N, p, 4.5 * sqrt(p * (1 - p) / N));
        }
        double agree = 0;
        for (size_t i = 0; i + 1 < N; i += 2)
            agree += (a[i] - a[i + 1]) * (b[i] - b[i + 1]) > 0 ? 1 : -1;
        NEAR(agree / (N / 2), 2 / PI * asin(0.5), 4.5 / sqrt(N / 2.0));
        unmake(&t);
    }
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scale_is_that_of_the_quantile),
        cmocka_unit_test(scores_in_closed_form),
        cmocka_unit_test(scores_by_the_incomplete_beta),
        cmocka_unit_test(lanes_have_the_bits_of_single_values),
        cmocka_unit_test(tails_depend),
        cmocka_unit_test(margins_and_kendall),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
