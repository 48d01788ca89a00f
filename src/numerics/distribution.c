/* distribution.c -- fits, cumulative probabilities, quantiles and means.
 *
 * Called while a scenario is checked and a plan compiled (draw.c), by the
 * reference engine and by tests; never by the kernel.  libm and GSL are used
 * freely here: what leaves for the kernel are tables and parameters.
 *
 * Every probability is carried as a pair, the lower tail p and the upper tail q,
 * so that neither far tail is ever computed as one minus something.  Quantiles of
 * beta and gamma are solved here on GSL's cumulative functions, because GSL's own
 * inverses can stop short of convergence.
 *
 * Invariants: parameters have been checked (sd > 0, low <= mode <= high, ...);
 * a PERT is a beta on [a, c] with alpha = 1 + 4 (b - a) / (c - a).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution.h"

#include "numerics/distribution_internal.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#define PERT_LAMBDA 4.0

/* Lower and upper tail at one point. */
typedef struct {
    double p, q;
} tails;

/* ---- Fits ------------------------------------------------------------------- */

static ds_distribution untruncated(ds_dist_kind kind, double a, double b)
{
    return (ds_distribution){
        .kind = kind, .a = a, .b = b, .low = -(double)INFINITY, .high = (double)INFINITY};
}

static bool accept_fit(ds_dist_kind kind, double a, double b, ds_distribution *out)
{
    if (!isfinite(a) || !isfinite(b) || !(b > 0.0)) {
        return false;
    }
    *out = untruncated(kind, a, b);
    return true;
}

bool ds_distribution_fit_lognormal_moments(double mean, double sd, ds_distribution *out)
{
    if (!(mean > 0.0) || !(sd > 0.0)) {
        return false;
    }
    const double variance = log1p((sd / mean) * (sd / mean));
    return accept_fit(DS_DIST_LOGNORMAL, log(mean) - 0.5 * variance, sqrt(variance), out);
}

bool ds_distribution_fit_beta_moments(double mean, double sd, ds_distribution *out)
{
    if (!(mean > 0.0 && mean < 1.0) || !(sd > 0.0)) {
        return false;
    }
    const double size = mean * (1.0 - mean) / (sd * sd) - 1.0; /* alpha + beta */
    if (!(size > 0.0)) {
        return false;
    }
    const double alpha = mean * size;
    return alpha > 0.0 && accept_fit(DS_DIST_BETA, alpha, (1.0 - mean) * size, out);
}

bool ds_distribution_fit_gamma_moments(double mean, double sd, ds_distribution *out)
{
    if (!(mean > 0.0) || !(sd > 0.0)) {
        return false;
    }
    const double shape = (mean / sd) * (mean / sd);
    return shape > 0.0 && accept_fit(DS_DIST_GAMMA, shape, sd * (sd / mean), out);
}

bool ds_distribution_fit_normal_quantiles(double p1, double x1, double p2, double x2,
                                          ds_distribution *out)
{
    if (!(p1 > 0.0 && p1 < p2 && p2 < 1.0) || !(x1 < x2)) {
        return false;
    }
    const double z1 = gsl_cdf_ugaussian_Pinv(p1), z2 = gsl_cdf_ugaussian_Pinv(p2);
    const double sd = (x2 - x1) / (z2 - z1);
    const double mean = (x1 * z2 - x2 * z1) / (z2 - z1);
    return accept_fit(DS_DIST_NORMAL, mean, sd, out);
}

bool ds_distribution_fit_lognormal_quantiles(double p1, double x1, double p2, double x2,
                                             ds_distribution *out)
{
    ds_distribution logarithm;

    if (!(x1 > 0.0) || !ds_distribution_fit_normal_quantiles(p1, log(x1), p2, log(x2),
                                                             &logarithm)) {
        return false;
    }
    *out = untruncated(DS_DIST_LOGNORMAL, logarithm.a, logarithm.b);
    return true;
}

/* ---- Untruncated tails ------------------------------------------------------- */

static tails clamp_below(void)
{
    return (tails){0.0, 1.0};
}

static tails clamp_above(void)
{
    return (tails){1.0, 0.0};
}

static tails normal_tails(double z)
{
    return (tails){gsl_cdf_ugaussian_P(z), gsl_cdf_ugaussian_Q(z)};
}

/* alpha and beta of a beta or PERT, and the span of its support. */
typedef struct {
    double alpha, beta, low, width;
} beta_shape;

static beta_shape beta_shape_of(const ds_distribution *d)
{
    if (d->kind == DS_DIST_BETA) {
        return (beta_shape){d->a, d->b, 0.0, 1.0};
    }
    const double width = d->c - d->a;
    return (beta_shape){1.0 + PERT_LAMBDA * (d->b - d->a) / width,
                        1.0 + PERT_LAMBDA * (d->c - d->b) / width, d->a, width};
}

static tails beta_tails(double y, double alpha, double beta)
{
    if (y <= 0.0) {
        return clamp_below();
    }
    if (y >= 1.0) {
        return clamp_above();
    }
    return (tails){gsl_cdf_beta_P(y, alpha, beta), gsl_cdf_beta_Q(y, alpha, beta)};
}

static tails gamma_tails(double y, double shape)
{
    if (y <= 0.0) {
        return clamp_below();
    }
    if (isinf(y)) {
        return clamp_above();
    }
    return (tails){gsl_cdf_gamma_P(y, shape, 1.0), gsl_cdf_gamma_Q(y, shape, 1.0)};
}

static tails uniform_tails(const ds_distribution *d, double x)
{
    if (x <= d->a) {
        return clamp_below();
    }
    if (x >= d->b) {
        return clamp_above();
    }
    return (tails){(x - d->a) / (d->b - d->a), (d->b - x) / (d->b - d->a)};
}

static tails triangular_tails(const ds_distribution *d, double x)
{
    const double width = d->c - d->a;

    if (x <= d->a) {
        return clamp_below();
    }
    if (x >= d->c) {
        return clamp_above();
    }
    if (x < d->b) {
        const double p = (x - d->a) / width * ((x - d->a) / (d->b - d->a));
        return (tails){p, 1.0 - p};
    }
    const double q = (d->c - x) / width * ((d->c - x) / (d->c - d->b));
    return (tails){1.0 - q, q};
}

static double step_weight(const ds_distribution *d, size_t i)
{
    return d->kind == DS_DIST_EMPIRICAL ? 1.0 : d->weights[i];
}

/* Share of the weight of values in [low, high]. */
static double step_share(const ds_distribution *d, double low, double high)
{
    double total = 0.0, inside = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        total += step_weight(d, i);
        inside += d->values[i] >= low && d->values[i] <= high ? step_weight(d, i) : 0.0;
    }
    return inside / total;
}

/* p counts values <= x, q values > x. */
static tails tails_of(const ds_distribution *d, double x)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
        return normal_tails((x - d->a) / d->b);
    case DS_DIST_LOGNORMAL:
        return x <= 0.0 ? clamp_below() : normal_tails((log(x) - d->a) / d->b);
    case DS_DIST_UNIFORM:
        return uniform_tails(d, x);
    case DS_DIST_TRIANGULAR:
        return triangular_tails(d, x);
    case DS_DIST_PERT:
    case DS_DIST_BETA: {
        const beta_shape s = beta_shape_of(d);
        return beta_tails((x - s.low) / s.width, s.alpha, s.beta);
    }
    case DS_DIST_GAMMA:
        return gamma_tails(x / d->b, d->a);
    case DS_DIST_EXPONENTIAL:
        return x <= 0.0 ? clamp_below() : (tails){-expm1(-x / d->a), exp(-x / d->a)};
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL: {
        const double p = step_share(d, -(double)INFINITY, x);
        return (tails){p, 1.0 - p};
    }
    case DS_DIST_CONSTANT:
    case DS_DIST_COUNT:
        break;
    }
    return x < d->a ? clamp_below() : clamp_above();
}

static bool is_step(const ds_distribution *d)
{
    return d->kind == DS_DIST_DISCRETE || d->kind == DS_DIST_EMPIRICAL;
}

bool ds_distribution_is_truncated(const ds_distribution *d)
{
    return d->low > -(double)INFINITY || d->high < (double)INFINITY;
}

ds_truncation ds_distribution_truncation(const ds_distribution *d)
{
    ds_truncation t = {.above_low = 1.0, .below_high = 1.0};

    if (d->low > -(double)INFINITY) {
        const tails at = tails_of(d, d->low);
        t.below_low = at.p;
        t.above_low = at.q;
    }
    if (d->high < (double)INFINITY) {
        const tails at = tails_of(d, d->high);
        t.below_high = at.p;
        t.above_high = at.q;
    }
    t.inside = t.below_low > 0.5 ? t.above_low - t.above_high : t.below_high - t.below_low;
    return t;
}

/* ---- Quantiles --------------------------------------------------------------- */

/* A standard beta on (0, 1), or a gamma of unit scale when beta is INFINITY. */
typedef struct {
    double alpha, beta;
} standard_shape;

static tails standard_tails(standard_shape s, double y)
{
    return isinf(s.beta) ? gamma_tails(y, s.alpha) : beta_tails(y, s.alpha, s.beta);
}

static double standard_density(standard_shape s, double y)
{
    return isinf(s.beta) ? gsl_ran_gamma_pdf(y, s.alpha, 1.0)
                         : gsl_ran_beta_pdf(y, s.alpha, s.beta);
}

/* Newton's step on the logarithm of the smaller tail: in ln y for the lower tail
 * (a power of y) and in y for the upper (an exponential, or a power of 1 - y). */
static double newton_step(standard_shape s, double y, tails at, double p, double q)
{
    const double density = standard_density(s, y);

    if (p <= q) {
        return y * exp(log(p / at.p) * at.p / (y * density));
    }
    if (isinf(s.beta)) {
        return y + log(at.q / q) * at.q / density;
    }
    const double rest = 1.0 - y;
    return 1.0 - rest * exp(log(q / at.q) * at.q / (rest * density));
}

/* Solves tail(y) = p, or q when that is smaller; Newton inside a bracket that is
 * halved (by ratio when it spans decades) whenever Newton leaves it. */
static double solve_standard(standard_shape s, double p, double q, double guess)
{
    double low = 0.0, high = 1.0;
    double y = guess;

    if (isinf(s.beta)) {
        high = s.alpha + 1.0;
        while (standard_tails(s, high).q > q && high < DBL_MAX / 4.0) {
            low = high;
            high *= 2.0;
        }
    }
    for (int i = 0; i < 400 && high - low > DBL_EPSILON * high && high > DBL_MIN; i++) {
        if (!(y > low && y < high)) {
            const double floor_low = low > DBL_MIN ? low : DBL_MIN;
            y = high > 4.0 * floor_low ? sqrt(floor_low) * sqrt(high)
                                       : low + 0.5 * (high - low);
        }
        const tails at = standard_tails(s, y);
        const bool below = p <= q ? at.p < p : at.q > q;
        if (below) {
            low = y;
        } else {
            high = y;
        }
        const double next = newton_step(s, y, at, p, q);
        if (fabs(next - y) <= 2.0 * DBL_EPSILON * y) {
            return next > 0.0 ? next : y;
        }
        y = next;
    }
    return y > low && y < high ? y : low + 0.5 * (high - low);
}

static double triangular_quantile(const ds_distribution *d, double p, double q)
{
    const double width = d->c - d->a;

    return p * width < d->b - d->a ? d->a + sqrt(p * width * (d->b - d->a))
                                   : d->c - sqrt(q * width * (d->c - d->b));
}

double ds_distribution_quantile_of_tails(const ds_distribution *d, double p, double q,
                                         double guess)
{
    const double low = ds_distribution_support_low(d);
    const double high = ds_distribution_support_high(d);

    if (p <= 0.0 || q <= 0.0) {
        return p <= 0.0 ? low : high;
    }
    const double z = p <= q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q);

    switch (d->kind) {
    case DS_DIST_NORMAL:
        return d->a + d->b * z;
    case DS_DIST_LOGNORMAL:
        return exp(d->a + d->b * z);
    case DS_DIST_UNIFORM:
        return p <= q ? d->a + p * (d->b - d->a) : d->b - q * (d->b - d->a);
    case DS_DIST_TRIANGULAR:
        return triangular_quantile(d, p, q);
    case DS_DIST_PERT:
    case DS_DIST_BETA: {
        const beta_shape s = beta_shape_of(d);
        const standard_shape shape = {s.alpha, s.beta};
        return s.low + s.width * solve_standard(shape, p, q, (guess - s.low) / s.width);
    }
    case DS_DIST_GAMMA: {
        const standard_shape shape = {d->a, (double)INFINITY};
        return d->b * solve_standard(shape, p, q, guess / d->b);
    }
    case DS_DIST_EXPONENTIAL:
        return p <= q ? -d->a * log1p(-p) : -d->a * log(q);
    case DS_DIST_CONSTANT:
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL:
    case DS_DIST_COUNT:
        break;
    }
    return d->a;
}

double ds_distribution_density(const ds_distribution *d, double x)
{
    switch (d->kind) {
    case DS_DIST_PERT:
    case DS_DIST_BETA: {
        const beta_shape s = beta_shape_of(d);
        return gsl_ran_beta_pdf((x - s.low) / s.width, s.alpha, s.beta) / s.width;
    }
    case DS_DIST_GAMMA:
        return gsl_ran_gamma_pdf(x, d->a, d->b);
    case DS_DIST_EXPONENTIAL:
        return x < 0.0 ? 0.0 : exp(-x / d->a) / d->a;
    default:
        return (double)NAN;
    }
}

static double clamp(const ds_distribution *d, double x)
{
    return x < d->low ? d->low : x > d->high ? d->high : x;
}

/* Least value whose share of the truncated weight reaches p: values are in no
 * order, so each candidate is counted. */
static double step_quantile(const ds_distribution *d, double p)
{
    const double inside = step_share(d, d->low, d->high);
    double best = ds_distribution_support_high(d);

    for (size_t i = 0; i < d->count; i++) {
        const double x = d->values[i];
        if (x >= d->low && x < best && step_weight(d, i) > 0.0 &&
            step_share(d, d->low, x) >= p * inside) {
            best = x;
        }
    }
    return best;
}

double ds_distribution_quantile(const ds_distribution *d, double p)
{
    if (!(p >= 0.0 && p <= 1.0)) {
        return (double)NAN;
    }
    if (is_step(d)) {
        return step_quantile(d, p);
    }
    if (!ds_distribution_is_truncated(d)) {
        return ds_distribution_quantile_of_tails(d, p, 1.0 - p, (double)NAN);
    }
    const ds_truncation t = ds_distribution_truncation(d);
    const double q = 1.0 - p;
    return clamp(d, ds_distribution_quantile_of_tails(
                        d, q * t.below_low + p * t.below_high,
                        q * t.above_low + p * t.above_high, (double)NAN));
}

double ds_distribution_cdf(const ds_distribution *d, double x)
{
    if (x < d->low) {
        return 0.0;
    }
    if (x >= d->high) {
        return 1.0;
    }
    if (is_step(d)) {
        return step_share(d, d->low, x) / step_share(d, d->low, d->high);
    }
    const tails at = tails_of(d, x);
    if (!ds_distribution_is_truncated(d)) {
        return at.p;
    }
    const ds_truncation t = ds_distribution_truncation(d);
    return t.below_low > 0.5 ? (t.above_low - at.q) / t.inside
                             : (at.p - t.below_low) / t.inside;
}

double ds_distribution_mass_outside(const ds_distribution *d, double low, double high)
{
    if (is_step(d)) {
        return 1.0 - step_share(d, low, high);
    }
    if (d->kind == DS_DIST_CONSTANT) {
        return d->a >= low && d->a <= high ? 0.0 : 1.0;
    }
    return tails_of(d, low).p + tails_of(d, high).q;
}

/* ---- Means ------------------------------------------------------------------- */

/* Normal mass between two scores, from the tails that are small. */
static double normal_mass(double from, double to)
{
    return from > 0.0 ? gsl_cdf_ugaussian_Q(from) - gsl_cdf_ugaussian_Q(to)
                      : gsl_cdf_ugaussian_P(to) - gsl_cdf_ugaussian_P(from);
}

/* Integral of x f(x) over [low, high] in the rising half of a triangle that starts
 * at a: f(x) = 2 (x - a) / ((c - a)(b - a)). */
static double triangle_moment(double a, double width, double rise, double low, double high)
{
    const double u = low - a, v = high - a;

    return rise > 0.0 ? (a * (v * v - u * u) + 2.0 / 3.0 * (v * v * v - u * u * u)) /
                            (width * rise)
                      : 0.0;
}

/* Partial mean over the untruncated density of [low, high] within the support. */
static double triangular_moment(const ds_distribution *d, double low, double high)
{
    const double l = fmax(low, d->a), h = fmin(high, d->c), width = d->c - d->a;
    const double left = l < d->b ? triangle_moment(d->a, width, d->b - d->a, l, fmin(h, d->b))
                                 : 0.0;
    /* the falling half is a rising one seen from above */
    const double right = h > d->b ? -triangle_moment(-d->c, width, d->c - d->b, -h,
                                                     -fmax(l, d->b))
                                  : 0.0;
    return left + right;
}

static double step_mean(const ds_distribution *d)
{
    double total = 0.0, sum = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        if (d->values[i] >= d->low && d->values[i] <= d->high) {
            total += step_weight(d, i);
            sum += step_weight(d, i) * d->values[i];
        }
    }
    return sum / total;
}

static double untruncated_mean(const ds_distribution *d)
{
    switch (d->kind) {
    case DS_DIST_LOGNORMAL:
        return exp(d->a + 0.5 * d->b * d->b);
    case DS_DIST_UNIFORM:
        return 0.5 * (d->a + d->b);
    case DS_DIST_TRIANGULAR:
        return (d->a + d->b + d->c) / 3.0;
    case DS_DIST_PERT:
        return (d->a + PERT_LAMBDA * d->b + d->c) / (2.0 + PERT_LAMBDA);
    case DS_DIST_BETA:
        return d->a / (d->a + d->b);
    case DS_DIST_GAMMA:
        return d->a * d->b;
    default:
        return d->a;
    }
}

/* Share of the first moment inside [low, high], for the distributions whose moment
 * density is their own kind with one parameter moved. */
static double moment_share(const ds_distribution *d)
{
    ds_distribution moved = *d;

    switch (d->kind) {
    case DS_DIST_LOGNORMAL:
        moved.a += d->b * d->b;
        break;
    case DS_DIST_EXPONENTIAL:
        moved = (ds_distribution){DS_DIST_GAMMA, 2.0, d->a, 0.0, d->low, d->high,
                                  NULL, NULL, 0};
        break;
    default: /* beta, gamma */
        moved.a += 1.0;
        break;
    }
    return ds_distribution_truncation(&moved).inside;
}

static double truncated_mean(const ds_distribution *d)
{
    const double inside = ds_distribution_truncation(d).inside;

    switch (d->kind) {
    case DS_DIST_NORMAL: {
        const double from = (d->low - d->a) / d->b, to = (d->high - d->a) / d->b;
        return d->a + d->b * (gsl_ran_ugaussian_pdf(from) - gsl_ran_ugaussian_pdf(to)) /
                          normal_mass(from, to);
    }
    case DS_DIST_UNIFORM:
        return 0.5 * (fmax(d->a, d->low) + fmin(d->b, d->high));
    case DS_DIST_TRIANGULAR:
        return triangular_moment(d, d->low, d->high) / inside;
    case DS_DIST_PERT: {
        const beta_shape s = beta_shape_of(d);
        const ds_distribution unit = {DS_DIST_BETA, s.alpha, s.beta, 0.0,
                                      (d->low - s.low) / s.width,
                                      (d->high - s.low) / s.width, NULL, NULL, 0};
        return s.low + s.width * truncated_mean(&unit);
    }
    case DS_DIST_CONSTANT:
        return d->a;
    default:
        return untruncated_mean(d) * moment_share(d) / inside;
    }
}

double ds_distribution_mean(const ds_distribution *d)
{
    if (is_step(d)) {
        return step_mean(d);
    }
    return ds_distribution_is_truncated(d) ? clamp(d, truncated_mean(d)) : untruncated_mean(d);
}

/* ---- Support ----------------------------------------------------------------- */

/* Least (sign +1) or greatest (-1) value with weight inside [low, high]. */
static double step_extreme(const ds_distribution *d, double sign)
{
    double best = (double)NAN;

    for (size_t i = 0; i < d->count; i++) {
        const double x = d->values[i];
        const bool counts = x >= d->low && x <= d->high && step_weight(d, i) > 0.0;
        if (counts && !(sign * x >= sign * best)) {
            best = x;
        }
    }
    return best;
}

double ds_distribution_support_low(const ds_distribution *d)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
        return d->low;
    case DS_DIST_LOGNORMAL:
    case DS_DIST_BETA:
    case DS_DIST_GAMMA:
    case DS_DIST_EXPONENTIAL:
        return fmax(d->low, 0.0);
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL:
        return step_extreme(d, 1.0);
    case DS_DIST_CONSTANT:
        return d->a;
    default:
        return fmax(d->low, d->a);
    }
}

double ds_distribution_support_high(const ds_distribution *d)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
    case DS_DIST_LOGNORMAL:
    case DS_DIST_GAMMA:
    case DS_DIST_EXPONENTIAL:
        return d->high;
    case DS_DIST_BETA:
        return fmin(d->high, 1.0);
    case DS_DIST_UNIFORM:
        return fmin(d->high, d->b);
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL:
        return step_extreme(d, -1.0);
    case DS_DIST_CONSTANT:
        return d->a;
    default:
        return fmin(d->high, d->c);
    }
}
