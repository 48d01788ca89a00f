/* test_strata.c -- (7b) of docs/model.md in a run: correlated quantities keep their strata.
 *
 * Three lognormal numbers of requests at a dollar each, by Latin hypercubes: in each
 * replicate, every stratum of every one of them has exactly one path, and their normal
 * scores correlate as declared.  Tolerance of correlations: 1e-2 at 1000 points, as in
 * test_iman_conover.c; random orders have a standard error of 0.03.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "model/strata.h"

#include "reference_ledger.h"

enum { SEED = 11, POINTS = 1000, REPLICATES = 3, PATHS = POINTS * REPLICATES, NUMBERS = 3 };

#define ONE(name)                                                                        \
    "'" name "': {'requests_per_month': {'lognormal': {'median': 1, 'log_sd': 1}},"      \
    " 'request': {'input_tokens': 1e6, 'output_tokens': 0}}"
#define PAIR(a, b, rho)                                                                  \
    "['/products/" a "/requests_per_month', '/products/" b "/requests_per_month', " rho "]"
#define SCENARIO(dependence)                                                             \
    "{'name': 'strata', 'clock': {'start': '2027-01', 'months': 1}, " dependence         \
    " 'run': {'sampling': 'latin_hypercube', 'replicates': 3, 'paths': 3000},"           \
    " 'correlations': [" PAIR("a", "b", "0.6") ", " PAIR("b", "c", "-0.3") "],"           \
    " 'products': {" ONE("a") ", " ONE("b") ", " ONE("c") "},"                           \
    " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"                      \
    "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"                                \
    " 'strategies': {'stay': {'all': 'm'}}}"

static double score[NUMBERS][PATHS];

static ds_code keep(const ds_plan *plan, const ds_strata *strata, uint64_t path, ledger *l)
{
    ds_error error = { .code = DS_OK };
    l->rows = 0;
    return ds_reference_of(plan, SEED, PATHS, strata, path, 0, keep_row, l, l->outcome, l->bill,
                           &error);
}

/* Scores of all paths by the naive engine, with the strata of the run. */
static void run_all(const ds_plan *plan, const ds_strata *strata)
{
    static ledger l;
    for (uint64_t path = 0; path < PATHS; path++) {
        assert_int_equal(keep(plan, strata, path, &l), DS_OK);
        for (size_t k = 0; k < NUMBERS; k++)
            score[k][path] = log(l.row[k].amount_usd);
    }
}

static double correlation(size_t a, size_t b, uint64_t replicate)
{
    double aa = 0, bb = 0, ab = 0;
    for (uint64_t path = replicate; path < PATHS; path += REPLICATES) {
        aa += score[a][path] * score[a][path];
        bb += score[b][path] * score[b][path];
        ab += score[a][path] * score[b][path];
    }
    return ab / sqrt(aa * bb);
}

static size_t strata_hit(size_t k, uint64_t replicate)
{
    bool   hit[POINTS] = { false };
    size_t count = 0;
    for (uint64_t path = replicate; path < PATHS; path += REPLICATES) {
        size_t stratum = (size_t)(gsl_cdf_ugaussian_P(score[k][path]) * POINTS);
        assert_true(stratum < POINTS);
        count += !hit[stratum];
        hit[stratum] = true;
    }
    return count;
}

static void margins_stay_and_correlate(void **state)
{
    (void)state;
    fixture f = open_fixture(SCENARIO(""));
    ds_strata strata;
    assert_int_equal(ds_strata_make(f.plan, SEED, PATHS, &strata, NULL), DS_OK);
    assert_non_null(strata.rank);
    run_all(f.plan, &strata);
    for (uint64_t r = 0; r < REPLICATES; r++) {
        for (size_t k = 0; k < NUMBERS; k++)
            assert_int_equal(strata_hit(k, r), POINTS);
        check_near(correlation(0, 1, r), 0.6, 1e-2, "a, b", __LINE__);
        check_near(correlation(1, 2, r), -0.3, 1e-2, "b, c", __LINE__);
        check_near(correlation(0, 2, r), 0, 1e-2, "a, c", __LINE__);
    }
    /* without the strata of the run, they are made */
    static ledger l;
    for (uint64_t path = 0; path < PATHS; path += 997) {
        assert_int_equal(keep(f.plan, NULL, path, &l), DS_OK);
        for (size_t k = 0; k < NUMBERS; k++)
            assert_true(score[k][path] == log(l.row[k].amount_usd));
    }
    ds_strata_release(&strata);
    close_fixture(&f);
}

/* The engine hands them to the kernel: the same figures as the naive engine, whatever the
 * block and thread (1e-12 of a sum of three). */
static void the_engine_has_them(void **state)
{
    (void)state;
    fixture f = open_fixture(SCENARIO(""));
    ds_strata strata;
    assert_int_equal(ds_strata_make(f.plan, SEED, PATHS, &strata, NULL), DS_OK);
    run_all(f.plan, &strata);
    ds_run_options options = { .path_count = PATHS, .seed = SEED, .threads = 2 };
    ds_result *result = NULL;
    ds_error   error = { .code = DS_OK };
    assert_int_equal(ds_run(f.plan, &options, &result, &error), DS_OK);
    const double *total = ds_result_column(result, 0, DS_OUTCOME_COST_TOTAL);
    for (uint64_t path = 0; path < PATHS; path++) {
        double want = exp(score[0][path]) + exp(score[1][path]) + exp(score[2][path]);
        check_near(total[path], want, 1e-12 * want, "total", __LINE__);
    }
    ds_result_free(result);
    ds_strata_release(&strata);
    close_fixture(&f);
}

/* A t copula, and random numbers, have no tables. */
static void others_have_none(void **state)
{
    (void)state;
    ds_strata strata;
    fixture f = open_fixture(SCENARIO("'dependence': {'copula': 't', 'degrees_of_freedom': 4},"));
    assert_int_equal(ds_strata_make(f.plan, SEED, PATHS, &strata, NULL), DS_OK);
    assert_null(strata.rank);
    ds_strata_release(&strata);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(margins_stay_and_correlate),
        cmocka_unit_test(the_engine_has_them),
        cmocka_unit_test(others_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
