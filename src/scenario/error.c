/* error.c -- error codes as text and exit status, and filling a ds_error.
 *
 * Called by every layer from the scenario up; allocates nothing, so that it can
 * report running out of memory.  Texts longer than their field are cut at a
 * character, not inside one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *ds_code_text(ds_code code)
{
#define DS_CODE_TEXT_(name, exit_status, text) \
    case name:                                 \
        return text;
    switch (code) {
        DS_CODE_LIST(DS_CODE_TEXT_)
    case DS_CODE_COUNT:
        break;
    }
#undef DS_CODE_TEXT_
    return "unknown error";
}

int ds_code_exit_status(ds_code code)
{
#define DS_CODE_STATUS_(name, exit_status, text) \
    case name:                                   \
        return exit_status;
    switch (code) {
        DS_CODE_LIST(DS_CODE_STATUS_)
    case DS_CODE_COUNT:
        break;
    }
#undef DS_CODE_STATUS_
    return 70;
}

/* The length of `text` when no more than `room` bytes may stay. */
static size_t whole_characters(const char *text, size_t room)
{
    size_t length = strlen(text);
    if (length <= room)
        return length;
    length = room;
    /* a continuation byte is 10xxxxxx: step back to the start of its character */
    while (length > 0 && ((unsigned char)text[length] & 0xC0u) == 0x80u)
        length--;
    return length;
}

void ds_copy_text(char *to, size_t size, const char *text)
{
    if (size == 0)
        return;
    size_t length = whole_characters(text, size - 1);
    memcpy(to, text, length);
    to[length] = '\0';
}

ds_code ds_fail(ds_error *err, ds_code code, const char *pointer, const char *format, ...)
{
    if (err == NULL)
        return code;
    /* longer than the field, so that the cut can fall between characters */
    char message[sizeof err->message + 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    memset(err, 0, sizeof *err);
    err->code = code;
    ds_copy_text(err->pointer, sizeof err->pointer, pointer == NULL ? "" : pointer);
    ds_copy_text(err->message, sizeof err->message, message);
    return code;
}
