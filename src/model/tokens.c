/* tokens.c -- what the month's tokens cost: (35)-(37), (40).
 *
 * The bill is a sum of lines, a line a sum of charges; each charge is a load summed
 * over the requests, and what the month's volume makes of it.  Most contracts have
 * one line with one charge.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* (37): each request rounded. */
static void round_requests(const ds_work *w, int index, double *restrict bill)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[index];
    const double *price = w->price[index];
    const double unit = c->round_to;
    ds_row_set(bill, 0);
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)c->model])
            continue;
        const ds_part part = w->now.usage[p * plan->model_count + (size_t)c->model];
        const double *v = part.row, times = part.times;
        const double *load = w->load[p * plan->load_count + (size_t)c->first_load];
        DS_EACH_LANE(i)
            bill[i] += times * v[i] * ds_round_to(price[i] * load[i], unit);
    }
}

void ds_tokens_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    for (size_t c = 0; c < plan->contract_count; c++) {
        const ds_plan_prices *prices = plan->contract[c].prices;
        for (size_t v = 0; prices != NULL && v < prices->volume_count; v++)
            for (size_t j = 0; j < prices->volume[v].step_count; j++) {
                double *gain = w->gain[prices->volume[v].gain + j];
                ds_row_set(gain, 0);
                ds_add_step(w, &prices->volume[v], j, DS_KIND_INPUT, w->column[plan->one], gain);
            }
    }
}

/* (35) where all kinds of tokens move alike: sum times the factor. */
static void move_all(const ds_work *w, const ds_plan_table *table, const double *volume,
                     double *restrict sum)
{
    double *more = w->scratch[6];
    const size_t n = table->step_count;
    ds_row_set(more, 1);
    for (size_t j = 0; table->cliff && j < n; j++) {
        const double limit = table->step[j].limit, *gain = w->gain[table->gain + j];
        DS_EACH_LANE(i)
            more[i] += volume[i] > limit ? gain[i] : 0.0;
    }
    for (size_t j = 0; !table->cliff && j < n; j += 2) { /* two a pass */
        const size_t k = j + 1 < n ? j + 1 : j;
        const double from = table->step[j].from, from_next = table->step[k].from;
        const double *gain = w->gain[table->gain + j];
        const double *gain_next = k > j ? w->gain[table->gain + k] : w->column[w->plan->zero];
        DS_EACH_LANE(i) {
            double v = ds_greatest(volume[i], 1e-300);
            double moved = ds_greatest(0.0, v - from) * gain[i];
            moved += ds_greatest(0.0, v - from_next) * gain_next[i];
            more[i] += moved / v;
        }
    }
    ds_row_multiply(sum, more);
}

/* (35): what the month's volume makes of a sum: all of it moved, or one step's part. */
static void move_by_volume(ds_work *w, const ds_plan_contract *c, const ds_plan_load *l,
                           int *measured, double *restrict sum)
{
    const ds_plan_table *table = &c->prices->volume[l->volume];
    double *volume = w->scratch[5];
    if (*measured != l->volume)
        ds_total_load(w, c->model, table->load, NULL, NULL, volume);
    *measured = l->volume;
    if (l->step == DS_NONE) {
        move_all(w, table, volume, sum);
        return;
    }
    const double from = table->step[l->step].from, limit = table->step[l->step].limit;
    if (table->cliff)
        DS_EACH_LANE(i)
            sum[i] = volume[i] > limit ? sum[i] : 0.0;
    else
        DS_EACH_LANE(i) {
            double v = ds_greatest(volume[i], 1e-300); /* of nothing all is in the lowest step */
            sum[i] *= ds_greatest(0.0, v - from) / v;
        }
}

/* (36): what is not free. */
static void bill_meter(const ds_work *w, const ds_plan_meter *meter, double *restrict sum)
{
    const double *usd = w->column[meter->usd];
    const double *free = w->column[meter->free != DS_NONE ? meter->free : w->plan->zero];
    DS_EACH_LANE(i)
        sum[i] = usd[i] * ds_greatest(0.0, sum[i] - free[i]);
}

void ds_tokens_bill(ds_work *w, int contract, double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    if (c->rounding == DS_ROUNDED_REQUEST) {
        round_requests(w, contract, bill);
        return;
    }
    const bool by_line = c->rounding == DS_ROUNDED_LINE;
    const double *price = w->price[contract];
    double *line = by_line ? w->scratch[3] : bill;
    bool begins = true;
    int  measured = DS_NONE;
    if (by_line)
        ds_row_set(bill, 0);
    for (int l = c->first_load; l < c->charge_end; l++) {
        double *sum = begins ? line : w->scratch[4];
        const ds_plan_load *load = &w->plan->load[l];
        /* most contracts have one load, as it is: its price in the same pass */
        const bool alone = begins && load->ends_line && load->volume == DS_NONE &&
                           load->meter == DS_NONE;
        ds_total_load(w, c->model, l, NULL, alone ? price : NULL, sum);
        if (load->volume != DS_NONE)
            move_by_volume(w, c, load, &measured, sum);
        else if (load->meter != DS_NONE)
            bill_meter(w, &c->prices->meter[load->meter], sum);
        if (!begins)
            ds_row_add(line, sum);
        begins = load->ends_line;
        if (!begins)
            continue;
        if (!alone)
            ds_row_multiply(line, price);
        if (by_line)
            ds_add_line(c, bill, line);
    }
}
