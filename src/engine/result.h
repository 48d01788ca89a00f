/* result.h -- the inside of a ds_result: what the engine fills and the statistics
 * read.
 *
 * Every member but the cache is constant once the run is over.  The cache keeps
 * statistics that somebody asked for; it has a lock, so that a result can be read
 * from several threads, and its memory from the start, so that asking cannot fail.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_RESULT_H
#define DS_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"
#include "engine/engine.h"
#include "engine/tally.h"
#include "numerics/order.h"
#include "scenario/arena.h"

enum { DS_NO_COLUMN = -1 };

typedef struct ds_result_cache ds_result_cache;

typedef struct {
    const char *name;
    bool        distils;
} ds_result_strategy;

typedef struct {
    const char *name, *outcome, *statistic;
    size_t      strategy;
    double      above, below;
} ds_result_assertion;

struct ds_result {
    uint64_t paths, seed;
    uint64_t kept, stride;            /* paths with columns, and room for           */
    uint64_t bill_paths, bill_stride; /* with bills likewise                        */
    size_t   strategy_count, month_count, assertion_count;
    double   cvar_level;
    ds_groups groups;
    size_t   column_count;                 /* wanted outcomes                     */
    int      column_of[DS_OUTCOME_COUNT];  /* or DS_NO_COLUMN                     */
    bool     saving_follows; /* savings are made of the costs when they are asked for */
    double  *columns; /* [strategy][column][stride]                            */
    double  *bills;   /* [strategy][month][bill_stride]                        */
    ds_cell *tally;   /* [strategy][month], then the saving of the last; of pairs
                         again, when the groups are pairs                      */
    double  *sums;    /* of the same cells, [cell][ds_tally_parts()]           */
    size_t   cells;
    struct ds_stream *stream; /* the paths beyond those kept; NULL: there are none */
    ds_target *targets;
    size_t     target_count;
    uint64_t   looks_passed; /* one after the other, until now                   */
    bool       whole;
    uint64_t   outer;
    unsigned   threads;     /* of the run; statistics take as many                 */
    uint64_t   spare_bytes; /* that they may take beside its layout                */
    ds_result_strategy  *strategies;
    ds_result_assertion *assertions;
    ds_arena            *arena; /* owns all but columns, bills and the cache   */
    ds_result_cache     *cache;
};

/* An empty result of the right size; NULL when out of memory. */
ds_result *ds_result_new(const ds_engine_source *source, const ds_engine_layout *layout,
                         uint64_t seed);

/* Of a wanted outcome; its savings only after ds_result_column() of them. */
static inline double *ds_result_cells(const ds_result *r, size_t strategy, size_t outcome)
{
    const size_t column = strategy * r->column_count + (size_t)r->column_of[outcome];
    return r->columns + column * (size_t)r->stride;
}

/* estimate.c: of a column in path order, and of a row of the tally.  `room` is for a
 * column of all paths, `scratch` for the sums of groups. */
ds_statistics ds_statistics_of(const ds_result *r, const double *column,
                               const ds_outcome_info *outcome, ds_order_room *room,
                               double *scratch);
ds_statistics ds_statistics_of_nothing(const ds_result *r);
ds_month_statistics ds_statistics_of_month(const ds_result *r, size_t row, ds_order_room *room,
                                           double *scratch);
/* stream_estimate.c: the same when there is a stream. */
ds_statistics ds_stream_statistics(const ds_result *r, size_t column,
                                   const ds_outcome_info *outcome, ds_order_room *room);
/* several.c: of an outcome for `count` strategies, at most ds_statistics_at_once() and
 * DS_MOST_AT_ONCE of them; whichever of the two there is.  `room` and `scratch` are for the
 * calling thread. */
enum { DS_MOST_AT_ONCE = 64 };
size_t ds_statistics_at_once(const ds_result *r);
void   ds_statistics_of_several(const ds_result *r, size_t outcome, size_t count,
                                const size_t *strategies, ds_order_room *room, double *scratch,
                                ds_statistics **out);
/* A statistic by name, as asserts have it; NAN when there is none such. */
bool        ds_is_statistic(const char *name);
ds_estimate ds_named_statistic(const ds_statistics *s, const char *name);
/* The run has come so far: statistics that were kept are forgotten. */
void ds_result_reached(ds_result *r, uint64_t paths);
/* Error of the mean of a cell of the tally, over the first `paths` paths. */
double ds_result_cell_se(const ds_result *r, size_t cell, uint64_t paths);

/* Mean over all paths of value(), and the share of paths of which member() says 1;
 * `rest` are the same of the paths that stream. */
ds_estimate ds_result_mean_of(const ds_result *r, ds_influence_fn value, const void *context,
                              ds_cell rest);
ds_estimate ds_result_share_of(const ds_result *r, ds_influence_fn member, const void *context,
                               uint64_t rest);
/* Room for the sums of groups, until the unlock. */
double *ds_result_lock_scratch(const ds_result *r);
void    ds_result_unlock_scratch(const ds_result *r);

/* A bill that is not a number (outcome: DS_OUTCOME_COUNT), or an outcome that may not be; the
 * first by path, strategy and month. */
typedef struct {
    bool     found;
    uint64_t path;
    size_t   strategy, outcome, month;
    double   value;
} ds_bad_number;

/* May a path have this value? */
bool ds_outcome_allows(size_t outcome, double value);

/* Of a block, laid out as kernel.h says: notes in `bad` an outcome that may not be, on a path
 * before that of `bad`; a bad bill comes before it on its path, for it is what spoils the
 * outcomes. */
void ds_check_outcomes(const ds_result *r, uint64_t first, size_t count, const double *outcomes,
                       ds_bad_number *bad);
/* DS_E_NUMERIC, naming the path, when there is a bad number. */
DS_MUST_CHECK ds_code ds_result_check(const ds_result *r, const ds_bad_number *bad,
                                      ds_error *err);

#endif
