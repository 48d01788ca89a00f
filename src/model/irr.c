/* irr.c -- internal rate of return, for lanes and for one flow.
 *
 * Called by the kernel (lanes) and the reference engine (one flow).
 *
 * Counting.  f(v)/(1-v) is the power series of the partial sums of the flow, so by
 * Descartes' rule the rates above 0 (v < 1) are at most as many as the sign changes
 * of the partial sums from the first month, and fewer by an even number only
 * (Norstrom 1972); in the same way the rates below 0 (v > 1) and the partial sums
 * from the last month.  Zero or one change on each side settles the count; so all
 * flows that Descartes' rule itself settles are settled here.  What is left goes
 * to the grid.
 *
 * Solving.  v > 1 is solved in 1/v with the months reversed, so that no power
 * overflows.  BISECTIONS halvings of a bracket leave at most 0.001, then NEWTONS
 * steps of Newton's; one that would leave the bracket goes to its end, the next one
 * that still would is a halving.
 * The relative error of v is below 1e-10 for a rate that is a simple root.
 *
 * Cost: about 25 evaluations of f a lane; 62 more for a lane that needs the grid.
 * Lanes are worked on in batches of 16, so that a batch stays in the cache.
 *
 * Invariants: plain IEEE operations, each lane by itself: a lane's result does not
 * depend on its neighbours, and is that of ds_irr().
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/irr.h"

#include <math.h>
#include <stdbool.h>

#include "numerics/lanes_inline.h"

enum { WIDTH = 16, BISECTIONS = 10, NEWTONS = 6, GRID = 40, REVERSE_GRID = 24 };

/* Grid of v below 1, and of 1/v below 1: exp(-0.004 sinh(a k)), dense near 1. */
static const double grid[GRID] = {
    0.015625,     0.03219960991, 0.05851705819, 0.09585360016, 0.1441022521,
    0.2018126231, 0.2665590897,  0.3354502185,  0.4056066686,  0.4745067625,
    0.5401734399, 0.601225323,   0.6568347682,  0.7066357479,  0.7506146644,
    0.7890052892, 0.8221988632,  0.8506732537,  0.8749407804,  0.8955121896,
    0.9128735203, 0.9274726598,  0.9397128152,  0.9499506798,  0.9584976082,
    0.9656225811, 0.9715561076,  0.9764944994,  0.9806041516,  0.9840256157,
    0.9868773467, 0.9892590733,  0.9912547829,  0.9929353373,  0.9943607523,
    0.9955821788, 0.9966436272,  0.9975834786,  0.9984358217,  0.9992316564,
};
static const double reverse_grid[REVERSE_GRID] = {
    0.125,        0.210803011,  0.3117468262, 0.4178511069, 0.5203173577, 0.6131657188,
    0.6933719822, 0.7602172685, 0.8144499626, 0.8575730087, 0.8913498042, 0.9175104628,
    0.9376041753, 0.9529441533, 0.9646047119, 0.9734439125, 0.9801359811, 0.9852049776,
    0.9890556529, 0.9919999616, 0.9942790411, 0.9960810986, 0.9975559069, 0.9988266699,
};

/* One bracketed rate: f has the sign `sign_low` at `low` and no other than the
 * opposite at `high`; in v, or in 1/v when reversed. */
typedef struct {
    double low, high, sign_low;
    bool   reversed;
} bracket;

/* What is known of a flow: the number of rates (2: several), the bracket of the
 * last one found, or that the grid has to tell. */
typedef struct {
    int     count;
    bool    needs_grid;
    bracket at;
} verdict;

static double sign_of(double x)
{
    return x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : 0.0);
}

/* Signs and counts of sign changes of one flow, from which classify() decides. */
typedef struct {
    double changes_above;  /* of the partial sums from the first month */
    double changes_below;  /* of those from the last                   */
    double any;            /* 1 when a partial sum is not zero         */
    double total;          /* f(1)                                     */
    double low, low_reversed; /* f at the ends of the grids            */
} evidence;

/* Adds the rate at v = 1 exactly, or the one between an end and v = 1. */
static verdict classify(const evidence *e)
{
    verdict v = {0};
    const double end = sign_of(e->total);

    if (e->any == 0.0) {
        return v;
    }
    if (end == 0.0) {
        v.needs_grid = e->changes_above > 0.0;
        v.count = 1;
        v.at = (bracket){.low = 1.0, .high = 1.0, .sign_low = 1.0};
        return v;
    }
    if (e->changes_above > 1.0 || e->changes_below > 1.0) {
        v.needs_grid = true;
        return v;
    }
    if (e->changes_above == 1.0 && sign_of(e->low) * end < 0.0) {
        v.count++;
        v.at = (bracket){grid[0], 1.0, -end, false};
    }
    if (e->changes_below == 1.0 && sign_of(e->low_reversed) * end < 0.0) {
        v.count++;
        v.at = (bracket){reverse_grid[0], 1.0, -end, true};
    }
    return v;
}

/* One step along the grid: from the point `before` (sign `*sign`) to `here`.  A
 * zero at a point is a rate, and the next point starts afresh. */
static void step_along(verdict *v, double *sign, double before, double here, double value,
                       bool reversed)
{
    const double now = sign_of(value);

    if (now == 0.0) {
        v->count++;
        v->at = (bracket){here, here, 1.0, reversed};
    } else if (now * *sign < 0.0) {
        v->count++;
        v->at = (bracket){before, here, *sign, reversed};
    }
    *sign = now;
}

/* ---- One flow ------------------------------------------------------------- */

static double month_of(size_t months, const double *flows, size_t t, bool reversed)
{
    return flows[reversed ? months - 1 - t : t];
}

/* f(x) by Horner's rule, and its derivative. */
static double value_at(size_t months, const double *flows, bool reversed, double x,
                       double *slope)
{
    double f = 0.0, d = 0.0;

    for (size_t t = months; t-- > 0;) {
        d = d * x + f;
        f = f * x + month_of(months, flows, t, reversed);
    }
    if (slope != NULL) {
        *slope = d;
    }
    return f;
}

/* Sign changes of the partial sums, zeros skipped; the sum of all is `*total`,
 * given when reversed, so that both directions agree on its sign. */
static double sum_changes(size_t months, const double *flows, bool reversed, double *total,
                          double *any)
{
    double sum = 0.0, sign = 0.0, changes = 0.0;

    for (size_t t = 0; t < months; t++) {
        sum += month_of(months, flows, t, reversed);
        const double seen = reversed && t + 1 == months ? *total : sum;
        const double now = sign_of(seen);
        changes += now * sign < 0.0 ? 1.0 : 0.0;
        sign = now != 0.0 ? now : sign;
    }
    *any = sign != 0.0 ? 1.0 : 0.0;
    if (!reversed) {
        *total = sum;
    }
    return changes;
}

static verdict count_on_grid(size_t months, const double *flows, double total)
{
    verdict v = {0};
    double sign = sign_of(value_at(months, flows, false, grid[0], NULL));

    for (size_t k = 1; k < GRID; k++) {
        step_along(&v, &sign, grid[k - 1], grid[k],
                   value_at(months, flows, false, grid[k], NULL), false);
    }
    step_along(&v, &sign, grid[GRID - 1], 1.0, total, false);
    sign = sign_of(value_at(months, flows, true, reverse_grid[0], NULL));
    for (size_t k = 1; k < REVERSE_GRID; k++) {
        step_along(&v, &sign, reverse_grid[k - 1], reverse_grid[k],
                   value_at(months, flows, true, reverse_grid[k], NULL), true);
    }
    if (total != 0.0) { /* a rate of 0 has been counted */
        step_along(&v, &sign, reverse_grid[REVERSE_GRID - 1], 1.0, total, true);
    }
    return v;
}

/* The next x of Newton's method, kept inside the bracket: first to the end that it would
 * leave by, for the rate may be just there (a flow that pays back to the cent has it at
 * v = 1) and f is curved so that the steps from within all miss it; from the end itself,
 * or where f is level, to the middle. */
static double newton_step(double low, double high, double x, double f, double slope)
{
    const double next = x - f / slope;
    const double middle = 0.5 * (low + high);
    const double below = x > low ? low : middle;
    const double above = x < high ? high : middle;
    const double inside = next >= low && next <= high ? next : middle;

    return next > high ? above : (next < low ? below : inside);
}

static double solve(size_t months, const double *flows, bracket b)
{
    double x = 0.5 * (b.low + b.high);

    for (int step = 0; step < BISECTIONS + NEWTONS; step++) {
        double slope;
        const double f = value_at(months, flows, b.reversed, x, &slope);
        const bool below = f * b.sign_low > 0.0;
        b.low = below ? x : b.low;
        b.high = below ? b.high : x;
        x = step < BISECTIONS - 1 ? 0.5 * (b.low + b.high)
                                  : newton_step(b.low, b.high, x, f, slope);
    }
    return b.reversed ? x : 1.0 / x;
}

/* (1 + monthly rate)^12 - 1. */
static double per_year(double growth)
{
    const double quarter = growth * growth * growth;
    const double half = quarter * quarter;

    return half * half - 1.0;
}

/* 1 + the monthly rate, NAN unless there is exactly one. */
static double growth_of(size_t months, const double *flows, int *root_count)
{
    evidence e = {0};
    double any;

    e.changes_above = sum_changes(months, flows, false, &e.total, &e.any);
    e.changes_below = sum_changes(months, flows, true, &e.total, &any);
    e.low = value_at(months, flows, false, grid[0], NULL);
    e.low_reversed = value_at(months, flows, true, reverse_grid[0], NULL);
    verdict v = classify(&e);
    if (v.needs_grid) {
        v = count_on_grid(months, flows, e.total);
    }
    if (root_count != NULL) {
        *root_count = v.count < 2 ? v.count : 2;
    }
    return v.count == 1 ? solve(months, flows, v.at) : (double)NAN;
}

double ds_irr(size_t months, const double *flows, int *root_count)
{
    return per_year(growth_of(months, flows, root_count));
}

double ds_irr_monthly(size_t months, const double *flows, int *root_count)
{
    return growth_of(months, flows, root_count) - 1.0;
}

/* ---- Lanes ---------------------------------------------------------------- */

/* Lanes waiting for the same treatment; `flow` is [month][WIDTH]. */
typedef struct {
    size_t  count;
    size_t  lane[WIDTH];
    bracket at[WIDTH];
} batch;

typedef struct {
    size_t        months, lanes;
    const double *flows;
    double       *flow; /* scratch of one batch */
    double       *irr, *unique, *multiple;
    batch         for_grid, for_solve;
} lane_work;

static const bool all_forwards[WIDTH] = {false};

/* Copies the lanes of a batch to w->flow, month by month so that whole cache lines
 * are read; the months backwards for the lanes that are `reversed`. */
static void gather(lane_work *w, const batch *b, const bool reversed[WIDTH])
{
    const double *from[WIDTH];
    ptrdiff_t step[WIDTH];

    for (size_t i = 0; i < WIDTH; i++) {
        const bool backwards = i < b->count && reversed[i];
        const size_t lane = i < b->count ? b->lane[i] : b->lane[0];
        from[i] = w->flows + lane + (backwards ? (w->months - 1) * w->lanes : 0);
        step[i] = backwards ? -(ptrdiff_t)w->lanes : (ptrdiff_t)w->lanes;
    }
    for (size_t t = 0; t < w->months; t++) {
        for (size_t i = 0; i < WIDTH; i++) {
            w->flow[t * WIDTH + i] = from[i][(ptrdiff_t)t * step[i]];
        }
    }
}

/* f(x), the coefficients taken from the last month to the first, or the other way
 * when reversed. */
static void values_at(size_t months, const double *restrict flow, bool reversed,
                      const double x[WIDTH], double out[WIDTH])
{
    double f[WIDTH] = {0};

    for (size_t t = months; t-- > 0;) {
        const double *month = flow + (reversed ? months - 1 - t : t) * WIDTH;
        for (size_t i = 0; i < WIDTH; i++) {
            f[i] = f[i] * x[i] + month[i];
        }
    }
    for (size_t i = 0; i < WIDTH; i++) {
        out[i] = f[i];
    }
}

static void values_at_point(size_t months, const double *restrict flow, bool reversed,
                            double point, double out[WIDTH])
{
    double x[WIDTH];

    for (size_t i = 0; i < WIDTH; i++) {
        x[i] = point;
    }
    values_at(months, flow, reversed, x, out);
}

static void slopes_at(size_t months, const double *restrict flow, const double x[WIDTH],
                      double out[WIDTH], double slope[WIDTH])
{
    double f[WIDTH] = {0}, d[WIDTH] = {0};

    for (size_t t = months; t-- > 0;) {
        for (size_t i = 0; i < WIDTH; i++) {
            d[i] = d[i] * x[i] + f[i];
            f[i] = f[i] * x[i] + flow[t * WIDTH + i];
        }
    }
    for (size_t i = 0; i < WIDTH; i++) {
        out[i] = f[i];
        slope[i] = d[i];
    }
}

/* As sum_changes(), over the batch gathered forwards. */
static void lane_sum_changes(size_t months, const double *restrict flow, bool reversed,
                             double total[WIDTH], double changes[WIDTH], double any[WIDTH])
{
    double sum[WIDTH] = {0}, sign[WIDTH] = {0}, count[WIDTH] = {0};

    for (size_t t = 0; t < months; t++) {
        const double *month = flow + (reversed ? months - 1 - t : t) * WIDTH;
        const bool last = reversed && t + 1 == months;
        for (size_t i = 0; i < WIDTH; i++) {
            sum[i] += month[i];
        }
        for (size_t i = 0; i < WIDTH; i++) {
            const double seen = last ? total[i] : sum[i];
            const double now = (seen > 0.0 ? 1.0 : 0.0) - (seen < 0.0 ? 1.0 : 0.0);
            count[i] += now * sign[i] < 0.0 ? 1.0 : 0.0;
            sign[i] = now != 0.0 ? now : sign[i];
        }
    }
    for (size_t i = 0; i < WIDTH; i++) {
        changes[i] = count[i];
        any[i] = sign[i] != 0.0 ? 1.0 : 0.0;
        total[i] = reversed ? total[i] : sum[i];
    }
}

static void bisect(size_t months, const double *restrict flow, const double sign_low[WIDTH],
                   double low[WIDTH], double high[WIDTH], double x[WIDTH])
{
    double f[WIDTH];

    for (int step = 0; step < BISECTIONS - 1; step++) {
        values_at(months, flow, false, x, f);
        for (size_t i = 0; i < WIDTH; i++) {
            const bool below = f[i] * sign_low[i] > 0.0;
            low[i] = below ? x[i] : low[i];
            high[i] = below ? high[i] : x[i];
            x[i] = 0.5 * (low[i] + high[i]);
        }
    }
}

static void polish(size_t months, const double *restrict flow, const double sign_low[WIDTH],
                   double low[WIDTH], double high[WIDTH], double x[WIDTH])
{
    double f[WIDTH], slope[WIDTH];

    for (int step = 0; step < NEWTONS + 1; step++) {
        slopes_at(months, flow, x, f, slope);
        for (size_t i = 0; i < WIDTH; i++) {
            const bool below = f[i] * sign_low[i] > 0.0;
            low[i] = below ? x[i] : low[i];
            high[i] = below ? high[i] : x[i];
            x[i] = newton_step(low[i], high[i], x[i], f[i], slope[i]);
        }
    }
}

static void flush_solve(lane_work *w)
{
    batch *b = &w->for_solve;
    double low[WIDTH], high[WIDTH], sign_low[WIDTH], x[WIDTH];
    bool reversed[WIDTH];

    if (b->count == 0) {
        return;
    }
    for (size_t i = 0; i < WIDTH; i++) {
        const bool here = i < b->count;
        reversed[i] = here && b->at[i].reversed;
        low[i] = here ? b->at[i].low : 1.0;
        high[i] = here ? b->at[i].high : 1.0;
        sign_low[i] = here ? b->at[i].sign_low : 1.0;
        x[i] = 0.5 * (low[i] + high[i]);
    }
    gather(w, b, reversed);
    bisect(w->months, w->flow, sign_low, low, high, x);
    polish(w->months, w->flow, sign_low, low, high, x);
    for (size_t i = 0; i < b->count; i++) {
        w->irr[b->lane[i]] = per_year(b->at[i].reversed ? x[i] : 1.0 / x[i]);
    }
    b->count = 0;
}

static void settle(lane_work *w, size_t lane, const verdict *v)
{
    batch *b = &w->for_solve;

    w->irr[lane] = (double)NAN;
    w->unique[lane] = v->count == 1 ? 1.0 : 0.0;
    w->multiple[lane] = v->count > 1 ? 1.0 : 0.0;
    if (v->count == 1) {
        b->lane[b->count] = lane;
        b->at[b->count] = v->at;
        b->count++;
    }
    if (b->count == WIDTH) {
        flush_solve(w);
    }
}

/* Walks one grid; sign holds f's at its first point, verdicts collect the rates. */
static void walk_grid(const lane_work *w, const double *points, size_t count, bool reversed,
                      const double total[WIDTH], verdict found[WIDTH])
{
    double f[WIDTH], sign[WIDTH];

    values_at_point(w->months, w->flow, reversed, points[0], f);
    for (size_t i = 0; i < WIDTH; i++) {
        sign[i] = sign_of(f[i]);
    }
    for (size_t k = 1; k < count; k++) {
        values_at_point(w->months, w->flow, reversed, points[k], f);
        for (size_t i = 0; i < WIDTH; i++) {
            step_along(&found[i], &sign[i], points[k - 1], points[k], f[i], reversed);
        }
    }
    for (size_t i = 0; i < WIDTH; i++) {
        if (!reversed || total[i] != 0.0) { /* a rate of 0 is counted once */
            step_along(&found[i], &sign[i], points[count - 1], 1.0, total[i], reversed);
        }
    }
}

static void flush_grid(lane_work *w)
{
    batch *b = &w->for_grid;
    verdict found[WIDTH] = {{0}};
    double total[WIDTH] = {0};

    if (b->count == 0) {
        return;
    }
    gather(w, b, all_forwards);
    for (size_t t = 0; t < w->months; t++) {
        for (size_t i = 0; i < WIDTH; i++) {
            total[i] += w->flow[t * WIDTH + i];
        }
    }
    walk_grid(w, grid, GRID, false, total, found);
    walk_grid(w, reverse_grid, REVERSE_GRID, true, total, found);
    for (size_t i = 0; i < b->count; i++) {
        settle(w, b->lane[i], &found[i]);
    }
    b->count = 0;
}

/* Decides about up to WIDTH lanes, or passes them on to the grid. */
static void classify_lanes(lane_work *w, const batch *b)
{
    double above[WIDTH], below[WIDTH], any[WIDTH], total[WIDTH], low[WIDTH],
        low_reversed[WIDTH], ignored[WIDTH];

    gather(w, b, all_forwards);
    lane_sum_changes(w->months, w->flow, false, total, above, any);
    lane_sum_changes(w->months, w->flow, true, total, below, ignored);
    values_at_point(w->months, w->flow, false, grid[0], low);
    values_at_point(w->months, w->flow, true, reverse_grid[0], low_reversed);
    for (size_t i = 0; i < b->count; i++) {
        const evidence e = {.changes_above = above[i], .changes_below = below[i],
                            .any = any[i], .total = total[i], .low = low[i],
                            .low_reversed = low_reversed[i]};
        const verdict v = classify(&e);
        if (!v.needs_grid) {
            settle(w, b->lane[i], &v);
            continue;
        }
        w->for_grid.lane[w->for_grid.count++] = b->lane[i];
        if (w->for_grid.count == WIDTH) {
            flush_grid(w);
        }
    }
}

size_t ds_irr_scratch(size_t months)
{
    return months * WIDTH;
}

void ds_irr_lanes(size_t months, size_t lanes, const double *flows,
                  double *restrict irr_per_year, double *restrict unique,
                  double *restrict multiple, double *restrict scratch)
{
    lane_work w = {.months = months, .lanes = lanes, .flows = flows, .flow = scratch,
                   .irr = irr_per_year, .unique = unique, .multiple = multiple};

    for (size_t start = 0; start < lanes; start += WIDTH) {
        batch b = {.count = lanes - start < WIDTH ? lanes - start : WIDTH};
        for (size_t i = 0; i < b.count; i++) {
            b.lane[i] = start + i;
        }
        classify_lanes(&w, &b);
    }
    flush_grid(&w);
    flush_solve(&w);
}

/* ---- The modified rate, (75b) ----------------------------------------------------- */

double ds_mirr_monthly(size_t months, const double *flows, double finance, double reinvest)
{
    double out = 0.0, in = 0.0, carried = 1.0;

    for (size_t t = 0; t < months; t++, carried /= 1.0 + finance) {
        in += flows[t] < 0.0 ? -flows[t] * carried : 0.0;
        out = out * (1.0 + reinvest) + (flows[t] > 0.0 ? flows[t] : 0.0);
    }
    if (!(in > 0.0) || months < 2) {
        return (double)NAN;
    }
    const double rate = (ds_log_inline(out) - ds_log_inline(in)) / ((double)months - 1.0);
    return out > 0.0 ? ds_exp_inline(rate) - 1.0 : -1.0;
}

/* Of up to WIDTH lanes: values at the first month of what comes out and of what is put in. */
static void carry(size_t months, size_t lanes, size_t count, const double *flows,
                  const double *v, double *restrict out, double *restrict in)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i] = 0.0;
    }
    for (size_t t = months; t-- > 0;) {
        for (size_t i = 0; i < count; i++) {
            const double x = flows[t * lanes + i];
            out[i] = out[i] * v[i] + (x > 0.0 ? x : 0.0);
            in[i] = in[i] * v[i] + (x < 0.0 ? -x : 0.0);
        }
    }
}

void ds_mirr_lanes(size_t months, size_t lanes, const double *flows, const double *v,
                   double *restrict mirr_per_year)
{
    double out[WIDTH], in[WIDTH];

    for (size_t start = 0; start < lanes; start += WIDTH) {
        const size_t count = lanes - start < WIDTH ? lanes - start : WIDTH;
        carry(months, lanes, count, flows + start, v + start, out, in);
        for (size_t i = 0; i < count; i++) {
            const double per_year =
                12.0 * ((ds_log_inline(out[i]) - ds_log_inline(in[i])) / ((double)months - 1.0) -
                        ds_log_inline(v[start + i]));
            /* 690: below the largest double */
            const bool none = !(in[i] > 0.0) || months < 2 ||
                              (out[i] > 0.0 && !(per_year < 690.0));
            const double rate = out[i] > 0.0 ? ds_exp_inline(none ? 0.0 : per_year) - 1.0 : -1.0;
            mirr_per_year[start + i] = none ? (double)NAN : rate;
        }
    }
}
