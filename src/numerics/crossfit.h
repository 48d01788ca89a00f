/* crossfit.h -- least squares on functions of inputs, every path predicted by a fit to others.
 *
 * The paths are dealt to folds.  For each fold there is a fit to all other folds; a path is
 * predicted by the fit that has not seen it, so that what is fitted to noise does not come back
 * as if it were knowledge (docs/decisions.md (164)).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CROSSFIT_H
#define DS_CROSSFIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numerics/groups.h"
#include "numerics/score_basis.h"

enum { DS_FOLDS = 10, DS_FIT_BLOCKS = 4 };

/* Whole groups of paths make a fold: group g is in fold g mod folds. */
typedef struct {
    ds_groups groups;
    size_t    paths, folds;
} ds_folds;

ds_folds ds_folds_of(const ds_groups *groups, size_t paths);
size_t   ds_fold_of_path(const ds_folds *folds, size_t path);
size_t   ds_fold_paths(const ds_folds *folds, size_t fold); /* how many            */

typedef struct {
    const ds_score_basis *basis;
    const float          *position; /* [paths]                                       */
} ds_regressor;

/* A column of the regression: a function of one regressor, or the product of two. */
typedef struct {
    int of[2];       /* regressor; of[1] -1: one alone                               */
    int function[2];
} ds_fit_term;

typedef struct {
    ds_folds            folds;
    size_t              regressors, products, responses;
    const ds_regressor *regressor;
    const ds_fit_term   *product;
    const double *const *response; /* [responses][paths]                             */
} ds_crossfit_problem;

typedef struct {
    ds_crossfit_problem problem;
    size_t  columns;      /* 1 + products: the constant comes first                   */
    double *coefficient;  /* [folds][responses][columns]                              */
    double *factor;       /* [columns][columns] Cholesky factor of the whole matrix   */
} ds_crossfit;

/* What is pointed to by the problem is borrowed.  Columns that depend on each other do no
 * harm: every diagonal gets 1e-7 of itself more.  False when out of memory. */
bool ds_crossfit_make(const ds_crossfit_problem *problem, ds_crossfit *out);
void ds_crossfit_release(ds_crossfit *fit);
double *ds_crossfit_coefficients(const ds_crossfit *fit, size_t fold, size_t response);

/* out[response][path], of the first `responses`: the sum of the terms of the columns c for
 * which used[c], by the fit that has not seen the path, added to what is there when `add`.
 * False when out of memory. */
bool ds_crossfit_predict(const ds_crossfit *fit, const bool *used, size_t responses, bool add,
                         double *const *out);
/* Shrinks the coefficients: every block of columns (block_of[product] < DS_FIT_BLOCKS) by the
 * slope, between 0 and 1, of the responses of the other folds on what the block predicts of
 * them.  What was fitted to noise has slope 0.  False when out of memory. */
bool ds_crossfit_calibrate(ds_crossfit *fit, const unsigned char *block_of);
/* The columns at a path, constant first. */
void ds_crossfit_row(const ds_crossfit *fit, const bool *used, size_t path, double *row);
/* Variance of the fitted value at a row for residuals of variance 1. */
double ds_crossfit_leverage(const ds_crossfit *fit, const double *row, double *scratch);

#endif
