/* plot_frontier.c -- the break-even over a second quantity, with its 95 % band, and which
 * side saves.  See plot.h.
 *
 * Drawn from the CSV of `breakeven` with two ranges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/file.h"
#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { COLUMN_AT, COLUMN_LOW, COLUMN_HIGH, COLUMN_BEFORE, COLUMN_AFTER, COLUMN_STATE,
       COLUMN_BEYOND, COLUMN_POINTER, COLUMN_STRATEGY, COLUMN_AGAINST, COLUMN_OF, COLUMNS };
static const char *const names[COLUMNS] = {
    "breakeven", "low_95", "high_95", "before", "after", "state", "beyond", "pointer", "strategy",
    "against", "of"
};

/* What is read of the table. */
typedef struct {
    const ds_plot *plot;
    size_t         column[COLUMNS];
    double         x_low, x_high, y_low, y_high;
    bool           months[2]; /* is the second quantity a month; is the first one? */
    bool           logarithmic[2];
    int            turn; /* +1: above every break-even it saves; -1; 0: it depends */
    size_t         series;
} ds_frontier;

static double number_at(const ds_frontier *f, size_t row, size_t column, bool *month)
{
    return ds_plot_value(f->plot->table, row, column, month);
}

/* Values at which two strategies are the same, not a break-even. */
static bool is_stretch(const ds_frontier *f, size_t row)
{
    return strcmp(ds_csv_field(f->plot->table, row, f->column[COLUMN_STATE]), "same") == 0;
}

/* The value of a row: where they tie, or the middle of where the side changes. */
static double value_at(ds_frontier *f, size_t row)
{
    const double at = number_at(f, row, f->column[COLUMN_AT], &f->months[1]);
    return is_stretch(f, row) ? (double)NAN
           : isfinite(at)     ? at
                        : 0.5 * (number_at(f, row, f->column[COLUMN_BEFORE], &f->months[1]) +
                                 number_at(f, row, f->column[COLUMN_AFTER], &f->months[1]));
}

static bool is_same_line(const ds_frontier *f, size_t row, size_t other)
{
    return strcmp(ds_csv_field(f->plot->table, row, 0),
                  ds_csv_field(f->plot->table, other, 0)) == 0;
}

/* Which break-even of its value of the second quantity a row is, from 0. */
static size_t rank_of(const ds_frontier *f, size_t row)
{
    size_t rank = 0;
    for (size_t before = row - 1; before >= 1 && is_same_line(f, row, before); before--)
        rank += is_stretch(f, before) ? 0 : 1;
    return rank;
}

static void measure(ds_frontier *f)
{
    const ds_csv *table = f->plot->table;
    bool          first = true;
    f->x_low = f->y_low = (double)INFINITY;
    f->x_high = f->y_high = -(double)INFINITY;
    for (size_t row = 1; row < table->rows; row++) {
        const double x = number_at(f, row, 0, &f->months[0]), y = value_at(f, row);
        const double low = number_at(f, row, f->column[COLUMN_LOW], &f->months[1]);
        const double high = number_at(f, row, f->column[COLUMN_HIGH], &f->months[1]);
        const char  *beyond = ds_csv_field(table, row, f->column[COLUMN_BEYOND]);
        f->x_low = fmin(f->x_low, x);
        f->x_high = fmax(f->x_high, x);
        if (!isfinite(y))
            continue;
        const int turn = strcmp(beyond, "saves") == 0 ? 1 : beyond[0] != '\0' ? -1 : 0;
        f->turn = first || turn == f->turn ? turn : 0;
        first = false;
        f->y_low = fmin(f->y_low, fmin(y, low)); /* fmin() of a NAN is the other one */
        f->y_high = fmax(f->y_high, fmax(y, high));
        const size_t rank = rank_of(f, row);
        f->series = rank + 1 > f->series ? rank + 1 : f->series;
    }
    if (f->series > 1)
        f->turn = 0;
    if (f->series > DS_PLOT_SERIES)
        f->series = DS_PLOT_SERIES;
    f->logarithmic[0] = !f->months[0] && ds_plot_is_logarithmic(table, 0);
    f->logarithmic[1] = !f->months[1] && f->y_low > 0 && f->y_high > 20 * f->y_low;
}

/* x, value, band; a gap where there is none. */
static void write_series(ds_frontier *f, size_t series)
{
    FILE *file = f->plot->file;
    fprintf(file, "$line%zu << END\n", series);
    for (size_t row = 1; row < f->plot->table->rows; row++) {
        const bool last = row + 1 == f->plot->table->rows || !is_same_line(f, row, row + 1);
        const bool mine = rank_of(f, row) == series && !is_stretch(f, row);
        if (!mine && !(last && rank_of(f, row) <= series))
            continue;
        const double nan = (double)NAN;
        const double values[] = {
            number_at(f, row, 0, &f->months[0]), mine ? value_at(f, row) : nan,
            mine ? number_at(f, row, f->column[COLUMN_LOW], &f->months[1]) : nan,
            mine ? number_at(f, row, f->column[COLUMN_HIGH], &f->months[1]) : nan,
        };
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            fputs(i > 0 ? " " : "", file);
            ds_plot_number(file, values[i]);
        }
        putc('\n', file);
    }
    fputs("END\n", file);
}

static void write_axis(ds_frontier *f, int axis, double low, double high)
{
    FILE       *file = f->plot->file;
    const char *name = axis == 0 ? "x" : "y";
    fprintf(file, "set %srange [%.9g:%.9g]\n", name, low, high);
    if (f->logarithmic[axis])
        fprintf(file, "set logscale %s\n", name);
    if (f->months[axis])
        ds_plot_month_tics(file, name, low, high, axis == 0 ? 10 : 8);
    else
        ds_plot_tics(file, name, low, high, f->logarithmic[axis], 8, true);
}

static void write_frame(ds_frontier *f)
{
    const ds_plot *plot = f->plot;
    const ds_csv  *table = plot->table;
    char           title[512];
    const char    *of = ds_csv_field(table, 1, f->column[COLUMN_OF]);
    snprintf(title, sizeof title, "Break-even of %.40s against %.40s: %.90s",
             ds_csv_field(table, 1, f->column[COLUMN_STRATEGY]),
             ds_csv_field(table, 1, f->column[COLUMN_AGAINST]),
             ds_csv_field(table, 1, f->column[COLUMN_POINTER]));
    ds_plot_titles(plot, title, strcmp(of, "mean") == 0
                                    ? "where the mean saving is zero; band: 95 % interval of the "
                                      "simulation"
                                    : "where the wanted share of futures saves; band: 95 % "
                                      "interval of the simulation");
    fputs("set lmargin at screen 0.09\nset rmargin at screen 0.97\n"
          "set tmargin at screen 0.86\nset bmargin at screen 0.11\n", plot->file);
    double low = f->y_low, high = f->y_high;
    if (f->logarithmic[1]) {
        low /= 1.3, high *= 1.3;
    } else {
        const double room = high > low ? 0.12 * (high - low) : fmax(0.1 * fabs(high), 1e-9);
        low = low >= 0 && low - room < 0 ? 0 : low - room;
        high += room;
    }
    f->y_low = low;
    f->y_high = high;
    write_axis(f, 0, f->x_low, f->x_high > f->x_low ? f->x_high : f->x_low + 1);
    write_axis(f, 1, low, high);
    fputs("set label 3 ", plot->file);
    ds_plot_quoted(plot, ds_csv_field(table, 0, 0), 100);
    fputs(" at screen 0.53,0.03 center font ',13'\n", plot->file);
    if (f->turn != 0)
        fprintf(plot->file,
                "set label 4 '%s' at graph 0.02,0.95 left font ',13' textcolor rgb '%s'\n"
                "set label 5 '%s' at graph 0.02,0.05 left font ',13' textcolor rgb '%s'\n",
                f->turn > 0 ? "saves" : "costs more", f->turn > 0 ? DS_PLOT_GREEN : DS_PLOT_RED,
                f->turn > 0 ? "costs more" : "saves", f->turn > 0 ? DS_PLOT_RED : DS_PLOT_GREEN);
}

bool ds_plot_is_frontier(const ds_csv *table)
{
    return ds_csv_column(table, "breakeven") < table->columns;
}

ds_code ds_plot_frontier(const ds_plot *plot, ds_error *err)
{
    ds_frontier f = { .plot = plot };
    if (ds_plot_parameters(plot->table) == 0)
        return ds_output_fail(err, DS_E_USAGE, plot->source, "break-evens of one quantity are no "
                              "picture; curve.csv beside it is (breakeven --out)");
    ds_code     code = ds_plot_columns(plot, names, COLUMNS, f.column, err);
    if (code != DS_OK)
        return code;
    measure(&f);
    if (!isfinite(f.y_low) || !isfinite(f.x_low))
        return ds_output_fail(err, DS_E_IO, plot->source, "no break-even to draw");
    ds_plot_begin(plot);
    for (size_t i = 0; i < f.series; i++)
        write_series(&f, i);
    write_frame(&f);
    fputs("plot ", plot->file);
    if (f.turn != 0) /* the side of each colour, faintly */
        fprintf(plot->file,
                "$line0 using 1:2:(%.9g) with filledcurves fillcolor rgb '%s' fillstyle "
                "transparent solid 0.07, \\\n"
                "     $line0 using 1:2:(%.9g) with filledcurves fillcolor rgb '%s' fillstyle "
                "transparent solid 0.07, \\\n     ",
                f.y_high, f.turn > 0 ? DS_PLOT_GREEN : DS_PLOT_RED, f.y_low,
                f.turn > 0 ? DS_PLOT_RED : DS_PLOT_GREEN);
    for (size_t i = 0; i < f.series; i++)
        fprintf(plot->file,
                "%s$line%zu using 1:3:4 with filledcurves linecolor rgb '%s', \\\n"
                "     $line%zu using 1:2 with linespoints linewidth 2.5 pointtype 7 pointsize 0.6 "
                "linecolor rgb '%s'", i > 0 ? ", \\\n     " : "", i, ds_plot_colour(i + 1), i,
                ds_plot_colour(i + 1));
    fputs("\nunset output\n", plot->file);
    return DS_OK;
}
