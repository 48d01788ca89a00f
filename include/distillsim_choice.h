/* distillsim_choice.h -- which strategy, and how sure: the figures of a choice, how it
 * changes with one value, and whether it holds under several views of the future.
 *
 * Equations (120) to (129c) of docs/decisions.md.  Ownership, errors and units are as in
 * distillsim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_CHOICE_H
#define DISTILLSIM_CHOICE_H

#include "distillsim.h"

/* A share with its 95 % interval, which lies within 0 .. 1. */
typedef struct {
    double value, se, low, high;
} ds_share;

/* A strategy that is named because its estimate of something is the least, and how sure that
 * is: what the next has more, paired by path, with the 95 % interval of a least that was
 * chosen by the same paths.  Equation (122) and, for rules other than the mean, (121b),
 * (124b), (129c). */
typedef struct {
    size_t      named, next;
    ds_estimate difference;
    double      low, high;
    bool        sure;  /* all others have more; if not, which has the least cannot be said */
    size_t      rival; /* then the nearest of those that may have it; else the next       */
    ds_estimate rival_difference;
} ds_ranking;

/* What a strategy has more than another one that was named. */
typedef struct {
    ds_estimate difference;
    double      low, high;
    bool        sure; /* low > 0, and it is more than two errors; else it may have no more     */
} ds_behind;

/* ---- One scenario ----------------------------------------------------------- */
/* Least CVaR; least 95 % regret; least greatest regret of the paths seen. */
typedef enum {
    DS_RULE_CVAR,
    DS_RULE_REGRET_P95,
    DS_RULE_REGRET_MAX,
    DS_RULE_COUNT
} ds_choice_rule;

typedef enum { DS_EFFICIENCY_UNSURE, DS_EFFICIENCY_YES, DS_EFFICIENCY_NO } ds_efficiency;

/* What is said of a strategy; `cost` is the outcome that is chosen by. */
typedef struct {
    const char *name;
    ds_estimate mean, cvar;  /* of the cost; cvar: of the bad tail               */
    ds_estimate behind;      /* mean less that of the best, paired by path        */
    ds_estimate best_case;   /* in the best share 1 - cvar_level of paths for it, mean of
                                the cost of the best less its own; NAN for the best */
    ds_share    best;        /* share of paths in which it costs least, ties split */
    ds_estimate regret;      /* mean of its cost less the least of the path: expected loss */
    ds_estimate regret_p50, regret_p95;
    ds_estimate regret_max;  /* of the paths seen; se: the jackknife's            */
    bool        may_be_best; /* 95 % of the time at least the truly best may be   */
    ds_efficiency efficient;   /* does no other have a mean and a cvar as small?    */
    ds_behind   more[DS_RULE_COUNT]; /* than the strategy that the rule names     */
} ds_choice_strategy;

typedef enum {
    DS_DOMINATION_UNSURE,
    DS_DOMINATION_YES, /* but for a violation too small to matter                 */
    DS_DOMINATION_NO,  /* there is a violation that is not chance                 */
    DS_DOMINATION_SAME /* neither is better but for too little to matter          */
} ds_domination_answer;

/* Does one strategy dominate another?  violation: the greatest in the sample, a share of
 * paths at first order, a cost at second; bound: 95 % upper bound of what it may be. */
typedef struct {
    ds_domination_answer answer;
    ds_estimate          violation;
    double               at; /* cost at which; NAN: nowhere                        */
    double               bound;
} ds_domination;

typedef struct ds_choice ds_choice;

/* May strategies be chosen by this outcome?  It has a value on every path, and less of it
 * is better. */
bool ds_choice_by(size_t outcome);
/* Fails with DS_E_USAGE (an outcome that may have no value, or that was not asked for; one
 * strategy only), DS_E_NOMEM.  Only the paths that are kept count. */
DS_MUST_CHECK ds_code ds_choice_of(const ds_result *result, size_t outcome, ds_choice **out,
                                   ds_error *err);
void   ds_choice_free(ds_choice *choice);
size_t ds_choice_outcome(const ds_choice *c);
size_t ds_choice_count(const ds_choice *c);
uint64_t ds_choice_paths(const ds_choice *c);
double ds_choice_cvar_level(const ds_choice *c);
double ds_choice_interval_factor(const ds_choice *c);
const ds_choice_strategy *ds_choice_at(const ds_choice *c, size_t strategy);
/* Of least mean, and the next; their margin, with the interval of a best that was chosen by
 * the same paths. */
size_t      ds_choice_best(const ds_choice *c);
size_t      ds_choice_runner_up(const ds_choice *c);
ds_estimate ds_choice_margin(const ds_choice *c);
void        ds_choice_margin_interval(const ds_choice *c, double *low, double *high);
ds_ranking ds_choice_ranking(const ds_choice *c, ds_choice_rule rule);
/* Does strategy a dominate b?  order 1 or 2. */
ds_domination ds_choice_dominates(const ds_choice *c, size_t a, size_t b, int order);

/* ---- Over one value ---------------------------------------------------------- */
/* One value of the sweep and strategy; the points share their futures. */
typedef struct {
    ds_estimate mean;   /* of the cost                                            */
    ds_share    best;   /* acceptability                                          */
    ds_estimate regret;
    ds_behind   likelier; /* P(best) less that of the strategy of least mean there   */
} ds_acceptance;

/* Between two values another strategy becomes the best by mean. */
typedef struct {
    size_t      before, after; /* strategies                                      */
    ds_estimate at;            /* where their means are equal, by a straight line */
} ds_acceptance_switch;

typedef struct ds_acceptability ds_acceptability;

DS_MUST_CHECK ds_code ds_acceptability_new(size_t outcome, ds_acceptability **out,
                                           ds_error *err);
void ds_acceptability_free(ds_acceptability *a);
/* Takes in the next value, a number, ascending or descending.  Fails as ds_choice_of(). */
DS_MUST_CHECK ds_code ds_acceptability_add(ds_acceptability *a, double value,
                                           const ds_result *result, ds_error *err);
size_t      ds_acceptability_strategies(const ds_acceptability *a);
const char *ds_acceptability_name(const ds_acceptability *a, size_t strategy);
uint64_t    ds_acceptability_paths(const ds_acceptability *a);
size_t      ds_acceptability_points(const ds_acceptability *a);
double      ds_acceptability_value(const ds_acceptability *a, size_t point);
ds_acceptance ds_acceptability_at(const ds_acceptability *a, size_t point, size_t strategy);
/* The frontier: the strategy of least mean at a value, and the margin over the next. */
size_t      ds_acceptability_best(const ds_acceptability *a, size_t point);
ds_estimate ds_acceptability_margin(const ds_acceptability *a, size_t point);
void ds_acceptability_margin_interval(const ds_acceptability *a, size_t point, double *low,
                                      double *high);
size_t               ds_acceptability_switches(const ds_acceptability *a);
ds_acceptance_switch ds_acceptability_switch(const ds_acceptability *a, size_t index);

/* ---- Several views of the future --------------------------------------------- */
typedef struct ds_views ds_views;

typedef struct {
    ds_estimate mean;   /* of the cost, in the view                               */
    ds_estimate regret; /* less the least mean of the view                        */
} ds_view_cell;

/* Least worst regret: robust; and least weighted mean regret. */
typedef enum { DS_ROBUST_WORST, DS_ROBUST_MEAN, DS_ROBUST_COUNT } ds_robust_rule;

/* Of a strategy over all views. */
typedef struct {
    ds_estimate worst_regret; /* greatest of the views                            */
    size_t      worst_view;
    ds_estimate mean_regret;  /* weighted                                          */
    size_t      best_views;   /* in how many it is the best                        */
    double      best_weight, near_weight; /* share of the weight in which it is best; in
                                 which its mean is within `near` of the best        */
    size_t      near_views;
    size_t      sure_best_views;   /* of those in which it is the best, (122)        */
    size_t      unsure_near_views; /* in which it cannot be said whether it is near  */
    ds_behind   more[DS_ROBUST_COUNT]; /* than the strategy that the rule names      */
} ds_view_strategy;

/* near: share of the least mean that counts as near, such as 0.05. */
DS_MUST_CHECK ds_code ds_views_new(size_t outcome, double near_share, ds_views **out,
                                   ds_error *err);
void ds_views_free(ds_views *v);
/* Takes in a view, of this weight (> 0).  Every view must have the strategies of the first,
 * by name.  Fails with DS_E_SCENARIO, saying which is missing where, and as
 * ds_choice_of(). */
DS_MUST_CHECK ds_code ds_views_add(ds_views *v, const char *name, double weight,
                                   const ds_result *result, ds_error *err);
/* The same check without a run: before hours are spent on the first. */
DS_MUST_CHECK ds_code ds_views_match(const ds_scenario *first, const ds_scenario *other,
                                     ds_error *err);
/* After the last view. */
DS_MUST_CHECK ds_code ds_views_finish(ds_views *v, ds_error *err);
size_t      ds_views_count(const ds_views *v);
const char *ds_views_name(const ds_views *v, size_t view);
double      ds_views_weight(const ds_views *v, size_t view); /* share of all      */
uint64_t    ds_views_paths(const ds_views *v, size_t view);
double      ds_views_near(const ds_views *v);
size_t      ds_views_strategies(const ds_views *v);
const char *ds_views_strategy(const ds_views *v, size_t strategy);
size_t      ds_views_best(const ds_views *v, size_t view);
ds_view_cell     ds_views_at(const ds_views *v, size_t view, size_t strategy);
ds_view_strategy ds_views_of(const ds_views *v, size_t strategy);
/* Of least mean in a view. */
ds_ranking ds_views_lead(const ds_views *v, size_t view);
/* Over the views. */
ds_ranking ds_views_ranking(const ds_views *v, ds_robust_rule rule);

#endif
