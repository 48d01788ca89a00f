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

/* ---- Groups -------------------------------------------------------------------- */

size_t ds_tally_parts(const ds_groups *g)
{
    if (g->kind != DS_GROUPS_MODULO) {
        return 0;
    }
    return g->modulus < DS_TALLY_PARTS ? (size_t)g->modulus : DS_TALLY_PARTS;
}

ds_cell ds_pair_cell_of(size_t count, const double *x)
{
    ds_cell cell = {x[0], 0.0};
    double n = 0.0;

    for (size_t i = 0; i + 1 < count; i += 2) {
        const double delta = 0.5 * (x[i] + x[i + 1]) - cell.mean;
        n += 1.0;
        cell.mean += delta / n;
        cell.m2 += delta * delta * (n - 1.0) / n;
    }
    return cell;
}

void ds_part_sums_of(const ds_groups *g, uint64_t first, size_t count, const double *x,
                     double *sums)
{
    const size_t parts = ds_tally_parts(g);
    uint64_t group = first % g->modulus;

    for (size_t i = 0; i < parts; i++) {
        sums[i] = 0.0;
    }
    for (size_t i = 0; i < count; i++) {
        sums[group % parts] += x[i];
        group = group + 1 == g->modulus ? 0 : group + 1;
    }
}

double ds_part_sums_se(const ds_groups *g, const double *sums, double mean, uint64_t count)
{
    const uint64_t groups = ds_groups_count(g, count);
    double weight[DS_TALLY_PARTS] = {0}, squares = 0.0;
    size_t parts = ds_tally_parts(g);

    parts = groups < parts ? (size_t)groups : parts;
    for (uint64_t i = 0; i < groups; i++) {
        weight[i % parts] += (double)(count / g->modulus + (i < count % g->modulus ? 1 : 0));
    }
    for (size_t i = 0; i < parts; i++) {
        const double sum = sums[i] - weight[i] * mean;
        squares += sum * sum;
    }
    return parts < 2 ? (double)NAN
                     : sqrt(squares * (double)parts / ((double)parts - 1.0)) / (double)count;
}
