/* worker.h -- the state of a run and of its workers, shared by worker.c (what a
 * worker does) and engine.c (what the calling thread does).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_WORKER_H
#define DS_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "engine/result.h"
#include "engine/streamed.h"
#include "engine/tally.h"

typedef struct {
    const ds_engine_source *source;
    const ds_run_options   *options;
    const ds_engine_tuning *tuning;
    ds_engine_layout        layout;
    ds_result              *result;

    uint64_t      first_block, end_block; /* of this stretch of the run        */
    atomic_ullong next; /* position in the hand-out order, of the stretch */
    atomic_bool   stop;

    pthread_mutex_t lock;
    pthread_cond_t  room;  /* the ring has moved on, or stop       */
    pthread_cond_t  ended; /* a worker has ended                   */
    uint64_t        done_paths;
    uint64_t        merged_blocks, merged_paths;
    ds_cell        *ring;   /* [layout.ring][layout.all_cells]      */
    ds_stream_cell *ring_cells; /* [layout.ring][columns], and   */
    ds_cell        *ring_pairs; /* [pairs and strategies]; NULL: nothing streams yet */
    double         *ring_sums; /* [layout.ring][layout.sums]        */
    bool           *filled; /* [layout.ring]                        */
    unsigned        running;
    ds_bad_number     bad;
    ds_code         code; /* first failure of a worker              */
    ds_error        error;
} ds_run_state;

typedef struct {
    ds_run_state *run;
    pthread_t  thread;
    void      *work; /* of the kernel; months of one path for the reference */
    double    *outcomes, *bills; /* of one block, as kernel.h says */
    ds_cell   *tally;
    ds_stream_tally stream;
    double    *sums; /* of groups, [cell][ds_tally_parts()] */
} ds_worker;

/* One worker a thread of the layout; NULL when out of memory. */
ds_worker *ds_workers_new(ds_run_state *run);
void       ds_workers_free(ds_worker *workers, unsigned count);

void ds_worker_prepare(ds_worker *w);
/* Takes and finishes one block; false when there is nothing left to do. */
bool ds_worker_next_block(ds_worker *w);
/* Ends the run with a failure; the first one counts.  error may be NULL. */
void ds_run_give_up(ds_run_state *r, ds_code code, const ds_error *error);

#endif
