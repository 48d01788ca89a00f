/* tokens.c -- what the month's tokens cost: (35)-(37), (40).
 *
 * The bill is a sum of lines, a line a sum of charges; each charge is a load summed
 * over the requests, and what the month's volume makes of it.  Most contracts have
 * one line with one charge.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* V of (35). */
static void measure(const ds_work *w, int model, int of, double *restrict volume)
{
    const ds_plan *plan = w->plan;
    const double input = of == DS_TIER_MONTH_INPUT || of == DS_TIER_MONTH_TOKENS ? 1 : 0;
    const double output = of == DS_TIER_MONTH_OUTPUT || of == DS_TIER_MONTH_TOKENS ? 1 : 0;
    const double request = of == DS_TIER_MONTH_REQUESTS ? 1 : 0;
    ds_row_set(volume, 0);
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)model])
            continue;
        const double *v = w->now.usage[p * plan->model_count + (size_t)model];
        const double *I = w->input_tokens[p], *O = w->output_tokens[p];
        DS_EACH_LANE(i)
            volume[i] += v[i] * (I[i] * input + O[i] * output + request);
    }
}

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
        const double *v = w->now.usage[p * plan->model_count + (size_t)c->model];
        const double *load = w->load[p * plan->load_count + (size_t)c->first_load];
        DS_EACH_LANE(i)
            bill[i] += v[i] * ds_round_to(price[i] * load[i], unit);
    }
}

/* The part of a charge's sum that is billed: what is beyond a step, or not free. */
static void bill_part(ds_work *w, const ds_plan_contract *c, const ds_plan_load *l, int *measured,
                      double *restrict sum)
{
    double *volume = w->scratch[5], *share = w->scratch[6];
    if (l->volume != DS_NONE) {
        const ds_plan_table *table = &c->prices->volume[l->volume];
        if (*measured != l->volume)
            measure(w, c->model, table->of, volume);
        *measured = l->volume;
        ds_share_beyond(table, (size_t)l->step, volume, share);
        ds_row_multiply(sum, share);
    } else if (l->meter != DS_NONE) {
        const ds_plan_meter *meter = &c->prices->meter[l->meter];
        const double *usd = w->column[meter->usd];
        const double *free = w->column[meter->free != DS_NONE ? meter->free : w->plan->zero];
        DS_EACH_LANE(i)
            sum[i] = usd[i] * ds_greatest(0.0, sum[i] - free[i]);
    }
}

void ds_tokens_bill(ds_work *w, int contract, double *restrict bill)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    if (c->rounding == DS_ROUNDED_REQUEST) {
        round_requests(w, contract, bill);
        return;
    }
    const bool by_line = c->rounding == DS_ROUNDED_LINE;
    double *line = by_line ? w->scratch[3] : bill;
    bool begins = true;
    int  measured = DS_NONE;
    if (by_line)
        ds_row_set(bill, 0);
    for (int l = c->first_load; l < c->charge_end; l++) {
        double *sum = begins ? line : w->scratch[4];
        ds_total_load(w, c->model, l, sum);
        bill_part(w, c, &w->plan->load[l], &measured, sum);
        if (!begins)
            ds_row_add(line, sum);
        begins = w->plan->load[l].ends_line;
        if (!begins)
            continue;
        ds_row_multiply(line, w->price[contract]);
        if (by_line)
            ds_add_line(c, bill, line);
    }
}
