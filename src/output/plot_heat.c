/* plot_heat.c -- an outcome over two swept parameters: one panel for each
 * strategy, colour for the value, a black line where a saving is zero.  See
 * plot.h.
 *
 * The line is found triangle by triangle with linear interpolation between grid
 * points (in the logarithm of a parameter that is spaced so).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/file.h"
#include "output/plot_kinds.h"
#include "output/plot_script.h"

/* The distinct values of one parameter, ascending. */
typedef struct {
    double *values;
    size_t  count;
    bool    logarithmic;
} ds_grid_axis;

typedef struct {
    ds_grid_axis axes[2];
    double      *cells; /* [x][y], NAN where there is no row */
    double       largest, smallest;
} ds_heat;

static int ascending(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static bool read_axis(const ds_csv *table, size_t column, ds_grid_axis *axis)
{
    axis->values = malloc(table->rows * sizeof *axis->values);
    if (axis->values == NULL)
        return false;
    for (size_t row = 1; row < table->rows; row++) {
        double value = ds_csv_value(table, row, column);
        if (isfinite(value))
            axis->values[axis->count++] = value;
    }
    qsort(axis->values, axis->count, sizeof *axis->values, ascending);
    size_t distinct = 0;
    for (size_t i = 0; i < axis->count; i++)
        if (distinct == 0 || axis->values[i] != axis->values[distinct - 1])
            axis->values[distinct++] = axis->values[i];
    axis->count = distinct;
    axis->logarithmic = axis->count >= 3 && axis->values[0] > 0 &&
                        fabs(axis->values[1] / axis->values[0] /
                             (axis->values[2] / axis->values[1]) - 1) < 1e-6;
    return true;
}

static void release(ds_heat *heat)
{
    free(heat->axes[0].values);
    free(heat->axes[1].values);
    free(heat->cells);
}

/* Has the first strategy a row for each cell? */
static bool is_full(const ds_plot *plot, size_t cells)
{
    const size_t strategy = ds_csv_column(plot->table, "strategy");
    size_t       rows = 0;
    for (size_t row = 1; row < plot->table->rows; row++)
        rows += ds_plot_is(plot->table, row, strategy, ds_csv_field(plot->table, 1, strategy));
    return rows >= cells;
}

static ds_code prepare(const ds_plot *plot, const ds_plot_axis *outcome, ds_heat *heat,
                       ds_error *err)
{
    *heat = (ds_heat){ 0 };
    bool   ok = read_axis(plot->table, 0, &heat->axes[0]) &&
              read_axis(plot->table, 1, &heat->axes[1]);
    size_t nx = heat->axes[0].count, ny = heat->axes[1].count;
    if (ok && ny > 0 && nx <= ((size_t)1 << 24) / ny)
        heat->cells = malloc((nx * ny + 1) * sizeof *heat->cells);
    if (ok && (nx < 2 || ny < 2 || heat->cells == NULL)) {
        release(heat);
        return ds_output_fail(err, DS_E_IO, plot->source,
                              "a map needs two numbers or more of both parameters");
    }
    if (!ok) {
        release(heat);
        return ds_output_fail(err, DS_E_NOMEM, plot->source, "out of memory");
    }
    if (!is_full(plot, nx * ny)) {
        release(heat);
        return ds_output_fail(err, DS_E_IO, plot->source,
                              "not every value of one parameter was tried with every value of the "
                              "other: no map (of `breakeven', draw breakeven.csv)");
    }
    heat->largest = -(double)INFINITY;
    heat->smallest = (double)INFINITY;
    for (size_t row = 1; row < plot->table->rows; row++) {
        double z = ds_csv_value(plot->table, row, outcome->value) / outcome->scale.divisor;
        if (isfinite(z)) {
            heat->largest = fmax(heat->largest, z);
            heat->smallest = fmin(heat->smallest, z);
        }
    }
    return DS_OK;
}

static size_t index_of(const ds_grid_axis *axis, double value)
{
    size_t i = 0;
    while (i < axis->count && axis->values[i] != value)
        i++;
    return i;
}

/* Fills the cells of a strategy; false when all of them are zero. */
static bool read_cells(const ds_plot *plot, const ds_plot_axis *outcome, ds_heat *heat,
                       const char *name)
{
    size_t strategy = ds_csv_column(plot->table, "strategy");
    bool   something = false;

    for (size_t i = 0; i < heat->axes[0].count * heat->axes[1].count; i++)
        heat->cells[i] = (double)NAN;
    for (size_t row = 1; row < plot->table->rows; row++) {
        if (!ds_plot_is(plot->table, row, strategy, name))
            continue;
        size_t x = index_of(&heat->axes[0], ds_csv_value(plot->table, row, 0));
        size_t y = index_of(&heat->axes[1], ds_csv_value(plot->table, row, 1));
        double z = ds_csv_value(plot->table, row, outcome->value) / outcome->scale.divisor;
        if (x < heat->axes[0].count && y < heat->axes[1].count)
            heat->cells[x * heat->axes[1].count + y] = z;
        something = something || z != 0;
    }
    return something;
}

static double forward(const ds_grid_axis *axis, double value)
{
    return axis->logarithmic ? log(value) : value;
}

static double backward(const ds_grid_axis *axis, double value)
{
    return axis->logarithmic ? exp(value) : value;
}

/* Where the cell of value i begins (side 0) or ends (side 1): half way to its
 * neighbour, and as far beyond the last value. */
static double edge(const ds_grid_axis *axis, size_t i, int side)
{
    size_t from = side == 0 ? (i > 0 ? i - 1 : 0) : (i + 1 < axis->count ? i : i - 1);
    double a = forward(axis, axis->values[from]), b = forward(axis, axis->values[from + 1]);
    bool   outer = side == 0 ? i == 0 : i + 1 == axis->count;
    double half = (b - a) / 2;
    /* A hair of overlap to the right and above, else the page shows between cells. */
    double middle = a + half + (side == 1 ? 0.04 * half : 0);
    return backward(axis, !outer ? middle : side == 0 ? a - half : b + half);
}

static void write_cells(const ds_plot *plot, const ds_heat *heat, size_t series)
{
    const ds_grid_axis *ax = &heat->axes[0], *ay = &heat->axes[1];

    fprintf(plot->file, "$cells%zu << END\n", series);
    for (size_t x = 0; x < ax->count; x++)
        for (size_t y = 0; y < ay->count; y++)
            if (isfinite(heat->cells[x * ay->count + y]))
                fprintf(plot->file, "%.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", ax->values[x],
                        ay->values[y], edge(ax, x, 0), edge(ax, x, 1), edge(ay, y, 0),
                        edge(ay, y, 1), heat->cells[x * ay->count + y]);
    fputs("END\n", plot->file);
}

/* Corners of a triangle: x, y in the spacing of the axes, and the value. */
typedef struct {
    double x, y, z;
} ds_corner;

static void write_crossing(const ds_plot *plot, const ds_heat *heat, const ds_corner corner[3])
{
    size_t found = 0;
    double ends[3][2];

    for (size_t i = 0; i < 3; i++) {
        const ds_corner *a = &corner[i], *b = &corner[(i + 1) % 3];
        if (!((a->z < 0) != (b->z < 0)))
            continue;
        double share = a->z / (a->z - b->z);
        ends[found][0] = backward(&heat->axes[0], a->x + share * (b->x - a->x));
        ends[found++][1] = backward(&heat->axes[1], a->y + share * (b->y - a->y));
    }
    if (found == 2)
        fprintf(plot->file, "%.9g %.9g\n%.9g %.9g\n\n", ends[0][0], ends[0][1], ends[1][0],
                ends[1][1]);
}

static void write_zero_line(const ds_plot *plot, const ds_heat *heat, size_t series)
{
    const ds_grid_axis *ax = &heat->axes[0], *ay = &heat->axes[1];

    fprintf(plot->file, "$zero%zu << END\n", series);
    for (size_t x = 0; x + 1 < ax->count; x++) {
        for (size_t y = 0; y + 1 < ay->count; y++) {
            ds_corner c[4];
            bool      whole = true;
            for (size_t k = 0; k < 4; k++) {
                size_t i = x + (k & 1), j = y + (k >> 1);
                c[k] = (ds_corner){ forward(ax, ax->values[i]), forward(ay, ay->values[j]),
                                    heat->cells[i * ay->count + j] };
                whole = whole && isfinite(c[k].z);
            }
            if (!whole)
                continue;
            write_crossing(plot, heat, (ds_corner[3]){ c[0], c[1], c[2] });
            write_crossing(plot, heat, (ds_corner[3]){ c[1], c[3], c[2] });
        }
    }
    fputs("NaN NaN\nEND\n", plot->file); /* a block without a line is an error */
}

static void write_frame(const ds_plot *plot, const ds_heat *heat, const ds_plot_axis *outcome)
{
    const char *keys[] = { "x", "y" };
    double      limit = fmax(fabs(heat->largest), fabs(heat->smallest));

    ds_plot_titles(plot, outcome->title,
                   outcome->is_saving ? "against the first strategy; black line: the break-even"
                                      : "every point uses the same futures");
    for (size_t i = 0; i < 2; i++) {
        const ds_grid_axis *axis = &heat->axes[i];
        fprintf(plot->file, "set %srange [%.9g:%.9g]\n%s logscale %s\n", keys[i], edge(axis, 0, 0),
                edge(axis, axis->count - 1, 1), axis->logarithmic ? "set" : "unset", keys[i]);
    }
    if (outcome->is_saving)
        fprintf(plot->file,
                "set palette defined (-1 '%s', 0 '#FFFFFF', 1 '%s')\nset cbrange [%.9g:%.9g]\n",
                DS_PLOT_RED, DS_PLOT_GREEN, -limit, limit);
    else
        fprintf(plot->file, "set palette defined (0 '#F4F8FB', 1 '#0072B2')\n"
                            "set cbrange [%.9g:%.9g]\n",
                heat->smallest, heat->largest > heat->smallest ? heat->largest
                                                               : heat->smallest + 1);
    fputs("set border 3\nunset grid\nset style fill solid noborder\n"
          "set cbtics textcolor rgb '#444444'\nset label 4 ", plot->file);
    ds_plot_quoted(plot, ds_csv_field(plot->table, 0, 0), 90);
    fputs(" at screen 0.48,0.028 center font ',13'\nset label 5 ", plot->file);
    ds_plot_quoted(plot, ds_csv_field(plot->table, 0, 1), 60);
    fputs(" at screen 0.018,0.45 center rotate by 90 font ',13'\n", plot->file);
}

static void write_panel(const ds_plot *plot, const ds_heat *heat, const ds_plot_panels *panels,
                        size_t i, const char *name, bool with_zero)
{
    ds_plot_panel panel = ds_plot_place(plot->file, panels, i);

    const ds_grid_axis *ax = &heat->axes[0], *ay = &heat->axes[1];

    /* numbers at the outer panels only */
    ds_plot_tics(plot->file, "x", edge(ax, 0, 0), edge(ax, ax->count - 1, 1), ax->logarithmic,
                 panels->across > 2 ? 5 : 7, panel.is_lowest);
    ds_plot_tics(plot->file, "y", edge(ay, 0, 0), edge(ay, ay->count - 1, 1), ay->logarithmic, 7,
                 panel.is_leftmost);
    fputs("set label 3 ", plot->file);
    ds_plot_name(plot, name, (size_t)(panel.width * DS_PLOT_WIDTH / 9));
    fprintf(plot->file, " at screen %.4f,%.4f left font ',14' textcolor rgb '#111111'\n",
            panel.left, panel.top + 0.03);
    if (i == 0)
        fputs("set colorbox user origin screen 0.91,0.12 size screen 0.018,0.70\n", plot->file);
    fprintf(plot->file, "plot $cells%zu using 1:2:3:4:5:6:7 with boxxyerror fillcolor palette "
                        "fillstyle solid noborder", i);
    if (with_zero)
        fprintf(plot->file, ", \\\n     $zero%zu using 1:2 with lines linewidth 2 "
                            "linecolor rgb '#000000'", i);
    fputs("\nunset label 1\nunset label 2\nunset label 4\nunset label 5\nunset colorbox\n",
          plot->file);
}

ds_code ds_plot_heat(const ds_plot *plot, ds_error *err)
{
    ds_plot_axis outcome;
    ds_heat      heat;
    const char  *names[DS_PLOT_SERIES], *drawn[DS_PLOT_SERIES];
    size_t       panels = 0;

    ds_code code = ds_plot_outcome(plot, &outcome, err);
    if (code == DS_OK)
        code = prepare(plot, &outcome, &heat, err);
    if (code != DS_OK)
        return code;
    size_t count = ds_plot_names(plot->table, ds_csv_column(plot->table, "strategy"), names);
    ds_plot_begin(plot);
    for (size_t i = 0; i < count; i++) {
        /* the baseline saves nothing against itself everywhere */
        if (!read_cells(plot, &outcome, &heat, names[i]) && outcome.is_saving)
            continue;
        write_cells(plot, &heat, panels);
        if (outcome.is_saving)
            write_zero_line(plot, &heat, panels);
        drawn[panels++] = names[i];
    }
    ds_plot_panels layout = ds_plot_lay_out(panels, 0.89);
    write_frame(plot, &heat, &outcome);
    layout.left = 0.085;
    layout.bottom = 0.12;
    fputs("set multiplot\n", plot->file);
    for (size_t i = 0; i < panels; i++)
        write_panel(plot, &heat, &layout, i, drawn[i], outcome.is_saving);
    fputs("unset multiplot\nunset output\n", plot->file);
    release(&heat);
    return DS_OK;
}
