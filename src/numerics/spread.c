/* spread.c -- see spread.h.  Called by model/coordinates.c for a block of paths, and by the
 * reference engine one by one.
 *
 * A block of 256 paths has a few consecutive numbers, each in all replicates.  The points of
 * the numbers are found once, the words of the replicates once, and both laid out over the
 * lanes; what is left is a loop of plain integer operations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/spread.h"

#include <stdbool.h>
#include <string.h>

#include "numerics/lanes_inline.h"
#include "numerics/sobol.h"

#define EACH_LANE(i) DS_LANES_INDEPENDENT for (size_t i = 0; i < DS_SPREAD_LANES; i++)

typedef uint32_t row32[DS_SPREAD_LANES];

/* (x + 1/2) / 2^32; both steps are exact */
static inline double uniform_of(uint32_t x)
{
    return (ds_double_inline(UINT64_C(0x4330000000000000) | x) - (0x1p52 - 0.5)) * 0x1p-32;
}

/* ---- Lanes ------------------------------------------------------------------- */

/* Halves of the words of each lane's replicate. */
static void words_of_lanes(const ds_spread *s, uint64_t key, uint32_t a, row32 low, row32 high)
{
    const uint32_t R = s->replicates, r0 = (uint32_t)(s->first % R);
    const size_t distinct = R < DS_SPREAD_LANES ? R : DS_SPREAD_LANES;
    for (size_t i = 0; i < distinct; i++) {
        const uint32_t r = r0 + (uint32_t)i;
        const uint64_t word = ds_spread_word(key, r < R ? r : r - R, a);
        low[i] = (uint32_t)word;
        high[i] = (uint32_t)(word >> 32);
    }
    for (size_t i = distinct; i < DS_SPREAD_LANES; i *= 2) { /* whole sets, doubled */
        const size_t left = DS_SPREAD_LANES - i, some = left < i ? left : i;
        memcpy(low + i, low, some * sizeof *low);
        memcpy(high + i, high, some * sizeof *high);
    }
}

/* Lanes of the number that lane `from` has, which end before the result. */
static inline size_t end_of_number(const ds_spread *s, size_t from)
{
    const uint64_t left = s->replicates - (s->first + from) % s->replicates;
    return left < DS_SPREAD_LANES - from ? from + (size_t)left : DS_SPREAD_LANES;
}

static inline uint32_t number_of_lane(const ds_spread *s, size_t lane)
{
    return (uint32_t)((s->first + lane) / s->replicates);
}

/* ---- Sobol ------------------------------------------------------------------- */

double ds_sobol_uniform(const uint32_t *direction, uint32_t number, uint64_t word)
{
    const uint32_t x = ds_sobol_point(direction, number);
    return uniform_of(ds_reverse_bits(ds_scramble(x, (uint32_t)word, (uint32_t)(word >> 32))));
}

/* The Gray codes of a number and the one before differ in the lowest 1 of the number. */
static inline uint32_t next_point(const uint32_t *direction, uint32_t point, uint32_t number)
{
    unsigned flip = 0;
    while (flip < 31 && !(number >> flip & 1U))
        flip++;
    return number != 0 ? point ^ direction[flip] : 0;
}

/* Where a block has as many numbers as a power of two, and begins with a multiple of it:
 * the points of numbers n + 2^k to n + 2^(k+1) - 1 are those of n to n + 2^k - 1, with what
 * bit k adds to the Gray code. */
static void double_points(const ds_spread *s, const uint32_t *direction, row32 x)
{
    const uint32_t point = ds_sobol_point(direction, number_of_lane(s, 0));
    for (size_t i = 0; i < s->replicates; i++)
        x[i] = point;
    uint32_t before = 0;
    for (size_t size = s->replicates; size < DS_SPREAD_LANES; size *= 2) {
        const uint32_t added = *direction ^ before;
        before = *direction++;
        for (size_t i = 0; i < size; i++)
            x[size + i] = x[i] ^ added;
    }
}

static void step_points(const ds_spread *s, const uint32_t *direction, row32 x)
{
    uint32_t number = number_of_lane(s, 0), point = ds_sobol_point(direction, number);
    for (size_t i = 0; i < DS_SPREAD_LANES;) {
        const size_t end = end_of_number(s, i);
        for (; i < end; i++)
            x[i] = point;
        point = next_point(direction, point, ++number);
    }
}

void ds_sobol_lanes(const ds_spread *s, const uint32_t *direction, uint64_t key, uint32_t a,
                    double *restrict u)
{
    row32 low, high, x;
    const uint32_t R = s->replicates;
    words_of_lanes(s, key, a, low, high);
    if (R <= DS_SPREAD_LANES && (R & (R - 1)) == 0 && s->first % DS_SPREAD_LANES == 0)
        double_points(s, direction, x);
    else
        step_points(s, direction, x);
    EACH_LANE(i)
        x[i] = ds_reverse_bits(ds_scramble(x[i], low[i], high[i]));
    EACH_LANE(i)
        u[i] = uniform_of(x[i]);
}

/* ---- Latin hypercubes ----------------------------------------------------------- */

/* A permutation of the numbers of as many bits as `mask` has, half of them being `half`: eight
 * rounds, each a step that moves bits up and one that moves them down.  (Kensler's, of Pixar memo
 * 13-01, is far from uniform below a thousand numbers.) */
typedef struct {
    uint32_t mask, half;
} shuffle_size;

static inline uint32_t shuffle(uint32_t x, shuffle_size size, uint32_t a, uint32_t b)
{
    for (int round = 0; round < 8; round++) {
        x = (x + a) * (b | 1U) & size.mask;
        x ^= x >> size.half;
        const uint32_t next = a * UINT32_C(0x9E3779B1) ^ b >> 15;
        b = b * UINT32_C(0x85EBCA77) + (a >> 13) + UINT32_C(0x6C8E9CF5);
        a = next;
    }
    return x;
}

static shuffle_size size_of(uint64_t n)
{
    uint32_t mask = 0, bits = 0;
    for (; mask < n - 1; bits++)
        mask = mask << 1 | 1U;
    return (shuffle_size){ mask, (bits + 1) / 2 };
}

/* What is not below n is shuffled on: its cycle leads back below n. */
static inline uint32_t shuffle_below(uint64_t n, shuffle_size size, uint32_t x, uint32_t a,
                                     uint32_t b)
{
    while (x >= n)
        x = shuffle(x, size, a, b);
    return x;
}

uint32_t ds_permuted(uint64_t n, uint32_t number, uint64_t word)
{
    const shuffle_size size = size_of(n);
    const uint32_t a = (uint32_t)word, b = (uint32_t)(word >> 32);
    return shuffle_below(n, size, shuffle(number, size, a, b), a, b);
}

/* (x + v)/n; no result is 1 */
double ds_hypercube_uniform(uint64_t n, uint32_t number, uint64_t word, double v)
{
    return ds_uniform_in_stratum(n, ds_permuted(n, number, word), v);
}

void ds_hypercube_lanes(const ds_spread *s, uint64_t n, uint64_t key, uint32_t a,
                        double *restrict u)
{
    row32 low, high, x;
    const shuffle_size size = size_of(n);
    words_of_lanes(s, key, a, low, high);
    uint32_t number = number_of_lane(s, 0);
    for (size_t i = 0; i < DS_SPREAD_LANES; number++) {
        const size_t end = end_of_number(s, i);
        for (; i < end; i++)
            x[i] = number < n ? number : 0; /* a last block has lanes beyond the paths */
    }
    EACH_LANE(i)
        x[i] = shuffle(x[i], size, low[i], high[i]);
    for (size_t i = 0; i < DS_SPREAD_LANES; i++) {
        x[i] = shuffle_below(n, size, x[i], low[i], high[i]);
        u[i] = ds_uniform_in_stratum(n, x[i], u[i]);
    }
}

/* ---- Halton ----------------------------------------------------------------------- */

/* The map of a digit: times `factor`, plus `shift`, modulo the prime. */
typedef struct {
    uint32_t factor, shift;
} digit_map;

enum { MOST_DIGITS = 32 };

/* Digits that make 2^32 numbers or more; `scale` becomes prime to that power. */
static unsigned digits_of(uint32_t prime, uint64_t *scale)
{
    unsigned digits = 0;
    for (*scale = 1; *scale >> 32 == 0; digits++)
        *scale *= prime;
    return digits;
}

static void make_maps(uint32_t prime, unsigned digits, uint64_t word, digit_map *map)
{
    for (unsigned j = 0; j < digits; j++) {
        const uint64_t bits = ds_spread_word(word, 0, j);
        map[j].factor = 1U + (uint32_t)((bits >> 32) * (prime - 1) >> 32);
        map[j].shift = (uint32_t)((bits & UINT32_MAX) * prime >> 32);
    }
}

static double scrambled_inverse(uint32_t prime, unsigned digits, uint64_t scale,
                                const digit_map *map, uint32_t number)
{
    uint64_t x = 0;
    for (unsigned j = 0; j < digits; j++) {
        x = x * prime + (map[j].factor * (number % prime) + map[j].shift) % prime;
        number /= prime;
    }
    return ((double)x + 0.5) / (double)scale;
}

double ds_halton_uniform(uint32_t prime, uint32_t number, uint64_t word)
{
    digit_map map[MOST_DIGITS];
    uint64_t scale;
    const unsigned digits = digits_of(prime, &scale);
    make_maps(prime, digits, word, map);
    return scrambled_inverse(prime, digits, scale, map, number);
}

void ds_halton_lanes(const ds_spread *s, uint32_t prime, uint64_t key, uint32_t a,
                     double *restrict u)
{
    digit_map map[MOST_DIGITS];
    uint64_t scale;
    const unsigned digits = digits_of(prime, &scale);
    for (size_t start = 0; start < DS_SPREAD_LANES && start < s->replicates; start++) {
        const uint32_t r = (uint32_t)((s->first + start) % s->replicates);
        make_maps(prime, digits, ds_spread_word(key, r, a), map);
        for (size_t i = start; i < DS_SPREAD_LANES; i += s->replicates)
            u[i] = scrambled_inverse(prime, digits, scale, map, number_of_lane(s, i));
    }
}
