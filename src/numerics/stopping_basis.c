/* stopping_basis.c -- polynomials of the state of one date.
 *
 * Called by stopping.c and cleaning.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/stopping_basis.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "numerics/normal_equations.h"

static inline size_t path_of(const size_t *chosen, size_t i)
{
    return chosen != NULL ? chosen[i] : i;
}

void ds_polynomials_scale(const ds_polynomials *p, const double *const *state, bool raw,
                          const size_t *chosen, size_t count)
{
    for (size_t f = 0; f < p->features; f++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < count; i++) {
            sum += state[f][path_of(chosen, i)];
        }
        const double mean = count > 0 ? sum / (double)count : 0;
        for (size_t i = 0; i < count; i++) {
            const double away = state[f][path_of(chosen, i)] - mean;
            squares += away * away;
        }
        const double sd = count > 0 ? sqrt(squares / (double)count) : 0;
        p->centre[f] = raw ? 0 : mean;
        p->spread[f] = raw ? 1 : sd > 1e-9 * fabs(mean) ? 1 / sd : 0;
    }
}

static double power_of(double x, unsigned char n)
{
    double y = 1;

    for (unsigned char k = 0; k < n; k++) {
        y *= x;
    }
    return y;
}

void ds_polynomials_fill(const ds_polynomials *p, const double *const *state,
                         const size_t *chosen, size_t count, double *const *basis)
{
    for (size_t k = 0; k < p->terms; k++) {
        for (size_t i = 0; i < count; i++) {
            basis[k][i] = 1;
        }
    }
    for (size_t f = 0; f < p->features; f++) {
        const double centre = p->centre[f], spread = p->spread[f];
        for (size_t k = 1; k < p->terms; k++) {
            const unsigned char n = p->power[(k - 1) * p->features + f];
            for (size_t i = 0; n > 0 && i < count; i++) {
                basis[k][i] *= power_of((state[f][path_of(chosen, i)] - centre) * spread, n);
            }
        }
    }
}

double ds_polynomials_at(const ds_polynomials *p, const double *coefficient,
                         const double *state)
{
    double sum = coefficient[0];

    for (size_t k = 1; k < p->terms; k++) {
        double term = 1;
        for (size_t f = 0; f < p->features; f++) {
            term *= power_of((state[f] - p->centre[f]) * p->spread[f],
                             p->power[(k - 1) * p->features + f]);
        }
        sum += coefficient[k] * term;
    }
    return sum;
}

bool ds_polynomials_regress(const ds_polynomials *p, double *const *basis, size_t count,
                            const double *target, double *coefficient)
{
    ds_gram *gram = ds_gram_new((const double *const *)basis, (const double *const *)basis,
                                p->terms,
                                count);

    if (gram == NULL) {
        return false;
    }
    ds_gram_solve(gram, (const double *const *)basis, target, coefficient);
    ds_gram_free(gram);
    return true;
}

/* ---- Columns ----------------------------------------------------------------------- */

double **ds_columns_new(size_t count, size_t n)
{
    double **column = malloc((count + 1) * sizeof *column);
    double *block = malloc((count * n + 1) * sizeof *block);

    if (column == NULL || block == NULL) {
        free(column);
        free(block);
        return NULL;
    }
    column[0] = block;
    for (size_t k = 1; k < count; k++) {
        column[k] = block + k * n;
    }
    return column;
}

void ds_columns_free(double **column)
{
    if (column != NULL) {
        free(column[0]);
    }
    free(column);
}

/* ---- Surprises ---------------------------------------------------------------------- */

bool ds_regression_new(ds_regression *r, double *const *column, size_t count, size_t n,
                       const double *size)
{
    *r = (ds_regression){.own = size != NULL};
    r->weighed = size != NULL ? ds_columns_new(count, n) : (double **)(uintptr_t)column;
    if (r->weighed == NULL) {
        return false;
    }
    for (size_t k = 0; size != NULL && k < count; k++) {
        for (size_t i = 0; i < n; i++) {
            r->weighed[k][i] = column[k][i] / (size[i] * size[i]);
        }
    }
    r->gram = ds_gram_new((const double *const *)column, (const double *const *)r->weighed, count,
                          n);
    return r->gram != NULL;
}

void ds_regression_free(ds_regression *r)
{
    ds_gram_free(r->gram);
    if (r->own) {
        ds_columns_free(r->weighed);
    }
}

bool ds_polynomials_take(const ds_polynomials *p, const double *const *state, bool raw, size_t n,
                         const double *size, double *const *basis, double *target,
                         double *coefficient)
{
    ds_polynomials_scale(p, state, raw, NULL, n);
    ds_polynomials_fill(p, state, NULL, n, basis);
    for (size_t i = 0; size != NULL && i < n; i++) {
        target[i] /= size[i];
    }
    if (!ds_polynomials_regress(p, basis, n, target, coefficient)) {
        return false;
    }
    for (size_t k = 0; k < p->terms; k++) {
        ds_add_times(target, basis[k], -coefficient[k], n);
    }
    for (size_t i = 0; size != NULL && i < n; i++) {
        target[i] *= size[i];
    }
    return true;
}
