/* sensitivity_single.c -- one input at a time: tornado and elementary effects.
 *
 * Called by sensitivity.c.  They move the quantities that are drawn once for a future; what
 * happens month by month is drawn as always.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/sensitivity.h"
#include "numerics/stream.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/sensitivity.h"

static const double low_uniform = 0.1, high_uniform = 0.9;

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

/* ---- Means ---------------------------------------------------------------------------- */

typedef struct {
    const double *y, *less; /* less may be NULL                                          */
} difference;

static void influence(const void *context, size_t first, size_t count, double *h)
{
    const difference *d = context;

    for (size_t i = 0; i < count; i++)
        h[i] = d->y[first + i] - (d->less != NULL ? d->less[first + i] : 0.0);
}

static ds_estimate mean_of(const ds_sensitivity_job *job, const difference *d, size_t n,
                           double *scratch)
{
    double sum = 0.0, h;

    for (size_t k = 0; k < n; k++) {
        influence(d, k, 1, &h);
        sum += h;
    }
    const double mean = sum / (double)n;
    return (ds_estimate){ mean, ds_groups_error(&job->path_groups, n, 0, (double)n, mean,
                                                influence, d, scratch) };
}

/* ---- Tornado, (154) --------------------------------------------------------------------- */

enum { TORNADO_PATHS = 8192 };

typedef struct {
    ds_sensitivity_job *job;
    const size_t  *sources;
    size_t         count, paths;
    double        *plain, *low, *high, *given, *watched, *scratch;
    const double **pointers; /* [input] of the scenario                                   */
} tornado;

static ds_code begin_tornado(ds_sensitivity_job *job, size_t paths, tornado *t, ds_error *err)
{
    const size_t stride = ds_design_stride(paths);

    *t = (tornado){ .job = job, .paths = paths, .plain = malloc(stride * sizeof *t->plain),
                    .low = malloc(stride * sizeof *t->low),
                    .high = malloc(stride * sizeof *t->high),
                    .given = malloc(stride * sizeof *t->given),
                    .watched = malloc(stride * sizeof *t->watched),
                    .pointers = calloc(job->scenario->input_count + 1, sizeof *t->pointers) };
    if (!t->plain || !t->low || !t->high || !t->given || !t->watched || !t->pointers)
        return no_memory(err);
    ds_code code = ds_sensitivity_outputs(job, NULL, NULL, job->run.seed, paths, t->plain, err);
    if (code == DS_OK)
        code = ds_sensitivity_refer_to(job, t->plain, paths, err);
    if (code == DS_OK)
        code = ds_sensitivity_describe(job, t->plain, paths, err);
    t->scratch = malloc(ds_groups_scratch(&job->path_groups) * sizeof *t->scratch);
    return code == DS_OK && t->scratch == NULL ? no_memory(err) : code;
}

static void end_tornado(tornado *t)
{
    free(t->plain);
    free(t->low);
    free(t->high);
    free(t->given);
    free(t->watched);
    free(t->scratch);
    free(t->pointers);
}

/* Outcomes with an input at a number of its own, and its value there. */
static ds_code outputs_at(tornado *t, size_t input, double uniform, double *y, double *value,
                          ds_error *err)
{
    ds_watch watch = { DS_WATCH_INPUT, input, 0, t->watched };
    const ds_design design = { .given = t->pointers, .watch = &watch, .watch_count = 1 };

    for (size_t k = 0; k < ds_design_stride(t->paths); k++)
        t->given[k] = uniform;
    t->pointers[input] = t->given;
    const ds_code code = ds_sensitivity_outputs(t->job, NULL, &design, t->job->run.seed, t->paths,
                                                y, err);
    t->pointers[input] = NULL;
    *value = t->watched[0];
    return code;
}

static ds_code swing_of(tornado *t, size_t source, ds_sensitivity_row *row, ds_error *err)
{
    const size_t input = t->job->sources.source[source].index;
    const difference low = { t->low, NULL }, high = { t->high, NULL }, swing = { t->high, t->low };

    ds_code code = outputs_at(t, input, low_uniform, t->low, &row->low, err);
    if (code == DS_OK)
        code = outputs_at(t, input, high_uniform, t->high, &row->high, err);
    if (code != DS_OK)
        return code;
    row->figure[0] = mean_of(t->job, &swing, t->paths, t->scratch);
    row->figure[1] = mean_of(t->job, &low, t->paths, t->scratch);
    row->figure[2] = mean_of(t->job, &high, t->paths, t->scratch);
    return DS_OK;
}

ds_code ds_sensitivity_tornado(ds_sensitivity_job *job, ds_error *err)
{
    size_t *sources = NULL, count = 0;
    tornado t = { 0 };

    ds_code code = ds_sensitivity_inputs(job, &sources, &count, err);
    if (code != DS_OK)
        return code;
    uint64_t paths = ds_sensitivity_paths(job, 2 * count + 1);
    if (job->options->run.path_count == 0 && paths > TORNADO_PATHS)
        paths = ds_scenario_paths_up_to(job->scenario, TORNADO_PATHS);
    job->total = paths * (2 * count + 1);
    code = ds_sensitivity_input_rows(job, sources, count, err);
    if (code == DS_OK)
        code = begin_tornado(job, (size_t)paths, &t, err);
    for (size_t i = 0; code == DS_OK && job->summary.moves && i < count; i++)
        code = swing_of(&t, sources[i], &job->rows[i], err);
    end_tornado(&t);
    if (code == DS_OK)
        ds_sensitivity_sort(job);
    return code;
}

/* ---- Elementary effects, (150) ------------------------------------------------------------- */

enum { TRAJECTORIES = 1024, MOST_NUMBERS = 20000000 };

typedef struct {
    ds_sensitivity_job *job;
    const size_t   *sources;
    size_t          inputs, trajectories;
    ds_morris_move *moves;   /* [trajectory][input]                                       */
    double         *numbers; /* [input][stride]                                           */
    const double  **pointers;
    uint64_t       *held;
    double         *y, *effects;
} morris;

/* Path j R + t is point j of trajectory t, of R. */
static void place_points(morris *m, size_t stride)
{
    const size_t R = m->trajectories, points = m->inputs + 1;
    const ds_morris_design design = { ds_stream_key(m->job->run.seed, ds_hash_text("trajectory")),
                                      m->inputs };

    for (size_t t = 0; t < R; t++) {
        ds_morris_move *moves = m->moves + t * m->inputs;
        ds_morris_trajectory(&design, t, moves);
        for (size_t i = 0; i < m->inputs; i++)
            for (size_t j = 0; j < points; j++) {
                const double level = moves[i].from + (j >= moves[i].at ? moves[i].step : 0.0);
                m->numbers[i * stride + j * R + t] =
                    low_uniform + (high_uniform - low_uniform) * level;
            }
    }
    for (size_t i = 0; i < m->inputs; i++) /* lanes of the last block beyond the paths */
        for (size_t k = points * R; k < stride; k++)
            m->numbers[i * stride + k] = 0.5;
}

static ds_code begin_morris(morris *m, size_t stride, ds_error *err)
{
    const ds_sensitivity_job *job = m->job;

    m->moves = malloc(m->trajectories * m->inputs * sizeof *m->moves);
    m->numbers = malloc(m->inputs * stride * sizeof *m->numbers);
    m->pointers = calloc(job->scenario->input_count + 1, sizeof *m->pointers);
    m->held = malloc((job->sources.count + 1) * sizeof *m->held);
    m->y = malloc(stride * sizeof *m->y);
    m->effects = malloc(m->trajectories * sizeof *m->effects);
    if (!m->moves || !m->numbers || !m->pointers || !m->held || !m->y || !m->effects)
        return no_memory(err);
    place_points(m, stride);
    for (size_t i = 0; i < m->inputs; i++)
        m->pointers[job->sources.source[m->sources[i]].index] = m->numbers + i * stride;
    return DS_OK;
}

static void end_morris(morris *m)
{
    free(m->moves);
    free(m->numbers);
    free(m->pointers);
    free(m->held);
    free(m->y);
    free(m->effects);
}

/* Everything that is not given is the same at all points of a trajectory. */
static size_t held_streams(morris *m)
{
    const ds_sources *sources = &m->job->sources;
    size_t count = 0;

    for (size_t i = 0; i < sources->count; i++)
        if (sources->source[i].kind != DS_SOURCE_INPUT ||
            m->pointers[sources->source[i].index] == NULL)
            m->held[count++] = sources->source[i].name;
    return count;
}

static void read_morris(morris *m)
{
    const size_t R = m->trajectories;
    double largest = 0.0;

    for (size_t k = 0; k < R * (m->inputs + 1); k++)
        largest = fmax(largest, fabs(m->y[k]));
    for (size_t i = 0; i < m->inputs; i++) {
        for (size_t t = 0; t < R; t++) {
            const ds_morris_move *move = &m->moves[t * m->inputs + i];
            const double *before = m->y + (move->at - 1) * R + t;
            m->effects[t] = (before[R] - before[0]) / move->step;
        }
        const ds_morris e = ds_morris_of(R, m->effects, 1e-14 * largest);
        m->job->rows[i].figure[0] = (ds_estimate){ e.star.value, e.star.se };
        m->job->rows[i].figure[1] = (ds_estimate){ e.mean.value, e.mean.se };
        m->job->rows[i].figure[2] = (ds_estimate){ e.sigma.value, e.sigma.se };
    }
}

ds_code ds_sensitivity_morris(ds_sensitivity_job *job, ds_error *err)
{
    size_t *sources = NULL;
    morris m = { .job = job };

    ds_code code = ds_sensitivity_inputs(job, &sources, &m.inputs, err);
    if (code != DS_OK)
        return code;
    m.sources = sources;
    m.trajectories = job->options->run.path_count > 0 ? (size_t)job->options->run.path_count
                                                      : TRAJECTORIES;
    const size_t points = m.trajectories * (m.inputs + 1), stride = ds_design_stride(points);
    if (stride > MOST_NUMBERS / m.inputs * 10)
        return ds_fail(err, DS_E_USAGE, NULL, "%zu trajectories of %zu inputs do not fit into "
                       "memory; take fewer (--paths)", m.trajectories, m.inputs);
    const uint64_t plain = ds_scenario_paths(job->scenario);
    job->total = points + plain;
    code = ds_sensitivity_input_rows(job, sources, m.inputs, err);
    if (code == DS_OK)
        code = ds_sensitivity_describe_plain(job, plain, err);
    if (code == DS_OK)
        code = begin_morris(&m, stride, err);
    if (code == DS_OK && job->summary.moves) {
        ds_design design = { .given = m.pointers, .held = m.held, .period = m.trajectories };
        design.held_count = held_streams(&m);
        code = ds_sensitivity_outputs(job, NULL, &design, job->run.seed, points, m.y, err);
        if (code == DS_OK)
            read_morris(&m);
    }
    end_morris(&m);
    job->summary.paths = m.trajectories;
    job->summary.runs = m.inputs + 1;
    if (code == DS_OK)
        ds_sensitivity_sort(job);
    return code;
}
