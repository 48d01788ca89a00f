/* extend.h -- the tree of a document, from its files and what they extend.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_EXTEND_H
#define DS_EXTEND_H

#include "scenario/source.h"

enum {
    DS_EXTENDS_MAX = 16,          /* objects that extend one another in a chain */
    DS_EXTENDS_VALUES_MAX = 1000000 /* by which a tree may be larger than its files */
};

/* Makes document->root from the text of the scenario file, which is file 0 of the
 * document.  False when that is not possible; problems say why. */
bool ds_extend(ds_document *document, const char *text, size_t length, ds_file_id id,
               ds_problems *problems);

#endif
