/* schema_quantity.c -- the part of the JSON Schema that says what a quantity is.
 *
 * Called by schema.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/form.h"
#include "scenario/schema_json.h"

#define DAY_PATTERN "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"

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
    key_raw(j, "fit", "{\"enum\": [\"normal\", \"lognormal\", \"gamma\", \"weibull\", \"beta\"], "
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

void ds_schema_quantity(json *j)
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

void ds_schema_provenance(json *j)
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
