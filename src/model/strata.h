/* strata.h -- strata of correlated quantities in a run by Latin hypercubes: (7b) of
 * docs/model.md.  Made once for a run, never changed; both engines read it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STRATA_H
#define DS_STRATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"

/* Empty (rank NULL) unless the plan has Latin hypercubes, correlated quantities, and no
 * t copula. */
typedef struct {
    size_t     component_count;
    uint64_t   points; /* of a replicate                                            */
    uint32_t   replicates;
    uint32_t **rank;   /* [component] NULL for processes; else
                          [member][replicate][number of the path in it]             */
} ds_strata;

/* 4 bytes for each path and correlated quantity.  `paths` as ds_sampler_check_paths()
 * allows them. */
DS_MUST_CHECK ds_code ds_strata_make(const ds_plan *plan, uint64_t seed, uint64_t paths,
                                     ds_strata *out, ds_error *err);
void ds_strata_release(ds_strata *strata);

/* Stratum of a member of a component that has a table.  A last block asks for paths beyond
 * those of the run, and gets something. */
static inline uint32_t ds_stratum(const ds_strata *s, size_t component, size_t member,
                                  uint64_t path)
{
    const uint64_t number = path / s->replicates < s->points ? path / s->replicates : 0;
    return s->rank[component][(member * s->replicates + path % s->replicates) * s->points +
                              number];
}

#endif
