/* test_peer_bugs.c -- mistakes that other programs made, one test each: what is right, and
 * what the mistake would give.  The sources are the issues in which they were reported.
 *
 * Some programs differ from us only in what they assume; the test then shows that the
 * assumption is a value in our scenarios, and what it costs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"

#define PER_MTOK(prices) "'billing': 'per_token', 'usd_per_mtok': {" prices "}"
#define SONNET                                                                              \
    PER_MTOK("'input': 3, 'output': 15, 'cache_read': 0.3, 'cache_write': 3.75")
#define LONG_CONTEXT                                                                        \
    ", 'tiers': {'context': {'of': 'request_input', 'shape': 'cliff', 'steps':"             \
    " [{'from': 200000, 'usd_per_mtok': {'input': 6, 'output': 22.5}}]}}"

/* A bill that is `right`, and not what the mistake would make of it. */
static void expect_not(const char *id, deal d, double right, double wrong)
{
    expect_bill(id, d, right);
    if (within(right, wrong, 1e-6))
        fault("%s: the mistake makes no difference here", id);
}

/* 1. Cached tokens billed twice, as fresh input and as cached (microsoft/conductor #427, agenta
 * #5711, bifrost #904, Langfuse #10592).  A million tokens of which 900,000 are read. */
static void cached_tokens_are_not_billed_twice(void **state)
{
    (void)state;
    double right = 0.1 * 3 + 0.9 * 0.3;
    expect_not("inside", (deal){.products = ONE("'input_tokens': 1e6, 'cache_read_tokens': 9e5,"
                                                " 'output_tokens': 0"), .contract = SONNET},
               right, 3 + 0.9 * 0.3);
    expect_not("beside", (deal){.products = ONE("'cached_tokens': 'beside', 'input_tokens': 1e5,"
                                                " 'cache_read_tokens': 9e5, 'output_tokens': 0"),
                                .contract = SONNET},
               right, 0.3 - 0.9 * 3 + 0.9 * 0.3 /* subtracted where they are not inside */);
    assert_no_faults();
}

/* 2. Graduated tiers where the vendor has a cliff (genai-prices #241; mcp-audit #54 asks for
 * 1.20 for 300,000 tokens of input; 1.80 is right). */
static void a_cliff_reprices_everything(void **state)
{
    (void)state;
    expect_not("300,000 of input",
               (deal){.products = ONE(TOKENS_IN("300000")), .contract = SONNET LONG_CONTEXT}, 1.8,
               0.2 * 3 + 0.1 * 6);
    assert_no_faults();
}

/* 3. The tier decided by the input that is not cached. */
static void cached_tokens_count_for_the_tier(void **state)
{
    (void)state;
    expect_not("150,000 read, 60,000 fresh",
               (deal){.products = ONE("'cached_tokens': 'beside', 'input_tokens': 60000,"
                                      " 'cache_read_tokens': 150000, 'output_tokens': 1000"),
                      .contract = SONNET LONG_CONTEXT},
               0.4725, 0.24);
    expect_not("150,000 written, 60,000 fresh",
               (deal){.products = ONE("'cached_tokens': 'beside', 'input_tokens': 60000,"
                                      " 'cache_write_tokens': 150000, 'output_tokens': 0"),
                      .contract = SONNET LONG_CONTEXT},
               0.15 * 7.5 + 0.06 * 6, 0.15 * 3.75 + 0.06 * 3);
    assert_no_faults();
}

/* 4. Batch as half of everything (dust #23702, ellmer #790): Google bills cache hits of
 * batches at the standard price, and fees of tools are not halved. */
static void batch_is_not_half_of_everything(void **state)
{
    (void)state;
    double right = 0.5 * (0.6 * 3 + 0.2 * 15) + 0.4 * 0.3 + 5 * 0.01;
    expect_not("batch with cache hits and 5 searches",
               (deal){.products = ONE("'input_tokens': 1e6, 'cache_read_share': 0.4,"
                                      " 'output_tokens': 2e5, 'meters': {'search': 5}"),
                      .contract = SONNET ", 'meters': {'search': {'usd_per_unit': 0.01}},"
                                         " 'service_classes': {'batch': {'share': 1, 'factors':"
                                         " {'input': 0.5, 'output': 0.5, 'cache_read': 1}}}"},
               right, 0.5 * (0.6 * 3 + 0.2 * 15 + 0.4 * 0.3 + 5 * 0.01));
    assert_no_faults();
}

/* Is there a warning at the pointer? */
typedef struct {
    const char *pointer;
    int         count;
} awaited;

static void count_warning(void *context, const ds_error *p)
{
    awaited *a = context;
    a->count += p->warning && strcmp(p->pointer, a->pointer) == 0;
}

static void expect_warning(const char *contract, const char *pointer)
{
    awaited      a = {.pointer = pointer};
    invoice     *i = invoice_for("warned", (deal){.products = ONE(TOKENS_IN("1")),
                                                  .contract = contract}, 0);
    ds_scenario *again = NULL; /* warnings are told again */
    if (i->good && ds_scenario_with(i->m.scenario, NULL, 0, count_warning, &a, &again, NULL) !=
                       DS_OK)
        fault("%s: does not load again", pointer);
    if (a.count != 1)
        fault("%s: %d warnings", pointer, a.count);
    ds_scenario_free(again);
    drop(i);
}

/* 5. Prices per token taken for prices per million (LiteLLM's wandb rows, 10^5 times too high;
 * jais-30b-chat per thousand).  A price is per million tokens, and its line shows it. */
static void prices_are_per_million_tokens(void **state)
{
    (void)state;
    expect_not("a million tokens", (deal){.products = ONE(TOKENS_IN("1e6")), .contract = SONNET},
               3, 3e6);
    invoice *i = invoice_for("line", (deal){.products = ONE(TOKENS_IN("2e6")),
                                            .contract = SONNET}, 0);
    bool found = false;
    for (size_t r = 0; r < i->rows; r++)
        found = found || (strcmp(i->row[r].unit, "Mtok") == 0 && i->row[r].quantity == 2 &&
                          i->row[r].unit_price_usd == 3);
    assert_true(found);
    drop(i);
    /* rows of LiteLLM's file of 2026-07-24: 0.135 USD a token; a priority price of 2.5 USD
     * where the base is 0.05 */
    expect_warning(PER_MTOK("'input': 135000, 'output': 135000"),
                   "/models/m/contracts/c/usd_per_mtok/input");
    expect_warning(PER_MTOK("'input': 0.05, 'output': 0.4")
                   ", 'service_classes': {'priority': {'share': 1, 'usd_per_mtok': {'input':"
                   " 2.5}}}",
                   "/models/m/contracts/c/service_classes/priority/usd_per_mtok/input");
    assert_no_faults();
}

/* 6. Minutes for hours: AWS prints price per minute x windows/60 for imported models; it is
 * price per minute x 5 minutes x windows. */
static void windows_are_minutes_not_hours(void **state)
{
    (void)state;
    expect_not("three windows of two units at 0.05718 a minute, in an hour",
               (deal){.clock = "'months': 1, 'hours_per_month': 1",
                      .products = REQUESTS("3", TOKENS_IN("100")),
                      .contract = "'billing': 'compute_time', 'settlement': 'window',"
                                  " 'target_utilisation': 1, 'window': {'arrivals': 'even'},"
                                  " 'units': {'cmu': {'usd_per_unit_hour': 3.4308, 'increment':"
                                  " 2, 'tokens_per_minute': 1e6}}"},
               2 * 0.05718 * 5 * 3, 2 * 0.05718 * 3 / 60);
    assert_no_faults();
}

/* 7. Full use of what is bought (InferenceX, NVIDIA's formula, HF's calculator).  A unit that is
 * 30 % used costs as much as one that is busy: the price per token is a result. */
static void idle_units_are_paid(void **state)
{
    (void)state;
    /* 1,000 tokens a minute, 60 an hour: a dollar per 1,000 tokens at full use */
    expect_not("30 % used",
               (deal){.clock = "'months': 1, 'hours_per_month': 1",
                      .products = REQUESTS("18", TOKENS_IN("1000")),
                      .contract = "'billing': 'compute_time', 'target_utilisation': 1, 'units':"
                                  " {'gpu': {'usd_per_unit_hour': 60, 'tokens_per_minute':"
                                  " 1000}}"},
               60, 18);
    assert_no_faults();
}

/* 8. Escalated requests that do not pay both models (and break-evens without escalation,
 * as in a listing of Manning's book: 625 requests an hour where it is 652). */
static void escalated_requests_pay_twice(void **state)
{
    (void)state;
    deal d = {.products = REQUESTS("1000", NO_TOKENS),
              .models = "'m': {'contracts': {'c': {" DOLLARS_A_REQUEST("0.004") "}}},"
                        "'small': {'quality': {'general': {'acceptable_share': 0.9}},"
                        " 'verifier': {'detected_share': 1}, 'contracts': {'c': {"
                        DOLLARS_A_REQUEST("0.001") "}}}",
              .strategies = "'s': {'all': 'm', 'routes': {'p': {'small': {'share': 1,"
                            " 'escalate_to': 'm'}}}}"};
    expect_not("a tenth goes on", d, 1000 * 0.001 + 100 * 0.004, 900 * 0.001 + 100 * 0.004);
    assert_no_faults();
}

/* 9. Placeholder prices reported as results (amd/gaia #3730): a price that is not stated is
 * refused, and one without a source is counted as such. */
static void refuse_text(const char *contract, const char *pointer)
{
    char     text[2048];
    ds_error err = {.code = DS_OK};
    snprintf(text, sizeof text,
             "{\"name\": \"x\", \"clock\": {\"start\": \"2026-07\", \"months\": 1}, \"products\":"
             " {\"p\": {\"requests_per_month\": 1, \"request\": {\"input_tokens\": 1,"
             " \"output_tokens\": 1}}}, \"models\": {\"m\": {\"contracts\": {\"c\": {%s}}}},"
             " \"strategies\": {\"s\": {\"all\": \"m\"}}}", contract);
    ds_scenario *scenario = NULL;
    ds_code      code = load_json(text, NULL, NULL, &scenario, &err);
    ds_scenario_free(scenario);
    assert_int_equal(code, DS_E_SCENARIO);
    assert_string_equal(err.pointer, pointer);
}

static void prices_have_no_defaults(void **state)
{
    (void)state;
    refuse_text("\"billing\": \"per_token\"", "/models/m/contracts/c");
    refuse_text("\"billing\": \"per_token\", \"usd_per_mtok\": {\"input\": 3}",
                "/models/m/contracts/c/usd_per_mtok/output");
    refuse_text("\"billing\": \"compute_time\", \"units\": {\"u\": {\"tokens_per_minute\": 1}}",
                "/models/m/contracts/c/units/u/usd_per_unit_hour");
    invoice *i = invoice_for("source", (deal){.products = ONE(TOKENS_IN("1e6")),
                                              .contract = PER_MTOK("'input': {'value': 3,"
                                              " 'source': 'list', 'as_of': '2026-07'},"
                                              " 'output': 15")}, 0);
    int sourced = 0, unsourced = 0;
    for (size_t k = 0; k < ds_scenario_input_count(i->m.scenario); k++) {
        ds_input_info input = ds_scenario_input(i->m.scenario, k);
        if (strstr(input.pointer, "usd_per_mtok") == NULL)
            continue;
        sourced += input.origin == DS_ORIGIN_SOURCE;
        unsourced += input.origin == DS_ORIGIN_UNSOURCED;
    }
    assert_int_equal(sourced, 1);
    assert_int_equal(unsourced, 1);
    drop(i);
    assert_no_faults();
}

/* 10. Idle time counted twice, once as cost of what is allocated and once on top of usage
 * (OpenCost #3900).  Held units cost the same whatever the usage, and lines add up. */
static void idle_time_is_not_counted_twice(void **state)
{
    (void)state;
    static const char *const loads[] = {"0", "10", "60"};
    for (int k = 0; k < 3; k++) {
        char products[256];
        snprintf(products, sizeof products, REQUESTS("%s", TOKENS_IN("1000")), loads[k]);
        expect_bill("held", (deal){.clock = "'months': 1, 'hours_per_month': 1",
                                   .products = products,
                                   .contract = "'billing': 'compute_time', 'units': {'gpu':"
                                               " {'usd_per_unit_hour': 60, 'held': 1,"
                                               " 'tokens_per_minute': 1000}}"}, 60);
    }
    /* used and unused of a commitment are parts of it, not additions to it */
    expect_bill("committed",
                (deal){.products = REQUESTS("40", NO_TOKENS),
                       .contract = DOLLARS_A_REQUEST("1") ", 'commitment': {'usd_per_month': 100}"},
                100);
    assert_no_faults();
}

/* 11. Throughput that scales with the number of GPUs (at saturation a GPU of eight does 35 %
 * less than one of two: TensorRT-LLM, Llama-3.1-70B on H100: 2,195 and 1,431 tokens/s a GPU).
 * Speed is stated for the number of GPUs at which it was measured, and scales with units. */
static void wide_replicas_lose_speed(void **state)
{
    (void)state;
    static const char common[] =
        "'gpus': {'h100': {'usd_per_gpu_hour': 2}}, 'profiles': {"
        "'tp2': {'gpu': 'h100', 'gpus_per_replica': 2, 'input_tokens_per_gpu_s': 1e9,"
        " 'output_tokens_per_gpu_s': 2195, 'relative_error': 0},"
        "'tp8': {'gpu': 'h100', 'gpus_per_replica': 8, 'input_tokens_per_gpu_s': 1e9,"
        " 'output_tokens_per_gpu_s': 1431, 'relative_error': 0}}";
    deal two = {.products = ONE(TOKENS_OUT("1e9")), .more = common,
                .contract = "'billing': 'compute_time', 'settlement': 'metered', 'units': {'u':"
                            " {'usd_per_unit_hour': 4, 'profile': 'tp2', 'gpus': 2}}"};
    deal eight = two;
    eight.contract = "'billing': 'compute_time', 'settlement': 'metered', 'units': {'u':"
                     " {'usd_per_unit_hour': 16, 'profile': 'tp8', 'gpus': 8}}";
    expect_bill("two", two, 1e9 / 2195 / 3600 * 2);
    expect_not("eight", eight, 1e9 / 1431 / 3600 * 2, 1e9 / 2195 / 3600 * 2);
    assert_no_faults();
}

/* 12. Token budgets that drop cache reads (gnhf #212, 183 times too low): they take room in
 * units and count in a month's volume. */
static void cache_reads_are_tokens(void **state)
{
    (void)state;
    expect_not("units",
               (deal){.clock = "'months': 1, 'hours_per_month': 1",
                      .products = REQUESTS("60", "'input_tokens': 18300, 'cache_read_tokens':"
                                                 " 18200, 'output_tokens': 0"),
                      .contract = "'billing': 'compute_time', 'target_utilisation': 1, 'units':"
                                  " {'u': {'usd_per_unit_hour': 1, 'tokens_per_minute': 100}}"},
               183, 1);
    expect_not("volume",
               (deal){.products = ONE("'input_tokens': 1e6, 'cache_read_tokens': 999999,"
                                      " 'output_tokens': 0"),
                      .contract = PER_MTOK("'input': 1, 'output': 0, 'cache_read': 1")
                          ", 'tiers': {'v': {'of': 'month_input', 'shape': 'cliff', 'steps':"
                          " [{'from': 1000, 'factor': 0.5}]}}"},
               0.5, 1);
    assert_no_faults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cached_tokens_are_not_billed_twice),
        cmocka_unit_test(a_cliff_reprices_everything),
        cmocka_unit_test(cached_tokens_count_for_the_tier),
        cmocka_unit_test(batch_is_not_half_of_everything),
        cmocka_unit_test(prices_are_per_million_tokens),
        cmocka_unit_test(windows_are_minutes_not_hours),
        cmocka_unit_test(idle_units_are_paid),
        cmocka_unit_test(escalated_requests_pay_twice),
        cmocka_unit_test(prices_have_no_defaults),
        cmocka_unit_test(idle_time_is_not_counted_twice),
        cmocka_unit_test(wide_replicas_lose_speed),
        cmocka_unit_test(cache_reads_are_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
