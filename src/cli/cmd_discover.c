/* cmd_discover.c -- `distillsim discover`: in which part of what may come does it fail?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/discover_report.h"

enum { LEFT_OUT_MOST = 64 };

typedef struct {
    ds_common           common;
    ds_answer           answer;
    ds_discover_options look;
    const char         *left_out[LEFT_OUT_MOST];
    const char         *data;
} ds_options;

enum { KEY_MIN_DENSITY = 0x200, KEY_MIN_MASS, KEY_BOXES, KEY_INPUTS, KEY_DATA,
       KEY_LEAVE_OUT, KEY_AGAINST = 'a', KEY_STRATEGY = 's', KEY_WHEN = 'w' };

static const struct argp_option options[] = {
    { "when", KEY_WHEN, "CONDITION", 0,
      "Which futures: [STRATEGY/]OUTCOME, one of < <= > >= = !=, and a number; Inf is never "
      "(default: 'saving_npv_usd < 0')", 0 },
    { "strategy", KEY_STRATEGY, "NAME", 0,
      "Whose outcome (default: of the strategies with a student the one of least mean cost)", 0 },
    { "against", KEY_AGAINST, "NAME", 0, "Against whom it saves (default: the first)", 0 },
    { "min-density", KEY_MIN_DENSITY, "SHARE", 0,
      "Share of a box that fails, at least, e.g. 0.7 or 70%; then of the denser boxes the one that "
      "has most (default: the box that has most beyond the share of all futures)", 0 },
    { "min-mass", KEY_MIN_MASS, "SHARE", 0,
      "Share of the futures that a box holds at least (default: 2%)", 0 },
    { "boxes", KEY_BOXES, "N", 0, "At most so many boxes, 1 to 10 (default: 2)", 0 },
    { "inputs", KEY_INPUTS, "N", 0, "At most so many inputs for each (default: 4)", 0 },
    { "leave-out", KEY_LEAVE_OUT, "WHAT", 0,
      "Make no box of this input or what is below this pointer; `seen' for all that is seen only "
      "afterwards, such as traffic; repeatable", 0 },
    { "data", KEY_DATA, "FILE", 0,
      "Look at a table of `run --samples', or any other CSV, instead of a scenario", 0 },
    { 0 }
};

static size_t parse_count(struct argp_state *state, const char *option, const char *text,
                          uint64_t most)
{
    uint64_t value = 0;
    if (!ds_parse_whole(text, 1, most, &value))
        argp_error(state, "%s: '%s' is not a whole number from 1 to %d", option, text, (int)most);
    return (size_t)value;
}

static void leave_out(struct argp_state *state, ds_options *o, const char *argument)
{
    if (o->look.leave_out_count == LEFT_OUT_MOST)
        argp_error(state, "--leave-out: more than %d", LEFT_OUT_MOST);
    if (argument[0] == '\0')
        argp_error(state, "--leave-out: what?");
    o->left_out[o->look.leave_out_count++] = argument;
}

static error_t parse_look(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case KEY_WHEN:        o->look.when = argument; return 0;
    case KEY_STRATEGY:    o->look.strategy = argument; return 0;
    case KEY_AGAINST:     o->look.against = argument; return 0;
    case KEY_MIN_DENSITY:
        o->look.min_density = ds_parse_share(state, "--min-density", argument);
        return 0;
    case KEY_MIN_MASS:
        o->look.min_mass = ds_parse_share(state, "--min-mass", argument);
        return 0;
    case KEY_BOXES:
        o->look.boxes = parse_count(state, "--boxes", argument, DS_DISCOVER_MOST_BOXES);
        return 0;
    case KEY_INPUTS:
        o->look.inputs = parse_count(state, "--inputs", argument, 1000);
        return 0;
    case KEY_LEAVE_OUT:   leave_out(state, o, argument); return 0;
    default:              return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        state->child_inputs[1] = &o->answer;
        return 0;
    case KEY_DATA:
        o->data = argument;
        o->common.without_scenario = true;
        return 0;
    case ARGP_KEY_END:
        if (o->data != NULL && o->common.scenario_path != NULL)
            argp_error(state, "a scenario or --data, not both");
        if (o->data != NULL && (o->common.override_count > 0 || o->common.paths_given))
            argp_error(state, "--data is looked at as it is: no --set, --paths or --sampling");
        return 0;
    default:
        return parse_look(key, argument, state);
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO\n--data FILE",
    "Find where it fails: the part of what may come, as bounds on a few inputs, in which a "
    "strategy loses money, or does whatever else --when says; how many of the failures lie there, "
    "how often it fails there, and how sure each bound is.\v"
    "Example: distillsim discover s.json --when 'payback_months > 36' --min-density 80%\n\n"
    "Half of the futures find the boxes, the other half says what they hold. Futures are drawn at "
    "random, whatever run.sampling says.\n\n"
    "--format csv is the edges; --out writes boxes.csv, trajectory.csv, which `plot' draws, "
    "and discover.json.",
    ds_answer_children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_discover_report *report,
                            ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_discover_directory(o->answer.directory, report, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_discover_table(stdout, report, &style, error);
    case DS_FORMAT_JSON:
        ds_discover_json(stdout, report);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_discover_csv(stdout, report->discover);
        return DS_OK;
    }
    return DS_E_BUG;
}

/* The table of --data, or NULL; scenario NULL. */
static ds_code look(const ds_options *o, const ds_scenario *scenario,
                    const ds_discover_options *how, const ds_run_options *run,
                    ds_discover **discover, ds_error *error)
{
    ds_samples *samples = NULL;
    if (scenario != NULL)
        return ds_discover_run(scenario, run, how, discover, error);
    ds_code code = ds_samples_read(o->data, &samples, error);
    if (code == DS_OK)
        code = ds_discover_samples(samples, how, discover, error);
    if (code != DS_OK && error->file[0] == '\0')
        snprintf(error->file, sizeof error->file, "%s", o->data);
    ds_samples_free(samples);
    return code;
}

static int find(const ds_options *o, const ds_scenario *scenario, const ds_optimised *found)
{
    ds_progress         progress;
    ds_discover        *discover = NULL;
    ds_error            error = { 0 };
    ds_discover_options how = o->look;
    ds_run_options      run = ds_common_run(&o->common, scenario, &progress);

    how.leave_out = o->left_out;
    how.seed = run.seed;
    how.keep_going = ds_progress_tell;
    how.context = &progress;
    ds_progress_begin(&progress, o->answer.quiet);
    ds_code code = look(o, scenario, &how, &run, &discover, &error);
    ds_progress_end(&progress);
    if (code == DS_OK) {
        const ds_discover_report report = { discover, scenario, o->data, run.seed, found };
        code = write_result(o, &report, &error);
    }
    error.code = code;
    ds_discover_free(discover);
    return ds_report_end(&progress, &error);
}

int ds_cmd_discover(int argc, char **argv)
{
    ds_options o = { 0 };
    ds_loaded  loaded = { 0 };
    int        status = 0;

    ds_parse(&argp, argc, argv, &o);
    if (o.data == NULL)
        status = ds_loaded_open(&loaded, &o.common);
    if (status == 0 && o.data == NULL)
        status = ds_loaded_find_terms(&loaded, &o.common, o.answer.quiet);
    if (status == 0)
        status = find(&o, loaded.scenario, loaded.found);
    ds_loaded_release(&loaded);
    ds_common_release(&o.common);
    return status;
}
