/* sweep.c -- a scenario over a grid of values.
 *
 * Called by the program.  Every point is the base scenario with one value of each
 * axis in place, checked as if it had been written so, and simulated with the same
 * seed: a random number is named by seed, input and path, so the points share their
 * futures, and a difference between two points is a difference of the parameter.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/sweep.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "distillsim_commit.h"
#include "scenario/error.h"

/* ---- The walk ---------------------------------------------------------------- */

size_t ds_sweep_point_count(const ds_sweep_axis *const *axes, size_t axis_count)
{
    size_t points = 1;

    for (size_t a = 0; a < axis_count; a++) {
        const size_t count = ds_sweep_axis_count(axes[a]);
        if (points > SIZE_MAX / count) {
            return 0;
        }
        points *= count;
    }
    return points;
}

void ds_sweep_overrides(const ds_sweep_axis *const *axes, size_t axis_count, size_t index,
                        ds_override *overrides)
{
    for (size_t a = axis_count; a-- > 0;) {
        const size_t count = ds_sweep_axis_count(axes[a]);
        overrides[a] = (ds_override){ds_sweep_axis_pointer(axes[a]),
                                     ds_sweep_axis_value(axes[a], index % count)};
        index /= count;
    }
}

/* "at point 3 of 12 (/a=5, /b=7): " before the message; the pointer stays. */
static void say_where(ds_error *err, const ds_sweep_point *point)
{
    char text[sizeof err->message], message[sizeof err->message];
    size_t used = 0;

    ds_copy_text(message, sizeof message, err->message);
    for (size_t a = 0; a < point->override_count && used < sizeof text / 2; a++) {
        const int length =
            snprintf(text + used, sizeof text - used, "%s%s=%s", a == 0 ? "" : ", ",
                     point->overrides[a].pointer, point->overrides[a].value);
        used += length > 0 ? (size_t)length : 0;
    }
    if (used >= sizeof text / 2) { /* leave room for what went wrong */
        ds_copy_text(text + sizeof text / 2 - 4, 4, "...");
    }
    ds_error whole = *err;
    ds_fail(&whole, err->code, err->pointer, "at point %zu of %zu (%s): %s", point->index + 1,
            point->count, point->override_count > 0 ? text : "no axis", message);
    ds_copy_text(err->message, sizeof err->message, whole.message);
}

ds_code ds_sweep_walk(const ds_sweep_axis *const *axes, size_t axis_count,
                      ds_sweep_visit_fn visit, void *context, ds_error *err)
{
    ds_override overrides[DS_SWEEP_MAX_AXES];
    ds_error ignored;
    ds_sweep_point point = {.overrides = overrides, .override_count = axis_count};

    err = err != NULL ? err : &ignored;
    if (axis_count > DS_SWEEP_MAX_AXES) {
        return ds_fail(err, DS_E_USAGE, NULL, "%zu parameters are swept, more than %d",
                       axis_count, DS_SWEEP_MAX_AXES);
    }
    point.count = ds_sweep_point_count(axes, axis_count);
    if (point.count == 0) {
        return ds_fail(err, DS_E_USAGE, NULL, "the grid has more points than can be counted");
    }
    for (point.index = 0; point.index < point.count; point.index++) {
        ds_sweep_overrides(axes, axis_count, point.index, overrides);
        const ds_code code = visit(context, &point, err);
        if (code != DS_OK) {
            say_where(err, &point);
            return code;
        }
    }
    return DS_OK;
}

/* ---- What is done at a point -------------------------------------------------- */

ds_code ds_sweep_scenario(const ds_scenario *base, const ds_sweep_axis *const *axes,
                          size_t axis_count, size_t index, ds_problem_fn report, void *context,
                          ds_scenario **out, ds_error *err)
{
    ds_override overrides[DS_SWEEP_MAX_AXES];

    *out = NULL;
    if (axis_count > DS_SWEEP_MAX_AXES) {
        return ds_fail(err, DS_E_USAGE, NULL, "%zu parameters are swept, more than %d",
                       axis_count, DS_SWEEP_MAX_AXES);
    }
    ds_sweep_overrides(axes, axis_count, index, overrides);
    return ds_scenario_with(base, overrides, axis_count, report, context, out, err);
}

typedef struct {
    const ds_scenario    *base;
    const ds_run_options *options;
    ds_sweep_fn           point;
    void                 *context;
} sweep_job;

static ds_code simulate(const sweep_job *job, ds_sweep_point *point, ds_error *err)
{
    ds_plan *plan;
    ds_result *result;
    ds_run_options options = *job->options;
    ds_code code = ds_plan_compile(point->scenario, &plan, err);

    if (code != DS_OK) {
        return code;
    }
    if (options.path_count == 0) {
        options.path_count = ds_scenario_paths(point->scenario);
    }
    code = ds_run(plan, &options, &result, err);
    if (code == DS_OK) {
        point->result = result;
        if (!job->point(job->context, point)) {
            code = ds_fail(err, DS_E_CANCELLED, NULL, "stopped");
        }
        point->result = NULL;
        ds_result_free(result);
    }
    ds_plan_free(plan);
    return code;
}

/* Terms that are to be optimised have their best values, at each point its own. */
static ds_code find_terms(const sweep_job *job, ds_scenario **scenario, ds_error *err)
{
    ds_scenario *better = NULL;
    bool open = false;

    for (size_t i = 0; i < ds_scenario_strategy_count(*scenario); i++) {
        open = open || ds_scenario_strategy_optimises(*scenario, i);
    }
    if (!open) {
        return DS_OK;
    }
    const ds_code code = ds_scenario_optimised(*scenario, job->options, &better, NULL, err);
    ds_scenario_free(*scenario);
    *scenario = better;
    return code;
}

static ds_code visit(void *context, ds_sweep_point *point, ds_error *err)
{
    const sweep_job *job = context;
    ds_scenario *scenario;
    ds_code code = ds_scenario_with(job->base, point->overrides, point->override_count, NULL,
                                    NULL, &scenario, err);

    if (code == DS_OK) {
        code = find_terms(job, &scenario, err);
    }
    if (code != DS_OK) {
        return code;
    }
    point->scenario = scenario;
    code = simulate(job, point, err);
    point->scenario = NULL;
    ds_scenario_free(scenario);
    return code;
}

ds_code ds_sweep_run(const ds_scenario *base, const ds_sweep_axis *const *axes,
                     size_t axis_count, const ds_run_options *options, ds_sweep_fn point,
                     void *context, ds_error *err)
{
    sweep_job job = {.base = base, .options = options, .point = point, .context = context};

    return ds_sweep_walk(axes, axis_count, visit, &job, err);
}
