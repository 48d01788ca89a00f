/* cmd_sweep.c -- `distillsim sweep`: a scenario over a grid of values.
 *
 * Every point uses the same futures (randomness is addressed by the names of the
 * inputs), so differences between points are differences of the parameter.  A
 * row is written as soon as its point is done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/number.h"
#include "output/sweep_rows.h"

enum { AXES_MOST = 8, LIST_MOST = 64, POINTS_MOST = 1000000, CHECKED_MOST = 1024 };

typedef struct {
    char  *pointer;
    double low, high;
    size_t count;
    bool   logarithmic;
} ds_axis;

static const char *const formats[] = { "csv", "ndjson", NULL };

typedef struct {
    ds_common   common;
    ds_axis     axes[AXES_MOST];
    size_t      axis_count;
    const char *outcome_names[LIST_MOST], *strategy_names[LIST_MOST];
    size_t      outcome_count, strategy_count;
    int         format;
    bool        quiet;
} ds_options;

enum { KEY_VARY = 'v', KEY_OUTCOME = 'O', KEY_STRATEGY = 's', KEY_FORMAT = 'f', KEY_QUIET = 'q' };

static const struct argp_option options[] = {
    { "vary", KEY_VARY, "POINTER=LO:HI:N[:log]", 0,
      "N values from LO to HI, evenly spaced, or evenly in the logarithm; repeat for a grid", 0 },
    { "outcome", KEY_OUTCOME, "NAME", 0,
      "Outcome to print; may be repeated (default: cost_npv_usd, saving_npv_usd, "
      "payback_months)", 0 },
    { "strategy", KEY_STRATEGY, "NAME", 0, "Strategy to print; may be repeated (default: all)", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "csv (default) or ndjson", 0 },
    { "quiet", KEY_QUIET, NULL, 0, "No progress line", 0 },
    { 0 }
};

/* POINTER=LO:HI:N[:log]; the pointer may hold '=' and ':' itself. */
static bool parse_axis(const char *argument, ds_axis *axis)
{
    char        numbers[128], *colon[3] = { NULL };
    const char *equals = strrchr(argument, '=');
    uint64_t    count;
    size_t      colons = 0;

    if (equals == NULL || argument[0] != '/' || strlen(equals + 1) >= sizeof numbers)
        return false;
    snprintf(numbers, sizeof numbers, "%s", equals + 1);
    for (char *p = strchr(numbers, ':'); p != NULL; p = strchr(p + 1, ':')) {
        if (colons == 3)
            return false;
        colon[colons++] = p;
    }
    if (colons < 2)
        return false;
    for (size_t i = 0; i < colons; i++)
        *colon[i] = '\0';
    if (!ds_parse_real(numbers, &axis->low) || !ds_parse_real(colon[0] + 1, &axis->high) ||
        !ds_parse_whole(colon[1] + 1, 1, POINTS_MOST, &count))
        return false;
    axis->logarithmic = colons == 3;
    if (axis->logarithmic && (strcmp(colon[2] + 1, "log") != 0 || !(axis->low > 0) ||
                              !(axis->high > 0)))
        return false;
    axis->count = (size_t)count;
    axis->pointer = strdup(argument);
    if (axis->pointer != NULL)
        axis->pointer[equals - argument] = '\0';
    return axis->pointer != NULL;
}

static void add_axis(struct argp_state *state, ds_options *o, const char *argument)
{
    if (o->axis_count == AXES_MOST)
        argp_error(state, "--vary: at most %d parameters", AXES_MOST);
    if (!parse_axis(argument, &o->axes[o->axis_count]))
        argp_error(state, "--vary: '%s' is not of the form /POINTER=LO:HI:N or, with positive "
                          "ends, /POINTER=LO:HI:N:log", argument);
    for (size_t i = 0; i < o->axis_count; i++)
        if (strcmp(o->axes[i].pointer, o->axes[o->axis_count].pointer) == 0)
            argp_error(state, "--vary: '%s' is varied twice", o->axes[i].pointer);
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

/* ---- Points --------------------------------------------------------------- */

/* Value i of an axis; at most 15 digits, so that 0.1 + 2 * 0.1 is 0.3. */
static double axis_value(const ds_axis *axis, size_t i, char text[DS_NUMBER_TEXT])
{
    double share = axis->count > 1 ? (double)i / (double)(axis->count - 1) : 0;
    double value = axis->logarithmic ? axis->low * pow(axis->high / axis->low, share)
                                     : axis->low + share * (axis->high - axis->low);
    if (axis->count > 1 && i + 1 == axis->count)
        value = axis->high;
    snprintf(text, DS_NUMBER_TEXT, "%.15g", value);
    return strtod(text, NULL);
}

static size_t point_count(const ds_options *o)
{
    size_t points = 1;
    for (size_t axis = 0; axis < o->axis_count; axis++) {
        if (o->axes[axis].count > POINTS_MOST / points)
            return 0;
        points *= o->axes[axis].count;
    }
    return points;
}

/* The scenario of a point; the last axis moves fastest. */
static ds_code scenario_at(const ds_options *o, const ds_scenario *base, size_t point,
                           double values[AXES_MOST], ds_problem_fn report,
                           ds_scenario **scenario, ds_error *error)
{
    char        texts[AXES_MOST][DS_NUMBER_TEXT];
    ds_override overrides[AXES_MOST];

    for (size_t axis = o->axis_count; axis-- > 0;) {
        values[axis] = axis_value(&o->axes[axis], point % o->axes[axis].count, texts[axis]);
        point /= o->axes[axis].count;
        overrides[axis] = (ds_override){ o->axes[axis].pointer, texts[axis] };
    }
    return ds_scenario_with(base, overrides, o->axis_count, report, NULL, scenario, error);
}

static void report_problem(void *context, const ds_error *problem)
{
    (void)context;
    ds_report_error(problem);
}

/* Are the points scenarios?  Found out before hours are spent on the first. */
static int check_points(const ds_options *o, const ds_scenario *base, size_t points)
{
    for (size_t point = 0; point < points && point < CHECKED_MOST; point++) {
        double       values[AXES_MOST];
        ds_scenario *scenario = NULL;
        ds_error     error = { 0 };
        ds_code code = scenario_at(o, base, point, values, report_problem, &scenario, &error);
        ds_scenario_free(scenario);
        if (code != DS_OK)
            return ds_code_exit_status(code);
    }
    return 0;
}

/* ---- Sweep ---------------------------------------------------------------- */

typedef struct {
    const ds_options      *options;
    const ds_scenario     *base;
    const ds_sweep_layout *layout;
    ds_progress            progress;
} ds_sweep;

static ds_code simulate(ds_sweep *sweep, size_t point, ds_error *error)
{
    const ds_options *o = sweep->options;
    ds_scenario      *scenario = NULL;
    ds_plan          *plan = NULL;
    ds_result        *result = NULL;
    double            values[AXES_MOST];

    ds_code code = scenario_at(o, sweep->base, point, values, NULL, &scenario, error);
    if (code == DS_OK)
        code = ds_plan_compile(scenario, &plan, error);
    if (code == DS_OK) {
        ds_run_options run = {
            .path_count = o->common.paths_given ? o->common.paths : ds_scenario_paths(scenario),
            .seed = o->common.seed_given ? o->common.seed : ds_scenario_seed(scenario),
            .threads = o->common.threads,
            .engine = DS_ENGINE_FAST,
            .keep_going = ds_progress_tell,
            .context = &sweep->progress,
        };
        code = ds_run(plan, &run, &result, error);
    }
    if (code == DS_OK && o->format == 1)
        ds_sweep_ndjson_rows(stdout, sweep->layout, values, result);
    else if (code == DS_OK)
        ds_sweep_csv_rows(stdout, sweep->layout, values, result);
    ds_result_free(result);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    return code;
}

static int sweep_points(ds_sweep *sweep, size_t points)
{
    ds_error error = { 0 };
    ds_code  code = DS_OK;
    size_t   point;
    char     label[64], lost[96];

    ds_progress_begin(&sweep->progress, sweep->options->quiet);
    sweep->progress.share_here = 1 / (double)points;
    sweep->progress.label = label;
    if (sweep->options->format == 0)
        ds_sweep_csv_header(stdout, sweep->layout);
    for (point = 0; point < points; point++) {
        snprintf(label, sizeof label, "point %zu of %zu  ", point + 1, points);
        sweep->progress.share_before = (double)point / (double)points;
        code = ds_stop_signal != 0 ? DS_E_CANCELLED : simulate(sweep, point, &error);
        /* When nobody takes the rows any more, main() knows what to say. */
        if (code != DS_OK || fflush(stdout) != 0)
            break;
    }
    ds_progress_end(&sweep->progress);
    if (code == DS_E_CANCELLED) {
        snprintf(lost, sizeof lost, "these are lost, %zu of %zu points are complete", point,
                 points);
        return ds_report_cancelled(&sweep->progress, lost);
    }
    error.code = code;
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
    size_t          outcomes[LIST_MOST], points = point_count(o);
    const char     *pointers[AXES_MOST];
    ds_sweep_layout layout = { pointers, o->axis_count, outcomes, 0, strategies, 0 };
    ds_sweep        sweep = { .options = o, .base = base, .layout = &layout };

    if (points == 0) {
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
    for (size_t axis = 0; axis < o->axis_count; axis++)
        pointers[axis] = o->axes[axis].pointer;
    status = check_points(o, base, points);
    return status != 0 ? status : sweep_points(&sweep, points);
}

int ds_cmd_sweep(int argc, char **argv)
{
    ds_options   o = { 0 };
    ds_scenario *base = NULL;

    ds_parse(&argp, argc, argv, &o);
    int status = ds_common_load(&o.common, &base, NULL);
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
        free(o.axes[axis].pointer);
    ds_scenario_free(base);
    ds_common_release(&o.common);
    return status;
}
