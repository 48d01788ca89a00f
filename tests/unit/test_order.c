/* test_order.c -- values of a column by rank, and the memory that a run takes.
 *
 * By rank: compared with qsort, byte by byte, whatever the column's shape and however
 * little room there is to sort in.
 *
 * Memory: columns grow with the paths by 8 bytes an outcome and strategy, the rest is a
 * constant of at most 64 MiB.  What the layout says holds for any number of paths; what
 * the system says (getrusage) is for one size, and not under sanitizers, which keep
 * memory that was freed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "engine/result.h"
#include "fake_source.h"
#include "numerics/order.h"
#include "numerics/statistics.h"

#if defined __has_feature
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || \
    HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Bell-shaped, far out, tied, all equal, of one binade and ties, never and none. */
enum { SHAPES = 6 };
static double shaped(uint32_t kind, size_t i)
{
    const double u = fake_uniform(5, i, kind);

    switch (kind) {
    case 0: return ds_normal_quantile(u);
    case 1: return i % 1000 == 7 ? ldexp(u - 0.5, 900) : exp(20.0 * u);
    case 2: return floor(u * 10.0) - 3.0;
    case 3: return 5.0;
    case 4: return i % 3 == 0 ? 1.0 : i % 5 == 0 ? ldexp(u, 60) : 1.0 + 1e-9 * u;
    default: return i % 50 == 3 ? (double)INFINITY : i % 70 == 3 ? (double)NAN : u;
    }
}

typedef struct {
    const double *want;
    size_t        taken;
    bool          same;
} walked;

static void take(void *context, size_t count, const double *x)
{
    walked *w = context;

    for (size_t i = 0; i < count; i++) {
        w->same = w->same && x[i] == w->want[w->taken];
        w->taken++;
    }
}

static void expect_order(size_t n, uint32_t kind, size_t at_once)
{
    double *x = malloc((n + 1) * sizeof *x), *want = malloc((n + 1) * sizeof *want);
    ds_order_room *room = ds_order_room_new(at_once);
    size_t finite = 0, never = 0, numbers = 0;

    assert_true(x != NULL && want != NULL && room != NULL);
    for (size_t i = 0; i < n; i++) {
        x[i] = shaped(kind, i);
        finite += isfinite(x[i]) ? 1 : 0;
        never += isinf(x[i]) ? 1 : 0;
        want[numbers] = x[i];
        numbers += isnan(x[i]) ? 0 : 1;
    }
    qsort(want, numbers, sizeof *want, ascending);
    const ds_order order = ds_order_of_column(room, n, x, NULL, NULL);
    assert_true(order.finite == finite && order.never == never);
    /* asked for, and not */
    const ds_ranks ranks[] = {ds_quantile_ranks(numbers, 0.5), ds_tail_ranks(finite, 0.9, 1)};
    ds_order_expect(&order, ranks, 2);
    for (size_t k = 0; k < 200 && numbers > 0; k++) {
        const size_t rank = (size_t)(fake_uniform(6, k, kind) * (double)numbers);
        assert_true(ds_order_at(&order, rank) == want[rank]);
        assert_true(ds_order_at(&order, numbers / 2) == want[numbers / 2]);
    }
    walked w = {.want = want + finite / 3, .same = true};
    ds_order_walk(&order, finite / 3, finite, take, &w);
    assert_true(w.same && w.taken == finite - finite / 3);
    ds_order_room_free(room);
    free(want);
    free(x);
}

static void ranks_are_those_of_sorted_values(void **state)
{
    static const size_t counts[] = {0, 1, 2, 100, 4096, 4097, 30000};
    static const size_t rooms[] = {1000, 5000, 1000000};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (uint32_t kind = 0; kind < SHAPES; kind++) {
            for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
                expect_order(counts[c], kind, rooms[r]);
            }
        }
    }
    expect_order(2000, 0, 3); /* hardly any: a pass for four values */
    expect_order(2000, 2, 3);
}

/* The finite values come in the order of the column. */
static void finite_values_are_given(void **state)
{
    enum { COUNT = 10000 };
    static double x[COUNT], finite[COUNT];
    ds_order_room *room = ds_order_room_new(COUNT);
    size_t n = 0;

    (void)state;
    assert_non_null(room);
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = shaped(5, i);
        finite[n] = x[i];
        n += isfinite(x[i]) ? 1 : 0;
    }
    walked w = {.want = finite, .same = true};
    (void)ds_order_of_column(room, COUNT, x, take, &w);
    assert_true(w.same && w.taken == n);
    ds_order_room_free(room);
}

/* ---- Memory --------------------------------------------------------------------- */

enum { STRATEGIES = 4, USED = 2 };
static const double constant_bytes = 64.0 * 1048576.0;

static void block(const void *model, uint64_t first, void *work, double *restrict outcomes,
                  double *restrict bills)
{
    static const size_t used[USED] = {DS_OUTCOME_COST_NPV, DS_OUTCOME_SAVING_NPV};
    uint64_t seed;

    (void)model;
    (void)bills;
    memcpy(&seed, work, sizeof seed);
    for (size_t s = 0; s < STRATEGIES; s++) {
        for (uint64_t lane = 0; lane < DS_LANES; lane++) {
            for (size_t i = 0; i < USED; i++) {
                outcomes[(s * DS_OUTCOME_COUNT + used[i]) * DS_LANES + lane] =
                    exp(fake_uniform(seed, first + lane, s));
            }
        }
    }
}

static ds_engine_source slim_source(fake *f)
{
    *f = fake_of(STRATEGIES, 0);
    ds_engine_source source = fake_source(f);

    source.block = block;
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
        source.left_out[o] = o != DS_OUTCOME_COST_NPV && o != DS_OUTCOME_SAVING_NPV;
    }
    return source;
}

static double columns_bytes(uint64_t paths)
{
    return (double)paths * STRATEGIES * USED * sizeof(double);
}

/* Also with a kernel's scratch of a megabyte for each of two threads, and 60 months. */
static void the_layout_is_columns_and_a_constant(void **state)
{
    fake f;
    ds_engine_source source = slim_source(&f);

    (void)state;
    source.month_count = 60;
    source.work_bytes = 1 << 20;
    for (uint64_t paths = 1000; paths < UINT64_C(100000000000); paths *= 10) {
        const ds_engine_layout l = ds_engine_layout_of(&source, paths, paths, 2, true);
        const double rest = (double)l.bytes - columns_bytes(paths);
        assert_true(rest > 0.0 && rest < constant_bytes);
    }
}

static double peak_bytes(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return 1024.0 * (double)usage.ru_maxrss;
}

/* The room of 8 MiB and what the engine needs; a sorted copy of one column takes 16 MB more. */
static void the_peak_is_columns_and_a_constant(void **state)
{
    fake f;
    ds_engine_source source = slim_source(&f);
    const uint64_t paths = 2000000;
    const ds_run_options options = {.path_count = paths, .seed = 1, .threads = 2};
    ds_result *r = NULL;

    (void)state;
    const double before = peak_bytes();
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, NULL), DS_OK);
    for (size_t s = 0; s < STRATEGIES; s++) {
        const ds_statistics cost = ds_result_statistics(r, s, DS_OUTCOME_COST_NPV);
        assert_true(fabs(cost.quantiles[2].value - exp(0.5)) < 5.0 * cost.quantiles[2].se);
    }
    const double grown = peak_bytes() - before;
    ds_result_free(r);
    if (!SANITIZED && !(grown < columns_bytes(paths) + 12.0 * 1048576.0)) {
        fail_msg("%.1f MB beyond the columns", (grown - columns_bytes(paths)) * 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_peak_is_columns_and_a_constant), /* first: peaks stay */
        cmocka_unit_test(ranks_are_those_of_sorted_values),
        cmocka_unit_test(finite_values_are_given),
        cmocka_unit_test(the_layout_is_columns_and_a_constant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
