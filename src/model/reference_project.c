/* reference_project.c -- (64)-(67) and (69) of docs/model.md: what it costs to make students,
 * to make them anew, and to use them.
 *
 * Called by reference.c each month after the routes, when reference_student.c has said
 * which attempts and refreshes fall into it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>

static const ds_model *model_at(const ds_ref_run *run, size_t model)
{
    return &DS_ITEM(ds_model, run->w->s->models, model);
}

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

/* What the teacher is paid for so many answers; `factor` is the overrun, and of a refresh
 * its share. */
static void charge_teacher(ds_ref_run *run, size_t model, const char *text, double answers,
                           double input_tokens, double output_tokens, double factor,
                           const char *rule)
{
    size_t             teacher = (size_t)model_at(run, model)->teacher;
    const ds_contract *c = ds_ref_contract(run->w, teacher, run->t);
    if (c == NULL)
        return;
    double price = ds_ref_label_usd(run->w, teacher, c, input_tokens, output_tokens, run->t);
    double paid = charge(run, model, text, answers, "example", price * factor, rule);
    run->provider[teacher] += paid; /* (76) */
    ds_ref_return_fee(run, teacher, c->key.name, paid); /* (50) */
}

/* (64) */
static void charge_labels(ds_ref_run *run, size_t model, double factor)
{
    const ds_ref_world *w = run->w;
    const ds_labels    *labels = model_at(run, model)->project->labels;
    if (labels == NULL)
        return;
    double answers = ds_ref_value(w, labels->examples) /
                     (1 - ds_ref_value(w, labels->rejected_share));
    charge_teacher(run, model, "labels", answers, ds_ref_value(w, labels->input_tokens),
                   ds_ref_value(w, labels->output_tokens),
                   factor * (1 - ds_ref_value(w, labels->batch_discount_share)), "(64)");
}

/* (65c) */
static void charge_rounds(ds_ref_run *run, size_t model, double factor)
{
    const ds_ref_world *w = run->w;
    const ds_on_policy *on = model_at(run, model)->project->on_policy;
    if (on == NULL)
        return;
    double rounds = ds_ref_value(w, on->rounds);
    charge_teacher(run, model, "on-policy answers", rounds * ds_ref_value(w, on->examples),
                   ds_ref_value(w, on->input_tokens), ds_ref_value(w, on->output_tokens),
                   factor * (1 - ds_ref_value(w, on->batch_discount_share)), "(65c)");
    if (on->gpu != DS_ABSENT)
        charge(run, model, "on-policy GPUs", rounds * ds_ref_value(w, on->gpu_hours), "GPU-hour",
               w->rent[ds_ref_at(w, (size_t)on->gpu, run->t)] * factor, "(65c)");
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

/* (65) */
static double training_hours(const ds_ref_world *w, const ds_model *m, const ds_training *t)
{
    double flop = ds_ref_value(w, t->flop_per_parameter_token) *
                  ds_ref_value(w, m->parameters_b) * 1e9 * ds_ref_value(w, t->tokens) *
                  ds_ref_value(w, t->epochs);
    double peak = ds_ref_value(w, DS_ITEM(ds_gpu, w->s->gpus, t->gpu).peak_tflops) * 1e12;
    return flop / (ds_ref_value(w, t->mfu_share) * peak) / 3600;
}

/* (65)-(65c) and the evaluation */
static void charge_training(ds_ref_run *run, size_t model, double factor)
{
    const ds_ref_world *w = run->w;
    const ds_model     *m = model_at(run, model);
    const ds_training  *training = m->project->training;
    if (training != NULL) {
        bool   stated = training->gpu_hours.index != DS_ABSENT;
        double hours = stated ? ds_ref_value(w, training->gpu_hours)
                              : training_hours(w, m, training);
        charge(run, model, "training", hours, "GPU-hour",
               w->rent[ds_ref_at(w, (size_t)training->gpu, run->t)] * factor, "(65)");
    }
    charge_fine_tuning(run, model, factor);
    charge_rounds(run, model, factor);
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
