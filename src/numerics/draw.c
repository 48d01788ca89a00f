/* draw.c -- the flat form of a distribution, and its values for lanes of uniforms.
 *
 * ds_draw_compile() runs once per input while a plan is built and may use libm and
 * GSL; ds_draw_value() and ds_draw_lanes() run in the kernel and use plain IEEE
 * operations only, the same ones in the same order, so that a lane and a single
 * value agree bit for bit.
 *
 * Algorithms: inverse CDF throughout.  Truncation interpolates between the two
 * tail probabilities, of the lower tail or (mirrored) of the upper one, whichever
 * ends up nearer zero.  PERT, beta, gamma and exponential are cubic Hermite tables
 * of the (truncated) quantile in the normal score z (distribution_table.c), with
 * exact slopes phi(z) / density, limited as in Fritsch & Carlson (1980) so that they
 * stay monotone.
 *
 * Error of the tables, measured against the solved quantile between the knots and
 * tested in tests/unit/test_draw.c: relative 1e-8 in |z| <= 5 for PERT, for
 * beta and gamma of shape >= 1 and for the exponential; 2e-7 for shape 1/2.  Below
 * that the smallest values, not the ones that matter, lose digits: the error grows
 * as (z / shape)^4.
 *
 * Invariants: monotone in u; clamp_low <= value <= clamp_high.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution.h"

#include "numerics/cubic_table.h"
#include "numerics/distribution_internal.h"
#include "numerics/lanes.h"
#include "numerics/lanes_inline.h"
#include "numerics/statistics.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

#define TABLE_Z_END 8.5 /* a uniform of 52 bits reaches 8.21 */
#define TABLE_STEP  (2.0 * TABLE_Z_END / (DS_TABLE_KNOTS - 1))

/* ---- Compiling ---------------------------------------------------------------- */

static bool is_table(const ds_distribution *d)
{
    return d->kind == DS_DIST_PERT || d->kind == DS_DIST_BETA || d->kind == DS_DIST_GAMMA ||
           d->kind == DS_DIST_EXPONENTIAL || d->kind == DS_DIST_WEIBULL ||
           d->kind == DS_DIST_METALOG;
}

size_t ds_draw_storage(const ds_distribution *d)
{
    if (is_table(d)) {
        return 2 * (size_t)DS_TABLE_KNOTS;
    }
    if (d->kind == DS_DIST_MIXTURE) {
        return (1 + DS_PIECE_SIZE) * (size_t)DS_MIXTURE_PIECES + ds_mixture_break_count(d);
    }
    return ds_distribution_is_step(d) ? 2 * d->count : 0;
}

static void compile_truncation(const ds_distribution *d, ds_draw *out)
{
    const ds_truncation t = ds_distribution_truncation(d);

    out->truncated = true;
    out->mirrored = t.above_high < t.below_low;
    out->u_low = out->mirrored ? t.above_low : t.below_low;
    out->u_high = out->mirrored ? t.above_high : t.below_high;
}

/* Sorted values inside the truncation with the running share of their weights. */
static void compile_step(const ds_distribution *d, double *storage, ds_draw *out)
{
    double *values = storage, *edges = storage + d->count;
    double total = 0.0, running = 0.0;
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const double weight = ds_distribution_step_weight(d, i);
        if (d->values[i] >= d->low && d->values[i] <= d->high && weight > 0.0) {
            values[count] = d->values[i];
            edges[count] = weight;
            count++;
        }
    }
    if (count == 0) { /* nothing left: a NAN is found, a guess is not */
        *out = (ds_draw){.kind = DS_DRAW_CONSTANT, .a = (double)NAN};
        return;
    }
    if (d->kind == DS_DIST_EMPIRICAL) {
        ds_sort(count, values);
    } else {
        gsl_sort2(values, 1, edges, 1, count);
    }
    for (size_t i = 0; i < count; i++) {
        total += edges[i];
    }
    for (size_t i = 0; i < count; i++) {
        running += edges[i];
        edges[i] = running / total;
    }
    edges[count - 1] = 1.0;
    out->kind = DS_DRAW_STEP;
    out->values = values;
    out->edges = edges;
    out->count = count;
}

/* Keeps each cubic monotone: no slope above three times a neighbouring secant. */
static void limit_slopes(const double *knots, double *slopes)
{
    const size_t last = DS_TABLE_KNOTS - 1;

    for (size_t k = 0; k <= last; k++) {
        const double before = k > 0 ? knots[k] - knots[k - 1] : knots[1] - knots[0];
        const double after = k < last ? knots[k + 1] - knots[k] : before;
        const double most = 3.0 * (before < after ? before : after);
        const double slope = isfinite(slopes[k]) ? slopes[k] : 0.5 * (before + after);
        slopes[k] = slope > most ? most : slope;
    }
}

/* Slopes are kept per knot distance, which is what the cubic needs. */
static void compile_table(const ds_distribution *d, double *storage, ds_draw *out)
{
    double *knots = storage, *slopes = storage + DS_TABLE_KNOTS;
    const ds_score_grid grid = {-TABLE_Z_END, TABLE_STEP, DS_TABLE_KNOTS};

    ds_distribution_tabulate(d, grid, knots, slopes);
    for (size_t k = 0; k < DS_TABLE_KNOTS; k++) {
        const double x = ds_distribution_clamp(d, knots[k]);
        knots[k] = k > 0 && x < knots[k - 1] ? knots[k - 1] : x;
    }
    limit_slopes(knots, slopes);
    out->kind = DS_DRAW_TABLE;
    out->knots = knots;
    out->slopes = slopes;
    out->count = DS_TABLE_KNOTS;
}

static void compile_parametric(const ds_distribution *d, ds_draw *out)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
        out->kind = DS_DRAW_NORMAL;
        break;
    case DS_DIST_LOGNORMAL:
        out->kind = DS_DRAW_LOGNORMAL;
        break;
    case DS_DIST_TRIANGULAR:
        out->kind = DS_DRAW_TRIANGULAR;
        break;
    case DS_DIST_UNIFORM: /* a truncated uniform is a uniform */
        out->kind = DS_DRAW_UNIFORM;
        out->a = out->clamp_low;
        out->b = out->clamp_high - out->clamp_low;
        return;
    default:
        out->kind = DS_DRAW_CONSTANT;
        return;
    }
    if (ds_distribution_is_truncated(d)) {
        compile_truncation(d, out);
    }
}

void ds_draw_compile(const ds_distribution *d, double *storage, ds_draw *out)
{
    const double low = ds_distribution_support_low(d);
    const double high = ds_distribution_support_high(d);

    *out = (ds_draw){
        .a = d->a, .b = d->b, .c = d->c, .clamp_low = low, .clamp_high = high};
    if (low == high) {
        out->kind = DS_DRAW_CONSTANT;
        out->a = low;
    } else if (ds_distribution_is_step(d)) {
        compile_step(d, storage, out);
    } else if (is_table(d)) {
        compile_table(d, storage, out);
    } else if (d->kind == DS_DIST_MIXTURE) {
        out->kind = DS_DRAW_PIECES;
        out->edges = storage;
        out->knots = storage + DS_MIXTURE_PIECES;
        out->count = ds_mixture_compile(d, storage);
    } else {
        compile_parametric(d, out);
    }
}

/* ---- One lane ------------------------------------------------------------------ */

/* Weighted so that a tail next to zero keeps its relative precision. */
static inline double truncated_uniform(double u_low, double u_high, double u)
{
    return (1.0 - u) * u_low + u * u_high;
}

static inline double clamped(double low, double high, double x)
{
    const double y = x < low ? low : x;
    return y > high ? high : y;
}

/* v is the lower tail, or the upper one when mirrored. */
static inline double triangular_at(double a, double b, double c, bool mirrored, double v)
{
    const double p = mirrored ? 1.0 - v : v;
    const double q = mirrored ? v : 1.0 - v;
    const double width = c - a;
    const double rising = a + sqrt(p * (width * (b - a)));
    const double falling = c - sqrt(q * (width * (c - b)));
    return p * width < b - a ? rising : falling;
}

/* Number of edges at or below v, of all but the last. */
static inline size_t step_at(const double *edges, size_t count, double v)
{
    size_t base = 0, length = count - 1;

    while (length > 0) {
        const size_t half = (length + 1) / 2;
        const bool beyond = edges[base + half - 1] <= v;
        base = beyond ? base + half : base;
        length = beyond ? length - half : half - 1;
    }
    return base;
}

static inline double table_at(const double *knots, const double *slopes, double z)
{
    return ds_cubic_at(DS_TABLE_KNOTS, knots, slopes, (z + TABLE_Z_END) * (1.0 / TABLE_STEP));
}

static inline double piece_at(const ds_draw *draw, double z)
{
    const double *piece = draw->knots + DS_PIECE_SIZE * step_at(draw->edges, draw->count, z);
    const double scaled = (z - piece[0]) * piece[1];
    const double positive = scaled > 0.0 ? scaled : 0.0;
    const double s = positive < 1.0 ? positive : 1.0;

    return piece[2] + s * (piece[3] + s * (piece[4] + s * piece[5]));
}

static bool needs_score(const ds_draw *draw)
{
    return draw->kind == DS_DRAW_NORMAL || draw->kind == DS_DRAW_LOGNORMAL ||
           draw->kind == DS_DRAW_TABLE || draw->kind == DS_DRAW_PIECES;
}

static bool is_clamped(const ds_draw *draw)
{
    return draw->kind != DS_DRAW_CONSTANT && draw->kind != DS_DRAW_STEP &&
           (draw->clamp_low > -(double)INFINITY || draw->clamp_high < (double)INFINITY);
}

/* Value before clamping; v the (truncated) uniform, z its score when needed. */
static double value_at(const ds_draw *draw, double v, double z)
{
    switch (draw->kind) {
    case DS_DRAW_UNIFORM:
        return draw->a + draw->b * v;
    case DS_DRAW_NORMAL:
        return draw->a + draw->b * z;
    case DS_DRAW_LOGNORMAL:
        return ds_exp_inline(draw->a + draw->b * z);
    case DS_DRAW_TRIANGULAR:
        return triangular_at(draw->a, draw->b, draw->c, draw->mirrored, v);
    case DS_DRAW_STEP:
        return draw->values[step_at(draw->edges, draw->count, v)];
    case DS_DRAW_TABLE:
        return table_at(draw->knots, draw->slopes, z);
    case DS_DRAW_PIECES:
        return piece_at(draw, z);
    case DS_DRAW_CONSTANT:
    case DS_DRAW_KIND_COUNT:
        break;
    }
    return draw->a;
}

double ds_draw_value(const ds_draw *draw, double u)
{
    const double v =
        draw->truncated ? truncated_uniform(draw->u_low, draw->u_high, u) : u;
    const double score = needs_score(draw) ? ds_normal_quantile_inline(v) : 0.0;
    const double x = value_at(draw, v, draw->mirrored ? -score : score);

    return is_clamped(draw) ? clamped(draw->clamp_low, draw->clamp_high, x) : x;
}

/* ---- Many lanes ---------------------------------------------------------------- */

static void scale_lanes(size_t count, double a, double b, const double *x, double *out)
{
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = a + b * x[i];
    }
}

static void triangular_lanes(const ds_draw *draw, size_t count, const double *v, double *out)
{
    const double a = draw->a, b = draw->b, c = draw->c;
    const bool mirrored = draw->mirrored;

    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = triangular_at(a, b, c, mirrored, v[i]);
    }
}

static void table_lanes(const ds_draw *draw, size_t count, const double *z, double *out)
{
    const double *knots = draw->knots, *slopes = draw->slopes;

    for (size_t i = 0; i < count; i++) {
        out[i] = table_at(knots, slopes, z[i]);
    }
}

static void step_lanes(const ds_draw *draw, size_t count, const double *v, double *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = draw->values[step_at(draw->edges, draw->count, v[i])];
    }
}

static void clamp_lanes(size_t count, double low, double high, double *x)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = clamped(low, high, x[i]);
    }
}

/* v: uniforms in the truncation interval, which may be `out`; z: their scores, or
 * unused. */
static void value_lanes(const ds_draw *draw, size_t count, const double *v, const double *z,
                        double *out)
{
    switch (draw->kind) {
    case DS_DRAW_UNIFORM:
        scale_lanes(count, draw->a, draw->b, v, out);
        return;
    case DS_DRAW_NORMAL:
        scale_lanes(count, draw->a, draw->b, z, out);
        return;
    case DS_DRAW_LOGNORMAL:
        scale_lanes(count, draw->a, draw->b, z, out);
        ds_exp_lanes(count, out, out);
        return;
    case DS_DRAW_TRIANGULAR:
        triangular_lanes(draw, count, v, out);
        return;
    case DS_DRAW_STEP:
        step_lanes(draw, count, v, out);
        return;
    case DS_DRAW_TABLE:
        table_lanes(draw, count, z, out);
        return;
    case DS_DRAW_PIECES:
        for (size_t i = 0; i < count; i++) {
            out[i] = piece_at(draw, z[i]);
        }
        return;
    case DS_DRAW_CONSTANT:
    case DS_DRAW_KIND_COUNT:
        break;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = draw->a;
    }
}

void ds_draw_lanes(const ds_draw *draw, size_t count, const double *u, double *out,
                   double *scratch)
{
    double *interval = scratch, *score = scratch + count;
    const double *v = u;

    if (draw->truncated) {
        const double u_low = draw->u_low, u_high = draw->u_high;
        DS_LANES_INDEPENDENT
        for (size_t i = 0; i < count; i++) {
            interval[i] = truncated_uniform(u_low, u_high, u[i]);
        }
        v = interval;
    }
    if (needs_score(draw)) {
        ds_normal_quantile_lanes(count, v, score);
    }
    if (needs_score(draw) && draw->mirrored) {
        for (size_t i = 0; i < count; i++) {
            score[i] = -score[i];
        }
    }
    value_lanes(draw, count, v, score, out);
    if (is_clamped(draw)) {
        clamp_lanes(count, draw->clamp_low, draw->clamp_high, out);
    }
}
