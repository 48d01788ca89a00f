/* views.c -- one choice under several views of the future, each a scenario.
 *
 * Called by the program, view after view.  In a view the regret of a strategy is its mean
 * cost less that of the best there; across views nothing is averaged but what the user has
 * weighted.  Equations (129b), (129c).  Views share the random numbers of what they name alike, so
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
    ds_ranking      lead;  /* of least mean, strategies as of the first view        */
    ds_choice_costs costs;
} view;

struct ds_views {
    ds_arena   *arena;
    size_t      outcome, count, capacity, strategies;
    double      near_share;
    const char **names;
    view       *views;
    ds_view_strategy *of;
    ds_ranking  ranking[DS_ROBUST_COUNT];
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

static ds_gap gap_of_means(const void *context, size_t other, size_t named)
{
    const view *it = context;

    return ds_gap_of(ds_mean_difference(&it->costs.costs, it->place[other], it->place[named]),
                     it->costs.costs.courses - 1, it->costs.freedom);
}

static ds_code measure(const ds_views *v, view *it, ds_error *err)
{
    const ds_costs *c = &it->costs.costs;
    double *means = calloc(v->strategies, sizeof *means);
    ds_gap *gaps = calloc(v->strategies, sizeof *gaps);
    const bool ready = means != NULL && gaps != NULL;

    for (size_t s = 0; ready && s < v->strategies; s++) {
        it->cells[s].mean = ds_estimate_of(
            ds_mean_of_paths(c, of_column, ds_costs_of(c, it->place[s])));
        means[s] = it->cells[s].mean.value;
    }
    if (ready) {
        const ds_ranked lead = ds_rank(v->strategies, means, gap_of_means, it, gaps);
        it->lead = ds_ranking_of(&lead);
        it->best = lead.named;
    }
    for (size_t s = 0; ready && s < v->strategies; s++) {
        it->cells[s].regret = ds_estimate_of(gaps[s].by);
    }
    free(means);
    free(gaps);
    return ready ? DS_OK : no_memory(err);
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
    if (code == DS_OK) {
        code = measure(v, &it, err);
    }
    if (code != DS_OK) {
        ds_choice_costs_release(&it.costs);
        return code;
    }
    v->views[v->count] = it;
    v->views[v->count].costs.costs.groups = &v->views[v->count].costs.groups;
    v->count++;
    return DS_OK;
}

/* ---- Over the views --------------------------------------------------------------------- */

/* What strategy a costs on a path in view `in_a` more than the best there, less the same of b
 * in `in_b`; all_views: instead the mean over the views by weight, the best being the same.
 * b = strategies: of a alone. */
typedef struct {
    const ds_views *v;
    size_t          a, b, in_a, in_b;
    bool            all_views;
} compared;

static void add_regret(const view *it, size_t strategy, double weight, size_t first, size_t count,
                       double *h)
{
    const double *mine = ds_costs_of(&it->costs.costs, it->place[strategy]) + first;
    const double *best = ds_costs_of(&it->costs.costs, it->place[it->best]) + first;

    for (size_t i = 0; i < count; i++) {
        h[i] += weight * (mine[i] - best[i]);
    }
}

static void compare(const void *context, size_t first, size_t count, double *h)
{
    const compared *x = context;
    const ds_views *v = x->v;

    memset(h, 0, count * sizeof *h);
    for (size_t k = 0; k < v->count; k++) {
        const view *it = &v->views[k];
        const double weight = x->all_views ? it->weight : 1.0;
        if (x->all_views || k == x->in_a) {
            add_regret(it, x->a, weight, first, count, h);
        }
        if (x->b < v->strategies && (x->all_views || k == x->in_b)) {
            add_regret(it, x->b, -weight, first, count, h);
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

static ds_measure in_view(const ds_views *v, size_t view_at, size_t a, size_t b)
{
    const view *it = &v->views[view_at];

    return ds_mean_difference(&it->costs.costs, it->place[a],
                              it->place[b < v->strategies ? b : it->best]);
}

/* Without common paths the errors add up, at most. */
static void add_error(ds_measure *sum, double weight, ds_measure of)
{
    sum->value += weight * of.value;
    sum->se += fabs(weight) * of.se;
}

static ds_measure measure_of(const compared *x)
{
    const ds_views *v = x->v;
    ds_measure sum = {0.0, 0.0};

    if (alike(v)) {
        return ds_mean_of_paths(&v->views[0].costs.costs, compare, x);
    }
    if (!x->all_views && x->in_a != x->in_b) {
        add_error(&sum, 1.0, in_view(v, x->in_a, x->a, v->strategies));
        add_error(&sum, -1.0, in_view(v, x->in_b, x->b, v->strategies));
        return sum;
    }
    for (size_t k = 0; k < v->count; k++) {
        if (x->all_views || k == x->in_a) {
            add_error(&sum, x->all_views ? v->views[k].weight : 1.0, in_view(v, k, x->a, x->b));
        }
    }
    return sum;
}

static double freedom_of(const ds_views *v)
{
    double least = v->views[0].costs.freedom;

    for (size_t k = 1; k < v->count; k++) {
        least = fmin(least, v->views[k].costs.freedom);
    }
    return least;
}

static ds_gap gap_of_mean_regret(const void *context, size_t other, size_t named)
{
    const ds_views *v = context;
    const compared x = {.v = v, .a = other, .b = named, .all_views = true};

    return ds_gap_of(measure_of(&x), v->strategies - 1, freedom_of(v));
}

/* (129c): the greatest of either may be in any view. */
static ds_gap gap_of_worst_regret(const void *context, size_t other, size_t named)
{
    const ds_views *v = context;
    const size_t comparisons = (v->strategies - 1) * v->count;
    const double freedom = freedom_of(v);
    compared x = {.v = v, .a = other, .b = named, .in_a = v->of[other].worst_view,
                  .in_b = v->of[named].worst_view};
    ds_gap gap = ds_gap_of(measure_of(&x), comparisons, freedom);

    for (size_t k = 0; k < v->count; k++) {
        compared low = x, high = x;
        low.in_b = high.in_a = k;
        gap.low = fmin(gap.low, ds_gap_of(measure_of(&low), comparisons, freedom).low);
        gap.high = fmax(gap.high, ds_gap_of(measure_of(&high), comparisons, freedom).high);
    }
    return gap;
}

/* Cost of a strategy less (1 + near) times that of the best: is it near? */
typedef struct {
    const double *mine, *best;
    double        factor;
} nearness;

static void beyond_near(const void *context, size_t first, size_t count, double *h)
{
    const nearness *n = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = n->mine[first + i] - n->factor * n->best[first + i];
    }
}

static bool near_is_sure(const ds_views *v, const view *it, size_t strategy)
{
    const ds_costs *c = &it->costs.costs;
    const double sign = it->cells[it->best].mean.value < 0.0 ? -1.0 : 1.0;
    const nearness n = {ds_costs_of(c, it->place[strategy]), ds_costs_of(c, it->place[it->best]),
                        1.0 + sign * v->near_share};
    const ds_measure m = ds_mean_of_paths(c, beyond_near, &n);

    return m.se == 0.0 || fabs(m.value) > fmax(2.0, ds_student_975(it->costs.freedom)) * m.se;
}

static ds_code rank_all(ds_views *v, ds_error *err)
{
    static const ds_gap_fn gap_of[DS_ROBUST_COUNT] = {[DS_ROBUST_WORST] = gap_of_worst_regret,
                                                      [DS_ROBUST_MEAN] = gap_of_mean_regret};
    double *value = calloc(v->strategies, sizeof *value);
    ds_gap *gaps = calloc(v->strategies, sizeof *gaps);
    const bool ready = value != NULL && gaps != NULL;

    for (size_t rule = 0; ready && rule < DS_ROBUST_COUNT; rule++) {
        for (size_t s = 0; s < v->strategies; s++) {
            value[s] = rule == DS_ROBUST_WORST ? v->of[s].worst_regret.value
                                               : v->of[s].mean_regret.value;
        }
        const ds_ranked r = ds_rank(v->strategies, value, gap_of[rule], v, gaps);
        v->ranking[rule] = ds_ranking_of(&r);
        for (size_t s = 0; s < v->strategies; s++) {
            v->of[s].more[rule] = ds_behind_of(&gaps[s]);
        }
    }
    free(value);
    free(gaps);
    return ready ? DS_OK : no_memory(err);
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
        const compared alone = {.v = v, .a = s, .b = v->strategies, .all_views = true};
        *o = (ds_view_strategy){.mean_regret = ds_estimate_of(measure_of(&alone))};
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
            o->sure_best_views += it->best == s && it->lead.sure ? 1 : 0;
            o->unsure_near_views += near_is_sure(v, it, s) ? 0 : 1;
            o->near_weight += within ? it->weight : 0.0;
        }
    }
    return rank_all(v, err);
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

ds_ranking ds_views_lead(const ds_views *v, size_t index)
{
    return v->views[index].lead;
}

ds_ranking ds_views_ranking(const ds_views *v, ds_robust_rule rule)
{
    return v->ranking[rule];
}
