/* reference_world.c -- sections 2, 3 and 6 of docs/model.md: demand, price levels,
 * regimes, releases, GPU rent, inflation and interruptions of one path, for all months.
 *
 * Called by reference.c, once per path; no strategy changes any of it.  Reads the
 * scenario, libm only.  Prices come before demand because of elasticity (15).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <stdlib.h>

#include "numerics/lanes.h"
#include "scenario/error.h"

static const double month_years = 1.0 / 12; /* Delta */

/* The probability of at least one event in a month at a yearly rate. */
static double month_probability(double per_year)
{
    return 1 - exp(-per_year * month_years);
}

/* (14): product of the factors of the jumps of a month, of which there may be several */
static double jumps_of_month(const ds_ref_world *w, uint64_t process, const char *kind,
                             ds_quantity per_year, ds_quantity factor, size_t t)
{
    size_t count = ds_ref_events(w, process, kind, t, ds_ref_value(w, per_year) * month_years);
    double product = 1;
    for (size_t j = 0; j < count; j++)
        product *= ds_ref_event_value(w, factor, t, j);
    return product;
}

/* ---- Regimes, (25) */

static bool is_on(const ds_ref_world *w, int regime, size_t t)
{
    return regime != DS_ABSENT && w->on[ds_ref_at(w, (size_t)regime, t)];
}

/* Volatility of the step to a month in which the regime is on or off */
static double volatility(const ds_ref_world *w, ds_quantity v, ds_quantity factor, bool on)
{
    return ds_ref_value(w, v) * (on ? ds_ref_value(w, factor) : 1);
}

static void regime_states(ds_ref_world *w, size_t r)
{
    const ds_regime *regime = &DS_ITEM(ds_regime, w->s->regimes, r);
    uint64_t name = ds_ref_hash(ds_ref_process("/regimes/", regime->key.name, ""), "#state");
    double   a = ds_ref_value(w, regime->on_per_year);
    double   b = ds_ref_value(w, regime->off_per_year);
    double   share = a + b == 0 ? 0 : a / (a + b); /* of the time that it is on */
    double   moved = 1 - exp(-(a + b) * month_years);
    bool    *on = &w->on[ds_ref_at(w, r, 0)];
    for (size_t t = 0; t < w->months; t++) {
        double p = t == 0      ? ds_ref_value_or(w, regime->begins_on, share)
                   : on[t - 1] ? 1 - (1 - share) * moved
                               : share * moved;
        on[t] = ds_ref_uniform(w, name, t / 2, t % 2) < p;
    }
}

/* The root in (20) and (22) */
static double reverting_root(double kappa)
{
    return kappa == 0 ? sqrt(month_years)
                      : sqrt(-expm1(-2 * kappa * month_years) / (2 * kappa));
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
    double   carried = 1, noise = 0, variance = 0; /* of the noise */
    for (size_t t = 0; t < w->months; t++) {
        double *level = &w->level[ds_ref_at(w, m, t)];
        *level = 1;
        if (path == NULL)
            continue;
        bool on = is_on(w, path->regime, t);
        if (t >= 1) {
            bool   release = has_release(w, path, process, t);
            double v = volatility(w, path->volatility_per_sqrt_year,
                                  path->regime_volatility_factor, on);
            double kappa = ds_ref_value(w, path->reversion_per_year);
            w->release[ds_ref_at(w, m, t)] = release;
            carried *= release ? ds_ref_event_value(w, path->change_at_release, t, 0) : 1;
            carried *= jumps_of_month(w, process, "cut", path->cuts_per_year, path->cut_factor, t);
            carried *= pow(1 + ds_ref_value(w, path->change_per_year), month_years);
            if (on)
                carried *= pow(1 + ds_ref_value(w, path->regime_change_per_year), month_years);
            noise = noise * exp(-kappa * month_years) +
                    v * reverting_root(kappa) * ds_ref_shock(w, process, t);
            variance = variance * exp(-2 * kappa * month_years) +
                       pow(v * reverting_root(kappa), 2);
        }
        *level = carried * exp(noise - variance / 2) *
                 (on ? ds_ref_value(w, path->regime_factor) : 1);
    }
}

/* (22) */
static void gpu_rent(ds_ref_world *w, size_t g)
{
    const ds_gpu *gpu = &DS_ITEM(ds_gpu, w->s->gpus, g);
    uint64_t process = ds_ref_process("/gpus/", gpu->key.name, "");
    double   start = ds_ref_value(w, gpu->usd_per_gpu_hour);
    double   mean = log(ds_ref_value_or(w, gpu->long_run_usd_per_gpu_hour, start));
    double   kappa = ds_ref_value(w, gpu->reversion_per_year);
    double   x = log(start);
    for (size_t t = 0; t < w->months; t++) {
        bool on = is_on(w, gpu->regime, t);
        if (t >= 1) {
            double v = volatility(w, gpu->volatility_per_sqrt_year,
                                  gpu->regime_volatility_factor, on);
            double jump = jumps_of_month(w, process, "jump", gpu->jumps_per_year,
                                         gpu->jump_factor, t);
            x = mean + (x - mean) * exp(-kappa * month_years) +
                v * reverting_root(kappa) * ds_ref_shock(w, process, t) + log(jump);
        }
        w->rent[ds_ref_at(w, g, t)] = exp(x) * (on ? ds_ref_value(w, gpu->regime_factor) : 1);
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

/* (18): X in month t, from that of the month before */
static double passing(const ds_ref_world *w, const ds_growth *g, uint64_t process, double before,
                      size_t t)
{
    double s = ds_ref_value(w, g->noise_log_sd), phi = ds_ref_value(w, g->noise_autocorrelation);
    double z = ds_normal_quantile(
        ds_ref_uniform(w, ds_ref_hash(process, "#noise"), t / 2, t % 2));
    return t == 0 ? s * z : phi * before + s * sqrt(1 - phi * phi) * z;
}

/* (13), (14) and what of (25) is carried on: the factor from month t - 1 to t */
static double demand_step(const ds_ref_world *w, const ds_growth *g, uint64_t process, size_t t)
{
    bool   on = is_on(w, g->regime, t);
    double sigma = volatility(w, g->volatility_per_sqrt_year, g->regime_volatility_factor, on);
    double noise = exp(-sigma * sigma * month_years / 2 +
                       sigma * sqrt(month_years) * ds_ref_shock(w, process, t));
    double jumps = jumps_of_month(w, process, "jump", g->jumps_per_year, g->jump_factor, t);
    return noise * jumps * (on ? pow(1 + ds_ref_value(w, g->regime_per_year), month_years) : 1);
}

/* (15) */
static void product_requests(ds_ref_world *w, size_t p)
{
    const ds_product *product = &DS_ITEM(ds_product, w->s->products, p);
    const ds_growth  *growth = product->growth;
    uint64_t process = ds_ref_process("/products/", product->key.name, "/growth");
    double   base = ds_ref_value(w, product->requests_per_month);
    double   elasticity = ds_ref_value(w, product->price_elasticity);
    double   s = ds_ref_value(w, growth->noise_log_sd);
    double   carried = 1, x = 0;
    for (size_t t = 0; t < w->months; t++) {
        if (t >= 1)
            carried *= demand_step(w, growth, process, t);
        x = passing(w, growth, process, x, t);
        size_t calendar = ((size_t)w->s->clock->start_month - 1 + t) % 12;
        double season = product->season.count == 0 ? 1 : product->season.values[calendar];
        double price = product->price_of == DS_ABSENT
                           ? 1
                           : w->level[ds_ref_at(w, (size_t)product->price_of, t)];
        double regime = is_on(w, growth->regime, t) ? ds_ref_value(w, growth->regime_factor) : 1;
        w->requests[ds_ref_at(w, p, t)] = base * trend(w, growth, t) * carried *
                                          exp(x - s * s / 2) * regime * season *
                                          pow(price, -elasticity);
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
            remaining = ds_ref_event_value(w, model->interruption->months, t, 0);
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
    w->on = calloc(s->regimes.count * months + 1, sizeof *w->on);
    w->prices = calloc(months + 1, sizeof *w->prices);
    w->deflator = calloc(months + 1, sizeof *w->deflator);
    w->shape = calloc(s->products.count * DS_REF_HOURS + 1, sizeof *w->shape);
    w->highest = calloc(s->products.count + 1, sizeof *w->highest);
    w->burst = calloc(s->products.count * DS_REF_BURSTS + 1, sizeof *w->burst);
    return w->input && w->walk && w->requests && w->level && w->release && w->out && w->rent &&
           w->on &&
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
    free(w->on);
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
    for (size_t r = 0; r < w->s->regimes.count; r++)
        regime_states(w, r);
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
