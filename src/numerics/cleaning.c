/* cleaning.c -- what of gains of stopping is pure surprise.
 *
 * Called by study/timing.c and tests, through stopping.h.
 *
 * Algorithm: what the state of a date does not say of its gain is regressed on the surprises
 * of the world after it, and what is left on those of what is hidden.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "numerics/normal_equations.h"
#include "numerics/stopping.h"
#include "numerics/stopping_basis.h"

struct ds_cleaning {
    size_t  dates, later, hidden;  /* surprises of a date                             */
    double *of_later, *of_hidden; /* [date][later], [date][hidden]                    */
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
                          const double *size, double *const *column, double *target)
{
    const size_t terms = 1 + basis->terms;
    const double *const *state = s->features > 0 ? s->state + date * s->features : NULL;
    double *room = calloc(2 * s->features + terms, sizeof *room);
    const ds_polynomials p = {s->features, terms, basis->power, room, room + s->features};

    memcpy(target, s->gain[date], s->paths * sizeof *target);
    const bool ok = room != NULL &&
                    ds_polynomials_take(&p, state, basis->raw, s->paths,
                                        size, column, target, room + 2 * s->features);
    free(room);
    return ok;
}

/* Fits the surprises of a date, and takes what they explain off the target. */
static bool fit_date(const ds_surprises *of, const ds_stopping *s, size_t date, double *target,
                     double *const *column, double *coefficient)
{
    ds_regression r;

    of->fill(of->context, date, column);
    const bool ok = ds_regression_new(&r, column, of->count, s->paths,
                                      of->size != NULL ? of->size[date] : NULL);
    if (ok) {
        ds_gram_solve(r.gram, (const double *const *)r.weighed, target, coefficient);
        subtract(target, column, coefficient, of->count, s->paths);
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
    double *target = malloc((s->paths + 1) * sizeof *target);
    bool ok = column != NULL && target != NULL;

    for (size_t date = 0; ok && date < s->dates; date++) {
        const double *size = later != NULL && later->size != NULL ? later->size[date] : NULL;
        ok = take_foreseen(s, basis, date, size, column, target) &&
             (c->later == 0 || fit_date(later, s, date, target, column,
                                        c->of_later + date * c->later)) &&
             (c->hidden == 0 || fit_date(hidden, s, date, target, column,
                                         c->of_hidden + date * c->hidden));
    }
    free(target);
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
    c->of_later = calloc(s->dates * c->later + 1, sizeof *c->of_later);
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
        if (c->later > 0) {
            later->fill(later->context, date, column);
            add(of_later[date], column, c->of_later + date * c->later, c->later, s->paths);
        }
    }
    ds_columns_free(column);
    return column != NULL;
}

const double *ds_cleaning_later(const ds_cleaning *c, size_t date)
{
    return c->of_later + date * c->later;
}

void ds_cleaning_free(ds_cleaning *c)
{
    if (c != NULL) {
        free(c->of_later);
        free(c->of_hidden);
    }
    free(c);
}
