/* csv.c -- see csv.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/file.h"
#include "output/number.h"

void ds_csv_text(FILE *file, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL && strchr("=+-@ \t", text[0]) == NULL) {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

void ds_csv_number(FILE *file, double value)
{
    char text[DS_NUMBER_TEXT];
    ds_number_exact(value, text);
    fputs(text, file);
}

void ds_csv_estimate(FILE *file, ds_estimate e)
{
    putc(',', file);
    ds_csv_number(file, e.value);
    putc(',', file);
    if (isfinite(e.se))
        ds_csv_number(file, e.se);
}

enum { CSV_LIMIT = 1 << 30 }; /* [bytes] beyond this it is not one of our files */

static ds_code read_all(const char *path, char **out, ds_error *err)
{
    size_t size = 0, room = 1 << 16;
    char  *text = NULL;
    FILE  *file = fopen(path, "rb");

    if (file == NULL)
        return ds_output_fail(err, DS_E_IO, path, "cannot open: %s", strerror(errno));
    for (;;) {
        char *more = realloc(text, room + 1);
        if (more == NULL) {
            free(text);
            fclose(file);
            return ds_output_fail(err, DS_E_NOMEM, path, "out of memory");
        }
        text = more;
        errno = 0;
        size += fread(text + size, 1, room - size, file);
        if (size < room || room >= CSV_LIMIT)
            break;
        room *= 2;
    }
    int reason = ferror(file) ? (errno != 0 ? errno : EIO) : 0;
    fclose(file);
    text[size] = '\0';
    if (reason != 0 || size >= CSV_LIMIT || strlen(text) != size) {
        free(text);
        return ds_output_fail(err, DS_E_IO, path, "cannot read: %s",
                              reason != 0 ? strerror(reason) : "not a table of this program");
    }
    *out = text;
    return DS_OK;
}

/* Ends the field that starts at *p in place, removing quotes; returns what
 * stood after it: ',', '\n' or '\0'.  *p moves past that. */
static char end_field(char **p)
{
    char *from = *p, *to = *p;
    bool  quoted = *from == '"';

    if (quoted)
        from++;
    while (*from != '\0') {
        if (quoted && *from == '"') {
            if (from[1] != '"') {
                quoted = false;
                from++;
                continue;
            }
            from++;
        } else if (!quoted && (*from == ',' || *from == '\n')) {
            break;
        }
        *to++ = *from++;
    }
    char end = *from;
    if (end == '\n' && to > *p && to[-1] == '\r')
        to--;
    *to = '\0';
    *p = end != '\0' ? from + 1 : from;
    return end;
}

static ds_code split(ds_csv *csv, const char *path, ds_error *err)
{
    size_t count = 0, room = 0, in_row = 0;
    char  *p = csv->buffer;

    while (*p != '\0' || in_row > 0) {
        if (count == room) {
            room = room > 0 ? 2 * room : 256;
            char **more = realloc(csv->fields, room * sizeof *more);
            if (more == NULL)
                return ds_output_fail(err, DS_E_NOMEM, path, "out of memory");
            csv->fields = more;
        }
        csv->fields[count++] = p;
        in_row++;
        if (end_field(&p) == ',')
            continue;
        if (csv->rows == 0)
            csv->columns = in_row;
        csv->rows++;
        if (in_row != csv->columns)
            return ds_output_fail(err, DS_E_IO, path,
                                  "row %zu has %zu fields, the header has %zu", csv->rows,
                                  in_row, csv->columns);
        in_row = 0;
    }
    if (csv->rows < 2)
        return ds_output_fail(err, DS_E_IO, path, "no data in this table");
    return DS_OK;
}

ds_code ds_csv_read(const char *path, ds_csv *csv, ds_error *err)
{
    *csv = (ds_csv){ 0 };
    ds_code code = read_all(path, &csv->buffer, err);
    if (code == DS_OK)
        code = split(csv, path, err);
    if (code != DS_OK)
        ds_csv_release(csv);
    return code;
}

void ds_csv_release(ds_csv *csv)
{
    free(csv->fields);
    free(csv->buffer);
    *csv = (ds_csv){ 0 };
}

const char *ds_csv_field(const ds_csv *csv, size_t row, size_t column)
{
    return csv->fields[row * csv->columns + column];
}

double ds_csv_value(const ds_csv *csv, size_t row, size_t column)
{
    const char *text = ds_csv_field(csv, row, column);
    char       *end;
    double      value = strtod(text, &end);
    return end == text || *end != '\0' ? (double)NAN : value;
}

size_t ds_csv_column(const ds_csv *csv, const char *name)
{
    size_t column = 0;
    while (column < csv->columns && strcmp(ds_csv_field(csv, 0, column), name) != 0)
        column++;
    return column;
}
