/* run.c -- a plan as a source of blocks; the only file of the engine that knows the
 * kernel and the reference.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/design_run.h"
#include "engine/engine.h"
#include "model/instruction_set.h"
#include "model/sampler.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

/* What the engine hands back to the functions below. */
typedef struct {
    const ds_plan           *plan;
    const ds_kernel_version *kernel;
    uint64_t                 paths;
    ds_strata                strata;
    const ds_design         *design; /* or NULL */
} model;

static void prepare(const void *context, uint64_t seed, void *work)
{
    const model *m = context;
    m->kernel->prepare(m->plan, seed, work);
    ds_kernel_set_paths(work, m->paths);
    ds_kernel_set_strata(work, &m->strata);
    if (m->design != NULL) {
        m->kernel->set_design(work, m->design);
    }
}

static void block(const void *context, uint64_t first, void *work, double *restrict outcomes,
                  double *restrict bills)
{
    const model *m = context;
    m->kernel->run(m->plan, first, work, outcomes, bills);
}

static ds_code path(const void *context, uint64_t seed, uint64_t index, size_t strategy,
                    double *outcomes, double *bills, ds_error *err)
{
    const model *m = context;
    return ds_reference_of(m->plan, seed, m->paths, &m->strata, index, strategy, NULL, NULL,
                           outcomes, bills, err);
}

static const char *strategy_name(const void *context, size_t strategy)
{
    const model *m = context;
    return ds_plan_strategy_name(m->plan, strategy);
}

static bool strategy_distils(const void *context, size_t strategy)
{
    const model *m = context;
    return ds_plan_strategy_distils(m->plan, strategy);
}

/* Which paths are independent of one another (110). */
static ds_groups groups_of(const ds_plan *plan)
{
    const ds_sampler *s = ds_plan_sampler(plan);

    if (ds_plan_outer(plan) > 0) {
        return (ds_groups){DS_GROUPS_MODULO, ds_plan_outer(plan)};
    }
    switch (s->method) {
    case DS_SAMPLING_RANDOM:
        return (ds_groups){DS_GROUPS_EACH, 1};
    case DS_SAMPLING_ANTITHETIC:
        return (ds_groups){DS_GROUPS_PAIRS, 1};
    default:
        return (ds_groups){DS_GROUPS_MODULO, s->replicates};
    }
}

ds_code ds_run(const ds_plan *plan, const ds_run_options *options, ds_result **out,
               ds_error *err)
{
    return ds_run_design(plan, options, NULL, out, err);
}

ds_code ds_run_design(const ds_plan *plan, const ds_run_options *options,
                      const ds_design *design, ds_result **out, ds_error *err)
{
    model m = { plan, ds_kernel_choose(options->instruction_set),
                      options->path_count, { .rank = NULL }, design };
    *out = NULL;
    if (m.kernel == NULL) {
        return ds_fail(err, DS_E_USAGE, "", "this program and processor have no instruction set "
                       "'%.40s'", options->instruction_set);
    }
    ds_code code = ds_sampler_check_paths(plan, options->path_count, err);
    if (code == DS_OK && design != NULL)
        code = ds_design_check(plan, design, err);
    if (code == DS_OK)
        code = ds_strata_make(plan, options->seed, options->path_count, &m.strata, err);
    if (code != DS_OK)
        return code;
    if (ds_plan_outer(plan) > 0 && options->path_count % ds_plan_outer(plan) != 0) {
        return ds_fail(err, DS_E_SCENARIO, "/run/outer", "%llu paths are no multiple of %llu "
                       "states of knowledge", (unsigned long long)options->path_count,
                       (unsigned long long)ds_plan_outer(plan));
    }
    const ds_items *assertions = &ds_plan_scenario(plan)->assertions;
    ds_engine_source source = {
        .model = &m,
        .strategy_count = ds_plan_strategy_count(plan),
        .month_count = ds_plan_keeps_months(plan) ? ds_plan_month_count(plan) : 0,
        .saving_follows = !ds_plan_asks_saving(plan),
        .cvar_level = ds_plan_cvar_level(plan),
        .groups = groups_of(plan),
        .outer = ds_plan_outer(plan),
        .whole = ds_plan_sampler(plan)->method == DS_SAMPLING_LATIN_HYPERCUBE,
        .work_bytes = m.kernel->work_bytes(plan),
        .prepare = prepare,
        .block = block,
        .path = path,
        .strategy_name = strategy_name,
        .strategy_distils = strategy_distils,
        .assertions = assertions->items,
        .assertion_count = assertions->count,
    };
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++)
        source.left_out[o] = !ds_plan_wants(plan, o);
    ds_run_options how = *options;
    if (design != NULL)
        how.engine = DS_ENGINE_FAST;
    code = ds_engine_run(&source, &how, NULL, out, err);
    ds_strata_release(&m.strata);
    return code;
}
