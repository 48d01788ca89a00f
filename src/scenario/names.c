/* names.c -- names of maps, keys of the table, and where figures come from.
 *
 * Called by bind.c before and during the walk: a reference may stand before what it
 * names, so the names of the maps that can be referred to are listed first, in the
 * order that their structs will have.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"

const ds_field *ds_find_field(const ds_field *rows, const char *key)
{
    for (const ds_field *row = rows; row->key != NULL; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    return NULL;
}

/* ---- Names of maps --------------------------------------------------------------- */

static int compare_names(const void *left, const void *right)
{
    const cJSON *const *a = left, *const *b = right;
    return strcmp((*a)->string, (*b)->string);
}

const cJSON **ds_map_members(ds_arena *arena, const cJSON *map, bool ordered, size_t *count)
{
    size_t        size = (size_t)cJSON_GetArraySize(map);
    const cJSON **members = ds_arena_array(arena, size, sizeof(const cJSON *));
    *count = 0;
    if (members == NULL)
        return NULL;
    const cJSON *child;
    cJSON_ArrayForEach(child, map)
    {
        if (child->string == NULL || ds_find_field(ds_provenance_fields, child->string) == NULL)
            members[(*count)++] = child;
    }
    if (!ordered && *count > 1)
        qsort(members, *count, sizeof *members, compare_names);
    return members;
}

static int compare_key(const void *name, const void *item)
{
    return strcmp(name, ((const ds_key *)item)->name);
}

const void *ds_find_item(const ds_items *sorted, size_t size, const char *name)
{
    return sorted->count == 0 ? NULL
                              : bsearch(name, sorted->items, sorted->count, size, compare_key);
}

/* Lists the names of each map that a field of the table refers to. */
void ds_collect_names(ds_binder *b)
{
    static const char *const maps[DS_NAMED_MAPS] = {"/regimes",    "/gpus",   "/profiles",
                                                    "/products",   "/agreements", "/models",
                                                    "/strategies"};
    for (size_t m = 0; m < DS_NAMED_MAPS; m++) {
        ds_names *n = &b->maps[m];
        n->of = maps[m];
        const ds_field *row = ds_find_field(ds_scenario_fields, maps[m] + 1);
        const cJSON    *map = ds_tree_member(b->document->root, maps[m] + 1);
        n->ordered = (row->flags & DS_FLAG_ORDERED) != 0;
        if (!cJSON_IsObject(map))
            continue;
        const cJSON **members = ds_map_members(b->arena, map, n->ordered, &n->count);
        n->names = ds_arena_array(b->arena, n->count, sizeof *n->names);
        if (members == NULL || n->names == NULL) {
            n->count = 0;
            ds_no_memory(b);
            return;
        }
        for (size_t i = 0; i < n->count; i++)
            n->names[i] = members[i]->string;
    }
}

static const ds_names *names_of(const ds_binder *b, const char *of)
{
    for (size_t m = 0; m < DS_NAMED_MAPS; m++)
        if (strcmp(b->maps[m].of, of) == 0)
            return &b->maps[m];
    return NULL;
}

int ds_find_name(const ds_binder *b, const char *of, const char *name)
{
    const ds_names *n = names_of(b, of);
    if (n == NULL)
        return DS_ABSENT;
    if (n->ordered) {
        for (size_t i = 0; i < n->count; i++)
            if (strcmp(n->names[i], name) == 0)
                return (int)i;
        return DS_ABSENT;
    }
    for (size_t low = 0, high = n->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int    order = strcmp(name, n->names[middle]);
        if (order == 0)
            return (int)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return DS_ABSENT;
}

/* Index of a name that must exist, or DS_BROKEN. */
int ds_require_name(ds_binder *b, const char *of, const char *name)
{
    int index = ds_find_name(b, of, name);
    if (index >= 0)
        return index;
    const ds_names *n = names_of(b, of);
    const char     *near = n == NULL ? NULL : ds_suggest(name, n->names, n->count);
    if (near != NULL)
        ds_problem_here(b, "%s has no member \"%.100s\"; did you mean \"%.100s\"?", of, name, near);
    else
        ds_problem_here(b, "%s has no member \"%.100s\"", of, name);
    return DS_BROKEN;
}

/* ---- Provenance ------------------------------------------------------------------ */

/* Text of a provenance key of `object`, or NULL; reports a wrong type. */
static const char *provenance_text(ds_binder *b, const cJSON *object, const char *key)
{
    const cJSON *node = ds_tree_member(object, key);
    if (node == NULL)
        return NULL;
    if (!cJSON_IsString(node)) {
        ds_push(b, key);
        ds_wrong_type(b, node, "a string");
        ds_pop(b);
        return NULL;
    }
    const char *copy = ds_arena_copy(b->arena, node->valuestring);
    if (copy == NULL)
        ds_no_memory(b);
    return copy;
}

/* YYYY, YYYY-MM or YYYY-MM-DD */
static bool is_date(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    size_t            length = strlen(text);
    if (length != 4 && length != 7 && length != 10)
        return false;
    for (size_t i = 0; i < length; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    if (length >= 7) {
        long month = strtol(text + 5, NULL, 10);
        if (month < 1 || month > 12)
            return false;
    }
    long day = length == 10 ? strtol(text + 8, NULL, 10) : 1;
    return day >= 1 && day <= 31;
}

ds_provenance ds_provenance_of(ds_binder *b, const cJSON *object)
{
    const char  *source = provenance_text(b, object, "source");
    const char  *as_of = provenance_text(b, object, "as_of");
    const cJSON *assumption = ds_tree_member(object, "assumption");

    provenance_text(b, object, "note");
    if (as_of != NULL && !is_date(as_of)) {
        ds_push(b, "as_of");
        ds_problem_here(b, "must be YYYY, YYYY-MM or YYYY-MM-DD, found \"%.60s\"", as_of);
        ds_pop(b);
    }
    if (assumption != NULL && !cJSON_IsBool(assumption)) {
        ds_push(b, "assumption");
        ds_wrong_type(b, assumption, "true or false");
        ds_pop(b);
    }
    if (source == NULL && as_of == NULL && assumption == NULL)
        return b->provenance;
    return (ds_provenance){source == NULL ? "" : source, as_of == NULL ? "" : as_of,
                           cJSON_IsTrue(assumption) != 0};
}
