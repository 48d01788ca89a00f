/* sensitivity.h -- the inside of a study of sensitivity: sensitivity_groups.c says what the
 * inputs are, sensitivity_outputs.c runs the scenario, sensitivity_variance.c and
 * sensitivity_single.c are the methods, sensitivity.c calls them and describes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STUDY_SENSITIVITY_H
#define DS_STUDY_SENSITIVITY_H

#include "distillsim_sensitivity.h"
#include "model/design.h"
#include "model/draws.h"
#include "model/sources.h"
#include "numerics/groups.h"
#include "scenario/arena.h"

/* An input in the sense of a method: some streams. */
typedef struct {
    const char *name;
    bool        chance, rest;
    size_t      count;
    size_t     *source; /* [count] of the inventory                                       */
    uint64_t   *stream; /* [count] their hashes                                           */
} ds_factor;

typedef struct {
    const ds_sensitivity_options *options;
    const ds_scenario *base;
    ds_scenario *scenario; /* with no more in it than the outcome needs                   */
    ds_plan     *plan;
    ds_sources   sources;
    ds_arena    *arena;    /* of the result                                               */
    ds_factor   *factors;
    size_t       factor_count;
    size_t       strategy;  /* of `scenario`                                              */
    ds_run_options run;     /* seed, threads, progress                                    */
    ds_groups    path_groups; /* paths that are independent of each other                 */
    const double *reference; /* [reference_count] sorted outcomes, for ranks               */
    size_t       reference_count;
    uint64_t     done, total; /* paths, of all runs                                       */
    uint64_t     other_seed;  /* of what is drawn anew                                    */
    ds_sensitivity_summary summary;
    ds_sensitivity_row *rows;
    size_t       row_count;
} ds_sensitivity_job;

/* ---- sensitivity_groups.c ------------------------------------------------------------- */
/* Fills the factors of a job from its options and sources. */
DS_MUST_CHECK ds_code ds_sensitivity_group_sources(ds_sensitivity_job *job, ds_error *err);
/* Keeps the `count` factors named, in their order, and makes one of all others. */
DS_MUST_CHECK ds_code ds_sensitivity_keep(ds_sensitivity_job *job, const bool *keep,
                                          ds_error *err);
/* Inputs that are drawn once a path, of the factors: [source] of the inventory. */
DS_MUST_CHECK ds_code ds_sensitivity_inputs(const ds_sensitivity_job *job, size_t **sources,
                                            size_t *count, ds_error *err);

/* ---- sensitivity_outputs.c ------------------------------------------------------------ */
/* Finds the strategy, the scenario without the others, plan and sources. */
DS_MUST_CHECK ds_code ds_sensitivity_begin(ds_sensitivity_job *job, ds_error *err);
void ds_sensitivity_end(ds_sensitivity_job *job);
/* What is explained, on every path of a run with a design (NULL: none).  plan NULL: the
 * job's. */
DS_MUST_CHECK ds_code ds_sensitivity_outputs(ds_sensitivity_job *job, const ds_plan *plan,
                                             const ds_design *design, uint64_t seed,
                                             uint64_t paths, double *y, ds_error *err);
/* Ranks are from now on those among these outcomes, that a run without ranks gave: they
 * become ranks themselves.  Nothing where the scale is another. */
DS_MUST_CHECK ds_code ds_sensitivity_refer_to(ds_sensitivity_job *job, double *y,
                                              uint64_t paths, ds_error *err);
/* Paths of a run: those that were asked for, or such that so many runs are some 24 plain
 * ones, and at most those of a plain one. */
uint64_t ds_sensitivity_paths(const ds_sensitivity_job *job, size_t runs);
/* Rank among sorted values, from 0 to 1, ties in the middle. */
double ds_sensitivity_rank(const double *sorted, size_t count, double y);
/* Mean, sd, and how much of the variance is in the tails. */
DS_MUST_CHECK ds_code ds_sensitivity_describe(ds_sensitivity_job *job, const double *y,
                                              uint64_t paths, ds_error *err);

/* Of a plain run, and its ranks. */
DS_MUST_CHECK ds_code ds_sensitivity_describe_plain(ds_sensitivity_job *job, uint64_t paths,
                                                    ds_error *err);

/* ---- Methods -------------------------------------------------------------------------- */
DS_MUST_CHECK ds_code ds_sensitivity_sobol(ds_sensitivity_job *job, ds_error *err);
DS_MUST_CHECK ds_code ds_sensitivity_shapley(ds_sensitivity_job *job, ds_error *err);
DS_MUST_CHECK ds_code ds_sensitivity_tornado(ds_sensitivity_job *job, ds_error *err);
DS_MUST_CHECK ds_code ds_sensitivity_morris(ds_sensitivity_job *job, ds_error *err);
/* Regressions, ranks and bins: from a run, and from columns that somebody else has. */
DS_MUST_CHECK ds_code ds_sensitivity_sample(ds_sensitivity_job *job, ds_error *err);
DS_MUST_CHECK ds_code ds_sensitivity_columns(ds_sensitivity_job *job,
                                             const double *const *x, const double *y,
                                             size_t paths, ds_error *err);

/* Rows, one a factor, or one an input, without figures; and their order in the end. */
DS_MUST_CHECK ds_code ds_sensitivity_factor_rows(ds_sensitivity_job *job, ds_error *err);
DS_MUST_CHECK ds_code ds_sensitivity_input_rows(ds_sensitivity_job *job, const size_t *sources,
                                                size_t count, ds_error *err);
void ds_sensitivity_sort(ds_sensitivity_job *job);

#endif
