/* fleet_bill.c -- what a fleet costs, rented or owned, and how well it is used: (47),
 * (48), (51), (107).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* ---- rented: (47) ------------------------------------------------------------------------ */

/* Of GPUs that are not reserved: on demand, and spot where there are any. */
static void pay_rent(const ds_work *w, const ds_plan_fleet *f, double hours, const double *gpus,
                     double *restrict bill)
{
    const double *on_demand = w->price[f->contract];
    if (f->spot == DS_NONE) {
        DS_EACH_LANE(i)
            bill[i] = gpus[i] * hours * on_demand[i];
        return;
    }
    const double *rent = w->list_price[f->contract], *share = w->column[f->spot];
    const double *discount = w->column[f->spot_discount], *none = w->column[f->unavailable];
    const double *interruptions = w->column[f->interruptions];
    const double *minutes = w->column[f->recovery_minutes];
    DS_EACH_LANE(i) {
        double spot = rent[i] * (1.0 - discount[i]) *
                      (1.0 + interruptions[i] * minutes[i] / 60.0);
        double there = share[i] * (1.0 - none[i]);
        bill[i] = gpus[i] * hours * ((1.0 - there) * on_demand[i] + there * spot);
    }
}

/* The term of a reservation: it begins when the fleet is due, and runs to its end.  Adds
 * what is paid, and the GPUs that are. */
static void pay_reserved(const ds_work *w, ds_strategy_state *state, const ds_plan_fleet *f,
                         double hours, const double *due, double *restrict bill,
                         double *restrict gpus)
{
    double *left = state->fleet[f->term_state + DS_TERM_LEFT];
    double *locked = state->fleet[f->term_state + DS_TERM_RENT];
    const double *rent = w->list_price[f->contract], *reserved = w->column[f->reserved];
    const double *discount = w->column[f->reserved_discount];
    const double months = f->term_months;
    DS_EACH_LANE(i) {
        bool begins = left[i] == 0.0 && due[i] > 0.0;
        locked[i] = begins ? rent[i] : locked[i];
        left[i] = begins ? months : left[i];
        double held = left[i] > 0.0 ? reserved[i] : 0.0;
        left[i] = ds_greatest(0.0, left[i] - 1.0);
        bill[i] += held * hours * locked[i] * (1.0 - discount[i]);
        gpus[i] += held;
    }
}

/* `gpus`: those paid for, mean over the hours. */
static void rent(const ds_work *w, ds_strategy_state *state, const ds_plan_fleet *f,
                 const ds_row *size, const double *due, double *restrict bill,
                 double *restrict gpus)
{
    const double hours = w->plan->contract[f->contract].hours[w->month];
    ds_row_copy(gpus, size[f->reserved != DS_NONE ? DS_SIZE_BEYOND : DS_SIZE_MEAN]);
    pay_rent(w, f, hours, gpus, bill);
    if (f->reserved != DS_NONE)
        pay_reserved(w, state, f, hours, due, bill, gpus);
}

/* ---- owned: (48) ------------------------------------------------------------------------- */

/* Buys what is missing; `owned` becomes the GPUs owned this month.  Month t's purchases
 * are kept in row t mod life, which holds those that are sold now. */
static void buy(const ds_work *w, ds_strategy_state *state, const ds_plan_fleet *f,
                const double *most, double *restrict owned, double *restrict usd)
{
    ds_row *ring = &state->ring[(size_t)f->ring * (w->plan->most_life + 1)];
    double *oldest = ring[w->month % f->ring_months], *kept = ring[w->plan->most_life];
    const double *price = w->column[f->usd_per_gpu], *residual = w->column[f->residual];
    const double *in_force = w->plan->contract[f->contract].certain
                                 ? w->column[w->plan->one]
                                 : w->in_force[f->contract];
    DS_EACH_LANE(i) {
        double left = kept[i] - oldest[i];
        double bought = ds_greatest(0.0, most[i] - left);
        usd[i] = (bought - oldest[i] * residual[i] * in_force[i]) * price[i];
        oldest[i] = bought;
        kept[i] = left + bought;
        owned[i] = kept[i];
    }
}

/* At the end of the run what is not worn out is worth something. */
static void credit(const ds_work *w, const ds_strategy_state *state, const ds_plan_fleet *f,
                   double *restrict usd)
{
    const ds_row *ring =
        (const ds_row *)&state->ring[(size_t)f->ring * (w->plan->most_life + 1)];
    const double *price = w->column[f->usd_per_gpu], *residual = w->column[f->residual];
    for (size_t age = 1; age <= f->ring_months; age++) {
        const double *bought = ring[(w->plan->months - age) % f->ring_months];
        const double worn = (double)age / f->life_months;
        DS_EACH_LANE(i)
            usd[i] -= bought[i] * price[i] * (1.0 - (1.0 - residual[i]) * worn);
    }
}

static void own(const ds_work *w, ds_strategy_state *state, const ds_plan_fleet *f,
                const ds_row *size, double *restrict usd, double *restrict owned)
{
    const ds_plan_contract *c = &w->plan->contract[f->contract];
    const double *mean = size[DS_SIZE_MEAN], *inflation = w->inflation[0];
    const double *kilowatts = w->column[f->kilowatts], *kwh = w->column[f->usd_per_kwh];
    const double *pue = w->column[f->pue], *space = w->column[f->colocation];
    const double hours = c->hours[w->month];
    buy(w, state, f, size[DS_SIZE_MOST], owned, usd);
    if (!c->certain)
        ds_row_multiply(owned, w->in_force[f->contract]);
    DS_EACH_LANE(i)
        usd[i] += (mean[i] * hours * kilowatts[i] * pue[i] * kwh[i] + owned[i] * space[i]) *
                  inflation[i];
    if (f->valued && w->month + 1 == w->plan->months)
        credit(w, state, f, usd);
}

/* ---- use: (51), (77), (107) -------------------------------------------------------------- */

/* Adds to the month what serves and what is paid for.  `cost` is that of the contract. */
static void count_use(ds_work *w, const ds_plan_fleet *f, const double *gpus,
                      const double *cost)
{
    const ds_plan_contract *c = &w->plan->contract[f->contract];
    const double hours = c->hours[w->month];
    double *seconds = w->scratch[4], *mtok = w->scratch[5];
    double *months = w->now.gpu_months, *used = w->now.gpu_used, *paid = w->now.gpu_paid;
    double *all = w->now.fleet_cost, *in_use = w->now.fleet_used;
    ds_total_load(w, c->model, c->first_load, NULL, NULL, seconds);
    ds_total_tokens(w, c->model, mtok);
    if (!c->certain) {
        ds_row_multiply(seconds, w->in_force[f->contract]);
        ds_row_multiply(mtok, w->in_force[f->contract]);
    }
    ds_row_add(w->now.fleet_mtok, mtok);
    DS_EACH_LANE(i) {
        double busy = seconds[i] / 3600.0, there = gpus[i] * hours;
        double share = there > 0.0 ? busy / there : 0.0;
        months[i] += gpus[i];
        used[i] += busy;
        paid[i] += there;
        all[i] += cost[i];
        in_use[i] += cost[i] * share;
    }
}

void ds_fleet_bill(ds_work *w, ds_strategy_state *state, int contract, const double *due,
                   const double *staff, double *restrict bill, double *restrict other)
{
    const int fleet = w->plan->contract[contract].fleet;
    const ds_plan_fleet *f = &w->plan->fleet[fleet];
    const ds_row *size = (const ds_row *)&w->fleet_size[(size_t)fleet * DS_SIZE_ROWS];
    double *gpus = w->scratch[6], *cost = w->scratch[7];
    if (!f->limited) /* else by the first routing */
        ds_fleet_size(w, state, fleet, due);
    if (f->owned) {
        ds_row_set(bill, 0);
        own(w, state, f, size, other, gpus);
        ds_row_copy(cost, other);
    } else {
        rent(w, state, f, size, due, bill, gpus);
        ds_row_copy(cost, bill);
    }
    if (staff != NULL)
        ds_row_add(cost, staff);
    if (f->apart != NULL)
        ds_row_add(w->now.pooling, size[DS_SIZE_SAVED]);
    count_use(w, f, gpus, cost);
}
