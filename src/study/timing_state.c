/* timing_state.c -- what a rule looks at: figures of the month before, (136).
 *
 * Called by timing.c.  Only what a company sees is here: its bill, requests, prices, rents.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/timing_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

/* Features: the bill, its growth over a year or since the start, then these. */
enum { BILL, GROWTH, FIRST_PRICE };

static size_t count_features(const ds_timing_data *d)
{
    const size_t wanted = FIRST_PRICE + d->level_count + d->rent_count + d->product_count;

    return wanted < DS_TIMING_MOST_FEATURES ? wanted : DS_TIMING_MOST_FEATURES;
}

static void logarithms(const double *x, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = log(x[i] > 1e-9 ? x[i] : 1e-9);
    }
}

/* Column of feature f as it was in a month. */
static const double *seen(const ds_timing_data *d, size_t f, size_t month)
{
    if (f == BILL) {
        return d->bill[month];
    }
    f -= FIRST_PRICE;
    if (f < d->level_count) {
        return d->price[month * d->level_count + f];
    }
    f -= d->level_count;
    if (f < d->rent_count) {
        return d->usd[month * d->rent_count + f];
    }
    return d->requests[month * d->product_count + f - d->rent_count];
}

/* How requests have grown in a year, or since the start: all products alike. */
static void growth(const ds_timing_data *d, size_t month, double *out)
{
    const size_t before = month >= 12 ? month - 12 : 0;

    for (size_t i = 0; i < d->paths; i++) {
        double sum = 0;
        for (size_t p = 0; p < d->product_count; p++) {
            const double now = d->requests[month * d->product_count + p][i];
            const double then = d->requests[before * d->product_count + p][i];
            sum += now > 0 && then > 0 ? log(now / then) : 0;
        }
        out[i] = sum;
    }
}

static bool bills_are_positive(const ds_timing_data *d)
{
    for (size_t month = d->first > 0 ? d->first - 1 : 0; month + 1 < d->months; month++) {
        for (size_t i = 0; i < d->paths; i++) {
            if (!(d->bill[month][i] > 1)) {
                return false;
            }
        }
    }
    return true;
}

static void fill(const ds_timing_data *d, ds_timing_state *s)
{
    const bool scaled = bills_are_positive(d);
    double *one = s->block + d->dates * s->features * d->paths;

    for (size_t i = 0; i < d->paths; i++) {
        one[i] = 1; /* in month 0 nothing is seen */
    }
    for (size_t k = 0; k < d->dates; k++) {
        const size_t month = d->first + k;
        for (size_t f = 0; f < s->features; f++) {
            double *to = s->block + (k * s->features + f) * d->paths;
            s->state[k * s->features + f] = to;
            if (month == 0) {
                memset(to, 0, d->paths * sizeof *to);
            } else if (f == GROWTH) {
                growth(d, month - 1, to);
            } else {
                logarithms(seen(d, f, month - 1), d->paths, to);
            }
        }
    }
    for (size_t k = 0; k < d->dates; k++) {
        const size_t month = d->first + k;
        const double *before = d->bill[month > 0 ? month - 1 : 0];
        double sum = 0, sum_ahead = 0;
        s->ahead[k] = s->block + (d->dates * (s->features + 1) + 1 + k) * d->paths;
        s->size[k] = s->block + (d->dates * s->features + 1 + k) * d->paths;
        s->scale[k] = month > 0 ? s->size[k] : one;

        for (size_t i = 0; i < d->paths; i++) {
            sum += fabs(before[i]) / (double)d->paths;
            sum_ahead += fabs(d->ahead[k][i]) / (double)d->paths;
        }
        for (size_t i = 0; i < d->paths; i++) {
            s->size[k][i] = fabs(before[i]) + 0.3 * sum + 1e-9;
            s->ahead[k][i] = fabs(d->ahead[k][i]) + 0.1 * sum_ahead + 1e-9;
        }
    }
    for (size_t k = 0; k < d->dates; k++) {
        const double *x = s->state[k * s->features + BILL];
        double sum = 0, squares = 0;
        for (size_t i = 0; i < d->fit; i++) {
            sum += x[i] / (double)d->fit;
        }
        for (size_t i = 0; i < d->fit; i++) {
            squares += (x[i] - sum) * (x[i] - sum) / (double)d->fit;
        }
        s->centre[k] = sum;
        s->spread[k] = squares > 1e-18 ? 1 / sqrt(squares) : 0;
    }
    if (!scaled) {
        free(s->scale);
        s->scale = NULL;
    }
}

ds_code ds_timing_state_make(const ds_timing_data *d, ds_timing_state *out, ds_error *err)
{
    const size_t features = count_features(d);

    *out = (ds_timing_state){.features = features};
    out->state = calloc(d->dates * features, sizeof *out->state);
    out->scale = calloc(d->dates, sizeof *out->scale);
    out->size = calloc(d->dates, sizeof *out->size);
    out->ahead = calloc(d->dates, sizeof *out->ahead);
    out->centre = calloc(d->dates, sizeof *out->centre);
    out->spread = calloc(d->dates, sizeof *out->spread);
    out->block = malloc((d->dates * (features + 2) + 1) * d->paths * sizeof *out->block);
    if (out->state == NULL || out->scale == NULL || out->size == NULL || out->ahead == NULL ||
        out->centre == NULL || out->spread == NULL || out->block == NULL) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    fill(d, out);
    return DS_OK;
}

void ds_timing_state_release(ds_timing_state *s)
{
    free(s->state);
    free(s->scale);
    free(s->size);
    free(s->ahead);
    free(s->centre);
    free(s->spread);
    free(s->block);
}

/* ---- Sets of terms -------------------------------------------------------------------- */

static void term(ds_timing_terms *t, size_t features, size_t a, size_t b)
{
    if (t->terms < DS_TIMING_MOST_TERMS && a < features && (b < features || b == SIZE_MAX)) {
        unsigned char *power = t->power + t->terms++ * features;
        power[a]++;
        if (b != SIZE_MAX) {
            power[b]++;
        }
    }
}

ds_timing_terms ds_timing_terms_of(const ds_timing_data *d, const ds_timing_state *state,
                                   size_t basis)
{
    static const char *const names[DS_TIMING_BASES] = {
        "nothing", "the bill", "the bill and how requests grow",
        "the bill, how requests grow, prices and rents",
        "the bill, prices, rents and the requests of each product"};
    ds_timing_terms t = {.name = names[basis]};
    const size_t n = state->features, few = FIRST_PRICE + d->level_count + d->rent_count;
    const size_t most = basis == 1 ? 1 : basis == 2 ? 2 : basis == 3 ? few : basis == 4 ? n : 0;

    for (size_t f = 0; f < most && f < n; f++) {
        term(&t, n, f, SIZE_MAX);
        term(&t, n, BILL, f); /* of the bill itself, its square */
    }
    if (most > 0 && t.terms < DS_TIMING_MOST_TERMS) {
        t.power[t.terms++ * n + BILL] = 3;
    }
    for (size_t f = 1; f < most && f < n; f++) {
        term(&t, n, f, f);
    }
    return t;
}
