/* random_profile.h -- the GPUs and profiles of a random scenario: closed forms, tables
 * and rooflines, with and without limits.
 *
 * A random table is made as an engine behaves: a request takes longer the longer it is,
 * more at a time give more throughput and slower answers, and each curve is off by less
 * than the tolerance of the rules (2 %).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RANDOM_PROFILE_H
#define RANDOM_PROFILE_H

#include "random_maker.h"

static void make_gpu_facts(maker *m)
{
    double tflops = maker_uniform(m, 300, 1000);
    maker_print(m, "\"tflops_16bit\": %.17g, ", tflops);
    if (maker_chance(m, 0.6))
        maker_print(m, "\"tflops_8bit\": %.17g, ", 2 * tflops);
    if (maker_chance(m, 0.3))
        maker_print(m, "\"tflops_4bit\": %.17g, ", 4 * tflops);
    maker_print(m, "\"memory_gib\": %.17g, ", maker_uniform(m, 80, 190));
    maker_print(m, "\"memory_gb_per_s\": %.17g, ", maker_uniform(m, 2000, 8000));
    maker_print(m, "\"link_gb_per_s\": %.17g, ", maker_wide(m, 30, 900));
}

static void make_gpus(maker *m)
{
    maker_print(m, "\"gpus\": {");
    for (int g = 0; g < 2; g++) {
        maker_print(m, "\"g%d\": {", g);
        maker_money(m, "usd_per_gpu_hour", 1, 5);
        maker_quantity(m, "peak_tflops", 300, 2000);
        maker_some_money(m, 0.5, "long_run_usd_per_gpu_hour", 1, 4);
        maker_some(m, 0.5, "reversion_per_year", 0, 3);
        bool wild = maker_chance(m, 0.5);
        if (wild)
            maker_quantity(m, "volatility_per_sqrt_year", 0, 0.6);
        if (maker_chance(m, 0.3))
            maker_jumps(m, "jumps_per_year", 2, "jump_factor", 0.5, 2);
        maker_regime(m, 0.4, NULL, wild);
        make_gpu_facts(m);
        maker_close(m, "}, ");
    }
    maker_close(m, "},\n");
}

static bool make_closed_form(maker *m)
{
    maker_quantity(m, "input_tokens_per_gpu_s", 5e3, 8e4);
    maker_quantity(m, "output_tokens_per_gpu_s", 5e3, 8e4);
    maker_some(m, 0.7, "attention_gpu_s_per_token2", 1e-8, 2e-7);
    maker_some(m, 0.5, "prefill_attention_gpu_s_per_token2", 1e-10, 2e-8);
    bool slots = maker_chance(m, 0.7);
    if (slots)
        maker_print(m, "\"slots_per_replica\": %.17g, ", maker_wide(m, 1, 60));
    return slots;
}

/* ---- Tables ----------------------------------------------------------------------- */

typedef struct {
    double input, output, slow; /* of a request; by how much the curve is off         */
    int    rows;
    double at[6], ttft[6], tpot[6];
} random_curve;

typedef struct {
    double first, later, knee; /* GPU s per token; concurrency of half throughput     */
    double ttft, ttft_more, tpot, tpot_more; /* ms, and more by each request          */
    bool   timed;
} random_law;

static void make_rows(maker *m, const random_law *law, random_curve *c)
{
    double at = maker_chance(m, 0.5) ? 1 : maker_wide(m, 1, 8);
    for (int k = 0; k < c->rows; k++) {
        double seconds = (law->first * c->input + law->later * c->output +
                          1e-8 * c->output * c->input) * c->slow;
        c->at[k] = maker_chance(m, 0.7) ? floor(at) + k : at + k;
        c->ttft[k] = c->input * (law->ttft + law->ttft_more * c->at[k]);
        c->tpot[k] = law->tpot + law->tpot_more * c->at[k];
        maker_print(m, "{\"input_tokens\": %.17g, \"output_tokens\": %.17g, ", c->input,
                    c->output);
        maker_print(m, "\"concurrency\": %.17g, \"output_tokens_per_s\": %.17g, ", c->at[k],
                    c->output / seconds * c->at[k] / (c->at[k] + law->knee));
        if (law->timed)
            maker_print(m, "\"ttft_ms\": %.17g, \"tpot_ms\": %.17g, ", c->ttft[k], c->tpot[k]);
        maker_close(m, "}, ");
        at *= maker_uniform(m, 1.3, 4);
    }
}

/* A limit that every curve keeps where it begins: somewhere between rows, rarely at one. */
static void make_limit(maker *m, const char *key, double least, double most, double at_row)
{
    double limit = maker_uniform(m, least, 1.3 * most);
    maker_print(m, "\"%s\": %.17g, ", key,
                at_row >= least && maker_chance(m, 0.15) ? at_row : limit);
}

static void make_table_limits(maker *m, const random_curve *c, int curves)
{
    double least[3] = {0, 0, 0}, most[3] = {0, 0, 0}; /* ttft, tpot, concurrency      */
    static const char *const key[] = { "ttft_limit_ms", "tpot_limit_ms", "concurrency_limit" };
    int    k = maker_below(m, curves), row = maker_below(m, c[k].rows);
    double at_row[] = {c[k].ttft[row], c[k].tpot[row], c[k].at[row]};
    for (int i = 0; i < curves; i++) {
        const double first[] = {c[i].ttft[0], c[i].tpot[0], c[i].at[0]};
        int          end = c[i].rows - 1;
        const double last[] = {c[i].ttft[end], c[i].tpot[end], c[i].at[end]};
        for (int what = 0; what < 3; what++) {
            least[what] = fmax(least[what], first[what]);
            most[what] = fmax(most[what], last[what]);
        }
    }
    for (int what = 0; what < 3; what++)
        if (maker_chance(m, 0.35))
            make_limit(m, key[what], least[what], most[what], at_row[what]);
}

static void make_table(maker *m)
{
    random_curve c[5];
    random_law   law = {.timed = maker_chance(m, 0.7)};
    int          curves = 1 + maker_below(m, 5);
    law.first = maker_wide(m, 1e-5, 2e-4);
    law.later = maker_wide(m, 1e-5, 2e-4);
    law.knee = maker_wide(m, 0.5, 50);
    law.ttft = maker_wide(m, 0.01, 0.2);
    law.ttft_more = maker_chance(m, 0.1) ? 0 : maker_wide(m, 1e-4, 1e-2);
    law.tpot = maker_wide(m, 5, 30);
    law.tpot_more = maker_chance(m, 0.1) ? 0 : maker_wide(m, 0.01, 1);
    maker_print(m, "\"table\": [");
    for (int k = 0; k < curves; k++) { /* no two of the same lengths */
        c[k].input = floor(maker_wide(m, 50, 8000)) + k * 1e-3;
        c[k].output = floor(maker_wide(m, 10, 1000));
        c[k].slow = maker_uniform(m, 0.993, 1.007);
        c[k].rows = 1 + maker_below(m, 6);
        make_rows(m, &law, &c[k]);
    }
    maker_close(m, "], ");
    if (law.timed)
        make_table_limits(m, c, curves);
    else if (maker_chance(m, 0.3))
        maker_print(m, "\"concurrency_limit\": %.17g, ", maker_wide(m, 9, 300));
}

/* ---- Rooflines -------------------------------------------------------------------- */

/* Some of the constants, which have defaults. */
static void make_constants(maker *m)
{
    static const struct {
        const char *key;
        double      low, high;
    } constant[] = {
        {"memory_efficiency", 0.5, 1}, {"compute_efficiency", 0.3, 0.9},
        {"four_bit_efficiency", 0.4, 0.8}, {"step_ms", 0, 30}, {"request_us", 0, 20},
        {"all_reduce_us", 0, 100}, {"link_efficiency", 0.2, 0.9}, {"memory_share", 0.9, 1},
        {"expert_ns", 0, 60}, {"front_end_ms", 0, 200}, {"prompt_share", 0, 1},
    };
    for (size_t k = 0; k < sizeof constant / sizeof *constant; k++)
        if (maker_chance(m, 0.2))
            maker_print(m, "\"%s\": %.17g, ", constant[k].key,
                        maker_uniform(m, constant[k].low, constant[k].high));
}

/* A shape of at most 15e9 parameters and 0.2 MB a token: it fits into 80 GiB, also when the
 * model has twice as many parameters. */
static void make_roofline(maker *m)
{
    static const char *const bits[] = { "16", "8", "4" };
    int groups = 1 << maker_below(m, 4), kv_heads = 1 << maker_below(m, 4);
    int hidden = 1024 + 512 * groups, layers = 16 + maker_below(m, 32);
    int experts = maker_chance(m, 0.35) ? 8 << maker_below(m, 4) : 1;
    maker_print(m, "\"roofline\": {\"layers\": %d, \"hidden\": %d, ", layers, hidden);
    maker_print(m, "\"intermediate\": %d, ", (int)(hidden * maker_uniform(m, 1, 4) / experts));
    if (experts > 1)
        maker_print(m, "\"experts\": %d, \"experts_per_token\": %d, ", experts,
                    1 + maker_below(m, 8));
    maker_print(m, "\"heads\": %d, \"kv_heads\": %d, ", groups * kv_heads, kv_heads);
    maker_print(m, "\"head_size\": %d, ", maker_chance(m, 0.5) ? 64 : 128);
    if (maker_chance(m, 0.5))
        maker_print(m, "\"vocabulary\": %d, ", 32000 + maker_below(m, 200000));
    maker_print(m, "\"weight_bits\": \"%s\", ", bits[maker_below(m, 3)]);
    maker_print(m, "\"kv_bits\": \"%s\", ", bits[maker_below(m, 3)]);
    make_constants(m);
    maker_close(m, "}, ");
    if (maker_chance(m, 0.3))
        maker_print(m, "\"tpot_limit_ms\": %.17g, ", maker_wide(m, 20, 300));
    if (maker_chance(m, 0.2))
        maker_print(m, "\"ttft_limit_ms\": %.17g, ", maker_wide(m, 1000, 20000));
    if (maker_chance(m, 0.3))
        maker_print(m, "\"concurrency_limit\": %.17g, ", maker_wide(m, 1, 500));
}

/* ---- Profiles --------------------------------------------------------------------- */

/* f0 has a closed form, f1 a table, f2 a roofline, f3 any of them. */
static void make_profiles(maker *m)
{
    maker_print(m, "\"profiles\": {");
    for (int f = 0; f < RANDOM_PROFILES; f++) {
        int kind = f < 3 ? f : maker_below(m, 3);
        maker_print(m, "\"f%d\": {\"gpu\": \"g%d\", ", f, maker_below(m, 2));
        maker_print(m, "\"gpus_per_replica\": %d, ", 1 + maker_below(m, 4));
        if (maker_chance(m, 0.5))
            maker_print(m, "\"parameters_b\": 8, ");
        m->slots[f] = kind > 0;
        if (kind == 0)
            m->slots[f] = make_closed_form(m);
        else if (kind == 1)
            make_table(m);
        else
            make_roofline(m);
        maker_some(m, 0.5, "speed_factor", 0.6, 1.6);
        maker_some(m, 0.3, "speed_gain_per_year", 0, 0.8);
        if (maker_chance(m, 0.5))
            maker_print(m, "\"relative_error\": %.17g, ",
                        maker_chance(m, 0.3) ? 0 : maker_uniform(m, 0.01, 0.3));
        maker_close(m, "}, ");
    }
    maker_close(m, "},\n");
}

#endif
