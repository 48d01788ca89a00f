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
    const ds_polynomials p = {s->features, terms, basis->power, room, room + s->features};

    memcpy(target, s->gain[date], s->paths * sizeof *target);
    const bool ok = room != NULL &&
                    ds_polynomials_take(&p, state, basis->raw, s->paths,
                                        s->size != NULL ? s->size[date] : NULL, column, target,
                                        room + 2 * s->features);
    free(room);
    return ok;
}

/* Fits the surprises of one date to each of the targets from `from` to `to`, and takes what
 * they explain off them. */
static bool fit_date(const ds_surprises *of, const ds_stopping *s, size_t date, size_t from,
                     double *const *target, double *const *column, double *coefficient)
{
    ds_regression r;

    of->fill(of->context, date, column);
    const bool ok = ds_regression_new(&r, column, of->count, s->paths,
                                      s->size != NULL ? s->size[date] : NULL);
    for (size_t k = from; ok && k <= date; k++) {
        double *own = coefficient + (k - from) * of->count;
        ds_gram_solve(r.gram, (const double *const *)r.weighed, target[k], own);
        subtract(target[k], column, own, of->count, s->paths);
    }
    ds_regression_free(&r);
    return ok;
}

static size_t most_columns(const ds_cleaning *c, size_t terms)
{
    const size_t most = c->later > c->hidden ? c->later : c->hidden;

    return most > terms ? most : terms;
}

static bool fit(const ds_cleaning *c, const ds_stopping *s, const ds_stopping_basis *basis,
                const ds_surprises *later, const ds_surprises *hidden)
{
    double **column = ds_columns_new(most_columns(c, 1 + basis->terms), s->paths);
    double **target = ds_columns_new(s->dates, s->paths);
    bool ok = column != NULL && target != NULL;

    for (size_t date = 0; ok && date < s->dates; date++) {
        ok = take_foreseen(s, basis, date, column, target[date]) &&
             (c->hidden == 0 || fit_date(hidden, s, date, date, target, column,
                                         c->of_hidden + date * c->hidden));
    }
    for (size_t date = 0; ok && c->later > 0 && date < s->dates; date++) {
        ok = fit_date(later, s, date, 0, target, column,
                      c->of_later + date * c->dates * c->later);
    }
    ds_columns_free(target);
    ds_columns_free(column);
    return ok;
}

ds_cleaning *ds_cleaning_fit(const ds_stopping *s, const ds_stopping_basis *basis,
                             const ds_surprises *later, const ds_surprises *hidden)
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
    if (c->of_later == NULL || c->of_hidden == NULL || !fit(c, s, basis, later, hidden)) {
        ds_cleaning_free(c);
        return NULL;
    }
    return c;
}

static void add(double *y, double *const *column, const double *coefficient, size_t count,
                size_t n)
{
    for (size_t k = 0; k < count; k++) {
        ds_add_times(y, column[k], coefficient[k], n);
    }
}

bool ds_cleaning_apply(const ds_cleaning *c, const ds_stopping *s, const ds_surprises *later,
                       const ds_surprises *hidden, double *const *of_hidden,
                       double *const *of_later)
{
    double **column = ds_columns_new(most_columns(c, 0), s->paths);

    for (size_t date = 0; column != NULL && date < c->dates; date++) {
        memset(of_hidden[date], 0, s->paths * sizeof *of_hidden[date]);
        memset(of_later[date], 0, s->paths * sizeof *of_later[date]);
        if (c->hidden > 0) {
            hidden->fill(hidden->context, date, column);
            add(of_hidden[date], column, c->of_hidden + date * c->hidden, c->hidden, s->paths);
        }
    }
    for (size_t date = 0; column != NULL && c->later > 0 && date < c->dates; date++) {
        later->fill(later->context, date, column);
        for (size_t k = 0; k <= date; k++) {
            add(of_later[k], column, c->of_later + (date * c->dates + k) * c->later, c->later,
                s->paths);
        }
    }
    ds_columns_free(column);
    return column != NULL;
}

void ds_cleaning_free(ds_cleaning *c)
{
    if (c != NULL) {
        free(c->of_later);
        free(c->of_hidden);
    }
    free(c);
}
