/* test_extends.c -- `extends`: files, catalogues, circles, bounds.
 *
 * Run from the root of the repository.  All exact.  Merge patch: the cases of
 * appendix A of RFC 7396.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>

#include "scenario/document.h"
#include "scenario_help.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Trees from memory ----------------------------------------------------------- */

/* The first problem of a text, whose tree may still be made; NULL when there is none. */
static ds_document *document_of(const char *text, ds_error *problem)
{
    ds_problems  problems = {0};
    ds_document *document = ds_document_parse(text, strlen(text), "text", &problems);
    memset(problem, 0, sizeof *problem);
    ds_problems_report(&problems, NULL, NULL, problem);
    assert_int_equal(document == NULL, ds_problems_any(&problems));
    ds_problems_free(&problems);
    return document;
}

/* The text's tree is the one that `wanted` is, in the same order. */
static void expect_tree(const char *text, const char *wanted)
{
    ds_error     problem;
    ds_document *document = document_of(text, &problem);
    if (document == NULL)
        fail_msg("%s: %s: %s", text, problem.pointer, problem.message);
    char  *found = cJSON_PrintUnformatted(document->root);
    cJSON *tree = cJSON_Parse(wanted);
    char  *plain = cJSON_PrintUnformatted(tree);
    assert_string_equal(found, plain);
    cJSON_free(found);
    cJSON_free(plain);
    cJSON_Delete(tree);
    ds_document_free(document);
}

static void expect_problem(const char *text, int column, const char *pointer, const char *message)
{
    ds_error     problem;
    ds_document *document = document_of(text, &problem);
    if (document != NULL)
        fail_msg("no problem in %s", text);
    if (strcmp(problem.pointer, pointer) != 0 || strstr(problem.message, message) == NULL)
        fail_msg("%s: %s: %s", text, problem.pointer, problem.message);
    assert_int_equal(problem.line, 1);
    assert_int_equal(problem.column, column);
}

static void test_merge_patch(void **state)
{
    (void)state;
    /* original, patch, result: RFC 7396, appendix A, each as a member, so that a patch
     * that is null removes it; then some of our own */
    static const char *const cases[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", NULL},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
        {"{\"a\":1}", "{\"A\":2}", "{\"a\":1,\"A\":2}"},
        {"{\"a\":1}", "{\"a\":{\"b\":null,\"c\":[null]}}", "{\"a\":{\"c\":[null]}}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[512], wanted[512];
        snprintf(text, sizeof text, "{\"o\":{\"v\":%s},\"r\":{\"extends\":\"#/o\",\"v\":%s}}",
                 cases[i][0], cases[i][1]);
        snprintf(wanted, sizeof wanted, cases[i][2] == NULL ? "{\"o\":{\"v\":%s},\"r\":{}}"
                                        : "{\"o\":{\"v\":%s},\"r\":{\"v\":%s}}",
                 cases[i][0], cases[i][2]);
        expect_tree(text, wanted);
    }
}

static void test_places(void **state)
{
    (void)state;
    /* keys of the base first, in its order; then new ones; one that comes again is new */
    expect_tree("{\"b\":{\"x\":1,\"y\":2},\"r\":{\"z\":3,\"y\":4,\"extends\":\"#/b\"}}",
                "{\"b\":{\"x\":1,\"y\":2},\"r\":{\"x\":1,\"y\":4,\"z\":3}}");
    expect_tree("{\"b\":{\"x\":1,\"y\":2},\"m\":{\"extends\":\"#/b\",\"x\":null},"
                "\"r\":{\"extends\":\"#/m\",\"x\":1}}",
                "{\"b\":{\"x\":1,\"y\":2},\"m\":{\"y\":2},\"r\":{\"y\":2,\"x\":1}}");
    /* chains, what is inside, and what the pointer passes extend as well */
    expect_tree("{\"a\":{\"i\":{\"extends\":\"#/p\",\"n\":1}},\"p\":{\"q\":{\"m\":2}},"
                "\"r\":{\"extends\":\"#/a/i/q\"},\"s\":{\"extends\":\"#/a\"}}",
                "{\"a\":{\"i\":{\"q\":{\"m\":2},\"n\":1}},\"p\":{\"q\":{\"m\":2}},"
                "\"r\":{\"m\":2},\"s\":{\"i\":{\"q\":{\"m\":2},\"n\":1}}}");
    /* in lists, through lists, with escapes */
    expect_tree("{\"a/~\":[0,{\"x\":1}],\"r\":[{\"extends\":\"#/a~1~0/1\",\"n\":null,\"y\":2}]}",
                "{\"a/~\":[0,{\"x\":1}],\"r\":[{\"x\":1,\"y\":2}]}");
    /* the same thing twice in one place is no circle */
    expect_tree("{\"t\":{\"x\":1},\"r\":{\"extends\":\"#/t\",\"in\":{\"extends\":\"#/t\"}}}",
                "{\"t\":{\"x\":1},\"r\":{\"x\":1,\"in\":{\"x\":1}}}");
}

static void test_problems(void **state)
{
    (void)state;
    expect_problem("{\"a\":{\"extends\":\"#/list\"},\"lists\":{}}", 17, "/a/extends",
                   "\"#\" has no member \"list\"; did you mean \"lists\"?");
    expect_problem("{\"a\":{\"extends\":\"#/b/qqq\"},\"b\":{\"long\":1}}", 17, "/a/extends",
                   "\"#/b\" has no member \"qqq\"");
    expect_problem("{\"a\":[{\"extends\":\"#/b\"}],\"b\":7}", 18, "/a/0/extends",
                   "\"#/b\" is a number, not an object");
    expect_problem("{\"a\":{\"extends\":\"#/b\"},\"b\":[]}", 17, "/a/extends", "is a list");
    expect_problem("{\"a\":{\"extends\":\"#b\"}}", 17, "/a/extends", "starts with '/'");
    expect_problem("{\"a\":{\"extends\":\"#/~b\"}}", 17, "/a/extends", "'~' is written ~0");
    expect_problem("{\"a\":{\"extends\":{}}}", 17, "/a/extends", "must be the name of a file");
    expect_problem("{\"a\":{\"extends\":\"\"}}", 17, "/a/extends", "must be the name of a file");
    expect_problem("{\"a\":{\"extends\":\"x.json#/b\"}}", 17, "/a/extends",
                   "no directory to look in for \"x.json\"");
}

static void test_circles(void **state)
{
    (void)state;
    expect_problem("{\"extends\":\"#\"}", 12, "/extends", "in a circle through \"#\"");
    expect_problem("{\"a\":{\"extends\":\"#/a\"}}", 17, "/a/extends", "in a circle");
    expect_problem("{\"a\":{\"extends\":\"#\"}}", 17, "/a/extends", "in a circle");
    expect_problem("{\"a\":{\"extends\":\"#/a/b\"}}", 17, "/a/extends", "in a circle");
    expect_problem("{\"a\":{\"b\":{\"extends\":\"#/a\"}}}", 22, "/a/b/extends", "in a circle");
    expect_problem("{\"a\":{\"extends\":\"#/b\"},\"b\":{\"extends\":\"#/a\"}}", 39, "/b/extends",
                   "objects extend each other in a circle through \"#/a\"");
}

/* o0, o1, ...: each extends the one before, and the first is {}. */
static char *chain(int count)
{
    char  *text = malloc((size_t)count * 48 + 64);
    size_t length = (size_t)sprintf(text, "{\"o0\":{}");
    for (int i = 1; i < count; i++)
        length += (size_t)sprintf(text + length, ",\"o%d\":{\"extends\":\"#/o%d\"}", i, i - 1);
    sprintf(text + length, "}");
    return text;
}

/* o0 is {}, and each of the others has `width` members that extend the one before. */
static char *tower(int count, int width)
{
    char  *text = malloc((size_t)count * (size_t)width * 40 + 64);
    size_t length = (size_t)sprintf(text, "{\"o0\":{}");
    for (int i = 1; i < count; i++) {
        length += (size_t)sprintf(text + length, ",\"o%d\":{", i);
        for (int k = 0; k < width; k++)
            length += (size_t)sprintf(text + length, "%s\"%d\":{\"extends\":\"#/o%d\"}",
                                      k == 0 ? "" : ",", k, i - 1);
        length += (size_t)sprintf(text + length, "}");
    }
    sprintf(text + length, "}");
    return text;
}

static void expect_bound(char *text, const char *message)
{
    ds_error     problem;
    ds_document *document = document_of(text, &problem);
    free(text);
    assert_int_equal(document == NULL, message != NULL);
    if (message != NULL && strstr(problem.message, message) == NULL)
        fail_msg("%s", problem.message);
    ds_document_free(document);
}

static void test_bounds(void **state)
{
    (void)state;
    expect_bound(chain(16), NULL);
    expect_bound(chain(17), "more than 16 extend one another, up to \"#/o0\"");
    expect_bound(tower(10, 2), NULL);
    expect_bound(tower(7, 40), "more than 1000000 values");
    expect_bound(tower(12, 4), "more than 1000000 values");

    /* fifteen links of depth 60 would make a value 900 deep */
    char   deep[16 * 256];
    size_t length = (size_t)sprintf(deep, "{\"o0\":{}");
    for (int i = 1; i < 4; i++) {
        length += (size_t)sprintf(deep + length, ",\"o%d\":", i);
        for (int k = 0; k < 30; k++)
            length += (size_t)sprintf(deep + length, "{\"a\":");
        length += (size_t)sprintf(deep + length, "{\"extends\":\"#/o%d\"}", i - 1);
        for (int k = 0; k < 30; k++)
            deep[length++] = '}';
    }
    sprintf(deep + length, "}");
    expect_bound(strdup(deep), "nested more than 64 deep");
}

/* As many mistakes as fit: told in no time, though each could be like thousands. */
static void test_many_problems(void **state)
{
    (void)state;
    enum { COUNT_OF = 100000 };
    char *text = malloc((size_t)COUNT_OF * 40 + 200000);
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "{\"b\":{");
    for (int i = 0; i < 4000; i++)
        length += (size_t)sprintf(text + length, "%s\"%031d\":0", i == 0 ? "" : ",", i);
    length += (size_t)sprintf(text + length, "},\"a\":[0");
    for (int i = 0; i < COUNT_OF; i++)
        length += (size_t)sprintf(text + length, ",{\"extends\":\"#/b/%d\"}", i);
    sprintf(text + length, "]}");
    expect_bound(text, "\"#/b\" has no member \"0\"");
}

/* ---- Files ----------------------------------------------------------------------- */

static const char with_catalogue[] = "tests/data/with-catalogue.json";

static void test_catalogue(void **state)
{
    (void)state;
    ds_scenario *s = load(with_catalogue);
    const char  *list = "/models/large/contracts/list";
    char         pointer[128];
    const struct {
        const char *key, *text;
    } wanted[] = {{"usd_per_mtok/input", "3"}, {"discount_share", "0.25"}};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        snprintf(pointer, sizeof pointer, "%s/%s", list, wanted[i].key);
        assert_string_equal(find_input(s, pointer)->text, wanted[i].text);
    }
    /* two names of one file: the catalogue was read once */
    assert_int_equal(s->source->file_count, 3);
    assert_string_equal(s->source->files[1], "tests/data/minimal.json");
    assert_string_equal(s->source->files[2], "tests/data/catalogue/vendor.json");
    /* a source comes along, and a sample stands beside the catalogue */
    assert_string_equal(
        find_input(s, "/models/large/contracts/later/usd_per_mtok/cache_read")->source,
        "the price list");
    assert_int_equal(find_input(s, "/products/sampled/requests_per_month")->distribution.count, 2);
    /* the same file after its parent: what the model has there, less one contract */
    const ds_model *models = s->models.items;
    assert_int_equal(s->models.count, 2);
    assert_int_equal(models[0].contracts.count, 2);
    assert_int_equal(models[1].contracts.count, 1);
    assert_null(strstr(ds_scenario_resolved_json(s), "extends"));
    ds_scenario *again = parse(ds_scenario_resolved_json(s));
    assert_string_equal(ds_scenario_hash(s), ds_scenario_hash(again));
    ds_scenario_free(again);
    ds_scenario_free(s);
}

/* Without another file, `extends` works in text from memory too. */
static void test_same_file(void **state)
{
    (void)state;
    char   text[4096];
    FILE  *file = fopen("tests/data/same-file.json", "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    ds_scenario *s = parse(text);
    assert_string_equal(find_input(s, "/models/other/contracts/list/usd_per_mtok/input")->text,
                        "2");
    assert_string_equal(find_input(s, "/models/other/contracts/list/usd_per_mtok/output")->text,
                        "15");
    assert_true(find_input(s, "/products/mail/request/output_words")->distribution.kind !=
                DS_DIST_CONSTANT);
    assert_int_equal(ds_scenario_strategy_count(s), 2);
    ds_scenario_free(s);
}

/* A value that is wrong stands where its file says it. */
static void test_positions(void **state)
{
    (void)state;
    const ds_override change[] = {{"/models/large/contracts/list/from", "2027-01"}};
    ds_scenario      *s = load(with_catalogue);
    const cJSON      *root = s->source->root;
    const char *const path[] = {"models", "large", "contracts", "list", "usd_per_mtok"};
    for (size_t i = 0; i < COUNT(path); i++)
        root = ds_tree_member(root, path[i]);
    const ds_position *input = ds_document_position(s->source, ds_tree_member(root, "input"));
    assert_string_equal(ds_document_file(s->source, input->file),
                        "tests/data/catalogue/vendor.json");
    assert_int_equal(input->line, 7);
    assert_int_equal(input->column, 18);
    /* overrides and copies do not disturb it */
    ds_scenario *t = NULL;
    assert_int_equal(ds_scenario_with(s, change, 1, NULL, NULL, &t, NULL), DS_E_SCENARIO);
    ds_scenario_free(s);
}

static void test_overrides(void **state)
{
    (void)state;
    const ds_override cases[] = {
        {"/models/large/extends", "x.json"},
        {"/models/large/contracts/list/extends/0", "x.json"},
        {"/models/large", "{\"extends\": \"x.json\"}"},
        {"/assert", "[{\"extends\": \"x.json\"}]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        ds_scenario *s = NULL;
        ds_error     err;
        assert_int_equal(ds_scenario_load(with_catalogue, &cases[i], 1, NULL, NULL, &s, &err),
                         DS_E_SCENARIO);
        assert_string_equal(err.file, "--set");
        assert_string_equal(err.pointer, cases[i].pointer);
        assert_string_equal(err.message, "what an object extends cannot be changed");
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge_patch), cmocka_unit_test(test_places),
        cmocka_unit_test(test_problems),    cmocka_unit_test(test_circles),
        cmocka_unit_test(test_bounds),      cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_catalogue),
        cmocka_unit_test(test_same_file),
        cmocka_unit_test(test_positions),   cmocka_unit_test(test_overrides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
