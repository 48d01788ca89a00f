/* sensitivity_report.h -- what `sensitivity` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SENSITIVITY_REPORT_H
#define DS_SENSITIVITY_REPORT_H

#include <stdio.h>

#include "distillsim_sensitivity.h"
#include "output/text.h"

/* A sentence, the `top` first rows (0: DS_SENSITIVITY_TOP), notes.  scenario NULL: a table of
 * futures that somebody had.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_sensitivity_print(FILE *file, const ds_scenario *scenario,
                                           const ds_sensitivity *s, size_t top,
                                           const ds_style *style, ds_error *err);
/* One row an input: what it is about; input, unit, kind, and low, high where the method has
 * them; of every figure NAME, NAME_se, NAME_low95, NAME_high95; how many streams it has. */
void ds_sensitivity_csv(FILE *file, const ds_sensitivity *s);
void ds_sensitivity_json(FILE *file, const ds_scenario *scenario, const ds_sensitivity *s);
/* sensitivity.csv and sensitivity.json in a directory, which is made when missing. */
DS_MUST_CHECK ds_code ds_sensitivity_directory(const char *directory, const ds_scenario *scenario,
                                               const ds_sensitivity *s, ds_error *err);

#endif
