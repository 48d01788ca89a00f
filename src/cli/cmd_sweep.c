/* cmd_sweep.c -- `distillsim sweep`: a scenario over a grid of values.
 *
 * Every point uses the same futures (randomness is addressed by the names of the
 * inputs), so differences between points are differences of the parameter.  A
 * row is written as soon as its point is done; where the mean of a saving crosses zero
 * is said after them, on standard error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/sweep_rows.h"

enum { AXES_MOST = 8, LIST_MOST = 64, POINTS_MOST = 1000000, CHECKED_MOST = 1024 };

static const char *const formats[] = { "csv", "ndjson", NULL };

typedef struct {
    ds_common      common;
    ds_sweep_axis *axes[AXES_MOST];
    size_t         axis_count;
    const char    *outcome_names[LIST_MOST], *strategy_names[LIST_MOST];
    size_t         outcome_count, strategy_count;
    int            format;
    bool           quiet;
} ds_options;

enum { KEY_VARY = 'v', KEY_OUTCOME = 'O', KEY_STRATEGY = 's', KEY_FORMAT = 'f', KEY_QUIET = 'q' };

static const struct argp_option options[] = {
    { "vary", KEY_VARY, "POINTER=LO:HI:N[:log]", 0,
      "N values from LO to HI, evenly spaced, or evenly in the logarithm; or POINTER=A,B,C for "
      "these values; repeat for a grid", 0 },
    { "outcome", KEY_OUTCOME, "NAME", 0,
      "Outcome to print; may be repeated (default: cost_npv_usd, saving_npv_usd, "
      "payback_months)", 0 },
    { "strategy", KEY_STRATEGY, "NAME", 0, "Strategy to print; may be repeated (default: all)", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "csv (default) or ndjson", 0 },
    { "quiet", KEY_QUIET, NULL, 0, "No progress line, and no break-evens after the rows", 0 },
    { 0 }
};

static void add_axis(struct argp_state *state, ds_options *o, const char *argument)
{
    ds_error error = { 0 };
    if (o->axis_count == AXES_MOST)
        argp_error(state, "--vary: at most %d parameters", AXES_MOST);
    if (ds_sweep_axis_parse(argument, &o->axes[o->axis_count], &error) != DS_OK)
        argp_error(state, "--vary: %s", error.message);
    const char *pointer = ds_sweep_axis_pointer(o->axes[o->axis_count]);
    for (size_t i = 0; i < o->axis_count; i++)
        if (strcmp(ds_sweep_axis_pointer(o->axes[i]), pointer) == 0)
            argp_error(state, "--vary: '%s' is varied twice", pointer);
    o->axis_count++;
}

static void add_name(struct argp_state *state, const char **names, size_t *count, char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(names[i], name) == 0)
            return;
    if (*count == LIST_MOST)
        argp_error(state, "at most %d names", LIST_MOST);
    names[(*count)++] = name;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        o->common.samples = true; /* /run/sampling may be varied */
        return 0;
    case KEY_VARY:
        add_axis(state, o, argument);
        return 0;
    case KEY_OUTCOME:
        add_name(state, o->outcome_names, &o->outcome_count, argument);
        return 0;
    case KEY_STRATEGY:
        add_name(state, o->strategy_names, &o->strategy_count, argument);
        return 0;
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case KEY_QUIET:
        o->quiet = true;
        return 0;
    case ARGP_KEY_END:
        if (o->axis_count == 0)
            argp_error(state, "what is varied? (--vary POINTER=LO:HI:N)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = { { &ds_common_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
    options, parse, "SCENARIO",
    "Simulate a scenario at every point of a grid, with the same futures at each, and print one "
    "row for each point and strategy.\v"
    "Example: distillsim sweep s.json --vary /products/chat/requests_per_month=1e6:1e9:13:log",
    children, NULL, NULL
};

/* ---- Sweep ---------------------------------------------------------------- */

typedef struct {
    const ds_options          *options;
    const ds_scenario         *base;
    const ds_sweep_axis *const *axes;
    const ds_sweep_layout     *layout;
    ds_crossings              *crossings; /* or NULL */
    ds_error                   failure;   /* of a callback */
    size_t                     points, done;
    char                       label[64];
    ds_progress                progress;
} ds_sweep;

static void report_problem(void *context, const ds_error *problem)
{
    (void)context;
    if (!problem->warning) /* those of the base were told when it was loaded */
        ds_report_error(problem);
}

/* Are the points scenarios?  Found out before hours are spent on the first. */
static int check_points(const ds_sweep *sweep)
{
    for (size_t i = 0; i < sweep->points && i < CHECKED_MOST; i++) {
        ds_scenario *scenario = NULL;
        ds_error     error = { 0 };
        ds_code code = ds_sweep_scenario(sweep->base, sweep->axes, sweep->options->axis_count, i,
                                         report_problem, NULL, &scenario, &error);
        ds_scenario_free(scenario);
        if (code != DS_OK)
            return ds_code_exit_status(code);
    }
    return 0;
}

/* The share of the work before point `index`, and what it is called. */
static void start_point(ds_sweep *sweep, size_t index)
{
    sweep->done = index;
    sweep->progress.share_before = (double)index / (double)sweep->points;
    snprintf(sweep->label, sizeof sweep->label, "point %zu of %zu  ", index + 1, sweep->points);
}

static bool print_point(void *context, const ds_sweep_point *point)
{
    ds_sweep *sweep = context;
    if (sweep->crossings != NULL &&
        ds_crossings_add(sweep->crossings, point, &sweep->failure) != DS_OK)
        return false;
    if (sweep->options->format == 1)
        ds_sweep_ndjson_rows(stdout, sweep->layout, point);
    else
        ds_sweep_csv_rows(stdout, sweep->layout, point);
    start_point(sweep, point->index + 1);
    /* When nobody takes the rows any more, main() knows what to say. */
    return fflush(stdout) == 0 && ds_stop_signal == 0;
}

static int sweep_points(ds_sweep *sweep)
{
    const ds_options *o = sweep->options;
    ds_error          error = { 0 };
    char              lost[96];
    ds_run_options    run = ds_common_run(&o->common, sweep->base, &sweep->progress);

    ds_progress_begin(&sweep->progress, o->quiet);
    sweep->progress.share_here = 1 / (double)sweep->points;
    sweep->progress.label = sweep->label;
    start_point(sweep, 0);
    if (o->format == 0)
        ds_sweep_csv_header(stdout, sweep->layout);
    ds_code code = ds_sweep_run(sweep->base, sweep->axes, o->axis_count, &run, print_point, sweep,
                                &error);
    ds_progress_end(&sweep->progress);
    if (sweep->failure.code != DS_OK)
        return ds_report_error(&sweep->failure);
    if (code == DS_E_CANCELLED && ds_stop_signal == 0)
        return 0;
    if (code == DS_E_CANCELLED) {
        snprintf(lost, sizeof lost, "these are lost, %zu of %zu points are complete", sweep->done,
                 sweep->points);
        return ds_report_cancelled(&sweep->progress, lost);
    }
    error.code = code;
    if (code == DS_OK && sweep->crossings != NULL && !o->quiet) {
        const ds_style style = ds_style_of(stderr);
        ds_crossings_say(sweep->crossings, stderr, &style);
    }
    return code == DS_OK ? 0 : ds_report_error(&error);
}

/* Names to indices; complains about one that is unknown. */
static int find_names(ds_options *o, const ds_scenario *scenario, size_t *outcomes,
                      size_t *strategies)
{
    static const char *const usual[] = { "cost_npv_usd", "saving_npv_usd", "payback_months" };
    const char              *known[LIST_MOST];
    size_t                   known_count = 0;

    for (size_t i = 0; i < ds_outcome_count() && i < LIST_MOST; i++)
        known[known_count++] = ds_outcome_at(i)->name;
    if (o->outcome_count == 0)
        for (; o->outcome_count < 3; o->outcome_count++)
            o->outcome_names[o->outcome_count] = usual[o->outcome_count];
    for (size_t i = 0; i < o->outcome_count; i++) {
        outcomes[i] = ds_outcome_find(o->outcome_names[i]);
        if (outcomes[i] >= ds_outcome_count())
            return ds_unknown_name("outcome", o->outcome_names[i], known, known_count);
    }
    for (size_t i = 0; i < o->strategy_count; i++) {
        strategies[i] = ds_find_strategy(scenario, o->strategy_names[i]);
        if (strategies[i] >= ds_scenario_strategy_count(scenario))
            return ds_code_exit_status(DS_E_USAGE);
    }
    return 0;
}

static int run_sweep(ds_options *o, const ds_scenario *base, size_t *strategies)
{
    size_t               outcomes[LIST_MOST];
    const char          *pointers[AXES_MOST];
    const ds_sweep_axis *axes[AXES_MOST];
    ds_sweep_layout      layout = { pointers, o->axis_count, outcomes, 0, strategies, 0, NULL };
    ds_sweep             sweep = { .options = o, .base = base, .axes = axes, .layout = &layout };

    for (size_t axis = 0; axis < o->axis_count; axis++) {
        axes[axis] = o->axes[axis];
        pointers[axis] = ds_sweep_axis_pointer(axes[axis]);
    }
    sweep.points = ds_sweep_point_count(axes, o->axis_count);
    if (sweep.points == 0 || sweep.points > POINTS_MOST) {
        ds_message("the grid has more than %d points", POINTS_MOST);
        return ds_code_exit_status(DS_E_USAGE);
    }
    int status = find_names(o, base, outcomes, strategies);
    if (status != 0)
        return status;
    layout.outcome_count = o->outcome_count;
    layout.strategy_count = o->strategy_count;
    if (o->strategy_count == 0)
        for (; layout.strategy_count < ds_scenario_strategy_count(base); layout.strategy_count++)
            strategies[layout.strategy_count] = layout.strategy_count;
    status = check_points(&sweep);
    if (status == 0 &&
        ds_crossings_new(base, axes[o->axis_count - 1], outcomes, layout.outcome_count, strategies,
                         layout.strategy_count, &sweep.crossings, &sweep.failure) != DS_OK)
        status = ds_report_error(&sweep.failure);
    layout.crossings = sweep.crossings;
    status = status != 0 ? status : sweep_points(&sweep);
    ds_crossings_free(sweep.crossings);
    return status;
}

int ds_cmd_sweep(int argc, char **argv)
{
    ds_options   o = { 0 };
    ds_scenario *base = NULL;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_common_load(&o.common, &base);
    if (status == 0) {
        size_t  count = ds_scenario_strategy_count(base);
        size_t *strategies = calloc(count > LIST_MOST ? count : LIST_MOST, sizeof *strategies);
        if (strategies != NULL) {
            status = run_sweep(&o, base, strategies);
        } else {
            ds_message("out of memory");
            status = ds_code_exit_status(DS_E_NOMEM);
        }
        free(strategies);
    }
    for (size_t axis = 0; axis < o.axis_count; axis++)
        ds_sweep_axis_free(o.axes[axis]);
    ds_scenario_free(base);
    ds_common_release(&o.common);
    return status;
}
