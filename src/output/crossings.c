/* crossings.c -- see crossings.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/crossings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/number.h"

enum { SAID_MOST = 24 };

/* One that was found; `line` is of the values of the other axes. */
typedef struct {
    size_t        row, i;
    char         *line; /* "/a=1, /b=2: " or ""; state NONE: there was none      */
    ds_break_even found;
    int           sign;
    bool          first; /* of its strategy, outcome and line                    */
} ds_sentence;

struct ds_crossings {
    const ds_scenario    *base;
    const ds_sweep_axis  *last;
    const size_t         *outcomes, *strategies;
    size_t                outcome_count, strategy_count;
    ds_break_even_line  **line;  /* [strategy][outcome], NULL: not looked for     */
    ds_break_even        *found; /* the same, of the last point                   */
    bool                  ends;  /* is the last point the last of its line?       */
    ds_sentence          *sentences;
    size_t                count, capacity;
};

bool ds_crossings_of(size_t outcome)
{
    return strncmp(ds_outcome_at(outcome)->name, "saving_", 7) == 0;
}

static bool number_of(const char *text, double *x)
{
    char *end;
    if (text[0] == '\0' || strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    *x = strtod(text, &end);
    return *end == '\0' && isfinite(*x);
}

static bool is_numeric(const ds_sweep_axis *axis)
{
    double x;
    bool   all = ds_sweep_axis_count(axis) > 1;
    for (size_t k = 0; all && k < ds_sweep_axis_count(axis); k++)
        all = number_of(ds_sweep_axis_value(axis, k), &x);
    return all;
}

static ds_code no_memory(ds_error *err)
{
    *err = (ds_error){ .code = DS_E_NOMEM };
    snprintf(err->message, sizeof err->message, "out of memory");
    return DS_E_NOMEM;
}

void ds_crossings_free(ds_crossings *c)
{
    if (c == NULL)
        return;
    for (size_t k = 0; c->line != NULL && k < c->strategy_count * c->outcome_count; k++)
        ds_break_even_free(c->line[k]);
    for (size_t k = 0; k < c->count; k++)
        free(c->sentences[k].line);
    free(c->sentences);
    free(c->line);
    free(c->found);
    free(c);
}

static ds_code open_lines(ds_crossings *c, ds_error *err)
{
    const size_t cells = c->strategy_count * c->outcome_count;
    c->line = calloc(cells, sizeof *c->line);
    c->found = calloc(cells, sizeof *c->found);
    if (c->line == NULL || c->found == NULL)
        return no_memory(err);
    for (size_t k = 0; k < cells; k++) {
        size_t strategy = c->strategies[k / c->outcome_count];
        if (strategy == 0 || !ds_crossings_of(c->outcomes[k % c->outcome_count]))
            continue;
        ds_code code = ds_break_even_new(&c->line[k], err);
        if (code != DS_OK)
            return code;
    }
    return DS_OK;
}

ds_code ds_crossings_new(const ds_scenario *base, const ds_sweep_axis *last,
                         const size_t *outcomes, size_t outcome_count, const size_t *strategies,
                         size_t strategy_count, ds_crossings **out, ds_error *err)
{
    bool any = false;
    *out = NULL;
    for (size_t i = 0; i < outcome_count; i++)
        any = any || ds_crossings_of(outcomes[i]);
    if (!any || !is_numeric(last))
        return DS_OK;
    ds_crossings *c = calloc(1, sizeof *c);
    if (c == NULL)
        return no_memory(err);
    *c = (ds_crossings){ .base = base, .last = last, .outcomes = outcomes,
                         .strategies = strategies, .outcome_count = outcome_count,
                         .strategy_count = strategy_count };
    ds_code code = open_lines(c, err);
    if (code != DS_OK) {
        ds_crossings_free(c);
        return code;
    }
    *out = c;
    return DS_OK;
}

/* The values of the other axes, as a text that free() takes. */
static char *line_text(const ds_sweep_point *point)
{
    size_t length = 1;
    for (size_t a = 0; a + 1 < point->override_count; a++)
        length += strlen(point->overrides[a].pointer) + strlen(point->overrides[a].value) + 3;
    char *text = calloc(length + 2, 1);
    for (size_t a = 0; text != NULL && a + 1 < point->override_count; a++) {
        strcat(text, a > 0 ? ", " : "");
        strcat(text, point->overrides[a].pointer);
        strcat(text, "=");
        strcat(text, point->overrides[a].value);
    }
    return text;
}

static ds_code remember(ds_crossings *c, ds_sentence what, const ds_sweep_point *point,
                        ds_error *err)
{
    if (c->count == c->capacity) {
        size_t       capacity = c->capacity > 0 ? 2 * c->capacity : 16;
        ds_sentence *more = realloc(c->sentences, capacity * sizeof *more);
        if (more == NULL)
            return no_memory(err);
        c->sentences = more;
        c->capacity = capacity;
    }
    what.line = line_text(point);
    if (what.line == NULL)
        return no_memory(err);
    c->sentences[c->count++] = what;
    return DS_OK;
}

/* Takes one strategy and outcome of a point in. */
static ds_code add_cell(ds_crossings *c, size_t k, const ds_sweep_point *point, ds_error *err)
{
    ds_break_even_line *line = c->line[k];
    const size_t        row = k / c->outcome_count, i = k % c->outcome_count;
    const size_t        values = ds_sweep_axis_count(c->last);
    double              x = 0;
    if (point->index % values == 0)
        ds_break_even_restart(line);
    number_of(point->overrides[point->override_count - 1].value, &x);
    ds_code code = ds_break_even_groups(line, point->result, err);
    if (code != DS_OK)
        return code;
    code = ds_break_even_add(
        line, x, ds_result_column(point->result, c->strategies[row], c->outcomes[i]),
        ds_result_kept_paths(point->result), &c->found[k], err);
    ds_sentence what = { .row = row, .i = i, .found = c->found[k],
                         .sign = ds_break_even_sign(line) };
    size_t count = ds_break_even_count(line);
    what.first = count <= 1;
    if (code == DS_OK && (what.found.state != DS_BREAK_EVEN_NONE || (c->ends && count == 0)))
        code = remember(c, what, point, err);
    return code;
}

ds_code ds_crossings_add(ds_crossings *c, const ds_sweep_point *point, ds_error *err)
{
    const size_t values = ds_sweep_axis_count(c->last);
    ds_code      code = DS_OK;
    c->ends = (point->index + 1) % values == 0;
    for (size_t k = 0; k < c->strategy_count * c->outcome_count && code == DS_OK; k++)
        if (c->line[k] != NULL)
            code = add_cell(c, k, point, err);
    return code;
}

ds_estimate ds_crossings_at(const ds_crossings *c, size_t row, size_t i)
{
    const ds_estimate         nothing = { (double)NAN, (double)NAN };
    const ds_estimate         never = { (double)INFINITY, (double)NAN };
    const size_t              k = row * c->outcome_count + i;
    const ds_break_even_line *line = c->line[k];
    if (line == NULL)
        return nothing;
    if (c->ends && ds_break_even_count(line) == 0 && ds_break_even_sign(line) != 0)
        return never;
    return c->found[k].at;
}

/* ---- Sentences --------------------------------------------------------------- */

static const char *unit_of(const ds_crossings *c)
{
    for (size_t i = 0; i < ds_scenario_input_count(c->base); i++) {
        ds_input_info input = ds_scenario_input(c->base, i);
        if (strcmp(input.pointer, ds_sweep_axis_pointer(c->last)) == 0)
            return strcmp(input.unit, "1") != 0 ? input.unit : "";
    }
    return "";
}

/* "652.4 ± 0.3 request/month"; six digits where it is certain. */
static void say_value(const ds_crossings *c, ds_estimate at, const ds_style *style, FILE *file)
{
    char text[DS_HUMAN_TEXT];
    if (at.se > 1e-9 * fabs(at.value))
        ds_human_estimate(at, ds_scale_one, style->utf8, text);
    else
        snprintf(text, sizeof text, "%.6g", at.value);
    fprintf(file, "%s%s%s", text, unit_of(c)[0] != '\0' ? " " : "", unit_of(c));
}

static void say_never(const ds_crossings *c, int sign, FILE *file)
{
    if (sign == 0)
        fputs("no difference in this range", file);
    else
        fprintf(file, "never in this range: %s at all %zu values",
                sign > 0 ? "saves" : "costs more", ds_sweep_axis_count(c->last));
}

/* Does sentence k belong to the line of another one?  Those of a line are together. */
static bool same_line(const ds_crossings *c, size_t k, const ds_sentence *of)
{
    return k < c->count && strcmp(c->sentences[k].line, of->line) == 0;
}

/* All that was found of the strategy, outcome and line of sentence `first`. */
static void say_one(const ds_crossings *c, size_t first, const ds_style *style, FILE *file)
{
    const ds_sentence *s = &c->sentences[first];
    char               name[256];
    bool               many = false;
    ds_text_clean(ds_scenario_strategy_name(c->base, c->strategies[s->row]), style->utf8, name,
                  sizeof name);
    fprintf(file, "`%s`, %s", name, ds_outcome_at(c->outcomes[s->i])->name);
    if (s->line[0] != '\0') {
        ds_text_clean(s->line, style->utf8, name, sizeof name);
        fprintf(file, ", %s", name);
    }
    fputs(": break-even ", file);
    if (s->found.state == DS_BREAK_EVEN_NONE)
        say_never(c, s->sign, file);
    for (size_t k = first; same_line(c, k, s) && s->found.state != DS_BREAK_EVEN_NONE; k++) {
        if (c->sentences[k].row != s->row || c->sentences[k].i != s->i)
            continue;
        fputs(many ? ", then at " : "at ", file);
        say_value(c, c->sentences[k].found.at, style, file);
        fputs(c->sentences[k].found.state == DS_BREAK_EVEN_RISES ? ", saves beyond"
                                                                 : ", costs more beyond", file);
        many = true;
    }
    putc('\n', file);
}

void ds_crossings_say(const ds_crossings *c, FILE *file, const ds_style *style)
{
    size_t said = 0;
    for (size_t k = 0; k < c->count; k++) {
        if (!c->sentences[k].first)
            continue;
        if (said++ < SAID_MOST)
            say_one(c, k, style, file);
    }
    if (said > SAID_MOST)
        fprintf(file, "... and %zu more, in the columns _break_even\n", said - SAID_MOST);
}
