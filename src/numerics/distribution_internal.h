/* distribution_internal.h -- shared by distribution*.c, draw.c and their
 * tests, nobody else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DISTRIBUTION_INTERNAL_H
#define DS_DISTRIBUTION_INTERNAL_H

#include "numerics/distribution.h"

#define DS_PERT_LAMBDA 4.0
/* Above it the quantile of a gamma is an expansion. */
#define DS_LARGE_GAMMA_SHAPE 2e4

static inline bool ds_distribution_is_step(const ds_distribution *d)
{
    return d->kind == DS_DIST_DISCRETE || d->kind == DS_DIST_EMPIRICAL;
}

static inline double ds_distribution_step_weight(const ds_distribution *d, size_t i)
{
    return d->kind == DS_DIST_EMPIRICAL ? 1.0 : d->weights[i];
}

/* x moved into the truncation interval. */
static inline double ds_distribution_clamp(const ds_distribution *d, double x)
{
    return x < d->low ? d->low : x > d->high ? d->high : x;
}

/* Lower and upper tail at one point. */
typedef struct {
    double p, q;
} ds_tails;

/* Of the truncated distribution: P(X <= x) and P(X > x), and the quantile at both. */
ds_tails ds_distribution_tails(const ds_distribution *d, double x);
double   ds_distribution_quantile_at(const ds_distribution *d, double p, double q);

/* distribution_metalog.c; untruncated but for the mean */
double   ds_metalog_quantile(const ds_distribution *d, double p, double q);
ds_tails ds_metalog_tails(const ds_distribution *d, double x);
double   ds_metalog_density(const ds_distribution *d, double x);
/* At the quantile of these tails: nothing is solved. */
double   ds_metalog_density_of_tails(const ds_distribution *d, double p, double q);
double   ds_metalog_mean(const ds_distribution *d);
double   ds_metalog_sd(const ds_distribution *d);

/* distribution_mixture.c; untruncated but for mean and support */
double   ds_mixture_quantile(const ds_distribution *d, double p, double q);
ds_tails ds_mixture_tails(const ds_distribution *d, double x);
double   ds_mixture_density(const ds_distribution *d, double x);
double   ds_mixture_mean(const ds_distribution *d);
double   ds_mixture_sd(const ds_distribution *d);
double   ds_mixture_support(const ds_distribution *d, bool high);
/* The flat form: DS_MIXTURE_PIECES edges, then as many pieces of DS_PIECE_SIZE numbers
 * (first score, 1 / width, four coefficients), then ds_mixture_break_count() numbers of
 * scratch.  Returns how many pieces there are. */
enum { DS_MIXTURE_PIECES = 16384, DS_PIECE_SIZE = 6 };
size_t ds_mixture_compile(const ds_distribution *d, double *storage);
size_t ds_mixture_break_count(const ds_distribution *d);

/* A beta or PERT on [low, low + width]. */
typedef struct {
    double alpha, beta, low, width;
} ds_beta_shape;

ds_beta_shape ds_distribution_beta_shape(const ds_distribution *d);

/* How much of the untruncated distribution lies on either side of the two ends of
 * a truncation and inside it, each with full precision of its own. */
typedef struct {
    double below_low, above_low;   /* P(X < low), P(X > low)                   */
    double below_high, above_high; /* P(X < high), P(X > high)                 */
    double inside;
} ds_truncation;

ds_truncation ds_distribution_truncation(const ds_distribution *d);
bool          ds_distribution_is_truncated(const ds_distribution *d);

/* Quantile of the untruncated continuous distribution at lower tail p and upper
 * tail q = 1 - p; the smaller one decides.  `guess` is a value to start from, or
 * NAN. */
double ds_distribution_quantile_of_tails(const ds_distribution *d, double p, double q,
                                         double guess);
/* The same for a PERT, beta or gamma as the logarithm of y / (1 - y), or of y, where
 * y is a standard beta or a gamma of unit scale; with the digits of 1 - y next to 1. */
double ds_distribution_log_odds_of_tails(const ds_distribution *d, double p, double q);
/* Density of the untruncated distribution, of kinds that have one. */
double ds_distribution_density(const ds_distribution *d, double x);

/* Normal scores first, first + step, ...: where a table has its knots. */
typedef struct {
    double first, step;
    size_t count;
} ds_score_grid;

/* Quantile of the truncated PERT, beta, gamma or exponential at each score of a grid
 * of two or more, and its slope per step, which is not finite where a density is 0 or
 * infinite.  False when it had to solve every quantile by itself, which is slow. */
bool ds_distribution_tabulate(const ds_distribution *d, ds_score_grid grid, double *knots,
                              double *slopes);
/* The slow way. */
void ds_distribution_tabulate_solved(const ds_distribution *d, ds_score_grid grid,
                                     double *knots, double *slopes);

#endif
