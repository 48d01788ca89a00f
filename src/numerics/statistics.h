/* statistics.h -- estimates over a sample, each with its standard error.
 *
 * The sample is a column of doubles in path order.  Sums run over fixed blocks
 * merged in a fixed order, so that nothing depends on the number of threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STATISTICS_H
#define DS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#include "numerics/order.h"

/* Count, mean and central moment sums M2, M3, M4, merged pairwise (Chan, Golub &
 * LeVeque 1983; Pebay 2008). */
typedef struct {
    uint64_t count;
    double   mean, m2, m3, m4, min, max;
} ds_moments;

/* Of count values, all finite. */
ds_moments ds_moments_of(size_t count, const double *x);
ds_moments ds_moments_merge(ds_moments a, ds_moments b);
/* Over a whole column: blocks of 4096 values in order. */
ds_moments ds_moments_of_column(size_t count, const double *x);

double ds_moments_sd(const ds_moments *m);      /* n - 1 below; 0 when n < 2      */
double ds_moments_mean_se(const ds_moments *m); /* sd / sqrt n                    */
/* Delta method with the fourth moment: sqrt((m4/n - s^4 (n-3)/(n-1)) / n) / 2s. */
double ds_moments_sd_se(const ds_moments *m);

/* What ds_quantile_of() and its error read, and what ds_tail_of() does. */
ds_ranks ds_quantile_ranks(size_t count, double p);
ds_ranks ds_tail_ranks(size_t count, double level, int tail);
/* Type 7 (Hyndman & Fan 1996) of the first `count` ranks; +INFINITY allowed. */
double ds_quantile_of(const ds_order *order, size_t count, double p);
/* From the order statistics at the ranks of the binomial 95 % interval: half
 * width / 1.959964.  NAN when a rank falls on an infinite value or the sample is
 * too small to have one (n p (1-p) < 5). */
double ds_quantile_of_se(const ds_order *order, size_t count, double p);

/* The worst share (1 - level) of the finite values: of the upper tail when tail = +1, of
 * the lower when -1. */
typedef struct {
    double at_risk; /* the order statistic that it begins at                       */
    double mean;    /* CVaR (Acerbi & Tasche 2002, exact for a fractional count)   */
    double se;      /* the sd of (x - VaR)+ / (1 - level) / sqrt n                 */
} ds_tail;
/* All NAN without values; se NAN when fewer than two values are in it. */
ds_tail ds_tail_of(const ds_order *order, double level, int tail);
/* at_risk alone, without looking at the tail. */
double ds_value_at_risk_of(const ds_order *order, double level, int tail);

/* The same of sorted values. */
double ds_quantile_sorted(size_t count, const double *sorted, double p);
double ds_quantile_sorted_se(size_t count, const double *sorted, double p);
double ds_cvar_sorted(size_t count, const double *sorted, double level, int tail);
double ds_cvar_sorted_se(size_t count, const double *sorted, double level, int tail);
double ds_value_at_risk_sorted(size_t count, const double *sorted, double level, int tail);
/* Standard error of a share k/n, never zero: sqrt(p(1-p)/n) at p = (k+2)/(n+4) (Agresti &
 * Coull 1998), so that an interval of a few events, or of none, covers as well. */
double ds_share_se(uint64_t k, uint64_t n);

#endif
