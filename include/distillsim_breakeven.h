/* distillsim_breakeven.h -- at which value of a quantity do two strategies tie?
 * `distillsim breakeven`; docs/decisions.md, (130) to (134).
 *
 * Every value is tried on the same futures, so that the difference of the two strategies
 * is a function of the value, and where it is zero a number with an error.
 *
 * Conventions of ownership, threads and units: distillsim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_BREAKEVEN_H
#define DISTILLSIM_BREAKEVEN_H

#include "distillsim.h"

/* What is zero at a tie: the mean of the saving; the saving in half of the futures (one in
 * which it is zero counts half); or the share of futures that save less `probability`. */
typedef enum { DS_BREAKEVEN_OF_MEAN, DS_BREAKEVEN_OF_MEDIAN,
               DS_BREAKEVEN_OF_PROBABILITY } ds_breakeven_of;

/* A value of the scenario, by JSON Pointer, and where to look. */
typedef struct {
    char  *pointer;
    double low, high;   /* in its unit; `calendar`: months since January of year 0   */
    bool   calendar;    /* the ends were written "YYYY-MM"                        */
    bool   scale;       /* it is multiplied, and stays uncertain; else replaced       */
    bool   logarithmic; /* values are spaced in the logarithm                     */
    size_t count;       /* of values of a second range; 0: the default             */
} ds_breakeven_range;

/* POINTER=LO:HI[:N][:log]; LO and HI are numbers or months "YYYY-MM".  The last '=' counts.
 * Fails with DS_E_USAGE (also: upside down, of no width), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_breakeven_range_parse(const char *text, bool scale,
                                               ds_breakeven_range *out, ds_error *err);
void                  ds_breakeven_range_release(ds_breakeven_range *range);

enum { DS_BREAKEVEN_POINTS = 17,      /* values of the first grid                 */
       DS_BREAKEVEN_POINTS_MOST = 1000,
       DS_BREAKEVEN_LINES = 9,        /* values of the second range               */
       DS_BREAKEVEN_LINE_PATHS = 16384 }; /* at most, with a second range, by default */
#define DS_BREAKEVEN_CHOOSE SIZE_MAX /* a strategy that is not given              */

typedef struct {
    const ds_breakeven_range *ranges; /* one, or two: a frontier                  */
    size_t                    range_count;
    ds_breakeven_of           of;
    double                    probability; /* in (0, 1)                               */
    size_t                    strategy; /* CHOOSE: the best with a student; without any,
                                           the best other                           */
    size_t                    against;  /* CHOOSE: the first, the baseline             */
    size_t                    points;   /* of the first grid; 0: the default           */
    ds_run_options            run;      /* path_count 0: run.paths, with a second range at
                                           most DS_BREAKEVEN_LINE_PATHS             */
} ds_breakeven_options;

/* One value that was tried. */
typedef struct {
    double      value;
    uint64_t    paths;
    ds_estimate mean, median; /* of the saving [USD]: cost_npv_usd of `against` less
                                 that of `strategy` on the same path               */
    ds_estimate share;        /* of paths in which it is above zero [1]              */
    ds_estimate excess;       /* what is zero at a tie [USD, or 1]                   */
} ds_breakeven_point;

typedef enum {
    DS_BREAKEVEN_TIE,     /* they tie at `at`                                       */
    DS_BREAKEVEN_JUMP,    /* the side changes between `before` and `after`; no value
                             between them could be tried, or none has a tie          */
    DS_BREAKEVEN_STRETCH  /* they are the same in every future from `before` to `after` */
} ds_breakeven_kind;

typedef struct {
    ds_breakeven_kind  kind;
    int                turn;   /* +1: saves beyond it, -1: costs more beyond it, 0: neither */
    ds_estimate        at;     /* of a TIE; else NAN                                */
    double             before, after; /* of a TIE both are `at`                       */
    double             low, high;     /* 95 % interval; NAN: one path                 */
    bool               low_open, high_open; /* it reaches the end of the range       */
    ds_breakeven_point left, right;   /* at `before` and `after`                      */
} ds_breakeven_root;

/* What was found at one value of the second range (or without one). */
typedef struct {
    double                    second; /* NAN without a second range                  */
    size_t                    root_count;
    const ds_breakeven_root  *roots;  /* ascending                                   */
    int                       sign;   /* without roots: +1 saves, -1 costs more, at all
                                         values; 0: the same at all of them          */
    bool                      near;   /* without roots: not told from a tie at `nearest` */
    ds_breakeven_point        nearest;
    size_t                    point_count;
    const ds_breakeven_point *points; /* that were tried, ascending                  */
} ds_breakeven_line;

/* What is said of a range. */
typedef struct {
    const char *pointer, *unit; /* unit "" when it has none, or of a scale          */
    const char *now;            /* as the scenario stands: "3", "lognormal, p10 2, ...";
                                   "" when it is not a quantity                       */
    double      low, high;      /* of a date: months from the start of the clock     */
    double      step;           /* 0: any value; else low + whole multiples of it    */
    bool        date, scale, logarithmic;
} ds_breakeven_axis;

typedef struct ds_breakeven ds_breakeven;

/* Looks for every value in the first range at which the two strategies tie.
 * Fails with DS_E_USAGE (one strategy only, the same twice, a pointer to nothing, what
 * cannot be varied), DS_E_SCENARIO (a value that the scenario cannot have), and as
 * ds_run(). */
DS_MUST_CHECK ds_code ds_breakeven_run(const ds_scenario *base,
                                       const ds_breakeven_options *options,
                                       ds_breakeven **out, ds_error *err);
void                     ds_breakeven_free(ds_breakeven *b);
const char              *ds_breakeven_strategy(const ds_breakeven *b);
const char              *ds_breakeven_against(const ds_breakeven *b);
ds_breakeven_of          ds_breakeven_what(const ds_breakeven *b);
double                   ds_breakeven_probability(const ds_breakeven *b);
uint64_t                 ds_breakeven_paths(const ds_breakeven *b);
uint64_t                 ds_breakeven_scan_paths(const ds_breakeven *b);
uint64_t                 ds_breakeven_seed(const ds_breakeven *b);
uint64_t                 ds_breakeven_trials(const ds_breakeven *b); /* runs that it took */
/* As the scenario stands; its value is NAN. */
ds_breakeven_point       ds_breakeven_now(const ds_breakeven *b);
size_t                   ds_breakeven_axis_count(const ds_breakeven *b);
const ds_breakeven_axis *ds_breakeven_axis_at(const ds_breakeven *b, size_t axis);
size_t                   ds_breakeven_line_count(const ds_breakeven *b);
const ds_breakeven_line *ds_breakeven_line_at(const ds_breakeven *b, size_t line);
/* Month `value` of the clock as "YYYY-MM". */
void                     ds_breakeven_month(const ds_breakeven *b, double value, char text[16]);

#endif
