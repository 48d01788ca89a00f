/* test_contract_rules.c -- what the rules of contracts let pass, what they warn of, and
 * what the terms of a strategy stand for.
 *
 * What they refuse is in tests/bad.  All exact, nothing random.  Run from the root of
 * the repository.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>

#include "scenario_help.h"

/* ---- Warnings of prices ---------------------------------------------------------- */

static void test_odd_prices(void **state)
{
    (void)state;
    /* 135,000 USD/Mtok and 50 times for priority were in a published table */
#define SLIPS "/models/large/contracts/slips/"
    static const struct {
        const char *pointer, *message;
    } wanted[] = {
        {SLIPS "usd_per_mtok/input", "\"input\" costs 135000 USD/Mtok; prices are below 500"},
        {SLIPS "usd_per_mtok/output", "\"output\" costs 3e-06 USD/Mtok; is it a price per token?"},
        {SLIPS "service_classes/batch/factor",
         "a service class at 1.2 times the price is dearer than the standard"},
        {SLIPS "service_classes/priority/factors/input",
         "a service class at 50 times the price of input; factors are from 0.1 to 10"},
        {SLIPS "multipliers/region/factor", "a multiplier at 11 times the price"},
        {SLIPS "tiers/long/steps/0/usd_per_mtok/output",
         "a tier at 3.333 times the price of output; factors are from 0.3 to 3"},
        {SLIPS "tiers/long/steps/1/factor", "a tier at 0.2 times the price"},
        {"/models/large/contracts/swapped/usd_per_mtok/output",
         "\"output\" costs 0.2 of \"input\""},
        {"/models/large/contracts/no-output/usd_per_mtok/output", "\"output\" is free"},
    };
    const size_t count = sizeof wanted / sizeof wanted[0];
    problem_list all = {.count = 0};
    ds_scenario *s = NULL;
    assert_int_equal(ds_scenario_load("tests/data/odd-prices.json", NULL, 0, collect, &all, &s,
                                      NULL), DS_OK);
    for (size_t i = 0; i < all.count && i < count; i++) {
        assert_true(all.items[i].warning);
        assert_string_equal(all.items[i].pointer, wanted[i].pointer);
        if (strstr(all.items[i].message, wanted[i].message) == NULL)
            fail_msg("%s: %s", wanted[i].message, all.items[i].message);
    }
    assert_int_equal(all.count, count);
    ds_scenario_free(s);
}

/* ---- What must pass -------------------------------------------------------------- */

#define BEGIN                                                                             \
    "{\"name\": \"q\", \"clock\": {\"start\": \"2026-07\", \"months\": 12},"                \
    " \"quantities\": {\"d\": {\"uniform\": {\"low\": 2, \"high\": 8}}, \"n\": 5},"          \
    " \"products\": {\"p\": {\"requests_per_month\": 1, \"request\": {\"input_tokens\": 1,"  \
    " \"output_tokens\": 1}}},"
#define TOKENS "\"billing\": \"per_token\", \"usd_per_mtok\": {\"input\": 1, \"output\": 1}"
#define OTHER "\"other\": {\"contracts\": {\"c\": {" TOKENS "}}}"

/* Loads without a problem or a warning. */
static ds_scenario *passes(const char *text)
{
    problem_list all = {.count = 0};
    ds_scenario *s = NULL;
    ds_error     err = {.message = ""};
    ds_code      code = ds_scenario_parse(text, strlen(text), "text", NULL, 0, 0, collect, &all, &s,
                                          &err);
    if (code != DS_OK || all.count > 0)
        fail_msg("%s: %s\n%s", all.items[0].pointer, all.items[0].message, text);
    return s;
}

/* Fails with one problem, at the pointer. */
static void fails(const char *text, const char *pointer)
{
    problem_list all = {.count = 0};
    ds_scenario *s = NULL;
    assert_int_equal(ds_scenario_parse(text, strlen(text), "text", NULL, 0, 0, collect, &all, &s,
                                       NULL), DS_E_SCENARIO);
    if (all.count != 1 || strcmp(all.items[0].pointer, pointer) != 0)
        fail_msg("%zu, the first %s: %s", all.count, all.items[0].pointer, all.items[0].message);
}

/* Uncertain dates that are one date leave no gap; so do those of a route. */
static void test_shared_dates(void **state)
{
    (void)state;
    ds_scenario_free(passes(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"until\": \"@d\", " TOKENS "},"
        " \"b\": {\"from\": \"@d\", " TOKENS "}}}},"
        " \"strategies\": {\"s\": {\"all\": \"m\"}}}"));
    ds_scenario_free(passes(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"from\": \"@d\", " TOKENS "}}}, " OTHER
        "}, \"strategies\": {\"s\": {\"all\": \"other\", \"routes\": {\"p\": {\"m\": {\"share\": 1,"
        " \"from\": \"@d\"}}}}}}"));
    /* a route that may begin a month earlier does leave one */
    fails(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"from\": \"@d\", " TOKENS "}}}, " OTHER
        "}, \"strategies\": {\"s\": {\"all\": \"other\", \"routes\": {\"p\": {\"m\": {\"share\": 1,"
        " \"from\": 7}}}}}}",
        "/models/m/contracts/a/from");
    /* at 8, the greatest date, it does not */
    ds_scenario_free(passes(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"from\": \"@d\", " TOKENS "}}}, " OTHER
        "}, \"strategies\": {\"s\": {\"all\": \"other\", \"routes\": {\"p\": {\"m\": {\"share\": 1,"
        " \"from\": 8}}}}}}"));
}

/* A contract in force from month ceil(from): requests from 2.5 on come in month 3. */
static void test_dates_within_a_month(void **state)
{
    (void)state;
    ds_scenario_free(passes(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"from\": 3, " TOKENS "}}}, " OTHER
        "}, \"strategies\": {\"s\": {\"all\": \"other\", \"routes\": {\"p\": {\"m\": {\"share\": 1,"
        " \"from\": 2.5}}}}}}"));
    ds_scenario_free(passes(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"until\": 4.2, " TOKENS "},"
        " \"b\": {\"from\": 4.8, " TOKENS "}}}}, \"strategies\": {\"s\": {\"all\": \"m\"}}}"));
    fails(BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"until\": 4, " TOKENS "},"
          " \"b\": {\"from\": 4.8, " TOKENS "}}}}, \"strategies\": {\"s\": {\"all\": \"m\"}}}",
          "/models/m/contracts/a/until");
}

/* Labels are requests too. */
static void test_labels_need_a_contract(void **state)
{
    (void)state;
    static const char text[] =
        BEGIN "\"models\": {" OTHER ", \"m\": {\"contracts\": {\"a\": {\"from\": 6, " TOKENS "}}},"
        " \"student\": {\"teacher\": \"m\", \"project\": {\"lead_months\": 2, \"labels\": {"
        "\"examples\": 5, \"input_tokens\": 1, \"output_tokens\": 1}}, \"quality\": {\"general\":"
        " {\"acceptable_share\": 1}}, \"contracts\": {\"own\": {\"from\": %d, " TOKENS "}}}},"
        " \"strategies\": {\"s\": {\"all\": \"other\", \"start\": {\"student\": %d}, \"routes\": {"
        "\"p\": {\"student\": {\"share\": 1}}}}}}";
    char filled[2048];
    snprintf(filled, sizeof filled, text, 8, 6); /* ready in 6 + 2 */
    ds_scenario_free(passes(filled));
    snprintf(filled, sizeof filled, text, 7, 5);
    fails(filled, "/models/m/contracts/a/from");
    snprintf(filled, sizeof filled, text, 9, 6);
    fails(filled, "/models/student/contracts/own/from");
}

/* Azure: cached tokens weigh nothing; xAI: a pool for each direction. */
static void test_pools(void **state)
{
    (void)state;
    ds_scenario_free(passes(
        BEGIN "\"models\": {\"m\": {\"contracts\": {\"a\": {\"billing\": \"compute_time\","
        " \"units\": {\"ptu\": {\"usd_per_unit_hour\": 1, \"tokens_per_minute\": 3400,"
        " \"weights\": {\"output\": 8,"
        " \"cache_read\": 0}, \"minimum\": 15, \"increment\": 5}}},"
        " \"b\": {\"from\": 3, \"billing\": \"compute_time\", \"settlement\": \"day\", \"units\": {"
        "\"out\": {\"usd_per_unit_hour\": 1, \"tokens_per_minute\": 12500,"
        " \"weights\": {\"input\": 0,"
        " \"cache_read\": 0, \"cache_write\": 0}},"
        " \"in\": {\"usd_per_unit_hour\": 1, \"tokens_per_minute\": 31500,"
        " \"weights\": {\"output\":"
        " 0}}}}}}}, \"strategies\": {\"s\": {\"all\": \"m\"}}}"));
}

/* ---- Terms ----------------------------------------------------------------------- */

static const char terms_text[] =
    BEGIN "\"agreements\": {\"a/b~c\": {\"commitment\": {\"usd_per_month\": 7}}},"
    " \"models\": {\"m\": {\"contracts\": {"
    "\"t\": {\"agreement\": \"a/b~c\", \"commitment\": {\"usd_per_term\": \"@n\"}, " TOKENS "},"
    " \"u\": {\"from\": 3, \"billing\": \"compute_time\", \"units\": {"
    "\"held\": {\"usd_per_unit_hour\": 1, \"tokens_per_minute\": 1, \"held\": 2},"
    " \"some\": {\"usd_per_unit_hour\": 1, \"tokens_per_minute\": 1,"
    " \"reserved_usd_per_unit_month\": 3}}}}}},"
    " \"strategies\": {\"s\": {\"all\": \"m\"}, \"t\": {\"all\": \"m\", \"terms\": {"
    "\"/agreements/a~1b~0c/commitment/usd_per_month\": {\"value\": 9},"
    " \"/models/m/contracts/t/commitment/usd_per_term\": {\"value\": {\"p10\": 5, \"p90\": 6}},"
    " \"/models/m/contracts/u/units/held/held\": {\"optimise\": {\"low\": 0, \"high\": 5}},"
    " \"/models/m/contracts/u/units/some/reserved_units\": {\"optimise\":"
    " {\"low\": 0, \"high\": 5, \"of\": \"cvar\"}}}}}}";

/* Each term has the input of the quantity that it stands for; a default counts, and so
 * does one that "@name" shares. */
static void test_terms(void **state)
{
    (void)state;
    ds_scenario       *s = passes(terms_text);
    const ds_strategy *strategy = &DS_ITEM(ds_strategy, s->strategies, 1);
    const ds_contract *contracts = DS_ITEM(ds_model, s->models, 0).contracts.items;
    const int          wanted[] = {
        DS_ITEM(ds_agreement, s->agreements, 0).commitment->usd_per_month.index,
        contracts[0].commitment->usd_per_term.index,
        DS_ITEM(ds_unit_pool, contracts[1].units, 0).held.index,
        DS_ITEM(ds_unit_pool, contracts[1].units, 1).reserved_units.index,
    };
    assert_int_equal(strategy->terms.count, 4); /* sorted by pointer */
    for (size_t i = 0; i < 4; i++) {
        const ds_term *t = &DS_ITEM(ds_term, strategy->terms, i);
        assert_true(wanted[i] >= 0);
        assert_int_equal(t->input, wanted[i]);
        assert_int_equal(t->optimise != NULL, i >= 2);
        assert_int_equal(t->value.index == DS_ABSENT, i >= 2);
    }
    assert_string_equal(s->inputs[wanted[1]].pointer, "/quantities/n");
    assert_int_equal(DS_ITEM(ds_term, strategy->terms, 3).optimise->of, DS_OBJECTIVE_CVAR);
    assert_int_equal(DS_ITEM(ds_strategy, s->strategies, 0).terms.count, 0);
    ds_scenario_free(s);
}

/* The rules, too, stop when memory runs out: an error, or the same scenario. */
static void test_little_memory(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t limit = 4096;; limit += limit / 64) {
        ds_scenario *s = NULL;
        ds_code code = ds_scenario_parse(terms_text, strlen(terms_text), "text", NULL, 0, limit,
                                         NULL, NULL, &s, NULL);
        if (code == DS_OK) {
            const ds_strategy *strategy = &DS_ITEM(ds_strategy, s->strategies, 1);
            assert_true(DS_ITEM(ds_term, strategy->terms, 3).input >= 0);
            ds_scenario_free(s);
            break;
        }
        assert_int_equal(code, DS_E_NOMEM);
        assert_null(s);
        failures++;
    }
    assert_true(failures > 10);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_prices),
        cmocka_unit_test(test_shared_dates),
        cmocka_unit_test(test_dates_within_a_month),
        cmocka_unit_test(test_labels_need_a_contract),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
