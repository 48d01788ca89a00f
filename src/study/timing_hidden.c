/* timing_hidden.c -- inputs of the students that nothing shows before the start, (140).
 *
 * Called by timing_data.c.  What a rule knows must not depend on them, or their mean given what
 * it knows is not 0, and neither a bound nor a value that is rid of them is right.  A student's
 * price path is such an input: its price level is seen from the first month on.  So all are
 * drawn anew for a few futures, and those that move anything that is seen are left out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/design_run.h"
#include "engine/result.h"
#include "model/sources.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "scenario/tree.h"
#include "study/timing_data.h"

enum { POINTER_TEXT = 600, MOST_HIDDEN = 40, LOOKS = 256 };

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, "", "out of memory");
}

/* ---- Inputs of the students ------------------------------------------------------------ */

static bool is_of_student(const ds_timing_data *d, const ds_source *source)
{
    char pointer[POINTER_TEXT], name[POINTER_TEXT / 2];

    for (size_t k = 0; k < d->student_count; k++) {
        const int model = d->plan->student[d->student[k]].model;
        ds_pointer_escape(d->plan->model[model].name, name, sizeof name);
        snprintf(pointer, sizeof pointer, "/models/%s", name);
        if (ds_source_is_under(source, pointer)) {
            return true;
        }
    }
    return false;
}

/* Chances of the gate are surprises by themselves. */
static bool is_chance(const ds_timing_data *d, size_t input)
{
    for (size_t k = 0; k < d->student_count; k++) {
        const ds_plan_student *s = &d->plan->student[d->student[k]];
        if (s->success == (int)input || s->permission == (int)input) {
            return true;
        }
    }
    return false;
}

/* ---- What is seen without a start -------------------------------------------------------- */

typedef struct {
    ds_watch *watch;
    size_t    count, stride;
    double   *was, *block; /* [watch][stride] of the plain futures, and of others          */
} look;

static void watch(look *l, ds_watch_kind kind, size_t index, size_t month)
{
    l->watch[l->count] = (ds_watch){kind, index, month, l->block + l->count * l->stride};
    l->count++;
}

/* The bill of never starting, and whatever else (136) is made of. */
static bool look_make(const ds_timing_data *d, size_t paths, look *l)
{
    const size_t most =
        d->months * (d->product_count + d->level_count + d->rent_count + 1);

    *l = (look){.stride = ds_design_stride(paths)};
    l->watch = calloc(most, sizeof *l->watch);
    l->was = calloc(most * l->stride, sizeof *l->was);
    l->block = calloc(most * l->stride, sizeof *l->block);
    if (l->watch == NULL || l->was == NULL || l->block == NULL) {
        return false;
    }
    for (size_t month = 0; month < d->months; month++) {
        for (size_t k = 0; k < d->product_count; k++) {
            watch(l, DS_WATCH_REQUESTS, d->product[k], month);
        }
        for (size_t k = 0; k < d->level_count; k++) {
            watch(l, DS_WATCH_PRICE, d->level[k], month);
        }
        for (size_t k = 0; k < d->rent_count; k++) {
            watch(l, DS_WATCH_RENT, d->rent[k], month);
        }
        watch(l, DS_WATCH_PAID, 0, month);
    }
    return true;
}

static void look_release(look *l)
{
    free(l->watch);
    free(l->was);
    free(l->block);
}

/* Runs a few futures in which these streams are drawn anew; false in `same` when that moves
 * anything that is seen. */
static ds_code look_again(const ds_timing_data *d, const ds_run_options *how, look *l,
                          const uint64_t *streams, size_t count, bool *same, ds_error *err)
{
    const ds_design design = {.redrawn = streams, .redrawn_count = count,
                              .redrawn_seed = how->seed ^ UINT64_C(0x5DEECE66D5EED5ED),
                              .watch = l->watch, .watch_count = l->count};
    ds_result *result = NULL;
    const ds_code code = ds_run_design(d->plan, how, &design, &result, err);

    ds_result_free(result);
    *same = true;
    for (size_t w = 0; code == DS_OK && w < l->count; w++) {
        const size_t bytes = (size_t)how->path_count * sizeof *l->was;
        *same = *same && memcmp(l->was + w * l->stride, l->block + w * l->stride, bytes) == 0;
    }
    return code;
}

/* Keeps the inputs, of these streams, that move nothing of it. */
static ds_code keep_unseen(ds_timing_data *d, const ds_run_options *how, look *l,
                           const uint64_t *streams, ds_error *err)
{
    size_t kept = 0;
    bool same = true;
    ds_code code = look_again(d, how, l, NULL, 0, &same, err);

    if (code != DS_OK) {
        return code;
    }
    memcpy(l->was, l->block, l->count * l->stride * sizeof *l->was);
    code = look_again(d, how, l, streams, d->hidden_count, &same, err);
    for (size_t h = 0; code == DS_OK && !same && h < d->hidden_count; h++) {
        bool unseen = false;
        code = look_again(d, how, l, streams + h, 1, &unseen, err);
        if (unseen) {
            d->hidden[kept++] = d->hidden[h];
        }
    }
    if (!same) {
        d->hidden_count = kept;
    }
    return code;
}

/* ---- All of it ---------------------------------------------------------------------------- */

ds_code ds_timing_hidden_find(ds_timing_data *d, const ds_timing_options *o, ds_error *err)
{
    uint64_t streams[MOST_HIDDEN];
    ds_run_options how = {.seed = o->run.seed, .threads = o->run.threads};
    ds_sources sources;
    look l = {0};
    ds_code code = ds_sources_make(d->plan, &sources, err);

    if (code != DS_OK) {
        return code;
    }
    d->hidden = calloc(MOST_HIDDEN, sizeof *d->hidden);
    for (size_t k = 0; d->hidden != NULL && k < sources.count; k++) {
        const ds_source *source = &sources.source[k];
        if (d->hidden_count < MOST_HIDDEN && source->kind == DS_SOURCE_INPUT &&
            source->component < 0 && is_of_student(d, source) && !is_chance(d, source->index)) {
            streams[d->hidden_count] = source->name;
            d->hidden[d->hidden_count++] = source->index;
        }
    }
    ds_sources_release(&sources);
    if (d->hidden == NULL) {
        return no_memory(err);
    }
    if (d->hidden_count == 0) {
        return DS_OK;
    }
    how.path_count = ds_scenario_paths_up_to(d->scenario, LOOKS);
    code = look_make(d, (size_t)how.path_count, &l)
               ? keep_unseen(d, &how, &l, streams, err)
               : no_memory(err);
    look_release(&l);
    return code;
}
