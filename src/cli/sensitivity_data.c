/* sensitivity_data.c -- see sensitivity_data.h.
 *
 * Which column is the output: that of --of, with --strategy in front of it if given; without
 * --of the first saving that is not the same everywhere, or else the last column.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sensitivity_data.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "distillsim_samples.h"

enum { NAME_TEXT = 1024 };

typedef struct {
    const ds_table_question *question;
    ds_samples          *samples;
    size_t               output;
    ds_sensitivity_scale scale;
    const char         **names, **units;
    const double       **x;
    size_t               inputs;
} table;

/* ---- The output -------------------------------------------------------------------- */

static bool moves(const ds_samples *s, size_t column)
{
    const double *x = ds_samples_column(s, column);
    for (size_t k = 1; k < ds_samples_rows(s); k++)
        if (x[k] != x[0])
            return true;
    return false;
}

static size_t usual_output(const ds_samples *s)
{
    const char  saving[] = "/saving_npv_usd";
    for (size_t c = 0; c < ds_samples_columns(s); c++) {
        const char *name = ds_samples_at(s, c).name;
        if (strlen(name) >= sizeof saving &&
            strcmp(name + strlen(name) - (sizeof saving - 1), saving) == 0 && moves(s, c))
            return c;
    }
    return ds_samples_columns(s) - 1;
}

static int no_column(const ds_samples *s, const char *what, const char *name)
{
    const char *known[256];
    size_t      count = 0;
    for (size_t c = 0; c < ds_samples_columns(s) && count < 256; c++)
        known[count++] = ds_samples_at(s, c).name;
    return ds_unknown_name(what, name, known, count);
}

/* The column and, behind its last colon, the scale, where that is one. */
static int find_output(table *t)
{
    const ds_table_question *q = t->question;
    char  name[NAME_TEXT];

    t->scale = DS_SENSITIVITY_VALUE;
    if (q->of == NULL && q->strategy == NULL) {
        t->output = usual_output(t->samples);
        return 0;
    }
    snprintf(name, sizeof name, "%s%s%s", q->strategy != NULL ? q->strategy : "",
             q->strategy != NULL ? "/" : "", q->of != NULL ? q->of : "saving_npv_usd");
    char *colon = strrchr(name, ':');
    for (size_t i = 0; colon != NULL && ds_sensitivity_scale_name(i) != NULL; i++)
        if (strcmp(colon + 1, ds_sensitivity_scale_name(i)) == 0) {
            t->scale = (ds_sensitivity_scale)i;
            *colon = '\0';
            break;
        }
    t->output = ds_samples_find(t->samples, name);
    return t->output < ds_samples_columns(t->samples) ? 0
                                                       : no_column(t->samples, "column", name);
}

/* ---- The inputs --------------------------------------------------------------------- */

/* Is the column what was asked for, or below that pointer? */
static bool is_under(const char *column, const char *asked)
{
    const size_t length = strlen(asked);
    if (strncmp(column, asked, length) != 0)
        return false;
    return column[length] == '\0' ||
           (asked[0] == '/' && (column[length] == '/' || column[length] == '#'));
}

/* Without --input: quantities and columns of other names; what is seen of processes as well,
 * where it does not matter that it hangs on the others. */
static bool is_usual(const table *t, ds_samples_kind kind)
{
    return kind == DS_SAMPLES_INPUT || kind == DS_SAMPLES_OTHER ||
           (kind == DS_SAMPLES_SEEN && t->question->method == DS_SENSITIVITY_GIVEN);
}

static bool is_input(const table *t, size_t column, bool *found)
{
    const ds_samples_info info = ds_samples_at(t->samples, column);
    bool taken = false;

    if (column == t->output)
        return false;
    for (size_t i = 0; i < t->question->input_count; i++)
        if (is_under(info.name, t->question->inputs[i]))
            taken = found[i] = true;
    return t->question->input_count > 0 ? taken : is_usual(t, info.kind);
}

static int find_inputs(table *t)
{
    bool found[DS_TABLE_INPUTS_MOST] = { false };

    for (size_t c = 0; c < ds_samples_columns(t->samples); c++) {
        const ds_samples_info info = ds_samples_at(t->samples, c);
        if (!is_input(t, c, found))
            continue;
        t->names[t->inputs] = info.name;
        t->units[t->inputs] = info.unit;
        t->x[t->inputs++] = ds_samples_column(t->samples, c);
    }
    for (size_t i = 0; i < t->question->input_count; i++) {
        const char *asked = t->question->inputs[i];
        if (found[i])
            continue;
        if (strcmp(asked, ds_samples_at(t->samples, t->output).name) != 0)
            return no_column(t->samples, "column", asked);
        ds_message("--input: '%s' is the column that is explained; name others, or another --of",
                   asked);
        return ds_code_exit_status(DS_E_USAGE);
    }
    return 0;
}

static int ask(table *t, ds_sensitivity **out, ds_error *error)
{
    const size_t columns = ds_samples_columns(t->samples);

    t->names = calloc(columns, sizeof *t->names);
    t->units = calloc(columns, sizeof *t->units);
    t->x = calloc(columns, sizeof *t->x);
    if (t->names == NULL || t->units == NULL || t->x == NULL) {
        ds_message("out of memory");
        return ds_code_exit_status(DS_E_NOMEM);
    }
    int status = find_output(t);
    if (status == 0)
        status = find_inputs(t);
    if (status != 0)
        return status;
    const ds_sensitivity_table data = {
        .rows = ds_samples_rows(t->samples), .inputs = t->inputs, .names = t->names,
        .units = t->units, .x = t->x, .y = ds_samples_column(t->samples, t->output),
        .output = ds_samples_at(t->samples, t->output).name,
        .unit = ds_samples_at(t->samples, t->output).unit,
    };
    error->code = ds_sensitivity_of_table(&data, t->question->method, t->scale, out, error);
    return error->code == DS_OK ? 0 : ds_report_error(error);
}

int ds_ask_table(const ds_table_question *question, ds_sensitivity **out)
{
    table    t = { .question = question };
    ds_error error = { 0 };

    error.code = ds_samples_read(question->file, &t.samples, &error);
    if (error.code != DS_OK) {
        ds_print_problem(stderr, &error);
        return ds_code_exit_status(error.code);
    }
    const int status = ask(&t, out, &error);
    free(t.names);
    free(t.units);
    free(t.x);
    ds_samples_free(t.samples);
    return status;
}
