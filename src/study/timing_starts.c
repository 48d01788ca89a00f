/* timing_starts.c -- which students start when: the months in which the scenario allows it,
 * and the plan that has a variant for each.
 *
 * Called by timing_data.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim_commit.h"
#include "model/starts.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "scenario/tree.h"
#include "study/timing_data.h"

enum { POINTER_TEXT = 600 };

static const ds_strategy *strategy_at(const ds_scenario *s, size_t index)
{
    return &DS_ITEM(ds_strategy, s->strategies, index);
}

/* Marks the students whose start moves; DS_E_USAGE when there is none. */
static ds_code find_moves(const ds_scenario *s, const ds_timing_options *o, bool *moves,
                          ds_error *err)
{
    const ds_strategy *strategy = strategy_at(s, o->strategy);
    bool any = false;

    if (strategy->start.count > DS_TIMING_STUDENTS_MOST) {
        return ds_fail(err, DS_E_USAGE, "", "the strategy '%.80s' has more than %d students",
                       strategy->key.name, DS_TIMING_STUDENTS_MOST);
    }
    for (size_t j = 0; j < strategy->start.count; j++) {
        const char *name = DS_ITEM(ds_model_quantity, strategy->start, j).key.name;
        moves[j] = o->model == NULL || strcmp(o->model, name) == 0;
        any = any || moves[j];
    }
    if (strategy->start.count == 0) {
        return ds_fail(err, DS_E_USAGE, "", "the strategy '%.80s' starts no student, so there "
                       "is no month to find", strategy->key.name);
    }
    if (!any) {
        return ds_fail(err, DS_E_USAGE, "", "the strategy '%.80s' starts no model called "
                       "'%.80s'", strategy->key.name, o->model);
    }
    return DS_OK;
}

/* Does the scenario allow a start of these students in a month? */
static ds_code try_start(const ds_scenario *s, size_t index, const bool *moves, size_t month,
                         ds_error *err)
{
    const ds_strategy *strategy = strategy_at(s, index);
    char pointers[DS_TIMING_STUDENTS_MOST][POINTER_TEXT], value[32], name[POINTER_TEXT / 3];
    char model[POINTER_TEXT / 3];
    ds_override overrides[DS_TIMING_STUDENTS_MOST];
    size_t count = 0;
    ds_scenario *other = NULL;

    ds_pointer_escape(strategy->key.name, name, sizeof name);
    snprintf(value, sizeof value, "%zu", month);
    for (size_t j = 0; j < strategy->start.count; j++) {
        if (!moves[j]) {
            continue;
        }
        ds_pointer_escape(DS_ITEM(ds_model_quantity, strategy->start, j).key.name, model,
                          sizeof model);
        snprintf(pointers[count], POINTER_TEXT, "/strategies/%s/start/%s", name, model);
        overrides[count] = (ds_override){pointers[count], value};
        count++;
    }
    const ds_code code = ds_scenario_with(s, overrides, count, NULL, NULL, &other, err);
    ds_scenario_free(other);
    return code;
}

/* The first month in which a start is allowed: before it some contract is not in force. */
static ds_code find_first(ds_timing_data *d, const ds_timing_options *o, const bool *moves,
                          ds_error *err)
{
    ds_error why = {.code = DS_OK};
    ds_code code = DS_E_SCENARIO;

    for (d->first = 0; d->first < d->months; d->first++) {
        code = try_start(d->scenario, o->strategy, moves, d->first, &why);
        if (code != DS_E_SCENARIO) {
            break;
        }
    }
    if (code != DS_OK && err != NULL) {
        *err = why;
    }
    d->dates = d->months - d->first;
    return code;
}

static ds_code load(const ds_scenario *base, const ds_timing_options *o, ds_timing_data *d,
                    ds_error *err)
{
    const ds_override changes[] = {
        {"/run/outcomes", "[\"cost_npv_usd\"]"}, {"/run/monthly", "false"}, {"/assert", "[]"}};
    ds_scenario *scenario = NULL, *better = NULL;
    ds_code code = ds_scenario_with(base, changes, sizeof changes / sizeof *changes, NULL, NULL,
                                    &scenario, err);

    if (code == DS_OK && ds_scenario_strategy_optimises(scenario, o->strategy)) {
        code = ds_scenario_optimised(scenario, &o->run, &better, NULL, err);
        ds_scenario_free(scenario);
        scenario = better;
    }
    d->scenario = scenario;
    return code;
}

static ds_code compile(const ds_timing_options *o, const bool *moves, ds_timing_data *d,
                       ds_error *err)
{
    size_t *month = malloc(d->dates * sizeof *month);
    if (month == NULL) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    for (size_t k = 0; k < d->dates; k++) {
        month[k] = d->first + k;
    }
    const ds_starts starts = {o->strategy, moves, month, d->dates};
    const ds_code code = ds_plan_compile_starts(d->scenario, &starts, &d->plan, err);
    free(month);
    return code;
}

ds_code ds_timing_starts_find(const ds_scenario *base, const ds_timing_options *o, bool *moves,
                              ds_timing_data *d, ds_error *err)
{
    ds_code code = find_moves(base, o, moves, err);

    if (code == DS_OK) {
        code = load(base, o, d, err);
    }
    if (code == DS_OK) {
        code = find_first(d, o, moves, err);
    }
    return code == DS_OK ? compile(o, moves, d, err) : code;
}
