/* engine.c -- starting, watching and ending a run.
 *
 * ds_engine_run() is called by ds_run() and by tests.  It cuts the paths into blocks
 * of DS_LANES, starts the workers (worker.c) and waits for them.  The calling thread
 * simulates nothing: it asks keep_going() every 50 ms.  Only when no thread can be
 * started it does the work itself, and asks between blocks.
 *
 * Invariant: when it returns, every thread it started has been joined.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/result.h"
#include "engine/until.h"
#include "engine/worker.h"
#include "scenario/error.h"

enum { ASK_EVERY_MS = 50 };

/* ---- Threads ----------------------------------------------------------------- */

static void *worker_main(void *argument)
{
    ds_worker *w = argument;
    ds_run_state *r = w->run;

    ds_worker_prepare(w);
    while (ds_worker_next_block(w)) {
    }
    pthread_mutex_lock(&r->lock);
    r->running--;
    pthread_cond_signal(&r->ended);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static struct timespec after_ms(long ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += ms * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    return t;
}

static bool has_passed(const struct timespec *when)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > when->tv_sec ||
           (now.tv_sec == when->tv_sec && now.tv_nsec >= when->tv_nsec);
}

/* Asks the caller whether to go on; the lock is not held. */
static bool ask(ds_run_state *r)
{
    if (r->options->keep_going == NULL) {
        return true;
    }
    pthread_mutex_lock(&r->lock);
    const uint64_t done = r->done_paths;
    const double se = ds_result_cell_se(r->result, r->layout.cells - 1, r->merged_paths);
    pthread_mutex_unlock(&r->lock);
    return r->options->keep_going(r->options->context, done, r->layout.paths, se);
}

static void ask_or_stop(ds_run_state *r)
{
    if (!ask(r)) {
        ds_run_give_up(r, DS_E_CANCELLED, NULL);
    }
}

static void work_here(ds_worker *w)
{
    ds_run_state *r = w->run;
    struct timespec next = after_ms(ASK_EVERY_MS);

    ds_worker_prepare(w);
    while (ds_worker_next_block(w)) {
        if (has_passed(&next)) {
            ask_or_stop(r);
            next = after_ms(ASK_EVERY_MS);
        }
    }
}

/* Waits until no worker runs, or for ASK_EVERY_MS; false when none runs. */
static bool wait_for_workers(ds_run_state *r)
{
    const struct timespec until = after_ms(ASK_EVERY_MS);
    int status = 0;

    pthread_mutex_lock(&r->lock);
    while (r->running > 0 && status == 0) {
        status = pthread_cond_timedwait(&r->ended, &r->lock, &until);
    }
    const bool busy = r->running > 0;
    pthread_mutex_unlock(&r->lock);
    return busy;
}

/* As many threads as can be had; returns how many. */
static unsigned start_workers(ds_run_state *r, ds_worker *workers)
{
    const unsigned wanted = r->layout.threads;
    const unsigned failing = r->tuning->fail_threads < wanted ? r->tuning->fail_threads : wanted;
    unsigned started = 0;

    pthread_mutex_lock(&r->lock);
    while (started < wanted - failing &&
           pthread_create(&workers[started].thread, NULL, worker_main, &workers[started]) == 0) {
        started++;
    }
    r->running = started; /* none can have ended: they need the lock for that */
    pthread_mutex_unlock(&r->lock);
    return started;
}

static void simulate(ds_run_state *r, ds_worker *workers)
{
    ask_or_stop(r);
    const unsigned started = start_workers(r, workers);
    if (started == 0) {
        work_here(&workers[0]);
    }
    while (wait_for_workers(r)) {
        ask_or_stop(r);
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    if (!atomic_load(&r->stop)) {
        (void)ask(r); /* a progress line reaches the end; nothing is left to stop */
    }
}

/* ---- A run ------------------------------------------------------------------ */

/* `ended` is waited for by the clock that nobody sets. */
static bool init_ended(pthread_cond_t *ended)
{
    pthread_condattr_t attributes;

    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    const bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                    pthread_cond_init(ended, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

static bool init_locks(ds_run_state *r)
{
    if (pthread_mutex_init(&r->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&r->room, NULL) != 0) {
        pthread_mutex_destroy(&r->lock);
        return false;
    }
    if (!init_ended(&r->ended)) {
        pthread_cond_destroy(&r->room);
        pthread_mutex_destroy(&r->lock);
        return false;
    }
    return true;
}

/* ---- Beyond the kept paths ---------------------------------------------------- */

static void end_streams(ds_run_state *r)
{
    free(r->ring_cells);
    free(r->ring_pairs);
}

/* The columns are full: cuts their bins, and gives every worker what it counts in. */
static bool begin_streams(ds_run_state *r, ds_worker *workers)
{
    ds_result *result = r->result;
    ds_order_room *room = ds_order_room_new(result->kept);

    result->stream = room == NULL ? NULL : ds_stream_new(result, room);
    ds_order_room_free(room);
    if (result->stream == NULL) {
        return false;
    }
    const ds_stream_size *size = &result->stream->size;
    r->ring_cells = ds_engine_alloc(r->layout.ring * size->columns, sizeof *r->ring_cells);
    r->ring_pairs = ds_engine_alloc(r->layout.ring * (size->pairs + size->strategies),
                                    sizeof *r->ring_pairs);
    bool ok = r->ring_cells != NULL && r->ring_pairs != NULL;
    for (unsigned i = 0; ok && i < r->layout.threads; i++) {
        ok = ds_stream_tally_new(result->stream, &workers[i].stream);
    }
    return ok;
}

/* Counts do not depend on who counted. */
static void collect_streams(ds_run_state *r, ds_worker *workers)
{
    if (r->result->stream == NULL) {
        return;
    }
    const size_t bytes = r->result->stream->size.counts * sizeof(uint64_t);
    for (unsigned i = 0; i < r->layout.threads; i++) {
        ds_stream_add_counts(r->result->stream, workers[i].stream.counts);
        memset(workers[i].stream.counts, 0, bytes);
    }
}

/* ---- Stretches ------------------------------------------------------------------ */

static uint64_t blocks_of(uint64_t paths)
{
    return paths / DS_LANES + (paths % DS_LANES != 0);
}

/* Goes on from where the run is to `paths`. */
static bool run_to(ds_run_state *r, ds_worker *workers, uint64_t paths)
{
    while (r->result->paths < paths && r->code == DS_OK) {
        const uint64_t stride = r->result->stride, from = r->result->paths;
        const uint64_t to = from < stride && paths > stride ? stride : paths;
        if (from == stride && !begin_streams(r, workers)) {
            ds_run_give_up(r, DS_E_NOMEM, NULL);
            return false;
        }
        r->first_block = from / DS_LANES;
        r->end_block = blocks_of(to);
        atomic_store(&r->next, 0);
        simulate(r, workers);
        collect_streams(r, workers);
        ds_result_reached(r->result, to);
    }
    return r->code == DS_OK;
}

static ds_code simulate_all(ds_run_state *r, ds_worker *workers, ds_error *err)
{
    uint64_t paths = ds_until_first(r->result, r->layout.paths);
    ds_code code = DS_OK;

    for (bool more = true; more && code == DS_OK;) {
        if (!run_to(r, workers, paths)) {
            return r->code;
        }
        code = ds_result_check(r->result, &r->bad, err);
        more = code == DS_OK && !ds_until_look(r->result) && paths < r->layout.paths;
        paths = paths < r->layout.paths / 2 ? 2 * paths : r->layout.paths;
    }
    return code;
}

static ds_code run_blocks(ds_run_state *r, ds_error *err)
{
    ds_code code = DS_E_NOMEM;
    ds_worker *workers = ds_workers_new(r);

    r->ring = ds_engine_alloc(r->layout.ring * r->layout.all_cells, sizeof *r->ring);
    r->ring_sums = ds_engine_alloc(r->layout.ring * r->layout.sums, sizeof *r->ring_sums);
    r->filled = calloc((size_t)r->layout.ring, sizeof *r->filled);
    if (workers == NULL || r->ring == NULL || r->ring_sums == NULL || r->filled == NULL ||
        !init_locks(r)) {
        code = ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    } else {
        code = simulate_all(r, workers, err);
        pthread_cond_destroy(&r->ended);
        pthread_cond_destroy(&r->room);
        pthread_mutex_destroy(&r->lock);
    }
    free(r->ring);
    free(r->ring_sums);
    free(r->filled);
    end_streams(r);
    if (workers != NULL) {
        ds_workers_free(workers, r->layout.threads);
    }
    if (code == DS_E_CANCELLED) {
        return ds_fail(err, code, NULL, "stopped after %llu of %llu paths",
                       (unsigned long long)r->done_paths, (unsigned long long)r->layout.paths);
    }
    if (r->code == DS_E_NOMEM && r->error.message[0] == '\0') {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    if (r->code != DS_OK && err != NULL) {
        *err = r->error;
    }
    return code;
}

static unsigned thread_count(const ds_run_options *options)
{
    if (options->threads > 0) {
        return options->threads;
    }
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 && processors < DS_ENGINE_MAX_THREADS ? (unsigned)processors : 1;
}

ds_code ds_engine_run(const ds_engine_source *source, const ds_run_options *options,
                      const ds_engine_tuning *tuning, ds_result **out, ds_error *err)
{
    static const ds_engine_tuning defaults = {0};
    ds_run_state r = {.source = source, .options = options,
                   .tuning = tuning != NULL ? tuning : &defaults};
    const bool in_order = r.tuning->order == NULL;

    *out = NULL;
    if (options->path_count == 0) {
        return ds_fail(err, DS_E_SCENARIO, "/run/paths", "a run needs at least 1 path, got 0");
    }
    r.layout = ds_engine_layout_of(source, options->path_count, options->path_count,
                                   thread_count(options), in_order);
    ds_code code = ds_engine_fit_memory(source, &r.layout, in_order, options->memory_cap_bytes,
                                        err);
    if (code != DS_OK) {
        return code;
    }
    r.result = ds_result_new(source, &r.layout, options->seed);
    if (r.result == NULL) {
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory for %llu paths",
                       (unsigned long long)options->path_count);
    }
    code = ds_until_begin(r.result, options, err);
    if (code == DS_OK) {
        code = run_blocks(&r, err);
    }
    if (code != DS_OK) {
        ds_result_free(r.result);
        return code;
    }
    *out = r.result;
    return DS_OK;
}
