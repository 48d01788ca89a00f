/* timing_stakes.c -- what a shock moves: the requests, or the bill, to be expected from its
 * month on, (139).
 *
 * Called by timing_data.c.  What is at stake in a month is known before its shock, to one who
 * knows the inputs: for a product that grows with noise and nothing else, the noise so far
 * times a trend that nothing moves; else what there was a month before, as long as it lasts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "study/timing_data.h"

static const double discount_per_year = 0.1; /* any number would do */

static double discount(size_t month)
{
    return pow(1 + discount_per_year, -(double)month / 12);
}

/* Is the trend of a product known from the start? */
static bool is_known(const ds_plan *plan, size_t p)
{
    const ds_plan_product *product = &plan->product[p];

    return product->jump == DS_NONE && product->noise == DS_NONE &&
           product->effect.regime == DS_NONE && product->price_of == DS_NONE;
}

/* The watched product that a process moves, or their number. */
static size_t product_of(const ds_timing_data *d, size_t process)
{
    const ds_plan *plan = d->plan;

    for (size_t p = 0; p < d->product_count; p++) {
        const int own = plan->product[d->product[p]].process;
        if (own != DS_NONE && plan->same_shock[own] == (int)d->process[process]) {
            return p;
        }
    }
    return d->product_count;
}

/* Sum of discounts from a month on. */
static double months_left(const ds_timing_data *d, size_t month)
{
    double sum = 0;

    for (size_t t = month; t < d->months; t++) {
        sum += discount(t);
    }
    return sum;
}

/* From the last month to the first: the present value of the trend ahead, over the trend a
 * month before, times the requests of then. */
static void stake_of_trend(ds_timing_data *d, size_t process, size_t p)
{
    const size_t n = d->process_count, q = d->product_count;

    for (size_t i = 0; i < d->paths; i++) {
        double noise = 1, ahead = 0; /* noise of the last month, then of each before */
        for (size_t month = 1; month < d->months; month++) {
            noise *= 1 + d->kick[month * n + process][i];
        }
        for (size_t month = d->months; month-- > 1;) {
            const double trend = d->requests[month * q + p][i] / noise;
            ahead += discount(month) * trend;
            noise /= 1 + d->kick[month * n + process][i];
            d->at_stake[month * n + process][i] = noise * ahead;
        }
    }
}

/* What was there a month before, as long as it lasts. */
static void stake_of_level(ds_timing_data *d, size_t process, double *const *level, size_t stride)
{
    for (size_t month = 1; month < d->months; month++) {
        const double left = months_left(d, month), *before = level[(month - 1) * stride];
        double *to = d->at_stake[month * d->process_count + process];
        for (size_t i = 0; i < d->paths; i++) {
            to[i] = left * before[i];
        }
    }
}

void ds_timing_stakes_make(ds_timing_data *d)
{
    const size_t n = d->process_count;

    for (size_t k = 0; k < n; k++) {
        const size_t p = product_of(d, k);
        if (p < d->product_count && is_known(d->plan, d->product[p])) {
            stake_of_trend(d, k, p);
        } else if (p < d->product_count) {
            stake_of_level(d, k, d->requests + p, d->product_count);
        } else {
            stake_of_level(d, k, d->bill, 1);
        }
        for (size_t date = d->dates; date-- > 0;) {
            const double *after = date + 1 < d->dates ? d->moved[(date + 1) * n + k] : d->zero;
            const double *kick = d->kick[(d->first + date) * n + k];
            const double *stake = d->at_stake[(d->first + date) * n + k];
            double *to = d->moved[date * n + k];
            for (size_t i = 0; i < d->paths; i++) {
                to[i] = after[i] + kick[i] * stake[i];
            }
        }
    }
}
