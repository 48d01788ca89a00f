/* shape.c -- metalogs and mixtures, from JSON to a distribution.
 *
 * Called by form.c.  A metalog goes exactly through its points, so it has as many terms
 * as points; not every set of points has one, and then the error says where it falls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/form.h"
#include "scenario/writer.h"

enum { PART_VALUES_MAX = 4096 };

/* ---- Metalog ---------------------------------------------------------------------- */

/* The number at `key`, or `fallback` when the key is not there; false after reporting. */
static bool read_bound(ds_binder *b, const cJSON *node, const char *key, double fallback,
                       double *x)
{
    const cJSON *child = ds_tree_member(node, key);
    *x = child == NULL ? fallback : child->valuedouble;
    bool good = child == NULL || (cJSON_IsNumber(child) && fabs(*x) <= DS_MAGNITUDE_MAX);
    ds_push(b, key);
    if (!good)
        ds_wrong_type(b, child, "a number up to 1e100");
    ds_pop(b);
    return good;
}

/* Checks what the coefficients make; `coefficients` are the arena's. */
static bool make_metalog(ds_binder *b, const double *coefficients, size_t count, double low,
                         double high, ds_distribution *d)
{
    double falls_at;
    *d = (ds_distribution){.kind = DS_DIST_METALOG, .a = low, .b = high,
                           .low = -(double)INFINITY, .high = (double)INFINITY,
                           .values = coefficients, .count = count};
    if (!ds_metalog_rises(d, &falls_at)) {
        ds_problem_here(b, "no metalog of %zu terms: its quantile does not rise near the level "
                           "%.4g; move the values nearer to a symmetric shape%s", count, falls_at,
                        low > -(double)INFINITY || high < (double)INFINITY
                            ? "" : ", or give \"low\" or \"high\"");
        return false;
    }
    if (!ds_metalog_has_mean(d)) {
        ds_problem_here(b, "a metalog with a tail so heavy that it has no mean; give both \"low\" "
                           "and \"high\"");
        return false;
    }
    return true;
}

static bool fit_metalog(ds_binder *b, const double *p, const double *x, size_t count, double low,
                        double high, ds_distribution *d)
{
    double *coefficients = ds_arena_array(b->arena, count, sizeof *coefficients);
    if (coefficients == NULL) {
        ds_no_memory(b);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!(p[i] > 0.0 && p[i] < 1.0) || (i > 0 && !(p[i] > p[i - 1] && x[i] > x[i - 1]))) {
            ds_problem_here(b, "levels must rise inside (0, 1), and values must rise with them");
            return false;
        }
    }
    if (!(low < x[0] && x[count - 1] < high)) {
        ds_problem_here(b, "\"low\" must be below and \"high\" above all values");
        return false;
    }
    if (!ds_metalog_fit(count, p, x, low, high, coefficients)) {
        ds_problem_here(b, "no metalog goes through these values");
        return false;
    }
    return make_metalog(b, coefficients, count, low, high, d);
}

static void describe_bounds(double low, double high, char *text, size_t size)
{
    char number[32];
    if (low > -(double)INFINITY) {
        ds_number_text(low, number);
        snprintf(text + strlen(text), size - strlen(text), ", low %s", number);
    }
    if (high < (double)INFINITY) {
        ds_number_text(high, number);
        snprintf(text + strlen(text), size - strlen(text), ", high %s", number);
    }
}

static bool only_known(ds_binder *b, const cJSON *node, const char *const *keys)
{
    const cJSON *child;
    if (!cJSON_IsObject(node)) {
        ds_wrong_type(b, node, "an object");
        return false;
    }
    cJSON_ArrayForEach(child, node)
    {
        size_t k = 0;
        while (keys[k] != NULL && strcmp(keys[k], child->string) != 0)
            k++;
        if (keys[k] == NULL) {
            ds_push(b, child->string);
            ds_problem_at_key(b, "unknown key \"%.100s\"", child->string);
            ds_pop(b);
            return false;
        }
    }
    return true;
}

bool ds_read_metalog(ds_binder *b, const cJSON *node, ds_distribution *d, char *text, size_t size)
{
    static const char *const keys[] = {"levels", "values", "coefficients", "low", "high", NULL};
    double low, high;
    size_t count, other;
    if (!only_known(b, node, keys) || !read_bound(b, node, "low", -(double)INFINITY, &low) ||
        !read_bound(b, node, "high", (double)INFINITY, &high))
        return false;
    bool points = ds_tree_member(node, "levels") != NULL || ds_tree_member(node, "values") != NULL;
    if (points == (ds_tree_member(node, "coefficients") != NULL) || !(low < high)) {
        ds_problem_here(b, "needs \"levels\" and \"values\", or \"coefficients\", and \"low\" "
                           "below \"high\"");
        return false;
    }
    const double *first = ds_read_list(b, node, points ? "levels" : "coefficients", &count);
    const double *values = points ? ds_read_list(b, node, "values", &other) : first;
    if (first == NULL || values == NULL)
        return false;
    if (count < 3 || count > DS_METALOG_TERMS || (points && other != count)) {
        ds_problem_here(b, "a metalog has 3 to 5 terms, as many levels and values");
        return false;
    }
    snprintf(text, size, "metalog, %zu terms", count);
    describe_bounds(low, high, text, size);
    return points ? fit_metalog(b, first, values, count, low, high, d)
                  : make_metalog(b, first, count, low, high, d);
}

bool ds_read_metalog_quantiles(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                               size_t size)
{
    double p[DS_METALOG_TERMS], x[DS_METALOG_TERMS], low, high;
    size_t count = 0;
    bool   good = read_bound(b, node, "low", -(double)INFINITY, &low);
    good = read_bound(b, node, "high", (double)INFINITY, &high) && good;
    snprintf(text, size, "metalog");
    for (size_t i = 0; i < DS_LEVEL_COUNT && count < DS_METALOG_TERMS; i++) {
        if (ds_tree_member(node, ds_levels[i].key) == NULL)
            continue;
        char number[32];
        p[count] = ds_levels[i].level;
        good = read_bound(b, node, ds_levels[i].key, 0.0, &x[count]) && good;
        ds_number_text(x[count], number);
        snprintf(text + strlen(text), size - strlen(text), ", %s %s", ds_levels[i].key, number);
        count++;
    }
    describe_bounds(low, high, text, size);
    return good && fit_metalog(b, p, x, count, low, high, d);
}

/* ---- Mixture ---------------------------------------------------------------------- */

/* One part: a number, or an object that is no mixture. */
static bool read_part(ds_binder *b, const cJSON *node, ds_distribution *d)
{
    char text[256] = "";
    if (cJSON_IsNumber(node) && fabs(node->valuedouble) <= DS_MAGNITUDE_MAX) {
        *d = (ds_distribution){.kind = DS_DIST_CONSTANT, .a = node->valuedouble,
                               .low = -(double)INFINITY, .high = (double)INFINITY};
        return true;
    }
    if (!cJSON_IsObject(node)) {
        ds_wrong_type(b, node, "a number or an object");
        return false;
    }
    if (ds_tree_member(node, "mixture") != NULL || ds_tree_member(node, "nature") != NULL) {
        ds_problem_here(b, "a part of a mixture is no mixture and has no \"nature\"");
        return false;
    }
    return ds_read_distribution(b, node, d, text, sizeof text);
}

static bool read_parts(ds_binder *b, const cJSON *list, size_t count, ds_distribution *parts)
{
    bool         good = true;
    size_t       values = 0, i = 0;
    const cJSON *child;
    ds_push(b, "of");
    cJSON_ArrayForEach(child, list)
    {
        char key[32];
        snprintf(key, sizeof key, "%zu", i);
        ds_push(b, key);
        good = read_part(b, child, &parts[i]) && good;
        ds_pop(b);
        if (good && (parts[i].kind == DS_DIST_DISCRETE || parts[i].kind == DS_DIST_EMPIRICAL))
            values += parts[i].count;
        i++;
    }
    if (good && values > PART_VALUES_MAX) {
        ds_problem_here(b, "lists more than %d values in all", PART_VALUES_MAX);
        good = false;
    }
    ds_pop(b);
    return good && i == count;
}

bool ds_read_mixture(ds_binder *b, const cJSON *node, ds_distribution *d, char *text, size_t size)
{
    static const char *const keys[] = {"of", "weights", NULL};
    const cJSON *list = ds_tree_member(node, "of");
    size_t       count, given = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    double       sum = 0.0;
    if (!only_known(b, node, keys))
        return false;
    const double *weights = ds_read_list(b, node, "weights", &count);
    if (weights == NULL)
        return false;
    bool good = given == count && count <= DS_MIXTURE_PARTS;
    for (size_t i = 0; i < count; i++) {
        good = good && weights[i] >= 0.0;
        sum += weights[i];
    }
    if (!good || !(sum > 0.0)) {
        ds_problem_here(b, "needs a list \"of\" 1 to %d quantities and as many \"weights\", none "
                           "below 0 and not all 0", DS_MIXTURE_PARTS);
        return false;
    }
    ds_distribution *parts = ds_arena_array(b->arena, count, sizeof *parts);
    if (parts == NULL) {
        ds_no_memory(b);
        return false;
    }
    if (!read_parts(b, list, count, parts))
        return false;
    size_t kept = 0;
    double *share = ds_arena_array(b->arena, count, sizeof *share);
    for (size_t i = 0; i < count && share != NULL; i++)
        if (weights[i] > 0.0) {
            parts[kept] = parts[i];
            share[kept++] = weights[i] / sum;
        }
    if (share == NULL) {
        ds_no_memory(b);
        return false;
    }
    *d = (ds_distribution){.kind = DS_DIST_MIXTURE, .low = -(double)INFINITY,
                           .high = (double)INFINITY, .weights = share, .count = kept,
                           .parts = parts};
    if (kept == 1)
        *d = parts[0];
    snprintf(text, size, "mixture of %zu", kept);
    return true;
}
