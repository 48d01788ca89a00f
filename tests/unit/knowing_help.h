/* knowing_help.h -- textbook decisions on arrays, for the tests of the value of information.
 *
 * Inputs are normal scores of addressed uniforms; a case says what they make of each strategy.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_KNOWING_HELP_H
#define TESTS_UNIT_KNOWING_HELP_H

#include <stdlib.h>

#include "numerics/knowing.h"
#include "numerics/lanes.h"
#include "numerics/stream.h"

enum { INPUTS_MOST = 10, STRATEGIES_MOST = 10 };

/* Net benefits of the strategies, of the scores of the inputs and of one more number that is
 * no input. */
typedef void (*benefit_fn)(const double *z, double noise, double *benefit);

typedef struct {
    size_t     inputs, strategies;
    benefit_fn benefit;
    double     rho; /* correlation of inputs 0 and 1; 0: all independent             */
} decision;

typedef struct {
    size_t  paths;
    double *memory, *u[INPUTS_MOST], *benefit[STRATEGIES_MOST];
    double  correlation[4];
    ds_knowing_input     input[INPUTS_MOST];
    ds_knowing_component component;
    ds_knowing *knowing;
} decision_sample;

static inline decision_sample *sample_decision(const decision *d, size_t paths, uint64_t seed,
                                               ds_groups groups)
{
    decision_sample *s = calloc(1, sizeof *s);
    double z[INPUTS_MOST], benefit[STRATEGIES_MOST];

    assert_non_null(s);
    s->paths = paths;
    s->memory = malloc((d->inputs + d->strategies) * paths * sizeof *s->memory);
    assert_non_null(s->memory);
    for (size_t j = 0; j < d->inputs; j++)
        s->u[j] = s->memory + j * paths;
    for (size_t k = 0; k < d->strategies; k++)
        s->benefit[k] = s->memory + (d->inputs + k) * paths;
    for (size_t i = 0; i < paths; i++) {
        for (size_t j = 0; j < d->inputs; j++)
            z[j] = ds_normal_quantile(ds_stream_uniform(ds_stream_key(seed, j), i, 0, 0));
        if (d->rho != 0.0)
            z[1] = d->rho * z[0] + sqrt(1.0 - d->rho * d->rho) * z[1];
        for (size_t j = 0; j < d->inputs; j++)
            s->u[j][i] = ds_normal_cdf(z[j]);
        d->benefit(z, ds_normal_quantile(ds_stream_uniform(ds_stream_key(seed, 99), i, 0, 0)),
                   benefit);
        for (size_t k = 0; k < d->strategies; k++)
            s->benefit[k][i] = benefit[k];
    }
    const double correlation[4] = { 1.0, d->rho, d->rho, 1.0 };
    memcpy(s->correlation, correlation, sizeof correlation);
    s->component = (ds_knowing_component){ 2, s->correlation };
    for (size_t j = 0; j < d->inputs; j++)
        s->input[j] = (ds_knowing_input){ s->u[j], 0, NULL, d->rho != 0.0 && j < 2 ? 0 : -1, j };
    const ds_knowing_problem problem = { paths, d->strategies, (const double *const *)s->benefit,
                                         groups, d->inputs, d->rho != 0.0 ? 1 : 0, s->input,
                                         &s->component };
    s->knowing = ds_knowing_new(&problem);
    assert_non_null(s->knowing);
    return s;
}

static inline void free_decision(decision_sample *s)
{
    ds_knowing_free(s->knowing);
    free(s->memory);
    free(s);
}

static inline ds_knowing_value value_of_inputs(const decision_sample *s, const size_t *member,
                                               size_t count)
{
    const ds_knowing_set set = { count, 0, member, NULL };
    ds_knowing_value v;
    assert_true(ds_knowing_set_value(s->knowing, &set, &v));
    return v;
}

static inline ds_knowing_value value_of_input(const decision_sample *s, size_t input)
{
    return value_of_inputs(s, &input, 1);
}

static inline ds_knowing_value value_of_everything(const decision_sample *s)
{
    ds_knowing_value v;
    assert_true(ds_knowing_everything(s->knowing, &v));
    return v;
}

#endif
