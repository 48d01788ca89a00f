/* plan_profile.c -- profiles of the scenario -> profiles of the plan: of (100)-(102) what
 * does not depend on a path.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/plan_internal.h"

static const double engine_limit = 4096; /* requests at a time that an engine takes */
static const double mega = 1e6, giga = 1e9, tera = 1e12;

/* (101): the points, and the law that they correct. */
static bool compile_table(ds_plan *plan, const ds_profile *p, ds_plan_profile *out)
{
    size_t count = ds_table_curves(&p->table);
    ds_table_point *points = ds_plan_alloc(plan, count, sizeof *points);
    out->point = ds_plan_alloc(plan, count, sizeof *out->point);
    if (points == NULL || out->point == NULL)
        return false;
    out->point_count = ds_table_points(p, points);
    out->law = ds_table_law(points, count);
    for (size_t k = 0; k < count; k++) {
        double base = ds_base_law_at(&out->law, points[k].input, 0, points[k].output, 0);
        out->point[k] = (ds_plan_point){
            .log_input = log(points[k].input),
            .log_output = log(points[k].output),
            .log_ratio = log(points[k].gpu_s / base),
            .log_slots = log(points[k].slots),
        };
    }
    return true;
}

/* Peak FLOP/s at so many bits, or at more when the GPU does not have them. */
static double peak_flops(const ds_gpu *g, const ds_roofline *r)
{
    if (r->weight_bits == DS_BITS_4 && !isnan(g->tflops_4bit))
        return g->tflops_4bit * tera * r->four_bit_efficiency;
    if (r->weight_bits != DS_BITS_16 && !isnan(g->tflops_8bit))
        return g->tflops_8bit * tera;
    return g->tflops_16bit * tera;
}

/* What limits how many requests are worked on at a time. */
static void compile_limits(const ds_profile *p, ds_plan_roofline *out)
{
    out->limited = !isnan(p->tpot_limit_ms) || !isnan(p->ttft_limit_ms);
    out->tpot_limit = out->ttft_limit = (double)INFINITY;
    out->concurrency = isnan(p->concurrency_limit) ? engine_limit : floor(p->concurrency_limit);
    if (!isnan(p->tpot_limit_ms))
        out->tpot_limit = p->tpot_limit_ms * 1e-3 * (1 + 1e-9);
    if (!isnan(p->ttft_limit_ms))
        out->ttft_limit = p->ttft_limit_ms * 1e-3 * (1 + 1e-9);
}

/* The sums of (102), sorted by the power of m or n that they are multiplied by. */
static void compile_sums(const ds_profile *p, const ds_gpu *g, ds_plan_roofline *out)
{
    const ds_roofline *r = p->roofline;
    const double tp = (double)p->gpus_per_replica;
    const double L = (double)r->layers, H = (double)r->hidden, heads = (double)r->heads;
    const double d = (double)r->head_size, V = (double)r->vocabulary;
    const double f = (double)r->intermediate, E = (double)r->experts;
    const double K = (double)r->experts_per_token, kv_heads = (double)r->kv_heads;
    const double apart = r->experts > 1, spread = p->gpus_per_replica > 1;
    const double weight = r->weight_bits == DS_BITS_16 ? 2 : r->weight_bits == DS_BITS_8 ? 1
                                                                                      : 4.5 / 8;
    const double cached = r->kv_bits == DS_BITS_16 ? 2 : r->kv_bits == DS_BITS_8 ? 1 : 0.5;
    const double flops = peak_flops(g, r) * r->compute_efficiency;
    const double flops_16 = g->tflops_16bit * tera * r->compute_efficiency;
    const double bandwidth = g->memory_gb_per_s * giga * r->memory_efficiency;
    const double attention = 2 * H * heads * d + 2 * H * kv_heads * d;
    const double used = L * (attention + 3 * H * f * K + apart * H * E);
    const double all = L * (attention + 3 * H * f * E + apart * H * E);
    const double kv = 2 * L * fmax(kv_heads / tp, 1) * d * cached;

    out->products = 2 * used / (tp * flops);
    out->activations =
        2 * L * (8 * H + 3 * f * K / tp + 2 * heads * d / tp + apart * 4 * K * H) / bandwidth;
    if (p->gpus_per_replica > 1)
        out->activations += 2 * L * 2 * (tp - 1) / tp * 2 * H /
                            (g->link_gb_per_s * giga * r->link_efficiency);
    out->dispatch = apart * r->expert_ns / giga * L * K / tp;
    out->head = 2 * V * H / (tp * flops_16);
    out->attention = 2 * L * heads * d / (tp * flops_16);
    out->step = r->step_ms * 1e-3;
    out->all_reduces = spread * 2 * L * r->all_reduce_us / mega;
    out->weights_read = used * weight / (tp * bandwidth);
    out->head_read = 2 * V * H / (tp * bandwidth);
    out->experts_read = (all - used) * weight / (tp * bandwidth);
    out->experts_each = K / E;
    out->cache_read = kv / bandwidth;
    out->request = r->request_us / mega;
    out->front_end = r->front_end_ms * 1e-3;
    out->prompt_share = r->prompt_share;
    out->memory = g->memory_gib * 0x1p30 * r->memory_share;
    out->weight_bytes = all * weight / tp;
    out->head_bytes = 4 * V * H / tp;
    out->cache_bytes = kv;
}

static bool compile_roofline(ds_plan *plan, const ds_profile *p, ds_plan_profile *out)
{
    ds_plan_roofline *roofline = ds_plan_alloc(plan, 1, sizeof *roofline);
    if (roofline == NULL)
        return false;
    compile_sums(p, &DS_ITEM(ds_gpu, plan->scenario->gpus, p->gpu), roofline);
    compile_limits(p, roofline);
    out->roofline = roofline;
    return true;
}

bool ds_plan_compile_profiles(ds_plan *plan)
{
    const ds_scenario *s = plan->scenario;
    for (size_t i = 0; i < plan->profile_count; i++) {
        const ds_profile *p = &DS_ITEM(ds_profile, s->profiles, i);
        ds_plan_profile  *out = &plan->profile[i];
        *out = (ds_plan_profile){
            .gpu = p->gpu,
            .gpus_per_replica = (double)p->gpus_per_replica,
            .parameters_b = p->parameters_b,
            .slots = isnan(p->slots_per_replica) ? 1 : p->slots_per_replica,
            .input_rate = ds_plan_column(p->input_tokens_per_gpu_s, plan->one),
            .output_rate = ds_plan_column(p->output_tokens_per_gpu_s, plan->one),
            .attention = ds_plan_column(p->attention_gpu_s_per_token2, plan->zero),
            .prefill_attention =
                ds_plan_column_unless(s, p->prefill_attention_gpu_s_per_token2, 0),
            .speed_factor = p->speed_factor.index,
            .error = p->error.index >= 0 ? p->error.index : DS_NONE,
            .speed_gain = ds_plan_column_unless(s, p->speed_gain_per_year, 0),
        };
        if (p->roofline != NULL && !compile_roofline(plan, p, out))
            return false;
        if (p->roofline == NULL && p->table.count > 0 && !compile_table(plan, p, out))
            return false;
    }
    return true;
}
