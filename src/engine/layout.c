/* layout.c -- how a run is cut up, and the memory it takes.
 *
 * Called by ds_engine_run() before anything is allocated, so that a run that is too
 * large is refused with a message, not killed half-way.
 *
 * Invariant: the bytes grow with the paths, so that the most paths that fit can be
 * found by halving.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/result.h"
#include "engine/streamed.h"
#include "engine/tally.h"
#include "numerics/order.h"
#include "scenario/error.h"

enum { ALIGNMENT = 64 };

static const uint64_t default_cap_bytes = UINT64_C(4) << 30;
static const uint64_t most_streamed = UINT64_C(1000000000000);
static const double   bytes_per_gib = 1073741824.0;

/* total + a * b * c, or UINT64_MAX. */
static uint64_t plus_product(uint64_t total, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t factors[2] = {b, c};
    uint64_t product = a;

    for (size_t i = 0; i < 2; i++) {
        if (factors[i] != 0 && product > UINT64_MAX / factors[i]) {
            return UINT64_MAX;
        }
        product *= factors[i];
    }
    return product > UINT64_MAX - total ? UINT64_MAX : total + product;
}

static uint64_t bytes_of(const ds_engine_source *s, const ds_engine_layout *l)
{
    uint64_t wanted = 0;
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
        wanted += s->left_out[o] ? 0 : 1;
    }
    const uint64_t columns = plus_product(0, s->strategy_count, wanted, 1);
    const uint64_t outcomes = plus_product(0, s->strategy_count, DS_OUTCOME_COUNT, 1);
    const uint64_t bills = plus_product(0, s->strategy_count, s->month_count, 1);
    const uint64_t tally = plus_product(l->sums * sizeof(double), l->all_cells, sizeof(ds_cell), 1);
    uint64_t worker = plus_product(s->work_bytes, s->month_count, sizeof(double), 1);

    worker = plus_product(worker, outcomes, DS_LANES, sizeof(double));
    worker = plus_product(worker, bills, DS_LANES, sizeof(double));
    worker = plus_product(worker, tally, 1, 1);

    uint64_t bytes = plus_product(0, columns, l->kept, sizeof(double));
    bytes = plus_product(bytes, 1, ds_order_room_bytes(l->kept), 1);
    bytes = plus_product(bytes, bills, l->bill_paths, sizeof(double));
    bytes = plus_product(bytes, l->threads, worker, 1);
    bytes = plus_product(bytes, l->ring + 1, tally, 1);
    bytes = plus_product(bytes, outcomes, sizeof(ds_statistics) + 1, 1);
    bytes = plus_product(bytes, ds_groups_scratch(&s->groups), sizeof(double), 1);
    bytes = plus_product(bytes, bills, sizeof(ds_month_statistics) + 1, 1);
    if (l->kept < l->paths) {
        const ds_stream_size stream =
            ds_stream_size_of(s->strategy_count, (size_t)wanted, l->threads);
        bytes = plus_product(bytes, l->ring, stream.ring_bytes, 1);
        bytes = plus_product(bytes, 1, stream.bytes, 1);
    }
    return bytes;
}

ds_engine_layout ds_engine_layout_of(const ds_engine_source *source, uint64_t paths,
                                     uint64_t kept, unsigned threads, bool in_order)
{
    ds_engine_layout l = {.paths = paths, .kept = kept};

    l.blocks = paths / DS_LANES + (paths % DS_LANES != 0);
    l.bill_paths = paths < DS_ENGINE_BILL_PATHS ? paths : DS_ENGINE_BILL_PATHS;
    l.threads = threads < DS_ENGINE_MAX_THREADS ? threads : DS_ENGINE_MAX_THREADS;
    l.threads = l.threads > l.blocks ? (unsigned)l.blocks : l.threads;
    l.threads = l.threads > 0 ? l.threads : 1;
    l.cells = source->strategy_count * source->month_count + 1;
    l.all_cells = source->groups.kind == DS_GROUPS_PAIRS ? 2 * l.cells : l.cells;
    l.sums = l.cells * ds_tally_parts(&source->groups);
    l.ring = in_order ? 4 * (uint64_t)l.threads + 4 : l.blocks;
    l.ring = l.ring < l.blocks ? l.ring : l.blocks;
    l.bytes = bytes_of(source, &l);
    return l;
}

/* The most paths whose columns take at most `cap` bytes; whole blocks if there are.
 * streaming: the others of the layout are counted, else there are no others. */
static uint64_t paths_that_fit(const ds_engine_source *source, const ds_engine_layout *layout,
                               bool streaming, bool in_order, uint64_t cap)
{
    uint64_t fits = 0, too_many = layout->paths;

    while (too_many - fits > 1) {
        const uint64_t middle = fits + (too_many - fits) / 2;
        const ds_engine_layout l =
            ds_engine_layout_of(source, streaming ? layout->paths : middle, middle,
                                layout->threads, in_order);
        if (l.bytes <= cap) {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    return fits > DS_LANES ? fits - fits % DS_LANES : fits;
}

ds_code ds_engine_fit_memory(const ds_engine_source *source, ds_engine_layout *layout,
                             bool in_order, uint64_t cap_bytes, ds_error *err)
{
    const bool each = source->groups.kind == DS_GROUPS_EACH;
    uint64_t cap = cap_bytes != 0 ? cap_bytes : default_cap_bytes;

    /* of one worker: what is kept must not depend on the threads, and what more workers
     * take does not grow with the paths */
    const ds_engine_layout one =
        ds_engine_layout_of(source, layout->paths, layout->kept, 1, in_order);
    cap = cap < SIZE_MAX / 2 ? cap : SIZE_MAX / 2;
    if (one.bytes <= cap) {
        layout->spare_bytes = layout->bytes < cap ? cap - layout->bytes : 0;
        return DS_OK;
    }
    if (each && layout->paths <= most_streamed) {
        const uint64_t kept = paths_that_fit(source, &one, true, in_order, cap);
        if (kept >= DS_STREAM_LEAST_KEPT) {
            *layout = ds_engine_layout_of(source, layout->paths, kept, layout->threads, in_order);
            return DS_OK;
        }
    }
    return ds_fail(err, DS_E_SCENARIO, "/run/paths",
                   "%llu paths need %.3g GiB of memory, more than the limit of %.3g GiB%s; "
                   "%llu paths fit",
                   (unsigned long long)layout->paths, (double)one.bytes / bytes_per_gib,
                   (double)cap / bytes_per_gib,
                   each ? "" : " (paths beyond it are counted with sampling `random` only)",
                   (unsigned long long)paths_that_fit(source, &one, false, in_order, cap));
}

void *ds_engine_alloc(uint64_t count, size_t size)
{
    const uint64_t bytes = plus_product(0, count, size, 1);

    if (bytes > SIZE_MAX / 2) {
        return NULL;
    }
    /* aligned_alloc wants a multiple of the alignment */
    const size_t blocks = (size_t)bytes / ALIGNMENT + 1;
    return aligned_alloc(ALIGNMENT, blocks * ALIGNMENT);
}
