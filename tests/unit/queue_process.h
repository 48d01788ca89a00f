/* queue_process.h -- requests that wait for a slot, one by one: a G/G/c queue, first come
 * first served, with gamma times between arrivals and in service.  For test_queue.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef QUEUE_PROCESS_H
#define QUEUE_PROCESS_H

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include <math.h>
#include <stdlib.h>

enum { BATCHES = 32 };

typedef struct {
    double load;                  /* a, Erlangs                                          */
    int    slots;                 /* c                                                   */
    double arrival_cv, service_cv;
    double after;                 /* t, in mean service times                            */
} queue_case;

typedef struct {
    double mean, mean_se;         /* wait, in mean service times                         */
    double late, late_se;         /* share that waits longer than `after`                */
} queue_figures;

/* free[0] is the slot that is free first; puts another time in its place. */
static void replace_first(double *free_at, int count, double time)
{
    int i = 0;
    for (;;) {
        int child = 2 * i + 1;
        if (child >= count)
            break;
        child += child + 1 < count && free_at[child + 1] < free_at[child];
        if (free_at[child] >= time)
            break;
        free_at[i] = free_at[child];
        i = child;
    }
    free_at[i] = time;
}

/* Gamma with mean 1; 0: constant. */
static double gamma_time(gsl_rng *r, double cv)
{
    if (cv == 0)
        return 1;
    return cv == 1 ? gsl_ran_exponential(r, 1) : gsl_ran_gamma(r, 1 / (cv * cv), cv * cv);
}

static void mean_of(const double *batch, double *mean, double *se)
{
    double sum = 0, squares = 0;
    for (int k = 0; k < BATCHES; k++)
        sum += batch[k] / BATCHES;
    for (int k = 0; k < BATCHES; k++)
        squares += (batch[k] - sum) * (batch[k] - sum);
    *mean = sum;
    *se = sqrt(squares / (BATCHES - 1) / BATCHES);
}

/* `arrivals` requests after a tenth as many that fill the queue; errors from batches. */
static queue_figures run_queue(const queue_case *q, long arrivals, unsigned long seed)
{
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
    double  *free_at = calloc((size_t)q->slots, sizeof *free_at);
    double   now = 0, wait_sum[BATCHES] = {0}, late[BATCHES] = {0};
    long     of_batch = arrivals / BATCHES;
    gsl_rng_set(r, seed);
    for (long n = -arrivals / 10; n < of_batch * BATCHES; n++) {
        now += gamma_time(r, q->arrival_cv) / q->load;
        double wait = fmax(0, free_at[0] - now);
        replace_first(free_at, q->slots, now + wait + gamma_time(r, q->service_cv));
        if (n < 0)
            continue;
        wait_sum[n / of_batch] += wait / (double)of_batch;
        late[n / of_batch] += (wait > q->after) / (double)of_batch;
    }
    queue_figures f;
    mean_of(wait_sum, &f.mean, &f.mean_se);
    mean_of(late, &f.late, &f.late_se);
    free(free_at);
    gsl_rng_free(r);
    return f;
}

/* (103) of docs/model.md, in mean service times. */
static double waits_at_all(double load, int slots)
{
    double b = 1;
    for (int k = 1; k <= slots; k++)
        b = load * b / (k + load * b);
    return b / (1 - load / slots * (1 - b));
}

static queue_figures by_formula(const queue_case *q)
{
    double psi = (q->arrival_cv * q->arrival_cv + q->service_cv * q->service_cv) / 2;
    double c = waits_at_all(q->load, q->slots), pace = (q->slots - q->load) / psi;
    return (queue_figures){.mean = c / pace, .late = c * exp(-pace * q->after)};
}

#endif
