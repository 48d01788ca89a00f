/* distribution_internal.h -- what draw.c needs of distribution.c and nobody else.
 *
 * `mass` values describe a truncation: how much of the untruncated distribution
 * lies below, above and inside [low, high], each with its own full precision.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DISTRIBUTION_INTERNAL_H
#define DS_DISTRIBUTION_INTERNAL_H

#include "numerics/distribution.h"

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
