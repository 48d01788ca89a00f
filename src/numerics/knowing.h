/* knowing.h -- the value of knowing inputs before a choice is made, from one sample of futures.
 *
 * For every path: the net benefit of every strategy, and the uniform of every input.  Equations
 * (160) to (167) of docs/decisions.md.
 *   EVPI   what it is worth to know the whole future
 *   EVPPI  what it is worth to know some inputs, or figures that are made of inputs: the mean
 *          net benefit of choosing by a regression of the net benefits on them, less that of the
 *          best single choice.  The regression that chooses for a path has not seen it, so that
 *          noise is never paid for; a regression that fits badly gives too little.
 * Errors are the sd of influences over groups of paths.  Effects of inputs that are independent
 * of what is known are taken out of the net benefits first: their mean is known to be 0, and
 * what is left has less noise.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_KNOWING_H
#define DS_KNOWING_H

#include "numerics/crossfit.h"

typedef struct {
    const double *u;     /* [paths] uniform on (0, 1)                                 */
    size_t        steps; /* values of a discrete input; 0: continuous                 */
    const double *edges; /* [steps] of its probabilities, cumulated                   */
    int           component; /* index, or -1: independent of all other inputs         */
    size_t        place;     /* in the matrix of the component                        */
} ds_knowing_input;

/* Inputs that depend on each other: normal scores with these correlations, or, without a
 * matrix, in a way that is not said. */
typedef struct {
    size_t        count;
    const double *correlation; /* [count][count]                                      */
} ds_knowing_component;

typedef struct {
    size_t paths, strategies;
    const double *const *benefit; /* [strategies][paths]                              */
    ds_groups groups;
    size_t input_count, component_count;
    const ds_knowing_input     *input;
    const ds_knowing_component *component;
} ds_knowing_problem;

/* What is known: inputs, and figures of a path that depend on whatever they do.  Which inputs
 * they depend on is seen in the sample. */
typedef struct {
    size_t member_count, feature_count;
    const size_t        *member;
    const double *const *feature; /* [feature_count][paths]                           */
} ds_knowing_set;

enum { DS_KNOWING_PIECES = 4 };

typedef struct {
    double value, se;  /* value can come out below 0                                  */
    double hidden;     /* how much an error of the fit can have hidden, of 1 standard error */
    double changes;    /* share of futures in which the choice becomes another one    */
    /* Of one input: what to choose where its uniform is below below_u; 0 pieces: not told   */
    size_t piece_count;
    double below_u[DS_KNOWING_PIECES];
    size_t piece[DS_KNOWING_PIECES];
} ds_knowing_value;

typedef struct ds_knowing ds_knowing;

enum { DS_KNOWING_PATHS = 128 /* at least */ };

/* Borrows what the problem points to.  NULL when out of memory. */
ds_knowing *ds_knowing_new(const ds_knowing_problem *problem);
void        ds_knowing_free(ds_knowing *k);
/* The strategy of the greatest mean net benefit. */
size_t      ds_knowing_best(const ds_knowing *k);
/* Share of the variance of the differences between strategies that an input explains alone,
 * of the strategy of the most [1]. */
double      ds_knowing_strength(const ds_knowing *k, size_t input);
/* Sd of the difference between a strategy and the best one. */
double      ds_knowing_spread(const ds_knowing *k, size_t strategy);
/* Share of the variance that is taken out as known effects of inputs, at most. */
double      ds_knowing_removed(const ds_knowing *k);

/* EVPI.  False when out of memory. */
bool ds_knowing_everything(const ds_knowing *k, ds_knowing_value *out);
/* EVPPI.  False when out of memory. */
bool ds_knowing_set_value(const ds_knowing *k, const ds_knowing_set *set, ds_knowing_value *out);

/* ---- One input that is learnt in part ------------------------------------------- */
/* The fit for one input: mean net benefit of every strategy less that of the best, given the
 * input.  coefficient c of a fold and strategy: 0 is the constant. */
typedef struct {
    const ds_score_basis *basis;
    const float          *position; /* [paths] of the input                           */
    size_t  folds, strategies, columns;
    double *coefficient; /* [folds][strategies][columns], own part                    */
    double *residual;    /* [strategies][paths]: what the fit does not say            */
} ds_knowing_fit;
/* False when out of memory. */
bool ds_knowing_fit_one(const ds_knowing *k, size_t input, ds_knowing_fit *out);
void ds_knowing_fit_release(ds_knowing_fit *fit);
const ds_folds *ds_knowing_folds(const ds_knowing *k);

/* Mean of influences h over the paths, and its standard error over the groups; false when out
 * of memory. */
bool ds_knowing_mean(const ds_knowing *k, const double *h, double *mean, double *se);

/* EVPPI of nested sets: knowing more is worth no less.  Where set a is part of set b
 * (part[a * count + b]) and came out above it, b gets the value and error of a. */
void ds_knowing_nested(size_t count, const bool *part, ds_knowing_value *value);

#endif
