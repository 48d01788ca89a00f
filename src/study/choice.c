/* choice.c -- the figures of a choice between the strategies of one result.
 *
 * Called by the program.  All comparisons are paired by path; equations (120) to (128), with
 * (121b) and (124b).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/choice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/result.h"
#include "model/outcome.h"
#include "numerics/dominance.h"
#include "numerics/sort.h"
#include "scenario/arena.h"
#include "scenario/error.h"

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

/* ---- Costs ------------------------------------------------------------------------ */

bool ds_choice_by(size_t outcome)
{
    return outcome < DS_OUTCOME_COUNT && ds_outcome_at(outcome)->undefined == NULL &&
           ds_outcome_at(outcome)->bad_tail > 0;
}

static ds_code check(const ds_result *r, size_t outcome, ds_error *err)
{
    if (!ds_choice_by(outcome)) {
        return ds_fail(err, DS_E_USAGE, NULL,
                       "nothing can be chosen by '%s': it has no value on some paths, or more of "
                       "it is better",
                       outcome < DS_OUTCOME_COUNT ? ds_outcome_at(outcome)->name : "");
    }
    if (!ds_result_has(r, outcome)) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%s' is not among run.outcomes",
                       ds_outcome_at(outcome)->name);
    }
    if (ds_result_strategy_count(r) < 2) {
        return ds_fail(err, DS_E_USAGE, NULL,
                       "there is one strategy only, '%s': nothing to choose",
                       ds_result_strategy_name(r, 0));
    }
    return DS_OK;
}

static bool copy_costs(const ds_result *r, size_t outcome, ds_choice_costs *c)
{
    const size_t paths = c->costs.paths;

    c->owned = calloc(c->costs.courses * paths, sizeof *c->owned);
    for (size_t s = 0; c->owned != NULL && s < c->costs.courses; s++) {
        const double *column = ds_result_column(r, s, outcome);
        memcpy(c->owned + s * paths, column, paths * sizeof *column);
    }
    c->costs.first = c->owned;
    c->costs.step = paths;
    return c->owned != NULL;
}

ds_code ds_choice_costs_of(const ds_result *r, size_t outcome, bool copy, ds_choice_costs *out,
                           ds_error *err)
{
    const ds_code code = check(r, outcome, err);

    *out = (ds_choice_costs){.groups = {DS_GROUPS_EACH, 1}};
    if (code != DS_OK) {
        return code;
    }
    out->groups = r->groups;
    out->scratch = calloc(ds_groups_scratch(&r->groups), sizeof *out->scratch);
    out->costs = (ds_costs){.first = ds_result_column(r, 0, outcome),
                            .courses = ds_result_strategy_count(r),
                            .paths = (size_t)ds_result_kept_paths(r),
                            .groups = &r->groups,
                            .scratch = out->scratch,
                            .alike = r->outer > 0};
    out->costs.step = (size_t)(ds_result_column(r, 1, outcome) - out->costs.first);
    out->freedom = ds_groups_freedom(&r->groups, out->costs.paths);
    if (out->scratch == NULL || (copy && !copy_costs(r, outcome, out))) {
        ds_choice_costs_release(out);
        return no_memory(err);
    }
    return DS_OK;
}

void ds_choice_costs_release(ds_choice_costs *c)
{
    free(c->owned);
    free(c->scratch);
    *c = (ds_choice_costs){.groups = {DS_GROUPS_EACH, 1}};
}

/* ---- Who leads ---------------------------------------------------------------------- */

static ds_gap gap_of_means(const void *context, size_t other, size_t named)
{
    const ds_choice_costs *c = context;

    return ds_gap_of(ds_mean_difference(&c->costs, other, named), c->costs.courses - 1,
                     c->freedom);
}

ds_code ds_choice_lead_of(const ds_choice_costs *c, const double *means, ds_ranked *out,
                          ds_error *err)
{
    ds_gap *gaps = calloc(c->costs.courses, sizeof *gaps);

    if (gaps == NULL) {
        return no_memory(err);
    }
    *out = ds_rank(c->costs.courses, means, gap_of_means, c, gaps);
    free(gaps);
    return DS_OK;
}

/* ---- The choice ---------------------------------------------------------------------- */

struct ds_choice {
    ds_arena           *arena;
    size_t              outcome, count;
    uint64_t            paths;
    double              cvar_level, factor;
    ds_choice_strategy *strategies;
    ds_ranked           lead;
    ds_ranking          ranking[DS_RULE_COUNT];
    ds_domination      *domination; /* [order - 1][a][b]                           */
};

static void column_mean(const void *context, size_t first, size_t count, double *h)
{
    memcpy(h, (const double *)context + first, count * sizeof *h);
}

static ds_domination domination_of(const ds_dominance *d)
{
    static const ds_domination_answer answers[] = {
        [DS_DOMINANCE_UNSURE] = DS_DOMINATION_UNSURE, [DS_DOMINANCE_YES] = DS_DOMINATION_YES,
        [DS_DOMINANCE_NO] = DS_DOMINATION_NO, [DS_DOMINANCE_SAME] = DS_DOMINATION_SAME};

    return (ds_domination){answers[d->answer], ds_estimate_of(d->violation), d->at, d->bound};
}

static void compare_all(ds_choice *c, ds_dominance_sums *sums)
{
    const size_t n = c->count;

    for (size_t a = 0; a < n; a++) {
        for (size_t b = a + 1; b < n; b++) {
            ds_dominance_pair orders[2] = {ds_dominance_of(sums, a, b, 1),
                                           ds_dominance_of(sums, a, b, 2)};
            ds_dominance_agree(&orders[0], &orders[1]);
            for (size_t order = 0; order < 2; order++) {
                ds_domination *matrix = c->domination + order * n * n;
                matrix[a * n + b] = domination_of(&orders[order].forth);
                matrix[b * n + a] = domination_of(&orders[order].back);
            }
        }
    }
}

static ds_code dominate(ds_choice *c, const ds_choice_costs *costs, ds_error *err)
{
    const size_t n = costs->costs.paths;
    double *sorted = calloc(c->count * n, sizeof *sorted);
    ds_dominance_sums *sums = NULL;

    c->domination = ds_arena_array(c->arena, 2 * c->count * c->count, sizeof *c->domination);
    if (sorted != NULL && c->domination != NULL) {
        for (size_t s = 0; s < c->count; s++) {
            memcpy(sorted + s * n, ds_costs_of(&costs->costs, s), n * sizeof *sorted);
            ds_sort(n, sorted + s * n);
        }
        sums = ds_dominance_sums_new(&costs->costs, sorted);
    }
    if (sums != NULL) {
        compare_all(c, sums);
        ds_dominance_sums_free(sums);
    }
    free(sorted);
    return sums != NULL ? DS_OK : no_memory(err);
}

static void fill_strategy(ds_choice_strategy *s, const ds_choice_costs *costs, size_t course,
                          double cvar_level, double *room, ds_standing *standing)
{
    const ds_costs *c = &costs->costs;
    const double *column = ds_costs_of(c, course);
    const ds_regrets r = ds_regrets_of(c, course, room);

    s->mean = ds_estimate_of(ds_mean_of_paths(c, column_mean, column));
    s->cvar = ds_estimate_of(ds_tail_mean(c, column, cvar_level, 1, room));
    s->best = ds_share_of_measure(ds_probability_best(c, course));
    s->regret = ds_estimate_of(r.mean);
    s->regret_p50 = ds_estimate_of(r.p50);
    s->regret_p95 = ds_estimate_of(r.p95);
    s->regret_max = ds_estimate_of(r.max);
    ds_standings_of(c, course, cvar_level, room, standing);
}

/* What is known when the best is: how far each is behind it, and may it be the best? */
static void measure_from_best(ds_choice *c, const ds_choice_costs *costs)
{
    const double t = ds_student_of_several(c->count - 1, costs->freedom);

    for (size_t s = 0; s < c->count; s++) {
        ds_choice_strategy *it = &c->strategies[s];
        it->behind = (ds_estimate){0.0, 0.0};
        it->best_case = (ds_estimate){(double)NAN, (double)NAN};
        it->may_be_best = true;
        if (s != c->lead.named) {
            it->behind = ds_estimate_of(ds_mean_difference(&costs->costs, s, c->lead.named));
            it->best_case = ds_estimate_of(
                ds_best_case(&costs->costs, c->lead.named, s, c->cvar_level));
            it->may_be_best = !(it->behind.value - t * it->behind.se > 0.0);
        }
    }
}

/* ---- How sure each naming is ---------------------------------------------------------- */

/* (121b), (124b) */
typedef struct {
    const ds_choice_costs *costs;
    const ds_standing     *standings; /* [course][DS_STANDINGS]                      */
    ds_standing_rule       rule;
} ruled;

static ds_gap gap_of_rule(const void *context, size_t other, size_t named)
{
    const ruled *r = context;

    return ds_standing_gap(&r->costs->costs, r->rule, r->standings, other, named,
                           r->costs->costs.courses - 1);
}

static ds_code rank_all(ds_choice *c, const ds_choice_costs *costs, const ds_standing *standings,
                        ds_error *err)
{
    static const ds_standing_rule rules[DS_RULE_COUNT] = {
        [DS_RULE_CVAR] = DS_STANDING_CVAR, [DS_RULE_REGRET_P95] = DS_STANDING_REGRET_P95,
        [DS_RULE_REGRET_MAX] = DS_STANDING_REGRET_MAX};
    double *value = calloc(c->count, sizeof *value);
    ds_gap *gaps = calloc(c->count, sizeof *gaps);
    const bool ready = value != NULL && gaps != NULL;

    for (size_t rule = 0; ready && rule < DS_RULE_COUNT; rule++) {
        const ruled context = {costs, standings, rules[rule]};
        for (size_t s = 0; s < c->count; s++) {
            value[s] = standings[s * DS_STANDINGS + rules[rule]].value;
        }
        const ds_ranked r = ds_rank(c->count, value, gap_of_rule, &context, gaps);
        c->ranking[rule] = ds_ranking_of(&r);
        for (size_t s = 0; s < c->count; s++) {
            c->strategies[s].more[rule] = ds_behind_of(&gaps[s]);
        }
    }
    free(value);
    free(gaps);
    return ready ? DS_OK : no_memory(err);
}

static const ds_efficiency efficiencies[] = {[DS_UNBEATEN_UNSURE] = DS_EFFICIENCY_UNSURE,
                                             [DS_UNBEATEN_YES] = DS_EFFICIENCY_YES,
                                             [DS_UNBEATEN_NO] = DS_EFFICIENCY_NO};

static ds_code fill(ds_choice *c, const ds_result *r, const ds_choice_costs *costs,
                    ds_error *err)
{
    double *room = calloc(2 * costs->costs.paths, sizeof *room);
    double *means = calloc(c->count, sizeof *means);
    ds_standing *standings = calloc(c->count * DS_STANDINGS, sizeof *standings);
    ds_code code = room != NULL && means != NULL && standings != NULL ? DS_OK : no_memory(err);

    for (size_t s = 0; code == DS_OK && s < c->count; s++) {
        c->strategies[s].name = ds_arena_copy(c->arena, ds_result_strategy_name(r, s));
        if (c->strategies[s].name == NULL) {
            code = no_memory(err);
            break;
        }
        fill_strategy(&c->strategies[s], costs, s, c->cvar_level, room,
                      standings + s * DS_STANDINGS);
        means[s] = c->strategies[s].mean.value;
    }
    if (code == DS_OK) {
        code = ds_choice_lead_of(costs, means, &c->lead, err);
    }
    if (code == DS_OK) {
        measure_from_best(c, costs);
        code = rank_all(c, costs, standings, err);
    }
    for (size_t s = 0; code == DS_OK && s < c->count; s++) {
        c->strategies[s].efficient =
            efficiencies[ds_unbeaten_of(&costs->costs, standings, s)];
    }
    if (code == DS_OK) {
        code = dominate(c, costs, err);
    }
    free(room);
    free(standings);
    free(means);
    return code;
}

ds_code ds_choice_of(const ds_result *result, size_t outcome, ds_choice **out, ds_error *err)
{
    ds_choice_costs costs;
    ds_code code = ds_choice_costs_of(result, outcome, false, &costs, err);
    ds_choice *c = calloc(1, sizeof *c);

    *out = NULL;
    if (code != DS_OK) {
        free(c);
        return code;
    }
    if (c != NULL) {
        c->arena = ds_arena_new(0);
        c->outcome = outcome;
        c->count = costs.costs.courses;
        c->paths = costs.costs.paths;
        c->cvar_level = result->cvar_level;
        c->factor = ds_student_975(costs.freedom);
    }
    if (c != NULL && c->arena != NULL) {
        c->strategies = ds_arena_array(c->arena, c->count, sizeof *c->strategies);
    }
    code = c != NULL && c->strategies != NULL ? fill(c, result, &costs, err) : no_memory(err);
    ds_choice_costs_release(&costs);
    if (code != DS_OK) {
        ds_choice_free(c);
        return code;
    }
    *out = c;
    return DS_OK;
}

void ds_choice_free(ds_choice *c)
{
    if (c != NULL) {
        ds_arena_free(c->arena);
        free(c);
    }
}

/* ---- Plain access ---------------------------------------------------------------------- */

size_t ds_choice_outcome(const ds_choice *c)
{
    return c->outcome;
}

size_t ds_choice_count(const ds_choice *c)
{
    return c->count;
}

uint64_t ds_choice_paths(const ds_choice *c)
{
    return c->paths;
}

double ds_choice_cvar_level(const ds_choice *c)
{
    return c->cvar_level;
}

double ds_choice_interval_factor(const ds_choice *c)
{
    return c->factor;
}

const ds_choice_strategy *ds_choice_at(const ds_choice *c, size_t strategy)
{
    return &c->strategies[strategy];
}

size_t ds_choice_best(const ds_choice *c)
{
    return c->lead.named;
}

size_t ds_choice_runner_up(const ds_choice *c)
{
    return c->lead.next;
}

ds_estimate ds_choice_margin(const ds_choice *c)
{
    return ds_estimate_of(c->lead.by);
}

void ds_choice_margin_interval(const ds_choice *c, double *low, double *high)
{
    *low = c->lead.interval.low;
    *high = c->lead.interval.high;
}

ds_ranking ds_choice_ranking(const ds_choice *c, ds_choice_rule rule)
{
    return c->ranking[rule];
}

ds_domination ds_choice_dominates(const ds_choice *c, size_t a, size_t b, int order)
{
    return c->domination[(size_t)(order - 1) * c->count * c->count + a * c->count + b];
}
