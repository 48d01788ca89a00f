/* contract.c -- price of a unit of load, and the month's bill of a model: (23), (40),
 * (41), (49), (50), (97).
 *
 * A contract is a linear load (request_load.c: USD, unit-hours or GPU seconds of a
 * request of each product) followed by a tariff (tokens.c, units.c, fleet.c) and by
 * what has been agreed on the sum (commitment.c, agreement.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Replicas that hold one GPU s an hour at the busiest: the divisor of (45). */
static void begin_fleet(ds_work *w, size_t index)
{
    const ds_plan_fleet *f = &w->plan->fleet[index];
    const double *derate = w->column[f->derate], *utilisation = w->column[f->utilisation];
    const double full = 3600.0 * f->gpus;
    double *per_second = w->per_second[index];
    DS_EACH_LANE(i)
        per_second[i] = 1.0 / (full * derate[i] * utilisation[i]);
}

void ds_contract_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    const bool again = w->demand_month > 0; /* not the first block */
    for (size_t c = 0; c < plan->contract_count; c++) {
        ds_row_set(w->locked[c], 1);
        if (plan->contract[c].billing != DS_BILLING_COMPUTE_TIME ||
            (again && ds_plan_stands(plan, plan->contract[c].utilisation)))
            continue;
        const double *utilisation = w->column[plan->contract[c].utilisation];
        double *per_use = w->per_use[c];
        DS_EACH_LANE(i)
            per_use[i] = 1.0 / utilisation[i];
    }
    for (size_t f = 0; f < plan->fleet_count; f++)
        begin_fleet(w, f);
    for (size_t s = 0; s < plan->strategy_count; s++)
        for (size_t k = 0; k < plan->fleet_rows; k++)
            ds_row_set(w->strategy[s].fleet[k], 0);
    for (size_t p = 0; p < plan->product_count; p++) {
        const ds_plan_product *product = &plan->product[p];
        const double *peak = w->column[product->peak_to_mean];
        double *excess = w->hour_excess[p], *burst = w->burst_excess[p];
        if (again && product->certain_peak)
            continue;
        ds_row_copy(w->peak[p], peak);
        DS_EACH_LANE(i) {
            excess[i] = ds_greatest(1.0, peak[i] / product->hour_peak);
            burst[i] = ds_greatest(1.0, peak[i] / product->burst_peak);
        }
    }
    ds_tokens_begin(w);
    ds_commitment_begin(w);
    for (size_t a = 0; a < plan->agreement_count; a++)
        for (size_t s = 0; s < plan->strategy_count && plan->agreement[a].credit != DS_NONE; s++) {
            ds_row_copy(w->strategy[s].credit[2 * a], w->column[plan->agreement[a].credit]);
            ds_row_set(w->strategy[s].credit[2 * a + 1], 0);
        }
}

/* ---- price of a unit of load ---------------------------------------------- */

/* (23): for fleets in USD per GPU-hour before discounts, else lambda.  A row of the
 * world, or `locked_in`. */
static const double *index_of_contract(ds_work *w, size_t c, double *locked_in)
{
    const ds_plan_contract *contract = &w->plan->contract[c];
    const double *current = w->level[w->plan->model[contract->model].level];
    if (contract->billing == DS_BILLING_FLEET) {
        int gpu = w->plan->profile[contract->profile].gpu;
        current = contract->follows ? w->rent[gpu]
                                    : w->column[w->plan->gpu[gpu].usd_per_gpu_hour];
    } else if (!contract->follows) {
        current = w->column[w->plan->one];
    }
    if (!contract->locked)
        return current;
    const double *from = w->column[contract->from], *months = w->column[contract->locked_months];
    double *locked = w->locked[c];
    double now = (double)w->month;
    DS_EACH_LANE(i) {
        double first = ds_ceil(from[i]);
        locked[i] = now <= first ? current[i] : locked[i];
        locked_in[i] = now >= first && now < first + months[i] ? locked[i] : current[i];
    }
    return locked_in;
}

/* Where the contract is in force: 0 or 1. */
static void put_in_force(ds_work *w, size_t c)
{
    const ds_plan_contract *contract = &w->plan->contract[c];
    const double *from = w->column[contract->from];
    double *in_force = w->in_force[c];
    const double now = (double)w->month;
    DS_EACH_LANE(i)
        in_force[i] = now >= from[i] ? 1.0 : 0.0;
    const size_t end = (size_t)w->plan->model[contract->model].end_contract;
    for (size_t later = c + 1; later < end; later++) {
        const double *other = w->column[w->plan->contract[later].from];
        DS_EACH_LANE(i)
            in_force[i] = now >= other[i] ? 0.0 : in_force[i];
    }
    if (contract->until == DS_NONE)
        return;
    const double *until = w->column[contract->until];
    DS_EACH_LANE(i)
        in_force[i] = now >= until[i] ? 0.0 : in_force[i];
}

/* price = x times the row of a column; returns `price`. */
static const double *times(const ds_work *w, double *price, const double *x, int column)
{
    const double *factor = w->column[column];
    DS_EACH_LANE(i)
        price[i] = x[i] * factor[i];
    return price;
}

/* price = x less the share of a column; returns `price`. */
static const double *less(const ds_work *w, double *price, const double *x, int column)
{
    const double *share = w->column[column];
    DS_EACH_LANE(i)
        price[i] = x[i] * (1.0 - share[i]);
    return price;
}

/* P of (40), or for fleets USD per GPU-hour on demand; where it is needed also what it is
 * before discounts, for overage and for r of (47). */
static void price_contract(ds_work *w, size_t c)
{
    const ds_plan_contract *contract = &w->plan->contract[c];
    const ds_plan_fleet *f =
        contract->fleet != DS_NONE ? &w->plan->fleet[contract->fleet] : NULL;
    double *own = w->price_row[c];
    const double *price = index_of_contract(w, c, own);
    if (contract->credit != DS_NONE)
        price = times(w, own, price, contract->credit);
    if (contract->overage == DS_OVERAGE_LIST)
        ds_row_copy(w->list_price[c], price);
    if (contract->discount != DS_NONE)
        price = less(w, own, price, contract->discount);
    if (f != NULL && (f->reserved != DS_NONE || f->spot != DS_NONE))
        ds_row_copy(w->list_price[c], price);
    if (f != NULL)
        price = less(w, own, price, f->rent_discount);
    w->price[c] = price;
    if (!contract->certain)
        put_in_force(w, c);
}

void ds_contract_month(ds_work *w)
{
    ds_request_month(w);
    for (size_t c = 0; c < w->plan->contract_count; c++)
        if (ds_may_be_billed(w, c))
            price_contract(w, c);
}

/* ---- the bill -------------------------------------------------------------- */

/* (41): hosting and storage. */
static void add_fixed(const ds_work *w, int index, const double *due, double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    double *line = w->scratch[3];
    if (c->hosting_per_hour != DS_NONE) {
        const double *usd = w->column[c->hosting_per_hour], *price = w->price[index];
        const double hours = c->hours[w->month];
        DS_EACH_LANE(i)
            line[i] = due[i] * usd[i] * hours * price[i];
        ds_add_line(c, bill, line);
    }
    if (c->storage_per_month != DS_NONE) {
        const double *usd = w->column[c->storage_per_month];
        const double *credit = w->column[c->credit != DS_NONE ? c->credit : w->plan->one];
        DS_EACH_LANE(i)
            line[i] = due[i] * usd[i] * credit[i];
        ds_add_line(c, bill, line);
    }
}

/* (50), and the provider's spend of (76). */
static void book(ds_work *w, const ds_plan_contract *c, const double *charge, bool returns)
{
    const ds_plan_model *model = &w->plan->model[c->model];
    ds_add_charge(w, (ds_part){ charge, 1.0 });
    if (w->plan->needs.provider)
        ds_row_add(w->now.spend[model->provider], charge);
    if (!returns || model->fee_returned == DS_NONE)
        return;
    const double *share = w->column[model->fee_returned];
    double *total = ds_open_bill(w), *returned = w->now.returned;
    DS_EACH_LANE(i) {
        double back = share[i] * charge[i];
        returned[i] += back;
        total[i] -= back;
    }
}

void ds_contract_book(ds_work *w, int contract, const double *charge)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    book(w, c, charge, true);
    if (c->fleet == DS_NONE && c->tax != DS_NONE) /* (97) */
        ds_row_add_product(ds_open_bill(w), charge, w->column[c->tax]);
}

/* What the contract refuses of each product is unserved.  The commitment refuses the
 * share `lost` of what the pools leave; NULL: nothing. */
static void refuse(ds_work *w, const ds_plan_contract *c, int index, const double *lost)
{
    const ds_plan *plan = w->plan;
    const double *none = w->column[plan->zero];
    const double *in_force = c->certain ? w->column[plan->one] : w->in_force[index];
    const bool by_pools = c->overage == DS_OVERAGE_REJECTED;
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)c->model])
            continue;
        const ds_part part = w->now.usage[p * plan->model_count + (size_t)c->model];
        const double *v = part.row, n = part.times;
        const double *first = by_pools ? w->now.refused[p] : none;
        const double *second = lost != NULL ? lost : none;
        double *unserved = w->now.unserved[p];
        DS_EACH_LANE(i) {
            double left = (1.0 - first[i]) * (1.0 - second[i]);
            unserved[i] += in_force[i] * (n * v[i]) * (1.0 - left);
        }
    }
}

/* Usage, units and fixed charges, and what is agreed on their sum. */
static void bill_vendor(ds_work *w, ds_strategy_state *state, int index, const double *due,
                        double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    if (c->billing == DS_BILLING_COMPUTE_TIME) {
        ds_units_bill(w, state, index, due, bill);
    } else {
        ds_tokens_bill(w, index, bill);
        if (!c->certain)
            ds_row_multiply(bill, w->in_force[index]);
    }
    add_fixed(w, index, due, bill);
    double *lost = w->scratch[1];
    bool refuses = c->commitment != DS_NONE &&
                   w->plan->commitment[c->commitment].overage == DS_OVERAGE_REJECTED;
    if (c->commitment != DS_NONE)
        ds_commitment_bill(w, state, c->commitment, index, due, bill, lost);
    if (c->refuses)
        refuse(w, c, index, refuses ? lost : NULL);
    const double unit = c->round_to;
    if (c->rounding == DS_ROUNDED_INVOICE)
        DS_EACH_LANE(i)
            bill[i] = ds_round_to(bill[i], unit);
    if (c->agreement == DS_NONE)
        return;
    double *any = w->now.agreed_due[c->agreement];
    ds_row_add(w->now.agreed[c->agreement], bill);
    DS_EACH_LANE(i)
        any[i] = ds_greatest(any[i], due[i]);
}

const double *ds_contract_due(const ds_work *w, int contract, double *row)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    const double *due = w->now.due[c->model];
    if (c->certain)
        return due;
    const double *in_force = w->in_force[contract];
    DS_EACH_LANE(i)
        row[i] = due[i] * in_force[i];
    return row;
}

/* (49) */
static void pay_staff(ds_work *w, const ds_plan_contract *c, const double *due,
                      double *restrict staff)
{
    const double *usd = w->column[c->staff], *inflation = w->inflation[0];
    DS_EACH_LANE(i)
        staff[i] = due[i] * usd[i] * inflation[i];
    ds_row_add(ds_open_bill(w), staff);
}

/* Of a contract that is one sum of tokens at one price. */
static void bill_plainly(ds_work *w, int index)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const ds_part part =
        ds_part_load(w, c->model, c->first_load, w->price[index], w->charge[index]);
    const double *usd = part.row, share = part.times;
    double *spend = w->now.spend[w->plan->model[c->model].provider];
    ds_add_charge(w, part);
    if (w->plan->needs.provider)
        DS_EACH_LANE(i)
            spend[i] += share * usd[i];
}

static void bill_contract(ds_work *w, ds_strategy_state *state, int index)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    if (c->plain) {
        bill_plainly(w, index);
        return;
    }
    double *bill = w->charge[index], *other = w->scratch[1], *staff = w->scratch[11];
    const double *due = ds_contract_due(w, index, w->scratch[2]);
    if (c->staff != DS_NONE)
        pay_staff(w, c, due, staff);
    if (c->fleet != DS_NONE)
        ds_fleet_bill(w, state, index, due, c->staff != DS_NONE ? staff : NULL, bill, other);
    else
        bill_vendor(w, state, index, due, bill);
    ds_contract_book(w, index, bill);
    if (c->fleet != DS_NONE && w->plan->fleet[c->fleet].owned)
        book(w, c, other, false);
    if (c->fleet != DS_NONE)
        ds_open_bill(w); /* `other` does not stay */
}

void ds_contract_bill(ds_work *w, ds_strategy_state *state, int model)
{
    const ds_plan_model *m = &w->plan->model[model];
    for (int c = m->first_contract; c < m->end_contract; c++) {
        if (ds_may_be_billed(w, (size_t)c))
            bill_contract(w, state, c);
    }
}
