/* leaf.c -- values that are no objects: texts, choices, numbers, lists, references.
 *
 * Called by bind.c, once for each such row of the field table, with the node or
 * NULL for the default.  What is wrong is reported and replaced: indices by
 * DS_BROKEN, numbers by one that is in range.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/writer.h"

enum { NUMBERS_MAX = 100000 };

/* ---- What several files check ---------------------------------------------------- */

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
    char        value[32], bound[32], share[80] = "";
    const char *unit = row->unit == NULL || strcmp(row->unit, "1") == 0 ? "" : row->unit;
    bool        at_low = (row->flags & DS_FLAG_OPEN_LOW) != 0 && x <= row->min;
    if (x >= row->min && x <= row->max && !at_low)
        return true;
    ds_number_text(x, value);
    ds_number_text(x > row->max ? row->max : row->min, bound);
    if (row->max <= 1.0 && *unit == '\0' && x >= 2.0 && x <= 100.0) {
        char hundredth[32];
        ds_number_text(x / 100.0, hundredth);
        snprintf(share, sizeof share, "; %s %% is %s", value, hundredth);
    }
    ds_problem_here(b, "%s is %s %s%s%s%s", value,
                    x > row->max ? "above"
                    : at_low     ? "not above"
                                 : "below",
                    bound, *unit == '\0' ? "" : " ", unit, share);
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

/* ---- Leaves ---------------------------------------------------------------------- */

const char *ds_bind_string(ds_binder *b, const ds_field *row, const cJSON *node)
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

int ds_choice_index(const char *choices, const char *word)
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

const char *ds_choice_word(const char *choices, int index, int *length)
{
    const char *word = choices;
    while (index-- > 0)
        word += strcspn(word, "|") + 1;
    *length = (int)strcspn(word, "|");
    return word;
}

int ds_bind_choice(ds_binder *b, const ds_field *row, const cJSON *node)
{
    char number[DS_NUMBER_JSON];
    if (node == NULL)
        return row->fallback_text == NULL ? DS_BROKEN
                                          : ds_choice_index(row->choices, row->fallback_text);
    /* words that are numbers, "8", may stand there as numbers */
    if (cJSON_IsNumber(node))
        ds_number_text(node->valuedouble, number);
    int index = cJSON_IsNumber(node)   ? ds_choice_index(row->choices, number)
                : cJSON_IsString(node) ? ds_choice_index(row->choices, node->valuestring)
                                       : -1;
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

double ds_bind_number(ds_binder *b, const ds_field *row, const cJSON *node)
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

bool ds_bind_bool(ds_binder *b, const ds_field *row, const cJSON *node)
{
    if (node != NULL && !cJSON_IsBool(node))
        ds_wrong_type(b, node, "true or false");
    return node == NULL ? row->fallback != 0.0 : cJSON_IsTrue(node) != 0;
}

ds_numbers ds_bind_numbers(ds_binder *b, const ds_field *row, const cJSON *node)
{
    ds_numbers none = {0};
    if (node == NULL)
        return none;
    if (!cJSON_IsArray(node)) {
        ds_wrong_type(b, node, "a list of numbers");
        return none;
    }
    size_t count = (size_t)cJSON_GetArraySize(node);
    bool right = row->length == 0 || count == row->length ||
                 (row->longer != 0 && count == row->longer);
    if (!right && row->longer != 0)
        ds_problem_here(b, "must have %zu or %zu numbers, found %zu", row->length, row->longer,
                        count);
    else if (!right)
        ds_problem_here(b, "must have %zu numbers, found %zu", row->length, count);
    if (!right)
        return none;
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

ds_texts ds_bind_texts(ds_binder *b, const cJSON *node)
{
    const ds_texts none = {0};
    if (node == NULL)
        return none;
    if (!cJSON_IsArray(node)) {
        ds_wrong_type(b, node, "a list of names");
        return none;
    }
    size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
    if (count > DS_MAP_MEMBERS_MAX) {
        ds_problem_here(b, "has %zu names, more than %d", count, DS_MAP_MEMBERS_MAX);
        return none;
    }
    const char **values = ds_arena_array(b->arena, count, sizeof *values);
    if (values == NULL) {
        ds_no_memory(b);
        return none;
    }
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        char segment[24];
        snprintf(segment, sizeof segment, "%zu", i);
        ds_push(b, segment);
        values[i] = cJSON_IsString(child) ? ds_arena_copy(b->arena, child->valuestring) : "";
        if (!cJSON_IsString(child))
            ds_wrong_type(b, child, "a name");
        else if (values[i] == NULL)
            ds_no_memory(b);
        ds_pop(b);
        i++;
    }
    return (ds_texts){count, values};
}

int ds_bind_reference(ds_binder *b, const ds_field *row, const cJSON *node)
{
    if (node == NULL)
        return (row->flags & DS_FLAG_REQUIRED) != 0 || b->silent ? DS_BROKEN : DS_ABSENT;
    if (cJSON_IsString(node))
        return ds_require_name(b, row->of, node->valuestring);
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

void ds_bind_correlations(ds_binder *b, const cJSON *node, ds_items *items)
{
    *items = (ds_items){0};
    if (node == NULL)
        return;
    if (!cJSON_IsArray(node)) {
        ds_wrong_type(b, node, "a list");
        return;
    }
    size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
    if (count > DS_MAP_MEMBERS_MAX) {
        ds_problem_here(b, "has %zu members, more than %d", count, DS_MAP_MEMBERS_MAX);
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
