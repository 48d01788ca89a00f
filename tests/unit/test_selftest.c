/* test_selftest.c -- the tables of `distillsim selftest`: every line passes, and a wrong
 * value is seen.  Tolerances and sources are in the tables; a simulated line is within
 * 4 standard errors (6.3e-5 each were the seed new; the seed is fixed).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "study/selftest.h"

typedef struct {
    size_t lines, passed, stop_after;
    bool   say;
} count;

static bool tally(void *context, const ds_selftest_line *line)
{
    count *c = context;
    c->lines++;
    c->passed += line->passed;
    assert_true(line->what[0] != '\0' && line->source[0] != '\0');
    if (c->say && !line->passed)
        print_error("%s, %s: expected %.17g, got %.17g, z %g\n", line->group, line->what,
                    line->expected, line->got, line->z);
    return c->lines != c->stop_after;
}

static void every_line_passes(void **state)
{
    (void)state;
    count    c = { .say = true };
    ds_error error = { 0 };
    assert_int_equal(ds_selftest_run(NULL, tally, &c, &error), DS_OK);
    assert_true(c.lines > 100);
    assert_int_equal(c.passed, c.lines);
}

/* A tenth is more than 4 of the standard errors that are allowed, and more than any
 * tolerance. */
static void wrong_values_are_misses(void **state)
{
    (void)state;
    count    c = { 0 };
    ds_error error = { 0 };
    assert_int_equal(ds_selftest_run_wrong(NULL, 0.1, tally, &c, &error), DS_OK);
    assert_true(c.lines > 100);
    assert_int_equal(c.passed, 0);
}

/* The tables of values see an error in the seventh digit. */
static void small_errors_in(const ds_selftest_group *list, size_t count_of)
{
    for (size_t g = 0; g < count_of; g++) {
        count    c = { 0 };
        ds_error error = { 0 };
        assert_int_equal(ds_selftest_run_wrong(list[g].name, 3e-7, tally, &c, &error), DS_OK);
        assert_int_equal(c.passed, 0);
    }
}

static void small_errors_are_misses(void **state)
{
    (void)state;
    small_errors_in(ds_selftest_values, ds_selftest_values_count);
    small_errors_in(ds_selftest_samples, ds_selftest_samples_count);
}

static void groups(void **state)
{
    (void)state;
    ds_error error = { 0 };
    count    all = { 0 }, sum = { 0 }, one = { .stop_after = 1 };
    assert_int_equal(ds_selftest_run(NULL, tally, &all, &error), DS_OK);
    for (size_t g = 0; ds_selftest_group_name(g) != NULL; g++)
        assert_int_equal(ds_selftest_run(ds_selftest_group_name(g), tally, &sum, &error), DS_OK);
    assert_int_equal(sum.lines, all.lines);
    assert_int_equal(ds_selftest_run("nothing", tally, &all, &error), DS_E_USAGE);
    assert_int_equal(ds_selftest_run(NULL, tally, &one, &error), DS_E_CANCELLED);
    assert_int_equal(one.lines, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_passes),
        cmocka_unit_test(wrong_values_are_misses),
        cmocka_unit_test(small_errors_are_misses),
        cmocka_unit_test(groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
