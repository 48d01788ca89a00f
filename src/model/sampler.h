/* sampler.h -- which random numbers of a plan have a coordinate, and how the coordinates are
 * spread over the paths: (7) and (8) of docs/model.md.  Made once with the plan, never
 * changed; both engines read it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SAMPLER_H
#define DS_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"
#include "numerics/sobol.h"
#include "scenario/scenario.h"

enum { DS_SAMPLED_QUANTITY, DS_SAMPLED_SHOCK, DS_SAMPLED_MONTHLY, DS_SAMPLED_KINDS };
enum { DS_LEADING = 4 }; /* shapes of (8) at most */

/* A stream whose numbers have coordinates.  Its number a = 2 m + s has first + step * a. */
typedef struct {
    int      kind;
    uint64_t name; /* hash (2)                                                    */
    size_t   first, step, count;
} ds_sampled;

typedef struct {
    int      method; /* DS_SAMPLING_...                                            */
    uint32_t replicates;
    size_t   months;
    size_t   stream_count; /* 0 for random and antithetic                          */
    ds_sampled *stream;    /* sorted by kind, then by name                         */
    size_t   limit;        /* coordinates from this one on are random              */
    uint32_t (*direction)[DS_SOBOL_BITS]; /* of sobol, [coordinate]                 */
    uint32_t *prime;       /* of halton, [coordinate]                              */
    size_t   leading;      /* K of (8)                                             */
    double  *shape;        /* [K][months - 1]: d of (8)                            */
    double  *weight;       /* [K][K]: M of (8)                                     */
} ds_sampler;

/* The sampler of a plan. */
const ds_sampler *ds_plan_sampler(const ds_plan *plan);

/* Index of a stream, or -1. */
int ds_sampler_find(const ds_sampler *s, int kind, uint64_t name);
/* Can the sampler have so many paths?  DS_E_SCENARIO, with the nearest that it can. */
DS_MUST_CHECK ds_code ds_sampler_check_paths(const ds_plan *plan, uint64_t paths, ds_error *err);

/* ---- One number, for the reference engine. */
typedef struct {
    const ds_sampler *sampler;
    uint64_t          seed, paths; /* paths of the run: latin_hypercube only        */
} ds_sampling;

/* Number a of a stream, or that of (1) when it has no coordinate. */
double ds_sampled_uniform(const ds_sampling *s, int stream, uint64_t name, uint64_t path,
                          uint32_t a);
/* Number (path, m, s) of a stream without coordinates, as the sampler has it. */
double ds_plain_uniform(const ds_sampling *s, uint64_t name, uint64_t path, uint32_t m,
                        uint32_t slot);

#endif
