/* draws.h -- the inputs of a scenario in the flat form of numerics/distribution.h,
 * and the declared correlations as Cholesky factors.  Both engines read it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DRAWS_H
#define DS_DRAWS_H

#include "numerics/distribution.h"
#include "numerics/t_copula.h"
#include "scenario/scenario.h"

/* One connected component of the declared correlations: `count` members, by pointer unless
 * another order is asked for, and the lower Cholesky factor of their matrix, row-major.
 * The tail of a t copula is the number of the stream "POINTER#tail", of the least pointer. */
typedef struct {
    bool         of_processes;
    size_t       count;
    const char **pointer; /* [count], in the order of the factor                       */
    uint64_t    *name;    /* [count] hash of the pointer                              */
    int         *input;   /* [count] index into scenario inputs; DS_ABSENT for processes */
    double      *lower;   /* [count * count] */
    uint64_t     tail;    /* hash of the stream's name                               */
} ds_component;

typedef struct {
    size_t        count;  /* of scenario inputs                                */
    ds_draw      *draw;   /* [count]                                           */
    double       *storage;
    size_t        component_count;
    ds_component *component;
    bool          heavy_tails; /* a t copula joins the components                    */
    ds_t_copula   t;
    double       *t_storage;
} ds_draws;

/* Streams, by the hash of their names, that come first of their component, in this order;
 * the others follow by pointer.  With L lower triangular, what comes first does not depend
 * on the numbers of what follows: to draw the rest anew is to draw it given the first. */
typedef struct {
    const uint64_t *name;
    size_t          count;
} ds_draw_order;

/* order: NULL for none. */
DS_MUST_CHECK ds_code ds_draws_compile(const ds_scenario *scenario, const ds_draw_order *order,
                                       ds_draws *out, ds_error *err);
void ds_draws_release(ds_draws *draws);

/* As ds_plan_compile(), correlated members in such an order (NULL: by pointer). */
DS_MUST_CHECK ds_code ds_plan_compile_ordered(const ds_scenario *scenario,
                                              const ds_draw_order *order, ds_plan **out,
                                              ds_error *err);
/* The draws of a plan (which owns them). */
const ds_draws *ds_plan_draws(const ds_plan *plan);

#endif
