/* discover_when.c -- which futures fail: a condition on an outcome.  See discover.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/c_locale.h"
#include "scenario/error.h"
#include "study/discover.h"

static const char saving[] = "saving_npv_usd", cost[] = "cost_npv_usd";

static const struct {
    const char *text;
    ds_relation relation;
} relations[] = { /* the longer ones first */
    {"<=", DS_LESS_OR_EQUAL}, {">=", DS_GREATER_OR_EQUAL}, {"==", DS_EQUAL},
    {"!=", DS_UNEQUAL},       {"<", DS_LESS},              {">", DS_GREATER},
    {"=", DS_EQUAL},
};
enum { RELATIONS = sizeof relations / sizeof relations[0] };

const char *ds_relation_text(ds_relation relation)
{
    size_t k = 0;
    while (k + 1 < RELATIONS && relations[k].relation != relation) {
        k++;
    }
    return relation == DS_EQUAL ? "=" : relations[k].text;
}

bool ds_condition_holds(const ds_condition *c, double x)
{
    switch (c->relation) {
    case DS_LESS:             return x < c->bound;
    case DS_LESS_OR_EQUAL:    return x <= c->bound;
    case DS_GREATER:          return x > c->bound;
    case DS_GREATER_OR_EQUAL: return x >= c->bound;
    case DS_EQUAL:            return x == c->bound;
    case DS_UNEQUAL:
    default:                  return x < c->bound || x > c->bound; /* not of NAN */
    }
}

/* ---- Reading ---------------------------------------------------------------------- */

static bool number_of(const char *text, double *value)
{
    char *end;
    text += strspn(text, " \t");
    const char *word = text + (*text == '-' || *text == '+');
    if (strncmp(word, "Inf", 3) == 0) {
        *value = *text == '-' ? (double)-INFINITY : (double)INFINITY;
        return word[3 + strspn(word + 3, " \t")] == '\0';
    }
    if (strchr("0123456789.", *word) == NULL || *word == '\0' || strpbrk(word, "xX") != NULL) {
        return false;
    }
    locale_t c, before = ds_enter_c_locale(&c);
    *value = strtod(text, &end);
    ds_leave_c_locale(before, c);
    return end != text && end[strspn(end, " \t")] == '\0' && isfinite(*value);
}

/* The last relation of the text: a column may have one in its name. */
static const char *find_relation(const char *text, size_t *which)
{
    const char *last = NULL;
    for (const char *p = text; *p != '\0'; p++) {
        for (size_t k = 0; k < RELATIONS; k++) {
            const size_t length = strlen(relations[k].text);
            if (strncmp(p, relations[k].text, length) == 0) {
                last = p;
                *which = k;
                p += length - 1;
                break;
            }
        }
    }
    return last;
}

ds_code ds_condition_parse(const char *text, ds_condition *out, ds_error *err)
{
    size_t which = 0;
    if (text == NULL) {
        text = "saving_npv_usd < 0";
    }
    const char *at = find_relation(text, &which);
    const char *start = text + strspn(text, " \t");
    size_t length = at != NULL ? (size_t)(at - start) : 0;

    while (length > 0 && strchr(" \t", start[length - 1]) != NULL) {
        length--;
    }
    if (at == NULL || at <= start || length == 0 || length >= DS_CONDITION_NAME ||
        !number_of(at + strlen(relations[which].text), &out->bound)) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.80s' is no condition such as "
                       "'saving_npv_usd < 0': a name, one of < <= > >= = !=, and a number",
                       text);
    }
    out->relation = relations[which].relation;
    memcpy(out->name, start, length);
    out->name[length] = '\0';
    return DS_OK;
}

/* ---- Whose outcome ------------------------------------------------------------------ */

/* Column "strategy/outcome". */
static size_t find_pair(const ds_samples *s, const char *strategy, const char *outcome)
{
    char name[2 * DS_CONDITION_NAME];
    snprintf(name, sizeof name, "%.500s/%.500s", strategy, outcome);
    return ds_samples_find(s, name);
}

/* The strategy of a column of this outcome, as a copy; NULL when it is none. */
static const char *strategy_of(ds_arena *arena, const char *column, const char *outcome)
{
    const char *slash = strrchr(column, '/');
    if (slash == NULL || strcmp(slash + 1, outcome) != 0) {
        return NULL;
    }
    return ds_arena_format(arena, "%.*s", (int)(slash - column), column);
}

static double mean_of(const double *x, size_t rows)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        sum += x[i] / (double)rows;
    }
    return sum;
}

typedef struct {
    const char *first, *best; /* strategy that comes first; of the others that saves most */
    size_t      count;
} strategies;

static strategies list_strategies(ds_arena *arena, const ds_samples *s, const char *outcome)
{
    strategies all = {NULL, NULL, 0};
    double most = (double)-INFINITY;

    for (size_t c = 0; c < ds_samples_columns(s); c++) {
        const ds_samples_info info = ds_samples_at(s, c);
        const char *name = info.kind == DS_SAMPLES_OUTCOME
                               ? strategy_of(arena, info.name, outcome) : NULL;
        if (name == NULL) {
            continue;
        }
        all.first = all.count++ == 0 ? name : all.first;
        const size_t column = find_pair(s, name, saving);
        const double value = column < ds_samples_columns(s)
                                 ? mean_of(ds_samples_column(s, column), ds_samples_rows(s))
                                 : 0;
        if (all.count > 1 && value > most) {
            most = value;
            all.best = name;
        }
    }
    return all;
}

static ds_code unknown(const ds_samples *s, const char *name, ds_error *err)
{
    (void)s;
    return ds_fail(err, DS_E_USAGE, NULL, "there is no outcome or column \"%.120s\" (`distillsim "
                   "help outcomes' lists outcomes; of another strategy: STRATEGY/OUTCOME)", name);
}

/* ---- Hits ---------------------------------------------------------------------------- */

static ds_code mark_column(ds_discover *d, const ds_samples *s, const ds_condition *c,
                           size_t column, uint8_t *hit)
{
    const double *x = ds_samples_column(s, column);
    d->facts.unit = ds_arena_copy(d->arena, ds_samples_at(s, column).unit);
    for (size_t i = 0; i < ds_samples_rows(s); i++) {
        hit[i] = ds_condition_holds(c, x[i]);
    }
    return DS_OK;
}

/* The saving against a strategy: the difference of the costs. */
static ds_code mark_difference(ds_discover *d, const ds_samples *s, const ds_condition *c,
                               uint8_t *hit, ds_error *err)
{
    const size_t mine = find_pair(s, d->facts.strategy, cost);
    const size_t other = find_pair(s, d->facts.against, cost);

    if (mine == ds_samples_columns(s) || other == ds_samples_columns(s)) {
        return ds_fail(err, DS_E_USAGE, NULL, "there is no column \"%.80s/%s\"",
                       mine == ds_samples_columns(s) ? d->facts.strategy : d->facts.against, cost);
    }
    const double *x = ds_samples_column(s, mine), *y = ds_samples_column(s, other);
    d->facts.unit = "USD";
    for (size_t i = 0; i < ds_samples_rows(s); i++) {
        hit[i] = ds_condition_holds(c, y[i] - x[i]);
    }
    return DS_OK;
}

static ds_code name_strategies(ds_discover *d, const ds_samples *s,
                               const ds_discover_options *options, const char *usual,
                               ds_error *err)
{
    ds_discover_facts *f = &d->facts;
    const bool is_saving = strncmp(f->outcome, "saving_", 7) == 0;
    const strategies all = list_strategies(d->arena, s, f->outcome);

    if (all.count == 0) {
        return unknown(s, f->outcome, err);
    }
    if (f->strategy[0] == '\0') {
        f->strategy = options->strategy != NULL ? options->strategy
                      : usual != NULL           ? usual
                      : all.best != NULL        ? all.best
                                                : all.first;
    }
    if (find_pair(s, f->strategy, f->outcome) == ds_samples_columns(s)) {
        return ds_fail(err, DS_E_USAGE, NULL, "there is no \"%.80s/%.80s\"", f->strategy,
                       f->outcome);
    }
    if (!is_saving && options->against != NULL) {
        return ds_fail(err, DS_E_USAGE, NULL, "--against is for a saving, not for %.80s",
                       f->outcome);
    }
    if (is_saving) {
        f->against = options->against != NULL ? options->against : all.first;
    }
    if (is_saving && all.count < 2) {
        return ds_fail(err, DS_E_USAGE, NULL, "one strategy only: there is nothing that it saves "
                       "against; give another strategy, or another condition");
    }
    if (is_saving && strcmp(f->strategy, f->against) == 0) {
        return ds_fail(err, DS_E_USAGE, NULL, "strategy \"%.80s\" saves nothing against itself",
                       f->strategy);
    }
    return DS_OK;
}

ds_code ds_discover_hits(ds_discover *d, const ds_samples *s, const ds_discover_options *options,
                         const ds_condition *c, const char *usual, uint8_t *hit, size_t *used,
                         ds_error *err)
{
    ds_discover_facts *f = &d->facts;
    const size_t exact = ds_samples_find(s, c->name);
    const char *slash = strrchr(c->name, '/');
    const bool pair = exact < ds_samples_columns(s) &&
                      ds_samples_at(s, exact).kind == DS_SAMPLES_OUTCOME;

    *used = exact;
    f->strategy = f->against = "";
    f->relation = ds_relation_text(c->relation);
    f->bound = c->bound;
    f->outcome = ds_arena_copy(d->arena, pair ? slash + 1 : c->name);
    if (exact < ds_samples_columns(s) && !pair) {
        return mark_column(d, s, c, exact, hit);
    }
    if (pair) {
        f->strategy = ds_arena_format(d->arena, "%.*s", (int)(slash - c->name), c->name);
    }
    const ds_code code = name_strategies(d, s, options, usual, err);
    if (code != DS_OK) {
        return code;
    }
    f->strategy = ds_arena_copy(d->arena, f->strategy);
    f->against = ds_arena_copy(d->arena, f->against);
    f->loses = strcmp(f->outcome, saving) == 0 && c->bound == 0 && c->relation == DS_LESS;
    if (strcmp(f->outcome, saving) == 0 && options->against != NULL) {
        return mark_difference(d, s, c, hit, err);
    }
    return mark_column(d, s, c, find_pair(s, f->strategy, f->outcome), hit);
}
