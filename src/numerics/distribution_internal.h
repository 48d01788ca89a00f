/* distribution_internal.h -- shared by distribution*.c and draw.c, nobody else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DISTRIBUTION_INTERNAL_H
#define DS_DISTRIBUTION_INTERNAL_H

#include "numerics/distribution.h"

#define DS_PERT_LAMBDA 4.0

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
/* Density of the untruncated PERT, beta, gamma or exponential. */
double ds_distribution_density(const ds_distribution *d, double x);

#endif
