/* test_large.c -- scenarios that are large in every direction: checked in time, and
 * refused when what they ask for has no room.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <time.h>

#include "scenario_help.h"

enum { MANY = 200, TEXT_BYTES = 4 << 20 };

/* Appends a map of `count` members; @ in `member` is the number of the member. */
static void add_members(char *text, const char *map, const char *member, int count)
{
    char *end = text + strlen(text);
    end += sprintf(end, ", \"%s\": {", map);
    for (int i = 0; i < count; i++) {
        end += sprintf(end, "%s", i > 0 ? ", " : "");
        for (const char *c = member; *c != '\0'; c++)
            end += *c == '@' ? sprintf(end, "%d", i) : sprintf(end, "%c", *c);
    }
    strcpy(end, "}");
}

static char *begin(void)
{
    char *text = malloc(TEXT_BYTES);
    assert_non_null(text);
    strcpy(text, "{\"name\": \"x\", \"clock\": {\"start\": \"2026-01\", \"months\": 12}");
    return text;
}

static ds_code load_text(char *text, ds_scenario **s, ds_error *err)
{
    strcat(text, "}");
    ds_code code = ds_scenario_parse(text, strlen(text), "text", NULL, 0, 0, NULL, NULL, s, err);
    free(text);
    return code;
}

/* Each strategy may send each product to any model, by routes, and by the next model when
 * one is out: what asks of every meter once walked over all of it.  It took minutes. */
static void test_traffic_of_many(void **state)
{
    (void)state;
    static char strategy[65536];
    char       *end = strategy, *text = begin();
    end += sprintf(end, "\"s@\": {\"all\": \"m0\", \"routes\": {");
    for (int p = 0; p < MANY; p++)
        end += sprintf(end, "%s\"p%d\": {\"m%d\": {\"share\": 0.1}, \"m%d\": {\"share\": 0.1}}",
                       p > 0 ? ", " : "", p, p, (p + 7) % MANY);
    strcpy(end, "}}");
    add_members(text, "products", "\"p@\": {\"requests_per_month\": 5, \"request\": "
                "{\"input_tokens\": 7, \"output_tokens\": 7, \"meters\": {\"calls\": 1}}}", MANY);
    add_members(text, "models", "\"m@\": {\"interruption\": {\"per_year\": 1, \"months\": 1}, "
                "\"fallback\": \"m0\", \"contracts\": {\"c\": {\"billing\": \"per_token\", "
                "\"usd_per_mtok\": {\"input\": 1, \"output\": 2}, \"meters\": {\"calls\": "
                "{\"usd_per_unit\": 1}}}}}", MANY);
    memcpy(strstr(text, "\"fallback\": \"m0\""), "\"fallback\": \"m1\"", 16); /* of m0 */
    add_members(text, "strategies", strategy, MANY);
    ds_scenario  *s = NULL;
    ds_error      err = {.message = ""};
    const clock_t before = clock();
    assert_int_equal(load_text(text, &s, &err), DS_OK);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 60.0);
    ds_scenario_free(s);
}

/* Routes of each product to each model under each strategy. */
static void test_plan_without_room(void **state)
{
    (void)state;
    char *text = begin();
    add_members(text, "products", "\"p@\": {\"requests_per_month\": 5, \"request\": "
                "{\"input_tokens\": 7, \"output_tokens\": 7}}", 1000);
    add_members(text, "models", "\"m@\": {\"contracts\": {\"c\": {\"billing\": \"per_token\", "
                "\"usd_per_mtok\": {\"input\": 1, \"output\": 2}}}}", 600);
    /* 600 routes of 1000 products in each of so many strategies */
    add_members(text, "strategies", "\"s@\": {\"extends\": \"#/strategies/all\"}", 100);
    text[strlen(text) - 1] = '\0';
    char *end = text + strlen(text);
    end += sprintf(end, ", \"all\": {\"all\": \"m0\", \"routes\": {\"*\": {");
    for (int i = 1; i < 600; i++)
        end += sprintf(end, "%s\"m%d\": {\"share\": 0.001}", i > 1 ? ", " : "", i);
    strcpy(end, "}}}}");
    ds_scenario *s = NULL;
    ds_plan     *plan = NULL;
    ds_error     err = {.message = ""};
    assert_int_equal(load_text(text, &s, &err), DS_OK);
    assert_int_equal(ds_plan_compile(s, &plan, &err), DS_E_SCENARIO);
    assert_null(plan);
    assert_non_null(strstr(err.message, "too large"));
    ds_scenario_free(s);
}

/* A class that only the last of many contracts offers. */
static void test_last_class_of_many(void **state)
{
    (void)state;
    char        *text = begin();
    ds_scenario *s = NULL;
    ds_error     err = {.message = ""};
    strcat(text, ", \"products\": {\"p\": {\"requests_per_month\": 5, \"service_shares\": "
           "{\"k399\": 0.5}, \"request\": {\"input_tokens\": 7, \"output_tokens\": 7}}}");
    add_members(text, "models", "\"m@\": {\"contracts\": {\"c\": {\"billing\": \"per_token\", "
                "\"usd_per_mtok\": {\"input\": 1, \"output\": 2}, \"service_classes\": "
                "{\"k@\": {\"factor\": 0.5}}}}}", 400);
    strcat(text, ", \"strategies\": {\"s\": {\"all\": \"m399\"}}");
    if (load_text(text, &s, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    ds_scenario_free(s);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traffic_of_many),
        cmocka_unit_test(test_plan_without_room),
        cmocka_unit_test(test_last_class_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
