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
    uint64_t paths, seed, bill_paths;
    size_t   strategy_count, month_count, assertion_count;
    double   cvar_level;
    size_t   column_count;                 /* wanted outcomes                     */
    int      column_of[DS_OUTCOME_COUNT];  /* or DS_NO_COLUMN                     */
    double  *columns; /* [strategy][column][paths]                             */
    double  *bills;   /* [strategy][month][bill_paths]                         */
    ds_cell *tally;   /* [strategy][month], then the saving of the last        */
    ds_result_strategy  *strategies;
    ds_result_assertion *assertions;
    ds_arena            *arena; /* owns all but columns, bills and the cache   */
    ds_result_cache     *cache;
};

/* An empty result of the right size; NULL when out of memory. */
ds_result *ds_result_new(const ds_engine_source *source, const ds_engine_layout *layout,
                         uint64_t seed);

/* Of a wanted outcome. */
static inline double *ds_result_cells(const ds_result *r, size_t strategy, size_t outcome)
{
    const size_t column = strategy * r->column_count + (size_t)r->column_of[outcome];
    return r->columns + column * (size_t)r->paths;
}

/* A bill that is not a number, the first by path, strategy and month. */
typedef struct {
    bool     found;
    uint64_t path;
    size_t   strategy, month;
    double   usd;
} ds_bad_bill;

/* DS_E_NUMERIC, naming the first path, when an outcome is not what its row of the
 * table allows or there is a bad bill. */
DS_MUST_CHECK ds_code ds_result_check(const ds_result *r, const ds_bad_bill *bad,
                                      ds_error *err);

#endif
