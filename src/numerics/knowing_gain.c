/* knowing_gain.c -- what a set that was fitted is worth: the mean gain of choosing by the fit.
 *
 * Called by knowing_set.c.  (162), (164), (167) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/knowing_internal.h"
#include "numerics/lanes.h"

enum { LOOKS = 256, CHANGED_LEAST = 20 };

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
static double at_node(const ds_knowing_job *j, size_t fold, size_t strategy, size_t node)
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
static double greatest_mean(const ds_knowing_job *j, size_t fold, double *work)
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

/* The probability of smaller values, where the choice passes from `old` to `now` between a
 * node and that before it, by straight lines. */
static double passes_at(size_t node, const double *before, const double *here, size_t old,
                        size_t now)
{
    const double from = before[old] - before[now], to = here[old] - here[now];
    const double part = from > 0.0 && to < 0.0 ? from / (from - to) : 1.0;
    const double left = ds_score_of_node(node - 1);

    return ds_normal_cdf(left + part * (ds_score_of_node(node) - left));
}

/* What the mean of the fits says is to be chosen, from the least value of the input up.
 * work: [2][strategies]. */
static void tell_pieces(const ds_knowing_job *j, ds_knowing_value *out, double *work)
{
    const ds_knowing     *k = j->k;
    const ds_score_basis *basis = j->regressor[0].basis;
    const double almost_never = 5e-4;
    double below = 0.0; /* probability of smaller values */

    for (size_t node = 0; node < basis->nodes; below += basis->weight[node++]) {
        double *here = work + node % 2 * k->problem.strategies;
        const double *before = work + (node + 1) % 2 * k->problem.strategies;
        for (size_t d = 0; d < k->problem.strategies; d++) {
            here[d] = 0.0;
            for (size_t f = 0; f < k->folds.folds; f++)
                here[d] += at_node(j, f, d, node);
        }
        const size_t most = greatest_of(k->problem.strategies, here);
        const size_t chosen = here[most] > here[k->best] ? most : k->best;
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
                basis->steps > 0 ? below
                                 : passes_at(node, before, here,
                                             out->piece[out->piece_count - 1], chosen);
        out->below_u[out->piece_count] = 1.0;
        out->piece[out->piece_count++] = chosen;
    }
}

/* Takes out of h what functions of the inputs of the set, of mean 0, say about it: what is left
 * has the same mean and less noise. */
static bool take_out_known(const ds_knowing_job *j, double *h)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths;
    bool        *used = ds_knowing_within(j);
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

static bool gains_of_choice(const ds_knowing_job *j, ds_knowing_value *out)
{
    const ds_knowing *k = j->k;
    const size_t paths = k->problem.paths;
    bool law_known = j->members == 1 && j->own == 1;
    double mean[DS_FOLDS] = { 0 };
    double *h = malloc((paths + 2 * k->problem.strategies) * sizeof *h);
    size_t changed = 0;

    if (h == NULL)
        return false;
    for (size_t i = 0; i < paths; i++)
        changed += choice((const double *const *)j->fitted, k->problem.strategies, k->best, i) !=
                           k->best ? 1 : 0;
    /* beyond the paths the fit is only a guess */
    law_known = law_known && changed >= CHANGED_LEAST;
    for (size_t f = 0; law_known && f < k->folds.folds; f++)
        mean[f] = greatest_mean(j, f, h + paths);
    if (law_known)
        tell_pieces(j, out, h + paths);
    for (size_t i = 0; i < paths; i++) {
        const size_t d = choice((const double *const *)j->fitted, k->problem.strategies,
                                k->best, i);
        h[i] = law_known ? mean[ds_fold_of_path(&k->folds, i)] + j->target[d][i] - j->fitted[d][i]
                         : j->target[d][i];
    }
    const bool several = (j->set->member_count > 1 || j->figures > 0) && changed > 0;
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

/* At one place: gains fitted there, and the variance of a fitted value for residuals of
 * variance 1. */
static double hidden_here(const double *fitted, size_t strategies, const double *noise,
                          double leverage)
{
    const size_t chosen = greatest_of(strategies, fitted);
    double sum = 0.0;

    for (size_t d = 0; d < strategies; d++) {
        const double s = sqrt(leverage * (noise[d] > noise[chosen] ? noise[d] : noise[chosen]));
        if (d != chosen && s > 0.0)
            sum += beyond(fitted[chosen] - fitted[d], s);
    }
    return sum;
}

/* Over the law of one input, its tails included, where few paths are. */
static double hidden_of_law(const ds_knowing_job *j, const double *noise, double *work)
{
    const ds_score_basis *basis = j->regressor[0].basis;
    const size_t strategies = j->k->problem.strategies;
    double *row = work, *scratch = row + j->fit.columns, *fitted = scratch + j->fit.columns;
    double  sum = 0.0;

    for (size_t node = 0; node < basis->nodes; node++) {
        memset(row, 0, j->fit.columns * sizeof *row);
        row[0] = 1.0;
        for (size_t c = 0; c < j->own_products; c++)
            row[c + 1] = basis->table[node * basis->count + (size_t)j->product[c].function[0]];
        for (size_t d = 0; d < strategies; d++)
            fitted[d] = at_node(j, 0, d, node);
        sum += basis->weight[node] *
               hidden_here(fitted, strategies, noise, ds_crossfit_leverage(&j->fit, row, scratch));
    }
    return sum;
}

static double hidden_of_sample(const ds_knowing_job *j, const double *noise, double *work,
                               const bool *used)
{
    const size_t paths = j->k->problem.paths, strategies = j->k->problem.strategies;
    const size_t looks = paths < LOOKS ? paths : LOOKS;
    double *row = work, *scratch = row + j->fit.columns, *fitted = scratch + j->fit.columns;
    double  sum = 0.0;

    for (size_t look = 0; look < looks; look++) {
        const size_t i = (2 * look + 1) * paths / (2 * looks);
        ds_crossfit_row(&j->fit, used, i, row);
        for (size_t d = 0; d < strategies; d++)
            fitted[d] = j->fitted[d][i];
        sum += hidden_here(fitted, strategies, noise, ds_crossfit_leverage(&j->fit, row, scratch));
    }
    return sum / (double)looks;
}

static bool hidden_gain(const ds_knowing_job *j, ds_knowing_value *out)
{
    const size_t paths = j->k->problem.paths, strategies = j->k->problem.strategies;
    double *work = calloc(2 * j->fit.columns + 2 * strategies, sizeof *work);
    bool   *used = calloc(j->fit.columns, sizeof *used);
    const bool done = work != NULL && used != NULL;

    for (size_t c = 0; done && c < j->fit.columns; c++)
        used[c] = c <= j->own_products;
    for (size_t d = 0; done && d < strategies; d++) {
        double *noise = work + 2 * j->fit.columns + strategies + d;
        for (size_t i = 0; i < paths; i++)
            *noise += (j->target[d][i] - j->fitted[d][i]) * (j->target[d][i] - j->fitted[d][i]);
        *noise /= (double)paths;
    }
    if (done) {
        const double *noise = work + 2 * j->fit.columns + strategies;
        out->hidden = j->members == 1 && j->own == 1 ? hidden_of_law(j, noise, work)
                                                     : hidden_of_sample(j, noise, work, used);
    }
    free(work);
    free(used);
    return done;
}

bool ds_knowing_gain(const ds_knowing_job *j, ds_knowing_value *out)
{
    const bool done = gains_of_choice(j, out) && hidden_gain(j, out);
    out->se = sqrt(out->se * out->se + out->hidden * out->hidden);
    return done;
}
