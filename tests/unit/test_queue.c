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

/* M/M/c.  The program's slots keep the limit and one fewer do not; the cases are such that
 * the simulation can tell. */
static void poisson_arrivals(void **state)
{
    static const staffing cases[] = {
        {3, 10, 5, .9, 1, 1, 1},  {7.5, 1, .1, .8, 1, 1, 1}, {20, 4, 1, .955, 1, 1, 1},
        {60, 30, 1, .9, 1, 1, 1}, {150, 2, .2, .8, 1, 1, 1}, {12, 5, 1, -1, 1, 1, 1},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const staffing *c = &cases[k];
        double          slots = slots_by_program(c), wait = c->seconds / c->service_s;
        queue_figures   enough = simulated(c, slots, 400000);
        queue_figures   few = simulated(c, slots - 1, 400000);
        queue_case      q = {c->load, (int)slots, 1, 1, wait};
        queue_figures   exact = by_formula(&q);
        bool kept = c->share < 0 ? enough.mean <= wait + 5 * enough.mean_se
                                 : enough.late <= 1 - c->share + 5 * enough.late_se;
        bool broken = c->share < 0 ? few.mean > wait + 3 * few.mean_se
                                   : few.late > 1 - c->share + 3 * few.late_se;
        if (!kept || !broken)
            fail_msg("%g Erlangs: %g slots, late %g, with one fewer %g", c->load, slots,
                     enough.late, few.late);
        NEAR(enough.late, exact.late, 5 * enough.late_se);
        NEAR(enough.mean, exact.mean, 5 * enough.mean_se);
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
