/* work.c -- the rows of a worker laid out in one buffer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/irr.h"
#include "model/rows.h"
#include "numerics/stream.h"

/* Hands out rows of one buffer; with base NULL it only measures. */
typedef struct {
    char  *base;
    size_t used;
} layout;

static void *take(layout *l, size_t bytes)
{
    void *at = l->base != NULL ? l->base + l->used : NULL;
    l->used += (bytes + 63) / 64 * 64;
    return at;
}

static ds_row *rows(layout *l, size_t count)
{
    return take(l, count * sizeof(ds_row));
}

static void lay_out_fleets(layout *l, const ds_plan *plan, ds_work *w)
{
    const size_t F = plan->fleet_count, P = F > 0 ? plan->product_count : 0;
    w->per_second = rows(l, F);
    w->fleet_size = rows(l, F * DS_SIZE_ROWS);
    w->planned = rows(l, P);
    w->actual = rows(l, P);
    w->present = rows(l, P);
    w->cell_last = rows(l, plan->most_cells);
    w->cell_limit = rows(l, plan->most_cells);
    w->queue = take(l, (F > 0 ? P + 1 : 0) * sizeof *w->queue);
    w->fleet_scratch = rows(l, F > 0 ? DS_FLEET_SCRATCH : 0);
}

static void lay_out_world(layout *l, const ds_plan *plan, ds_work *w)
{
    size_t P = plan->product_count, M = plan->model_count, G = plan->gpu_count;
    size_t C = plan->contract_count, S = plan->student_count, F = plan->profile_count;
    w->column = rows(l, plan->column_count);
    w->input_key = take(l, plan->input_count * sizeof *w->input_key);
    w->event_key = take(l, plan->event_count * sizeof *w->event_key);
    w->process_key = take(l, plan->process_count * sizeof *w->process_key);
    w->tail_key = take(l, plan->draws.component_count * sizeof *w->tail_key);
    const ds_sampler *sampler = &plan->sampler;
    w->sampled_key = take(l, sampler->stream_count * sizeof *w->sampled_key);
    w->walk = rows(l, sampler->stream_count > 0 ? plan->process_count * (plan->months - 1) : 0);
    w->noise_key = take(l, plan->noise_count * sizeof *w->noise_key);
    w->regime_key = take(l, plan->regime_count * sizeof *w->regime_key);
    w->member = take(l, plan->column_count * sizeof *w->member);
    w->event_p = rows(l, plan->event_count);
    w->event_u = rows(l, 2 * plan->event_count);
    w->shock = rows(l, 2 * plan->process_count);
    w->noise_z = rows(l, 2 * plan->noise_count);
    w->noise = rows(l, plan->noise_count);
    w->noise_kick = rows(l, plan->noise_count);
    w->regime_u = rows(l, 2 * plan->regime_count);
    w->regime_on = rows(l, plan->regime_count);
    w->regime_p = rows(l, 3 * plan->regime_count);
    w->regime_step = rows(l, plan->step_count);
    w->inflation = rows(l, 2);
    w->discount = rows(l, 2);
    ds_row **of_products[] = { &w->requests, &w->input_tokens, &w->output_tokens, &w->mtok,
                               &w->input_start, &w->output_start, &w->input_factor,
                               &w->output_factor, &w->log_level, &w->drift, &w->spread,
                               &w->jump_level, &w->decay, &w->decay_factor, &w->amplitude,
                               &w->hour_excess, &w->burst_excess, &w->prefix_share, &w->peak };
    for (size_t k = 0; k < sizeof of_products / sizeof *of_products; k++)
        *of_products[k] = rows(l, P);
    w->demand_known = take(l, P * sizeof *w->demand_known);
    w->trend_alike = take(l, P * sizeof *w->trend_alike);
    ds_row **of_models[] = { &w->level, &w->level_drift, &w->level_spread, &w->level_carried,
                             &w->level_keep, &w->level_noise, &w->level_variance, &w->released,
                             &w->outage, &w->outage_left };
    for (size_t k = 0; k < sizeof of_models / sizeof *of_models; k++)
        *of_models[k] = rows(l, M);
    ds_row **of_gpus[] = { &w->log_rent, &w->rent, &w->rent_mean, &w->rent_keep,
                           &w->rent_spread };
    for (size_t k = 0; k < sizeof of_gpus / sizeof *of_gpus; k++)
        *of_gpus[k] = rows(l, G);
    w->speed = rows(l, F);
    w->speed_step = rows(l, F);
    w->cached = rows(l, 3 * P);
    w->load = rows(l, P * plan->load_count);
    w->load_alike = take(l, P * plan->load_count * sizeof *w->load_alike);
    w->load_known = take(l, P * plan->load_count * sizeof *w->load_known);
    w->whole = take(l, plan->load_count * sizeof *w->whole);
    w->whole_row = rows(l, plan->load_count);
    w->price = take(l, C * sizeof *w->price);
    w->price_row = rows(l, C);
    w->charge = rows(l, C);
    w->list_price = rows(l, C);
    w->locked = rows(l, C);
    w->in_force = rows(l, C);
    w->per_use = rows(l, C);
    lay_out_fleets(l, plan, w);
    w->gain = rows(l, plan->gain_count);
    w->keep = rows(l, plan->commitment_count);
    w->per_keep = rows(l, plan->commitment_count);
    ds_row **of_kinds[] = { &w->kind, &w->kind_tier, &w->kind_part, &w->kind_usd };
    for (size_t k = 0; k < sizeof of_kinds / sizeof *of_kinds; k++)
        *of_kinds[k] = rows(l, DS_KIND_COUNT);
    w->acceptable = rows(l, M * P);
    w->label_usd = rows(l, S);
    w->mark_usd = rows(l, S);
    w->training_usd = rows(l, S);
    w->tuning_usd = rows(l, S);
    w->label_load = rows(l, plan->label_rows);
    w->gates = rows(l, S);
    w->succeeds = rows(l, S);
}

static void lay_out_strategy(layout *l, const ds_plan *plan, const ds_plan_strategy *strategy,
                             ds_strategy_state *state)
{
    size_t J = strategy->project_count;
    state->project_end = rows(l, J * (DS_MOST_ATTEMPTS + 1));
    state->ready = rows(l, J);
    state->work_from = take(l, J * sizeof *state->work_from);
    state->work_to = take(l, J * sizeof *state->work_to);
    state->ramp_alike = take(l, strategy->ramp_count * sizeof *state->ramp_alike);
    /* what ds_strategy_branch() copies begins here */
    state->usage = take(l, plan->product_count * plan->model_count * sizeof *state->usage);
    state->sent = take(l, plan->product_count * plan->model_count * sizeof *state->sent);
    state->of_all = take(l, plan->model_count * sizeof *state->of_all);
    state->shares = take(l, plan->product_count * sizeof *state->shares);
    state->certain_ramp = take(l, strategy->ramp_count * sizeof *state->certain_ramp);
    state->certainly_started = take(l, strategy->ramp_count * sizeof *state->certainly_started);
    state->age = rows(l, J);
    state->releases = rows(l, J);
    state->fresh = rows(l, J);
    state->ring = rows(l, plan->ring_count * (plan->most_life + 1));
    state->commitment = rows(l, plan->commitment_rows);
    state->fleet = rows(l, plan->fleet_rows);
    state->alike = take(l, plan->commitment_count * sizeof *state->alike);
    state->credit = rows(l, 2 * plan->agreement_count);
    state->provider = rows(l, plan->provider_count);
    state->paid = take(l, sizeof(ds_row));
    state->total = rows(l, DS_TOTAL_COUNT);
    state->flow = rows(l, plan->months);
}

void ds_strategy_branch(ds_work *w, size_t strategy)
{
    const ds_strategy_state *from = &w->strategy[0];
    ds_strategy_state *to = &w->strategy[strategy];
    const double *source = (const double *)(const void *)from->usage;
    double *copy = (double *)(void *)to->usage;
    const double *end = w->plan->needs.flow     ? from->flow[w->plan->months]
                        : w->plan->needs.totals ? from->total[DS_TOTAL_COUNT]
                                                : from->total[DS_TOTAL_NPV + 1];
    while (source < end)
        *copy++ = *source++;
    /* what it was found to repeat belongs to its last block */
    to->stands_to = to->ramps_stand = 0;
    to->kept_count = 0;
}

static void lay_out_month(layout *l, const ds_plan *plan, ds_month *now)
{
    now->usage_row = rows(l, plan->product_count * plan->model_count);
    now->unserved = rows(l, plan->product_count);
    now->ramp = rows(l, plan->most_ramps);
    now->started = rows(l, plan->most_ramps);
    now->part = rows(l, plan->product_count * (DS_PART_ROWS * plan->most_routes + 1));
    now->due = take(l, plan->model_count * sizeof *now->due);
    now->due_row = rows(l, plan->model_count);
    now->spend = rows(l, plan->provider_count);
    now->agreed = rows(l, plan->agreement_count);
    now->agreed_due = rows(l, plan->agreement_count);
    now->refused = rows(l, plan->product_count);
    now->beyond = rows(l, plan->limits_count * plan->product_count);
    now->out = rows(l, plan->limits_count * plan->product_count);
    double **singles[] = { &now->bill, &now->lost, &now->bad, &now->escalated, &now->project,
                           &now->returned, &now->gpu_months, &now->gpu_used, &now->gpu_paid,
                           &now->pooling, &now->fleet_cost, &now->fleet_used, &now->fleet_mtok,
                           &now->overflow, &now->fallback };
    for (size_t k = 0; k < sizeof singles / sizeof *singles; k++)
        *singles[k] = take(l, sizeof(ds_row));
}

static size_t lay_out(const ds_plan *plan, char *base, ds_work *w)
{
    layout l = { .base = base };
    take(&l, sizeof *w);
    lay_out_world(&l, plan, w);
    lay_out_month(&l, plan, &w->now);
    w->base_cost = take(&l, sizeof(ds_row));
    w->base_total = take(&l, sizeof(ds_row));
    w->asked = take(&l, sizeof(ds_row));
    w->asked_mtok = take(&l, sizeof(ds_row));
    w->asked_value = take(&l, sizeof(ds_row));
    w->scratch = rows(&l, DS_SCRATCH);
    w->product_scratch = rows(&l, plan->product_count * (plan->most_pools + 1));
    w->product_index = take(&l, plan->product_count * sizeof *w->product_index);
    w->irr_scratch = take(&l, ds_irr_scratch(plan->months) * sizeof *w->irr_scratch);
    w->hit = take(&l, DS_LANES * sizeof *w->hit);
    ds_strategy_state *states = take(&l, plan->strategy_count * sizeof *states);
    w->strategy = states;
    ds_strategy_state measured;
    for (size_t s = 0; s < plan->strategy_count; s++)
        lay_out_strategy(&l, plan, &plan->strategy[s], base != NULL ? &states[s] : &measured);
    return l.used;
}

size_t ds_kernel_work_bytes(const ds_plan *plan)
{
    ds_work measured;
    return lay_out(plan, NULL, &measured);
}

uint64_t ds_work_key(const ds_work *w, uint64_t name)
{
    const ds_design *design = w->design;
    for (size_t k = 0; design != NULL && k < design->redrawn_count; k++)
        if (design->redrawn[k] == name)
            return ds_stream_key(design->redrawn_seed, name);
    return ds_stream_key(w->seed, name);
}

static void set_keys(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t k = 0; k < plan->input_count; k++)
        w->input_key[k] = ds_work_key(w, plan->input[k].name);
    for (size_t e = 0; e < plan->event_count; e++)
        w->event_key[e] = ds_work_key(w, plan->event[e].name);
    for (size_t k = 0; k < plan->process_count; k++)
        w->process_key[k] = ds_work_key(w, plan->process[k]);
    for (size_t c = 0; c < plan->draws.component_count; c++)
        w->tail_key[c] = ds_work_key(w, plan->draws.component[c].tail);
    for (size_t k = 0; k < plan->sampler.stream_count; k++)
        w->sampled_key[k] = ds_work_key(w, plan->sampler.stream[k].name);
    for (size_t k = 0; k < plan->noise_count; k++)
        w->noise_key[k] = ds_work_key(w, plan->noise[k].name);
    for (size_t k = 0; k < plan->regime_count; k++)
        w->regime_key[k] = ds_work_key(w, plan->regime[k].name);
}

void ds_kernel_prepare(const ds_plan *plan, uint64_t seed, void *work)
{
    ds_work *w = work;
    lay_out(plan, work, w);
    w->plan = plan;
    w->seed = seed;
    w->design = NULL;
    set_keys(w);
    w->strata = NULL;
    w->points = (uint64_t)plan->scenario->run->paths / plan->sampler.replicates;
    for (size_t c = 0; c < plan->draws.count; c++)
        if (plan->draws.draw[c].kind == DS_DRAW_CONSTANT)
            ds_row_set(w->column[c], plan->draws.draw[c].a);
    for (size_t k = 0; k < plan->product_count * plan->load_count; k++)
        w->load_known[k] = false;
    for (size_t p = 0; p < plan->product_count; p++)
        w->demand_known[p] = false;
    for (size_t k = 0; k < plan->load_count; k++)
        w->whole[k] = (ds_whole){ 0, NULL };
    w->demand_month = 0;
    ds_row_set(w->column[plan->zero], 0);
    ds_row_set(w->column[plan->one], 1);
}

void ds_kernel_set_design(void *work, const ds_design *design)
{
    ds_work *w = work;
    w->design = design;
    set_keys(w);
}
