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

#include "scenario/binder.h"
#include "scenario/form.h"
#include "scenario/writer.h"

#define MONTH_PATTERN "^[0-9]{4}-(0[1-9]|1[0-2])$"
#define DAY_PATTERN "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
#define NAME_PATTERN "^[^@\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$"

typedef struct {
    ds_writer out;
    int       depth;
    bool      first; /* nothing stands before in this object or list */
} json;

static void value_of_row(json *j, const ds_field *row);

/* ---- Emitting JSON --------------------------------------------------------------- */

static void separate(json *j)
{
    if (!j->first)
        ds_write(&j->out, ",");
    j->first = false;
}

static void key(json *j, const char *name)
{
    separate(j);
    ds_write_line(&j->out, j->depth);
    ds_write_string(&j->out, name);
    ds_write(&j->out, ": ");
    j->first = true; /* what comes next is the value */
}

static void open(json *j, const char *bracket)
{
    if (j->out.length > 0 && !j->first)
        separate(j);
    ds_write(&j->out, bracket);
    j->depth++;
    j->first = true;
}

static void close(json *j, const char *bracket)
{
    j->depth--;
    if (!j->first)
        ds_write_line(&j->out, j->depth);
    ds_write(&j->out, bracket);
    j->first = false;
}

/* A value that is no object or list, after a key or in a list. */
static void text(json *j, const char *value)
{
    separate(j);
    ds_write_string(&j->out, value);
}

static void number(json *j, double value)
{
    separate(j);
    ds_write_number(&j->out, value);
}

static void word(json *j, const char *value)
{
    separate(j);
    ds_write(&j->out, value);
}

/* A key with a value that is JSON text already. */
static void key_raw(json *j, const char *name, const char *value)
{
    key(j, name);
    ds_write(&j->out, value);
    j->first = false;
}

static void key_text(json *j, const char *name, const char *value)
{
    key(j, name);
    text(j, value);
}

static void key_number(json *j, const char *name, double value)
{
    key(j, name);
    number(j, value);
}

static void key_word(json *j, const char *name, const char *value)
{
    key(j, name);
    word(j, value);
}

static void required_one(json *j, const char *name)
{
    separate(j);
    ds_write(&j->out, "{\"required\": [");
    ds_write_string(&j->out, name);
    ds_write(&j->out, "]}");
}

#define EXTENDS "\"extends\": {\"$ref\": \"#/$defs/extends\"}"

/* What is open is an object, whose keywords in the "else" that is opened hold unless
 * it extends another: then only its keys are known, those of `rows` (NULL: any). */
static void open_extends(json *j, const ds_field *rows)
{
    key_raw(j, "if", "{\"required\": [\"extends\"]}");
    key(j, "then");
    open(j, "{");
    key_raw(j, "properties", "{" EXTENDS "}");
    if (rows != NULL) {
        key(j, "propertyNames");
        open(j, "{");
        key(j, "enum");
        open(j, "[");
        for (const ds_field *row = rows; row->key != NULL; row++)
            text(j, row->key);
        if (ds_find_field(rows, "extends") == NULL)
            text(j, "extends");
        for (const ds_field *row = ds_provenance_fields; row->key != NULL; row++)
            text(j, row->key);
        close(j, "]");
        close(j, "}");
    }
    close(j, "}");
    key(j, "else");
    open(j, "{");
}

/* ---- Quantities ------------------------------------------------------------------ */

static void define_form(json *j, const ds_form *form)
{
    key(j, form->key);
    open(j, "{");
    key_text(j, "type", "object");
    key_text(j, "description", form->help);
    open_extends(j, NULL);
    key_raw(j, "additionalProperties", "{\"type\": \"number\"}");
    key(j, "oneOf");
    open(j, "[");
    for (int s = 0; s < DS_FORM_SETS && form->sets[s][0] != NULL; s++) {
        separate(j);
        ds_write(&j->out, "{\"required\": [");
        size_t count = 0;
        for (; form->sets[s][count] != NULL; count++) {
            ds_write(&j->out, count == 0 ? "" : ", ");
            ds_write_string(&j->out, form->sets[s][count]);
        }
        ds_write_format(&j->out, "], \"maxProperties\": %zu}", count);
    }
    close(j, "]");
    close(j, "}");
    close(j, "}");
}

#define TERM_LIST \
    "{\"type\": \"array\", \"minItems\": 3, \"maxItems\": 5, \"items\": {\"type\": \"number\"}}"
#define NUMBER_LIST "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"number\"}}"

static void define_lists(json *j)
{
    key(j, "discrete");
    open(j, "{");
    key_text(j, "type", "object");
    key_text(j, "description", "Listed values with their weights.");
    open_extends(j, NULL);
    key_raw(j, "required", "[\"values\", \"weights\"]");
    key_word(j, "additionalProperties", "false");
    key_raw(j, "properties", "{\"values\": " NUMBER_LIST ", \"weights\": {\"type\": \"array\", "
                             "\"items\": {\"type\": \"number\", \"minimum\": 0}}}");
    close(j, "}");
    close(j, "}");
    key(j, "empirical");
    open(j, "{");
    key_text(j, "type", "object");
    key_text(j, "description", "Equally likely values, listed or from a column of a CSV file in or "
                               "below the directory of the scenario.");
    open_extends(j, NULL);
    key_word(j, "additionalProperties", "false");
    key_raw(j, "properties", "{\"values\": " NUMBER_LIST ", \"csv\": {\"type\": \"string\", "
                             "\"pattern\": \"^[^/]\"}, \"column\": {\"type\": \"string\"}}");
    key_raw(j, "oneOf", "[{\"required\": [\"values\"], \"maxProperties\": 1}, "
                        "{\"required\": [\"csv\", \"column\"], \"maxProperties\": 2}]");
    close(j, "}");
    close(j, "}");
}

/* "low" and "high" are bounds of the metalog itself, "min" and "max" truncate. */
static void define_shapes(json *j)
{
    key(j, "metalog");
    open(j, "{");
    key_text(j, "type", "object");
    key_text(j, "description", "Metalog of 3 to 5 terms through as many points, or by its "
                               "coefficients.");
    open_extends(j, NULL);
    key_word(j, "additionalProperties", "false");
    key_raw(j, "properties", "{\"levels\": " TERM_LIST ", \"values\": " TERM_LIST
                             ", \"coefficients\": " TERM_LIST ", \"low\": {\"type\": \"number\"}, "
                             "\"high\": {\"type\": \"number\"}}");
    key_raw(j, "oneOf", "[{\"required\": [\"levels\", \"values\"]}, "
                        "{\"required\": [\"coefficients\"]}]");
    close(j, "}");
    close(j, "}");
    key(j, "mixture");
    open(j, "{");
    key_text(j, "type", "object");
    key_text(j, "description", "One of several quantities, by weights.");
    open_extends(j, NULL);
    key_raw(j, "required", "[\"of\", \"weights\"]");
    key_word(j, "additionalProperties", "false");
    key_raw(j, "properties",
            "{\"of\": {\"type\": \"array\", \"minItems\": 1, \"maxItems\": 16, \"items\": "
            "{\"type\": [\"number\", \"object\"], \"$ref\": \"#/$defs/quantity\"}}, \"weights\": "
            "{\"type\": \"array\", \"items\": {\"type\": \"number\", \"minimum\": 0}}}");
    close(j, "}");
    close(j, "}");
}

static void reference_to(json *j, const char *definition)
{
    key(j, "$ref");
    separate(j);
    ds_write_format(&j->out, "\"#/$defs/%s\"", definition);
}

/* References to the definitions of the four keys of provenance. */
static void provenance_keys(json *j)
{
    for (const ds_field *row = ds_provenance_fields; row->key != NULL; row++) {
        key(j, row->key);
        open(j, "{");
        reference_to(j, row->key);
        close(j, "}");
    }
}

static void quantity_keys(json *j)
{
    key(j, "properties");
    open(j, "{");
    key_raw(j, "value", "{\"type\": \"number\"}");
    for (const ds_form *f = ds_forms; f->key != NULL; f++)
        define_form(j, f);
    define_lists(j);
    define_shapes(j);
    for (size_t i = 0; i < DS_LEVEL_COUNT; i++) {
        key(j, ds_levels[i].key);
        ds_write_format(&j->out, "{\"type\": \"number\", \"description\": \"Quantile at %g.\"}",
                        ds_levels[i].level);
        j->first = false;
    }
    key_raw(j, "fit", "{\"enum\": [\"normal\", \"lognormal\", \"gamma\", \"weibull\"], "
                      "\"description\": \"Shape through two quantiles; by default lognormal when "
                      "both are above 0.\"}");
    key_raw(j, "min", "{\"type\": \"number\", \"description\": \"Truncates below.\"}");
    key_raw(j, "max", "{\"type\": \"number\", \"description\": \"Truncates above.\"}");
    key_raw(j, "low", "{\"type\": \"number\", \"description\": \"Low bound of a metalog.\"}");
    key_raw(j, "high", "{\"type\": \"number\", \"description\": \"High bound of a metalog.\"}");
    key_raw(j, "nature", "{\"enum\": [\"epistemic\", \"aleatory\"], \"description\": \"What we "
                         "do not know (the default), or what differs between futures.\"}");
    provenance_keys(j);
    close(j, "}");
}

/* One way of stating a number, and only one. */
static void quantity_choice(json *j)
{
    key(j, "oneOf");
    open(j, "[");
    required_one(j, "value");
    for (const ds_form *f = ds_forms; f->key != NULL; f++)
        required_one(j, f->key);
    required_one(j, "discrete");
    required_one(j, "empirical");
    required_one(j, "metalog");
    required_one(j, "mixture");
    separate(j);
    ds_write(&j->out, "{\"$ref\": \"#/$defs/quantiles\"}");
    close(j, "]");
    key(j, "dependentSchemas");
    open(j, "{");
    for (size_t i = 0; i < DS_LEVEL_COUNT; i++)
        key_raw(j, ds_levels[i].key, "{\"$ref\": \"#/$defs/quantiles\"}");
    key_raw(j, "fit", "{\"$ref\": \"#/$defs/quantiles\"}");
    key_raw(j, "low", "{\"$ref\": \"#/$defs/quantiles\"}");
    key_raw(j, "high", "{\"$ref\": \"#/$defs/quantiles\"}");
    close(j, "}");
}

static void define_quantity(json *j)
{
    key(j, "quantiles");
    open(j, "{");
    key_text(j, "description", "Two to five quantiles: one of the pairs is there, and with three "
                               "or more, which are a metalog, no fit.");
    key(j, "anyOf");
    open(j, "[");
    for (size_t a = 0; a < DS_LEVEL_COUNT; a++)
        for (size_t b = a + 1; b < DS_LEVEL_COUNT; b++) {
            separate(j);
            ds_write_format(&j->out, "{\"required\": [\"%s\", \"%s\"]}", ds_levels[a].key,
                            ds_levels[b].key);
        }
    close(j, "]");
    close(j, "}");

    key(j, "quantity");
    open(j, "{");
    key_text(j, "description", "A number, certain or uncertain; \"@name\" is a member of "
                               "/quantities.");
    key_raw(j, "type", "[\"number\", \"string\", \"object\"]");
    key_raw(j, "if", "{\"type\": \"object\"}");
    key(j, "then");
    open(j, "{");
    open_extends(j, NULL);
    quantity_keys(j);
    key_word(j, "additionalProperties", "false");
    quantity_choice(j);
    close(j, "}");
    close(j, "}");
    key_text(j, "pattern", "^@.");
    close(j, "}");

    key(j, "date");
    open(j, "{");
    key_text(j, "description", "A month YYYY-MM, or a quantity in months from the start of the "
                               "clock.");
    key_raw(j, "if", "{\"type\": \"string\"}");
    key(j, "then");
    open(j, "{");
    key_text(j, "pattern", "^@.|" MONTH_PATTERN);
    close(j, "}");
    key(j, "else");
    open(j, "{");
    reference_to(j, "quantity");
    close(j, "}");
    close(j, "}");
}

static void define_provenance(json *j)
{
    for (const ds_field *row = ds_provenance_fields; row->key != NULL; row++) {
        key(j, row->key);
        open(j, "{");
        key_text(j, "type", row->type == DS_FIELD_BOOL ? "boolean" : "string");
        if (strcmp(row->key, "as_of") == 0)
            key_text(j, "pattern", DAY_PATTERN);
        key_text(j, "description", row->help);
        close(j, "}");
    }
}

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
    define_quantity(j);
    define_provenance(j);
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
