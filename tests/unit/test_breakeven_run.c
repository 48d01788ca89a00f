/* test_breakeven_run.c -- break-evens of scenarios, through the whole program.
 *
 * One rented GPU for C dollars against an API for 4 dollars a request, with T requests, T
 * lognormal of median 100 and sd of the logarithm 0.5: the saving is 4 T - C, and they tie
 * at C = 4 E[T] = 400 exp(1/8) = 453.259381 on average, at 400 in half of the futures, and
 * at 400 exp(0.5 z) with a probability whose complement has the normal quantile z.
 * Estimates are within 4 of their standard errors and within 1 %; seeds are fixed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim_breakeven.h"

#define ESCALATION "scenarios/break-even-escalation.json"
#define RENT "/gpus/gpu/usd_per_gpu_hour"
#define TRAFFIC "/products/requests/requests_per_month"
#define PRICE "/models/api/contracts/list/usd_per_request"

static const ds_override oracle[] = {
    {TRAFFIC, "{\"lognormal\": {\"median\": 100, \"log_sd\": 0.5}}"}, {PRICE, "4"},
    {"/assert", "[]"}, {"/run/paths", "65536"},
};
enum { ORACLE = sizeof oracle / sizeof *oracle, REPLICATIONS = 1000 };

static ds_scenario *load(const char *path, const ds_override *overrides, size_t count)
{
    ds_scenario *scenario = NULL;
    ds_error     err;
    if (ds_scenario_load(path, overrides, count, NULL, NULL, &scenario, &err) != DS_OK)
        fail_msg("%s: %s: %s", path, err.pointer, err.message);
    return scenario;
}

/* What `run` reads, with ranges from their texts; a text that begins with * is a scale. */
typedef struct {
    const char     *first, *second;
    ds_breakeven_of of;
    double          probability;
    const char     *strategy;
    size_t          points;
    uint64_t        paths, seed;
} question;

static ds_code ask(const ds_scenario *scenario, const question *q, ds_breakeven **out,
                   ds_error *err)
{
    ds_breakeven_range   ranges[2] = {{.pointer = NULL}};
    const char *const    texts[2] = {q->first, q->second};
    ds_breakeven_options options = {
        .ranges = ranges, .of = q->of, .probability = q->probability > 0 ? q->probability : 0.5,
        .strategy = DS_BREAKEVEN_CHOOSE, .against = DS_BREAKEVEN_CHOOSE, .points = q->points,
        .run = {.path_count = q->paths, .seed = q->seed, .threads = 1},
    };
    ds_code code = DS_OK;
    for (size_t i = 0; i < 2 && texts[i] != NULL && code == DS_OK; i++) {
        const bool scale = texts[i][0] == '*';
        code = ds_breakeven_range_parse(texts[i] + (scale ? 1 : 0), scale, &ranges[i], err);
        options.range_count++;
    }
    for (size_t i = 0; i < ds_scenario_strategy_count(scenario) && q->strategy != NULL; i++)
        if (strcmp(ds_scenario_strategy_name(scenario, i), q->strategy) == 0)
            options.strategy = i;
    if (code == DS_OK)
        code = ds_breakeven_run(scenario, &options, out, err);
    ds_breakeven_range_release(&ranges[0]);
    ds_breakeven_range_release(&ranges[1]);
    return code;
}

static ds_breakeven *find(const ds_scenario *scenario, question q)
{
    ds_breakeven *b = NULL;
    ds_error      err = {.code = DS_OK};
    if (ask(scenario, &q, &b, &err) != DS_OK)
        fail_msg("%s: %s: %s", q.first, err.pointer, err.message);
    return b;
}

static const ds_breakeven_root *only_root(const ds_breakeven *b)
{
    const ds_breakeven_line *line = ds_breakeven_line_at(b, 0);
    assert_int_equal(line->root_count, 1);
    return &line->roots[0];
}

static void check(const ds_breakeven *b, double exact)
{
    const ds_breakeven_root *r = only_root(b);
    const double             off = fabs(r->at.value - exact);
    assert_int_equal(r->kind, DS_BREAKEVEN_TIE);
    if (!(off <= 4.0 * r->at.se) || !(off <= 0.01 * exact))
        fail_msg("%.9g +- %.3g, exact %.9g", r->at.value, r->at.se, exact);
    assert_true(r->low < r->at.value && r->at.value < r->high);
}

/* ---- The domain's closed form ----------------------------------------------------- */

static void cost(void **state)
{
    (void)state;
    static const struct { ds_breakeven_of of; double probability; } cases[] = {
        {DS_BREAKEVEN_OF_MEAN, 0.5}, {DS_BREAKEVEN_OF_MEDIAN, 0.5},
        {DS_BREAKEVEN_OF_PROBABILITY, 0.5}, {DS_BREAKEVEN_OF_PROBABILITY, 0.9},
    };
    ds_scenario *s = load(ESCALATION, oracle, ORACLE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double z = gsl_cdf_ugaussian_Qinv(cases[i].probability);
        ds_breakeven *b = find(s, (question){.first = RENT "=50:2000:log", .seed = 1,
                                             .of = cases[i].of, .strategy = "slm-alone",
                                             .probability = cases[i].probability});
        check(b, i == 0 ? 453.259381 : 400.0 * exp(0.5 * z));
        assert_int_equal(ds_breakeven_paths(b), 65536);
        assert_int_equal(ds_breakeven_scan_paths(b), 8192);
        ds_breakeven_free(b);
    }
    ds_scenario_free(s);
}

/* At C = 800 the traffic is to be 800 / 453.259381 times what it is; it stays uncertain.  As
 * a certain number it is 200 requests, and nothing has an error. */
static void times_the_traffic(void **state)
{
    (void)state;
    ds_override with[ORACLE + 1] = {{RENT, "800"}};
    memcpy(with + 1, oracle, sizeof oracle);
    ds_scenario *s = load(ESCALATION, with, ORACLE + 1);
    ds_breakeven *b = find(s, (question){.first = "*" TRAFFIC "=0.1:10:log", .seed = 2,
                                         .strategy = "slm-alone"});
    check(b, 1.764993895);
    ds_breakeven_free(b);
    b = find(s, (question){.first = TRAFFIC "=10:1000:log", .seed = 2,
                           .strategy = "slm-alone"});
    assert_true(fabs(only_root(b)->at.value / 200.0 - 1.0) < 4e-12);
    assert_true(only_root(b)->at.se == 0.0);
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* Points of Sobol's sequence are far less in error, and the interval knows it. */
static void samplers(void **state)
{
    (void)state;
    static const char *const methods[] = {"antithetic", "latin_hypercube", "sobol", "halton"};
    double plain = 0;
    for (size_t i = 0; i < 5; i++) {
        ds_override with[ORACLE + 1];
        memcpy(with, oracle, sizeof oracle);
        with[ORACLE] = (ds_override){"/run/sampling", i == 0 ? "random" : methods[i - 1]};
        ds_scenario *s = load(ESCALATION, with, ORACLE + 1);
        ds_breakeven *b = find(s, (question){.first = RENT "=50:2000", .seed = 3, .paths = 16384,
                                             .strategy = "slm-alone"});
        check(b, 453.259381);
        const double se = only_root(b)->at.se;
        plain = i == 0 ? se : plain;
        assert_true(i == 0 || se < 0.7 * plain);
        assert_true(i < 3 || se < 0.2 * plain);
        ds_breakeven_free(b);
        ds_scenario_free(s);
    }
}

/* Of 1,000 replications the 95 % interval holds the exact value in 930 to 970. */
static void intervals_cover(void **state)
{
    (void)state;
    ds_scenario *s = load(ESCALATION, oracle, ORACLE);
    size_t covered = 0;
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        ds_breakeven *b = find(s, (question){.first = RENT "=50:2000", .seed = 100 + i,
                                             .paths = 256, .points = 3, .strategy = "slm-alone"});
        const ds_breakeven_root *r = only_root(b);
        covered += r->low <= 453.259381 && 453.259381 <= r->high ? 1 : 0;
        ds_breakeven_free(b);
    }
    ds_scenario_free(s);
    if (covered < 930 || covered > 970)
        fail_msg("%zu of %d", covered, REPLICATIONS);
}

/* ---- Published break-evens -------------------------------------------------------- */

/* 625 requests an hour (2.50 / 0.004), with escalation of 4.2 % 2.50 / (0.004 * 0.958):
 * peremartra/Rearchitecting-LLMs, CH12_NB02_arithmetic.ipynb, section 12.9. */
static void escalation(void **state)
{
    (void)state;
    ds_scenario *s = load(ESCALATION, NULL, 0);
    ds_breakeven *b = find(s, (question){.first = TRAFFIC "=200:1200", .seed = 1,
                                         .strategy = "slm-alone"});
    assert_true(fabs(only_root(b)->at.value / 625.0 - 1.0) < 4e-12);
    assert_true(only_root(b)->at.se == 0.0);
    ds_breakeven_free(b);
    b = find(s, (question){.first = TRAFFIC "=200:1200", .seed = 1, .strategy = "slm"});
    assert_true(fabs(only_root(b)->at.value / (2.5 / (0.004 * 0.958)) - 1.0) < 4e-12);
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* arXiv 2509.18101v3: Llama-3.3-70B on one A100 (15,000 dollars, 300 W at 0.15 dollars/kWh)
 * against GPT-5 at 1.25 and 10 dollars.  A month has 190 tokens/s * 176 h * 3600 s =
 * 120.384 million tokens, a third of them input, hence 852.72 dollars at the vendor; the GPU
 * costs 7.92 dollars of electricity a month: 15000 / 844.80 = 17.755682 months, and the
 * hardware could cost 72 * 844.80 = 60825.6 dollars before it does not pay in the 72 months
 * of the clock. */
static void published(void **state)
{
    (void)state;
    ds_scenario *s = load("scenarios/published-break-even.json", NULL, 0);
    const char  *price = "/models/llama-3.3-70b/contracts/own/owned/usd_per_gpu=1000:200000";
    ds_breakeven *b = find(s, (question){.first = price, .seed = 1,
                                         .strategy = "llama-3.3-70b"});
    const ds_breakeven_root *r = only_root(b);
    assert_true(r->turn == -1);
    if (!(fabs(r->at.value / 60825.6 - 1.0) < 1e-9))
        fail_msg("%.17g", r->at.value);
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* The smallest student that pays is one of about 1.2 billion parameters; on the narrow task
 * there is none. */
static void size_of_a_student(void **state)
{
    (void)state;
    ds_scenario *s = load("scenarios/student-size.json", NULL, 0);
    ds_breakeven *b = find(s, (question){.first = "/models/student/parameters_b=0.5:100:log",
                                         .seed = 1});
    const ds_breakeven_root *r = only_root(b);
    assert_string_equal(ds_breakeven_strategy(b), "distil");
    assert_true(r->turn == 1 && r->low > 1.0 && r->high < 1.3);
    ds_breakeven_free(b);
    ds_scenario_free(s);
    s = load("scenarios/student-size-narrow.json", NULL, 0);
    b = find(s, (question){.first = "/models/student/parameters_b=0.5:100:log", .seed = 1});
    const ds_breakeven_line *line = ds_breakeven_line_at(b, 0);
    assert_int_equal(line->root_count, 0);
    assert_int_equal(line->sign, 1);
    assert_false(line->near);
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* ---- Other values ----------------------------------------------------------------- */

/* Months are whole, and an answer lies between two; every value is what `run` says. */
static void start_month(void **state)
{
    (void)state;
    ds_scenario *s = load("scenarios/student-size.json", NULL, 0);
    ds_breakeven *b = find(s, (question){
        .first = "/strategies/distil/start/student=2026-08:2028-12", .seed = 1, .paths = 4096});
    const ds_breakeven_axis *axis = ds_breakeven_axis_at(b, 0);
    const ds_breakeven_line *line = ds_breakeven_line_at(b, 0);
    assert_true(axis->date && axis->step == 1 && axis->low == 1 && axis->high == 29);
    assert_int_equal(line->root_count, 1);
    const ds_breakeven_root *r = &line->roots[0];
    assert_int_equal(r->kind, DS_BREAKEVEN_JUMP);
    assert_true(r->turn == -1 && r->after - r->before == 1);
    assert_true(r->left.mean.value > 0 && r->right.mean.value < 0);
    assert_true(r->low <= r->before && r->after <= r->high);
    char month[16], json[16];
    ds_breakeven_month(b, r->before, month);
    const ds_override  at[] = {{"/strategies/distil/start/student", month}};
    ds_scenario       *there = NULL;
    ds_plan           *plan = NULL;
    ds_result         *result = NULL;
    ds_run_options     run = {.path_count = 4096, .seed = 1, .threads = 1};
    snprintf(json, sizeof json, "%s", month);
    assert_int_equal(ds_scenario_with(s, at, 1, NULL, NULL, &there, NULL), DS_OK);
    assert_int_equal(ds_plan_compile(there, &plan, NULL), DS_OK);
    assert_int_equal(ds_run(plan, &run, &result, NULL), DS_OK);
    const ds_statistics saving =
        ds_result_statistics(result, 1, ds_outcome_find("saving_npv_usd"));
    assert_true(fabs(saving.mean.value / r->left.mean.value - 1.0) < 1e-9); /* sums of costs */
    assert_true(fabs(saving.mean.se / r->left.mean.se - 1.0) < 1e-9);
    ds_result_free(result);
    ds_plan_free(plan);
    ds_scenario_free(there);
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* The price at which they tie is in proportion to rent over traffic: 2.5 / (x * 2950). */
static void frontier(void **state)
{
    (void)state;
    ds_scenario *s = load(ESCALATION, NULL, 0);
    ds_breakeven *b = find(s, (question){.first = PRICE "=0.0005:0.02:log",
                                         .second = "*" TRAFFIC "=0.1:1:5", .seed = 1,
                                         .strategy = "slm-alone"});
    assert_int_equal(ds_breakeven_line_count(b), 5);
    for (size_t i = 0; i < 5; i++) {
        const ds_breakeven_line *line = ds_breakeven_line_at(b, i);
        const double             scale = 0.1 + 0.225 * (double)i;
        assert_true(fabs(line->second - scale) < 1e-15);
        assert_int_equal(line->root_count, 1);
        /* costs that differ by 2e-12 of themselves are the same */
        assert_true(fabs(line->roots[0].at.value * scale * 2950 / 2.5 - 1.0) < 4e-12);
    }
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* Whole numbers; without a student the best other strategy is compared. */
static void whole_numbers_and_the_choice(void **state)
{
    (void)state;
    ds_scenario *s = load("scenarios/student-size.json", NULL, 0);
    ds_breakeven *b = find(s, (question){.first = "/clock/months=6:60", .seed = 1,
                                         .paths = 1024});
    const ds_breakeven_root *r = only_root(b);
    assert_true(ds_breakeven_axis_at(b, 0)->step == 1);
    assert_true(r->kind == DS_BREAKEVEN_JUMP && r->after - r->before == 1 && r->turn == 1);
    ds_breakeven_free(b);
    ds_scenario_free(s);
    /* of Pan's models, the one that saves most (no student) */
    s = load("scenarios/published-break-even.json", NULL, 0);
    b = find(s, (question){.first = PRICE "=0:0.1", .seed = 1});
    assert_string_equal(ds_breakeven_against(b), "api");
    assert_string_equal(ds_breakeven_strategy(b), "qwen3-235b");
    ds_breakeven_free(b);
    ds_scenario_free(s);
}

/* ---- Wrong use -------------------------------------------------------------------- */

static void wrong_use(void **state)
{
    (void)state;
    static const struct { const char *range; ds_code code; const char *says; } cases[] = {
        {"/x", DS_E_USAGE, "is not of the form"},
        {RENT "=5:1", DS_E_USAGE, "upside down"},
        {RENT "=5:5", DS_E_USAGE, "no width"},
        {RENT "=a:b", DS_E_USAGE, "not two numbers or two months"},
        {RENT "=1:2:1", DS_E_USAGE, "whole number from 2"},
        {RENT "=1:2:3", DS_E_USAGE, "belongs to the second"},
        {RENT "=0:2:log", DS_E_USAGE, "positive"},
        {RENT "=2026-10:2027-10", DS_E_USAGE, "not a month"},
        {"*" RENT "=0:2", DS_E_USAGE, "above 0"},
        {"/gpus/none/usd_per_gpu_hour=1:2", DS_E_USAGE, "nothing at this pointer"},
        {"/gpus/gpu/rent=1:2", DS_E_SCENARIO, "unknown key"},
        {RENT "=-1:2", DS_E_SCENARIO, "lower end of the range: -1 is below 1e-06"},
        {"/strategies/slm-alone/routes/requests/slm/share=0:2", DS_E_SCENARIO,
         "upper end of the range: 2 is above 1"},
        {"/strategies/slm/routes/requests/slm/share=0:1", DS_E_USAGE, "not one of the two"},
        {"/run/paths=1:2", DS_E_USAGE, "how the scenario is run"},
        {"*/models/slm/quality=1:2", DS_E_USAGE, "not a quantity"},
        {"*/models/slm/verifier/usd_per_request=1:2", DS_E_USAGE, "is 0"},
    };
    ds_scenario *s = load(ESCALATION, NULL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ds_breakeven  *b = NULL;
        ds_error       err = {.code = DS_OK};
        const question q = {.first = cases[i].range, .seed = 1, .strategy = "slm-alone"};
        const ds_code  code = ask(s, &q, &b, &err);
        if (code != cases[i].code || strstr(err.message, cases[i].says) == NULL)
            fail_msg("%s: %d, %s: %s", cases[i].range, (int)code, err.pointer, err.message);
        assert_null(b);
    }
    ds_scenario_free(s);
    const ds_override alone[] = {{"/strategies/slm", "null"}, {"/strategies/slm-alone", "null"},
                                 {"/assert", "[]"}};
    s = load(ESCALATION, alone, 3);
    ds_breakeven  *b = NULL;
    ds_error       err = {.code = DS_OK};
    const question q = {.first = RENT "=1:2", .seed = 1};
    assert_int_equal(ask(s, &q, &b, &err), DS_E_USAGE);
    assert_non_null(strstr(err.message, "one strategy only"));
    ds_scenario_free(s);
}

/* A distribution times a factor keeps its draws: both pointers name the same stream. */
static void scaled_distributions(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "{\"p10\": 50, \"p90\": 200}", "{\"p10\": 50, \"p50\": 90, \"p90\": 200, \"low\": 0}",
        "{\"uniform\": {\"low\": 10, \"high\": 90}, \"min\": 20}",
        "{\"gamma\": {\"shape\": 2, \"scale\": 40}}", "{\"weibull\": {\"mean\": 90, \"sd\": 30}}",
        "{\"triangular\": {\"low\": 10, \"mode\": 20, \"high\": 90}, \"max\": 80}",
        "{\"pert\": {\"low\": 10, \"mode\": 20, \"high\": 90}}",
        "{\"exponential\": {\"mean\": 80}}",
        "{\"discrete\": {\"values\": [10, 90], \"weights\": [1, 2]}}",
        ("{\"mixture\": {\"of\": [50, {\"lognormal\": {\"mean\": 80, \"sd\": 10}}], "
         "\"weights\": [1, 1]}}"),
        "90",
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        ds_override with[ORACLE];
        memcpy(with, oracle, sizeof oracle);
        with[0].value = forms[i];
        ds_scenario *s = load(ESCALATION, with, ORACLE);
        /* at twice the traffic they tie at twice the rent */
        double at[2];
        for (size_t k = 0; k < 2; k++) {
            ds_breakeven *b = find(s, (question){
                .first = RENT "=1:5000:log", .strategy = "slm-alone", .seed = 1, .paths = 1024,
                .second = k == 0 ? "*" TRAFFIC "=1:2:2" : "*" TRAFFIC "=2:4:2"});
            at[k] = ds_breakeven_line_at(b, 0)->roots[0].at.value;
            const double twice = ds_breakeven_line_at(b, 1)->roots[0].at.value / at[k];
            if (!(fabs(twice - 2.0) < 2e-3)) /* roots are found to 0.02 standard errors */
                fail_msg("%s: %.9g", forms[i], twice);
            ds_breakeven_free(b);
        }
        ds_scenario_free(s);
    }
    static const char *const refused[] = {
        "{\"beta\": {\"mean\": 0.5, \"sd\": 0.1}}", "{\"poisson\": {\"mean\": 90}}",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        ds_override with[ORACLE];
        memcpy(with, oracle, sizeof oracle);
        with[0].value = refused[i];
        ds_scenario   *s = load(ESCALATION, with, ORACLE);
        ds_breakeven  *b = NULL;
        ds_error       err = {.code = DS_OK};
        const question q = {.first = "*" TRAFFIC "=1:2", .seed = 1, .strategy = "slm"};
        assert_int_equal(ask(s, &q, &b, &err), DS_E_USAGE);
        assert_non_null(strstr(err.message, "cannot be scaled"));
        ds_scenario_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cost),
        cmocka_unit_test(times_the_traffic),
        cmocka_unit_test(samplers),
        cmocka_unit_test(intervals_cover),
        cmocka_unit_test(escalation),
        cmocka_unit_test(published),
        cmocka_unit_test(size_of_a_student),
        cmocka_unit_test(start_month),
        cmocka_unit_test(frontier),
        cmocka_unit_test(whole_numbers_and_the_choice),
        cmocka_unit_test(wrong_use),
        cmocka_unit_test(scaled_distributions),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("breakeven of scenarios", tests, NULL, NULL);
}
