/* reference_fleet.c -- (45)-(48) and (51) of docs/model.md: GPUs rented or owned.
 *
 * Called by reference_bill.c for a contract in force.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

typedef struct {
    double gpus;    /* in use, mean over the hours of the week */
    double busiest; /* in the hour that needs most            */
} fleet_size;

static const ds_profile *fleet_profile(const ds_ref_invoice *b)
{
    return &DS_ITEM(ds_profile, b->w->s->profiles, b->c->profile);
}

static double gpu_seconds(const ds_ref_invoice *b, size_t p)
{
    ds_ref_request r = ds_ref_request_under(b, p);
    return ds_ref_gpu_seconds(b->w, b->model, b->c->profile, &r, b->t);
}

/* (45) replicas for a load of so many GPU seconds a month */
static double replicas_for(const ds_ref_invoice *b, double load)
{
    double g = (double)fleet_profile(b)->gpus_per_replica;
    double capacity = 3600 * b->hours * g * ds_ref_of(b, b->c->slo_derate) *
                      ds_ref_of(b, b->c->target_utilisation);
    double wanted = ds_ref_ceil_plus(load / capacity);
    return fmax((double)b->c->minimum_replicas, wanted) + (double)b->c->spare_replicas;
}

/* (46) load in hour h of the week */
static double hour_load(const ds_ref_invoice *b, size_t h)
{
    double load = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++)
        load += ds_ref_served(b, p) * gpu_seconds(b, p) * ds_ref_hour(b->w, p, h) *
                fmax(1, ds_ref_peak_to_mean(b, p) / b->w->highest[p]);
    return load;
}

static fleet_size size_of_fleet(const ds_ref_invoice *b)
{
    fleet_size size = { 0, 0 };
    if (!b->due)
        return size;
    double g = (double)fleet_profile(b)->gpus_per_replica;
    if (b->c->scaling == DS_SCALING_STATIC) { /* (45) */
        double load = 0;
        for (size_t p = 0; p < b->w->s->products.count; p++)
            load += ds_ref_served(b, p) * gpu_seconds(b, p) * ds_ref_peak_to_mean(b, p);
        size.gpus = size.busiest = replicas_for(b, load) * g;
        return size;
    }
    for (size_t h = 0; h < DS_REF_HOURS; h++) { /* (46) */
        double gpus = replicas_for(b, hour_load(b, h)) * g;
        size.gpus += gpus / DS_REF_HOURS;
        size.busiest = fmax(size.busiest, gpus);
    }
    return size;
}

/* (47) */
static double bill_rent(ds_ref_invoice *b, double gpus)
{
    size_t       gpu = (size_t)fleet_profile(b)->gpu;
    ds_ref_price price = ds_ref_list_price(b->w->rent[ds_ref_at(b->w, gpu, 0)]);
    ds_ref_times(&price, "level", b->level);
    ds_ref_times(&price, "rent discount", 1 - ds_ref_of(b, b->c->rent_discount_share));
    ds_ref_times(&price, "discount", ds_ref_undiscounted(b));
    return ds_ref_item(b, "", "fleet", gpus * b->hours, "GPU-hour", &price, "", "(47)");
}

/* GPUs bought in months first .. last that are not in the future */
static double bought_between(const ds_ref_invoice *b, size_t first, size_t last)
{
    double sum = 0;
    for (size_t j = first; j <= last; j++)
        sum += b->run->bought[ds_ref_at(b->w, b->model, j)];
    return sum;
}

/* (48); returns the GPUs owned */
static double bill_owned(ds_ref_invoice *b, const fleet_size *size)
{
    const ds_owned *o = b->c->owned;
    size_t          life = (size_t)o->life_months;
    size_t          first = b->t + 1 > life ? b->t + 1 - life : 0; /* t - L + 1 */
    double         *bought = &b->run->bought[ds_ref_at(b->w, b->model, b->t)];
    *bought = 0;
    *bought = fmax(0, size->busiest - bought_between(b, first, b->t));
    double owned = bought_between(b, first, b->t);
    double kilowatt_hours = size->gpus * b->hours * ds_ref_of(b, o->kilowatts_per_gpu);
    ds_ref_price power = ds_ref_list_price(ds_ref_of(b, o->usd_per_kwh));
    ds_ref_price space = ds_ref_list_price(ds_ref_of(b, o->colocation_usd_per_gpu_month));
    ds_ref_times(&power, "inflation", b->w->prices[b->t]);
    ds_ref_times(&space, "inflation", b->w->prices[b->t]);
    ds_ref_plain(b, "purchase of GPUs", *bought, "GPU", ds_ref_of(b, o->usd_per_gpu), "(48)");
    ds_ref_item(b, "", "power", kilowatt_hours, "kWh", &power, "", "(48)");
    ds_ref_item(b, "", "space", owned, "GPU-month", &space, "", "(48)");
    return owned;
}

/* (45)-(48), (51) */
void ds_ref_bill_fleet(ds_ref_invoice *b)
{
    ds_ref_run *run = b->run;
    fleet_size  size = size_of_fleet(b);
    double      paid_for = size.gpus;
    if (b->c->owned != NULL)
        paid_for = bill_owned(b, &size);
    else
        bill_rent(b, size.gpus);
    for (size_t p = 0; p < b->w->s->products.count; p++)
        run->gpu_hours_used += ds_ref_served(b, p) * gpu_seconds(b, p) / 3600; /* (51) */
    run->gpu_hours_paid += paid_for * b->hours;
    run->gpu_months += paid_for; /* (77) */
}
