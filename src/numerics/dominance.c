/* dominance.c -- first- and second-order dominance of costs, see dominance.h.
 *
 * Called by the study of a choice.  The greatest violation in the sample is exact.  How
 * sure it is comes from sums over parts of the paths at some costs x: the largest of the
 * studentised violations is compared with what signs drawn at random for the parts make of
 * it (a multiplier bootstrap), so that looking at many x is paid for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/dominance.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "numerics/sort.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"

enum { PARTS = 256, PLACES = 160, DRAWS = 399 };

const double ds_dominance_tolerance = 0.01;
static const double rounding = 1e-12; /* of a sum of costs, relative                       */

/* ---- Of sorted columns -------------------------------------------------------------- */

double ds_first_order_violation(size_t n, const double *a, const double *b, double *at)
{
    size_t i = 0, j = 0, most = 0;

    *at = (double)NAN;
    while (j < n) {
        const double x = b[j];
        while (j < n && b[j] <= x)
            j++;
        while (i < n && a[i] <= x)
            i++;
        if (j > i && j - i > most) {
            most = j - i;
            *at = x;
        }
    }
    return (double)most / (double)n;
}

double ds_second_order_violation(size_t n, const double *a, const double *b, double *at)
{
    size_t i = n, j = n; /* values beyond x: n - i of a, n - j of b */
    double gap = 0.0, most = 0.0, x = a[n - 1] > b[n - 1] ? a[n - 1] : b[n - 1];

    *at = (double)NAN;
    while (i > 0 || j > 0) {
        const double next = i == 0 ? b[j - 1] : j == 0 ? a[i - 1]
                                              : a[i - 1] > b[j - 1] ? a[i - 1] : b[j - 1];
        gap += (x - next) * ((double)j - (double)i);
        x = next;
        if (gap > most) {
            most = gap;
            *at = x;
        }
        while (i > 0 && a[i - 1] >= x)
            i--;
        while (j > 0 && b[j - 1] >= x)
            j--;
    }
    /* a sum of n differences of costs has rounding of their size */
    const double noise = rounding * (double)n * (fabs(a[n - 1]) + fabs(b[n - 1]) + fabs(x));
    if (most <= noise) {
        *at = (double)NAN;
        return 0.0;
    }
    return most / (double)n;
}

/* ---- Sums over parts ------------------------------------------------------------------ */

/* Of a course and a part: how many costs lie between two places, and their sum. */
typedef struct {
    double count, sum;
} cell;

struct ds_dominance_sums {
    const ds_costs *c;
    const double   *sorted;
    size_t  places, parts;
    double  x[PLACES];
    cell   *cells;     /* [course][part][PLACES + 1]: up to and with place k, beyond the last */
    double  weight[PARTS]; /* paths of each part                                       */
    double *t;         /* [part][PLACES] of the pair in hand: deviations                */
    double  violation[PLACES], se[PLACES], floor;
    double  draws[DRAWS]; /* greatest of each                                          */
};

static size_t part_of(const ds_groups *g, size_t path, size_t parts)
{
    const size_t group = g->kind == DS_GROUPS_PAIRS    ? path / 2
                         : g->kind == DS_GROUPS_MODULO ? path % (size_t)g->modulus
                                                       : path;
    return group % parts;
}

/* Costs at evenly spaced ranks of all courses together. */
static bool place(ds_dominance_sums *s)
{
    const size_t n = s->c->paths, all = s->c->courses * PLACES;
    double *some = calloc(all, sizeof *some);

    if (some == NULL) {
        return false;
    }
    for (size_t course = 0; course < s->c->courses; course++) {
        for (size_t k = 0; k < PLACES; k++) {
            some[course * PLACES + k] =
                s->sorted[course * n + (size_t)((double)k / (PLACES - 1) * (double)(n - 1))];
        }
    }
    ds_sort(all, some);
    s->places = 0;
    for (size_t k = 0; k < PLACES; k++) {
        const double x = some[(size_t)((double)k / (PLACES - 1) * (double)(all - 1))];
        if (s->places == 0 || x > s->x[s->places - 1]) {
            s->x[s->places++] = x;
        }
    }
    free(some);
    return true;
}

/* The first place that is not below a cost. */
static size_t place_of(const ds_dominance_sums *s, double cost)
{
    size_t low = 0, high = s->places;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (s->x[middle] < cost) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void count(ds_dominance_sums *s)
{
    for (size_t k = 0; k < s->c->paths; k++) {
        s->weight[part_of(s->c->groups, k, s->parts)] += 1.0;
    }
    for (size_t course = 0; course < s->c->courses; course++) {
        const double *cost = ds_costs_of(s->c, course);
        cell *cells = s->cells + course * s->parts * (PLACES + 1);
        for (size_t k = 0; k < s->c->paths; k++) {
            cell *at = &cells[part_of(s->c->groups, k, s->parts) * (PLACES + 1) +
                              place_of(s, cost[k])];
            at->count += 1.0;
            at->sum += cost[k];
        }
    }
}

ds_dominance_sums *ds_dominance_sums_new(const ds_costs *c, const double *sorted)
{
    const uint64_t groups = ds_groups_count(c->groups, c->paths);
    ds_dominance_sums *s = calloc(1, sizeof *s);

    if (s == NULL) {
        return NULL;
    }
    s->c = c;
    s->sorted = sorted;
    s->parts = groups < PARTS ? (size_t)groups : PARTS;
    s->cells = calloc(c->courses * s->parts * (PLACES + 1), sizeof *s->cells);
    s->t = calloc(s->parts * PLACES, sizeof *s->t);
    if (s->cells == NULL || s->t == NULL || !place(s)) {
        ds_dominance_sums_free(s);
        return NULL;
    }
    count(s);
    return s;
}

void ds_dominance_sums_free(ds_dominance_sums *s)
{
    if (s != NULL) {
        free(s->cells);
        free(s->t);
        free(s);
    }
}

/* ---- A pair --------------------------------------------------------------------------- */

/* Of one part, at every place: what b is better by, summed over its paths. */
static void part_violation(const ds_dominance_sums *s, size_t a, size_t b, size_t part,
                           int order, double *t)
{
    const cell *ca = s->cells + (a * s->parts + part) * (PLACES + 1);
    const cell *cb = s->cells + (b * s->parts + part) * (PLACES + 1);
    double beyond_a = 0.0, beyond_b = 0.0, sum = 0.0;

    for (size_t k = s->places; k-- > 0;) {
        beyond_a += ca[k + 1].count;
        beyond_b += cb[k + 1].count;
        sum += ca[k + 1].sum - cb[k + 1].sum;
        t[k] = order == 1 ? beyond_a - beyond_b : sum - s->x[k] * (beyond_a - beyond_b);
    }
}

static double greatest(const ds_dominance_sums *s, size_t course)
{
    const double *sorted = s->sorted + course * s->c->paths;

    return fmax(fabs(sorted[0]), fabs(sorted[s->c->paths - 1]));
}

/* Fills t, violation and se; what is but rounding is 0. */
static void compare(ds_dominance_sums *s, size_t a, size_t b, int order)
{
    const double n = (double)s->c->paths, parts = (double)s->parts;
    double squares[PLACES] = {0};

    for (size_t k = 0; k < s->places; k++) {
        s->violation[k] = 0.0;
    }
    for (size_t g = 0; g < s->parts; g++) {
        part_violation(s, a, b, g, order, s->t + g * PLACES);
        for (size_t k = 0; k < s->places; k++) {
            s->violation[k] += s->t[g * PLACES + k] / n;
        }
    }
    for (size_t g = 0; g < s->parts; g++) {
        for (size_t k = 0; k < s->places; k++) {
            s->t[g * PLACES + k] -= s->violation[k] * s->weight[g];
            squares[k] += s->t[g * PLACES + k] * s->t[g * PLACES + k];
        }
    }
    s->floor = order == 1 ? sqrt(0.5) / n : 0.0;
    const double noise = order == 1 ? 0.0 : rounding * (greatest(s, a) + greatest(s, b));
    for (size_t k = 0; k < s->places; k++) {
        s->se[k] = sqrt(squares[k] * parts / (parts - 1.0) / (n * n) + s->floor * s->floor);
        s->se[k] = s->se[k] > noise ? s->se[k] : 0.0;
        s->violation[k] = fabs(s->violation[k]) > noise ? s->violation[k] : 0.0;
    }
}

/* What the greatest studentised violation is below in 95 of 100 draws of signs. */
static double critical(ds_dominance_sums *s)
{
    const double n = (double)s->c->paths;
    double sum[PLACES];
    uint64_t signs = 0;
    uint32_t used = 64;

    for (uint32_t draw = 0, word = 0; draw < DRAWS; draw++) {
        for (size_t k = 0; k < s->places; k++) {
            sum[k] = 0.0;
        }
        for (size_t g = 0; g < s->parts; g++, used++) {
            if (used >= 64) {
                const uint32_t counter[4] = {word++, 0, 0, 0}, key[2] = {1, 2};
                const ds_philox_block block = ds_philox(counter, key);
                signs = ((uint64_t)block.word[0] << 32) | block.word[1];
                used = 0;
            }
            const double sign = (signs >> used & 1) != 0 ? 1.0 : -1.0;
            const double *t = s->t + g * PLACES;
            for (size_t k = 0; k < s->places; k++) {
                sum[k] += sign * t[k];
            }
        }
        s->draws[draw] = 0.0;
        for (size_t k = 0; k < s->places; k++) {
            const double z = s->se[k] > 0.0 ? sum[k] / (n * s->se[k]) : 0.0;
            s->draws[draw] = z > s->draws[draw] ? z : s->draws[draw];
        }
    }
    ds_sort(DRAWS, s->draws);
    /* studentised by the error of the draw itself, which matters when parts are few */
    const double z = s->draws[(DRAWS + 1) * 95 / 100 - 1];
    const double rest = 1.0 - z * z / ((double)s->parts - 1.0);
    return rest > 0.0 ? z / sqrt(rest) : (double)INFINITY;
}

typedef struct {
    const ds_costs *c;
    size_t a, b;
    int    order;
    double x;
} violation_at;

static void violates(const void *context, size_t first, size_t n, double *h)
{
    const violation_at *v = context;
    const double *a = ds_costs_of(v->c, v->a) + first, *b = ds_costs_of(v->c, v->b) + first;

    for (size_t i = 0; i < n; i++) {
        const double over_a = a[i] - v->x, over_b = b[i] - v->x;
        h[i] = v->order == 1 ? (over_b <= 0.0 ? 1.0 : 0.0) - (over_a <= 0.0 ? 1.0 : 0.0)
                             : (over_a > 0.0 ? over_a : 0.0) - (over_b > 0.0 ? over_b : 0.0);
    }
}

/* One direction; sign -1: the violations in hand are those of the other. */
static ds_dominance judge(const ds_dominance_sums *s, size_t a, size_t b, int order, double sign,
                          double limit)
{
    const size_t n = s->c->paths;
    const double *sa = s->sorted + a * n, *sb = s->sorted + b * n;
    ds_dominance d = {.answer = DS_DOMINANCE_UNSURE};
    double most = 0.0;

    d.violation.value = order == 1 ? ds_first_order_violation(n, sa, sb, &d.at)
                                   : ds_second_order_violation(n, sa, sb, &d.at);
    const violation_at v = {s->c, a, b, order, d.at};
    d.violation.se = isnan(d.at) ? s->floor : ds_mean_of_paths(s->c, violates, &v).se;
    d.violation.se = d.violation.se > s->floor ? d.violation.se : s->floor;
    d.bound = d.violation.value;
    for (size_t k = 0; k < s->places; k++) {
        const double here = sign * s->violation[k], reach = here + limit * s->se[k];
        d.bound = reach > d.bound ? reach : d.bound;
        /* what is the same in all parts is certain */
        const double score = s->se[k] > 0.0 ? here / s->se[k] : here > 0.0 ? (double)INFINITY : 0.0;
        most = score > most ? score : most;
    }
    if (most > limit) {
        d.answer = DS_DOMINANCE_NO;
    }
    return d;
}

static double mean_size(const ds_costs *c, size_t course)
{
    const double *cost = ds_costs_of(c, course);
    double sum = 0.0;

    for (size_t i = 0; i < c->paths; i++) {
        sum += fabs(cost[i]);
    }
    return sum / (double)c->paths;
}

ds_dominance_pair ds_dominance_of(ds_dominance_sums *s, size_t a, size_t b, int order)
{
    const double unsure = (double)NAN;
    ds_dominance_pair p = {{.bound = unsure, .at = unsure, .violation = {unsure, unsure}},
                           {.bound = unsure, .at = unsure, .violation = {unsure, unsure}}};

    if (s->parts < 2) {
        return p;
    }
    compare(s, a, b, order);
    const double limit = critical(s);
    p.forth = judge(s, a, b, order, 1.0, limit);
    p.back = judge(s, b, a, order, -1.0, limit);
    const bool small = p.forth.bound <= ds_dominance_tolerance *
                                            (order == 1 ? 1.0 : mean_size(s->c, b));
    const bool small_back = p.back.bound <= ds_dominance_tolerance *
                                                (order == 1 ? 1.0 : mean_size(s->c, a));
    if (small && small_back) {
        p.forth.answer = p.back.answer = DS_DOMINANCE_SAME;
    } else if (small && p.back.answer == DS_DOMINANCE_NO) {
        p.forth.answer = DS_DOMINANCE_YES;
    } else if (small_back && p.forth.answer == DS_DOMINANCE_NO) {
        p.back.answer = DS_DOMINANCE_YES;
    }
    return p;
}

/* One way; `back` is the other way round. */
static void refute(ds_dominance *first, const ds_dominance *second, ds_dominance *back,
                   const ds_dominance *second_back)
{
    if (second->answer != DS_DOMINANCE_NO) {
        return;
    }
    first->answer = DS_DOMINANCE_NO;
    if (second_back->answer != DS_DOMINANCE_NO && back->bound <= ds_dominance_tolerance) {
        back->answer = DS_DOMINANCE_YES;
    }
}

void ds_dominance_agree(ds_dominance_pair *first, ds_dominance_pair *second)
{
    refute(&first->forth, &second->forth, &first->back, &second->back);
    refute(&first->back, &second->back, &first->forth, &second->forth);
    if (first->forth.answer == DS_DOMINANCE_YES) {
        second->forth.answer = DS_DOMINANCE_YES;
    }
    if (first->back.answer == DS_DOMINANCE_YES) {
        second->back.answer = DS_DOMINANCE_YES;
    }
}
