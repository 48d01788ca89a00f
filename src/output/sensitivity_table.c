/* sensitivity_table.c -- the table of what drives an answer, for people.  See
 * sensitivity_report.h; sensitivity_answer.c has the sentences around it.
 *
 * A name of an input is a path that says most at its ends, so that it is cut in the middle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/file.h"

enum { GAP = 2, NAME_LEAST = 34, NAME_NARROW = 10, CELL = 64, COLUMNS_MOST = 6, NAME_CELL = 600 };

typedef struct {
    char title[CELL], unit[CELL];
    bool spare; /* left out first, where there is no room                          */
} head;

typedef struct {
    const ds_sensitivity *s;
    const ds_style       *style;
    ds_sensitivity_summary about;
    ds_scale  money;   /* of figures in the unit of the outcome                    */
    size_t    rows, columns;
    head      heads[COLUMNS_MOST];
    char    (*names)[NAME_CELL];
    char    (*cells)[COLUMNS_MOST][CELL];
} table;

/* ---- Units ---------------------------------------------------------------------- */

bool ds_sensitivity_is_share(const ds_sensitivity_summary *about,
                             const ds_sensitivity_figure *figure)
{
    return figure->share || (figure->outcome && about->scale != DS_SENSITIVITY_VALUE);
}

static double largest_outcome(const ds_sensitivity *s, ds_sensitivity_method method)
{
    double most = 0;
    for (size_t i = 0; i < ds_sensitivity_row_count(s); i++)
        for (size_t f = 0; ds_sensitivity_figure_at(method, f) != NULL; f++)
            if (isfinite(ds_sensitivity_row_at(s, i)->figure[f].value))
                most = fmax(most, fabs(ds_sensitivity_row_at(s, i)->figure[f].value));
    return most;
}

static ds_scale scale_of(const table *t, const ds_sensitivity_figure *figure)
{
    return ds_sensitivity_is_share(&t->about, figure) ? ds_scale_percent
           : figure->outcome ? t->money : ds_scale_one;
}

static void unit_of(const table *t, const ds_sensitivity_figure *figure, char out[CELL])
{
    if (ds_sensitivity_is_share(&t->about, figure))
        snprintf(out, CELL, "%%");
    else if (figure->outcome)
        snprintf(out, CELL, "%.30s%s%s", t->about.unit, t->money.suffix[0] != '\0' ? " " : "",
                 t->money.suffix);
    else
        out[0] = '\0';
}

/* "1.2 M", "0.35" */
void ds_sensitivity_value(const ds_sensitivity_row *row, double value, char out[DS_HUMAN_TEXT])
{
    if (fabs(value) < 1e-6 * (fabs(row->low) + fabs(row->high)))
        value = 0; /* the quantile of a fit through 0 */
    const ds_scale scale = fabs(value) >= 1e4 ? ds_scale_of_money(value) : ds_scale_one;
    char           number[DS_HUMAN_TEXT];

    snprintf(number, sizeof number, "%.3g", value / scale.divisor);
    snprintf(out, DS_HUMAN_TEXT, "%.30s%s%s", number, scale.suffix[0] != '\0' ? DS_TEXT_TIE : "",
             scale.suffix);
}

/* ---- Cells ---------------------------------------------------------------------- */

ds_estimate ds_sensitivity_within(const ds_sensitivity_figure *figure, ds_estimate e)
{
    if (figure->share && isfinite(e.value))
        e.value = fmin(fmax(e.value, 0), 1);
    return e;
}

/* Between the ends of the 95 % interval, of a share within 0 and 1. */
static void interval_text(const table *t, const ds_sensitivity_figure *figure, ds_estimate e,
                          char out[CELL])
{
    const ds_scale scale = scale_of(t, figure);
    double low = e.value - t->about.factor * e.se, high = e.value + t->about.factor * e.se;
    char   a[DS_HUMAN_TEXT], b[DS_HUMAN_TEXT];

    if (!isfinite(low) || !isfinite(high)) {
        snprintf(out, CELL, "%s", t->style->utf8 ? "\xE2\x80\x93" : "-");
        return;
    }
    if (figure->share) {
        low = fmin(fmax(low, 0), 1);
        high = fmin(fmax(high, 0), 1);
    }
    ds_human_value((ds_estimate){ low, e.se }, scale, a);
    ds_human_value((ds_estimate){ high, e.se }, scale, b);
    snprintf(out, CELL, "%.24s to %.24s", a, b);
}

static void range_text(const ds_sensitivity_row *row, char out[CELL])
{
    char a[DS_HUMAN_TEXT], b[DS_HUMAN_TEXT];

    ds_sensitivity_value(row, row->low, a);
    ds_sensitivity_value(row, row->high, b);
    snprintf(out, CELL, "%.24s to %.24s", a, b);
    for (char *p = out; *p != '\0'; p++)
        *p = *p == DS_TEXT_TIE[0] ? ' ' : *p;
}

static bool has_range(ds_sensitivity_method method)
{
    return method == DS_SENSITIVITY_TORNADO || method == DS_SENSITIVITY_GIVEN;
}

static void estimate_text(const table *t, const ds_sensitivity_figure *figure, ds_estimate e,
                          bool bare, char out[CELL])
{
    const ds_scale scale = scale_of(t, figure);

    e = ds_sensitivity_within(figure, e);
    if (isnan(e.value))
        snprintf(out, CELL, "%s", t->style->utf8 ? "\xE2\x80\x93" : "-");
    else if (bare)
        ds_human_value(e, scale, out);
    else
        ds_human_estimate(e, scale, t->style->utf8, out);
}

/* The figures, and beside the one that rows are sorted by its interval. */
static void fill_columns(table *t)
{
    const ds_sensitivity_figure *figure;
    const bool   sobol = t->about.method == DS_SENSITIVITY_SOBOL;
    const size_t key = sobol ? 1 : 0;

    for (size_t f = 0; (figure = ds_sensitivity_figure_at(t->about.method, f)) != NULL; f++) {
        const bool   bare = has_range(t->about.method) && f > 0;
        const size_t column = t->columns++;
        snprintf(t->heads[column].title, CELL, "%s", figure->heading);
        unit_of(t, figure, t->heads[column].unit);
        t->heads[column].spare = f > key;
        for (size_t i = 0; i < t->rows; i++)
            estimate_text(t, figure, ds_sensitivity_row_at(t->s, i)->figure[f], bare,
                          t->cells[i][column]);
        if (f != key || has_range(t->about.method))
            continue;
        snprintf(t->heads[t->columns].title, CELL, "95 %% interval");
        unit_of(t, figure, t->heads[t->columns].unit);
        t->heads[t->columns].spare = true;
        for (size_t i = 0; i < t->rows; i++)
            interval_text(t, figure, ds_sensitivity_row_at(t->s, i)->figure[f],
                          t->cells[i][t->columns]);
        t->columns++;
    }
    if (has_range(t->about.method)) {
        t->heads[t->columns].spare = true;
        snprintf(t->heads[t->columns].title, CELL, "its low to high");
        for (size_t i = 0; i < t->rows; i++)
            range_text(ds_sensitivity_row_at(t->s, i), t->cells[i][t->columns]);
        t->columns++;
    }
}

/* ---- Printing ------------------------------------------------------------------- */

/* Bytes of the first characters that take at most so many columns. */
static size_t bytes_of(const char *text, size_t columns)
{
    size_t at = 0;
    for (;;) {
        char     part[NAME_CELL];
        unsigned point;
        const size_t next = at + (text[at] != '\0' ? ds_text_decode(text + at, &point) : 0);
        snprintf(part, sizeof part, "%.*s", (int)next, text);
        if (next == at || ds_text_width(part) > columns)
            return at;
        at = next;
    }
}

void ds_sensitivity_fit_name(char *name, size_t columns, bool utf8)
{
    const char *ellipsis = utf8 ? "\xE2\x80\xA6" : "~", *last = strrchr(name, '/');
    char        fitted[NAME_CELL];

    if (ds_text_width(name) <= columns)
        return;
    if (last == NULL || ds_text_width(last) + 4 > columns) {
        ds_text_fit(name, columns, utf8);
        return;
    }
    const size_t front = bytes_of(name, columns - 1 - ds_text_width(last));
    snprintf(fitted, sizeof fitted, "%.*s%s%s", (int)front, name, ellipsis, last);
    memcpy(name, fitted, strlen(fitted) + 1);
}

/* Cuts at the front: "...mail/acceptable_share". */
static void keep_end(char *name, size_t columns, bool utf8)
{
    const char *rest = name;
    char        fitted[NAME_CELL];
    unsigned    point;
    if (ds_text_width(name) <= columns)
        return;
    while (*rest != '\0' && ds_text_width(rest) + 1 > columns)
        rest += ds_text_decode(rest, &point);
    snprintf(fitted, sizeof fitted, "%s%s", utf8 ? "\xE2\x80\xA6" : "~", rest);
    memcpy(name, fitted, strlen(fitted) + 1);
}

/* Shortens the names; those that would become the same keep their ends instead. */
static void fit_names(table *t, size_t width)
{
    char (*whole)[NAME_CELL] = calloc(t->rows + 1, sizeof *whole);
    for (size_t i = 0; i < t->rows; i++) {
        if (whole != NULL)
            memcpy(whole[i], t->names[i], NAME_CELL);
        ds_sensitivity_fit_name(t->names[i], width, t->style->utf8);
    }
    for (size_t i = 0; whole != NULL && i < t->rows; i++) {
        bool twice = false;
        for (size_t j = 0; j < t->rows && !twice; j++) {
            char other[NAME_CELL];
            memcpy(other, whole[j], NAME_CELL);
            ds_sensitivity_fit_name(other, width, t->style->utf8);
            twice = j != i && strcmp(other, t->names[i]) == 0;
        }
        if (twice) {
            memcpy(t->names[i], whole[i], NAME_CELL);
            keep_end(t->names[i], width, t->style->utf8);
        }
    }
    free(whole);
}

static size_t column_width(const table *t, size_t column)
{
    size_t width = ds_text_width(t->heads[column].title);
    for (size_t i = 0; i < t->rows; i++) {
        const size_t here = ds_text_width(t->cells[i][column]);
        width = here > width ? here : width;
    }
    return width;
}

/* Leaves out columns from the last on, until names have room. */
static size_t fit_columns(table *t)
{
    size_t longest = strlen("input");
    for (size_t i = 0; i < t->rows; i++) {
        const size_t here = ds_text_width(t->names[i]);
        longest = here > longest ? here : longest;
    }
    const size_t least = longest < NAME_LEAST ? longest : NAME_LEAST;
    for (;;) {
        size_t used = 0;
        for (size_t c = 0; c < t->columns; c++)
            used += GAP + column_width(t, c);
        const size_t room = t->style->width > used ? t->style->width - used : 0;
        const bool last = t->columns == 1 || !t->heads[t->columns - 1].spare;
        if (room >= least || last)
            return room < NAME_NARROW ? NAME_NARROW : room < longest ? room : longest;
        t->columns--;
    }
}

static void print_line(FILE *file, const table *t, const char *name, size_t width, int head_part,
                       size_t row)
{
    ds_text_pad(file, name, width, false);
    for (size_t c = 0; c < t->columns; c++)
        ds_text_pad(file, head_part == 0   ? t->heads[c].title
                          : head_part == 1 ? t->heads[c].unit : t->cells[row][c],
                    GAP + column_width(t, c), true);
    putc('\n', file);
}

static void print_table(FILE *file, table *t)
{
    const size_t width = fit_columns(t);

    fputs(ds_style_code(t->style, DS_STYLE_BOLD), file);
    print_line(file, t, "input", width, 0, 0);
    fputs(ds_style_code(t->style, DS_STYLE_PLAIN), file);
    fputs(ds_style_code(t->style, DS_STYLE_DIM), file);
    print_line(file, t, "", width, 1, 0);
    fputs(ds_style_code(t->style, DS_STYLE_PLAIN), file);
    fit_names(t, width);
    for (size_t i = 0; i < t->rows; i++)
        print_line(file, t, t->names[i], width, 2, i);
}

ds_code ds_sensitivity_print_rows(FILE *file, const ds_sensitivity *s, size_t rows,
                                  const ds_style *style, ds_error *err)
{
    table t = { .s = s, .style = style, .about = ds_sensitivity_summary_of(s), .rows = rows };

    t.names = calloc(rows + 1, sizeof *t.names);
    t.cells = calloc(rows + 1, sizeof *t.cells);
    t.money = strcmp(t.about.unit, "USD") == 0
                  ? ds_scale_of_money(largest_outcome(s, t.about.method)) : ds_scale_one;
    if (t.names == NULL || t.cells == NULL) {
        free(t.names);
        free(t.cells);
        return ds_output_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    for (size_t i = 0; i < rows; i++)
        ds_text_clean(ds_sensitivity_row_at(s, i)->name, style->utf8, t.names[i], NAME_CELL);
    fill_columns(&t);
    print_table(file, &t);
    free(t.names);
    free(t.cells);
    return DS_OK;
}
