/* check_dates.c -- contracts of a model in time: in order, without overlap, and none
 * missing where requests may come.
 *
 * Called by check_contract.c.  Dates may be uncertain: what may happen in some future
 * counts, by the least and greatest values that a date can take; two places that
 * share a date by "@name" coincide in every future.  A contract is in force from the
 * first month that is not before its date.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenario/check.h"

#define NEVER 1e9

/* Months in which a model has no contract, from `low` up to `high`. */
typedef struct {
    double      low, high;
    ds_quantity from;    /* of the contract after                               */
    ds_traffic  traffic; /* that falls into them, and its first month           */
    double      begins;
} gap;

static double last_month(const ds_binder *b)
{
    return b->scenario->clock == NULL ? 0.0 : (double)b->scenario->clock->months;
}

/* "2 (2026-09)" */
static const char *month(const ds_binder *b, double t)
{
    double      since = (double)b->clock_start + t; /* months since year 0 */
    const char *text =
        b->clock_start < 0 || !(since >= 0.0 && since < 12e4)
            ? ds_arena_format(b->arena, "%.6g", t)
            : ds_arena_format(b->arena, "%.6g (%04d-%02d)", t, (int)since / 12,
                              (int)since % 12 + 1);
    return text == NULL ? "" : text;
}

static double latest(const ds_binder *b, ds_quantity q)
{
    return ceil(ds_greatest(b, q, NEVER));
}

static bool same(ds_quantity a, ds_quantity b)
{
    return a.index >= 0 && a.index == b.index;
}

static bool falls_into(const ds_binder *b, const ds_traffic *t, void *context)
{
    gap   *g = context;
    double begins = ceil(ds_traffic_begins(b, t));
    /* requests that begin with the next contract do not come before it */
    if (same(t->from, g->from) || same(t->start, g->from))
        return false;
    if (!((begins > g->low ? begins : g->low) < g->high))
        return false;
    g->traffic = *t;
    g->begins = begins;
    return true;
}

/* Are there requests in the months of the gap? */
static bool missed(const ds_binder *b, int model, gap *g)
{
    double end = last_month(b);
    g->high = g->high < end ? g->high : end;
    return g->low < g->high && ds_each_traffic(b, model, falls_into, g);
}

/* What comes, in words: requests of a product, or labels. */
static const char *what(const ds_binder *b, const gap *g)
{
    return g->traffic.product < 0
               ? "a student's labels"
               : DS_ITEM(ds_product, b->scenario->products, g->traffic.product).key.name;
}

static void check_begin(ds_binder *b, const ds_contract *first, int model)
{
    gap g = {.high = latest(b, first->from), .from = first->from};
    if (first->from.index < 0 || !missed(b, model, &g))
        return;
    ds_push(b, "from");
    ds_problem_here(b, "no contract is in force before month %s, and the strategy \"%.60s\" may "
                       "send requests (%.60s) from month %s on",
                    month(b, latest(b, first->from)), g.traffic.strategy->key.name, what(b, &g),
                    month(b, g.begins));
    ds_pop(b);
}

/* Requests after a contract has ended and before the next one, if any. */
static void check_gap(ds_binder *b, const ds_contract *c, const ds_contract *next, int model)
{
    gap g = {.low = ceil(ds_least(b, c->until)), .high = NEVER, .from = {DS_ABSENT}};
    if (next != NULL) {
        g.high = latest(b, next->from);
        g.from = next->from;
    }
    if (c->until.index < 0 || (next != NULL && next->from.index < 0) ||
        same(c->until, g.from) || !missed(b, model, &g))
        return;
    ds_push(b, "until");
    if (next == NULL)
        ds_problem_here(b, "no contract is in force from month %s on, and the strategy "
                           "\"%.60s\" may send requests (%.60s) until the end, month %s",
                        month(b, g.low), g.traffic.strategy->key.name, what(b, &g),
                        month(b, last_month(b)));
    else
        ds_problem_here(b, "no contract may be in force from month %s to %s, when \"%.60s\" "
                           "begins, and the strategy \"%.60s\" may send requests (%.60s); one "
                           "date for both can be shared by \"@name\"", month(b, g.low),
                        month(b, latest(b, next->from)), next->key.name,
                        g.traffic.strategy->key.name, what(b, &g));
    ds_pop(b);
}

/* Does the contract end after it has begun, and before the next one begins? */
static bool check_end(ds_binder *b, const ds_contract *c, const ds_contract *next)
{
    double from;
    bool   good = false;
    if (c->until.index < 0)
        return true;
    ds_push(b, "until");
    if (c->from.index >= 0 && (same(c->until, c->from) ||
                               !(ds_greatest(b, c->until, NEVER) > ds_least(b, c->from))))
        ds_problem_here(b, "must be later than \"from\"");
    else if (next != NULL && !same(c->until, next->from) && ds_certain(b, next->from, &from) &&
             ds_greatest(b, c->until, NEVER) > from)
        ds_problem_here(b, "overlaps the contract \"%.60s\", which is in force from month %s on",
                        next->key.name, month(b, from));
    else if (next != NULL && next->from.index >= 0 && !same(c->until, next->from) &&
             ds_least(b, c->until) > ds_greatest(b, next->from, NEVER))
        ds_problem_here(b, "overlaps the contract \"%.60s\", which begins before it",
                        next->key.name);
    else
        good = true;
    ds_pop(b);
    return good;
}

/* Contracts begin in the order of the file. */
static void check_order(ds_binder *b, const ds_items *contracts, size_t index)
{
    const ds_contract *all = contracts->items, *c = &all[index];
    bool               later = true;
    for (size_t i = 0; i < index && later && c->from.index >= 0; i++)
        later = all[i].from.index < 0 ||
                (!same(all[i].from, c->from) &&
                 ds_greatest(b, c->from, NEVER) > ds_least(b, all[i].from));
    if (later)
        return;
    ds_push(b, "from");
    ds_problem_here(b, "must be later than the \"from\" of the contract before it");
    ds_pop(b);
}

void ds_check_dates(ds_binder *b, const ds_items *contracts, int model)
{
    for (size_t i = 0; i < contracts->count; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, *contracts, i);
        const ds_contract *next =
            i + 1 < contracts->count ? &DS_ITEM(ds_contract, *contracts, i + 1) : NULL;
        ds_push(b, c->key.name);
        if (i == 0)
            check_begin(b, c, model);
        else
            check_order(b, contracts, i);
        if (check_end(b, c, next))
            check_gap(b, c, next, model);
        ds_pop(b);
    }
}
