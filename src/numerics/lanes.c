/* lanes.c -- elementary functions over arrays, in plain IEEE operations.
 *
 * Called by draw.c, the kernel and the studies.  The arithmetic is in
 * lanes_inline.h and wide.h; here are the loops.  The normal quantile takes two passes:
 * the tails (15 % of the lanes) are gathered into a short array and worked out there,
 * then the centre branch is taken for every lane and the tails are put in their places,
 * so that the logarithm and root are paid only where needed.  The short array is filled
 * up to whole vectors, for a loop over what is left costs as much as the rest.  Each
 * lane goes through the same operations as the one-value form: same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/lanes.h"

#include "numerics/lanes_inline.h"
#include "numerics/wide.h"

/* Arrays of a tile are so long that what is used of them is not at the same place of a page,
 * which a processor takes for a load of what is being stored. */
enum { TILE = 512, GROUP = 8, ROOM = TILE + 136 };

double ds_exp(double x)
{
    return ds_exp_inline(x);
}

double ds_log(double x)
{
    return ds_log_inline(x);
}

double ds_normal_quantile(double u)
{
    return ds_normal_quantile_inline(u);
}

double ds_normal_cdf(double z)
{
    return ds_normal_cdf_inline(z);
}

void ds_exp_lanes(size_t count, const double *x, double *out)
{
    const size_t whole = count - count % DS_WIDE_STEP;

    for (size_t i = 0; i < whole; i += DS_WIDE_STEP) {
        ds_wide y[DS_WIDES];
        DS_EACH_WIDE(v)
            y[v] = ds_wide_load(x, i, v);
        ds_exp_wide(y);
        DS_EACH_WIDE(v)
            ds_wide_store(out, i, v, y[v]);
    }
    for (size_t i = whole; i < count; i++) {
        out[i] = ds_exp_inline(x[i]);
    }
}

void ds_log_lanes(size_t count, const double *x, double *out)
{
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = ds_log_inline(x[i]);
    }
}

void ds_normal_cdf_lanes(size_t count, const double *z, double *out)
{
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        out[i] = ds_normal_cdf_inline(z[i]);
    }
}

/* The lanes with |u - 1/2| > 0.425, and NANs: their values together, and where they came
 * from, for the wide form a mask of each group.  GROUP more places than lanes, for whole
 * vectors are written. */
typedef struct {
    size_t count;
#if defined(__AVX512F__)
    uint8_t group[TILE / GROUP];
#else
    size_t lane[ROOM];
#endif
    _Alignas(64) double value[ROOM], root[ROOM], top[ROOM]; /* scores; on the way to them */
} tail_lanes;

#if defined(__AVX512F__)
static void gather_tails(size_t lanes, const double *u, tail_lanes *tails)
{
    const __m512d half = _mm512_set1_pd(0.5), centre = _mm512_set1_pd(0.425);
    size_t count = 0;

    for (size_t i = 0; i < lanes; i += GROUP) {
        const __m512d x = _mm512_loadu_pd(u + i);
        const __m512d q = _mm512_abs_pd(_mm512_sub_pd(x, half));
        const __mmask8 outside = _mm512_cmp_pd_mask(q, centre, _CMP_NLE_UQ);
        _mm512_storeu_pd(tails->value + count, _mm512_maskz_compress_pd(outside, x));
        tails->group[i / GROUP] = outside;
        count += (size_t)__builtin_popcount(outside);
    }
    tails->count = count;
}
#elif defined(__AVX2__)
/* Where the doubles of a 4-bit mask come from when they are moved together, as halves. */
#define FROM(a, b, c, d) { 2 * a, 2 * a + 1, 2 * b, 2 * b + 1, 2 * c, 2 * c + 1, 2 * d, 2 * d + 1 }
static const int32_t together[16][8] = {
    FROM(0, 0, 0, 0), FROM(0, 0, 0, 0), FROM(1, 0, 0, 0), FROM(0, 1, 0, 0),
    FROM(2, 0, 0, 0), FROM(0, 2, 0, 0), FROM(1, 2, 0, 0), FROM(0, 1, 2, 0),
    FROM(3, 0, 0, 0), FROM(0, 3, 0, 0), FROM(1, 3, 0, 0), FROM(0, 1, 3, 0),
    FROM(2, 3, 0, 0), FROM(0, 2, 3, 0), FROM(1, 2, 3, 0), FROM(0, 1, 2, 3),
};

static void gather_tails(size_t lanes, const double *u, tail_lanes *tails)
{
    const __m256d half = _mm256_set1_pd(0.5), centre = _mm256_set1_pd(0.425);
    const __m256d sign = _mm256_set1_pd(-0.0);
    __m256i lane = _mm256_set_epi64x(3, 2, 1, 0);
    size_t count = 0;

    for (size_t i = 0; i < lanes; i += 4) {
        const __m256d x = _mm256_loadu_pd(u + i);
        const __m256d q = _mm256_andnot_pd(sign, _mm256_sub_pd(x, half));
        const int outside = _mm256_movemask_pd(_mm256_cmp_pd(q, centre, _CMP_NLE_UQ));
        const __m256i from = _mm256_loadu_si256((const void *)together[outside]);
        const __m256i value = _mm256_permutevar8x32_epi32(_mm256_castpd_si256(x), from);
        _mm256_storeu_si256((void *)(tails->value + count), value);
        _mm256_storeu_si256((void *)(tails->lane + count),
                            _mm256_permutevar8x32_epi32(lane, from));
        lane = _mm256_add_epi64(lane, _mm256_set1_epi64x(4));
        count += (size_t)__builtin_popcount((unsigned)outside);
    }
    tails->count = count;
}
#else
static void gather_tails(size_t lanes, const double *u, tail_lanes *tails)
{
    size_t count = 0;

    for (size_t i = 0; i < lanes; i++) {
        tails->lane[count] = i;
        tails->value[count] = u[i];
        count += (size_t)!(fabs(u[i] - 0.5) <= 0.425);
    }
    tails->count = count;
}
#endif

/* Scores in place of the tails.  In stages: the steps of one lane wait for one another, and
 * short stages have more lanes on the way at a time. */
static void tail_scores(tail_lanes *tails)
{
    const size_t count = (tails->count + GROUP - 1) / GROUP * GROUP; /* whole vectors */
    double *restrict value = tails->value, *restrict root = tails->root;
    double *restrict top = tails->top;
    uint64_t far = 0;

    for (size_t k = 0; k < GROUP; k++) {
        value[tails->count + k] = 0.01; /* any tail */
    }
    for (size_t j = 0; j < count; j++) {
        root[j] = ds_normal_tail_root_inline(value[j]);
    }
    for (size_t j = 0; j < count; j++) {
        top[j] = ds_normal_tail_top_inline(root[j] - 1.6);
    }
    for (size_t j = 0; j < count; j++) {
        const double score = top[j] / ds_normal_tail_bottom_inline(root[j] - 1.6);
        value[j] = value[j] < 0.5 ? -score : score;
        far |= (uint64_t)!(root[j] <= 5.0);
    }
    for (size_t j = 0; far && j < count; j++) { /* tails below 1.4e-11: all but never */
        const double score = ds_normal_far_inline(root[j]);
        value[j] = root[j] <= 5.0 ? value[j] : value[j] < 0.0 ? -score : score;
    }
}

#if defined(__AVX512F__)
/* A group of scores, into which its tails are put; returns how many of them there are. */
static inline size_t put_group(const tail_lanes *tails, size_t next, size_t i, __m512d score,
                               double *z)
{
    const __mmask8 outside = tails->group[i / GROUP];
    const __m512d values = _mm512_loadu_pd(tails->value + next);

    _mm512_storeu_pd(z + i, _mm512_mask_expand_pd(score, outside, values));
    return (size_t)__builtin_popcount(outside);
}
#endif

/* All scores of a tile, given those of its tails. */
static void put_scores(size_t lanes, const double *u, const tail_lanes *tails, double *z)
{
    const size_t whole = lanes - lanes % DS_WIDE_STEP;
    size_t next = 0;

    for (size_t i = 0; i < whole; i += DS_WIDE_STEP) {
        ds_wide x[DS_WIDES];
        DS_EACH_WIDE(v)
            x[v] = ds_wide_load(u, i, v) - 0.5;
        ds_normal_centre_wide(x);
#if defined(__AVX512F__)
        DS_EACH_WIDE(v)
            next += put_group(tails, next, i + v * DS_WIDE, x[v], z);
#else
        DS_EACH_WIDE(v)
            ds_wide_store(z, i, v, x[v]);
#endif
    }
    for (size_t i = whole; i < lanes; i++) {
        z[i] = ds_normal_centre_inline(u[i] - 0.5);
    }
#if defined(__AVX512F__)
    for (size_t i = whole; i < lanes; i += GROUP) {
        next += put_group(tails, next, i, _mm512_loadu_pd(z + i), z);
    }
#else
    for (; next < tails->count; next++) {
        z[tails->lane[next]] = tails->value[next];
    }
#endif
}

/* One tile of whole groups, in place or into an array apart. */
static void normal_quantile_tile(size_t lanes, const double *u, double *z)
{
    tail_lanes tails;

    gather_tails(lanes, u, &tails);
    tail_scores(&tails);
    put_scores(lanes, u, &tails, z);
}

void ds_normal_quantile_lanes(size_t count, const double *u, double *out)
{
    const size_t whole = count - count % GROUP;

    for (size_t start = 0; start < whole; start += TILE) {
        const size_t lanes = whole - start < TILE ? whole - start : TILE;
        normal_quantile_tile(lanes, u + start, out + start);
    }
    if (whole < count) {
        double rest[GROUP] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
        memcpy(rest, u + whole, (count - whole) * sizeof *rest);
        normal_quantile_tile(GROUP, rest, rest);
        memcpy(out + whole, rest, (count - whole) * sizeof *rest);
    }
}
