/* complete.c -- defaults that depend on other keys: inputs that no row states.
 *
 * Called by bind.c at the end of its walk, before the rules, so that sweeps, engines
 * and reports find these inputs like any other, under the pointer of their key.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenario/binder.h"
#include "scenario/writer.h"

/* Log-sd of true over predicted speed (docs/throughput.md). */
#define ERROR_CLOSED_FORM 0.09
#define ERROR_TABLE       0.09
#define ERROR_ROOFLINE    0.12
#define ERROR_EXPERTS     0.30 /* mixtures of experts                            */

bool ds_profile_has_limit(const ds_profile *p)
{
    return !isnan(p->ttft_limit_ms) || !isnan(p->tpot_limit_ms);
}

static void add(ds_binder *b, const char *key, ds_quantity *q, const ds_distribution *d)
{
    char text[64];
    if (d->kind == DS_DIST_CONSTANT)
        ds_number_text(d->a, text);
    else
        snprintf(text, sizeof text, "lognormal, median 1, log_sd %.3g", d->b);
    ds_push(b, key);
    *q = ds_default_quantity(b, "1", d, text);
    ds_pop(b);
}

static void add_constant(ds_binder *b, const char *key, ds_quantity *q, double x)
{
    const ds_distribution d = {.kind = DS_DIST_CONSTANT, .a = x, .low = -(double)INFINITY,
                               .high = (double)INFINITY};
    if (q->index == DS_ABSENT)
        add(b, key, q, &d);
}

/* The error of a profile: epsilon of (31). */
static void complete_profile(ds_binder *b, ds_profile *p)
{
    p->error.index = DS_ABSENT;
    if (isnan(p->relative_error))
        p->relative_error = p->roofline != NULL && p->roofline->experts > 1 ? ERROR_EXPERTS
                            : p->roofline != NULL                           ? ERROR_ROOFLINE
                            : p->table.count > 0                            ? ERROR_TABLE
                                                                            : ERROR_CLOSED_FORM;
    const ds_distribution d = {.kind = DS_DIST_LOGNORMAL, .a = 0.0, .b = p->relative_error,
                               .low = -(double)INFINITY, .high = (double)INFINITY};
    if (p->relative_error > 0.0)
        add(b, "relative_error", &p->error, &d);
}

static void complete_contract(ds_binder *b, ds_contract *c)
{
    const ds_items *profiles = &b->scenario->profiles;
    bool fleet = c->billing == DS_BILLING_FLEET;
    bool known = fleet && c->profile >= 0 && (size_t)c->profile < profiles->count;
    bool limited = known && ds_profile_has_limit(&DS_ITEM(ds_profile, *profiles, c->profile));
    add_constant(b, "slo_derate", &c->slo_derate, limited ? 1.0 : 0.7);
    add_constant(b, "target_utilisation", &c->target_utilisation,
                 fleet && c->waiting != NULL ? 1.0 : 0.7);
}

void ds_complete(ds_binder *b)
{
    ds_scenario *s = b->scenario;
    ds_profile  *profiles = s->profiles.items;
    ds_model    *models = s->models.items;
    b->depth = 0;
    ds_push(b, "profiles");
    for (size_t i = 0; i < s->profiles.count; i++) {
        ds_push(b, profiles[i].key.name);
        complete_profile(b, &profiles[i]);
        ds_pop(b);
    }
    ds_pop(b);
    ds_push(b, "models");
    for (size_t i = 0; i < s->models.count; i++) {
        ds_contract *contracts = models[i].contracts.items;
        ds_push(b, models[i].key.name);
        ds_push(b, "contracts");
        for (size_t k = 0; k < models[i].contracts.count; k++) {
            ds_push(b, contracts[k].key.name);
            complete_contract(b, &contracts[k]);
            ds_pop(b);
        }
        ds_pop(b);
        ds_pop(b);
    }
    ds_pop(b);
}
