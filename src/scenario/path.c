/* path.c -- where the binder is, and problems and warnings from there.
 *
 * Called by bind.c, quantity.c and check*.c.  A problem's position is found by
 * walking the tree along the path: problems are few, so nothing is kept for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/error.h"

void ds_push(ds_binder *b, const char *segment)
{
    /* the field table is finite, so the path cannot be longer; if it ever were,
     * only messages would lack their tail */
    if (b->depth < DS_PATH_MAX)
        b->path[b->depth] = segment;
    b->depth++;
}

void ds_pop(ds_binder *b)
{
    b->depth--;
}

static size_t kept(const ds_binder *b)
{
    return b->depth < DS_PATH_MAX ? b->depth : DS_PATH_MAX;
}

const char *ds_here(ds_binder *b)
{
    size_t length = 0;
    for (size_t i = 0; i < kept(b); i++)
        length += 1 + ds_pointer_escape(b->path[i], NULL, 0);
    char *pointer = ds_arena_array(b->arena, length + 1, 1);
    if (pointer == NULL) {
        ds_no_memory(b);
        return "";
    }
    char *at = pointer;
    for (size_t i = 0; i < kept(b); i++) {
        *at++ = '/';
        at += ds_pointer_escape(b->path[i], at, length + 1 - (size_t)(at - pointer));
    }
    return pointer;
}

void ds_no_memory(ds_binder *b)
{
    b->problems->out_of_memory = true;
}

/* The member, or the one that was meant to be it. */
static const cJSON *member(const ds_binder *b, const cJSON *node, const char *key)
{
    const cJSON *found = ds_tree_member(node, key);
    for (size_t i = 0; i < b->misspelt_count && found == NULL; i++)
        if (b->misspelt[i].parent == node && strcmp(b->misspelt[i].meant, key) == 0)
            found = b->misspelt[i].node;
    return found;
}

/* The deepest node on the path; *found gets how many segments lead to it. */
static const cJSON *deepest(const ds_binder *b, size_t *found)
{
    const cJSON *node = b->document->root;
    size_t       i = 0;
    for (; i < kept(b); i++) {
        const cJSON *next = member(b, node, b->path[i]);
        if (next == NULL)
            break;
        node = next;
    }
    *found = i;
    return node;
}

bool ds_stated(const ds_binder *b, const char *key)
{
    size_t       found;
    const cJSON *node = deepest(b, &found);
    return found == kept(b) && member(b, node, key) != NULL;
}

typedef enum { PROBLEM, WARNING } severity;

/* Reports at the path; the position is that of the deepest node on it. */
DS_PRINTF(4, 0)
static void add(ds_binder *b, severity how, bool at_key, const char *format, va_list arguments)
{
    ds_error error;
    char     message[sizeof error.message + 8];
    if (b->silent)
        return;
    vsnprintf(message, sizeof message, format, arguments);
    ds_fail(&error, how == WARNING ? DS_OK : DS_E_SCENARIO, ds_here(b), "%s", message);
    error.warning = how == WARNING;

    size_t             found;
    const cJSON       *node = deepest(b, &found);
    const ds_position *p = ds_document_position(b->document, node);
    ds_copy_text(error.file, sizeof error.file, ds_document_file(b->document, p->file));
    at_key = at_key && found == kept(b) && p->key_line > 0;
    error.line = at_key ? p->key_line : p->line;
    error.column = at_key ? p->key_column : p->column;
    ds_problems_add(b->problems, &error, p->file);
}

void ds_problem_here(ds_binder *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(b, PROBLEM, false, format, arguments);
    va_end(arguments);
}

void ds_problem_at_key(ds_binder *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(b, PROBLEM, true, format, arguments);
    va_end(arguments);
}

void ds_warn_here(ds_binder *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(b, WARNING, false, format, arguments);
    va_end(arguments);
}

void ds_problem_at(ds_binder *b, const char *const *segments, const char *format, ...)
{
    const char *saved[DS_PATH_MAX];
    size_t      depth = b->depth;
    memcpy(saved, b->path, sizeof saved);
    b->depth = 0;
    for (; *segments != NULL; segments++)
        ds_push(b, *segments);

    va_list arguments;
    va_start(arguments, format);
    add(b, PROBLEM, false, format, arguments);
    va_end(arguments);
    memcpy(b->path, saved, sizeof saved);
    b->depth = depth;
}
