/* scaled.c -- see scaled.h.
 *
 * It is written as a user would write it, with every length in it multiplied and every
 * shape left, so that it is checked like everything else; provenance stays.
 *
 * Called by the studies.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/scaled.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/document.h"
#include "scenario/error.h"
#include "scenario/form.h"
#include "scenario/scenario.h"

/* ---- Finding --------------------------------------------------------------------- */

/* What stands at the first `length` bytes of a pointer, or NULL. */
static const cJSON *node_at(const cJSON *root, const char *pointer, size_t length)
{
    char *token = malloc(length + 1);
    const char *at = pointer;

    while (token != NULL && root != NULL && *at == '/' && at < pointer + length) {
        at++;
        root = ds_pointer_next(&at, token) ? ds_tree_member(root, token) : NULL;
    }
    root = token != NULL && at == pointer + length ? root : NULL;
    free(token);
    return root;
}

bool ds_scenario_has_place(const ds_scenario *s, const char *pointer)
{
    const char *last = strrchr(pointer, '/');

    if (last == NULL) {
        return false;
    }
    const size_t length = (size_t)(last - pointer);
    cJSON *whole = cJSON_Parse(s->resolved_json); /* with the objects that are defaults */
    const bool has = node_at(s->source->root, pointer, length) != NULL ||
                     (whole != NULL && node_at(whole, pointer, length) != NULL);
    cJSON_Delete(whole);
    return has;
}

static const ds_input *input_at(const ds_scenario *s, const char *pointer)
{
    for (size_t i = 0; i < s->input_count; i++) {
        if (strcmp(s->inputs[i].pointer, pointer) == 0) {
            return &s->inputs[i];
        }
    }
    return NULL;
}

/* ---- Scaling --------------------------------------------------------------------- */

static void scale_number(cJSON *node, double factor)
{
    if (cJSON_IsNumber(node)) {
        node->valuedouble *= factor;
    }
}

/* The members of this object that have one of the names, lists of numbers too. */
static void scale_members(cJSON *object, const char *const *names, double factor)
{
    for (cJSON *child = object != NULL ? object->child : NULL; child != NULL;
         child = child->next) {
        for (size_t i = 0; names[i] != NULL; i++) {
            if (strcmp(child->string, names[i]) != 0) {
                continue;
            }
            scale_number(child, factor);
            for (cJSON *item = cJSON_IsArray(child) ? child->child : NULL; item != NULL;
                 item = item->next) {
                scale_number(item, factor);
            }
        }
    }
}

/* Members that are lengths, by the form that has them; other forms have none. */
static const struct {
    const char *form, *names[7];
} lengths[] = {
    {"normal", {"mean", "sd"}},
    {"lognormal", {"mean", "sd", "median"}},
    {"uniform", {"low", "high"}},
    {"triangular", {"low", "mode", "high"}},
    {"pert", {"low", "mode", "high"}},
    {"gamma", {"mean", "sd", "scale"}},
    {"exponential", {"mean"}},
    {"weibull", {"mean", "sd", "scale"}},
    {"discrete", {"values"}},
    {"empirical", {"values"}},
    {"metalog", {"values", "coefficients", "low", "high"}},
};

static const char *scale_object(cJSON *node, double factor);

static const char *scale_mixture(cJSON *mixture, double factor)
{
    const char *wrong = NULL;

    for (cJSON *part = cJSON_GetObjectItemCaseSensitive(mixture, "of")->child;
         part != NULL && wrong == NULL; part = part->next) {
        scale_number(part, factor);
        wrong = cJSON_IsObject(part) ? scale_object(part, factor) : NULL;
    }
    return wrong;
}

static bool is_length_of_all(const char *key)
{
    static const char *const names[] = {"value", "min", "max", "low", "high"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(key, names[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < DS_LEVEL_COUNT; i++) {
        if (strcmp(key, ds_levels[i].key) == 0) {
            return true;
        }
    }
    return false;
}

/* A form that is an object; NULL, or why it cannot be scaled. */
static const char *scale_form(cJSON *form, double factor)
{
    if (strcmp(form->string, "mixture") == 0) {
        return scale_mixture(form, factor);
    }
    if (cJSON_GetObjectItemCaseSensitive(form, "csv") != NULL) {
        return "empirical, of a file";
    }
    /* the coefficients of a bounded metalog are those of a logarithm */
    if (strcmp(form->string, "metalog") == 0 &&
        cJSON_GetObjectItemCaseSensitive(form, "coefficients") != NULL &&
        (cJSON_GetObjectItemCaseSensitive(form, "low") != NULL ||
         cJSON_GetObjectItemCaseSensitive(form, "high") != NULL)) {
        return "a bounded metalog by its coefficients";
    }
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        if (strcmp(form->string, lengths[i].form) == 0) {
            scale_members(form, lengths[i].names, factor);
            return NULL;
        }
    }
    return form->string;
}

/* NULL, or what cannot be scaled. */
static const char *scale_object(cJSON *node, double factor)
{
    const char *wrong = NULL;

    for (cJSON *child = node->child; child != NULL && wrong == NULL; child = child->next) {
        if (cJSON_IsObject(child)) {
            wrong = scale_form(child, factor);
        } else if (is_length_of_all(child->string)) {
            scale_number(child, factor);
        }
    }
    return wrong;
}

/* A copy of what stands there, or of the default; NULL after an error. */
static cJSON *copy_at(const ds_scenario *s, const char *pointer, ds_error *err)
{
    const cJSON *node = node_at(s->source->root, pointer, strlen(pointer));
    const ds_input *input = input_at(s, pointer);
    cJSON *copy = NULL;

    if (cJSON_IsString(node) && node->valuestring[0] == '@') {
        ds_fail(err, DS_E_USAGE, pointer, "it is \"%.80s\", shared with others: scale "
                "/quantities/%.80s", node->valuestring, node->valuestring + 1);
        return NULL;
    }
    if (input == NULL || cJSON_IsString(node)) {
        ds_fail(err, DS_E_USAGE, pointer, input == NULL && node == NULL
                ? "there is nothing at this pointer to be scaled"
                : "is not a quantity that can be scaled: a number or a distribution");
        return NULL;
    }
    if (node != NULL) {
        copy = cJSON_Duplicate(node, 1);
    } else if (input->distribution.kind == DS_DIST_CONSTANT) {
        copy = cJSON_CreateNumber(input->distribution.a);
    } else {
        ds_fail(err, DS_E_USAGE, pointer, "is a default that cannot be scaled: write it into the "
                "scenario");
        return NULL;
    }
    if (copy == NULL) {
        ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    return copy;
}

ds_code ds_scaled_quantity(const ds_scenario *s, const char *pointer, double factor, char **out,
                           ds_error *err)
{
    ds_error problem = {.code = DS_OK};
    cJSON *copy = copy_at(s, pointer, &problem);

    *out = NULL;
    if (copy == NULL) {
        return ds_fail(err, problem.code, problem.pointer, "%s", problem.message);
    }
    scale_number(copy, factor);
    const char *wrong = cJSON_IsObject(copy) ? scale_object(copy, factor) : NULL;
    ds_code code = DS_OK;
    if (wrong != NULL) {
        code = ds_fail(err, DS_E_USAGE, pointer, "cannot be scaled: it is %.80s, which has no "
                       "unit of its own; vary it instead", wrong);
    } else {
        *out = cJSON_PrintUnformatted(copy);
        code = *out != NULL ? DS_OK : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    cJSON_Delete(copy);
    return code;
}
