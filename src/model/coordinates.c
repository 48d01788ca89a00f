/* coordinates.c -- the random numbers of a block under run.sampling: (7) and (8) of
 * docs/model.md.
 *
 * Called by random.c and whoever needs a number for every lane, through ds_number_lanes(); for
 * `random` that is the stream itself.  ds_sample_shocks() makes the shocks of all months of the
 * processes at the start of a block, because the leading numbers move all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/rows.h"
#include "model/sampler.h"
#include "numerics/lanes.h"
#include "numerics/spread.h"
#include "numerics/stream.h"

_Static_assert((int)DS_LANES == (int)DS_SPREAD_LANES, "a block is a block of spread.h");

/* ---- Numbers ------------------------------------------------------------------- */

/* u(path / 2), or one minus it in odd paths. */
static void mirror(const ds_work *w, const double *restrict half, double *restrict u)
{
    const size_t odd = w->first % 2;
    if (odd == 0)
        DS_LANES_INDEPENDENT
        for (size_t i = 0; i < DS_LANES / 2; i++) {
            u[2 * i] = half[i];
            u[2 * i + 1] = 1.0 - half[i];
        }
    else
        for (size_t i = 0; i < DS_LANES; i++)
            u[i] = i % 2 == 1 ? half[(i + 1) / 2] : 1.0 - half[i / 2];
}

enum { DS_HALF = DS_LANES / 2 + 1 };

static void mirror_lanes(const ds_work *w, uint64_t key, uint32_t m, uint32_t slot,
                         double *restrict u)
{
    double half[DS_HALF];
    ds_stream_uniform_lanes(key, w->first / 2, m, slot, DS_LANES / 2 + w->first % 2, half);
    mirror(w, half, u);
}

static void mirror_pair_lanes(const ds_work *w, uint64_t key, uint32_t m, double *restrict even,
                              double *restrict odd)
{
    double first[DS_HALF], second[DS_HALF];
    ds_stream_uniform_pair_lanes(key, w->first / 2, m, 0, DS_LANES / 2 + w->first % 2, first,
                                 second);
    mirror(w, first, even);
    mirror(w, second, odd);
}

/* Number a of a stream that has coordinates. */
static void sampled_lanes(const ds_work *w, size_t stream, uint32_t a, double *restrict u)
{
    const ds_sampler *sampler = &w->plan->sampler;
    const ds_sampled *numbers = &sampler->stream[stream];
    const ds_spread spread = { w->first, sampler->replicates };
    const size_t c = numbers->first + numbers->step * a;
    const uint64_t key = w->sampled_key[stream];
    const bool has_coordinate = a < numbers->count && c < sampler->limit;
    if (has_coordinate && sampler->method == DS_SAMPLING_SOBOL) {
        ds_sobol_lanes(&spread, sampler->direction[c], key, a, u);
        return;
    }
    if (has_coordinate && sampler->method == DS_SAMPLING_HALTON) {
        ds_halton_lanes(&spread, sampler->prime[c], key, a, u);
        return;
    }
    ds_stream_uniform_lanes(key, w->first, a / 2, a % 2, DS_LANES, u);
    if (has_coordinate)
        ds_hypercube_lanes(&spread, w->points, key, a, u);
}

/* ---- Streams that a design holds: path k mod period ------------------------------ */

static bool is_held(const ds_work *w, uint64_t key)
{
    const ds_design *design = w->design;
    for (size_t k = 0; design != NULL && k < design->held_count; k++)
        if (ds_work_key(w, design->held[k]) == key)
            return true;
    return false;
}

static void held_lanes(const ds_work *w, uint64_t key, uint32_t m, uint32_t slot,
                       double *restrict u)
{
    const uint64_t period = w->design->period;
    double some[DS_LANES];
    for (size_t lane = 0; lane < DS_LANES;) {
        const uint64_t first = (w->first + lane) % period, left = period - first;
        const size_t room = DS_LANES - lane, count = left < room ? (size_t)left : room;
        ds_stream_uniform_lanes(key, first, m, slot, count, some);
        for (size_t i = 0; i < count; i++)
            u[lane + i] = some[i];
        lane += count;
    }
}

void ds_number_lanes(const ds_work *w, uint64_t key, uint32_t m, uint32_t slot,
                     double *restrict u)
{
    const ds_sampler *sampler = &w->plan->sampler;
    if (is_held(w, key)) {
        held_lanes(w, key, m, slot, u);
        return;
    }
    if (sampler->method == DS_SAMPLING_ANTITHETIC) {
        mirror_lanes(w, key, m, slot, u);
        return;
    }
    for (size_t k = 0; k < sampler->stream_count; k++)
        if (w->sampled_key[k] == key) {
            sampled_lanes(w, k, 2 * m + slot, u);
            return;
        }
    ds_stream_uniform_lanes(key, w->first, m, slot, DS_LANES, u);
}

void ds_number_pair_lanes(const ds_work *w, uint64_t key, uint32_t m, double *restrict even,
                          double *restrict odd)
{
    if (w->plan->sampler.method == DS_SAMPLING_RANDOM && !is_held(w, key)) {
        ds_stream_uniform_pair_lanes(key, w->first, m, 0, DS_LANES, even, odd);
        return;
    }
    if (w->plan->sampler.method == DS_SAMPLING_ANTITHETIC) {
        mirror_pair_lanes(w, key, m, even, odd);
        return;
    }
    ds_number_lanes(w, key, m, 0, even);
    ds_number_lanes(w, key, m, 1, odd);
}

double ds_number_of_lane(const ds_work *w, uint64_t key, size_t lane, uint32_t m, uint32_t slot)
{
    const uint64_t run_path = w->first + lane;
    const uint64_t path = is_held(w, key) ? run_path % w->design->period : run_path;
    if (w->plan->sampler.method != DS_SAMPLING_ANTITHETIC)
        return ds_stream_uniform(key, path, m, slot);
    const double u = ds_stream_uniform(key, path / 2, m, slot);
    return path % 2 == 0 ? u : 1.0 - u;
}

/* ---- Shocks (8) ------------------------------------------------------------------ */

/* Lanes that are turned at a time: sums of all leading numbers stay in registers. */
enum { TURNED = 8 };
typedef double turned_lanes __attribute__((vector_size(TURNED * sizeof(double))));
#define EACH_LEADING(k) _Pragma("GCC unroll 4") for (size_t k = 0; k < K; k++)

_Static_assert(DS_LEADING == 4, "turn() has as many cases, EACH_LEADING as many rounds");

/* x of all numbers becomes z of all months, in lanes from `lane` on; K is a constant. */
static inline void turn_some(size_t K, const ds_sampler *s, double (*x)[DS_LANES], size_t lane)
{
    const size_t S = s->months - 1;
    turned_lanes sum[DS_LEADING], y[DS_LEADING], from;
    EACH_LEADING(k)
        sum[k] = (turned_lanes){ 0 };
    for (size_t j = 0; j < S; j++) {
        memcpy(&from, &x[j][lane], sizeof from);
        EACH_LEADING(k)
            sum[k] += s->shape[k * S + j] * from;
    }
    EACH_LEADING(k) {
        y[k] = (turned_lanes){ 0 };
        EACH_LEADING(l)
            y[k] += s->weight[k * K + l] * sum[l];
    }
    for (size_t j = 0; j < S; j++) {
        memcpy(&from, &x[j][lane], sizeof from);
        EACH_LEADING(k)
            from += s->shape[k * S + j] * y[k];
        memcpy(&x[j][lane], &from, sizeof from);
    }
}

static void turn(const ds_work *w, double (*x)[DS_LANES])
{
    const ds_sampler *s = &w->plan->sampler;
    for (size_t lane = 0; lane < DS_LANES; lane += TURNED)
        switch (s->leading) {
        case 1: turn_some(1, s, x, lane); break;
        case 2: turn_some(2, s, x, lane); break;
        case 3: turn_some(3, s, x, lane); break;
        case 4: turn_some(4, s, x, lane); break;
        default: break; /* none: x are the shocks */
        }
}

void ds_sample_shocks(ds_work *w)
{
    const ds_plan *plan = w->plan;
    const ds_sampler *s = &plan->sampler;
    const size_t S = s->months - 1;
    for (size_t p = 0; p < plan->process_count; p++) {
        if (s->stream_count == 0 || !plan->draws_shock[p] || S == 0)
            continue;
        ds_row *x = &w->walk[p * S];
        const int stream = plan->sampled_shock[p];
        for (size_t j = 0; j < S; j++)
            sampled_lanes(w, (size_t)stream, (uint32_t)j, x[j]);
        ds_normal_quantile_lanes(S * DS_LANES, x[0], x[0]);
        turn(w, x);
    }
}

void ds_shock_pair(ds_work *w, size_t process, double *restrict even, double *restrict odd)
{
    const ds_plan *plan = w->plan;
    const size_t t = w->month, S = plan->months - 1;
    if (plan->sampler.stream_count == 0) {
        ds_number_pair_lanes(w, w->process_key[process], (uint32_t)(t / 2), even, odd);
        ds_normal_quantile_lanes(2 * DS_LANES, even, even);
        return;
    }
    ds_row *z = &w->walk[process * S]; /* from month 1 on */
    if (t == 0)
        ds_row_set(even, 0); /* nothing reads it */
    else
        ds_row_copy(even, z[t - 1]);
    if (t < S)
        ds_row_copy(odd, z[t]);
    else
        ds_row_set(odd, 0);
}
