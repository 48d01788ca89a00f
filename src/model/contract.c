/* contract.c -- load of a request, price of a unit of load, and the month's bill of
 * a model: (23), (30)-(32), (40)-(44), (49), (50).  Fleets are in fleet.c.
 *
 * A contract is a linear load (USD, unit-hours or GPU seconds of a request of each
 * product) followed by a tariff; only the tariff may be non-linear.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* ---- load of one request -------------------------------------------------- */

/* (30) at lambda = 1 [USD]. */
static void load_tokens(ds_work *w, const ds_plan_contract *c, size_t p, double *restrict load)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *I = w->input_tokens[p], *O = w->output_tokens[p];
    const double *read = w->column[product->cache_read_share];
    const double *write = w->column[product->cache_write_share];
    const double *p_in = w->column[c->price_input], *p_out = w->column[c->price_output];
    const double *p_read = w->column[c->price_read], *p_write = w->column[c->price_write];
    const double *discount = w->column[c->discount], *batch = w->column[c->batch_share];
    const double *batch_discount = w->column[c->batch_discount];
    DS_EACH_LANE(i) {
        double fresh = 1.0 - read[i] - write[i];
        double input = fresh * p_in[i] + read[i] * p_read[i] + write[i] * p_write[i];
        double list = (I[i] * input + O[i] * p_out[i]) * 1e-6;
        load[i] = list * (1.0 - discount[i]) * (1.0 - batch[i] * batch_discount[i]);
    }
}

/* (31) [GPU s]: I input of which `read` is cached, O output with variation cv. */
static void load_gpu_time(ds_work *w, const ds_plan_contract *c, int profile_index,
                          const double *I, const double *O, const double *read, const double *cv,
                          double *restrict load)
{
    const ds_plan_profile *profile = &w->plan->profile[profile_index];
    const double *P = w->column[profile->input_rate], *D = w->column[profile->output_rate];
    const double *kappa = w->column[profile->attention], *speed = w->speed[profile_index];
    const double *parameters = w->column[c->parameters];
    DS_EACH_LANE(i) {
        double prefill = I[i] * (1.0 - read[i]) / P[i];
        double pairs = O[i] * I[i] + 0.5 * O[i] * O[i] * (1.0 + cv[i] * cv[i]);
        double seconds = prefill + O[i] / D[i] + kappa[i] * pairs;
        load[i] = seconds * (parameters[i] / c->measured_b) / speed[i];
    }
}

/* (32) [unit-hours] by weighted tokens. */
static void load_units(ds_work *w, const ds_plan_contract *c, const double *I, const double *O,
                       const double *read, const double *write, double *restrict load)
{
    const double *rate = w->column[c->tokens_per_minute];
    const double *w_out = w->column[c->output_weight], *w_read = w->column[c->read_weight];
    const double *w_write = w->column[c->write_weight];
    DS_EACH_LANE(i) {
        double input = 1.0 - read[i] - write[i] + read[i] * w_read[i] + write[i] * w_write[i];
        load[i] = (I[i] * input + O[i] * w_out[i]) / (60.0 * rate[i]);
    }
}

/* Load on a contract other than per token; GPU s for fleets, else unit-hours. */
static void load_capacity(ds_work *w, const ds_plan_contract *c, const double *I, const double *O,
                          const double *read, const double *write, const double *cv,
                          double *restrict load)
{
    if (c->billing == DS_BILLING_FLEET) {
        load_gpu_time(w, c, c->profile, I, O, read, cv, load);
    } else if (c->unit_profile != DS_NONE) {
        load_gpu_time(w, c, c->unit_profile, I, O, read, cv, load);
        DS_EACH_LANE(i)
            load[i] /= 3600.0 * c->unit_gpus;
    } else {
        load_units(w, c, I, O, read, write, load);
    }
}

static void compute_loads(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t p = 0; p < plan->product_count; p++) {
        const ds_plan_product *product = &plan->product[p];
        for (size_t c = 0; c < plan->contract_count; c++) {
            const ds_plan_contract *contract = &plan->contract[c];
            double *load = w->load[p * plan->contract_count + c];
            if (contract->billing == DS_BILLING_PER_TOKEN || contract->billing == DS_BILLING_HOSTED)
                load_tokens(w, contract, p, load);
            else
                load_capacity(w, contract, w->input_tokens[p], w->output_tokens[p],
                              w->column[product->cache_read_share],
                              w->column[product->cache_write_share],
                              w->column[product->output_cv], load);
        }
    }
}

/* Load of one label on each contract of the teacher, (64): USD, unit-hours or GPU-hours. */
static void compute_label_loads(ds_work *w)
{
    const ds_plan *plan = w->plan;
    const double *none = w->column[plan->zero];
    for (size_t s = 0; s < plan->student_count; s++) {
        const ds_plan_student *student = &plan->student[s];
        if (student->examples == DS_NONE)
            continue;
        const double *I = w->column[student->label_input], *O = w->column[student->label_output];
        const ds_plan_model *teacher = &plan->model[student->teacher];
        for (int c = teacher->first_contract; c < teacher->end_contract; c++) {
            const ds_plan_contract *contract = &plan->contract[c];
            double *load =
                w->label_load[student->label_contracts + c - teacher->first_contract];
            if (contract->billing == DS_BILLING_PER_TOKEN ||
                contract->billing == DS_BILLING_HOSTED) {
                const double *p_in = w->column[contract->price_input];
                const double *p_out = w->column[contract->price_output];
                const double *discount = w->column[contract->discount];
                DS_EACH_LANE(i)
                    load[i] = (I[i] * p_in[i] + O[i] * p_out[i]) * 1e-6 * (1.0 - discount[i]);
                continue;
            }
            load_capacity(w, contract, I, O, none, none, none, load);
            if (contract->billing == DS_BILLING_FLEET)
                DS_EACH_LANE(i)
                    load[i] /= 3600.0;
        }
    }
}

/* Replicas that hold one GPU s a month at the busiest: the divisor of (45). */
static void begin_fleet(ds_work *w, size_t index)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const double *derate = w->column[c->derate], *utilisation = w->column[c->utilisation];
    const double full = 3600.0 * w->plan->hours * w->plan->profile[c->profile].gpus_per_replica;
    double *share = w->replica_share[index];
    DS_EACH_LANE(i)
        share[i] = 1.0 / (full * derate[i] * utilisation[i]);
}

void ds_contract_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    compute_loads(w);
    compute_label_loads(w);
    for (size_t c = 0; c < plan->contract_count; c++) {
        ds_row_set(w->locked[c], 1);
        if (plan->contract[c].billing == DS_BILLING_FLEET)
            begin_fleet(w, c);
    }
    for (size_t p = 0; p < plan->product_count; p++) {
        const double *peak = w->column[plan->product[p].peak_to_mean];
        double *excess = w->hour_excess[p];
        DS_EACH_LANE(i)
            excess[i] = ds_greatest(1.0, peak[i] / plan->product[p].hour_peak);
    }
}

/* ---- price of a unit of load ---------------------------------------------- */

/* (23): for fleets in USD per GPU-hour before discounts, else lambda. */
static void index_of_contract(ds_work *w, size_t c, double *restrict index)
{
    const ds_plan_contract *contract = &w->plan->contract[c];
    const double *current = w->level[contract->model];
    if (contract->billing == DS_BILLING_FLEET) {
        int gpu = w->plan->profile[contract->profile].gpu;
        current = contract->follows ? w->rent[gpu]
                                    : w->column[w->plan->gpu[gpu].usd_per_gpu_hour];
    } else if (!contract->follows) {
        current = w->column[w->plan->one];
    }
    ds_row_copy(index, current);
    if (!contract->locked)
        return;
    const double *from = w->column[contract->from], *months = w->column[contract->locked_months];
    double *locked = w->locked[c];
    double now = (double)w->month;
    DS_EACH_LANE(i) {
        double first = ds_ceil(from[i]);
        locked[i] = now <= first ? current[i] : locked[i];
        index[i] = now >= first && now < first + months[i] ? locked[i] : index[i];
    }
}

static void price_contract(ds_work *w, size_t c)
{
    const ds_plan_contract *contract = &w->plan->contract[c];
    double *price = w->price[c];
    index_of_contract(w, c, price);
    if (contract->billing == DS_BILLING_COMPUTE_TIME) {
        const double *usd = w->column[contract->usd_per_unit_hour];
        const double *discount = w->column[contract->discount];
        DS_EACH_LANE(i)
            price[i] *= usd[i] * (1.0 - discount[i]);
    } else if (contract->billing == DS_BILLING_FLEET) {
        const double *discount = w->column[contract->discount];
        const double *rent_discount = w->column[contract->rent_discount];
        DS_EACH_LANE(i)
            price[i] *= (1.0 - rent_discount[i]) * (1.0 - discount[i]);
    }
    if (contract->certain)
        return;
    const double *from = w->column[contract->from];
    double *in_force = w->in_force[c];
    double now = (double)w->month;
    DS_EACH_LANE(i)
        in_force[i] = now >= from[i] ? 1.0 : 0.0;
    const size_t end = (size_t)w->plan->model[contract->model].end_contract;
    for (size_t later = c + 1; later < end; later++) {
        const double *other = w->column[w->plan->contract[later].from];
        DS_EACH_LANE(i)
            in_force[i] = now >= other[i] ? 0.0 : in_force[i];
    }
}

void ds_contract_month(ds_work *w)
{
    if (w->month > 0 && w->plan->loads_move) {
        compute_loads(w);
        compute_label_loads(w);
    }
    for (size_t c = 0; c < w->plan->contract_count; c++)
        if (ds_may_be_in_force(w, c))
            price_contract(w, c);
}

/* ---- the bill -------------------------------------------------------------- */

void ds_total_load(const ds_work *w, int contract, double *restrict load)
{
    const ds_plan *plan = w->plan;
    int model = plan->contract[contract].model;
    ds_row_set(load, 0);
    for (size_t p = 0; p < plan->product_count; p++)
        if (w->now.sent[p * plan->model_count + (size_t)model])
            ds_row_add_product(load, w->now.usage[p * plan->model_count + (size_t)model],
                               w->load[p * plan->contract_count + (size_t)contract]);
}

/* (43): units that hold the sum of the products' peaks. */
static void provisioned_units(const ds_work *w, int index, double *restrict units)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    const double *utilisation = w->column[c->utilisation], *due = w->now.due[c->model];
    const double hours = plan->hours, step = c->unit_increment, least = c->minimum_units;
    ds_row_set(units, 0);
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)c->model])
            continue;
        const double *v = w->now.usage[p * plan->model_count + (size_t)c->model];
        const double *load = w->load[p * plan->contract_count + (size_t)index];
        const double *peak = w->column[plan->product[p].peak_to_mean];
        DS_EACH_LANE(i)
            units[i] += v[i] * load[i] * peak[i];
    }
    DS_EACH_LANE(i) {
        double needed = step * ds_ceil_units(units[i] / (hours * utilisation[i] * step));
        units[i] = ds_greatest(needed, least) * due[i];
    }
}

/* (40)-(43): what usage costs. */
static void usage_bill(ds_work *w, int index, double *restrict bill, double *restrict scratch)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    const double *price = w->price[index];
    if (c->billing == DS_BILLING_COMPUTE_TIME && !c->metered) {
        provisioned_units(w, index, scratch);
        const double hours = w->plan->hours;
        DS_EACH_LANE(i)
            bill[i] = scratch[i] * hours * price[i];
    } else {
        ds_total_load(w, index, scratch);
        DS_EACH_LANE(i)
            bill[i] = scratch[i] * price[i];
    }
}

/* (41), (44): hosting, storage, commitment. */
static void fixed_bill(const ds_work *w, int index, const double *due, double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    if (c->hosting_per_hour != DS_NONE) {
        const double *usd = w->column[c->hosting_per_hour], *price = w->price[index];
        const double *discount = w->column[c->discount];
        const double hours = w->plan->hours;
        DS_EACH_LANE(i)
            bill[i] += due[i] * usd[i] * hours * price[i] * (1.0 - discount[i]);
    }
    if (c->storage_per_month != DS_NONE)
        ds_row_add_product(bill, due, w->column[c->storage_per_month]);
    if (c->commitment != DS_NONE) {
        const double *least = w->column[c->commitment];
        DS_EACH_LANE(i)
            bill[i] = ds_greatest(bill[i], due[i] * least[i]);
    }
}

/* (50), and the provider's spend of (76). */
static void book(ds_work *w, const ds_plan_contract *c, const double *bill, bool returns)
{
    const ds_plan_model *model = &w->plan->model[c->model];
    ds_row_add(w->now.bill, bill);
    ds_row_add(w->now.spend[model->provider], bill);
    if (!returns || model->fee_returned == DS_NONE)
        return;
    const double *share = w->column[model->fee_returned];
    double *total = w->now.bill, *returned = w->now.returned;
    DS_EACH_LANE(i) {
        double back = share[i] * bill[i];
        returned[i] += back;
        total[i] -= back;
    }
}

static void bill_contract(ds_work *w, ds_strategy_state *state, int index)
{
    const ds_plan_contract *c = &w->plan->contract[index];
    double *bill = w->scratch[0], *other = w->scratch[1], *due = w->scratch[2];
    const double *in_force = w->in_force[index];
    ds_row_copy(due, w->now.due[c->model]);
    ds_row_set(other, 0);
    if (!c->certain)
        ds_row_multiply(due, in_force);
    if (c->billing == DS_BILLING_FLEET) {
        ds_fleet_bill(w, state, index, due, bill, other);
    } else {
        usage_bill(w, index, bill, w->scratch[3]);
        if (!c->certain)
            ds_row_multiply(bill, in_force);
        fixed_bill(w, index, due, bill);
    }
    if (c->staff != DS_NONE) { /* (49) */
        const double *usd = w->column[c->staff], *inflation = w->inflation[0];
        double *total = w->now.bill;
        DS_EACH_LANE(i)
            total[i] += due[i] * usd[i] * inflation[i];
    }
    book(w, c, bill, true);
    if (c->owned)
        book(w, c, other, false);
}

void ds_contract_bill(ds_work *w, ds_strategy_state *state, int model)
{
    const ds_plan_model *m = &w->plan->model[model];
    for (int c = m->first_contract; c < m->end_contract; c++) {
        if (ds_may_be_in_force(w, (size_t)c))
            bill_contract(w, state, c);
    }
}
