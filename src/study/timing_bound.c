/* timing_bound.c -- what no rule can save more than, (139)-(142): surprises, and how much of
 * them to use.
 *
 * Called by timing.c.
 *
 * Surprises are fitted by regression, and futures have heavy tails, so that a fit may add more
 * noise than it takes away.  Any coefficients give a bound; so each part is used as far as it
 * lowers the bound on other paths: 0, a half or all of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/stopping_basis.h"
#include "study/timing_rule.h"

enum { SHARES = 5 };
static const double shares[SHARES] = {0, 0.25, 0.5, 0.75, 1};

/* ---- Fitting ------------------------------------------------------------------------- */

/* A policy for the martingale, on gains without what surprises explain of them. */
static ds_policy *fit_cleaned(const ds_timing_view *v, const ds_stopping_basis *basis,
                              const ds_cleaning *cleaning, const ds_timing_surprises *parts)
{
    const ds_timing_steps steps = {&v->part, cleaning};
    double **cleaned = ds_columns_new(v->s.dates, v->s.paths);
    ds_stopping s = v->s;
    ds_policy *policy = NULL;

    if (cleaned != NULL) {
        for (size_t k = 0; k < s.dates; k++) {
            for (size_t i = 0; i < s.paths; i++) {
                cleaned[k][i] = s.gain[k][i] - parts->hidden[k][i] - parts->later[k][i];
            }
        }
        s.gain = (const double *const *)cleaned;
        ds_surprises worth = ds_timing_worth(&steps);
        worth.size = v->later.size;
        policy = ds_policy_fit(&s, basis, &worth, NULL);
    }
    ds_columns_free(cleaned);
    return policy;
}

static bool parts_new(ds_timing_surprises *p, const ds_timing_view *v)
{
    p->hidden = ds_columns_new(v->s.dates, v->s.paths);
    p->later = ds_columns_new(v->s.dates, v->s.paths);
    p->martingale = ds_columns_new(v->s.dates + 1, v->s.paths);
    return p->hidden != NULL && p->later != NULL && p->martingale != NULL;
}

void ds_timing_surprises_release(ds_timing_surprises *p)
{
    ds_columns_free(p->hidden);
    ds_columns_free(p->later);
    ds_columns_free(p->martingale);
}

bool ds_timing_bounding_fit(const ds_timing_data *d, const ds_timing_state *state,
                            const ds_timing_view *v, ds_timing_bounding *out)
{
    const ds_timing_terms terms = ds_timing_terms_of(d, state, 3);
    const ds_stopping_basis basis = {terms.terms, terms.power, false, false, false};
    ds_timing_surprises parts = {NULL, NULL, NULL};

    *out = (ds_timing_bounding){.hidden = 1, .later = 1, .martingale = 1};
    out->cleaning = ds_cleaning_fit(&v->s, &basis, &v->later, &v->hidden);
    if (out->cleaning != NULL && parts_new(&parts, v) &&
        ds_cleaning_apply(out->cleaning, &v->s, &v->later, &v->hidden, parts.hidden,
                          parts.later)) {
        out->policy = fit_cleaned(v, &basis, out->cleaning, &parts);
    }
    ds_timing_surprises_release(&parts);
    return out->policy != NULL;
}

void ds_timing_bounding_release(ds_timing_bounding *b)
{
    ds_cleaning_free(b->cleaning);
    ds_policy_free(b->policy);
}

bool ds_timing_surprises_make(const ds_timing_bounding *b, const ds_timing_view *v,
                              ds_timing_surprises *out)
{
    const ds_timing_steps steps = {&v->part, b->cleaning};
    const ds_surprises worth = ds_timing_worth(&steps);

    *out = (ds_timing_surprises){NULL, NULL, NULL};
    return parts_new(out, v) &&
           ds_cleaning_apply(b->cleaning, &v->s, &v->later, &v->hidden, out->hidden,
                             out->later) &&
           ds_policy_martingale(b->policy, &v->s, &worth, out->martingale);
}

/* ---- The bound ------------------------------------------------------------------------- */

void ds_timing_upper(const ds_timing_bounding *b, const ds_timing_view *v,
                     const ds_timing_surprises *p, double *upper)
{
    const size_t dates = v->s.dates;

    for (size_t i = 0; i < v->s.paths; i++) { /* never */
        upper[i] = -b->martingale * p->martingale[dates][i];
    }
    for (size_t k = 0; k < dates; k++) {
        const double *gain = v->s.gain[k], *hidden = p->hidden[k], *later = p->later[k];
        const double *martingale = p->martingale[k];
        for (size_t i = 0; i < v->s.paths; i++) {
            const double worth = gain[i] - b->hidden * hidden[i] - b->later * later[i] -
                                 b->martingale * martingale[i];
            upper[i] = worth > upper[i] ? worth : upper[i];
        }
    }
}

/* The date of the greatest mean gain, or never. */
static size_t best_date(const ds_timing_view *v)
{
    double most = 0;
    size_t best = v->s.dates;

    for (size_t k = 0; k < v->s.dates; k++) {
        double sum = 0;
        for (size_t i = 0; i < v->s.paths; i++) {
            sum += v->s.gain[k][i];
        }
        best = sum > most ? k : best;
        most = sum > most ? sum : most;
    }
    return best;
}

/* How far the bound is above the gain of a fixed date, both rid of the same surprises: on no path
 * less than 0, so that bounds which differ in noise can be compared. */
static double mean_above(const ds_timing_bounding *b, const ds_timing_view *v,
                         const ds_timing_surprises *p, size_t fixed, double *upper)
{
    double sum = 0;

    ds_timing_upper(b, v, p, upper);
    for (size_t i = 0; i < v->s.paths; i++) {
        double worth = -b->martingale * p->martingale[fixed][i];
        if (fixed < v->s.dates) {
            worth += v->s.gain[fixed][i] - b->hidden * p->hidden[fixed][i] -
                     b->later * p->later[fixed][i];
        }
        sum += upper[i] - worth;
    }
    return sum / (double)v->s.paths;
}

/* Tries every share of one part. */
static void improve(ds_timing_bounding *b, double *part, const ds_timing_view *v,
                    const ds_timing_surprises *p, size_t fixed, double *upper, double *least)
{
    double best = *part;

    for (size_t k = 0; k < SHARES; k++) {
        *part = shares[k];
        const double value = mean_above(b, v, p, fixed, upper);
        if (value < *least) {
            *least = value;
            best = shares[k];
        }
    }
    *part = best;
}

void ds_timing_bounding_choose(ds_timing_bounding *b, const ds_timing_view *v,
                               const ds_timing_surprises *p)
{
    double *upper = malloc((v->s.paths + 1) * sizeof *upper);
    if (upper == NULL) {
        return; /* all of it then: also a bound */
    }
    const size_t fixed = best_date(v);
    double least = mean_above(b, v, p, fixed, upper), lowest;
    ds_timing_bounding none = *b;
    none.hidden = none.later = none.martingale = 0;
    lowest = mean_above(&none, v, p, fixed, upper);
    if (lowest < least) {
        *b = none;
        least = lowest;
    }
    for (size_t pass = 0; pass < 2; pass++) {
        improve(b, &b->hidden, v, p, fixed, upper, &least);
        improve(b, &b->later, v, p, fixed, upper, &least);
        improve(b, &b->martingale, v, p, fixed, upper, &least);
    }
    free(upper);
}

void ds_timing_surprise_of(const ds_timing_view *v, const ds_timing_surprises *p,
                           const size_t *when, double *stopped, double *martingale)
{
    for (size_t i = 0; i < v->s.paths; i++) {
        const size_t k = when[i];
        stopped[i] = k < v->s.dates ? p->hidden[k][i] + p->later[k][i] : 0;
        martingale[i] = p->martingale[k][i];
    }
}
