/* prim.c -- peeling: see prim.h.  prim_box.c trims what is left.
 *
 * The state is the rows in the box and, for each column, how many of them are in each bin.
 * A peel takes rows away once, so that a whole trajectory reads each number twice.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/prim.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    uint32_t rows, hits;
} bin_count;

typedef struct {
    const ds_prim_grid    *grid;
    const uint8_t         *hit;
    const ds_prim_options *options;
    size_t        *row;   /* [rows] in the box, first `left.rows` of them            */
    size_t        *gone;  /* [rows] of the last peel                                 */
    bin_count     *count; /* [start of column][bin]                                  */
    size_t        *start; /* [columns + 1]                                           */
    ds_prim_range *box;   /* [columns]                                               */
    ds_prim_tally  left;
    double         least_rows;
} peeling;

/* A peel that could be: rows that go, and the bin that the box then has at that side. */
typedef struct {
    size_t        column;
    ds_prim_side  side;
    uint16_t      bin;
    ds_prim_tally gone;
    double        gain;
} candidate;

/* ---- Candidates -------------------------------------------------------------------- */

static double gain_of(const peeling *p, ds_prim_tally gone)
{
    const double n = (double)p->left.rows, m = n - (double)gone.rows;
    const double before = (double)p->left.hits / n;
    const double after = (double)(p->left.hits - gone.hits) / m;

    switch (p->options->objective) {
    case DS_PRIM_LEAST_MEAN: return (after - before) * m / (n - m);
    case DS_PRIM_MEAN:       return after - before;
    case DS_PRIM_GAIN_PER_ROW:
    default:                 return (after - before) / (n - m);
    }
}

static void consider(const peeling *p, candidate c, candidate *best)
{
    if (c.gone.rows == 0 || (double)(p->left.rows - c.gone.rows) < p->least_rows ||
        c.gone.rows == p->left.rows)
        return;
    c.gain = gain_of(p, c.gone);
    if (c.gain > best->gain)
        *best = c;
}

/* Bins from one end, as many as are about the share alpha of the rows, at least one. */
static void consider_end(const peeling *p, size_t column, bool low, candidate *best)
{
    const bin_count *count = p->count + p->start[column];
    const ds_prim_range *range = &p->box[column];
    const double most = p->options->alpha * (double)p->left.rows;
    candidate c = {.column = column, .side = low ? DS_PRIM_LOW : DS_PRIM_HIGH};

    for (int b = low ? range->low : range->high; low ? b < range->high : b > range->low;
         b += low ? 1 : -1) {
        if (c.gone.rows > 0 && (double)(c.gone.rows + count[b].rows) > most)
            break;
        c.gone.rows += count[b].rows;
        c.gone.hits += count[b].hits;
        c.bin = (uint16_t)(low ? b + 1 : b - 1);
    }
    consider(p, c, best);
}

static void consider_values(const peeling *p, size_t column, candidate *best)
{
    const bin_count *count = p->count + p->start[column];

    for (size_t b = 0; b < p->grid->column[column].bins; b++) {
        candidate c = {.column = column, .side = DS_PRIM_VALUE, .bin = (uint16_t)b,
                       .gone = {count[b].rows, count[b].hits}};
        consider(p, c, best);
    }
}

/* ---- State --------------------------------------------------------------------------- */

static bool allocate(peeling *p, size_t bins)
{
    const size_t rows = p->grid->rows, columns = p->grid->columns;

    p->row = malloc((rows + 1) * sizeof *p->row);
    p->gone = malloc((rows + 1) * sizeof *p->gone);
    p->start = malloc((columns + 1) * sizeof *p->start);
    p->box = malloc((columns + 1) * sizeof *p->box);
    p->count = calloc(bins + 1, sizeof *p->count);
    return p->row != NULL && p->gone != NULL && p->start != NULL && p->box != NULL &&
           p->count != NULL;
}

static void release(peeling *p)
{
    free(p->row);
    free(p->gone);
    free(p->start);
    free(p->box);
    free(p->count);
}

static bool begin(peeling *p, const uint8_t *mark)
{
    const ds_prim_grid *grid = p->grid;
    size_t bins = 0;

    for (size_t c = 0; c < grid->columns; c++)
        bins += grid->column[c].bins;
    if (!allocate(p, bins))
        return false;
    p->start[0] = 0;
    for (size_t c = 0; c < grid->columns; c++)
        p->start[c + 1] = p->start[c] + grid->column[c].bins;
    ds_prim_whole(grid, p->box);
    for (size_t i = 0; i < grid->rows; i++)
        if (mark[i]) {
            p->row[p->left.rows++] = i;
            p->left.hits += p->hit[i];
        }
    for (size_t c = 0; c < grid->columns; c++) {
        const uint16_t *bin = grid->bin + c * grid->rows;
        for (size_t k = 0; k < p->left.rows; k++) {
            bin_count *here = p->count + p->start[c] + bin[p->row[k]];
            here->rows++;
            here->hits += p->hit[p->row[k]];
        }
    }
    p->least_rows = fmax(1, p->options->least_mass * (double)p->left.rows);
    return true;
}

static bool goes(const candidate *c, uint16_t bin)
{
    return c->side == DS_PRIM_LOW ? bin < c->bin : c->side == DS_PRIM_HIGH ? bin > c->bin
                                                                           : bin == c->bin;
}

static void narrow(ds_prim_range *range, ds_prim_side side, uint16_t bin)
{
    if (side == DS_PRIM_LOW)
        range->low = bin;
    else if (side == DS_PRIM_HIGH)
        range->high = bin;
    else
        range->set = (uint16_t)(range->set & ~(1u << bin));
}

static void take(peeling *p, const candidate *c)
{
    const ds_prim_grid *grid = p->grid;
    const uint16_t *bin = grid->bin + c->column * grid->rows;
    size_t kept = 0, gone = 0;

    for (size_t k = 0; k < p->left.rows; k++) {
        if (goes(c, bin[p->row[k]]))
            p->gone[gone++] = p->row[k];
        else
            p->row[kept++] = p->row[k];
    }
    for (size_t j = 0; j < grid->columns; j++) {
        bin_count *count = p->count + p->start[j];
        for (size_t k = 0; k < gone; k++) {
            bin_count *here = count + grid->bin[j * grid->rows + p->gone[k]];
            here->rows--;
            here->hits -= p->hit[p->gone[k]];
        }
    }
    p->left.rows = kept;
    p->left.hits -= c->gone.hits;
    narrow(&p->box[c->column], c->side, c->bin);
}

/* ---- The trajectory ------------------------------------------------------------------ */

static bool append(ds_prim_trajectory *t, size_t *room, ds_prim_peel peel)
{
    if (t->count == *room) {
        const size_t more = *room > 0 ? 2 * *room : 64;
        ds_prim_peel *grown = realloc(t->peel, more * sizeof *grown);
        if (grown == NULL)
            return false;
        t->peel = grown;
        *room = more;
    }
    t->peel[t->count++] = peel;
    return true;
}

/* The best peel that raises the mean; gain 0: there is none. */
static candidate best_peel(const peeling *p)
{
    candidate best = {.gain = 0};

    for (size_t c = 0; c < p->grid->columns; c++) {
        if (p->grid->column[c].bins < 2)
            continue;
        if (p->grid->column[c].by_value) {
            consider_values(p, c, &best);
        } else {
            consider_end(p, c, true, &best);
            consider_end(p, c, false, &best);
        }
    }
    return best;
}

double ds_prim_score(ds_prim_tally t, double threshold)
{
    return (double)t.hits - threshold * (double)t.rows;
}

void ds_prim_choose(ds_prim_trajectory *t, double threshold)
{
    double best = ds_prim_score(t->all, threshold);
    t->chosen = 0;
    for (size_t k = 0; k < t->count; k++) {
        const double score = ds_prim_score(t->peel[k].left, threshold);
        if (score > best) {
            best = score;
            t->chosen = k + 1;
        }
    }
}

bool ds_prim_peel_all(const ds_prim_grid *grid, const uint8_t *hit, const uint8_t *mark,
                      const ds_prim_options *options, ds_prim_trajectory *out)
{
    peeling p = {.grid = grid, .hit = hit, .options = options};
    size_t room = 0;
    bool fine = begin(&p, mark);

    *out = (ds_prim_trajectory){.all = p.left};
    while (fine && p.left.hits < p.left.rows) {
        const candidate best = best_peel(&p);
        if (!(best.gain > 0))
            break;
        take(&p, &best);
        fine = append(out, &room, (ds_prim_peel){best.column, best.side, best.bin, p.left,
                                                 ds_prim_restricted(grid, p.box)});
    }
    release(&p);
    if (!fine)
        ds_prim_trajectory_release(out);
    else
        ds_prim_choose(out, options->threshold);
    return fine;
}

void ds_prim_trajectory_release(ds_prim_trajectory *trajectory)
{
    free(trajectory->peel);
    *trajectory = (ds_prim_trajectory){0};
}

void ds_prim_after(const ds_prim_grid *grid, const ds_prim_trajectory *trajectory, size_t peels,
                   ds_prim_range *box)
{
    ds_prim_whole(grid, box);
    for (size_t k = 0; k < peels && k < trajectory->count; k++) {
        const ds_prim_peel *peel = &trajectory->peel[k];
        narrow(&box[peel->column], peel->side, peel->bin);
    }
}
