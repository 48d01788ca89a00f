/* cmd_information.c -- `distillsim information`: what is it worth to find out?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/information_report.h"

enum { SIZES_MOST = 64, CHECKS = 2 };

typedef struct {
    ds_common            common;
    ds_answer            answer;
    ds_group_list        groups;
    ds_information_pilot pilot;
    uint64_t             sizes[SIZES_MOST];
    size_t               check_count;
    const char          *strategy, *against;
    bool                 all;
} ds_options;

enum { KEY_STRATEGY = 's', KEY_AGAINST = 'a', KEY_GROUP = 'g', KEY_PILOT = 'P', KEY_CHECK = 'c',
       KEY_ALL = 0x200, KEY_COST, KEY_SD, KEY_SIZES };

static const struct argp_option options[] = {
    { "strategy", KEY_STRATEGY, "NAME", 0,
      "The choice is between this strategy and that of --against (default: all strategies)", 0 },
    { "against", KEY_AGAINST, "NAME", 0, "(default: the first, the baseline)", 0 },
    { "group", KEY_GROUP, "NAME=POINTER,...", 0,
      "Also what it is worth to know all of this together; may be repeated", 0 },
    { "pilot", KEY_PILOT, "CLASS|POINTER", 0,
      "Also a pilot that measures the acceptable share of the student in a task class, or any "
      "uncertain input: how large should it be?", 0 },
    { "pilot-cost", KEY_COST, "FIXED:UNIT", 0,
      "What a pilot costs, and each request of it, in USD (default: 0, and a minute of staff)", 0 },
    { "pilot-sd", KEY_SD, "SD", 0,
      "A measurement is a number with this standard deviation, in the unit of the input (default: "
      "a yes or a no, of an input that is a share)", 0 },
    { "pilot-sizes", KEY_SIZES, "N,N,...", 0, "How many requests to try (default: 1 to 100,000)",
      0 },
    { "check", KEY_CHECK, "COUNT", OPTION_ARG_OPTIONAL,
      "Also by nested simulation, for the COUNT (2) most valuable; costs a run each", 0 },
    { "all", KEY_ALL, NULL, 0, "List also what is not known to be worth anything", 0 },
    { 0 }
};

static bool parse_amount(const char *text, const char *end, double least, double *out)
{
    char *stop;
    if (text == end || strchr("+.0123456789", *text) == NULL)
        return false;
    errno = 0;
    *out = strtod(text, &stop);
    return stop == end && errno == 0 && isfinite(*out) && *out >= least;
}

static void parse_cost(struct argp_state *state, ds_options *o, const char *argument)
{
    const char *colon = strchr(argument, ':');
    if (colon == NULL || !parse_amount(argument, colon, 0, &o->pilot.fixed_usd) ||
        !parse_amount(colon + 1, colon + 1 + strlen(colon + 1), 0, &o->pilot.usd_per_request))
        argp_error(state, "--pilot-cost: '%s' is not of the form FIXED:UNIT, two amounts in USD",
                   argument);
}

static void parse_sizes(struct argp_state *state, ds_options *o, const char *argument)
{
    char number[32];
    for (const char *at = argument; at != NULL;) {
        const char  *comma = strchr(at, ',');
        const size_t length = comma != NULL ? (size_t)(comma - at) : strlen(at);
        uint64_t     size = 0;
        snprintf(number, sizeof number, "%.*s", length < 31 ? (int)length : 31, at);
        if (o->pilot.size_count == SIZES_MOST ||
            !ds_parse_whole(number, 1, DS_INFORMATION_PILOT_MOST, &size) ||
            (o->pilot.size_count > 0 && size <= o->sizes[o->pilot.size_count - 1]))
            argp_error(state, "--pilot-sizes: '%s' is no list of at most %d rising numbers from 1 "
                       "to %d", argument, SIZES_MOST, DS_INFORMATION_PILOT_MOST);
        o->sizes[o->pilot.size_count++] = size;
        at = comma != NULL ? comma + 1 : NULL;
    }
    o->pilot.sizes = o->sizes;
}

static void parse_check(struct argp_state *state, ds_options *o, const char *argument)
{
    uint64_t count = CHECKS;
    if (argument != NULL && !ds_parse_whole(argument, 1, 1000, &count))
        argp_error(state, "--check: '%s' is no number from 1 to 1000", argument);
    o->check_count = (size_t)count;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        state->child_inputs[1] = &o->answer;
        return 0;
    case KEY_STRATEGY: o->strategy = argument; return 0;
    case KEY_AGAINST:  o->against = argument; return 0;
    case KEY_GROUP:    ds_group_list_add(state, &o->groups, argument); return 0;
    case KEY_PILOT:    o->pilot.pointer = argument; return 0;
    case KEY_COST:     parse_cost(state, o, argument); return 0;
    case KEY_SIZES:    parse_sizes(state, o, argument); return 0;
    case KEY_CHECK:    parse_check(state, o, argument); return 0;
    case KEY_ALL:      o->all = true; return 0;
    case KEY_SD:
        if (!parse_amount(argument, argument + strlen(argument), 1e-300, &o->pilot.sd))
            argp_error(state, "--pilot-sd: '%s' is no positive number", argument);
        return 0;
    case ARGP_KEY_END:
        if (o->pilot.pointer == NULL && (o->pilot.sd > 0 || o->pilot.size_count > 0 ||
                                         !isnan(o->pilot.usd_per_request)))
            argp_error(state, "--pilot-cost, --pilot-sd and --pilot-sizes belong to --pilot");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO",
    "What is it worth to find out before choosing a strategy?  Everything, every input, what moves "
    "over the months, and what you name; ranked, with what to choose when it is known.\v"
    "Example: distillsim information s.json --pilot chat --pilot-cost 20000:0.5\n\n"
    "At least 65536 paths, and at most 262144, are simulated unless --paths says otherwise.\n\n"
    "--out writes information.csv, information.json and pilot.csv; `plot' draws the CSV "
    "files.",
    ds_answer_children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_scenario *scenario,
                            const ds_information *information, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_information_directory(o->answer.directory, scenario, information, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        ds_information_table(stdout, scenario, information, o->all, &style);
        return DS_OK;
    case DS_FORMAT_JSON:
        ds_information_json(stdout, scenario, information);
        return DS_OK;
    case DS_FORMAT_CSV:
        if (ds_information_pilot_of(information) != NULL)
            ds_information_pilot_csv(stdout, information);
        else
            ds_information_csv(stdout, information);
        return DS_OK;
    }
    return DS_E_BUG;
}

/* The two strategies asked for, or all; false after a complaint. */
static bool choose_strategies(const ds_options *o, const ds_scenario *scenario, size_t two[2],
                              ds_information_options *look)
{
    const size_t count = ds_scenario_strategy_count(scenario);
    if (o->strategy == NULL && o->against == NULL)
        return true;
    two[0] = o->against != NULL ? ds_find_strategy(scenario, o->against) : 0;
    if (two[0] == count)
        return false;
    two[1] = o->strategy != NULL ? ds_find_strategy(scenario, o->strategy) : two[0] == 0 ? 1 : 0;
    look->strategies = two;
    look->strategy_count = 2;
    return two[1] < count || (o->strategy == NULL && count == 1);
}

static int find(const ds_options *o, const ds_scenario *scenario)
{
    ds_progress     progress;
    ds_information *information = NULL;
    ds_error        error = { 0 };
    size_t          two[2];
    ds_information_options look = {
        .groups = o->groups.groups,
        .group_count = o->groups.count,
        .pilot = o->pilot.pointer != NULL ? &o->pilot : NULL,
        .check_count = o->check_count,
        .run = ds_common_run(&o->common, scenario, &progress),
    };
    if (!choose_strategies(o, scenario, two, &look))
        return ds_code_exit_status(DS_E_USAGE);

    ds_progress_begin(&progress, o->answer.quiet);
    ds_code code = ds_information_run(scenario, &look, &information, &error);
    ds_progress_end(&progress);
    if (code == DS_OK)
        code = write_result(o, scenario, information, &error);
    error.code = code;
    ds_information_free(information);
    return ds_report_end(&progress, &error);
}

int ds_cmd_information(int argc, char **argv)
{
    ds_options   o = { .pilot = { .fixed_usd = (double)NAN, .usd_per_request = (double)NAN } };
    ds_loaded    loaded = { 0 };

    ds_parse(&argp, argc, argv, &o);
    int status = ds_loaded_open(&loaded, &o.common);
    if (status == 0)
        status = ds_loaded_find_terms(&loaded, &o.common, o.answer.quiet);
    if (status == 0)
        status = find(&o, loaded.scenario);
    ds_loaded_release(&loaded);
    ds_group_list_release(&o.groups);
    ds_common_release(&o.common);
    return status;
}
