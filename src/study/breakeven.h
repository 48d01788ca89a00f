/* breakeven.h -- the inside of a ds_breakeven: breakeven_trial.c makes scenarios of values,
 * breakeven.c looks for ties, breakeven_result.c tells.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_BREAKEVEN_H
#define DS_BREAKEVEN_H

#include "scenario/arena.h"
#include "study/tie.h"

enum { DS_BREAKEVEN_AXES = 2 };

/* What is compared, and where. */
typedef struct {
    const ds_scenario *base;
    size_t             strategy, against; /* of base                                  */
    bool               alone;   /* the others are left out                             */
    size_t             axis_count;
    ds_breakeven_axis  axis[DS_BREAKEVEN_AXES];
    double             value[DS_BREAKEVEN_AXES]; /* the second is held                 */
    ds_run_options     run;
    uint64_t           trials;
} ds_breakeven_job;

/* A scenario with these values, NULL: as it stands; with only the two strategies when they
 * can be alone. */
DS_MUST_CHECK ds_code ds_breakeven_scenario(const ds_breakeven_job *job, const double *values,
                                            ds_scenario **out, ds_error *err);
/* Saving of every path with these values, which are as above; groups (may be NULL): of the
 * paths. */
DS_MUST_CHECK ds_code ds_breakeven_saving(ds_breakeven_job *job, const double *values,
                                          size_t paths, double *saving, ds_groups *groups,
                                          ds_error *err);
/* Can the two be simulated without the others? */
bool ds_breakeven_can_be_alone(const ds_scenario *base);
/* Fills an axis from a range: steps, dates, both ends. */
DS_MUST_CHECK ds_code ds_breakeven_axis_of(ds_breakeven_job *job, size_t axis,
                                           const ds_breakeven_range *range, ds_error *err);

struct ds_breakeven {
    ds_arena          *arena;
    ds_breakeven_axis  axis[DS_BREAKEVEN_AXES]; /* with texts of the arena             */
    size_t             axis_count;
    const char        *strategy, *against;
    ds_breakeven_of    of;
    double             probability;
    uint64_t           paths, scan_paths, seed, trials;
    int                start; /* of the clock, months since January of year 0          */
    ds_breakeven_point now;
    size_t             line_count;
    ds_breakeven_line *lines;
};

/* Without lines; NULL when out of memory. */
ds_breakeven *ds_breakeven_new(const ds_breakeven_job *job, const ds_breakeven_options *options);

#endif
