/* result.c -- what came out: columns, statistics, months, asserts.
 *
 * Called by the engine (ds_result_new), by the output layer and the studies.
 * Statistics are worked out when first asked for, and kept: sorting a column costs
 * about as much as simulating it.  One buffer is sorted in, under a lock.
 *
 * Paths without a value.  An outcome that is "never" is +INFINITY: quantiles count it
 * as such, everything else is over the finite ones.  One that is "none" is NAN and
 * counts nowhere but in share_undefined.  share_positive is of all paths, and a path
 * without a value is not positive.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/result.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "model/outcome.h"
#include "numerics/statistics.h"

const double ds_quantile_levels[DS_QUANTILE_COUNT] = {0.05, 0.25, 0.5, 0.75, 0.95};
const char *const ds_quantile_names[DS_QUANTILE_COUNT] = {"p05", "p25", "p50", "p75", "p95"};

struct ds_result_cache {
    pthread_mutex_t      lock;
    double              *sorted;        /* [paths] */
    ds_statistics       *statistics;    /* [strategy][outcome] */
    ds_month_statistics *months;        /* [strategy][month] */
    bool                *outcome_known; /* which of them have been worked out */
    bool                *month_known;
};

static const ds_estimate nothing = {(double)NAN, (double)NAN};

/* ---- Life -------------------------------------------------------------------- */

static ds_result_cache *new_cache(const ds_engine_source *source,
                                  const ds_engine_layout *layout)
{
    const size_t outcomes = source->strategy_count * DS_OUTCOME_COUNT;
    const size_t bills = source->strategy_count * source->month_count;
    ds_result_cache *c = calloc(1, sizeof *c);

    if (c == NULL) {
        return NULL;
    }
    c->sorted = ds_engine_alloc(layout->paths, sizeof *c->sorted);
    c->statistics = calloc(outcomes, sizeof *c->statistics);
    c->months = calloc(bills + 1, sizeof *c->months);
    c->outcome_known = calloc(outcomes, sizeof *c->outcome_known);
    c->month_known = calloc(bills + 1, sizeof *c->month_known);
    if (c->sorted == NULL || c->statistics == NULL || c->months == NULL ||
        c->outcome_known == NULL || c->month_known == NULL ||
        pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c->sorted);
        free(c->statistics);
        free(c->months);
        free(c->outcome_known);
        free(c->month_known);
        free(c);
        return NULL;
    }
    return c;
}

static void free_cache(ds_result_cache *c)
{
    if (c == NULL) {
        return;
    }
    pthread_mutex_destroy(&c->lock);
    free(c->sorted);
    free(c->statistics);
    free(c->months);
    free(c->outcome_known);
    free(c->month_known);
    free(c);
}

/* Names, so that a result outlives its plan and scenario. */
static bool copy_names(ds_result *r, const ds_engine_source *source)
{
    r->strategies = ds_arena_array(r->arena, r->strategy_count, sizeof *r->strategies);
    r->assertions = ds_arena_array(r->arena, r->assertion_count, sizeof *r->assertions);
    if (r->strategies == NULL || r->assertions == NULL) {
        return false;
    }
    for (size_t s = 0; s < r->strategy_count; s++) {
        r->strategies[s].name = ds_arena_copy(r->arena, source->strategy_name(source->model, s));
        r->strategies[s].distils = source->strategy_distils(source->model, s);
        if (r->strategies[s].name == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < r->assertion_count; i++) {
        const ds_assertion *from = &source->assertions[i];
        ds_result_assertion *to = &r->assertions[i];
        to->name = ds_arena_copy(r->arena, from->key.name);
        to->outcome = ds_arena_copy(r->arena, from->outcome);
        to->statistic = ds_arena_copy(r->arena, from->statistic);
        to->strategy = (size_t)from->strategy;
        to->above = from->above;
        to->below = from->below;
        if (to->name == NULL || to->outcome == NULL || to->statistic == NULL) {
            return false;
        }
    }
    return true;
}

ds_result *ds_result_new(const ds_engine_source *source, const ds_engine_layout *layout,
                         uint64_t seed)
{
    ds_result *r = calloc(1, sizeof *r);

    if (r == NULL) {
        return NULL;
    }
    r->paths = layout->paths;
    r->seed = seed;
    r->bill_paths = layout->bill_paths;
    r->strategy_count = source->strategy_count;
    r->month_count = source->month_count;
    r->assertion_count = source->assertion_count;
    r->cvar_level = source->cvar_level;
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++)
        r->column_of[o] = source->left_out[o] ? DS_NO_COLUMN : (int)r->column_count++;
    r->columns = ds_engine_alloc(r->strategy_count * r->column_count * r->paths,
                                 sizeof *r->columns);
    r->bills = ds_engine_alloc(r->strategy_count * r->month_count * r->bill_paths,
                               sizeof *r->bills);
    r->cache = new_cache(source, layout);
    r->arena = ds_arena_new(0);
    if (r->arena != NULL) {
        r->tally = ds_arena_array(r->arena, layout->cells, sizeof *r->tally);
    }
    if (r->columns == NULL || r->bills == NULL || r->cache == NULL || r->tally == NULL ||
        !copy_names(r, source)) {
        ds_result_free(r);
        return NULL;
    }
    return r;
}

void ds_result_free(ds_result *result)
{
    if (result == NULL) {
        return;
    }
    free(result->columns);
    free(result->bills);
    free_cache(result->cache);
    ds_arena_free(result->arena);
    free(result);
}

/* ---- Plain access ------------------------------------------------------------ */

size_t ds_result_strategy_count(const ds_result *r)
{
    return r->strategy_count;
}

const char *ds_result_strategy_name(const ds_result *r, size_t strategy)
{
    return r->strategies[strategy].name;
}

uint64_t ds_result_paths(const ds_result *r)
{
    return r->paths;
}

uint64_t ds_result_seed(const ds_result *r)
{
    return r->seed;
}

size_t ds_result_months(const ds_result *r)
{
    return r->month_count;
}

bool ds_result_has(const ds_result *r, size_t outcome)
{
    return outcome < DS_OUTCOME_COUNT && r->column_of[outcome] != DS_NO_COLUMN;
}

const double *ds_result_column(const ds_result *r, size_t strategy, size_t outcome)
{
    return !ds_result_has(r, outcome) ? NULL : ds_result_cells(r, strategy, outcome);
}

/* ---- Statistics of an outcome ------------------------------------------------ */

static ds_estimate share(uint64_t part, uint64_t all)
{
    return (ds_estimate){(double)part / (double)all, ds_share_se(part, all)};
}

/* Of a sorted sample of which `count` may be +INFINITY at the end. */
static void fill_quantiles(ds_estimate out[DS_QUANTILE_COUNT], size_t count,
                           const double *sorted)
{
    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
        out[q] = count == 0 ? nothing
                            : (ds_estimate){
                                  ds_quantile_sorted(count, sorted, ds_quantile_levels[q]),
                                  ds_quantile_sorted_se(count, sorted, ds_quantile_levels[q])};
    }
}

/* Sorts what the statistics of an outcome read: the ranks about its quantiles, which
 * count `never` values after the others, and its bad tail.  tail 0: no tail is read. */
static void sort_read_ranks(size_t defined, size_t never, double *values, double cvar_level,
                            int tail)
{
    ds_ranks ranks[DS_QUANTILE_COUNT + 1];
    size_t n = 0;

    for (; n < DS_QUANTILE_COUNT; n++) {
        ranks[n] = ds_quantile_ranks(defined + never, ds_quantile_levels[n]);
    }
    if (tail != 0) {
        ranks[n++] = ds_tail_ranks(defined, cvar_level, tail);
    }
    ds_sort_ranks(defined, values, ranks, n);
}

/* Mean, spread and range of the values that are finite, in path order. */
static void fill_moments(ds_statistics *s, size_t defined, const double *values)
{
    if (defined == 0) {
        return;
    }
    const ds_moments m = ds_moments_of_column(defined, values);
    const bool spread = defined > 1;
    s->min = m.min;
    s->max = m.max;
    s->mean = (ds_estimate){m.mean, spread ? ds_moments_mean_se(&m) : (double)NAN};
    if (spread) {
        s->sd = (ds_estimate){ds_moments_sd(&m), ds_moments_sd_se(&m)};
    }
}

static ds_statistics statistics_of(const ds_result *r, const double *column,
                                   const ds_outcome_info *outcome, double *values)
{
    const size_t paths = (size_t)r->paths;
    size_t defined = 0, never = 0, positive = 0;

    for (size_t i = 0; i < paths; i++) {
        const double x = column[i];
        if (isfinite(x)) {
            values[defined++] = x;
            positive += x > 0.0 ? 1 : 0;
        } else {
            never += isnan(x) ? 0 : 1;
        }
    }
    ds_statistics s = {.paths = r->paths, .defined = defined, .mean = nothing, .sd = nothing,
                       .cvar_level = r->cvar_level, .cvar = nothing,
                       .share_undefined = share(paths - defined, paths),
                       .share_positive = share(positive, paths),
                       .min = (double)NAN, .max = (double)NAN};
    fill_moments(&s, defined, values);
    sort_read_ranks(defined, never, values, s.cvar_level, outcome->bad_tail);
    if (never > 0 && outcome->bad_tail > 0) {
        /* the worst futures are those in which it never comes */
        s.cvar.value = (double)INFINITY;
    } else if (defined > 0) {
        s.cvar.value = ds_cvar_sorted(defined, values, s.cvar_level, outcome->bad_tail);
        s.cvar.se = ds_cvar_sorted_se(defined, values, s.cvar_level, outcome->bad_tail);
    }
    for (size_t i = 0; i < never; i++) {
        values[defined + i] = (double)INFINITY;
    }
    fill_quantiles(s.quantiles, defined + never, values);
    return s;
}

/* Of an outcome that was not asked for. */
static ds_statistics no_statistics(const ds_result *r)
{
    ds_statistics s = {.paths = r->paths, .mean = nothing, .sd = nothing, .cvar = nothing,
                       .cvar_level = r->cvar_level, .share_undefined = nothing,
                       .share_positive = nothing, .min = (double)NAN, .max = (double)NAN};

    fill_quantiles(s.quantiles, 0, NULL);
    return s;
}

ds_statistics ds_result_statistics(const ds_result *r, size_t strategy, size_t outcome)
{
    if (!ds_result_has(r, outcome)) {
        return no_statistics(r);
    }
    ds_result_cache *c = r->cache;
    const size_t at = strategy * DS_OUTCOME_COUNT + outcome;

    pthread_mutex_lock(&c->lock);
    if (!c->outcome_known[at]) {
        c->statistics[at] = statistics_of(r, ds_result_cells(r, strategy, outcome),
                                          ds_outcome_at(outcome), c->sorted);
        c->outcome_known[at] = true;
    }
    const ds_statistics s = c->statistics[at];
    pthread_mutex_unlock(&c->lock);
    return s;
}

/* ---- Statistics of a month --------------------------------------------------- */

static ds_month_statistics month_of(const ds_result *r, size_t row, double *sorted)
{
    const ds_cell cell = r->tally[row];
    const size_t kept = (size_t)r->bill_paths;
    ds_month_statistics m = {.mean = {cell.mean, ds_cell_mean_se(cell, r->paths)},
                             .sd = ds_cell_sd(cell, r->paths),
                             .quantile_paths = r->bill_paths};

    memcpy(sorted, r->bills + row * kept, kept * sizeof *sorted);
    sort_read_ranks(kept, 0, sorted, 0.0, 0);
    fill_quantiles(m.quantiles, kept, sorted);
    return m;
}

ds_month_statistics ds_result_month(const ds_result *r, size_t strategy, size_t month)
{
    ds_result_cache *c = r->cache;
    const size_t row = strategy * r->month_count + month;

    pthread_mutex_lock(&c->lock);
    if (!c->month_known[row]) {
        c->months[row] = month_of(r, row, c->sorted);
        c->month_known[row] = true;
    }
    const ds_month_statistics m = c->months[row];
    pthread_mutex_unlock(&c->lock);
    return m;
}

/* ---- Asserts ----------------------------------------------------------------- */

/* A statistic by name: mean, sd, a quantile, cvar, share_positive, share_undefined. */
static ds_estimate named_statistic(const ds_statistics *s, const char *name)
{
    const struct {
        const char *name;
        ds_estimate estimate;
    } others[] = {{"mean", s->mean},
                  {"sd", s->sd},
                  {"cvar", s->cvar},
                  {"share_positive", s->share_positive},
                  {"share_undefined", s->share_undefined}};

    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
        if (strcmp(name, ds_quantile_names[q]) == 0) {
            return s->quantiles[q];
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i].name) == 0) {
            return others[i].estimate;
        }
    }
    return nothing;
}

size_t ds_result_assert_count(const ds_result *r)
{
    return r->assertion_count;
}

/* Strictly between the bounds that are given; NAN is between none. */
ds_assert_result ds_result_assert(const ds_result *r, size_t index)
{
    const ds_result_assertion *a = &r->assertions[index];
    const size_t outcome = ds_outcome_find(a->outcome);
    ds_assert_result result = {.name = a->name,
                               .strategy = r->strategies[a->strategy].name,
                               .outcome = a->outcome,
                               .statistic = a->statistic,
                               .observed = nothing,
                               .above = a->above,
                               .below = a->below};

    if (outcome < DS_OUTCOME_COUNT) {
        const ds_statistics s = ds_result_statistics(r, a->strategy, outcome);
        result.observed = named_statistic(&s, a->statistic);
    }
    const double value = result.observed.value;
    result.passed = !isnan(value) && (a->above == -(double)INFINITY || value > a->above) &&
                    (a->below == (double)INFINITY || value < a->below);
    return result;
}
