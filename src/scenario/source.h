/* source.h -- the files that a document is made of, each read once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SOURCE_H
#define DS_SOURCE_H

#include "scenario/document.h"
#include "scenario/file.h"

enum { DS_SOURCES_MAX = 64 }; /* names of files; two may be the same file */

typedef struct {
    char      *path;
    ds_file_id id;
    int        file; /* in the document's positions                              */
    cJSON     *root; /* owned where `original`; NULL: told already, or `problem` */
    bool       original;
    ds_code    code; /* of `problem`: why the file cannot be read                */
    char       problem[256];
} ds_source;

typedef struct {
    ds_document *document;
    ds_problems *problems;
    ds_source    items[DS_SOURCES_MAX];
    size_t       count;
} ds_sources;

/* The text of the scenario file, which is file 0 of the document.  False when it
 * cannot be used, which has been told. */
bool ds_sources_first(ds_sources *s, const char *text, size_t length, ds_file_id id);
/* The tree of the file `name` beside file `beside`, read at the first call.  *root is
 * NULL, with DS_OK, when the file was read and what is wrong in it told; a code and a
 * message (for the key that names it) when it cannot be read. */
DS_MUST_CHECK ds_code ds_sources_open(ds_sources *s, int beside, const char *name,
                                      const cJSON **root, ds_error *err);
/* The tree of a file that was read. */
const cJSON *ds_sources_root(const ds_sources *s, int file);
void         ds_sources_free(ds_sources *s);

/* The JSON Pointer of `node` in its file, as far as it fits. */
void ds_sources_pointer(const ds_sources *s, const cJSON *node, char *to, size_t size);

#endif
