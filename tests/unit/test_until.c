/* test_until.c -- runs that end when their figures are exact enough, on a fake source.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/result.h"
#include "fake_source.h"

/* Costs are normal with sd 3; strategy 1 has mean 10. */
static ds_code run(const ds_groups *groups, bool whole, const ds_target *targets, size_t count,
                   uint64_t paths, ds_result **r, ds_error *error)
{
    const fake f = fake_of(2, 2);
    ds_engine_source source = fake_source(&f);
    const ds_run_options options = {.path_count = paths, .seed = 3, .threads = 2,
                                    .targets = targets, .target_count = count};

    source.groups = *groups;
    source.whole = whole;
    return ds_engine_run(&source, &options, NULL, r, error);
}

static const ds_groups each = {DS_GROUPS_EACH, 1};
static const ds_groups sixteen = {DS_GROUPS_MODULO, 16};

/* Half width 1.96 * 3/sqrt(n): at most 0.1 from n = 3458 on, so that 4096 and 8192 pass;
 * twice as far from the next power that no chance moves it. */
static void a_run_ends_at_the_second_look_that_passes(void **state)
{
    const ds_target target = {1, DS_OUTCOME_COST_NPV, "mean", 0.1, false};
    ds_result *r, *whole;
    ds_error error = {0};

    (void)state;
    assert_int_equal(run(&each, false, &target, 1, 1000000, &r, &error), DS_OK);
    assert_int_equal(ds_result_paths(r), 8192);
    assert_true(ds_result_targets_reached(r));
    const ds_target_result t = ds_result_target(r, 0);
    assert_true(t.reached && t.half_width < 0.1 && t.half_width > 0.05);

    /* and it is the run of as many paths, to the bit */
    assert_int_equal(run(&each, false, NULL, 0, 8192, &whole, &error), DS_OK);
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
        const ds_statistics a = ds_result_statistics(r, 1, o);
        const ds_statistics b = ds_result_statistics(whole, 1, o);
        assert_memory_equal(&a, &b, sizeof a);
    }
    const ds_month_statistics a = ds_result_month(r, 1, 1), b = ds_result_month(whole, 1, 1);
    assert_memory_equal(&a, &b, sizeof a);
    ds_result_free(r);
    ds_result_free(whole);
}

/* 1 % of 10 is the same target; with groups the first look has 64 paths of each. */
static void relative_targets_and_groups(void **state)
{
    const ds_target relative = {1, DS_OUTCOME_COST_NPV, "mean", 0.01, true};
    const ds_target easy = {1, DS_OUTCOME_COST_NPV, "mean", 5.0, false};
    const ds_groups many = {DS_GROUPS_MODULO, 48};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    assert_int_equal(run(&each, false, &relative, 1, 1000000, &r, &error), DS_OK);
    assert_int_equal(ds_result_paths(r), 8192);
    ds_result_free(r);
    assert_int_equal(run(&sixteen, false, &easy, 1, 1000000, &r, &error), DS_OK);
    assert_int_equal(ds_result_paths(r), 2048);
    ds_result_free(r);
    assert_int_equal(run(&many, false, &easy, 1, 1000000, &r, &error), DS_OK);
    assert_int_equal(ds_result_paths(r), 6144); /* 48 * 64 is 12 blocks */
    ds_result_free(r);
}

static void the_limit_is_told(void **state)
{
    const ds_target targets[] = {{0, DS_OUTCOME_COST_NPV, "p50", 10.0, false},
                                 {1, DS_OUTCOME_COST_NPV, "mean", 1e-6, false}};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    assert_int_equal(run(&each, false, targets, 2, 5000, &r, &error), DS_OK);
    assert_int_equal(ds_result_paths(r), 5000);
    assert_false(ds_result_targets_reached(r));
    assert_true(ds_result_target(r, 0).reached);
    assert_false(ds_result_target(r, 1).reached);
    ds_result_free(r);
}

/* Strategy 1 (mean 10, sd 3) is above 0 in all but 4 of 10,000 paths: 10 others are seen
 * after about 23,000, whatever the tolerance. */
static void rare_events_go_on(void **state)
{
    const ds_target target = {1, DS_OUTCOME_COST_NPV, "share_positive", 0.5, false};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    assert_int_equal(run(&each, false, &target, 1, 1000000, &r, &error), DS_OK);
    assert_true(ds_result_paths(r) >= 16384);
    const ds_statistics s = ds_result_statistics(r, 1, DS_OUTCOME_COST_NPV);
    assert_true((1.0 - s.share_positive.value) * (double)s.paths > 9.5);
    assert_true(ds_result_targets_reached(r));
    ds_result_free(r);
}

static void bad_targets_are_refused(void **state)
{
    const ds_target bad[] = {{2, DS_OUTCOME_COST_NPV, "mean", 1.0, false},
                             {0, DS_OUTCOME_COUNT, "mean", 1.0, false},
                             {0, DS_OUTCOME_COST_NPV, "median", 1.0, false},
                             {0, DS_OUTCOME_COST_NPV, "mean", 0.0, false},
                             {0, DS_OUTCOME_COST_NPV, "mean", (double)NAN, false}};
    const ds_target good = {0, DS_OUTCOME_COST_NPV, "mean", 1.0, false};
    ds_result *r;
    ds_error error = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(run(&each, false, &bad[i], 1, 5000, &r, &error), DS_E_USAGE);
        assert_null(r);
    }
    assert_int_equal(run(&sixteen, true, &good, 1, 4096, &r, &error), DS_E_USAGE);
    assert_non_null(strstr(error.message, "latin_hypercube"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_at_the_second_look_that_passes),
        cmocka_unit_test(relative_targets_and_groups),
        cmocka_unit_test(the_limit_is_told),
        cmocka_unit_test(rare_events_go_on),
        cmocka_unit_test(bad_targets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
