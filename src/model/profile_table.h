/* profile_table.h -- (101) of docs/model.md: GPU time and slots from measured rows.
 *
 * A table is reduced once to a point for each curve (pair of lengths) and a base law,
 * which the points correct nearby.  Both engines, the checks and `distillsim profile`
 * use this; it knows the structs of a scenario and nothing of paths.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PROFILE_TABLE_H
#define DS_PROFILE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/scenario.h"

/* What one curve says at the concurrency that is used, b_k. */
typedef struct {
    double input, output; /* I_k, O_k                                              */
    double slots;         /* b_k                                                   */
    double output_per_s;  /* X_k, of the replica                                   */
    double ttft_ms, tpot_ms; /* NAN: not measured                                  */
    double gpu_s;         /* g_k, of one request                                   */
    bool   within;        /* the limits; if none is, b_k is the least measured     */
} ds_table_point;

/* B: GPU seconds for a token of fresh input, for one of output, and kappa. */
typedef struct {
    double input, output, attention;
} ds_base_law;

/* Curves of the table. */
size_t ds_table_curves(const ds_items *table);
/* Fills one point for each, in the order of their first rows; `points` has room for
 * ds_table_curves(). */
size_t ds_table_points(const ds_profile *profile, ds_table_point *points);

/* Least squares of relative errors, no coefficient negative; with fewer than three
 * points in proportion to tokens. */
ds_base_law ds_table_law(const ds_table_point *points, size_t count);

/* The law at a request: I, of which R are cached, O with its coefficient of variation. */
double ds_base_law_at(const ds_base_law *law, double input, double read, double output,
                      double output_cv);

/* G0 with n = 1, and b. */
double ds_table_gpu_seconds(const ds_table_point *points, size_t count, const ds_base_law *law,
                            double input, double read, double output, double output_cv);
double ds_table_slots(const ds_table_point *points, size_t count, double input, double output);

#endif
