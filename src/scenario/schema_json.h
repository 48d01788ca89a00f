/* schema_json.h -- writing a JSON Schema key by key, for schema.c and schema_quantity.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SCHEMA_JSON_H
#define DS_SCHEMA_JSON_H

#include "scenario/binder.h"
#include "scenario/writer.h"

#define MONTH_PATTERN "^[0-9]{4}-(0[1-9]|1[0-2])$"

typedef struct {
    ds_writer out;
    int       depth;
    bool      first; /* nothing stands before in this object or list */
} json;

/* Definitions of quantities and dates, and of the keys of provenance: schema_quantity.c. */
void ds_schema_quantity(json *j);
void ds_schema_provenance(json *j);

static inline void separate(json *j)
{
    if (!j->first)
        ds_write(&j->out, ",");
    j->first = false;
}

static inline void key(json *j, const char *name)
{
    separate(j);
    ds_write_line(&j->out, j->depth);
    ds_write_string(&j->out, name);
    ds_write(&j->out, ": ");
    j->first = true; /* what comes next is the value */
}

static inline void open(json *j, const char *bracket)
{
    if (j->out.length > 0 && !j->first)
        separate(j);
    ds_write(&j->out, bracket);
    j->depth++;
    j->first = true;
}

static inline void close(json *j, const char *bracket)
{
    j->depth--;
    if (!j->first)
        ds_write_line(&j->out, j->depth);
    ds_write(&j->out, bracket);
    j->first = false;
}

/* A value that is no object or list, after a key or in a list. */
static inline void text(json *j, const char *value)
{
    separate(j);
    ds_write_string(&j->out, value);
}

static inline void number(json *j, double value)
{
    separate(j);
    ds_write_number(&j->out, value);
}

static inline void word(json *j, const char *value)
{
    separate(j);
    ds_write(&j->out, value);
}

/* A key with a value that is JSON text already. */
static inline void key_raw(json *j, const char *name, const char *value)
{
    key(j, name);
    ds_write(&j->out, value);
    j->first = false;
}

static inline void key_text(json *j, const char *name, const char *value)
{
    key(j, name);
    text(j, value);
}

static inline void key_number(json *j, const char *name, double value)
{
    key(j, name);
    number(j, value);
}

static inline void key_word(json *j, const char *name, const char *value)
{
    key(j, name);
    word(j, value);
}

static inline void required_one(json *j, const char *name)
{
    separate(j);
    ds_write(&j->out, "{\"required\": [");
    ds_write_string(&j->out, name);
    ds_write(&j->out, "]}");
}

#define EXTENDS "\"extends\": {\"$ref\": \"#/$defs/extends\"}"

/* What is open is an object, whose keywords in the "else" that is opened hold unless
 * it extends another: then only its keys are known, those of `rows` (NULL: any). */
static inline void open_extends(json *j, const ds_field *rows)
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

static inline void reference_to(json *j, const char *definition)
{
    key(j, "$ref");
    separate(j);
    ds_write_format(&j->out, "\"#/$defs/%s\"", definition);
}

/* References to the definitions of the four keys of provenance. */
static inline void provenance_keys(json *j)
{
    for (const ds_field *row = ds_provenance_fields; row->key != NULL; row++) {
        key(j, row->key);
        open(j, "{");
        reference_to(j, row->key);
        close(j, "}");
    }
}

#endif
