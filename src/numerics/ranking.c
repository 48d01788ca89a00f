/* ranking.c -- the least of several statistics, see ranking.h.
 *
 * Called by the study of a choice.  Influences of the two courses are subtracted path by
 * path, so that what moves both cancels.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/ranking.h"

#include <math.h>

#include "numerics/statistics.h"

enum { SLICE = 4096 };

static const double p95 = 0.95, errors_least = 2.0;

/* ---- The least ---------------------------------------------------------------------- */

ds_gap ds_gap_of(ds_measure by, size_t comparisons, double freedom)
{
    const double t = ds_student_of_several(comparisons, freedom);

    return (ds_gap){by, by.value - t * by.se, by.value + t * by.se};
}

bool ds_gap_sure(const ds_gap *gap)
{
    return gap->low > 0.0 && gap->by.value > errors_least * gap->by.se;
}

ds_ranked ds_rank(size_t courses, const double *value, ds_gap_fn gap, const void *context,
                  ds_gap *gaps)
{
    ds_ranked r = {.next = courses, .rival = courses, .sure = true,
                   .interval = {(double)INFINITY, (double)INFINITY}};
    bool known = true;

    for (size_t s = 1; s < courses; s++) {
        r.named = value[s] < value[r.named] ? s : r.named;
    }
    gaps[r.named] = (ds_gap){{0.0, 0.0}, 0.0, 0.0};
    for (size_t s = 0; s < courses; s++) {
        if (s == r.named) {
            continue;
        }
        gaps[s] = gap(context, s, r.named);
        known = known && !isnan(gaps[s].low) && !isnan(gaps[s].high);
        r.interval.low = fmin(r.interval.low, gaps[s].low);
        r.interval.high = fmin(r.interval.high, gaps[s].high);
        if (!ds_gap_sure(&gaps[s])) {
            r.sure = false;
            r.rival = r.rival == courses || value[s] < value[r.rival] ? s : r.rival;
        }
        r.next = r.next == courses || value[s] < value[r.next] ? s : r.next;
    }
    if (!known || r.next == courses) {
        r.interval = (ds_bounds){(double)NAN, (double)NAN};
        r.sure = false;
    }
    r.rival = r.rival < courses ? r.rival : r.next;
    r.by = r.next < courses ? gaps[r.next].by : (ds_measure){(double)NAN, (double)NAN};
    r.rival_by = r.rival < courses ? gaps[r.rival].by : r.by;
    return r;
}

/* ---- What each course stands at ------------------------------------------------------ */

/* Two courses under a rule, or one. */
typedef struct {
    const ds_costs    *c;
    const ds_standing *a, *b;
    size_t             course_a, course_b;
} two;

/* Path in a part of the regrets below their 95 %, less 0.95; of ties `part`. */
static void below(const ds_costs *c, size_t course, const ds_standing *s, size_t first,
                  size_t count, double *h)
{
    ds_regret_of_paths(c, course, first, count, h);
    for (size_t i = 0; i < count; i++) {
        h[i] = (h[i] < s->at ? 1.0 : h[i] > s->at ? 0.0 : s->part) - p95;
    }
}

static void one_below(const void *context, size_t first, size_t count, double *h)
{
    const two *f = context;

    below(f->c, f->course_a, f->a, first, count, h);
}

/* (112): ties, of which a part is below, and which ones is chance.  The slope turns shares
 * into regrets such that the error of one quantile is that of (112) or (81). */
static ds_standing of_p95(const ds_costs *c, size_t course, ds_measure quantile,
                          const double *sorted)
{
    const size_t n = c->paths;
    ds_standing s = {.value = quantile.value, .at = quantile.value};
    size_t less = 0, ties = 0;

    for (size_t i = 0; i < n; i++) {
        less += sorted[i] < s.at ? 1 : 0;
        ties += sorted[i] == s.at ? 1 : 0;
    }
    s.part = ties > 0 ? (p95 * (double)n - (double)less) / (double)ties : 0.0;
    s.part = fmin(1.0, fmax(0.0, s.part));
    s.tied = s.part * (1.0 - s.part) * (double)ties / ((double)n * (double)n);
    const two f = {.c = c, .a = &s, .course_a = course};
    const double share = ds_mean_of_paths(c, one_below, &f).se;
    s.slope = quantile.se / sqrt(share * share + s.tied);
    return s;
}

void ds_standings_of(const ds_costs *c, size_t course, double cvar_level, double *room,
                     ds_standing *out)
{
    const double *costs = ds_costs_of(c, course);
    const ds_regrets r = ds_regrets_of(c, course, room);

    out[DS_STANDING_REGRET_P95] = of_p95(c, course, r.p95, room + c->paths);
    out[DS_STANDING_REGRET_MAX] = (ds_standing){
        .value = r.max.value, .fall = r.fall, .group = r.group};
    const ds_measure tail = ds_tail_mean(c, costs, cvar_level, 1, room);
    out[DS_STANDING_CVAR] = (ds_standing){
        .value = tail.value, .at = ds_value_at_risk_sorted(c->paths, room, cvar_level, 1),
        .slope = tail.se >= 0.0 ? 1.0 / (1.0 - cvar_level) : (double)NAN};
}

/* ---- Differences ----------------------------------------------------------------------- */

static void tail_difference(const void *context, size_t first, size_t count, double *h)
{
    const two *f = context;
    const double *a = ds_costs_of(f->c, f->course_a) + first;
    const double *b = ds_costs_of(f->c, f->course_b) + first;

    for (size_t i = 0; i < count; i++) {
        h[i] = (fmax(a[i] - f->a->at, 0.0) - fmax(b[i] - f->b->at, 0.0)) * f->a->slope;
    }
}

/* None when there are too few paths in a tail. */
static double tail_error(const two *f)
{
    return isnan(f->a->slope) || isnan(f->b->slope)
               ? (double)NAN
               : ds_mean_of_paths(f->c, tail_difference, f).se;
}

static void below_difference(const void *context, size_t first, size_t count, double *h)
{
    const two *f = context;
    double other[SLICE];

    below(f->c, f->course_a, f->a, first, count, h);
    below(f->c, f->course_b, f->b, first, count, other);
    for (size_t i = 0; i < count; i++) {
        h[i] = f->b->slope * other[i] - f->a->slope * h[i];
    }
}

static double quantile_error(const two *f)
{
    const double se = ds_mean_of_paths(f->c, below_difference, f).se;

    return sqrt(se * se + f->a->slope * f->a->slope * f->a->tied +
                f->b->slope * f->b->slope * f->b->tied);
}

/* The jackknife: only the groups of the two greatest move the difference. */
static double greatest_error(const two *f)
{
    const double groups = (double)ds_groups_count(f->c->groups, f->c->paths);
    const double a = f->a->fall, b = f->b->fall;
    const double sum = b - a; /* of what leaving one out adds */
    const double squares = f->a->group == f->b->group ? sum * sum : a * a + b * b;

    return groups < 2.0 ? (double)NAN
                        : sqrt((groups - 1.0) / groups * (squares - sum * sum / groups));
}

ds_gap ds_standing_gap(const ds_costs *c, ds_standing_rule rule, const ds_standing *of, size_t a,
                       size_t b, size_t comparisons)
{
    static double (*const errors[DS_STANDINGS])(const two *f) = {
        [DS_STANDING_CVAR] = tail_error, [DS_STANDING_REGRET_P95] = quantile_error,
        [DS_STANDING_REGRET_MAX] = greatest_error};
    const two f = {c, &of[a * DS_STANDINGS + rule], &of[b * DS_STANDINGS + rule], a, b};
    double freedom = ds_groups_freedom(c->groups, c->paths);

    if (rule == DS_STANDING_REGRET_MAX && freedom >= 1.0) { /* of so few groups is the error */
        freedom = fmin(freedom, f.a->group == f.b->group ? 1.0 : 2.0);
    }
    return ds_gap_of((ds_measure){f.a->value - f.b->value, errors[rule](&f)}, comparisons,
                     freedom);
}

/* ---- Mean and tail together ------------------------------------------------------------ */

/* What a surely has more of than b. */
typedef struct {
    bool both, either, alike;
} more;

static more compare(const ds_costs *c, const ds_standing *of, size_t a, size_t b)
{
    const size_t others = c->courses - 1;
    const ds_measure d = ds_mean_difference(c, a, b);
    const ds_gap mean = ds_gap_of(d, others, ds_groups_freedom(c->groups, c->paths));
    const ds_gap tail = ds_standing_gap(c, DS_STANDING_CVAR, of, a, b, others);
    const bool in_mean = ds_gap_sure(&mean), in_tail = ds_gap_sure(&tail);

    return (more){in_mean && in_tail, in_mean || in_tail, d.value == 0.0 && d.se == 0.0};
}

/* Courses that cost the same on every path do not beat each other. */
ds_unbeaten ds_unbeaten_of(const ds_costs *c, const ds_standing *of, size_t course)
{
    ds_unbeaten answer = DS_UNBEATEN_YES;

    for (size_t other = 0; other < c->courses; other++) {
        if (other == course) {
            continue;
        }
        if (compare(c, of, course, other).both) {
            return DS_UNBEATEN_NO;
        }
        const more it = compare(c, of, other, course);
        answer = it.either || it.alike ? answer : DS_UNBEATEN_UNSURE;
    }
    return answer;
}
