/* reference_profile.c -- (31) and (100)-(102) of docs/model.md: how long GPUs work on a
 * request, and how many requests a replica works on at a time.
 *
 * Called by the parts of the naive engine that bill fleets, units with a profile and
 * labels.  Tables and rooflines have files of their own, which others use too; a table is
 * read anew for each request, for this engine has time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <stdlib.h>

#include "model/profile_table.h"
#include "model/roofline.h"

typedef struct {
    double seconds, slots; /* G0, b */
} speed;

/* n */
static double size_of(const ds_ref_world *w, size_t model, const ds_profile *f)
{
    ds_quantity parameters = DS_ITEM(ds_model, w->s->models, model).parameters_b;
    if (parameters.index == DS_ABSENT || isnan(f->parameters_b))
        return 1;
    return ds_ref_value(w, parameters) / f->parameters_b;
}

/* (100) */
static speed closed_form(const ds_ref_world *w, const ds_profile *f, const ds_ref_request *r,
                         double n)
{
    double prefill = ds_ref_value(w, f->input_tokens_per_gpu_s);               /* P */
    double decode = ds_ref_value(w, f->output_tokens_per_gpu_s);               /* D */
    double kappa = ds_ref_value(w, f->attention_gpu_s_per_token2);
    double lambda = ds_ref_value(w, f->prefill_attention_gpu_s_per_token2);
    double o = r->output, cv = r->output_cv;
    double pairs = o * r->input + o * o * (1 + cv * cv) / 2;
    double seconds = (r->input - r->read) / prefill + o / decode + kappa * pairs +
                     lambda * (r->input * r->input - r->read * r->read);
    return (speed){ n * seconds, f->slots_per_replica };
}

/* (101) */
static speed measured(const ds_profile *f, const ds_ref_request *r, double n)
{
    size_t          count = ds_table_curves(&f->table);
    ds_table_point *points = calloc(count, sizeof *points);
    speed           v = { DS_REF_NONE, DS_REF_NONE }; /* out of memory: not a number */
    if (points == NULL)
        return v;
    ds_table_points(f, points);
    ds_base_law law = ds_table_law(points, count);
    v.seconds = n * ds_table_gpu_seconds(points, count, &law, r->input, r->read, r->output,
                                         r->output_cv);
    v.slots = ds_table_slots(points, count, r->input, r->output);
    free(points);
    return v;
}

/* (102) */
static speed roofline(const ds_ref_world *w, const ds_profile *f, const ds_ref_request *r,
                      double n)
{
    ds_roofline_case c = { .shape = f->roofline,
                           .gpu = &DS_ITEM(ds_gpu, w->s->gpus, f->gpu),
                           .gpus = (double)f->gpus_per_replica, .size = n,
                           .tpot_limit_ms = f->tpot_limit_ms, .ttft_limit_ms = f->ttft_limit_ms,
                           .concurrency_limit = f->concurrency_limit };
    ds_roofline_request of = { r->input, r->read, r->output, r->output_cv };
    ds_roofline_speed   v = ds_roofline_at(&c, &of);
    return (speed){ v.gpu_s, v.slots };
}

static speed speed_of(const ds_ref_world *w, size_t model, const ds_profile *f,
                      const ds_ref_request *r)
{
    double n = size_of(w, model, f);
    if (f->roofline != NULL)
        return roofline(w, f, r, n);
    return f->table.count > 0 ? measured(f, r, n) : closed_form(w, f, r, n);
}

/* (31) */
double ds_ref_gpu_seconds(const ds_ref_world *w, size_t model, int profile,
                          const ds_ref_request *r, size_t t)
{
    const ds_profile *f = &DS_ITEM(ds_profile, w->s->profiles, profile);
    double speed_up = ds_ref_value(w, f->speed_factor) *
                      pow(1 + ds_ref_value(w, f->speed_gain_per_year), ds_ref_years(t)); /* s(t) */
    double error = ds_ref_value_or(w, f->error, 1); /* epsilon */
    return speed_of(w, model, f, r).seconds / (speed_up * error);
}

double ds_ref_slots(const ds_ref_world *w, size_t model, int profile, const ds_ref_request *r)
{
    return speed_of(w, model, &DS_ITEM(ds_profile, w->s->profiles, profile), r).slots;
}
