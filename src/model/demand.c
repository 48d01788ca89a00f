/* demand.c -- requests and tokens of each product, (10)-(15), (18), (25).
 *
 * The log of the level is carried from month to month: trend and noise of a GBM
 * are one increment, so that a product costs one exponential a month.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/rows.h"
#include "numerics/wide.h"

/* (17): what is cached of a prompt.  The input of (10) may come without it. */
static void begin_cached(ds_work *w, size_t p)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *none = w->column[w->plan->zero];
    double *I = w->input_start[p];
    for (int k = 0; k < 3 && product->cached_beside; k++)
        if (product->cached[k] != DS_NONE)
            ds_row_add(I, w->column[product->cached[k]]);
    for (size_t k = 0; k < 3; k++) {
        const double *given = product->cached[k] != DS_NONE ? w->column[product->cached[k]] : none;
        double *share = w->cached[3 * p + k];
        ds_row_copy(share, given);
        if (product->cached_tokens)
            DS_EACH_LANE(i)
                share[i] = given[i] / ds_greatest(I[i], 1e-300);
    }
    if (product->prefix == DS_NONE)
        return;
    const double *prefix = w->column[product->prefix];
    double *share = w->prefix_share[p];
    DS_EACH_LANE(i)
        share[i] = ds_least(1.0, prefix[i] / ds_greatest(I[i], 1e-300));
}

/* (10): tokens of month 0; factors per month of (11). */
static void begin_tokens(ds_work *w, size_t p)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *per_word = w->column[product->tokens_per_word];
    const double *input = w->column[product->input_length];
    const double *output = w->column[product->output_length];
    const double *input_growth = w->column[product->input_growth];
    const double *output_growth = w->column[product->output_growth];
    double *I = w->input_start[p], *O = w->output_start[p];
    double *I_step = w->input_factor[p], *O_step = w->output_factor[p];
    DS_EACH_LANE(i) {
        I[i] = product->input_in_words ? input[i] * per_word[i] : input[i];
        O[i] = product->output_in_words ? output[i] * per_word[i] : output[i];
    }
    if (product->tokens_grow)
        DS_EACH_LANE(i) {
            I_step[i] = ds_exp_inline(ds_log_inline(1.0 + input_growth[i]) / 12.0);
            O_step[i] = ds_exp_inline(ds_log_inline(1.0 + output_growth[i]) / 12.0);
        }
    begin_cached(w, p);
    ds_row_copy(w->input_tokens[p], I);
    ds_row_copy(w->output_tokens[p], O);
    double *mtok = w->mtok[p];
    DS_EACH_LANE(i)
        mtok[i] = (I[i] + O[i]) * 1e-6;
}

/* Rates of (12): what the month needs to move the trend. */
static void begin_trend(ds_work *w, size_t p)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *growth = w->column[product->per_year];
    const double *slows_to = w->column[product->slows_to];
    const double *speed = w->column[product->slowing];
    const double *innovation = w->column[product->innovation];
    const double *imitation = w->column[product->imitation];
    double *drift = w->drift[p], *step = w->decay_factor[p], *amplitude = w->amplitude[p];
    ds_row_set(w->decay[p], 1);
    ds_row_set(amplitude, 0);
    ds_row_set(step, 1);
    ds_row_set(drift, 0);
    if (product->growth == DS_GROWTH_GBM) {
        DS_EACH_LANE(i)
            drift[i] = ds_log_inline(1.0 + growth[i]);
        if (product->slows)
            DS_EACH_LANE(i) {
                double at_first = drift[i], at_last = ds_log_inline(1.0 + slows_to[i]);
                drift[i] = at_last;
                amplitude[i] = (at_first - at_last) * ds_decay_mean(speed[i] / 12.0) / 12.0;
                step[i] = ds_exp_inline(-speed[i] / 12.0);
            }
        DS_EACH_LANE(i)
            drift[i] /= 12.0;
    } else if (product->growth == DS_GROWTH_LOGISTIC) {
        DS_EACH_LANE(i)
            step[i] = ds_exp_inline(-ds_log_inline(1.0 + growth[i]) / 12.0);
    } else if (product->growth == DS_GROWTH_BASS) {
        DS_EACH_LANE(i)
            step[i] = ds_exp_inline(-(innovation[i] + imitation[i]) / 12.0);
    }
}

void ds_demand_begin(ds_work *w)
{
    for (size_t p = 0; p < w->plan->product_count; p++) {
        const ds_plan_product *product = &w->plan->product[p];
        const double *volatility = w->column[product->volatility];
        double *spread = w->spread[p];
        ds_row_set(w->log_level[p], 0);
        if (w->demand_known[p] && (product->plain || product->idle))
            continue;
        w->demand_known[p] = product->tokens_certain && product->trend_certain;
        ds_row_set(w->requests[p], 0);
        begin_tokens(w, p);
        begin_trend(w, p);
        ds_row_set(w->jump_level[p], 1);
        DS_EACH_LANE(i)
            spread[i] = volatility[i] * sqrt(1.0 / 12.0);
        w->trend_alike[p] = ds_row_is_alike(spread) && ds_row_is_alike(w->drift[p]) &&
                            ds_row_is_alike(w->column[w->plan->product[p].requests]);
    }
}

/* (11) */
static void grow_tokens(ds_work *w, size_t p)
{
    double *I = w->input_tokens[p], *O = w->output_tokens[p], *mtok = w->mtok[p];
    ds_row_multiply(I, w->input_factor[p]);
    ds_row_multiply(O, w->output_factor[p]);
    DS_EACH_LANE(i)
        mtok[i] = (I[i] + O[i]) * 1e-6;
}

/* (12) gbm, (13): the log level of month t from that of t - 1. */
static void move_level(ds_work *w, size_t p)
{
    const ds_plan_product *product = &w->plan->product[p];
    double *level = w->log_level[p], *decay = w->decay[p];
    const double *drift = w->drift[p], *step = w->decay_factor[p];
    const double *amplitude = w->amplitude[p];
    const bool straight = product->growth == DS_GROWTH_GBM && !product->slows;
    const double *z = NULL;
    if (product->process != DS_NONE)
        z = ds_shock(w, product->process);
    if (straight && z != NULL && product->effect.regime == DS_NONE) {
        const double *spread = w->spread[p]; /* the usual case, in one pass */
        DS_EACH_LANE(i)
            level[i] = (level[i] + drift[i]) + (spread[i] * z[i] - 0.5 * spread[i] * spread[i]);
        return;
    }
    if (straight)
        ds_row_add(level, drift);
    else
        DS_EACH_LANE(i) {
            level[i] += drift[i] + amplitude[i] * decay[i];
            decay[i] *= step[i];
        }
    if (z != NULL) {
        const double *spread = ds_effect_spread(w, &product->effect, w->spread[p], w->scratch[0]);
        DS_EACH_LANE(i)
            level[i] += spread[i] * z[i] - 0.5 * spread[i] * spread[i];
    }
    if (product->effect.step != DS_NONE)
        ds_effect_step(w, &product->effect, level);
}

/* (14) */
static void jump(ds_work *w, size_t p)
{
    const ds_plan_product *product = &w->plan->product[p];
    size_t n = ds_event_hits(w, product->jump);
    for (size_t k = 0; k < n; k++)
        w->jump_level[p][w->hit[k]] *=
            ds_event_sizes(w, product->jump, &product->jump_factor, w->hit[k]);
}

/* (12) of the shapes that are not in the log level: multiplies `requests`. */
static void apply_trend(const ds_work *w, size_t p, double *restrict requests)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *ceiling = w->column[product->ceiling], *decay = w->decay[p];
    const double *innovation = w->column[product->innovation];
    const double *imitation = w->column[product->imitation];
    if (product->growth == DS_GROWTH_LOGISTIC) {
        DS_EACH_LANE(i)
            requests[i] *= ceiling[i] / (1.0 + (ceiling[i] - 1.0) * decay[i]);
    } else if (product->growth == DS_GROWTH_BASS) {
        DS_EACH_LANE(i) {
            double below = innovation[i] + imitation[i] * decay[i];
            double adopted = innovation[i] > 0.0
                                 ? innovation[i] * (1.0 - decay[i]) / ds_greatest(below, 1e-300)
                                 : 0.0;
            requests[i] *= 1.0 + (ceiling[i] - 1.0) * adopted;
        }
    } else if (product->growth == DS_GROWTH_SERIES) {
        size_t last = product->series.count - 1;
        double trend = product->series.values[w->month < last ? w->month : last];
        DS_EACH_LANE(i)
            requests[i] *= trend;
    }
}

/* (15) */
static void count_requests(ds_work *w, size_t p)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *base = w->column[product->requests], *level = w->log_level[p];
    const double *jumps = w->jump_level[p];
    double *requests = w->requests[p];
    double season = product->season[(w->plan->start_month + w->month) % 12];
    if (product->level_moves)
        DS_EACH_LANE(i)
            requests[i] = base[i] * ds_exp_inline(level[i]) * jumps[i] * season;
    else
        DS_EACH_LANE(i)
            requests[i] = base[i] * jumps[i] * season;
    apply_trend(w, p, requests);
    if (product->noise != DS_NONE)
        ds_noise_month(w, product->noise, requests);
    if (product->effect.factor != DS_NONE)
        ds_effect_factor(w, &product->effect, requests);
    if (product->price_of != DS_NONE) {
        const double *price = w->level[w->plan->model[product->price_of].level];
        const double *elasticity = w->column[product->elasticity];
        DS_EACH_LANE(i)
            requests[i] *= ds_exp_inline(-elasticity[i] * ds_log_inline(price[i]));
    }
}

/* (12), (13), (15) of growth with noise and nothing else, in one pass; `alike`, a constant:
 * are drift, spread and base the same in all lanes? */
static inline void grow_plainly(ds_work *w, size_t p, const bool alike)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *base = w->column[product->requests], *drift = w->drift[p], *spread = w->spread[p];
    const double *z = ds_shock(w, product->process);
    const double season = product->season[(w->plan->start_month + w->month) % 12];
    double *level = w->log_level[p], *requests = w->requests[p];
    ds_wide all = ds_wide_set(base[0] * season), mean = ds_wide_set(drift[0]);
    ds_wide sd = ds_wide_set(spread[0]);
    for (size_t i = 0; i < DS_LANES; i += DS_WIDE_STEP) {
        ds_wide x[DS_WIDES];
        DS_EACH_WIDE(v) {
            if (!alike)
                mean = ds_wide_load(drift, i, v), sd = ds_wide_load(spread, i, v);
            x[v] = (ds_wide_load(level, i, v) + mean) +
                   (sd * ds_wide_load(z, i, v) - 0.5 * sd * sd);
            ds_wide_store(level, i, v, x[v]);
        }
        ds_exp_wide(x);
        DS_EACH_WIDE(v) {
            if (!alike)
                all = ds_wide_load(base, i, v) * season;
            ds_wide_store(requests, i, v, all * x[v]);
        }
    }
}

void ds_demand_month(ds_work *w)
{
    w->demand_month++;
    for (size_t p = 0; p < w->plan->product_count; p++) {
        const ds_plan_product *product = &w->plan->product[p];
        if (product->idle)
            continue;
        if (w->month > 0 && product->plain) {
            if (w->trend_alike[p])
                grow_plainly(w, p, true);
            else
                grow_plainly(w, p, false);
            continue;
        }
        if (w->month > 0) {
            if (product->tokens_grow)
                grow_tokens(w, p);
            move_level(w, p);
            if (product->jump != DS_NONE)
                jump(w, p);
        }
        count_requests(w, p);
    }
}
