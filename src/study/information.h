/* information.h -- what the files of the value of information share.
 *
 * information.c asks, information_sample.c runs, information_path.c watches what moves over the
 * months, information_set.c says what may be known, information_pilot.c and
 * information_check.c do what their names say.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STUDY_INFORMATION_H
#define DS_STUDY_INFORMATION_H

#include "distillsim_information.h"
#include "engine/result.h"
#include "model/design.h"
#include "model/draws.h"
#include "model/sources.h"
#include "numerics/knowing.h"
#include "numerics/pilot.h"

enum { DS_PATH_FEATURES = 5, DS_SET_FEATURES = 12, DS_PATH_MONTHS = 12 };

/* Something that moves over the months: requests of a product, the price of a model, the rent
 * of a GPU.  Its features of a path: the level in the first month, after one and two thirds, in
 * the last, and the mean over some months. */
typedef struct {
    ds_information_kind kind;
    ds_watch_kind watched;
    size_t        index;
    const char   *name;       /* pointer                                                  */
    const char   *start;      /* pointer of the level in the first month, NULL: none      */
    size_t        month_count;
    size_t        month[DS_PATH_MONTHS];
    double       *level;      /* [month_count][stride], while the run goes                */
    double       *feature[DS_PATH_FEATURES]; /* [paths]                                   */
    double       *memory;     /* of the features                                          */
} ds_information_path;

/* A half of the shocks of a process. */
typedef struct {
    size_t source, half;
} ds_information_shock;

/* What may be known. */
typedef struct {
    ds_information_kind kind;
    const char *name;
    size_t      input;         /* of DS_INFORMATION_INPUT: of the scenario                 */
    size_t      input_count;   /* of the scenario                                          */
    bool       *source;        /* [sources] is it part of the set?                         */
    ds_knowing_set known;
    size_t     *member;
    const double *feature[DS_SET_FEATURES];
} ds_information_set;

/* One run, and what was watched in it. */
typedef struct {
    ds_scenario   *scenario; /* as asked for, without what nobody reads                    */
    ds_plan       *plan;
    ds_sources     sources;
    ds_run_options run;
    size_t         stride;
    size_t         strategy_count;
    size_t         strategy[DS_INFORMATION_STRATEGIES];
    double        *benefit[DS_INFORMATION_STRATEGIES]; /* [paths] minus cost_npv_usd       */
    double         interval_factor;
    size_t         input_count;
    size_t        *source_of;  /* [input_count] index into sources                         */
    double        *uniforms;   /* [input_count][stride]                                    */
    size_t                shock_count;
    ds_information_shock *shock;
    double               *shocks; /* [shock_count][stride]                                */
    ds_knowing_input     *input;  /* [input_count + shock_count]                           */
    ds_knowing_component *component;
    size_t                component_count;
    size_t                path_count;
    ds_information_path  *path;
    ds_knowing           *knowing;
    ds_arena             *arena; /* of all small arrays and names                          */
} ds_information_sample;

/* DS_E_USAGE when nothing is uncertain. */
DS_MUST_CHECK ds_code ds_information_sample_make(const ds_scenario *scenario,
                                                 const ds_information_options *options,
                                                 ds_information_sample *s, ds_error *err);
void ds_information_sample_release(ds_information_sample *s);
/* Index among the inputs of the sample, or input_count. */
size_t ds_information_input_of(const ds_information_sample *s, size_t scenario_input);

/* Lists what moves. */
DS_MUST_CHECK ds_code ds_information_paths_list(ds_information_sample *s, ds_error *err);
/* How many watches they need; writes them, levels allocated. */
size_t ds_information_paths_watches(const ds_information_sample *s);
DS_MUST_CHECK ds_code ds_information_paths_watch(ds_information_sample *s, ds_watch *watch,
                                                 ds_error *err);
/* Makes the features of the levels, which are released. */
DS_MUST_CHECK ds_code ds_information_paths_features(ds_information_sample *s, ds_error *err);
void ds_information_paths_release(ds_information_sample *s);

/* The same for the noise of processes: normal numbers beside the inputs. */
DS_MUST_CHECK ds_code ds_information_shocks_list(ds_information_sample *s, ds_error *err);
size_t ds_information_shocks_watches(const ds_information_sample *s);
DS_MUST_CHECK ds_code ds_information_shocks_watch(ds_information_sample *s, ds_watch *watch,
                                                  ds_error *err);
void ds_information_shocks_finish(ds_information_sample *s);

/* All sets: the inputs together, groups, what moves, one by one.  In the arena. */
DS_MUST_CHECK ds_code ds_information_sets(ds_information_sample *s,
                                          const ds_information_options *options,
                                          ds_information_set **sets, size_t *count,
                                          ds_error *err);

/* The input of a pilot: index of the scenario's input. */
DS_MUST_CHECK ds_code ds_information_pilot_input(const ds_scenario *scenario,
                                                 const ds_information_pilot *pilot,
                                                 size_t *input, ds_error *err);
DS_MUST_CHECK ds_code ds_information_pilot_run(const ds_information_sample *s,
                                               const ds_information_pilot *pilot, size_t input,
                                               ds_information_pilot_result *out, ds_error *err);

/* The value of a set by nested simulation: states of the set, with futures each; a figure that is
 * too low on average, and one that is too high.  value: about what is expected. */
DS_MUST_CHECK ds_code ds_information_nested(const ds_information_sample *s,
                                            const ds_information_set *set, double value,
                                            ds_estimate out[2], ds_error *err);

#endif
