/* reference_load.c -- section 4 of docs/model.md, with (10), (11), (23) and (64):
 * the contract in force, its price level, and what one request or one label asks of
 * it [USD per token kind, GPU s, unit-hours].
 *
 * Called by reference_bill.c, reference_route.c and reference_student.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>

static double years(size_t t)
{
    return (double)t / 12;
}

/* (10), (11) */
ds_ref_request ds_ref_request_of(const ds_ref_world *w, size_t product, size_t t)
{
    const ds_request *r = DS_ITEM(ds_product, w->s->products, product).request;
    double per_word = ds_ref_value(w, r->tokens_per_word);
    double input0 = ds_ref_value_or(w, r->input_tokens,
                                    ds_ref_value(w, r->input_words) * per_word);
    double output0 = ds_ref_value_or(w, r->output_tokens,
                                     ds_ref_value(w, r->output_words) * per_word);
    ds_ref_request now;
    now.input = input0 * pow(1 + ds_ref_value(w, r->input_growth_per_year), years(t));
    now.output = output0 * pow(1 + ds_ref_value(w, r->output_growth_per_year), years(t));
    now.read = now.input * ds_ref_value(w, r->cache_read_share);
    now.write = now.input * ds_ref_value(w, r->cache_write_share);
    now.fresh = now.input - now.read - now.write;
    now.output_cv = ds_ref_value(w, r->output_cv);
    return now;
}

/* Section 0: the last one, in file order, with from <= t; the first has from = 0. */
const ds_contract *ds_ref_contract(const ds_ref_world *w, size_t model, size_t t)
{
    const ds_items    *contracts = &DS_ITEM(ds_model, w->s->models, model).contracts;
    const ds_contract *in_force = NULL;
    for (size_t i = 0; i < contracts->count; i++) {
        const ds_contract *c = &DS_ITEM(ds_contract, *contracts, i);
        if (ds_ref_value(w, c->from) <= (double)t)
            in_force = c;
    }
    return in_force;
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
    return w->rent[ds_ref_at(w, gpu, month)] / w->rent[ds_ref_at(w, gpu, 0)];
}

/* (31) G, GPU seconds of one request */
double ds_ref_gpu_seconds(const ds_ref_world *w, size_t model, int profile,
                          const ds_ref_request *r, size_t t)
{
    const ds_profile *f = &DS_ITEM(ds_profile, w->s->profiles, profile);
    ds_quantity       parameters = DS_ITEM(ds_model, w->s->models, model).parameters_b;
    double prefill = ds_ref_value(w, f->input_tokens_per_gpu_s);     /* P */
    double decode = ds_ref_value(w, f->output_tokens_per_gpu_s);     /* D */
    double kappa = ds_ref_value(w, f->attention_gpu_s_per_token2);
    double speed = ds_ref_value(w, f->speed_factor) *
                   pow(1 + ds_ref_value(w, f->speed_gain_per_year), years(t)); /* s(t) */
    double size = 1; /* n */
    if (parameters.index != DS_ABSENT && !isnan(f->parameters_b))
        size = ds_ref_value(w, parameters) / f->parameters_b;
    double o = r->output, cv = r->output_cv;
    double attention = kappa * (o * r->input + o * o * (1 + cv * cv) / 2);
    return ((r->input - r->read) / prefill + o / decode + attention) * size / speed;
}

/* (32) unit-hours of one request */
double ds_ref_unit_hours(const ds_ref_world *w, size_t model, const ds_contract *c,
                         const ds_ref_request *r, size_t t)
{
    const ds_unit_pool *unit = &DS_ITEM(ds_unit_pool, c->units, 0);
    if (unit->profile != DS_ABSENT)
        return ds_ref_gpu_seconds(w, model, unit->profile, r, t) / (3600 * (double)unit->gpus);
    const ds_quantity *weights = unit->weights->kind;
    double weighted = r->fresh + r->read * ds_ref_value_or(w, weights[DS_KIND_READ], 1) +
                      r->write * ds_ref_value_or(w, weights[DS_KIND_WRITE], 1) +
                      r->output * ds_ref_value_or(w, weights[DS_KIND_OUTPUT], 1);
    return weighted / (60 * ds_ref_value(w, unit->tokens_per_minute));
}

/* (64) price of one label, before the discount on labels */
static double list_price_of_label(const ds_ref_world *w, size_t teacher, const ds_contract *c,
                                  const ds_ref_request *label, size_t t)
{
    double level = ds_ref_level(w, teacher, c, t);
    double paid = 1 - ds_ref_value(w, c->discount_share);
    switch (c->billing) {
    case DS_BILLING_COMPUTE_TIME:
        return ds_ref_unit_hours(w, teacher, c, label, t) *
               ds_ref_value(w, DS_ITEM(ds_unit_pool, c->units, 0).usd_per_unit_hour) * level * paid;
    case DS_BILLING_FLEET: {
        size_t gpu = (size_t)DS_ITEM(ds_profile, w->s->profiles, c->profile).gpu;
        return ds_ref_gpu_seconds(w, teacher, c->profile, label, t) / 3600 *
               w->rent[ds_ref_at(w, gpu, 0)] * level *
               (1 - ds_ref_value(w, c->rent_discount_share)) * paid;
    }
    default: /* per token, hosted or not */
        return level *
               (label->input * ds_ref_value(w, c->usd_per_mtok->kind[DS_KIND_INPUT]) +
                label->output * ds_ref_value(w, c->usd_per_mtok->kind[DS_KIND_OUTPUT])) *
               1e-6 * paid;
    }
}

double ds_ref_label_usd(const ds_ref_world *w, size_t teacher, const ds_labels *labels,
                        size_t t)
{
    const ds_contract *c = ds_ref_contract(w, teacher, t);
    double         input = ds_ref_value(w, labels->input_tokens);
    ds_ref_request label = { .input = input, .fresh = input,
                             .output = ds_ref_value(w, labels->output_tokens) };
    return list_price_of_label(w, teacher, c, &label, t) *
           (1 - ds_ref_value(w, labels->batch_discount_share));
}
