/* scan.h -- strict JSON: is the text valid, and where does each value stand?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SCAN_H
#define DS_SCAN_H

#include <stddef.h>

#include "distillsim.h"

enum {
    DS_NESTING_MAX = 64,       /* objects and arrays inside one another          */
    DS_NUMBER_LENGTH_MAX = 60, /* characters of a number (cJSON reads 63)        */
    DS_MEMBERS_MAX = 4096,     /* of one object                                  */
    DS_VALUES_MAX = 1 << 20,   /* of one file                                    */
    DS_FILE_BYTES_MAX = 16 << 20
};

/* Where a value stands, and the key before it when it is a member of an object.
 * Lines and columns count from 1, columns in characters (code points). */
typedef struct {
    int file; /* index into the document's files */
    int line, column, key_line, key_column;
} ds_position;

typedef struct {
    ds_position *items;
    size_t       count, capacity;
} ds_positions;

void ds_positions_free(ds_positions *positions);
/* False when out of memory. */
bool ds_positions_add(ds_positions *positions, ds_position position);

/* Accepts exactly RFC 8259 in UTF-8, and no number that overflows, no \u0000, no
 * number or nesting beyond the limits above.  Adds the position of every value,
 * in the order of the text (an object before its members).
 * `text` ends with '\0' at text[length].  Fails with DS_E_SYNTAX (line and column
 * set, file left to the caller) or DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_scan(const char *text, size_t length, int file,
                              ds_positions *positions, ds_error *err);

#endif
