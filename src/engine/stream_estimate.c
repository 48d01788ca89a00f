/* stream_estimate.c -- statistics of a column of which only the first paths are kept.
 *
 * Called by result.c.  Sums and counts are of all paths.  A quantile is looked for in
 * the bins: the kept values of the bin say where in it, so that it is right up to the
 * share of the paths in the bin, its rank error.  Equations (116) and (117).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "engine/result.h"
#include "engine/streamed.h"
#include "model/outcome.h"
#include "numerics/order.h"
#include "numerics/statistics.h"

enum { SLICE = 4096 };

static const double normal_975 = 1.959963984540054;

/* A column: the finite values that are kept, by rank and by bin, and what was counted. */
typedef struct {
    const ds_order *order;
    const size_t   *kept;
    const uint64_t *bins;
    double          all, never; /* numbers, with those of never; those alone     */
} binned;

/* The value that a share p is below; *rank_error is the share of its bin when that has
 * different values. */
static double binned_quantile(const binned *b, double p, double *rank_error)
{
    const double wanted = p * b->all;
    double before = 0.0;
    size_t from = 0;

    *rank_error = 0.0;
    for (size_t bin = 0; bin < DS_STREAM_BINS; bin++) {
        const size_t to = from + b->kept[bin];
        const double here = (double)(to - from) + (double)b->bins[bin];
        if (here > 0.0 && before + here >= wanted && to > from) {
            const double part = (wanted - before) / here;
            const double at = (double)from - 0.5 + part * (double)(to - from);
            const size_t last = to - 1;
            const double least = ds_order_at(b->order, from);
            *rank_error = least < ds_order_at(b->order, last) ? here / b->all : 0.0;
            if (!(at > (double)from)) {
                return least;
            }
            const size_t below = (size_t)at < last ? (size_t)at : last;
            const double low = ds_order_at(b->order, below);
            const double high = ds_order_at(b->order, below < last ? below + 1 : last);
            return low + (at - (double)below) * (high - low);
        }
        before += here;
        from = to;
    }
    return b->never > 0.0   ? (double)INFINITY
           : from > 0 ? ds_order_at(b->order, from - 1)
                      : (double)NAN;
}

static void fill_quantiles(ds_statistics *s, const binned *b)
{
    for (size_t q = 0; q < DS_QUANTILE_COUNT && b->all > 0.0; q++) {
        const double p = ds_quantile_levels[q];
        const double reach = normal_975 * sqrt(p * (1.0 - p) / b->all);
        double rank_error, unused;

        s->quantiles[q].value = binned_quantile(b, p, &rank_error);
        s->rank_error = fmax(s->rank_error, rank_error);
        const double low = binned_quantile(b, p - reach, &unused);
        const double high = binned_quantile(b, p + reach, &unused);
        s->quantiles[q].se = isinf(high) ? (double)NAN : (high - low) / (2.0 * normal_975);
    }
}

/* Moments of the kept values, and their excess over the value at risk. */
typedef struct {
    ds_moments moments;
    ds_cell    excess;
    uint64_t   beyond, positive;
    double     at_risk;
    int        tail;
} kept_sums;

static void add_kept(void *context, size_t count, const double *x)
{
    kept_sums *s = context;
    double excess[SLICE];

    for (size_t done = 0; done < count; done += SLICE) {
        const size_t n = count - done < SLICE ? count - done : SLICE;
        for (size_t i = 0; i < n; i++) {
            const double e = s->tail * (x[done + i] - s->at_risk);
            excess[i] = e > 0.0 ? e : 0.0;
            s->beyond += e > 0.0 ? 1 : 0;
            s->positive += x[done + i] > 0.0 ? 1 : 0;
        }
        const ds_cell cell = ds_cell_of(n, excess);
        ds_cells_merge(1, &s->excess, s->moments.count, &cell, n);
        s->moments = ds_moments_merge(s->moments, ds_moments_of(n, x + done));
    }
}

/* (117): the excess over the value at risk q0 of the kept paths, moved to that of all. */
static void fill_cvar(ds_statistics *s, const binned *b, const kept_sums *kept,
                      const ds_stream *stream, size_t column)
{
    const double level = s->cvar_level, q0 = stream->at_risk[column], n = (double)s->defined;
    const int tail = stream->tail[column];
    const uint64_t *counts = stream->counts + column * DS_STREAM_COLUMN_COUNTS;
    const uint64_t beyond = kept->beyond + counts[DS_STREAM_BEYOND];
    double unused;

    if (b->order->finite == 0 || isnan(q0)) {
        return;
    }
    const ds_stream_cell *cell = &stream->cells[column];
    ds_cell excess = kept->excess;
    if (cell->moments.count > 0) {
        ds_cells_merge(1, &excess, kept->moments.count, &cell->excess, cell->moments.count);
    }
    binned finite = *b;
    finite.all = n;
    finite.never = 0.0;
    const double q = binned_quantile(&finite, tail > 0 ? level : 1.0 - level, &unused);
    const double moved = tail * (q - q0), share = (double)beyond / n;
    const double mean = excess.mean - moved * 0.5 * (share + (1.0 - level));
    s->cvar.value = q + tail * mean / (1.0 - level);
    s->cvar.se = sqrt(excess.m2 / (n - 1.0) / n) / (1.0 - level);
}

static ds_estimate share(uint64_t part, uint64_t all)
{
    return (ds_estimate){(double)part / (double)all, ds_share_se(part, all)};
}

/* Ranks of the kept values about every quantile, and where the tail begins. */
static void expect_ranks(const ds_order *order, double cvar_level, int tail)
{
    ds_ranks ranks[DS_QUANTILE_COUNT + 1];
    const double bin = (double)order->finite / DS_STREAM_BINS;

    for (size_t q = 0; q <= DS_QUANTILE_COUNT; q++) {
        const double p = q < DS_QUANTILE_COUNT ? ds_quantile_levels[q]
                         : tail > 0            ? cvar_level
                                               : 1.0 - cvar_level;
        const ds_ranks about = ds_quantile_ranks(order->finite, p);
        const double first = (double)about.first - bin, last = (double)about.last + bin;
        ranks[q] = (ds_ranks){first > 0.0 ? (size_t)first : 0, (size_t)last};
    }
    ds_order_expect(order, ranks, DS_QUANTILE_COUNT + 1);
}

ds_statistics ds_stream_statistics(const ds_result *r, size_t column,
                                   const ds_outcome_info *outcome, ds_order_room *room)
{
    const ds_stream *stream = r->stream;
    const uint64_t *counts = stream->counts + column * DS_STREAM_COLUMN_COUNTS;
    const double *x = r->columns + column * (size_t)r->stride;
    const double at_risk = stream->at_risk[column];
    kept_sums kept = {.moments = ds_moments_of(0, x), .tail = stream->tail[column],
                      .at_risk = isnan(at_risk) ? 0.0 : at_risk};

    const ds_order order = ds_order_of_column(room, (size_t)r->kept, x, add_kept, &kept);
    const uint64_t never = order.never + counts[DS_STREAM_NEVER];
    const ds_moments m = ds_moments_merge(kept.moments, stream->cells[column].moments);
    ds_statistics s = ds_statistics_of_nothing(r);
    s.defined = m.count;
    s.share_undefined = share(r->paths - m.count, r->paths);
    s.share_positive = share(kept.positive + counts[DS_STREAM_POSITIVE], r->paths);
    if (m.count > 1) {
        s.min = m.min;
        s.max = m.max;
        s.mean = (ds_estimate){m.mean, ds_moments_mean_se(&m)};
        s.sd = (ds_estimate){ds_moments_sd(&m), ds_moments_sd_se(&m)};
    }
    expect_ranks(&order, r->cvar_level, outcome->bad_tail);
    const binned b = {.order = &order, .kept = stream->kept + column * DS_STREAM_BINS,
                      .bins = counts, .all = (double)(m.count + never), .never = (double)never};
    if (never > 0 && outcome->bad_tail > 0) {
        s.cvar.value = (double)INFINITY;
    } else {
        fill_cvar(&s, &b, &kept, stream, column);
    }
    fill_quantiles(&s, &b);
    return s;
}
