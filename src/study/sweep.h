/* sweep.h -- the walk over the points of a grid, apart from what is done at each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SWEEP_H
#define DS_SWEEP_H

#include "distillsim_sweep.h"

enum { DS_SWEEP_MAX_AXES = 16, DS_SWEEP_MAX_VALUES = 1000000 };

/* A finite decimal number and nothing else. */
bool ds_sweep_number(const char *text, double *out);

/* Overrides of point `index`, one an axis. */
void ds_sweep_overrides(const ds_sweep_axis *const *axes, size_t axis_count, size_t index,
                        ds_override *overrides);

/* What is done at a point; the scenario and the result are filled in by it. */
typedef ds_code (*ds_sweep_visit_fn)(void *context, ds_sweep_point *point, ds_error *err);

/* Visits the points in order; stops at the first failure and writes into its message
 * at which point. */
DS_MUST_CHECK ds_code ds_sweep_walk(const ds_sweep_axis *const *axes, size_t axis_count,
                                    ds_sweep_visit_fn visit, void *context, ds_error *err);

#endif
