/* matrix.c -- correlation matrices: checked, repaired and factored.
 *
 * Called while a plan is compiled, once per group of correlated inputs; never by
 * the kernel.
 *
 * Algorithms: eigenvalues by GSL (symmetric QR); Cholesky row by row that skips
 * vanishing pivots; nearest correlation matrix by alternating projections with
 * Dykstra's correction (Higham 2002, IMA J. Numer. Anal. 22, 329).
 *
 * Invariants: matrices are row-major, n x n; only symmetric input makes sense, and
 * the lower triangle is the one that is read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/matrix.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdlib.h>
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

/* What the projections need; every member is NULL or owned. */
typedef struct {
    size_t                     n;
    gsl_matrix                *copy, *vectors;
    gsl_vector                *values;
    gsl_eigen_symmv_workspace *work;
    double                    *shifted, *projected, *correction;
} projection;

static void projection_release(projection *p)
{
    free(p->correction);
    free(p->projected);
    free(p->shifted);
    if (p->work != NULL) {
        gsl_eigen_symmv_free(p->work);
    }
    gsl_vector_free(p->values);
    gsl_matrix_free(p->vectors);
    gsl_matrix_free(p->copy);
}

static bool projection_init(projection *p, size_t n)
{
    *p = (projection){.n = n};
    p->copy = gsl_matrix_alloc(n, n);
    p->vectors = gsl_matrix_alloc(n, n);
    p->values = gsl_vector_alloc(n);
    p->work = gsl_eigen_symmv_alloc(n);
    p->shifted = calloc(n * n, sizeof(double));
    p->projected = calloc(n * n, sizeof(double));
    p->correction = calloc(n * n, sizeof(double));
    return p->copy != NULL && p->vectors != NULL && p->values != NULL && p->work != NULL &&
           p->shifted != NULL && p->projected != NULL && p->correction != NULL;
}

/* Nearest semi-definite matrix: negative eigenvalues become zero. */
static bool project_semidefinite(projection *p, const double *from, double *to)
{
    const size_t n = p->n;

    memcpy(p->copy->data, from, n * n * sizeof *from);
    if (gsl_eigen_symmv(p->copy, p->values, p->vectors, p->work) != 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < n; k++) {
                const double value = gsl_vector_get(p->values, k);
                if (value > 0.0) {
                    sum += value * gsl_matrix_get(p->vectors, i, k) *
                           gsl_matrix_get(p->vectors, j, k);
                }
            }
            to[i * n + j] = to[j * n + i] = sum;
        }
    }
    return true;
}

/* One round: onto the semi-definite cone with Dykstra's correction, then onto the
 * unit diagonal.  Returns how far the two projections lie apart, or -1. */
static double project_round(projection *p, double *nearest)
{
    const size_t n = p->n;
    double gap = 0.0;

    for (size_t i = 0; i < n * n; i++) {
        p->shifted[i] = nearest[i] - p->correction[i];
    }
    if (!project_semidefinite(p, p->shifted, p->projected)) {
        return -1.0;
    }
    for (size_t i = 0; i < n * n; i++) {
        p->correction[i] = p->projected[i] - p->shifted[i];
        const double next = i % (n + 1) == 0 ? 1.0 : p->projected[i];
        const double change = fabs(next - nearest[i]);
        const double apart = fabs(next - p->projected[i]);
        gap = change > gap ? change : gap;
        gap = apart > gap ? apart : gap;
        nearest[i] = next;
    }
    return gap;
}

/* The projections only tend to the answer: the last step makes it semi-definite
 * and scales its diagonal to one, which moves it by the remaining gap at most. */
static bool settle(projection *p, double *nearest)
{
    const size_t n = p->n;

    if (!project_semidefinite(p, nearest, p->projected)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const double scale = sqrt(p->projected[i * n + i] * p->projected[j * n + j]);
            nearest[i * n + j] = i == j ? 1.0 : p->projected[i * n + j] / scale;
        }
    }
    return true;
}

bool ds_matrix_nearest_correlation(size_t n, const double *matrix, double *nearest)
{
    enum { ROUNDS_MOST = 2000 };
    const double close_enough = 1e-12;
    projection p;

    if (n == 0) {
        return true;
    }
    if (!all_finite(n, matrix)) {
        return false;
    }
    bool ok = projection_init(&p, n);
    if (ok) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                nearest[i * n + j] = j <= i ? matrix[i * n + j] : matrix[j * n + i];
            }
        }
        double gap = 1.0;
        for (int round = 0; ok && gap > close_enough && round < ROUNDS_MOST; round++) {
            gap = project_round(&p, nearest);
            ok = gap >= 0.0;
        }
        ok = ok && settle(&p, nearest);
    }
    projection_release(&p);
    return ok;
}
