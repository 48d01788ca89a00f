/* reference_gpus.c -- (47), (48), (51) and (107) of docs/model.md: what the GPUs of a fleet
 * cost, rented, reserved, on the spot market or bought.
 *
 * Called by reference_bill.c for every contract of this kind in every month, for a
 * reservation is paid to its end and GPUs have a worth at the horizon when the contract
 * is in force no longer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_fleet.h"

/* Mean over the hours of the GPUs beyond so many. */
static double mean_beyond(const ds_ref_fleet *fleet, double gpus)
{
    double sum = 0;
    for (size_t h = 0; h < DS_REF_HOURS; h++)
        sum += fmax(0, fleet->gpus[h] - gpus);
    return sum / DS_REF_HOURS;
}

static double busiest(const ds_ref_fleet *fleet)
{
    double highest = 0;
    for (size_t h = 0; h < DS_REF_HOURS; h++)
        highest = fmax(highest, fleet->gpus[h]);
    return highest;
}

/* ---- Rented, (47) */

/* r, with its level */
static ds_ref_price rent_at(const ds_ref_invoice *b, double level)
{
    size_t gpu = (size_t)DS_ITEM(ds_profile, b->w->s->profiles, b->c->profile).gpu;
    const ds_gpu *rented = &DS_ITEM(ds_gpu, b->w->s->gpus, gpu);
    ds_ref_price  price = ds_ref_list_price(ds_ref_value(b->w, rented->usd_per_gpu_hour));
    ds_ref_times(&price, "level", level);
    ds_ref_times(&price, "discount", ds_ref_undiscounted(b));
    return price;
}

/* n: pays for the term that runs, or begins */
static double bill_reserved(ds_ref_invoice *b)
{
    const ds_reserved *r = b->c->reserved;
    ds_ref_fleet      *fleet = b->terms->fleet;
    if (r == NULL)
        return 0;
    if (fleet->reserved && b->t >= fleet->reserved_since + (size_t)r->term_months)
        fleet->reserved = false;
    if (!fleet->reserved && b->due) {
        fleet->reserved = true;
        fleet->reserved_since = b->t;
        fleet->reserved_level = b->level;
    }
    if (!fleet->reserved)
        return 0;
    ds_ref_price price = rent_at(b, fleet->reserved_level);
    ds_ref_times(&price, "reservation", 1 - ds_ref_of(b, r->discount_share));
    ds_ref_item(b, "", "reserved GPUs", ds_ref_of(b, r->gpus) * b->hours, "GPU-hour", &price, "",
                "(47)");
    return ds_ref_of(b, r->gpus);
}

/* Of so many GPUs; returns those that are paid on demand. */
static double bill_spot(ds_ref_invoice *b, double gpus)
{
    const ds_spot *s = b->c->spot;
    if (s == NULL)
        return gpus;
    double spot = gpus * ds_ref_of(b, s->share) * (1 - ds_ref_of(b, s->unavailable_share));
    double lost_hours = ds_ref_of(b, s->interruptions_per_hour) *
                        ds_ref_of(b, s->recovery_minutes) / 60;
    ds_ref_price price = rent_at(b, b->level);
    ds_ref_times(&price, "spot", 1 - ds_ref_of(b, s->discount_share));
    ds_ref_times(&price, "interruptions", 1 + lost_hours);
    ds_ref_item(b, "", "spot GPUs", spot * b->hours, "GPU-hour", &price, "", "(47)");
    return gpus - spot;
}

static void bill_rented(ds_ref_invoice *b)
{
    ds_ref_fleet *fleet = b->terms->fleet;
    double        reserved = bill_reserved(b);
    double        on_demand = bill_spot(b, mean_beyond(fleet, reserved));
    bool          several = b->c->reserved != NULL || b->c->spot != NULL;
    ds_ref_price  price = rent_at(b, b->level);
    ds_ref_times(&price, "rent discount", 1 - ds_ref_of(b, b->c->rent_discount_share));
    ds_ref_item(b, "", several ? "GPUs on demand" : "fleet", on_demand * b->hours, "GPU-hour",
                &price, "", "(47)");
    fleet->paid_hours = (reserved + mean_beyond(fleet, reserved)) * b->hours; /* (51) */
}

/* ---- Owned, (48) */

/* GPUs bought in months first .. last */
static double bought_between(const ds_ref_fleet *fleet, size_t first, size_t last)
{
    double sum = 0;
    for (size_t j = first; j <= last; j++)
        sum += fleet->bought[j];
    return sum;
}

static void bill_running(ds_ref_invoice *b, double owned)
{
    const ds_owned *o = b->c->owned;
    double kilowatt_hours = mean_beyond(b->terms->fleet, 0) * b->hours *
                            ds_ref_of(b, o->kilowatts_per_gpu) * ds_ref_of(b, o->pue);
    ds_ref_price power = ds_ref_list_price(ds_ref_of(b, o->usd_per_kwh));
    ds_ref_price space = ds_ref_list_price(ds_ref_of(b, o->colocation_usd_per_gpu_month));
    ds_ref_times(&power, "inflation", b->w->prices[b->t]);
    ds_ref_times(&space, "inflation", b->w->prices[b->t]);
    ds_ref_item(b, "", "power", kilowatt_hours, "kWh", &power, "", "(48)");
    ds_ref_item(b, "", "space", owned, "GPU-month", &space, "", "(48)");
}

static void bill_owned(ds_ref_invoice *b)
{
    const ds_owned *o = b->c->owned;
    ds_ref_fleet   *fleet = b->terms->fleet;
    size_t          life = (size_t)o->life_months;
    size_t          first = b->t + 1 > life ? b->t + 1 - life : 0; /* t - L + 1 */
    double          price = ds_ref_of(b, o->usd_per_gpu);
    double          owned = bought_between(fleet, first, b->t); /* not yet in t */
    fleet->bought[b->t] = fmax(0, busiest(fleet) - owned);
    owned += fleet->bought[b->t];
    ds_ref_plain(b, "purchase of GPUs", fleet->bought[b->t], "GPU", price, "(48)");
    if (b->t >= life)
        ds_ref_plain(b, "sale of GPUs", fleet->bought[b->t - life], "GPU",
                     -ds_ref_of(b, o->residual_share) * price, "(48)");
    bill_running(b, owned);
    fleet->paid_hours = owned * b->hours; /* (51) */
}

/* (48) what is not worn out in the last month of the run */
static void credit_at_horizon(ds_ref_invoice *b)
{
    const ds_owned *o = b->c->owned;
    size_t          months = b->w->months, life = (size_t)o->life_months;
    double          gpus = 0, worth = 0, loses = 1 - ds_ref_of(b, o->residual_share);
    if (o->horizon_value != DS_HORIZON_STRAIGHT_LINE || b->t + 1 != months)
        return;
    for (size_t j = months > life ? months - life : 0; j < months; j++) {
        gpus += b->terms->fleet->bought[j];
        worth += b->terms->fleet->bought[j] * (1 - loses * (double)(months - j) / (double)life);
    }
    if (gpus > 0)
        ds_ref_plain(b, "GPUs at the horizon", gpus, "GPU",
                     -worth / gpus * ds_ref_of(b, o->usd_per_gpu), "(48)");
}

/* ---- Any fleet */

double ds_ref_bill_fleet(ds_ref_invoice *b)
{
    b->terms->fleet->paid_hours = 0;
    if (!b->in_force || !ds_ref_is_limited(b->c)) /* else sized by the first routing */
        ds_ref_size_fleet(b);
    if (b->c->owned == NULL)
        bill_rented(b);
    else if (b->in_force)
        bill_owned(b);
    if (b->c->owned != NULL)
        credit_at_horizon(b);
    return b->usd;
}

void ds_ref_account_fleet(ds_ref_invoice *b, double usd)
{
    ds_ref_run *run = b->run;
    double      used = 0, paid = b->terms->fleet->paid_hours;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        ds_ref_request r = ds_ref_request_under(b, p);
        used += ds_ref_served(b, p) * ds_ref_fleet_gpu_seconds(b, p) / 3600;
        run->fleet_mtok += (r.input + r.output) * 1e-6 * ds_ref_served(b, p);
    }
    run->gpu_hours_used += used; /* (51) */
    run->gpu_hours_paid += paid;
    run->gpu_months += paid / b->hours; /* (77) */
    run->pooling_gain += b->terms->fleet->pooling_gain;
    usd /= b->w->deflator[b->t]; /* (71) */
    run->fleet_usd += usd; /* (107) */
    run->fleet_used_usd += paid > 0 ? usd * used / paid : 0;
}
