/* strata.c -- see strata.h.  Called by the engine before a run, and by the reference
 * engine for a path outside of one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/strata.h"

#include <stdlib.h>
#include <string.h>

#include "model/plan.h"
#include "numerics/iman_conover.h"
#include "numerics/spread.h"
#include "numerics/stream.h"
#include "scenario/error.h"

/* The strata of one component in one replicate: permutations, then their new order. */
static bool order_replicate(const ds_component *component, uint64_t seed, uint32_t replicate,
                            const ds_strata *s, uint32_t *ranks, uint32_t **column)
{
    for (size_t k = 0; k < component->count; k++) {
        const uint64_t key = ds_stream_key(seed, component->name[k]);
        const uint64_t word = ds_spread_word(key, replicate, 0);
        column[k] = &ranks[(k * s->replicates + replicate) * s->points];
        for (uint64_t i = 0; i < s->points; i++)
            column[k][i] = ds_permuted(s->points, (uint32_t)i, word);
    }
    return ds_iman_conover(s->points, component->count, component->lower, column);
}

static bool make_component(const ds_component *component, uint64_t seed, const ds_strata *s,
                           uint32_t **out)
{
    uint32_t **column = calloc(component->count, sizeof *column);
    uint32_t  *ranks = *out = calloc(component->count * s->points * s->replicates, sizeof *ranks);
    bool fine = column != NULL && ranks != NULL;
    for (uint32_t r = 0; fine && r < s->replicates; r++)
        fine = order_replicate(component, seed, r, s, ranks, column);
    free(column);
    return fine;
}

ds_code ds_strata_make(const ds_plan *plan, uint64_t seed, uint64_t paths, ds_strata *out,
                       ds_error *err)
{
    const ds_draws   *draws = &plan->draws;
    const ds_sampler *sampler = &plan->sampler;
    size_t quantities = 0;
    *out = (ds_strata){ .component_count = draws->component_count };
    for (size_t c = 0; c < draws->component_count; c++)
        quantities += !draws->component[c].of_processes;
    if (sampler->method != DS_SAMPLING_LATIN_HYPERCUBE || draws->heavy_tails || quantities == 0)
        return DS_OK;
    out->replicates = sampler->replicates;
    out->points = paths / out->replicates;
    out->rank = calloc(draws->component_count, sizeof *out->rank);
    bool fine = out->rank != NULL;
    for (size_t c = 0; fine && c < draws->component_count; c++)
        if (!draws->component[c].of_processes)
            fine = make_component(&draws->component[c], seed, out, &out->rank[c]);
    if (fine)
        return DS_OK;
    ds_strata_release(out);
    return ds_fail(err, DS_E_NOMEM, "/correlations", "out of memory for the strata of %llu paths",
                   (unsigned long long)paths);
}

void ds_strata_release(ds_strata *strata)
{
    for (size_t c = 0; strata->rank != NULL && c < strata->component_count; c++)
        free(strata->rank[c]);
    free(strata->rank);
    *strata = (ds_strata){ .rank = NULL };
}
