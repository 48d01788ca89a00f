/* test_billing_oracles.c -- what vendors charge for tokens: bills that they print, that
 * tests of other programs assert, or that follow from a printed rule, each through a
 * scenario and both engines to 1e-9.
 *
 * Sources, as cited by the rows:
 *   GP   tests of pydantic/genai-prices @47df840a
 *   RN   tests of react-native-llm-meter
 *   LL   LiteLLM: price file of 2026-07-24, and a docstring on tiers
 *   A    Anthropic's pricing page, of the time of Opus 4.5
 *   O    OpenAI's pages on Scale Tier and Reserved Tier
 *   F    Fireworks' page on reserved capacity
 *   rule worked out here from a rule that is printed
 * Each id is that of our collection of such bills; ids with a letter x are neighbours
 * that its text prints beside it.
 *
 * Of the collection, these rows are no bills and have no test: CMP-01c and CMP-01d are
 * throughputs, TRN-7B, -13B, -33B, -65B errors of another program's forecast of training
 * time.  Units, windows, commitments and fine-tuning: test_billing_oracles_units.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"

typedef struct {
    const char *id; /* of the row, and source                                        */
    const char *products, *contract;
    double      want;
} token_bill;

static void check_bills(const token_bill *bills, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_bill(bills[i].id,
                    (deal){.products = bills[i].products, .contract = bills[i].contract},
                    bills[i].want);
    assert_no_faults();
}
#define CHECK_BILLS(bills) check_bills((bills), sizeof(bills) / sizeof(bills)[0])

#define PER_MTOK(prices) "'billing': 'per_token', 'usd_per_mtok': {" prices "}"
#define BATCH ", 'service_classes': {'batch': {'share': 1, 'factor': 0.5}}"

/* ---- Anthropic ----------------------------------------------------------------------- */

/* Sonnet 3.7 to 4.5, USD per million tokens. */
#define SONNET                                                                              \
    PER_MTOK("'input': 3, 'output': 15, 'cache_read': 0.3, 'cache_write': 3.75,"            \
             " 'cache_write_1h': 6")
/* Prompts above 200,000 tokens, cached ones included, at 6 and 22.5; kinds of cache move
 * as input does. */
#define LONG_CONTEXT                                                                        \
    ", 'tiers': {'context': {'of': 'request_input', 'shape': 'cliff', 'steps':"             \
    " [{'from': 200000, 'usd_per_mtok': {'input': 6, 'output': 22.5}}]}}"
#define BESIDE "'cached_tokens': 'beside', "
#define SEARCH                                                                              \
    ", 'meters': {'search': {'usd_per_unit': 0.01}}"
/* 5 minutes at least, in hours */
#define CODE_HOURS                                                                          \
    ", 'meters': {'hours': {'usd_per_unit': 0.05, 'minimum_per_request': 0.08333333333333333}}"

static const token_bill anthropic_bills[] = {
    {"ANT-01 GP", ONE("'input_tokens': 144222, 'output_tokens': 197"), SONNET,
     144222 * 3e-6 + 197 * 15e-6 /* 0.435621 */},
    {"ANT-02x GP: 5-minute write",
     ONE(BESIDE "'input_tokens': 11, 'cache_write_tokens': 144211, 'output_tokens': 197"), SONNET,
     0.54377925},
    {"ANT-03 GP: cache read",
     ONE(BESIDE "'input_tokens': 11, 'cache_read_tokens': 144211, 'output_tokens': 197"), SONNET,
     0.0462513},
    {"ANT-04 GP: writes for 5 minutes and for an hour",
     ONE(BESIDE "'input_tokens': 100, 'cache_write_tokens': 200, 'cache_write_1h_tokens': 100,"
                " 'output_tokens': 50"),
     SONNET, 0.0024},
    {"ANT-05 GP: two web searches",
     ONE("'input_tokens': 100, 'output_tokens': 50, 'meters': {'search': 2}"), SONNET SEARCH,
     0.02105},
    {"ANT-06 GP: 200,000 is not above 200,000", ONE(TOKENS_IN("200000")), SONNET LONG_CONTEXT,
     0.6},
    {"ANT-07x GP: 200,001 is", ONE(TOKENS_IN("200001")), SONNET LONG_CONTEXT, 1.200006},
    {"ANT-08 GP: a million", ONE(TOKENS_IN("1000000")), SONNET LONG_CONTEXT, 6},
    {"ANT-09x RN: output too", ONE("'input_tokens': 250000, 'output_tokens': 50000"),
     SONNET LONG_CONTEXT, 2.625},
    {"ANT-10 RN: below", ONE("'input_tokens': 100000, 'output_tokens': 50000"),
     SONNET LONG_CONTEXT, 1.05},
    {"ANT-11x rule: cached tokens count: 210,000",
     ONE(BESIDE "'input_tokens': 60000, 'cache_read_tokens': 150000, 'output_tokens': 1000"),
     SONNET LONG_CONTEXT, 0.4725},
    {"ANT-12 A: batch", ONE("'input_tokens': 1e6, 'output_tokens': 1e6"), SONNET BATCH, 9},
    {"ANT-13x rule: batch of long prompts",
     ONE("'input_tokens': 250000, 'output_tokens': 50000"), SONNET LONG_CONTEXT BATCH, 1.3125},
    {"ANT-14 A: batch of cache reads",
     ONE("'input_tokens': 1e6, 'cache_read_share': 1, 'output_tokens': 0"), SONNET BATCH, 0.15},
    {"ANT-15 A: inference in one country, 1.1 on all kinds",
     ONE("'input_tokens': 1e6, 'output_tokens': 1e6"),
     SONNET ", 'multipliers': {'us_only': {'factor': 1.1}}", 19.8},
    {"ANT-15x rule: 1.1 on batch reads of a long prompt: 0.3 x 2 x 0.5 x 1.1",
     ONE("'input_tokens': 1e6, 'cache_read_share': 1, 'output_tokens': 0"),
     SONNET LONG_CONTEXT BATCH ", 'multipliers': {'us_only': {'factor': 1.1}}", 0.33},
    {"ANT-16 A: 30 s of code, billed 5 minutes",
     ONE(NO_TOKENS ", 'meters': {'hours': 0.008333333333333333}"), SONNET CODE_HOURS,
     300.0 / 3600 * 0.05},
    {"ANT-16x A: 1,550 hours are free",
     REQUESTS("2000", NO_TOKENS ", 'meters': {'hours': 1}"),
     SONNET ", 'meters': {'hours': {'usd_per_unit': 0.05, 'free_per_month': 1550}}", 450 * 0.05},
    {"ANT-17x rule: a prefix of 2,000 written for an hour, and 99 reads",
     "'first': {'requests_per_month': 1, 'request': {" BESIDE NO_TOKENS
     ", 'cache_write_1h_tokens': 2000}},"
     "'rest': {'requests_per_month': 99, 'request': {" BESIDE NO_TOKENS
     ", 'cache_read_tokens': 2000}}",
     SONNET, 0.0714},
    {"ANT-18 A: the same without cache", REQUESTS("100", TOKENS_IN("2000")), SONNET, 0.6},
};

static void anthropic(void **state)
{
    (void)state;
    CHECK_BILLS(anthropic_bills);
}

/* ANT-19, ANT-20 A: a written prefix pays from 2 uses (5 minutes: 1.25 + 0.1 (n - 1) < n)
 * and from 3 (an hour: 2 + 0.1 (n - 1) < n). */
static int uses_until_cheaper(const char *written)
{
    for (int n = 1; n < 99; n++) {
        char cached[512], fresh[256];
        snprintf(cached, sizeof cached,
                 "'a': {'requests_per_month': 1, 'request': {'input_tokens': 2000,"
                 " 'output_tokens': 0, '%s': 1}}, 'b': {'requests_per_month': %d,"
                 " 'request': {'input_tokens': 2000, 'output_tokens': 0, 'cache_read_share': 1}}",
                 written, n - 1);
        snprintf(fresh, sizeof fresh,
                 "'a': {'requests_per_month': %d, 'request': {'input_tokens': 2000,"
                 " 'output_tokens': 0}}", n);
        if (bill_of(written, (deal){.products = cached, .contract = SONNET}) <
            bill_of(written, (deal){.products = fresh, .contract = SONNET}))
            return n;
    }
    return 99;
}

static void cache_pays_from_so_many_uses(void **state)
{
    (void)state;
    assert_int_equal(uses_until_cheaper("cache_write_share"), 2);
    assert_int_equal(uses_until_cheaper("cache_write_1h_share"), 3);
    assert_no_faults();
}

/* ---- OpenAI -------------------------------------------------------------------------- */

#define GPT_41 PER_MTOK("'input': 2, 'output': 8, 'cache_read': 0.5")
#define GPT_5 PER_MTOK("'input': 1.25, 'output': 10, 'cache_read': 0.125")
#define CLASS(name, prices)                                                                 \
    ", 'service_classes': {'" name "': {'share': 1, 'usd_per_mtok': {" prices "}}}"
#define MILLION_EACH ONE("'input_tokens': 1e6, 'output_tokens': 1e6")

static const token_bill openai_bills[] = {
    {"OAI-01 GP", ONE("'input_tokens': 131609, 'output_tokens': 610"), GPT_41, 0.268098},
    {"OAI-02x GP: cached tokens are inside the input",
     ONE("'input_tokens': 131609, 'cache_read_tokens': 131584, 'output_tokens': 610"), GPT_41,
     0.070722},
    {"OAI-03 LL: batch", MILLION_EACH, GPT_41 CLASS("batch", "'input': 1, 'output': 4"), 5},
    {"OAI-04x rule: flex is half, cached tokens too",
     ONE("'input_tokens': 1e6, 'cache_read_share': 0.4, 'output_tokens': 1e6"),
     GPT_5 ", 'service_classes': {'flex': {'share': 1, 'factor': 0.5}}",
     0.5 * (0.6 * 1.25 + 0.4 * 0.125 + 10)},
    {"OAI-05 LL: priority, 2 times", MILLION_EACH,
     GPT_5 CLASS("priority", "'input': 2.5, 'output': 20"), 22.5},
    {"OAI-06 LL: priority, 1.75 times", MILLION_EACH,
     GPT_41 CLASS("priority", "'input': 3.5, 'output': 14"), 17.5},
    {"OAI-06x rule: 1.7 times on gpt-4o (2.5, 10)", MILLION_EACH,
     PER_MTOK("'input': 2.5, 'output': 10")
         ", 'service_classes': {'priority': {'share': 1, 'factor': 1.7}}", 21.25},
    {"OAI-06y rule: above 272,000, twice the input and 1.5 times the output",
     ONE("'input_tokens': 3e5, 'output_tokens': 1e4"),
     GPT_5 ", 'tiers': {'long': {'of': 'request_input', 'shape': 'cliff', 'steps':"
           " [{'from': 272000, 'factors': {'input': 2, 'output': 1.5}}]}}",
     0.3 * 2.5 + 0.01 * 15},
};

static void openai(void **state)
{
    (void)state;
    CHECK_BILLS(openai_bills);
}

/* ---- Bedrock's Nova, tiers, published calculators --------------------------------------- */

#define NOVA_PRO PER_MTOK("'input': 0.8, 'output': 3.2, 'cache_read': 0.2")
#define VOLUME(shape)                                                                       \
    PER_MTOK("'input': 100, 'output': 0") ", 'tiers': {'volume': {'of': 'month_input',"     \
    " 'shape': '" shape "', 'steps': [{'from': 100000, 'usd_per_mtok': {'input': 50}}]}}"
#define FOUR_STEPS(of)                                                                      \
    PER_MTOK("'input': 1, 'output': 0") ", 'tiers': {'t': {'of': '" of "', 'shape': 'cliff',"  \
    " 'steps': [{'from': 1e5, 'factor': 0.8}, {'from': 5e5, 'factor': 0.6},"                \
    " {'from': 1e6, 'factor': 0.4}]}}"
#define AT_EDGE(edge)                                                                       \
    PER_MTOK("'input': 3, 'output': 0") ", 'tiers': {'t': {'of': 'request_input', 'shape':" \
    " 'cliff', 'edge': '" edge "', 'steps': [{'from': 128000, 'factor': 2}]}}"

static const token_bill other_bills[] = {
    {"BN-01 GP: Nova Pro", MILLION_EACH, NOVA_PRO, 4},
    {"BN-02 GP: a quarter for cache reads",
     ONE("'input_tokens': 1e6, 'cache_read_share': 1, 'output_tokens': 0"), NOVA_PRO, 0.2},
    {"BN-03x LL: Nova 2 Lite across regions, 10 % dearer", MILLION_EACH,
     PER_MTOK("'input': 0.3, 'output': 2.5") ", 'multipliers': {'region': {'factor': 1.1}}",
     0.33 + 2.75},
    {"TIER-01 LL: graduated", ONE(TOKENS_IN("150000")), VOLUME("graduated"), 12.5},
    {"TIER-01 LL: graduated, in many requests", REQUESTS("150", TOKENS_IN("1000")),
     VOLUME("graduated"), 12.5},
    {"TIER-02 rule: cliff on the same table", ONE(TOKENS_IN("150000")), VOLUME("cliff"), 7.5},
    {"TIER-03 GP: four steps, 50,000", ONE(TOKENS_IN("50000")), FOUR_STEPS("request_input"),
     0.05},
    {"TIER-04x GP: 300,000", ONE(TOKENS_IN("300000")), FOUR_STEPS("request_input"), 0.24},
    {"TIER-05 GP: 750,000", ONE(TOKENS_IN("750000")), FOUR_STEPS("request_input"), 0.45},
    {"TIER-06x GP: 2 million", ONE(TOKENS_IN("2000000")), FOUR_STEPS("request_input"), 0.8},
    {"TIER-05 by volume", REQUESTS("75", TOKENS_IN("10000")), FOUR_STEPS("month_input"), 0.45},
    {"TIER-07x rule: at the edge, above", ONE(TOKENS_IN("128000")), AT_EDGE(">"), 0.384},
    {"TIER-08x rule: at the edge, from (xAI)", ONE(TOKENS_IN("128000")), AT_EDGE(">="), 0.768},
    {"TIER-09x rule: a token below", ONE(TOKENS_IN("127999")), AT_EDGE(">="), 0.383997},
    {"CMP-06 mithril-security/TCO_calculator: 500 in, 200 out",
     ONE("'input_tokens': 500, 'output_tokens': 200"), PER_MTOK("'input': 1.5, 'output': 2"),
     0.00115},
    {"FW-01x F: 303 requests at 0.033 are the 10 USD of a reserved minute",
     REQUESTS("303.0303030303030", "'input_tokens': 55000, 'cache_read_tokens': 50000,"
                                   " 'output_tokens': 200"),
     SONNET, 10},
    {"FW-02 F: a minute of 300 requests",
     REQUESTS("300", "'input_tokens': 55000, 'cache_read_tokens': 50000, 'output_tokens': 200"),
     SONNET, 9.9},
};

static void others(void **state)
{
    (void)state;
    CHECK_BILLS(other_bills);
}

/* CMP-07: from 15 to 2 USD saves 86.7 % (a blog prints 90 %). */
static void saving_share(void **state)
{
    (void)state;
    deal before = {.products = ONE(TOKENS_OUT("1e6")),
                   .contract = PER_MTOK("'input': 0, 'output': 15")};
    deal after = {.products = ONE(TOKENS_OUT("1e6")),
                  .contract = PER_MTOK("'input': 0, 'output': 2")};
    CLOSE(1 - bill_of("CMP-07", after) / bill_of("CMP-07", before), 1 - 2 / 15.0, 1e-9);
    assert_no_faults();
}

/* ---- What else a price list says, by hand ----------------------------------------------- */

#define ALL_IN_HOUR_23                                                                      \
    "'p': {'requests_per_month': 1, 'request': {" TOKENS_IN("1e6") "}, 'hour_shape':"       \
    " [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,24]}"
#define OFF_PEAK(from, to)                                                                  \
    PER_MTOK("'input': 4, 'output': 0") ", 'multipliers': {'night': {'factor': 0.25,"       \
    " 'from_hour': " from ", 'to_hour': " to "}}"

static const token_bill by_hand[] = {
    {"night from 22 to 6 has hour 23", ALL_IN_HOUR_23, OFF_PEAK("22", "6"), 1},
    {"night from 0 to 6 has not", ALL_IN_HOUR_23, OFF_PEAK("0", "6"), 4},
    {"hours end before the last: 16 to 23 has not", ALL_IN_HOUR_23, OFF_PEAK("16", "23"), 4},
    {"hours begin with the first: 23 to 24 has", ALL_IN_HOUR_23, OFF_PEAK("23", "24"), 1},
    {"flat load: 8 of 24 hours at a quarter", ONE(TOKENS_IN("1e6")), OFF_PEAK("22", "6"),
     4 * (16 + 8 * 0.25) / 24},
    {"tax of 19 % on a discount of 10 %", ONE(TOKENS_IN("1e6")),
     SONNET ", 'discount_share': 0.1, 'tax_share': 0.19", 3 * 0.9 * 1.19},
    {"prices in a currency worth 1.1", ONE(TOKENS_IN("1e6")), SONNET ", 'usd_per_credit': 1.1",
     3.3},
    {"invoice to the cent: 0.435621", ONE("'input_tokens': 144222, 'output_tokens': 197"),
     SONNET ", 'rounding': 'invoice'", 0.44},
    {"lines to the cent: 0.432666 and 0.002955",
     ONE("'input_tokens': 144222, 'output_tokens': 197"), SONNET ", 'rounding': 'line'", 0.43},
    {"requests to the cent: 10 of 0.006", REQUESTS("10", TOKENS_IN("2000")),
     SONNET ", 'rounding': 'request'", 0.1},
    {"halves go up: 0.005", ONE(TOKENS_IN("5000")),
     PER_MTOK("'input': 1, 'output': 0") ", 'rounding': 'invoice'", 0.01},
    {"a class of a third of the requests: 2/3 x 3 + 1/3 x 1.5",
     ONE(TOKENS_IN("1e6")),
     SONNET ", 'service_classes': {'batch': {'share': 0.3333333333333333, 'factor': 0.5}}", 2.5},
    {"the product's own share of a class comes first",
     "'p': {'requests_per_month': 1, 'request': {" TOKENS_IN("1e6") "},"
     " 'service_shares': {'batch': 0.5}}",
     SONNET BATCH, 2.25},
    {"prompts too short to be cached", ONE("'input_tokens': 1000, 'output_tokens': 0,"
                                          " 'cache_read_share': 1"),
     SONNET ", 'cache_minimum_tokens': 1024", 0.003},
    {"prompts just long enough", ONE("'input_tokens': 1024, 'output_tokens': 0,"
                                    " 'cache_read_share': 1"),
     SONNET ", 'cache_minimum_tokens': 1024", 1024 * 0.3e-6},
};

static void lists_by_hand(void **state)
{
    (void)state;
    CHECK_BILLS(by_hand);
    expect_bill("a class that only another contract offers",
                (deal){.products = "'p': {'requests_per_month': 1, 'request': {" TOKENS_IN("1e6")
                                   "}, 'service_shares': {'batch': 0.5}}",
                       .models = "'m': {'contracts': {'c': {" SONNET "}}},"
                                 "'n': {'contracts': {'c': {" SONNET BATCH "}}}"},
                3);
    assert_no_faults();
}

/* 3,000 requests an hour of a month of an hour, prefix of 1,000 of 1,500 tokens in 20
 * versions: a version is used every 20/3000 h = 0.4 minutes, so that with a life of 0.4
 * minutes (refreshed by each use) 1 - 1/e of uses hit.  Textbook: gaps of a Poisson process. */
static void prefix_hits(void **state)
{
    (void)state;
    double hit = 1 - exp(-1.0);
    expect_bill("prefix",
                (deal){.clock = "'months': 1, 'hours_per_month': 1",
                       .products = REQUESTS("3000", TOKENS_IN("1500")
                                            ", 'prefix_tokens': 1000, 'prefixes': 20"),
                       .contract = SONNET ", 'cache_ttl_minutes': 0.4"},
                3000e-6 * (500 * 3 + 1000 * hit * 0.3 + 1000 * (1 - hit) * 3.75));
    hit = 1 - exp(-180.0 * 100 / (60 * 730 * 3)); /* life of 180 minutes: hourly writes */
    expect_bill("prefix for hours",
                (deal){.products = REQUESTS("100", TOKENS_IN("1500")
                                            ", 'prefix_tokens': 1000, 'prefixes': 3"),
                       .contract = SONNET ", 'cache_ttl_minutes': 180"},
                100e-6 * (500 * 3 + 1000 * hit * 0.3 + 1000 * (1 - hit) * 6));
    assert_no_faults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anthropic),
        cmocka_unit_test(cache_pays_from_so_many_uses),
        cmocka_unit_test(openai),
        cmocka_unit_test(others),
        cmocka_unit_test(saving_share),
        cmocka_unit_test(lists_by_hand),
        cmocka_unit_test(prefix_hits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
