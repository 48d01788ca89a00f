/* loaded.c -- a scenario as it is simulated: loaded, compiled, and with the terms found that
 * a strategy leaves open.  See cli.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

int ds_loaded_open(ds_loaded *loaded, const ds_common *common)
{
    ds_error error = { 0 };

    *loaded = (ds_loaded){ 0 };
    int status = ds_common_load(common, &loaded->scenario);
    if (status != 0)
        return status;
    error.code = ds_plan_compile(loaded->scenario, &loaded->plan, &error);
    return error.code == DS_OK ? 0 : ds_report_error(&error);
}

void ds_loaded_release(ds_loaded *loaded)
{
    ds_optimised_free(loaded->found);
    ds_plan_free(loaded->plan);
    ds_scenario_free(loaded->scenario);
    *loaded = (ds_loaded){ 0 };
}

static bool has_open_terms(const ds_scenario *scenario)
{
    for (size_t i = 0; i < ds_scenario_strategy_count(scenario); i++)
        if (ds_scenario_strategy_optimises(scenario, i))
            return true;
    return false;
}

int ds_loaded_find_terms(ds_loaded *loaded, const ds_common *common, bool quiet)
{
    ds_progress progress;
    ds_loaded   better = { 0 };
    ds_error    error = { 0 };

    if (!has_open_terms(loaded->scenario))
        return 0;
    const ds_run_options run = ds_common_run(common, loaded->scenario, &progress);
    ds_progress_begin(&progress, quiet);
    progress.label = "best terms, trials  ";
    error.code = ds_scenario_optimised(loaded->scenario, &run, &better.scenario, &better.found,
                                       &error);
    ds_progress_end(&progress);
    if (error.code == DS_OK)
        error.code = ds_plan_compile(better.scenario, &better.plan, &error);
    if (error.code == DS_OK) {
        ds_loaded_release(loaded);
        *loaded = better;
    } else {
        ds_loaded_release(&better);
    }
    return ds_report_end(&progress, &error);
}
