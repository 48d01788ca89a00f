/* problems.h -- everything that is wrong with a scenario, and warnings, in file order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PROBLEMS_H
#define DS_PROBLEMS_H

#include "distillsim.h"

enum { /* reported; the rest is only counted */
    DS_PROBLEMS_MAX = 1000,
    DS_WARNINGS_MAX = 100 /* apart, so that they keep no room from problems */
};

typedef struct {
    ds_error error;
    int      file;     /* sorts before line and column */
    size_t   sequence; /* then the order of discovery  */
} ds_problem;

typedef struct {
    ds_problem *items;
    size_t      count, capacity;
    size_t      found[2], dropped[2]; /* [warning] */
    bool        out_of_memory;
} ds_problems;

void ds_problems_free(ds_problems *problems);
/* Copies *error; `file` is its rank: 0 the scenario file, then what it extends. */
void ds_problems_add(ds_problems *problems, const ds_error *error, int file);
/* Is there any that is no warning? */
bool ds_problems_any(const ds_problems *problems);
/* Are further problems only counted? */
bool ds_problems_full(const ds_problems *problems);
/* Sorts, calls report() (may be NULL) for each, and copies the first that is no
 * warning to *err (may be NULL).  Returns its code, DS_E_NOMEM when memory ran out, or
 * DS_OK. */
ds_code ds_problems_report(ds_problems *problems, ds_problem_fn report, void *context,
                           ds_error *err);

#endif
