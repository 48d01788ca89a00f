/* discover.h -- the inside of `discover`: discover_when.c knows which futures fail,
 * discover_box.c what is to be said of a box, discover.c the order of it all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DISCOVER_H
#define DS_DISCOVER_H

#include "distillsim_discover.h"
#include "numerics/prim.h"
#include "scenario/arena.h"

typedef struct {
    ds_discover_box    what;
    ds_discover_edge  *edges;
    ds_discover_peel  *peels;
    ds_discover_rival *rivals;
} ds_discover_found;

struct ds_discover {
    ds_arena         *arena;
    ds_discover_facts facts;
    size_t            box_count;
    ds_discover_found box[DS_DISCOVER_MOST_BOXES];
};

/* ---- discover_when.c ---------------------------------------------------------------- */

typedef enum { DS_LESS, DS_LESS_OR_EQUAL, DS_GREATER, DS_GREATER_OR_EQUAL, DS_EQUAL,
               DS_UNEQUAL } ds_relation;
enum { DS_CONDITION_NAME = 512 };
typedef struct {
    char        name[DS_CONDITION_NAME];
    ds_relation relation;
    double      bound;
} ds_condition;

/* NULL is "saving_npv_usd < 0".  DS_E_USAGE. */
DS_MUST_CHECK ds_code ds_condition_parse(const char *text, ds_condition *out, ds_error *err);
bool        ds_condition_holds(const ds_condition *c, double x);
const char *ds_relation_text(ds_relation relation);

/* Fills the facts about the condition, and hit[row].  `usual` is whose outcome it is when
 * nobody says; NULL: the strategy that saves most.  used: the column of the condition, or
 * ds_samples_columns(). */
DS_MUST_CHECK ds_code ds_discover_hits(ds_discover *d, const ds_samples *samples,
                                       const ds_discover_options *options,
                                       const ds_condition *condition, const char *usual,
                                       uint8_t *hit, size_t *used, ds_error *err);

/* ---- discover_box.c ----------------------------------------------------------------- */

/* One search. */
typedef struct {
    ds_discover               *d;
    const ds_samples          *samples;
    const ds_discover_options *options;
    size_t                    *column; /* [grid.columns] in the samples                */
    ds_prim_grid               grid;
    ds_prim_options            prim;
    uint8_t *hit, *found_in, *told_in; /* [rows] the two halves                        */
    uint8_t *free;                     /* [rows] in no box so far                      */
    uint8_t *mark;                     /* [rows] scratch                               */
    ds_prim_range *box;                /* [grid.columns]                               */
    ds_prim_tally  all_found, all_told;
    uint64_t       done, total;        /* half samples                                 */
    ds_error      *err;
} ds_discovery;

/* Half or half: marks rows that are free, in a half of all. */
ds_prim_tally ds_discovery_mark(ds_discovery *s, const uint8_t *half, uint8_t *mark);
/* What there is to say of s->box; half samples are taken of the rows that found it.
 * DS_E_NOMEM, DS_E_CANCELLED. */
DS_MUST_CHECK ds_code ds_discovery_describe(ds_discovery *s, const ds_prim_trajectory *trajectory,
                                            ds_discover_found *out);
ds_estimate ds_share_of(uint64_t part, uint64_t whole);

#endif
