/* fake_source.h -- a source of blocks with known distributions, for the tests of the
 * engine and of results.
 *
 * The engine takes its blocks through the function pointers of ds_engine_source, so a
 * test needs neither a scenario nor the kernel: it says in two functions what the
 * outcomes and bills of a path are, as pure functions of (seed, path, strategy).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FAKE_SOURCE_H
#define FAKE_SOURCE_H

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "numerics/lanes.h"
#include "scenario/error.h"

typedef struct fake fake;
struct fake {
    size_t        strategies, months;
    const bool   *distils; /* NULL: all but the first */
    double (*outcome)(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t o);
    double (*bill)(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t t);
    const ds_assertion *assertions;
    size_t        assertion_count;
    uint64_t      fail_path; /* the reference fails there; UINT64_MAX: nowhere */
    void (*at_block)(const fake *f, uint64_t first);
    void         *context;
};

/* Uniform in (0, 1), one for each (seed, path, slot): Steele, Lea & Flood's mixer
 * (splitmix64, 2014) in a chain. */
static inline uint64_t fake_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline double fake_uniform(uint64_t seed, uint64_t path, uint64_t slot)
{
    const uint64_t bits = fake_mix(fake_mix(fake_mix(seed) ^ path) ^ slot);

    return ((double)(bits >> 12) + 0.5) / 4503599627370496.0;
}

static inline double fake_normal(uint64_t seed, uint64_t path, uint64_t slot)
{
    return ds_normal_quantile(fake_uniform(seed, path, slot));
}

/* Normal everywhere; a quarter of the paths never pay back, a third have no rate. */
static inline double fake_outcome(const fake *f, uint64_t seed, uint64_t path, size_t strategy,
                                  size_t o)
{
    const double u = fake_uniform(seed, path, 1000 * strategy + o);

    (void)f;
    if (o == DS_OUTCOME_PAYBACK) {
        return u < 0.25 ? (double)INFINITY : floor(40.0 * u);
    }
    if (o == DS_OUTCOME_IRR) {
        return u < 1.0 / 3.0 ? (double)NAN : u;
    }
    return 10.0 * (double)strategy + 3.0 * ds_normal_quantile(u);
}

static inline double fake_bill(const fake *f, uint64_t seed, uint64_t path, size_t strategy,
                               size_t t)
{
    (void)f;
    return 100.0 + (double)t + fake_normal(seed, path, 100000 + 1000 * strategy + t);
}

/* ---- The functions of a ds_engine_source */

static inline void fake_prepare(const void *model, uint64_t seed, void *work)
{
    (void)model;
    memcpy(work, &seed, sizeof seed);
}

static inline void fake_block(const void *model, uint64_t first, void *work,
                              double *restrict outcomes, double *restrict bills)
{
    const fake *f = model;
    uint64_t seed;

    memcpy(&seed, work, sizeof seed);
    if (f->at_block != NULL) {
        f->at_block(f, first);
    }
    for (size_t s = 0; s < f->strategies; s++) {
        for (uint64_t lane = 0; lane < DS_LANES; lane++) {
            for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
                outcomes[(s * DS_OUTCOME_COUNT + o) * DS_LANES + lane] =
                    f->outcome(f, seed, first + lane, s, o);
            }
            for (size_t t = 0; t < f->months; t++) {
                bills[(s * f->months + t) * DS_LANES + lane] =
                    f->bill(f, seed, first + lane, s, t);
            }
        }
    }
}

static inline ds_code fake_path(const void *model, uint64_t seed, uint64_t path,
                                size_t strategy, double *outcomes, double *bills,
                                ds_error *err)
{
    const fake *f = model;

    if (path == f->fail_path) {
        return ds_fail(err, DS_E_NOMEM, NULL, "no memory for path %llu",
                       (unsigned long long)path);
    }
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
        outcomes[o] = f->outcome(f, seed, path, strategy, o);
    }
    for (size_t t = 0; t < f->months; t++) {
        bills[t] = f->bill(f, seed, path, strategy, t);
    }
    return DS_OK;
}

static inline const char *fake_name(const void *model, size_t strategy)
{
    static const char *const names[] = {"stay", "distil", "mix", "wait"};

    (void)model;
    return names[strategy % 4];
}

static inline bool fake_distils(const void *model, size_t strategy)
{
    const fake *f = model;

    return f->distils != NULL ? f->distils[strategy] : strategy > 0;
}

static inline fake fake_of(size_t strategies, size_t months)
{
    return (fake){.strategies = strategies, .months = months, .outcome = fake_outcome,
                  .bill = fake_bill, .fail_path = UINT64_MAX};
}

static inline ds_engine_source fake_source(const fake *f)
{
    return (ds_engine_source){.model = f, .strategy_count = f->strategies,
                              .month_count = f->months, .cvar_level = 0.95,
                              .work_bytes = sizeof(uint64_t), .prepare = fake_prepare,
                              .block = fake_block, .path = fake_path,
                              .strategy_name = fake_name, .strategy_distils = fake_distils,
                              .assertions = f->assertions,
                              .assertion_count = f->assertion_count};
}

#endif
