/* timing_data.c -- a strategy started in every month, and what can be seen meanwhile.
 *
 * Called by timing.c.  One run has the strategy never started, and started in each month;
 * what has not started is not simulated (model/starts.h), so that it costs little more than
 * half of the months of each.  Its columns are then put in order: the paths that rules are
 * fitted on first, in whole groups (110).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/timing_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/design_run.h"
#include "engine/result.h"
#include "model/sources.h"
#include "numerics/lanes.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "scenario/tree.h"

enum { MOST_SHOCKS = 16, MOST_LEVELS = 4, LEAST_PATHS = 16 };

static const uint64_t most_bytes = UINT64_C(3) << 30;

/* ---- What is watched ------------------------------------------------------------------ */

static void add(size_t *list, size_t *count, size_t most, size_t index)
{
    if (*count < most) {
        list[(*count)++] = index;
    }
}

static void find_world(ds_timing_data *d)
{
    const ds_plan *plan = d->plan;
    const ds_plan_strategy *s = &plan->strategy[0];

    for (size_t p = 0; p < plan->product_count; p++) {
        if (!plan->product[p].idle) {
            add(d->product, &d->product_count, plan->product_count, p);
        }
    }
    for (size_t m = 0; m < plan->model_count; m++) {
        if (s->used[m] && plan->model[m].price_moves && plan->model[m].level == (int)m) {
            add(d->level, &d->level_count, MOST_LEVELS, m);
        }
    }
    for (size_t g = 0; g < plan->gpu_count; g++) {
        if (plan->gpu[g].moves) {
            add(d->rent, &d->rent_count, MOST_LEVELS, g);
        }
    }
}

static ds_code find_shocks(ds_timing_data *d, ds_error *err)
{
    ds_sources sources;
    const ds_code code = ds_sources_make(d->plan, &sources, err);

    for (size_t k = 0; code == DS_OK && k < sources.count; k++) {
        const ds_source *source = &sources.source[k];
        if (source->kind == DS_SOURCE_SHOCKS &&
            d->plan->same_shock[source->index] == (int)source->index) {
            add(d->process, &d->process_count, MOST_SHOCKS, source->index);
        }
    }
    if (code == DS_OK) {
        ds_sources_release(&sources);
    }
    return code;
}

static ds_code find_watched(ds_timing_data *d, const bool *moves, ds_error *err)
{
    const ds_plan *plan = d->plan;

    d->product = calloc(plan->product_count + 1, sizeof *d->product);
    d->level = calloc(MOST_LEVELS, sizeof *d->level);
    d->rent = calloc(MOST_LEVELS, sizeof *d->rent);
    d->process = calloc(MOST_SHOCKS, sizeof *d->process);
    d->student = calloc(DS_TIMING_STUDENTS_MOST, sizeof *d->student);
    if (d->product == NULL || d->level == NULL || d->rent == NULL || d->process == NULL ||
        d->student == NULL) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    for (size_t j = 0; j < plan->strategy[0].project_count; j++) {
        if (moves[j]) {
            add(d->student, &d->student_count, DS_TIMING_STUDENTS_MOST,
                (size_t)plan->strategy[0].project[j].student);
        }
    }
    find_world(d);
    return find_shocks(d, err);
}

/* ---- Columns --------------------------------------------------------------------------- */

typedef struct {
    ds_timing_data *data;
    ds_watch       *watch;
    size_t          watch_count;
    bool            full; /* out of memory */
} columns;

static double *new_column(columns *c)
{
    ds_timing_data *d = c->data;
    double *column = calloc(d->stride, sizeof *column);
    double **more = realloc(d->columns, (d->column_count + 1) * sizeof *more);

    c->full = c->full || column == NULL || more == NULL;
    d->columns = more != NULL ? more : d->columns;
    if (column == NULL || more == NULL) {
        free(column);
        return NULL;
    }
    d->columns[d->column_count++] = column;
    return column;
}

static double *watched(columns *c, ds_watch_kind kind, size_t index, size_t month)
{
    double *column = new_column(c);
    c->watch[c->watch_count++] = (ds_watch){kind, index, month, column};
    return column;
}

static void watch_month(columns *c, size_t month)
{
    ds_timing_data *d = c->data;

    for (size_t k = 0; k < d->product_count; k++) {
        d->requests[month * d->product_count + k] =
            watched(c, DS_WATCH_REQUESTS, d->product[k], month);
    }
    for (size_t k = 0; k < d->level_count; k++) {
        d->price[month * d->level_count + k] = watched(c, DS_WATCH_PRICE, d->level[k], month);
    }
    for (size_t k = 0; k < d->rent_count; k++) {
        d->usd[month * d->rent_count + k] = watched(c, DS_WATCH_RENT, d->rent[k], month);
    }
    for (size_t k = 0; k < d->process_count; k++) {
        d->kick[month * d->process_count + k] =
            month == 0 ? d->zero : watched(c, DS_WATCH_SHOCK, d->process[k], month);
    }
    d->bill[month] = watched(c, DS_WATCH_PAID, 0, month);
}

/* A number of a path, that may be the same on every path. */
static double *watched_input(columns *c, int column)
{
    const ds_plan *plan = c->data->plan;
    if (column == DS_NONE)
        column = plan->zero;
    if (column != plan->zero && column != plan->one &&
        plan->draws.draw[column].kind != DS_DRAW_CONSTANT) {
        return watched(c, DS_WATCH_INPUT, (size_t)column, 0);
    }
    const double value = column == plan->zero  ? 0
                         : column == plan->one ? 1 : plan->draws.draw[column].a;
    double *out = new_column(c);
    for (size_t i = 0; out != NULL && i < c->data->stride; i++) {
        out[i] = value;
    }
    return out;
}

static bool allocate_tables(ds_timing_data *d)
{
    const size_t months = d->months;

    d->gain = calloc(d->dates, sizeof *d->gain);
    d->requests = calloc(months * d->product_count + 1, sizeof *d->requests);
    d->price = calloc(months * d->level_count + 1, sizeof *d->price);
    d->usd = calloc(months * d->rent_count + 1, sizeof *d->usd);
    d->kick = calloc(months * d->process_count + 1, sizeof *d->kick);
    d->variance = calloc(d->process_count + 1, sizeof *d->variance);
    d->at_stake = calloc(months * d->process_count + 1, sizeof *d->at_stake);
    d->moved = calloc(d->dates * d->process_count + 1, sizeof *d->moved);
    d->bill = calloc(months, sizeof *d->bill);
    d->ahead = calloc(d->dates, sizeof *d->ahead);
    d->score = calloc(d->hidden_count + 1, sizeof *d->score);
    double ***const of_students[] = {&d->made, &d->succeeds, &d->permitted, &d->passed, &d->tried};
    bool ok = true;
    for (size_t k = 0; k < sizeof of_students / sizeof *of_students; k++) {
        *of_students[k] = calloc(d->student_count, sizeof **of_students[k]);
        ok = ok && *of_students[k] != NULL;
    }
    return ok && d->gain != NULL && d->requests != NULL && d->price != NULL && d->usd != NULL &&
           d->kick != NULL && d->variance != NULL && d->at_stake != NULL &&
           d->moved != NULL && d->bill != NULL && d->ahead != NULL && d->score != NULL;
}

/* Columns of what a month, and a path, has. */
static uint64_t bytes_wanted(const ds_timing_data *d)
{
    const uint64_t of_month = d->product_count + d->level_count + d->rent_count +
                              3 * d->process_count + 1 + 12; /* 12: timing_state.c */
    const uint64_t wanted = d->months * of_month + 5 * d->dates + d->hidden_count + 64;

    return wanted * d->stride * sizeof(double);
}

/* Column of the volatility of a process. */
static int volatility_of(const ds_plan *plan, size_t process)
{
    for (size_t p = 0; p < plan->product_count; p++) {
        const int own = plan->product[p].process;
        if (own != DS_NONE && plan->same_shock[own] == (int)process) {
            return plan->product[p].volatility;
        }
    }
    for (size_t m = 0; m < plan->model_count; m++) {
        const int own = plan->model[m].process;
        if (own != DS_NONE && plan->same_shock[own] == (int)process) {
            return plan->model[m].volatility;
        }
    }
    for (size_t g = 0; g < plan->gpu_count; g++) {
        const int own = plan->gpu[g].process;
        if (own != DS_NONE && plan->same_shock[own] == (int)process) {
            return plan->gpu[g].volatility;
        }
    }
    return DS_NONE;
}

/* Normal scores become what a step of that volatility multiplies by, less 1; its mean is 0. */
static void make_kicks(ds_timing_data *d)
{
    for (size_t k = 0; k < d->process_count; k++) {
        double *variance = d->variance[k]; /* the volatility of a year until here */
        for (size_t month = 1; month < d->months; month++) {
            double *kick = d->kick[month * d->process_count + k];
            for (size_t i = 0; i < d->paths; i++) {
                const double s = variance[i] / sqrt(12.0);
                kick[i] = ds_exp(s * kick[i] - s * s / 2) - 1;
            }
        }
        for (size_t i = 0; i < d->paths; i++) {
            variance[i] = ds_exp(variance[i] * variance[i] / 12) - 1;
        }
    }
}

/* Hidden inputs are taken less their means, over their sds, and chances less their
 * probability. */
static void finish(ds_timing_data *d, double *const *success, double *const *permission)
{
    make_kicks(d);
    ds_timing_stakes_make(d);
    for (size_t h = 0; h < d->hidden_count; h++) {
        const ds_distribution *of = &d->plan->scenario->inputs[d->hidden[h]].distribution;
        const double mean = ds_distribution_mean(of), sd = ds_distribution_sd(of);
        for (size_t i = 0; i < d->paths; i++) {
            d->score[h][i] = (d->score[h][i] - mean) / (sd > 0 && isfinite(sd) ? sd : 1);
        }
    }
    for (size_t k = 0; k < d->student_count; k++) {
        const int attempts = d->plan->student[d->student[k]].attempts;
        for (size_t i = 0; i < d->paths; i++) {
            double fails = 1, tries = 0;
            for (int a = 0; a < attempts; a++) {
                tries += fails;
                fails *= 1 - success[k][i];
            }
            d->permitted[k][i] = (d->made[k][i] > 0 ? 1 : 0) - permission[k][i];
            d->passed[k][i] = d->succeeds[k][i] - permission[k][i] * (1 - fails);
            d->tried[k][i] = d->made[k][i] - permission[k][i] * tries;
        }
    }
}

static ds_code run(ds_timing_data *d, const ds_timing_options *o, columns *c,
                   const ds_run_options *how, ds_error *err)
{
    double *success[DS_TIMING_STUDENTS_MOST], *permission[DS_TIMING_STUDENTS_MOST];

    for (size_t k = 0; k < d->student_count; k++) {
        const ds_plan_student *s = &d->plan->student[d->student[k]];
        success[k] = watched_input(c, s->success);
        permission[k] = watched_input(c, s->permission);
    }
    for (size_t k = 0; k < d->process_count; k++) {
        d->variance[k] = watched_input(c, volatility_of(d->plan, d->process[k]));
    }
    for (size_t h = 0; h < d->hidden_count; h++) {
        d->score[h] = watched(c, DS_WATCH_INPUT, d->hidden[h], 0);
    }
    for (size_t k = 0; k < d->student_count; k++) {
        d->made[k] = watched(c, DS_WATCH_ATTEMPTS, d->student[k], 0);
        d->succeeds[k] = watched(c, DS_WATCH_PASSED, d->student[k], 0);
        d->permitted[k] = new_column(c);
        d->passed[k] = new_column(c);
        d->tried[k] = new_column(c);
    }
    for (size_t month = 0; month < d->months; month++) {
        watch_month(c, month);
    }
    for (size_t k = 0; k < d->months * d->process_count; k++) {
        d->at_stake[k] = new_column(c);
    }
    for (size_t k = 0; k < d->dates * d->process_count; k++) {
        d->moved[k] = new_column(c);
    }
    if (c->full) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for %zu paths", d->paths);
    }
    (void)o;
    const ds_design design = {.watch = c->watch, .watch_count = c->watch_count};
    const ds_code code = ds_run_design(d->plan, how, &design, &d->result, err);
    if (code == DS_OK) {
        finish(d, success, permission);
    }
    return code;
}

/* ---- Halves ------------------------------------------------------------------------------ */

/* How many paths are fitted on, and the groups of the others. */
static void halve(ds_timing_data *d)
{
    const ds_groups *all = &d->result->groups;
    const uint64_t half = all->modulus / 2;

    d->groups = *all;
    d->fit = d->paths / 2;
    if (all->kind == DS_GROUPS_PAIRS) {
        d->fit -= d->fit % 2;
    }
    if (all->kind == DS_GROUPS_MODULO) {
        d->fit = d->paths / (size_t)all->modulus * (size_t)half;
        d->groups.modulus = all->modulus - half;
    }
}

/* The paths of the first groups first. */
static void put_in_order(const ds_timing_data *d, double *column, double *scratch)
{
    const uint64_t modulus = d->result->groups.modulus, half = modulus / 2;
    size_t fit = 0, other = d->fit;

    for (size_t i = 0; i < d->paths; i++) {
        const size_t to = i % modulus < half ? fit++ : other++;
        scratch[to] = column[i];
    }
    memcpy(column, scratch, d->paths * sizeof *column);
}

static ds_code split(columns *c, ds_error *err)
{
    ds_timing_data *d = c->data;
    double *scratch = malloc(d->stride * sizeof *scratch);

    for (size_t k = d->dates; k-- > 0;) {
        d->ahead[k] = new_column(c);
        for (size_t i = 0; d->ahead[k] != NULL && i < d->paths; i++) {
            const double then = k + 1 < d->dates ? d->ahead[k + 1][i] : 0;
            d->ahead[k][i] = d->bill[d->first + k][i] + then;
        }
        d->gain[k] = new_column(c);
        if (d->gain[k] != NULL) {
            memcpy(d->gain[k], ds_result_column(d->result, 1 + k, DS_OUTCOME_SAVING_NPV),
                   d->paths * sizeof *d->gain[k]);
        }
    }
    if (c->full || scratch == NULL) {
        free(scratch);
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for %zu paths", d->paths);
    }
    halve(d);
    for (size_t k = 0; d->groups.kind == DS_GROUPS_MODULO && k < d->column_count; k++) {
        put_in_order(d, d->columns[k], scratch);
    }
    free(scratch);
    return d->fit > 1 && d->fit + 1 < d->paths /* an error needs two of each */
               ? DS_OK
               : ds_fail(err, DS_E_USAGE, "", "paths that all depend on each other cannot be "
                         "halved: take two replicates or states of knowledge at least");
}

/* ---- All of it ---------------------------------------------------------------------------- */

static ds_code simulate(ds_timing_data *d, const ds_timing_options *o, ds_error *err)
{
    columns c = {.data = d};
    ds_run_options how = o->run;
    ds_code code;

    if (how.path_count == 0) {
        how.path_count = ds_scenario_paths(d->scenario) < DS_TIMING_PATHS
                             ? ds_scenario_paths(d->scenario)
                             : ds_scenario_paths_up_to(d->scenario, DS_TIMING_PATHS);
    }
    how.targets = NULL;
    how.target_count = 0;
    if (how.path_count < LEAST_PATHS) {
        return ds_fail(err, DS_E_USAGE, "", "%llu path%s too few to fit rules on one half and "
                       "value them on the other; take %d or more",
                       (unsigned long long)how.path_count, how.path_count == 1 ? " is" : "s are",
                       LEAST_PATHS);
    }
    d->paths = (size_t)how.path_count;
    d->stride = ds_design_stride(how.path_count);
    if (bytes_wanted(d) > most_bytes) {
        const uint64_t fit = most_bytes / (bytes_wanted(d) / d->stride) / 1024 * 1024;
        return ds_fail(err, DS_E_USAGE, "", "what is watched of %zu paths would take more than "
                       "3 GiB; ask for %zu at most", d->paths, (size_t)fit);
    }
    c.watch = calloc(d->months * (d->product_count + d->level_count + d->rent_count +
                                  d->process_count + 1) +
                         d->hidden_count + d->process_count + 4 * d->student_count + 1,
                     sizeof *c.watch);
    d->zero = new_column(&c);
    if (c.watch == NULL || c.full || !allocate_tables(d)) {
        code = ds_fail(err, DS_E_NOMEM, "", "out of memory for %zu paths", d->paths);
    } else {
        code = run(d, o, &c, &how, err);
    }
    free(c.watch);
    return code == DS_OK ? split(&c, err) : code;
}

ds_code ds_timing_data_make(const ds_scenario *base, const ds_timing_options *o,
                            ds_timing_data *out, ds_error *err)
{
    bool moves[DS_TIMING_STUDENTS_MOST] = {false};
    *out = (ds_timing_data){.months = ds_scenario_months(base)};
    ds_code code = ds_timing_starts_find(base, o, moves, out, err);

    if (code == DS_OK) {
        code = find_watched(out, moves, err);
    }
    if (code == DS_OK) {
        code = ds_timing_hidden_find(out, o, err);
    }
    return code == DS_OK ? simulate(out, o, err) : code;
}

void ds_timing_data_release(ds_timing_data *d)
{
    for (size_t k = 0; k < d->column_count; k++) {
        free(d->columns[k]);
    }
    void *const tables[] = {
        d->columns, d->gain, d->requests, d->price, d->usd, d->bill, d->ahead, d->kick,
        d->variance, d->at_stake, d->moved, d->score, d->made, d->succeeds, d->permitted, d->passed,
        d->tried,
        d->product, d->level, d->rent, d->process, d->student, d->hidden};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        free(tables[k]);
    }
    ds_result_free(d->result);
    ds_plan_free(d->plan);
    ds_scenario_free((ds_scenario *)(uintptr_t)d->scenario);
}
