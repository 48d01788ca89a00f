/* test_schema.c -- the field table itself, and what is printed from it.
 *
 * All exact.  The maximal scenario uses every key of the table, and every key can
 * be set by an override, which is what a sweep does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim.h"
#include "scenario/document.h"
#include "scenario/field.h"
#include "scenario/form.h"
#include "scenario/scenario.h"

static const char maximal[] = "tests/data/maximal.json";

/* What a printing function writes, as text. */
static char *printed(ds_code (*print)(FILE *))
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(print(file), DS_OK);
    long size = ftell(file);
    assert_true(size > 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* ---- The table ------------------------------------------------------------------- */

static void check_row(const ds_field *row)
{
    size_t length = strlen(row->help);
    if (length == 0 || strchr(".?", row->help[length - 1]) == NULL)
        fail_msg("the help of \"%s\" is no sentence", row->key);
    if (row->type == DS_FIELD_QUANTITY || row->type == DS_FIELD_INTEGER ||
        row->type == DS_FIELD_NUMBER || row->type == DS_FIELD_DATE) {
        assert_true(row->min < row->max);
        bool wanted = (row->flags & (DS_FLAG_REQUIRED | DS_FLAG_NO_DEFAULT)) == 0;
        if (wanted && !(row->fallback >= row->min && row->fallback <= row->max))
            fail_msg("the default of \"%s\" is outside its range", row->key);
    }
    if (row->type == DS_FIELD_CHOICE) {
        assert_non_null(row->choices);
        assert_true(row->fallback_text == NULL || strstr(row->choices, row->fallback_text) != NULL);
        assert_true(row->fallback_text != NULL || (row->flags & DS_FLAG_REQUIRED) != 0);
    }
    if (row->type == DS_FIELD_REFERENCE)
        assert_non_null(row->of);
    bool nested = row->type == DS_FIELD_OBJECT || row->type == DS_FIELD_MAP ||
                  row->type == DS_FIELD_LIST;
    assert_true(nested == (row->child != NULL));
    assert_true(nested == (row->size > 0));
}

/* Returns the number of rows; `rows` may have no key twice, nor one of provenance. */
static size_t check_rows(const ds_field *rows)
{
    size_t count = 0;
    for (const ds_field *row = rows; row->key != NULL; row++, count++) {
        check_row(row);
        for (const ds_field *other = rows; other != row; other++)
            assert_string_not_equal(other->key, row->key);
        for (const ds_field *other = ds_provenance_fields; other->key != NULL; other++)
            assert_string_not_equal(other->key, row->key);
        if (row->child != NULL)
            count += check_rows(row->child);
    }
    return count;
}

static void test_table(void **state)
{
    (void)state;
    assert_true(check_rows(ds_scenario_fields) > 150);
    for (size_t i = 1; i < DS_LEVEL_COUNT; i++)
        assert_true(ds_levels[i - 1].level < ds_levels[i].level);
}

/* ---- The maximal scenario -------------------------------------------------------- */

enum { ROWS_MAX = 512, POINTER_SIZE = 512 };

typedef struct {
    const ds_field *row;
    char            pointer[POINTER_SIZE]; /* of the first value seen; "" when none */
    cJSON          *value;
} seen_row;

typedef struct {
    seen_row rows[ROWS_MAX];
    size_t   count;
} coverage;

static void list_rows(coverage *c, const ds_field *rows)
{
    for (const ds_field *row = rows; row->key != NULL; row++) {
        assert_true(c->count < ROWS_MAX);
        c->rows[c->count++] = (seen_row){.row = row};
        if (row->child != NULL)
            list_rows(c, row->child);
    }
}

static void see(coverage *c, const ds_field *row, const char *pointer, cJSON *value)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].row == row && c->rows[i].value == NULL) {
            snprintf(c->rows[i].pointer, sizeof c->rows[i].pointer, "%s", pointer);
            c->rows[i].value = value;
        }
}

static void walk_row(coverage *c, const ds_field *row, cJSON *value, const char *pointer);

static void walk_object(coverage *c, const ds_field *rows, cJSON *object, const char *pointer)
{
    cJSON *child;
    cJSON_ArrayForEach(child, object)
    {
        char inner[POINTER_SIZE];
        size_t used = (size_t)snprintf(inner, sizeof inner, "%s/", pointer);
        ds_pointer_escape(child->string, inner + used, sizeof inner - used);
        for (const ds_field *row = rows; row->key != NULL; row++)
            if (strcmp(row->key, child->string) == 0)
                walk_row(c, row, child, inner);
    }
}

static void walk_row(coverage *c, const ds_field *row, cJSON *value, const char *pointer)
{
    cJSON *child;
    int    index = 0;
    see(c, row, pointer, value);
    if (row->type == DS_FIELD_OBJECT)
        walk_object(c, row->child, value, pointer);
    if (row->type != DS_FIELD_MAP && row->type != DS_FIELD_LIST)
        return;
    cJSON_ArrayForEach(child, value)
    {
        char inner[POINTER_SIZE], name[POINTER_SIZE / 2];
        if (child->string != NULL)
            ds_pointer_escape(child->string, name, sizeof name);
        else
            snprintf(name, sizeof name, "%d", index++);
        if (snprintf(inner, sizeof inner, "%s/%s", pointer, name) >= (int)sizeof inner)
            fail_msg("%s is too long", pointer);
        if (row->child->key[0] == '\0')
            walk_row(c, row->child, child, inner);
        else
            walk_object(c, row->child, child, inner);
    }
}

static coverage *cover_maximal(ds_scenario **scenario)
{
    coverage *c = calloc(1, sizeof *c);
    assert_non_null(c);
    assert_int_equal(ds_scenario_load(maximal, NULL, 0, NULL, NULL, scenario, NULL), DS_OK);
    list_rows(c, ds_scenario_fields);
    walk_object(c, ds_scenario_fields, (*scenario)->source->root, "");
    return c;
}

static void test_maximal_uses_every_key(void **state)
{
    (void)state;
    ds_scenario *s;
    coverage    *c = cover_maximal(&s);
    size_t       missing = 0;
    for (size_t i = 0; i < c->count; i++) {
        const ds_field *row = c->rows[i].row;
        /* it has no parent; others have */
        if (c->rows[i].value != NULL || strcmp(row->key, "extends") == 0)
            continue;
        print_error("%s does not use \"%s\" (%s)\n", maximal, row->key, row->help);
        missing++;
    }
    assert_int_equal(missing, 0);
    free(c);
    ds_scenario_free(s);
}

/* A sweep sets values by pointer: each row's value, set to what it is, changes
 * nothing. */
static void test_every_key_can_be_set(void **state)
{
    (void)state;
    ds_scenario *s;
    coverage    *c = cover_maximal(&s);
    size_t       count = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->rows[i].value == NULL)
            continue;
        char             *text = cJSON_PrintUnformatted(c->rows[i].value);
        const ds_override change = {c->rows[i].pointer, text};
        ds_scenario      *t = NULL;
        ds_error          err;
        assert_non_null(text);
        if (ds_scenario_with(s, &change, 1, NULL, NULL, &t, &err) != DS_OK)
            fail_msg("%s = %s: %s", change.pointer, text, err.message);
        assert_string_equal(ds_scenario_hash(s), ds_scenario_hash(t));
        ds_scenario_free(t);
        cJSON_free(text);
        count++;
    }
    assert_true(count > 150);
    free(c);
    ds_scenario_free(s);
}

/* Each quantity of the table is an input of the maximal scenario, by its pointer or
 * shared. */
static void test_every_quantity_is_an_input(void **state)
{
    (void)state;
    ds_scenario *s;
    coverage    *c = cover_maximal(&s);
    for (size_t i = 0; i < c->count; i++) {
        const seen_row *r = &c->rows[i];
        if ((r->row->type != DS_FIELD_QUANTITY && r->row->type != DS_FIELD_DATE) ||
            cJSON_IsString(r->value))
            continue;
        const ds_input *found = NULL;
        for (size_t k = 0; k < s->input_count; k++)
            if (strcmp(s->inputs[k].pointer, r->pointer) == 0)
                found = &s->inputs[k];
        if (found == NULL)
            fail_msg("no input at %s", r->pointer);
        assert_string_equal(found->unit, r->row->unit == NULL ? "" : r->row->unit);
        assert_int_equal(found->per_event, (r->row->flags & DS_FLAG_PER_EVENT) != 0);
    }
    free(c);
    ds_scenario_free(s);
}

/* ---- The schema ------------------------------------------------------------------ */

static void check_schema_rows(const cJSON *schema, const ds_field *rows);

/* The keywords of an object that does not extend another. */
static const cJSON *plain(const cJSON *schema)
{
    const cJSON *rest = cJSON_GetObjectItem(schema, "else");
    assert_non_null(rest);
    return rest;
}

/* A row's schema has its help and its range, and its own rows below. */
static void check_schema_row(const cJSON *schema, const ds_field *row)
{
    const cJSON *help = cJSON_GetObjectItem(schema, "description");
    assert_true(cJSON_IsString(help));
    assert_true(strncmp(help->valuestring, row->help, strlen(row->help)) == 0);
    if (row->type == DS_FIELD_QUANTITY || row->type == DS_FIELD_INTEGER ||
        row->type == DS_FIELD_NUMBER) {
        const cJSON *minimum = cJSON_GetObjectItem(schema, "minimum");
        assert_true(isinf(row->min) ? minimum == NULL
                                    : minimum != NULL && minimum->valuedouble == row->min);
    }
    if (row->child == NULL)
        return;
    const cJSON *inside = row->type == DS_FIELD_MAP
                              ? cJSON_GetObjectItem(plain(schema), "additionalProperties")
                          : row->type == DS_FIELD_LIST ? cJSON_GetObjectItem(schema, "items")
                                                       : schema;
    assert_non_null(inside);
    if (row->child->key[0] == '\0')
        check_schema_row(inside, row->child);
    else
        check_schema_rows(inside, row->child);
}

static void check_schema_rows(const cJSON *schema, const ds_field *rows)
{
    const cJSON *names = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "then"), "propertyNames"), "enum");
    schema = plain(schema);
    const cJSON *properties = cJSON_GetObjectItem(schema, "properties");
    int          count = 0;
    for (const ds_field *row = rows; row->key != NULL; row++, count++)
        check_schema_row(cJSON_GetObjectItemCaseSensitive(properties, row->key), row);
    assert_int_equal(cJSON_GetArraySize(properties), count + 4); /* provenance */
    assert_int_equal(cJSON_GetArraySize(names), count + 5 - (rows == ds_scenario_fields));
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(schema, "additionalProperties")));
}

/* Every "$ref" leads to a definition. */
static void check_refs(const cJSON *node, const cJSON *definitions)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        if (child->string != NULL && strcmp(child->string, "$ref") == 0) {
            assert_true(strncmp(child->valuestring, "#/$defs/", 8) == 0);
            assert_non_null(cJSON_GetObjectItemCaseSensitive(definitions, child->valuestring + 8));
        }
        check_refs(child, definitions);
    }
}

static void test_schema(void **state)
{
    (void)state;
    char        *text = printed(ds_schema_write);
    ds_positions positions = {0};
    ds_error     err;
    if (ds_scan(text, strlen(text), 0, &positions, &err) != DS_OK)
        fail_msg("line %d: %s", err.line, err.message);
    ds_positions_free(&positions);
    cJSON *schema = cJSON_Parse(text);
    assert_non_null(schema);
    const cJSON *definitions = cJSON_GetObjectItem(schema, "$defs");
    check_schema_rows(cJSON_GetObjectItem(definitions, "scenario"), ds_scenario_fields);
    check_refs(schema, definitions);
    cJSON_Delete(schema);
    free(text);
}

/* ---- The reference page ---------------------------------------------------------- */

static void check_page(const char *page, const ds_field *rows)
{
    for (const ds_field *row = rows; row->key != NULL; row++) {
        char cell[128];
        snprintf(cell, sizeof cell, "| `%s` | ", row->key);
        if (row->key[0] != '\0' && strstr(page, cell) == NULL)
            fail_msg("the page lacks \"%s\"", row->key);
        if (strstr(page, row->help) == NULL)
            fail_msg("the page lacks \"%s\"", row->help);
        if (row->child != NULL)
            check_page(page, row->child);
    }
}

/* Cells of a table are counted, so that a '|' inside one is noticed. */
static void check_tables(const char *page)
{
    int columns = 0;
    for (const char *line = page; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        int    bars = 0;
        for (size_t i = 0; i < length; i++)
            bars += line[i] == '|';
        if (line[0] != '|')
            columns = 0;
        else if (columns == 0)
            columns = bars;
        else if (bars != columns)
            fail_msg("%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void test_reference_page(void **state)
{
    (void)state;
    char *page = printed(ds_scenario_reference_write);
    check_page(page, ds_scenario_fields);
    check_page(page, ds_provenance_fields);
    check_tables(page);
    free(page);
}

/* Words that are numbers, and no others, stand in the schema as numbers too. */
static void test_choices_that_are_numbers(void **state)
{
    (void)state;
    char *text = printed(ds_schema_write);
    assert_non_null(strstr(text, "\"enum\": [\"16\",16,\"8\",8,\"4\",4"));
    assert_non_null(strstr(text, "\"30_days\",\"calendar\""));
    free(text);
}

/* A full disk is noticed. */
static void test_write_errors(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(ds_schema_write(full), DS_E_IO);
    assert_int_equal(ds_scenario_reference_write(full), DS_E_IO);
    fclose(full);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_maximal_uses_every_key),
        cmocka_unit_test(test_every_key_can_be_set),
        cmocka_unit_test(test_every_quantity_is_an_input),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_reference_page),
        cmocka_unit_test(test_choices_that_are_numbers),
        cmocka_unit_test(test_write_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
