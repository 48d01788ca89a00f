/* mutate.c -- mutations of JSON for libFuzzer: most of its own mutations of bytes are
 * no JSON, so that they test the scanner and nothing behind it.
 *
 * A mutation moves a number, exchanges a word, removes a member, or takes one over
 * from an object of another scenario that has the same key.  One in eight is left to
 * libFuzzer.  The words are those of the schema, so that they need no list.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out, unsigned seed);

enum { NODES_MAX = 8192, WORDS_MAX = 2048 };

typedef struct {
    cJSON *node, *parent;
    const char *key; /* of the object: its name, or "*" and that of the map around it */
} place;

static place       places[NODES_MAX], others[NODES_MAX];
static cJSON      *schema; /* never freed */
static const char *words[WORDS_MAX]; /* of it */
static size_t      word_count;
static uint64_t    state;

static size_t below(size_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return n == 0 ? 0 : (size_t)(state >> 33) % n;
}

/* ---- Words ----------------------------------------------------------------------- */

static void add_word(const char *word)
{
    if (word_count < WORDS_MAX)
        words[word_count++] = word;
}

static void collect_words(const cJSON *node)
{
    for (const cJSON *c = node->child; c != NULL; c = c->next) {
        bool properties = c->string != NULL && strcmp(c->string, "properties") == 0;
        bool choices = c->string != NULL && strcmp(c->string, "enum") == 0;
        for (const cJSON *w = c->child; w != NULL && (properties || choices); w = w->next)
            if (properties || cJSON_IsString(w))
                add_word(properties ? w->string : w->valuestring);
        collect_words(c);
    }
}

static const char *any_word(void)
{
    FILE *file = word_count == 0 ? tmpfile() : NULL;
    if (file != NULL) {
        char *text = calloc(1 << 20, 1);
        if (text == NULL || ds_schema_write(file) != DS_OK)
            abort();
        rewind(file);
        text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
        schema = cJSON_Parse(text);
        if (schema == NULL)
            abort();
        collect_words(schema);
        free(text);
        fclose(file);
    }
    return words[below(word_count)];
}

/* ---- Places ---------------------------------------------------------------------- */

static bool is_word(const char *key)
{
    any_word();
    for (size_t i = 0; i < word_count; i++)
        if (strcmp(words[i], key) == 0)
            return true;
    return false;
}

static size_t collect(place *all, size_t count, cJSON *node, cJSON *parent, const char *key)
{
    if (count == NODES_MAX)
        return count;
    all[count++] = (place){node, parent, key};
    for (cJSON *c = node->child; c != NULL; c = c->next)
        count = collect(all, count, c, node,
                        c->string != NULL && is_word(c->string) ? c->string : key);
    return count;
}

/* ---- Mutations ------------------------------------------------------------------- */

static double any_number(double now)
{
    static const double numbers[] = {0, 1, 2, 3, 12, 24, 100, 730, 1200, 4096, .5, .99, 1e-3, 1e-6,
                                     1e-9, 1e-12, 1e-300, 1e3, 1e5, 1e6, 1e9, 1e12, 1e15, 1e18,
                                     1e300, -1, .1, .999, 10, 40};
    switch (below(6)) {
    case 0: return now * 2;
    case 1: return now / 3;
    case 2: return now + 1;
    case 3: return below(8) == 0 ? -now : now * 1000;
    default: return numbers[below(sizeof numbers / sizeof *numbers)];
    }
}

static cJSON *any_value(void)
{
    switch (below(6)) {
    case 0: return cJSON_CreateString(any_word());
    case 1: return cJSON_CreateObject();
    case 2: return below(2) ? cJSON_CreateTrue() : cJSON_CreateFalse();
    default: return cJSON_CreateNumber(any_number(1));
    }
}

/* Adds a copy of a member to an object, instead of what has its name. */
static void put(cJSON *object, const char *name, const cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_AddItemToObject(object, name, cJSON_Duplicate(value, true));
}

static void mutate(cJSON *root)
{
    size_t count = collect(places, 0, root, NULL, "");
    place  p = places[below(count)];
    if (cJSON_IsNumber(p.node) && below(8) != 0) {
        cJSON_SetNumberValue(p.node, any_number(p.node->valuedouble));
    } else if (cJSON_IsString(p.node) && p.parent != NULL && below(8) != 0) {
        const place q = places[below(count)];
        const char *word = cJSON_IsString(q.node) ? q.node->valuestring : any_word();
        cJSON      *copy = cJSON_CreateString(word);
        cJSON_ReplaceItemViaPointer(p.parent, p.node, copy);
    } else if (p.parent != NULL && below(3) == 0) {
        cJSON_Delete(cJSON_DetachItemViaPointer(p.parent, p.node));
    } else if (cJSON_IsObject(p.node)) {
        cJSON *value = any_value();
        put(p.node, any_word(), value);
        cJSON_Delete(value);
    } else if (cJSON_IsArray(p.node) && p.node->child != NULL) {
        cJSON_AddItemToArray(p.node, cJSON_Duplicate(p.node->child, true));
    }
}

/* Takes over a member of an object of the same key. */
static void graft(cJSON *root, cJSON *donor)
{
    size_t count = collect(places, 0, root, NULL, "");
    size_t other_count = collect(others, 0, donor, NULL, "");
    for (int tries = 0; tries < 200; tries++) {
        const place p = places[below(count)], q = others[below(other_count)];
        size_t      members = (size_t)cJSON_GetArraySize(q.node);
        if (!cJSON_IsObject(p.node) || !cJSON_IsObject(q.node) || members == 0 ||
            strcmp(p.key, q.key) != 0)
            continue;
        const cJSON *member = cJSON_GetArrayItem(q.node, (int)below(members));
        put(p.node, member->string, member);
        return;
    }
}

/* ---- libFuzzer ------------------------------------------------------------------- */

static size_t write_out(const cJSON *root, uint8_t *out, size_t max_size)
{
    char  *text = cJSON_PrintUnformatted(root);
    size_t length = text == NULL ? 0 : strlen(text);
    if (length > max_size)
        length = 0;
    memcpy(out, text, length);
    free(text);
    return length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    cJSON *root = below(8) == 0 ? NULL : cJSON_ParseWithLength((const char *)data, size);
    if (root == NULL)
        return LLVMFuzzerMutate(data, size, max_size);
    for (size_t times = 1 + below(4); times > 0; times--)
        mutate(root);
    size = write_out(root, data, max_size);
    cJSON_Delete(root);
    return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out, unsigned seed)
{
    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    cJSON *root = cJSON_ParseWithLength((const char *)data1, size1);
    cJSON *donor = cJSON_ParseWithLength((const char *)data2, size2);
    size_t size = 0;
    if (root != NULL && donor != NULL) {
        for (size_t times = 1 + below(4); times > 0; times--)
            graft(root, donor);
        size = write_out(root, out, max_out);
    }
    cJSON_Delete(root);
    cJSON_Delete(donor);
    return size;
}
