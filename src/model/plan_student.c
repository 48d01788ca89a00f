/* plan_student.c -- compiles students: labels and marks, training, gates, decay and refreshes,
 * (62)-(69).
 *
 * Called by plan.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plan_internal.h"

/* Rows for the price of one example under each contract of the teacher. */
static void add_label_rows(ds_plan *plan, int teacher, ds_plan_labels *labels)
{
    if (labels->examples == DS_NONE)
        return;
    const ds_plan_model *model = &plan->model[teacher];
    labels->first = (int)plan->label_rows;
    plan->label_rows += (size_t)(model->end_contract - model->first_contract);
}

static void compile_labels(ds_plan *plan, const ds_project *p, ds_plan_student *out)
{
    out->labels.examples = out->marks.examples = out->rounds_gpu = DS_NONE;
    if (p->labels != NULL)
        out->labels = (ds_plan_labels){ .examples = p->labels->examples.index,
                                        .rounds = plan->one,
                                        .rejected = p->labels->rejected_share.index,
                                        .input = p->labels->input_tokens.index,
                                        .output = p->labels->output_tokens.index,
                                        .discount = p->labels->batch_discount_share.index };
    const ds_on_policy *on = p->on_policy;
    if (on != NULL && !ds_plan_is_always(plan->scenario, on->rounds, 0)) {
        out->marks = (ds_plan_labels){
            .examples = ds_plan_column_unless(plan->scenario, on->examples, 0),
            .rounds = on->rounds.index, .rejected = plan->zero, .input = on->input_tokens.index,
            .output = on->output_tokens.index, .discount = on->batch_discount_share.index };
        if (!ds_plan_is_always(plan->scenario, on->gpu_hours, 0))
            out->rounds_gpu = on->gpu;
        out->rounds = on->rounds.index;
        out->rounds_hours = on->gpu_hours.index;
    }
    add_label_rows(plan, out->teacher, &out->labels);
    add_label_rows(plan, out->teacher, &out->marks);
}

static void compile_refresh(const ds_refresh *r, ds_plan_refresh *out)
{
    *out = (ds_plan_refresh){ DS_NONE, DS_NONE, DS_NONE, DS_NONE, DS_NONE };
    if (r == NULL)
        return;
    out->every_months = ds_plan_column(r->every_months, DS_NONE);
    out->every_releases = ds_plan_column(r->every_releases, DS_NONE);
    out->below = ds_plan_column(r->below_acceptable_share, DS_NONE);
    out->not_within = r->not_within_months.index;
    out->cost = r->cost_share.index;
}

static void compile_student(ds_plan *plan, int model, const ds_model *m, ds_plan_student *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_project *p = m->project;
    *out = (ds_plan_student){ .model = model, .teacher = m->teacher, .training_gpu = DS_NONE };
    compile_labels(plan, p, out);
    if (p->training != NULL) {
        out->training_gpu = p->training->gpu;
        out->gpu_hours = ds_plan_column(p->training->gpu_hours, DS_NONE);
        out->training_tokens = ds_plan_column(p->training->tokens, plan->zero);
        out->epochs = p->training->epochs.index;
        out->mfu = p->training->mfu_share.index;
        out->flop = p->training->flop_per_parameter_token.index;
        out->parameters = ds_plan_column(m->parameters_b, plan->one);
    }
    out->staff_months = p->staff_months.index;
    out->usd_per_staff_month = p->usd_per_staff_month.index;
    out->evaluation = p->evaluation_usd.index;
    out->licence = p->licence_fee_usd.index;
    out->royalty = ds_plan_column_unless(s, p->royalty_usd_per_mtok, 0);
    out->lead = p->lead_months.index;
    out->retry = ds_plan_column(p->retry_months, out->lead);
    out->success = p->success_probability.index;
    out->permission = p->permission_probability.index;
    out->overrun = p->overrun_factor.index;
    out->attempts = (int)p->attempts;
    out->permission_name = ds_plan_hash("/models/", m->key.name, "/project#permission");
    out->gate_name = ds_plan_hash("/models/", m->key.name, "/project#gate");
    out->decay_per_month = m->decay_per_month.index;
    out->decay_per_release = m->decay_per_release.index;
    out->ages = m->refresh != NULL || !ds_plan_is_always(s, m->decay_per_month, 0) ||
                !ds_plan_is_always(s, m->decay_per_release, 0);
    out->fine_tuning = p->fine_tuning;
    if (p->fine_tuning != NULL)
        out->tuning_cap = ds_plan_column(p->fine_tuning->cap_usd, DS_NONE);
    compile_refresh(m->refresh, &out->refresh);
}

void ds_plan_compile_students(ds_plan *plan)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, plan->scenario->models, i);
        if (m->teacher < 0 || m->project == NULL)
            continue;
        plan->model[i].student = (int)plan->student_count;
        compile_student(plan, (int)i, m, &plan->student[plan->student_count++]);
    }
}
