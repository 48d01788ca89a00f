/* views.c -- one choice under several views of the future, each a scenario.
 *
 * Called by the program, view after view.  In a view the regret of a strategy is its mean
 * cost less that of the best there; across views nothing is averaged but what the user has
 * weighted.  Equation (129b).  Views share the random numbers of what they name alike, so
 * that a weighted mean is one mean over common paths, if they have as many.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/arena.h"
#include "scenario/error.h"
#include "study/choice.h"

typedef struct {
    const char     *name;
    double          weight;
    size_t          best;
    size_t         *place; /* [strategy of the first view]: its index in this one   */
    ds_view_cell   *cells; /* [strategy]                                            */
    ds_choice_costs costs;
} view;

struct ds_views {
    ds_arena   *arena;
    size_t      outcome, count, capacity, strategies;
    double      near_share;
    const char **names;
    view       *views;
    ds_view_strategy *of;
};

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

ds_code ds_views_new(size_t outcome, double near_share, ds_views **out, ds_error *err)
{
    *out = calloc(1, sizeof **out);
    if (*out != NULL) {
        (*out)->arena = ds_arena_new(0);
        (*out)->outcome = outcome;
        (*out)->near_share = near_share;
    }
    if (*out == NULL || (*out)->arena == NULL) {
        free(*out);
        *out = NULL;
        return no_memory(err);
    }
    return DS_OK;
}

void ds_views_free(ds_views *v)
{
    if (v != NULL) {
        for (size_t i = 0; i < v->count; i++) {
            ds_choice_costs_release(&v->views[i].costs);
        }
        free(v->views);
        ds_arena_free(v->arena);
        free(v);
    }
}

/* ---- Strategies by name ------------------------------------------------------------- */

ds_code ds_views_match(const ds_scenario *first, const ds_scenario *other, ds_error *err)
{
    const ds_scenario *const both[] = {first, other};

    for (size_t way = 0; way < 2; way++) {
        const ds_scenario *has = both[way], *lacks = both[1 - way];
        for (size_t s = 0; s < ds_scenario_strategy_count(has); s++) {
            const char *name = ds_scenario_strategy_name(has, s);
            bool found = false;
            for (size_t t = 0; t < ds_scenario_strategy_count(lacks); t++) {
                found = found || strcmp(name, ds_scenario_strategy_name(lacks, t)) == 0;
            }
            if (!found) {
                ds_fail(err, DS_E_SCENARIO, "/strategies",
                        "has no strategy '%s', which '%s' has: views must have the same "
                        "strategies", name, ds_scenario_path(has));
                ds_copy_text(err->file, sizeof err->file, ds_scenario_path(lacks));
                return DS_E_SCENARIO;
            }
        }
    }
    return DS_OK;
}

static size_t find(const ds_result *r, const char *name)
{
    for (size_t s = 0; s < ds_result_strategy_count(r); s++) {
        if (strcmp(name, ds_result_strategy_name(r, s)) == 0) {
            return s;
        }
    }
    return ds_result_strategy_count(r);
}

static ds_code place(const ds_views *v, const ds_result *r, view *it, ds_error *err)
{
    for (size_t s = 0; s < v->strategies; s++) {
        it->place[s] = find(r, v->names[s]);
        if (it->place[s] == ds_result_strategy_count(r)) {
            return ds_fail(err, DS_E_SCENARIO, "/strategies", "'%s' has no strategy '%s'",
                           it->name, v->names[s]);
        }
    }
    if (ds_result_strategy_count(r) > v->strategies) {
        return ds_fail(err, DS_E_SCENARIO, "/strategies", "'%s' has strategies that '%s' lacks",
                       it->name, v->views[0].name);
    }
    return DS_OK;
}

static ds_code take_names(ds_views *v, const ds_result *r, ds_error *err)
{
    v->strategies = ds_result_strategy_count(r);
    v->names = ds_arena_array(v->arena, v->strategies, sizeof *v->names);
    for (size_t s = 0; v->names != NULL && s < v->strategies; s++) {
        v->names[s] = ds_arena_copy(v->arena, ds_result_strategy_name(r, s));
        if (v->names[s] == NULL) {
            return no_memory(err);
        }
    }
    return v->names != NULL ? DS_OK : no_memory(err);
}

/* ---- A view -------------------------------------------------------------------------- */

static void of_column(const void *context, size_t first, size_t count, double *h)
{
    memcpy(h, (const double *)context + first, count * sizeof *h);
}

static void measure(const ds_views *v, view *it)
{
    const ds_costs *c = &it->costs.costs;

    it->best = 0;
    for (size_t s = 0; s < v->strategies; s++) {
        it->cells[s].mean = ds_estimate_of(
            ds_mean_of_paths(c, of_column, ds_costs_of(c, it->place[s])));
        it->best = it->cells[s].mean.value < it->cells[it->best].mean.value ? s : it->best;
    }
    for (size_t s = 0; s < v->strategies; s++) {
        it->cells[s].regret =
            s == it->best ? (ds_estimate){0.0, 0.0}
                          : ds_estimate_of(ds_mean_difference(c, it->place[s],
                                                              it->place[it->best]));
    }
}

static bool reserve(ds_views *v, const char *name, view *it)
{
    if (v->count == v->capacity) {
        const size_t more = v->capacity > 0 ? 2 * v->capacity : 8;
        view *larger = realloc(v->views, more * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        v->views = larger;
        v->capacity = more;
        for (size_t i = 0; i < v->count; i++) { /* they have moved */
            v->views[i].costs.costs.groups = &v->views[i].costs.groups;
        }
    }
    it->name = ds_arena_copy(v->arena, name);
    it->place = ds_arena_array(v->arena, v->strategies, sizeof *it->place);
    it->cells = ds_arena_array(v->arena, v->strategies, sizeof *it->cells);
    return it->name != NULL && it->place != NULL && it->cells != NULL;
}

ds_code ds_views_add(ds_views *v, const char *name, double weight, const ds_result *result,
                     ds_error *err)
{
    view it = {.weight = weight};
    ds_code code = ds_choice_costs_of(result, v->outcome, true, &it.costs, err);

    if (code == DS_OK && v->count == 0) {
        code = take_names(v, result, err);
    }
    if (code == DS_OK && !reserve(v, name, &it)) {
        code = no_memory(err);
    }
    if (code == DS_OK) {
        code = place(v, result, &it, err);
    }
    if (code != DS_OK) {
        ds_choice_costs_release(&it.costs);
        return code;
    }
    v->views[v->count] = it;
    v->views[v->count].costs.costs.groups = &v->views[v->count].costs.groups;
    measure(v, &v->views[v->count++]);
    return DS_OK;
}

/* ---- Over the views --------------------------------------------------------------------- */

typedef struct {
    const ds_views *v;
    size_t          strategy;
} weighted;

static void weighted_regret(const void *context, size_t first, size_t count, double *h)
{
    const weighted *w = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = 0.0;
    }
    for (size_t k = 0; k < w->v->count; k++) {
        const view *it = &w->v->views[k];
        const double *mine = ds_costs_of(&it->costs.costs, it->place[w->strategy]) + first;
        const double *best = ds_costs_of(&it->costs.costs, it->place[it->best]) + first;
        for (size_t i = 0; i < count; i++) {
            h[i] += it->weight * (mine[i] - best[i]);
        }
    }
}

/* Do paths and groups of all views correspond? */
static bool alike(const ds_views *v)
{
    const ds_choice_costs *a = &v->views[0].costs;
    bool same = true;

    for (size_t k = 1; k < v->count; k++) {
        const ds_choice_costs *b = &v->views[k].costs;
        same = same && a->costs.paths == b->costs.paths && a->groups.kind == b->groups.kind &&
               a->groups.modulus == b->groups.modulus;
    }
    return same;
}

/* Without common paths the errors add up, at most. */
static ds_estimate mean_regret(const ds_views *v, size_t strategy)
{
    const weighted w = {v, strategy};
    ds_estimate sum = {0.0, 0.0};

    if (alike(v)) {
        return ds_estimate_of(ds_mean_of_paths(&v->views[0].costs.costs, weighted_regret, &w));
    }
    for (size_t k = 0; k < v->count; k++) {
        sum.value += v->views[k].weight * v->views[k].cells[strategy].regret.value;
        sum.se += v->views[k].weight * v->views[k].cells[strategy].regret.se;
    }
    return sum;
}

ds_code ds_views_finish(ds_views *v, ds_error *err)
{
    double all = 0.0;

    v->of = ds_arena_array(v->arena, v->strategies, sizeof *v->of);
    if (v->of == NULL) {
        return no_memory(err);
    }
    for (size_t k = 0; k < v->count; k++) {
        all += v->views[k].weight;
    }
    for (size_t k = 0; k < v->count; k++) {
        v->views[k].weight /= all;
    }
    for (size_t s = 0; s < v->strategies; s++) {
        ds_view_strategy *o = &v->of[s];
        *o = (ds_view_strategy){.mean_regret = mean_regret(v, s)};
        for (size_t k = 0; k < v->count; k++) {
            const view *it = &v->views[k];
            const ds_estimate regret = it->cells[s].regret;
            const bool within = regret.value <=
                                v->near_share * fabs(it->cells[it->best].mean.value);
            if (k == 0 || regret.value > o->worst_regret.value) {
                o->worst_regret = regret;
                o->worst_view = k;
            }
            o->best_views += it->best == s ? 1 : 0;
            o->best_weight += it->best == s ? it->weight : 0.0;
            o->near_views += within ? 1 : 0;
            o->near_weight += within ? it->weight : 0.0;
        }
    }
    return DS_OK;
}

/* ---- Plain access ---------------------------------------------------------------------- */

size_t ds_views_count(const ds_views *v)
{
    return v->count;
}

const char *ds_views_name(const ds_views *v, size_t index)
{
    return v->views[index].name;
}

double ds_views_weight(const ds_views *v, size_t index)
{
    return v->views[index].weight;
}

uint64_t ds_views_paths(const ds_views *v, size_t index)
{
    return v->views[index].costs.costs.paths;
}

double ds_views_near(const ds_views *v)
{
    return v->near_share;
}

size_t ds_views_strategies(const ds_views *v)
{
    return v->strategies;
}

const char *ds_views_strategy(const ds_views *v, size_t strategy)
{
    return v->names[strategy];
}

size_t ds_views_best(const ds_views *v, size_t index)
{
    return v->views[index].best;
}

ds_view_cell ds_views_at(const ds_views *v, size_t index, size_t strategy)
{
    return v->views[index].cells[strategy];
}

ds_view_strategy ds_views_of(const ds_views *v, size_t strategy)
{
    return v->of[strategy];
}

size_t ds_views_minimax(const ds_views *v)
{
    size_t least = 0;

    for (size_t s = 1; s < v->strategies; s++) {
        least = v->of[s].worst_regret.value < v->of[least].worst_regret.value ? s : least;
    }
    return least;
}

size_t ds_views_least_mean(const ds_views *v)
{
    size_t least = 0;

    for (size_t s = 1; s < v->strategies; s++) {
        least = v->of[s].mean_regret.value < v->of[least].mean_regret.value ? s : least;
    }
    return least;
}
