/* wide.h -- elementary functions of several vectors at a time, for the loops that the run
 * time is made of.
 *
 * The steps of one exponential wait for one another, and a processor looks ahead only so
 * far: in a loop over vectors it has four or five of them on the way.  Here DS_WIDES vectors
 * take each step together, so that more are, which saves a fifth of the time (a quarter with
 * AVX2).  The operations and their order are those of lanes_inline.h: same bits.
 *
 *     for (size_t i = 0; i < count; i += DS_WIDE_STEP) {
 *         ds_wide x[DS_WIDES];
 *         DS_EACH_WIDE(v)
 *             x[v] = ds_wide_load(in, i, v);
 *         ds_exp_wide(x);
 *         DS_EACH_WIDE(v)
 *             ds_wide_store(out, i, v, x[v]);
 *     }
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_WIDE_H
#define DS_WIDE_H

#include <stddef.h>
#include <stdint.h>

#include "numerics/lanes_inline.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* A vector; the operators of C work on it.  Of least and greatest: NAN in x is passed on.
 * ds_wide_power: 2^k, the low bits of `shifted` being k. */
#if defined(__AVX512F__)
enum { DS_WIDE = 8 };
typedef __m512d ds_wide;
typedef __m512i ds_wide_bits;
#define DS_WIDE_(operation) _mm512_##operation
#define DS_WIDE_CAST_TO_BITS _mm512_castpd_si512
#define DS_WIDE_CAST_FROM_BITS _mm512_castsi512_pd
#define DS_WIDE_EACH_BITS _mm512_set1_epi64
#elif defined(__AVX2__)
enum { DS_WIDE = 4 };
typedef __m256d ds_wide;
typedef __m256i ds_wide_bits;
#define DS_WIDE_(operation) _mm256_##operation
#define DS_WIDE_CAST_TO_BITS _mm256_castpd_si256
#define DS_WIDE_CAST_FROM_BITS _mm256_castsi256_pd
#define DS_WIDE_EACH_BITS _mm256_set1_epi64x
#elif defined(__SSE2__)
enum { DS_WIDE = 2 };
typedef __m128d ds_wide;
typedef __m128i ds_wide_bits;
#define DS_WIDE_(operation) _mm_##operation
#define DS_WIDE_CAST_TO_BITS _mm_castpd_si128
#define DS_WIDE_CAST_FROM_BITS _mm_castsi128_pd
#define DS_WIDE_EACH_BITS _mm_set1_epi64x
#else
enum { DS_WIDE = 1 };
typedef double ds_wide;
#endif

#ifdef DS_WIDE_
static inline ds_wide ds_wide_set(double x)
{
    return DS_WIDE_(set1_pd)(x);
}

static inline ds_wide ds_wide_at(const double *x)
{
    return DS_WIDE_(loadu_pd)(x);
}

static inline void ds_wide_to(double *out, ds_wide x)
{
    DS_WIDE_(storeu_pd)(out, x);
}

static inline ds_wide ds_wide_least(double limit, ds_wide x)
{
    return DS_WIDE_(min_pd)(ds_wide_set(limit), x);
}

static inline ds_wide ds_wide_greatest(double limit, ds_wide x)
{
    return DS_WIDE_(max_pd)(ds_wide_set(limit), x);
}

static inline ds_wide ds_wide_power(ds_wide shifted)
{
    const ds_wide_bits k = DS_WIDE_(slli_epi64)(DS_WIDE_CAST_TO_BITS(shifted), 52);
    const ds_wide_bits one = DS_WIDE_EACH_BITS(0x3FF0000000000000); /* bits of 1.0 */
    return DS_WIDE_CAST_FROM_BITS(DS_WIDE_(add_epi64)(k, one));
}
#else
static inline ds_wide ds_wide_set(double x)
{
    return x;
}

static inline ds_wide ds_wide_at(const double *x)
{
    return *x;
}

static inline void ds_wide_to(double *out, ds_wide x)
{
    *out = x;
}

static inline ds_wide ds_wide_least(double limit, ds_wide x)
{
    return x > limit ? limit : x;
}

static inline ds_wide ds_wide_greatest(double limit, ds_wide x)
{
    return x < limit ? limit : x;
}

static inline ds_wide ds_wide_power(ds_wide shifted)
{
    return ds_double_inline((ds_bits_inline(shifted) << 52) + UINT64_C(0x3FF0000000000000));
}
#endif

#if defined(__AVX512F__) /* with its 32 registers */
#define DS_WIDES 8
#else
#define DS_WIDES 4
#endif
#define DS_WIDE_STEP (DS_WIDES * DS_WIDE)
/* over values in registers: unrolled, or they would be in memory */
#define DS_EACH_WIDE(v) _Pragma("GCC unroll 8") for (size_t v = 0; v < DS_WIDES; v++)

/* Vector v of the DS_WIDE_STEP lanes from i on. */
static inline ds_wide ds_wide_load(const double *row, size_t i, size_t v)
{
    return ds_wide_at(row + i + v * DS_WIDE);
}

static inline void ds_wide_store(double *row, size_t i, size_t v, ds_wide x)
{
    ds_wide_to(row + i + v * DS_WIDE, x);
}

/* ds_exp_inline() of each lane, in place. */
static inline void ds_exp_wide(ds_wide x[DS_WIDES])
{
    static const double coefficient[] = {
        0x1.28ad9b8648615p-22, 0x1.71df25b30d420p-19, 0x1.a01999e26209fp-16,
        0x1.a01a012a0f35cp-13, 0x1.6c16c18438b11p-10, 0x1.1111111127d0ep-7,
        0x1.555555555083ep-5,  0x1.55555555554f9p-3,  0x1.000000000000ap-1,
    };
    const double to_integer = 0x1.8p52;
    ds_wide shifted[DS_WIDES], r[DS_WIDES], p[DS_WIDES];

    DS_EACH_WIDE(v)
        x[v] = ds_wide_least(709.0, ds_wide_greatest(-708.0, x[v]));
    DS_EACH_WIDE(v)
        shifted[v] = x[v] * 0x1.71547652b82fep+0 + to_integer;
    DS_EACH_WIDE(v)
        r[v] = x[v] - (shifted[v] - to_integer) * 0x1.62e42feep-1;
    DS_EACH_WIDE(v)
        r[v] = r[v] - (shifted[v] - to_integer) * 0x1.a39ef35793c76p-33;
    DS_EACH_WIDE(v)
        p[v] = ds_wide_set(0x1.ad7f3ee5d2f80p-26);
    _Pragma("GCC unroll 9")
    for (size_t k = 0; k < sizeof coefficient / sizeof *coefficient; k++) {
        DS_EACH_WIDE(v)
            p[v] = p[v] * r[v] + coefficient[k];
    }
    DS_EACH_WIDE(v)
        p[v] = 1.0 + (r[v] + r[v] * r[v] * p[v]);
    DS_EACH_WIDE(v)
        x[v] = p[v] * ds_wide_power(shifted[v]);
}

/* ds_normal_centre_inline() of each lane, in place. */
static inline void ds_normal_centre_wide(ds_wide q[DS_WIDES])
{
    static const double coefficient[][2] = {
        { 3.3430575583588128105e+4, 2.8729085735721942674e+4 },
        { 6.7265770927008700853e+4, 3.9307895800092710610e+4 },
        { 4.5921953931549871457e+4, 2.1213794301586595867e+4 },
        { 1.3731693765509461125e+4, 5.3941960214247511077e+3 },
        { 1.9715909503065514427e+3, 6.8718700749205790830e+2 },
        { 1.3314166789178437745e+2, 4.2313330701600911252e+1 },
        { 3.3871328727963666080e+0, 1.0 },
    };
    ds_wide r[DS_WIDES], n[DS_WIDES], d[DS_WIDES];

    DS_EACH_WIDE(v)
        r[v] = 0.180625 - q[v] * q[v];
    DS_EACH_WIDE(v)
        n[v] = ds_wide_set(2.5090809287301226727e+3);
    DS_EACH_WIDE(v)
        d[v] = ds_wide_set(5.2264952788528545610e+3);
    _Pragma("GCC unroll 7")
    for (size_t k = 0; k < sizeof coefficient / sizeof *coefficient; k++) {
        DS_EACH_WIDE(v)
            n[v] = n[v] * r[v] + coefficient[k][0];
        DS_EACH_WIDE(v)
            d[v] = d[v] * r[v] + coefficient[k][1];
    }
    DS_EACH_WIDE(v)
        q[v] = q[v] * n[v] / d[v];
}

#endif
