/* reference_load.c -- docs/model.md, (10), (11), (17), (23) and (64): hours
 * of a month, tokens of a request, the contract in force, its price level, and the price
 * of a label.
 *
 * Called by the files of reference_bill.h, reference_route.c and reference_student.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>

/* ---- Hours of a month, section 0 */

static double days_of_month(const ds_ref_world *w, size_t t)
{
    static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    size_t month = (size_t)w->s->clock->start_month - 1 + t; /* from January of the start */
    int    year = w->s->clock->start_year + (int)(month / 12);
    bool   leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month % 12] + (month % 12 == 1 && leap ? 1 : 0);
}

double ds_ref_hours(const ds_ref_world *w, const ds_contract *c, size_t t)
{
    switch (c != NULL ? c->month : DS_MONTH_CLOCK) {
    case DS_MONTH_730_HOURS:
        return 730;
    case DS_MONTH_30_DAYS:
        return 720;
    case DS_MONTH_CALENDAR:
        return 24 * days_of_month(w, t);
    default:
        return w->s->clock->calendar_hours ? 24 * days_of_month(w, t)
                                           : w->s->clock->hours_per_month;
    }
}

/* ---- Requests */

/* Shares of the whole prompt. */
typedef struct {
    double read, write, write_1h;
} cached;

static double over(double tokens, double input)
{
    return input > 0 ? tokens / input : 0;
}

/* (17) by prefix, per contract */
static cached cached_by_prefix(const ds_ref_world *w, size_t product, const ds_contract *c,
                               double input0, size_t t)
{
    const ds_request *r = DS_ITEM(ds_product, w->s->products, product).request;
    double q = fmin(1, over(ds_ref_value(w, r->prefix_tokens), input0));
    double life = c->cache_ttl_minutes;
    double uses = w->requests[ds_ref_at(w, product, t)] * life /
                  (60 * ds_ref_hours(w, c, t) * ds_ref_value(w, r->prefixes));
    double hit = 1 - exp(-uses);
    cached share = { .read = q * hit };
    *(life < 60 ? &share.write : &share.write_1h) = q * (1 - hit);
    return share;
}

/* (17); by tokens, when those are given, `input0` becomes the whole prompt */
static cached cached_of(const ds_ref_world *w, const ds_request *r, double *input0)
{
    double read = ds_ref_value_or(w, r->cache_read_tokens, 0);
    double write = ds_ref_value_or(w, r->cache_write_tokens, 0);
    double write_1h = ds_ref_value_or(w, r->cache_write_1h_tokens, 0);
    if (r->cached_tokens == DS_CACHED_BESIDE)
        *input0 += read + write + write_1h;
    cached share = { over(read, *input0), over(write, *input0), over(write_1h, *input0) };
    share.read += ds_ref_value_or(w, r->cache_read_share, 0);
    share.write += ds_ref_value_or(w, r->cache_write_share, 0);
    share.write_1h += ds_ref_value_or(w, r->cache_write_1h_share, 0);
    return share;
}

/* (10), (11), (17) */
ds_ref_request ds_ref_request_of(const ds_ref_world *w, size_t product, const ds_contract *c,
                                 size_t t)
{
    const ds_request *r = DS_ITEM(ds_product, w->s->products, product).request;
    double per_word = ds_ref_value(w, r->tokens_per_word);
    double input0 = ds_ref_value_or(w, r->input_tokens,
                                    ds_ref_value(w, r->input_words) * per_word);
    double output0 = ds_ref_value_or(w, r->output_tokens,
                                     ds_ref_value(w, r->output_words) * per_word);
    cached share = cached_of(w, r, &input0);
    if (c != NULL && r->prefix_tokens.index != DS_ABSENT)
        share = cached_by_prefix(w, product, c, input0, t);
    ds_ref_request now = { .input_cv = ds_ref_value_or(w, r->input_cv, 0),
                           .output_cv = ds_ref_value_or(w, r->output_cv, 0) };
    now.input = input0 * pow(1 + ds_ref_value(w, r->input_growth_per_year), ds_ref_years(t));
    now.output = output0 * pow(1 + ds_ref_value(w, r->output_growth_per_year), ds_ref_years(t));
    double all = (share.read + share.write + share.write_1h) * now.input;
    if (c != NULL && all < c->cache_minimum_tokens * (1 - 1e-9))
        share = (cached){ 0, 0, 0 };
    now.read = now.input * share.read;
    now.write = now.input * share.write;
    now.write_1h = now.input * share.write_1h;
    now.fresh = now.input - now.read - now.write - now.write_1h;
    return now;
}

/* ---- Contracts */

/* Section 0: the last one, in file order, with from <= t, if t < its until. */
const ds_contract *ds_ref_contract(const ds_ref_world *w, size_t model, size_t t)
{
    const ds_items    *contracts = &DS_ITEM(ds_model, w->s->models, model).contracts;
    const ds_contract *last = NULL;
    for (size_t i = 0; i < contracts->count; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, *contracts, i);
        if (ds_ref_value(w, c->from) <= (double)t)
            last = c;
    }
    if (last != NULL && (double)t >= ds_ref_value_or(w, last->until, DS_REF_NEVER))
        return NULL;
    return last;
}

static double usd_per_gpu_hour(const ds_ref_world *w, size_t gpu)
{
    return ds_ref_value(w, DS_ITEM(ds_gpu, w->s->gpus, gpu).usd_per_gpu_hour);
}

/* (23) the contract is in force in month t */
double ds_ref_level(const ds_ref_world *w, size_t model, const ds_contract *c, size_t t)
{
    if (!c->follows_price_path)
        return 1;
    double first = ceil(ds_ref_value(w, c->from));
    double lock = ds_ref_value(w, c->price_locked_months);
    size_t month = (double)t < first + lock ? (size_t)first : t;
    if (c->billing != DS_BILLING_FLEET)
        return w->level[ds_ref_at(w, model, month)];
    size_t gpu = (size_t)DS_ITEM(ds_profile, w->s->profiles, c->profile).gpu;
    return w->rent[ds_ref_at(w, gpu, month)] / usd_per_gpu_hour(w, gpu);
}

/* (64) of the first pool */
static double unit_hours_of_label(const ds_ref_world *w, size_t teacher, const ds_unit_pool *pool,
                                  const ds_ref_request *label, size_t t)
{
    if (pool->profile != DS_ABSENT)
        return ds_ref_gpu_seconds(w, teacher, pool->profile, label, t) /
               (3600 * (double)pool->gpus);
    const ds_quantity *weight = pool->weights->kind;
    double weighted = label->fresh * ds_ref_value_or(w, weight[DS_KIND_INPUT], 1) +
                      label->output * ds_ref_value_or(w, weight[DS_KIND_OUTPUT], 1);
    return weighted / (60 * ds_ref_value(w, pool->tokens_per_minute));
}

/* (64) by billing */
static double list_price_of_label(const ds_ref_world *w, size_t teacher, const ds_contract *c,
                                  const ds_ref_request *label, size_t t)
{
    double level = ds_ref_level(w, teacher, c, t);
    double paid = 1 - ds_ref_value(w, c->discount_share);
    double credit = ds_ref_value_or(w, c->usd_per_credit, 1);
    switch (c->billing) {
    case DS_BILLING_COMPUTE_TIME: {
        const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, c->units, 0);
        return unit_hours_of_label(w, teacher, pool, label, t) *
               ds_ref_value(w, pool->usd_per_unit_hour) * level * paid * credit;
    }
    case DS_BILLING_FLEET: {
        size_t gpu = (size_t)DS_ITEM(ds_profile, w->s->profiles, c->profile).gpu;
        return ds_ref_gpu_seconds(w, teacher, c->profile, label, t) / 3600 *
               usd_per_gpu_hour(w, gpu) * level *
               (1 - ds_ref_value(w, c->rent_discount_share)) * paid;
    }
    default: /* per token, hosted or not */
        return level *
               (label->input * ds_ref_value(w, c->usd_per_mtok->kind[DS_KIND_INPUT]) +
                label->output * ds_ref_value(w, c->usd_per_mtok->kind[DS_KIND_OUTPUT])) *
               1e-6 * paid * credit;
    }
}

double ds_ref_label_usd(const ds_ref_world *w, size_t teacher, const ds_contract *c,
                        double input_tokens, double output_tokens, size_t t)
{
    ds_ref_request label = { .input = input_tokens, .fresh = input_tokens,
                             .output = output_tokens };
    return list_price_of_label(w, teacher, c, &label, t);
}
