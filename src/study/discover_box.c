/* discover_box.c -- what is to be said of a box: see discover.h.
 *
 * Shares are of the rows that did not find the box; how sure its sides are comes from half
 * samples of those that did, each with a box of its own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/sort.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"
#include "scenario/error.h"
#include "study/discover.h"

static const double rival_share = 0.25; /* of half samples: then it is told */
enum { SIDES = DS_PRIM_VALUE + 1 };

ds_estimate ds_share_of(uint64_t part, uint64_t whole)
{
    const double n = (double)whole, p = whole > 0 ? (double)part / n : (double)NAN;
    return (ds_estimate){p, whole > 0 ? ds_share_se(part, whole) : (double)NAN};
}

ds_prim_tally ds_discovery_mark(ds_discovery *s, const uint8_t *half, uint8_t *mark)
{
    ds_prim_tally t = {0, 0};
    for (size_t i = 0; i < s->grid.rows; i++) {
        mark[i] = half[i] && s->free[i];
        t.rows += mark[i];
        t.hits += mark[i] && s->hit[i];
    }
    return t;
}

static ds_code no_memory(const ds_discovery *s)
{
    return ds_fail(s->err, DS_E_NOMEM, "", "out of memory");
}

/* ---- Edges -------------------------------------------------------------------------- */

static ds_discover_side side_of(ds_prim_side side)
{
    return side == DS_PRIM_LOW    ? DS_DISCOVER_ABOVE
           : side == DS_PRIM_HIGH ? DS_DISCOVER_BELOW
                                  : DS_DISCOVER_VALUES;
}

/* Halfway between the last value on one side and the first on the other. */
static double bound_of(const ds_prim_column *c, ds_prim_side side, size_t bin)
{
    switch (side) {
    case DS_PRIM_LOW:  return c->most[bin - 1] + 0.5 * (c->least[bin] - c->most[bin - 1]);
    case DS_PRIM_HIGH: return c->most[bin] + 0.5 * (c->least[bin + 1] - c->most[bin]);
    case DS_PRIM_VALUE:
    default:           return (double)NAN;
    }
}

static size_t bin_at(const ds_prim_range *range, ds_prim_side side)
{
    return side == DS_PRIM_LOW ? range->low : range->high;
}

static double bin_share(const ds_prim_column *c, size_t bin)
{
    return (bin + 1 < c->bins ? c->below[bin + 1] : 1) - c->below[bin];
}

static void set_values(const ds_prim_column *c, const ds_prim_range *range, ds_discover_edge *e,
                       double *share)
{
    size_t n = 0;
    for (int in = 1; in >= 0; in--) {
        for (size_t b = 0; b < c->bins; b++) {
            if ((range->set >> b & 1) == in) {
                e->values[n++] = c->least[b];
                *share += in ? bin_share(c, b) : 0;
            }
        }
        if (in) {
            e->kept_count = n;
        }
    }
    e->value_count = n;
}

static void set_edge(const ds_discovery *s, size_t column, ds_prim_side side, ds_discover_edge *e)
{
    const ds_prim_column *c = &s->grid.column[column];
    const ds_prim_range *range = &s->box[column];
    const ds_samples_info info = ds_samples_at(s->samples, s->column[column]);
    double share = 0;

    e->name = ds_arena_copy(s->d->arena, info.name);
    e->unit = ds_arena_copy(s->d->arena, info.unit);
    e->kind = info.kind;
    e->side = side_of(side);
    e->bound = side == DS_PRIM_VALUE ? (double)NAN : bound_of(c, side, bin_at(range, side));
    if (side == DS_PRIM_VALUE) {
        set_values(c, range, e, &share);
    } else {
        share = side == DS_PRIM_LOW ? 1 - c->below[range->low] : c->below[range->high + 1];
    }
    e->share = ds_share_of((uint64_t)lround(share * (double)s->grid.rows), s->grid.rows);
    e->low = e->high = (double)NAN;
}

/* (178), and what the box is without the side. */
static void test_edge(ds_discovery *s, size_t column, ds_prim_side side, ds_prim_tally in,
                      ds_discover_edge *e)
{
    const ds_prim_range before = s->box[column];
    ds_prim_open(&s->grid, s->box, column, side);
    const ds_prim_tally around = ds_prim_count(&s->grid, s->hit, s->mark, s->box);
    s->box[column] = before;
    e->quasi_p = ds_prim_quasi_p(in, around);
    e->density_without = ds_share_of(around.hits, around.rows);
    e->coverage_without = ds_share_of(around.hits, s->all_told.hits);
}

/* The edges, those that narrow most first. */
static ds_code make_edges(ds_discovery *s, ds_prim_tally in, ds_discover_found *out)
{
    size_t room = 0;
    for (size_t c = 0; c < s->grid.columns; c++) {
        for (int side = 0; side < SIDES; side++) {
            room += ds_prim_has_side(&s->grid, s->box, c, (ds_prim_side)side);
        }
    }
    out->edges = ds_arena_array(s->d->arena, room + 1, sizeof *out->edges);
    if (out->edges == NULL) {
        return no_memory(s);
    }
    for (size_t c = 0; c < s->grid.columns; c++) {
        for (int k = 0; k < SIDES; k++) {
            const ds_prim_side side = (ds_prim_side)k;
            if (ds_prim_has_side(&s->grid, s->box, c, side)) {
                ds_discover_edge *e = &out->edges[out->what.edge_count++];
                set_edge(s, c, side, e);
                test_edge(s, c, side, in, e);
            }
        }
    }
    return DS_OK;
}

/* ---- Half samples ------------------------------------------------------------------- */

typedef struct {
    size_t  halves;
    size_t *kept;  /* [column][side]                                                   */
    double *bound; /* [column][side][half], the first `kept` of them                     */
} repeats;

static void note_box(const ds_discovery *s, const ds_prim_range *box, repeats *r)
{
    for (size_t c = 0; c < s->grid.columns; c++) {
        for (int k = 0; k < SIDES; k++) {
            const ds_prim_side side = (ds_prim_side)k;
            const size_t at = c * SIDES + (size_t)k;
            if (ds_prim_has_side(&s->grid, box, c, side)) {
                r->bound[at * r->halves + r->kept[at]++] =
                    side == DS_PRIM_VALUE
                        ? box[c].set
                        : bound_of(&s->grid.column[c], side, bin_at(&box[c], side));
            }
        }
    }
}

/* Halves come in pairs: what one has the other has not. */
static void draw_half(ds_discovery *s, size_t half)
{
    const uint64_t key = ds_stream_key(s->options->seed, ds_hash_text("discover#half"));
    ds_discovery_mark(s, s->found_in, s->mark);
    for (size_t i = 0; i < s->grid.rows; i++) {
        if (s->mark[i]) {
            const double u = ds_stream_uniform(key, i, (uint32_t)(half / 2), 0);
            s->mark[i] = (u < 0.5) == (half % 2 == 0);
        }
    }
}

static ds_code repeat(ds_discovery *s, repeats *r)
{
    ds_prim_range *box = malloc((s->grid.columns + 1) * sizeof *box);
    ds_code code = box != NULL ? DS_OK : no_memory(s);

    for (size_t half = 0; code == DS_OK && half < r->halves; half++) {
        draw_half(s, half);
        if (!ds_prim_find(&s->grid, s->hit, s->mark, &s->prim, box, NULL)) {
            code = no_memory(s);
            break;
        }
        note_box(s, box, r);
        s->done++;
        if (s->options->keep_going != NULL &&
            !s->options->keep_going(s->options->context, s->done, s->total, (double)NAN)) {
            code = ds_fail(s->err, DS_E_CANCELLED, "", "stopped");
        }
    }
    free(box);
    return code;
}

static double quantile_of(const double *sorted, size_t n, double level)
{
    const double at = level * (double)(n - 1);
    const size_t k = (size_t)at;
    return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[k];
}

static size_t same_sets(const double *sets, size_t n, uint16_t set)
{
    size_t same = 0;
    for (size_t k = 0; k < n; k++) {
        same += (uint16_t)sets[k] == set;
    }
    return same;
}

static void note_edge(const ds_discovery *s, size_t column, ds_prim_side side, repeats *r,
                      ds_discover_edge *e)
{
    const size_t at = column * SIDES + (size_t)side, n = r->kept[at];
    double *bound = r->bound + at * r->halves;

    if (side == DS_PRIM_VALUE) {
        e->kept = ds_share_of(same_sets(bound, n, s->box[column].set), r->halves);
        return;
    }
    e->kept = ds_share_of(n, r->halves);
    if (n > 0) {
        ds_sort(n, bound);
        e->low = quantile_of(bound, n, 0.05);
        e->high = quantile_of(bound, n, 0.95);
    }
}

static ds_code note_rival(const ds_discovery *s, size_t column, ds_prim_side side,
                          const repeats *r, ds_discover_found *out)
{
    const size_t n = r->kept[column * SIDES + (size_t)side];
    if ((double)n < rival_share * (double)r->halves) {
        return DS_OK;
    }
    ds_discover_rival *rival = &out->rivals[out->what.rival_count++];
    rival->name = ds_arena_copy(s->d->arena, ds_samples_at(s->samples, s->column[column]).name);
    rival->side = side_of(side);
    rival->kept = ds_share_of(n, r->halves);
    return rival->name != NULL ? DS_OK : no_memory(s);
}

/* What the half samples say of the edges, in the order of make_edges(), and of others. */
static ds_code read_repeats(const ds_discovery *s, repeats *r, ds_discover_found *out)
{
    size_t edge = 0;
    ds_code code = DS_OK;
    out->rivals = ds_arena_array(s->d->arena, SIDES * s->grid.columns + 1, sizeof *out->rivals);
    if (out->rivals == NULL) {
        return no_memory(s);
    }
    for (size_t c = 0; c < s->grid.columns; c++) {
        for (int k = 0; code == DS_OK && k < SIDES; k++) {
            const ds_prim_side side = (ds_prim_side)k;
            if (ds_prim_has_side(&s->grid, s->box, c, side)) {
                note_edge(s, c, side, r, &out->edges[edge++]);
            } else {
                code = note_rival(s, c, side, r, out);
            }
        }
    }
    return code;
}

static ds_code ask_halves(ds_discovery *s, ds_discover_found *out)
{
    repeats r = {.halves = s->d->facts.halves};
    r.kept = calloc(SIDES * s->grid.columns + 1, sizeof *r.kept);
    r.bound = malloc((SIDES * s->grid.columns * r.halves + 1) * sizeof *r.bound);
    ds_code code = r.kept != NULL && r.bound != NULL ? repeat(s, &r) : no_memory(s);
    if (code == DS_OK) {
        code = read_repeats(s, &r, out);
    }
    free(r.kept);
    free(r.bound);
    return code;
}

/* ---- The trajectory ----------------------------------------------------------------- */

static bool is_peeled(const ds_discovery *s, const ds_prim_peel *p, size_t row)
{
    const uint16_t bin = s->grid.bin[p->column * s->grid.rows + row];
    return p->side == DS_PRIM_LOW    ? bin < p->bin
           : p->side == DS_PRIM_HIGH ? bin > p->bin
                                     : bin == p->bin;
}

/* Rows of the other half that are left after each peel, told[0] before the first. */
static void count_told(ds_discovery *s, const ds_prim_trajectory *t, ds_prim_tally *told)
{
    told[0] = ds_discovery_mark(s, s->told_in, s->mark);
    for (size_t k = 0; k < t->count; k++) {
        told[k + 1] = told[k];
        for (size_t i = 0; i < s->grid.rows; i++) {
            if (s->mark[i] && is_peeled(s, &t->peel[k], i)) {
                s->mark[i] = 0;
                told[k + 1].rows--;
                told[k + 1].hits -= s->hit[i];
            }
        }
    }
}

static void set_peel(const ds_discovery *s, const ds_prim_peel *p, ds_discover_peel *out)
{
    const ds_prim_column *c = &s->grid.column[p->column];
    out->name = ds_arena_copy(s->d->arena, ds_samples_at(s->samples, s->column[p->column]).name);
    out->side = side_of(p->side);
    out->bound = p->side == DS_PRIM_VALUE ? c->least[p->bin] : bound_of(c, p->side, p->bin);
    out->inputs = p->columns;
}

static ds_code make_peels(ds_discovery *s, const ds_prim_trajectory *t, ds_discover_found *out)
{
    ds_prim_tally *told = ds_arena_array(s->d->arena, t->count + 1, sizeof *told);
    out->peels = ds_arena_array(s->d->arena, t->count + 1, sizeof *out->peels);
    if (told == NULL || out->peels == NULL) {
        return no_memory(s);
    }
    count_told(s, t, told);
    out->what.peel_count = t->count + 1;
    for (size_t k = 0; k <= t->count; k++) {
        const ds_prim_tally found = k > 0 ? t->peel[k - 1].left : t->all;
        ds_discover_peel *p = &out->peels[k];
        p->name = "";
        if (k > 0) {
            set_peel(s, &t->peel[k - 1], p);
        }
        p->mass = ds_share_of(told[k].rows, s->all_told.rows);
        p->density = ds_share_of(told[k].hits, told[k].rows);
        p->coverage = ds_share_of(told[k].hits, s->all_told.hits);
        p->found_mass = (double)found.rows / (double)s->all_found.rows;
        p->found_density = (double)found.hits / (double)found.rows;
        p->found_coverage = (double)found.hits / (double)s->all_found.hits;
        p->chosen = k == t->chosen;
    }
    return DS_OK;
}

/* ---- All of it ---------------------------------------------------------------------- */

static void make_shares(ds_discovery *s, ds_prim_tally in, ds_prim_tally left,
                        ds_discover_box *what)
{
    ds_prim_tally found = {0, 0};
    ds_discovery_mark(s, s->found_in, s->mark);
    found = ds_prim_count(&s->grid, s->hit, s->mark, s->box);
    what->mass = ds_share_of(in.rows, s->all_told.rows);
    what->density = ds_share_of(in.hits, in.rows);
    what->coverage = ds_share_of(in.hits, s->all_told.hits);
    what->elsewhere = ds_share_of(left.hits - in.hits, left.rows - in.rows);
    what->covered = ds_share_of(s->all_told.hits - (left.hits - in.hits), s->all_told.hits);
    what->threshold = s->prim.threshold;
    what->p_value = ds_prim_quasi_p(in, left);
    what->found_density = (double)found.hits / (double)found.rows;
    what->found_coverage = (double)found.hits / (double)s->all_found.hits;
}

ds_code ds_discovery_describe(ds_discovery *s, const ds_prim_trajectory *trajectory,
                              ds_discover_found *out)
{
    const ds_prim_tally left = ds_discovery_mark(s, s->told_in, s->mark);
    const ds_prim_tally in = ds_prim_count(&s->grid, s->hit, s->mark, s->box);
    ds_code code = make_edges(s, in, out);

    make_shares(s, in, left, &out->what);
    if (code == DS_OK) {
        code = ask_halves(s, out);
    }
    return code == DS_OK ? make_peels(s, trajectory, out) : code;
}
