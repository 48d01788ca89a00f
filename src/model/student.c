/* student.c -- making a student and keeping it good: (62)-(68).
 *
 * What does not depend on the strategy (gates, prices of labels and training) is
 * computed once for the block or month; each strategy has its own start, hence its
 * own ready month and age.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/rows.h"
#include "numerics/lanes.h"
#include "numerics/stream.h"

/* (62): attempts made and whether the last one passed; none without permission. */
static void pass_gates(ds_work *w, size_t s)
{
    const ds_plan_student *student = &w->plan->student[s];
    const double *success = w->column[student->success];
    const double *permission = w->column[student->permission];
    double *made = w->gates[s], *passed = w->succeeds[s];
    double *u = w->scratch[0], *alive = w->scratch[1];
    if (ds_plan_holds(w->plan, student->success, 1) &&
        ds_plan_holds(w->plan, student->permission, 1)) {
        ds_row_set(made, 1);
        ds_row_set(passed, 1);
        return;
    }
    ds_number_lanes(w, ds_work_key(w, student->permission_name), 0, 0, u);
    DS_EACH_LANE(i) {
        alive[i] = u[i] < permission[i] ? 1.0 : 0.0;
        made[i] = passed[i] = 0.0;
    }
    uint64_t key = ds_work_key(w, student->gate_name);
    for (uint32_t attempt = 0; attempt < (uint32_t)student->attempts; attempt++) {
        ds_number_lanes(w, key, 0, attempt, u);
        DS_EACH_LANE(i) {
            double pass = u[i] < success[i] ? alive[i] : 0.0;
            made[i] += alive[i];
            passed[i] += pass;
            alive[i] -= pass;
        }
    }
}

/* x to the y, for x > 0. */
static inline double power(double x, double y)
{
    return ds_exp_inline(y * ds_log_inline(x));
}

/* (63b): the loss above the teacher's, and from it the share. */
static void begin_law(ds_work *w, const ds_plan_quality *quality, double *restrict a)
{
    const ds_scaling_law law = *quality->law;
    const double *size = w->column[quality->parameters], *D = w->column[law.tokens.index];
    const double *teacher = w->column[law.teacher_loss.index];
    const double *limit = w->column[law.limit_share.index];
    const double *per_nat = w->column[law.share_per_nat.index];
    DS_EACH_LANE(i) {
        double N = size[i] * 1e9;
        double alone = law.A / power(N, law.alpha) + law.B / power(D[i], law.beta);
        double supervised = law.E + power(alone, law.gamma);
        double gap = 1.0 + power(teacher[i] / (supervised * law.d1), 1.0 / law.f1);
        double taught = law.A_student / power(N, law.alpha_student) +
                        law.B_student / power(D[i], law.beta_student);
        double above = power(teacher[i], -law.c0) * power(gap, -law.c1 * law.f1) *
                       power(taught, law.gamma_student);
        a[i] = ds_clamp_share(limit[i] - per_nat[i] * above);
    }
}

/* (63), or the share of a model that is no student, (59). */
static void begin_quality(ds_work *w, size_t index)
{
    const ds_plan_quality *quality = &w->plan->quality[index];
    double *a = w->acceptable[index];
    if (quality->perfect) {
        ds_row_set(a, 1);
    } else if (quality->law != NULL) {
        begin_law(w, quality, a);
    } else if (quality->acceptable != DS_NONE) {
        ds_row_copy(a, w->column[quality->acceptable]);
    } else {
        const double *limit = w->column[quality->limit], *gap = w->column[quality->gap];
        const double *exponent = w->column[quality->exponent];
        const double *size = w->column[quality->parameters];
        DS_EACH_LANE(i)
            a[i] = ds_clamp_share(limit[i] - gap[i] * power(size[i], -exponent[i]));
    }
}

/* (65b) */
static void price_tuning(ds_work *w, size_t s)
{
    const ds_fine_tuning *job = w->plan->student[s].fine_tuning;
    const int capped = w->plan->student[s].tuning_cap;
    double *usd = w->tuning_usd[s];
    ds_row_set(usd, 0);
    if (job == NULL)
        return;
    const double *rate = w->column[job->usd_per_mtok.index];
    const double *tokens = w->column[job->tokens.index], *epochs = w->column[job->epochs.index];
    const double *validation = w->column[job->validation_tokens.index];
    const double *evaluations = w->column[job->evaluations.index];
    const double *hours = w->column[job->hours.index], *hourly = w->column[job->usd_per_hour.index];
    const double *in = w->column[job->grader_input_tokens.index];
    const double *out = w->column[job->grader_output_tokens.index];
    const double *in_rate = w->column[job->grader_usd_per_mtok_input.index];
    const double *out_rate = w->column[job->grader_usd_per_mtok_output.index];
    double *time = w->scratch[0];
    DS_EACH_LANE(i) {
        double seen = tokens[i] * epochs[i] + validation[i] * evaluations[i];
        usd[i] = rate[i] * seen * 1e-6;
        time[i] = hours[i] * hourly[i] +
                  (in[i] * in_rate[i] + out[i] * out_rate[i]) * 1e-6;
    }
    if (capped != DS_NONE) {
        const double *cap = w->column[capped];
        DS_EACH_LANE(i)
            time[i] = ds_least(cap[i], time[i]);
    }
    ds_row_add(usd, time);
}

void ds_student_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t s = 0; s < plan->student_count; s++) {
        pass_gates(w, s);
        price_tuning(w, s);
    }
    for (size_t k = 0; k < plan->model_count * plan->product_count; k++)
        begin_quality(w, k);
}

/* (64), (65c): what the teacher is paid for the labels or marks of one attempt. */
static void price_labels(ds_work *w, int teacher, const ds_plan_labels *labels,
                         double *restrict usd)
{
    const ds_plan *plan = w->plan;
    const ds_plan_model *model = &plan->model[teacher];
    ds_row_set(usd, 0);
    if (labels->examples == DS_NONE)
        return;
    for (int c = model->first_contract; c < model->end_contract; c++) {
        const ds_plan_contract *contract = &plan->contract[c];
        if (!ds_may_be_billed(w, (size_t)c))
            continue;
        const double *load = w->label_load[labels->first + c - model->first_contract];
        const double *price = w->price[c];
        const double *in_force = contract->certain ? w->column[plan->one] : w->in_force[c];
        DS_EACH_LANE(i)
            usd[i] += load[i] * price[i] * in_force[i];
    }
    const double *examples = w->column[labels->examples], *rounds = w->column[labels->rounds];
    const double *rejected = w->column[labels->rejected];
    const double *discount = w->column[labels->discount];
    DS_EACH_LANE(i)
        usd[i] *= rounds[i] * examples[i] / (1.0 - rejected[i]) * (1.0 - discount[i]);
}

/* GPU-hours of (65), at their rent. */
static void add_gpu_hours(ds_work *w, const ds_plan_student *student, double *restrict usd)
{
    const double *rent = w->rent[student->training_gpu];
    if (student->gpu_hours != DS_NONE) {
        ds_row_add_product(usd, w->column[student->gpu_hours], rent);
        return;
    }
    const ds_plan_gpu *gpu = &w->plan->gpu[student->training_gpu];
    const double *size = w->column[student->parameters], *per = w->column[student->flop];
    const double *tokens = w->column[student->training_tokens];
    const double *epochs = w->column[student->epochs], *mfu = w->column[student->mfu];
    const double *peak = w->column[gpu->peak_tflops];
    DS_EACH_LANE(i) {
        double flop = per[i] * (size[i] * 1e9) * tokens[i] * epochs[i];
        usd[i] += flop / (mfu[i] * (peak[i] * 1e12)) / 3600.0 * rent[i];
    }
}

/* (65), (65c), and the fees of a fine-tuning job, which do not move. */
static void price_training(ds_work *w, size_t s)
{
    const ds_plan_student *student = &w->plan->student[s];
    double *usd = w->training_usd[s];
    ds_row_copy(usd, w->tuning_usd[s]);
    if (student->training_gpu != DS_NONE)
        add_gpu_hours(w, student, usd);
    if (student->rounds_gpu != DS_NONE) {
        const double *rounds = w->column[student->rounds], *rent = w->rent[student->rounds_gpu];
        const double *hours = w->column[student->rounds_hours];
        DS_EACH_LANE(i)
            usd[i] += rounds[i] * hours[i] * rent[i];
    }
}

/* May any lane be between its start and the end of its last attempt? */
static bool any_at_work(const ds_work *w, const ds_strategy_state *state, size_t j)
{
    const double now = (double)w->month;
    return now + 1.0 > state->work_from[j] && now <= state->work_to[j];
}

/* May anybody pay for a student this month? */
static bool may_be_made(const ds_work *w, size_t student)
{
    const ds_plan *plan = w->plan;
    bool made = plan->student[student].refresh.cost != DS_NONE;
    for (size_t s = 0; s < plan->strategy_count; s++)
        for (size_t j = 0; j < plan->strategy[s].project_count; j++) {
            const ds_plan_project *project = &plan->strategy[s].project[j];
            made = made || (project->student == (int)student &&
                            (project->threshold != DS_NONE ||
                             any_at_work(w, &w->strategy[s], j)));
        }
    return made;
}

void ds_student_month(ds_work *w)
{
    for (size_t s = 0; s < w->plan->student_count; s++) {
        const ds_plan_student *student = &w->plan->student[s];
        if (!may_be_made(w, s))
            continue;
        price_labels(w, student->teacher, &student->labels, w->label_usd[s]);
        price_labels(w, student->teacher, &student->marks, w->mark_usd[s]);
        price_training(w, s);
    }
}

/* ---- the project of a strategy -------------------------------------------- */

/* (62): ends of the attempts and the ready month from the start in row 0. */
static void set_ends(ds_work *w, ds_strategy_state *state, size_t j, const ds_plan_student *student,
                     size_t student_index)
{
    ds_row *end = &state->project_end[j * (DS_MOST_ATTEMPTS + 1)];
    const double *made = w->gates[student_index], *passed = w->succeeds[student_index];
    double *ready = state->ready[j];
    ds_row_set(ready, ds_never);
    for (int k = 1; k <= student->attempts; k++) {
        const double *length = w->column[k == 1 ? student->lead : student->retry];
        const double *before = end[k - 1];
        double *after = end[k];
        const double number = (double)k;
        DS_EACH_LANE(i) {
            after[i] = before[i] + length[i];
            bool here = made[i] == number && passed[i] > 0.0;
            ready[i] = here ? ds_ceil(after[i]) : ready[i];
        }
    }
    const double *first = end[0], *last = end[student->attempts];
    double from = ds_never, to = -ds_never;
    for (size_t i = 0; i < DS_LANES; i++) {
        from = ds_least(from, first[i]);
        to = ds_greatest(to, last[i]);
    }
    state->work_from[j] = from;
    state->work_to[j] = to;
}

void ds_project_begin(ds_work *w, size_t strategy)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    for (size_t j = 0; j < s->project_count; j++) {
        const ds_plan_project *project = &s->project[j];
        const double *start = w->column[project->start], *made = w->gates[project->student];
        double *begin = state->project_end[j * (DS_MOST_ATTEMPTS + 1)];
        const bool waits = project->threshold != DS_NONE, given = !isnan(project->begins);
        const double begins = project->begins;
        DS_EACH_LANE(i) {
            double month = given ? begins : start[i];
            begin[i] = waits || made[i] == 0.0 ? ds_never : month;
        }
        set_ends(w, state, j, &w->plan->student[project->student], (size_t)project->student);
        ds_row_set(state->age[j], 0);
        ds_row_set(state->releases[j], 0);
        ds_row_set(state->fresh[j], 1);
    }
}

/* The adaptive start of (62). */
static void watch_threshold(ds_work *w, ds_strategy_state *state, size_t j,
                            const ds_plan_project *project)
{
    if (project->threshold == DS_NONE || w->month == 0)
        return;
    const double *start = w->column[project->start], *limit = w->column[project->threshold];
    const double *made = w->gates[project->student], *bill = state->paid;
    double *begin = state->project_end[j * (DS_MOST_ATTEMPTS + 1)];
    const double now = (double)w->month;
    DS_EACH_LANE(i) {
        bool above = bill[i] > limit[i] * (1.0 + 1e-9);
        bool starts = now >= start[i] && above && made[i] > 0.0;
        begin[i] = begin[i] == ds_never && starts ? now : begin[i];
    }
    set_ends(w, state, j, &w->plan->student[project->student], (size_t)project->student);
}

/* Sets `stale` to 1 where the acceptable share (68) of a product routed to the student
 * is below what (67) wants. */
static void add_too_bad(ds_work *w, const ds_strategy_state *state, size_t j,
                        const ds_plan_project *project, double *restrict stale)
{
    const ds_plan_student *student = &w->plan->student[project->student];
    const double *below = w->column[student->refresh.below], *fresh = state->fresh[j];
    for (size_t k = 0; k < project->product_count; k++) {
        size_t cell = (size_t)student->model * w->plan->product_count +
                      (size_t)project->product[k];
        const double *a = w->acceptable[cell];
        DS_EACH_LANE(i) {
            bool bad = ds_clamp_share(a[i] * fresh[i]) < below[i] * (1.0 - 1e-9);
            stale[i] = bad ? 1.0 : stale[i];
        }
    }
}

/* (67): where the student, of which age and releases are known, is refreshed. */
static void find_stale(ds_work *w, const ds_strategy_state *state, size_t j,
                       const ds_plan_project *project, double *restrict stale)
{
    const ds_plan_refresh *refresh = &w->plan->student[project->student].refresh;
    const double *ready = state->ready[j], *age = state->age[j], *n = state->releases[j];
    const double now = (double)w->month;
    ds_row_set(stale, 0);
    if (refresh->every_months != DS_NONE) {
        const double *every = w->column[refresh->every_months];
        DS_EACH_LANE(i)
            stale[i] = age[i] >= every[i] ? 1.0 : stale[i];
    }
    if (refresh->every_releases != DS_NONE) {
        const double *every = w->column[refresh->every_releases];
        DS_EACH_LANE(i)
            stale[i] = n[i] >= every[i] ? 1.0 : stale[i];
    }
    if (refresh->below != DS_NONE)
        add_too_bad(w, state, j, project, stale);
    const double *within = w->column[refresh->not_within];
    DS_EACH_LANE(i)
        stale[i] = now > ready[i] && age[i] >= within[i] ? stale[i] : 0.0;
}

/* (67), (68): age, the factor on the acceptable share, and in `refreshed` the cost
 * share of a refresh of this month, 0 when there is none. */
static void grow_older(ds_work *w, ds_strategy_state *state, size_t j,
                       const ds_plan_project *project, double *restrict refreshed)
{
    const ds_plan_student *student = &w->plan->student[project->student];
    const double *ready = state->ready[j], *released = w->released[student->teacher];
    const double *by_month = w->column[student->decay_per_month];
    const double *by_release = w->column[student->decay_per_release];
    double *age = state->age[j], *fresh = state->fresh[j], *n = state->releases[j];
    double *stale = w->scratch[3];
    const double now = (double)w->month;
    DS_EACH_LANE(i) {
        double kept = fresh[i] * (1.0 - by_month[i]) * (1.0 - by_release[i] * released[i]);
        bool serves = now > ready[i];
        age[i] = serves ? age[i] + 1.0 : 0.0;
        n[i] = serves ? n[i] + released[i] : 0.0;
        fresh[i] = serves ? kept : 1.0;
        refreshed[i] = 0.0;
    }
    if (student->refresh.cost == DS_NONE)
        return;
    find_stale(w, state, j, project, stale);
    const double *share = w->column[student->refresh.cost];
    DS_EACH_LANE(i) {
        bool due = stale[i] > 0.0;
        refreshed[i] = due ? share[i] : 0.0;
        age[i] = due ? 0.0 : age[i];
        n[i] = due ? 0.0 : n[i];
        fresh[i] = due ? 1.0 : fresh[i];
    }
}

/* (66): how much of labels, of training and evaluation, and of staff of one attempt
 * falls into this month, added over the attempts that are made. */
static void attempt_shares(const ds_work *w, const ds_strategy_state *state, size_t j,
                           const ds_plan_student *student, const double *made,
                           double *restrict labels, double *restrict finish,
                           double *restrict staff)
{
    ds_row *end = &state->project_end[j * (DS_MOST_ATTEMPTS + 1)];
    const double now = (double)w->month;
    for (int k = 1; k <= student->attempts; k++) {
        const double *from = end[k - 1], *to = end[k];
        const double *length = w->column[k == 1 ? student->lead : student->retry];
        const double number = (double)k;
        DS_EACH_LANE(i) {
            double counts = made[i] >= number ? 1.0 : 0.0;
            double first = ds_floor(from[i]);
            double last = ds_greatest(first, ds_ceil(to[i]) - 1.0);
            double inside = ds_least(now + 1.0, to[i]) - ds_greatest(now, from[i]);
            double spread = ds_greatest(inside, 0.0) / ds_greatest(length[i], 1e-300);
            double at_once = first == now ? 1.0 : 0.0;
            labels[i] += first == now ? counts : 0.0;
            finish[i] += last == now ? counts : 0.0;
            staff[i] += counts * (length[i] > 0.0 ? spread : at_once);
        }
    }
}

/* Books (64)-(67) and the licence fee. */
static void book_project(ds_work *w, const ds_strategy_state *state, size_t j, int index,
                         const double *labels, const double *finish, const double *staff)
{
    const ds_plan_student *student = &w->plan->student[index];
    const ds_plan_model *teacher = &w->plan->model[student->teacher];
    const double *overrun = w->column[student->overrun];
    const double *label_usd = w->label_usd[index], *training_usd = w->training_usd[index];
    const double *mark_usd = w->mark_usd[index];
    const double *evaluation = w->column[student->evaluation];
    const double *months = w->column[student->staff_months];
    const double *rate = w->column[student->usd_per_staff_month];
    const double *licence = w->column[student->licence], *inflation = w->inflation[0];
    const double *share = w->column[teacher->fee_returned != DS_NONE ? teacher->fee_returned
                                                                    : w->plan->zero];
    const double *begin = state->project_end[j * (DS_MOST_ATTEMPTS + 1)];
    double *bill = ds_open_bill(w), *project = w->now.project, *returned = w->now.returned;
    double *spend = w->now.spend[teacher->provider];
    const double now = (double)w->month;
    DS_EACH_LANE(i) {
        double bought = overrun[i] * labels[i] * label_usd[i] +
                        overrun[i] * finish[i] * mark_usd[i];
        double made = overrun[i] * finish[i] * (training_usd[i] + evaluation[i]);
        double paid = overrun[i] * staff[i] * months[i] * rate[i] * inflation[i];
        double fee = ds_floor(begin[i]) == now ? licence[i] : 0.0;
        double all = bought + made + paid + fee;
        double back = share[i] * bought;
        project[i] += all;
        bill[i] += all - back;
        returned[i] += back;
        spend[i] += bought + fee;
    }
}

void ds_project_month(ds_work *w, size_t strategy)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    for (size_t j = 0; j < s->project_count; j++) {
        const ds_plan_project *project = &s->project[j];
        const ds_plan_student *student = &w->plan->student[project->student];
        double *labels = w->scratch[0], *finish = w->scratch[1], *staff = w->scratch[2];
        watch_threshold(w, state, j, project);
        bool at_work = any_at_work(w, state, j);
        if (!student->ages && !at_work)
            continue;
        if (student->ages)
            grow_older(w, state, j, project, labels); /* the cost share of a refresh ... */
        else
            ds_row_set(labels, 0);
        ds_row_copy(finish, labels);                  /* ... holds for all three         */
        ds_row_copy(staff, labels);
        if (at_work)
            attempt_shares(w, state, j, student, w->gates[project->student], labels, finish,
                           staff);
        if (at_work || student->refresh.cost != DS_NONE)
            book_project(w, state, j, project->student, labels, finish, staff);
    }
}
