/* normal_equations.h -- least squares of several targets on the same regressors, over many
 * rows.  Regressors that say the same are allowed: of the solutions the smallest is taken.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_NORMAL_EQUATIONS_H
#define DS_NORMAL_EQUATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Sum of x y over n rows, in an order of its own that does not change. */
double ds_dot(const double *x, const double *y, size_t n);
/* y += times * x over n rows. */
void   ds_add_times(double *y, const double *x, double times, size_t n);

typedef struct ds_gram ds_gram;

/* The products of the regressors, [terms] columns of n rows, with each other, and the inverse
 * of what of them can be told apart.  A regressor that is 0 throughout has coefficient 0.
 * `weighed`: the columns, each row times its weight (that of its square); or `column`.
 * NULL when out of memory or not finite. */
ds_gram *ds_gram_new(const double *const *column, const double *const *weighed, size_t terms,
                     size_t n);
void     ds_gram_free(ds_gram *gram);
/* Coefficients [terms] of the least squares of a target of n rows on them. */
void     ds_gram_solve(const ds_gram *gram, const double *const *weighed, const double *target,
                       double *coefficient);

#endif
