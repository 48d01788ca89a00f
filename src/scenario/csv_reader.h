/* csv_reader.h -- the fields of a CSV text, one after the other.
 *
 * RFC 4180: commas, fields in double quotes with "" for a quote, lines that end with
 * CR LF or LF, quoted line breaks.  A UTF-8 byte order mark is skipped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CSV_READER_H
#define DS_CSV_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "distillsim.h"

typedef struct {
    char *at, *end, *line_start;
    int   line;         /* of the next character                               */
    int   field_line, field_column; /* where the field just read begins, from 1 */
    bool  last;         /* the field just read ends its record                 */
    bool  unclosed;     /* a quoted field ran into the end of text             */
} ds_csv_reader;

/* The text ends with '\0' at text[length] and is changed while it is read. */
ds_csv_reader ds_csv_begin(char *text, size_t length);
/* The next field, unquoted and ended by '\0' in place. */
char         *ds_csv_next(ds_csv_reader *r);
/* Is the whole field a finite decimal number (blanks around it aside)? */
bool          ds_csv_number_of(const char *field, double *value);
/* Fails with DS_E_SCENARIO at the field that was read last, or at the beginning of its line. */
ds_code       ds_csv_fail(const ds_csv_reader *r, bool at_field, ds_error *err,
                          const char *format, ...) DS_PRINTF(4, 5);

#endif
