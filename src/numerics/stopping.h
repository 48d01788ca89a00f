/* stopping.h -- when to stop: policies by regression on simulated paths (Longstaff &
 * Schwartz 2001), and a bound by duality on what any policy can gain (Rogers 2002; Haugh &
 * Kogan 2004).  On arrays; docs/decisions.md, (135)-(142).
 *
 * At each of several dates one may stop, for a gain against never stopping.  What is seen at
 * a date is its state.  A gain need not be known when one stops: then both stopping and
 * waiting are to be foreseen, and their difference is regressed.  Policies are fitted on one
 * set of paths and valued on another, so that their value is not flattered.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STOPPING_H
#define DS_STOPPING_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of `paths` numbers. */
typedef struct {
    size_t paths, dates, features;
    const double *const *gain;  /* [date]: of stopping then                             */
    const double *const *state; /* [date][features]                                     */
    const double *const *scale; /* [date]: above 0 and seen; the differences of a policy are
                                   divided by it before they are regressed.  NULL: by 1 */
} ds_stopping;

/* What a policy makes of the features, beside a constant: term k is the product of feature f
 * to the power[k][f]. */
typedef struct {
    size_t               terms;
    const unsigned char *power;        /* [terms][features]                             */
    bool                 raw;          /* features as they are, not (x - mean)/sd       */
    bool                 known;        /* the gain of a date is known at it: only waiting is
                                          regressed                                     */
    bool                 in_the_money; /* with `known`: on paths with a gain above 0, and one
                                          stops nowhere else                            */
} ds_stopping_basis;

/* Numbers whose mean is 0 whatever is known at a date: `count` columns for each date, of
 * what is revealed between it and the next one, or only by stopping then. */
typedef struct {
    size_t count;
    void (*fill)(const void *context, size_t date, double *const *column);
    const void *context;
    const double *const *size; /* [date]: above 0; in regressions on them a path counts by 1
                                  over its square.  NULL: alike                          */
} ds_surprises;

/* ---- What of gains is pure surprise ------------------------------------------------------ */

typedef struct ds_cleaning ds_cleaning;

/* Regresses what the state of a date does not say of its gain on surprises that stopping then
 * would bring, of two kinds (either may be NULL): of the world after the date, then of what is
 * hidden.  NULL when out of memory. */
ds_cleaning *ds_cleaning_fit(const ds_stopping *s, const ds_stopping_basis *basis,
                             const ds_surprises *later, const ds_surprises *hidden);
/* The two parts of the gain of each date that its coefficients make of surprises, on any
 * paths: of_hidden[date], of_later[date].  Given what is known at the date their mean is 0,
 * whatever the coefficients, if those are from other paths.  False when out of memory. */
bool         ds_cleaning_apply(const ds_cleaning *c, const ds_stopping *s,
                               const ds_surprises *later, const ds_surprises *hidden,
                               double *const *of_hidden, double *const *of_later);
/* Coefficients of `later` at a date. */
const double *ds_cleaning_later(const ds_cleaning *c, size_t date);
void         ds_cleaning_free(ds_cleaning *c);

/* ---- Policies --------------------------------------------------------------------------- */

typedef struct ds_policy ds_policy;

/* From the last date to the first, regresses what stopping is worth more than going on.
 * With `later` the value of going on is rid of the surprises of the date before it is
 * regressed, and the coefficients make the martingale of the bound.  when[path]: the date at
 * which it stops, `dates` for never; may be NULL.  NULL when out of memory. */
ds_policy *ds_policy_fit(const ds_stopping *s, const ds_stopping_basis *basis,
                         const ds_surprises *later, size_t *when);
void       ds_policy_free(ds_policy *policy);
/* When it stops on other paths. */
bool       ds_policy_apply(const ds_policy *policy, const ds_stopping *s, size_t *when);
/* What the regression of a date says of a state: of stopping less waiting, or (`known`) of
 * waiting. */
double     ds_policy_at(const ds_policy *policy, size_t date, const double *state);
/* The martingale of the policy on other paths: martingale[date], as it stands at the date, for
 * all dates and, after them, for never.  False when out of memory. */
bool       ds_policy_martingale(const ds_policy *policy, const ds_stopping *s,
                                const ds_surprises *later, double *const *martingale);
/* lower[path]: the gain less the martingale where a policy stops, whose mean is what it gains;
 * upper[path]: the most of that over all dates and never, whose mean no policy exceeds. */
void       ds_stopping_bound(const ds_stopping *s, double *const *martingale, const size_t *when,
                             double *lower, double *upper);

#endif
