/* sensitivity_morris.c -- elementary effects (Morris 1991), see sensitivity.h.
 *
 * A trajectory starts at a corner of a grid and moves one input after another, in an order
 * drawn at random, by two of the three steps between the four levels: up from the lower two
 * levels, down from the upper two, so that all levels are equally likely before and after.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "numerics/sensitivity.h"
#include "numerics/stream.h"

void ds_morris_trajectory(const ds_morris_design *d, uint64_t trajectory, ds_morris_move *moves)
{
    for (size_t i = 0; i < d->inputs; i++) { /* a random permutation, grown (Knuth) */
        const double u = ds_stream_uniform(d->key, trajectory, (uint32_t)i, 0);
        const size_t j = (size_t)(u * (double)(i + 1));
        moves[i].at = i + 1;
        moves[i].at = moves[j].at;
        moves[j].at = i + 1;
    }
    for (size_t i = 0; i < d->inputs; i++) {
        const double u = ds_stream_uniform(d->key, trajectory, (uint32_t)i, 1);
        const double level = floor(u * DS_MORRIS_LEVELS);
        const double top = DS_MORRIS_LEVELS - 1, step = DS_MORRIS_LEVELS / 2;
        moves[i].from = level / top;
        moves[i].step = (level < step ? step : -step) / top;
    }
}

typedef struct {
    double mean, second, fourth; /* central moments                                      */
} moments;

static moments moments_of(size_t count, const double *x, bool size)
{
    moments m = { 0 };
    const double n = (double)count;

    for (size_t i = 0; i < count; i++)
        m.mean += (size ? fabs(x[i]) : x[i]) / n;
    for (size_t i = 0; i < count; i++) {
        const double d = (size ? fabs(x[i]) : x[i]) - m.mean;
        m.second += d * d / n;
        m.fourth += d * d * d * d / n;
    }
    return m;
}

static ds_index mean_index(size_t count, moments m)
{
    return (ds_index){ m.mean, count > 1 ? sqrt(m.second / (double)(count - 1)) : (double)NAN };
}

/* The standard deviation, and its error by the fourth moment. */
static ds_index spread_index(size_t count, moments m, double rounding)
{
    const double n = (double)count;

    if (count < 2)
        return (ds_index){ 0.0, (double)NAN };
    const double variance = m.second * n / (n - 1.0);
    if (sqrt(variance) <= rounding)
        return (ds_index){ 0.0, 0.0 };
    const double of_variance = (m.fourth - m.second * m.second * (n - 3.0) / (n - 1.0)) / n;
    return (ds_index){ sqrt(variance), sqrt(fmax(of_variance, 0.0)) / (2.0 * sqrt(variance)) };
}

ds_morris ds_morris_of(size_t trajectories, const double *effects, double rounding)
{
    const moments plain = moments_of(trajectories, effects, false);
    const moments size = moments_of(trajectories, effects, true);

    return (ds_morris){
        .mean = mean_index(trajectories, plain),
        .star = mean_index(trajectories, size),
        .sigma = spread_index(trajectories, plain, rounding),
    };
}
