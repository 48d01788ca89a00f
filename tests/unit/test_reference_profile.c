/* test_reference_profile.c -- how fast GPUs are, (31) and (100)-(102) of docs/model.md: the
 * closed form, measured tables, rooflines.
 *
 * Expected numbers are worked out by hand in comments, but for the nine rooflines of
 * published models: those are printed by the program that calibrated the equations, which
 * was written apart from this one.  Tolerance: 1e-12 relative, unless stated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "model/profile_table.h"
#include "model/roofline.h"
#include "numerics/lanes.h"
#include "reference_ledger.h"

/* a float in <math.h> */
#define NONE ((double)NAN)

/* ---- Through a scenario ----------------------------------------------------------- */

/* 3.6 million requests, of which unit-hours are 1000 G/gpus */
#define METERED(gpu, profile, request, model)                                            \
    "{'name': 'm', 'clock': {'start': '2027-01', 'months': 1},"                          \
    " 'gpus': {'g': {'usd_per_gpu_hour': 2" gpu "}},"                                    \
    " 'profiles': {'f': {'gpu': 'g', " profile "}},"                                     \
    " 'products': {'p': {'requests_per_month': 3.6e6, 'request': {" request "}}},"       \
    " 'models': {'m': {" model "'contracts': {'c': {'billing': 'compute_time',"          \
    "   'settlement': 'metered', 'units': {'u': {'usd_per_unit_hour': 1, 'gpus': 2,"     \
    "   'profile': 'f'}}}}}}, 'strategies': {'s': {'all': 'm'}}}"

static double metered(const ledger *l)
{
    return find(l, 0, "compute time")->quantity * 2 / 1000;
}

/* 600/1e4 + 100/1e3 + 1e-6 (100 * 1000 + 100^2 * 1.25/2) + 1e-8 (1000^2 - 400^2)
 * = 0.06 + 0.1 + 0.10625 + 0.0084, twice that for a model of twice the size */
#define CLOSED                                                                           \
    "'input_tokens_per_gpu_s': 1e4, 'output_tokens_per_gpu_s': 1e3,"                     \
    " 'attention_gpu_s_per_token2': 1e-6, 'prefill_attention_gpu_s_per_token2': 1e-8,"   \
    " 'parameters_b': 8, "
#define HALF_CACHED                                                                      \
    "'input_tokens': 1000, 'cache_read_share': 0.4, 'output_tokens': 100, 'output_cv': 0.5"

static void closed_form(void **state)
{
    (void)state;
    ledger l = run_text(METERED("", CLOSED "'relative_error': 0", HALF_CACHED, ""));
    near(metered(&l), 0.27465);
    l = run_text(METERED("", CLOSED "'relative_error': 0, 'speed_factor': 4", HALF_CACHED,
                         "'parameters_b': 16, "));
    near(metered(&l), 0.27465 / 2);
}

/* epsilon = exp(0.5 z) divides, z of the uniform of the key, stated or not: 0.09 */
static void speed_is_uncertain(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double      log_sd;
    } cases[] = {
        { METERED("", CLOSED "'relative_error': 0.5", HALF_CACHED, ""), 0.5 },
        { METERED("", CLOSED "'speed_factor': 1", HALF_CACHED, ""), 0.09 },
    };
    for (size_t i = 0; i < 2; i++) {
        fixture f = open_fixture(cases[i].text);
        for (uint64_t path = 0; path < 8; path++) {
            ledger l = run(f.plan, 3, path, 0);
            double z = ds_normal_quantile(address("/profiles/f/relative_error", 3, path, 0, 0));
            check_near(metered(&l), 0.27465 * exp(-cases[i].log_sd * z), 1e-11, "G", __LINE__);
        }
        close_fixture(&f);
    }
}

/* ---- Tables, (101) ----------------------------------------------------------------- */

static ds_measurement row(double input, double output, double concurrency, double speed,
                          double ttft_ms, double tpot_ms)
{
    return (ds_measurement){ .input_tokens = input, .output_tokens = output,
                             .concurrency = concurrency, .output_tokens_per_s = speed,
                             .ttft_ms = ttft_ms, .tpot_ms = tpot_ms };
}

static ds_profile profile_of(ds_measurement *rows, size_t count)
{
    return (ds_profile){ .gpus_per_replica = 4, .table = { count, rows }, .ttft_limit_ms = NONE,
                         .tpot_limit_ms = NONE, .concurrency_limit = NONE };
}

/* One curve with rows out of order, another one in between. */
static void point_of_a_curve(void **state)
{
    (void)state;
    ds_measurement rows[] = { row(100, 50, 16, 600, 300, 30), row(7, 50, 2.5, 10, 1, 1),
                              row(100, 50, 32, 800, 1100, 40), row(100, 50, 8, 400, 100, 20) };
    ds_profile     f = profile_of(rows, 4);
    ds_table_point p[2];
    const struct {
        double concurrency, ttft, tpot;
        double slots, speed;
        bool   within;
    } cases[] = {
        { NONE, NONE, NONE, 32, 800, true },
        { NONE, NONE, 40, 32, 800, true },
        { NONE, NONE, 33, 20, 650, true },   /* 16 + 0.3 * 16 = 20.8; 600 + 200/4 */
        { NONE, 250, NONE, 14, 550, true },  /* 8 + 0.75 * 8 */
        { NONE, 250, 33, 14, 550, true },
        { 10.5, NONE, NONE, 10, 450, true },
        { 16, NONE, NONE, 16, 600, true },
        { NONE, NONE, 10, 8, 400, false },   /* nothing is within: the least measured */
        { 3, NONE, NONE, 8, 400, false },
    };
    assert_int_equal(ds_table_curves(&f.table), 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.concurrency_limit = cases[i].concurrency;
        f.ttft_limit_ms = cases[i].ttft;
        f.tpot_limit_ms = cases[i].tpot;
        assert_int_equal(ds_table_points(&f, p), 2);
        near(p[0].slots, cases[i].slots);
        near(p[0].output_per_s, cases[i].speed);
        near(p[0].gpu_s, 4 * 50 / cases[i].speed);
        assert_true(p[0].within == cases[i].within);
        near(p[1].slots, 2.5); /* not a whole number, but the least that is measured */
    }
}

/* A latency that rises and falls: 100, 600, 300 ms with at most 400 leaves 8 ... 12.8 and
 * 26.67 ... 32; with 33 ms a token at most 20.8, so 12. */
static void latency_that_falls(void **state)
{
    (void)state;
    ds_measurement rows[] = { row(100, 50, 8, 400, 100, 20), row(100, 50, 16, 600, 600, 30),
                              row(100, 50, 32, 800, 300, 40) };
    ds_profile     f = profile_of(rows, 3);
    ds_table_point p;
    f.ttft_limit_ms = 400;
    ds_table_points(&f, &p);
    near(p.slots, 32);
    f.tpot_limit_ms = 33;
    ds_table_points(&f, &p);
    near(p.slots, 12);
    near(p.ttft_ms, 350);
    near(p.tpot_ms, 25);
}

static ds_table_point point(double input, double output, double gpu_s)
{
    return (ds_table_point){ .input = input, .output = output, .gpu_s = gpu_s, .slots = 1 };
}

/* Points of a law give the law; 1e-9, for the equations are nearly dependent. */
static void law_is_found_again(void **state)
{
    (void)state;
    const ds_base_law truth = { 1e-4, 1e-3, 2e-7 };
    ds_table_point    p[6];
    for (size_t k = 0; k < 6; k++) {
        p[k] = point(100 + 700 * (double)(k % 3), 50 + 900 * (double)(k / 3), 0);
        p[k].gpu_s = ds_base_law_at(&truth, p[k].input, 0, p[k].output, 0);
    }
    ds_base_law law = ds_table_law(p, 6);
    check_near(law.input, truth.input, 1e-9 * truth.input, "input", __LINE__);
    check_near(law.output, truth.output, 1e-9 * truth.output, "output", __LINE__);
    check_near(law.attention, truth.attention, 1e-9 * truth.attention, "attention", __LINE__);
    near(ds_base_law_at(&truth, 1000, 400, 100, 0.5), 0.06 + 0.1 + 2e-7 * 106250);
}

/* Curves of one output length lie on {P, D} and on {D, kappa} alike: the first set is taken,
 * whatever rounding makes of the sums.  g = I/20000 + 500/40000; 1e-9 as above. */
static void law_of_equals_is_the_first(void **state)
{
    (void)state;
    for (int length = 1; length < 200; length++) {
        double         I = 37.0 * length;
        ds_table_point p[3] = { point(I, 500, I / 20000 + 0.0125),
                                point(2 * I, 500, I / 10000 + 0.0125),
                                point(7 * I, 500, 7 * I / 20000 + 0.0125) };
        ds_base_law    law = ds_table_law(p, 3);
        check_near(law.input, 5e-5, 1e-9 * 5e-5, "input", __LINE__);
        check_near(law.output, 2.5e-5, 1e-9 * 2.5e-5, "output", __LINE__);
        assert_true(law.attention == 0);
    }
}

/* What makes a sum of squares least under x >= 0 (Karush-Kuhn-Tucker): its slope is 0 in an
 * unknown above 0, and not negative in one that is 0.  1e-9 of the greatest slope there is. */
static void law_is_least_squares(void **state)
{
    (void)state;
    size_t zeros = 0;
    for (size_t table = 0; table < 300; table++) {
        ds_table_point p[7];
        for (size_t k = 0; k < 7; k++) {
            double u[3];
            for (size_t i = 0; i < 3; i++)
                u[i] = address("points", 1, table, k, i);
            p[k] = point(exp(9 * u[0]), exp(8 * u[1]), 0);
            p[k].gpu_s = (p[k].input * 1e-4 + p[k].output * 1e-3) * exp(2 * u[2] - 1);
        }
        ds_base_law law = ds_table_law(p, 7);
        double      x[3] = { law.input, law.output, law.attention };
        for (int j = 0; j < 3; j++) {
            double slope = 0, size = 0;
            for (size_t k = 0; k < 7; k++) {
                ds_base_law one = { j == 0, j == 1, j == 2 };
                double a = ds_base_law_at(&one, p[k].input, 0, p[k].output, 0) / p[k].gpu_s;
                slope += a * (ds_base_law_at(&law, p[k].input, 0, p[k].output, 0) / p[k].gpu_s - 1);
                size += a;
            }
            assert_true(x[j] >= 0);
            assert_true(x[j] > 0 ? fabs(slope) < 1e-9 * size : slope > -1e-9 * size);
            zeros += x[j] == 0;
        }
    }
    assert_true(zeros > 100); /* the limit matters */
}

/* Two curves: 0.2 GPU s for 200 tokens and 1.6 for 400 make c = sqrt(0.001 * 0.004) = 0.002.
 * Measured pairs are hit; half way in logarithms the errors, 1/2 and 2, cancel.  With 100 of
 * 300 tokens cached the law has 300 tokens of 400, and 1.6 becomes 1.2. */
static void between_the_points(void **state)
{
    (void)state;
    ds_table_point p[2] = { point(100, 100, 0.2), point(300, 100, 1.6) };
    p[0].slots = 8;
    p[1].slots = 2;
    ds_base_law law = ds_table_law(p, 2);
    near(law.input, 0.002);
    near(law.output, 0.002);
    near(ds_table_gpu_seconds(p, 2, &law, 100, 0, 100, 0), 0.2);
    near(ds_table_gpu_seconds(p, 2, &law, 300, 0, 100, 0), 1.6);
    near(ds_table_gpu_seconds(p, 2, &law, 300, 100, 100, 0), 1.2);
    near(ds_table_gpu_seconds(p, 2, &law, sqrt(3e4), 0, 100, 0), 0.002 * (sqrt(3e4) + 100));
    near(ds_table_slots(p, 2, sqrt(3e4), 100), 4);
    near(ds_table_slots(p, 2, 300, 100), 2);
    /* no token at all: no time, not NONE */
    near(ds_table_gpu_seconds(p, 2, &law, 0, 0, 0, 0), 0);
}

/* 2 GPUs, 100/50 tokens: 1000 output tokens a second are 2 * 50/1000 = 0.1 GPU s. */
static void table_in_a_scenario(void **state)
{
    (void)state;
    ledger l = run_text(METERED(
        "", "'gpus_per_replica': 2, 'relative_error': 0, 'parameters_b': 8, 'table': ["
        "{'input_tokens': 100, 'output_tokens': 50, 'concurrency': 8, 'output_tokens_per_s': 500},"
        "{'input_tokens': 100, 'output_tokens': 50, 'concurrency': 16,"
        " 'output_tokens_per_s': 1000}]",
        "'input_tokens': 100, 'output_tokens': 50", "'parameters_b': 24, "));
    near(metered(&l), 0.3); /* three times the size */
}

/* ---- Rooflines, (102) ---------------------------------------------------------------- */

static const ds_roofline constants = {
    .memory_efficiency = 0.886, .compute_efficiency = 0.713, .four_bit_efficiency = 0.58,
    .step_ms = 1.39, .request_us = 3.66, .all_reduce_us = 28.4, .link_efficiency = 0.535,
    .memory_share = 0.956, .expert_ns = 27.4, .front_end_ms = 86.2, .prompt_share = 0.391,
};

static ds_roofline shape(int64_t layers, int64_t hidden, int64_t heads, int64_t kv_heads,
                         int64_t intermediate, int64_t vocabulary, int bits, int kv_bits)
{
    ds_roofline r = constants;
    r.layers = layers;
    r.hidden = hidden;
    r.heads = heads;
    r.kv_heads = kv_heads;
    r.head_size = 128;
    r.intermediate = intermediate;
    r.vocabulary = vocabulary;
    r.experts = r.experts_per_token = 1;
    r.weight_bits = bits;
    r.kv_bits = kv_bits;
    return r;
}

static ds_roofline experts(ds_roofline r, int64_t all, int64_t per_token)
{
    r.experts = all;
    r.experts_per_token = per_token;
    return r;
}

static ds_gpu gpu(double t16, double t8, double t4, double memory_gb_per_s, double gib, double link)
{
    return (ds_gpu){ .tflops_16bit = t16, .tflops_8bit = t8, .tflops_4bit = t4,
                     .memory_gb_per_s = memory_gb_per_s, .memory_gib = gib,
                     .link_gb_per_s = link };
}

/* Printed with six digits, X with seven: 1e-5. */
static void published_models(void **state)
{
    (void)state;
    ds_gpu a100 = gpu(312, NONE, NONE, 2039, 80, 300), h100 = gpu(989, 1979, NONE, 3350, 79.6, 450),
           h200 = gpu(989, 1979, NONE, 4800, 140.4, 450), l40s = gpu(362, 733, NONE, 864, 45, 32),
           b200 = gpu(2250, 4500, 9000, 7700, 179.1, 900);
    ds_roofline l8 = shape(32, 4096, 32, 8, 14336, 128256, DS_BITS_8, DS_BITS_8),
                l8h = shape(32, 4096, 32, 8, 14336, 128256, DS_BITS_16, DS_BITS_16),
                l70 = shape(80, 8192, 64, 8, 28672, 128256, DS_BITS_8, DS_BITS_8),
                l405 = shape(126, 16384, 128, 8, 53248, 128256, DS_BITS_4, DS_BITS_8),
                mix = experts(shape(32, 4096, 32, 8, 14336, 32000, DS_BITS_8, DS_BITS_8), 8, 2),
                qwen = experts(shape(48, 2048, 32, 4, 768, 151936, DS_BITS_4, DS_BITS_8), 128, 8);
    const struct {
        const ds_roofline *shape;
        const ds_gpu      *gpu;
        double gpus, input, output, limit, slots, step_ms, tpot_ms, ttft_ms, speed;
    } cases[] = {
        { &l8, &h100, 1, 1000, 1000, NONE, 554, 31.7806, 38.4701, 588.969, 14400.79 },
        { &l8h, &a100, 1, 128, 2048, NONE, 231, 46.124, 47.0751, 165.84, 4907.053 },
        { &l70, &h100, 4, 2048, 128, NONE, 712, 68.1618, 597.357, 23724.4, 1191.917 },
        { &l70, &l40s, 8, 500, 2000, NONE, 724, 279.461, 336.91, 8202.28, 2148.942 },
        { &l405, &b200, 4, 1000, 1000, NONE, 970, 118.637, 202.973, 14010.3, 4778.957 },
        { &mix, &h200, 2, 1000, 1000, NONE, 1840, 62.2335, 87.7683, 3075.72, 20964.3 },
        { &qwen, &b200, 1, 1000, 1000, NONE, 1686, 51.7813, 74.983, 2962.76, 22485.11 },
        { &qwen, &b200, 1, 1000, 1000, 4, 4, 2.19895, 2.254, 106.633, 1774.624 },
        { &l70, &h200, 1, 1024, 1024, 64, 64, 28.8056, 35.5413, 751.852, 1800.724 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ds_roofline_case c = { .shape = cases[i].shape, .gpu = cases[i].gpu,
                               .gpus = cases[i].gpus, .size = 1, .tpot_limit_ms = NONE,
                               .ttft_limit_ms = NONE, .concurrency_limit = cases[i].limit };
        ds_roofline_request r = { .input = cases[i].input, .output = cases[i].output };
        ds_roofline_speed   v = ds_roofline_at(&c, &r);
        near(v.slots, cases[i].slots);
        check_near(v.step_s * 1e3 / cases[i].step_ms, 1, 1e-5, "step", __LINE__);
        check_near(v.tpot_ms / cases[i].tpot_ms, 1, 1e-5, "TPOT", __LINE__);
        check_near(v.ttft_ms / cases[i].ttft_ms, 1, 1e-5, "TTFT", __LINE__);
        check_near(v.output_per_s / cases[i].speed, 1, 1e-5, "X", __LINE__);
        near(v.gpu_s, cases[i].gpus * cases[i].output / v.output_per_s);
    }
}

/* A model of 8 times the size of its shape: m = 2, so L = 2, H = f = 2000, n_h = 2, while
 * n_tok = 8 * (2 * 1000 * 100 + 2 * 1000 * 100 + 3 * 1000 * 1000) = 2.72e7.  Per token
 *   c = 2 * 2.72e7/6.8e9 = 8e-3, a = 2 * 2 * (16000 + 6000 + 400)/2.24e7 = 4e-3, h = 2e-3,
 *   q = 2 * 2 * 2 * 100/2e9 = 4e-7; kv = 2 * 2 * 100 = 400 bytes.
 * Of 100 tokens 40 are cached, 50 come out with cv 0.6: mean context 100 + 25 * 1.36 = 134. */
static const double hand_step = 0.01 + (2.72e7 + 4e6) / 2.24e7; /* A */
static const double hand_more = 0.014 + 134 * 400 / 2.24e7;     /* s */
static const double hand_prompt = 60 * 0.012 + 8400 * 4e-7;     /* t_p */

static double hand_tpot_ms(double b)
{
    return 1e3 * (hand_step + hand_more * b + b * hand_prompt / 50);
}

static double hand_ttft_ms(double b) /* t_f = 0.1, q_p = 0.5 */
{
    double step = hand_step + hand_more * b, met = b * hand_prompt;
    return 1e3 * (0.1 + hand_step + hand_prompt + step + 0.5 * met * met / (50 * step + met));
}

static ds_roofline_case by_hand(ds_roofline *r, ds_gpu *g)
{
    *r = (ds_roofline){ .layers = 1, .hidden = 1000, .heads = 1, .kv_heads = 1, .head_size = 100,
                        .intermediate = 1000, .vocabulary = 1000, .experts = 1,
                        .experts_per_token = 1, .weight_bits = DS_BITS_8, .kv_bits = DS_BITS_8,
                        .memory_efficiency = 1, .compute_efficiency = 1, .step_ms = 10,
                        .memory_share = 0.5, .front_end_ms = 100, .prompt_share = 0.5 };
    *g = gpu(0.002, 0.0068, NONE, 0.0224, 0, NONE);
    /* B_w = 2.72e7 + 4 * 1000 * 2000 = 3.52e7; 10.5 requests of 400 * 150 bytes beside */
    g->memory_gib = 2 * (3.52e7 + 10.5 * 6e4) / 1073741824;
    return (ds_roofline_case){ .shape = r, .gpu = g, .gpus = 1, .size = 8, .tpot_limit_ms = NONE,
                               .ttft_limit_ms = NONE, .concurrency_limit = NONE };
}

static void roofline_by_hand(void **state)
{
    (void)state;
    ds_roofline         r;
    ds_gpu              g;
    ds_roofline_case    c = by_hand(&r, &g);
    ds_roofline_request q = { .input = 100, .read = 40, .output = 50, .output_cv = 0.6 };
    ds_roofline_speed   v = ds_roofline_at(&c, &q);
    near(v.slots, 10);
    check_near(v.fit, 10.5, 1e-9, "fit", __LINE__); /* a small difference of large numbers */
    near(v.step_s, hand_step + 10 * hand_more);
    near(v.tpot_ms, hand_tpot_ms(10));
    near(v.ttft_ms, hand_ttft_ms(10));
    near(v.gpu_s, 50 * (hand_step + 10 * hand_more) / 10 + hand_prompt);
    near(v.request_bytes, 6e4);
    near(v.weight_bytes, 3.52e7);
    v = ds_roofline_with_slots(&c, &q, 30); /* whatever memory says */
    near(v.tpot_ms, hand_tpot_ms(30));
}

/* The greatest number of slots within the limits; 1 when there is none. */
static void roofline_limits(void **state)
{
    (void)state;
    ds_roofline         r;
    ds_gpu              g;
    ds_roofline_case    c = by_hand(&r, &g);
    ds_roofline_request q = { .input = 100, .read = 40, .output = 50, .output_cv = 0.6 };
    const struct {
        double tpot, ttft, concurrency, slots;
    } cases[] = {
        { hand_tpot_ms(7), NONE, NONE, 7 },
        { hand_tpot_ms(7) * (1 - 1e-8), NONE, NONE, 6 },
        { NONE, hand_ttft_ms(4), NONE, 4 },
        { hand_tpot_ms(7), hand_ttft_ms(9), NONE, 7 },
        { hand_tpot_ms(11), NONE, NONE, 10 },
        { NONE, NONE, 5.5, 5 },
        { hand_tpot_ms(1) / 2, NONE, NONE, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        c.tpot_limit_ms = cases[i].tpot;
        c.ttft_limit_ms = cases[i].ttft;
        c.concurrency_limit = cases[i].concurrency;
        near(ds_roofline_at(&c, &q).slots, cases[i].slots);
    }
    g.memory_gib /= 2; /* the weights do not fit: said, and reckoned with 1 */
    c = (ds_roofline_case){ .shape = &r, .gpu = &g, .gpus = 1, .size = 8, .tpot_limit_ms = NONE,
                            .ttft_limit_ms = NONE, .concurrency_limit = NONE };
    near(ds_roofline_at(&c, &q).slots, 1);
    assert_true(ds_roofline_at(&c, &q).fit < 0);
}

/* A GPU without the precision computes in the next one that it has. */
static void precisions(void **state)
{
    (void)state;
    ds_roofline         r;
    ds_gpu              g;
    ds_roofline_case    c = by_hand(&r, &g);
    ds_roofline_request q = { .input = 1000, .output = 1 };
    r.memory_efficiency = 1e9; /* only products count: 2 * 2.72e7 FLOP a token, and q */
    r.four_bit_efficiency = 0.5;
    r.step_ms = 0;
    const struct {
        int    bits;
        double t8, t4, tera;
    } cases[] = {
        { DS_BITS_16, 0.1, 1, 0.002 }, { DS_BITS_8, 0.1, 1, 0.1 }, { DS_BITS_4, 0.1, 1, 0.5 },
        { DS_BITS_4, 0.1, NONE, 0.1 },  { DS_BITS_4, NONE, NONE, 0.002 },
        { DS_BITS_8, NONE, 1, 0.002 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r.weight_bits = cases[i].bits;
        g.tflops_8bit = cases[i].t8;
        g.tflops_4bit = cases[i].t4;
        double want = 1001 * 5.44e7 / (cases[i].tera * 1e12) + 2e-3 + 1e6 * 4e-7;
        check_near(ds_roofline_with_slots(&c, &q, 1).gpu_s / want, 1, 1e-6, "G", __LINE__);
    }
}

/* The same in a scenario: defaults, the GPU's facts and the lengths of the request arrive. */
static void roofline_in_a_scenario(void **state)
{
    (void)state;
    ledger l = run_text(METERED(
        ", 'tflops_16bit': 989, 'tflops_8bit': 1979, 'memory_gb_per_s': 3350,"
        " 'memory_gib': 79.6, 'link_gb_per_s': 450",
        "'relative_error': 0, 'gpus_per_replica': 4, 'roofline': {'layers': 80, 'hidden': 8192,"
        " 'heads': 64, 'kv_heads': 8, 'head_size': 128, 'intermediate': 28672,"
        " 'weight_bits': '8', 'kv_bits': '8'}",
        "'input_tokens': 2048, 'output_tokens': 128", ""));
    check_near(metered(&l) / (4 * 128 / 1191.917), 1, 1e-5, "G", __LINE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_form),
        cmocka_unit_test(speed_is_uncertain),
        cmocka_unit_test(point_of_a_curve),
        cmocka_unit_test(latency_that_falls),
        cmocka_unit_test(law_is_found_again),
        cmocka_unit_test(law_of_equals_is_the_first),
        cmocka_unit_test(law_is_least_squares),
        cmocka_unit_test(between_the_points),
        cmocka_unit_test(table_in_a_scenario),
        cmocka_unit_test(published_models),
        cmocka_unit_test(roofline_by_hand),
        cmocka_unit_test(roofline_limits),
        cmocka_unit_test(precisions),
        cmocka_unit_test(roofline_in_a_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
