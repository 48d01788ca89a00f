/* check_traffic.c -- which requests a model may get under the strategies, and from
 * which month on.
 *
 * Found once, by check.c; check_dates.c, check_contract.c and check_terms.c ask.  What
 * follows from the text alone is told: shares, interruptions and gates are taken as if
 * they could be any.  A fallback that is out itself loses the requests, so it passes
 * none on.
 *
 * A thousand strategies, products and models make a billion of combinations, so a walk
 * over the strategies notes what each model gets, once for all that come alike.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "scenario/check.h"

enum { BUCKETS = 1 << 14 };

typedef struct kind kind; /* of requests that come to a model alike */
struct kind {
    ds_traffic traffic; /* the first of them                                        */
    int        model;
    kind      *next, *next_in_bucket;
};

struct ds_traffic_index {
    size_t model_count;
    bool  *reached; /* [product][model]                                              */
    bool  *used;    /* [strategy][model], labels included                            */
    kind **first, **last; /* [model]                                                 */
    kind **bucket;        /* [BUCKETS]                                               */
};

typedef struct {
    ds_binder        *b;
    ds_traffic_index *index;
    const ds_strategy *strategy;
    size_t             strategy_index;
    /* of the strategy */
    const ds_product_routes **own; /* [product]                                      */
    const ds_product_routes  *star;
    const ds_quantity       **start; /* [model]                                      */
    int                      *fallback; /* [model]                                   */
    bool in_place; /* is what models get in the place of others noted, or the rest?  */
    bool star_seen;
} walk;

static const ds_quantity absent = {DS_ABSENT};

/* A model that exists, or NULL. */
static const ds_model *model_at(const ds_binder *b, int index)
{
    const ds_items *models = &b->scenario->models;
    return index >= 0 && (size_t)index < models->count ? &DS_ITEM(ds_model, *models, index) : NULL;
}

/* ---- Noting ---------------------------------------------------------------------- */

static bool is_alike(const kind *k, int model, const ds_traffic *t)
{
    return k->model == model && k->traffic.from.index == t->from.index &&
           k->traffic.start.index == t->start.index && k->traffic.lead.index == t->lead.index;
}

static kind **bucket_of(const ds_traffic_index *index, int model, const ds_traffic *t)
{
    const int parts[] = {model, t->from.index, t->start.index, t->lead.index};
    uint64_t  hash = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        hash = (hash ^ (uint32_t)parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return &index->bucket[hash >> 50];
}

static void add_kind(const walk *w, int model, const ds_traffic *t)
{
    kind **bucket = bucket_of(w->index, model, t);
    for (const kind *k = *bucket; k != NULL; k = k->next_in_bucket)
        if (is_alike(k, model, t))
            return;
    kind *k = ds_arena_array(w->b->arena, 1, sizeof *k);
    if (k == NULL) {
        ds_no_memory(w->b);
        return;
    }
    *k = (kind){*t, model, NULL, *bucket};
    *bucket = k;
    kind **last = &w->index->last[model];
    if (*last == NULL)
        w->index->first[model] = k;
    else
        (*last)->next = k;
    *last = k;
}

/* Requests of a product, or labels, that come to the model, or to what stands in for it. */
static void note(const walk *w, int model, ds_traffic t)
{
    if (model_at(w->b, model) == NULL || t.from.index == DS_BROKEN ||
        t.start.index == DS_BROKEN || t.lead.index == DS_BROKEN)
        return;
    int to = w->in_place ? w->fallback[model] : model;
    if (to < 0 || (w->in_place && to == model))
        return;
    const ds_traffic_index *index = w->index;
    if (t.product >= 0)
        index->reached[(size_t)t.product * index->model_count + (size_t)to] = true;
    index->used[w->strategy_index * index->model_count + (size_t)to] = true;
    if (!w->star_seen)
        add_kind(w, to, &t);
}

/* ---- Walking --------------------------------------------------------------------- */

/* A request that a route sends waits for the student that it is about. */
static ds_traffic of_route(const walk *w, int product, const ds_route *r)
{
    const ds_model *m = model_at(w->b, r->key.target);
    ds_traffic      t = {w->strategy, product, r->from, absent, absent};
    if (m == NULL || m->project == NULL || w->start[r->key.target] == NULL)
        return t;
    t.start = *w->start[r->key.target];
    t.lead = m->project->lead_months;
    return t;
}

/* What is sent to models themselves. */
static void walk_products(walk *w)
{
    bool star_seen = false;
    for (size_t p = 0; p < w->b->scenario->products.count; p++) {
        const ds_product_routes *routes = w->own[p] != NULL ? w->own[p] : w->star;
        /* products of the same routes are alike but for their names */
        w->star_seen = star_seen && w->own[p] == NULL;
        star_seen = star_seen || w->own[p] == NULL;
        note(w, w->strategy->all, (ds_traffic){w->strategy, (int)p, absent, absent, absent});
        for (size_t i = 0; routes != NULL && i < routes->routes.count; i++) {
            const ds_route *r = &DS_ITEM(ds_route, routes->routes, i);
            note(w, r->key.target, of_route(w, (int)p, r));
            if (r->escalate_to != r->key.target)
                note(w, r->escalate_to, of_route(w, (int)p, r));
        }
    }
    w->star_seen = false;
}

static bool buys_answers(const ds_model *student)
{
    const ds_project *p = student->project;
    return p != NULL && (p->labels != NULL || p->on_policy != NULL);
}

/* Answers that students buy from their teachers. */
static void walk_labels(const walk *w)
{
    const ds_items *starts = &w->strategy->start;
    for (size_t i = 0; i < starts->count; i++) {
        const ds_model_quantity *start = &DS_ITEM(ds_model_quantity, *starts, i);
        const ds_model          *student = model_at(w->b, start->key.target);
        if (student != NULL && buys_answers(student))
            note(w, student->teacher,
                 (ds_traffic){w->strategy, DS_ABSENT, absent, start->value, absent});
    }
}

/* The strategy's routes, starts and fallbacks by what they are of. */
static void look_up(walk *w)
{
    const ds_scenario *s = w->b->scenario;
    const ds_strategy *strategy = w->strategy;
    w->star = NULL;
    memset(w->own, 0, s->products.count * sizeof *w->own);
    memset(w->start, 0, s->models.count * sizeof *w->start);
    for (size_t i = 0; i < strategy->routes.count; i++) {
        const ds_product_routes *p = &DS_ITEM(ds_product_routes, strategy->routes, i);
        if (p->key.target >= 0)
            w->own[p->key.target] = p;
        else if (strcmp(p->key.name, "*") == 0)
            w->star = p;
    }
    for (size_t i = 0; i < strategy->start.count; i++) {
        const ds_model_quantity *start = &DS_ITEM(ds_model_quantity, strategy->start, i);
        if (start->key.target >= 0)
            w->start[start->key.target] = &start->value;
    }
    for (size_t i = 0; i < s->models.count; i++)
        w->fallback[i] = DS_ITEM(ds_model, s->models, i).fallback;
    for (size_t i = 0; i < strategy->fallback.count; i++) {
        const ds_model_fallback *f = &DS_ITEM(ds_model_fallback, strategy->fallback, i);
        if (f->key.target >= 0)
            w->fallback[f->key.target] = f->to;
    }
    for (size_t i = 0; i < s->models.count; i++) { /* what is never out needs none */
        const ds_model *m = &DS_ITEM(ds_model, s->models, i);
        if (m->interruption == NULL && !ds_has_limited_fleet(m))
            w->fallback[i] = DS_ABSENT;
    }
}

static bool allocate(walk *w)
{
    const ds_scenario *s = w->b->scenario;
    ds_arena          *arena = w->b->arena;
    ds_traffic_index  *index = ds_arena_array(arena, 1, sizeof *index);
    size_t             models = s->models.count;
    if (index == NULL)
        return false;
    index->model_count = models;
    index->reached = ds_arena_array(arena, s->products.count * models, sizeof *index->reached);
    index->used = ds_arena_array(arena, s->strategies.count * models, sizeof *index->used);
    index->first = ds_arena_array(arena, models, sizeof(kind *));
    index->last = ds_arena_array(arena, models, sizeof(kind *));
    index->bucket = ds_arena_array(arena, BUCKETS, sizeof(kind *));
    w->own = ds_arena_array(arena, s->products.count, sizeof(ds_product_routes *));
    w->start = ds_arena_array(arena, models, sizeof(ds_quantity *));
    w->fallback = ds_arena_array(arena, models, sizeof *w->fallback);
    w->index = w->b->traffic = index;
    return index->reached && index->used && index->first && index->last && index->bucket &&
           w->own && w->start && w->fallback;
}

void ds_find_traffic(ds_binder *b)
{
    const ds_items *strategies = &b->scenario->strategies;
    walk            w = {.b = b};
    if (!allocate(&w)) {
        b->traffic = NULL;
        ds_no_memory(b);
        return;
    }
    for (size_t i = 0; i < strategies->count; i++) {
        w.strategy = &DS_ITEM(ds_strategy, *strategies, i);
        w.strategy_index = i;
        look_up(&w);
        w.in_place = false;
        walk_products(&w);
        walk_labels(&w);
        w.in_place = true;
        walk_products(&w);
    }
}

/* ---- Asking ---------------------------------------------------------------------- */

bool ds_each_traffic(const ds_binder *b, int model,
                     bool (*visit)(const ds_binder *b, const ds_traffic *t, void *context),
                     void *context)
{
    for (const kind *k = b->traffic == NULL ? NULL : b->traffic->first[model]; k != NULL;
         k = k->next)
        if (visit(b, &k->traffic, context))
            return true;
    return false;
}

bool ds_may_serve(const ds_binder *b, size_t model, size_t product)
{
    return b->traffic != NULL && b->traffic->reached[product * b->traffic->model_count + model];
}

bool ds_may_use(const ds_binder *b, const ds_strategy *strategy, size_t model)
{
    size_t index = (size_t)(strategy - (const ds_strategy *)b->scenario->strategies.items);
    return b->traffic != NULL && b->traffic->used[index * b->traffic->model_count + model];
}

double ds_traffic_begins(const ds_binder *b, const ds_traffic *t)
{
    double from = ds_least(b, t->from);
    double ready = ds_least(b, t->start) + ds_least(b, t->lead);
    return from > ready ? from : ready;
}
