/* plot_script.c -- see plot_script.h.
 *
 * Text in a script is always between single quotes, where gnuplot substitutes
 * nothing, a quote is doubled, and control characters have been replaced.  Names
 * are set as labels, never as tic labels, which would be taken as formats.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/plot_script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/file.h"
#include "output/text.h"

/* Without a font for a character, gnuplot's cairo terminals draw a box of its
 * code that is larger than the picture.  What DejaVu Sans lacks, which is the
 * font of gnuplot's package, becomes a small box there; an SVG is set in the
 * fonts of whoever looks at it. */
static bool has_glyph(const ds_plot *plot, unsigned point)
{
    return strcmp(plot->format, "svg") == 0 || point < 0x590 ||
           (point >= 0x1E00 && point < 0x2C00) || point == 0xFFFD;
}

void ds_plot_quoted(const ds_plot *plot, const char *text, size_t columns)
{
    char clean[256];
    ds_text_clean(text, true, clean, sizeof clean);
    ds_text_fit(clean, columns, true);
    putc('\'', plot->file);
    for (const char *p = clean; *p != '\0';) {
        unsigned point;
        size_t   length = ds_text_decode(p, &point);
        if (*p == '\'')
            putc('\'', plot->file);
        if (has_glyph(plot, point))
            fwrite(p, 1, length, plot->file);
        else
            fputs("\xE2\x96\xA1", plot->file);
        p += length;
    }
    putc('\'', plot->file);
}

/* The first byte of the last so many columns of a clean text. */
static const char *end_of(const char *text, size_t columns)
{
    unsigned point;
    while (ds_text_width(text) > columns)
        text += ds_text_decode(text, &point);
    return text;
}

void ds_plot_name(const ds_plot *plot, const char *name, size_t columns)
{
    char clean[256], cut[256];
    ds_text_clean(name, true, clean, sizeof clean);
    if (ds_text_width(clean) > columns && columns > 8) {
        const char *end = end_of(clean, columns / 2 - 1);
        memcpy(cut, clean, sizeof cut);
        ds_text_fit(cut, columns - columns / 2 + 1, true);
        if (strlen(cut) + strlen(end) < sizeof cut) {
            strcat(cut, end);
            memcpy(clean, cut, sizeof clean);
        }
    }
    ds_plot_quoted(plot, clean, columns);
}

void ds_plot_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, "%.9g", value);
    else
        fputs("NaN", file);
}

void ds_plot_begin(const ds_plot *plot)
{
    static const struct {
        const char *format, *terminal;
    } terminals[] = {
        { "svg", "svg size 1000,600 noenhanced font 'Helvetica,14' background rgb 'white'" },
        { "png", "pngcairo size 1000,600 noenhanced font 'Sans,10.5' background rgb 'white'" },
        { "pdf", "pdfcairo size 10in,6in noenhanced font 'Sans,14' background rgb 'white'" },
    };
    size_t i = 0;
    while (i < 2 && strcmp(terminals[i].format, plot->format) != 0)
        i++;
    fprintf(plot->file,
            "# Written by distillsim; draws %s. Run: gnuplot SCRIPT\n"
            "reset\nset encoding utf8\nset terminal %s\n"
            "if (!exists('to_stdout')) set output ",
            plot->format, terminals[i].terminal);
    char name[512];
    snprintf(name, sizeof name, "./%s", plot->picture); /* not a pipe, not an option */
    ds_plot_quoted(plot, name, sizeof name);
    fputs("\nset border 3 linecolor rgb '#888888'\n"
          "set tics nomirror out scale 0.5 textcolor rgb '#444444'\n"
          "set grid ytics linecolor rgb '#E4E4E4' linewidth 1 linetype 1\n"
          "unset key\nset style fill transparent solid 0.25 noborder\n", plot->file);
}

const char *ds_plot_colour(size_t i)
{
    static const char *const colours[] = { DS_PLOT_GREY, "#0072B2", "#D55E00", "#009E73",
                                           "#CC79A7", "#E69F00", "#56B4E9", "#000000" };
    const size_t             count = sizeof colours / sizeof colours[0];
    return colours[i < count ? i : 1 + (i - 1) % (count - 1)];
}

void ds_plot_titles(const ds_plot *plot, const char *title, const char *explanation)
{
    fputs("set label 1 ", plot->file);
    ds_plot_quoted(plot, title, 110);
    fputs(" at screen 0.02,0.955 left font ',17' textcolor rgb '#111111'\n"
          "set label 2 ", plot->file);
    ds_plot_quoted(plot, explanation, 150);
    fputs(" at screen 0.02,0.905 left font ',12' textcolor rgb '#666666'\n", plot->file);
}

ds_plot_panels ds_plot_lay_out(size_t count, double right)
{
    size_t across = count <= 3 ? count : count == 4 ? 2 : count <= 9 ? 3 : 4;
    if (across == 0)
        across = 1;
    return (ds_plot_panels){ count, across, count > 0 ? (count + across - 1) / across : 1,
                             0.07, right, 0.82, 0.07, 0.025, 0.12 };
}

ds_plot_panel ds_plot_place(FILE *file, const ds_plot_panels *p, size_t i)
{
    ds_plot_panel panel;
    panel.width = (p->right - p->left - (double)(p->across - 1) * p->gap_across) /
                  (double)p->across;
    panel.height = (p->top - p->bottom - (double)(p->down - 1) * p->gap_down) / (double)p->down;
    panel.left = p->left + (double)(i % p->across) * (panel.width + p->gap_across);
    panel.top = p->top - (double)(i / p->across) * (panel.height + p->gap_down);
    panel.is_leftmost = i % p->across == 0;
    panel.is_lowest = i + p->across >= p->count;
    fprintf(file,
            "set lmargin at screen %.4f\nset rmargin at screen %.4f\n"
            "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
            panel.left, panel.left + panel.width, panel.top, panel.top - panel.height);
    return panel;
}

size_t ds_plot_names(const ds_csv *table, size_t column, const char *names[DS_PLOT_SERIES])
{
    size_t count = 0;
    for (size_t row = 1; row < table->rows && count < DS_PLOT_SERIES; row++) {
        size_t i = 0;
        while (i < count && !ds_plot_is(table, row, column, names[i]))
            i++;
        if (i == count)
            names[count++] = ds_csv_field(table, row, column);
    }
    return count;
}

bool ds_plot_is(const ds_csv *table, size_t row, size_t column, const char *name)
{
    return strcmp(ds_csv_field(table, row, column), name) == 0;
}

ds_code ds_plot_columns(const ds_plot *plot, const char *const *names, size_t count,
                        size_t *columns, ds_error *err)
{
    for (size_t i = 0; i < count; i++) {
        columns[i] = ds_csv_column(plot->table, names[i]);
        if (columns[i] == plot->table->columns)
            return ds_output_fail(err, DS_E_IO, plot->source, "no column '%s' to plot", names[i]);
    }
    return DS_OK;
}

double ds_plot_step(double range, size_t tics)
{
    static const double steps[] = { 1, 2, 5, 10 };
    double              wanted = range / (double)tics;
    if (!(wanted > 0) || !isfinite(wanted))
        return 1;
    double power = pow(10, floor(log10(wanted)));
    for (size_t i = 0; i < 4; i++)
        if (steps[i] * power >= wanted * 0.999)
            return steps[i] * power;
    return 10 * power;
}

static void write_tic(FILE *file, const char **separator, double value, bool label)
{
    ds_scale scale = ds_scale_of_money(value);
    if (label)
        fprintf(file, "%s'%.6g%s%s' %.12g", *separator, value / scale.divisor,
                scale.suffix[0] != '\0' ? " " : "", scale.suffix, value);
    else
        fprintf(file, "%s'' %.12g", *separator, value);
    *separator = ", ";
}

void ds_plot_tics(FILE *file, const char *axis, double low, double high, bool logarithmic,
                  size_t room, bool labels)
{
    const char *separator = "";
    fprintf(file, "set %stics (", axis);
    if (logarithmic) {
        double decades = log10(high / low);
        int    every = (int)ceil(decades / (double)room);
        /* 1, 2, 5 when there is room for three a decade */
        bool thirds = 3 * decades <= (double)room;
        for (int power = (int)floor(log10(low)); power <= (int)ceil(log10(high)); power++)
            for (int digit = 1; digit < 10; digit += digit == 1 ? 1 : digit == 2 ? 3 : 5) {
                double value = digit * pow(10, power);
                if (value >= low * 0.9999 && value <= high * 1.0001 &&
                    (thirds || (digit == 1 && power % (every > 0 ? every : 1) == 0)))
                    write_tic(file, &separator, value, labels);
            }
    } else {
        double step = ds_plot_step(high - low, room);
        for (double k = ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
            write_tic(file, &separator, k * step + 0.0, labels); /* + 0.0: not -0 */
    }
    fputs(")\n", file);
}

double ds_plot_value(const ds_csv *table, size_t row, size_t column, bool *month)
{
    const char *text = ds_csv_field(table, row, column);
    if (strlen(text) == 7 && text[4] == '-' && strspn(text, "0123456789-") == 7) {
        *month = true;
        return 12 * (double)strtol(text, NULL, 10) + (double)strtol(text + 5, NULL, 10) - 1;
    }
    return ds_csv_value(table, row, column);
}

void ds_plot_month_tics(FILE *file, const char *axis, double low, double high, size_t room)
{
    static const long steps[] = { 1, 2, 3, 6, 12, 24, 60, 120, 240 };
    const size_t      count = sizeof steps / sizeof steps[0];
    const char       *separator = "";
    size_t            k = 0;
    while (k + 1 < count && (high - low) / (double)steps[k] + 1 > (double)room)
        k++;
    fprintf(file, "set %stics (", axis);
    for (long t = (long)ceil(low / (double)steps[k] - 1e-9) * steps[k]; (double)t <= high + 1e-9;
         t += steps[k]) {
        fprintf(file, "%s'%04ld-%02ld' %ld", separator, t / 12, t % 12 + 1, t);
        separator = ", ";
    }
    fputs(")\n", file);
}

/* Pools of neighbours that touch move together (as in isotonic regression). */
void ds_plot_spread(double *positions, size_t count, double gap, double low, double high)
{
    size_t order[DS_PLOT_SERIES] = { 0 }, size[DS_PLOT_SERIES] = { 0 }, pools = 0;
    double centre[DS_PLOT_SERIES] = { 0 };

    for (size_t i = 0; i < count; i++) { /* insertion sort; there are few */
        size_t k = i;
        for (; k > 0 && positions[order[k - 1]] > positions[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (size_t i = 0; i < count; i++) {
        centre[pools] = positions[order[i]];
        size[pools] = 1;
        for (;; pools--) {
            double half = gap * (double)size[pools] / 2;
            if ((double)count * gap <= high - low) {
                centre[pools] = fmin(fmax(centre[pools], low - gap / 2 + half),
                                     high + gap / 2 - half);
            }
            if (pools == 0)
                break;
            double before = gap * (double)size[pools - 1] / 2;
            if (centre[pools] - half >= centre[pools - 1] + before - 1e-12)
                break;
            double total = (double)(size[pools] + size[pools - 1]);
            centre[pools - 1] = (centre[pools - 1] * (double)size[pools - 1] +
                                 centre[pools] * (double)size[pools]) / total;
            size[pools - 1] += size[pools];
        }
        pools++;
    }
    for (size_t pool = 0, i = 0; pool < pools; pool++)
        for (size_t k = 0; k < size[pool]; k++, i++)
            positions[order[i]] = centre[pool] +
                                  gap * ((double)k - (double)(size[pool] - 1) / 2);
}

size_t ds_plot_parameters(const ds_csv *table)
{
    size_t strategy = ds_csv_column(table, "strategy");
    bool   pointers = strategy > 0 && strategy < table->columns;
    for (size_t column = 0; pointers && column < strategy; column++) {
        const char *name = ds_csv_field(table, 0, column);
        pointers = name[0] == '/' || strncmp(name, "times /", 7) == 0;
    }
    return pointers ? strategy : 0;
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* The outcome that a sweep's table is about, when none is named. */
static void first_outcome(const ds_plot *plot, char out[64])
{
    const ds_csv *table = plot->table;
    snprintf(out, 64, "saving_npv_usd");
    if (ds_csv_column(table, "saving_npv_usd_mean") < table->columns)
        return;
    for (size_t column = 0; column < table->columns; column++) {
        const char *name = ds_csv_field(table, 0, column);
        if (ends_with(name, "_mean")) {
            snprintf(out, 64, "%.*s", (int)(strlen(name) - 5), name);
            return;
        }
    }
}

ds_code ds_plot_outcome(const ds_plot *plot, ds_plot_axis *axis, ds_error *err)
{
    const ds_csv *table = plot->table;
    char          value[96], se[96];
    double        largest = 0;

    if (plot->outcome != NULL)
        snprintf(axis->outcome, sizeof axis->outcome, "%s", plot->outcome);
    else
        first_outcome(plot, axis->outcome);
    /* A mean over the paths that have a value says little when others have none. */
    bool median = strcmp(axis->outcome, "payback_months") == 0 ||
                  strcmp(axis->outcome, "student_ready_months") == 0;
    const char *statistic = median ? "p50" : "mean";
    snprintf(value, sizeof value, "%s_%s", axis->outcome, statistic);
    snprintf(se, sizeof se, "%s_%s_se", axis->outcome, statistic);
    axis->value = ds_csv_column(table, value);
    axis->se = ds_csv_column(table, se);
    if (axis->value == table->columns)
        return ds_output_fail(err, DS_E_IO, plot->source, "no column '%s' to plot", value);

    for (size_t row = 1; row < table->rows; row++) {
        double x = ds_csv_value(table, row, axis->value);
        if (isfinite(x))
            largest = fmax(largest, fabs(x));
    }
    size_t      index = ds_outcome_find(axis->outcome);
    const char *unit = index < ds_outcome_count() ? ds_outcome_at(index)->unit : "";
    bool        money = strncmp(unit, "USD", 3) == 0 && strcmp(unit, "USD/Mtok") != 0;
    axis->scale = money ? ds_scale_of_money(largest) : ds_scale_one;
    axis->is_saving = strncmp(axis->outcome, "saving", 6) == 0;
    snprintf(axis->title, sizeof axis->title, "%s of %s%s%s%s%s%s", median ? "Median" : "Mean",
             axis->outcome, unit[0] != '\0' ? ", " : "", money ? "USD" : unit,
             axis->scale.suffix[0] != '\0' ? " " : "", axis->scale.suffix,
             money ? unit + 3 : "");
    return DS_OK;
}

bool ds_plot_is_logarithmic(const ds_csv *table, size_t column)
{
    double values[3];
    size_t count = 0;
    for (size_t row = 1; row < table->rows && count < 3; row++) {
        double x = ds_csv_value(table, row, column);
        if (count == 0 || x != values[count - 1])
            values[count++] = x;
    }
    if (count < 3 || !(values[0] > 0) || !(values[1] > 0) || !(values[2] > 0))
        return false;
    double ratio = values[1] / values[0] / (values[2] / values[1]);
    return fabs(ratio - 1) < 1e-6;
}
