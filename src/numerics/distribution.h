/* distribution.h -- an uncertain number as a monotone function of one uniform.
 *
 * A distribution is built once from checked parameters (ds_distribution_fit_*),
 * then turned into a ds_draw, the flat form that the kernel reads.  Every draw
 * is a monotone inverse CDF of one uniform u (or of its standard normal
 * score z), so that plain, antithetic, stratified, quasi-random and correlated
 * sampling share one path.
 *
 * Knows nothing of scenarios or money.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DISTRIBUTION_H
#define DS_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    DS_DIST_CONSTANT,    /* a                                                  */
    DS_DIST_NORMAL,      /* a = mean, b = sd                                   */
    DS_DIST_LOGNORMAL,   /* a = mean of ln, b = sd of ln                       */
    DS_DIST_UNIFORM,     /* a = low, b = high                                  */
    DS_DIST_TRIANGULAR,  /* a = low, b = mode, c = high                        */
    DS_DIST_PERT,        /* a = low, b = mode, c = high (lambda 4)             */
    DS_DIST_BETA,        /* a = alpha, b = beta, on [0, 1]                     */
    DS_DIST_GAMMA,       /* a = shape, b = scale                               */
    DS_DIST_EXPONENTIAL, /* a = mean                                           */
    DS_DIST_DISCRETE,    /* values[], weights[] (any positive sum)             */
    DS_DIST_EMPIRICAL,   /* values[], equally likely                           */
    DS_DIST_WEIBULL,     /* a = shape, b = scale                               */
    DS_DIST_METALOG,     /* a = low, b = high (or infinite), values[] = terms  */
    DS_DIST_MIXTURE,     /* parts[], none a mixture, weights[]                 */
    DS_DIST_COUNT
} ds_dist_kind;

/* Truncated to [low, high]; -INFINITY and INFINITY when not.  Values and weights
 * are borrowed: they live as long as whoever built the distribution. */
typedef struct ds_distribution {
    ds_dist_kind  kind;
    double        a, b, c;
    double        low, high;
    const double *values, *weights;
    size_t        count;
    const struct ds_distribution *parts;
} ds_distribution;

/* Fits that have a closed form.  All return false when no such distribution
 * exists (sd <= 0, mean outside the support, p out of (0,1), x not increasing),
 * and leave *out untouched. */
bool ds_distribution_fit_lognormal_moments(double mean, double sd, ds_distribution *out);
bool ds_distribution_fit_beta_moments(double mean, double sd, ds_distribution *out);
bool ds_distribution_fit_gamma_moments(double mean, double sd, ds_distribution *out);
bool ds_distribution_fit_weibull_moments(double mean, double sd, ds_distribution *out);
/* x1 at p1 and x2 at p2, p1 < p2, x1 < x2 (x1 > 0 for the lognormal). */
bool ds_distribution_fit_normal_quantiles(double p1, double x1, double p2, double x2,
                                          ds_distribution *out);
bool ds_distribution_fit_lognormal_quantiles(double p1, double x1, double p2, double x2,
                                             ds_distribution *out);

bool ds_distribution_fit_weibull_quantiles(double p1, double x1, double p2, double x2,
                                           ds_distribution *out);
bool ds_distribution_fit_gamma_quantiles(double p1, double x1, double p2, double x2,
                                         ds_distribution *out);

/* On [0, 1]: 0 < x1 < x2 < 1. */
bool ds_distribution_fit_beta_quantiles(double p1, double x1, double p2, double x2,
                                        ds_distribution *out);

enum { DS_METALOG_TERMS = 5, DS_MIXTURE_PARTS = 16 };
/* The `count` coefficients (2 to 5) of the metalog through as many points, both lists
 * ascending, low < x < high; low and high may be infinite. */
bool ds_metalog_fit(size_t count, const double *p, const double *x, double low, double high,
                    double *coefficients);
/* Does the quantile of a METALOG rise?  If not, near which probability it does not. */
bool ds_metalog_rises(const ds_distribution *d, double *falls_at);
/* One with one bound has an exponential tail, which can be too heavy for a mean. */
bool ds_metalog_has_mean(const ds_distribution *d);

/* Of the truncated distribution, in double precision (GSL): for checks, texts
 * and tests, not for the kernel. */
double ds_distribution_cdf(const ds_distribution *d, double x);
double ds_distribution_quantile(const ds_distribution *d, double p);
double ds_distribution_mean(const ds_distribution *d);
/* INFINITY of a metalog of one bound that has none. */
double ds_distribution_sd(const ds_distribution *d);
/* Share of the mass of the distribution *before* truncation outside [low, high]. */
double ds_distribution_mass_outside(const ds_distribution *d, double low, double high);
/* Share of the mass of the distribution *before* truncation that its truncation keeps; of
 * the continuous kinds also in the far tails. */
double ds_distribution_mass_inside(const ds_distribution *d);
/* Least and greatest possible value; may be infinite. */
double ds_distribution_support_low(const ds_distribution *d);
double ds_distribution_support_high(const ds_distribution *d);

/* ---- The flat form that the kernel reads.  Grouped by kind, no switch is in a
 * lane loop.  u is in (0,1), z = inverse normal CDF of u. */
typedef enum {
    DS_DRAW_CONSTANT,   /* a                                                   */
    DS_DRAW_UNIFORM,    /* a + b*u                                             */
    DS_DRAW_NORMAL,     /* a + b*z                                             */
    DS_DRAW_LOGNORMAL,  /* exp(a + b*z)                                        */
    DS_DRAW_TRIANGULAR, /* a low, b mode, c high; from u                       */
    DS_DRAW_STEP,       /* values[k] with edges[k-1] <= u < edges[k]           */
    DS_DRAW_TABLE,      /* monotone cubic through table[k] at z = zmin + k*h   */
    DS_DRAW_PIECES,     /* cubic piece k at z, edges[k-1] <= z < edges[k]      */
    DS_DRAW_KIND_COUNT
} ds_draw_kind;

enum { DS_TABLE_KNOTS = 2048 };

typedef struct {
    ds_draw_kind  kind;
    double        a, b, c;
    /* truncation: u is replaced by (1 - u)*u_low + u*u_high; when `mirrored` the
     * interval is of the upper tail, 1 - CDF, so that far tails keep their digits.
     * truncated == false: none of this is done.  Uniforms, steps and tables are
     * truncated when compiled. */
    bool          truncated, mirrored;
    double        u_low, u_high;
    double        clamp_low, clamp_high; /* the last digit stays inside       */
    const double *edges, *values;        /* STEP: count of each               */
    const double *knots, *slopes;        /* TABLE: DS_TABLE_KNOTS of each,
                                            equidistant in z over [-8.5, 8.5];
                                            slopes per knot distance          */
    size_t        count;
} ds_draw;

/* How many doubles ds_draw_compile() writes to `storage`: 0 for most kinds, when
 * storage may be NULL. */
size_t ds_draw_storage(const ds_distribution *d);
/* Writes the flat form; tables go to storage, which the draw then borrows.  A
 * discrete or empirical distribution with no value left inside its truncation
 * becomes a constant NAN. */
void ds_draw_compile(const ds_distribution *d, double *storage, ds_draw *out);
/* The value at a uniform u in (0,1).  One path; the same bits as the lanes. */
double ds_draw_value(const ds_draw *draw, double u);
/* out[i] = value at u[i], for count lanes; scratch has 2*count doubles.  `out`
 * may be `u`. */
void ds_draw_lanes(const ds_draw *draw, size_t count, const double *u, double *out,
                   double *scratch);

#endif
