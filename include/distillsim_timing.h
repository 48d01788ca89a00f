/* distillsim_timing.h -- when to start distilling: what it costs to start in each month, what
 * a rule that watches the bills, traffic and prices saves beyond the best fixed month, and the
 * most that any rule could.
 *
 * Part of the public interface; see distillsim.h.  Equations (135)-(144) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_TIMING_H
#define DISTILLSIM_TIMING_H

#include "distillsim.h"

typedef struct ds_timing ds_timing;

typedef struct {
    ds_run_options run;      /* path_count 0: at most DS_TIMING_PATHS                    */
    size_t         strategy; /* one with a student                                       */
    const char    *model;    /* the student whose start is looked for; NULL: all of the
                                strategy, together                                       */
} ds_timing_options;

enum { DS_TIMING_PATHS = 16384 };

/* Simulates the strategy started in every month, and never, on the same futures; fits rules
 * on one half of them and values them on the other.
 * Fails with DS_E_USAGE (the strategy has no student, or not this one), and as ds_run(). */
DS_MUST_CHECK ds_code ds_timing_run(const ds_scenario *scenario, const ds_timing_options *options,
                                    ds_timing **out, ds_error *err);
void ds_timing_free(ds_timing *timing);

/* A start in a fixed month, over all futures. */
typedef struct {
    size_t      month;    /* of the clock                                               */
    ds_estimate cost;     /* mean NPV of the cost [USD]                                 */
    ds_estimate saving;   /* against never starting, in the same future [USD]           */
    ds_estimate behind;   /* what it costs more than the best month [USD]               */
    ds_estimate share;    /* of futures in which the adaptive rule starts then [1]       */
    ds_estimate rule_share; /* in which the simple rule does                            */
} ds_timing_month;

/* Months in which the scenario allows a start, in order. */
size_t          ds_timing_month_count(const ds_timing *t);
ds_timing_month ds_timing_month_at(const ds_timing *t, size_t index);
/* The best of them, whether it is to start at all: index, or the count for never. */
size_t          ds_timing_best(const ds_timing *t);
ds_estimate     ds_timing_never_cost(const ds_timing *t); /* [USD] */

/* A way to choose the month, on futures that it was not fitted to. */
typedef struct {
    ds_estimate saving;  /* against never starting [USD]                                */
    ds_estimate ahead;   /* of the best fixed month, in the same future [USD]           */
    ds_estimate never;   /* share of futures in which it does not start [1]             */
    size_t      p05, p50, p95; /* months of the start; the horizon is never              */
} ds_timing_rule;

ds_timing_rule ds_timing_fixed(const ds_timing *t);    /* the best fixed month, or never   */
ds_timing_rule ds_timing_adaptive(const ds_timing *t); /* by regression on what is seen    */
ds_timing_rule ds_timing_simple(const ds_timing *t);   /* by the bill of the month before  */
/* What no rule exceeds: `saving` and `ahead`; the rest is NAN.  And how far the adaptive rule
 * is from it. */
ds_timing_rule ds_timing_bound(const ds_timing *t);
ds_estimate    ds_timing_gap(const ds_timing *t); /* [USD]                              */
/* The best fixed month of the half that rules are fitted on: index, or the count. */
size_t         ds_timing_fixed_month(const ds_timing *t);

/* "start in the first month from `from` on that follows a bill above `usd`". */
typedef struct {
    size_t      from;  /* month of the clock; the horizon: never                       */
    double      usd;   /* [USD/month]; 0: at once                                       */
    ds_estimate kept;  /* part of what the adaptive rule is ahead [1]                   */
} ds_timing_threshold;
ds_timing_threshold ds_timing_threshold_of(const ds_timing *t);

const char *ds_timing_strategy(const ds_timing *t);
/* The students whose start is looked for. */
size_t      ds_timing_model_count(const ds_timing *t);
const char *ds_timing_model(const ds_timing *t, size_t index);
/* Is the start of one student looked for, while others of the strategy start as the
 * scenario says? */
bool        ds_timing_alone(const ds_timing *t);
size_t      ds_timing_horizon(const ds_timing *t); /* months of the clock               */
uint64_t    ds_timing_paths(const ds_timing *t);
uint64_t    ds_timing_fit_paths(const ds_timing *t); /* of them, those rules are fitted on */
uint64_t    ds_timing_seed(const ds_timing *t);
/* What the adaptive rule looks at: the names of the sets of figures, of which one was
 * chosen. */
const char *ds_timing_watched(const ds_timing *t);
/* Standard errors that the 95 % interval of a rule reaches to either side. */
double      ds_timing_interval_factor(const ds_timing *t);

#endif
