/* sensitivity.h -- which inputs move an output: indices of variance, elementary effects,
 * regressions and ranks, as pure functions of arrays of inputs and outputs.  Equations (145)
 * to (159) of docs/decisions.md.
 *
 * Every array is in path order.  An output that never moves has no indices: `defined` is
 * false, and the figures are 0.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SENSITIVITY_H
#define DS_SENSITIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numerics/groups.h"

/* An index and its standard error. */
typedef struct {
    double value, se;
} ds_index;

/* ---- First and total indices by pick-freeze, (146) to (149) --------------------- */
/* Outputs of two independent samples of the inputs. */
typedef struct {
    size_t           paths;
    const double    *a, *b;
    const ds_groups *groups;  /* of paths that are independent of each other           */
    double          *scratch; /* ds_groups_scratch() numbers                           */
} ds_pick_freeze;

typedef struct {
    bool     defined;
    ds_index first, total;
} ds_sobol_index;

/* mixed: outputs with the inputs of a, but those of one group, which are of b. */
ds_sobol_index ds_sobol_index_of(const ds_pick_freeze *p, const double *mixed);

/* ---- Elementary effects (Morris 1991), (150) ------------------------------------- */
enum { DS_MORRIS_LEVELS = 4 };
typedef struct {
    ds_index mean;  /* of the effects                                                   */
    ds_index star;  /* of their sizes                                                   */
    ds_index sigma; /* their standard deviation: 0 for what is linear and acts alone    */
} ds_morris;

/* Trajectories of inputs + 1 points, made from a key of stream.h. */
typedef struct {
    uint64_t key;
    size_t   inputs;
} ds_morris_design;
/* An input is at the level `from`, which is 0, 1/3, 2/3 or 1, and from point `at` on, 1 ..
 * inputs, at from + step, 2/3 up or down. */
typedef struct {
    size_t at;
    double from, step;
} ds_morris_move;
/* moves[inputs]. */
void ds_morris_trajectory(const ds_morris_design *d, uint64_t trajectory, ds_morris_move *moves);
/* effects: of one input, one a trajectory; what is below `rounding` is nothing.  An error
 * is NAN for one trajectory. */
ds_morris ds_morris_of(size_t trajectories, const double *effects, double rounding);

/* ---- Shapley effects by random permutations (Goda 2021), (151) to (153) ----------- */
/* Sums over the paths of blocks; the paths of a block share a permutation. */
typedef struct {
    size_t  inputs, blocks;
    double *sum; /* [block][inputs]: mean over the block of the parts of the variance    */
} ds_shapley;

/* False when out of memory. */
bool ds_shapley_begin(size_t inputs, size_t blocks, ds_shapley *out);
void ds_shapley_end(ds_shapley *s);
/* A permutation of 0 .. inputs-1: number `block` of `key`; those of an odd block are the
 * one before it backwards. */
void ds_shapley_order(uint64_t key, uint64_t block, size_t inputs, size_t *order);
/* One step of a walk: `of` is the input that changes from that of b to that of a, x the
 * output of a, `before` and `after` those of the walk. */
void ds_shapley_step(ds_shapley *s, size_t block, size_t of, size_t paths, const double *x,
                     const double *before, const double *after);
/* Of an input: its share of the variance, and the variance itself.  Pairs of blocks are
 * taken to be independent. */
typedef struct {
    bool     defined;
    ds_index share, variance;
} ds_shapley_effect;
ds_shapley_effect ds_shapley_effect_of(const ds_shapley *s, size_t input);

/* ---- From one sample, (154) to (158) ---------------------------------------------- */
typedef struct {
    size_t               paths, inputs;
    const double *const *x; /* [input][path]                                            */
    const double        *y;
    const ds_groups     *groups;
    double              *scratch; /* ds_groups_scratch() numbers                         */
} ds_table;

typedef enum {
    DS_TABLE_OK,
    DS_TABLE_NOMEM,
    DS_TABLE_CONSTANT, /* an input (or, `which` == inputs, the output) never moves      */
    DS_TABLE_SINGULAR, /* input `which` is a linear function of those before it         */
    DS_TABLE_SHORT     /* fewer rows than the estimate needs                            */
} ds_table_state;

/* Standardised regression coefficients, [inputs], and the share of the variance that the
 * regression explains. */
ds_table_state ds_src_of(const ds_table *t, ds_index *src, ds_index *r_squared, size_t *which);
/* Partial correlations, of values, and of ranks. */
ds_table_state ds_pcc_of(const ds_table *t, ds_index *pcc, size_t *which);
ds_table_state ds_prcc_of(const ds_table *t, ds_index *prcc, size_t *which);
/* Rows that ds_prcc_of() needs, and degrees of freedom of its errors. */
size_t ds_prcc_rows(size_t inputs);
double ds_prcc_freedom(const ds_table *t);

/* The first index of one input, by the means of bins of neighbours, (157).  `order` has room
 * for the paths, `work` for twice as many.  Not defined when x or y never moves. */
typedef struct {
    bool     defined;
    ds_index first;
    size_t   bins;
} ds_given_index;
ds_given_index ds_given_index_of(const ds_table *t, size_t input, size_t *order, double *work);

/* The mean of y in each of `bins` parts of x that have as many paths, ascending, and the
 * mean of x there.  Rows of equal x that different bins have parts of count alike in each. */
void ds_conditional_means(const ds_table *t, size_t input, size_t bins, size_t *order,
                          ds_index *y, double *x);

/* Ranks 1 .. count, equal values sharing their mean; `order` is left sorted. */
void ds_mid_ranks(size_t count, const double *x, size_t *order, double *rank);

#endif
