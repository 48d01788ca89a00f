/* document.h -- a scenario file with what it extends and overrides, as one tree.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DOCUMENT_H
#define DS_DOCUMENT_H

#include "scenario/problems.h"
#include "scenario/tree.h"

/* A column of a CSV file that was read; kept so that a changed copy of the
 * document need not read it again. */
typedef struct {
    char   *path, *column;
    double *values;
    size_t  count;
} ds_sample;

typedef struct ds_document {
    char       **files; /* 0: the scenario file, then those that it extends     */
    size_t       file_count;
    bool         in_memory; /* made from text: no other file may be read         */
    ds_positions positions;
    cJSON       *root; /* merged, without `extends`                              */
    const char  *made_quantity; /* pointer of the first override that makes a named
                                   quantity; the caller's, read while it loads    */
    ds_sample   *samples;
    size_t       sample_count;
} ds_document;

/* Reads a file and what it extends and merges them.  Problems go to *problems; NULL
 * when the tree cannot be built. */
ds_document *ds_document_read(const char *path, ds_problems *problems);
/* The same from text (text[length] == '\0') under a name for messages. */
ds_document *ds_document_parse(const char *text, size_t length, const char *name,
                               ds_problems *problems);
/* The same, but files may be named, relative to the current directory. */
ds_document *ds_document_compose(const char *text, size_t length, const char *name,
                                 ds_problems *problems);
ds_document *ds_document_copy(const ds_document *document);
void         ds_document_free(ds_document *document);

/* Applies the overrides in order; those that cannot be are problems. */
void ds_document_override(ds_document *document, const ds_override *overrides, size_t count,
                          ds_problems *problems);

/* Takes ownership of `path`; its index, or -1 when out of memory. */
int  ds_document_add_file(ds_document *document, char *path);
/* Adds a problem about `node` (at its key when at_key), whose position it gets. */
void ds_document_problem(const ds_document *document, const cJSON *node, bool at_key,
                         ds_error *error, ds_problems *problems);
/* The document's position of a node. */
const ds_position *ds_document_position(const ds_document *document, const cJSON *node);
/* The name of the file of a position; "--set" for an override. */
const char *ds_document_file(const ds_document *document, int file);

/* The numbers of a CSV column beside the file that `node` stands in.  They live
 * as long as the document. */
DS_MUST_CHECK ds_code ds_document_sample(ds_document *document, const cJSON *node,
                                         const char *csv, const char *column,
                                         const double **values, size_t *count, ds_error *err);

#endif
