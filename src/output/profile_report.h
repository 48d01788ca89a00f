/* profile_report.h -- what `profile fit` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PROFILE_REPORT_H
#define DS_PROFILE_REPORT_H

#include <stdio.h>

#include "distillsim_profile.h"
#include "output/text.h"

typedef struct {
    const ds_profile_fit  *fit;
    const ds_measurements *measurements;
    const char            *gpu;     /* its name in the scenario; NULL: left out   */
    bool                   certain; /* constants are numbers, not distributions   */
} ds_fit_report;

/* A sentence, the constants, the errors, notes. */
void ds_fit_table(FILE *file, const ds_fit_report *report, const ds_style *style);
/* The points, one a row: input_tokens, output_tokens, concurrency, gpus,
 * output_tokens_per_s, fitted, left_out. */
void ds_fit_csv(FILE *file, const ds_fit_report *report);
/* All of it, the profile included. */
void ds_fit_json(FILE *file, const ds_fit_report *report);
/* The profile alone, an object for /profiles of a scenario. */
void ds_fit_profile(FILE *file, const ds_fit_report *report);
/* That as a file.  Fails with DS_E_IO, DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_fit_profile_file(const char *path, const ds_fit_report *report,
                                          ds_error *err);

#endif
