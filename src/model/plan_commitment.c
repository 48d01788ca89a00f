/* plan_commitment.c -- commitments, agreements, and the amounts that a strategy may
 * negotiate for itself: (90)-(98).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plan_internal.h"
#include "scenario/tariff.h"

int ds_plan_add_amount(ds_plan *plan, ds_quantity q)
{
    plan->amount[plan->amount_count] = q.index;
    return (int)plan->amount_count++;
}

/* The amount that the commitment states. */
static const ds_amount *stated_amount(const ds_commitment *c)
{
    const ds_amount *amount = ds_amounts;
    while (amount + 1 < ds_amounts + DS_AMOUNT_COUNT && ds_amount_in(c, amount).index < 0)
        amount++;
    return amount;
}

int ds_plan_add_commitment(ds_plan *plan, const ds_commitment *c,
                           const ds_plan_contract *contract)
{
    ds_plan_commitment *out = &plan->commitment[plan->commitment_count];
    const ds_amount *stated = stated_amount(c);
    const bool credits = stated->in_credits;
    out->amount = ds_plan_add_amount(plan, ds_amount_in(c, stated));
    out->per = stated->per;
    out->unit = credits ? c->usd_per_credit.index : plan->one;
    out->discount = credits ? DS_NONE
                            : ds_plan_column_unless(plan->scenario, c->discount_share, 0);
    out->credit = !credits                      ? DS_NONE
                  : contract->credit != DS_NONE ? contract->credit
                                                : plan->one;
    out->term_months = (double)c->term_months;
    if (c->term_months == 0 && out->per == DS_PER_TERM)
        out->term_months = 12;
    out->terms = (double)c->terms;
    out->ramp = c->ramp;
    out->minimum = ds_plan_column(c->minimum_usd_per_month, DS_NONE);
    out->exit_share =
        out->term_months > 0 ? ds_plan_column(c->early_exit_share, DS_NONE) : DS_NONE;
    out->payment = c->payment;
    out->overage = c->overage;
    out->carried = c->unused == DS_UNUSED_CARRIED && out->per == DS_PER_MONTH;
    out->renews = c->renewal == DS_RENEWAL_AUTO;
    out->hours = contract->hours;
    out->state = plan->commitment_rows;
    if (out->term_months > 0 || out->carried)
        plan->commitment_rows += DS_COMMITMENT_ROWS;
    return (int)plan->commitment_count++;
}

bool ds_plan_in_periods(const ds_plan *plan, const ds_plan_contract *c)
{
    return c->commitment != DS_NONE && plan->commitment[c->commitment].per < DS_PER_MONTH;
}

static bool compile_spend(ds_plan *plan, const ds_spend_discount *d, ds_plan_agreement *out)
{
    const ds_spend_step *steps = d->steps.items;
    out->spend = ds_plan_alloc(plan, 1, sizeof *out->spend);
    if (out->spend == NULL ||
        !ds_plan_compile_steps(plan, out->spend, &steps->from_usd, sizeof *steps, d->steps.count,
                               d->shape, d->edge))
        return false;
    for (size_t j = 0; j < d->steps.count; j++)
        out->spend->step[j].discount = steps[j].discount_share.index;
    return true;
}

bool ds_plan_compile_agreements(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    for (size_t i = 0; i < plan->agreement_count; i++) {
        const ds_agreement *a = &DS_ITEM(ds_agreement, s->agreements, i);
        ds_plan_agreement *out = &plan->agreement[i];
        out->commitment = out->first_contract = DS_NONE;
        for (size_t c = plan->contract_count; c-- > 0;)
            if (plan->contract[c].agreement == (int)i)
                out->first_contract = (int)c;
        if (out->first_contract == DS_NONE)
            continue; /* nobody is party to it */
        out->free = ds_plan_column_unless(s, a->free_usd_per_month, 0);
        out->credit = ds_plan_column_unless(s, a->credit_usd, 0);
        out->credit_months = a->credit_months.index;
        if (a->commitment != NULL)
            out->commitment = ds_plan_add_commitment(plan, a->commitment,
                                                     &plan->contract[out->first_contract]);
        if (a->spend_discount != NULL && !compile_spend(plan, a->spend_discount, out))
            return false;
    }
    return true;
}
