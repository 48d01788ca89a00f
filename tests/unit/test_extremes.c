/* test_extremes.c -- numbers at the ends of their ranges: both engines agree, nothing
 * is NAN that should be a number, and what is asked for is served or unserved.
 *
 * Tolerance: 1e-9, because at such numbers sums cancel; and 1e-12 of what the bill
 * would be at list, for a commitment that rejects everything makes nothing of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>

#include "scenario_help.h"

enum { PATHS = 4, MONTHS = 14 };
#define ASKED (1e6 * MONTHS)

/* Quotes are single here. */
static ds_scenario *scenario_of(const char *contract, const char *request, const char *root)
{
    static char text[8192];
    snprintf(text, sizeof text,
             "{'name': 'x', 'clock': {'start': '2024-01', 'months': 14, 'calendar_hours': true},%s"
             "'products': {'p': {'requests_per_month': 1e6, %s}},"
             "'models': {'m': {'price_path': {'release_every_months': 1, 'releases': 'fixed',"
             "'change_at_release': 0.01}, 'contracts': {'c': {%s}}}},"
             "'strategies': {'s': {'all': 'm'}}}", root, request, contract);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    return parse(text);
}

static double mean_of(const ds_result *r, const char *outcome)
{
    return ds_result_statistics(r, 0, ds_outcome_find(outcome)).mean.value;
}

static bool is_none(const ds_result *r, const char *outcome)
{
    return ds_result_statistics(r, 0, ds_outcome_find(outcome)).defined == 0;
}

/* Both engines, in this order. */
static void run_both(const ds_scenario *s, ds_result *results[2])
{
    ds_plan *plan;
    ds_error err;
    assert_int_equal(ds_plan_compile(s, &plan, &err), DS_OK);
    for (int engine = 0; engine < 2; engine++) {
        const ds_run_options options = {.path_count = PATHS, .seed = 1, .threads = 1,
                                        .engine = (ds_engine)engine};
        if (ds_run(plan, &options, &results[engine], &err) != DS_OK)
            fail_msg("engine %d: %s", engine, err.message);
    }
    ds_plan_free(plan);
}

#define TOKEN "'billing': 'per_token', 'usd_per_mtok': {'input': 3, 'output': 15}"
#define UNITS(POOL) "'billing': 'compute_time', 'units': {'u': {'usd_per_unit_hour': 2, " \
    "'tokens_per_minute': 1e4" POOL "}}"
#define REQUEST "'request': {'input_tokens': 1000, 'output_tokens': 200}"
#define AT_LIST 1e8 /* [USD] roughly, of all months together, at most */

/* Everything beyond what is committed or held is refused, and next to nothing is. */
static void test_all_rejected(void **state)
{
    (void)state;
    static const char *const contracts[] = {
        TOKEN ", 'commitment': {'usd_per_month': 0, 'overage': 'rejected'}",
        TOKEN ", 'commitment': {'usd_per_hour': 0, 'overage': 'rejected'}",
        TOKEN ", 'commitment': {'usd_per_month': 1e-9, 'overage': 'rejected'}, "
              "'follows_price_path': false",
        UNITS(", 'held': 0") ", 'overage': 'rejected'",
    };
    for (size_t i = 0; i < sizeof contracts / sizeof *contracts; i++) {
        ds_scenario *s = scenario_of(contracts[i], REQUEST, "");
        ds_result   *r[2];
        run_both(s, r);
        for (int engine = 0; engine < 2; engine++) {
            expect_near(mean_of(r[engine], "unserved_requests"), ASKED, 1e-9 * ASKED);
            assert_true(is_none(r[engine], "effective_usd_per_mtok"));
            assert_true(is_none(r[engine], "escalated_share"));
            ds_result_free(r[engine]);
        }
        ds_scenario_free(s);
    }
}

static void test_engines_agree(void **state)
{
    (void)state;
    static const struct {
        const char *contract, *request, *root;
    } cases[] = {
        {TOKEN ", 'discount_share': 1", REQUEST, ""},
        {TOKEN ", 'commitment': {'usd_per_term': 1e15, 'term_months': 1200, 'terms': 100, "
               "'ramp': [0]}", REQUEST, " 'money': 'real', 'inflation_per_year': 0.3,"},
        {TOKEN ", 'commitment': {'usd_per_minute': 1e12, 'discount_share': 0.99}", REQUEST, ""},
        {TOKEN ", 'commitment': {'credits_per_month': 1e15, 'usd_per_credit': 1e-9}, "
               "'usd_per_credit': 1e-9", REQUEST, ""},
        {TOKEN ", 'tiers': {'t': {'of': 'request_input', 'shape': 'cliff', 'steps': "
               "[{'from': 0, 'factor': 0.5}, {'from': 1e18, 'factor': 2}]}}",
         "'request': {'input_tokens': 1000, 'output_tokens': 200, 'input_cv': 100}", ""},
        {TOKEN ", 'tiers': {'t': {'of': 'request_input', 'shape': 'cliff', 'steps': "
               "[{'from': 0, 'factor': 0.5}, {'from': 1, 'factor': 2}]}}",
         "'request': {'input_tokens': 0, 'output_tokens': 200, 'input_cv': 3}", ""},
        {UNITS(", 'increment': 1000000") ", 'settlement': 'minute'",
         REQUEST ", 'minute_cv': 10, 'peak_to_mean': 1000", ""},
        {UNITS(", 'held': 1e12") ", 'settlement': 'term', 'term_months': 1200", REQUEST, ""},
        {UNITS("") ", 'settlement': 'window', 'window': {'minutes': 0.001, 'kind': 'idle', "
                   "'cold_start_minutes': 1e4}",
         REQUEST ", 'minute_cv': 10, 'hour_shape': [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
                 "0,24]", ""},
        {TOKEN ", 'rounding': 'line', 'rounding_usd': 1e6", REQUEST, ""},
    };
    static const char *const outcomes[] = {"cost_npv_usd", "cost_total_usd", "peak_month_usd",
                                           "unserved_requests"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ds_scenario *s = scenario_of(cases[i].contract, cases[i].request, cases[i].root);
        ds_result   *r[2];
        run_both(s, r);
        for (size_t k = 0; k < sizeof outcomes / sizeof *outcomes; k++) {
            const double slow = mean_of(r[1], outcomes[k]);
            expect_near(mean_of(r[0], outcomes[k]), slow, 1e-9 * fabs(slow) + 1e-12 * AT_LIST);
        }
        assert_in_range((uintmax_t)mean_of(r[0], "unserved_requests"), 0, (uintmax_t)ASKED);
        ds_result_free(r[0]);
        ds_result_free(r[1]);
        ds_scenario_free(s);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_rejected),
        cmocka_unit_test(test_engines_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
