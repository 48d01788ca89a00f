/* scenario_help.h -- what the tests of the loader share.  Include it after cmocka.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCENARIO_HELP_H
#define SCENARIO_HELP_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim.h"
#include "scenario/load.h"
#include "scenario/scenario.h"

static inline void print_problem(void *context, const ds_error *p)
{
    (void)context;
    if (p->warning)
        return;
    print_error("%s:%d:%d: %s: %s\n", p->file, p->line, p->column, p->pointer, p->message);
}

enum { PROBLEMS_MAX = 64 };

typedef struct {
    ds_error items[PROBLEMS_MAX];
    size_t   count; /* also of those that found no room */
} problem_list;

/* A ds_problem_fn. */
static inline void collect(void *context, const ds_error *problem)
{
    problem_list *all = context;
    if (all->count < PROBLEMS_MAX)
        all->items[all->count] = *problem;
    all->count++;
}

static inline void expect_near(double found, double wanted, double tolerance)
{
    if (!(fabs(found - wanted) <= tolerance))
        fail_msg("%.17g is not %.17g to %.1g", found, wanted, tolerance);
}

/* Loads a file that must be good. */
static inline ds_scenario *load_with(const char *path, const ds_override *overrides, size_t count)
{
    ds_scenario *s = NULL;
    ds_error     err;
    assert_int_equal(ds_scenario_load(path, overrides, count, print_problem, NULL, &s, &err),
                     DS_OK);
    assert_non_null(s);
    return s;
}

static inline ds_scenario *load(const char *path)
{
    return load_with(path, NULL, 0);
}

/* Loads text that must be good. */
static inline ds_scenario *parse(const char *text)
{
    ds_scenario *s = NULL;
    assert_int_equal(ds_scenario_parse(text, strlen(text), "text", NULL, 0, 0, print_problem, NULL,
                                       &s, NULL),
                     DS_OK);
    return s;
}

static inline const ds_input *find_input(const ds_scenario *s, const char *pointer)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (strcmp(s->inputs[i].pointer, pointer) == 0)
            return &s->inputs[i];
    fail_msg("no input %s", pointer);
    return NULL;
}

/* Fills TEXT's %s, a quantity for a key with range [-0.5, 10] and no unit. */
#define QUANTITY_TEXT                                                                     \
    "{\"name\": \"q\", \"clock\": {\"start\": \"2026-07\", \"months\": 12},"                \
    " \"quantities\": {\"n\": {\"uniform\": {\"low\": 1, \"high\": 2}}},"                    \
    " \"inflation_per_year\": %s,"                                                          \
    " \"products\": {\"p\": {\"requests_per_month\": 1, \"request\": {\"input_words\": 1,"   \
    " \"output_words\": 1}}},"                                                              \
    " \"models\": {\"m\": {\"contracts\": {\"c\": {\"billing\": \"per_token\","              \
    " \"usd_per_mtok\": {\"input\": 1, \"output\": 1}}}}},"                                 \
    " \"strategies\": {\"s\": {\"all\": \"m\"}}}"


#endif
