/* plot_kinds.c -- the kinds of pictures, one row each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/plot_kinds.h"

static bool is_sweep(const ds_csv *table)
{
    return ds_plot_parameters(table) == 1;
}

static bool is_grid(const ds_csv *table)
{
    return ds_plot_parameters(table) == 2;
}

/* A table is drawn by the first kind that it is of. */
static const ds_plot_kind kinds[] = {
    {"fan", "monthly.csv", "monthly bills", "a directory of `run --out'", NULL, ds_plot_fan},
    {"saving", "saving.csv", "distribution of the saving", "a directory of `run --out'", NULL,
     ds_plot_saving},
    {"frontier", NULL, "break-evens over a second quantity", "break-evens", ds_plot_is_frontier,
     ds_plot_frontier},
    {"acceptability", NULL, "probability of being best, of choice --vary", "a choice over values",
     ds_plot_is_acceptability, ds_plot_acceptability},
    {"trade", NULL, "coverage and density, of discover", "a trajectory of discover",
     ds_plot_is_trade, ds_plot_trade},
    {"sensitivity", NULL, "bars of what drives an answer", "what drives an answer",
     ds_plot_is_sensitivity, ds_plot_sensitivity},
    {"information", NULL, "what is worth finding out", "information", ds_plot_is_information,
     ds_plot_information},
    {"pilot", NULL, "worth of a pilot over its size", "a pilot", ds_plot_is_pilot, ds_plot_pilot},
    {"timing", NULL, "saving by month of the start, and when a rule starts, of timing",
     "the months of timing", ds_plot_is_timing, ds_plot_timing},
    {"sweep", NULL, "lines over one parameter", "a sweep of 1 parameter", is_sweep, ds_plot_sweep},
    {"heat", NULL, "map over two parameters", "a sweep of 2 parameters", is_grid, ds_plot_heat},
};

const ds_plot_kind *ds_plot_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}
