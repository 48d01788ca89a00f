/* reference_fleet.c -- (45), (46), (104)-(106) and (108) of docs/model.md: how many GPUs a
 * fleet has in each hour of the week, and what it cannot take.
 *
 * Called by reference_bill.c between the two routings of a month for a fleet with limits,
 * by reference_gpus.c for any other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_fleet.h"

#include <stdlib.h>
#include <string.h>

/* What is sized as one: the share of a region in all products, or in one of them. */
typedef struct {
    const ds_ref_invoice *b;
    double  share; /* sigma                                                        */
    bool    apart;
    size_t  product;  /* if apart                                                  */
    double *ordered;  /* [month] of the cell; NULL: without limits (104)           */
    double  replicas[DS_REF_HOURS]; /* R_h                                         */
} cell;

/* ---- Memory */

static size_t regions_of(const ds_contract *c)
{
    return c->region_shares.count > 0 ? c->region_shares.count : 1;
}

ds_ref_fleet *ds_ref_fleet_make(const ds_ref_world *w, const ds_contract *c)
{
    size_t        products = w->s->products.count;
    ds_ref_fleet *fleet = calloc(1, sizeof *fleet);
    if (fleet == NULL)
        return NULL;
    fleet->seconds = calloc(products + 1, sizeof *fleet->seconds);
    fleet->slots = calloc(products + 1, sizeof *fleet->slots);
    fleet->beyond = calloc(products + 1, sizeof *fleet->beyond);
    fleet->ordered = calloc(regions_of(c) * products * w->months + 1, sizeof *fleet->ordered);
    fleet->bought = calloc(w->months + 1, sizeof *fleet->bought);
    if (fleet->seconds && fleet->slots && fleet->beyond && fleet->ordered && fleet->bought)
        return fleet;
    ds_ref_fleet_free(fleet);
    return NULL;
}

void ds_ref_fleet_free(ds_ref_fleet *fleet)
{
    if (fleet == NULL)
        return;
    free(fleet->seconds);
    free(fleet->slots);
    free(fleet->beyond);
    free(fleet->ordered);
    free(fleet->bought);
    free(fleet);
}

/* ---- Load */

static const ds_profile *fleet_profile(const ds_ref_invoice *b)
{
    return &DS_ITEM(ds_profile, b->w->s->profiles, b->c->profile);
}

double ds_ref_fleet_gpu_seconds(const ds_ref_invoice *b, size_t product)
{
    ds_ref_request r = ds_ref_request_under(b, product);
    return ds_ref_gpu_seconds(b->w, b->model, b->c->profile, &r, b->t);
}

/* K: GPU seconds that a replica takes in an hour */
static double capacity_of_replica(const ds_ref_invoice *b)
{
    return 3600 * (double)fleet_profile(b)->gpus_per_replica * ds_ref_of(b, b->c->slo_derate);
}

static bool is_of(const cell *c, size_t p)
{
    return !c->apart || p == c->product;
}

/* L_h, planned: with peaks that are higher than the shape (46) */
static double planned_load(const cell *c, size_t h)
{
    const ds_ref_invoice *b = c->b;
    double load = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++)
        if (is_of(c, p))
            load += b->terms->fleet->seconds[p] * ds_ref_hour(b->w, p, h) *
                    fmax(1, ds_ref_peak_to_mean(b, p) / b->w->highest[p]);
    return c->share * load / b->hours;
}

/* L'_h, actual (106) */
static double actual_load(const cell *c, size_t h)
{
    const ds_ref_invoice *b = c->b;
    double load = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++)
        if (is_of(c, p))
            load += b->terms->fleet->seconds[p] * ds_ref_hour(b->w, p, h);
    return c->share * load / b->hours;
}

/* ---- Replicas for a load */

/* (103) */
static ds_ref_queue queue_of(const cell *c, double load)
{
    const ds_ref_invoice *b = c->b;
    double requests = 0, seconds = 0, weighted = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++)
        if (is_of(c, p)) {
            requests += ds_ref_served(b, p);
            seconds += b->terms->fleet->seconds[p];
            weighted += b->terms->fleet->seconds[p] * b->terms->fleet->slots[p];
        }
    double gpus = (double)fleet_profile(b)->gpus_per_replica;
    double derate = ds_ref_of(b, b->c->slo_derate);
    double slots = weighted / seconds;
    return (ds_ref_queue){ .slots = slots, .held_s = slots * seconds / (gpus * derate * requests),
                           .offered = load * slots / (3600 * gpus * derate) };
}

/* (45) */
static double need(const cell *c, double load)
{
    const ds_ref_invoice *b = c->b;
    double usable = capacity_of_replica(b) * ds_ref_of(b, b->c->target_utilisation);
    double least = fmax((double)b->c->minimum_replicas, ds_ref_ceil_plus(load / usable));
    if (b->c->waiting != NULL && load > 0) {
        ds_ref_queue queue = queue_of(c, load);
        least = ds_ref_replicas_that_keep(b->c->waiting, &queue, least);
    }
    return least + (double)b->c->spare_replicas;
}

/* need(L_h); returns the highest */
static double needs(const cell *c, double need_of[DS_REF_HOURS])
{
    double load[DS_REF_HOURS], highest = 0;
    for (size_t h = 0; h < DS_REF_HOURS; h++) {
        size_t same = 0; /* the first hour of this load, for waiting takes time to find */
        load[h] = planned_load(c, h);
        while (load[same] != load[h])
            same++;
        need_of[h] = same < h ? need_of[same] : need(c, load[h]);
        highest = fmax(highest, need_of[h]);
    }
    return highest;
}

/* ---- Limits, (104) */

static double ordered_in(const cell *c, size_t months) /* sum over j < months */
{
    double sum = 0;
    for (size_t j = 0; j < months; j++)
        sum += c->ordered[j];
    return sum;
}

static void order(const cell *c, double highest)
{
    const ds_capacity *capacity = c->b->c->capacity;
    double wanted = ds_ref_ceil_plus(ds_ref_of(c->b, capacity->headroom_factor) * highest);
    double missing = wanted - (double)capacity->initial_replicas - ordered_in(c, c->b->t);
    c->ordered[c->b->t] = fmin((double)capacity->most_new_replicas_per_month, fmax(0, missing));
}

/* A(t) */
static double arrived(const cell *c)
{
    const ds_capacity *capacity = c->b->c->capacity;
    size_t lead = (size_t)capacity->lead_months;
    double sum = (double)capacity->initial_replicas;
    if (c->b->t >= lead)
        sum += ordered_in(c, c->b->t - lead + 1);
    return sum;
}

/* The most replicas of the cell; orders. */
static double most_replicas(const cell *c, double highest)
{
    double most = DS_REF_NEVER;
    if (c->ordered == NULL)
        return most;
    if (c->b->c->maximum_replicas > 0)
        most = (double)c->b->c->maximum_replicas;
    if (c->b->c->capacity != NULL) {
        order(c, highest);
        most = fmin(most, arrived(c));
    }
    return most;
}

/* ---- Replicas in each hour */

/* (46) */
static void size_cell(cell *c)
{
    double need_of[DS_REF_HOURS];
    double highest = needs(c, need_of);
    double most = most_replicas(c, highest);
    bool   fixed = c->b->c->scaling == DS_SCALING_STATIC;
    for (size_t h = 0; h < DS_REF_HOURS; h++)
        c->replicas[h] = fmin(most, fixed ? highest : need_of[h]);
}

static double replicas_before(const cell *c, size_t h)
{
    return c->replicas[(h + DS_REF_HOURS - 1) % DS_REF_HOURS];
}

/* (105) */
static double replicas_paid(const cell *c, size_t h)
{
    double now = c->replicas[h], next = c->replicas[(h + 1) % DS_REF_HOURS];
    switch (c->b->c->scaling) {
    case DS_SCALING_SCHEDULED:
        return now + c->b->c->startup_minutes / 60 * fmax(0, next - now);
    case DS_SCALING_AUTOSCALED:
        return now + c->b->c->cooldown_minutes / 60 * fmax(0, replicas_before(c, h) - now);
    default:
        return now;
    }
}

/* ---- Overflow, (106) */

bool ds_ref_is_limited(const ds_contract *c)
{
    return c->billing == DS_BILLING_FLEET &&
           (c->maximum_replicas > 0 || c->capacity != NULL ||
            (c->scaling == DS_SCALING_AUTOSCALED && c->startup_minutes > 0));
}

/* y(R) */
static double excess(const cell *c, double load, double replicas)
{
    double beyond = load - capacity_of_replica(c->b) * replicas;
    return load == 0 || beyond < 1e-9 * load ? 0 : beyond / load;
}

/* y_h */
static double overflow_in(const cell *c, size_t h)
{
    double load = actual_load(c, h);
    double before = replicas_before(c, h), now = c->replicas[h];
    double late = c->b->c->startup_minutes / 60; /* mu */
    if (c->b->c->scaling == DS_SCALING_AUTOSCALED && before < now)
        return late * excess(c, load, before) + (1 - late) * excess(c, load, now);
    return excess(c, load, now);
}

static void add_overflow(const cell *c)
{
    const ds_ref_invoice *b = c->b;
    for (size_t h = 0; h < DS_REF_HOURS; h++) {
        double y = overflow_in(c, h);
        for (size_t p = 0; p < b->w->s->products.count; p++)
            if (is_of(c, p))
                b->terms->fleet->beyond[p] +=
                    c->share * ds_ref_hour(b->w, p, h) * y / DS_REF_HOURS;
    }
}

/* ---- All cells */

/* N_h of a fleet that is pooled or apart, with or without its limits */
static void size_cells(const ds_ref_invoice *b, bool apart, bool limits,
                       double gpus[DS_REF_HOURS])
{
    size_t products = b->w->s->products.count;
    double g = (double)fleet_profile(b)->gpus_per_replica;
    for (size_t h = 0; h < DS_REF_HOURS; h++)
        gpus[h] = 0;
    for (size_t k = 0; k < regions_of(b->c) * (apart ? products : 1); k++) {
        size_t region = apart ? k / products : k;
        cell   c = { .b = b, .apart = apart, .product = apart ? k % products : 0 };
        c.share = b->c->region_shares.count > 0 ? b->c->region_shares.values[region] : 1;
        if (limits)
            c.ordered = &b->terms->fleet->ordered[k * b->w->months];
        if (apart && ds_ref_served(b, c.product) == 0)
            continue;
        size_cell(&c);
        for (size_t h = 0; h < DS_REF_HOURS; h++)
            gpus[h] += g * replicas_paid(&c, h);
        if (limits && ds_ref_is_limited(b->c))
            add_overflow(&c);
    }
    double *beyond = b->terms->fleet->beyond;
    for (size_t p = 0; limits && p < products; p++) /* what rounding leaves is not served */
        beyond[p] = beyond[p] > 1 - 1e-9 ? 1 : beyond[p];
}

static double mean(const double gpus[DS_REF_HOURS])
{
    double sum = 0;
    for (size_t h = 0; h < DS_REF_HOURS; h++)
        sum += gpus[h];
    return sum / DS_REF_HOURS;
}

/* (108) */
static double pooling_gain(const ds_ref_invoice *b)
{
    double pooled[DS_REF_HOURS], apart[DS_REF_HOURS];
    size_t served = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++)
        served += ds_ref_served(b, p) > 0;
    if (b->c->pooling != DS_POOLED || served < 2)
        return 0;
    size_cells(b, true, false, apart);
    size_cells(b, false, false, pooled);
    return mean(apart) - mean(pooled);
}

void ds_ref_size_fleet(ds_ref_invoice *b)
{
    ds_ref_fleet *fleet = b->terms->fleet;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        ds_ref_request r = ds_ref_request_under(b, p);
        fleet->seconds[p] = ds_ref_served(b, p) * ds_ref_fleet_gpu_seconds(b, p);
        fleet->slots[p] = ds_ref_slots(b->w, b->model, b->c->profile, &r);
        fleet->beyond[p] = 0;
    }
    memset(fleet->gpus, 0, sizeof fleet->gpus);
    fleet->pooling_gain = 0;
    if (!b->due)
        return;
    size_cells(b, b->c->pooling == DS_APART, true, fleet->gpus);
    for (size_t p = 0; p < b->w->s->products.count; p++)
        if (fleet->beyond[p] > 1 - 1e-9) /* the rest is rounding */
            fleet->beyond[p] = 1;
    fleet->pooling_gain = pooling_gain(b);
}
