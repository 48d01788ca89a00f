/* reference_bill.c -- section 5 of docs/model.md: the bill of one model in one month
 * under its contract in force, line by line.
 *
 * Called by reference.c for each model after reference_route.c has filled `served`
 * and `held`.  Every amount of the engine passes through ds_ref_charge(),
 * ds_ref_lose() or ds_ref_return_fee(), so that the sum of ledger rows is the cost by
 * construction.  Amounts are quantity * unit price [USD], deflated by (71).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <string.h>

/* ---- Lines */

static double post(ds_ref_run *run, const ds_ref_line *line, double unit_price_usd)
{
    double amount = line->quantity * unit_price_usd;
    run->cost[run->t] += amount;
    if (run->row != NULL && amount != 0) {
        ds_ledger_row row = { .month = run->t, .product = line->product, .model = line->model,
                              .contract = line->contract, .line = line->line,
                              .quantity = line->quantity, .unit = line->unit,
                              .unit_price_usd = unit_price_usd, .amount_usd = amount,
                              .rule = line->rule };
        run->row(run->context, &row);
    }
    return amount;
}

double ds_ref_charge(ds_ref_run *run, const ds_ref_line *line)
{
    double amount = post(run, line, line->unit_price_usd / run->w->deflator[run->t]); /* (71) */
    run->bill[run->t] += amount; /* (70) */
    return amount;
}

double ds_ref_lose(ds_ref_run *run, const ds_ref_line *line)
{
    return post(run, line, line->unit_price_usd / run->w->deflator[run->t]); /* (71) */
}

void ds_ref_return_fee(ds_ref_run *run, size_t model, const char *contract, double paid_usd)
{
    const ds_model *m = &DS_ITEM(ds_model, run->w->s->models, model);
    /* paid_usd is deflated already */
    ds_ref_line line = { "", m->key.name, contract, "fee returned", paid_usd, "USD", 0, "(50)" };
    double amount = post(run, &line, -ds_ref_value(run->w, m->fee_returned_share)); /* (50) */
    run->bill[run->t] += amount;
    run->fee_usd -= amount;
}

/* ---- What the bill of one model needs to know */
typedef struct {
    ds_ref_run         *run;
    const ds_ref_world *w;
    size_t              model;
    const char         *name;
    const ds_contract  *c;
    size_t              t;
    double              hours; /* H */
    double              level; /* lambda, (23) */
    bool                serves, due; /* due: fixed charges are            */
} model_bill;

static const char *product_name(const model_bill *b, size_t p)
{
    return DS_ITEM(ds_product, b->w->s->products, p).key.name;
}

static double served(const model_bill *b, size_t p)
{
    return b->run->served[b->model * b->w->s->products.count + p];
}

static double value(const model_bill *b, ds_quantity q)
{
    return ds_ref_value(b->w, q);
}

static double charge(const model_bill *b, const char *product, const char *text,
                     double quantity, const char *unit, double price, const char *rule)
{
    ds_ref_line line = { product, b->name, b->c->key.name, text, quantity, unit, price, rule };
    return ds_ref_charge(b->run, &line);
}

/* ---- Per token */

/* (30), (40) */
static double bill_tokens(const model_bill *b)
{
    const ds_quantity *prices = b->c->usd_per_mtok->kind;
    double fresh_price = value(b, prices[DS_KIND_INPUT]);
    double paid = b->level * (1 - value(b, b->c->discount_share));
    double read_price = ds_ref_value_or(b->w, prices[DS_KIND_READ], fresh_price);
    double write_price = ds_ref_value_or(b->w, prices[DS_KIND_WRITE], fresh_price);
    double output_price = value(b, prices[DS_KIND_OUTPUT]);
    double bill = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        ds_ref_request r = ds_ref_request_of(b->w, p, b->t);
        const char    *name = product_name(b, p);
        double         v = served(b, p) * 1e-6; /* to Mtok */
        bill += charge(b, name, "input tokens", v * r.fresh, "Mtok", fresh_price * paid, "(40)");
        bill += charge(b, name, "cache read tokens", v * r.read, "Mtok", read_price * paid, "(40)");
        bill += charge(b, name, "cache write tokens", v * r.write, "Mtok", write_price * paid,
                       "(40)");
        bill += charge(b, name, "output tokens", v * r.output, "Mtok", output_price * paid,
                       "(40)");
    }
    return bill;
}

/* (41) */
static double bill_hosting(const model_bill *b)
{
    if (!b->due)
        return 0;
    double price = value(b, b->c->hosting_usd_per_hour) * b->level *
                   (1 - value(b, b->c->discount_share));
    return charge(b, "", "hosting", b->hours, "hour", price, "(41)") +
           charge(b, "", "storage", 1, "month", value(b, b->c->storage_usd_per_month), "(41)");
}

/* ---- Compute time */

/* ceil+ of section 0 */
static double ceil_plus(double x)
{
    return ceil(x * (1 - 1e-9));
}

static double unit_hours(const model_bill *b, size_t p)
{
    ds_ref_request r = ds_ref_request_of(b->w, p, b->t);
    return ds_ref_unit_hours(b->w, b->model, b->c, &r, b->t);
}

static double peak_to_mean(const model_bill *b, size_t p)
{
    return value(b, DS_ITEM(ds_product, b->w->s->products, p).peak_to_mean);
}

static double unit_price(const model_bill *b)
{
    return value(b, DS_ITEM(ds_unit_pool, b->c->units, 0).usd_per_unit_hour) * b->level * (1 - value(b, b->c->discount_share));
}

/* (42) */
static double bill_metered(const model_bill *b)
{
    double bill = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++)
        bill += charge(b, product_name(b, p), "compute time", served(b, p) * unit_hours(b, p),
                       "unit-hour", unit_price(b), "(42)");
    return bill;
}

/* (43) */
static double bill_provisioned(const model_bill *b)
{
    if (!b->due)
        return 0;
    double load = 0; /* unit-hours, as if every hour were the peak */
    for (size_t p = 0; p < b->w->s->products.count; p++)
        load += served(b, p) * unit_hours(b, p) * peak_to_mean(b, p);
    double i = (double)DS_ITEM(ds_unit_pool, b->c->units, 0).increment;
    double wanted = i * ceil_plus(load / (b->hours * value(b, b->c->target_utilisation) * i));
    double units = fmax((double)DS_ITEM(ds_unit_pool, b->c->units, 0).minimum, wanted);
    return charge(b, "", "provisioned units", units * b->hours, "unit-hour", unit_price(b),
                  "(43)");
}

/* ---- Fleets */

typedef struct {
    double gpus;    /* in use, mean over the hours of the day */
    double busiest; /* in the hour that needs most            */
} fleet_size;

static const ds_profile *fleet_profile(const model_bill *b)
{
    return &DS_ITEM(ds_profile, b->w->s->profiles, b->c->profile);
}

static double gpu_seconds(const model_bill *b, size_t p)
{
    ds_ref_request r = ds_ref_request_of(b->w, p, b->t);
    return ds_ref_gpu_seconds(b->w, b->model, b->c->profile, &r, b->t);
}

/* (45) replicas for a load of so many GPU seconds a month */
static double replicas_for(const model_bill *b, double load)
{
    double g = (double)fleet_profile(b)->gpus_per_replica;
    double capacity = 3600 * b->hours * g * value(b, b->c->slo_derate) *
                      value(b, b->c->target_utilisation);
    double wanted = ceil_plus(load / capacity);
    return fmax((double)b->c->minimum_replicas, wanted) + (double)b->c->spare_replicas;
}

/* (46) load in hour h of the day */
static double hour_load(const model_bill *b, size_t h)
{
    double load = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        const ds_numbers *shape = &DS_ITEM(ds_product, b->w->s->products, p).hour_shape;
        double here = 1, highest = 1;
        if (shape->count > 0) {
            here = shape->values[h];
            highest = 0;
            for (size_t i = 0; i < shape->count; i++)
                highest = fmax(highest, shape->values[i]);
        }
        load += served(b, p) * gpu_seconds(b, p) * here *
                fmax(1, peak_to_mean(b, p) / highest);
    }
    return load;
}

static fleet_size size_of_fleet(const model_bill *b)
{
    fleet_size size = { 0, 0 };
    if (!b->due)
        return size;
    double g = (double)fleet_profile(b)->gpus_per_replica;
    if (b->c->scaling == DS_SCALING_STATIC) { /* (45) */
        double load = 0;
        for (size_t p = 0; p < b->w->s->products.count; p++)
            load += served(b, p) * gpu_seconds(b, p) * peak_to_mean(b, p);
        size.gpus = size.busiest = replicas_for(b, load) * g;
        return size;
    }
    for (size_t h = 0; h < 24; h++) { /* (46) */
        double gpus = replicas_for(b, hour_load(b, h)) * g;
        size.gpus += gpus / 24;
        size.busiest = fmax(size.busiest, gpus);
    }
    return size;
}

/* (47) */
static double bill_rent(const model_bill *b, double gpus)
{
    size_t gpu = (size_t)fleet_profile(b)->gpu;
    double price = b->w->rent[ds_ref_at(b->w, gpu, 0)] * b->level *
                   (1 - value(b, b->c->rent_discount_share)) *
                   (1 - value(b, b->c->discount_share));
    return charge(b, "", "fleet", gpus * b->hours, "GPU-hour", price, "(47)");
}

/* GPUs bought in months first .. last that are not in the future */
static double bought_between(const model_bill *b, size_t first, size_t last)
{
    double sum = 0;
    for (size_t j = first; j <= last; j++)
        sum += b->run->bought[ds_ref_at(b->w, b->model, j)];
    return sum;
}

/* (48); returns the bill, and the GPUs owned */
static double bill_owned(const model_bill *b, const fleet_size *size, double *owned)
{
    const ds_owned *o = b->c->owned;
    size_t          life = (size_t)o->life_months;
    size_t          first = b->t + 1 > life ? b->t + 1 - life : 0; /* t - L + 1 */
    double         *bought = &b->run->bought[ds_ref_at(b->w, b->model, b->t)];
    *bought = 0;
    *bought = fmax(0, size->busiest - bought_between(b, first, b->t));
    *owned = bought_between(b, first, b->t);
    double prices = b->w->prices[b->t];
    double kilowatt_hours = size->gpus * b->hours * value(b, o->kilowatts_per_gpu);
    return charge(b, "", "purchase of GPUs", *bought, "GPU", value(b, o->usd_per_gpu), "(48)") +
           charge(b, "", "power", kilowatt_hours, "kWh", value(b, o->usd_per_kwh) * prices,
                  "(48)") +
           charge(b, "", "space", *owned, "GPU-month",
                  value(b, o->colocation_usd_per_gpu_month) * prices, "(48)");
}

/* (45)-(48), (51) */
static void bill_fleet(const model_bill *b)
{
    ds_ref_run *run = b->run;
    fleet_size  size = size_of_fleet(b);
    double      paid_for = size.gpus;
    if (b->c->owned != NULL) {
        run->provider[b->model] += bill_owned(b, &size, &paid_for);
    } else {
        double rent = bill_rent(b, size.gpus);
        run->provider[b->model] += rent;
        ds_ref_return_fee(run, b->model, b->c->key.name, rent);
    }
    for (size_t p = 0; p < b->w->s->products.count; p++)
        run->gpu_hours_used += served(b, p) * gpu_seconds(b, p) / 3600; /* (51) */
    run->gpu_hours_paid += paid_for * b->hours;
    run->gpu_months += paid_for; /* (77) */
}

/* ---- Any billing */

/* (40)-(44), (50) */
static void bill_usage(const model_bill *b)
{
    double bill;
    if (b->c->billing == DS_BILLING_COMPUTE_TIME)
        bill = b->c->settlement == DS_SETTLED_METERED ? bill_metered(b) : bill_provisioned(b);
    else
        bill = bill_tokens(b);
    if (b->c->billing == DS_BILLING_HOSTED)
        bill += bill_hosting(b);
    if (b->c->commitment != NULL && b->due) { /* (44); `bill` is deflated already */
        double least = value(b, b->c->commitment->usd_per_month) / b->w->deflator[b->t];
        double shortfall = fmax(0, least - bill) * b->w->deflator[b->t];
        bill += charge(b, "", "commitment shortfall", 1, "month", shortfall, "(44)");
    }
    b->run->provider[b->model] += bill; /* (76) */
    ds_ref_return_fee(b->run, b->model, b->c->key.name, bill);
}

void ds_ref_bill(ds_ref_run *run, size_t model)
{
    const ds_ref_world *w = run->w;
    const ds_contract  *c = ds_ref_contract(w, model, run->t);
    if (run->owner[model] != c) { /* another contract does not inherit GPUs */
        memset(&run->bought[ds_ref_at(w, model, 0)], 0, w->months * sizeof *run->bought);
        run->owner[model] = c;
    }
    model_bill b = { .run = run, .w = w, .model = model,
                     .name = DS_ITEM(ds_model, w->s->models, model).key.name, .c = c,
                     .t = run->t, .hours = w->s->clock->hours_per_month,
                     .level = ds_ref_level(w, model, c, run->t) };
    for (size_t p = 0; p < w->s->products.count; p++)
        b.serves = b.serves || served(&b, p) > 0;
    b.due = b.serves || run->held[model];
    if (c->billing == DS_BILLING_FLEET)
        bill_fleet(&b);
    else
        bill_usage(&b);
    if (b.due)
        charge(&b, "", "staff", 1, "month",
               value(&b, c->staff_usd_per_month) * w->prices[run->t], "(49)");
}
