/* reference_pools.c -- (32), (42)-(44), (52) and (54) of docs/model.md: compute-time units
 * of one contract.
 *
 * Called by reference_bill.c.  Loads are in units: unit-hours an hour; l is unit-hours
 * of one request.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

#include <stdio.h>
#include <string.h>

/* ---- Load */

/* n_m of a product, 0 when it has no such meter */
static double meter_of(const ds_ref_invoice *b, size_t p, const char *name)
{
    const ds_items *used = &DS_ITEM(ds_product, b->w->s->products, p).request->meters;
    for (size_t i = 0; i < used->count; i++)
        if (strcmp(DS_ITEM(ds_named_value, *used, i).key.name, name) == 0)
            return ds_ref_of(b, DS_ITEM(ds_named_value, *used, i).value);
    return 0;
}

/* w_k */
static double weight(const ds_ref_invoice *b, const ds_unit_pool *pool, int kind)
{
    const ds_quantity *weights = pool->weights->kind;
    if (kind == DS_KIND_WRITE_1H && weights[kind].index == DS_ABSENT)
        kind = DS_KIND_WRITE;
    return ds_ref_value_or(b->w, weights[kind], 1);
}

/* (32) */
static double unit_hours(const ds_ref_invoice *b, const ds_unit_pool *pool, size_t p)
{
    ds_ref_request r = ds_ref_request_under(b, p);
    double         weighted = 0;
    if (pool->profile != DS_ABSENT)
        return ds_ref_gpu_seconds(b->w, b->model, pool->profile, &r, b->t) /
               (3600 * (double)pool->gpus);
    for (int k = 0; k < DS_KIND_COUNT; k++)
        weighted += ds_ref_tokens_of(&r, k) * weight(b, pool, k) *
                    ds_ref_tier_factor(b->w, b->c, k, &r);
    for (size_t i = 0; i < pool->meter_weights.count; i++) {
        const ds_named_value *m = &DS_ITEM(ds_named_value, pool->meter_weights, i);
        weighted += meter_of(b, p, m->key.name) * ds_ref_of(b, m->value);
    }
    return weighted / (60 * ds_ref_of(b, pool->tokens_per_minute));
}

/* Sum over products of v l factor(p) / H, with l of pool q. */
static double load_at_minute(const ds_ref_invoice *b, size_t q, size_t j)
{
    size_t products = b->w->s->products.count;
    double load = 0;
    for (size_t p = 0; p < products; p++)
        load += ds_ref_served(b, p) * b->terms->load[q * products + p] *
                ds_ref_point(b->w, DS_REF_MINUTES, p, j);
    return load / b->hours;
}

/* The same with a stated peak that the points do not reach, e_p. */
static double load_at_peak_of_minute(const ds_ref_invoice *b, size_t q, size_t j)
{
    size_t products = b->w->s->products.count;
    double load = 0;
    for (size_t p = 0; p < products; p++) {
        double excess = fmax(1, ds_ref_peak_to_mean(b, p) / ds_ref_highest_minute(b->w, p));
        load += ds_ref_served(b, p) * b->terms->load[q * products + p] *
                ds_ref_point(b->w, DS_REF_MINUTES, p, j) * excess;
    }
    return load / b->hours;
}

static double load_of_month(const ds_ref_invoice *b, size_t q)
{
    size_t products = b->w->s->products.count;
    double load = 0;
    for (size_t p = 0; p < products; p++)
        load += ds_ref_served(b, p) * b->terms->load[q * products + p] * ds_ref_peak_to_mean(b, p);
    return load / b->hours;
}

/* ---- Units, (43) */

static double units_for(const ds_ref_invoice *b, const ds_unit_pool *pool, double load)
{
    double i = (double)pool->increment;
    double wanted = i * ds_ref_ceil_plus(load / (i * ds_ref_of(b, b->c->target_utilisation)));
    return fmax((double)pool->minimum, wanted);
}

/* Of the highest of the minute points first .. last - 1. */
static double units_of_highest(const ds_ref_invoice *b, const ds_unit_pool *pool, size_t q,
                               size_t first, size_t last)
{
    double highest = 0;
    for (size_t j = first; j < last; j++)
        highest = fmax(highest, load_at_peak_of_minute(b, q, j));
    return units_for(b, pool, highest);
}

/* How many points the settlement has, and N at one. */
static size_t points_of(const ds_ref_invoice *b, bool held)
{
    if (held)
        return 1;
    switch (b->c->settlement) {
    case DS_SETTLED_DAY:
        return ds_ref_points(DS_REF_DAYS);
    case DS_SETTLED_HOUR:
        return ds_ref_points(DS_REF_BY_HOUR);
    case DS_SETTLED_MINUTE:
        return ds_ref_points(DS_REF_MINUTES);
    default: /* month, term */
        return 1;
    }
}

static double units_at(const ds_ref_invoice *b, const ds_unit_pool *pool, size_t q, size_t j)
{
    const size_t hour = DS_REF_BURSTS, day = 24 * DS_REF_BURSTS; /* in minute points */
    double held = ds_ref_term(b->run, pool->held);
    if (!isnan(held))
        return held;
    switch (b->c->settlement) {
    case DS_SETTLED_DAY:
        return units_of_highest(b, pool, q, j * day, (j + 1) * day);
    case DS_SETTLED_HOUR:
        return units_of_highest(b, pool, q, j * hour, (j + 1) * hour);
    case DS_SETTLED_MINUTE:
        return units_for(b, pool, load_at_minute(b, q, j));
    default:
        return units_for(b, pool, load_of_month(b, q));
    }
}

/* (54) units under term in this month, those bought or renewed in it included */
static double units_under_term(const ds_ref_invoice *b, const ds_unit_pool *pool, size_t q)
{
    double *bought = &b->terms->units[q * b->w->months];
    size_t  life = (size_t)b->c->term_months;
    double  live = 0, need = b->due ? units_at(b, pool, q, 0) : 0;
    for (size_t j = b->t + 1 > life ? b->t + 1 - life : 0; j < b->t; j++)
        live += bought[j];
    double ended = b->t >= life ? bought[b->t - life] : 0;
    double renewed = b->c->renewal == DS_RENEWAL_AUTO && b->due ? ended : 0;
    bought[b->t] = renewed + fmax(0, need - live - renewed);
    return live + bought[b->t];
}

/* ---- Lines */

/* "provisioned units", with the name of the pool when there are several */
static void line_of(const ds_ref_invoice *b, const ds_unit_pool *pool, const char *what,
                    char *text, size_t size)
{
    bool several = b->c->units.count > 1;
    snprintf(text, size, "%s%s%s", what, several ? ", " : "", several ? pool->key.name : "");
}

static ds_ref_price hour_price(const ds_ref_invoice *b, const ds_unit_pool *pool)
{
    ds_ref_price price = ds_ref_list_price(ds_ref_of(b, pool->usd_per_unit_hour));
    ds_ref_times_paid(b, &price);
    return price;
}

/* (52) */
static double bill_reserved(ds_ref_invoice *b, const ds_unit_pool *pool, double reserved)
{
    char   text[128];
    double month = ds_ref_of(b, pool->reserved_usd_per_unit_month);
    double hour = ds_ref_value_or(b->w, pool->reserved_usd_per_unit_hour,
                                  ds_ref_of(b, pool->usd_per_unit_hour));
    bool   monthly = !isnan(month);
    ds_ref_price price = ds_ref_list_price(monthly ? month : hour);
    ds_ref_times_paid(b, &price);
    line_of(b, pool, "reserved units", text, sizeof text);
    return ds_ref_item(b, "", text, monthly ? reserved : reserved * b->hours,
                       monthly ? "unit-month" : "unit-hour", &price, "", "(52)");
}

/* (43), (52), (54) */
static void bill_held_pool(ds_ref_invoice *b, const ds_unit_pool *pool, size_t q)
{
    char   text[128];
    bool   held = !isnan(ds_ref_term(b->run, pool->held));
    bool   under_term = b->c->settlement == DS_SETTLED_TERM;
    double reserved = b->due ? ds_ref_term(b->run, pool->reserved_units) : 0;
    size_t points = points_of(b, held);
    double on_demand = 0;
    for (size_t j = 0; j < points; j++) {
        double units = under_term ? units_under_term(b, pool, q)
                       : b->due   ? units_at(b, pool, q, j)
                                  : 0;
        double weight = points == ds_ref_points(DS_REF_MINUTES) ? ds_ref_weight(DS_REF_MINUTES, j)
                                                                 : 1 / (double)points;
        on_demand += weight * fmax(0, units - reserved);
    }
    ds_ref_price price = hour_price(b, pool);
    double       sum = reserved != 0 ? bill_reserved(b, pool, reserved) : 0;
    line_of(b, pool, reserved != 0 ? "units on demand" : "provisioned units", text, sizeof text);
    sum += ds_ref_item(b, "", text, on_demand * b->hours, "unit-hour", &price, "",
                       under_term ? "(54)" : reserved != 0 ? "(52)" : "(43)");
    line_of(b, pool, "units", text, sizeof text);
    ds_ref_round_line(b, text, sum);
}

/* (42), (53) */
static void bill_used_pool(ds_ref_invoice *b, const ds_unit_pool *pool, size_t q)
{
    char          text[128];
    size_t        products = b->w->s->products.count;
    const double *load = &b->terms->load[q * products];
    ds_ref_price  price = hour_price(b, pool);
    double        sum = 0;
    if (b->c->settlement == DS_SETTLED_WINDOW) {
        line_of(b, pool, "windows", text, sizeof text);
        sum += ds_ref_item(b, "", text, ds_ref_window_hours(b, pool, load), "unit-hour", &price,
                           "", "(53)");
    } else {
        line_of(b, pool, "compute time", text, sizeof text);
        for (size_t p = 0; p < products; p++)
            sum += ds_ref_item(b, ds_ref_product_name(b, p), text, ds_ref_served(b, p) * load[p],
                               "unit-hour", &price, "", "(42)");
    }
    line_of(b, pool, "units", text, sizeof text);
    ds_ref_round_line(b, text, sum);
}

/* ---- Overflow, (44) */

/* o_j */
static double overflow(const ds_ref_invoice *b, size_t j)
{
    double highest = 0;
    for (size_t q = 0; q < b->c->units.count; q++) {
        double held = ds_ref_term(b->run, DS_ITEM(ds_unit_pool, b->c->units, q).held);
        double x = load_at_minute(b, q, j);
        if (!isnan(held) && x > 0)
            highest = fmax(highest, fmax(0, x - held) / x);
    }
    return highest;
}

/* Sum over the points of w_j l_{p,j} o_j: the share of the product's requests. */
static double share_beyond(const ds_ref_invoice *b, size_t p)
{
    size_t points = ds_ref_points(DS_REF_MINUTES);
    double share = 0;
    for (size_t j = 0; j < points; j++)
        share += ds_ref_point(b->w, DS_REF_MINUTES, p, j) * overflow(b, j) *
                 ds_ref_weight(DS_REF_MINUTES, j);
    return share;
}

/* Per token, without tiers. */
static double bill_overage_of(ds_ref_invoice *b, size_t p, double share)
{
    ds_ref_request r = ds_ref_request_under(b, p);
    double         sum = 0, requests = ds_ref_served(b, p) * share;
    bool           discounted = b->c->overage == DS_OVERAGE_DISCOUNTED;
    for (int k = 0; k <= DS_KIND_COUNT; k++) { /* the last one: usd_per_request */
        char   text[64];
        bool   is_kind = k < DS_KIND_COUNT;
        double quantity = is_kind ? requests * ds_ref_tokens_of(&r, k) * 1e-6 : requests;
        ds_ref_price price = ds_ref_list_price(is_kind ? ds_ref_base_price(b->w, b->c, k)
                                                       : ds_ref_of(b, b->c->usd_per_request));
        ds_ref_times(&price, "level", b->level);
        ds_ref_times(&price, "discount", discounted ? ds_ref_undiscounted(b) : 1);
        ds_ref_times(&price, "credit", ds_ref_of(b, b->c->usd_per_credit));
        snprintf(text, sizeof text, "overage, %s", is_kind ? ds_ref_kind_names[k] : "requests");
        sum += ds_ref_item(b, ds_ref_product_name(b, p), text, quantity,
                           is_kind ? "Mtok" : "request", &price, "", "(44)");
    }
    return sum;
}

static void bill_overage(ds_ref_invoice *b)
{
    double sum = 0;
    if (b->c->overage == DS_OVERAGE_NONE || !b->serves)
        return;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        double share = share_beyond(b, p);
        if (b->c->overage == DS_OVERAGE_REJECTED)
            b->kept[p] *= 1 - share;
        else
            sum += bill_overage_of(b, p, share);
    }
    ds_ref_round_line(b, "overage", sum);
}

void ds_ref_bill_pools(ds_ref_invoice *b)
{
    size_t products = b->w->s->products.count;
    bool   used = b->c->settlement == DS_SETTLED_METERED || b->c->settlement == DS_SETTLED_WINDOW;
    for (size_t q = 0; q < b->c->units.count; q++)
        for (size_t p = 0; p < products; p++)
            b->terms->load[q * products + p] =
                unit_hours(b, &DS_ITEM(ds_unit_pool, b->c->units, q), p);
    for (size_t p = 0; p < products; p++)
        b->beta[p] = b->terms->load[p];
    for (size_t q = 0; q < b->c->units.count; q++) {
        const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, b->c->units, q);
        if (used)
            bill_used_pool(b, pool, q);
        else
            bill_held_pool(b, pool, q);
    }
    bill_overage(b);
}
