/* check_prices.c -- rules of prices by kind of token, and of what moves them: tiers,
 * service classes, multipliers.
 *
 * Called by check_contract.c, at the path of a contract.  Numbers in brackets are
 * those of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/check.h"
#include "scenario/tariff.h"

/* bits of kinds of tokens */
#define BIT(kind) (1u << (kind))
#define OUTPUT_BIT BIT(DS_KIND_OUTPUT)
#define INPUT_BITS (BIT(DS_KIND_COUNT) - 1u - OUTPUT_BIT)

static bool states_any(const ds_by_kind *by_kind)
{
    for (int k = 0; by_kind != NULL && k < DS_KIND_COUNT; k++)
        if (ds_there(by_kind->kind[k]))
            return true;
    return false;
}

static bool states(const ds_by_kind *by_kind, int kind)
{
    return by_kind != NULL && ds_there(by_kind->kind[kind]);
}

/* ---- One factor or set of prices ------------------------------------------------- */

/* A price over a base price that may be 0 is no factor. */
static void check_base(ds_binder *b, const ds_by_kind *prices, const ds_by_kind *base)
{
    ds_push(b, "usd_per_mtok");
    for (int k = 0; k < DS_KIND_COUNT && base != NULL; k++) {
        ds_quantity of = ds_price_of_kind(base, k);
        if (states(prices, k) && of.index >= 0 && !(ds_least(b, of) > 0.0))
            ds_problem_in(b, ds_kind_names[k], "the contract's own price of \"%s\" can be 0, so "
                          "that no factor leads to this one", ds_kind_names[k]);
    }
    ds_pop(b);
}

static void check_repricing(ds_binder *b, const ds_repricing *r, const ds_by_kind *base)
{
    if (r->factor.index == DS_BROKEN)
        return;
    bool prices = states_any(r->usd_per_mtok), factors = states_any(r->factors);
    if (!ds_stated(b, "factor") && !prices && !factors)
        ds_problem_here(b, "has no effect: needs \"factor\", \"factors\" or \"usd_per_mtok\"");
    for (int k = 0; k < DS_KIND_COUNT; k++)
        if (states(r->usd_per_mtok, k) && states(r->factors, k)) {
            ds_push(b, "factors");
            ds_problem_in(b, ds_kind_names[k], "\"usd_per_mtok\" states a price of \"%s\" already",
                          ds_kind_names[k]);
            ds_pop(b);
        }
    bool input = states(r->usd_per_mtok, DS_KIND_INPUT) || states(r->factors, DS_KIND_INPUT);
    bool output = states(r->usd_per_mtok, DS_KIND_OUTPUT) || states(r->factors, DS_KIND_OUTPUT);
    ds_refuse(b, ds_differs(b, r->factor, 1.0) && input && output, "factor",
              "input and output have their own");
    if (r->usd_per_mtok != NULL)
        check_base(b, r->usd_per_mtok, base);
}

/* The kinds that it can move. */
static unsigned moved(const ds_binder *b, const ds_repricing *r)
{
    unsigned mask = 0;
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        ds_kind_factor factor = ds_factor_of_kind(r, k);
        if (factor.is == DS_FACTOR_PRICE || ds_differs(b, factor.value, 1.0))
            mask |= BIT(k);
    }
    return mask;
}

static const char *first_kind(unsigned mask)
{
    int k = 0;
    while (k < DS_KIND_COUNT - 1 && (mask & BIT(k)) == 0)
        k++;
    return ds_kind_names[k];
}

/* ---- Tiers (33), (35) ------------------------------------------------------------ */

static const char *const measures[] = {
    [DS_TIER_REQUEST_INPUT] = "request_input", [DS_TIER_REQUEST_OUTPUT] = "request_output",
    [DS_TIER_MONTH_INPUT] = "month_input",     [DS_TIER_MONTH_OUTPUT] = "month_output",
    [DS_TIER_MONTH_TOKENS] = "month_tokens",   [DS_TIER_MONTH_REQUESTS] = "month_requests",
};

static bool of_request(const ds_tiers *t)
{
    return t->of == DS_TIER_REQUEST_INPUT || t->of == DS_TIER_REQUEST_OUTPUT;
}

/* The part of a prompt beyond a step is made of input tokens only. */
static void check_graduated(ds_binder *b, const ds_tiers *t, const ds_tier_step *step)
{
    bool     input = t->of == DS_TIER_REQUEST_INPUT;
    unsigned others = moved(b, &step->prices) & (input ? OUTPUT_BIT : INPUT_BITS);
    if (of_request(t) && t->shape == DS_TIERS_GRADUATED && others != 0)
        ds_problem_here(b, "a graduated table of %s moves %s tokens only, not \"%s\": state "
                           "\"factors\" or \"usd_per_mtok\" of those", measures[t->of],
                        input ? "input" : "output", first_kind(others));
}

/* Returns the kinds that the table can move. */
static unsigned check_steps(ds_binder *b, const ds_contract *c, const ds_tiers *t)
{
    unsigned mask = 0;
    double   last = -1.0;
    ds_push(b, "steps");
    for (size_t i = 0; i < t->steps.count; i++) {
        const ds_tier_step *step = &DS_ITEM(ds_tier_step, t->steps, i);
        ds_push(b, step->key.name);
        ds_check_rising(b, "from", step->from, &last);
        if (c->billing == DS_BILLING_COMPUTE_TIME && step->prices.usd_per_mtok != NULL)
            ds_problem_in(b, "usd_per_mtok", "tiers of compute_time move weights: state \"factor\" "
                                             "or \"factors\"");
        else
            check_repricing(b, &step->prices, c->usd_per_mtok);
        check_graduated(b, t, step);
        mask |= moved(b, &step->prices);
        ds_pop(b);
    }
    ds_pop(b);
    return mask;
}

static bool by_profile_only(const ds_contract *c)
{
    for (size_t i = 0; i < c->units.count; i++)
        if (!ds_there((ds_quantity){DS_ITEM(ds_unit_pool, c->units, i).profile}))
            return false;
    return c->units.count > 0;
}

static void check_tiers(ds_binder *b, const ds_contract *c)
{
    const char *mover[DS_KIND_COUNT] = {NULL}; /* by a month's volume */
    ds_refuse(b, c->tiers.count > 0 && c->billing == DS_BILLING_COMPUTE_TIME && by_profile_only(c),
              "tiers", "units by profile have no weights of tokens");
    ds_push(b, "tiers");
    for (size_t i = 0; i < c->tiers.count; i++) {
        const ds_tiers *t = &DS_ITEM(ds_tiers, c->tiers, i);
        ds_push(b, t->key.name);
        unsigned mask = check_steps(b, c, t);
        bool     monthly = t->of >= 0 && !of_request(t);
        if (monthly && c->billing == DS_BILLING_COMPUTE_TIME)
            ds_problem_in(b, "of", "weights of compute_time depend on a request: request_input or "
                                   "request_output");
        bool told = false;
        for (int k = 0; monthly && k < DS_KIND_COUNT; k++) {
            if ((mask & BIT(k)) == 0)
                continue;
            if (mover[k] != NULL && !told)
                ds_problem_at_key(b, "moves \"%s\" tokens, as \"%.60s\" does: one table of a "
                                     "month's volume for each kind", ds_kind_names[k], mover[k]);
            told = told || mover[k] != NULL;
            mover[k] = t->key.name;
        }
        ds_pop(b);
    }
    ds_pop(b);
}

/* ---- Classes and multipliers (34) ------------------------------------------------ */

static void check_classes(ds_binder *b, const ds_contract *c)
{
    double sum = 0.0;
    ds_push(b, "service_classes");
    for (size_t i = 0; i < c->service_classes.count; i++) {
        const ds_service_class *k = &DS_ITEM(ds_service_class, c->service_classes, i);
        sum += ds_greatest(b, k->share, 1.0);
        ds_push(b, k->key.name);
        check_repricing(b, &k->prices, c->usd_per_mtok);
        ds_pop(b);
    }
    if (sum > 1.0 + DS_SHARE_TOLERANCE)
        ds_problem_here(b, "the shares of the classes can add up to %.4g; set their \"max\" so "
                           "that they cannot exceed 1", sum);
    ds_pop(b);
}

static void check_multipliers(ds_binder *b, const ds_contract *c)
{
    ds_push(b, "multipliers");
    for (size_t i = 0; i < c->multipliers.count; i++) {
        const ds_multiplier *m = &DS_ITEM(ds_multiplier, c->multipliers, i);
        ds_push(b, m->key.name);
        check_repricing(b, &m->prices, NULL);
        if (m->from_hour == 24)
            ds_problem_in(b, "from_hour", "24 is the end of the day; it begins at 0");
        ds_pop(b);
    }
    ds_pop(b);
}

/* ---- Cached tokens dearer than fresh ones ---------------------------------------- */

static bool dear(const ds_binder *b, const ds_by_kind *p)
{
    if (p == NULL || p->kind[DS_KIND_READ].index < 0 || p->kind[DS_KIND_INPUT].index < 0)
        return false;
    return ds_mean_of(b, p->kind[DS_KIND_READ]) >
           ds_mean_of(b, p->kind[DS_KIND_INPUT]) * (1.0 + 1e-12);
}

/* Reports, unless it is allowed; is it dear? */
static bool check_dear(ds_binder *b, const ds_contract *c, const ds_by_kind *prices)
{
    if (!dear(b, prices))
        return false;
    ds_push(b, "usd_per_mtok");
    if (c->allow == DS_ALLOW_NOTHING)
        ds_problem_in(b, "cache_read", "costs %.6g on average, more than fresh input at %.6g; if "
                      "it is meant, state \"allow\": \"dear_cache_read\"",
                      ds_mean_of(b, prices->kind[DS_KIND_READ]),
                      ds_mean_of(b, prices->kind[DS_KIND_INPUT]));
    ds_pop(b);
    return true;
}

static void check_dear_moved(ds_binder *b, const ds_contract *c, const ds_moved *m, void *found)
{
    if (check_dear(b, c, m->prices->usd_per_mtok))
        *(bool *)found = true;
}

static void check_cache_read(ds_binder *b, const ds_contract *c)
{
    bool found = check_dear(b, c, c->usd_per_mtok);
    ds_each_moved(b, c, check_dear_moved, &found);
    ds_refuse(b, c->allow == DS_ALLOW_DEAR_CACHE_READ && !found, "allow",
              "no \"cache_read\" is dearer than \"input\"");
}

void ds_check_prices(ds_binder *b, const ds_contract *c)
{
    check_tiers(b, c);
    check_classes(b, c);
    check_multipliers(b, c);
    if (c->billing != DS_BILLING_COMPUTE_TIME)
        check_cache_read(b, c);
}
