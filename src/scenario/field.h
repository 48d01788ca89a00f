/* field.h -- one row per key of a scenario file.
 *
 * The same rows parse and check a file, fill defaults, print the JSON Schema and
 * the reference page, write the resolved scenario, and tell a sweep what it may
 * change.  Nothing about a key is written anywhere else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_FIELD_H
#define DS_FIELD_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    DS_FIELD_STRING,    /* const char *                                         */
    DS_FIELD_CHOICE,    /* int: index into `choices`, words separated by '|'    */
    DS_FIELD_BOOL,      /* bool                                                 */
    DS_FIELD_INTEGER,   /* int64_t                                              */
    DS_FIELD_NUMBER,    /* double                                               */
    DS_FIELD_NUMBERS,   /* ds_numbers; exactly `length` of them (or `longer`), or
                           any if 0                                             */
    DS_FIELD_TEXTS,     /* ds_texts                                             */
    DS_FIELD_MONTH,     /* const char *: a calendar month "YYYY-MM"             */
    DS_FIELD_QUANTITY,  /* ds_quantity                                          */
    DS_FIELD_DATE,      /* ds_quantity [month]: "YYYY-MM", or any quantity in
                           months from the start of the clock                   */
    DS_FIELD_REFERENCE, /* int: index of the member of the map `of` that the
                           string names                                         */
    DS_FIELD_OBJECT,    /* pointer to a struct of `size`; NULL when absent,
                           unless DS_FLAG_ALWAYS fills one with defaults         */
    DS_FIELD_MAP,       /* ds_items of structs of `size` that begin with ds_key */
    DS_FIELD_LIST,      /* the same from a JSON array; names are "0", "1", ...  */
    DS_FIELD_CORRELATIONS, /* ds_items of ds_correlation: [pointer, pointer, rho] */
    DS_FIELD_TYPE_COUNT
} ds_field_type;

enum {
    DS_FLAG_REQUIRED = 1,
    DS_FLAG_ALWAYS = 2,    /* OBJECT: made with defaults when absent            */
    DS_FLAG_PER_EVENT = 4, /* QUANTITY: drawn anew at each event                */
    DS_FLAG_NONEMPTY = 8,  /* MAP, LIST: at least one member                    */
    DS_FLAG_STAR = 16,     /* MAP with `of`: the key "*" stands for every one   */
    DS_FLAG_OPEN_LOW = 32, /* the least value itself is not allowed             */
    DS_FLAG_NO_DEFAULT = 64, /* absent stays absent (DS_ABSENT, NAN)            */
    DS_FLAG_ORDERED = 128, /* MAP: the order of the members in the file matters
                              and is kept; other maps are sorted by name        */
    DS_FLAG_POINTERS = 256 /* MAP: names are JSON Pointers, and may be long     */
};

typedef struct ds_field ds_field;
struct ds_field {
    const char     *key;  /* JSON name; "" in a one-row table: the member of the
                             map is itself this value; NULL ends the table      */
    ds_field_type   type;
    size_t          offset; /* in the struct being filled                       */
    unsigned        flags;
    const char     *unit;     /* "USD/Mtok", "month", "1"; NULL when none       */
    double          min, max; /* inclusive [unit]                               */
    double          fallback; /* value when absent [unit]                       */
    const char     *fallback_text; /* STRING, CHOICE, MONTH                     */
    const char     *choices;
    const char     *of;       /* "/models": the map that names refer to         */
    const ds_field *child;    /* rows of OBJECT, or of an element of MAP, LIST  */
    size_t          size;     /* sizeof the struct that `child` fills           */
    size_t          length, longer; /* NUMBERS                                  */
    const char     *help;     /* one sentence                                   */
    unsigned        only;     /* row of a contract: bit b set when it applies to
                                 billing b; 0: to every billing                 */
};

/* The rows of the whole file; fills a ds_scenario. */
extern const ds_field ds_scenario_fields[];

/* Keys that every object may have, beside those of its table: where its figures
 * come from.  They hold for every quantity inside that has none of its own. */
extern const ds_field ds_provenance_fields[]; /* source, as_of, assumption, note */

#endif
