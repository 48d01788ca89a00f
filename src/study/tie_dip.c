/* tie_dip.c -- values between those of the grid at which the excess comes near zero.
 *
 * Where the excess of a value of the grid is nearer to zero than those of its neighbours, all
 * of one sign, the function may dip through zero and back between them, which no sign shows.
 * The vertex of the parabola through the three is tried, and becomes a value of the grid, as
 * long as the parabola comes near zero.
 *
 * Called by tie_search.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "study/tie.h"

enum { TRIES = 6 };

static const double near_zero = 4.0; /* standard errors                              */
static const double nearer = 0.25;   /* of the excess at the value that is nearest    */
static const double moved = 1e-3;    /* of the width: less is no news                 */

static double excess_of(const ds_tie_search *s, size_t i)
{
    return ds_tie_known(s, s->grid[i])->excess.value;
}

/* Is value i of the grid nearer to zero than both neighbours, on the same side of it? */
static bool is_dip(const ds_tie_search *s, size_t i)
{
    if (i == 0 || i + 1 >= s->grid_count) {
        return false;
    }
    const double a = excess_of(s, i - 1), b = excess_of(s, i), c = excess_of(s, i + 1);

    return a * b > 0.0 && b * c > 0.0 && fabs(b) < fabs(a) && fabs(b) <= fabs(c);
}

/* Vertex of the parabola at values i - 1, i, i + 1; false when it is not near zero. */
static bool vertex(const ds_tie_search *s, size_t i, double *place)
{
    double x[3], y[3];

    for (size_t k = 0; k < 3; k++) {
        x[k] = ds_tie_place(s, s->grid[i - 1 + k]);
        y[k] = excess_of(s, i - 1 + k);
    }
    const double slope = (y[1] - y[0]) / (x[1] - x[0]);
    const double bend = ((y[2] - y[1]) / (x[2] - x[1]) - slope) / (x[2] - x[0]);
    *place = 0.5 * (x[0] + x[1]) - 0.5 * slope / bend;
    const double lowest =
        y[0] + slope * (*place - x[0]) + bend * (*place - x[0]) * (*place - x[1]);
    const double error = ds_tie_known(s, s->grid[i])->excess.se;
    const double enough = fmax(near_zero * (isfinite(error) ? error : 0.0), nearer * fabs(y[1]));

    return *place > x[0] && *place < x[2] && fabs(*place - x[1]) > moved * (x[2] - x[0]) &&
           (y[1] > 0.0 ? lowest : -lowest) < enough;
}

/* Puts a value into the grid; its place, or grid_count when it is there already. */
static size_t insert(ds_tie_search *s, double value)
{
    size_t at = 0;

    while (at < s->grid_count && s->grid[at] < value) {
        at++;
    }
    if (at < s->grid_count && s->grid[at] == value) {
        return s->grid_count;
    }
    memmove(s->grid + at + 1, s->grid + at, (s->grid_count - at) * sizeof *s->grid);
    s->grid[at] = value;
    s->grid_count++;
    return at;
}

/* Looks about value i of the grid, which has room for TRIES more. */
static ds_code look(ds_tie_search *s, size_t i, ds_error *err)
{
    for (int k = 0; k < TRIES && is_dip(s, i); k++) {
        ds_breakeven_point p;
        double place;
        if (!vertex(s, i, &place)) {
            return DS_OK;
        }
        const double value = ds_tie_value(s, place);
        const ds_code code = ds_tie_try(s, value, s->problem.scan_paths, &p, err);
        if (code != DS_OK) {
            return code;
        }
        const size_t at = insert(s, value);
        if (at >= s->grid_count) {
            return DS_OK;
        }
        i = at <= i ? i + 1 : i;
        i = is_dip(s, at) ? at : i;
    }
    return DS_OK;
}

ds_code ds_tie_dips(ds_tie_search *s, ds_error *err)
{
    ds_code code = DS_OK;

    for (size_t i = 1; code == DS_OK && i + 1 < s->grid_count; i++) {
        if (!is_dip(s, i)) {
            continue;
        }
        const size_t before = s->grid_count;
        double *more = realloc(s->grid, (before + TRIES) * sizeof *more);
        if (more == NULL) {
            return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
        }
        s->grid = more;
        code = look(s, i, err);
        i += s->grid_count - before; /* none of the new ones again */
    }
    return code;
}
