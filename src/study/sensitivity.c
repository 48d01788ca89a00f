/* sensitivity.c -- what drives an answer: see distillsim_sensitivity.h.
 *
 * Called by the program.  It makes the job, lets the method fill the rows, and keeps them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/sensitivity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "scenario/scenario.h"

struct ds_sensitivity {
    ds_arena              *arena;
    ds_sensitivity_summary summary;
    ds_sensitivity_row    *rows;
    size_t                 row_count;
};

typedef struct {
    const char *name;
    size_t      key; /* the figure that rows are sorted by                              */
    ds_code   (*run)(ds_sensitivity_job *job, ds_error *err);
    ds_sensitivity_figure figure[DS_SENSITIVITY_FIGURES];
} method_info;

static const method_info methods[DS_SENSITIVITY_METHODS] = {
    [DS_SENSITIVITY_SOBOL] = { "sobol", 1, ds_sensitivity_sobol,
        { { "first", "alone", true, false }, { "total", "with others", true, false } } },
    [DS_SENSITIVITY_SHAPLEY] = { "shapley", 0, ds_sensitivity_shapley,
        { { "share", "share", true, false } } },
    [DS_SENSITIVITY_TORNADO] = { "tornado", 0, ds_sensitivity_tornado,
        { { "swing", "swing", false, true }, { "at_low", "at low", false, true },
          { "at_high", "at high", false, true } } },
    [DS_SENSITIVITY_MORRIS] = { "morris", 0, ds_sensitivity_morris,
        { { "mu_star", "size", false, true }, { "mu", "mean", false, true },
          { "sigma", "spread", false, true } } },
    [DS_SENSITIVITY_SRC] = { "src", 0, ds_sensitivity_sample,
        { { "src", "coefficient", false, false } } },
    [DS_SENSITIVITY_PRCC] = { "prcc", 0, ds_sensitivity_sample,
        { { "prcc", "correlation", false, false } } },
    [DS_SENSITIVITY_GIVEN] = { "given", 0, ds_sensitivity_sample,
        { { "first", "alone", true, false }, { "at_low", "lowest tenth", false, true },
          { "at_high", "highest tenth", false, true } } },
};

static const char *const scales[] = { "value", "rank", "probability" };

const char *ds_sensitivity_method_name(size_t index)
{
    return index < DS_SENSITIVITY_METHODS ? methods[index].name : NULL;
}

const char *ds_sensitivity_scale_name(size_t index)
{
    return index < DS_SENSITIVITY_SCALES ? scales[index] : NULL;
}

const ds_sensitivity_figure *ds_sensitivity_figure_at(ds_sensitivity_method method, size_t index)
{
    return index < DS_SENSITIVITY_FIGURES && methods[method].figure[index].name != NULL
               ? &methods[method].figure[index] : NULL;
}

/* ---- Rows ----------------------------------------------------------------------------- */

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

static ds_code make_rows(ds_sensitivity_job *job, size_t count, ds_error *err)
{
    const ds_estimate none = { (double)NAN, (double)NAN };

    job->rows = ds_arena_array(job->arena, count + 1, sizeof *job->rows);
    if (job->rows == NULL)
        return no_memory(err);
    job->row_count = count;
    for (size_t i = 0; i < count; i++)
        job->rows[i] = (ds_sensitivity_row){ .name = "", .unit = "", .low = (double)NAN,
                                             .high = (double)NAN,
                                             .figure = { none, none, none } };
    return DS_OK;
}

/* The unit of a row that is one quantity. */
static const char *unit_of(const ds_sensitivity_job *job, const size_t *sources, size_t count)
{
    const ds_source *s = &job->sources.source[sources[0]];
    const bool quantity = s->kind == DS_SOURCE_INPUT || s->kind == DS_SOURCE_SIZES;
    const char *unit = count == 1 && quantity ? job->scenario->inputs[s->index].unit : NULL;

    return unit != NULL ? ds_arena_copy(job->arena, unit) : "";
}

static ds_code add_members(ds_sensitivity_job *job, const size_t *sources, size_t count,
                           ds_sensitivity_row *row, ds_error *err)
{
    const char **members = ds_arena_array(job->arena, count + 1, sizeof *members);

    row->unit = unit_of(job, sources, count);
    if (members == NULL || row->unit == NULL)
        return no_memory(err);
    for (size_t k = 0; k < count; k++) {
        members[k] = ds_arena_copy(job->arena, job->sources.source[sources[k]].text);
        if (members[k] == NULL)
            return no_memory(err);
    }
    row->members = members;
    row->member_count = count;
    return DS_OK;
}

ds_code ds_sensitivity_factor_rows(ds_sensitivity_job *job, ds_error *err)
{
    ds_code code = make_rows(job, job->factor_count, err);

    for (size_t i = 0; code == DS_OK && i < job->factor_count; i++) {
        const ds_factor *f = &job->factors[i];
        job->rows[i].name = f->name;
        job->rows[i].chance = f->chance;
        job->rows[i].rest = f->rest;
        code = add_members(job, f->source, f->count, &job->rows[i], err);
    }
    return code;
}

ds_code ds_sensitivity_input_rows(ds_sensitivity_job *job, const size_t *sources, size_t count,
                                  ds_error *err)
{
    ds_code code = make_rows(job, count, err);

    for (size_t i = 0; code == DS_OK && i < count; i++) {
        code = add_members(job, &sources[i], 1, &job->rows[i], err);
        if (code == DS_OK)
            job->rows[i].name = job->rows[i].members[0];
    }
    return code;
}

static double importance(const ds_sensitivity_job *job, const ds_sensitivity_row *row)
{
    const method_info *method = &methods[job->summary.method];
    const double value = row->figure[method->key].value;
    const double size = method->figure[method->key].share ? value : fabs(value);
    return isnan(size) ? -(double)INFINITY : size;
}

/* By insertion, which leaves equal ones in their order. */
void ds_sensitivity_sort(ds_sensitivity_job *job)
{
    for (size_t i = 1; i < job->row_count; i++) {
        const ds_sensitivity_row row = job->rows[i];
        size_t at = i;
        while (at > 0 && !row.rest &&
               (job->rows[at - 1].rest ||
                importance(job, &job->rows[at - 1]) < importance(job, &row))) {
            job->rows[at] = job->rows[at - 1];
            at--;
        }
        job->rows[at] = row;
    }
}

/* ---- The study --------------------------------------------------------------------------- */

static ds_code begin_job(ds_sensitivity_job *job, ds_error *err)
{
    const ds_estimate none = { (double)NAN, (double)NAN };

    job->arena = ds_arena_new(0);
    job->summary.explained = none;
    job->summary.mean = job->summary.sd = none;
    job->summary.factor = (double)NAN;
    return job->arena != NULL ? DS_OK : no_memory(err);
}

/* The object takes the arena of the job, when all went well. */
static ds_code end_job(ds_sensitivity_job *job, ds_code code, ds_sensitivity **out, ds_error *err)
{
    ds_sensitivity *s = code == DS_OK ? malloc(sizeof *s) : NULL;

    if (code == DS_OK && s == NULL)
        code = no_memory(err);
    if (code != DS_OK) {
        ds_arena_free(job->arena);
        return code;
    }
    *s = (ds_sensitivity){ job->arena, job->summary, job->rows, job->row_count };
    *out = s;
    return DS_OK;
}

ds_code ds_sensitivity_run(const ds_scenario *base, const ds_sensitivity_options *options,
                           ds_sensitivity **out, ds_error *err)
{
    ds_sensitivity_job job = { .options = options, .base = base };
    const ds_outcome_info *outcome = ds_outcome_at(options->outcome);

    *out = NULL;
    job.summary = (ds_sensitivity_summary){ .method = options->method, .scale = options->scale,
                                            .outcome = outcome->name, .unit = outcome->unit,
                                            .seed = options->run.seed };
    ds_code code = begin_job(&job, err);
    if (code == DS_OK)
        code = ds_sensitivity_begin(&job, err);
    if (code == DS_OK)
        code = ds_sensitivity_group_sources(&job, err);
    if (code == DS_OK)
        code = methods[options->method].run(&job, err);
    ds_sensitivity_end(&job);
    return end_job(&job, code, out, err);
}

/* ---- A table ------------------------------------------------------------------------------ */

static ds_code copy_names(ds_sensitivity_job *job, const ds_sensitivity_table *t, ds_error *err)
{
    ds_code code = make_rows(job, t->inputs, err);

    job->summary.outcome = ds_arena_copy(job->arena, t->output);
    job->summary.unit = ds_arena_copy(job->arena, t->unit);
    for (size_t i = 0; code == DS_OK && i < t->inputs; i++) {
        ds_sensitivity_row *row = &job->rows[i];
        const char **member = ds_arena_array(job->arena, 1, sizeof *member);
        row->name = ds_arena_copy(job->arena, t->names[i]);
        row->unit = ds_arena_copy(job->arena, t->units != NULL ? t->units[i] : "");
        if (row->name == NULL || row->unit == NULL || member == NULL)
            return no_memory(err);
        member[0] = row->name;
        row->members = member;
        row->member_count = 1;
    }
    const bool named = job->summary.outcome != NULL && job->summary.unit != NULL;
    return code == DS_OK && !named ? no_memory(err) : code;
}

static ds_code scale_output(ds_sensitivity_job *job, const ds_sensitivity_table *t, double *y,
                            ds_error *err)
{
    bool endless = false;

    for (size_t k = 0; k < t->rows; k++) {
        endless = endless || isinf(t->y[k]);
        if (isnan(t->y[k]))
            return ds_fail(err, DS_E_USAGE, NULL, "row %zu has no %.80s", k + 1, t->output);
    }
    for (size_t k = 0; k < t->rows; k++) {
        const double there = endless ? (double)(isfinite(t->y[k]) != 0) : (double)(t->y[k] > 0.0);
        y[k] = job->summary.scale == DS_SENSITIVITY_PROBABILITY ? there : t->y[k];
    }
    if (endless && job->summary.scale == DS_SENSITIVITY_VALUE)
        return ds_fail(err, DS_E_USAGE, NULL, "not every row has %.80s; ask for its :probability "
                       "(that there is one)", t->output);
    return ds_sensitivity_refer_to(job, y, t->rows, err);
}

ds_code ds_sensitivity_of_table(const ds_sensitivity_table *t, ds_sensitivity_method method,
                                ds_sensitivity_scale scale, ds_sensitivity **out, ds_error *err)
{
    const ds_sensitivity_options options = { .method = method, .scale = scale };
    ds_sensitivity_job job = { .options = &options, .path_groups = { DS_GROUPS_EACH, 1 } };

    *out = NULL;
    job.summary = (ds_sensitivity_summary){ .method = method, .scale = scale,
                                            .strategy = "", .baseline = "", .runs = 0 };
    if (methods[method].run != ds_sensitivity_sample)
        return ds_fail(err, DS_E_USAGE, NULL, "a table of futures that are there already has "
                       "only the methods src, prcc and given; %s makes futures of its own",
                       methods[method].name);
    if (t->inputs == 0 || t->rows < 16)
        return ds_fail(err, DS_E_USAGE, NULL, t->inputs == 0 ? "the table has no inputs"
                                                             : "the table has fewer than 16 rows");
    ds_code code = begin_job(&job, err);
    double *y = malloc(t->rows * sizeof *y);
    if (code == DS_OK && y == NULL)
        code = no_memory(err);
    if (code == DS_OK)
        code = copy_names(&job, t, err);
    if (code == DS_OK)
        code = scale_output(&job, t, y, err);
    if (code == DS_OK)
        code = ds_sensitivity_describe(&job, y, t->rows, err);
    if (code == DS_OK)
        code = ds_sensitivity_columns(&job, t->x, y, t->rows, err);
    free(y);
    ds_sensitivity_end(&job);
    return end_job(&job, code, out, err);
}

void ds_sensitivity_free(ds_sensitivity *s)
{
    if (s == NULL)
        return;
    ds_arena_free(s->arena);
    free(s);
}

ds_sensitivity_summary ds_sensitivity_summary_of(const ds_sensitivity *s)
{
    return s->summary;
}

size_t ds_sensitivity_row_count(const ds_sensitivity *s)
{
    return s->row_count;
}

const ds_sensitivity_row *ds_sensitivity_row_at(const ds_sensitivity *s, size_t index)
{
    return &s->rows[index];
}
