/* cmd_run.c -- `distillsim run`: simulate a scenario and say what came out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "distillsim_samples.h"
#include "output/report.h"
#include "output/samples_csv.h"

static const char *const formats[] = { "table", "json", "csv", "ndjson", NULL };
typedef enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_NDJSON } ds_run_format;
static const char *const engines[] = { "fast", "reference", NULL };

enum { UNTIL_MOST = 64 };

typedef struct {
    ds_common   common;
    int         format, engine;
    const char *directory, *instruction_set, *samples;
    bool        quiet;
    uint64_t    memory;
    const char *until[UNTIL_MOST];
    size_t      until_count;
} ds_options;

enum { KEY_ENGINE = 0x200, KEY_INSTRUCTION_SET, KEY_MEMORY, KEY_UNTIL, KEY_SAMPLES,
       KEY_FORMAT = 'f', KEY_OUT = 'o', KEY_QUIET = 'q' };

static const struct argp_option options[] = {
    { "format", KEY_FORMAT, "FORMAT", 0, "table (default), json, csv or ndjson", 0 },
    { "out", KEY_OUT, "DIR", 0,
      "Also write outcomes.csv, monthly.csv, saving.csv and run.json to DIR", 0 },
    { "engine", KEY_ENGINE, "ENGINE", 0, "fast (default) or reference", 0 },
    { "instruction-set", KEY_INSTRUCTION_SET, "NAME", 0,
      "Of the fast engine; the default is the best of those that `distillsim version` lists. The "
      "results are the same", 0 },
    { "until", KEY_UNTIL, "TARGET", 0,
      "[STRATEGY/]OUTCOME:STATISTIC=TOLERANCE, e.g. saving_npv_usd:mean=1%: stop when half the "
      "95 % interval is within the tolerance (absolute, or % of the value), at the latest after "
      "--paths; repeatable, then all of them; without a strategy for each", 0 },
    { "memory", KEY_MEMORY, "SIZE", 0,
      "Most memory for the outcomes of paths, e.g. 8G (default 4G); further paths are counted in "
      "bins, and quantiles get a rank error", 0 },
    { "samples", KEY_SAMPLES, "FILE", 0,
      "Also write what every path drew, and its main outcomes, to FILE, as CSV with a row for each "
      "path; `distillsim discover --data' and others read it", 0 },
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
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case KEY_ENGINE:
        o->engine = ds_parse_choice(state, "--engine", argument, engines);
        return 0;
    case KEY_INSTRUCTION_SET:
        o->instruction_set = argument;
        return 0;
    case KEY_OUT:
        o->directory = ds_parse_directory(state, "--out", argument);
        return 0;
    case KEY_UNTIL:
        if (o->until_count == UNTIL_MOST)
            argp_error(state, "--until: more than %d targets", UNTIL_MOST);
        o->until[o->until_count++] = argument;
        return 0;
    case KEY_MEMORY:
        if (!ds_parse_bytes(argument, &o->memory))
            argp_error(state, "--memory: '%s' is not a size such as 512M or 8G", argument);
        return 0;
    case KEY_SAMPLES:
        o->samples = ds_parse_file(state, "--samples", argument);
        return 0;
    case ARGP_KEY_END:
        if (o->samples != NULL && o->engine == 1)
            argp_error(state, "--samples wants the fast engine");
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
    "Simulate a scenario: what each strategy costs, what it saves, and how sure that is.\v"
    "Exit status: 0 done, 1 input or output failed, 2 bad command line, 3 bad scenario, "
    "4 a result is not finite, 5 stopped, 6 an assert of the scenario failed. A run that ends at "
    "--paths before the targets of --until are reached says so, and is done.",
    children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_report *report, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;

    if (o->directory != NULL)
        code = ds_report_directory(o->directory, report, error);
    if (code != DS_OK)
        return code;
    switch ((ds_run_format)o->format) {
    case FORMAT_TABLE:
        return ds_report_table(stdout, report, &style, error);
    case FORMAT_JSON:
        ds_report_json(stdout, report);
        return DS_OK;
    case FORMAT_CSV:
        ds_report_csv(stdout, report);
        return DS_OK;
    case FORMAT_NDJSON:
        ds_report_ndjson(stdout, report);
        return DS_OK;
    }
    return DS_E_BUG;
}

static int status_of_asserts(const ds_result *result)
{
    for (size_t i = 0; i < ds_result_assert_count(result); i++)
        if (!ds_result_assert(result, i).passed)
            return ds_code_exit_status(DS_E_ASSERT);
    return 0;
}

/* The targets of --until; free() takes them.  0, or the exit status. */
static int find_targets(const ds_options *o, const ds_scenario *scenario, ds_target **out,
                        size_t *count)
{
    size_t strategies = ds_scenario_strategy_count(scenario);
    *out = calloc(o->until_count * strategies + 1, sizeof **out);
    *count = 0;
    if (*out == NULL) {
        ds_message("out of memory");
        return ds_code_exit_status(DS_E_NOMEM);
    }
    for (size_t i = 0; i < o->until_count; i++) {
        size_t more = 0;
        int    status = ds_parse_target(scenario, o->until[i], *out + *count, &more);
        if (status != 0)
            return status;
        *count += more;
    }
    return 0;
}

/* The run, and what its paths drew when somebody wants it. */
static ds_code run_plan(const ds_options *o, const ds_plan *plan, const ds_run_options *run,
                        ds_result **result, ds_samples **samples, ds_error *error)
{
    return o->samples == NULL ? ds_run(plan, run, result, error)
                              : ds_samples_run(plan, run, NULL, 0, samples, result, error);
}

static int simulate(const ds_options *o, const ds_loaded *loaded, const ds_target *targets,
                    size_t target_count)
{
    const ds_scenario *scenario = loaded->scenario;
    ds_progress    progress;
    ds_result     *result = NULL;
    ds_samples    *samples = NULL;
    ds_error       error = { 0 };
    ds_run_options run = {
        .path_count = o->common.paths_given ? o->common.paths : ds_scenario_paths(scenario),
        .seed = o->common.seed_given ? o->common.seed : ds_scenario_seed(scenario),
        .threads = o->common.threads,
        .engine = o->engine == 1 ? DS_ENGINE_REFERENCE : DS_ENGINE_FAST,
        .instruction_set = o->instruction_set,
        .memory_cap_bytes = o->memory,
        .targets = targets,
        .target_count = target_count,
        .keep_going = ds_progress_tell,
        .context = &progress,
    };

    ds_progress_begin(&progress, o->quiet);
    progress.total = run.path_count;
    ds_code code = run_plan(o, loaded->plan, &run, &result, &samples, &error);
    double  seconds = ds_seconds() - progress.started;
    ds_progress_end(&progress);
    if (code == DS_OK && samples != NULL)
        code = ds_samples_write(o->samples, samples, &error);
    if (code == DS_OK) {
        ds_report report = { scenario, result, o->common.overrides, o->common.override_count,
                             run.engine, run.threads, seconds, loaded->found };
        code = write_result(o, &report, &error);
    }
    error.code = code;
    int status = code == DS_OK ? status_of_asserts(result) : ds_report_end(&progress, &error);
    ds_samples_free(samples);
    ds_result_free(result);
    return status;
}

int ds_cmd_run(int argc, char **argv)
{
    ds_options o = { 0 };
    ds_loaded  loaded = { 0 };
    ds_target *targets = NULL;
    size_t     target_count = 0;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_loaded_open(&loaded, &o.common);
    if (status == 0)
        status = ds_loaded_find_terms(&loaded, &o.common, o.quiet);
    if (status == 0)
        status = find_targets(&o, loaded.scenario, &targets, &target_count);
    if (status == 0)
        status = simulate(&o, &loaded, targets, target_count);
    free(targets);
    ds_loaded_release(&loaded);
    ds_common_release(&o.common);
    return status;
}
