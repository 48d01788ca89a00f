/* spread.h -- one coordinate of points that are spread evenly over the unit cube, and
 * randomised: Sobol points with Owen's scrambling, Latin hypercubes, Halton points.
 * Equation (7) of docs/model.md has the formulas.
 *
 * Path k is number k div R of replicate k mod R; each replicate has a randomisation of its
 * own, made from a word of 64 bits.  Nothing is stored: any path can be asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SPREAD_H
#define DS_SPREAD_H

#include <stddef.h>
#include <stdint.h>

enum { DS_SPREAD_LANES = 256, DS_HALTON_DIMENSIONS = 256 };

/* The word of number `a` of the stream with that key (stream.h) in a replicate. */
static inline uint64_t ds_spread_word(uint64_t key, uint32_t replicate, uint32_t a)
{
    const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t x = key + golden * (UINT64_C(1) + ((uint64_t)replicate << 32) + a);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline uint32_t ds_reverse_bits(uint32_t x)
{
    x = (x >> 1 & UINT32_C(0x55555555)) | (x & UINT32_C(0x55555555)) << 1;
    x = (x >> 2 & UINT32_C(0x33333333)) | (x & UINT32_C(0x33333333)) << 2;
    x = (x >> 4 & UINT32_C(0x0F0F0F0F)) | (x & UINT32_C(0x0F0F0F0F)) << 4;
    x = (x >> 8 & UINT32_C(0x00FF00FF)) | (x & UINT32_C(0x00FF00FF)) << 8;
    return x >> 16 | x << 16;
}

/* Of reversed bits: bit k of the result hangs on bits 0 .. k of x alone, and flips with bit k,
 * so that the map of reversed numbers is a nested scramble (Owen 1995) in the manner of Laine
 * and Karras (2011).  The multipliers are those of Vegdahl (2021).  h is added, so that the
 * result is exactly uniform over h; h2 makes what lies below a bit independent of it. */
static inline uint32_t ds_scramble(uint32_t x, uint32_t h, uint32_t h2)
{
    x ^= x * UINT32_C(0x3D20ADEA);
    x += h;
    x *= h2 | 1U;
    x ^= x * UINT32_C(0x05526C56);
    x ^= x * UINT32_C(0x53A22864);
    return x;
}

/* One value each; the lanes below do the same operations. */
double ds_sobol_uniform(const uint32_t *direction, uint32_t number, uint64_t word);
double ds_halton_uniform(uint32_t prime, uint32_t number, uint64_t word);
/* n: points of a replicate; v: a uniform, the place within the stratum. */
double ds_hypercube_uniform(uint64_t n, uint32_t number, uint64_t word, double v);
/* v of stratum x of n. */
static inline double ds_uniform_in_stratum(uint64_t n, uint32_t x, double v)
{
    const double u = (x + v) / (double)n;
    return u < 1.0 ? u : 1.0 - 0x1p-53;
}
/* The permutation of 0 .. n-1 that it uses (n up to 2^32). */
uint32_t ds_permuted(uint64_t n, uint32_t number, uint64_t word);

/* The paths first .. first + DS_SPREAD_LANES - 1 of R replicates, in one coordinate. */
typedef struct {
    uint64_t first;
    uint32_t replicates;
} ds_spread;

void ds_sobol_lanes(const ds_spread *s, const uint32_t *direction, uint64_t key, uint32_t a,
                    double *restrict u);
void ds_halton_lanes(const ds_spread *s, uint32_t prime, uint64_t key, uint32_t a,
                     double *restrict u);
/* u: the places within the strata, and then the result. */
void ds_hypercube_lanes(const ds_spread *s, uint64_t n, uint64_t key, uint32_t a,
                        double *restrict u);

#endif
