/* cmd_timing.c -- `distillsim timing`: when to start distilling.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/cli.h"
#include "output/timing_report.h"

typedef enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV } ds_format;
static const char *const formats[] = { "table", "json", "csv", NULL };

typedef struct {
    ds_common   common;
    const char *strategy, *model, *directory;
    int         format;
    bool        quiet;
} ds_options;

enum { KEY_STRATEGY = 's', KEY_MODEL = 'm', KEY_FORMAT = 'f', KEY_OUT = 'o', KEY_QUIET = 'q' };

static const struct argp_option options[] = {
    { "strategy", KEY_STRATEGY, "NAME", 0,
      "Whose start (default: the first that starts a student)", 0 },
    { "model", KEY_MODEL, "STUDENT", 0,
      "The student whose start is looked for; others start as the scenario says (default: all "
      "students of the strategy start together)", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "table (default), json, or csv (the months)", 0 },
    { "out", KEY_OUT, "DIR", 0, "Also write timing.csv and timing.json to DIR; `plot' draws the "
      "first", 0 },
    { "quiet", KEY_QUIET, NULL, 0, "No progress line", 0 },
    { 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case KEY_STRATEGY:
        o->strategy = argument;
        return 0;
    case KEY_MODEL:
        o->model = argument;
        return 0;
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case KEY_OUT:
        o->directory = ds_parse_directory(state, "--out", argument);
        return 0;
    case KEY_QUIET:
        o->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = { { &ds_common_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
    options, parse, "SCENARIO",
    "When to start distilling: what it saves to start in each month, in one run; whether it is "
    "better to wait and decide by what the months show (the bill, traffic, prices, rents); a "
    "simple rule that says when; and the most that any rule could save.\v"
    "Example: distillsim timing s.json --strategy distil\n\n"
    "Rules are fitted on one half of the futures and valued on the other; there are at most 16384 "
    "unless --paths says more.",
    children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_scenario *scenario,
                            const ds_timing *timing, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;

    if (o->directory != NULL)
        code = ds_timing_directory(o->directory, scenario, timing, error);
    if (code != DS_OK)
        return code;
    switch ((ds_format)o->format) {
    case FORMAT_TABLE:
        return ds_timing_table(stdout, scenario, timing, &style, error);
    case FORMAT_JSON:
        ds_timing_json(stdout, scenario, timing);
        return DS_OK;
    case FORMAT_CSV:
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
        .run = { .path_count = o->common.paths_given ? o->common.paths : 0,
                 .seed = o->common.seed_given ? o->common.seed : ds_scenario_seed(scenario),
                 .threads = o->common.threads,
                 .engine = DS_ENGINE_FAST,
                 .keep_going = ds_progress_tell,
                 .context = &progress },
    };
    if (look.strategy >= ds_scenario_strategy_count(scenario))
        return ds_code_exit_status(DS_E_USAGE);

    ds_progress_begin(&progress, o->quiet);
    progress.label = "every month  ";
    ds_code code = ds_timing_run(scenario, &look, &timing, &error);
    ds_progress_end(&progress);
    if (code == DS_E_CANCELLED)
        return ds_report_cancelled(&progress, "they are lost, nothing was written");
    if (code == DS_OK)
        code = write_result(o, scenario, timing, &error);
    error.code = code;
    ds_timing_free(timing);
    return code == DS_OK ? 0 : ds_report_error(&error);
}

int ds_cmd_timing(int argc, char **argv)
{
    ds_options   o = { 0 };
    ds_scenario *scenario = NULL;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_common_load(&o.common, &scenario, NULL);
    if (status == 0)
        status = find(&o, scenario);
    ds_scenario_free(scenario);
    ds_common_release(&o.common);
    return status;
}
