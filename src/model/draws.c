/* draws.c -- see draws.h.  Called by plan.c; equations (4) and (6) of docs/model.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/draws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/matrix.h"
#include "numerics/stream.h"
#include "scenario/error.h"

enum { TAIL_POINTER_MAX = 4096 };

static ds_code compile_inputs(const ds_scenario *s, ds_draws *out, ds_error *err)
{
    out->count = s->input_count;
    out->draw = calloc(s->input_count + 1, sizeof *out->draw);
    size_t doubles = 0;
    for (size_t i = 0; i < s->input_count; i++)
        doubles += ds_draw_storage(&s->inputs[i].distribution);
    out->storage = malloc((doubles + 1) * sizeof *out->storage);
    if (out->draw == NULL || out->storage == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory for the tables of %zu inputs",
                       s->input_count);
    double *next = out->storage;
    for (size_t i = 0; i < s->input_count; i++) {
        const ds_distribution *d = &s->inputs[i].distribution;
        ds_draw_compile(d, next, &out->draw[i]);
        next += ds_draw_storage(d);
    }
    return DS_OK;
}

static int compare_pointers(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* A pair with a certain end says nothing; its inputs are absent. */
static bool counts(const ds_correlation *pair, bool of_processes)
{
    return pair->of_processes == of_processes && (of_processes || pair->input[0] >= 0);
}

/* What an end is called: a process by its pointer, an input by its own, whatever
 * the place that uses it. */
static const char *name_of_end(const ds_scenario *s, const ds_correlation *pair, int k)
{
    return pair->of_processes ? pair->pointer[k] : s->inputs[pair->input[k]].pointer;
}

/* The distinct ends of the correlations of one sort, sorted; returns how many. */
static size_t collect_ends(const ds_scenario *s, bool of_processes, const char **end)
{
    size_t n = 0;
    for (size_t c = 0; c < s->correlations.count; c++) {
        const ds_correlation *pair = &DS_ITEM(ds_correlation, s->correlations, c);
        if (counts(pair, of_processes))
            for (int k = 0; k < 2; k++)
                end[n++] = name_of_end(s, pair, k);
    }
    qsort(end, n, sizeof *end, compare_pointers);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(end[kept - 1], end[i]) != 0)
            end[kept++] = end[i];
    return kept;
}

static size_t find_end(size_t n, const char **end, const char *pointer)
{
    size_t i = 0;
    while (i < n && strcmp(end[i], pointer) != 0)
        i++;
    return i;
}

static int input_of(const ds_scenario *s, const char *pointer)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (strcmp(s->inputs[i].pointer, pointer) == 0)
            return (int)i;
    return DS_ABSENT;
}

static uint64_t hash_with(const char *pointer, const char *suffix)
{
    char name[TAIL_POINTER_MAX + sizeof "#shock"];
    snprintf(name, sizeof name, "%.*s%s", TAIL_POINTER_MAX, pointer, suffix);
    return ds_hash_text(name);
}

/* Place of an end in the order asked for; order->count when it is not in it. */
static size_t place_of(const ds_draw_order *order, bool of_processes, const char *end)
{
    const uint64_t name = hash_with(end, of_processes ? "#shock" : "");
    size_t place = 0;
    while (place < order->count && order->name[place] != name)
        place++;
    return place;
}

/* Puts the members of a component, which are by pointer, into the order asked for. */
static void order_members(const ds_draw_order *order, ds_component *c)
{
    for (size_t i = 1; order != NULL && i < c->count; i++) {
        const char *moved = c->pointer[i];
        const size_t place = place_of(order, c->of_processes, moved);
        size_t k = i;
        for (; k > 0 && place_of(order, c->of_processes, c->pointer[k - 1]) > place; k--)
            c->pointer[k] = c->pointer[k - 1];
        c->pointer[k] = moved;
    }
}

/* Lower Cholesky factor of the matrix, or of the one that takes its place. */
static bool factor(const ds_scenario *s, size_t count, double *matrix, double *lower)
{
    return ds_matrix_cholesky(count, matrix, lower) ||
           (s->dependence != NULL && s->dependence->nearest &&
            ds_matrix_nearest_correlation(count, matrix, matrix) &&
            ds_matrix_cholesky(count, matrix, lower));
}

/* Fills one component: the ends whose label is `label`. */
static bool fill_component(const ds_scenario *s, const ds_draw_order *order, size_t n,
                           const char **end, const size_t *group, size_t label,
                           ds_component *out)
{
    const bool of_processes = out->of_processes;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += group[i] == label;
    out->count = count;
    out->pointer = calloc(count, sizeof *out->pointer);
    out->name = calloc(count, sizeof *out->name);
    out->input = calloc(count, sizeof *out->input);
    out->lower = calloc(count * count, sizeof *out->lower);
    double *matrix = calloc(count * count, sizeof *matrix);
    bool fine = out->pointer && out->name && out->input && out->lower && matrix;
    for (size_t i = 0, k = 0; fine && i < n; i++)
        if (group[i] == label)
            out->pointer[k++] = end[i];
    if (fine) {
        out->tail = hash_with(out->pointer[0], "#tail");
        order_members(order, out);
    }
    for (size_t k = 0; fine && k < count; k++) {
        out->name[k] = ds_hash_text(out->pointer[k]);
        out->input[k] = of_processes ? DS_ABSENT : input_of(s, out->pointer[k]);
        matrix[k * count + k] = 1;
    }
    for (size_t c = 0; fine && c < s->correlations.count; c++) {
        const ds_correlation *pair = &DS_ITEM(ds_correlation, s->correlations, c);
        if (!counts(pair, of_processes))
            continue;
        size_t a = find_end(count, out->pointer, name_of_end(s, pair, 0));
        size_t b = find_end(count, out->pointer, name_of_end(s, pair, 1));
        if (a < count && b < count)
            matrix[a * count + b] = matrix[b * count + a] =
                ds_score_correlation(s->dependence, pair->rho);
    }
    fine = fine && factor(s, count, matrix, out->lower);
    free(matrix);
    return fine;
}

/* Labels the connected components by their least member. */
static void label_components(const ds_scenario *s, bool of_processes, size_t n, const char **end,
                             size_t *group)
{
    for (size_t i = 0; i < n; i++)
        group[i] = i;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t c = 0; c < s->correlations.count; c++) {
            const ds_correlation *pair = &DS_ITEM(ds_correlation, s->correlations, c);
            if (!counts(pair, of_processes))
                continue;
            size_t *a = &group[find_end(n, end, name_of_end(s, pair, 0))];
            size_t *b = &group[find_end(n, end, name_of_end(s, pair, 1))];
            size_t least = *a < *b ? *a : *b;
            changed = changed || *a != *b;
            *a = *b = least;
        }
    }
}

static ds_code compile_components(const ds_scenario *s, const ds_draw_order *order,
                                  ds_draws *out, ds_error *err)
{
    size_t most = 2 * s->correlations.count;
    const char **end = calloc(most + 1, sizeof *end);
    size_t *group = calloc(most + 1, sizeof *group);
    out->component = calloc(most + 1, sizeof *out->component);
    ds_code code = end && group && out->component ? DS_OK : DS_E_NOMEM;
    for (int sort = 0; code == DS_OK && sort < 2; sort++) {
        size_t n = collect_ends(s, sort == 1, end);
        label_components(s, sort == 1, n, end, group);
        for (size_t label = 0; code == DS_OK && label < n; label++) {
            if (group[label] != label)
                continue;
            ds_component *next = &out->component[out->component_count++];
            next->of_processes = sort == 1;
            if (!fill_component(s, order, n, end, group, label, next))
                code = DS_E_SCENARIO;
        }
    }
    free(end);
    free(group);
    if (code == DS_E_SCENARIO)
        return ds_fail(err, code, "/correlations", "not a correlation matrix");
    return code == DS_OK ? code : ds_fail(err, code, "/correlations", "out of memory");
}

static ds_code compile_copula(const ds_scenario *s, ds_draws *out, ds_error *err)
{
    if (s->dependence == NULL || s->dependence->copula != DS_COPULA_T ||
        out->component_count == 0)
        return DS_OK;
    out->t_storage = malloc(ds_t_copula_storage() * sizeof *out->t_storage);
    if (out->t_storage == NULL)
        return ds_fail(err, DS_E_NOMEM, "/dependence", "out of memory");
    ds_t_copula_compile(s->dependence->degrees_of_freedom, out->t_storage, &out->t);
    out->heavy_tails = true;
    return DS_OK;
}

ds_code ds_draws_compile(const ds_scenario *scenario, const ds_draw_order *order, ds_draws *out,
                         ds_error *err)
{
    memset(out, 0, sizeof *out);
    ds_code code = compile_inputs(scenario, out, err);
    if (code == DS_OK)
        code = compile_components(scenario, order, out, err);
    if (code == DS_OK)
        code = compile_copula(scenario, out, err);
    if (code != DS_OK)
        ds_draws_release(out);
    return code;
}

void ds_draws_release(ds_draws *draws)
{
    for (size_t c = 0; c < draws->component_count; c++) {
        free(draws->component[c].pointer);
        free(draws->component[c].name);
        free(draws->component[c].input);
        free(draws->component[c].lower);
    }
    free(draws->component);
    free(draws->draw);
    free(draws->storage);
    free(draws->t_storage);
    memset(draws, 0, sizeof *draws);
}
