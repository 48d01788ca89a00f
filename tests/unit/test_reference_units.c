/* test_reference_units.c -- compute-time units of the naive engine, (16), (32), (42)-(44) and
 * (52)-(54), against bills worked out by hand.
 *
 * A unit serves 1000 weighted tokens a minute and a request has 1000, so that a request is
 * a minute of a unit: in a month of 720 hours, 43,200 requests a month are one a minute and
 * the load of one unit.  A unit-hour costs 1 USD.  Tolerance: 1e-12 relative, or 1e-9 USD
 * where a sum over the points of the week stands behind the figure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference_ledger.h"

#include "numerics/lanes.h"

#define MINUTE_REQUEST "'request': {'input_tokens': 1000, 'output_tokens': 0}"
/* a day of 12 hours at 1.5 and 12 at 0.5 times the mean */
#define TWO_LEVELS                                                                       \
    ", 'hour_shape': [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,"        \
    "0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]"
#define POOL "'usd_per_unit_hour': 1, 'tokens_per_minute': 1000"

/* Requests a minute (a series of months), what else the product and the contract say, and what
 * else the pool of units says. */
static ledger units(size_t months, const char *a_minute, const char *product, const char *contract,
                    const char *pool)
{
    char text[4096];
    bool own = strstr(contract, "target_utilisation") != NULL || strstr(pool, "held") != NULL ||
               strstr(contract, "metered") != NULL;
    snprintf(text, sizeof text,
             "{'name': 'units', 'clock': {'start': '2027-01', 'months': %zu,"
             "   'hours_per_month': 720},"
             " 'products': {'p': {'requests_per_month': 43200, 'growth': {'process': 'series',"
             "   'series': [%s]}, 'value_usd_per_request': 1, " MINUTE_REQUEST "%s}},"
             " 'models': {'m': {'contracts': {'c': {'billing': 'compute_time',"
             "   %s%s, 'units': {'u': {" POOL "%s}}}}}},"
             " 'strategies': {'s': {'all': 'm'}}}",
             months, a_minute, product, own ? "" : "'target_utilisation': 1, ", contract, pool);
    fixture f = open_fixture(text);
    ledger  l = run(f.plan, 1, 0, 0);
    for (size_t i = 0; i < l.rows; i++)
        assert_true(l.row[i].quantity * l.row[i].unit_price_usd == l.row[i].amount_usd);
    close_fixture(&f);
    return l;
}

static void is(const ledger *l, size_t month, double want, int line)
{
    check_near(l->bill[month], want, 1e-9, "bill", line);
}
#define IS(l, month, want) is(&(l), month, want, __LINE__)

/* ---- Sizes, (43) */

static void settled_by_month_day_hour_minute(void **state)
{
    (void)state;
    /* 2.2 on average, 3.3 and 1.1 in the two halves of each day */
    ledger l = units(1, "2.2", TWO_LEVELS, "'settlement': 'month'", "");
    bills_are(&l, 3 * 720);
    l = units(1, "2.2", TWO_LEVELS ", 'peak_to_mean': 1.5", "'settlement': 'month'", "");
    bills_are(&l, 4 * 720);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'day'", "");
    IS(l, 0, 4 * 720);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'hour'", "");
    IS(l, 0, (4 + 2) * 360);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'minute'", "");
    IS(l, 0, (4 + 2) * 360);
    /* a peak of 3 is twice what the hours say */
    l = units(1, "2.2", TWO_LEVELS ", 'peak_to_mean': 3", "'settlement': 'hour'", "");
    IS(l, 0, (7 + 3) * 360);
    /* by threes, at least 6, of which 10 % stay free: 3.3/0.9 = 3.67 and 1.22 */
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'hour', 'target_utilisation': 0.9",
              ", 'increment': 3");
    IS(l, 0, (6 + 3) * 360);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'hour'", ", 'increment': 3, 'minimum': 6");
    IS(l, 0, 6 * 720);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'metered'", "");
    bills_are(&l, 2.2 * 720);
    /* a whole number is not one too many */
    l = units(1, "2", "", "'settlement': 'minute'", "");
    IS(l, 0, 2 * 720);
}

/* g_n with cv 1: the means of a lognormal between the quantiles of (16).  The load of 1 needs
 * ceil(g_n) units in each part of the minutes; an hour needs those of its highest. */
static void minutes_have_noise(void **state)
{
    (void)state;
    static const double to[] = { 8, 16, 24, 32, 40, 48, 56, 60, 62, 63, 64 }; /* of 64 */
    double a = sqrt(log(2)), sum = 0, mean = 0, last = 0, below = 0, from = 0;
    for (size_t n = 0; n < 11; n++) {
        double share = (to[n] - from) / 64;
        double above = n == 10 ? 1 : ds_normal_cdf(ds_normal_quantile(to[n] / 64) - a);
        last = (above - below) / share;
        sum += ceil(last) * share;
        mean += last * share;
        below = above;
        from = to[n];
    }
    check_near(mean, 1, 1e-14, "mean of g", __LINE__);
    ledger l = units(1, "1", ", 'minute_cv': 1", "'settlement': 'minute'", "");
    IS(l, 0, sum * 720);
    l = units(1, "1", ", 'minute_cv': 1", "'settlement': 'hour'", "");
    IS(l, 0, ceil(last) * 720);
}

/* Weekends at half of the mean: 168 values. */
static void weeks(void **state)
{
    (void)state;
    char   shape[2048] = ", 'hour_shape': [";
    size_t used = strlen(shape);
    for (size_t h = 0; h < 168; h++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%s", h > 0 ? "," : "",
                                 h < 120 ? "1.2" : "0.5");
    snprintf(shape + used, sizeof shape - used, "]");
    ledger l = units(1, "5", shape, "'settlement': 'day'", "");
    IS(l, 0, (6 * 5 + 3 * 2) * 720.0 / 7);
}

/* ---- Pools and weights, (32) */

static void pools_and_weights(void **state)
{
    (void)state;
    /* 1000 fresh at 1 and 1000 read at 0.25; 2000 out in a pool of their own; 3 meters at 100 */
    fixture f = open_fixture(
        "{'name': 'pools', 'clock': {'start': '2027-01', 'months': 1, 'hours_per_month': 720},"
        " 'products': {'p': {'requests_per_month': 43200, 'request': {'input_tokens': 2000,"
        "   'output_tokens': 2000, 'cache_read_share': 0.5, 'meters': {'images': 3}}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'compute_time',"
        "   'settlement': 'metered', 'tiers': {'long': {'of': 'request_input', 'shape': 'cliff',"
        "     'steps': [{'from': 1000, 'factors': {'input': 2, 'output': 1.5}}]}}, 'units': {"
        "     'in': {'usd_per_unit_hour': 1, 'tokens_per_minute': 1000,"
        "       'weights': {'output': 0, 'cache_read': 0.25}, 'meter_weights': {'images': 100}},"
        "     'out': {'usd_per_unit_hour': 2, 'tokens_per_minute': 1000,"
        "       'weights': {'input': 0, 'cache_read': 0}}}}}}},"
        " 'strategies': {'s': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    near(amount(&l, 0, "compute time, in"), 720 * (2 * 1000 + 2 * 250 + 300) / 1000);
    near(amount(&l, 0, "compute time, out"), 720 * 2 * 3);
    close_fixture(&f);
}

/* ---- Held and reserved, (44), (52) */

static void reserved_and_on_demand(void **state)
{
    (void)state;
    /* 4 and 2 units are needed in the halves of a day; 3 are reserved at 300 a month */
    ledger l = units(1, "2.2", TWO_LEVELS, "'settlement': 'hour', 'discount_share': 0.1",
                     ", 'reserved_units': 3, 'reserved_usd_per_unit_month': 300");
    IS(l, 0, 0.9 * (900 + 360));
    near(amount(&l, 0, "reserved units"), 810);
    near(find(&l, 0, "reserved units")->quantity, 3);
    check_near(find(&l, 0, "units on demand")->quantity, 360, 1e-9, "unit-hours", __LINE__);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'month'",
              ", 'reserved_units': 5, 'reserved_usd_per_unit_hour': 0.5");
    bills_are(&l, 5 * 360);
}

/* 3 units held under 3.3 and 1.1: a tenth of 11ths of the 3.3 is beyond, 0.3 * 360 hours of
 * minutes: 6480 requests of 1000 tokens at 2000 USD/Mtok and 1 a request, 3 each */
static void load_beyond_units_held(void **state)
{
    (void)state;
#define OVERAGE(how) "'settlement': 'month', 'discount_share': 0.5, 'overage': '" how "',"         \
                     "'usd_per_mtok': {'input': 2000, 'output': 0}, 'usd_per_request': 1"
    ledger l = units(1, "2.2", TWO_LEVELS, OVERAGE("list"), ", 'held': 3");
    IS(l, 0, 3 * 360 + 6480 * 3);
    check_near(amount(&l, 0, "overage, input tokens"), 6480 * 2, 1e-9, "tokens", __LINE__);
    l = units(1, "2.2", TWO_LEVELS, OVERAGE("discounted"), ", 'held': 3");
    IS(l, 0, 3 * 360 + 6480 * 1.5);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'month'", ", 'held': 3");
    IS(l, 0, 3 * 720);
    l = units(1, "2.2", TWO_LEVELS, "'settlement': 'month', 'overage': 'rejected'", ", 'held': 3");
    IS(l, 0, 3 * 720);
    check_near(l.outcome[DS_OUTCOME_UNSERVED], 6480, 1e-8, "rejected", __LINE__);
    check_near(l.outcome[DS_OUTCOME_SERVED_VALUE], 2.2 * 43200 - 6480, 1e-8, "served", __LINE__);
    check_near(amount(&l, 0, "unserved requests"), 6480, 1e-8, "lost", __LINE__);
}

/* ---- Terms, (54) */

static void units_for_a_term(void **state)
{
    (void)state;
    /* needed 1 3 2 4 1 1 1 1: bought 1, 2, 0; in month 3 the 1 is renewed and 1 more bought, in
     * month 4 the 2 are renewed, and so on */
    ledger l = units(8, "1, 3, 2, 4, 1", "", "'settlement': 'term', 'term_months': 3", "");
    bills_are(&l, 720, 3 * 720, 3 * 720, 4 * 720, 4 * 720, 4 * 720, 4 * 720, 4 * 720);
    assert_string_equal(find(&l, 3, "provisioned units")->rule, "(54)");
    /* without renewal: 2 more in month 3, which end in month 6; then 1 is needed */
    l = units(8, "1, 3, 2, 4, 1", "",
              "'settlement': 'term', 'term_months': 3, 'renewal': 'none'", "");
    bills_are(&l, 720, 3 * 720, 3 * 720, 4 * 720, 2 * 720, 2 * 720, 720, 720);
}

/* The contract is followed by a free one in month 2: what was bought in months 0 and 1 is paid for
 * its 3 months.  With a unit reserved at 100 a month: that is due in months 0 and 1, and instead of
 * a unit on demand. */
static void units_outlive_their_contract(void **state)
{
    (void)state;
    static const char *const reserved[] = { "", ", 'reserved_units': 1,"
                                                "'reserved_usd_per_unit_month': 100" };
    static const double want[2][5] = { { 720, 3 * 720, 3 * 720, 2 * 720, 0 },
                                       { 100, 100 + 2 * 720, 3 * 720, 2 * 720, 0 } };
    for (size_t i = 0; i < 2; i++) {
        char text[2048];
        snprintf(text, sizeof text,
            "{'name': 'left', 'clock': {'start': '2027-01', 'months': 5, 'hours_per_month': 720},"
            " 'products': {'p': {'requests_per_month': 43200, 'growth': {'process': 'series',"
            "   'series': [1, 3]}, " MINUTE_REQUEST "}},"
            " 'models': {'m': {'contracts': {'c': {'billing': 'compute_time',"
            "     'target_utilisation': 1, 'settlement': 'term', 'term_months': 3,"
            "     'units': {'u': {" POOL "%s}}}, 'd': {'from': 2, " PER_REQUEST("0") "}}},"
            " 'strategies': {'s': {'all': 'm'}}}", reserved[i]);
        fixture f = open_fixture(text);
        ledger l = run(f.plan, 1, 0, 0);
        check_bills(&l, 5, want[i], __LINE__);
        close_fixture(&f);
    }
}

/* ---- Windows, (53) */

/* 0.2 requests a minute: one in 5 minutes on average, y = 1 for windows of 5 minutes. */
static double hours_up(const char *window)
{
    char text[256];
    snprintf(text, sizeof text, "'settlement': 'window', 'window': {%s}", window);
    ledger l = units(1, "0.2", "", text, "");
    return l.bill[0] / 720;
}

static void windows(void **state)
{
    (void)state;
    const double e = exp(-1);
    check_near(hours_up("'kind': 'sliding'"), 0.5, 1e-12, "sliding", __LINE__);
    check_near(hours_up("'kind': 'grid'"), 1 - e, 1e-12, "grid", __LINE__);
    check_near(hours_up("'kind': 'idle'"), 1 - e, 1e-12, "idle", __LINE__);
    /* starts: r/(1 + y) = 0.1; (1 - e^-1) e^-1/5; 0.2 e^-1 a minute, of half a minute */
    check_near(hours_up("'kind': 'sliding', 'cold_start_minutes': 0.5"), 0.5 + 0.05, 1e-12,
               "sliding", __LINE__);
    check_near(hours_up("'kind': 'grid', 'cold_start_minutes': 0.5"), 1 - e + (1 - e) * e / 10,
               1e-12, "grid", __LINE__);
    check_near(hours_up("'kind': 'idle', 'cold_start_minutes': 0.5"), 1 - e + 0.1 * e, 1e-12,
               "idle", __LINE__);
    /* evenly, in windows of 2 minutes (y = 0.4) and of 6 (1.2: renewed after 10 minutes) */
    check_near(hours_up("'minutes': 2, 'arrivals': 'even', 'cold_start_minutes': 0.5"), 0.4 + 0.1,
               1e-12, "even, short", __LINE__);
    check_near(hours_up("'minutes': 6, 'arrivals': 'even', 'cold_start_minutes': 0.5"),
               0.6 + 0.05, 1e-12, "even, sliding", __LINE__);
    check_near(hours_up("'minutes': 6, 'arrivals': 'even', 'kind': 'idle',"
                        "'cold_start_minutes': 0.5"), 1, 1e-12, "even, idle", __LINE__);
    check_near(hours_up("'minutes': 2, 'arrivals': 'even', 'kind': 'grid',"
                        "'cold_start_minutes': 0.5"), 0.4 + 0.4 / 2 * 0.5, 1e-12, "even, grid",
               __LINE__);
    check_near(hours_up("'minutes': 4, 'arrivals': 'even', 'kind': 'grid',"
                        "'cold_start_minutes': 0.5"), 0.8 + 0.2 / 4 * 0.5, 1e-12, "even, grid",
               __LINE__);
    /* two units a copy; 3 copies when busy: 3.3 and 1.1 requests a minute fill 2 and 1 of them */
    ledger l = units(1, "2.2", TWO_LEVELS, "'settlement': 'window', 'window': {'kind': 'idle',"
                     "'arrivals': 'even'}", ", 'increment': 2");
    IS(l, 0, 2 * (2 + 1) * 360);
    /* nobody calls */
    l = units(1, "0", "", "'settlement': 'window', 'window': {}", "");
    bills_are(&l, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settled_by_month_day_hour_minute),
        cmocka_unit_test(minutes_have_noise),
        cmocka_unit_test(weeks),
        cmocka_unit_test(pools_and_weights),
        cmocka_unit_test(reserved_and_on_demand),
        cmocka_unit_test(load_beyond_units_held),
        cmocka_unit_test(units_for_a_term),
        cmocka_unit_test(units_outlive_their_contract),
        cmocka_unit_test(windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
