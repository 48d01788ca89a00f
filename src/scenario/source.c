/* source.c -- the files that a document is made of, each read once.
 *
 * Called by extend.c.  A file is known by its name, so that a catalogue that is named
 * a thousand times is opened once, and by its identity, so that two names of it are
 * one file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/source.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

/* ---- Duplicate keys -------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
    const cJSON *const *a = left, *const *b = right;
    int                 order = strcmp((*a)->string, (*b)->string);
    if (order != 0)
        return order;
    return ((*a)->valueint > (*b)->valueint) - ((*a)->valueint < (*b)->valueint);
}

/* Reports members of `object` whose key an earlier member has. */
static void check_members(const ds_sources *s, const cJSON *object, const char *pointer)
{
    const cJSON *members[DS_MEMBERS_MAX];
    size_t       count = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, object) members[count++] = child;
    qsort(members, count, sizeof *members, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1]->string, members[i]->string) != 0)
            continue;
        ds_error error;
        ds_fail(&error, DS_E_SCENARIO, pointer, "key \"%.100s\" stands twice in the same object",
                members[i]->string);
        ds_document_problem(s->document, members[i], true, &error, s->problems);
    }
}

/* Appends a token to a pointer of `length`; its new length, or size - 1 when full. */
static size_t append(char *pointer, size_t length, size_t size, const char *name)
{
    size_t more = length;
    if (length + 1 < size) {
        pointer[length] = '/';
        more += 1 + ds_pointer_escape(name, pointer + length + 1, size - length - 1);
    }
    return more < size ? more : size - 1;
}

static void check_duplicates(const ds_sources *s, const cJSON *node, char *pointer, size_t length,
                             size_t size)
{
    if (cJSON_IsObject(node))
        check_members(s, node, pointer);
    size_t       index = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        char        number[24];
        const char *name = child->string;
        if (name == NULL) {
            snprintf(number, sizeof number, "%zu", index++);
            name = number;
        }
        if (child->child == NULL)
            continue;
        check_duplicates(s, child, pointer, append(pointer, length, size, name), size);
        pointer[length] = '\0';
    }
}

/* ---- Reading --------------------------------------------------------------------- */

/* Parses the text of the newest source; its root is NULL when that cannot be used. */
static void parse(ds_sources *s, const char *text, size_t length)
{
    ds_source *source = &s->items[s->count - 1];
    ds_error   error;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        text += 3;
        length -= 3;
    }
    ds_code code = ds_tree_parse(text, length, source->file, &s->document->positions,
                                 &source->root, &error);
    if (code != DS_OK) {
        ds_copy_text(error.file, sizeof error.file, ds_document_file(s->document, source->file));
        ds_problems_add(s->problems, &error, source->file);
        return;
    }
    if (!cJSON_IsObject(source->root)) {
        ds_fail(&error, DS_E_SCENARIO, NULL, "%s is an object: { ... }",
                source->file == 0 ? "a scenario" : "what others extend");
        ds_document_problem(s->document, source->root, false, &error, s->problems);
        cJSON_Delete(source->root);
        source->root = NULL;
        return;
    }
    char pointer[sizeof error.pointer] = "";
    check_duplicates(s, source->root, pointer, 0, sizeof pointer);
}

bool ds_sources_first(ds_sources *s, const char *text, size_t length, ds_file_id id)
{
    s->items[0] = (ds_source){.path = strdup(s->document->files[0]), .id = id, .original = true};
    if (s->items[0].path == NULL) {
        s->problems->out_of_memory = true;
        return false;
    }
    s->count = 1;
    parse(s, text, length);
    return s->items[0].root != NULL;
}

/* Reads the newest source, unless it is a file that was read under another name. */
static ds_code read_source(ds_sources *s, ds_error *err)
{
    ds_source *source = &s->items[s->count - 1];
    char      *text;
    size_t     length;
    source->code = ds_file_read(source->path, DS_FILE_BYTES_MAX, &text, &length, &source->id, err);
    if (source->code == DS_E_NOMEM)
        return DS_E_NOMEM;
    if (source->code != DS_OK) {
        ds_copy_text(source->problem, sizeof source->problem, err->message);
        return DS_OK;
    }
    for (size_t i = 0; i + 1 < s->count; i++) {
        const ds_source *other = &s->items[i];
        if (other->original && other->code == DS_OK && other->id.device == source->id.device &&
            other->id.inode == source->id.inode) {
            source->root = other->root;
            source->file = other->file;
            free(text);
            return DS_OK;
        }
    }
    source->original = true;
    source->file = ds_document_add_file(s->document, strdup(source->path));
    if (source->file >= 0)
        parse(s, text, length);
    free(text);
    return source->file >= 0 ? DS_OK : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

ds_code ds_sources_open(ds_sources *s, int beside, const char *name, const cJSON **root,
                        ds_error *err)
{
    *root = NULL;
    if (s->document->in_memory)
        return ds_fail(err, DS_E_SCENARIO, NULL, "there is no directory to look in for \"%.200s\"",
                       name);
    char *path = ds_file_beside(s->document->files[beside], name);
    if (path == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    size_t i = 0;
    while (i < s->count && strcmp(s->items[i].path, path) != 0)
        i++;
    if (i == DS_SOURCES_MAX) {
        free(path);
        return ds_fail(err, DS_E_SCENARIO, NULL,
                       "more than %d files are extended, up to \"%.200s\"", DS_SOURCES_MAX, name);
    }
    if (i == s->count) {
        s->items[s->count++] = (ds_source){.path = path};
        if (read_source(s, err) != DS_OK)
            return DS_E_NOMEM;
    } else {
        free(path);
    }
    *root = s->items[i].root;
    if (s->items[i].code != DS_OK)
        return ds_fail(err, s->items[i].code, NULL, "\"%.200s\": %.200s", s->items[i].path,
                       s->items[i].problem);
    return DS_OK;
}

const cJSON *ds_sources_root(const ds_sources *s, int file)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].root != NULL && s->items[i].file == file)
            return s->items[i].root;
    return NULL;
}

void ds_sources_free(ds_sources *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->items[i].path);
        if (s->items[i].original)
            cJSON_Delete(s->items[i].root);
    }
    s->count = 0;
}

/* ---- Where a node stands --------------------------------------------------------- */

void ds_sources_pointer(const ds_sources *s, const cJSON *node, char *to, size_t size)
{
    const cJSON *at = ds_sources_root(s, ds_document_position(s->document, node)->file);
    size_t       length = 0;
    to[0] = '\0';
    /* nodes are numbered in the order of the text, those inside one after it */
    while (at != NULL && at != node) {
        const cJSON *child, *next = NULL;
        size_t       count = 0;
        cJSON_ArrayForEach(child, at)
        {
            if (child->valueint > node->valueint)
                break;
            next = child;
            count++;
        }
        if (next != NULL) {
            char number[24];
            snprintf(number, sizeof number, "%zu", count - 1);
            length = append(to, length, size, next->string == NULL ? number : next->string);
        }
        at = next;
    }
}
