/* until.c -- a run that ends when its figures are as exact as was asked, equation (115).
 *
 * Called by engine.c between stretches of a run.  Looks are on a geometric grid and two
 * must pass one after the other: whoever looks often enough finds a moment at which an
 * error happens to look small.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/until.h"

#include <math.h>
#include <string.h>

#include "model/outcome.h"
#include "scenario/error.h"

enum { LEAST_PATHS = 1024, LEAST_OF_GROUP = 64, LEAST_EVENTS = 10, PASSES = 2 };

static ds_code check(const ds_result *r, const ds_target *t, ds_error *err)
{
    if (t->strategy >= r->strategy_count || t->outcome >= DS_OUTCOME_COUNT ||
        !ds_is_statistic(t->statistic)) {
        return ds_fail(err, DS_E_USAGE, NULL, "a target of a strategy, outcome or statistic "
                       "that there is not");
    }
    if (!ds_result_has(r, t->outcome)) {
        return ds_fail(err, DS_E_USAGE, NULL, "a target for '%s', which is not in run.outcomes",
                       ds_outcome_at(t->outcome)->name);
    }
    if (!(t->tolerance > 0.0) || isinf(t->tolerance)) {
        return ds_fail(err, DS_E_USAGE, NULL, "the tolerance of '%s' must be above 0",
                       ds_outcome_at(t->outcome)->name);
    }
    return DS_OK;
}

ds_code ds_until_begin(ds_result *r, const ds_run_options *options, ds_error *err)
{
    if (options->target_count == 0) {
        return DS_OK;
    }
    if (r->whole) {
        return ds_fail(err, DS_E_USAGE, "/run/sampling", "a run with `latin_hypercube` cannot be "
                       "extended, for every path depends on how many there are; `sobol` can");
    }
    r->targets = ds_arena_array(r->arena, options->target_count, sizeof *r->targets);
    if (r->targets == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    r->target_count = options->target_count;
    for (size_t i = 0; i < r->target_count; i++) {
        const ds_code code = check(r, &options->targets[i], err);
        if (code != DS_OK) {
            return code;
        }
        r->targets[i] = options->targets[i];
        r->targets[i].statistic = ds_arena_copy(r->arena, options->targets[i].statistic);
        if (r->targets[i].statistic == NULL) {
            return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
        }
    }
    return DS_OK;
}

uint64_t ds_until_first(const ds_result *r, uint64_t most)
{
    const uint64_t groups = r->groups.kind == DS_GROUPS_MODULO ? r->groups.modulus : 1;

    if (r->target_count == 0 || groups >= most / LEAST_OF_GROUP) {
        return most;
    }
    /* whole blocks, for a run goes on at the start of one */
    uint64_t paths = groups * LEAST_OF_GROUP;
    while (paths < LEAST_PATHS || paths % DS_LANES != 0)
        paths *= 2;
    return paths < most ? paths : most;
}

/* A share of which hardly an event was seen has an error that is itself a guess. */
static bool is_rare(const ds_target *t, const ds_statistics *s, double share)
{
    const double events = share * (double)s->paths;

    return strncmp(t->statistic, "share", 5) == 0 &&
           (events < LEAST_EVENTS - 0.5 || (double)s->paths - events < LEAST_EVENTS - 0.5);
}

ds_target_result ds_result_target(const ds_result *r, size_t index)
{
    const ds_target *t = &r->targets[index];
    const ds_statistics s = ds_result_statistics(r, t->strategy, t->outcome);
    ds_target_result result = {.target = *t, .got = ds_named_statistic(&s, t->statistic)};

    result.half_width = result.got.se * ds_result_interval_factor(r);
    /* a NAN fails the comparison */
    result.reached = !is_rare(t, &s, result.got.value) &&
                     result.half_width <=
                         t->tolerance * (t->relative ? fabs(result.got.value) : 1.0);
    return result;
}

bool ds_until_look(ds_result *r)
{
    bool all = r->target_count > 0;

    for (size_t i = 0; i < r->target_count; i++) {
        all = all && ds_result_target(r, i).reached;
    }
    r->looks_passed = all ? r->looks_passed + 1 : 0;
    return r->looks_passed >= PASSES;
}

size_t ds_result_target_count(const ds_result *r)
{
    return r->target_count;
}

bool ds_result_targets_reached(const ds_result *r)
{
    return r->looks_passed >= PASSES;
}
