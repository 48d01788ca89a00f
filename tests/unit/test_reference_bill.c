/* test_reference_bill.c -- the naive engine's bills of tokens, requests and meters
 * against bills worked out by hand from docs/model.md, and the lines that they have.
 *
 * A request of 10^6 tokens makes a price in USD/Mtok one in USD/request.  Tolerance:
 * 1e-12 relative, unless stated.  Every row is checked: the amount is quantity times
 * price, the price is the list price times the factors that the row names (to their six
 * digits: 1e-5), and the rows of a month sum to its bill.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference_ledger.h"

/* ---- What holds for every ledger */

static double product_of_chain(const char *chain)
{
    double product = 1;
    for (const char *x = strstr(chain, " x"); x != NULL; x = strstr(x + 1, " x"))
        product *= strtod(x + 2, NULL);
    return product;
}

static void check_rows(const ledger *l, size_t months)
{
    double sum[MONTHS] = { 0 };
    for (size_t i = 0; i < l->rows; i++) {
        const ds_ledger_row *row = &l->row[i];
        double list = row->list_price_usd * product_of_chain(l->text[i].multipliers);
        assert_true(row->quantity * row->unit_price_usd == row->amount_usd);
        check_near(list, row->unit_price_usd, 1e-5 * fabs(list), l->text[i].line, __LINE__);
        sum[row->month] += row->amount_usd;
    }
    for (size_t t = 0; t < months; t++)
        check_near(sum[t], l->bill[t], 1e-12 * fabs(l->bill[t]), "rows of a month", __LINE__);
}

/* The bill of the first month of one product p and one contract. */
#define ONE(product, contract)                                                           \
    "{'name': 'bill', 'clock': {'start': '2027-01', 'months': 1},"                       \
    " 'products': {'p': {" product "}},"                                                 \
    " 'models': {'m': {'contracts': {'c': {" contract "}}}},"                            \
    " 'strategies': {'s': {'all': 'm'}}}"
#define TOKENS(prices) "'billing': 'per_token', 'usd_per_mtok': {" prices "}"
#define BIG "'requests_per_month': 10, 'request': {'input_tokens': 1e6, 'output_tokens': 1e6}"

static ledger bill_of(const char *text)
{
    fixture f = open_fixture(text);
    ledger  l = run(f.plan, 1, 0, 0);
    check_rows(&l, 1);
    close_fixture(&f);
    return l;
}

static void costs(const char *text, double want, double tolerance, int line)
{
    ledger l = bill_of(text);
    check_near(l.bill[0], want, tolerance * fabs(want), "bill", line);
}
#define COSTS(text, want) costs(text, want, 1e-12, __LINE__)

/* The first row whose line, tier and chain begin with these. */
static double quantity_of(const ledger *l, const char *line, const char *tier, const char *chain)
{
    for (size_t i = 0; i < l->rows; i++)
        if (strcmp(l->text[i].line, line) == 0 && strcmp(l->text[i].tier, tier) == 0 &&
            strcmp(l->text[i].multipliers, chain) == 0)
            return l->row[i].quantity;
    for (size_t i = 0; i < l->rows; i++)
        print_error("  %s | %s | %s\n", l->text[i].line, l->text[i].tier, l->text[i].multipliers);
    fail_msg("no row %s | %s | %s", line, tier, chain);
    return 0;
}

/* ---- Kinds of tokens, (17), (30) */

static void cached_tokens(void **state)
{
    (void)state;
    /* inside: 2e6 of 10e6 read at 0.3, 1e6 written at 3.75, 1e6 for an hour at 6, 6e6 at 3 */
    COSTS(ONE("'requests_per_month': 1, 'request': {'input_tokens': 1e7, 'output_tokens': 0,"
              "'cache_read_tokens': 2e6, 'cache_write_tokens': 1e6, 'cache_write_1h_tokens': 1e6}",
              TOKENS("'input': 3, 'output': 15, 'cache_read': 0.3, 'cache_write': 3.75,"
                     "'cache_write_1h': 6")),
          0.6 + 3.75 + 6 + 18);
    /* beside: all 10e6 are fresh; without a price of its own an hour costs as the other */
    COSTS(ONE("'requests_per_month': 1, 'request': {'input_tokens': 1e7, 'output_tokens': 0,"
              "'cached_tokens': 'beside', 'cache_read_tokens': 2e6, 'cache_write_tokens': 1e6,"
              "'cache_write_1h_tokens': 1e6}",
              TOKENS("'input': 3, 'output': 15, 'cache_read': 0.3, 'cache_write': 3.75")),
          0.6 + 3.75 + 3.75 + 30);
    /* 0.2 * 1000 tokens are cached: too few for 201, enough for 200 */
    COSTS(ONE("'requests_per_month': 1e6, 'request': {'input_tokens': 1000, 'output_tokens': 0,"
              "'cache_read_share': 0.2}", "'cache_minimum_tokens': 201,"
              TOKENS("'input': 1, 'output': 1, 'cache_read': 0")), 1000);
    COSTS(ONE("'requests_per_month': 1e6, 'request': {'input_tokens': 1000, 'output_tokens': 0,"
              "'cache_read_share': 0.2}", "'cache_minimum_tokens': 200,"
              TOKENS("'input': 1, 'output': 1, 'cache_read': 0")), 800);
    /* prefix of half of the prompt, one use in 5 minutes on average: 720 h * 12 = 8640 a month
     * for each of two prefixes; hit 1 - 1/e; misses are written at 2 */
    COSTS(ONE("'requests_per_month': 17280, 'request': {'input_tokens': 1e6, 'output_tokens': 0,"
              "'prefix_tokens': 5e5, 'prefixes': 2}", "'month': '30_days',"
              TOKENS("'input': 1, 'output': 1, 'cache_read': 0, 'cache_write': 2")),
          17280 * (0.5 + 0.5 * exp(-1) * 2));
    /* an hour's life: 12 uses in it, and the misses are written for an hour, at 4 */
    COSTS(ONE("'requests_per_month': 17280, 'request': {'input_tokens': 1e6, 'output_tokens': 0,"
              "'prefix_tokens': 5e5, 'prefixes': 2}", "'month': '30_days', 'cache_ttl_minutes': 60,"
              TOKENS("'input': 1, 'output': 1, 'cache_read': 0, 'cache_write_1h': 4")),
          17280 * (0.5 + 0.5 * exp(-12) * 4));
}

/* ---- Tiers, (33), (35) */

#define LONG(shape, edge, of)                                                            \
    "'tiers': {'t': {'of': '" of "', 'shape': '" shape "', 'edge': '" edge "', 'steps': ["

static void tiers_of_constant_requests(void **state)
{
    (void)state;
    /* 10 requests of 10^6 and 10^6; at the edge, ">" has not reached it, ">=" has */
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 15") ","
              LONG("cliff", ">", "request_input") "{'from': 1e6, 'factor': 2}]}}"), 180);
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 15") ","
              LONG("cliff", ">=", "request_input") "{'from': 1e6, 'factor': 2}]}}"), 360);
    /* prices of a step, of which a class takes half; 6 = 3 x2, 22.5 = 15 x1.5 */
    ledger l = bill_of(ONE(BIG, TOKENS("'input': 3, 'output': 15") ","
        "'service_classes': {'batch': {'share': 0.25, 'factor': 0.5}}, 'discount_share': 0.2,"
        LONG("cliff", ">", "request_input") "{'from': 2e5, 'usd_per_mtok':"
        " {'input': 6, 'output': 22.5}}]}}"));
    near(l.bill[0], (60 + 225) * 0.875 * 0.8);
    near(quantity_of(&l, "input tokens", "input > 200000", "tier x2, discount x0.8"), 7.5);
    near(quantity_of(&l, "output tokens, batch", "input > 200000",
                     "tier x1.5, batch x0.5, discount x0.8"), 2.5);
    /* graduated: 4e5 at 3, 6e5 at 1.5; output is not measured and not moved */
    l = bill_of(ONE(BIG, TOKENS("'input': 3, 'output': 15") ","
        LONG("graduated", ">", "request_input") "{'from': 4e5, 'factors': {'input': 0.5}}]}}"));
    near(l.bill[0], 10 * (0.4 * 3 + 0.6 * 1.5 + 15));
    near(quantity_of(&l, "input tokens", "", ""), 4);
    near(quantity_of(&l, "input tokens", "input > 400000", "tier x0.5"), 6);
}

/* Lengths of mean 1 and cv sqrt(e - 1): ln of them is normal(-1/2, 1).  Beyond e^(-1/2) are
 * half of the requests, with Phi(1) of the tokens; E min(L, e^(-1/2)) is Phi(-1) + e^(-1/2)/2. */
static void tiers_of_uncertain_requests(void **state)
{
    (void)state;
    const double phi1 = 0.84134474606854293, edge = exp(-0.5); /* Phi(1), 17 digits */
#define SPREAD(shape, step)                                                              \
    ONE("'requests_per_month': 1, 'request': {'input_tokens': 1e6, 'output_tokens': 1e6,"  \
        "'input_cv': 1.3108324944320862}", TOKENS("'input': 1, 'output': 1") ","          \
        LONG(shape, ">", "request_input") "{'from': 606530.6597126334, " step "}]}}")
    ledger l = bill_of(SPREAD("cliff", "'factor': 3"));
    check_near(l.bill[0], 2 + 2 * phi1 + 2 * 0.5, 1e-12, "cliff", __LINE__);
    check_near(quantity_of(&l, "input tokens", "input > 606530.659712633", "tier x3"), phi1, 1e-12,
               "share of tokens", __LINE__);
    check_near(quantity_of(&l, "output tokens", "input > 606530.659712633", "tier x3"), 0.5, 1e-12,
               "share of requests", __LINE__);
    l = bill_of(SPREAD("graduated", "'factors': {'input': 3}"));
    check_near(l.bill[0], 2 + 2 * (1 - (1 - phi1) - edge / 2), 1e-12, "graduated", __LINE__);
}

static void tiers_of_a_month(void **state)
{
    (void)state;
    /* 10 Mtok in: 4 at 3, 4 at 1.5, 2 at 0.75 */
    ledger l = bill_of(ONE(BIG, TOKENS("'input': 3, 'output': 0") ","
        LONG("graduated", ">", "month_input") "{'from': 4e6, 'factor': 0.5},"
        " {'from': 8e6, 'factor': 0.25}]}}"));
    near(l.bill[0], 12 + 6 + 1.5);
    near(quantity_of(&l, "input tokens", "month input > 4000000", "tier x0.5"), 4);
    near(quantity_of(&l, "input tokens", "month input > 8000000", "tier x0.25"), 2);
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 0") ","
              LONG("cliff", ">", "month_tokens") "{'from': 2e7, 'factor': 0.5}]}}"), 30);
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 0") ","
              LONG("cliff", ">=", "month_tokens") "{'from': 2e7, 'factor': 0.5}]}}"), 15);
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 1") ","
              LONG("graduated", ">", "month_requests") "{'from': 5, 'factors': {'input': 0}}]}}"),
          15 + 10);
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 1") ","
              LONG("graduated", ">", "month_output") "{'from': 0, 'factors': {'output': 2}}]}}"),
          30 + 20);
}

/* ---- Classes, multipliers, meters, (34), (36), (40) */

static void classes_and_multipliers(void **state)
{
    (void)state;
    /* the product's own share; cached tokens move as input */
    COSTS(ONE("'requests_per_month': 10, 'service_shares': {'batch': 0.5},"
              "'request': {'input_tokens': 1e6, 'output_tokens': 1e6, 'cache_read_share': 0.5}",
              TOKENS("'input': 2, 'output': 8, 'cache_read': 1") ","
              "'service_classes': {'batch': {'share': 0.1, 'factor': 3,"
              "   'factors': {'input': 0.5}}}"),
          10 * (1 * 0.75 + 0.5 * 0.75 + 8 * 2));
    /* nights from 22 to 6 are 8 of 24 hours; a load that is all by day has none of it */
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 0") ","
              "'multipliers': {'night': {'factor': 0.25, 'from_hour': 22, 'to_hour': 6},"
              "                'us': {'factor': 1.1}}"), 30 * 0.75 * 1.1);
    COSTS(ONE(BIG ", 'hour_shape': [0,0,0,0,0,0, 1.5,1.5,1.5,1.5,1.5,1.5,1.5,1.5,1.5,1.5,1.5,"
              "1.5,1.5,1.5,1.5,1.5, 0,0]", TOKENS("'input': 3, 'output': 0") ","
              "'multipliers': {'night': {'factor': 0.25, 'from_hour': 22, 'to_hour': 6}}"), 30);
    /* 16:30 to 00:30 are 8 hours as well; an hour that is cut counts by half */
    COSTS(ONE(BIG, TOKENS("'input': 3, 'output': 0") ","
              "'multipliers': {'night': {'factor': 0.25, 'from_hour': 16.5, 'to_hour': 0.5}}"),
          30 * 0.75);
    COSTS(ONE(BIG ", 'hour_shape': [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0, 24, 0,0,0,0,0,0,0]",
              TOKENS("'input': 3, 'output': 0") ","
              "'multipliers': {'night': {'factor': 0.5, 'from_hour': 16.5, 'to_hour': 0.5}}"),
          30 * 0.75);
    ledger l = bill_of(ONE(BIG, TOKENS("'input': 3, 'output': 0") ", 'usd_per_credit': 0.5,"
        "'discount_share': 0.1, 'multipliers': {'b': {'factor': 2}, 'a': {'factor': 3}}"));
    near(l.bill[0], 30 * 6 * 0.9 * 0.5);
    near(quantity_of(&l, "input tokens", "", "b x2, a x3, discount x0.9, credit x0.5"), 10);
}

static void meters_and_requests(void **state)
{
    (void)state;
    /* 1000 requests: 0.01 each; 20 seconds billed as 30, 5000 of them free, at 0.1 less 10 % */
    ledger l = bill_of(ONE("'requests_per_month': 1000, 'request': {'input_tokens': 0,"
        "'output_tokens': 0, 'meters': {'seconds': 20, 'gratis': 3}}",
        TOKENS("'input': 1, 'output': 1") ", 'usd_per_request': 0.01, 'discount_share': 0.1,"
        "'meters': {'seconds': {'usd_per_unit': 0.1, 'minimum_per_request': 30,"
        "  'free_per_month': 5000}, 'gratis': {'usd_per_unit': 0, 'minimum_per_request': 7}}"));
    near(l.bill[0], 9 + (30000 - 5000) * 0.09);
    near(quantity_of(&l, "seconds", "", "discount x0.9"), 30000);
    near(quantity_of(&l, "seconds, free", "", "discount x0.9"), -5000);
    /* more is free than is used */
    COSTS(ONE("'requests_per_month': 1000, 'request': {'input_tokens': 0, 'output_tokens': 0,"
              "'meters': {'x': 1}}", TOKENS("'input': 1, 'output': 1") ","
              "'meters': {'x': {'usd_per_unit': 1, 'free_per_month': 2000}}"), 0);
}

/* ---- Rounding, tax, fee, hours, fine-tuning */

static void rounding(void **state)
{
    (void)state;
#define THIRD "'requests_per_month': 10, 'request': {'input_tokens': 1000, 'output_tokens': 2000}"
#define CENTS(how) TOKENS("'input': 1.5, 'output': 1.75") ", 'rounding': '" how "'"
    /* input 0.015, output 0.035: 0.05 in all, 0.02 + 0.04 by line, 0.005 -> 0.01 each request */
    COSTS(ONE(THIRD, CENTS("none")), 0.05);
    COSTS(ONE(THIRD, CENTS("line")), 0.06);
    COSTS(ONE(THIRD, CENTS("request")), 0.1);
    COSTS(ONE(THIRD, CENTS("invoice") ", 'rounding_usd': 0.02"), 0.06);
    /* to 0.02, halves up: 0.05 is 2.5 of them; 1.005, which binary numbers have as a little
     * less, is a half of a cent too */
    COSTS(ONE("'requests_per_month': 1, 'request': {'input_tokens': 0, 'output_tokens': 0}",
              TOKENS("'input': 1, 'output': 1") ", 'usd_per_request': 1.005,"
              "'rounding': 'request'"), 1.01);
}

static void tax_and_fee(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'tax', 'clock': {'start': '2027-01', 'months': 1},"
        " 'products': {'p': {" BIG "}},"
        " 'models': {'m': {'fee_returned_share': 0.1, 'contracts': {'c': {"
        TOKENS("'input': 10, 'output': 0") ", 'tax_share': 0.19, 'staff_usd_per_month': 7}}}},"
        " 'strategies': {'s': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    check_rows(&l, 1);
    near(l.bill[0], 100 + 19 - 10 + 7);
    near(l.outcome[DS_OUTCOME_FEE_RETURNED], 10);
    close_fixture(&f);
}

/* February 2028 has 29 days; a month is in force from its first day. */
static void hours_of_months(void **state)
{
    (void)state;
#define HOSTED(more) "'billing': 'hosted_per_token', 'usd_per_mtok': {'input': 0, 'output': 0},"  \
    "'hosting_usd_per_hour': 1, 'staff_usd_per_month': 5" more
    fixture f = open_fixture(
        "{'name': 'hours', 'clock': {'start': '2028-01', 'months': 6, 'calendar_hours': true},"
        " 'products': {'p': {'requests_per_month': 0, 'request':"
        "   {'input_tokens': 1, 'output_tokens': 1}}},"
        " 'models': {'m': {'contracts': {"
        "   'a': {" HOSTED(", 'month': '730_hours', 'until': 1") "},"
        "   'b': {'from': 1, " HOSTED("") "},"
        "   'c': {'from': 3, " HOSTED(", 'month': '30_days', 'until': '2028-06'") "},"
        "   'd': {'from': 5, " HOSTED(", 'month': 'calendar'") "}}},"
        "  'free': {'contracts': {'c': {" TOKENS("'input': 0, 'output': 0") "}}}},"
        " 'strategies': {'s': {'all': 'free',"
        "   'routes': {'p': {'m': {'share': 0.5}}}}}}");
    ledger l = run(f.plan, 1, 0, 0);
    check_rows(&l, 6);
    bills_are(&l, 735, 29 * 24 + 5, 31 * 24 + 5, 725, 725, 30 * 24 + 5);
    close_fixture(&f);
}

/* (65b): 2 epochs of 10 Mtok at 25, 3 evaluations of 2 Mtok, and 10 hours at 100 with a grader
 * of 4 + 2 that a cap keeps at 900; an overrun of a half on all of it. */
static void fine_tuning(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'ft', 'clock': {'start': '2027-01', 'months': 2},"
        " 'products': {'p': {" BIG "}},"
        " 'models': {'m': {'contracts': {'c': {" TOKENS("'input': 0, 'output': 0") "}}},"
        "  'student': {'teacher': 'm', 'contracts': {'c': {" TOKENS("'input': 0, 'output': 0") "}},"
        "   'quality': {'general': {'acceptable_share': 1}},"
        "   'project': {'lead_months': 0, 'overrun_factor': 1.5, 'fine_tuning': {"
        "     'usd_per_mtok': 25, 'tokens': 1e7, 'epochs': 2, 'validation_tokens': 2e6,"
        "     'evaluations': 3, 'hours': 10, 'usd_per_hour': 100, 'cap_usd': 900,"
        "     'grader_input_tokens': 4e6, 'grader_usd_per_mtok_input': 1,"
        "     'grader_output_tokens': 1e6, 'grader_usd_per_mtok_output': 2}}}},"
        " 'strategies': {'s': {'all': 'm', 'start': {'student': 1}}}}");
    ledger l = run(f.plan, 1, 0, 0);
    check_rows(&l, 2);
    bills_are(&l, 0, 1.5 * (25 * 26 + 900));
    near(amount(&l, 1, "fine-tuning hours"), 1500);
    near(amount(&l, 1, "fine-tuning beyond cap"), 1.5 * (900 - 1006));
    near(l.outcome[DS_OUTCOME_PROJECT], 1.5 * 1550);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cached_tokens),
        cmocka_unit_test(tiers_of_constant_requests),
        cmocka_unit_test(tiers_of_uncertain_requests),
        cmocka_unit_test(tiers_of_a_month),
        cmocka_unit_test(classes_and_multipliers),
        cmocka_unit_test(meters_and_requests),
        cmocka_unit_test(rounding),
        cmocka_unit_test(tax_and_fee),
        cmocka_unit_test(hours_of_months),
        cmocka_unit_test(fine_tuning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
