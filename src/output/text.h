/* text.h -- strings for human eyes: names made harmless, measured in terminal
 * columns, cut, padded and wrapped.  Called by everything that prints.
 *
 * A name comes from a scenario file that somebody else may have written, so it
 * is never sent to a terminal as it stands: control characters (an escape
 * sequence needs one), characters that reorder or hide text, and bytes that are
 * not UTF-8 are replaced.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TEXT_H
#define DS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How to write on a stream that a person reads. */
typedef struct {
    bool   utf8;   /* else ASCII only                              */
    bool   colour; /* a terminal, and nobody asked for none        */
    size_t width;  /* [columns]                                    */
} ds_style;

enum { DS_STYLE_PLAIN, DS_STYLE_BOLD, DS_STYLE_RED, DS_STYLE_GREEN, DS_STYLE_DIM };
/* The escape sequence that switches an attribute on (or, PLAIN, all off); ""
 * without colour. */
const char *ds_style_code(const ds_style *style, int attribute);

/* One character of a string: the code point, and how many bytes it took; an
 * invalid byte is code point 0xFFFD and one byte. */
size_t ds_text_decode(const char *text, unsigned *code_point);

/* A harmless copy of text, at most size - 1 bytes, whole characters only. */
void ds_text_clean(const char *text, bool utf8, char *out, size_t size);
/* Columns that a clean text takes on a terminal. */
size_t ds_text_width(const char *text);
/* Cuts a clean text to so many columns, an ellipsis at its end. */
void ds_text_fit(char *text, size_t columns, bool utf8);
/* A name from a file, harmless, cut, in `...`. */
enum { DS_QUOTED_TEXT = 96 };
void ds_text_quote(const char *name, const ds_style *style, char out[DS_QUOTED_TEXT]);
/* The same for a POSIX shell, one word whatever stands in it: '...' unless it is plain; a
 * name with what would not be printed as it is cannot be pasted anyway. */
void ds_text_shell(const char *text, bool utf8, char *out, size_t size);
/* Writes text padded with blanks to so many columns, on the left or the right. */
void ds_text_pad(FILE *file, const char *text, size_t columns, bool right);
/* A blank at which ds_text_wrap() does not break; no clean text has it. */
#define DS_TEXT_TIE "\x1F"
/* Writes a clean text in lines of at most `width` columns; the lines after the
 * first are indented.  `column` is where the first line starts. */
void ds_text_wrap(FILE *file, const char *text, size_t width, size_t indent, size_t column);

#endif
