/* problems.c -- collects problems, so that all of them are told at once and in
 * the order of the file, whatever order the checks ran in.
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
    if (problems->count == DS_PROBLEMS_MAX) {
        problems->dropped++;
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
}

bool ds_problems_any(const ds_problems *problems)
{
    return problems->count > 0 || problems->out_of_memory;
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
    if (problems->count == 0)
        return DS_OK;

    qsort(problems->items, problems->count, sizeof *problems->items, compare);
    if (err != NULL)
        *err = problems->items[0].error;
    if (report == NULL)
        return problems->items[0].error.code;
    for (size_t i = 0; i < problems->count; i++)
        report(context, &problems->items[i].error);
    if (problems->dropped > 0) {
        ds_fail(&last, DS_E_SCENARIO, NULL, "%zu further problems are not listed",
                problems->dropped);
        report(context, &last);
    }
    return problems->items[0].error.code;
}
