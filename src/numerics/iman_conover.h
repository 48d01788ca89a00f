/* iman_conover.h -- columns of strata in an order that makes them correlate.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_IMAN_CONOVER_H
#define DS_IMAN_CONOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* column[c][i], c < k: a permutation of 0 ... n-1 for each of k columns, which becomes
 * the one that (7b) of docs/model.md makes of it; column 0 stays.  `lower` is the
 * Cholesky factor, row-major, of the correlations that are wanted of normal scores.
 * Time k n (k + log n), memory 40 n bytes.  False when out of memory. */
bool ds_iman_conover(size_t n, size_t k, const double *lower, uint32_t *const *column);

#endif
