/* plan_contract.c -- contracts of the scenario -> contracts of the plan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/plan_internal.h"

/* A month count that may be infinite, limited to the horizon. */
static size_t to_month(const ds_plan *plan, double months)
{
    double limited = fmin(fmax(ceil(months), 0), (double)plan->months);
    return (size_t)limited;
}

/* The months in which some path may have the contract in force: from its least
 * `from` until its greatest `until`, or until a later one is in force on every path.
 * `after` is how many later contracts the model has; they follow c. */
static void compile_window(ds_plan *plan, const ds_contract *c, size_t after,
                           ds_plan_contract *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_distribution *from = &s->inputs[c->from.index].distribution;
    out->from = c->from.index;
    out->first_month = to_month(plan, ds_distribution_support_low(from));
    out->end_month = plan->months;
    out->certain = from->kind == DS_DIST_CONSTANT;
    out->until = ds_plan_column(c->until, DS_NONE);
    if (out->until != DS_NONE) {
        const ds_distribution *until = &s->inputs[out->until].distribution;
        size_t end = to_month(plan, ds_distribution_support_high(until));
        out->end_month = end < out->end_month ? end : out->end_month;
        out->certain = out->certain && until->kind == DS_DIST_CONSTANT;
    }
    for (size_t k = 1; k <= after; k++) {
        const ds_distribution *later = &s->inputs[c[k].from.index].distribution;
        size_t end = to_month(plan, ds_distribution_support_high(later));
        out->end_month = end < out->end_month ? end : out->end_month;
        out->certain = out->certain && later->kind == DS_DIST_CONSTANT;
    }
}

/* What every kind of bill but that of a fleet may have. */
static void compile_terms(ds_plan *plan, const ds_contract *c, ds_plan_contract *out)
{
    const ds_scenario *s = plan->scenario;
    out->credit = ds_plan_column_unless(s, c->usd_per_credit, 1);
    out->tax = ds_plan_column_unless(s, c->tax_share, 0);
    out->rounding = c->rounding;
    out->round_to = c->rounding_usd;
    out->agreement = c->agreement;
    if (c->billing == DS_BILLING_HOSTED)
        out->hosting_per_hour = ds_plan_column_unless(s, c->hosting_usd_per_hour, 0);
    if (c->billing != DS_BILLING_PER_TOKEN)
        out->storage_per_month = ds_plan_column_unless(s, c->storage_usd_per_month, 0);
    if (c->commitment == NULL)
        return;
    out->commitment = ds_plan_add_commitment(plan, c->commitment, out);
    const ds_plan_commitment *commitment = &plan->commitment[out->commitment];
    out->lingers = commitment->term_months > 0;
    out->refuses = commitment->overage == DS_OVERAGE_REJECTED;
}

static void compile_fixed(ds_plan_contract *out)
{
    out->has_fixed = out->staff != DS_NONE || out->commitment != DS_NONE ||
                     out->agreement != DS_NONE || out->hosting_per_hour != DS_NONE ||
                     out->storage_per_month != DS_NONE || out->billing == DS_BILLING_FLEET ||
                     out->billing == DS_BILLING_COMPUTE_TIME;
}

static bool compile_contract(ds_plan *plan, int model, const ds_contract *c, size_t after,
                             ds_plan_contract *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_model *m = &DS_ITEM(ds_model, s->models, model);
    *out = (ds_plan_contract){
        .name = c->key.name, .model = model, .billing = c->billing, .hours = plan->hours[c->month],
        .credit = DS_NONE, .tax = DS_NONE, .commitment = DS_NONE, .agreement = DS_NONE,
        .hosting_per_hour = DS_NONE, .storage_per_month = DS_NONE, .driver = DS_NONE,
        .overage = DS_OVERAGE_NONE, .overage_load = DS_NONE, .profile = DS_NONE, .fleet = DS_NONE,
        .slots_load = DS_NONE,
        .first_load = (int)plan->load_count, .charge_end = (int)plan->load_count };
    compile_window(plan, c, after, out);
    out->follows = c->follows_price_path;
    out->locked = !ds_plan_is_always(s, c->price_locked_months, 0);
    out->locked_months = c->price_locked_months.index;
    out->discount = ds_plan_column_unless(s, c->discount_share, 0);
    out->staff = ds_plan_column_unless(s, c->staff_usd_per_month, 0);
    out->cache_ttl_minutes = c->cache_ttl_minutes;
    out->cache_minimum_tokens = c->cache_minimum_tokens;
    bool enough_memory = true;
    if (c->billing == DS_BILLING_FLEET)
        enough_memory = ds_plan_compile_fleet(plan, m, c, out);
    else
        compile_terms(plan, c, out);
    if (c->billing == DS_BILLING_COMPUTE_TIME) {
        bool refused = out->refuses;
        enough_memory = ds_plan_compile_units(plan, m, c, out);
        out->refuses = out->refuses || refused;
    } else if (c->billing != DS_BILLING_FLEET) {
        enough_memory = ds_plan_compile_prices(plan, c, out);
    }
    out->load_end = (int)plan->load_count;
    out->certain = out->certain && !out->lingers;
    compile_fixed(out);
    return enough_memory;
}

/* ---- shortcuts --------------------------------------------------------------------- */

/* Does no path change what a token costs, or weighs in units? */
static bool has_certain_loads(const ds_plan *plan, const ds_plan_contract *c)
{
    const ds_plan_prices *prices = c->prices;
    bool certain = c->billing != DS_BILLING_FLEET && prices != NULL && prices->tier_count == 0 &&
                   prices->volume_count == 0 && prices->class_count == 0 &&
                   prices->multiplier_count == 0 && prices->meter_count == 0 &&
                   ds_plan_is_certain(plan, prices->per_request);
    for (int k = 0; certain && k < DS_KIND_COUNT; k++)
        certain = ds_plan_is_certain(plan, prices->usd[k]);
    for (size_t q = 0; certain && q < c->pool_count; q++) {
        const ds_plan_pool *pool = &c->pool[q];
        certain = pool->profile == DS_NONE && pool->meter_count == 0 &&
                  ds_plan_is_certain(plan, pool->tokens_per_minute);
        for (int k = 0; certain && k < DS_KIND_COUNT; k++)
            certain = ds_plan_is_certain(plan, pool->weight[k]);
    }
    return certain;
}

static bool is_plain(const ds_plan *plan, const ds_plan_contract *c)
{
    const bool by_token = c->billing != DS_BILLING_FLEET &&
                          c->billing != DS_BILLING_COMPUTE_TIME;
    if (!by_token || c->charge_end != c->first_load + 1)
        return false;
    const ds_plan_load *load = &plan->load[c->first_load];
    return load->volume == DS_NONE && load->meter == DS_NONE && load->ends_line && c->certain &&
           !c->has_fixed && !c->refuses && c->rounding == DS_ROUNDED_NONE &&
           c->commitment == DS_NONE && c->agreement == DS_NONE && c->staff == DS_NONE &&
           c->tax == DS_NONE && c->hosting_per_hour == DS_NONE &&
           c->storage_per_month == DS_NONE && plan->model[c->model].fee_returned == DS_NONE;
}

void ds_plan_find_shortcuts(ds_plan *plan)
{
    for (size_t k = 0; k < plan->contract_count; k++) {
        plan->contract[k].loads_certain = has_certain_loads(plan, &plan->contract[k]);
        plan->contract[k].plain = is_plain(plan, &plan->contract[k]);
        plan->loads_move = plan->loads_move || plan->contract[k].loads_move;
    }
    for (size_t p = 0; p < plan->product_count; p++)
        plan->loads_move = plan->loads_move || plan->product[p].tokens_grow ||
                           plan->product[p].prefix != DS_NONE;
    for (size_t m = 0; m < plan->model_count; m++) {
        size_t users = 0;
        for (size_t s = 0; s < plan->strategy_count; s++)
            users += plan->strategy[s].used[m];
        plan->model[m].shared = users > 1;
    }
}

/* ---- all contracts --------------------------------------------------------------------- */

/* Room for the loads, commitments, amounts and fleets of all contracts and agreements. */
static bool allocate(ds_plan *plan)
{
    size_t loads = 0, commitments = plan->agreement_count, amounts = commitments, fleets = 0;
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, plan->scenario->models, i).contracts;
        for (size_t k = 0; k < contracts->count; k++) {
            const ds_contract *c = &DS_ITEM(ds_contract, *contracts, k);
            size_t steps = 0;
            for (size_t t = 0; t < c->tiers.count; t++)
                steps += DS_ITEM(ds_tiers, c->tiers, t).steps.count;
            loads += 4 + c->units.count + c->meters.count + c->tiers.count +
                     DS_KIND_COUNT * (2 + steps);
            commitments++;
            fleets += c->billing == DS_BILLING_FLEET;
            amounts += 1 + 2 * c->units.count;
        }
    }
    plan->load = ds_plan_alloc(plan, loads, sizeof *plan->load);
    plan->commitment = ds_plan_alloc(plan, commitments, sizeof *plan->commitment);
    plan->amount = ds_plan_alloc(plan, amounts, sizeof *plan->amount);
    plan->fleet = ds_plan_alloc(plan, fleets, sizeof *plan->fleet);
    return plan->load != NULL && plan->fleet != NULL && plan->commitment != NULL &&
           plan->amount != NULL;
}

bool ds_plan_compile_contracts(ds_plan *plan)
{
    int next = 0;
    if (!allocate(plan))
        return false;
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, plan->scenario->models, i).contracts;
        plan->model[i].first_contract = next;
        for (size_t k = 0; k < contracts->count; k++, next++)
            if (!compile_contract(plan, (int)i, &DS_ITEM(ds_contract, *contracts, k),
                                  contracts->count - k - 1, &plan->contract[next]))
                return false;
        plan->model[i].end_contract = next;
    }
    return true;
}
