/* test_billing_oracles_terms.c -- commitments, credits and agreements: published bills,
 * and the rules (90) to (97) of docs/model.md on bills worked out by hand.
 *
 * Sources, as cited: FS FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec @04f8bb3d; O OpenAI's
 * page on Reserved Tier; F Fireworks' page on reserved capacity; hand: the sums stand
 * beside the case.  Ids as in test_billing_oracles.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"

/* A request costs a dollar at list: usage in dollars, month by month. */
#define SPENDS(series)                                                                      \
    "'p': {'requests_per_month': 1, 'growth': {'process': 'series', 'series': [" series      \
    "]}, 'request': {" NO_TOKENS "}}"
#define COMMITS(terms) DOLLARS_A_REQUEST("1") ", 'commitment': {" terms "}"
#define MONTHS_OF(n) "'months': " n
#define MONTH_OF(hours) "'months': 1, 'hours_per_month': " hours
#define A_MINUTE MONTH_OF("0.016666666666666666")
#define AN_HOUR MONTH_OF("1")

static void expect_used(const invoice *i, const char *id, int month, double used, double unused)
{
    double got_used = lines_quantity(i, month, "commitment used");
    double got_unused = lines_quantity(i, month, "commitment unused");
    double scale = 1e-9 * (used + unused);
    if (i->good && !(fabs(got_used - used) <= scale && fabs(got_unused - unused) <= scale))
        fault("%s: used %.12g, unused %.12g, not %.12g, %.12g", id, got_used, got_unused, used,
              unused);
}

/* ---- Published --------------------------------------------------------------------------- */

static void periods(void **state)
{
    (void)state;
    struct {
        const char *id, *clock, *spends, *terms;
        double      want, used, unused;
    } cases[] = {
        {"OAI-12 O: 2 a minute reserved, 1.20 used", A_MINUTE, "1.2", "'usd_per_minute': 2", 2,
         1.2, 0.8},
        {"OAI-11x O: 2.75 used", A_MINUTE, "2.75", "'usd_per_minute': 2", 2.75, 2, 0},
        {"OAI-12x O: an hour of minutes of 1.20", AN_HOUR, "72", "'usd_per_minute': 2", 120, 72,
         48},
        {"OAI-13x O: a day of minutes of a dollar, bought at 0.95", MONTH_OF("24"), "1440",
         "'credits_per_month': 1440, 'usd_per_credit': 0.95", 1368, 1368, 0},
        {"FW-03x F: 10 a minute, 12 used: 2 beyond", A_MINUTE, "12", "'usd_per_minute': 10", 12,
         10, 0},
        {"FOC-02x FS: a dollar an hour, all used", AN_HOUR, "1", "'usd_per_hour': 1", 1, 1, 0},
        {"FOC-03x FS: none used", AN_HOUR, "0", "'usd_per_hour': 1", 1, 0, 1},
        {"FOC-04 FS: three quarters used", AN_HOUR, "0.75", "'usd_per_hour': 1", 1, 0.75, 0.25},
        {"FOC-05 FS: 1.50 used", AN_HOUR, "1.5", "'usd_per_hour': 1", 1.5, 1, 0},
        {"hand: a day", MONTH_OF("24"), "5", "'usd_per_day': 4", 5, 4, 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char products[512], contract[512];
        snprintf(products, sizeof products, SPENDS("%s"), cases[k].spends);
        snprintf(contract, sizeof contract, COMMITS("%s"), cases[k].terms);
        invoice *i = invoice_for(cases[k].id, (deal){.clock = cases[k].clock, .products = products,
                                                     .contract = contract}, 0);
        expect_total(i, cases[k].id, cases[k].want);
        expect_used(i, cases[k].id, -1, cases[k].used, cases[k].unused);
        drop(i);
    }
    assert_no_faults();
}

/* Usage at list 60, 150, 75, then nothing; a fifth off what is drawn. */
#define SAAS(more)                                                                          \
    (deal)                                                                                  \
    {                                                                                       \
        .clock = MONTHS_OF("12"), .products = SPENDS("60, 150, 75, 0"),                     \
        .contract = COMMITS("'usd_per_term': 1200, 'term_months': 12,"                      \
                            " 'discount_share': 0.2" more)                                  \
    }

static void yearly(void **state)
{
    (void)state;
    invoice *i = invoice_for("FOC-01", SAAS(""), 0);
    EXPECT_MONTHS(i, "FOC-01 FS", 48, 120, 60, 0, 0, 0, 0, 0, 0, 0, 0, 972);
    expect_total(i, "FOC-01 FS", 1200);
    expect_used(i, "FOC-01 FS", -1, 228, 972);
    expect_used(i, "FOC-01 FS: shortfall", 11, 0, 972);
    drop(i);
    i = invoice_for("FOC-01x FS: 60 a month at least", SAAS(", 'minimum_usd_per_month': 60"), 0);
    EXPECT_MONTHS(i, "FOC-01x", 60, 120, 60, 60, 60, 60, 60, 60, 60, 60, 60, 480);
    expect_used(i, "FOC-01x: first month", 0, 48, 12);
    expect_used(i, "FOC-01x", -1, 228, 972);
    drop(i);
    i = invoice_for("FOC-01y FS: prepaid", SAAS(", 'payment': 'upfront'"), 0);
    EXPECT_MONTHS(i, "FOC-01y", 1200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    expect_used(i, "FOC-01y", 0, 48, 0);
    expect_used(i, "FOC-01y", 1, 120, 0);
    expect_used(i, "FOC-01y", 2, 60, 0);
    expect_used(i, "FOC-01y", 11, 0, 972);
    drop(i);
    i = invoice_for("FOC-01z rule: in twelve parts", SAAS(", 'payment': 'monthly'"), 0);
    EXPECT_MONTHS(i, "FOC-01z", 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100);
    expect_used(i, "FOC-01z", -1, 228, 972);
    drop(i);
    assert_no_faults();
}

/* 245, 5 and 120 calls of three kinds at 1, 2 and 3 tokens: 615 tokens. */
#define WALLET_PRODUCTS(q, z, w)                                                            \
    "'q': {'requests_per_month': " q ", 'request': {" NO_TOKENS ", 'meters': {'q': 1}}},"   \
    "'w': {'requests_per_month': " w ", 'request': {" NO_TOKENS ", 'meters': {'w': 1}}},"   \
    "'z': {'requests_per_month': " z ", 'request': {" NO_TOKENS ", 'meters': {'z': 1}}}"
#define WALLET_PRICES(usd_per_token)                                                        \
    "'billing': 'per_token', 'usd_per_mtok': {'input': 0, 'output': 0},"                    \
    " 'usd_per_credit': " usd_per_token ", 'meters': {'q': {'usd_per_unit': 1},"            \
    " 'z': {'usd_per_unit': 2}, 'w': {'usd_per_unit': 3}}"

static void wallet(void **state)
{
    (void)state;
    deal d = {.products = WALLET_PRODUCTS("245", "5", "120"), .contract = WALLET_PRICES("2")};
    expect_bill("FOC-06x FS: 615 tokens at 2", d, 1230);
    d.contract = WALLET_PRICES("2") ", 'commitment': {'credits_per_term': 1e5,"
                                    " 'usd_per_credit': 1}";
    expect_bill("FOC-07 FS: drawn at a dollar a token", d, 615);
    d.contract = WALLET_PRICES("1");
    expect_bill("FOC-07 FS: at the price of a token", d, 615);
    d.contract = WALLET_PRICES("2") ", 'commitment': {'credits_per_term': 1e5,"
                                    " 'usd_per_credit': 1, 'payment': 'upfront'}";
    invoice *i = invoice_for("FOC-07", d, 0);
    expect_total(i, "FOC-07 FS: bought beforehand", 100000);
    expect_used(i, "FOC-07", 0, 615, 0);
    drop(i);
    d.products = WALLET_PRODUCTS("1500", "0", "0");
    d.contract = WALLET_PRICES("2") ", 'commitment': {'credits_per_month': 0,"
                                    " 'usd_per_credit': 1}";
    expect_bill("FOC-08x FS: 1,500 tokens beyond the wallet, at 2", d, 3000);
    d.products = WALLET_PRODUCTS("101500", "0", "0");
    d.contract = WALLET_PRICES("2") ", 'commitment': {'credits_per_term': 1e5,"
                                    " 'usd_per_credit': 1}";
    expect_bill("FOC-08y FS: the same beyond 100,000", d, 103000);
    assert_no_faults();
}

/* ---- By hand ----------------------------------------------------------------------------- */

typedef struct {
    const char *id, *spends, *terms;
    double      want[8];
} eight_months;

/* Usage at list; bills of 8 months. */
static const eight_months by_hand[] = {
    {"per month", "50, 150, 0, 100", "'usd_per_month': 100",
     {100, 150, 100, 100, 100, 100, 100, 100}},
    {"a fifth off what is drawn: 150 is 100 and 150 - 125 at list", "50, 150",
     "'usd_per_month': 100, 'discount_share': 0.2", {100, 125, 125, 125, 125, 125, 125, 125}},
    {"a fifth off overage too", "50, 150",
     "'usd_per_month': 100, 'discount_share': 0.2, 'overage': 'discounted'",
     {100, 120, 120, 120, 120, 120, 120, 120}},
    {"what is beyond is refused", "50, 150",
     "'usd_per_month': 100, 'discount_share': 0.2, 'overage': 'rejected'",
     {100, 100, 100, 100, 100, 100, 100, 100}},
    {"carried to the next month, to the end of three", "50, 120, 140, 50, 160, 0",
     "'usd_per_month': 100, 'term_months': 3, 'unused': 'carried'",
     {100, 100, 110 /* 300 less 50 + 120 = 130 */, 100, 110, 100, 100, 100}},
    {"a term of 3 months in arrears, twice and more", "50, 200, 10, 400, 0, 0, 90, 100",
     "'usd_per_term': 300, 'term_months': 3", {50, 200, 50, 400, 0, 0, 90, 100}},
    {"no renewal: list afterwards, without the discount", "100, 100",
     "'usd_per_term': 240, 'term_months': 3, 'discount_share': 0.2, 'renewal': 'none'",
     {80, 80, 80, 100, 100, 100, 100, 100}},
    {"ramp: 100, 200, 300, 300 a term of 2 months", "0",
     "'usd_per_term': 100, 'term_months': 2, 'ramp': [1, 2, 3]",
     {0, 100, 0, 200, 0, 300, 0, 300}},
    {"ramp up front", "0",
     "'usd_per_term': 100, 'term_months': 2, 'ramp': [1, 2, 3], 'payment': 'upfront'",
     {100, 0, 200, 0, 300, 0, 300, 0}},
    {"ramp in months", "0", "'usd_per_month': 100, 'term_months': 2, 'ramp': [1, 0.5], 'terms': 2",
     {100, 100, 50, 50, 50, 50, 50, 50}},
    {"per hour over a term of 2 months, none afterwards", "0",
     "'usd_per_hour': 1, 'term_months': 2, 'renewal': 'none'", {730, 730, 0, 0, 0, 0, 0, 0}},
    {"prepaid, spent in the second of 3 months", "80, 50, 40",
     "'usd_per_term': 100, 'term_months': 3, 'payment': 'upfront'",
     {100, 30, 40, 100, 0, 20, 100, 0}},
    {"monthly parts, spent in the second of 3 months", "60, 50, 40",
     "'usd_per_term': 90, 'term_months': 3, 'payment': 'monthly'",
     {30, 30 + 20, 30 + 40, 30, 30, 30 + 30, 30, 30}},
    {"a minimum never takes more than is left", "0",
     "'usd_per_term': 100, 'term_months': 4, 'minimum_usd_per_month': 60",
     {60, 40, 0, 0, 60, 40, 0, 0}},
    {"credits at half price: 100 of usage is 50, the rest at list", "150",
     "'credits_per_month': 100, 'usd_per_credit': 0.5",
     {100, 100, 100, 100, 100, 100, 100, 100}},
    {"credits dearer than list", "150", "'credits_per_month': 100, 'usd_per_credit': 1.5",
     {200, 200, 200, 200, 200, 200, 200, 200}},
};

static void eight_months_by_hand(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof by_hand / sizeof by_hand[0]; k++) {
        char products[512], contract[512];
        snprintf(products, sizeof products, SPENDS("%s"), by_hand[k].spends);
        snprintf(contract, sizeof contract, COMMITS("%s"), by_hand[k].terms);
        invoice *i = invoice_for(by_hand[k].id, (deal){.clock = MONTHS_OF("8"),
                                                       .products = products,
                                                       .contract = contract}, 0);
        expect_months(i, by_hand[k].id, 8, by_hand[k].want);
        drop(i);
    }
    assert_no_faults();
}

/* 150 at list where 125 can be drawn at a fifth off: a sixth of the requests is refused. */
static void refused_requests(void **state)
{
    (void)state;
    invoice *i = invoice_for("refused",
                             (deal){.products = SPENDS("150"),
                                    .contract = COMMITS("'usd_per_month': 100, 'discount_share':"
                                                        " 0.2, 'overage': 'rejected'")}, 0);
    CLOSE(i->unserved[0], 25, 1e-9);
    CLOSE(i->unserved[1], 25, 1e-9);
    drop(i);
    assert_no_faults();
}

/* A contract of 10 a month's usage is followed by another in month 3; and its commitment? */
static void given_up_early(void **state)
{
    (void)state;
    struct {
        const char *id, *terms;
        double      want[8];
    } cases[] = {
        {"runs on", "'usd_per_month': 100, 'term_months': 6",
         {100, 100, 100, 110, 110, 110, 10, 10}},
        {"half of what remains", "'usd_per_month': 100, 'term_months': 6,"
                                 " 'early_exit_share': 0.5", {100, 100, 100, 160, 10, 10, 10, 10}},
        {"arrears", "'usd_per_term': 600, 'term_months': 6, 'early_exit_share': 0.5",
         {10, 10, 10, 10 + 285, 10, 10, 10, 10}},
        {"arrears, a second term signed", "'usd_per_term': 600, 'term_months': 6, 'terms': 2,"
         " 'early_exit_share': 0.5", {10, 10, 10, 10 + 585, 10, 10, 10, 10}},
        {"prepaid", "'usd_per_term': 600, 'term_months': 6, 'early_exit_share': 0.5,"
                    " 'payment': 'upfront'", {600, 0, 0, 10, 10, 10, 10, 10}},
        {"monthly", "'usd_per_term': 600, 'term_months': 6, 'early_exit_share': 0.5,"
                    " 'payment': 'monthly'", {100, 100, 100, 160, 10, 10, 10, 10}},
        {"without a term it ends", "'usd_per_month': 100", {100, 100, 100, 10, 10, 10, 10, 10}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char models[1024];
        snprintf(models, sizeof models,
                 "'m': {'contracts': {'c': {" COMMITS("%s") "}, 'd': {'from': 3, "
                 DOLLARS_A_REQUEST("1") "}}}", cases[k].terms);
        invoice *i = invoice_for(cases[k].id, (deal){.clock = MONTHS_OF("8"),
                                                     .products = SPENDS("10"),
                                                     .models = models}, 0);
        expect_months(i, cases[k].id, 8, cases[k].want);
        drop(i);
    }
    assert_no_faults();
}

/* Units bought for three months when they are needed (54): 2 a month, 3 in month 1. */
static void units_by_term(void **state)
{
    (void)state;
    struct {
        const char *id, *more;
        double      want[8];
    } cases[] = {
        /* month 0 buys 2 until 2; month 1 buys 1 until 3; month 3 renews 2, of month 4 one */
        {"renewed", "", {2, 3, 3, 3, 3, 3, 3, 3}},
        /* month 3: 1 live, needs 2: buys 1 until 5; month 4: buys 1 until 6; ... */
        {"not renewed", ", 'renewal': 'none'", {2, 3, 3, 2, 2, 2, 2, 2}},
    };
    for (size_t k = 0; k < 2; k++) {
        char contract[512];
        snprintf(contract, sizeof contract,
                 "'billing': 'compute_time', 'target_utilisation': 1, 'settlement': 'term',"
                 " 'term_months': 3, 'month': '730_hours', 'units': {'u': {'usd_per_unit_hour':"
                 " 0.0013698630136986301, 'tokens_per_minute': 1000}}%s", cases[k].more);
        /* 43,800 minutes: so many requests of 1,000 tokens keep a unit busy */
        invoice *i = invoice_for(cases[k].id,
                                 (deal){.clock = MONTHS_OF("8"),
                                        .products = "'p': {'requests_per_month': 87600, 'growth':"
                                                    " {'process': 'series', 'series': [1, 1.5, 1]}"
                                                    ", 'request': {" TOKENS_IN("1000") "}}",
                                        .contract = contract}, 0);
        expect_months(i, cases[k].id, 8, cases[k].want);
        drop(i);
    }
    assert_no_faults();
}

/* ---- Agreements -------------------------------------------------------------------------- */

/* 60 a month on model m and 40 on n under one agreement: bills of 6 months. */
static const struct {
    const char *id, *agreement;
    double      want[6];
} agreed[] = {
    {"one commitment for both", "'commitment': {'usd_per_month': 150}",
     {150, 150, 150, 150, 150, 150}},
    {"drawn by both", "'commitment': {'usd_per_month': 90}", {100, 100, 100, 100, 100, 100}},
    {"a tenth off what both draw: 90 covers all", "'commitment': {'usd_per_month': 90,"
     " 'discount_share': 0.1}", {90, 90, 90, 90, 90, 90}},
    {"per term", "'commitment': {'usd_per_term': 450, 'term_months': 3}",
     {100, 100, 250, 100, 100, 250}},
    {"spend discount, graduated: a tenth off what is beyond 50",
     "'spend_discount': {'shape': 'graduated', 'steps': [{'from_usd': 50, 'discount_share':"
     " 0.1}]}", {95, 95, 95, 95, 95, 95}},
    {"spend discount, cliff", "'spend_discount': {'shape': 'cliff', 'steps': [{'from_usd': 50,"
     " 'discount_share': 0.1}]}", {90, 90, 90, 90, 90, 90}},
    {"cliff at the edge", "'spend_discount': {'shape': 'cliff', 'steps': [{'from_usd': 100,"
     " 'discount_share': 0.1}]}", {100, 100, 100, 100, 100, 100}},
    {"cliff from the edge", "'spend_discount': {'shape': 'cliff', 'edge': '>=', 'steps':"
     " [{'from_usd': 100, 'discount_share': 0.1}]}", {90, 90, 90, 90, 90, 90}},
    {"discount first, then the commitment", "'commitment': {'usd_per_month': 92},"
     " 'spend_discount': {'shape': 'cliff', 'steps': [{'from_usd': 50, 'discount_share': 0.1}]}",
     {92, 92, 92, 92, 92, 92}},
    {"free each month", "'free_usd_per_month': 30", {70, 70, 70, 70, 70, 70}},
    {"never less than nothing", "'free_usd_per_month': 130", {0, 0, 0, 0, 0, 0}},
    {"credit until it is used up", "'credit_usd': 250", {0, 0, 50, 100, 100, 100}},
    {"credit for two months", "'credit_usd': 250, 'credit_months': 2",
     {0, 0, 100, 100, 100, 100}},
    {"free, then credit", "'credit_usd': 250, 'free_usd_per_month': 30", {0, 0, 0, 30, 70, 70}},
};

static void agreements(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof agreed / sizeof agreed[0]; k++) {
        char more[512];
        snprintf(more, sizeof more, "'agreements': {'both': {%s}}", agreed[k].agreement);
        deal d = {.clock = MONTHS_OF("6"), .more = more,
                  .products = "'p': {'requests_per_month': 60, 'request': {" NO_TOKENS "}},"
                              "'q': {'requests_per_month': 40, 'request': {" NO_TOKENS "}}",
                  .models = "'m': {'contracts': {'c': {'agreement': 'both',"
                            DOLLARS_A_REQUEST("1") "}}}, 'n': {'contracts': {'c':"
                            " {'agreement': 'both'," DOLLARS_A_REQUEST("1") "}}}",
                  .strategies = "'s': {'all': 'm', 'routes': {'q': {'n': {'share': 1}}}}"};
        invoice *i = invoice_for(agreed[k].id, d, 0);
        expect_months(i, agreed[k].id, 6, agreed[k].want);
        drop(i);
    }
    assert_no_faults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods),
        cmocka_unit_test(yearly),
        cmocka_unit_test(wallet),
        cmocka_unit_test(eight_months_by_hand),
        cmocka_unit_test(refused_requests),
        cmocka_unit_test(given_up_early),
        cmocka_unit_test(units_by_term),
        cmocka_unit_test(agreements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
