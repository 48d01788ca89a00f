/* test_focus_examples.c -- the 26 bills that the FOCUS specification ships as examples,
 * each told as a scenario, by both engines to 1e-9.
 *
 * Source of every figure: FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec @04f8bb3d, the file
 * of examples that the test is named after; sums over the rows of that file.  BilledCost
 * is what is invoiced, EffectiveCost what the month's usage consumed (used) or wasted
 * (unused) of what was bought.  The two sums of a file need not be equal, because
 * several files show only the rows of a purchase or only those of usage.
 *
 * Every file states totals, but not the same ones:
 *   - commitment_discount_usage_*: rows of usage; their BilledCost of 0 is what the
 *     commitment, bought in a file of purchases, covers; EffectiveCost is compared.
 *   - virtual_currency_*: no BilledCost; ContractedCost is compared.
 *   - commitment_discount_purchase_*: EffectiveCost 0, for usage is in other files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"

#define HOURS(n) "'months': 1, 'hours_per_month': " n
#define MONTHS(n) "'months': " n
#define SPENDS(series)                                                                      \
    "'p': {'requests_per_month': 1, 'growth': {'process': 'series', 'series': [" series      \
    "]}, 'request': {" NO_TOKENS "}}"
#define COMMITS(terms) DOLLARS_A_REQUEST("1") ", 'commitment': {" terms "}"

/* Used and unused of the commitment by the ledger, in a month or (-1) all months. */
static void expect_effective(const invoice *i, const char *file, int month, double used,
                             double unused)
{
    if (!i->good)
        return;
    double got_used = lines_quantity(i, month, "commitment used");
    double got_unused = lines_quantity(i, month, "commitment unused");
    double scale = 1e-9 * (used + unused);
    if (!(fabs(got_used - used) <= scale && fabs(got_unused - unused) <= scale))
        fault("%s: used %.12g, unused %.12g, not %.12g, %.12g", file, got_used, got_unused, used,
              unused);
}

/* ---- commitment_discount_purchase_scenario_1, _2, _3 ----------------------------------- */

/* A dollar an hour for a year. */
static void purchases(void **state)
{
    (void)state;
    const char *file = "commitment_discount_purchase_scenario_1"; /* 8,760 at once */
    invoice    *i = invoice_for(file, (deal){.clock = MONTHS("12"), .products = SPENDS("0"),
                                             .contract = COMMITS("'usd_per_term': 8760,"
                                                                 " 'payment': 'upfront'")}, 0);
    expect_total(i, file, 8760);
    expect_month(i, file, 0, 8760);
    drop(i);
    file = "commitment_discount_purchase_scenario_2"; /* three rows of 1.00, hour by hour */
    expect_bill(file, (deal){.clock = HOURS("3"), .products = SPENDS("0"),
                             .contract = COMMITS("'usd_per_hour': 1")}, 3);
    file = "commitment_discount_purchase_scenario_3"; /* half at once, three rows of 0.50 */
    expect_bill(file,
                (deal){.clock = HOURS("3"), .products = SPENDS("0"),
                       .models = "'m': {'contracts': {'c': {" COMMITS("'usd_per_term': 4380,"
                                 " 'payment': 'upfront'") "}}}, 'n': {'contracts': {'c': {"
                                 COMMITS("'usd_per_hour': 0.5") "}}}",
                       .strategies = "'s': {'all': 'm', 'routes': {'p': {'n': {'share': 0}}}}"},
                4380 + 1.5);
    assert_no_faults();
}

/* ---- commitment_discount_usage_scenario_1 to _4 ---------------------------------------- */

/* A commitment of a dollar an hour in one hour; EffectiveCost by CommitmentDiscountStatus. */
static void usage(void **state)
{
    (void)state;
    struct {
        const char *file, *spends;
        double      used, unused, standard;
    } cases[] = {
        {"commitment_discount_usage_scenario_1", "1", 1, 0, 0},
        {"commitment_discount_usage_scenario_2", "0", 0, 1, 0},
        {"commitment_discount_usage_scenario_3", "0.75", 0.75, 0.25, 0},
        {"commitment_discount_usage_scenario_4", "1.5", 1, 0, 0.5},
    };
    for (size_t k = 0; k < 4; k++) {
        char products[512];
        snprintf(products, sizeof products, SPENDS("%s"), cases[k].spends);
        invoice *i = invoice_for(cases[k].file, (deal){.clock = HOURS("1"), .products = products,
                                                       .contract = COMMITS("'usd_per_hour': 1")},
                                 0);
        expect_total(i, cases[k].file, cases[k].used + cases[k].unused + cases[k].standard);
        expect_effective(i, cases[k].file, -1, cases[k].used, cases[k].unused);
        drop(i);
    }
    assert_no_faults();
}

/* ---- {one_hundred,zero}_percent_utilization_... ---------------------------------------- */

/* Machines at 1, 2, 3, 4 USD an hour; committed hours at half price. */
static void flexibility(void **state)
{
    (void)state;
    /* 1.50 bought, used by a machine of 3.00: BilledCost 1.50, EffectiveCost 1.50 */
    const char *file = "one_hundred_percent_utilization_without_commitment_discount_flexibility";
    invoice    *i = invoice_for(file, (deal){.clock = HOURS("1"), .products = SPENDS("3"),
                                             .contract = COMMITS("'usd_per_hour': 1.5,"
                                                                 " 'discount_share': 0.5")}, 0);
    expect_total(i, file, 1.5);
    expect_effective(i, file, -1, 1.5, 0);
    drop(i);
    /* 0.50 bought, a third of a machine of 3.00 uses it; 2.25 at list (the file has 0.75 of the
     * machine there, not two thirds): BilledCost 0.50 + 2.25, EffectiveCost 0.50 + 2.25 */
    file = "one_hundred_percent_utilization_with_commitment_discount_flexibility_with_1_resource";
    i = invoice_for(file, (deal){.clock = HOURS("1"), .products = SPENDS("3.25"),
                                 .contract = COMMITS("'usd_per_hour': 0.5,"
                                                     " 'discount_share': 0.5")}, 0);
    expect_total(i, file, 2.75);
    expect_effective(i, file, -1, 0.5, 0);
    drop(i);
    /* 2.00 bought, used by two machines of 2.00: BilledCost 2.00, EffectiveCost 1.00 + 1.00 */
    file = "one_hundred_percent_utilization_with_commitment_discount_flexibility_with_2_resources";
    i = invoice_for(file, (deal){.clock = HOURS("1"),
                                 .products = "'a': {'requests_per_month': 2, 'request': {" NO_TOKENS
                                             "}}, 'b': {'requests_per_month': 2, 'request': {"
                                             NO_TOKENS "}}",
                                 .contract = COMMITS("'usd_per_hour': 2,"
                                                     " 'discount_share': 0.5")}, 0);
    expect_total(i, file, 2);
    expect_effective(i, file, -1, 2, 0);
    drop(i);
    /* 1.50 bought and not used, for another machine of 2.00 ran: BilledCost 1.50 + 2.00,
     * EffectiveCost 1.50 unused + 2.00 */
    file = "zero_percent_utilization_without_commitment_discount_flexibility";
    i = invoice_for(file,
                    (deal){.clock = HOURS("1"), .products = SPENDS("2"),
                           .models = "'m': {'contracts': {'c': {" COMMITS("'usd_per_hour': 1.5,"
                                     " 'discount_share': 0.5") "}}}, 'n': {'contracts': {'c': {"
                                     DOLLARS_A_REQUEST("1") "}}}",
                           .strategies = "'s': {'all': 'm', 'routes': {'p': {'n': {'share': 1}}}}"},
                    0);
    expect_total(i, file, 3.5);
    expect_effective(i, file, -1, 0, 1.5);
    drop(i);
    assert_no_faults();
}

/* ---- saas_spend_agreements_a1, a2, b1, b2 ---------------------------------------------- */

/* 1,200 USD for a year from 2025-04; 4, 10, 5 hours of a server at 15 less a fifth, then
 * none.  BilledCost by month; EffectiveCost 228 used and 972 unused in all four files. */
static void saas_spend(void **state)
{
    (void)state;
    struct {
        const char *file, *more;
        double      billed[12], used[4], unused[4], last_unused;
    } cases[] = {
        {"saas_spend_agreements_a1", "", {48, 120, 60, [11] = 972}, {48, 120, 60}, {0}, 972},
        {"saas_spend_agreements_a2", ", 'minimum_usd_per_month': 60",
         {60, 120, 60, 60, 60, 60, 60, 60, 60, 60, 60, 480}, {48, 120, 60}, {12, 0, 0, 60}, 480},
        {"saas_spend_agreements_b1", ", 'payment': 'upfront'", {1200}, {48, 120, 60}, {0}, 972},
        {"saas_spend_agreements_b2", ", 'payment': 'upfront', 'minimum_usd_per_month': 60",
         {1200}, {48, 120, 60}, {12, 0, 0, 60}, 480},
    };
    for (size_t k = 0; k < 4; k++) {
        char contract[512];
        snprintf(contract, sizeof contract,
                 DOLLARS_A_REQUEST("15") ", 'commitment': {'usd_per_term': 1200, 'term_months': 12,"
                                         " 'discount_share': 0.2%s}", cases[k].more);
        invoice *i = invoice_for(cases[k].file, (deal){.clock = MONTHS("12"),
                                                       .products = SPENDS("4, 10, 5, 0"),
                                                       .contract = contract}, 0);
        expect_total(i, cases[k].file, 1200);
        expect_months(i, cases[k].file, 12, cases[k].billed);
        for (int t = 0; t < 4; t++)
            expect_effective(i, cases[k].file, t, cases[k].used[t], cases[k].unused[t]);
        expect_effective(i, cases[k].file, 11, 0, cases[k].last_unused);
        expect_effective(i, cases[k].file, -1, 228, 972);
        drop(i);
    }
    assert_no_faults();
}

/* ---- simple_saas_agreements_a1, a2, a3, b, c ------------------------------------------- */

/* Seats are credits of a term, at the price of a seat.  Months from 2025-04. */
static void simple_saas(void **state)
{
    (void)state;
    struct {
        const char *file, *terms;
        size_t      month;
        double      billed;
    } cases[] = {
        {"simple_saas_agreements_a1", "'usd_per_term': 10000, 'payment': 'upfront'", 0, 10000},
        {"simple_saas_agreements_a2", /* 500 at 100 */
         "'credits_per_term': 500, 'usd_per_credit': 100, 'payment': 'upfront'", 0, 50000},
        {"simple_saas_agreements_b", "'credits_per_term': 500, 'usd_per_credit': 100", 11, 50000},
    };
    for (size_t k = 0; k < 3; k++) {
        char contract[512];
        snprintf(contract, sizeof contract, COMMITS("%s"), cases[k].terms);
        invoice *i = invoice_for(cases[k].file, (deal){.clock = MONTHS("12"),
                                                       .products = SPENDS("0"),
                                                       .contract = contract}, 0);
        expect_total(i, cases[k].file, cases[k].billed);
        expect_month(i, cases[k].file, cases[k].month, cases[k].billed);
        drop(i);
    }
    /* 10 more seats from 2025-06 to the end of the year that began in 2025-04 */
    const char *file = "simple_saas_agreements_a3";
    invoice    *i = invoice_for(
        file, (deal){.clock = MONTHS("12"), .products = SPENDS("0"),
                     .models = "'m': {'contracts': {'before': {" DOLLARS_A_REQUEST("1") "}, 'c':"
                               " {'from': 2, " COMMITS("'credits_per_term': 10, 'usd_per_credit':"
                               " 100, 'term_months': 10, 'payment': 'upfront'") "}}}"}, 0);
    EXPECT_MONTHS(i, file, 0, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    drop(i);
    /* 505, 650, 635 seats at 20 */
    file = "simple_saas_agreements_c";
    i = invoice_for(file, (deal){.clock = MONTHS("3"), .products = SPENDS("505, 650, 635"),
                                 .contract = DOLLARS_A_REQUEST("20")}, 0);
    EXPECT_MONTHS(i, file, 10100, 13000, 12700);
    expect_total(i, file, 35800);
    drop(i);
    assert_no_faults();
}

/* ---- virtual_currency_pricing_model_a1, a2, b1, b2, b3, c ------------------------------ */

/* 245 calls of Q at a token, 5 of Z at 2, 120 operations at `workflow` tokens; tokens at 2
 * USD at list, bought at `bought`. */
#define CALLS                                                                               \
    "'o': {'requests_per_month': 120, 'request': {" NO_TOKENS ", 'meters': {'o': 1}}},"     \
    "'q': {'requests_per_month': 245, 'request': {" NO_TOKENS ", 'meters': {'q': 1}}},"     \
    "'z': {'requests_per_month': 5, 'request': {" NO_TOKENS ", 'meters': {'z': 1}}}"
#define TOKEN_PRICES(workflow)                                                              \
    "'billing': 'per_token', 'usd_per_mtok': {'input': 0, 'output': 0}, 'usd_per_credit':"  \
    " 2, 'meters': {'q': {'usd_per_unit': 1}, 'z': {'usd_per_unit': 2},"                    \
    " 'o': {'usd_per_unit': " workflow "}}"
#define BUYS(tokens, usd, more)                                                             \
    ", 'commitment': {'credits_per_term': " tokens ", 'usd_per_credit': " usd more "}"
#define UPFRONT ", 'payment': 'upfront'"

static void virtual_currency(void **state)
{
    (void)state;
    struct {
        const char *file, *contract;
        double      billed, used; /* in month 0; used is EffectiveCost               */
    } cases[] = {
        /* purchases: ContractedCost 200,000 and 100,000 */
        {"virtual_currency_pricing_model_a1", TOKEN_PRICES("3") BUYS("1e5", "2", UPFRONT), 200000,
         1230},
        {"virtual_currency_pricing_model_b1", TOKEN_PRICES("3") BUYS("1e5", "1", UPFRONT), 100000,
         615},
        /* usage: EffectiveCost 490 + 20 + 720, 245 + 10 + 360, 245 + 10 + 240 */
        {"virtual_currency_pricing_model_a2", TOKEN_PRICES("3") BUYS("1e5", "2", ""), 1230, 1230},
        {"virtual_currency_pricing_model_b2", TOKEN_PRICES("3") BUYS("1e5", "1", ""), 615, 615},
        {"virtual_currency_pricing_model_b3", TOKEN_PRICES("2") BUYS("1e5", "1", ""), 495, 495},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        invoice *i = invoice_for(cases[k].file, (deal){.clock = MONTHS("2"), .products = CALLS,
                                                       .contract = cases[k].contract}, 0);
        expect_month(i, cases[k].file, 0, cases[k].billed);
        expect_effective(i, cases[k].file, 0, cases[k].used, 0);
        drop(i);
    }
    /* 101,500 tokens by the end of a term of 100,000: 1,500 at 2, and the next 25,000 */
    const char *file = "virtual_currency_pricing_model_c";
    invoice    *i = invoice_for(
        file, (deal){.clock = MONTHS("7"),
                     .products = "'q': {'requests_per_month': 1, 'growth': {'process': 'series',"
                                 " 'series': [0, 0, 0, 0, 0, 101500, 0]}, 'request': {" NO_TOKENS
                                 ", 'meters': {'q': 1}}}",
                     .contract = TOKEN_PRICES("3") BUYS("1e5", "2", UPFRONT ", 'term_months': 6,"
                                                        " 'ramp': [1, 0.25], 'terms': 2")}, 0);
    EXPECT_MONTHS(i, file, 200000, 0, 0, 0, 0, 3000, 50000);
    drop(i);
    assert_no_faults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purchases),
        cmocka_unit_test(usage),
        cmocka_unit_test(flexibility),
        cmocka_unit_test(saas_spend),
        cmocka_unit_test(simple_saas),
        cmocka_unit_test(virtual_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
