/* agreement.c -- what several contracts make together: (96).
 *
 * The contracts have booked their charges; what the agreement changes is booked to
 * the first of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* The share of the month's spend that is taken off. */
static void discount_spend(ds_work *w, const ds_plan_table *table, double *restrict bill)
{
    const double *none = w->column[w->plan->zero];
    double *share = w->scratch[3], *off = w->scratch[4];
    ds_row_set(off, 0);
    for (size_t j = 0; j < table->step_count; j++) {
        const double *here = w->column[table->step[j].discount];
        const double *before = j > 0 ? w->column[table->step[j - 1].discount] : none;
        ds_share_beyond(table, j, bill, share);
        DS_EACH_LANE(i)
            off[i] += share[i] * (here[i] - before[i]);
    }
    DS_EACH_LANE(i)
        bill[i] *= 1.0 - off[i];
}

/* The credit: its balance, and for how many months it has been there. */
static void pay_from_credit(const ds_work *w, const ds_plan_agreement *a, ds_row *state,
                            const double *due, double *restrict bill)
{
    const double *months = w->column[a->credit_months];
    double *left = state[0], *age = state[1];
    DS_EACH_LANE(i) {
        bool there = age[i] > 0.0 || due[i] > 0.0;
        double paid = there && age[i] < months[i] ? ds_least(left[i], bill[i]) : 0.0;
        age[i] += there ? 1.0 : 0.0;
        left[i] -= paid;
        bill[i] -= paid;
    }
}

static void bill_agreement(ds_work *w, ds_strategy_state *state, size_t index)
{
    const ds_plan_agreement *a = &w->plan->agreement[index];
    const double *charged = w->now.agreed[index], *due = w->now.agreed_due[index];
    double *bill = w->scratch[0];
    ds_row_copy(bill, charged);
    if (a->spend != NULL)
        discount_spend(w, a->spend, bill);
    if (a->commitment != DS_NONE)
        ds_commitment_bill(w, state, a->commitment, DS_NONE, due, bill, NULL);
    if (a->free != DS_NONE) {
        const double *free = w->column[a->free];
        DS_EACH_LANE(i)
            bill[i] -= ds_least(bill[i], free[i]);
    }
    if (a->credit != DS_NONE)
        pay_from_credit(w, a, &state->credit[2 * index], due, bill);
    DS_EACH_LANE(i)
        bill[i] -= charged[i];
    ds_contract_book(w, a->first_contract, bill);
    ds_open_bill(w); /* the row does not stay */
}

void ds_agreement_bill(ds_work *w, ds_strategy_state *state, const ds_plan_strategy *s)
{
    for (size_t a = 0; a < w->plan->agreement_count; a++)
        if (s->agrees[a])
            bill_agreement(w, state, a);
}
