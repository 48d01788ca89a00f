/* test_sobol.c -- one coordinate of points that are spread evenly: Sobol, Latin hypercubes,
 * Halton, and how they are scrambled.
 *
 * Known answers: the first points of Joe & Kuo's sequence and of Halton's as published; those of
 * GSL (whose first two dimensions are the same in every set of direction numbers); dimension 1110
 * worked by hand from the file of Joe & Kuo.  What is random is tested over many keys, with the
 * chance that a sound one fails; seeds are fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "numerics/stream.h"

static double plain(size_t dimension, uint32_t number)
{
    uint32_t v[DS_SOBOL_BITS];
    ds_sobol_directions(dimension, v);
    return ds_reverse_bits(ds_sobol_point(v, number)) * 0x1p-32;
}

/* Joe & Kuo's notes, and the same from other programs. */
static void first_points(void **state)
{
    static const double want[10][3] = {
        {0, 0, 0}, {.5, .5, .5}, {.75, .25, .25}, {.25, .75, .75}, {.375, .375, .625},
        {.875, .875, .125}, {.625, .125, .875}, {.125, .625, .375}, {.1875, .3125, .9375},
        {.6875, .8125, .4375},
    };
    (void)state;
    for (uint32_t i = 0; i < 10; i++)
        for (size_t d = 0; d < 3; d++)
            assert_true(plain(d, i) == want[i][d]);
}

/* GSL has the numbers of Bratley & Fox, which begin alike; its first point is our number 1. */
static void first_dimensions_are_those_of_gsl(void **state)
{
    gsl_qrng *q = gsl_qrng_alloc(gsl_qrng_sobol, 2);
    double x[2];
    (void)state;
    for (uint32_t i = 1; i < 5000; i++) {
        gsl_qrng_get(q, x);
        for (size_t d = 0; d < 2; d++)
            assert_true(plain(d, i) == x[d]);
    }
    gsl_qrng_free(q);
}

/* Of every dimension: each m is odd and below 2^(k+1), so that 2^j points have one in each of
 * 2^j intervals; and the mean of points 1 .. 2^j - 1 is exactly 1/2. */
static void every_dimension_is_even(void **state)
{
    enum { POINTS = 1 << 10 };
    static unsigned char taken[POINTS];
    (void)state;
    for (size_t d = 0; d < DS_SOBOL_DIMENSIONS; d++) {
        uint32_t v[DS_SOBOL_BITS];
        double   sum = 0;
        ds_sobol_directions(d, v);
        memset(taken, 0, sizeof taken);
        for (uint32_t i = 0; i < POINTS; i++) {
            double u = ds_reverse_bits(ds_sobol_point(v, i)) * 0x1p-32;
            sum += u;
            taken[(size_t)(u * POINTS)]++;
        }
        for (size_t k = 0; k < POINTS; k++)
            assert_int_equal(taken[k], 1);
        assert_true(sum == (POINTS - 1) * .5);
    }
}

/* The last line of the file used, "1111 13 ...": polynomial and first numbers by hand. */
static void recurrence_of_the_last_dimension(void **state)
{
    uint32_t v[DS_SOBOL_BITS];
    const unsigned degree = 13, polynomial = ds_sobol_polynomial[DS_SOBOL_DIMENSIONS - 2];
    (void)state;
    assert_int_equal(polynomial >> degree, 1);
    ds_sobol_directions(DS_SOBOL_DIMENSIONS - 1, v);
    for (unsigned k = degree; k < DS_SOBOL_BITS; k++) {
        uint32_t want = ds_reverse_bits(v[k - degree]);
        want ^= want >> degree;
        for (unsigned j = 1; j < degree; j++)
            if (polynomial >> (degree - j) & 1)
                want ^= ds_reverse_bits(v[k - j]);
        assert_int_equal(ds_reverse_bits(v[k]), want);
    }
}

/* ---- Scrambling ------------------------------------------------------------------- */

static uint64_t word_of(uint32_t n)
{
    return ds_spread_word(UINT64_C(0x1234567), n, 0);
}

static uint32_t scrambled(uint32_t x, uint64_t word)
{
    return ds_reverse_bits(ds_scramble(ds_reverse_bits(x), (uint32_t)word, (uint32_t)(word >> 32)));
}

/* Two numbers that first differ in bit a do so afterwards: the scramble is nested, and so
 * a bijection. */
static void scramble_is_nested(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 20000; k++) {
        uint32_t x = (uint32_t)word_of(2 * k), a = k % 32;
        uint32_t other = x ^ (UINT32_C(1) << (31 - a)) ^
                         (a < 31 ? (uint32_t)word_of(2 * k + 1) >> (a + 1) : 0);
        uint32_t differs = scrambled(x, word_of(k)) ^ scrambled(other, word_of(k));
        assert_int_equal(differs >> (31 - a), 1);
    }
}

/* Owen's scrambling: of two numbers that first differ in bit a, the bits after a are
 * independent.  Over 20,000 keys for each of 3 numbers, 8 bits a and the 8 bits after it: the share
 * of keys with which they differ is 1/2.  The sum of 192 squares of z has mean 192 and standard
 * deviation 20; above 300 is false with probability 10^-6.  (Laine and Karras' own constants
 * give 500,000.) */
static void bits_after_a_difference_are_independent(void **state)
{
    enum { KEYS = 20000 };
    static const uint32_t number[3] = {0, UINT32_C(0x80000000), UINT32_C(0x55550000)};
    double sum = 0;
    (void)state;
    for (int n = 0; n < 3; n++)
        for (unsigned a = 0; a < 16; a += 2) {
            unsigned count[8] = {0};
            for (uint32_t k = 0; k < KEYS; k++) {
                uint64_t word = word_of(k);
                uint32_t differs = scrambled(number[n], word) ^
                                   scrambled(number[n] ^ UINT32_C(1) << (31 - a), word);
                for (unsigned j = 0; j < 8; j++)
                    count[j] += differs >> (30 - a - j) & 1;
            }
            for (unsigned j = 0; j < 8; j++) {
                double z = (count[j] - KEYS / 2.0) / sqrt(KEYS / 4.0);
                sum += z * z;
            }
        }
    if (!(sum < 300))
        fail_msg("sum of z^2 is %g", sum);
}

/* Every number becomes uniform over the keys: 64 intervals, chi-square of 63 degrees; above 140
 * is false with probability 10^-7 each. */
static void each_number_is_uniform(void **state)
{
    enum { KEYS = 64000 };
    static const uint32_t number[4] = {0, 1, UINT32_C(0x80000000), UINT32_C(0xFFFFFFFF)};
    (void)state;
    for (int n = 0; n < 4; n++) {
        int count[64] = {0};
        double chi = 0;
        for (uint32_t k = 0; k < KEYS; k++)
            count[scrambled(number[n], word_of(k)) >> 26]++;
        for (int j = 0; j < 64; j++)
            chi += (count[j] - 1000.0) * (count[j] - 1000.0) / 1000.0;
        assert_true(chi < 140);
    }
}

/* Scrambling keeps what makes the points even: one in each of 2^m intervals of any dimension,
 * and, of dimensions 1 and 2, one in each rectangle 2^-a x 2^-(m-a): a (0, m, 2)-net. */
static void scrambled_points_are_a_net(void **state)
{
    enum { M = 10, POINTS = 1 << M };
    static const size_t dimension[6] = {0, 1, 2, 17, 500, 1110};
    static double u[6][POINTS];
    static unsigned char taken[POINTS];
    (void)state;
    for (size_t d = 0; d < 6; d++) {
        uint32_t v[DS_SOBOL_BITS];
        ds_sobol_directions(dimension[d], v);
        memset(taken, 0, sizeof taken);
        for (uint32_t i = 0; i < POINTS; i++) {
            u[d][i] = ds_sobol_uniform(v, i, word_of((uint32_t)d));
            assert_int_equal(taken[(size_t)(u[d][i] * POINTS)]++, 0);
        }
    }
    for (int a = 0; a <= M; a++) {
        memset(taken, 0, sizeof taken);
        for (size_t i = 0; i < POINTS; i++) {
            size_t column = (size_t)ldexp(u[0][i], a), row = (size_t)ldexp(u[1][i], M - a);
            assert_int_equal(taken[column << (M - a) | row]++, 0);
        }
    }
}

/* ---- Permutations ------------------------------------------------------------------- */

static void permutations_are_permutations(void **state)
{
    static const uint64_t size[] = {1, 2, 3, 5, 64, 100, 1000, 4096, 65537};
    (void)state;
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        unsigned char *taken = calloc(size[k], 1);
        for (uint32_t key = 0; key < 4; key++) {
            for (uint32_t i = 0; i < size[k]; i++) {
                uint32_t at = ds_permuted(size[k], i, word_of(key));
                assert_true(at < size[k]);
                assert_int_equal(taken[at]++, key);
            }
        }
        free(taken);
    }
    for (uint32_t i = 0; i < 1000; i++) { /* of 2^32, and a little less */
        assert_true(ds_permuted(UINT64_C(4294967296), i, word_of(1)) !=
                    ds_permuted(UINT64_C(4294967296), i + 1, word_of(1)));
        assert_true(ds_permuted(UINT64_C(4294967291), i, word_of(1)) < UINT64_C(4294967291));
    }
}

/* Over keys, where a number goes and where its neighbour goes are a uniform pair of different
 * places: of n = 10, 90 pairs, chi-square of 89 degrees; above 180 has probability 10^-7. */
static void neighbours_go_anywhere(void **state)
{
    enum { KEYS = 90000 };
    int    count[10][10] = {{0}};
    double chi = 0;
    (void)state;
    for (uint32_t k = 0; k < KEYS; k++)
        count[ds_permuted(10, 3, word_of(k))][ds_permuted(10, 4, word_of(k))]++;
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 10; j++)
            if (i != j)
                chi += (count[i][j] - 1000.0) * (count[i][j] - 1000.0) / 1000.0;
    if (!(chi < 180))
        fail_msg("chi-square of 89 degrees is %g", chi);
}

/* ---- Halton ---------------------------------------------------------------------------- */

/* Of n = p^k numbers one is in each interval of length 1/n, whatever the digits become. */
static void halton_is_even(void **state)
{
    static const struct { uint32_t prime, points; } cases[] = {
        {2, 1024}, {3, 729}, {5, 625}, {7, 343}, {1619, 1619} };
    static unsigned char taken[2048];
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (uint32_t key = 0; key < 5; key++) {
            memset(taken, 0, sizeof taken);
            for (uint32_t i = 0; i < cases[c].points; i++) {
                double u = ds_halton_uniform(cases[c].prime, i, word_of(key));
                assert_true(u > 0 && u < 1);
                assert_int_equal(taken[(size_t)(u * cases[c].points)]++, 0);
            }
        }
}

/* Digits are moved by one affine map each: what a map does to the radical inverse of Halton's
 * published points (2: 0 1/2 1/4 3/4 1/8 5/8; 3: 0 1/3 2/3 1/9 4/9 7/9), undone. */
static void halton_points_are_those_published(void **state)
{
    static const double two[6] = {0, 1 / 2., 1 / 4., 3 / 4., 1 / 8., 5 / 8.};
    static const double three[6] = {0, 1 / 3., 2 / 3., 1 / 9., 4 / 9., 7 / 9.};
    (void)state;
    for (uint32_t key = 0; key < 3; key++)
        for (uint32_t i = 0; i < 6; i++) {
            /* base 2: the map is exclusive or with a constant */
            uint32_t x = (uint32_t)(ds_halton_uniform(2, i, word_of(key)) * 0x1p32);
            uint32_t zero = (uint32_t)(ds_halton_uniform(2, 0, word_of(key)) * 0x1p32);
            assert_true((x ^ zero) * 0x1p-32 == two[i]);
            /* base 3: first digit and second by the images of 0 and 1 */
            double u = ds_halton_uniform(3, i, word_of(key)) * 3;
            double image[3] = { ds_halton_uniform(3, 0, word_of(key)) * 3,
                                ds_halton_uniform(3, 1, word_of(key)) * 3,
                                ds_halton_uniform(3, 2, word_of(key)) * 3 };
            int digit = 0;
            while ((int)image[digit] != (int)u)
                digit++;
            assert_int_equal(digit, (int)(three[i] * 3 + 1e-9));
        }
}

/* ---- Lanes ------------------------------------------------------------------------------- */

/* For any number of replicates and any first path. */
static void lanes_equal_single_values(void **state)
{
    static const uint32_t replicates[] = {2, 16, 17, 100, 256, 1000};
    static const uint64_t first[] = {0, 256, 1u << 20, 777, UINT64_C(8589934592)};
    const uint64_t n = UINT64_C(5000000000), key = 99;
    uint32_t v[DS_SOBOL_BITS];
    double u[DS_SPREAD_LANES], h[DS_SPREAD_LANES], l[DS_SPREAD_LANES];
    (void)state;
    ds_sobol_directions(77, v);
    for (size_t c = 0; c < 30; c++) {
        const ds_spread s = { first[c % 5], replicates[c / 5] };
        const uint64_t points = n / s.replicates < UINT64_C(4294967296) ? n / s.replicates : 4096;
        for (size_t i = 0; i < DS_SPREAD_LANES; i++)
            l[i] = .25;
        ds_sobol_lanes(&s, v, key, 3, u);
        ds_halton_lanes(&s, 13, key, 3, h);
        ds_hypercube_lanes(&s, points, key, 3, l);
        for (size_t i = 0; i < DS_SPREAD_LANES; i++) {
            uint64_t path = s.first + i;
            uint64_t word = ds_spread_word(key, (uint32_t)(path % s.replicates), 3);
            uint32_t number = (uint32_t)(path / s.replicates);
            assert_true(u[i] == ds_sobol_uniform(v, number, word));
            assert_true(h[i] == ds_halton_uniform(13, number, word));
            if (number < points)
                assert_true(l[i] == ds_hypercube_uniform(points, number, word, .25));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_points),
        cmocka_unit_test(first_dimensions_are_those_of_gsl),
        cmocka_unit_test(every_dimension_is_even),
        cmocka_unit_test(recurrence_of_the_last_dimension),
        cmocka_unit_test(scramble_is_nested),
        cmocka_unit_test(bits_after_a_difference_are_independent),
        cmocka_unit_test(each_number_is_uniform),
        cmocka_unit_test(scrambled_points_are_a_net),
        cmocka_unit_test(permutations_are_permutations),
        cmocka_unit_test(neighbours_go_anywhere),
        cmocka_unit_test(halton_is_even),
        cmocka_unit_test(halton_points_are_those_published),
        cmocka_unit_test(lanes_equal_single_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
