/* timing_surprises.c -- what nobody can foresee: numbers whose mean is 0 whatever is known
 * before, (139) of the months after a date and (140) of what only a start shows.
 *
 * Called by numerics/stopping.c through timing.c.
 *
 * Invariant: each is a product of a number that is known before, or hidden and independent of
 * all that is seen, and one of mean 0 that is independent of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/timing_state.h"

/* What a shock moves: a product, a price, a rent, or the bill as a whole. */
static const double *moved(const ds_timing_data *d, size_t process, size_t month)
{
    const ds_plan *plan = d->plan;
    const int index = (int)d->process[process];

    for (size_t p = 0; p < d->product_count; p++) {
        if (plan->same_shock[plan->product[d->product[p]].process] == index) {
            return d->requests[(month - 1) * d->product_count + p];
        }
    }
    return d->bill[month - 1];
}

/* Each shock times what it moves, over the mean of that; and the same where the student
 * succeeds. */
static void fill_later(const void *context, size_t date, double *const *column)
{
    const ds_timing_part *part = context;
    const ds_timing_data *d = part->data;
    const size_t month = d->first + date;

    for (size_t k = 0; k < d->process_count; k++) {
        double *plain = column[2 * k], *success = column[2 * k + 1];
        const double *shock = d->kick[month * d->process_count + k] + part->offset;
        const double *level = month == 0 ? NULL : moved(d, k, month) + part->offset;
        const double *passed = d->succeeds[0] + part->offset;
        for (size_t i = 0; i < part->count; i++) {
            plain[i] = month == 0 ? 0 : shock[i] * level[i];
            success[i] = plain[i] * passed[i];
        }
    }
}

ds_surprises ds_timing_later(const ds_timing_part *part)
{
    return (ds_surprises){2 * part->data->process_count, fill_later, part};
}

/* Straight lines between knots of the bill, in sds of its logarithm; and what is beside a
 * shock, for the same. */
enum { KNOTS = 5, WORTH = 2 * KNOTS };
static const double knot_first = -1.5, knot_step = 0.75;

static double share_at(double at, size_t knot)
{
    const double most = KNOTS - 1.0, x = at < 0 ? 0 : at > most ? most : at;
    const double away = x - (double)knot;

    return away > 1 || away < -1 ? 0 : away > 0 ? 1 - away : 1 + away;
}

/* Each shock, and its square less its mean, times what it moves, apart for bills high and low: what
 * may be had by waiting bends where one is about to start. */
static void fill_worth(const void *context, size_t date, double *const *column)
{
    const ds_timing_part *part = context;
    const ds_timing_data *d = part->data;
    const size_t month = d->first + date;
    const double *bill = part->state->state[date * part->state->features] + part->offset;
    const double centre = part->state->centre[date], spread = part->state->spread[date];

    for (size_t k = 0; k < d->process_count; k++) {
        double *const *own = column + WORTH * k;
        const double *shock = d->kick[month * d->process_count + k] + part->offset;
        const double *level = month == 0 ? d->zero : moved(d, k, month);
        const double *variance = d->variance[k] + part->offset;
        level += part->offset;
        for (size_t i = 0; i < part->count; i++) {
            const double at = ((bill[i] - centre) * spread - knot_first) / knot_step;
            const double z = shock[i] * level[i];
            const double bent = month > 0 ? (shock[i] * shock[i] - variance[i]) * level[i] : 0;
            for (size_t j = 0; j < KNOTS; j++) {
                const double share = share_at(at, j);
                own[j][i] = z * share;
                own[KNOTS + j][i] = bent * share;
            }
        }
    }
}

ds_surprises ds_timing_worth(const ds_timing_part *part)
{
    return (ds_surprises){WORTH * part->data->process_count, fill_worth, part};
}

/* Permission, success and the numbers of the student, alone and times what would be paid from
 * then on without it: they have nothing to do with the world, now or later. */
static void fill_hidden(const void *context, size_t date, double *const *column)
{
    const ds_timing_part *part = context;
    const ds_timing_data *d = part->data;
    const double *ahead = d->ahead[date] + part->offset;
    size_t c = 0;

    for (size_t k = 0; k < d->student_count; k++) {
        const double *permitted = d->permitted[k] + part->offset;
        const double *passed = d->passed[k] + part->offset;
        for (size_t i = 0; i < part->count; i++) {
            column[c][i] = permitted[i];
            column[c + 1][i] = passed[i];
            column[c + 2][i] = passed[i] * ahead[i];
        }
        c += 3;
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

    return (ds_surprises){3 * d->student_count + 2 * d->hidden_count, fill_hidden, part};
}
