/* field_rows.h -- constructors of rows of the field table, for fields.c,
 * fields_contract.c and fields_process.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_FIELD_ROWS_H
#define DS_FIELD_ROWS_H

#include <math.h>
#include <stddef.h>

#include "scenario/field.h"
#include "scenario/scenario.h"

/* float constants of <math.h>, as doubles */
#define NONE ((double)NAN)
#define UNLIMITED ((double)INFINITY)

/* S is the struct, M the member, whose name is the key.  The help comes last; further
 * members of ds_field may follow it. */

#define Q(S, M, unit_, min_, max_, fallback_, ...)                                  \
    { .key = #M, .type = DS_FIELD_QUANTITY, .offset = offsetof(S, M), .unit = unit_,\
      .min = min_, .max = max_, .fallback = fallback_, .help = __VA_ARGS__ }
#define Q_FLAGS(S, M, flags_, unit_, min_, max_, ...)                               \
    { .key = #M, .type = DS_FIELD_QUANTITY, .offset = offsetof(S, M),               \
      .flags = flags_, .unit = unit_, .min = min_, .max = max_, .fallback = NONE,   \
      .help = __VA_ARGS__ }
#define Q_REQUIRED(S, M, unit_, min_, max_, ...)                                    \
    Q_FLAGS(S, M, DS_FLAG_REQUIRED, unit_, min_, max_, __VA_ARGS__)
#define Q_OPTIONAL(S, M, unit_, min_, max_, ...)                                    \
    Q_FLAGS(S, M, DS_FLAG_NO_DEFAULT, unit_, min_, max_, __VA_ARGS__)
#define Q_EVENT(S, M, unit_, min_, max_, ...)                                       \
    Q_FLAGS(S, M, DS_FLAG_REQUIRED | DS_FLAG_PER_EVENT, unit_, min_, max_, __VA_ARGS__)
#define DATE(S, M, ...)                                                             \
    { .key = #M, .type = DS_FIELD_DATE, .offset = offsetof(S, M), .unit = "month",  \
      .min = 0, .max = 1e6, .fallback = 0, .help = __VA_ARGS__ }
#define INTEGER(S, M, unit_, min_, max_, fallback_, ...)                            \
    { .key = #M, .type = DS_FIELD_INTEGER, .offset = offsetof(S, M), .unit = unit_, \
      .min = min_, .max = max_, .fallback = fallback_, .help = __VA_ARGS__ }
#define NUMBER(S, M, flags_, unit_, min_, max_, fallback_, ...)                     \
    { .key = #M, .type = DS_FIELD_NUMBER, .offset = offsetof(S, M), .flags = flags_,\
      .unit = unit_, .min = min_, .max = max_, .fallback = fallback_, .help = __VA_ARGS__ }
#define TEXT(S, M, flags_, fallback_, ...)                                          \
    { .key = #M, .type = DS_FIELD_STRING, .offset = offsetof(S, M), .flags = flags_,\
      .fallback_text = fallback_, .help = __VA_ARGS__ }
#define CHOICE(S, M, flags_, choices_, fallback_, ...)                              \
    { .key = #M, .type = DS_FIELD_CHOICE, .offset = offsetof(S, M), .flags = flags_,\
      .choices = choices_, .fallback_text = fallback_, .help = __VA_ARGS__ }
#define BOOLEAN(S, M, fallback_, ...)                                               \
    { .key = #M, .type = DS_FIELD_BOOL, .offset = offsetof(S, M), .min = 0, .max = 1,\
      .fallback = fallback_, .help = __VA_ARGS__ }
#define REFERENCE(S, M, of_, flags_, ...)                                           \
    { .key = #M, .type = DS_FIELD_REFERENCE, .offset = offsetof(S, M), .of = of_,   \
      .flags = flags_, .help = __VA_ARGS__ }
#define NUMBERS(S, M, unit_, length_, min_, max_, ...)                              \
    { .key = #M, .type = DS_FIELD_NUMBERS, .offset = offsetof(S, M), .unit = unit_, \
      .length = length_, .min = min_, .max = max_, .help = __VA_ARGS__ }
#define OBJECT(S, M, T, rows_, flags_, ...)                                         \
    { .key = #M, .type = DS_FIELD_OBJECT, .offset = offsetof(S, M), .child = rows_, \
      .size = sizeof(T), .flags = flags_, .help = __VA_ARGS__ }
#define MAP(S, M, T, rows_, of_, flags_, ...)                                       \
    { .key = #M, .type = DS_FIELD_MAP, .offset = offsetof(S, M), .child = rows_,    \
      .size = sizeof(T), .of = of_, .flags = flags_, .help = __VA_ARGS__ }
#define END { .key = NULL }

/* Rows of contracts and agreements: fields_contract.c. */
extern const ds_field ds_contract_fields[], ds_agreement_fields[], ds_named_value_fields[];
/* Of what moves by chance: fields_process.c. */
extern const ds_field ds_regime_fields[], ds_gpu_fields[], ds_growth_fields[],
    ds_price_path_fields[];

#endif
