/* extend.c -- the tree of a document, from its files and what they extend.
 *
 * Called by document.c.  Any object may say "extends": "FILE#/pointer": it is then a
 * JSON Merge Patch (RFC 7396) on the object that stands there.
 *
 * A place of the tree is a list of layers, the lowest first: values as they stand in
 * files, each an object that changes what is below it.  The members of a place have as
 * layers the members of its layers, and an object that extends puts the layers of what
 * it extends below itself.  So a pointer is followed without building what it passes,
 * and only what ends up in the scenario is copied; the copies keep the index of their
 * position, hence the file that they come from.
 *
 * The trail of a layer is the list of `extends` that led to it: one that is met again
 * on its own trail closes a circle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/extend.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/error.h"

typedef struct {
    const cJSON *node;
    size_t       trail;    /* index + 1 of its newest link; 0: none                    */
    size_t       sequence; /* among the members of its object                          */
    bool         base;     /* nothing is below: a null is a value, and removes nothing */
} layer;

typedef struct {
    cJSON *extends; /* the string; its type is cJSON_Invalid once it has been told wrong */
    size_t before;  /* as layer.trail                                                   */
    size_t length;  /* of the trail that ends here                                      */
} trail_link;

typedef struct {
    ds_sources   sources;
    layer       *stack; /* the layers of the places that are being worked on */
    size_t       count, capacity;
    trail_link  *links;
    size_t       link_count, link_capacity;
    size_t       steps;  /* taken; bounded, so that a small file cannot ask for ever */
    cJSON       *newest; /* the `extends` that was followed last                     */
    size_t       failures;
} extender;

static bool expand(extender *x, layer value);

/* ---- Problems -------------------------------------------------------------------- */

DS_PRINTF(4, 5)
static void fail(extender *x, cJSON *extends, ds_code code, const char *format, ...)
{
    ds_error error;
    char     message[sizeof error.message + 8], pointer[sizeof error.pointer];
    va_list  arguments;
    x->failures++;
    if (extends->type == cJSON_Invalid)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    pointer[0] = '\0';
    if (!ds_problems_full(x->sources.problems)) /* then it is only counted */
        ds_sources_pointer(&x->sources, extends, pointer, sizeof pointer);
    ds_fail(&error, code, pointer, "%s", message);
    ds_document_problem(x->sources.document, extends, false, &error, x->sources.problems);
    extends->type = cJSON_Invalid;
}

static bool no_memory(extender *x)
{
    x->sources.problems->out_of_memory = true;
    return false;
}

/* False when too much is asked for. */
static bool charge(extender *x, size_t steps)
{
    size_t limit = x->sources.document->positions.count + DS_EXTENDS_VALUES_MAX;
    x->steps += steps;
    if (x->steps <= limit || x->newest == NULL)
        return true;
    fail(x, x->newest, DS_E_SCENARIO,
         "what objects extend adds up to more than %d values beyond those of the files",
         DS_EXTENDS_VALUES_MAX);
    return false;
}

/* ---- Layers ---------------------------------------------------------------------- */

/* Room for one more item; NULL when out of memory, and the items stay. */
static void *grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t more = *capacity == 0 ? 64 : *capacity * 2;
    void  *larger = more > SIZE_MAX / size ? NULL : realloc(items, more * size);
    if (larger != NULL)
        *capacity = more;
    return larger;
}

static bool push(extender *x, layer value)
{
    layer *stack = grow(x->stack, x->count, &x->capacity, sizeof *stack);
    if (stack == NULL)
        return no_memory(x);
    x->stack = stack;
    stack[x->count++] = value;
    return true;
}

/* Puts a value on the place whose layers begin at `from`: what is no object hides
 * those below, and null removes them. */
static bool add_value(extender *x, size_t from, layer value)
{
    bool object = cJSON_IsObject(value.node);
    if (cJSON_IsNull(value.node) && !value.base) {
        x->count = from;
        return true;
    }
    if (!object || (x->count > from && !cJSON_IsObject(x->stack[x->count - 1].node)))
        x->count = from;
    return object ? expand(x, value) : push(x, value);
}

/* ---- Following `extends` --------------------------------------------------------- */

/* Puts the member `token` of the place [from, to) above it. */
static bool step(extender *x, size_t from, size_t to, const char *token)
{
    for (size_t i = from; i < to; i++) {
        layer        place = x->stack[i];
        const cJSON *member = ds_tree_member(place.node, token);
        if (!charge(x, 1 + (size_t)cJSON_GetArraySize(place.node) / 64))
            return false;
        place.base = place.base || cJSON_IsArray(place.node);
        if (member != NULL && !add_value(x, to, (layer){member, place.trail, 0, place.base}))
            return false;
    }
    return true;
}

/* The place [from, to) has no member `token`; `length` is that of the pointer before
 * it, with the name of its file. */
static void fail_missing(extender *x, cJSON *extends, size_t from, size_t to, const char *token,
                         int length)
{
    const char **names = NULL, *near = NULL;
    size_t       count = 0;
    if (!ds_problems_full(x->sources.problems)) /* then nobody reads it */
        names = malloc(DS_MAP_MEMBERS_MAX * sizeof *names);
    for (size_t i = from; names != NULL && i < to; i++) {
        const cJSON *child = cJSON_IsObject(x->stack[i].node) ? x->stack[i].node->child : NULL;
        for (; child != NULL && count < DS_MAP_MEMBERS_MAX; child = child->next)
            if (strcmp(child->string, "extends") != 0)
                names[count++] = child->string;
    }
    if (names != NULL)
        near = ds_suggest(token, names, count);
    fail(x, extends, DS_E_SCENARIO, "\"%.*s\" has no member \"%.100s\"%s%.100s%s", length,
         extends->valuestring, token, near == NULL ? "" : "; did you mean \"",
         near == NULL ? "" : near, near == NULL ? "" : "\"?");
    free(names);
}

/* Moves the place that begins at `from` along the pointer.  False when it leads
 * nowhere, which has been told. */
static bool walk(extender *x, cJSON *extends, size_t from, const char *pointer, char *token)
{
    const char *at = pointer;
    while (*at == '/') {
        const char *before = at++;
        size_t      to = x->count, failures = x->failures;
        if (!ds_pointer_next(&at, token)) {
            fail(x, extends, DS_E_SCENARIO,
                 "in a JSON Pointer '~' is written ~0 and '/' is written ~1");
            return false;
        }
        if (!step(x, from, to, token))
            return false;
        if (x->count == to) {
            /* it may be missing because something on the way could not be read */
            if (x->failures == failures)
                fail_missing(x, extends, from, to, token, (int)(before - extends->valuestring));
            return false;
        }
        memmove(x->stack + from, x->stack + to, (x->count - to) * sizeof *x->stack);
        x->count -= to - from;
    }
    const cJSON *top = x->stack[x->count - 1].node;
    if (!cJSON_IsObject(top))
        fail(x, extends, DS_E_SCENARIO, "\"%.200s\" is %s, not an object", extends->valuestring,
             ds_tree_kind(top));
    return cJSON_IsObject(top);
}

/* The tree of the file that `extends` names, before its '#'; NULL when there is none. */
static const cJSON *open_root(extender *x, cJSON *extends, char *name)
{
    ds_error     error;
    int          file = ds_document_position(x->sources.document, extends)->file;
    const cJSON *root = ds_sources_root(&x->sources, file);
    if (name[0] == '\0')
        return root;
    ds_code code = ds_sources_open(&x->sources, file, name, &root, &error);
    if (code != DS_OK)
        fail(x, extends, code, "%s", error.message);
    else if (root == NULL)
        x->failures++; /* told where it is wrong, in that file */
    return code == DS_OK ? root : NULL;
}

/* Pushes the layers of what the newest link leads to.  What is wrong is told, and
 * nothing pushed; false when there is no going on. */
static bool resolve(extender *x, cJSON *extends, bool base)
{
    size_t trail = x->link_count, from = x->count, length = strlen(extends->valuestring);
    char  *name = malloc(length + 1), *token = malloc(length + 1);
    bool   found = false;
    if (name != NULL && token != NULL) {
        memcpy(name, extends->valuestring, length + 1);
        const char *pointer = extends->valuestring + strcspn(name, "#");
        pointer += *pointer == '#';
        name[strcspn(name, "#")] = '\0';
        const cJSON *root = open_root(x, extends, name);
        if (root != NULL && *pointer != '\0' && *pointer != '/')
            fail(x, extends, DS_E_SCENARIO, "what stands after '#' is a JSON Pointer and starts "
                 "with '/', found \"%.100s\"", pointer);
        else if (root != NULL)
            found = expand(x, (layer){root, trail, 0, base}) &&
                    walk(x, extends, from, pointer, token);
    } else {
        no_memory(x);
    }
    free(name);
    free(token);
    if (!found) {
        x->count = from;
        extends->type = cJSON_Invalid;
    }
    return !x->sources.problems->out_of_memory && charge(x, 0);
}

/* Puts what the object of `value` extends below it. */
static bool follow(extender *x, cJSON *extends, const layer *value)
{
    const char *text = extends->valuestring;
    size_t      length = value->trail == 0 ? 0 : x->links[value->trail - 1].length;
    x->newest = extends;
    if (!charge(x, 1))
        return false;
    if (!cJSON_IsString(extends) || text[0] == '\0') {
        fail(x, extends, DS_E_SCENARIO, "must be the name of a file, as in \"parent.json\", or of "
             "an object in one, as in \"catalogue.json#/contracts/list\"");
        return true;
    }
    for (size_t t = value->trail; t > 0; t = x->links[t - 1].before) {
        if (x->links[t - 1].extends != extends)
            continue;
        cJSON *last = x->links[value->trail - 1].extends; /* which led back to the first */
        fail(x, last, DS_E_SCENARIO, "%s extend each other in a circle through \"%.200s\"",
             last->valuestring != NULL && strchr(last->valuestring, '#') == NULL ? "files"
                                                                               : "objects",
             last->valuestring);
        return true;
    }
    if (length + 1 == DS_EXTENDS_MAX) {
        fail(x, extends, DS_E_SCENARIO, "more than %d extend one another, up to \"%.200s\"",
             DS_EXTENDS_MAX, text);
        return true;
    }
    trail_link *links = grow(x->links, x->link_count, &x->link_capacity, sizeof *links);
    if (links == NULL)
        return no_memory(x);
    x->links = links;
    links[x->link_count++] = (trail_link){extends, value->trail, length + 1};
    return resolve(x, extends, value->base);
}

static bool expand(extender *x, layer value)
{
    cJSON *extends = cJSON_GetObjectItemCaseSensitive(value.node, "extends");
    if (extends != NULL) {
        if (!follow(x, extends, &value))
            return false;
        value.base = false;
    }
    return push(x, value);
}

/* ---- Building -------------------------------------------------------------------- */

static cJSON *build(extender *x, size_t from, int depth);

/* Adds the child of `parent` that these values make, from the lowest to the highest;
 * none when the last of them removes it. */
static bool build_child(extender *x, cJSON *parent, const layer *values, size_t count, int depth)
{
    size_t from = x->count, links = x->link_count;
    if (!charge(x, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_value(x, from, values[i]))
            return false;
    if (x->count > from) {
        const char *name = values[0].node->string;
        cJSON      *child = build(x, from, depth + 1);
        if (child == NULL)
            return false;
        if (name == NULL ? !cJSON_AddItemToArray(parent, child)
                         : !cJSON_AddItemToObject(parent, name, child)) {
            cJSON_Delete(child);
            return no_memory(x);
        }
    }
    x->count = from;
    x->link_count = links;
    return true;
}

/* Children of a place with one layer. */
static bool build_children(extender *x, cJSON *parent, layer place, int depth)
{
    bool         base = place.base || cJSON_IsArray(place.node);
    const cJSON *child;
    cJSON_ArrayForEach(child, place.node)
    {
        const layer value = {child, place.trail, 0, base};
        bool        said = child->string != NULL && strcmp(child->string, "extends") == 0;
        if (!said && !build_child(x, parent, &value, 1, depth))
            return false;
    }
    return true;
}

static int compare_values(const void *left, const void *right)
{
    const layer *a = left, *b = right;
    int          order = strcmp(a->node->string, b->node->string);
    return order != 0 ? order : (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* The members of all layers of a place, in their order; NULL when out of memory. */
static layer *list_members(const extender *x, size_t from, size_t *count)
{
    size_t size = 0;
    *count = 0;
    for (size_t i = from; i < x->count; i++)
        size += (size_t)cJSON_GetArraySize(x->stack[i].node);
    layer *members = malloc((size + 1) * sizeof *members);
    for (size_t i = from; members != NULL && i < x->count; i++) {
        const cJSON *child;
        cJSON_ArrayForEach(child, x->stack[i].node)
        {
            if (strcmp(child->string, "extends") == 0)
                continue;
            members[*count] = (layer){child, x->stack[i].trail, *count, x->stack[i].base};
            (*count)++;
        }
    }
    return members;
}

/* Values of one key: where they begin among the sorted members, and how many. */
typedef struct {
    size_t first, count, sequence;
} key_values;

static int compare_keys(const void *left, const void *right)
{
    const key_values *a = left, *b = right;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* Groups sorted members by key; the groups come in the order in which the keys of the
 * merged object stand: those of the lowest layer first.  A key that was removed and
 * comes again is new. */
static size_t group_members(const layer *members, size_t count, key_values *groups)
{
    size_t group_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && strcmp(members[i - 1].node->string, members[i].node->string) == 0;
        bool removed = cJSON_IsNull(members[i].node) && !members[i].base;
        if (!same)
            groups[group_count++] = (key_values){i, 0, SIZE_MAX};
        key_values *group = &groups[group_count - 1];
        group->count++;
        if (removed)
            group->sequence = SIZE_MAX;
        else if (group->sequence == SIZE_MAX)
            group->sequence = members[i].sequence;
    }
    qsort(groups, group_count, sizeof *groups, compare_keys);
    return group_count;
}

/* Members of an object with several layers. */
static bool build_merged(extender *x, cJSON *parent, size_t from, int depth)
{
    size_t      count;
    layer      *members = list_members(x, from, &count);
    key_values *groups = members == NULL ? NULL : malloc((count + 1) * sizeof *groups);
    bool        done = groups != NULL || no_memory(x);
    if (done) {
        qsort(members, count, sizeof *members, compare_values);
        size_t group_count = group_members(members, count, groups);
        for (size_t i = 0; done && i < group_count; i++)
            done = build_child(x, parent, members + groups[i].first, groups[i].count, depth);
    }
    free(members);
    free(groups);
    return done;
}

/* A copy of the place whose layers begin at `from`; NULL when there is no going on. */
static cJSON *build(extender *x, size_t from, int depth)
{
    layer  top = x->stack[x->count - 1];
    bool   array = cJSON_IsArray(top.node), object = cJSON_IsObject(top.node);
    cJSON *made = array ? cJSON_CreateArray()
                  : object ? cJSON_CreateObject() : cJSON_Duplicate(top.node, 0);
    if (made == NULL) {
        no_memory(x);
        return NULL;
    }
    made->valueint = top.node->valueint;
    bool done = true;
    if ((array || object) && depth > DS_NESTING_MAX && x->newest != NULL) {
        fail(x, x->newest, DS_E_SCENARIO, "makes values that are nested more than %d deep",
             DS_NESTING_MAX);
        done = false;
    } else if (array || (object && x->count - from == 1)) {
        done = build_children(x, made, top, depth);
    } else if (object) {
        done = build_merged(x, made, from, depth);
    }
    if (!done) {
        cJSON_Delete(made);
        return NULL;
    }
    return made;
}

bool ds_extend(ds_document *document, const char *text, size_t length, ds_file_id id,
               ds_problems *problems)
{
    extender x = {.sources = {.document = document, .problems = problems}};
    if (ds_sources_first(&x.sources, text, length, id) &&
        expand(&x, (layer){ds_sources_root(&x.sources, 0), 0, 0, true}))
        document->root = build(&x, 0, 1);
    ds_sources_free(&x.sources);
    free(x.stack);
    free(x.links);
    return document->root != NULL && x.failures == 0;
}
