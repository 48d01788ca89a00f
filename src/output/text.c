/* text.c -- see text.h.
 *
 * UTF-8 is decoded here and not by the locale, because a scenario is UTF-8
 * whatever the locale says.  Widths come from wcwidth().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* wcwidth() */

#include "output/text.h"

#include <string.h>
#include <wchar.h>

const char *ds_style_code(const ds_style *style, int attribute)
{
    static const char *const codes[] = { "\033[0m", "\033[1m", "\033[31m", "\033[32m", "\033[2m" };
    return style->colour ? codes[attribute] : "";
}

size_t ds_text_decode(const char *text, unsigned *code_point)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t               length = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2
                                : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned              point = length == 1 ? s[0] : s[0] & (0x7FU >> length);

    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            length = 0;
            break;
        }
        point = (point << 6) | (s[i] & 0x3F);
    }
    if (length == 0 || point < least[length] || point > 0x10FFFF ||
        (point >= 0xD800 && point <= 0xDFFF)) {
        *code_point = 0xFFFD;
        return 1;
    }
    *code_point = point;
    return length;
}

/* Controls of both sets, line separators, direction marks and overrides, and
 * characters of no width that hide in a name. */
static bool is_harmful(unsigned point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || point == 0xFFFD ||
           (point >= 0xFFF9 && point <= 0xFFFB) || (point >= 0xE0000 && point <= 0xE0FFF);
}

void ds_text_clean(const char *text, bool utf8, char *out, size_t size)
{
    size_t used = 0;
    while (*text != '\0') {
        unsigned    point;
        size_t      length = ds_text_decode(text, &point);
        const char *from = text;
        size_t      bytes = length;
        text += length;
        if (is_harmful(point) || (!utf8 && point >= 0x80)) {
            from = utf8 ? "\xEF\xBF\xBD" : "?";
            bytes = strlen(from);
        }
        if (used + bytes >= size)
            break;
        memcpy(out + used, from, bytes);
        used += bytes;
    }
    if (size > 0)
        out[used] = '\0';
}

/* A code point that the locale does not know is taken to be one column wide. */
static size_t width_of(unsigned point)
{
    if (point < 0x80)
        return 1;
    int width = wcwidth((wchar_t)point);
    return width < 0 ? 1 : (size_t)width;
}

size_t ds_text_width(const char *text)
{
    size_t width = 0;
    while (*text != '\0') {
        unsigned point;
        text += ds_text_decode(text, &point);
        width += width_of(point);
    }
    return width;
}

void ds_text_fit(char *text, size_t columns, bool utf8)
{
    if (ds_text_width(text) <= columns)
        return;
    const char *ellipsis = utf8 ? "\xE2\x80\xA6" : "~";
    size_t      width = 0, at = 0, fits = 0; /* up to where what follows is as long as it */
    for (;;) {
        unsigned point;
        size_t   length = ds_text_decode(text + at, &point);
        if (width + width_of(point) + 1 > columns)
            break;
        width += width_of(point);
        at += length;
        if (strlen(text + at) >= strlen(ellipsis))
            fits = at;
    }
    /* The ellipsis takes three bytes; of what is cut off there may be fewer. */
    if (strlen(text + fits) >= strlen(ellipsis))
        memcpy(text + fits, ellipsis, strlen(ellipsis) + 1);
    else
        memcpy(text + fits, "~", 2);
}

void ds_text_quote(const char *name, const ds_style *style, char out[DS_QUOTED_TEXT])
{
    enum { COLUMNS = 40 };
    char clean[DS_QUOTED_TEXT - 2];
    ds_text_clean(name, style->utf8, clean, sizeof clean);
    ds_text_fit(clean, COLUMNS, style->utf8);
    snprintf(out, DS_QUOTED_TEXT, "`%s`", clean);
}

void ds_text_shell(const char *text, bool utf8, char *out, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/_.,:=+-@%~";
    static const char quote[] = "'\\''"; /* ends the string, a quote, begins it again */
    char   clean[2048];
    size_t used = 0;

    ds_text_clean(text, utf8, clean, sizeof clean);
    if (clean[0] != '\0' && clean[0] != '~' && clean[strspn(clean, plain)] == '\0') {
        snprintf(out, size, "%s", clean);
        return;
    }
    out[used++] = '\'';
    for (const char *c = clean; *c != '\0' && used + sizeof quote + 1 < size; c++) {
        if (*c != '\'') {
            out[used++] = *c;
            continue;
        }
        memcpy(out + used, quote, sizeof quote - 1);
        used += sizeof quote - 1;
    }
    out[used++] = '\'';
    out[used] = '\0';
}

void ds_text_pad(FILE *file, const char *text, size_t columns, bool right)
{
    size_t width = ds_text_width(text);
    int    blanks = width < columns ? (int)(columns - width) : 0;
    if (right)
        fprintf(file, "%*s%s", blanks, "", text);
    else
        fprintf(file, "%s%*s", text, blanks, "");
}

void ds_text_wrap(FILE *file, const char *text, size_t width, size_t indent, size_t column)
{
    bool first = true;
    while (*text != '\0') {
        size_t bytes = strcspn(text, " \n"), columns = 0;
        for (size_t i = 0; i < bytes;) {
            unsigned point;
            i += ds_text_decode(text + i, &point);
            columns += width_of(point);
        }
        if (!first && column + 1 + columns > width) {
            fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        fputs(first ? "" : " ", file);
        for (size_t i = 0; i < bytes; i++)
            putc(text[i] == DS_TEXT_TIE[0] ? ' ' : text[i], file);
        column += columns + (first ? 0 : 1);
        first = false;
        text += bytes;
        text += strspn(text, " \n");
    }
    putc('\n', file);
}
