/* test_matrix.c -- eigenvalues, semi-definite Cholesky, nearest correlation.
 *
 * Known answers: eigenvalues in closed form; Higham (2002) and two small cases to
 * eight digits; otherwise the conditions that define the result are checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "numerics/lanes.h"
#include "numerics/matrix.h"
#include "numerics/stream.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <stdbool.h>

enum { SIZE = 8 };

static double normal(uint32_t slot, uint64_t i)
{
    return ds_normal_quantile(ds_stream_uniform(5, i, 0, slot));
}

/* Correlation matrix of `factors` common factors: semi-definite of that rank. */
static void factor_correlation(uint32_t seed, size_t n, size_t factors, double *matrix)
{
    double row[SIZE][SIZE];

    for (size_t i = 0; i < n; i++) {
        double square = 0.0;
        for (size_t k = 0; k < factors; k++) {
            row[i][k] = normal(seed, i * SIZE + k);
            square += row[i][k] * row[i][k];
        }
        for (size_t k = 0; k < factors; k++) {
            row[i][k] /= sqrt(square);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < factors; k++) {
                sum += row[i][k] * row[j][k];
            }
            matrix[i * n + j] = i == j ? 1.0 : sum;
        }
    }
}

static void least_eigenvalue_closed_forms(void **state)
{
    const double pair[] = {1, .3, .3, 1};
    /* 1 - sqrt(a^2 + b^2) for a chain of three */
    const double chain[] = {1, 1, 0, 1, 1, 1, 0, 1, 1};
    const double gap[] = {1, .9, 0, .9, 1, .8, 0, .8, 1};
    /* equal correlations: 1 - rho and 1 + (n - 1) rho */
    const double equal[] = {1, -.4, -.4, -.4, 1, -.4, -.4, -.4, 1};
    const double one[] = {3.5};
    const double bad[] = {1, (double)NAN, (double)NAN, 1};

    (void)state;
    NEAR(ds_matrix_least_eigenvalue(2, pair), 0.7, 1e-14);
    NEAR(ds_matrix_least_eigenvalue(3, chain), 1.0 - sqrt(2.0), 1e-14);
    NEAR(ds_matrix_least_eigenvalue(3, gap), 1.0 - sqrt(1.45), 1e-14);
    NEAR(ds_matrix_least_eigenvalue(3, equal), 0.2, 1e-14);
    NEAR(ds_matrix_least_eigenvalue(1, one), 3.5, 0.0);
    assert_true(isnan(ds_matrix_least_eigenvalue(2, bad)));
}

static void check_product(size_t n, const double *matrix, const double *lower,
                          double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < n; k++) {
                sum += lower[i * n + k] * lower[j * n + k];
            }
            NEAR(sum, matrix[i * n + j], tolerance);
            assert_true(j <= i || lower[i * n + j] == 0.0);
        }
    }
}

static void cholesky_of_definite_matrices(void **state)
{
    double matrix[SIZE * SIZE], lower[SIZE * SIZE];

    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        factor_correlation(seed, 6, SIZE, matrix);
        assert_true(ds_matrix_cholesky(6, matrix, lower));
        check_product(6, matrix, lower, 1e-14);

        gsl_matrix *theirs = gsl_matrix_alloc(6, 6);
        memcpy(theirs->data, matrix, 36 * sizeof *matrix);
        assert_int_equal(gsl_linalg_cholesky_decomp1(theirs), 0);
        for (size_t i = 0; i < 6; i++) {
            for (size_t j = 0; j <= i; j++) {
                NEAR(lower[i * 6 + j], gsl_matrix_get(theirs, i, j), 1e-12);
            }
        }
        gsl_matrix_free(theirs);
    }
}

static void cholesky_of_semidefinite_matrices(void **state)
{
    const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double against[] = {1, -1, .25, -1, 1, -.25, .25, -.25, 1};
    double matrix[SIZE * SIZE], lower[SIZE * SIZE];

    (void)state;
    assert_true(ds_matrix_cholesky(3, ones, lower));
    check_product(3, ones, lower, 0.0);
    assert_true(lower[4] == 0.0 && lower[8] == 0.0);
    assert_true(ds_matrix_cholesky(3, against, lower));
    check_product(3, against, lower, 1e-15);
    for (uint32_t seed = 0; seed < 20; seed++) {
        for (size_t rank = 1; rank <= 4; rank++) {
            factor_correlation(100 + seed, SIZE, rank, matrix);
            assert_true(ds_matrix_cholesky(SIZE, matrix, lower));
            check_product(SIZE, matrix, lower, 1e-6);
        }
    }
}

static void cholesky_refuses_the_indefinite(void **state)
{
    const double chain[] = {1, 1, 0, 1, 1, 1, 0, 1, 1};
    const double over[] = {1, 1.0000001, 1.0000001, 1};
    const double within[] = {1, 1.00000000005, 1.00000000005, 1};
    const double bad[] = {1, (double)NAN, (double)NAN, 1};
    /* all pivots but the last are fine, and the last is negative by a little */
    const double late[] = {1, .9, .3, .9, 1, -.15, .3, -.15, 1};
    double lower[9];

    (void)state;
    assert_true(!ds_matrix_cholesky(3, chain, lower));
    assert_true(!ds_matrix_cholesky(2, over, lower));
    assert_true(ds_matrix_cholesky(2, within, lower));
    assert_true(!ds_matrix_cholesky(2, bad, lower));
    assert_true(!ds_matrix_cholesky(3, late, lower));
}

static void nearest_known_answers(void **state)
{
    const double chain[] = {1, 1, 0, 1, 1, 1, 0, 1, 1};
    const double gap[] = {1, .9, 0, .9, 1, .8, 0, .8, 1};
    double near[9];

    (void)state;
    /* Higham 2002, section 4 */
    assert_true(ds_matrix_nearest_correlation(3, chain, near));
    NEAR(near[1], .76068985, 6e-9);
    NEAR(near[2], .15729811, 6e-9);
    NEAR(near[5], .76068985, 6e-9);
    assert_true(ds_matrix_nearest_correlation(3, gap, near));
    NEAR(near[1], .77523800, 6e-9);
    NEAR(near[2], .07905575, 6e-9);
    NEAR(near[5], .69097927, 6e-9);
}

static double distance_to_side(size_t n, const double *given, const double *near,
                               const double *other)
{
    double sum = 0.0;
    for (size_t i = 0; i < n * n; i++) {
        sum += (given[i] - near[i]) * (other[i] - near[i]);
    }
    return sum;
}

/* The nearest point N of a convex set to A is the one with <A - N, C - N> <= 0 for
 * every C of the set. */
static void nearest_is_the_projection(void **state)
{
    double given[SIZE * SIZE], near[SIZE * SIZE], other[SIZE * SIZE], lower[SIZE * SIZE];

    (void)state;
    for (uint32_t seed = 0; seed < 10; seed++) {
        for (size_t i = 0; i < SIZE; i++) {
            for (size_t j = 0; j <= i; j++) {
                const double r = 2.0 * ds_stream_uniform(6, i * SIZE + j, 0, seed) - 1.0;
                given[i * SIZE + j] = given[j * SIZE + i] = i == j ? 1.0 : r;
            }
        }
        assert_true(ds_matrix_least_eigenvalue(SIZE, given) < 0.0);
        assert_true(ds_matrix_nearest_correlation(SIZE, given, near));
        assert_true(ds_matrix_least_eigenvalue(SIZE, near) > -1e-13);
        assert_true(ds_matrix_cholesky(SIZE, near, lower));
        for (size_t i = 0; i < SIZE; i++) {
            assert_true(near[i * SIZE + i] == 1.0);
            for (size_t j = 0; j < i; j++) {
                SAME_BITS(near[i * SIZE + j], near[j * SIZE + i]);
            }
        }
        for (uint32_t k = 0; k < 200; k++) {
            factor_correlation(1000 + k, SIZE, 1 + k % SIZE, other);
            assert_true(distance_to_side(SIZE, given, near, other) < 1e-8);
        }
    }
}

/* Higham's alternating projections, as in his paper: slow, and independent. */
static void alternate(size_t n, const double *given, int rounds, double *y)
{
    double correction[SIZE * SIZE] = {0};
    gsl_matrix *copy = gsl_matrix_alloc(n, n), *vectors = gsl_matrix_alloc(n, n);
    gsl_vector *values = gsl_vector_alloc(n);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(n);
    memcpy(y, given, n * n * sizeof *y);
    for (int round = 0; round < rounds; round++) {
        double r[SIZE * SIZE];
        for (size_t i = 0; i < n * n; i++) {
            r[i] = y[i] - correction[i];
        }
        memcpy(copy->data, r, n * n * sizeof *r);
        assert_int_equal(gsl_eigen_symmv(copy, values, vectors, work), 0);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                double x = 0.0;
                for (size_t k = 0; k < n; k++) {
                    x += fmax(gsl_vector_get(values, k), 0.0) * gsl_matrix_get(vectors, i, k) *
                         gsl_matrix_get(vectors, j, k);
                }
                correction[i * n + j] = x - r[i * n + j];
                y[i * n + j] = i == j ? 1.0 : x;
            }
        }
    }
    gsl_eigen_symmv_free(work);
    gsl_vector_free(values);
    gsl_matrix_free(vectors);
    gsl_matrix_free(copy);
}

/* 4000 rounds leave 1e-9 of the way or less in these cases. */
static void nearest_is_where_alternating_projections_lead(void **state)
{
    double given[SIZE * SIZE], near[SIZE * SIZE], want[SIZE * SIZE];

    (void)state;
    for (uint32_t seed = 0; seed < 10; seed++) {
        for (size_t i = 0; i < SIZE; i++) {
            for (size_t j = 0; j <= i; j++) {
                const double r = 2.0 * ds_stream_uniform(8, i * SIZE + j, 0, seed) - 1.0;
                given[i * SIZE + j] = given[j * SIZE + i] = i == j ? 1.0 : r;
            }
        }
        assert_true(ds_matrix_nearest_correlation(SIZE, given, near));
        alternate(SIZE, given, 4000, want);
        for (size_t i = 0; i < SIZE * SIZE; i++) {
            NEAR(near[i], want[i], 1e-9);
        }
    }
}

/* The conditions of Borsdorf & Higham (2010): the nearest N leaves A - N - Diag(y) with
 * eigenvalues of at most 0 and N (A + Diag(y) - N) = 0; here y is what makes the rows of
 * that product vanish.  Of a size that projections would not finish. */
static void nearest_of_a_large_matrix(void **state)
{
    enum { LARGE = 120 };
    static double given[LARGE * LARGE], near[LARGE * LARGE], rest[LARGE * LARGE];

    (void)state;
    for (size_t i = 0; i < LARGE; i++) {
        for (size_t j = 0; j <= i; j++) {
            const double r = 2.0 * ds_stream_uniform(9, i * LARGE + j, 0, 0) - 1.0;
            given[i * LARGE + j] = given[j * LARGE + i] = i == j ? 1.0 : r;
        }
    }
    assert_true(ds_matrix_nearest_correlation(LARGE, given, near));
    assert_true(ds_matrix_least_eigenvalue(LARGE, near) > -1e-12);
    /* (A - N) N = -Diag(y) N, whose diagonal is -y */
    for (size_t i = 0; i < LARGE; i++) {
        double y = 0.0;
        for (size_t k = 0; k < LARGE; k++) {
            y -= (given[i * LARGE + k] - near[i * LARGE + k]) * near[k * LARGE + i];
        }
        for (size_t j = 0; j < LARGE; j++) {
            const double r = near[i * LARGE + j] - given[i * LARGE + j] - (i == j ? y : 0.0);
            rest[i * LARGE + j] = r;
        }
    }
    assert_true(ds_matrix_least_eigenvalue(LARGE, rest) > -1e-9);
    for (size_t i = 0; i < LARGE; i++) {
        for (size_t j = 0; j < LARGE; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < LARGE; k++) {
                sum += rest[i * LARGE + k] * near[k * LARGE + j];
            }
            NEAR(sum, 0.0, 1e-9);
        }
    }
}

static void nearest_leaves_correlations_alone(void **state)
{
    double matrix[SIZE * SIZE], near[SIZE * SIZE];

    (void)state;
    factor_correlation(77, 5, SIZE, matrix);
    assert_true(ds_matrix_nearest_correlation(5, matrix, near));
    for (size_t i = 0; i < 25; i++) {
        NEAR(near[i], matrix[i], 1e-13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_eigenvalue_closed_forms),
        cmocka_unit_test(cholesky_of_definite_matrices),
        cmocka_unit_test(cholesky_of_semidefinite_matrices),
        cmocka_unit_test(cholesky_refuses_the_indefinite),
        cmocka_unit_test(nearest_known_answers),
        cmocka_unit_test(nearest_is_the_projection),
        cmocka_unit_test(nearest_is_where_alternating_projections_lead),
        cmocka_unit_test(nearest_of_a_large_matrix),
        cmocka_unit_test(nearest_leaves_correlations_alone),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
