/* price.c -- price levels, releases, GPU rents, speeds, interruptions, inflation:
 * (20)-(22), (24), (25), (55), and s(t) of (31).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/rows.h"
#include "numerics/lanes.h"
#include "numerics/wide.h"

/* The noise of (20) where it is kept apart: its spread is over a month of reversion, and the
 * drift is without it. */
static void begin_noise(ds_work *w, size_t m)
{
    const ds_plan_model *model = &w->plan->model[m];
    const double *change = w->column[model->change], *reversion = w->column[model->reversion];
    const double *volatility = w->column[model->volatility];
    double *drift = w->level_drift[m], *spread = w->level_spread[m], *keep = w->level_keep[m];
    ds_row_set(w->level_noise[m], 0);
    ds_row_set(w->level_variance[m], 0);
    DS_EACH_LANE(i) {
        drift[i] = ds_log_inline(1.0 + change[i]) / 12.0;
        keep[i] = ds_exp_inline(-reversion[i] / 12.0);
        spread[i] = volatility[i] * sqrt(ds_decay_mean(reversion[i] / 6.0) / 12.0);
    }
}

static void begin_model(ds_work *w, size_t m)
{
    const ds_plan_model *model = &w->plan->model[m];
    ds_row_set(w->released[m], 0);
    ds_row_set(w->outage[m], 0);
    ds_row_set(w->outage_left[m], 0);
    if (model->level != (int)m)
        return;
    ds_row_set(w->level[m], 1);
    if (model->effect.factor != DS_NONE)
        ds_row_set(w->level_carried[m], 1);
    if (model->noise_apart) {
        begin_noise(w, m);
    } else if (model->price_moves) {
        const double *change = w->column[model->change];
        const double *volatility = w->column[model->volatility];
        double *drift = w->level_drift[m], *spread = w->level_spread[m];
        if (w->demand_month > 0 && ds_plan_stands(w->plan, model->change) &&
            ds_plan_stands(w->plan, model->volatility))
            return; /* as in the block before */
        DS_EACH_LANE(i) {
            spread[i] = volatility[i] * sqrt(1.0 / 12.0);
            drift[i] = ds_log_inline(1.0 + change[i]) / 12.0 - 0.5 * spread[i] * spread[i];
        }
    }
}

/* (22): the conditional mean keeps the share e^(-kappa/12) of the gap. */
static void begin_gpu(ds_work *w, size_t g)
{
    const ds_plan_gpu *gpu = &w->plan->gpu[g];
    const double *start = w->column[gpu->usd_per_gpu_hour];
    const double *long_run = w->column[gpu->long_run];
    const double *reversion = w->column[gpu->reversion];
    const double *volatility = w->column[gpu->volatility];
    double *keep = w->rent_keep[g], *spread = w->rent_spread[g];
    double *x = w->log_rent[g], *mean = w->rent_mean[g];
    DS_EACH_LANE(i) {
        /* (1 - e^(-kappa/6)) / (2 kappa), 1/12 at kappa = 0 */
        double variance = ds_decay_mean(reversion[i] / 6.0) / 12.0;
        keep[i] = ds_exp_inline(-reversion[i] / 12.0);
        spread[i] = volatility[i] * sqrt(variance);
        x[i] = ds_log_inline(start[i]);
        mean[i] = ds_log_inline(long_run[i]);
    }
    ds_row_copy(w->rent[g], start);
}

void ds_price_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t m = 0; m < plan->model_count; m++)
        begin_model(w, m);
    for (size_t g = 0; g < plan->gpu_count; g++)
        begin_gpu(w, g);
    for (size_t f = 0; f < plan->profile_count; f++) {
        const ds_plan_profile *profile = &plan->profile[f];
        ds_row_copy(w->speed[f], w->column[profile->speed_factor]);
        if (profile->error != DS_NONE)
            ds_row_multiply(w->speed[f], w->column[profile->error]);
        if (profile->speed_gain != DS_NONE) {
            const double *gain = w->column[profile->speed_gain];
            double *step = w->speed_step[f];
            DS_EACH_LANE(i)
                step[i] = ds_exp_inline(ds_log_inline(1.0 + gain[i]) / 12.0);
        }
    }
    const double *inflation = w->column[plan->inflation];
    double *step = w->inflation[1];
    ds_row_set(w->inflation[0], 1);
    if (plan->inflates)
        DS_EACH_LANE(i)
            step[i] = ds_exp_inline(ds_log_inline(1.0 + inflation[i]) / 12.0);
}

/* (21): releases of this month as 0 or 1, and their effect on the level. */
static void release(ds_work *w, size_t m, double *restrict level)
{
    const ds_plan_model *model = &w->plan->model[m];
    double *released = w->released[m];
    ds_row_set(released, 0);
    size_t n = 0;
    if (model->releases_fixed) {
        const double *every = w->column[model->release_months];
        double now = (double)w->month, before = now - 1.0;
        for (size_t i = 0; i < DS_LANES; i++) { /* n carries over from lane to lane */
            w->hit[n] = (uint32_t)i;
            n += ds_floor(now / every[i]) > ds_floor(before / every[i]);
        }
    } else {
        n = ds_event_hits(w, model->release);
    }
    for (size_t k = 0; k < n; k++) {
        size_t lane = w->hit[k];
        released[lane] = 1;
        level[lane] *= ds_event_size(w, &model->change_at_release, lane, 0);
    }
}

/* (20): the log of the month's smooth change. */
static void change_smoothly(ds_work *w, size_t m, double *restrict change)
{
    const ds_plan_model *model = &w->plan->model[m];
    const double *drift = w->level_drift[m], *keep = w->level_keep[m];
    const double *z = w->column[w->plan->zero];
    if (model->process != DS_NONE)
        z = ds_shock(w, model->process);
    const double *spread =
        ds_effect_spread(w, &model->effect, w->level_spread[m], w->scratch[1]);
    double *noise = w->level_noise[m], *variance = w->level_variance[m];
    if (!model->noise_apart)
        DS_EACH_LANE(i)
            change[i] = drift[i] + spread[i] * z[i];
    else
        DS_EACH_LANE(i) {
            double y = noise[i] * keep[i] + spread[i] * z[i];
            double v = variance[i] * keep[i] * keep[i] + spread[i] * spread[i];
            change[i] = drift[i] + (y - noise[i]) - 0.5 * (v - variance[i]);
            noise[i] = y;
            variance[i] = v;
        }
    if (model->effect.step != DS_NONE)
        ds_effect_step(w, &model->effect, change);
}

/* (20) in the usual case, in one pass. */
static void move_plainly(const double *z, const double *drift, const double *spread, double *level)
{
    for (size_t i = 0; i < DS_LANES; i += DS_WIDE_STEP) {
        ds_wide x[DS_WIDES];
        DS_EACH_WIDE(v)
            x[v] = ds_wide_load(drift, i, v) + ds_wide_load(spread, i, v) * ds_wide_load(z, i, v);
        ds_exp_wide(x);
        DS_EACH_WIDE(v)
            ds_wide_store(level, i, v, ds_wide_load(level, i, v) * x[v]);
    }
}

/* (20): what is carried on from month to month. */
static void move_model(ds_work *w, size_t m)
{
    const ds_plan_model *model = &w->plan->model[m];
    double *level = model->effect.factor != DS_NONE ? w->level_carried[m] : w->level[m];
    if (model->release_months != DS_NONE)
        release(w, m, level);
    if (model->cut != DS_NONE) {
        size_t n = ds_event_hits(w, model->cut);
        for (size_t k = 0; k < n; k++)
            level[w->hit[k]] *= ds_event_sizes(w, model->cut, &model->cut_factor, w->hit[k]);
    }
    if (!model->price_moves || model->level != (int)m)
        return;
    const double *drift = w->level_drift[m], *spread = w->level_spread[m];
    if (model->process != DS_NONE && !model->noise_apart && model->effect.regime == DS_NONE) {
        move_plainly(ds_shock(w, model->process), drift, spread, level);
        return;
    }
    double *change = w->scratch[0];
    change_smoothly(w, m, change);
    DS_EACH_LANE(i)
        level[i] *= ds_exp_inline(change[i]);
}

/* (22) */
static void move_gpu(ds_work *w, size_t g)
{
    const ds_plan_gpu *gpu = &w->plan->gpu[g];
    double *x = w->log_rent[g], *rent = w->rent[g];
    const double *mean = w->rent_mean[g], *keep = w->rent_keep[g];
    const double *spread = ds_effect_spread(w, &gpu->effect, w->rent_spread[g], w->scratch[0]);
    const double *z = w->column[w->plan->zero];
    if (gpu->process != DS_NONE)
        z = ds_shock(w, gpu->process);
    DS_EACH_LANE(i)
        x[i] = mean[i] + (x[i] - mean[i]) * keep[i] + spread[i] * z[i];
    if (gpu->jump != DS_NONE) {
        size_t n = ds_event_hits(w, gpu->jump);
        for (size_t k = 0; k < n; k++)
            x[w->hit[k]] += ds_log_inline(
                ds_event_sizes(w, gpu->jump, &gpu->jump_factor, w->hit[k]));
    }
    ds_exp_lanes(DS_LANES, x, rent);
}

/* (55) */
static void interrupt(ds_work *w, size_t m)
{
    const ds_plan_model *model = &w->plan->model[m];
    double *left = w->outage_left[m], *out = w->outage[m];
    size_t n = ds_event_hits(w, model->interruption);
    for (size_t k = 0; k < n; k++)
        if (left[w->hit[k]] == 0.0)
            left[w->hit[k]] = ds_event_size(w, &model->interruption_months, w->hit[k], 0);
    DS_EACH_LANE(i) {
        out[i] = ds_least(1.0, left[i]);
        left[i] -= out[i];
    }
}

/* (25): factors of the month, in month 0 too. */
static void apply_regimes(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t m = 0; m < plan->model_count; m++)
        if (plan->model[m].effect.factor != DS_NONE) {
            ds_row_copy(w->level[m], w->level_carried[m]);
            ds_effect_factor(w, &plan->model[m].effect, w->level[m]);
        }
    for (size_t g = 0; g < plan->gpu_count; g++)
        if (plan->gpu[g].effect.factor != DS_NONE)
            ds_effect_factor(w, &plan->gpu[g].effect, w->rent[g]);
}

static void move_gpus(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t g = 0; g < plan->gpu_count; g++)
        if (plan->gpu[g].moves)
            move_gpu(w, g);
}

void ds_price_month(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t m = 0; m < plan->model_count; m++) {
        if (w->month > 0)
            move_model(w, m);
        if (plan->model[m].interruption != DS_NONE)
            interrupt(w, m);
    }
    if (w->month > 0)
        move_gpus(w);
    if (plan->regime_count > 0)
        apply_regimes(w);
    if (w->month == 0)
        return;
    for (size_t f = 0; f < plan->profile_count; f++)
        if (plan->profile[f].speed_gain != DS_NONE)
            ds_row_multiply(w->speed[f], w->speed_step[f]);
    if (plan->inflates)
        ds_row_multiply(w->inflation[0], w->inflation[1]);
}
