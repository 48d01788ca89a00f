/* samples_file.c -- a table of futures from a CSV file: see distillsim_samples.h.
 *
 * The file is a user's, perhaps a stranger's: sizes are bounded, every field is checked, and
 * an error says where.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/c_locale.h"
#include "scenario/csv_reader.h"
#include "scenario/error.h"
#include "scenario/file.h"
#include "study/samples.h"

enum { FILE_BYTES_MOST = 1 << 30, ROWS_AT_FIRST = 1024, NOT_KEPT = -1 };

typedef struct {
    ds_csv_reader csv;
    ds_samples   *samples;
    size_t        fields; /* of the header                                             */
    int          *column; /* [fields] index of the column, or NOT_KEPT                 */
    size_t        room;   /* [rows] of the columns                                     */
    ds_error     *err;
} reader;

static ds_code no_memory(const reader *r)
{
    return ds_fail(r->err, DS_E_NOMEM, NULL, "out of memory");
}

/* ---- The header --------------------------------------------------------------------- */

static ds_samples_kind kind_of(const char *name)
{
    const char *last = strrchr(name, '/');
    if (name[0] == '/')
        return strchr(name, '#') != NULL ? DS_SAMPLES_SEEN : DS_SAMPLES_INPUT;
    return last != NULL && ds_outcome_find(last + 1) < ds_outcome_count() ? DS_SAMPLES_OUTCOME
                                                                          : DS_SAMPLES_OTHER;
}

static ds_code add_column(reader *r, const char *name)
{
    if (r->csv.unclosed)
        return ds_csv_fail(&r->csv, true, r->err, "a quoted field does not end");
    if (name[strspn(name, " \t")] == '\0' && r->fields == 0 && r->csv.last)
        return ds_csv_fail(&r->csv, true, r->err,
                           "nothing stands there: a line with the names of the columns does first");
    if (name[strspn(name, " \t")] == '\0')
        return ds_csv_fail(&r->csv, true, r->err,
                           "the column has no name (pandas: to_csv(..., index=False))");
    if (r->fields == DS_SAMPLES_COLUMNS_MOST)
        return ds_csv_fail(&r->csv, true, r->err, "more than %d columns", DS_SAMPLES_COLUMNS_MOST);
    if (ds_samples_find(r->samples, name) < r->samples->columns)
        return ds_csv_fail(&r->csv, true, r->err, "a second column \"%.80s\"", name);
    if (strcmp(name, "path") == 0) {
        r->column[r->fields++] = NOT_KEPT;
        return DS_OK;
    }
    r->column[r->fields++] = (int)r->samples->columns;
    return ds_samples_add(r->samples, name, "", kind_of(name), r->room) != NULL ? DS_OK
                                                                                : no_memory(r);
}

static ds_code read_header(reader *r)
{
    ds_code code = DS_OK;
    r->column = malloc(DS_SAMPLES_COLUMNS_MOST * sizeof *r->column);
    if (r->column == NULL)
        return no_memory(r);
    for (bool last = false; code == DS_OK && !last; last = r->csv.last)
        code = add_column(r, ds_csv_next(&r->csv));
    if (code == DS_OK && r->samples->columns == 0)
        code = ds_csv_fail(&r->csv, false, r->err, "no columns");
    return code;
}

/* ---- Rows --------------------------------------------------------------------------- */

static bool is_infinite(const char *cell, double *value)
{
    const double sign = cell[0] == '-' ? -1 : 1;
    const char *word = cell + (cell[0] == '-' || cell[0] == '+');
    *value = sign * (double)INFINITY;
    return strcmp(word, "Inf") == 0 || strcmp(word, "inf") == 0;
}

static ds_code read_cell(const reader *r, ds_samples_one *one, const char *cell)
{
    double *value = &one->values[r->samples->rows];
    if (ds_csv_number_of(cell, value))
        return DS_OK;
    if (is_infinite(cell, value))
        return one->kind == DS_SAMPLES_OUTCOME || one->kind == DS_SAMPLES_OTHER
                   ? DS_OK
                   : ds_csv_fail(&r->csv, true, r->err, "%.80s: an input is finite, not \"%.20s\"",
                                 one->name, cell);
    if (cell[strspn(cell, " \t")] == '\0')
        return ds_csv_fail(&r->csv, true, r->err, "%.80s: the value is missing", one->name);
    return ds_csv_fail(&r->csv, true, r->err, "%.80s: not a number: \"%.60s\"", one->name, cell);
}

static ds_code make_room(reader *r)
{
    const size_t more = 2 * r->room;
    if (r->samples->rows < r->room)
        return DS_OK;
    if (r->samples->rows >= DS_SAMPLES_ROWS_MOST)
        return ds_csv_fail(&r->csv, false, r->err, "more than %d rows", DS_SAMPLES_ROWS_MOST);
    for (size_t c = 0; c < r->samples->columns; c++) {
        double *grown = realloc(r->samples->column[c].values, (more + 1) * sizeof *grown);
        if (grown == NULL)
            return no_memory(r);
        r->samples->column[c].values = grown;
    }
    r->room = more;
    return DS_OK;
}

static ds_code read_row(reader *r)
{
    size_t i = 0;
    ds_code code = make_room(r);
    for (bool last = false; code == DS_OK && !last; last = r->csv.last, i++) {
        const char *cell = ds_csv_next(&r->csv);
        if (i == 0 && r->csv.last && *cell == '\0' && r->fields > 1)
            return DS_OK; /* a blank line */
        if (r->csv.unclosed)
            return ds_csv_fail(&r->csv, true, r->err, "a quoted field does not end");
        if (i < r->fields && r->column[i] != NOT_KEPT)
            code = read_cell(r, &r->samples->column[r->column[i]], cell);
    }
    if (code == DS_OK && i != r->fields)
        return ds_csv_fail(&r->csv, false, r->err, "%zu field%s, but the header has %zu", i,
                           i == 1 ? "" : "s", r->fields);
    r->samples->rows += code == DS_OK;
    return code;
}

static ds_code read_text(reader *r)
{
    ds_code code = read_header(r);
    while (code == DS_OK && r->csv.at < r->csv.end)
        code = read_row(r);
    if (code == DS_OK && r->samples->rows == 0)
        code = ds_csv_fail(&r->csv, false, r->err, "there is no row below the header");
    return code;
}

static ds_code read_file(reader *r, const char *path)
{
    char   *text = NULL;
    size_t  length;
    ds_code code = ds_file_read(path, FILE_BYTES_MOST, &text, &length, NULL, r->err);
    if (code != DS_OK)
        return code;
    if (memchr(text, '\0', length) != NULL) {
        code = ds_fail(r->err, DS_E_SCENARIO, NULL, "the file is not text");
    } else {
        locale_t c, before = ds_enter_c_locale(&c);
        r->csv = ds_csv_begin(text, length);
        code = read_text(r);
        ds_leave_c_locale(before, c);
    }
    free(text);
    if (code != DS_OK && r->err != NULL)
        ds_copy_text(r->err->file, sizeof r->err->file, path);
    return code;
}

ds_code ds_samples_read(const char *path, ds_samples **out, ds_error *err)
{
    reader r = {.samples = calloc(1, sizeof *r.samples), .room = ROWS_AT_FIRST, .err = err};
    *out = NULL;
    const ds_code code = r.samples != NULL ? read_file(&r, path) : no_memory(&r);
    free(r.column);
    if (code == DS_OK)
        *out = r.samples;
    else
        ds_samples_free(r.samples);
    return code;
}
