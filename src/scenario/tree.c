/* tree.c -- building and changing JSON trees.
 *
 * Called by source.c, extend.c and document.c.  The scanner accepts the text, cJSON
 * builds the tree, then each node gets the index of its position; cJSON's copies keep
 * it, so a value that moves from a parent file to a merged tree keeps the place where
 * its author wrote it.
 *
 * Pointers: RFC 6901.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/tree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

/* ---- Building -------------------------------------------------------------------- */

static void number_nodes(cJSON *node, size_t *next)
{
    node->valueint = (int)(*next)++;
    cJSON *child;
    cJSON_ArrayForEach(child, node) number_nodes(child, next);
}

ds_code ds_tree_parse(const char *text, size_t length, int file, ds_positions *positions,
                      cJSON **root, ds_error *err)
{
    *root = NULL;
    size_t first = positions->count;
    if (first > (size_t)INT32_MAX - DS_VALUES_MAX)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    ds_code code = ds_scan(text, length, file, positions, err);
    if (code != DS_OK)
        return code;
    *root = cJSON_ParseWithLengthOpts(text, length + 1, NULL, 1);
    /* the text is valid, so this can only be memory */
    if (*root == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    number_nodes(*root, &first);
    return DS_OK;
}

/* The index that `name` spells, or -1: no sign, no leading zero. */
static int array_index(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > 7 || strspn(name, "0123456789") != length)
        return -1;
    return name[0] == '0' && length > 1 ? -1 : (int)strtol(name, NULL, 10);
}

static cJSON *member(cJSON *node, const char *name)
{
    if (cJSON_IsObject(node))
        return cJSON_GetObjectItemCaseSensitive(node, name);
    int index = cJSON_IsArray(node) ? array_index(name) : -1;
    return index < 0 ? NULL : cJSON_GetArrayItem(node, index);
}

const cJSON *ds_tree_member(const cJSON *node, const char *name)
{
    if (cJSON_IsObject(node))
        return cJSON_GetObjectItemCaseSensitive(node, name);
    int index = cJSON_IsArray(node) ? array_index(name) : -1;
    return index < 0 ? NULL : cJSON_GetArrayItem(node, index);
}

/* ---- Pointers -------------------------------------------------------------------- */

size_t ds_pointer_escape(const char *segment, char *to, size_t size)
{
    size_t length = 0;
    for (const char *p = segment; *p != '\0'; p++) {
        const char *piece = *p == '~' ? "~0" : *p == '/' ? "~1" : NULL;
        char        single[2] = {*p, '\0'};
        for (const char *c = piece == NULL ? single : piece; *c != '\0'; c++, length++)
            if (length + 1 < size)
                to[length] = *c;
    }
    if (size > 0)
        to[length < size ? length : size - 1] = '\0';
    return length;
}

bool ds_pointer_next(const char **at, char *token)
{
    const char *p = *at;
    for (; *p != '\0' && *p != '/'; p++) {
        if (*p == '~') {
            p++;
            if (*p != '0' && *p != '1')
                return false;
            *token++ = *p == '0' ? '~' : '/';
        } else {
            *token++ = *p;
        }
    }
    *token = '\0';
    *at = p;
    return true;
}

const char *ds_tree_kind(const cJSON *node)
{
    return cJSON_IsObject(node)   ? "an object"
           : cJSON_IsArray(node)  ? "a list"
           : cJSON_IsString(node) ? "a string"
           : cJSON_IsNumber(node) ? "a number"
           : cJSON_IsBool(node)   ? "a boolean"
                                  : "null";
}

/* Puts `value` (owned from here on) at `name` of `node`. */
static ds_code put(cJSON *node, const char *name, cJSON *value, const char *pointer,
                   ds_error *err)
{
    cJSON *old = member(node, name);
    bool   done = true, array = cJSON_IsArray(node);

    if (!array && !cJSON_IsObject(node)) {
        cJSON_Delete(value);
        return ds_fail(err, DS_E_SCENARIO, pointer, "%s has no member \"%.100s\"",
                       ds_tree_kind(node), name);
    }
    if (cJSON_IsNull(value)) {
        cJSON_Delete(value);
        cJSON_Delete(cJSON_DetachItemViaPointer(node, old));
        return DS_OK;
    }
    if (array && old == NULL && array_index(name) != cJSON_GetArraySize(node) &&
        strcmp(name, "-") != 0) {
        cJSON_Delete(value);
        return ds_fail(err, DS_E_SCENARIO, pointer, "the list has %d elements, and no \"%.100s\"",
                       cJSON_GetArraySize(node), name);
    }
    if (old == NULL)
        done = array ? cJSON_AddItemToArray(node, value) : cJSON_AddItemToObject(node, name, value);
    else
        done = array ? cJSON_ReplaceItemViaPointer(node, old, value)
                     : cJSON_ReplaceItemInObjectCaseSensitive(node, name, value);
    if (done)
        return DS_OK;
    cJSON_Delete(value);
    return ds_fail(err, DS_E_NOMEM, pointer, "out of memory");
}

static void mark_override(cJSON *node)
{
    node->valueint = 0;
    cJSON *child;
    cJSON_ArrayForEach(child, node) mark_override(child);
}

/* Walks to the object or list that holds the last token, which is left in
 * `token`; makes objects that are missing, unless the value is to be removed
 * (then *holder is NULL: there is nothing to remove). */
static ds_code walk(cJSON *root, const char *pointer, bool make, char *token, cJSON **holder,
                    ds_error *err)
{
    cJSON *node = root;
    int    depth = 0;

    for (const char *at = pointer; *at == '/';) {
        at++;
        if (!ds_pointer_next(&at, token))
            return ds_fail(err, DS_E_SCENARIO, pointer,
                           "in a JSON Pointer '~' is written ~0 and '/' is written ~1");
        if (*at == '\0')
            break;
        if (++depth >= DS_NESTING_MAX)
            return ds_fail(err, DS_E_SCENARIO, pointer, "the pointer is more than 64 deep");
        cJSON *next = member(node, token);
        if (next == NULL) {
            if (!make) {
                node = NULL;
                break;
            }
            next = cJSON_CreateObject();
            if (next == NULL)
                return ds_fail(err, DS_E_NOMEM, pointer, "out of memory");
            ds_code code = put(node, token, next, pointer, err);
            if (code != DS_OK)
                return code;
        }
        node = next;
    }
    *holder = node;
    return DS_OK;
}

ds_code ds_tree_set(cJSON *root, const char *pointer, const cJSON *value, ds_error *err)
{
    if (pointer[0] != '/')
        return ds_fail(err, DS_E_SCENARIO, pointer, "a JSON Pointer to a value starts with '/'");
    char *token = malloc(strlen(pointer) + 1);
    if (token == NULL)
        return ds_fail(err, DS_E_NOMEM, pointer, "out of memory");

    cJSON  *holder = NULL, *copy = NULL;
    ds_code code = walk(root, pointer, !cJSON_IsNull(value), token, &holder, err);
    if (code == DS_OK && holder != NULL) {
        copy = cJSON_Duplicate(value, 1);
        if (copy == NULL) {
            code = ds_fail(err, DS_E_NOMEM, pointer, "out of memory");
        } else {
            mark_override(copy);
            code = put(holder, token, copy, pointer, err);
        }
    }
    free(token);
    return code;
}
