/* decision.c -- distil or not: the verdict of a result.
 *
 * Called by the output layer and the studies.  All comparisons are paired: the
 * difference of two strategies is taken on each path, then averaged.
 *
 * Rule.  Among the strategies with a student's project, and among those without, the
 * one of least mean present cost is taken (the first of equals).  The advantage is
 * the mean of (cost without - cost with); it is a verdict when its 95 % interval, which
 * knows that both were chosen by the paths that they are judged by, leaves out 0 and when
 * it is more than two standard errors from it.  Equations (84), (120), (122) and (123).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "engine/result.h"
#include "engine/streamed.h"
#include "model/outcome.h"
#include "numerics/preference.h"
#include "numerics/statistics.h"

enum { SLICE = 4096 }; /* at most so many paths are asked for at a time */

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

/* The costs of the paths that are kept; the last two members are for grouped errors,
 * and only while the scratch is locked. */
static ds_costs costs_of(const ds_result *r, double *scratch)
{
    const double *first = cost_npv(r, 0);
    const size_t step = r->strategy_count > 1 ? (size_t)(cost_npv(r, 1) - first) : 0;

    return (ds_costs){.first = first, .step = step, .courses = r->strategy_count,
                      .paths = (size_t)r->kept, .groups = &r->groups, .scratch = scratch,
                      .alike = r->outer > 0};
}

/* What strategy a costs more than knowing the path would. */
static void regret(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;
    const ds_costs c = costs_of(p->r, NULL);
    double part[SLICE];

    ds_least_costs(&c, first, count, h, part);
    for (size_t i = 0; i < count; i++) {
        h[i] = cost_npv(p->r, p->a)[first + i] - h[i];
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

/* ---- Several differences at once ------------------------------------------------- */

/* Mean cost of a minus that of b, on all paths.  Several pairs are looked at: sums of
 * squares alone, not the higher moments of ds_result_mean_of(). */
static ds_estimate paired(const ds_result *r, size_t a, size_t b)
{
    const pair two = {r, a, b};
    double slice[SLICE];
    ds_cell total = {0.0, 0.0};

    if (r->groups.kind != DS_GROUPS_EACH) {
        return ds_result_mean_of(r, cost_difference, &two, streamed_difference(r, a, b));
    }
    for (uint64_t first = 0; first < r->kept; first += SLICE) {
        const size_t count = r->kept - first < SLICE ? (size_t)(r->kept - first) : SLICE;
        cost_difference(&two, (size_t)first, count, slice);
        const ds_cell cell = ds_cell_of(count, slice);
        ds_cells_merge(1, &total, first, &cell, count);
    }
    if (r->stream != NULL && r->stream->paths > 0) {
        const ds_cell rest = streamed_difference(r, a, b);
        ds_cells_merge(1, &total, r->kept, &rest, r->stream->paths);
    }
    return (ds_estimate){total.mean, ds_cell_mean_se(total, r->paths)};
}

typedef bool (*is_of)(const ds_result *r, size_t strategy);

static bool distils(const ds_result *r, size_t strategy)
{
    return r->strategies[strategy].distils;
}

static bool does_not(const ds_result *r, size_t strategy)
{
    return !r->strategies[strategy].distils;
}

static size_t how_many(const ds_result *r, is_of kind)
{
    size_t n = 0;

    for (size_t s = 0; s < r->strategy_count; s++) {
        n += kind(r, s) ? 1 : 0;
    }
    return n;
}

/* (123): least over the others of the greatest over ours of difference -+ t errors. */
static void bound_advantage(const ds_result *r, ds_decision *d)
{
    const double freedom = ds_result_degrees_of_freedom(r);
    const double t_low = ds_student_of_several(how_many(r, distils), freedom);
    const double t_high = ds_student_of_several(how_many(r, does_not), freedom);

    d->advantage_low = d->advantage_high = (double)INFINITY;
    for (size_t b = 0; b < r->strategy_count; b++) {
        double low = -(double)INFINITY, high = -(double)INFINITY;
        for (size_t a = 0; does_not(r, b) && a < r->strategy_count; a++) {
            if (distils(r, a)) {
                const ds_estimate e = paired(r, b, a);
                low = fmax(low, e.value - t_low * e.se);
                high = fmax(high, e.value + t_high * e.se);
            }
        }
        if (does_not(r, b)) {
            d->advantage_low = fmin(d->advantage_low, low);
            d->advantage_high = fmin(d->advantage_high, high);
        }
    }
    if (isnan(d->advantage_usd.se)) { /* a single path */
        d->advantage_low = d->advantage_high = (double)NAN;
    }
}

/* (122), (125): the best against all the others. */
static void measure_margin(const ds_result *r, ds_decision *d)
{
    const size_t none = r->strategy_count;
    const double t = ds_student_of_several(none - 1, ds_result_degrees_of_freedom(r));
    double least = 0.0;

    for (size_t s = 0; s < none; s++) {
        const double mean = s == d->best ? 0.0 : mean_cost(r, s);
        if (s == d->best) {
            continue;
        }
        const ds_estimate e = paired(r, s, d->best);
        const double low = e.value - t * e.se, high = e.value + t * e.se;
        if (d->runner_up == none || mean < least) {
            d->runner_up = s;
            d->margin_usd = e;
            least = mean;
        }
        d->margin_low = isnan(d->margin_low) || low < d->margin_low ? low : d->margin_low;
        d->margin_high = isnan(d->margin_high) || high < d->margin_high ? high : d->margin_high;
    }
    if (d->runner_up == none) {
        return;
    }
    double *scratch = ds_result_lock_scratch(r);
    const ds_costs c = costs_of(r, scratch);
    const ds_measure best_case = ds_best_case(&c, d->best, d->runner_up, r->cvar_level);
    ds_result_unlock_scratch(r);
    d->runner_up_best_case_usd = (ds_estimate){best_case.value, best_case.se};
}

/* ---- The decision ------------------------------------------------------------------ */

static ds_verdict verdict_of(const ds_decision *d)
{
    const double margin = verdict_standard_errors * d->advantage_usd.se;

    /* with a single path the standard error is NAN, and nothing can be said */
    if (d->advantage_low > 0.0 && d->advantage_usd.value > margin) {
        return DS_VERDICT_DISTIL;
    }
    return d->advantage_high < 0.0 && d->advantage_usd.value < -margin ? DS_VERDICT_DO_NOT
                                                                       : DS_VERDICT_CANNOT_SAY;
}

ds_decision ds_result_decision(const ds_result *r)
{
    const double none_known = (double)NAN;
    const ds_estimate nothing = {none_known, none_known};
    const size_t none = r->strategy_count;
    ds_decision d = {.advantage_usd = nothing, .probability_advantage = nothing,
                     .runner_up = none, .margin_usd = nothing,
                     .runner_up_best_case_usd = nothing, .margin_low = none_known,
                     .margin_high = none_known, .advantage_low = none_known,
                     .advantage_high = none_known};

    choose(r, &d);
    const pair knowing = {r, d.best, d.best};
    d.regret_usd = ds_result_mean_of(r, regret, &knowing, streamed_regret(r, d.best));
    measure_margin(r, &d);
    if (d.best_distilling == none) {
        d.verdict = DS_VERDICT_NO_STUDENT;
        return d;
    }
    if (d.best_other == none) { /* nothing to compare with */
        d.verdict = DS_VERDICT_CANNOT_SAY;
        return d;
    }
    const pair best = {r, d.best_other, d.best_distilling};
    d.advantage_usd = paired(r, best.a, best.b);
    d.probability_advantage = ds_result_share_of(
        r, costs_more, &best,
        r->stream == NULL ? 0 : ds_stream_more(r->stream, best.a, best.b));
    bound_advantage(r, &d);
    d.verdict = verdict_of(&d);
    return d;
}

/* ---- Probabilities ------------------------------------------------------------------ */

/* (120) of the paths that are kept and of those that stream. */
ds_estimate ds_result_probability_best(const ds_result *r, size_t strategy)
{
    double *scratch = ds_result_lock_scratch(r);
    const ds_costs c = costs_of(r, scratch);
    ds_share_measure s;

    if (r->stream == NULL) {
        s = ds_probability_best(&c, strategy);
    } else { /* every path is its own group */
        double sum, squares;
        ds_sum_parts(&c, strategy, &sum, &squares);
        ds_stream_least(r->stream, strategy, &sum, &squares);
        s = ds_share_of_parts(sum, squares, (size_t)r->paths);
    }
    ds_result_unlock_scratch(r);
    return (ds_estimate){s.value, s.se};
}
