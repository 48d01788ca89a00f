/* test_override.c -- parents, overrides, and the canonical text with its hash.
 *
 * Run from the root of the repository.  All exact.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>

#include "scenario_help.h"

/* ---- Parents and overrides ------------------------------------------------------- */

static void test_extends(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/child/child.json");
    assert_string_equal(ds_scenario_name(s), "grandchild of minimal");
    assert_string_equal(ds_scenario_path(s), "tests/data/child/child.json");
    assert_int_equal(ds_scenario_months(s), 24);            /* the parent's */
    assert_int_equal(s->products.count, 2);                 /* one more */
    assert_string_equal(s->clock->start, "2026-07");        /* the grandparent's */
    expect_near(s->clock->hours_per_month, 730, 0); /* taken back by null */
    /* the sample stands beside the file that names it, not beside the child */
    const ds_input *sample = find_input(s, "/products/more/requests_per_month");
    assert_int_equal(sample->distribution.count, 3);
    ds_scenario_free(s);
}

static void test_overrides(void **state)
{
    (void)state;
    const ds_override changes[] = {
        {"/clock/months", "36"},
        {"/name", "bare words"},
        {"/products/chat/growth/per_year", "{\"p10\": 0.1, \"p90\": 1}"}, /* makes growth */
        {"/products/chat/description", "2027-01"},                        /* not JSON: text */
        {"/models/a~1b~0c", "{\"contracts\": {\"c\": {\"billing\": \"per_token\","
                            " \"usd_per_mtok\": {\"input\": 1, \"output\": 2}}}}"},
        {"/models/a~1b~0c/contracts/c/usd_per_mtok/input", "7"},
        {"/strategies/stay/all", "a/b~c"},
        {"/models/large", "null"},
        {"/assert", "[]"},
        {"/assert/-", "{\"outcome\": \"x\", \"strategy\": \"stay\", \"above\": 1}"},
        {"/assert/0/above", "5"},
    };
    ds_scenario *s = load_with("tests/data/minimal.json", changes,
                               sizeof changes / sizeof changes[0]);
    assert_int_equal(ds_scenario_months(s), 36);
    assert_string_equal(ds_scenario_name(s), "bare words");
    assert_string_equal(DS_ITEM(ds_product, s->products, 0).description, "2027-01");
    assert_int_equal(s->models.count, 1);
    assert_string_equal(find_input(s, "/models/a~1b~0c/contracts/c/usd_per_mtok/input")->text, "7");
    expect_near(DS_ITEM(ds_assertion, s->assertions, 0).above, 5.0, 0.0);
    assert_true(isinf(DS_ITEM(ds_assertion, s->assertions, 0).below));

    /* a second change starts from the first, and the first stays as it is */
    const ds_override more[] = {{"/clock/months", "48"}};
    ds_scenario      *t = NULL;
    assert_int_equal(ds_scenario_with(s, more, 1, print_problem, NULL, &t, NULL), DS_OK);
    ds_scenario_free(s);
    assert_int_equal(ds_scenario_months(t), 48);
    assert_string_equal(ds_scenario_name(t), "bare words");
    ds_scenario_free(t);
}

static void test_override_samples(void **state)
{
    (void)state;
    const ds_override change[] = {{"/clock/months", "48"}};
    ds_scenario      *s = load("tests/data/maximal.json"), *t = NULL;
    assert_int_equal(ds_scenario_with(s, change, 1, print_problem, NULL, &t, NULL), DS_OK);
    ds_scenario_free(s);
    assert_int_equal(find_input(t, "/products/archive/requests_per_month")->distribution.count, 3);
    ds_scenario_free(t);
}

/* A number that is uncertain and correlated in the file may be fixed: the pair then
 * has no effect. */
static void test_override_of_correlated(void **state)
{
    (void)state;
    const ds_override change[] = {{"/products/q/growth/per_year", "0.5"}};
    ds_scenario      *s = NULL;
    ds_plan          *plan = NULL;
    ds_error          err;
    assert_int_equal(ds_scenario_load("scenarios/amazon-anthropic.json", change, 1, NULL, NULL, &s,
                                      &err), DS_OK);
    assert_int_equal(ds_plan_compile(s, &plan, &err), DS_OK);
    ds_plan_free(plan);
    ds_scenario_free(s);
}

static void test_bad_overrides(void **state)
{
    (void)state;
    const struct {
        const char *pointer, *value, *message;
        ds_code     code;
    } cases[] = {
        {"clock/months", "3", "starts with '/'", DS_E_SCENARIO},
        {"", "3", "starts with '/'", DS_E_SCENARIO},
        {"/clock/mon~2ths", "3", "'~' is written ~0", DS_E_SCENARIO},
        {"/clock/start/x", "3", "a string has no member \"x\"", DS_E_SCENARIO},
        {"/clock/months", "0", "0 is below 1 month", DS_E_SCENARIO},
        {"/clock/months", "{\"a\": ", "expected a value, found the end", DS_E_SYNTAX},
        {"/clock/months", "\"x", "does not end", DS_E_SYNTAX},
        {"/clock/months", "1e999", "must be an integer, found the string", DS_E_SCENARIO},
        {"/clock/months", "", "the text is empty", DS_E_SYNTAX},
        {"/clock/months", "a\x01", "must be an integer", DS_E_SCENARIO},
        {"/name", "\xFF", "not valid UTF-8", DS_E_SYNTAX},
        {"/clock/monts", "3", "unknown key \"monts\"; did you mean \"months\"?", DS_E_SCENARIO},
        {"/clock", "null", "required key \"clock\" is missing", DS_E_SCENARIO},
        {"/extends", "\"x.json\"", "cannot be changed", DS_E_SCENARIO},
        {"/quantities/misspelt", "3", "nothing uses this quantity", DS_E_SCENARIO},
        {"/products/chat/season/12", "1", "a list has", DS_E_SCENARIO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ds_override change[] = {{cases[i].pointer, cases[i].value}};
        ds_scenario      *s = NULL;
        ds_error          err;
        ds_code code = ds_scenario_load("tests/data/minimal.json", change, 1, NULL, NULL, &s, &err);
        if (i + 1 == sizeof cases / sizeof cases[0]) {
            /* the season is made as an object, which is not what a season is */
            assert_non_null(strstr(err.message, "must be a list of numbers, found an object"));
            continue;
        }
        if (strstr(err.message, cases[i].message) == NULL)
            fail_msg("case %zu: %s", i, err.message);
        assert_int_equal(code, cases[i].code);
        assert_null(s);
        if (strcmp(cases[i].value, "null") != 0)
            assert_string_equal(err.file, "--set");
    }
}

/* ---- The canonical text ---------------------------------------------------------- */

static void expect_same_hash(const char *first, const char *second)
{
    ds_scenario *a = parse(first), *b = parse(second);
    if (strcmp(ds_scenario_hash(a), ds_scenario_hash(b)) != 0)
        fail_msg("%s\n%s", ds_scenario_resolved_json(a), ds_scenario_resolved_json(b));
    assert_string_equal(ds_scenario_resolved_json(a), ds_scenario_resolved_json(b));
    ds_scenario_free(a);
    ds_scenario_free(b);
}

/* Reverses the members of objects, but not of those whose order means something. */
static void reverse_members(cJSON *node, bool keep)
{
    cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        static const char *const kept[] = {"strategies", "contracts", "multipliers", "tiers",
                                           "units"};
        bool                     ordered = false;
        for (size_t i = 0; child->string != NULL && i < sizeof kept / sizeof kept[0]; i++)
            ordered = ordered || strcmp(child->string, kept[i]) == 0;
        reverse_members(child, ordered);
    }
    if (!cJSON_IsObject(node) || keep)
        return;
    cJSON *members[256];
    int    count = 0;
    while (node->child != NULL)
        members[count++] = cJSON_DetachItemViaPointer(node, node->child);
    while (count > 0) {
        count--;
        char *name = strdup(members[count]->string);
        assert_non_null(name);
        assert_true(cJSON_AddItemToObject(node, name, members[count]));
        free(name);
    }
}

static void test_hash_ignores_layout(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/maximal.json");
    cJSON       *tree = cJSON_Parse(ds_scenario_resolved_json(s));
    assert_non_null(tree);
    reverse_members(tree, false);
    char *reversed = cJSON_PrintUnformatted(tree);
    assert_string_not_equal(reversed, ds_scenario_resolved_json(s));
    expect_same_hash(ds_scenario_resolved_json(s), reversed);
    cJSON_free(reversed);
    cJSON_Delete(tree);
    ds_scenario_free(s);

    /* defaults that are spelled out, other spellings of a number, escapes */
    char plain[2048], spelled[2048];
    snprintf(plain, sizeof plain, QUANTITY_TEXT, "0");
    snprintf(spelled, sizeof spelled, QUANTITY_TEXT,
             "-0.0e1, \"t\\u0069ming\": \"start\", \"discount_rate_per_year\": 1e-1");
    expect_same_hash(plain, spelled);
}

static void test_hash_sees_changes(void **state)
{
    (void)state;
    const ds_override changes[] = {
        {"/clock/months", "53"},
        {"/inflation_per_year/normal/sd", "0.011"},
        {"/products/archive/growth/series/2", "1.3"},
        {"/description", "other"},
        {"/correlations/0/2", "0.61"},
        {"/products/archive/requests_per_month/empirical", "{\"values\": [2.5, 3.25]}"},
    };
    ds_scenario *s = load("tests/data/maximal.json");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ds_scenario *t = NULL;
        assert_int_equal(ds_scenario_with(s, &changes[i], 1, print_problem, NULL, &t, NULL), DS_OK);
        assert_string_not_equal(ds_scenario_hash(t), ds_scenario_hash(s));
        ds_scenario_free(t);
    }
    ds_scenario_free(s);
}

/* FNV-1a of the text, computed here anew. */
static void test_hash_is_fnv(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/minimal.json");
    uint64_t     hash = 14695981039346656037u; /* offset basis, RFC 9923 */
    for (const char *p = ds_scenario_resolved_json(s); *p != '\0'; p++) {
        hash ^= (unsigned char)*p;
        hash *= 1099511628211u;
    }
    char text[32];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    assert_string_equal(ds_scenario_hash(s), text);
    ds_scenario_free(s);
}

static void expect_same_inputs(const ds_scenario *a, const ds_scenario *b)
{
    assert_int_equal(a->input_count, b->input_count);
    for (size_t i = 0; i < a->input_count; i++) {
        const ds_input *x = &a->inputs[i], *y = &b->inputs[i];
        assert_string_equal(x->pointer, y->pointer);
        assert_int_equal(x->distribution.kind, y->distribution.kind);
        assert_true(memcmp(&x->distribution.a, &y->distribution.a, 5 * sizeof(double)) == 0);
        assert_int_equal(x->distribution.count, y->distribution.count);
        if (x->distribution.count > 0)
            assert_memory_equal(x->distribution.values, y->distribution.values,
                                x->distribution.count * sizeof(double));
    }
}

/* The canonical text is a scenario itself, and the same one to the bit. */
static void test_resolved_is_a_scenario(void **state)
{
    (void)state;
    const char *const files[] = {"tests/data/minimal.json", "tests/data/maximal.json",
                                 "tests/data/child/child.json"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        ds_scenario *s = load(files[i]), *again = parse(ds_scenario_resolved_json(s));
        assert_string_equal(ds_scenario_hash(s), ds_scenario_hash(again));
        assert_string_equal(ds_scenario_resolved_json(s), ds_scenario_resolved_json(again));
        expect_same_inputs(s, again);
        ds_scenario_free(s);
        ds_scenario_free(again);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extends),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_override_samples),
        cmocka_unit_test(test_override_of_correlated),
        cmocka_unit_test(test_bad_overrides),
        cmocka_unit_test(test_hash_ignores_layout),
        cmocka_unit_test(test_hash_sees_changes),
        cmocka_unit_test(test_hash_is_fnv),
        cmocka_unit_test(test_resolved_is_a_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
