/* sample.c -- quantities that list their values: discrete and empirical.
 *
 * Called by form.c.  A CSV file stands in or below the directory of the scenario
 * file that names it, so that a scenario from elsewhere cannot read what it likes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "scenario/binder.h"

/* Reads the list of numbers at `key`; NULL after reporting. */
double *ds_read_list(ds_binder *b, const cJSON *node, const char *key, size_t *count)
{
    const cJSON *list = ds_tree_member(node, key), *child;
    double      *values = NULL;
    bool         good = true;
    *count = 0;
    ds_push(b, key);
    if (list == NULL) {
        ds_problem_here(b, "required key \"%s\" is missing", key);
    } else if (!cJSON_IsArray(list)) {
        ds_wrong_type(b, list, "a list of numbers");
    } else if (list->child == NULL) {
        ds_problem_here(b, "must have at least one number");
    } else {
        values = ds_arena_array(b->arena, (size_t)cJSON_GetArraySize(list), sizeof *values);
        if (values == NULL)
            ds_no_memory(b);
    }
    for (child = values == NULL ? NULL : list->child; child != NULL && good; child = child->next) {
        good = cJSON_IsNumber(child) && fabs(child->valuedouble) <= DS_MAGNITUDE_MAX;
        values[(*count)++] = good ? child->valuedouble : 0.0;
    }
    if (!good)
        ds_problem_here(b, "element %zu is not a number up to 1e100", *count - 1);
    ds_pop(b);
    return good ? values : NULL;
}

/* Is it an object with no keys but one or two? */
static bool only_keys(ds_binder *b, const cJSON *node, const char *const allowed[2])
{
    bool         good = true;
    const cJSON *child;
    if (!cJSON_IsObject(node)) {
        ds_wrong_type(b, node, "an object");
        return false;
    }
    cJSON_ArrayForEach(child, node)
    {
        if (strcmp(child->string, allowed[0]) == 0 ||
            (allowed[1] != NULL && strcmp(child->string, allowed[1]) == 0))
            continue;
        ds_push(b, child->string);
        ds_problem_at_key(b, "unknown key \"%.100s\"", child->string);
        ds_pop(b);
        good = false;
    }
    return good;
}

bool ds_read_discrete(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                          size_t size)
{
    static const char *const keys[2] = {"values", "weights"};
    size_t                   count, weight_count;
    if (!only_keys(b, node, keys))
        return false;
    const double *values = ds_read_list(b, node, "values", &count);
    const double *weights = ds_read_list(b, node, "weights", &weight_count);
    if (values == NULL || weights == NULL)
        return false;
    double sum = 0.0;
    bool   good = count == weight_count;
    for (size_t i = 0; i < weight_count; i++) {
        sum += weights[i];
        good = good && weights[i] >= 0.0;
    }
    if (!good || !(sum > 0.0)) {
        ds_problem_here(b, "needs as many \"weights\" as \"values\", none below 0 and not all 0");
        return false;
    }
    snprintf(text, size, "discrete, %zu values", count);
    return ds_step_distribution(b, values, weights, count, d);
}

/* A file name that stays below the directory of the scenario. */
static bool stays_inside(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
    }
    return true;
}

static bool read_csv(ds_binder *b, const cJSON *node, const double **values, size_t *count)
{
    const cJSON *csv = ds_tree_member(node, "csv"), *column = ds_tree_member(node, "column");
    ds_error     error;
    bool         good = false;
    if (!cJSON_IsString(csv) || !cJSON_IsString(column)) {
        ds_problem_here(b, "needs \"csv\", the name of a file, and \"column\", or \"values\"");
        return false;
    }
    ds_push(b, "csv");
    if (!stays_inside(csv->valuestring)) {
        ds_problem_here(b, "\"%.200s\" must be in or below the directory of the scenario file",
                        csv->valuestring);
    } else {
        ds_code code = ds_document_sample(b->document, csv, csv->valuestring, column->valuestring,
                                          values, count, &error);
        good = code == DS_OK;
        if (code == DS_E_NOMEM)
            ds_no_memory(b);
        else if (!good && error.line > 0)
            ds_problem_here(b, "\"%.200s\", line %d: %.200s", csv->valuestring, error.line,
                            error.message);
        else if (!good)
            ds_problem_here(b, "\"%.200s\": %.200s", csv->valuestring, error.message);
    }
    ds_pop(b);
    return good;
}

bool ds_read_empirical(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                           size_t size)
{
    static const char *const of_file[2] = {"csv", "column"};
    static const char *const of_list[2] = {"values"};
    const double            *values;
    size_t                   count;
    if (ds_tree_member(node, "values") != NULL) {
        if (!only_keys(b, node, of_list))
            return false;
        values = ds_read_list(b, node, "values", &count);
        if (values == NULL)
            return false;
        snprintf(text, size, "empirical, %zu values", count);
    } else {
        if (!only_keys(b, node, of_file) || !read_csv(b, node, &values, &count))
            return false;
        snprintf(text, size, "empirical, %zu values of %.40s, %.40s", count,
                 ds_tree_member(node, "csv")->valuestring,
                 ds_tree_member(node, "column")->valuestring);
    }
    return ds_step_distribution(b, values, NULL, count, d);
}
