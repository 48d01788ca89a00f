/* plot_fan.c -- the monthly bill by strategy: median and bands, one panel for
 * each strategy on the same scale.  See plot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { MONTH_INDEX, MONTH, STRATEGY, P05, P25, P50, P75, P95, COLUMNS };

static double largest_of(const ds_csv *table, size_t column)
{
    double largest = 0;
    for (size_t row = 1; row < table->rows; row++) {
        double value = ds_csv_value(table, row, column);
        if (isfinite(value))
            largest = fmax(largest, value);
    }
    return largest;
}

static void write_row(const ds_plot *plot, const size_t *c, size_t row, double index,
                      double divisor)
{
    ds_plot_number(plot->file, index);
    for (size_t column = P05; column <= P95; column++) {
        putc(' ', plot->file);
        ds_plot_number(plot->file, ds_csv_value(plot->table, row, c[column]) / divisor);
    }
    putc('\n', plot->file);
}

/* A run of one month has its bill from 0 to 1, for a line has two ends. */
static void write_data(const ds_plot *plot, const size_t *c, size_t series, const char *name,
                       double divisor)
{
    const bool single = largest_of(plot->table, c[MONTH_INDEX]) == 0;
    fprintf(plot->file, "$bill%zu << END\n", series);
    for (size_t row = 1; row < plot->table->rows; row++) {
        if (!ds_plot_is(plot->table, row, c[STRATEGY], name))
            continue;
        write_row(plot, c, row, ds_csv_value(plot->table, row, c[MONTH_INDEX]), divisor);
        if (single)
            write_row(plot, c, row, 1, divisor);
    }
    fputs("END\n", plot->file);
}

/* Months between labels, so that those of a panel so wide (in points) do not touch. */
static long label_step(double last, bool by_year, double width)
{
    static const long steps[] = { 1, 2, 3, 6, 12 };
    const double      room = fmax(floor(width / (by_year ? 50 : 85)), 1);
    size_t            k = 0;
    if (by_year)
        return 12 * (long)ceil(last / 12 / room);
    while (k + 1 < sizeof steps / sizeof steps[0] && last / (double)steps[k] > room)
        k++;
    return steps[k];
}

/* Years at each January, or months when the run is short. */
static void write_calendar(const ds_plot *plot, const size_t *c, const ds_plot_panels *panels)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const ds_csv *table = plot->table;
    const double  last = largest_of(table, c[MONTH_INDEX]), end = fmax(last, 1);
    const bool    by_year = last >= 24;
    const double  width = DS_PLOT_WIDTH * (panels->right - panels->left) / (double)panels->across;
    const long    every = label_step(last, by_year, width);
    const double  edge = by_year ? 20 : 55; /* nearer to the end it would run into what is there */
    const char   *separator = "";

    fprintf(plot->file, "set xrange [0:%.9g]\nset xtics (", end);
    for (size_t row = 1; row < table->rows; row++) {
        const char *label = ds_csv_field(table, row, c[MONTH]);
        double      index = ds_csv_value(table, row, c[MONTH_INDEX]);
        long        year = strtol(label, NULL, 10);
        long        month = strlen(label) == 7 ? strtol(label + 5, NULL, 10) : 0;
        if (!ds_plot_is(table, row, c[STRATEGY], ds_csv_field(table, 1, c[STRATEGY])) ||
            month < 1 || month > 12 || (12 * year + month - 1) % every != 0 ||
            (index > 0 && (end - index) / end * width < edge))
            continue;
        fprintf(plot->file, "%s'%s%s%ld' %.9g", separator, by_year ? "" : months[month - 1],
                by_year ? "" : " ", year, index);
        separator = ", ";
    }
    fputs(")\n", plot->file);
}

static void write_panel(const ds_plot *plot, const ds_plot_panels *panels, size_t i,
                        const char *name)
{
    ds_plot_panel panel = ds_plot_place(plot->file, panels, i);

    fprintf(plot->file, "set format y '%s'\nset label 3 ", panel.is_leftmost ? "%g" : "");
    ds_plot_name(plot, name, (size_t)(panel.width * DS_PLOT_WIDTH / 9));
    fprintf(plot->file,
            " at screen %.4f,%.4f left font ',14' textcolor rgb '%s'\n"
            "plot $bill%zu using 1:2:6 with filledcurves linecolor rgb '%s' "
            "fillstyle transparent solid 0.18 noborder, \\\n"
            "     $bill%zu using 1:3:5 with filledcurves linecolor rgb '%s' "
            "fillstyle transparent solid 0.30 noborder, \\\n",
            panel.left, panel.top + 0.03, ds_plot_colour(i), i, ds_plot_colour(i), i,
            ds_plot_colour(i));
    if (i > 0)
        fprintf(plot->file,
                "     $bill0 using 1:4 with lines linewidth 1.5 dashtype (6,4) linecolor rgb '%s', "
                "\\\n", DS_PLOT_GREY);
    fprintf(plot->file, "     $bill%zu using 1:4 with lines linewidth 2.5 linecolor rgb '%s'\n", i,
            ds_plot_colour(i));
    fputs("unset label 1\nunset label 2\n", plot->file); /* drawn with the first panel */
}

ds_code ds_plot_fan(const ds_plot *plot, ds_error *err)
{
    static const char *const names[COLUMNS] = { "month_index", "month",   "strategy", "p05_usd",
                                                "p25_usd",     "p50_usd", "p75_usd",  "p95_usd" };
    const char *strategies[DS_PLOT_SERIES];
    size_t      c[COLUMNS];
    char        title[160], explanation[256];

    ds_code code = ds_plot_columns(plot, names, COLUMNS, c, err);
    if (code != DS_OK)
        return code;
    size_t         count = ds_plot_names(plot->table, c[STRATEGY], strategies);
    double         largest = largest_of(plot->table, c[P95]);
    ds_scale       scale = ds_scale_of_money(largest);
    ds_plot_panels panels = ds_plot_lay_out(count, 0.985);
    double         top = largest / scale.divisor;
    double         step = ds_plot_step(top, panels.down == 1 ? 8 : 5);

    ds_plot_begin(plot);
    for (size_t i = 0; i < count; i++)
        write_data(plot, c, i, strategies[i], scale.divisor);
    snprintf(title, sizeof title, "Monthly bill, USD%s%s", scale.suffix[0] != '\0' ? " " : "",
             scale.suffix);
    snprintf(explanation, sizeof explanation,
             "line: median; dark band: half of all futures; light band: nine in ten%s%.120s",
             count > 1 ? "; dashed: median of " : "", count > 1 ? strategies[0] : "");
    ds_plot_titles(plot, title, explanation);
    write_calendar(plot, c, &panels);
    fprintf(plot->file, "set yrange [0:%.9g]\nset ytics %.9g\nset multiplot\n",
            top > 0 ? 1.03 * top : 1, step);
    for (size_t i = 0; i < count; i++)
        write_panel(plot, &panels, i, strategies[i]);
    fputs("unset multiplot\nunset output\n", plot->file);
    return DS_OK;
}
