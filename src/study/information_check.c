/* information_check.c -- the value of knowing a set by nested simulation, without any fit.
 *
 * Called by information.c.  States of the set, each with futures that share it.  The greatest
 * of noisy means is too great on average; twice that of all futures of a state less the mean of
 * those of its halves is not, to first order (173).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "engine/design_run.h"
#include "model/draws.h"
#include "numerics/statistics.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/information.h"

enum { FUTURES = 64, FUTURES_LEAST = 16, STATES_LEAST = 64 };

/* Futures of a state of a run of so many paths. */
static uint64_t futures_of(uint64_t paths)
{
    return paths >= (uint64_t)FUTURES * STATES_LEAST * 4 ? FUTURES : FUTURES_LEAST;
}

static uint64_t *names_of(const ds_information_sample *s, const ds_information_set *set,
                          size_t *count)
{
    uint64_t *name = calloc(s->sources.count + 1, sizeof *name);
    *count = 0;
    for (size_t k = 0; name != NULL && k < s->sources.count; k++)
        if (set->source[k])
            name[(*count)++] = s->sources.source[k].name;
    return name;
}

/* Mean over futures first, first + step, ... of a state of what strategy d gains. */
static double mean_gain(const double *of, const double *best, uint64_t states, uint64_t state,
                        uint64_t first, uint64_t step, uint64_t futures)
{
    double sum = 0.0;
    size_t count = 0;
    for (uint64_t f = first; f < futures; f += step, count++)
        sum += best[f * states + state] - of[f * states + state];
    return sum / (double)count;
}

/* Costs of the strategies by path; the strategy that is best without information. */
static double state_value(const ds_information_sample *s, const double *const *cost,
                          uint64_t states, uint64_t state, uint64_t futures)
{
    const double *best = cost[ds_knowing_best(s->knowing)];
    double all = 0.0, half[2] = { 0.0, 0.0 };

    for (size_t d = 0; d < s->strategy_count; d++) {
        double of_half[2];
        for (uint64_t h = 0; h < 2; h++) {
            of_half[h] = mean_gain(cost[d], best, states, state, h, 2, futures);
            half[h] = of_half[h] > half[h] ? of_half[h] : half[h];
        }
        const double mean = 0.5 * (of_half[0] + of_half[1]);
        all = mean > all ? mean : all;
    }
    return 2.0 * all - 0.5 * (half[0] + half[1]);
}

static ds_code take_value(const ds_information_sample *s, const ds_result *result,
                          uint64_t states, uint64_t futures, ds_estimate *out, ds_error *err)
{
    const size_t  outcome = ds_outcome_find("cost_npv_usd");
    const double *cost[DS_INFORMATION_STRATEGIES];
    double       *value = malloc((size_t)states * sizeof *value);

    if (value == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    for (size_t d = 0; d < s->strategy_count; d++)
        cost[d] = ds_result_column(result, s->strategy[d], outcome);
    for (uint64_t state = 0; state < states; state++)
        value[state] = state_value(s, cost, states, state, futures);
    const ds_moments m = ds_moments_of_column((size_t)states, value);
    *out = (ds_estimate){ m.mean, ds_moments_mean_se(&m) };
    free(value);
    return DS_OK;
}

static ds_code run_nested(const ds_information_sample *s, ds_plan *plan, const uint64_t *name,
                          size_t count, ds_estimate *out, ds_error *err)
{
    const uint64_t futures = futures_of(s->run.path_count);
    const uint64_t states = s->run.path_count / futures;
    const ds_design design = { .held = name, .held_count = count, .period = states };
    ds_run_options  run = s->run;
    ds_result      *result = NULL;

    run.path_count = states * futures;
    run.seed = s->run.seed ^ UINT64_C(0x6e65737465640000); /* other futures than the fit's */
    ds_code code = ds_run_design(plan, &run, &design, &result, err);
    if (code == DS_OK)
        code = take_value(s, result, states, futures, out, err);
    ds_result_free(result);
    return code;
}

ds_code ds_information_nested(const ds_information_sample *s, const ds_information_set *set,
                              ds_estimate *out, ds_error *err)
{
    static const ds_override plain[] = { { "/run/sampling", "random" }, { "/run/outer", "0" } };
    ds_scenario *scenario = NULL;
    ds_plan     *plan = NULL;
    size_t       count;
    uint64_t    *name = names_of(s, set, &count);
    const ds_draw_order order = { name, count };

    ds_code code = name == NULL ? ds_fail(err, DS_E_NOMEM, "", "out of memory") : DS_OK;
    if (code == DS_OK && ds_plan_draws(s->plan)->heavy_tails)
        code = ds_fail(err, DS_E_USAGE, "/dependence/copula",
                       "nested simulation cannot hold a part of a t copula");
    if (code == DS_OK && s->run.path_count < FUTURES_LEAST * STATES_LEAST)
        code = ds_fail(err, DS_E_USAGE, "/run/paths", "nested simulation needs %d paths at least",
                       FUTURES_LEAST * STATES_LEAST);
    if (code == DS_OK)
        code = ds_scenario_with(s->scenario, plain, 2, NULL, NULL, &scenario, err);
    if (code == DS_OK)
        code = ds_plan_compile_ordered(scenario, &order, &plan, err);
    if (code == DS_OK)
        code = run_nested(s, plan, name, count, out, err);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    free(name);
    return code;
}
