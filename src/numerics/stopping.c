/* stopping.c -- when to stop: policies by least-squares Monte Carlo, and the dual bound.
 *
 * Called by study/timing.c and tests.  From the last date to the first, each path carries
 * what going on is worth on it; a date's decision is the sign of a regression.
 *
 * Invariant: a decision reads the state of its date and nothing later, so that the mean gain
 * of a policy on paths it was not fitted to is never above the best there is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/stopping.h"

#include <stdlib.h>
#include <string.h>

#include "numerics/normal_equations.h"
#include "numerics/stopping_basis.h"

struct ds_policy {
    size_t         dates, features, terms, surprises; /* terms: with the constant        */
    unsigned char *power;
    bool           known, in_the_money;
    double        *centre, *spread;  /* [date][features]                                 */
    double        *coefficient;      /* [date][terms]                                    */
    double        *step;             /* [date][surprises]: of the martingale             */
};

/* ---- Room ------------------------------------------------------------------------ */

/* Columns of one date, and scratch. */
typedef struct {
    size_t   paths, terms, surprises;
    double **basis, **later; /* [terms], [surprises]                                    */
    double  *target, *going_on;
    double  *block;
} room;

static bool room_new(room *r, size_t paths, size_t terms, size_t surprises)
{
    *r = (room){.paths = paths, .terms = terms, .surprises = surprises};
    const size_t columns = terms + surprises + 2;
    r->block = malloc((columns * paths + 1) * sizeof *r->block);
    r->basis = malloc(columns * sizeof *r->basis);
    if (r->block == NULL || r->basis == NULL) {
        return false;
    }
    for (size_t k = 0; k < columns; k++) {
        r->basis[k] = r->block + k * paths;
    }
    r->later = r->basis + terms;
    r->target = r->basis[terms + surprises];
    r->going_on = r->basis[terms + surprises + 1];
    return true;
}

static void room_free(room *r)
{
    free(r->block);
    free(r->basis);
}

/* The polynomials of a date. */
static ds_polynomials of_date(const ds_policy *p, size_t date)
{
    const size_t first = date * p->features;

    return (ds_polynomials){p->features, p->terms, p->power, p->centre + first,
                            p->spread + first};
}

static const double *const *state_of(const ds_stopping *s, size_t date)
{
    return s->features > 0 ? s->state + date * s->features : NULL;
}

double ds_policy_at(const ds_policy *p, size_t date, const double *state)
{
    const ds_polynomials polynomials = of_date(p, date);

    return ds_polynomials_at(&polynomials, p->coefficient + date * p->terms, state);
}

/* Does it stop a path at a date? */
static bool stops(const ds_policy *p, const ds_stopping *s, size_t date, size_t path,
                  double *state)
{
    const double gain = p->known ? s->gain[date][path] : 0;

    if (p->in_the_money && !(gain > 0)) {
        return false;
    }
    for (size_t f = 0; f < p->features; f++) {
        state[f] = s->state[date * p->features + f][path];
    }
    const double says = ds_policy_at(p, date, state);
    return p->known ? gain > says : says > 0;
}

/* ---- Fitting ------------------------------------------------------------------------- */

static ds_policy *policy_new(const ds_stopping *s, const ds_stopping_basis *basis,
                             const ds_surprises *later)
{
    ds_policy *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->dates = s->dates;
    p->features = s->features;
    p->terms = 1 + basis->terms;
    p->surprises = later != NULL ? later->count : 0;
    p->known = basis->known;
    p->in_the_money = basis->in_the_money;
    const size_t powers = basis->terms * s->features, features = s->dates * s->features;
    p->power = malloc(powers + 1);
    p->centre = calloc(features + 1, sizeof *p->centre);
    p->spread = calloc(features + 1, sizeof *p->spread);
    p->coefficient = calloc(s->dates * p->terms + 1, sizeof *p->coefficient);
    p->step = calloc(s->dates * p->surprises + 1, sizeof *p->step);
    if (p->power == NULL || p->centre == NULL || p->spread == NULL || p->coefficient == NULL ||
        p->step == NULL) {
        ds_policy_free(p);
        return NULL;
    }
    if (powers > 0) {
        memcpy(p->power, basis->power, powers);
    }
    return p;
}

void ds_policy_free(ds_policy *p)
{
    if (p == NULL) {
        return;
    }
    free(p->power);
    free(p->centre);
    free(p->spread);
    free(p->coefficient);
    free(p->step);
    free(p);
}

/* What going on is worth, without the surprises between this date and the next.  Their
 * coefficients come from what of it is not foreseen, which moves less. */
static bool take_surprises(ds_policy *p, const ds_stopping *s, const ds_stopping_basis *basis,
                           const ds_surprises *later, size_t date, const room *r)
{
    double *step = p->step + date * p->surprises, *foreseen = p->coefficient + date * p->terms;
    const ds_polynomials polynomials = of_date(p, date);

    const double *size = later != NULL && later->size != NULL ? later->size[date] : NULL;
    ds_regression of;

    if (p->surprises == 0) {
        return true;
    }
    later->fill(later->context, date, r->later);
    memcpy(r->target, r->going_on, s->paths * sizeof *r->target);
    const bool ok = ds_regression_new(&of, r->later, p->surprises, s->paths, size) &&
                    ds_polynomials_take(&polynomials, state_of(s, date), basis->raw, s->paths,
                                        size, r->basis, r->target, foreseen);
    if (ok) {
        ds_gram_solve(of.gram, (const double *const *)of.weighed, r->target, step);
        for (size_t k = 0; k < p->surprises; k++) {
            ds_add_times(r->going_on, r->later[k], -step[k], r->paths);
        }
    }
    ds_regression_free(&of);
    return ok;
}

/* The regression of a date, on the paths where one may stop. */
static bool regress(ds_policy *p, const ds_stopping *s, const ds_stopping_basis *basis,
                    size_t date, const room *r, size_t *chosen)
{
    const double *gain = s->gain[date];
    const ds_polynomials polynomials = of_date(p, date);
    size_t count = 0;

    for (size_t i = 0; i < s->paths; i++) {
        if (!p->in_the_money || gain[i] > 0) {
            const double scale = s->scale != NULL ? s->scale[date][i] : 1;
            chosen[count] = i;
            r->target[count++] = (p->known ? r->going_on[i] : gain[i] - r->going_on[i]) / scale;
        }
    }
    ds_polynomials_scale(&polynomials, state_of(s, date), basis->raw, chosen, count);
    ds_polynomials_fill(&polynomials, state_of(s, date), chosen, count, r->basis);
    return ds_polynomials_regress(&polynomials, r->basis, count, r->target,
                                  p->coefficient + date * p->terms);
}

static bool fit(ds_policy *p, const ds_stopping *s, const ds_stopping_basis *basis,
                const ds_surprises *later, const room *r, size_t *chosen, size_t *when)
{
    double *state = calloc(p->features + 1, sizeof *state);
    bool ok = state != NULL;

    for (size_t i = 0; i < s->paths; i++) {
        r->going_on[i] = 0;
        when[i] = s->dates;
    }
    for (size_t date = s->dates; ok && date-- > 0;) {
        ok = take_surprises(p, s, basis, later, date, r) && regress(p, s, basis, date, r, chosen);
        for (size_t i = 0; ok && i < s->paths; i++) {
            if (stops(p, s, date, i, state)) {
                r->going_on[i] = s->gain[date][i];
                when[i] = date;
            }
        }
    }
    free(state);
    return ok;
}

ds_policy *ds_policy_fit(const ds_stopping *s, const ds_stopping_basis *basis,
                         const ds_surprises *later, size_t *when)
{
    ds_policy *p = policy_new(s, basis, later);
    size_t *chosen = malloc((s->paths + 1) * sizeof *chosen);
    size_t *own = malloc((s->paths + 1) * sizeof *own);
    room r = {.block = NULL};
    const bool ok = p != NULL && chosen != NULL && own != NULL &&
                    room_new(&r, s->paths, p->terms, p->surprises) &&
                    fit(p, s, basis, later, &r, chosen, when != NULL ? when : own);

    room_free(&r);
    free(own);
    free(chosen);
    if (!ok) {
        ds_policy_free(p);
        return NULL;
    }
    return p;
}

/* ---- Other paths ----------------------------------------------------------------------- */

bool ds_policy_apply(const ds_policy *p, const ds_stopping *s, size_t *when)
{
    double *state = calloc(p->features + 1, sizeof *state);

    for (size_t i = 0; state != NULL && i < s->paths; i++) {
        when[i] = 0;
        while (when[i] < s->dates && !stops(p, s, when[i], i, state)) {
            when[i]++;
        }
    }
    free(state);
    return state != NULL;
}

bool ds_policy_martingale(const ds_policy *p, const ds_stopping *s, const ds_surprises *later,
                          double *const *martingale)
{
    room r;
    const bool ok = room_new(&r, s->paths, 0, p->surprises);

    for (size_t i = 0; ok && i < s->paths; i++) {
        martingale[0][i] = 0;
    }
    for (size_t date = 0; ok && date < s->dates; date++) {
        double *next = martingale[date + 1];
        memcpy(next, martingale[date], s->paths * sizeof *next);
        if (p->surprises > 0) {
            later->fill(later->context, date, r.later);
        }
        for (size_t k = 0; k < p->surprises; k++) {
            ds_add_times(next, r.later[k], p->step[date * p->surprises + k], s->paths);
        }
    }
    room_free(&r);
    return ok;
}

void ds_stopping_bound(const ds_stopping *s, double *const *martingale, const size_t *when,
                       double *lower, double *upper)
{
    for (size_t date = 0; date <= s->dates; date++) {
        for (size_t i = 0; i < s->paths; i++) {
            const double gain = date < s->dates ? s->gain[date][i] : 0;
            const double worth = gain - martingale[date][i];
            lower[i] = when[i] == date ? worth : lower[i];
            upper[i] = date == 0 || worth > upper[i] ? worth : upper[i];
        }
    }
}
