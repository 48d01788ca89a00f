/* knowledge.c -- what is not known, apart from what is chance: (118) and (119).
 *
 * Called by the output layer for runs with `outer`: path k has state of knowledge k mod O,
 * and so every state has a sample of futures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "engine/result.h"
#include "numerics/sort.h"
#include "numerics/statistics.h"

enum { FIGURES = DS_QUANTILE_COUNT + 1, MEAN = DS_QUANTILE_COUNT };

static const ds_estimate nothing = {(double)NAN, (double)NAN};
static const double band_low = 0.05, band_high = 0.95;

/* One array of the states for each figure. */
typedef struct {
    size_t  states, futures;
    double *figure[FIGURES], *variance; /* [states] */
    double *sample;                     /* [futures] */
} table;

static bool make(table *t, double **all)
{
    *all = malloc((t->states * (FIGURES + 1) + t->futures) * sizeof **all);
    if (*all == NULL) {
        return false;
    }
    for (size_t f = 0; f < FIGURES; f++) {
        t->figure[f] = *all + f * t->states;
    }
    t->variance = *all + FIGURES * t->states;
    t->sample = t->variance + t->states;
    return true;
}

static void fill(table *t, const double *column)
{
    for (size_t state = 0; state < t->states; state++) {
        for (size_t i = 0; i < t->futures; i++) {
            t->sample[i] = column[i * t->states + state];
        }
        const ds_moments m = ds_moments_of_column(t->futures, t->sample);
        t->figure[MEAN][state] = m.mean;
        t->variance[state] = ds_moments_sd(&m) * ds_moments_sd(&m);
        ds_sort(t->futures, t->sample);
        for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
            t->figure[q][state] = ds_quantile_sorted(t->futures, t->sample, ds_quantile_levels[q]);
        }
    }
}

/* (119); the figures are sorted later. */
static void split(const table *t, ds_knowledge *k)
{
    const ds_moments means = ds_moments_of_column(t->states, t->figure[MEAN]);
    const ds_moments within = ds_moments_of_column(t->states, t->variance);
    const double n = (double)t->futures, states = (double)t->states;
    const double between = means.m2 / (states - 1.0);
    const double knowledge = between - within.mean / n, all = knowledge + within.mean;
    double of_knowledge = 0.0, of_share = 0.0;

    for (size_t i = 0; i < t->states; i++) {
        const double d = t->figure[MEAN][i] - means.mean, v = t->variance[i] - within.mean;
        const double h = d * d - between - v / n;
        const double s = (within.mean * h - knowledge * v) / (all * all);
        of_knowledge += h * h;
        of_share += s * s;
    }
    const double scale = 1.0 / sqrt(states * (states - 1.0));
    k->knowledge = (ds_estimate){knowledge, sqrt(of_knowledge) * scale};
    k->chance = (ds_estimate){within.mean, ds_moments_mean_se(&within)};
    k->share = all > 0.0 ? (ds_estimate){knowledge / all, sqrt(of_share) * scale} : nothing;
}

static ds_estimate level(size_t count, const double *sorted, double p)
{
    return (ds_estimate){ds_quantile_sorted(count, sorted, p),
                         ds_quantile_sorted_se(count, sorted, p)};
}

ds_knowledge ds_result_knowledge(const ds_result *r, size_t strategy, size_t outcome)
{
    ds_knowledge k = {.mean_low = nothing, .mean_high = nothing, .knowledge = nothing,
                      .chance = nothing, .share = nothing};
    table t = {.states = (size_t)r->outer};
    double *all = NULL;

    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
        k.low[q] = k.high[q] = nothing;
    }
    if (r->outer < 2 || r->paths < 2 * r->outer || !ds_result_has(r, outcome)) {
        return k;
    }
    t.futures = (size_t)(r->paths / r->outer);
    k.states = t.states;
    k.futures = t.futures;
    if (!make(&t, &all)) {
        return k;
    }
    fill(&t, ds_result_column(r, strategy, outcome));
    split(&t, &k);
    for (size_t f = 0; f < FIGURES; f++) {
        ds_sort(t.states, t.figure[f]);
        *(f == MEAN ? &k.mean_low : &k.low[f]) = level(t.states, t.figure[f], band_low);
        *(f == MEAN ? &k.mean_high : &k.high[f]) = level(t.states, t.figure[f], band_high);
    }
    free(all);
    return k;
}
