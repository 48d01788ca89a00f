/* scan.c -- strict JSON scanner.
 *
 * Called by document.c before cJSON builds the tree, for two reasons: cJSON
 * accepts what JSON forbids (01, 1e999 as infinity, invalid UTF-8, raw control
 * characters, \u0000), and its nodes have no position.  Since both visit values
 * in the order of the text, the n-th position here is that of the n-th node there.
 *
 * Recursive descent over the grammar of RFC 8259; recursion is bounded by
 * DS_NESTING_MAX.  UTF-8 is checked by table 3-7 of the Unicode standard.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/scan.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

typedef struct {
    const char   *text, *at, *end;
    const char   *line_start;
    /* column `mark_column` is at `mark`: counting goes on from there, so that a
     * long line is not counted anew for each value */
    const char   *mark;
    int           mark_column;
    int           line, file, depth;
    /* the key before the value that comes next; 0 when there is none */
    int           key_line, key_column;
    ds_positions *positions;
    size_t        first; /* positions->count when the scan began */
    ds_error     *err;
} scanner;

void ds_positions_free(ds_positions *positions)
{
    free(positions->items);
    *positions = (ds_positions){0};
}

bool ds_positions_add(ds_positions *positions, ds_position position)
{
    if (positions->count == positions->capacity) {
        size_t capacity = positions->capacity == 0 ? 256 : positions->capacity * 2;
        if (capacity > SIZE_MAX / sizeof position)
            return false;
        ds_position *items = realloc(positions->items, capacity * sizeof position);
        if (items == NULL)
            return false;
        positions->items = items;
        positions->capacity = capacity;
    }
    positions->items[positions->count++] = position;
    return true;
}

/* Characters from the start of the line, counted from 1. */
static int column_of(scanner *s, const char *at)
{
    bool        onward = s->mark >= s->line_start && s->mark <= at;
    const char *p = onward ? s->mark : s->line_start;
    int         column = onward ? s->mark_column : 1;
    for (; p < at; p++)
        if (((unsigned char)*p & 0xC0u) != 0x80u)
            column++;
    s->mark = at;
    s->mark_column = column;
    return column;
}

static ds_code fail_at(scanner *s, const char *at, const char *message)
{
    ds_code code = ds_fail(s->err, DS_E_SYNTAX, NULL, "%s", message);
    if (s->err != NULL) {
        s->err->line = s->line;
        s->err->column = column_of(s, at);
    }
    return code;
}

/* "expected <what>, found <the character here>" */
static ds_code fail_expected(scanner *s, const char *what)
{
    unsigned char c = (unsigned char)*s->at;
    char          message[160];
    if (s->at == s->end)
        snprintf(message, sizeof message, "expected %s, found the end of the text", what);
    else if (c < 0x20 || c == 0x7F)
        snprintf(message, sizeof message, "expected %s, found the control character 0x%02x", what,
                 (unsigned)c);
    else if (c >= 0x80)
        snprintf(message, sizeof message, "expected %s, found a character outside ASCII", what);
    else
        snprintf(message, sizeof message, "expected %s, found '%c'", what, c);
    return fail_at(s, s->at, message);
}

static void skip_space(scanner *s)
{
    for (; s->at < s->end; s->at++) {
        if (*s->at == '\n') {
            s->line++;
            s->line_start = s->at + 1;
        } else if (*s->at != ' ' && *s->at != '\t' && *s->at != '\r') {
            return;
        }
    }
}

/* The length of the valid UTF-8 character at p, or 0. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
    unsigned char lead = p[0];
    size_t        length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || (size_t)(end - p) < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xC0u) != 0x80u)
            return 0;
    /* over-long forms, surrogates, and beyond U+10FFFF */
    if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F) ||
        (lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F))
        return 0;
    return length;
}

/* Four hexadecimal digits at p, or -1. */
static int hex4(const char *p, const char *end)
{
    int value = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int  digit = c >= '0' && c <= '9'   ? c - '0'
                     : c >= 'a' && c <= 'f' ? c - 'a' + 10
                     : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                            : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* At a backslash inside a string. */
static ds_code scan_escape(scanner *s)
{
    if (s->end - s->at < 2)
        return fail_at(s, s->at, "the string does not end");
    char c = s->at[1];
    if (c != 'u') {
        if (strchr("\"\\/bfnrt", c) == NULL || c == '\0')
            return fail_at(s, s->at, "unknown escape in a string; \\ itself is written \\\\");
        s->at += 2;
        return DS_OK;
    }
    int unit = hex4(s->at + 2, s->end);
    if (unit < 0)
        return fail_at(s, s->at, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fail_at(s, s->at, "the character \\u0000 is not allowed");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fail_at(s, s->at, "the second half of a surrogate pair without the first");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        const char *next = s->at + 6;
        int low = s->end - next >= 6 && next[0] == '\\' && next[1] == 'u' ? hex4(next + 2, s->end)
                                                                          : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail_at(s, s->at, "the first half of a surrogate pair without the second");
        s->at += 6;
    }
    s->at += 6;
    return DS_OK;
}

static ds_code scan_string(scanner *s)
{
    const char *start = s->at++;
    while (s->at < s->end && *s->at != '"') {
        unsigned char c = (unsigned char)*s->at;
        if (c == '\\') {
            ds_code code = scan_escape(s);
            if (code != DS_OK)
                return code;
            continue;
        }
        if (c == '\n' || c == '\r')
            return fail_at(s, start, "the string does not end on its line");
        if (c < 0x20)
            return fail_at(s, s->at, "a control character in a string must be escaped");
        size_t length = utf8_length((const unsigned char *)s->at, (const unsigned char *)s->end);
        if (length == 0)
            return fail_at(s, s->at, "the text is not valid UTF-8");
        s->at += length;
    }
    if (s->at == s->end)
        return fail_at(s, start, "the string does not end");
    s->at++;
    return DS_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_digits(scanner *s)
{
    while (is_digit(*s->at))
        s->at++;
}

static ds_code scan_number(scanner *s)
{
    const char *start = s->at;
    if (*s->at == '-')
        s->at++;
    if (!is_digit(*s->at))
        return fail_expected(s, "a digit");
    if (*s->at == '0' && is_digit(s->at[1]))
        return fail_at(s, start, "a number cannot start with a 0 before other digits");
    skip_digits(s);
    if (*s->at == '.') {
        s->at++;
        if (!is_digit(*s->at))
            return fail_expected(s, "a digit after the point");
        skip_digits(s);
    }
    if (*s->at == 'e' || *s->at == 'E') {
        s->at++;
        if (*s->at == '+' || *s->at == '-')
            s->at++;
        if (!is_digit(*s->at))
            return fail_expected(s, "a digit in the exponent");
        skip_digits(s);
    }
    if (s->at - start > DS_NUMBER_LENGTH_MAX)
        return fail_at(s, start, "the number has more than 60 characters");
    if (!isfinite(strtod(start, NULL)))
        return fail_at(s, start, "the number is too large for a double (1.8e308)");
    return DS_OK;
}

static ds_code scan_word(scanner *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(s->end - s->at) >= length && memcmp(s->at, words[i], length) == 0) {
            s->at += length;
            return DS_OK;
        }
    }
    if ((size_t)(s->end - s->at) >= 3 && memcmp(s->at, "NaN", 3) == 0)
        return fail_at(s, s->at, "NaN is not a JSON number");
    if (*s->at == '\'')
        return fail_at(s, s->at, "strings stand in double quotes");
    if (*s->at == '/' || *s->at == '#')
        return fail_at(s, s->at, "JSON has no comments; use a \"note\" key");
    return fail_expected(s, "a value");
}

static ds_code scan_value(scanner *s);

/* After an opening bracket: `one` element or member, separated by commas. */
static ds_code scan_sequence(scanner *s, char close, ds_code (*one)(scanner *))
{
    const char *what = close == '}' ? "',' or '}'" : "',' or ']'";
    size_t      count = 0;

    if (++s->depth > DS_NESTING_MAX)
        return fail_at(s, s->at, "objects and arrays are nested more than 64 deep");
    s->at++;
    skip_space(s);
    if (s->at < s->end && *s->at == close) {
        s->at++;
        s->depth--;
        return DS_OK;
    }
    for (;;) {
        if (close == '}' && ++count > DS_MEMBERS_MAX)
            return fail_at(s, s->at, "an object has more than 4096 members");
        ds_code code = one(s);
        if (code != DS_OK)
            return code;
        skip_space(s);
        if (s->at == s->end || (*s->at != ',' && *s->at != close))
            return fail_expected(s, what);
        if (*s->at++ == close) {
            s->depth--;
            return DS_OK;
        }
        skip_space(s);
        if (s->at < s->end && *s->at == close)
            return fail_at(s, s->at, "no ',' may stand before the closing bracket");
    }
}

static ds_code scan_element(scanner *s)
{
    s->key_line = s->key_column = 0;
    return scan_value(s);
}

static ds_code scan_member(scanner *s)
{
    if (s->at == s->end || *s->at != '"')
        return fail_expected(s, "a key in double quotes");
    int     line = s->line, column = column_of(s, s->at);
    ds_code code = scan_string(s);
    if (code != DS_OK)
        return code;
    skip_space(s);
    if (s->at == s->end || *s->at != ':')
        return fail_expected(s, "':' after the key");
    s->at++;
    skip_space(s);
    s->key_line = line;
    s->key_column = column;
    return scan_value(s);
}

static ds_code scan_value(scanner *s)
{
    if (s->positions->count - s->first >= DS_VALUES_MAX)
        return fail_at(s, s->at, "the text has more than 1048576 values");
    ds_position position = {.file = s->file,
                            .line = s->line,
                            .column = column_of(s, s->at),
                            .key_line = s->key_line,
                            .key_column = s->key_column};
    if (!ds_positions_add(s->positions, position))
        return ds_fail(s->err, DS_E_NOMEM, NULL, "out of memory");
    if (s->at == s->end)
        return fail_expected(s, "a value");
    switch (*s->at) {
    case '{':
        return scan_sequence(s, '}', scan_member);
    case '[':
        return scan_sequence(s, ']', scan_element);
    case '"':
        return scan_string(s);
    default:
        return *s->at == '-' || is_digit(*s->at) ? scan_number(s) : scan_word(s);
    }
}

ds_code ds_scan(const char *text, size_t length, int file, ds_positions *positions, ds_error *err)
{
    scanner s = {.text = text, .at = text, .end = text + length, .line_start = text, .mark = text,
                 .mark_column = 1, .line = 1,
                 .file = file, .positions = positions, .first = positions->count, .err = err};
    skip_space(&s);
    if (s.at == s.end)
        return fail_at(&s, s.at, "the text is empty");
    ds_code code = scan_value(&s);
    if (code != DS_OK)
        return code;
    skip_space(&s);
    return s.at == s.end ? DS_OK : fail_expected(&s, "nothing after the end of the value");
}
