/* tally.c -- mean and spread of many cells, block by block.
 *
 * Two passes over a block (mean, then squared deviations), merged as Chan, Golub &
 * LeVeque (1983).  Sums run in eight fixed lanes joined in a fixed tree, so that
 * they vectorise and still have one order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tally.h"

#include <math.h>

enum { SUM_LANES = 8 };

static double lane_total(const double lane[SUM_LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

ds_cell ds_cell_of(size_t count, const double *x)
{
    double sum[SUM_LANES] = {0}, squares[SUM_LANES] = {0};
    const size_t whole = count - count % SUM_LANES;

    /* about the first value, so that equal values have a spread of exactly 0 */
    for (size_t i = 0; i < whole; i += SUM_LANES) {
        for (size_t k = 0; k < SUM_LANES; k++) {
            sum[k] += x[i + k] - x[0];
        }
    }
    for (size_t i = whole; i < count; i++) {
        sum[i - whole] += x[i] - x[0];
    }
    const double mean = x[0] + lane_total(sum) / (double)count;
    for (size_t i = 0; i < whole; i += SUM_LANES) {
        for (size_t k = 0; k < SUM_LANES; k++) {
            const double d = x[i + k] - mean;
            squares[k] += d * d;
        }
    }
    for (size_t i = whole; i < count; i++) {
        const double d = x[i] - mean;
        squares[i - whole] += d * d;
    }
    return (ds_cell){.mean = mean, .m2 = lane_total(squares)};
}

void ds_cells_merge(size_t cells, ds_cell *total, uint64_t total_count, const ds_cell *block,
                    uint64_t count)
{
    const double na = (double)total_count, nb = (double)count;
    const double share = nb / (na + nb), weight = na * share;

    for (size_t i = 0; i < cells; i++) {
        if (total_count == 0) {
            total[i] = block[i];
            continue;
        }
        const double delta = block[i].mean - total[i].mean;
        total[i].mean += delta * share;
        total[i].m2 += block[i].m2 + delta * delta * weight;
    }
}

double ds_cell_sd(ds_cell cell, uint64_t count)
{
    return count < 2 ? (double)NAN : sqrt(cell.m2 / (double)(count - 1));
}

double ds_cell_mean_se(ds_cell cell, uint64_t count)
{
    return ds_cell_sd(cell, count) / sqrt((double)count);
}
