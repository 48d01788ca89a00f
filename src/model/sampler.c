/* sampler.c -- see sampler.h.  Called by plan.c at its end, by the reference engine, and
 * before a run.  The kernel has the same in lanes, in coordinates.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sampler.h"

#include <math.h>
#include <stdlib.h>

#include "model/plan_internal.h"
#include "model/work.h"
#include "numerics/spread.h"
#include "numerics/stream.h"
#include "scenario/error.h"

/* ---- Which numbers have a coordinate (7) --------------------------------------- */

static void add_stream(ds_sampler *s, int kind, uint64_t name)
{
    s->stream[s->stream_count++] = (ds_sampled){ .kind = kind, .name = name };
}

/* To be sorted; another sort of stream with a number for each month, or with one for each
 * path, is added here. */
static bool collect_streams(ds_plan *plan)
{
    ds_sampler *s = &plan->sampler;
    const ds_draws *draws = &plan->draws;
    s->stream = ds_plan_alloc(plan, plan->input_count + plan->process_count + plan->event_count +
                              plan->noise_count + plan->regime_count + draws->component_count,
                              sizeof *s->stream);
    if (s->stream == NULL)
        return false;
    for (size_t k = 0; k < plan->input_count; k++)
        add_stream(s, DS_SAMPLED_QUANTITY, plan->input[k].name);
    for (size_t k = 0; k < plan->process_count; k++)
        add_stream(s, DS_SAMPLED_SHOCK, plan->process[k]);
    for (size_t k = 0; k < plan->event_count; k++)
        add_stream(s, DS_SAMPLED_MONTHLY, plan->event[k].name);
    for (size_t k = 0; k < plan->noise_count; k++)
        add_stream(s, DS_SAMPLED_MONTHLY, plan->noise[k].name);
    for (size_t k = 0; k < plan->regime_count; k++)
        add_stream(s, DS_SAMPLED_MONTHLY, plan->regime[k].name);
    for (size_t c = 0; draws->heavy_tails && c < draws->component_count; c++)
        add_stream(s, draws->component[c].of_processes ? DS_SAMPLED_MONTHLY : DS_SAMPLED_QUANTITY,
                   draws->component[c].tail);
    return true;
}

static int compare_streams(const void *a, const void *b)
{
    const ds_sampled *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* The numbers of a kind follow one another: number 0 of all its streams, then number 1. */
static size_t number_streams(ds_sampler *s)
{
    const size_t each[DS_SAMPLED_KINDS] = { 1, s->months - 1, s->months };
    size_t next = 0;
    qsort(s->stream, s->stream_count, sizeof *s->stream, compare_streams);
    for (size_t from = 0, to; from < s->stream_count; from = to) {
        int kind = s->stream[from].kind;
        for (to = from; to < s->stream_count && s->stream[to].kind == kind; to++)
            ;
        for (size_t k = from; k < to; k++) {
            s->stream[k].first = next + k - from;
            s->stream[k].step = to - from;
            s->stream[k].count = each[kind];
        }
        next += (to - from) * each[kind];
    }
    return next;
}

/* ---- What the coordinates are made with --------------------------------------- */

static bool make_directions(ds_plan *plan, size_t coordinates)
{
    ds_sampler *s = &plan->sampler;
    s->limit = coordinates < DS_SOBOL_DIMENSIONS ? coordinates : DS_SOBOL_DIMENSIONS;
    s->direction = ds_plan_alloc(plan, s->limit, sizeof *s->direction);
    for (size_t c = 0; s->direction != NULL && c < s->limit; c++)
        ds_sobol_directions(c, s->direction[c]);
    return s->direction != NULL;
}

static bool make_primes(ds_plan *plan)
{
    ds_sampler *s = &plan->sampler;
    s->limit = DS_HALTON_DIMENSIONS;
    s->prime = ds_plan_alloc(plan, s->limit, sizeof *s->prime);
    if (s->prime == NULL)
        return false;
    size_t found = 0;
    for (uint32_t n = 2; found < s->limit; n++) {
        size_t k = 0;
        while (k < found && n % s->prime[k] != 0)
            k++;
        if (k == found)
            s->prime[found++] = n;
    }
    return true;
}

/* Replaces a symmetric positive definite matrix of n x n by minus its inverse. */
static void negate_inverse(size_t n, double *m)
{
    for (size_t k = 0; k < n; k++) { /* sweep of the k-th row and column */
        double pivot = m[k * n + k];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                if (i != k && j != k)
                    m[i * n + j] -= m[i * n + k] * m[k * n + j] / pivot;
        for (size_t i = 0; i < n; i++)
            if (i != k) {
                m[i * n + k] /= pivot;
                m[k * n + i] /= pivot;
            }
        m[k * n + k] = -1 / pivot;
    }
}

/* (8) */
static bool make_shapes(ds_plan *plan)
{
    ds_sampler *s = &plan->sampler;
    const size_t S = s->months - 1, K = S / 8 < DS_LEADING ? S / 8 : DS_LEADING;
    const double pi = 3.14159265358979323846;
    s->leading = K;
    s->shape = ds_plan_alloc(plan, K * S, sizeof *s->shape);
    s->weight = ds_plan_alloc(plan, K * K, sizeof *s->weight);
    if (s->shape == NULL || s->weight == NULL)
        return false;
    for (size_t k = 0; k < K; k++)
        for (size_t j = 0; j < S; j++) {
            double angle = (double)((2 * k + 1) * (2 * j + 1)) * pi / (double)(4 * S + 2);
            s->shape[k * S + j] = 2 / sqrt((double)(2 * S + 1)) * cos(angle) - (k == j);
        }
    for (size_t i = 0; i < K; i++)
        for (size_t k = 0; k < K; k++)
            s->weight[i * K + k] = -s->shape[i * S + k]; /* I - C */
    negate_inverse(K, s->weight);
    return true;
}

bool ds_plan_compile_sampler(ds_plan *plan)
{
    ds_sampler *s = &plan->sampler;
    const ds_run_settings *run = plan->scenario->run;
    s->method = run->sampling;
    s->months = plan->months;
    s->replicates = s->method == DS_SAMPLING_RANDOM ? 1
                    : s->method == DS_SAMPLING_ANTITHETIC ? 2 : (uint32_t)run->replicates;
    if (s->replicates <= 1 || s->method == DS_SAMPLING_ANTITHETIC)
        return true;
    if (!collect_streams(plan))
        return false;
    size_t coordinates = number_streams(s);
    s->limit = coordinates;
    bool made = s->method == DS_SAMPLING_SOBOL    ? make_directions(plan, coordinates)
                : s->method == DS_SAMPLING_HALTON ? make_primes(plan) : true;
    for (size_t k = 0; k < plan->process_count; k++)
        plan->sampled_shock[k] = ds_sampler_find(s, DS_SAMPLED_SHOCK, plan->process[k]);
    return made && make_shapes(plan);
}

const ds_sampler *ds_plan_sampler(const ds_plan *plan)
{
    return &plan->sampler;
}

int ds_sampler_find(const ds_sampler *s, int kind, uint64_t name)
{
    for (size_t k = 0; k < s->stream_count; k++)
        if (s->stream[k].name == name && s->stream[k].kind == kind)
            return (int)k;
    return -1;
}

/* ---- How many paths -------------------------------------------------------------- */

ds_code ds_sampler_check_paths(const ds_plan *plan, uint64_t paths, ds_error *err)
{
    const ds_sampler *s = &plan->sampler;
    const uint64_t R = s->replicates, below = paths - paths % R;
    if (paths % R == 0 && paths / R <= (UINT64_C(1) << 32))
        return DS_OK;
    if (paths % R == 0)
        return ds_fail(err, DS_E_SCENARIO, "/run/paths", "a replicate has at most 2^32 paths, got "
                       "%llu", (unsigned long long)(paths / R));
    if (below == 0)
        return ds_fail(err, DS_E_SCENARIO, "/run/paths", "%llu paths cannot be shared by %llu "
                       "replicates: take %llu or a multiple of it", (unsigned long long)paths,
                       (unsigned long long)R, (unsigned long long)R);
    return ds_fail(err, DS_E_SCENARIO, "/run/paths", "%llu paths are no multiple of %llu "
                   "replicates: take %llu or %llu", (unsigned long long)paths,
                   (unsigned long long)R, (unsigned long long)below,
                   (unsigned long long)(below + R));
}

void ds_kernel_set_paths(void *work, uint64_t paths)
{
    ds_work *w = work;
    w->points = paths / w->plan->sampler.replicates;
}

void ds_kernel_set_strata(void *work, const ds_strata *strata)
{
    ds_work *w = work;
    w->strata = strata->rank != NULL ? strata : NULL;
}

/* ---- One number ------------------------------------------------------------------- */

double ds_plain_uniform(const ds_sampling *s, uint64_t name, uint64_t path, uint32_t m,
                        uint32_t slot)
{
    uint64_t key = ds_stream_key(s->seed, name);
    if (s->sampler->method != DS_SAMPLING_ANTITHETIC)
        return ds_stream_uniform(key, path, m, slot);
    double u = ds_stream_uniform(key, path / 2, m, slot);
    return path % 2 == 0 ? u : 1 - u;
}

double ds_sampled_uniform(const ds_sampling *s, int stream, uint64_t name, uint64_t path,
                          uint32_t a)
{
    const ds_sampler *sampler = s->sampler;
    double u = ds_plain_uniform(s, name, path, a / 2, a % 2);
    if (stream < 0)
        return u;
    const ds_sampled *numbers = &sampler->stream[stream];
    size_t c = numbers->first + numbers->step * a;
    if (a >= numbers->count || c >= sampler->limit)
        return u;
    const uint32_t R = sampler->replicates, number = (uint32_t)(path / R);
    uint64_t word = ds_spread_word(ds_stream_key(s->seed, name), (uint32_t)(path % R), a);
    switch (sampler->method) {
    case DS_SAMPLING_SOBOL:
        return ds_sobol_uniform(sampler->direction[c], number, word);
    case DS_SAMPLING_HALTON:
        return ds_halton_uniform(sampler->prime[c], number, word);
    default:
        return ds_hypercube_uniform(s->paths / R, number, word, u);
    }
}
