/* check_units.c -- rules of compute time: pools of units, how they are settled, what
 * is reserved, and what happens beyond.
 *
 * Called by check_contract.c, at the path of a contract.  Numbers in brackets are
 * those of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/check.h"

static bool is_zero(const ds_binder *b, ds_quantity q)
{
    double x;
    return ds_certain(b, q, &x) && x == 0.0;
}

static bool weighs_meters(const ds_binder *b, const ds_unit_pool *pool)
{
    for (size_t i = 0; i < pool->meter_weights.count; i++)
        if (!is_zero(b, DS_ITEM(ds_named_value, pool->meter_weights, i).value))
            return true;
    return false;
}

/* ---- One pool -------------------------------------------------------------------- */

/* Does some product use the meter, or (NULL) any? */
static bool is_metered(const ds_binder *b, const char *meter)
{
    const ds_items *products = &b->scenario->products;
    for (size_t i = 0; i < products->count; i++) {
        const ds_request *r = DS_ITEM(ds_product, *products, i).request;
        for (size_t j = 0; r != NULL && j < r->meters.count; j++)
            if (meter == NULL || strcmp(DS_ITEM(ds_named_value, r->meters, j).key.name, meter) == 0)
                return true;
    }
    return false;
}

/* A meter whose name is misspelt takes up no units.  A catalogue may weigh more meters
 * than a scenario has, so this is no mistake, and nothing is said where there are none. */
static void check_meters(ds_binder *b, const ds_unit_pool *pool)
{
    ds_push(b, "meter_weights");
    for (size_t i = 0; i < pool->meter_weights.count; i++) {
        const char *meter = DS_ITEM(ds_named_value, pool->meter_weights, i).key.name;
        ds_push(b, meter);
        if (is_metered(b, NULL) && !is_metered(b, meter))
            ds_warn_here(b, "no product uses the meter \"%.60s\" (\"meters\" of its request)",
                         meter);
        ds_pop(b);
    }
    ds_pop(b);
}

/* What a unit serves. */
static void check_capacity(ds_binder *b, const ds_unit_pool *pool)
{
    bool by_profile = pool->profile != DS_ABSENT, weights = false, heavy = false;
    bool by_tokens = ds_there(pool->tokens_per_minute);
    if (by_profile == by_tokens &&
        !(pool->profile == DS_BROKEN && pool->tokens_per_minute.index == DS_BROKEN))
        ds_problem_here(b, "needs \"profile\" or \"tokens_per_minute\"%s",
                        by_profile ? ", not both" : "");
    for (int k = 0; k < DS_KIND_COUNT && pool->weights != NULL; k++) {
        weights = weights || pool->weights->kind[k].index >= 0;
        /* an absent weight is 1, an absent one of cache_write_1h as cache_write */
        bool as_write = k == DS_KIND_WRITE_1H && !ds_there(pool->weights->kind[k]);
        heavy = heavy || !is_zero(b, pool->weights->kind[as_write ? DS_KIND_WRITE : k]);
    }
    ds_refuse(b, pool->gpus != 1 && !by_profile, "gpus", "the pool has no \"profile\"");
    if (by_profile) {
        const char *why = "units by profile are filled by GPU time";
        ds_refuse(b, weights, "weights", why);
        ds_refuse(b, pool->meter_weights.count > 0, "meter_weights", why);
    } else if (!heavy && !weighs_meters(b, pool)) {
        ds_problem_in(b, "weights", "every weight is 0, so that nothing takes up the units");
    }
}

static void check_size(ds_binder *b, const ds_contract *c, const ds_unit_pool *pool)
{
    bool        held = ds_there(pool->held);
    const char *why = held ? "the units \"held\" are given" : NULL;
    if (held && c->settlement >= 0 && c->settlement != DS_SETTLED_MONTH &&
        c->settlement != DS_SETTLED_TERM) {
        ds_problem_in(b, "held", "units are held with settlement month or term only");
        return;
    }
    if (c->settlement == DS_SETTLED_METERED)
        why = "the settlement is metered";
    ds_refuse(b, why != NULL && pool->increment != 1, "increment", why);
    if (c->settlement == DS_SETTLED_WINDOW)
        why = "the settlement is by windows";
    ds_refuse(b, why != NULL && pool->minimum != 0, "minimum", why);
}

/* Reserved units (52). */
static void check_reserved(ds_binder *b, const ds_contract *c, const ds_unit_pool *pool)
{
    bool by_month = ds_there(pool->reserved_usd_per_unit_month);
    bool by_hour = ds_there(pool->reserved_usd_per_unit_hour);
    bool any = pool->reserved_units.index == DS_BROKEN ||
               ds_differs(b, pool->reserved_units, 0.0) || ds_is_term(b, pool->reserved_units);
    if (by_month && by_hour)
        ds_problem_in(b, "reserved_usd_per_unit_hour",
                      "\"reserved_usd_per_unit_month\" is given already: one of them");
    else if (any && !by_month && !by_hour)
        ds_problem_in(b, "reserved_units", "needs \"reserved_usd_per_unit_month\" or "
                                           "\"reserved_usd_per_unit_hour\"");
    if (any && (c->settlement == DS_SETTLED_METERED || c->settlement == DS_SETTLED_WINDOW))
        ds_problem_in(b, "reserved_units",
                      "no units can be reserved with settlement metered or window");
    /* 0 may be stated: a sweep may begin there */
    bool        none = !any && !ds_stated(b, "reserved_units");
    const char *why = "no units are reserved (\"reserved_units\")";
    ds_refuse(b, by_month && none, "reserved_usd_per_unit_month", why);
    ds_refuse(b, by_hour && none, "reserved_usd_per_unit_hour", why);
}

/* ---- All pools ------------------------------------------------------------------- */

/* Some pool must carry fresh input, and some output. */
static void check_carried(ds_binder *b, const ds_contract *c, int kind)
{
    for (size_t i = 0; i < c->units.count; i++) {
        const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, c->units, i);
        if (pool->profile != DS_ABSENT || pool->weights == NULL ||
            !is_zero(b, pool->weights->kind[kind]) || weighs_meters(b, pool))
            return;
    }
    if (c->units.count > 1)
        ds_problem_in(b, "units", "no pool has a weight for \"%s\" tokens, so that they take up "
                                  "no units and cost nothing", ds_kind_names[kind]);
}

/* Is any pool held? */
static bool check_pools(ds_binder *b, const ds_contract *c)
{
    bool held = false;
    ds_push(b, "units");
    for (size_t i = 0; i < c->units.count; i++) {
        const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, c->units, i);
        held = held || ds_there(pool->held);
        ds_push(b, pool->key.name);
        if (pool->usd_per_unit_hour.index != DS_BROKEN || pool->profile != DS_BROKEN) {
            check_capacity(b, pool);
            check_meters(b, pool);
            check_size(b, c, pool);
            check_reserved(b, c, pool);
        }
        ds_pop(b);
    }
    ds_pop(b);
    check_carried(b, c, DS_KIND_INPUT);
    check_carried(b, c, DS_KIND_OUTPUT);
    return held;
}

static void check_settlement(ds_binder *b, const ds_contract *c)
{
    bool        term = c->settlement == DS_SETTLED_TERM;
    bool        window = c->settlement == DS_SETTLED_WINDOW;
    const char *why = "the settlement is not \"term\"";
    ds_refuse(b, !term && c->term_months != 1, "term_months", why);
    ds_refuse(b, !term && c->renewal == DS_RENEWAL_NONE, "renewal", why);
    ds_refuse(b, !window && c->window != NULL, "window", "the settlement is not \"window\"");
    if (window && c->window == NULL)
        ds_problem_here(b, "settlement \"window\" needs \"window\" ({} for 5 minutes that slide)");
}

/* Load beyond the units held (44). */
static void check_overage(ds_binder *b, const ds_contract *c, bool any_held)
{
    bool priced = c->overage == DS_OVERAGE_LIST || c->overage == DS_OVERAGE_DISCOUNTED;
    if (c->overage < 0)
        return;
    ds_refuse(b, c->overage != DS_OVERAGE_NONE && !any_held, "overage",
              "no pool has units \"held\"");
    if (priced && c->usd_per_mtok == NULL)
        ds_problem_in(b, "overage", "needs \"usd_per_mtok\", the prices of what is beyond the "
                                    "units");
    const char *why = "\"overage\" is not \"list\" or \"discounted\"";
    ds_refuse(b, !priced && c->usd_per_mtok != NULL, "usd_per_mtok", why);
    ds_refuse(b, !priced && ds_differs(b, c->usd_per_request, 0.0), "usd_per_request", why);
}

void ds_check_units(ds_binder *b, const ds_contract *c)
{
    if (c->units.count == 0 && !ds_stated(b, "units"))
        ds_problem_here(b, "billing \"compute_time\" needs \"units\"");
    if (c->units.count == 0)
        return;
    bool held = check_pools(b, c);
    check_settlement(b, c);
    check_overage(b, c, held);
}
