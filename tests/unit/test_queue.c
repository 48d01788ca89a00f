/* test_queue.c -- how many slots keep a limit on waiting: the program, through scenarios,
 * against published staffing tables and against simulated queues (queue_process.h).
 *
 * For Poisson arrivals and exponential service (103) is exact, and the simulation agrees
 * to its own error, 5 standard errors (6e-7 for a fresh seed).  For others it is the
 * approximation of Allen and Cunneen with Hayward's bunches: the bounds here are those that
 * docs/model.md states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "queue_process.h"

/* ---- Slots by the program ------------------------------------------------------------ */

typedef struct {
    double load, service_s; /* Erlangs, seconds                                           */
    double seconds, share;  /* share < 0: of the mean                                     */
    double arrival_cv, service_cv;
    double occupancy;       /* highest load of a slot                                     */
} staffing;

/* One slot a replica, and a request that takes service_s of it: the replicas are slots. */
static double slots_by_program(const staffing *c)
{
    char share[64] = "";
    if (c->share >= 0)
        snprintf(share, sizeof share, "'share': %.17g, ", c->share);
    world m = open_format(
        "{'name': 'queue', 'clock': {'start': '2026-01', 'months': 1},"
        " 'gpus': {'g': {'usd_per_gpu_hour': 1}},"
        " 'profiles': {'f': {'gpu': 'g', 'relative_error': 0, 'slots_per_replica': 1,"
        "   'input_tokens_per_gpu_s': 1, 'output_tokens_per_gpu_s': 1}},"
        " 'products': {'p': {'requests_per_month': %.17g,"
        "   'request': {'input_tokens': 0, 'output_tokens': %.17g}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'fleet', 'profile': 'f',"
        "   'slo_derate': 1, 'target_utilisation': %.17g, 'minimum_replicas': 0,"
        "   'waiting': {'seconds': %.17g, %s'arrival_cv': %.17g, 'service_cv': %.17g}}}}},"
        " 'strategies': {'s': {'all': 'm'}}}",
        c->load / c->service_s * 3600 * 730, c->service_s, c->occupancy, c->seconds, share,
        c->arrival_cv, c->service_cv);
    run(&m, 1);
    double slots = figure(&m, 0, "gpu_months");
    close_world(&m);
    return slots;
}

/* ---- Published ------------------------------------------------------------------------ */

/* Agents of a call centre.  Sources: README and tests of pyworkforce (rodrigo-arenas);
 * Erlang calculator of mitan.co.uk; a question in the forum of CC-Excel, 2021, where 57
 * calls are those of an hour; tests of a calculator in R.  Mean speeds of answer are of the
 * same tables: the seconds are theirs, rounded up, so that N is the least again. */
static void published_staffing(void **state)
{
    static const struct {
        staffing of;
        double   agents;
    } rows[] = {
        {{10, 180, 20, .80, 1, 1, 1}, 14},        {{10, 180, 20, .85, 1, 1, 1}, 14},
        {{10, 180, 20, .90, 1, 1, 1}, 15},        {{10, 180, 19.8, .80, 1, 1, .70}, 15},
        {{10, 180, 19.8, .80, 1, 1, .85}, 14},    {{48, 240, 20, .80, 1, 1, 1}, 54},
        {{48, 240, 20, .80, 1, 1, .75}, 64},      {{48, 240, 15, .80, 1, 1, 1}, 55},
        {{17.575, 1110, 180, .80, 1, 1, 1}, 21},  {{17.575, 1110, 20, .80, 1, 1, 1}, 23},
        {{.2, 60, 20, .80, 1, 1, 1}, 1},          {{10, 180, 7.84, -1, 1, 1, 1}, 14},
        {{10, 180, 3.68, -1, 1, 1, 1}, 15},       {{48, 240, 12.06, -1, 1, 1, 1}, 54},
        {{48, 240, 8.19, -1, 1, 1, 1}, 55},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (slots_by_program(&rows[k].of) != rows[k].agents)
            fail_msg("%g Erlangs, %g s: %g agents, published %g", rows[k].of.load,
                     rows[k].of.seconds, slots_by_program(&rows[k].of), rows[k].agents);
}

/* ---- Simulated ------------------------------------------------------------------------ */

static queue_figures simulated(const staffing *c, double slots, long arrivals)
{
    queue_case q = {.load = c->load,
                    .slots = (int)slots,
                    .arrival_cv = c->arrival_cv,
                    .service_cv = c->service_cv,
                    .after = c->seconds / c->service_s};
    return run_queue(&q, arrivals, 20261 + (unsigned long)slots);
}

/* Does the queue keep the limit, by (103)? */
static bool keeps(const staffing *c, const queue_figures *f)
{
    return c->share < 0 ? f->mean <= c->seconds / c->service_s : f->late <= 1 - c->share;
}

/* M/M/c: the formula is that of the simulated queue, with the program's slots and with one
 * fewer; by it the program's slots keep the limit, and one fewer do not. */
static void poisson_arrivals(void **state)
{
    static const staffing cases[] = {
        {3, 10, 5, .9, 1, 1, 1},  {7.5, 1, .1, .8, 1, 1, 1}, {20, 4, 1, .95, 1, 1, 1},
        {60, 30, 1, .9, 1, 1, 1}, {150, 2, .2, .8, 1, 1, 1}, {12, 5, 1, -1, 1, 1, 1},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const staffing *c = &cases[k];
        double          slots = slots_by_program(c);
        for (int fewer = 0; fewer < 2; fewer++) {
            queue_case    q = {c->load, (int)slots - fewer, 1, 1, c->seconds / c->service_s};
            queue_figures exact = by_formula(&q), found = simulated(c, slots - fewer, 400000);
            NEAR(found.late, exact.late, 5 * found.late_se);
            NEAR(found.mean, exact.mean, 5 * found.mean_se);
            if (keeps(c, &exact) != (fewer == 0))
                fail_msg("%g Erlangs: %g slots, with %d fewer late %g, mean %g", c->load, slots,
                         fewer, exact.late, exact.mean);
        }
    }
}

/* G/G/c with gamma times.  The slots of (103) are too few by at most the share `few`, and
 * too many by at most `many`, or one. */
static void other_arrivals(void **state)
{
    static const struct {
        staffing of;
        double   few, many;
    } cases[] = {
        {{4, 1, .1, .9, 1, 0.5, 1}, 0.02, 0.02},
        {{4, 1, .1, .9, 1, 2, 1}, 0.02, 0.02},
        {{4, 1, .1, .9, 0, 1, 1}, 0.02, 0.02},
        {{4, 1, .1, .9, 0.5, 0.5, 1}, 0.02, 0.02},
        {{4, 1, .1, .9, 2, 1, 1}, 0.21, 0.21},
        {{4, 1, .1, .9, 3, 1, 1}, 0.21, 0.21},
        {{4, 1, .1, .9, 2, 2, 1}, 0.21, 0.21},
        {{4, 1, .1, .9, 3, 0.5, 1}, 0.21, 0.21},
        {{20, 1, .1, .9, 1, 0.5, 1}, 0.02, 0.02},
        {{20, 1, .1, .9, 1, 2, 1}, 0.02, 0.02},
        {{20, 1, .1, .9, 0, 1, 1}, 0.02, 0.02},
        {{20, 1, .1, .9, 0.5, 0.5, 1}, 0.02, 0.02},
        {{20, 1, .1, .9, 2, 1, 1}, 0.05, 0.05},
        {{20, 1, .1, .9, 3, 1, 1}, 0.05, 0.05},
        {{20, 1, .1, .9, 2, 2, 1}, 0.05, 0.05},
        {{20, 1, .1, .9, 3, 0.5, 1}, 0.05, 0.05},
        {{100, 1, .1, .9, 1, 0.5, 1}, 0.02, 0.02},
        {{100, 1, .1, .9, 1, 2, 1}, 0.02, 0.02},
        {{100, 1, .1, .9, 0, 1, 1}, 0.02, 0.02},
        {{100, 1, .1, .9, 0.5, 0.5, 1}, 0.02, 0.02},
        {{100, 1, .1, .9, 2, 1, 1}, 0.05, 0.05},
        {{100, 1, .1, .9, 3, 1, 1}, 0.05, 0.05},
        {{100, 1, .1, .9, 2, 2, 1}, 0.05, 0.05},
        {{100, 1, .1, .9, 3, 0.5, 1}, 0.05, 0.05},
        {{400, 1, .1, .9, 1, 0.5, 1}, 0.02, 0.02},
        {{400, 1, .1, .9, 1, 2, 1}, 0.02, 0.02},
        {{400, 1, .1, .9, 0, 1, 1}, 0.02, 0.02},
        {{400, 1, .1, .9, 0.5, 0.5, 1}, 0.02, 0.02},
        {{400, 1, .1, .9, 2, 1, 1}, 0.05, 0.05},
        {{400, 1, .1, .9, 3, 1, 1}, 0.05, 0.05},
        {{400, 1, .1, .9, 2, 2, 1}, 0.05, 0.05},
        {{400, 1, .1, .9, 3, 0.5, 1}, 0.05, 0.05},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const staffing *c = &cases[k].of;
        double          slots = slots_by_program(c), limit = 1 - c->share;
        double          most = floor(slots + fmax(1, cases[k].few * slots));
        double          least = ceil(slots - fmax(1, cases[k].many * slots)) - 1;
        queue_figures   enough = simulated(c, most, 300000);
        if (!(enough.late <= limit + 5 * enough.late_se))
            fail_msg("%g Erlangs, %g, %g: %g slots, %g too: late %g", c->load, c->arrival_cv,
                     c->service_cv, slots, most, enough.late);
        if (least <= c->load)
            continue;
        queue_figures few = simulated(c, least, 300000);
        if (!(few.late >= limit - 5 * few.late_se))
            fail_msg("%g Erlangs, %g, %g: %g slots, but %g are enough: late %g", c->load,
                     c->arrival_cv, c->service_cv, slots, least, few.late);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_staffing),
        cmocka_unit_test(poisson_arrivals),
        cmocka_unit_test(other_arrivals),
    };
    return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
