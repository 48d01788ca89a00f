/* check.c -- is every number of a result one that may be?
 *
 * Called once, after the last block.  A wrong number is found by path, not by the
 * order in which blocks happened to end, so that the message is the same for any
 * number of threads, and one path can be replayed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "engine/result.h"
#include "scenario/error.h"

typedef struct {
    uint64_t    path;
    size_t      strategy;
    const char *what;
    double      value;
} offender;

bool ds_outcome_allows(size_t index, double value)
{
    const ds_outcome_info *outcome = ds_outcome_at(index);

    if (isfinite(value)) {
        return true;
    }
    if (outcome->undefined == NULL) {
        return false;
    }
    return strcmp(outcome->undefined, "never") == 0 ? value == (double)INFINITY
                                                    : isnan(value);
}

/* First path of a column before `limit` that is not allowed, or `limit`. */
static uint64_t first_bad(const double *column, uint64_t limit, size_t outcome)
{
    for (uint64_t path = 0; path < limit; path++) {
        if (!isfinite(column[path]) && !ds_outcome_allows(outcome, column[path])) {
            return path;
        }
    }
    return limit;
}

static bool first_offender(const ds_result *r, const ds_bad_number *bad, offender *out)
{
    /* a bad bill comes first on its path: it is what spoils the outcomes */
    uint64_t limit = bad->found && bad->path < r->kept ? bad->path : r->kept;
    bool found = bad->found;

    const char *what = bad->found && bad->outcome < DS_OUTCOME_COUNT
                           ? ds_outcome_at(bad->outcome)->name
                           : "bill of a month";
    *out = (offender){bad->path, bad->strategy, what, bad->value};
    for (size_t s = 0; s < r->strategy_count; s++) {
        for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
            if (!ds_result_has(r, o)) {
                continue;
            }
            const double *column = ds_result_cells(r, s, o);
            const uint64_t path = first_bad(column, limit, o);
            if (path < limit) {
                *out = (offender){path, s, ds_outcome_at(o)->name, column[path]};
                limit = path;
                found = true;
            }
        }
    }
    return found;
}

ds_code ds_result_check(const ds_result *r, const ds_bad_number *bad, ds_error *err)
{
    offender o;

    if (!first_offender(r, bad, &o)) {
        return DS_OK;
    }
    const char *value = isnan(o.value) ? "not a number" : "infinite";
    if (bad->found && o.path == bad->path && bad->outcome == DS_OUTCOME_COUNT) {
        return ds_fail(err, DS_E_NUMERIC, NULL,
                       "the bill of month %zu of strategy \"%s\" is %s on path %llu of seed "
                       "%llu; replay it with: distillsim explain --path %llu",
                       bad->month, r->strategies[o.strategy].name, value,
                       (unsigned long long)o.path, (unsigned long long)r->seed,
                       (unsigned long long)o.path);
    }
    return ds_fail(err, DS_E_NUMERIC, NULL,
                   "%s of strategy \"%s\" is %s on path %llu of seed %llu; replay it with: "
                   "distillsim explain --path %llu",
                   o.what, r->strategies[o.strategy].name, value, (unsigned long long)o.path,
                   (unsigned long long)r->seed, (unsigned long long)o.path);
}
