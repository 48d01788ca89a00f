/* check_commitment.c -- rules of commitments, and of the agreements that contracts
 * share.
 *
 * Called by check_contract.c and check.c.  Numbers in brackets are those of
 * docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/check.h"
#include "scenario/tariff.h"

/* ---- Commitments (90)-(95) ------------------------------------------------------- */

/* The one amount, or NULL after reporting. */
static const ds_amount *the_amount(ds_binder *b, const ds_commitment *c)
{
    const ds_amount *found = NULL;
    for (const ds_amount *a = ds_amounts; a < ds_amounts + DS_AMOUNT_COUNT; a++) {
        if (!ds_there(ds_amount_in(c, a)))
            continue;
        if (found != NULL) {
            ds_problem_in(b, a->key, "\"%s\" is given already: one amount for each commitment",
                          found->key);
            return NULL;
        }
        found = a;
    }
    if (found == NULL)
        ds_problem_here(b, "needs an amount: usd_per_minute, usd_per_hour, usd_per_day, "
                           "usd_per_month, usd_per_term, credits_per_month or credits_per_term");
    return found;
}

static void check_credits(ds_binder *b, const ds_commitment *c, bool credits)
{
    if (credits && !ds_there(c->usd_per_credit))
        ds_problem_here(b, "an amount of credits needs \"usd_per_credit\", what a committed credit "
                           "costs");
    ds_refuse(b, !credits && ds_there(c->usd_per_credit), "usd_per_credit",
              "the amount is in dollars");
    ds_refuse(b, credits && ds_differs(b, c->discount_share, 0.0), "discount_share",
              "the price of a committed credit says what it saves");
}

static void check_term(ds_binder *b, const ds_commitment *c, const ds_amount *a)
{
    bool        term = a->per == DS_PER_TERM || c->term_months > 0;
    const char *why = "it has no term: state \"term_months\"";
    ds_refuse(b, !term && c->terms != 1, "terms", why);
    ds_refuse(b, !term && c->ramp.count > 0, "ramp", why);
    ds_refuse(b, !term && c->renewal == DS_RENEWAL_NONE, "renewal", why);
    ds_refuse(b, !term && ds_there(c->early_exit_share), "early_exit_share", why);
    if (c->ramp.count == 0 && ds_stated(b, "ramp"))
        ds_problem_in(b, "ramp", "needs at least one factor");
    if (term && c->renewal == DS_RENEWAL_NONE && c->ramp.count > (size_t)c->terms)
        ds_problem_in(b, "ramp", "has %zu factors, but it ends after %lld term%s", c->ramp.count,
                      (long long)c->terms, c->terms == 1 ? "" : "s");
}

static void check_payment(ds_binder *b, const ds_commitment *c, const ds_amount *a)
{
    const bool  per_term = a->per == DS_PER_TERM, per_month = a->per == DS_PER_MONTH;
    const char *why = "the amount is not one per term";
    ds_refuse(b, !per_term && c->payment > DS_PAID_IN_ARREARS, "payment", why);
    ds_refuse(b, !per_term && ds_there(c->minimum_usd_per_month), "minimum_usd_per_month", why);
    ds_refuse(b, per_term && c->payment == DS_PAID_MONTHLY && ds_there(c->minimum_usd_per_month),
              "minimum_usd_per_month", "it is paid in equal parts");
    why = per_term     ? "an amount per term is drawn from until the term ends"
          : !per_month ? "only what a month leaves can be carried: the amount is for less"
                      : "it is carried within a term: state \"term_months\"";
    ds_refuse(b, c->unused == DS_UNUSED_CARRIED && (!per_month || c->term_months == 0), "unused",
              why);
}

void ds_check_commitment(ds_binder *b, const ds_commitment *c, bool of_agreement)
{
    if (c->usd_per_minute.index == DS_BROKEN && c->usd_per_hour.index == DS_BROKEN)
        return; /* no object at all */
    const ds_amount *a = the_amount(b, c);
    if (a == NULL)
        return;
    check_credits(b, c, a->in_credits);
    check_term(b, c, a);
    check_payment(b, c, a);
    if (!of_agreement)
        return;
    if (a->per < DS_PER_MONTH)
        ds_problem_in(b, a->key, "an agreement commits to amounts per month or per term only");
    if (c->overage == DS_OVERAGE_REJECTED)
        ds_problem_in(b, "overage", "an agreement cannot reject usage: it counts bills; use list "
                                    "or discounted");
}

/* ---- Agreements (96) ------------------------------------------------------------- */

static void check_spend(ds_binder *b, const ds_spend_discount *d)
{
    double last = -1.0;
    ds_push(b, "steps");
    for (size_t i = 0; i < d->steps.count; i++) {
        const ds_spend_step *step = &DS_ITEM(ds_spend_step, d->steps, i);
        ds_push(b, step->key.name);
        ds_check_rising(b, "from_usd", step->from_usd, &last);
        ds_pop(b);
    }
    ds_pop(b);
}

static bool is_used(const ds_binder *b, size_t agreement)
{
    const ds_items *models = &b->scenario->models;
    for (size_t i = 0; i < models->count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, *models, i).contracts;
        for (size_t j = 0; j < contracts->count; j++)
            if (DS_ITEM(ds_contract, *contracts, j).agreement == (int)agreement)
                return true;
    }
    return false;
}

static void check_agreement(ds_binder *b, const ds_agreement *a, size_t index)
{
    bool credit = ds_differs(b, a->credit_usd, 0.0) || a->credit_usd.index == DS_BROKEN;
    bool free = ds_differs(b, a->free_usd_per_month, 0.0) ||
                a->free_usd_per_month.index == DS_BROKEN;
    if (!is_used(b, index))
        ds_problem_at_key(b, "no contract names this agreement in its \"agreement\"");
    if (a->commitment == NULL && a->spend_discount == NULL && !credit && !free)
        ds_problem_here(b, "has no effect: needs \"commitment\", \"spend_discount\", "
                           "\"free_usd_per_month\" or \"credit_usd\"");
    ds_refuse(b, !credit && ds_differs(b, a->credit_months, 1e6), "credit_months",
              "there is no \"credit_usd\"");
    if (a->commitment != NULL) {
        ds_push(b, "commitment");
        ds_check_commitment(b, a->commitment, true);
        ds_pop(b);
    }
    if (a->spend_discount != NULL) {
        ds_push(b, "spend_discount");
        check_spend(b, a->spend_discount);
        ds_pop(b);
    }
}

void ds_check_agreements(ds_binder *b)
{
    const ds_items *agreements = &b->scenario->agreements;
    ds_push(b, "agreements");
    for (size_t i = 0; i < agreements->count; i++) {
        const ds_agreement *a = &DS_ITEM(ds_agreement, *agreements, i);
        ds_push(b, a->key.name);
        check_agreement(b, a, i);
        ds_pop(b);
    }
    ds_pop(b);
}
