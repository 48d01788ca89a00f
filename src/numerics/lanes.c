/* lanes.c -- elementary functions over arrays, in plain IEEE operations.
 *
 * Called by draw.c, the kernel and the studies.  The arithmetic is in
 * lanes_inline.h; here are the loops.  The normal quantile takes two passes: the
 * centre branch for every lane, then the tails (15 % of the lanes, gathered into
 * a short array), so that the logarithm and root are paid only where needed.
 * Each lane goes through the same operations as the one-value form: same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/lanes.h"

#include "numerics/lanes_inline.h"

enum { TILE = 256 };

double ds_exp(double x)
{
    return ds_exp_inline(x);
}

double ds_log(double x)
{
    return ds_log_inline(x);
}

double ds_normal_quantile(double u)
{
    return ds_normal_quantile_inline(u);
}

double ds_normal_cdf(double z)
{
    return ds_normal_cdf_inline(z);
}

void ds_exp_lanes(size_t count, const double *x, double *out)
{
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = ds_exp_inline(x[i]);
    }
}

void ds_log_lanes(size_t count, const double *x, double *out)
{
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = ds_log_inline(x[i]);
    }
}

void ds_normal_cdf_lanes(size_t count, const double *z, double *out)
{
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = ds_normal_cdf_inline(z[i]);
    }
}

/* Lane numbers with |u - 1/2| > 0.425 (and NANs); returns how many. */
static size_t gather_tails(size_t lanes, const double *restrict u, size_t *restrict lane,
                           double *restrict tail)
{
    size_t tails = 0;

    for (size_t i = 0; i < lanes; i++) {
        lane[tails] = i;
        tail[tails] = u[i];
        tails += (size_t)!(fabs(u[i] - 0.5) <= 0.425);
    }
    return tails;
}

/* One tile; z does not overlap u. */
static void normal_quantile_tile(size_t lanes, const double *restrict u, double *restrict z)
{
    size_t lane[TILE + 1];
    double tail[TILE + 1], root[TILE], magnitude[TILE];

    for (size_t i = 0; i < lanes; i++) {
        z[i] = ds_normal_centre_inline(u[i] - 0.5);
    }
    const size_t tails = gather_tails(lanes, u, lane, tail);
    for (size_t j = 0; j < tails; j++) {
        root[j] = ds_normal_tail_root_inline(tail[j]);
        magnitude[j] = ds_normal_tail_inline(root[j]);
    }
    /* the third branch is for tails below 1.4e-11: all but never */
    for (size_t j = 0; j < tails; j++) {
        if (!(root[j] <= 5.0)) {
            magnitude[j] = ds_normal_far_inline(root[j]);
        }
    }
    for (size_t j = 0; j < tails; j++) {
        z[lane[j]] = tail[j] < 0.5 ? -magnitude[j] : magnitude[j];
    }
}

void ds_normal_quantile_lanes(size_t count, const double *u, double *out)
{
    double z[TILE];

    for (size_t start = 0; start < count; start += TILE) {
        const size_t lanes = count - start < TILE ? count - start : TILE;
        normal_quantile_tile(lanes, u + start, z);
        memcpy(out + start, z, lanes * sizeof *z);
    }
}
