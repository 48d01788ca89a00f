/* distillsim_discover.h -- where it fails: boxes over what is uncertain in which futures of a
 * kind are many (docs/decisions.md, (175) to (179)).
 *
 * Futures fall into two halves by lot. One finds the boxes; what is said of a box, its mass,
 * density and coverage, is counted in the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_DISCOVER_H
#define DISTILLSIM_DISCOVER_H

#include "distillsim.h"
#include "distillsim_samples.h"

enum { DS_DISCOVER_BOXES = 2, DS_DISCOVER_INPUTS = 4, DS_DISCOVER_HALVES = 40,
       DS_DISCOVER_MOST_BOXES = 10, DS_DISCOVER_MOST_VALUES = 16 };

typedef struct {
    /* Which futures: "NAME < NUMBER", also <=, >, >=, =, !=; NUMBER may be Inf ("never"). NAME is
     * an outcome of the strategy, STRATEGY/OUTCOME, or a column of a file.
     * NULL: "saving_npv_usd < 0". */
    const char *when;
    const char *strategy; /* NULL: of those with a project the one of least mean cost, without
                             any the one that saves most                                  */
    const char *against;  /* of a saving: against whom; NULL: the first                    */
    double      min_density; /* that a box has at least where it is found; 0: what comes out  */
    double      min_mass; /* share of futures that a box has at least; 0: 0.02              */
    size_t      boxes, inputs; /* at most so many boxes, inputs in each; 0: as above        */
    /* Columns that no box restricts: by name, or what a pointer has below it, or "seen": all
     * that is seen only afterwards.                                                      */
    const char *const *leave_out;
    size_t             leave_out_count;
    uint64_t    seed;     /* of the halves                                                 */
    bool (*keep_going)(void *context, uint64_t done, uint64_t total, double unused);
    void *context;
} ds_discover_options;

typedef enum { DS_DISCOVER_BELOW, DS_DISCOVER_ABOVE, DS_DISCOVER_VALUES } ds_discover_side;

typedef struct {
    const char      *name, *unit; /* of the column                                         */
    ds_samples_kind  kind;
    ds_discover_side side;
    double           bound;   /* the box is below, or above; NAN for values                */
    ds_estimate      share;   /* of all futures that are on its side of the edge           */
    double           low, high; /* 5 and 95 % of the bound over the half samples that have the
                                   side; NAN for values                                    */
    ds_estimate      kept;    /* share of half samples whose box has this side              */
    size_t           value_count, kept_count;
    double           values[DS_DISCOVER_MOST_VALUES]; /* those that the column has, the first
                                                         kept_count of them in the box     */
    ds_estimate      density_without, coverage_without; /* of the box without this side     */
    double           quasi_p; /* (178)                                                     */
} ds_discover_edge;

typedef struct {
    ds_estimate mass, density, coverage; /* of all futures, of the box, of those that fail    */
    ds_estimate elsewhere;    /* density of what is in no box so far                         */
    ds_estimate covered;      /* coverage of this box and those before it                    */
    double      threshold;    /* (176)                                                    */
    double      p_value;      /* chance of such a density if failing did not depend on it   */
    double      found_density, found_coverage; /* in the half that found it                 */
    size_t      edge_count, peel_count, rival_count;
} ds_discover_box;

/* A side that half samples have, but not the box. */
typedef struct {
    const char      *name;
    ds_discover_side side;
    ds_estimate      kept;
} ds_discover_rival;

/* What is left after a peel; peel 0 is all that no earlier box has. */
typedef struct {
    const char      *name; /* of the column that was peeled, "" for peel 0                  */
    ds_discover_side side;
    double           bound; /* or the value that went                                      */
    size_t           inputs; /* that are restricted                                         */
    ds_estimate      mass, density, coverage; /* in the half that did not find them          */
    double           found_mass, found_density, found_coverage; /* in the one that did        */
    bool             chosen; /* the box was trimmed from here                               */
} ds_discover_peel;

typedef struct {
    const char *strategy, *against; /* "" when the condition has none                      */
    const char *outcome, *relation, *unit; /* "saving_npv_usd" "<"                          */
    double      bound;
    bool        loses; /* is the condition that the strategy saves less than nothing?        */
    size_t      paths, found_in, told_in; /* futures, and of each half                      */
    ds_estimate share; /* of all futures: those of which the condition is true              */
    size_t      inputs; /* columns that could have been restricted                          */
    size_t      halves;
    double      min_density, min_mass; /* min_density 0: not asked for                      */
    double      refused_p; /* of the box that did not hold in the other half; NAN: there was
                              none                                                         */
} ds_discover_facts;

typedef struct ds_discover ds_discover;

/* Runs the scenario and looks. Sampling is random, whatever run.sampling says. run.path_count
 * 0: run.paths. Fails with DS_E_USAGE (no such name, a condition that cannot be read, one
 * strategy and a saving; none or all of the futures fail), and as ds_run(). */
DS_MUST_CHECK ds_code ds_discover_run(const ds_scenario *scenario, const ds_run_options *run,
                                      const ds_discover_options *options, ds_discover **out,
                                      ds_error *err);
/* Looks at a table; its rows are taken as independent. */
DS_MUST_CHECK ds_code ds_discover_samples(const ds_samples *samples,
                                          const ds_discover_options *options, ds_discover **out,
                                          ds_error *err);
void                     ds_discover_free(ds_discover *d);
const ds_discover_facts *ds_discover_about(const ds_discover *d);
size_t                   ds_discover_box_count(const ds_discover *d);
const ds_discover_box   *ds_discover_box_at(const ds_discover *d, size_t box);
const ds_discover_edge  *ds_discover_edge_at(const ds_discover *d, size_t box, size_t edge);
const ds_discover_peel  *ds_discover_peel_at(const ds_discover *d, size_t box, size_t peel);
const ds_discover_rival *ds_discover_rival_at(const ds_discover *d, size_t box, size_t rival);

#endif
