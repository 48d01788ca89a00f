/* test_dependence.c -- (6) of docs/model.md, path by path: measures, the t copula, and
 * the nearest correlation matrix, in the naive engine (test_kernel holds the fast one
 * to it).
 *
 * Independent here: chi-square and t by GSL (T by the incomplete beta function), factors
 * of matrices by hand.  Tolerance: 1e-9 of a figure, for the engines have tables that
 * are exact to 1e-10.  Statistical checks: 20,000 paths of a fixed seed and 4 standard
 * errors, which a correct program fails for 6e-5 of the seeds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#include "reference_ledger.h"

enum { PATHS = 20000, SEED = 3 };

#define PI 3.14159265358979323846

/* Three numbers of requests with the scores ln(requests), at a dollar each. */
#define LOG_NORMAL "{'lognormal': {'median': 1, 'log_sd': 1}}"
#define ONE(name, requests, growth)                                                      \
    "'" name "': {'requests_per_month': " requests ", " growth                           \
    "'request': {'input_tokens': 1e6, 'output_tokens': 0}}"
#define THE_REST                                                                         \
    " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"                      \
    "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"                                \
    " 'strategies': {'stay': {'all': 'm'}}}"
#define THREE(dependence, correlations)                                                  \
    "{'name': 'three', 'clock': {'start': '2027-01', 'months': 1},"                      \
    " 'dependence': {" dependence "}, 'correlations': [" correlations "],"               \
    " 'products': {" ONE("a", LOG_NORMAL, "") ", " ONE("b", LOG_NORMAL, "") ", "         \
    ONE("c", LOG_NORMAL, "") "}," THE_REST
#define PAIR(a, b, rho)                                                                  \
    "['/products/" a "/requests_per_month', '/products/" b "/requests_per_month', " rho "]"

static const char *const requests[] = { "/products/a/requests_per_month",
                                        "/products/b/requests_per_month",
                                        "/products/c/requests_per_month" };

static double normal(const char *name, uint64_t path, uint32_t month, uint32_t slot)
{
    return gsl_cdf_ugaussian_Pinv(address(name, SEED, path, month, slot));
}

/* Normal score of T_nu(x) */
static double t_score(double x, double nu)
{
    double tails = gsl_cdf_beta_P(nu / (nu + x * x), nu / 2, 0.5);
    double score = gsl_cdf_ugaussian_Qinv(tails / 2);
    return x < 0 ? -score : score;
}

/* The scores of a path of THREE are L z, or those of the t copula. */
static void check_three(fixture *f, double lower[3][3], double nu, double tolerance)
{
    for (uint64_t path = 0; path < 300; path++) {
        ledger l = run(f->plan, SEED, path, 0);
        assert_int_equal(l.rows, 3);
        double s = 1;
        if (nu > 0)
            s = sqrt(nu / gsl_cdf_chisq_Pinv(address("/products/a/requests_per_month#tail",
                                                     SEED, path, 0, 0), nu));
        for (int i = 0; i < 3; i++) {
            double z = 0;
            for (int k = 0; k <= i; k++)
                z += lower[i][k] * normal(requests[k], path, 0, 0);
            double want = nu > 0 ? t_score(z * s, nu) : z;
            check_near(log(l.row[i].amount_usd), want, tolerance, requests[i], __LINE__);
        }
    }
}

static void measures(void **state)
{
    (void)state;
    /* Spearman 0.5 is 2 sin(pi/12) = 0.517638090205 of scores */
    fixture f = open_fixture(THREE("'measure': 'spearman'", PAIR("b", "a", "0.5")));
    double spearman[3][3] = { { 1 }, { .517638090205 }, { 0, 0, 1 } };
    spearman[1][1] = sqrt(1 - spearman[1][0] * spearman[1][0]);
    check_three(&f, spearman, 0, 1e-9);
    close_fixture(&f);
    /* Kendall 1/3 is sin(pi/6) = 0.5; both ends of c are at 1 */
    fixture g = open_fixture(THREE("'measure': 'kendall'", PAIR("b", "a", "0.3333333333333333")
                                   ", " PAIR("c", "b", "-1") ", "
                                   PAIR("c", "a", "-0.3333333333333333")));
    double kendall[3][3] = { { 1 }, { 0.5, sqrt(0.75) }, { -0.5, -sqrt(0.75), 0 } };
    check_three(&g, kendall, 0, 1e-9);
    close_fixture(&g);
}

static void t_copula_of_quantities(void **state)
{
    (void)state;
#define COPULA(nu) "'copula': 't', 'degrees_of_freedom': " nu
#define PAIRS PAIR("a", "b", "0.6") ", " PAIR("b", "c", "0.3")
    double lower[3][3] = { { 1 }, { 0.6, 0.8 }, { 0, 0.375, sqrt(0.859375) } };
    fixture f = open_fixture(THREE(COPULA("4"), PAIRS));
    check_three(&f, lower, 4, 1e-9);
    close_fixture(&f);
    fixture g = open_fixture(THREE(COPULA("1"), PAIRS));
    check_three(&g, lower, 1, 1e-9);
    close_fixture(&g);
    fixture h = open_fixture(THREE(COPULA("25.5"), PAIRS));
    check_three(&h, lower, 25.5, 1e-9);
    close_fixture(&h);
}

/* (6) of processes: each month has a tail of its own, common to all of the component. */
static void t_copula_of_processes(void **state)
{
    (void)state;
#define NOISE "'growth': {'volatility_per_sqrt_year': 0.4}, "
    fixture f = open_fixture(
        "{'name': 'noises', 'clock': {'start': '2027-01', 'months': 12},"
        " 'dependence': {" COPULA("3") "},"
        " 'correlations': [['/products/b/growth', '/products/c/growth', 0.6]],"
        " 'products': {" ONE("a", "1", NOISE) ", " ONE("b", "1", NOISE) ", "
        ONE("c", "1", NOISE) "}," THE_REST);
    for (uint64_t path = 0; path < 100; path++) {
        ledger l = run(f.plan, SEED, path, 0);
        double want[3] = { 1, 1, 1 };
        for (uint32_t t = 1; t < 12; t++) {
            double w = gsl_cdf_chisq_Pinv(address("/products/b/growth#tail", SEED, path, t / 2,
                                                  t % 2), 3);
            double a = normal("/products/a/growth#shock", path, t / 2, t % 2);
            double b = normal("/products/b/growth#shock", path, t / 2, t % 2);
            double c = normal("/products/c/growth#shock", path, t / 2, t % 2);
            double z[3] = { a, t_score(b * sqrt(3 / w), 3),
                            t_score((0.6 * b + 0.8 * c) * sqrt(3 / w), 3) };
            for (size_t i = 0; i < 3; i++) {
                want[i] *= exp(-0.08 / 12 + 0.4 / sqrt(12) * z[i]);
                check_near(l.row[3 * t + i].amount_usd, want[i], 1e-9 * want[i], "noise",
                           __LINE__);
            }
        }
    }
    close_fixture(&f);
}

/* Of 0.9, 0.8 and nothing the nearest matrix has 0.77523800, 0.69097927 and 0.07905575
 * (eight digits); it is of rank two, so the last column of its factor is nil. */
static void nearest_takes_its_place(void **state)
{
    (void)state;
    fixture f = open_fixture(THREE("'nearest': true", PAIR("a", "b", "0.9") ", "
                                   PAIR("c", "b", "0.8")));
    const double ab = .77523800, bc = .69097927, ac = .07905575;
    double lower[3][3] = { { 1 }, { ab, sqrt(1 - ab * ab) },
                           { ac, (bc - ab * ac) / sqrt(1 - ab * ab), 0 } };
    check_three(&f, lower, 0, 2e-7);
    close_fixture(&f);
    /* where nothing needs repair nothing is repaired */
    fixture g = open_fixture(THREE("'nearest': true", PAIR("a", "b", "0.6") ", "
                                   PAIR("b", "c", "0.3")));
    double kept[3][3] = { { 1 }, { 0.6, 0.8 }, { 0, 0.375, sqrt(0.859375) } };
    check_three(&g, kept, 0, 1e-12);
    close_fixture(&g);
}

/* The pair a, b of Spearman's 0.5, or Kendall's with a t copula: the mean of
 * 12 (U - 1/2)(V - 1/2), whose variance is at most 1.8 (that of U = V), and the sign of
 * concordance of disjoint pairs of paths. */
static void declared_is_what_comes_out(void **state)
{
    (void)state;
    fixture f = open_fixture(THREE("'measure': 'spearman'", PAIR("b", "a", "0.5")));
    fixture g = open_fixture(THREE("'measure': 'kendall', " COPULA("2"),
                                   PAIR("b", "a", "0.5")));
    double spearman = 0, kendall = 0, last[2] = { 0, 0 };
    for (uint64_t path = 0; path < PATHS; path++) {
        ledger l = run(f.plan, SEED, path, 0);
        spearman += 12 * (gsl_cdf_ugaussian_P(log(l.row[0].amount_usd)) - 0.5) *
                    (gsl_cdf_ugaussian_P(log(l.row[1].amount_usd)) - 0.5);
        ledger k = run(g.plan, SEED, path, 0);
        double now[2] = { k.row[0].amount_usd, k.row[1].amount_usd };
        if (path % 2 == 1)
            kendall += (now[0] - last[0]) * (now[1] - last[1]) > 0 ? 1 : -1;
        memcpy(last, now, sizeof last);
    }
    check_near(spearman / PATHS, 0.5, 4 * sqrt(1.8 / PATHS), "Spearman", __LINE__);
    check_near(kendall / (PATHS / 2), 0.5, 4 * sqrt(0.75 / (PATHS / 2)), "Kendall", __LINE__);
    close_fixture(&f);
    close_fixture(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures),
        cmocka_unit_test(t_copula_of_quantities),
        cmocka_unit_test(t_copula_of_processes),
        cmocka_unit_test(nearest_takes_its_place),
        cmocka_unit_test(declared_is_what_comes_out),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
