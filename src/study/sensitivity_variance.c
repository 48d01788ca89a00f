/* sensitivity_variance.c -- shares of the variance: Sobol indices and Shapley effects.
 *
 * Called by sensitivity.c.  A sample with some inputs drawn anew is a run whose streams of
 * these inputs have another seed, everything else being the same.  Where there are more
 * inputs than fit into the effort, a small sample says which of them move the outcome most.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/sensitivity.h"
#include "numerics/sort.h"
#include "numerics/stream.h"
#include "scenario/error.h"
#include "study/sensitivity.h"

enum { SCREEN_PATHS = 4096, MOST_TOLD = 5, BLOCKS = 128 };

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

static ds_design redrawn(const ds_sensitivity_job *job, const uint64_t *streams, size_t count)
{
    return (ds_design){ .redrawn = streams, .redrawn_count = count,
                        .redrawn_seed = job->other_seed };
}

/* The streams of some factors: of those that are marked. */
static size_t streams_of(const ds_sensitivity_job *job, const bool *marked, uint64_t *streams)
{
    size_t count = 0;

    for (size_t i = 0; i < job->factor_count; i++)
        for (size_t k = 0; marked[i] && k < job->factors[i].count; k++)
            streams[count++] = job->factors[i].stream[k];
    return count;
}

/* ---- Screening, (159) --------------------------------------------------------------- */

/* Half the mean square by which something moves when one factor is drawn anew. */
typedef struct {
    double   *plain, *y, *sorted;
    double   *value, *rank; /* [factor] of the outcome, and of its rank                   */
    bool     *keep;
    uint64_t  paths;
} screening;

static bool begin_screening(const ds_sensitivity_job *job, uint64_t paths, screening *s)
{
    const size_t n = (size_t)paths;

    *s = (screening){ .plain = malloc(n * sizeof *s->plain), .y = malloc(n * sizeof *s->y),
                      .sorted = malloc(n * sizeof *s->sorted),
                      .value = calloc(job->factor_count, sizeof *s->value),
                      .rank = calloc(job->factor_count, sizeof *s->rank),
                      .keep = calloc(job->factor_count, sizeof *s->keep), .paths = paths };
    return s->plain && s->y && s->sorted && s->value && s->rank && s->keep;
}

static void end_screening(screening *s)
{
    free(s->plain);
    free(s->y);
    free(s->sorted);
    free(s->value);
    free(s->rank);
    free(s->keep);
}

static void add_movement(const ds_sensitivity_job *job, screening *s, size_t factor)
{
    const size_t n = (size_t)s->paths;
    const bool value = job->options->scale != DS_SENSITIVITY_RANK;

    for (size_t k = 0; k < n; k++) {
        if (s->y[k] == s->plain[k])
            continue;
        const double by = value ? s->y[k] - s->plain[k] : 0.0;
        const double steps = ds_sensitivity_rank(s->sorted, n, s->y[k]) -
                             ds_sensitivity_rank(s->sorted, n, s->plain[k]);
        s->value[factor] += 0.5 * by * by;
        s->rank[factor] += 0.5 * steps * steps;
    }
}

static ds_code find_movements(ds_sensitivity_job *job, screening *s, ds_error *err)
{
    const uint64_t seed = job->run.seed;
    ds_code code = ds_sensitivity_outputs(job, NULL, NULL, seed, s->paths, s->plain, err);

    if (code != DS_OK)
        return code;
    memcpy(s->sorted, s->plain, (size_t)s->paths * sizeof *s->sorted);
    ds_sort((size_t)s->paths, s->sorted);
    for (size_t i = 0; code == DS_OK && i < job->factor_count; i++) {
        const ds_factor *f = &job->factors[i];
        const ds_design design = redrawn(job, f->stream, f->count);
        code = ds_sensitivity_outputs(job, NULL, &design, seed, s->paths, s->y, err);
        if (code == DS_OK)
            add_movement(job, s, i);
    }
    return code;
}

static double largest(size_t count, const double *x)
{
    double most = 0.0;

    for (size_t i = 0; i < count; i++)
        most = fmax(most, x[i]);
    return most > 0.0 ? most : 1.0;
}

/* Marks the `top` factors that move most. */
static void mark_most(const double *moved, size_t count, size_t top, bool *keep)
{
    for (size_t t = 0; t < top; t++) {
        size_t most = count;
        for (size_t i = 0; i < count; i++)
            if (!keep[i] && moved[i] > 0.0 && (most == count || moved[i] > moved[most]))
                most = i;
        if (most < count)
            keep[most] = true;
    }
}

static size_t top_of(const ds_sensitivity_job *job)
{
    return job->options->top > 0 ? job->options->top : DS_SENSITIVITY_TOP;
}

static bool must_screen(const ds_sensitivity_job *job)
{
    return job->options->group_count == 0 && job->factor_count > top_of(job) + 1;
}

/* By what moves either most, against the largest: a few extreme futures, which may not even
 * be among these, rule the squares of values, and none the ranks. */
static ds_code screen(ds_sensitivity_job *job, uint64_t paths, ds_error *err)
{
    screening s;
    ds_code code = begin_screening(job, paths, &s) ? DS_OK : no_memory(err);

    if (code == DS_OK)
        code = find_movements(job, &s, err);
    if (code == DS_OK) {
        const double value = largest(job->factor_count, s.value);
        const double rank = largest(job->factor_count, s.rank);
        for (size_t i = 0; i < job->factor_count; i++)
            s.value[i] = fmax(s.value[i] / value, s.rank[i] / rank);
        job->summary.screened = job->factor_count;
        mark_most(s.value, job->factor_count, top_of(job), s.keep);
        code = ds_sensitivity_keep(job, s.keep, err);
    }
    end_screening(&s);
    return code;
}

/* Paths of the first sample, and then those of the method of so many runs a factor. */
static ds_code screen_if_needed(ds_sensitivity_job *job, uint64_t method_paths, ds_error *err)
{
    uint64_t paths = ds_scenario_paths_up_to(job->scenario, SCREEN_PATHS);

    job->total = method_paths;
    if (!must_screen(job))
        return DS_OK;
    job->total += paths * (job->factor_count + 1);
    return screen(job, paths, err);
}

static size_t factors_left(const ds_sensitivity_job *job)
{
    return must_screen(job) ? top_of(job) + 1 : job->factor_count;
}

/* ---- Sobol indices ---------------------------------------------------------------------- */

typedef struct {
    ds_sensitivity_job *job;
    ds_pick_freeze p;
    double   *a, *b, *mixed, *scratch;
    uint64_t *streams;
    bool     *marked;
} pick_freeze;

static ds_code begin_pick_freeze(ds_sensitivity_job *job, uint64_t paths, pick_freeze *s,
                                 ds_error *err)
{
    const size_t n = (size_t)paths;

    *s = (pick_freeze){ .job = job, .a = malloc(n * sizeof *s->a), .b = malloc(n * sizeof *s->b),
                        .mixed = malloc(n * sizeof *s->mixed),
                        .streams = malloc((job->sources.count + 1) * sizeof *s->streams),
                        .marked = calloc(job->factor_count + 1, sizeof *s->marked) };
    if (!s->a || !s->b || !s->mixed || !s->streams || !s->marked)
        return no_memory(err);
    ds_code code = ds_sensitivity_outputs(job, NULL, NULL, job->run.seed, paths, s->a, err);
    if (code != DS_OK)
        return code;
    s->scratch = malloc(ds_groups_scratch(&job->path_groups) * sizeof *s->scratch);
    if (s->scratch == NULL)
        return no_memory(err);
    s->p = (ds_pick_freeze){ n, s->a, s->b, &job->path_groups, s->scratch };
    code = ds_sensitivity_describe(job, s->a, paths, err);
    if (code == DS_OK)
        code = ds_sensitivity_refer_to(job, s->a, paths, err);
    if (code == DS_OK && job->reference_count > 0)
        code = ds_sensitivity_describe(job, s->a, paths, err);
    if (code == DS_OK) /* everything anew */
        code = ds_sensitivity_outputs(job, NULL, NULL, job->other_seed, paths, s->b, err);
    return code;
}

static void end_pick_freeze(pick_freeze *s)
{
    free(s->a);
    free(s->b);
    free(s->mixed);
    free(s->scratch);
    free(s->streams);
    free(s->marked);
}

/* Indices of the factors that are marked, as one. */
static ds_code index_of_marked(pick_freeze *s, ds_sobol_index *out, ds_error *err)
{
    ds_sensitivity_job *job = s->job;
    const size_t count = streams_of(job, s->marked, s->streams);
    const ds_design design = redrawn(job, s->streams, count);
    const ds_code code = ds_sensitivity_outputs(job, NULL, &design, job->run.seed, s->p.paths,
                                                s->mixed, err);
    if (code == DS_OK)
        *out = ds_sobol_index_of(&s->p, s->mixed);
    return code;
}

static ds_estimate estimate_of(ds_index i)
{
    return (ds_estimate){ i.value, i.se };
}

static const ds_factor *factor_of(const ds_sensitivity_job *job, const ds_sensitivity_row *row,
                                  size_t *index)
{
    for (*index = 0; strcmp(job->factors[*index].name, row->name) != 0; ++*index)
        ;
    return &job->factors[*index];
}

/* The rows, largest first, that are needed for four fifths of the variance, as far as they
 * move it alone: their indices as one. */
static ds_code explain_together(pick_freeze *s, ds_error *err)
{
    ds_sensitivity_job *job = s->job;
    ds_sobol_index together = { 0 };
    double sum = 0.0;
    size_t count = 0, index;

    memset(s->marked, 0, job->factor_count * sizeof *s->marked);
    while (count < MOST_TOLD && count < job->row_count && !job->rows[count].rest && sum < 0.8) {
        sum += job->rows[count].figure[0].value;
        factor_of(job, &job->rows[count], &index);
        s->marked[index] = true;
        count++;
    }
    if (count == 0 || count >= job->row_count)
        return DS_OK;
    const ds_code code = index_of_marked(s, &together, err);
    job->summary.explained = estimate_of(together.first);
    job->summary.explained_by = count;
    return code;
}

ds_code ds_sensitivity_sobol(ds_sensitivity_job *job, ds_error *err)
{
    const uint64_t runs = factors_left(job) + 3, paths = ds_sensitivity_paths(job, runs);
    pick_freeze s = { 0 };

    ds_code code = screen_if_needed(job, runs * paths, err);
    if (code == DS_OK)
        code = ds_sensitivity_factor_rows(job, err);
    job->summary.runs = 0;
    if (code == DS_OK)
        code = begin_pick_freeze(job, paths, &s, err);
    for (size_t i = 0; code == DS_OK && job->summary.moves && i < job->factor_count; i++) {
        ds_sobol_index index = { 0 };
        s.marked[i] = true;
        code = index_of_marked(&s, &index, err);
        s.marked[i] = false;
        job->rows[i].figure[0] = estimate_of(index.first);
        job->rows[i].figure[1] = estimate_of(index.total);
    }
    if (code == DS_OK)
        ds_sensitivity_sort(job);
    if (code == DS_OK && job->summary.moves)
        code = explain_together(&s, err);
    end_pick_freeze(&s);
    return code;
}

/* ---- Shapley effects ---------------------------------------------------------------------- */

typedef struct {
    ds_sensitivity_job *job;
    ds_shapley  sums;
    uint64_t    key, paths;    /* of a block                                              */
    size_t     *order;         /* [factor]                                                */
    uint64_t   *streams;       /* of the factors in that order                            */
    size_t     *first_stream;  /* [factor + 1]                                            */
    double     *x, *before, *after;
    bool        correlated;
} walks;

static ds_code begin_walks(ds_sensitivity_job *job, uint64_t paths, walks *w, ds_error *err)
{
    const size_t n = (size_t)paths;

    *w = (walks){ .job = job, .paths = paths,
                  .key = ds_stream_key(job->run.seed, ds_hash_text("order of a walk")),
                  .order = malloc((job->factor_count + 1) * sizeof *w->order),
                  .first_stream = malloc((job->factor_count + 1) * sizeof *w->first_stream),
                  .streams = malloc((job->sources.count + 1) * sizeof *w->streams),
                  .x = malloc(n * sizeof *w->x), .before = malloc(n * sizeof *w->before),
                  .after = malloc(n * sizeof *w->after) };
    for (size_t i = 0; i < job->sources.count; i++)
        w->correlated = w->correlated || job->sources.source[i].component >= 0;
    if (!w->order || !w->first_stream || !w->streams || !w->x || !w->before || !w->after ||
        !ds_shapley_begin(job->factor_count, BLOCKS, &w->sums))
        return no_memory(err);
    return DS_OK;
}

static void end_walks(walks *w)
{
    ds_shapley_end(&w->sums);
    free(w->order);
    free(w->first_stream);
    free(w->streams);
    free(w->x);
    free(w->before);
    free(w->after);
}

/* The order of a block, and the streams in it. */
static void order_streams(walks *w, size_t block)
{
    const ds_sensitivity_job *job = w->job;
    size_t count = 0;

    ds_shapley_order(w->key, block, job->factor_count, w->order);
    for (size_t i = 0; i < job->factor_count; i++) {
        const ds_factor *f = &job->factors[w->order[i]];
        w->first_stream[i] = count;
        memcpy(w->streams + count, f->stream, f->count * sizeof *f->stream);
        count += f->count;
    }
    w->first_stream[job->factor_count] = count;
}

/* Outputs with the first `kept` factors of the order as in x; the others anew, given those. */
static ds_code outputs_of_step(walks *w, const ds_plan *plan, size_t block, size_t kept,
                               double *y, ds_error *err)
{
    const size_t d = w->job->factor_count, from = w->first_stream[kept];
    ds_design design = redrawn(w->job, w->streams + from, w->first_stream[d] - from);
    const uint64_t pair = (uint64_t)(block / 2);

    design.redrawn_seed = ds_stream_key(w->job->other_seed, pair);
    return ds_sensitivity_outputs(w->job, plan, &design, ds_stream_key(w->job->run.seed, pair),
                                  w->paths, y, err);
}

static ds_code walk_block(walks *w, size_t block, ds_error *err)
{
    const size_t d = w->job->factor_count;
    ds_plan *plan = NULL;
    ds_code code = DS_OK;

    order_streams(w, block);
    const ds_draw_order order = { w->streams, w->first_stream[d] };
    if (w->correlated)
        code = ds_plan_compile_ordered(w->job->scenario, &order, &plan, err);
    if (code == DS_OK)
        code = outputs_of_step(w, plan, block, d, w->x, err);
    if (code == DS_OK)
        code = outputs_of_step(w, plan, block, 0, w->before, err);
    for (size_t i = 0; code == DS_OK && i < d; i++) {
        double *swap = w->before;
        if (i + 1 < d)
            code = outputs_of_step(w, plan, block, i + 1, w->after, err);
        else
            memcpy(w->after, w->x, (size_t)w->paths * sizeof *w->x);
        if (code == DS_OK)
            ds_shapley_step(&w->sums, block, w->order[i], (size_t)w->paths, w->x, w->before,
                            w->after);
        w->before = w->after;
        w->after = swap;
    }
    ds_plan_free(plan);
    return code;
}

static void read_effects(ds_sensitivity_job *job, const ds_shapley *sums)
{
    for (size_t i = 0; i < job->factor_count; i++) {
        const ds_shapley_effect e = ds_shapley_effect_of(sums, i);
        job->rows[i].figure[0] = estimate_of(e.share);
    }
}

ds_code ds_sensitivity_shapley(ds_sensitivity_job *job, ds_error *err)
{
    const uint64_t runs = factors_left(job) + 2, paths = ds_sensitivity_paths(job, runs);
    walks w = { 0 };

    ds_code code = screen_if_needed(job, runs * paths, err);
    if (code == DS_OK)
        code = ds_sensitivity_factor_rows(job, err);
    job->summary.runs = 0;
    if (code == DS_OK)
        code = ds_sensitivity_describe_plain(job, paths, err);
    if (code == DS_OK && job->summary.moves) {
        code = begin_walks(job, paths / BLOCKS > 1 ? paths / BLOCKS : 2, &w, err);
        for (size_t block = 0; code == DS_OK && block < BLOCKS; block++)
            code = walk_block(&w, block, err);
        if (code == DS_OK)
            read_effects(job, &w.sums);
        end_walks(&w);
        job->summary.factor = ds_student_975(BLOCKS / 2 - 1);
    }
    job->summary.runs = job->factor_count + 1;
    if (code == DS_OK)
        ds_sensitivity_sort(job);
    return code;
}
