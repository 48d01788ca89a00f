/* reference_student.c -- (62) and (67) of docs/model.md: students, from the start of a
 * project to the age of what it made.
 *
 * Called by reference.c: ds_ref_projects_begin() once, then each month
 * ds_ref_projects_month() before the routes.
 * Times are months from the start of the clock, maybe fractional; INFINITY: never.
 * The scenario's checks see to it that a student has a project and, where a route uses
 * it, a start, and that a student is neither `all`, a fallback nor escalated to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>

static const ds_model *model_at(const ds_ref_run *run, size_t model)
{
    return &DS_ITEM(ds_model, run->w->s->models, model);
}

/* ---- Starts and attempts */

/* The value for a model in a map of a strategy; NAN when it is not there. */
static double find_quantity(const ds_ref_run *run, const ds_items *map, size_t model)
{
    for (size_t i = 0; i < map->count; i++) {
        const ds_model_quantity *q = &DS_ITEM(ds_model_quantity, *map, i);
        if (q->key.target == (int)model)
            return ds_ref_value(run->w, q->value);
    }
    return DS_REF_NONE;
}

/* (62) permission, then attempts until one succeeds */
static void start_project(ds_ref_run *run, size_t model, double start)
{
    const ds_ref_world *w = run->w;
    const ds_model     *m = model_at(run, model);
    const ds_project   *plan = m->project;
    ds_ref_project     *project = &run->project[model];
    uint64_t permission = ds_ref_process("/models/", m->key.name, "/project#permission");
    uint64_t gate = ds_ref_process("/models/", m->key.name, "/project#gate");
    if (!(ds_ref_uniform(w, permission, 0, 0) < ds_ref_value(w, plan->permission_probability)))
        return;
    double lead = ds_ref_value(w, plan->lead_months);
    double retry = ds_ref_value_or(w, plan->retry_months, lead);
    project->started = true;
    project->end[0] = start;
    for (size_t j = 1; j <= (size_t)plan->attempts; j++) {
        project->end[j] = project->end[j - 1] + (j == 1 ? lead : retry);
        project->attempts = j;
        if (ds_ref_uniform(w, gate, 0, j - 1) < ds_ref_value(w, plan->success_probability)) {
            project->ready = ceil(project->end[j]);
            return;
        }
    }
}

void ds_ref_projects_begin(ds_ref_run *run)
{
    const ds_strategy *strategy = run->strategy;
    for (size_t m = 0; m < run->w->s->models.count; m++) {
        run->project[m].ready = DS_REF_NEVER;
        double start = find_quantity(run, &strategy->start, m);
        double above = find_quantity(run, &strategy->start_when_usd_per_month_above, m);
        if (!isnan(start) && isnan(above))
            start_project(run, m, start);
    }
}

/* (62) the adaptive start: in this month? */
static void start_when_dear(ds_ref_run *run, size_t model)
{
    const ds_strategy *strategy = run->strategy;
    double above = find_quantity(run, &strategy->start_when_usd_per_month_above, model);
    double start = find_quantity(run, &strategy->start, model);
    bool   waits = !isnan(above) && !run->project[model].started;
    if (!waits || run->t < 1 || (double)run->t < start)
        return;
    double paid = run->bill[run->t - 1] * run->w->deflator[run->t - 1]; /* in dollars of then */
    if (paid > above * (1 + 1e-9))
        start_project(run, model, (double)run->t);
}

/* (67) Is the model on a route of the product, whatever its share and month? */
static bool has_route(const ds_ref_run *run, size_t model, size_t product)
{
    const ds_items *routes = ds_ref_routes_of(run, product);
    for (size_t i = 0; routes != NULL && i < routes->count; i++)
        if (DS_ITEM(ds_route, *routes, i).key.target == (int)model)
            return true;
    return false;
}

/* (67) the least a over the products with a route; INFINITY without any */
static double least_acceptable(const ds_ref_run *run, size_t model)
{
    double least = (double)INFINITY;
    for (size_t p = 0; p < run->w->s->products.count; p++)
        if (has_route(run, model, p))
            least = fmin(least, ds_ref_acceptable(
                                    run, model, &DS_ITEM(ds_product, run->w->s->products, p)));
    return least;
}

/* (67) of a student of this age */
static bool is_stale(const ds_ref_run *run, size_t model)
{
    const ds_ref_world   *w = run->w;
    const ds_refresh     *refresh = model_at(run, model)->refresh;
    const ds_ref_project *project = &run->project[model];
    if (refresh == NULL || project->age < ds_ref_value(w, refresh->not_within_months))
        return false;
    double share = ds_ref_value_or(w, refresh->below_acceptable_share, -1);
    return project->age >= ds_ref_value_or(w, refresh->every_months, DS_REF_NEVER) ||
           project->releases >= ds_ref_value_or(w, refresh->every_releases, DS_REF_NEVER) ||
           (share >= 0 && least_acceptable(run, model) < share * (1 - 1e-9));
}

/* (67) */
static void grow_older(ds_ref_run *run, size_t model)
{
    const ds_model *m = model_at(run, model);
    ds_ref_project *project = &run->project[model];
    project->refreshed = false;
    if ((double)run->t <= project->ready)
        return; /* age and releases are 0 */
    project->age += 1;
    if (run->w->release[ds_ref_at(run->w, (size_t)m->teacher, run->t)])
        project->releases += 1;
    if (is_stale(run, model)) {
        project->age = project->releases = 0;
        project->refreshed = true;
    }
}

void ds_ref_projects_month(ds_ref_run *run)
{
    for (size_t m = 0; m < run->w->s->models.count; m++)
        if (ds_ref_is_student(model_at(run, m))) {
            start_when_dear(run, m);
            grow_older(run, m);
        }
}
