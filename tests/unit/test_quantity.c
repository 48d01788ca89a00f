/* test_quantity.c -- quantities: forms, ranges, sharing, samples, provenance.
 *
 * Run from the root of the repository.  Nothing is random; figures of
 * distributions are compared with closed forms, tolerance beside them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#include "scenario/sample_file.h"
#include "scenario_help.h"

/* ---- Quantities ------------------------------------------------------------------ */

static ds_scenario *parse_quantity(const char *quantity)
{
    char text[2048];
    snprintf(text, sizeof text, QUANTITY_TEXT, quantity);
    return parse(text);
}

static void test_quantity_forms(void **state)
{
    (void)state;
    /* a, b, c: the parameters by closed form, tolerance 1e-12 relative.  The 0.9
     * quantile of the standard normal is 1.2815515655446004 (Wichura 1988). */
    const double z90 = 1.2815515655446004;
    const struct {
        const char  *json, *text;
        ds_dist_kind kind;
        double       a, b, c;
    } cases[] = {
        {"2", "2", DS_DIST_CONSTANT, 2, 0, 0},
        {"-0.25", "-0.25", DS_DIST_CONSTANT, -0.25, 0, 0},
        {"{\"value\": 2}", "2", DS_DIST_CONSTANT, 2, 0, 0},
        {"{\"normal\": {\"mean\": 2, \"sd\": 0.5}}", "normal, mean 2, sd 0.5", DS_DIST_NORMAL, 2,
         0.5, 0},
        {"{\"normal\": {\"sd\": 0.5, \"mean\": 2}}", "normal, mean 2, sd 0.5", DS_DIST_NORMAL, 2,
         0.5, 0},
        {"{\"lognormal\": {\"median\": 2, \"log_sd\": 0.3}}", "lognormal, median 2, log_sd 0.3",
         DS_DIST_LOGNORMAL, log(2), 0.3, 0},
        {"{\"lognormal\": {\"mean\": 2, \"sd\": 2}}", "lognormal, mean 2, sd 2", DS_DIST_LOGNORMAL,
         log(2) - log(2) / 2, sqrt(log(2)), 0},
        {"{\"uniform\": {\"low\": 1, \"high\": 3}}", "uniform, low 1, high 3", DS_DIST_UNIFORM, 1,
         3, 0},
        {"{\"triangular\": {\"low\": 1, \"mode\": 2, \"high\": 3}}",
         "triangular, low 1, mode 2, high 3", DS_DIST_TRIANGULAR, 1, 2, 3},
        {"{\"pert\": {\"low\": 1, \"mode\": 2, \"high\": 3}}", "pert, low 1, mode 2, high 3",
         DS_DIST_PERT, 1, 2, 3},
        {"{\"beta\": {\"alpha\": 2, \"beta\": 5}}", "beta, alpha 2, beta 5", DS_DIST_BETA, 2, 5, 0},
        {"{\"beta\": {\"mean\": 0.5, \"sd\": 0.1}}", "beta, mean 0.5, sd 0.1", DS_DIST_BETA, 12, 12,
         0},
        {"{\"gamma\": {\"shape\": 2, \"scale\": 0.5}}", "gamma, shape 2, scale 0.5", DS_DIST_GAMMA,
         2, 0.5, 0},
        {"{\"gamma\": {\"mean\": 2, \"sd\": 1}}", "gamma, mean 2, sd 1", DS_DIST_GAMMA, 4, 0.5, 0},
        {"{\"exponential\": {\"mean\": 0.5}}", "exponential, mean 0.5", DS_DIST_EXPONENTIAL, 0.5, 0,
         0},
        {"{\"p10\": 2, \"p90\": 4}", "lognormal, p10 2, p90 4", DS_DIST_LOGNORMAL,
         log(8) / 2, log(2) / (2 * z90), 0},
        {"{\"p90\": 4, \"p10\": 2, \"fit\": \"normal\"}", "normal, p10 2, p90 4", DS_DIST_NORMAL, 3,
         1 / z90, 0},
        {"{\"p10\": -0.1, \"p90\": 0.3}", "normal, p10 -0.1, p90 0.3", DS_DIST_NORMAL, 0.1,
         0.2 / z90, 0},
        {"{\"p10\": 2, \"p90\": 4, \"min\": 1, \"max\": 5}",
         "lognormal, p10 2, p90 4, at least 1, at most 5", DS_DIST_LOGNORMAL, log(8) / 2,
         log(2) / (2 * z90), 0},
        {"{\"bernoulli\": {\"probability\": 1}}", "bernoulli, probability 1", DS_DIST_CONSTANT, 1,
         0, 0},
        {"{\"discrete\": {\"values\": [3, 1], \"weights\": [0, 2]}}", "discrete, 2 values",
         DS_DIST_CONSTANT, 1, 0, 0},
        {"\"@n\"", "uniform, low 1, high 2", DS_DIST_UNIFORM, 1, 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ds_scenario           *s = parse_quantity(cases[i].json);
        const ds_input        *input = &s->inputs[s->inflation_per_year.index];
        const ds_distribution *d = &input->distribution;
        assert_string_equal(input->text, cases[i].text);
        assert_int_equal(d->kind, cases[i].kind);
        expect_near(d->a, cases[i].a, 1e-12 * fabs(cases[i].a) + 1e-15);
        expect_near(d->b, cases[i].b, 1e-12 * fabs(cases[i].b));
        expect_near(d->c, cases[i].c, 0.0);
        assert_string_equal(input->pointer, cases[i].json[0] == '"' ? "/quantities/n"
                                                                    : "/inflation_per_year");
        ds_scenario_free(s);
    }
}

static void test_steps(void **state)
{
    (void)state;
    ds_scenario *s = parse_quantity("{\"discrete\": {\"values\": [3, 1, 2, 9],"
                                    " \"weights\": [1, 2, 0, 1]}, \"max\": 5}");
    const ds_distribution *d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->kind, DS_DIST_DISCRETE);
    assert_int_equal(d->count, 2); /* 2 has no weight, 9 is cut off */
    expect_near(d->values[0], 1.0, 0.0);
    expect_near(d->weights[0], 2.0, 0.0);
    expect_near(d->values[1], 3.0, 0.0);
    ds_scenario_free(s);

    s = parse_quantity("{\"bernoulli\": {\"probability\": 0.25}}");
    d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->count, 2);
    expect_near(ds_distribution_mean(d), 0.25, 1e-15);
    ds_scenario_free(s);

    s = parse_quantity("{\"empirical\": {\"values\": [3, 1, 2, 2]}}");
    d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->kind, DS_DIST_EMPIRICAL);
    expect_near(d->values[0], 1.0, 0.0);
    expect_near(d->values[3], 3.0, 0.0);
    ds_scenario_free(s);
}

/* Up to 1 % of the mass outside the range [-0.5, 10] is cut off, more is refused. */
static void test_ranges(void **state)
{
    (void)state;
    /* normal, mean 10 - 2.4 sd: 0.82 % above 10 */
    ds_scenario *s = parse_quantity("{\"normal\": {\"mean\": 7.72, \"sd\": 0.95}}");
    const ds_distribution *d = &s->inputs[s->inflation_per_year.index].distribution;
    expect_near(d->high, 10.0, 0.0);
    assert_true(isinf(d->low)); /* 8.6 sd away: no draw gets there */
    ds_scenario_free(s);

    /* 2.3 sd: 1.07 %; cut by the user to less than that, it is good again */
    char text[2048];
    snprintf(text, sizeof text, QUANTITY_TEXT, "{\"normal\": {\"mean\": 7.7, \"sd\": 1}}");
    ds_error err;
    assert_int_equal(ds_scenario_parse(text, strlen(text), "t", NULL, 0, 0, NULL, NULL, &s, &err),
                     DS_E_SCENARIO);
    assert_string_equal(err.message,
                        "1.1 % of the distribution is above 10 1/year; set \"max\" or narrow it");
    s = parse_quantity("{\"normal\": {\"mean\": 7.7, \"sd\": 1}, \"max\": 9}");
    d = &s->inputs[s->inflation_per_year.index].distribution;
    expect_near(d->high, 9.0, 0.0);
    ds_scenario_free(s);
}

static void test_shared_quantities(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/maximal.json");
    const ds_product *shopping = &DS_ITEM(ds_product, s->products, 2);
    /* "@share" and "@same_share", which passes on to it, are one input */
    assert_int_equal(shopping->request->cache_read_share.index,
                     shopping->request->cache_write_share.index);
    const ds_input *share = &s->inputs[shopping->request->cache_read_share.index];
    assert_string_equal(share->pointer, "/quantities/share");
    assert_string_equal(share->unit, "1");
    const ds_input *rent = find_input(s, "/quantities/rent");
    assert_string_equal(rent->unit, "USD/GPU-hour");
    assert_int_equal(DS_ITEM(ds_gpu, s->gpus, 1).usd_per_gpu_hour.index, rent - s->inputs);
    assert_string_equal(find_input(s, "/quantities/unused")->unit, "");
    /* no input has the pointer of a use, and none is there twice */
    for (size_t i = 0; i < s->input_count; i++) {
        assert_string_not_equal(s->inputs[i].pointer, "/gpus/h100/usd_per_gpu_hour");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(s->inputs[i].pointer, s->inputs[j].pointer);
    }
    /* per event, unless shared */
    assert_true(find_input(s, "/gpus/h100/jump_factor")->per_event);
    assert_false(rent->per_event);
    ds_scenario_free(s);
}

static void test_csv_samples(void **state)
{
    (void)state;
    ds_scenario    *s = load("tests/data/maximal.json");
    const ds_input *input = find_input(s, "/products/archive/requests_per_month");
    assert_string_equal(input->text, "empirical, 3 values of samples.csv, price, usd");
    assert_int_equal(input->distribution.count, 3);
    expect_near(input->distribution.values[0], 1.75, 0.0);
    expect_near(input->distribution.values[2], 3.25, 0.0);
    ds_scenario_free(s);
}

static void test_csv_reader(void **state)
{
    (void)state;
    const struct {
        const char *text, *column;
        size_t      count;
        double      sum;
        const char *message; /* NULL when good */
    } cases[] = {
        {"a,b\n1,2\n3,4\n", "b", 2, 6, NULL},
        {"a,b\r\n1,2\r\n3,4", "b", 2, 6, NULL},
        {"\xEF\xBB\xBF" "a\n1\n\n2\n", "a", 2, 3, NULL},
        {"\"a \"\"x\"\"\",b\n\"1\",2\n", "a \"x\"", 1, 1, NULL},
        {"a,b\n\"x\ny\",2\n3,4\n", "b", 2, 6, NULL},
        {"a\n 1e3 \n", "a", 1, 1000, NULL},
        {"a,b\n1\n", "b", 0, 0, "the row has no column \"b\""},
        {"a,b\n1,\n", "b", 0, 0, "not a finite number: \"\""},
        {"a\nnan\n", "a", 0, 0, "not a finite number: \"nan\""},
        {"a\n0x10\n", "a", 0, 0, "not a finite number: \"0x10\""},
        {"a\n1e999\n", "a", 0, 0, "not a finite number: \"1e999\""},
        {"a\n\"1\n", "a", 0, 0, "not a finite number"},
        {"a\n", "a", 0, 0, "no rows"},
        {"", "a", 0, 0, "the first line has no column \"a\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char     text[128];
        double  *values;
        size_t   count;
        ds_error err = {.message = ""};
        snprintf(text, sizeof text, "%s", cases[i].text);
        ds_code code = ds_sample_of_text(text, strlen(text), cases[i].column, &values, &count,
                                             &err);
        if (cases[i].message != NULL) {
            assert_int_equal(code, DS_E_SCENARIO);
            if (strstr(err.message, cases[i].message) == NULL)
                fail_msg("case %zu: %s", i, err.message);
            continue;
        }
        assert_int_equal(code, DS_OK);
        double sum = 0.0;
        for (size_t k = 0; k < count; k++)
            sum += values[k];
        assert_int_equal(count, cases[i].count);
        expect_near(sum, cases[i].sum, 0.0);
        free(values);
    }
}

/* ---- Provenance ------------------------------------------------------------------ */

static void expect_origin(const ds_scenario *s, const char *pointer, ds_origin origin,
                          const char *source, const char *as_of)
{
    for (size_t i = 0; i < ds_scenario_input_count(s); i++) {
        ds_input_info info = ds_scenario_input(s, i);
        if (strcmp(info.pointer, pointer) != 0)
            continue;
        assert_int_equal(info.origin, origin);
        assert_string_equal(info.source, source);
        assert_string_equal(info.as_of, as_of);
        return;
    }
    fail_msg("no input %s", pointer);
}

static void test_provenance(void **state)
{
    (void)state;
    const ds_override none[] = {
        {"/source", "null"}, {"/as_of", "null"}, {"/assumption", "null"},
        {"/gpus/source", "\"a list\""},
        {"/gpus/h100/peak_tflops", "{\"value\": 989, \"as_of\": \"2025\"}"},
        {"/gpus/h100/reversion_per_year", "{\"value\": 1, \"note\": \"no more than a note\"}"},
    };
    ds_scenario *s = load("tests/data/maximal.json");
    /* from the root, where assumption wins over source */
    expect_origin(s, "/gpus/h100/peak_tflops", DS_ORIGIN_ASSUMPTION, "the tests", "2026-06-30");
    /* a map, then a member of it */
    expect_origin(s, "/quantities/share", DS_ORIGIN_SOURCE, "a survey", "");
    expect_origin(s, "/quantities/rent", DS_ORIGIN_SOURCE, "quotes", "2026-06");
    expect_origin(s, "/models/other/decay_per_month", DS_ORIGIN_DEFAULT, "", "");
    ds_scenario_free(s);

    s = load_with("tests/data/maximal.json", none, sizeof none / sizeof none[0]);
    expect_origin(s, "/discount_rate_per_year", DS_ORIGIN_UNSOURCED, "", "");
    expect_origin(s, "/gpus/h100/volatility_per_sqrt_year", DS_ORIGIN_SOURCE, "a list", "");
    /* what states any of it states all of it; a note states nothing */
    expect_origin(s, "/gpus/h100/peak_tflops", DS_ORIGIN_UNSOURCED, "", "2025");
    expect_origin(s, "/gpus/h100/reversion_per_year", DS_ORIGIN_SOURCE, "a list", "");
    ds_scenario_free(s);
}

/* Counts are listed values.  Mean and variance in closed form, 1e-12; shares of a value
 * by GSL's densities, 1e-11. */
static void test_counts(void **state)
{
    (void)state;
    /* mean and variance; and the probability of `at`.  The negative binomial of mean 10 and
     * dispersion 2 has variance 10 + 100/2. */
    const struct {
        const char *json;
        double      mean, variance, at, share;
    } cases[] = {
        {"{\"poisson\": {\"mean\": 3}, \"max\": 9}", 0, 0, 2, -1},
        {"{\"poisson\": {\"mean\": 0.5}, \"max\": 10}", 0.5, 0.5, 2,
         gsl_ran_poisson_pdf(2, 0.5)},
        {"{\"binomial\": {\"trials\": 8, \"probability\": 0.3}}", 2.4, 1.68, 3,
         gsl_ran_binomial_pdf(3, 0.3, 8)},
        {"{\"binomial\": {\"trials\": 8, \"probability\": 1}}", 8, 0, 8, 1},
        {"{\"binomial\": {\"trials\": 8, \"probability\": 0}}", 0, 0, 0, 1},
        {"{\"negative_binomial\": {\"mean\": 0.2, \"dispersion\": 2}, \"max\": 10}", 0.2, 0.22, 1,
         gsl_ran_negative_binomial_pdf(1, 2 / 2.2, 2)},
        {"{\"negative_binomial\": {\"mean\": 0.02, \"sd\": 0.15}, \"max\": 10}", 0.02,
         0.0225, 1,
         gsl_ran_negative_binomial_pdf(1, 8.0 / 9, 0.16)},
        /* 3 (1 - p)/p failures, by p once more for the variance */
        {"{\"negative_binomial\": {\"successes\": 3, \"probability\": 0.9375}}", 0.2, 0.2 / 0.9375,
         2, gsl_ran_negative_binomial_pdf(2, 0.9375, 3)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ds_scenario *s = parse_quantity(cases[i].json);
        const ds_distribution *d = &s->inputs[s->inflation_per_year.index].distribution;
        double mean = ds_distribution_mean(d), variance = 0.0;
        for (size_t k = 0; k < d->count; k++) {
            double share = ds_distribution_cdf(d, d->values[k]) -
                           (k == 0 ? 0.0 : ds_distribution_cdf(d, d->values[k - 1]));
            variance += share * (d->values[k] - mean) * (d->values[k] - mean);
        }
        double share = ds_distribution_cdf(d, cases[i].at) -
                       ds_distribution_cdf(d, cases[i].at - 1.0);
        if (cases[i].share < 0.0) { /* truncated: the conditional share */
            expect_near(share, gsl_ran_poisson_pdf(2, 3) / gsl_cdf_poisson_P(9, 3), 1e-12);
        } else {
            expect_near(mean, cases[i].mean, 1e-9);
            expect_near(variance, cases[i].variance, 1e-7);
            expect_near(share, cases[i].share, 1e-9);
        }
        ds_scenario_free(s);
    }
}

/* A part of a mixture may be any form but a mixture: here each by its quantiles.  Below 0.05
 * is half of the first part alone, as the other is all but above it. */
static void test_mixture_of_quantiles(void **state)
{
    (void)state;
    ds_scenario *s = parse_quantity(
        "{\"mixture\": {\"of\": [{\"p10\": 0.04, \"p50\": 0.05, \"p90\": 0.06, \"low\": 0},"
        " {\"p10\": 0.4, \"p90\": 0.6, \"fit\": \"beta\"}], \"weights\": [1, 3]}}");
    const ds_distribution *d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->kind, DS_DIST_MIXTURE);
    expect_near(ds_distribution_cdf(d, 0.05), 0.125, 1e-6);
    expect_near(ds_distribution_cdf(d, 0.4), 0.25 + 0.075, 1e-6);
    expect_near(ds_distribution_cdf(d, 0.6), 0.25 + 0.675, 1e-6);
    ds_scenario_free(s);
}

static void test_nature(void **state)
{
    (void)state;
    ds_scenario *s = parse_quantity("{\"value\": 0.1, \"nature\": \"aleatory\"}");
    assert_true(s->inputs[s->inflation_per_year.index].aleatory);
    ds_scenario_free(s);
    s = parse_quantity("{\"value\": 0.1, \"nature\": \"epistemic\"}");
    assert_false(s->inputs[s->inflation_per_year.index].aleatory);
    ds_scenario_free(s);
    s = load("tests/data/maximal.json");
    assert_true(find_input(s, "/gpus/h100/jump_factor")->aleatory);
    ds_scenario_free(s);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantity_forms),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_shared_quantities),
        cmocka_unit_test(test_csv_samples),
        cmocka_unit_test(test_csv_reader),
        cmocka_unit_test(test_provenance),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_mixture_of_quantiles),
        cmocka_unit_test(test_nature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
