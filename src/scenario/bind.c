/* bind.c -- fills a ds_scenario from the merged tree by the field table.
 *
 * Called by scenario.c, once per scenario.  One recursive walk over the table; the
 * tree says which members are there.  Nothing stops at a problem: what is wrong is
 * reported, marked DS_BROKEN where an index was wanted, and the walk goes on.
 * The rules across rows are check.c's, which runs on the result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"

enum { ROWS_MAX = 64, MAP_MEMBERS_MAX = 1000, NUMBERS_MAX = 100000, CANDIDATES_MAX = 128 };

static void bind_field(ds_binder *b, const ds_field *row, const cJSON *node, char *target);

/* ---- Small parts ---------------------------------------------------------------- */

void ds_wrong_type(ds_binder *b, const cJSON *node, const char *wanted)
{
    char number[32];
    if (cJSON_IsString(node)) {
        ds_problem_here(b, "must be %s, found the string \"%.60s\"", wanted, node->valuestring);
    } else if (cJSON_IsNumber(node)) {
        ds_number_text(node->valuedouble, number);
        ds_problem_here(b, "must be %s, found %s", wanted, number);
    } else {
        ds_problem_here(b, "must be %s, found %s", wanted,
                        cJSON_IsObject(node)  ? "an object"
                        : cJSON_IsArray(node) ? "a list"
                        : cJSON_IsTrue(node)  ? "true"
                        : cJSON_IsFalse(node) ? "false"
                                              : "null");
    }
}

bool ds_in_range(ds_binder *b, const ds_field *row, double x)
{
    char        value[32], bound[32];
    const char *unit = row->unit == NULL || strcmp(row->unit, "1") == 0 ? "" : row->unit;
    bool        at_low = (row->flags & DS_FLAG_OPEN_LOW) != 0 && x <= row->min;
    if (x >= row->min && x <= row->max && !at_low)
        return true;
    ds_number_text(x, value);
    ds_number_text(x > row->max ? row->max : row->min, bound);
    ds_problem_here(b, "%s is %s %s%s%s", value,
                    x > row->max ? "above"
                    : at_low     ? "not above"
                                 : "below",
                    bound, *unit == '\0' ? "" : " ", unit);
    return false;
}

int ds_parse_month(const char *text)
{
    static const char shape[] = "dddd-dd";
    if (strlen(text) != sizeof shape - 1)
        return -1;
    for (size_t i = 0; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return -1;
    int year = (int)strtol(text, NULL, 10), month = (int)strtol(text + 5, NULL, 10);
    return month >= 1 && month <= 12 ? year * 12 + month - 1 : -1;
}

const ds_field *ds_find_field(const ds_field *rows, const char *key)
{
    for (const ds_field *row = rows; row->key != NULL; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    return NULL;
}

/* ---- Names of maps ----------------------------------------------------------------- */

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

/* Lists the names of each map that a field of the table refers to. */
static void collect_names(ds_binder *b)
{
    static const char *const maps[DS_NAMED_MAPS] = {"/gpus", "/profiles", "/products", "/models",
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
static int require_name(ds_binder *b, const char *of, const char *name)
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

/* ---- Objects, maps, lists --------------------------------------------------------------- */

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

static void unknown_key(ds_binder *b, const ds_field *rows, const char *key)
{
    const char *candidates[CANDIDATES_MAX];
    size_t      count = 0;
    for (const ds_field *row = rows; row->key != NULL && count < CANDIDATES_MAX; row++)
        candidates[count++] = row->key;
    for (const ds_field *row = ds_provenance_fields; row->key != NULL && count < CANDIDATES_MAX;
         row++)
        candidates[count++] = row->key;
    const char *near = ds_suggest(key, candidates, count);
    ds_push(b, key);
    if (near != NULL)
        ds_problem_at_key(b, "unknown key \"%.100s\"; did you mean \"%s\"?", key, near);
    else
        ds_problem_at_key(b, "unknown key \"%.100s\"", key);
    ds_pop(b);
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
        else if (ds_find_field(ds_provenance_fields, child->string) == NULL)
            unknown_key(b, rows, child->string);
    }
    for (const ds_field *row = rows; row->key != NULL; row++) {
        ds_push(b, row->key);
        bind_field(b, row, found[row - rows], target);
        ds_pop(b);
    }
    b->provenance = outer;
}

/* What should be an object is something else: its members are marked broken,
 * without a word on each. */
static void bind_broken(ds_binder *b, const ds_field *rows, const cJSON *node, char *target)
{
    bool silent = b->silent;
    ds_wrong_type(b, node, "an object");
    b->silent = true;
    bind_object(b, rows, NULL, target);
    b->silent = silent;
}

static void check_name(ds_binder *b, const ds_field *row, const char *name)
{
    bool control = false;
    for (const char *p = name; *p != '\0'; p++)
        control = control || (unsigned char)*p < 0x20 || *p == 0x7F;
    if (name[0] == '\0')
        ds_problem_at_key(b, "a name cannot be empty");
    else if (strlen(name) > DS_NAME_BYTES_MAX)
        ds_problem_at_key(b, "the name has %zu bytes, more than 100", strlen(name));
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
            key->target = require_name(b, row->of, name);
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
    if (count > MAP_MEMBERS_MAX) {
        ds_problem_here(b, "has %zu members, more than %d", count, MAP_MEMBERS_MAX);
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

/* ---- Leaves ------------------------------------------------------------------------------ */

static const char *bind_string(ds_binder *b, const ds_field *row, const cJSON *node)
{
    if (node == NULL)
        return row->fallback_text;
    if (!cJSON_IsString(node)) {
        ds_wrong_type(b, node, "a string");
        return row->fallback_text == NULL ? "" : row->fallback_text;
    }
    const char *text = ds_arena_copy(b->arena, node->valuestring);
    if (text == NULL)
        ds_no_memory(b);
    if (row->type == DS_FIELD_MONTH && ds_parse_month(node->valuestring) < 0)
        ds_problem_here(b, "must be a month like \"2027-01\", found \"%.60s\"", node->valuestring);
    if ((row->flags & DS_FLAG_REQUIRED) != 0 && node->valuestring[0] == '\0')
        ds_problem_here(b, "cannot be empty");
    return text == NULL ? "" : text;
}

/* Index of `word` among words separated by '|', or -1. */
static int choice_index(const char *choices, const char *word)
{
    size_t length = strlen(word);
    int    index = 0;
    for (const char *at = choices;; index++) {
        size_t span = strcspn(at, "|");
        if (span == length && strncmp(at, word, length) == 0)
            return index;
        if (at[span] == '\0')
            return -1;
        at += span + 1;
    }
}

static int bind_choice(ds_binder *b, const ds_field *row, const cJSON *node)
{
    if (node == NULL)
        return row->fallback_text == NULL ? DS_BROKEN
                                          : choice_index(row->choices, row->fallback_text);
    int index = cJSON_IsString(node) ? choice_index(row->choices, node->valuestring) : -1;
    if (index >= 0)
        return index;
    /* "a, b or c" */
    char   list[256] = "";
    size_t used = 0;
    for (const char *at = row->choices; *at != '\0' && used < sizeof list - 1;) {
        size_t      span = strcspn(at, "|");
        const char *comma = used == 0 ? "" : strchr(at, '|') == NULL ? " or " : ", ";
        int wrote = snprintf(list + used, sizeof list - used, "%s%.*s", comma, (int)span, at);
        used += (size_t)wrote;
        at += span + (at[span] == '|');
    }
    ds_wrong_type(b, node, list);
    return DS_BROKEN;
}

static double bind_number(ds_binder *b, const ds_field *row, const cJSON *node)
{
    bool integer = row->type == DS_FIELD_INTEGER;
    if (node == NULL)
        return row->fallback;
    if (!cJSON_IsNumber(node)) {
        ds_wrong_type(b, node, integer ? "an integer" : "a number");
        return row->min > -(double)INFINITY ? row->min : 0.0;
    }
    double x = node->valuedouble;
    if (integer && x != floor(x)) {
        ds_wrong_type(b, node, "an integer");
        return row->min;
    }
    return ds_in_range(b, row, x) ? x : row->min > -(double)INFINITY ? row->min : 0.0;
}

static bool bind_bool(ds_binder *b, const ds_field *row, const cJSON *node)
{
    if (node != NULL && !cJSON_IsBool(node))
        ds_wrong_type(b, node, "true or false");
    return node == NULL ? row->fallback != 0.0 : cJSON_IsTrue(node) != 0;
}

static ds_numbers bind_numbers(ds_binder *b, const ds_field *row, const cJSON *node)
{
    ds_numbers none = {0};
    if (node == NULL)
        return none;
    if (!cJSON_IsArray(node)) {
        ds_wrong_type(b, node, "a list of numbers");
        return none;
    }
    size_t count = (size_t)cJSON_GetArraySize(node);
    if (row->length != 0 && count != row->length) {
        ds_problem_here(b, "must have %zu numbers, found %zu", row->length, count);
        return none;
    }
    if (count > NUMBERS_MAX) {
        ds_problem_here(b, "has %zu numbers, more than %d", count, NUMBERS_MAX);
        return none;
    }
    double *values = ds_arena_array(b->arena, count, sizeof *values);
    if (values == NULL) {
        ds_no_memory(b);
        return none;
    }
    size_t       i = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        char segment[24];
        snprintf(segment, sizeof segment, "%zu", i);
        ds_push(b, segment);
        if (!cJSON_IsNumber(child))
            ds_wrong_type(b, child, "a number");
        else if (ds_in_range(b, row, child->valuedouble))
            values[i] = child->valuedouble;
        ds_pop(b);
        i++;
    }
    return (ds_numbers){count, values};
}

static int bind_reference(ds_binder *b, const ds_field *row, const cJSON *node)
{
    if (node == NULL)
        return (row->flags & DS_FLAG_REQUIRED) != 0 || b->silent ? DS_BROKEN : DS_ABSENT;
    if (cJSON_IsString(node))
        return require_name(b, row->of, node->valuestring);
    ds_wrong_type(b, node, "a name");
    return DS_BROKEN;
}

/* [pointer, pointer, rho]; check_correlation.c finds the ends. */
static bool bind_correlation(ds_binder *b, const cJSON *node, ds_correlation *c)
{
    const cJSON *first = ds_tree_member(node, "0"), *second = ds_tree_member(node, "1"),
                *rho = ds_tree_member(node, "2");
    if (!cJSON_IsArray(node) || cJSON_GetArraySize(node) != 3 || !cJSON_IsString(first) ||
        !cJSON_IsString(second) || !cJSON_IsNumber(rho)) {
        ds_problem_here(b, "must be [pointer, pointer, correlation]");
        return false;
    }
    c->pointer[0] = ds_arena_copy(b->arena, first->valuestring);
    c->pointer[1] = ds_arena_copy(b->arena, second->valuestring);
    c->input[0] = c->input[1] = DS_BROKEN;
    c->rho = rho->valuedouble;
    if (c->pointer[0] == NULL || c->pointer[1] == NULL) {
        ds_no_memory(b);
        return false;
    }
    if (fabs(c->rho) <= 1.0)
        return true;
    char number[32];
    ds_number_text(c->rho, number);
    ds_push(b, "2");
    ds_problem_here(b, "a correlation of %s is not in [-1, 1]", number);
    ds_pop(b);
    return false;
}

static void bind_correlations(ds_binder *b, const cJSON *node, ds_items *items)
{
    *items = (ds_items){0};
    if (node == NULL)
        return;
    if (!cJSON_IsArray(node)) {
        ds_wrong_type(b, node, "a list");
        return;
    }
    size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
    if (count > MAP_MEMBERS_MAX) {
        ds_problem_here(b, "has %zu members, more than %d", count, MAP_MEMBERS_MAX);
        return;
    }
    ds_correlation *all = ds_arena_array(b->arena, count, sizeof *all);
    if (all == NULL) {
        ds_no_memory(b);
        return;
    }
    *items = (ds_items){count, all};
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        char segment[24];
        snprintf(segment, sizeof segment, "%zu", i);
        ds_push(b, segment);
        if (!bind_correlation(b, child, &all[i]))
            all[i] = (ds_correlation){{"", ""}, false, {DS_BROKEN, DS_BROKEN}, 0.0};
        ds_pop(b);
        i++;
    }
}

/* ---- The walk -------------------------------------------------------------------------------- */

static void bind_field(ds_binder *b, const ds_field *row, const cJSON *node, char *target)
{
    void *member = target + row->offset;
    if (node == NULL && (row->flags & DS_FLAG_REQUIRED) != 0)
        ds_problem_here(b, "required key \"%s\" is missing", row->key);
    switch (row->type) {
    case DS_FIELD_STRING:
    case DS_FIELD_MONTH:
        *(const char **)member = bind_string(b, row, node);
        break;
    case DS_FIELD_CHOICE:
        *(int *)member = bind_choice(b, row, node);
        break;
    case DS_FIELD_BOOL:
        *(bool *)member = bind_bool(b, row, node);
        break;
    case DS_FIELD_INTEGER:
        *(int64_t *)member = (int64_t)bind_number(b, row, node);
        break;
    case DS_FIELD_NUMBER:
        *(double *)member = bind_number(b, row, node);
        break;
    case DS_FIELD_NUMBERS:
        *(ds_numbers *)member = bind_numbers(b, row, node);
        break;
    case DS_FIELD_QUANTITY:
    case DS_FIELD_DATE:
        *(ds_quantity *)member = ds_bind_quantity(b, row, node);
        break;
    case DS_FIELD_REFERENCE:
        *(int *)member = bind_reference(b, row, node);
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
        bind_correlations(b, node, member);
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
    collect_names(b);
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
    keep_inputs(b);
}
