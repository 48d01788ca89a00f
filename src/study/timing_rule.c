/* timing_rule.c -- rules that choose the month of the start: by the bill of the month before,
 * (143), and by regression on what is seen, (136)-(138).
 *
 * Called by timing.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/timing_rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/sort.h"

enum { AMOUNTS = 96 };

/* ---- Views ------------------------------------------------------------------------- */

bool ds_timing_view_make(const ds_timing_data *d, const ds_timing_state *state, size_t offset,
                         size_t count, ds_timing_view *v)
{
    const size_t dates = d->dates, features = state->features;
    const double **next = calloc(dates * (4 + features) + 1, sizeof *next);

    *v = (ds_timing_view){.part = {d, state, offset, count}, .pointers = next};
    v->s = (ds_stopping){.paths = count, .dates = dates, .features = features};
    if (next == NULL) {
        return false;
    }
    v->later = ds_timing_later(&v->part);
    v->hidden = ds_timing_hidden(&v->part);
    v->s.gain = next;
    v->s.state = next + dates;
    v->s.scale = state->scale != NULL ? next + dates * (1 + features) : NULL;
    v->later.size = next + dates * (2 + features);
    v->hidden.size = next + dates * (3 + features);
    for (size_t k = 0; k < dates; k++) {
        next[k] = d->gain[k] + offset;
        for (size_t f = 0; f < features; f++) {
            next[dates + k * features + f] = state->state[k * features + f] + offset;
        }
        if (state->scale != NULL) {
            next[dates * (1 + features) + k] = state->scale[k] + offset;
        }
        next[dates * (2 + features) + k] = state->size[k] + offset;
        next[dates * (3 + features) + k] = state->ahead[k] + offset;
    }
    return true;
}

void ds_timing_view_release(ds_timing_view *v)
{
    free(v->pointers);
}

double ds_timing_gain(const ds_timing_view *v, const size_t *when)
{
    double sum = 0;

    for (size_t i = 0; i < v->s.paths; i++) {
        sum += when[i] < v->s.dates ? v->s.gain[when[i]][i] : 0;
    }
    return sum / (double)v->s.paths;
}

/* ---- The simple rule ---------------------------------------------------------------- */

/* The bill that is seen at a date; NULL: none. */
static const double *bill_seen(const ds_timing_view *v, size_t date)
{
    const ds_timing_data *d = v->part.data;
    const size_t month = d->first + date;

    return month > 0 ? d->bill[month - 1] + v->part.offset : NULL;
}

/* To three digits. */
static double rounded(double usd)
{
    const double unit = pow(10, floor(log10(usd)) - 2);

    return round(usd / unit) * unit;
}

/* Amounts between which bills lie, of all months; returns how many. */
static size_t find_amounts(const ds_timing_view *v, double *room, double *amount)
{
    const size_t n = v->s.paths, step = v->s.dates > 12 ? v->s.dates / 12 : 1;
    size_t count = 0, found = 0;

    for (size_t k = step; k < v->s.dates; k += step) {
        const double *bill = bill_seen(v, k);
        for (size_t i = 0; i < n; i += 4) {
            if (bill[i] > 0) {
                room[count++] = bill[i];
            }
        }
    }
    ds_sort(count, room);
    for (size_t a = 0; count > 0 && a < AMOUNTS; a++) {
        const double usd = rounded(room[(count - 1) * a / (AMOUNTS - 1)]);
        if (found == 0 || usd > amount[found - 1]) {
            amount[found++] = usd;
        }
    }
    return found;
}

/* Gains of waiting for a bill above an amount from each date on; `gain` is scratch for what
 * each path has then.  Keeps the best. */
static void try_amount(const ds_timing_view *v, double usd, double *gain, double *best,
                       ds_timing_simple_rule *out)
{
    const size_t n = v->s.paths;
    const double limit = usd * (1 + 1e-9);

    memset(gain, 0, n * sizeof *gain);
    for (size_t k = v->s.dates; k-- > 0;) {
        const double *bill = bill_seen(v, k), *now = v->s.gain[k];
        double sum = 0;
        for (size_t i = 0; bill != NULL && i < n; i++) {
            gain[i] = bill[i] > limit ? now[i] : gain[i];
        }
        for (size_t i = 0; i < n; i++) {
            sum += gain[i];
        }
        if (sum > *best) {
            *best = sum;
            *out = (ds_timing_simple_rule){k, usd};
        }
    }
}

static void try_fixed(const ds_timing_view *v, double *best, ds_timing_simple_rule *out)
{
    for (size_t k = 0; k < v->s.dates; k++) {
        double sum = 0;
        for (size_t i = 0; i < v->s.paths; i++) {
            sum += v->s.gain[k][i];
        }
        if (sum > *best) {
            *best = sum;
            *out = (ds_timing_simple_rule){k, 0};
        }
    }
}

bool ds_timing_simple_fit(const ds_timing_view *v, ds_timing_simple_rule *out)
{
    double *room = malloc((v->s.paths * 26 + 1) * sizeof *room), amount[AMOUNTS];
    double best = 0;

    *out = (ds_timing_simple_rule){v->s.dates, 0};
    if (room == NULL) {
        return false;
    }
    const size_t count = find_amounts(v, room, amount);
    try_fixed(v, &best, out);
    for (size_t a = 0; a < count; a++) {
        try_amount(v, amount[a], room, &best, out);
    }
    free(room);
    return true;
}

void ds_timing_simple_apply(const ds_timing_view *v, ds_timing_simple_rule rule, size_t *when)
{
    const double limit = rule.usd * (1 + 1e-9);

    for (size_t i = 0; i < v->s.paths; i++) {
        when[i] = v->s.dates;
    }
    for (size_t k = v->s.dates; k-- > rule.from;) {
        const double *bill = bill_seen(v, k);
        for (size_t i = 0; i < v->s.paths; i++) {
            const bool starts = rule.usd > 0 ? bill != NULL && bill[i] > limit : k == rule.from;
            when[i] = starts ? k : when[i];
        }
    }
}

/* ---- The adaptive rule ---------------------------------------------------------------- */

/* One of the ways in which it is tried: a set of terms, differences by the bill or not. */
typedef struct {
    ds_timing_terms terms;
    bool            scaled;
} way;

enum { WAYS = 2 * DS_TIMING_BASES };

static way way_of(const ds_timing_data *d, const ds_timing_state *state, size_t index)
{
    return (way){ds_timing_terms_of(d, state, index / 2), index % 2 == 1};
}

static ds_policy *fit_way(const way *w, const ds_timing_view *v, size_t *when)
{
    const ds_stopping_basis basis = {w->terms.terms, w->terms.power, false, false, false};
    ds_stopping s = v->s;

    if (!w->scaled) {
        s.scale = NULL;
    }
    return ds_policy_fit(&s, &basis, NULL, when);
}

/* What a way gains on a view that it was not fitted to; NAN when out of memory. */
static double value_of(const way *w, const ds_timing_view *fit, const ds_timing_view *other,
                       size_t *when)
{
    ds_policy *policy = fit_way(w, fit, NULL);
    const bool ok = policy != NULL && ds_policy_apply(policy, &other->s, when);

    ds_policy_free(policy);
    return ok ? ds_timing_gain(other, when) : (double)NAN;
}

ds_policy *ds_timing_adaptive_fit(const ds_timing_data *d, const ds_timing_state *state,
                                  const ds_timing_view *first, const ds_timing_view *second,
                                  const ds_timing_view *both, const char **chosen)
{
    size_t *when = malloc((both->s.paths + 1) * sizeof *when), best = 0;
    double most = -(double)INFINITY;

    for (size_t k = 0; when != NULL && k < WAYS; k++) {
        const way w = way_of(d, state, k);
        if (w.scaled && state->scale == NULL) {
            continue;
        }
        const double a = value_of(&w, first, second, when);
        const double b = value_of(&w, second, first, when);
        const double value = a * (double)second->s.paths + b * (double)first->s.paths;
        if (isnan(value)) {
            free(when);
            return NULL;
        }
        best = value > most ? k : best;
        most = value > most ? value : most;
    }
    free(when);
    const way w = way_of(d, state, best);
    *chosen = w.terms.name;
    return when != NULL ? fit_way(&w, both, NULL) : NULL;
}
