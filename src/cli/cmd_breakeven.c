/* cmd_breakeven.c -- `distillsim breakeven`: at which value do two strategies tie?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/breakeven_report.h"

enum { RANGES = 2 };

static const char *const kinds[] = { "mean", "p50", "probability", NULL };

typedef struct {
    ds_common          common;
    ds_answer          answer;
    ds_breakeven_range ranges[RANGES];
    size_t             range_count;
    const char        *strategy, *against;
    int                of;
    double             probability; /* 0: not given */
    uint64_t           points;
    bool               of_given;
} ds_options;

enum { KEY_VARY = 'v', KEY_OF = 'O', KEY_STRATEGY = 's', KEY_AGAINST = 'a',
       KEY_SCALE = 0x200, KEY_PROBABILITY, KEY_POINTS };

static const struct argp_option options[] = {
    { "vary", KEY_VARY, "POINTER=LO:HI[:log]", 0,
      "Quantity to find, by numbers or months like 2027-01, and where to look; a second one "
      "(POINTER=LO:HI:N) takes N values (default: 9), and the break-even becomes a frontier", 0 },
    { "scale", KEY_SCALE, "POINTER=LO:HI[:log]", 0,
      "The same for a factor: what stands there is multiplied and stays uncertain", 0 },
    { "of", KEY_OF, "WHAT", 0,
      "mean (default): the mean saving is 0; p50: as many futures save as cost more; "
      "probability: the share of futures that save is that of --probability", 0 },
    { "probability", KEY_PROBABILITY, "P", 0,
      "Share of futures that are to save, e.g. 0.9 (default: 0.5); means --of probability", 0 },
    { "strategy", KEY_STRATEGY, "NAME", 0,
      "Which strategy (default: the best with a student; without any, the best other)", 0 },
    { "against", KEY_AGAINST, "NAME", 0, "Against which (default: the first, the baseline)", 0 },
    { "points", KEY_POINTS, "N", 0, "Values of the first grid (default: 17)", 0 },
    { 0 }
};

static void add_range(struct argp_state *state, ds_options *o, const char *argument, bool scale)
{
    const char *option = scale ? "--scale" : "--vary";
    ds_error    error = { 0 };
    if (o->range_count == RANGES)
        argp_error(state, "%s: one or two quantities, not three", option);
    ds_code code = ds_breakeven_range_parse(argument, scale, &o->ranges[o->range_count], &error);
    if (code != DS_OK)
        argp_error(state, "%s: %s", option, error.message);
    o->range_count++;
}

static void check_together(struct argp_state *state, ds_options *o)
{
    if (o->range_count == 0)
        argp_error(state, "what is varied? (--vary POINTER=LO:HI)");
    if (o->probability > 0 && o->of_given && o->of != DS_BREAKEVEN_OF_PROBABILITY)
        argp_error(state, "--probability goes with --of probability, not with --of %s",
                   kinds[o->of]);
    if (o->probability > 0)
        o->of = DS_BREAKEVEN_OF_PROBABILITY;
    else
        o->probability = 0.5;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        state->child_inputs[1] = &o->answer;
        return 0;
    case KEY_VARY:
    case KEY_SCALE:
        add_range(state, o, argument, key == KEY_SCALE);
        return 0;
    case KEY_OF:
        o->of = ds_parse_choice(state, "--of", argument, kinds);
        o->of_given = true;
        return 0;
    case KEY_PROBABILITY:
        o->probability = ds_parse_share(state, "--probability", argument);
        return 0;
    case KEY_STRATEGY:
        o->strategy = argument;
        return 0;
    case KEY_AGAINST:
        o->against = argument;
        return 0;
    case KEY_POINTS:
        if (!ds_parse_whole(argument, 2, DS_BREAKEVEN_POINTS_MOST, &o->points))
            argp_error(state, "--points: '%s' is not a whole number from 2 to %d", argument,
                       DS_BREAKEVEN_POINTS_MOST);
        return 0;
    case ARGP_KEY_END:
        check_together(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO",
    "Find the value of a quantity at which two strategies cost the same: with how much traffic, at "
    "which price, from when on; and how sure that is.\v"
    "Examples:\n"
    "distillsim breakeven s.json --scale /products/chat/requests_per_month=0.1:10:log\n"
    "distillsim breakeven s.json --vary /strategies/distil/start/student=2026-10:2028-10 "
    "--probability 0.9\n\n"
    "All values are tried on the same futures.\n\n"
    "--format csv is the break-evens; --out writes breakeven.csv and curve.csv, which `plot' "
    "draws, and breakeven.json.",
    ds_answer_children, NULL, NULL
};

static ds_code write_result(const ds_options *o, const ds_scenario *scenario,
                            const ds_breakeven *b, const ds_optimised *found, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;
    if (o->answer.directory != NULL)
        code = ds_breakeven_directory(o->answer.directory, scenario, b, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_breakeven_table(stdout, scenario, b, found, &style, error);
    case DS_FORMAT_JSON:
        ds_breakeven_json(stdout, scenario, b);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_breakeven_csv(stdout, b);
        return DS_OK;
    }
    return DS_E_BUG;
}

/* The strategy of a name; CHOOSE without one; false after a complaint. */
static bool find_strategy(const ds_scenario *scenario, const char *name, size_t *out)
{
    *out = name != NULL ? ds_find_strategy(scenario, name) : DS_BREAKEVEN_CHOOSE;
    return name == NULL || *out < ds_scenario_strategy_count(scenario);
}

static int look(const ds_options *o, const ds_scenario *scenario, const ds_optimised *found)
{
    ds_progress          progress;
    ds_breakeven        *b = NULL;
    ds_error             error = { 0 };
    ds_breakeven_options look_for = {
        .ranges = o->ranges,
        .range_count = o->range_count,
        .of = (ds_breakeven_of)o->of,
        .probability = o->probability,
        .points = (size_t)o->points,
        .run = ds_common_run(&o->common, scenario, &progress),
    };
    if (!find_strategy(scenario, o->strategy, &look_for.strategy) ||
        !find_strategy(scenario, o->against, &look_for.against))
        return ds_code_exit_status(DS_E_USAGE);

    ds_progress_begin(&progress, o->answer.quiet);
    progress.label = "break-even, trials  ";
    ds_code code = ds_breakeven_run(scenario, &look_for, &b, &error);
    ds_progress_end(&progress);
    if (code == DS_OK)
        code = write_result(o, scenario, b, found, &error);
    error.code = code;
    ds_breakeven_free(b);
    return ds_report_end(&progress, &error);
}

int ds_cmd_breakeven(int argc, char **argv)
{
    ds_options o = { 0 };
    ds_loaded  loaded = { 0 };

    ds_parse(&argp, argc, argv, &o);
    int status = ds_loaded_open(&loaded, &o.common);
    if (status == 0)
        status = ds_loaded_find_terms(&loaded, &o.common, o.answer.quiet);
    if (status == 0)
        status = look(&o, loaded.scenario, loaded.found);
    ds_loaded_release(&loaded);
    for (size_t i = 0; i < o.range_count; i++)
        ds_breakeven_range_release(&o.ranges[i]);
    ds_common_release(&o.common);
    return status;
}
