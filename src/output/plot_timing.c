/* plot_timing.c -- what a start saves by its month, with its band, and below it when the rules
 * start; from timing.csv.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/file.h"
#include "output/file.h"
#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { INDEX, MONTH, SAVING, SAVING_SE, ADAPTIVE, SIMPLE, COLUMNS };
static const char *const names[COLUMNS] = { "month_index", "month", "saving_npv_usd",
                                            "saving_npv_usd_se", "adaptive_share",
                                            "simple_share" };

bool ds_plot_is_timing(const ds_csv *table)
{
    return ds_csv_column(table, "adaptive_share") < table->columns;
}

/* Rows of months; the last row is never. */
static size_t months_of(const ds_csv *table)
{
    return table->rows > 2 ? table->rows - 2 : 0;
}

static void write_data(const ds_plot *plot, const size_t *c, ds_scale scale)
{
    fputs("$months << END\n", plot->file);
    for (size_t row = 1; row <= months_of(plot->table); row++) {
        const double values[] = {
            ds_csv_value(plot->table, row, c[INDEX]),
            ds_csv_value(plot->table, row, c[SAVING]) / scale.divisor,
            ds_csv_value(plot->table, row, c[SAVING_SE]) / scale.divisor,
            100 * ds_csv_value(plot->table, row, c[ADAPTIVE]),
            100 * ds_csv_value(plot->table, row, c[SIMPLE]),
        };
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            fputs(k > 0 ? " " : "", plot->file);
            ds_plot_number(plot->file, values[k]);
        }
        putc('\n', plot->file);
    }
    fputs("END\n", plot->file);
}

/* A label at about eight of the months, January or July where there are. */
static void write_months(const ds_plot *plot, const size_t *c, bool labels)
{
    const size_t count = months_of(plot->table);
    const size_t steps[] = { 1, 2, 3, 6, 12, 24 };
    size_t step = 1, written = 0;
    for (size_t k = 0; k < sizeof steps / sizeof *steps && count > 9 * step; k++)
        step = steps[k];
    fputs("set xtics (", plot->file);
    for (size_t row = 1; row <= count; row++) {
        const char *month = ds_csv_field(plot->table, row, c[MONTH]);
        const long  calendar = strlen(month) == 7 ? strtol(month + 5, NULL, 10) - 1 : 0;
        if (step <= 12 ? calendar % (long)step != 0 : (row - 1) % step != 0)
            continue;
        fputs(written++ > 0 ? ", " : "", plot->file);
        ds_plot_quoted(plot, labels ? month : "", 7);
        putc(' ', plot->file);
        ds_plot_number(plot->file, ds_csv_value(plot->table, row, c[INDEX]));
    }
    fputs(")\n", plot->file);
}

static void write_saving(const ds_plot *plot, const size_t *c, ds_scale scale)
{
    const size_t count = months_of(plot->table);
    char         title[128];
    snprintf(title, sizeof title, "Saving (NPV) by month of the start, USD%s%s",
             scale.suffix[0] != '\0' ? " " : "", scale.suffix);
    ds_plot_titles(plot, title, "against never starting; band: 95 % interval of the simulation");
    fprintf(plot->file,
            "set multiplot\nset lmargin at screen 0.09\nset rmargin at screen 0.97\n"
            "set tmargin at screen 0.86\nset bmargin at screen 0.42\nset xrange [%.9g:%.9g]\n",
            ds_csv_value(plot->table, 1, c[INDEX]) - 0.6,
            ds_csv_value(plot->table, count, c[INDEX]) + 0.6);
    write_months(plot, c, false);
    fprintf(plot->file,
            "set style fill transparent solid 0.25 noborder\nset xzeroaxis linewidth 1 linecolor "
            "rgb '" DS_PLOT_GREY "'\nunset key\n"
            "plot $months using 1:($2-1.96*$3):($2+1.96*$3) with filledcurves linecolor rgb '%s', "
            "\\\n     $months using 1:2 with lines linewidth 2 linecolor rgb '%s'\n",
            ds_plot_colour(1), ds_plot_colour(1));
}

static void write_shares(const ds_plot *plot, const size_t *c)
{
    const size_t never = plot->table->rows - 1;
    char         text[160];
    fputs("unset title\nset for [i=1:9] label i ''\nunset label\nset tmargin at screen 0.33\n"
          "set bmargin at screen 0.09\nset xzeroaxis linewidth 0\n", plot->file);
    write_months(plot, c, true);
    snprintf(text, sizeof text, "%% of futures that start then: bars, watching (never: %.3g %%); "
             "line, simple rule (never: %.3g %%)",
             100 * ds_csv_value(plot->table, never, c[ADAPTIVE]),
             100 * ds_csv_value(plot->table, never, c[SIMPLE]));
    fputs("set label 1 ", plot->file);
    ds_plot_quoted(plot, text, 150);
    fprintf(plot->file,
            " at screen 0.09,0.365 left font ',13'\nset yrange [0:*]\nset style fill solid 0.6 "
            "noborder\nset boxwidth 0.8\n"
            "plot $months using 1:4 with boxes linecolor rgb '%s', \\\n"
            "     $months using 1:5 with histeps linewidth 2 linecolor rgb '%s'\n"
            "unset multiplot\nunset output\n",
            ds_plot_colour(2), ds_plot_colour(3));
}

ds_code ds_plot_timing(const ds_plot *plot, ds_error *err)
{
    size_t  c[COLUMNS];
    double  most = 0;
    ds_code code = ds_plot_columns(plot, names, COLUMNS, c, err);
    if (code != DS_OK)
        return code;
    if (months_of(plot->table) == 0)
        return ds_output_fail(err, DS_E_IO, plot->source, "no months to draw");
    for (size_t row = 1; row <= months_of(plot->table); row++)
        most = fmax(most, fabs(ds_csv_value(plot->table, row, c[SAVING])));
    const ds_scale scale = ds_scale_of_money(most);
    ds_plot_begin(plot);
    write_data(plot, c, scale);
    write_saving(plot, c, scale);
    write_shares(plot, c);
    return DS_OK;
}
