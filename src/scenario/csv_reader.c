/* csv_reader.c -- see csv_reader.h.  Called by sample_file.c and measured_file.c.
 *
 * Invariant: `at` is at the first character of a field, or at the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/csv_reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

ds_csv_reader ds_csv_begin(char *text, size_t length)
{
    ds_csv_reader r = {.at = text, .end = text + length, .line = 1};
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        r.at += 3;
    r.line_start = r.at;
    return r;
}

static void new_line(ds_csv_reader *r, char *start)
{
    r->line++;
    r->line_start = start;
}

/* Unquotes a quoted field in place; r->at is at its opening quote. */
static char *quoted_field(ds_csv_reader *r)
{
    char *field = ++r->at, *to = field;
    while (r->at < r->end) {
        if (*r->at == '"' && r->at[1] != '"')
            break;
        if (*r->at == '"')
            r->at++;
        if (*r->at == '\n')
            new_line(r, r->at + 1);
        *to++ = *r->at++;
    }
    r->unclosed = r->at == r->end;
    if (!r->unclosed)
        r->at++;
    /* anything between the closing quote and the comma belongs to the field */
    while (r->at < r->end && *r->at != ',' && *r->at != '\n' && *r->at != '\r')
        *to++ = *r->at++;
    char *after = r->at;
    if (after < r->end && *after == '\r')
        after++;
    r->last = after >= r->end || *after == '\n';
    if (after < r->end && *after == '\n')
        new_line(r, after + 1);
    r->at = after < r->end ? after + 1 : r->end;
    *to = '\0';
    return field;
}

char *ds_csv_next(ds_csv_reader *r)
{
    r->field_line = r->line;
    r->field_column = (int)(r->at - r->line_start) + 1;
    if (r->at < r->end && *r->at == '"')
        return quoted_field(r);
    char *field = r->at;
    while (r->at < r->end && *r->at != ',' && *r->at != '\n')
        r->at++;
    char *stop = r->at;
    r->last = r->at == r->end || *r->at == '\n';
    if (r->at < r->end && *r->at == '\n')
        new_line(r, r->at + 1);
    if (r->at < r->end)
        r->at++;
    if (r->last && stop > field && stop[-1] == '\r')
        stop--;
    *stop = '\0';
    return field;
}

bool ds_csv_number_of(const char *field, double *value)
{
    char *stop;
    if (strpbrk(field, "xXnN") != NULL) /* strtod would take hexadecimal, nan, inf */
        return false;
    *value = strtod(field, &stop);
    stop += strspn(stop, " \t");
    return stop != field && *stop == '\0' && isfinite(*value);
}

ds_code ds_csv_fail(const ds_csv_reader *r, bool at_field, ds_error *err, const char *format, ...)
{
    char    message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const ds_code code = ds_fail(err, DS_E_SCENARIO, NULL, "%s", message);
    if (err != NULL) {
        err->line = r->field_line;
        err->column = at_field ? r->field_column : 1;
    }
    return code;
}
