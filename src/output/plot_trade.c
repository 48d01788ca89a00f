/* plot_trade.c -- coverage and density on the way to the boxes of `discover`: how many of the
 * failures a box can hold, and how dense it then is.  See plot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { BOX, COVERAGE, DENSITY, DENSITY_SE, INPUTS, CHOSEN, PEEL, COLUMNS };
static const char *const names[COLUMNS] = { "box", "coverage", "density", "density_se", "inputs",
                                            "chosen", "peel" };
enum { BOXES_MOST = 10, LABELS_ROOM = 5 };

bool ds_plot_is_trade(const ds_csv *table)
{
    return ds_csv_column(table, "peel") < table->columns &&
           ds_csv_column(table, "coverage") < table->columns;
}

/* Curve of one box in percent; labels say from where on a further input is bounded. */
static void write_box(const ds_plot *plot, const size_t column[COLUMNS], size_t b)
{
    const ds_csv *table = plot->table;

    fprintf(plot->file, "$curve%zu << END\n", b);
    for (size_t row = 1; row < table->rows; row++) {
        if ((size_t)ds_csv_value(table, row, column[BOX]) != b)
            continue;
        const double density = ds_csv_value(table, row, column[DENSITY]);
        const double se = ds_csv_value(table, row, column[DENSITY_SE]);
        const double values[] = { ds_csv_value(table, row, column[COVERAGE]), density,
                                  fmax(0, density - 2 * (isfinite(se) ? se : 0)),
                                  fmin(1, density + 2 * (isfinite(se) ? se : 0)) };
        for (size_t i = 0; i < 4; i++) {
            ds_plot_number(plot->file, 100 * values[i]);
            putc(' ', plot->file);
        }
        putc('\n', plot->file);
    }
    fputs("END\n", plot->file);
}

/* The chosen points, and at each change of the number of inputs that number. */
static void write_marks(const ds_plot *plot, const size_t column[COLUMNS])
{
    const ds_csv *table = plot->table;
    double        last = (double)NAN, last_inputs = 0;
    size_t        label = 10, last_box = 0;

    fputs("$chosen << END\n", plot->file);
    for (size_t row = 1; row < table->rows; row++)
        if (ds_csv_value(table, row, column[CHOSEN]) > 0) {
            ds_plot_number(plot->file, 100 * ds_csv_value(table, row, column[COVERAGE]));
            putc(' ', plot->file);
            ds_plot_number(plot->file, 100 * ds_csv_value(table, row, column[DENSITY]));
            putc('\n', plot->file);
        }
    fputs("END\n", plot->file);
    for (size_t row = 1; row < table->rows; row++) {
        const double inputs = ds_csv_value(table, row, column[INPUTS]);
        const double x = 100 * ds_csv_value(table, row, column[COVERAGE]);
        const size_t b = (size_t)ds_csv_value(table, row, column[BOX]);
        const bool   begins = b != last_box;
        if (!isfinite(x) || inputs == 0 ||
            (!begins && (inputs == last_inputs || !(fabs(x - last) > LABELS_ROOM))))
            continue;
        fprintf(plot->file, "set label %zu '%.0f' at first %.4g,%.4g offset 0.4,0.7 left "
                            "font ',11' textcolor rgb '%s'\n", label++, inputs, x,
                100 * ds_csv_value(table, row, column[DENSITY]), ds_plot_colour(b));
        last = x;
        last_inputs = inputs;
        last_box = b;
    }
}

ds_code ds_plot_trade(const ds_plot *plot, ds_error *err)
{
    size_t  column[COLUMNS], boxes = 0;
    ds_code code = ds_plot_columns(plot, names, COLUMNS, column, err);
    if (code != DS_OK)
        return code;
    for (size_t row = 1; row < plot->table->rows; row++) {
        const double b = ds_csv_value(plot->table, row, column[BOX]);
        if (b > (double)boxes && b <= BOXES_MOST)
            boxes = (size_t)b;
    }
    ds_plot_begin(plot);
    ds_plot_titles(plot, "Where it fails: coverage and density of boxes",
                   "numbers: inputs that are bounded from there on; circle: where the box was "
                   "chosen; band: two standard errors either side");
    fputs("set lmargin at screen 0.09\nset rmargin at screen 0.96\nset tmargin at screen 0.84\n"
          "set bmargin at screen 0.12\nset xrange [0:103]\nset yrange [0:105]\nset xtics 20\n"
          "set ytics 20\nset xlabel 'coverage: % of the failures that are in the box'\n"
          "set ylabel 'density: % of the box that fails'\n", plot->file);
    for (size_t b = 1; b <= boxes; b++)
        write_box(plot, column, b);
    write_marks(plot, column);
    fputs("plot ", plot->file);
    for (size_t b = 1; b <= boxes; b++)
        fprintf(plot->file,
                "$curve%zu using 1:3:4 with filledcurves linecolor rgb '%s', \\\n"
                "     $curve%zu using 1:2 with linespoints pointtype 7 pointsize 0.35 linewidth 2 "
                "linecolor rgb '%s', \\\n     ", b, ds_plot_colour(b), b, ds_plot_colour(b));
    fputs("$chosen using 1:2 with points pointtype 6 pointsize 1.6 linewidth 2 linecolor rgb "
          "'#111111'\nunset output\n", plot->file);
    return DS_OK;
}
