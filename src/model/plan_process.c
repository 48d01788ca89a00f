/* plan_process.c -- compiles what moves by chance: events, shocks, noises and regimes, the
 * growth of products, price paths and GPU rents: (12)-(14), (18), (20)-(22), (25).
 *
 * Called by plan.c.  What changes nothing is not there: no noise of spread 0, no regime
 * that does nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/plan_internal.h"
#include "numerics/stream.h"

uint64_t ds_plan_hash(const char *map, const char *member, const char *rest)
{
    char text[512];
    ds_plan_pointer(text, sizeof text, map, member, rest);
    return ds_hash_text(text);
}

ds_plan_size ds_plan_event_size(const ds_scenario *s, ds_quantity q)
{
    ds_plan_size size = { .input = q.index };
    if (q.index >= 0) {
        size.per_event = s->inputs[q.index].per_event;
        size.name = ds_hash_text(s->inputs[q.index].pointer);
    }
    return size;
}

/* Adds an event unless its rate is nil; returns its index or DS_NONE. */
int ds_plan_add_event(ds_plan *plan, ds_quantity rate, bool months_between, uint64_t name)
{
    if (rate.index < 0 || (!months_between && ds_plan_is_always(plan->scenario, rate, 0)))
        return DS_NONE;
    plan->event[plan->event_count] =
        (ds_plan_event){ .name = name, .column = rate.index,
                         .column_is_months_between = months_between };
    return (int)plan->event_count++;
}

/* Finds the process of a component's members whose pointer is `pointer` and sets
 * its index; returns whether there is one. */
static bool set_member(ds_plan *plan, const char *pointer, int process)
{
    bool found = false;
    for (size_t c = 0; c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        for (size_t k = 0; component->of_processes && k < component->count; k++)
            if (strcmp(component->pointer[k], pointer) == 0) {
                plan->component_process[c][k] = process;
                found = true;
            }
    }
    return found;
}

/* Adds a process unless its volatility is nil; a correlated one without volatility
 * is kept, because the others of its component lean on it. */
static int add_process(ds_plan *plan, ds_quantity volatility, const char *map, const char *member,
                       const char *rest)
{
    char pointer[512], shock[528];
    ds_plan_pointer(pointer, sizeof pointer, map, member, rest);
    bool correlated = set_member(plan, pointer, (int)plan->process_count);
    if (ds_plan_is_always(plan->scenario, volatility, 0) && !correlated)
        return DS_NONE;
    size_t length = strlen(pointer);
    memcpy(shock, pointer, length);
    memcpy(shock + length, "#shock", sizeof "#shock");
    plan->process[plan->process_count] = ds_hash_text(shock);
    return (int)plan->process_count++;
}

/* Index of a regime that does something; it is added when it is the first time. */
static int use_regime(ds_plan *plan, int index)
{
    const ds_regime *r = &DS_ITEM(ds_regime, plan->scenario->regimes, index);
    for (size_t k = 0; k < plan->regime_count; k++)
        if (plan->regime[k].index == index)
            return (int)k;
    plan->regime[plan->regime_count] = (ds_plan_regime){
        .name = ds_plan_hash("/regimes/", r->key.name, "#state"), .index = index,
        .on_per_year = r->on_per_year.index, .off_per_year = r->off_per_year.index,
        .begins_on = ds_plan_column(r->begins_on, DS_NONE) };
    return (int)plan->regime_count++;
}

static ds_plan_effect effect_of(ds_plan *plan, int regime, ds_quantity step, ds_quantity factor,
                                ds_quantity volatility)
{
    ds_plan_effect none = { DS_NONE, DS_NONE, DS_NONE, DS_NONE, 0 }, out = none;
    const ds_scenario *s = plan->scenario;
    if (regime < 0)
        return none;
    out.factor = ds_plan_column_unless(s, factor, 1);
    out.step = ds_plan_column_unless(s, step, 0);
    out.volatility = ds_plan_column_unless(s, volatility, 1);
    if (out.factor == DS_NONE && out.step == DS_NONE && out.volatility == DS_NONE)
        return none;
    out.regime = use_regime(plan, regime);
    if (out.step != DS_NONE)
        out.step_row = plan->step_count++;
    return out;
}

/* Noise that passes (18); its index, or DS_NONE. */
static int add_noise(ds_plan *plan, const ds_growth *g, const char *product)
{
    if (ds_plan_is_always(plan->scenario, g->noise_log_sd, 0))
        return DS_NONE;
    plan->noise[plan->noise_count] = (ds_plan_noise){
        .name = ds_plan_hash("/products/", product, "/growth#noise"),
        .log_sd = g->noise_log_sd.index, .kept = g->noise_autocorrelation.index };
    return (int)plan->noise_count++;
}

void ds_plan_compile_gpus(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    for (size_t i = 0; i < plan->gpu_count; i++) {
        const ds_gpu *g = &DS_ITEM(ds_gpu, s->gpus, i);
        ds_plan_gpu *out = &plan->gpu[i];
        out->usd_per_gpu_hour = g->usd_per_gpu_hour.index;
        out->long_run = ds_plan_column(g->long_run_usd_per_gpu_hour, out->usd_per_gpu_hour);
        out->reversion = g->reversion_per_year.index;
        out->volatility = g->volatility_per_sqrt_year.index;
        out->peak_tflops = ds_plan_column(g->peak_tflops, plan->one);
        out->process = add_process(plan, g->volatility_per_sqrt_year, "/gpus/", g->key.name, "");
        out->jump = ds_plan_add_event(plan, g->jumps_per_year, false,
                              ds_plan_hash("/gpus/", g->key.name, "#jump"));
        out->jump_factor = ds_plan_event_size(s, g->jump_factor);
        out->effect = effect_of(plan, g->regime, (ds_quantity){ DS_ABSENT }, g->regime_factor,
                                g->regime_volatility_factor);
        out->moves = out->process != DS_NONE || out->jump != DS_NONE ||
                     out->effect.factor != DS_NONE ||
                     (g->long_run_usd_per_gpu_hour.index >= 0 &&
                      !ds_plan_is_always(s, g->reversion_per_year, 0));
    }
}

void ds_plan_compile_growth(ds_plan *plan, const ds_product *p, ds_plan_product *out)
{
    const ds_growth *g = p->growth;
    out->growth = g->process;
    out->per_year = g->per_year.index;
    out->slows = g->slows_to_per_year.index >= 0;
    out->slows_to = ds_plan_column(g->slows_to_per_year, plan->zero);
    out->slowing = g->slowing_per_year.index;
    out->ceiling = ds_plan_column(g->ceiling_factor, plan->one);
    out->innovation = g->innovation_per_year.index;
    out->imitation = g->imitation_per_year.index;
    out->volatility = g->volatility_per_sqrt_year.index;
    out->series = g->series;
    out->process = add_process(plan, g->volatility_per_sqrt_year, "/products/", p->key.name,
                               "/growth");
    out->jump = ds_plan_add_event(plan, g->jumps_per_year, false,
                          ds_plan_hash("/products/", p->key.name, "/growth#jump"));
    out->jump_factor = ds_plan_event_size(plan->scenario, g->jump_factor);
    out->effect = effect_of(plan, g->regime, g->regime_per_year, g->regime_factor,
                            g->regime_volatility_factor);
    out->level_moves = out->growth == DS_GROWTH_GBM || out->process != DS_NONE ||
                       out->effect.step != DS_NONE;
    out->noise = add_noise(plan, g, p->key.name);
}

void ds_plan_compile_price_path(ds_plan *plan, const ds_model *m, ds_plan_model *out)
{
    const ds_scenario *s = plan->scenario;
    const ds_price_path *p = m->price_path;
    out->process = out->release = out->cut = out->release_months = DS_NONE;
    out->effect = effect_of(plan, DS_ABSENT, (ds_quantity){ DS_ABSENT },
                            (ds_quantity){ DS_ABSENT }, (ds_quantity){ DS_ABSENT });
    if (p == NULL)
        return;
    out->process = add_process(plan, p->volatility_per_sqrt_year, "/models/", m->key.name,
                               "/price_path");
    out->releases_fixed = p->releases == DS_RELEASES_FIXED;
    out->release_months = ds_plan_column(p->release_every_months, DS_NONE);
    if (!out->releases_fixed)
        out->release = ds_plan_add_event(plan, p->release_every_months, true,
                                         ds_plan_hash("/models/", m->key.name,
                                                      "/price_path#release"));
    out->cut = ds_plan_add_event(plan, p->cuts_per_year, false,
                                 ds_plan_hash("/models/", m->key.name, "/price_path#cut"));
    out->change_at_release = ds_plan_event_size(s, p->change_at_release);
    out->cut_factor = ds_plan_event_size(s, p->cut_factor);
    out->change = p->change_per_year.index;
    out->volatility = p->volatility_per_sqrt_year.index;
    out->effect = effect_of(plan, p->regime, p->regime_change_per_year, p->regime_factor,
                            p->regime_volatility_factor);
    bool reverts = !ds_plan_is_always(s, p->reversion_per_year, 0);
    out->reversion = p->reversion_per_year.index;
    out->noise_apart = out->process != DS_NONE &&
                       (reverts || out->effect.volatility != DS_NONE);
    out->price_moves = out->process != DS_NONE || out->effect.step != DS_NONE ||
                       !ds_plan_is_always(s, p->change_per_year, 0);
}
