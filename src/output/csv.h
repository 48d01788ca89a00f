/* csv.h -- comma-separated values after RFC 4180, written and read.
 *
 * Numbers round-trip.  An infinite value ("never") is Inf, which pandas, R and
 * gnuplot read; a value that does not exist is an empty field.  A name is data
 * and is kept exactly as it is: one that starts with = + - or @ is quoted, but
 * a spreadsheet may still take it for a formula, so open files of strangers
 * with the text import of the spreadsheet.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CSV_H
#define DS_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "distillsim.h"

void ds_csv_text(FILE *file, const char *text);
void ds_csv_number(FILE *file, double value);
/* Two further fields: the value, and its error, empty when there is none. */
void ds_csv_estimate(FILE *file, ds_estimate e);

/* A file read whole: row 0 is the header.  Every row has `columns` fields. */
typedef struct {
    size_t rows, columns;
    char **fields; /* [rows][columns] */
    char  *buffer;
} ds_csv;

/* Fails with DS_E_IO (cannot read, not a table), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_csv_read(const char *path, ds_csv *csv, ds_error *err);
void                  ds_csv_release(ds_csv *csv);
const char           *ds_csv_field(const ds_csv *csv, size_t row, size_t column);
/* NAN for an empty field or one that is not a number. */
double                ds_csv_value(const ds_csv *csv, size_t row, size_t column);
/* csv->columns when there is no such column. */
size_t                ds_csv_column(const ds_csv *csv, const char *name);

#endif
