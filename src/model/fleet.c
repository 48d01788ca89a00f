/* fleet.c -- GPUs that hold a load, and what they cost: (45)-(48), (51).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Adds the replicas of (45) for one demand to `mean`, by its weight, and raises `most`. */
static void count_replicas(const ds_work *w, int index, double weight, const double *seconds,
                           double *restrict mean, double *restrict most)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const double *per_second = w->replica_share[index];
    const double least = c->minimum_replicas, per_hour = 1.0 / c->hours[w->month];
    DS_EACH_LANE(i) {
        double needed =
            ds_greatest(least, ds_ceil_units(seconds[i] * per_hour * per_second[i]));
        mean[i] += weight * needed;
        most[i] = ds_greatest(most[i], needed);
    }
}

/* GPUs in use (mean over the hours) and GPUs that must exist: (45), (46). */
static void size_fleet(ds_work *w, int index, const double *due, double *restrict mean,
                       double *restrict most)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    const ds_plan_points *points =
        &plan->points[c->hourly ? DS_POINTS_HOUR : DS_POINTS_MONTH];
    const ds_row *factor = (const ds_row *)(c->hourly ? w->hour_excess : w->peak);
    const double spare = c->spare_replicas;
    const double per_replica = plan->profile[c->profile].gpus_per_replica;
    double *seconds = w->scratch[4];
    size_t used = ds_product_loads(w, c->model, c->first_load, factor, w->product_scratch,
                                   w->product_index);
    ds_row_set(mean, 0);
    ds_row_set(most, 0);
    for (size_t j = 0; j < points->count; j++) {
        ds_load_at(w, points, j, used, w->product_scratch, seconds);
        count_replicas(w, index, points->weight[j], seconds, mean, most);
    }
    DS_EACH_LANE(i) {
        mean[i] = (mean[i] + spare) * per_replica * due[i];
        most[i] = (most[i] + spare) * per_replica * due[i];
    }
}

/* (48): buys what is missing; `owned` becomes the GPUs owned this month.  Month t's
 * purchases are kept in row t mod life, which holds those that expire now. */
static void buy(ds_work *w, ds_strategy_state *state, int index, const double *most,
                double *restrict owned, double *restrict usd)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    ds_row *ring = &state->ring[(size_t)c->ring * (w->plan->most_life + 1)];
    double *oldest = ring[w->month % c->life_months], *kept = ring[w->plan->most_life];
    const double *price = w->column[c->usd_per_gpu];
    DS_EACH_LANE(i) {
        double left = kept[i] - oldest[i];
        double bought = ds_greatest(0.0, most[i] - left);
        usd[i] += bought * price[i];
        oldest[i] = bought;
        kept[i] = left + bought;
        owned[i] = kept[i];
    }
}

void ds_fleet_bill(ds_work *w, ds_strategy_state *state, int contract, const double *due,
                   double *restrict bill, double *restrict other)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[contract];
    double *mean = w->scratch[6], *most = w->scratch[7], *seconds = w->scratch[4];
    const double *price = w->price[contract], *inflation = w->inflation[0];
    const double hours = c->hours[w->month];
    size_fleet(w, contract, due, mean, most);
    if (c->owned) {
        double *owned = w->scratch[5];
        const double *kilowatts = w->column[c->kilowatts], *kwh = w->column[c->usd_per_kwh];
        const double *space = w->column[c->colocation];
        ds_row_set(bill, 0);
        buy(w, state, contract, most, owned, other);
        if (!c->certain)
            ds_row_multiply(owned, w->in_force[contract]);
        DS_EACH_LANE(i)
            other[i] += (mean[i] * hours * kilowatts[i] * kwh[i] + owned[i] * space[i]) *
                        inflation[i];
        ds_row_copy(mean, owned);
    } else {
        DS_EACH_LANE(i)
            bill[i] = mean[i] * hours * price[i];
    }
    /* (51) */
    double *months = w->now.gpu_months, *used = w->now.gpu_used, *paid = w->now.gpu_paid;
    ds_total_load(w, c->model, c->first_load, seconds);
    const double *in_force = w->in_force[contract];
    if (!c->certain)
        ds_row_multiply(seconds, in_force);
    DS_EACH_LANE(i) {
        months[i] += mean[i];
        used[i] += seconds[i] / 3600.0;
        paid[i] += mean[i] * hours;
    }
}
