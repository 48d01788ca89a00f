/* resolve.c -- the canonical text of a scenario, and its hash.
 *
 * Called by scenario.c once a scenario is known to be good.  The text is itself a
 * scenario that loads to the same one: `extends` and overrides are merged in, CSV
 * samples are written out, every default that applies is filled in, keys are
 * sorted (but for maps whose order matters), numbers are the shortest that read
 * back the same.  Two files that differ only in layout, order of keys or spelled
 * out defaults have the same text.
 *
 * Hash: FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923), of the bytes of the text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/resolve.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/writer.h"

typedef struct {
    ds_writer    out;
    ds_arena    *arena;
    ds_document *document;
} resolver;

/* One member to be written: what the file says, or a row's default. */
typedef struct {
    const char     *key;
    const ds_field *row;  /* NULL: provenance */
    const cJSON    *node; /* NULL: the default */
} entry;

enum { ENTRIES_MAX = 96 };

static void write_value(resolver *r, const ds_field *row, const cJSON *node, int depth);
static void write_object(resolver *r, const ds_field *rows, const cJSON *node, int depth);

static int compare_entries(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    return strcmp(a->key, b->key);
}

/* ---- Values as they stand in the file -------------------------------------------- */

static void write_sample(resolver *r, const cJSON *empirical)
{
    const cJSON  *csv = ds_tree_member(empirical, "csv");
    const double *values;
    size_t        count;
    if (ds_document_sample(r->document, csv, csv->valuestring,
                           ds_tree_member(empirical, "column")->valuestring, &values, &count,
                           NULL) != DS_OK) {
        r->out.failed = true; /* it was read before: only memory can be missing */
        return;
    }
    ds_write(&r->out, "{\"values\": [");
    for (size_t i = 0; i < count; i++) {
        ds_write(&r->out, i == 0 ? "" : ", ");
        ds_write_number(&r->out, values[i]);
    }
    ds_write(&r->out, "]}");
}

static int compare_members(const void *left, const void *right)
{
    const cJSON *const *a = left, *const *b = right;
    return strcmp((*a)->string, (*b)->string);
}

static const cJSON **sorted_members(resolver *r, const cJSON *object, size_t *count)
{
    *count = (size_t)cJSON_GetArraySize(object);
    const cJSON **members = ds_arena_array(r->arena, *count, sizeof(const cJSON *)), *child;
    size_t        i = 0;
    if (members == NULL) {
        r->out.failed = true;
        *count = 0;
        return NULL;
    }
    cJSON_ArrayForEach(child, object) members[i++] = child;
    if (*count > 1)
        qsort(members, *count, sizeof *members, compare_members);
    return members;
}

/* On one line, keys sorted. */
static void write_plain(resolver *r, const cJSON *node)
{
    ds_writer *w = &r->out;
    size_t     count;
    if (cJSON_IsString(node)) {
        ds_write_string(w, node->valuestring);
    } else if (cJSON_IsNumber(node)) {
        ds_write_number(w, node->valuedouble);
    } else if (cJSON_IsBool(node)) {
        ds_write(w, cJSON_IsTrue(node) ? "true" : "false");
    } else if (cJSON_IsArray(node)) {
        const cJSON *child;
        ds_write(w, "[");
        cJSON_ArrayForEach(child, node)
        {
            ds_write(w, child == node->child ? "" : ", ");
            write_plain(r, child);
        }
        ds_write(w, "]");
    } else {
        const cJSON **members = sorted_members(r, node, &count);
        ds_write(w, "{");
        for (size_t i = 0; i < count; i++) {
            ds_write(w, i == 0 ? "" : ", ");
            ds_write_string(w, members[i]->string);
            ds_write(w, ": ");
            if (strcmp(members[i]->string, "empirical") == 0 &&
                ds_tree_member(members[i], "csv") != NULL)
                write_sample(r, members[i]);
            else
                write_plain(r, members[i]);
        }
        ds_write(w, "}");
    }
}

/* ---- Defaults -------------------------------------------------------------------- */

static bool has_default(const ds_field *row)
{
    if ((row->flags & (DS_FLAG_REQUIRED | DS_FLAG_NO_DEFAULT)) != 0)
        return false;
    switch (row->type) {
    case DS_FIELD_BOOL:
        return true;
    case DS_FIELD_INTEGER:
    case DS_FIELD_NUMBER:
    case DS_FIELD_QUANTITY:
    case DS_FIELD_DATE:
        return isfinite(row->fallback);
    case DS_FIELD_STRING:
    case DS_FIELD_MONTH:
    case DS_FIELD_CHOICE:
        return row->fallback_text != NULL;
    case DS_FIELD_OBJECT:
        return (row->flags & DS_FLAG_ALWAYS) != 0;
    default:
        return false;
    }
}

/* Does a row of a contract apply to the billing that `node` states? */
static bool applies(const ds_field *rows, const ds_field *row, const cJSON *node)
{
    const cJSON    *billing = ds_tree_member(node, "billing");
    const ds_field *choice = ds_find_field(rows, "billing");
    int kind = billing == NULL || choice == NULL
                   ? -1 : ds_choice_index(choice->choices, billing->valuestring);
    return row->only == 0 || kind < 0 || (row->only & (1u << kind)) != 0;
}

/* ---- Objects, maps, lists -------------------------------------------------------- */

static void write_object(resolver *r, const ds_field *rows, const cJSON *node, int depth)
{
    entry  entries[ENTRIES_MAX];
    size_t count = 0;
    for (const ds_field *row = rows; row->key != NULL && count < ENTRIES_MAX; row++) {
        const cJSON *child = ds_tree_member(node, row->key);
        if (child != NULL || (has_default(row) && applies(rows, row, node)))
            entries[count++] = (entry){row->key, row, child};
    }
    for (const ds_field *row = ds_provenance_fields; row->key != NULL && count < ENTRIES_MAX;
         row++) {
        const cJSON *child = ds_tree_member(node, row->key);
        if (child != NULL)
            entries[count++] = (entry){row->key, NULL, child};
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    ds_write(&r->out, "{");
    for (size_t i = 0; i < count; i++) {
        ds_write(&r->out, i == 0 ? "" : ",");
        ds_write_line(&r->out, depth + 1);
        ds_write_string(&r->out, entries[i].key);
        ds_write(&r->out, ": ");
        if (entries[i].row == NULL)
            write_plain(r, entries[i].node);
        else
            write_value(r, entries[i].row, entries[i].node, depth + 1);
    }
    if (count > 0)
        ds_write_line(&r->out, depth);
    ds_write(&r->out, "}");
}

/* One member of a map, or element of a list. */
static void write_member(resolver *r, const ds_field *row, const cJSON *node, bool first,
                         int depth)
{
    ds_write(&r->out, first ? "" : ",");
    ds_write_line(&r->out, depth);
    if (node->string != NULL) {
        ds_write_string(&r->out, node->string);
        ds_write(&r->out, ": ");
    }
    if (row == NULL)
        write_plain(r, node);
    else if (row->child->key[0] == '\0')
        write_value(r, row->child, node, depth);
    else
        write_object(r, row->child, node, depth);
}

static void write_items(resolver *r, const ds_field *row, const cJSON *node, int depth)
{
    bool          list = row->type == DS_FIELD_LIST, empty = true;
    bool          ordered = list || (row->flags & DS_FLAG_ORDERED) != 0;
    size_t        count;
    const cJSON **members = ds_map_members(r->arena, node, ordered, &count);
    if (members == NULL) {
        r->out.failed = true;
        return;
    }
    ds_write(&r->out, list ? "[" : "{");
    for (const ds_field *extra = ds_provenance_fields; !list && extra->key != NULL; extra++) {
        const cJSON *child = ds_tree_member(node, extra->key);
        if (child == NULL)
            continue;
        write_member(r, NULL, child, empty, depth + 1);
        empty = false;
    }
    for (size_t i = 0; i < count; i++) {
        write_member(r, row, members[i], empty, depth + 1);
        empty = false;
    }
    if (!empty)
        ds_write_line(&r->out, depth);
    ds_write(&r->out, list ? "]" : "}");
}

static void write_default(resolver *r, const ds_field *row, int depth)
{
    if (row->type == DS_FIELD_OBJECT)
        write_object(r, row->child, NULL, depth);
    else if (row->type == DS_FIELD_BOOL)
        ds_write(&r->out, row->fallback != 0.0 ? "true" : "false");
    else if (row->fallback_text != NULL)
        ds_write_string(&r->out, row->fallback_text);
    else
        ds_write_number(&r->out, row->fallback);
}

static void write_value(resolver *r, const ds_field *row, const cJSON *node, int depth)
{
    if (node == NULL)
        write_default(r, row, depth);
    else if (row->type == DS_FIELD_OBJECT)
        write_object(r, row->child, node, depth);
    else if (row->type == DS_FIELD_MAP || row->type == DS_FIELD_LIST)
        write_items(r, row, node, depth);
    else
        write_plain(r, node);
}

bool ds_resolve(ds_scenario *scenario)
{
    resolver r = {.arena = scenario->arena, .document = scenario->source};
    write_object(&r, ds_scenario_fields, r.document->root, 0);
    ds_write(&r.out, "\n");
    bool done = !r.out.failed;
    if (done) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (size_t i = 0; i < r.out.length; i++)
            hash = (hash ^ (unsigned char)r.out.text[i]) * UINT64_C(0x100000001b3);
        scenario->hash = ds_arena_format(r.arena, "%016" PRIx64, hash);
        scenario->resolved_json = ds_arena_copy(r.arena, r.out.text);
        done = scenario->hash != NULL && scenario->resolved_json != NULL;
    }
    free(r.out.text);
    return done;
}
