/* order.h -- the values of a column by their rank, without a sorted copy of it.
 *
 * A column may be as long as memory allows; what is sorted at a time is a part of it of
 * bounded size.  The values are put into buckets by counting, and only the buckets in
 * which a wanted rank falls are gathered and sorted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ORDER_H
#define DS_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "numerics/sort.h"

/* Values that are sorted at a time at most; a longer tail is walked piece by piece. */
enum { DS_ORDER_AT_ONCE = 1 << 19 };

/* What looking needs: at most 8 MiB and a little, whatever the length of the columns; for
 * one column at a time, and one thread. */
typedef struct ds_order_room ds_order_room;
/* To sort so many values at once, or as many as ever are; a column may have more.  NULL
 * when out of memory. */
ds_order_room *ds_order_room_new(uint64_t values);
void           ds_order_room_free(ds_order_room *room);
uint64_t       ds_order_room_bytes(uint64_t values);

/* A column as if sorted: `finite` numbers, then `never` times INFINITY. */
typedef struct {
    size_t         finite, never;
    const double  *sorted; /* it is; else look in the room                         */
    ds_order_room *room;
} ds_order;

/* Of sorted values, of which some at the end may be INFINITY: all count as finite. */
ds_order ds_order_of_sorted(size_t count, const double *sorted);

/* Takes values in some order, a slice at a time. */
typedef void (*ds_order_fn)(void *context, size_t count, const double *x);
/* Of a column in which NAN is no value.  The column must stay as it is, and the room be
 * used for nothing else, as long as the order is.  `take` (or NULL) gets the finite
 * values in the order of the column, 4096 at a time. */
ds_order ds_order_of_column(ds_order_room *room, size_t count, const double *column,
                            ds_order_fn take, void *context);

/* Ranks of the finite values that will be asked for: one pass instead of several. */
void   ds_order_expect(const ds_order *order, const ds_ranks *ranks, size_t range_count);
/* The value of a rank from 0; INFINITY from rank `finite` on. */
double ds_order_at(const ds_order *order, size_t rank);
/* The values of the ranks first <= rank < last <= finite, ascending. */
void   ds_order_walk(const ds_order *order, size_t first, size_t last, ds_order_fn take,
                     void *context);

#endif
