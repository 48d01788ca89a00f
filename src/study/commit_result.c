/* commit_result.c -- what a search for the best terms has found.
 *
 * ds_commit_report() is called by commit.c once the curve of a term is known; the
 * accessors by the program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/commit.h"

static const ds_estimate nothing = {(double)NAN, (double)NAN};

/* ---- The numbers of the scenario ------------------------------------------------- */

static const ds_input *find_input(const ds_scenario *s, const char *pointer)
{
    for (size_t i = 0; i < s->input_count; i++) {
        if (strcmp(s->inputs[i].pointer, pointer) == 0) {
            return &s->inputs[i];
        }
    }
    return NULL;
}

/* The number that the strategy has now; NAN when it is uncertain or not there. */
static double value_now(const ds_commit_job *job, const char *pointer)
{
    char term[600];
    const ds_scenario *base = job->trials.base;
    const ds_input *input = NULL;

    if (ds_term_pointer(base, job->trials.strategy, pointer, term, sizeof term) &&
        strlen(term) + sizeof "/value" <= sizeof term) {
        strcat(term, "/value");
        input = find_input(base, term);
    }
    input = input != NULL ? input : find_input(base, pointer);
    return input != NULL && input->distribution.kind == DS_DIST_CONSTANT ? input->distribution.a
                                                                         : (double)NAN;
}

/* Of the quantity at the pointer, which may be there only once it has a value. */
static const char *unit_of(const ds_commit_job *job, const char *pointer, ds_arena *arena)
{
    ds_scenario *scenario = NULL;
    ds_error ignored;
    const ds_input *input = find_input(job->trials.base, pointer);
    const char *unit = "";

    if (input == NULL &&
        ds_trials_scenario(&job->trials, job->value, 1, &scenario, &ignored) == DS_OK) {
        input = find_input(scenario, pointer);
    }
    if (input != NULL && input->unit != NULL) {
        unit = ds_arena_copy(arena, input->unit);
    }
    ds_scenario_free(scenario);
    return unit != NULL ? unit : "";
}

ds_commit *ds_commit_new(const ds_commit_job *job)
{
    ds_arena *arena = ds_arena_new(0);
    ds_commit *c = arena != NULL ? ds_arena_array(arena, 1, sizeof *c) : NULL;

    if (c == NULL) {
        ds_arena_free(arena);
        return NULL;
    }
    c->arena = arena;
    c->paths = job->run.path_count;
    c->seed = job->run.seed;
    c->cvar_level = job->cvar_level;
    c->term_count = job->trials.pointer_count;
    c->strategy =
        ds_arena_copy(arena, ds_scenario_strategy_name(job->trials.base, job->trials.strategy));
    bool done = c->strategy != NULL;
    for (size_t i = 0; i < c->term_count; i++) {
        ds_commit_term *term = &c->term[i].what;
        *term = (ds_commit_term){.low = job->range[i].low, .high = job->range[i].high,
                                 .step = job->step[i], .of = job->of,
                                 .pointer = ds_arena_copy(arena, job->pointers[i]),
                                 .unit = unit_of(job, job->pointers[i], arena)};
        done = done && term->pointer != NULL;
    }
    if (!done) {
        ds_commit_free(c);
        return NULL;
    }
    return c;
}

void ds_commit_free(ds_commit *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->term_count; i++) {
        free(c->term[i].points);
    }
    ds_arena_free(c->arena); /* c itself is in it */
}

/* ---- What the curve says --------------------------------------------------------- */

static ds_commit_point describe(ds_curve *curve, size_t index, size_t best)
{
    const ds_curve_point *p = &curve->points[index];

    return (ds_commit_point){.value = p->value,
                             .mean = ds_curve_estimate(curve, DS_COMMIT_MEAN, p->cost),
                             .cvar = ds_curve_estimate(curve, DS_COMMIT_CVAR, p->cost),
                             .loss = ds_curve_loss(curve, index, best)};
}

static bool all_the_same(const ds_curve *curve)
{
    const size_t bytes = curve->problem.paths * sizeof(double);

    for (size_t i = 1; i < curve->count; i++) {
        if (memcmp(curve->points[i].cost, curve->points[0].cost, bytes) != 0) {
            return false;
        }
    }
    return true;
}

static ds_commit_state state_of(const ds_curve *curve, size_t best)
{
    if (all_the_same(curve)) {
        return DS_COMMIT_UNUSED;
    }
    return best == 0                  ? DS_COMMIT_AT_LOW
           : best + 1 == curve->count ? DS_COMMIT_AT_HIGH
                                      : DS_COMMIT_INSIDE;
}

/* The value that is wrong by a share of the best one; NAN when it is out of range. */
static double wrong_value(const ds_curve *curve, double best, double share)
{
    const ds_curve_problem *p = &curve->problem;
    double x = best * (1.0 + share);

    if (p->step > 0.0 && fabs(x - best) < p->step) {
        x = best + (share < 0.0 ? -p->step : p->step);
    }
    return best == 0.0 || x < p->low || x > p->high ? (double)NAN : ds_curve_snap(curve, x);
}

static ds_code try_wrong(ds_curve *curve, double best, ds_commit_term *term, ds_error *err)
{
    ds_code code = DS_OK;

    for (size_t i = 0; code == DS_OK && i < DS_COMMIT_WRONG_COUNT; i++) {
        const double x = wrong_value(curve, best, ds_commit_wrong_shares[i]);
        term->wrong[i] = (ds_commit_point){x, nothing, nothing, nothing};
        if (!isnan(x)) {
            code = ds_curve_try(curve, &x, 1, err);
        }
    }
    return code;
}

/* As the scenario stands, which need not be in the range, nor a number. */
static ds_code describe_now(ds_commit_job *job, ds_curve *curve, size_t best,
                            ds_commit_term *term, ds_error *err)
{
    ds_error ignored;
    double *column = malloc(curve->problem.paths * sizeof *column);

    term->now = (ds_commit_point){value_now(job, term->pointer), nothing, nothing, nothing};
    if (column == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    const ds_code code = ds_commit_cost(job, (double)NAN, column, &ignored);
    if (code == DS_OK) {
        term->now.mean = ds_curve_estimate(curve, DS_COMMIT_MEAN, column);
        term->now.cvar = ds_curve_estimate(curve, DS_COMMIT_CVAR, column);
        term->now.loss = ds_curve_loss_of(curve, column, best);
    }
    free(column);
    if (code == DS_E_CANCELLED || code == DS_E_NOMEM) {
        return ds_fail(err, code, NULL, "%s", ignored.message);
    }
    return DS_OK; /* a scenario that needs the value cannot stand without it */
}

static ds_code keep_points(ds_curve *curve, size_t best, ds_commit_found *found, ds_error *err)
{
    found->points = calloc(curve->count, sizeof *found->points);
    if (found->points == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    found->point_count = curve->count;
    for (size_t i = 0; i < curve->count; i++) {
        found->points[i] = describe(curve, i, best);
    }
    return DS_OK;
}

ds_code ds_commit_report(ds_commit_job *job, ds_curve *curve, ds_estimate value,
                         ds_commit_found *found, ds_error *err)
{
    ds_commit_term *term = &found->what;

    term->value = value;
    ds_code code = try_wrong(curve, value.value, term, err);
    const size_t best = code == DS_OK ? ds_curve_find(curve, value.value) : 0;
    if (code == DS_OK) {
        code = describe_now(job, curve, best, term, err);
    }
    if (code == DS_OK) {
        code = keep_points(curve, best, found, err);
    }
    if (code != DS_OK) {
        return code;
    }
    term->state = state_of(curve, best);
    term->best = found->points[best];
    term->at_low = found->points[0];
    term->at_high = found->points[curve->count - 1];
    term->objective = term->of == DS_COMMIT_CVAR ? term->best.cvar : term->best.mean;
    for (size_t i = 0; i < DS_COMMIT_WRONG_COUNT; i++) {
        if (!isnan(term->wrong[i].value)) {
            term->wrong[i] = found->points[ds_curve_find(curve, term->wrong[i].value)];
        }
    }
    const double se = isfinite(term->objective.se) ? term->objective.se : 0.0;
    ds_curve_flat(curve, best, se, &term->near_low, &term->near_high);
    ds_curve_flat(curve, best, 0.01 * fabs(term->objective.value), &term->percent_low,
                  &term->percent_high);
    term->knowing = ds_curve_knowing(curve, best);
    return DS_OK;
}

/* ---- Accessors ------------------------------------------------------------------- */

const char *ds_commit_strategy(const ds_commit *c)
{
    return c->strategy;
}

uint64_t ds_commit_paths(const ds_commit *c)
{
    return c->paths;
}

uint64_t ds_commit_seed(const ds_commit *c)
{
    return c->seed;
}

double ds_commit_cvar_level(const ds_commit *c)
{
    return c->cvar_level;
}

size_t ds_commit_term_count(const ds_commit *c)
{
    return c->term_count;
}

const ds_commit_term *ds_commit_term_at(const ds_commit *c, size_t term)
{
    return &c->term[term].what;
}

size_t ds_commit_point_count(const ds_commit *c, size_t term)
{
    return c->term[term].point_count;
}

const ds_commit_point *ds_commit_point_at(const ds_commit *c, size_t term, size_t index)
{
    return &c->term[term].points[index];
}
