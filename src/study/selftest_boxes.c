/* selftest_boxes.c -- a box that was planted, to be found again, and the law of its chance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "numerics/prim.h"
#include "study/selftest.h"

enum { SIDE = 32, ROWS = SIDE * SIDE, X_LOW = 8, X_HIGH = 19, Y_LOW = 4, Y_HIGH = 27 };
enum { LOW_X, HIGH_X, LOW_Y, HIGH_Y, COVERAGE, DENSITY };

/* All points of a square of whole numbers; it happens to those from 8 to 19 and from 4 to 27,
 * and to no others.  a: what of the box that is found. */
static double planted(const double *a)
{
    static const ds_prim_options options = { .alpha = 0.05, .objective = DS_PRIM_LEAST_MEAN,
                                             .least_mass = 0.02, .threshold = 0.5,
                                             .most_columns = 2, .worth = 0.03, .z = 3 };
    double        x[ROWS], y[ROWS];
    uint8_t       hit[ROWS], mark[ROWS];
    const double *columns[] = { x, y };
    ds_prim_grid  grid;
    ds_prim_range box[2];

    for (int i = 0; i < ROWS; i++) {
        const int at_x = i % SIDE, at_y = i / SIDE;
        x[i] = at_x;
        y[i] = at_y;
        mark[i] = 1;
        hit[i] = at_x >= X_LOW && at_x <= X_HIGH && at_y >= Y_LOW && at_y <= Y_HIGH;
    }
    if (!ds_prim_grid_make(ROWS, 2, columns, &grid))
        return (double)NAN;
    double out = (double)NAN;
    if (ds_prim_find(&grid, hit, mark, &options, box, NULL)) {
        const ds_prim_tally in = ds_prim_count(&grid, hit, mark, box);
        const double        found[] = {
            [LOW_X] = grid.column[0].least[box[0].low], [HIGH_X] = grid.column[0].most[box[0].high],
            [LOW_Y] = grid.column[1].least[box[1].low], [HIGH_Y] = grid.column[1].most[box[1].high],
            [COVERAGE] = (double)in.hits / ((X_HIGH - X_LOW + 1) * (Y_HIGH - Y_LOW + 1)),
            [DENSITY] = (double)in.hits / (double)in.rows,
        };
        out = found[(int)a[0]];
    }
    ds_prim_grid_release(&grid);
    return out;
}

/* 8 or more of 10 heads. */
static double chance(const double *a)
{
    return ds_prim_quasi_p((ds_prim_tally){ 10, (uint64_t)a[0] }, (ds_prim_tally){ 100, 50 });
}

static const char as_planted[] = "as planted; peeling of Friedman and Fisher 1999";

const ds_selftest_value ds_selftest_box[DS_SELFTEST_BOX] = {
    { "planted box: x from", X_LOW, 0, planted, { LOW_X }, as_planted },
    { "x to", X_HIGH, 0, planted, { HIGH_X }, as_planted },
    { "y from", Y_LOW, 0, planted, { LOW_Y }, as_planted },
    { "y to", Y_HIGH, 0, planted, { HIGH_Y }, as_planted },
    { "coverage", 1, 0, planted, { COVERAGE }, as_planted },
    { "density", 1, 0, planted, { DENSITY }, as_planted },
    { "8 of 10 by chance, of 50 in 100", 56.0 / 1024, 1e-12, chance, { 8 },
      "binomial tail; Bryant and Lempert 2010" },
};
