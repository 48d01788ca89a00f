/* step.c -- distributions over listed values: discrete, empirical, Bernoulli.
 *
 * Called by form.c and quantity.c.  Values are sorted and those of no weight are
 * dropped, so that the inverse CDF is monotone; truncating is dropping values,
 * which is the conditional distribution exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "scenario/binder.h"

typedef struct {
    double value, weight;
} step;

static int compare_steps(const void *left, const void *right)
{
    const step *a = left, *b = right;
    return (a->value > b->value) - (a->value < b->value);
}

/* Makes the distribution of `count` sorted steps of positive weight. */
static bool from_steps(ds_binder *b, const step *steps, size_t count, bool equal,
                       ds_distribution *d)
{
    double *values = ds_arena_array(b->arena, count, sizeof *values);
    double *weights = equal ? NULL : ds_arena_array(b->arena, count, sizeof *weights);
    if (values == NULL || (!equal && weights == NULL)) {
        ds_no_memory(b);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = steps[i].value;
        if (!equal)
            weights[i] = steps[i].weight;
    }
    *d = (ds_distribution){.kind = equal ? DS_DIST_EMPIRICAL : DS_DIST_DISCRETE,
                           .low = -(double)INFINITY, .high = (double)INFINITY,
                           .values = values, .weights = weights, .count = count};
    if (count > 0 && values[0] == values[count - 1])
        *d = (ds_distribution){.kind = DS_DIST_CONSTANT, .a = values[0],
                               .low = -(double)INFINITY, .high = (double)INFINITY};
    return count > 0;
}

bool ds_step_distribution(ds_binder *b, const double *values, const double *weights, size_t count,
                          ds_distribution *d)
{
    step *steps = malloc((count == 0 ? 1 : count) * sizeof *steps);
    if (steps == NULL) {
        ds_no_memory(b);
        return false;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (weights == NULL || weights[i] > 0.0)
            steps[kept++] = (step){values[i], weights == NULL ? 1.0 : weights[i]};
    qsort(steps, kept, sizeof *steps, compare_steps);
    bool good = from_steps(b, steps, kept, weights == NULL, d);
    free(steps);
    return good;
}

bool ds_step_truncate(ds_binder *b, double low, double high, bool open_low, ds_distribution *d)
{
    step *steps = malloc((d->count == 0 ? 1 : d->count) * sizeof *steps);
    if (steps == NULL) {
        ds_no_memory(b);
        return false;
    }
    size_t kept = 0;
    for (size_t i = 0; i < d->count; i++) {
        double x = d->values[i];
        if (x <= high && (open_low ? x > low : x >= low))
            steps[kept++] = (step){x, d->weights == NULL ? 1.0 : d->weights[i]};
    }
    bool good = from_steps(b, steps, kept, d->weights == NULL, d);
    free(steps);
    return good;
}
