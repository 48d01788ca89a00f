/* tally.h -- mean and spread of many cells, block by block.
 *
 * Used by the engine only: a worker makes the tally of a block, the tallies of all
 * blocks are merged in block order, so that the sum is the same whoever made them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TALLY_H
#define DS_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "numerics/groups.h"

/* Mean and sum of squared deviations of one cell; the count is kept beside. */
typedef struct {
    double mean, m2;
} ds_cell;

/* Of count values, 1 or more.  A value that is not finite makes m2 not finite. */
ds_cell ds_cell_of(size_t count, const double *x);
/* Adds cells made of `count` values each to those made of `total_count`. */
void    ds_cells_merge(size_t cells, ds_cell *total, uint64_t total_count,
                       const ds_cell *block, uint64_t count);
/* n - 1 below; NAN when count < 2. */
double  ds_cell_sd(ds_cell cell, uint64_t count);
double  ds_cell_mean_se(ds_cell cell, uint64_t count);

/* ---- Sums over groups of paths, for errors ------------------------------------ */

/* Pairs: cells of the means of neighbours.  Modulo: sums over at most DS_TALLY_PARTS
 * parts, part (k mod modulus) mod parts of path k: groups put together are groups. */
enum { DS_TALLY_PARTS = 256 };
size_t  ds_tally_parts(const ds_groups *g); /* 0 but of modulo                    */
/* Of count values, an even number. */
ds_cell ds_pair_cell_of(size_t count, const double *x);
void    ds_part_sums_of(const ds_groups *g, uint64_t first, size_t count, const double *x,
                        double *sums);
/* Standard error of the mean of count values from the sums of the parts; NAN when there
 * are fewer than 2. */
double  ds_part_sums_se(const ds_groups *g, const double *sums, double mean, uint64_t count);

#endif
