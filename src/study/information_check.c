/* information_check.c -- the value of knowing a set by nested simulation, without any fit.
 *
 * Called by information.c.  States of the set, each with futures that share it.  The greatest
 * of noisy means is too great on average; what is chosen by noisy means and valued by others is
 * too little: the value lies between (173).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "engine/design_run.h"
#include "model/draws.h"
#include "numerics/statistics.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/information.h"

enum { FUTURES_LEAST = 16, STATES_LEAST = 128 };

/* Futures of a state: as many as make the error of a state's means small beside the value, if
 * that leaves states enough. */
static uint64_t futures_of(const ds_information_sample *s, double value)
{
    const double most = (double)s->run.path_count / STATES_LEAST;
    double       wanted = most, variance = 0.0;

    for (size_t d = 0; d < s->strategy_count; d++) {
        const double sd = ds_knowing_spread(s->knowing, d);
        variance = sd * sd > variance ? sd * sd : variance;
    }
    if (value > 0.0)
        wanted = 16.0 * variance / (value * value);
    wanted = wanted > most ? most : wanted < FUTURES_LEAST ? (double)FUTURES_LEAST : wanted;
    return (uint64_t)wanted / 2 * 2;
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

/* Of a state: the gain of choosing by half of its futures, in the other half, which is too
 * little on average; and the greatest mean gain of all of its futures, which is too much. */
static void state_value(const ds_information_sample *s, const double *const *cost,
                        uint64_t states, uint64_t state, uint64_t futures, double value[2])
{
    const double *best = cost[ds_knowing_best(s->knowing)];
    double most[2] = { 0.0, 0.0 }, other[2] = { 0.0, 0.0 };

    value[1] = 0.0;
    for (size_t d = 0; d < s->strategy_count; d++) {
        double half[2];
        for (uint64_t h = 0; h < 2; h++)
            half[h] = mean_gain(cost[d], best, states, state, h, 2, futures);
        for (int h = 0; h < 2; h++)
            if (half[h] > most[h]) {
                most[h] = half[h];
                other[h] = half[1 - h];
            }
        const double mean = 0.5 * (half[0] + half[1]);
        value[1] = mean > value[1] ? mean : value[1];
    }
    value[0] = 0.5 * (other[0] + other[1]);
}

static ds_code take_value(const ds_information_sample *s, const ds_result *result,
                          uint64_t states, uint64_t futures, ds_estimate out[2], ds_error *err)
{
    const size_t  outcome = ds_outcome_find("cost_npv_usd");
    const double *cost[DS_INFORMATION_STRATEGIES];
    double       *value = malloc(2 * (size_t)states * sizeof *value);

    if (value == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    for (size_t d = 0; d < s->strategy_count; d++)
        cost[d] = ds_result_column(result, s->strategy[d], outcome);
    for (uint64_t state = 0; state < states; state++) {
        double both[2];
        state_value(s, cost, states, state, futures, both);
        value[state] = both[0];
        value[states + state] = both[1];
    }
    for (int k = 0; k < 2; k++) {
        const ds_moments m = ds_moments_of_column((size_t)states, value + (size_t)k * states);
        out[k] = (ds_estimate){ m.mean, ds_moments_mean_se(&m) };
    }
    free(value);
    return DS_OK;
}

static ds_code run_nested(const ds_information_sample *s, ds_plan *plan, const uint64_t *name,
                          size_t count, double value, ds_estimate out[2], ds_error *err)
{
    const uint64_t futures = futures_of(s, value);
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
                              double value, ds_estimate out[2], ds_error *err)
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
        code = run_nested(s, plan, name, count, value, out, err);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    free(name);
    return code;
}
