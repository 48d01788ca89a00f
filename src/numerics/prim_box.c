/* prim_box.c -- boxes of PRIM, counted and trimmed: see prim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/prim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

enum { ROUNDS_MOST = 10 };

static uint16_t all_values(const ds_prim_column *c)
{
    return (uint16_t)((1u << (c->by_value ? c->bins : 0)) - 1u);
}

void ds_prim_whole(const ds_prim_grid *grid, ds_prim_range *box)
{
    for (size_t c = 0; c < grid->columns; c++)
        box[c] = (ds_prim_range){0, (uint16_t)(grid->column[c].bins - 1),
                                 all_values(&grid->column[c])};
}

bool ds_prim_has_side(const ds_prim_grid *grid, const ds_prim_range *box, size_t column,
                      ds_prim_side side)
{
    const ds_prim_column *c = &grid->column[column];
    switch (side) {
    case DS_PRIM_LOW:  return box[column].low > 0;
    case DS_PRIM_HIGH: return (size_t)box[column].high + 1 < c->bins;
    case DS_PRIM_VALUE:
    default:           return box[column].set != all_values(c);
    }
}

static bool is_restricted(const ds_prim_grid *grid, const ds_prim_range *box, size_t c)
{
    return ds_prim_has_side(grid, box, c, DS_PRIM_LOW) ||
           ds_prim_has_side(grid, box, c, DS_PRIM_HIGH) ||
           ds_prim_has_side(grid, box, c, DS_PRIM_VALUE);
}

size_t ds_prim_restricted(const ds_prim_grid *grid, const ds_prim_range *box)
{
    size_t count = 0;
    for (size_t c = 0; c < grid->columns; c++)
        count += is_restricted(grid, box, c);
    return count;
}

void ds_prim_open(const ds_prim_grid *grid, ds_prim_range *box, size_t column,
                  ds_prim_side side)
{
    const ds_prim_column *c = &grid->column[column];
    if (side == DS_PRIM_LOW)
        box[column].low = 0;
    else if (side == DS_PRIM_HIGH)
        box[column].high = (uint16_t)(c->bins - 1);
    else
        box[column].set = all_values(c);
}

/* ---- Rows and sides ------------------------------------------------------------------- */

typedef struct {
    size_t       column;
    ds_prim_side side;
} side;

/* Is the row beyond this side of the box? */
static bool is_beyond(const ds_prim_grid *grid, const ds_prim_range *box, side s, size_t row)
{
    const uint16_t bin = grid->bin[s.column * grid->rows + row];
    const ds_prim_range *range = &box[s.column];
    return s.side == DS_PRIM_LOW    ? bin < range->low
           : s.side == DS_PRIM_HIGH ? bin > range->high
                                    : (range->set >> bin & 1u) == 0;
}

/* The sides that a box has: room for three a column. */
static size_t sides_of(const ds_prim_grid *grid, const ds_prim_range *box, side *sides)
{
    size_t count = 0;
    for (size_t c = 0; c < grid->columns; c++)
        for (int s = DS_PRIM_LOW; s <= DS_PRIM_VALUE; s++)
            if (ds_prim_has_side(grid, box, c, (ds_prim_side)s))
                sides[count++] = (side){c, (ds_prim_side)s};
    return count;
}

bool ds_prim_is_in(const ds_prim_grid *grid, const ds_prim_range *box, size_t row)
{
    for (size_t c = 0; c < grid->columns; c++)
        if (is_restricted(grid, box, c))
            for (int s = DS_PRIM_LOW; s <= DS_PRIM_VALUE; s++) {
                if (ds_prim_has_side(grid, box, c, (ds_prim_side)s) &&
                    is_beyond(grid, box, (side){c, (ds_prim_side)s}, row))
                    return false;
            }
    return true;
}

ds_prim_tally ds_prim_count(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                            const ds_prim_range *box)
{
    ds_prim_tally t = {0, 0};
    for (size_t i = 0; i < grid->rows; i++)
        if (mark[i] && ds_prim_is_in(grid, box, i)) {
            t.rows++;
            t.hits += hit[i];
        }
    return t;
}

/* ---- Trimming ------------------------------------------------------------------------- */

typedef struct {
    const ds_prim_grid    *grid;
    const uint8_t         *hit, *mark;
    const ds_prim_options *options;
    ds_prim_range         *box;
    side                  *sides; /* [3 * columns]                                    */
    size_t                 count;
    ds_prim_tally         *slab;  /* [count]: rows that only this side keeps out      */
    ds_prim_tally          in;
    ds_prim_tally         *bins;  /* [DS_PRIM_BINS_MOST] of one column                */
    double                 least_rows;
} trimming;

static void tally(ds_prim_tally *t, uint8_t hit)
{
    t->rows++;
    t->hits += hit;
}

/* The box, and beside it the slabs that one side alone cuts off. */
static void count_slabs(trimming *t)
{
    t->count = sides_of(t->grid, t->box, t->sides);
    t->in = (ds_prim_tally){0, 0};
    memset(t->slab, 0, t->count * sizeof *t->slab);
    for (size_t i = 0; i < t->grid->rows; i++) {
        size_t beyond = 0, which = 0;
        if (!t->mark[i])
            continue;
        for (size_t s = 0; s < t->count && beyond < 2; s++)
            if (is_beyond(t->grid, t->box, t->sides[s], i)) {
                beyond++;
                which = s;
            }
        if (beyond < 2)
            tally(beyond == 0 ? &t->in : &t->slab[which], t->hit[i]);
    }
}

/* Rows within all sides but those of one column, by its bins. */
static void count_bins(trimming *t, size_t column)
{
    memset(t->bins, 0, t->grid->column[column].bins * sizeof *t->bins);
    for (size_t i = 0; i < t->grid->rows; i++) {
        bool in = t->mark[i];
        for (size_t s = 0; in && s < t->count; s++)
            in = t->sides[s].column == column ||
                 !is_beyond(t->grid, t->box, t->sides[s], i);
        if (in)
            tally(&t->bins[t->grid->bin[column * t->grid->rows + i]], t->hit[i]);
    }
}

/* Where an end of the range scores best, the other end held, of those that leave the box
 * the least mass; without any the widest. */
static uint16_t best_end(const trimming *t, const ds_prim_range *range, size_t bins, bool low)
{
    const int from = low ? range->high : range->low, to = low ? 0 : (int)bins - 1;
    double sum = 0, best = (double)-INFINITY, rows = 0;
    int where = to;

    for (int b = from; low ? b >= to : b <= to; b += low ? -1 : 1) {
        sum += ds_prim_score(t->bins[b], t->options->threshold);
        rows += (double)t->bins[b].rows;
        if (sum >= best && rows >= t->least_rows) { /* of equals the wider */
            best = sum;
            where = b;
        }
    }
    return (uint16_t)where;
}

static uint16_t best_set(const trimming *t, uint16_t set, size_t bins)
{
    uint16_t best = 0;
    double rows = 0;
    for (size_t b = 0; b < bins; b++)
        if (t->bins[b].rows == 0 ||
            ds_prim_score(t->bins[b], t->options->threshold) >= 0) {
            best = (uint16_t)(best | 1u << b);
            rows += (double)t->bins[b].rows;
        }
    return best != 0 && rows >= t->least_rows ? best : set;
}

/* (177): each side to where it scores best, the others held, until none moves. */
static void move_sides(trimming *t, int rounds)
{
    bool moved = true;
    for (int round = 0; moved && round < rounds; round++) {
        moved = false;
        t->count = sides_of(t->grid, t->box, t->sides);
        for (size_t s = 0; s < t->count; s++) {
            const side here = t->sides[s];
            const size_t bins = t->grid->column[here.column].bins;
            ds_prim_range *range = &t->box[here.column], before = *range;
            count_bins(t, here.column);
            if (here.side == DS_PRIM_VALUE)
                range->set = best_set(t, range->set, bins);
            else if (here.side == DS_PRIM_LOW)
                range->low = best_end(t, range, bins, true);
            else
                range->high = best_end(t, range, bins, false);
            moved = moved || memcmp(&before, range, sizeof before) != 0;
        }
    }
}

/* What the score loses without a side, and the standard error of that. */
static double loss_without(const trimming *t, size_t s, double *se)
{
    const double threshold = t->options->threshold;
    const double n = (double)t->slab[s].rows, k = (double)t->slab[s].hits;
    *se = sqrt(k * (1 - threshold) * (1 - threshold) + (n - k) * threshold * threshold);
    return -ds_prim_score(t->slab[s], threshold);
}

/* Takes off the side that is worth least, unless it is worth having. */
static bool drop_one(trimming *t)
{
    const double score = ds_prim_score(t->in, t->options->threshold);
    const bool too_many = ds_prim_restricted(t->grid, t->box) > t->options->most_columns;
    double least = (double)INFINITY, se = 0;
    size_t which = t->count;

    for (size_t s = 0; s < t->count; s++) {
        double error;
        const double loss = loss_without(t, s, &error);
        if (loss < least) {
            least = loss;
            se = error;
            which = s;
        }
    }
    if (which == t->count || (!too_many && least >= t->options->worth * score &&
                              least >= t->options->z * se && least > 0))
        return false;
    ds_prim_open(t->grid, t->box, t->sides[which].column, t->sides[which].side);
    return true;
}

bool ds_prim_trim(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                  const ds_prim_options *options, ds_prim_range *box)
{
    trimming t = {.grid = grid, .hit = hit, .mark = mark, .options = options, .box = box};
    t.sides = malloc((3 * grid->columns + 1) * sizeof *t.sides);
    t.slab = malloc((3 * grid->columns + 1) * sizeof *t.slab);
    t.bins = malloc((size_t)DS_PRIM_BINS_MOST * sizeof *t.bins);
    const bool fine = t.sides != NULL && t.slab != NULL && t.bins != NULL;
    size_t marked = 0;
    for (size_t i = 0; i < grid->rows; i++)
        marked += mark[i] != 0;
    t.least_rows = options->least_mass * (double)marked;
    if (fine) /* many sides: once, and then what is clearly worth nothing goes */
        move_sides(&t, 1);
    for (bool dropped = fine; dropped;) {
        count_slabs(&t);
        dropped = drop_one(&t);
    }
    for (bool dropped = fine; dropped;) {
        move_sides(&t, ROUNDS_MOST);
        count_slabs(&t);
        dropped = drop_one(&t);
    }
    free(t.sides);
    free(t.slab);
    free(t.bins);
    return fine;
}

bool ds_prim_find(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                  const ds_prim_options *options, ds_prim_range *box,
                  ds_prim_trajectory *trajectory)
{
    ds_prim_trajectory own;
    if (!ds_prim_peel_all(grid, hit, mark, options, &own))
        return false;
    ds_prim_after(grid, &own, own.chosen, box);
    const bool fine = ds_prim_trim(grid, hit, mark, options, box);
    if (trajectory != NULL && fine)
        *trajectory = own;
    else
        ds_prim_trajectory_release(&own);
    return fine;
}

/* ---- (178) ------------------------------------------------------------------------------ */

double ds_prim_quasi_p(ds_prim_tally in, ds_prim_tally around)
{
    if (in.hits == 0 || around.rows == 0)
        return 1;
    const double chance = (double)around.hits / (double)around.rows;
    if (chance >= 1)
        return 1;
    return gsl_cdf_binomial_Q((unsigned)(in.hits - 1), chance, (unsigned)in.rows);
}
