/* nearest_correlation.c -- the correlation matrix nearest to a symmetric matrix.
 *
 * Called by the checks of a scenario and while a plan is compiled, for a group of
 * correlations that cannot hold together; never by the kernel.
 *
 * The nearest matrix is that of Higham (2002, IMA J. Numer. Anal. 22, 329).  His
 * alternating projections come nearer by a constant factor a round, which may be next
 * to 1.  Here the same matrix is found as in Qi & Sun (2006, SIAM J. Matrix Anal. Appl.
 * 28, 360): it is the semi-definite part of G + Diag(y) for the y at which that part has
 * the diagonal 1, the zero of a gradient,
 *     F(y) = diag((G + Diag y)+) - 1,  theta(y) = |(G + Diag y)+|^2 / 2 - sum y.
 * Newton's method solves it in about ten eigendecompositions (GSL); its linear systems
 * by conjugate gradients, with a product for each that costs n^3.
 *
 * Invariants: the result is symmetric to the last bit, its diagonal exactly 1.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/matrix.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MOST = 60, CONJUGATE_MOST = 200, HALVINGS_MOST = 20 };
#define CLOSE_ENOUGH 1e-14

/* Every member is NULL or owned. */
typedef struct {
    size_t                     n;
    gsl_matrix                *copy, *vectors; /* columns are the eigenvectors        */
    gsl_vector                *values;
    gsl_eigen_symmv_workspace *work;
    double *part;                /* (G + Diag y)+                                     */
    double *weight, *left, *product; /* n x n, of jacobian()                           */
    double *y, *trial, *gradient, *step, *residual, *direction, *image; /* n           */
} newton;

static void release(newton *s)
{
    if (s->work != NULL)
        gsl_eigen_symmv_free(s->work);
    gsl_vector_free(s->values);
    gsl_matrix_free(s->vectors);
    gsl_matrix_free(s->copy);
    free(s->part);
    free(s->y);
}

static bool prepare(newton *s, size_t n)
{
    *s = (newton){.n = n};
    s->copy = gsl_matrix_alloc(n, n);
    s->vectors = gsl_matrix_alloc(n, n);
    s->values = gsl_vector_alloc(n);
    s->work = gsl_eigen_symmv_alloc(n);
    s->part = calloc(4 * n * n, sizeof(double));
    s->y = calloc(7 * n, sizeof(double));
    if (s->copy == NULL || s->vectors == NULL || s->values == NULL || s->work == NULL ||
        s->part == NULL || s->y == NULL)
        return false;
    s->weight = s->part + n * n;
    s->left = s->weight + n * n;
    s->product = s->left + n * n;
    s->trial = s->y + n;
    s->gradient = s->trial + n;
    s->step = s->gradient + n;
    s->residual = s->step + n;
    s->direction = s->residual + n;
    s->image = s->direction + n;
    return true;
}

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Adds P diag(x+) P' of the eigenvectors, to `to`, which is symmetric. */
static void semidefinite_part(const newton *s, double *to)
{
    const size_t n = s->n;

    memset(to, 0, n * n * sizeof *to);
    memcpy(s->left, s->vectors->data, n * n * sizeof *to);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const double value = gsl_vector_get(s->values, k);
            s->left[i * n + k] *= value > 0.0 ? value : 0.0;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            to[i * n + j] = to[j * n + i] =
                dot(n, &s->left[i * n], &s->vectors->data[j * n]);
}

/* Decomposes given + Diag(y); the part, the gradient, and theta; NAN when GSL fails. */
static double evaluate(newton *s, const double *given, const double *y)
{
    const size_t n = s->n;
    double theta = 0.0;

    memcpy(s->copy->data, given, n * n * sizeof *given);
    for (size_t i = 0; i < n; i++)
        s->copy->data[i * (n + 1)] += y[i];
    if (gsl_eigen_symmv(s->copy, s->values, s->vectors, s->work) != 0)
        return (double)NAN;
    semidefinite_part(s, s->part);
    for (size_t i = 0; i < n; i++) {
        const double value = gsl_vector_get(s->values, i);
        theta += value > 0.0 ? 0.5 * value * value : 0.0;
        s->gradient[i] = s->part[i * (n + 1)] - 1.0;
    }
    for (size_t i = 0; i < n; i++)
        theta -= y[i];
    return theta;
}

/* How much of the product of eigenvectors k and l the derivative of the part keeps. */
static void find_weights(newton *s)
{
    const size_t n = s->n;

    for (size_t k = 0; k < n; k++)
        for (size_t l = 0; l < n; l++) {
            const double a = gsl_vector_get(s->values, k), b = gsl_vector_get(s->values, l);
            const double high = a > b ? a : b, low = a > b ? b : a;
            s->weight[k * n + l] = low > 0.0 ? 1.0 : high > 0.0 ? high / (high - low) : 0.0;
        }
}

/* out = a' b for rows of a scaled by h (NULL: by one); all n x n. */
static void multiply(size_t n, const double *a, const double *h, const double *b, double *out)
{
    memset(out, 0, n * n * sizeof *out);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++) {
            const double x = a[k * n + i] * (h != NULL ? h[k] : 1.0);
            const double *row = &b[k * n];
            double *to = &out[i * n];
            for (size_t j = 0; j < n; j++)
                to[j] += x * row[j];
        }
}

/* image = derivative of F along h: diag(P (weight o (P' Diag(h) P)) P'). */
static void jacobian(newton *s, const double *h, double *image)
{
    const size_t n = s->n;
    const double *vectors = s->vectors->data;

    multiply(n, vectors, h, vectors, s->product);
    for (size_t i = 0; i < n * n; i++)
        s->product[i] *= s->weight[i];
    for (size_t i = 0; i < n; i++) {
        double *row = &s->left[i * n];
        memset(row, 0, n * sizeof *row);
        for (size_t k = 0; k < n; k++) {
            const double x = vectors[i * n + k];
            const double *from = &s->product[k * n];
            for (size_t j = 0; j < n; j++)
                row[j] += x * from[j];
        }
        image[i] = dot(n, row, &vectors[i * n]);
    }
}

/* step = about -V^-1 gradient, V the derivative, by conjugate gradients. */
static void find_step(newton *s, double size)
{
    const size_t n = s->n;
    const double target = size * (size < 1e-3 ? size : 1e-3);

    find_weights(s);
    memset(s->step, 0, n * sizeof *s->step);
    for (size_t i = 0; i < n; i++)
        s->direction[i] = s->residual[i] = -s->gradient[i];
    double square = dot(n, s->residual, s->residual);
    for (int round = 0; round < CONJUGATE_MOST && sqrt(square) > target; round++) {
        jacobian(s, s->direction, s->image);
        const double bend = dot(n, s->direction, s->image);
        if (!(bend > 0.0))
            break;
        const double along = square / bend;
        for (size_t i = 0; i < n; i++) {
            s->step[i] += along * s->direction[i];
            s->residual[i] -= along * s->image[i];
        }
        const double next = dot(n, s->residual, s->residual);
        for (size_t i = 0; i < n; i++)
            s->direction[i] = s->residual[i] + next / square * s->direction[i];
        square = next;
    }
    if (!(dot(n, s->step, s->gradient) < 0.0)) /* not downhill: rounding */
        for (size_t i = 0; i < n; i++)
            s->step[i] = -s->gradient[i];
}

/* Moves y along the step, halved until theta falls enough, or, next to the zero, where
 * theta cannot tell, until the gradient does.  Returns the new size of the gradient;
 * not less than `size` when there is no better y. */
static double advance(newton *s, const double *given, double *theta, double size)
{
    const size_t n = s->n;
    const double slope = dot(n, s->step, s->gradient);
    double share = 1.0;

    for (int halving = 0; halving < HALVINGS_MOST; halving++, share *= 0.5) {
        for (size_t i = 0; i < n; i++)
            s->trial[i] = s->y[i] + share * s->step[i];
        const double reached = evaluate(s, given, s->trial);
        const double left = sqrt(dot(n, s->gradient, s->gradient));
        if (reached <= *theta + 1e-4 * share * slope || left < 0.5 * size) {
            memcpy(s->y, s->trial, n * sizeof *s->y);
            *theta = reached;
            return left;
        }
        if (size < 1e-10) /* at the rounding of the decomposition */
            break;
    }
    return size;
}

static bool solve(newton *s, const double *given)
{
    double theta = evaluate(s, given, s->y);
    double size = sqrt(dot(s->n, s->gradient, s->gradient));

    for (int round = 0; round < ROUNDS_MOST && size > CLOSE_ENOUGH * (double)s->n; round++) {
        find_step(s, size);
        const double next = advance(s, given, &theta, size);
        if (!(next < size))
            break;
        size = next;
    }
    return !isnan(evaluate(s, given, s->y));
}

bool ds_matrix_nearest_correlation(size_t n, const double *matrix, double *nearest)
{
    newton s;

    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(matrix[i]))
            return false;
    if (n == 0)
        return true;
    bool ok = prepare(&s, n);
    if (ok) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                nearest[i * n + j] = j <= i ? matrix[i * n + j] : matrix[j * n + i];
        ok = solve(&s, nearest);
    }
    for (size_t i = 0; ok && i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double scale = sqrt(s.part[i * (n + 1)]) * sqrt(s.part[j * (n + 1)]);
            nearest[i * n + j] = nearest[j * n + i] =
                i == j ? 1.0 : s.part[i * n + j] / scale;
        }
    release(&s);
    return ok;
}
