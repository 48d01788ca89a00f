/* reference_random.c -- section 1 of docs/model.md: random numbers and draws.
 *
 * Called by reference_world.c and reference_student.c.  Every number is addressed
 * by (name, path, month, slot); nothing is consumed.  Names are never stored, only
 * their hashes (2), built piece by piece: a pointer, then "#shock" or "#event".
 * The distributions themselves are those of numerics/distribution.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <string.h>

#include "numerics/lanes.h"
#include "numerics/spread.h"
#include "numerics/stream.h"

/* (2) FNV-1a */
uint64_t ds_ref_hash(uint64_t h, const char *text)
{
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return h;
}

uint64_t ds_ref_process(const char *before, const char *name, const char *after)
{
    uint64_t h = ds_ref_hash(DS_REF_HASH_START, before);
    for (; *name != '\0'; name++) {
        char one[2] = { *name, '\0' };
        h = ds_ref_hash(h, *name == '~' ? "~0" : *name == '/' ? "~1" : one);
    }
    return ds_ref_hash(h, after);
}

/* (1), (3), (7) */
static double uniform_of_path(const ds_ref_world *w, uint64_t path, uint64_t name, size_t month,
                              size_t slot)
{
    const ds_sampler *sampler = w->sampling.sampler;
    int stream = ds_sampler_find(sampler, DS_SAMPLED_QUANTITY, name);
    if (stream < 0)
        stream = ds_sampler_find(sampler, DS_SAMPLED_MONTHLY, name);
    if (stream < 0)
        return ds_plain_uniform(&w->sampling, name, path, (uint32_t)month, (uint32_t)slot);
    return ds_sampled_uniform(&w->sampling, stream, name, path, (uint32_t)(2 * month + slot));
}

double ds_ref_uniform(const ds_ref_world *w, uint64_t name, size_t month, size_t slot)
{
    return uniform_of_path(w, w->path, name, month, slot);
}

/* (9) the number of the path in (4): of its state of knowledge, if that is what it is about */
static uint64_t path_of_input(const ds_ref_world *w, size_t index)
{
    const ds_input *input = &w->s->inputs[index];
    bool known = w->s->run->outer > 0 && !input->aleatory && !input->per_event;
    return known ? w->path % (uint64_t)w->s->run->outer : w->path;
}

static double uniform_of_input(const ds_ref_world *w, size_t index, size_t month, size_t slot)
{
    uint64_t name = ds_ref_hash(DS_REF_HASH_START, w->s->inputs[index].pointer);
    return uniform_of_path(w, path_of_input(w, index), name, month, slot);
}

/* (6) sqrt(nu / w) of a component, 1 unless the copula is t; w of the tail's number */
static double tail_factor(const ds_ref_world *w, const ds_component *c, size_t month, size_t slot)
{
    if (!w->draws->heavy_tails)
        return 1;
    uint64_t name = ds_ref_hash(ds_ref_hash(DS_REF_HASH_START, c->pointer[0]), "#tail");
    uint64_t path = c->of_processes ? w->path : path_of_input(w, (size_t)c->input[0]);
    return ds_t_copula_scale(&w->draws->t, uniform_of_path(w, path, name, month, slot));
}

/* (6) the normal score of T_nu(z''), or z' itself */
static double score_of(const ds_ref_world *w, double z)
{
    return w->draws->heavy_tails ? ds_t_copula_score(&w->draws->t, z) : z;
}

/* (7b) the same with Latin hypercubes */
static void draw_strata(ds_ref_world *w, size_t c)
{
    const ds_component *component = &w->draws->component[c];
    for (size_t k = 0; k < component->count; k++) {
        double v = ds_stream_uniform(ds_stream_key(w->seed, component->name[k]), w->path, 0, 0);
        double u = ds_uniform_in_stratum(w->strata->points, ds_stratum(w->strata, c, k, w->path),
                                         v);
        size_t index = (size_t)component->input[k];
        w->input[index] = ds_draw_value(&w->draws->draw[index], u);
    }
}

/* (6) the members of one component of correlated inputs */
static void draw_component(ds_ref_world *w, const ds_component *c)
{
    double factor = tail_factor(w, c, 0, 0);
    for (size_t i = 0; i < c->count; i++) {
        double z = 0;
        for (size_t k = 0; k <= i; k++) {
            double u = uniform_of_input(w, (size_t)c->input[k], 0, 0);
            z += c->lower[i * c->count + k] * ds_normal_quantile(u); /* z' = L z */
        }
        size_t index = (size_t)c->input[i];
        double u = ds_normal_cdf(score_of(w, z * factor));
        w->input[index] = ds_draw_value(&w->draws->draw[index], u);
    }
}

/* (8): z of all months from the numbers x of one stream */
static void walk(ds_ref_world *w, int stream)
{
    const ds_sampler *s = w->sampling.sampler;
    size_t S = w->months - 1, K = s->leading;
    double *z = &w->walk[(size_t)stream * w->months], sum[DS_LEADING], y[DS_LEADING];
    for (size_t j = 0; j < S; j++)
        z[j] = ds_normal_quantile(ds_sampled_uniform(&w->sampling, stream, s->stream[stream].name,
                                                     w->path, (uint32_t)j));
    for (size_t k = 0; k < K; k++) {
        sum[k] = 0;
        for (size_t j = 0; j < S; j++)
            sum[k] += s->shape[k * S + j] * z[j];
    }
    for (size_t k = 0; k < K; k++) {
        y[k] = 0;
        for (size_t l = 0; l < K; l++)
            y[k] += s->weight[k * K + l] * sum[l];
    }
    for (size_t j = 0; j < S; j++)
        for (size_t k = 0; k < K; k++)
            z[j] += s->shape[k * S + j] * y[k];
}

/* (4) every input once per path; those drawn at each event are not used from here */
void ds_ref_draw_inputs(ds_ref_world *w)
{
    const ds_sampler *sampler = w->sampling.sampler;
    for (size_t k = 0; k < sampler->stream_count; k++)
        if (sampler->stream[k].kind == DS_SAMPLED_SHOCK)
            walk(w, (int)k);
    for (size_t i = 0; i < w->s->input_count; i++)
        w->input[i] = ds_draw_value(&w->draws->draw[i], uniform_of_input(w, i, 0, 0));
    for (size_t c = 0; c < w->draws->component_count; c++)
        if (!w->draws->component[c].of_processes && w->strata->rank != NULL)
            draw_strata(w, c);
        else if (!w->draws->component[c].of_processes)
            draw_component(w, &w->draws->component[c]);
}

double ds_ref_value(const ds_ref_world *w, ds_quantity q)
{
    return q.index == DS_ABSENT ? DS_REF_NONE : w->input[q.index];
}

double ds_ref_value_or(const ds_ref_world *w, ds_quantity q, double otherwise)
{
    return q.index == DS_ABSENT ? otherwise : w->input[q.index];
}

/* (4) */
double ds_ref_event_value(const ds_ref_world *w, ds_quantity q, size_t t, size_t j)
{
    if (q.index == DS_ABSENT || !w->s->inputs[q.index].per_event)
        return ds_ref_value(w, q); /* "@name": the value of that name */
    size_t index = (size_t)q.index;
    return ds_draw_value(&w->draws->draw[index], uniform_of_input(w, index, t + 1, j));
}

/* (5) */
bool ds_ref_event(const ds_ref_world *w, uint64_t process, const char *kind, size_t t,
                  double probability)
{
    uint64_t name = ds_ref_hash(ds_ref_hash(process, "#"), kind);
    return ds_ref_uniform(w, name, t / 2, t % 2) < probability;
}

/* (14) the least n with F(n) >= 1 - u */
size_t ds_ref_events(const ds_ref_world *w, uint64_t process, const char *kind, size_t t,
                     double mean)
{
    enum { BEYOND_ANY_U = 200 }; /* the mean is at most 365/12 */
    uint64_t name = ds_ref_hash(ds_ref_hash(process, "#"), kind);
    double   u = ds_ref_uniform(w, name, t / 2, t % 2);
    double   term = exp(-mean), sum = term;
    size_t   n = 0;
    for (; sum < 1 - u && n < BEYOND_ANY_U; sum += term) {
        n++;
        term *= mean / (double)n;
    }
    return n;
}

/* (5) the shock that the process would have alone */
static double own_shock(const ds_ref_world *w, uint64_t process, size_t t)
{
    uint64_t name = ds_ref_hash(process, "#shock");
    int stream = ds_sampler_find(w->sampling.sampler, DS_SAMPLED_SHOCK, name);
    if (stream >= 0)
        return w->walk[(size_t)stream * w->months + t - 1];
    return ds_normal_quantile(ds_ref_uniform(w, name, t / 2, t % 2));
}

/* (6) */
double ds_ref_shock(const ds_ref_world *w, uint64_t process, size_t t)
{
    for (size_t n = 0; n < w->draws->component_count; n++) {
        const ds_component *c = &w->draws->component[n];
        for (size_t i = 0; c->of_processes && i < c->count; i++) {
            if (ds_ref_hash(DS_REF_HASH_START, c->pointer[i]) != process)
                continue;
            double z = 0;
            for (size_t k = 0; k <= i; k++) {
                uint64_t other = ds_ref_hash(DS_REF_HASH_START, c->pointer[k]);
                z += c->lower[i * c->count + k] * own_shock(w, other, t);
            }
            return score_of(w, z * tail_factor(w, c, t / 2, t % 2));
        }
    }
    return own_shock(w, process, t);
}
