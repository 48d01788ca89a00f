/* distribution_mixture.c -- the inverse CDF of a mixture, and its flat form.
 *
 * A mixture is drawn by the inverse of its own CDF, not by choosing a part, so that it
 * is a monotone function of one uniform as everything else is.  Between well separated
 * parts the quantile is all but a jump and at a listed value it is a step, for which
 * no equidistant table will do.  So the flat form is a list of cubic pieces with knots
 * where they are needed: chosen in x, because there the CDF needs no solving, and
 * halved until the cubic holds the tolerance in the middle.  A listed value is a piece
 * of its own.
 *
 * Accuracy: TOLERANCE of the spread of the narrowest part near by (or of the distance from
 * its median, when that is larger).  Not inside a stretch that a normal score crosses in
 * 1e-12, which is a jump.
 *
 * Invariants: parts are no mixtures; weights are positive or 0, not all 0.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution_internal.h"
#include "numerics/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#define TOLERANCE 1e-10
#define Z_END     8.5   /* a uniform of 52 bits reaches 8.21 */
#define Z_JUMP    1e-12
#define Z_WIDEST  0.1   /* a wider piece is halved unasked */
#define DEPTH_MAX 100

/* ---- Distribution ----------------------------------------------------------------- */

/* Part i cut to the truncation of the mixture, and the weight that is left of it. */
static double cut_part(const ds_distribution *d, size_t i, ds_distribution *part)
{
    const ds_distribution *whole = &d->parts[i];
    const double low = fmax(whole->low, d->low), high = fmin(whole->high, d->high);
    double share = 1.0;

    *part = *whole;
    if (low > whole->low || high < whole->high) {
        share = (1.0 - ds_distribution_mass_outside(whole, low, high)) /
                (1.0 - ds_distribution_mass_outside(whole, whole->low, whole->high));
        if (whole->kind != DS_DIST_CONSTANT) {
            part->low = low;
            part->high = high;
        }
    }
    return low <= high && share > 0.0 ? d->weights[i] * share : 0.0;
}

double ds_mixture_mean(const ds_distribution *d)
{
    double total = 0.0, sum = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        ds_distribution part;
        const double weight = cut_part(d, i, &part);
        if (weight > 0.0) {
            total += weight;
            sum += weight * ds_distribution_mean(&part);
        }
    }
    return sum / total;
}

double ds_mixture_sd(const ds_distribution *d)
{
    const double mean = ds_mixture_mean(d);
    double total = 0.0, sum = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        ds_distribution part;
        const double weight = cut_part(d, i, &part);
        if (weight > 0.0) {
            const double away = ds_distribution_mean(&part) - mean;
            const double sd = ds_distribution_sd(&part);
            total += weight;
            sum += weight * (sd * sd + away * away);
        }
    }
    return sqrt(sum / total);
}

double ds_mixture_support(const ds_distribution *d, bool high)
{
    double best = (double)NAN;

    for (size_t i = 0; i < d->count; i++) {
        ds_distribution part;
        if (cut_part(d, i, &part) > 0.0) {
            const double end = high ? ds_distribution_support_high(&part)
                                    : ds_distribution_support_low(&part);
            best = isnan(best) || (high ? end > best : end < best) ? end : best;
        }
    }
    return best;
}

ds_tails ds_mixture_tails(const ds_distribution *d, double x)
{
    double total = 0.0;
    ds_tails sum = {0.0, 0.0};

    for (size_t i = 0; i < d->count; i++) {
        const ds_tails at = ds_distribution_tails(&d->parts[i], x);
        total += d->weights[i];
        sum.p += d->weights[i] * at.p;
        sum.q += d->weights[i] * at.q;
    }
    return (ds_tails){sum.p / total, sum.q / total};
}

double ds_mixture_density(const ds_distribution *d, double x)
{
    double total = 0.0, sum = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        const ds_distribution *part = &d->parts[i];
        total += d->weights[i];
        if (d->weights[i] > 0.0 && !ds_distribution_is_step(part) &&
            part->kind != DS_DIST_CONSTANT && x > part->low && x < part->high) {
            sum += d->weights[i] * ds_distribution_density(part, x) /
                   ds_distribution_truncation(part).inside;
        }
    }
    return sum / total;
}

static bool reaches(const ds_distribution *d, double x, double p, double q)
{
    const ds_tails at = ds_mixture_tails(d, x);

    return p <= q ? at.p >= p : at.q <= q;
}

/* The quantile is between the least and the greatest of the parts'. */
double ds_mixture_quantile(const ds_distribution *d, double p, double q)
{
    double low = (double)INFINITY, high = -(double)INFINITY;

    for (size_t i = 0; i < d->count; i++) {
        if (d->weights[i] > 0.0) {
            const double x = ds_distribution_quantile_at(&d->parts[i], p, q);
            low = fmin(low, x);
            high = fmax(high, x);
        }
    }
    if (reaches(d, low, p, q)) {
        return low;
    }
    for (;;) {
        const double middle = 0.5 * low + 0.5 * high;
        if (!(middle > low && middle < high)) {
            return high;
        }
        if (reaches(d, middle, p, q)) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/* ---- Flat form -------------------------------------------------------------------- */

typedef struct {
    const ds_distribution *d;
    ds_truncation          cut;
    double                *edges, *pieces;
    size_t                 count;
    bool                   full;
    double                 tolerance;
    size_t                 parts; /* that are continuous, and the scale of each */
    double                 spread[DS_MIXTURE_PARTS], median[DS_MIXTURE_PARTS];
} builder;

static double score_at(const builder *b, double x)
{
    const ds_tails at = ds_distribution_tails(b->d, x);
    const double z = at.p <= at.q ? gsl_cdf_ugaussian_Pinv(at.p) : gsl_cdf_ugaussian_Qinv(at.q);

    return z < -Z_END ? -Z_END : z > Z_END ? Z_END : z;
}

static double score_below(const builder *b, double x)
{
    return score_at(b, nextafter(x, -(double)INFINITY));
}

static void add_piece(builder *b, double z0, double z1, const double c[4])
{
    if (b->count == DS_MIXTURE_PIECES) {
        b->full = true;
        return;
    }
    double *piece = b->pieces + DS_PIECE_SIZE * b->count;
    b->edges[b->count++] = z1;
    piece[0] = z0;
    piece[1] = z1 > z0 ? 1.0 / (z1 - z0) : 0.0;
    for (size_t k = 0; k < 4; k++) {
        piece[2 + k] = c[k];
    }
}

/* Slope of the quantile per width of the piece, held where the cubic is monotone. */
static double slope_at(const builder *b, double x, double z, double width, double rise)
{
    const double density = ds_mixture_density(b->d, x) / b->cut.inside;
    const double slope = gsl_ran_ugaussian_pdf(z) / density * width;

    return isfinite(slope) && slope < 3.0 * rise ? slope : 3.0 * rise;
}

/* What an error at x is measured by: the spread of the narrowest part that is near, or
 * the distance from it. */
static double scale_at(const builder *b, double x)
{
    double scale = (double)INFINITY;

    for (size_t i = 0; i < b->parts; i++) {
        scale = fmin(scale, fmax(b->spread[i], fabs(x - b->median[i])));
    }
    return scale;
}

static void list_scales(builder *b)
{
    const double tail = gsl_cdf_ugaussian_P(-2.0);

    for (size_t i = 0; i < b->d->count; i++) {
        const ds_distribution *part = &b->d->parts[i];
        if (part->kind != DS_DIST_CONSTANT && !ds_distribution_is_step(part)) {
            b->spread[b->parts] = ds_distribution_quantile_at(part, 1.0 - tail, tail) -
                                  ds_distribution_quantile_at(part, tail, 1.0 - tail);
            b->median[b->parts++] = ds_distribution_quantile_at(part, 0.5, 0.5);
        }
    }
}

static double split(double x0, double x1)
{
    if (x0 > 0.0 && x1 > 4.0 * x0) {
        return sqrt(x0) * sqrt(x1);
    }
    return x1 < 0.0 && x0 < 4.0 * x1 ? -(sqrt(-x0) * sqrt(-x1)) : 0.5 * x0 + 0.5 * x1;
}

static void refine(builder *b, double x0, double z0, double x1, double z1, int depth)
{
    const double width = z1 - z0, rise = x1 - x0, inside = 1e-10 * rise;
    const double middle = split(x0, x1);

    if (!(width > 0.0) || !(rise > 0.0) || b->full) {
        return;
    }
    const double d0 = slope_at(b, x0 + inside, z0, width, rise);
    const double d1 = slope_at(b, x1 - inside, z1, width, rise);
    const double c[4] = {x0, d0, 3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise};
    if (width < Z_JUMP || depth == DEPTH_MAX || !(middle > x0 && middle < x1)) {
        add_piece(b, z0, z1, c);
        return;
    }
    const double zm = score_at(b, middle), s = (zm - z0) / width;
    const double error = fabs(c[0] + s * (c[1] + s * (c[2] + s * c[3])) - middle);
    if (width <= Z_WIDEST && error <= b->tolerance * scale_at(b, middle)) {
        add_piece(b, z0, z1, c);
        return;
    }
    refine(b, x0, z0, middle, zm, depth + 1);
    refine(b, middle, zm, x1, z1, depth + 1);
}

/* Where the density has a kink or a part its end, and listed values. */
static size_t list_breaks(const ds_distribution *d, double low, double high, double *out)
{
    size_t count = 0, kept = 0;

    out[count++] = low;
    out[count++] = high;
    for (size_t i = 0; i < d->count; i++) {
        const ds_distribution *part = &d->parts[i];
        for (size_t k = 0; ds_distribution_is_step(part) && k < part->count; k++) {
            out[count++] = part->values[k];
        }
        out[count++] = ds_distribution_support_low(part);
        out[count++] = ds_distribution_support_high(part);
        out[count++] = part->kind == DS_DIST_TRIANGULAR ? part->b : low;
    }
    ds_sort(count, out);
    for (size_t i = 0; i < count; i++) {
        if (out[i] >= low && out[i] <= high && (kept == 0 || out[i] > out[kept - 1])) {
            out[kept++] = out[i];
        }
    }
    return kept;
}

size_t ds_mixture_break_count(const ds_distribution *d)
{
    size_t count = 2;

    for (size_t i = 0; i < d->count; i++) {
        count += 3 + (ds_distribution_is_step(&d->parts[i]) ? d->parts[i].count : 0);
    }
    return count;
}

static void build(builder *b, const double *breaks, size_t count)
{
    b->count = 0;
    b->full = false;
    for (size_t i = 0; i < count; i++) {
        const double here[4] = {breaks[i], 0.0, 0.0, 0.0};
        const double z0 = i == 0 ? -Z_END : score_below(b, breaks[i]);
        const double z1 = i + 1 == count ? Z_END : score_at(b, breaks[i]);
        if (z1 - z0 > Z_JUMP) {
            add_piece(b, z0, z1, here);
        }
        if (i + 1 < count) {
            refine(b, breaks[i], z1, breaks[i + 1], score_below(b, breaks[i + 1]), 0);
        }
    }
}

size_t ds_mixture_compile(const ds_distribution *d, double *storage)
{
    const double far_p = gsl_cdf_ugaussian_P(-Z_END);
    const double low = ds_distribution_quantile_at(d, far_p, 1.0 - far_p);
    const double high = ds_distribution_quantile_at(d, 1.0 - far_p, far_p);
    double *breaks = storage + (1 + DS_PIECE_SIZE) * (size_t)DS_MIXTURE_PIECES;
    builder b = {.d = d, .cut = ds_distribution_truncation(d), .edges = storage,
                 .pieces = storage + DS_MIXTURE_PIECES, .tolerance = TOLERANCE};
    const size_t count = list_breaks(d, low, high, breaks);

    list_scales(&b);
    do {
        build(&b, breaks, count);
        b.tolerance *= 10.0;
    } while (b.full && b.tolerance < 1e3);
    return b.count;
}
