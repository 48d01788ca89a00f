/* cmd_sensitivity.c -- `distillsim sensitivity`: what drives the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/sensitivity_data.h"
#include "output/sensitivity_report.h"

static const char *const parts[] = { "input", "part", NULL };

typedef struct {
    ds_common             common;
    ds_answer             answer;
    ds_group_list         groups;
    const char           *strategy, *of, *data;
    const char           *inputs[DS_TABLE_INPUTS_MOST]; /* --input, as it stands        */
    size_t                input_count;
    ds_sensitivity_method method;
    bool                  method_given;
    int                   by;
    uint64_t              top;
} ds_options;

enum { KEY_METHOD = 'm', KEY_STRATEGY = 's', KEY_OF = 'O', KEY_GROUP = 'g', KEY_INPUT = 'i',
       KEY_BY = 0x200, KEY_TOP, KEY_DATA };

static const struct argp_option options[] = {
    { "method", KEY_METHOD, "METHOD", 0,
      "sobol (default), shapley, tornado, morris, src, prcc or given", 0 },
    { "of", KEY_OF, "OUTCOME[:SCALE]", 0,
      "What is explained (default: saving_npv_usd): its value (default), its rank, or the "
      "probability that it is above 0", 0 },
    { "strategy", KEY_STRATEGY, "NAME", 0, "Whose outcome (default: the recommended one)", 0 },
    { "group", KEY_GROUP, "NAME=POINTER[,POINTER...]", 0,
      "All that is uncertain at and below these pointers is one input; may be repeated", 0 },
    { "input", KEY_INPUT, "POINTER", 0,
      "Only the inputs at and below this pointer, each by itself; may be repeated", 0 },
    { "by", KEY_BY, "WHAT", 0,
      "Without groups: every input (default) or every part (a product, a model, a GPU) is one", 0 },
    { "top", KEY_TOP, "N", 0,
      "How many inputs to tell apart with sobol and shapley, and to print (default 15)", 0 },
    { "data", KEY_DATA, "FILE", 0,
      "In place of a scenario: a CSV file of futures, as run --samples writes it; --of is a "
      "column, --input another", 0 },
    { 0 }
};

static ds_sensitivity_method parse_method(struct argp_state *state, const char *text)
{
    const char *names[DS_SENSITIVITY_METHODS + 1] = { NULL };
    for (size_t i = 0; i < DS_SENSITIVITY_METHODS; i++)
        names[i] = ds_sensitivity_method_name(i);
    return (ds_sensitivity_method)ds_parse_choice(state, "--method", text, names);
}

static void add_input(struct argp_state *state, ds_options *o, const char *argument)
{
    if (o->input_count == DS_TABLE_INPUTS_MOST)
        argp_error(state, "--input: more than %d", DS_TABLE_INPUTS_MOST);
    o->inputs[o->input_count++] = argument;
}

/* What belongs together is known at the end only. */
static void check(struct argp_state *state, ds_options *o)
{
    if (o->data == NULL) {
        for (size_t i = 0; i < o->input_count; i++)
            ds_group_list_add_input(state, &o->groups, o->inputs[i]);
        if (o->by == 1 && o->groups.count > 0)
            argp_error(state, "--by part goes with neither --group nor --input");
        return;
    }
    if (!o->method_given)
        o->method = DS_SENSITIVITY_GIVEN;
    if (o->common.scenario_path != NULL)
        argp_error(state, "a scenario or --data, not both");
    if (o->groups.count > 0 || o->by == 1)
        argp_error(state, "--data has no groups: every column is an input");
    if (o->common.override_count > 0 || o->common.paths_given || o->common.seed_given)
        argp_error(state, "--data is looked at as it is: no --set, --paths, --seed or --sampling");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        state->child_inputs[1] = &o->answer;
        return 0;
    case KEY_METHOD:
        o->method = parse_method(state, argument);
        o->method_given = true;
        return 0;
    case KEY_DATA:
        o->data = argument;
        o->common.without_scenario = true;
        return 0;
    case KEY_OF:
        o->of = argument;
        return 0;
    case KEY_STRATEGY:
        o->strategy = argument;
        return 0;
    case KEY_GROUP:
        ds_group_list_add(state, &o->groups, argument);
        return 0;
    case KEY_INPUT:
        add_input(state, o, argument);
        return 0;
    case KEY_BY:
        o->by = ds_parse_choice(state, "--by", argument, parts);
        return 0;
    case KEY_TOP:
        if (!ds_parse_whole(argument, 1, 1000, &o->top))
            argp_error(state, "--top: '%s' is not a whole number from 1 to 1000", argument);
        return 0;
    case ARGP_KEY_END:
        check(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO\n--data FILE",
    "Say what drives the answer: which uncertain inputs move an outcome, alone and together with "
    "others, and how sure that is.\v"
    "Example: distillsim sensitivity s.json --group traffic=/products/chat/requests_per_month,"
    "/products/chat/growth\n\n"
    "sobol: shares of the variance; shapley: the same for correlated inputs; tornado: the mean "
    "with one input low, and high; morris: effects of single steps; src, prcc: regression, on "
    "values and on ranks; given: shares from one sample.\n\n"
    "--out writes sensitivity.csv, which `plot' draws, and sensitivity.json.",
    ds_answer_children, NULL, NULL
};

/* ---- What is explained ----------------------------------------------------------- */

static int unknown_outcome(const char *name)
{
    const char *known[64];
    size_t      count = 0;
    for (; count < ds_outcome_count() && count < 64; count++)
        known[count] = ds_outcome_at(count)->name;
    return ds_unknown_name("outcome", name, known, count);
}

/* OUTCOME[:SCALE]; 0, or the exit status. */
static int parse_of(const char *text, ds_sensitivity_options *out)
{
    char        name[128];
    const char *colon = strchr(text, ':'), *known[DS_SENSITIVITY_SCALES];
    size_t      scale = 0;

    snprintf(name, sizeof name, "%.*s", (int)(colon != NULL ? colon - text : 127), text);
    out->outcome = ds_outcome_find(name);
    if (out->outcome >= ds_outcome_count())
        return unknown_outcome(name);
    for (size_t i = 0; i < DS_SENSITIVITY_SCALES; i++)
        known[i] = ds_sensitivity_scale_name(i);
    while (colon != NULL && scale < DS_SENSITIVITY_SCALES && strcmp(colon + 1, known[scale]) != 0)
        scale++;
    if (scale == DS_SENSITIVITY_SCALES)
        return ds_unknown_name("scale", colon + 1, known, DS_SENSITIVITY_SCALES);
    out->scale = (ds_sensitivity_scale)scale;
    return 0;
}

static int ask(const ds_options *o, const ds_scenario *scenario, ds_sensitivity_options *out)
{
    const size_t strategies = ds_scenario_strategy_count(scenario);

    out->method = o->method;
    out->groups = o->groups.groups;
    out->group_count = o->groups.count;
    out->by_part = o->by == 1;
    out->top = (size_t)o->top;
    out->strategy = o->strategy != NULL ? ds_find_strategy(scenario, o->strategy) : strategies;
    if (o->strategy != NULL && out->strategy >= strategies)
        return ds_code_exit_status(DS_E_USAGE);
    return parse_of(o->of != NULL ? o->of : "saving_npv_usd", out);
}

/* ---- The study ------------------------------------------------------------------- */

static ds_code write_result(const ds_options *o, const ds_scenario *scenario,
                            const ds_sensitivity *s, ds_error *error)
{
    const ds_style style = ds_style_of(stdout);
    ds_code        code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_sensitivity_directory(o->answer.directory, scenario, s, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_sensitivity_print(stdout, scenario, s, (size_t)o->top, &style, error);
    case DS_FORMAT_JSON:
        ds_sensitivity_json(stdout, scenario, s);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_sensitivity_csv(stdout, s);
        return DS_OK;
    }
    return DS_E_BUG;
}

static int explain(const ds_options *o, const ds_scenario *scenario)
{
    ds_progress            progress;
    ds_sensitivity        *s = NULL;
    ds_error               error = { 0 };
    ds_sensitivity_options look = {
        .run = ds_common_run(&o->common, scenario, &progress),
    };

    int status = ask(o, scenario, &look);
    if (status != 0)
        return status;
    ds_progress_begin(&progress, o->answer.quiet);
    progress.label = "what drives it  ";
    ds_code code = ds_sensitivity_run(scenario, &look, &s, &error);
    ds_progress_end(&progress);
    if (code == DS_OK)
        code = write_result(o, scenario, s, &error);
    error.code = code;
    ds_sensitivity_free(s);
    return ds_report_end(&progress, &error);
}

static int look_at_table(const ds_options *o)
{
    ds_sensitivity     *s = NULL;
    ds_error            error = { 0 };
    const ds_table_question question = { o->data, o->of, o->strategy, o->inputs, o->input_count,
                                         o->method };

    int status = ds_ask_table(&question, &s);
    if (status != 0)
        return status;
    error.code = write_result(o, NULL, s, &error);
    ds_sensitivity_free(s);
    return error.code == DS_OK ? 0 : ds_report_error(&error);
}

int ds_cmd_sensitivity(int argc, char **argv)
{
    ds_options o = { 0 };
    ds_loaded  loaded = { 0 };

    ds_parse(&argp, argc, argv, &o);
    int status = o.data != NULL ? look_at_table(&o) : ds_loaded_open(&loaded, &o.common);
    if (status == 0 && o.data == NULL)
        status = ds_loaded_find_terms(&loaded, &o.common, o.answer.quiet);
    if (status == 0 && o.data == NULL)
        status = explain(&o, loaded.scenario);
    ds_loaded_release(&loaded);
    ds_group_list_release(&o.groups);
    ds_common_release(&o.common);
    return status;
}
