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
    const double *amount;  /* A_n                                                    */
    const double *keep, *per_keep, *over; /* 1 - delta; 1/that; USD of each dollar,
                                             times 1 - delta, that is beyond         */
    double *bill, *beyond; /* beyond: times 1 - delta; NULL: nothing is refused      */
    bool   *alike;         /* are all lanes at the same point of their terms?  Then  */
                           /* lane 0 tells the state, but for what is left           */
} month;

/* Rows of w->scratch; contract.c has 0 to 2, its bill among them. */
enum { AMOUNT = 3, RUNNING, POSITION, EXIT, LATER, REST, BASE, TOTAL, SUM, BEYOND, USAGE };

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
        for (size_t s = 0; s < plan->strategy_count && (c->term_months > 0.0 || c->carried); s++) {
            w->strategy[s].alike[k] = true;
            for (size_t row = 0; row < DS_COMMITMENT_ROWS; row++)
                ds_row_set(w->strategy[s].commitment[c->state + row], 0);
        }
    }
}

/* factor[i] = ramp[number[i] + ahead], its last element holding on. */
static void ramp_of(const ds_plan_commitment *c, const double *number, double ahead,
                    double *restrict factor)
{
    ds_row_set(factor, c->ramp.values[0]);
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
    if (m->c->ramp.count > 0)
        ramp_of(m->c, number, ahead, amount);
    else
        ds_row_set(amount, 1);
    DS_EACH_LANE(i)
        amount[i] *= stated[i] * unit[i];
}

/* Sets the amount of the month, of term `number`; often it is the stated one. */
static void set_amount(month *m, const double *number)
{
    const ds_work *w = m->w;
    double *amount = w->scratch[AMOUNT];
    m->amount = w->column[w->now.amount[m->c->amount]];
    if (m->c->ramp.count == 0 && m->c->unit == w->plan->one)
        return;
    amount_of(m, number, 0, amount);
    m->amount = amount;
}

/* Lanes go their own ways from here on. */
static void part(const month *m)
{
    static const int rows[] = { DS_COMMITTED_LEFT, DS_COMMITTED_POSITION, DS_COMMITTED_TERM,
                                DS_COMMITTED_ENDED };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        ds_row_set(m->state[rows[k]], m->state[rows[k]][0]);
    *m->alike = false;
}

/* (92), (94): begins a term where one is due; sets where a term runs, which month of
 * it this is, and its amount.  Returns whether one may run. */
static bool turn_term(month *m, double *restrict running, double *restrict position)
{
    const ds_plan_commitment *c = m->c;
    const double term = c->term_months, block = term * c->terms;
    double *left = m->state[DS_COMMITTED_LEFT], *number = m->state[DS_COMMITTED_TERM];
    const double *ended = m->state[DS_COMMITTED_ENDED], *due = m->due;
    double *current = m->w->scratch[SUM], *next = m->state[DS_COMMITTED_POSITION];
    if (*m->alike && (!ds_row_is_alike(due) || (c->exit_share != DS_NONE && due[0] == 0.0)))
        part(m);
    const size_t lanes = *m->alike ? 1 : DS_LANES;
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < lanes; i++) {
        bool begins = left[i] == 0.0 && due[i] > 0.0 && ended[i] == 0.0;
        double months = begins ? block : left[i], here = begins ? 0.0 : next[i];
        double after = here + 1.0;
        left[i] = months;
        running[i] = months > 0.0 ? 1.0 : 0.0;
        position[i] = here;
        next[i] = after == term ? 0.0 : after;
        number[i] += months > 0.0 && here == 0.0 ? 1.0 : 0.0;
        current[i] = number[i] - 1.0;
    }
    if (*m->alike) {
        ds_row_set(running, running[0]);
        ds_row_set(position, position[0]);
        ds_row_set(current, current[0]);
    }
    set_amount(m, current);
    return !*m->alike || running[0] > 0.0;
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
    if (m->c->exit_share == DS_NONE)
        return false;
    DS_EACH_LANE(i)
        exits[i] = due[i] > 0.0 ? 0.0 : running[i];
    if (exits[0] == 0.0 && ds_row_is_alike(exits))
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

/* The share o/v of (90) that is refused of some usage. */
static void refuse(const month *m, const double *usage, double *restrict lost)
{
    const double *running = m->running, *per_keep = m->per_keep, *beyond = m->beyond;
    DS_EACH_LANE(i) {
        double share = beyond[i] * per_keep[i] / ds_greatest(usage[i], 1e-300);
        lost[i] = usage[i] > 0.0 ? running[i] * share : 0.0;
    }
}

/* (93); alike: of all lanes position[0] holds, and a term runs in all. */
static inline void charge_term(const month *m, const double *position, const bool alike)
{
    const ds_plan_commitment *c = m->c;
    const ds_work *w = m->w;
    const double *least = w->column[c->minimum != DS_NONE ? c->minimum : w->plan->zero];
    const double *keep = m->keep, *over = m->over;
    const double *running = m->running, *amount = m->amount;
    const double last = c->term_months - 1.0, each = 1.0 / c->term_months, here = position[0];
    const bool arrears = c->payment == DS_PAID_IN_ARREARS, upfront = c->payment == DS_PAID_UPFRONT;
    double *rest = m->state[DS_COMMITTED_REST], *bill = m->bill, *beyond = m->beyond;
    const double *left = alike && here == 0.0 ? amount : rest;
    DS_EACH_LANE(i) {
        double at = alike ? here : position[i];
        double usage = bill[i] * keep[i];
        double there = !alike && at == 0.0 ? amount[i] : left[i];
        double drawn = ds_least(usage, there), more = usage - drawn;
        double billed = ds_greatest(drawn, ds_least(least[i], there));
        billed = at == last ? there : billed;
        double at_start = at == 0.0 ? amount[i] : 0.0;
        double paid = arrears ? billed : upfront ? at_start : amount[i] * each;
        if (beyond != NULL)
            beyond[i] = more;
        rest[i] = there - billed;
        bill[i] = alike || running[i] > 0.0 ? paid + over[i] * more : bill[i];
    }
}

/* (91), (92) by the month. */
static void charge_month(const month *m)
{
    const double *keep = m->keep, *over = m->over;
    const double *running = m->running, *amount = m->amount;
    double *bill = m->bill, *beyond = m->beyond;
    DS_EACH_LANE(i) {
        double more = ds_greatest(0.0, bill[i] * keep[i] - amount[i]);
        if (beyond != NULL)
            beyond[i] = more;
        bill[i] = running[i] > 0.0 ? amount[i] + over[i] * more : bill[i];
    }
}

/* The same where what a month leaves is carried over. */
static void charge_carried(const month *m, const double *position)
{
    const double *keep = m->keep, *over = m->over;
    const double *running = m->running, *amount = m->amount;
    double *bill = m->bill, *beyond = m->beyond, *rest = m->state[DS_COMMITTED_REST];
    DS_EACH_LANE(i) {
        double there = amount[i] + (position[i] == 0.0 ? 0.0 : rest[i]);
        double usage = bill[i] * keep[i], more = ds_greatest(0.0, usage - there);
        if (beyond != NULL)
            beyond[i] = more;
        rest[i] = running[i] > 0.0 ? ds_greatest(0.0, there - usage) : rest[i];
        bill[i] = running[i] > 0.0 ? amount[i] + over[i] * more : bill[i];
    }
}

/* Rows of the products: how their part of the usage runs, and `even`, usage that runs
 * evenly; both of a period, times 1 - delta.  Returns how many rows there are. */
static size_t spread_usage(const month *m, int contract, double n, double *restrict even)
{
    ds_work *w = m->w;
    const ds_plan_contract *c = &w->plan->contract[contract];
    const double *keep = m->keep, *bill = m->bill;
    double *total = w->scratch[TOTAL], *scale = w->scratch[SUM];
    size_t used = ds_product_loads(w, c->model, c->driver, NULL, w->product_scratch,
                                   w->product_index);
    ds_row_set(total, 0);
    for (size_t k = 0; k < used; k++) {
        if (!c->certain) /* where it is over, what is left to pay for runs evenly */
            ds_row_multiply(w->product_scratch[k], w->in_force[contract]);
        ds_row_add(total, w->product_scratch[k]);
    }
    DS_EACH_LANE(i) {
        double usage = bill[i] * keep[i] / n;
        even[i] = total[i] > 0.0 ? 0.0 : usage;
        scale[i] = total[i] > 0.0 ? usage / ds_greatest(total[i], 1e-300) : 0.0;
    }
    for (size_t k = 0; k < used; k++)
        ds_row_multiply(w->product_scratch[k], scale);
    return used;
}

static inline void add_beyond(const ds_at_point *point, const bool many, double weight,
                              const double *even, const double *amount,
                              double *restrict beyond)
{
    const ds_at_point at = *point;
    DS_EACH_LANE(i) {
        double usage = even[i] + ds_at_lane(&at, many, i);
        beyond[i] += weight * ds_greatest(0.0, usage - amount[i]);
    }
}

/* (91), (92) by the minute, hour or day: usage follows a load of the contract. */
static void charge_periods(const month *m, int contract)
{
    ds_work *w = m->w;
    const ds_plan_points *points =
        &w->plan->points[m->c->per == DS_PER_MINUTE ? DS_POINTS_MINUTE
                         : m->c->per == DS_PER_HOUR ? DS_POINTS_HOUR
                                                    : DS_POINTS_DAY];
    const double n = periods_of(m);
    const double *over = m->over, *running = m->running, *amount = m->amount;
    double *bill = m->bill, *even = w->scratch[BASE], *beyond = w->scratch[BEYOND];
    const size_t used = spread_usage(m, contract, n, even);
    ds_row_set(beyond, 0);
    for (size_t j = 0; j < points->count; j++) {
        const double weight = n * points->weight[j];
        const ds_at_point at = ds_rows_at(w, points, j, used, w->product_scratch,
                                          w->scratch[TOTAL]);
        if (at.many)
            add_beyond(&at, true, weight, even, amount, beyond);
        else
            add_beyond(&at, false, weight, even, amount, beyond);
    }
    DS_EACH_LANE(i)
        bill[i] = running[i] > 0.0 ? n * amount[i] + over[i] * beyond[i] : bill[i];
}

static void charge(const month *m, const double *position, int contract)
{
    if (m->c->per == DS_PER_TERM && *m->alike)
        charge_term(m, position, true);
    else if (m->c->per == DS_PER_TERM)
        charge_term(m, position, false);
    else if (m->c->carried)
        charge_carried(m, position);
    else if (m->c->per == DS_PER_MONTH)
        charge_month(m);
    else
        charge_periods(m, contract);
}

/* One month less; where the block ends, a new one may follow: (94). */
static void end_month(const month *m, const double *exits)
{
    const double for_good = m->c->renews ? 0 : 1;
    const double *running = m->running;
    double *left = m->state[DS_COMMITTED_LEFT], *ended = m->state[DS_COMMITTED_ENDED];
    if (*m->alike) {
        left[0] -= running[0];
        ended[0] = running[0] > 0.0 && left[0] == 0.0 ? for_good : ended[0];
        return;
    }
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
    if (!turn_term(m, running, position)) { /* nor would end_month() change anything */
        if (m->beyond != NULL)
            ds_row_set(m->beyond, 0);
        return;
    }
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
                .running = due, .keep = keep, .per_keep = per_keep, .bill = bill,
                .alike = &state->alike[commitment] };
    const bool refuses = c->overage == DS_OVERAGE_REJECTED;
    m.beyond = refuses ? w->scratch[BEYOND] : NULL;
    double *usage = w->scratch[USAGE];
    m.over = c->overage == DS_OVERAGE_LIST         ? per_keep
             : c->overage == DS_OVERAGE_DISCOUNTED ? w->column[w->plan->one]
                                                   : w->column[w->plan->zero];
    if (refuses)
        ds_row_copy(usage, bill);
    if (c->term_months > 0.0) {
        charge_in_terms(&m, contract);
    } else {
        /* nothing is carried over to the first month alone, and then B is 0 anyway */
        set_amount(&m, w->column[w->plan->zero]);
        charge(&m, w->column[w->plan->one], contract);
    }
    if (refuses)
        refuse(&m, usage, lost);
}
