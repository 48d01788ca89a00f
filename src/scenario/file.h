/* file.h -- reading a whole file, with a limit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_FILE_H
#define DS_FILE_H

#include <stddef.h>

#include "distillsim.h"

/* A file's identity: the same for every path that leads to it. */
typedef struct {
    unsigned long long device, inode;
} ds_file_id;

/* Reads at most limit_bytes; a regular file that is larger is refused before it
 * is read, anything else (a pipe) as soon as it has given more.  *text ends with
 * '\0' and belongs to the caller.  id may be NULL.
 * Fails with DS_E_IO (file and message set) or DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_file_read(const char *path, size_t limit_bytes, char **text,
                                   size_t *length, ds_file_id *id, ds_error *err);

/* `name`, taken relative to the directory of `beside` unless it is absolute.
 * Belongs to the caller; NULL when out of memory. */
char *ds_file_beside(const char *beside, const char *name);

#endif
