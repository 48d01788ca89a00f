/* plan_outcomes.c -- which outcomes are wanted, and what the kernel must keep for them.
 *
 * Called once by plan.c.  What nobody asked for costs nothing: finance.c looks at
 * plan->needs, the engine at plan->wanted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "model/plan_internal.h"
#include "scenario/error.h"

/* Marks the outcome as wanted; false when no outcome has that name. */
static bool want(ds_plan *plan, const char *name)
{
    const size_t outcome = ds_outcome_find(name);
    if (outcome < DS_OUTCOME_COUNT)
        plan->wanted[outcome] = true;
    return outcome < DS_OUTCOME_COUNT;
}

static ds_code unknown(const char *pointer, const char *name, ds_error *err)
{
    return ds_fail(err, DS_E_SCENARIO, pointer, "no outcome is called '%.80s'; see "
                   "`distillsim help outcomes`", name);
}

static ds_code find_wanted(ds_plan *plan, ds_error *err)
{
    const ds_scenario *s = plan->scenario;
    const ds_texts    *texts = &s->run->outcomes;
    char               pointer[64];
    for (size_t i = 0; i < DS_OUTCOME_COUNT; i++)
        plan->wanted[i] = texts->values == NULL;
    for (size_t i = 0; i < texts->count; i++) {
        snprintf(pointer, sizeof pointer, "/run/outcomes/%zu", i);
        if (!want(plan, texts->values[i]))
            return unknown(pointer, texts->values[i], err);
    }
    for (size_t i = 0; i < s->assertions.count; i++) {
        const ds_assertion *a = &DS_ITEM(ds_assertion, s->assertions, i);
        ds_plan_pointer(pointer, sizeof pointer, "/assert/", a->key.name, "/outcome");
        if (!want(plan, a->outcome))
            return unknown(pointer, a->outcome, err);
    }
    plan->saving_asked = plan->wanted[DS_OUTCOME_SAVING_NPV];
    plan->wanted[DS_OUTCOME_COST_NPV] = plan->wanted[DS_OUTCOME_SAVING_NPV] = true;
    return DS_OK;
}

static void find_needs(ds_plan *plan)
{
    const bool   *wanted = plan->wanted;
    ds_plan_needs *n = &plan->needs;
    n->payback = wanted[DS_OUTCOME_PAYBACK] || wanted[DS_OUTCOME_BREAK_EVEN] ||
                 wanted[DS_OUTCOME_SAVING_TOTAL] || wanted[DS_OUTCOME_SAVING_PER_YEAR];
    n->rates = wanted[DS_OUTCOME_IRR] || wanted[DS_OUTCOME_IRR_UNIQUE] ||
               wanted[DS_OUTCOME_IRR_MULTIPLE];
    n->flow = n->rates || wanted[DS_OUTCOME_MIRR];
    n->total = wanted[DS_OUTCOME_COST_TOTAL] || n->payback;
    n->bill = wanted[DS_OUTCOME_USD_PER_MTOK];
    for (size_t m = 0; m < plan->model_count; m++)
        n->returned = n->returned || (wanted[DS_OUTCOME_FEE_RETURNED] &&
                                      plan->model[m].fee_returned != DS_NONE);
    n->peak = wanted[DS_OUTCOME_PEAK_BILL] || wanted[DS_OUTCOME_PEAK_MONTH];
    n->over = wanted[DS_OUTCOME_OVER_BUDGET] && plan->budget != DS_NONE;
    n->provider = wanted[DS_OUTCOME_TOP_SHARE] || wanted[DS_OUTCOME_HHI];
    n->project = wanted[DS_OUTCOME_PROJECT];
    n->escalated = wanted[DS_OUTCOME_ESCALATED];
    n->bad = wanted[DS_OUTCOME_BAD_ANSWERS];
    n->unserved = wanted[DS_OUTCOME_UNSERVED];
    n->overflow = wanted[DS_OUTCOME_OVERFLOW];
    n->fallback = wanted[DS_OUTCOME_FALLBACK];
    n->totals = n->total || n->bill || n->returned || n->peak || n->over || n->provider ||
                n->project || n->payback || n->flow || n->escalated || n->bad || n->unserved ||
                n->overflow || n->fallback;
    n->served = n->escalated || n->bill || wanted[DS_OUTCOME_SERVED_VALUE];
    n->fleets = wanted[DS_OUTCOME_GPU_MONTHS] || wanted[DS_OUTCOME_UTILISATION] ||
                wanted[DS_OUTCOME_FLEET_ALLOCATED] || wanted[DS_OUTCOME_FLEET_USED] ||
                wanted[DS_OUTCOME_POOLING_GAIN];
    n->totals = n->totals || n->served || n->fleets;
}

/* strategy_again.c: bills of tokens, and nobody wants to know more than what they cost. */
static bool may_repeat(const ds_plan *plan, const ds_plan_strategy *s)
{
    bool royalties = false;
    for (size_t k = 0; k < plan->student_count; k++)
        royalties = royalties || plan->student[k].royalty != DS_NONE;
    return s->all_certain && s->project_count == 0 && !s->has_fleet && !s->falls_back &&
           !s->loses && !s->losses_cost && !royalties && plan->agreement_count == 0 &&
           !plan->needs.totals && !plan->monthly && !plan->real;
}

ds_code ds_plan_compile_outcomes(ds_plan *plan, ds_error *err)
{
    plan->monthly = plan->scenario->run->monthly;
    ds_code code = find_wanted(plan, err);
    if (code == DS_OK)
        find_needs(plan);
    for (size_t s = 0; s < plan->strategy_count; s++) {
        ds_plan_strategy *strategy = &plan->strategy[s];
        for (size_t p = 0; p < plan->product_count; p++)
            strategy->losses_cost = strategy->losses_cost ||
                                    (strategy->spoils && plan->product[p].loss != DS_NONE) ||
                                    (strategy->loses && plan->product[p].value != DS_NONE);
        strategy->repeats = may_repeat(plan, strategy);
    }
    return code;
}
