/* distillsim_information.h -- what is it worth to find out before a choice is made?
 *
 * A part of the public interface.  All values are US dollars of net present value: of the choice
 * between strategies by least mean cost_npv_usd.  docs/decisions.md has the equations.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_INFORMATION_H
#define DISTILLSIM_INFORMATION_H

#include "distillsim.h"
#include "distillsim_groups.h"

/* A measurement of one input with error, before the choice. */
typedef struct {
    const char *pointer; /* of an uncertain input, or a task class: the acceptable share of the
                            student that serves it                                       */
    double fixed_usd, usd_per_request; /* cost; NAN: 0, and a minute of staff            */
    double sd;           /* of one measurement, normal, in the unit of the input; 0: a yes or
                            a no, of an input that is a share                            */
    const uint64_t *sizes; /* how many measurements to try; NULL: 1 to 100,000           */
    size_t          size_count;
} ds_information_pilot;

enum { DS_INFORMATION_PATHS = 65536, DS_INFORMATION_PATHS_MOST = 262144,
       DS_INFORMATION_STRATEGIES = 64, DS_INFORMATION_PIECES = 4,
       DS_INFORMATION_PILOT_MOST = 1000000 /* measurements */ };

typedef struct {
    const size_t *strategies; /* among which is chosen; NULL: all                        */
    size_t        strategy_count;
    const ds_input_group *groups; /* each known together; one may be part of another      */
    size_t                group_count;
    const ds_information_pilot *pilot;       /* or NULL                                  */
    size_t         check_count; /* of the most valuable sets: also by nested simulation  */
    ds_run_options run; /* path_count 0: run.paths, within DS_INFORMATION_PATHS and
                           DS_INFORMATION_PATHS_MOST                                     */
} ds_information_options;

typedef enum {
    DS_INFORMATION_FUTURE,  /* everything, chance included: EVPI                          */
    DS_INFORMATION_INPUTS,  /* every input, but no chance                                 */
    DS_INFORMATION_GROUP,   /* as asked for                                               */
    DS_INFORMATION_TRAFFIC, /* requests of a product over the months                      */
    DS_INFORMATION_PRICE,   /* price level of a model over the months                     */
    DS_INFORMATION_RENT,    /* of a GPU over the months                                   */
    DS_INFORMATION_INPUT    /* one input                                                  */
} ds_information_kind;

/* Below `below` [unit of the input] this strategy costs least on average. */
typedef struct {
    double below; /* INFINITY: of the last piece                                          */
    size_t strategy;
} ds_information_piece;

typedef struct {
    ds_information_kind kind;
    const char *name;   /* pointer of an input or of what moves; name of a group           */
    const char *unit, *text; /* of an input: as ds_input_info; "" for others               */
    size_t      inputs; /* how many inputs it has                                         */
    ds_estimate value;  /* what it is worth at most [USD], never below 0                   */
    double      estimated; /* before that, and before what is part of it was found to be
                              worth more [USD]                                            */
    double      changes;   /* share of futures in which the choice is another one         */
    size_t      piece_count; /* of an input: what to choose at which value; 0: the same
                                everywhere, or too many changes to tell                   */
    ds_information_piece piece[DS_INFORMATION_PIECES];
    bool        checked;
    ds_estimate nested_low, nested_high; /* the same by nested simulation [USD]: too low on
                                            average, and too high                         */
    bool        agrees; /* between them, to 3 standard errors                             */
} ds_information_line;

typedef struct {
    uint64_t    size;  /* measurements                                                    */
    ds_estimate value; /* EVSI [USD]                                                      */
    ds_estimate net;   /* less what they cost                                             */
    ds_estimate worse; /* net of the best size less this net, paired by path              */
} ds_information_point;

typedef struct {
    const char *pointer, *unit, *text;
    double      fixed_usd, usd_per_request, sd;
    bool        unit_assumed;  /* usd_per_request was not given                           */
    ds_estimate perfect;       /* EVPPI of the input                                      */
    size_t      point_count;
    const ds_information_point *points; /* by size                                        */
    size_t      best;          /* point of the greatest net value; point_count: none above 0 */
    uint64_t    near_low, near_high; /* sizes within one standard error of it             */
} ds_information_pilot_result;

typedef struct ds_information ds_information;

/* Fails with DS_E_USAGE (one strategy, a pointer to nothing, nothing uncertain, a pilot of what
 * has no spread or of a class that no student serves), and as ds_run(). */
DS_MUST_CHECK ds_code ds_information_run(const ds_scenario *scenario,
                                         const ds_information_options *options,
                                         ds_information **out, ds_error *err);
void     ds_information_free(ds_information *information);
uint64_t ds_information_paths(const ds_information *i);
uint64_t ds_information_seed(const ds_information *i);
double   ds_information_interval_factor(const ds_information *i);
/* Those among which is chosen, and which of them costs least on average. */
size_t      ds_information_strategy_count(const ds_information *i);
const char *ds_information_strategy_name(const ds_information *i, size_t index);
size_t      ds_information_best(const ds_information *i);
/* Share of the variance of the differences between strategies that the fit to inputs
 * explains, of the strategy of the most. */
double      ds_information_explained(const ds_information *i);
/* The whole future first, then all inputs; then the others, most valuable first. */
size_t                     ds_information_line_count(const ds_information *i);
const ds_information_line *ds_information_line_at(const ds_information *i, size_t index);
/* NULL when none was asked for. */
const ds_information_pilot_result *ds_information_pilot_of(const ds_information *i);

#endif
