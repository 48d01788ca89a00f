/* reference_waiting.c -- (103) of docs/model.md: how long requests wait for a slot.
 *
 * Called by reference_fleet.c.  Erlang B by the textbook recursion, which goes up from no
 * slot; the fast engine goes down from the last one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_fleet.h"

static const double pi = 3.14159265358979323846;

/* B of a whole number of slots.  Far below the load B is close to 1 - k/offered, and each
 * step keeps k/offered of an error: from 12 roots below, e^-72 of it is left. */
static double erlang_b(double offered, double slots)
{
    double first = fmax(0, fmin(slots, floor(offered - 12 * sqrt(offered))));
    double lost = first > 0 ? 1 - first / offered : 1;
    for (double k = first + 1; k <= slots && lost > 0; k++)
        lost = offered * lost / (k + offered * lost);
    return lost;
}

/* Halfin & Whitt 1981 */
static double erlang_c_of_many(double offered, double slots)
{
    double beta = (slots - offered) / sqrt(offered);
    double density = exp(-beta * beta / 2) / sqrt(2 * pi);
    return 1 / (1 + beta * ds_ref_normal_cdf(beta) / density);
}

double ds_ref_erlang_c(double offered, double slots)
{
    if (offered > 1e6)
        return erlang_c_of_many(offered, slots);
    double whole = floor(slots), part = slots - whole;
    double lost = erlang_b(offered, whole);
    if (part > 0)
        lost = pow(lost, 1 - part) * pow(erlang_b(offered, whole + 1), part);
    return 1 / (1 + (1 - offered / slots) * (1 / lost - 1));
}

static bool keeps(const ds_waiting *limit, const ds_ref_queue *q, double replicas)
{
    double slots = floor(replicas * q->slots * (1 + 1e-9));
    if (q->offered == 0)
        return true;
    if (slots <= q->offered)
        return false;
    double spare = slots - q->offered;
    double bunches = fmax(0.25, 1 + (limit->arrival_cv * limit->arrival_cv - 1) /
                                        (1 + limit->service_cv));
    double waits = ds_ref_erlang_c(q->offered / bunches, slots / bunches);
    double psi = fmax(1e-9, (limit->arrival_cv * limit->arrival_cv +
                             limit->service_cv * limit->service_cv) / 2);
    if (isnan(limit->share))
        return waits * q->held_s * psi / spare <= limit->seconds * (1 + 1e-9);
    return waits * exp(-spare * limit->seconds / (q->held_s * psi)) <=
           (1 - limit->share) * (1 + 1e-9);
}

/* More replicas never wait longer: double the step until it is enough, then halve. */
double ds_ref_replicas_that_keep(const ds_waiting *limit, const ds_ref_queue *queue, double least)
{
    double too_few = least, step = 1;
    if (keeps(limit, queue, least))
        return least;
    while (!keeps(limit, queue, too_few + step) && step < 1e18) {
        too_few += step;
        step *= 2;
    }
    double enough = too_few + step;
    while (enough - too_few > 1) {
        double middle = floor((enough + too_few) / 2);
        if (keeps(limit, queue, middle))
            enough = middle;
        else
            too_few = middle;
    }
    return enough;
}
