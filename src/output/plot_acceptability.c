/* plot_acceptability.c -- the share of futures in which each strategy is the best, over one
 * value: a line for each with its name at the right end, and over them the frontier, the
 * share of the one of least mean.  See plot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { LABEL_GAP = 19, PLOT_TOP = 504, PLOT_BOTTOM = 66 }; /* [points of the picture] */
enum { VALUE, STRATEGY, SHARE, LOW, HIGH, BEST, COLUMNS };

typedef struct {
    double x_low, x_high, y_high;
} ds_extent;

/* Data of one strategy: value, share, its interval [%]; returns the last share. */
static double write_series(const ds_plot *plot, const size_t *columns, const char *name,
                           size_t series, ds_extent *e)
{
    const ds_csv *table = plot->table;
    double        last = 0;

    fprintf(plot->file, "$line%zu << END\n", series);
    for (size_t row = 1; row < table->rows; row++) {
        if (!ds_plot_is(table, row, columns[STRATEGY], name))
            continue;
        const double x = ds_csv_value(table, row, columns[VALUE]);
        e->x_low = fmin(e->x_low, x);
        e->x_high = fmax(e->x_high, x);
        ds_plot_number(plot->file, x);
        for (int i = SHARE; i <= HIGH; i++) {
            const double share = 100 * ds_csv_value(table, row, columns[i]);
            e->y_high = fmax(e->y_high, share);
            last = i == SHARE ? share : last;
            putc(' ', plot->file);
            ds_plot_number(plot->file, share);
        }
        putc('\n', plot->file);
    }
    fputs("END\n", plot->file);
    return last;
}

static void write_frontier(const ds_plot *plot, const size_t *columns)
{
    fputs("$frontier << END\n", plot->file);
    for (size_t row = 1; row < plot->table->rows; row++)
        if (ds_csv_value(plot->table, row, columns[BEST]) == 1) {
            ds_plot_number(plot->file, ds_csv_value(plot->table, row, columns[VALUE]));
            putc(' ', plot->file);
            ds_plot_number(plot->file, 100 * ds_csv_value(plot->table, row, columns[SHARE]));
            putc('\n', plot->file);
        }
    fputs("END\n", plot->file);
}

static void write_labels(const ds_plot *plot, const char **names, const double *last,
                         size_t count, double y_high)
{
    double       positions[DS_PLOT_SERIES];
    const double height = PLOT_TOP - PLOT_BOTTOM;

    for (size_t i = 0; i < count; i++)
        positions[i] = PLOT_BOTTOM + height * last[i] / y_high;
    ds_plot_spread(positions, count, LABEL_GAP, PLOT_BOTTOM, PLOT_TOP);
    for (size_t i = 0; i < count; i++) {
        const double end = (PLOT_BOTTOM + height * last[i] / y_high) / DS_PLOT_HEIGHT;
        const double y = positions[i] / DS_PLOT_HEIGHT;
        fprintf(plot->file, "set label %zu ", 10 + i);
        ds_plot_name(plot, names[i], 20);
        fprintf(plot->file, " at screen 0.807,%.4f left font ',13' textcolor rgb '%s'\n", y,
                ds_plot_colour(i));
        if (fabs(end - y) > 0.004)
            fprintf(plot->file,
                    "set arrow %zu from screen 0.787,%.4f to screen 0.804,%.4f nohead linewidth 1 "
                    "linecolor rgb '%s'\n", 10 + i, end, y, ds_plot_colour(i));
    }
}

static void write_frame(const ds_plot *plot, ds_extent *e)
{
    const double step = ds_plot_step(e->y_high, 7);

    e->y_high = fmin(ceil(e->y_high / step) * step, 100);
    if (!(e->y_high > 0))
        e->y_high = 100;
    ds_plot_titles(plot, "Share of futures in which a strategy is the cheapest, %",
                   "band: 95 % interval; dots: the strategy of least mean, by which one chooses; "
                   "every value uses the same futures");
    fprintf(plot->file,
            "set lmargin at screen 0.08\nset rmargin at screen 0.785\n"
            "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
            "set yrange [0:%.9g]\nset ytics %.9g\nset xrange [%.9g:%.9g]\n",
            (double)PLOT_TOP / DS_PLOT_HEIGHT, (double)PLOT_BOTTOM / DS_PLOT_HEIGHT, e->y_high,
            step, e->x_low, e->x_high > e->x_low ? e->x_high : e->x_low + 1);
    const bool logarithmic = ds_plot_is_logarithmic(plot->table, 0);
    if (logarithmic)
        fputs("set logscale x\n", plot->file);
    ds_plot_tics(plot->file, "x", e->x_low, e->x_high, logarithmic, 9, true);
    fputs("set label 3 ", plot->file);
    ds_plot_quoted(plot, ds_csv_field(plot->table, 0, 0), 90);
    fputs(" at screen 0.43,0.03 center font ',13'\n", plot->file);
}

bool ds_plot_is_acceptability(const ds_csv *table)
{
    return ds_csv_column(table, "probability_best") < table->columns &&
           ds_csv_column(table, "best_by_mean") < table->columns;
}

ds_code ds_plot_acceptability(const ds_plot *plot, ds_error *err)
{
    static const char *const wanted[] = { "strategy", "probability_best", "probability_best_low",
                                          "probability_best_high", "best_by_mean" };
    size_t      columns[COLUMNS] = { 0 };
    const char *names[DS_PLOT_SERIES];
    double      last[DS_PLOT_SERIES];
    ds_extent   e = { (double)INFINITY, -(double)INFINITY, 0 };

    ds_code code = ds_plot_columns(plot, wanted, COLUMNS - 1, columns + 1, err);
    if (code != DS_OK)
        return code;
    const size_t count = ds_plot_names(plot->table, columns[STRATEGY], names);
    ds_plot_begin(plot);
    for (size_t i = 0; i < count; i++)
        last[i] = write_series(plot, columns, names[i], i, &e);
    write_frontier(plot, columns);
    write_frame(plot, &e);
    write_labels(plot, names, last, count, e.y_high);
    fputs("plot ", plot->file);
    for (size_t i = 0; i < count; i++)
        fprintf(plot->file,
                "$line%zu using 1:3:4 with filledcurves linecolor rgb '%s', \\\n"
                "     $line%zu using 1:2 with lines linewidth 2.5 linecolor rgb '%s', \\\n     ",
                i, ds_plot_colour(i), i, ds_plot_colour(i));
    fputs("$frontier using 1:2 with points pointtype 7 pointsize 0.9 linecolor rgb '#222222'\n"
          "unset output\n", plot->file);
    return DS_OK;
}
