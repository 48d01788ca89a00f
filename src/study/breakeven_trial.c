/* breakeven_trial.c -- the scenario at one value, and what the two strategies cost in it.
 *
 * Called by breakeven.c.  Values are put in place as a user would, by overrides, so that
 * nothing is checked differently.  Random numbers are named by seed, input and path: all
 * trials share their futures, and leaving out a strategy or an outcome changes none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/result.h"
#include "scenario/error.h"
#include "scenario/scaled.h"
#include "scenario/scenario.h"
#include "scenario/tree.h"
#include "scenario/trial.h"
#include "scenario/writer.h"
#include "study/breakeven.h"

enum { POINTER_TEXT = 600, PLAIN = 3 };

/* Savings that differ from zero by rounding only are zero, as in (84). */
static const double tie = 2e-12;

static const char in_strategies[] = "/strategies/";

bool ds_breakeven_can_be_alone(const ds_scenario *base)
{
    for (size_t i = 0; i < base->correlations.count; i++) {
        for (size_t end = 0; end < 2; end++) {
            if (strncmp(DS_ITEM(ds_correlation, base->correlations, i).pointer[end],
                        in_strategies, sizeof in_strategies - 1) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* ---- Overrides ------------------------------------------------------------------- */

typedef struct {
    ds_override *list;
    size_t       count;
    char       (*pointers)[POINTER_TEXT]; /* of strategies that are left out          */
    char        *text[DS_BREAKEVEN_AXES]; /* of values                                */
} override_list;

static void release_list(override_list *l)
{
    free(l->list);
    free(l->pointers);
    for (size_t a = 0; a < DS_BREAKEVEN_AXES; a++) {
        free(l->text[a]);
    }
}

static void add(override_list *l, const char *pointer, const char *value)
{
    l->list[l->count++] = (ds_override){pointer, value};
}

/* What no trial needs is left out. */
static ds_code add_plain(const ds_breakeven_job *job, override_list *l, ds_error *err)
{
    const size_t count = job->base->strategies.count;

    add(l, "/run/outcomes", "[\"cost_npv_usd\"]");
    add(l, "/run/monthly", "false");
    add(l, "/assert", "[]");
    for (size_t i = 0; job->alone && i < count; i++) {
        char name[POINTER_TEXT - sizeof in_strategies];
        if (i == job->strategy || i == job->against) {
            continue;
        }
        if (ds_pointer_escape(ds_scenario_strategy_name(job->base, i), name, sizeof name) >=
            sizeof name) {
            return ds_fail(err, DS_E_USAGE, NULL, "the name of strategy %zu is too long", i + 1);
        }
        snprintf(l->pointers[i], POINTER_TEXT, "%s%s", in_strategies, name);
        add(l, l->pointers[i], "null");
    }
    return DS_OK;
}

static ds_code add_value(const ds_breakeven_job *job, size_t a, double value, override_list *l,
                         ds_error *err)
{
    const ds_breakeven_axis *axis = &job->axis[a];

    if (axis->scale) {
        const ds_code code =
            ds_scaled_quantity(job->base, axis->pointer, value, &l->text[a], err);
        if (code != DS_OK) {
            return code;
        }
    } else {
        l->text[a] = malloc(DS_NUMBER_JSON);
        if (l->text[a] == NULL) {
            return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
        }
        ds_number_text(value, l->text[a]);
    }
    add(l, axis->pointer, l->text[a]);
    return DS_OK;
}

ds_code ds_breakeven_scenario(const ds_breakeven_job *job, const double *values,
                              ds_scenario **out, ds_error *err)
{
    const size_t count = job->base->strategies.count;
    override_list l = {
        .list = calloc(count + PLAIN + DS_BREAKEVEN_AXES, sizeof *l.list),
        .pointers = calloc(count, sizeof *l.pointers),
    };
    ds_code code = l.list != NULL && l.pointers != NULL
        ? add_plain(job, &l, err) : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");

    *out = NULL;
    for (size_t a = 0; code == DS_OK && values != NULL && a < job->axis_count; a++) {
        code = add_value(job, a, values[a], &l, err);
    }
    if (code == DS_OK) {
        code = ds_scenario_with(job->base, l.list, l.count, NULL, NULL, out, err);
    }
    release_list(&l);
    return code;
}

/* ---- Running --------------------------------------------------------------------- */

static size_t find_strategy(const ds_scenario *s, const char *name)
{
    size_t i = 0;

    while (i < s->strategies.count && strcmp(ds_scenario_strategy_name(s, i), name) != 0) {
        i++;
    }
    return i;
}

static void subtract(const ds_breakeven_job *job, const ds_scenario *scenario,
                     const ds_result *result, size_t paths, double *saving)
{
    const size_t outcome = ds_outcome_find("cost_npv_usd");
    const char *name[2] = {ds_scenario_strategy_name(job->base, job->against),
                           ds_scenario_strategy_name(job->base, job->strategy)};
    const double *cost[2];

    for (size_t i = 0; i < 2; i++) {
        cost[i] = ds_result_column(result, find_strategy(scenario, name[i]), outcome);
    }
    for (size_t k = 0; k < paths; k++) {
        const double s = cost[0][k] - cost[1][k];
        saving[k] = fabs(s) <= tie * fmax(fabs(cost[0][k]), fabs(cost[1][k])) ? 0.0 : s;
    }
}

static ds_code simulate(const ds_breakeven_job *job, const ds_scenario *scenario, size_t paths,
                        double *saving, ds_groups *groups, ds_error *err)
{
    ds_plan *plan = NULL;
    ds_result *result = NULL;
    ds_run_options run = job->run;

    run.path_count = paths;
    ds_code code = ds_plan_compile(scenario, &plan, err);
    if (code == DS_OK) {
        code = ds_run(plan, &run, &result, err);
    }
    if (code == DS_OK && ds_result_kept_paths(result) < paths) {
        code = ds_fail(err, DS_E_USAGE, NULL, "%zu paths do not fit into memory; at most %zu do",
                       paths, (size_t)ds_result_kept_paths(result));
    }
    if (code == DS_OK) {
        subtract(job, scenario, result, paths, saving);
        if (groups != NULL) {
            *groups = result->groups;
        }
    }
    ds_result_free(result);
    ds_plan_free(plan);
    return code;
}

ds_code ds_breakeven_saving(ds_breakeven_job *job, const double *values, size_t paths,
                            double *saving, ds_groups *groups, ds_error *err)
{
    ds_scenario *scenario = NULL;
    ds_code code = ds_breakeven_scenario(job, values, &scenario, err);

    if (code == DS_OK) {
        job->trials++;
        code = simulate(job, scenario, paths, saving, groups, err);
    }
    ds_scenario_free(scenario);
    return code;
}

/* ---- Axes ------------------------------------------------------------------------ */

static int clock_start(const ds_scenario *s)
{
    return 12 * s->clock->start_year + s->clock->start_month - 1;
}

/* Of the quantity at the pointer, if there is one. */
static const ds_input *find_input(const ds_scenario *s, const char *pointer)
{
    for (size_t i = 0; i < s->input_count; i++) {
        if (strcmp(s->inputs[i].pointer, pointer) == 0) {
            return &s->inputs[i];
        }
    }
    return NULL;
}

/* Is a month like "2027-01" a value that may stand there? */
static bool takes_dates(const ds_breakeven_job *job, const char *pointer, double month)
{
    char text[32];
    const int at = clock_start(job->base) + (int)month;
    const ds_override override = {pointer, text};
    ds_scenario *scenario = NULL;
    ds_error ignored;

    if (!(month >= 0.0 && month < 1e5)) {
        return false;
    }
    snprintf(text, sizeof text, "%04d-%02d", at / 12, at % 12 + 1);
    const bool takes = strcmp(pointer, "/clock/start") != 0 &&
                       ds_scenario_with(job->base, &override, 1, NULL, NULL, &scenario,
                                        &ignored) == DS_OK;
    ds_scenario_free(scenario);
    return takes;
}

static ds_code try_at(const ds_breakeven_job *job, size_t a, double value, ds_scenario **out,
                      ds_error *err)
{
    double values[DS_BREAKEVEN_AXES];

    memcpy(values, job->value, sizeof values);
    values[a] = value;
    return ds_breakeven_scenario(job, values, out, err);
}

static bool can_have(const ds_breakeven_job *job, size_t a, double value)
{
    ds_scenario *scenario = NULL;
    ds_error ignored;
    const bool can = try_at(job, a, value, &scenario, &ignored) == DS_OK;

    ds_scenario_free(scenario);
    return can;
}

/* Months and whole numbers: values that lie on steps. */
static ds_code find_step(ds_breakeven_job *job, size_t a, ds_error *err)
{
    ds_breakeven_axis *axis = &job->axis[a];
    const double whole = ceil(axis->low);
    const double half = whole + 0.5 < axis->high ? whole + 0.5 : 0.5 * (axis->low + axis->high);

    axis->step = axis->date ? 1.0 : ds_units_step(job->base, axis->pointer);
    if (axis->step == 0.0 && !axis->scale && !can_have(job, a, half) && can_have(job, a, whole)) {
        axis->step = 1.0;
    }
    if (axis->step == 0.0) {
        return DS_OK;
    }
    axis->low = ceil(axis->low / axis->step) * axis->step;
    axis->high = floor(axis->high / axis->step) * axis->step;
    axis->logarithmic = false;
    return axis->low < axis->high ? DS_OK
        : ds_fail(err, DS_E_USAGE, axis->pointer, "fewer than two whole values are in the range");
}

/* Both ends of the range are values that the scenario can have, or an error. */
static ds_code check_ends(const ds_breakeven_job *job, size_t a, ds_error *err)
{
    for (size_t end = 0; end < 2; end++) {
        const ds_breakeven_axis *axis = &job->axis[a];
        const double value = end == 0 ? axis->low : axis->high;
        ds_scenario *scenario = NULL;
        ds_error problem = {.code = DS_OK};
        const ds_code code = try_at(job, a, value, &scenario, &problem);
        ds_scenario_free(scenario);
        if (code != DS_OK && strcmp(problem.pointer, axis->pointer) == 0) {
            return ds_fail(err, code, axis->pointer, "the %s end of the range: %s",
                           end == 0 ? "lower" : "upper", problem.message);
        }
        if (code != DS_OK) {
            return ds_fail(err, code, problem.pointer[0] != '\0' ? problem.pointer : axis->pointer,
                           "with %.100s at the %s end of its range, %.15g: %s", axis->pointer,
                           end == 0 ? "lower" : "upper", value, problem.message);
        }
    }
    return DS_OK;
}

/* Can the pointer be varied at all? */
static ds_code check_pointer(const ds_breakeven_job *job, const ds_breakeven_range *r,
                             ds_error *err)
{
    const size_t length = sizeof in_strategies - 1;

    if (strncmp(r->pointer, "/run/", 5) == 0 || strncmp(r->pointer, "/assert", 7) == 0) {
        return ds_fail(err, DS_E_USAGE, r->pointer, "is how the scenario is run, not what "
                       "happens in it");
    }
    if (!ds_scenario_has_place(job->base, r->pointer)) {
        return ds_fail(err, DS_E_USAGE, r->pointer, "there is nothing at this pointer");
    }
    if (strncmp(r->pointer, in_strategies, length) != 0) {
        return DS_OK;
    }
    for (size_t i = 0; i < job->base->strategies.count; i++) {
        char name[POINTER_TEXT];
        const size_t escaped =
            ds_pointer_escape(ds_scenario_strategy_name(job->base, i), name, sizeof name);
        if (i != job->strategy && i != job->against && escaped < sizeof name &&
            strncmp(r->pointer + length, name, escaped) == 0 &&
            r->pointer[length + escaped] == '/') {
            return ds_fail(err, DS_E_USAGE, r->pointer, "belongs to a strategy that is not one "
                           "of the two that are compared, \"%.80s\" and \"%.80s\"",
                           ds_scenario_strategy_name(job->base, job->strategy),
                           ds_scenario_strategy_name(job->base, job->against));
        }
    }
    return DS_OK;
}

/* A scale of what is nothing changes nothing. */
static ds_code check_scale(const ds_breakeven_job *job, const ds_breakeven_range *r,
                           ds_error *err)
{
    char *text = NULL;
    const ds_code code = ds_scaled_quantity(job->base, r->pointer, 1.0, &text, err);
    const ds_input *input = find_input(job->base, r->pointer);

    free(text);
    if (code == DS_OK && input != NULL && input->distribution.kind == DS_DIST_CONSTANT &&
        input->distribution.a == 0.0) {
        return ds_fail(err, DS_E_USAGE, r->pointer, "is 0 and stays 0 whatever it is multiplied "
                       "by; vary it instead");
    }
    return code;
}

ds_code ds_breakeven_axis_of(ds_breakeven_job *job, size_t a, const ds_breakeven_range *r,
                             ds_error *err)
{
    ds_breakeven_axis *axis = &job->axis[a];
    const ds_input *input = find_input(job->base, r->pointer);
    const double shift = r->calendar ? (double)clock_start(job->base) : 0.0;

    *axis = (ds_breakeven_axis){
        .pointer = r->pointer, .unit = "", .now = input != NULL ? input->text : "",
        .low = r->low - shift, .high = r->high - shift, .scale = r->scale,
        .logarithmic = r->logarithmic,
    };
    job->value[a] = axis->low;
    ds_code code = check_pointer(job, r, err);
    if (code == DS_OK && r->scale) {
        code = check_scale(job, r, err);
    }
    if (code != DS_OK) {
        return code;
    }
    if (r->calendar && axis->low < 0.0) {
        return ds_fail(err, DS_E_USAGE, r->pointer, "the range begins before the clock, which "
                       "starts in %s", job->base->clock->start);
    }
    axis->date = !r->scale && takes_dates(job, r->pointer, ceil(axis->low));
    if (r->calendar && !axis->date) {
        return ds_fail(err, DS_E_USAGE, r->pointer, "is not a month: its range is two numbers");
    }
    code = find_step(job, a, err);
    job->value[a] = axis->low;
    if (code == DS_OK) {
        code = check_ends(job, a, err);
    }
    if (code == DS_OK && !r->scale) {
        ds_scenario *at_low = NULL;
        code = try_at(job, a, axis->low, &at_low, err);
        input = code == DS_OK ? find_input(at_low, r->pointer) : NULL;
        axis->unit = input != NULL && input->unit != NULL && strcmp(input->unit, "1") != 0 &&
                     !axis->date ? input->unit : ""; /* of the field table */
        ds_scenario_free(at_low);
    }
    return code;
}
