/* plot_script.h -- what the scripts of all pictures share.
 *
 * Pictures are 1000 x 600 points.  Colours are those of Okabe and Ito (2008),
 * which people with colour blindness can tell apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PLOT_SCRIPT_H
#define DS_PLOT_SCRIPT_H

#include "output/number.h"
#include "output/plot.h"

enum { DS_PLOT_WIDTH = 1000, DS_PLOT_HEIGHT = 600, DS_PLOT_SERIES = 12, DS_PLOT_SCREEN = -1 };

#define DS_PLOT_GREY "#555555"
#define DS_PLOT_RED "#D55E00"   /* costs more */
#define DS_PLOT_GREEN "#009E73" /* saves      */

/* Terminal, output, fonts, borders. */
void ds_plot_begin(const ds_plot *plot);
/* A text between single quotes, harmless, cut to so many columns; of a name also the end
 * stays, by which names often differ. */
void ds_plot_name(const ds_plot *plot, const char *name, size_t columns);
void ds_plot_quoted(const ds_plot *plot, const char *text, size_t columns);
/* A number that gnuplot reads; "NaN" for what is not finite. */
void ds_plot_number(FILE *file, double value);
/* Colour of series i; the first one, the baseline, is grey. */
const char *ds_plot_colour(size_t i);
/* Title and, below it, an explanation; both at the top left. */
void ds_plot_titles(const ds_plot *plot, const char *title, const char *explanation);

/* The distinct texts of a column in order of appearance, at most DS_PLOT_SERIES. */
size_t ds_plot_names(const ds_csv *table, size_t column, const char *names[DS_PLOT_SERIES]);
bool   ds_plot_is(const ds_csv *table, size_t row, size_t column, const char *name);
/* Finds columns by name; DS_E_IO when one is missing. */
DS_MUST_CHECK ds_code ds_plot_columns(const ds_plot *plot, const char *const *names, size_t count,
                                      size_t *columns, ds_error *err);

/* 1, 2 or 5 times a power of ten, so that about `tics` of them span the range. */
double ds_plot_step(double range, size_t tics);
/* Tics of an axis ("x", "y"), about `room` of them, labelled like 20 k, 0.5, 3 bn. */
void   ds_plot_tics(FILE *file, const char *axis, double low, double high, bool logarithmic,
                    size_t room, bool labels);
/* A field that is a number, or a month "2027-03" as months since the year 0 (then *month). */
double ds_plot_value(const ds_csv *table, size_t row, size_t column, bool *month);
/* Tics of an axis in such months, at most `room` of them, labelled like 2027-03. */
void   ds_plot_month_tics(FILE *file, const char *axis, double low, double high, size_t room);
/* Moves labels apart: positions at least `gap` from each other, in the same
 * order, within [low, high] if there is room; each as near as it was. */
void   ds_plot_spread(double *positions, size_t count, double gap, double low, double high);

/* Panels in a grid, as shares of the picture; `right` leaves room beside them. */
typedef struct {
    size_t count, across, down;
    double left, right, top, bottom, gap_across, gap_down;
} ds_plot_panels;
typedef struct {
    double left, top, width, height;
    bool   is_leftmost, is_lowest; /* nothing beside it, nothing below it */
} ds_plot_panel;
ds_plot_panels ds_plot_lay_out(size_t count, double right);
/* Sets the margins to those of panel i. */
ds_plot_panel  ds_plot_place(FILE *file, const ds_plot_panels *panels, size_t i);

/* How an outcome of a sweep is drawn. */
typedef struct {
    char     outcome[64], title[128];
    size_t   value, se; /* columns; se may be table->columns for none */
    ds_scale scale;
    bool     is_saving;
} ds_plot_axis;
DS_MUST_CHECK ds_code ds_plot_outcome(const ds_plot *plot, ds_plot_axis *axis, ds_error *err);
/* Are the values of a column of a sweep spaced in the logarithm? */
bool ds_plot_is_logarithmic(const ds_csv *table, size_t column);

#endif
