/* preference.h -- which of several courses costs least, and how sure that is.
 *
 * The courses are columns of costs on the same paths, so that differences and regrets
 * are taken path by path.  Equations (120) to (126) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PREFERENCE_H
#define DS_PREFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "numerics/groups.h"

typedef struct {
    double value, se;
} ds_measure;

/* A share with its 95 % interval, which lies within 0 .. 1. */
typedef struct {
    double value, se, low, high;
} ds_share_measure;

/* Cost of course s on path k: first[s * step + k], finite. */
typedef struct {
    const double    *first;
    size_t           step, courses, paths;
    const ds_groups *groups;
    double          *scratch; /* ds_groups_scratch() numbers                       */
    bool             alike;   /* paths of a group are futures of one state of knowledge */
} ds_costs;

static inline const double *ds_costs_of(const ds_costs *c, size_t course)
{
    return c->first + course * c->step;
}

/* Of `count` paths from `first` on: the least cost, and the part of the path that each of
 * those has that cost as little: 1, or 1/2 of two that tie within rounding, ... */
void ds_least_costs(const ds_costs *c, size_t first, size_t count, double *least, double *part);
/* Does a cost tie with the least?  Rounding decides nothing. */
bool ds_costs_as_little(double cost, double least);

/* (120): the share of a course from the sums of its parts and of their squares over so
 * many paths, each its own group. */
ds_share_measure ds_share_of_parts(double sum, double squares, size_t paths);
/* The 95 % interval of a share with a standard error that does not spare few events:
 * Wilson's, for as many independent paths as the error says. */
void ds_share_interval(ds_share_measure *s, size_t paths, double freedom);

/* Sums over the paths of the part that a course has of each, and of its square. */
void ds_sum_parts(const ds_costs *c, size_t course, double *sum, double *squares);
ds_share_measure ds_probability_best(const ds_costs *c, size_t course);
/* Share of a less that of b. */
ds_measure ds_share_difference(const ds_costs *c, size_t a, size_t b);
/* Mean of the cost of a less that of b, paired by path. */
ds_measure ds_mean_difference(const ds_costs *c, size_t a, size_t b);
/* Mean of any number of a path. */
ds_measure ds_mean_of_paths(const ds_costs *c, ds_influence_fn value, const void *context);
/* What a course costs more than the least, of `count` (at most 4096) paths from `first` on,
 * and the mean of it: its expected loss. */
void ds_regret_of_paths(const ds_costs *c, size_t course, size_t first, size_t count, double *h);
ds_measure ds_mean_regret(const ds_costs *c, size_t course);
/* (121): what a course costs more than the least on the path; room: 2 * paths numbers.
 * The error of the greatest is the jackknife's: how far it falls when the group of paths in
 * which it is is left out.  The room has the regrets then, and after them the same sorted. */
typedef struct {
    ds_measure mean, p50, p95, max;
    uint64_t   group; /* in which the greatest is                                  */
    double     fall;
} ds_regrets;
ds_regrets ds_regrets_of(const ds_costs *c, size_t course, double *room);
/* Mean of the worst (tail +1) or least (-1) share 1 - level; room: paths numbers, which are
 * the sorted column then. */
ds_measure ds_tail_mean(const ds_costs *c, const double *column, double level, int tail,
                        double *room);
/* (125): in the best share 1 - level of paths for b, mean of what a costs more than b;
 * by two passes over the columns, without room. */
ds_measure ds_best_case(const ds_costs *c, size_t a, size_t b, double level);

/* 1 - 0.025/comparisons point of Student's law: each of several 95 % statements at once
 * (Bonferroni's bound of Dunnett's). */
double ds_student_of_several(size_t comparisons, double freedom);
/* (123): 95 % interval of (least mean of the others) - (least mean of ours), of any that
 * were chosen by the same paths.  difference and se are [other][ours] of mean(other) -
 * mean(ours). */
typedef struct {
    double low, high;
} ds_bounds;
ds_bounds ds_least_difference(size_t others, size_t ours, const double *difference,
                              const double *se, double freedom);

#endif
