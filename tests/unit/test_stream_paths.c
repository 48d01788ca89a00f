/* test_stream_paths.c -- runs whose columns do not fit: the first paths are kept, the others
 * counted.  On a fake source (fake_source.h); what is compared with is the same run with
 * every column.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/result.h"
#include "engine/streamed.h"
#include "fake_source.h"
#include "model/outcome.h"

enum { PATHS = 180001, STRATEGIES = 3 };
static const uint64_t cap = UINT64_C(88) << 20;

/* Discrete in months, normal in costs, and the first strategy often ties. */
static double outcome(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t o)
{
    if (o == DS_OUTCOME_COST_NPV && strategy == 1 && path % 7 == 0) {
        strategy = 0;
    }
    return fake_outcome(f, seed, path, strategy, o);
}

static ds_result *run_with(const fake *f, ds_groups groups, uint64_t cap_bytes, unsigned threads,
                           ds_error *error)
{
    ds_engine_source source = fake_source(f);
    const ds_run_options options = {.path_count = PATHS, .seed = 7, .threads = threads,
                                    .memory_cap_bytes = cap_bytes};
    ds_result *r;

    source.groups = groups;
    return ds_engine_run(&source, &options, NULL, &r, error) == DS_OK ? r : NULL;
}

static const ds_groups each = {DS_GROUPS_EACH, 1};

static void near_by(double a, double b, double tolerance, const char *what)
{
    if (a != b && !(isnan(a) && isnan(b)) && !(fabs(a - b) <= tolerance)) {
        fail_msg("%s: %.17g is not within %g of %.17g", what, a, tolerance, b);
    }
}

/* Sums differ by the order of addition, 1e-12; a quantile by the part of a bin, which is
 * 1/4096 of the paths at most and a thirtieth of that by the kept values in it: within half
 * a standard error here, for sqrt(p(1-p)/n) is 4e-4 at p = 0.05.  No chance: seeds are
 * fixed. */
static void same(const ds_statistics *a, const ds_statistics *b)
{
    assert_int_equal(a->paths, b->paths);
    assert_int_equal(a->defined, b->defined);
    near_by(a->mean.value, b->mean.value, 1e-11, "mean");
    near_by(a->mean.se, b->mean.se, 1e-11, "error of the mean");
    near_by(a->sd.value, b->sd.value, 1e-10, "sd");
    near_by(a->sd.se, b->sd.se, 1e-10, "error of the sd");
    near_by(a->share_positive.value, b->share_positive.value, 0, "positive");
    near_by(a->share_undefined.value, b->share_undefined.value, 0, "undefined");
    near_by(a->min, b->min, 0, "least");
    near_by(a->max, b->max, 0, "greatest");
    near_by(a->cvar.value, b->cvar.value, 0.05 * b->cvar.se, "cvar");
    near_by(a->cvar.se, b->cvar.se, 0.02 * b->cvar.se, "error of the cvar");
    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++) {
        const double se = b->quantiles[q].se;
        near_by(a->quantiles[q].value, b->quantiles[q].value, isnan(se) ? 0 : 0.5 * se,
                ds_quantile_names[q]);
        near_by(a->quantiles[q].se, se, isnan(se) ? 0 : 0.2 * se, "error of a quantile");
    }
}

static void what_is_counted_is_what_would_have_been_kept(void **state)
{
    fake f = fake_of(STRATEGIES, 3);
    ds_error error = {0};

    (void)state;
    f.outcome = outcome;
    ds_result *full = run_with(&f, each, 0, 2, &error);
    ds_result *part = run_with(&f, each, cap, 2, &error);
    assert_non_null(full);
    assert_non_null(part);
    assert_int_equal(ds_result_kept_paths(full), PATHS);
    assert_true(ds_result_kept_paths(part) >= DS_STREAM_LEAST_KEPT);
    assert_true(ds_result_kept_paths(part) < PATHS * 2 / 3);
    for (size_t s = 0; s < STRATEGIES; s++) {
        for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
            const ds_statistics a = ds_result_statistics(part, s, o);
            const ds_statistics b = ds_result_statistics(full, s, o);
            same(&a, &b);
            assert_true(b.rank_error == 0.0 && a.rank_error < 0.001);
        }
        assert_true(ds_result_probability_best(part, s).value ==
                    ds_result_probability_best(full, s).value);
    }
    const ds_decision a = ds_result_decision(part), b = ds_result_decision(full);
    assert_int_equal(a.best, b.best);
    assert_int_equal(a.verdict, b.verdict);
    near_by(a.advantage_usd.value, b.advantage_usd.value, 1e-11, "advantage");
    near_by(a.advantage_usd.se, b.advantage_usd.se, 1e-11, "error of the advantage");
    near_by(a.regret_usd.value, b.regret_usd.value, 1e-11, "regret");
    assert_true(a.probability_advantage.value == b.probability_advantage.value);
    assert_true(ds_result_month(part, 1, 2).mean.value == ds_result_month(full, 1, 2).mean.value);
    ds_result_free(full);
    ds_result_free(part);
}

/* What is kept does not depend on the threads either. */
static void threads_change_no_bit(void **state)
{
    const fake f = fake_of(STRATEGIES, 0);
    ds_error error = {0};
    ds_result *one = run_with(&f, each, cap, 1, &error);
    ds_result *three = run_with(&f, each, cap, 3, &error);

    (void)state;
    assert_int_equal(ds_result_kept_paths(one), ds_result_kept_paths(three));
    for (size_t s = 0; s < STRATEGIES; s++) {
        for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
            const ds_statistics a = ds_result_statistics(one, s, o);
            const ds_statistics b = ds_result_statistics(three, s, o);
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
    ds_result_free(one);
    ds_result_free(three);
}

static void other_samplers_are_refused(void **state)
{
    const fake f = fake_of(STRATEGIES, 0);
    ds_error error = {0};

    (void)state;
    assert_null(run_with(&f, (ds_groups){DS_GROUPS_MODULO, 16}, cap, 1, &error));
    assert_int_equal(error.code, DS_E_SCENARIO);
    assert_non_null(strstr(error.message, "with sampling `random` only"));
    assert_non_null(strstr(error.message, "paths fit"));
}

static double late_nan(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t o)
{
    return path >= 179000 && strategy == 1 && o == DS_OUTCOME_COST_NPV
               ? (double)NAN
               : fake_outcome(f, seed, path, strategy, o);
}

static void a_number_that_is_none_is_found_beyond_the_columns(void **state)
{
    fake f = fake_of(STRATEGIES, 0);
    ds_error error = {0};

    (void)state;
    f.outcome = late_nan;
    assert_null(run_with(&f, each, cap, 2, &error));
    assert_int_equal(error.code, DS_E_NUMERIC);
    assert_non_null(strstr(error.message, "cost_npv_usd of strategy \"distil\" is not a number on "
                                          "path 179000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_what_would_have_been_kept),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(other_samplers_are_refused),
        cmocka_unit_test(a_number_that_is_none_is_found_beyond_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
