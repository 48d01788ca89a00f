/* check_model.c -- rules that span fields of a model: its project if it is a student,
 * its quality.  Contracts are check_contract.c's.
 *
 * Called by check.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/check.h"

/* ---- Students -------------------------------------------------------------------- */

/* Training by tokens (65). */
static void check_training_tokens(ds_binder *b, const ds_model *m, const ds_training *t)
{
    const ds_scenario *s = b->scenario;
    if (m->parameters_b.index == DS_ABSENT)
        ds_problem_here(b, "training by tokens needs \"parameters_b\" of the model");
    if (t->gpu >= 0 && (size_t)t->gpu < s->gpus.count &&
        DS_ITEM(ds_gpu, s->gpus, t->gpu).peak_tflops.index == DS_ABSENT) {
        ds_push(b, "gpu");
        ds_problem_here(b, "training by tokens needs \"peak_tflops\" of the GPU \"%.100s\"",
                        DS_ITEM(ds_gpu, s->gpus, t->gpu).key.name);
        ds_pop(b);
    }
}

static void check_training(ds_binder *b, const ds_model *m)
{
    const ds_training *t = m->project->training;
    bool               hours = ds_there(t->gpu_hours), tokens = ds_there(t->tokens);
    const char        *why = "\"gpu_hours\" are given";
    ds_push(b, "training");
    if (!hours && !tokens && !ds_reported_inside(b))
        ds_problem_here(b, "needs \"gpu_hours\", or \"tokens\" from which they follow");
    if (hours && tokens)
        ds_problem_in(b, "tokens", "\"gpu_hours\" are given already: one of them");
    if (hours && !tokens) {
        ds_refuse(b, ds_differs(b, t->epochs, 1), "epochs", why);
        ds_refuse(b, ds_differs(b, t->mfu_share, 0.4), "mfu_share", why);
        ds_refuse(b, ds_differs(b, t->flop_per_parameter_token, 6), "flop_per_parameter_token",
                  why);
    }
    if (tokens && !hours)
        check_training_tokens(b, m, t);
    ds_pop(b);
}

/* Rounds on the student's own answers (65c). */
static void check_on_policy(ds_binder *b, const ds_on_policy *o)
{
    bool hours = ds_differs(b, o->gpu_hours, 0), examples = ds_differs(b, o->examples, 0);
    bool input = ds_differs(b, o->input_tokens, 0), output = ds_differs(b, o->output_tokens, 0);
    const char *why = "there are no \"examples\"";
    ds_push(b, "on_policy");
    if (!ds_reported_inside(b)) {
        if (hours && o->gpu == DS_ABSENT)
            ds_problem_in(b, "gpu_hours", "needs \"gpu\", the GPU of these hours");
        ds_refuse(b, !hours && o->gpu != DS_ABSENT, "gpu", "there are no \"gpu_hours\"");
        ds_refuse(b, examples && !input && !output, "examples",
                  "the teacher neither reads nor writes; state \"input_tokens\" or "
                  "\"output_tokens\"");
        ds_refuse(b, !examples && input, "input_tokens", why);
        ds_refuse(b, !examples && output, "output_tokens", why);
        ds_refuse(b, !examples && ds_differs(b, o->batch_discount_share, 0),
                  "batch_discount_share", why);
        if (!hours && !examples && !input && !output && o->gpu == DS_ABSENT)
            ds_problem_here(b, "costs nothing: needs \"examples\" or \"gpu_hours\"");
    }
    ds_pop(b);
}

static void check_refresh(ds_binder *b, const ds_refresh *r)
{
    ds_push(b, "refresh");
    if (!ds_there(r->every_months) && !ds_there(r->every_releases) &&
        !ds_there(r->below_acceptable_share) && !ds_reported_inside(b))
        ds_problem_here(b, "needs \"every_months\", \"every_releases\" or "
                           "\"below_acceptable_share\": when is the student made anew?");
    ds_pop(b);
}

/* Reports a circle of teachers once, at the member that comes first. */
static void check_teachers(ds_binder *b, int model)
{
    const ds_items *models = &b->scenario->models;
    int             at = model;
    for (size_t steps = 0; steps <= models->count; steps++) {
        if (at < 0 || (size_t)at >= models->count)
            return;
        at = DS_ITEM(ds_model, *models, at).teacher;
        if (at == model) {
            ds_push(b, "teacher");
            ds_problem_here(b, "%s", steps == 0 ? "a model cannot be its own teacher"
                                                : "students teach one another in a circle");
            ds_pop(b);
            return;
        }
        if (at >= 0 && at < model)
            return; /* that one reports, if it is a circle at all */
    }
}

/* What stands for a product of two needs both. */
static void check_pair(ds_binder *b, ds_quantity first, const char *first_key, ds_quantity second,
                       const char *second_key)
{
    bool one = ds_differs(b, first, 0.0), other = ds_differs(b, second, 0.0);
    char why[80];
    if (first.index == DS_BROKEN || second.index == DS_BROKEN)
        return;
    snprintf(why, sizeof why, "there is no \"%s\"", second_key);
    ds_refuse(b, one && !other, first_key, why);
    snprintf(why, sizeof why, "there is no \"%s\"", first_key);
    ds_refuse(b, other && !one, second_key, why);
}

static void check_fine_tuning(ds_binder *b, const ds_fine_tuning *f)
{
    bool capped = ds_differs(b, f->hours, 0) || ds_differs(b, f->grader_input_tokens, 0) ||
                  ds_differs(b, f->grader_output_tokens, 0);
    bool tokens = ds_differs(b, f->tokens, 0), validated = ds_differs(b, f->validation_tokens, 0);
    ds_push(b, "fine_tuning");
    check_pair(b, f->validation_tokens, "validation_tokens", f->evaluations, "evaluations");
    check_pair(b, f->hours, "hours", f->usd_per_hour, "usd_per_hour");
    check_pair(b, f->grader_input_tokens, "grader_input_tokens", f->grader_usd_per_mtok_input,
               "grader_usd_per_mtok_input");
    check_pair(b, f->grader_output_tokens, "grader_output_tokens", f->grader_usd_per_mtok_output,
               "grader_usd_per_mtok_output");
    if (!ds_differs(b, f->usd_per_mtok, 0)) {
        ds_refuse(b, tokens, "tokens", "there is no \"usd_per_mtok\"");
        ds_refuse(b, validated, "validation_tokens", "there is no \"usd_per_mtok\"");
    } else {
        ds_refuse(b, !tokens && !validated && f->tokens.index >= 0, "usd_per_mtok",
                  "there are no \"tokens\"");
    }
    ds_refuse(b, !tokens && ds_differs(b, f->epochs, 1), "epochs", "there are no \"tokens\"");
    ds_refuse(b, !capped && ds_there(f->cap_usd), "cap_usd",
              "it is on \"hours\" and a grader, and there are none");
    bool timed = ds_differs(b, f->usd_per_hour, 0); /* its hours are missed above */
    if (!capped && !tokens && !validated && !timed && f->tokens.index >= 0)
        ds_problem_here(b, "costs nothing: needs \"tokens\", \"hours\" or a grader");
    ds_pop(b);
}

static void check_student(ds_binder *b, const ds_model *m, int index)
{
    if (m->teacher >= 0 && m->project == NULL)
        ds_problem_here(b, "a student needs \"project\", what making it takes");
    if (m->teacher == DS_ABSENT && m->project != NULL) {
        ds_push(b, "project");
        ds_problem_at_key(b, "a project needs the \"teacher\" of the model");
        ds_pop(b);
    }
    if (m->teacher == DS_ABSENT) {
        const char *why = "the model has no \"teacher\"";
        ds_refuse(b, ds_differs(b, m->decay_per_month, 0), "decay_per_month", why);
        ds_refuse(b, ds_differs(b, m->decay_per_release, 0), "decay_per_release", why);
        ds_refuse(b, m->refresh != NULL, "refresh", why);
    }
    if (m->teacher != DS_ABSENT && m->refresh != NULL)
        check_refresh(b, m->refresh);
    check_teachers(b, index);
    ds_push(b, "project");
    if (m->project != NULL && m->project->training != NULL)
        check_training(b, m);
    if (m->project != NULL && m->project->on_policy != NULL)
        check_on_policy(b, m->project->on_policy);
    if (m->project != NULL && m->project->fine_tuning != NULL)
        check_fine_tuning(b, m->project->fine_tuning);
    ds_pop(b);
}

/* What depends on the size needs it: (63), (63b). */
static void check_size(ds_binder *b, const ds_model *m, bool there, const char *key)
{
    if (!there || m->parameters_b.index != DS_ABSENT)
        return;
    ds_push(b, key);
    ds_problem_at_key(b, "a %s needs \"parameters_b\" of the model", key);
    ds_pop(b);
}

static void check_quality(ds_binder *b, const ds_model *m)
{
    ds_push(b, "quality");
    for (size_t i = 0; i < m->quality.count; i++) {
        const ds_quality *q = &DS_ITEM(ds_quality, m->quality, i);
        bool share = q->acceptable_share.index != DS_ABSENT, curve = q->curve != NULL;
        bool law = q->scaling_law != NULL;
        int  stated = share + curve + law;
        ds_push(b, q->key.name);
        if (stated != 1 && !(q->acceptable_share.index == DS_BROKEN && stated == 2))
            ds_problem_here(b, "needs \"acceptable_share\", \"curve\" or \"scaling_law\"%s",
                            stated > 1 ? ", one of them only" : "");
        check_size(b, m, curve, "curve");
        check_size(b, m, law, "scaling_law");
        ds_pop(b);
    }
    ds_pop(b);
}

/* ---- All models ------------------------------------------------------------------ */

/* Who stands in for the model. */
static void check_fallback(ds_binder *b, const ds_model *m, int index)
{
    const ds_items *models = &b->scenario->models;
    const ds_model *to = m->fallback >= 0 && (size_t)m->fallback < models->count
                             ? &DS_ITEM(ds_model, *models, m->fallback) : NULL;
    ds_push(b, "fallback");
    if (m->fallback == index)
        ds_problem_here(b, "a model cannot be its own fallback");
    else if (to != NULL && to->teacher >= 0)
        ds_problem_here(b, "a student cannot be a fallback: it may not exist yet");
    else if (to != NULL && ds_has_limited_fleet(to))
        ds_problem_here(b, "a model whose fleet is limited cannot be a fallback: it may be full");
    ds_pop(b);
}

/* A router is asked where a route says so. */
static void check_router(ds_binder *b, const ds_model *m, int index)
{
    const ds_items *strategies = &b->scenario->strategies;
    for (size_t i = 0; i < strategies->count; i++) {
        const ds_items *products = &DS_ITEM(ds_strategy, *strategies, i).routes;
        for (size_t p = 0; p < products->count; p++) {
            const ds_items *routes = &DS_ITEM(ds_product_routes, *products, p).routes;
            for (size_t r = 0; r < routes->count; r++)
                if (DS_ITEM(ds_route, *routes, r).key.target == index &&
                    DS_ITEM(ds_route, *routes, r).escalate != DS_ESCALATE_AFTER_ANSWER)
                    return;
        }
    }
    ds_push(b, "router");
    if (m->router != NULL)
        ds_warn_here(b, "is never asked: no route to the model has \"escalate\": "
                        "\"before_answer\"");
    ds_pop(b);
}

void ds_check_models(ds_binder *b)
{
    const ds_items *models = &b->scenario->models;
    ds_push(b, "models");
    for (size_t i = 0; i < models->count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, *models, i);
        ds_push(b, m->key.name);
        ds_check_contracts(b, m, (int)i);
        check_student(b, m, (int)i);
        check_quality(b, m);
        check_fallback(b, m, (int)i);
        check_router(b, m, (int)i);
        if (m->price_path != NULL)
            ds_check_price_path(b, m->price_path);
        ds_check_overflow(b, m, (int)i);
        ds_pop(b);
    }
    ds_pop(b);
}
