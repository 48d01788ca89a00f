/* test_dominance.c -- dominance of costs whose order is known.
 *
 * Costs are the negatives of benefits: N(1,1) dominates N(0,1) at first order (Phi(x) is
 * everywhere above Phi(x - 1)), N(0,1) dominates N(0,2) at second order only (same mean,
 * their distributions cross at 0), N(0,1) and N(0.3,2) at neither.  Greatest violations
 * are closed forms: of shares, Phi at the crossing of the densities.
 * False alarms: of 200 replications of two equal distributions a right "no" at 95 % comes
 * for each direction in about 10, more than 24 for one seed in 20000.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "numerics/dominance.h"
#include "numerics/lanes.h"
#include "numerics/sort.h"
#include "numerics/stream.h"

static const ds_groups each = {DS_GROUPS_EACH, 1};
static double scratch[4096];

typedef struct {
    double mean, sd;
} law;

typedef struct {
    ds_costs c;
    double  *cost, *sorted;
    ds_dominance_sums *sums;
} sample;

/* Two columns of normal costs, correlation 0.5. */
static sample sample_of(law a, law b, uint64_t seed, size_t paths, const ds_groups *groups)
{
    sample s = {.cost = calloc(2 * paths, sizeof(double)),
                .sorted = calloc(2 * paths, sizeof(double))};

    assert_non_null(s.cost);
    assert_non_null(s.sorted);
    for (size_t k = 0; k < paths; k++) {
        const double z = ds_normal_quantile(ds_stream_uniform(seed, k, 0, 0));
        const double y = ds_normal_quantile(ds_stream_uniform(seed, k, 0, 1));
        s.cost[k] = a.mean + a.sd * z;
        s.cost[paths + k] = b.mean + b.sd * (0.5 * z + sqrt(0.75) * y);
    }
    memcpy(s.sorted, s.cost, 2 * paths * sizeof *s.sorted);
    ds_sort(paths, s.sorted);
    ds_sort(paths, s.sorted + paths);
    s.c = (ds_costs){s.cost, paths, 2, paths, groups, scratch, false};
    return s;
}

static ds_dominance_pair judge(sample *s, int order)
{
    s->sums = ds_dominance_sums_new(&s->c, s->sorted);
    assert_non_null(s->sums);
    const ds_dominance_pair p = ds_dominance_of(s->sums, 0, 1, order);
    ds_dominance_sums_free(s->sums);
    return p;
}

static void release(sample *s)
{
    free(s->cost);
    free(s->sorted);
}

static double cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

static void violations_by_hand(void **state)
{
    static const double a[] = {1, 2, 2, 7}, b[] = {1, 3, 4, 5};
    double at;

    (void)state;
    /* F_a - F_b: 0 at 1, 1/2 at 2, 1/4 at 3, 0 at 4, -1/4 at 5, 0 at 7 */
    NEAR(ds_first_order_violation(4, a, b, &at), 0.25, 0);
    NEAR(at, 5.0, 0);
    NEAR(ds_first_order_violation(4, b, a, &at), 0.5, 0);
    NEAR(at, 2.0, 0);
    /* mean (a - x)+ - mean (b - x)+: 0 at 7, 2/4 at 5, (3 - 1)/4 at 4, (4 - 3)/4 at 3,
     * (5 - 6)/4 at 2, (8 - 9)/4 at 1 */
    NEAR(ds_second_order_violation(4, a, b, &at), 0.5, 1e-15);
    assert_true(at == 5.0 || at == 4.0);
    NEAR(ds_second_order_violation(4, b, a, &at), 0.25, 1e-15);
    assert_true(at == 2.0 || at == 1.0);
    NEAR(ds_first_order_violation(4, a, a, &at), 0.0, 0);
    assert_true(isnan(at));
    NEAR(ds_second_order_violation(4, a, a, &at), 0.0, 0);
    assert_true(isnan(at));
}

/* The walk against the definition at every value, on numbers with ties. */
static void violations_as_defined(void **state)
{
    enum { N = 60 };
    double a[N], b[N], at;

    (void)state;
    for (uint64_t run = 0; run < 50; run++) {
        double first = 0.0, second = 0.0;
        for (uint32_t k = 0; k < N; k++) {
            a[k] = floor(20.0 * ds_stream_uniform(run, k, 0, 0));
            b[k] = floor(20.0 * ds_stream_uniform(run, k, 0, 1)) + (run % 2 == 0 ? 0.0 : 0.5);
        }
        ds_sort(N, a);
        ds_sort(N, b);
        for (size_t i = 0; i < 2 * N; i++) {
            const double x = i < N ? a[i] : b[i - N];
            double share = 0.0, excess = 0.0;
            for (size_t k = 0; k < N; k++) {
                share += ((b[k] <= x) - (a[k] <= x)) / (double)N;
                excess += (fmax(a[k] - x, 0.0) - fmax(b[k] - x, 0.0)) / (double)N;
            }
            first = fmax(first, share);
            second = fmax(second, excess);
        }
        NEAR(ds_first_order_violation(N, a, b, &at), first, 1e-12);
        NEAR(ds_second_order_violation(N, a, b, &at), second, 1e-12);
    }
}

static void first_order_is_found(void **state)
{
    sample s = sample_of((law){-1, 1}, (law){0, 1}, 1, 50000, &each);

    (void)state;
    for (int order = 1; order <= 2; order++) {
        const ds_dominance_pair p = judge(&s, order);
        assert_int_equal(p.forth.answer, DS_DOMINANCE_YES);
        assert_int_equal(p.back.answer, DS_DOMINANCE_NO);
        assert_true(p.forth.bound < 0.01 && p.forth.violation.value <= p.forth.bound);
        /* furthest apart at -1/2: Phi(1/2) - Phi(-1/2); and the means differ by 1 */
        NEAR(p.back.violation.value, order == 1 ? 2.0 * cdf(0.5) - 1.0 : 1.0,
             4.0 * p.back.violation.se);
        assert_true(p.back.violation.se < 0.005);
    }
    release(&s);
}

/* Densities of N(0,1) and N(0,2) cross at x^2 = 8/3 ln 2. */
static void second_order_only(void **state)
{
    const double x = sqrt(8.0 / 3.0 * log(2.0));
    sample s = sample_of((law){0, 1}, (law){0, 2}, 2, 200000, &each);

    (void)state;
    ds_dominance_pair p = judge(&s, 1);
    assert_int_equal(p.forth.answer, DS_DOMINANCE_NO);
    assert_int_equal(p.back.answer, DS_DOMINANCE_NO);
    NEAR(p.forth.violation.value, cdf(x) - cdf(0.5 * x), 4.0 * p.forth.violation.se);
    NEAR(p.back.violation.value, cdf(x) - cdf(0.5 * x), 4.0 * p.back.violation.se);
    p = judge(&s, 2);
    assert_int_equal(p.forth.answer, DS_DOMINANCE_YES);
    assert_int_equal(p.back.answer, DS_DOMINANCE_NO);
    /* of mean (2z - x)+ - mean (z - x)+ the greatest is at 0: phi(0) */
    NEAR(p.back.violation.value, 0.398942280401, 4.0 * p.back.violation.se);
    release(&s);
}

/* The mean of b is lower, its bad tail worse. */
static void crossing_at_both_orders(void **state)
{
    sample s = sample_of((law){0, 1}, (law){-0.3, 2}, 3, 50000, &each);

    (void)state;
    for (int order = 1; order <= 2; order++) {
        const ds_dominance_pair p = judge(&s, order);
        assert_int_equal(p.forth.answer, DS_DOMINANCE_NO);
        assert_int_equal(p.back.answer, DS_DOMINANCE_NO);
    }
    release(&s);
}

/* Lognormal costs exp(mu + sigma z): a smaller mu is first order, a smaller sigma at the
 * same mean is second order. */
static void lognormal_costs(void **state)
{
    const law laws[][2] = {{{-0.2, 0.5}, {0, 0.5}}, {{-0.045, 0.3}, {-0.18, 0.6}}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        sample s = sample_of(laws[i][0], laws[i][1], 4, 50000, &each);
        for (size_t k = 0; k < 100000; k++) {
            s.cost[k] = exp(s.cost[k]);
            s.sorted[k] = exp(s.sorted[k]);
        }
        assert_int_equal(judge(&s, 1).forth.answer, i == 0 ? DS_DOMINANCE_YES : DS_DOMINANCE_NO);
        assert_int_equal(judge(&s, 2).forth.answer, DS_DOMINANCE_YES);
        assert_int_equal(judge(&s, 2).back.answer, DS_DOMINANCE_NO);
        release(&s);
    }
}

static void few_paths_cannot_say(void **state)
{
    sample s = sample_of((law){-0.05, 1}, (law){0, 1}, 5, 100, &each);

    (void)state;
    assert_int_equal(judge(&s, 1).forth.answer, DS_DOMINANCE_UNSURE);
    assert_int_equal(judge(&s, 1).back.answer, DS_DOMINANCE_UNSURE);
    s.c.paths = 1;
    assert_int_equal(judge(&s, 2).forth.answer, DS_DOMINANCE_UNSURE);
    release(&s);
}

static void the_same_costs_are_the_same(void **state)
{
    sample s = sample_of((law){0, 1}, (law){0, 1}, 6, 5000, &each);

    (void)state;
    memcpy(s.cost + 5000, s.cost, 5000 * sizeof *s.cost);
    memcpy(s.sorted + 5000, s.sorted, 5000 * sizeof *s.sorted);
    for (int order = 1; order <= 2; order++) {
        const ds_dominance_pair p = judge(&s, order);
        assert_int_equal(p.forth.answer, DS_DOMINANCE_SAME);
        assert_true(p.forth.violation.value == 0.0 && p.back.violation.value == 0.0);
    }
    release(&s);
}

/* a costs 10 but in 1 of 250 futures 100,000; b always the same. */
static sample seldom_dear(double of_b)
{
    enum { PATHS = 20000 };
    sample s = sample_of((law){0, 1}, (law){0, 1}, 7, PATHS, &each);

    for (size_t k = 0; k < PATHS; k++) {
        s.cost[k] = k % 250 == 0 ? 1e5 : 10.0;
        s.cost[PATHS + k] = of_b;
    }
    memcpy(s.sorted, s.cost, sizeof(double) * 2 * PATHS);
    ds_sort(PATHS, s.sorted);
    return s;
}

/* b always costs 11: only 0.4 % of futures speak against a, which would be left out of account,
 * but the mean of a is 410.  Whoever shuns risk cannot prefer a, nor then everybody who prefers
 * to pay less; b is dearer by 1 in the others, less than 1 % of the mean of a, and is preferred
 * by those who shun risk. */
static void few_futures_that_cost_much_count(void **state)
{
    (void)state;
    sample s = seldom_dear(11.0);
    ds_dominance_pair first = judge(&s, 1), second = judge(&s, 2);
    assert_true(first.forth.bound < ds_dominance_tolerance);
    ds_dominance_agree(&first, &second);
    assert_int_equal(first.forth.answer, DS_DOMINANCE_NO);
    assert_int_equal(second.forth.answer, DS_DOMINANCE_NO);
    assert_int_equal(first.back.answer, DS_DOMINANCE_NO);
    assert_int_equal(second.back.answer, DS_DOMINANCE_YES);
    release(&s);
}

/* As before, but b costs 10 as a does: all that speaks against b is nothing. */
static void what_costs_more_at_times_is_not_the_same(void **state)
{
    (void)state;
    sample s = seldom_dear(10.0);
    ds_dominance_pair first = judge(&s, 1), second = judge(&s, 2);
    ds_dominance_agree(&first, &second);
    assert_int_equal(first.forth.answer, DS_DOMINANCE_NO);
    assert_int_equal(first.back.answer, DS_DOMINANCE_YES);
    assert_int_equal(second.forth.answer, DS_DOMINANCE_NO);
    assert_int_equal(second.back.answer, DS_DOMINANCE_YES);
    release(&s);
}

/* Costs that are certain: the dearer does not dominate the cheaper, at either order, be their
 * sums exact or rounded. */
static void certain_costs_are_told_apart(void **state)
{
    static const double dear[] = {60000, 60000.1}, cheap[] = {54000, 54000.3};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        sample s = sample_of((law){0, 1}, (law){0, 1}, 8, 3000, &each);
        for (size_t k = 0; k < 3000; k++) {
            s.cost[k] = s.sorted[k] = dear[i];
            s.cost[3000 + k] = s.sorted[3000 + k] = cheap[i];
        }
        for (int order = 1; order <= 2; order++) {
            const ds_dominance_pair p = judge(&s, order);
            assert_int_equal(p.forth.answer, DS_DOMINANCE_NO);
            assert_int_equal(p.back.answer, DS_DOMINANCE_YES);
        }
        release(&s);
    }
}

/* Equal laws: "no" for chance alone is rare, by any sampler; the bound holds. */
static void equal_laws_raise_few_alarms(void **state)
{
    static const ds_groups groups[] = {{DS_GROUPS_EACH, 1}, {DS_GROUPS_PAIRS, 1},
                                       {DS_GROUPS_MODULO, 16}};

    (void)state;
    for (size_t g = 0; g < 3; g++) {
        for (int order = 1; order <= 2; order++) {
            size_t alarms[2] = {0}, beyond = 0;
            for (uint64_t run = 0; run < 200; run++) {
                sample s = sample_of((law){0, 1}, (law){0, 1}, 1000 + run, 1000, &groups[g]);
                const ds_dominance_pair p = judge(&s, order);
                alarms[0] += p.forth.answer == DS_DOMINANCE_NO ? 1 : 0;
                alarms[1] += p.back.answer == DS_DOMINANCE_NO ? 1 : 0;
                beyond += p.forth.bound < 0.0 ? 1 : 0;
                release(&s);
            }
            if (alarms[0] > 24 || alarms[1] > 24 || beyond > 0) {
                fail_msg("groups %zu, order %d: %zu and %zu alarms of 200", g, order, alarms[0],
                         alarms[1]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(violations_by_hand),
        cmocka_unit_test(violations_as_defined),
        cmocka_unit_test(first_order_is_found),
        cmocka_unit_test(second_order_only),
        cmocka_unit_test(crossing_at_both_orders),
        cmocka_unit_test(lognormal_costs),
        cmocka_unit_test(few_paths_cannot_say),
        cmocka_unit_test(the_same_costs_are_the_same),
        cmocka_unit_test(few_futures_that_cost_much_count),
        cmocka_unit_test(what_costs_more_at_times_is_not_the_same),
        cmocka_unit_test(certain_costs_are_told_apart),
        cmocka_unit_test(equal_laws_raise_few_alarms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
