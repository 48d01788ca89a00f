/* test_model_certain.c -- the fast engine on scenarios without chance: bills worked out
 * by hand, trends in closed form, payback and rates of return of known flows.
 *
 * Nothing is statistical: no false alarms.  Each tolerance says what it covers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

/* ---- A ledger by hand -------------------------------------------------------- */

/* chat: 10^6 requests of 1000 input tokens (500 read from a cache, 250 written to it,
 *   250 fresh) and 200 output tokens.  On the large model, with a quarter off:
 *   (250 * 4 + 500 * 0.4 + 250 * 5 + 200 * 20) / 10^6 * 0.75 = 0.0048375 USD: 4837.5 a month.
 * search: 2, 4, 6, 6 million requests of 130 input and 65 output tokens (100 and 50 words).
 *   Large: (130 * 4 + 65 * 20) / 10^6 * 0.75 = 0.001365 USD: 2730, 5460, 8190, 8190.
 *   House, half of it in batches at half price: (130 * 1 + 65 * 2) / 10^6 * 0.75
 *   = 0.000195 USD.
 * Share of search on the house model: 0.6 times a ramp of 0, 0, 1/2, 1. */
static const char two_products[] =
    "{'name': 'ledger', 'clock': {'start': '2026-07', 'months': 4},"
    " 'discount_rate_per_year': 0.1,"
    " 'products': {"
    "  'chat': {'requests_per_month': 1e6, 'request': {'input_tokens': 1000,"
    "    'output_tokens': 200, 'cache_read_share': 0.5, 'cache_write_share': 0.25}},"
    "  'search': {'requests_per_month': 2e6,"
    "    'growth': {'process': 'series', 'series': [1, 2, 3]},"
    "    'request': {'input_words': 100, 'output_words': 50}}},"
    " 'models': {"
    "  'large': {'contracts': {'c': {'billing': 'per_token', 'discount_share': 0.25,"
    "    'usd_per_mtok': {'input': 4, 'output': 20, 'cache_read': 0.4, 'cache_write': 5},"
    "    'commitment': {'usd_per_month': 9000}}}},"
    "  'house': {'contracts': {'c': {'billing': 'per_token',"
    "    'service_classes': {'batch': {'share': 0.5, 'factor': 0.5}},"
    "    'usd_per_mtok': {'input': 1, 'output': 2},"
    "    'staff_usd_per_month': 100}}}},"
    " 'strategies': {"
    "  'stay': {'all': 'large'},"
    "  'mix': {'all': 'large', 'routes': {'search': {'house':"
    "    {'share': 0.6, 'from': 1, 'ramp_months': 2}}}}}}";

/* stay: 4837.5 + 2730 = 7567.5, raised to the commitment of 9000; 10297.5; 13027.5 twice.
 * mix: 9000, for the house model is not held before month 1;
 *   10297.5 + 100 of staff = 10397.5;
 *   4837.5 + 0.7 * 8190 + 1.8e6 * 0.000195 + 100 = 4837.5 + 5733 + 351 + 100 = 11021.5;
 *   4837.5 + 0.4 * 8190 = 8113.5, raised to 9000, + 3.6e6 * 0.000195 = 702 + 100 = 9802. */
static const double bills_by_hand[2][4] = {{9000, 10297.5, 13027.5, 13027.5},
                                           {9000, 10397.5, 11021.5, 9802}};

/* Tolerance 1e-14: a few roundings of sums of products. */
static void ledger_months(void **state)
{
    (void)state;
    world m = open_text(two_products);
    run(&m, 3);
    for (size_t s = 0; s < 2; s++)
        for (size_t t = 0; t < 4; t++)
            CLOSE(bill(&m, s, t), bills_by_hand[s][t], 1e-14);
    CLOSE(figure(&m, 0, "cost_total_usd"), 45352.5, 1e-14);
    CLOSE(figure(&m, 1, "cost_total_usd"), 40221, 1e-14);
    CLOSE(figure(&m, 1, "saving_total_usd"), 5131.5, 1e-13);
    CLOSE(figure(&m, 1, "saving_usd_per_year"), 15394.5, 1e-13); /* of a third of a year */
    CLOSE(figure(&m, 0, "peak_month_usd"), 13027.5, 1e-14);
    assert_true(figure(&m, 0, "peak_month") == 2);
    CLOSE(figure(&m, 1, "peak_month_usd"), 11021.5, 1e-14);
    /* cumulative saving 0, -100, 1906, 5131.5 */
    assert_true(figure(&m, 1, "payback_months") == 2);
    /* -100 v + 2006 v^2 + 3225.5 v^3 = 0; rate v^-12 - 1 */
    double v = (-2006 + sqrt(2006.0 * 2006 + 4 * 3225.5 * 100)) / (2 * 3225.5);
    CLOSE(figure(&m, 1, "irr_per_year"), pow(v, -12) - 1, 1e-10);
    /* all of a path is the same path */
    for (size_t s = 0; s < 2; s++)
        assert_true(statistics_of(&m, s, "cost_npv_usd").sd.value == 0);
    /* large 9000 + 10297.5 + 10570.5 + 9000 = 38868, house 351 + 702, without staff */
    CLOSE(figure(&m, 1, "provider_top_share"), 38868 / 39921.0, 1e-14);
    CLOSE(figure(&m, 1, "provider_hhi"),
          (38868.0 * 38868 + 1053.0 * 1053) / (39921.0 * 39921), 1e-14);
    /* tokens: 4 * 1200 * 10^6 + 18 * 195 * 10^6 = 8310 million */
    CLOSE(figure(&m, 1, "effective_usd_per_mtok"), 40221 / 8310.0, 1e-14);
    close_world(&m);
}

/* Discounting at 10 % a year from the start, the middle and the end of each month. */
static void ledger_present_value(void **state)
{
    (void)state;
    static const char *const timing[] = {"start", "mid", "end"};
    world base = open_text(two_products);
    for (int k = 0; k < 3; k++) {
        ds_override when = {"/timing", timing[k]};
        world       m = open_with(&base, &when, 1);
        run(&m, 1);
        for (size_t s = 0; s < 2; s++) {
            double wanted = 0;
            for (int t = 0; t < 4; t++)
                wanted += bills_by_hand[s][t] * pow(1.1, -(t + 0.5 * k) / 12);
            CLOSE(figure(&m, s, "cost_npv_usd"), wanted, 1e-14);
            assert_true(figure(&m, s, "saving_npv_usd") ==
                        figure(&m, 0, "cost_npv_usd") - figure(&m, s, "cost_npv_usd"));
        }
        close_world(&m);
    }
    close_world(&base);
}

/* ---- Trends ------------------------------------------------------------------ */

/* One product whose bill is its number of requests over 10^6: one token a request at
 * 1 USD per 10^6 tokens. */
#define ONE_DOLLAR(clock_and_more, product, model)                                       \
    "{'name': 'one', " clock_and_more ","                                                \
    " 'products': {'p': {'request': {'input_tokens': 1, 'output_tokens': 0}, " product   \
    "}}, 'models': {'m': {" model " 'contracts': {'c': {'billing': 'per_token',"         \
    " 'usd_per_mtok': {'input': 1, 'output': 0}}}}},"                                    \
    " 'strategies': {'stay': {'all': 'm'}}}"

/* F(1..10) of the Bass curve with p = 0.03, q = 0.38, twelve digits, from its closed
 * form in another program.  requests(y) = 1 + (C - 1) F(y), C = 10^6.  1e-12 is the
 * rounding of the table; subtracting 1 costs nothing. */
static void bass(void **state)
{
    (void)state;
    static const double adopted[] = {.0357581642564, .0850562814022, .150500071964,
                                     .233150471732,  .331198642491,  .439235217873,
                                     .549009741658,  .651737585959,  .740727106336,
                                     .812803221221};
    world m = open_text(ONE_DOLLAR("'clock': {'start': '2026-07', 'months': 121}",
                                   "'requests_per_month': 1e6, 'growth': {'process': 'bass',"
                                   " 'ceiling_factor': 1e6}", ""));
    run(&m, 1);
    assert_true(bill(&m, 0, 0) == 1);
    for (size_t year = 1; year <= 10; year++)
        NEAR((bill(&m, 0, 12 * year) - 1) / (1e6 - 1), adopted[year - 1], 1e-12);
    close_world(&m);
}

/* Ceiling 10, growth of a small base r = ln 2: 10/(1 + 9 * 2^-y). */
static void logistic(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR("'clock': {'start': '2026-07', 'months': 37}",
                                   "'requests_per_month': 1e6, 'growth': {'process': 'logistic',"
                                   " 'per_year': 1, 'ceiling_factor': 10}", ""));
    run(&m, 1);
    CLOSE(bill(&m, 0, 12), 10 / 5.5, 1e-14);
    CLOSE(bill(&m, 0, 24), 10 / 3.25, 1e-14);
    CLOSE(bill(&m, 0, 36), 10 / 2.125, 1e-14);
    close_world(&m);
}

/* The yearly log growth falls from 0.5 to 0.1 at speed 2: after y years
 * exp(0.1 y + 0.4 (1 - e^(-2 y))/2). */
static void slowing(void **state)
{
    (void)state;
    world m = open_format(ONE_DOLLAR("'clock': {'start': '2026-07', 'months': 37}",
                                     "'requests_per_month': 1e6, 'growth': {'per_year': %.17g,"
                                     " 'slows_to_per_year': %.17g, 'slowing_per_year': 2}", ""),
                          expm1(0.5), expm1(0.1));
    run(&m, 1);
    for (int t = 0; t <= 36; t += 9)
        CLOSE(bill(&m, 0, (size_t)t), exp(0.1 * t / 12 + 0.2 * -expm1(-t / 6.0)), 1e-13);
    close_world(&m);
}

/* A release each month halves the price: L(t) = 2^-t.  With elasticity 0.7 requests grow
 * as 2^(0.7 t), and the bill is 2^(-0.3 t). */
static void elasticity(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR("'clock': {'start': '2026-07', 'months': 25}",
                                   "'requests_per_month': 1e6, 'price_elasticity': 0.7,"
                                   " 'price_of': 'm', 'value_usd_per_request': 1",
                                   "'price_path': {'releases': 'fixed',"
                                   " 'release_every_months': 1, 'change_at_release': 0.5},"));
    double requests = 0;
    run(&m, 1);
    for (int t = 0; t < 25; t++) {
        CLOSE(bill(&m, 0, (size_t)t), pow(2, -0.3 * t), 1e-13);
        requests += 1e6 * pow(2, 0.7 * t);
    }
    CLOSE(figure(&m, 0, "served_value_usd"), requests, 1e-13);
    close_world(&m);
}

/* ---- Known flows ------------------------------------------------------------- */

/* A strategy whose saving of month t is flow[t]: the baseline pays for the requests of
 * `in`, the strategy for those of `out`, each request one dollar. */
static world open_flows(const double *flow, size_t months, const char *more)
{
    char   text[65536], series[2][30000] = {"", ""};
    size_t used[2] = {0, 0};
    for (size_t t = 0; t < months; t++)
        for (int k = 0; k < 2; k++) {
            double x = k == 0 ? fmax(flow[t], 0) : fmax(-flow[t], 0);
            used[k] += (size_t)snprintf(series[k] + used[k], sizeof series[k] - used[k],
                                        "%s%.17g", t == 0 ? "" : ", ", x);
            assert_true(used[k] < sizeof series[k]);
        }
#define FLOW_PRODUCT(name)                                                               \
    "'" name "': {'requests_per_month': 1, 'growth': {'process': 'series', 'series':"    \
    " [%s]}, 'request': {'input_tokens': 1e6, 'output_tokens': 0}}"
#define FLOW_MODEL(name, price)                                                          \
    "'" name "': {'contracts': {'c': {'billing': 'per_token',"                           \
    " 'usd_per_mtok': {'input': " price ", 'output': 0}}}}"
    int length = snprintf(
        text, sizeof text,
        "{'name': 'flows', 'clock': {'start': '2026-07', 'months': %zu}%s,"
        " 'products': {" FLOW_PRODUCT("in") ", " FLOW_PRODUCT("out") "},"
        " 'models': {" FLOW_MODEL("paid", "1") ", " FLOW_MODEL("free", "0") "},"
        " 'strategies': {"
        "  'base': {'all': 'free', 'routes': {'in': {'paid': {'share': 1}}}},"
        "  'project': {'all': 'free', 'routes': {'out': {'paid': {'share': 1}}}}}}",
        months, more, series[0], series[1]);
    assert_true(length > 0 && (size_t)length < sizeof text);
    world m = open_text(text);
    run(&m, 1);
    return m;
}

enum { MANY = -2, NO_RATE = -1 }; /* in place of a rate of return */

typedef struct {
    const char *origin;
    size_t      months;
    double      rate;    /* per month, or MANY, NO_RATE */
    double      payback; /* by hand                     */
    double      flow[12];
} flow_case;

/* Rates: test suites of other programs, as named, to the digits given there or
 * recomputed to twelve.  Paybacks: by hand from the cumulative flows. */
static const flow_case flow_cases[] = {
    {"spreadsheet manual, 5 years", 6, .0866309480365, 5,
     {-70000, 12000, 15000, 18000, 21000, 26000}},
    {"spreadsheet manual, 4 years", 5, -.0212448482734, (double)INFINITY,
     {-70000, 12000, 15000, 18000, 21000}},
    {"numpy-financial manual", 5, .28094842116, 3, {-100, 39, 59, 55, 20}},
    {"roots 10 % and 20 %", 3, MANY, (double)INFINITY, {-1000, 2300, -1320}},
    {"numpy-financial issue 28: -.77 and 1.85", 5, MANY, 2, {-50, -100, 600, 300, -100}},
    {"numpy-financial issue 44; a second root, -.99979, is out of range", 8, 1.00426984872, 2,
     {-1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99, 4789.91, -1}},
    {"nine equal flows", 11, .205414212563, 5,
     {-900, -500, 400, 400, 400, 400, 400, 400, 400, 400, 400}},
    {"discriminant -20000", 3, NO_RATE, 2, {100, -200, 150}},
    {"no change of sign", 4, NO_RATE, (double)INFINITY, {-100, 0, 0, -7}},
};

/* (75b) at the default discount rate, 10 % a year, as it is defined; it is above that rate
 * exactly when the present value is positive. */
static void check_modified(world *m, const flow_case *c)
{
    const double month = pow(1.1, 1.0 / 12);
    double       in = 0, out = 0, mirr = figure(m, 1, "mirr_per_year");
    for (size_t t = 0; t < c->months; t++) {
        in += fmax(-c->flow[t], 0) * pow(month, -(double)t);
        out = out * month + fmax(c->flow[t], 0);
    }
    if (in == 0 || out == 0) {
        assert_true(in == 0 ? isnan(mirr) : mirr == -1);
        return;
    }
    NEAR(pow(1 + mirr, ((double)c->months - 1) / 12), out / in, 1e-10 * out / in);
    assert_true((mirr > 0.1) == (figure(m, 1, "saving_npv_usd") > 0));
}

/* 1e-11: the reference values have twelve digits. */
static void known_flows(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof flow_cases / sizeof *flow_cases; k++) {
        const flow_case *c = &flow_cases[k];
        world            m = open_flows(c->flow, c->months, "");
        double           rate = figure(&m, 1, "irr_per_year");
        bool             one = c->rate > NO_RATE;
        double           sum = 0;
        for (size_t t = 0; t < c->months; t++)
            sum += c->flow[t];
        if (figure(&m, 1, "payback_months") != c->payback || one == (bool)isnan(rate) ||
            figure(&m, 1, "irr_unique") != (one ? 1 : 0) ||
            figure(&m, 1, "irr_multiple") != (c->rate == MANY ? 1 : 0))
            fail_msg("%s: payback %g, rate %g, unique %g, multiple %g", c->origin,
                     figure(&m, 1, "payback_months"), rate, figure(&m, 1, "irr_unique"),
                     figure(&m, 1, "irr_multiple"));
        if (one)
            NEAR(pow(1 + rate, 1.0 / 12) - 1, c->rate, 1e-11);
        NEAR(figure(&m, 1, "saving_total_usd"), sum, 1e-10);
        check_modified(&m, c);
        close_world(&m);
    }
}

/* Long loans.  numpy-financial issue 98: 16 payments of 327.24625 for 10000; pyxirr
 * issue 24: 480 payments. */
static void long_loans(void **state)
{
    (void)state;
    static const struct {
        double first, then, rate;
        size_t count;
    } loans[] = {{-10000, 327.24625, -.0676541134497, 16},
                 {-172545.848122807, 787.735232517999, .00384010481257, 480}};
    for (int k = 0; k < 2; k++) {
        double flow[481] = {loans[k].first};
        for (size_t t = 1; t <= loans[k].count; t++)
            flow[t] = loans[k].then;
        world m = open_flows(flow, loans[k].count + 1, "");
        NEAR(pow(1 + figure(&m, 1, "irr_per_year"), 1.0 / 12) - 1, loans[k].rate, 1e-12);
        assert_true(figure(&m, 1, "irr_unique") == 1);
        close_world(&m);
    }
}

/* The NPV example of a spreadsheet's manual, periods as months: 10 % a month is
 * 1.1^12 - 1 a year, the first flow counts at the end of its month.  1e-8 is the rounding
 * of the value quoted.  And an annuity: 36 months at 1 %. */
static void known_present_values(void **state)
{
    (void)state;
    static const double flow[] = {-10000, 3000, 4200, 6800};
    double              ones[36];
    char                more[100];
    for (int t = 0; t < 36; t++)
        ones[t] = 1;
    snprintf(more, sizeof more, ", 'timing': 'end', 'discount_rate_per_year': %.17g",
             pow(1.1, 12) - 1);
    world m = open_flows(flow, 4, more);
    NEAR(figure(&m, 1, "saving_npv_usd"), 1188.44341234, 1e-8);
    close_world(&m);
    snprintf(more, sizeof more, ", 'timing': 'end', 'discount_rate_per_year': %.17g",
             pow(1.01, 12) - 1);
    m = open_flows(ones, 36, more);
    NEAR(figure(&m, 0, "cost_npv_usd"), 30.1075050373, 1e-10);
    assert_true(figure(&m, 1, "payback_months") == 0);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ledger_months), cmocka_unit_test(ledger_present_value),
        cmocka_unit_test(bass),          cmocka_unit_test(logistic),
        cmocka_unit_test(slowing),       cmocka_unit_test(elasticity),
        cmocka_unit_test(known_flows),   cmocka_unit_test(long_loans),
        cmocka_unit_test(known_present_values),
    };
    return cmocka_run_group_tests_name("model, certain", tests, NULL, NULL);
}
