/* choice.h -- the costs of a result, as a choice reads them: choice.c, acceptability.c and
 * views.c share it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STUDY_CHOICE_H
#define DS_STUDY_CHOICE_H

#include "distillsim_choice.h"
#include "numerics/ranking.h"

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

static inline ds_ranking ds_ranking_of(const ds_ranked *r)
{
    return (ds_ranking){r->named,  r->next, ds_estimate_of(r->by),      r->interval.low,
                        r->interval.high, r->sure, r->rival, ds_estimate_of(r->rival_by)};
}

static inline ds_behind ds_behind_of(const ds_gap *g)
{
    return (ds_behind){ds_estimate_of(g->by), g->low, g->high, ds_gap_sure(g)};
}

/* The course of least mean, (122).  means: [course]; DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_choice_lead_of(const ds_choice_costs *c, const double *means,
                                        ds_ranked *out, ds_error *err);

#endif
