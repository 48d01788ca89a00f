/* sources.c -- see sources.h.  Called by studies.
 *
 * The names are put together here a second time, from the scenario; that they are those of
 * the plan is checked by their hashes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan_internal.h"
#include "numerics/stream.h"
#include "scenario/error.h"

typedef struct {
    const ds_plan *plan;
    ds_sources    *out;
    size_t         room;
    bool           full, wrong;
} list;

static ds_source *add(list *l, ds_source_kind kind, uint64_t name, const char *text)
{
    ds_sources *out = l->out;

    if (out->count == l->room) {
        const size_t room = l->room > 0 ? 2 * l->room : 64;
        ds_source *grown = realloc(out->source, room * sizeof *grown);
        if (grown == NULL) {
            l->full = true;
            return NULL;
        }
        out->source = grown;
        l->room = room;
    }
    ds_source *s = &out->source[out->count++];
    *s = (ds_source){.kind = kind, .name = name, .component = -1};
    snprintf(s->text, sizeof s->text, "%s", text);
    l->wrong = l->wrong || ds_hash_text(text) != name;
    return s;
}

/* Of a member of a map: "/gpus/" "h100" "#jump". */
static ds_source *add_part(list *l, ds_source_kind kind, uint64_t name, const char *map,
                           const char *member, const char *rest)
{
    char text[DS_SOURCE_TEXT];

    ds_plan_pointer(text, sizeof text, map, member, rest);
    return add(l, kind, name, text);
}

static void place_input(const ds_plan *plan, ds_source *s)
{
    for (size_t c = 0; c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        for (size_t k = 0; !component->of_processes && k < component->count; k++) {
            if (component->input[k] == (int)s->index) {
                s->component = (int)c;
                s->member = k;
            }
        }
    }
}

static void place_process(const ds_plan *plan, ds_source *s)
{
    for (size_t c = 0; c < plan->draws.component_count; c++) {
        const ds_component *component = &plan->draws.component[c];
        for (size_t k = 0; component->of_processes && k < component->count; k++) {
            if (plan->component_process[c][k] == (int)s->index) {
                s->component = (int)c;
                s->member = k;
            }
        }
    }
}

static void add_inputs(list *l)
{
    const ds_plan *plan = l->plan;
    const ds_input *inputs = plan->scenario->inputs;

    for (size_t k = 0; k < plan->input_count; k++) {
        const size_t i = (size_t)plan->input[k].column;
        ds_source *s = add(l, DS_SOURCE_INPUT, plan->input[k].name, inputs[i].pointer);
        if (s != NULL) {
            s->index = i;
            s->knowledge = !inputs[i].aleatory;
            place_input(plan, s);
        }
    }
    for (size_t i = 0; i < plan->scenario->input_count; i++) {
        if (inputs[i].per_event && plan->draws.draw[i].kind != DS_DRAW_CONSTANT) {
            ds_source *s = add(l, DS_SOURCE_SIZES, ds_hash_text(inputs[i].pointer),
                               inputs[i].pointer);
            if (s != NULL) {
                s->index = i;
            }
        }
    }
}

static void add_process(list *l, int process, const char *map, const char *member,
                        const char *rest)
{
    if (process == DS_NONE || !l->plan->draws_shock[process]) {
        return;
    }
    ds_source *s = add_part(l, DS_SOURCE_SHOCKS, l->plan->process[process], map, member, rest);
    if (s != NULL) {
        s->index = (size_t)process;
        place_process(l->plan, s);
    }
}

static void add_event(list *l, int event, const char *map, const char *member, const char *rest)
{
    if (event != DS_NONE) {
        add_part(l, DS_SOURCE_EVENTS, l->plan->event[event].name, map, member, rest);
    }
}

static void add_world(list *l)
{
    const ds_plan *plan = l->plan;
    const ds_scenario *s = plan->scenario;

    for (size_t k = 0; k < plan->regime_count; k++) {
        add_part(l, DS_SOURCE_REGIME, plan->regime[k].name, "/regimes/",
                 DS_ITEM(ds_regime, s->regimes, plan->regime[k].index).key.name, "#state");
    }
    for (size_t i = 0; i < plan->gpu_count; i++) {
        const char *name = DS_ITEM(ds_gpu, s->gpus, i).key.name;
        add_process(l, plan->gpu[i].process, "/gpus/", name, "#shock");
        add_event(l, plan->gpu[i].jump, "/gpus/", name, "#jump");
    }
    for (size_t i = 0; i < plan->product_count; i++) {
        const char *name = DS_ITEM(ds_product, s->products, i).key.name;
        const ds_plan_product *product = &plan->product[i];
        add_process(l, product->process, "/products/", name, "/growth#shock");
        add_event(l, product->jump, "/products/", name, "/growth#jump");
        if (product->noise != DS_NONE) {
            add_part(l, DS_SOURCE_NOISE, plan->noise[product->noise].name, "/products/", name,
                     "/growth#noise");
        }
    }
}

static void add_models(list *l)
{
    const ds_plan *plan = l->plan;

    for (size_t i = 0; i < plan->model_count; i++) {
        const char *name = DS_ITEM(ds_model, plan->scenario->models, i).key.name;
        const ds_plan_model *model = &plan->model[i];
        add_process(l, model->process, "/models/", name, "/price_path#shock");
        add_event(l, model->release, "/models/", name, "/price_path#release");
        add_event(l, model->cut, "/models/", name, "/price_path#cut");
        add_event(l, model->interruption, "/models/", name, "/interruption#interruption");
        if (model->student != DS_NONE) {
            const ds_plan_student *student = &plan->student[model->student];
            add_part(l, DS_SOURCE_CHANCE, student->permission_name, "/models/", name,
                     "/project#permission");
            add_part(l, DS_SOURCE_CHANCE, student->gate_name, "/models/", name,
                     "/project#gate");
        }
    }
}

static void add_tails(list *l)
{
    const ds_draws *draws = &l->plan->draws;

    for (size_t c = 0; draws->heavy_tails && c < draws->component_count; c++) {
        char text[DS_SOURCE_TEXT];
        const ds_component *component = &draws->component[c];
        const char *first = component->pointer[0];
        for (size_t k = 1; k < component->count; k++) {
            first = strcmp(component->pointer[k], first) < 0 ? component->pointer[k] : first;
        }
        snprintf(text, sizeof text, "%s#tail", first);
        ds_source *s = add(l, DS_SOURCE_TAIL, component->tail, text);
        if (s != NULL) {
            s->index = c;
            s->component = (int)c;
        }
    }
}

static int compare_texts(const void *a, const void *b)
{
    const ds_source *x = a, *y = b;
    return strcmp(x->text, y->text);
}

ds_code ds_sources_make(const ds_plan *plan, ds_sources *out, ds_error *err)
{
    *out = (ds_sources){0, NULL};
    list l = {.plan = plan, .out = out};

    add_inputs(&l);
    add_world(&l);
    add_models(&l);
    add_tails(&l);
    if (l.full || l.wrong) {
        ds_sources_release(out);
        return l.full ? ds_fail(err, DS_E_NOMEM, "", "out of memory")
                      : ds_fail(err, DS_E_BUG, "", "a stream has another name than the plan's");
    }
    if (out->count > 0) {
        qsort(out->source, out->count, sizeof *out->source, compare_texts);
    }
    return DS_OK;
}

void ds_sources_release(ds_sources *sources)
{
    free(sources->source);
    *sources = (ds_sources){0, NULL};
}

bool ds_source_is_under(const ds_source *source, const char *pointer)
{
    const size_t length = strlen(pointer);
    const char end = strncmp(source->text, pointer, length) == 0 ? source->text[length] : 'x';

    return end == '\0' || end == '/' || end == '#';
}
