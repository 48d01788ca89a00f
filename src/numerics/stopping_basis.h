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

#endif
