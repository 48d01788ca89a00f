/* knowing.c -- see knowing.h: what all sets share, and the value of knowing everything.
 *
 * Called by study/information.c.  Inputs are screened one by one; those that matter most are
 * fitted together, with products of the first functions of the strongest.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/knowing_internal.h"
#include "numerics/lanes.h"
#include "numerics/statistics.h"

enum { STRONG = 8, FITTED = 28, WEAK_FUNCTIONS = 3, COLUMNS_MOST = 240, PATHS_PER_COLUMN = 40 };

const ds_score_basis *ds_knowing_basis(const ds_knowing *k, size_t input)
{
    return k->problem.input[input].steps > 0 ? &k->own[input] : &k->spline;
}

const float *ds_knowing_position(const ds_knowing *k, size_t input)
{
    return k->position + input * k->problem.paths;
}

size_t ds_knowing_best(const ds_knowing *k)
{
    return k->best;
}

double ds_knowing_strength(const ds_knowing *k, size_t input)
{
    return k->strength[input];
}

const ds_folds *ds_knowing_folds(const ds_knowing *k)
{
    return &k->folds;
}

/* ---- Means ----------------------------------------------------------------------- */

static void copy_column(const void *context, size_t first, size_t count, double *h)
{
    memcpy(h, (const double *)context + first, count * sizeof *h);
}

bool ds_knowing_mean(const ds_knowing *k, const double *h, double *mean, double *se)
{
    const size_t paths = k->problem.paths;
    double      *scratch = calloc(ds_groups_scratch(&k->problem.groups), sizeof *scratch);
    if (scratch == NULL)
        return false;
    *mean = ds_moments_of_column(paths, h).mean;
    *se = ds_groups_error(&k->problem.groups, paths, 0, (double)paths, *mean, copy_column, h,
                          scratch);
    free(scratch);
    return true;
}

/* ---- Products -------------------------------------------------------------------- */

static void add_product(ds_fit_terms *p, size_t a, int f, int b, int g)
{
    if (p->count < p->most)
        p->product[p->count++] = (ds_fit_term){ { (int)a, b }, { f, g } };
}

void ds_fit_terms_main(ds_fit_terms *p, const ds_regressor *r, size_t index, size_t functions)
{
    for (size_t f = 0; f < functions && f < r[index].basis->count; f++)
        add_product(p, index, (int)f, -1, 0);
}

void ds_fit_terms_pair(ds_fit_terms *p, const ds_regressor *r, size_t a, size_t b, size_t most)
{
    static const int pair[DS_FIT_PAIRS][2] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 },
                                               { 2, 0 }, { 0, 2 }, { 2, 1 }, { 1, 2 } };
    for (size_t k = 0; k < most && k < DS_FIT_PAIRS; k++)
        if ((size_t)pair[k][0] < r[a].basis->count && (size_t)pair[k][1] < r[b].basis->count)
            add_product(p, a, pair[k][0], (int)b, pair[k][1]);
}

/* Linear, quadratic, other functions of one input; products. */
unsigned char *ds_fit_terms_blocks(const ds_fit_term *term, size_t count)
{
    unsigned char *block = malloc(count + 1);
    for (size_t c = 0; block != NULL && c < count; c++)
        block[c] = term[c].of[1] >= 0        ? 3
                   : term[c].function[0] < 2 ? (unsigned char)term[c].function[0]
                                             : 2;
    return block;
}

/* ---- Differences between strategies ---------------------------------------------- */

/* Logarithms of large amounts, either sign; straight near 0. */
static double bent(double amount, double scale)
{
    const double x = fabs(amount) / scale, y = ds_log(x + sqrt(x * x + 1.0));
    return amount < 0.0 ? -y : y;
}

/* A tenth of the mean amount. */
static double scale_of(const ds_knowing *k)
{
    const size_t count = k->problem.strategies, paths = k->problem.paths;
    double sum = 0.0;
    for (size_t d = 0; d < count; d++)
        for (size_t i = 0; i < paths; i++)
            sum += fabs(k->problem.benefit[d][i]);
    return sum > 0.0 ? 0.1 * sum / ((double)count * (double)paths) : 1.0;
}

static void fill_gains(ds_knowing *k)
{
    const size_t count = k->problem.strategies, paths = k->problem.paths;
    const double *const *benefit = k->problem.benefit;
    const double scale = scale_of(k);
    double most = -(double)INFINITY;

    for (size_t d = 0; d < count; d++) {
        const double mean = ds_moments_of_column(paths, benefit[d]).mean;
        if (mean > most) {
            most = mean;
            k->best = d;
        }
    }
    for (size_t i = 0; i < paths; i++) {
        const double base = bent(benefit[k->best][i], scale);
        double greatest = 0.0;
        for (size_t d = 0; d < count; d++) {
            k->gain[d][i] = benefit[d][i] - benefit[k->best][i];
            greatest = k->gain[d][i] > greatest ? k->gain[d][i] : greatest;
            k->gain[count + 1 + d][i] = bent(benefit[d][i], scale) - base;
        }
        k->gain[count][i] = greatest;
    }
}

/* Everything that is less the best strategy becomes less strategy `to`. */
static void refer(ds_knowing *k, size_t to)
{
    const size_t count = k->problem.strategies, paths = k->problem.paths;
    for (int which = 0; which < 2; which++) {
        double *const *column = which == 0 ? k->gain : k->effect;
        for (size_t i = 0; i < paths; i++) {
            const double base = column[to][i], bend = column[count + 1 + to][i];
            for (size_t d = 0; d < ds_knowing_rows(k); d++)
                column[d][i] -= d <= count ? base : bend;
        }
    }
    for (size_t f = 0; f < k->folds.folds; f++)
        for (size_t c = 0; c < k->fit.columns; c++) {
            const double base = ds_crossfit_coefficients(&k->fit, f, to)[c];
            const double bend = ds_crossfit_coefficients(&k->fit, f, count + 1 + to)[c];
            for (size_t d = 0; d < ds_knowing_rows(k); d++)
                ds_crossfit_coefficients(&k->fit, f, d)[c] -= d <= count ? base : bend;
        }
    k->best = to;
}

/* By means without the effects, which are known to be 0 on average. */
static bool choose_best(ds_knowing *k)
{
    const size_t paths = k->problem.paths;
    double *rest = malloc(paths * sizeof *rest), most = 0.0;
    size_t  best = k->best;

    for (size_t d = 0; rest != NULL && d < k->problem.strategies; d++) {
        for (size_t i = 0; i < paths; i++)
            rest[i] = k->gain[d][i] - k->effect[d][i];
        const double mean = ds_moments_of_column(paths, rest).mean;
        if (mean > most) {
            most = mean;
            best = d;
        }
    }
    if (rest != NULL && best != k->best)
        refer(k, best);
    free(rest);
    return rest != NULL;
}

/* ---- Inputs ---------------------------------------------------------------------- */

static bool place_inputs(ds_knowing *k)
{
    const ds_knowing_problem *p = &k->problem;
    const size_t functions = p->paths >= 8192 ? DS_SCORE_FUNCTIONS : p->paths >= 1500 ? 5 : 3;

    if (!ds_score_splines(functions, &k->spline))
        return false;
    for (size_t j = 0; j < p->input_count; j++) {
        const ds_knowing_input *input = &p->input[j];
        if (input->steps > 0 && !ds_score_steps(input->steps, input->edges, &k->own[j]))
            return false;
        for (size_t i = 0; i < p->paths; i++)
            k->position[j * p->paths + i] =
                ds_score_position(ds_knowing_basis(k, j), input->u[i]);
    }
    return true;
}

static double variance_of(const ds_knowing *k, const double *column)
{
    const ds_moments m = ds_moments_of_column(k->problem.paths, column);
    return ds_moments_sd(&m) * ds_moments_sd(&m);
}

/* Coefficients of orthonormal functions are means of products; their squares add up to the
 * variance explained, and to that of noise. */
static double strength_of(const ds_knowing *k, size_t input, const double *variance)
{
    const ds_score_basis *basis = ds_knowing_basis(k, input);
    const float  *position = ds_knowing_position(k, input);
    const size_t  paths = k->problem.paths, count = k->problem.strategies;
    double most = 0.0;
    double value[DS_SCORE_STEPS], sum[64][DS_SCORE_STEPS];
    const size_t shown = count < 64 ? count : 64;

    memset(sum, 0, sizeof sum);
    for (size_t i = 0; i < paths; i++) {
        ds_score_values(basis, position[i], value);
        for (size_t d = 0; d < shown; d++)
            for (size_t c = 0; c < basis->count; c++)
                sum[d][c] += value[c] * k->gain[d][i];
    }
    for (size_t d = 0; d < shown; d++) {
        double explained = 0.0;
        for (size_t c = 0; c < basis->count; c++)
            explained += sum[d][c] / (double)paths * (sum[d][c] / (double)paths);
        explained -= (double)basis->count * variance[d] / (double)paths;
        if (variance[d] > 0.0 && explained / variance[d] > most)
            most = explained / variance[d];
    }
    return most;
}

static bool rate_inputs(ds_knowing *k)
{
    const size_t count = k->problem.strategies;
    double *variance = malloc(count * sizeof *variance);

    for (size_t d = 0; variance != NULL && d < count; d++)
        variance[d] = variance_of(k, k->gain[d]);
    for (size_t j = 0; variance != NULL && j < k->problem.input_count; j++)
        k->strength[j] = strength_of(k, j, variance);
    free(variance);
    return variance != NULL;
}

/* The inputs that matter, the strongest first. */
static void choose_inputs(ds_knowing *k)
{
    k->regressors = 0;
    for (size_t j = 0; j < k->problem.input_count; j++) {
        size_t at = k->regressors;
        if (!(k->strength[j] > 0.0))
            continue;
        while (at > 0 && k->strength[k->input_of[at - 1]] < k->strength[j])
            at--;
        if (at == FITTED)
            continue;
        const size_t last = k->regressors < FITTED ? k->regressors++ : FITTED - 1;
        memmove(k->input_of + at + 1, k->input_of + at, (last - at) * sizeof *k->input_of);
        k->input_of[at] = j;
    }
    for (size_t r = 0; r < k->regressors; r++)
        k->regressor[r] = (ds_regressor){ ds_knowing_basis(k, k->input_of[r]),
                                          ds_knowing_position(k, k->input_of[r]) };
}

static bool depend(const ds_knowing_problem *p, size_t a, size_t b)
{
    return p->input[a].component >= 0 && p->input[a].component == p->input[b].component;
}

static void choose_products(ds_knowing *k)
{
    const size_t by_paths = k->problem.paths / PATHS_PER_COLUMN;
    ds_fit_terms  p = { 0, by_paths < COLUMNS_MOST ? by_paths : COLUMNS_MOST, k->product };
    const size_t strong = k->regressors < STRONG ? k->regressors : STRONG;

    for (size_t r = 0; r < strong; r++)
        ds_fit_terms_main(&p, k->regressor, r, DS_SCORE_STEPS);
    /* the mean of a product of dependent inputs is not 0 */
    for (size_t b = 1; b < strong; b++)
        for (size_t a = 0; a < b; a++)
            if (!depend(&k->problem, k->input_of[a], k->input_of[b]))
                ds_fit_terms_pair(&p, k->regressor, a, b, b < 3 ? 8 : b < 5 ? 4 : 3);
    for (size_t r = strong; r < k->regressors; r++)
        ds_fit_terms_main(&p, k->regressor, r, WEAK_FUNCTIONS);
    k->products = p.count;
}

static bool fit_all(ds_knowing *k)
{
    const size_t responses = ds_knowing_rows(k);
    const ds_crossfit_problem problem = {
        k->folds, k->regressors, k->products, responses, k->regressor, k->product,
        (const double *const *)k->gain,
    };
    bool *used = malloc((k->products + 1) * sizeof *used);
    unsigned char *block = ds_fit_terms_blocks(k->product, k->products);
    const bool made = used != NULL && block != NULL && ds_crossfit_make(&problem, &k->fit) &&
                      ds_crossfit_calibrate(&k->fit, block);
    free(block);
    if (!made) {
        free(used);
        return false;
    }
    for (size_t c = 0; c <= k->products; c++)
        used[c] = c > 0;
    const bool done = ds_crossfit_predict(&k->fit, used, ds_knowing_rows(k), false, k->effect);
    free(used);
    return done;
}

/* ---- The object ------------------------------------------------------------------ */

static bool allocate(ds_knowing *k)
{
    const size_t paths = k->problem.paths, inputs = k->problem.input_count;
    const size_t rows = ds_knowing_rows(k);

    k->own = calloc(inputs + 1, sizeof *k->own);
    k->position = malloc((inputs * paths + 1) * sizeof *k->position);
    k->strength = calloc(inputs + 1, sizeof *k->strength);
    k->gain = calloc(2 * rows, sizeof *k->gain);
    k->memory = calloc(2 * rows * paths, sizeof *k->memory);
    k->input_of = calloc(FITTED + 1, sizeof *k->input_of);
    k->regressor = calloc(FITTED + 1, sizeof *k->regressor);
    k->product = calloc(COLUMNS_MOST, sizeof *k->product);
    if (k->own == NULL || k->position == NULL || k->strength == NULL || k->gain == NULL ||
        k->memory == NULL || k->input_of == NULL || k->regressor == NULL || k->product == NULL)
        return false;
    k->effect = k->gain + rows;
    for (size_t r = 0; r < 2 * rows; r++)
        k->gain[r] = k->memory + r * paths;
    return true;
}

void ds_knowing_free(ds_knowing *k)
{
    if (k == NULL)
        return;
    for (size_t j = 0; k->own != NULL && j < k->problem.input_count; j++)
        ds_score_basis_release(&k->own[j]);
    ds_score_basis_release(&k->spline);
    ds_crossfit_release(&k->fit);
    free(k->own);
    free(k->position);
    free(k->strength);
    free(k->gain);
    free(k->memory);
    free(k->input_of);
    free(k->regressor);
    free(k->product);
    free(k);
}

ds_knowing *ds_knowing_new(const ds_knowing_problem *problem)
{
    ds_knowing *k = calloc(1, sizeof *k);
    if (k == NULL)
        return NULL;
    k->problem = *problem;
    k->folds = ds_folds_of(&problem->groups, problem->paths);
    bool good = allocate(k);
    if (good)
        fill_gains(k);
    good = good && place_inputs(k) && rate_inputs(k);
    if (good) {
        choose_inputs(k);
        choose_products(k);
        good = fit_all(k) && choose_best(k);
    }
    if (!good) {
        ds_knowing_free(k);
        return NULL;
    }
    return k;
}

double ds_knowing_spread(const ds_knowing *k, size_t strategy)
{
    return sqrt(variance_of(k, k->gain[strategy]));
}

double ds_knowing_removed(const ds_knowing *k)
{
    double most = 0.0;
    for (size_t d = 0; d < k->problem.strategies; d++) {
        const double all = variance_of(k, k->gain[d]), explained = variance_of(k, k->effect[d]);
        if (all > 0.0 && explained / all > most)
            most = explained / all;
    }
    return most < 1.0 ? most : 1.0;
}

bool ds_knowing_everything(const ds_knowing *k, ds_knowing_value *out)
{
    const size_t paths = k->problem.paths, last = k->problem.strategies;
    double *h = malloc(paths * sizeof *h);
    size_t  changed = 0;

    *out = (ds_knowing_value){ 0 };
    if (h == NULL)
        return false;
    for (size_t i = 0; i < paths; i++) {
        h[i] = k->gain[last][i] - k->effect[last][i];
        changed += k->gain[last][i] > 0.0 ? 1 : 0;
    }
    const bool done = ds_knowing_mean(k, h, &out->value, &out->se);
    out->changes = (double)changed / (double)paths;
    free(h);
    return done;
}
