/* test_reference_commitment.c -- commitments and agreements of the naive engine, (90)-(98),
 * against months worked out by hand.
 *
 * A request is 10^6 tokens at 1 USD/Mtok, so that the requests of a month are its usage in
 * dollars at list.  Tolerance: 1e-12 relative, or 1e-9 USD where a sum of points of the
 * week stands behind the figure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference_ledger.h"

#define CLOCK(months) "{'name': 'commit', 'clock': {'start': '2027-01', 'months': " months "},"
#define USAGE(series)                                                                    \
    " 'products': {'p': {'requests_per_month': 1, 'growth': {'process': 'series',"        \
    "   'series': [" series "]}, 'value_usd_per_request': 3,"                            \
    "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
#define DOLLARS PER_REQUEST("1")
#define LIST "'billing': 'per_token', 'usd_per_mtok': {'input': 1, 'output': 0}"

/* Usage of 12 months under a commitment. */
static ledger year(const char *usage, const char *commitment)
{
    char text[2048];
    snprintf(text, sizeof text,
             CLOCK("12") USAGE("%s") " 'models': {'m': {'contracts': {'c': {" LIST
             ", 'commitment': {%s}}}}}, 'strategies': {'s': {'all': 'm'}}}",
             usage, commitment);
    return run_text(text);
}

/* Quantity of a line, in a month or in all of them (-1). */
static double quantity(const ledger *l, int month, const char *line)
{
    double sum = 0;
    for (size_t i = 0; i < l->rows; i++)
        if ((month < 0 || l->row[i].month == (size_t)month) && strcmp(l->text[i].line, line) == 0)
            sum += l->row[i].quantity;
    return sum;
}

/* ---- Amounts per term, (93) */

#define FOCUS "60, 150, 75, 0"

/* FOCUS, "SaaS spend agreements": 1200 a year, 20 % off list, used for 60, 150 and 75 at
 * list and no more. */
static void a_year_in_arrears(void **state)
{
    (void)state;
    ledger l = year(FOCUS, "'usd_per_term': 1200, 'discount_share': 0.2");
    bills_are(&l, 48, 120, 60, 0, 0, 0, 0, 0, 0, 0, 0, 972);
    near(amount(&l, 1, "input tokens"), 150);
    near(amount(&l, 1, "drawn from commitment"), -150);
    near(amount(&l, 1, "commitment used"), 120);
    near(quantity(&l, -1, "commitment used"), 228);
    near(amount(&l, 11, "commitment unused"), 972);
    /* at least 60 a month */
    l = year(FOCUS, "'usd_per_term': 1200, 'discount_share': 0.2, 'minimum_usd_per_month': 60");
    bills_are(&l, 60, 120, 60, 60, 60, 60, 60, 60, 60, 60, 60, 480);
    near(quantity(&l, -1, "commitment used") + quantity(&l, -1, "commitment unused"), 1200);
}

static void a_year_paid_apart(void **state)
{
    (void)state;
    ledger l = year(FOCUS, "'usd_per_term': 1200, 'discount_share': 0.2, 'payment': 'upfront'");
    bills_are(&l, 1200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    near(amount(&l, 0, "commitment payment"), 1200);
    near(quantity(&l, -1, "commitment used"), 228);
    near(quantity(&l, 11, "commitment unused"), 972);
    near(amount(&l, -1, "commitment unused"), 0);
    l = year(FOCUS, "'usd_per_term': 1200, 'discount_share': 0.2, 'payment': 'monthly'");
    bills_are(&l, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100);
    /* 100 for 4 months, used up in the second: 60 left of it are worth 75 at list, 75 is beyond;
     * the next terms have 100 each again; ramp 1, 2, then 2 */
    l = year("50, 150, 10, 0", "'usd_per_term': 100, 'term_months': 4, 'discount_share': 0.2,"
             "'payment': 'upfront', 'ramp': [1, 2]");
    bills_are(&l, 100, 75, 10, 0, 200, 0, 0, 0, 200, 0, 0, 0);
    /* overage at the discount, or refused */
    l = year("50, 150, 10, 0", "'usd_per_term': 100, 'term_months': 4, 'discount_share': 0.2,"
             "'overage': 'discounted', 'renewal': 'none'");
    bills_are(&l, 40, 60 + 60, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    l = year("50, 150, 10", "'usd_per_term': 100, 'term_months': 4, 'discount_share': 0.2,"
             "'overage': 'rejected', 'renewal': 'none'");
    bills_are(&l, 40, 60, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10);
    /* conservation: what is not served is lost, and only that: 75, 10, 10 of 50 + 150 + 10 * 10 */
    near(l.outcome[DS_OUTCOME_UNSERVED], 95);
    near(l.outcome[DS_OUTCOME_SERVED_VALUE], 3 * (300 - 95));
    near(amount(&l, 1, "unserved requests"), 225);
}

/* ---- Amounts up to the month, (91), (92) */

static void months_and_what_they_leave(void **state)
{
    (void)state;
    /* used 60, 150: 100 is worth 125 at a fifth off, 25 is beyond */
    ledger l = year("60, 150, 100, 0", "'usd_per_month': 100, 'discount_share': 0.2");
    bills_are(&l, 100, 125, 100, 100);
    near(amount(&l, 0, "commitment used"), 48);
    near(amount(&l, 0, "commitment unused"), 52);
    /* carried through terms of 3 months: 40 + 100 of 150, 10 beyond; the second term begins anew */
    l = year("60, 150, 20, 150, 20, 260, 0", "'usd_per_month': 100, 'term_months': 3,"
             "'unused': 'carried'");
    bills_are(&l, 100, 110, 100, 150, 100, 180, 100);
    near(quantity(&l, 2, "commitment unused"), 80);
    /* two terms of 2 months at once, with a ramp, and then none */
    l = year("30", "'usd_per_month': 100, 'term_months': 2, 'terms': 2, 'ramp': [1, 0.5],"
             "'renewal': 'none'");
    bills_are(&l, 100, 100, 50, 50, 30, 30);
    /* 100 credits of 0.8, of a contract in dollars: as 80 at a fifth off */
    l = year("60, 150", "'credits_per_month': 100, 'usd_per_credit': 0.8");
    bills_are(&l, 80, 80 + 50);
    near(amount(&l, 1, "commitment used"), 80);
}

/* The strategy takes its own amount, for itself alone (98). */
static void terms_of_a_strategy(void **state)
{
    (void)state;
    fixture f = open_fixture(
        CLOCK("2") USAGE("60") " 'models': {'m': {'contracts': {'c': {" LIST
        ", 'commitment': {'usd_per_month': 100}}}}},"
        " 'strategies': {'s': {'all': 'm'}, 'r': {'all': 'm', 'terms':"
        "   {'/models/m/contracts/c/commitment/usd_per_month': {'value': 70}}}}}");
    ledger l = run(f.plan, 1, 0, 1);
    bills_are(&l, 70, 70);
    near(l.outcome[DS_OUTCOME_SAVING_TOTAL], 60);
    close_fixture(&f);
}

/* ---- Within the month */

/* A day of 12 hours at 1.5 and 12 at 0.5 times the mean; hours of 720.  Usage of 1440 is 2 an
 * hour, 3 and 1. */
static ledger day_of_two_levels(const char *commitment)
{
    char text[2048];
    snprintf(text, sizeof text,
             "{'name': 'day', 'clock': {'start': '2027-01', 'months': 1, 'hours_per_month': 720},"
             " 'products': {'p': {'requests_per_month': 1440, 'hour_shape': [1.5, 1.5, 1.5, 1.5,"
             "   1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5,"
             "   0.5, 0.5, 0.5, 0.5], 'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
             " 'models': {'m': {'contracts': {'c': {" LIST ", 'commitment': {%s}}}}},"
             " 'strategies': {'s': {'all': 'm'}}}",
             commitment);
    return run_text(text);
}

static void amounts_by_hour_minute_and_day(void **state)
{
    (void)state;
    /* 2 an hour: due in all hours, and 1 beyond in half of them, though the month is used up to
     * the dollar */
    ledger l = day_of_two_levels("'usd_per_hour': 2");
    check_near(l.bill[0], 1440 + 360, 1e-9, "hours", __LINE__);
    check_near(amount(&l, 0, "commitment unused"), 360, 1e-9, "unused", __LINE__);
    /* the same by the minute */
    l = day_of_two_levels("'usd_per_minute': 0.03333333333333333");
    check_near(l.bill[0], 1440 + 360, 1e-9, "minutes", __LINE__);
    /* days are all alike */
    l = day_of_two_levels("'usd_per_day': 48");
    check_near(l.bill[0], 1440, 1e-9, "days", __LINE__);
    /* at a fifth off: 2 an hour is worth 2.5 at list, so 0.5 is beyond in half of the hours */
    l = day_of_two_levels("'usd_per_hour': 2, 'discount_share': 0.2");
    check_near(l.bill[0], 1440 + 180, 1e-9, "discount", __LINE__);
    /* refused: 360 of 1440 */
    l = day_of_two_levels("'usd_per_hour': 2, 'overage': 'rejected'");
    check_near(l.bill[0], 1440, 1e-9, "refused", __LINE__);
    check_near(l.outcome[DS_OUTCOME_UNSERVED], 360, 1e-9, "unserved", __LINE__);
}

/* 30 days of 1 on average, 1.2 on weekdays and 0.5 on the other two: 1 a day is due, and 0.2 is
 * beyond it on 5 days of 7. */
static void days_of_a_week(void **state)
{
    (void)state;
    char   text[2048], shape[1024] = "";
    size_t used = 0;
    for (size_t h = 0; h < 168; h++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%s", h > 0 ? "," : "",
                                 h < 120 ? "1.2" : "0.5");
    snprintf(text, sizeof text,
             "{'name': 'week', 'clock': {'start': '2027-01', 'months': 1, 'hours_per_month': 720},"
             " 'products': {'p': {'requests_per_month': 30, 'hour_shape': [%s],"
             "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
             " 'models': {'m': {'contracts': {'c': {" LIST ", 'commitment': {'usd_per_day': 1}}}}},"
             " 'strategies': {'s': {'all': 'm'}}}",
             shape);
    fixture f = open_fixture(text);
    ledger  l = run(f.plan, 1, 0, 0);
    check_near(l.bill[0], 30 * (1 + 0.2 * 5 / 7), 1e-9, "days", __LINE__);
    close_fixture(&f);
}

/* OpenAI's example of Scale Tier: of 2 a minute reserved a minute of 1.20 costs 2, one of 2.75
 * costs 2.75; here all minutes of an hour. */
static void a_minute_of_scale_tier(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'minute', 'clock': {'start': '2027-01', 'months': 2, 'hours_per_month': 1},"
        " 'products': {'p': {'requests_per_month': 60, 'growth': {'process': 'series',"
        "   'series': [1.2, 2.75]}, 'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {'contracts': {'c': {" LIST ", 'commitment': {'usd_per_minute': 2}}}}},"
        " 'strategies': {'s': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    check_near(l.bill[0], 120, 1e-9, "1.20", __LINE__);
    check_near(l.bill[1], 165, 1e-9, "2.75", __LINE__);
    close_fixture(&f);
}

/* ---- Contracts that are left, (92), (95) */

static ledger left_after_two_months(const char *commitment)
{
    char text[2048];
    snprintf(text, sizeof text,
             CLOCK("8") USAGE("30") " 'models': {'m': {'contracts': {"
             "  'c': {" LIST ", 'until': 2, 'commitment': {%s}}, 'd': {'from': 2, " DOLLARS "}}},"
             " 'strategies': {'s': {'all': 'm'}}}",
             commitment);
    return run_text(text);
}

static void given_up_early(void **state)
{
    (void)state;
    /* it runs on to the end of its term of 4 months, with nothing drawn */
    ledger l = left_after_two_months("'usd_per_month': 100, 'term_months': 4");
    bills_are(&l, 100, 100, 130, 130, 30, 30, 30, 30);
    /* a quarter of the 2 months that remain, or of 2 and 4 and a half more at the ramp */
    l = left_after_two_months("'usd_per_month': 100, 'term_months': 4, 'early_exit_share': 0.25");
    bills_are(&l, 100, 100, 30 + 50, 30, 30, 30, 30, 30);
    near(amount(&l, 2, "early exit"), 50);
    l = left_after_two_months("'usd_per_month': 100, 'term_months': 4, 'terms': 2,"
                              "'ramp': [1, 0.5], 'early_exit_share': 0.25");
    bills_are(&l, 100, 100, 30 + 100, 30, 30, 30, 30, 30);
    /* arrears: 400 - 60 drawn, and 800 of the next term; upfront: that alone; monthly: 2 of 4 */
#define TERMS(payment) "'usd_per_term': 400, 'term_months': 4, 'terms': 2, 'ramp': [1, 2],"  \
                       "'early_exit_share': 0.5, 'payment': '" payment "'"
    l = left_after_two_months(TERMS("arrears"));
    bills_are(&l, 30, 30, 30 + 570, 30, 30, 30, 30, 30);
    l = left_after_two_months(TERMS("upfront"));
    bills_are(&l, 400, 0, 30 + 400, 30, 30, 30, 30, 30);
    l = left_after_two_months(TERMS("monthly"));
    bills_are(&l, 100, 100, 30 + 500, 30, 30, 30, 30, 30);
}

/* ---- Agreements, (96) */

/* Models a and b take 60 and 40 of 100 requests. */
static ledger two_contracts(const char *agreement)
{
    char text[2048];
    snprintf(text, sizeof text,
             CLOCK("4") " 'products': {'p': {'requests_per_month': 100,"
             "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
             " 'agreements': {'g': {%s}},"
             " 'models': {'a': {'provider': 'acme', 'contracts': {'c': {'agreement': 'g',"
             "    'tax_share': 0.5, " DOLLARS "}},"
             "  'b': {'contracts': {'c': {'agreement': 'g', " DOLLARS "}}},"
             " 'strategies': {'s': {'all': 'a', 'routes': {'*': {'b': {'share': 0.4}}}}}}",
             agreement);
    return run_text(text);
}

static void agreements(void **state)
{
    (void)state;
    /* 60 * 1.5 with tax, 40 without; the difference is a's and taxed */
    ledger l = two_contracts("'commitment': {'usd_per_month': 150}");
    bills_are(&l, 130 + 75, 130 + 75);
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 110.0 / 150);
    /* 10 % of what is beyond 50, or of all when it is reached */
#define SPEND(shape, edge, from) "'spend_discount': {'shape': '" shape "', 'edge': '" edge "',"  \
                                 "'steps': [{'from_usd': " from ", 'discount_share': 0.1}]}"
    l = two_contracts(SPEND("graduated", ">", "50"));
    bills_are(&l, 130 - 7.5);
    l = two_contracts(SPEND("cliff", ">", "100"));
    bills_are(&l, 130);
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 0.6);
    l = two_contracts(SPEND("cliff", ">=", "100"));
    bills_are(&l, 130 - 15);
    /* 100 less 10, 9 free, then a credit of 100 for 2 months: 81 and 19 */
    l = two_contracts(SPEND("cliff", ">=", "100") ", 'free_usd_per_month': 9, 'credit_usd': 100,"
                      "'credit_months': 2");
    bills_are(&l, 40 + 1.5 * -40, 40 + 1.5 * (60 - 10 - 9 - 19), 40 + 1.5 * 41);
    near(amount(&l, 0, "credit used"), -81);
    near(amount(&l, 0, "free amount"), -9);
    l = two_contracts("'credit_usd': 1000, 'credit_months': 2");
    bills_are(&l, 40 - 60, 40 - 60, 130, 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_in_arrears),
        cmocka_unit_test(a_year_paid_apart),
        cmocka_unit_test(months_and_what_they_leave),
        cmocka_unit_test(terms_of_a_strategy),
        cmocka_unit_test(amounts_by_hour_minute_and_day),
        cmocka_unit_test(days_of_a_week),
        cmocka_unit_test(a_minute_of_scale_tier),
        cmocka_unit_test(given_up_early),
        cmocka_unit_test(agreements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
