/* selftest_options.c -- prices of European options, which have closed forms, as means of
 * scrambled Sobol points with their errors: what the engine does with a scenario, in a few
 * lines.  An option to exchange one cost for another is what a student is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "numerics/groups.h"
#include "numerics/lanes.h"
#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "study/selftest.h"

enum { REPLICATES = 16, POINTS = 4096, DIMENSIONS_MOST = 10 };

/* Payoff of normal scores. */
typedef double payoff(const double *a, const double *z);

/* The mean of REPLICATES means: these are independent of one another. */
static ds_estimate price(payoff *pays, size_t dimensions, const double *a)
{
    uint32_t direction[DIMENSIONS_MOST][DS_SOBOL_BITS];
    double   mean[REPLICATES] = { 0 }, z[DIMENSIONS_MOST], sum = 0, squares = 0;

    for (size_t d = 0; d < dimensions; d++)
        ds_sobol_directions(d, direction[d]);
    for (uint32_t r = 0; r < REPLICATES; r++) {
        for (uint32_t k = 0; k < POINTS; k++) {
            for (uint32_t d = 0; d < dimensions; d++)
                z[d] = ds_normal_quantile(
                    ds_sobol_uniform(direction[d], k, ds_spread_word(DS_SELFTEST_SEED, r, d)));
            mean[r] += pays(a, z) / POINTS;
        }
        sum += mean[r];
    }
    const double average = sum / REPLICATES;
    for (size_t r = 0; r < REPLICATES; r++)
        squares += (mean[r] - average) * (mean[r] - average);
    return (ds_estimate){ average, sqrt(squares / (REPLICATES * (REPLICATES - 1.0))) };
}

/* ---- Payoffs, discounted ------------------------------------------------------------- */

/* a: spot, strike, rate, volatility, years, 1 for a call and -1 for a put. */
static double vanilla_pays(const double *a, const double *z)
{
    const double drift = (a[2] - 0.5 * a[3] * a[3]) * a[4];
    const double spot = a[0] * exp(drift + a[3] * sqrt(a[4]) * z[0]);

    return exp(-a[2] * a[4]) * fmax(0, a[5] * (spot - a[1]));
}

static ds_estimate vanilla(const double *a)
{
    return price(vanilla_pays, 1, a);
}

/* a: forward, strike, sd. */
static double bachelier_pays(const double *a, const double *z)
{
    return fmax(0, a[0] + a[2] * z[0] - a[1]);
}

static ds_estimate bachelier(const double *a)
{
    return price(bachelier_pays, 1, a);
}

/* a: yields of the two assets 22 and 20, their volatilities, correlation, years. */
static double exchange_pays(const double *a, const double *z)
{
    const double other = a[4] * z[0] + sqrt(1 - a[4] * a[4]) * z[1], root = sqrt(a[5]);
    const double first = 22 * exp(-(a[0] + 0.5 * a[2] * a[2]) * a[5] + a[2] * root * z[0]);
    const double second = 20 * exp(-(a[1] + 0.5 * a[3] * a[3]) * a[5] + a[3] * root * other);

    return fmax(0, first - second);
}

static ds_estimate exchange(const double *a)
{
    return price(exchange_pays, 2, a);
}

/* a: spot, strike, rate, yield, volatility; of the geometric mean of ten days evenly over a
 * year. */
static double asian_pays(const double *a, const double *z)
{
    const double step = 0.1, drift = (a[2] - a[3] - 0.5 * a[4] * a[4]) * step;
    double       level = 0, sum = 0;

    for (size_t i = 0; i < 10; i++) {
        level += drift + a[4] * sqrt(step) * z[i];
        sum += level;
    }
    return exp(-a[2]) * fmax(0, a[0] * exp(sum / 10) - a[1]);
}

static ds_estimate asian(const double *a)
{
    return price(asian_pays, 10, a);
}

/* ---- Table ---------------------------------------------------------------------------- */

static const ds_selftest_estimate options[] = {
    { "call, spot and strike 100, 5 %, volatility .2, 1 year", 10.4505835722, .0005, vanilla,
      { 100, 100, .05, .2, 1, 1 },
      "Black and Scholes 1973" },
    { "put of the same", 5.57352602226, .0005, vanilla, { 100, 100, .05, .2, 1, -1 },
      "Black and Scholes 1973" },
    { "call, spot 42, strike 40, 10 %, .2, half a year", 4.75942239287, .0005, vanilla,
      { 42, 40, .1, .2, .5, 1 },
      "Hull, Options, Futures and Other Derivatives" },
    { "put of the same", .8085993729, .001, vanilla, { 42, 40, .1, .2, .5, -1 },
      "Hull, Options, Futures and Other Derivatives" },
    { "call on what is normal, forward and strike 100, sd 20", 7.9788456080286538, .0005,
      bachelier, { 100, 100, 20 },
      "Bachelier 1900; QuantLib tests" },
    { "the same, strike 110", 3.9559311480261217, .0005, bachelier, { 100, 110, 20 },
      "Bachelier 1900; QuantLib tests" },
    { "exchange of 20 for 22, correlation -.5, a tenth of a year", 2.12506199871, .0005, exchange,
      { .06, .04, .2, .15, -.5, .1 },
      "Margrabe 1978; QuantLib tests" },
    { "the same, correlation .5, half a year", 2.3736425674, .0005, exchange,
      { .06, .04, .2, .25, .5, .5 },
      "Margrabe 1978; QuantLib tests" },
    { "call on the geometric mean of ten days", 5.3425606635, .002, asian,
      { 100, 100, .06, .03, .2 },
      "Kemna and Vorst 1990; QuantLib tests" },
};

const ds_selftest_group ds_selftest_options[] = {
    { .name = "options", .estimates = options, .estimate_count = sizeof options / sizeof *options },
    { .name = "information", .estimates = ds_selftest_knowing,
      .estimate_count = DS_SELFTEST_KNOWING },
};
const size_t ds_selftest_options_count = sizeof ds_selftest_options / sizeof *ds_selftest_options;
