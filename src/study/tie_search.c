/* tie_search.c -- where the sign of the excess changes.
 *
 * A grid over the range, with fewer paths; those of its values that are near a tie or
 * beside a change of sign again with all paths; then every change of sign is narrowed by
 * Brent's method (Brent 1973, of GSL), or by halves where only whole values are allowed,
 * until the excess is well below its error.  Where it does not get small, the function
 * jumps over zero.  (131) and (132) of docs/decisions.md.
 *
 * Invariant: roots are found in ascending order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <stdlib.h>

#include "scenario/error.h"
#include "study/tie.h"

enum { ROUNDS = 100, WHOLE_MOST = 33, HALVES = 14 };

static const double near_zero = 4.0;     /* standard errors: the scan is not believed  */
static const double small = 0.02;        /* of a standard error: it is a root          */
static const double narrow = 1e-7;       /* of the range: it is a jump                 */
static const double narrowest = 1e-14;   /* the same when nothing is uncertain         */
static const double certain_jump = 1e-9; /* of the greatest excess, likewise           */

/* ---- The grid -------------------------------------------------------------------- */

static size_t grid_size(const ds_tie_problem *p)
{
    if (p->step > 0.0) {
        const double steps = floor((p->high - p->low) / p->step * (1.0 + 1e-12)) + 1.0;
        if (steps <= (double)(p->points > WHOLE_MOST ? p->points : WHOLE_MOST)) {
            return (size_t)steps;
        }
    }
    return p->points;
}

/* With at most 15 digits, as a person would write them. */
static double rounded(double x)
{
    if (x == 0.0 || !isfinite(x)) {
        return x;
    }
    const double unit = pow(10.0, floor(log10(fabs(x))) - 9.0);
    return rint(x / unit) * unit;
}

static ds_code make_grid(ds_tie_search *s, ds_error *err)
{
    const ds_tie_problem *p = &s->problem;
    const double low = ds_tie_place(s, p->low), high = ds_tie_place(s, p->high);
    const size_t count = grid_size(p);

    s->grid = calloc(count, sizeof *s->grid);
    if (s->grid == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        const double share = (double)i / (double)(count - 1);
        double value = ds_tie_value(s, low + share * (high - low));
        if (p->step == 0.0) {
            value = i == 0 ? p->low : i + 1 == count ? p->high : rounded(value);
        }
        if (s->grid_count == 0 || value > s->grid[s->grid_count - 1]) {
            s->grid[s->grid_count++] = value;
        }
    }
    return DS_OK;
}

static int sign_of(const ds_breakeven_point *p)
{
    return (p->excess.value > 0.0) - (p->excess.value < 0.0);
}

static int sign_at(const ds_tie_search *s, size_t i)
{
    return sign_of(ds_tie_known(s, s->grid[i]));
}

/* Is it worth all paths? */
static bool matters(const ds_tie_search *s, size_t i)
{
    const ds_breakeven_point *p = ds_tie_known(s, s->grid[i]);
    const bool beside = (i > 0 && sign_at(s, i - 1) != sign_of(p)) ||
                        (i + 1 < s->grid_count && sign_at(s, i + 1) != sign_of(p));

    return p->paths < s->problem.paths && (beside || !(fabs(ds_tie_score(p)) > near_zero));
}

/* The value that is nearest to a tie. */
static size_t nearest(const ds_tie_search *s)
{
    size_t best = 0;
    double least = (double)INFINITY;

    for (size_t i = 0; i < s->grid_count; i++) {
        const ds_breakeven_point *p = ds_tie_known(s, s->grid[i]);
        /* by what one path says: some values have more of them */
        const double score = ds_tie_is_certain(s, p)
            ? 1e9 * fabs(p->excess.value) : fabs(ds_tie_score(p)) / sqrt((double)p->paths);
        if (score < least) {
            least = score;
            best = i;
        }
    }
    return best;
}

static ds_code scan(ds_tie_search *s, ds_error *err)
{
    ds_breakeven_point p;
    bool again = true;

    for (size_t i = 0; i < s->grid_count; i++) {
        const ds_code code = ds_tie_try(s, s->grid[i], s->problem.scan_paths, &p, err);
        if (code != DS_OK) {
            return code;
        }
        s->scale = fmax(s->scale, fabs(p.excess.value));
    }
    ds_code code = ds_tie_dips(s, err);
    while (code == DS_OK && again) { /* a sign may turn, and others then matter */
        again = false;
        for (size_t i = 0; code == DS_OK && i < s->grid_count; i++) {
            if (matters(s, i)) {
                code = ds_tie_try(s, s->grid[i], s->problem.paths, &p, err);
                again = true;
            }
        }
    }
    return code == DS_OK ? ds_tie_try(s, s->grid[nearest(s)], s->problem.paths, &p, err) : code;
}

/* ---- Narrowing ------------------------------------------------------------------- */

/* The two ends of what a change of sign was narrowed to. */
typedef struct {
    ds_breakeven_point left, right;
} bracket;

typedef struct {
    ds_tie_search *s;
    ds_code        code;
    ds_error      *err;
    bracket       *at;
} search_hook;

/* What Brent's method asks for; remembers the innermost values on either side. */
static double excess_at(double place, void *context)
{
    search_hook *hook = context;
    ds_breakeven_point p;

    bracket *at = hook->at;
    if (hook->code != DS_OK || place == ds_tie_place(hook->s, at->left.value)) {
        return at->left.excess.value; /* after an error: whatever ends it */
    }
    if (place == ds_tie_place(hook->s, at->right.value)) {
        return at->right.excess.value; /* by the place, which may not be the value's bits */
    }
    hook->code = ds_tie_try(hook->s, ds_tie_value(hook->s, place), hook->s->problem.paths, &p,
                            hook->err);
    if (hook->code != DS_OK) {
        return 0.0;
    }
    if (sign_of(&p) == sign_of(&at->left) && p.value > at->left.value) {
        at->left = p;
    } else if (sign_of(&p) == sign_of(&at->right) && p.value < at->right.value) {
        at->right = p;
    } else if (sign_of(&p) == 0) {
        at->left = at->right = p;
    }
    return p.excess.value;
}

static bool is_small(const ds_tie_search *s, const ds_breakeven_point *p)
{
    const double least = s->problem.of == DS_BREAKEVEN_OF_MEAN ? 0.0 : 1.0 / (double)p->paths;

    return fabs(p->excess.value) <= fmax(ds_tie_is_certain(s, p) ? 0.0 : small * p->excess.se,
                                         ds_tie_is_certain(s, p) ? 0.0 : least);
}

static bool is_done(const ds_tie_search *s, const bracket *b)
{
    const double low = ds_tie_place(s, b->left.value), high = ds_tie_place(s, b->right.value);
    const double range = ds_tie_place(s, s->problem.high) - ds_tie_place(s, s->problem.low);
    const bool certain = ds_tie_is_certain(s, &b->left) && ds_tie_is_certain(s, &b->right);

    return is_small(s, &b->left) || is_small(s, &b->right) ||
           high - low <= (certain ? narrowest : narrow) * range ||
           high - low <= 4e-16 * fmax(fabs(low), fabs(high));
}

static ds_code narrow_by_brent(ds_tie_search *s, bracket *b, ds_error *err)
{
    search_hook hook = {s, DS_OK, err, b};
    gsl_function f = {excess_at, &hook};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);

    if (solver == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    int status = gsl_root_fsolver_set(solver, &f, ds_tie_place(s, b->left.value),
                                      ds_tie_place(s, b->right.value));
    for (int i = 0; status == GSL_SUCCESS && hook.code == DS_OK && i < ROUNDS && !is_done(s, b);
         i++) {
        status = gsl_root_fsolver_iterate(solver);
    }
    gsl_root_fsolver_free(solver);
    return hook.code;
}

/* Whole values: halves, until none is in between. */
static ds_code narrow_by_halves(ds_tie_search *s, bracket *b, ds_error *err)
{
    search_hook hook = {s, DS_OK, err, b};

    while (hook.code == DS_OK && b->right.value - b->left.value > 1.5 * s->problem.step) {
        (void)excess_at(0.5 * (b->left.value + b->right.value), &hook);
    }
    return hook.code;
}

/* ---- Roots ----------------------------------------------------------------------- */

static ds_code add_root(ds_tie_search *s, ds_breakeven_root root, ds_error *err)
{
    if (s->root_count == s->root_capacity) {
        const size_t capacity = s->root_capacity == 0 ? 8 : 2 * s->root_capacity;
        ds_breakeven_root *roots = realloc(s->roots, capacity * sizeof *roots);
        if (roots == NULL) {
            return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
        }
        s->roots = roots;
        s->root_capacity = capacity;
    }
    root.at = (ds_estimate){root.kind == DS_BREAKEVEN_TIE ? root.left.value : (double)NAN,
                            (double)NAN};
    root.before = root.left.value;
    root.after = root.right.value;
    const ds_code code = ds_tie_interval(s, &root, err);
    s->roots[s->root_count++] = root;
    return code;
}

/* Is the change of sign a jump over zero, and not a root that is not hit exactly? */
static bool jumps(const ds_tie_search *s, const bracket *b)
{
    const double rise = fabs(b->right.excess.value - b->left.excess.value);
    const double error = fmax(b->left.excess.se, b->right.excess.se);

    if (s->problem.step > 0.0) {
        return true; /* nothing is in between */
    }
    return rise > fmax(isfinite(error) ? error : 0.0, certain_jump * s->scale);
}

/* Between two neighbours of the grid of opposite signs. */
static ds_code find_between(ds_tie_search *s, size_t left, size_t right, ds_error *err)
{
    bracket b = {*ds_tie_known(s, s->grid[left]), *ds_tie_known(s, s->grid[right])};
    const int turn = sign_of(&b.right);
    ds_code code = s->problem.step > 0.0 ? narrow_by_halves(s, &b, err)
                                         : narrow_by_brent(s, &b, err);

    if (code != DS_OK) {
        return code;
    }
    ds_breakeven_root root = {.kind = DS_BREAKEVEN_JUMP, .turn = turn, .left = b.left,
                              .right = b.right};
    const bool left_is_nearer = fabs(b.left.excess.value) <= fabs(b.right.excess.value);
    const ds_breakeven_point *best = left_is_nearer ? &b.left : &b.right;
    if (best->excess.value == 0.0 || (s->problem.step == 0.0 && is_small(s, best)) ||
        !jumps(s, &b)) {
        root.kind = DS_BREAKEVEN_TIE;
        root.left = root.right = *best;
    }
    return add_root(s, root, err);
}

/* Moves the end of a stretch of exact ties outward, to the last value with a tie. */
static ds_code stretch_end(ds_tie_search *s, double in, double out, ds_breakeven_point *end,
                           ds_error *err)
{
    ds_code code = ds_tie_try(s, in, s->problem.paths, end, err);

    for (int i = 0; code == DS_OK && i < HALVES + (s->problem.step > 0.0 ? 40 : 0); i++) {
        ds_breakeven_point p;
        const double middle =
            ds_tie_value(s, 0.5 * (ds_tie_place(s, in) + ds_tie_place(s, out)));
        if (middle == in || middle == out) {
            break;
        }
        code = ds_tie_try(s, middle, s->problem.paths, &p, err);
        if (code == DS_OK && sign_of(&p) == 0) {
            *end = p;
            in = middle;
        } else {
            out = middle;
        }
    }
    return code;
}

/* Values first .. last of the grid tie exactly, those beside them do not. */
static ds_code find_stretch(ds_tie_search *s, size_t first, size_t last, ds_error *err)
{
    const int before = first > 0 ? sign_at(s, first - 1) : 0;
    const int after = last + 1 < s->grid_count ? sign_at(s, last + 1) : 0;
    const double low = s->grid[first], high = s->grid[last];
    ds_breakeven_root root = {.kind = DS_BREAKEVEN_STRETCH};

    root.turn = before * after > 0 ? 0 : before != 0 ? -before : after;
    ds_code code = stretch_end(s, low, first > 0 ? s->grid[first - 1] : low, &root.left, err);
    if (code == DS_OK) {
        code = stretch_end(s, high, last + 1 < s->grid_count ? s->grid[last + 1] : high,
                           &root.right, err);
    }
    const double wide = narrow * (s->problem.high - s->problem.low);
    if (root.right.value - root.left.value <= wide || !ds_tie_is_certain(s, &root.left)) {
        root.kind = DS_BREAKEVEN_TIE; /* one value only, or zero by chance */
        root.right = root.left;
    }
    return code == DS_OK ? add_root(s, root, err) : code;
}

static ds_code find_roots(ds_tie_search *s, ds_error *err)
{
    ds_code code = DS_OK;
    size_t next;

    for (size_t i = 0; code == DS_OK && i < s->grid_count; i = next) {
        next = i + 1;
        if (sign_at(s, i) != 0) {
            if (next < s->grid_count && sign_at(s, i) * sign_at(s, next) < 0) {
                code = find_between(s, i, next, err);
            }
            continue;
        }
        while (next < s->grid_count && sign_at(s, next) == 0) {
            next++;
        }
        if (i > 0 || next < s->grid_count) { /* else all tie */
            code = find_stretch(s, i, next - 1, err);
        }
    }
    return code;
}

ds_code ds_tie_find(ds_tie_search *s, ds_error *err)
{
    ds_code code = make_grid(s, err);

    if (code == DS_OK) {
        code = scan(s, err);
    }
    return code == DS_OK ? find_roots(s, err) : code;
}

/* ---- What was found -------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const ds_breakeven_point *p = a, *q = b;

    return p->value != q->value ? (p->value > q->value) - (p->value < q->value)
                                : (p->paths < q->paths) - (p->paths > q->paths);
}

static void *copy_of(const void *from, size_t count, size_t size)
{
    char *copy = malloc(count * size + 1);

    for (size_t i = 0; copy != NULL && i < count * size; i++) {
        copy[i] = ((const char *)from)[i];
    }
    return copy;
}

ds_code ds_tie_line(const ds_tie_search *s, ds_breakeven_line *out, ds_error *err)
{
    ds_breakeven_point *points = copy_of(s->points, s->count, sizeof *points);
    ds_breakeven_root *roots = copy_of(s->roots, s->root_count, sizeof *roots);
    size_t kept = 0;

    *out = (ds_breakeven_line){.second = (double)NAN, .points = points, .roots = roots,
                               .root_count = s->root_count};
    if (points == NULL || roots == NULL) {
        free(points);
        free(roots);
        *out = (ds_breakeven_line){0};
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    qsort(points, s->count, sizeof *points, by_value);
    for (size_t i = 0; i < s->count; i++) { /* of each value that with most paths */
        if (kept == 0 || points[kept - 1].value != points[i].value) {
            points[kept++] = points[i];
        }
    }
    out->point_count = kept;
    out->nearest = *ds_tie_known(s, s->grid[nearest(s)]);
    out->sign = s->root_count > 0 ? 0 : sign_of(&out->nearest);
    out->near = s->root_count == 0 && out->sign != 0 &&
                fabs(ds_tie_score(&out->nearest)) <= s->reach;
    return DS_OK;
}
