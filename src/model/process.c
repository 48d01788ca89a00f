/* process.c -- noise that passes, and regimes: (18) and (25) of docs/model.md.
 *
 * Called by kernel.c, before prices and demand; demand.c and price.c ask what a regime
 * does to what they move.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"
#include "numerics/lanes.h"

static void begin_regime(ds_work *w, size_t r)
{
    const ds_plan_regime *regime = &w->plan->regime[r];
    const double *a = w->column[regime->on_per_year], *b = w->column[regime->off_per_year];
    double *after_off = w->regime_p[3 * r], *after_on = w->regime_p[3 * r + 1];
    double *first = w->regime_p[3 * r + 2];
    DS_EACH_LANE(i) {
        double rate = a[i] + b[i], moved = 1.0 - ds_exp_inline(-rate / 12.0);
        double share = a[i] / ds_greatest(rate, 1e-300); /* of time that it is on */
        after_off[i] = share * moved;
        after_on[i] = 1.0 - (1.0 - share) * moved;
        first[i] = share;
    }
    if (regime->begins_on != DS_NONE)
        ds_row_copy(first, w->column[regime->begins_on]);
    ds_row_set(w->regime_on[r], 0);
}

static void begin_step(ds_work *w, const ds_plan_effect *e)
{
    if (e->step == DS_NONE)
        return;
    const double *per_year = w->column[e->step];
    double *step = w->regime_step[e->step_row];
    DS_EACH_LANE(i)
        step[i] = ds_log_inline(1.0 + per_year[i]) / 12.0;
}

void ds_process_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t k = 0; k < plan->noise_count; k++) {
        const double *log_sd = w->column[plan->noise[k].log_sd];
        const double *kept = w->column[plan->noise[k].kept];
        double *kick = w->noise_kick[k];
        DS_EACH_LANE(i)
            kick[i] = log_sd[i] * sqrt(1.0 - kept[i] * kept[i]);
    }
    for (size_t r = 0; r < plan->regime_count; r++)
        begin_regime(w, r);
    for (size_t p = 0; p < plan->product_count && plan->step_count > 0; p++)
        begin_step(w, &plan->product[p].effect);
    for (size_t m = 0; m < plan->model_count && plan->step_count > 0; m++)
        begin_step(w, &plan->model[m].effect);
}

void ds_process_two_months(ds_work *w)
{
    const ds_plan *plan = w->plan;
    uint32_t month = (uint32_t)(w->month / 2);
    for (size_t k = 0; k < plan->noise_count; k++) {
        double *z = w->noise_z[2 * k];
        ds_number_pair_lanes(w, w->noise_key[k], month, z, w->noise_z[2 * k + 1]);
        ds_normal_quantile_lanes(2 * DS_LANES, z, z);
    }
    for (size_t r = 0; r < plan->regime_count; r++)
        ds_number_pair_lanes(w, w->regime_key[r], month, w->regime_u[2 * r],
                             w->regime_u[2 * r + 1]);
}

void ds_regime_month(ds_work *w)
{
    for (size_t r = 0; r < w->plan->regime_count; r++) {
        const double *after_off = w->regime_p[3 * r], *after_on = w->regime_p[3 * r + 1];
        const double *u = w->regime_u[2 * r + w->month % 2];
        double *on = w->regime_on[r];
        if (w->month == 0)
            after_off = w->regime_p[3 * r + 2]; /* it was set off */
        DS_EACH_LANE(i)
            on[i] = u[i] < (on[i] > 0.0 ? after_on[i] : after_off[i]) ? 1.0 : 0.0;
    }
}

void ds_noise_month(ds_work *w, int noise, double *restrict row)
{
    const double *log_sd = w->column[w->plan->noise[noise].log_sd];
    const double *kept = w->column[w->plan->noise[noise].kept], *kick = w->noise_kick[noise];
    const double *z = w->noise_z[2 * (size_t)noise + w->month % 2];
    double *x = w->noise[noise];
    if (w->month == 0)
        DS_EACH_LANE(i)
            x[i] = log_sd[i] * z[i];
    else
        DS_EACH_LANE(i)
            x[i] = kept[i] * x[i] + kick[i] * z[i];
    DS_EACH_LANE(i)
        row[i] *= ds_exp_inline(x[i] - 0.5 * log_sd[i] * log_sd[i]);
}

void ds_effect_factor(const ds_work *w, const ds_plan_effect *e, double *restrict row)
{
    const double *on = w->regime_on[e->regime], *factor = w->column[e->factor];
    DS_EACH_LANE(i)
        row[i] *= on[i] > 0.0 ? factor[i] : 1.0;
}

const double *ds_effect_spread(const ds_work *w, const ds_plan_effect *e, const double *spread,
                               double *row)
{
    if (e->volatility == DS_NONE)
        return spread;
    const double *on = w->regime_on[e->regime], *factor = w->column[e->volatility];
    DS_EACH_LANE(i)
        row[i] = on[i] > 0.0 ? spread[i] * factor[i] : spread[i];
    return row;
}

void ds_effect_step(const ds_work *w, const ds_plan_effect *e, double *restrict log)
{
    const double *on = w->regime_on[e->regime], *step = w->regime_step[e->step_row];
    DS_EACH_LANE(i)
        log[i] += on[i] > 0.0 ? step[i] : 0.0;
}
