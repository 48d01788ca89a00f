/* tie_interval.c -- how well a root is known.
 *
 * The 95 % interval holds the values at which a tie is not refuted: |excess| at most t
 * standard errors, both at that value ((133) of docs/decisions.md; for a straight line it
 * is Fieller's).  It is followed from the root to either side, to where that ends; on a
 * side on which it does not end in the range it is open.  The standard error of the root
 * is that of the excess over the slope, (134).
 *
 * Called by tie_search.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "study/tie.h"

enum { OUTWARD = 16, INWARD = 8, INWARD_HALVES = 12 };

static const double close_enough = 0.02; /* of the score that the interval ends at      */
static const double near_enough = 0.01; /* of the way of an end from the root            */
static const double far = 4.0; /* times t errors, of an end of the interval from the root */
/* Scores, of the values that a slope is from: a share moves by whole paths. */
static const double apart = 0.3, apart_of_shares = 1.5;

/* ---- Slope ----------------------------------------------------------------------- */

/* The value next to the root on a side (-1, +1) whose excess is not that of the root. */
static const ds_breakeven_point *beside(const ds_tie_search *s, const ds_breakeven_point *root,
                                        int side)
{
    const ds_breakeven_point *best = NULL;
    const double scores = s->problem.of == DS_BREAKEVEN_OF_MEAN ? apart : apart_of_shares;

    for (size_t i = 0; i < s->count; i++) {
        const ds_breakeven_point *p = &s->points[i];
        const double away = side * (p->value - root->value);
        if (p->paths < s->problem.paths || !(away > 0.0) ||
            !(fabs(p->excess.value - root->excess.value) > scores * root->excess.se)) {
            continue;
        }
        if (best == NULL || away < side * (best->value - root->value)) {
            best = p;
        }
    }
    return best;
}

/* Excess by place, near the root; NAN when nothing is known. */
static double slope_at(const ds_tie_search *s, const ds_breakeven_point *root)
{
    const ds_breakeven_point *left = beside(s, root, -1), *right = beside(s, root, 1);

    if (left == NULL && right == NULL) {
        return (double)NAN;
    }
    left = left != NULL ? left : root;
    right = right != NULL ? right : root;
    return (right->excess.value - left->excess.value) /
           (ds_tie_place(s, right->value) - ds_tie_place(s, left->value));
}

/* ---- One end --------------------------------------------------------------------- */

/* A value inside the interval, and one outside. */
typedef struct {
    ds_breakeven_point in, out;
} edge;

static bool is_outside(const ds_tie_search *s, const ds_breakeven_point *p)
{
    return fabs(ds_tie_score(p)) > s->reach;
}

/* Steps outward from `e->in`; `open` when the range ends first. */
static ds_code step_out(ds_tie_search *s, int side, double distance, edge *e, bool *open,
                        ds_error *err)
{
    const double end = side < 0 ? s->problem.low : s->problem.high;

    for (int i = 0; i < OUTWARD && !is_outside(s, &e->out); i++) {
        e->in = e->out;
        if (e->in.value == end) {
            break;
        }
        const double place = ds_tie_place(s, e->in.value) + side * distance;
        double value = i + 1 == OUTWARD ? end : ds_tie_value(s, place);
        if (value == e->in.value) { /* too small a step */
            value = s->problem.step > 0.0
                ? fmin(fmax(value + side * s->problem.step, s->problem.low), s->problem.high)
                : end;
        }
        const ds_code code = ds_tie_try(s, value, s->problem.paths, &e->out, err);
        if (code != DS_OK) {
            return code;
        }
        distance *= 2.0;
    }
    *open = !is_outside(s, &e->out);
    return DS_OK;
}

/* Where the score passes the limit, by a straight line between the two. */
static double passes(const ds_tie_search *s, const edge *e)
{
    const double a = fabs(ds_tie_score(&e->in)) - s->reach;
    const double b = fabs(ds_tie_score(&e->out)) - s->reach;
    const double from = ds_tie_place(s, e->in.value), to = ds_tie_place(s, e->out.value);

    return isfinite(b) ? from - a / (b - a) * (to - from) : 0.5 * (from + to);
}

static bool is_at_limit(const ds_tie_search *s, const edge *e)
{
    const double step = s->problem.step;
    const double gap = fabs(e->out.value - e->in.value);

    if (step > 0.0) {
        return gap < 1.5 * step;
    }
    return fabs(fabs(ds_tie_score(&e->in)) - s->reach) <= close_enough * s->reach ||
           fabs(fabs(ds_tie_score(&e->out)) - s->reach) <= close_enough * s->reach ||
           gap <= 1e-9 * (s->problem.high - s->problem.low);
}

/* The next value to try between the two; NAN when there is none. */
static double between(const ds_tie_search *s, const edge *e, bool halve)
{
    const double middle = 0.5 * (ds_tie_place(s, e->in.value) + ds_tie_place(s, e->out.value));
    double value = ds_tie_value(s, halve ? middle : passes(s, e));

    if (value == e->in.value || value == e->out.value) {
        value = ds_tie_value(s, middle);
    }
    return value == e->in.value || value == e->out.value ? (double)NAN : value;
}

/* Makes the gap between the two small: by straight lines, where these lead nowhere by
 * halves, until it is small beside the way from the root.  `jumps`: they are still far from
 * the limit, for the score jumps over it. */
static ds_code narrow(ds_tie_search *s, const ds_breakeven_point *root, edge *e, bool *jumps,
                      ds_error *err)
{
    bool halves = false;

    *jumps = false;
    for (int i = 0; i < (halves ? INWARD_HALVES : INWARD) && !is_at_limit(s, e); i++) {
        const double gap = fabs(e->out.value - e->in.value);
        if (halves && gap <= near_enough * fabs(e->out.value - root->value)) {
            break;
        }
        const double value = between(s, e, halves || i % 3 == 2); /* where it is bent, halves */
        ds_breakeven_point p;
        if (isnan(value)) {
            return DS_OK;
        }
        const ds_code code = ds_tie_try(s, value, s->problem.paths, &p, err);
        if (code != DS_OK) {
            return code;
        }
        *(is_outside(s, &p) ? &e->out : &e->in) = p;
        halves = halves || (i > 0 && fabs(e->out.value - e->in.value) > 0.75 * gap);
    }
    *jumps = !is_at_limit(s, e);
    return DS_OK;
}

/* One end of the interval, from a root on the given side. */
static ds_code find_edge(ds_tie_search *s, const ds_breakeven_point *from, int side,
                         double distance, double *at, bool *open, ds_error *err)
{
    edge e = {*from, *from};
    bool jumps = false;
    ds_code code = step_out(s, side, distance, &e, open, err);

    if (code == DS_OK && !*open && e.out.value != from->value) {
        code = narrow(s, from, &e, &jumps, err);
    }
    if (code == DS_OK) {
        *at = *open ? (side < 0 ? s->problem.low : s->problem.high)
              : jumps || e.out.value == from->value || s->problem.step > 0.0
                  ? e.out.value : ds_tie_value(s, passes(s, &e));
    }
    return code;
}

/* ---- The interval ---------------------------------------------------------------- */

/* How far a first step goes: t standard errors of the root, within reason. */
static double first_step(const ds_tie_search *s, const ds_breakeven_point *p)
{
    const double range = ds_tie_place(s, s->problem.high) - ds_tie_place(s, s->problem.low);
    const double wanted = s->reach * p->excess.se / fabs(slope_at(s, p));

    return isfinite(wanted) ? fmin(fmax(wanted * 1.02, 1e-9 * range), 0.5 * range)
                            : range / 64.0;
}

static void set_error(const ds_tie_search *s, ds_breakeven_root *root)
{
    const double slope = slope_at(s, &root->left);

    if (root->kind != DS_BREAKEVEN_TIE) {
        return;
    }
    root->at.se = root->left.excess.se / fabs(slope);
    if (s->problem.logarithmic) {
        root->at.se *= root->at.value;
    }
    /* the values around it do not rise, or fall, through it; or they are level about it, and
     * jump where the interval ends */
    const double reach = ds_tie_place(s, root->high) - ds_tie_place(s, root->low);
    const double error = root->left.excess.se / fabs(slope);
    if (!isfinite(root->at.se) || (root->turn != 0 && slope * root->turn < 0.0) ||
        reach > 2.0 * far * s->reach * error) {
        root->at.se = (double)NAN;
    }
}

ds_code ds_tie_interval(ds_tie_search *s, ds_breakeven_root *root, ds_error *err)
{
    root->low = root->before;
    root->high = root->after;
    if (isnan(root->left.excess.se) || isnan(s->reach)) {
        root->low = root->high = (double)NAN; /* one path, or one group */
        return DS_OK;
    }
    if (root->kind == DS_BREAKEVEN_STRETCH ||
        (ds_tie_is_certain(s, &root->left) && ds_tie_is_certain(s, &root->right))) {
        root->at.se = root->kind == DS_BREAKEVEN_TIE ? 0.0 : (double)NAN;
        return DS_OK;
    }
    ds_code code = find_edge(s, &root->left, -1, first_step(s, &root->left), &root->low,
                             &root->low_open, err);
    if (code == DS_OK) {
        code = find_edge(s, &root->right, 1, first_step(s, &root->right), &root->high,
                         &root->high_open, err);
    }
    set_error(s, root);
    return code;
}
