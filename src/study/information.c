/* information.c -- what is it worth to find out?  See distillsim_information.h.
 *
 * Called by the program.  One run; a regression for each set of things that may be known;
 * (160) to (174) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/arena.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/information.h"

struct ds_information {
    uint64_t paths, seed;
    double   interval_factor, explained;
    size_t   strategy_count, best, line_count;
    const char **strategy;
    ds_information_line *line;
    ds_information_pilot_result *pilot; /* or NULL                                        */
    ds_arena *arena;
};

void ds_information_free(ds_information *i)
{
    if (i == NULL)
        return;
    if (i->pilot != NULL)
        free((void *)(uintptr_t)i->pilot->points);
    ds_arena_free(i->arena);
    free(i);
}

/* ---- Lines ---------------------------------------------------------------------------- */

typedef struct {
    const ds_information_sample *s;
    ds_information      *out;
    size_t               count; /* sets; value and set 0 .. count - 1                      */
    ds_information_set  *set;
    ds_knowing_value    *value;
    double              *estimated;
} book;

static ds_code value_sets(const book *b, ds_error *err)
{
    const ds_run_options *run = &b->s->run;
    for (size_t k = 0; k < b->count; k++) {
        if (run->keep_going != NULL &&
            !run->keep_going(run->context, run->path_count, run->path_count, (double)NAN))
            return ds_fail(err, DS_E_CANCELLED, "", "cancelled");
        if (!ds_knowing_set_value(b->s->knowing, &b->set[k].known, &b->value[k]))
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
        b->estimated[k] = b->value[k].value;
    }
    return DS_OK;
}

static bool is_part(const book *b, size_t of, size_t whole)
{
    for (size_t k = 0; k < b->s->sources.count; k++)
        if (b->set[of].source[k] && !b->set[whole].source[k])
            return false;
    return true;
}

/* Whoever knows more knows no less: values of sets that have others as parts; the last is
 * that of everything. */
static ds_code nest(const book *b, ds_error *err)
{
    const size_t all = b->count + 1;
    bool *part = calloc(all * all, sizeof *part);
    if (part == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    for (size_t a = 0; a < b->count; a++) {
        part[a * all + b->count] = true;
        for (size_t c = 0; c < b->count; c++)
            part[a * all + c] = a != c && is_part(b, a, c);
    }
    ds_knowing_nested(all, part, b->value);
    free(part);
    return DS_OK;
}

static void fill_pieces(const book *b, size_t k, ds_information_line *line)
{
    const ds_knowing_value *v = &b->value[k];
    const ds_draw *draw = &ds_plan_draws(b->s->plan)->draw[b->set[k].input];

    line->piece_count = v->piece_count > 1 ? v->piece_count : 0;
    for (size_t p = 0; p < line->piece_count; p++) {
        const bool last = p + 1 == v->piece_count;
        line->piece[p].strategy = v->piece[p];
        line->piece[p].below = last ? (double)INFINITY : ds_draw_value(draw, v->below_u[p]);
    }
}

static void fill_line(const book *b, size_t k, ds_information_line *line)
{
    const ds_information_set *set = &b->set[k];
    const ds_knowing_value   *v = &b->value[k];

    *line = (ds_information_line){ .kind = set->kind, .name = set->name, .unit = "", .text = "",
                                   .inputs = set->input_count, .estimated = b->estimated[k],
                                   .changes = v->changes };
    line->value = (ds_estimate){ v->value > 0.0 ? v->value : 0.0, v->se };
    if (set->kind == DS_INFORMATION_INPUT) {
        const ds_input *input = &b->s->scenario->inputs[set->input];
        line->unit = input->unit;
        line->text = input->text;
        fill_pieces(b, k, line);
    }
}

static int compare_lines(const void *a, const void *b)
{
    const ds_information_line *x = a, *y = b;
    if (x->value.value != y->value.value)
        return x->value.value > y->value.value ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Texts of a line must outlive the scenario that was run. */
static bool own_texts(ds_information *out)
{
    for (size_t k = 0; k < out->line_count; k++) {
        ds_information_line *line = &out->line[k];
        line->name = ds_arena_copy(out->arena, line->name);
        line->unit = ds_arena_copy(out->arena, line->unit != NULL ? line->unit : "");
        line->text = ds_arena_copy(out->arena, line->text);
        if (line->name == NULL || line->unit == NULL || line->text == NULL)
            return false;
    }
    return true;
}

static ds_code write_lines(const book *b, ds_error *err)
{
    ds_information *out = b->out;
    const ds_knowing_value *all = &b->value[b->count];
    size_t first = 1;

    out->line[0] = (ds_information_line){
        .kind = DS_INFORMATION_FUTURE, .name = "the whole future", .unit = "", .text = "",
        .inputs = b->s->input_count, .value = { all->value > 0.0 ? all->value : 0.0, all->se },
        .estimated = all->value, .changes = all->changes
    };
    for (size_t k = 0; k < b->count; k++)
        fill_line(b, k, &out->line[k + 1]);
    out->line_count = b->count + 1;
    if (b->count > 0 && b->set[0].kind == DS_INFORMATION_INPUTS)
        first = 2;
    qsort(out->line + first, out->line_count - first, sizeof *out->line, compare_lines);
    return own_texts(out) ? DS_OK : ds_fail(err, DS_E_NOMEM, "", "out of memory");
}

/* ---- Checks ---------------------------------------------------------------------------- */

static const ds_information_set *set_of(const book *b, const ds_information_line *line)
{
    for (size_t k = 0; k < b->count; k++)
        if (b->set[k].kind == line->kind && strcmp(b->set[k].name, line->name) == 0)
            return &b->set[k];
    return NULL;
}

static ds_code check_lines(const book *b, size_t count, ds_error *err)
{
    ds_code code = DS_OK;
    for (size_t k = 0; code == DS_OK && count > 0 && k < b->out->line_count; k++) {
        ds_information_line *line = &b->out->line[k];
        const ds_information_set *set = set_of(b, line);
        if (set == NULL || set->kind == DS_INFORMATION_INPUTS)
            continue;
        ds_estimate between[2] = { { 0.0, 0.0 }, { 0.0, 0.0 } };
        code = ds_information_nested(b->s, set, line->value.value, between, err);
        line->nested_low = between[0];
        line->nested_high = between[1];
        line->checked = code == DS_OK;
        line->agrees =
            line->value.value >= between[0].value - 3.0 * hypot(line->value.se, between[0].se) &&
            line->value.value <= between[1].value + 3.0 * hypot(line->value.se, between[1].se);
        count--;
    }
    return code;
}

/* ---- The object ------------------------------------------------------------------------ */

static ds_code begin(const ds_information_sample *s, size_t lines, ds_information **made,
                     ds_error *err)
{
    ds_information *out = calloc(1, sizeof *out);
    *made = out;
    if (out != NULL)
        out->arena = ds_arena_new(0);
    if (out == NULL || out->arena == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    out->paths = s->run.path_count;
    out->seed = s->run.seed;
    out->interval_factor = s->interval_factor;
    out->explained = ds_knowing_removed(s->knowing);
    out->best = ds_knowing_best(s->knowing);
    out->strategy_count = s->strategy_count;
    out->strategy = ds_arena_array(out->arena, s->strategy_count, sizeof *out->strategy);
    out->line = ds_arena_array(out->arena, lines, sizeof *out->line);
    if (out->strategy == NULL || out->line == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    for (size_t d = 0; d < s->strategy_count; d++) {
        out->strategy[d] = ds_arena_copy(out->arena,
                                         ds_scenario_strategy_name(s->scenario, s->strategy[d]));
        if (out->strategy[d] == NULL)
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    return DS_OK;
}

static ds_code add_pilot(const ds_information_sample *s, const ds_information_options *o,
                         size_t input, ds_information *out, ds_error *err)
{
    out->pilot = ds_arena_array(out->arena, 1, sizeof *out->pilot);
    if (out->pilot == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    ds_code code = ds_information_pilot_run(s, o->pilot, input, out->pilot, err);
    if (code != DS_OK)
        return code;
    out->pilot->pointer = ds_arena_copy(out->arena, out->pilot->pointer);
    out->pilot->unit = ds_arena_copy(out->arena, out->pilot->unit);
    out->pilot->text = ds_arena_copy(out->arena, out->pilot->text);
    return out->pilot->pointer == NULL || out->pilot->unit == NULL || out->pilot->text == NULL
               ? ds_fail(err, DS_E_NOMEM, "", "out of memory")
               : DS_OK;
}

static ds_code fill(ds_information_sample *s, const ds_information_options *o, size_t input,
                    ds_information **out, ds_error *err)
{
    book    b = { .s = s };
    ds_code code = ds_information_sets(s, o, &b.set, &b.count, err);

    b.value = calloc(b.count + 1, sizeof *b.value);
    b.estimated = calloc(b.count + 1, sizeof *b.estimated);
    if (code == DS_OK && (b.value == NULL || b.estimated == NULL))
        code = ds_fail(err, DS_E_NOMEM, "", "out of memory");
    if (code == DS_OK)
        code = begin(s, b.count + 1, out, err);
    b.out = *out;
    if (code == DS_OK && !ds_knowing_everything(s->knowing, &b.value[b.count]))
        code = ds_fail(err, DS_E_NOMEM, "", "out of memory");
    if (code == DS_OK)
        code = value_sets(&b, err);
    if (code == DS_OK)
        code = nest(&b, err);
    if (code == DS_OK)
        code = write_lines(&b, err);
    if (code == DS_OK && o->pilot != NULL)
        code = add_pilot(s, o, input, *out, err);
    if (code == DS_OK)
        code = check_lines(&b, o->check_count, err);
    free(b.value);
    free(b.estimated);
    return code;
}

ds_code ds_information_run(const ds_scenario *scenario, const ds_information_options *options,
                           ds_information **out, ds_error *err)
{
    ds_information_sample s;
    size_t  input = 0;
    ds_code code = DS_OK;

    *out = NULL;
    if (options->pilot != NULL)
        code = ds_information_pilot_input(scenario, options->pilot, &input, err);
    if (code != DS_OK)
        return code;
    code = ds_information_sample_make(scenario, options, &s, err);
    if (code == DS_OK)
        code = fill(&s, options, input, out, err);
    ds_information_sample_release(&s);
    if (code != DS_OK) {
        ds_information_free(*out);
        *out = NULL;
    }
    return code;
}

uint64_t ds_information_paths(const ds_information *i) { return i->paths; }
uint64_t ds_information_seed(const ds_information *i) { return i->seed; }
double   ds_information_interval_factor(const ds_information *i) { return i->interval_factor; }
size_t   ds_information_strategy_count(const ds_information *i) { return i->strategy_count; }
size_t   ds_information_best(const ds_information *i) { return i->best; }
double   ds_information_explained(const ds_information *i) { return i->explained; }
size_t   ds_information_line_count(const ds_information *i) { return i->line_count; }

const char *ds_information_strategy_name(const ds_information *i, size_t index)
{
    return i->strategy[index];
}

const ds_information_line *ds_information_line_at(const ds_information *i, size_t index)
{
    return &i->line[index];
}

const ds_information_pilot_result *ds_information_pilot_of(const ds_information *i)
{
    return i->pilot;
}
