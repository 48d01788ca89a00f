/* plan_internal.h -- shared by the files that compile a plan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PLAN_INTERNAL_H
#define DS_PLAN_INTERNAL_H

#include "model/plan.h"

/* Zeroed memory that ds_plan_free() releases; NULL when there is none. */
void *ds_plan_alloc(ds_plan *plan, size_t count, size_t size);
/* "map" + escaped member + "rest", e.g. "/products/" "a" "/growth". */
void  ds_plan_pointer(char *text, size_t size, const char *map, const char *member,
                      const char *rest);

/* Is the quantity certain to be `value`?  Not when it is absent. */
bool ds_plan_is_always(const ds_scenario *s, ds_quantity q, double value);
/* Is a column the same in every path?  So is what there is not. */
bool ds_plan_is_certain(const ds_plan *plan, int column);
/* Its column, or `absent` when there is none. */
int  ds_plan_column(ds_quantity q, int absent);
/* The same, but DS_NONE also when it is always `value`, which changes nothing. */
int  ds_plan_column_unless(const ds_scenario *s, ds_quantity q, double value);

/* plan_process.c: what moves by chance. */
/* The hash of such a pointer, (2). */
uint64_t     ds_plan_hash(const char *map, const char *member, const char *rest);
ds_plan_size ds_plan_event_size(const ds_scenario *s, ds_quantity q);
/* Adds an event unless its rate is nil; returns its index or DS_NONE. */
int  ds_plan_add_event(ds_plan *plan, ds_quantity rate, bool months_between, uint64_t name);
void ds_plan_compile_gpus(ds_plan *plan);
void ds_plan_compile_growth(ds_plan *plan, const ds_product *p, ds_plan_product *out);
void ds_plan_compile_price_path(ds_plan *plan, const ds_model *m, ds_plan_model *out);

/* plan_student.c: after contracts. */
void ds_plan_compile_students(ds_plan *plan);

/* These allocate: false when there is no memory. */

/* Before contracts. */
bool ds_plan_compile_profiles(ds_plan *plan);
/* Hours and points of the months; products are compiled before and change. */
bool ds_plan_compile_hours(ds_plan *plan);
/* After products and models. */
bool ds_plan_compile_contracts(ds_plan *plan);
/* Prices by token and tiers of a contract, and its loads in money. */
bool ds_plan_compile_prices(ds_plan *plan, const ds_contract *c, ds_plan_contract *out);
bool ds_plan_compile_units(ds_plan *plan, const ds_model *m, const ds_contract *c,
                           ds_plan_contract *out);
bool ds_plan_compile_fleet(ds_plan *plan, const ds_model *m, const ds_contract *c,
                           ds_plan_contract *out);
/* A load of a kind, with nothing in it. */
ds_plan_load ds_plan_empty_load(int what);
/* Adds a load to the contract that is being compiled, and returns its index. */
int  ds_plan_add_load(ds_plan *plan, ds_plan_load load);
/* n of (31): 1/1 unless both sizes are given. */
void ds_plan_compile_size(const ds_plan *plan, const ds_model *m, int profile, int *parameters,
                          double *measured_b);
/* Column of each product's unit of a named meter or class, or DS_NONE; NULL: no memory. */
int *ds_plan_by_product(ds_plan *plan, const char *name, bool of_class, int absent);
/* A table's steps, without what they do. */
bool ds_plan_compile_steps(ds_plan *plan, ds_plan_table *out, const double *from, size_t stride,
                           size_t count, int shape, int edge);
/* An amount that a strategy may have its own value of; returns its index. */
int  ds_plan_add_amount(ds_plan *plan, ds_quantity q);
/* Index of the commitment; its credits are those of contract c. */
int  ds_plan_add_commitment(ds_plan *plan, const ds_commitment *c,
                            const ds_plan_contract *contract);
/* Is the contract committed by the minute, hour or day? */
bool ds_plan_in_periods(const ds_plan *plan, const ds_plan_contract *c);
bool ds_plan_compile_agreements(ds_plan *plan);
/* After all that has random numbers. */
bool ds_plan_compile_sampler(ds_plan *plan);
/* What of contracts is so simple that it can be had for less; after everything else. */
void ds_plan_find_shortcuts(ds_plan *plan);
DS_MUST_CHECK ds_code ds_plan_compile_outcomes(ds_plan *plan, ds_error *err);
DS_MUST_CHECK ds_code ds_plan_compile_strategies(ds_plan *plan, ds_error *err);

#endif
