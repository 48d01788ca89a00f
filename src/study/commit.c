/* commit.c -- the terms at which a strategy costs least.
 *
 * Called by the program.  curve.c and minimum.c know how to find the least of a curve;
 * here the curve is that of a scenario, and several quantities are taken in turn.
 *
 * A trial is the scenario with other values in place.  Trials that are terms of the
 * strategy are strategies of one scenario, so that its world is simulated once for many
 * of them; others are simulated one after the other.  Either way the futures are the
 * same, because random numbers are named by seed, input and path.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/commit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/result.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

enum { TRIALS_AT_ONCE = 17, PASSES_MOST = 4, PASSES_LEAST = 2 };
enum { CHEAP = 65, DEAR = 17 }; /* values of the first grid */

const double ds_commit_wrong_shares[DS_COMMIT_WRONG_COUNT] = {-0.25, -0.10, 0.10, 0.25};

/* ---- Trials ---------------------------------------------------------------------- */

static ds_code run_trials(ds_commit_job *job, const double *values, size_t count,
                          double *const *columns, ds_error *err)
{
    const size_t outcome = ds_outcome_find("cost_npv_usd");
    ds_scenario *scenario = NULL;
    ds_plan *plan = NULL;
    ds_result *result = NULL;

    ds_code code = ds_trials_scenario(&job->trials, values, count, &scenario, err);
    if (code == DS_OK) {
        code = ds_plan_compile(scenario, &plan, err);
    }
    if (code == DS_OK) {
        code = ds_run(plan, &job->run, &result, err);
    }
    if (code == DS_OK) {
        job->groups = result->groups;
    }
    for (size_t i = 0; code == DS_OK && i < count; i++) {
        const size_t strategy = job->trials.alone ? i : job->trials.strategy;
        memcpy(columns[i], ds_result_column(result, strategy, outcome),
               (size_t)job->run.path_count * sizeof *columns[i]);
    }
    ds_result_free(result);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    return code;
}

static size_t trials_at_once(const ds_commit_job *job)
{
    return job->trials.as_terms && job->trials.alone ? TRIALS_AT_ONCE : 1;
}

/* The ds_curve_fn of a scenario: the moving term has these values, the others theirs. */
static ds_code cost(void *context, const double *values, size_t count, double *const *columns,
                    ds_error *err)
{
    ds_commit_job *job = context;
    const size_t terms = job->trials.pointer_count, most = trials_at_once(job);
    double all[TRIALS_AT_ONCE * DS_COMMIT_MOST_TERMS];
    ds_code code = DS_OK;

    for (size_t done = 0; code == DS_OK && done < count; done += most) {
        const size_t here = count - done < most ? count - done : most;
        for (size_t i = 0; i < here; i++) {
            for (size_t t = 0; t < terms; t++) {
                all[i * terms + t] = t == job->moving ? values[done + i] : job->value[t];
            }
        }
        code = run_trials(job, all, here, columns + done, err);
    }
    return code;
}

ds_code ds_commit_cost(ds_commit_job *job, double value, double *column, ds_error *err)
{
    double values[DS_COMMIT_MOST_TERMS];
    double *const columns[1] = {column};

    memcpy(values, job->value, sizeof values);
    values[job->moving] = value;
    return run_trials(job, values, 1, columns, err);
}

/* ---- What is looked for ---------------------------------------------------------- */

static ds_code check_range(const ds_commit_range *range, ds_error *err)
{
    if (!isfinite(range->low) || !isfinite(range->high)) {
        return ds_fail(err, DS_E_USAGE, range->pointer, "the range has no end");
    }
    if (!(range->low < range->high)) {
        return ds_fail(err, DS_E_USAGE, range->pointer,
                       "the range from %.15g to %.15g is upside down or empty", range->low,
                       range->high);
    }
    return DS_OK;
}

static ds_code add_range(ds_commit_job *job, const ds_commit_range *range, ds_error *err)
{
    if (job->trials.pointer_count == DS_COMMIT_MOST_TERMS) {
        return ds_fail(err, DS_E_USAGE, range->pointer, "more than %d values are looked for",
                       DS_COMMIT_MOST_TERMS);
    }
    for (size_t i = 0; i < job->trials.pointer_count; i++) {
        if (strcmp(job->range[i].pointer, range->pointer) == 0) {
            return ds_fail(err, DS_E_USAGE, range->pointer, "it is looked for twice");
        }
    }
    job->range[job->trials.pointer_count] = *range;
    job->pointers[job->trials.pointer_count++] = range->pointer;
    return check_range(range, err);
}

static ds_code add_terms(ds_commit_job *job, const ds_commit_options *o, ds_error *err)
{
    const ds_items *strategies = &job->trials.base->strategies;
    const ds_strategy *strategy = &DS_ITEM(ds_strategy, *strategies, o->strategy);

    for (size_t i = 0; i < strategy->terms.count; i++) {
        const ds_term *term = &DS_ITEM(ds_term, strategy->terms, i);
        if (term->optimise == NULL) {
            continue;
        }
        const ds_commit_of of =
            term->optimise->of == DS_OBJECTIVE_CVAR ? DS_COMMIT_CVAR : DS_COMMIT_MEAN;
        if (o->of == DS_COMMIT_AS_STATED && job->trials.pointer_count > 0 && of != job->of) {
            return ds_fail(err, DS_E_SCENARIO, term->key.name,
                           "the terms of strategy \"%.80s\" have both objectives, mean and cvar",
                           strategy->key.name);
        }
        job->of = o->of == DS_COMMIT_AS_STATED ? of : o->of;
        const ds_commit_range range = {term->key.name, term->optimise->low, term->optimise->high};
        const ds_code code = add_range(job, &range, err);
        if (code != DS_OK) {
            return code;
        }
    }
    return job->trials.pointer_count > 0 ? DS_OK
        : ds_fail(err, DS_E_USAGE, NULL, "nothing to look for: strategy \"%.80s\" has no term "
                  "with `optimise`, and no POINTER=LO:HI is given", strategy->key.name);
}

static ds_code find_ranges(ds_commit_job *job, const ds_commit_options *o, ds_error *err)
{
    ds_code code = DS_OK;

    if (o->strategy >= job->trials.base->strategies.count) {
        return ds_fail(err, DS_E_USAGE, NULL, "there is no strategy %zu", o->strategy);
    }
    job->of = o->of == DS_COMMIT_AS_STATED ? DS_COMMIT_MEAN : o->of;
    if (o->range_count == 0) {
        return add_terms(job, o, err);
    }
    for (size_t i = 0; code == DS_OK && i < o->range_count; i++) {
        code = add_range(job, &o->ranges[i], err);
    }
    return code;
}

/* ---- How the trials are made ----------------------------------------------------- */

/* Can the scenario have these values?  `values` NULL: the least ones. */
static ds_code try_values(const ds_commit_job *job, const double *values, ds_scenario **out,
                          ds_error *err)
{
    double low[DS_COMMIT_MOST_TERMS];

    for (size_t i = 0; i < job->trials.pointer_count; i++) {
        low[i] = values != NULL ? values[i] : job->value[i];
    }
    return ds_trials_scenario(&job->trials, low, 1, out, err);
}

static bool can_have(const ds_commit_job *job, const double *values)
{
    ds_scenario *scenario = NULL;
    ds_error ignored;
    const bool can = try_values(job, values, &scenario, &ignored) == DS_OK;

    ds_scenario_free(scenario);
    return can;
}

/* Whole numbers, when a number between two is refused. */
static void find_steps(ds_commit_job *job)
{
    double values[DS_COMMIT_MOST_TERMS];

    for (size_t i = 0; i < job->trials.pointer_count; i++) {
        const ds_commit_range *range = &job->range[i];
        const double whole = ceil(range->low);
        memcpy(values, job->value, sizeof values);
        values[i] = whole + 0.5 < range->high ? whole + 0.5 : 0.5 * (range->low + range->high);
        job->step[i] = ds_units_step(job->trials.base, range->pointer);
        if (job->step[i] == 0.0 && !can_have(job, values)) {
            values[i] = whole;
            job->step[i] = can_have(job, values) ? 1.0 : 0.0;
        }
        job->least[i] = job->step[i] > 0.0 ? ceil(range->low / job->step[i]) * job->step[i]
                                           : range->low;
        job->value[i] = job->least[i];
    }
}

/* Both ends of every range are values that the scenario can have, or an error. */
static ds_code check_ends(const ds_commit_job *job, ds_error *err)
{
    for (size_t i = 0; i < job->trials.pointer_count; i++) {
        double values[DS_COMMIT_MOST_TERMS];
        memcpy(values, job->value, sizeof values);
        if (job->least[i] + job->step[i] > job->range[i].high) {
            return ds_fail(err, DS_E_USAGE, job->pointers[i],
                           "fewer than two whole values are in the range");
        }
        for (size_t end = 0; end < 2; end++) {
            ds_scenario *scenario = NULL;
            values[i] = job->least[i];
            if (end == 1) {
                values[i] = job->step[i] > 0.0
                    ? floor(job->range[i].high / job->step[i]) * job->step[i] : job->range[i].high;
            }
            const ds_code code = try_values(job, values, &scenario, err);
            ds_scenario_free(scenario);
            if (code != DS_OK) {
                return code;
            }
        }
    }
    return DS_OK;
}

static ds_code prepare(ds_commit_job *job, ds_error *err)
{
    ds_trials *t = &job->trials;

    for (size_t i = 0; i < t->pointer_count; i++) {
        job->value[i] = job->range[i].low;
    }
    t->alone = ds_trials_can_be_alone(t->base, t->strategy);
    t->as_terms = true; /* many at a time, if that can be */
    t->as_terms = can_have(job, NULL);
    find_steps(job);
    return check_ends(job, err);
}

/* ---- Several terms in turn ------------------------------------------------------- */

static ds_code minimise_one(ds_commit_job *job, size_t term, ds_curve *curve, ds_estimate *value,
                            ds_error *err)
{
    const ds_curve_problem problem = {
        .low = job->least[term], .high = job->range[term].high, .step = job->step[term],
        .paths = (size_t)job->run.path_count, .of = job->of, .cvar_level = job->cvar_level,
        .coarse = trials_at_once(job) > 1 ? CHEAP : DEAR, .cost = cost, .context = job,
        .groups = &job->groups,
    };

    job->moving = term;
    ds_code code = ds_curve_begin(&problem, curve, err);
    if (code == DS_OK) {
        code = ds_curve_minimise(curve, value, err);
    }
    if (code == DS_OK) {
        job->value[term] = value->value;
    }
    return code;
}

static bool has_moved(const ds_commit_job *job, size_t term, double before, ds_estimate now)
{
    const double range = job->range[term].high - job->range[term].low;
    const double least = fmax(0.5 * (isfinite(now.se) ? now.se : 0.0), 1e-3 * range);

    return fabs(now.value - before) > least;
}

/* All but the last round, whose curves are kept. */
static ds_code settle(ds_commit_job *job, ds_error *err)
{
    const size_t terms = job->trials.pointer_count;
    bool moved = terms > 1;

    for (size_t i = 0; i < terms; i++) { /* from the middle, not from an end */
        const double steps = job->step[i] > 0.0 ? job->step[i] : 1e-300;
        const double middle = 0.5 * (job->least[i] + job->range[i].high);
        job->value[i] = job->step[i] > 0.0 ? floor(middle / steps) * steps : middle;
    }
    for (size_t pass = 1; moved && pass < PASSES_MOST; pass++) {
        moved = pass < PASSES_LEAST;
        for (size_t i = 0; i < terms; i++) {
            ds_curve curve;
            ds_estimate value;
            const double before = job->value[i];
            const ds_code code = minimise_one(job, i, &curve, &value, err);
            ds_curve_end(&curve);
            if (code != DS_OK) {
                return code;
            }
            moved = moved || has_moved(job, i, before, value);
        }
        moved = moved && pass + 1 < PASSES_MOST;
    }
    return DS_OK;
}

static ds_code find_all(ds_commit_job *job, ds_commit *commit, ds_error *err)
{
    ds_code code = settle(job, err);

    for (size_t i = 0; code == DS_OK && i < job->trials.pointer_count; i++) {
        ds_curve curve;
        ds_estimate value;
        code = minimise_one(job, i, &curve, &value, err);
        if (code == DS_OK) {
            code = ds_commit_report(job, &curve, value, &commit->term[i], err);
        }
        ds_curve_end(&curve);
    }
    return code;
}

ds_code ds_commit_run(const ds_scenario *base, const ds_commit_options *options, ds_commit **out,
                      ds_error *err)
{
    ds_commit_job job = {.trials = {.base = base, .strategy = options->strategy},
                         .run = options->run, .cvar_level = base->cvar_level,
                         .groups = {DS_GROUPS_EACH, 1}};

    *out = NULL;
    job.trials.pointers = job.pointers;
    if (job.run.path_count == 0) {
        job.run.path_count = ds_scenario_paths(base);
        if (job.run.path_count > DS_COMMIT_PATHS) {
            job.run.path_count = ds_scenario_paths_up_to(base, DS_COMMIT_PATHS);
        }
    }
    ds_code code = find_ranges(&job, options, err);
    if (code == DS_OK) {
        code = prepare(&job, err);
    }
    ds_commit *commit = code == DS_OK ? ds_commit_new(&job) : NULL;
    if (code == DS_OK && commit == NULL) {
        code = ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    if (code == DS_OK) {
        code = find_all(&job, commit, err);
    }
    if (code != DS_OK) {
        ds_commit_free(commit);
        return code;
    }
    *out = commit;
    return DS_OK;
}
