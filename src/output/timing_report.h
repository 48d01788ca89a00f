/* timing_report.h -- when to start, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TIMING_REPORT_H
#define DS_TIMING_REPORT_H

#include <stdio.h>

#include "distillsim_timing.h"
#include "output/text.h"

/* Sentences, the rules, some of the months, notes.  Fails with DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_timing_table(FILE *file, const ds_scenario *scenario,
                                      const ds_timing *timing, const ds_style *style,
                                      ds_error *err);
/* A row a month. */
void ds_timing_csv(FILE *file, const ds_scenario *scenario, const ds_timing *timing);
void ds_timing_json(FILE *file, const ds_scenario *scenario, const ds_timing *timing);
/* timing.csv and timing.json in a directory, which is made. */
DS_MUST_CHECK ds_code ds_timing_directory(const char *directory, const ds_scenario *scenario,
                                          const ds_timing *timing, ds_error *err);
/* "/strategies/NAME/start/MODEL", or "start_when_usd_per_month_above" for "start"; false when
 * it does not fit. */
bool ds_timing_pointer(const ds_timing *timing, size_t model, const char *key, char *out,
                       size_t size);

#endif
