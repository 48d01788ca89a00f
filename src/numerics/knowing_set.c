/* knowing_set.c -- see knowing.h: the value of knowing some inputs, or figures made of them.
 *
 * Called by study/information.c.  What inputs do that are independent of the set is taken out
 * of the net benefits by the fit to all inputs; of inputs that depend on the set, what is new in
 * them given the set, which is normal, is fitted beside it.  (162) to (167).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/knowing_internal.h"
#include "numerics/lanes.h"
#include "numerics/statistics.h"

static const double touched = 4.5; /* standard errors of a correlation of 0 */

enum { PAIRED_MOST = 6, COLUMNS_MOST = 140, PATHS_PER_COLUMN = 40, FULL_MEMBERS = 4,
       FEW_FUNCTIONS = 5, NEWS_FUNCTIONS = 3, PATH_FUNCTIONS = 3, FIGURES_MOST = 12 };

/* ---- The set --------------------------------------------------------------------- */

static bool together(const ds_knowing_problem *p, size_t a, size_t b)
{
    return a == b || (p->input[a].component >= 0 &&
                      p->input[a].component == p->input[b].component);
}

static void mark_inside(ds_knowing_job *j, size_t input)
{
    for (size_t i = 0; i < j->k->problem.input_count; i++)
        if (together(&j->k->problem, i, input))
            j->inside[i] = true;
}

/* The members that matter most, at most DS_MEMBERS_MOST, the strongest first. */
static void choose_members(ds_knowing_job *j)
{
    for (size_t m = 0; m < j->set->member_count; m++) {
        const size_t input = j->set->member[m];
        size_t at = j->members;
        while (at > 0 && j->k->strength[j->member[at - 1]] < j->k->strength[input])
            at--;
        if (at == DS_MEMBERS_MOST)
            continue;
        const size_t last = j->members < DS_MEMBERS_MOST ? j->members++ : DS_MEMBERS_MOST - 1;
        memmove(j->member + at + 1, j->member + at, (last - at) * sizeof *j->member);
        j->member[at] = input;
    }
}

static bool is_member(const ds_knowing_job *j, size_t input)
{
    for (size_t m = 0; m < j->set->member_count; m++)
        if (j->set->member[m] == input)
            return true;
    return false;
}

/* ---- Gains without what is independent of the set -------------------------------- */

bool *ds_knowing_within(const ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    bool *used = calloc(k->products + 1, sizeof *used);
    for (size_t c = 0; used != NULL && c < k->products; c++) {
        const ds_fit_term *t = &k->product[c];
        used[c + 1] = j->inside[k->input_of[t->of[0]]] &&
                      (t->of[1] < 0 || j->inside[k->input_of[t->of[1]]]);
    }
    return used;
}

static bool make_targets(ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    bool *used = ds_knowing_within(j);
    if (used == NULL)
        return false;
    for (size_t d = 0; d < k->problem.strategies; d++)
        for (size_t i = 0; i < k->problem.paths; i++)
            j->target[d][i] = k->gain[d][i] - k->effect[d][i];
    /* of a closed set the fit to all comes back when what is left of it has been fitted */
    const bool done = j->within != NULL || ds_crossfit_predict(&k->fit, used,
                                                               k->problem.strategies, true,
                                                               j->target);
    free(used);
    return done;
}

/* ---- Features -------------------------------------------------------------------- */

/* Normal scores of ranks. */
static bool rank_feature(const double *feature, size_t paths, float *position)
{
    double *sorted = malloc(paths * sizeof *sorted);
    if (sorted == NULL)
        return false;
    memcpy(sorted, feature, paths * sizeof *sorted);
    ds_sort(paths, sorted);
    for (size_t i = 0; i < paths; i++) {
        size_t low = 0, high = paths; /* first value that is not below */
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (sorted[middle] < feature[i])
                low = middle + 1;
            else
                high = middle;
        }
        size_t last = low; /* ties share the first rank but for long runs, their middle */
        if (low + 1 < paths && sorted[low + 1] == feature[i]) {
            size_t above = paths;
            while (last < above) {
                const size_t middle = last + (above - last) / 2;
                if (sorted[middle] <= feature[i])
                    last = middle + 1;
                else
                    above = middle;
            }
            last--;
        }
        const double rank = 0.5 * ((double)low + (double)last);
        position[i] = ds_score_position_of_normal(
            ds_normal_quantile((rank + 0.5) / (double)paths));
    }
    free(sorted);
    return true;
}

/* Mean of a function of an input times the first, linear one of a feature. */
static double correlation(const ds_knowing_job *j, size_t input, size_t function,
                          const float *feature)
{
    const ds_score_basis *basis = ds_knowing_basis(j->k, input);
    const float  *position = ds_knowing_position(j->k, input);
    const size_t  paths = j->k->problem.paths;
    double a[DS_SCORE_STEPS], b[DS_SCORE_STEPS], sum = 0.0;

    for (size_t i = 0; i < paths; i++) {
        ds_score_values(basis, position[i], a);
        ds_score_values(&j->k->spline, feature[i], b);
        sum += a[function] * b[0];
    }
    return sum / (double)paths;
}

/* Inputs whose effects would be taken out are looked at; a dependence too weak to be seen
 * takes next to nothing of the value with it. */
static void mark_touched(ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    const double least = touched / sqrt((double)k->problem.paths);

    for (size_t r = 0; r < k->regressors; r++) {
        const size_t input = k->input_of[r];
        for (size_t f = 0; !j->inside[input] && f < j->set->feature_count; f++)
            for (size_t c = 0; c < 2 && c < ds_knowing_basis(k, input)->count; c++)
                if (fabs(correlation(j, input, c, j->position + f * k->problem.paths)) > least)
                    mark_inside(j, input);
    }
}

static bool rank_features(ds_knowing_job *j)
{
    const size_t paths = j->k->problem.paths;
    for (size_t f = 0; f < j->set->feature_count; f++)
        if (!rank_feature(j->set->feature[f], paths, j->position + f * paths))
            return false;
    j->figures = j->set->feature_count;
    mark_touched(j);
    return true;
}

/* ---- News: what is new in an input, given members that it depends on -------------- */

typedef struct {
    size_t given;
    size_t at[DS_MEMBERS_MOST];     /* members of the component                         */
    double weight[DS_MEMBERS_MOST]; /* of their scores in the expected score             */
    double sd;                   /* of the score about that                           */
} expectation;

static void expect(const ds_knowing_component *c, const ds_knowing_problem *p, size_t input,
                   expectation *e)
{
    double matrix[DS_MEMBERS_MOST * DS_MEMBERS_MOST], right[DS_MEMBERS_MOST];
    const double *row = c->correlation + p->input[input].place * c->count;
    double explained = 0.0;

    for (size_t a = 0; a < e->given; a++) {
        for (size_t b = 0; b < e->given; b++)
            matrix[a * e->given + b] = c->correlation[p->input[e->at[a]].place * c->count +
                                                      p->input[e->at[b]].place];
        matrix[a * e->given + a] += 1e-10;
        right[a] = row[p->input[e->at[a]].place];
    }
    gsl_matrix_view m = gsl_matrix_view_array(matrix, e->given, e->given);
    gsl_vector_view b = gsl_vector_view_array(right, e->given);
    gsl_vector_view x = gsl_vector_view_array(e->weight, e->given);
    gsl_linalg_cholesky_decomp1(&m.matrix);
    gsl_linalg_cholesky_solve(&m.matrix, &b.vector, &x.vector);
    for (size_t a = 0; a < e->given; a++)
        explained += e->weight[a] * right[a];
    e->sd = explained < 1.0 ? sqrt(1.0 - explained) : 0.0;
}

/* False when there is nothing to be had. */
static bool news_of(const ds_knowing_job *j, size_t input, float *position)
{
    const ds_knowing_problem *p = &j->k->problem;
    expectation e = { 0 };

    for (size_t m = 0; m < j->members; m++)
        if (together(p, j->member[m], input))
            e.at[e.given++] = j->member[m];
    expect(&p->component[p->input[input].component], p, input, &e);
    if (e.sd < 1e-3)
        return false;
    for (size_t i = 0; i < p->paths; i++) {
        double z = ds_normal_quantile(p->input[input].u[i]);
        for (size_t a = 0; a < e.given; a++)
            z -= e.weight[a] * ds_normal_quantile(p->input[e.at[a]].u[i]);
        position[i] = ds_score_position_of_normal(z / e.sd);
    }
    return true;
}

/* Is every member of a component that the set has a known one, and the law normal? */
static bool has_news(const ds_knowing_job *j, size_t input)
{
    const ds_knowing_problem *p = &j->k->problem;
    if (is_member(j, input) || !j->inside[input] || j->set->feature_count > 0 ||
        j->members < j->set->member_count)
        return false;
    return p->component[p->input[input].component].correlation != NULL;
}

/* ---- The regression -------------------------------------------------------------- */

static void add_regressor(ds_knowing_job *j, const ds_score_basis *basis, const float *position)
{
    j->regressor[j->count++] = (ds_regressor){ basis, position };
}

static void add_regressors(ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    float *next = j->position;

    for (size_t m = 0; m < j->members; m++)
        add_regressor(j, ds_knowing_basis(k, j->member[m]), ds_knowing_position(k, j->member[m]));
    for (size_t f = 0; f < j->figures; f++) {
        add_regressor(j, &k->spline, next);
        next += k->problem.paths;
    }
    j->own = j->count;
    for (size_t i = 0; j->figures == 0 && i < k->problem.input_count; i++)
        if (j->count < j->capacity && has_news(j, i) && news_of(j, i, next)) {
            add_regressor(j, &k->spline, next);
            next += k->problem.paths;
        }
}

static void add_products(ds_knowing_job *j)
{
    const size_t by_paths = j->k->problem.paths / PATHS_PER_COLUMN;
    ds_fit_terms *p = &j->products;
    const bool   path = j->figures > 0;
    const size_t each = j->own == 1              ? DS_SCORE_STEPS
                        : j->within != NULL      ? DS_SCORE_FUNCTIONS
                        : path                   ? PATH_FUNCTIONS
                        : j->own <= FULL_MEMBERS ? DS_SCORE_FUNCTIONS
                                                 : FEW_FUNCTIONS;
    const size_t paired = j->own < PAIRED_MOST ? j->own : PAIRED_MOST;

    *p = (ds_fit_terms){ 0, by_paths < COLUMNS_MOST ? by_paths : COLUMNS_MOST, j->product };
    /* of a path the last figure, its sum, says most, and gains turn sharply in it */
    for (size_t r = 0; r < j->own; r++)
        ds_fit_terms_main(p, j->regressor, r,
                          path && j->within == NULL && r + 1 == j->own ? DS_SCORE_STEPS : each);
    for (size_t b = 1; b < paired; b++)
        for (size_t a = 0; a < b; a++)
            ds_fit_terms_pair(p, j->regressor, a, b, path ? 1 : 4);
    j->own_products = p->count;
    for (size_t r = j->own; r < j->count; r++) {
        ds_fit_terms_main(p, j->regressor, r, NEWS_FUNCTIONS);
        if (j->own > 0)
            ds_fit_terms_pair(p, j->regressor, 0, r, 4);
    }
}

static bool fit_set(ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    const ds_crossfit_problem problem = {
        k->folds, j->count, j->products.count, k->problem.strategies, j->regressor, j->product,
        (const double *const *)j->target,
    };
    bool *used = calloc(j->products.count + 1, sizeof *used);
    unsigned char *block = ds_fit_terms_blocks(j->product, j->products.count);
    bool  done = used != NULL && block != NULL && ds_crossfit_make(&problem, &j->fit) &&
                 ds_crossfit_calibrate(&j->fit, block);

    free(block);
    if (done) {
        for (size_t c = 0; c <= j->products.count; c++)
            used[c] = c > j->own_products;
        if (j->own_products < j->products.count)
            done = ds_crossfit_predict(&j->fit, used, k->problem.strategies, false, j->fitted);
        for (size_t d = 0; j->own_products < j->products.count && d < k->problem.strategies; d++)
            for (size_t i = 0; i < k->problem.paths; i++)
                j->target[d][i] -= j->fitted[d][i];
        for (size_t c = 0; c <= j->products.count; c++)
            used[c] = c <= j->own_products;
        done = done && ds_crossfit_predict(&j->fit, used, k->problem.strategies, false, j->fitted);
    }
    for (size_t d = 0; done && j->within != NULL && d < k->problem.strategies; d++)
        for (size_t i = 0; i < k->problem.paths; i++) {
            j->target[d][i] += j->within[d * k->problem.paths + i];
            j->fitted[d][i] += j->within[d * k->problem.paths + i];
        }
    free(used);
    return done;
}

/* Does the fit to all inputs have nothing that depends on the set without being in it?  Then
 * its terms within the set are the fit. */
static bool is_closed(const ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    if (j->set->feature_count > 0 || j->set->member_count <= FULL_MEMBERS)
        return false;
    for (size_t r = 0; r < k->regressors; r++)
        if (j->inside[k->input_of[r]] && !is_member(j, k->input_of[r]))
            return false;
    return true;
}

/* Figures of such a set: what the fit makes of it, by strategy, on both scales.  A sum of
 * functions and products is only roughly right where costs are products of many things, but a
 * function of that sum is not. */
static bool rank_indices(ds_knowing_job *j)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths, rows = ds_knowing_rows(k);
    double **within = calloc(rows, sizeof *within), *memory = malloc(rows * paths * sizeof *memory);
    bool    *used = ds_knowing_within(j), done = within != NULL && memory != NULL && used != NULL;

    j->within = memory;
    for (size_t r = 0; done && r < rows; r++)
        within[r] = memory + r * paths;
    done = done && ds_crossfit_predict(&k->fit, used, rows, false, within);
    for (size_t r = 0; done && r < rows && j->figures < FIGURES_MOST; r++) {
        const size_t d = r > k->problem.strategies ? r - k->problem.strategies - 1 : r;
        if (d == k->best || r == k->problem.strategies)
            continue;
        done = rank_feature(within[r], paths, j->position + j->figures * paths);
        j->figures++;
    }
    free(within);
    free(used);
    return done;
}

static bool begin(ds_knowing_job *j, const ds_knowing *k, const ds_knowing_set *set)
{
    const size_t paths = k->problem.paths, inputs = k->problem.input_count;
    const size_t strategies = k->problem.strategies;

    *j = (ds_knowing_job){ .k = k, .set = set };
    j->inside = calloc(inputs + 1, sizeof *j->inside);
    if (j->inside == NULL)
        return false;
    choose_members(j);
    for (size_t m = 0; m < set->member_count; m++)
        mark_inside(j, set->member[m]);
    const bool   closed = is_closed(j);
    const size_t made = closed                   ? FIGURES_MOST
                        : set->feature_count > 0 ? set->feature_count
                                                 : DS_MEMBERS_MOST;
    j->members = closed ? 0 : j->members;
    j->capacity = j->members + made;
    j->target = calloc(2 * strategies, sizeof *j->target);
    j->columns = malloc(2 * strategies * paths * sizeof *j->columns);
    j->position = malloc((made * paths + 1) * sizeof *j->position);
    j->regressor = calloc(j->capacity + 1, sizeof *j->regressor);
    j->product = calloc(COLUMNS_MOST, sizeof *j->product);
    if (j->target == NULL || j->columns == NULL || j->position == NULL || j->regressor == NULL ||
        j->product == NULL)
        return false;
    j->fitted = j->target + strategies;
    for (size_t d = 0; d < 2 * strategies; d++)
        j->target[d] = j->columns + d * paths;
    if (!(closed ? rank_indices(j) : rank_features(j)) || !make_targets(j))
        return false;
    add_regressors(j);
    return true;
}

static void end(ds_knowing_job *j)
{
    ds_crossfit_release(&j->fit);
    free(j->inside);
    free(j->within);
    free(j->target);
    free(j->columns);
    free(j->position);
    free(j->regressor);
    free(j->product);
}

/* ---- Values ---------------------------------------------------------------------- */

bool ds_knowing_set_value(const ds_knowing *k, const ds_knowing_set *set, ds_knowing_value *out)
{
    ds_knowing_job j;
    bool done = begin(&j, k, set);

    *out = (ds_knowing_value){ 0 };
    if (done) {
        add_products(&j);
        done = fit_set(&j) && ds_knowing_gain(&j, out);
    }
    end(&j);
    return done;
}

void ds_knowing_nested(size_t count, const bool *part, ds_knowing_value *value)
{
    for (size_t round = 0; round < count; round++)
        for (size_t a = 0; a < count; a++)
            for (size_t b = 0; b < count; b++)
                if (a != b && part[a * count + b] && value[a].value > value[b].value) {
                    value[b].value = value[a].value;
                    value[b].se = value[a].se;
                }
}

/* ---- One input ------------------------------------------------------------------- */

bool ds_knowing_fit_one(const ds_knowing *k, size_t input, ds_knowing_fit *out)
{
    const ds_knowing_set set = { 1, 0, &input, NULL };
    const size_t paths = k->problem.paths, strategies = k->problem.strategies;
    ds_knowing_job j;
    bool done = begin(&j, k, &set);

    *out = (ds_knowing_fit){ ds_knowing_basis(k, input), ds_knowing_position(k, input),
                             k->folds.folds, strategies, 0, NULL, NULL };
    if (done) {
        add_products(&j);
        done = fit_set(&j);
        out->columns = 1 + j.own_products;
        out->coefficient = calloc(out->folds * strategies * out->columns,
                                  sizeof *out->coefficient);
        out->residual = malloc(strategies * paths * sizeof *out->residual);
        done = done && out->coefficient != NULL && out->residual != NULL;
    }
    for (size_t f = 0; done && f < out->folds; f++)
        for (size_t d = 0; d < strategies; d++)
            memcpy(out->coefficient + (f * strategies + d) * out->columns,
                   ds_crossfit_coefficients(&j.fit, f, d),
                   out->columns * sizeof *out->coefficient);
    for (size_t d = 0; done && d < strategies; d++)
        for (size_t i = 0; i < paths; i++)
            out->residual[d * paths + i] = j.target[d][i] - j.fitted[d][i];
    end(&j);
    if (!done)
        ds_knowing_fit_release(out);
    return done;
}

void ds_knowing_fit_release(ds_knowing_fit *fit)
{
    free(fit->coefficient);
    free(fit->residual);
    fit->coefficient = fit->residual = NULL;
}
