/* test_outcome.c -- the outcome table and the internal rate of return.
 *
 * Rates: published worked examples and bug reports of other tools, the months
 * standing for their periods; the second implementation here (long double, plain
 * bisection between the places where a fine grid changes sign) is the oracle of
 * random flows.  No test is statistical: seeds are fixed, nothing can fail by
 * chance.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim.h"
#include "model/irr.h"
#include "model/outcome.h"

static void the_table_is_what_the_enum_says(void **state)
{
    (void)state;
    assert_int_equal(ds_outcome_count(), DS_OUTCOME_COUNT);
    assert_string_equal(ds_outcome_at(DS_OUTCOME_COST_NPV)->name, "cost_npv_usd");
    assert_string_equal(ds_outcome_at(DS_OUTCOME_PAYBACK)->undefined, "never");
    assert_string_equal(ds_outcome_at(DS_OUTCOME_IRR)->undefined, "none");
    assert_null(ds_outcome_at(DS_OUTCOME_SAVING_NPV)->undefined);
    assert_int_equal(ds_outcome_at(DS_OUTCOME_SAVING_NPV)->bad_tail, -1);
    assert_null(ds_outcome_at(DS_OUTCOME_COUNT));
}

static void names_are_found_and_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < ds_outcome_count(); i++) {
        const ds_outcome_info *o = ds_outcome_at(i);
        assert_int_equal(ds_outcome_find(o->name), i);
        assert_true(o->bad_tail == 1 || o->bad_tail == -1);
        assert_true(strlen(o->help) > 10);
        assert_true(o->undefined == NULL || strcmp(o->undefined, "never") == 0 ||
                    strcmp(o->undefined, "none") == 0);
    }
    assert_int_equal(ds_outcome_find("no such outcome"), ds_outcome_count());
    assert_int_equal(ds_outcome_find(NULL), ds_outcome_count());
}

/* ---- Internal rate of return ---------------------------------------------- */

/* The rate of `months` flows, by both implementations, which must agree bit for
 * bit; the lanes are surrounded by other flows. */
static double monthly_rate(size_t months, const double *flows, int *count)
{
    enum { LANES = 5, AT = 3 };
    double irr[LANES], unique[LANES], multiple[LANES];
    double *lanes = calloc(months * LANES, sizeof *lanes);
    double *scratch = malloc(ds_irr_scratch(months) * sizeof *scratch);

    assert_non_null(lanes);
    assert_non_null(scratch);
    for (size_t t = 0; t < months; t++) {
        for (size_t i = 0; i < LANES; i++) {
            lanes[t * LANES + i] = i == AT ? flows[t] : (t == i ? -1.0 : 0.1 * (double)i);
        }
    }
    ds_irr_lanes(months, LANES, lanes, irr, unique, multiple, scratch);
    free(scratch);
    free(lanes);

    const double per_year = ds_irr(months, flows, count);
    assert_memory_equal(&per_year, &irr[AT], sizeof per_year);
    assert_int_equal(*count == 1, unique[AT] == 1.0);
    assert_int_equal(*count == 2, multiple[AT] == 1.0);
    assert_int_equal(*count != 1, isnan(per_year));
    return ds_irr_monthly(months, flows, count);
}

#define RATE(expected, tolerance, ...)                                              \
    do {                                                                            \
        const double flows_[] = {__VA_ARGS__};                                      \
        int count_;                                                                 \
        const double rate_ = monthly_rate(sizeof flows_ / sizeof *flows_, flows_, &count_); \
        assert_int_equal(count_, 1);                                                \
        assert_true(fabs(rate_ - (expected)) <= (tolerance));                       \
    } while (0)

#define RATE_COUNT(expected, ...)                                                   \
    do {                                                                            \
        const double flows_[] = {__VA_ARGS__};                                      \
        int count_;                                                                 \
        const double rate_ = monthly_rate(sizeof flows_ / sizeof *flows_, flows_, &count_); \
        assert_int_equal(count_, expected);                                         \
        assert_true(isnan(rate_));                                                  \
    } while (0)

/* Tolerance: a unit of the last digit given. */
static void published_rates(void **state)
{
    (void)state;
    /* documentation of the spreadsheet function IRR */
    RATE(0.0866309480365, 1e-12, -70000, 12000, 15000, 18000, 21000, 26000);
    RATE(-0.0212448482734, 1e-12, -70000, 12000, 15000, 18000, 21000);
    /* documentation of numpy-financial */
    RATE(0.28094842116, 1e-11, -100, 39, 59, 55, 20);
    /* numpy-financial issue 44: the other root, -99.98 % a month, is no rate here */
    RATE(1.00426984872, 1e-11, -1678.87, 771.96, 1814.05, 3520.30, 3552.95, 3584.99,
         4789.91, -1);
    RATE(0.205414212563, 1e-12, -900, -500, 400, 400, 400, 400, 400, 400, 400, 400, 400);

    /* numpy-financial issue 98, pyxirr issue 24 */
    double flows[481] = {-10000.0};
    int count;
    for (size_t t = 1; t <= 16; t++) {
        flows[t] = 327.24625;
    }
    assert_true(fabs(monthly_rate(17, flows, &count) - -0.0676541134497) <= 1e-12);
    flows[0] = -172545.848122807;
    for (size_t t = 1; t <= 480; t++) {
        flows[t] = 787.735232517999;
    }
    assert_true(fabs(monthly_rate(481, flows, &count) - 0.00384010481257) <= 1e-13);
}

/* A project that pays back almost to the cent: the rate is next to the end v = 1 of the
 * bracket, where Newton's steps from within overshoot. */
static void rates_near_zero(void **state)
{
    static const size_t horizon[] = {2, 3, 12, 60, 150};
    static const double sign[] = {1.0, -1.0};

    (void)state;
    for (size_t h = 0; h < sizeof horizon / sizeof *horizon; h++) {
        for (int power = 2; power <= 14; power++) {
            for (size_t k = 0; k < 2; k++) {
                double flows[150] = {0};
                int count;
                flows[horizon[h] - 2] = -1234.5;
                flows[horizon[h] - 1] = 1234.5 * (1.0 + sign[k] * pow(10.0, -power));
                const double exact = flows[horizon[h] - 1] / 1234.5 - 1.0;
                const double rate = monthly_rate(horizon[h], flows, &count);
                assert_int_equal(count, 1);
                assert_true(fabs(rate - exact) <= 1e-12);
            }
        }
    }
    /* paid back over a year, in equal parts */
    RATE(1.5385e-9, 1e-12, -12, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 + 1.2e-7);
    RATE(-1.5385e-9, 1e-12, -12, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 - 1.2e-7);
}

/* The spreadsheet function's own example: 10 % for what is put in, 12 % for what comes out;
 * of the same flow with 12 % for both, by hand from the sums. */
static void modified_rates(void **state)
{
    static const double flows[] = {-120000, 39000, 30000, 21000, 37000, 46000};
    enum { MONTHS = 6, LANES = 21 };
    double lanes[MONTHS * LANES], v[LANES], rate[LANES], out = 0.0;

    (void)state;
    assert_true(fabs(ds_mirr_monthly(MONTHS, flows, 0.10, 0.12) - .126094130366) <= 1e-12);
    for (size_t t = 0; t < MONTHS; t++) {
        out = out * 1.12 + (flows[t] > 0.0 ? flows[t] : 0.0);
        for (size_t i = 0; i < LANES; i++) {
            lanes[t * LANES + i] = i == 3   ? (t == 0 ? 5.0 : 1.0)  /* nothing put in   */
                                   : i == 4 ? (t == 0 ? -5.0 : 0.0) /* nothing comes out */
                                            : flows[t];
        }
    }
    for (size_t i = 0; i < LANES; i++) {
        v[i] = 1.0 / 1.12;
    }
    ds_mirr_lanes(MONTHS, LANES, lanes, v, rate);
    for (size_t i = 0; i < LANES; i++) {
        const double exact = pow(out / 120000, 12.0 / 5) - 1.0;
        assert_true(i == 3 ? isnan(rate[i]) : i == 4 ? rate[i] == -1.0
                                                     : fabs(rate[i] - exact) <= 1e-12);
    }
    ds_mirr_lanes(1, LANES, lanes, v, rate);
    assert_true(isnan(rate[0])); /* one month */
    assert_true(isnan(ds_mirr_monthly(1, flows, 0.1, 0.1)));
}

static void several_rates_and_none(void **state)
{
    (void)state;
    RATE_COUNT(2, -1000, 2300, -1320);            /* 10 % and 20 % */
    RATE_COUNT(2, -50, -100, 600, 300, -100);     /* numpy-financial issue 28 */
    RATE_COUNT(2, -1, 1.1 + 1 / 1.1, -1);         /* +10 % and -9.1 % */
    RATE_COUNT(0, 100, -200, 150);                /* discriminant -20000 */
    RATE_COUNT(0, -100, 0, 0, -7);
    RATE_COUNT(0, 0, 0, 0, 0);
    RATE_COUNT(0, 5);
    RATE_COUNT(0, -1, 65);                        /* above 64-fold a month */
    RATE_COUNT(0, -65, 1);
    /* three: (1 - 1.1 v)(1 - 1.4 v)(1 - 2 v) */
    RATE_COUNT(2, -1, 4.5, -6.54, 3.08);
}

static void edges_of_the_count(void **state)
{
    (void)state;
    RATE(0.0, 0.0, -100, 50, 50);                 /* f(1) = 0 exactly */
    RATE(0.0, 0.0, 0, -3, 0, 0, 3, 0);
    RATE(0.0, 1e-7, -1, 2, -1);                   /* a double root, at a grid point */
    RATE(62.0, 1e-9, -1, 63);
    RATE(-6.0 / 7.0, 1e-12, -7, 1);
    RATE(0.5, 1e-12, 2, -3);                      /* a loan: the sign is the other way */
    /* three changes of sign, one rate: (1 - 1.25 v)(1 - v + v^2), needs the grid */
    RATE(0.25, 1e-11, -1, 2.25, -2.25, 1.25);
}

/* A fixed stream of numbers in (0, 1): the middle bits of an LCG (Knuth, MMIX). */
static double next_number(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*seed >> 11) + 0.5) / 9007199254740992.0;
}

static long double value_of(size_t months, const double *flows, long double v)
{
    long double f = 0.0L;

    for (size_t t = months; t-- > 0;) {
        f = f * v + (long double)flows[t];
    }
    return f;
}

/* Number of rates by a grid fifty times as fine, and the last of them. */
static int oracle(size_t months, const double *flows, long double *root)
{
    const int points = 3200;
    long double before = 1.0L / 64.0L;
    int count = 0;

    for (int k = 1; k <= points; k++) {
        const long double here = powl(2.0L, -6.0L + 9.0L * (long double)k / (long double)points);
        const long double low_sign = value_of(months, flows, before);
        if (low_sign * value_of(months, flows, here) < 0.0L) {
            long double low = before, high = here;
            for (int step = 0; step < 70; step++) {
                const long double middle = 0.5L * (low + high);
                *(value_of(months, flows, middle) * low_sign > 0.0L ? &low : &high) = middle;
            }
            *root = low;
            count++;
        }
        before = here;
    }
    return count;
}

/* Project, waiting, savings with noise, refreshes: tolerance 1e-10 on v where there
 * is one rate.  The count may differ where two rates are closer than a grid step:
 * not in these. */
static void random_projects_against_long_double(void **state)
{
    enum { FLOWS = 300 };
    const size_t lengths[] = {6, 54, 54, 120};
    uint64_t seed = 20260701;
    int seen[3] = {0};

    (void)state;
    for (int n = 0; n < FLOWS; n++) {
        const size_t months = lengths[n % 4];
        const size_t start = 1 + (size_t)(next_number(&seed) * 5.0);
        const double gain = next_number(&seed) * 3.0, noise = n % 3 == 0 ? 0.0 : 1.5;
        double flows[120];
        for (size_t t = 0; t < months; t++) {
            flows[t] = t < start ? -10.0 * next_number(&seed)
                                 : gain + noise * (next_number(&seed) - 0.5);
            flows[t] -= n % 5 == 0 && t % 12 == 11 ? 6.0 : 0.0;
        }
        int count;
        long double root = 0.0L;
        const double rate = monthly_rate(months, flows, &count);
        const int expected = oracle(months, flows, &root);
        assert_int_equal(count, expected > 2 ? 2 : expected);
        seen[count]++;
        if (count == 1) {
            assert_true(fabsl(1.0L / (1.0L + (long double)rate) / root - 1.0L) <= 1e-10L);
        }
    }
    /* the sample has all three kinds */
    assert_true(seen[0] > 5 && seen[1] > 100 && seen[2] > 5);
}

/* A lane's result is that of ds_irr(), whatever its neighbours: 300 lanes at once,
 * so that batches fill, overflow and mix. */
static void lanes_do_not_see_each_other(void **state)
{
    enum { LANES = 300, MONTHS = 30 };
    static double flows[MONTHS][LANES], irr[LANES], unique[LANES], multiple[LANES];
    double *scratch = malloc(ds_irr_scratch(MONTHS) * sizeof *scratch);
    uint64_t seed = 7;
    int seen[3] = {0};

    (void)state;
    assert_non_null(scratch);
    for (size_t t = 0; t < MONTHS; t++) {
        for (size_t i = 0; i < LANES; i++) {
            const double spread = i % 3 == 0 ? 0.0 : 2.0;
            flows[t][i] = (t < 3 ? -3.0 : 0.5) + spread * (next_number(&seed) - 0.5);
            flows[t][i] *= i % 50 == 49 ? 0.0 : 1.0;
        }
    }
    ds_irr_lanes(MONTHS, LANES, &flows[0][0], irr, unique, multiple, scratch);
    for (size_t i = 0; i < LANES; i++) {
        double one[MONTHS];
        int count;
        for (size_t t = 0; t < MONTHS; t++) {
            one[t] = flows[t][i];
        }
        const double expected = ds_irr(MONTHS, one, &count);
        assert_memory_equal(&expected, &irr[i], sizeof expected);
        assert_true(unique[i] == (count == 1 ? 1.0 : 0.0));
        assert_true(multiple[i] == (count == 2 ? 1.0 : 0.0));
        seen[count]++;
    }
    assert_true(seen[0] >= 6 && seen[1] > 100 && seen[2] > 10);
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_what_the_enum_says),
        cmocka_unit_test(names_are_found_and_differ),
        cmocka_unit_test(published_rates),
        cmocka_unit_test(rates_near_zero),
        cmocka_unit_test(modified_rates),
        cmocka_unit_test(several_rates_and_none),
        cmocka_unit_test(edges_of_the_count),
        cmocka_unit_test(random_projects_against_long_double),
        cmocka_unit_test(lanes_do_not_see_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
