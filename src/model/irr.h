/* irr.h -- internal rate of return of a monthly flow, and the modified one.
 *
 * With v the discount factor of a month, a rate is a v > 0 with
 * f(v) = sum over t of flow(t) v^t = 0; it is 1/v - 1 per month and v^-12 - 1 per
 * year.  Rates from -87.5 % to 6300 % a month are looked for (1/64 < v < 8): a
 * project that returns more than 64-fold within a month has none worth quoting.
 *
 * A flow has one rate ("unique"), several ("multiple"), or none.  Uniqueness is
 * proved by sign changes where it can be; where it cannot, the sign changes of f
 * over a fixed grid of v are counted, which takes two rates closer than a step of
 * the grid (1 % a year near 0, 3 % a month at 20 % a month) for none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_IRR_H
#define DS_IRR_H

#include <stddef.h>

/* How many doubles `scratch` of ds_irr_lanes() has. */
size_t ds_irr_scratch(size_t months);

/* flows is [month][lanes]; each of the others has `lanes` values.  irr_per_year is
 * NAN unless there is exactly one rate; unique and multiple are 0 or 1. */
void ds_irr_lanes(size_t months, size_t lanes, const double *flows,
                  double *restrict irr_per_year, double *restrict unique,
                  double *restrict multiple, double *restrict scratch);

/* The same for one flow, bit for bit, written to be read.  *root_count (may be
 * NULL) becomes 0, 1, or 2 for several.  NAN unless there is exactly one. */
double ds_irr(size_t months, const double *flows, int *root_count);      /* per year  */
double ds_irr_monthly(size_t months, const double *flows, int *root_count);

/* Modified rate: what is put in is carried at `finance` per month to the first month, what
 * comes out at `reinvest` to the last.  NAN when nothing is put in, or there is one month
 * only; -1 when nothing comes out. */
double ds_mirr_monthly(size_t months, const double *flows, double finance, double reinvest);
/* The same per year, for lanes, with the discount factor `v` of a month of each lane for
 * both. */
void ds_mirr_lanes(size_t months, size_t lanes, const double *flows, const double *v,
                   double *restrict mirr_per_year);

#endif
