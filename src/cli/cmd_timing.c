/* cmd_timing.c -- `distillsim timing`: when to start distilling.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/cli.h"
#include "output/timing_report.h"

typedef struct {
    ds_common   common;
    ds_answer   answer;
    const char *strategy, *model;
} ds_options;

enum { KEY_STRATEGY = 's', KEY_MODEL = 'm' };

static const struct argp_option options[] = {
    { "strategy", KEY_STRATEGY, "NAME", 0,
      "Whose start (default: the first that starts a student)", 0 },
    { "model", KEY_MODEL, "STUDENT", 0,
      "The student whose start is looked for; others start as the scenario says (default: all "
      "students of the strategy start together)", 0 },
    { 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        state->child_inputs[1] = &o->answer;
        return 0;
    case KEY_STRATEGY:
        o->strategy = argument;
        return 0;
    case KEY_MODEL:
        o->model = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO",
    "When to start distilling: what it saves to start in each month, in one run; whether it is "
    "better to wait and decide by what the months show (the bill, traffic, prices, rents); a "
    "simple rule that says when; and the most that any rule could save.\v"
    "Example: distillsim timing s.json --strategy distil\n\n"
    "Rules are fitted on one half of the futures and valued on the other; there are at most 16384 "
    "unless --paths says more.\n\n"
    "--format csv is the months; --out writes timing.csv, which `plot' draws, and "
    "timing.json.",
    ds_answer_children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_scenario *scenario,
                            const ds_timing *timing, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_timing_directory(o->answer.directory, scenario, timing, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_timing_table(stdout, scenario, timing, &style, error);
    case DS_FORMAT_JSON:
        ds_timing_json(stdout, scenario, timing);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_timing_csv(stdout, scenario, timing);
        return DS_OK;
    }
    return DS_E_BUG;
}

/* The strategy asked for, or the first that distils; the number of strategies after a
 * complaint. */
static size_t choose_strategy(const ds_options *o, const ds_scenario *scenario)
{
    const size_t count = ds_scenario_strategy_count(scenario);
    if (o->strategy != NULL)
        return ds_find_strategy(scenario, o->strategy);
    for (size_t i = 0; i < count; i++)
        if (ds_scenario_strategy_distils(scenario, i))
            return i;
    ds_message("no strategy of the scenario starts a student, so there is no month to find");
    return count;
}

static int find(const ds_options *o, const ds_scenario *scenario)
{
    ds_progress       progress;
    ds_timing        *timing = NULL;
    ds_error          error = { 0 };
    ds_timing_options look = {
        .strategy = choose_strategy(o, scenario),
        .model = o->model,
        .run = ds_common_run(&o->common, scenario, &progress),
    };
    if (look.strategy >= ds_scenario_strategy_count(scenario))
        return ds_code_exit_status(DS_E_USAGE);

    ds_progress_begin(&progress, o->answer.quiet);
    progress.label = "every month  ";
    ds_code code = ds_timing_run(scenario, &look, &timing, &error);
    ds_progress_end(&progress);
    if (code == DS_OK)
        code = write_result(o, scenario, timing, &error);
    error.code = code;
    ds_timing_free(timing);
    return ds_report_end(&progress, &error);
}

int ds_cmd_timing(int argc, char **argv)
{
    ds_options   o = { 0 };
    ds_scenario *scenario = NULL;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_common_load(&o.common, &scenario);
    if (status == 0)
        status = find(&o, scenario);
    ds_scenario_free(scenario);
    ds_common_release(&o.common);
    return status;
}
