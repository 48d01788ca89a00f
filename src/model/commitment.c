/* commitment.c -- what a commitment makes of a month's usage: (90)-(95).
 *
 * Usage comes in and leaves as the charge, in the same row.  Where no term runs, it
 * stays what it was.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* A month of one commitment.  Rows. */
typedef struct {
    ds_work                  *w;
    const ds_plan_commitment *c;
    ds_row       *state;   /* DS_COMMITMENT_ROWS, or meaningless                     */
    const double *due;
    const double *running; /* 1 where a term runs (without terms: due)               */
    double       *amount;  /* A_n                                                    */
    const double *keep, *per_keep, *over; /* 1 - delta; 1/that; USD of each dollar,
                                             times 1 - delta, that is beyond         */
    double *bill, *lost;   /* lost: NULL when nothing is refused                     */
} month;

/* Rows of w->scratch; contract.c has 0 to 2, its bill among them. */
enum { AMOUNT = 3, RUNNING, POSITION, EXIT, LATER, REST, BASE, TOTAL, SUM, BEYOND };

void ds_commitment_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t k = 0; k < plan->commitment_count; k++) {
        const ds_plan_commitment *c = &plan->commitment[k];
        const double *discount = w->column[c->discount != DS_NONE ? c->discount : plan->zero];
        const double *unit = w->column[c->unit];
        const double *credit = w->column[c->credit != DS_NONE ? c->credit : plan->one];
        const bool in_credits = c->credit != DS_NONE;
        double *keep = w->keep[k], *per_keep = w->per_keep[k];
        DS_EACH_LANE(i) {
            double in_dollars = 1.0 - discount[i], bought = unit[i] / credit[i];
            keep[i] = in_credits ? bought : in_dollars;
            per_keep[i] = 1.0 / keep[i];
        }
        for (size_t s = 0; s < plan->strategy_count && (c->term_months > 0.0 || c->carried); s++)
            for (size_t row = 0; row < DS_COMMITMENT_ROWS; row++)
                ds_row_set(w->strategy[s].commitment[c->state + row], 0);
    }
}

/* factor[i] = ramp[number[i] + ahead], its last element holding on. */
static void ramp_of(const ds_plan_commitment *c, const double *number, double ahead,
                    double *restrict factor)
{
    ds_row_set(factor, c->ramp.count > 0 ? c->ramp.values[0] : 1.0);
    for (size_t k = 1; k < c->ramp.count; k++) {
        const double at = (double)k - ahead, value = c->ramp.values[k];
        DS_EACH_LANE(i)
            factor[i] = number[i] >= at ? value : factor[i];
    }
}

/* The amount of a term that is `ahead` of the one of the month. */
static void amount_of(const month *m, const double *number, double ahead, double *restrict amount)
{
    const ds_work *w = m->w;
    const double *stated = w->column[w->now.amount[m->c->amount]], *unit = w->column[m->c->unit];
    ramp_of(m->c, number, ahead, amount);
    DS_EACH_LANE(i)
        amount[i] *= stated[i] * unit[i];
}

/* (92), (94): begins a term where one is due; sets where a term runs, which month of
 * it this is, and its amount. */
static void turn_term(month *m, double *restrict running, double *restrict position)
{
    const double term = m->c->term_months, block = term * m->c->terms;
    double *left = m->state[DS_COMMITTED_LEFT], *number = m->state[DS_COMMITTED_TERM];
    const double *ended = m->state[DS_COMMITTED_ENDED], *due = m->due;
    double *current = m->w->scratch[SUM];
    DS_EACH_LANE(i) {
        bool begins = left[i] == 0.0 && due[i] > 0.0 && ended[i] == 0.0;
        double months = begins ? block : left[i];
        double gone = block - months, terms = ds_floor(gone / term);
        left[i] = months;
        running[i] = months > 0.0 ? 1.0 : 0.0;
        position[i] = gone - terms * term;
        number[i] += months > 0.0 && position[i] == 0.0 ? 1.0 : 0.0;
        current[i] = number[i] - 1.0;
    }
    amount_of(m, current, 0, m->amount);
}

/* Amounts of the terms of the block that come after this one. */
static void later_amounts(const month *m, const double *position, double *restrict later)
{
    const double term = m->c->term_months;
    const double *left = m->state[DS_COMMITTED_LEFT], *number = m->state[DS_COMMITTED_TERM];
    double *amount = m->w->scratch[SUM], *current = m->w->scratch[TOTAL];
    ds_row_set(later, 0);
    DS_EACH_LANE(i)
        current[i] = number[i] - 1.0;
    for (double ahead = 1; ahead < m->c->terms; ahead++) {
        amount_of(m, current, ahead, amount);
        DS_EACH_LANE(i) /* months that are left from the start of this term on */
            later[i] += left[i] + position[i] > ahead * term ? amount[i] : 0.0;
    }
}

static double periods_of(const month *m)
{
    const double hours = m->c->hours[m->w->month];
    return m->c->per == DS_PER_MINUTE ? 60.0 * hours
           : m->c->per == DS_PER_HOUR ? hours
           : m->c->per == DS_PER_DAY  ? hours / 24.0
                                      : 1.0;
}

/* (95): where the block is given up this month, and what is paid for that. */
static bool leave(const month *m, const double *position, double *restrict exits,
                  double *restrict fee)
{
    const double *due = m->due, *running = m->running, *amount = m->amount;
    double any = 0;
    if (m->c->exit_share == DS_NONE)
        return false;
    DS_EACH_LANE(i)
        exits[i] = due[i] > 0.0 ? 0.0 : running[i];
    DS_EACH_LANE(i)
        any = ds_greatest(any, exits[i]);
    if (any == 0.0)
        return false;
    later_amounts(m, position, fee);
    const double *share = m->w->column[m->c->exit_share], *rest = m->state[DS_COMMITTED_REST];
    const double term = m->c->term_months, n = periods_of(m);
    const bool per_term = m->c->per == DS_PER_TERM;
    const bool arrears = m->c->payment == DS_PAID_IN_ARREARS;
    const bool upfront = m->c->payment == DS_PAID_UPFRONT;
    DS_EACH_LANE(i) {
        double months = term - position[i], later = fee[i];
        double used = position[i] == 0.0 ? amount[i] : rest[i];
        double monthly = later + months * amount[i] / term;
        double at_start = position[i] == 0.0 ? amount[i] : 0.0;
        double of_term = later + (arrears ? used : upfront ? at_start : 0.0);
        of_term = arrears || upfront ? of_term : monthly;
        double of_months = (term * later + months * amount[i]) * n;
        fee[i] = share[i] * (per_term ? of_term : of_months);
    }
    return true;
}

/* (93) */
static void charge_term(const month *m, const double *position)
{
    const ds_plan_commitment *c = m->c;
    const ds_work *w = m->w;
    const double *least = w->column[c->minimum != DS_NONE ? c->minimum : w->plan->zero];
    const double *keep = m->keep, *per_keep = m->per_keep, *over = m->over;
    const double *running = m->running, *amount = m->amount;
    const double last = c->term_months - 1.0, each = 1.0 / c->term_months;
    const bool arrears = c->payment == DS_PAID_IN_ARREARS, upfront = c->payment == DS_PAID_UPFRONT;
    double *rest = m->state[DS_COMMITTED_REST], *bill = m->bill;
    double *beyond = m->w->scratch[BEYOND];
    DS_EACH_LANE(i) {
        double usage = bill[i] * keep[i];
        double there = position[i] == 0.0 ? amount[i] : rest[i];
        double drawn = ds_least(usage, there);
        double billed = ds_greatest(drawn, ds_least(least[i], there));
        billed = position[i] == last ? there : billed;
        double at_start = position[i] == 0.0 ? amount[i] : 0.0;
        double paid = arrears ? billed : upfront ? at_start : amount[i] * each;
        beyond[i] = running[i] * (usage - drawn);
        double charge = paid + over[i] * beyond[i];
        beyond[i] *= bill[i] > 0.0 ? per_keep[i] / ds_greatest(bill[i], 1e-300) : 0.0;
        rest[i] = there - billed;
        bill[i] = running[i] > 0.0 ? charge : bill[i];
    }
    if (m->lost != NULL)
        ds_row_copy(m->lost, beyond);
}

/* (91), (92) by the month; with what a month leaves when it is carried over. */
static void charge_month(const month *m, const double *position)
{
    const double *keep = m->keep, *per_keep = m->per_keep, *over = m->over;
    const double *running = m->running, *amount = m->amount;
    double *bill = m->bill, *beyond = m->w->scratch[BEYOND], *there = m->w->scratch[SUM];
    ds_row_copy(there, amount);
    if (m->c->carried) {
        double *rest = m->state[DS_COMMITTED_REST];
        DS_EACH_LANE(i) {
            there[i] += position[i] == 0.0 ? 0.0 : rest[i];
            double unused = ds_greatest(0.0, there[i] - bill[i] * keep[i]);
            rest[i] = running[i] > 0.0 ? unused : rest[i];
        }
    }
    DS_EACH_LANE(i) {
        double excess = ds_greatest(0.0, bill[i] * keep[i] - there[i]);
        double share = excess * per_keep[i] / ds_greatest(bill[i], 1e-300);
        beyond[i] = bill[i] > 0.0 ? running[i] * share : 0.0;
        bill[i] = running[i] > 0.0 ? amount[i] + over[i] * excess : bill[i];
    }
    if (m->lost != NULL)
        ds_row_copy(m->lost, beyond);
}

/* (91), (92) by the minute, hour or day: usage follows a load of the contract. */
static void charge_periods(const month *m, int contract)
{
    ds_work *w = m->w;
    const ds_plan_contract *c = &w->plan->contract[contract];
    const ds_plan_points *points =
        &w->plan->points[m->c->per == DS_PER_MINUTE ? DS_POINTS_MINUTE
                         : m->c->per == DS_PER_HOUR ? DS_POINTS_HOUR
                                                    : DS_POINTS_DAY];
    const double n = periods_of(m);
    const double *keep = m->keep, *per_keep = m->per_keep, *over = m->over;
    const double *running = m->running, *amount = m->amount;
    double *base = w->scratch[BASE], *total = w->scratch[TOTAL], *sum = w->scratch[SUM];
    double *beyond = w->scratch[BEYOND], *bill = m->bill;
    size_t used = ds_product_loads(w, c->model, c->driver, NULL, w->product_scratch,
                                   w->product_index);
    ds_row_set(total, 0);
    for (size_t k = 0; k < used; k++)
        ds_row_add(total, w->product_scratch[k]);
    DS_EACH_LANE(i)
        base[i] = bill[i] * keep[i] / n;
    ds_row_set(beyond, 0);
    for (size_t j = 0; j < points->count; j++) {
        const double weight = points->weight[j];
        ds_load_at(w, points, j, used, w->product_scratch, sum);
        DS_EACH_LANE(i) {
            double course = sum[i] / ds_greatest(total[i], 1e-300);
            double usage = base[i] * (total[i] > 0.0 ? course : 1.0);
            beyond[i] += weight * ds_greatest(0.0, usage - amount[i]);
        }
    }
    DS_EACH_LANE(i) {
        double excess = n * beyond[i], usage = bill[i];
        double share = excess * per_keep[i] / ds_greatest(usage, 1e-300);
        beyond[i] = usage > 0.0 ? running[i] * share : 0.0;
        bill[i] = running[i] > 0.0 ? n * amount[i] + over[i] * excess : usage;
    }
    if (m->lost != NULL)
        ds_row_copy(m->lost, beyond);
}

static void charge(const month *m, const double *position, int contract)
{
    if (m->c->per == DS_PER_TERM)
        charge_term(m, position);
    else if (m->c->per == DS_PER_MONTH)
        charge_month(m, position);
    else
        charge_periods(m, contract);
}

/* One month less; where the block ends, a new one may follow: (94). */
static void end_month(const month *m, const double *exits)
{
    const double for_good = m->c->renews ? 0 : 1;
    const double *running = m->running;
    double *left = m->state[DS_COMMITTED_LEFT], *ended = m->state[DS_COMMITTED_ENDED];
    if (exits != NULL)
        DS_EACH_LANE(i)
            left[i] = exits[i] > 0.0 ? running[i] : left[i];
    DS_EACH_LANE(i) {
        left[i] -= running[i];
        ended[i] = running[i] > 0.0 && left[i] == 0.0 ? for_good : ended[i];
    }
}

static void charge_in_terms(month *m, int contract)
{
    ds_work *w = m->w;
    double *running = w->scratch[RUNNING], *position = w->scratch[POSITION];
    double *exits = w->scratch[EXIT], *fee = w->scratch[LATER], *usage = w->scratch[REST];
    m->running = running;
    turn_term(m, running, position);
    bool leaves = leave(m, position, exits, fee);
    if (leaves)
        ds_row_copy(usage, m->bill);
    charge(m, position, contract);
    double *bill = m->bill;
    if (leaves)
        DS_EACH_LANE(i)
            bill[i] = exits[i] > 0.0 ? fee[i] + usage[i] : bill[i];
    end_month(m, leaves ? exits : NULL);
}

void ds_commitment_bill(ds_work *w, ds_strategy_state *state, int commitment, int contract,
                        const double *due, double *restrict bill, double *restrict lost)
{
    const ds_plan_commitment *c = &w->plan->commitment[commitment];
    const double *keep = w->keep[commitment], *per_keep = w->per_keep[commitment];
    month m = { .w = w, .c = c, .state = state->commitment + c->state, .due = due,
                .running = due, .amount = w->scratch[AMOUNT], .keep = keep,
                .per_keep = per_keep, .bill = bill };
    m.over = c->overage == DS_OVERAGE_LIST         ? per_keep
             : c->overage == DS_OVERAGE_DISCOUNTED ? w->column[w->plan->one]
                                                   : w->column[w->plan->zero];
    m.lost = c->overage == DS_OVERAGE_REJECTED ? lost : NULL;
    if (c->term_months > 0.0) {
        charge_in_terms(&m, contract);
        return;
    }
    /* nothing is carried over to the first month alone, and then B is 0 anyway */
    amount_of(&m, w->column[w->plan->zero], 0, m.amount);
    charge(&m, w->column[w->plan->one], contract);
}
