/* scenario.c -- loading a scenario, and what it tells about itself.
 *
 * The public face of this layer: document.c reads and merges, bind.c and check*.c
 * fill and check, resolve.c writes the canonical text; any problem and nothing is
 * returned but the list of them.
 *
 * Numbers are read and written with a decimal point whatever the caller's locale:
 * the calling thread is put into the "C" locale meanwhile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/c_locale.h"
#include "scenario/error.h"
#include "scenario/load.h"
#include "scenario/resolve.h"

/* ---- Loading --------------------------------------------------------------------- */

void ds_scenario_free(ds_scenario *scenario)
{
    if (scenario == NULL)
        return;
    ds_document_free(scenario->source);
    ds_arena_free(scenario->arena); /* the scenario itself is in it */
}

/* Completes what no row states. */
static void complete(ds_scenario *s)
{
    if (s->clock != NULL && s->clock->start != NULL) {
        int month = ds_parse_month(s->clock->start);
        s->clock->start_year = month / 12;
        s->clock->start_month = month % 12 + 1;
    }
    ds_model *models = s->models.items;
    for (size_t i = 0; i < s->models.count; i++)
        if (models[i].provider == NULL)
            models[i].provider = models[i].key.name;
}

/* Binds and checks; the document belongs to the scenario from here on.  NULL when
 * there are problems. */
static ds_scenario *from_document(ds_document *document, size_t limit_bytes, ds_problems *problems)
{
    ds_arena    *arena = ds_arena_new(limit_bytes);
    ds_scenario *s = arena == NULL ? NULL : ds_arena_array(arena, 1, sizeof *s);
    if (s == NULL) {
        ds_arena_free(arena);
        ds_document_free(document);
        problems->out_of_memory = true;
        return NULL;
    }
    s->arena = arena;
    s->source = document;

    ds_binder b = {.scenario = s, .arena = arena, .document = document, .problems = problems};
    ds_bind(&b);
    if (!problems->out_of_memory) {
        s->path = ds_arena_copy(arena, document->files[0]);
        complete(s);
        ds_check(&b);
    }
    free(b.inputs);
    free(b.uses);
    if (s->path == NULL || (!ds_problems_any(problems) && !ds_resolve(s)))
        problems->out_of_memory = true;
    if (ds_problems_any(problems)) {
        ds_scenario_free(s);
        return NULL;
    }
    ds_mark_idle(s);
    return s;
}

/* Reports; on success hands over the scenario. */
static ds_code finish(ds_scenario *s, ds_problems *problems, ds_problem_fn report, void *context,
                      ds_scenario **out, ds_error *err)
{
    ds_code code = ds_problems_report(problems, report, context, err);
    ds_problems_free(problems);
    *out = s;
    return code;
}

ds_code ds_scenario_load(const char *path, const ds_override *overrides, size_t override_count,
                         ds_problem_fn report, void *context, ds_scenario **out, ds_error *err)
{
    ds_problems  problems = {0};
    locale_t     c, before = ds_enter_c_locale(&c);
    ds_scenario *s = NULL;
    ds_document *document = ds_document_read(path, &problems);
    if (document != NULL) {
        ds_document_override(document, overrides, override_count, &problems);
        s = from_document(document, 0, &problems);
    }
    ds_leave_c_locale(before, c);
    return finish(s, &problems, report, context, out, err);
}

ds_code ds_scenario_parse(const char *text, size_t length, const char *name,
                          const ds_override *overrides, size_t override_count, size_t limit_bytes,
                          ds_problem_fn report, void *context, ds_scenario **out, ds_error *err)
{
    ds_problems  problems = {0};
    locale_t     c, before = ds_enter_c_locale(&c);
    ds_scenario *s = NULL;
    ds_document *document = ds_document_parse(text, length, name, &problems);
    if (document != NULL) {
        ds_document_override(document, overrides, override_count, &problems);
        s = from_document(document, limit_bytes, &problems);
    }
    ds_leave_c_locale(before, c);
    return finish(s, &problems, report, context, out, err);
}

ds_code ds_scenario_compose(const char *text, size_t length, const char *name,
                            ds_problem_fn report, void *context, ds_scenario **out,
                            ds_error *err)
{
    ds_problems  problems = {0};
    locale_t     c, before = ds_enter_c_locale(&c);
    ds_document *document = ds_document_compose(text, length, name, &problems);
    ds_scenario *s = document == NULL ? NULL : from_document(document, 0, &problems);
    ds_leave_c_locale(before, c);
    return finish(s, &problems, report, context, out, err);
}

ds_code ds_scenario_with(const ds_scenario *base, const ds_override *overrides,
                         size_t override_count, ds_problem_fn report, void *context,
                         ds_scenario **out, ds_error *err)
{
    ds_problems  problems = {0};
    locale_t     c, before = ds_enter_c_locale(&c);
    ds_scenario *s = NULL;
    ds_document *document = ds_document_copy(base->source);
    if (document == NULL) {
        problems.out_of_memory = true;
    } else {
        ds_document_override(document, overrides, override_count, &problems);
        s = from_document(document, 0, &problems);
    }
    ds_leave_c_locale(before, c);
    return finish(s, &problems, report, context, out, err);
}

/* ---- Accessors ------------------------------------------------------------------- */

const char *ds_scenario_name(const ds_scenario *s)
{
    return s->name;
}

const char *ds_scenario_description(const ds_scenario *s)
{
    return s->description;
}

const char *ds_scenario_path(const ds_scenario *s)
{
    return s->path;
}

const char *ds_scenario_hash(const ds_scenario *s)
{
    return s->hash;
}

const char *ds_scenario_resolved_json(const ds_scenario *s)
{
    return s->resolved_json;
}

uint64_t ds_scenario_paths_up_to(const ds_scenario *s, uint64_t most)
{
    const ds_run_settings *r = s->run;
    const uint64_t each = r->sampling == DS_SAMPLING_RANDOM       ? 1
                          : r->sampling == DS_SAMPLING_ANTITHETIC ? 2 : (uint64_t)r->replicates;
    return most - most % each;
}

uint64_t ds_scenario_paths(const ds_scenario *s)
{
    return (uint64_t)s->run->paths;
}

uint64_t ds_scenario_seed(const ds_scenario *s)
{
    return (uint64_t)s->run->seed;
}

size_t ds_scenario_months(const ds_scenario *s)
{
    return (size_t)s->clock->months;
}

void ds_scenario_month_label(const ds_scenario *s, size_t t, char label[8])
{
    size_t month = (size_t)s->clock->start_year * 12 + (size_t)s->clock->start_month - 1 + t;
    size_t year = month / 12;
    char   text[32];
    snprintf(text, sizeof text, "%04zu-%02zu", year > 9999 ? 9999 : year, month % 12 + 1);
    memcpy(label, text, 7);
    label[7] = '\0';
}

size_t ds_scenario_strategy_count(const ds_scenario *s)
{
    return s->strategies.count;
}

const char *ds_scenario_strategy_name(const ds_scenario *s, size_t index)
{
    return DS_ITEM(ds_strategy, s->strategies, index).key.name;
}

const char *ds_scenario_strategy_description(const ds_scenario *s, size_t index)
{
    return DS_ITEM(ds_strategy, s->strategies, index).description;
}

bool ds_scenario_strategy_distils(const ds_scenario *s, size_t index)
{
    return DS_ITEM(ds_strategy, s->strategies, index).start.count > 0;
}

size_t ds_scenario_input_count(const ds_scenario *s)
{
    return s->input_count;
}

ds_input_info ds_scenario_input(const ds_scenario *s, size_t index)
{
    const ds_input *input = &s->inputs[index];
    return (ds_input_info){
        .pointer = input->pointer,
        .unit = input->unit,
        .text = input->text,
        .source = input->source,
        .as_of = input->as_of,
        .origin = input->origin,
        .uncertain = input->distribution.kind != DS_DIST_CONSTANT,
        .idle = input->idle,
    };
}
