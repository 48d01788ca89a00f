/* samples.c -- a table of futures made by a run: see distillsim_samples.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/design_run.h"
#include "model/plan_internal.h"
#include "model/sources.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

/* ---- The object ------------------------------------------------------------------ */

ds_samples_one *ds_samples_add(ds_samples *s, const char *name, const char *unit,
                               ds_samples_kind kind, size_t room)
{
    if (s->columns == s->room) {
        const size_t more = s->room > 0 ? 2 * s->room : 64;
        ds_samples_one *grown = realloc(s->column, more * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        s->column = grown;
        s->room = more;
    }
    ds_samples_one *one = &s->column[s->columns];
    *one = (ds_samples_one){strdup(name), unit, kind, malloc((room + 1) * sizeof(double))};
    if (one->name == NULL || one->values == NULL) {
        free(one->name);
        free(one->values);
        return NULL;
    }
    s->columns++;
    return one;
}

void ds_samples_remove(ds_samples *s, size_t column)
{
    free(s->column[column].name);
    free(s->column[column].values);
    memmove(s->column + column, s->column + column + 1,
            (s->columns - column - 1) * sizeof *s->column);
    s->columns--;
}

void ds_samples_free(ds_samples *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t c = 0; c < s->columns; c++) {
        free(s->column[c].name);
        free(s->column[c].values);
    }
    free(s->column);
    free(s->units);
    free(s);
}

size_t ds_samples_rows(const ds_samples *s)
{
    return s->rows;
}

size_t ds_samples_columns(const ds_samples *s)
{
    return s->columns;
}

ds_samples_info ds_samples_at(const ds_samples *s, size_t column)
{
    const ds_samples_one *one = &s->column[column];
    return (ds_samples_info){one->name, one->unit, one->kind};
}

const double *ds_samples_column(const ds_samples *s, size_t column)
{
    return s->column[column].values;
}

size_t ds_samples_find(const ds_samples *s, const char *name)
{
    size_t column = 0;
    while (column < s->columns && strcmp(s->column[column].name, name) != 0) {
        column++;
    }
    return column;
}

/* ---- What a run is watched for ------------------------------------------------------ */

typedef struct {
    const ds_plan *plan;
    ds_samples    *samples;
    size_t         stride;
    ds_watch      *watch;
    size_t         count, room;
    ds_error      *err;
} watching;

static ds_code no_memory(const watching *w)
{
    return ds_fail(w->err, DS_E_NOMEM, "", "out of memory");
}

/* A column of zeros, and a watch that fills it in one month. */
static ds_code watch_one(watching *w, const char *name, const char *unit, ds_samples_kind kind,
                         ds_watch watch)
{
    ds_samples_one *one = ds_samples_add(w->samples, name, unit, kind, w->stride);
    if (one == NULL) {
        return no_memory(w);
    }
    memset(one->values, 0, w->stride * sizeof *one->values);
    watch.column = one->values;
    w->watch[w->count++] = watch;
    return DS_OK;
}

static ds_code watch_part(watching *w, const char *map, const char *member, const char *rest,
                          const char *unit, ds_watch watch)
{
    char name[DS_SOURCE_TEXT];
    ds_plan_pointer(name, sizeof name, map, member, rest);
    return watch_one(w, name, unit, DS_SAMPLES_SEEN, watch);
}

static ds_code watch_inputs(watching *w, const ds_sources *sources)
{
    ds_code code = DS_OK;
    for (size_t k = 0; code == DS_OK && k < sources->count; k++) {
        const ds_source *s = &sources->source[k];
        if (s->kind == DS_SOURCE_INPUT) {
            code = watch_one(w, s->text, w->plan->scenario->inputs[s->index].unit,
                             DS_SAMPLES_INPUT, (ds_watch){DS_WATCH_INPUT, s->index, 0, NULL});
        }
    }
    return code;
}

static ds_code watch_students(watching *w)
{
    const ds_plan *plan = w->plan;
    ds_code code = DS_OK;
    for (size_t i = 0; code == DS_OK && i < plan->model_count; i++) {
        const int student = plan->model[i].student;
        const char *name = DS_ITEM(ds_model, plan->scenario->models, i).key.name;
        if (student == DS_NONE) {
            continue;
        }
        code = watch_part(w, "/models/", name, "/project#permitted", "1",
                          (ds_watch){DS_WATCH_ATTEMPTS, (size_t)student, 0, NULL});
        if (code == DS_OK) {
            code = watch_part(w, "/models/", name, "/project#attempts", "1",
                              (ds_watch){DS_WATCH_ATTEMPTS, (size_t)student, 0, NULL});
        }
        if (code == DS_OK) {
            code = watch_part(w, "/models/", name, "/project#passed", "1",
                              (ds_watch){DS_WATCH_PASSED, (size_t)student, 0, NULL});
        }
    }
    return code;
}

/* One watch a month on the same column. */
static ds_code watch_requests(watching *w)
{
    const ds_plan *plan = w->plan;
    const size_t first = w->count;
    ds_code code = DS_OK;
    for (size_t i = 0; code == DS_OK && i < plan->product_count; i++) {
        const char *name = DS_ITEM(ds_product, plan->scenario->products, i).key.name;
        code = watch_part(w, "/products/", name, "#mean_requests_per_month", "request/month",
                          (ds_watch){DS_WATCH_REQUESTS_SUM, i, 0, NULL});
    }
    for (size_t t = 1; code == DS_OK && t < plan->months; t++) {
        for (size_t i = 0; i < plan->product_count; i++) {
            w->watch[w->count] = w->watch[first + i];
            w->watch[w->count++].month = t;
        }
    }
    return code;
}

static ds_code watch_prices(watching *w)
{
    const ds_plan *plan = w->plan;
    const size_t last = plan->months - 1;
    ds_code code = DS_OK;
    for (size_t i = 0; code == DS_OK && i < plan->model_count; i++) {
        code = watch_part(w, "/models/", DS_ITEM(ds_model, plan->scenario->models, i).key.name,
                          "/price_path#last_level", "1",
                          (ds_watch){DS_WATCH_PRICE, i, last, NULL});
    }
    for (size_t i = 0; code == DS_OK && i < plan->gpu_count; i++) {
        code = watch_part(w, "/gpus/", DS_ITEM(ds_gpu, plan->scenario->gpus, i).key.name,
                          "#last_usd_per_gpu_hour", "USD/GPU-hour",
                          (ds_watch){DS_WATCH_RENT, i, last, NULL});
    }
    return code;
}

static ds_code watch_all(watching *w, const ds_sources *sources)
{
    const ds_plan *plan = w->plan;
    w->room = sources->count + 3 * plan->student_count + plan->months * plan->product_count +
              plan->model_count + plan->gpu_count;
    w->watch = calloc(w->room + 1, sizeof *w->watch);
    if (w->watch == NULL) {
        return no_memory(w);
    }
    ds_code code = watch_inputs(w, sources);
    if (code == DS_OK) {
        code = watch_students(w);
    }
    if (code == DS_OK) {
        code = watch_requests(w);
    }
    return code == DS_OK ? watch_prices(w) : code;
}

/* ---- After the run ------------------------------------------------------------------- */

static bool is_constant(const double *values, size_t rows)
{
    size_t i = 1;
    while (i < rows && values[i] == values[0]) {
        i++;
    }
    return i >= rows;
}

/* Is one column a multiple of the other, but for rounding? */
static bool is_multiple(const ds_samples *s, size_t a, size_t b)
{
    const double *x = s->column[a].values, *y = s->column[b].values;
    size_t i = 0;
    while (i < s->rows && fabs(x[i] * y[0] - y[i] * x[0]) <= 1e-9 * fabs(y[i] * x[0])) {
        i++;
    }
    return i == s->rows;
}

static bool is_called(const ds_samples_one *one, const char *what)
{
    const char *mark = one->kind == DS_SAMPLES_SEEN ? strchr(one->name, '#') : NULL;
    return mark != NULL && strcmp(mark, what) == 0;
}

/* Sums become means, and attempts whether there were any. */
static void finish(const ds_samples *s, ds_samples_one *one, size_t months)
{
    const bool sum = is_called(one, "#mean_requests_per_month");
    const bool any = is_called(one, "#permitted");
    for (size_t i = 0; (sum || any) && i < s->rows; i++) {
        one->values[i] = any ? (one->values[i] > 0 ? 1 : 0) : one->values[i] / (double)months;
    }
}

/* What is seen but never differs, or is a multiple of an earlier column, is no news. */
static void tidy(ds_samples *s, size_t months)
{
    for (size_t c = 0; c < s->columns;) {
        ds_samples_one *one = &s->column[c];
        finish(s, one, months);
        bool old = one->kind == DS_SAMPLES_SEEN && is_constant(one->values, s->rows);
        for (size_t b = 0; !old && b < c; b++) {
            old = one->kind == DS_SAMPLES_SEEN && is_multiple(s, c, b);
        }
        if (old) {
            ds_samples_remove(s, c);
        } else {
            c++;
        }
    }
}

static ds_code add_outcome(ds_samples *s, const ds_result *result, size_t strategy, size_t outcome,
                           ds_error *err)
{
    const ds_outcome_info *info = ds_outcome_at(outcome);
    const double *column = ds_result_column(result, strategy, outcome);
    const char *of = ds_result_strategy_name(result, strategy);
    const size_t length = strlen(of) + strlen(info->name) + 2;
    char *name = malloc(length);
    ds_samples_one *one = NULL;

    if (name != NULL) {
        snprintf(name, length, "%s/%s", of, info->name);
        one = ds_samples_add(s, name, info->unit, DS_SAMPLES_OUTCOME, s->rows);
    }
    free(name);
    if (one == NULL) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    memcpy(one->values, column, s->rows * sizeof *one->values);
    return DS_OK;
}

static ds_code add_outcomes(ds_samples *s, const ds_result *result, const size_t *outcomes,
                            size_t count, ds_error *err)
{
    const size_t usual[] = {ds_outcome_find("cost_npv_usd"), ds_outcome_find("saving_npv_usd"),
                            ds_outcome_find("payback_months")};
    ds_code code = DS_OK;

    if (count == 0) {
        outcomes = usual;
        count = sizeof usual / sizeof usual[0];
    }
    for (size_t strategy = 0; strategy < ds_result_strategy_count(result); strategy++) {
        for (size_t o = 0; code == DS_OK && o < count; o++) {
            if (ds_result_has(result, outcomes[o])) {
                code = add_outcome(s, result, strategy, outcomes[o], err);
            }
        }
    }
    return code;
}

/* Units are texts of the scenario, which may go before the samples do. */
static ds_code own_units(ds_samples *s, ds_error *err)
{
    size_t length = 1, used = 0;
    for (size_t c = 0; c < s->columns; c++) {
        length += strlen(s->column[c].unit) + 1;
    }
    s->units = malloc(length);
    if (s->units == NULL) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    for (size_t c = 0; c < s->columns; c++) {
        const size_t size = strlen(s->column[c].unit) + 1;
        memcpy(s->units + used, s->column[c].unit, size);
        s->column[c].unit = s->units + used;
        used += size;
    }
    return DS_OK;
}

static ds_code fill(watching *w, const ds_result *result, const size_t *outcomes, size_t count)
{
    ds_samples *s = w->samples;
    s->rows = (size_t)ds_result_kept_paths(result);
    if (s->rows < ds_result_paths(result)) {
        return ds_fail(w->err, DS_E_SCENARIO, "/run/paths", "only %zu of %llu paths are kept in "
                       "memory", s->rows, (unsigned long long)ds_result_paths(result));
    }
    tidy(s, w->plan->months);
    const ds_code code = add_outcomes(s, result, outcomes, count, w->err);
    return code == DS_OK ? own_units(s, w->err) : code;
}

ds_code ds_samples_run(const ds_plan *plan, const ds_run_options *options, const size_t *outcomes,
                       size_t outcome_count, ds_samples **out, ds_result **result, ds_error *err)
{
    ds_sources sources = {0, NULL};
    ds_result *got = NULL;
    watching w = {.plan = plan, .samples = calloc(1, sizeof *w.samples),
                  .stride = ds_design_stride(options->path_count), .err = err};

    *out = NULL;
    ds_code code = w.samples != NULL ? ds_sources_make(plan, &sources, err) : no_memory(&w);
    if (code == DS_OK) {
        code = watch_all(&w, &sources);
    }
    if (code == DS_OK) {
        const ds_design design = {.watch = w.watch, .watch_count = w.count};
        code = ds_run_design(plan, options, &design, &got, err);
    }
    if (code == DS_OK) {
        code = fill(&w, got, outcomes, outcome_count);
    }
    free(w.watch);
    ds_sources_release(&sources);
    if (code == DS_OK) {
        *out = w.samples;
    } else {
        ds_samples_free(w.samples);
    }
    if (result != NULL && code == DS_OK) {
        *result = got;
    } else {
        ds_result_free(got);
    }
    return code;
}
