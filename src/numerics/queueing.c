/* queueing.c -- Erlang B and C by a sum of positive terms, Allen-Cunneen, Hayward.
 *
 * The usual recursion B(k) = a B(k-1)/(k + a B(k-1)) takes as many steps as there are
 * servers.  Its reciprocal, unrolled from the last server on, is
 *     1/B(n) = sum over k = 0 ... n of n (n-1) ... (n-k+1) / a^k,
 * which neither cancels nor underflows, and of which n - a plus about 9 sqrt(a) terms count.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/queueing.h"

#include <float.h>
#include <math.h>

#define MOST_SERVERS 1e15
#define EXACT_ERLANGS 1e6 /* above: Halfin & Whitt */

/* 1/B - 1 */
static double reciprocal_less_one(double erlangs, double servers)
{
    double sum = 0.0, term = 1.0;
    for (double left = servers; left > 0.0 && sum <= DBL_MAX; left -= 1.0) {
        term *= left / erlangs;
        sum += term;
        if (term < 1e-18 * sum)
            break;
    }
    return sum;
}

double ds_erlang_b(double erlangs, double servers)
{
    if (erlangs <= 0.0)
        return servers > 0.0 ? 0.0 : 1.0;
    return 1.0 / (1.0 + reciprocal_less_one(erlangs, servers));
}

/* 1/(1 + beta Phi(beta)/phi(beta)), beta the spare servers in square roots of the load. */
static double halfin_whitt(double beta)
{
    const double root_two_pi = 2.5066282746310005, root_half = 0.70710678118654752;
    double upper = 0.5 * erfc(-beta * root_half);
    return 1.0 / (1.0 + beta * upper * root_two_pi * exp(0.5 * beta * beta));
}

double ds_erlang_c(double erlangs, double servers)
{
    if (erlangs <= 0.0)
        return servers > 0.0 ? 0.0 : 1.0;
    if (servers <= erlangs)
        return 1.0;
    if (erlangs > EXACT_ERLANGS)
        return halfin_whitt((servers - erlangs) / sqrt(erlangs));
    double idle = (servers - erlangs) / servers;
    return 1.0 / (1.0 + idle * reciprocal_less_one(erlangs, servers));
}

/* C of the load in its bunches, as if these were the requests.  1/B goes from n servers to
 * n + 1 by one step of the usual recursion, and is geometric in between. */
static double waiting_share(ds_queue_load load, double servers)
{
    double erlangs = load.erlangs / load.bunching, groups = servers / load.bunching;
    double whole = floor(groups), part = groups - whole;
    if (part == 0.0 || erlangs > EXACT_ERLANGS)
        return ds_erlang_c(erlangs, groups);
    double inverse = 1.0 + reciprocal_less_one(erlangs, whole);
    inverse *= pow(1.0 / inverse + (whole + 1.0) / erlangs, part);
    return 1.0 / (1.0 + (groups - erlangs) / groups * (inverse - 1.0));
}

double ds_wait_mean(ds_queue_load load, double servers)
{
    if (load.erlangs <= 0.0 && servers > 0.0)
        return 0.0;
    if (servers <= load.erlangs)
        return (double)INFINITY;
    return waiting_share(load, servers) * load.service_s * load.variability /
           (servers - load.erlangs);
}

double ds_wait_beyond(ds_queue_load load, double servers, double seconds)
{
    if (load.erlangs <= 0.0 && servers > 0.0)
        return 0.0;
    if (servers <= load.erlangs)
        return 1.0;
    return waiting_share(load, servers) *
           exp(-(servers - load.erlangs) * seconds / (load.service_s * load.variability));
}

static int keeps(ds_queue_load load, double servers, double seconds, double share)
{
    if (isnan(share))
        return ds_wait_mean(load, servers) <= seconds * (1.0 + 1e-9);
    return ds_wait_beyond(load, servers, seconds) <= (1.0 - share) * (1.0 + 1e-9);
}

/* Doubles the spare servers until they do, then halves the interval. */
double ds_least_servers(ds_queue_load load, double seconds, double share)
{
    double fails = floor(load.erlangs), step = 1.0;
    if (load.erlangs <= 0.0)
        return 1.0;
    while (!keeps(load, fails + step, seconds, share)) {
        fails += step;
        step *= 2.0;
        if (fails > MOST_SERVERS)
            return (double)INFINITY;
    }
    double does = fails + step;
    while (does - fails > 1.0) {
        double middle = fails + floor((does - fails) / 2.0);
        if (keeps(load, middle, seconds, share))
            does = middle;
        else
            fails = middle;
    }
    return does;
}
