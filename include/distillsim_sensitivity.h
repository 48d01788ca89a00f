/* distillsim_sensitivity.h -- what drives an answer: which uncertain inputs move an outcome,
 * and by how much.  Equations (145) to (159) of docs/decisions.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_SENSITIVITY_H
#define DISTILLSIM_SENSITIVITY_H

#include "distillsim.h"
#include "distillsim_groups.h"

typedef enum {
    DS_SENSITIVITY_SOBOL,   /* first and total indices of variance, by pick-freeze      */
    DS_SENSITIVITY_SHAPLEY, /* shares of the variance, which add up; dependent inputs    */
    DS_SENSITIVITY_TORNADO, /* the mean with one input at its 10 % and at its 90 % value */
    DS_SENSITIVITY_MORRIS,  /* elementary effects from 10 % to 90 %                       */
    DS_SENSITIVITY_SRC,     /* standardised regression coefficients                      */
    DS_SENSITIVITY_PRCC,    /* partial rank correlations                                 */
    DS_SENSITIVITY_GIVEN,   /* first indices from one sample                             */
    DS_SENSITIVITY_METHODS
} ds_sensitivity_method;
/* "sobol", ...; NULL past the end. */
const char *ds_sensitivity_method_name(size_t index);

/* What of the outcome is explained. */
typedef enum {
    DS_SENSITIVITY_VALUE,
    DS_SENSITIVITY_RANK,        /* its rank among the futures, from 0 to 1               */
    DS_SENSITIVITY_PROBABILITY, /* is it above 0, or, of one that not every path has, is
                                   there one: 1 or 0                                     */
    DS_SENSITIVITY_SCALES
} ds_sensitivity_scale;
const char *ds_sensitivity_scale_name(size_t index); /* "value", ...; NULL past the end  */

enum { DS_SENSITIVITY_TOP = 15 };
typedef struct {
    ds_sensitivity_method method;
    ds_sensitivity_scale  scale;
    size_t outcome;
    size_t strategy; /* the number of strategies: the one that is recommended, or, where that
                        is the baseline, the best of the others                          */
    /* All that is in no group is one more.  None: every input, and every process with its
     * chance. */
    const ds_input_group *groups;
    size_t group_count;
    bool   by_part; /* without groups: everything of a product, of a model, of a GPU, ...
                       is one                                                            */
    size_t top;     /* of sobol and shapley without groups: so many inputs are told apart,
                       those that a first, smaller sample says move most; 0:
                       DS_SENSITIVITY_TOP                                                */
    ds_run_options run; /* path_count, of every run that the method makes; 0: such that it
                           takes at most some 30 plain runs                              */
} ds_sensitivity_options;

enum { DS_SENSITIVITY_FIGURES = 3 };
/* What the figures of a method are; the first is what rows are sorted by. */
typedef struct {
    const char *name;    /* "total"                                                      */
    const char *heading; /* "with others"                                                */
    bool        share;   /* of 1; else in the unit of the outcome, or a coefficient      */
    bool        outcome; /* in the unit of the outcome                                   */
} ds_sensitivity_figure;
/* NULL past the end. */
const ds_sensitivity_figure *ds_sensitivity_figure_at(ds_sensitivity_method method,
                                                      size_t index);

typedef struct {
    const char *name;
    const char *unit;  /* of an input that is one quantity, else ""                      */
    bool        chance; /* what happens month by month, and cannot be known before       */
    bool        rest;  /* all that is in no other row                                    */
    double      low, high; /* tornado: the input at 10 % and at 90 %; else NAN           */
    ds_estimate figure[DS_SENSITIVITY_FIGURES]; /* NAN where there is none               */
    size_t      member_count;
    const char *const *members; /* the streams of random numbers: pointers, "POINTER#shock" */
} ds_sensitivity_row;

typedef struct {
    ds_sensitivity_method method;
    ds_sensitivity_scale  scale;
    const char *outcome;              /* its name                                       */
    const char *unit;                 /* of it                                           */
    const char *strategy, *baseline;  /* "" of a table                                  */
    bool        moves;      /* else the outcome is the same on every path, and no figure
                               is there                                                  */
    ds_estimate mean, sd;   /* of what is explained                                      */
    uint64_t    paths, runs, seed; /* of the method; paths of each run                   */
    uint64_t    screened;   /* inputs that a first sample told from the rest; 0: it was
                               not needed                                                */
    double      factor;     /* of the 95 % interval: so many standard errors to a side   */
    ds_estimate explained;  /* sobol: closed index of the first `explained_by` rows;
                               src: R^2; else NAN                                        */
    size_t      explained_by;
    double      tail_share; /* of the variance, that of the 0.1 % of paths farthest from
                               the mean: near 1, the variance is that of a few futures   */
} ds_sensitivity_summary;

typedef struct ds_sensitivity ds_sensitivity;

/* Fails with DS_E_USAGE (a pointer to nothing, an input without uncertainty, an input in two
 * groups, inputs that are correlated and in different groups where the method wants them
 * independent, one strategy only, an outcome that not every path has), and as ds_run(). */
DS_MUST_CHECK ds_code ds_sensitivity_run(const ds_scenario *base,
                                         const ds_sensitivity_options *options,
                                         ds_sensitivity **out, ds_error *err);

/* A table of futures that is there already. */
typedef struct {
    size_t             rows, inputs;
    const char *const *names;  /* [inputs]                                               */
    const char *const *units;  /* [inputs], or NULL                                      */
    const double *const *x;    /* [inputs][rows], finite                                 */
    const double      *y;      /* [rows]; INFINITY is "never"                            */
    const char        *output; /* the name of y, and                                     */
    const char        *unit;   /* its unit, "" when it has none                           */
} ds_sensitivity_table;
/* What the table says; the methods src, prcc and given.  Its rows are taken to be independent.
 * Fails with DS_E_USAGE (another method, too few rows, columns that say the same), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_sensitivity_of_table(const ds_sensitivity_table *table,
                                              ds_sensitivity_method method,
                                              ds_sensitivity_scale scale,
                                              ds_sensitivity **out, ds_error *err);
void                      ds_sensitivity_free(ds_sensitivity *s);
ds_sensitivity_summary    ds_sensitivity_summary_of(const ds_sensitivity *s);
/* By the size of the first figure, the largest first, the rest last. */
size_t                    ds_sensitivity_row_count(const ds_sensitivity *s);
const ds_sensitivity_row *ds_sensitivity_row_at(const ds_sensitivity *s, size_t index);

#endif
