/* dominance.h -- is one distribution of costs better than another for everybody?
 *
 * First order: a dominates b when at every cost x at least as large a share of paths of a
 * as of b costs at most x: then whoever prefers to pay less prefers a.  Second order: when
 * at every x the mean of (cost - x)+ of a is at most that of b: then whoever also shuns
 * risk does.  Equations (127) and (128) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DOMINANCE_H
#define DS_DOMINANCE_H

#include <stddef.h>

#include "numerics/preference.h"

typedef enum {
    DS_DOMINANCE_UNSURE,
    DS_DOMINANCE_YES, /* but for a violation that is too small to matter           */
    DS_DOMINANCE_NO,  /* there is a violation that is not chance                   */
    DS_DOMINANCE_SAME /* neither is better, but for too little to matter           */
} ds_dominance_answer;

typedef struct {
    ds_dominance_answer answer;
    ds_measure violation; /* greatest of the sample: a share of paths, or a cost; 0: none */
    double     at;        /* the cost at which; NAN: nowhere                        */
    double     bound;     /* 95 % upper bound of the greatest violation there is    */
} ds_dominance;

/* Of sorted columns of n costs, exactly: the greatest over x of F_b(x) - F_a(x), and of
 * mean (a - x)+ - mean (b - x)+; never below 0. */
double ds_first_order_violation(size_t n, const double *a, const double *b, double *at);
double ds_second_order_violation(size_t n, const double *a, const double *b, double *at);

/* What is a violation too small to matter: a share of the paths, and of the mean size of
 * the costs of b. */
extern const double ds_dominance_tolerance;

/* Sums over parts of the paths that are independent, of every course; built once. */
typedef struct ds_dominance_sums ds_dominance_sums;
/* sorted: [course][paths], each ascending.  NULL when out of memory. */
ds_dominance_sums *ds_dominance_sums_new(const ds_costs *c, const double *sorted);
void               ds_dominance_sums_free(ds_dominance_sums *s);
/* Does a dominate b, and b a?  order 1 or 2. */
typedef struct {
    ds_dominance forth, back;
} ds_dominance_pair;
ds_dominance_pair ds_dominance_of(ds_dominance_sums *s, size_t a, size_t b, int order);
/* Makes the answers of both orders agree: what dominates at first order does so at second, so
 * that what does not at second does not at first, even if it is in so few paths that they would
 * be left out of account: they may be those that cost most. */
void ds_dominance_agree(ds_dominance_pair *first, ds_dominance_pair *second);

#endif
