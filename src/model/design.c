/* design.c -- see design.h.  Called before a run with a design.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/design.h"

#include "model/plan.h"
#include "scenario/error.h"

size_t ds_design_stride(uint64_t paths)
{
    return (size_t)((paths + DS_LANES - 1) / DS_LANES * DS_LANES);
}

/* How many there are of what is watched. */
static size_t count_of(const ds_plan *plan, ds_watch_kind kind)
{
    switch (kind) {
    case DS_WATCH_UNIFORM:
    case DS_WATCH_INPUT:    return plan->scenario->input_count;
    case DS_WATCH_SHOCK:
    case DS_WATCH_SHOCK_SUM: return plan->process_count;
    case DS_WATCH_REQUESTS:
    case DS_WATCH_REQUESTS_SUM: return plan->product_count;
    case DS_WATCH_PRICE:    return plan->model_count;
    case DS_WATCH_RENT:     return plan->gpu_count;
    case DS_WATCH_BILL:
    case DS_WATCH_PAID:     return plan->strategy_count;
    case DS_WATCH_ATTEMPTS:
    case DS_WATCH_PASSED:   return plan->student_count;
    }
    return 0;
}

static bool is_fine(const ds_plan *plan, const ds_design *design, size_t k)
{
    const ds_watch *watch = &design->watch[k], *before = k > 0 ? watch - 1 : NULL;
    const bool of_input = watch->kind <= DS_WATCH_INPUT;
    const bool in_order = before == NULL || before->kind <= DS_WATCH_INPUT ||
                          (!of_input && before->month <= watch->month);

    return in_order && watch->index < count_of(plan, watch->kind) && watch->column != NULL &&
           watch->month < plan->months;
}

ds_code ds_design_check(const ds_plan *plan, const ds_design *design, ds_error *err)
{
    const bool holds = design->held_count > 0, draws = design->redrawn_count > 0;
    const ds_sampler *sampler = ds_plan_sampler(plan);

    for (size_t k = 0; k < design->watch_count; k++) {
        if (!is_fine(plan, design, k)) {
            return ds_fail(err, DS_E_BUG, "", "what is watched is not there, or out of order");
        }
    }
    if (holds && (sampler->method != DS_SAMPLING_RANDOM || ds_plan_outer(plan) > 0)) {
        return ds_fail(err, DS_E_USAGE, "/run/sampling",
                       "it wants the sampling random, and no states of knowledge");
    }
    if ((draws || design->given != NULL) && sampler->method == DS_SAMPLING_LATIN_HYPERCUBE) {
        return ds_fail(err, DS_E_USAGE, "/run/sampling",
                       "it wants another sampling than latin_hypercube");
    }
    return DS_OK;
}
