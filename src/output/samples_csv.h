/* samples_csv.h -- a table of futures as CSV.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SAMPLES_CSV_H
#define DS_SAMPLES_CSV_H

#include <stdio.h>

#include "distillsim_samples.h"

/* A column `path`, and those of the samples; twelve digits, which are more than anybody looks
 * at and half of the bytes of all. */
void ds_samples_csv(FILE *file, const ds_samples *samples);
/* The same to a file, which is complete or not there. */
DS_MUST_CHECK ds_code ds_samples_write(const char *path, const ds_samples *samples, ds_error *err);

#endif
