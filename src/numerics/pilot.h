/* pilot.h -- the value of measuring an input with error before a choice: EVSI.
 *
 * The input has a law; the measurement has one of many outcomes, each with a probability given
 * the input; for every outcome the choice is that of the greatest mean net benefit given it
 * (docs/decisions.md (168) to (172)).  Sums over outcomes and over nodes of the law, no
 * simulation: exact up to quadrature, for any law.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PILOT_H
#define DS_PILOT_H

#include "numerics/knowing.h"

/* The input and what it makes of every strategy's net benefit, at nodes of its law. */
typedef struct {
    size_t        nodes, fits, strategies;
    const double *weight, *quantity; /* [nodes]; weights add up to 1                     */
    const double *gain;              /* [fits][strategies][nodes]                        */
    double        sd; /* of one measurement, normal; 0: each is a yes with probability
                         `quantity`, which is then a share                               */
} ds_pilot_nodes;

/* After n measurements: value[fit] = mean of the greatest mean gain given what they say;
 * policy (may be NULL) [fits][strategies][nodes] = probability that a strategy is chosen when
 * the input is that of the node.  False when out of memory. */
bool ds_pilot_of_nodes(const ds_pilot_nodes *p, double n, double *value, double *policy);

typedef struct {
    double (*quantity)(const void *context, double u); /* of the uniform; rises         */
    const void *context;
    double      sd;
} ds_pilot_law;

/* EVSI of n measurements of the input that was fitted.  h (may be NULL): the influence of every
 * path [paths], of which the value is the mean.  False when out of memory. */
bool ds_pilot_value(const ds_knowing *k, const ds_knowing_fit *fit, const ds_pilot_law *law,
                    double n, double *h, ds_knowing_value *out);

enum { DS_PILOT_MOST = 1000000 }; /* measurements                                        */

#endif
