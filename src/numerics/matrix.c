/* matrix.c -- correlation matrices: checked and factored; nearest_correlation.c repairs.
 *
 * Called while a plan is compiled, once per group of correlated inputs; never by
 * the kernel.
 *
 * Algorithms: eigenvalues by GSL (symmetric QR); Cholesky row by row that skips
 * vanishing pivots.
 *
 * Invariants: matrices are row-major, n x n; only symmetric input makes sense, and
 * the lower triangle is the one that is read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/matrix.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <string.h>

#define PIVOT_LEAST      1e-12
#define EIGENVALUE_LEAST (-1e-10)

/* GSL's eigenvalues of a matrix with a NAN look like numbers. */
static bool all_finite(size_t n, const double *matrix)
{
    for (size_t i = 0; i < n * n; i++) {
        if (!isfinite(matrix[i])) {
            return false;
        }
    }
    return true;
}

double ds_matrix_least_eigenvalue(size_t n, const double *matrix)
{
    double least = (double)NAN;

    if (n == 0 || !all_finite(n, matrix)) {
        return (double)NAN;
    }
    gsl_matrix *copy = gsl_matrix_alloc(n, n);
    gsl_vector *values = gsl_vector_alloc(n);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(n);

    if (copy != NULL && values != NULL && work != NULL) {
        memcpy(copy->data, matrix, n * n * sizeof *matrix);
        if (gsl_eigen_symm(copy, values, work) == 0) {
            least = gsl_vector_min(values);
        }
    }
    if (work != NULL) {
        gsl_eigen_symm_free(work);
    }
    gsl_vector_free(values);
    gsl_matrix_free(copy);
    return least;
}

bool ds_matrix_cholesky(size_t n, const double *matrix, double *lower)
{
    /* the pivots of a matrix that is indefinite by a little say little of its
     * eigenvalues, so those decide; NAN fails too */
    if (!(ds_matrix_least_eigenvalue(n, matrix) >= EIGENVALUE_LEAST)) {
        return false;
    }
    memset(lower, 0, n * n * sizeof *lower);
    for (size_t j = 0; j < n; j++) {
        double pivot = matrix[j * n + j];
        for (size_t k = 0; k < j; k++) {
            pivot -= lower[j * n + k] * lower[j * n + k];
        }
        if (pivot < PIVOT_LEAST) {
            continue; /* column j adds nothing new: it stays zero */
        }
        const double root = sqrt(pivot);
        lower[j * n + j] = root;
        for (size_t i = j + 1; i < n; i++) {
            double rest = matrix[i * n + j];
            for (size_t k = 0; k < j; k++) {
                rest -= lower[i * n + k] * lower[j * n + k];
            }
            lower[i * n + j] = rest / root;
        }
    }
    return true;
}
