/* test_stream.c -- the addressed uniforms.
 *
 * Known answers are those published with Random123 (Salmon et al., SC'11,
 * kat_vectors) and the FNV reference vectors; where <Random123/philox.h> is
 * installed the bijection is compared with it on 20 000 counters.  Statistical
 * checks use fixed seeds and state the chance that a sound generator fails.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "numerics/stream.h"

#include <gsl/gsl_cdf.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__has_include)
#if __has_include(<Random123/philox.h>)
#include <Random123/philox.h>
#define HAVE_RANDOM123
#endif
#endif

enum { BATCH = 1 << 17 };

static void philox_known_answers(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], want[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ds_philox_block block = ds_philox(cases[i].counter, cases[i].key);
        assert_memory_equal(block.word, cases[i].want, sizeof block.word);
    }
}

#ifdef HAVE_RANDOM123
static void philox_equals_random123(void **state)
{
    uint32_t seed[4] = {1, 2, 3, 4};
    const uint32_t chain[2] = {5, 6};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        /* counters and keys are random words of the generator itself */
        const ds_philox_block words = ds_philox(seed, chain);
        const uint32_t key[2] = {words.word[1] ^ 0x9E3779B9u, words.word[3]};
        const ds_philox_block got = ds_philox(words.word, key);
        const philox4x32_ctr_t counter = {
            {words.word[0], words.word[1], words.word[2], words.word[3]}};
        const philox4x32_key_t their_key = {{key[0], key[1]}};
        const philox4x32_ctr_t want = philox4x32(counter, their_key);
        assert_memory_equal(got.word, want.v, sizeof got.word);
        memcpy(seed, words.word, sizeof seed);
    }
}
#endif

/* Vectors of the FNV authors (Fowler, Noll, Vo). */
static void hash_known_answers(void **state)
{
    (void)state;
    assert_true(ds_hash_text("") == UINT64_C(0xcbf29ce484222325));
    assert_true(ds_hash_text("a") == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(ds_hash_text("foobar") == UINT64_C(0x85944171f73967e8));
    assert_true(ds_hash_text("\xff") == UINT64_C(0xaf64724c8602eb6e));
}

/* splitmix64 written out again: first output from state s. */
static uint64_t splitmix_first(uint64_t s)
{
    uint64_t z = s + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int bit_count(uint64_t x)
{
    int count = 0;
    for (; x != 0; x &= x - 1) {
        count++;
    }
    return count;
}

/* Flipping one bit of seed or name flips 32 of 64 key bits on average: the mean of
 * 2 x 64 x 64 flips has sd 4 / sqrt(8192) = 0.044; 0.25 is 5.6 sd (2e-8). */
static void key_mixes_seed_and_name(void **state)
{
    double flips = 0.0;

    (void)state;
    /* published first output of splitmix64 from state 0 */
    assert_true(splitmix_first(0) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(ds_stream_key(42, 7) == splitmix_first(splitmix_first(42) + 7));
    assert_true(ds_stream_key(7, 42) != ds_stream_key(42, 7));
    for (uint64_t i = 0; i < 64; i++) {
        const uint64_t seed = splitmix_first(i), name = splitmix_first(i + 1000);
        const uint64_t key = ds_stream_key(seed, name);
        for (int bit = 0; bit < 64; bit++) {
            const uint64_t flip = UINT64_C(1) << bit;
            flips += bit_count(key ^ ds_stream_key(seed ^ flip, name));
            flips += bit_count(key ^ ds_stream_key(seed, name ^ flip));
        }
    }
    NEAR(flips / (2.0 * 64.0 * 64.0), 32.0, 0.25);
}

/* The uniform as the header states it, in integers and one ldexp. */
static double uniform_again(uint64_t key, uint64_t path, uint32_t month, uint32_t slot)
{
    const uint32_t counter[4] = {(uint32_t)path, (uint32_t)(path >> 32), month, slot / 2};
    const uint32_t halves[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    const ds_philox_block block = ds_philox(counter, halves);
    const uint64_t words = (uint64_t)block.word[slot % 2 * 2] << 32 |
                           block.word[slot % 2 * 2 + 1];

    return ldexp((double)(2 * (words >> 12) + 1), -53);
}

static void uniform_is_a_cell_centre(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        const uint64_t key = ds_stream_key(3, i), path = splitmix_first(i);
        const double u = ds_stream_uniform(key, path, i % 61, i % 7);
        SAME_BITS(u, uniform_again(key, path, i % 61, i % 7));
        /* an odd multiple of 2^-53 is never 0, 1 or 1/2 */
        const double cell = ldexp(u, 53);
        assert_true(cell >= 1.0 && cell <= 0x1p53 - 1.0);
        assert_true((uint64_t)cell % 2 == 1 && (double)(uint64_t)cell == cell);
    }
}

static void lanes_equal_single_values(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 63, 64, 65, 127, 128, 200, 513};
    static const uint64_t firsts[] = {0, 1, 12345, UINT64_C(0xfffffff0),
                                      UINT64_C(0xffffffffffffff00)};
    const double guard = -7.0;
    double u[514], u0[514], u1[514];

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (size_t f = 0; f < sizeof firsts / sizeof firsts[0]; f++) {
            const size_t count = counts[c];
            const uint64_t key = ds_stream_key(f, c);
            u[count] = u0[count] = u1[count] = guard;
            for (uint32_t slot = 0; slot < 4; slot++) {
                ds_stream_uniform_lanes(key, firsts[f], 9, slot, count, u);
                ds_stream_uniform_pair_lanes(key, firsts[f], 9, slot & ~1u, count, u0, u1);
                for (size_t i = 0; i < count; i++) {
                    SAME_BITS(u[i], ds_stream_uniform(key, firsts[f] + i, 9, slot));
                    SAME_BITS(slot % 2 == 0 ? u0[i] : u1[i], u[i]);
                }
            }
            assert_true(u[count] == guard && u0[count] == guard && u1[count] == guard);
        }
    }
}

/* 256 cells on each of four addresses; false alarm 4 x 1e-7. */
static void uniforms_are_uniform(void **state)
{
    const uint64_t key = ds_stream_key(1, ds_hash_text("/quantities/demand"));
    double *u = malloc(BATCH * sizeof *u);

    (void)state;
    assert_non_null(u);
    for (uint32_t slot = 0; slot < 4; slot++) {
        double cell[256] = {0}, chi_square = 0.0;
        ds_stream_uniform_lanes(key, 0, 0, slot, BATCH, u);
        for (size_t i = 0; i < BATCH; i++) {
            cell[(size_t)(u[i] * 256.0)] += 1.0;
        }
        for (int k = 0; k < 256; k++) {
            const double off = cell[k] - BATCH / 256.0;
            chi_square += off * off / (BATCH / 256.0);
        }
        assert_true(chi_square < gsl_cdf_chisq_Qinv(1e-7, 255.0));
        assert_true(chi_square > gsl_cdf_chisq_Pinv(1e-7, 255.0));
    }
    free(u);
}

static double correlation(size_t count, const double *x, const double *y)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += (x[i] - 0.5) * (y[i] - 0.5);
    }
    return 12.0 * sum / (double)count;
}

/* Neighbouring slots, months, paths, seeds and names do not correlate: |r| sqrt n
 * below 5; false alarm 5 x 6e-7. */
static void addresses_are_independent(void **state)
{
    const uint64_t name = ds_hash_text("a"), key = ds_stream_key(1, name);
    const double bound = 5.0 / sqrt((double)BATCH);
    double *u = malloc(BATCH * sizeof *u), *v = malloc(BATCH * sizeof *v);

    (void)state;
    assert_non_null(u);
    assert_non_null(v);
    ds_stream_uniform_lanes(key, 0, 3, 0, BATCH, u);
    ds_stream_uniform_lanes(key, 0, 3, 1, BATCH, v);
    NEAR(correlation(BATCH, u, v), 0.0, bound);
    ds_stream_uniform_lanes(key, 0, 4, 0, BATCH, v);
    NEAR(correlation(BATCH, u, v), 0.0, bound);
    ds_stream_uniform_lanes(key, 1, 3, 0, BATCH, v);
    NEAR(correlation(BATCH, u, v), 0.0, bound);
    ds_stream_uniform_lanes(ds_stream_key(2, name), 0, 3, 0, BATCH, v);
    NEAR(correlation(BATCH, u, v), 0.0, bound);
    ds_stream_uniform_lanes(ds_stream_key(1, ds_hash_text("b")), 0, 3, 0, BATCH, v);
    NEAR(correlation(BATCH, u, v), 0.0, bound);
    /* and the check can fail: a stream with itself */
    assert_true(correlation(BATCH, u, u) > 0.9);
    free(v);
    free(u);
}

/* The worked numbers of docs/model.md, (1)-(3), from a program of its own that was
 * written from that page (Python, integers of any size); exact. */
static void page_is_what_is_computed(void **state)
{
    (void)state;
    uint64_t key = ds_stream_key(1, ds_hash_text("/discount_rate_per_year"));
    assert_true(ds_stream_uniform(key, 0, 0, 0) == 0.2983201352173085);
    key = ds_stream_key(12345, ds_hash_text("/products/a/growth#shock"));
    assert_true(ds_stream_uniform(key, (UINT64_C(1) << 33) + 77, 1, 1) == 0.12308300606383715);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),
#ifdef HAVE_RANDOM123
        cmocka_unit_test(philox_equals_random123),
#endif
        cmocka_unit_test(page_is_what_is_computed),
        cmocka_unit_test(hash_known_answers),
        cmocka_unit_test(key_mixes_seed_and_name),
        cmocka_unit_test(uniform_is_a_cell_centre),
        cmocka_unit_test(lanes_equal_single_values),
        cmocka_unit_test(uniforms_are_uniform),
        cmocka_unit_test(addresses_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
