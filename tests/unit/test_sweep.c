/* test_sweep.c -- axes from text, and the walk over a grid.
 *
 * What is done at a point of a real sweep (scenario, plan, run) is tested through the
 * program; here the walk visits a function of the test.  Comparisons are exact, but
 * for the inner values of a logarithmic range.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "study/sweep.h"

static ds_sweep_axis *axis_of(const char *text)
{
    ds_sweep_axis *axis;
    ds_error error = {0};

    if (ds_sweep_axis_parse(text, &axis, &error) != DS_OK) {
        fail_msg("%s: %s", text, error.message);
    }
    return axis;
}

static void assert_values(const char *text, const char *pointer, size_t count,
                          const char *const *values)
{
    ds_sweep_axis *axis = axis_of(text);

    assert_string_equal(ds_sweep_axis_pointer(axis), pointer);
    assert_int_equal(ds_sweep_axis_count(axis), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(ds_sweep_axis_value(axis, i), values[i]);
    }
    ds_sweep_axis_free(axis);
}

#define VALUES(text, pointer, ...)                                               \
    do {                                                                         \
        static const char *const values_[] = {__VA_ARGS__};                      \
        assert_values(text, pointer, sizeof values_ / sizeof *values_, values_); \
    } while (0)

static void ranges_are_even(void **state)
{
    (void)state;
    VALUES("/a=0.1:0.5:5", "/a", "0.1", "0.2", "0.3", "0.4", "0.5");
    VALUES("/clock/months=12:60:5", "/clock/months", "12", "24", "36", "48", "60");
    VALUES("/a/b=3:-3:3", "/a/b", "3", "0", "-3");
    VALUES("/a=1e9:2.0e9:2", "/a", "1e9", "2.0e9"); /* the ends as they were given */
    VALUES("/a=5:7:1", "/a", "5");
    VALUES("/a=b=1:2:2", "/a=b", "1", "2");
}

/* Tolerance: the 15 digits that are written. */
static void logarithmic_ranges_are_even_in_the_logarithm(void **state)
{
    ds_sweep_axis *axis = axis_of("/x=1e3:1e9:13:log");

    (void)state;
    assert_int_equal(ds_sweep_axis_count(axis), 13);
    for (size_t i = 0; i < 13; i++) {
        const double value = strtod(ds_sweep_axis_value(axis, i), NULL);
        assert_true(fabs(value / pow(10.0, 3.0 + 0.5 * (double)i) - 1.0) < 1e-14);
    }
    assert_string_equal(ds_sweep_axis_value(axis, 12), "1e9");
    ds_sweep_axis_free(axis);
}

static void lists_are_cut_at_their_own_commas(void **state)
{
    (void)state;
    VALUES("/a=8", "/a", "8");
    VALUES("/a=1,2.5,-3", "/a", "1", "2.5", "-3");
    VALUES("/run/sampling=sobol,\"plain, old\",lhs", "/run/sampling", "sobol", "\"plain, old\"",
           "lhs");
    VALUES("/q={\"p10\": 1, \"p90\": [2,3]},[4,5],6", "/q", "{\"p10\": 1, \"p90\": [2,3]}",
           "[4,5]", "6");
    VALUES("/q=\"a\\\",b\",c", "/q", "\"a\\\",b\"", "c");
    VALUES("/t=2026-07,2027-01", "/t", "2026-07", "2027-01");
}

static void bad_axes_are_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "is not of the form"},
        {"a=1:2:3", "is not of the form"},
        {"/a", "is not of the form"},
        {"/a=", "is not of the form"},
        {"/a=1:2", "is not of the form"},
        {"/a=1:2:3:lin", "is not of the form"},
        {"/a=1:2:3:log:x", "is not of the form"},
        {"/a=1:x:3", "is not of the form"},
        {"/a=1::3", "is not of the form"},
        {"/a=1:2:2.5", "is not of the form"},
        {"/a=1:1e999:3", "is not of the form"},
        {"/a=1:2:0", "N must be 1 to"},
        {"/a=1:2:1000001", "N must be 1 to"},
        {"/a=1:2:-4", "N must be 1 to"},
        {"/a=0:2:4:log", "positive ends"},
        {"/a=1:-2:4:log", "positive ends"},
        {"/a=1,,2", "value 2 of '1,,2' is empty"},
        {"/a=1,2,", "value 3 of"},
        {"/a=,", "value 1 of"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ds_sweep_axis *axis = (ds_sweep_axis *)&axis;
        ds_error error = {0};
        assert_int_equal(ds_sweep_axis_parse(cases[i].text, &axis, &error), DS_E_USAGE);
        assert_null(axis);
        if (strstr(error.message, cases[i].says) == NULL) {
            fail_msg("%s: \"%s\" has no \"%s\"", cases[i].text, error.message, cases[i].says);
        }
    }
    ds_sweep_axis_free(NULL);
}

/* ---- The walk ---------------------------------------------------------------- */

typedef struct {
    char    seen[200];
    size_t  fail_at; /* point, from 0 */
    ds_code code;
} visits;

static ds_code visit(void *context, ds_sweep_point *point, ds_error *err)
{
    visits *v = context;
    const size_t used = strlen(v->seen);

    snprintf(v->seen + used, sizeof v->seen - used, "%zu/%zu:%s%s ", point->index, point->count,
             point->override_count > 0 ? point->overrides[0].value : "",
             point->override_count > 1 ? point->overrides[1].value : "");
    return point->index == v->fail_at
               ? ds_fail(err, v->code, "/where", "\"%s\" is no good", "it")
               : DS_OK;
}

static void the_last_axis_moves_fastest(void **state)
{
    ds_sweep_axis *axes[2] = {axis_of("/a=1,2,3"), axis_of("/b=x,y")};
    const ds_sweep_axis *const grid[2] = {axes[0], axes[1]};
    visits v = {.fail_at = SIZE_MAX};

    (void)state;
    assert_int_equal(ds_sweep_point_count(grid, 2), 6);
    assert_int_equal(ds_sweep_walk(grid, 2, visit, &v, NULL), DS_OK);
    assert_string_equal(v.seen, "0/6:1x 1/6:1y 2/6:2x 3/6:2y 4/6:3x 5/6:3y ");
    v.seen[0] = '\0';
    assert_int_equal(ds_sweep_walk(grid, 0, visit, &v, NULL), DS_OK);
    assert_string_equal(v.seen, "0/1: ");
    ds_sweep_axis_free(axes[0]);
    ds_sweep_axis_free(axes[1]);
}

static void the_first_failure_stops_and_says_where(void **state)
{
    ds_sweep_axis *axes[2] = {axis_of("/a=1,2,3"), axis_of("/b=x,y")};
    const ds_sweep_axis *const grid[2] = {axes[0], axes[1]};
    visits v = {.fail_at = 2, .code = DS_E_SCENARIO};
    ds_error error = {0};

    (void)state;
    assert_int_equal(ds_sweep_walk(grid, 2, visit, &v, &error), DS_E_SCENARIO);
    assert_string_equal(v.seen, "0/6:1x 1/6:1y 2/6:2x ");
    assert_int_equal(error.code, DS_E_SCENARIO);
    assert_string_equal(error.pointer, "/where");
    assert_string_equal(error.message, "at point 3 of 6 (/a=2, /b=x): \"it\" is no good");

    v = (visits){.fail_at = 0, .code = DS_E_CANCELLED};
    assert_int_equal(ds_sweep_walk(grid, 2, visit, &v, NULL), DS_E_CANCELLED);
    assert_string_equal(v.seen, "0/6:1x ");
    ds_sweep_axis_free(axes[0]);
    ds_sweep_axis_free(axes[1]);
}

/* A long value is cut, what went wrong is not. */
static void a_long_value_leaves_room_for_the_message(void **state)
{
    char text[900] = "/a=";
    ds_error error = {0};
    visits v = {.fail_at = 0, .code = DS_E_SCENARIO};

    (void)state;
    memset(text + 3, '7', sizeof text - 4);
    text[sizeof text - 1] = '\0';
    ds_sweep_axis *axis = axis_of(text);
    const ds_sweep_axis *const grid[1] = {axis};
    assert_int_equal(ds_sweep_walk(grid, 1, visit, &v, &error), DS_E_SCENARIO);
    assert_non_null(strstr(error.message, "at point 1 of 1 (/a=777"));
    assert_non_null(strstr(error.message, "777...): \"it\" is no good"));
    ds_sweep_axis_free(axis);
}

static void grids_that_are_too_large_are_refused(void **state)
{
    ds_sweep_axis *axis = axis_of("/a=1:2:1000000");
    const ds_sweep_axis *grid[DS_SWEEP_MAX_AXES + 1];
    visits v = {.fail_at = 0};
    ds_error error = {0};

    (void)state;
    for (size_t i = 0; i <= DS_SWEEP_MAX_AXES; i++) {
        grid[i] = axis;
    }
    assert_int_equal(ds_sweep_point_count(grid, 4), 0); /* 10^24 */
    assert_int_equal(ds_sweep_walk(grid, 4, visit, &v, &error), DS_E_USAGE);
    assert_int_equal(ds_sweep_walk(grid, DS_SWEEP_MAX_AXES + 1, visit, &v, &error), DS_E_USAGE);
    assert_string_equal(v.seen, "");
    ds_sweep_axis_free(axis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_even),
        cmocka_unit_test(logarithmic_ranges_are_even_in_the_logarithm),
        cmocka_unit_test(lists_are_cut_at_their_own_commas),
        cmocka_unit_test(bad_axes_are_refused),
        cmocka_unit_test(the_last_axis_moves_fastest),
        cmocka_unit_test(the_first_failure_stops_and_says_where),
        cmocka_unit_test(a_long_value_leaves_room_for_the_message),
        cmocka_unit_test(grids_that_are_too_large_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
