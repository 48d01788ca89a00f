/* fleet.c -- GPUs that hold a load, and what they cost: (45)-(48), (51).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* GPU s of each product on the fleet at its own busiest: v G k of (45), or of (46)
 * without the hour's s; returns how many products use the fleet at all. */
static size_t peak_seconds(const ds_work *w, int index, ds_row *seconds, size_t *product)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    size_t used = 0;
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)c->model])
            continue;
        const double *v = w->now.usage[p * plan->model_count + (size_t)c->model];
        const double *load = w->load[p * plan->contract_count + (size_t)index];
        const double *factor =
            c->hourly ? w->hour_excess[p] : w->column[plan->product[p].peak_to_mean];
        double *out = seconds[used];
        DS_EACH_LANE(i)
            out[i] = v[i] * load[i] * factor[i];
        product[used++] = p;
    }
    return used;
}

/* Adds the replicas of (45) for one demand to `mean`, and raises `most`. */
static void count_replicas(const ds_work *w, int index, const double *seconds,
                           double *restrict mean, double *restrict most)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const double *per_second = w->replica_share[index];
    const double least = c->minimum_replicas;
    DS_EACH_LANE(i) {
        double needed = ds_greatest(least, ds_ceil_units(seconds[i] * per_second[i]));
        mean[i] += needed;
        most[i] = ds_greatest(most[i], needed);
    }
}

/* GPUs in use (mean over the hours) and GPUs that must exist: (45), (46). */
static void size_fleet(ds_work *w, int index, const double *due, double *restrict mean,
                       double *restrict most)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    const int hours = c->hourly ? 24 : 1;
    const double spare = c->spare_replicas, average = 1.0 / (double)hours;
    const double per_replica = plan->profile[c->profile].gpus_per_replica;
    double *seconds = w->scratch[4];
    size_t used = peak_seconds(w, index, w->product_scratch, w->product_index);
    ds_row_set(mean, 0);
    ds_row_set(most, 0);
    for (int hour = 0; hour < hours; hour++) {
        ds_row_set(seconds, 0);
        for (size_t k = 0; k < used; k++) {
            const ds_plan_product *product = &plan->product[w->product_index[k]];
            const double shape = c->hourly ? product->hour_shape[hour] : 1.0;
            const double *of_product = w->product_scratch[k];
            DS_EACH_LANE(i)
                seconds[i] += of_product[i] * shape;
        }
        count_replicas(w, index, seconds, mean, most);
    }
    DS_EACH_LANE(i) {
        mean[i] = (mean[i] * average + spare) * per_replica * due[i];
        most[i] = (most[i] + spare) * per_replica * due[i];
    }
}

/* (48): buys what is missing; `owned` becomes the GPUs owned this month.  Month t's
 * purchases are kept in row t mod life, which holds those that expire now. */
static void buy(ds_work *w, ds_strategy_state *state, int index, const double *most,
                double *restrict owned, double *restrict usd)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    ds_row *ring = &state->bought[(size_t)index * (w->plan->most_life + 1)];
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
    const double hours = plan->hours;
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
    ds_total_load(w, contract, seconds);
    const double *in_force = w->in_force[contract];
    if (!c->certain)
        ds_row_multiply(seconds, in_force);
    DS_EACH_LANE(i) {
        months[i] += mean[i];
        used[i] += seconds[i] / 3600.0;
        paid[i] += mean[i] * hours;
    }
}
