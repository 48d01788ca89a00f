/* cmd_explain.c -- `distillsim explain`: every line of the bill of one future.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/commit_report.h"
#include "output/ledger.h"

static const char *const formats[] = { "table", "csv", "json", NULL }; /* as ds_ledger_format */

typedef struct {
    ds_common   common;
    int         format;
    const char *strategy, *month;
    uint64_t    path;
} ds_options;

enum { KEY_STRATEGY = 's', KEY_PATH = 'p', KEY_MONTH = 'm', KEY_FORMAT = 'f' };

static const struct argp_option options[] = {
    { "strategy", KEY_STRATEGY, "NAME", 0, "Under which strategy (required)", 0 },
    { "path", KEY_PATH, "K", 0, "Which future, from 0 (default)", 0 },
    { "month", KEY_MONTH, "YYYY-MM", 0, "Show this month only", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "table (default), csv or json", 0 },
    { 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        o->common.samples = true; /* path K of a Latin hypercube hangs on the number of paths */
        return 0;
    case KEY_STRATEGY:
        o->strategy = argument;
        return 0;
    case KEY_PATH:
        if (!ds_parse_whole(argument, 0, UINT64_C(10000000000) - 1, &o->path))
            argp_error(state, "--path: '%s' is not a whole number from 0", argument);
        return 0;
    case KEY_MONTH:
        o->month = argument;
        return 0;
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case ARGP_KEY_END:
        if (o->strategy == NULL)
            argp_error(state, "which strategy? (--strategy NAME)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = { { &ds_common_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
    options, parse, "SCENARIO",
    "Print the ledger of one future under one strategy: an invoice for each month and contract "
    "with every quantity, unit price and amount, the step of a tier and what multiplied the list "
    "price.\vPath K of a seed is the same future that `run' simulates as its path K. "
    "The sum of the lines is compared with the total that the run reports.",
    children, NULL, NULL
};

/* Index of a month label, SIZE_MAX for NULL; complains when it is not there. */
static bool find_month(const ds_scenario *scenario, const char *month, size_t *out)
{
    char   first[8], label[8];
    size_t months = ds_scenario_months(scenario);

    *out = SIZE_MAX;
    if (month == NULL)
        return true;
    ds_scenario_month_label(scenario, 0, first);
    for (size_t t = 0; t < months; t++) {
        ds_scenario_month_label(scenario, t, label);
        if (strcmp(label, month) == 0) {
            *out = t;
            return true;
        }
    }
    ds_message("--month: '%s' is not a month from %s to %s", month, first, label);
    return false;
}

static int explain(const ds_options *o, const ds_scenario *scenario, const ds_plan *plan)
{
    ds_style  style = ds_style_of(stdout);
    ds_error  error = { 0 };
    ds_ledger ledger = {
        .file = stdout,
        .format = (ds_ledger_format)o->format,
        .style = &style,
        .scenario = scenario,
        .seed = o->common.seed_given ? o->common.seed : ds_scenario_seed(scenario),
        .path = o->path,
    };

    ledger.strategy = ds_find_strategy(scenario, o->strategy);
    if (ledger.strategy >= ds_scenario_strategy_count(scenario) ||
        !find_month(scenario, o->month, &ledger.only_month))
        return ds_code_exit_status(DS_E_USAGE);
    double *outcomes = calloc(ds_outcome_count(), sizeof *outcomes);
    if (outcomes == NULL) {
        ds_message("out of memory");
        return ds_code_exit_status(DS_E_NOMEM);
    }
    ds_ledger_begin(&ledger);
    ds_code code = ds_explain(plan, ledger.seed, ledger.path, ledger.strategy, ds_ledger_print,
                              &ledger, outcomes, &error);
    error.code = code;
    int status = code == DS_OK ? 0 : ds_report_error(&error);
    if (code == DS_OK) {
        ds_ledger_end(&ledger, outcomes);
        if (!ds_ledger_agrees(&ledger, outcomes)) {
            ds_message("the lines sum to USD %.17g, the total is USD %.17g; please report",
                       ledger.total_usd + ledger.total_error,
                       outcomes[ds_outcome_find("cost_total_usd")]);
            status = ds_code_exit_status(DS_E_BUG);
        }
    }
    free(outcomes);
    return status;
}

int ds_cmd_explain(int argc, char **argv)
{
    ds_options o = { 0 };
    ds_loaded  loaded = { 0 };

    ds_parse(&argp, argc, argv, &o);
    int status = ds_loaded_open(&loaded, &o.common);
    if (status == 0)
        status = ds_loaded_find_terms(&loaded, &o.common, false);
    if (status == 0 && loaded.found != NULL) {
        ds_style style = ds_style_of(stderr);
        ds_optimised_notes(stderr, loaded.found, &style);
    }
    if (status == 0)
        status = explain(&o, loaded.scenario, loaded.plan);
    ds_loaded_release(&loaded);
    ds_common_release(&o.common);
    return status;
}
