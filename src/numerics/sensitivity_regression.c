/* sensitivity_regression.c -- standardised regression coefficients and partial correlations,
 * of values and of ranks, see sensitivity.h.
 *
 * Everything comes from the correlations of the columns.  Errors of the coefficients are
 * those of their influences, so that nothing is supposed about the residuals; those of ranks
 * come from parts of the rows, because a rank depends on all rows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/matrix.h"
#include "numerics/sensitivity.h"

enum { ROWS_AT_A_TIME = 256 };

/* The rows that count: all, or those of a part, or all but those. */
typedef struct {
    size_t part, parts; /* parts 0: all rows                                             */
    bool   without;
} row_filter;

/* A table in standard units.  Column `inputs` is the output. */
typedef struct {
    const ds_table *table;
    size_t          columns;
    double         *mean, *scale; /* [columns]; scale: one over the standard deviation, 0
                                     for a column that never moves                        */
    double         *matrix;       /* correlations, [columns][columns]                     */
    double         *inverse;      /* of those of the inputs, [inputs][inputs]             */
    double         *beta;         /* [inputs]                                             */
    double         *residual;     /* [paths] of the output, or NULL                       */
    double          r_squared;
} regression;

static const double *column_of(const ds_table *t, size_t column)
{
    return column < t->inputs ? t->x[column] : t->y;
}

/* The part of a row: rows of one group of paths are in one part. */
static size_t part_of_row(const ds_groups *g, size_t row, size_t parts)
{
    switch (g->kind) {
    case DS_GROUPS_PAIRS:
        return row / 2 % parts;
    case DS_GROUPS_MODULO:
        return row % (size_t)g->modulus % parts;
    case DS_GROUPS_EACH:
    default:
        return row % parts;
    }
}

static bool counts(const ds_table *t, const row_filter *f, size_t row)
{
    return f->parts == 0 || (part_of_row(t->groups, row, f->parts) == f->part) != f->without;
}

static bool begin(const ds_table *t, bool residual, regression *r)
{
    const size_t c = t->inputs + 1;

    *r = (regression){ .table = t, .columns = c };
    double *memory = calloc(2 * c + c * c + t->inputs * t->inputs + t->inputs, sizeof *memory);
    r->residual = residual ? malloc((t->paths + 1) * sizeof *r->residual) : NULL;
    r->mean = memory;
    if (memory == NULL || (residual && r->residual == NULL)) {
        free(memory);
        free(r->residual);
        return false;
    }
    r->scale = r->mean + c;
    r->matrix = r->scale + c;
    r->inverse = r->matrix + c * c;
    r->beta = r->inverse + t->inputs * t->inputs;
    return true;
}

static void end(regression *r)
{
    free(r->mean);
    free(r->residual);
}

static void find_scales(regression *r, const row_filter *f)
{
    const ds_table *t = r->table;

    for (size_t c = 0; c < r->columns; c++) {
        const double *x = column_of(t, c);
        double sum = 0.0, squares = 0.0, least = (double)INFINITY, most = -(double)INFINITY;
        size_t n = 0;
        for (size_t k = 0; k < t->paths; k++) {
            if (!counts(t, f, k))
                continue;
            n++;
            sum += x[k];
            least = fmin(least, x[k]);
            most = fmax(most, x[k]);
        }
        r->mean[c] = sum / (double)n;
        for (size_t k = 0; k < t->paths; k++)
            if (counts(t, f, k))
                squares += (x[k] - r->mean[c]) * (x[k] - r->mean[c]);
        r->scale[c] = least < most && squares > 0.0 ? sqrt((double)n / squares) : 0.0;
    }
}

/* Some rows in standard units, one after the other. */
static size_t standard_rows(const regression *r, const row_filter *f, size_t *from, double *z)
{
    const ds_table *t = r->table;
    size_t rows = 0;

    for (; *from < t->paths && rows < ROWS_AT_A_TIME; ++*from) {
        if (!counts(t, f, *from))
            continue;
        for (size_t c = 0; c < r->columns; c++)
            z[rows * r->columns + c] = (column_of(t, c)[*from] - r->mean[c]) * r->scale[c];
        rows++;
    }
    return rows;
}

static bool find_correlations(regression *r, const row_filter *f)
{
    const size_t c = r->columns;
    double *z = malloc(ROWS_AT_A_TIME * c * sizeof *z);
    size_t from = 0, n = 0;

    if (z == NULL)
        return false;
    for (size_t rows; (rows = standard_rows(r, f, &from, z)) > 0; n += rows)
        for (size_t k = 0; k < rows; k++)
            for (size_t i = 0; i < c; i++) {
                const double *row = z + k * c;
                double *restrict sums = r->matrix + i * c;
                const double x = row[i];
                for (size_t j = i; j < c; j++)
                    sums[j] += x * row[j];
            }
    for (size_t i = 0; i < c; i++)
        for (size_t j = i; j < c; j++) {
            const double rho = r->matrix[i * c + j] / (double)n;
            r->matrix[i * c + j] = r->matrix[j * c + i] = i == j ? 1.0 : rho;
        }
    free(z);
    return true;
}

/* The inverse of the inputs' correlations, or which of them makes it impossible. */
static ds_table_state invert(regression *r, size_t *which)
{
    const size_t d = r->table->inputs, c = r->columns;
    double *inner = malloc((2 * d * d + 1) * sizeof *inner);

    if (inner == NULL)
        return DS_TABLE_NOMEM;
    for (size_t i = 0; i < d; i++)
        memcpy(inner + i * d, r->matrix + i * c, d * sizeof *inner);
    ds_table_state state = ds_matrix_cholesky(d, inner, r->inverse) ? DS_TABLE_OK : DS_TABLE_NOMEM;
    for (size_t i = 0; state == DS_TABLE_OK && i < d; i++)
        if (!(r->inverse[i * d + i] > 1e-5)) { /* 1 - R^2 of it below 1e-10 */
            *which = i;
            state = DS_TABLE_SINGULAR;
        }
    if (state == DS_TABLE_OK) {
        gsl_matrix_view view = gsl_matrix_view_array(r->inverse, d, d);
        if (gsl_linalg_cholesky_invert(&view.matrix) != 0)
            state = DS_TABLE_NOMEM;
    }
    free(inner);
    return state;
}

static ds_table_state solve(regression *r, const row_filter *f, size_t *which)
{
    const size_t d = r->table->inputs, c = r->columns;

    find_scales(r, f);
    if (!find_correlations(r, f))
        return DS_TABLE_NOMEM;
    const ds_table_state state = invert(r, which);
    if (state != DS_TABLE_OK)
        return state;
    r->r_squared = 0.0;
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++)
            r->beta[i] += r->inverse[i * d + j] * r->matrix[j * c + d];
        r->r_squared += r->beta[i] * r->matrix[i * c + d];
    }
    r->r_squared = fmin(fmax(r->r_squared, 0.0), 1.0);
    return DS_TABLE_OK;
}

static double standard(const regression *r, size_t column, size_t row)
{
    return (column_of(r->table, column)[row] - r->mean[column]) * r->scale[column];
}

static void find_residuals(regression *r)
{
    for (size_t k = 0; k < r->table->paths; k++) {
        double e = standard(r, r->table->inputs, k);
        for (size_t i = 0; i < r->table->inputs; i++)
            e -= r->beta[i] * standard(r, i, k);
        r->residual[k] = e;
    }
}

/* Fits all rows; with residuals. */
static ds_table_state fit(const ds_table *t, regression *r, size_t *which)
{
    const row_filter all = { 0 };

    if (t->paths < t->inputs + 3)
        return DS_TABLE_SHORT;
    if (!begin(t, true, r))
        return DS_TABLE_NOMEM;
    ds_table_state state = solve(r, &all, which);
    for (size_t c = 0; state == DS_TABLE_OK && c < r->columns; c++)
        if (r->scale[c] == 0.0) {
            *which = c;
            state = DS_TABLE_CONSTANT;
        }
    if (state == DS_TABLE_OK)
        find_residuals(r);
    else
        end(r);
    return state;
}

/* ---- Influences, (155) --------------------------------------------------------- */

typedef struct {
    const regression *r;
    size_t            input;
    double            beta, own, rest; /* coefficient; variances of the input and of the
                                          output, given the other inputs                  */
    double            value;
} influence_of;

/* Row `input` of the inverse times the inputs: x given the others, over its variance. */
static void own_part(const influence_of *f, size_t first, size_t count, double *h)
{
    const size_t d = f->r->table->inputs;

    for (size_t k = 0; k < count; k++)
        h[k] = 0.0;
    for (size_t i = 0; i < d; i++) {
        const double weight = f->r->inverse[f->input * d + i] * f->r->scale[i];
        const double *x = f->r->table->x[i] + first, mean = f->r->mean[i];
        for (size_t k = 0; k < count; k++)
            h[k] += weight * (x[k] - mean);
    }
}

static void of_src(const void *context, size_t first, size_t count, double *h)
{
    const influence_of *f = context;

    own_part(f, first, count, h);
    for (size_t k = 0; k < count; k++) {
        const double x = standard(f->r, f->input, first + k);
        const double y = standard(f->r, f->r->table->inputs, first + k);
        h[k] = h[k] * f->r->residual[first + k] + 0.5 * f->beta * (x * x - y * y);
    }
}

static void of_r_squared(const void *context, size_t first, size_t count, double *h)
{
    const influence_of *f = context;

    for (size_t k = 0; k < count; k++) {
        const double y = standard(f->r, f->r->table->inputs, first + k);
        const double e = f->r->residual[first + k];
        h[k] = (1.0 - f->value) * y * y - e * e;
    }
}

static void of_pcc(const void *context, size_t first, size_t count, double *h)
{
    const influence_of *f = context;

    own_part(f, first, count, h);
    for (size_t k = 0; k < count; k++) {
        const double x = h[k] * f->own;
        const double y = f->r->residual[first + k] + f->beta * x;
        h[k] = x * y / sqrt(f->own * f->rest) -
               0.5 * f->value * (x * x / f->own + y * y / f->rest);
    }
}

static double error_of(const influence_of *f, ds_influence_fn influence)
{
    const ds_table *t = f->r->table;
    return ds_groups_error(t->groups, t->paths, 0, (double)t->paths, 0.0, influence, f,
                           t->scratch);
}

ds_table_state ds_src_of(const ds_table *t, ds_index *src, ds_index *r_squared, size_t *which)
{
    regression r;

    const ds_table_state state = fit(t, &r, which);
    if (state != DS_TABLE_OK)
        return state;
    for (size_t i = 0; i < t->inputs; i++) {
        const influence_of f = { .r = &r, .input = i, .beta = r.beta[i] };
        src[i] = (ds_index){ r.beta[i], error_of(&f, of_src) };
    }
    const influence_of f = { .r = &r, .value = r.r_squared };
    *r_squared = (ds_index){ r.r_squared, error_of(&f, of_r_squared) };
    end(&r);
    return DS_TABLE_OK;
}

/* Correlation of an input with the output, both given the other inputs. */
static influence_of partial(const regression *r, size_t input)
{
    influence_of f = { .r = r, .input = input, .beta = r->beta[input] };

    f.own = 1.0 / r->inverse[input * r->table->inputs + input];
    f.rest = 1.0 - r->r_squared + f.beta * f.beta * f.own;
    f.value = f.rest > 0.0 ? f.beta * sqrt(f.own / f.rest) : 0.0;
    return f;
}

ds_table_state ds_pcc_of(const ds_table *t, ds_index *pcc, size_t *which)
{
    regression r;

    const ds_table_state state = fit(t, &r, which);
    if (state != DS_TABLE_OK)
        return state;
    for (size_t i = 0; i < t->inputs; i++) {
        const influence_of f = partial(&r, i);
        pcc[i] = (ds_index){ f.value, f.rest > 0.0 ? error_of(&f, of_pcc) : 0.0 };
    }
    end(&r);
    return DS_TABLE_OK;
}

/* ---- Ranks, (156) ----------------------------------------------------------------- */

void ds_mid_ranks(size_t count, const double *x, size_t *order, double *rank)
{
    gsl_sort_index(order, x, 1, count);
    for (size_t i = 0, last; i < count; i = last) {
        for (last = i + 1; last < count && x[order[last]] == x[order[i]]; last++)
            ;
        for (size_t k = i; k < last; k++)
            rank[order[k]] = 0.5 * (double)(i + 1 + last);
    }
}

enum { MOST_PARTS = 32, LEAST_PARTS = 8, SMALL_TABLE = 8192 };

/* Rows of a part that give a coefficient of their own. */
static size_t rows_of_part(size_t inputs)
{
    return 20 + 4 * (inputs + 2);
}

size_t ds_prcc_rows(size_t inputs)
{
    return 2 * (inputs + 2) + 10;
}

/* The table with ranks for values, of the rows that count; others have rank 0. */
typedef struct {
    ds_table  table;
    double   *ranks, *values;
    size_t   *order, *row;
    double  **x;
} ranked;

static void release(ranked *a)
{
    free(a->ranks);
    free(a->values);
    free(a->order);
    free(a->row);
    free(a->x);
}

static bool reserve(const ds_table *t, ranked *a)
{
    const size_t n = t->paths + 1;

    *a = (ranked){ .table = *t };
    a->ranks = calloc(n * (t->inputs + 1), sizeof *a->ranks);
    a->values = malloc(2 * n * sizeof *a->values);
    a->order = malloc(n * sizeof *a->order);
    a->row = malloc(n * sizeof *a->row);
    a->x = malloc((t->inputs + 1) * sizeof *a->x);
    if (!a->ranks || !a->values || !a->order || !a->row || !a->x) {
        release(a);
        return false;
    }
    for (size_t i = 0; i <= t->inputs; i++)
        a->x[i] = a->ranks + i * n;
    a->table.x = (const double *const *)a->x;
    a->table.y = a->x[t->inputs];
    return true;
}

static void rank_rows(const ds_table *t, const row_filter *f, ranked *a)
{
    size_t n = 0;

    for (size_t k = 0; k < t->paths; k++)
        if (counts(t, f, k))
            a->row[n++] = k;
    for (size_t c = 0; c <= t->inputs; c++) {
        double *rank = a->values + n;
        for (size_t i = 0; i < n; i++)
            a->values[i] = column_of(t, c)[a->row[i]];
        ds_mid_ranks(n, a->values, a->order, rank);
        for (size_t i = 0; i < n; i++)
            a->x[c][a->row[i]] = rank[i];
    }
}

/* Coefficients of the rows that count. */
static ds_table_state prcc_of_rows(const ds_table *t, const row_filter *f, ranked *a,
                                   double *prcc, size_t *which)
{
    regression r;

    rank_rows(t, f, a);
    if (!begin(&a->table, false, &r))
        return DS_TABLE_NOMEM;
    ds_table_state state = solve(&r, f, which);
    for (size_t c = 0; state == DS_TABLE_OK && f->parts == 0 && c < r.columns; c++)
        if (r.scale[c] == 0.0) {
            *which = c;
            state = DS_TABLE_CONSTANT;
        }
    for (size_t i = 0; state == DS_TABLE_OK && i < t->inputs; i++)
        prcc[i] = partial(&r, i).value;
    end(&r);
    return state;
}

/* How many parts, and whether each is one without the others or the others without it. */
static row_filter parts_of(const ds_table *t)
{
    const size_t groups = (size_t)ds_groups_count(t->groups, t->paths);
    const size_t of_own = t->paths / rows_of_part(t->inputs);
    row_filter f = { .parts = MOST_PARTS };

    f.without = t->paths <= SMALL_TABLE || of_own < LEAST_PARTS;
    if (!f.without && of_own < f.parts)
        f.parts = of_own;
    if (groups < f.parts)
        f.parts = groups;
    return f;
}

double ds_prcc_freedom(const ds_table *t)
{
    return (double)parts_of(t).parts - 1.0;
}

static ds_table_state errors_by_parts(const ds_table *t, ranked *a, ds_index *prcc)
{
    row_filter f = parts_of(t);
    const double parts = (double)f.parts;
    double *each = malloc(f.parts * t->inputs * sizeof *each + 1);
    ds_table_state state = each != NULL ? DS_TABLE_OK : DS_TABLE_NOMEM;
    size_t ignored = 0;

    for (; state == DS_TABLE_OK && f.part < f.parts; f.part++) {
        double *here = each + f.part * t->inputs;
        memset(here, 0, t->inputs * sizeof *here);
        const ds_table_state of_part = prcc_of_rows(t, &f, a, here, &ignored);
        state = of_part == DS_TABLE_NOMEM ? of_part : DS_TABLE_OK;
    }
    for (size_t i = 0; state == DS_TABLE_OK && i < t->inputs; i++) {
        double mean = 0.0, squares = 0.0;
        for (size_t p = 0; p < f.parts; p++)
            mean += each[p * t->inputs + i] / parts;
        for (size_t p = 0; p < f.parts; p++)
            squares += (each[p * t->inputs + i] - mean) * (each[p * t->inputs + i] - mean);
        prcc[i].se = f.without ? sqrt(squares * (parts - 1.0) / parts)
                               : sqrt(squares / (parts * (parts - 1.0)));
    }
    free(each);
    return state;
}

ds_table_state ds_prcc_of(const ds_table *t, ds_index *prcc, size_t *which)
{
    const row_filter all = { 0 };
    ranked a;

    if (t->paths < ds_prcc_rows(t->inputs) || ds_groups_count(t->groups, t->paths) < 2)
        return DS_TABLE_SHORT;
    if (!reserve(t, &a))
        return DS_TABLE_NOMEM;
    double *value = malloc((t->inputs + 1) * sizeof *value);
    ds_table_state state = value != NULL ? prcc_of_rows(t, &all, &a, value, which)
                                         : DS_TABLE_NOMEM;
    for (size_t i = 0; state == DS_TABLE_OK && i < t->inputs; i++)
        prcc[i].value = value[i];
    if (state == DS_TABLE_OK)
        state = errors_by_parts(t, &a, prcc);
    free(value);
    release(&a);
    return state;
}
