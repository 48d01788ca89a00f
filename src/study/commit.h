/* commit.h -- the inside of a ds_commit: commit.c finds, commit_result.c describes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_COMMIT_H
#define DS_COMMIT_H

#include "scenario/arena.h"
#include "scenario/trial.h"
#include "study/curve.h"

/* One search; arrays have one element a quantity that is looked for. */
typedef struct {
    ds_trials       trials;
    ds_run_options  run;
    ds_commit_of    of;
    double          cvar_level;
    const char     *pointers[DS_COMMIT_MOST_TERMS];
    ds_commit_range range[DS_COMMIT_MOST_TERMS];
    double          step[DS_COMMIT_MOST_TERMS], least[DS_COMMIT_MOST_TERMS];
    double          value[DS_COMMIT_MOST_TERMS]; /* the best so far               */
    size_t          moving;                      /* the one that is being moved   */
    ds_groups       groups;                      /* of paths, once a trial has run */
} ds_commit_job;

typedef struct {
    ds_commit_term   what;
    ds_commit_point *points;
    size_t           point_count;
} ds_commit_found;

struct ds_commit {
    ds_arena       *arena;
    const char     *strategy;
    uint64_t        paths, seed;
    double          cvar_level;
    size_t          term_count;
    ds_commit_found term[DS_COMMIT_MOST_TERMS];
};

/* Without anything found yet; NULL when out of memory. */
ds_commit *ds_commit_new(const ds_commit_job *job);
/* What a curve says about the term that was moved. */
DS_MUST_CHECK ds_code ds_commit_report(ds_commit_job *job, ds_curve *curve,
                                       ds_estimate value, ds_commit_found *found, ds_error *err);
/* Cost of every path [USD] with the moving term at `value`, or as the scenario stands
 * when that is NAN. */
DS_MUST_CHECK ds_code ds_commit_cost(ds_commit_job *job, double value, double *column,
                                     ds_error *err);

#endif
