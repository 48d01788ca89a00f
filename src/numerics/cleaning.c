/* cleaning.c -- gains of stopping without what is pure surprise.
 *
 * Called by study/timing.c and tests, through stopping.h.
 *
 * Algorithm: what the state of date s does not say of its gain is regressed on what stopping
 * then reveals, and what is left on the surprises between each later date and the next, the
 * nearest first, so that what is far is not drowned by what is near.  The surprises of a date
 * are filled in once and serve all dates before it: one matrix of products for all of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "numerics/normal_equations.h"
#include "numerics/stopping.h"
#include "numerics/stopping_basis.h"

struct ds_cleaning {
    size_t  dates, later, hidden; /* surprises of a date                              */
    double *of_later;  /* [date of the surprise][date of stopping, up to it][later]   */
    double *of_hidden; /* [date][hidden]                                              */
};

/* Columns for the surprises of a date. */
static double **columns_new(size_t count, size_t paths)
{
    double **column = malloc((count + 1) * sizeof *column);
    double *block = malloc((count * paths + 1) * sizeof *block);

    if (column == NULL || block == NULL) {
        free(column);
        free(block);
        return NULL;
    }
    column[0] = block;
    for (size_t k = 1; k < count; k++) {
        column[k] = block + k * paths;
    }
    return column;
}

static void columns_free(double **column)
{
    if (column != NULL) {
        free(column[0]);
    }
    free(column);
}

static void subtract(double *y, double *const *column, const double *coefficient, size_t count,
                     size_t n)
{
    for (size_t k = 0; k < count; k++) {
        ds_add_times(y, column[k], -coefficient[k], n);
    }
}

/* What a date's gain is fitted on: what its state does not say of it. */
static bool take_foreseen(const ds_stopping *s, const ds_stopping_basis *basis, size_t date,
                          double *const *column, double *target)
{
    const size_t terms = 1 + basis->terms;
    const double *const *state = s->features > 0 ? s->state + date * s->features : NULL;
    double *room = calloc(2 * s->features + terms, sizeof *room);
    bool ok = room != NULL;

    if (ok) {
        double *coefficient = room + 2 * s->features;
        const ds_polynomials p = {s->features, terms, basis->power, room, room + s->features};
        memcpy(target, s->gain[date], s->paths * sizeof *target);
        ds_polynomials_scale(&p, state, basis->raw, NULL, s->paths);
        ds_polynomials_fill(&p, state, NULL, s->paths, column);
        ok = ds_polynomials_regress(&p, column, s->paths, target, coefficient);
        subtract(target, column, coefficient, terms, s->paths);
    }
    free(room);
    return ok;
}

/* What surprises of one date explain of each of the targets from `from` to `to`, taken off
 * them and off `cleaned`; coefficients are used as they are when there are no targets. */
static bool take_off(const ds_surprises *of, size_t date, size_t n, size_t from, size_t to,
                     double *const *target, double *const *cleaned, double *const *column,
                     double *coefficient)
{
    ds_gram *gram = NULL;

    of->fill(of->context, date, column);
    if (target != NULL) {
        gram = ds_gram_new((const double *const *)column, of->count, n);
        if (gram == NULL) {
            return false;
        }
    }
    for (size_t s = from; s <= to; s++) {
        double *own = coefficient + (s - from) * of->count;
        if (target != NULL) {
            ds_gram_solve(gram, (const double *const *)column, target[s], own);
            subtract(target[s], column, own, of->count, n);
        }
        subtract(cleaned[s], column, own, of->count, n);
    }
    ds_gram_free(gram);
    return true;
}

static bool clean(const ds_cleaning *c, const ds_stopping *s, const ds_surprises *later,
                  const ds_surprises *hidden, double *const *target, double *const *column,
                  double *const *cleaned)
{
    bool ok = true;

    for (size_t date = 0; ok && date < c->dates; date++) {
        memcpy(cleaned[date], s->gain[date], s->paths * sizeof *cleaned[date]);
        if (c->hidden > 0) {
            ok = take_off(hidden, date, s->paths, date, date, target, cleaned, column,
                          c->of_hidden + date * c->hidden);
        }
    }
    for (size_t date = 0; ok && c->later > 0 && date < c->dates; date++) {
        ok = take_off(later, date, s->paths, 0, date, target, cleaned, column,
                      c->of_later + date * c->dates * c->later);
    }
    return ok;
}

static size_t most_columns(const ds_cleaning *c, size_t terms)
{
    const size_t most = c->later > c->hidden ? c->later : c->hidden;

    return most > terms ? most : terms;
}

static bool fit(const ds_cleaning *c, const ds_stopping *s, const ds_stopping_basis *basis,
                const ds_surprises *later, const ds_surprises *hidden, double *const *cleaned)
{
    double **column = columns_new(most_columns(c, 1 + basis->terms), s->paths);
    double **target = columns_new(s->dates, s->paths);
    bool ok = column != NULL && target != NULL;

    for (size_t date = 0; ok && date < s->dates; date++) {
        ok = take_foreseen(s, basis, date, column, target[date]);
    }
    ok = ok && clean(c, s, later, hidden, target, column, cleaned);
    columns_free(target);
    columns_free(column);
    return ok;
}

ds_cleaning *ds_cleaning_fit(const ds_stopping *s, const ds_stopping_basis *basis,
                             const ds_surprises *later, const ds_surprises *hidden,
                             double *const *cleaned)
{
    ds_cleaning *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->dates = s->dates;
    c->later = later != NULL ? later->count : 0;
    c->hidden = hidden != NULL ? hidden->count : 0;
    c->of_later = calloc(s->dates * s->dates * c->later + 1, sizeof *c->of_later);
    c->of_hidden = calloc(s->dates * c->hidden + 1, sizeof *c->of_hidden);
    if (c->of_later == NULL || c->of_hidden == NULL ||
        !fit(c, s, basis, later, hidden, cleaned)) {
        ds_cleaning_free(c);
        return NULL;
    }
    return c;
}

bool ds_cleaning_apply(const ds_cleaning *c, const ds_stopping *s, const ds_surprises *later,
                       const ds_surprises *hidden, double *const *cleaned)
{
    double **column = columns_new(most_columns(c, 0), s->paths);
    const bool ok = column != NULL && clean(c, s, later, hidden, NULL, column, cleaned);

    columns_free(column);
    return ok;
}

void ds_cleaning_free(ds_cleaning *c)
{
    if (c != NULL) {
        free(c->of_later);
        free(c->of_hidden);
    }
    free(c);
}
