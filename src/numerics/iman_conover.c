/* iman_conover.c -- see iman_conover.h: Iman & Conover (1982, Commun. Statist. B 11,
 * 311), with scores of van der Waerden.
 *
 * Called while a run is prepared, once for each replicate of a Latin hypercube.  Columns
 * of scores are combined so that their correlations would be exactly those wanted, and
 * every column is then put into the order of its combination: the values of a column
 * stay, and their ranks correlate very nearly as wanted.
 *
 * Invariants: bits do not depend on the machine: plain operations in a fixed order;
 * equal combinations keep the order of their points.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/iman_conover.h"

#include "numerics/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* below it columns of scores depend on one another: fewer points than columns */
#define PIVOT_LEAST 1e-9

enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_VALUES = 1 << DIGIT_BITS };

typedef struct {
    uint64_t key;
    uint32_t point;
} entry;

/* Larger doubles have larger keys. */
static uint64_t key_of(double x)
{
    const uint64_t sign = UINT64_C(1) << 63;
    const double positive_zero = x + 0.0;
    uint64_t bits;

    memcpy(&bits, &positive_zero, sizeof bits);
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

/* Stable, by the last digit first; the result is in `from`. */
static void sort_entries(size_t n, entry *from, entry *to)
{
    size_t start[DIGIT_VALUES];

    for (int digit = 0; digit < DIGITS; digit++) {
        const int shift = digit * DIGIT_BITS;
        memset(start, 0, sizeof start);
        for (size_t i = 0; i < n; i++)
            start[from[i].key >> shift & (DIGIT_VALUES - 1)]++;
        size_t before = 0;
        for (size_t d = 0; d < DIGIT_VALUES; d++) {
            const size_t count = start[d];
            start[d] = before;
            before += count;
        }
        for (size_t i = 0; i < n; i++)
            to[start[from[i].key >> shift & (DIGIT_VALUES - 1)]++] = from[i];
        entry *swap = from;
        from = to;
        to = swap;
    }
}

/* Lower Cholesky factor of the correlations of the scores; false when they depend on one
 * another. */
static bool factor_scores(size_t n, size_t k, const double *score, uint32_t *const *column,
                          double *lower)
{
    double square = 0.0;

    for (size_t i = 0; i < n; i++)
        square += score[i] * score[i];
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = 0.0;
            for (size_t i = 0; i < n; i++)
                sum += score[column[a][i]] * score[column[b][i]];
            double rest = a == b ? 1.0 : sum / square;
            for (size_t j = 0; j < b; j++)
                rest -= lower[a * k + j] * lower[b * k + j];
            if (a == b && !(rest >= PIVOT_LEAST))
                return false;
            lower[a * k + b] = a == b ? sqrt(rest) : rest / lower[b * k + b];
        }
    return true;
}

/* mix = wanted chol(Q)^-1, both lower triangular; `factor` is chol(Q). */
static void divide(size_t k, const double *wanted, const double *factor, double *mix)
{
    for (size_t a = 0; a < k; a++)
        for (size_t b = a + 1; b-- > 0;) {
            double rest = wanted[a * k + b];
            for (size_t j = b + 1; j <= a; j++)
                rest -= mix[a * k + j] * factor[j * k + b];
            mix[a * k + b] = rest / factor[b * k + b];
        }
}

/* Column c becomes the ranks of its combination; the columns before it are as they were. */
static void rank_column(size_t n, size_t c, const double *mix, const double *score,
                        uint32_t *const *column, entry *entries)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (size_t d = 0; d <= c; d++)
            sum += mix[d] * score[column[d][i]];
        entries[i] = (entry){key_of(sum), (uint32_t)i};
    }
    sort_entries(n, entries, entries + n);
    for (size_t i = 0; i < n; i++)
        column[c][entries[i].point] = (uint32_t)i;
}

bool ds_iman_conover(size_t n, size_t k, const double *lower, uint32_t *const *column)
{
    double *score = malloc((n + 1) * sizeof *score);
    double *factor = calloc(2 * k * k + 1, sizeof *factor);
    entry *entries = malloc((2 * n + 1) * sizeof *entries);
    const bool fine = score != NULL && factor != NULL && entries != NULL;

    if (fine) {
        double *mix = factor + k * k;
        for (size_t i = 0; i < n; i++)
            score[i] = ds_normal_quantile(((double)i + 1.0) / ((double)n + 1.0));
        if (factor_scores(n, k, score, column, factor))
            divide(k, lower, factor, mix);
        else
            memcpy(mix, lower, k * k * sizeof *mix);
        for (size_t c = k; c-- > 1;)
            rank_column(n, c, &mix[c * k], score, column, entries);
    }
    free(entries);
    free(factor);
    free(score);
    return fine;
}
