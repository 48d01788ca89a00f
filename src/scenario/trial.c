/* trial.c -- a scenario in which a strategy has other terms.
 *
 * Called by the studies.  The changes are written as overrides, as a user would write
 * them, so that nothing is checked differently: `/strategies` is replaced by copies of
 * the strategy, one a trial, each with its own `terms`; or the values are put at their
 * pointers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/document.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "scenario/writer.h"

enum { POINTERS_MOST = 16 };

bool ds_term_pointer(const ds_scenario *base, size_t strategy, const char *term, char *to,
                     size_t size)
{
    char   name[512];
    size_t used = ds_pointer_escape(ds_scenario_strategy_name(base, strategy), name, sizeof name);
    if (used >= sizeof name)
        return false;
    int written = snprintf(to, size, "/strategies/%s/terms/", name);
    if (written < 0 || (size_t)written >= size)
        return false;
    return ds_pointer_escape(term, to + written, size - (size_t)written) < size - (size_t)written;
}

/* Is it the pointer of this pool's reserved units? */
static bool is_reserve(const char *pointer, const char *model, const char *contract,
                       const char *pool)
{
    const char *const tokens[] = {"models", model, "contracts", contract, "units", pool,
                                  "reserved_units"};
    char              text[512];
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        size_t length = ds_pointer_escape(tokens[i], text, sizeof text);
        if (*pointer != '/' || length >= sizeof text || strncmp(pointer + 1, text, length) != 0)
            return false;
        pointer += length + 1;
    }
    return *pointer == '\0';
}

double ds_units_step(const ds_scenario *base, const char *pointer)
{
    const char *last = strrchr(pointer, '/');
    if (last != NULL && strcmp(last, "/held") == 0)
        return 1;
    if (last == NULL || strcmp(last, "/reserved_units") != 0)
        return 0;
    for (size_t m = 0; m < base->models.count; m++) {
        const ds_model *model = &DS_ITEM(ds_model, base->models, m);
        for (size_t c = 0; c < model->contracts.count; c++) {
            const ds_contract *contract = &DS_ITEM(ds_contract, model->contracts, c);
            for (size_t u = 0; u < contract->units.count; u++) {
                const ds_unit_pool *pool = &DS_ITEM(ds_unit_pool, contract->units, u);
                if (is_reserve(pointer, model->key.name, contract->key.name, pool->key.name))
                    return (double)pool->increment;
            }
        }
    }
    return 1;
}

bool ds_trials_can_be_alone(const ds_scenario *base, size_t strategy)
{
    const char all[] = "/strategies/";
    char       prefix[600];
    if (!ds_term_pointer(base, strategy, "", prefix, sizeof prefix))
        return false;
    prefix[strlen(prefix) - strlen("terms/")] = '\0'; /* "/strategies/NAME/" */
    for (size_t i = 0; i < base->input_count; i++)
        if (base->inputs[i].distribution.kind != DS_DIST_CONSTANT &&
            strncmp(base->inputs[i].pointer, prefix, strlen(prefix)) == 0)
            return false;
    for (size_t i = 0; i < base->correlations.count; i++)
        for (size_t end = 0; end < 2; end++)
            if (strncmp(DS_ITEM(ds_correlation, base->correlations, i).pointer[end], all,
                        sizeof all - 1) == 0)
                return false;
    return true;
}

/* ---- One strategy ---------------------------------------------------------------- */

/* Leaves out the terms that nobody has found. */
static void drop_unknown(cJSON *terms)
{
    for (cJSON *term = terms != NULL ? terms->child : NULL; term != NULL;) {
        cJSON *next = term->next;
        if (cJSON_GetObjectItemCaseSensitive(term, "optimise") != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(terms, term));
        term = next;
    }
}

static bool add_term(cJSON *strategy, const char *pointer, double value)
{
    cJSON *terms = cJSON_GetObjectItemCaseSensitive(strategy, "terms");
    if (terms == NULL)
        terms = cJSON_AddObjectToObject(strategy, "terms");
    cJSON *term = terms != NULL ? cJSON_AddObjectToObject(terms, pointer) : NULL;
    return term != NULL && cJSON_AddNumberToObject(term, "value", value) != NULL;
}

/* A copy of the strategy with these values as terms; NULL when out of memory. */
static cJSON *with_terms(const ds_trials *t, const cJSON *strategy, const double *values)
{
    cJSON *copy = cJSON_Duplicate(strategy, 1);
    cJSON *terms = cJSON_GetObjectItemCaseSensitive(copy, "terms");
    bool   done = copy != NULL;

    drop_unknown(terms);
    for (size_t i = 0; done && values != NULL && i < t->pointer_count; i++) {
        if (isnan(values[i]))
            continue;
        if (terms != NULL)
            cJSON_DeleteItemFromObjectCaseSensitive(terms, t->pointers[i]);
        if (t->as_terms)
            done = add_term(copy, t->pointers[i], values[i]);
        terms = cJSON_GetObjectItemCaseSensitive(copy, "terms");
    }
    if (done)
        return copy;
    cJSON_Delete(copy);
    return NULL;
}

static bool add_strategy(cJSON *all, const char *name, cJSON *strategy)
{
    if (strategy != NULL && cJSON_AddItemToObject(all, name, strategy))
        return true;
    cJSON_Delete(strategy);
    return false;
}

/* ---- All strategies -------------------------------------------------------------- */

static bool add_trials(const ds_trials *t, const cJSON *strategy, const double *values,
                       size_t count, cJSON *all)
{
    char name[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "trial-%zu", i);
        if (!add_strategy(all, count == 1 ? strategy->string : name,
                          with_terms(t, strategy, values + i * t->pointer_count)))
            return false;
    }
    return true;
}

/* The text of `/strategies`, released by cJSON_free(); NULL when out of memory. */
static char *strategies_text(const ds_trials *t, const double *values, size_t count)
{
    const cJSON *now = ds_tree_member(t->base->source->root, "strategies"), *strategy;
    const char  *wanted = ds_scenario_strategy_name(t->base, t->strategy);
    cJSON       *all = cJSON_CreateObject();
    bool         done = all != NULL;

    cJSON_ArrayForEach(strategy, now)
    {
        bool is_wanted = strcmp(strategy->string, wanted) == 0;
        if (done && is_wanted)
            done = add_trials(t, strategy, values, count, all);
        else if (done && !t->alone)
            done = add_strategy(all, strategy->string, with_terms(t, strategy, NULL));
    }
    char *text = done ? cJSON_PrintUnformatted(all) : NULL;
    cJSON_Delete(all);
    return text;
}

ds_code ds_trials_scenario(const ds_trials *t, const double *values, size_t count,
                           ds_scenario **out, ds_error *err)
{
    ds_override overrides[POINTERS_MOST + 2];
    char        numbers[POINTERS_MOST][DS_NUMBER_JSON];
    size_t      used = 0;

    *out = NULL;
    if (t->pointer_count > POINTERS_MOST || count == 0 ||
        (count > 1 && !(t->alone && t->as_terms)))
        return ds_fail(err, DS_E_BUG, NULL, "%zu trials of %zu pointers", count,
                       t->pointer_count);
    char *strategies = strategies_text(t, values, count);
    if (strategies == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    for (size_t i = 0; !t->as_terms && i < t->pointer_count; i++) {
        if (isnan(values[i]))
            continue;
        ds_number_text(values[i], numbers[i]);
        overrides[used++] = (ds_override){ t->pointers[i], numbers[i] };
    }
    if (t->alone)
        overrides[used++] = (ds_override){ "/assert", "[]" };
    /* before the values: one of them may be in the strategy */
    memmove(overrides + 1, overrides, used * sizeof *overrides);
    overrides[0] = (ds_override){ "/strategies", strategies };
    ds_code code = ds_scenario_with(t->base, overrides, used + 1, NULL, NULL, out, err);
    cJSON_free(strategies);
    return code;
}
