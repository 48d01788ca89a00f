/* groups.h -- standard errors from groups of paths that are independent of each other.
 *
 * Paths are independent only when each is drawn by itself.  With any other sampler the
 * unit is the group: an antithetic pair, a randomised replicate, a state of knowledge.
 * Every estimate is, near enough, a mean over paths of its influence h (page, (110));
 * its error follows from the sums of h over the groups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_GROUPS_H
#define DS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numerics/order.h"

typedef enum {
    DS_GROUPS_EACH,  /* every path is a group                                   */
    DS_GROUPS_PAIRS, /* paths 2i and 2i + 1                                     */
    DS_GROUPS_MODULO /* path k is in group k mod modulus                        */
} ds_groups_kind;

typedef struct {
    ds_groups_kind kind;
    uint64_t       modulus; /* of DS_GROUPS_MODULO, 1 or more                    */
} ds_groups;

/* How many groups so many paths make, and what one number of sums a caller of the
 * functions below must have room for. */
uint64_t ds_groups_count(const ds_groups *g, uint64_t paths);
size_t   ds_groups_scratch(const ds_groups *g);
/* Groups less one. */
double   ds_groups_freedom(const ds_groups *g, uint64_t paths);
/* 97.5 % point of Student's t; NAN below 1 degree, the normal's far up. */
double   ds_student_975(double freedom);

/* Writes the influence of `count` paths from `first` on.  A path that counts nowhere
 * has weight 0 and influence 0. */
typedef void (*ds_influence_fn)(const void *context, size_t first, size_t count, double *h);

/* sqrt(G/(G - 1) * sum over groups of (sum of h - centre)^2), divided by `weight`, what
 * the influences are a mean over: the standard error.  `missing` groups have no path that
 * counts and are not among the G; NAN when fewer than two are left.  scratch:
 * ds_groups_scratch() numbers. */
double ds_groups_error(const ds_groups *g, size_t paths, uint64_t missing, double weight,
                       double centre, ds_influence_fn influence, const void *context,
                       double *scratch);

/* ---- A column in path order: NAN is no value, INFINITY "never" ---------------- */
typedef struct {
    const ds_groups *groups;
    size_t           paths;
    const double    *column;
    double          *scratch; /* ds_groups_scratch() numbers                     */
    uint64_t         missing; /* groups without a finite value, and              */
    uint64_t         missing_all; /* without any, "never" included                */
} ds_sample;

/* Fills the rest of a sample. */
ds_sample ds_sample_of(const ds_groups *groups, size_t paths, const double *column,
                       double *scratch);

/* All for groups of more than one path; those of DS_GROUPS_EACH are in statistics.h. */
/* Of the mean and the sd of the finite values. */
double ds_sample_mean_se(const ds_sample *s, size_t defined, double mean);
double ds_sample_sd_se(const ds_sample *s, size_t defined, double mean, double sd);
/* Of the CVaR of the finite values; the value at risk is that of ds_tail_of(). */
double ds_sample_cvar_se(const ds_sample *s, size_t defined, double at_risk, double level,
                         int tail);
/* Of quantile p of the `count` values in order, INFINITY included: the error of the share
 * below it, then the order statistics that far away (Woodruff 1952). */
double ds_sample_quantile_se(const ds_sample *s, size_t count, const ds_order *order, double p);

/* Of the share part/paths of the paths of which member() says 1 (else 0; between them when
 * the path has a part of what is counted), never zero: (83) in groups, (113).  replicates:
 * the paths of a group are spread out, and not, as futures of one state of knowledge, alike. */
double ds_groups_share_se(const ds_groups *g, size_t paths, double part, bool replicates,
                          ds_influence_fn member, const void *context, double *scratch);

#endif
