/* profile_show.c -- what a profile of a scenario says.
 *
 * Called by the program.  Equations (31) and (100) to (102) of docs/model.md at the medians
 * of what is uncertain; the error of the profile has median 1, so that it falls out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "model/profile_table.h"
#include "distillsim_profile.h"
#include "model/roofline.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

#define GIB 1073741824.0

static const ds_profile *profile_of(const ds_scenario *s, size_t index)
{
    return &DS_ITEM(ds_profile, s->profiles, index);
}

static double median(const ds_scenario *s, ds_quantity q, double absent)
{
    if (q.index == DS_ABSENT)
        return absent;
    return ds_distribution_quantile(&s->inputs[q.index].distribution, 0.5);
}

static double lower(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : fmin(a, b);
}

/* (100) */
static void closed_form(const ds_scenario *s, const ds_profile *p, ds_profile_figures *f)
{
    double input = f->input_tokens, output = f->output_tokens;
    f->gpu_s = input / median(s, p->input_tokens_per_gpu_s, (double)INFINITY) +
               output / median(s, p->output_tokens_per_gpu_s, (double)INFINITY) +
               median(s, p->attention_gpu_s_per_token2, 0) * output * (input + output / 2) +
               median(s, p->prefill_attention_gpu_s_per_token2, 0) * input * input;
    f->slots = p->slots_per_replica;
    f->fits = true;
}

/* (101); times only where there is a curve of these lengths */
static ds_code measured(const ds_profile *p, double concurrency, ds_profile_figures *f,
                        ds_error *err)
{
    size_t          count = ds_table_curves(&p->table);
    ds_profile      limited = *p;
    ds_table_point *points = calloc(count, sizeof *points);
    if (points == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    limited.concurrency_limit = lower(p->concurrency_limit, concurrency);
    ds_table_points(&limited, points);
    ds_base_law law = ds_table_law(points, count);
    f->gpu_s = ds_table_gpu_seconds(points, count, &law, f->input_tokens, 0, f->output_tokens, 0);
    f->slots = ds_table_slots(points, count, f->input_tokens, f->output_tokens);
    f->fits = true;
    for (size_t i = 0; i < count; i++)
        if (points[i].input == f->input_tokens && points[i].output == f->output_tokens) {
            f->ttft_ms = points[i].ttft_ms;
            f->tpot_ms = points[i].tpot_ms;
        }
    free(points);
    return DS_OK;
}

/* (102) */
static void roofline(const ds_scenario *s, const ds_profile *p, double concurrency,
                     ds_profile_figures *f)
{
    ds_roofline_case c = {.shape = p->roofline, .gpu = &DS_ITEM(ds_gpu, s->gpus, p->gpu),
                          .gpus = (double)p->gpus_per_replica, .size = 1,
                          .tpot_limit_ms = p->tpot_limit_ms, .ttft_limit_ms = p->ttft_limit_ms,
                          .concurrency_limit = lower(p->concurrency_limit, concurrency)};
    ds_roofline_request r = {f->input_tokens, 0, f->output_tokens, 0};
    ds_roofline_speed   v = ds_roofline_at(&c, &r);
    f->memory_gib = v.memory_bytes / GIB;
    f->weight_gib = v.weight_bytes / GIB;
    f->request_gib = v.request_bytes / GIB;
    f->fits = v.fit >= 1;
    if (!f->fits)
        return;
    f->gpu_s = v.gpu_s;
    f->slots = v.slots;
    f->ttft_ms = v.ttft_ms;
    f->tpot_ms = v.tpot_ms;
}

ds_code ds_scenario_profile_at(const ds_scenario *s, size_t index, double input_tokens,
                               double output_tokens, double concurrency, ds_profile_figures *out,
                               ds_error *err)
{
    const ds_profile *p = profile_of(s, index);
    const double      unknown = (double)NAN;
    ds_code           code = DS_OK;
    *out = (ds_profile_figures){
        .input_tokens = input_tokens, .output_tokens = output_tokens, .gpu_s = unknown,
        .slots = unknown, .ttft_ms = unknown, .tpot_ms = unknown, .memory_gib = unknown,
        .weight_gib = unknown, .request_gib = unknown };
    if (p->roofline != NULL)
        roofline(s, p, concurrency, out);
    else if (p->table.count > 0)
        code = measured(p, concurrency, out, err);
    else if (isnan(concurrency))
        closed_form(s, p, out);
    else
        code = ds_fail(err, DS_E_USAGE, NULL,
                       "profile \"%.80s\" is a closed form, which has no concurrency",
                       p->key.name);
    if (code != DS_OK)
        return code;
    double rent = median(s, DS_ITEM(ds_gpu, s->gpus, p->gpu).usd_per_gpu_hour, unknown);
    out->gpu_s /= median(s, p->speed_factor, 1);
    out->output_tokens_per_s = output_tokens * (double)p->gpus_per_replica / out->gpu_s;
    double usd = out->gpu_s * rent / 3600;
    out->usd_per_mtok = 1e6 * usd / (input_tokens + output_tokens);
    out->usd_per_mtok_output = 1e6 * usd / output_tokens;
    return DS_OK;
}

size_t ds_scenario_profile_count(const ds_scenario *s)
{
    return s->profiles.count;
}

const char *ds_scenario_profile_name(const ds_scenario *s, size_t index)
{
    return profile_of(s, index)->key.name;
}

ds_profile_facts ds_scenario_profile_facts(const ds_scenario *s, size_t index)
{
    const ds_profile *p = profile_of(s, index);
    const ds_gpu     *gpu = &DS_ITEM(ds_gpu, s->gpus, p->gpu);
    return (ds_profile_facts){
        .kind = p->roofline != NULL    ? DS_PROFILE_ROOFLINE
                : p->table.count > 0 ? DS_PROFILE_TABLE
                                       : DS_PROFILE_CLOSED,
        .gpu = gpu->key.name, .gpus = (int)p->gpus_per_replica,
        .usd_per_gpu_hour = median(s, gpu->usd_per_gpu_hour, (double)NAN),
        .relative_error = p->relative_error, .parameters_b = p->parameters_b };
}
