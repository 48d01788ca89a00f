/* information_sample.c -- the one run that all values of information are worked out from.
 *
 * Called by information.c.  Every uncertain input is watched by its uniform, and what moves
 * over the months in some of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "engine/design_run.h"
#include "model/plan.h"
#include "scenario/arena.h"
#include "scenario/error.h"
#include "study/information.h"

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, "", "out of memory");
}

size_t ds_information_input_of(const ds_information_sample *s, size_t scenario_input)
{
    size_t k = 0;
    while (k < s->input_count && s->sources.source[s->source_of[k]].index != scenario_input)
        k++;
    return k;
}

/* ---- What is asked for --------------------------------------------------------------- */

static ds_code choose_strategies(ds_information_sample *s, const ds_information_options *o,
                                 ds_error *err)
{
    const size_t there = ds_scenario_strategy_count(s->scenario);
    s->strategy_count = o->strategies != NULL ? o->strategy_count : there;
    if (s->strategy_count < 2)
        return ds_fail(err, DS_E_USAGE, "/strategies",
                       "there is one strategy, and nothing to choose: information has a value only "
                       "where it may change a choice");
    if (s->strategy_count > DS_INFORMATION_STRATEGIES)
        return ds_fail(err, DS_E_USAGE, "/strategies", "%zu strategies: at most %d",
                       s->strategy_count, DS_INFORMATION_STRATEGIES);
    for (size_t i = 0; i < s->strategy_count; i++) {
        s->strategy[i] = o->strategies != NULL ? o->strategies[i] : i;
        if (s->strategy[i] >= there)
            return ds_fail(err, DS_E_USAGE, "/strategies", "there is no such strategy");
        for (size_t k = 0; k < i; k++)
            if (s->strategy[k] == s->strategy[i])
                return ds_fail(err, DS_E_USAGE, "/strategies",
                               "a strategy is compared with itself");
    }
    return DS_OK;
}

static uint64_t paths_of(const ds_information_sample *s, const ds_information_options *o)
{
    const uint64_t stated = ds_scenario_paths(s->scenario);
    return o->run.path_count > 0                    ? o->run.path_count
           : stated < DS_INFORMATION_PATHS          ? DS_INFORMATION_PATHS
           : stated > DS_INFORMATION_PATHS_MOST     ? DS_INFORMATION_PATHS_MOST
                                                    : stated;
}

static ds_code check_memory(const ds_information_sample *s, ds_error *err)
{
    const uint64_t cap = s->run.memory_cap_bytes > 0 ? s->run.memory_cap_bytes : UINT64_C(1) << 32;
    const double each = 12.0 * (double)(s->input_count + s->shock_count) +
                        8.0 * (double)(ds_information_paths_watches(s) +
                                       DS_PATH_FEATURES * s->path_count) +
                        64.0 * (double)(s->strategy_count + 2);
    if (each * (double)s->run.path_count > (double)cap)
        return ds_fail(err, DS_E_SCENARIO, "/run/paths",
                       "needs %.3g bytes, more than the %.3g that are allowed: at most %.0f paths",
                       each * (double)s->run.path_count, (double)cap, (double)cap / each);
    return DS_OK;
}

static ds_code compile(const ds_scenario *scenario, ds_information_sample *s, ds_error *err)
{
    /* outer: in states of knowledge an input has few values, which no fit may tell apart */
    static const ds_override lean[] = { { "/run/outcomes", "[]" }, { "/run/monthly", "false" },
                                        { "/run/outer", "0" } };
    ds_code code = ds_scenario_with(scenario, lean, sizeof lean / sizeof lean[0], NULL, NULL,
                                    &s->scenario, err);

    if (code == DS_OK)
        code = ds_plan_compile(s->scenario, &s->plan, err);
    if (code == DS_OK)
        code = ds_sources_make(s->plan, &s->sources, err);
    return code;
}

/* ---- Inputs -------------------------------------------------------------------------- */

/* Correlations of the normal scores of a component: L times its transpose. */
static bool multiply(ds_arena *arena, const ds_component *c, ds_knowing_component *out)
{
    double *matrix = ds_arena_array(arena, c->count * c->count, sizeof *matrix);
    for (size_t a = 0; matrix != NULL && a < c->count; a++)
        for (size_t b = 0; b < c->count; b++)
            for (size_t k = 0; k < c->count; k++)
                matrix[a * c->count + b] += c->lower[a * c->count + k] *
                                            c->lower[b * c->count + k];
    *out = (ds_knowing_component){ c->count, matrix };
    return matrix != NULL;
}

static ds_code list_components(ds_information_sample *s, ds_error *err)
{
    const ds_draws *draws = ds_plan_draws(s->plan);

    s->component_count = draws->component_count;
    s->component = ds_arena_array(s->arena, draws->component_count + 1, sizeof *s->component);
    if (s->component == NULL)
        return no_memory(err);
    for (size_t c = 0; c < draws->component_count; c++)
        if (draws->heavy_tails)
            s->component[c].count = draws->component[c].count;
        else if (!multiply(s->arena, &draws->component[c], &s->component[c]))
            return no_memory(err);
    return DS_OK;
}

static ds_code list_inputs(ds_information_sample *s, ds_error *err)
{
    const ds_draws *draws = ds_plan_draws(s->plan);

    s->source_of = ds_arena_array(s->arena, s->sources.count + 1, sizeof *s->source_of);
    s->input = ds_arena_array(s->arena, 3 * s->sources.count + 1, sizeof *s->input);
    if (s->source_of == NULL || s->input == NULL)
        return no_memory(err);
    for (size_t k = 0; k < s->sources.count; k++) {
        const ds_source *source = &s->sources.source[k];
        if (source->kind != DS_SOURCE_INPUT)
            continue;
        const ds_draw *draw = &draws->draw[source->index];
        const bool     steps = draw->kind == DS_DRAW_STEP && draw->count <= DS_SCORE_STEPS;
        s->source_of[s->input_count] = k;
        s->input[s->input_count++] = (ds_knowing_input){
            NULL, steps ? draw->count : 0, steps ? draw->edges : NULL, source->component,
            source->member
        };
    }
    if (s->input_count == 0 && s->path_count == 0)
        return ds_fail(err, DS_E_USAGE, "", "nothing in the scenario is uncertain: there is "
                                            "nothing to find out");
    return DS_OK;
}

/* ---- The run ------------------------------------------------------------------------- */

static ds_code take_benefits(ds_information_sample *s, const ds_result *result, ds_error *err)
{
    const size_t outcome = ds_outcome_find("cost_npv_usd");
    const size_t paths = (size_t)s->run.path_count;

    if (ds_result_kept_paths(result) < s->run.path_count)
        return ds_fail(err, DS_E_SCENARIO, "/run/paths", "all paths must be kept: at most %.0f",
                       (double)ds_result_kept_paths(result));
    s->interval_factor = ds_result_interval_factor(result);
    for (size_t d = 0; d < s->strategy_count; d++) {
        const double *cost = ds_result_column(result, s->strategy[d], outcome);
        s->benefit[d] = malloc(paths * sizeof *s->benefit[d]);
        if (s->benefit[d] == NULL)
            return no_memory(err);
        for (size_t i = 0; i < paths; i++)
            s->benefit[d][i] = -cost[i];
    }
    return DS_OK;
}

static ds_code work_out(ds_information_sample *s, const ds_groups *groups, ds_error *err)
{
    const ds_knowing_problem problem = {
        (size_t)s->run.path_count, s->strategy_count, (const double *const *)s->benefit, *groups,
        s->input_count + s->shock_count, s->component_count, s->input, s->component,
    };
    s->knowing = ds_knowing_new(&problem);
    return s->knowing != NULL ? DS_OK : no_memory(err);
}

/* By month; of one month in the order of their columns. */
static int compare_months(const void *a, const void *b)
{
    const ds_watch *x = a, *y = b;
    return x->month != y->month ? (x->month < y->month ? -1 : 1)
           : x->kind != y->kind ? (x->kind < y->kind ? -1 : 1)
           : x->column < y->column ? -1 : x->column > y->column;
}

static ds_code simulate(ds_information_sample *s, ds_error *err)
{
    const size_t of_paths = ds_information_paths_watches(s);
    const size_t count = s->input_count + of_paths + ds_information_shocks_watches(s);
    ds_watch  *watch = calloc(count + 1, sizeof *watch);
    ds_result *result = NULL;

    s->stride = ds_design_stride(s->run.path_count);
    s->uniforms = malloc((s->input_count * s->stride + 1) * sizeof *s->uniforms);
    if (watch == NULL || s->uniforms == NULL) {
        free(watch);
        return no_memory(err);
    }
    for (size_t k = 0; k < s->input_count; k++) {
        s->input[k].u = s->uniforms + k * s->stride;
        watch[k] = (ds_watch){ DS_WATCH_UNIFORM, s->sources.source[s->source_of[k]].index, 0,
                               s->uniforms + k * s->stride };
    }
    const ds_design design = { .watch = watch, .watch_count = count };
    ds_code code = ds_information_paths_watch(s, watch + s->input_count, err);
    if (code == DS_OK)
        code = ds_information_shocks_watch(s, watch + s->input_count + of_paths, err);
    qsort(watch + s->input_count, count - s->input_count, sizeof *watch, compare_months);
    if (code == DS_OK)
        code = ds_run_design(s->plan, &s->run, &design, &result, err);
    if (code == DS_OK)
        code = ds_information_paths_features(s, err);
    if (code == DS_OK)
        ds_information_shocks_finish(s);
    if (code == DS_OK)
        code = take_benefits(s, result, err);
    if (code == DS_OK)
        code = work_out(s, &result->groups, err);
    ds_result_free(result);
    free(watch);
    return code;
}

ds_code ds_information_sample_make(const ds_scenario *scenario,
                                   const ds_information_options *options,
                                   ds_information_sample *s, ds_error *err)
{
    *s = (ds_information_sample){ .run = options->run, .arena = ds_arena_new(0) };
    if (s->arena == NULL)
        return no_memory(err);
    ds_code code = compile(scenario, s, err);
    if (code == DS_OK)
        code = choose_strategies(s, options, err);
    if (code == DS_OK)
        code = ds_information_paths_list(s, err);
    if (code == DS_OK)
        code = list_components(s, err);
    if (code == DS_OK)
        code = list_inputs(s, err);
    if (code == DS_OK)
        code = ds_information_shocks_list(s, err);
    if (code != DS_OK)
        return code;
    s->run.path_count = paths_of(s, options);
    s->run.targets = NULL;
    s->run.target_count = 0;
    if (s->run.path_count < DS_KNOWING_PATHS)
        return ds_fail(err, DS_E_USAGE, "/run/paths", "at least %d paths are needed",
                       DS_KNOWING_PATHS);
    code = check_memory(s, err);
    return code == DS_OK ? simulate(s, err) : code;
}

void ds_information_sample_release(ds_information_sample *s)
{
    ds_knowing_free(s->knowing);
    ds_information_paths_release(s);
    for (size_t d = 0; d < s->strategy_count && d < DS_INFORMATION_STRATEGIES; d++)
        free(s->benefit[d]);
    free(s->uniforms);
    free(s->shocks);
    ds_sources_release(&s->sources);
    ds_plan_free(s->plan);
    ds_scenario_free(s->scenario);
    ds_arena_free(s->arena);
    *s = (ds_information_sample){ 0 };
}
