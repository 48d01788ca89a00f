/* check_fleet.c -- rules of fleets: their size and its limits, their GPUs, and who takes
 * what a limited fleet cannot.
 *
 * Called by check_contract.c, at the path of a contract, and check_model.c.  Numbers in
 * brackets are those of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenario/check.h"

#define REGION_TOLERANCE 1e-9

/* ---- Size (45), (46), (104) ------------------------------------------------------ */

static void check_size(ds_binder *b, const ds_contract *c)
{
    int64_t least = c->minimum_replicas + c->spare_replicas;
    double  sum = 0.0;
    if (c->maximum_replicas > 0 && c->maximum_replicas < least)
        ds_problem_in(b, "maximum_replicas", "%lld is less than minimum_replicas and "
                                             "spare_replicas together, %lld",
                      (long long)c->maximum_replicas, (long long)least);
    for (size_t r = 0; r < c->region_shares.count; r++)
        sum += c->region_shares.values[r];
    ds_push(b, "region_shares");
    bool reported = ds_reported_inside(b);
    ds_pop(b);
    if (ds_stated(b, "region_shares") && !reported && !(fabs(sum - 1.0) <= REGION_TOLERANCE))
        ds_problem_in(b, "region_shares", "the shares add up to %.10g, %s 1 by %.3g", sum,
                      sum < 1.0 ? "below" : "above", fabs(sum - 1.0));
}

static void check_scaling(ds_binder *b, const ds_contract *c)
{
    if (c->scaling < 0)
        return;
    ds_refuse(b, c->startup_minutes > 0.0 && c->scaling == DS_SCALING_STATIC, "startup_minutes",
              "a static fleet is never started; \"scaling\" is not \"scheduled\" or "
              "\"autoscaled\"");
    ds_refuse(b, c->cooldown_minutes > 0.0 && c->scaling != DS_SCALING_AUTOSCALED,
              "cooldown_minutes", "\"scaling\" is not \"autoscaled\"");
}

static void check_capacity(ds_binder *b, const ds_contract *c)
{
    const ds_capacity *k = c->capacity;
    const ds_clock    *clock = b->scenario->clock;
    ds_push(b, "capacity");
    if (c->maximum_replicas > 0 && k->initial_replicas > c->maximum_replicas)
        ds_problem_in(b, "initial_replicas", "%lld is more than maximum_replicas, %lld",
                      (long long)k->initial_replicas, (long long)c->maximum_replicas);
    if (clock != NULL && k->lead_months >= clock->months) {
        ds_push(b, "lead_months");
        ds_warn_here(b, "nothing that is ordered comes within the %lld months of the clock",
                     (long long)clock->months);
        ds_pop(b);
    }
    ds_pop(b);
}

/* ---- Profile and waiting (103) --------------------------------------------------- */

static const ds_profile *profile_of(const ds_binder *b, const ds_contract *c)
{
    const ds_items *profiles = &b->scenario->profiles;
    bool known = c->profile >= 0 && (size_t)c->profile < profiles->count;
    return known ? &DS_ITEM(ds_profile, *profiles, c->profile) : NULL;
}

static void check_waiting(ds_binder *b, const ds_contract *c, const ds_profile *p)
{
    bool closed_form = p != NULL && p->table.count == 0 && p->roofline == NULL;
    if (closed_form && isnan(p->slots_per_replica))
        ds_problem_in(b, "waiting", "needs \"slots_per_replica\" of the profile \"%.60s\"",
                      p->key.name);
    ds_push(b, "waiting");
    if (!ds_reported_inside(b) && isnan(c->waiting->share) && !(c->waiting->seconds > 0.0))
        ds_problem_in(b, "seconds", "no fleet keeps a mean wait of 0; state a longer one, or the "
                                    "\"share\" of requests that do not wait");
    ds_pop(b);
}

/* ---- GPUs (47), (48) ------------------------------------------------------------- */

static void check_spot(ds_binder *b, const ds_spot *s)
{
    bool interrupted = ds_differs(b, s->interruptions_per_hour, 0.0);
    bool recovers = ds_differs(b, s->recovery_minutes, 0.0);
    double share;
    ds_push(b, "spot");
    ds_refuse(b, interrupted && !recovers && s->recovery_minutes.index >= 0,
              "interruptions_per_hour", "there are no \"recovery_minutes\", and that is all that "
                                        "an interruption costs");
    ds_refuse(b, recovers && !interrupted && s->interruptions_per_hour.index >= 0,
              "recovery_minutes", "there are no \"interruptions_per_hour\"");
    if (ds_certain(b, s->unavailable_share, &share) && share == 1.0) {
        ds_push(b, "unavailable_share");
        ds_warn_here(b, "spot GPUs are never there, so all are paid on demand");
        ds_pop(b);
    }
    ds_pop(b);
}

static void check_gpus(ds_binder *b, const ds_contract *c)
{
    const char *why = "the GPUs are bought (\"owned\")";
    if (c->owned != NULL) {
        ds_refuse(b, c->reserved != NULL, "reserved", why);
        ds_refuse(b, c->spot != NULL, "spot", why);
        ds_refuse(b, ds_differs(b, c->rent_discount_share, 0.0), "rent_discount_share", why);
    } else if (c->spot != NULL) {
        check_spot(b, c->spot);
    }
}

void ds_check_fleet(ds_binder *b, const ds_contract *c)
{
    const ds_profile *p = profile_of(b, c);
    if (c->profile == DS_ABSENT)
        ds_problem_here(b, "billing \"fleet\" needs \"profile\"");
    check_size(b, c);
    check_scaling(b, c);
    check_gpus(b, c);
    if (c->capacity != NULL)
        check_capacity(b, c);
    if (c->waiting != NULL)
        check_waiting(b, c, p);
    if (p != NULL && ds_profile_has_limit(p) && ds_differs(b, c->slo_derate, 1.0)) {
        ds_push(b, "slo_derate");
        ds_warn_here(b, "the profile \"%.60s\" keeps its limits already; this takes more off",
                     p->key.name);
        ds_pop(b);
    }
}

/* ---- Overflow (106) -------------------------------------------------------------- */

/* The key that limits the fleet, or NULL. */
static const char *limit_of(const ds_contract *c)
{
    if (c->billing != DS_BILLING_FLEET)
        return NULL;
    if (c->maximum_replicas > 0)
        return "maximum_replicas";
    if (c->capacity != NULL)
        return "capacity";
    bool late = c->scaling == DS_SCALING_AUTOSCALED && c->startup_minutes > 0.0;
    return late ? "startup_minutes" : NULL;
}

bool ds_has_limited_fleet(const ds_model *m)
{
    for (size_t i = 0; i < m->contracts.count; i++)
        if (limit_of(&DS_ITEM(ds_contract, m->contracts, i)) != NULL)
            return true;
    return false;
}

/* The first strategy that uses the model and names no fallback of it, or NULL. */
static const ds_strategy *without_fallback(const ds_binder *b, int model)
{
    const ds_items *strategies = &b->scenario->strategies;
    for (size_t i = 0; i < strategies->count; i++) {
        const ds_strategy *s = &DS_ITEM(ds_strategy, *strategies, i);
        bool               found = !ds_may_use(b, s, (size_t)model);
        for (size_t k = 0; k < s->fallback.count && !found; k++)
            found = DS_ITEM(ds_model_fallback, s->fallback, k).key.target == model;
        if (!found)
            return s;
    }
    return NULL;
}

void ds_check_overflow(ds_binder *b, const ds_model *m, int model)
{
    const ds_strategy *s = m->fallback == DS_ABSENT ? without_fallback(b, model) : NULL;
    ds_push(b, "contracts");
    for (size_t i = 0; i < m->contracts.count && s != NULL; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, m->contracts, i);
        const char        *key = limit_of(c);
        if (key == NULL)
            continue;
        ds_push(b, c->key.name);
        ds_push(b, key);
        ds_warn_here(b, "limits the fleet, and the model has no \"fallback\" under the strategy "
                        "\"%.60s\": what the fleet cannot take is not served", s->key.name);
        ds_pop(b);
        ds_pop(b);
    }
    ds_pop(b);
}
