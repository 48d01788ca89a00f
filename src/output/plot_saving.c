/* plot_saving.c -- how the saving of each strategy is distributed, and in how
 * many futures there is one.  See plot.h.
 *
 * The data is a quantile function Q(share).  Its inverse, linear between the
 * points, gives the share of futures in each of many narrow bins; futures with no
 * difference at all (a project that failed) are left out, and the rest, smoothed
 * over five of them (1, 4, 6, 4, 1 sixteenths), is drawn as a ridge.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "output/plot_kinds.h"
#include "output/plot_script.h"

enum { STRATEGY, SHARE, SAVING, COLUMNS };
enum { POINTS_MOST = 1024, BINS = 120 };

/* The quantile function of one strategy. */
typedef struct {
    size_t count;
    double share[POINTS_MOST], saving[POINTS_MOST];
} ds_curve;

static void read_curve(const ds_plot *plot, const size_t *c, const char *name, ds_curve *curve)
{
    curve->count = 0;
    for (size_t row = 1; row < plot->table->rows && curve->count < POINTS_MOST; row++) {
        double share = ds_csv_value(plot->table, row, c[SHARE]);
        double saving = ds_csv_value(plot->table, row, c[SAVING]);
        if (!ds_plot_is(plot->table, row, c[STRATEGY], name) || !isfinite(saving) ||
            !isfinite(share))
            continue;
        curve->share[curve->count] = share;
        curve->saving[curve->count++] = saving;
    }
}

/* Share of futures with a saving below x. */
static double share_below(const ds_curve *curve, double x)
{
    size_t low = 0, high = curve->count; /* the first point with saving >= x */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (curve->saving[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || low == curve->count)
        return low == 0 ? 0 : 1;
    double width = curve->saving[low] - curve->saving[low - 1];
    return curve->share[low - 1] +
           (curve->share[low] - curve->share[low - 1]) * (x - curve->saving[low - 1]) / width;
}

/* Shares of futures in which the strategy costs more, and in which it saves; what
 * is missing to 1 makes no difference. */
static void split(const ds_curve *curve, double *more, double *saves)
{
    double below = 0, upto = 0;
    for (size_t i = 0; i < curve->count; i++) {
        if (curve->saving[i] < 0)
            below = curve->share[i];
        if (curve->saving[i] <= 0)
            upto = curve->share[i];
    }
    for (size_t i = 0; i < curve->count; i++)
        if (curve->saving[i] == 0) { /* the exact share stands at the first zero */
            below = curve->share[i];
            break;
        }
    *more = below;
    *saves = 1 - upto;
}

static double saving_at(const ds_curve *curve, double share)
{
    for (size_t i = 1; i < curve->count; i++)
        if (curve->share[i] >= share)
            return curve->saving[i - 1] + (curve->saving[i] - curve->saving[i - 1]) *
                                              (share - curve->share[i - 1]) /
                                              (curve->share[i] - curve->share[i - 1]);
    return curve->count > 0 ? curve->saving[curve->count - 1] : (double)NAN;
}

static bool is_baseline(const ds_curve *curve)
{
    return curve->count == 0 ||
           (curve->saving[0] == 0 && curve->saving[curve->count - 1] == 0);
}

/* Ridge of one strategy above its base line, highest point 0.8. */
static void write_ridge(const ds_plot *plot, const ds_curve *curve, size_t row, double base,
                        double low, double high, double divisor)
{
    double share[BINS + 4] = { 0 }, smooth[BINS + 4] = { 0 }, largest = 0;
    double width = (high - low) / BINS, more, saves;

    split(curve, &more, &saves);
    for (size_t bin = 2; bin < BINS + 2; bin++) /* two empty bins on either side */
        share[bin] = share_below(curve, low + width * (double)(bin - 1)) -
                     share_below(curve, low + width * (double)(bin - 2));
    size_t zero = 2 + (size_t)fmin(BINS - 1, fmax(0, floor((0 - low) / width)));
    share[zero] = fmax(0, share[zero] - (1 - more - saves));
    for (size_t bin = 2; bin < BINS + 2; bin++) {
        smooth[bin] = (share[bin - 2] + 4 * share[bin - 1] + 6 * share[bin] +
                       4 * share[bin + 1] + share[bin + 2]) / 16;
        largest = fmax(largest, smooth[bin]);
    }
    fprintf(plot->file, "$ridge%zu << END\n", row);
    for (size_t bin = 2; bin < BINS + 2; bin++) {
        double x = low + width * ((double)bin - 1.5);
        double y = largest > 0 ? smooth[bin] / largest : 0;
        fprintf(plot->file, "%.9g %.9g %.9g\n", x / divisor, base, base + 0.8 * y);
        /* the colour changes at zero, between two bins */
        if (x < 0 && x + width >= 0) {
            double next = largest > 0 ? smooth[bin + 1] / largest : 0;
            double y0 = y + (next - y) * (0 - x) / width;
            fprintf(plot->file, "0 %.9g %.9g\n", base, base + 0.8 * y0);
        }
    }
    fputs("END\n", plot->file);
}

static void write_share(const ds_plot *plot, size_t label, const char *what, double share,
                        double y, const char *style)
{
    fprintf(plot->file, "set label %zu '%s: %.3g %%' at graph 1.015, first %.9g left font %s\n",
            label, what, 100 * share, y, style);
}

static void write_row(const ds_plot *plot, const ds_curve *curve, size_t row, double base,
                      const char *name, double divisor)
{
    double more, saves;

    split(curve, &more, &saves);
    fprintf(plot->file, "set label %zu ", 10 + 3 * row);
    ds_plot_name(plot, name, 18);
    fprintf(plot->file, " at graph -0.015, first %.9g right font ',13' textcolor rgb '#111111'\n",
            base + 0.12);
    write_share(plot, 11 + 3 * row, "saves", saves, base + 0.32,
                "',12' textcolor rgb '" DS_PLOT_GREEN "'");
    write_share(plot, 12 + 3 * row, "costs more", more, base + 0.06,
                "',12' textcolor rgb '" DS_PLOT_RED "'");
    fprintf(plot->file, "$range%zu << END\n%.9g %.9g %.9g %.9g\nEND\n", row,
            saving_at(curve, 0.05) / divisor, saving_at(curve, 0.95) / divisor,
            saving_at(curve, 0.5) / divisor, base);
}

static void write_frame(const ds_plot *plot, const char *baseline, double low, double high,
                        size_t rows, ds_scale scale)
{
    char title[200];
    snprintf(title, sizeof title, "Saving (NPV), USD%s%s, against %.120s",
             scale.suffix[0] != '\0' ? " " : "", scale.suffix, baseline);
    ds_plot_titles(plot, title,
                   "height: how likely; dot: median; line: nine futures in ten; what is missing to "
                   "100 %: no difference");
    fprintf(plot->file,
            "set lmargin at screen 0.20\nset rmargin at screen 0.815\n"
            "set tmargin at screen 0.84\nset bmargin at screen 0.08\n"
            "set border 1 linecolor rgb '#888888'\nunset ytics\nunset grid\n"
            "set grid xtics linecolor rgb '#E4E4E4' linewidth 1 linetype 1\n"
            "set xrange [%.9g:%.9g]\nset xtics %.9g\nset yrange [-0.12:%.9g]\n",
            low / scale.divisor, high / scale.divisor,
            ds_plot_step((high - low) / scale.divisor, 8), (double)rows);
    if (low < 0 && high > 0)
        fputs("set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead back linewidth 1.5 "
              "linecolor rgb '#222222'\n", plot->file);
}

/* The strategies that are drawn, and the range that holds nearly all of them. */
static size_t choose(const ds_plot *plot, const size_t *c, const char **drawn, double *low,
                     double *high)
{
    const char *names[DS_PLOT_SERIES];
    size_t      rows = 0, count = ds_plot_names(plot->table, c[STRATEGY], names);
    double      least = 0, most = 0;
    ds_curve    curve;

    *low = *high = 0;
    for (size_t i = 0; i < count; i++) {
        read_curve(plot, c, names[i], &curve);
        if (is_baseline(&curve))
            continue;
        drawn[rows++] = names[i];
        *low = fmin(*low, saving_at(&curve, 0.05));
        *high = fmax(*high, saving_at(&curve, 0.95));
        least = fmin(least, curve.saving[0]);
        most = fmax(most, curve.saving[curve.count - 1]);
    }
    /* Long tails are cut, or nothing else could be seen. */
    double span = *high > *low ? *high - *low : 1;
    *low = fmax(*low - 0.25 * span, least - 0.02 * span);
    *high = fmin(*high + 0.25 * span, most + 0.02 * span);
    return rows;
}

ds_code ds_plot_saving(const ds_plot *plot, ds_error *err)
{
    static const char *const names[COLUMNS] = { "strategy", "share_below", "saving_npv_usd" };
    const char *drawn[DS_PLOT_SERIES];
    size_t      c[COLUMNS];
    double      low, high;
    ds_curve    curve;

    ds_code code = ds_plot_columns(plot, names, COLUMNS, c, err);
    if (code != DS_OK)
        return code;
    size_t   rows = choose(plot, c, drawn, &low, &high);
    ds_scale scale = ds_scale_of_money(fmax(-low, high));

    ds_plot_begin(plot);
    write_frame(plot, ds_csv_field(plot->table, 1, c[STRATEGY]), low, high,
                rows > 0 ? rows : 1, scale);
    for (size_t row = 0; row < rows; row++) {
        double base = (double)(rows - 1 - row);
        read_curve(plot, c, drawn[row], &curve);
        write_ridge(plot, &curve, row, base, low, high, scale.divisor);
        write_row(plot, &curve, row, base, drawn[row], scale.divisor);
    }
    fputs("set style fill solid 0.55 noborder\nplot ", plot->file);
    for (size_t row = 0; row < rows; row++)
        fprintf(plot->file,
                "$ridge%zu using ($1 <= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '%s', "
                "\\\n     $ridge%zu using ($1 >= 0 ? $1 : NaN):2:3 with filledcurves linecolor "
                "rgb '%s', \\\n     $range%zu using 1:4:($2-$1):(0) with vectors nohead linewidth "
                "2 linecolor rgb '#222222', \\\n     $range%zu using 3:4 with points pointtype 7 "
                "pointsize 1 linecolor rgb '#222222', \\\n     ",
                row, DS_PLOT_RED, row, DS_PLOT_GREEN, row, row);
    fputs("1/0\nunset output\n", plot->file);
    return DS_OK;
}
