/* statistics.c -- moments, quantiles, conditional value at risk.
 *
 * Called by the engine once per block and month (moments, merged in block order)
 * and by the result and the studies once per column (sort, quantiles, CVaR).
 *
 * Algorithms: two-pass centred sums about the first value, corrected for the
 * rounding of the mean; merge by Chan, Golub & LeVeque (1983) and Pebay (2008).
 * Sums run in eight fixed lanes joined in a fixed tree, so the order is the same
 * however wide the vectors are.
 * Quantiles are type 7 of Hyndman & Fan (1996), CVaR is Acerbi & Tasche (2002).
 *
 * Invariants: m2, m4 >= 0; min <= mean <= max when count > 0; an empty ds_moments
 * has min +INFINITY and max -INFINITY and is neutral in a merge.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/statistics.h"

#include <gsl/gsl_cdf.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SUM_LANES = 8, COLUMN_BLOCK = 4096 };

#define Z_95 1.959963984540054 /* 97.5 % point of the normal */

/* ---- Moments --------------------------------------------------------------- */

/* Sums of the powers 1 to 4 of x - origin. */
typedef struct {
    double power[4];
} power_sums;

static double lane_total(const double lane[SUM_LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static double sum_about(size_t count, const double *x, double origin)
{
    double lane[SUM_LANES] = {0};
    size_t i = 0;

    for (; i + SUM_LANES <= count; i += SUM_LANES) {
        for (size_t k = 0; k < SUM_LANES; k++) {
            lane[k] += x[i + k] - origin;
        }
    }
    for (size_t k = 0; i + k < count; k++) {
        lane[k] += x[i + k] - origin;
    }
    return lane_total(lane);
}

static power_sums power_sums_about(size_t count, const double *x, double origin)
{
    double lane[4][SUM_LANES] = {{0}};
    power_sums sums;

    for (size_t start = 0; start < count; start += SUM_LANES) {
        const size_t width = count - start < SUM_LANES ? count - start : SUM_LANES;
        for (size_t k = 0; k < width; k++) {
            const double d = x[start + k] - origin;
            const double square = d * d;
            lane[0][k] += d;
            lane[1][k] += square;
            lane[2][k] += square * d;
            lane[3][k] += square * square;
        }
    }
    for (size_t p = 0; p < 4; p++) {
        sums.power[p] = lane_total(lane[p]);
    }
    return sums;
}

ds_moments ds_moments_of(size_t count, const double *x)
{
    ds_moments m = {.min = (double)INFINITY, .max = -(double)INFINITY};

    if (count == 0) {
        return m;
    }
    const double n = (double)count;
    const double guess = x[0] + sum_about(count, x, x[0]) / n;
    const power_sums s = power_sums_about(count, x, guess);
    const double shift = s.power[0] / n; /* what rounding left in the mean */

    m.count = count;
    m.mean = guess + shift;
    m.m2 = s.power[1] - n * shift * shift;
    m.m3 = s.power[2] - shift * (3.0 * s.power[1] - 2.0 * n * shift * shift);
    m.m4 = s.power[3] -
           shift * (4.0 * s.power[2] -
                    shift * (6.0 * s.power[1] - 3.0 * n * shift * shift));
    for (size_t i = 0; i < count; i++) {
        m.min = x[i] < m.min ? x[i] : m.min;
        m.max = x[i] > m.max ? x[i] : m.max;
    }
    /* equal values: the mean is that value and nothing is left over */
    if (m.min == m.max) {
        m.mean = m.min;
        m.m2 = m.m3 = m.m4 = 0.0;
    }
    m.m2 = m.m2 > 0.0 ? m.m2 : 0.0;
    m.m4 = m.m4 > 0.0 ? m.m4 : 0.0;
    return m;
}

ds_moments ds_moments_merge(ds_moments a, ds_moments b)
{
    if (a.count == 0) {
        return b;
    }
    if (b.count == 0) {
        return a;
    }
    const double na = (double)a.count, nb = (double)b.count, n = na + nb;
    const double delta = b.mean - a.mean;
    const double step = delta / n;
    const double cross = delta * step * na * nb; /* delta^2 na nb / n */

    return (ds_moments){
        .count = a.count + b.count,
        .mean = a.mean + step * nb,
        .m2 = a.m2 + b.m2 + cross,
        .m3 = a.m3 + b.m3 + cross * step * (na - nb) +
              3.0 * step * (na * b.m2 - nb * a.m2),
        .m4 = a.m4 + b.m4 + cross * step * step * (na * na - na * nb + nb * nb) +
              6.0 * step * step * (na * na * b.m2 + nb * nb * a.m2) +
              4.0 * step * (na * b.m3 - nb * a.m3),
        .min = a.min < b.min ? a.min : b.min,
        .max = a.max > b.max ? a.max : b.max,
    };
}

ds_moments ds_moments_of_column(size_t count, const double *x)
{
    ds_moments total = ds_moments_of(0, x);

    for (size_t start = 0; start < count; start += COLUMN_BLOCK) {
        const size_t width = count - start < COLUMN_BLOCK ? count - start : COLUMN_BLOCK;
        total = ds_moments_merge(total, ds_moments_of(width, x + start));
    }
    return total;
}

double ds_moments_sd(const ds_moments *m)
{
    return m->count < 2 ? 0.0 : sqrt(m->m2 / (double)(m->count - 1));
}

double ds_moments_mean_se(const ds_moments *m)
{
    return ds_moments_sd(m) / sqrt((double)m->count);
}

double ds_moments_sd_se(const ds_moments *m)
{
    const double n = (double)m->count;
    const double sd = ds_moments_sd(m);

    if (m->count < 2) {
        return (double)NAN;
    }
    if (!(sd > 0.0)) {
        return 0.0;
    }
    /* in units of sd^4, so that neither huge nor tiny samples overflow */
    const double kurtosis = m->m4 / n / (sd * sd) / (sd * sd);
    const double variance = (kurtosis - (n - 3.0) / (n - 1.0)) / n;
    return variance > 0.0 ? 0.5 * sd * sqrt(variance) : 0.0;
}

/* ---- Quantiles and tails --------------------------------------------------- */

ds_ranks ds_quantile_ranks(size_t count, double p)
{
    const double n = (double)count, width = 3.0 * sqrt(n * p * (1.0 - p)) + 3.0;
    const double first = n * p - width, last = n * p + width;

    return (ds_ranks){first > 0.0 ? (size_t)first : 0, last < n ? (size_t)last : count};
}

ds_ranks ds_tail_ranks(size_t count, double level, int tail)
{
    const double values = ceil((1.0 - level) * (double)count) + 1.0;
    const size_t width = values < (double)count ? (size_t)values : count;

    return tail > 0 ? (ds_ranks){count - width, count} : (ds_ranks){0, width};
}

double ds_quantile_of(const ds_order *order, size_t count, double p)
{
    if (count == 0 || !(p >= 0.0 && p <= 1.0)) {
        return (double)NAN;
    }
    const double rank = (double)(count - 1) * p;
    const size_t below = (size_t)rank;
    const double part = rank - (double)below;

    if (part <= 0.0 || below + 1 >= count) {
        return ds_order_at(order, below < count ? below : count - 1);
    }
    const double low = ds_order_at(order, below), high = ds_order_at(order, below + 1);
    if (isinf(low) || isinf(high)) {
        return isinf(low) ? low : high;
    }
    return low + part * (high - low);
}

/* Least k with P(Binomial(n, p) <= k) >= probability. */
static double binomial_quantile(size_t n, double p, double probability, double z)
{
    const double mean = (double)n * p;
    double k = floor(mean + z * sqrt(mean * (1.0 - p)));

    /* GSL counts with unsigned int; beyond, the normal rank is right to one in
     * four thousand million */
    if (n > UINT_MAX) {
        return k;
    }
    while (k > 0.0 && gsl_cdf_binomial_P((unsigned)k - 1, p, (unsigned)n) >= probability) {
        k -= 1.0;
    }
    while (k < (double)n && gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n) < probability) {
        k += 1.0;
    }
    return k;
}

double ds_quantile_of_se(const ds_order *order, size_t count, double p)
{
    if (!((double)count * p * (1.0 - p) >= 5.0)) {
        return (double)NAN;
    }
    /* 1-based ranks: x(low) <= quantile < x(high) with probability >= 0.95 */
    const double low = binomial_quantile(count, p, 0.025, -Z_95);
    const double high = binomial_quantile(count, p, 0.975, Z_95) + 1.0;

    if (!(low >= 1.0 && high <= (double)count)) {
        return (double)NAN;
    }
    const double x_low = ds_order_at(order, (size_t)low - 1);
    const double x_high = ds_order_at(order, (size_t)high - 1);
    if (isinf(x_low) || isinf(x_high)) {
        return (double)NAN;
    }
    return (x_high - x_low) / (2.0 * Z_95);
}

/* Sums of the excess over the threshold, in the lanes of power_sums_about(). */
typedef struct {
    double threshold, excess[SUM_LANES], square[SUM_LANES];
    size_t taken;
    bool   infinite;
} excess_sums;

static void add_excess(void *context, size_t count, const double *x)
{
    excess_sums *s = context;

    for (size_t i = 0; i < count; i++) {
        const size_t lane = s->taken++ % SUM_LANES;
        const double d = x[i] - s->threshold;
        s->excess[lane] += d;
        s->square[lane] += d * d;
        s->infinite = s->infinite || isinf(x[i]);
    }
}

/* Values beyond the value at risk; `share` is how many there would be of a part of one. */
static size_t whole_values(size_t count, double share)
{
    return (size_t)share < count ? (size_t)share : count - 1;
}

double ds_value_at_risk_of(const ds_order *order, double level, int tail)
{
    const size_t count = order->finite;

    if (count == 0 || !(level >= 0.0 && level < 1.0)) {
        return (double)NAN;
    }
    const size_t whole = whole_values(count, (1.0 - level) * (double)count);
    return ds_order_at(order, tail > 0 ? count - 1 - whole : whole);
}

ds_tail ds_tail_of(const ds_order *order, double level, int tail)
{
    const size_t count = order->finite;
    const double share = (1.0 - level) * (double)count;
    ds_tail t = {ds_value_at_risk_of(order, level, tail), (double)NAN, (double)NAN};

    if (!isfinite(t.at_risk)) {
        t.mean = t.at_risk;
        return t;
    }
    const size_t whole = whole_values(count, share);
    excess_sums sums = {.threshold = t.at_risk};
    if (tail > 0) {
        ds_order_walk(order, count - whole, count, add_excess, &sums);
    } else {
        ds_order_walk(order, 0, whole, add_excess, &sums);
    }
    /* threshold + mean excess: the fractional value adds no excess */
    const double excess = lane_total(sums.excess), n = (double)count;
    t.mean = t.at_risk + excess / share;
    /* one excess has no spread to estimate from */
    if (whole >= 2 && !sums.infinite) {
        const double mean = excess / n;
        const double variance = (lane_total(sums.square) - n * mean * mean) / (n - 1.0);
        t.se = variance > 0.0 ? sqrt(variance / n) * n / share : 0.0;
    }
    return t;
}

/* ---- Of sorted values ------------------------------------------------------- */

double ds_quantile_sorted(size_t count, const double *sorted, double p)
{
    const ds_order order = ds_order_of_sorted(count, sorted);
    return ds_quantile_of(&order, count, p);
}

double ds_quantile_sorted_se(size_t count, const double *sorted, double p)
{
    const ds_order order = ds_order_of_sorted(count, sorted);
    return ds_quantile_of_se(&order, count, p);
}

double ds_cvar_sorted(size_t count, const double *sorted, double level, int tail)
{
    const ds_order order = ds_order_of_sorted(count, sorted);
    return ds_tail_of(&order, level, tail).mean;
}

double ds_cvar_sorted_se(size_t count, const double *sorted, double level, int tail)
{
    const ds_order order = ds_order_of_sorted(count, sorted);
    return ds_tail_of(&order, level, tail).se;
}

double ds_value_at_risk_sorted(size_t count, const double *sorted, double level, int tail)
{
    const ds_order order = ds_order_of_sorted(count, sorted);
    return ds_value_at_risk_of(&order, level, tail);
}

double ds_share_se(uint64_t k, uint64_t n)
{
    const double p = ((double)k + 2.0) / ((double)n + 4.0);

    return sqrt(p * (1.0 - p) / (double)n);
}
