/* selftest_stopping.c -- known values of stopping at the best time: the examples of Longstaff
 * and Schwartz, "Valuing American Options by Simulation", Review of Financial Studies 2001.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "numerics/lanes.h"
#include "numerics/statistics.h"
#include "numerics/stopping.h"
#include "numerics/stream.h"
#include "study/selftest.h"

/* ---- Eight paths, three dates ----------------------------------------------------------- */

enum { EIGHT = 8, DATES = 3, VALUE = 0, EUROPEAN = 1, WHEN = 2, WAITING = 3 };

static const double eight[DATES][EIGHT] = { { 1.09, 1.16, 1.22, 0.93, 1.11, 0.76, 0.92, 0.88 },
                                            { 1.08, 1.26, 1.07, 0.97, 1.56, 0.77, 0.84, 1.22 },
                                            { 1.34, 1.54, 1.03, 0.92, 1.52, 0.90, 1.01, 1.34 } };

/* What a policy that is fitted on the paths makes of them.  a: what; of WHEN the path from 1,
 * 0 for never; of WAITING the date from 1 and the price. */
static double of_eight(const double *a)
{
    static const unsigned char squared[] = { 1, 2 };
    double        gain[DATES][EIGHT], value = 0, european = 0, out = (double)NAN;
    const double *gains[DATES] = { gain[0], gain[1], gain[2] };
    const double *prices[DATES] = { eight[0], eight[1], eight[2] };
    size_t        when[EIGHT];

    for (size_t t = 0; t < DATES; t++)
        for (size_t i = 0; i < EIGHT; i++)
            gain[t][i] = exp(-.06 * (double)(t + 1)) * fmax(1.10 - eight[t][i], 0);
    const ds_stopping       s = { EIGHT, DATES, 1, gains, prices, NULL };
    const ds_stopping_basis basis = { 2, squared, true, true, true };
    ds_policy *policy = ds_policy_fit(&s, &basis, NULL, when);
    if (policy == NULL)
        return out;
    for (size_t i = 0; i < EIGHT; i++) {
        value += when[i] < DATES ? gain[when[i]][i] / EIGHT : 0;
        european += gain[DATES - 1][i] / EIGHT;
    }
    const size_t path = a[0] == WHEN ? (size_t)a[1] - 1 : 0;
    if (a[0] == WAITING) /* of money of that date */
        out = ds_policy_at(policy, (size_t)a[1] - 1, &a[2]) * exp(.06 * a[1]);
    else
        out = a[0] == VALUE      ? value
              : a[0] == EUROPEAN ? european
              : when[path] < DATES ? (double)(when[path] + 1)
                                   : 0;
    ds_policy_free(policy);
    return out;
}

static const char section_1[] = "Longstaff and Schwartz 2001, section 1";

const ds_selftest_value ds_selftest_eight_paths[DS_SELFTEST_EIGHT_PATHS] = {
    { "eight paths: value", .114434330045, 1e-11, of_eight, { VALUE }, section_1 },
    { "without early exercise", .0563807392703, 1e-11, of_eight, { EUROPEAN }, section_1 },
    { "path 1: when (0: never)", 0, 0, of_eight, { WHEN, 1 }, section_1 },
    { "path 2", 0, 0, of_eight, { WHEN, 2 }, section_1 },
    { "path 3", 3, 0, of_eight, { WHEN, 3 }, section_1 },
    { "path 4", 1, 0, of_eight, { WHEN, 4 }, section_1 },
    { "path 5", 0, 0, of_eight, { WHEN, 5 }, section_1 },
    { "path 6", 1, 0, of_eight, { WHEN, 6 }, section_1 },
    { "path 7", 1, 0, of_eight, { WHEN, 7 }, section_1 },
    { "path 8", 1, 0, of_eight, { WHEN, 8 }, section_1 },
    { "value of waiting at date 2, price 1.08", .036741, 2e-5, of_eight, { WAITING, 2, 1.08 },
      section_1 },
    { "at date 1, price 1.09", .013485, 5e-5, of_eight, { WAITING, 1, 1.09 }, section_1 },
    { "at date 1, price .76", .286065, 5e-6, of_eight, { WAITING, 1, .76 }, section_1 },
};

/* ---- Table 1 -------------------------------------------------------------------------------- */

enum { PATHS = 16384, YEARLY = 50, TABLE_DATES = YEARLY + 1 };

/* Gains of a put of strike 40 at 6 %, volatility .2, at each of 50 dates of a year and at the
 * beginning; prices over the strike. */
typedef struct {
    double       *numbers; /* [2][date][PATHS]                                          */
    const double *gain[TABLE_DATES], *price[TABLE_DATES];
} put;

static bool simulate_put(double start, uint64_t stream, put *p)
{
    const double h = 1.0 / YEARLY, drift = (.06 - .5 * .2 * .2) * h, sd = .2 * sqrt(h);

    p->numbers = calloc((size_t)2 * TABLE_DATES * PATHS, sizeof *p->numbers);
    for (size_t t = 0; p->numbers != NULL && t < TABLE_DATES; t++) {
        double *gain = p->numbers + t * PATHS, *price = gain + (size_t)TABLE_DATES * PATHS;
        for (size_t i = 0; i < PATHS; i++) {
            const double u = ds_stream_uniform(ds_stream_key(DS_SELFTEST_SEED, stream), i,
                                               (uint32_t)t, 0);
            price[i] = t == 0 ? start / 40
                              : price[i - PATHS] * exp(drift + sd * ds_normal_quantile(u));
            gain[i] = 40 * exp(-.06 * h * (double)t) * fmax(0, 1 - price[i]);
        }
        p->gain[t] = gain;
        p->price[t] = price;
    }
    return p->numbers != NULL;
}

/* A policy fitted on some paths and valued on others.  a: price today. */
static ds_estimate table_1(const double *a)
{
    static const unsigned char power[] = { 1, 2, 3, 4 };
    const ds_stopping_basis    basis = { 4, power, false, true, true };
    ds_estimate out = { (double)NAN, (double)NAN };
    size_t     *when = calloc(PATHS, sizeof *when);
    double     *had = calloc(PATHS, sizeof *had);
    ds_policy  *policy = NULL;
    put         fit = { 0 }, other = { 0 };

    if (when != NULL && had != NULL && simulate_put(a[0], 51, &fit) &&
        simulate_put(a[0], 52, &other)) {
        const ds_stopping s = { PATHS, TABLE_DATES, 1, fit.gain, fit.price, NULL };
        policy = ds_policy_fit(&s, &basis, NULL, NULL);
    }
    const ds_stopping s = { PATHS, TABLE_DATES, 1, other.gain, other.price, NULL };
    if (policy != NULL && ds_policy_apply(policy, &s, when)) {
        for (size_t i = 0; i < PATHS; i++)
            had[i] = when[i] < TABLE_DATES ? other.gain[when[i]][i] : 0;
        const ds_moments m = ds_moments_of_column(PATHS, had);
        out = (ds_estimate){ m.mean, ds_moments_mean_se(&m) };
    }
    ds_policy_free(policy);
    free(fit.numbers);
    free(other.numbers);
    free(when);
    free(had);
    return out;
}

static const char row_of_table[] = "Longstaff and Schwartz 2001, table 1; binomial tree, 50 dates";

const ds_selftest_estimate ds_selftest_table_1[DS_SELFTEST_TABLE_1] = {
    { "put of 40, price 36, exercised 50 times a year", 4.4779, .01, table_1, { 36 },
      row_of_table },
    { "price 40", 2.3140, .015, table_1, { 40 }, row_of_table },
};
