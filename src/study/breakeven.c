/* breakeven.c -- at which value of a quantity two strategies tie.
 *
 * Called by the program.  tie_search.c knows how to find the ties of a function; here the
 * function is the saving of one strategy against another in a scenario, in one line, or in
 * as many as a second quantity has values.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/breakeven.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/result.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

enum { SCAN_PART = 8, SCAN_LEAST = 1024 };

/* ---- Which strategies ------------------------------------------------------------ */

/* The one to compare with `against` when none is named. */
static size_t best_of(const ds_result *result, size_t against)
{
    const ds_decision d = ds_result_decision(result);
    const size_t cost = ds_outcome_find("cost_npv_usd"), count = ds_result_strategy_count(result);
    size_t best = count;
    double least = (double)INFINITY;

    if (d.best_distilling < count && d.best_distilling != against) {
        return d.best_distilling;
    }
    for (size_t i = 0; i < count; i++) {
        const double mean = ds_result_statistics(result, i, cost).mean.value;
        if (i != against && mean < least) {
            best = i;
            least = mean;
        }
    }
    return best;
}

static ds_code choose(ds_breakeven_job *job, size_t paths, ds_error *err)
{
    ds_plan *plan = NULL;
    ds_result *result = NULL;
    ds_run_options run = job->run;

    run.path_count = paths;
    ds_code code = ds_plan_compile(job->base, &plan, err);
    if (code == DS_OK) {
        code = ds_run(plan, &run, &result, err);
    }
    if (code == DS_OK) {
        job->strategy = best_of(result, job->against);
        job->trials++;
    }
    ds_result_free(result);
    ds_plan_free(plan);
    return code;
}

static ds_code find_strategies(ds_breakeven_job *job, const ds_breakeven_options *o, size_t paths,
                               ds_error *err)
{
    const size_t count = job->base->strategies.count;

    job->against = o->against == DS_BREAKEVEN_CHOOSE ? 0 : o->against;
    job->strategy = o->strategy;
    if (count < 2) {
        return ds_fail(err, DS_E_USAGE, NULL, "the scenario has one strategy only, \"%.80s\", and "
                       "nothing to break even with",
                       count == 1 ? ds_scenario_strategy_name(job->base, 0) : "");
    }
    if (job->against >= count ||
        (job->strategy >= count && job->strategy != DS_BREAKEVEN_CHOOSE)) {
        return ds_fail(err, DS_E_USAGE, NULL, "there is no such strategy");
    }
    if (job->strategy == DS_BREAKEVEN_CHOOSE && count == 2) {
        job->strategy = 1 - job->against;
    }
    if (job->strategy == DS_BREAKEVEN_CHOOSE) {
        const ds_code code = choose(job, paths, err);
        if (code != DS_OK) {
            return code;
        }
    }
    return job->strategy != job->against ? DS_OK
        : ds_fail(err, DS_E_USAGE, NULL, "strategy \"%.80s\" cannot break even with itself",
                  ds_scenario_strategy_name(job->base, job->strategy));
}

/* ---- How much work --------------------------------------------------------------- */

static void find_paths(ds_breakeven_job *job, const ds_breakeven_options *o, size_t *scan)
{
    const ds_run_settings *settings = job->base->run;
    uint64_t *paths = &job->run.path_count;

    if (*paths == 0) {
        *paths = ds_scenario_paths(job->base);
        if (o->range_count > 1 && *paths > DS_BREAKEVEN_LINE_PATHS && settings->outer == 0) {
            *paths = ds_scenario_paths_up_to(job->base, DS_BREAKEVEN_LINE_PATHS);
        }
    }
    *scan = (size_t)*paths;
    /* fewer paths have to be the first of those that count */
    if ((settings->sampling == DS_SAMPLING_RANDOM ||
         settings->sampling == DS_SAMPLING_ANTITHETIC) && settings->outer == 0 &&
        *paths / SCAN_PART >= SCAN_LEAST) {
        *scan = (size_t)ds_scenario_paths_up_to(job->base, *paths / SCAN_PART);
    }
}

/* ---- Lines ----------------------------------------------------------------------- */

/* Says at which value a trial went wrong. */
static ds_code say_where(const ds_breakeven_job *job, ds_code code, ds_error *problem,
                         ds_error *err)
{
    if (code == DS_E_CANCELLED || code == DS_E_NOMEM) {
        return ds_fail(err, code, NULL, "%s", problem->message);
    }
    return ds_fail(err, code, problem->pointer, "with %.200s at %.15g: %s", job->axis[0].pointer,
                   job->value[0], problem->message);
}

/* The ds_tie_fn of a scenario. */
static ds_code saving_at(void *context, double value, size_t paths, double *saving, ds_error *err)
{
    ds_breakeven_job *job = context;
    ds_error problem = {.code = DS_OK};

    job->value[0] = value;
    const ds_code code = ds_breakeven_saving(job, job->value, paths, saving, NULL, &problem);
    return code == DS_OK ? DS_OK : say_where(job, code, &problem, err);
}

static double value_of_line(const ds_breakeven_axis *axis, size_t i, size_t count)
{
    const double share = (double)i / (double)(count - 1);

    if (i == 0 || i + 1 == count) {
        return i == 0 ? axis->low : axis->high;
    }
    if (axis->step > 0.0) {
        return axis->low + rint(share * (axis->high - axis->low) / axis->step) * axis->step;
    }
    return axis->logarithmic ? axis->low * exp(share * log(axis->high / axis->low))
                             : axis->low + share * (axis->high - axis->low);
}

static ds_code find_line(ds_tie_problem *problem, ds_breakeven_line *line, ds_error *err)
{
    ds_tie_search search;
    ds_code code = ds_tie_begin(problem, &search, err);

    if (code == DS_OK) {
        code = ds_tie_find(&search, err);
    }
    if (code == DS_OK) {
        code = ds_tie_line(&search, line, err);
    }
    ds_tie_end(&search);
    return code;
}

static ds_code find_lines(ds_breakeven_job *job, ds_tie_problem *problem, size_t count,
                          ds_breakeven *b, ds_error *err)
{
    b->lines = calloc(count, sizeof *b->lines);
    if (b->lines == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        const bool second = job->axis_count > 1;
        const double value = second ? value_of_line(&job->axis[1], i, count) : (double)NAN;
        if (second && i > 0 && value == b->lines[b->line_count - 1].second) {
            continue; /* fewer whole values than asked for */
        }
        job->value[1] = value;
        const ds_code code = find_line(problem, &b->lines[b->line_count], err);
        if (code != DS_OK) {
            return code;
        }
        b->lines[b->line_count++].second = value;
    }
    return DS_OK;
}

/* ---- All of it ------------------------------------------------------------------- */

/* The saving as the scenario stands, and the groups of its paths. */
static ds_code find_now(ds_breakeven_job *job, ds_tie_problem *problem, ds_breakeven *b,
                        ds_error *err)
{
    ds_tie_search search;
    double *saving = calloc(problem->paths, sizeof *saving);
    ds_code code = saving == NULL
        ? ds_fail(err, DS_E_NOMEM, NULL, "out of memory for %zu paths", problem->paths)
        : ds_breakeven_saving(job, NULL, problem->paths, saving, &problem->groups, err);

    if (code == DS_OK) {
        code = ds_tie_begin(problem, &search, err);
        if (code == DS_OK) {
            b->now = ds_tie_describe(&search, (double)NAN, problem->paths, saving);
        }
        ds_tie_end(&search);
    }
    free(saving);
    return code;
}

static ds_code look(ds_breakeven_job *job, const ds_breakeven_options *o, size_t scan,
                    ds_breakeven *b, ds_error *err)
{
    ds_tie_problem problem = {
        .low = job->axis[0].low, .high = job->axis[0].high, .step = job->axis[0].step,
        .logarithmic = job->axis[0].logarithmic,
        .points = o->points > 0 ? o->points : DS_BREAKEVEN_POINTS,
        .scan_paths = scan, .paths = (size_t)job->run.path_count,
        .of = o->of, .probability = o->probability, .saving = saving_at, .context = job,
        .replicates = job->base->run->outer == 0,
    };
    const size_t lines = job->axis_count < 2      ? 1
                         : o->ranges[1].count > 0 ? o->ranges[1].count : DS_BREAKEVEN_LINES;

    ds_code code = find_now(job, &problem, b, err);
    if (code == DS_OK) {
        code = find_lines(job, &problem, lines, b, err);
    }
    b->scan_paths = scan;
    b->trials = job->trials;
    return code;
}

static ds_code check_options(const ds_breakeven_options *o, ds_error *err)
{
    if (o->range_count < 1 || o->range_count > DS_BREAKEVEN_AXES) {
        return ds_fail(err, DS_E_USAGE, NULL, "one or two quantities are varied, not %zu",
                       o->range_count);
    }
    if (o->range_count == 2 && strcmp(o->ranges[0].pointer, o->ranges[1].pointer) == 0) {
        return ds_fail(err, DS_E_USAGE, o->ranges[0].pointer, "is varied twice");
    }
    if (o->ranges[0].count > 0) {
        return ds_fail(err, DS_E_USAGE, o->ranges[0].pointer, "the tie is looked for in all of "
                       "the first range: :N belongs to the second");
    }
    if (!(o->probability > 0.0 && o->probability < 1.0)) {
        return ds_fail(err, DS_E_USAGE, NULL, "a probability of %g is not between 0 and 1",
                       o->probability);
    }
    if (o->points == 1 || o->points > DS_BREAKEVEN_POINTS_MOST) {
        return ds_fail(err, DS_E_USAGE, NULL, "the first grid has 2 to %d values",
                       DS_BREAKEVEN_POINTS_MOST);
    }
    return DS_OK;
}

ds_code ds_breakeven_run(const ds_scenario *base, const ds_breakeven_options *options,
                         ds_breakeven **out, ds_error *err)
{
    ds_breakeven_job job = {.base = base, .run = options->run,
                            .alone = ds_breakeven_can_be_alone(base)};
    size_t scan = 0;

    *out = NULL;
    ds_code code = check_options(options, err);
    if (code == DS_OK) {
        find_paths(&job, options, &scan);
        code = find_strategies(&job, options, scan, err);
    }
    for (size_t a = 0; code == DS_OK && a < options->range_count; a++) {
        job.axis_count = a + 1;
        code = ds_breakeven_axis_of(&job, a, &options->ranges[a], err);
    }
    if (code != DS_OK) {
        return code;
    }
    ds_breakeven *b = ds_breakeven_new(&job, options);
    code = b != NULL ? look(&job, options, scan, b, err)
                     : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    if (code != DS_OK) {
        ds_breakeven_free(b);
        return code;
    }
    *out = b;
    return DS_OK;
}
