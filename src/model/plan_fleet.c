/* plan_fleet.c -- fleets of the scenario -> fleets of the plan: what they are made of
 * and what bounds them, (45)-(48), (104)-(108).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/plan_internal.h"

/* Adds a cell, or counts it to one that is alike. */
static void add_cell(ds_plan_cell *cells, size_t *count, double share, int product)
{
    for (size_t k = 0; k < *count; k++)
        if (cells[k].share == share && cells[k].product == product) {
            cells[k].count++;
            return;
        }
    cells[(*count)++] = (ds_plan_cell){ .share = share, .count = 1, .product = product };
}

/* The cells of a fleet that products share, or that has a part for each of them. */
static ds_plan_cell *make_cells(ds_plan *plan, const ds_contract *c, bool apart, size_t *count)
{
    const size_t regions = c->region_shares.count > 0 ? c->region_shares.count : 1;
    const size_t parts = apart ? plan->product_count : 1;
    ds_plan_cell *cells = ds_plan_alloc(plan, regions * parts, sizeof *cells);
    *count = 0;
    for (size_t r = 0; cells != NULL && r < regions; r++)
        for (size_t p = 0; p < parts; p++)
            add_cell(cells, count, c->region_shares.count > 0 ? c->region_shares.values[r] : 1,
                     apart ? (int)p : DS_NONE);
    return cells;
}

static bool compile_cells(ds_plan *plan, const ds_contract *c, ds_plan_fleet *out)
{
    const bool apart = c->pooling == DS_APART;
    out->cell = make_cells(plan, c, apart, &out->cell_count);
    if (out->cell == NULL)
        return false;
    if (!apart && plan->product_count > 1 &&
        (out->apart = make_cells(plan, c, true, &out->apart_count)) == NULL)
        return false;
    if (out->cell_count > plan->most_cells)
        plan->most_cells = out->cell_count;
    if (out->apart_count > plan->most_cells)
        plan->most_cells = out->apart_count;
    return true;
}

/* (105): when replicas are started and given up, and at which hours that is looked at. */
static void compile_scaling(const ds_contract *c, ds_plan_fleet *out)
{
    out->varies = c->scaling != DS_SCALING_STATIC;
    out->autoscaled = c->scaling == DS_SCALING_AUTOSCALED;
    if (out->varies)
        out->starting = c->startup_minutes / 60;
    out->paid_beside = out->autoscaled ? c->cooldown_minutes / 60 : out->starting;
    const bool in_order = out->paid_beside > 0 || (out->autoscaled && out->starting > 0);
    out->points = in_order ? DS_POINTS_WEEK : DS_POINTS_HOUR;
}

/* (104), (106) */
static void compile_limits(ds_plan *plan, int model, const ds_contract *c, ds_plan_fleet *out)
{
    const ds_capacity *capacity = c->capacity;
    out->most = c->maximum_replicas > 0 ? (double)c->maximum_replicas : (double)INFINITY;
    out->headroom = DS_NONE;
    if (capacity != NULL) {
        out->headroom = capacity->headroom_factor.index;
        out->initial = (double)capacity->initial_replicas;
        out->most_new = (double)capacity->most_new_replicas_per_month;
        out->lead_months = (size_t)capacity->lead_months;
        if (out->lead_months > plan->months)
            out->lead_months = plan->months;
        for (size_t k = 0; k < out->cell_count; k++) {
            out->cell[k].state = plan->fleet_rows;
            plan->fleet_rows += DS_UNDER_WAY + out->lead_months;
        }
    }
    out->limited = c->maximum_replicas > 0 || capacity != NULL ||
                   (out->autoscaled && out->starting > 0);
    if (out->limited && plan->model[model].limits == DS_NONE)
        plan->model[model].limits = (int)plan->limits_count++;
}

static void compile_rented(ds_plan *plan, const ds_contract *c, ds_plan_fleet *out)
{
    out->rent_discount = c->rent_discount_share.index;
    out->reserved = out->spot = DS_NONE;
    if (c->reserved != NULL) {
        out->reserved = c->reserved->gpus.index;
        out->reserved_discount = c->reserved->discount_share.index;
        out->term_months = (double)c->reserved->term_months;
        out->term_state = plan->fleet_rows;
        plan->fleet_rows += DS_TERM_ROWS;
    }
    if (c->spot != NULL) {
        out->spot = c->spot->share.index;
        out->spot_discount = c->spot->discount_share.index;
        out->unavailable = c->spot->unavailable_share.index;
        out->interruptions = c->spot->interruptions_per_hour.index;
        out->recovery_minutes = c->spot->recovery_minutes.index;
    }
}

static void compile_owned(ds_plan *plan, const ds_owned *o, ds_plan_fleet *out)
{
    out->owned = true;
    out->usd_per_gpu = o->usd_per_gpu.index;
    out->kilowatts = o->kilowatts_per_gpu.index;
    out->pue = o->pue.index;
    out->usd_per_kwh = o->usd_per_kwh.index;
    out->colocation = o->colocation_usd_per_gpu_month.index;
    out->residual = o->residual_share.index;
    out->valued = o->horizon_value == DS_HORIZON_STRAIGHT_LINE;
    out->life_months = (double)o->life_months;
    out->ring_months = (size_t)o->life_months;
    if (out->ring_months > plan->months)
        out->ring_months = plan->months;
    out->ring = (int)plan->ring_count++;
    if (out->ring_months > plan->most_life)
        plan->most_life = out->ring_months;
}

bool ds_plan_compile_fleet(ds_plan *plan, const ds_model *m, const ds_contract *c,
                           ds_plan_contract *out)
{
    ds_plan_fleet *fleet = &plan->fleet[plan->fleet_count];
    out->fleet = (int)plan->fleet_count++;
    out->profile = c->profile;
    ds_plan_compile_size(plan, m, c->profile, &out->parameters, &out->measured_b);
    out->loads_move = plan->profile[c->profile].speed_gain != DS_NONE;
    ds_plan_add_load(plan, ds_plan_empty_load(DS_LOAD_GPU_TIME));
    out->derate = c->slo_derate.index;
    out->waiting = c->waiting;
    if (c->waiting != NULL)
        out->slots_load = ds_plan_add_load(plan, ds_plan_empty_load(DS_LOAD_SLOTS));
    *fleet = (ds_plan_fleet){ .contract = (int)(out - plan->contract),
                              .gpus = plan->profile[c->profile].gpus_per_replica,
                              .derate = c->slo_derate.index,
                              .utilisation = c->target_utilisation.index,
                              .least = (double)c->minimum_replicas,
                              .spare = (double)c->spare_replicas };
    if (!compile_cells(plan, c, fleet))
        return false;
    compile_scaling(c, fleet);
    compile_limits(plan, out->model, c, fleet);
    compile_rented(plan, c, fleet);
    if (c->owned != NULL)
        compile_owned(plan, c->owned, fleet);
    /* paid when the contract is no more: the rest of a term; the credit at the end */
    out->lingers = fleet->reserved != DS_NONE || fleet->valued;
    return true;
}
