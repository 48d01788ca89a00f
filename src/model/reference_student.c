/* reference_student.c -- section 8 of docs/model.md: students, from the start of a
 * project to the age of what it made.
 *
 * Called by reference.c: ds_ref_projects_begin() once, then each month
 * ds_ref_projects_month() before the routes and ds_ref_projects_charge() after them.
 * Times are months from the start of the clock, maybe fractional; INFINITY: never.
 * The scenario's checks see to it that a student has a project and, where a route uses
 * it, a start, and that a student is neither `all`, a fallback nor escalated to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <string.h>

static const ds_model *model_at(const ds_ref_run *run, size_t model)
{
    return &DS_ITEM(ds_model, run->w->s->models, model);
}

bool ds_ref_is_student(const ds_model *model)
{
    return model->teacher != DS_ABSENT;
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
    if (m->refresh != NULL && project->age >= ds_ref_value(run->w, m->refresh->every_months)) {
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

/* ---- Quality */

static const ds_quality *quality_of(const ds_model *model, const char *task_class)
{
    for (size_t i = 0; i < model->quality.count; i++) {
        const ds_quality *q = &DS_ITEM(ds_quality, model->quality, i);
        if (strcmp(q->key.name, task_class) == 0)
            return q;
    }
    return NULL;
}

static double clamp(double x)
{
    return fmin(1, fmax(0, x));
}

/* (63) */
static double share_when_new(const ds_ref_world *w, const ds_model *model, const ds_quality *q)
{
    if (q == NULL)
        return 1;
    if (q->curve == NULL)
        return ds_ref_value(w, q->acceptable_share);
    double gap = ds_ref_value(w, q->curve->gap_at_1b) *
                 pow(ds_ref_value(w, model->parameters_b),
                     -ds_ref_value(w, q->curve->exponent));
    return clamp(ds_ref_value(w, q->curve->limit_share) - gap);
}

double ds_ref_acceptable(const ds_ref_run *run, size_t model, const ds_product *product)
{
    const ds_ref_world   *w = run->w;
    const ds_model       *m = model_at(run, model);
    const ds_ref_project *project = &run->project[model];
    double a0 = share_when_new(w, m, quality_of(m, product->task_class));
    if (!ds_ref_is_student(m))
        return a0; /* (59) */
    return clamp(a0 * pow(1 - ds_ref_value(w, m->decay_per_month), project->age) *
                 pow(1 - ds_ref_value(w, m->decay_per_release), project->releases)); /* (68) */
}

/* ---- Costs */

static double charge(ds_ref_run *run, size_t model, const char *text, double quantity,
                     const char *unit, double price, const char *rule)
{
    ds_ref_line line = { .product = "", .model = model_at(run, model)->key.name, .contract = "",
                         .line = text, .quantity = quantity, .unit = unit,
                         .unit_price_usd = price, .rule = rule };
    double amount = ds_ref_charge(run, &line);
    run->project_usd += amount; /* (77) */
    return amount;
}

/* (64); `factor` is the overrun, and of a refresh its share. */
static void charge_labels(ds_ref_run *run, size_t model, double factor)
{
    const ds_model  *m = model_at(run, model);
    const ds_labels *labels = m->project->labels;
    size_t           teacher = (size_t)m->teacher;
    const ds_contract *c = ds_ref_contract(run->w, teacher, run->t);
    if (labels == NULL || c == NULL)
        return;
    double answers = ds_ref_value(run->w, labels->examples) /
                     (1 - ds_ref_value(run->w, labels->rejected_share));
    double price = ds_ref_label_usd(run->w, teacher, c, labels, run->t);
    double paid = charge(run, model, "labels", answers, "example", price * factor, "(64)");
    run->provider[teacher] += paid; /* (76) */
    ds_ref_return_fee(run, teacher, c->key.name, paid); /* (50) */
}

/* (65b) a vendor's fine-tuning job */
static void charge_fine_tuning(ds_ref_run *run, size_t model, double factor)
{
    const ds_ref_world   *w = run->w;
    const ds_fine_tuning *job = model_at(run, model)->project->fine_tuning;
    if (job == NULL)
        return;
    double tokens = ds_ref_value(w, job->tokens) * ds_ref_value(w, job->epochs) +
                    ds_ref_value(w, job->validation_tokens) * ds_ref_value(w, job->evaluations);
    double hours = ds_ref_value(w, job->hours), per_hour = ds_ref_value(w, job->usd_per_hour);
    double grader = ds_ref_value(w, job->grader_input_tokens) * 1e-6 *
                        ds_ref_value(w, job->grader_usd_per_mtok_input) +
                    ds_ref_value(w, job->grader_output_tokens) * 1e-6 *
                        ds_ref_value(w, job->grader_usd_per_mtok_output);
    double cap = ds_ref_value_or(w, job->cap_usd, DS_REF_NEVER);
    charge(run, model, "fine-tuning tokens", tokens * 1e-6, "Mtok",
           ds_ref_value(w, job->usd_per_mtok) * factor, "(65b)");
    charge(run, model, "fine-tuning hours", hours, "hour", per_hour * factor, "(65b)");
    charge(run, model, "fine-tuning grader", 1, "1", grader * factor, "(65b)");
    charge(run, model, "fine-tuning beyond cap", 1, "1",
           fmin(0, cap - hours * per_hour - grader) * factor, "(65b)");
}

/* (65), (65b) and the evaluation */
static void charge_training(ds_ref_run *run, size_t model, double factor)
{
    const ds_ref_world *w = run->w;
    const ds_model     *m = model_at(run, model);
    const ds_training  *training = m->project->training;
    if (training != NULL) {
        size_t gpu = (size_t)training->gpu;
        double flop = 6 * ds_ref_value(w, m->parameters_b) * 1e9 *
                      ds_ref_value(w, training->tokens) * ds_ref_value(w, training->epochs);
        double flop_per_s = ds_ref_value(w, training->mfu_share) *
                            ds_ref_value(w, DS_ITEM(ds_gpu, w->s->gpus, gpu).peak_tflops) * 1e12;
        charge(run, model, "training", flop / flop_per_s / 3600, "GPU-hour",
               w->rent[ds_ref_at(w, gpu, run->t)] * factor, "(65)");
    }
    charge_fine_tuning(run, model, factor);
    charge(run, model, "evaluation", 1, "1",
           ds_ref_value(w, m->project->evaluation_usd) * factor, "(66)");
}

static void charge_staff(ds_ref_run *run, size_t model, double share, double factor)
{
    const ds_project *plan = model_at(run, model)->project;
    charge(run, model, "project staff", ds_ref_value(run->w, plan->staff_months) * share,
           "staff-month",
           ds_ref_value(run->w, plan->usd_per_staff_month) * run->w->prices[run->t] * factor,
           "(66)");
}

/* (66) the share of the staff of an attempt that month t bears */
static double staff_share(double begin, double end, double t)
{
    if (end == begin)
        return floor(begin) == t ? 1 : 0;
    return fmax(0, fmin(t + 1, end) - fmax(t, begin)) / (end - begin);
}

/* (66) */
static void charge_attempt(ds_ref_run *run, size_t model, double begin, double end)
{
    double t = (double)run->t;
    double overrun = ds_ref_value(run->w, model_at(run, model)->project->overrun_factor);
    if (floor(begin) == t)
        charge_labels(run, model, overrun);
    charge_staff(run, model, staff_share(begin, end, t), overrun);
    if (fmax(floor(begin), ceil(end) - 1) == t)
        charge_training(run, model, overrun);
}

static void charge_project(ds_ref_run *run, size_t model)
{
    const ds_ref_world   *w = run->w;
    const ds_model       *m = model_at(run, model);
    const ds_ref_project *project = &run->project[model];
    if (project->started && floor(project->end[0]) == (double)run->t)
        run->provider[m->teacher] +=
            charge(run, model, "licence fee", 1, "1", ds_ref_value(w, m->project->licence_fee_usd),
                   "(66)"); /* (76) */
    for (size_t j = 1; j <= project->attempts; j++)
        charge_attempt(run, model, project->end[j - 1], project->end[j]);
    if (project->refreshed) { /* (67) */
        double factor = ds_ref_value(w, m->refresh->cost_share) *
                        ds_ref_value(w, m->project->overrun_factor);
        charge_labels(run, model, factor);
        charge_staff(run, model, 1, factor);
        charge_training(run, model, factor);
    }
}

/* (69) */
static void charge_royalty(ds_ref_run *run, size_t model)
{
    const ds_model *m = model_at(run, model);
    double royalty = ds_ref_value(run->w, m->project->royalty_usd_per_mtok);
    for (size_t p = 0; p < run->w->s->products.count; p++) {
        ds_ref_request r = ds_ref_request_of(run->w, p, NULL, run->t);
        double v = run->served[model * run->w->s->products.count + p];
        ds_ref_line line = { .product = DS_ITEM(ds_product, run->w->s->products, p).key.name,
                             .model = m->key.name, .contract = "", .line = "royalty",
                             .quantity = v * (r.input + r.output) * 1e-6, .unit = "Mtok",
                             .unit_price_usd = royalty, .rule = "(69)" };
        run->provider[m->teacher] += ds_ref_charge(run, &line); /* (76) */
    }
}

void ds_ref_projects_charge(ds_ref_run *run)
{
    for (size_t m = 0; m < run->w->s->models.count; m++)
        if (ds_ref_is_student(model_at(run, m))) {
            charge_project(run, m);
            charge_royalty(run, m);
        }
}
