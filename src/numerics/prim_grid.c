/* prim_grid.c -- columns of numbers as bins: see prim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/prim.h"

#include <stdlib.h>
#include <string.h>

#include "numerics/sort.h"

/* Last row of the bin that begins at `first`, of sorted values: about `step` rows, of which
 * equal ones are never apart; a value that has a step of its own is alone. */
static size_t bin_end(const double *sorted, size_t rows, size_t first, double step)
{
    const size_t room = (size_t)step > 1 ? (size_t)step : 1;
    const size_t end = first + room - 1 < rows ? first + room - 1 : rows - 1;
    size_t begin = end, last = end;
    while (begin > first && sorted[begin - 1] == sorted[end])
        begin--;
    while (last + 1 < rows && sorted[last + 1] == sorted[end])
        last++;
    return last + 1 - begin >= room && begin > first ? begin - 1 : last;
}

static size_t count_distinct(const double *sorted, size_t rows, size_t most)
{
    size_t count = rows > 0 ? 1 : 0;
    for (size_t i = 1; i < rows && count <= most; i++)
        count += sorted[i] != sorted[i - 1];
    return count;
}

static bool cut(const double *sorted, size_t rows, ds_prim_column *c)
{
    const size_t distinct = count_distinct(sorted, rows, DS_PRIM_BINS);
    const double step = distinct <= DS_PRIM_BINS ? 1 : (double)rows / DS_PRIM_BINS;
    const size_t room = distinct <= DS_PRIM_BINS ? distinct : (size_t)DS_PRIM_BINS_MOST;

    c->by_value = distinct <= DS_PRIM_VALUES;
    c->least = malloc((3 * room + 1) * sizeof *c->least);
    if (c->least == NULL)
        return false;
    c->most = c->least + room;
    c->below = c->most + room;
    for (size_t first = 0; first < rows && c->bins < room; c->bins++) {
        const size_t end = bin_end(sorted, rows, first, step);
        c->least[c->bins] = sorted[first];
        c->most[c->bins] = sorted[end];
        c->below[c->bins] = (double)first / (double)rows;
        first = end + 1;
    }
    return true;
}

static uint16_t bin_of(const ds_prim_column *c, double x)
{
    size_t low = 0, high = c->bins - 1; /* the first whose most is not below x */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (c->most[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint16_t)low;
}

bool ds_prim_grid_make(size_t rows, size_t columns, const double *const *values,
                       ds_prim_grid *grid)
{
    *grid = (ds_prim_grid){.rows = rows, .columns = columns};
    double *sorted = malloc((rows + 1) * sizeof *sorted);
    grid->column = calloc(columns + 1, sizeof *grid->column);
    grid->bin = malloc((rows * columns + 1) * sizeof *grid->bin);
    bool fine = sorted != NULL && grid->column != NULL && grid->bin != NULL;
    for (size_t c = 0; fine && c < columns; c++) {
        memcpy(sorted, values[c], rows * sizeof *sorted);
        for (size_t i = 0; i < rows; i++)
            sorted[i] += 0.0; /* -0 is 0 */
        ds_sort(rows, sorted);
        fine = cut(sorted, rows, &grid->column[c]);
        for (size_t i = 0; fine && i < rows; i++)
            grid->bin[c * rows + i] = bin_of(&grid->column[c], values[c][i]);
    }
    free(sorted);
    if (!fine)
        ds_prim_grid_release(grid);
    return fine;
}

void ds_prim_grid_release(ds_prim_grid *grid)
{
    for (size_t c = 0; grid->column != NULL && c < grid->columns; c++)
        free(grid->column[c].least);
    free(grid->column);
    free(grid->bin);
    *grid = (ds_prim_grid){0};
}
