/* sensitivity_sample.c -- what one sample says: regressions, ranks, bins.
 *
 * Called by sensitivity.c, with the columns of a run or those of a table that somebody has.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/sensitivity.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/sensitivity.h"

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

static ds_estimate estimate_of(ds_index i)
{
    return (ds_estimate){ i.value, i.se };
}

/* ---- Regressions and ranks ------------------------------------------------------------ */

/* Columns that never move have no coefficient, and the others do not need them. */
typedef struct {
    ds_table       table;
    const double **x;
    size_t        *row;
    ds_index      *index;
} moving;

static void end_moving(moving *m)
{
    free(m->x);
    free(m->row);
    free(m->index);
}

static bool begin_moving(const ds_table *t, moving *m)
{
    *m = (moving){ .table = *t, .x = malloc((t->inputs + 1) * sizeof *m->x),
                   .row = malloc((t->inputs + 1) * sizeof *m->row),
                   .index = calloc(t->inputs + 1, sizeof *m->index) };
    if (m->x == NULL || m->row == NULL || m->index == NULL) {
        end_moving(m);
        return false;
    }
    m->table.x = m->x;
    m->table.inputs = 0;
    for (size_t i = 0; i < t->inputs; i++) {
        size_t k = 1;
        while (k < t->paths && t->x[i][k] == t->x[i][0])
            k++;
        if (k < t->paths) {
            m->x[m->table.inputs] = t->x[i];
            m->row[m->table.inputs++] = i;
        }
    }
    return true;
}

static ds_code say_state(const ds_sensitivity_job *job, const moving *m, ds_table_state state,
                         size_t which, ds_error *err)
{
    switch (state) {
    case DS_TABLE_OK:
        return DS_OK;
    case DS_TABLE_SHORT:
        return ds_fail(err, DS_E_USAGE, NULL, "%zu futures are too few for %zu inputs",
                       m->table.paths, m->table.inputs);
    case DS_TABLE_SINGULAR:
        return ds_fail(err, DS_E_USAGE, job->rows[m->row[which]].name,
                       "is a linear function of other inputs, so that none of them has a "
                       "coefficient of its own; name the inputs to take by --input");
    case DS_TABLE_CONSTANT:
    case DS_TABLE_NOMEM:
    default:
        return no_memory(err);
    }
}

static ds_code regress(ds_sensitivity_job *job, const ds_table *t, ds_error *err)
{
    const bool ranks = job->summary.method == DS_SENSITIVITY_PRCC;
    ds_index r_squared = { (double)NAN, (double)NAN };
    size_t which = 0;
    moving m;

    if (!begin_moving(t, &m))
        return no_memory(err);
    const ds_table_state state = ranks ? ds_prcc_of(&m.table, m.index, &which)
                                       : ds_src_of(&m.table, m.index, &r_squared, &which);
    const ds_code code = say_state(job, &m, state, which, err);
    for (size_t i = 0; i < job->row_count; i++)
        job->rows[i].figure[0] = (ds_estimate){ 0.0, 0.0 };
    for (size_t i = 0; code == DS_OK && i < m.table.inputs; i++)
        job->rows[m.row[i]].figure[0] = estimate_of(m.index[i]);
    job->summary.explained = estimate_of(r_squared);
    if (ranks && code == DS_OK)
        job->summary.factor = ds_student_975(ds_prcc_freedom(&m.table));
    end_moving(&m);
    return code;
}

/* ---- Bins ------------------------------------------------------------------------------ */

static ds_code bin(ds_sensitivity_job *job, const ds_table *t, ds_error *err)
{
    enum { TENTHS = 10 };
    size_t *order = malloc((t->paths + 1) * sizeof *order);
    double *work = malloc(2 * (t->paths + 1) * sizeof *work), x[TENTHS];
    ds_index y[TENTHS];
    const bool there = order != NULL && work != NULL;

    for (size_t i = 0; there && i < t->inputs; i++) {
        ds_sensitivity_row *row = &job->rows[i];
        row->figure[0] = estimate_of(ds_given_index_of(t, i, order, work).first);
        ds_conditional_means(t, i, TENTHS, order, y, x);
        row->low = x[0];
        row->high = x[TENTHS - 1];
        row->figure[1] = estimate_of(y[0]);
        row->figure[2] = estimate_of(y[TENTHS - 1]);
    }
    free(order);
    free(work);
    return there ? DS_OK : no_memory(err);
}

ds_code ds_sensitivity_columns(ds_sensitivity_job *job, const double *const *x, const double *y,
                               size_t paths, ds_error *err)
{
    double *scratch = malloc(ds_groups_scratch(&job->path_groups) * sizeof *scratch);
    const ds_table table = { paths, job->row_count, x, y, &job->path_groups, scratch };

    if (scratch == NULL)
        return no_memory(err);
    ds_code code = DS_OK;
    if (job->summary.moves)
        code = job->summary.method == DS_SENSITIVITY_GIVEN ? bin(job, &table, err)
                                                           : regress(job, &table, err);
    free(scratch);
    if (code == DS_OK)
        ds_sensitivity_sort(job);
    return code;
}

/* ---- A run -------------------------------------------------------------------------------- */

typedef struct {
    double        *columns, *y;
    const double **x;
    ds_watch      *watch;
} sample;

static ds_code simulate(ds_sensitivity_job *job, const size_t *sources, size_t inputs,
                        size_t paths, sample *s, ds_error *err)
{
    const size_t stride = ds_design_stride(paths);

    s->columns = malloc(inputs * stride * sizeof *s->columns);
    s->y = malloc(stride * sizeof *s->y);
    s->x = calloc(inputs, sizeof *s->x);
    s->watch = calloc(inputs, sizeof *s->watch);
    if (!s->columns || !s->y || !s->x || !s->watch)
        return no_memory(err);
    for (size_t i = 0; i < inputs; i++) {
        double *column = s->columns + i * stride;
        s->x[i] = column;
        s->watch[i] = (ds_watch){ DS_WATCH_INPUT, job->sources.source[sources[i]].index, 0,
                                  column };
    }
    const ds_design design = { .watch = s->watch, .watch_count = inputs };
    ds_code code = ds_sensitivity_outputs(job, NULL, &design, job->run.seed, paths, s->y, err);
    if (code == DS_OK)
        code = ds_sensitivity_refer_to(job, s->y, paths, err);
    if (code == DS_OK)
        code = ds_sensitivity_describe(job, s->y, paths, err);
    return code;
}

ds_code ds_sensitivity_sample(ds_sensitivity_job *job, ds_error *err)
{
    size_t *sources = NULL, inputs = 0;
    sample s = { 0 };

    ds_code code = ds_sensitivity_inputs(job, &sources, &inputs, err);
    if (code != DS_OK)
        return code;
    const size_t paths = (size_t)ds_sensitivity_paths(job, 1);
    job->total = paths;
    code = ds_sensitivity_input_rows(job, sources, inputs, err);
    if (code == DS_OK)
        code = simulate(job, sources, inputs, paths, &s, err);
    if (code == DS_OK)
        code = ds_sensitivity_columns(job, s.x, s.y, paths, err);
    free(s.columns);
    free(s.y);
    free(s.x);
    free(s.watch);
    return code;
}
