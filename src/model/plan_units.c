/* plan_units.c -- pools of compute-time units: (32), (43), (44), (52)-(54).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/plan_internal.h"

void ds_plan_compile_size(const ds_plan *plan, const ds_model *m, int profile, int *parameters,
                          double *measured_b)
{
    double size = plan->profile[profile].parameters_b;
    bool   known = !isnan(size) && m->parameters_b.index >= 0;
    *parameters = known ? m->parameters_b.index : plan->one;
    *measured_b = known ? size : 1;
}

/* Weighted tokens: kinds, and meters that have a weight. */
static bool compile_weights(ds_plan *plan, const ds_unit_pool *pool, ds_plan_pool *out)
{
    const ds_quantity *weights = pool->weights->kind;
    for (int k = 0; k < DS_KIND_COUNT; k++)
        out->weight[k] = ds_plan_column(weights[k], plan->one);
    if (weights[DS_KIND_WRITE_1H].index < 0)
        out->weight[DS_KIND_WRITE_1H] = out->weight[DS_KIND_WRITE];
    out->meter_count = pool->meter_weights.count;
    out->meter_weight = ds_plan_alloc(plan, out->meter_count, sizeof *out->meter_weight);
    out->quantity = ds_plan_alloc(plan, out->meter_count, sizeof *out->quantity);
    if (out->meter_weight == NULL || out->quantity == NULL)
        return false;
    for (size_t i = 0; i < out->meter_count; i++) {
        const ds_named_value *weight = &DS_ITEM(ds_named_value, pool->meter_weights, i);
        out->meter_weight[i] = weight->value.index;
        out->quantity[i] = ds_plan_by_product(plan, weight->key.name, false, DS_NONE);
        if (out->quantity[i] == NULL)
            return false;
    }
    return true;
}

/* Units that are held or reserved, where the settlement knows of such units. */
static void compile_reserved(ds_plan *plan, const ds_unit_pool *pool, int settlement,
                             ds_plan_pool *out)
{
    const ds_scenario *s = plan->scenario;
    out->held = out->reserved = DS_NONE;
    if (settlement == DS_SETTLED_METERED || settlement == DS_SETTLED_WINDOW)
        return;
    if (pool->held.index >= 0)
        out->held = ds_plan_add_amount(plan, pool->held);
    out->usd_per_reserved_month = ds_plan_column(pool->reserved_usd_per_unit_month, DS_NONE);
    out->usd_per_reserved_hour = ds_plan_column(pool->reserved_usd_per_unit_hour, DS_NONE);
    if (out->usd_per_reserved_month == DS_NONE && out->usd_per_reserved_hour == DS_NONE)
        out->usd_per_reserved_hour = out->usd_per_unit_hour;
    bool priced = pool->reserved_usd_per_unit_month.index >= 0 ||
                  pool->reserved_usd_per_unit_hour.index >= 0;
    if (priced || !ds_plan_is_always(s, pool->reserved_units, 0))
        out->reserved = ds_plan_add_amount(plan, pool->reserved_units);
}

static bool compile_pool(ds_plan *plan, const ds_model *m, const ds_unit_pool *pool,
                         ds_plan_contract *c, size_t index)
{
    ds_plan_pool *out = &c->pool[index];
    out->usd_per_unit_hour = pool->usd_per_unit_hour.index;
    out->profile = pool->profile;
    out->gpus = (double)pool->gpus;
    if (pool->profile >= 0) {
        ds_plan_compile_size(plan, m, pool->profile, &out->parameters, &out->measured_b);
        c->loads_move = c->loads_move || plan->profile[pool->profile].speed_gain != DS_NONE;
    }
    out->tokens_per_minute = pool->tokens_per_minute.index;
    out->minimum = (double)pool->minimum;
    out->increment = (double)pool->increment;
    out->ring = DS_NONE;
    if (c->settlement == DS_SETTLED_TERM) {
        out->ring = (int)plan->ring_count++;
        if (c->term_months > plan->most_life)
            plan->most_life = c->term_months;
    }
    compile_reserved(plan, pool, c->settlement, out);
    ds_plan_load load = ds_plan_empty_load(DS_LOAD_POOL);
    load.pool = (int)index;
    out->load = ds_plan_add_load(plan, load);
    return compile_weights(plan, pool, out);
}

bool ds_plan_compile_units(ds_plan *plan, const ds_model *m, const ds_contract *c,
                           ds_plan_contract *out)
{
    static const ds_window five_minutes = { .minutes = 5 };
    out->settlement = c->settlement;
    out->overage = c->overage;
    out->renews = c->renewal == DS_RENEWAL_AUTO;
    out->term_months = (size_t)c->term_months;
    out->window = c->window != NULL ? c->window : &five_minutes;
    out->utilisation = c->target_utilisation.index;
    out->lingers = out->lingers || c->settlement == DS_SETTLED_TERM;
    out->pool_count = c->units.count;
    out->pool = ds_plan_alloc(plan, out->pool_count, sizeof *out->pool);
    if (out->pool == NULL)
        return false;
    bool held = false;
    for (size_t q = 0; q < out->pool_count; q++) {
        if (!compile_pool(plan, m, &DS_ITEM(ds_unit_pool, c->units, q), out, q))
            return false;
        held = held || out->pool[q].held != DS_NONE;
    }
    if (!held || (c->settlement != DS_SETTLED_MONTH && c->settlement != DS_SETTLED_TERM))
        out->overage = DS_OVERAGE_NONE; /* nothing to be beyond */
    out->refuses = out->overage == DS_OVERAGE_REJECTED;
    if (ds_plan_in_periods(plan, out))
        out->driver = out->pool[0].load;
    if (out->pool_count > plan->most_pools)
        plan->most_pools = out->pool_count;
    return ds_plan_compile_prices(plan, c, out);
}
