/* model_help.h -- shared by the tests of the fast engine (test_model_*.c): scenarios
 * from text, runs through the public interface, and comparisons that say what differed.
 *
 * The text of a scenario may have ' where JSON has ".
 *
 * Statistical comparisons are against the standard error that the result itself
 * states.  A two-sided bound of z standard errors fails a correct program with
 * probability 6.3e-5 at z = 4 and 5.7e-7 at z = 5, were the seed drawn anew; the seed is
 * fixed, so a test that passes once passes always.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_HELP_H
#define MODEL_HELP_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "distillsim.h"
#include "load_text.h"

/* ---- A scenario, its plan, its result ---------------------------------------- */

typedef struct {
    ds_scenario *scenario;
    ds_plan     *plan;
    ds_result   *result; /* NULL before it is run */
} world;

static inline void print_problem(void *context, const ds_error *p)
{
    (void)context;
    if (p->warning)
        return;
    print_error("%s:%d:%d: %s: %s\n", p->file, p->line, p->column, p->pointer, p->message);
}

static inline world compiled(ds_scenario *scenario)
{
    world    m = {.scenario = scenario};
    ds_error err;
    if (ds_plan_compile(scenario, &m.plan, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    return m;
}

static inline world open_changed(const char *path, const ds_override *changes, size_t count)
{
    ds_scenario *scenario = NULL;
    ds_error     err;
    assert_int_equal(ds_scenario_load(path, changes, count, print_problem, NULL, &scenario, &err),
                     DS_OK);
    return compiled(scenario);
}

static inline world open_file(const char *path)
{
    return open_changed(path, NULL, 0);
}

/* The scenario of a JSON text. */
static inline world open_json(const char *text)
{
    ds_scenario *scenario = NULL;
    ds_error     err;
    ds_code      code = load_json(text, print_problem, NULL, &scenario, &err);
    if (code != DS_OK)
        print_error("%s\n", text);
    assert_int_equal(code, DS_OK);
    return compiled(scenario);
}

/* The same of a text with ' for ". */
static inline world open_text(const char *text)
{
    char *json = strdup(text);
    assert_non_null(json);
    for (char *c = json; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    world m = open_json(json);
    free(json);
    return m;
}

/* open_text() of a text that is filled in as by printf. */
__attribute__((format(printf, 1, 2))) static inline world open_format(const char *format, ...)
{
    char    text[16384];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_true(length > 0 && (size_t)length < sizeof text);
    return open_text(text);
}

/* The scenario of `base` with changes. */
static inline world open_with(const world *base, const ds_override *overrides, size_t count)
{
    ds_scenario *scenario = NULL;
    ds_error     err;
    assert_int_equal(ds_scenario_with(base->scenario, overrides, count, print_problem, NULL,
                                      &scenario, &err),
                     DS_OK);
    return compiled(scenario);
}

static inline ds_result *run_of(const world *m, uint64_t paths, uint64_t seed, unsigned threads)
{
    ds_run_options options = {.path_count = paths, .seed = seed, .threads = threads};
    ds_result     *result = NULL;
    ds_error       err = {.code = DS_OK};
    if (ds_run(m->plan, &options, &result, &err) != DS_OK)
        fail_msg("%s", err.message);
    return result;
}

static inline void run(world *m, uint64_t paths)
{
    ds_result_free(m->result);
    m->result = run_of(m, paths, 1, 1);
}

static inline void close_world(world *m)
{
    ds_result_free(m->result);
    ds_plan_free(m->plan);
    ds_scenario_free(m->scenario);
    memset(m, 0, sizeof *m);
}

/* ---- Figures of the result --------------------------------------------------- */

static inline size_t outcome_index(const char *name)
{
    size_t index = ds_outcome_find(name);
    if (index == ds_outcome_count())
        fail_msg("no outcome %s", name);
    return index;
}

static inline ds_statistics statistics_of(const world *m, size_t strategy, const char *outcome)
{
    return ds_result_statistics(m->result, strategy, outcome_index(outcome));
}

/* Outcome of path 0: of all paths, when nothing is uncertain. */
static inline double figure(const world *m, size_t strategy, const char *outcome)
{
    return ds_result_column(m->result, strategy, outcome_index(outcome))[0];
}

static inline double bill(const world *m, size_t strategy, size_t month)
{
    return ds_result_month(m->result, strategy, month).mean.value;
}

/* ---- Comparisons ------------------------------------------------------------- */

static inline void check_near(double got, double want, double tolerance, const char *what,
                              int line)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("line %d: %s: %.17g, not %.17g within %.3g", line, what, got, want, tolerance);
}
#define NEAR(got, want, tolerance) check_near((got), (want), (tolerance), #got, __LINE__)
/* relative */
#define CLOSE(got, want, relative) \
    check_near((got), (want), (relative)*fabs((double)(want)), #got, __LINE__)

static inline void check_estimate(ds_estimate got, double want, double z, const char *what,
                                  int line)
{
    if (!(got.se > 0))
        fail_msg("line %d: %s: standard error %g", line, what, got.se);
    if (!(fabs(got.value - want) <= z * got.se))
        fail_msg("line %d: %s: %.12g +- %.3g, not %.12g: %.2f standard errors", line, what,
                 got.value, got.se, want, (got.value - want) / got.se);
}
/* within 4 standard errors of the result: 6.3e-5 */
#define WITHIN_4SE(got, want) check_estimate((got), (want), 4, #got, __LINE__)

/* Do two results agree in every column, byte by byte?  NANs included. */
static inline void assert_same_columns(const ds_result *a, const ds_result *b)
{
    size_t bytes = ds_result_paths(a) * sizeof(double);
    assert_int_equal(ds_result_paths(a), ds_result_paths(b));
    assert_int_equal(ds_result_strategy_count(a), ds_result_strategy_count(b));
    for (size_t s = 0; s < ds_result_strategy_count(a); s++)
        for (size_t o = 0; o < ds_outcome_count(); o++)
            if (memcmp(ds_result_column(a, s, o), ds_result_column(b, s, o), bytes) != 0)
                fail_msg("strategy %zu: %s differs", s, ds_outcome_at(o)->name);
}

#endif
