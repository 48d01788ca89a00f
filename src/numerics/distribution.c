/* distribution.c -- cumulative probabilities and quantiles.
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
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

typedef ds_tails tails;

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

ds_beta_shape ds_distribution_beta_shape(const ds_distribution *d)
{
    if (d->kind == DS_DIST_BETA) {
        return (ds_beta_shape){d->a, d->b, 0.0, 1.0};
    }
    const double width = d->c - d->a;
    return (ds_beta_shape){1.0 + DS_PERT_LAMBDA * (d->b - d->a) / width,
                           1.0 + DS_PERT_LAMBDA * (d->c - d->b) / width, d->a, width};
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

/* Unit-scale gamma of a large shape at score z: Cornish-Fisher to the order
 * 1 / (shape sqrt shape), right to 1e-11 of the value in |z| <= 8.  GSL's series
 * stops short of convergence there: 3e-7 of the value at shape 3e5, 1e-5 at 1e7. */
static double large_gamma_quantile(double shape, double z)
{
    const double root = sqrt(shape), square = z * z;

    return shape + root * z + (square - 1.0) / 3.0 + z * (square - 7.0) / (36.0 * root) -
           ((3.0 * square + 7.0) * square - 16.0) / (810.0 * shape) +
           z * ((9.0 * square + 256.0) * square - 433.0) / (38880.0 * shape * root);
}

/* Its inverse by a secant slope that hardly changes: 1 + O(1 / sqrt shape). */
static tails large_gamma_tails(double y, double shape)
{
    const double root = sqrt(shape), end = 38.0;

    if (y <= large_gamma_quantile(shape, -end)) {
        return clamp_below();
    }
    if (y >= large_gamma_quantile(shape, end)) {
        return clamp_above();
    }
    double z = (y - shape) / root;
    for (int i = 0; i < 60; i++) {
        const double slope = root + 2.0 / 3.0 * z;
        const double step = (y - large_gamma_quantile(shape, z)) / slope;
        z += step;
        if (fabs(step) < 1e-15 * (1.0 + fabs(z))) {
            break;
        }
    }
    return normal_tails(z);
}

static tails gamma_tails(double y, double shape)
{
    if (y <= 0.0) {
        return clamp_below();
    }
    if (isinf(y)) {
        return clamp_above();
    }
    if (shape > DS_LARGE_GAMMA_SHAPE) {
        return large_gamma_tails(y, shape);
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

static tails weibull_tails(const ds_distribution *d, double x)
{
    if (x <= 0.0) {
        return clamp_below();
    }
    const double hazard = pow(x / d->b, d->a);
    return (tails){-expm1(-hazard), exp(-hazard)};
}

/* Share of the weight of values in [low, high]. */
static double step_share(const ds_distribution *d, double low, double high)
{
    double total = 0.0, inside = 0.0;

    for (size_t i = 0; i < d->count; i++) {
        const double weight = ds_distribution_step_weight(d, i);
        total += weight;
        inside += d->values[i] >= low && d->values[i] <= high ? weight : 0.0;
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
        const ds_beta_shape s = ds_distribution_beta_shape(d);
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
    case DS_DIST_WEIBULL:
        return weibull_tails(d, x);
    case DS_DIST_METALOG:
        return ds_metalog_tails(d, x);
    case DS_DIST_MIXTURE:
        return ds_mixture_tails(d, x);
    case DS_DIST_CONSTANT:
    case DS_DIST_COUNT:
        break;
    }
    return x < d->a ? clamp_below() : clamp_above();
}

bool ds_distribution_is_truncated(const ds_distribution *d)
{
    return d->low > -(double)INFINITY || d->high < (double)INFINITY;
}

ds_truncation ds_distribution_truncation(const ds_distribution *d)
{
    ds_truncation t = {.above_low = 1.0, .below_high = 1.0};

    if (d->low > -(double)INFINITY) {
        /* a mixture may have a listed value there, which stays */
        const tails at = tails_of(d, d->kind == DS_DIST_MIXTURE
                                         ? nextafter(d->low, -(double)INFINITY)
                                         : d->low);
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

double ds_distribution_mass_inside(const ds_distribution *d)
{
    return ds_distribution_is_step(d) ? step_share(d, d->low, d->high)
                                      : ds_distribution_truncation(d).inside;
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

/* ln y where P(Y <= y) is still a pure power of y: p / norm, to the power 1 / shape. */
static double log_of_power(double p, double log_norm, double shape)
{
    return (log(p) + log(shape) + log_norm) / shape;
}

double ds_distribution_log_odds_of_tails(const ds_distribution *d, double p, double q)
{
    const double power_ends = -50.0; /* ln y: next to 1 the other factors are exact */

    if (d->kind == DS_DIST_GAMMA) {
        const standard_shape shape = {d->a, (double)INFINITY};
        const double least = log_of_power(p, gsl_sf_lngamma(d->a), d->a);
        return least < power_ends ? least : log(solve_standard(shape, p, q, (double)NAN));
    }
    const ds_beta_shape s = ds_distribution_beta_shape(d);
    const standard_shape shape = {s.alpha, s.beta}, mirrored = {s.beta, s.alpha};
    const double log_norm = gsl_sf_lnbeta(s.alpha, s.beta);
    const double least = log_of_power(p, log_norm, s.alpha);
    const double greatest = -log_of_power(q, log_norm, s.beta);
    if (least < power_ends || greatest > -power_ends) {
        return least < power_ends ? least : greatest;
    }
    const double y = solve_standard(shape, p, q, (double)NAN);
    if (y <= 0.5) {
        return log(y) - log1p(-y);
    }
    const double rest = solve_standard(mirrored, q, p, (double)NAN);
    return log1p(-rest) - log(rest);
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
        const ds_beta_shape s = ds_distribution_beta_shape(d);
        const standard_shape shape = {s.alpha, s.beta};
        return s.low + s.width * solve_standard(shape, p, q, (guess - s.low) / s.width);
    }
    case DS_DIST_GAMMA: {
        const standard_shape shape = {d->a, (double)INFINITY};
        if (d->a > DS_LARGE_GAMMA_SHAPE) {
            return d->b * large_gamma_quantile(d->a, z);
        }
        return d->b * solve_standard(shape, p, q, guess / d->b);
    }
    case DS_DIST_EXPONENTIAL:
        return p <= q ? -d->a * log1p(-p) : -d->a * log(q);
    case DS_DIST_WEIBULL:
        return d->b * pow(p <= q ? -log1p(-p) : -log(q), 1.0 / d->a);
    case DS_DIST_METALOG:
        return ds_metalog_quantile(d, p, q);
    case DS_DIST_MIXTURE:
        return ds_mixture_quantile(d, p, q);
    case DS_DIST_CONSTANT:
    case DS_DIST_DISCRETE:
    case DS_DIST_EMPIRICAL:
    case DS_DIST_COUNT:
        break;
    }
    return d->a;
}

static double triangular_density(const ds_distribution *d, double x)
{
    if (x < d->a || x > d->c) {
        return 0.0;
    }
    return 2.0 / (d->c - d->a) *
           (x < d->b ? (x - d->a) / (d->b - d->a) : (d->c - x) / (d->c - d->b));
}

double ds_distribution_density(const ds_distribution *d, double x)
{
    switch (d->kind) {
    case DS_DIST_NORMAL:
        return gsl_ran_gaussian_pdf(x - d->a, d->b);
    case DS_DIST_LOGNORMAL:
        return x > 0.0 ? gsl_ran_lognormal_pdf(x, d->a, d->b) : 0.0;
    case DS_DIST_UNIFORM:
        return x >= d->a && x <= d->b ? 1.0 / (d->b - d->a) : 0.0;
    case DS_DIST_TRIANGULAR:
        return triangular_density(d, x);
    case DS_DIST_WEIBULL:
        return x > 0.0 ? gsl_ran_weibull_pdf(x, d->b, d->a) : 0.0;
    case DS_DIST_METALOG:
        return ds_metalog_density(d, x);
    case DS_DIST_PERT:
    case DS_DIST_BETA: {
        const ds_beta_shape s = ds_distribution_beta_shape(d);
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

/* Least value whose share of the truncated weight reaches p.  The values are in no
 * order and must not be copied: the bracket (from, to] is halved and recounted. */
static double step_quantile(const ds_distribution *d, double p)
{
    const double target = p * step_share(d, d->low, d->high);
    double from = ds_distribution_support_low(d), to = ds_distribution_support_high(d);

    if (!(step_share(d, d->low, from) < target)) {
        return from;
    }
    for (;;) {
        const double middle = 0.5 * from + 0.5 * to;
        if (!(middle > from && middle < to)) {
            return to; /* neighbours: `to` is one of the values */
        }
        if (step_share(d, d->low, middle) < target) {
            from = middle;
        } else {
            to = middle;
        }
    }
}

double ds_distribution_quantile_at(const ds_distribution *d, double p, double q)
{
    if (ds_distribution_is_step(d)) {
        return step_quantile(d, p);
    }
    if (p <= 0.0 || q <= 0.0) {
        return p <= 0.0 ? ds_distribution_support_low(d) : ds_distribution_support_high(d);
    }
    if (!ds_distribution_is_truncated(d)) {
        return ds_distribution_quantile_of_tails(d, p, q, (double)NAN);
    }
    const ds_truncation t = ds_distribution_truncation(d);
    return ds_distribution_clamp(d, ds_distribution_quantile_of_tails(
                                        d, q * t.below_low + p * t.below_high,
                                        q * t.above_low + p * t.above_high, (double)NAN));
}

double ds_distribution_quantile(const ds_distribution *d, double p)
{
    return p >= 0.0 && p <= 1.0 ? ds_distribution_quantile_at(d, p, 1.0 - p) : (double)NAN;
}

ds_tails ds_distribution_tails(const ds_distribution *d, double x)
{
    if (x < d->low) {
        return clamp_below();
    }
    if (x >= d->high) {
        return clamp_above();
    }
    if (ds_distribution_is_step(d)) {
        const double all = step_share(d, d->low, d->high);
        return (tails){step_share(d, d->low, x) / all,
                       step_share(d, nextafter(x, (double)INFINITY), d->high) / all};
    }
    const tails at = tails_of(d, x);
    if (!ds_distribution_is_truncated(d)) {
        return at;
    }
    const ds_truncation t = ds_distribution_truncation(d);
    return (tails){
        (t.below_low > 0.5 ? t.above_low - at.q : at.p - t.below_low) / t.inside,
        (t.above_high > 0.5 ? t.below_high - at.p : at.q - t.above_high) / t.inside};
}

double ds_distribution_cdf(const ds_distribution *d, double x)
{
    return ds_distribution_tails(d, x).p;
}

double ds_distribution_mass_outside(const ds_distribution *d, double low, double high)
{
    if (ds_distribution_is_step(d)) {
        return 1.0 - step_share(d, low, high);
    }
    if (d->kind == DS_DIST_CONSTANT) {
        return d->a >= low && d->a <= high ? 0.0 : 1.0;
    }
    if (d->kind == DS_DIST_MIXTURE) { /* a listed value at `low` is inside */
        low = nextafter(low, -(double)INFINITY);
    }
    return tails_of(d, low).p + tails_of(d, high).q;
}
