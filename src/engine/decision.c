/* decision.c -- distil or not: the verdict of a result.
 *
 * Called by the output layer and the studies.  All comparisons are paired: the
 * difference of two strategies is taken on each path, then averaged.
 *
 * Rule.  Among the strategies with a student's project, and among those without, the
 * one of least mean present cost is taken (the first of equals).  The advantage is
 * the mean of (cost without - cost with); it is a verdict when it is more than two
 * standard errors from 0.  The best of several is chosen by the paths that it is then
 * judged by, which flatters the side with more near-equal strategies a little; the
 * standard error does not know of it.  It does not matter once the advantage is many
 * standard errors; near two of them, more paths settle it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "engine/result.h"
#include "model/outcome.h"
#include "numerics/statistics.h"

/* Path by path differences are made a slice at a time, as ds_moments_of_column(). */
enum { SLICE = 4096 };

static const double verdict_standard_errors = 2.0;

static const double *cost_npv(const ds_result *r, size_t strategy)
{
    return ds_result_cells(r, strategy, DS_OUTCOME_COST_NPV);
}

/* Moments of a - b over the paths, and in how many it is positive. */
static ds_moments difference(const ds_result *r, const double *a, const double *b,
                             uint64_t *positive)
{
    double slice[SLICE];
    ds_moments total = {0};

    *positive = 0;
    for (uint64_t start = 0; start < r->paths; start += SLICE) {
        const size_t count = r->paths - start < SLICE ? (size_t)(r->paths - start) : SLICE;
        for (size_t i = 0; i < count; i++) {
            slice[i] = a[start + i] - b[start + i];
            *positive += slice[i] > 0.0 ? 1 : 0;
        }
        total = ds_moments_merge(total, ds_moments_of(count, slice));
    }
    return total;
}

static ds_estimate mean_of(const ds_moments *m)
{
    return (ds_estimate){m->mean, m->count > 1 ? ds_moments_mean_se(m) : (double)NAN};
}

static double least_cost(const ds_result *r, uint64_t path)
{
    double least = cost_npv(r, 0)[path];

    for (size_t s = 1; s < r->strategy_count; s++) {
        const double cost = cost_npv(r, s)[path];
        least = cost < least ? cost : least;
    }
    return least;
}

/* What the best strategy costs more, on average, than knowing the path would. */
static ds_estimate regret(const ds_result *r, size_t best)
{
    double slice[SLICE];
    ds_moments total = {0};

    for (uint64_t start = 0; start < r->paths; start += SLICE) {
        const size_t count = r->paths - start < SLICE ? (size_t)(r->paths - start) : SLICE;
        for (size_t i = 0; i < count; i++) {
            slice[i] = cost_npv(r, best)[start + i] - least_cost(r, start + i);
        }
        total = ds_moments_merge(total, ds_moments_of(count, slice));
    }
    return mean_of(&total);
}

static void choose(const ds_result *r, ds_decision *d)
{
    const size_t none = r->strategy_count;
    double least = 0.0, least_distilling = 0.0, least_other = 0.0;

    d->best = d->best_distilling = d->best_other = none;
    for (size_t s = 0; s < none; s++) {
        const double mean = ds_moments_of_column((size_t)r->paths, cost_npv(r, s)).mean;
        const bool distils = r->strategies[s].distils;
        size_t *const of_kind = distils ? &d->best_distilling : &d->best_other;
        double *const least_of_kind = distils ? &least_distilling : &least_other;

        if (d->best == none || mean < least) {
            d->best = s;
            least = mean;
        }
        if (*of_kind == none || mean < *least_of_kind) {
            *of_kind = s;
            *least_of_kind = mean;
        }
    }
}

static ds_verdict verdict_of(ds_estimate advantage)
{
    const double margin = verdict_standard_errors * advantage.se;

    /* with a single path the standard error is NAN, and nothing can be said */
    if (advantage.value > margin) {
        return DS_VERDICT_DISTIL;
    }
    return advantage.value < -margin ? DS_VERDICT_DO_NOT : DS_VERDICT_CANNOT_SAY;
}

ds_decision ds_result_decision(const ds_result *r)
{
    const ds_estimate nothing = {(double)NAN, (double)NAN};
    const size_t none = r->strategy_count;
    ds_decision d = {.advantage_usd = nothing, .probability_advantage = nothing};
    uint64_t positive = 0;

    choose(r, &d);
    d.regret_usd = regret(r, d.best);
    if (d.best_distilling == none) {
        d.verdict = DS_VERDICT_NO_STUDENT;
        return d;
    }
    if (d.best_other == none) { /* nothing to compare with */
        d.verdict = DS_VERDICT_CANNOT_SAY;
        return d;
    }
    const ds_moments m =
        difference(r, cost_npv(r, d.best_other), cost_npv(r, d.best_distilling), &positive);
    d.advantage_usd = mean_of(&m);
    d.probability_advantage = (ds_estimate){(double)positive / (double)r->paths,
                                            ds_share_se(positive, r->paths)};
    d.verdict = verdict_of(d.advantage_usd);
    return d;
}

ds_estimate ds_result_probability_best(const ds_result *r, size_t strategy)
{
    uint64_t best = 0;

    for (uint64_t path = 0; path < r->paths; path++) {
        const double least = least_cost(r, path);
        const double tie = least + 2e-12 * fabs(least); /* (84): rounding decides nothing */
        size_t first = 0;
        while (cost_npv(r, first)[path] > tie)
            first++;
        best += first == strategy ? 1 : 0;
    }
    return (ds_estimate){(double)best / (double)r->paths, ds_share_se(best, r->paths)};
}
