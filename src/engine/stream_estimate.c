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
#include "numerics/sort.h"
#include "numerics/statistics.h"

static const double normal_975 = 1.959963984540054;

/* A column: what is kept, sorted, and what was counted. */
typedef struct {
    const double   *sorted, *edges;
    const uint64_t *bins;
    size_t          kept;       /* finite values                                 */
    double          all, never; /* numbers, with those of never; those alone     */
} binned;

/* How many of the kept values are at most x. */
static size_t kept_upto(const binned *b, double x)
{
    size_t low = 0, high = b->kept;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (b->sorted[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The value that a share p is below; *rank_error is the share of its bin when that has
 * different values. */
static double binned_quantile(const binned *b, double p, double *rank_error)
{
    const double wanted = p * b->all;
    double before = 0.0;
    size_t from = 0;

    *rank_error = 0.0;
    for (size_t bin = 0; bin < DS_STREAM_BINS; bin++) {
        const size_t to = bin + 1 < DS_STREAM_BINS ? kept_upto(b, b->edges[bin]) : b->kept;
        const double here = (double)(to - from) + (double)b->bins[bin];
        if (here > 0.0 && before + here >= wanted && to > from) {
            const double part = (wanted - before) / here;
            const double at = (double)from - 0.5 + part * (double)(to - from);
            const size_t last = to - 1;
            *rank_error = b->sorted[from] < b->sorted[last] ? here / b->all : 0.0;
            if (!(at > (double)from)) {
                return b->sorted[from];
            }
            const size_t below = (size_t)at < last ? (size_t)at : last;
            const size_t above = below < last ? below + 1 : last;
            return b->sorted[below] +
                   (at - (double)below) * (b->sorted[above] - b->sorted[below]);
        }
        before += here;
        from = to;
    }
    return b->never > 0.0 ? (double)INFINITY : b->kept > 0 ? b->sorted[b->kept - 1] : (double)NAN;
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

/* Adds the excess of the kept values to that of the others. */
static ds_cell excess_of(const binned *b, ds_cell rest, uint64_t count, double at_risk, int tail,
                         uint64_t *beyond)
{
    ds_cell total = {0.0, 0.0};
    double n = 0.0;

    for (size_t i = 0; i < b->kept; i++) {
        const double e = tail * (b->sorted[i] - at_risk);
        const double x = e > 0.0 ? e : 0.0;
        const double delta = x - total.mean;
        n += 1.0;
        total.mean += delta / n;
        total.m2 += delta * delta * (n - 1.0) / n;
        *beyond += e > 0.0 ? 1 : 0;
    }
    if (count > 0) {
        ds_cells_merge(1, &total, b->kept, &rest, count);
    }
    return total;
}

/* (117): the excess over the value at risk q0 of the kept paths, moved to that of all. */
static void fill_cvar(ds_statistics *s, const binned *b, const ds_stream *stream, size_t column)
{
    const double level = s->cvar_level, q0 = stream->at_risk[column], n = (double)s->defined;
    const int tail = stream->tail[column];
    const uint64_t *counts = stream->counts + column * DS_STREAM_COLUMN_COUNTS;
    uint64_t beyond = counts[DS_STREAM_BEYOND];
    double unused;

    if (b->kept == 0 || isnan(q0)) {
        return;
    }
    const ds_stream_cell *cell = &stream->cells[column];
    const ds_cell excess = excess_of(b, cell->excess, cell->moments.count, q0, tail, &beyond);
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

ds_statistics ds_stream_statistics(const ds_result *r, size_t column,
                                   const ds_outcome_info *outcome, double *values)
{
    const ds_stream *stream = r->stream;
    const uint64_t *counts = stream->counts + column * DS_STREAM_COLUMN_COUNTS;
    const double *x = r->columns + column * (size_t)r->stride;
    uint64_t never = counts[DS_STREAM_NEVER], positive = counts[DS_STREAM_POSITIVE];
    size_t kept = 0;

    for (size_t i = 0; i < r->kept; i++) {
        never += isinf(x[i]) ? 1 : 0;
        positive += isfinite(x[i]) && x[i] > 0.0 ? 1 : 0;
        values[kept] = x[i];
        kept += isfinite(x[i]) ? 1 : 0;
    }
    const ds_moments m =
        ds_moments_merge(ds_moments_of_column(kept, values), stream->cells[column].moments);
    ds_statistics s = ds_statistics_of_nothing(r);
    s.defined = m.count;
    s.share_undefined = share(r->paths - m.count, r->paths);
    s.share_positive = share(positive, r->paths);
    if (m.count > 1) {
        s.min = m.min;
        s.max = m.max;
        s.mean = (ds_estimate){m.mean, ds_moments_mean_se(&m)};
        s.sd = (ds_estimate){ds_moments_sd(&m), ds_moments_sd_se(&m)};
    }
    ds_sort(kept, values);
    const binned b = {.sorted = values, .edges = stream->edges + column * (DS_STREAM_BINS - 1),
                      .bins = counts, .kept = kept, .all = (double)(m.count + never),
                      .never = (double)never};
    if (never > 0 && outcome->bad_tail > 0) {
        s.cvar.value = (double)INFINITY;
    } else {
        fill_cvar(&s, &b, stream, column);
    }
    fill_quantiles(&s, &b);
    return s;
}
