/* sources.h -- everything that is random in a plan, by name: one row for each stream of
 * random numbers (1) that somebody reads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SOURCES_H
#define DS_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"

typedef enum {
    DS_SOURCE_INPUT,  /* an uncertain quantity, drawn once a path                       */
    DS_SOURCE_SHOCKS, /* "POINTER#shock": a number each month, of a process              */
    DS_SOURCE_EVENTS, /* "#jump", "#release", "#cut", "#interruption": whether in a month */
    DS_SOURCE_SIZES,  /* an uncertain quantity, drawn anew at each event                 */
    DS_SOURCE_NOISE,  /* "#noise": noise that passes (18)                               */
    DS_SOURCE_REGIME, /* "#state": a regime (25)                                        */
    DS_SOURCE_CHANCE, /* "#permission", "#gate" of a project (62)                        */
    DS_SOURCE_TAIL,   /* "#tail" of a t copula (6)                                       */
} ds_source_kind;

enum { DS_SOURCE_TEXT = 528 };

typedef struct {
    char           text[DS_SOURCE_TEXT]; /* the name of the stream                       */
    ds_source_kind kind;
    uint64_t       name;      /* its hash (2)                                            */
    size_t         index;     /* of the scenario's input; of the process; of the component of
                                 a tail; 0 for others                                    */
    int            component; /* of correlations (6), or -1                             */
    size_t         member;    /* of the component                                        */
    bool           knowledge; /* is it not known, rather than left to chance (9)?         */
} ds_source;

typedef struct {
    size_t     count;
    ds_source *source; /* sorted by text                                                */
} ds_sources;

/* DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_sources_make(const ds_plan *plan, ds_sources *out, ds_error *err);
void ds_sources_release(ds_sources *sources);
/* Is it what the pointer names, or a part of it?  "/products/q/growth" has
 * "/products/q/growth/per_year" and "/products/q/growth#shock". */
bool ds_source_is_under(const ds_source *source, const char *pointer);

#endif
