/* test_billing_contracts.c -- contracts as a buyer would write them from the manual, each
 * with the bill that he works out by hand, through a scenario and both engines to 1e-9.
 *
 * test_billing_oracles*.c has bills that vendors print, and single rules.  Here several
 * rules meet in one contract.  Prices are those of 2025 and 2026, or round.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"

/* Product `name` of n requests without tokens, each of which costs what the contract says;
 * the traffic of month t is n times the t-th of `series`. */
#define CALLS(name, n) "'" name "': {'requests_per_month': " n ", 'request': {" NO_TOKENS "}}"
#define CALLS_BY_MONTH(n, series)                                                           \
    "'p': {'requests_per_month': " n ", 'request': {" NO_TOKENS "},"                        \
    " 'growth': {'process': 'series', 'series': [" series "]}}"

/* ---- Agreements ---------------------------------------------------------------------- */

/* Three years at 100, 120 and 150 thousand, 6 % off what is drawn, over two models of one
 * cloud, list 8,000 and 2,000 a month.  10,000 draw 9,400; 12 months 112,800.
 *   year 1: 10 months 94,000; the 11th draws the last 6,000, which cover 6,000/0.94 =
 *           6,382.98 of list, and pays the other 3,617.02; the 12th costs 10,000.
 *   year 2: 120,000 are not used up: 11 months 9,400, and the 12th pays what is left,
 *           120,000 - 11 x 9,400 = 16,600.
 *   year 3: 150,000 likewise, 46,600 in the last month. */
static void ramped_agreement(void **state)
{
    const char *id = "three years over two models";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.clock = "'months': 36",
               .products = CALLS("p", "8000") "," CALLS("q", "2000"),
               .models = "'claude': {'contracts': {'c': {" DOLLARS_A_REQUEST("1")
                         ", 'agreement': 'edp'}}}, 'nova': {'contracts': {'c': {"
                         DOLLARS_A_REQUEST("1") ", 'agreement': 'edp'}}}",
               .more = "'agreements': {'edp': {'commitment': {'usd_per_term': 100000,"
                       " 'term_months': 12, 'terms': 3, 'ramp': [1, 1.2, 1.5],"
                       " 'discount_share': 0.06, 'renewal': 'none'}}}",
               .strategies = "'s': {'all': 'claude', 'routes': {'q': {'nova': {'share': 1}}}}"},
        0);
    for (size_t t = 0; t < 36; t++)
        if (t != 10 && t != 11 && t != 23 && t != 35)
            expect_month(i, id, t, 9400);
    expect_month(i, id, 10, 6000 + 10000 - 6000 / 0.94);
    expect_month(i, id, 11, 10000);
    expect_month(i, id, 23, 120000 - 11 * 9400);
    expect_month(i, id, 35, 150000 - 11 * 9400);
    drop(i);
    assert_no_faults();
}

/* 300,000 prepaid for a year, from which 60 reserved units at 260 a month and what spills
 * over are drawn.  100 requests a minute of 1,000 + 4 x 200 = 1,800
 * weighted tokens take 180,000/2,500 = 72 units; 12 of 72 spill over, at 1.25 and 10:
 * 4.38e6/6 x (0.00125 + 0.002) = 2,372.50.  With 60 x 260 = 15,600 the list is 17,972.50 a
 * month; a year of it, 215,670, is covered, what is left is lost, and the month after the
 * year is paid. */
static void prepaid_units(void **state)
{
    const char *id = "prepaid, reserved units, spillover";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.clock = "'months': 13",
               .products = REQUESTS("4.38e6", "'input_tokens': 1000, 'output_tokens': 200"),
               .contract = "'billing': 'compute_time', 'agreement': 'macc', 'overage': 'list',"
                           " 'usd_per_mtok': {'input': 1.25, 'output': 10}, 'units': {'ptu':"
                           " {'usd_per_unit_hour': 1, 'tokens_per_minute': 2500,"
                           " 'weights': {'output': 4}, 'held': 60, 'reserved_units': 60,"
                           " 'reserved_usd_per_unit_month': 260}}",
               .more = "'agreements': {'macc': {'commitment': {'usd_per_term': 300000,"
                       " 'term_months': 12, 'payment': 'upfront', 'renewal': 'none'}}}"},
        0);
    EXPECT_MONTHS(i, id, 300000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17972.5);
    drop(i);
    assert_no_faults();
}

/* 30,000 at 1 and 30,000 at 0.5 are 45,000.  10 % off what is above 20,000: 42,500.  5 % off
 * what is drawn from 40,000: 40,000/0.95 = 42,105.26 of list, and 394.74 beyond.  100 a month
 * are free, and 1,000 once. */
static void everything_in_an_agreement(void **state)
{
    const double month = 40000 + 42500 - 40000 / 0.95 - 100;
    const char  *id = "spend discount, commitment, free dollars, credit";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.clock = "'months': 2",
               .products = CALLS("p", "30000") "," CALLS("q", "30000"),
               .models = "'a': {'contracts': {'c': {" DOLLARS_A_REQUEST("1")
                         ", 'agreement': 'x'}}}, 'b': {'contracts': {'c': {"
                         DOLLARS_A_REQUEST("0.5") ", 'agreement': 'x'}}}",
               .more = "'agreements': {'x': {'credit_usd': 1000, 'free_usd_per_month': 100,"
                       " 'commitment': {'usd_per_month': 40000, 'discount_share': 0.05},"
                       " 'spend_discount': {'shape': 'graduated', 'steps':"
                       " [{'from_usd': 20000, 'discount_share': 0.1}]}}}",
               .strategies = "'s': {'all': 'a', 'routes': {'q': {'b': {'share': 1}}}}"},
        0);
    EXPECT_MONTHS(i, id, month - 1000, month);
    drop(i);
    assert_no_faults();
}

/* A credit of 25,000 for six months; 3,000 a month use 18,000 of it, and 7,000 expire. */
static void credit_that_expires(void **state)
{
    const char *id = "start-up credit";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.clock = "'months': 8",
               .products = CALLS("p", "3000"),
               .contract = DOLLARS_A_REQUEST("1") ", 'agreement': 'a'",
               .more = "'agreements': {'a': {'credit_usd': 25000, 'credit_months': 6}}"},
        0);
    EXPECT_MONTHS(i, id, 0, 0, 0, 0, 0, 0, 3000, 3000);
    drop(i);
    assert_no_faults();
}

/* ---- Commitments --------------------------------------------------------------------- */

/* A wallet of 1,000 tokens a month at 0.80, list 1.00, and beyond it 1.25: the contract's
 * token is worth 1.25, the committed one 0.80.  A request takes one. */
static void dear_overage(void **state)
{
    const char *id = "wallet, overage dearer than list";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.clock = "'months': 2",
               .products = CALLS_BY_MONTH("800", "1, 1.5"),
               .contract = DOLLARS_A_REQUEST("1") ", 'usd_per_credit': 1.25, 'commitment':"
                           " {'credits_per_month': 1000, 'usd_per_credit': 0.8}"},
        0);
    EXPECT_MONTHS(i, id, 800, 800 + 200 * 1.25);
    drop(i);
    assert_no_faults();
}

/* 120,000 for a year in twelve parts.  In the eighth month another contract follows, and
 * half of the five parts that remain is due: 25,000, beside 9,000 x 0.8. */
static void leaving_early(void **state)
{
    const char *id = "another contract in mid-term";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.clock = "'months': 10",
               .products = CALLS("p", "9000"),
               .models = "'m': {'contracts': {'old': {" DOLLARS_A_REQUEST("1")
                         ", 'commitment': {'usd_per_term': 120000, 'term_months': 12, 'payment':"
                         " 'monthly', 'early_exit_share': 0.5, 'renewal': 'none'}},"
                         " 'new': {" DOLLARS_A_REQUEST("0.8") ", 'from': '2027-02'}}}"},
        0);
    EXPECT_MONTHS(i, id, 10000, 10000, 10000, 10000, 10000, 10000, 10000, 25000 + 7200, 7200,
                  7200);
    drop(i);
    assert_no_faults();
}

/* 10 an hour, 20 % off, February of 672 hours, three quarters used on the mean: 7.50 an
 * hour net, 3.75 in twelve hours and 11.25 in the others, of which 1.25 net, 1.25/0.8 of
 * list, are beyond. */
static void hours_of_february(void **state)
{
    (void)state;
    expect_bill("commitment an hour, three quarters used",
                (deal){.start = "2027-02",
                       .products = "'p': {'requests_per_month': 6300, 'request': {" NO_TOKENS "},"
                                   " 'hour_shape': [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5,"
                                   " 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,"
                                   " 1.5, 1.5, 1.5]}",
                       .contract = DOLLARS_A_REQUEST("1") ", 'month': 'calendar', 'commitment':"
                                   " {'usd_per_hour': 10, 'discount_share': 0.2}"},
                336 * 10 + 336 * (10 + 1.25 / 0.8));
    assert_no_faults();
}

/* ---- Tokens -------------------------------------------------------------------------- */

/* Two million requests of 2,000 fresh and 2,000 cached tokens and an answer of 500: at
 * standard prices 2e6 x (2,000 x 1.25 + 2,000 x 0.125 + 500 x 10)/1e6 = 15,500.  A fifth is
 * priority, at twice that, three tenths flex, at half, a tenth batch: at half, but the cache
 * at the full price: 2e6 x (1,250 + 250 + 2,500)/1e6 = 8,000. */
static void classes_of_one_product(void **state)
{
    (void)state;
    expect_bill("priority, flex, batch and standard",
                (deal){.products = "'p': {'requests_per_month': 2e6, 'request': {'input_tokens':"
                                   " 4000, 'output_tokens': 500, 'cache_read_share': 0.5},"
                                   " 'service_shares': {'priority': 0.2, 'flex': 0.3,"
                                   " 'batch': 0.1}}",
                       .contract = "'billing': 'per_token', 'usd_per_mtok': {'input': 1.25,"
                                   " 'output': 10, 'cache_read': 0.125}, 'service_classes': {"
                                   " 'priority': {'factor': 2}, 'flex': {'factor': 0.5}, 'batch':"
                                   " {'factors': {'input': 0.5, 'output': 0.5, 'cache_read': 1}}}"},
                15500 * (0.4 + 0.2 * 2 + 0.3 * 0.5) + 8000 * 0.1);
    assert_no_faults();
}

/* Three quarters off from 17 to 1 o'clock.  The load is half the mean until 8, one and a half
 * until 16, then the mean: (7 x 1 + 1 x 0.5)/24 of it fall into the night. */
static void past_midnight(void **state)
{
    (void)state;
    expect_bill("off-peak past midnight",
                (deal){.products = "'p': {'requests_per_month': 1e6, 'request': {'input_tokens':"
                                   " 1000, 'output_tokens': 300}, 'hour_shape': [0.5, 0.5, 0.5,"
                                   " 0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,"
                                   " 1.5, 1, 1, 1, 1, 1, 1, 1, 1]}",
                       .contract = "'billing': 'per_token', 'usd_per_mtok': {'input': 0.55,"
                                   " 'output': 2.19}, 'multipliers': {'night': {'factor': 0.25,"
                                   " 'from_hour': 17, 'to_hour': 1}}"},
                (550 + 657) * (1 - 0.75 * 7.5 / 24));
    assert_no_faults();
}

/* The first million tokens of a month are free: of 2.5 million, 1 million, whatever their
 * kind; what is free stands on the bill. */
static void free_million(void **state)
{
    const char *id = "a million tokens free";
    (void)state;
    invoice *i = invoice_for(
        id,
        (deal){.products = REQUESTS("1000", "'input_tokens': 2000, 'output_tokens': 500"),
               .contract = "'billing': 'per_token', 'usd_per_mtok': {'input': 2, 'output': 6},"
                           " 'tiers': {'free': {'of': 'month_tokens', 'shape': 'graduated',"
                           " 'steps': [{'from': 0, 'factor': 0}, {'from': 1e6, 'factor': 1}]}}"},
        0);
    expect_total(i, id, (4.0 + 3.0) * 1.5 / 2.5);
    if (!within(lines_quantity(i, -1, "input tokens"), 2, 1e-9))
        fault("%s: %.9g Mtok of input on the bill", id, lines_quantity(i, -1, "input tokens"));
    drop(i);
    assert_no_faults();
}

/* Euros at 1.08, 8 % off, the invoice to the cent, then 19 % VAT: 123,457 x (800 x 3 +
 * 150 x 15)/1e6 = 574.07505 EUR; x 1.08 x 0.92 = 570.40096968, rounded 570.40. */
static void euros(void **state)
{
    (void)state;
    expect_bill("euros, discount, cents, VAT",
                (deal){.products = REQUESTS("123457", "'input_tokens': 800, 'output_tokens': 150"),
                       .contract = "'billing': 'per_token', 'usd_per_mtok': {'input': 3, 'output':"
                                   " 15}, 'usd_per_credit': 1.08, 'discount_share': 0.08,"
                                   " 'rounding': 'invoice', 'tax_share': 0.19"},
                570.40 * 1.19);
    assert_no_faults();
}

/* ---- Units --------------------------------------------------------------------------- */

/* A unit serves 1,000 tokens a minute, 43.8 million a month.  Need 1, 2, 3, then 1.  Bought
 * for six months and not renewed: those of months 0, 1, 2 end in 6, 7, 8; in 8 one is bought
 * anew.  Renewed, three stay. */
static void units_for_six_months(void **state)
{
    const char *const renewal[] = {"none", "auto"};
    const double      units[2][10] = {{1, 2, 3, 3, 3, 3, 2, 1, 1, 1},
                                      {1, 2, 3, 3, 3, 3, 3, 3, 3, 3}};
    (void)state;
    for (size_t r = 0; r < 2; r++) {
        char contract[512];
        snprintf(contract, sizeof contract,
                 "'billing': 'compute_time', 'settlement': 'term', 'term_months': 6,"
                 " 'renewal': '%s', 'target_utilisation': 1, 'units': {'mu':"
                 " {'usd_per_unit_hour': 20, 'tokens_per_minute': 1000}}", renewal[r]);
        invoice *i = invoice_for(
            renewal[r],
            (deal){.clock = "'months': 10",
                   .products = "'p': {'requests_per_month': 43800, 'request': {"
                               TOKENS_IN("1000") "}, 'growth': {'process': 'series',"
                               " 'series': [1, 2, 3, 1]}}",
                   .contract = contract},
            0);
        for (size_t t = 0; t < 10; t++)
            expect_month(i, renewal[r], t, units[r][t] * 730 * 20);
        drop(i);
    }
    assert_no_faults();
}

/* 20 units on the mean, of which 0.4, 1.7 and 0.9 in thirds of the day: 8, 34 and 18 are
 * needed, 15, 35 and 20 deployed (15 at least, in fives).  20 are reserved at 0.30 an hour,
 * so that 15 in one third of the hours cost 1. */
static void reserved_by_the_hour(void **state)
{
    (void)state;
    expect_bill("reserved units, the rest by the hour",
                (deal){.products = "'p': {'requests_per_month': 876000, 'request': {"
                                   TOKENS_IN("1000") "}, 'hour_shape': [0.4, 0.4, 0.4, 0.4, 0.4,"
                                   " 0.4, 0.4, 0.4, 1.7, 1.7, 1.7, 1.7, 1.7, 1.7, 1.7, 1.7, 0.9,"
                                   " 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]}",
                       .contract = "'billing': 'compute_time', 'settlement': 'hour',"
                                   " 'target_utilisation': 1, 'units': {'ptu':"
                                   " {'usd_per_unit_hour': 1, 'tokens_per_minute': 1000,"
                                   " 'minimum': 15, 'increment': 5, 'reserved_units': 20,"
                                   " 'reserved_usd_per_unit_hour': 0.3}}"},
                730 * 20 * 0.3 + 730.0 / 3 * 15);
    assert_no_faults();
}

/* 200 calls a month find the model cold, nearly always: r = 200/43,800 a minute; windows of
 * five minutes follow one another after m + 1/r minutes on the mean, so that y/(1 + y) of
 * the month is billed, y = 5 r.  Two units at 0.0785 a minute; storage 1.95 for each. */
static void sparse_calls(void **state)
{
    const double y = 5 * 200 / 43800.0;
    (void)state;
    expect_bill("custom import, 200 calls a month",
                (deal){.products = REQUESTS("200", "'input_tokens': 1000, 'output_tokens': 100"),
                       .contract = "'billing': 'compute_time', 'settlement': 'window', 'window':"
                                   " {'minutes': 5}, 'target_utilisation': 1,"
                                   " 'storage_usd_per_month': 3.9, 'units': {'cmu':"
                                   " {'usd_per_unit_hour': 4.71, 'tokens_per_minute': 1e6,"
                                   " 'increment': 2}}"},
                730 * 2 * y / (1 + y) * 4.71 + 3.9);
    assert_no_faults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramped_agreement),
        cmocka_unit_test(prepaid_units),
        cmocka_unit_test(everything_in_an_agreement),
        cmocka_unit_test(credit_that_expires),
        cmocka_unit_test(dear_overage),
        cmocka_unit_test(leaving_early),
        cmocka_unit_test(hours_of_february),
        cmocka_unit_test(classes_of_one_product),
        cmocka_unit_test(past_midnight),
        cmocka_unit_test(free_million),
        cmocka_unit_test(euros),
        cmocka_unit_test(units_for_six_months),
        cmocka_unit_test(reserved_by_the_hour),
        cmocka_unit_test(sparse_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
