/* plan_prices.c -- prices by token of a contract, what moves them, and the loads in
 * money that the bill is the sum of: (30), (33)-(37).
 *
 * A contract whose prices are flat has one load.  Steps of a volume, meters with a
 * free amount and bills whose lines are rounded take more of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/plan_internal.h"
#include "numerics/lanes.h"
#include "scenario/tariff.h"

enum { ALL_KINDS = (1u << DS_KIND_COUNT) - 1 };

/* "Factor G_k" of (30). */
static ds_plan_factor factor_of(const ds_plan *plan, const ds_repricing *r,
                                const ds_plan_prices *base, int kind)
{
    ds_kind_factor factor = ds_factor_of_kind(r, kind);
    switch (factor.is) {
    case DS_FACTOR_PRICE:
        return (ds_plan_factor){ factor.value.index, base->usd[factor.over] };
    case DS_FACTOR_OF_KIND:
        return (ds_plan_factor){ factor.value.index, plan->one };
    default:
        return (ds_plan_factor){ ds_plan_column_unless(plan->scenario, factor.value, 1),
                                 plan->one };
    }
}

static void compile_factors(const ds_plan *plan, const ds_repricing *r,
                            const ds_plan_prices *base, ds_plan_factor factor[DS_KIND_COUNT])
{
    for (int k = 0; k < DS_KIND_COUNT; k++)
        factor[k] = factor_of(plan, r, base, k);
}

bool ds_plan_compile_steps(ds_plan *plan, ds_plan_table *out, const double *from, size_t stride,
                           size_t count, int shape, int edge)
{
    out->cliff = shape == DS_TIERS_CLIFF;
    out->step_count = count;
    out->step = ds_plan_alloc(plan, count, sizeof *out->step);
    if (out->step == NULL)
        return false;
    for (size_t j = 0; j < count; j++) {
        const double *at = (const double *)(const void *)((const char *)from + j * stride);
        ds_plan_step *step = &out->step[j];
        step->from = *at;
        step->log_from = *at > 0 ? ds_log(*at) : 0;
        step->discount = DS_NONE;
        /* x >= limit is x > what comes before limit; 0 is always reached */
        step->limit = *at == 0             ? -1
                      : edge == DS_EDGE_AT ? nextafter(*at * (1 - 1e-9), (double)-INFINITY)
                                           : *at * (1 + 1e-9);
    }
    return true;
}

static bool compile_tiers(ds_plan *plan, const ds_tiers *t, const ds_plan_prices *base,
                          ds_plan_table *out)
{
    const ds_tier_step *steps = t->steps.items;
    out->of = t->of;
    if (!ds_plan_compile_steps(plan, out, &steps->from, sizeof *steps, t->steps.count, t->shape,
                               t->edge))
        return false;
    for (size_t j = 0; j < out->step_count; j++)
        compile_factors(plan, &steps[j].prices, base, out->step[j].factor);
    return true;
}

static bool compile_all_tiers(ds_plan *plan, const ds_contract *c, ds_plan_prices *out)
{
    out->tier = ds_plan_alloc(plan, c->tiers.count, sizeof *out->tier);
    out->volume = ds_plan_alloc(plan, c->tiers.count, sizeof *out->volume);
    if (out->tier == NULL || out->volume == NULL)
        return false;
    for (size_t i = 0; i < c->tiers.count; i++) {
        const ds_tiers *t = &DS_ITEM(ds_tiers, c->tiers, i);
        bool of_request = t->of == DS_TIER_REQUEST_INPUT || t->of == DS_TIER_REQUEST_OUTPUT;
        ds_plan_table *table = of_request ? &out->tier[out->tier_count++]
                                          : &out->volume[out->volume_count++];
        if (!compile_tiers(plan, t, out, table))
            return false;
        if (of_request)
            continue;
        table->gain = plan->gain_count;
        plan->gain_count += table->step_count;
    }
    return true;
}

int *ds_plan_by_product(ds_plan *plan, const char *name, bool of_class, int absent)
{
    int *column = ds_plan_alloc(plan, plan->product_count, sizeof *column);
    for (size_t p = 0; column != NULL && p < plan->product_count; p++) {
        const ds_product *product = &DS_ITEM(ds_product, plan->scenario->products, p);
        const ds_items *named = of_class ? &product->service_shares : &product->request->meters;
        const ds_named_value *value = ds_find_item(named, sizeof *value, name);
        column[p] = value != NULL ? value->value.index : absent;
    }
    return column;
}

/* How much of the hour from `hour` on lies between two times of the day. */
static double overlap(double hour, double from, double to)
{
    return fmax(0, fmin(hour + 1, to) - fmax(hour, from));
}

/* The share of each product's load in some hours of the day; NULL: no memory. */
static double *share_of_hours(ds_plan *plan, double from, double to)
{
    double *share = ds_plan_alloc(plan, plan->product_count, sizeof *share);
    for (size_t p = 0; share != NULL && p < plan->product_count; p++)
        for (size_t h = 0; h < 168; h++) {
            double hour = (double)(h % 24);
            double part = from < to ? overlap(hour, from, to)
                                    : overlap(hour, from, 24) + overlap(hour, 0, to);
            share[p] += part * plan->product[p].week[h] / 168;
        }
    return share;
}

static bool compile_moved(ds_plan *plan, const ds_contract *c, ds_plan_prices *out)
{
    out->class_count = c->service_classes.count;
    out->multiplier_count = c->multipliers.count;
    out->class = ds_plan_alloc(plan, out->class_count, sizeof *out->class);
    out->multiplier = ds_plan_alloc(plan, out->multiplier_count, sizeof *out->multiplier);
    if (out->class == NULL || out->multiplier == NULL)
        return false;
    for (size_t i = 0; i < out->class_count; i++) {
        const ds_service_class *class = &DS_ITEM(ds_service_class, c->service_classes, i);
        out->class[i].share = ds_plan_by_product(plan, class->key.name, true, class->share.index);
        if (out->class[i].share == NULL)
            return false;
        compile_factors(plan, &class->prices, out, out->class[i].factor);
    }
    for (size_t i = 0; i < out->multiplier_count; i++) {
        const ds_multiplier *m = &DS_ITEM(ds_multiplier, c->multipliers, i);
        compile_factors(plan, &m->prices, out, out->multiplier[i].factor);
        if (m->from_hour == m->to_hour)
            continue;
        out->multiplier[i].hours = share_of_hours(plan, m->from_hour, m->to_hour);
        if (out->multiplier[i].hours == NULL)
            return false;
    }
    return true;
}

static bool compile_meters(ds_plan *plan, const ds_contract *c, ds_plan_prices *out)
{
    out->meter_count = c->meters.count;
    out->meter = ds_plan_alloc(plan, out->meter_count, sizeof *out->meter);
    if (out->meter == NULL)
        return false;
    for (size_t i = 0; i < out->meter_count; i++) {
        const ds_meter_price *m = &DS_ITEM(ds_meter_price, c->meters, i);
        out->meter[i] = (ds_plan_meter){
            .quantity = ds_plan_by_product(plan, m->key.name, false, DS_NONE),
            .usd = m->usd_per_unit.index, .minimum = m->minimum_per_request.index,
            .free = ds_plan_column_unless(plan->scenario, m->free_per_month, 0) };
        if (out->meter[i].quantity == NULL)
            return false;
    }
    return true;
}

static void compile_base(const ds_plan *plan, const ds_contract *c, ds_plan_prices *out)
{
    out->per_request = ds_plan_column_unless(plan->scenario, c->usd_per_request, 0);
    for (int k = 0; k < DS_KIND_COUNT; k++)
        out->usd[k] =
            c->usd_per_mtok != NULL ? ds_price_of_kind(c->usd_per_mtok, k).index : DS_NONE;
}

/* ---- the loads -------------------------------------------------------------------- */

ds_plan_load ds_plan_empty_load(int what)
{
    return (ds_plan_load){ .what = what, .volume = DS_NONE, .step = DS_NONE, .meter = DS_NONE,
                           .pool = DS_NONE };
}

int ds_plan_add_load(ds_plan *plan, ds_plan_load load)
{
    plan->load[plan->load_count] = load;
    return (int)plan->load_count++;
}

/* Kinds, of those in `kinds`, whose factor a step changes. */
static unsigned changed_by(const ds_plan_table *table, size_t step, unsigned kinds)
{
    unsigned changed = 0;
    for (int k = 0; k < DS_KIND_COUNT; k++)
        if (table->step[step].factor[k].value != DS_NONE ||
            (step > 0 && table->step[step - 1].factor[k].value != DS_NONE))
            changed |= 1u << k;
    return changed & kinds;
}

/* Do the steps of the table move all kinds alike? */
static bool is_uniform(const ds_plan_table *table)
{
    for (size_t j = 0; j < table->step_count; j++)
        for (int k = 1; k < DS_KIND_COUNT; k++)
            if (table->step[j].factor[k].value != table->step[j].factor[0].value ||
                table->step[j].factor[k].over != table->step[j].factor[0].over)
                return false;
    return true;
}

/* Some kinds of tokens with their volume steps, and what else is linear. */
static void add_money(ds_plan *plan, const ds_plan_prices *prices, unsigned kinds,
                      bool per_request, bool meters)
{
    ds_plan_load load = ds_plan_empty_load(DS_LOAD_USD);
    load.kinds = kinds;
    const bool uniform =
        kinds != 0 && prices->volume_count == 1 && is_uniform(&prices->volume[0]);
    if (uniform) {
        load.volume = 0;
        ds_plan_add_load(plan, load);
        load.volume = DS_NONE;
        load.kinds = 0;
    }
    load.per_request = per_request;
    load.meters = meters;
    if (!uniform || per_request || meters)
        ds_plan_add_load(plan, load);
    load.per_request = load.meters = false;
    for (size_t v = 0; v < prices->volume_count && !uniform; v++)
        for (size_t j = 0; j < prices->volume[v].step_count; j++) {
            load.kinds = changed_by(&prices->volume[v], j, kinds);
            load.volume = (int)v;
            load.step = (int)j;
            if (load.kinds != 0)
                ds_plan_add_load(plan, load);
        }
}

/* Has the contract a meter whose cost is linear? */
static bool has_linear_meter(const ds_plan_prices *prices)
{
    bool found = false;
    for (size_t m = 0; m < prices->meter_count; m++)
        found = found || prices->meter[m].free == DS_NONE;
    return found;
}

static void end_line(ds_plan *plan)
{
    plan->load[plan->load_count - 1].ends_line = true;
}

static void add_meter(ds_plan *plan, size_t meter)
{
    ds_plan_load load = ds_plan_empty_load(DS_LOAD_METER);
    load.meter = (int)meter;
    ds_plan_add_load(plan, load);
}

/* What the volumes of a month are the sum of. */
static void add_volumes(ds_plan *plan, const ds_plan_prices *prices)
{
    for (size_t v = 0; v < prices->volume_count; v++) {
        ds_plan_load load = ds_plan_empty_load(DS_LOAD_VOLUME);
        load.volume = (int)v;
        prices->volume[v].load = ds_plan_add_load(plan, load);
    }
}

static void add_charges(ds_plan *plan, const ds_plan_contract *c)
{
    const ds_plan_prices *prices = c->prices;
    bool by_line = c->rounding == DS_ROUNDED_LINE;
    if (!by_line)
        add_money(plan, prices, ALL_KINDS, prices->per_request != DS_NONE,
                  has_linear_meter(prices));
    for (int k = 0; k < DS_KIND_COUNT && by_line; k++) {
        add_money(plan, prices, 1u << k, false, false);
        end_line(plan);
    }
    if (by_line && prices->per_request != DS_NONE) {
        add_money(plan, prices, 0, true, false);
        end_line(plan);
    }
    for (size_t m = 0; m < prices->meter_count; m++)
        if (by_line || prices->meter[m].free != DS_NONE) {
            add_meter(plan, m);
            if (by_line)
                end_line(plan);
        }
    end_line(plan);
}

/* A load of b_p and the price of a request: for overage, and for the course of usage. */
static int add_price_of_request(ds_plan *plan, const ds_plan_prices *prices)
{
    ds_plan_load load = ds_plan_empty_load(DS_LOAD_USD);
    load.kinds = ALL_KINDS;
    load.per_request = prices->per_request != DS_NONE;
    return ds_plan_add_load(plan, load);
}

bool ds_plan_compile_prices(ds_plan *plan, const ds_contract *c, ds_plan_contract *out)
{
    ds_plan_prices *prices = ds_plan_alloc(plan, 1, sizeof *prices);
    if (prices == NULL)
        return false;
    compile_base(plan, c, prices);
    if (!compile_all_tiers(plan, c, prices) || !compile_moved(plan, c, prices) ||
        !compile_meters(plan, c, prices))
        return false;
    out->prices = prices;
    const bool by_token = c->billing != DS_BILLING_COMPUTE_TIME;
    if (by_token) {
        add_charges(plan, out);
        out->charge_end = (int)plan->load_count;
        add_volumes(plan, prices);
        if (ds_plan_in_periods(plan, out))
            out->driver = add_price_of_request(plan, prices);
    } else if (out->overage == DS_OVERAGE_LIST || out->overage == DS_OVERAGE_DISCOUNTED) {
        out->overage_load = add_price_of_request(plan, prices);
    }
    return true;
}
