/* check_run.c -- rules between the keys of `run`.  Called by check.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "scenario/check.h"

/* Replicates share the paths evenly, and Sobol points are even in powers of two only. */
static void check_paths(ds_binder *b, const ds_run_settings *r)
{
    bool    antithetic = r->sampling == DS_SAMPLING_ANTITHETIC;
    int64_t replicates = antithetic ? 2 : r->replicates, most = replicates << 32;
    if (r->sampling == DS_SAMPLING_RANDOM || r->sampling < 0 || replicates < 2 || r->paths < 1)
        return;
    ds_push(b, "paths");
    int64_t below = r->paths - r->paths % replicates, points = r->paths / replicates;
    const char *of = antithetic ? "antithetic pairs" : "replicates";
    if (below == 0)
        ds_problem_here(b, "%" PRId64 " are too few for %" PRId64 " %s", r->paths,
                        antithetic ? INT64_C(1) : replicates, of);
    else if (r->paths > most)
        ds_problem_here(b, "%" PRId64 " replicates have at most %" PRId64 " paths", replicates,
                        most);
    else if (r->paths != below && antithetic)
        ds_problem_here(b, "antithetic paths come in pairs: %" PRId64 " or %" PRId64, below,
                        below + replicates);
    else if (r->paths != below)
        ds_problem_here(b, "%" PRId64 " replicates have as many paths each: %" PRId64 " or %"
                        PRId64, replicates, below, below + replicates);
    else if (r->sampling == DS_SAMPLING_SOBOL && (points & (points - 1)) != 0)
        ds_warn_here(b, "each of %" PRId64 " replicates has %" PRId64 " Sobol points; they are "
                     "spread evenly when that is a power of two", replicates, points);
    ds_pop(b);
}

/* States of knowledge have futures each. */
static void check_outer(ds_binder *b, const ds_run_settings *r)
{
    if (r->outer <= 0 || r->sampling < 0 || r->paths < 1)
        return;
    ds_push(b, "outer");
    if (r->sampling != DS_SAMPLING_RANDOM)
        ds_problem_here(b, "states of knowledge need the sampling `random`");
    else if (r->outer == 1)
        ds_problem_here(b, "1 state of knowledge says nothing of the others: take 2 or more");
    else if (r->paths % r->outer != 0 || r->paths / r->outer < 2)
        ds_problem_here(b, "%" PRId64 " states of knowledge have 2 or more futures each, as many "
                        "as one another: %" PRId64 " paths are no such number", r->outer, r->paths);
    ds_pop(b);
}

void ds_check_run(ds_binder *b)
{
    ds_push(b, "run");
    if (b->scenario->run != NULL) {
        check_paths(b, b->scenario->run);
        check_outer(b, b->scenario->run);
    }
    ds_pop(b);
}
