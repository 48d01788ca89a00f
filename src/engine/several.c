/* several.c -- the statistics of an outcome for several strategies at once.
 *
 * Called by result.c.  Every column is worked out by one thread, in the same way whoever it
 * is: threads change no bit.  Helpers have buffers of their own; without the memory for them,
 * or without threads, the calling one does it all.
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
    double   *values, *scratch;
    pthread_t thread;
} helper;

static ds_statistics statistics_of(const ds_result *r, size_t strategy, size_t outcome,
                                   double *values, double *scratch)
{
    const size_t column = strategy * r->column_count + (size_t)r->column_of[outcome];
    const ds_outcome_info *info = ds_outcome_at(outcome);

    return r->stream != NULL
               ? ds_stream_statistics(r, column, info, values)
               : ds_statistics_of(r, ds_result_cells(r, strategy, outcome), info, values, scratch);
}

static void work(task *t, double *values, double *scratch)
{
    for (size_t k; (k = atomic_fetch_add(&t->next, 1)) < t->count;) {
        *t->out[k] = statistics_of(t->result, t->strategies[k], t->outcome, values, scratch);
    }
}

static void *help(void *argument)
{
    const helper *h = argument;

    work(h->task, h->values, h->scratch);
    return NULL;
}

/* False when there is no memory or no thread. */
static bool start(helper *h, task *t)
{
    h->task = t;
    h->values = ds_engine_alloc(t->result->kept, sizeof *h->values);
    h->scratch = calloc(ds_groups_scratch(&t->result->groups), sizeof *h->scratch);
    if (h->values != NULL && h->scratch != NULL &&
        pthread_create(&h->thread, NULL, help, h) == 0) {
        return true;
    }
    free(h->values);
    free(h->scratch);
    return false;
}

size_t ds_statistics_at_once(const ds_result *r)
{
    const uint64_t bytes = 3 * r->kept * sizeof(double); /* as a layout counts them */
    const uint64_t fit = bytes > 0 ? 1 + r->spare_bytes / bytes : 1;
    const size_t most = r->threads < DS_MOST_AT_ONCE ? r->threads : DS_MOST_AT_ONCE;

    if (r->kept < WORTH_A_THREAD) {
        return 1;
    }
    return fit < most ? (size_t)fit : most;
}

void ds_statistics_of_several(const ds_result *r, size_t outcome, size_t count,
                              const size_t *strategies, double *values, double *scratch,
                              ds_statistics **out)
{
    task t = {.result = r, .outcome = outcome, .count = count, .strategies = strategies,
              .out = out};
    helper helpers[DS_MOST_AT_ONCE];
    size_t started = 0;

    while (started + 1 < count && start(&helpers[started], &t)) {
        started++;
    }
    work(&t, values, scratch);
    for (size_t i = 0; i < started; i++) {
        pthread_join(helpers[i].thread, NULL);
        free(helpers[i].values);
        free(helpers[i].scratch);
    }
}
