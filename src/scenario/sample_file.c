/* sample_file.c -- one column of numbers from a CSV file.
 *
 * Called by document.c for {"empirical": {"csv": ..., "column": ...}}.  A
 * header line names the columns; blank lines are skipped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/sample_file.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/csv_reader.h"
#include "scenario/error.h"
#include "scenario/file.h"

static ds_code fail_line(ds_error *err, int line, const char *what, const char *offender)
{
    ds_code code = ds_fail(err, DS_E_SCENARIO, NULL, "%s\"%.60s\"", what, offender);
    if (err != NULL)
        err->line = line;
    return code;
}

static bool append(double value, double **values, size_t *count, size_t *capacity)
{
    if (*count == *capacity) {
        size_t  larger = *capacity == 0 ? 1024 : *capacity * 2;
        double *items = realloc(*values, larger * sizeof *items);
        if (items == NULL)
            return false;
        *values = items;
        *capacity = larger;
    }
    (*values)[(*count)++] = value;
    return true;
}

/* Index of the named column in the header record, or -1. */
static long find_column(ds_csv_reader *r, const char *column)
{
    long found = -1;
    for (long i = 0;; i++) {
        if (strcmp(ds_csv_next(r), column) == 0 && found < 0)
            found = i;
        if (r->last)
            return found;
    }
}

/* Reads one record and appends its cell of the column. */
static ds_code read_record(ds_csv_reader *r, long wanted, const char *column, double **values,
                           size_t *count, size_t *capacity, ds_error *err)
{
    int   line = r->line;
    bool  found = false, blank = false;
    for (long i = 0;; i++) {
        char *cell = ds_csv_next(r);
        if (i == 0 && r->last && *cell == '\0')
            blank = true;
        if (i == wanted) {
            double value;
            found = true;
            if (!blank && !ds_csv_number_of(cell, &value))
                return fail_line(err, line, "not a finite number: ", cell);
            if (!blank && *count == DS_CSV_ROWS_MAX)
                return fail_line(err, line, "more than 1000000 rows in column ", column);
            if (!blank && !append(value, values, count, capacity))
                return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
        }
        if (r->last)
            break;
    }
    if (r->unclosed)
        return fail_line(err, line, "a quoted field does not end in column ", column);
    return found || blank ? DS_OK : fail_line(err, line, "the row has no column ", column);
}

ds_code ds_sample_of_text(char *text, size_t length, const char *column, double **values,
                          size_t *count, ds_error *err)
{
    ds_csv_reader r = ds_csv_begin(text, length);
    size_t capacity = 0;
    *values = NULL;
    *count = 0;

    if (memchr(text, '\0', length) != NULL)
        return fail_line(err, 0, "the file is not text; wanted column ", column);
    long wanted = find_column(&r, column);
    if (wanted < 0)
        return fail_line(err, 1, "the first line has no column ", column);
    ds_code code = DS_OK;
    while (code == DS_OK && r.at < r.end)
        code = read_record(&r, wanted, column, values, count, &capacity, err);
    if (code == DS_OK && *count == 0)
        code = fail_line(err, 1, "no rows in column ", column);
    if (code != DS_OK) {
        free(*values);
        *values = NULL;
        *count = 0;
    }
    return code;
}

ds_code ds_sample_of_file(const char *path, const char *column, double **values, size_t *count,
                          ds_error *err)
{
    char   *text;
    size_t  length;
    ds_code code = ds_file_read(path, DS_CSV_BYTES_MAX, &text, &length, NULL, err);
    if (code != DS_OK)
        return code;
    code = ds_sample_of_text(text, length, column, values, count, err);
    free(text);
    if (code != DS_OK && err != NULL)
        ds_copy_text(err->file, sizeof err->file, path);
    return code;
}
