/* plan_strategy.c -- strategies of the scenario -> strategies of the plan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "model/plan_internal.h"
#include "scenario/error.h"

/* Routes of a product: those under its name, else those under "*", else none. */
static const ds_items *routes_of(const ds_strategy *s, int product)
{
    const ds_items *found = NULL;
    for (size_t i = 0; i < s->routes.count; i++) {
        const ds_product_routes *entry = &DS_ITEM(ds_product_routes, s->routes, i);
        if (entry->key.target == product)
            return &entry->routes;
        if (entry->key.target == DS_ABSENT)
            found = &entry->routes;
    }
    return found;
}

static int project_of(const ds_plan *plan, const ds_plan_strategy *strategy, int model)
{
    for (size_t j = 0; j < strategy->project_count; j++)
        if (plan->student[strategy->project[j].student].model == model)
            return (int)j;
    return DS_NONE;
}

/* Index of the strategy's ramp with these columns; adds it when it is new. */
static int ramp_of(ds_plan_strategy *strategy, const ds_plan_route *route)
{
    for (size_t i = 0; i < strategy->ramp_count; i++) {
        const ds_plan_route *r = &strategy->ramp[i];
        if (r->from == route->from && r->ramp_months == route->ramp_months &&
            r->project == route->project)
            return (int)i;
    }
    strategy->ramp[strategy->ramp_count] = *route;
    return (int)strategy->ramp_count++;
}

/* The model may serve, and is held once the ramp has begun. */
static void hold(const ds_plan *plan, ds_plan_strategy *out, int ramp, int model)
{
    out->used[model] = true;
    out->ramp_holds[(size_t)ramp * plan->model_count + (size_t)model] = true;
}

static bool compile_routes(ds_plan *plan, const ds_strategy *s, ds_plan_strategy *out)
{
    size_t total = 0;
    for (size_t p = 0; p < plan->product_count; p++) {
        const ds_items *routes = routes_of(s, (int)p);
        total += routes != NULL ? routes->count : 0;
    }
    ds_plan_route *next = ds_plan_alloc(plan, total, sizeof *next);
    out->ramp = ds_plan_alloc(plan, total, sizeof *out->ramp);
    out->route = ds_plan_alloc(plan, plan->product_count, sizeof *out->route);
    out->route_count = ds_plan_alloc(plan, plan->product_count, sizeof *out->route_count);
    out->ramp_holds = ds_plan_alloc(plan, total * plan->model_count, sizeof *out->ramp_holds);
    out->ramp_certain = ds_plan_alloc(plan, total, sizeof *out->ramp_certain);
    out->certain = ds_plan_alloc(plan, plan->product_count, sizeof *out->certain);
    if (!next || !out->ramp || !out->ramp_holds || !out->route || !out->route_count ||
        !out->ramp_certain || !out->certain)
        return false;
    for (size_t p = 0; p < plan->product_count; p++) {
        const ds_items *routes = routes_of(s, (int)p);
        out->route[p] = next;
        out->route_count[p] = routes != NULL ? routes->count : 0;
        for (size_t r = 0; r < out->route_count[p]; r++, next++) {
            const ds_route *route = &DS_ITEM(ds_route, *routes, r);
            *next = (ds_plan_route){ .model = route->key.target, .share = route->share.index,
                                     .from = route->from.index,
                                     .ramp_months = route->ramp_months.index,
                                     .escalate_to = route->escalate_to,
                                     .before_answer =
                                         route->escalate == DS_ESCALATE_BEFORE_ANSWER,
                                     .project = project_of(plan, out, route->key.target) };
            next->state = ramp_of(out, next);
            hold(plan, out, next->state, next->model);
            if (next->escalate_to >= 0) {
                hold(plan, out, next->state, next->escalate_to);
                out->spoils = true;
            }
        }
    }
    return true;
}

static bool compile_projects(ds_plan *plan, const ds_strategy *s, ds_plan_strategy *out)
{
    out->project = ds_plan_alloc(plan, s->start.count, sizeof *out->project);
    if (out->project == NULL)
        return false;
    for (size_t i = 0; i < s->start.count; i++) {
        const ds_model_quantity *start = &DS_ITEM(ds_model_quantity, s->start, i);
        ds_plan_project *project = &out->project[out->project_count++];
        *project = (ds_plan_project){ .student = plan->model[start->key.target].student,
                                      .start = start->value.index, .threshold = DS_NONE,
                                      .begins = (double)NAN };
        for (size_t k = 0; k < s->start_when_usd_per_month_above.count; k++) {
            const ds_model_quantity *when =
                &DS_ITEM(ds_model_quantity, s->start_when_usd_per_month_above, k);
            if (when->key.target == start->key.target)
                project->threshold = when->value.index;
        }
        out->waits = out->waits || project->threshold != DS_NONE;
    }
    out->distils = out->project_count > 0;
    return true;
}

/* The products of which (67) asks whether the student is still good enough for them. */
static bool compile_routed(ds_plan *plan, ds_plan_strategy *out)
{
    for (size_t j = 0; j < out->project_count; j++) {
        ds_plan_project *project = &out->project[j];
        if (plan->student[project->student].refresh.below == DS_NONE)
            continue;
        project->product = ds_plan_alloc(plan, plan->product_count, sizeof *project->product);
        if (project->product == NULL)
            return false;
        for (size_t p = 0; p < plan->product_count; p++) {
            bool routed = false;
            for (size_t r = 0; r < out->route_count[p]; r++)
                routed = routed || out->route[p][r].project == (int)j;
            if (routed)
                project->product[project->product_count++] = (int)p;
        }
    }
    return true;
}

/* Fallback of each model, and what it makes `used`: one step, as (58) says. */
static bool compile_fallbacks(ds_plan *plan, const ds_strategy *s, ds_plan_strategy *out)
{
    out->fallback = ds_plan_alloc(plan, plan->model_count, sizeof *out->fallback);
    if (out->fallback == NULL)
        return false;
    for (size_t m = 0; m < plan->model_count; m++) {
        out->fallback[m] = DS_ITEM(ds_model, plan->scenario->models, m).fallback;
        for (size_t i = 0; i < s->fallback.count; i++) {
            const ds_model_fallback *entry = &DS_ITEM(ds_model_fallback, s->fallback, i);
            if (entry->key.target == (int)m)
                out->fallback[m] = entry->to;
        }
    }
    return true;
}

static void mark_fallbacks_used(const ds_plan *plan, ds_plan_strategy *out)
{
    for (size_t m = 0; m < plan->model_count; m++)
        if ((out->always_held[m] || out->used[m]) && out->fallback[m] >= 0 &&
            (plan->model[m].interruption != DS_NONE || plan->model[m].limits != DS_NONE))
            out->used[out->fallback[m]] = out->falls_back = true;
}

/* Is a student whose project begins then ready in the same month on every path? */
static bool is_ready_certain(const ds_plan *plan, const ds_plan_project *project)
{
    const ds_plan_student *s = &plan->student[project->student];
    return project->threshold == DS_NONE && ds_plan_is_certain(plan, project->start) &&
           ds_plan_is_certain(plan, s->lead) && ds_plan_is_certain(plan, s->retry) &&
           ds_plan_holds(plan, s->success, 1) && ds_plan_holds(plan, s->permission, 1);
}

static bool is_checker_certain(const ds_plan *plan, const ds_plan_checker *c)
{
    return ds_plan_is_certain(plan, c->detected) && ds_plan_is_certain(plan, c->false_alarm) &&
           ds_plan_is_certain(plan, c->usd);
}

/* Does the model take the same share of what it is sent on every path, and is its acceptable
 * share of the product the same and stays so? */
static bool is_model_certain(const ds_plan *plan, int model, size_t product)
{
    const ds_plan_model *m = &plan->model[model];
    const ds_plan_quality *q = &plan->quality[(size_t)model * plan->product_count + product];
    const bool takes_all = m->interruption == DS_NONE && m->limits == DS_NONE;
    const bool ages = m->student != DS_NONE && plan->student[m->student].ages;
    return takes_all && !ages &&
           (q->perfect || (q->law == NULL && q->acceptable != DS_NONE &&
                           ds_plan_is_certain(plan, q->acceptable)));
}

static bool is_route_certain(const ds_plan *plan, const ds_plan_strategy *s,
                             const ds_plan_route *route, size_t product)
{
    const ds_plan_model *m = &plan->model[route->model];
    const int to = route->escalate_to;
    return s->ramp_certain[route->state] && ds_plan_is_certain(plan, route->share) &&
           is_model_certain(plan, route->model, product) &&
           (to == DS_NONE || (is_model_certain(plan, to, product) &&
                              is_checker_certain(plan, route->before_answer ? &m->router
                                                                            : &m->verifier)));
}

/* What of the routing is the same on every path, and so a number: route_certain.c. */
static void find_certain(const ds_plan *plan, ds_plan_strategy *out)
{
    for (size_t j = 0; j < out->project_count; j++)
        out->project[j].certain = is_ready_certain(plan, &out->project[j]);
    for (size_t k = 0; k < out->ramp_count; k++) {
        const ds_plan_route *ramp = &out->ramp[k];
        out->ramp_certain[k] = ds_plan_is_certain(plan, ramp->from) &&
                               ds_plan_is_certain(plan, ramp->ramp_months) &&
                               (ramp->project == DS_NONE || out->project[ramp->project].certain);
    }
    out->all_certain = !out->has_limits;
    for (size_t p = 0; p < plan->product_count; p++) {
        out->certain[p] = is_model_certain(plan, out->all, p);
        for (size_t r = 0; r < out->route_count[p]; r++)
            out->certain[p] =
                out->certain[p] && is_route_certain(plan, out, &out->route[p][r], p);
        out->all_certain = out->all_certain && (out->certain[p] || plan->product[p].idle);
    }
}

static void find_features(const ds_plan *plan, ds_plan_strategy *out)
{
    for (size_t m = 0; m < plan->model_count; m++) {
        if (!out->used[m])
            continue;
        const ds_plan_model *model = &plan->model[m];
        for (int c = model->first_contract; c < model->end_contract; c++) {
            const ds_plan_contract *contract = &plan->contract[c];
            out->has_fleet = out->has_fleet || contract->billing == DS_BILLING_FLEET;
            out->loses = out->loses || contract->refuses;
            if (contract->agreement != DS_NONE)
                out->agrees[contract->agreement] = true;
        }
        out->has_limits = out->has_limits || model->limits != DS_NONE;
        out->loses = out->loses || model->interruption != DS_NONE || out->has_limits;
        for (size_t p = 0; p < plan->product_count; p++)
            out->spoils = out->spoils || !plan->quality[m * plan->product_count + p].perfect;
    }
}

/* (98) */
static bool compile_terms(ds_plan *plan, const ds_strategy *s, ds_plan_strategy *out)
{
    out->amount = ds_plan_alloc(plan, plan->amount_count, sizeof *out->amount);
    out->agrees = ds_plan_alloc(plan, plan->agreement_count, sizeof *out->agrees);
    if (out->amount == NULL || out->agrees == NULL)
        return false;
    for (size_t a = 0; a < plan->amount_count; a++) {
        out->amount[a] = plan->amount[a];
        for (size_t i = 0; i < s->terms.count; i++) {
            const ds_term *term = &DS_ITEM(ds_term, s->terms, i);
            if (term->value.index >= 0 && term->input == plan->amount[a])
                out->amount[a] = term->value.index;
        }
    }
    return true;
}

static bool compile_strategy(ds_plan *plan, const ds_strategy *s, ds_plan_strategy *out)
{
    out->name = s->key.name;
    out->all = s->all;
    out->used = ds_plan_alloc(plan, plan->model_count, sizeof *out->used);
    out->always_held = ds_plan_alloc(plan, plan->model_count, sizeof *out->always_held);
    if (out->used == NULL || out->always_held == NULL)
        return false;
    out->used[s->all] = out->always_held[s->all] = true;
    if (!compile_projects(plan, s, out) || !compile_routes(plan, s, out) ||
        !compile_routed(plan, out) || !compile_fallbacks(plan, s, out) ||
        !compile_terms(plan, s, out))
        return false;
    mark_fallbacks_used(plan, out);
    find_features(plan, out);
    find_certain(plan, out);
    return true;
}

ds_code ds_plan_compile_strategies(ds_plan *plan, ds_error *err)
{
    for (size_t i = 0; i < plan->strategy_count; i++) {
        ds_plan_strategy *out = &plan->strategy[i];
        if (!compile_strategy(plan, &DS_ITEM(ds_strategy, plan->scenario->strategies, i), out))
            return ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
        if (out->project_count > plan->most_projects)
            plan->most_projects = out->project_count;
        if (out->ramp_count > plan->most_ramps)
            plan->most_ramps = out->ramp_count;
        for (size_t p = 0; p < plan->product_count; p++)
            if (out->route_count[p] > plan->most_routes)
                plan->most_routes = out->route_count[p];
    }
    return DS_OK;
}
