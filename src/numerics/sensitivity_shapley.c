/* sensitivity_shapley.c -- Shapley effects by random permutations, see sensitivity.h.
 *
 * A walk changes the output of b into that of a, one input after the other in a random order.
 * With f of a and the outputs before and after a step, the step of an input is
 *   (f - (before + after) / 2) (after - before),
 * whose mean over orders is its Shapley effect, and which adds up to (a - b)^2 / 2 on every
 * path (Goda 2021).  Dependent inputs are allowed: what is not yet changed is then drawn given
 * what is (Song, Nelson & Staum 2016).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "numerics/sensitivity.h"
#include "numerics/stream.h"

bool ds_shapley_begin(size_t inputs, size_t blocks, ds_shapley *out)
{
    *out = (ds_shapley){ .inputs = inputs, .blocks = blocks };
    out->sum = calloc(inputs * blocks + 1, sizeof *out->sum);
    return out->sum != NULL;
}

void ds_shapley_end(ds_shapley *s)
{
    free(s->sum);
    *s = (ds_shapley){ 0 };
}

void ds_shapley_order(uint64_t key, uint64_t block, size_t inputs, size_t *order)
{
    for (size_t i = 0; i < inputs; i++) { /* a random permutation, grown (Knuth) */
        const double u = ds_stream_uniform(key, block / 2, (uint32_t)i, 0);
        const size_t j = (size_t)(u * (double)(i + 1));
        order[i] = i;
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; block % 2 == 1 && i < inputs / 2; i++) {
        const size_t first = order[i];
        order[i] = order[inputs - 1 - i];
        order[inputs - 1 - i] = first;
    }
}

void ds_shapley_step(ds_shapley *s, size_t block, size_t of, size_t paths, const double *x,
                     const double *before, const double *after)
{
    double sum = 0.0;

    /* only differences, so that a constant added to the output changes nothing */
    for (size_t k = 0; k < paths; k++)
        sum += (x[k] - before[k] - 0.5 * (after[k] - before[k])) * (after[k] - before[k]);
    s->sum[block * s->inputs + of] = sum / (double)paths;
}

/* Of a pair of blocks; the last may stand alone. */
static double part_of(const ds_shapley *s, size_t pair, size_t input)
{
    const double *sum = s->sum + 2 * pair * s->inputs;
    return 2 * pair + 1 < s->blocks ? 0.5 * (sum[input] + sum[s->inputs + input]) : sum[input];
}

static double total_of(const ds_shapley *s, size_t pair)
{
    double total = 0.0;

    for (size_t i = 0; i < s->inputs; i++)
        total += part_of(s, pair, i);
    return total;
}

ds_shapley_effect ds_shapley_effect_of(const ds_shapley *s, size_t input)
{
    const size_t pairs = (s->blocks + 1) / 2;
    const double m = (double)pairs;
    double part = 0.0, total = 0.0, of_share = 0.0, of_part = 0.0;

    for (size_t p = 0; p < pairs; p++) {
        part += part_of(s, p, input) / m;
        total += total_of(s, p) / m;
    }
    if (!(total > 0.0))
        return (ds_shapley_effect){ .defined = false };
    for (size_t p = 0; p < pairs; p++) {
        const double d = part_of(s, p, input);
        const double h = (d - part / total * total_of(s, p)) / total;
        of_share += h * h;
        of_part += (d - part) * (d - part);
    }
    const double scale = pairs > 1 ? 1.0 / (m * (m - 1.0)) : (double)NAN;
    return (ds_shapley_effect){ true, { part / total, sqrt(of_share * scale) },
                                { part, sqrt(of_part * scale) } };
}
