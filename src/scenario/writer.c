/* writer.c -- a growing text, and JSON strings and numbers in it.
 *
 * Called by resolve.c, schema.c and reference.c; for single numbers also where problems
 * and overrides are written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/writer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ds_number_text(double x, char text[DS_NUMBER_JSON])
{
    if (x == 0.0)
        x = 0.0; /* no minus */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, DS_NUMBER_JSON, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    char *comma = strchr(text, ',');
    if (comma != NULL)
        *comma = '.';
}

static bool reserve(ds_writer *w, size_t more)
{
    if (w->failed)
        return false;
    if (w->capacity - w->length > more)
        return true;
    size_t capacity = w->capacity == 0 ? 4096 : w->capacity;
    while (capacity - w->length <= more && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    char *larger = capacity - w->length > more ? realloc(w->text, capacity) : NULL;
    if (larger == NULL) {
        w->failed = true;
        return false;
    }
    w->text = larger;
    w->capacity = capacity;
    return true;
}

static void append(ds_writer *w, const char *text, size_t length)
{
    if (!reserve(w, length))
        return;
    memcpy(w->text + w->length, text, length);
    w->length += length;
    w->text[w->length] = '\0';
}

void ds_write(ds_writer *w, const char *text)
{
    append(w, text, strlen(text));
}

void ds_write_format(ds_writer *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(w, (size_t)length + 1)) {
        w->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(w->text + w->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    w->length += (size_t)length;
}

void ds_write_string(ds_writer *w, const char *text)
{
    append(w, "\"", 1);
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        const char   *from = "\"\\\b\f\n\r\t", *escapes = "\"\\bfnrt", *at = strchr(from, c);
        if (at != NULL)
            ds_write_format(w, "\\%c", escapes[at - from]);
        else if (c < 0x20)
            ds_write_format(w, "\\u%04x", (unsigned)c);
        else
            append(w, p, 1);
    }
    append(w, "\"", 1);
}

void ds_write_number(ds_writer *w, double x)
{
    char text[32];
    ds_number_text(x, text);
    ds_write(w, text);
}

void ds_write_line(ds_writer *w, int depth)
{
    append(w, "\n", 1);
    for (int i = 0; i < depth; i++)
        append(w, "  ", 2);
}
