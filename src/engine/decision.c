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
#include "engine/streamed.h"
#include "model/outcome.h"
#include "numerics/statistics.h"

static const double verdict_standard_errors = 2.0;

static const double *cost_npv(const ds_result *r, size_t strategy)
{
    return ds_result_cells(r, strategy, DS_OUTCOME_COST_NPV);
}

/* Two strategies of a result. */
typedef struct {
    const ds_result *r;
    size_t           a, b;
} pair;

static void cost_difference(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;
    const double *a = cost_npv(p->r, p->a) + first, *b = cost_npv(p->r, p->b) + first;

    for (size_t i = 0; i < count; i++) {
        h[i] = a[i] - b[i];
    }
}

static void costs_more(const void *context, size_t first, size_t count, double *h)
{
    cost_difference(context, first, count, h);
    for (size_t i = 0; i < count; i++) {
        h[i] = h[i] > 0.0 ? 1.0 : 0.0;
    }
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

/* What strategy a costs more than knowing the path would. */
static void regret(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = cost_npv(p->r, p->a)[first + i] - least_cost(p->r, first + i);
    }
}

/* (84): ties go to the first, and rounding decides nothing. */
static void costs_least(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;

    for (size_t i = 0; i < count; i++) {
        const double least = least_cost(p->r, first + i);
        const double tie = least + 2e-12 * fabs(least);
        size_t cheapest = 0;
        while (cost_npv(p->r, cheapest)[first + i] > tie)
            cheapest++;
        h[i] = cheapest == p->a ? 1.0 : 0.0;
    }
}

static double mean_cost(const ds_result *r, size_t strategy)
{
    ds_moments m = ds_moments_of_column((size_t)r->kept, cost_npv(r, strategy));

    if (r->stream != NULL) {
        const size_t column = (size_t)r->column_of[DS_OUTCOME_COST_NPV];
        m = ds_moments_merge(m, r->stream->cells[strategy * r->column_count + column].moments);
    }
    return m.mean;
}

/* Of the paths that stream: cost of a minus cost of b, and the regret of a strategy. */
static ds_cell streamed_difference(const ds_result *r, size_t a, size_t b)
{
    if (r->stream == NULL) {
        return (ds_cell){0.0, 0.0};
    }
    ds_cell cell = r->stream->pairs[ds_stream_pair(r->stream, a < b ? a : b, a < b ? b : a)];
    cell.mean = a < b ? cell.mean : -cell.mean;
    return cell;
}

static ds_cell streamed_regret(const ds_result *r, size_t strategy)
{
    return r->stream == NULL ? (ds_cell){0.0, 0.0}
                             : r->stream->pairs[r->stream->size.pairs + strategy];
}

static void choose(const ds_result *r, ds_decision *d)
{
    const size_t none = r->strategy_count;
    double least = 0.0, least_distilling = 0.0, least_other = 0.0;

    d->best = d->best_distilling = d->best_other = none;
    for (size_t s = 0; s < none; s++) {
        const double mean = mean_cost(r, s);
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

static ds_verdict verdict_of(const ds_result *r, ds_estimate advantage)
{
    const double t = ds_result_interval_factor(r); /* more than 2 when groups are few */
    const double margin = advantage.se * (t > verdict_standard_errors ? t
                                                                      : verdict_standard_errors);

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

    choose(r, &d);
    const pair knowing = {r, d.best, d.best};
    d.regret_usd = ds_result_mean_of(r, regret, &knowing, streamed_regret(r, d.best));
    if (d.best_distilling == none) {
        d.verdict = DS_VERDICT_NO_STUDENT;
        return d;
    }
    if (d.best_other == none) { /* nothing to compare with */
        d.verdict = DS_VERDICT_CANNOT_SAY;
        return d;
    }
    const pair best = {r, d.best_other, d.best_distilling};
    d.advantage_usd = ds_result_mean_of(r, cost_difference, &best,
                                        streamed_difference(r, best.a, best.b));
    d.probability_advantage = ds_result_share_of(
        r, costs_more, &best,
        r->stream == NULL ? 0 : ds_stream_more(r->stream, best.a, best.b));
    d.verdict = verdict_of(r, d.advantage_usd);
    return d;
}

ds_estimate ds_result_probability_best(const ds_result *r, size_t strategy)
{
    const pair it = {r, strategy, strategy};

    return ds_result_share_of(r, costs_least, &it,
                              r->stream == NULL ? 0 : ds_stream_least(r->stream, strategy));
}
