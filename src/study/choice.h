/* choice.h -- the costs of a result, as a choice reads them: choice.c, acceptability.c and
 * views.c share it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STUDY_CHOICE_H
#define DS_STUDY_CHOICE_H

#include "distillsim_choice.h"
#include "numerics/preference.h"

/* Costs of the kept paths of every strategy: columns of the result, or a copy of them,
 * `owned`. */
typedef struct {
    ds_costs  costs;
    ds_groups groups;
    double   *owned, *scratch;
    double    freedom;
} ds_choice_costs;

/* DS_E_USAGE when there is nothing to choose from or by; DS_E_NOMEM.  copy: the result
 * will be gone. */
DS_MUST_CHECK ds_code ds_choice_costs_of(const ds_result *r, size_t outcome, bool copy,
                                         ds_choice_costs *out, ds_error *err);
void ds_choice_costs_release(ds_choice_costs *c);

static inline ds_estimate ds_estimate_of(ds_measure m)
{
    return (ds_estimate){m.value, m.se};
}

static inline ds_share ds_share_of_measure(ds_share_measure s)
{
    return (ds_share){s.value, s.se, s.low, s.high};
}

/* The course of least mean and the next, their difference and its interval. */
typedef struct {
    size_t      best, runner_up;
    ds_estimate margin;
    ds_bounds   interval;
} ds_choice_lead;
/* means: [course]; DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_choice_lead_of(const ds_choice_costs *c, const ds_measure *means,
                                        ds_choice_lead *out, ds_error *err);

#endif
