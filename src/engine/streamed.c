/* streamed.c -- counts and sums of the paths that have no columns, see streamed.h.
 *
 * Called by worker.c for blocks past the kept paths, and by engine.c once before them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/streamed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/result.h"
#include "model/outcome.h"
#include "numerics/order.h"
#include "numerics/preference.h"

/* ---- Life -------------------------------------------------------------------------- */

ds_stream_size ds_stream_size_of(size_t strategies, size_t outcomes, uint64_t threads)
{
    ds_stream_size s = {.columns = strategies * outcomes, .strategies = strategies,
                        .pairs = strategies * (strategies - 1) / 2};
    const uint64_t sums = s.columns * sizeof(ds_stream_cell) +
                          (s.pairs + strategies) * sizeof(ds_cell);

    s.counts = s.columns * DS_STREAM_COLUMN_COUNTS + 2 * s.pairs + strategies * strategies;
    s.ring_bytes = sums;
    s.bytes = s.columns * DS_STREAM_BINS * (sizeof(double) + sizeof(size_t)) +
              (threads + 1) * (s.counts * sizeof(uint64_t) + sums);
    return s;
}

/* A value that many paths have spans several edges: the first of them moves to the value
 * below, so that the many have a bin of their own. */
static void part_ties(double *edges, const ds_order *order)
{
    for (size_t b = 0; b + 2 < DS_STREAM_BINS; b++) {
        if (edges[b] != edges[b + 1] || (b > 0 && edges[b] == edges[b - 1])) {
            continue;
        }
        size_t at = ((b + 1) * order->finite - 1) / DS_STREAM_BINS;
        while (at > 0 && ds_order_at(order, at) == edges[b])
            at--;
        edges[b] = ds_order_at(order, at);
    }
}

/* How many edges are below x: bin b has edge b-1 < x <= edge b. */
static size_t bin_of(const double *edges, double x)
{
    size_t bin = 0;

    for (size_t step = DS_STREAM_BINS / 2; step > 0; step /= 2) {
        bin += edges[bin + step - 1] < x ? step : 0;
    }
    return bin;
}

/* By the first of the kept paths, as many as can be sorted at once. */
static void cut(ds_stream *s, const ds_result *r, size_t column, ds_order_room *room)
{
    const size_t kept = (size_t)r->kept, first = kept < DS_ORDER_AT_ONCE ? kept : DS_ORDER_AT_ONCE;
    double *edges = s->edges + column * (DS_STREAM_BINS - 1);
    const double *x = ds_result_column(r, column / r->column_count, s->outcome[column]);
    const ds_order order = ds_order_of_column(room, first, x, NULL, NULL);

    ds_order_expect(&order, &(ds_ranks){0, order.finite}, 1);
    for (size_t b = 1; b < DS_STREAM_BINS; b++) {
        /* without values everything is in one bin */
        edges[b - 1] =
            order.finite == 0 ? 0.0 : ds_order_at(&order, (b * order.finite - 1) / DS_STREAM_BINS);
    }
    if (order.finite > 0) {
        part_ties(edges, &order);
    }
    for (size_t i = 0; i < kept; i++) {
        if (isfinite(x[i])) {
            s->kept[column * DS_STREAM_BINS + bin_of(edges, x[i])]++;
        }
    }
    const ds_order all = ds_order_of_column(room, kept, x, NULL, NULL);
    s->at_risk[column] = ds_value_at_risk_of(&all, r->cvar_level, s->tail[column]);
}

static bool reserve(ds_stream *s)
{
    const size_t columns = s->size.columns;

    s->edges = ds_engine_alloc(columns * (DS_STREAM_BINS - 1), sizeof *s->edges);
    s->at_risk = calloc(columns, sizeof *s->at_risk);
    s->tail = calloc(columns, sizeof *s->tail);
    s->outcome = calloc(columns, sizeof *s->outcome);
    s->kept = calloc(columns * DS_STREAM_BINS, sizeof *s->kept);
    s->counts = calloc(s->size.counts, sizeof *s->counts);
    s->cells = calloc(columns, sizeof *s->cells);
    s->pairs = calloc(s->size.pairs + s->size.strategies, sizeof *s->pairs);
    return s->edges != NULL && s->at_risk != NULL && s->tail != NULL && s->outcome != NULL &&
           s->kept != NULL &&
                      s->counts != NULL && s->cells != NULL && s->pairs != NULL;
}

ds_stream *ds_stream_new(const ds_result *r, ds_order_room *room)
{
    ds_stream *s = calloc(1, sizeof *s);

    if (s == NULL) {
        return NULL;
    }
    s->size = ds_stream_size_of(r->strategy_count, r->column_count, 1);
    if (!reserve(s)) {
        ds_stream_free(s);
        return NULL;
    }
    for (size_t strategy = 0; strategy < r->strategy_count; strategy++) {
        for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
            if (!ds_result_has(r, o)) {
                continue;
            }
            const size_t column = strategy * r->column_count + (size_t)r->column_of[o];
            s->outcome[column] = o;
            s->tail[column] = ds_outcome_at(o)->bad_tail;
            cut(s, r, column, room);
        }
    }
    return s;
}

void ds_stream_free(ds_stream *s)
{
    if (s == NULL) {
        return;
    }
    free(s->edges);
    free(s->at_risk);
    free(s->tail);
    free(s->outcome);
    free(s->kept);
    free(s->counts);
    free(s->cells);
    free(s->pairs);
    free(s);
}

bool ds_stream_tally_new(const ds_stream *s, ds_stream_tally *t)
{
    t->counts = calloc(s->size.counts, sizeof *t->counts);
    t->cells = calloc(s->size.columns, sizeof *t->cells);
    t->pairs = calloc(s->size.pairs + s->size.strategies, sizeof *t->pairs);
    return t->counts != NULL && t->cells != NULL && t->pairs != NULL;
}

void ds_stream_tally_free(ds_stream_tally *t)
{
    free(t->counts);
    free(t->cells);
    free(t->pairs);
    *t = (ds_stream_tally){0};
}

/* ---- Places ------------------------------------------------------------------------- */

size_t ds_stream_pair(const ds_stream *s, size_t a, size_t b)
{
    return a * s->size.strategies - a * (a + 1) / 2 + (b - a - 1);
}

static size_t more_at(const ds_stream *s, size_t a, size_t b)
{
    const size_t base = s->size.columns * DS_STREAM_COLUMN_COUNTS;

    return a < b ? base + ds_stream_pair(s, a, b) : base + s->size.pairs + ds_stream_pair(s, b, a);
}

/* Of the paths in which `ties` strategies cost least, and this is one of them. */
static size_t least_at(const ds_stream *s, size_t strategy, size_t ties)
{
    return s->size.columns * DS_STREAM_COLUMN_COUNTS + 2 * s->size.pairs +
           strategy * s->size.strategies + (ties - 1);
}

uint64_t ds_stream_more(const ds_stream *s, size_t a, size_t b)
{
    return s->counts[more_at(s, a, b)];
}

void ds_stream_least(const ds_stream *s, size_t strategy, double *sum, double *squares)
{
    for (size_t ties = 1; ties <= s->size.strategies; ties++) {
        const double paths = (double)s->counts[least_at(s, strategy, ties)];
        *sum += paths / (double)ties;
        *squares += paths / (double)(ties * ties);
    }
}

/* ---- A block -------------------------------------------------------------------------- */

static void count_column(const ds_stream *s, size_t column, size_t count, const double *x,
                         ds_stream_tally *t)
{
    const double *edges = s->edges + column * (DS_STREAM_BINS - 1);
    uint64_t *counts = t->counts + column * DS_STREAM_COLUMN_COUNTS;
    double finite[DS_LANES] = {0}, excess[DS_LANES];
    const double at_risk = isnan(s->at_risk[column]) ? 0.0 : s->at_risk[column];
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i])) {
            counts[DS_STREAM_NEVER] += isnan(x[i]) ? 0 : 1;
            continue;
        }
        const double beyond = s->tail[column] * (x[i] - at_risk);
        counts[bin_of(edges, x[i])]++;
        counts[DS_STREAM_POSITIVE] += x[i] > 0.0 ? 1 : 0;
        counts[DS_STREAM_BEYOND] += beyond > 0.0 ? 1 : 0;
        excess[n] = beyond > 0.0 ? beyond : 0.0;
        finite[n++] = x[i];
    }
    t->cells[column].moments = ds_moments_of(n, finite);
    t->cells[column].excess = n == 0 ? (ds_cell){0.0, 0.0} : ds_cell_of(n, excess);
}

static void count_pairs(const ds_stream *s, size_t count, const double *outcomes,
                        ds_stream_tally *t)
{
    const size_t strategies = s->size.strategies, stride = DS_OUTCOME_COUNT * (size_t)DS_LANES;
    const double *costs = outcomes + DS_OUTCOME_COST_NPV * (size_t)DS_LANES;
    double h[DS_LANES];

    for (size_t a = 0; a < strategies; a++) {
        for (size_t b = a + 1; b < strategies; b++) {
            uint64_t more = 0, less = 0;
            for (size_t i = 0; i < count; i++) {
                h[i] = costs[a * stride + i] - costs[b * stride + i];
                more += h[i] > 0.0 ? 1 : 0;
                less += h[i] < 0.0 ? 1 : 0;
            }
            t->pairs[ds_stream_pair(s, a, b)] = ds_cell_of(count, h);
            t->counts[more_at(s, a, b)] += more;
            t->counts[more_at(s, b, a)] += less;
        }
    }
}

static void count_regrets(const ds_stream *s, size_t count, const double *outcomes,
                          ds_stream_tally *t)
{
    const size_t strategies = s->size.strategies, stride = DS_OUTCOME_COUNT * (size_t)DS_LANES;
    const double *costs = outcomes + DS_OUTCOME_COST_NPV * (size_t)DS_LANES;
    double least[DS_LANES], h[DS_LANES];

    for (size_t i = 0; i < count; i++) {
        size_t ties = 0;
        least[i] = costs[i];
        for (size_t a = 1; a < strategies; a++) {
            least[i] = costs[a * stride + i] < least[i] ? costs[a * stride + i] : least[i];
        }
        for (size_t a = 0; a < strategies; a++) {
            ties += ds_costs_as_little(costs[a * stride + i], least[i]) ? 1 : 0;
        }
        for (size_t a = 0; a < strategies; a++) {
            if (ds_costs_as_little(costs[a * stride + i], least[i])) {
                t->counts[least_at(s, a, ties)]++;
            }
        }
    }
    for (size_t a = 0; a < strategies; a++) {
        for (size_t i = 0; i < count; i++) {
            h[i] = costs[a * stride + i] - least[i];
        }
        t->pairs[s->size.pairs + a] = ds_cell_of(count, h);
    }
}

void ds_stream_block(const ds_stream *s, size_t count, const double *outcomes,
                     ds_stream_tally *t)
{
    const size_t per_strategy = s->size.columns / s->size.strategies;

    for (size_t column = 0; column < s->size.columns; column++) {
        const size_t row = column / per_strategy * DS_OUTCOME_COUNT + s->outcome[column];
        count_column(s, column, count, outcomes + row * DS_LANES, t);
    }
    count_pairs(s, count, outcomes, t);
    count_regrets(s, count, outcomes, t);
}

void ds_stream_merge(ds_stream *s, const ds_stream_cell *cells, const ds_cell *pairs,
                     uint64_t count)
{
    for (size_t c = 0; c < s->size.columns; c++) {
        const uint64_t here = cells[c].moments.count;
        if (here > 0) {
            ds_cells_merge(1, &s->cells[c].excess, s->cells[c].moments.count, &cells[c].excess,
                           here);
            s->cells[c].moments = ds_moments_merge(s->cells[c].moments, cells[c].moments);
        }
    }
    ds_cells_merge(s->size.pairs + s->size.strategies, s->pairs, s->paths, pairs, count);
    s->paths += count;
}

void ds_stream_add_counts(ds_stream *s, const uint64_t *counts)
{
    for (size_t i = 0; i < s->size.counts; i++) {
        s->counts[i] += counts[i];
    }
}
