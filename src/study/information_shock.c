/* information_shock.c -- the noise of what moves, as two normal numbers for each process: sums of
 * its shocks in the first and in the second half of the months.
 *
 * Called by information_sample.c.  They are no inputs, and cannot be known; but their law is,
 * so that what they explain can be taken out of the net benefits like effects of inputs (165).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "model/plan.h"
#include "numerics/lanes.h"
#include "scenario/arena.h"
#include "scenario/error.h"
#include "study/information.h"

/* Months 1 .. first half, and the rest. */
static size_t months_of(const ds_information_sample *s, size_t half)
{
    const size_t all = s->plan->months - 1;
    return half == 0 ? all - all / 2 : all / 2;
}

ds_code ds_information_shocks_list(ds_information_sample *s, ds_error *err)
{
    const ds_draws *draws = ds_plan_draws(s->plan);
    const size_t components = s->component_count;
    ds_knowing_component *both = ds_arena_array(s->arena, 2 * components + 1, sizeof *both);

    s->shock = ds_arena_array(s->arena, 2 * s->sources.count + 1, sizeof *s->shock);
    if (both == NULL || s->shock == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    /* a t copula may tie the months together */
    for (size_t k = 0; k < s->sources.count && !draws->heavy_tails; k++)
        for (size_t half = 0; half < 2 && s->sources.source[k].kind == DS_SOURCE_SHOCKS; half++)
            if (months_of(s, half) > 0)
                s->shock[s->shock_count++] = (ds_information_shock){ k, half };
    for (size_t c = 0; c < 2 * components; c++)
        both[c] = s->component[c % components];
    s->component = both;
    s->component_count = 2 * components;
    for (size_t k = 0; k < s->shock_count; k++) {
        const ds_source *source = &s->sources.source[s->shock[k].source];
        s->input[s->input_count + k] = (ds_knowing_input){
            NULL, 0, NULL,
            source->component < 0 ? -1
                                  : source->component + (int)(s->shock[k].half * components),
            source->member
        };
    }
    return DS_OK;
}

size_t ds_information_shocks_watches(const ds_information_sample *s)
{
    size_t count = 0;
    for (size_t k = 0; k < s->shock_count; k++)
        count += months_of(s, s->shock[k].half);
    return count;
}

ds_code ds_information_shocks_watch(ds_information_sample *s, ds_watch *watch, ds_error *err)
{
    size_t count = 0;

    s->shocks = calloc(s->shock_count * s->stride + 1, sizeof *s->shocks);
    if (s->shocks == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    for (size_t k = 0; k < s->shock_count; k++) {
        const size_t half = s->shock[k].half, first = half == 0 ? 1 : 1 + months_of(s, 0);
        for (size_t t = 0; t < months_of(s, half); t++)
            watch[count++] = (ds_watch){ DS_WATCH_SHOCK_SUM,
                                         s->sources.source[s->shock[k].source].index, first + t,
                                         s->shocks + k * s->stride };
    }
    return DS_OK;
}

void ds_information_shocks_finish(ds_information_sample *s)
{
    const size_t paths = (size_t)s->run.path_count;

    for (size_t k = 0; k < s->shock_count; k++) {
        double *column = s->shocks + k * s->stride;
        const double scale = 1.0 / sqrt((double)months_of(s, s->shock[k].half));
        for (size_t i = 0; i < paths; i++)
            column[i] *= scale;
        ds_normal_cdf_lanes(paths, column, column);
        for (size_t i = 0; i < paths; i++) /* far out it is 0 or 1 */
            column[i] = column[i] < 1e-16 ? 1e-16 : column[i] > 1.0 - 1e-16 ? 1.0 - 1e-16
                                                                             : column[i];
        s->input[s->input_count + k].u = column;
    }
}
