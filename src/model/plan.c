/* plan.c -- scenario -> plan: names become indices and hashes, rules that span
 * objects are checked, and everything that does not depend on a path is decided
 * here, so that the kernel decides nothing.
 *
 * ds_plan_compile() allocates through plan_alloc(), which remembers every block
 * for ds_plan_free().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan_internal.h"
#include "numerics/stream.h"
#include "scenario/error.h"

void *ds_plan_alloc(ds_plan *plan, size_t count, size_t size)
{
    if (plan->block_count == plan->block_capacity) {
        size_t capacity = plan->block_capacity ? 2 * plan->block_capacity : 32;
        void **grown = realloc(plan->blocks, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        plan->blocks = grown;
        plan->block_capacity = capacity;
    }
    if (count > (DS_PLAN_BYTES_MAX - plan->block_bytes) / size) {
        plan->too_large = true;
        return NULL;
    }
    void *block = calloc(count ? count : 1, size);
    if (block != NULL) {
        plan->blocks[plan->block_count++] = block;
        plan->block_bytes += count * size;
    }
    return block;
}

/* Appends `name`, escaped as RFC 6901 says when it is a member's name. */
static void append(char *text, size_t size, size_t *length, const char *name, bool escape)
{
    for (; *name != '\0' && *length + 3 < size; name++) {
        if (escape && (*name == '~' || *name == '/')) {
            text[(*length)++] = '~';
            text[(*length)++] = *name == '~' ? '0' : '1';
        } else {
            text[(*length)++] = *name;
        }
    }
    text[*length] = '\0';
}

void ds_plan_pointer(char *text, size_t size, const char *map, const char *member,
                     const char *rest)
{
    size_t length = 0;
    append(text, size, &length, map, false);
    append(text, size, &length, member, true);
    append(text, size, &length, rest, false);
}

static bool is_constant(const ds_scenario *s, ds_quantity q)
{
    return q.index < 0 || s->inputs[q.index].distribution.kind == DS_DIST_CONSTANT;
}

bool ds_plan_is_always(const ds_scenario *s, ds_quantity q, double value)
{
    return q.index >= 0 && is_constant(s, q) && s->inputs[q.index].distribution.a == value;
}

bool ds_plan_is_certain(const ds_plan *plan, int column)
{
    return column == DS_NONE || column == plan->zero || column == plan->one ||
           plan->draws.draw[column].kind == DS_DRAW_CONSTANT;
}

int ds_plan_column(ds_quantity q, int absent)
{
    return q.index >= 0 ? q.index : absent;
}

int ds_plan_column_unless(const ds_scenario *s, ds_quantity q, double value)
{
    return ds_plan_is_always(s, q, value) ? DS_NONE : ds_plan_column(q, DS_NONE);
}

/* Which kinds of tokens a request may have on some contract, and as what they are
 * given: (17). */
static void compile_cached(const ds_scenario *s, const ds_request *r, ds_plan_product *out)
{
    const ds_quantity share[3] = { r->cache_read_share, r->cache_write_share,
                                   r->cache_write_1h_share };
    const ds_quantity tokens[3] = { r->cache_read_tokens, r->cache_write_tokens,
                                    r->cache_write_1h_tokens };
    out->kinds = 1u << DS_KIND_INPUT | 1u << DS_KIND_OUTPUT;
    out->cached_beside = r->cached_tokens == DS_CACHED_BESIDE;
    for (int k = 0; k < 3; k++)
        out->cached_tokens = out->cached_tokens || tokens[k].index >= 0;
    for (int k = 0; k < 3; k++) {
        out->cached[k] = ds_plan_column_unless(s, out->cached_tokens ? tokens[k] : share[k], 0);
        if (out->cached[k] != DS_NONE)
            out->kinds |= 1u << (DS_KIND_READ + k);
    }
    out->prefix = ds_plan_column(r->prefix_tokens, DS_NONE);
    out->prefixes = r->prefixes.index;
    if (out->prefix != DS_NONE)
        out->kinds |= 1u << DS_KIND_READ | 1u << DS_KIND_WRITE | 1u << DS_KIND_WRITE_1H;
}

static void compile_request(ds_plan *plan, const ds_request *r, ds_plan_product *out)
{
    const ds_scenario *s = plan->scenario;
    out->input_in_words = r->input_words.index >= 0;
    out->output_in_words = r->output_words.index >= 0;
    out->input_length = out->input_in_words ? r->input_words.index : r->input_tokens.index;
    out->output_length = out->output_in_words ? r->output_words.index : r->output_tokens.index;
    out->tokens_per_word = r->tokens_per_word.index;
    out->input_cv = r->input_cv.index;
    out->output_cv = r->output_cv.index;
    out->varies[0] = !ds_plan_is_always(s, r->input_cv, 0);
    out->varies[1] = !ds_plan_is_always(s, r->output_cv, 0);
    out->input_growth = r->input_growth_per_year.index;
    out->output_growth = r->output_growth_per_year.index;
    out->tokens_grow = !ds_plan_is_always(s, r->input_growth_per_year, 0) ||
                       !ds_plan_is_always(s, r->output_growth_per_year, 0);
    compile_cached(s, r, out);
    out->tokens_certain = !out->tokens_grow && out->prefix == DS_NONE &&
                          ds_plan_is_certain(plan, out->input_length) &&
                          ds_plan_is_certain(plan, out->output_length) &&
                          ds_plan_is_certain(plan, out->tokens_per_word);
    for (int k = 0; k < 3; k++)
        out->tokens_certain = out->tokens_certain && ds_plan_is_certain(plan, out->cached[k]);
}

static void compile_products(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    for (size_t i = 0; i < plan->product_count; i++) {
        const ds_product *p = &DS_ITEM(ds_product, s->products, i);
        ds_plan_product *out = &plan->product[i];
        out->name = p->key.name;
        out->requests = p->requests_per_month.index;
        out->idle = ds_plan_holds(plan, out->requests, 0);
        ds_plan_compile_growth(plan, p, out);
        compile_request(plan, p->request, out);
        out->has_season = p->season.count == 12;
        for (size_t m = 0; m < 12; m++)
            out->season[m] = out->has_season ? p->season.values[m] : 1;
        out->peak_to_mean = p->peak_to_mean.index;
        out->trend_certain =
            ds_plan_is_certain(plan, out->per_year) && ds_plan_is_certain(plan, out->slows_to) &&
            ds_plan_is_certain(plan, out->slowing) &&
            ds_plan_is_certain(plan, out->innovation) &&
            ds_plan_is_certain(plan, out->imitation) && ds_plan_is_certain(plan, out->volatility);
        out->certain_peak = ds_plan_is_certain(plan, out->peak_to_mean);
        out->value = ds_plan_column_unless(s, p->value_usd_per_request, 0);
        out->loss = ds_plan_column_unless(s, p->loss_usd_per_bad_answer, 0);
        out->elasticity = p->price_elasticity.index;
        out->price_of = ds_plan_is_always(s, p->price_elasticity, 0) ? DS_NONE : p->price_of;
        out->plain = out->growth == DS_GROWTH_GBM && !out->slows && out->process != DS_NONE &&
                     out->jump == DS_NONE && out->price_of == DS_NONE && !out->tokens_grow &&
                     out->noise == DS_NONE && out->effect.regime == DS_NONE;
    }
}

static ds_plan_checker checker_of(const ds_scenario *s, const ds_verifier *v)
{
    if (v == NULL)
        return (ds_plan_checker){ DS_NONE, DS_NONE, DS_NONE };
    return (ds_plan_checker){ v->detected_share.index, v->false_alarm_share.index,
                              ds_plan_column_unless(s, v->usd_per_request, 0) };
}

static void compile_models(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, s->models, i);
        ds_plan_model *out = &plan->model[i];
        out->name = m->key.name;
        out->interruption = DS_NONE;
        ds_plan_compile_price_path(plan, m, out);
        if (m->interruption != NULL) {
            out->interruption = ds_plan_add_event(plan, m->interruption->per_year, false,
                                          ds_plan_hash("/models/", m->key.name,
                                                  "/interruption#interruption"));
            out->interruption_months = ds_plan_event_size(s, m->interruption->months);
        }
        out->fee_returned = ds_plan_column_unless(s, m->fee_returned_share, 0);
        out->verifier = checker_of(s, m->verifier);
        out->router = checker_of(s, m->router);
        out->student = out->limits = DS_NONE;
    }
}

/* Providers are the distinct names in `provider`, else the model's own. */
static void compile_providers(ds_plan *plan)
{
    const ds_items *models = &plan->scenario->models;
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, *models, i);
        const char *name = m->provider != NULL ? m->provider : m->key.name;
        plan->model[i].provider = DS_NONE;
        for (size_t j = 0; j < i && plan->model[i].provider == DS_NONE; j++) {
            const ds_model *other = &DS_ITEM(ds_model, *models, j);
            if (strcmp(other->provider != NULL ? other->provider : other->key.name, name) == 0)
                plan->model[i].provider = plan->model[j].provider;
        }
        if (plan->model[i].provider == DS_NONE)
            plan->model[i].provider = (int)plan->provider_count++;
    }
}

static void compile_quality(ds_plan *plan)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, plan->scenario->models, i);
        for (size_t p = 0; p < plan->product_count; p++) {
            const char *task = DS_ITEM(ds_product, plan->scenario->products, p).task_class;
            ds_plan_quality *out = &plan->quality[i * plan->product_count + p];
            *out = (ds_plan_quality){ .acceptable = DS_NONE, .limit = DS_NONE, .perfect = true };
            for (size_t q = 0; q < m->quality.count; q++) {
                const ds_quality *entry = &DS_ITEM(ds_quality, m->quality, q);
                if (strcmp(entry->key.name, task) != 0)
                    continue;
                out->perfect = false;
                out->law = entry->scaling_law;
                out->acceptable = entry->acceptable_share.index;
                out->parameters = ds_plan_column(m->parameters_b, plan->one);
                if (entry->curve != NULL) {
                    out->limit = entry->curve->limit_share.index;
                    out->gap = entry->curve->gap_at_1b.index;
                    out->exponent = entry->curve->exponent.index;
                }
            }
        }
    }
}

static bool allocate(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    plan->gpu_count = s->gpus.count;
    plan->profile_count = s->profiles.count;
    plan->product_count = s->products.count;
    plan->model_count = s->models.count;
    plan->strategy_count = s->strategies.count;
    plan->agreement_count = s->agreements.count;
    for (size_t i = 0; i < plan->model_count; i++)
        plan->contract_count += DS_ITEM(ds_model, s->models, i).contracts.count;
    size_t moving = plan->gpu_count + plan->product_count + plan->model_count;
#define MAKE(member, count) \
    ((plan->member = ds_plan_alloc(plan, count, sizeof *plan->member)) != NULL)
    if (!MAKE(component_process, plan->draws.component_count) ||
        !MAKE(epistemic_component, plan->draws.component_count))
        return false;
    for (size_t c = 0; c < plan->draws.component_count; c++)
        if (!MAKE(component_process[c], plan->draws.component[c].count))
            return false;
    return MAKE(input, s->input_count) && MAKE(event, 4 * moving) && MAKE(process, moving) &&
           MAKE(draws_shock, moving) && MAKE(same_shock, moving) && MAKE(sampled_shock, moving) &&
           MAKE(noise, plan->product_count) && MAKE(regime, s->regimes.count) &&
           MAKE(gpu, plan->gpu_count) &&
           MAKE(profile, plan->profile_count) && MAKE(product, plan->product_count) &&
           MAKE(model, plan->model_count) && MAKE(contract, plan->contract_count) &&
           MAKE(agreement, plan->agreement_count) &&
           MAKE(student, plan->model_count) &&
           MAKE(quality, plan->model_count * plan->product_count) &&
           MAKE(strategy, plan->strategy_count);
#undef MAKE
}

static void compile_root(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    plan->months = (size_t)s->clock->months;
    plan->start_month = (size_t)(s->clock->start_month - 1);
    plan->cvar_level = s->cvar_level;
    plan->zero = (int)s->input_count;
    plan->one = plan->zero + 1;
    plan->column_count = s->input_count + 2;
    plan->discount_rate = s->discount_rate_per_year.index;
    plan->inflation = s->inflation_per_year.index;
    plan->inflates = !ds_plan_is_always(s, s->inflation_per_year, 0);
    plan->real = s->money == DS_MONEY_REAL && plan->inflates;
    plan->budget = ds_plan_column(s->budget_usd_per_month, DS_NONE);
    plan->timing = s->timing == DS_TIMING_START ? 0 : s->timing == DS_TIMING_MID ? 0.5 : 1;
}

/* Inputs drawn once per path: neither constant nor drawn at events. */
static void compile_inputs(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    for (size_t c = 0; c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        plan->epistemic_component[c] = plan->outer > 0 && !component->of_processes &&
                                       !s->inputs[component->input[0]].aleatory;
    }
    for (size_t i = 0; i < s->input_count; i++) {
        if (plan->draws.draw[i].kind == DS_DRAW_CONSTANT || s->inputs[i].per_event)
            continue;
        plan->input[plan->input_count++] = (ds_plan_input){
            .column = (int)i,
            .epistemic = plan->outer > 0 && !s->inputs[i].aleatory,
            .name = ds_hash_text(s->inputs[i].pointer) };
    }
}

/* (9): what is correlated is known together, or happens together. */
static ds_code check_natures(const ds_plan *plan, ds_error *err)
{
    const ds_input *inputs = plan->scenario->inputs;
    for (size_t c = 0; plan->outer > 0 && c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        for (size_t k = 1; !component->of_processes && k < component->count; k++)
            if (inputs[component->input[k]].aleatory != inputs[component->input[0]].aleatory)
                return ds_fail(err, DS_E_SCENARIO, component->pointer[k],
                               "it is correlated with %.120s, which is of the other nature; with "
                               "run.outer both are `epistemic` or both `aleatory`",
                               component->pointer[0]);
    }
    return DS_OK;
}

uint64_t ds_plan_outer(const ds_plan *plan)
{
    return plan->outer;
}

/* What row k of L says of its process. */
static void note_row(ds_plan *plan, size_t c, size_t k)
{
    const ds_component *component = &plan->draws.component[c];
    const double *lower = &component->lower[k * component->count];
    const int *process = plan->component_process[c];
    plan->draws_shock[process[k]] = lower[k] != 0.0;
    for (size_t j = 0; j < k; j++)
        if (lower[j] == 1.0 && plan->draws_shock[process[j]] && j == 0)
            plan->same_shock[process[k]] = process[j];
}

/* Which processes need numbers of their own. */
static void find_own_shocks(ds_plan *plan)
{
    for (size_t k = 0; k < plan->process_count; k++) {
        plan->draws_shock[k] = true;
        plan->same_shock[k] = (int)k;
    }
    for (size_t c = 0; c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        for (size_t k = 0; component->of_processes && k < component->count; k++)
            note_row(plan, c, k);
    }
}

/* Do two columns hold the same in every path? */
static bool same_column(const ds_plan *plan, int a, int b)
{
    return a == b || (a >= 0 && b >= 0 && plan->draws.draw[a].kind == DS_DRAW_CONSTANT &&
                      ds_plan_holds(plan, b, plan->draws.draw[a].a));
}

/* Is it in every path the price level of another? */
static bool same_level(const ds_plan *plan, const ds_plan_model *a, const ds_plan_model *b)
{
    const bool alone = a->release_months == DS_NONE && a->cut == DS_NONE &&
                       b->release_months == DS_NONE && b->cut == DS_NONE;
    const bool same_noise =
        a->process == b->process ||
        (a->process != DS_NONE && b->process != DS_NONE &&
         plan->same_shock[a->process] == plan->same_shock[b->process]);
    const bool plain = a->effect.regime == DS_NONE && b->effect.regime == DS_NONE &&
                       !a->noise_apart && !b->noise_apart;
    return alone && plain && same_noise && a->price_moves && b->price_moves &&
           same_column(plan, a->change, b->change) &&
           same_column(plan, a->volatility, b->volatility);
}

static void find_levels(ds_plan *plan)
{
    for (size_t m = 0; m < plan->model_count; m++) {
        int other = 0;
        while (other < (int)m && !same_level(plan, &plan->model[other], &plan->model[m]))
            other++;
        plan->model[m].level = other;
    }
}

/* All that a plan has, in an order in which each finds what it needs. */
static ds_code compile(ds_plan *plan, const ds_draw_order *order, ds_error *err)
{
    ds_code code = ds_draws_compile(plan->scenario, order, &plan->draws, err);
    if (code != DS_OK)
        return code;
    plan->outer = (uint64_t)plan->scenario->run->outer;
    code = check_natures(plan, err);
    if (code != DS_OK)
        return code;
    if (!allocate(plan))
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
    compile_root(plan);
    compile_inputs(plan);
    ds_plan_compile_gpus(plan);
    if (!ds_plan_compile_profiles(plan))
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
    compile_products(plan);
    compile_models(plan);
    find_own_shocks(plan);
    find_levels(plan);
    compile_providers(plan);
    compile_quality(plan);
    if (!ds_plan_compile_hours(plan) || !ds_plan_compile_contracts(plan) ||
        !ds_plan_compile_agreements(plan))
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
    ds_plan_compile_students(plan);
    if (!ds_plan_compile_sampler(plan))
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
    code = ds_plan_compile_strategies(plan, err);
    if (code == DS_OK)
        ds_plan_find_shortcuts(plan);
    return code == DS_OK ? ds_plan_compile_outcomes(plan, err) : code;
}

ds_code ds_plan_compile(const ds_scenario *scenario, ds_plan **out, ds_error *err)
{
    return ds_plan_compile_ordered(scenario, NULL, out, err);
}

ds_code ds_plan_compile_ordered(const ds_scenario *scenario, const ds_draw_order *order,
                                ds_plan **out, ds_error *err)
{
    *out = NULL;
    ds_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
    plan->scenario = scenario;
    ds_code code = compile(plan, order, err);
    if (code == DS_E_NOMEM && plan->too_large)
        code = ds_fail(err, DS_E_SCENARIO, "", "too large: what is compiled from it would take "
                       "more than 1 GiB");
    if (code != DS_OK) {
        ds_plan_free(plan);
        return code;
    }
    *out = plan;
    return DS_OK;
}

void ds_plan_free(ds_plan *plan)
{
    if (plan == NULL)
        return;
    for (size_t i = 0; i < plan->block_count; i++)
        free(plan->blocks[i]);
    free(plan->blocks);
    ds_draws_release(&plan->draws);
    free(plan);
}

size_t ds_plan_strategy_count(const ds_plan *plan)
{
    return plan->strategy_count;
}

const char *ds_plan_strategy_name(const ds_plan *plan, size_t strategy)
{
    return plan->strategy[strategy].name;
}

bool ds_plan_strategy_distils(const ds_plan *plan, size_t strategy)
{
    return plan->strategy[strategy].distils;
}

size_t ds_plan_month_count(const ds_plan *plan)
{
    return plan->months;
}

bool ds_plan_wants(const ds_plan *plan, size_t outcome)
{
    return plan->wanted[outcome];
}

bool ds_plan_asks_saving(const ds_plan *plan)
{
    return plan->saving_asked;
}

bool ds_plan_keeps_months(const ds_plan *plan)
{
    return plan->monthly;
}

double ds_plan_cvar_level(const ds_plan *plan)
{
    return plan->cvar_level;
}

const ds_scenario *ds_plan_scenario(const ds_plan *plan)
{
    return plan->scenario;
}

const ds_draws *ds_plan_draws(const ds_plan *plan)
{
    return &plan->draws;
}
