/* count.c -- Poisson, binomial and negative binomial as listed values.
 *
 * Called by form.c.  The values whose tails are above 1e-30 are listed with their
 * probabilities, so that a count is drawn and truncated as any discrete quantity is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"

enum { COUNT_MAX = 65536 };
#define LEAST_LOG_SHARE (-75.0) /* ln of what is not listed, against the mode */

/* A law of counts: ln of the probability of k, up to `most`. */
typedef enum { POISSON, BINOMIAL, NEGATIVE_BINOMIAL } law_kind;
typedef struct {
    law_kind kind;
    double   mean, trials, probability, dispersion, most, mode;
} law;

/* P(k + 1) / P(k) */
static double ratio(const law *l, double k)
{
    switch (l->kind) {
    case POISSON:
        return l->mean / (k + 1.0);
    case BINOMIAL:
        return (l->trials - k) / (k + 1.0) * (l->probability / (1.0 - l->probability));
    default:
        return (k + l->dispersion) / (k + 1.0) * (l->mean / (l->mean + l->dispersion));
    }
}

/* Lists from the mode upwards (or downwards) what matters, with P(k) / P(mode), so that
 * no factorial is taken; how many, COUNT_MAX + 1 when they are more. */
static size_t walk(const law *l, bool up, double *values, double *weights)
{
    const double least = exp(LEAST_LOG_SHARE);
    double       k = l->mode, weight = 1.0;
    size_t       count = 0;
    while (count <= COUNT_MAX && (up ? k < l->most : k > 0.0)) {
        weight = up ? weight * ratio(l, k) : weight / ratio(l, k - 1.0);
        k += up ? 1.0 : -1.0;
        if (!(weight > least))
            break;
        values[count] = k;
        weights[count++] = weight;
    }
    return count;
}

static bool list_counts(ds_binder *b, const law *l, ds_distribution *d)
{
    double *values = calloc(4 * (size_t)(COUNT_MAX + 2), sizeof *values);
    if (values == NULL) {
        ds_no_memory(b);
        return false;
    }
    double *weights = values + 2 * (COUNT_MAX + 2);
    size_t  count = walk(l, true, values, weights);
    if (count <= COUNT_MAX)
        count += walk(l, false, values + count, weights + count);
    values[count] = l->mode;
    weights[count++] = 1.0;
    bool good = count <= COUNT_MAX;
    if (good)
        good = ds_step_distribution(b, values, weights, count, d);
    else
        ds_problem_here(b, "has more than %d values that matter; use \"normal\" or \"gamma\" with "
                           "the same mean and sd", COUNT_MAX);
    free(values);
    return good;
}

static const char *poisson_of(const double *x, law *l)
{
    *l = (law){.kind = POISSON, .mean = x[0], .most = (double)INFINITY, .mode = floor(x[0])};
    return x[0] > 0.0 ? NULL : "the mean must be above 0";
}

static const char *binomial_of(const double *x, law *l)
{
    double mode = floor((x[0] + 1.0) * x[1]);
    *l = (law){.kind = BINOMIAL, .trials = x[0], .probability = x[1], .most = x[0],
               .mode = mode > x[0] ? x[0] : mode};
    if (!(x[0] >= 1.0 && x[0] <= 1e15 && x[0] == floor(x[0])))
        return "\"trials\" must be a whole number from 1 to 1e15";
    return x[1] >= 0.0 && x[1] <= 1.0 ? NULL : "\"probability\" must be in [0, 1]";
}

/* set 0: mean and sd, 1: mean and dispersion, 2: successes and their probability. */
static const char *negative_binomial_of(int set, const double *x, law *l)
{
    double mean = set == 2 ? x[0] * (1.0 - x[1]) / x[1] : x[0], extra = x[1] * x[1] - mean;
    double k = set == 2 ? x[0] : set == 1 ? x[1] : mean * mean / extra;
    *l = (law){.kind = NEGATIVE_BINOMIAL, .mean = mean, .dispersion = k,
               .most = (double)INFINITY,
               .mode = k > 1.0 ? floor(mean * (k - 1.0) / k) : 0.0};
    if (set == 2 && !(x[0] > 0.0 && x[1] > 0.0 && x[1] < 1.0))
        return "\"successes\" must be above 0 and \"probability\" between 0 and 1";
    if (!(mean > 0.0))
        return "the mean must be above 0";
    if (set == 0 && !(x[1] > 0.0 && extra > 0.0))
        return "the variance of a negative binomial is above its mean; use \"poisson\" or "
               "\"binomial\"";
    return k >= 1e-3 && k <= 1e8 ? NULL : "the dispersion is outside [0.001, 1e8]";
}

bool ds_count_distribution(ds_binder *b, const char *form, int set, const double *x,
                           ds_distribution *d)
{
    law         l;
    const char *wrong = strcmp(form, "poisson") == 0    ? poisson_of(x, &l)
                        : strcmp(form, "binomial") == 0 ? binomial_of(x, &l)
                                                        : negative_binomial_of(set, x, &l);
    if (wrong == NULL && !(l.mode <= 1e15))
        wrong = "the mean is too large for a count";
    if (wrong != NULL)
        ds_problem_here(b, "%s", wrong);
    return wrong == NULL && list_counts(b, &l, d);
}
