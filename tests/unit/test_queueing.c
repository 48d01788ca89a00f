/* test_queueing.c -- Erlang B and C, Allen-Cunneen, and the replicas that keep a limit.
 *
 * Reference values: tables of call-centre textbooks to the digits printed there (marked
 * R), and the recursion B(k) = a B(k-1)/(k + a B(k-1)) worked to twelve digits; held to
 * 1e-10, relative.  Beyond the tables: a direct summation in long double, and for the
 * lanes the single values, replica by replica.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/reference_fleet.h"
#include "model/work.h"
#include "near.h"
#include "numerics/queueing.h"
#include "numerics/stream.h"

#define TOLERANCE 1e-10

static void table_of_erlang(void **state)
{
    static const struct {
        double erlangs, servers, b, c;
    } row[] = {
        { 10, 10, .214582343107, 1 },
        { 10, 12, .119739188445, .449388224298 },
        { 10, 14, .0568191433865, .174131933595 },
        { 10, 15, .0364969454724, .102042367008 },
        { 20, 10, .537963168632, 1 },
        { 200, 190, .0886968438692, 1 },
        { 5, 1, .833333333333, 1 },
        { 123, 132, .031242821047, .321116179262 },         /* R: .0312, .3211 */
        { 12345, 12421, .00375553310675, .381225015062 },   /* R: .3812        */
        { 100, 110, .0274634484498, .237007500285 },
        { 50, 60, .0216684730578, .117302056132 },
        { 2, 3, .210526315789, .444444444444 },
        { .5, 1, .333333333333, .5 },
        { 5, 200, 5.31667137955e-238, 5.45299628671e-238 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        CLOSE(ds_erlang_b(row[i].erlangs, row[i].servers), row[i].b, TOLERANCE);
        CLOSE(ds_erlang_c(row[i].erlangs, row[i].servers), row[i].c, TOLERANCE);
    }
}

/* B = (a^n/n!)/sum of a^k/k!, summed upwards, where that does not overflow. */
static void direct_summation(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 2000; i++) {
        const uint64_t key = ds_stream_key(5, 7);
        double      a = exp(9.0 * ds_stream_uniform(key, i, 0, 0) - 2.0);
        double      n = floor(a * 2.0 * ds_stream_uniform(key, i, 0, 1)) + 1.0;
        long double term = 1.0L, sum = 1.0L;
        for (double k = 1.0; k <= n; k++) {
            term *= (long double)a / (long double)k;
            sum += term;
        }
        double b = (double)(term / sum);
        double c = n > a ? (double)(term / (term + (sum - term) * (long double)(1.0 - a / n))) : 1;
        /* rounding of up to 2000 factors, each to 1e-16 */
        CLOSE(ds_erlang_b(a, n), b, 1e-12);
        CLOSE(ds_erlang_c(a, n), c, 1e-12);
        if (n > a)
            CLOSE(ds_ref_erlang_c(a, n), c, 1e-12);
    }
}

/* n up to a million by the recursion, in long double. */
static void a_million_servers(void **state)
{
    static const double erlangs[] = { 990000, 998000, 999999 };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const double n = 1e6;
        long double a = (long double)erlangs[i], b = 1.0L;
        for (double k = 1.0; k <= n; k++)
            b = a * b / ((long double)k + a * b);
        long double c = (long double)n * b / ((long double)n - a * (1.0L - b));
        CLOSE(ds_erlang_b(erlangs[i], n), (double)b, TOLERANCE);
        CLOSE(ds_erlang_c(erlangs[i], n), (double)c, TOLERANCE);
        CLOSE(ds_ref_erlang_c(erlangs[i], n), (double)c, TOLERANCE);
    }
}

/* Across the change to Halfin & Whitt, whose own error is of the order of 1/sqrt(a). */
static void very_many(void **state)
{
    (void)state;
    for (double beta = 0.125; beta < 4.0; beta *= 2.0) {
        double below = ds_erlang_c(1e6, 1e6 + floor(beta * 1e3));
        double above = ds_erlang_c(1e6 + 1e-3, 1e6 + floor(beta * 1e3));
        CLOSE(above, below, 1e-2);
    }
    /* C(beta = 1) = 1/(1 + Phi(1)/phi(1)) = 0.22336, of normal tables */
    CLOSE(ds_erlang_c(1e12, 1e12 + 1e6), 1.0 / (1.0 + 0.8413447460685429 / 0.24197072451914337),
          1e-9);
}

static void at_the_edges(void **state)
{
    (void)state;
    SAME_BITS(ds_erlang_b(0.0, 3.0), 0.0);
    SAME_BITS(ds_erlang_b(0.0, 0.0), 1.0);
    SAME_BITS(ds_erlang_c(0.0, 3.0), 0.0);
    SAME_BITS(ds_erlang_b(3.0, 0.0), 1.0);
    SAME_BITS(ds_erlang_c(1e-9, 1e6), 0.0);
    SAME_BITS(ds_wait_mean((ds_queue_load){ 4.0, 1.0, 1.0, 1.0 }, 4.0), (double)INFINITY);
    SAME_BITS(ds_wait_beyond((ds_queue_load){ 4.0, 1.0, 1.0, 1.0 }, 4.0, 9.0), 1.0);
    SAME_BITS(ds_wait_mean((ds_queue_load){ 0.0, 1.0, 1.0, 1.0 }, 1.0), 0.0);
}

/* M/M/12, 10 requests a time unit that each take one. */
static void twelve_servers(void **state)
{
    const ds_queue_load load = { .erlangs = 10, .service_s = 1, .variability = 1, .bunching = 1 };
    (void)state;
    CLOSE(ds_wait_mean(load, 12), .224694112149, TOLERANCE);
    CLOSE(10 * ds_wait_mean(load, 12), 2.24694112149, TOLERANCE); /* Little: in the queue */
    CLOSE(ds_wait_beyond(load, 12, .2), .301233935199, TOLERANCE);
    CLOSE(ds_least_servers(load, .224694112150, (double)NAN), 12, 0);
    CLOSE(ds_least_servers(load, .224694, (double)NAN), 13, 0);
    CLOSE(ds_least_servers(load, .2, 1 - .30123394), 12, 0);
    CLOSE(ds_least_servers(load, .2, 1 - .30123393), 13, 0);
}

/* One server: Allen-Cunneen is the formula of Pollaczek and Khinchine. */
static void one_server(void **state)
{
    static const double scv[] = { 0, 1, 4 }, wait[] = { 2, 4, 10 };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const ds_queue_load load = { .8, 1, (1 + scv[i]) / 2, 1 };
        CLOSE(ds_wait_mean(load, 1), wait[i], TOLERANCE);
    }
}

/* Bunches of two: as many waits as with half of the load and of the servers; with an odd
 * number of servers, B is between those of both neighbours, geometrically. */
static void bunches(void **state)
{
    (void)state;
    const ds_queue_load load = { 10, 1, 2, 2 };
    CLOSE(ds_wait_beyond(load, 24, 0), ds_erlang_c(5, 12), TOLERANCE);
    CLOSE(ds_wait_mean(load, 24), ds_erlang_c(5, 12) * 2 / 14, TOLERANCE);
    double b = sqrt(ds_erlang_b(5, 12) * ds_erlang_b(5, 13));
    CLOSE(ds_wait_beyond(load, 25, 0), b / (1 - .4 * (1 - b)), TOLERANCE);
}

/* ---- lanes: src/model/waiting.c ------------------------------------------------------- */

static bool keeps(const ds_waiting *limit, double erlangs, double slots, double holding,
                  double replicas)
{
    const double servers = floor(replicas * slots * (1.0 + 1e-9));
    const double psi = 0.5 * (limit->arrival_cv * limit->arrival_cv +
                              limit->service_cv * limit->service_cv);
    const double bunches =
        1.0 + (limit->arrival_cv * limit->arrival_cv - 1.0) / (1.0 + limit->service_cv);
    const ds_queue_load load = { erlangs, holding, psi > 1e-9 ? psi : 1e-9,
                                 bunches > 0.25 ? bunches : 0.25 };
    if (isnan(limit->share))
        return ds_wait_mean(load, servers) <= limit->seconds * (1.0 + 1e-9);
    return ds_wait_beyond(load, servers, limit->seconds) <= (1.0 - limit->share) * (1.0 + 1e-9);
}

/* Every lane has enough replicas, and one fewer would not do, or be below the floor. */
static void check_lanes(const ds_waiting *limit, const ds_queue *queue, const double *load,
                        const double *floor_of, const double *replicas)
{
    for (size_t i = 0; i < DS_LANES; i++) {
        const double a = load[i] * queue->erlangs[i], b = queue->slots[i], R = replicas[i];
        bool does = keeps(limit, a, b, queue->holding[i], R);
        bool fewer = R > floor_of[i] && keeps(limit, a, b, queue->holding[i], R - 1.0);
        if (!does || fewer || R < floor_of[i] || R != floor(R)) {
            print_error("lane %zu: %.17g Erlangs, %g slots, %g s, limit %g s %g: %g of at least "
                        "%g replicas, %s\n", i, a, b, queue->holding[i], limit->seconds,
                        limit->share, R, floor_of[i], does ? "fewer would do" : "too few");
            fail();
        }
    }
}

/* Loads of 1e-9 to `most` Erlangs, slots from 1 to 1000, holding from 0.01 to 1000 s. */
static void some_lanes(uint64_t n, double most, ds_queue *queue, double *load, double *replicas)
{
    const uint64_t key = ds_stream_key(17, 3);
    for (size_t i = 0; i < DS_LANES; i++) {
        const uint64_t lane = n * DS_LANES + i;
        double u[5];
        for (uint32_t k = 0; k < 5; k++)
            u[k] = ds_stream_uniform(key, lane, 0, k);
        double erlangs = i % 16 == 0 ? 0.0 : exp(log(1e-9) + u[0] * (log(most) - log(1e-9)));
        queue->slots[i] = i % 3 == 0 ? floor(1.0 + 9.0 * u[1]) : exp(u[1] * log(1000.0));
        queue->holding[i] = exp(log(0.01) + u[2] * log(1e5));
        queue->erlangs[i] = queue->slots[i] / 3600.0 * (0.5 + u[3]);
        load[i] = erlangs / queue->erlangs[i];
        replicas[i] = u[4] < 0.7 ? 1.0 : floor(1.0 + 1e3 * (u[4] - 0.7));
    }
}

static void every_lane_has_the_least(void **state)
{
    static const ds_waiting limits[] = {
        { 1.0, (double)NAN, 1, 1 },  { 1e-3, (double)NAN, 1, 1 }, { 100.0, (double)NAN, 2, 0.5 },
        { 1.0, 0.9, 1, 1 },          { 0.0, 0.99, 1, 1 },         { 5.0, 0.999999, 3, 3 },
        { 1e6, 0.5, 0, 0 },          { 1e-4, 0.5, 0, 1 },
    };
    static ds_queue queue;
    static ds_row   load, replicas, floor_of;
    (void)state;
    for (uint64_t n = 0; n < 48; n++) {
        const ds_waiting *limit = &limits[n % 8];
        /* few with a million and more, for the single values take their time there */
        some_lanes(n, n < 40 ? 1e4 : n < 44 ? 1e6 : 1e9, &queue, load, replicas);
        memcpy(floor_of, replicas, sizeof floor_of);
        ds_waiting_replicas(limit, &queue, load, replicas);
        check_lanes(limit, &queue, load, floor_of, replicas);
    }
}

/* Limits a hair above and below the mean wait for n slots, to 1e-11 of it (beside the 1e-9
 * of the rule): n slots keep the one, n + 1 the other.  Erlangs from 0.1 to a million, by
 * the sum and by the expansion, n from just enough to 6 square roots more. */
static void lanes_to_eleven_digits(void **state)
{
    static ds_queue queue;
    static ds_row   load, few, many, slots;
    (void)state;
    for (size_t i = 0; i < DS_LANES; i++) {
        const uint64_t key = ds_stream_key(29, 31);
        double u = ds_stream_uniform(key, i, 0, 0), v = ds_stream_uniform(key, i, 0, 1);
        load[i] = exp(log(0.1) + u * log(9.9e6));
        slots[i] = floor(load[i] + 6.0 * v * sqrt(load[i])) + 1.0;
        queue.slots[i] = queue.erlangs[i] = few[i] = many[i] = 1.0;
        queue.holding[i] = 1.0 / ds_wait_mean((ds_queue_load){ load[i], 1, 1, 1 }, slots[i]);
    }
    ds_waiting above = { (1.0 + 1e-11) / (1.0 + 1e-9), (double)NAN, 1, 1 };
    ds_waiting below = { (1.0 - 1e-11) / (1.0 + 1e-9), (double)NAN, 1, 1 };
    ds_waiting_replicas(&above, &queue, load, few);
    ds_waiting_replicas(&below, &queue, load, many);
    for (size_t i = 0; i < DS_LANES; i++) {
        NEAR(few[i], slots[i], 0);
        NEAR(many[i], slots[i] + 1.0, 0);
    }
}

/* A lane does not know its neighbours. */
static void lanes_are_apart(void **state)
{
    static const ds_waiting limit = { 0.5, 0.95, 1, 1 };
    static ds_queue queue, alone;
    static ds_row   load, replicas, load_alone, replicas_alone;
    (void)state;
    some_lanes(77, 1e5, &queue, load, replicas);
    for (size_t i = 0; i < DS_LANES; i += 37) {
        for (size_t k = 0; k < DS_LANES; k++) {
            alone.slots[k] = queue.slots[i];
            alone.holding[k] = queue.holding[i];
            alone.erlangs[k] = queue.erlangs[i];
            load_alone[k] = load[i];
            replicas_alone[k] = 1.0;
        }
        ds_row together;
        for (size_t k = 0; k < DS_LANES; k++)
            together[k] = 1.0;
        ds_waiting_replicas(&limit, &alone, load_alone, replicas_alone);
        ds_waiting_replicas(&limit, &queue, load, together);
        SAME_BITS(replicas_alone[5], together[i]);
    }
}

/* No fleet keeps a limit of no wait at all; it ends all the same, where C is below the
 * least double. */
static void the_impossible_ends(void **state)
{
    static const ds_waiting limit = { 0.0, (double)NAN, 1, 1 };
    static ds_queue queue;
    static ds_row   load, replicas;
    (void)state;
    some_lanes(5, 1e8, &queue, load, replicas);
    load[3] = 1e7 / queue.erlangs[3];
    ds_waiting_replicas(&limit, &queue, load, replicas);
    assert_true(replicas[3] * queue.slots[3] > 1e7 && replicas[3] <= 1e15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_of_erlang),
        cmocka_unit_test(direct_summation),
        cmocka_unit_test(a_million_servers),
        cmocka_unit_test(very_many),
        cmocka_unit_test(at_the_edges),
        cmocka_unit_test(twelve_servers),
        cmocka_unit_test(one_server),
        cmocka_unit_test(bunches),
        cmocka_unit_test(every_lane_has_the_least),
        cmocka_unit_test(lanes_to_eleven_digits),
        cmocka_unit_test(lanes_are_apart),
        cmocka_unit_test(the_impossible_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
