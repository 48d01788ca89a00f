/* test_result.c -- statistics, months, decision and asserts of a result, on a fake
 * source (fake_source.h) whose distributions are known.
 *
 * Statistical tests have a fixed seed, so nothing fails by chance today; the rate at
 * which a right program would fail for another seed is given with each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/result.h"
#include "fake_source.h"

static ds_result *run(const fake *f, uint64_t paths, uint64_t seed)
{
    const ds_engine_source source = fake_source(f);
    const ds_run_options options = {.path_count = paths, .seed = seed, .threads = 1};
    ds_result *result;
    ds_error error = {0};

    if (ds_engine_run(&source, &options, NULL, &result, &error) != DS_OK) {
        fail_msg("%s", error.message);
    }
    return result;
}

static void assert_close(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", a, tolerance, b);
    }
}

/* ---- Small samples with known statistics ------------------------------------- */

/* Column values of the paths 0, 1, 2, ...; every outcome that has no table is 7. */
typedef struct {
    size_t        strategy, outcome, count;
    const double *values;
} table;

typedef struct {
    size_t count;
    table  tables[8];
} tables;

static double from_tables(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t o)
{
    const tables *all = f->context;

    (void)seed;
    for (size_t i = 0; i < all->count; i++) {
        const table *t = &all->tables[i];
        if (t->strategy == strategy && t->outcome == o) {
            return t->values[path % t->count];
        }
    }
    return 7.0;
}

static double flat_bill(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t t)
{
    (void)f, (void)seed, (void)strategy;
    return t == 0 ? 5.0 : (double)(path + 1);
}

static fake fake_of_tables(size_t strategies, tables *all)
{
    fake f = fake_of(strategies, 2);

    f.outcome = from_tables;
    f.bill = flat_bill;
    f.context = all;
    return f;
}

/* 1 .. 10: mean 5.5, sd^2 55/6, type 7 quantiles by hand, CVaR of the worst half. */
static void statistics_of_one_to_ten(void **state)
{
    static const double values[] = {3, 1, 2, 10, 9, 4, 8, 5, 7, 6};
    tables all = {2, {{0, DS_OUTCOME_COST_NPV, 10, values},
                      {0, DS_OUTCOME_SAVING_NPV, 10, values}}};
    const fake f = fake_of_tables(1, &all);
    ds_engine_source source = fake_source(&f);
    const ds_run_options options = {.path_count = 10, .threads = 1};
    ds_result *r;

    (void)state;
    source.cvar_level = 0.5;
    assert_int_equal(ds_engine_run(&source, &options, NULL, &r, NULL), DS_OK);
    const ds_statistics s = ds_result_statistics(r, 0, DS_OUTCOME_COST_NPV);
    assert_int_equal(s.paths, 10);
    assert_int_equal(s.defined, 10);
    assert_close(s.mean.value, 5.5, 1e-15);
    assert_close(s.mean.se, sqrt(55.0 / 60.0), 1e-15);
    assert_close(s.sd.value, sqrt(55.0 / 6.0), 1e-15);
    assert_close(s.quantiles[0].value, 1.45, 1e-15);
    assert_close(s.quantiles[1].value, 3.25, 1e-15);
    assert_close(s.quantiles[2].value, 5.5, 1e-15);
    assert_close(s.quantiles[4].value, 9.55, 1e-14);
    assert_true(isnan(s.quantiles[2].se)); /* 10 values are too few */
    assert_true(s.cvar_level == 0.5);
    assert_close(s.cvar.value, 8.0, 1e-14);
    assert_close(ds_result_statistics(r, 0, DS_OUTCOME_SAVING_NPV).cvar.value, 3.0, 1e-14);
    assert_true(s.min == 1.0 && s.max == 10.0);
    assert_true(s.share_undefined.value == 0.0 && s.share_positive.value == 1.0);
    assert_true(s.share_undefined.se > 0.0 && s.share_positive.se > 0.0);
    ds_result_free(r);
}

static void never_is_infinite_in_quantiles_and_tails(void **state)
{
    static const double values[] = {0, 4, (double)INFINITY, 8, (double)INFINITY};
    tables all = {1, {{0, DS_OUTCOME_PAYBACK, 5, values}}};
    const fake f = fake_of_tables(1, &all);
    ds_result *r = run(&f, 100, 1);
    const ds_statistics s = ds_result_statistics(r, 0, DS_OUTCOME_PAYBACK);

    (void)state;
    assert_int_equal(s.defined, 60);
    assert_close(s.mean.value, 4.0, 1e-15);
    assert_true(s.quantiles[0].value == 0.0 && s.quantiles[2].value == 8.0);
    assert_true(s.quantiles[3].value == (double)INFINITY && isnan(s.quantiles[3].se));
    assert_true(s.cvar.value == (double)INFINITY && isnan(s.cvar.se));
    assert_true(s.min == 0.0 && s.max == 8.0);
    assert_true(s.share_undefined.value == 0.4);
    assert_true(s.share_positive.value == 0.4); /* never is not positive */
    ds_result_free(r);
}

static void none_counts_nowhere(void **state)
{
    static const double values[] = {1, (double)NAN, 3, (double)NAN};
    static const double no_values[] = {(double)NAN};
    tables all = {2, {{0, DS_OUTCOME_IRR, 4, values}, {0, DS_OUTCOME_HHI, 1, no_values}}};
    const fake f = fake_of_tables(1, &all);
    ds_result *r = run(&f, 40, 1);
    ds_statistics s = ds_result_statistics(r, 0, DS_OUTCOME_IRR);

    (void)state;
    assert_int_equal(s.defined, 20);
    assert_close(s.mean.value, 2.0, 1e-15);
    assert_true(s.quantiles[0].value == 1.0 && s.quantiles[2].value == 2.0 &&
                s.quantiles[4].value == 3.0);
    assert_true(s.share_undefined.value == 0.5 && s.share_positive.value == 0.5);

    s = ds_result_statistics(r, 0, DS_OUTCOME_HHI);
    assert_int_equal(s.defined, 0);
    assert_true(isnan(s.mean.value) && isnan(s.sd.value) && isnan(s.cvar.value) &&
                isnan(s.quantiles[2].value) && isnan(s.min) && isnan(s.max));
    assert_true(s.share_undefined.value == 1.0 && s.share_undefined.se > 0.0);
    assert_true(s.share_positive.value == 0.0);
    ds_result_free(r);
}

static void constants_have_no_spread_and_one_path_no_error(void **state)
{
    static const double tenth[] = {0.1};
    tables all = {1, {{0, DS_OUTCOME_COST_NPV, 1, tenth}}};
    const fake f = fake_of_tables(1, &all);
    ds_result *r = run(&f, 5001, 1);
    ds_statistics s = ds_result_statistics(r, 0, DS_OUTCOME_COST_NPV);

    (void)state;
    assert_true(s.mean.value == 0.1 && s.mean.se == 0.0);
    assert_true(s.sd.value == 0.0 && s.sd.se == 0.0);
    assert_true(s.quantiles[2].value == 0.1 && s.quantiles[2].se == 0.0);
    assert_true(s.cvar.value == 0.1 && s.cvar.se == 0.0);
    const ds_month_statistics m = ds_result_month(r, 0, 0);
    assert_true(m.mean.value == 5.0 && m.mean.se == 0.0 && m.sd == 0.0);
    ds_result_free(r);

    r = run(&f, 1, 1);
    s = ds_result_statistics(r, 0, DS_OUTCOME_COST_NPV);
    assert_true(s.mean.value == 0.1 && isnan(s.mean.se));
    assert_true(isnan(s.sd.value) && isnan(s.sd.se));
    assert_true(s.quantiles[2].value == 0.1 && isnan(s.quantiles[2].se));
    assert_true(isnan(ds_result_month(r, 0, 0).mean.se));
    assert_int_equal(ds_result_decision(r).verdict, DS_VERDICT_NO_STUDENT);
    ds_result_free(r);
}

/* Month 1 of flat_bill() is 1 .. n: mean (n+1)/2, variance n(n+1)/12; its quantiles
 * are of the first 8192. */
static void months_have_means_of_all_and_quantiles_of_the_first(void **state)
{
    tables all = {0};
    const fake f = fake_of_tables(1, &all);
    const double n = 20000.0;
    ds_result *r = run(&f, 20000, 1);
    const ds_month_statistics m = ds_result_month(r, 0, 1);

    (void)state;
    assert_int_equal(ds_result_months(r), 2);
    assert_int_equal(m.quantile_paths, 8192);
    assert_close(m.mean.value, (n + 1.0) / 2.0, 1e-10);
    assert_close(m.sd, sqrt(n * (n + 1.0) / 12.0), 1e-9);
    assert_close(m.mean.se, sqrt((n + 1.0) / 12.0), 1e-11);
    assert_close(m.quantiles[2].value, 4096.5, 1e-12);
    assert_close(m.quantiles[0].value, 1.0 + 0.05 * 8191.0, 1e-9);
    assert_true(m.quantiles[2].se > 0.0);
    ds_result_free(r);
}

/* ---- Standard errors ---------------------------------------------------------- */

enum { REPETITIONS = 400, SAMPLE = 1024 };

typedef struct {
    double truth, sum, sum2, se_sum;
    int    covered;
} coverage;

static void add(coverage *c, ds_estimate e)
{
    c->sum += e.value - c->truth;
    c->sum2 += (e.value - c->truth) * (e.value - c->truth);
    c->se_sum += e.se;
    c->covered += fabs(e.value - c->truth) <= 1.959964 * e.se;
}

/* 400 samples of 1024 normals.  The 95 % interval covers the truth in 380 +- 4.4 of
 * them; the mean standard error and the spread of the estimates agree within 3.5 %;
 * both within four sigma here, beside 2 % of coverage and 5 % of spread for the
 * statistics whose standard error is itself approximate (sd, cvar, p95).  A right
 * program fails one of the 12 comparisons for fewer than 1 seed in 1000. */
static void standard_errors_cover_the_truth(void **state)
{
    const fake f = fake_of(1, 1);
    coverage c[6] = {
        {.truth = 0.0},            /* mean                                          */
        {.truth = 3.0},            /* sd                                            */
        {.truth = 0.0},            /* p50                                           */
        {.truth = 3 * 1.6448536},  /* p95                                           */
        {.truth = 3 * 2.0627128},  /* cvar of the upper 5 %: phi(1.645)/0.05        */
        {.truth = 0.5},            /* share_positive                                */
    };

    (void)state;
    for (uint64_t seed = 1; seed <= REPETITIONS; seed++) {
        ds_result *r = run(&f, SAMPLE, seed);
        const ds_statistics s = ds_result_statistics(r, 0, DS_OUTCOME_COST_NPV);
        add(&c[0], s.mean);
        add(&c[1], s.sd);
        add(&c[2], s.quantiles[2]);
        add(&c[3], s.quantiles[4]);
        add(&c[4], s.cvar);
        add(&c[5], s.share_positive);
        ds_result_free(r);
    }
    for (size_t i = 0; i < 6; i++) {
        const double mean = c[i].sum / REPETITIONS;
        const double spread = sqrt(c[i].sum2 / REPETITIONS - mean * mean);
        const double slack = i == 1 || i >= 3 ? 1.0 : 0.0;
        const double error = c[i].se_sum / REPETITIONS;
        assert_close(c[i].covered, 380.0, 4 * 4.4 + slack * 8.0);
        assert_close(error / spread, 1.0, 4 * 0.0354 + slack * 0.05);
    }
}

/* The monthly mean, the same way; 400 samples, within four sigma (1 in 16000). */
static void standard_errors_of_months_cover_the_truth(void **state)
{
    const fake f = fake_of(1, 1);
    coverage c = {.truth = 100.0};

    (void)state;
    for (uint64_t seed = 1; seed <= REPETITIONS; seed++) {
        ds_result *r = run(&f, SAMPLE, seed);
        add(&c, ds_result_month(r, 0, 0).mean);
        ds_result_free(r);
    }
    assert_close(c.covered, 380.0, 4 * 4.4);
    assert_close(c.se_sum / REPETITIONS, 1.0 / 32.0, 0.001);
}

/* ---- Decision ---------------------------------------------------------------- */

/* Costs of up to four strategies on four paths each. */
static ds_result *run_costs(const double (*cost)[4], size_t strategies, const bool *distils,
                            uint64_t paths)
{
    tables all = {strategies, {{0}}};
    fake f = fake_of_tables(strategies, &all);

    f.distils = distils;
    for (size_t s = 0; s < strategies; s++) {
        all.tables[s] = (table){s, DS_OUTCOME_COST_NPV, 4, cost[s]};
    }
    return run(&f, paths, 1);
}

static void decision_compares_the_best_of_each_kind(void **state)
{
    static const double cost[4][4] = {
        {20, 20, 20, 24}, /* stay, mean 21    */
        {10, 14, 30, 22}, /* distil, mean 19  */
        {18, 18, 18, 18}, /* other, mean 18   */
        {12, 12, 20, 12}, /* distil, mean 14  */
    };
    static const bool distils[] = {false, true, false, true};
    ds_result *r = run_costs(cost, 4, distils, 4000);
    const ds_decision d = ds_result_decision(r);

    (void)state;
    assert_int_equal(d.verdict, DS_VERDICT_DISTIL);
    assert_int_equal(d.best, 3);
    assert_int_equal(d.best_distilling, 3);
    assert_int_equal(d.best_other, 2);
    /* differences 6, 6, -2, 6 */
    assert_close(d.advantage_usd.value, 4.0, 1e-12);
    assert_close(d.advantage_usd.se, sqrt(12.0 * 4000 / 3999 / 4000), 1e-12);
    assert_true(d.probability_advantage.value == 0.75);
    /* least costs 10, 12, 18, 12: regrets 2, 0, 2, 0 */
    assert_close(d.regret_usd.value, 1.0, 1e-12);
    const double best[4] = {0.0, 0.25, 0.25, 0.5};
    for (size_t s = 0; s < 4; s++) {
        assert_true(ds_result_probability_best(r, s).value == best[s]);
        assert_true(ds_result_probability_best(r, s).se > 0.0);
    }
    ds_result_free(r);
}

static void decision_says_no_or_cannot_say(void **state)
{
    static const bool distils[] = {false, true}, all[] = {true, true};
    static const double dear[2][4] = {{1, 2, 3, 4}, {2, 4, 6, 8}};
    static const double near[2][4] = {{1, 2, 3, 4}, {4, 3, 2, 0.5}};
    static const double equal[2][4] = {{1, 2, 3, 4}, {1, 2, 3, 4}};

    (void)state;
    ds_result *r = run_costs(dear, 2, distils, 100);
    assert_int_equal(ds_result_decision(r).verdict, DS_VERDICT_DO_NOT);
    assert_int_equal(ds_result_decision(r).best, 0);
    ds_result_free(r);

    /* differences -3, -1, 1, 3.5: mean 0.125, sd 2.8, 100 paths: 0.4 standard errors */
    r = run_costs(near, 2, distils, 100);
    assert_int_equal(ds_result_decision(r).verdict, DS_VERDICT_CANNOT_SAY);
    ds_result_free(r);
    /* ... and 10000: 4.5 */
    r = run_costs(near, 2, distils, 10000);
    assert_int_equal(ds_result_decision(r).verdict, DS_VERDICT_DISTIL);
    ds_result_free(r);

    r = run_costs(equal, 2, distils, 100);
    const ds_decision d = ds_result_decision(r);
    assert_int_equal(d.verdict, DS_VERDICT_CANNOT_SAY);
    assert_int_equal(d.best, 0); /* ties to the first */
    assert_true(d.advantage_usd.value == 0.0 && d.probability_advantage.value == 0.0);
    /* of a tie each has its part: half of every path, which is known */
    assert_true(ds_result_probability_best(r, 0).value == 0.5);
    assert_true(ds_result_probability_best(r, 1).value == 0.5);
    assert_true(ds_result_probability_best(r, 0).se < 0.01);
    ds_result_free(r);

    r = run_costs(dear, 2, distils, 1); /* one path has no standard error */
    assert_int_equal(ds_result_decision(r).verdict, DS_VERDICT_CANNOT_SAY);
    ds_result_free(r);

    r = run_costs(dear, 2, all, 100); /* nothing to compare with */
    assert_int_equal(ds_result_decision(r).verdict, DS_VERDICT_CANNOT_SAY);
    assert_int_equal(ds_result_decision(r).best_other, 2);
    assert_true(isnan(ds_result_decision(r).advantage_usd.value));
    ds_result_free(r);
}

static void without_a_student_there_is_no_verdict(void **state)
{
    static const bool distils[] = {false, false};
    static const double cost[2][4] = {{3, 3, 3, 3}, {1, 1, 9, 1}};
    ds_result *r = run_costs(cost, 2, distils, 100);
    const ds_decision d = ds_result_decision(r);

    (void)state;
    assert_int_equal(d.verdict, DS_VERDICT_NO_STUDENT);
    assert_int_equal(d.best, 0);
    assert_int_equal(d.best_other, 0);
    assert_int_equal(d.best_distilling, 2);
    assert_true(isnan(d.advantage_usd.value) && isnan(d.probability_advantage.value));
    assert_close(d.regret_usd.value, 1.5, 1e-14);
    ds_result_free(r);
}

/* ---- Asserts, and what a result keeps ------------------------------------------ */

static void asserts_are_strict_and_fail_without_a_value(void **state)
{
    static const double payback[] = {(double)INFINITY}, none[] = {(double)NAN};
    const double inf = (double)INFINITY;
    const struct {
        ds_assertion assertion;
        double       observed;
        bool         passed;
    } cases[] = {
        {{{"0", -1}, "cost_npv_usd", "mean", 1, 6.0, 8.0}, 7.0, true},
        {{{"1", -1}, "cost_npv_usd", "mean", 1, 7.0, inf}, 7.0, false},
        {{{"2", -1}, "cost_npv_usd", "p95", 1, -inf, 7.0}, 7.0, false},
        {{{"3", -1}, "cost_npv_usd", "sd", 0, -inf, 1e-9}, 0.0, true},
        {{{"4", -1}, "cost_npv_usd", "cvar", 0, 6.9, 7.1}, 7.0, true},
        {{{"5", -1}, "cost_npv_usd", "share_positive", 0, 0.9, inf}, 1.0, true},
        {{{"6", -1}, "payback_months", "p50", 0, 10.0, inf}, inf, true},
        {{{"7", -1}, "payback_months", "p05", 0, -inf, 10.0}, inf, false},
        {{{"8", -1}, "payback_months", "share_undefined", 0, 0.5, inf}, 1.0, true},
        {{{"9", -1}, "irr_per_year", "mean", 0, -inf, inf}, (double)NAN, false},
        {{{"10", -1}, "irr_per_year", "no such", 0, -inf, inf}, (double)NAN, false},
        {{{"11", -1}, "no such", "mean", 0, -inf, inf}, (double)NAN, false},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    ds_assertion assertions[CASES];
    tables all = {2, {{0, DS_OUTCOME_PAYBACK, 1, payback}, {0, DS_OUTCOME_IRR, 1, none}}};
    fake f = fake_of_tables(2, &all);

    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        assertions[i] = cases[i].assertion;
    }
    f.assertions = assertions;
    f.assertion_count = CASES;
    ds_result *r = run(&f, 500, 1);
    assert_int_equal(ds_result_assert_count(r), CASES);
    for (size_t i = 0; i < CASES; i++) {
        const ds_assert_result a = ds_result_assert(r, i);
        assert_string_equal(a.name, cases[i].assertion.key.name);
        assert_string_equal(a.outcome, cases[i].assertion.outcome);
        assert_string_equal(a.statistic, cases[i].assertion.statistic);
        assert_string_equal(a.strategy, cases[i].assertion.strategy == 1 ? "distil" : "stay");
        assert_true(isnan(cases[i].observed) ? isnan(a.observed.value)
                                             : a.observed.value == cases[i].observed);
        assert_int_equal(a.passed, cases[i].passed);
        assert_true(a.above == cases[i].assertion.above && a.below == cases[i].assertion.below);
    }
    ds_result_free(r);
}

static void a_result_describes_itself(void **state)
{
    const fake f = fake_of(3, 4);
    ds_result *r = run(&f, 10, 77);

    (void)state;
    assert_int_equal(ds_result_strategy_count(r), 3);
    assert_string_equal(ds_result_strategy_name(r, 2), "mix");
    assert_int_equal(ds_result_paths(r), 10);
    assert_int_equal(ds_result_seed(r), 77);
    assert_int_equal(ds_result_months(r), 4);
    assert_int_equal(ds_result_assert_count(r), 0);
    ds_result_free(r);
    ds_result_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_of_one_to_ten),
        cmocka_unit_test(never_is_infinite_in_quantiles_and_tails),
        cmocka_unit_test(none_counts_nowhere),
        cmocka_unit_test(constants_have_no_spread_and_one_path_no_error),
        cmocka_unit_test(months_have_means_of_all_and_quantiles_of_the_first),
        cmocka_unit_test(standard_errors_cover_the_truth),
        cmocka_unit_test(standard_errors_of_months_cover_the_truth),
        cmocka_unit_test(decision_compares_the_best_of_each_kind),
        cmocka_unit_test(decision_says_no_or_cannot_say),
        cmocka_unit_test(without_a_student_there_is_no_verdict),
        cmocka_unit_test(asserts_are_strict_and_fail_without_a_value),
        cmocka_unit_test(a_result_describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
