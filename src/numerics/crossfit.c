/* crossfit.c -- see crossfit.h.
 *
 * Called by knowing.c.  One pass over the paths gives the matrix of sums of products of each
 * fold; a fit without a fold is the solution for the sum of the others.  Sums run in path
 * order, four paths at a time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/crossfit.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 4 };

static const double ridge = 1e-7;

/* ---- Folds ----------------------------------------------------------------------- */

static size_t group_of(const ds_groups *g, size_t path)
{
    return g->kind == DS_GROUPS_PAIRS    ? path / 2
           : g->kind == DS_GROUPS_MODULO ? path % (size_t)g->modulus
                                         : path;
}

ds_folds ds_folds_of(const ds_groups *groups, size_t paths)
{
    ds_folds f = { *groups, paths, DS_FOLDS };
    if (ds_groups_count(groups, paths) < 2)
        f.groups = (ds_groups){ DS_GROUPS_EACH, 1 };
    const uint64_t count = ds_groups_count(&f.groups, paths);
    if (count < DS_FOLDS)
        f.folds = count > 0 ? (size_t)count : 1;
    return f;
}

size_t ds_fold_of_path(const ds_folds *f, size_t path)
{
    return group_of(&f->groups, path) % f->folds;
}

size_t ds_fold_paths(const ds_folds *f, size_t fold)
{
    size_t count = 0;
    for (size_t i = 0; i < f->paths; i++)
        count += ds_fold_of_path(f, i) == fold ? 1 : 0;
    return count;
}

/* ---- Rows ------------------------------------------------------------------------ */

typedef double values[DS_SCORE_STEPS];

/* Functions of the regressors that are wanted, then the columns. */
static void fill_row(const ds_crossfit_problem *p, const bool *wanted, const bool *used,
                     size_t path, values *function, double *row)
{
    for (size_t r = 0; r < p->regressors; r++)
        if (wanted == NULL || wanted[r])
            ds_score_values(p->regressor[r].basis, p->regressor[r].position[path], function[r]);
    row[0] = 1.0;
    for (size_t c = 0; c < p->products; c++) {
        const ds_fit_term *t = &p->product[c];
        if (used != NULL && !used[c + 1])
            continue;
        const double first = function[t->of[0]][t->function[0]];
        row[c + 1] = t->of[1] < 0 ? first : first * function[t->of[1]][t->function[1]];
    }
}

void ds_crossfit_row(const ds_crossfit *fit, const bool *used, size_t path, double *row)
{
    const ds_crossfit_problem *p = &fit->problem;
    for (size_t c = 0; c < p->products; c++) {
        const ds_fit_term *t = &p->product[c];
        values first, second;
        row[c + 1] = 0.0;
        if (used != NULL && !used[c + 1])
            continue;
        ds_score_values(p->regressor[t->of[0]].basis, p->regressor[t->of[0]].position[path], first);
        row[c + 1] = first[t->function[0]];
        if (t->of[1] < 0)
            continue;
        ds_score_values(p->regressor[t->of[1]].basis, p->regressor[t->of[1]].position[path],
                        second);
        row[c + 1] *= second[t->function[1]];
    }
    row[0] = used == NULL || used[0] ? 1.0 : 0.0;
}

/* ---- Sums ------------------------------------------------------------------------ */

/* sums[a][b] += x_a x_b for b <= a, over four rows. */
static void add_squares(size_t columns, double *const x[TOGETHER], double *restrict sums)
{
    const double *restrict x0 = x[0], *restrict x1 = x[1], *restrict x2 = x[2], *restrict x3 = x[3];

    for (size_t a = 0; a < columns; a++) {
        double *restrict line = sums + a * columns;
        const double a0 = x0[a], a1 = x1[a], a2 = x2[a], a3 = x3[a];
        for (size_t b = 0; b <= a; b++)
            line[b] += (a0 * x0[b] + a1 * x1[b]) + (a2 * x2[b] + a3 * x3[b]);
    }
}

static void add_response(size_t columns, const double *restrict row, double y,
                         double *restrict sums)
{
    for (size_t c = 0; c < columns; c++)
        sums[c] += y * row[c];
}

typedef struct {
    size_t  columns, waiting;
    double *rows;  /* [TOGETHER][columns], not yet in the sums */
    double *sums;  /* [columns][columns] of the fold */
    double *right; /* [responses][columns] */
} fold_sums;

static void flush(fold_sums *s)
{
    double *x[TOGETHER];
    for (size_t i = 0; i < TOGETHER; i++)
        x[i] = s->rows + i * s->columns;
    for (size_t i = s->waiting; i < TOGETHER; i++)
        memset(x[i], 0, s->columns * sizeof **x);
    add_squares(s->columns, x, s->sums);
    s->waiting = 0;
}

static void add_paths(const ds_crossfit_problem *p, fold_sums *folds, values *function)
{
    for (size_t path = 0; path < p->folds.paths; path++) {
        fold_sums *s = &folds[ds_fold_of_path(&p->folds, path)];
        double    *row = s->rows + s->waiting * s->columns;
        fill_row(p, NULL, NULL, path, function, row);
        for (size_t r = 0; r < p->responses; r++)
            add_response(s->columns, row, p->response[r][path], s->right + r * s->columns);
        if (++s->waiting == TOGETHER)
            flush(s);
    }
    for (size_t k = 0; k < p->folds.folds; k++)
        flush(&folds[k]);
}

/* ---- Solutions ------------------------------------------------------------------- */

static void factorise(size_t n, double *matrix)
{
    for (size_t a = 0; a < n; a++) {
        matrix[a * n + a] += ridge * matrix[a * n + a] + 1e-300;
        for (size_t b = a + 1; b < n; b++)
            matrix[a * n + b] = 0.0;
    }
    gsl_matrix_view view = gsl_matrix_view_array(matrix, n, n);
    gsl_linalg_cholesky_decomp1(&view.matrix);
}

static void solve(size_t n, const double *factor, double *x)
{
    gsl_matrix_const_view view = gsl_matrix_const_view_array(factor, n, n);
    gsl_vector_view       vector = gsl_vector_view_array(x, n);
    gsl_linalg_cholesky_svx(&view.matrix, &vector.vector);
}

double *ds_crossfit_coefficients(const ds_crossfit *fit, size_t fold, size_t response)
{
    return fit->coefficient + (fold * fit->problem.responses + response) * fit->columns;
}

/* The fit to all folds but one; fold == folds: only the factor of all. */
static void fit_without(ds_crossfit *fit, const fold_sums *folds, size_t fold)
{
    const size_t n = fit->columns, count = fit->problem.folds.folds;

    memset(fit->factor, 0, n * n * sizeof *fit->factor);
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; (k != fold || count == 1) && i < n * n; i++)
            fit->factor[i] += folds[k].sums[i];
    factorise(n, fit->factor);
    for (size_t r = 0; fold < count && r < fit->problem.responses; r++) {
        double *x = ds_crossfit_coefficients(fit, fold, r);
        for (size_t k = 0; k < count; k++)
            for (size_t c = 0; (k != fold || count == 1) && c < n; c++)
                x[c] += folds[k].right[r * n + c];
        solve(n, fit->factor, x);
    }
}

void ds_crossfit_release(ds_crossfit *fit)
{
    free(fit->coefficient);
    free(fit->factor);
    fit->coefficient = fit->factor = NULL;
}

static void place(fold_sums *folds, size_t count, size_t n, size_t responses, double *memory)
{
    for (size_t k = 0; k < count; k++) {
        folds[k].columns = n;
        folds[k].rows = memory;
        folds[k].sums = memory + TOGETHER * n;
        folds[k].right = folds[k].sums + n * n;
        memory += (TOGETHER + n + responses) * n;
    }
}

bool ds_crossfit_make(const ds_crossfit_problem *problem, ds_crossfit *out)
{
    fold_sums    folds[DS_FOLDS] = { 0 };
    const size_t n = problem->products + 1, count = problem->folds.folds;
    double *memory = calloc(count * (TOGETHER + n + problem->responses) * n, sizeof *memory);
    values *function = calloc(problem->regressors + 1, sizeof *function);

    *out = (ds_crossfit){ .problem = *problem, .columns = n };
    out->coefficient = calloc(count * (problem->responses + 1) * n, sizeof *out->coefficient);
    out->factor = calloc(n * n, sizeof *out->factor);
    const bool made = memory != NULL && function != NULL && out->coefficient != NULL &&
                      out->factor != NULL;
    if (made) {
        place(folds, count, n, problem->responses, memory);
        add_paths(problem, folds, function);
        for (size_t k = 0; k <= count; k++)
            fit_without(out, folds, k);
    } else {
        ds_crossfit_release(out);
    }
    free(memory);
    free(function);
    return made;
}

/* ---- Predictions ----------------------------------------------------------------- */

typedef struct {
    bool   *wanted; /* [regressors] */
    size_t *column; /* those used, `count` */
    size_t  count;
    double *row;
    values *function;
} reader;

static bool open_reader(const ds_crossfit *fit, const bool *used, reader *r)
{
    const ds_crossfit_problem *p = &fit->problem;

    *r = (reader){ calloc(p->regressors + 1, sizeof *r->wanted),
                   calloc(fit->columns, sizeof *r->column), 0,
                   calloc(fit->columns, sizeof *r->row),
                   calloc(p->regressors + 1, sizeof *r->function) };
    if (r->wanted == NULL || r->column == NULL || r->row == NULL || r->function == NULL)
        return false;
    for (size_t c = 0; c < fit->columns; c++)
        if (used[c])
            r->column[r->count++] = c;
    for (size_t c = 0; c < p->products; c++)
        for (int k = 0; k < 2 && used[c + 1]; k++)
            if (p->product[c].of[k] >= 0)
                r->wanted[p->product[c].of[k]] = true;
    return true;
}

static void close_reader(reader *r)
{
    free(r->wanted);
    free(r->column);
    free(r->row);
    free(r->function);
}

/* Coefficients of the columns used, [folds][count][responses]. */
static double *gather(const ds_crossfit *fit, const reader *r, size_t responses)
{
    const ds_crossfit_problem *p = &fit->problem;
    double *x = malloc((p->folds.folds * r->count * responses + 1) * sizeof *x);

    for (size_t f = 0; x != NULL && f < p->folds.folds; f++)
        for (size_t c = 0; c < r->count; c++)
            for (size_t k = 0; k < responses; k++)
                x[(f * r->count + c) * responses + k] =
                    ds_crossfit_coefficients(fit, f, k)[r->column[c]];
    return x;
}

bool ds_crossfit_predict(const ds_crossfit *fit, const bool *used, size_t responses, bool add,
                         double *const *out)
{
    const ds_crossfit_problem *p = &fit->problem;
    reader  r;
    bool    made = open_reader(fit, used, &r);
    double *x = made ? gather(fit, &r, responses) : NULL;
    double *sum = calloc(responses, sizeof *sum);

    made = made && x != NULL && sum != NULL;
    for (size_t path = 0; made && path < p->folds.paths; path++) {
        const double *at = x + ds_fold_of_path(&p->folds, path) * r.count * responses;
        fill_row(p, r.wanted, used, path, r.function, r.row);
        for (size_t k = 0; k < responses; k++)
            sum[k] = add ? out[k][path] : 0.0;
        for (size_t c = 0; c < r.count; c++, at += responses) {
            const double value = r.row[r.column[c]];
            for (size_t k = 0; k < responses; k++)
                sum[k] += at[k] * value;
        }
        for (size_t k = 0; k < responses; k++)
            out[k][path] = sum[k];
    }
    free(x);
    free(sum);
    close_reader(&r);
    return made;
}

/* ---- Calibration ----------------------------------------------------------------- */

enum { SIDE = DS_FIT_BLOCKS + 1 };

/* Sums of products of the predictions of the blocks and of what they are to predict. */
typedef double block_sums[SIDE][SIDE];

typedef struct {
    double    **block[DS_FIT_BLOCKS]; /* [responses][paths] predictions             */
    double     *memory, **pointers;
    block_sums *sums; /* [folds][responses]                                          */
    bool       *used;
} calibration;

static bool open_blocks(const ds_crossfit *fit, calibration *c)
{
    const size_t responses = fit->problem.responses, paths = fit->problem.folds.paths;

    c->memory = malloc(DS_FIT_BLOCKS * responses * paths * sizeof *c->memory);
    c->pointers = malloc(DS_FIT_BLOCKS * responses * sizeof *c->pointers);
    c->used = calloc(fit->columns, sizeof *c->used);
    c->sums = calloc(fit->problem.folds.folds * responses, sizeof *c->sums);
    if (c->memory == NULL || c->pointers == NULL || c->used == NULL || c->sums == NULL)
        return false;
    for (size_t k = 0; k < DS_FIT_BLOCKS * responses; k++)
        c->pointers[k] = c->memory + k * paths;
    for (size_t b = 0; b < DS_FIT_BLOCKS; b++)
        c->block[b] = c->pointers + b * responses;
    for (size_t column = 1; column < fit->columns; column++)
        c->used[column] = true;
    return true;
}

/* All blocks in one pass. */
static bool predict_blocks(const ds_crossfit *fit, const unsigned char *block_of, calibration *c)
{
    const ds_crossfit_problem *p = &fit->problem;
    const size_t responses = p->responses;
    reader  r = { 0 };
    bool    made = open_blocks(fit, c) && open_reader(fit, c->used, &r);
    double *x = made ? gather(fit, &r, responses) : NULL;
    double *sum = calloc(DS_FIT_BLOCKS * responses, sizeof *sum);

    made = made && x != NULL && sum != NULL;
    for (size_t path = 0; made && path < p->folds.paths; path++) {
        const double *at = x + ds_fold_of_path(&p->folds, path) * r.count * responses;
        fill_row(p, r.wanted, c->used, path, r.function, r.row);
        memset(sum, 0, DS_FIT_BLOCKS * responses * sizeof *sum);
        for (size_t j = 0; j < r.count; j++, at += responses) {
            const double value = r.row[r.column[j]];
            double *restrict to = sum + block_of[r.column[j] - 1] * responses;
            for (size_t k = 0; k < responses; k++)
                to[k] += at[k] * value;
        }
        for (size_t k = 0; k < DS_FIT_BLOCKS * responses; k++)
            c->pointers[k][path] = sum[k];
    }
    free(x);
    free(sum);
    close_reader(&r);
    return made;
}

static void add_block_sums(const ds_crossfit *fit, const calibration *c)
{
    const ds_crossfit_problem *p = &fit->problem;
    for (size_t k = 0; k < p->responses; k++)
        for (size_t path = 0; path < p->folds.paths; path++) {
            const size_t fold = ds_fold_of_path(&p->folds, path);
            double x[SIDE];
            for (size_t b = 0; b < DS_FIT_BLOCKS; b++)
                x[b] = c->block[b][k][path];
            x[DS_FIT_BLOCKS] = p->response[k][path] - ds_crossfit_coefficients(fit, fold, k)[0];
            double(*sums)[SIDE] = c->sums[fold * p->responses + k];
            for (size_t a = 0; a < SIDE; a++)
                for (size_t b = 0; b <= a; b++)
                    sums[a][b] += x[a] * x[b];
        }
}

/* Slopes of the response on the predictions of the blocks, in all folds but one. */
static void slopes_without(const ds_crossfit *fit, const calibration *c, size_t fold, size_t k,
                           double slope[DS_FIT_BLOCKS])
{
    const ds_crossfit_problem *p = &fit->problem;
    double matrix[DS_FIT_BLOCKS * DS_FIT_BLOCKS] = { 0 };

    memset(slope, 0, DS_FIT_BLOCKS * sizeof *slope);
    for (size_t f = 0; f < p->folds.folds; f++) {
        const double(*sums)[SIDE] = (const double(*)[SIDE])c->sums[f * p->responses + k];
        for (size_t a = 0; f != fold && a < DS_FIT_BLOCKS; a++) {
            for (size_t b = 0; b <= a; b++)
                matrix[a * DS_FIT_BLOCKS + b] += sums[a][b];
            slope[a] += sums[DS_FIT_BLOCKS][a];
        }
    }
    for (size_t a = 0; a < DS_FIT_BLOCKS; a++)
        for (size_t b = a + 1; b < DS_FIT_BLOCKS; b++)
            matrix[a * DS_FIT_BLOCKS + b] = matrix[b * DS_FIT_BLOCKS + a];
    factorise(DS_FIT_BLOCKS, matrix);
    solve(DS_FIT_BLOCKS, matrix, slope);
    for (size_t a = 0; a < DS_FIT_BLOCKS; a++)
        slope[a] = slope[a] > 1.0 ? 1.0 : slope[a] > 0.0 ? slope[a] : 0.0;
}

bool ds_crossfit_calibrate(ds_crossfit *fit, const unsigned char *block_of)
{
    calibration c = { 0 };
    const bool  done = predict_blocks(fit, block_of, &c);

    if (done)
        add_block_sums(fit, &c);
    for (size_t f = 0; done && f < fit->problem.folds.folds; f++)
        for (size_t k = 0; k < fit->problem.responses; k++) {
            double  slope[DS_FIT_BLOCKS], *x = ds_crossfit_coefficients(fit, f, k);
            slopes_without(fit, &c, f, k, slope);
            for (size_t column = 1; column < fit->columns; column++)
                x[column] *= slope[block_of[column - 1]];
        }
    free(c.memory);
    free(c.pointers);
    free(c.used);
    free(c.sums);
    return done;
}

double ds_crossfit_leverage(const ds_crossfit *fit, const double *row, double *scratch)
{
    const size_t n = fit->columns;
    double       sum = 0.0;

    /* |L^-1 row|^2 */
    for (size_t a = 0; a < n; a++) {
        double x = row[a];
        for (size_t b = 0; b < a; b++)
            x -= fit->factor[a * n + b] * scratch[b];
        scratch[a] = x / fit->factor[a * n + a];
        sum += scratch[a] * scratch[a];
    }
    return sum;
}
