/* test_statistics.c -- moments, sorting, quantiles, CVaR and their standard errors.
 *
 * Certified values are those of the NIST Statistical Reference Datasets; others
 * are closed forms.  Estimates from samples are held to 4 standard errors (false
 * alarm 6e-5 each) and standard errors to what 400 replications say, all at fixed
 * seeds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "numerics/lanes.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"

#include <gsl/gsl_cdf.h>
#include <stdlib.h>

/* The same value, or both none. */
#define SAME_NUMBER(a, b) assert_true((a) == (b) || (isnan(a) && isnan(b)))

static double *column(size_t count)
{
    double *x = malloc(count * sizeof *x);
    assert_non_null(x);
    return x;
}

/* ---- Moments ----------------------------------------------------------------- */

/* NIST StRD NumAcc1 to NumAcc4; mean and sd are certified.  Two-pass sums about the
 * first value keep what the doubles themselves hold: c.2 at c = 10^7 is stored to
 * 1e-9, so 1e-8 of the sd is the data's own limit. */
static void nist_numacc(void **state)
{
    static const double one[] = {10000001, 10000003, 10000002};
    static const double origin[] = {1, 1000000, 10000000};
    static const double sd_tolerance[] = {1e-14, 1e-8, 1e-8};
    double x[1001];

    (void)state;
    const ds_moments first = ds_moments_of(3, one);
    SAME_BITS(first.mean, 10000002.0);
    SAME_BITS(ds_moments_sd(&first), 1.0);
    for (size_t set = 0; set < 3; set++) {
        x[0] = origin[set] + 0.2;
        for (size_t i = 1; i < 1001; i++) {
            x[i] = origin[set] + (i % 2 == 1 ? 0.1 : 0.3);
        }
        const ds_moments m = ds_moments_of(1001, x);
        CLOSE(m.mean, origin[set] + 0.2, 2e-16);
        NEAR(ds_moments_sd(&m), 0.1, sd_tolerance[set]);
        assert_true(m.count == 1001 && m.min < m.mean && m.mean < m.max);
    }
}

/* QuantLib's test of its incremental statistics: {3,4,5,2,3,4,5,6,4,7}. */
static void small_sample_to_the_fourth_moment(void **state)
{
    static const double x[] = {3, 4, 5, 2, 3, 4, 5, 6, 4, 7};
    const ds_moments m = ds_moments_of(10, x);
    const double n = 10.0, s = ds_moments_sd(&m);

    (void)state;
    CLOSE(m.mean, 4.3, 1e-15);
    CLOSE(s * s, 2.23333333333, 1e-11);
    CLOSE(s, 1.4944341181, 1e-10);
    CLOSE(n / ((n - 1) * (n - 2)) * m.m3 / pow(s, 3), .359543071407, 1e-11);
    CLOSE(n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * m.m4 / pow(s, 4) -
              3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3)),
          -.151799637209, 1e-10);
    assert_true(m.min == 2.0 && m.max == 7.0);
    CLOSE(ds_moments_mean_se(&m), s / sqrt(10.0), 1e-15);
}

static void moments_of_next_to_nothing(void **state)
{
    static const double same[] = {0.1, 0.1, 0.1, 0.1, 0.1};
    const double one = -3.5;
    const ds_moments none = ds_moments_of(0, NULL), single = ds_moments_of(1, &one);
    const ds_moments flat = ds_moments_of(5, same);

    (void)state;
    assert_true(none.count == 0 && ds_moments_sd(&none) == 0.0);
    assert_true(single.mean == -3.5 && single.min == -3.5 && single.max == -3.5);
    assert_true(ds_moments_sd(&single) == 0.0 && isnan(ds_moments_sd_se(&single)));
    assert_true(flat.mean == 0.1 && ds_moments_sd(&flat) == 0.0);
    assert_true(ds_moments_sd_se(&flat) == 0.0);

    const ds_moments left = ds_moments_merge(none, flat), right = ds_moments_merge(flat, none);
    assert_memory_equal(&left, &flat, sizeof flat);
    assert_memory_equal(&right, &flat, sizeof flat);
}

static void check_moments_close(const ds_moments *a, const ds_moments *b, double relative)
{
    assert_true(a->count == b->count && a->min == b->min && a->max == b->max);
    CLOSE(a->mean, b->mean, relative);
    CLOSE(a->m2, b->m2, relative);
    CLOSE(a->m3, b->m3, relative);
    CLOSE(a->m4, b->m4, relative);
}

/* However it is cut: same partition, same bits; another one agrees to rounding. */
static void merging_does_not_matter(void **state)
{
    enum { COUNT = 10001 };
    double *x = column(COUNT);

    (void)state;
    ds_stream_uniform_lanes(1, 0, 0, 0, COUNT, x);
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = exp(3.0 * x[i]); /* skewed, so that m3 is not near zero */
    }
    const ds_moments whole = ds_moments_of(COUNT, x);
    for (size_t cut = 1; cut < COUNT; cut += 997) {
        const ds_moments merged = ds_moments_merge(ds_moments_of(cut, x),
                                                   ds_moments_of(COUNT - cut, x + cut));
        check_moments_close(&merged, &whole, 1e-12);
    }
    const ds_moments blocks = ds_moments_of_column(COUNT, x);
    const ds_moments by_hand = ds_moments_merge(
        ds_moments_merge(ds_moments_of(4096, x), ds_moments_of(4096, x + 4096)),
        ds_moments_of(COUNT - 8192, x + 8192));
    assert_memory_equal(&blocks, &by_hand, sizeof blocks);
    check_moments_close(&blocks, &whole, 1e-12);
    free(x);
}

/* Central moments computed again in long double.  Block means are doubles, so at
 * an offset of 1e9 each merge may be off by 1e-7 in their difference. */
static void moments_far_from_zero(void **state)
{
    enum { COUNT = 5000 };
    double *x = column(COUNT);
    long double mean = 0.0L, sum[5] = {0};

    (void)state;
    ds_stream_uniform_lanes(2, 0, 0, 0, COUNT, x);
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = 1e9 + x[i] * x[i];
        mean += (long double)x[i] / COUNT;
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (int p = 2; p <= 4; p++) {
            sum[p] += powl((long double)x[i] - mean, p);
        }
    }
    const ds_moments m = ds_moments_of_column(COUNT, x);
    CLOSE(m.mean, (double)mean, 2e-16);
    CLOSE(m.m2, (double)sum[2], 1e-8);
    CLOSE(m.m3, (double)sum[3], 1e-6);
    CLOSE(m.m4, (double)sum[4], 1e-8);
    free(x);
}

/* ---- Sorting ------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort_equals_qsort(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 100, 511, 512, 513, 4096, 4097, 30000};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (uint32_t kind = 0; kind < 4; kind++) {
            const size_t count = counts[c];
            double *x = column(count + 1), *want = column(count + 1);
            for (size_t i = 0; i < count; i++) {
                const double u = ds_stream_uniform(3, i, kind, 0) - 0.5;
                const double wide = u * pow(10.0, (double)(i % 600) - 300.0);
                const double tied = floor(u * 10.0);
                const double months = u > 0.2 ? (double)INFINITY : floor(u * 60.0);
                x[i] = kind == 0 ? u : kind == 1 ? wide : kind == 2 ? tied : months;
                want[i] = x[i];
            }
            x[count] = want[count] = -1.0;
            qsort(want, count, sizeof *want, ascending);
            ds_sort(count, x);
            for (size_t i = 0; i <= count; i++) {
                assert_true(x[i] == want[i]);
            }
            free(want);
            free(x);
        }
    }
}

/* What the statistics read is sorted, whatever lies about it: bell-shaped, with few
 * values far out, with ties, all equal, with infinite ones. */
static double shaped(uint32_t kind, size_t i)
{
    const double u = ds_stream_uniform(4, i, kind, 0);

    switch (kind) {
    case 0: return ds_normal_quantile(u);
    case 1: return i % 1000 == 7 ? ldexp(u - 0.5, 900) : exp(20.0 * u);
    case 2: return floor(u * 10.0);
    case 3: return 5.0;
    default: return i % 50 == 3 ? (double)INFINITY : u;
    }
}

static void ranks_equal_sorted(void **state)
{
    static const size_t counts[] = {0, 1, 20, 4095, 4096, 4097, 5000, 100000};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (uint32_t kind = 0; kind < 5; kind++) {
            const size_t n = counts[c];
            double *x = column(n + 1), *want = column(n + 1);
            const ds_ranks ranks[] = {ds_tail_ranks(n, 0.95, 1), ds_quantile_ranks(n, 0.05),
                                      ds_quantile_ranks(n, 0.5)};
            for (size_t i = 0; i < n; i++) {
                x[i] = want[i] = shaped(kind, i);
            }
            x[n] = -1.0;
            qsort(want, n, sizeof *want, ascending);
            ds_sort_ranks(n, x, ranks, 3);
            for (size_t r = 0; r < 3; r++) {
                assert_true(ranks[r].first <= ranks[r].last && ranks[r].last <= n);
                for (size_t i = ranks[r].first; i < ranks[r].last; i++) {
                    assert_true(x[i] == want[i]);
                }
            }
            assert_true(x[n] == -1.0);
            SAME_NUMBER(ds_quantile_sorted(n, x, 0.5), ds_quantile_sorted(n, want, 0.5));
            SAME_NUMBER(ds_quantile_sorted_se(n, x, 0.05), ds_quantile_sorted_se(n, want, 0.05));
            SAME_NUMBER(ds_cvar_sorted(n, x, 0.95, 1), ds_cvar_sorted(n, want, 0.95, 1));
            SAME_NUMBER(ds_cvar_sorted_se(n, x, 0.95, 1), ds_cvar_sorted_se(n, want, 0.95, 1));
            free(want);
            free(x);
        }
    }
}

/* ---- Quantiles ---------------------------------------------------------------- */

static void quantile_type_7(void **state)
{
    double x[1000];
    const double inf = (double)INFINITY;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        x[i] = (double)(i + 1);
    }
    CLOSE(ds_quantile_sorted(10, x, .1), 1.9, 1e-15);
    CLOSE(ds_quantile_sorted(10, x, .25), 3.25, 1e-15);
    CLOSE(ds_quantile_sorted(10, x, .5), 5.5, 1e-15);
    CLOSE(ds_quantile_sorted(10, x, .9), 9.1, 1e-15);
    assert_true(ds_quantile_sorted(10, x, 0.0) == 1.0);
    assert_true(ds_quantile_sorted(10, x, 1.0) == 10.0);
    assert_true(ds_quantile_sorted(1, x, 0.3) == 1.0);
    assert_true(isnan(ds_quantile_sorted(0, x, 0.3)));
    assert_true(isnan(ds_quantile_sorted(10, x, 1.5)));

    /* 3 of 5 never pay back */
    const double never[] = {7, 9, inf, inf, inf};
    assert_true(ds_quantile_sorted(5, never, 0.25) == 9.0);
    assert_true(ds_quantile_sorted(5, never, 0.3) == inf);
    assert_true(ds_quantile_sorted(5, never, 0.9) == inf);
}

/* Binomial 95 % ranks of n = 1000 (R's qbinom): (469, 532), (881, 919), (936, 964). */
static void quantile_error_ranks(void **state)
{
    double x[1000];

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        x[i] = (double)(i + 1);
    }
    CLOSE(ds_quantile_sorted_se(1000, x, .5), 63 / 3.919928, 1e-6);
    CLOSE(ds_quantile_sorted_se(1000, x, .9), 38 / 3.919928, 1e-6);
    CLOSE(ds_quantile_sorted_se(1000, x, .95), 28 / 3.919928, 1e-6);
    /* squares tell the two ends apart */
    for (size_t i = 0; i < 1000; i++) {
        x[i] *= x[i];
    }
    CLOSE(ds_quantile_sorted_se(1000, x, .9), (919. * 919. - 881. * 881.) / 3.919928, 1e-6);
    /* too small, or the upper rank is infinite */
    assert_true(isnan(ds_quantile_sorted_se(19, x, .5)));
    assert_true(!isnan(ds_quantile_sorted_se(20, x, .5)));
    assert_true(isnan(ds_quantile_sorted_se(1000, x, .996)));
    for (size_t i = 940; i < 1000; i++) {
        x[i] = (double)INFINITY;
    }
    assert_true(isnan(ds_quantile_sorted_se(1000, x, .95)));
    assert_true(!isnan(ds_quantile_sorted_se(1000, x, .5)));
}

/* ---- Value at risk ------------------------------------------------------------ */

/* Acerbi & Tasche: the fractional value counts in part. */
static void cvar_by_hand(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 20};
    const double inf[] = {1, 2, 3, 4, 5, 6, 7, 8, (double)INFINITY, (double)INFINITY};

    (void)state;
    CLOSE(ds_cvar_sorted(10, x, .8, 1), 14.5, 1e-14);
    CLOSE(ds_cvar_sorted(10, x, .75, 1), (20 + 9 + 0.5 * 8) / 2.5, 1e-14);
    CLOSE(ds_cvar_sorted(10, x, .75, -1), (1 + 2 + 0.5 * 3) / 2.5, 1e-14);
    CLOSE(ds_cvar_sorted(10, x, .95, 1), 20.0, 1e-14);
    CLOSE(ds_cvar_sorted(10, x, 0.0, 1), 6.5, 1e-14);
    CLOSE(ds_cvar_sorted(10, x, 0.0, -1), 6.5, 1e-14);
    assert_true(isnan(ds_cvar_sorted(0, x, .9, 1)));
    assert_true(isnan(ds_cvar_sorted(10, x, 1.0, 1)));
    assert_true(isinf(ds_cvar_sorted(10, inf, .75, 1)));
    assert_true(isnan(ds_cvar_sorted_se(10, inf, .75, 1)));
    CLOSE(ds_cvar_sorted(10, inf, .75, -1), 1.8, 1e-14);
    /* excess over 7 is 2 values of 1, 13 in ten: sd of {0 x 7, 0, 2, 13 ...} */
    const ds_moments excess = ds_moments_of(10, (const double[]){0, 0, 0, 0, 0, 0, 0, 0, 1, 12});
    CLOSE(ds_cvar_sorted_se(10, x, .75, 1), ds_moments_mean_se(&excess) / .25, 1e-13);
}

typedef double quantile_function(double);

static double pareto_quantile(double u)
{
    return pow(1.0 - u, -1.0 / 3.0);
}

static double exponential_quantile(double u)
{
    return -log1p(-u);
}

static double lognormal_quantile(double u)
{
    return exp(gsl_cdf_ugaussian_Pinv(u));
}

static double t4_quantile(double u)
{
    return gsl_cdf_tdist_Pinv(u, 4.0);
}

static double identity(double u)
{
    return u;
}

static void sorted_sample(quantile_function *q, uint64_t key, uint64_t first, size_t count,
                          double *x)
{
    ds_stream_uniform_lanes(key, first, 0, 0, count, x);
    for (size_t i = 0; i < count; i++) {
        x[i] = q(x[i]);
    }
    ds_sort(count, x);
}

/* Closed forms at .9, .95, .99.  36 comparisons at 4 standard errors: a sound
 * estimator fails some seed in 400. */
static void value_at_risk_table(void **state)
{
    enum { COUNT = 100000 };
    static const struct {
        quantile_function *q;
        double             var[3], cvar[3];
    } cases[] = {
        {gsl_cdf_ugaussian_Pinv,
         {1.28155156554, 1.64485362695, 2.32634787404},
         {1.75498331932, 2.06271280751, 2.66521422035}},
        {lognormal_quantile,
         {3.60222447928, 5.18025160223, 10.2404736563},
         {6.41589481774, 8.5572268668, 15.2279603009}},
        {exponential_quantile,
         {2.30258509299, 2.99573227355, 4.60517018599},
         {3.30258509299, 3.99573227355, 5.60517018599}},
        {pareto_quantile,
         {2.15443469003, 2.71441761659, 4.64158883361},
         {3.23165203505, 4.07162642489, 6.96238325042}},
        {t4_quantile,
         {1.53320627406, 2.13184678633, 3.74694738798},
         {2.4993402983, 3.20287040209, 5.22058419449}},
        {identity, {.9, .95, .99}, {.95, .975, .995}},
    };
    static const double levels[] = {.9, .95, .99};
    double *x = column(COUNT);

    (void)state;
    for (size_t d = 0; d < sizeof cases / sizeof cases[0]; d++) {
        sorted_sample(cases[d].q, ds_stream_key(9, d), 0, COUNT, x);
        for (size_t k = 0; k < 3; k++) {
            const double var_se = ds_quantile_sorted_se(COUNT, x, levels[k]);
            const double cvar_se = ds_cvar_sorted_se(COUNT, x, levels[k], 1);
            NEAR(ds_quantile_sorted(COUNT, x, levels[k]), cases[d].var[k], 4.0 * var_se);
            NEAR(ds_cvar_sorted(COUNT, x, levels[k], 1), cases[d].cvar[k], 4.0 * cvar_se);
            /* an error too wide to notice a mistake is a mistake */
            assert_true(var_se < 0.01 * cases[d].cvar[k]);
            assert_true(cvar_se < 0.03 * cases[d].cvar[k]);
        }
    }
    free(x);
}

static void lower_tail_mirrors_the_upper(void **state)
{
    enum { COUNT = 5003 };
    double *x = column(COUNT), *minus = column(COUNT);

    (void)state;
    sorted_sample(lognormal_quantile, 4, 0, COUNT, x);
    for (size_t i = 0; i < COUNT; i++) {
        minus[i] = -x[COUNT - 1 - i];
    }
    CLOSE(ds_cvar_sorted(COUNT, minus, .9, -1), -ds_cvar_sorted(COUNT, x, .9, 1), 1e-14);
    CLOSE(ds_cvar_sorted_se(COUNT, minus, .9, -1), ds_cvar_sorted_se(COUNT, x, .9, 1), 1e-13);
    free(minus);
    free(x);
}

/* ---- Are the standard errors right? -------------------------------------------- */

enum { REPLICATIONS = 400, REPLICATION_SIZE = 2000 };

typedef struct {
    double estimate, se;
} estimate;

static estimate estimate_quantile(const double *sorted)
{
    return (estimate){ds_quantile_sorted(REPLICATION_SIZE, sorted, .9),
                      ds_quantile_sorted_se(REPLICATION_SIZE, sorted, .9)};
}

static estimate estimate_cvar(const double *sorted)
{
    return (estimate){ds_cvar_sorted(REPLICATION_SIZE, sorted, .9, 1),
                      ds_cvar_sorted_se(REPLICATION_SIZE, sorted, .9, 1)};
}

static estimate estimate_sd(const double *sorted)
{
    const ds_moments m = ds_moments_of_column(REPLICATION_SIZE, sorted);
    return (estimate){ds_moments_sd(&m), ds_moments_sd_se(&m)};
}

static estimate estimate_mean(const double *sorted)
{
    const ds_moments m = ds_moments_of_column(REPLICATION_SIZE, sorted);
    return (estimate){m.mean, ds_moments_mean_se(&m)};
}

/* 400 replications of 2000.  Coverage of estimate +- 1.96 se is 0.95 with a
 * binomial sd of 0.011; [0.90, 0.98] allows 2.7 sd above, and below the bias of a
 * skewed sample too.  The mean standard error over the spread of the estimates
 * has sd 1 / sqrt(800) = 0.035; 0.12 is 3.4 sd.  An error wrong by a factor of 1.2
 * fails both. */
static void check_errors(quantile_function *q, estimate (*of)(const double *), double truth,
                         uint64_t key)
{
    static double x[REPLICATION_SIZE], values[REPLICATIONS];
    double covered = 0.0, errors = 0.0;

    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        sorted_sample(q, key, r * REPLICATION_SIZE, REPLICATION_SIZE, x);
        const estimate e = of(x);
        values[r] = e.estimate;
        errors += e.se / REPLICATIONS;
        covered += fabs(e.estimate - truth) <= 1.959964 * e.se ? 1.0 : 0.0;
    }
    const ds_moments spread = ds_moments_of(REPLICATIONS, values);
    NEAR(covered / REPLICATIONS, 0.94, 0.04);
    NEAR(errors / ds_moments_sd(&spread), 1.0, 0.12);
}

static void errors_of_the_mean(void **state)
{
    (void)state;
    check_errors(exponential_quantile, estimate_mean, 1.0, 101);
}

static void errors_of_the_sd(void **state)
{
    (void)state;
    check_errors(gsl_cdf_ugaussian_Pinv, estimate_sd, 1.0, 102);
    check_errors(identity, estimate_sd, sqrt(1.0 / 12.0), 103);
    /* normal theory: sd / sqrt(2 (n - 1)) */
    static double x[REPLICATION_SIZE];
    sorted_sample(gsl_cdf_ugaussian_Pinv, 104, 0, REPLICATION_SIZE, x);
    NEAR(estimate_sd(x).se, 1.0 / sqrt(2.0 * (REPLICATION_SIZE - 1)), 0.002);
}

static void errors_of_quantiles(void **state)
{
    (void)state;
    check_errors(lognormal_quantile, estimate_quantile, 3.60222447928, 105);
    check_errors(identity, estimate_quantile, .9, 106);
}

static void errors_of_cvar(void **state)
{
    (void)state;
    check_errors(exponential_quantile, estimate_cvar, 3.30258509299, 107);
    check_errors(gsl_cdf_ugaussian_Pinv, estimate_cvar, 1.75498331932, 108);
}

static void errors_of_shares(void **state)
{
    (void)state;
    CLOSE(ds_share_se(0, 1000), sqrt((2.0 / 1004) * (1002.0 / 1004) / 1000), 1e-14);
    CLOSE(ds_share_se(500, 1000), 0.5 / sqrt(1000.0), 1e-6);
    CLOSE(ds_share_se(7, 1000), ds_share_se(993, 1000), 1e-13);
    assert_true(ds_share_se(1000, 1000) > 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_numacc),
        cmocka_unit_test(small_sample_to_the_fourth_moment),
        cmocka_unit_test(moments_of_next_to_nothing),
        cmocka_unit_test(merging_does_not_matter),
        cmocka_unit_test(moments_far_from_zero),
        cmocka_unit_test(sort_equals_qsort),
        cmocka_unit_test(ranks_equal_sorted),
        cmocka_unit_test(quantile_type_7),
        cmocka_unit_test(quantile_error_ranks),
        cmocka_unit_test(cvar_by_hand),
        cmocka_unit_test(value_at_risk_table),
        cmocka_unit_test(lower_tail_mirrors_the_upper),
        cmocka_unit_test(errors_of_the_mean),
        cmocka_unit_test(errors_of_the_sd),
        cmocka_unit_test(errors_of_quantiles),
        cmocka_unit_test(errors_of_cvar),
        cmocka_unit_test(errors_of_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
