/* normal_equations.c -- least squares of several targets on the same regressors.
 *
 * Called by stopping.c and stopping_bound.c, month by month.
 *
 * Algorithm: the matrix of products, scaled to a unit diagonal, and its eigenvalues by GSL;
 * those below 1e-11 of the largest are regressors that cannot be told apart, and left out.
 * Products square the condition; callers bring polynomials of standardised numbers, of which
 * 1e-11 leaves enough (QR of 10,000 rows would take ten times as long).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/normal_equations.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdlib.h>

#define EIGENVALUE_LEAST 1e-11

enum { LANES = 8, CHUNK = 512 };

struct ds_gram {
    size_t  terms, rows;
    double *inverse; /* [terms][terms]                                              */
};

double ds_dot(const double *x, const double *y, size_t n)
{
    double sum[LANES] = {0};
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += x[i + k] * y[i + k];
        }
    }
    for (; i < n; i++) {
        sum[0] += x[i] * y[i];
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

void ds_add_times(double *y, const double *x, double times, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] += times * x[i];
    }
}

/* Upper triangle of the products; a chunk of rows at a time stays in the cache. */
static void add_products(const double *const *column, const double *const *weighed, size_t terms,
                         size_t n, double *product)
{
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t rows = n - from < CHUNK ? n - from : CHUNK;
        for (size_t a = 0; a < terms; a++) {
            for (size_t b = a; b < terms; b++) {
                product[a * terms + b] += ds_dot(column[a] + from, weighed[b] + from, rows);
            }
        }
    }
}

/* 1 over the root of each diagonal element, 0 for a regressor that is 0; false when not
 * finite. */
static bool find_scales(const double *product, size_t terms, double *scale)
{
    for (size_t a = 0; a < terms; a++) {
        const double d = product[a * terms + a];
        if (!isfinite(d)) {
            return false;
        }
        scale[a] = d > 0 ? 1 / sqrt(d) : 0;
    }
    return true;
}

/* inverse = scale * (sum of v v' / eigenvalue) * scale. */
static void invert(const gsl_vector *values, const gsl_matrix *vectors, const double *scale,
                   size_t terms, double *inverse)
{
    const double least = EIGENVALUE_LEAST * gsl_vector_max(values);

    for (size_t k = 0; k < terms; k++) {
        const double value = gsl_vector_get(values, k);
        for (size_t a = 0; value > least && a < terms; a++) {
            const double va = gsl_matrix_get(vectors, a, k) * scale[a] / value;
            for (size_t b = 0; b < terms; b++) {
                inverse[a * terms + b] += va * gsl_matrix_get(vectors, b, k) * scale[b];
            }
        }
    }
}

static bool pseudo_invert(const double *product, size_t terms, double *inverse)
{
    gsl_matrix *matrix = gsl_matrix_alloc(terms, terms);
    gsl_matrix *vectors = gsl_matrix_alloc(terms, terms);
    gsl_vector *values = gsl_vector_alloc(terms), *scale = gsl_vector_alloc(terms);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(terms);
    bool ok = matrix != NULL && vectors != NULL && values != NULL && scale != NULL &&
              work != NULL && find_scales(product, terms, scale->data);

    if (ok) {
        for (size_t a = 0; a < terms; a++) {
            for (size_t b = 0; b < terms; b++) {
                const double p = product[a <= b ? a * terms + b : b * terms + a];
                gsl_matrix_set(matrix, a, b, p * scale->data[a] * scale->data[b]);
            }
        }
        ok = gsl_eigen_symmv(matrix, values, vectors, work) == 0;
    }
    if (ok) {
        invert(values, vectors, scale->data, terms, inverse);
    }
    if (work != NULL) {
        gsl_eigen_symmv_free(work);
    }
    gsl_vector_free(scale);
    gsl_vector_free(values);
    gsl_matrix_free(vectors);
    gsl_matrix_free(matrix);
    return ok;
}

ds_gram *ds_gram_new(const double *const *column, const double *const *weighed, size_t terms,
                     size_t n)
{
    ds_gram *g = calloc(1, sizeof *g);
    double  *product = calloc(terms * terms + 1, sizeof *product);

    if (g != NULL) {
        g->terms = terms;
        g->rows = n;
        g->inverse = calloc(terms * terms + 1, sizeof *g->inverse);
    }
    bool ok = g != NULL && product != NULL && g->inverse != NULL;
    if (ok && terms > 0) {
        add_products(column, weighed, terms, n, product);
        ok = pseudo_invert(product, terms, g->inverse);
    }
    free(product);
    if (!ok) {
        ds_gram_free(g);
        return NULL;
    }
    return g;
}

void ds_gram_free(ds_gram *gram)
{
    if (gram != NULL) {
        free(gram->inverse);
    }
    free(gram);
}

void ds_gram_solve(const ds_gram *gram, const double *const *weighed, const double *target,
                   double *coefficient)
{
    const size_t terms = gram->terms;

    for (size_t a = 0; a < terms; a++) {
        coefficient[a] = 0;
    }
    for (size_t b = 0; b < terms; b++) {
        const double product = ds_dot(weighed[b], target, gram->rows);
        for (size_t a = 0; a < terms; a++) {
            coefficient[a] += gram->inverse[a * terms + b] * product;
        }
    }
}
