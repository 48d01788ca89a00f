/* prim.h -- the patient rule induction method (Friedman and Fisher 1999): boxes in which
 * something happens often.  On arrays, pure; equations (175) to (178) of docs/decisions.md.
 *
 * Columns are cut into bins first, so that a peel costs one look at each number: values that
 * are often the same have bins of their own, all others share DS_PRIM_BINS bins of about as
 * many rows.  With no more distinct values than that, nothing is lost.
 *
 * Rows have a mark each: those that a function is to look at.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PRIM_H
#define DS_PRIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DS_PRIM_BINS = 1024,
    DS_PRIM_VALUES = 16,  /* with as many distinct values a column is peeled by value    */
    DS_PRIM_BINS_MOST = 4 * DS_PRIM_BINS,
};

typedef struct {
    bool    by_value;
    size_t  bins;        /* 1: nothing to peel                                        */
    double *least, *most; /* [bins] of the values in a bin                             */
    double *below;       /* [bins] share of rows in the bins before                   */
} ds_prim_column;

typedef struct {
    size_t          rows, columns;
    ds_prim_column *column;
    uint16_t       *bin; /* [column][row]                                             */
} ds_prim_grid;

/* No NAN in the columns.  false: out of memory. */
bool ds_prim_grid_make(size_t rows, size_t columns, const double *const *values,
                       ds_prim_grid *grid);
void ds_prim_grid_release(ds_prim_grid *grid);

/* Bins that a box has of a column: low to high, or those in the set. */
typedef struct {
    uint16_t low, high;
    uint16_t set; /* by value: bit b is bin b                                        */
} ds_prim_range;

/* Rows in a box, and those of them to which it happens. */
typedef struct {
    uint64_t rows, hits;
} ds_prim_tally;

/* By what a peel is chosen, of mean y before (a) and after (b) and of rows n and m. */
typedef enum {
    DS_PRIM_GAIN_PER_ROW, /* (b - a) / (n - m): "lenient 1"                            */
    DS_PRIM_LEAST_MEAN,   /* (b - a) m / (n - m), that is, least mean of what goes: "lenient 2";
                             the only one for which it does not matter how much goes, as when
                             a value has much mass                                      */
    DS_PRIM_MEAN,         /* b: "original"                                            */
} ds_prim_objective;

typedef struct {
    double            alpha;     /* share of the rows of the box that a peel takes    */
    ds_prim_objective objective;
    double            least_mass; /* of all marked rows; a box has no less             */
    double            threshold; /* (176): a hit scores 1 - threshold, another row minus it */
    size_t            most_columns; /* that a box restricts                            */
    double            worth;     /* a side goes unless it is worth this share of the score
                                    ...                                               */
    double            z;         /* ... and so many standard errors                    */
} ds_prim_options;

typedef enum { DS_PRIM_LOW, DS_PRIM_HIGH, DS_PRIM_VALUE } ds_prim_side;

/* One peel: what is left. */
typedef struct {
    size_t        column;
    ds_prim_side  side;
    uint16_t      bin;  /* the new low or high one; the value that went              */
    ds_prim_tally left;
    size_t        columns; /* restricted                                             */
} ds_prim_peel;

typedef struct {
    size_t        count;
    ds_prim_peel *peel;
    ds_prim_tally all;
    size_t        chosen; /* peels of the box with the best score                     */
} ds_prim_trajectory;

/* The trajectory of peels of the marked rows.  false: out of memory. */
bool ds_prim_peel_all(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                      const ds_prim_options *options, ds_prim_trajectory *out);
void ds_prim_trajectory_release(ds_prim_trajectory *trajectory);
/* (176): the box of the trajectory with the best score; ds_prim_peel_all() has done it for the
 * threshold of its options. */
void ds_prim_choose(ds_prim_trajectory *trajectory, double threshold);

/* The whole of the grid; box has a range for each column. */
void ds_prim_whole(const ds_prim_grid *grid, ds_prim_range *box);
/* The box after so many peels. */
void ds_prim_after(const ds_prim_grid *grid, const ds_prim_trajectory *trajectory, size_t peels,
                   ds_prim_range *box);
bool ds_prim_has_side(const ds_prim_grid *grid, const ds_prim_range *box, size_t column,
                      ds_prim_side side);
size_t ds_prim_restricted(const ds_prim_grid *grid, const ds_prim_range *box);
bool ds_prim_is_in(const ds_prim_grid *grid, const ds_prim_range *box, size_t row);
ds_prim_tally ds_prim_count(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                            const ds_prim_range *box);
/* Takes a side off a box. */
void ds_prim_open(const ds_prim_grid *grid, ds_prim_range *box, size_t column,
                  ds_prim_side side);

/* (176), (177): moves every side to where the score is best, and takes off those that are not
 * worth it.  false: out of memory. */
bool ds_prim_trim(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                  const ds_prim_options *options, ds_prim_range *box);
/* All of it: peels, chooses, trims.  trajectory may be NULL. */
bool ds_prim_find(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                  const ds_prim_options *options, ds_prim_range *box,
                  ds_prim_trajectory *trajectory);

/* (178), Bryant and Lempert (2010): the chance of as many hits or more among `in` rows if the
 * chance of one were that of `around`. */
double ds_prim_quasi_p(ds_prim_tally in, ds_prim_tally around);
double ds_prim_score(ds_prim_tally t, double threshold);

#endif
