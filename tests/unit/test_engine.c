/* test_engine.c -- threads, order, stopping, refusals and checks of the engine, on a
 * fake source (fake_source.h).
 *
 * All comparisons are of bytes: there is no tolerance and no chance.  The only test
 * that depends on time is the one of cancelling, which says how.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <time.h>

#include "engine/result.h"
#include "fake_source.h"

static uint64_t reversed(uint64_t position, uint64_t blocks)
{
    return blocks - 1 - position;
}

/* Odd positions first, then even ones. */
static uint64_t odd_first(uint64_t position, uint64_t blocks)
{
    const uint64_t odd = blocks / 2;

    return position < odd ? 2 * position + 1 : 2 * (position - odd);
}

static ds_result *run(const fake *f, const ds_run_options *options,
                      const ds_engine_tuning *tuning)
{
    const ds_engine_source source = fake_source(f);
    ds_result *result;
    ds_error error = {0};
    const ds_code code = ds_engine_run(&source, options, tuning, &result, &error);

    if (code != DS_OK) {
        fail_msg("%s", error.message);
    }
    assert_non_null(result);
    return result;
}

static void assert_same_bytes(const ds_result *a, const ds_result *b)
{
    const size_t columns = a->strategy_count * DS_OUTCOME_COUNT;
    const size_t rows = a->strategy_count * a->month_count;

    assert_int_equal(a->paths, b->paths);
    assert_memory_equal(a->columns, b->columns, columns * a->stride * sizeof(double));
    assert_memory_equal(a->bills, b->bills, rows * a->bill_paths * sizeof(double));
    assert_memory_equal(a->tally, b->tally, (rows + 1) * sizeof(ds_cell));
    for (size_t c = 0; c < columns; c++) {
        const size_t s = c / DS_OUTCOME_COUNT, o = c % DS_OUTCOME_COUNT;
        const ds_statistics x = ds_result_statistics(a, s, o), y = ds_result_statistics(b, s, o);
        assert_memory_equal(&x, &y, sizeof x);
    }
    for (size_t row = 0; row < rows; row++) {
        const size_t s = row / a->month_count, t = row % a->month_count;
        const ds_month_statistics x = ds_result_month(a, s, t), y = ds_result_month(b, s, t);
        assert_memory_equal(&x, &y, sizeof x);
    }
    const ds_decision x = ds_result_decision(a), y = ds_result_decision(b);
    assert_int_equal(x.verdict, y.verdict);
    assert_memory_equal(&x.advantage_usd, &y.advantage_usd, sizeof x.advantage_usd);
    assert_memory_equal(&x.regret_usd, &y.regret_usd, sizeof x.regret_usd);
}

/* ---- Same bits -------------------------------------------------------------- */

static void threads_and_order_change_no_bit(void **state)
{
    static const uint64_t sizes[] = {1, 255, 256, 257, 2560, 9000};
    static const unsigned threads[] = {1, 2, 3, 7};
    const ds_engine_tuning orders[] = {{0}, {.order = reversed}, {.order = odd_first}};
    const fake f = fake_of(3, 5);

    (void)state;
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        ds_run_options options = {.path_count = sizes[n], .seed = 11, .threads = 1};
        ds_result *expected = run(&f, &options, NULL);
        for (size_t t = 0; t < 4; t++) {
            for (size_t o = 0; o < 3; o++) {
                options.threads = threads[t];
                ds_result *other = run(&f, &options, &orders[o]);
                assert_same_bytes(expected, other);
                ds_result_free(other);
            }
        }
        ds_result_free(expected);
    }
}

/* Columns long enough for a thread each, if their buffers fit into the memory. */
static void statistics_are_the_same_on_more_threads(void **state)
{
    const fake f = fake_of(3, 2);
    const ds_engine_source source = fake_source(&f);
    ds_run_options options = {.path_count = 33000, .seed = 4, .threads = 1};
    ds_result *expected = run(&f, &options, NULL);

    (void)state;
    assert_int_equal(ds_statistics_at_once(expected), 1);
    for (options.threads = 2; options.threads <= 5; options.threads++) {
        options.memory_cap_bytes = 0;
        ds_result *other = run(&f, &options, NULL);
        assert_int_equal(ds_statistics_at_once(other), options.threads);
        assert_same_bytes(expected, other);
        ds_result_free(other);
        const ds_engine_layout layout =
            ds_engine_layout_of(&source, 33000, 33000, options.threads, true);
        options.memory_cap_bytes = layout.bytes;
        other = run(&f, &options, NULL);
        assert_int_equal(ds_statistics_at_once(other), 1);
        ds_result_free(other);
    }
    ds_result_free(expected);
}

static void savings_that_follow_are_made_of_the_costs(void **state)
{
    const fake f = fake_of(3, 2);
    ds_engine_source source = fake_source(&f);
    const ds_run_options options = {.path_count = 5000, .seed = 4, .threads = 2};
    ds_result *r;

    (void)state;
    source.saving_follows = true;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, NULL), DS_OK);
    for (size_t s = 0; s < 3; s++) {
        const ds_statistics of = ds_result_statistics(r, s, DS_OUTCOME_SAVING_NPV);
        const double *base = ds_result_column(r, 0, DS_OUTCOME_COST_NPV);
        const double *cost = ds_result_column(r, s, DS_OUTCOME_COST_NPV);
        const double *saving = ds_result_column(r, s, DS_OUTCOME_SAVING_NPV);
        double least = (double)INFINITY;
        for (size_t i = 0; i < 5000; i++) {
            const double expected = s == 0 ? 0.0 : base[i] - cost[i];
            assert_memory_equal(&saving[i], &expected, sizeof expected);
            least = saving[i] < least ? saving[i] : least;
        }
        assert_true(of.min == least);
    }
    ds_result_free(r);
}

static void values_are_those_of_their_path(void **state)
{
    const fake f = fake_of(2, 3);
    const ds_run_options options = {.path_count = 8200, .seed = 3, .threads = 2};
    ds_result *r = run(&f, &options, NULL);

    (void)state;
    assert_int_equal(r->bill_paths, 8192);
    for (uint64_t path = 0; path < options.path_count; path += 37) {
        for (size_t s = 0; s < 2; s++) {
            for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
                const double expected = fake_outcome(&f, 3, path, s, o);
                assert_memory_equal(&ds_result_column(r, s, o)[path], &expected, sizeof expected);
            }
            for (size_t t = 0; t < 3 && path < 8192; t++) {
                assert_true(r->bills[(s * 3 + t) * 8192 + path] == fake_bill(&f, 3, path, s, t));
            }
        }
    }
    ds_result_free(r);
}

static void fewer_paths_are_the_first_of_more(void **state)
{
    static const uint64_t sizes[] = {1, 77, 300, 511, 5001};
    const fake f = fake_of(2, 4);

    (void)state;
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        ds_run_options options = {.path_count = sizes[n], .seed = 5, .threads = 2};
        ds_result *fewer = run(&f, &options, NULL);
        options.path_count = 2 * sizes[n];
        ds_result *more = run(&f, &options, NULL);
        for (size_t c = 0; c < 2 * DS_OUTCOME_COUNT; c++) {
            assert_memory_equal(ds_result_cells(fewer, c / DS_OUTCOME_COUNT, c % DS_OUTCOME_COUNT),
                                ds_result_cells(more, c / DS_OUTCOME_COUNT, c % DS_OUTCOME_COUNT),
                                sizes[n] * sizeof(double));
        }
        ds_result_free(more);
        ds_result_free(fewer);
    }
}

static void the_reference_engine_fills_the_same_result(void **state)
{
    const fake f = fake_of(2, 6);
    ds_run_options options = {.path_count = 700, .seed = 9, .threads = 2};
    ds_result *fast = run(&f, &options, NULL);

    (void)state;
    options.engine = DS_ENGINE_REFERENCE;
    ds_result *reference = run(&f, &options, NULL);
    assert_same_bytes(fast, reference);
    ds_result_free(reference);
    ds_result_free(fast);
}

static void a_run_survives_threads_that_cannot_start(void **state)
{
    const fake f = fake_of(2, 3);
    const ds_run_options options = {.path_count = 3000, .seed = 2, .threads = 4};
    ds_result *expected = run(&f, &options, NULL);

    (void)state;
    for (unsigned failing = 1; failing <= 4; failing++) {
        const ds_engine_tuning tuning = {.fail_threads = failing};
        ds_result *r = run(&f, &options, &tuning);
        assert_same_bytes(expected, r);
        ds_result_free(r);
    }
    ds_result_free(expected);
}

static void zero_threads_means_one_per_processor(void **state)
{
    const fake f = fake_of(1, 2);
    ds_run_options options = {.path_count = 600, .seed = 2};
    ds_result *many = run(&f, &options, NULL);

    (void)state;
    options.threads = 1;
    ds_result *one = run(&f, &options, NULL);
    assert_same_bytes(one, many);
    ds_result_free(one);
    ds_result_free(many);
}

/* A slow block lets the others run a whole ring ahead, where they have to wait. */
static void first_block_is_slow(const fake *f, uint64_t first)
{
    (void)f;
    if (first == 0) {
        const struct timespec pause = {.tv_nsec = 100000000};
        nanosleep(&pause, NULL);
    }
}

static void workers_wait_for_a_slow_block(void **state)
{
    fake f = fake_of(1, 2);
    const ds_run_options options = {.path_count = 100 * DS_LANES, .seed = 4, .threads = 3};
    ds_result *expected = run(&f, &options, NULL);

    (void)state;
    f.at_block = first_block_is_slow;
    ds_result *r = run(&f, &options, NULL);
    assert_same_bytes(expected, r);
    ds_result_free(r);
    ds_result_free(expected);
}

/* ---- Stopping --------------------------------------------------------------- */

typedef struct {
    atomic_int blocks; /* begun */
    int        calls, stop_at, blocks_at_stop;
    pthread_t  caller;
    bool       other_thread;
    uint64_t   last_done, last_total;
    double     first_se, last_se;
} watch;

static bool watching(void *context, uint64_t done, uint64_t total, double se)
{
    watch *w = context;

    w->other_thread = w->other_thread || !pthread_equal(w->caller, pthread_self());
    w->first_se = w->calls == 0 ? se : w->first_se;
    assert_true(done >= w->last_done && done <= total);
    w->last_done = done;
    w->last_total = total;
    w->last_se = se;
    w->calls++;
    w->blocks_at_stop = atomic_load(&w->blocks);
    return w->calls != w->stop_at;
}

static void slow_block(const fake *f, uint64_t first)
{
    watch *w = f->context;
    const struct timespec pause = {.tv_nsec = 20000000};

    (void)first;
    atomic_fetch_add(&w->blocks, 1);
    nanosleep(&pause, NULL);
}

static void cancel_with(unsigned threads, const ds_engine_tuning *tuning, int stop_at)
{
    watch w = {.stop_at = stop_at, .caller = pthread_self()};
    fake f = fake_of(2, 3);
    const ds_run_options options = {.path_count = 200 * DS_LANES, .seed = 1,
                                    .threads = threads, .keep_going = watching, .context = &w};
    ds_result *result = (ds_result *)&w;
    ds_error error;

    f.at_block = slow_block;
    f.context = &w;
    const ds_engine_source source = fake_source(&f);
    assert_int_equal(ds_engine_run(&source, &options, tuning, &result, &error),
                     DS_E_CANCELLED);
    assert_int_equal(error.code, DS_E_CANCELLED);
    assert_null(result);
    assert_int_equal(w.calls, stop_at);
    assert_false(w.other_thread);
    /* what was begun is finished; a worker may begin one more while the answer is on its
     * way, and a second if the machine stalls for the 20 ms of a block just then */
    assert_true(atomic_load(&w.blocks) <= w.blocks_at_stop + 2 * (int)threads);
    assert_true(stop_at > 1 || atomic_load(&w.blocks) == 0);
}

static void cancel_stops_within_a_block(void **state)
{
    const ds_engine_tuning no_threads = {.fail_threads = 3}, backwards = {.order = reversed};

    (void)state;
    cancel_with(1, NULL, 1);
    cancel_with(3, NULL, 1);
    cancel_with(1, NULL, 2);
    cancel_with(3, NULL, 2);
    cancel_with(3, &backwards, 2);
    cancel_with(3, &no_threads, 2);
}

/* The progress line ends at the end, and its standard error is that of the result
 * (merged block by block, so equal to rounding: 1e-12). */
static void progress_reaches_the_end(void **state)
{
    watch w = {.stop_at = -1, .caller = pthread_self()};
    const fake f = fake_of(2, 3);
    const ds_run_options options = {.path_count = 5000, .seed = 1, .threads = 2,
                                    .keep_going = watching, .context = &w};
    ds_result *r = run(&f, &options, NULL);
    const ds_statistics s = ds_result_statistics(r, 1, DS_OUTCOME_SAVING_NPV);

    (void)state;
    assert_true(w.calls >= 2);
    assert_true(isnan(w.first_se));
    assert_int_equal(w.last_done, 5000);
    assert_int_equal(w.last_total, 5000);
    assert_true(fabs(w.last_se / s.mean.se - 1.0) < 1e-12);
    ds_result_free(r);
}

/* ---- Refusals --------------------------------------------------------------- */

static void too_many_paths_are_refused_with_what_fits(void **state)
{
    const fake f = fake_of(4, 54);
    const ds_engine_source source = fake_source(&f);
    ds_run_options options = {.path_count = UINT64_C(1) << 40, .threads = 2};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_SCENARIO);
    assert_null(r);
    assert_string_equal(error.pointer, "/run/paths");
    assert_non_null(strstr(error.message, "more than the limit of 4 GiB"));

    /* the number it names fits, and one block more does not */
    options.memory_cap_bytes = 30u << 20;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_SCENARIO);
    const char *tail = strstr(error.message, "; ");
    assert_non_null(tail);
    options.path_count = strtoull(tail + 2, NULL, 10);
    assert_true(options.path_count > DS_LANES && options.path_count % DS_LANES == 0);
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_OK);
    ds_result_free(r);
    options.path_count += DS_LANES;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_SCENARIO);
}

static void sizes_that_overflow_are_refused(void **state)
{
    const fake f = fake_of(4, 54);
    const ds_engine_source source = fake_source(&f);
    ds_run_options options = {.path_count = UINT64_MAX, .threads = 1,
                              .memory_cap_bytes = UINT64_MAX};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_SCENARIO);
    options.path_count = UINT64_MAX / 700;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, NULL), DS_E_SCENARIO);
    options.path_count = 1;
    options.memory_cap_bytes = 1000;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_SCENARIO);
    assert_non_null(strstr(error.message, "; 0 paths fit"));
    options.path_count = 0;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_SCENARIO);
    assert_string_equal(error.pointer, "/run/paths");
}

/* ---- Numbers that are none --------------------------------------------------- */

typedef struct {
    uint64_t path;
    size_t   strategy, outcome; /* outcome DS_OUTCOME_COUNT: the bill of month 2 */
    double   value;
} spoil;

static double spoilt(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t o)
{
    const spoil *bad = f->context;

    for (size_t i = 0; i < 2; i++) {
        if (bad[i].path == path && bad[i].strategy == strategy && bad[i].outcome == o) {
            return bad[i].value;
        }
    }
    return fake_outcome(f, seed, path, strategy, o);
}

static double spoilt_bill(const fake *f, uint64_t seed, uint64_t path, size_t strategy,
                          size_t t)
{
    const spoil *bad = f->context;

    for (size_t i = 0; i < 2; i++) {
        if (bad[i].path == path && bad[i].strategy == strategy && t == 2 &&
            bad[i].outcome == DS_OUTCOME_COUNT) {
            return bad[i].value;
        }
    }
    return fake_bill(f, seed, path, strategy, t);
}

/* The message for two spoilt values, the same for any number of threads. */
static void spoilt_run(spoil first, spoil second, const char *expected, const char *path)
{
    spoil bad[2] = {first, second};
    fake f = fake_of(2, 3);

    f.outcome = spoilt;
    f.bill = spoilt_bill;
    f.context = bad;
    for (unsigned threads = 1; threads <= 3; threads++) {
        const ds_engine_source source = fake_source(&f);
        const ds_engine_tuning tuning = {.order = threads == 2 ? reversed : NULL};
        const ds_run_options options = {.path_count = 2000, .seed = 8, .threads = threads};
        ds_result *r;
        ds_error error = {0};
        assert_int_equal(ds_engine_run(&source, &options, &tuning, &r, &error), DS_E_NUMERIC);
        assert_null(r);
        if (strstr(error.message, expected) == NULL || strstr(error.message, path) == NULL) {
            fail_msg("\"%s\" has no \"%s\" or no \"%s\"", error.message, expected, path);
        }
    }
}

static void the_first_bad_path_is_named(void **state)
{
    const spoil none = {.path = UINT64_MAX};
    const double inf = (double)INFINITY, nan = (double)NAN;

    (void)state;
    spoilt_run((spoil){700, 0, DS_OUTCOME_COST_NPV, nan}, (spoil){300, 1, DS_OUTCOME_READY, nan},
               "student_ready_months of strategy \"distil\" is not a number", "path 300 of seed 8");
    spoilt_run((spoil){1999, 0, DS_OUTCOME_HHI, inf}, none,
               "provider_hhi of strategy \"stay\" is infinite", "--path 1999");
    spoilt_run((spoil){0, 0, DS_OUTCOME_PAYBACK, -inf}, none, "payback_months", "path 0 of");
    spoilt_run((spoil){5, 1, DS_OUTCOME_PEAK_BILL, inf}, none, "peak_month_usd", "path 5 of");
    /* a bill beyond the paths whose bills are kept is seen as well */
    spoilt_run((spoil){1500, 1, DS_OUTCOME_COUNT, inf}, (spoil){1501, 0, DS_OUTCOME_COUNT, nan},
               "bill of month 2 of strategy \"distil\" is infinite", "path 1500 of");
    spoilt_run((spoil){1500, 0, DS_OUTCOME_COUNT, inf}, (spoil){100, 1, DS_OUTCOME_COUNT, nan},
               "bill of month 2 of strategy \"distil\" is not a number", "path 100 of");
    spoilt_run((spoil){40, 0, DS_OUTCOME_COUNT, nan}, (spoil){40, 0, DS_OUTCOME_COST_NPV, nan},
               "bill of month 2 of strategy \"stay\" is not a number", "path 40 of");
    spoilt_run((spoil){40, 0, DS_OUTCOME_COUNT, nan}, (spoil){39, 0, DS_OUTCOME_COST_NPV, nan},
               "cost_npv_usd", "path 39 of");
    spoilt_run((spoil){39, 1, DS_OUTCOME_COUNT, nan}, (spoil){40, 0, DS_OUTCOME_COST_NPV, nan},
               "bill of month 2 of strategy \"distil\"", "path 39 of");
}

/* Huge but finite bills overflow their spread, which is no reason to fail. */
static double huge_bill(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t t)
{
    return 1e200 * fake_bill(f, seed, path, strategy, t);
}

static void huge_bills_are_no_error(void **state)
{
    fake f = fake_of(1, 2);
    const ds_run_options options = {.path_count = 300, .threads = 1};

    (void)state;
    f.bill = huge_bill;
    ds_result *r = run(&f, &options, NULL);
    assert_true(isfinite(ds_result_month(r, 0, 0).mean.value));
    ds_result_free(r);
}

static void an_error_of_the_reference_is_handed_on(void **state)
{
    fake f = fake_of(2, 3);
    const ds_run_options options = {.path_count = 2000, .threads = 3,
                                    .engine = DS_ENGINE_REFERENCE};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    f.fail_path = 777;
    const ds_engine_source source = fake_source(&f);
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, &error), DS_E_NOMEM);
    assert_null(r);
    assert_string_equal(error.message, "no memory for path 777");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_and_order_change_no_bit),
        cmocka_unit_test(statistics_are_the_same_on_more_threads),
        cmocka_unit_test(savings_that_follow_are_made_of_the_costs),
        cmocka_unit_test(values_are_those_of_their_path),
        cmocka_unit_test(fewer_paths_are_the_first_of_more),
        cmocka_unit_test(the_reference_engine_fills_the_same_result),
        cmocka_unit_test(a_run_survives_threads_that_cannot_start),
        cmocka_unit_test(zero_threads_means_one_per_processor),
        cmocka_unit_test(workers_wait_for_a_slow_block),
        cmocka_unit_test(cancel_stops_within_a_block),
        cmocka_unit_test(progress_reaches_the_end),
        cmocka_unit_test(too_many_paths_are_refused_with_what_fits),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(the_first_bad_path_is_named),
        cmocka_unit_test(huge_bills_are_no_error),
        cmocka_unit_test(an_error_of_the_reference_is_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
