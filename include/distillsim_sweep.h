/* distillsim_sweep.h -- a scenario over a grid of values, and where a mean crosses zero
 * between them.
 *
 * Part of the public interface; see distillsim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_SWEEP_H
#define DISTILLSIM_SWEEP_H

#include "distillsim.h"

/* ---- Sweep: a scenario over a grid of values ----------------------------- */
typedef struct ds_sweep_axis ds_sweep_axis;

/* POINTER=LO:HI:N, N values evenly from LO to HI; POINTER=LO:HI:N:log, evenly in the
 * logarithm; or POINTER=V1,V2,V3, each JSON text or a bare word.  The last '=' counts.
 * Fails with DS_E_USAGE, DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_sweep_axis_parse(const char *text, ds_sweep_axis **out, ds_error *err);
void        ds_sweep_axis_free(ds_sweep_axis *axis);
const char *ds_sweep_axis_pointer(const ds_sweep_axis *axis);
size_t      ds_sweep_axis_count(const ds_sweep_axis *axis);
const char *ds_sweep_axis_value(const ds_sweep_axis *axis, size_t index); /* JSON text */

/* Points of the grid of these axes; 0 when that overflows.  The last axis moves
 * fastest. */
size_t ds_sweep_point_count(const ds_sweep_axis *const *axes, size_t axis_count);
/* The scenario of one point: as ds_scenario_with(). */
DS_MUST_CHECK ds_code ds_sweep_scenario(const ds_scenario *base,
                                        const ds_sweep_axis *const *axes, size_t axis_count,
                                        size_t index, ds_problem_fn report, void *context,
                                        ds_scenario **out, ds_error *err);

typedef struct {
    size_t             index, count; /* of the points                           */
    const ds_override *overrides;    /* [axis]: pointer and value here          */
    size_t             override_count;
    const ds_scenario *scenario;     /* lives as long as the call               */
    const ds_result   *result;       /* the same                                */
} ds_sweep_point;
/* Called in order, from the calling thread; false stops the sweep. */
typedef bool (*ds_sweep_fn)(void *context, const ds_sweep_point *point);

/* Simulates every point with the same seed, hence the same futures.  Options hold
 * for each point; path_count 0 means run.paths of the point's scenario.
 * Stops at the first error, which says at which point; DS_E_CANCELLED when a
 * callback says so. */
DS_MUST_CHECK ds_code ds_sweep_run(const ds_scenario *base, const ds_sweep_axis *const *axes,
                                   size_t axis_count, const ds_run_options *options,
                                   ds_sweep_fn point, void *context, ds_error *err);

/* ---- Break-even: where a mean crosses zero -------------------------------- */
typedef enum {
    DS_BREAK_EVEN_NONE,  /* nowhere between this value and the one before       */
    DS_BREAK_EVEN_RISES, /* from below zero to above it, or to zero             */
    DS_BREAK_EVEN_FALLS
} ds_break_even_state;
typedef struct {
    ds_break_even_state state;
    ds_estimate         at; /* by a straight line between the two values; the error
                               is that of the means, paired by path            */
} ds_break_even;

/* Means of one outcome under one strategy at value after value. */
typedef struct ds_break_even_line ds_break_even_line;
DS_MUST_CHECK ds_code ds_break_even_new(ds_break_even_line **out, ds_error *err);
void                  ds_break_even_free(ds_break_even_line *line);
void                  ds_break_even_restart(ds_break_even_line *line);
/* The errors come from the groups of paths of this run and those like it (run.sampling);
 * without it every path is its own.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_break_even_groups(ds_break_even_line *line, const ds_result *result,
                                           ds_error *err);
/* The next value, and the outcome of every path there: ds_result_column().  Paths
 * without a value leave nothing to say on either side of it.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_break_even_add(ds_break_even_line *line, double x,
                                        const double *column, uint64_t paths,
                                        ds_break_even *out, ds_error *err);
/* How many were found since the start, and the sign of the last mean that was not zero:
 * with none found, that of all. */
size_t ds_break_even_count(const ds_break_even_line *line);
int    ds_break_even_sign(const ds_break_even_line *line);

#endif
