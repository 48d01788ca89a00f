/* score_basis.h -- functions of one input that a regression is made of.
 *
 * An input is known by its uniform u.  Under it the functions have mean 0, sd 1 and are
 * uncorrelated, by construction and not by the sample, so that a regression on them is well
 * conditioned and their mean over futures is known exactly (docs/decisions.md (163)).
 *   splines  cubic B-splines (GSL) in the normal score of u, as a table between whose nodes
 *            lines are straight; the first is linear in the score, then come the quadratic
 *            and the cubic, then what the knots add.  Scores beyond +-6.5 count as that.
 *   steps    of an input with few values: what tells the values apart
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SCORE_BASIS_H
#define DS_SCORE_BASIS_H

#include <stdbool.h>
#include <stddef.h>

enum { DS_SCORE_FUNCTIONS = 8, DS_SCORE_STEPS = 12 };

typedef struct {
    size_t        count;  /* functions, DS_SCORE_STEPS - 1 at most                    */
    size_t        nodes;
    size_t        steps;  /* values of the input; 0: splines                          */
    double        edges[DS_SCORE_STEPS]; /* value k where edges[k-1] <= u < edges[k]   */
    double       *table;  /* [nodes][count]                                           */
    double       *weight; /* [nodes] mean of a function: sum of weight * its node values */
} ds_score_basis;

/* Of at most `functions` functions of a continuous input.  False when out of memory. */
bool ds_score_splines(size_t functions, ds_score_basis *out);
/* Of an input with `count` values, 2 or more, of which the k-th is had where
 * edges[k-1] <= u < edges[k]; neighbours are put together where they are more than
 * DS_SCORE_STEPS.  False when out of memory. */
bool ds_score_steps(size_t count, const double *edges, ds_score_basis *out);
void ds_score_basis_release(ds_score_basis *basis);

/* Where u lies: a node and the way to the next one. */
float ds_score_position(const ds_score_basis *basis, double u);
float ds_score_position_of_normal(double z);
/* Normal score of node k of splines. */
double ds_score_of_node(size_t k);
/* The functions there. */
void ds_score_values(const ds_score_basis *basis, float position, double *values);

#endif
