/* test_sensitivity_table.c -- what one sample says (regressions, ranks, bins), and elementary
 * effects, against closed forms; and how often the intervals hold what they should.
 *
 * Tolerances as in test_sensitivity.c: 4 standard errors of our own and 0.01 at 65,536 rows;
 * intervals hold in 93 to 97 % of 1,000 replications.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_sort.h>
#include <string.h>

#include "near.h"
#include "sensitivity_help.h"

enum { ROWS = 65536, FEW = 1024, REPLICATIONS = 1000 };

static const ds_groups each = { DS_GROUPS_EACH, 1 };
static double columns[MOST_INPUTS][ROWS], output[ROWS], scratch[64], work[2 * ROWS];
static size_t order[ROWS];
static int    misses;

static void expect(const char *what, size_t input, ds_index got, double exact)
{
    const double off = fabs(got.value - exact);
    if (off <= 4 * got.se + 1e-12 && off <= 0.01)
        return;
    print_error("%s, input %zu: %.6f +- %.6f, expected %.6f\n", what, input, got.value, got.se,
                exact);
    misses++;
}

static bool holds(ds_index i, double exact, double factor)
{
    return fabs(i.value - exact) <= factor * i.se;
}

static void expect_coverage(const char *what, size_t input, int held)
{
    if (held >= 0.93 * REPLICATIONS && held <= 0.97 * REPLICATIONS)
        return;
    print_error("%s, input %zu: %d of %d intervals hold the exact value\n", what, input, held,
                (int)REPLICATIONS);
    misses++;
}

static const double *pointers[MOST_INPUTS];
static ds_table table_of(size_t inputs, size_t rows)
{
    for (size_t i = 0; i < inputs; i++)
        pointers[i] = columns[i];
    return (ds_table){ rows, inputs, pointers, output, &each, scratch };
}

static double normal_at(uint64_t seed, size_t k, size_t i)
{
    return gsl_cdf_ugaussian_Pinv(ds_stream_uniform(ds_stream_key(seed, 2), k, (uint32_t)i, 0));
}

/* Y = X1 + 2 X2 + e, all N(0,1): the textbook case of regression. */
static ds_table linear_table(uint64_t seed, size_t rows)
{
    for (size_t k = 0; k < rows; k++) {
        columns[0][k] = normal_at(seed, k, 0);
        columns[1][k] = normal_at(seed, k, 1);
        output[k] = columns[0][k] + 2 * columns[1][k] + normal_at(seed, k, 2);
    }
    return table_of(2, rows);
}

/* SRC b_j s_j / s_y, R^2 5/6; PCC b_j / sqrt(b_j^2 + 1).  PRCC: correlations of ranks are
 * 6/pi asin(r/2), partial ones follow. */
static const double exact_src[2] = { 0.408248290464, 0.816496580928 };
static const double exact_pcc[2] = { 0.707106781187, 0.894427191 };
static const double exact_prcc[2] = { 0.659001554256, 0.873280592625 };
static const double exact_r_squared = 5.0 / 6;

static void regressions_are_those_of_the_linear_model(void **state)
{
    const ds_table t = linear_table(1, ROWS);
    ds_index       src[2], r_squared, pcc[2], prcc[2];
    size_t         which;

    (void)state;
    misses = 0;
    assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_OK);
    assert_int_equal(ds_pcc_of(&t, pcc, &which), DS_TABLE_OK);
    assert_int_equal(ds_prcc_of(&t, prcc, &which), DS_TABLE_OK);
    for (size_t i = 0; i < 2; i++) {
        expect("SRC", i, src[i], exact_src[i]);
        expect("PCC", i, pcc[i], exact_pcc[i]);
        expect("PRCC", i, prcc[i], exact_prcc[i]);
    }
    expect("R^2", 0, r_squared, exact_r_squared);
    assert_int_equal(misses, 0);
}

static void regression_intervals_hold_in_95_of_100(void **state)
{
    int held[7] = { 0 };

    (void)state;
    misses = 0;
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        const ds_table t = linear_table(100 + r, FEW);
        ds_index       src[2], r_squared, pcc[2], prcc[2];
        size_t         which;
        assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_OK);
        assert_int_equal(ds_pcc_of(&t, pcc, &which), DS_TABLE_OK);
        assert_int_equal(ds_prcc_of(&t, prcc, &which), DS_TABLE_OK);
        for (size_t i = 0; i < 2; i++) {
            held[i] += holds(src[i], exact_src[i], 1.96);
            held[2 + i] += holds(pcc[i], exact_pcc[i], 1.96);
            held[4 + i] += holds(prcc[i], exact_prcc[i], ds_student_975(ds_prcc_freedom(&t)));
        }
        held[6] += holds(r_squared, exact_r_squared, 1.96);
    }
    for (size_t i = 0; i < 7; i++)
        expect_coverage("SRC, SRC, PCC, PCC, PRCC, PRCC, R^2", i, held[i]);
    assert_int_equal(misses, 0);
}

/* Without a residual the regression is exact, and says so. */
static void a_linear_function_is_explained_whole(void **state)
{
    ds_table t = linear_table(2, FEW);
    ds_index src[2], r_squared, pcc[2];
    size_t   which;

    (void)state;
    for (size_t k = 0; k < FEW; k++)
        output[k] = 1000 + columns[0][k] - columns[1][k];
    assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_OK);
    NEAR(r_squared.value, 1, 1e-12); /* rounding of some thousand terms */
    assert_true(r_squared.se < 1e-12);
    assert_int_equal(ds_pcc_of(&t, pcc, &which), DS_TABLE_OK);
    NEAR(pcc[0].value, 1, 1e-6);
    NEAR(pcc[1].value, -1, 1e-6);
}

static void tables_that_say_nothing_are_refused(void **state)
{
    ds_table t = linear_table(3, FEW);
    ds_index src[3], r_squared;
    size_t   which = 99;

    (void)state;
    t = table_of(3, FEW);
    for (size_t k = 0; k < FEW; k++)
        columns[2][k] = 3 * columns[0][k] - columns[1][k];
    assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_SINGULAR);
    assert_int_equal(which, 2);
    for (size_t k = 0; k < FEW; k++)
        columns[2][k] = 5;
    assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_CONSTANT);
    assert_int_equal(which, 2);
    assert_int_equal(ds_prcc_of(&t, src, &which), DS_TABLE_CONSTANT);
    for (size_t k = 0; k < FEW; k++) {
        columns[2][k] = columns[1][FEW - 1 - k];
        output[k] = 5;
    }
    assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_CONSTANT);
    assert_int_equal(which, 3);
    t.paths = 5;
    assert_int_equal(ds_src_of(&t, src, &r_squared, &which), DS_TABLE_SHORT);
    assert_int_equal(ds_prcc_of(&t, src, &which), DS_TABLE_SHORT);
    assert_false(ds_given_index_of(&t, 0, order, work).defined);
}

static void ranks_of_equal_values_are_their_mean(void **state)
{
    const double x[5] = { 3, 1, 3, 2, 3 };
    double       rank[5];

    (void)state;
    ds_mid_ranks(5, x, order, rank);
    assert_true(rank[0] == 4 && rank[1] == 1 && rank[2] == 4 && rank[3] == 2 && rank[4] == 4);
}

/* ---- First indices from one sample ---------------------------------------------------- */

static ds_table sample_of(const test_case *c, uint64_t seed, size_t rows)
{
    for (size_t k = 0; k < rows; k++) {
        double x[MOST_INPUTS];
        for (size_t i = 0; i < c->inputs; i++)
            columns[i][k] = x[i] = test_input(c, seed, k, i);
        output[k] = c->f(x);
    }
    return table_of(c->inputs, rows);
}

static void one_sample_gives_first_indices(void **state)
{
    (void)state;
    misses = 0;
    for (size_t c = 0; c < TEST_CASES; c++) {
        const ds_table t = sample_of(&test_cases[c], 5, ROWS);
        for (size_t i = 0; i < t.inputs; i++) {
            const ds_given_index g = ds_given_index_of(&t, i, order, work);
            assert_true(g.defined);
            expect(test_cases[c].name, i, g.first, test_cases[c].first[i]);
        }
    }
    assert_int_equal(misses, 0);
}

/* Also where residuals are far from normal, as in the product of lognormals: what not knowing
 * the mean of five rows adds to the error must not be taken from a normal law. */
static void intervals_of_one_sample_hold_in_95_of_100(void **state)
{
    (void)state;
    misses = 0;
    for (size_t c = 0; c < TEST_CASES; c++) {
        const test_case *t = &test_cases[c];
        int              held[MOST_INPUTS] = { 0 };
        for (uint64_t r = 0; r < REPLICATIONS; r++) {
            const ds_table table = sample_of(t, 1000 + r, 2 * FEW);
            for (size_t i = 0; i < t->inputs; i++)
                if (t->first[i] >= 0.01)
                    held[i] += holds(ds_given_index_of(&table, i, order, work).first, t->first[i],
                                     1.96);
        }
        for (size_t i = 0; i < t->inputs; i++)
            if (t->first[i] >= 0.01)
                expect_coverage(t->name, i, held[i]);
    }
    assert_int_equal(misses, 0);
}

/* A coin of 0.3 that adds 2 to N(0,1): S = 4 * 0.21 / (1 + 4 * 0.21); its two values are two
 * bins however many rows they have. */
static void values_that_are_equal_stay_together(void **state)
{
    const ds_table t = table_of(1, ROWS);

    (void)state;
    misses = 0;
    for (size_t k = 0; k < ROWS; k++) {
        columns[0][k] = ds_stream_uniform(ds_stream_key(6, 3), k, 0, 0) < 0.3;
        output[k] = 2 * columns[0][k] + normal_at(6, k, 0);
    }
    const ds_given_index g = ds_given_index_of(&t, 0, order, work);
    assert_int_equal(g.bins, 2);
    expect("coin", 0, g.first, 0.84 / 1.84);
    assert_int_equal(misses, 0);
}

static void means_by_tenths_follow_the_input(void **state)
{
    const ds_table t = linear_table(7, ROWS);
    ds_index       y[10];
    double         x[10];

    (void)state;
    ds_conditional_means(&t, 1, 10, order, y, x);
    for (int bin = 0; bin < 10; bin++) /* E[Y | X2] = 2 X2 */
        assert_true(fabs(y[bin].value - 2 * x[bin]) <= 4 * y[bin].se && y[bin].se < 0.03);
    NEAR(x[9], 1.75498, 0.02); /* phi(z_90) / 0.1 */
}

/* A coin in a table that is sorted by the output: its lowest and highest tenths are all rows with
 * that value, not the rows that came first.  E[Y | x] = 2 x, of 45,000 and 19,000 rows. */
static void the_order_of_a_table_says_nothing(void **state)
{
    const ds_table t = table_of(1, ROWS);
    ds_index       y[10];
    double         x[10];

    (void)state;
    for (size_t k = 0; k < ROWS; k++)
        output[k] = normal_at(6, k, 0) + (ds_stream_uniform(ds_stream_key(6, 3), k, 0, 0) < 0.3
                                              ? 1000 : 0); /* the coin, for the sort */
    gsl_sort(output, 1, ROWS);
    for (size_t k = 0; k < ROWS; k++) {
        columns[0][k] = output[k] > 500;
        output[k] -= columns[0][k] * 998;
    }
    ds_conditional_means(&t, 0, 10, order, y, x);
    assert_true(x[0] == 0 && fabs(x[9] - 1) < 1e-12);
    assert_true(fabs(y[0].value) <= 4 * y[0].se && fabs(y[9].value - 2) <= 4 * y[9].se);
    NEAR(y[0].se, 1 / sqrt(0.7 * ROWS), 1e-4);
    NEAR(y[9].se, 1 / sqrt(0.3 * ROWS), 2e-4);
}

/* ---- Elementary effects --------------------------------------------------------------- */

/* f = 3 x1 - 2 x2 + x3: the effects are the coefficients, whatever the design. */
static void a_linear_function_has_one_effect(void **state)
{
    enum { TRAJECTORIES = 50, INPUTS = 3 };
    const double           slope[INPUTS] = { 3, -2, 1 };
    const ds_morris_design d = { ds_stream_key(8, 1), INPUTS };
    double                 effects[INPUTS][TRAJECTORIES];

    (void)state;
    for (size_t t = 0; t < TRAJECTORIES; t++) {
        ds_morris_move moves[INPUTS];
        double         y[INPUTS + 1] = { 0 };
        ds_morris_trajectory(&d, t, moves);
        for (size_t point = 0; point <= INPUTS; point++)
            for (size_t i = 0; i < INPUTS; i++)
                y[point] += slope[i] *
                            (moves[i].from + (point >= moves[i].at ? moves[i].step : 0));
        for (size_t i = 0; i < INPUTS; i++)
            effects[i][t] = (y[moves[i].at] - y[moves[i].at - 1]) / moves[i].step;
    }
    for (size_t i = 0; i < INPUTS; i++) {
        const ds_morris m = ds_morris_of(TRAJECTORIES, effects[i], 1e-14 * 6);
        NEAR(m.mean.value, slope[i], 1e-13);
        NEAR(m.star.value, fabs(slope[i]), 1e-13);
        assert_true(m.sigma.value == 0 && m.sigma.se == 0);
        assert_true(m.star.se < 1e-13);
    }
}

/* f = x1 x2 on the grid: the effect of x1 is x2, of mean 1/2 and variance 5/36 over the four
 * levels. */
static void an_interaction_spreads_the_effects(void **state)
{
    enum { TRAJECTORIES = 4000 };
    const ds_morris_design d = { ds_stream_key(9, 1), 2 };
    double                 effects[TRAJECTORIES];
    int                    levels[4] = { 0 };

    (void)state;
    for (size_t t = 0; t < TRAJECTORIES; t++) {
        ds_morris_move m[2];
        ds_morris_trajectory(&d, t, m);
        assert_true(m[0].at + m[1].at == 3 && m[0].at >= 1 && m[0].at <= 2);
        levels[(int)lround(3 * m[0].from)]++;
        effects[t] = m[1].from + (m[0].at > m[1].at ? m[1].step : 0);
    }
    const ds_morris m = ds_morris_of(TRAJECTORIES, effects, 0);
    assert_true(fabs(m.star.value - 0.5) <= 4 * m.star.se && m.star.se < 0.007);
    assert_true(fabs(m.sigma.value - sqrt(5.0 / 36)) <= 4 * m.sigma.se && m.sigma.se < 0.004);
    for (int i = 0; i < 4; i++) /* 1000 +- 27; 5 of them */
        assert_true(abs(levels[i] - 1000) < 137);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regressions_are_those_of_the_linear_model),
        cmocka_unit_test(regression_intervals_hold_in_95_of_100),
        cmocka_unit_test(a_linear_function_is_explained_whole),
        cmocka_unit_test(tables_that_say_nothing_are_refused),
        cmocka_unit_test(ranks_of_equal_values_are_their_mean),
        cmocka_unit_test(one_sample_gives_first_indices),
        cmocka_unit_test(intervals_of_one_sample_hold_in_95_of_100),
        cmocka_unit_test(values_that_are_equal_stay_together),
        cmocka_unit_test(means_by_tenths_follow_the_input),
        cmocka_unit_test(the_order_of_a_table_says_nothing),
        cmocka_unit_test(a_linear_function_has_one_effect),
        cmocka_unit_test(an_interaction_spreads_the_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
