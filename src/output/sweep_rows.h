/* sweep_rows.h -- the results of a sweep, one row for each point and strategy.
 *
 * Columns of the CSV: the swept pointers, `strategy`, and for each outcome NAME
 *   NAME_mean NAME_mean_se NAME_p05 NAME_p05_se NAME_p50 NAME_p50_se
 *   NAME_p95 NAME_p95_se NAME_share_positive NAME_share_undefined
 * and of savings, with crossings, NAME_break_even NAME_break_even_se: see crossings.h.
 * NDJSON: {"parameters":{POINTER: value, …},"strategy":…,"outcomes":{NAME:{…}}}.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SWEEP_ROWS_H
#define DS_SWEEP_ROWS_H

#include <stdio.h>

#include "output/crossings.h"

/* What is printed of every point. */
typedef struct {
    const char *const *pointers; /* [axes]                         */
    size_t             axes;
    const size_t      *outcomes; /* indices, [outcome_count]       */
    size_t             outcome_count;
    const size_t      *strategies; /* indices, [strategy_count]    */
    size_t             strategy_count;
    const ds_crossings *crossings; /* NULL: none are looked for    */
} ds_sweep_layout;

void ds_sweep_csv_header(FILE *file, const ds_sweep_layout *layout);
void ds_sweep_csv_rows(FILE *file, const ds_sweep_layout *layout, const ds_sweep_point *point);
void ds_sweep_ndjson_rows(FILE *file, const ds_sweep_layout *layout, const ds_sweep_point *point);

#endif
