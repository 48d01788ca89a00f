/* pilot.c -- see pilot.h.
 *
 * Called by study/information_pilot.c.  Outcomes lie on a lattice; of each node only those are
 * looked at that can be told from impossible.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/pilot.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/lanes.h"

enum { BINS_FROM = 4096, BINS_OF_ROOT = 32, STEPS_OF_SD = 64, LATTICE_MOST = 200000,
       NODES_LEAST = 512, NODES_MOST = 6000, NODES_OF_ROOT = 24 };

/* ---- The lattice of outcomes ----------------------------------------------------- */

typedef struct {
    double  n, sd;       /* sd: of the mean of n measurements; 0: counts of yes       */
    double  low, step;   /* outcome x is low + x * step: a mean, or a count           */
    size_t  count;
    size_t  first, last; /* outcomes of the node that was looked at last, last excluded */
    double *chance;      /* [count] */
} lattice;

static bool make_lattice(const ds_pilot_nodes *p, double n, lattice *l)
{
    *l = (lattice){ .n = n, .step = 1.0 };
    if (p->sd > 0.0) {
        double low = p->quantity[0], high = low;
        for (size_t q = 1; q < p->nodes; q++) {
            low = p->quantity[q] < low ? p->quantity[q] : low;
            high = p->quantity[q] > high ? p->quantity[q] : high;
        }
        l->sd = p->sd / sqrt(n);
        l->low = low - 8.0 * l->sd;
        const double width = high - low + 16.0 * l->sd;
        const double wanted = ceil(width * STEPS_OF_SD / l->sd);
        l->count = wanted < LATTICE_MOST ? (size_t)wanted + 1 : LATTICE_MOST;
        l->step = width / (double)(l->count - 1);
    } else {
        l->step = n <= BINS_FROM ? 1.0 : floor(sqrt(n) / BINS_OF_ROOT);
        l->step = l->step < 1.0 ? 1.0 : l->step;
        l->count = (size_t)floor(n / l->step) + 1;
    }
    l->chance = malloc(l->count * sizeof *l->chance);
    return l->chance != NULL;
}

static double log_binomial(double n, double x, double share)
{
    return gsl_sf_lngamma(n + 1.0) - gsl_sf_lngamma(x + 1.0) - gsl_sf_lngamma(n - x + 1.0) +
           x * log(share) + (n - x) * log1p(-share);
}

/* Chances of the outcomes first .. last - 1, which add up to 1. */
static void fill_band(lattice *l, double centre, double sd, double quantity)
{
    const double reach = 9.0 * sd + l->step + (l->sd > 0.0 ? 0.0 : 12.0);
    const double from = floor((centre - reach - l->low) / l->step);
    const double to = ceil((centre + reach - l->low) / l->step) + 1.0;
    double sum = 0.0;

    l->first = from > 0.0 ? (size_t)from : 0;
    l->last = to < (double)l->count ? (size_t)to : l->count;
    for (size_t x = l->first; x < l->last; x++) {
        const double at = l->low + (double)x * l->step, d = (at - centre) / (sd > 0.0 ? sd : 1.0);
        l->chance[x] = l->sd > 0.0 ? exp(-0.5 * d * d) : exp(log_binomial(l->n, at, quantity));
        sum += l->chance[x];
    }
    for (size_t x = l->first; x < l->last; x++)
        l->chance[x] /= sum;
}

static void look_at(lattice *l, double quantity)
{
    if (l->sd > 0.0) {
        fill_band(l, quantity, l->sd, quantity);
    } else if (quantity <= 0.0 || quantity >= 1.0) {
        l->first = quantity <= 0.0 ? 0 : l->count - 1;
        l->last = l->first + 1;
        l->chance[l->first] = 1.0;
    } else {
        fill_band(l, l->n * quantity, sqrt(l->n * quantity * (1.0 - quantity)), quantity);
    }
}

/* ---- Choices --------------------------------------------------------------------- */

/* sums[outcome][fits][strategies] of weight * chance * gain */
static void add_node(const ds_pilot_nodes *p, const lattice *l, size_t q, const double *gain,
                     double *sums)
{
    const size_t each = p->fits * p->strategies;
    for (size_t x = l->first; x < l->last; x++) {
        const double share = p->weight[q] * l->chance[x];
        double *restrict sum = sums + x * each;
        for (size_t i = 0; i < each; i++)
            sum[i] += share * gain[i];
    }
}

static size_t most_of(const double *sum, size_t strategies)
{
    size_t most = 0;
    for (size_t d = 1; d < strategies; d++)
        if (sum[d] > sum[most])
            most = d;
    return most;
}

static void add_policy(const ds_pilot_nodes *p, const lattice *l, size_t q,
                       const unsigned char *chosen, double *policy)
{
    for (size_t x = l->first; x < l->last; x++)
        for (size_t f = 0; f < p->fits; f++)
            policy[(f * p->strategies + chosen[x * p->fits + f]) * p->nodes + q] += l->chance[x];
}

static void decide(const ds_pilot_nodes *p, const lattice *l, const double *sums, double *value,
                   unsigned char *chosen)
{
    memset(value, 0, p->fits * sizeof *value);
    for (size_t x = 0; x < l->count; x++)
        for (size_t f = 0; f < p->fits; f++) {
            const double *sum = sums + (x * p->fits + f) * p->strategies;
            const size_t  most = most_of(sum, p->strategies);
            value[f] += sum[most];
            chosen[x * p->fits + f] = (unsigned char)most;
        }
}

bool ds_pilot_of_nodes(const ds_pilot_nodes *p, double n, double *value, double *policy)
{
    lattice      l;
    const size_t each = p->fits * p->strategies;
    bool         done = make_lattice(p, n, &l);
    double *sums = calloc(l.count * each, sizeof *sums), *gain = calloc(each, sizeof *gain);
    unsigned char *chosen = malloc(l.count * p->fits);

    done = done && sums != NULL && gain != NULL && chosen != NULL;
    for (size_t q = 0; done && q < p->nodes; q++) {
        for (size_t i = 0; i < each; i++)
            gain[i] = p->gain[i * p->nodes + q];
        look_at(&l, p->quantity[q]);
        add_node(p, &l, q, gain, sums);
    }
    if (done)
        decide(p, &l, sums, value, chosen);
    if (done && policy != NULL)
        memset(policy, 0, each * p->nodes * sizeof *policy);
    for (size_t q = 0; done && policy != NULL && q < p->nodes; q++) {
        look_at(&l, p->quantity[q]);
        add_policy(p, &l, q, chosen, policy);
    }
    free(l.chance);
    free(sums);
    free(gain);
    free(chosen);
    return done;
}

/* ---- On a fit -------------------------------------------------------------------- */

typedef struct {
    ds_pilot_nodes nodes;
    double *weight, *quantity, *gain, *policy, *value;
    double  low, step; /* node q is at the score low + q * step                       */
} grid;

static const double reach = 7.0;

static void place_nodes(const ds_knowing_fit *fit, const ds_pilot_law *law, grid *g)
{
    const ds_score_basis *basis = fit->basis;
    double sum = 0.0;

    for (size_t q = 0; q < g->nodes.nodes; q++) {
        if (basis->steps > 0) {
            const double before = q > 0 ? basis->edges[q - 1] : 0.0;
            g->weight[q] = basis->weight[q];
            g->quantity[q] = law->quantity(law->context, 0.5 * (before + basis->edges[q]));
        } else {
            const double z = g->low + (double)q * g->step;
            g->weight[q] = exp(-0.5 * z * z);
            g->quantity[q] = law->quantity(law->context, ds_normal_cdf(z));
        }
        sum += g->weight[q];
    }
    for (size_t q = 0; q < g->nodes.nodes; q++)
        g->weight[q] /= sum;
}

static void place_gains(const ds_knowing_fit *fit, grid *g)
{
    double value[DS_SCORE_STEPS];
    for (size_t q = 0; q < g->nodes.nodes; q++) {
        const double z = g->low + (double)q * g->step;
        ds_score_values(fit->basis,
                        fit->basis->steps > 0 ? (float)q : ds_score_position_of_normal(z), value);
        for (size_t i = 0; i < fit->folds * fit->strategies; i++) {
            const double *x = fit->coefficient + i * fit->columns;
            double gain = x[0];
            for (size_t c = 1; c < fit->columns; c++)
                gain += x[c] * value[c - 1];
            g->gain[i * g->nodes.nodes + q] = gain;
        }
    }
}

static bool make_grid(const ds_knowing_fit *fit, const ds_pilot_law *law, double n, grid *g)
{
    const double wanted = NODES_OF_ROOT * sqrt(n);
    const size_t splines = wanted < NODES_LEAST  ? NODES_LEAST
                           : wanted > NODES_MOST ? NODES_MOST
                                                 : (size_t)wanted;
    const size_t nodes = fit->basis->steps > 0 ? fit->basis->steps : splines;
    const size_t each = fit->folds * fit->strategies;

    *g = (grid){ .low = -reach, .step = 2.0 * reach / (double)(splines - 1) };
    g->weight = malloc(nodes * sizeof *g->weight);
    g->quantity = malloc(nodes * sizeof *g->quantity);
    g->gain = malloc(each * nodes * sizeof *g->gain);
    g->policy = malloc(each * nodes * sizeof *g->policy);
    g->value = malloc(fit->folds * sizeof *g->value);
    if (g->weight == NULL || g->quantity == NULL || g->gain == NULL || g->policy == NULL ||
        g->value == NULL)
        return false;
    g->nodes = (ds_pilot_nodes){ nodes, fit->folds, fit->strategies, g->weight, g->quantity,
                                 g->gain, law->sd };
    place_nodes(fit, law, g);
    place_gains(fit, g);
    return true;
}

static void release_grid(grid *g)
{
    free(g->weight);
    free(g->quantity);
    free(g->gain);
    free(g->policy);
    free(g->value);
}

/* Where a path lies among the nodes. */
static double place_of(const ds_knowing_fit *fit, const grid *g, size_t path)
{
    const double position = (double)fit->position[path];
    if (fit->basis->steps > 0)
        return position;
    const double score = ds_score_of_node(0) +
                         position * (ds_score_of_node(1) - ds_score_of_node(0));
    return (score - g->low) / g->step;
}

bool ds_pilot_value(const ds_knowing *k, const ds_knowing_fit *fit, const ds_pilot_law *law,
                    double n, double *h, ds_knowing_value *out)
{
    const ds_folds *folds = ds_knowing_folds(k);
    grid    g;
    double *own = h != NULL ? NULL : malloc(folds->paths * sizeof *own);
    double *to = h != NULL ? h : own;
    bool    done = make_grid(fit, law, n, &g) && to != NULL &&
                ds_pilot_of_nodes(&g.nodes, n, g.value, g.policy);

    *out = (ds_knowing_value){ 0 };
    for (size_t i = 0; done && i < folds->paths; i++) {
        const size_t fold = ds_fold_of_path(folds, i), last = g.nodes.nodes - 1;
        const double place = place_of(fit, &g, i);
        const size_t q = (size_t)place < last ? (size_t)place : last;
        const double part = q < last ? place - (double)q : 0.0;
        double sum = g.value[fold];
        for (size_t d = 0; d < fit->strategies; d++) {
            const double *chosen = g.policy + (fold * fit->strategies + d) * g.nodes.nodes + q;
            const double share = part > 0.0 ? chosen[0] + part * (chosen[1] - chosen[0])
                                            : chosen[0];
            sum += share * fit->residual[d * folds->paths + i];
            out->changes += d != ds_knowing_best(k) ? share : 0.0;
        }
        to[i] = sum;
    }
    out->changes /= (double)folds->paths;
    done = done && ds_knowing_mean(k, to, &out->value, &out->se);
    release_grid(&g);
    free(own);
    return done;
}
