/* profile_law.c -- the laws of speed of profiles, as functions of their constants.
 *
 * Called by profile_fit.c.  Equation numbers are those of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "study/profile_fit.h"

/* ---- Closed form, (100) ------------------------------------------------------------ */

const ds_law_key ds_closed_keys[4] = {
    {"input_tokens_per_gpu_s", "token/(GPU s)", true},
    {"output_tokens_per_gpu_s", "token/(GPU s)", true},
    {"attention_gpu_s_per_token2", "GPU s/token^2", false},
    {"prefill_attention_gpu_s_per_token2", "GPU s/token^2", false},
};

/* What the constants multiply; GPU time is the sum. */
static void closed_terms(const ds_measured *m, double term[4])
{
    double input = m->input_tokens, output = m->output_tokens;
    term[0] = input;
    term[1] = output;
    term[2] = output * (input + 0.5 * output);
    term[3] = input * input;
}

static double closed_speed(const void *context, const double *constant, const ds_measured *m)
{
    const size_t *constants = context;
    double        term[4], seconds = 0;
    closed_terms(m, term);
    for (size_t j = 0; j < *constants; j++)
        seconds += constant[j] * term[j];
    return m->output_tokens * m->gpus / seconds;
}

ds_law ds_closed_law(bool prefill_attention, const ds_measured *rows, const size_t *use,
                     size_t count)
{
    static const size_t three = 3, four = 4;
    ds_law law = { .constants = prefill_attention ? 4 : 3, .speed = closed_speed,
                   .context = prefill_attention ? &four : &three };
    /* to begin with, every term has the same share of the time */
    for (size_t j = 0; j < law.constants; j++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            const ds_measured *m = &rows[use[i]];
            double             term[4];
            closed_terms(m, term);
            sum += log(m->output_tokens * m->gpus / (m->output_tokens_per_s * term[j]));
        }
        law.start[j] = exp(sum / (double)count) / (double)law.constants;
    }
    return law;
}

/* ---- Roofline, (102) --------------------------------------------------------------- */

const ds_law_key ds_roofline_keys[DS_ROOFLINE_CONSTANTS] = {
    {"speed_factor", "1", false},
    {"memory_efficiency", "1", false},
    {"compute_efficiency", "1", false},
    {"four_bit_efficiency", "1", false},
    {"link_efficiency", "1", false},
    {"memory_share", "1", false},
    {"step_ms", "ms", false},
    {"request_us", "us", false},
    {"all_reduce_us", "us", false},
    {"expert_ns", "ns", false},
};

double *ds_roofline_constant(ds_roofline *shape, size_t index)
{
    double *const at[DS_ROOFLINE_CONSTANTS] = {
        NULL, &shape->memory_efficiency, &shape->compute_efficiency, &shape->four_bit_efficiency,
        &shape->link_efficiency, &shape->memory_share, &shape->step_ms, &shape->request_us,
        &shape->all_reduce_us, &shape->expert_ns,
    };
    return at[index];
}

double ds_roofline_output_per_s(const ds_roofline *shape, const ds_gpu *gpu, double limit,
                                const ds_measured *m)
{
    const ds_roofline_case c = {.shape = shape, .gpu = gpu, .gpus = m->gpus, .size = 1,
                                .tpot_limit_ms = (double)NAN, .ttft_limit_ms = (double)NAN,
                                .concurrency_limit = limit};
    const ds_roofline_request r = {m->input_tokens, 0, m->output_tokens, 0};
    double most = ds_roofline_with_slots(&c, &r, 1).fit;
    if (!(most >= 1))
        return (double)NAN;
    most = fmin(most, isnan(limit) ? 4096 : limit);
    most = isnan(m->concurrency) ? most : fmin(most, m->concurrency);
    return ds_roofline_with_slots(&c, &r, most).output_per_s;
}

static double roofline_speed(const void *context, const double *constant, const ds_measured *m)
{
    const ds_roofline_subject *s = context;
    ds_roofline                shape = s->shape;
    double                     factor = 1;
    for (size_t i = 0; i < s->count; i++) {
        double *at = ds_roofline_constant(&shape, s->fitted[i]);
        *(at != NULL ? at : &factor) = constant[i];
    }
    return factor * ds_roofline_output_per_s(&shape, &s->gpu, s->concurrency_limit, m);
}

ds_law ds_roofline_law(const ds_roofline_subject *subject)
{
    ds_law law = {.constants = subject->count, .speed = roofline_speed, .context = subject,
                  .least_known = DS_KNOWN_LOG_SD};
    for (size_t i = 0; i < subject->count; i++) {
        ds_roofline shape = subject->shape;
        double     *at = ds_roofline_constant(&shape, subject->fitted[i]);
        law.start[i] = law.unknown[i] = at != NULL ? *at : 1;
        if (law.start[i] <= 0)
            law.start[i] = 1;
        law.most[i] = subject->fitted[i] > 0 && subject->fitted[i] <= 5 ? 1 : 0;
    }
    return law;
}
