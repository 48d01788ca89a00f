/* test_profile_kernel.c -- GPU time and slots of a request in lanes: (31), (100)-(102).
 *
 * The equations are worked here once more, one request at a time and with libm: 1e-12,
 * relative, is what a dozen roundings and another exp may differ by.  The rooflines have
 * besides known answers of the program that calibrated them, to the digits it printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "model/profile_table.h"
#include "model/roofline.h"
#include "model/work.h"
#include "numerics/stream.h"

/* a float in <math.h> */
#define NONE ((double)NAN)

#define TOLERANCE 1e-12

/* A scenario with one profile, and a worker's memory for it. */
typedef struct {
    world    m;
    ds_work *work;
} bench;

/* GPU, profile, size of the model. */
static const char *const frame =
    "{'name': 'profiles', 'clock': {'start': '2026-01', 'months': 1},"
    " 'gpus': {'g': {'usd_per_gpu_hour': 2, %s}},"
    " 'profiles': {'p': {'gpu': 'g', 'relative_error': 0, %s}},"
    " 'products': {'chat': {'requests_per_month': 1e6,"
    "   'request': {'input_tokens': 1000, 'output_tokens': 200}}},"
    " 'models': {'own': {'parameters_b': %g, 'contracts': {'c': {'billing': 'fleet',"
    "   'profile': 'p'}}}},"
    " 'strategies': {'s': {'all': 'own'}}}";

static bench open_profile(const char *gpu, const char *profile, double parameters_b)
{
    bench b = {.m = open_format(frame, gpu, profile, parameters_b)};
    b.work = aligned_alloc(64, (ds_kernel_work_bytes(b.m.plan) + 63) / 64 * 64);
    assert_non_null(b.work);
    ds_kernel_prepare(b.m.plan, 1, b.work);
    for (size_t i = 0; i < DS_LANES; i++)
        b.work->speed[0][i] = 1.0;
    return b;
}

static void close_profile(bench *b)
{
    free(b->work);
    ds_plan_free(b->m.plan);
    ds_scenario_free(b->m.scenario);
}

/* Requests of all lanes, and what the kernel makes of them. */
typedef struct {
    ds_row I, O, R, cv, seconds, slots;
} requests;

static void measure(const bench *b, requests *r)
{
    const ds_plan_contract *c = &b->m.plan->contract[0];
    const ds_served served = {.on = {0, c->parameters, c->measured_b}, .input = r->I,
                              .output = r->O, .read = r->R, .cv = r->cv};
    ds_row again;
    ds_gpu_time(b->work, &served, r->seconds, r->slots);
    ds_gpu_time(b->work, &served, again, NULL);
    assert_memory_equal(again, r->seconds, sizeof again);
}

static double uniform(size_t lane, uint32_t slot)
{
    return ds_stream_uniform(ds_stream_key(3, 4), lane, 0, slot);
}

/* Lengths from 1 to `most`, half of the requests with cached tokens and a spread. */
static void some_requests(requests *r, double most)
{
    for (size_t i = 0; i < DS_LANES; i++) {
        r->I[i] = exp(log(most) * uniform(i, 0));
        r->O[i] = exp(log(most) * uniform(i, 1));
        r->R[i] = i % 2 == 0 ? 0.0 : r->I[i] * uniform(i, 2);
        r->cv[i] = i % 2 == 0 ? 0.0 : 2.0 * uniform(i, 3);
    }
}

/* No longer prompt, and no longer answer, takes less time.  (Within limits on latency a
 * longer answer may: prompts of others then disturb it less, so that more fit.) */
static void check_rising(const bench *b, requests *r, double most, bool limited)
{
    ds_row before;
    for (int of_output = 0; of_output < (limited ? 1 : 2); of_output++) {
        some_requests(r, most);
        measure(b, r);
        memcpy(before, r->seconds, sizeof before);
        for (size_t i = 0; i < DS_LANES; i++)
            *(of_output ? &r->O[i] : &r->I[i]) *= 1.0 + uniform(i, 4);
        measure(b, r);
        for (size_t i = 0; i < DS_LANES; i++)
            assert_true(r->seconds[i] >= before[i] * (1.0 - 1e-12));
    }
}

/* ---- (100) ------------------------------------------------------------------------------ */

static void closed_form(void **state)
{
    static requests r;
    bench b = open_profile("'watts': 700",
                           "'gpus_per_replica': 2, 'parameters_b': 70, 'slots_per_replica': 48,"
                           "'input_tokens_per_gpu_s': 8000, 'output_tokens_per_gpu_s': 7000,"
                           "'attention_gpu_s_per_token2': 1e-7,"
                           "'prefill_attention_gpu_s_per_token2': 3e-9", 35);
    (void)state;
    some_requests(&r, 1e5);
    /* 4000 in, of which 1000 cached, 500 out, cv 0.5:
     * 3000/8000 + 500/7000 + 1e-7 (2e6 + 0.5*250000*1.25) + 3e-9 (16e6 - 1e6), times 35/70 */
    r.I[7] = 4000, r.R[7] = 1000, r.O[7] = 500, r.cv[7] = 0.5;
    measure(&b, &r);
    CLOSE(r.seconds[7], 0.5 * (0.375 + 0.0714285714285714286 + 0.215625 + 0.045), TOLERANCE);
    for (size_t i = 0; i < DS_LANES; i++) {
        double pairs = r.O[i] * r.I[i] + r.O[i] * r.O[i] * (1.0 + r.cv[i] * r.cv[i]) / 2.0;
        double want = (r.I[i] - r.R[i]) / 8000.0 + r.O[i] / 7000.0 + 1e-7 * pairs +
                      3e-9 * (r.I[i] * r.I[i] - r.R[i] * r.R[i]);
        CLOSE(r.seconds[i], want * 0.5, TOLERANCE);
        NEAR(r.slots[i], 48, 0);
    }
    check_rising(&b, &r, 1e5, false);
    close_profile(&b);
}

/* ---- (101) ------------------------------------------------------------------------------ */

/* Four curves; the limit on tpot cuts the second one between its rows: 64 + 64 (30 - 25)/
 * (45 - 25) = 80 requests at 1600 + 16 (2560 - 1600)/64 = 1840 tokens/s. */
static const char *const curves =
    "'gpus_per_replica': 2, 'parameters_b': 8, 'tpot_limit_ms': 30, 'table': ["
    "{'input_tokens': 128, 'output_tokens': 128, 'concurrency': 64, 'output_tokens_per_s': 3000,"
    " 'tpot_ms': 21},"
    "{'input_tokens': 128, 'output_tokens': 2048, 'concurrency': 64, 'output_tokens_per_s': 1600,"
    " 'tpot_ms': 25},"
    "{'input_tokens': 128, 'output_tokens': 2048, 'concurrency': 128, 'output_tokens_per_s': 2560,"
    " 'tpot_ms': 45},"
    "{'input_tokens': 2048, 'output_tokens': 128, 'concurrency': 16, 'output_tokens_per_s': 400,"
    " 'tpot_ms': 29},"
    "{'input_tokens': 5000, 'output_tokens': 500, 'concurrency': 8, 'output_tokens_per_s': 260,"
    " 'tpot_ms': 28}]";

static void table_as_measured(void **state)
{
    static const double measured[][4] = { /* I, O, X, b */
        {128, 128, 3000, 64}, {128, 2048, 1840, 80}, {2048, 128, 400, 16}, {5000, 500, 260, 8}};
    static requests r;
    bench b = open_profile("'watts': 700", curves, 16);
    (void)state;
    some_requests(&r, 1e4);
    for (size_t k = 0; k < 4; k++) {
        r.I[k] = measured[k][0], r.O[k] = measured[k][1];
        r.R[k] = r.cv[k] = 0;
    }
    measure(&b, &r);
    for (size_t k = 0; k < 4; k++) {
        /* a model of twice the size: 2 GPUs * O/X * 16/8 */
        CLOSE(r.seconds[k], 2.0 * measured[k][1] / measured[k][2] * 2.0, TOLERANCE);
        CLOSE(r.slots[k], measured[k][3], TOLERANCE);
    }
    close_profile(&b);
}

/* Between the points: weights of inverse square distance, of four points that are known. */
static void table_in_between(void **state)
{
    static const double at[][4] = {
        {128, 128, 3000, 64}, {128, 2048, 1840, 80}, {2048, 128, 400, 16}, {5000, 500, 260, 8}};
    static requests r;
    bench b = open_profile("'watts': 700", curves, 8);
    const ds_base_law law = b.m.plan->profile[0].law;
    (void)state;
    assert_true(law.input >= 0 && law.output >= 0 && law.attention >= 0);
    some_requests(&r, 3e4);
    r.I[9] = 0.25, r.O[9] = 0; /* count as 1 in the logarithms */
    r.R[9] = 0;
    measure(&b, &r);
    for (size_t i = 0; i < DS_LANES; i++) {
        double weights = 0, ratio = 0, slots = 0;
        for (size_t k = 0; k < 4; k++) {
            double I = at[k][0], O = at[k][1], g = 2.0 * O / at[k][2];
            double B = I * law.input + O * law.output + law.attention * (O * I + O * O / 2);
            double w = 1.0 / (pow(log(fmax(r.I[i], 1) / I), 2) +
                              pow(log(fmax(r.O[i], 1) / O), 2) + 1e-18);
            weights += w;
            ratio += w * log(g / B);
            slots += w * log(at[k][3]);
        }
        double O = r.O[i], square = O * O * (1.0 + r.cv[i] * r.cv[i]);
        double B = (r.I[i] - r.R[i]) * law.input + O * law.output +
                   law.attention * (O * r.I[i] + square / 2);
        CLOSE(r.seconds[i], B * exp(ratio / weights), TOLERANCE);
        CLOSE(r.slots[i], exp(slots / weights), TOLERANCE);
        assert_true(r.slots[i] >= 8.0 * (1 - 1e-12) && r.slots[i] <= 80.0 * (1 + 1e-12));
    }
    close_profile(&b);
}

/* A table of a closed form is that form everywhere, and as monotone. */
static void table_of_a_closed_form(void **state)
{
    static const double lengths[][2] = {{100, 100}, {1000, 100}, {100, 1000}, {4000, 2000}};
    static requests r, closed;
    char   text[2048] = "'table': [";
    size_t used = strlen(text);
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        double I = lengths[k][0], O = lengths[k][1];
        double g = I / 9000.0 + O / 2500.0 + 2e-7 * (O * I + O * O / 2.0);
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "{'input_tokens': %g, 'output_tokens': %g, 'concurrency': 32,"
                                 "'output_tokens_per_s': %.17g}%s", I, O, O / g,
                                 k < 3 ? "," : "]");
    }
    bench b = open_profile("'watts': 700", text, 8);
    bench form = open_profile("'watts': 700",
                              "'input_tokens_per_gpu_s': 9000, 'output_tokens_per_gpu_s': 2500,"
                              "'attention_gpu_s_per_token2': 2e-7", 8);
    some_requests(&r, 1e4);
    some_requests(&closed, 1e4);
    measure(&b, &r);
    measure(&form, &closed);
    for (size_t i = 0; i < DS_LANES; i++)
        CLOSE(r.seconds[i], closed.seconds[i], 1e-9); /* three unknowns of normal equations */
    check_rising(&b, &r, 1e4, false);
    close_profile(&b);
    close_profile(&form);
}

/* ---- (102) ------------------------------------------------------------------------------ */

#define H100 "'tflops_16bit': 989, 'tflops_8bit': 1979, 'memory_gib': 79.6," \
             "'memory_gb_per_s': 3350, 'link_gb_per_s': 450"
#define H200 "'tflops_16bit': 989, 'tflops_8bit': 1979, 'memory_gib': 140.4," \
             "'memory_gb_per_s': 4800, 'link_gb_per_s': 450"
#define A100 "'tflops_16bit': 312, 'memory_gib': 80, 'memory_gb_per_s': 2039," \
             "'link_gb_per_s': 300"
#define L40S "'tflops_16bit': 362, 'tflops_8bit': 733, 'memory_gib': 45," \
             "'memory_gb_per_s': 864, 'link_gb_per_s': 32"
#define B200 "'tflops_16bit': 2250, 'tflops_8bit': 4500, 'tflops_4bit': 9000," \
             "'memory_gib': 179.1, 'memory_gb_per_s': 7700, 'link_gb_per_s': 900"
#define LLAMA_8B "'layers': 32, 'hidden': 4096, 'heads': 32, 'kv_heads': 8, 'head_size': 128," \
                 "'intermediate': 14336"
#define LLAMA_70B "'layers': 80, 'hidden': 8192, 'heads': 64, 'kv_heads': 8, 'head_size': 128," \
                  "'intermediate': 28672"
#define LLAMA_405B "'layers': 126, 'hidden': 16384, 'heads': 128, 'kv_heads': 8," \
                   "'head_size': 128, 'intermediate': 53248"
#define MIXTRAL "'layers': 32, 'hidden': 4096, 'heads': 32, 'kv_heads': 8, 'head_size': 128," \
                "'intermediate': 14336, 'vocabulary': 32000, 'experts': 8, 'experts_per_token': 2"
#define QWEN "'layers': 48, 'hidden': 2048, 'heads': 32, 'kv_heads': 4, 'head_size': 128," \
             "'intermediate': 768, 'vocabulary': 151936, 'experts': 128, 'experts_per_token': 8"
#define BITS_16 "'weight_bits': '16', 'kv_bits': '16'"
#define BITS_8 "'weight_bits': '8', 'kv_bits': '8'"
#define BITS_4 "'weight_bits': '4', 'kv_bits': '8'"

/* Requests at a time and tokens per second by the calibration's own program, in Python. */
static void roofline_as_calibrated(void **state)
{
    static const struct {
        const char *gpu, *shape, *bits;
        double      gpus, limit, I, O, slots, tokens_per_s;
    } known[] = {
        {H100, LLAMA_8B, BITS_8, 1, 4096, 1000, 1000, 554, 14400.79},
        {A100, LLAMA_8B, BITS_16, 1, 4096, 128, 2048, 231, 4907.053},
        {H100, LLAMA_70B, BITS_8, 4, 4096, 2048, 128, 712, 1191.917},
        {L40S, LLAMA_70B, BITS_8, 8, 4096, 500, 2000, 724, 2148.942},
        {B200, LLAMA_405B, BITS_4, 4, 4096, 1000, 1000, 970, 4778.957},
        {H200, MIXTRAL, BITS_8, 2, 4096, 1000, 1000, 1840, 20964.3},
        {B200, QWEN, BITS_4, 1, 4096, 1000, 1000, 1686, 22485.11},
        {B200, QWEN, BITS_4, 1, 4, 1000, 1000, 4, 1774.624},
        {H200, LLAMA_70B, BITS_8, 1, 64, 1024, 1024, 64, 1800.724},
    };
    static requests r;
    (void)state;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        char profile[1024];
        snprintf(profile, sizeof profile,
                 "'gpus_per_replica': %g, 'concurrency_limit': %g, 'roofline': {%s, %s}",
                 known[k].gpus, known[k].limit, known[k].shape, known[k].bits);
        bench b = open_profile(known[k].gpu, profile, 8);
        some_requests(&r, 1000);
        r.I[1] = known[k].I, r.O[1] = known[k].O, r.R[1] = r.cv[1] = 0;
        measure(&b, &r);
        NEAR(r.slots[1], known[k].slots, 0);
        /* seven digits were printed */
        CLOSE(known[k].gpus * known[k].O / r.seconds[1], known[k].tokens_per_s, 1e-6);
        close_profile(&b);
    }
}

/* The same as the function for one request, written by another hand; and one request more
 * would break a limit.  Returns how many lanes are limited by time to more than one. */
static size_t check_roofline(const bench *b, const requests *r, double size)
{
    const ds_profile *p = b->m.scenario->profiles.items;
    const ds_roofline_case c = {.shape = p->roofline, .gpu = b->m.scenario->gpus.items,
                                .gpus = (double)p->gpus_per_replica, .size = size,
                                .tpot_limit_ms = p->tpot_limit_ms,
                                .ttft_limit_ms = p->ttft_limit_ms,
                                .concurrency_limit = p->concurrency_limit};
    size_t limited = 0;
    for (size_t i = 0; i < DS_LANES; i++) {
        const ds_roofline_request of = {r->I[i], r->R[i], r->O[i], r->cv[i]};
        const ds_roofline_speed one = ds_roofline_at(&c, &of);
        const ds_roofline_speed more = ds_roofline_with_slots(&c, &of, r->slots[i] + 1.0);
        CLOSE(r->slots[i], one.slots, 0);
        CLOSE(r->seconds[i], one.gpu_s, TOLERANCE);
        bool full = r->slots[i] + 1.0 > fmin(c.concurrency_limit, more.fit);
        assert_true(full || more.tpot_ms > c.tpot_limit_ms || more.ttft_ms > c.ttft_limit_ms);
        limited += !full && r->slots[i] > 1.0;
    }
    return limited;
}

static void roofline_within_limits(void **state)
{
    static const char *const gpus[] = {H100, A100, L40S, B200};
    static const char *const shapes[] = {LLAMA_8B, LLAMA_70B, MIXTRAL, QWEN};
    static const char *const limits[] = {
        "'concurrency_limit': 2000.5", "'tpot_limit_ms': 40, 'concurrency_limit': 4096",
        "'ttft_limit_ms': 700, 'concurrency_limit': 1e6",
        "'ttft_limit_ms': 2000, 'tpot_limit_ms': 25, 'concurrency_limit': 256",
        "'ttft_limit_ms': 1, 'concurrency_limit': 64"};
    static requests r;
    size_t limited = 0;
    (void)state;
    for (size_t k = 0; k < 40; k++) {
        static const double sizes[] = {8, 1, 20, 9.5};
        char profile[1024];
        snprintf(profile, sizeof profile,
                 "'gpus_per_replica': %d, 'parameters_b': 8, %s, 'roofline': {%s, %s}",
                 k % 4 == 0 && k / 5 % 4 != 2 ? 1 : 8, limits[k % 5], shapes[k % 4],
                 k % 2 == 0 ? BITS_8 : BITS_4);
        bench b = open_profile(gpus[k / 3 % 4], profile, sizes[k / 5 % 4]);
        some_requests(&r, 5000);
        r.O[3] = 0;
        measure(&b, &r);
        limited += check_roofline(&b, &r, sizes[k / 5 % 4] / 8);
        check_rising(&b, &r, 5000, k % 5 != 0);
        close_profile(&b);
    }
    assert_true(limited > 1000); /* the search had something to find */
}

/* ---- loads of contracts ------------------------------------------------------------------ */

/* Two products on one fleet with a limit on waiting, the lengths of one of them growing
 * fourfold in a year, and the speed from half of the profile's to all of it; the fleet
 * comes in month 5.  After thirteen months the loads are those of the new lengths and
 * speed, and the mean slots and holding are as (103) weighs them. */
static const char *const fleet_text =
    "{'name': 'loads', 'clock': {'start': '2026-01', 'months': 13},"
    " 'gpus': {'g': {'usd_per_gpu_hour': 2, " H100 "}},"
    " 'profiles': {'p': {'gpu': 'g', 'gpus_per_replica': 4, 'relative_error': 0,"
    "   'speed_factor': 0.5, 'speed_gain_per_year': 1, 'tpot_limit_ms': 50,"
    "   'roofline': {" LLAMA_70B ", " BITS_8 "}}},"
    " 'products': {"
    "  'a': {'requests_per_month': 3e6, 'request': {'input_tokens': 500, 'output_tokens': 250,"
    "    'input_growth_per_year': 3, 'output_growth_per_year': 1}},"
    "  'b': {'requests_per_month': 1e6, 'request': {'input_tokens': 300, 'output_tokens': 900,"
    "    'cache_read_share': 0.4, 'output_cv': 0.5}}},"
    " 'models': {'own': {'contracts': {"
    "  'api': {'billing': 'per_token', 'usd_per_mtok': {'input': 1, 'output': 4}},"
    "  'c': {'from': 5, 'billing': 'fleet', 'profile': 'p',"
    "   'slo_derate': 0.8, 'waiting': {'seconds': 0.5, 'share': 0.99}}}}},"
    " 'strategies': {'s': {'all': 'own'}}}";

static void loads_of_a_fleet(void **state)
{
    static const ds_roofline_request of[] = {{2000, 0, 500, 0}, {300, 120, 900, 0.5}};
    static const double v[] = {3e6, 1e6};
    bench b = {.m = open_text(fleet_text)};
    const ds_plan    *plan = b.m.plan;
    const ds_profile *p = b.m.scenario->profiles.items;
    const ds_roofline_case c = {.shape = p->roofline, .gpu = b.m.scenario->gpus.items,
                                .gpus = 4, .size = 1, .tpot_limit_ms = 50,
                                .ttft_limit_ms = NONE, .concurrency_limit = NONE};
    double *out = aligned_alloc(64, DS_OUTCOME_COUNT * sizeof(ds_row));
    double *bills = aligned_alloc(64, plan->months * sizeof(ds_row));
    double  G[2], slots[2];
    static ds_queue queue;
    (void)state;
    b.work = aligned_alloc(64, (ds_kernel_work_bytes(plan) + 63) / 64 * 64);
    assert_true(b.work != NULL && out != NULL && bills != NULL);
    ds_kernel_prepare(plan, 1, b.work);
    ds_kernel(plan, 0, b.work, out, bills);
    ds_row *load = b.work->load;
    for (size_t k = 0; k < 2; k++) {
        const ds_roofline_speed one = ds_roofline_at(&c, &of[k]);
        G[k] = one.gpu_s;
        slots[k] = one.slots;
        CLOSE(load[k * plan->load_count + (size_t)plan->contract[1].first_load][5], G[k],
              TOLERANCE);
        CLOSE(load[k * plan->load_count + (size_t)plan->contract[1].slots_load][5],
              G[k] * slots[k], TOLERANCE);
    }
    assert_true(slots[0] != slots[1]);
    double seconds = v[0] * G[0] + v[1] * G[1];
    double mean = (v[0] * G[0] * slots[0] + v[1] * G[1] * slots[1]) / seconds;
    ds_waiting_queue(b.work, 1, DS_NONE, &queue);
    CLOSE(queue.slots[5], mean, TOLERANCE);
    CLOSE(queue.holding[5], mean * seconds / (4 * 0.8 * (v[0] + v[1])), TOLERANCE);
    CLOSE(queue.erlangs[5], mean / (3600 * 4 * 0.8), TOLERANCE);
    ds_waiting_queue(b.work, 1, 1, &queue);
    CLOSE(queue.slots[5], slots[1], TOLERANCE);
    CLOSE(queue.holding[5], slots[1] * G[1] / (4 * 0.8), TOLERANCE);
    free(out);
    free(bills);
    close_profile(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_form),
        cmocka_unit_test(table_as_measured),
        cmocka_unit_test(table_in_between),
        cmocka_unit_test(table_of_a_closed_form),
        cmocka_unit_test(roofline_as_calibrated),
        cmocka_unit_test(roofline_within_limits),
        cmocka_unit_test(loads_of_a_fleet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
