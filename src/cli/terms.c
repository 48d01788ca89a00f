/* terms.c -- the terms that a strategy leaves open are found before anything else is
 * done with a scenario.  See cli.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

static bool has_open_terms(const ds_scenario *scenario)
{
    for (size_t i = 0; i < ds_scenario_strategy_count(scenario); i++)
        if (ds_scenario_strategy_optimises(scenario, i))
            return true;
    return false;
}

static ds_code find(const ds_common *common, ds_progress *progress, const ds_scenario *scenario,
                    ds_scenario **better, ds_optimised **found, ds_error *error)
{
    const ds_run_options run = ds_common_run(common, scenario, progress);
    return ds_scenario_optimised(scenario, &run, better, found, error);
}

int ds_common_find_terms(const ds_common *common, bool quiet, ds_scenario **scenario,
                         ds_plan **plan, ds_optimised **found)
{
    ds_progress  progress;
    ds_scenario *better = NULL;
    ds_plan     *better_plan = NULL;
    ds_error     error = { 0 };

    *found = NULL;
    if (!has_open_terms(*scenario))
        return 0;
    ds_progress_begin(&progress, quiet);
    progress.label = "best terms, trials  ";
    ds_code code = find(common, &progress, *scenario, &better, found, &error);
    ds_progress_end(&progress);
    if (code == DS_E_CANCELLED)
        return ds_report_cancelled(&progress, "they are lost, nothing was written");
    if (code == DS_OK)
        code = ds_plan_compile(better, &better_plan, &error);
    if (code != DS_OK) {
        ds_scenario_free(better);
        error.code = code;
        return ds_report_error(&error);
    }
    ds_plan_free(*plan);
    ds_scenario_free(*scenario);
    *plan = better_plan;
    *scenario = better;
    return 0;
}
