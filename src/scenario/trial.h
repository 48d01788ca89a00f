/* trial.h -- a scenario in which a strategy has other terms: for the studies that try
 * many values.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TRIAL_H
#define DS_TRIAL_H

#include "distillsim.h"

/* Which values are tried, and how they are put in place. */
typedef struct {
    const ds_scenario *base;
    size_t             strategy; /* index into the strategies of base           */
    const char *const *pointers; /* [pointer_count] quantities to be replaced   */
    size_t             pointer_count;
    bool               as_terms; /* in `terms` of the strategy, not at the pointers */
    bool               alone;    /* no other strategy, and no asserts           */
} ds_trials;

/* May the strategy stand alone, and under another name?  Not when one of its own
 * numbers is uncertain (the name is part of that of its random numbers), or when a
 * correlation names a strategy. */
bool ds_trials_can_be_alone(const ds_scenario *base, size_t strategy);

/* The scenario of `count` trials; values[trial][pointer], NAN: as base has it.  More
 * than one trial needs as_terms and alone; they are then the strategies 0 .. count-1.
 * Terms that are to be optimised and are not among the pointers are left out.
 * Fails as ds_scenario_with(). */
DS_MUST_CHECK ds_code ds_trials_scenario(const ds_trials *trials, const double *values,
                                         size_t count, ds_scenario **out, ds_error *err);

/* Pointer of a term of a strategy, /strategies/NAME/terms/~1...; false when `size`
 * is too small. */
bool ds_term_pointer(const ds_scenario *base, size_t strategy, const char *term, char *to,
                     size_t size);

/* How many units a study may hold or reserve at a time: held ones singly, reserved ones by
 * the `increment` of their pool; 0 for a pointer to anything else. */
double ds_units_step(const ds_scenario *base, const char *pointer);

#endif
