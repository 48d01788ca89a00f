/* timing_state.h -- what a rule looks at, and what a bound takes for surprise.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TIMING_STATE_H
#define DS_TIMING_STATE_H

#include "numerics/stopping.h"
#include "study/timing_data.h"

enum { DS_TIMING_MOST_FEATURES = 8, DS_TIMING_MOST_TERMS = 32, DS_TIMING_BASES = 5 };

/* Figures of the month before a date, as logarithms (136). */
typedef struct {
    size_t   features;
    double **state; /* [date][features]                                               */
    double **scale; /* [date]: the bill of the month before; NULL: it may be 0        */
    double **size;  /* [date]: the same, and a part of its mean                       */
    double **ahead; /* [date]: all bills from then on, and a part of their mean       */
    double  *centre, *spread; /* [date]: of the logarithm of the bill; 1 over its sd  */
    double  *block;
} ds_timing_state;

DS_MUST_CHECK ds_code ds_timing_state_make(const ds_timing_data *d, ds_timing_state *out,
                                           ds_error *err);
void ds_timing_state_release(ds_timing_state *state);

/* Sets of terms from few to many; `name` is for people. */
typedef struct {
    const char   *name;
    size_t        terms;
    unsigned char power[DS_TIMING_MOST_TERMS * DS_TIMING_MOST_FEATURES];
} ds_timing_terms;
ds_timing_terms ds_timing_terms_of(const ds_timing_data *d, const ds_timing_state *state,
                                   size_t basis);

/* Surprises (139), (140) of `count` paths from `offset` on: of the world after a start, and of
 * what only a start shows. */
typedef struct {
    const ds_timing_data  *data;
    const ds_timing_state *state;
    size_t                 offset, count;
} ds_timing_part;
ds_surprises ds_timing_later(const ds_timing_part *part);
ds_surprises ds_timing_hidden(const ds_timing_part *part);

/* Surprises between a date and the next, for the value of going on: `weight`(date) has what a
 * kick of each process is worth, by what is at stake. */
typedef struct {
    const ds_timing_part *part;
    const ds_cleaning    *weights;
} ds_timing_steps;
ds_surprises ds_timing_worth(const ds_timing_steps *steps);

#endif
