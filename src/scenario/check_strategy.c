/* check_strategy.c -- rules that span fields of a strategy.
 *
 * Called by check.c.  The model that serves what no route takes, answers what is
 * escalated or stands in during an interruption must exist at any time, so it
 * cannot be a student; a student serves by a route, once its project is done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/check.h"

/* The model of an index, or NULL when the name was wrong. */
static const ds_model *model_at(const ds_binder *b, int index)
{
    const ds_items *models = &b->scenario->models;
    return index >= 0 && (size_t)index < models->count ? &DS_ITEM(ds_model, *models, index) : NULL;
}

/* a model whose teacher is broken counts as one if it has a project */
static bool is_student(const ds_model *m)
{
    return m != NULL && (m->teacher >= 0 || (m->teacher == DS_BROKEN && m->project != NULL));
}

/* Has a map from models a member for this one? */
static bool has_member(const ds_items *items, int model)
{
    for (size_t i = 0; i < items->count; i++)
        if (DS_ITEM(ds_model_quantity, *items, i).key.target == model)
            return true;
    return false;
}

static void check_route(ds_binder *b, const ds_strategy *s, const ds_route *r)
{
    const ds_model *m = model_at(b, r->key.target);
    if (is_student(m) && !has_member(&s->start, r->key.target))
        ds_problem_here(b, "the student \"%.100s\" needs a \"start\" in this strategy",
                        m->key.name);
    bool before = r->escalate == DS_ESCALATE_BEFORE_ANSWER;
    if (r->escalate_to == DS_ABSENT) {
        ds_refuse(b, before, "escalate", "there is no \"escalate_to\"");
        return;
    }
    if (m != NULL && r->escalate >= 0 && (before ? m->router : m->verifier) == NULL)
        ds_problem_here(b, "escalates%s, but the model \"%.100s\" has no \"%s\" to say what",
                        before ? " before the answer" : "", m->key.name,
                        before ? "router" : "verifier");
    ds_push(b, "escalate_to");
    if (m != NULL && r->escalate_to == r->key.target)
        ds_problem_here(b, "a model cannot escalate to itself");
    else if (is_student(model_at(b, r->escalate_to)))
        ds_problem_here(b, "cannot escalate to a student: it may not exist yet");
    ds_pop(b);
}

static void check_routes(ds_binder *b, const ds_strategy *s)
{
    ds_push(b, "routes");
    for (size_t i = 0; i < s->routes.count; i++) {
        const ds_product_routes *p = &DS_ITEM(ds_product_routes, s->routes, i);
        double                   sum = 0.0;
        ds_push(b, p->key.name);
        for (size_t j = 0; j < p->routes.count; j++) {
            const ds_route *r = &DS_ITEM(ds_route, p->routes, j);
            sum += ds_greatest(b, r->share, 1.0);
            ds_push(b, r->key.name);
            check_route(b, s, r);
            ds_pop(b);
        }
        if (sum > 1.0 + DS_SHARE_TOLERANCE)
            ds_problem_here(b, "routes up to %.4g of all requests; the shares, at their greatest, "
                               "must not exceed 1", sum);
        ds_pop(b);
    }
    ds_pop(b);
}

static void check_starts(ds_binder *b, const ds_strategy *s)
{
    ds_push(b, "start");
    for (size_t i = 0; i < s->start.count; i++) {
        const ds_model_quantity *q = &DS_ITEM(ds_model_quantity, s->start, i);
        const ds_model          *m = model_at(b, q->key.target);
        ds_push(b, q->key.name);
        if (m != NULL && m->teacher == DS_ABSENT)
            ds_problem_at_key(b, "\"%.100s\" is not a student: it has no \"teacher\"",
                              m->key.name);
        ds_pop(b);
    }
    ds_pop(b);
    ds_push(b, "start_when_usd_per_month_above");
    for (size_t i = 0; i < s->start_when_usd_per_month_above.count; i++) {
        const ds_model_quantity *q =
            &DS_ITEM(ds_model_quantity, s->start_when_usd_per_month_above, i);
        ds_push(b, q->key.name);
        if (q->key.target >= 0 && !has_member(&s->start, q->key.target))
            ds_problem_at_key(b, "needs a \"start\" of \"%.100s\" too, before which it does not "
                                 "begin", q->key.name);
        ds_pop(b);
    }
    ds_pop(b);
}

static void check_fallbacks(ds_binder *b, const ds_strategy *s)
{
    ds_push(b, "fallback");
    for (size_t i = 0; i < s->fallback.count; i++) {
        const ds_model_fallback *f = &DS_ITEM(ds_model_fallback, s->fallback, i);
        ds_push(b, f->key.name);
        if (f->to >= 0 && f->to == f->key.target)
            ds_problem_here(b, "a model cannot be its own fallback");
        else if (is_student(model_at(b, f->to)))
            ds_problem_here(b, "a student cannot be a fallback: it may not exist yet");
        else if (model_at(b, f->to) != NULL && ds_has_limited_fleet(model_at(b, f->to)))
            ds_problem_here(b, "a model whose fleet is limited cannot be a fallback: it may be "
                               "full");
        ds_pop(b);
    }
    ds_pop(b);
}

/* ---- Quality of students --------------------------------------------------------- */

/* Does the strategy route a product to a model?  Routes of "*" are for products
 * that are not named. */
static bool routes_to(const ds_strategy *s, int product, int model)
{
    const ds_product_routes *star = NULL, *found = NULL;
    for (size_t i = 0; i < s->routes.count; i++) {
        const ds_product_routes *p = &DS_ITEM(ds_product_routes, s->routes, i);
        if (p->key.target == product)
            found = p;
        else if (strcmp(p->key.name, "*") == 0)
            star = p;
    }
    if (found == NULL)
        found = star;
    for (size_t j = 0; found != NULL && j < found->routes.count; j++)
        if (DS_ITEM(ds_route, found->routes, j).key.target == model)
            return true;
    return false;
}

static bool has_quality(const ds_model *m, const char *task_class)
{
    for (size_t i = 0; i < m->quality.count; i++)
        if (strcmp(DS_ITEM(ds_quality, m->quality, i).key.name, task_class) == 0)
            return true;
    return false;
}

/* The first strategy that routes products of a class to the model, and the product;
 * false when none does. */
static bool first_use(const ds_scenario *s, int model, const char *task_class,
                      const ds_strategy **strategy, const ds_product **product)
{
    for (size_t i = 0; i < s->strategies.count; i++) {
        *strategy = &DS_ITEM(ds_strategy, s->strategies, i);
        for (size_t j = 0; j < s->products.count; j++) {
            *product = &DS_ITEM(ds_product, s->products, j);
            if (strcmp((*product)->task_class, task_class) == 0 &&
                routes_to(*strategy, (int)j, model))
                return true;
        }
    }
    return false;
}

/* Is this the first product of its class? */
static bool first_of_class(const ds_scenario *s, size_t product)
{
    const char *task_class = DS_ITEM(ds_product, s->products, product).task_class;
    for (size_t i = 0; i < product; i++) {
        const char *other = DS_ITEM(ds_product, s->products, i).task_class;
        if (other != NULL && task_class != NULL && strcmp(other, task_class) == 0)
            return false;
    }
    return task_class != NULL;
}

/* A student must say how good it is at each class of tasks that it is given. */
static void check_student_quality(ds_binder *b, int index)
{
    const ds_scenario *s = b->scenario;
    const ds_model    *m = model_at(b, index);
    const ds_strategy *strategy;
    const ds_product  *product;
    for (size_t j = 0; j < s->products.count; j++) {
        const char *task_class = DS_ITEM(ds_product, s->products, j).task_class;
        if (!first_of_class(s, j) || has_quality(m, task_class) ||
            !first_use(s, index, task_class, &strategy, &product))
            continue;
        const char *segments[] = {"models", m->key.name, "quality", NULL};
        ds_problem_at(b, segments,
                      "has no entry for the task class \"%.60s\" of the product \"%.60s\", which "
                      "the strategy \"%.60s\" routes to this student",
                      task_class, product->key.name, strategy->key.name);
    }
}

void ds_check_strategies(ds_binder *b)
{
    const ds_scenario *s = b->scenario;
    ds_push(b, "strategies");
    for (size_t i = 0; i < s->strategies.count; i++) {
        const ds_strategy *strategy = &DS_ITEM(ds_strategy, s->strategies, i);
        ds_push(b, strategy->key.name);
        if (is_student(model_at(b, strategy->all))) {
            ds_push(b, "all");
            ds_problem_here(b, "a student cannot serve all: it may not exist yet; use \"routes\"");
            ds_pop(b);
        }
        check_routes(b, strategy);
        check_starts(b, strategy);
        check_fallbacks(b, strategy);
        ds_check_terms(b, strategy);
        ds_pop(b);
    }
    ds_pop(b);
    for (size_t i = 0; i < s->models.count; i++)
        if (is_student(&DS_ITEM(ds_model, s->models, i)))
            check_student_quality(b, (int)i);
}
