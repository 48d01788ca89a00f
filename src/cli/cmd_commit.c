/* cmd_commit.c -- `distillsim commit`: the terms at which a strategy costs least.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/commit_report.h"

static const char *const objectives[] = { "mean", "cvar", NULL };

typedef struct {
    ds_common       common;
    ds_answer       answer;
    ds_commit_range ranges[DS_COMMIT_MOST_TERMS]; /* pointers are copies */
    size_t          range_count;
    const char     *strategy;
    ds_commit_of    of;
} ds_options;

enum { KEY_STRATEGY = 's', KEY_VARY = 'v', KEY_OF = 'O' };

static const struct argp_option options[] = {
    { "strategy", KEY_STRATEGY, "NAME", 0,
      "Whose cost (default: the first with terms to optimise; with --vary, the first)", 0 },
    { "vary", KEY_VARY, "POINTER=LO:HI", 0,
      "Quantity to find, and where to look; up to three (default: the strategy's terms that say "
      "`optimise')", 0 },
    { "of", KEY_OF, "WHAT", 0,
      "What is made least: mean or cvar of the cost (default: what the terms say, else mean)", 0 },
    { 0 }
};

static bool parse_number(const char *text, const char *end, double *out)
{
    char *stop;
    if (text == end || strchr("+-.0123456789", *text) == NULL)
        return false;
    errno = 0;
    *out = strtod(text, &stop);
    return stop == end && errno == 0;
}

static void add_range(struct argp_state *state, ds_options *o, const char *argument)
{
    const char *equals = strrchr(argument, '=');
    const char *colon = equals != NULL ? strchr(equals, ':') : NULL;
    if (o->range_count == DS_COMMIT_MOST_TERMS)
        argp_error(state, "--vary: at most %d quantities", DS_COMMIT_MOST_TERMS);
    ds_commit_range *range = &o->ranges[o->range_count];
    if (colon == NULL || argument[0] != '/' ||
        !parse_number(equals + 1, colon, &range->low) ||
        !parse_number(colon + 1, colon + 1 + strlen(colon + 1), &range->high))
        argp_error(state, "--vary: '%s' is not of the form /POINTER=LO:HI", argument);
    if (!(range->low < range->high))
        argp_error(state, "--vary: the range of '%s' is upside down or empty", argument);
    range->pointer = strndup(argument, (size_t)(equals - argument));
    if (range->pointer == NULL)
        argp_failure(state, ds_code_exit_status(DS_E_NOMEM), 0, "out of memory");
    o->range_count++;
}

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
    case KEY_VARY:
        add_range(state, o, argument);
        return 0;
    case KEY_OF:
        o->of = ds_parse_choice(state, "--of", argument, objectives) == 1 ? DS_COMMIT_CVAR
                                                                          : DS_COMMIT_MEAN;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO",
    "Find the terms at which a strategy costs least: how much to commit to, how many units to hold "
    "or to reserve, or any other quantity; how sure that is, and what it costs to be wrong.\v"
    "Example: distillsim commit s.json "
    "--vary /models/large/contracts/deal/commitment/usd_per_month=0:2e6\n\n"
    "All values are tried on the same futures, at most 16384 unless --paths says more.\n\n"
    "--format csv is the curve; --out writes commit.csv and commit.json.",
    ds_answer_children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_scenario *scenario,
                            const ds_commit *commit, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_commit_directory(o->answer.directory, scenario, commit, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_commit_table(stdout, scenario, commit, &style, error);
    case DS_FORMAT_JSON:
        ds_commit_json(stdout, scenario, commit);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_commit_csv(stdout, commit);
        return DS_OK;
    }
    return DS_E_BUG;
}

/* The strategy asked for; the number of strategies after a complaint. */
static size_t choose_strategy(const ds_options *o, const ds_scenario *scenario)
{
    size_t count = ds_scenario_strategy_count(scenario);
    if (o->strategy != NULL)
        return ds_find_strategy(scenario, o->strategy);
    for (size_t i = 0; o->range_count == 0 && i < count; i++)
        if (ds_scenario_strategy_optimises(scenario, i))
            return i;
    return 0;
}

static int find(const ds_options *o, const ds_scenario *scenario)
{
    ds_progress       progress;
    ds_commit        *commit = NULL;
    ds_error          error = { 0 };
    ds_commit_options look = {
        .strategy = choose_strategy(o, scenario),
        .ranges = o->range_count > 0 ? o->ranges : NULL,
        .range_count = o->range_count,
        .of = o->of,
        .run = ds_common_run(&o->common, scenario, &progress),
    };
    if (look.strategy >= ds_scenario_strategy_count(scenario))
        return ds_code_exit_status(DS_E_USAGE);

    ds_progress_begin(&progress, o->answer.quiet);
    progress.label = "best terms, trials  ";
    ds_code code = ds_commit_run(scenario, &look, &commit, &error);
    ds_progress_end(&progress);
    if (code == DS_OK)
        code = write_result(o, scenario, commit, &error);
    error.code = code;
    ds_commit_free(commit);
    return ds_report_end(&progress, &error);
}

int ds_cmd_commit(int argc, char **argv)
{
    ds_options   o = { 0 };
    ds_scenario *scenario = NULL;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_common_load(&o.common, &scenario);
    if (status == 0)
        status = find(&o, scenario);
    ds_scenario_free(scenario);
    for (size_t i = 0; i < o.range_count; i++)
        free((void *)(uintptr_t)o.ranges[i].pointer);
    ds_common_release(&o.common);
    return status;
}
