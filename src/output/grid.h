/* grid.h -- a table of text cells that fits the width of a terminal.
 *
 * The first column names the row.  Columns that do not fit beside it go into a
 * further block below, under the same row names; a group of columns that belong
 * together is not torn apart unless it is wider than a line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_GRID_H
#define DS_GRID_H

#include "output/text.h"

enum { DS_CELL_TEXT = 64 };

typedef struct {
    char title[DS_CELL_TEXT], unit[DS_CELL_TEXT];
    int  group;
} ds_grid_column;

typedef struct {
    size_t          rows, columns;
    ds_grid_column *heads; /* [columns]                    */
    char (*cells)[DS_CELL_TEXT]; /* [rows][columns], clean text  */
} ds_grid;

/* false without memory */
bool  ds_grid_init(ds_grid *grid, size_t rows, size_t columns);
void  ds_grid_release(ds_grid *grid);
char *ds_grid_cell(ds_grid *grid, size_t row, size_t column); /* DS_CELL_TEXT bytes */
/* Cuts row names where needed, and prints. */
void  ds_grid_print(FILE *file, ds_grid *grid, const ds_style *style);

#endif
