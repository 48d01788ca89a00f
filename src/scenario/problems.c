/* problems.c -- collects problems and warnings, so that all of them are told at once
 * and in the order of the file, whatever order the checks ran in.
 *
 * Called by document.c, bind.c, check*.c (add) and scenario.c (report).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/problems.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

void ds_problems_free(ds_problems *problems)
{
    free(problems->items);
    *problems = (ds_problems){0};
}

void ds_problems_add(ds_problems *problems, const ds_error *error, int file)
{
    if (error->code == DS_E_NOMEM) {
        problems->out_of_memory = true;
        return;
    }
    size_t limit = error->warning ? DS_WARNINGS_MAX : DS_PROBLEMS_MAX;
    if (problems->found[error->warning] == limit) {
        problems->dropped[error->warning]++;
        return;
    }
    if (problems->count == problems->capacity) {
        size_t      capacity = problems->capacity == 0 ? 8 : problems->capacity * 2;
        ds_problem *items = realloc(problems->items, capacity * sizeof *items);
        if (items == NULL) {
            problems->out_of_memory = true;
            return;
        }
        problems->items = items;
        problems->capacity = capacity;
    }
    problems->items[problems->count] =
        (ds_problem){.error = *error, .file = file, .sequence = problems->count};
    problems->count++;
    problems->found[error->warning]++;
}

bool ds_problems_any(const ds_problems *problems)
{
    return problems->found[false] > 0 || problems->out_of_memory;
}

bool ds_problems_full(const ds_problems *problems)
{
    return problems->found[false] >= DS_PROBLEMS_MAX;
}

static int compare(const void *left, const void *right)
{
    const ds_problem *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->error.line != b->error.line)
        return a->error.line < b->error.line ? -1 : 1;
    if (a->error.column != b->error.column)
        return a->error.column < b->error.column ? -1 : 1;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static void report_dropped(const ds_problems *problems, bool warning, ds_problem_fn report,
                           void *context)
{
    ds_error last;
    if (problems->dropped[warning] == 0)
        return;
    ds_fail(&last, warning ? DS_OK : DS_E_SCENARIO, NULL, "%zu further %s are not listed",
            problems->dropped[warning], warning ? "warnings" : "problems");
    last.warning = warning;
    report(context, &last);
}

ds_code ds_problems_report(ds_problems *problems, ds_problem_fn report, void *context,
                           ds_error *err)
{
    ds_error last;
    if (problems->out_of_memory) {
        ds_code code = ds_fail(&last, DS_E_NOMEM, NULL, "out of memory");
        if (report != NULL)
            report(context, &last);
        if (err != NULL)
            *err = last;
        return code;
    }
    if (problems->count > 1)
        qsort(problems->items, problems->count, sizeof *problems->items, compare);
    const ds_error *first = NULL;
    for (size_t i = 0; i < problems->count; i++) {
        const ds_error *error = &problems->items[i].error;
        if (first == NULL && !error->warning)
            first = error;
        if (report != NULL)
            report(context, error);
    }
    if (report != NULL) {
        report_dropped(problems, false, report, context);
        report_dropped(problems, true, report, context);
    }
    if (first != NULL && err != NULL)
        *err = *first;
    return first == NULL ? DS_OK : first->code;
}
