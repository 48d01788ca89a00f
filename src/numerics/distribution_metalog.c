/* distribution_metalog.c -- the metalog of 2 to 5 terms (Keelin 2016, The Metalog
 * Distributions, Decision Analysis 13(4)), unbounded, with one bound or with two.
 *
 * With L = ln(p / q) and t = p - 1/2 the quantile is x = T(M),
 *     M = a1 + a2 L + a3 t L + a4 t + a5 t^2,
 * and T(M) = M; low + exp(M); high - exp(-M); or low + (high - low) / (1 + exp(-M)).
 * All is computed in L, in which both tails keep their digits: t = tanh(L / 2) / 2.
 *
 * Called while a scenario is read and a plan compiled.  libm and GSL are free here.
 *
 * Invariants: values[] has count coefficients; a is the low bound or -INFINITY, b the
 * high one or INFINITY; ds_metalog_rises() has been asked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution_internal.h"

#include <gsl/gsl_integration.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

#define FAR_ODDS 700.0 /* exp(-L) is still a normal number */

static double logistic(double x)
{
    const double e = exp(-fabs(x));

    return x < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
}

/* p q */
static double product_of_tails(double odds)
{
    const double e = exp(-fabs(odds));

    return e / ((1.0 + e) * (1.0 + e));
}

static double term(size_t k, double odds)
{
    const double t = 0.5 * tanh(0.5 * odds);

    switch (k) {
    case 0:
        return 1.0;
    case 1:
        return odds;
    case 2:
        return t * odds;
    case 3:
        return t;
    default:
        return t * t;
    }
}

static double term_slope(size_t k, double odds)
{
    const double t = 0.5 * tanh(0.5 * odds), pq = product_of_tails(odds);

    switch (k) {
    case 0:
        return 0.0;
    case 1:
        return 1.0;
    case 2:
        return t + odds * pq;
    case 3:
        return pq;
    default:
        return 2.0 * t * pq;
    }
}

static double sum_of_terms(const ds_distribution *d, double odds)
{
    double sum = 0.0;

    for (size_t k = 0; k < d->count; k++) {
        sum += d->values[k] * term(k, odds);
    }
    return sum;
}

static double slope_at(const ds_distribution *d, double odds)
{
    double sum = 0.0;

    for (size_t k = 0; k < d->count; k++) {
        sum += d->values[k] * term_slope(k, odds);
    }
    return sum;
}

/* ---- Between x and M ------------------------------------------------------------ */

static bool has_low(const ds_distribution *d)
{
    return d->a > -(double)INFINITY;
}

static bool has_high(const ds_distribution *d)
{
    return d->b < (double)INFINITY;
}

static double x_of(const ds_distribution *d, double m)
{
    if (has_low(d) && has_high(d)) {
        return m < 0.0 ? d->a + (d->b - d->a) * logistic(m)
                       : d->b - (d->b - d->a) * logistic(-m);
    }
    return has_low(d) ? d->a + exp(m) : has_high(d) ? d->b - exp(-m) : m;
}

static double m_of(const ds_distribution *d, double x)
{
    if (has_low(d) && has_high(d)) {
        return log(x - d->a) - log(d->b - x);
    }
    return has_low(d) ? log(x - d->a) : has_high(d) ? -log(d->b - x) : x;
}

static double x_slope(const ds_distribution *d, double x)
{
    if (has_low(d) && has_high(d)) {
        return (x - d->a) * ((d->b - x) / (d->b - d->a));
    }
    return has_low(d) ? x - d->a : has_high(d) ? d->b - x : 1.0;
}

/* L at x; infinite outside what numbers reach.  Newton inside a bracket. */
static double odds_at(const ds_distribution *d, double x)
{
    double low = -FAR_ODDS, high = FAR_ODDS, odds = 0.0;

    if (x <= d->a || x >= d->b) {
        return x <= d->a ? -(double)INFINITY : (double)INFINITY;
    }
    const double m = m_of(d, x);
    if (m <= sum_of_terms(d, low) || m >= sum_of_terms(d, high)) {
        return m <= sum_of_terms(d, low) ? -(double)INFINITY : (double)INFINITY;
    }
    for (int i = 0; i < 200; i++) {
        const double gap = sum_of_terms(d, odds) - m;
        if (gap < 0.0) {
            low = odds;
        } else {
            high = odds;
        }
        double next = odds - gap / slope_at(d, odds);
        if (!(next > low && next < high)) {
            next = 0.5 * (low + high);
        }
        if (fabs(next - odds) <= 1e-15 * (1.0 + fabs(odds))) {
            return next;
        }
        odds = next;
    }
    return odds;
}

/* ---- What the other files ask ----------------------------------------------------- */

static double odds_of(double p, double q)
{
    return p <= q ? log(p) - log1p(-p) : log1p(-q) - log(q);
}

double ds_metalog_quantile(const ds_distribution *d, double p, double q)
{
    return x_of(d, sum_of_terms(d, odds_of(p, q)));
}

double ds_metalog_density_of_tails(const ds_distribution *d, double p, double q)
{
    const double odds = odds_of(p, q), x = x_of(d, sum_of_terms(d, odds));

    return product_of_tails(odds) / (slope_at(d, odds) * x_slope(d, x));
}

ds_tails ds_metalog_tails(const ds_distribution *d, double x)
{
    const double odds = odds_at(d, x);

    return (ds_tails){logistic(odds), logistic(-odds)};
}

double ds_metalog_density(const ds_distribution *d, double x)
{
    const double odds = odds_at(d, x);

    return isinf(odds) ? 0.0
                       : product_of_tails(odds) / (slope_at(d, odds) * x_slope(d, x));
}

/* Integral of (x - centre)^power p q dL over the part inside, in panels of a width of 1:
 * the central moment, power 1 or 2. */
static double moment_about(const ds_distribution *d, double centre, int power)
{
    const double from = fmax(odds_at(d, d->low), -FAR_ODDS);
    const double to = fmin(odds_at(d, d->high), FAR_ODDS);
    const size_t panels = (size_t)ceil(to - from) + 1;
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(16);
    double sum = 0.0;

    for (size_t k = 0; table != NULL && k < panels; k++) {
        const double left = from + (to - from) * (double)k / (double)panels;
        const double right = from + (to - from) * (double)(k + 1) / (double)panels;
        for (size_t i = 0; i < 16; i++) {
            double odds, weight;
            gsl_integration_glfixed_point(left, right, i, &odds, &weight, table);
            const double x = x_of(d, sum_of_terms(d, odds)) - centre;
            sum += weight * product_of_tails(odds) * (power == 1 ? x : x * x);
        }
    }
    gsl_integration_glfixed_table_free(table);
    return table == NULL ? (double)NAN : sum / ds_distribution_truncation(d).inside;
}

double ds_metalog_mean(const ds_distribution *d)
{
    if (!has_low(d) && !has_high(d) && !ds_distribution_is_truncated(d)) {
        const double *a = d->values;
        return a[0] + (d->count > 2 ? 0.5 * a[2] : 0.0) + (d->count > 4 ? a[4] / 12.0 : 0.0);
    }
    return moment_about(d, 0.0, 1);
}

/* Towards its open end a metalog of one bound grows as exp(c L): x^2 has a mean when
 * c < 1/2; near it the quadrature would need more than FAR_ODDS. */
double ds_metalog_sd(const ds_distribution *d)
{
    const double third = d->count > 2 ? d->values[2] : 0.0;
    const double left = d->values[1] - 0.5 * third, right = d->values[1] + 0.5 * third;
    const bool open = has_low(d) != has_high(d) && !isfinite(has_low(d) ? d->high : d->low);

    if (open && (has_low(d) ? right : left) >= 0.48) {
        return (double)INFINITY;
    }
    return sqrt(moment_about(d, ds_metalog_mean(d), 2));
}

bool ds_metalog_rises(const ds_distribution *d, double *falls_at)
{
    const double third = d->count > 2 ? d->values[2] : 0.0;

    for (int k = 0; k <= 16000; k++) { /* from the middle, to name what matters most */
        const double odds = (k % 2 == 0 ? k / 2 : -(k + 1) / 2) * 0.005;
        if (!(slope_at(d, odds) > 0.0)) {
            *falls_at = logistic(odds);
            return false;
        }
    }
    /* the slope goes to a2 -+ a3 / 2 at the ends */
    const double left = d->values[1] - 0.5 * third, right = d->values[1] + 0.5 * third;
    *falls_at = left < 0.0 ? 0.0 : 1.0;
    return left >= 0.0 && right >= 0.0;
}

bool ds_metalog_has_mean(const ds_distribution *d)
{
    const double third = d->count > 2 ? d->values[2] : 0.0;
    const double left = d->values[1] - 0.5 * third, right = d->values[1] + 0.5 * third;

    return has_low(d) == has_high(d) || (has_low(d) ? right : left) < 0.99;
}

bool ds_metalog_fit(size_t count, const double *p, const double *x, double low, double high,
                    double *coefficients)
{
    double matrix[DS_METALOG_TERMS * DS_METALOG_TERMS], right[DS_METALOG_TERMS];
    size_t order[DS_METALOG_TERMS];
    int    sign;
    const ds_distribution bounds = {.kind = DS_DIST_METALOG, .a = low, .b = high};

    if (count < 2 || count > DS_METALOG_TERMS) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const bool rises = i == 0 || (p[i] > p[i - 1] && x[i] > x[i - 1]);
        if (!rises || !(p[i] > 0.0 && p[i] < 1.0) || !(x[i] > low && x[i] < high)) {
            return false;
        }
        for (size_t k = 0; k < count; k++) {
            matrix[i * count + k] = term(k, log(p[i]) - log1p(-p[i]));
        }
        right[i] = m_of(&bounds, x[i]);
    }
    gsl_matrix_view a = gsl_matrix_view_array(matrix, count, count);
    gsl_vector_view b = gsl_vector_view_array(right, count);
    gsl_vector_view out = gsl_vector_view_array(coefficients, count);
    gsl_permutation permutation = {count, order};
    bool good = gsl_linalg_LU_decomp(&a.matrix, &permutation, &sign) == 0 &&
                gsl_linalg_LU_solve(&a.matrix, &permutation, &b.vector, &out.vector) == 0;
    for (size_t k = 0; k < count; k++) {
        good = good && isfinite(coefficients[k]);
    }
    return good;
}
