/* streamed.h -- the statistics of the paths that have no columns.
 *
 * When the columns of all paths would take more memory than may be used, those of the
 * first paths are kept and the others are counted: into bins that kept paths have
 * cut, equally many of them in each, and into sums.  Counts do not depend on the order;
 * sums are taken in block order, as every tally is.  Equations (116) and (117).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STREAMED_H
#define DS_STREAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/tally.h"
#include "numerics/statistics.h"

struct ds_result;

enum { DS_STREAM_BINS = 4096, DS_STREAM_LEAST_KEPT = 65536 };

/* Sums over some paths, to be merged in block order: of a column, the moments of the
 * finite values and of their excess over the value at risk of the kept paths. */
typedef struct {
    ds_moments moments;
    ds_cell    excess;
} ds_stream_cell;

/* Sizes of a stream: numbers in the arrays below. */
typedef struct {
    size_t   columns, strategies, pairs;
    size_t   counts; /* of integers                                             */
    uint64_t ring_bytes, bytes; /* of one block's sums; of the whole, without them */
} ds_stream_size;
ds_stream_size ds_stream_size_of(size_t strategies, size_t outcomes, uint64_t threads);

typedef struct ds_stream {
    ds_stream_size size;
    double   *edges;   /* [column][DS_STREAM_BINS - 1], ascending                 */
    double   *at_risk; /* [column]; NAN without values                            */
    int      *tail;    /* [column]                                                */
    size_t   *outcome; /* [column]                                                */
    size_t   *kept;    /* [column][DS_STREAM_BINS] finite values of the kept paths */
    uint64_t *counts;  /* [column][bins, never, positive, beyond], then [pair] a > b,
                          [pair] b > a, [strategy][so many tie] costs least        */
    ds_stream_cell *cells; /* [column]                                            */
    ds_cell  *pairs;   /* [pair] cost of a minus cost of b, a < b; [strategy] regret */
    uint64_t  paths;   /* merged so far                                           */
} ds_stream;

enum { DS_STREAM_NEVER = DS_STREAM_BINS, DS_STREAM_POSITIVE, DS_STREAM_BEYOND,
       DS_STREAM_COLUMN_COUNTS };

size_t ds_stream_pair(const ds_stream *s, size_t a, size_t b); /* a < b          */
uint64_t ds_stream_more(const ds_stream *s, size_t a, size_t b); /* cost a > cost b */
/* Adds the parts of the paths in which a strategy costs least, and their squares. */
void ds_stream_least(const ds_stream *s, size_t strategy, double *sum, double *squares);

/* Cuts the bins of a result whose columns are full; NULL when out of memory. */
ds_stream *ds_stream_new(const struct ds_result *r, ds_order_room *room);
void       ds_stream_free(ds_stream *s);

/* What a worker fills for one block; counts go on from block to block. */
typedef struct {
    uint64_t       *counts; /* [size.counts]                                      */
    ds_stream_cell *cells;  /* [size.columns]                                     */
    ds_cell        *pairs;  /* [size.pairs + size.strategies]                     */
} ds_stream_tally;
bool ds_stream_tally_new(const ds_stream *s, ds_stream_tally *out);
void ds_stream_tally_free(ds_stream_tally *t);
/* outcomes as kernel.h says. */
void ds_stream_block(const ds_stream *s, size_t count, const double *outcomes,
                     ds_stream_tally *t);
/* In block order. */
void ds_stream_merge(ds_stream *s, const ds_stream_cell *cells, const ds_cell *pairs,
                     uint64_t count);
void ds_stream_add_counts(ds_stream *s, const uint64_t *counts);

#endif
