/* estimate.c -- the statistics of a column and of a month, each with its standard error.
 *
 * Called by result.c, which keeps them, and by decision.c.  Errors come from the groups
 * of paths that are independent of one another (numerics/groups.h); where every path is
 * its own group, from the formulas of numerics/statistics.h.
 *
 * Paths without a value.  An outcome that is "never" is +INFINITY: quantiles count it
 * as such, everything else is over the finite ones.  One that is "none" is NAN and
 * counts nowhere but in share_undefined.  share_positive is of all paths, and a path
 * without a value is not positive.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "engine/result.h"
#include "engine/streamed.h"
#include "model/outcome.h"
#include "numerics/order.h"
#include "numerics/statistics.h"

enum { SLICE = 4096 };

static const ds_estimate nothing = {(double)NAN, (double)NAN};

/* ---- Shares ---------------------------------------------------------------------- */

static void is_undefined(const void *context, size_t first, size_t count, double *h)
{
    const double *column = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = isfinite(column[first + i]) ? 0.0 : 1.0;
    }
}

static void is_positive(const void *context, size_t first, size_t count, double *h)
{
    const double *column = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = isfinite(column[first + i]) && column[first + i] > 0.0 ? 1.0 : 0.0;
    }
}

static ds_estimate share(const ds_result *r, uint64_t part, ds_influence_fn member,
                         const void *context, double *scratch)
{
    const ds_groups *g = &r->groups;
    const double se = g->kind == DS_GROUPS_EACH
                          ? ds_share_se(part, r->paths)
                          : ds_groups_share_se(g, (size_t)r->paths, (double)part, r->outer == 0,
                                               member, context, scratch);
    return (ds_estimate){(double)part / (double)r->paths, se};
}

/* ---- A column ---------------------------------------------------------------------- */

static void fill_quantiles(ds_estimate out[DS_QUANTILE_COUNT], const ds_sample *sample,
                           const ds_order *order)
{
    const size_t count = order->finite + order->never;

    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
        const double p = ds_quantile_levels[q];
        if (count == 0) {
            out[q] = nothing;
            continue;
        }
        out[q].value = ds_quantile_of(order, count, p);
        out[q].se = sample->groups->kind == DS_GROUPS_EACH
                        ? ds_quantile_of_se(order, count, p)
                        : ds_sample_quantile_se(sample, count, order, p);
    }
}

/* What the statistics of an outcome read: the ranks about its quantiles, which count
 * those of "never" after the others, and its bad tail.  tail 0: no tail is read. */
static void expect_ranks(const ds_order *order, double cvar_level, int tail)
{
    ds_ranks ranks[DS_QUANTILE_COUNT + 1];
    size_t n = 0;

    for (; n < DS_QUANTILE_COUNT; n++) {
        ranks[n] = ds_quantile_ranks(order->finite + order->never, ds_quantile_levels[n]);
    }
    if (tail != 0) {
        ranks[n++] = ds_tail_ranks(order->finite, cvar_level, tail);
    }
    ds_order_expect(order, ranks, n);
}

/* Of the finite values, in path order. */
typedef struct {
    ds_moments moments;
    size_t     positive;
} value_sums;

static void add_values(void *context, size_t count, const double *x)
{
    value_sums *s = context;

    s->moments = ds_moments_merge(s->moments, ds_moments_of(count, x));
    for (size_t i = 0; i < count; i++) {
        s->positive += x[i] > 0.0 ? 1 : 0;
    }
}

/* Mean, spread and range. */
static void fill_moments(ds_statistics *s, const ds_sample *sample, const ds_moments *m)
{
    const size_t defined = (size_t)m->count;

    if (defined == 0) {
        return;
    }
    const double sd = ds_moments_sd(m);
    const bool each = sample->groups->kind == DS_GROUPS_EACH;
    s->min = m->min;
    s->max = m->max;
    s->mean.value = m->mean;
    if (defined > 1) {
        s->mean.se = each ? ds_moments_mean_se(m) : ds_sample_mean_se(sample, defined, m->mean);
        s->sd.value = sd;
        s->sd.se = each ? ds_moments_sd_se(m) : ds_sample_sd_se(sample, defined, m->mean, sd);
    }
}

static void fill_cvar(ds_statistics *s, const ds_sample *sample, const ds_order *order, int tail)
{
    const ds_tail t = ds_tail_of(order, s->cvar_level, tail);

    s->cvar = (ds_estimate){t.mean, t.se};
    if (sample->groups->kind != DS_GROUPS_EACH && !isnan(t.se)) {
        s->cvar.se = ds_sample_cvar_se(sample, order->finite, t.at_risk, s->cvar_level, tail);
    }
}

ds_statistics ds_statistics_of(const ds_result *r, const double *column,
                               const ds_outcome_info *outcome, ds_order_room *room,
                               double *scratch)
{
    const size_t paths = (size_t)r->paths;
    const ds_sample sample = ds_sample_of(&r->groups, paths, column, scratch);
    value_sums sums = {.moments = ds_moments_of(0, column)};

    const ds_order order = ds_order_of_column(room, paths, column, add_values, &sums);
    expect_ranks(&order, r->cvar_level, outcome->bad_tail);
    ds_statistics s = ds_statistics_of_nothing(r);
    s.defined = order.finite;
    s.share_undefined = share(r, paths - order.finite, is_undefined, column, scratch);
    s.share_positive = share(r, sums.positive, is_positive, column, scratch);
    fill_moments(&s, &sample, &sums.moments);
    if (order.never > 0 && outcome->bad_tail > 0) {
        /* the worst futures are those in which it never comes */
        s.cvar.value = (double)INFINITY;
    } else if (order.finite > 0) {
        fill_cvar(&s, &sample, &order, outcome->bad_tail);
    }
    fill_quantiles(s.quantiles, &sample, &order);
    return s;
}

/* Of an outcome that was not asked for. */
ds_statistics ds_statistics_of_nothing(const ds_result *r)
{
    ds_statistics s = {.paths = r->paths, .mean = nothing, .sd = nothing, .cvar = nothing,
                       .cvar_level = r->cvar_level, .share_undefined = nothing,
                       .share_positive = nothing, .min = (double)NAN, .max = (double)NAN};

    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
        s.quantiles[q] = nothing;
    }
    return s;
}

/* ---- A month ------------------------------------------------------------------------ */

double ds_result_cell_se(const ds_result *r, size_t cell, uint64_t paths)
{
    const ds_cell *c = &r->tally[cell];
    const size_t parts = ds_tally_parts(&r->groups);

    if (paths < 2) {
        return (double)NAN;
    }
    if (r->groups.kind == DS_GROUPS_EACH || !(c->m2 > 0.0)) {
        return ds_cell_mean_se(*c, paths);
    }
    return r->groups.kind == DS_GROUPS_PAIRS
               ? ds_cell_mean_se(c[r->cells], paths / 2)
               : ds_part_sums_se(&r->groups, r->sums + cell * parts, c->mean, paths);
}

ds_month_statistics ds_statistics_of_month(const ds_result *r, size_t row, ds_order_room *room,
                                           double *scratch)
{
    const ds_cell cell = r->tally[row];
    const size_t kept = (size_t)r->bill_paths;
    const double *bills = r->bills + row * (size_t)r->bill_stride;
    const ds_sample sample = ds_sample_of(&r->groups, kept, bills, scratch);
    ds_month_statistics m = {.mean = {cell.mean, ds_result_cell_se(r, row, r->paths)},
                             .sd = ds_cell_sd(cell, r->paths),
                             .quantile_paths = r->bill_paths};

    const ds_order order = ds_order_of_column(room, kept, bills, NULL, NULL);
    expect_ranks(&order, 0.0, 0);
    fill_quantiles(m.quantiles, &sample, &order);
    return m;
}

/* ---- Of all paths --------------------------------------------------------------------- */

static ds_moments moments_of(const ds_result *r, ds_influence_fn value, const void *context)
{
    double slice[SLICE];
    ds_moments total = {0};

    for (uint64_t first = 0; first < r->kept; first += SLICE) {
        const size_t count = r->kept - first < SLICE ? (size_t)(r->kept - first) : SLICE;
        value(context, (size_t)first, count, slice);
        total = ds_moments_merge(total, ds_moments_of(count, slice));
    }
    return total;
}

ds_estimate ds_result_mean_of(const ds_result *r, ds_influence_fn value, const void *context,
                              ds_cell rest)
{
    ds_moments m = moments_of(r, value, context);

    if (r->stream != NULL) {
        m = ds_moments_merge(m, (ds_moments){.count = r->stream->paths, .mean = rest.mean,
                                             .m2 = rest.m2, .min = rest.mean, .max = rest.mean});
    }
    ds_estimate e = {m.mean, m.count > 1 ? ds_moments_mean_se(&m) : (double)NAN};
    if (m.count > 1 && m.m2 > 0.0 && r->groups.kind != DS_GROUPS_EACH) {
        double *scratch = ds_result_lock_scratch(r);
        e.se = ds_groups_error(&r->groups, (size_t)r->paths, 0, (double)r->paths, m.mean, value,
                               context, scratch);
        ds_result_unlock_scratch(r);
    }
    return e;
}

ds_estimate ds_result_share_of(const ds_result *r, ds_influence_fn member, const void *context,
                               uint64_t rest)
{
    const ds_moments m = moments_of(r, member, context);
    const uint64_t part = (uint64_t)llround(m.mean * (double)r->kept) + rest;

    double *scratch = ds_result_lock_scratch(r);
    const ds_estimate e = share(r, part, member, context, scratch);
    ds_result_unlock_scratch(r);
    return e;
}
