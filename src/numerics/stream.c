/* stream.c -- addressed randomness: Philox 4x32-10 over lanes of paths.
 *
 * Called by the kernel through ds_stream_uniform_lanes() and the pair form, one
 * call for each (input, month, slot) and block of paths; by the reference engine
 * through ds_stream_uniform().
 *
 * Algorithm: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC'11 (constants and round function); FNV-1a 64 for names; the
 * finaliser of splitmix64 (Steele, Lea & Flood 2014) for keys.
 *
 * Loop shape: tiles of 64 lanes as four arrays of 32-bit words, one round at a
 * time.  gcc 12 turns the 32 x 32 -> 64 multiply of that shape into pmuludq with
 * and without AVX2 (2.5 to 2.8 ns for one uniform of a pair on a Zen 3), while
 * all ten rounds in one loop over paths costs 3.4, lanes of 64 bits 4.4 and 3.4,
 * and GNU vector types 7.3 and 5.1.  clang 14 takes about 2.8 and 1.8.
 *
 * Invariants: 0 < u < 1; a uniform depends on (key, path, month, slot) alone.
 * Units: none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/stream.h"

#include <string.h>

enum { TILE = 64, ROUNDS = 10 };

#define MULTIPLIER_0 UINT32_C(0xD2511F53)
#define MULTIPLIER_1 UINT32_C(0xCD9E8D57)
#define WEYL_0       UINT32_C(0x9E3779B9) /* golden ratio                     */
#define WEYL_1       UINT32_C(0xBB67AE85) /* sqrt 3 - 1                       */

typedef struct {
    uint32_t word[4][TILE];
} philox_tile;

ds_philox_block ds_philox(const uint32_t counter[4], const uint32_t key[2])
{
    ds_philox_block block = {{counter[0], counter[1], counter[2], counter[3]}};
    uint32_t *w = block.word;
    uint32_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)w[0] * MULTIPLIER_0;
        const uint64_t p1 = (uint64_t)w[2] * MULTIPLIER_1;
        w[0] = (uint32_t)(p1 >> 32) ^ w[1] ^ k0;
        w[2] = (uint32_t)(p0 >> 32) ^ w[3] ^ k1;
        w[1] = (uint32_t)p1;
        w[3] = (uint32_t)p0;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    return block;
}

uint64_t ds_hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        hash ^= *c;
        hash *= UINT64_C(0x00000100000001B3);
    }
    return hash;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

uint64_t ds_stream_key(uint64_t seed, uint64_t name_hash)
{
    const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);

    /* for one seed this is a bijection of the name hash: no key is shared by
     * two names unless their hashes are equal */
    return mix(mix(seed + golden) + name_hash + golden);
}

/* 52 bits as the fraction of a number in [1, 2), less the double just below 1:
 * the difference is exact, and is (bits + 1/2) / 2^52. */
static inline double uniform_of_words(uint32_t high, uint32_t low)
{
    const uint64_t one = UINT64_C(0x3FF0000000000000);
    const uint64_t bits = one | ((uint64_t)high << 20) | (low >> 12);
    double x;

    memcpy(&x, &bits, sizeof x);
    return x - (1.0 - 0x1p-53);
}

double ds_stream_uniform(uint64_t key, uint64_t path, uint32_t month, uint32_t slot)
{
    const uint32_t counter[4] = {(uint32_t)path, (uint32_t)(path >> 32), month, slot / 2};
    const uint32_t halves[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    const ds_philox_block block = ds_philox(counter, halves);
    const unsigned first = slot % 2 == 0 ? 0 : 2;

    return uniform_of_words(block.word[first], block.word[first + 1]);
}

/* Words of `lanes` consecutive paths, lanes <= TILE. */
static inline void fill_tile(philox_tile *tile, size_t lanes, uint64_t key, uint64_t first,
                             uint32_t month, uint32_t pair)
{
    uint32_t *w0 = tile->word[0], *w1 = tile->word[1];
    uint32_t *w2 = tile->word[2], *w3 = tile->word[3];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);

    for (size_t i = 0; i < lanes; i++) {
        const uint64_t path = first + i;
        w0[i] = (uint32_t)path;
        w1[i] = (uint32_t)(path >> 32);
        w2[i] = month;
        w3[i] = pair;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < lanes; i++) {
            const uint64_t p0 = (uint64_t)w0[i] * MULTIPLIER_0;
            const uint64_t p1 = (uint64_t)w2[i] * MULTIPLIER_1;
            const uint32_t high0 = (uint32_t)(p0 >> 32), high1 = (uint32_t)(p1 >> 32);
            w0[i] = high1 ^ w1[i] ^ k0;
            w2[i] = high0 ^ w3[i] ^ k1;
            w1[i] = (uint32_t)p1;
            w3[i] = (uint32_t)p0;
        }
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
}

/* A full tile has a constant trip count, which is what makes it quick. */
static void fill(philox_tile *tile, size_t lanes, uint64_t key, uint64_t first,
                 uint32_t month, uint32_t pair)
{
    if (lanes == TILE) {
        fill_tile(tile, TILE, key, first, month, pair);
    } else {
        fill_tile(tile, lanes, key, first, month, pair);
    }
}

void ds_stream_uniform_lanes(uint64_t key, uint64_t first, uint32_t month, uint32_t slot,
                             size_t count, double *restrict u)
{
    const size_t half = slot % 2 == 0 ? 0 : 2;
    philox_tile tile;

    for (size_t start = 0; start < count; start += TILE) {
        const size_t lanes = count - start < TILE ? count - start : TILE;
        const uint32_t *high = tile.word[half], *low = tile.word[half + 1];

        fill(&tile, lanes, key, first + start, month, slot / 2);
        for (size_t i = 0; i < lanes; i++) {
            u[start + i] = uniform_of_words(high[i], low[i]);
        }
    }
}

void ds_stream_uniform_pair_lanes(uint64_t key, uint64_t first, uint32_t month,
                                  uint32_t slot, size_t count, double *restrict u0,
                                  double *restrict u1)
{
    philox_tile tile;

    for (size_t start = 0; start < count; start += TILE) {
        const size_t lanes = count - start < TILE ? count - start : TILE;

        fill(&tile, lanes, key, first + start, month, slot / 2);
        for (size_t i = 0; i < lanes; i++) {
            u0[start + i] = uniform_of_words(tile.word[0][i], tile.word[1][i]);
            u1[start + i] = uniform_of_words(tile.word[2][i], tile.word[3][i]);
        }
    }
}
