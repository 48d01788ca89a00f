/* sample_file.h -- one column of numbers from a CSV file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SAMPLE_FILE_H
#define DS_SAMPLE_FILE_H

#include <stddef.h>

#include "distillsim.h"

enum { DS_CSV_ROWS_MAX = 1000000, DS_CSV_BYTES_MAX = 256 << 20 };

/* The numbers of the column whose name in the first line is `column`; *values
 * belongs to the caller.  Empty cells, cells that are not finite numbers, and an
 * empty column are errors.  Fails with DS_E_IO, DS_E_SCENARIO (file, line,
 * message set) or DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_sample_of_file(const char *path, const char *column, double **values,
                                        size_t *count, ds_error *err);
/* The same from text, which ends with '\0' at text[length] and is changed. */
DS_MUST_CHECK ds_code ds_sample_of_text(char *text, size_t length, const char *column,
                                        double **values, size_t *count, ds_error *err);

#endif
