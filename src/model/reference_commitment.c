/* reference_commitment.c -- (90)-(95) of docs/model.md: what a commitment makes of the
 * usage of a month.
 *
 * Called by reference_bill.c, on the invoice of a contract or on that of an agreement.
 * b->usd comes in as the usage u and goes out as the charge; the difference is booked in
 * lines that say how it comes about (distillsim.h, Explain).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

#include <string.h>

/* One commitment in one month. */
typedef struct {
    ds_ref_invoice      *b;
    const ds_commitment *k;
    ds_ref_commitment   *state;
    const ds_ref_usage  *usage;
    double               usd;   /* u                                            */
    double               kept;  /* 1 - delta                                    */
} month;

/* ---- Amounts */

typedef enum { MINUTE, HOUR, DAY, MONTH, TERM } period;

static period period_of(const ds_commitment *k)
{
    if (k->usd_per_minute.index != DS_ABSENT)
        return MINUTE;
    if (k->usd_per_hour.index != DS_ABSENT)
        return HOUR;
    if (k->usd_per_day.index != DS_ABSENT)
        return DAY;
    if (k->usd_per_month.index != DS_ABSENT || k->credits_per_month.index != DS_ABSENT)
        return MONTH;
    return TERM;
}

static bool in_credits(const ds_commitment *k)
{
    return k->credits_per_month.index != DS_ABSENT || k->credits_per_term.index != DS_ABSENT;
}

/* A_n */
static double amount_of_term(const month *m, size_t n)
{
    const ds_commitment *k = m->k;
    const ds_quantity amounts[] = { k->usd_per_minute, k->usd_per_hour, k->usd_per_day,
                                    k->usd_per_month, k->usd_per_term, k->credits_per_month,
                                    k->credits_per_term };
    double amount = 0, ramp = 1;
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        if (amounts[i].index != DS_ABSENT)
            amount = ds_ref_term(m->b->run, amounts[i]);
    if (in_credits(k))
        amount *= ds_ref_of(m->b, k->usd_per_credit);
    if (k->ramp.count > 0)
        ramp = k->ramp.values[n < k->ramp.count ? n : k->ramp.count - 1];
    return amount * ramp;
}

/* 1 - delta */
static double kept_share(const month *m)
{
    if (in_credits(m->k))
        return ds_ref_of(m->b, m->k->usd_per_credit) / m->usage->usd_per_credit;
    return 1 - ds_ref_of(m->b, m->k->discount_share);
}

static size_t months_of_term(const ds_commitment *k)
{
    if (k->term_months > 0)
        return (size_t)k->term_months;
    return period_of(k) == TERM ? 12 : 0;
}

/* ---- Drawing, (90) */

typedef struct {
    double d, o; /* drawn, in dollars of the commitment; beyond it, at list */
    double left; /* not drawn: a - d                                        */
} drawn;

static drawn draw(const month *m, double v, double a)
{
    if (v * m->kept <= a)
        return (drawn){ v * m->kept, 0, a - v * m->kept };
    return (drawn){ a, v - a / m->kept, 0 };
}

/* What usage at list has to become: d is paid by the commitment, o costs over. */
static double beyond_usd(const month *m, drawn x)
{
    switch (m->k->overage) {
    case DS_OVERAGE_DISCOUNTED:
        return x.o * m->kept;
    case DS_OVERAGE_REJECTED:
        return 0;
    default:
        return x.o;
    }
}

/* The lines of a month: usage at list less what is drawn leaves what is beyond; then what
 * is used and unused of the commitment, and what is paid for it.  Usage of a commitment
 * that is paid apart has the price 0. */
static void book(const month *m, drawn x, double unused, bool paid_apart, double payment,
                 const char *rule)
{
    ds_ref_price each = ds_ref_list_price(paid_apart ? 0 : 1);
    double       covered = beyond_usd(m, x) - m->usd; /* over - u */
    double       quantity = x.d != 0 ? x.d : 1;
    if (covered != 0)
        ds_ref_plain(m->b, "drawn from commitment", quantity, "USD", covered / quantity, "(90)");
    ds_ref_shown(m->b, "commitment used", x.d, "USD", &each, rule);
    ds_ref_shown(m->b, "commitment unused", unused, "USD", &each, rule);
    ds_ref_plain(m->b, "commitment payment", 1, "1", payment, rule);
    for (size_t p = 0; p < m->b->w->s->products.count; p++)
        if (m->k->overage == DS_OVERAGE_REJECTED && x.o > 0)
            m->b->kept[p] *= 1 - x.o / m->usd;
}

/* ---- A month of an amount up to the month, (91), (92) */

static double periods(const month *m)
{
    switch (period_of(m->k)) {
    case MINUTE:
        return 60 * m->usage->hours;
    case HOUR:
        return m->usage->hours;
    case DAY:
        return m->usage->hours / 24;
    default:
        return 1;
    }
}

/* The level of the usage at point j: sum v beta l / sum v beta. */
static double level_of_usage(const month *m, int kind, size_t j)
{
    double here = 0, all = 0;
    for (size_t p = 0; p < m->b->w->s->products.count; p++) {
        double each = ds_ref_served(m->b, p) * m->b->beta[p];
        here += each * ds_ref_point(m->b->w, kind, p, j);
        all += each;
    }
    return all > 0 ? here / all : 1;
}

/* Per minute, hour or day: the sums over the month. */
static drawn draw_by_points(const month *m, double amount)
{
    period which = period_of(m->k);
    int    kind = which == MINUTE ? DS_REF_MINUTES : which == HOUR ? DS_REF_BY_HOUR : DS_REF_DAYS;
    size_t points = ds_ref_points(kind);
    double n = periods(m);
    drawn  sum = { 0, 0, 0 };
    for (size_t j = 0; j < points; j++) {
        drawn x = draw(m, m->usd * level_of_usage(m, kind, j) / n, amount);
        double times = n * ds_ref_weight(kind, j);
        sum.d += times * x.d;
        sum.o += times * x.o;
        sum.left += times * x.left;
    }
    return sum;
}

/* (91) */
static void charge_periods(const month *m, double amount)
{
    drawn x = period_of(m->k) == MONTH ? draw(m, m->usd, amount) : draw_by_points(m, amount);
    book(m, x, x.left, false, 0, "(91)");
}

/* (92): what a month leaves is there in the next ones of the term */
static void charge_carried(const month *m, bool last)
{
    drawn x = draw(m, m->usd, m->state->amount + m->state->left);
    m->state->left = x.left; /* B */
    book(m, x, last ? x.left : 0, true, m->state->amount, "(92)");
}

/* ---- A month of an amount per term, (93) */

static void charge_part_of_term(const month *m, bool first, bool last)
{
    const ds_commitment *k = m->k;
    double before = m->state->left; /* R */
    drawn  x = draw(m, m->usd, before);
    double least = fmin(ds_ref_value_or(m->b->w, k->minimum_usd_per_month, 0), before);
    double unused = last ? x.left : k->payment == DS_PAID_MONTHLY ? 0 : fmax(0, least - x.d);
    double payment = 0;
    if (k->payment == DS_PAID_UPFRONT && first)
        payment = m->state->amount;
    if (k->payment == DS_PAID_MONTHLY)
        payment = m->state->amount / (double)months_of_term(k);
    m->state->left = last ? 0 : before - x.d - unused; /* R - d' */
    book(m, x, unused, k->payment != DS_PAID_IN_ARREARS, payment, "(93)");
}

/* ---- Terms, (92), (94), (95) */

/* Of the block, still to be paid at the beginning of this month, `month` of its term. */
static double unpaid(const month *m, size_t length)
{
    const ds_commitment *k = m->k;
    size_t of_term = m->state->month % length, term = m->state->month / length;
    double later = 0;
    for (size_t i = term + 1; i < (size_t)k->terms; i++) /* state->term - 1 runs now */
        later += amount_of_term(m, m->state->term - 1 + i - term);
    double left = (double)(length - of_term);
    if (period_of(k) != TERM)
        return periods(m) * (left * m->state->amount + (double)length * later);
    if (k->payment == DS_PAID_MONTHLY)
        return left / (double)length * m->state->amount + later;
    if (k->payment == DS_PAID_UPFRONT)
        return later + (of_term == 0 ? m->state->amount : 0);
    return m->state->left + later;
}

static void begin_term(const month *m)
{
    ds_ref_commitment *state = m->state;
    state->amount = amount_of_term(m, state->term);
    state->left = period_of(m->k) == TERM ? state->amount : 0;
    state->term++;
}

static void end_block(const month *m)
{
    m->state->running = false;
    m->state->month = 0;
    m->state->over = m->k->renewal == DS_RENEWAL_NONE;
}

static void charge_term(const month *m, size_t length)
{
    ds_ref_commitment *state = m->state;
    if (!state->running && m->usage->due && !state->over)
        state->running = true;
    if (!state->running)
        return;
    bool first = state->month % length == 0, last = state->month % length == length - 1;
    if (first)
        begin_term(m);
    double exit = ds_ref_value_or(m->b->w, m->k->early_exit_share, -1);
    if (!m->usage->due && exit >= 0) { /* (95) */
        ds_ref_plain(m->b, "early exit", 1, "1", exit * unpaid(m, length), "(95)");
        end_block(m);
        return;
    }
    if (period_of(m->k) == TERM)
        charge_part_of_term(m, first, last);
    else if (m->k->unused == DS_UNUSED_CARRIED)
        charge_carried(m, last);
    else
        charge_periods(m, state->amount);
    if (++state->month == length * (size_t)m->k->terms)
        end_block(m);
}

void ds_ref_commit(ds_ref_invoice *b, const ds_commitment *k, ds_ref_commitment *state,
                   const ds_ref_usage *usage)
{
    month  m = { .b = b, .k = k, .state = state, .usage = usage, .usd = b->usd };
    size_t length = months_of_term(k);
    m.kept = kept_share(&m);
    if (length > 0)
        charge_term(&m, length);
    else if (usage->due)
        charge_periods(&m, amount_of_term(&m, 0));
}
