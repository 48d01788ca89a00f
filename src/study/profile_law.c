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
