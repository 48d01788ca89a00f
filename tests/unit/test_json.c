/* test_json.c -- the JSON scanner and pointers.
 *
 * All exact.  UTF-8: the boundaries of table 3-7 of the Unicode standard.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scan.h"
#include "scenario/tree.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static ds_code scan(const char *text, size_t length, ds_error *err)
{
    /* an exact copy, so that reading past the end is seen by a checker of memory */
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    ds_positions positions = {0};
    ds_code      code = ds_scan(copy, length, 0, &positions, err);
    ds_positions_free(&positions);
    free(copy);
    return code;
}

static void test_accepts(void **state)
{
    (void)state;
    static const char *const good[] = {
        "null", "true", "false", "0", "-0", "-0.0", "12", "1.5", "1e5", "1E+5", "1e-5",
        "-1.25e-300", "5e-324", "1.7976931348623157e308", "1e-400", "\"\"", "\"a\"", " [ ] ",
        "{}", "[1]", "[1, 2]", "{\"a\": 1}", "{\"a\":{\"b\":[{},[]]}}", "\t\r\n 1 \n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\\uD834\\uDD1E\\uffff\"", "\"\x7F\"",
        "\"\xC2\x80\xDF\xBF\"", "\"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\"",
        "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        ds_error err;
        if (scan(good[i], strlen(good[i]), &err) != DS_OK)
            fail_msg("%s: %s", good[i], err.message);
    }
}

static void test_rejects(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "nul", "nulL", "True", "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "5.",
        "01", "-01", "00", "0x10", "1e", "1e+", "1.e5", "1e309", "-1e999", "1_000", "\"", "\"a",
        "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u00G0\"", "\"\\u0000\"", "\"\\uD800\"",
        "\"\\uD800\\n\"", "\"\\uD800\\u0041\"", "\"\\uDC00\"", "\"\\", "\"\\u", "\"a\nb\"",
        "\"a\tb\"", "\"\x1F\"", "\"\x80\"", "\"\xC1\xBF\"", "\"\xC2\"", "\"\xE0\x9F\xBF\"",
        "\"\xED\xA0\x80\"", "\"\xF0\x8F\xBF\xBF\"", "\"\xF4\x90\x80\x80\"",
        "\"\xF5\x80\x80\x80\"", "\"\xE2\x82\"", "\"\xFF\"", "\xEF\xBB\xBF{}", "[", "]", "[1",
        "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}", "{,}", "{1:2}", "{a:1}", "{\"a\" 1}", "{\"a\"::1}",
        "{\"a\":1]", "1 2", "{} {}", "[] x", "// x\n1", "1 # x", "'a'", "\x01", "\v1",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        ds_error err = {.message = ""};
        if (scan(bad[i], strlen(bad[i]), &err) != DS_E_SYNTAX)
            fail_msg("accepts %s", bad[i]);
        assert_true(err.line >= 1 && err.column >= 1);
        assert_true(strlen(err.message) > 0);
    }
    ds_error err;
    assert_int_equal(scan("[1,\0002]", 6, &err), DS_E_SYNTAX);
    assert_non_null(strstr(err.message, "control character 0x00"));
    assert_int_equal(scan("\"a\000b\"", 5, &err), DS_E_SYNTAX);
}

static void test_nesting(void **state)
{
    (void)state;
    for (size_t depth = 63; depth <= 66; depth++) {
        char text[256];
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(scan(text, 2 * depth, NULL), depth <= 64 ? DS_OK : DS_E_SYNTAX);
    }
}

/* Positions count lines and characters, not bytes. */
static void test_positions(void **state)
{
    (void)state;
    static const char text[] = "{\"\xC3\xA9\xF0\x9D\x84\x9E\": 1,\r\n\t\"b\": [true, \"x\"],\n"
                               "\"c\":{}}";
    static const ds_position wanted[] = {
        {0, 1, 1, 0, 0}, {0, 1, 8, 1, 2}, {0, 2, 7, 2, 2}, {0, 2, 8, 0, 0}, {0, 2, 14, 0, 0},
        {0, 3, 5, 3, 1},
    };
    ds_positions positions = {0};
    assert_int_equal(ds_scan(text, sizeof text - 1, 0, &positions, NULL), DS_OK);
    assert_int_equal(positions.count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_int_equal(positions.items[i].line, wanted[i].line);
        assert_int_equal(positions.items[i].column, wanted[i].column);
        assert_int_equal(positions.items[i].key_line, wanted[i].key_line);
        assert_int_equal(positions.items[i].key_column, wanted[i].key_column);
    }
    ds_positions_free(&positions);
}

/* A long line costs no more than a short one: the square of 400,000 would show. */
static void test_long_line(void **state)
{
    (void)state;
    enum { VALUES = 400000 };
    char *text = malloc(VALUES * 2 + 2);
    assert_non_null(text);
    text[0] = '[';
    for (size_t i = 0; i < VALUES; i++) {
        text[1 + 2 * i] = '1';
        text[2 + 2 * i] = i + 1 < VALUES ? ',' : ']';
    }
    text[1 + 2 * VALUES] = '\0';
    ds_positions positions = {0};
    assert_int_equal(ds_scan(text, 1 + 2 * VALUES, 0, &positions, NULL), DS_OK);
    assert_int_equal(positions.items[VALUES].column, 2 * VALUES);
    ds_positions_free(&positions);
    free(text);
}

static cJSON *tree(const char *text)
{
    ds_positions positions = {0};
    cJSON       *root = NULL;
    ds_error     err;
    if (ds_tree_parse(text, strlen(text), 0, &positions, &root, &err) != DS_OK)
        fail_msg("%s: %s", text, err.message);
    ds_positions_free(&positions);
    return root;
}

static void expect_tree(cJSON *found, const char *wanted)
{
    cJSON *w = tree(wanted);
    if (!cJSON_Compare(found, w, 1)) {
        char *text = cJSON_PrintUnformatted(found);
        fail_msg("found %s, wanted %s", text, wanted);
    }
    cJSON_Delete(w);
    cJSON_Delete(found);
}

static void test_pointers(void **state)
{
    (void)state;
    static const struct {
        const char *original, *pointer, *value, *result; /* NULL: refused */
    } cases[] = {
        {"{\"a\":1}", "/a", "2", "{\"a\":2}"},
        {"{\"a\":1}", "/b/c", "2", "{\"a\":1,\"b\":{\"c\":2}}"},
        {"{}", "/", "1", "{\"\":1}"},
        {"{}", "//x", "1", "{\"\":{\"x\":1}}"},
        {"{\"a/b\":1,\"m~n\":2}", "/a~1b", "3", "{\"a/b\":3,\"m~n\":2}"},
        {"{\"a/b\":1,\"m~n\":2}", "/m~0n", "3", "{\"a/b\":1,\"m~n\":3}"},
        {"{}", "/~01", "1", "{\"~1\":1}"},
        {"{\"a\":[1,2]}", "/a/1", "5", "{\"a\":[1,5]}"},
        {"{\"a\":[1,2]}", "/a/2", "5", "{\"a\":[1,2,5]}"},
        {"{\"a\":[1,2]}", "/a/-", "5", "{\"a\":[1,2,5]}"},
        {"{\"a\":[1,2]}", "/a/0", "null", "{\"a\":[2]}"},
        {"{\"a\":[{}]}", "/a/0/b", "1", "{\"a\":[{\"b\":1}]}"},
        {"{\"a\":{\"b\":1}}", "/a", "null", "{}"},
        {"{\"a\":1}", "/b/c", "null", "{\"a\":1}"},
        {"{\"a\":[1,2]}", "/a/3", "5", NULL},
        {"{\"a\":[1,2]}", "/a/01", "5", NULL},
        {"{\"a\":[1,2]}", "/a/x", "5", NULL},
        {"{\"a\":1}", "/a/b", "5", NULL},
        {"{\"a\":1}", "/a/b/c", "5", NULL},
        {"{\"a\":1}", "a", "5", NULL},
        {"{\"a\":1}", "", "5", NULL},
        {"{\"a\":1}", "/~", "5", NULL},
        {"{\"a\":1}", "/~2", "5", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON   *root = tree(cases[i].original), *value = tree(cases[i].value);
        ds_error err;
        ds_code  code = ds_tree_set(root, cases[i].pointer, value, &err);
        cJSON_Delete(value);
        if ((code == DS_OK) != (cases[i].result != NULL))
            fail_msg("%s at %s", cases[i].original, cases[i].pointer);
        if (code != DS_OK)
            assert_int_equal(code, DS_E_SCENARIO);
        expect_tree(root, code == DS_OK ? cases[i].result : cases[i].original);
    }
    /* a pointer cannot nest without end */
    char deep[400] = "";
    for (size_t i = 0; i < 100; i++)
        strcat(deep, "/a");
    cJSON *root = tree("{}"), *value = tree("1");
    assert_int_equal(ds_tree_set(root, deep, value, NULL), DS_E_SCENARIO);
    cJSON_Delete(root);
    cJSON_Delete(value);
}

static void test_escape(void **state)
{
    (void)state;
    char text[8];
    assert_int_equal(ds_pointer_escape("a/b~c", text, sizeof text), 7);
    assert_string_equal(text, "a~1b~0c");
    assert_int_equal(ds_pointer_escape("a/b~cd", text, sizeof text), 8);
    assert_string_equal(text, "a~1b~0c");
    assert_int_equal(ds_pointer_escape("", text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_int_equal(ds_pointer_escape("///", NULL, 0), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_rejects),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
