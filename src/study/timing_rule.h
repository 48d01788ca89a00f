/* timing_rule.h -- the parts of a search for the start, between timing.c and its files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TIMING_RULE_H
#define DS_TIMING_RULE_H

#include "study/timing_state.h"

/* A range of paths as numerics/stopping.h sees it. */
typedef struct {
    ds_timing_part  part;
    ds_stopping     s;
    ds_surprises    later, hidden; /* their context is `part`: a view stays where it was
                                      made                                              */
    const double  **pointers;
} ds_timing_view;

bool ds_timing_view_make(const ds_timing_data *d, const ds_timing_state *state, size_t offset,
                         size_t count, ds_timing_view *out);
void ds_timing_view_release(ds_timing_view *view);

/* Mean gain of stopping at when[path] (`dates`: never). */
double ds_timing_gain(const ds_timing_view *v, const size_t *when);

/* ---- The simple rule (143) --------------------------------------------------------- */

typedef struct {
    size_t from; /* date; `dates`: never                                                */
    double usd;  /* 0: at once                                                          */
} ds_timing_simple_rule;

/* The best on a view; false when out of memory. */
bool ds_timing_simple_fit(const ds_timing_view *v, ds_timing_simple_rule *out);
void ds_timing_simple_apply(const ds_timing_view *v, ds_timing_simple_rule rule, size_t *when);

/* ---- The adaptive rule (136)-(138) -------------------------------------------------- */

/* Fits every set of terms to one view and values it on another, then the best of them to
 * both together.  NULL when out of memory. */
ds_policy *ds_timing_adaptive_fit(const ds_timing_data *d, const ds_timing_state *state,
                                  const ds_timing_view *first, const ds_timing_view *second,
                                  const ds_timing_view *both, const char **chosen);

/* ---- Surprises, and the bound (139)-(142) -------------------------------------------- */

/* Of a view: [date], and the martingale for [dates + 1]. */
typedef struct {
    double **hidden, **later, **martingale;
} ds_timing_surprises;

/* What is fitted, and how much of each part is used (0 ... 1). */
typedef struct {
    ds_cleaning *cleaning;
    ds_policy   *policy;
    double       hidden, later, martingale;
} ds_timing_bounding;

/* Fits to one view. */
bool ds_timing_bounding_fit(const ds_timing_data *d, const ds_timing_state *state,
                            const ds_timing_view *v, ds_timing_bounding *out);
void ds_timing_bounding_release(ds_timing_bounding *b);
/* Its surprises on a view; false when out of memory. */
bool ds_timing_surprises_make(const ds_timing_bounding *b, const ds_timing_view *v,
                              ds_timing_surprises *out);
void ds_timing_surprises_release(ds_timing_surprises *s);
/* Chooses the shares that make the bound on a view least. */
void ds_timing_bounding_choose(ds_timing_bounding *b, const ds_timing_view *v,
                               const ds_timing_surprises *s);
/* upper[path]: the most of the gain less surprises over all dates and never. */
void ds_timing_upper(const ds_timing_bounding *b, const ds_timing_view *v,
                     const ds_timing_surprises *s, double *upper);
/* surprise[path]: the parts of those of a start at when[path], one after the other. */
void ds_timing_surprise_of(const ds_timing_view *v, const ds_timing_surprises *s,
                           const size_t *when, double *nothing_but, double *martingale);

#endif
