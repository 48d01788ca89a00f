/* reference_bill.c -- section 5 of docs/model.md: the order of a bill.
 *
 * Called by reference.c in each month after reference_route.c has filled `served` and
 * `held`; between its two routings for the fleets that have limits.  All contracts of all
 * models have their turn, because a commitment, a reservation or units under term run on
 * when another contract has followed.  For each contract: usage, rounding of lines,
 * commitment, rounding of the invoice; then the agreements over their contracts; then tax,
 * the fee returned and staff.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_fleet.h"

#include <string.h>

/* ---- Invoices */

static const ds_model *model_at(const ds_ref_run *run, size_t model)
{
    return &DS_ITEM(ds_model, run->w->s->models, model);
}

static ds_ref_invoice open_invoice(ds_ref_run *run, size_t model, size_t contract)
{
    const ds_model *m = model_at(run, model);
    ds_ref_invoice  b = { .run = run, .w = run->w, .model = model, .name = m->key.name,
                          .c = &DS_ITEM(ds_contract, m->contracts, contract),
                          .terms = &run->terms[model][contract], .t = run->t, .level = 1,
                          .beta = run->beta, .kept = run->kept };
    size_t products = run->w->s->products.count;
    b.in_force = ds_ref_contract(b.w, model, b.t) == b.c;
    b.hours = ds_ref_hours(b.w, b.c, b.t);
    if (ds_ref_of(&b, b.c->from) <= (double)b.t)
        b.level = ds_ref_level(b.w, model, b.c, b.t);
    for (size_t p = 0; p < products; p++) {
        b.serves = b.serves || ds_ref_served(&b, p) > 0;
        b.beta[p] = 0;
        b.kept[p] = 1;
    }
    b.due = b.in_force && (b.serves || run->held[model]);
    return b;
}

/* (98) */
double ds_ref_term(const ds_ref_run *run, ds_quantity q)
{
    const ds_items *terms = &run->strategy->terms;
    for (size_t i = 0; i < terms->count; i++) {
        const ds_term *term = &DS_ITEM(ds_term, *terms, i);
        if (q.index != DS_ABSENT && term->input == q.index && term->value.index != DS_ABSENT)
            return ds_ref_value(run->w, term->value);
    }
    return ds_ref_value(run->w, q);
}

/* (41) */
static void bill_hosting(ds_ref_invoice *b)
{
    if (!b->due)
        return;
    ds_ref_price hosting = ds_ref_list_price(ds_ref_of(b, b->c->hosting_usd_per_hour));
    ds_ref_price storage = ds_ref_list_price(ds_ref_of(b, b->c->storage_usd_per_month));
    ds_ref_times_paid(b, &hosting);
    ds_ref_times(&storage, "credit", ds_ref_of(b, b->c->usd_per_credit));
    if (b->c->billing == DS_BILLING_HOSTED)
        ds_ref_round_line(
            b, "hosting",
            ds_ref_item(b, "", "hosting", b->hours, "hour", &hosting, "", "(41)"));
    ds_ref_round_line(b, "storage",
                      ds_ref_item(b, "", "storage", 1, "month", &storage, "", "(41)"));
}

/* What a contract rejects is unserved, after all else (section 5). */
static void lose_rejected(const ds_ref_invoice *b)
{
    for (size_t p = 0; p < b->w->s->products.count; p++)
        b->run->lost[p] += ds_ref_served(b, p) * (1 - b->kept[p]);
}

/* (40)-(44), (52)-(54), (90)-(95), (37) */
static void bill_usage(ds_ref_invoice *b)
{
    ds_ref_usage usage = { .due = b->due, .hours = b->hours,
                           .usd_per_credit = ds_ref_of(b, b->c->usd_per_credit) };
    bool units = b->c->billing == DS_BILLING_COMPUTE_TIME;
    if (units && (b->in_force || b->c->settlement == DS_SETTLED_TERM))
        ds_ref_bill_pools(b);
    if (!units && b->in_force)
        ds_ref_bill_tokens(b);
    if (b->c->billing != DS_BILLING_PER_TOKEN)
        bill_hosting(b);
    if (b->c->commitment != NULL)
        ds_ref_commit(b, b->c->commitment, &b->terms->commitment, &usage);
    if (b->c->rounding == DS_ROUNDED_INVOICE)
        ds_ref_plain(b, "rounding", 1, "1", ds_ref_rounded(b->c, b->usd) - b->usd, "(37)");
    lose_rejected(b);
}

/* Tax, provider, fee returned: of what was booked. */
static void close_invoice(ds_ref_invoice *b)
{
    double paid = b->usd / b->w->deflator[b->t];
    double tax = ds_ref_value_or(b->w, b->c->tax_share, 0);
    b->run->provider[b->model] += paid; /* (76) */
    if (b->c->billing != DS_BILLING_FLEET || b->c->owned == NULL)
        ds_ref_return_fee(b->run, b->model, b->c->key.name, paid); /* (50) */
    ds_ref_plain(b, "tax", b->usd, "USD", tax, "(97)");
}

static double bill_staff(ds_ref_invoice *b)
{
    ds_ref_price staff = ds_ref_list_price(ds_ref_of(b, b->c->staff_usd_per_month));
    ds_ref_times(&staff, "inflation", b->w->prices[b->t]);
    return b->due ? ds_ref_item(b, "", "staff", 1, "month", &staff, "", "(49)") : 0;
}

static void bill_contract(ds_ref_run *run, size_t model, size_t contract)
{
    ds_ref_invoice b = open_invoice(run, model, contract);
    double         hardware = 0;
    if (b.c->billing == DS_BILLING_FLEET)
        hardware = ds_ref_bill_fleet(&b);
    else
        bill_usage(&b);
    if (b.c->agreement == DS_ABSENT) {
        close_invoice(&b);
    } else { /* closed after the agreement */
        ds_ref_agreement *a = &run->agreement[b.c->agreement];
        b.terms->charge = b.usd;
        a->charges += b.usd;
        a->due = a->due || b.due;
    }
    double staff = bill_staff(&b);
    if (b.c->billing == DS_BILLING_FLEET)
        ds_ref_account_fleet(&b, hardware + staff);
}

bool ds_ref_limit_fleets(ds_ref_run *run)
{
    const ds_scenario *s = run->w->s;
    bool               any = false;
    for (size_t m = 0; m < s->models.count; m++)
        for (size_t i = 0; i < model_at(run, m)->contracts.count; i++) {
            ds_ref_invoice b = open_invoice(run, m, i);
            if (!b.in_force || !ds_ref_is_limited(b.c))
                continue;
            ds_ref_size_fleet(&b);
            memcpy(&run->beyond[m * s->products.count], b.terms->fleet->beyond,
                   s->products.count * sizeof *run->beyond);
            any = true;
        }
    return any;
}

/* ---- Agreements, (96) */

static void discount_by_spend(ds_ref_invoice *b, const ds_spend_discount *d)
{
    double v = b->usd;
    for (size_t j = 0; j < d->steps.count; j++) {
        const ds_spend_step *step = &DS_ITEM(ds_spend_step, d->steps, j);
        double to = j + 1 < d->steps.count ? DS_ITEM(ds_spend_step, d->steps, j + 1).from_usd
                                           : DS_REF_NEVER;
        double share = ds_ref_volume_share(d->shape, d->edge, v, step->from_usd, to);
        ds_ref_plain(b, "agreement discount", v * share, "USD",
                     -ds_ref_of(b, step->discount_share), "(96)");
    }
}

static void use_credit(ds_ref_invoice *b, const ds_agreement *a, ds_ref_agreement *state)
{
    if (state->due && isinf(state->first)) {
        state->first = (double)b->t;
        state->credit = ds_ref_of(b, a->credit_usd);
    }
    if ((double)b->t >= state->first + ds_ref_of(b, a->credit_months))
        state->credit = 0;
    double used = fmax(0, fmin(state->credit, b->usd));
    state->credit -= used;
    ds_ref_plain(b, "credit used", used, "USD", -1, "(96)");
}

/* b: an invoice of the first contract, without lines */
static void bill_agreement(ds_ref_invoice *b, const ds_agreement *a, ds_ref_agreement *state)
{
    ds_ref_usage usage = { .due = state->due, .hours = b->hours,
                           .usd_per_credit = ds_ref_of(b, b->c->usd_per_credit) };
    b->usd = state->charges;
    b->run->settled = a->key.name;
    if (a->spend_discount != NULL)
        discount_by_spend(b, a->spend_discount);
    if (a->commitment != NULL)
        ds_ref_commit(b, a->commitment, &state->commitment, &usage);
    ds_ref_plain(b, "free amount", fmax(0, fmin(b->usd, ds_ref_of(b, a->free_usd_per_month))),
                 "USD", -1, "(96)");
    use_credit(b, a, state);
    b->run->settled = NULL;
    b->terms->charge += b->usd - state->charges;
}

/* The contracts of an agreement: its adjustment on the first one, then all are closed. */
static void settle_agreement(ds_ref_run *run, size_t which)
{
    const ds_scenario *s = run->w->s;
    bool               first = true;
    for (size_t m = 0; m < s->models.count; m++)
        for (size_t i = 0; i < model_at(run, m)->contracts.count; i++) {
            ds_ref_invoice b = open_invoice(run, m, i);
            if (b.c->agreement != (int)which)
                continue;
            if (first)
                bill_agreement(&b, &DS_ITEM(ds_agreement, s->agreements, which),
                               &run->agreement[which]);
            first = false;
            b.usd = b.terms->charge;
            close_invoice(&b);
        }
}

/* ---- The month */

void ds_ref_bills(ds_ref_run *run)
{
    for (size_t a = 0; a < run->w->s->agreements.count; a++) {
        run->agreement[a].charges = 0;
        run->agreement[a].due = false;
    }
    for (size_t m = 0; m < run->w->s->models.count; m++)
        for (size_t i = 0; i < model_at(run, m)->contracts.count; i++)
            bill_contract(run, m, i);
    for (size_t a = 0; a < run->w->s->agreements.count; a++)
        settle_agreement(run, a);
}
