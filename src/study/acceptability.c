/* acceptability.c -- how the choice changes with one value of the scenario.
 *
 * Called by the program, point after point of a sweep, all of which share their futures.
 * Equation (129); where the strategy of least mean changes is found between two points by a
 * straight line, with the error of one mean, as break-evens of a sweep are (86).
 *
 * Invariant: `before` has the costs of the last point.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/arena.h"
#include "scenario/error.h"
#include "study/choice.h"

typedef struct {
    double         value;
    ds_ranked      lead;
    ds_acceptance *strategies; /* [strategies], of the arena                       */
} accepted;

struct ds_acceptability {
    ds_arena   *arena;
    size_t      outcome, strategies, count, capacity, switch_count, switch_capacity;
    const char **names;
    uint64_t    paths;
    accepted   *points;
    ds_acceptance_switch *switches;
    ds_choice_costs before;
};

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

ds_code ds_acceptability_new(size_t outcome, ds_acceptability **out, ds_error *err)
{
    *out = calloc(1, sizeof **out);
    if (*out != NULL) {
        (*out)->arena = ds_arena_new(0);
        (*out)->outcome = outcome;
    }
    if (*out == NULL || (*out)->arena == NULL) {
        free(*out);
        *out = NULL;
        return no_memory(err);
    }
    return DS_OK;
}

void ds_acceptability_free(ds_acceptability *a)
{
    if (a != NULL) {
        ds_choice_costs_release(&a->before);
        ds_arena_free(a->arena);
        free(a->points);
        free(a->switches);
        free(a);
    }
}

/* Room for one more of something, doubling. */
static bool grow(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    const size_t more = *capacity > 0 ? 2 * *capacity : 16;
    void *larger = realloc(*array, more * size);
    if (larger == NULL) {
        return false;
    }
    *array = larger;
    *capacity = more;
    return true;
}

static ds_code begin(ds_acceptability *a, const ds_result *r, ds_error *err)
{
    a->strategies = ds_result_strategy_count(r);
    a->paths = ds_result_kept_paths(r);
    a->names = ds_arena_array(a->arena, a->strategies, sizeof *a->names);
    for (size_t s = 0; a->names != NULL && s < a->strategies; s++) {
        a->names[s] = ds_arena_copy(a->arena, ds_result_strategy_name(r, s));
        if (a->names[s] == NULL) {
            return no_memory(err);
        }
    }
    return a->names != NULL ? DS_OK : no_memory(err);
}

static void of_column(const void *context, size_t first, size_t count, double *h)
{
    memcpy(h, (const double *)context + first, count * sizeof *h);
}

static ds_code fill_point(accepted *p, const ds_choice_costs *c, ds_error *err)
{
    const size_t courses = c->costs.courses;
    double *means = calloc(courses, sizeof *means);
    ds_code code = means != NULL ? DS_OK : no_memory(err);

    for (size_t s = 0; code == DS_OK && s < courses; s++) {
        const ds_measure mean =
            ds_mean_of_paths(&c->costs, of_column, ds_costs_of(&c->costs, s));
        means[s] = mean.value;
        p->strategies[s] = (ds_acceptance){
            .mean = ds_estimate_of(mean),
            .best = ds_share_of_measure(ds_probability_best(&c->costs, s)),
            .regret = ds_estimate_of(ds_mean_regret(&c->costs, s))};
    }
    if (code == DS_OK) {
        code = ds_choice_lead_of(c, means, &p->lead, err);
    }
    for (size_t s = 0; code == DS_OK && s < courses; s++) {
        const ds_gap gap = ds_gap_of(ds_share_difference(&c->costs, s, p->lead.named),
                                     courses - 1, c->freedom);
        p->strategies[s].likelier = ds_behind_of(&gap);
    }
    free(means);
    return code;
}

/* ---- Switches ------------------------------------------------------------------------ */

typedef struct {
    const double *a0, *b0, *a1, *b1;
    double        w;
} mixed;

static void between(const void *context, size_t first, size_t count, double *h)
{
    const mixed *m = context;

    for (size_t i = first; i < first + count; i++) {
        h[i - first] = (1.0 - m->w) * (m->a0[i] - m->b0[i]) + m->w * (m->a1[i] - m->b1[i]);
    }
}

static ds_code add_switch(ds_acceptability *a, const ds_choice_costs *now, const accepted *from,
                          const accepted *to, ds_error *err)
{
    const size_t old = from->lead.named, new = to->lead.named;
    void *array = a->switches;

    if (old == new) {
        return DS_OK;
    }
    if (!grow(&array, a->switch_count, &a->switch_capacity, sizeof *a->switches)) {
        return no_memory(err);
    }
    a->switches = array;
    const double y0 = ds_mean_difference(&a->before.costs, old, new).value;
    const double y1 = ds_mean_difference(&now->costs, old, new).value;
    const double width = to->value - from->value, rise = y1 - y0;
    ds_acceptance_switch s = {old, new, {(double)NAN, (double)NAN}};
    if (rise != 0.0) {
        const mixed m = {ds_costs_of(&a->before.costs, old), ds_costs_of(&a->before.costs, new),
                         ds_costs_of(&now->costs, old), ds_costs_of(&now->costs, new),
                         -y0 / rise};
        s.at.value = from->value + m.w * width;
        s.at.se = ds_mean_of_paths(&now->costs, between, &m).se * fabs(width / rise);
    }
    a->switches[a->switch_count++] = s;
    return DS_OK;
}

static ds_code add_point(ds_acceptability *a, double value, ds_choice_costs *now, ds_error *err)
{
    accepted p = {.value = value};
    void *array = a->points;

    p.strategies = ds_arena_array(a->arena, a->strategies, sizeof *p.strategies);
    if (p.strategies == NULL || !grow(&array, a->count, &a->capacity, sizeof *a->points)) {
        return no_memory(err);
    }
    a->points = array;
    ds_code code = fill_point(&p, now, err);
    if (code == DS_OK && a->count > 0 && now->costs.paths == a->before.costs.paths) {
        code = add_switch(a, now, &a->points[a->count - 1], &p, err);
    }
    if (code == DS_OK) {
        a->points[a->count++] = p;
    }
    return code;
}

ds_code ds_acceptability_add(ds_acceptability *a, double value, const ds_result *result,
                             ds_error *err)
{
    ds_choice_costs now;
    ds_code code = ds_choice_costs_of(result, a->outcome, true, &now, err);

    if (code != DS_OK) {
        return code;
    }
    if (a->count == 0) {
        code = begin(a, result, err);
    } else if (now.costs.courses != a->strategies) {
        code = ds_fail(err, DS_E_USAGE, NULL, "the values have different strategies");
    }
    if (code == DS_OK) {
        now.costs.groups = &now.groups; /* the result will be gone */
        code = add_point(a, value, &now, err);
    }
    if (code != DS_OK) {
        ds_choice_costs_release(&now);
        return code;
    }
    ds_choice_costs_release(&a->before);
    a->before = now;
    a->before.costs.groups = &a->before.groups;
    return DS_OK;
}

/* ---- Plain access ---------------------------------------------------------------------- */

size_t ds_acceptability_strategies(const ds_acceptability *a)
{
    return a->strategies;
}

const char *ds_acceptability_name(const ds_acceptability *a, size_t strategy)
{
    return a->names[strategy];
}

uint64_t ds_acceptability_paths(const ds_acceptability *a)
{
    return a->paths;
}

size_t ds_acceptability_points(const ds_acceptability *a)
{
    return a->count;
}

double ds_acceptability_value(const ds_acceptability *a, size_t point)
{
    return a->points[point].value;
}

ds_acceptance ds_acceptability_at(const ds_acceptability *a, size_t point, size_t strategy)
{
    return a->points[point].strategies[strategy];
}

size_t ds_acceptability_best(const ds_acceptability *a, size_t point)
{
    return a->points[point].lead.named;
}

ds_estimate ds_acceptability_margin(const ds_acceptability *a, size_t point)
{
    return ds_estimate_of(a->points[point].lead.by);
}

void ds_acceptability_margin_interval(const ds_acceptability *a, size_t point, double *low,
                                      double *high)
{
    *low = a->points[point].lead.interval.low;
    *high = a->points[point].lead.interval.high;
}

size_t ds_acceptability_switches(const ds_acceptability *a)
{
    return a->switch_count;
}

ds_acceptance_switch ds_acceptability_switch(const ds_acceptability *a, size_t index)
{
    return a->switches[index];
}
