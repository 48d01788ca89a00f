/* check_contract.c -- rules that span keys of a contract, and what products ask of
 * the contracts that may serve them.
 *
 * Called by check_model.c and check.c.  What is large has a file of its own:
 * check_dates.c, check_prices.c, check_bounds.c, check_units.c, check_fleet.c,
 * check_commitment.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "scenario/check.h"
#include "scenario/field_rows.h"

/* ---- Keys of one contract -------------------------------------------------------- */

static const char *billing_name(int billing, int *length)
{
    return ds_choice_word(ds_find_field(ds_contract_fields, "billing")->choices, billing, length);
}

/* Keys of the contract that its billing has no use for. */
static void check_applies(ds_binder *b, int billing)
{
    int         length;
    const char *name = billing_name(billing, &length);
    for (const ds_field *row = ds_contract_fields; row->key != NULL; row++)
        if (row->only != 0 && (row->only & (1u << billing)) == 0 && ds_stated(b, row->key))
            ds_problem_in(b, row->key, "\"%s\" does not apply to billing \"%.*s\"", row->key,
                          length, name);
}

static bool has_volume_tiers(const ds_contract *c)
{
    for (size_t i = 0; i < c->tiers.count; i++)
        if (DS_ITEM(ds_tiers, c->tiers, i).of >= DS_TIER_MONTH_INPUT)
            return true;
    return false;
}

static bool has_free_meters(const ds_binder *b, const ds_contract *c)
{
    for (size_t i = 0; i < c->meters.count; i++)
        if (ds_differs(b, DS_ITEM(ds_meter_price, c->meters, i).free_per_month, 0.0))
            return true;
    return false;
}

static void check_rounding(ds_binder *b, const ds_contract *c)
{
    ds_refuse(b, c->rounding == DS_ROUNDED_NONE && c->rounding_usd != 0.01, "rounding_usd",
              "nothing is rounded (\"rounding\")");
    if (c->rounding != DS_ROUNDED_REQUEST)
        return;
    if (c->billing == DS_BILLING_COMPUTE_TIME)
        ds_problem_in(b, "rounding", "a request has no price of its own under compute_time");
    else if (has_volume_tiers(c))
        ds_problem_in(b, "rounding", "the price of a request is not known before the end of the "
                                     "month: \"tiers\" of a month's volume");
    else if (has_free_meters(b, c))
        ds_problem_in(b, "rounding", "the price of a request is not known before the end of the "
                                     "month: \"free_per_month\" of a meter");
}

static void check_contract(ds_binder *b, const ds_contract *c)
{
    if (c->billing < 0)
        return;
    int         length;
    const char *name = billing_name(c->billing, &length);
    check_applies(b, c->billing);
    if (c->billing == DS_BILLING_FLEET) {
        ds_check_fleet(b, c);
        return;
    }
    if (c->billing == DS_BILLING_COMPUTE_TIME)
        ds_check_units(b, c);
    else if (c->usd_per_mtok == NULL)
        ds_problem_here(b, "billing \"%.*s\" needs \"usd_per_mtok\"", length, name);
    ds_check_prices(b, c);
    ds_check_bounds(b, c);
    check_rounding(b, c);
    if (c->commitment != NULL) {
        ds_push(b, "commitment");
        ds_check_commitment(b, c->commitment, false);
        ds_pop(b);
    }
}

/* ---- What products ask of contracts ---------------------------------------------- */

/* The name among items that is meant, as "; did you mean ...", or "". */
static const char *meant(ds_binder *b, const ds_items *items, size_t size, const char *name)
{
    const char **names = ds_arena_array(b->arena, items->count, sizeof *names);
    const char  *all = items->items;
    for (size_t i = 0; names != NULL && i < items->count; i++)
        names[i] = ((const ds_key *)(const void *)(all + i * size))->name;
    const char *near = names == NULL ? NULL : ds_suggest(name, names, items->count);
    const char *text =
        near == NULL ? NULL : ds_arena_format(b->arena, "; did you mean \"%.60s\"?", near);
    return text == NULL ? "" : text;
}

/* Every meter of the products that the model may serve has a price. */
static void check_meters(ds_binder *b, const ds_contract *c, int model)
{
    const ds_items *products = &b->scenario->products;
    for (size_t p = 0; p < products->count && !ds_problems_full(b->problems); p++) {
        const ds_product *product = &DS_ITEM(ds_product, *products, p);
        const ds_items   *meters = product->request == NULL ? NULL : &product->request->meters;
        if (meters == NULL || meters->count == 0 || !ds_may_serve(b, (size_t)model, p))
            continue;
        for (size_t i = 0; i < meters->count; i++) {
            const ds_named_value *m = &DS_ITEM(ds_named_value, *meters, i);
            if (!ds_differs(b, m->value, 0.0) ||
                ds_find_item(&c->meters, sizeof(ds_meter_price), m->key.name) != NULL)
                continue;
            ds_problem_in(b, "meters", "has no price of \"%.60s\", which requests of \"%.60s\" "
                                       "use (0 if it is free)%s", m->key.name, product->key.name,
                          meant(b, &c->meters, sizeof(ds_meter_price), m->key.name));
        }
    }
}

/* Shares that the product states, and those of the contract's classes that it does
 * not, together. */
static void check_shares(ds_binder *b, const ds_contract *c)
{
    const ds_items *products = &b->scenario->products;
    for (size_t p = 0; p < products->count; p++) {
        const ds_product *product = &DS_ITEM(ds_product, *products, p);
        const ds_items   *stated = &product->service_shares;
        double            sum = 0.0;
        bool              own = false;
        for (size_t i = 0; i < stated->count; i++) {
            const ds_named_value *share = &DS_ITEM(ds_named_value, *stated, i);
            if (ds_find_item(&c->service_classes, sizeof(ds_service_class), share->key.name) ==
                NULL)
                continue;
            sum += ds_greatest(b, share->value, 1.0);
        }
        for (size_t i = 0; i < c->service_classes.count; i++) {
            const ds_service_class *k = &DS_ITEM(ds_service_class, c->service_classes, i);
            double share = ds_find_item(stated, sizeof(ds_named_value), k->key.name) != NULL
                               ? 0.0 : ds_greatest(b, k->share, 1.0);
            own = own || share > 0.0;
            sum += share;
        }
        /* each alone is reported elsewhere */
        if (sum > 1.0 + DS_SHARE_TOLERANCE && own && stated->count > 0)
            ds_problem_in(b, "service_classes", "with the \"service_shares\" of \"%.60s\" the "
                          "shares of the classes can add up to %.4g, more than 1",
                          product->key.name, sum);
    }
}

void ds_check_contracts(ds_binder *b, const ds_model *m, int model)
{
    ds_push(b, "contracts");
    for (size_t i = 0; i < m->contracts.count; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, m->contracts, i);
        bool tokens = c->billing == DS_BILLING_PER_TOKEN || c->billing == DS_BILLING_HOSTED;
        ds_push(b, c->key.name);
        check_contract(b, c);
        if (tokens) {
            check_meters(b, c, model);
            check_shares(b, c);
        }
        ds_pop(b);
    }
    ds_check_dates(b, &m->contracts, model);
    ds_pop(b);
}

/* ---- Service shares of products -------------------------------------------------- */

/* Are the contracts of every model there?  What is wrong with them is told elsewhere. */
static bool all_known(const ds_binder *b)
{
    const ds_items *models = &b->scenario->models;
    for (size_t i = 0; i < models->count; i++)
        if (DS_ITEM(ds_model, *models, i).contracts.count == 0)
            return false;
    return models->count > 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Calls with names NULL to count: all classes of all contracts. */
static size_t list_classes(const ds_binder *b, const char **names)
{
    const ds_items *models = &b->scenario->models;
    size_t          count = 0;
    for (size_t i = 0; i < models->count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, *models, i).contracts;
        for (size_t j = 0; j < contracts->count; j++) {
            const ds_items *k = &DS_ITEM(ds_contract, *contracts, j).service_classes;
            for (size_t n = 0; n < k->count; n++, count++)
                if (names != NULL)
                    names[count] = DS_ITEM(ds_service_class, *k, n).key.name;
        }
    }
    return count;
}

/* Classes that any contract offers, by name, each once; NULL: no memory. */
static const char **offered_classes(ds_binder *b, size_t *count)
{
    size_t       all = list_classes(b, NULL);
    const char **names = ds_arena_array(b->arena, all, sizeof *names);
    *count = 0;
    if (names == NULL) {
        ds_no_memory(b);
        return NULL;
    }
    list_classes(b, names);
    if (all > 1)
        qsort(names, all, sizeof *names, compare_names);
    for (size_t i = 0; i < all; i++)
        if (*count == 0 || strcmp(names[*count - 1], names[i]) != 0)
            names[(*count)++] = names[i];
    return names;
}

static void check_offered(ds_binder *b, const char *name, const char *const *names, size_t count)
{
    if (ds_problems_full(b->problems) ||
        (count > 0 && bsearch(&name, names, count, sizeof *names, compare_names) != NULL))
        return;
    const char *near = ds_suggest(name, names, count);
    if (near != NULL)
        ds_problem_at_key(b, "no contract offers the class \"%.60s\"; did you mean \"%.60s\"?",
                          name, near);
    else
        ds_problem_at_key(b, "no contract offers the class \"%.60s\" in its \"service_classes\"",
                          name);
}

void ds_check_service_shares(ds_binder *b)
{
    const ds_items *products = &b->scenario->products;
    size_t          count;
    const char    **names = offered_classes(b, &count);
    const bool      known = all_known(b);
    for (size_t p = 0; p < products->count && names != NULL; p++) {
        const ds_product *product = &DS_ITEM(ds_product, *products, p);
        double            sum = 0.0;
        ds_push(b, product->key.name);
        ds_push(b, "service_shares");
        for (size_t i = 0; i < product->service_shares.count; i++) {
            const ds_named_value *s = &DS_ITEM(ds_named_value, product->service_shares, i);
            ds_push(b, s->key.name);
            if (known)
                check_offered(b, s->key.name, names, count);
            ds_pop(b);
            sum += ds_greatest(b, s->value, 1.0);
        }
        if (sum > 1.0 + DS_SHARE_TOLERANCE)
            ds_problem_here(b, "the shares can add up to %.4g; set their \"max\" so that they "
                               "cannot exceed 1", sum);
        ds_pop(b);
        ds_pop(b);
    }
}
