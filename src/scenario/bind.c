/* bind.c -- fills a ds_scenario from the merged tree by the field table.
 *
 * Called by scenario.c, once per scenario.  One recursive walk over the table; the
 * tree says which members are there.  Nothing stops at a problem: what is wrong is
 * reported, marked DS_BROKEN where an index was wanted, and the walk goes on.
 * The rules across rows are check.c's, which runs on the result.  Values that are
 * no objects are leaf.c's and quantity.c's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"

enum { ROWS_MAX = 64, CANDIDATES_MAX = 128 };

static void bind_field(ds_binder *b, const ds_field *row, const cJSON *node, char *target);

/* ---- Objects, maps, lists -------------------------------------------------------- */

/* The row that was probably meant, or NULL. */
static const ds_field *unknown_key(ds_binder *b, const ds_field *rows, const char *key)
{
    const char *candidates[CANDIDATES_MAX];
    size_t      count = 0;
    for (const ds_field *row = rows; row->key != NULL && count < CANDIDATES_MAX; row++)
        candidates[count++] = row->key;
    for (const ds_field *row = ds_provenance_fields; row->key != NULL && count < CANDIDATES_MAX;
         row++)
        candidates[count++] = row->key;
    if (count < CANDIDATES_MAX)
        candidates[count++] = "extends";
    const char *near = ds_suggest(key, candidates, count);
    ds_push(b, key);
    if (near != NULL)
        ds_problem_at_key(b, "unknown key \"%.100s\"; did you mean \"%s\"?", key, near);
    else
        ds_problem_at_key(b, "unknown key \"%.100s\"", key);
    ds_pop(b);
    return near == NULL ? NULL : ds_find_field(rows, near);
}

/* The row that was meant gets the member all the same, so that no rule misses it; what
 * is only a guess does not. */
static void keep_misspelt(ds_binder *b, const cJSON *parent, const cJSON *node,
                          const ds_field *row, const cJSON **found)
{
    if (*found != NULL || ds_tree_member(parent, row->key) != NULL ||
        !ds_is_slip(node->string, row->key) || b->misspelt_count == DS_MISSPELT_MAX)
        return;
    *found = node;
    b->misspelt[b->misspelt_count++] = (ds_misspelt){parent, node, row->key};
}

/* node may be NULL: every row gets its default. */
static void bind_object(ds_binder *b, const ds_field *rows, const cJSON *node, char *target)
{
    const cJSON  *found[ROWS_MAX] = {NULL};
    ds_provenance outer = b->provenance;
    const cJSON  *child;

    if (node != NULL)
        b->provenance = ds_provenance_of(b, node);
    cJSON_ArrayForEach(child, node)
    {
        const ds_field *row = ds_find_field(rows, child->string);
        if (row != NULL)
            found[row - rows] = child;
        else if (ds_find_field(ds_provenance_fields, child->string) == NULL &&
                 (row = unknown_key(b, rows, child->string)) != NULL)
            keep_misspelt(b, node, child, row, &found[row - rows]);
    }
    for (const ds_field *row = rows; row->key != NULL; row++) {
        ds_push(b, row->key);
        bind_field(b, row, found[row - rows], target);
        ds_pop(b);
    }
    b->provenance = outer;
}

/* Says which keys an object has, or, when the member is called like one of them, that the
 * names are missing: "units": {"usd_per_unit_hour": 1}. */
static void wrong_object(ds_binder *b, const ds_field *rows, const cJSON *node)
{
    enum { KEYS_SHOWN = 4 };
    const char *name = b->depth > 0 ? b->path[b->depth - 1] : "";
    const char *text = "an object";
    size_t      count = 0;
    if (ds_find_field(rows, name) != NULL) {
        ds_problem_here(b, "\"%.60s\" holds objects by name, of which \"%.60s\" is a key: "
                           "{\"NAME\": {\"%.60s\": ...}}",
                        b->depth > 1 ? b->path[b->depth - 2] : "", name, name);
        return;
    }
    for (const ds_field *row = rows; row->key != NULL && count < KEYS_SHOWN && text != NULL; row++)
        text = ds_arena_format(b->arena, "%s%s\"%s\"", text, count++ == 0 ? " of " : ", ",
                               row->key);
    ds_wrong_type(b, node, text == NULL ? "an object" : text);
}

/* What should be an object is something else: its members are marked broken,
 * without a word on each. */
static void bind_broken(ds_binder *b, const ds_field *rows, const cJSON *node, char *target)
{
    bool silent = b->silent;
    wrong_object(b, rows, node);
    b->silent = true;
    bind_object(b, rows, NULL, target);
    b->silent = silent;
}

static void check_name(ds_binder *b, const ds_field *row, const char *name)
{
    bool control = false, pointer = (row->flags & DS_FLAG_POINTERS) != 0;
    int  limit = pointer ? DS_POINTER_BYTES_MAX : DS_NAME_BYTES_MAX;
    for (const char *p = name; *p != '\0'; p++)
        control = control || (unsigned char)*p < 0x20 || *p == 0x7F;
    if (name[0] == '\0')
        ds_problem_at_key(b, "a name cannot be empty");
    else if (strlen(name) > (size_t)limit)
        ds_problem_at_key(b, "the name has %zu bytes, more than %d", strlen(name), limit);
    else if (control)
        ds_problem_at_key(b, "a name cannot have control characters");
    else if (name[0] == '@')
        ds_problem_at_key(b, "the name \"%s\" cannot start with \"@\"", name);
    else if (strcmp(name, "*") == 0 && (row->flags & DS_FLAG_STAR) == 0)
        ds_problem_at_key(b, "the name cannot be \"*\"");
}

/* One struct of a map or list. */
static void bind_element(ds_binder *b, const ds_field *row, const cJSON *node, const char *name,
                         char *element)
{
    ds_key *key = (ds_key *)(void *)element;
    key->name = ds_arena_copy(b->arena, name);
    key->target = DS_ABSENT;
    if (key->name == NULL) {
        ds_no_memory(b);
        key->name = "";
    }
    if (row->type == DS_FIELD_MAP) {
        check_name(b, row, name);
        if (row->of != NULL && strcmp(name, "*") != 0)
            key->target = ds_require_name(b, row->of, name);
    }
    if (row->child->key[0] == '\0')
        bind_field(b, row->child, node, element);
    else if (cJSON_IsObject(node))
        bind_object(b, row->child, node, element);
    else
        bind_broken(b, row->child, node, element);
}

void ds_bind_items(ds_binder *b, const ds_field *row, const cJSON *node, ds_items *items)
{
    bool   list = row->type == DS_FIELD_LIST;
    size_t count;
    *items = (ds_items){0};
    if (node == NULL)
        return;
    if (list ? !cJSON_IsArray(node) : !cJSON_IsObject(node)) {
        ds_wrong_type(b, node, list ? "a list" : "an object, by name");
        return;
    }
    bool          ordered = list || (row->flags & DS_FLAG_ORDERED) != 0;
    const cJSON **members = ds_map_members(b->arena, node, ordered, &count);
    if (count == 0 && (row->flags & DS_FLAG_NONEMPTY) != 0)
        ds_problem_here(b, "needs at least one member");
    if (count > DS_MAP_MEMBERS_MAX) {
        ds_problem_here(b, "has %zu members, more than %d", count, DS_MAP_MEMBERS_MAX);
        return;
    }
    char *elements = ds_arena_array(b->arena, count, row->size);
    if (members == NULL || elements == NULL) {
        ds_no_memory(b);
        return;
    }
    *items = (ds_items){count, elements};
    ds_provenance outer = b->provenance;
    if (!list)
        b->provenance = ds_provenance_of(b, node);
    for (size_t i = 0; i < count; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i);
        const char *name = list ? number : members[i]->string;
        ds_push(b, name);
        bind_element(b, row, members[i], name, elements + i * row->size);
        ds_pop(b);
    }
    b->provenance = outer;
}

static void bind_child_object(ds_binder *b, const ds_field *row, const cJSON *node, void **member)
{
    *member = NULL;
    if (node == NULL && (row->flags & DS_FLAG_ALWAYS) == 0)
        return;
    /* made even when the node is no object, so that it does not count as absent */
    void *object = ds_arena_array(b->arena, 1, row->size);
    if (object == NULL) {
        ds_no_memory(b);
        return;
    }
    *member = object;
    if (node == NULL || cJSON_IsObject(node))
        bind_object(b, row->child, node, object);
    else
        bind_broken(b, row->child, node, object);
}

/* ---- The walk -------------------------------------------------------------------- */

static void bind_field(ds_binder *b, const ds_field *row, const cJSON *node, char *target)
{
    void *member = target + row->offset;
    if (node == NULL && (row->flags & DS_FLAG_REQUIRED) != 0)
        ds_problem_here(b, "required key \"%s\" is missing", row->key);
    switch (row->type) {
    case DS_FIELD_STRING:
    case DS_FIELD_MONTH:
        *(const char **)member = ds_bind_string(b, row, node);
        break;
    case DS_FIELD_CHOICE:
        *(int *)member = ds_bind_choice(b, row, node);
        break;
    case DS_FIELD_BOOL:
        *(bool *)member = ds_bind_bool(b, row, node);
        break;
    case DS_FIELD_INTEGER:
        *(int64_t *)member = (int64_t)ds_bind_number(b, row, node);
        break;
    case DS_FIELD_NUMBER:
        *(double *)member = ds_bind_number(b, row, node);
        break;
    case DS_FIELD_NUMBERS:
        *(ds_numbers *)member = ds_bind_numbers(b, row, node);
        break;
    case DS_FIELD_TEXTS:
        *(ds_texts *)member = ds_bind_texts(b, node);
        break;
    case DS_FIELD_QUANTITY:
    case DS_FIELD_DATE:
        *(ds_quantity *)member = ds_bind_quantity(b, row, node);
        break;
    case DS_FIELD_REFERENCE:
        *(int *)member = ds_bind_reference(b, row, node);
        break;
    case DS_FIELD_OBJECT:
        bind_child_object(b, row, node, member);
        break;
    case DS_FIELD_MAP:
        /* bound before everything else, by ds_bind() */
        if (row->offset == offsetof(struct ds_scenario, quantities) && b->depth == 1)
            break;
        ds_bind_items(b, row, node, member);
        break;
    case DS_FIELD_LIST:
        ds_bind_items(b, row, node, member);
        break;
    case DS_FIELD_CORRELATIONS:
        ds_bind_correlations(b, node, member);
        break;
    case DS_FIELD_TYPE_COUNT:
        break;
    }
}

/* Month of the clock's start, wanted by every date; its problems are reported
 * when the clock is bound. */
static int clock_start(const cJSON *root)
{
    const cJSON *start = ds_tree_member(ds_tree_member(root, "clock"), "start");
    return cJSON_IsString(start) ? ds_parse_month(start->valuestring) : -1;
}

/* Inputs grew by reallocation; what stays is copied to the arena. */
static void keep_inputs(ds_binder *b)
{
    ds_scenario *s = b->scenario;
    ds_input    *inputs = ds_arena_array(b->arena, b->input_count, sizeof *inputs);
    if (inputs == NULL) {
        ds_no_memory(b);
        return;
    }
    for (size_t i = 0; i < b->input_count; i++) {
        inputs[i] = b->inputs[i];
        if (inputs[i].unit == NULL)
            inputs[i].unit = "";
    }
    s->inputs = inputs;
    s->input_count = b->input_count;
}

void ds_bind(ds_binder *b)
{
    const cJSON *root = b->document->root;
    ds_collect_names(b);
    b->clock_start = clock_start(root);

    /* named quantities come first, so that every use finds its input; the root's
     * provenance holds for them, and its problems are told by bind_object() */
    const ds_field *named = ds_find_field(ds_scenario_fields, "quantities");
    b->provenance = (ds_provenance){"", "", false};
    b->silent = true;
    b->provenance = ds_provenance_of(b, root);
    b->silent = false;
    ds_push(b, named->key);
    ds_bind_named_quantities(b, named, ds_tree_member(root, named->key));
    ds_pop(b);

    b->provenance = (ds_provenance){"", "", false};
    bind_object(b, ds_scenario_fields, root, (char *)b->scenario);
    ds_complete(b);
    keep_inputs(b);
}
