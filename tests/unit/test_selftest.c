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
    size_t lines, passed, values_passed, stop_after;
    bool   say;
} count;

static bool tally(void *context, const ds_selftest_line *line)
{
    count *c = context;
    c->lines++;
    c->passed += line->passed;
    c->values_passed += line->passed && isnan(line->se);
    assert_true(line->what[0] != '\0' && line->source[0] != '\0');
    if (c->say && !line->passed)
        print_error("%s, %s: expected %.17g, got %.17g, z %g\n", line->group, line->what,
                    line->expected, line->got, line->z);
    return c->lines != c->stop_after;
}

static size_t all_lines; /* of a run of all, when there has been one */

static void every_line_passes(void **state)
{
    (void)state;
    count    c = { .say = true };
    ds_error error = { 0 };
    assert_int_equal(ds_selftest_run(NULL, tally, &c, &error), DS_OK);
    assert_true(c.lines > 100);
    assert_int_equal(c.passed, c.lines);
    all_lines = c.lines;
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

/* The tables of values see an error in the seventh digit; those of decisions one in the fourth,
 * for some are published with five digits, and two have bins.  Estimates are none of these. */
static void small_errors_in(const ds_selftest_group *list, size_t count_of, double wrong)
{
    for (size_t g = 0; g < count_of; g++) {
        count    c = { 0 };
        ds_error error = { 0 };
        if (list[g].value_count == 0)
            continue;
        assert_int_equal(ds_selftest_run_wrong(list[g].name, wrong, tally, &c, &error), DS_OK);
        assert_int_equal(c.values_passed, 0);
    }
}

static void small_errors_are_misses(void **state)
{
    (void)state;
    small_errors_in(ds_selftest_values, ds_selftest_values_count, 3e-7);
    small_errors_in(ds_selftest_samples, ds_selftest_samples_count, 3e-7);
    small_errors_in(ds_selftest_decisions, ds_selftest_decisions_count, 3e-4);
}

static size_t rows_of(const ds_selftest_group *g)
{
    return g->value_count + g->statistic_count + g->estimate_count;
}

/* All lines are those of the groups; a group that is asked for is alone.  Of values only, which
 * are quick. */
static void groups(void **state)
{
    (void)state;
    static const struct {
        const ds_selftest_group *of;
        const size_t            *count;
    } lists[] = { { ds_selftest_values, &ds_selftest_values_count },
                  { ds_selftest_samples, &ds_selftest_samples_count },
                  { ds_selftest_options, &ds_selftest_options_count },
                  { ds_selftest_simulated, &ds_selftest_simulated_count },
                  { ds_selftest_decisions, &ds_selftest_decisions_count } };
    ds_error error = { 0 };
    count    one = { .stop_after = 1 };
    size_t   sum = 0, name = 0;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t g = 0; g < *lists[i].count; g++) {
            const ds_selftest_group *it = &lists[i].of[g];
            count                    c = { 0 };
            assert_string_equal(ds_selftest_group_name(name++), it->name);
            sum += rows_of(it);
            if (rows_of(it) > it->value_count)
                continue;
            assert_int_equal(ds_selftest_run(it->name, tally, &c, &error), DS_OK);
            assert_int_equal(c.lines, rows_of(it));
        }
    assert_null(ds_selftest_group_name(name));
    assert_true(all_lines > 0);
    assert_int_equal(sum, all_lines);
    assert_int_equal(ds_selftest_run("nothing", tally, &one, &error), DS_E_USAGE);
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
