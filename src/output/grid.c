/* grid.c -- see grid.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/grid.h"

#include <stdint.h>
#include <stdlib.h>

enum { GAP = 2, NAME_LEAST = 10, NAME_MOST = 28 }; /* [columns of the terminal] */

bool ds_grid_init(ds_grid *grid, size_t rows, size_t columns)
{
    *grid = (ds_grid){ .rows = rows, .columns = columns };
    grid->heads = calloc(columns, sizeof *grid->heads);
    if (rows < SIZE_MAX / columns)
        grid->cells = calloc(rows * columns + 1, sizeof *grid->cells);
    if (grid->heads == NULL || grid->cells == NULL) {
        ds_grid_release(grid);
        return false;
    }
    return true;
}

void ds_grid_release(ds_grid *grid)
{
    free(grid->heads);
    free(grid->cells);
    *grid = (ds_grid){ 0 };
}

char *ds_grid_cell(ds_grid *grid, size_t row, size_t column)
{
    return grid->cells[row * grid->columns + column];
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t column_width(ds_grid *grid, size_t column)
{
    size_t width = larger(ds_text_width(grid->heads[column].title),
                          ds_text_width(grid->heads[column].unit));
    for (size_t row = 0; row < grid->rows; row++)
        width = larger(width, ds_text_width(ds_grid_cell(grid, row, column)));
    return width;
}

/* Width of columns [first, last), with the gap before each. */
static size_t span_width(ds_grid *grid, size_t first, size_t last)
{
    size_t width = 0;
    for (size_t column = first; column < last; column++)
        width += GAP + column_width(grid, column);
    return width;
}

static size_t group_end(const ds_grid *grid, size_t first)
{
    size_t end = first + 1;
    while (end < grid->columns && grid->heads[end].group == grid->heads[first].group)
        end++;
    return end;
}

/* One past the last column of the block that starts at `first`. */
static size_t block_end(ds_grid *grid, size_t first, size_t room)
{
    size_t end = first;
    while (end < grid->columns) {
        size_t next = group_end(grid, end);
        if (span_width(grid, first, next) > room)
            break;
        end = next;
    }
    if (end > first)
        return end;
    for (end = first + 1; end < grid->columns; end++) /* a group wider than a line */
        if (grid->heads[end].group != grid->heads[first].group ||
            span_width(grid, first, end + 1) > room)
            break;
    return end;
}

static void print_head(FILE *file, ds_grid *grid, size_t name, size_t first, size_t end, bool unit)
{
    ds_text_pad(file, unit ? grid->heads[0].unit : grid->heads[0].title, name, false);
    for (size_t column = first; column < end; column++) {
        ds_grid_column *head = &grid->heads[column];
        ds_text_pad(file, unit ? head->unit : head->title, GAP + column_width(grid, column), true);
    }
    putc('\n', file);
}

static bool has_units(const ds_grid *grid)
{
    bool any = false;
    for (size_t column = 0; column < grid->columns; column++)
        any = any || grid->heads[column].unit[0] != '\0';
    return any;
}

static void print_block(FILE *file, ds_grid *grid, const ds_style *style, size_t name,
                        size_t first, size_t end)
{
    fputs(ds_style_code(style, DS_STYLE_BOLD), file);
    print_head(file, grid, name, first, end, false);
    fputs(ds_style_code(style, DS_STYLE_PLAIN), file);
    if (has_units(grid)) {
        fputs(ds_style_code(style, DS_STYLE_DIM), file);
        print_head(file, grid, name, first, end, true);
        fputs(ds_style_code(style, DS_STYLE_PLAIN), file);
    }
    for (size_t row = 0; row < grid->rows; row++) {
        ds_text_pad(file, ds_grid_cell(grid, row, 0), name, false);
        for (size_t column = first; column < end; column++)
            ds_text_pad(file, ds_grid_cell(grid, row, column), GAP + column_width(grid, column),
                        true);
        putc('\n', file);
    }
}

/* Names get what the widest group leaves, within limits. */
static size_t fit_names(ds_grid *grid, const ds_style *style)
{
    size_t widest = 0;
    for (size_t first = 1; first < grid->columns; first = group_end(grid, first))
        widest = larger(widest, span_width(grid, first, group_end(grid, first)));
    size_t room = style->width > widest + NAME_LEAST ? style->width - widest : NAME_LEAST;
    if (room > NAME_MOST)
        room = NAME_MOST;
    for (size_t row = 0; row < grid->rows; row++)
        ds_text_fit(ds_grid_cell(grid, row, 0), room, style->utf8);
    return column_width(grid, 0);
}

void ds_grid_print(FILE *file, ds_grid *grid, const ds_style *style)
{
    size_t name = fit_names(grid, style);
    size_t room = style->width > name ? style->width - name : 0;
    for (size_t first = 1; first < grid->columns;) {
        size_t end = block_end(grid, first, room);
        if (first > 1)
            putc('\n', file);
        print_block(file, grid, style, name, first, end);
        first = end;
    }
}
