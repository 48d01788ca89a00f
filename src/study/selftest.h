/* selftest.h -- tables of values that are known from elsewhere, by group.
 *
 * Three kinds of rows.  A value is worked out by a function and compared digit by digit.  An
 * estimate is a function's mean of points of a sampler, a statistic comes from a scenario
 * that the ordinary engine simulates: both are compared with their own standard error,
 * which must itself be small.  To add knowledge is to add a row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SELFTEST_H
#define DS_SELFTEST_H

#include "distillsim.h"

enum { DS_SELFTEST_ARGUMENTS = 5, DS_SELFTEST_NUMBERS = 8, /* of a value, of an estimate */
       DS_SELFTEST_PATHS = 100000, DS_SELFTEST_SEED = 1 };

typedef struct {
    const char *what;
    double      expected;
    double      tolerance; /* relative; absolute where 0 is expected; 0: exactly */
    double    (*got)(const double *a);
    double      a[DS_SELFTEST_ARGUMENTS];
    const char *source;
} ds_selftest_value;

typedef struct {
    const char *what;
    double      expected;
    double      se_most;   /* relative: a standard error above it is a miss      */
    const char *statistic; /* mean, sd, p50, p95, cvar: of cost_total_usd         */
    const char *scenario;  /* JSON with ' for "                                  */
    const char *source;
} ds_selftest_statistic;

typedef struct {
    const char  *what;
    double       expected;
    double       se_most; /* relative */
    ds_estimate (*got)(const double *a);
    double       a[DS_SELFTEST_NUMBERS];
    const char  *source;
} ds_selftest_estimate;

/* Rows of one kind, the others NULL. */
typedef struct {
    const char                  *name;
    const ds_selftest_value     *values;
    size_t                       value_count;
    const ds_selftest_statistic *statistics;
    size_t                       statistic_count;
    const ds_selftest_estimate  *estimates;
    size_t                       estimate_count;
} ds_selftest_group;

enum { DS_SELFTEST_INFORMATION = 7, DS_SELFTEST_NORMAL_PILOT = 5, DS_SELFTEST_KNOWING = 8,
       DS_SELFTEST_CHOICE = 15, DS_SELFTEST_TIE = 5, DS_SELFTEST_CERTAIN_TIE = 1,
       DS_SELFTEST_INDICES = 24, DS_SELFTEST_EIGHT_PATHS = 13, DS_SELFTEST_TABLE_1 = 2,
       DS_SELFTEST_BOX = 7 };
extern const ds_selftest_value    ds_selftest_information[DS_SELFTEST_INFORMATION];
extern const ds_selftest_value    ds_selftest_normal_pilot[DS_SELFTEST_NORMAL_PILOT];
extern const ds_selftest_estimate ds_selftest_knowing[DS_SELFTEST_KNOWING];
extern const ds_selftest_estimate ds_selftest_choice[DS_SELFTEST_CHOICE];
extern const ds_selftest_estimate ds_selftest_tie[DS_SELFTEST_TIE];
extern const ds_selftest_value    ds_selftest_certain_tie[DS_SELFTEST_CERTAIN_TIE];
extern const ds_selftest_estimate ds_selftest_indices[DS_SELFTEST_INDICES];
extern const ds_selftest_value    ds_selftest_eight_paths[DS_SELFTEST_EIGHT_PATHS];
extern const ds_selftest_estimate ds_selftest_table_1[DS_SELFTEST_TABLE_1];
extern const ds_selftest_value    ds_selftest_box[DS_SELFTEST_BOX];

/* A scenario from JSON with ' for ". */
DS_MUST_CHECK ds_code ds_selftest_scenario(const char *text, ds_scenario **out, ds_error *err);

/* Of values: two lists.  Of estimates; of statistics; of what decisions rest on. */
extern const ds_selftest_group ds_selftest_values[], ds_selftest_samples[];
extern const ds_selftest_group ds_selftest_options[], ds_selftest_simulated[];
extern const size_t ds_selftest_values_count, ds_selftest_samples_count;
extern const ds_selftest_group ds_selftest_decisions[];
extern const size_t ds_selftest_options_count, ds_selftest_simulated_count;
extern const size_t ds_selftest_decisions_count;

/* As ds_selftest_run(), every expected value wrong by `wrong` of itself (of 1, if it is 0):
 * so a test can see that a wrong value is a miss. */
DS_MUST_CHECK ds_code ds_selftest_run_wrong(const char *group, double wrong, ds_selftest_fn tell,
                                            void *context, ds_error *err);

#endif
