/* stopping_basis.h -- polynomials of the state of one date, for stopping.c and cleaning.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STOPPING_BASIS_H
#define DS_STOPPING_BASIS_H

#include "numerics/stopping.h"

typedef struct {
    size_t               features, terms; /* terms: with the constant                   */
    const unsigned char *power;           /* [terms - 1][features]                      */
    double              *centre, *spread; /* [features]: term of (x - centre) * spread  */
} ds_polynomials;

/* Centre and spread of the features on the chosen paths (NULL: the first `count`). */
void   ds_polynomials_scale(const ds_polynomials *p, const double *const *state, bool raw,
                            const size_t *chosen, size_t count);
/* Their terms, as columns. */
void   ds_polynomials_fill(const ds_polynomials *p, const double *const *state,
                           const size_t *chosen, size_t count, double *const *basis);
/* Their sum at one state. */
double ds_polynomials_at(const ds_polynomials *p, const double *coefficient,
                         const double *state);
/* `target` of the chosen paths regressed on them; basis is scratch, filled already.  False when
 * out of memory. */
bool   ds_polynomials_regress(const ds_polynomials *p, double *const *basis, size_t count,
                              const double *target, double *coefficient);

/* Coefficients of surprises, [count] columns: of what a target's polynomials leave of it.  `size`:
 * as in ds_stopping, or NULL.  Made once for many targets. */
typedef struct {
    struct ds_gram *gram;
    double        **weighed; /* the columns, or over the square of the size             */
    bool            own;     /* are they copies?                                        */
} ds_regression;
bool ds_regression_new(ds_regression *r, double *const *column, size_t count, size_t n,
                       const double *size);
void ds_regression_free(ds_regression *r);

/* `count` columns of n rows in one piece; NULL when out of memory. */
double **ds_columns_new(size_t count, size_t n);
void     ds_columns_free(double **column);

/* What polynomials of the state leave of a target; basis is scratch for their terms, and the
 * target is divided by its size for the regression.  False when out of memory. */
bool ds_polynomials_take(const ds_polynomials *p, const double *const *state, bool raw, size_t n,
                         const double *size, double *const *basis, double *target,
                         double *coefficient);

#endif
