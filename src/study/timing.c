/* timing.c -- when to start distilling.
 *
 * Called by the program.  timing_data.c simulates the strategy started in every month;
 * timing_rule.c finds rules on one half of the futures, timing_bound.c what no rule can save
 * more than; here they are valued on the other half, each against the best fixed month in
 * the same future.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/result.h"
#include "numerics/statistics.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/timing_rule.h"

enum { FIXED, ADAPTIVE, SIMPLE, RULES };

struct ds_timing {
    const char       *strategy; /* of the caller's scenario                            */
    char            **model;
    size_t            model_count;
    bool              alone;     /* other students of it start as the scenario says   */
    size_t            horizon, month_count, best, fixed;
    uint64_t          paths, fit, seed;
    double            factor;
    ds_timing_month  *months;
    ds_estimate       never_cost, gap;
    ds_timing_rule    rule[RULES], bound;
    ds_timing_threshold threshold;
    const char       *watched;
};

/* ---- Estimates -------------------------------------------------------------------- */

typedef struct {
    const double *a, *b; /* what is averaged: a - b; b may be NULL                     */
    double        mean;
} difference;

static void influence(const void *context, size_t first, size_t count, double *h)
{
    const difference *d = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = d->a[first + i] - (d->b != NULL ? d->b[first + i] : 0) - d->mean;
    }
}

/* Mean of a - b over paths in groups. */
static ds_estimate mean_of(const ds_groups *groups, size_t paths, const double *a,
                           const double *b, double *scratch)
{
    difference d = {a, b, 0};
    double sum = 0, squares = 0;

    for (size_t i = 0; i < paths; i++) {
        sum += a[i] - (b != NULL ? b[i] : 0);
    }
    d.mean = sum / (double)paths;
    if (groups->kind != DS_GROUPS_EACH) {
        return (ds_estimate){d.mean, ds_groups_error(groups, paths, 0, (double)paths, 0,
                                                     influence, &d, scratch)};
    }
    for (size_t i = 0; i < paths; i++) {
        const double away = a[i] - (b != NULL ? b[i] : 0) - d.mean;
        squares += away * away;
    }
    const double n = (double)paths;
    return (ds_estimate){d.mean, n > 1 ? sqrt(squares / (n - 1) / n) : (double)NAN};
}

typedef struct {
    const size_t *when;
    size_t        date;
} starts_at;

static void is_member(const void *context, size_t first, size_t count, double *h)
{
    const starts_at *s = context;

    for (size_t i = 0; i < count; i++) {
        h[i] = s->when[first + i] == s->date;
    }
}

static ds_estimate share_of(const ds_timing_data *d, const size_t *when, size_t date,
                            double *scratch)
{
    const size_t paths = d->paths - d->fit;
    const starts_at s = {when, date};
    uint64_t part = 0;

    for (size_t i = 0; i < paths; i++) {
        part += when[i] == date;
    }
    return (ds_estimate){(double)part / (double)paths,
                         d->groups.kind == DS_GROUPS_EACH
                             ? ds_share_se(part, paths)
                             : ds_groups_share_se(&d->groups, paths, (double)part,
                                                  ds_plan_outer(d->plan) == 0, is_member, &s,
                                                  scratch)};
}

/* ---- Every month, over all futures ---------------------------------------------------- */

static const double *column(const ds_timing_data *d, size_t variant, size_t outcome)
{
    return ds_result_column(d->result, variant, outcome);
}

static ds_code value_months(const ds_timing_data *d, ds_timing *t, ds_error *err)
{
    const ds_groups *all = &d->result->groups;
    double *scratch = malloc((ds_groups_scratch(all) + 1) * sizeof *scratch);
    double least = 0;

    t->month_count = t->best = d->dates;
    t->months = calloc(d->dates, sizeof *t->months);
    if (t->months == NULL || scratch == NULL) {
        free(scratch);
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    t->never_cost = mean_of(all, d->paths, column(d, 0, DS_OUTCOME_COST_NPV), NULL, scratch);
    for (size_t k = 0; k < d->dates; k++) {
        ds_timing_month *m = &t->months[k];
        m->month = d->first + k;
        m->cost = mean_of(all, d->paths, column(d, 1 + k, DS_OUTCOME_COST_NPV), NULL, scratch);
        m->saving = mean_of(all, d->paths, column(d, 1 + k, DS_OUTCOME_SAVING_NPV), NULL,
                            scratch);
        if (m->saving.value > least) {
            least = m->saving.value;
            t->best = k;
        }
    }
    const double *best = column(d, t->best < d->dates ? 1 + t->best : 0, DS_OUTCOME_SAVING_NPV);
    for (size_t k = 0; k < d->dates; k++) {
        t->months[k].behind = mean_of(all, d->paths, best,
                                      column(d, 1 + k, DS_OUTCOME_SAVING_NPV), scratch);
    }
    free(scratch);
    return DS_OK;
}

/* ---- Rules ------------------------------------------------------------------------------ */

/* The halves of the futures, and the parts of the first. */
typedef struct {
    const ds_timing_data *d;
    ds_timing_state       state;
    ds_timing_view        first, second, both, other;
    ds_timing_bounding    part, all; /* fitted to `first`, to `both`                       */
    ds_timing_surprises   on_second, on_other;
    ds_policy            *adaptive;
    ds_timing_simple_rule simple, fixed;
    size_t               *when[RULES]; /* on `other`                                        */
    double               *value[RULES], *upper, *stopped, *martingale;
} search;

static bool make_views(search *s)
{
    const ds_timing_data *d = s->d;
    const size_t half = d->fit / 2;

    return ds_timing_view_make(d, &s->state, 0, half, &s->first) &&
           ds_timing_view_make(d, &s->state, half, d->fit - half, &s->second) &&
           ds_timing_view_make(d, &s->state, 0, d->fit, &s->both) &&
           ds_timing_view_make(d, &s->state, d->fit, d->paths - d->fit, &s->other);
}

static bool make_columns(search *s)
{
    const size_t most = s->d->paths + 1;
    double **const numbers[] = {&s->upper, &s->stopped, &s->martingale, &s->value[FIXED],
                                &s->value[ADAPTIVE], &s->value[SIMPLE]};
    bool ok = true;

    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        *numbers[k] = calloc(most, sizeof **numbers[k]);
        ok = ok && *numbers[k] != NULL;
    }
    for (size_t r = 0; r < RULES; r++) {
        s->when[r] = calloc(most, sizeof *s->when[r]);
        ok = ok && s->when[r] != NULL;
    }
    return ok;
}

static void search_release(search *s)
{
    ds_timing_view *const views[] = {&s->first, &s->second, &s->both, &s->other};

    for (size_t k = 0; k < 4; k++) {
        ds_timing_view_release(views[k]);
    }
    ds_timing_bounding_release(&s->part);
    ds_timing_bounding_release(&s->all);
    ds_timing_surprises_release(&s->on_second);
    ds_timing_surprises_release(&s->on_other);
    ds_policy_free(s->adaptive);
    for (size_t r = 0; r < RULES; r++) {
        free(s->when[r]);
        free(s->value[r]);
    }
    free(s->upper);
    free(s->stopped);
    free(s->martingale);
    ds_timing_state_release(&s->state);
}

/* The fixed month that is best on the first half. */
static ds_timing_simple_rule best_fixed(const ds_timing_view *v)
{
    double best = 0;
    ds_timing_simple_rule out = {v->s.dates, 0};

    for (size_t k = 0; k < v->s.dates; k++) {
        double sum = 0;
        for (size_t i = 0; i < v->s.paths; i++) {
            sum += v->s.gain[k][i];
        }
        out.from = sum > best ? k : out.from;
        best = sum > best ? sum : best;
    }
    return out;
}

static bool find_rules(search *s, ds_timing *t)
{
    s->fixed = best_fixed(&s->both);
    if (!ds_timing_simple_fit(&s->both, &s->simple)) {
        return false;
    }
    s->adaptive = ds_timing_adaptive_fit(s->d, &s->state, &s->first, &s->second, &s->both,
                                         &t->watched);
    return s->adaptive != NULL;
}

static bool find_bound(search *s)
{
    if (!ds_timing_bounding_fit(s->d, &s->state, &s->first, &s->part) ||
        !ds_timing_surprises_make(&s->part, &s->second, &s->on_second) ||
        !ds_timing_bounding_fit(s->d, &s->state, &s->both, &s->all) ||
        !ds_timing_surprises_make(&s->all, &s->other, &s->on_other)) {
        return false;
    }
    ds_timing_bounding_choose(&s->part, &s->second, &s->on_second);
    s->all.hidden = s->part.hidden;
    s->all.later = s->part.later;
    s->all.martingale = s->part.martingale;
    ds_timing_upper(&s->all, &s->other, &s->on_other, s->upper);
    return true;
}

static bool apply(const search *s, size_t rule, const ds_timing_view *v, size_t *when)
{
    if (rule == ADAPTIVE) {
        return ds_policy_apply(s->adaptive, &v->s, when);
    }
    ds_timing_simple_apply(v, rule == FIXED ? s->fixed : s->simple, when);
    return true;
}

/* Gains of a rule on a view, and the surprises in them. */
static bool gains(search *s, size_t rule, const ds_timing_view *v, const ds_timing_surprises *p,
                  double *value)
{
    const bool ok = apply(s, rule, v, s->when[rule]);

    for (size_t i = 0; ok && i < v->s.paths; i++) {
        const size_t k = s->when[rule][i];
        value[i] = k < v->s.dates ? v->s.gain[k][i] : 0;
    }
    if (ok) {
        ds_timing_surprise_of(v, p, s->when[rule], s->stopped, s->martingale);
    }
    return ok;
}

/* What part of a control, whose mean is 0, is in a value (144); none when it would add. */
static double part_of(const double *value, const double *control, size_t n)
{
    double mean = 0, product = 0, square = 0, middle = 0;

    for (size_t i = 0; i < n; i++) {
        mean += value[i] / (double)n;
        middle += control[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        product += (value[i] - mean) * (control[i] - middle);
        square += (control[i] - middle) * (control[i] - middle);
    }
    const double part = square > 0 ? product / square : 0;
    return part > 0 ? part < 1 ? part : 1 : 0;
}

/* Values of a rule on the other half, less what is known to be surprise, as far as that was
 * found to help on a part of the first half. */
static bool value_rule(search *s, size_t rule)
{
    double *value = s->value[rule];
    const size_t n = s->other.s.paths;

    if (!gains(s, rule, &s->second, &s->on_second, value)) {
        return false;
    }
    const double of_stopped = part_of(value, s->stopped, s->second.s.paths);
    for (size_t i = 0; i < s->second.s.paths; i++) {
        value[i] -= of_stopped * s->stopped[i];
    }
    const double of_martingale = part_of(value, s->martingale, s->second.s.paths);
    if (!gains(s, rule, &s->other, &s->on_other, value)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        value[i] -= of_stopped * s->stopped[i] + of_martingale * s->martingale[i];
    }
    return true;
}

/* ---- Results ------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Months of the start in which the rule is at 5, 50 and 95 % of futures. */
static void find_quantiles(const search *s, size_t rule, ds_timing_rule *out)
{
    const size_t n = s->other.s.paths, last = n - 1;
    size_t *when = malloc((n + 1) * sizeof *when);
    size_t *const to[] = {&out->p05, &out->p50, &out->p95};
    static const double levels[] = {0.05, 0.5, 0.95};

    if (when == NULL) {
        return;
    }
    memcpy(when, s->when[rule], n * sizeof *when);
    qsort(when, n, sizeof *when, compare);
    for (size_t k = 0; k < 3; k++) {
        const size_t date = when[(size_t)(levels[k] * (double)last + 0.5)];
        *to[k] = date < s->d->dates ? s->d->first + date : s->d->months;
    }
    free(when);
}

static void describe(const search *s, ds_timing *t, double *scratch)
{
    const ds_groups *g = &s->d->groups;
    const size_t n = s->other.s.paths;
    const double *fixed = s->value[FIXED];

    for (size_t r = 0; r < RULES; r++) {
        ds_timing_rule *rule = &t->rule[r];
        rule->saving = mean_of(g, n, s->value[r], NULL, scratch);
        rule->ahead = mean_of(g, n, s->value[r], fixed, scratch);
        rule->never = share_of(s->d, s->when[r], s->d->dates, scratch);
        find_quantiles(s, r, rule);
    }
    const ds_estimate none = {(double)NAN, (double)NAN};
    t->bound = (ds_timing_rule){.never = none};
    t->bound.saving = mean_of(g, n, s->upper, NULL, scratch);
    t->bound.ahead = mean_of(g, n, s->upper, fixed, scratch);
    t->gap = mean_of(g, n, s->upper, s->value[ADAPTIVE], scratch);
    for (size_t k = 0; k < s->d->dates; k++) {
        t->months[k].share = share_of(s->d, s->when[ADAPTIVE], k, scratch);
        t->months[k].rule_share = share_of(s->d, s->when[SIMPLE], k, scratch);
    }
}

/* How much of the adaptive rule's lead the simple one keeps: a ratio of means. */
static ds_estimate find_kept(search *s, const ds_timing *t, double *scratch)
{
    const double lead = t->rule[ADAPTIVE].ahead.value, kept = t->rule[SIMPLE].ahead.value / lead;
    const size_t n = s->other.s.paths;
    double *of_ratio = s->stopped;

    if (!(lead > 2 * t->rule[ADAPTIVE].ahead.se)) {
        return (ds_estimate){(double)NAN, (double)NAN};
    }
    for (size_t i = 0; i < n; i++) {
        const double fixed = s->value[FIXED][i];
        of_ratio[i] = ((s->value[SIMPLE][i] - fixed) - kept * (s->value[ADAPTIVE][i] - fixed)) /
                      lead;
    }
    return (ds_estimate){kept, mean_of(&s->d->groups, n, of_ratio, NULL, scratch).se};
}

static bool find_all(search *s, ds_timing *t)
{
    const ds_timing_data *d = s->d;
    double *scratch = malloc((ds_groups_scratch(&d->groups) + 1) * sizeof *scratch);
    bool ok = scratch != NULL && make_views(s) && make_columns(s) && find_rules(s, t) &&
              find_bound(s);

    for (size_t r = 0; ok && r < RULES; r++) {
        ok = value_rule(s, r);
    }
    if (ok) {
        describe(s, t, scratch);
        t->fixed = s->fixed.from;
        t->threshold = (ds_timing_threshold){
            s->simple.from < d->dates ? d->first + s->simple.from : d->months, s->simple.usd,
            find_kept(s, t, scratch)};
        t->factor = ds_student_975(ds_groups_freedom(&d->groups, d->paths - d->fit));
    }
    free(scratch);
    return ok;
}

static ds_code find_names(const ds_timing_data *d, ds_timing *t, ds_error *err)
{
    t->model = calloc(d->student_count, sizeof *t->model);
    for (size_t k = 0; t->model != NULL && k < d->student_count; k++) {
        const int model = d->plan->student[d->student[k]].model;
        t->model[k] = strdup(d->plan->model[model].name);
        if (t->model[k] == NULL) {
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
        }
        t->model_count++;
    }
    return t->model != NULL ? DS_OK : ds_fail(err, DS_E_NOMEM, "", "out of memory");
}

static ds_code answer(const ds_timing_data *d, ds_timing *t, ds_error *err)
{
    search s = {.d = d};
    ds_code code = find_names(d, t, err);

    t->horizon = d->months;
    t->paths = d->paths;
    t->fit = d->fit;
    if (code == DS_OK) {
        code = value_months(d, t, err);
    }
    if (code == DS_OK) {
        code = ds_timing_state_make(d, &s.state, err);
    }
    if (code == DS_OK && !find_all(&s, t)) {
        code = ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    search_release(&s);
    return code;
}

ds_code ds_timing_run(const ds_scenario *scenario, const ds_timing_options *options,
                      ds_timing **out, ds_error *err)
{
    ds_timing_data data;
    ds_timing *t = calloc(1, sizeof *t);

    *out = NULL;
    if (t == NULL) {
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    }
    t->strategy = ds_scenario_strategy_name(scenario, options->strategy);
    t->seed = options->run.seed;
    t->alone = options->model != NULL &&
               DS_ITEM(ds_strategy, scenario->strategies, options->strategy).start.count > 1;
    ds_code code = ds_timing_data_make(scenario, options, &data, err);
    if (code == DS_OK) {
        code = answer(&data, t, err);
    }
    ds_timing_data_release(&data);
    if (code != DS_OK) {
        ds_timing_free(t);
        return code;
    }
    *out = t;
    return DS_OK;
}

/* ---- What was found ---------------------------------------------------------------------- */

void ds_timing_free(ds_timing *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t k = 0; k < t->model_count; k++) {
        free(t->model[k]);
    }
    free(t->model);
    free(t->months);
    free(t);
}

size_t          ds_timing_month_count(const ds_timing *t) { return t->month_count; }
ds_timing_month ds_timing_month_at(const ds_timing *t, size_t k) { return t->months[k]; }
size_t          ds_timing_best(const ds_timing *t) { return t->best; }
ds_estimate     ds_timing_never_cost(const ds_timing *t) { return t->never_cost; }
ds_timing_rule  ds_timing_fixed(const ds_timing *t) { return t->rule[FIXED]; }
ds_timing_rule  ds_timing_adaptive(const ds_timing *t) { return t->rule[ADAPTIVE]; }
ds_timing_rule  ds_timing_simple(const ds_timing *t) { return t->rule[SIMPLE]; }
ds_timing_rule  ds_timing_bound(const ds_timing *t) { return t->bound; }
ds_estimate     ds_timing_gap(const ds_timing *t) { return t->gap; }
size_t          ds_timing_fixed_month(const ds_timing *t) { return t->fixed; }
const char     *ds_timing_strategy(const ds_timing *t) { return t->strategy; }
size_t          ds_timing_model_count(const ds_timing *t) { return t->model_count; }
const char     *ds_timing_model(const ds_timing *t, size_t k) { return t->model[k]; }
bool            ds_timing_alone(const ds_timing *t) { return t->alone; }
size_t          ds_timing_horizon(const ds_timing *t) { return t->horizon; }
uint64_t        ds_timing_paths(const ds_timing *t) { return t->paths; }
uint64_t        ds_timing_fit_paths(const ds_timing *t) { return t->fit; }
uint64_t        ds_timing_seed(const ds_timing *t) { return t->seed; }
const char     *ds_timing_watched(const ds_timing *t) { return t->watched; }
double          ds_timing_interval_factor(const ds_timing *t) { return t->factor; }

ds_timing_threshold ds_timing_threshold_of(const ds_timing *t)
{
    return t->threshold;
}
