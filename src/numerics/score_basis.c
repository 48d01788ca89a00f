/* score_basis.c -- see score_basis.h.
 *
 * Called by crossfit.c and knowing.c.  Gram and Schmidt on a list of candidates, of which the
 * one that is farthest from those taken comes next.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/score_basis.h"

#include <gsl/gsl_bspline.h>
#include <math.h>
#include <stdlib.h>

#include "numerics/lanes.h"

enum { CELLS = 832, NODES = CELLS + 1, CANDIDATES = 24, BREAKS_MOST = 7 };

static const double reach = 6.5, step = 13.0 / CELLS;

double ds_score_of_node(size_t k)
{
    return (double)k * step - reach;
}

/* ---- Orthonormal functions ------------------------------------------------------- */

static double product(size_t nodes, const double *weight, const double *a, const double *b)
{
    double sum = 0.0;
    for (size_t k = 0; k < nodes; k++)
        sum += weight[k] * a[k] * b[k];
    return sum;
}

/* Takes the part along `unit` out of f. */
static void remove_part(size_t nodes, const double *weight, const double *unit, double *f)
{
    const double along = product(nodes, weight, unit, f);
    for (size_t k = 0; k < nodes; k++)
        f[k] -= along * unit[k];
}

/* Candidates [count][nodes], of which the first `in_order` are taken in their order; the first
 * is the constant.  Writes those that are independent, less the constant, to the table. */
static void orthonormal(ds_score_basis *b, size_t count, size_t in_order, double *candidate,
                        size_t wanted)
{
    bool used[CANDIDATES] = { false };

    b->count = 0;
    for (size_t taken = 0; taken <= wanted && taken < count; taken++) {
        size_t best = count;
        double norm = 1e-6;
        for (size_t c = 0; c < count; c++) {
            const double *f = candidate + c * b->nodes;
            const double  own = used[c] ? 0.0 : sqrt(product(b->nodes, b->weight, f, f));
            if (own > norm && (taken >= in_order || c == taken)) {
                best = c;
                norm = own;
            }
        }
        if (best == count)
            continue;
        used[best] = true;
        double *unit = candidate + best * b->nodes;
        for (size_t k = 0; k < b->nodes; k++)
            unit[k] /= norm;
        /* twice, for what rounding left */
        for (size_t c = 0; c < 2 * count; c++)
            if (!used[c % count])
                remove_part(b->nodes, b->weight, unit, candidate + c % count * b->nodes);
        for (size_t k = 0; taken > 0 && k < b->nodes; k++)
            b->table[k * wanted + b->count] = unit[k];
        b->count += taken > 0 ? 1 : 0;
    }
}

/* Rows of `wanted` numbers become rows of `count`. */
static void tighten(ds_score_basis *b, size_t wanted)
{
    for (size_t k = 0; k < b->nodes; k++)
        for (size_t c = 0; c < b->count; c++)
            b->table[k * b->count + c] = b->table[k * wanted + c];
}

static bool make(ds_score_basis *b, size_t wanted, size_t candidates, double **candidate)
{
    b->table = calloc(b->nodes * wanted, sizeof *b->table);
    b->weight = calloc(b->nodes, sizeof *b->weight);
    *candidate = calloc(candidates * b->nodes, sizeof **candidate);
    if (b->table == NULL || b->weight == NULL || *candidate == NULL) {
        free(*candidate);
        ds_score_basis_release(b);
        return false;
    }
    return true;
}

void ds_score_basis_release(ds_score_basis *b)
{
    free(b->table);
    free(b->weight);
    b->table = b->weight = NULL;
}

/* ---- Splines --------------------------------------------------------------------- */

/* Weights of node values in the mean of a broken line under the normal law, whose tails are
 * put on the ends. */
static void normal_weights(double *weight)
{
    const double root = 0.39894228040143268; /* 1/sqrt(2 pi) */

    for (size_t k = 0; k < CELLS; k++) {
        const double a = ds_score_of_node(k), b = a + step;
        const double mass = ds_normal_cdf(b) - ds_normal_cdf(a);
        const double first = root * (exp(-0.5 * a * a) - exp(-0.5 * b * b)); /* of z */
        const double up = (first - a * mass) / step;
        weight[k] += mass - up;
        weight[k + 1] += up;
    }
    weight[0] += ds_normal_cdf(-reach);
    weight[CELLS] += ds_normal_cdf(-reach);
}

static size_t break_points(size_t functions, double *at)
{
    static const double fine[BREAKS_MOST] = { -6.5, -1.9, -0.9, 0, 0.9, 1.9, 6.5 };
    static const double coarse[] = { -6.5, -1, 1, 6.5 };
    const size_t count = functions >= 7 ? BREAKS_MOST : functions >= 5 ? 4 : 2;

    for (size_t i = 0; i < count; i++)
        at[i] = functions >= 7 ? fine[i] : functions >= 5 ? coarse[i] : i == 0 ? -reach : reach;
    return count;
}

/* B-splines at every node, after the powers; how many, 0 when out of memory. */
static size_t add_splines(size_t functions, double *candidate)
{
    double at[BREAKS_MOST];
    const size_t breaks = break_points(functions, at), count = breaks + 2;
    gsl_bspline_workspace *w = gsl_bspline_alloc(4, breaks);
    gsl_vector *values = gsl_vector_alloc(count), *knots = gsl_vector_alloc(breaks);
    const bool made = w != NULL && values != NULL && knots != NULL;

    if (made) {
        for (size_t i = 0; i < breaks; i++)
            gsl_vector_set(knots, i, at[i]);
        gsl_bspline_knots(knots, w);
        for (size_t k = 0; k < NODES; k++) {
            gsl_bspline_eval(ds_score_of_node(k), values, w);
            for (size_t c = 0; c < count; c++)
                candidate[c * NODES + k] = gsl_vector_get(values, c);
        }
    }
    if (w != NULL)
        gsl_bspline_free(w);
    if (values != NULL)
        gsl_vector_free(values);
    if (knots != NULL)
        gsl_vector_free(knots);
    return made ? count : 0;
}

bool ds_score_splines(size_t functions, ds_score_basis *out)
{
    double *candidate;

    *out = (ds_score_basis){ .nodes = NODES };
    if (!make(out, functions, CANDIDATES, &candidate))
        return false;
    normal_weights(out->weight);
    for (size_t k = 0; k < NODES; k++)
        for (size_t power = 0; power < 4; power++)
            candidate[power * NODES + k] = pow(ds_score_of_node(k), (double)power);
    const size_t splines = add_splines(functions, candidate + (size_t)4 * NODES);
    orthonormal(out, 4 + splines, 4, candidate, functions);
    tighten(out, functions);
    free(candidate);
    if (splines == 0)
        ds_score_basis_release(out);
    return splines > 0;
}

/* ---- Steps ----------------------------------------------------------------------- */

/* At most DS_SCORE_STEPS edges, as even in probability as the values allow. */
static size_t choose_edges(size_t count, const double *edges, double *out)
{
    size_t kept = 0;

    if (count <= DS_SCORE_STEPS) {
        for (size_t i = 0; i < count; i++)
            if (i == 0 ? edges[i] > 0.0 : edges[i] > edges[i - 1])
                out[kept++] = edges[i];
    } else {
        for (size_t i = 0; i + 1 < count; i++)
            if (edges[i] * DS_SCORE_STEPS >= (double)(kept + 1) && kept + 1 < DS_SCORE_STEPS)
                out[kept++] = edges[i];
        kept++;
    }
    out[kept - 1] = 1.0;
    return kept;
}

bool ds_score_steps(size_t count, const double *edges, ds_score_basis *out)
{
    double *candidate;

    *out = (ds_score_basis){ 0 };
    out->steps = out->nodes = choose_edges(count, edges, out->edges);
    if (!make(out, out->nodes, out->nodes + 2, &candidate))
        return false;
    for (size_t k = 0; k < out->nodes; k++) {
        out->weight[k] = out->edges[k] - (k > 0 ? out->edges[k - 1] : 0.0);
        candidate[k] = 1.0;
        candidate[out->nodes + k] = (double)k; /* the first of them rises */
        candidate[(2 + k) * out->nodes + k] = 1.0;
    }
    orthonormal(out, out->nodes + 2, out->nodes > 1 ? 2 : 1, candidate, out->nodes);
    tighten(out, out->nodes);
    free(candidate);
    return true;
}

/* ---- Values ---------------------------------------------------------------------- */

float ds_score_position_of_normal(double z)
{
    const double x = (z + reach) / step;
    return (float)(x < 0.0 ? 0.0 : x > (double)CELLS ? (double)CELLS : x);
}

float ds_score_position(const ds_score_basis *b, double u)
{
    size_t k = 0;

    if (b->steps == 0)
        return ds_score_position_of_normal(ds_normal_quantile(u));
    while (k + 1 < b->steps && u >= b->edges[k])
        k++;
    return (float)k;
}

void ds_score_values(const ds_score_basis *b, float position, double *values)
{
    const size_t k = (size_t)position < b->nodes - 1 ? (size_t)position : b->nodes - 1;
    const double part = (double)position - (double)k;
    const double *restrict left = b->table + k * b->count;
    const double *restrict right = k + 1 < b->nodes ? left + b->count : left;

    for (size_t c = 0; c < b->count; c++)
        values[c] = left[c] + part * (right[c] - left[c]);
}
