/* check_bounds.c -- warnings of prices that are probably slips: per token instead of
 * per million tokens, a digit too many, columns that were swapped.
 *
 * Called by check_contract.c, at the path of a contract.  The bounds are those that
 * find the errors of a published table of 2,985 prices (LiteLLM, 2026-07-24), among
 * them input at 135,000 USD/Mtok and a priority class at 50 times the price, and warn
 * of no price that is right.  Uncertain prices are judged by their means.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/check.h"
#include "scenario/tariff.h"

/* [USD/Mtok] */
#define HIGHEST 500.0
#define LOWEST 1e-3
/* of the input price */
#define OUTPUT_LEAST 0.5
#define TIER_LEAST 0.3
#define TIER_MOST 3.0
#define CLASS_LEAST 0.1
#define CLASS_MOST 10.0

/* ---- Prices ---------------------------------------------------------------------- */

static bool all_free(const ds_binder *b, const ds_by_kind *p)
{
    for (int k = 0; k < DS_KIND_COUNT; k++)
        if (ds_there(p->kind[k]) && ds_mean_of(b, p->kind[k]) != 0.0)
            return false;
    return true;
}

/* Does any request have tokens of the kind?  Embeddings have no output. */
static bool has_tokens(const ds_binder *b, int kind)
{
    const ds_items *products = &b->scenario->products;
    bool            input = kind == DS_KIND_INPUT, any = false;
    for (size_t i = 0; i < products->count && !any; i++) {
        const ds_request *r = DS_ITEM(ds_product, *products, i).request;
        any = r != NULL && (ds_differs(b, input ? r->input_tokens : r->output_tokens, 0.0) ||
                            ds_differs(b, input ? r->input_words : r->output_words, 0.0));
    }
    return any;
}

static void check_prices(ds_binder *b, const ds_by_kind *p, double usd_per_credit)
{
    double input = ds_mean_of(b, p->kind[DS_KIND_INPUT]);
    double output = ds_mean_of(b, p->kind[DS_KIND_OUTPUT]);
    bool   free = all_free(b, p);
    ds_push(b, "usd_per_mtok");
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        double usd = ds_mean_of(b, p->kind[k]) * usd_per_credit;
        bool   cached = k != DS_KIND_INPUT && k != DS_KIND_OUTPUT;
        if (p->kind[k].index < 0 || free)
            continue;
        ds_push(b, ds_kind_names[k]);
        if (usd >= HIGHEST)
            ds_warn_here(b, "\"%s\" costs %.6g USD/Mtok; prices are below %.3g", ds_kind_names[k],
                         usd, HIGHEST);
        else if (usd == 0.0 && !cached && has_tokens(b, k))
            ds_warn_here(b, "\"%s\" is free, and other tokens are not", ds_kind_names[k]);
        else if (usd > 0.0 && usd < LOWEST)
            ds_warn_here(b, "\"%s\" costs %.3g USD/Mtok; is it a price per token?",
                         ds_kind_names[k], usd);
        else if (k == DS_KIND_OUTPUT && usd > 0.0 && output < OUTPUT_LEAST * input)
            ds_warn_here(b, "\"output\" costs %.4g of \"input\"; it is seldom below %.2g of it",
                         output / input, OUTPUT_LEAST);
        ds_pop(b);
    }
    ds_pop(b);
}

/* ---- Factors --------------------------------------------------------------------- */

typedef struct {
    double      least, most;
    const char *what; /* "a tier" */
    bool        cheap; /* is meant to be no dearer than the standard          */
    bool        free;  /* may cost nothing: the first million tokens          */
} bounds;

static void check_factor(ds_binder *b, const bounds *limit, const char *kind, double factor)
{
    if (limit->free && factor == 0.0)
        return;
    if (factor < limit->least || factor > limit->most)
        ds_warn_here(b, "%s at %.4g times the price%s%s; factors are from %.2g to %.2g",
                     limit->what, factor, *kind == '\0' ? "" : " of ", kind, limit->least,
                     limit->most);
    else if (limit->cheap && factor > 1.0 + DS_SHARE_TOLERANCE)
        ds_warn_here(b, "%s at %.4g times the price%s%s is dearer than the standard", limit->what,
                     factor, *kind == '\0' ? "" : " of ", kind);
}

static void check_repricing(ds_binder *b, const ds_repricing *r, const ds_by_kind *base,
                            const bounds *limit)
{
    ds_push(b, "factor");
    if (r->factor.index >= 0)
        check_factor(b, limit, "", ds_mean_of(b, r->factor));
    ds_pop(b);
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        double price = base == NULL ? 0.0 : ds_mean_of(b, ds_price_of_kind(base, k));
        ds_push(b, "factors");
        ds_push(b, ds_kind_names[k]);
        if (r->factors != NULL && r->factors->kind[k].index >= 0)
            check_factor(b, limit, ds_kind_names[k], ds_mean_of(b, r->factors->kind[k]));
        ds_pop(b);
        ds_pop(b);
        ds_push(b, "usd_per_mtok");
        ds_push(b, ds_kind_names[k]);
        if (r->usd_per_mtok != NULL && r->usd_per_mtok->kind[k].index >= 0 && price > 0.0)
            check_factor(b, limit, ds_kind_names[k],
                         ds_mean_of(b, r->usd_per_mtok->kind[k]) / price);
        ds_pop(b);
        ds_pop(b);
    }
}

/* One step, class or multiplier. */
static void check_moved(ds_binder *b, const ds_contract *c, const ds_moved *m, void *context)
{
    (void)context;
    bounds limit = {CLASS_LEAST, CLASS_MOST, "a multiplier", false, false};
    if (m->what == DS_MOVED_BY_STEP)
        limit = (bounds){TIER_LEAST, TIER_MOST, "a tier", false, true};
    if (m->what == DS_MOVED_BY_CLASS)
        limit = (bounds){CLASS_LEAST, CLASS_MOST, "a service class",
                         strcmp(m->name, "batch") == 0, false};
    check_repricing(b, m->prices, c->usd_per_mtok, &limit);
}

void ds_check_bounds(ds_binder *b, const ds_contract *c)
{
    if (c->usd_per_mtok != NULL)
        check_prices(b, c->usd_per_mtok, ds_mean_of(b, c->usd_per_credit));
    /* tiers of compute time are weights, which may differ more: output at 12 times */
    if (c->billing != DS_BILLING_COMPUTE_TIME)
        ds_each_moved(b, c, check_moved, NULL);
}
