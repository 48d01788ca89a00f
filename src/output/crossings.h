/* crossings.h -- break-evens of a sweep: where the mean of a saving crosses zero along
 * the last parameter, for each strategy but the baseline.
 *
 * They are values of the rows (sweep_rows.h) and sentences after them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CROSSINGS_H
#define DS_CROSSINGS_H

#include <stdio.h>

#include "distillsim_sweep.h"
#include "output/text.h"

typedef struct ds_crossings ds_crossings;

/* Is an outcome a saving, which breaks even at zero? */
bool ds_crossings_of(size_t outcome);

/* NULL in `out` when there are none to look for: the last axis has one value, or one that
 * is no number, or no outcome is a saving.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_crossings_new(const ds_scenario *base, const ds_sweep_axis *last,
                                       const size_t *outcomes, size_t outcome_count,
                                       const size_t *strategies, size_t strategy_count,
                                       ds_crossings **out, ds_error *err);
void ds_crossings_free(ds_crossings *c);
/* Takes the next point in. */
DS_MUST_CHECK ds_code ds_crossings_add(ds_crossings *c, const ds_sweep_point *point,
                                       ds_error *err);
/* Of row `row` of the point taken in last, and outcome `i`: where the mean has crossed zero
 * since the value before; +INFINITY, never, in the last row of a line without any; else
 * NAN. */
ds_estimate ds_crossings_at(const ds_crossings *c, size_t row, size_t i);
/* One sentence for each strategy and outcome of every line that is complete. */
void ds_crossings_say(const ds_crossings *c, FILE *file, const ds_style *style);

#endif
