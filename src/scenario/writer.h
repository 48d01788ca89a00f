/* writer.h -- a growing text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_WRITER_H
#define DS_WRITER_H

#include <stddef.h>

#include "distillsim.h"

typedef struct {
    char  *text; /* malloc; '\0' at text[length] once anything was written */
    size_t length, capacity;
    bool   failed; /* out of memory: what follows is dropped */
} ds_writer;

/* The shortest JSON number that reads back as x, which is finite, in any locale. */
enum { DS_NUMBER_JSON = 32 };
void ds_number_text(double x, char text[DS_NUMBER_JSON]);

void ds_write(ds_writer *w, const char *text);
void ds_write_format(ds_writer *w, const char *format, ...) DS_PRINTF(2, 3);
/* A JSON string with its quotes. */
void ds_write_string(ds_writer *w, const char *text);
/* Such a number. */
void ds_write_number(ds_writer *w, double x);
/* A new line and `depth` steps of indentation. */
void ds_write_line(ds_writer *w, int depth);

#endif
