/* distillsim_commit.h -- the terms at which a strategy costs least.
 *
 * Part of the public interface; see distillsim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_COMMIT_H
#define DISTILLSIM_COMMIT_H

#include "distillsim.h"

/* What is made least: mean or CVaR (beyond cvar_level) of the cost_npv_usd of one
 * strategy. */
typedef enum { DS_COMMIT_AS_STATED, /* as the terms say; else the mean           */
               DS_COMMIT_MEAN, DS_COMMIT_CVAR } ds_commit_of;

/* A quantity, by JSON Pointer, and where to look, in its unit. */
typedef struct {
    const char *pointer;
    double      low, high;
} ds_commit_range;

enum { DS_COMMIT_MOST_TERMS = 3, DS_COMMIT_PATHS = 16384 };
typedef struct {
    size_t                 strategy;
    const ds_commit_range *ranges; /* NULL: the strategy's terms that say `optimise` */
    size_t                 range_count;
    ds_commit_of           of;
    ds_run_options         run; /* path_count 0: run.paths, at most DS_COMMIT_PATHS */
} ds_commit_options;

typedef enum {
    DS_COMMIT_INSIDE,  /* the best value is inside the range                    */
    DS_COMMIT_AT_LOW,  /* none costs less than the least; if that is 0: do not commit */
    DS_COMMIT_AT_HIGH, /* none costs less than the greatest: look beyond        */
    DS_COMMIT_UNUSED   /* no path of the strategy costs anything else at any value */
} ds_commit_state;

/* One value that was tried. */
typedef struct {
    double      value;
    ds_estimate mean, cvar; /* of the cost [USD]                                */
    ds_estimate loss;       /* objective minus that of the best value, paired by
                               path [USD]; NAN where there is no such value     */
} ds_commit_point;

enum { DS_COMMIT_WRONG_COUNT = 4 }; /* 25 % and 10 % below, 10 % and 25 % above   */
extern const double ds_commit_wrong_shares[DS_COMMIT_WRONG_COUNT];

typedef struct {
    const char     *pointer, *unit; /* unit "" when it has none                 */
    double          low, high;      /* as asked for                             */
    double          step;           /* 0: any value; else whole multiples       */
    ds_commit_of    of;
    ds_commit_state state;
    ds_estimate     value;     /* the best, [unit]                              */
    ds_estimate     objective; /* there [USD]                                   */
    ds_commit_point best, at_low, at_high;
    ds_commit_point now; /* as the scenario stands; its value is NAN when that is no number */
    ds_commit_point wrong[DS_COMMIT_WRONG_COUNT];
    double          near_low, near_high;       /* objective within one standard error */
    double          percent_low, percent_high; /* ... within 1 % of the least         */
    ds_estimate     knowing; /* objective minus that of the least cost of each path
                                over the values tried [USD]: what it would be worth
                                to know the future first                          */
} ds_commit_term;

typedef struct ds_commit ds_commit;

/* Finds the values at which a strategy costs least, on common random numbers.  One
 * quantity: a grid over the range, refined around the least.  Several (at most
 * DS_COMMIT_MOST_TERMS): one after the other, the others held, at least two rounds;
 * errors are then those with the others where they are.  `held` moves in whole units,
 * `reserved_units` by the `increment` of the pool.
 * Fails with DS_E_USAGE (nothing to look for, range upside down), DS_E_SCENARIO (a
 * value that the scenario cannot have), and as ds_run(). */
DS_MUST_CHECK ds_code ds_commit_run(const ds_scenario *base, const ds_commit_options *options,
                                    ds_commit **out, ds_error *err);
void                   ds_commit_free(ds_commit *commit);
const char            *ds_commit_strategy(const ds_commit *c);
uint64_t               ds_commit_paths(const ds_commit *c);
uint64_t               ds_commit_seed(const ds_commit *c);
double                 ds_commit_cvar_level(const ds_commit *c);
size_t                 ds_commit_term_count(const ds_commit *c);
const ds_commit_term  *ds_commit_term_at(const ds_commit *c, size_t term);
/* The values that were tried, ascending. */
size_t                 ds_commit_point_count(const ds_commit *c, size_t term);
const ds_commit_point *ds_commit_point_at(const ds_commit *c, size_t term, size_t index);

/* Has a strategy terms that are to be found before a run? */
bool ds_scenario_strategy_optimises(const ds_scenario *s, size_t strategy);

typedef struct ds_optimised ds_optimised;
/* The scenario in which every term that says `optimise` has its best value; without
 * such terms, a copy.  found (may be NULL) says what was found.  run.path_count 0:
 * run.paths; never more than DS_COMMIT_PATHS are used.  Fails as ds_commit_run(). */
DS_MUST_CHECK ds_code ds_scenario_optimised(const ds_scenario *base, const ds_run_options *run,
                                            ds_scenario **out, ds_optimised **found,
                                            ds_error *err);
void             ds_optimised_free(ds_optimised *found);
size_t           ds_optimised_count(const ds_optimised *found); /* strategies    */
const ds_commit *ds_optimised_at(const ds_optimised *found, size_t index);

#endif
