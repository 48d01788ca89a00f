/* matrix.h -- correlation matrices over GSL.  Row-major n x n.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_MATRIX_H
#define DS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* Least eigenvalue of a symmetric matrix; NAN when out of memory
 * or not finite. */
double ds_matrix_least_eigenvalue(size_t n, const double *matrix);
/* Lower Cholesky factor, zeros above; semi-definite matrices are allowed (a
 * pivot below 1e-12 gives a zero column).  False when not semi-definite to
 * -1e-10 or out of memory. */
bool ds_matrix_cholesky(size_t n, const double *matrix, double *lower);
/* Nearest correlation matrix in the Frobenius norm (Higham 2002), which is unique: every
 * entry to 1e-12 or better, the diagonal exactly 1.  Seconds for 400 x 400.  `nearest`
 * may be `matrix`.  False when out of memory or not finite. */
bool ds_matrix_nearest_correlation(size_t n, const double *matrix, double *nearest);

#endif
