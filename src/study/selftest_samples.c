/* selftest_samples.c -- known values of samples that are made by rule, or are short: NIST's
 * reference data, order statistics, and what samplers promise of their points.
 *
 * The certified values say that the data are right: one wrong speed of light moves the mean
 * by more than the tolerance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "numerics/order.h"
#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "numerics/statistics.h"
#include "study/selftest.h"

/* ---- NIST StRD -------------------------------------------------------------------- */

/* Michelson's hundred speeds of light in air, 1879, less 299,000 km/s (also `morley` of R);
 * in thousands. */
static double speed_of_light(const double *a)
{
    static const double over[100] = {
        850, 740, 900, 1070, 930, 850, 950, 980, 980, 880,
        1000, 980, 930, 650, 760, 810, 1000, 1000, 960, 960,
        960, 940, 960, 940, 880, 800, 850, 880, 900, 840,
        830, 790, 810, 880, 880, 830, 800, 790, 760, 800,
        880, 880, 880, 860, 720, 720, 620, 860, 970, 950,
        880, 910, 850, 870, 840, 840, 850, 840, 840, 840,
        890, 810, 810, 820, 800, 770, 760, 740, 750, 760,
        910, 920, 890, 860, 880, 720, 840, 850, 850, 780,
        890, 840, 780, 810, 760, 810, 790, 810, 820, 850,
        870, 870, 810, 740, 810, 940, 950, 800, 810, 870,
    };
    double x[100];

    for (size_t i = 0; i < 100; i++)
        x[i] = (299000 + over[i]) / 1000;
    const ds_moments m = ds_moments_of_column(100, x);
    return a[0] == 0 ? m.mean : ds_moments_sd(&m);
}

static const ds_selftest_value reference_data[] = {
    { "Michelso, mean", 299.852400000000, 1e-14, speed_of_light, { 0 }, "NIST StRD" },
    { "Michelso, sd", .0790105478190518, 1e-11, speed_of_light, { 1 }, "NIST StRD" },
};

/* ---- Order statistics --------------------------------------------------------------- */

/* Of 0 ... n-1 in a shuffled order: what is looked for is its own rank. */
typedef struct {
    double *x;
    ds_order_room *room;
    ds_order order;
} shuffled;

static bool shuffle(shuffled *s, size_t n)
{
    s->x = malloc(n * sizeof *s->x);
    s->room = ds_order_room_new(n);
    for (size_t i = 0; s->x != NULL && i < n; i++)
        s->x[i] = (double)ds_permuted(n, (uint32_t)i, UINT64_C(0x243F6A8885A308D3));
    if (s->x != NULL && s->room != NULL)
        s->order = ds_order_of_column(s->room, n, s->x, NULL, NULL);
    return s->x != NULL && s->room != NULL;
}

static void forget(shuffled *s)
{
    free(s->x);
    ds_order_room_free(s->room);
}

/* Numbers, rank. */
static double value_of_rank(const double *a)
{
    shuffled s;
    const bool   made = shuffle(&s, (size_t)a[0]);
    const double x = made ? ds_order_at(&s.order, (size_t)a[1]) : (double)NAN;

    forget(&s);
    return x;
}

/* Numbers, level. */
static double quantile_of_shuffled(const double *a)
{
    shuffled s;
    const bool   made = shuffle(&s, (size_t)a[0]);
    const double x = made ? ds_quantile_of(&s.order, (size_t)a[0], a[1]) : (double)NAN;

    forget(&s);
    return x;
}

static double tail_of_shuffled(const double *a)
{
    shuffled s;
    const bool   made = shuffle(&s, (size_t)a[0]);
    const double x = made ? ds_tail_of(&s.order, a[1], a[2] > 0 ? 1 : -1).mean : (double)NAN;

    forget(&s);
    return x;
}

/* Ranks between which the quantile of 1 ... 1000 lies with 95 %: their distance. */
static double rank_distance(const double *a)
{
    double x[1000];

    for (size_t i = 0; i < 1000; i++)
        x[i] = (double)(i + 1);
    return ds_quantile_sorted_se(1000, x, a[0]) * 2 * 1.959963984540054;
}

static const ds_selftest_value order_statistics[] = {
    { "rank 250,000 of a million shuffled numbers", 250000, 0, value_of_rank, { 1e6, 250000 },
      "definition" },
    { "p95 of a million shuffled numbers", 949999.05, 1e-15, quantile_of_shuffled, { 1e6, .95 },
      "Hyndman and Fan 1996, type 7" },
    { "CVaR .95 of a million shuffled numbers", 974999.5, 1e-12, tail_of_shuffled, { 1e6, .95, 1 },
      "mean of the last 50,000" },
    { "CVaR .4 of a million shuffled numbers, lower", 299999.5, 1e-12, tail_of_shuffled,
      { 1e6, .4, -1 },
      "mean of the first 600,000" },
    { "binomial ranks of the median of 1000", 532 - 469, 1e-13, rank_distance, { .5 },
      "qbinom of R" },
    { "binomial ranks of p90 of 1000", 919 - 881, 1e-13, rank_distance, { .9 },
      "qbinom of R" },
    { "binomial ranks of p95 of 1000", 964 - 936, 1e-13, rank_distance, { .95 },
      "qbinom of R" },
};

/* ---- What samplers promise ----------------------------------------------------------- */

enum { SOBOL, HALTON_2, HALTON_3, HYPERCUBE };

/* Into how many of `count` equal intervals as many points fall; kind, count, replicate. */
static double intervals_hit(const double *a)
{
    enum { MOST = 1024 };
    const size_t   count = (size_t)a[1];
    const uint64_t word = ds_spread_word(1, (uint32_t)a[2], 0);
    bool   hit[MOST] = { false };
    double sum = 0;
    uint32_t direction[DS_SOBOL_BITS];

    ds_sobol_directions(2, direction);
    for (uint32_t k = 0; k < count; k++) {
        const double u = a[0] == SOBOL      ? ds_sobol_uniform(direction, k, word)
                         : a[0] == HALTON_2 ? ds_halton_uniform(2, k, word)
                         : a[0] == HALTON_3 ? ds_halton_uniform(3, k, word)
                                            : ds_hypercube_uniform(count, k, word, 0.5);
        hit[(size_t)(u * (double)count)] = true;
    }
    for (size_t i = 0; i < count; i++)
        sum += hit[i] ? 1 : 0;
    return sum;
}

/* Of the 2^10 boxes of 2^-a by 2^(a-10), how many have one of 2^10 scrambled Sobol points. */
static double boxes_hit(const double *a)
{
    const unsigned wide = (unsigned)a[0];
    uint32_t direction[2][DS_SOBOL_BITS];
    bool   hit[1024] = { false };
    double sum = 0;

    for (size_t i = 0; i < 2; i++)
        ds_sobol_directions(i, direction[i]);
    for (uint32_t k = 0; k < 1024; k++) {
        const double u = ds_sobol_uniform(direction[0], k, ds_spread_word(7, 3, 0));
        const double v = ds_sobol_uniform(direction[1], k, ds_spread_word(8, 3, 0));
        const size_t x = (size_t)ldexp(u, (int)wide), y = (size_t)ldexp(v, 10 - (int)wide);
        hit[x << (10 - wide) | y] = true;
    }
    for (size_t i = 0; i < 1024; i++)
        sum += hit[i] ? 1 : 0;
    return sum;
}

static const ds_selftest_value points[] = {
    { "1024 scrambled Sobol points, intervals hit", 1024, 0, intervals_hit, { SOBOL, 1024, 5 },
      "Owen 1995: a net stays one" },
    { "the same in the plane, boxes of 32 by 32", 1024, 0, boxes_hit, { 5 },
      "Owen 1995: a net stays one" },
    { "the same in the plane, boxes of 4 by 256", 1024, 0, boxes_hit, { 2 },
      "Owen 1995: a net stays one" },
    { "1024 Halton points of base 2, intervals hit", 1024, 0, intervals_hit, { HALTON_2, 1024, 1 },
      "Halton 1960" },
    { "729 Halton points of base 3, intervals hit", 729, 0, intervals_hit, { HALTON_3, 729, 1 },
      "Halton 1960" },
    { "1000 points of a Latin hypercube, strata hit", 1000, 0, intervals_hit,
      { HYPERCUBE, 1000, 2 },
      "McKay, Beckman and Conover 1979" },
};

#define GROUP(table) \
    { .name = #table, .values = table, .value_count = sizeof table / sizeof *table }
const ds_selftest_group ds_selftest_samples[] = {
    GROUP(reference_data),
    GROUP(order_statistics),
    GROUP(points),
};
const size_t ds_selftest_samples_count = sizeof ds_selftest_samples / sizeof *ds_selftest_samples;
