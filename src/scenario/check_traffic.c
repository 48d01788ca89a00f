/* check_traffic.c -- which requests a model may get under the strategies, and from
 * which month on.
 *
 * Called by check_dates.c, check_contract.c and check_terms.c.  What follows from the
 * text alone is told: shares, interruptions and gates are taken as if they could be
 * any.  A fallback that is out itself loses the requests, so it passes none on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/check.h"

typedef struct {
    const ds_binder   *b;
    const ds_strategy *strategy;
    bool (*visit)(const ds_binder *b, const ds_traffic *t, void *context);
    void              *context;
} walk;

static const ds_quantity absent = {DS_ABSENT};

/* A model that exists, or NULL. */
static const ds_model *model_at(const ds_binder *b, int index)
{
    const ds_items *models = &b->scenario->models;
    return index >= 0 && (size_t)index < models->count ? &DS_ITEM(ds_model, *models, index) : NULL;
}

static bool emit(walk *w, int product, ds_quantity from, ds_quantity start, ds_quantity lead)
{
    if (from.index == DS_BROKEN || start.index == DS_BROKEN || lead.index == DS_BROKEN)
        return false;
    const ds_traffic t = {w->strategy, product, from, start, lead};
    return w->visit(w->b, &t, w->context);
}

/* The start of a student's project, and its lead, when the model is one. */
static void readiness(const walk *w, int model, ds_quantity *start, ds_quantity *lead)
{
    const ds_model *m = model_at(w->b, model);
    const ds_items *starts = &w->strategy->start;
    *start = *lead = absent;
    if (m == NULL || m->project == NULL)
        return;
    for (size_t i = 0; i < starts->count; i++)
        if (DS_ITEM(ds_model_quantity, *starts, i).key.target == model) {
            *start = DS_ITEM(ds_model_quantity, *starts, i).value;
            *lead = m->project->lead_months;
        }
}

/* The routes of a product: its own, else those of "*"; NULL when there are none. */
static const ds_product_routes *routes_of(const ds_strategy *s, int product)
{
    const ds_product_routes *star = NULL;
    for (size_t i = 0; i < s->routes.count; i++) {
        const ds_product_routes *p = &DS_ITEM(ds_product_routes, s->routes, i);
        if (p->key.target == product)
            return p;
        if (strcmp(p->key.name, "*") == 0)
            star = p;
    }
    return star;
}

/* What is sent to the model itself, not in the place of another. */
static bool direct(walk *w, int model)
{
    for (size_t p = 0; p < w->b->scenario->products.count; p++) {
        const ds_product_routes *routes = routes_of(w->strategy, (int)p);
        if (w->strategy->all == model && emit(w, (int)p, absent, absent, absent))
            return true;
        for (size_t i = 0; routes != NULL && i < routes->routes.count; i++) {
            const ds_route *r = &DS_ITEM(ds_route, routes->routes, i);
            ds_quantity     start, lead;
            if (r->key.target != model && r->escalate_to != model)
                continue;
            readiness(w, r->key.target, &start, &lead);
            if (emit(w, (int)p, r->from, start, lead))
                return true;
        }
    }
    return false;
}

/* Labels that students buy from the model. */
static bool labels(walk *w, int model)
{
    const ds_items *starts = &w->strategy->start;
    for (size_t i = 0; i < starts->count; i++) {
        const ds_model_quantity *start = &DS_ITEM(ds_model_quantity, *starts, i);
        const ds_model          *student = model_at(w->b, start->key.target);
        if (student != NULL && student->teacher == model && student->project != NULL &&
            student->project->labels != NULL &&
            emit(w, DS_ABSENT, absent, start->value, absent))
            return true;
    }
    return false;
}

/* The model that stands in for another under the strategy. */
static int fallback_of(const walk *w, int model)
{
    const ds_items *all = &w->strategy->fallback;
    for (size_t i = 0; i < all->count; i++)
        if (DS_ITEM(ds_model_fallback, *all, i).key.target == model)
            return DS_ITEM(ds_model_fallback, *all, i).to;
    return model_at(w->b, model)->fallback;
}

bool ds_each_traffic(const ds_binder *b, int model,
                     bool (*visit)(const ds_binder *b, const ds_traffic *t, void *context),
                     void *context)
{
    const ds_scenario *s = b->scenario;
    for (size_t i = 0; i < s->strategies.count; i++) {
        walk w = {b, &DS_ITEM(ds_strategy, s->strategies, i), visit, context};
        if (direct(&w, model) || labels(&w, model))
            return true;
        for (int other = 0; (size_t)other < s->models.count; other++)
            if (other != model && model_at(b, other)->interruption != NULL &&
                fallback_of(&w, other) == model && direct(&w, other))
                return true;
    }
    return false;
}

double ds_traffic_begins(const ds_binder *b, const ds_traffic *t)
{
    double from = ds_least(b, t->from);
    double ready = ds_least(b, t->start) + ds_least(b, t->lead);
    return from > ready ? from : ready;
}
