/* tie.h -- the values at which a saving is zero, on common random numbers.
 *
 * What saves what at a value is a function of the caller: breakeven.c simulates a
 * scenario, tests have closed forms.  tie_point.c tries values, tie_search.c finds where
 * the sign changes, tie_dip.c where it may do so unseen, tie_interval.c says how well that is
 * known.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TIE_H
#define DS_TIE_H

#include "distillsim_breakeven.h"
#include "numerics/groups.h"

/* Fills saving[0 .. paths-1] with the saving of every path at a value. */
typedef ds_code (*ds_tie_fn)(void *context, double value, size_t paths, double *saving,
                             ds_error *err);

typedef struct {
    double          low, high;
    double          step;        /* 0: any value; else low + whole multiples of it   */
    bool            logarithmic; /* of a step of 0                                    */
    size_t          points;      /* of the first grid, 2 or more                      */
    size_t          scan_paths, paths; /* of the first grid, and of what counts         */
    ds_groups       groups;
    bool            replicates;  /* of ds_groups_share_se()                           */
    ds_breakeven_of of;
    double          probability;
    ds_tie_fn       saving;
    void           *context;
} ds_tie_problem;

typedef struct {
    ds_tie_problem      problem;
    double              reach;   /* standard errors of the 95 % interval              */
    ds_breakeven_point *points;  /* in the order of trying                            */
    size_t              count, capacity;
    double             *saving, *column, *sums; /* scratch                            */
    double              scale;   /* greatest |excess| of the first grid                */
    double             *grid;    /* [grid_count] values of the first grid, ascending   */
    size_t              grid_count;
    ds_breakeven_root  *roots;
    size_t              root_count, root_capacity;
} ds_tie_search;

/* Fails as `saving` does, and with DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_tie_begin(const ds_tie_problem *problem, ds_tie_search *s,
                                   ds_error *err);
void ds_tie_end(ds_tie_search *s);
/* Finds all roots that the first grid shows. */
DS_MUST_CHECK ds_code ds_tie_find(ds_tie_search *s, ds_error *err);
/* Describes: `points` and `roots` belong to the caller, who frees them. */
DS_MUST_CHECK ds_code ds_tie_line(const ds_tie_search *s, ds_breakeven_line *out, ds_error *err);

/* ---- Between the files ---------------------------------------------------------- */

/* Tries a value; *out is what the paths say.  A value that was tried is not run again. */
DS_MUST_CHECK ds_code ds_tie_try(ds_tie_search *s, double value, size_t paths,
                                 ds_breakeven_point *out, ds_error *err);
/* The best that is known at a value that was tried. */
const ds_breakeven_point *ds_tie_known(const ds_tie_search *s, double value);
/* Estimates of a column of savings; without a search, for a value that is not in it. */
ds_breakeven_point ds_tie_describe(ds_tie_search *s, double value, size_t paths,
                                   const double *saving);
/* Coordinate in which values are spaced evenly, and back: within the range, on a step. */
double ds_tie_place(const ds_tie_search *s, double value);
double ds_tie_value(const ds_tie_search *s, double place);
/* Excess over its error; infinite when it is certain. */
double ds_tie_score(const ds_breakeven_point *p);
/* Is the excess known without error (all paths alike)? */
bool   ds_tie_is_certain(const ds_tie_search *s, const ds_breakeven_point *p);

/* Adds values to the grid at which the excess comes near zero between those of the scan. */
DS_MUST_CHECK ds_code ds_tie_dips(ds_tie_search *s, ds_error *err);

/* Fills interval and error of a root. */
DS_MUST_CHECK ds_code ds_tie_interval(ds_tie_search *s, ds_breakeven_root *root, ds_error *err);

#endif
