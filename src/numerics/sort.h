/* sort.h -- sorting doubles, all of them or as far as somebody looks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SORT_H
#define DS_SORT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Sorts in place, ascending; -0 before 0, +INFINITY last.  No NAN. */
void ds_sort(size_t count, double *x);
/* Ranks from 0: first <= rank < last. */
typedef struct {
    size_t first, last;
} ds_ranks;
/* The same bits as ds_sort() at the ranks of the ranges, in a tenth of the time when they
 * are few; what is then at other ranks is not said, not even that every value is there. */
void ds_sort_ranks(size_t count, double *x, const ds_ranks *ranks, size_t range_count);

/* ---- What sorting is made of; order.c looks for ranks with it ------------------- */

/* Unsigned order of the key is the order of the number. */
static inline uint64_t ds_key_of_double(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits ^ ((bits >> 63) != 0 ? UINT64_MAX : UINT64_C(1) << 63);
}

static inline double ds_double_of_key(uint64_t key)
{
    const uint64_t bits = key ^ ((key >> 63) != 0 ? UINT64_C(1) << 63 : UINT64_MAX);
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Sorts keys; spare has the same room. */
void ds_sort_keys(size_t count, uint64_t *key, uint64_t *spare);
/* By how many bits keys are shifted so that they span at most `buckets` values. */
unsigned ds_shift_for(uint64_t span, size_t buckets);

/* Buckets of equal width between two values, and one for what is beyond on each side:
 * never falling in x, also as rounded. */
enum { DS_BUCKETS = 2048 };
typedef struct {
    double low, scale;
} ds_buckets;

static inline size_t ds_bucket_of(ds_buckets map, double x)
{
    const double b = (x - map.low) * map.scale;
    const double least = b > 0.0 ? b : 0.0;

    return (size_t)(int32_t)(least < DS_BUCKETS - 1 ? least : DS_BUCKETS - 1);
}

/* Between the extremes of a few values; a map to one bucket when they are equal. */
ds_buckets ds_buckets_for(size_t count, const double *x);

#endif
