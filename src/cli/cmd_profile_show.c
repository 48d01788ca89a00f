/* cmd_profile_show.c -- `distillsim profile show`: what a profile of a scenario says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/profile_figures.h"

static const char *const formats[] = { "table", "json", "csv", NULL };

typedef struct {
    ds_common   common;
    const char *name;
    double      input, output, concurrency;
    int         format;
} ds_options;

enum { KEY_INPUT = 'i', KEY_OUTPUT = 'o', KEY_CONCURRENCY = 'c', KEY_FORMAT = 'f' };

static const struct argp_option options[] = {
    { "input", KEY_INPUT, "TOKENS", 0, "Of a request; with --output, instead of a range", 0 },
    { "output", KEY_OUTPUT, "TOKENS", 0, "Of a request", 0 },
    { "concurrency", KEY_CONCURRENCY, "N", 0,
      "At most N requests at a time on a replica (table, roofline)", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "table (default), json or csv", 0 },
    { 0 }
};

static double parse_tokens(struct argp_state *state, const char *option, const char *text)
{
    char  *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || strpbrk(text, "xXnN") != NULL ||
        !(value >= 1 && value <= 1e9))
        argp_error(state, "%s: '%s' is not a number from 1 to 1e9", option, text);
    return value;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case KEY_INPUT:
        o->input = parse_tokens(state, "--input", argument);
        return 0;
    case KEY_OUTPUT:
        o->output = parse_tokens(state, "--output", argument);
        return 0;
    case KEY_CONCURRENCY:
        o->concurrency = parse_tokens(state, "--concurrency", argument);
        return 0;
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case ARGP_KEY_ARG:
        if (o->common.scenario_path == NULL || o->name != NULL)
            return ARGP_ERR_UNKNOWN; /* the scenario, or one too many */
        o->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (o->common.scenario_path != NULL && o->name == NULL)
            argp_error(state, "which profile?");
        if (isnan(o->input) != isnan(o->output))
            argp_error(state, "--input and --output go together");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = { { &ds_common_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
    options, parse, "SCENARIO NAME",
    "Show what a profile says: GPU seconds of a request, speed, slots, latency, memory, and what a "
    "million tokens cost on GPUs that are always busy.\v"
    "Uncertain quantities are at their medians; the rent is that of month 0.",
    children, NULL, NULL
};

enum { LENGTHS = 8 };
static const double lengths[LENGTHS][2] = { { 128, 128 }, { 128, 2048 }, { 500, 2000 },
                                            { 1000, 1000 }, { 2048, 128 }, { 2048, 2048 },
                                            { 5000, 500 }, { 20000, 2000 } };

/* The index of the profile; complains when there is none and returns their number. */
static size_t find_profile(const ds_scenario *scenario, const char *name)
{
    const char *names[64];
    size_t      count = ds_scenario_profile_count(scenario), told = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(ds_scenario_profile_name(scenario, i), name) == 0)
            return i;
        if (told < sizeof names / sizeof names[0])
            names[told++] = ds_scenario_profile_name(scenario, i);
    }
    if (count == 0)
        ds_message("the scenario has no profiles");
    else
        ds_unknown_name("profile", name, names, told);
    return count;
}

static int show(const ds_options *o, const ds_scenario *scenario)
{
    ds_profile_figures figures[LENGTHS];
    ds_error           error = { 0 };
    ds_style           style = ds_style_of(stdout);
    ds_code            code = DS_OK;
    bool               one = !isnan(o->input);
    size_t             index = find_profile(scenario, o->name);
    ds_profile_report  report = { .name = o->name, .figures = figures, .count = one ? 1 : LENGTHS };

    if (index == ds_scenario_profile_count(scenario))
        return ds_code_exit_status(DS_E_USAGE);
    report.facts = ds_scenario_profile_facts(scenario, index);
    for (size_t i = 0; i < report.count && code == DS_OK; i++)
        code = ds_scenario_profile_at(scenario, index, one ? o->input : lengths[i][0],
                                      one ? o->output : lengths[i][1], o->concurrency,
                                      &figures[i], &error);
    if (code == DS_OK && o->format == 0)
        code = ds_profile_table(stdout, &report, &style, &error);
    else if (code == DS_OK && o->format == 1)
        ds_profile_json(stdout, &report);
    else if (code == DS_OK)
        ds_profile_csv(stdout, &report);
    error.code = code;
    return code == DS_OK ? 0 : ds_report_error(&error);
}

int ds_cmd_profile_show(int argc, char **argv)
{
    ds_options   o = { .input = (double)NAN, .output = (double)NAN, .concurrency = (double)NAN };
    ds_scenario *scenario = NULL;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_common_load(&o.common, &scenario);
    if (status == 0)
        status = show(&o, scenario);
    ds_scenario_free(scenario);
    ds_common_release(&o.common);
    return status;
}
