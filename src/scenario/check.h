/* check.h -- what the files of the rules that span rows share.
 *
 * A rule is told where the binder's path stands; every function leaves the path as
 * it was.  A quantity that was reported already (DS_BROKEN) breaks no further rule.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CHECK_H
#define DS_CHECK_H

#include "scenario/binder.h"

/* rounding of a sum of shares */
#define DS_SHARE_TOLERANCE 1e-12

/* "input", "output", ... in the order of DS_KIND_... */
extern const char *const ds_kind_names[DS_KIND_COUNT];

/* ---- check_help.c ---------------------------------------------------------------- */

/* Is the key there, right or wrong? */
bool ds_there(ds_quantity q);
/* Is it there and one certain number?  *x gets it. */
bool ds_certain(const ds_binder *b, ds_quantity q, double *x);
/* Can it be another number than this one?  False when absent. */
bool ds_differs(const ds_binder *b, ds_quantity q, double from);
/* Greatest value that it can take, at most `limit`; least value; mean; 0 when absent. */
double ds_greatest(const ds_binder *b, ds_quantity q, double limit);
double ds_least(const ds_binder *b, ds_quantity q);
double ds_mean_of(const ds_binder *b, ds_quantity q);
/* Reports at a key of the object at the path. */
void ds_problem_in(ds_binder *b, const char *key, const char *format, ...) DS_PRINTF(3, 4);
/* Was a problem reported at the path or inside? */
bool ds_reported_inside(ds_binder *b);
/* Step by step: `from` must be greater than *last, that of the step before; keeps it. */
void ds_check_rising(ds_binder *b, const char *key, double from, double *last);
/* What moves the prices of a contract: a step of its tiers, a class, a multiplier. */
typedef struct {
    enum { DS_MOVED_BY_STEP, DS_MOVED_BY_CLASS, DS_MOVED_BY_MULTIPLIER } what;
    const char         *name;
    const ds_repricing *prices;
} ds_moved;
typedef void ds_moved_fn(ds_binder *b, const ds_contract *c, const ds_moved *m, void *context);
/* Calls visit() for each of them, with the path there. */
void ds_each_moved(ds_binder *b, const ds_contract *c, ds_moved_fn *visit, void *context);
/* A key of the object at the path that changes something, where it has no effect. */
void ds_refuse(ds_binder *b, bool changes, const char *key, const char *why);

/* ---- check_traffic.c: who may get requests, and from when ------------------------- */

/* Requests that a model may get: not before `from`, nor before the student that
 * gives rise to them is ready, `start` and `lead` (absent: from month 0). */
typedef struct {
    const ds_strategy *strategy;
    int                product; /* DS_ABSENT: labels                             */
    ds_quantity        from, start, lead;
} ds_traffic;

/* Finds it for all models; before the rules, which ask. */
void ds_find_traffic(ds_binder *b);
/* Calls visit() for each kind of what `model` may get, differing in one of the last
 * three members above, until it returns true; whether it did. */
bool ds_each_traffic(const ds_binder *b, int model,
                     bool (*visit)(const ds_binder *b, const ds_traffic *t, void *context),
                     void *context);
/* May the model get requests of the product; requests, or orders for labels, under the
 * strategy? */
bool ds_may_serve(const ds_binder *b, size_t model, size_t product);
bool ds_may_use(const ds_binder *b, const ds_strategy *strategy, size_t model);
/* Earliest month in which it may come. */
double ds_traffic_begins(const ds_binder *b, const ds_traffic *t);

/* ---- The rules ------------------------------------------------------------------- */

/* Each at the path of what it checks. */
void ds_check_profiles(ds_binder *b);
void ds_check_roofline(ds_binder *b, const ds_profile *p, int profile);
void ds_refuse_closed_form(ds_binder *b, const ds_profile *p, const char *why);
void ds_check_models(ds_binder *b);
/* Of what moves by chance: check_process.c. */
void ds_check_growth(ds_binder *b, const ds_growth *g);
void ds_check_price_path(ds_binder *b, const ds_price_path *p);
void ds_check_gpus(ds_binder *b);
void ds_check_regimes(ds_binder *b);
void ds_check_strategies(ds_binder *b);
void ds_check_correlations(ds_binder *b);
void ds_check_request(ds_binder *b, const ds_request *r);
void ds_check_contracts(ds_binder *b, const ds_model *m, int model);
void ds_check_dates(ds_binder *b, const ds_items *contracts, int model);
void ds_check_prices(ds_binder *b, const ds_contract *c);
void ds_check_bounds(ds_binder *b, const ds_contract *c);
void ds_check_fleet(ds_binder *b, const ds_contract *c);
/* Has the model a fleet that is limited (106)?  Then it cannot stand in for another. */
bool ds_has_limited_fleet(const ds_model *m);
/* Warns of a limited fleet whose overflow nobody takes. */
void ds_check_overflow(ds_binder *b, const ds_model *m, int model);
void ds_check_units(ds_binder *b, const ds_contract *c);
void ds_check_commitment(ds_binder *b, const ds_commitment *c, bool of_agreement);
void ds_check_run(ds_binder *b); /* check_run.c */
void ds_check_agreements(ds_binder *b);
void ds_check_service_shares(ds_binder *b);
void ds_check_terms(ds_binder *b, const ds_strategy *s);
/* Does a strategy put another value there? */
bool ds_is_term(const ds_binder *b, ds_quantity q);
/* Finds what the terms of all strategies stand for; before the rules above. */
void ds_resolve_terms(ds_binder *b);

#endif
