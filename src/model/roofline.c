/* roofline.c -- (102) of docs/model.md.  See roofline.h; letters are those of the page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/roofline.h"

#include <math.h>

/* The shape at the size of the model: m = n^(1/3) on L, H, f and n_h. */
typedef struct {
    double L, H, f, heads, kv_heads, d, V, E, K;
    bool   experts; /* [E] */
} dimensions;

/* What a step and a request cost [s], and memory of one GPU [bytes]. */
typedef struct {
    double step;    /* A   */
    double others;  /* X_e */
    double touched; /* K/E */
    double more;    /* s   */
    double prompt;  /* t_p */
    double memory, weights, kv;
} costs;

static dimensions shape_at(const ds_roofline *r, double m)
{
    return (dimensions){ .L = (double)r->layers * m, .H = (double)r->hidden * m,
                         .f = (double)r->intermediate * m, .heads = (double)r->heads * m,
                         .kv_heads = (double)r->kv_heads, .d = (double)r->head_size,
                         .V = (double)r->vocabulary, .E = (double)r->experts,
                         .K = (double)r->experts_per_token, .experts = r->experts > 1 };
}

/* n_tok with `experts` = K, n_all with E */
static double weights_with(const dimensions *s, double experts)
{
    double attention = 2 * s->H * s->heads * s->d + 2 * s->H * s->kv_heads * s->d; /* n_att */
    return s->L * (attention + 3 * s->H * s->f * experts + (s->experts ? s->H * s->E : 0));
}

/* w */
static double bytes_of_weight(const ds_roofline *r)
{
    return r->weight_bits == DS_BITS_16 ? 2 : r->weight_bits == DS_BITS_8 ? 1 : 4.5 / 8;
}

/* k */
static double bytes_of_kv(const ds_roofline *r)
{
    return r->kv_bits == DS_BITS_16 ? 2 : r->kv_bits == DS_BITS_8 ? 1 : 0.5;
}

/* F' */
static double flop_per_s(const ds_roofline *r, const ds_gpu *gpu)
{
    double efficiency = r->compute_efficiency * 1e12;
    if (r->weight_bits == DS_BITS_4 && !isnan(gpu->tflops_4bit))
        return gpu->tflops_4bit * efficiency * r->four_bit_efficiency;
    if (r->weight_bits != DS_BITS_16 && !isnan(gpu->tflops_8bit))
        return gpu->tflops_8bit * efficiency;
    return gpu->tflops_16bit * efficiency;
}

/* c + a + r + x: of a token, in a step or in a prompt */
static double token_s(const ds_roofline_case *c, const dimensions *s, double n_tok)
{
    const ds_roofline *r = c->shape;
    double p = c->gpus, bandwidth = c->gpu->memory_gb_per_s * 1e9 * r->memory_efficiency; /* W' */
    double products = 2 * n_tok / (p * flop_per_s(r, c->gpu));
    double width = 8 * s->H + 3 * s->f * s->K / p + 2 * s->heads * s->d / p +
                   (s->experts ? 4 * s->K * s->H : 0);
    double activations = 2 * s->L * width / bandwidth;
    double reduce = 0, dispatch = 0;
    if (p > 1)
        reduce = 2 * s->L * 2 * (p - 1) / p * 2 * s->H /
                 (c->gpu->link_gb_per_s * 1e9 * r->link_efficiency);
    if (s->experts)
        dispatch = r->expert_ns * 1e-9 * s->L * s->K / p;
    return products + activations + reduce + dispatch;
}

static costs costs_of(const ds_roofline_case *c, const ds_roofline_request *q)
{
    const ds_roofline *r = c->shape;
    dimensions as_given = shape_at(r, 1), s = shape_at(r, cbrt(c->size));
    double p = c->gpus, w = bytes_of_weight(r);
    double n_tok = c->size * weights_with(&as_given, as_given.K);
    double n_all = c->size * weights_with(&as_given, as_given.E);
    double bandwidth = c->gpu->memory_gb_per_s * 1e9 * r->memory_efficiency; /* W' */
    double half = c->gpu->tflops_16bit * 1e12 * r->compute_efficiency;       /* F16 e_c */
    double token = token_s(c, &s, n_tok);
    double head = 2 * s.V * s.H / (p * half);
    double attention = 2 * s.L * s.heads * s.d / (p * half); /* q */
    double spread = 1 + q->output_cv * q->output_cv;
    costs k = { .touched = s.K / s.E };

    k.kv = 2 * s.L * fmax(s.kv_heads / p, 1) * s.d * bytes_of_kv(r);
    k.memory = c->gpu->memory_gib * 1073741824 * r->memory_share;
    k.weights = (n_all * w + 4 * s.V * s.H) / p;
    k.step = r->step_ms * 1e-3 + (p > 1 ? 2 * s.L * r->all_reduce_us * 1e-6 : 0) +
             (n_tok * w + 2 * s.V * s.H) / (p * bandwidth);
    k.others = (n_all - n_tok) * w / (p * bandwidth);
    k.more = token + head + (q->input + q->output * spread / 2) * k.kv / bandwidth +
             r->request_us * 1e-6;
    k.prompt = (q->input - q->read) * token +
               (q->input * q->input - q->read * q->read) * attention;
    return k;
}

/* X_e gamma(b) */
static double others_s(const costs *k, double b)
{
    double y = k->touched * fmax(b - 1, 0);
    return k->others * (1 - pow(1 + y / 8, -8));
}

/* t_d */
static double step_s(const costs *k, double b)
{
    return k->step + others_s(k, b) + k->more * b;
}

static double ttft_s(const ds_roofline_case *c, const costs *k, const ds_roofline_request *r,
                     double b)
{
    double all = r->output * step_s(k, b) + b * k->prompt;
    double met = all > 0 ? b * k->prompt * (b * k->prompt) / all : 0;
    return c->shape->front_end_ms * 1e-3 + k->step + others_s(k, r->input - r->read + 1) +
           k->prompt + step_s(k, b) + c->shape->prompt_share * met;
}

static bool within(const ds_roofline_case *c, const costs *k, const ds_roofline_request *r,
                   double b)
{
    double all = r->output * step_s(k, b) + b * k->prompt;
    if (!isnan(c->tpot_limit_ms) && all > c->tpot_limit_ms * 1e-3 * r->output * (1 + 1e-9))
        return false;
    return isnan(c->ttft_limit_ms) ||
           ttft_s(c, k, r, b) <= c->ttft_limit_ms * 1e-3 * (1 + 1e-9);
}

static double requests_in_memory(const costs *k, const ds_roofline_request *r)
{
    return (k->memory - k->weights) / (k->kv * fmax(r->input + r->output, 1));
}

/* The greatest whole number that is within limits; they hold below it, for both rise. */
static double most_slots(const ds_roofline_case *c, const costs *k, const ds_roofline_request *r)
{
    double limit = isnan(c->concurrency_limit) ? 4096 : c->concurrency_limit;
    double most = fmax(1, floor(fmin(limit, requests_in_memory(k, r))));
    double holds = 1, fails = most;
    if (within(c, k, r, most) || most == 1)
        return most;
    while (fails - holds > 1) {
        double middle = floor((holds + fails) / 2);
        if (within(c, k, r, middle))
            holds = middle;
        else
            fails = middle;
    }
    return holds;
}

static ds_roofline_speed speed_with(const ds_roofline_case *c, const costs *k,
                                    const ds_roofline_request *r, double b)
{
    ds_roofline_speed v = { .slots = b, .step_s = step_s(k, b), .fit = requests_in_memory(k, r),
                            .memory_bytes = k->memory, .weight_bytes = k->weights,
                            .request_bytes = k->kv * fmax(r->input + r->output, 1) };
    double all = r->output * v.step_s + b * k->prompt; /* of b requests [s] */
    v.gpu_s = c->gpus * (r->output * v.step_s / b + k->prompt);
    v.tpot_ms = all / r->output * 1e3;
    v.ttft_ms = ttft_s(c, k, r, b) * 1e3;
    v.output_per_s = all > 0 ? b * r->output / all : 0;
    return v;
}

ds_roofline_speed ds_roofline_at(const ds_roofline_case *c, const ds_roofline_request *r)
{
    costs k = costs_of(c, r);
    return speed_with(c, &k, r, most_slots(c, &k, r));
}

ds_roofline_speed ds_roofline_with_slots(const ds_roofline_case *c, const ds_roofline_request *r,
                                         double slots)
{
    costs k = costs_of(c, r);
    return speed_with(c, &k, r, slots);
}
