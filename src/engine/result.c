/* result.c -- what came out: columns, statistics, months, asserts.
 *
 * Called by the engine (ds_result_new), by the output layer and the studies.
 * Statistics are worked out when first asked for, and kept.  There is one room to look
 * for ranks in, under a lock.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/result.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/streamed.h"
#include "model/outcome.h"

const double ds_quantile_levels[DS_QUANTILE_COUNT] = {0.05, 0.25, 0.5, 0.75, 0.95};
const char *const ds_quantile_names[DS_QUANTILE_COUNT] = {"p05", "p25", "p50", "p75", "p95"};

struct ds_result_cache {
    pthread_mutex_t      lock;
    ds_order_room       *room;
    uint64_t             savings;       /* paths that have them, where they follow */
    double              *scratch;       /* sums of groups */
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
    c->room = ds_order_room_new(layout->kept);
    c->scratch = calloc(ds_groups_scratch(&source->groups), sizeof *c->scratch);
    c->statistics = calloc(outcomes, sizeof *c->statistics);
    c->months = calloc(bills + 1, sizeof *c->months);
    c->outcome_known = calloc(outcomes, sizeof *c->outcome_known);
    c->month_known = calloc(bills + 1, sizeof *c->month_known);
    if (c->room == NULL || c->scratch == NULL || c->statistics == NULL || c->months == NULL ||
        c->outcome_known == NULL || c->month_known == NULL ||
        pthread_mutex_init(&c->lock, NULL) != 0) {
        ds_order_room_free(c->room);
        free(c->scratch);
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
    ds_order_room_free(c->room);
    free(c->scratch);
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
    r->seed = seed;
    r->stride = layout->kept;
    r->bill_stride = layout->bill_paths;
    r->strategy_count = source->strategy_count;
    r->month_count = source->month_count;
    r->assertion_count = source->assertion_count;
    r->cvar_level = source->cvar_level;
    r->saving_follows = source->saving_follows;
    r->groups = source->groups;
    r->whole = source->whole;
    r->outer = source->outer;
    r->threads = layout->threads;
    r->spare_bytes = layout->spare_bytes;
    r->cells = layout->cells;
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++)
        r->column_of[o] = source->left_out[o] ? DS_NO_COLUMN : (int)r->column_count++;
    r->columns = ds_engine_alloc(r->strategy_count * r->column_count * r->stride,
                                 sizeof *r->columns);
    r->bills = ds_engine_alloc(r->strategy_count * r->month_count * r->bill_stride,
                               sizeof *r->bills);
    r->cache = new_cache(source, layout);
    r->arena = ds_arena_new(0);
    if (r->arena != NULL) {
        r->tally = ds_arena_array(r->arena, layout->all_cells, sizeof *r->tally);
        r->sums = ds_arena_array(r->arena, layout->sums + 1, sizeof *r->sums);
    }
    if (r->columns == NULL || r->bills == NULL || r->cache == NULL || r->tally == NULL ||
        r->sums == NULL || !copy_names(r, source)) {
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
    ds_stream_free(result->stream);
    free_cache(result->cache);
    ds_arena_free(result->arena);
    free(result);
}

void ds_result_reached(ds_result *r, uint64_t paths)
{
    ds_result_cache *c = r->cache;

    r->paths = paths;
    r->kept = paths < r->stride ? paths : r->stride;
    r->bill_paths = paths < r->bill_stride ? paths : r->bill_stride;
    memset(c->outcome_known, 0, r->strategy_count * DS_OUTCOME_COUNT);
    memset(c->month_known, 0, r->strategy_count * r->month_count);
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

uint64_t ds_result_kept_paths(const ds_result *r)
{
    return r->kept;
}

size_t ds_result_months(const ds_result *r)
{
    return r->month_count;
}

bool ds_result_has(const ds_result *r, size_t outcome)
{
    return outcome < DS_OUTCOME_COUNT && r->column_of[outcome] != DS_NO_COLUMN;
}

/* (73) of the paths that are kept so far; the lock is held. */
static void make_savings(const ds_result *r)
{
    uint64_t *made = &r->cache->savings;
    const double *base = ds_result_cells(r, 0, DS_OUTCOME_COST_NPV);

    for (size_t s = 0; s < r->strategy_count; s++) {
        const double *cost = ds_result_cells(r, s, DS_OUTCOME_COST_NPV);
        double *saving = ds_result_cells(r, s, DS_OUTCOME_SAVING_NPV);
        for (uint64_t i = *made; i < r->kept; i++) {
            saving[i] = ds_saving_of(base[i], cost[i], base[i] - cost[i]);
        }
    }
    *made = r->kept;
}

/* The columns of the outcome are there; the lock is held. */
static void need(const ds_result *r, size_t outcome)
{
    if (outcome == DS_OUTCOME_SAVING_NPV && r->saving_follows && r->cache->savings < r->kept) {
        make_savings(r);
    }
}

const double *ds_result_column(const ds_result *r, size_t strategy, size_t outcome)
{
    if (!ds_result_has(r, outcome)) {
        return NULL;
    }
    pthread_mutex_lock(&r->cache->lock);
    need(r, outcome);
    pthread_mutex_unlock(&r->cache->lock);
    return ds_result_cells(r, strategy, outcome);
}

/* ---- Statistics ---------------------------------------------------------------- */

/* Works out the statistics of the outcome for a strategy, and for others of which nobody has
 * asked yet, as far as that takes no longer. */
static void learn(const ds_result *r, size_t strategy, size_t outcome)
{
    ds_result_cache *c = r->cache;
    const size_t most = ds_statistics_at_once(r);
    size_t strategies[DS_MOST_AT_ONCE], count = 0;
    ds_statistics *out[DS_MOST_AT_ONCE];

    need(r, outcome);
    for (size_t k = 0; k < r->strategy_count && count < most; k++) {
        const size_t s = (strategy + k) % r->strategy_count, at = s * DS_OUTCOME_COUNT + outcome;
        if (!c->outcome_known[at]) {
            strategies[count] = s;
            out[count++] = &c->statistics[at];
            c->outcome_known[at] = true;
        }
    }
    ds_statistics_of_several(r, outcome, count, strategies, c->room, c->scratch, out);
}

ds_statistics ds_result_statistics(const ds_result *r, size_t strategy, size_t outcome)
{
    if (!ds_result_has(r, outcome)) {
        return ds_statistics_of_nothing(r);
    }
    ds_result_cache *c = r->cache;
    const size_t at = strategy * DS_OUTCOME_COUNT + outcome;

    pthread_mutex_lock(&c->lock);
    if (!c->outcome_known[at]) {
        learn(r, strategy, outcome);
    }
    const ds_statistics s = c->statistics[at];
    pthread_mutex_unlock(&c->lock);
    return s;
}

ds_month_statistics ds_result_month(const ds_result *r, size_t strategy, size_t month)
{
    ds_result_cache *c = r->cache;
    const size_t row = strategy * r->month_count + month;

    pthread_mutex_lock(&c->lock);
    if (!c->month_known[row]) {
        c->months[row] = ds_statistics_of_month(r, row, c->room, c->scratch);
        c->month_known[row] = true;
    }
    const ds_month_statistics m = c->months[row];
    pthread_mutex_unlock(&c->lock);
    return m;
}

double *ds_result_lock_scratch(const ds_result *r)
{
    pthread_mutex_lock(&r->cache->lock);
    return r->cache->scratch;
}

void ds_result_unlock_scratch(const ds_result *r)
{
    pthread_mutex_unlock(&r->cache->lock);
}

double ds_result_degrees_of_freedom(const ds_result *r)
{
    return ds_groups_freedom(&r->groups, r->paths);
}

double ds_result_interval_factor(const ds_result *r)
{
    return ds_student_975(ds_result_degrees_of_freedom(r));
}

/* ---- Asserts ----------------------------------------------------------------- */

/* A statistic by name: mean, sd, a quantile, cvar, share_positive, share_undefined. */
ds_estimate ds_named_statistic(const ds_statistics *s, const char *name)
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

bool ds_is_statistic(const char *name)
{
    bool is = false;

    for (size_t i = 0; ds_statistic_name(i) != NULL; i++) {
        is = is || strcmp(name, ds_statistic_name(i)) == 0;
    }
    return is;
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
        result.observed = ds_named_statistic(&s, a->statistic);
    }
    const double value = result.observed.value;
    result.passed = !isnan(value) && (a->above == -(double)INFINITY || value > a->above) &&
                    (a->below == (double)INFINITY || value < a->below);
    return result;
}
