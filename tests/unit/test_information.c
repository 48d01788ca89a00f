/* test_information.c -- the value of information of scenarios, against closed forms.
 *
 * Stay costs T p, T the requests of 10^6 tokens and p the price of a million; the other course
 * costs F, whatever happens.  Means of what is above 0 are worked out here by quadrature over
 * one normal number (trapezoid, 4001 points from -8 to 8), the other by the formula of Black
 * and Scholes or that of a normal number.
 * Tolerance: 4 of the standard errors that are told, and 1 %, at the default effort of 65,536
 * paths; the seed is fixed, and 4 would fail for one fresh seed in 16,000.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "distillsim_information.h"
#include "load_text.h"
#include "numerics/lanes.h"

#define SCENARIO(months, more, requests, growth, fixed)                                     \
    "{'name': 'i', 'clock': {'start': '2027-01', 'months': " months "}, 'timing': 'start'," \
    " 'discount_rate_per_year': 0, " more                                                   \
    " 'products': {'p': {'request': {'input_tokens': 1e6, 'output_tokens': 0},"              \
    "   'requests_per_month': " requests growth "}},"                                       \
    " 'models': {"                                                                          \
    "   'large': {'contracts': {'c': {'billing': 'per_token',"                              \
    "     'usd_per_mtok': {'input': {'normal': {'mean': 10, 'sd': 1}}, 'output': 0}}}},"     \
    "   'house': {'contracts': {'c': {'billing': 'per_token', 'staff_usd_per_month': " fixed "," \
    "     'usd_per_mtok': {'input': 0, 'output': 0}}}}},"                                   \
    " 'strategies': {'stay': {'all': 'large'}, 'move': {'all': 'house'}}}"
#define LOGNORMAL "{'lognormal': {'median': 1000, 'log_sd': 0.5}}"
#define PRICE "/models/large/contracts/c/usd_per_mtok/input"
#define REQUESTS "/products/p/requests_per_month"

enum { POINTS = 4001 };

static const double median = 1000.0, sd = 0.5, price = 10.0, fixed = 12000.0;

/* ---- Means of what is above 0 --------------------------------------------------------- */

static double density(double z)
{
    return 0.39894228040143268 * exp(-0.5 * z * z);
}

static double above_normal(double mean, double s)
{
    return s * density(mean / s) + mean * ds_normal_cdf(mean / s);
}

typedef double (*value_fn)(double z);

static double over_normal(value_fn value)
{
    double sum = 0.0;
    for (int k = 0; k < POINTS; k++) {
        const double z = -8.0 + 16.0 * k / (POINTS - 1);
        sum += density(z) * value(z) * 16.0 / (POINTS - 1);
    }
    return sum;
}

static double traffic_known(double z) /* z of ln T; p at its mean */
{
    const double saving = median * exp(sd * z) * price - fixed;
    return saving > 0.0 ? saving : 0.0;
}

static double everything_known(double z)
{
    const double traffic = median * exp(sd * z);
    return above_normal(traffic * price - fixed, traffic);
}

/* ---- The scenario ---------------------------------------------------------------------- */

static ds_information *find(const char *text, const ds_input_group *groups, size_t count,
                            size_t checks)
{
    ds_scenario    *scenario = NULL;
    ds_information *found = NULL;
    ds_error        err = { 0 };
    const ds_information_options options = { .groups = groups, .group_count = count,
                                             .check_count = checks,
                                             .run = { .seed = 3, .threads = 2 } };
    assert_int_equal(load_quoted(text, NULL, NULL, &scenario, &err), DS_OK);
    if (ds_information_run(scenario, &options, &found, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    ds_scenario_free(scenario);
    return found;
}

static const ds_information_line *line_of(const ds_information *i, ds_information_kind kind,
                                          const char *name)
{
    for (size_t k = 0; k < ds_information_line_count(i); k++) {
        const ds_information_line *line = ds_information_line_at(i, k);
        if (line->kind == kind && (name == NULL || strcmp(line->name, name) == 0))
            return line;
    }
    fail_msg("no line of kind %d, %s", (int)kind, name != NULL ? name : "any");
    return NULL;
}

static void check_line(const ds_information *i, ds_information_kind kind, const char *name,
                       double want)
{
    const ds_information_line *line = line_of(i, kind, name);
    const double miss = fabs(line->value.value - want);
    if (!(miss <= 4.0 * line->value.se + 1e-9) || !(miss <= 0.01 * want + 1e-9))
        fail_msg("%s: got %.9g, error %.3g, want %.9g", line->name, line->value.value,
                 line->value.se, want);
}

static void test_traffic_and_price(void **state)
{
    (void)state;
    static const char *const pointers[] = { REQUESTS, PRICE };
    const ds_input_group both = { .name = "both", .pointers = pointers, .pointer_count = 2 };
    ds_information *i = find(SCENARIO("1", "", LOGNORMAL, "", "12000"), &both, 1, 3);
    const double mean = median * exp(0.5 * sd * sd);
    assert_int_equal(ds_information_best(i), 0);
    check_line(i, DS_INFORMATION_INPUT, REQUESTS, over_normal(traffic_known));
    check_line(i, DS_INFORMATION_INPUT, PRICE, above_normal(mean * price - fixed, mean));
    check_line(i, DS_INFORMATION_FUTURE, NULL, over_normal(everything_known));
    check_line(i, DS_INFORMATION_INPUTS, NULL, over_normal(everything_known));
    check_line(i, DS_INFORMATION_GROUP, "both", over_normal(everything_known));
    assert_true(line_of(i, DS_INFORMATION_GROUP, "both")->agrees);
    assert_true(line_of(i, DS_INFORMATION_INPUT, REQUESTS)->agrees);
    ds_information_free(i);
}

/* ---- Correlated: the price is the lower, the greater the traffic -------------------------- */

static const double rho = -0.6;

static double price_known(double z)
{
    const double traffic = median * exp(rho * sd * z + 0.5 * sd * sd * (1.0 - rho * rho));
    const double saving = traffic * (price + z) - fixed;
    return saving > 0.0 ? saving : 0.0;
}

static double correlated_traffic_known(double z)
{
    const double saving = median * exp(sd * z) * (price + rho * z) - fixed;
    return saving > 0.0 ? saving : 0.0;
}

static void test_correlated_inputs(void **state)
{
    (void)state;
    ds_information *i = find(SCENARIO("1", "'correlations': [['" PRICE "', '" REQUESTS "', -0.6]],",
                                      LOGNORMAL, "", "12000"), NULL, 0, 3);
    check_line(i, DS_INFORMATION_INPUT, PRICE, over_normal(price_known));
    check_line(i, DS_INFORMATION_INPUT, REQUESTS, over_normal(correlated_traffic_known));
    assert_true(line_of(i, DS_INFORMATION_INPUT, REQUESTS)->agrees);
    assert_true(line_of(i, DS_INFORMATION_INPUT, PRICE)->agrees);
    ds_information_free(i);
}

/* ---- A path: 1000 requests in the first month, then a lognormal number ------------------- */

static const double month_sd = 2.0 * 0.28867513459481287; /* 2 / sqrt 12 */

static double path_known(double z)
{
    const double traffic = median * (1.0 + exp(month_sd * z - 0.5 * month_sd * month_sd));
    const double saving = traffic * price - 21000.0;
    return saving > 0.0 ? saving : 0.0;
}

static void test_traffic_path(void **state)
{
    (void)state;
    static const char *const pointers[] = { "/products/p/growth" };
    const ds_input_group growth = { .name = "growth", .pointers = pointers, .pointer_count = 1 };
    ds_information *i = find(SCENARIO("2", "", "1000",
                                      ", 'growth': {'per_year': 0, 'volatility_per_sqrt_year': 2}",
                                      "10500"), &growth, 1, 2);
    check_line(i, DS_INFORMATION_TRAFFIC, "/products/p/growth", over_normal(path_known));
    check_line(i, DS_INFORMATION_GROUP, "growth", over_normal(path_known));
    assert_true(line_of(i, DS_INFORMATION_TRAFFIC, NULL)->agrees);
    check_line(i, DS_INFORMATION_INPUT, PRICE, above_normal(2000.0 * price - 21000.0, 2000.0));
    ds_information_free(i);
}

/* A group that does not know where traffic began has what grows alone; the path has both. */
static void test_growth_without_its_start(void **state)
{
    (void)state;
    static const char *const pointers[] = { "/products/p/growth" };
    const ds_input_group growth = { .name = "growth", .pointers = pointers, .pointer_count = 1 };
    ds_information *i = find(SCENARIO("2", "", LOGNORMAL,
                                      ", 'growth': {'per_year': 0, 'volatility_per_sqrt_year': 2}",
                                      "12000"), &growth, 1, 3);
    const ds_information_line *alone = line_of(i, DS_INFORMATION_GROUP, "growth");
    const ds_information_line *path = line_of(i, DS_INFORMATION_TRAFFIC, NULL);
    assert_true(alone->agrees && path->agrees);
    assert_true(alone->value.value < path->value.value);
    assert_true(line_of(i, DS_INFORMATION_INPUT, REQUESTS)->value.value <= path->value.value);
    assert_true(path->value.value <= line_of(i, DS_INFORMATION_FUTURE, NULL)->value.value);
    ds_information_free(i);
}

/* ---- Other samplers and states of knowledge -------------------------------------------- */

static void test_heavy_tails_and_states(void **state)
{
    (void)state;
    static const char *const more[] = {
        SCENARIO("1", "'dependence': {'copula': 't', 'degrees_of_freedom': 4}, 'correlations': [['"
                 PRICE "', '" REQUESTS "', -0.6]],", LOGNORMAL, "", "12000"),
        SCENARIO("1", "'run': {'paths': 65536, 'outer': 16384},", LOGNORMAL, "", "12000"),
        SCENARIO("1", "'run': {'paths': 65536, 'sampling': 'sobol', 'replicates': 32},", LOGNORMAL,
                 "", "12000"),
    };
    for (size_t k = 0; k < 3; k++) {
        ds_information *i = find(more[k], NULL, 0, 0);
        const ds_information_line *all = line_of(i, DS_INFORMATION_FUTURE, NULL);
        const ds_information_line *traffic = line_of(i, DS_INFORMATION_INPUT, REQUESTS);
        assert_true(traffic->value.value > 0.0 && traffic->value.value <= all->value.value);
        if (k > 0) {
            const double want = over_normal(traffic_known);
            if (!(fabs(traffic->value.value - want) <= 4.0 * traffic->value.se + 1e-6 * want))
                fail_msg("%zu: got %.9g, error %.3g, want %.9g", k, traffic->value.value,
                         traffic->value.se, want);
        }
        ds_information_free(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traffic_and_price),
        cmocka_unit_test(test_correlated_inputs),
        cmocka_unit_test(test_traffic_path),
        cmocka_unit_test(test_growth_without_its_start),
        cmocka_unit_test(test_heavy_tails_and_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
