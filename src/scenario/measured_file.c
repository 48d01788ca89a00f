/* measured_file.c -- measured speeds from a CSV file.
 *
 * Called through ds_measurements_read().  The file is a user's, perhaps a stranger's:
 * sizes are bounded, every cell that is used is checked, and an error says where.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/c_locale.h"
#include "distillsim_profile.h"
#include "scenario/csv_reader.h"
#include "scenario/error.h"
#include "scenario/file.h"

enum { COLUMNS_MOST = 256, FILE_BYTES_MOST = 64 << 20 };

struct ds_measurements {
    char        *path;
    ds_measured *rows;
    size_t       count, capacity;
};

/* ---- Columns --------------------------------------------------------------------- */

enum { INPUT, OUTPUT, SPEED, SPEED_PER_GPU, GPUS, CONCURRENCY, TTFT, TPOT, COLUMN_COUNT };

typedef struct {
    const char *name, *alias;
    double      least, most;
    bool        required; /* in every row, when there is the column */
    bool        whole;
} column_kind;

static const column_kind kinds[COLUMN_COUNT] = {
    [INPUT] = {"input_tokens", "isl", 1, 1e9, true, false},
    [OUTPUT] = {"output_tokens", "osl", 1, 1e9, true, false},
    [SPEED] = {"output_tokens_per_s", "output_tok_s_total", 1e-6, 1e12, true, false},
    [SPEED_PER_GPU] = {"output_tokens_per_s_per_gpu", "output_tok_s_per_gpu", 1e-6, 1e12, true,
                       false},
    [GPUS] = {"gpus", "tp", 1, 4096, true, true},
    [CONCURRENCY] = {"concurrency", "concurrency", 1, 1e9, false, false},
    [TTFT] = {"ttft_ms", "ttft_ms", 0, 1e9, false, false},
    [TPOT] = {"tpot_ms", "tpot_ms", 0, 1e9, false, false},
};

typedef struct {
    ds_csv_reader        csv;
    const ds_row_filter *filters;
    size_t               filter_count;
    int                  gpus; /* wanted; 0: any                                 */
    int                  of[COLUMNS_MOST]; /* index into kinds, or -1            */
    size_t               filter_of[COLUMNS_MOST]; /* index + 1 of the filter, or 0 */
    bool                 known[COLUMN_COUNT];
    size_t               columns;
    ds_error            *err;
} reader;

static ds_code fail_unclosed(const reader *r)
{
    return ds_csv_fail(&r->csv, true, r->err, "a quoted field does not end");
}

/* What the column of this name is; complains about a second one. */
static ds_code place_column(reader *r, const char *name, size_t index)
{
    r->of[index] = -1;
    r->filter_of[index] = 0;
    for (int k = 0; k < COLUMN_COUNT; k++) {
        if (strcmp(name, kinds[k].name) != 0 && strcmp(name, kinds[k].alias) != 0)
            continue;
        if (r->known[k])
            return ds_csv_fail(&r->csv, true, r->err, "a second column of %s: \"%.60s\"",
                               kinds[k].name, name);
        r->known[k] = true;
        r->of[index] = k;
    }
    for (size_t f = 0; f < r->filter_count; f++)
        if (strcmp(name, r->filters[f].column) == 0)
            r->filter_of[index] = f + 1;
    return DS_OK;
}

static ds_code check_header(const reader *r)
{
    for (int k = INPUT; k <= OUTPUT; k++)
        if (!r->known[k])
            return ds_csv_fail(&r->csv, false, r->err, "no column %s (or %s)", kinds[k].name,
                               kinds[k].alias);
    if (!r->known[SPEED] && !r->known[SPEED_PER_GPU])
        return ds_csv_fail(&r->csv, false, r->err, "no column %s (or %s), nor %s (or %s)",
                           kinds[SPEED].name,
                    kinds[SPEED].alias, kinds[SPEED_PER_GPU].name, kinds[SPEED_PER_GPU].alias);
    for (size_t f = 0; f < r->filter_count; f++) {
        bool found = false;
        for (size_t i = 0; i < r->columns; i++)
            found = found || (r->filter_of[i] > 0 &&
                              strcmp(r->filters[r->filter_of[i] - 1].column,
                                     r->filters[f].column) == 0);
        if (!found)
            return ds_csv_fail(&r->csv, false, r->err, "no column \"%.60s\"", r->filters[f].column);
    }
    return DS_OK;
}

static ds_code read_header(reader *r)
{
    for (bool last = false; !last; last = r->csv.last) {
        const char *name = ds_csv_next(&r->csv);
        if (r->csv.unclosed)
            return fail_unclosed(r);
        if (r->columns == COLUMNS_MOST)
            return ds_csv_fail(&r->csv, true, r->err, "more than %d columns", COLUMNS_MOST);
        ds_code code = place_column(r, name, r->columns);
        if (code != DS_OK)
            return code;
        r->columns++;
    }
    return check_header(r);
}

/* ---- Rows ------------------------------------------------------------------------ */

static ds_code read_cell(const reader *r, int kind, const char *cell, double *value)
{
    const column_kind *k = &kinds[kind];
    if (cell[strspn(cell, " \t")] == '\0') {
        *value = (double)NAN;
        return k->required ? ds_csv_fail(&r->csv, true, r->err, "%s is missing", k->name) : DS_OK;
    }
    if (!ds_csv_number_of(cell, value))
        return ds_csv_fail(&r->csv, true, r->err, "%s: not a finite number: \"%.60s\"",
                           k->name, cell);
    if (!(*value >= k->least && *value <= k->most))
        return ds_csv_fail(&r->csv, true, r->err, "%s: %.60s is outside %.15g to %.15g",
                           k->name, cell, k->least,
                    k->most);
    if (k->whole && *value != floor(*value))
        return ds_csv_fail(&r->csv, true, r->err, "%s: %.60s is not a whole number", k->name, cell);
    return DS_OK;
}

/* Filters of one column are alternatives, those of several columns all hold. */
static bool passes(const reader *r, size_t column, const char *cell)
{
    const char *name = r->filters[r->filter_of[column] - 1].column;
    for (size_t f = 0; f < r->filter_count; f++)
        if (strcmp(r->filters[f].column, name) == 0 && strcmp(r->filters[f].value, cell) == 0)
            return true;
    return false;
}

/* The cells of a record that mean something, and where they are. */
typedef struct {
    const char *cell[COLUMN_COUNT];
    int         line[COLUMN_COUNT], column[COLUMN_COUNT];
    bool        wanted; /* do the filters let it pass? */
    bool        blank;  /* a line with nothing in it   */
} record;

static ds_code read_cells(reader *r, record *c)
{
    size_t i = 0;
    *c = (record){.wanted = true};
    for (bool last = false; !last; last = r->csv.last, i++) {
        const char *cell = ds_csv_next(&r->csv);
        c->blank = i == 0 && r->csv.last && *cell == '\0';
        if (i >= r->columns || c->blank)
            continue;
        if (r->filter_of[i] > 0 && !passes(r, i, cell))
            c->wanted = false;
        if (r->of[i] < 0)
            continue;
        c->cell[r->of[i]] = cell;
        c->line[r->of[i]] = r->csv.field_line;
        c->column[r->of[i]] = r->csv.field_column;
    }
    if (r->csv.unclosed)
        return fail_unclosed(r);
    if (!c->blank && i != r->columns)
        return ds_csv_fail(&r->csv, false, r->err, "%zu field%s, but the header has %zu", i,
                           i == 1 ? "" : "s", r->columns);
    return DS_OK;
}

/* The numbers of a record, in the order of the cells. */
static ds_code read_numbers(reader *r, const record *c, double value[COLUMN_COUNT])
{
    int kind[COLUMN_COUNT], count = 0;
    for (size_t i = 0; i < r->columns; i++)
        if (r->of[i] >= 0)
            kind[count++] = r->of[i];
    for (int k = 0; k < COLUMN_COUNT; k++)
        value[k] = (double)NAN;
    for (int i = 0; i < count; i++) {
        r->csv.field_line = c->line[kind[i]];
        r->csv.field_column = c->column[kind[i]];
        ds_code code = read_cell(r, kind[i], c->cell[kind[i]], &value[kind[i]]);
        if (code != DS_OK)
            return code;
    }
    return DS_OK;
}

static ds_code append(ds_measurements *m, const reader *r, const ds_measured *row)
{
    if (m->count == DS_MEASURED_ROWS_MAX)
        return ds_csv_fail(&r->csv, false, r->err, "more than %d rows", DS_MEASURED_ROWS_MAX);
    if (m->count == m->capacity) {
        size_t       larger = m->capacity == 0 ? 64 : m->capacity * 2;
        ds_measured *rows = realloc(m->rows, larger * sizeof *rows);
        if (rows == NULL)
            return ds_fail(r->err, DS_E_NOMEM, NULL, "out of memory");
        m->rows = rows;
        m->capacity = larger;
    }
    m->rows[m->count++] = *row;
    return DS_OK;
}

static ds_code read_record(reader *r, ds_measurements *m)
{
    double  value[COLUMN_COUNT];
    record  cells;
    int     line = r->csv.line;
    ds_code code = read_cells(r, &cells);
    if (code != DS_OK || cells.blank || !cells.wanted)
        return code;
    code = read_numbers(r, &cells, value);
    if (code != DS_OK)
        return code;
    if (r->known[GPUS] && r->gpus > 0 && (int)value[GPUS] != r->gpus)
        return DS_OK;
    ds_measured row = {
        .input_tokens = value[INPUT], .output_tokens = value[OUTPUT],
        .concurrency = value[CONCURRENCY], .ttft_ms = value[TTFT], .tpot_ms = value[TPOT],
        .gpus = r->known[GPUS] ? (int)value[GPUS] : r->gpus > 0 ? r->gpus : 1,
        .line = line,
    };
    row.output_tokens_per_s =
        r->known[SPEED] ? value[SPEED] : value[SPEED_PER_GPU] * row.gpus;
    return append(m, r, &row);
}

static ds_code read_text(reader *r, ds_measurements *m)
{
    ds_code code = read_header(r);
    while (code == DS_OK && r->csv.at < r->csv.end)
        code = read_record(r, m);
    if (code == DS_OK && m->count == 0)
        code = ds_csv_fail(&r->csv, false, r->err, "no row%s is left",
                           r->filter_count > 0 || r->gpus > 0
                    ? " of those that are asked for" : "");
    return code;
}

/* ---- Public ---------------------------------------------------------------------- */

static ds_code read_file(const char *path, reader *r, ds_measurements *m)
{
    char    *text = NULL;
    size_t   length;
    ds_code  code = ds_file_read(path, FILE_BYTES_MOST, &text, &length, NULL, r->err);
    if (code != DS_OK)
        return code;
    if (memchr(text, '\0', length) != NULL) {
        code = ds_fail(r->err, DS_E_SCENARIO, NULL, "the file is not text");
    } else {
        locale_t c, before = ds_enter_c_locale(&c);
        r->csv = ds_csv_begin(text, length);
        code = read_text(r, m);
        ds_leave_c_locale(before, c);
    }
    free(text);
    if (code != DS_OK && r->err != NULL)
        ds_copy_text(r->err->file, sizeof r->err->file, path);
    return code;
}

ds_code ds_measurements_read(const char *path, const ds_row_filter *filters, size_t filter_count,
                             int gpus, ds_measurements **out, ds_error *err)
{
    *out = NULL;
    ds_measurements *m = calloc(1, sizeof *m);
    reader          *r = calloc(1, sizeof *r);
    ds_code          code = DS_E_NOMEM;
    if (m != NULL)
        m->path = strdup(path);
    if (r == NULL || m == NULL || m->path == NULL) {
        ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    } else {
        r->filters = filters;
        r->filter_count = filter_count;
        r->gpus = gpus;
        r->err = err;
        code = read_file(path, r, m);
    }
    free(r);
    if (code == DS_OK)
        *out = m;
    else
        ds_measurements_free(m);
    return code;
}

void ds_measurements_free(ds_measurements *m)
{
    if (m == NULL)
        return;
    free(m->path);
    free(m->rows);
    free(m);
}

const char *ds_measurements_path(const ds_measurements *m)
{
    return m->path;
}

size_t ds_measurements_count(const ds_measurements *m)
{
    return m->count;
}

const ds_measured *ds_measurements_at(const ds_measurements *m, size_t index)
{
    return &m->rows[index];
}
