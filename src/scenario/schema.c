/* schema.c -- the JSON Schema (draft 2020-12) of a scenario file, from the tables.
 *
 * Called by the program.  It says what one row says: keys, types, ranges, defaults;
 * and which keys a billing has.  Rules across fields, references and the mass of a
 * distribution outside its range are beyond a schema: the program checks them.
 * An object with `extends` is a patch, of which only keys of the first level are known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/schema_json.h"

#define NAME_PATTERN "^[^@\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$"

static void value_of_row(json *j, const ds_field *row);

/* ---- Rows ------------------------------------------------------------------------ */

static void range(json *j, const ds_field *row)
{
    bool open_low = (row->flags & DS_FLAG_OPEN_LOW) != 0;
    if (isfinite(row->min))
        key_number(j, open_low ? "exclusiveMinimum" : "minimum", row->min);
    if (isfinite(row->max))
        key_number(j, "maximum", row->max);
}

static void default_number(json *j, const ds_field *row)
{
    if (isfinite(row->fallback) && (row->flags & (DS_FLAG_REQUIRED | DS_FLAG_NO_DEFAULT)) == 0)
        key_number(j, "default", row->fallback);
}

static void describe(json *j, const ds_field *row)
{
    bool unit = row->unit != NULL && strcmp(row->unit, "1") != 0;
    key(j, "description");
    char joined[512];
    snprintf(joined, sizeof joined, "%s%s%s%s", row->help, unit ? " [" : "",
             unit ? row->unit : "", unit ? "]" : "");
    text(j, joined);
}

/* Keys that a billing has no use for may not be there. */
static void billing_rules(json *j, const ds_field *rows)
{
    const ds_field *billing = ds_find_field(rows, "billing");
    if (billing == NULL || billing->choices == NULL)
        return;
    key(j, "allOf");
    open(j, "[");
    unsigned bit = 1;
    for (const char *at = billing->choices; *at != '\0'; bit <<= 1) {
        int span = (int)strcspn(at, "|");
        open(j, "{");
        key(j, "if");
        ds_write_format(&j->out, "{\"properties\": {\"billing\": {\"const\": \"%.*s\"}}}", span,
                        at);
        j->first = false;
        key(j, "then");
        open(j, "{");
        key(j, "properties");
        open(j, "{");
        for (const ds_field *row = rows; row->key != NULL; row++)
            if (row->only != 0 && (row->only & bit) == 0)
                key_word(j, row->key, "false");
        close(j, "}");
        close(j, "}");
        close(j, "}");
        at += span + (at[span] == '|');
    }
    close(j, "]");
}

/* The keywords of an object with these rows, in the object that is open. */
static void object(json *j, const ds_field *rows)
{
    bool any = false;
    key_text(j, "type", "object");
    open_extends(j, rows);
    key(j, "properties");
    open(j, "{");
    for (const ds_field *row = rows; row->key != NULL; row++) {
        key(j, row->key);
        value_of_row(j, row);
    }
    provenance_keys(j);
    close(j, "}");
    for (const ds_field *row = rows; row->key != NULL; row++)
        any = any || (row->flags & DS_FLAG_REQUIRED) != 0;
    if (any) {
        key(j, "required");
        open(j, "[");
        for (const ds_field *row = rows; row->key != NULL; row++)
            if ((row->flags & DS_FLAG_REQUIRED) != 0)
                text(j, row->key);
        close(j, "]");
    }
    key_word(j, "additionalProperties", "false");
    billing_rules(j, rows);
    close(j, "}");
}

/* A member of a map, or element of a list. */
static void element(json *j, const ds_field *row)
{
    if (row->child->key[0] == '\0') {
        value_of_row(j, row->child);
        return;
    }
    open(j, "{");
    object(j, row->child);
    close(j, "}");
}

static void map(json *j, const ds_field *row)
{
    key_text(j, "type", "object");
    open_extends(j, NULL);
    if ((row->flags & DS_FLAG_NONEMPTY) != 0)
        key_number(j, "minProperties", 1.0);
    key(j, "propertyNames");
    open(j, "{");
    key_text(j, "pattern", NAME_PATTERN);
    key_number(j, "maxLength", (row->flags & DS_FLAG_POINTERS) != 0 ? DS_POINTER_BYTES_MAX
                                                                    : DS_NAME_BYTES_MAX);
    if ((row->flags & DS_FLAG_STAR) == 0)
        key_raw(j, "not", "{\"const\": \"*\"}");
    close(j, "}");
    key(j, "properties");
    open(j, "{");
    provenance_keys(j);
    close(j, "}");
    key(j, "additionalProperties");
    element(j, row);
    close(j, "}");
}

/* Words that are numbers may stand there as numbers. */
static void choices(json *j, const ds_field *row)
{
    key(j, "enum");
    open(j, "[");
    for (const char *at = row->choices; *at != '\0';) {
        int span = (int)strcspn(at, "|");
        separate(j);
        ds_write_format(&j->out, "\"%.*s\"", span, at);
        if ((int)strspn(at, "0123456789") == span)
            ds_write_format(&j->out, ",%.*s", span, at);
        at += span + (at[span] == '|');
    }
    close(j, "]");
    if (row->fallback_text != NULL)
        key_text(j, "default", row->fallback_text);
}

static void numbers(json *j, const ds_field *row)
{
    key_text(j, "type", "array");
    key(j, "items");
    open(j, "{");
    key_text(j, "type", "number");
    range(j, row);
    close(j, "}");
    char both[128];
    snprintf(both, sizeof both, "[{\"maxItems\": %zu}, {\"minItems\": %zu}]", row->length,
             row->longer);
    if (row->longer != 0)
        key_raw(j, "oneOf", both);
    if (row->length != 0) {
        key_number(j, "minItems", (double)row->length);
        key_number(j, "maxItems", (double)(row->longer == 0 ? row->length : row->longer));
    }
}

static void string(json *j, const ds_field *row)
{
    key_text(j, "type", "string");
    if (row->type == DS_FIELD_MONTH)
        key_text(j, "pattern", MONTH_PATTERN);
    else if ((row->flags & DS_FLAG_REQUIRED) != 0 || row->type == DS_FIELD_REFERENCE)
        key_number(j, "minLength", 1.0);
    if (row->fallback_text != NULL)
        key_text(j, "default", row->fallback_text);
}

static void correlations(json *j)
{
    key_text(j, "type", "array");
    key_raw(j, "items", "{\"type\": \"array\", \"minItems\": 3, \"items\": false, \"prefixItems\": "
                      "[{\"type\": \"string\"}, {\"type\": \"string\"}, {\"type\": \"number\", "
                      "\"minimum\": -1, \"maximum\": 1}]}");
}

static void keywords_of_row(json *j, const ds_field *row)
{
    switch (row->type) {
    case DS_FIELD_STRING:
    case DS_FIELD_MONTH:
    case DS_FIELD_REFERENCE:
        string(j, row);
        break;
    case DS_FIELD_CHOICE:
        choices(j, row);
        break;
    case DS_FIELD_BOOL:
        key_text(j, "type", "boolean");
        key_word(j, "default", row->fallback != 0.0 ? "true" : "false");
        break;
    case DS_FIELD_INTEGER:
    case DS_FIELD_NUMBER:
        key_text(j, "type", row->type == DS_FIELD_INTEGER ? "integer" : "number");
        range(j, row);
        default_number(j, row);
        break;
    case DS_FIELD_NUMBERS:
        numbers(j, row);
        break;
    case DS_FIELD_TEXTS:
        key_text(j, "type", "array");
        key_raw(j, "items", "{\"type\": \"string\"}");
        break;
    case DS_FIELD_QUANTITY:
    case DS_FIELD_DATE:
        reference_to(j, row->type == DS_FIELD_DATE ? "date" : "quantity");
        range(j, row);
        default_number(j, row);
        break;
    case DS_FIELD_OBJECT:
        object(j, row->child);
        break;
    case DS_FIELD_MAP:
        map(j, row);
        break;
    case DS_FIELD_LIST:
        key_text(j, "type", "array");
        key_number(j, "minItems", (row->flags & DS_FLAG_NONEMPTY) != 0 ? 1.0 : 0.0);
        key(j, "items");
        element(j, row);
        break;
    case DS_FIELD_CORRELATIONS:
        correlations(j);
        break;
    case DS_FIELD_TYPE_COUNT:
        break;
    }
}

static void value_of_row(json *j, const ds_field *row)
{
    open(j, "{");
    describe(j, row);
    keywords_of_row(j, row);
    close(j, "}");
}

/* ---- The file -------------------------------------------------------------------- */

static void definitions(json *j)
{
    key(j, "$defs");
    open(j, "{");
    key(j, "scenario");
    open(j, "{");
    object(j, ds_scenario_fields);
    close(j, "}");
    key(j, "extends");
    open(j, "{");
    key_text(j, "type", "string");
    key_number(j, "minLength", 1.0);
    key_text(j, "description", "What this object changes by JSON Merge Patch: a file, or "
                               "FILE#/JSON/POINTER.");
    close(j, "}");
    ds_schema_quantity(j);
    ds_schema_provenance(j);
    close(j, "}");
}

ds_code ds_schema_write(FILE *file)
{
    json j = {.first = true};
    open(&j, "{");
    key_text(&j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    key_text(&j, "title", "distillsim scenario");
    key_raw(&j, "$ref", "\"#/$defs/scenario\"");
    definitions(&j);
    close(&j, "}");
    ds_write(&j.out, "\n");

    ds_code code = j.out.failed ? DS_E_NOMEM : DS_OK;
    if (code == DS_OK && (fwrite(j.out.text, 1, j.out.length, file) != j.out.length ||
                          fflush(file) != 0))
        code = DS_E_IO;
    free(j.out.text);
    return code;
}
