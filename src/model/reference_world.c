/* reference_world.c -- sections 2, 3 and 6 of docs/model.md: demand, price levels,
 * releases, GPU rent, inflation and interruptions of one path, for all months.
 *
 * Called by reference.c, once per path; no strategy changes any of it.  Reads the
 * scenario, libm only.  Prices come before demand because of elasticity (15).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <stdlib.h>

#include "scenario/error.h"

static const double month_years = 1.0 / 12; /* Delta */

/* The probability of at least one event in a month at a yearly rate. */
static double month_probability(double per_year)
{
    return 1 - exp(-per_year * month_years);
}

/* ---- Prices */

/* (21) */
static bool has_release(const ds_ref_world *w, const ds_price_path *path, uint64_t process,
                        size_t t)
{
    if (path->release_every_months.index == DS_ABSENT)
        return false;
    double m = ds_ref_value(w, path->release_every_months);
    if (path->releases == DS_RELEASES_FIXED)
        return floor((double)t / m) > floor((double)(t - 1) / m);
    return ds_ref_event(w, process, "release", t, 1 - exp(-1 / m));
}

/* (20) */
static void model_prices(ds_ref_world *w, size_t m)
{
    const ds_model      *model = &DS_ITEM(ds_model, w->s->models, m);
    const ds_price_path *path = model->price_path;
    uint64_t process = ds_ref_process("/models/", model->key.name, "/price_path");
    double  *level = &w->level[ds_ref_at(w, m, 0)];
    level[0] = 1;
    for (size_t t = 1; t < w->months; t++) {
        if (path == NULL) {
            level[t] = 1;
            continue;
        }
        bool   release = has_release(w, path, process, t);
        bool   cut = ds_ref_event(w, process, "cut", t,
                                  month_probability(ds_ref_value(w, path->cuts_per_year)));
        double a = release ? ds_ref_event_value(w, path->change_at_release, t) : 1;
        double b = cut ? ds_ref_event_value(w, path->cut_factor, t) : 1;
        double c = ds_ref_value(w, path->change_per_year);
        double v = ds_ref_value(w, path->volatility_per_sqrt_year);
        double z = ds_ref_shock(w, process, t);
        level[t] = level[t - 1] * a * b *
                   exp((log(1 + c) - v * v / 2) * month_years + v * sqrt(month_years) * z);
        w->release[ds_ref_at(w, m, t)] = release;
    }
}

/* (22) */
static void gpu_rent(ds_ref_world *w, size_t g)
{
    const ds_gpu *gpu = &DS_ITEM(ds_gpu, w->s->gpus, g);
    uint64_t process = ds_ref_process("/gpus/", gpu->key.name, "");
    double   now = ds_ref_value(w, gpu->usd_per_gpu_hour);
    double   mean = log(ds_ref_value_or(w, gpu->long_run_usd_per_gpu_hour, now));
    double   kappa = ds_ref_value(w, gpu->reversion_per_year);
    double   v = ds_ref_value(w, gpu->volatility_per_sqrt_year);
    double   p = month_probability(ds_ref_value(w, gpu->jumps_per_year));
    double   root = kappa == 0 ? sqrt(month_years)
                               : sqrt((1 - exp(-2 * kappa * month_years)) / (2 * kappa));
    double   x = log(now);
    w->rent[ds_ref_at(w, g, 0)] = now;
    for (size_t t = 1; t < w->months; t++) {
        bool   jumps = ds_ref_event(w, process, "jump", t, p);
        double jump = jumps ? ds_ref_event_value(w, gpu->jump_factor, t) : 1;
        x = mean + (x - mean) * exp(-kappa * month_years) +
            v * root * ds_ref_shock(w, process, t) + log(jump);
        w->rent[ds_ref_at(w, g, t)] = exp(x);
    }
}

/* ---- Demand */

/* (12), gbm: the integral of the growth rate to y */
static double gbm_exponent(const ds_ref_world *w, const ds_growth *growth, double y)
{
    double mu0 = log(1 + ds_ref_value(w, growth->per_year));
    double k = ds_ref_value(w, growth->slowing_per_year);
    if (growth->slows_to_per_year.index == DS_ABSENT || k == 0)
        return mu0 * y;
    double mu = log(1 + ds_ref_value(w, growth->slows_to_per_year));
    return mu * y + (mu0 - mu) * (1 - exp(-k * y)) / k;
}

/* (12) */
static double trend(const ds_ref_world *w, const ds_growth *growth, size_t t)
{
    double y = ds_ref_years(t);
    double ceiling = ds_ref_value(w, growth->ceiling_factor);
    switch (growth->process) {
    case DS_GROWTH_LOGISTIC: {
        double r = log(1 + ds_ref_value(w, growth->per_year));
        return ceiling / (1 + (ceiling - 1) * exp(-r * y));
    }
    case DS_GROWTH_BASS: {
        double p = ds_ref_value(w, growth->innovation_per_year);
        double q = ds_ref_value(w, growth->imitation_per_year);
        double e = exp(-(p + q) * y);
        return p == 0 ? 1 : 1 + (ceiling - 1) * p * (1 - e) / (p + q * e);
    }
    case DS_GROWTH_SERIES: {
        size_t last = growth->series.count - 1;
        return growth->series.values[t < last ? t : last];
    }
    default:
        return exp(gbm_exponent(w, growth, y));
    }
}

/* (13)-(15) */
static void product_requests(ds_ref_world *w, size_t p)
{
    const ds_product *product = &DS_ITEM(ds_product, w->s->products, p);
    const ds_growth  *growth = product->growth;
    uint64_t process = ds_ref_process("/products/", product->key.name, "/growth");
    double   base = ds_ref_value(w, product->requests_per_month);
    double   sigma = ds_ref_value(w, growth->volatility_per_sqrt_year);
    double   jump_probability = month_probability(ds_ref_value(w, growth->jumps_per_year));
    double   elasticity = ds_ref_value(w, product->price_elasticity);
    double   noise = 1, jumps = 1;
    for (size_t t = 0; t < w->months; t++) {
        if (t >= 1) {
            noise *= exp(-sigma * sigma * month_years / 2 +
                         sigma * sqrt(month_years) * ds_ref_shock(w, process, t)); /* (13) */
            if (ds_ref_event(w, process, "jump", t, jump_probability)) /* (14) */
                jumps *= ds_ref_event_value(w, growth->jump_factor, t);
        }
        size_t calendar = ((size_t)w->s->clock->start_month - 1 + t) % 12;
        double season = product->season.count == 0 ? 1 : product->season.values[calendar];
        double price = product->price_of == DS_ABSENT
                           ? 1
                           : w->level[ds_ref_at(w, (size_t)product->price_of, t)];
        w->requests[ds_ref_at(w, p, t)] = base * trend(w, growth, t) * noise * jumps * season *
                                          pow(price, -elasticity); /* (15) */
    }
}

/* ---- Interruptions, (55) */
static void interruptions(ds_ref_world *w, size_t m)
{
    const ds_model *model = &DS_ITEM(ds_model, w->s->models, m);
    if (model->interruption == NULL)
        return; /* o stays 0 */
    uint64_t process = ds_ref_process("/models/", model->key.name, "/interruption");
    double   p = month_probability(ds_ref_value(w, model->interruption->per_year));
    double   remaining = 0;
    for (size_t t = 0; t < w->months; t++) {
        if (remaining == 0 && ds_ref_event(w, process, "interruption", t, p))
            remaining = ds_ref_event_value(w, model->interruption->months, t);
        double out = fmin(1, remaining);
        remaining -= out;
        w->out[ds_ref_at(w, m, t)] = out;
    }
}

/* ---- The whole */

static bool allocate(ds_ref_world *w)
{
    const ds_scenario *s = w->s;
    size_t months = w->months;
    w->input = calloc(s->input_count + 1, sizeof *w->input);
    w->walk = calloc(w->sampling.sampler->stream_count * months + 1, sizeof *w->walk);
    w->requests = calloc(s->products.count * months + 1, sizeof *w->requests);
    w->level = calloc(s->models.count * months + 1, sizeof *w->level);
    w->release = calloc(s->models.count * months + 1, sizeof *w->release);
    w->out = calloc(s->models.count * months + 1, sizeof *w->out);
    w->rent = calloc(s->gpus.count * months + 1, sizeof *w->rent);
    w->prices = calloc(months + 1, sizeof *w->prices);
    w->deflator = calloc(months + 1, sizeof *w->deflator);
    w->shape = calloc(s->products.count * DS_REF_HOURS + 1, sizeof *w->shape);
    w->highest = calloc(s->products.count + 1, sizeof *w->highest);
    w->burst = calloc(s->products.count * DS_REF_BURSTS + 1, sizeof *w->burst);
    return w->input && w->walk && w->requests && w->level && w->release && w->out && w->rent &&
           w->prices && w->deflator && w->shape && w->highest && w->burst;
}

void ds_ref_world_release(ds_ref_world *w)
{
    free(w->input);
    free(w->walk);
    free(w->requests);
    free(w->level);
    free(w->release);
    free(w->out);
    free(w->rent);
    free(w->prices);
    free(w->deflator);
    free(w->shape);
    free(w->highest);
    free(w->burst);
}

ds_code ds_ref_world_make(ds_ref_world *w, ds_error *err)
{
    if (!allocate(w)) {
        ds_ref_world_release(w);
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the path of %zu months",
                       w->months);
    }
    ds_ref_draw_inputs(w);
    double inflation = ds_ref_value(w, w->s->inflation_per_year);
    for (size_t t = 0; t < w->months; t++) {
        w->prices[t] = pow(1 + inflation, ds_ref_years(t)); /* (24) */
        w->deflator[t] = w->s->money == DS_MONEY_REAL ? w->prices[t] : 1; /* (71) */
    }
    ds_ref_shapes(w);
    for (size_t m = 0; m < w->s->models.count; m++) {
        model_prices(w, m);
        interruptions(w, m);
    }
    for (size_t g = 0; g < w->s->gpus.count; g++)
        gpu_rent(w, g);
    for (size_t p = 0; p < w->s->products.count; p++)
        product_requests(w, p);
    return DS_OK;
}
