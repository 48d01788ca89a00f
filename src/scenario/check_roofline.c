/* check_roofline.c -- rules of rooflines: the GPU's facts are there, the shape is one, and
 * weights and a request fit into the memory.
 *
 * Called by check_profile.c, at the path of a profile.  Numbers in brackets are those of
 * docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenario/check.h"

static const ds_gpu *gpu_of(const ds_binder *b, const ds_profile *p)
{
    const ds_items *gpus = &b->scenario->gpus;
    bool            known = p->gpu >= 0 && (size_t)p->gpu < gpus->count;
    return known ? &DS_ITEM(ds_gpu, *gpus, p->gpu) : NULL;
}

/* ---- The GPU --------------------------------------------------------------------- */

static void need_fact(ds_binder *b, const ds_gpu *g, bool missing, const char *what)
{
    if (missing)
        ds_problem_in(b, "gpu", "a roofline needs %s of the GPU \"%.60s\"", what, g->key.name);
}

static void check_facts(ds_binder *b, const ds_profile *p, const ds_gpu *g)
{
    int  bits = p->roofline->weight_bits;
    bool speed = !isnan(g->tflops_16bit) || (bits != DS_BITS_16 && !isnan(g->tflops_8bit)) ||
                 (bits == DS_BITS_4 && !isnan(g->tflops_4bit));
    need_fact(b, g, isnan(g->memory_gb), "\"memory_gb\"");
    need_fact(b, g, isnan(g->memory_gb_per_s), "\"memory_gb_per_s\"");
    need_fact(b, g, bits >= 0 && !speed,
              bits == DS_BITS_16 ? "\"tflops_16bit\""
              : bits == DS_BITS_8 ? "\"tflops_8bit\" or \"tflops_16bit\""
                                  : "\"tflops_4bit\", \"tflops_8bit\" or \"tflops_16bit\"");
    need_fact(b, g, p->gpus_per_replica > 1 && isnan(g->link_gb_per_s),
              "\"link_gb_per_s\" (gpus_per_replica is above 1)");
}

/* ---- The shape ------------------------------------------------------------------- */

static void check_shape(ds_binder *b, const ds_roofline *r)
{
    if (r->heads % r->kv_heads != 0)
        ds_problem_in(b, "kv_heads", "%lld do not divide %lld heads: as many query heads share "
                                     "each", (long long)r->kv_heads, (long long)r->heads);
    if (r->active_parameters_b > r->parameters_b)
        ds_problem_in(b, "active_parameters_b", "%.6g are %.3g %% more than all parameters, %.6g",
                      r->active_parameters_b,
                      100.0 * (r->active_parameters_b / r->parameters_b - 1.0), r->parameters_b);
    if (r->experts_per_token > r->experts)
        ds_problem_in(b, "experts_per_token", "%lld are more than the experts, %lld",
                      (long long)r->experts_per_token, (long long)r->experts);
    ds_refuse(b, r->experts == 1 && r->active_parameters_b < r->parameters_b,
              "active_parameters_b", "there is one expert, so a token uses all (\"experts\")");
}

void ds_check_roofline(ds_binder *b, const ds_profile *p)
{
    const ds_gpu *g = gpu_of(b, p);
    ds_refuse_closed_form(b, p, "the profile has a \"roofline\"");
    ds_push(b, "roofline");
    bool right = p->roofline != NULL && !ds_reported_inside(b);
    if (right)
        check_shape(b, p->roofline);
    ds_pop(b);
    if (right && g != NULL)
        check_facts(b, p, g);
}
