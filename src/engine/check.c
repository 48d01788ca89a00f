/* check.c -- is every number of a result one that may be?
 *
 * Workers look through each block while it is in the cache; the first wrong number of all
 * blocks is found by path, not by the order in which blocks happened to end, so that the
 * message is the same for any number of threads, and one path can be replayed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "engine/result.h"
#include "numerics/lanes_inline.h"
#include "scenario/error.h"

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

/* The exponent of infinities and NANs is all ones: one more goes into the sign. */
static bool are_finite(size_t count, const double *x)
{
    uint64_t sums = 0;

    for (size_t i = 0; i < count; i++) {
        sums |= (ds_bits_inline(x[i]) & INT64_MAX) + (UINT64_C(1) << 52);
    }
    return sums >> 63 == 0;
}

void ds_check_outcomes(const ds_result *r, uint64_t first, size_t count, const double *outcomes,
                       ds_bad_number *bad)
{
    for (size_t s = 0; s < r->strategy_count; s++) {
        for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
            const double *x = outcomes + (s * DS_OUTCOME_COUNT + o) * DS_LANES;
            if (!ds_result_has(r, o) || are_finite(count, x)) {
                continue;
            }
            for (size_t i = 0; i < count; i++) {
                if (!ds_outcome_allows(o, x[i]) && (!bad->found || first + i < bad->path)) {
                    *bad = (ds_bad_number){.found = true, .path = first + i, .strategy = s,
                                           .outcome = o, .value = x[i]};
                }
            }
        }
    }
}

ds_code ds_result_check(const ds_result *r, const ds_bad_number *bad, ds_error *err)
{
    if (!bad->found) {
        return DS_OK;
    }
    const char *name = r->strategies[bad->strategy].name;
    const char *value = isnan(bad->value) ? "not a number" : "infinite";
    const unsigned long long path = bad->path, seed = r->seed;
    if (bad->outcome == DS_OUTCOME_COUNT) {
        return ds_fail(err, DS_E_NUMERIC, NULL,
                       "the bill of month %zu of strategy \"%s\" is %s on path %llu of seed "
                       "%llu; replay it with: distillsim explain --path %llu",
                       bad->month, name, value, path, seed, path);
    }
    return ds_fail(err, DS_E_NUMERIC, NULL,
                   "%s of strategy \"%s\" is %s on path %llu of seed %llu; replay it with: "
                   "distillsim explain --path %llu",
                   ds_outcome_at(bad->outcome)->name, name, value, path, seed, path);
}
