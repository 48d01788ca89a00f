/* run.c -- a plan as a source of blocks; the only file of the engine that knows the
 * kernel and the reference.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"
#include "model/kernel.h"
#include "scenario/scenario.h"

static void prepare(const void *plan, uint64_t seed, void *work)
{
    ds_kernel_prepare(plan, seed, work);
}

static void block(const void *plan, uint64_t first, void *work, double *restrict outcomes,
                  double *restrict bills)
{
    ds_kernel(plan, first, work, outcomes, bills);
}

static ds_code path(const void *plan, uint64_t seed, uint64_t index, size_t strategy,
                    double *outcomes, double *bills, ds_error *err)
{
    return ds_reference(plan, seed, index, strategy, NULL, NULL, outcomes, bills, err);
}

static const char *strategy_name(const void *plan, size_t strategy)
{
    return ds_plan_strategy_name(plan, strategy);
}

static bool strategy_distils(const void *plan, size_t strategy)
{
    return ds_scenario_strategy_distils(ds_plan_scenario(plan), strategy);
}

ds_code ds_run(const ds_plan *plan, const ds_run_options *options, ds_result **out,
               ds_error *err)
{
    const ds_items *assertions = &ds_plan_scenario(plan)->assertions;
    const ds_engine_source source = {
        .model = plan,
        .strategy_count = ds_plan_strategy_count(plan),
        .month_count = ds_plan_month_count(plan),
        .cvar_level = ds_plan_cvar_level(plan),
        .work_bytes = ds_kernel_work_bytes(plan),
        .prepare = prepare,
        .block = block,
        .path = path,
        .strategy_name = strategy_name,
        .strategy_distils = strategy_distils,
        .assertions = assertions->items,
        .assertion_count = assertions->count,
    };

    return ds_engine_run(&source, options, NULL, out, err);
}
