/* error.h -- filling a ds_error.  Used by every layer from here up.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ERROR_H
#define DS_ERROR_H

#include "distillsim.h"

/* Writes code, pointer (may be NULL) and message to *err (may be NULL), with no
 * file and no position.  Returns `code`, so that a function can end with
 * `return ds_fail(...)`. */
ds_code ds_fail(ds_error *err, ds_code code, const char *pointer, const char *format, ...)
    DS_PRINTF(4, 5);

/* Copies as much of `text` as fits, never splitting a UTF-8 character. */
void ds_copy_text(char *to, size_t size, const char *text);

#endif
