/* ideal_roofline.h -- a roofline without overheads, as a negative control: what is measured is
 * far below it.  Include it after cmocka.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDEAL_ROOFLINE_H
#define IDEAL_ROOFLINE_H

#include <math.h>

#include "scenario/scenario.h"

typedef struct {
    double output_per_s, prompt_ms;
} ideal;

/* Every efficiency 1, reads and products one beside the other: the greater of the two. */
static inline ideal without_overhead(const ds_roofline *r, const ds_gpu *gpu, double p,
                                     double input, double output, double b)
{
    double L = (double)r->layers, H = (double)r->hidden, d = (double)r->head_size;
    double V = (double)r->vocabulary, E = (double)r->experts, K = (double)r->experts_per_token;
    double bytes = r->weight_bits == DS_BITS_16 ? 2 : r->weight_bits == DS_BITS_8 ? 1 : 4.5 / 8;
    double peak = (r->weight_bits == DS_BITS_4 && gpu->tflops_4bit > 0    ? gpu->tflops_4bit
                   : r->weight_bits != DS_BITS_16 && gpu->tflops_8bit > 0 ? gpu->tflops_8bit
                                                                          : gpu->tflops_16bit);
    double attention = 2 * H * d * (double)(r->heads + r->kv_heads);
    double ffn = 3 * H * (double)r->intermediate;
    double read = L * (attention + ffn * fmin(E, E > 1 ? K * b : 1)) * bytes + 2 * V * H;
    double kv = 2 * L * (double)r->kv_heads * d * (r->kv_bits == DS_BITS_16 ? 2 : 1);
    double flop = 2 * L * (attention + ffn * K), bandwidth = gpu->memory_gb_per_s * 1e9;
    double memory_s = (read + b * (input + output / 2) * kv) / (p * bandwidth);
    double product_s = b * (flop / (p * peak * 1e12) + 2 * V * H / (p * gpu->tflops_16bit * 1e12));
    double prompt_s = input * flop / (p * peak * 1e12) +
                      2 * L * (double)r->heads * d * input * input / (p * gpu->tflops_16bit * 1e12);
    double all_s = output * fmax(memory_s, product_s) + b * prompt_s; /* of b requests */
    return (ideal){ .output_per_s = b * output / all_s,
                    .prompt_ms = 1e3 * fmax(prompt_s, read / (p * bandwidth)) };
}

#endif
