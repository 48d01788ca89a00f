/* several.c -- the statistics of an outcome for several strategies at once.
 *
 * Called by result.c.  Every column is worked out by one thread, in the same way whoever it
 * is: threads change no bit.  Helpers have a room of their own to look in; without the memory
 * for them, or without threads, the calling one does it all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/result.h"
#include "model/outcome.h"

/* Below so many paths a thread takes longer to start than a column to sort. */
enum { WORTH_A_THREAD = 32768 };

typedef struct {
    const ds_result *result;
    size_t           outcome, count;
    const size_t    *strategies;
    ds_statistics  **out;
    atomic_size_t    next;
} task;

typedef struct {
    task     *task;
    ds_order_room *room;
    double   *scratch;
    pthread_t thread;
} helper;

static ds_statistics statistics_of(const ds_result *r, size_t strategy, size_t outcome,
                                   ds_order_room *room, double *scratch)
{
    const size_t column = strategy * r->column_count + (size_t)r->column_of[outcome];
    const ds_outcome_info *info = ds_outcome_at(outcome);

    return r->stream != NULL
               ? ds_stream_statistics(r, column, info, room)
               : ds_statistics_of(r, ds_result_cells(r, strategy, outcome), info, room, scratch);
}

static void work(task *t, ds_order_room *room, double *scratch)
{
    for (size_t k; (k = atomic_fetch_add(&t->next, 1)) < t->count;) {
        *t->out[k] = statistics_of(t->result, t->strategies[k], t->outcome, room, scratch);
    }
}

static void *help(void *argument)
{
    const helper *h = argument;

    work(h->task, h->room, h->scratch);
    return NULL;
}

/* False when there is no memory or no thread. */
static bool start(helper *h, task *t)
{
    h->task = t;
    h->room = ds_order_room_new(t->result->kept);
    h->scratch = calloc(ds_groups_scratch(&t->result->groups), sizeof *h->scratch);
    if (h->room != NULL && h->scratch != NULL &&
        pthread_create(&h->thread, NULL, help, h) == 0) {
        return true;
    }
    ds_order_room_free(h->room);
    free(h->scratch);
    return false;
}

size_t ds_statistics_at_once(const ds_result *r)
{
    const uint64_t fit = 1 + r->spare_bytes / ds_order_room_bytes(r->kept);
    const size_t most = r->threads < DS_MOST_AT_ONCE ? r->threads : DS_MOST_AT_ONCE;

    if (r->kept < WORTH_A_THREAD) {
        return 1;
    }
    return fit < most ? (size_t)fit : most;
}

void ds_statistics_of_several(const ds_result *r, size_t outcome, size_t count,
                              const size_t *strategies, ds_order_room *room, double *scratch,
                              ds_statistics **out)
{
    task t = {.result = r, .outcome = outcome, .count = count, .strategies = strategies,
              .out = out};
    helper helpers[DS_MOST_AT_ONCE];
    size_t started = 0;

    while (started + 1 < count && start(&helpers[started], &t)) {
        started++;
    }
    work(&t, room, scratch);
    for (size_t i = 0; i < started; i++) {
        pthread_join(helpers[i].thread, NULL);
        ds_order_room_free(helpers[i].room);
        free(helpers[i].scratch);
    }
}
