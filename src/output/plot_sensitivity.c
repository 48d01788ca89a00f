/* plot_sensitivity.c -- what drives an answer, as bars: the largest at the top, with their 95 %
 * intervals; of a tornado, from low to high about what is there without either.  See plot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "output/plot_kinds.h"
#include "output/plot_script.h"
#include "output/sensitivity_table.h"

enum { METHOD, STRATEGY, OUTCOME, UNIT, SCALE, INPUT, COLUMNS, BARS_MOST = 16, NAME_COLUMNS = 44 };

typedef struct {
    size_t   column[COLUMNS];
    size_t   figure; /* first of its four columns: value, se, low, high               */
    size_t   inner;  /* of a second value, drawn within the bar; table->columns: none */
    size_t   from;   /* where bars begin, likewise; else at 0                         */
    size_t   rows;
    bool     tornado, share;
    ds_scale scale;
    double   base, low, high;
    const char *what;
} bars;

bool ds_plot_is_sensitivity(const ds_csv *table)
{
    return table->columns > 11 && strcmp(ds_csv_field(table, 0, 0), "method") == 0 &&
           ds_csv_column(table, "stream_count") < table->columns;
}

/* ---- What is drawn ------------------------------------------------------------------ */

static const char *explanation(const char *method)
{
    static const char *const texts[][2] = {
        { "sobol", "share of the variance: dark, alone; light, with others; line: 95 % interval" },
        { "shapley", "share of the variance; line: 95 % interval" },
        { "given", "share of the variance that it explains alone; line: 95 % interval" },
        { "tornado", "the mean with the input at its 10 % value (orange), and at its 90 % value "
                     "(blue)" },
        { "morris", "size of the effect from the 10 % to the 90 % value; line: 95 % interval" },
        { "src", "standardised regression coefficient; line: 95 % interval" },
        { "prcc", "partial rank correlation; line: 95 % interval" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i][0], method) == 0)
            return texts[i][1];
    return "";
}

static double at(const ds_plot *plot, size_t row, size_t column)
{
    return ds_csv_value(plot->table, row + 1, column);
}

static void widen(bars *b, double value)
{
    if (isfinite(value)) {
        b->low = fmin(b->low, value);
        b->high = fmax(b->high, value);
    }
}

/* Of a tornado, the mean that no input has moved: that of the one that moves it least. */
static double resting(const ds_plot *plot, const bars *b)
{
    const size_t last = plot->table->rows - 2;
    return 0.5 * (at(plot, last, b->figure + 4) + at(plot, last, b->figure + 8));
}

static ds_code choose(const ds_plot *plot, bars *b, ds_error *err)
{
    static const char *const names[COLUMNS] = { "method", "strategy", "outcome", "outcome_unit",
                                                "scale", "input" };
    const size_t none = plot->table->columns;

    ds_code code = ds_plot_columns(plot, names, COLUMNS, b->column, err);
    if (code != DS_OK)
        return code;
    const char *method = ds_csv_field(plot->table, 1, b->column[METHOD]);
    const bool  sobol = strcmp(method, "sobol") == 0, morris = strcmp(method, "morris") == 0;
    const char *scale = ds_csv_field(plot->table, 1, b->column[SCALE]);
    b->tornado = strcmp(method, "tornado") == 0;
    b->figure = b->column[INPUT] + 5 + (sobol ? 4 : 0);
    b->inner = sobol ? b->figure - 4 : none;
    b->share = sobol || strcmp(method, "shapley") == 0 || strcmp(method, "given") == 0 ||
               ((b->tornado || morris) && strcmp(scale, "value") != 0);
    b->what = explanation(method);
    b->rows = plot->table->rows - 1 < BARS_MOST ? plot->table->rows - 1 : BARS_MOST;
    b->base = b->tornado ? resting(plot, b) : 0;
    b->low = b->high = b->base;
    for (size_t i = 0; i < b->rows; i++) {
        widen(b, at(plot, i, b->figure + (b->tornado ? 4 : 2)));
        widen(b, at(plot, i, b->figure + (b->tornado ? 8 : 3)));
    }
    if (b->share && !b->tornado) { /* nothing is less than none */
        b->low = fmax(b->low, 0);
        b->high = fmin(b->high, 1);
    }
    const bool usd = strcmp(ds_csv_field(plot->table, 1, b->column[UNIT]), "USD") == 0;
    b->scale = b->share ? ds_scale_percent
               : (b->tornado || morris) && usd
                   ? ds_scale_of_money(fmax(fabs(b->low), fabs(b->high))) : ds_scale_one;
    return DS_OK;
}

/* ---- The script --------------------------------------------------------------------- */

static void write_title(const ds_plot *plot, const bars *b)
{
    const char *strategy = ds_csv_field(plot->table, 1, b->column[STRATEGY]);
    const char *scale = ds_csv_field(plot->table, 1, b->column[SCALE]);
    const char *unit = ds_csv_field(plot->table, 1, b->column[UNIT]);
    const bool  money = !b->share && b->scale.divisor != 1;
    char        title[300], of[80] = "", tail[80];

    if (strcmp(scale, "value") != 0)
        snprintf(of, sizeof of, "the %.40s of ", scale);
    snprintf(tail, sizeof tail, "%s%s%s%s", b->share ? ", %" : money ? ", " : "",
             money ? unit : "", money ? " " : "", money ? b->scale.suffix : "");
    snprintf(title, sizeof title, "What drives %s%.60s%s%.60s%s", of,
             ds_csv_field(plot->table, 1, b->column[OUTCOME]), strategy[0] != '\0' ? " of " : "",
             strategy, tail);
    ds_plot_titles(plot, title, b->what);
}

static void write_frame(const ds_plot *plot, const bars *b)
{
    double low = b->low / b->scale.divisor, high = b->high / b->scale.divisor;
    const double span = high > low ? high - low : 1;

    low -= low < b->base / b->scale.divisor ? 0.03 * span : 0;
    high += 0.03 * span;
    fprintf(plot->file,
            "set lmargin at screen 0.40\nset rmargin at screen 0.97\n"
            "set tmargin at screen 0.86\nset bmargin at screen 0.08\n"
            "set border 1 linecolor rgb '#888888'\nunset ytics\nunset grid\n"
            "set grid xtics linecolor rgb '#E4E4E4' linewidth 1 linetype 1\n"
            "set xrange [%.9g:%.9g]\nset xtics %.9g\nset yrange [-0.6:%.9g]\n",
            low, high, ds_plot_step(high - low, 7), (double)b->rows - 0.4);
    fprintf(plot->file,
            "set arrow 1 from first %.9g, graph 0 to first %.9g, graph 1 nohead back linewidth 1.5 "
            "linecolor rgb '#222222'\n", b->base / b->scale.divisor, b->base / b->scale.divisor);
}

static void write_names(const ds_plot *plot, const bars *b)
{
    for (size_t i = 0; i < b->rows; i++) {
        char name[256];
        ds_text_clean(ds_csv_field(plot->table, i + 1, b->column[INPUT]), true, name, sizeof name);
        ds_sensitivity_fit_name(name, NAME_COLUMNS, true);
        fprintf(plot->file, "set label %zu ", 10 + i);
        ds_plot_quoted(plot, name, NAME_COLUMNS);
        fprintf(plot->file, " at graph -0.012, first %zu right font ',12' textcolor rgb "
                            "'#111111'\n", b->rows - 1 - i);
    }
}

static void write_value(const ds_plot *plot, const bars *b, size_t row, size_t column)
{
    double value = at(plot, row, column) / b->scale.divisor;
    if (b->share && !b->tornado)
        value = fmin(fmax(value, 0), 1 / b->scale.divisor);
    putc(' ', plot->file);
    ds_plot_number(plot->file, value);
}

/* y, value, low, high, inner value; of a tornado y, at low, at high. */
static void write_data(const ds_plot *plot, const bars *b)
{
    fputs("$bars << END\n", plot->file);
    for (size_t i = 0; i < b->rows; i++) {
        fprintf(plot->file, "%zu", b->rows - 1 - i);
        if (b->tornado) {
            write_value(plot, b, i, b->figure + 4);
            write_value(plot, b, i, b->figure + 8);
        } else {
            write_value(plot, b, i, b->figure);
            write_value(plot, b, i, b->figure + 2);
            write_value(plot, b, i, b->figure + 3);
            if (b->inner < plot->table->columns)
                write_value(plot, b, i, b->inner);
        }
        putc('\n', plot->file);
    }
    fputs("END\nset style fill solid 1 noborder\n", plot->file);
}

static void write_tornado(const ds_plot *plot, const bars *b)
{
    const double base = b->base / b->scale.divisor;
    static const char *const colours[2] = { "#E69F00", "#0072B2" };

    fputs("plot ", plot->file);
    for (int side = 0; side < 2; side++)
        fprintf(plot->file, "$bars using (%.9g):1:(%.9g < $%d ? %.9g : $%d):(%.9g < $%d ? $%d : "
                            "%.9g):($1-0.33):($1+0.33) with boxxyerror linecolor rgb '%s'%s",
                base, base, side + 2, base, side + 2, base, side + 2, side + 2, base,
                colours[side], side == 0 ? ", \\\n     " : "\nunset output\n");
}

static void write_bars(const ds_plot *plot, const bars *b)
{
    const bool inner = b->inner < plot->table->columns;

    fprintf(plot->file, "plot $bars using (0):1:($2 < 0 ? $2 : 0):($2 < 0 ? 0 : $2):($1-0.33):"
                        "($1+0.33) with boxxyerror linecolor rgb '%s'",
            inner ? "#A6CEE3" : "#0072B2");
    if (inner)
        fputs(", \\\n     $bars using (0):1:(0):5:($1-0.33):($1+0.33) with boxxyerror linecolor "
              "rgb '#0072B2'", plot->file);
    fputs(", \\\n     $bars using 2:1:3:4 with xerrorbars pointtype 0 linewidth 1.5 linecolor rgb "
          "'#222222'\nunset output\n", plot->file);
}

ds_code ds_plot_sensitivity(const ds_plot *plot, ds_error *err)
{
    bars b = { 0 };

    ds_code code = choose(plot, &b, err);
    if (code != DS_OK)
        return code;
    ds_plot_begin(plot);
    write_title(plot, &b);
    write_frame(plot, &b);
    write_names(plot, &b);
    write_data(plot, &b);
    if (b.tornado)
        write_tornado(plot, &b);
    else
        write_bars(plot, &b);
    return DS_OK;
}
