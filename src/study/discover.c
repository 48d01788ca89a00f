/* discover.c -- where it fails: boxes, one after the other.  See distillsim_discover.h;
 * numerics/prim.h finds a box.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/discover.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/stream.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

static const double alpha = 0.05, usual_mass = 0.02;
static const double worth = 0.03, worth_errors = 3; /* (177) */
static const double level = 0.05;       /* of the test of a box                       */
static const double least_excess = 0.03; /* of coverage over mass                       */
enum { HITS_LEAST = 20, DENSITY_STEPS = 12 };

/* ---- The search ---------------------------------------------------------------------- */

static ds_code no_memory(const ds_discovery *s)
{
    return ds_fail(s->err, DS_E_NOMEM, "", "out of memory");
}

static bool is_called(ds_samples_info info, const char *what)
{
    const size_t length = strlen(what);
    const char end = strncmp(info.name, what, length) == 0 ? info.name[length] : 'x';

    return end == '\0' || (what[0] == '/' && (end == '/' || end == '#')) ||
           (info.kind == DS_SAMPLES_SEEN && strcmp(what, "seen") == 0);
}

static bool is_left_out(const ds_discover_options *o, ds_samples_info info)
{
    bool is = false;
    for (size_t k = 0; k < o->leave_out_count; k++) {
        is = is || is_called(info, o->leave_out[k]);
    }
    return is;
}

/* Is there something behind every name that is left out?  One that is written wrong would
 * leave nothing out without a word; "seen" may be of nothing. */
static ds_code check_left_out(const ds_discovery *s)
{
    for (size_t k = 0; k < s->options->leave_out_count; k++) {
        const char *what = s->options->leave_out[k];
        bool found = strcmp(what, "seen") == 0;
        for (size_t c = 0; c < ds_samples_columns(s->samples); c++) {
            found = found || is_called(ds_samples_at(s->samples, c), what);
        }
        if (!found) {
            return ds_fail(s->err, DS_E_USAGE, NULL, "there is no uncertain figure \"%.120s\" to "
                           "leave out, nor any below it", what);
        }
    }
    return DS_OK;
}

static bool varies(const double *x, size_t rows)
{
    bool differs = false;
    for (size_t i = 0; i < rows; i++) {
        if (!isfinite(x[i])) {
            return false;
        }
        differs = differs || x[i] != x[0];
    }
    return differs;
}

/* The columns that may be restricted, as bins. */
static ds_code make_grid(ds_discovery *s, size_t used)
{
    const size_t all = ds_samples_columns(s->samples), rows = ds_samples_rows(s->samples);
    const double **values = malloc((all + 1) * sizeof *values);
    size_t count = 0;

    s->column = malloc((all + 1) * sizeof *s->column);
    if (values == NULL || s->column == NULL) {
        free(values);
        return no_memory(s);
    }
    for (size_t c = 0; c < all; c++) {
        const ds_samples_info info = ds_samples_at(s->samples, c);
        const double *x = ds_samples_column(s->samples, c);
        if (c != used && info.kind != DS_SAMPLES_OUTCOME && !is_left_out(s->options, info) &&
            varies(x, rows)) {
            values[count] = x;
            s->column[count++] = c;
        }
    }
    ds_code code = DS_OK;
    if (count == 0) {
        code = ds_fail(s->err, DS_E_USAGE, NULL, "nothing is uncertain that a box could be made "
                       "of");
    } else if (!ds_prim_grid_make(rows, count, values, &s->grid)) {
        code = no_memory(s);
    }
    free(values);
    return code;
}

static ds_code allocate(ds_discovery *s)
{
    const size_t rows = ds_samples_rows(s->samples);
    s->hit = calloc(rows + 1, 1);
    s->found_in = calloc(rows + 1, 1);
    s->told_in = calloc(rows + 1, 1);
    s->free = calloc(rows + 1, 1);
    s->mark = calloc(rows + 1, 1);
    s->box = malloc((ds_samples_columns(s->samples) + 1) * sizeof *s->box);
    return s->hit != NULL && s->found_in != NULL && s->told_in != NULL && s->free != NULL &&
                   s->mark != NULL && s->box != NULL
               ? DS_OK
               : no_memory(s);
}

static void release(ds_discovery *s)
{
    free(s->hit);
    free(s->found_in);
    free(s->told_in);
    free(s->free);
    free(s->mark);
    free(s->box);
    free(s->column);
    ds_prim_grid_release(&s->grid);
}

/* Two halves, by lot. */
static void halve(ds_discovery *s)
{
    const uint64_t key = ds_stream_key(s->options->seed, ds_hash_text("discover"));
    const size_t rows = ds_samples_rows(s->samples);

    for (size_t i = 0; i < rows; i++) {
        s->free[i] = 1;
        s->found_in[i] = ds_stream_uniform(key, i, 0, 0) < 0.5;
        s->told_in[i] = !s->found_in[i];
    }
    for (size_t i = 0; i < rows; i++) {
        ds_prim_tally *t = s->found_in[i] ? &s->all_found : &s->all_told;
        t->rows++;
        t->hits += s->hit[i];
    }
}

/* Of no future, or of all: then there is no part to look for, which is an answer. */
static bool is_certain(const ds_discovery *s)
{
    const uint64_t hits = s->all_found.hits + s->all_told.hits;

    return hits == 0 || hits == s->all_found.rows + s->all_told.rows;
}

static ds_code check_hits(const ds_discovery *s)
{
    const ds_discover_facts *f = &s->d->facts;
    const uint64_t hits = s->all_found.hits + s->all_told.hits;
    const uint64_t rows = s->all_found.rows + s->all_told.rows;

    if (is_certain(s) || (s->all_found.hits >= HITS_LEAST && s->all_told.hits >= HITS_LEAST &&
                          rows - hits >= (uint64_t)2 * HITS_LEAST)) {
        return DS_OK;
    }
    return ds_fail(s->err, DS_E_USAGE, NULL, "in %llu of the %llu futures is %.60s%s%.60s %s "
                   "%.15g: too few on one side for a box; take more paths",
                   (unsigned long long)hits, (unsigned long long)rows, f->strategy,
                   f->strategy[0] != '\0' ? "/" : "", f->outcome, f->relation, f->bound);
}

static void set_facts(ds_discovery *s)
{
    const ds_discover_options *o = s->options;
    ds_discover_facts *f = &s->d->facts;
    const uint64_t rows = s->all_found.rows + s->all_told.rows;

    f->paths = (size_t)rows;
    f->found_in = (size_t)s->all_found.rows;
    f->told_in = (size_t)s->all_told.rows;
    f->share = ds_share_of(s->all_found.hits + s->all_told.hits, rows);
    f->inputs = s->grid.columns;
    f->halves = DS_DISCOVER_HALVES;
    f->min_density = o->min_density;
    f->min_mass = o->min_mass > 0 ? o->min_mass : usual_mass;
    f->refused_p = (double)NAN;
    s->prim = (ds_prim_options){.alpha = alpha, .objective = DS_PRIM_LEAST_MEAN,
                                .threshold = f->share.value, .worth = worth, .z = worth_errors,
                                .most_columns = o->inputs > 0 ? o->inputs : DS_DISCOVER_INPUTS};
}

/* (179): does the box hold in the other half? */
static bool holds(ds_discovery *s)
{
    const ds_prim_tally left = ds_discovery_mark(s, s->told_in, s->mark);
    const ds_prim_tally in = ds_prim_count(&s->grid, s->hit, s->mark, s->box);
    const double p = ds_prim_quasi_p(in, left);
    const double coverage = (double)in.hits / (double)s->all_told.hits;
    const double mass = (double)in.rows / (double)s->all_told.rows;
    const bool fine = in.rows > 0 && p <= level && coverage - mass >= least_excess;

    if (!fine) {
        s->d->facts.refused_p = p;
    }
    return fine;
}

/* The box of a trajectory for this threshold, and what it holds where it is found. */
static ds_code fit(ds_discovery *s, ds_prim_trajectory *t, double threshold, ds_prim_range *box,
                   ds_prim_tally *in)
{
    s->prim.threshold = threshold;
    ds_prim_choose(t, threshold);
    ds_prim_after(&s->grid, t, t->chosen, box);
    if (!ds_prim_trim(&s->grid, s->hit, s->mark, &s->prim, box)) {
        return no_memory(s);
    }
    *in = ds_prim_count(&s->grid, s->hit, s->mark, box);
    return DS_OK;
}

static bool is_dense(const ds_discovery *s, ds_prim_tally in)
{
    return (double)in.hits >= s->d->facts.min_density * (double)in.rows;
}

/* The least threshold whose box is as dense as it has to be. */
static ds_code fit_densely(ds_discovery *s, ds_prim_trajectory *t)
{
    double low = s->d->facts.share.value, high = s->d->facts.min_density, best = high;
    ds_prim_tally in = {0, 0};
    ds_code code = fit(s, t, low, s->box, &in);

    if (code != DS_OK || is_dense(s, in)) {
        return code;
    }
    for (int step = 0; code == DS_OK && step < DENSITY_STEPS; step++) {
        const double middle = 0.5 * (low + high);
        code = fit(s, t, middle, s->box, &in);
        if (code == DS_OK && is_dense(s, in)) {
            best = high = middle;
        } else {
            low = middle;
        }
    }
    if (code == DS_OK) {
        code = fit(s, t, best, s->box, &in);
    }
    if (code == DS_OK && !is_dense(s, in)) {
        ds_prim_whole(&s->grid, s->box); /* none is */
    }
    return code;
}

/* The next box, unless there is none. */
static ds_code next_box(ds_discovery *s, bool *found)
{
    ds_discover *d = s->d;
    ds_prim_trajectory t;
    const ds_prim_tally left = ds_discovery_mark(s, s->found_in, s->mark);

    *found = false;
    if (left.hits < HITS_LEAST || left.hits == left.rows) {
        return DS_OK;
    }
    s->prim.least_mass = d->facts.min_mass * (double)s->all_found.rows / (double)left.rows;
    if (!ds_prim_peel_all(&s->grid, s->hit, s->mark, &s->prim, &t)) {
        return no_memory(s);
    }
    ds_code code = fit_densely(s, &t);
    if (code == DS_OK && ds_prim_restricted(&s->grid, s->box) > 0 && holds(s)) {
        *found = true;
        code = ds_discovery_describe(s, &t, &d->box[d->box_count++]);
        for (size_t i = 0; i < s->grid.rows; i++) {
            s->free[i] = s->free[i] && !ds_prim_is_in(&s->grid, s->box, i);
        }
    }
    ds_prim_trajectory_release(&t);
    return code;
}

static ds_code search(ds_discovery *s)
{
    size_t most = s->options->boxes > 0 ? s->options->boxes : DS_DISCOVER_BOXES;
    bool found = true;
    ds_code code = DS_OK;

    most = most < DS_DISCOVER_MOST_BOXES ? most : DS_DISCOVER_MOST_BOXES;
    s->total = (uint64_t)most * DS_DISCOVER_HALVES;
    for (size_t b = 0; code == DS_OK && found && b < most; b++) {
        code = next_box(s, &found);
    }
    return code;
}

/* ---- Public --------------------------------------------------------------------------- */

static ds_code check_options(const ds_discover_options *o, ds_error *err)
{
    if (!(o->min_density >= 0 && o->min_density < 1)) {
        return ds_fail(err, DS_E_USAGE, NULL, "the least density is a share below 1");
    }
    if (!(o->min_mass >= 0 && o->min_mass < 1)) {
        return ds_fail(err, DS_E_USAGE, NULL, "the least mass is a share below 1");
    }
    return DS_OK;
}

static ds_code discover(const ds_samples *samples, const ds_discover_options *options,
                        const ds_condition *condition, const char *usual, ds_discover *d,
                        ds_error *err)
{
    ds_discovery s = {.d = d, .samples = samples, .options = options, .err = err};
    size_t used = 0;
    ds_code code = allocate(&s);

    if (code == DS_OK) {
        code = ds_discover_hits(d, samples, options, condition, usual, s.hit, &used, err);
    }
    if (code == DS_OK) {
        halve(&s);
        code = check_hits(&s);
    }
    if (code == DS_OK) {
        code = check_left_out(&s);
    }
    if (code == DS_OK) {
        code = make_grid(&s, used);
    }
    if (code == DS_OK) {
        set_facts(&s);
        code = is_certain(&s) ? DS_OK : search(&s);
    }
    release(&s);
    return code;
}

static ds_code look(const ds_samples *samples, const ds_discover_options *options,
                    const ds_condition *condition, const char *usual, ds_discover **out,
                    ds_error *err)
{
    ds_discover *d = calloc(1, sizeof *d);
    ds_code code = DS_E_NOMEM;

    if (d != NULL) {
        d->arena = ds_arena_new(0);
    }
    if (d == NULL || d->arena == NULL) {
        ds_fail(err, DS_E_NOMEM, "", "out of memory");
    } else {
        code = discover(samples, options, condition, usual, d, err);
    }
    if (code == DS_OK) {
        *out = d;
    } else {
        ds_discover_free(d);
    }
    return code;
}

ds_code ds_discover_samples(const ds_samples *samples, const ds_discover_options *options,
                            ds_discover **out, ds_error *err)
{
    ds_condition condition;

    *out = NULL;
    ds_code code = check_options(options, err);
    if (code == DS_OK) {
        code = ds_condition_parse(options->when, &condition, err);
    }
    return code == DS_OK ? look(samples, options, &condition, NULL, out, err) : code;
}

/* Outcomes that the condition needs; the costs are always there. */
static ds_code needed(const ds_condition *c, size_t *outcome, ds_error *err)
{
    const char *slash = c->name[0] != '/' ? strrchr(c->name, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : c->name;

    *outcome = ds_outcome_find(c->name[0] == '/' ? "saving_npv_usd" : name);
    return *outcome < ds_outcome_count() ? DS_OK
           : ds_fail(err, DS_E_USAGE, NULL, "there is no outcome \"%.120s\"; `distillsim help "
                     "outcomes' lists them", name);
}

/* Those of the options and of the condition, "STRATEGY/OUTCOME". */
static ds_code check_strategies(const ds_scenario *scenario, const ds_discover_options *o,
                                const ds_condition *c, ds_error *err)
{
    char prefix[DS_CONDITION_NAME];
    const char *slash = c->name[0] != '/' ? strrchr(c->name, '/') : NULL;
    const char *const asked[] = {o->strategy, o->against, slash != NULL ? prefix : NULL};

    snprintf(prefix, sizeof prefix, "%.*s", slash != NULL ? (int)(slash - c->name) : 0, c->name);
    for (size_t k = 0; k < 3; k++) {
        size_t s = 0;
        while (asked[k] != NULL && s < ds_scenario_strategy_count(scenario) &&
               strcmp(ds_scenario_strategy_name(scenario, s), asked[k]) != 0) {
            s++;
        }
        if (s == ds_scenario_strategy_count(scenario)) {
            return ds_fail(err, DS_E_USAGE, NULL, "there is no strategy \"%.80s\"", asked[k]);
        }
    }
    return DS_OK;
}

/* The scenario that makes only what is looked at, on paths that are independent. */
static ds_code simulate(const ds_scenario *scenario, const ds_run_options *options, size_t outcome,
                        ds_samples **samples, ds_result **result, ds_error *err)
{
    char wanted[80];
    const size_t outcomes[] = {ds_outcome_find("cost_npv_usd"), ds_outcome_find("saving_npv_usd"),
                               outcome};
    const ds_override changes[] = {{"/run/outcomes", wanted}, {"/run/monthly", "false"},
                                   {"/run/sampling", "random"}, {"/run/outer", "0"}};
    ds_scenario *lean = NULL;
    ds_plan *plan = NULL;
    ds_run_options run = *options;

    snprintf(wanted, sizeof wanted, "[\"%s\"]", ds_outcome_at(outcome)->name);
    run.path_count = run.path_count > 0 ? run.path_count : ds_scenario_paths(scenario);
    ds_code code = ds_scenario_with(scenario, changes, sizeof changes / sizeof changes[0], NULL,
                                    NULL, &lean, err);
    if (code == DS_OK) {
        code = ds_plan_compile(lean, &plan, err);
    }
    if (code == DS_OK) {
        const bool more = outcome != outcomes[0] && outcome != outcomes[1];
        code = ds_samples_run(plan, &run, outcomes, more ? 3 : 2, samples, result, err);
    }
    ds_plan_free(plan);
    ds_scenario_free(lean);
    return code;
}

ds_code ds_discover_run(const ds_scenario *scenario, const ds_run_options *run,
                        const ds_discover_options *options, ds_discover **out, ds_error *err)
{
    ds_condition condition;
    size_t outcome = 0;
    ds_samples *samples = NULL;
    ds_result *result = NULL;

    *out = NULL;
    ds_code code = check_options(options, err);
    if (code == DS_OK) {
        code = ds_condition_parse(options->when, &condition, err);
    }
    if (code == DS_OK) {
        code = needed(&condition, &outcome, err);
    }
    if (code == DS_OK) {
        code = check_strategies(scenario, options, &condition, err);
    }
    if (code == DS_OK) {
        code = simulate(scenario, run, outcome, &samples, &result, err);
    }
    if (code == DS_OK) {
        const size_t student = ds_result_decision(result).best_distilling;
        const char *usual = student > 0 && student < ds_result_strategy_count(result)
                                ? ds_result_strategy_name(result, student) : NULL;
        code = look(samples, options, &condition, usual, out, err);
    }
    ds_samples_free(samples);
    ds_result_free(result);
    return code;
}

void ds_discover_free(ds_discover *d)
{
    if (d != NULL) {
        ds_arena_free(d->arena);
        free(d);
    }
}

const ds_discover_facts *ds_discover_about(const ds_discover *d)
{
    return &d->facts;
}

size_t ds_discover_box_count(const ds_discover *d)
{
    return d->box_count;
}

const ds_discover_box *ds_discover_box_at(const ds_discover *d, size_t box)
{
    return &d->box[box].what;
}

const ds_discover_edge *ds_discover_edge_at(const ds_discover *d, size_t box, size_t edge)
{
    return &d->box[box].edges[edge];
}

const ds_discover_peel *ds_discover_peel_at(const ds_discover *d, size_t box, size_t peel)
{
    return &d->box[box].peels[peel];
}

const ds_discover_rival *ds_discover_rival_at(const ds_discover *d, size_t box, size_t rival)
{
    return &d->box[box].rivals[rival];
}
