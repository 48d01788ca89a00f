/* timing_surprises.c -- what nobody can foresee: numbers whose mean is 0 whatever is known
 * before, (139) of the months after a date and (140) of what only a start shows.
 *
 * Called by numerics/stopping.c through timing.c.
 *
 * Invariant: each is a product of a number that is known before, or hidden and independent of
 * all that is seen, and one of mean 0 that is independent of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/timing_state.h"

/* What the shocks of each process after the date move, where the student succeeds. */
static void fill_later(const void *context, size_t date, double *const *column)
{
    const ds_timing_part *part = context;
    const ds_timing_data *d = part->data;
    const double *success = d->succeeds[0] + part->offset;

    for (size_t k = 0; k < d->process_count; k++) {
        const double *moved = d->moved[date * d->process_count + k] + part->offset;
        for (size_t i = 0; i < part->count; i++) {
            column[k][i] = moved[i] * success[i];
        }
    }
}

ds_surprises ds_timing_later(const ds_timing_part *part)
{
    return (ds_surprises){part->data->process_count, fill_later, part, NULL};
}

/* Straight lines between knots of the bill, in sds of its logarithm; and what is beside a
 * shock, for the same. */
enum { KNOTS = 5 };
static const double knot_first = -1.5, knot_step = 0.75;

static double share_at(double at, size_t knot)
{
    const double most = KNOTS - 1.0, x = at < 0 ? 0 : at > most ? most : at;
    const double away = x - (double)knot;

    return away > 1 || away < -1 ? 0 : away > 0 ? 1 - away : 1 + away;
}

/* The kicks of a month, by what they are worth to one who starts, and their squares less
 * their mean, apart for bills high and low: what may be had by waiting bends where one is
 * about to start. */
static void fill_worth(const void *context, size_t date, double *const *column)
{
    const ds_timing_steps *steps = context;
    const ds_timing_part *part = steps->part;
    const ds_timing_data *d = part->data;
    const size_t first = (d->first + date) * d->process_count;
    const double *bill = part->state->state[date * part->state->features] + part->offset;
    const double centre = part->state->centre[date], spread = part->state->spread[date];
    const double *weight = ds_cleaning_later(steps->weights, date);

    for (size_t i = 0; i < part->count; i++) {
        const double at = ((bill[i] - centre) * spread - knot_first) / knot_step;
        double straight = 0, bent = 0;
        for (size_t k = 0; k < d->process_count; k++) {
            const size_t path = part->offset + i;
            const double kick = d->kick[first + k][path];
            const double stake = weight[k] * d->at_stake[first + k][path];
            straight += kick * stake;
            bent += (kick * kick - d->variance[k][path]) * stake;
        }
        for (size_t j = 0; j < KNOTS; j++) {
            const double share = share_at(at, j);
            column[j][i] = straight * share;
            column[KNOTS + j][i] = bent * share;
        }
    }
}

ds_surprises ds_timing_worth(const ds_timing_steps *steps)
{
    return (ds_surprises){2 * KNOTS, fill_worth, steps, NULL};
}

/* Permission, success, attempts and the numbers of the student, alone and times what would be
 * paid from then on without it: they have nothing to do with the world, now or later. */
enum { CHANCES = 5 };
static void fill_hidden(const void *context, size_t date, double *const *column)
{
    const ds_timing_part *part = context;
    const ds_timing_data *d = part->data;
    const double *ahead = d->ahead[date] + part->offset;
    size_t c = 0;

    for (size_t k = 0; k < d->student_count; k++) {
        const double *permitted = d->permitted[k] + part->offset;
        const double *passed = d->passed[k] + part->offset;
        const double *tried = d->tried[k] + part->offset;
        for (size_t i = 0; i < part->count; i++) {
            column[c][i] = permitted[i];
            column[c + 1][i] = passed[i];
            column[c + 2][i] = passed[i] * ahead[i];
            column[c + 3][i] = tried[i];
            column[c + 4][i] = tried[i] * ahead[i];
        }
        c += CHANCES;
    }
    for (size_t h = 0; h < d->hidden_count; h++, c += 2) {
        const double *score = d->score[h] + part->offset, *made = d->made[0] + part->offset;
        const double *success = d->succeeds[0] + part->offset;
        for (size_t i = 0; i < part->count; i++) {
            column[c][i] = score[i] * made[i];
            column[c + 1][i] = score[i] * success[i] * ahead[i];
        }
    }
}

ds_surprises ds_timing_hidden(const ds_timing_part *part)
{
    const ds_timing_data *d = part->data;

    return (ds_surprises){CHANCES * d->student_count + 2 * d->hidden_count, fill_hidden, part,
                          NULL};
}
