/* check_model.c -- rules that span fields of a model: its contracts, its project if
 * it is a student, its quality.
 *
 * Called by check.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/binder.h"
#include "scenario/field_rows.h"

static const ds_field *contract_rows(void)
{
    return ds_contract_fields;
}

/* ---- Contracts ------------------------------------------------------------------- */

/* Keys of the contract that its billing has no use for. */
static void check_applies(ds_binder *b, int billing, const char *billing_name)
{
    for (const ds_field *row = contract_rows(); row->key != NULL; row++) {
        if (row->only == 0 || (row->only & (1u << billing)) != 0 || !ds_stated(b, row->key))
            continue;
        ds_push(b, row->key);
        ds_problem_at_key(b, "\"%s\" does not apply to billing \"%s\"", row->key, billing_name);
        ds_pop(b);
    }
}

/* A key of the object at the path that changes something, where it has no effect. */
static void refuse(ds_binder *b, bool changes, const char *key, const char *why)
{
    if (!changes)
        return;
    ds_push(b, key);
    ds_problem_at_key(b, "\"%s\" has no effect: %s", key, why);
    ds_pop(b);
}

static bool differs(const ds_binder *b, ds_quantity q, double from)
{
    if (q.index < 0)
        return false;
    const ds_distribution *d = &b->inputs[q.index].distribution;
    return d->kind != DS_DIST_CONSTANT || d->a != from;
}

static void check_pool(ds_binder *b, const ds_unit_pool *pool)
{
    bool by_profile = pool->profile != DS_ABSENT;
    bool by_tokens = pool->tokens_per_minute.index != DS_ABSENT;
    bool broken = pool->profile == DS_BROKEN && pool->tokens_per_minute.index == DS_BROKEN;
    if (broken || by_profile != by_tokens)
        return;
    ds_problem_here(b, "needs \"profile\" or \"tokens_per_minute\"%s",
                    by_profile ? ", not both" : "");
}

static void check_contract(ds_binder *b, const ds_contract *c)
{
    static const char *const names[] = {"per_token", "hosted_per_token", "compute_time", "fleet"};
    if (c->billing < 0)
        return;
    const char *name = names[c->billing];
    check_applies(b, c->billing, name);
    switch (c->billing) {
    case DS_BILLING_PER_TOKEN:
    case DS_BILLING_HOSTED:
        if (c->usd_per_mtok == NULL)
            ds_problem_here(b, "billing \"%s\" needs \"usd_per_mtok\"", name);
        break;
    case DS_BILLING_COMPUTE_TIME:
        if (c->units.count == 0 && !ds_stated(b, "units"))
            ds_problem_here(b, "billing \"%s\" needs \"units\"", name);
        ds_push(b, "units");
        for (size_t i = 0; i < c->units.count; i++) {
            const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, c->units, i);
            ds_push(b, pool->key.name);
            check_pool(b, pool);
            ds_pop(b);
        }
        ds_pop(b);
        break;
    default:
        if (c->profile == DS_ABSENT)
            ds_problem_here(b, "billing \"%s\" needs \"profile\"", name);
        break;
    }
}

/* The first contract is there from the start; dates that are certain increase. */
static void check_dates(ds_binder *b, const ds_items *contracts)
{
    double last = -1.0, from;
    for (size_t i = 0; i < contracts->count; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, *contracts, i);
        bool               certain = ds_certain(b, c->from, &from);
        ds_push(b, c->key.name);
        ds_push(b, "from");
        if (i == 0 && c->from.index >= 0 && !(certain && from == 0.0))
            ds_problem_here(b, "the first contract must be in force from the start of the clock, "
                               "for certain");
        else if (i > 0 && certain && !(from > last))
            ds_problem_here(b, "must be later than the \"from\" of the contract before it");
        if (certain)
            last = from;
        ds_pop(b);
        ds_pop(b);
    }
}

static void check_contracts(ds_binder *b, const ds_items *contracts)
{
    ds_push(b, "contracts");
    for (size_t i = 0; i < contracts->count; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, *contracts, i);
        ds_push(b, c->key.name);
        check_contract(b, c);
        ds_pop(b);
    }
    check_dates(b, contracts);
    ds_pop(b);
}

/* ---- Students -------------------------------------------------------------------- */

static void check_training(ds_binder *b, const ds_model *m)
{
    const ds_scenario *s = b->scenario;
    const ds_training *t = m->project->training;
    ds_push(b, "training");
    if (m->parameters_b.index == DS_ABSENT)
        ds_problem_here(b, "training needs \"parameters_b\" of the model");
    if (t->gpu >= 0 && (size_t)t->gpu < s->gpus.count &&
        DS_ITEM(ds_gpu, s->gpus, t->gpu).peak_tflops.index == DS_ABSENT) {
        ds_push(b, "gpu");
        ds_problem_here(b, "training needs \"peak_tflops\" of the GPU \"%.100s\"",
                        DS_ITEM(ds_gpu, s->gpus, t->gpu).key.name);
        ds_pop(b);
    }
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
        refuse(b, differs(b, m->decay_per_month, 0), "decay_per_month", why);
        refuse(b, differs(b, m->decay_per_release, 0), "decay_per_release", why);
        refuse(b, m->refresh != NULL, "refresh", why);
    }
    check_teachers(b, index);
    if (m->project != NULL && m->project->training != NULL) {
        ds_push(b, "project");
        check_training(b, m);
        ds_pop(b);
    }
}

static void check_quality(ds_binder *b, const ds_model *m)
{
    ds_push(b, "quality");
    for (size_t i = 0; i < m->quality.count; i++) {
        const ds_quality *q = &DS_ITEM(ds_quality, m->quality, i);
        bool              share = q->acceptable_share.index != DS_ABSENT, curve = q->curve != NULL;
        ds_push(b, q->key.name);
        if (share == curve && !(q->acceptable_share.index == DS_BROKEN && curve))
            ds_problem_here(b, "needs \"acceptable_share\" or \"curve\"%s",
                            share ? ", not both" : "");
        if (curve && m->parameters_b.index == DS_ABSENT) {
            ds_push(b, "curve");
            ds_problem_at_key(b, "a curve needs \"parameters_b\" of the model");
            ds_pop(b);
        }
        ds_pop(b);
    }
    ds_pop(b);
}

void ds_check_models(ds_binder *b)
{
    const ds_items *models = &b->scenario->models;
    ds_push(b, "models");
    for (size_t i = 0; i < models->count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, *models, i);
        ds_push(b, m->key.name);
        check_contracts(b, &m->contracts);
        check_student(b, m, (int)i);
        check_quality(b, m);
        if (m->fallback == (int)i) {
            ds_push(b, "fallback");
            ds_problem_here(b, "a model cannot be its own fallback");
            ds_pop(b);
        } else if (m->fallback >= 0 && (size_t)m->fallback < models->count &&
                   DS_ITEM(ds_model, *models, m->fallback).teacher >= 0) {
            ds_push(b, "fallback");
            ds_problem_here(b, "a student cannot be a fallback: it may not exist yet");
            ds_pop(b);
        }
        ds_pop(b);
    }
    ds_pop(b);
}
