/* test_break_even.c -- where the mean of a saving crosses zero along swept values, on
 * columns made by hand.
 *
 * Expected values are worked out in comments; tolerance 1e-14 relative, a few roundings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "distillsim_sweep.h"

static ds_break_even_line *new_line(void)
{
    ds_break_even_line *line = NULL;
    assert_int_equal(ds_break_even_new(&line, NULL), DS_OK);
    return line;
}

static ds_break_even add(ds_break_even_line *line, double x, const double *column,
                         uint64_t paths)
{
    ds_break_even found;
    assert_int_equal(ds_break_even_add(line, x, column, paths, &found, NULL), DS_OK);
    return found;
}

/* The same of paths that all have the value y. */
static ds_break_even add_sure(ds_break_even_line *line, double x, double y)
{
    const double column[3] = {y, y, y};
    return add(line, x, column, 3);
}

static void check(ds_break_even got, ds_break_even_state state, double at, double se)
{
    assert_int_equal(got.state, state);
    if (state == DS_BREAK_EVEN_NONE) {
        assert_true(isnan(got.at.value) && isnan(got.at.se));
        return;
    }
    if (!(fabs(got.at.value - at) <= 1e-14 * fabs(at)) || !(fabs(got.at.se - se) <= 1e-14 * at))
        fail_msg("%.17g +- %.17g, not %g +- %g", got.at.value, got.at.se, at, se);
}

/* Means -2 at 10 and 3 at 20: w = 0.4, hence 14.  (1 - w) Y0 + w Y1 is -1.4 in one path
 * and 1.4 in the other: standard error 1.4; times 10/5. */
static void error_is_that_of_the_paired_mean(void **state)
{
    (void)state;
    const double before[2] = {-3, -1}, after[2] = {1, 5};
    ds_break_even_line *line = new_line();
    check(add(line, 10, before, 2), DS_BREAK_EVEN_NONE, 0, 0);
    check(add(line, 20, after, 2), DS_BREAK_EVEN_RISES, 14, 2.8);
    ds_break_even_free(line);
    /* the same downwards: the other way round */
    line = new_line();
    check(add(line, 20, after, 2), DS_BREAK_EVEN_NONE, 0, 0);
    check(add(line, 10, before, 2), DS_BREAK_EVEN_FALLS, 14, 2.8);
    ds_break_even_free(line);
}

/* What all points share does not cancel: with noise e and a slope of 0.5 the crossing of
 * path k is at 30 - 2 e_k, so that the error is twice that of the mean of e. */
static void shared_noise_moves_the_crossing(void **state)
{
    (void)state;
    enum { PATHS = 5 };
    static const double noise[PATHS] = {-2, -1, 0, 1, 2}; /* sd sqrt(2.5), error sqrt(0.5) */
    double              before[PATHS], after[PATHS];
    ds_break_even_line *line = new_line();
    for (size_t k = 0; k < PATHS; k++) {
        before[k] = 0.5 * (26 - 30) + noise[k];
        after[k] = 0.5 * (36 - 30) + noise[k];
    }
    add(line, 26, before, PATHS);
    check(add(line, 36, after, PATHS), DS_BREAK_EVEN_RISES, 30, 2 * sqrt(0.5));
    ds_break_even_free(line);
}

static void several_crossings(void **state)
{
    (void)state;
    ds_break_even_line *line = new_line();
    check(add_sure(line, 0, -1), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 4, 3), DS_BREAK_EVEN_RISES, 1, 0);
    check(add_sure(line, 6, 1), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 8, -3), DS_BREAK_EVEN_FALLS, 6.5, 0);
    check(add_sure(line, 9, 1), DS_BREAK_EVEN_RISES, 8.75, 0);
    assert_int_equal(ds_break_even_count(line), 3);
    ds_break_even_free(line);
}

static void never(void **state)
{
    (void)state;
    ds_break_even_line *line = new_line();
    assert_int_equal(ds_break_even_sign(line), 0);
    add_sure(line, 1, -2);
    add_sure(line, 2, -1e-9);
    assert_int_equal(ds_break_even_count(line), 0);
    assert_int_equal(ds_break_even_sign(line), -1);
    ds_break_even_restart(line); /* nothing is remembered of the line before */
    check(add_sure(line, 1, 5), DS_BREAK_EVEN_NONE, 0, 0);
    assert_int_equal(ds_break_even_count(line), 0);
    assert_int_equal(ds_break_even_sign(line), 1);
    ds_break_even_free(line);
}

/* A mean of exactly zero breaks even there, once; before the first difference it says
 * nothing. */
static void zero_at_a_value(void **state)
{
    (void)state;
    ds_break_even_line *line = new_line();
    check(add_sure(line, 1, 0), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 2, 0), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 3, 4), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 5, 0), DS_BREAK_EVEN_FALLS, 5, 0);
    check(add_sure(line, 6, 0), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 7, -1), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 8, 1), DS_BREAK_EVEN_RISES, 7.5, 0);
    assert_int_equal(ds_break_even_count(line), 2);
    ds_break_even_free(line);
}

/* A path without a value leaves no mean; one path no error. */
static void paths_without_a_value(void **state)
{
    (void)state;
    const double gap[3] = {1, (double)INFINITY, 1}, alone[1] = {-1}, after[1] = {1};
    ds_break_even_line *line = new_line();
    add_sure(line, 1, -1);
    check(add(line, 2, gap, 3), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 3, 1), DS_BREAK_EVEN_NONE, 0, 0);
    check(add_sure(line, 4, -1), DS_BREAK_EVEN_FALLS, 3.5, 0);
    ds_break_even_restart(line);
    add(line, 1, alone, 1);
    ds_break_even found = add(line, 2, after, 1);
    assert_int_equal(found.state, DS_BREAK_EVEN_RISES);
    assert_true(found.at.value == 1.5 && isnan(found.at.se));
    ds_break_even_free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_is_that_of_the_paired_mean),
        cmocka_unit_test(shared_noise_moves_the_crossing),
        cmocka_unit_test(several_crossings),
        cmocka_unit_test(never),
        cmocka_unit_test(zero_at_a_value),
        cmocka_unit_test(paths_without_a_value),
    };
    return cmocka_run_group_tests_name("break-even", tests, NULL, NULL);
}
