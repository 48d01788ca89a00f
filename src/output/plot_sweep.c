/* plot_sweep.c -- an outcome over one swept parameter, a line for each strategy
 * with its name at the right end.  See plot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "output/file.h"
#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { LABEL_GAP = 19, PLOT_TOP = 504, PLOT_BOTTOM = 66 }; /* [points of the picture] */

/* What the lines span, after scaling. */
typedef struct {
    double x_low, x_high, y_low, y_high;
    bool   months; /* is x one?                                                   */
} ds_extent;

static void include(ds_extent *e, double x, double y)
{
    e->x_low = fmin(e->x_low, x);
    e->x_high = fmax(e->x_high, x);
    if (isfinite(y)) {
        e->y_low = fmin(e->y_low, y);
        e->y_high = fmax(e->y_high, y);
    }
}

/* Data of one strategy: parameter, value, band; returns the last value. */
static double write_series(const ds_plot *plot, const ds_plot_axis *axis, size_t strategy_column,
                           const char *name, size_t series, ds_extent *extent)
{
    const ds_csv *table = plot->table;
    double        last = (double)NAN;

    fprintf(plot->file, "$line%zu << END\n", series);
    for (size_t row = 1; row < table->rows; row++) {
        if (!ds_plot_is(table, row, strategy_column, name))
            continue;
        double x = ds_plot_value(table, row, 0, &extent->months);
        double y = ds_csv_value(table, row, axis->value) / axis->scale.divisor;
        double se = axis->se < table->columns
                        ? ds_csv_value(table, row, axis->se) / axis->scale.divisor : 0;
        if (!isfinite(se))
            se = 0;
        include(extent, x, y - 2 * se);
        include(extent, x, y + 2 * se);
        ds_plot_number(plot->file, x);
        const double columns[] = { y, y - 2 * se, y + 2 * se };
        for (size_t i = 0; i < 3; i++) {
            putc(' ', plot->file);
            ds_plot_number(plot->file, columns[i]);
        }
        putc('\n', plot->file);
        if (isfinite(y))
            last = y;
    }
    fputs("END\n", plot->file);
    return last;
}

static void write_labels(const ds_plot *plot, const char **names, const double *last,
                         size_t count, const ds_extent *e)
{
    double positions[DS_PLOT_SERIES];
    double height = PLOT_TOP - PLOT_BOTTOM;

    for (size_t i = 0; i < count; i++) {
        double share = isfinite(last[i]) ? (last[i] - e->y_low) / (e->y_high - e->y_low) : 0;
        positions[i] = PLOT_BOTTOM + height * share;
    }
    ds_plot_spread(positions, count, LABEL_GAP, PLOT_BOTTOM, PLOT_TOP);
    for (size_t i = 0; i < count; i++) {
        double share = isfinite(last[i]) ? (last[i] - e->y_low) / (e->y_high - e->y_low) : 0;
        double end = (PLOT_BOTTOM + height * share) / DS_PLOT_HEIGHT;
        double y = positions[i] / DS_PLOT_HEIGHT;
        fprintf(plot->file, "set label %zu ", 10 + i);
        ds_plot_name(plot, names[i], 20);
        fprintf(plot->file, " at screen 0.807,%.4f left font ',13' textcolor rgb '%s'\n", y,
                ds_plot_colour(i));
        if (isfinite(last[i]) && fabs(end - y) > 0.004)
            fprintf(plot->file,
                    "set arrow %zu from screen 0.787,%.4f to screen 0.804,%.4f nohead linewidth 1 "
                    "linecolor rgb '%s'\n", 10 + i, end, y, ds_plot_colour(i));
    }
}

static void write_frame(const ds_plot *plot, const ds_plot_axis *axis, ds_extent *e)
{
    char   title[256];
    double step = ds_plot_step(e->y_high - e->y_low, 7);

    if (e->y_low > 0 && e->y_low < 0.4 * e->y_high)
        e->y_low = 0; /* near enough that a cut axis would mislead */
    e->y_low = floor(e->y_low / step) * step;
    e->y_high = ceil(e->y_high / step) * step;
    if (!(e->y_high > e->y_low))
        e->y_high = e->y_low + 1;
    ds_plot_titles(plot, axis->title,
                   "band: two standard errors of the simulation either side; every point uses the "
                   "same futures");
    fprintf(plot->file,
            "set lmargin at screen 0.08\nset rmargin at screen 0.785\n"
            "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
            "set yrange [%.9g:%.9g]\nset ytics %.9g\nset xrange [%.9g:%.9g]\n",
            (double)PLOT_TOP / DS_PLOT_HEIGHT, (double)PLOT_BOTTOM / DS_PLOT_HEIGHT, e->y_low,
            e->y_high, step, e->x_low, e->x_high > e->x_low ? e->x_high : e->x_low + 1);
    bool logarithmic = !e->months && ds_plot_is_logarithmic(plot->table, 0);
    if (logarithmic)
        fputs("set logscale x\n", plot->file);
    if (e->months)
        ds_plot_month_tics(plot->file, "x", e->x_low, e->x_high, 9);
    else
        ds_plot_tics(plot->file, "x", e->x_low, e->x_high, logarithmic, 9, true);
    snprintf(title, sizeof title, "%s", ds_csv_field(plot->table, 0, 0));
    fputs("set label 3 ", plot->file);
    ds_plot_quoted(plot, title, 90);
    fputs(" at screen 0.43,0.03 center font ',13'\n", plot->file);
    if (e->y_low < 0 && e->y_high > 0)
        fputs("set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead back linewidth 1.5 "
              "linecolor rgb '#222222'\n", plot->file);
}

ds_code ds_plot_sweep(const ds_plot *plot, ds_error *err)
{
    ds_plot_axis axis;
    const char  *names[DS_PLOT_SERIES];
    double       last[DS_PLOT_SERIES];
    ds_extent    extent = { (double)INFINITY, -(double)INFINITY, (double)INFINITY,
                            -(double)INFINITY, false };

    ds_code code = ds_plot_outcome(plot, &axis, err);
    if (code != DS_OK)
        return code;
    for (size_t row = 1; row < plot->table->rows; row++)
        if (!isfinite(ds_plot_value(plot->table, row, 0, &extent.months)))
            return ds_output_fail(err, DS_E_IO, plot->source,
                                  "lines are drawn over numbers or months, not over '%.40s'",
                                  ds_csv_field(plot->table, row, 0));
    size_t strategy = ds_csv_column(plot->table, "strategy");
    size_t count = ds_plot_names(plot->table, strategy, names);

    ds_plot_begin(plot);
    for (size_t i = 0; i < count; i++)
        last[i] = write_series(plot, &axis, strategy, names[i], i, &extent);
    if (!isfinite(extent.y_low))
        extent.y_low = 0, extent.y_high = 1;
    write_frame(plot, &axis, &extent);
    write_labels(plot, names, last, count, &extent);
    fputs("plot ", plot->file);
    for (size_t i = 0; i < count; i++)
        fprintf(plot->file,
                "%s$line%zu using 1:3:4 with filledcurves linecolor rgb '%s', \\\n"
                "     $line%zu using 1:2 with lines linewidth 2.5 linecolor rgb '%s'",
                i > 0 ? ", \\\n     " : "", i, ds_plot_colour(i), i, ds_plot_colour(i));
    fputs("\nunset output\n", plot->file);
    return DS_OK;
}
