/* plot.h -- pictures of what `run --out`, `sweep` and `breakeven` wrote, drawn by gnuplot.
 *
 * A picture is made in two steps.  First a gnuplot script is written beside the
 * data; it holds the numbers that it draws, names no file but its picture, and
 * so can be kept, changed and run alone.  Then gnuplot runs it.  No shell is
 * involved, and a name from the data cannot leave its quotes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PLOT_H
#define DS_PLOT_H

#include <stdio.h>

#include "distillsim.h"
#include "output/csv.h"

typedef struct {
    FILE         *file;    /* the script                                        */
    const ds_csv *table;   /* what is drawn                                     */
    const char   *source;  /* its name, for messages                            */
    const char   *format;  /* "svg", "png" or "pdf"                             */
    const char   *picture; /* name of the picture, without directories          */
    const char   *outcome; /* of a sweep; NULL: the saving, else the first      */
} ds_plot;

/* A kind of picture. */
typedef struct {
    const char *name;
    const char *table; /* its file in a directory of `run --out`; NULL: any CSV that is_of() */
    const char *help;
    const char *what;  /* "a sweep of one parameter", of which it is drawn        */
    /* Is a table what it is drawn from?  NULL for tables of a directory. */
    bool (*is_of)(const ds_csv *table);
    /* Writes the script.  Fails with DS_E_IO when the table lacks what is to be drawn. */
    ds_code (*write)(const ds_plot *plot, ds_error *err);
} ds_plot_kind;

/* NULL past the end. */
const ds_plot_kind *ds_plot_kind_at(size_t index);

/* Number of swept parameters: the columns before `strategy`; 0 when the table is
 * not of a sweep. */
size_t ds_plot_parameters(const ds_csv *table);

/* Runs gnuplot on a script and writes what it draws to `picture`.  Fails with
 * DS_E_IO: gnuplot is missing, complains, or the file cannot be written. */
DS_MUST_CHECK ds_code ds_gnuplot(const char *script, const char *picture, ds_error *err);

#endif
