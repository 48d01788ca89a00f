/* selftest_values.c -- known values that a function gives at once: see selftest.h.
 *
 * The 12 digits of most are the reason of a tolerance of 1e-11.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/irr.h"
#include "numerics/distribution.h"
#include "numerics/lanes.h"
#include "numerics/matrix.h"
#include "numerics/queueing.h"
#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"
#include "study/selftest.h"

/* ---- What is worked out; a: the arguments of the row -------------------------- */

static double philox_word(const double *a)
{
    static const uint32_t counters[3][4] = {
        { 0, 0, 0, 0 },
        { 0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU },
        { 0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U },
    };
    static const uint32_t keys[3][2] = { { 0, 0 }, { 0xffffffffU, 0xffffffffU },
                                         { 0xa4093822U, 0x299f31d0U } };
    size_t which = (size_t)a[0];
    return (double)ds_philox(counters[which], keys[which]).word[(size_t)a[1]];
}

static double sobol_coordinate(const double *a)
{
    uint32_t direction[DS_SOBOL_BITS];
    ds_sobol_directions((size_t)a[0], direction);
    return ldexp((double)ds_reverse_bits(ds_sobol_point(direction, (uint32_t)a[1])), -32);
}

static double sobol_mean(const double *a)
{
    double sum = 0;
    for (double k = 1; k <= a[1]; k++)
        sum += sobol_coordinate((double[]){ a[0], k });
    return sum / a[1];
}

static double normal_quantile(const double *a)
{
    return ds_normal_quantile(a[0]);
}

static double normal_cdf(const double *a)
{
    return ds_normal_cdf(a[0]);
}

/* Kind, a, b, and the ends of a truncation. */
static double mean_of(const double *a)
{
    ds_distribution d = { .kind = (ds_dist_kind)a[0], .a = a[1], .b = a[2], .low = a[3],
                          .high = a[4] };
    return ds_distribution_mean(&d);
}

static ds_distribution of_three(const double *a)
{
    return (ds_distribution){ .kind = (ds_dist_kind)a[0], .a = a[1], .b = a[2], .c = a[3],
                              .low = -(double)INFINITY, .high = (double)INFINITY };
}

static double mean_of_three(const double *a)
{
    ds_distribution d = of_three(a);
    return ds_distribution_mean(&d);
}

static double quantile_of_three(const double *a)
{
    ds_distribution d = of_three(a);
    return ds_distribution_quantile(&d, a[4]);
}

static ds_distribution fitted(const double *a)
{
    ds_distribution d = { .a = (double)NAN, .b = (double)NAN };
    (void)ds_distribution_fit_lognormal_quantiles(a[0], a[1], a[2], a[3], &d);
    return d;
}

static double fit_mu(const double *a)
{
    return fitted(a).a;
}

static double fit_sigma(const double *a)
{
    return fitted(a).b;
}

static double fit_mean(const double *a)
{
    ds_distribution d = fitted(a);
    return ds_distribution_mean(&d);
}

static double moments_mu(const double *a)
{
    ds_distribution d = { .a = (double)NAN };
    (void)ds_distribution_fit_lognormal_moments(a[0], a[1], &d);
    return d.a;
}

static double moments_sigma(const double *a)
{
    ds_distribution d = { .b = (double)NAN };
    (void)ds_distribution_fit_lognormal_moments(a[0], a[1], &d);
    return d.b;
}

static double type_7(const double *a)
{
    static const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
    return ds_quantile_sorted(10, x, a[0]);
}

static double even_cvar(const double *a)
{
    enum { STEPS = 1000 };
    double x[STEPS];
    for (size_t i = 0; i < STEPS; i++)
        x[i] = ((double)i + 0.5) / STEPS;
    return ds_cvar_sorted(STEPS, x, a[0], 1);
}

static double moment(size_t count, const double *x, double which)
{
    ds_moments m = ds_moments_of_column(count, x);
    return which == 0 ? m.mean : ds_moments_sd(&m);
}

static double numacc_1(const double *a)
{
    static const double x[] = { 10000001, 10000003, 10000002 };
    return moment(3, x, a[0]);
}

static double numacc(const double *a)
{
    double x[1001];
    for (size_t i = 0; i < 1001; i++)
        x[i] = a[0] + (i == 0 ? 0.2 : i % 2 == 1 ? 0.1 : 0.3);
    return moment(1001, x, a[1]);
}

static double ten_numbers(const double *a)
{
    static const double x[] = { 3, 4, 5, 2, 3, 4, 5, 6, 4, 7 };
    return moment(10, x, a[0]);
}

static double erlang_b(const double *a)
{
    return ds_erlang_b(a[0], a[1]);
}

static double erlang_c(const double *a)
{
    return ds_erlang_c(a[0], a[1]);
}

/* Erlangs, service time, variability, servers. */
static double wait_mean(const double *a)
{
    ds_queue_load load = { .erlangs = a[0], .service_s = a[1], .variability = a[2],
                           .bunching = 1 };
    return ds_wait_mean(load, a[3]);
}

static double wait_beyond(const double *a)
{
    ds_queue_load load = { .erlangs = a[0], .service_s = a[1], .variability = 1, .bunching = 1 };
    return ds_wait_beyond(load, a[2], a[3]);
}

enum { FLOWS_MOST = 11, LEVEL_MOST = 481 };
static const struct {
    size_t count;
    double flow[FLOWS_MOST];
} flows[] = {
    { 6, { -70000, 12000, 15000, 18000, 21000, 26000 } },
    { 5, { -70000, 12000, 15000, 18000, 21000 } },
    { 5, { -100, 39, 59, 55, 20 } },
    { 3, { -1000, 2300, -1320 } },
    { 5, { -50, -100, 600, 300, -100 } },
    { 11, { -900, -500, 400, 400, 400, 400, 400, 400, 400, 400, 400 } },
    { 3, { 100, -200, 150 } },
    { 4, { -100, 0, 0, -7 } },
    { 8, { -1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99, 4789.91, -1 } },
};

static double flow_rate(const double *a)
{
    return ds_irr_monthly(flows[(size_t)a[0]].count, flows[(size_t)a[0]].flow, NULL);
}

/* Rates for what is put in and for what comes out. */
static double flow_modified(const double *a)
{
    static const double flow[] = { -120000, 39000, 30000, 21000, 37000, 46000 };
    return ds_mirr_monthly(6, flow, a[0], a[1]);
}

static double flow_count(const double *a)
{
    int count = -1;
    (void)ds_irr_monthly(flows[(size_t)a[0]].count, flows[(size_t)a[0]].flow, &count);
    return count;
}

/* An outlay, and a payment so many times. */
static double level(const double *a, int *count)
{
    double flow[LEVEL_MOST] = { a[0] };
    for (size_t i = 1; i <= (size_t)a[2]; i++)
        flow[i] = a[1];
    return ds_irr_monthly((size_t)a[2] + 1, flow, count);
}

static double level_rate(const double *a)
{
    return level(a, NULL);
}

static double level_count(const double *a)
{
    int count = -1;
    (void)level(a, &count);
    return count;
}

/* Entries 1,2, 1,3 and 2,3 of a matrix of three, and which of nine is wanted. */
static double nearest_entry(const double *a)
{
    const double m[9] = { 1, a[0], a[1], a[0], 1, a[2], a[1], a[2], 1 };
    double       nearest[9];
    return ds_matrix_nearest_correlation(3, m, nearest) ? nearest[(size_t)a[3]] : (double)NAN;
}

/* ---- Tables -------------------------------------------------------------------- */

static const ds_selftest_value streams[] = {
    { "Philox 4x32-10 of zeros, word 0", 0x6627e8d5U, 0, philox_word, { 0, 0 },
      "Random123 known answers" },
    { "Philox 4x32-10 of zeros, word 1", 0xe169c58dU, 0, philox_word, { 0, 1 },
      "Random123 known answers" },
    { "Philox 4x32-10 of zeros, word 2", 0xbc57ac4cU, 0, philox_word, { 0, 2 },
      "Random123 known answers" },
    { "Philox 4x32-10 of zeros, word 3", 0x9b00dbd8U, 0, philox_word, { 0, 3 },
      "Random123 known answers" },
    { "Philox 4x32-10 of ones, word 0", 0x408f276dU, 0, philox_word, { 1, 0 },
      "Random123 known answers" },
    { "Philox 4x32-10 of ones, word 1", 0x41c83b0eU, 0, philox_word, { 1, 1 },
      "Random123 known answers" },
    { "Philox 4x32-10 of ones, word 2", 0xa20bc7c6U, 0, philox_word, { 1, 2 },
      "Random123 known answers" },
    { "Philox 4x32-10 of ones, word 3", 0x6d5451fdU, 0, philox_word, { 1, 3 },
      "Random123 known answers" },
    { "Philox 4x32-10 of pi, word 0", 0xd16cfe09U, 0, philox_word, { 2, 0 },
      "Random123 known answers" },
    { "Philox 4x32-10 of pi, word 1", 0x94fdccebU, 0, philox_word, { 2, 1 },
      "Random123 known answers" },
    { "Philox 4x32-10 of pi, word 2", 0x5001e420U, 0, philox_word, { 2, 2 },
      "Random123 known answers" },
    { "Philox 4x32-10 of pi, word 3", 0x24126ea1U, 0, philox_word, { 2, 3 },
      "Random123 known answers" },
    { "Sobol point 0, dimension 1", 0, 0, sobol_coordinate, { 0, 0 },
      "Joe and Kuo 2008" },
    { "Sobol point 0, dimension 2", 0, 0, sobol_coordinate, { 1, 0 },
      "Joe and Kuo 2008" },
    { "Sobol point 0, dimension 3", 0, 0, sobol_coordinate, { 2, 0 },
      "Joe and Kuo 2008" },
    { "Sobol point 1, dimension 1", 0.5, 0, sobol_coordinate, { 0, 1 },
      "Joe and Kuo 2008" },
    { "Sobol point 1, dimension 2", 0.5, 0, sobol_coordinate, { 1, 1 },
      "Joe and Kuo 2008" },
    { "Sobol point 1, dimension 3", 0.5, 0, sobol_coordinate, { 2, 1 },
      "Joe and Kuo 2008" },
    { "Sobol point 2, dimension 1", 0.75, 0, sobol_coordinate, { 0, 2 },
      "Joe and Kuo 2008" },
    { "Sobol point 2, dimension 2", 0.25, 0, sobol_coordinate, { 1, 2 },
      "Joe and Kuo 2008" },
    { "Sobol point 2, dimension 3", 0.25, 0, sobol_coordinate, { 2, 2 },
      "Joe and Kuo 2008" },
    { "Sobol point 3, dimension 1", 0.25, 0, sobol_coordinate, { 0, 3 },
      "Joe and Kuo 2008" },
    { "Sobol point 3, dimension 2", 0.75, 0, sobol_coordinate, { 1, 3 },
      "Joe and Kuo 2008" },
    { "Sobol point 3, dimension 3", 0.75, 0, sobol_coordinate, { 2, 3 },
      "Joe and Kuo 2008" },
    { "Sobol point 4, dimension 1", 0.375, 0, sobol_coordinate, { 0, 4 },
      "Joe and Kuo 2008" },
    { "Sobol point 4, dimension 2", 0.375, 0, sobol_coordinate, { 1, 4 },
      "Joe and Kuo 2008" },
    { "Sobol point 4, dimension 3", 0.625, 0, sobol_coordinate, { 2, 4 },
      "Joe and Kuo 2008" },
    { "Sobol point 5, dimension 1", 0.875, 0, sobol_coordinate, { 0, 5 },
      "Joe and Kuo 2008" },
    { "Sobol point 5, dimension 2", 0.875, 0, sobol_coordinate, { 1, 5 },
      "Joe and Kuo 2008" },
    { "Sobol point 5, dimension 3", 0.125, 0, sobol_coordinate, { 2, 5 },
      "Joe and Kuo 2008" },
    { "Sobol point 6, dimension 1", 0.625, 0, sobol_coordinate, { 0, 6 },
      "Joe and Kuo 2008" },
    { "Sobol point 6, dimension 2", 0.125, 0, sobol_coordinate, { 1, 6 },
      "Joe and Kuo 2008" },
    { "Sobol point 6, dimension 3", 0.875, 0, sobol_coordinate, { 2, 6 },
      "Joe and Kuo 2008" },
    { "Sobol point 7, dimension 1", 0.125, 0, sobol_coordinate, { 0, 7 },
      "Joe and Kuo 2008" },
    { "Sobol point 7, dimension 2", 0.625, 0, sobol_coordinate, { 1, 7 },
      "Joe and Kuo 2008" },
    { "Sobol point 7, dimension 3", 0.375, 0, sobol_coordinate, { 2, 7 },
      "Joe and Kuo 2008" },
    { "Sobol point 8, dimension 1", 0.1875, 0, sobol_coordinate, { 0, 8 },
      "Joe and Kuo 2008" },
    { "Sobol point 8, dimension 2", 0.3125, 0, sobol_coordinate, { 1, 8 },
      "Joe and Kuo 2008" },
    { "Sobol point 8, dimension 3", 0.9375, 0, sobol_coordinate, { 2, 8 },
      "Joe and Kuo 2008" },
    { "Sobol point 9, dimension 1", 0.6875, 0, sobol_coordinate, { 0, 9 },
      "Joe and Kuo 2008" },
    { "Sobol point 9, dimension 2", 0.8125, 0, sobol_coordinate, { 1, 9 },
      "Joe and Kuo 2008" },
    { "Sobol point 9, dimension 3", 0.4375, 0, sobol_coordinate, { 2, 9 },
      "Joe and Kuo 2008" },
    { "Sobol points 1 to 1023, mean, dimension 1", .5, 1e-14, sobol_mean, { 0, 1023 },
      "net property" },
    { "Sobol points 1 to 1023, mean, dimension 2", .5, 1e-14, sobol_mean, { 1, 1023 },
      "net property" },
    { "Sobol points 1 to 1023, mean, dimension 33", .5, 1e-14, sobol_mean, { 32, 1023 },
      "net property" },
    { "Sobol points 1 to 1023, mean, dimension 1111", .5, 1e-14, sobol_mean, { 1110, 1023 },
      "net property" },
};

static const ds_selftest_value normal[] = {
    { "normal quantile of 1e-300", -37.0470962994, 1e-11, normal_quantile, { 1e-300 },
      "AS 241; 12 digits" },
    { "normal quantile of 1e-16", -8.22208221613, 1e-11, normal_quantile, { 1e-16 },
      "AS 241; 12 digits" },
    { "normal quantile of 1e-8", -5.61200124417, 1e-11, normal_quantile, { 1e-8 },
      "AS 241; 12 digits" },
    { "normal quantile of .025", -1.95996398454, 1e-11, normal_quantile, { .025 },
      "AS 241; 12 digits" },
    { "normal quantile of .3", -.524400512708, 1e-11, normal_quantile, { .3 },
      "AS 241; 12 digits" },
    { "normal quantile of .9999", 3.71901648546, 1e-11, normal_quantile, { .9999 },
      "AS 241; 12 digits" },
    { "normal CDF of 1.959963984540054", .975, 1e-14, normal_cdf, { 1.959963984540054 },
      "definition" },
};

static const ds_selftest_value distributions[] = {
    { "normal(0,1) within [0,2], mean", .722789752245, 1e-11, mean_of,
      { DS_DIST_NORMAL, 0, 1, 0, 2 },
      "closed form, 12 digits" },
    { "normal(10,3) within [5,12], mean", 9.05688657518, 1e-11, mean_of,
      { DS_DIST_NORMAL, 10, 3, 5, 12 },
      "closed form, 12 digits" },
    { "normal(0,1) within [8,9], mean", 8.12118899298, 1e-10, mean_of,
      { DS_DIST_NORMAL, 0, 1, 8, 9 },
      "closed form, 12 digits" },
    { "PERT(1,3,8), mean", 3.5, 1e-11, mean_of_three, { DS_DIST_PERT, 1, 3, 8 },
      "closed form, 12 digits" },
    { "triangular(1,3,8), mean", 4, 1e-11, mean_of_three, { DS_DIST_TRIANGULAR, 1, 3, 8 },
      "closed form, 12 digits" },
    { "triangular(1,3,8), median", 3.81669986733, 1e-11, quantile_of_three,
      { DS_DIST_TRIANGULAR, 1, 3, 8, .5 },
      "closed form, 12 digits" },
    { "triangular(1,3,8), p10", 2.18321595662, 1e-11, quantile_of_three,
      { DS_DIST_TRIANGULAR, 1, 3, 8, .1 },
      "closed form, 12 digits" },
    { "lognormal with p5 10, p95 100: mu", 3.45387763949, 1e-11, fit_mu, { .05, 10, .95, 100 },
      "closed form, 12 digits" },
    { "lognormal with p5 10, p95 100: sigma", .699936169172, 1e-11, fit_sigma,
      { .05, 10, .95, 100 },
      "closed form, 12 digits" },
    { "lognormal with p5 10, p95 100: mean", 40.4001282695, 1e-11, fit_mean, { .05, 10, .95, 100 },
      "closed form, 12 digits" },
    { "lognormal with p10 20, p90 80: mu", 3.68887945411, 1e-11, fit_mu, { .1, 20, .9, 80 },
      "closed form, 12 digits" },
    { "lognormal with p10 20, p90 80: sigma", .540865618829, 1e-11, fit_sigma, { .1, 20, .9, 80 },
      "closed form, 12 digits" },
    { "lognormal with p10 20, p90 80: mean", 46.3002454757, 1e-11, fit_mean, { .1, 20, .9, 80 },
      "closed form, 12 digits" },
    { "lognormal with mean 100, sd 50: mu", 4.49359841033, 1e-11, moments_mu, { 100, 50 },
      "closed form, 12 digits" },
    { "lognormal with mean 100, sd 50: sigma", .472380727077, 1e-11, moments_sigma, { 100, 50 },
      "closed form, 12 digits" },
};

static const ds_selftest_value quantiles[] = {
    { "quantile .1 of 1 to 10", 1.9, 1e-14, type_7, { .1 },
      "Hyndman and Fan 1996, type 7" },
    { "quantile .25 of 1 to 10", 3.25, 1e-14, type_7, { .25 },
      "Hyndman and Fan 1996, type 7" },
    { "quantile .5 of 1 to 10", 5.5, 1e-14, type_7, { .5 },
      "Hyndman and Fan 1996, type 7" },
    { "quantile .9 of 1 to 10", 9.1, 1e-14, type_7, { .9 },
      "Hyndman and Fan 1996, type 7" },
    { "CVaR .9 of 1000 even steps", .95, 1e-13, even_cvar, { .9 },
      "uniform, closed form" },
    { "CVaR .95 of 1000 even steps", .975, 1e-13, even_cvar, { .95 },
      "uniform, closed form" },
    { "CVaR .99 of 1000 even steps", .995, 1e-13, even_cvar, { .99 },
      "uniform, closed form" },
};

static const ds_selftest_value accumulators[] = {
    { "NumAcc1, mean", 10000002, 1e-15, numacc_1, { 0 },
      "NIST StRD" },
    { "NumAcc1, sd", 1, 1e-15, numacc_1, { 1 },
      "NIST StRD" },
    { "NumAcc2, mean", 1.2, 1e-14, numacc, { 1, 0 },
      "NIST StRD" },
    { "NumAcc2, sd", .1, 1e-13, numacc, { 1, 1 },
      "NIST StRD" },
    { "NumAcc3, mean", 1000000.2, 1e-14, numacc, { 1000000, 0 },
      "NIST StRD" },
    { "NumAcc3, sd", .1, 1e-9, numacc, { 1000000, 1 },
      "NIST StRD" },
    { "NumAcc4, mean", 10000000.2, 1e-14, numacc, { 10000000, 0 },
      "NIST StRD" },
    { "NumAcc4, sd", .1, 1e-8, numacc, { 10000000, 1 },
      "NIST StRD" },
    { "ten numbers, mean", 4.3, 1e-14, ten_numbers, { 0 },
      "QuantLib tests" },
    { "ten numbers, sd", 1.4944341181, 1e-11, ten_numbers, { 1 },
      "QuantLib tests" },
};

static const ds_selftest_value erlang[] = {
    { "Erlang B, 10 Erlangs, 10 servers", .214582343107, 1e-11, erlang_b, { 10, 10 },
      "recursion, 12 digits" },
    { "Erlang C, 10 Erlangs, 10 servers", 1, 1e-11, erlang_c, { 10, 10 },
      "recursion, 12 digits" },
    { "Erlang B, 10 Erlangs, 12 servers", .119739188445, 1e-11, erlang_b, { 10, 12 },
      "recursion, 12 digits" },
    { "Erlang C, 10 Erlangs, 12 servers", .449388224298, 1e-11, erlang_c, { 10, 12 },
      "recursion, 12 digits" },
    { "Erlang B, 10 Erlangs, 14 servers", .0568191433865, 1e-11, erlang_b, { 10, 14 },
      "recursion, 12 digits" },
    { "Erlang C, 10 Erlangs, 14 servers", .174131933595, 1e-11, erlang_c, { 10, 14 },
      "recursion, 12 digits" },
    { "Erlang B, 10 Erlangs, 15 servers", .0364969454724, 1e-11, erlang_b, { 10, 15 },
      "recursion, 12 digits" },
    { "Erlang C, 10 Erlangs, 15 servers", .102042367008, 1e-11, erlang_c, { 10, 15 },
      "recursion, 12 digits" },
    { "Erlang B, 20 Erlangs, 10 servers", .537963168632, 1e-11, erlang_b, { 20, 10 },
      "recursion, 12 digits" },
    { "Erlang C, 20 Erlangs, 10 servers", 1, 1e-11, erlang_c, { 20, 10 },
      "recursion, 12 digits" },
    { "Erlang B, 123 Erlangs, 132 servers", .031242821047, 1e-11, erlang_b, { 123, 132 },
      "recursion, 12 digits" },
    { "Erlang C, 123 Erlangs, 132 servers", .321116179262, 1e-11, erlang_c, { 123, 132 },
      "recursion, 12 digits" },
    { "Erlang B, 12345 Erlangs, 12421 servers", .00375553310675, 1e-11, erlang_b, { 12345, 12421 },
      "recursion, 12 digits" },
    { "Erlang C, 12345 Erlangs, 12421 servers", .381225015062, 1e-11, erlang_c, { 12345, 12421 },
      "recursion, 12 digits" },
    { "Erlang B, 100 Erlangs, 110 servers", .0274634484498, 1e-11, erlang_b, { 100, 110 },
      "recursion, 12 digits" },
    { "Erlang C, 100 Erlangs, 110 servers", .237007500285, 1e-11, erlang_c, { 100, 110 },
      "recursion, 12 digits" },
    { "Erlang B, 50 Erlangs, 60 servers", .0216684730578, 1e-11, erlang_b, { 50, 60 },
      "recursion, 12 digits" },
    { "Erlang C, 50 Erlangs, 60 servers", .117302056132, 1e-11, erlang_c, { 50, 60 },
      "recursion, 12 digits" },
    { "Erlang B, 2 Erlangs, 3 servers", .210526315789, 1e-11, erlang_b, { 2, 3 },
      "recursion, 12 digits" },
    { "Erlang C, 2 Erlangs, 3 servers", .444444444444, 1e-11, erlang_c, { 2, 3 },
      "recursion, 12 digits" },
    { "Erlang B, .5 Erlangs, 1 servers", .333333333333, 1e-11, erlang_b, { .5, 1 },
      "recursion, 12 digits" },
    { "Erlang C, .5 Erlangs, 1 servers", .5, 1e-11, erlang_c, { .5, 1 },
      "recursion, 12 digits" },
    { "Erlang B, 5 Erlangs, 200 servers", 5.31667137955e-238, 1e-11, erlang_b, { 5, 200 },
      "recursion, 12 digits" },
    { "Erlang C, 5 Erlangs, 200 servers", 5.45299628671e-238, 1e-11, erlang_c, { 5, 200 },
      "recursion, 12 digits" },
    { "M/M/12, load 10: mean wait", .224694112149, 1e-11, wait_mean, { 10, 1, 1, 12 },
      "recursion, 12 digits" },
    { "M/M/12, load 10: waits beyond 0.2", .301233935199, 1e-11, wait_beyond, { 10, 1, 12, .2 },
      "recursion, 12 digits" },
    { "M/G/1, load .8, scv 0: mean wait", 2, 1e-11, wait_mean, { .8, 1, (1.0 + 0) / 2, 1 },
      "Pollaczek and Khinchine, service 1" },
    { "M/G/1, load .8, scv 1: mean wait", 4, 1e-11, wait_mean, { .8, 1, (1.0 + 1) / 2, 1 },
      "Pollaczek and Khinchine, service 1" },
    { "M/G/1, load .8, scv 4: mean wait", 10, 1e-11, wait_mean, { .8, 1, (1.0 + 4) / 2, 1 },
      "Pollaczek and Khinchine, service 1" },
};

static const ds_selftest_value irr[] = {
    { "IRR, five years", .0866309480365, 1e-10, flow_rate, { 0 },
      "Excel's manual" },
    { "IRR, five years: rates (2: several)", 1, 0, flow_count, { 0 },
      "Excel's manual" },
    { "IRR, four years", -.0212448482734, 1e-10, flow_rate, { 1 },
      "Excel's manual" },
    { "IRR, four years: rates (2: several)", 1, 0, flow_count, { 1 },
      "Excel's manual" },
    { "IRR, four payments", .28094842116, 1e-10, flow_rate, { 2 },
      "numpy-financial" },
    { "IRR, four payments: rates (2: several)", 1, 0, flow_count, { 2 },
      "numpy-financial" },
    { "IRR, two roots: rates (2: several)", 2, 0, flow_count, { 3 },
      "roots .1 and .2" },
    { "IRR, five flows: rates (2: several)", 2, 0, flow_count, { 4 },
      "numpy-financial 28: two roots" },
    { "IRR, nine payments", .205414212563, 1e-10, flow_rate, { 5 },
      "numpy-financial" },
    { "IRR, nine payments: rates (2: several)", 1, 0, flow_count, { 5 },
      "numpy-financial" },
    { "MIRR, five years, 10 % and 12 %", .126094130366, 1e-10, flow_modified, { .1, .12 },
      "Excel's manual" },
    { "IRR, no real root: rates (2: several)", 0, 0, flow_count, { 6 },
      "discriminant -20000" },
    { "IRR, no change of sign: rates (2: several)", 0, 0, flow_count, { 7 },
      "no change of sign" },
    { "IRR, a last flow below zero", 1.00426984872, 1e-10, flow_rate, { 8 },
      "numpy-financial 44; a root at -.99979 is none worth quoting" },
    { "IRR, a last flow below zero: rates (2: several)", 1, 0, flow_count, { 8 },
      "numpy-financial 44" },
    { "IRR, sixteen payments", -.0676541134497, 1e-10, level_rate, { -10000, 327.24625, 16 },
      "numpy-financial 98" },
    { "IRR, sixteen payments: rates (2: several)", 1, 0, level_count, { -10000, 327.24625, 16 },
      "numpy-financial 98" },
    { "IRR, 480 months", .00384010481257, 1e-10, level_rate,
      { -172545.848122807, 787.735232517999, 480 },
      "pyxirr 24" },
    { "IRR, 480 months: rates (2: several)", 1, 0, level_count,
      { -172545.848122807, 787.735232517999, 480 },
      "pyxirr 24" },
};

static const ds_selftest_value matrices[] = {
    { "nearest to [1 1 0; 1 1 1; 0 1 1], entry 1,2", .76068985, 1e-7, nearest_entry, { 1, 0, 1, 1 },
      "Higham 2002" },
    { "nearest to [1 1 0; 1 1 1; 0 1 1], entry 1,3", .15729811, 1e-7, nearest_entry, { 1, 0, 1, 2 },
      "Higham 2002" },
    { "nearest to [1 .9 0; .9 1 .8; 0 .8 1], entry 1,2", .77523800, 1e-7, nearest_entry,
      { .9, 0, .8, 1 },
      "alternating projections, 8 digits" },
    { "nearest to [1 .9 0; .9 1 .8; 0 .8 1], entry 1,3", .07905575, 1e-7, nearest_entry,
      { .9, 0, .8, 2 },
      "alternating projections, 8 digits" },
    { "nearest to [1 .9 0; .9 1 .8; 0 .8 1], entry 2,3", .69097927, 1e-7, nearest_entry,
      { .9, 0, .8, 5 },
      "alternating projections, 8 digits" },
};

#define GROUP(table) \
    { .name = #table, .values = table, .value_count = sizeof table / sizeof *table }
const ds_selftest_group ds_selftest_values[] = {
    GROUP(streams),
    GROUP(normal),
    GROUP(distributions),
    GROUP(quantiles),
    GROUP(accumulators),
    GROUP(erlang),
    GROUP(irr),
    GROUP(matrices),
    { .name = "pilots", .values = ds_selftest_information,
      .value_count = DS_SELFTEST_INFORMATION },
};
const size_t ds_selftest_values_count = sizeof ds_selftest_values / sizeof *ds_selftest_values;
