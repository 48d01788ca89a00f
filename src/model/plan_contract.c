/* plan_contract.c -- contracts of the scenario -> contracts of the plan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/plan_internal.h"

static double constant_or(const ds_scenario *s, ds_quantity q, double otherwise)
{
    if (q.index < 0)
        return 0;
    const ds_distribution *d = &s->inputs[q.index].distribution;
    return d->kind == DS_DIST_CONSTANT ? d->a : otherwise;
}

static bool is_zero(const ds_scenario *s, ds_quantity q)
{
    return constant_or(s, q, 1) == 0;
}

/* A month count that may be infinite, limited to the horizon. */
static size_t to_month(const ds_plan *plan, double months)
{
    double limited = fmin(fmax(ceil(months), 0), (double)plan->months);
    return (size_t)limited;
}

/* The months in which some path may have the contract in force: from its least
 * `from` until a later one is in force on every path.  `after` is how many later
 * contracts the model has; they follow c. */
static void compile_window(ds_plan *plan, const ds_contract *c, size_t after,
                           ds_plan_contract *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_distribution *from = &s->inputs[c->from.index].distribution;
    out->from = c->from.index;
    out->first_month = to_month(plan, ds_distribution_support_low(from));
    out->end_month = plan->months;
    out->certain = from->kind == DS_DIST_CONSTANT;
    for (size_t k = 1; k <= after; k++) {
        const ds_distribution *later = &s->inputs[c[k].from.index].distribution;
        size_t end = to_month(plan, ds_distribution_support_high(later));
        out->end_month = end < out->end_month ? end : out->end_month;
        out->certain = out->certain && later->kind == DS_DIST_CONSTANT;
    }
}

static int present(const ds_scenario *s, ds_quantity q)
{
    return is_zero(s, q) ? DS_NONE : q.index;
}

static void compile_tokens(ds_plan *plan, const ds_contract *c, ds_plan_contract *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_quantity *prices = c->usd_per_mtok->kind;
    out->price_input = prices[DS_KIND_INPUT].index;
    out->price_output = prices[DS_KIND_OUTPUT].index;
    out->price_read =
        prices[DS_KIND_READ].index >= 0 ? prices[DS_KIND_READ].index : out->price_input;
    out->price_write =
        prices[DS_KIND_WRITE].index >= 0 ? prices[DS_KIND_WRITE].index : out->price_input;
    out->batch_share = plan->zero;
    out->batch_discount = plan->zero;
    if (c->billing == DS_BILLING_HOSTED) {
        out->hosting_per_hour = present(s, c->hosting_usd_per_hour);
        out->storage_per_month = present(s, c->storage_usd_per_month);
    }
}

/* n of (31): 1/1 unless both sizes are given. */
static void compile_size(const ds_plan *plan, const ds_model *m, int profile,
                         ds_plan_contract *out)
{
    double measured_b = plan->profile[profile].parameters_b;
    if (!isnan(measured_b) && m->parameters_b.index >= 0) {
        out->parameters = m->parameters_b.index;
        out->measured_b = measured_b;
    }
}

static void compile_units(ds_plan *plan, const ds_model *m, const ds_contract *c,
                          ds_plan_contract *out)
{
    const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, c->units, 0);
    const ds_quantity *weights = pool->weights->kind;
    out->usd_per_unit_hour = pool->usd_per_unit_hour.index;
    out->unit_profile = pool->profile;
    out->unit_gpus = (double)pool->gpus;
    if (pool->profile >= 0)
        compile_size(plan, m, pool->profile, out);
    out->tokens_per_minute = pool->tokens_per_minute.index;
    out->output_weight = weights[DS_KIND_OUTPUT].index >= 0 ? weights[DS_KIND_OUTPUT].index : plan->one;
    out->read_weight = weights[DS_KIND_READ].index >= 0 ? weights[DS_KIND_READ].index : plan->one;
    out->write_weight = weights[DS_KIND_WRITE].index >= 0 ? weights[DS_KIND_WRITE].index : plan->one;
    out->metered = c->settlement == DS_SETTLED_METERED;
    out->minimum_units = (double)pool->minimum;
    out->unit_increment = (double)pool->increment;
    out->utilisation = c->target_utilisation.index;
}

static void compile_fleet(ds_plan *plan, const ds_model *m, const ds_contract *c,
                          ds_plan_contract *out)
{
    out->profile = c->profile;
    compile_size(plan, m, c->profile, out);
    out->rent_discount = c->rent_discount_share.index;
    out->derate = c->slo_derate.index;
    out->utilisation = c->target_utilisation.index;
    out->minimum_replicas = (double)c->minimum_replicas;
    out->spare_replicas = (double)c->spare_replicas;
    out->hourly = c->scaling == DS_SCALING_HOURLY;
    out->owned = c->owned != NULL;
    if (out->owned) {
        out->usd_per_gpu = c->owned->usd_per_gpu.index;
        out->kilowatts = c->owned->kilowatts_per_gpu.index;
        out->usd_per_kwh = c->owned->usd_per_kwh.index;
        out->colocation = c->owned->colocation_usd_per_gpu_month.index;
        out->life_months = (size_t)c->owned->life_months;
    }
}

static void compile_contract(ds_plan *plan, int model, const ds_contract *c, size_t after,
                             ds_plan_contract *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_model *m = &DS_ITEM(ds_model, s->models, model);
    *out = (ds_plan_contract){ .name = c->key.name, .model = model, .billing = c->billing,
                               .hosting_per_hour = DS_NONE, .storage_per_month = DS_NONE,
                               .unit_profile = DS_NONE, .profile = DS_NONE,
                               .parameters = plan->one, .measured_b = 1 };
    compile_window(plan, c, after, out);
    out->follows = c->follows_price_path;
    out->locked = !is_zero(s, c->price_locked_months);
    out->locked_months = c->price_locked_months.index;
    out->discount = c->discount_share.index;
    out->staff = present(s, c->staff_usd_per_month);
    out->commitment = DS_NONE;
    if (c->commitment != NULL)
        out->commitment = present(s, c->commitment->usd_per_month);
    if (c->billing == DS_BILLING_PER_TOKEN || c->billing == DS_BILLING_HOSTED)
        compile_tokens(plan, c, out);
    else if (c->billing == DS_BILLING_COMPUTE_TIME)
        compile_units(plan, m, c, out);
    else
        compile_fleet(plan, m, c, out);
    out->has_fixed = out->staff != DS_NONE || out->commitment != DS_NONE ||
                     out->hosting_per_hour != DS_NONE || out->storage_per_month != DS_NONE ||
                     c->billing == DS_BILLING_FLEET || c->billing == DS_BILLING_COMPUTE_TIME;
}

void ds_plan_compile_contracts(ds_plan *plan)
{
    int next = 0;
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, plan->scenario->models, i).contracts;
        plan->model[i].first_contract = next;
        for (size_t k = 0; k < contracts->count; k++) {
            const ds_contract *c = &DS_ITEM(ds_contract, *contracts, k);
            compile_contract(plan, (int)i, c, contracts->count - k - 1, &plan->contract[next]);
            if (plan->contract[next].owned && plan->contract[next].life_months > plan->most_life)
                plan->most_life = plan->contract[next].life_months;
            next++;
        }
        plan->model[i].end_contract = next;
    }
}
