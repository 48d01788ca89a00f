/* worker.c -- what a worker does with a block, and the ring of tallies.
 *
 * Called by engine.c.  A worker takes the next block from one atomic counter,
 * simulates it, copies its outcomes to the columns at the place of their paths, and
 * leaves its monthly tally in a ring.  Tallies leave the ring strictly in block
 * order: whoever brings the one that is due merges it and all that follow it without
 * a gap.  A worker waits only when it is a whole ring ahead; the worker with the
 * block that is due never waits, so there is always progress.
 *
 * Invariants: a value depends on (source, seed, path) alone and sums are taken in
 * block order, so threads and hand-out order change no bit.  What several threads
 * write is under `lock`, atomic, or (columns, bills) at places of their own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- One block -------------------------------------------------------------- */

static size_t paths_in_block(const ds_run_state *r, uint64_t block)
{
    const uint64_t left = r->layout.paths - block * DS_LANES;

    return left < DS_LANES ? (size_t)left : DS_LANES;
}

void ds_run_give_up(ds_run_state *r, ds_code code, const ds_error *error)
{
    pthread_mutex_lock(&r->lock);
    if (r->code == DS_OK) {
        r->code = code;
        if (error != NULL) {
            r->error = *error;
        }
    }
    atomic_store(&r->stop, true);
    pthread_cond_broadcast(&r->room);
    pthread_mutex_unlock(&r->lock);
}

/* The reference engine: path by path into the layout of a block. */
static bool reference_block(ds_worker *w, uint64_t first, size_t count)
{
    ds_run_state *r = w->run;
    const ds_engine_source *s = r->source;
    double outcomes[DS_OUTCOME_COUNT];
    ds_error error = {0};
    double *bills = s->month_count > 0 ? w->work : NULL;

    for (size_t lane = 0; lane < count; lane++) {
        for (size_t strategy = 0; strategy < s->strategy_count; strategy++) {
            if (atomic_load(&r->stop)) {
                return false;
            }
            const ds_code code = s->path(s->model, r->options->seed, first + lane, strategy,
                                         outcomes, bills, &error);
            if (code != DS_OK) {
                ds_run_give_up(r, code, &error);
                return false;
            }
            double *column = w->outcomes + strategy * DS_OUTCOME_COUNT * DS_LANES + lane;
            for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
                column[o * DS_LANES] = outcomes[o];
            }
            double *month = w->bills + strategy * s->month_count * DS_LANES + lane;
            for (size_t t = 0; bills != NULL && t < s->month_count; t++) {
                month[t * DS_LANES] = bills[t];
            }
        }
    }
    return true;
}

static void store_block(ds_worker *w, uint64_t first, size_t count)
{
    const ds_run_state *r = w->run;
    const ds_result *result = r->result;
    const size_t rows = r->source->strategy_count * r->source->month_count;

    if (first >= result->stride) {
        return; /* it streams: kept paths are whole blocks */
    }
    for (size_t s = 0; s < r->source->strategy_count; s++) {
        for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
            const bool later = o == DS_OUTCOME_SAVING_NPV && r->source->saving_follows;
            if (ds_result_has(result, o) && !later) {
                memcpy(ds_result_cells(result, s, o) + first,
                       w->outcomes + (s * DS_OUTCOME_COUNT + o) * DS_LANES, count * sizeof(double));
            }
        }
    }
    if (first >= result->bill_stride) {
        return;
    }
    const uint64_t left = result->bill_stride - first;
    const size_t kept = left < count ? (size_t)left : count;
    for (size_t row = 0; row < rows; row++) {
        memcpy(result->bills + row * (size_t)result->bill_stride + first,
               w->bills + row * DS_LANES, kept * sizeof(double));
    }
}

static void note_bad(ds_run_state *r, const ds_bad_number *here)
{
    pthread_mutex_lock(&r->lock);
    if (!r->bad.found || here->path < r->bad.path) {
        r->bad = *here;
    }
    pthread_mutex_unlock(&r->lock);
}

/* One cell of the tally, and what its error wants. */
static void tally_cell(ds_worker *w, size_t cell, uint64_t first, size_t count, const double *x)
{
    const ds_engine_layout *l = &w->run->layout;
    const ds_groups *groups = &w->run->source->groups;

    w->tally[cell] = ds_cell_of(count, x);
    if (groups->kind == DS_GROUPS_PAIRS) {
        w->tally[l->cells + cell] = ds_pair_cell_of(count, x);
    } else if (groups->kind == DS_GROUPS_MODULO) {
        ds_part_sums_of(groups, first, count, x, w->sums + cell * ds_tally_parts(groups));
    }
}

/* Fills w->tally; a number that may not be is remembered. */
static void tally_block(ds_worker *w, uint64_t first, size_t count)
{
    ds_run_state *r = w->run;
    const size_t months = r->source->month_count, strategies = r->source->strategy_count;
    ds_bad_number bad = {0};

    for (size_t row = 0; row < strategies * months; row++) {
        const double *bill = w->bills + row * DS_LANES;
        tally_cell(w, row, first, count, bill);
        for (size_t i = 0; !isfinite(w->tally[row].m2) && i < count; i++) {
            if (!isfinite(bill[i]) && (!bad.found || first + i < bad.path)) {
                bad = (ds_bad_number){true, first + i, row / months, DS_OUTCOME_COUNT, row % months,
                                      bill[i]};
            }
        }
    }
    const size_t saving = (strategies - 1) * DS_OUTCOME_COUNT + DS_OUTCOME_SAVING_NPV;
    tally_cell(w, strategies * months, first, count, w->outcomes + saving * DS_LANES);
    ds_check_outcomes(r->result, first, count, w->outcomes, &bad);
    if (bad.found) {
        note_bad(r, &bad);
    }
}

/* Merges every tally that is due; the lock is held. */
static void merge_ready(ds_run_state *r)
{
    const size_t cells = r->layout.cells, all = r->layout.all_cells, sums = r->layout.sums;

    while (r->merged_blocks < r->end_block) {
        const uint64_t slot = r->merged_blocks % r->layout.ring;
        if (!r->filled[slot]) {
            return;
        }
        const uint64_t count = paths_in_block(r, r->merged_blocks);
        const ds_cell *block = r->ring + slot * all;
        ds_cells_merge(cells, r->result->tally, r->merged_paths, block, count);
        if (all > cells) {
            ds_cells_merge(cells, r->result->tally + cells, r->merged_paths / 2, block + cells,
                           count / 2);
        }
        if (r->ring_cells != NULL) {
            const ds_stream_size *size = &r->result->stream->size;
            ds_stream_merge(r->result->stream, r->ring_cells + slot * size->columns,
                            r->ring_pairs + slot * (size->pairs + size->strategies), count);
        }
        for (size_t i = 0; i < sums; i++) {
            r->result->sums[i] += r->ring_sums[slot * sums + i];
        }
        r->filled[slot] = false;
        r->merged_paths += count;
        r->merged_blocks++;
    }
}

static void hand_in(ds_worker *w, uint64_t block, size_t count)
{
    ds_run_state *r = w->run;
    const size_t all = r->layout.all_cells, sums = r->layout.sums;

    pthread_mutex_lock(&r->lock);
    while (!atomic_load(&r->stop) && block >= r->merged_blocks + r->layout.ring) {
        pthread_cond_wait(&r->room, &r->lock);
    }
    if (!atomic_load(&r->stop)) {
        const uint64_t slot = block % r->layout.ring;
        const uint64_t due = r->merged_blocks;
        memcpy(r->ring + slot * all, w->tally, all * sizeof *w->tally);
        if (r->ring_cells != NULL) {
            const ds_stream_size *size = &r->result->stream->size;
            const size_t pairs = size->pairs + size->strategies;
            memcpy(r->ring_cells + slot * size->columns, w->stream.cells,
                   size->columns * sizeof *w->stream.cells);
            memcpy(r->ring_pairs + slot * pairs, w->stream.pairs,
                   pairs * sizeof *w->stream.pairs);
        }
        if (sums > 0) {
            memcpy(r->ring_sums + slot * sums, w->sums, sums * sizeof *w->sums);
        }
        r->filled[slot] = true;
        r->done_paths += count;
        merge_ready(r);
        if (r->merged_blocks != due) {
            pthread_cond_broadcast(&r->room);
        }
    }
    pthread_mutex_unlock(&r->lock);
}

bool ds_worker_next_block(ds_worker *w)
{
    ds_run_state *r = w->run;
    const ds_engine_source *s = r->source;

    if (atomic_load(&r->stop)) {
        return false;
    }
    const uint64_t position = atomic_fetch_add(&r->next, 1);
    const uint64_t blocks = r->end_block - r->first_block;
    if (position >= blocks) {
        return false;
    }
    const uint64_t block =
        r->first_block + (r->tuning->order == NULL ? position
                                                   : r->tuning->order(position, blocks));
    const uint64_t first = block * DS_LANES;
    const size_t count = paths_in_block(r, block);
    if (r->options->engine == DS_ENGINE_FAST) {
        s->block(s->model, first, w->work, w->outcomes, w->bills);
    } else if (!reference_block(w, first, count)) {
        return false;
    }
    store_block(w, first, count);
    if (first >= r->result->stride) {
        ds_stream_block(r->result->stream, count, w->outcomes, &w->stream);
    }
    tally_block(w, first, count);
    hand_in(w, block, count);
    return true;
}

/* ---- A worker's memory ------------------------------------------------------- */

void ds_worker_prepare(ds_worker *w)
{
    const ds_run_state *r = w->run;

    if (r->options->engine == DS_ENGINE_FAST) {
        r->source->prepare(r->source->model, r->options->seed, w->work);
    }
}

void ds_workers_free(ds_worker *workers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(workers[i].work);
        free(workers[i].outcomes);
        free(workers[i].bills);
        free(workers[i].tally);
        free(workers[i].sums);
        ds_stream_tally_free(&workers[i].stream);
    }
    free(workers);
}

ds_worker *ds_workers_new(ds_run_state *r)
{
    const ds_engine_source *s = r->source;
    const uint64_t lanes = s->strategy_count * (uint64_t)DS_LANES;
    const uint64_t path_bytes = s->month_count * sizeof(double);
    const uint64_t work = s->work_bytes > path_bytes ? s->work_bytes : path_bytes;
    ds_worker *workers = calloc(r->layout.threads, sizeof *workers);

    for (unsigned i = 0; workers != NULL && i < r->layout.threads; i++) {
        ds_worker *w = &workers[i];
        w->run = r;
        w->work = ds_engine_alloc(work, 1);
        w->outcomes = ds_engine_alloc(lanes * DS_OUTCOME_COUNT, sizeof(double));
        w->bills = ds_engine_alloc(lanes * s->month_count, sizeof(double));
        w->tally = ds_engine_alloc(r->layout.all_cells, sizeof *w->tally);
        w->sums = ds_engine_alloc(r->layout.sums, sizeof *w->sums);
        if (w->work == NULL || w->outcomes == NULL || w->bills == NULL || w->tally == NULL ||
            w->sums == NULL) {
            ds_workers_free(workers, i + 1);
            return NULL;
        }
    }
    return workers;
}
