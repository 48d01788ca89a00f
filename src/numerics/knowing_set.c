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

enum { MEMBERS_MOST = 12, PAIRED_MOST = 6, COLUMNS_MOST = 140, PATHS_PER_COLUMN = 40,
       FULL_MEMBERS = 4, FEW_FUNCTIONS = 5, NEWS_FUNCTIONS = 3, PATH_FUNCTIONS = 3, FIGURES_MOST = 12, LOOKS = 256 };

typedef struct {
    const ds_knowing     *k;
    const ds_knowing_set *set;
    size_t  members, figures;
    size_t  own, count; /* regressors: members, figures, news                       */
    size_t  member[MEMBERS_MOST];
    bool   *inside;     /* [inputs]: in the set, or depending on it                 */
    double **target;    /* [strategies][paths]: gain less what is independent of the set */
    double **fitted;    /* [strategies][paths]                                      */
    double *columns;    /* memory of both                                           */
    float  *position;   /* of features and news, [count - members][paths]           */
    double *within;     /* [rows][paths] of a closed set: what the fit to all makes of it */
    size_t  capacity;
    ds_regressor *regressor;
    ds_fit_term   *product;
    size_t  own_products;
    ds_fit_terms   products;
    ds_crossfit   fit;
} job;

/* ---- The set --------------------------------------------------------------------- */

static bool together(const ds_knowing_problem *p, size_t a, size_t b)
{
    return a == b || (p->input[a].component >= 0 &&
                      p->input[a].component == p->input[b].component);
}

static void mark_inside(job *j, size_t input)
{
    for (size_t i = 0; i < j->k->problem.input_count; i++)
        if (together(&j->k->problem, i, input))
            j->inside[i] = true;
}

/* The members that matter most, at most MEMBERS_MOST, the strongest first. */
static void choose_members(job *j)
{
    for (size_t m = 0; m < j->set->member_count; m++) {
        const size_t input = j->set->member[m];
        size_t at = j->members;
        while (at > 0 && j->k->strength[j->member[at - 1]] < j->k->strength[input])
            at--;
        if (at == MEMBERS_MOST)
            continue;
        const size_t last = j->members < MEMBERS_MOST ? j->members++ : MEMBERS_MOST - 1;
        memmove(j->member + at + 1, j->member + at, (last - at) * sizeof *j->member);
        j->member[at] = input;
    }
}

static bool is_member(const job *j, size_t input)
{
    for (size_t m = 0; m < j->set->member_count; m++)
        if (j->set->member[m] == input)
            return true;
    return false;
}

/* ---- Gains without what is independent of the set -------------------------------- */

/* Terms of the fit to all inputs that have nothing independent of the set in them. */
static bool *within_set(const job *j)
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

static bool make_targets(job *j)
{
    const ds_knowing *k = j->k;
    bool *used = within_set(j);
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
static double correlation(const job *j, size_t input, size_t function, const float *feature)
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
static void mark_touched(job *j)
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

static bool rank_features(job *j)
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
    size_t at[MEMBERS_MOST];     /* members of the component                         */
    double weight[MEMBERS_MOST]; /* of their scores in the expected score             */
    double sd;                   /* of the score about that                           */
} expectation;

static void expect(const ds_knowing_component *c, const ds_knowing_problem *p, size_t input,
                   expectation *e)
{
    double matrix[MEMBERS_MOST * MEMBERS_MOST], right[MEMBERS_MOST];
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
static bool news_of(const job *j, size_t input, float *position)
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
static bool has_news(const job *j, size_t input)
{
    const ds_knowing_problem *p = &j->k->problem;
    if (is_member(j, input) || !j->inside[input] || j->set->feature_count > 0 ||
        j->members < j->set->member_count)
        return false;
    return p->component[p->input[input].component].correlation != NULL;
}

/* ---- The regression -------------------------------------------------------------- */

static void add_regressor(job *j, const ds_score_basis *basis, const float *position)
{
    j->regressor[j->count++] = (ds_regressor){ basis, position };
}

static void add_regressors(job *j)
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

static void add_products(job *j)
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
    for (size_t r = 0; r < j->own; r++)
        ds_fit_terms_main(p, j->regressor, r, each);
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

static bool fit_set(job *j)
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
static bool is_closed(const job *j)
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
static bool rank_indices(job *j)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths, rows = ds_knowing_rows(k);
    double **within = calloc(rows, sizeof *within), *memory = malloc(rows * paths * sizeof *memory);
    bool    *used = within_set(j), done = within != NULL && memory != NULL && used != NULL;

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

static bool begin(job *j, const ds_knowing *k, const ds_knowing_set *set)
{
    const size_t paths = k->problem.paths, inputs = k->problem.input_count;
    const size_t strategies = k->problem.strategies;

    *j = (job){ .k = k, .set = set };
    j->inside = calloc(inputs + 1, sizeof *j->inside);
    if (j->inside == NULL)
        return false;
    choose_members(j);
    for (size_t m = 0; m < set->member_count; m++)
        mark_inside(j, set->member[m]);
    const bool   closed = is_closed(j);
    const size_t made = closed                   ? FIGURES_MOST
                        : set->feature_count > 0 ? set->feature_count
                                                 : MEMBERS_MOST;
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

static void end(job *j)
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

/* ---- What the choice gains ------------------------------------------------------- */

static size_t greatest_of(size_t count, const double *x)
{
    size_t most = 0;
    for (size_t d = 1; d < count; d++)
        if (x[d] > x[most])
            most = d;
    return most;
}

static size_t choice(const double *const *fitted, size_t strategies, size_t best, size_t i)
{
    size_t chosen = best;
    for (size_t d = 0; d < strategies; d++)
        if (fitted[d][i] > fitted[chosen][i])
            chosen = d;
    return chosen;
}

/* Fitted gain of a strategy at node k, by a fold's fit. */
static double at_node(const job *j, size_t fold, size_t strategy, size_t node)
{
    const ds_score_basis *basis = j->regressor[0].basis;
    const double *value = basis->table + node * basis->count;
    const double *x = ds_crossfit_coefficients(&j->fit, fold, strategy);
    double fitted = x[0];

    for (size_t c = 0; c < j->own_products; c++)
        fitted += x[c + 1] * value[j->product[c].function[0]];
    return fitted;
}

/* Between two nodes every fit is straight.  What the greatest of them is below the line that
 * joins the greatest at the ends, integrated. */
static double bend(size_t strategies, const double *left, const double *right, double z,
                   double width)
{
    enum { PARTS = 32 };
    const size_t a = greatest_of(strategies, left), b = greatest_of(strategies, right);
    double below = 0.0;

    if (a == b)
        return 0.0;
    for (int i = 0; i < PARTS; i++) {
        const double part = (i + 0.5) / PARTS;
        double most = -(double)INFINITY;
        for (size_t d = 0; d < strategies; d++) {
            const double here = left[d] + part * (right[d] - left[d]);
            most = here > most ? here : most;
        }
        below += left[a] + part * (right[b] - left[a]) - most;
    }
    const double middle = z + 0.5 * width;
    return below / PARTS * width * 0.39894228040143268 * exp(-0.5 * middle * middle);
}

/* Mean over the law of one input of the greatest of the fitted gains, for a fold's fit.
 * work: [2][strategies]. */
static double greatest_mean(const job *j, size_t fold, double *work)
{
    const ds_score_basis *basis = j->regressor[0].basis;
    const size_t strategies = j->k->problem.strategies;
    double sum = 0.0;

    for (size_t node = 0; node < basis->nodes; node++) {
        double *here = work + node % 2 * strategies, *before = work + (node + 1) % 2 * strategies;
        for (size_t d = 0; d < strategies; d++)
            here[d] = at_node(j, fold, d, node);
        sum += basis->weight[node] * here[greatest_of(strategies, here)];
        if (node > 0 && basis->steps == 0)
            sum -= bend(strategies, before, here, ds_score_of_node(node - 1),
                        ds_score_of_node(1) - ds_score_of_node(0));
    }
    return sum;
}

/* What the mean of the fits says is to be chosen, from the least value of the input up. */
static void tell_pieces(const job *j, ds_knowing_value *out, double *work)
{
    const ds_knowing     *k = j->k;
    const ds_score_basis *basis = j->regressor[0].basis;
    const double almost_never = 5e-4;
    double below = 0.0; /* probability of smaller values */

    for (size_t node = 0; node < basis->nodes; below += basis->weight[node++]) {
        for (size_t d = 0; d < k->problem.strategies; d++) {
            work[d] = 0.0;
            for (size_t f = 0; f < k->folds.folds; f++)
                work[d] += at_node(j, f, d, node);
        }
        const size_t most = greatest_of(k->problem.strategies, work);
        const size_t chosen = work[most] > work[k->best] ? most : k->best;
        if (below + basis->weight[node] < almost_never || below > 1.0 - almost_never)
            continue;
        if (out->piece_count > 0 && out->piece[out->piece_count - 1] == chosen)
            continue;
        if (out->piece_count == DS_KNOWING_PIECES) {
            out->piece_count = 0;
            return;
        }
        if (out->piece_count > 0)
            out->below_u[out->piece_count - 1] =
                basis->steps > 0 ? below : ds_normal_cdf(ds_score_of_node(node));
        out->below_u[out->piece_count] = 1.0;
        out->piece[out->piece_count++] = chosen;
    }
}

/* Takes out of h what functions of the inputs of the set, of mean 0, say about it: what is left
 * has the same mean and less noise. */
static bool take_out_known(const job *j, double *h)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths;
    bool        *used = within_set(j);
    ds_fit_term *term = calloc(k->products + 1, sizeof *term);
    double      *said = malloc(paths * sizeof *said);
    size_t       count = 0;
    ds_crossfit  fit = { 0 };

    bool done = used != NULL && term != NULL && said != NULL;
    for (size_t c = 0; done && c < k->products; c++)
        if (used[c + 1])
            term[count++] = k->product[c];
    if (done && count > 0) {
        const double *const response[1] = { h };
        const ds_crossfit_problem problem = { k->folds, k->regressors, count, 1, k->regressor,
                                              term, response };
        double *const out[1] = { said };
        done = ds_crossfit_make(&problem, &fit);
        for (size_t c = 0; c <= count; c++)
            used[c] = c > 0;
        done = done && ds_crossfit_predict(&fit, used, 1, false, out);
        for (size_t i = 0; done && i < paths; i++)
            h[i] -= said[i];
        ds_crossfit_release(&fit);
    }
    free(used);
    free(term);
    free(said);
    return done;
}

static bool gains_of_choice(const job *j, ds_knowing_value *out)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths;
    const bool   law_known = j->members == 1 && j->own == 1;
    double mean[DS_FOLDS] = { 0 };
    double *h = malloc((paths + 2 * k->problem.strategies) * sizeof *h);
    size_t changed = 0;

    if (h == NULL)
        return false;
    for (size_t f = 0; law_known && f < k->folds.folds; f++)
        mean[f] = greatest_mean(j, f, h + paths);
    if (law_known)
        tell_pieces(j, out, h + paths);
    for (size_t i = 0; i < paths; i++) {
        const size_t d = choice((const double *const *)j->fitted, k->problem.strategies,
                                k->best, i);
        changed += d != k->best ? 1 : 0;
        h[i] = law_known ? mean[ds_fold_of_path(&k->folds, i)] + j->target[d][i] - j->fitted[d][i]
                         : j->target[d][i];
    }
    const bool several = j->set->member_count > 1 && changed > 0;
    const bool done = (!several || take_out_known(j, h)) &&
                      ds_knowing_mean(k, h, &out->value, &out->se);
    out->changes = (double)changed / (double)paths;
    free(h);
    return done;
}

/* ---- What the fit may hide ------------------------------------------------------- */

/* Mean of the part of a normal deviation of sd s that is beyond a gap. */
static double beyond(double gap, double s)
{
    const double x = gap / s;
    return s * (0.39894228040143268 * exp(-0.5 * x * x) - x * ds_normal_cdf(-x));
}

static bool hidden_gain(const job *j, ds_knowing_value *out)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths, strategies = k->problem.strategies;
    const size_t looks = paths < LOOKS ? paths : LOOKS;
    double *work = calloc(2 * j->fit.columns + strategies, sizeof *work);
    double *row = work, *scratch = work + j->fit.columns, *noise = scratch + j->fit.columns;
    bool   *used = calloc(j->fit.columns, sizeof *used);
    double  sum = 0.0;

    for (size_t c = 0; used != NULL && c < j->fit.columns; c++)
        used[c] = c <= j->own_products;
    for (size_t d = 0; work != NULL && used != NULL && d < strategies; d++) {
        for (size_t i = 0; i < paths; i++)
            noise[d] += (j->target[d][i] - j->fitted[d][i]) * (j->target[d][i] - j->fitted[d][i]);
        noise[d] /= (double)paths;
    }
    for (size_t look = 0; work != NULL && used != NULL && look < looks; look++) {
        const size_t i = (2 * look + 1) * paths / (2 * looks);
        const size_t chosen = choice((const double *const *)j->fitted, strategies, k->best, i);
        ds_crossfit_row(&j->fit, used, i, row);
        const double leverage = ds_crossfit_leverage(&j->fit, row, scratch);
        for (size_t d = 0; d < strategies; d++) {
            const double s = sqrt(leverage * (noise[d] > noise[chosen] ? noise[d]
                                                                       : noise[chosen]));
            if (d != chosen && s > 0.0)
                sum += beyond(j->fitted[chosen][i] - j->fitted[d][i], s);
        }
    }
    out->hidden = sum / (double)looks;
    const bool done = work != NULL && used != NULL;
    free(work);
    free(used);
    return done;
}

bool ds_knowing_set_value(const ds_knowing *k, const ds_knowing_set *set, ds_knowing_value *out)
{
    job  j;
    bool done = begin(&j, k, set);

    *out = (ds_knowing_value){ 0 };
    if (done) {
        add_products(&j);
        done = fit_set(&j) && gains_of_choice(&j, out) && hidden_gain(&j, out);
        out->se = sqrt(out->se * out->se + out->hidden * out->hidden);
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
    job  j;
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
