/* starts.c -- a plan whose strategies are one strategy, begun in different months.
 *
 * Called by studies of when to begin.  Inputs keep their places, hence their names and
 * random numbers: a variant has the bits of a run of the scenario with that `start`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/starts.h"

#include <math.h>
#include <string.h>

#include "model/plan_internal.h"
#include "scenario/error.h"

/* A copy of the strategy with the projects that move begun in a month. */
static bool begin_in(ds_plan *plan, const ds_starts *starts, const ds_plan_strategy *from,
                     double month, ds_plan_strategy *out)
{
    *out = *from;
    out->project = ds_plan_alloc(plan, from->project_count, sizeof *out->project);
    if (out->project == NULL)
        return false;
    memcpy(out->project, from->project, from->project_count * sizeof *out->project);
    out->waits = false;
    for (size_t j = 0; j < from->project_count; j++) {
        ds_plan_project *project = &out->project[j];
        if (starts->moves[j]) {
            project->begins = month;
            project->threshold = DS_NONE;
        }
        out->waits = out->waits || project->threshold != DS_NONE;
    }
    return true;
}

static bool replace(ds_plan *plan, const ds_starts *starts)
{
    const ds_plan_strategy *from = &plan->strategy[starts->strategy];
    ds_plan_strategy *variants = ds_plan_alloc(plan, 1 + starts->count, sizeof *variants);
    if (variants == NULL || !begin_in(plan, starts, from, (double)INFINITY, &variants[0]))
        return false;
    for (size_t k = 0; k < starts->count; k++) {
        if (!begin_in(plan, starts, from, (double)starts->month[k], &variants[1 + k]))
            return false;
        variants[1 + k].first_month = starts->month[k];
    }
    plan->strategy = variants;
    plan->strategy_count = 1 + starts->count;
    return true;
}

ds_code ds_plan_compile_starts(const ds_scenario *scenario, const ds_starts *starts,
                               ds_plan **out, ds_error *err)
{
    ds_code code = ds_plan_compile(scenario, out, err);
    if (code == DS_OK && !replace(*out, starts)) {
        ds_plan_free(*out);
        *out = NULL;
        code = ds_fail(err, DS_E_NOMEM, "", "out of memory for the plan");
    }
    return code;
}
