/* tree.h -- JSON trees whose nodes know where they come from, and how one
 * is changed by pointer.
 *
 * A node's position is positions->items[node->valueint]: cJSON leaves that
 * member to numbers, and we read only valuedouble.  Entry 0 is that of an
 * override, which has no line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TREE_H
#define DS_TREE_H

#include <cjson/cJSON.h>

#include "scenario/scan.h"

enum { DS_FILE_OVERRIDE = 1 << 30 }; /* ds_position.file of an override */

/* Scans and parses.  `positions` gets the entries; on failure *root is NULL. */
DS_MUST_CHECK ds_code ds_tree_parse(const char *text, size_t length, int file,
                                    ds_positions *positions, cJSON **root, ds_error *err);

/* Member of an object, or element of an array when `name` is its index; NULL. */
const cJSON *ds_tree_member(const cJSON *node, const char *name);

/* What a value is, in words: "an object", "a string", ... */
const char *ds_tree_kind(const cJSON *node);

/* RFC 6901: the value at `pointer` becomes a copy of `value` (null: is removed).
 * Objects on the way that are missing are made.  Fails with DS_E_SCENARIO (pointer
 * is malformed, empty, or passes through something that has no members; the
 * message says which) or DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_tree_set(cJSON *root, const char *pointer, const cJSON *value,
                                  ds_error *err);

/* Writes `segment` escaped as a token of a pointer; returns its length, like
 * snprintf. */
size_t ds_pointer_escape(const char *segment, char *to, size_t size);
/* Decodes the token at *at (just after its '/') into `token`, which has room for it;
 * moves *at to the next '/' or the end.  False on a bad escape. */
bool ds_pointer_next(const char **at, char *token);

#endif
