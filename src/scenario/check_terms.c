/* check_terms.c -- terms of a strategy: amounts of contracts that it negotiates
 * otherwise, found by their pointers.
 *
 * Called by check.c, first to find what they stand for, then for the rules.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/check.h"
#include "scenario/tariff.h"

enum { SEGMENTS_MAX = 8 };

/* ---- Finding --------------------------------------------------------------------- */

/* Splits a JSON Pointer; 0 when it is none, or too long. */
static size_t split(ds_binder *b, const char *pointer, const char *segments[SEGMENTS_MAX])
{
    size_t count = 0;
    char  *at = ds_arena_array(b->arena, strlen(pointer) + 1, 1);
    if (at == NULL) {
        ds_no_memory(b);
        return 0;
    }
    for (const char *p = pointer; *p == '/';) {
        if (count == SEGMENTS_MAX)
            return 0;
        segments[count++] = at;
        for (p++; *p != '/' && *p != '\0'; p++) {
            bool escaped = *p == '~' && (p[1] == '0' || p[1] == '1');
            *at++ = !escaped ? *p : p[1] == '0' ? '~' : '/';
            p += escaped;
        }
        *at++ = '\0';
    }
    return count;
}

static bool is_amount(const char *key)
{
    for (size_t i = 0; i < DS_AMOUNT_COUNT; i++)
        if (strcmp(key, ds_amounts[i].key) == 0)
            return true;
    return false;
}

/* Is it the pointer of something that can be negotiated? */
static bool is_negotiable(const char *const *s, size_t count)
{
    if (count == 4 && strcmp(s[0], "agreements") == 0)
        return strcmp(s[2], "commitment") == 0 && is_amount(s[3]);
    if (count < 6 || strcmp(s[0], "models") != 0 || strcmp(s[2], "contracts") != 0)
        return false;
    if (count == 6)
        return strcmp(s[4], "commitment") == 0 && is_amount(s[5]);
    return count == 7 && strcmp(s[4], "units") == 0 &&
           (strcmp(s[6], "held") == 0 || strcmp(s[6], "reserved_units") == 0);
}

/* The input of the quantity at the pointer, or DS_ABSENT. */
static int input_at(ds_binder *b, const char *const *segments, size_t count)
{
    size_t depth = b->depth;
    const char *saved[DS_PATH_MAX];
    memcpy(saved, b->path, sizeof saved);
    b->depth = 0;
    for (size_t i = 0; i < count; i++)
        ds_push(b, segments[i]);
    const char *pointer = ds_here(b);
    memcpy(b->path, saved, sizeof saved);
    b->depth = depth;
    for (size_t i = 0; i < b->use_count; i++)
        if (strcmp(b->uses[i].pointer, pointer) == 0)
            return b->uses[i].input;
    return DS_ABSENT;
}

void ds_resolve_terms(ds_binder *b)
{
    const ds_items *strategies = &b->scenario->strategies;
    for (size_t i = 0; i < strategies->count; i++) {
        const ds_items *terms = &DS_ITEM(ds_strategy, *strategies, i).terms;
        ds_term        *all = terms->items;
        for (size_t j = 0; j < terms->count; j++) {
            const char *segments[SEGMENTS_MAX];
            size_t      count = split(b, all[j].key.name, segments);
            all[j].input =
                is_negotiable(segments, count) ? input_at(b, segments, count) : DS_ABSENT;
        }
    }
}

bool ds_is_term(const ds_binder *b, ds_quantity q)
{
    const ds_items *strategies = &b->scenario->strategies;
    for (size_t i = 0; i < strategies->count; i++) {
        const ds_items *terms = &DS_ITEM(ds_strategy, *strategies, i).terms;
        for (size_t j = 0; j < terms->count; j++)
            if (q.index >= 0 && DS_ITEM(ds_term, *terms, j).input == q.index)
                return true;
    }
    return false;
}

/* ---- Rules ----------------------------------------------------------------------- */

static void check_value(ds_binder *b, const ds_term *t)
{
    bool value = ds_there(t->value), optimise = t->optimise != NULL;
    if (t->value.index == DS_BROKEN && !optimise)
        return;
    if (value == optimise)
        ds_problem_here(b, "needs \"value\" or \"optimise\"%s", value ? ", not both" : "");
    if (optimise && t->optimise->low >= t->optimise->high) {
        ds_push(b, "optimise");
        ds_problem_here(b, "\"low\" must be less than \"high\"");
        ds_pop(b);
    }
}

/* May the strategy use the model, or a contract of the agreement? */
static bool is_reachable(const ds_binder *b, const ds_strategy *s, const char *const *segments)
{
    const ds_items *models = &b->scenario->models;
    int             agreement = ds_find_name(b, "/agreements", segments[1]);
    bool            of_agreement = strcmp(segments[0], "agreements") == 0;
    for (size_t i = 0; i < models->count; i++) {
        const ds_model *m = &DS_ITEM(ds_model, *models, i);
        bool            meant = !of_agreement && strcmp(m->key.name, segments[1]) == 0;
        for (size_t j = 0; of_agreement && j < m->contracts.count; j++)
            meant = meant || DS_ITEM(ds_contract, m->contracts, j).agreement == agreement;
        if (meant && ds_may_use(b, s, i))
            return true;
    }
    return false;
}

static void check_pointer(ds_binder *b, const ds_strategy *s, const ds_term *t)
{
    const char *segments[SEGMENTS_MAX];
    size_t      count = split(b, t->key.name, segments);
    if (!is_negotiable(segments, count)) {
        ds_problem_at_key(b, "is no pointer of an amount of a \"commitment\", nor of \"held\" or "
                             "\"reserved_units\" of \"units\"");
        return;
    }
    if (t->input == DS_ABSENT)
        ds_problem_at_key(b, "nothing stands at this pointer: the contract must state what a "
                             "strategy can negotiate");
    else if (t->input >= 0 && !is_reachable(b, s, segments))
        ds_problem_at_key(b, "the strategy sends nothing to the %s \"%.60s\"",
                          strcmp(segments[0], "agreements") == 0 ? "contracts of" : "model",
                          segments[1]);
}

void ds_check_terms(ds_binder *b, const ds_strategy *s)
{
    ds_push(b, "terms");
    for (size_t i = 0; i < s->terms.count; i++) {
        const ds_term *t = &DS_ITEM(ds_term, s->terms, i);
        ds_push(b, t->key.name);
        check_pointer(b, s, t);
        check_value(b, t);
        for (size_t j = 0; j < i; j++)
            if (t->input >= 0 && DS_ITEM(ds_term, s->terms, j).input == t->input) {
                ds_problem_at_key(b, "the same value, shared by \"@name\", has a term at "
                                     "\"%.120s\"", DS_ITEM(ds_term, s->terms, j).key.name);
                break;
            }
        ds_pop(b);
    }
    ds_pop(b);
}
