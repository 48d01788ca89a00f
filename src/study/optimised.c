/* optimised.c -- a scenario whose terms to be optimised have been.
 *
 * Called by the program before a run, so that each strategy is judged at the best terms
 * that it can have.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "scenario/error.h"
#include "distillsim_commit.h"
#include "scenario/scenario.h"
#include "scenario/trial.h"
#include "scenario/writer.h"

struct ds_optimised {
    size_t     count;
    ds_commit *commits[];
};

enum { POINTER_TEXT = 1200, VALUE_TEXT = DS_NUMBER_JSON + 16 };

bool ds_scenario_strategy_optimises(const ds_scenario *s, size_t strategy)
{
    const ds_items *terms = &DS_ITEM(ds_strategy, s->strategies, strategy).terms;

    for (size_t i = 0; i < terms->count; i++) {
        if (DS_ITEM(ds_term, *terms, i).optimise != NULL) {
            return true;
        }
    }
    return false;
}

void ds_optimised_free(ds_optimised *found)
{
    for (size_t i = 0; found != NULL && i < found->count; i++) {
        ds_commit_free(found->commits[i]);
    }
    free(found);
}

size_t ds_optimised_count(const ds_optimised *found)
{
    return found->count;
}

const ds_commit *ds_optimised_at(const ds_optimised *found, size_t index)
{
    return found->commits[index];
}

/* Puts what was found for one strategy in place of what is to be found. */
static ds_code put_in_place(const ds_scenario *base, size_t strategy, const ds_commit *commit,
                            ds_scenario **out, ds_error *err)
{
    char pointers[DS_COMMIT_MOST_TERMS][POINTER_TEXT], values[DS_COMMIT_MOST_TERMS][VALUE_TEXT];
    ds_override overrides[DS_COMMIT_MOST_TERMS];
    const size_t count = ds_commit_term_count(commit);

    for (size_t i = 0; i < count; i++) {
        const ds_commit_term *term = ds_commit_term_at(commit, i);
        char number[DS_NUMBER_JSON];
        if (!ds_term_pointer(base, strategy, term->pointer, pointers[i], POINTER_TEXT)) {
            return ds_fail(err, DS_E_SCENARIO, term->pointer, "the pointer is too long");
        }
        ds_number_text(term->value.value, number);
        snprintf(values[i], VALUE_TEXT, "{\"value\": %s}", number);
        overrides[i] = (ds_override){pointers[i], values[i]};
    }
    return ds_scenario_with(base, overrides, count, NULL, NULL, out, err);
}

static ds_code optimise(const ds_scenario *base, const ds_run_options *run, ds_optimised *found,
                        ds_scenario **out, ds_error *err)
{
    ds_commit_options options = {.run = *run};
    ds_code code = ds_scenario_with(base, NULL, 0, NULL, NULL, out, err);

    if (options.run.path_count > DS_COMMIT_PATHS) {
        options.run.path_count = ds_scenario_paths_up_to(base, DS_COMMIT_PATHS);
    }
    for (size_t i = 0; code == DS_OK && i < base->strategies.count; i++) {
        if (!ds_scenario_strategy_optimises(base, i)) {
            continue;
        }
        ds_scenario *next = NULL;
        options.strategy = i;
        code = ds_commit_run(base, &options, &found->commits[found->count], err);
        if (code == DS_OK) {
            code = put_in_place(*out, i, found->commits[found->count++], &next, err);
            ds_scenario_free(*out);
            *out = next;
        }
    }
    return code;
}

ds_code ds_scenario_optimised(const ds_scenario *base, const ds_run_options *run,
                              ds_scenario **out, ds_optimised **found, ds_error *err)
{
    ds_optimised *kept =
        calloc(1, sizeof *kept + base->strategies.count * sizeof *kept->commits);

    *out = NULL;
    if (found != NULL) {
        *found = NULL;
    }
    if (kept == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    const ds_code code = optimise(base, run, kept, out, err);
    if (code == DS_OK && found != NULL) {
        *found = kept;
        return DS_OK;
    }
    if (code != DS_OK) {
        ds_scenario_free(*out);
        *out = NULL;
    }
    ds_optimised_free(kept);
    return code;
}
