/* ranking.h -- which of several courses has the least of a statistic, and how sure that is.
 *
 * The least of the estimates is named; what it is below the next has an error that is paired
 * by path, and an interval that knows that it was chosen by the same paths.  Equations (122),
 * (121b), (124b) and (129c) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_RANKING_H
#define DS_RANKING_H

#include "numerics/preference.h"

/* What a course has more than the named one, with the 95 % interval of one of several such
 * statements. */
typedef struct {
    ds_measure by;
    double     low, high;
} ds_gap;

/* With Student's t of so many comparisons at once. */
ds_gap ds_gap_of(ds_measure by, size_t comparisons, double freedom);
/* Above 0 by its interval, and by two errors. */
bool ds_gap_sure(const ds_gap *gap);

typedef struct {
    size_t     named, next; /* next: `courses` when there is one only              */
    ds_measure by;          /* what the next has more                              */
    ds_bounds  interval;    /* of the true margin, (122)                           */
    bool       sure;        /* all others have more: "cannot say" if not           */
    size_t     rival;       /* then the nearest of those that may have less; else next */
    ds_measure rival_by;
} ds_ranked;

typedef ds_gap (*ds_gap_fn)(const void *context, size_t other, size_t named);

/* value: [courses], the estimates; gaps: [courses], filled, of 0 for the named. */
ds_ranked ds_rank(size_t courses, const double *value, ds_gap_fn gap, const void *context,
                  ds_gap *gaps);

/* ---- Rules of one choice ------------------------------------------------------------- */

typedef enum {
    DS_STANDING_CVAR,       /* (82) of the costs                                    */
    DS_STANDING_REGRET_P95, /* of the regret, (121)                                 */
    DS_STANDING_REGRET_MAX, /* of the paths seen                                    */
    DS_STANDINGS
} ds_standing_rule;

/* A statistic of one course, and what its influences are made of. */
typedef struct {
    double   value, at, slope, part, tied, fall;
    uint64_t group;
} ds_standing;

/* out: [DS_STANDINGS]; room: 2 * paths numbers. */
void ds_standings_of(const ds_costs *c, size_t course, double cvar_level, double *room,
                     ds_standing *out);
/* What course a has more than b under a rule; comparisons as in ds_gap_of().
 * of: [course][DS_STANDINGS]. */
ds_gap ds_standing_gap(const ds_costs *c, ds_standing_rule rule, const ds_standing *of, size_t a,
                       size_t b, size_t comparisons);

/* (124b): does no other course have a mean and a CVaR as small? */
typedef enum { DS_UNBEATEN_UNSURE, DS_UNBEATEN_YES, DS_UNBEATEN_NO } ds_unbeaten;
ds_unbeaten ds_unbeaten_of(const ds_costs *c, const ds_standing *of, size_t course);

#endif
