/* preference.c -- which of several courses costs least, see preference.h.
 *
 * Called by the decision of a result and by the study of a choice.  Values of a path are
 * made a slice at a time; sums run in path order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/preference.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "numerics/order.h"
#include "numerics/sort.h"
#include "numerics/statistics.h"

enum { SLICE = 4096 };

static const double rounding = 2e-12;

/* ---- The least of a path ---------------------------------------------------------- */

bool ds_costs_as_little(double cost, double least)
{
    return cost <= least + rounding * fabs(least);
}

void ds_least_costs(const ds_costs *c, size_t first, size_t count, double *least, double *part)
{
    for (size_t i = 0; i < count; i++) {
        least[i] = c->first[first + i];
        part[i] = 0.0;
    }
    for (size_t s = 1; s < c->courses; s++) {
        const double *cost = ds_costs_of(c, s) + first;
        for (size_t i = 0; i < count; i++) {
            least[i] = cost[i] < least[i] ? cost[i] : least[i];
        }
    }
    for (size_t s = 0; s < c->courses; s++) {
        const double *cost = ds_costs_of(c, s) + first;
        for (size_t i = 0; i < count; i++) {
            part[i] += ds_costs_as_little(cost[i], least[i]) ? 1.0 : 0.0;
        }
    }
    for (size_t i = 0; i < count; i++) {
        part[i] = 1.0 / part[i];
    }
}

/* Two courses, or one. */
typedef struct {
    const ds_costs *c;
    size_t          a, b;
} pair;

static void parts(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;
    const double *cost = ds_costs_of(p->c, p->a) + first;
    double least[SLICE];

    ds_least_costs(p->c, first, count, least, h);
    for (size_t i = 0; i < count; i++) {
        h[i] = ds_costs_as_little(cost[i], least[i]) ? h[i] : 0.0;
    }
}

void ds_regret_of_paths(const ds_costs *c, size_t course, size_t first, size_t count, double *h)
{
    const double *cost = ds_costs_of(c, course) + first;
    double part[SLICE];

    ds_least_costs(c, first, count, h, part);
    for (size_t i = 0; i < count; i++) {
        h[i] = cost[i] - h[i];
    }
}

static void regret(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;

    ds_regret_of_paths(p->c, p->a, first, count, h);
}

static void difference(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;
    const double *a = ds_costs_of(p->c, p->a) + first, *b = ds_costs_of(p->c, p->b) + first;

    for (size_t i = 0; i < count; i++) {
        h[i] = a[i] - b[i];
    }
}

/* ---- Shares ------------------------------------------------------------------------- */

void ds_share_interval(ds_share_measure *s, size_t paths, double freedom)
{
    const double t = ds_student_975(freedom);
    /* half a path more, so that a share of none has a spread too */
    const double n = (double)paths, p = (s->value * n + 0.5) / (n + 1.0);
    const double z = t * t / (p * (1.0 - p)) * s->se * s->se; /* t^2 by independent paths */
    const double centre = (s->value + 0.5 * z) / (1.0 + z);
    const double reach = sqrt(s->value * (1.0 - s->value) * z + 0.25 * z * z) / (1.0 + z);

    s->low = s->value <= 0.0 || centre - reach < 0.0 ? 0.0 : centre - reach;
    s->high = s->value >= 1.0 || centre + reach > 1.0 ? 1.0 : centre + reach;
}

/* The spread of parts over n paths, as if `more` of them had been seen of either kind. */
static double spread(double sum, double squares, double n, double more)
{
    const double p = (sum + more) / (n + 2.0 * more);

    return sqrt(((squares + more) / (n + 2.0 * more) - p * p) / n);
}

ds_share_measure ds_share_of_parts(double sum, double squares, size_t paths)
{
    const double n = (double)paths;
    ds_share_measure s = {.value = sum / n, .se = spread(sum, squares, n, 0.5)};

    ds_share_interval(&s, paths, n - 1.0);
    s.se = spread(sum, squares, n, 2.0); /* (83) */
    return s;
}

static ds_share_measure grouped_share(const ds_costs *c, double sum, ds_influence_fn member,
                                      const void *context)
{
    const double n = (double)c->paths, freedom = ds_groups_freedom(c->groups, c->paths);
    const bool some = sum > 0.0 && sum < n;
    ds_share_measure s = {.value = sum / n};

    if (some) {
        const double seen = ds_groups_error(c->groups, c->paths, 0, n, s.value, member, context,
                                            c->scratch);
        s.se = sqrt(seen * seen + 0.5 / (n * n));
        ds_share_interval(&s, c->paths, freedom);
    }
    s.se = ds_groups_share_se(c->groups, c->paths, sum, !c->alike, member, context, c->scratch);
    if (!some) { /* (113) */
        const double reach = ds_student_975(freedom) * s.se;
        s.low = s.value > 0.0 && reach < 1.0 ? 1.0 - reach : 0.0;
        s.high = s.value > 0.0 || reach > 1.0 ? 1.0 : reach;
    }
    return s;
}

void ds_sum_parts(const ds_costs *c, size_t course, double *sum, double *squares)
{
    const pair it = {c, course, course};
    double h[SLICE];

    *sum = *squares = 0.0;
    for (size_t first = 0; first < c->paths; first += SLICE) {
        const size_t count = c->paths - first < SLICE ? c->paths - first : SLICE;
        parts(&it, first, count, h);
        for (size_t i = 0; i < count; i++) {
            *sum += h[i];
            *squares += h[i] * h[i];
        }
    }
}

ds_share_measure ds_probability_best(const ds_costs *c, size_t course)
{
    const pair it = {c, course, course};
    double sum, squares;

    ds_sum_parts(c, course, &sum, &squares);
    return c->groups->kind == DS_GROUPS_EACH ? ds_share_of_parts(sum, squares, c->paths)
                                             : grouped_share(c, sum, parts, &it);
}

static void parts_apart(const void *context, size_t first, size_t count, double *h)
{
    const pair *p = context;
    const pair other = {p->c, p->b, p->b};
    double of_other[SLICE];

    parts(p, first, count, h);
    parts(&other, first, count, of_other);
    for (size_t i = 0; i < count; i++) {
        h[i] -= of_other[i];
    }
}

ds_measure ds_share_difference(const ds_costs *c, size_t a, size_t b)
{
    const pair two = {c, a, b};
    ds_measure d = ds_mean_of_paths(c, parts_apart, &two);

    if (a != b) { /* half a path of either was not seen, as in (113) */
        d.se = hypot(d.se, 1.0 / (double)c->paths);
    }
    return d;
}

/* ---- Means --------------------------------------------------------------------------- */

ds_measure ds_mean_of_paths(const ds_costs *c, ds_influence_fn value, const void *context)
{
    double h[SLICE];
    ds_moments total = {0};

    for (size_t first = 0; first < c->paths; first += SLICE) {
        const size_t count = c->paths - first < SLICE ? c->paths - first : SLICE;
        value(context, first, count, h);
        total = ds_moments_merge(total, ds_moments_of(count, h));
    }
    ds_measure m = {total.mean, c->paths > 1 ? ds_moments_mean_se(&total) : (double)NAN};
    if (c->paths > 1 && total.m2 > 0.0 && c->groups->kind != DS_GROUPS_EACH) {
        m.se = ds_groups_error(c->groups, c->paths, 0, (double)c->paths, m.value, value, context,
                               c->scratch);
    }
    return m;
}

ds_measure ds_mean_difference(const ds_costs *c, size_t a, size_t b)
{
    const pair two = {c, a, b};

    return ds_mean_of_paths(c, difference, &two);
}

ds_measure ds_mean_regret(const ds_costs *c, size_t course)
{
    const pair it = {c, course, course};

    return ds_mean_of_paths(c, regret, &it);
}

/* ---- Regret, tails ------------------------------------------------------------------- */

static ds_measure quantile_of(const ds_costs *c, const double *column, const double *sorted,
                              double p)
{
    ds_measure q = {ds_quantile_sorted(c->paths, sorted, p), (double)NAN};

    if (c->groups->kind == DS_GROUPS_EACH) {
        q.se = ds_quantile_sorted_se(c->paths, sorted, p);
    } else {
        const ds_sample sample = ds_sample_of(c->groups, c->paths, column, c->scratch);
        const ds_order order = ds_order_of_sorted(c->paths, sorted);
        q.se = ds_sample_quantile_se(&sample, c->paths, &order, p);
    }
    return q;
}

static uint64_t group_of(const ds_groups *g, size_t path)
{
    switch (g->kind) {
    case DS_GROUPS_PAIRS:
        return path / 2;
    case DS_GROUPS_MODULO:
        return path % g->modulus;
    case DS_GROUPS_EACH:
    default:
        return path;
    }
}

/* The greatest, how far it falls without its group, and the jackknife's error. */
static void fill_greatest(const ds_costs *c, const double *column, ds_regrets *r)
{
    const double groups = (double)ds_groups_count(c->groups, c->paths);
    size_t most = 0;
    double next = -(double)INFINITY;

    for (size_t k = 1; k < c->paths; k++) {
        most = column[k] > column[most] ? k : most;
    }
    r->group = group_of(c->groups, most);
    for (size_t k = 0; k < c->paths; k++) {
        next = group_of(c->groups, k) != r->group && column[k] > next ? column[k] : next;
    }
    r->fall = column[most] - next;
    r->max = (ds_measure){column[most],
                          groups < 2.0 ? (double)NAN : (groups - 1.0) / groups * r->fall};
}

ds_regrets ds_regrets_of(const ds_costs *c, size_t course, double *room)
{
    const pair it = {c, course, course};
    double *column = room, *sorted = room + c->paths;
    const size_t n = c->paths;
    ds_regrets r = {.mean = ds_mean_regret(c, course)};

    for (size_t first = 0; first < n; first += SLICE) {
        regret(&it, first, n - first < SLICE ? n - first : SLICE, column + first);
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = column[i];
    }
    ds_sort(n, sorted);
    r.p50 = quantile_of(c, column, sorted, 0.5);
    r.p95 = quantile_of(c, column, sorted, 0.95);
    fill_greatest(c, column, &r);
    return r;
}

ds_measure ds_tail_mean(const ds_costs *c, const double *column, double level, int tail,
                        double *room)
{
    for (size_t i = 0; i < c->paths; i++) {
        room[i] = column[i];
    }
    ds_sort(c->paths, room);
    ds_measure m = {ds_cvar_sorted(c->paths, room, level, tail),
                    ds_cvar_sorted_se(c->paths, room, level, tail)};
    if (c->groups->kind != DS_GROUPS_EACH && !isnan(m.se)) {
        const ds_sample sample = ds_sample_of(c->groups, c->paths, column, c->scratch);
        m.se = ds_sample_cvar_se(&sample, c->paths,
                                 ds_value_at_risk_sorted(c->paths, room, level, tail), level,
                                 tail);
    }
    return m;
}

/* ---- The best case -------------------------------------------------------------------- */

enum { SOME = 8192, CELLS = 512 };

typedef struct {
    pair   two;
    double at, level;
} beyond;

/* at + (d - at)+ / (1 - level): its mean is the CVaR at the quantile `at`, and nearly so
 * near it (Rockafellar & Uryasev 2000). */
static void tail_effect(const void *context, size_t first, size_t count, double *h)
{
    const beyond *f = context;

    difference(&f->two, first, count, h);
    for (size_t i = 0; i < count; i++) {
        const double excess = h[i] - f->at;
        h[i] = f->at + (excess > 0.0 ? excess : 0.0) / (1.0 - f->level);
    }
}

/* The quantile of the differences, to a hundredth of a percent of the paths or better:
 * from the first of them a range in which it is nearly surely, then counts in it. */
static double near_quantile(const pair *two, double level)
{
    const size_t n = two->c->paths, some = n < SOME ? n : SOME;
    double d[SOME], h[SLICE];
    size_t counts[CELLS + 1] = {0};

    difference(two, 0, some, d);
    ds_sort(some, d);
    const double reach = 5.0 * sqrt(level * (1.0 - level) / (double)some);
    const double low = ds_quantile_sorted(some, d, level - reach > 0.0 ? level - reach : 0.0);
    const double high = ds_quantile_sorted(some, d, level + reach < 1.0 ? level + reach : 1.0);
    if (some == n || !(high > low)) {
        return ds_quantile_sorted(some, d, level);
    }
    for (size_t first = 0; first < n; first += SLICE) {
        const size_t count = n - first < SLICE ? n - first : SLICE;
        difference(two, first, count, h);
        for (size_t i = 0; i < count; i++) {
            const double cell = (h[i] - low) / (high - low) * CELLS;
            counts[cell > 0.0 ? (cell < CELLS ? (size_t)cell : CELLS) : 0]++;
        }
    }
    size_t cell = 0, below = counts[0];
    while (cell < CELLS && (double)below < level * (double)n)
        below += counts[++cell];
    return low + (high - low) * ((double)cell + 0.5) / CELLS;
}

ds_measure ds_best_case(const ds_costs *c, size_t a, size_t b, double level)
{
    beyond f = {.two = {c, a, b}, .level = level};

    if (!((1.0 - level) * (double)c->paths >= 2.0)) {
        return (ds_measure){(double)NAN, (double)NAN};
    }
    f.at = near_quantile(&f.two, level);
    return ds_mean_of_paths(c, tail_effect, &f);
}

/* ---- Several at once ------------------------------------------------------------------- */

double ds_student_of_several(size_t comparisons, double freedom)
{
    const double tail = 0.025 / (comparisons > 1 ? (double)comparisons : 1.0);

    if (!(freedom >= 1.0)) {
        return (double)NAN;
    }
    return freedom > 1e6 ? gsl_cdf_ugaussian_Qinv(tail) : gsl_cdf_tdist_Qinv(tail, freedom);
}

ds_bounds ds_least_difference(size_t others, size_t ours, const double *difference_of,
                              const double *se, double freedom)
{
    const double t_low = ds_student_of_several(ours, freedom);
    const double t_high = ds_student_of_several(others, freedom);
    ds_bounds b = {(double)INFINITY, (double)INFINITY};

    for (size_t o = 0; o < others; o++) {
        double low = -(double)INFINITY, high = -(double)INFINITY;
        for (size_t i = 0; i < ours; i++) {
            const size_t at = o * ours + i;
            const double l = difference_of[at] - t_low * se[at];
            const double h = difference_of[at] + t_high * se[at];
            if (isnan(l) || isnan(h)) { /* one path has no error */
                return (ds_bounds){(double)NAN, (double)NAN};
            }
            low = l > low ? l : low;
            high = h > high ? h : high;
        }
        b.low = low < b.low ? low : b.low;
        b.high = high < b.high ? high : b.high;
    }
    return b;
}
