/* cmd_choice.c -- `distillsim choice`: which strategy, and how sure; over the values of one
 * quantity, or under several scenarios.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "distillsim_sweep.h"
#include "output/choice_report.h"

enum { VALUES_MOST = 1000, VALUES_USUAL = 11, VIEWS_MOST = DS_COMMON_OTHERS + 1 };

typedef struct {
    ds_common      common;
    ds_answer      answer;
    ds_sweep_axis *axis; /* or NULL */
    const char    *of;
    double         weights[VIEWS_MOST], near_percent;
    size_t         weight_count, outcome;
    bool           near_given;
} ds_options;

enum { KEY_VARY = 'v', KEY_OF = 'O', KEY_WEIGHT = 'w', KEY_WITHIN = 0x300 };

static const struct argp_option options[] = {
    { "vary", KEY_VARY, "POINTER=LO:HI:N[:log]", 0,
      "Acceptability of each strategy over N values of a quantity (default: 11), and which has "
      "the least mean at each; or POINTER=A,B,C for these values", 0 },
    { "of", KEY_OF, "OUTCOME", 0,
      "What strategies are chosen by, less being better (default: cost_npv_usd)", 0 },
    { "weight", KEY_WEIGHT, "W,W,...", 0,
      "Weights of the scenarios, in their order (default: equal)", 0 },
    { "within", KEY_WITHIN, "PERCENT", 0,
      "Of several scenarios: how near to the best counts as near (default: 5)", 0 },
    { 0 }
};

static bool parse_number(const char *text, char **end, double *out)
{
    if (strchr("+-.0123456789", *text) == NULL || *text == '\0')
        return false;
    errno = 0;
    *out = strtod(text, end);
    return *end != text && errno == 0 && isfinite(*out);
}

static void add_weights(struct argp_state *state, ds_options *o, const char *argument)
{
    char *text = (char *)(uintptr_t)argument;
    for (;;) {
        double weight = 0;
        if (o->weight_count == VIEWS_MOST)
            argp_error(state, "--weight: at most %d weights", VIEWS_MOST);
        if (!parse_number(text, &text, &weight) || !(weight > 0))
            argp_error(state, "--weight: '%s' is not a list of positive numbers such as 2,1,1",
                       argument);
        o->weights[o->weight_count++] = weight;
        if (*text == '\0')
            return;
        if (*text++ != ',')
            argp_error(state, "--weight: '%s' is not a list of positive numbers such as 2,1,1",
                       argument);
    }
}

/* The axis; LO:HI alone is eleven values. */
static void add_axis(struct argp_state *state, ds_options *o, const char *argument)
{
    ds_error    error = { 0 };
    const char *equals = strrchr(argument, '=');
    const char *colon = equals != NULL ? strchr(equals, ':') : NULL;
    char        text[1024] = "";
    double      last = -(double)INFINITY;

    if (o->axis != NULL)
        argp_error(state, "--vary: one quantity only");
    bool bare = colon != NULL && strchr(colon + 1, ':') == NULL && strchr(equals, ',') == NULL;
    if (bare && strlen(argument) + 8 < sizeof text)
        snprintf(text, sizeof text, "%s:%d", argument, VALUES_USUAL);
    if (ds_sweep_axis_parse(bare ? text : argument, &o->axis, &error) != DS_OK)
        argp_error(state, "--vary: %s", error.message);
    if (ds_sweep_axis_count(o->axis) < 2 || ds_sweep_axis_count(o->axis) > VALUES_MOST)
        argp_error(state, "--vary: %zu value%s; 2 to %d are wanted",
                   ds_sweep_axis_count(o->axis), ds_sweep_axis_count(o->axis) == 1 ? "" : "s",
                   VALUES_MOST);
    for (size_t i = 0; i < ds_sweep_axis_count(o->axis); i++) {
        char       *end;
        double      value = 0;
        const char *it = ds_sweep_axis_value(o->axis, i);
        if (!parse_number(it, &end, &value) || *end != '\0')
            argp_error(state, "--vary: '%s' is not a number", it);
        if (!(value > last))
            argp_error(state, "--vary: the range of '%s' is upside down or empty",
                       ds_sweep_axis_pointer(o->axis));
        last = value;
    }
}

static void check_options(struct argp_state *state, const ds_options *o)
{
    const size_t scenarios = 1 + o->common.other_count;
    if (o->axis != NULL && scenarios > 1)
        argp_error(state, "--vary: of one scenario, not of %zu", scenarios);
    if (scenarios == 1 && (o->weight_count > 0 || o->near_given))
        argp_error(state, "--%s: there is one scenario only",
                   o->weight_count > 0 ? "weight" : "within");
    if (o->weight_count > 0 && o->weight_count != scenarios)
        argp_error(state, "--weight: %zu weights for %zu scenarios", o->weight_count, scenarios);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    char       *end;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        state->child_inputs[1] = &o->answer;
        o->common.several = true;
        return 0;
    case KEY_VARY:
        add_axis(state, o, argument);
        return 0;
    case KEY_OF:
        o->of = argument;
        return 0;
    case KEY_WEIGHT:
        add_weights(state, o, argument);
        return 0;
    case KEY_WITHIN:
        if (!parse_number(argument, &end, &o->near_percent) || *end != '\0' ||
            o->near_percent < 0)
            argp_error(state, "--within: '%s' is not a percentage such as 5", argument);
        o->near_given = true;
        return 0;
    case ARGP_KEY_END:
        check_options(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "SCENARIO [SCENARIO...]",
    "Say which strategy is best, and how sure that is: the probability that each is the cheapest, "
    "what there is to regret, the bad tail, and which dominates which.\v"
    "Examples:\n"
    "  distillsim choice s.json\n"
    "  distillsim choice s.json --vary /products/chat/loss_usd_per_bad_answer=0:2:11\n"
    "  distillsim choice low.json likely.json high.json --weight 1,2,1\n\n"
    "Several scenarios are views of the future, with the same strategies: how much is regretted "
    "under each, and which choice is robust.\n\n"
    "--out writes choice.csv, dominance.csv and choice.json; with --vary acceptability.csv, "
    "which `plot' draws, and acceptability.json; of several scenarios views.csv and "
    "views.json.",
    ds_answer_children, NULL, NULL
};

/* ---- One scenario ----------------------------------------------------------- */

static ds_code write_choice(const ds_options *o, const ds_scenario *scenario,
                            const ds_choice *choice, ds_error *error)
{
    const ds_style style = ds_style_of(stdout);
    const uint64_t seed = ds_common_run(&o->common, scenario, NULL).seed;
    ds_code        code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_choice_directory(o->answer.directory, scenario, seed, choice, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_choice_table(stdout, scenario, seed, choice, &style, error);
    case DS_FORMAT_JSON:
        ds_choice_json(stdout, scenario, seed, choice);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_choice_csv(stdout, choice);
        return DS_OK;
    }
    return DS_E_BUG;
}

static int choose(const ds_options *o, const ds_scenario *scenario, const ds_plan *plan)
{
    ds_progress    progress;
    ds_result     *result = NULL;
    ds_choice     *choice = NULL;
    ds_error       error = { 0 };
    ds_run_options run = ds_common_run(&o->common, scenario, &progress);

    if (run.path_count == 0)
        run.path_count = ds_scenario_paths(scenario);
    ds_progress_begin(&progress, o->answer.quiet);
    progress.total = run.path_count;
    ds_code code = ds_run(plan, &run, &result, &error);
    ds_progress_end(&progress);
    if (code == DS_OK)
        code = ds_choice_of(result, o->outcome, &choice, &error);
    if (code == DS_OK)
        code = write_choice(o, scenario, choice, &error);
    error.code = code;
    ds_choice_free(choice);
    ds_result_free(result);
    return ds_report_end(&progress, &error);
}

/* ---- Over one value ----------------------------------------------------------- */

typedef struct {
    ds_acceptability *found;
    ds_error          failure;
    size_t            points;
    char              label[64];
    ds_progress       progress;
} ds_walk;

static void start_point(ds_walk *walk, size_t index)
{
    walk->progress.share_before = (double)index / (double)walk->points;
    walk->progress.share_here = 1 / (double)walk->points;
    snprintf(walk->label, sizeof walk->label, "value %zu of %zu  ", index + 1, walk->points);
    walk->progress.label = walk->label;
}

static bool take_point(void *context, const ds_sweep_point *point)
{
    ds_walk *walk = context;
    if (ds_acceptability_add(walk->found, strtod(point->overrides[0].value, NULL), point->result,
                             &walk->failure) != DS_OK)
        return false;
    start_point(walk, point->index + 1);
    return ds_stop_signal == 0;
}

static ds_code write_acceptability(const ds_options *o, const ds_acceptability_report *r,
                                   ds_error *error)
{
    const ds_style style = ds_style_of(stdout);
    ds_code        code = DS_OK;

    if (o->answer.directory != NULL)
        code = ds_acceptability_directory(o->answer.directory, r, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_acceptability_table(stdout, r, &style, error);
    case DS_FORMAT_JSON:
        ds_acceptability_json(stdout, r);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_acceptability_csv(stdout, r);
        return DS_OK;
    }
    return DS_E_BUG;
}

static void report_problem(void *context, const ds_error *problem)
{
    (void)context;
    if (!problem->warning) /* those of the base were told when it was loaded */
        ds_report_error(problem);
}

/* Are the values possible?  Found out before anything is simulated. */
static int check_values(const ds_options *o, const ds_scenario *scenario)
{
    const ds_sweep_axis *axes[] = { o->axis };
    for (size_t i = 0; i < ds_sweep_axis_count(o->axis); i++) {
        ds_scenario *at = NULL;
        ds_error     error = { 0 };
        ds_code      code = ds_sweep_scenario(scenario, axes, 1, i, report_problem, NULL, &at,
                                              &error);
        ds_scenario_free(at);
        if (code != DS_OK)
            return ds_code_exit_status(code);
    }
    return 0;
}

static int vary(const ds_options *o, const ds_scenario *scenario)
{
    const ds_sweep_axis *axes[] = { o->axis };
    ds_walk              walk = { .points = ds_sweep_axis_count(o->axis) };
    ds_error             error = { 0 };
    int                  status = check_values(o, scenario);

    if (status != 0)
        return status;
    ds_code code = ds_acceptability_new(o->outcome, &walk.found, &error);
    if (code != DS_OK)
        return ds_report_error(&error);
    const ds_run_options run = ds_common_run(&o->common, scenario, &walk.progress);
    ds_progress_begin(&walk.progress, o->answer.quiet);
    start_point(&walk, 0);
    code = ds_sweep_run(scenario, axes, 1, &run, take_point, &walk, &error);
    ds_progress_end(&walk.progress);
    if (walk.failure.code != DS_OK) {
        error = walk.failure;
        code = error.code;
    }
    const ds_acceptability_report r = { scenario, ds_sweep_axis_pointer(o->axis), o->outcome,
                                        run.seed, walk.found };
    if (code == DS_OK)
        code = write_acceptability(o, &r, &error);
    error.code = code;
    ds_acceptability_free(walk.found);
    return ds_report_end(&walk.progress, &error);
}

/* ---- Several scenarios --------------------------------------------------------- */

typedef struct {
    ds_loaded   scenarios[VIEWS_MOST];
    size_t      count;
    ds_views   *views;
    ds_progress progress;
    char        label[64];
    uint64_t    seed;
} ds_outlook;

/* A file name without its directories and its end, as it tells views apart. */
static void view_name(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(out, size, "%s", slash != NULL ? slash + 1 : path);
    char *dot = strrchr(out, '.');
    if (dot != NULL && dot != out)
        *dot = '\0';
}

static int load_view(const ds_options *o, const char *path, ds_outlook *all)
{
    ds_common common = o->common;
    ds_error  error = { 0 };

    common.scenario_path = path;
    ds_loaded *view = &all->scenarios[all->count++];
    int        status = ds_loaded_open(view, &common);
    if (status != 0)
        return status;
    if (all->count > 1 &&
        ds_views_match(all->scenarios[0].scenario, view->scenario, &error) != DS_OK)
        return ds_report_error(&error);
    return 0;
}

static int run_view(const ds_options *o, ds_outlook *all, size_t k)
{
    ds_result *result = NULL;
    ds_error   error = { 0 };
    char       name[256];

    int status = ds_loaded_find_terms(&all->scenarios[k], &o->common, o->answer.quiet);
    if (status != 0)
        return status;
    const ds_scenario *first = all->scenarios[0].scenario;
    ds_run_options     run = ds_common_run(&o->common, first, &all->progress);
    if (run.path_count == 0) /* as many for all, so that their futures correspond */
        run.path_count = ds_scenario_paths(first);
    all->seed = run.seed;
    snprintf(all->label, sizeof all->label, "view %zu of %zu  ", k + 1, all->count);
    all->progress.label = all->label;
    all->progress.share_before = (double)k / (double)all->count;
    all->progress.share_here = 1 / (double)all->count;
    ds_code code = ds_run(all->scenarios[k].plan, &run, &result, &error);
    view_name(k == 0 ? o->common.scenario_path : o->common.others[k - 1], name, sizeof name);
    if (code == DS_OK)
        code = ds_views_add(all->views, name, o->weight_count > 0 ? o->weights[k] : 1.0, result,
                            &error);
    ds_result_free(result);
    if (code != DS_OK)
        ds_progress_end(&all->progress);
    error.code = code;
    return ds_report_end(&all->progress, &error);
}

static ds_code write_views(const ds_options *o, const ds_outlook *all, ds_error *error)
{
    const ds_style style = ds_style_of(stdout);
    const ds_scenario *scenarios[VIEWS_MOST];
    ds_code        code = DS_OK;

    for (size_t k = 0; k < all->count; k++)
        scenarios[k] = all->scenarios[k].scenario;
    const ds_views_report r = { scenarios, o->outcome, all->seed, all->views };
    if (o->answer.directory != NULL)
        code = ds_views_directory(o->answer.directory, &r, error);
    if (code != DS_OK)
        return code;
    switch (o->answer.format) {
    case DS_FORMAT_TABLE:
        return ds_views_table(stdout, &r, &style, error);
    case DS_FORMAT_JSON:
        ds_views_json(stdout, &r);
        return DS_OK;
    case DS_FORMAT_CSV:
        ds_views_csv(stdout, &r);
        return DS_OK;
    }
    return DS_E_BUG;
}

static int look_out(const ds_options *o, ds_outlook *all)
{
    const double near = o->near_given ? o->near_percent / 100 : 0.05;
    ds_error     error = { 0 };
    ds_code      code = ds_views_new(o->outcome, near, &all->views, &error);
    int          status = 0;

    if (code != DS_OK)
        return ds_report_error(&error);
    ds_progress_begin(&all->progress, o->answer.quiet);
    for (size_t k = 0; k < all->count && status == 0; k++)
        status = run_view(o, all, k);
    ds_progress_end(&all->progress);
    if (status != 0)
        return status;
    code = ds_views_finish(all->views, &error);
    if (code == DS_OK)
        code = write_views(o, all, &error);
    error.code = code;
    return code == DS_OK ? 0 : ds_report_error(&error);
}

static int compare_views(const ds_options *o)
{
    ds_outlook *all = calloc(1, sizeof *all);
    if (all == NULL) {
        ds_message("out of memory");
        return ds_code_exit_status(DS_E_NOMEM);
    }
    int status = load_view(o, o->common.scenario_path, all);
    for (size_t k = 0; k < o->common.other_count && status == 0; k++)
        status = load_view(o, o->common.others[k], all);
    if (status == 0)
        status = look_out(o, all);
    ds_views_free(all->views);
    for (size_t k = 0; k < all->count; k++)
        ds_loaded_release(&all->scenarios[k]);
    free(all);
    return status;
}

/* ---- The command ----------------------------------------------------------------- */

static int find_outcome(ds_options *o)
{
    const char *known[64];
    size_t      count = 0;

    o->outcome = ds_outcome_find(o->of != NULL ? o->of : "cost_npv_usd");
    if (ds_choice_by(o->outcome))
        return 0;
    if (o->outcome < ds_outcome_count()) {
        ds_message("--of: '%s' has no value in some futures, or more of it is better: nothing can "
                   "be chosen by it", o->of);
        return ds_code_exit_status(DS_E_USAGE);
    }
    for (size_t i = 0; i < ds_outcome_count() && count < 64; i++)
        if (ds_choice_by(i))
            known[count++] = ds_outcome_at(i)->name;
    return ds_unknown_name("outcome", o->of, known, count);
}

static int one_scenario(const ds_options *o)
{
    ds_loaded loaded;
    int       status = ds_loaded_open(&loaded, &o->common);

    if (status == 0 && ds_scenario_strategy_count(loaded.scenario) < 2) {
        ds_message("%s: there is one strategy only, '%s': nothing to choose",
                   o->common.scenario_path, ds_scenario_strategy_name(loaded.scenario, 0));
        status = ds_code_exit_status(DS_E_USAGE);
    }
    if (status == 0 && o->axis != NULL) {
        status = vary(o, loaded.scenario);
    } else if (status == 0) {
        status = ds_loaded_find_terms(&loaded, &o->common, o->answer.quiet);
        status = status != 0 ? status : choose(o, loaded.scenario, loaded.plan);
    }
    ds_loaded_release(&loaded);
    return status;
}

int ds_cmd_choice(int argc, char **argv)
{
    ds_options o = { 0 };

    ds_parse(&argp, argc, argv, &o);
    int status = find_outcome(&o);
    if (status == 0)
        status = o.common.other_count > 0 ? compare_views(&o) : one_scenario(&o);
    if (o.axis != NULL)
        ds_sweep_axis_free(o.axis);
    ds_common_release(&o.common);
    return status;
}
