/* sort.h -- sorting doubles, all of them or as far as somebody looks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SORT_H
#define DS_SORT_H

#include <stddef.h>

/* Sorts in place, ascending; -0 before 0, +INFINITY last.  No NAN. */
void ds_sort(size_t count, double *x);
/* Ranks from 0: first <= rank < last. */
typedef struct {
    size_t first, last;
} ds_ranks;
/* The same bits as ds_sort() at the ranks of the ranges, in a tenth of the time when they
 * are few; what is then at other ranks is not said, not even that every value is there. */
void ds_sort_ranks(size_t count, double *x, const ds_ranks *ranks, size_t range_count);

#endif
