/* cubic_table.h -- a monotone cubic through knots at equal distances, read at a place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CUBIC_TABLE_H
#define DS_CUBIC_TABLE_H

/* Between knots k and k + 1 at place k + s; slopes are per knot distance.  Places outside
 * 0 .. count - 1 are at its ends. */
static inline double ds_cubic_at(int count, const double *knots, const double *slopes,
                                 double place)
{
    /* the first select also catches a NAN, which must not become an index */
    const double inside = place > 0.0 ? place : 0.0;
    const double at = inside < count - 1 ? inside : count - 1;
    const int whole = (int)at;
    const int k = whole < count - 2 ? whole : count - 2;
    const double s = at - (double)k;
    const double rise = knots[k + 1] - knots[k];
    const double d0 = slopes[k], d1 = slopes[k + 1];
    const double square = (3.0 * rise - 2.0 * d0) - d1;
    const double cube = (d0 + d1) - 2.0 * rise;
    return knots[k] + s * (d0 + s * (square + s * cube));
}

#endif
