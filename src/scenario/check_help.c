/* check_help.c -- what the rules ask of a quantity, and how they report.
 *
 * Called by check*.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <string.h>

#include "scenario/check.h"

const char *const ds_kind_names[DS_KIND_COUNT] = {
    [DS_KIND_INPUT] = "input",       [DS_KIND_OUTPUT] = "output",
    [DS_KIND_READ] = "cache_read",   [DS_KIND_WRITE] = "cache_write",
    [DS_KIND_WRITE_1H] = "cache_write_1h",
};

static const ds_distribution *distribution(const ds_binder *b, ds_quantity q)
{
    return &b->scenario->inputs[q.index].distribution;
}

double ds_greatest(const ds_binder *b, ds_quantity q, double limit)
{
    if (q.index < 0)
        return 0.0;
    double high = ds_distribution_support_high(distribution(b, q));
    return high < limit ? high : limit;
}

double ds_least(const ds_binder *b, ds_quantity q)
{
    return q.index < 0 ? 0.0 : ds_distribution_support_low(distribution(b, q));
}

double ds_mean_of(const ds_binder *b, ds_quantity q)
{
    return q.index < 0 ? 0.0 : ds_distribution_mean(distribution(b, q));
}

bool ds_certain(const ds_binder *b, ds_quantity q, double *x)
{
    if (q.index < 0)
        return false;
    *x = distribution(b, q)->a;
    return distribution(b, q)->kind == DS_DIST_CONSTANT;
}

bool ds_there(ds_quantity q)
{
    return q.index != DS_ABSENT;
}

bool ds_differs(const ds_binder *b, ds_quantity q, double from)
{
    double x;
    return q.index >= 0 && !(ds_certain(b, q, &x) && x == from);
}

void ds_problem_in(ds_binder *b, const char *key, const char *format, ...)
{
    char    message[sizeof((ds_error *)NULL)->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    ds_push(b, key);
    ds_problem_at_key(b, "%s", message);
    ds_pop(b);
}

bool ds_reported_inside(ds_binder *b)
{
    const char *here = ds_here(b);
    size_t      length = strlen(here);
    for (size_t i = 0; i < b->problems->count; i++) {
        const ds_error *e = &b->problems->items[i].error;
        if (!e->warning && strncmp(e->pointer, here, length) == 0 &&
            (e->pointer[length] == '\0' || e->pointer[length] == '/'))
            return true;
    }
    return false;
}

void ds_check_rising(ds_binder *b, const char *key, double from, double *last)
{
    if (from <= *last)
        ds_problem_in(b, key, "must be greater than the \"%s\" of the step before it, %.10g", key,
                      *last);
    *last = from > *last ? from : *last;
}

void ds_refuse(ds_binder *b, bool changes, const char *key, const char *why)
{
    if (changes)
        ds_problem_in(b, key, "\"%s\" has no effect: %s", key, why);
}

static void each_step(ds_binder *b, const ds_contract *c, const ds_tiers *t,
                      ds_moved_fn *visit, void *context)
{
    ds_push(b, t->key.name);
    ds_push(b, "steps");
    for (size_t i = 0; i < t->steps.count; i++) {
        const ds_tier_step *s = &DS_ITEM(ds_tier_step, t->steps, i);
        ds_push(b, s->key.name);
        visit(b, c, &(ds_moved){DS_MOVED_BY_STEP, s->key.name, &s->prices}, context);
        ds_pop(b);
    }
    ds_pop(b);
    ds_pop(b);
}

void ds_each_moved(ds_binder *b, const ds_contract *c, ds_moved_fn *visit, void *context)
{
    ds_push(b, "tiers");
    for (size_t i = 0; i < c->tiers.count; i++)
        each_step(b, c, &DS_ITEM(ds_tiers, c->tiers, i), visit, context);
    ds_pop(b);
    ds_push(b, "service_classes");
    for (size_t i = 0; i < c->service_classes.count; i++) {
        const ds_service_class *k = &DS_ITEM(ds_service_class, c->service_classes, i);
        ds_push(b, k->key.name);
        visit(b, c, &(ds_moved){DS_MOVED_BY_CLASS, k->key.name, &k->prices}, context);
        ds_pop(b);
    }
    ds_pop(b);
    ds_push(b, "multipliers");
    for (size_t i = 0; i < c->multipliers.count; i++) {
        const ds_multiplier *m = &DS_ITEM(ds_multiplier, c->multipliers, i);
        ds_push(b, m->key.name);
        visit(b, c, &(ds_moved){DS_MOVED_BY_MULTIPLIER, m->key.name, &m->prices}, context);
        ds_pop(b);
    }
    ds_pop(b);
}
