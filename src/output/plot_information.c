/* plot_information.c -- what is worth finding out, as bars, and what a pilot is worth over its
 * size.  See plot.h.
 *
 * Drawn from information.csv and pilot.csv of `information --out`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/plot_kinds.h"
#include "output/plot_script.h"
#include "output/text.h"

enum { BARS_MOST = 14, LABEL_COLUMNS = 58, LABEL_TEXT = 400 };

bool ds_plot_is_information(const ds_csv *table)
{
    return ds_csv_column(table, "nested_low_usd") < table->columns;
}

bool ds_plot_is_pilot(const ds_csv *table)
{
    return ds_csv_column(table, "worse_usd") < table->columns &&
           ds_csv_column(table, "size") < table->columns;
}

/* ---- Bars ------------------------------------------------------------------- */

enum { BAR_KIND, BAR_NAME, BAR_VALUE, BAR_SE, BAR_COLUMNS };
static const char *const bar_names[BAR_COLUMNS] = { "kind", "name", "value_usd", "value_usd_se" };

typedef struct {
    size_t count, row[BARS_MOST + 2];
    double most;
} ds_bars;

/* Everything, all inputs, and what is known to be worth something. */
static ds_bars choose_bars(const ds_csv *table, const size_t column[BAR_COLUMNS])
{
    ds_bars bars = { 0 };
    for (size_t row = 1; row < table->rows && bars.count < BARS_MOST + 2; row++) {
        const double value = ds_csv_value(table, row, column[BAR_VALUE]);
        const double se = ds_csv_value(table, row, column[BAR_SE]);
        const char  *kind = ds_csv_field(table, row, column[BAR_KIND]);
        const bool   whole = strcmp(kind, "future") == 0 || strcmp(kind, "inputs") == 0;
        if (!whole && !(value > 0 && !(value < 2 * se)))
            continue;
        bars.row[bars.count++] = row;
        bars.most = fmax(bars.most, value + (isfinite(se) ? 2 * se : 0));
    }
    return bars;
}

/* A pointer that is too long loses its beginning. */
static void label_of(const ds_csv *table, const size_t column[BAR_COLUMNS], size_t row,
                     char out[LABEL_TEXT])
{
    static const char *const kinds[] = { "traffic", "price", "rent", "group" };
    const char *kind = ds_csv_field(table, row, column[BAR_KIND]);
    char        clean[LABEL_TEXT - 32];
    ds_text_clean(ds_csv_field(table, row, column[BAR_NAME]), true, clean, sizeof clean);
    const char *from = clean;
    while (ds_text_width(from) > LABEL_COLUMNS && strchr(from + 1, '/') != NULL)
        from = strchr(from + 1, '/');
    const char *word = "";
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        word = strcmp(kind, kinds[k]) == 0 ? kinds[k] : word;
    snprintf(out, LABEL_TEXT, "%s%s%s%s", word, word[0] != '\0' ? ": " : "",
             from > clean ? "\xE2\x80\xA6" : "", from);
}

static void write_bar(const ds_plot *plot, const size_t column[BAR_COLUMNS], const ds_bars *bars,
                      size_t k, ds_scale scale)
{
    const double value = ds_csv_value(plot->table, bars->row[k], column[BAR_VALUE]);
    const double se = ds_csv_value(plot->table, bars->row[k], column[BAR_SE]);
    const double y = -(double)k;
    char         label[LABEL_TEXT];
    fprintf(plot->file, "set object %zu rectangle from 0,%.9g to %.9g,%.9g fillcolor rgb '%s' "
            "fillstyle solid noborder\n", k + 1, y - 0.32, value / scale.divisor, y + 0.32,
            k < 2 && ds_csv_field(plot->table, bars->row[k], 0)[0] == '\0' ? "#BBBBBB" : "#0072B2");
    if (isfinite(se))
        fprintf(plot->file, "set arrow %zu from %.9g,%.9g to %.9g,%.9g nohead front linewidth 1.5 "
                "linecolor rgb '#222222'\n", k + 1, fmax(0, value - 2 * se) / scale.divisor, y,
                (value + 2 * se) / scale.divisor, y);
    label_of(plot->table, column, bars->row[k], label);
    fprintf(plot->file, "set label %zu ", k + 10);
    ds_plot_quoted(plot, label, LABEL_COLUMNS + 14);
    fprintf(plot->file, " at graph -0.012,first %.9g right font ',11'\n", y);
}

ds_code ds_plot_information(const ds_plot *plot, ds_error *err)
{
    size_t  column[BAR_COLUMNS];
    char    title[128];
    ds_code code = ds_plot_columns(plot, bar_names, BAR_COLUMNS, column, err);
    if (code != DS_OK)
        return code;
    const ds_bars  bars = choose_bars(plot->table, column);
    const ds_scale scale = ds_scale_of_money(bars.most);
    const double   high = bars.most > 0 ? 1.04 * bars.most / scale.divisor : 1;

    ds_plot_begin(plot);
    snprintf(title, sizeof title, "Worth knowing before choosing, at most [USD%s%s]",
             scale.suffix[0] != '\0' ? " " : "", scale.suffix);
    ds_plot_titles(plot, title, "line: two standard errors either side; grey: everything, and all "
                                "inputs");
    fprintf(plot->file, "set lmargin at screen 0.46\nset rmargin at screen 0.97\n"
            "set tmargin at screen 0.84\nset bmargin at screen 0.09\nunset ytics\n"
            "set xrange [0:%.9g]\nset yrange [%.9g:0.6]\n", high, -(double)bars.count + 0.4);
    ds_plot_tics(plot->file, "x", 0, high, false, 6, true);
    for (size_t k = 0; k < bars.count; k++)
        write_bar(plot, column, &bars, k, scale);
    fputs("plot NaN notitle\nunset output\n", plot->file);
    return DS_OK;
}

/* ---- The pilot ---------------------------------------------------------------- */

enum { POINT_POINTER, POINT_SIZE, POINT_VALUE, POINT_VALUE_SE, POINT_NET, POINT_NET_SE,
       POINT_COLUMNS };
static const char *const point_names[POINT_COLUMNS] = { "pointer", "size", "value_usd",
                                                        "value_usd_se", "net_usd", "net_usd_se" };

typedef struct {
    double x_low, x_high, low, high, best, best_size;
} ds_pilot_range;

static ds_pilot_range measure(const ds_csv *table, const size_t column[POINT_COLUMNS])
{
    ds_pilot_range r = { (double)INFINITY, 0, 0, 0, 0, (double)NAN };
    for (size_t row = 1; row < table->rows; row++) {
        const double size = ds_csv_value(table, row, column[POINT_SIZE]);
        const double value = ds_csv_value(table, row, column[POINT_VALUE]);
        const double se = ds_csv_value(table, row, column[POINT_VALUE_SE]);
        const double net = ds_csv_value(table, row, column[POINT_NET]);
        r.x_low = fmin(r.x_low, size);
        r.x_high = fmax(r.x_high, size);
        r.high = fmax(r.high, value + (isfinite(se) ? 2 * se : 0));
        if (net > r.best) {
            r.best = net;
            r.best_size = size;
        }
    }
    for (size_t row = 1; row < table->rows; row++) /* a pilot far too dear is cut off */
        r.low = fmin(r.low, fmax(-0.5 * r.high, ds_csv_value(table, row, column[POINT_NET])));
    return r;
}

static void write_points(const ds_plot *plot, const size_t column[POINT_COLUMNS], ds_scale scale)
{
    fputs("$pilot << END\n", plot->file);
    for (size_t row = 1; row < plot->table->rows; row++) {
        ds_plot_number(plot->file, ds_csv_value(plot->table, row, column[POINT_SIZE]));
        for (int of = POINT_VALUE; of <= POINT_NET; of += POINT_NET - POINT_VALUE) {
            const double y = ds_csv_value(plot->table, row, column[of]) / scale.divisor;
            const double se = ds_csv_value(plot->table, row, column[of + 1]) / scale.divisor;
            const double columns[] = { y, y - 2 * (isfinite(se) ? se : 0),
                                       y + 2 * (isfinite(se) ? se : 0) };
            for (size_t i = 0; i < 3; i++) {
                putc(' ', plot->file);
                ds_plot_number(plot->file, columns[i]);
            }
        }
        putc('\n', plot->file);
    }
    fputs("END\n", plot->file);
}

static void write_frame(const ds_plot *plot, const ds_pilot_range *r, ds_scale scale)
{
    const double low = r->low / scale.divisor, high = r->high > 0 ? r->high / scale.divisor : 1;
    fprintf(plot->file, "set lmargin at screen 0.09\nset rmargin at screen 0.97\n"
            "set tmargin at screen 0.84\nset bmargin at screen 0.12\n"
            "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\nset ytics autofreq\n", r->x_low,
            r->x_high > r->x_low ? r->x_high : r->x_low + 1, 1.05 * low, 1.05 * high);
    if (r->x_high > 20 * r->x_low)
        fputs("set logscale x\n", plot->file);
    ds_plot_tics(plot->file, "x", r->x_low, r->x_high, r->x_high > 20 * r->x_low, 9, true);
    fputs("set label 3 'requests measured' at screen 0.53,0.03 center font ',13'\n", plot->file);
    if (isfinite(r->best_size))
        fprintf(plot->file, "set arrow 2 from %.9g, graph 0 to %.9g, graph 1 nohead back "
                "dashtype 2 linewidth 1.2 linecolor rgb '#222222'\n"
                "set label 4 'best: %.0f' at %.9g, graph 0.05 left offset 0.8,0 font ',13'\n",
                r->best_size, r->best_size, r->best_size, r->best_size);
    if (low < 0)
        fputs("set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead back linewidth 1.5 "
              "linecolor rgb '#222222'\n", plot->file);
}

ds_code ds_plot_pilot(const ds_plot *plot, ds_error *err)
{
    size_t  column[POINT_COLUMNS];
    char    title[400];
    ds_code code = ds_plot_columns(plot, point_names, POINT_COLUMNS, column, err);
    if (code != DS_OK)
        return code;
    const ds_pilot_range r = measure(plot->table, column);
    const ds_scale       scale = ds_scale_of_money(r.high);

    ds_plot_begin(plot);
    snprintf(title, sizeof title, "A pilot of %.200s [USD%s%s]",
             plot->table->rows > 1 ? ds_csv_field(plot->table, 1, column[POINT_POINTER]) : "",
             scale.suffix[0] != '\0' ? " " : "", scale.suffix);
    ds_plot_titles(plot, title, "blue: what it is worth; green: less what it costs; band: two "
                                "standard errors either side");
    write_points(plot, column, scale);
    write_frame(plot, &r, scale);
    fputs("plot $pilot using 1:3:4 with filledcurves fillstyle transparent solid 0.2 linecolor rgb "
          "'#0072B2', \\\n     $pilot using 1:6:7 with filledcurves fillstyle transparent solid "
          "0.2 linecolor rgb '" DS_PLOT_GREEN "', \\\n"
          "     $pilot using 1:2 with lines linewidth 2.5 linecolor rgb '#0072B2', \\\n"
          "     $pilot using 1:5 with lines linewidth 2.5 linecolor rgb '" DS_PLOT_GREEN "'\n"
          "unset output\n", plot->file);
    return DS_OK;
}
