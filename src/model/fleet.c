/* fleet.c -- GPUs that hold a load, and what they cost: (45)-(48), (51).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* GPU s a month that the fleet must be able to give at its busiest: for hour < 0 by
 * the peak factor (45), else in that hour of the day (46). */
static void demanded(const ds_work *w, int index, int hour, double *restrict seconds)
{
    const ds_plan *plan = w->plan;
    int model = plan->contract[index].model;
    ds_row_set(seconds, 0);
    for (size_t p = 0; p < plan->product_count; p++) {
        const double *v = w->now.usage[p * plan->model_count + (size_t)model];
        const double *load = w->load[p * plan->contract_count + (size_t)index];
        const double *factor =
            hour < 0 ? w->column[plan->product[p].peak_to_mean] : w->hour_excess[p];
        double shape = hour < 0 ? 1.0 : plan->product[p].hour_shape[hour];
        DS_EACH_LANE(i)
            seconds[i] += v[i] * load[i] * factor[i] * shape;
    }
}

/* Replicas for a demand; `due` is 0 where there is no fleet. */
static void replicas(const ds_work *w, int index, const double *due, const double *seconds,
                     double *restrict out)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const double *derate = w->column[c->derate], *utilisation = w->column[c->utilisation];
    const double held = 3600.0 * w->plan->hours * w->plan->profile[c->profile].gpus_per_replica;
    const double least = c->minimum_replicas, spare = c->spare_replicas;
    DS_EACH_LANE(i) {
        double needed = ds_ceil_units(seconds[i] / (held * derate[i] * utilisation[i]));
        out[i] = (ds_greatest(least, needed) + spare) * due[i];
    }
}

/* GPUs in use (mean over the hours) and GPUs that must exist. */
static void size_fleet(ds_work *w, int index, const double *due, double *restrict mean,
                       double *restrict most)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    double *seconds = w->scratch[4], *hourly = w->scratch[5];
    const double per_replica = w->plan->profile[c->profile].gpus_per_replica;
    if (!c->hourly) {
        demanded(w, index, -1, seconds);
        replicas(w, index, due, seconds, mean);
        ds_row_copy(most, mean);
    } else {
        ds_row_set(mean, 0);
        ds_row_set(most, 0);
        for (int hour = 0; hour < 24; hour++) {
            demanded(w, index, hour, seconds);
            replicas(w, index, due, seconds, hourly);
            DS_EACH_LANE(i) {
                mean[i] += hourly[i];
                most[i] = ds_greatest(most[i], hourly[i]);
            }
        }
        DS_EACH_LANE(i)
            mean[i] /= 24.0;
    }
    DS_EACH_LANE(i) {
        mean[i] *= per_replica;
        most[i] *= per_replica;
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
    ds_row_set(seconds, 0);
    for (size_t p = 0; p < plan->product_count; p++)
        ds_row_add_product(seconds, w->now.usage[p * plan->model_count + (size_t)c->model],
                           w->load[p * plan->contract_count + (size_t)contract]);
    const double *in_force = w->in_force[contract];
    if (!c->certain)
        ds_row_multiply(seconds, in_force);
    DS_EACH_LANE(i) {
        months[i] += mean[i];
        used[i] += seconds[i] / 3600.0;
        paid[i] += mean[i] * hours;
    }
}
