/* file.h -- files that are either complete or not there.
 *
 * A file is written under NAME.tmp.<process id> in the same directory and gets
 * its name when every byte has arrived; on failure it is removed.  A target
 * that exists and is not a regular file (a device, a pipe) is written directly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_FILE_H
#define DS_FILE_H

#include <stdio.h>

#include "distillsim.h"

typedef struct {
    FILE *stream;    /* to write to                             */
    char *path;      /* name in the end                         */
    char *temporary; /* name until then; NULL when there is none */
} ds_file;

/* Fails with DS_E_IO, DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_file_open(ds_file *file, const char *path, ds_error *err);
/* Closes and names the file, or removes it.  Fails with DS_E_IO. */
DS_MUST_CHECK ds_code ds_file_commit(ds_file *file, ds_error *err);
/* Closes and removes the file; does nothing to one that is not open. */
void ds_file_abandon(ds_file *file);

/* Makes a directory unless it is there; its parent must exist. */
DS_MUST_CHECK ds_code ds_directory_make(const char *path, ds_error *err);

/* Could files be written into this directory, or the directory be made?  Could this file be
 * written?  As far as can be told without doing it: to be asked before an hour of work. */
DS_MUST_CHECK ds_code ds_directory_check(const char *path, ds_error *err);
DS_MUST_CHECK ds_code ds_file_check(const char *path, ds_error *err);

/* directory/name, to be freed; NULL without memory. */
char *ds_path_join(const char *directory, const char *name);

/* A file of a directory of results. */
typedef struct {
    const char *name;
    ds_code (*write)(FILE *file, const void *subject); /* DS_OK, DS_E_NOMEM       */
} ds_part;
/* Makes the directory unless it is there, and writes the files one after the other, each
 * complete or not there.  Fails with DS_E_IO, DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_parts_write(const char *directory, const ds_part *parts, size_t count,
                                     const void *subject, ds_error *err);

/* Fills *err (may be NULL) and returns code. */
ds_code ds_output_fail(ds_error *err, ds_code code, const char *file, const char *format, ...)
    DS_PRINTF(4, 5);

#endif
