/* plot_kinds.h -- what plot_*.c have for the table of plot_kinds.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PLOT_KINDS_H
#define DS_PLOT_KINDS_H

#include "output/plot.h"

ds_code ds_plot_fan(const ds_plot *plot, ds_error *err);
ds_code ds_plot_saving(const ds_plot *plot, ds_error *err);
ds_code ds_plot_sweep(const ds_plot *plot, ds_error *err);
ds_code ds_plot_heat(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_frontier(const ds_csv *table);
ds_code ds_plot_frontier(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_acceptability(const ds_csv *table);
ds_code ds_plot_acceptability(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_trade(const ds_csv *table);
ds_code ds_plot_trade(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_sensitivity(const ds_csv *table);
ds_code ds_plot_sensitivity(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_information(const ds_csv *table);
ds_code ds_plot_information(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_pilot(const ds_csv *table);
ds_code ds_plot_pilot(const ds_plot *plot, ds_error *err);

bool    ds_plot_is_timing(const ds_csv *table);
ds_code ds_plot_timing(const ds_plot *plot, ds_error *err);

#endif
