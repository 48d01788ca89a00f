/* test_draw.c -- the flat form of a distribution that the kernel reads.
 *
 * Draws are held to the quantile of the distribution at the same uniform, lanes to
 * single values bit for bit.  Kolmogorov-Smirnov tests use fixed seeds and state
 * their false-alarm rate.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "distribution_cases.h"
#include "numerics/distribution_internal.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"

#include <gsl/gsl_errno.h>

enum { STORAGE = (1 + DS_PIECE_SIZE) * DS_MIXTURE_PIECES + 64 };

/* The quantile at the same uniform.  1e-8 of the value for tables of shape >= 1
 * in |z| <= 5; the rest is closed form. */
static void draws_follow_the_quantile(void **state)
{
    ds_distribution list[48];
    const size_t count = continuous(list);
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(ds_draw_storage(&list[i]) <= STORAGE);
        ds_draw_compile(&list[i], storage, &draw);
        for (int k = -997; k <= 997; k++) {
            const double u = gsl_cdf_ugaussian_P(k / 200.0);
            /* 1 - u has an error of 1e-16 in the upper tail */
            const double slack = 1e-8 + 1e-15 / (1.0 - u);
            CLOSE(ds_draw_value(&draw, u), ds_distribution_quantile(&list[i], u), slack);
        }
    }
}

/* 1.1e-7 measured at shape 1/2: a table between its knots. */
static void tables_of_small_shapes(void **state)
{
    const ds_distribution list[] = {whole(DS_DIST_BETA, .5, .5, 0),
                                    whole(DS_DIST_GAMMA, .5, 2, 0)};
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ds_draw_compile(&list[i], storage, &draw);
        assert_int_equal(draw.kind, DS_DRAW_TABLE);
        for (int k = -997; k <= 600; k++) {
            const double u = gsl_cdf_ugaussian_P(k / 200.0);
            CLOSE(ds_draw_value(&draw, u), ds_distribution_quantile(&list[i], u), 2e-7);
        }
    }
}

/* ---- Tables against the solver ---------------------------------------------------- */

enum { STRIDE = 23, SOLVED = (DS_TABLE_KNOTS - 1) / STRIDE + 1 }; /* both ends are among */

/* Every 23rd knot against the solver.  Slopes to 1e-9, and what the solver's density
 * loses with the digits of 1 - y. */
static void check_table(const ds_distribution *d, double tolerance)
{
    const double step = 17.0 / (DS_TABLE_KNOTS - 1);
    const ds_score_grid all = {-8.5, step, DS_TABLE_KNOTS};
    const ds_score_grid some = {-8.5, STRIDE * step, SOLVED};
    double knots[DS_TABLE_KNOTS], slopes[DS_TABLE_KNOTS], x[SOLVED], rises[SOLVED];

    assert_true(ds_distribution_tabulate(d, all, knots, slopes));
    ds_distribution_tabulate_solved(d, some, x, rises);
    for (size_t k = 0; k < SOLVED; k++) {
        const double high = ds_distribution_support_high(d), low = ds_distribution_support_low(d);
        const double rest = isinf(high) ? 1.0 : (high - x[k]) / (high - low);
        if (fabs(x[k]) < 1e-300) { /* digits fade, of the solver's first */
            assert_true(knots[k * STRIDE] >= 0.0 && knots[k * STRIDE] < 1e-299);
            continue;
        }
        CLOSE(knots[k * STRIDE], x[k], tolerance);
        if (rest > 1e-6 && fabs(some.first + (double)k * some.step) <= 5.0) {
            CLOSE(slopes[k * STRIDE], rises[k] / STRIDE, 1e-9 + 4e-15 / rest);
        }
    }
}

/* Of the differences, most is the solver's: it holds P to 1e-14, of which y is a power
 * 1 / shape.  And above the median it solves for 1 - P, which costs it the digits of a
 * y that is tiny there: 1e-8 for shapes 0.05 and 1000; such pairs are left out. */
static void tables_follow_the_solver(void **state)
{
    static const double shapes[] = {.05, .1, .2, .5, .8, 1, 1.3, 2, 3, 5, 20, 100, 1000};
    enum { SHAPES = sizeof shapes / sizeof shapes[0] };

    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        const ds_distribution gamma = whole(DS_DIST_GAMMA, shapes[i], 2, 0);
        check_table(&gamma, 2e-12);
        for (size_t k = i % 2; k < SHAPES; k += 2) {
            const ds_distribution beta = whole(DS_DIST_BETA, shapes[i], shapes[k], 0);
            const bool small = fmin(shapes[i], shapes[k]) < .2;
            if (!small || fmax(shapes[i], shapes[k]) <= 5.0) {
                check_table(&beta, small ? 5e-11 : 2e-12);
            }
        }
    }
    for (int mode = 1; mode <= 8; mode++) {
        const ds_distribution pert = whole(DS_DIST_PERT, 1, mode, 8);
        check_table(&pert, 2e-12);
    }
}

/* Cut at one side or both, in the middle, far out, and where hardly any mass is. */
static void truncated_tables_follow_the_solver(void **state)
{
    const ds_distribution list[] = {
        on(DS_DIST_PERT, 1, 3, 8, 2, 5),       on(DS_DIST_PERT, 1, 3, 8, 7.99, 8),
        on(DS_DIST_PERT, 1, 3, 8, -INF, 1.01), on(DS_DIST_PERT, 1, 1, 8, 1.0001, INF),
        on(DS_DIST_PERT, -8, 0, 8, -1, 1),     on(DS_DIST_BETA, 2, 3, 0, .9, .99),
        on(DS_DIST_BETA, 50, 5, 0, .5, 1),     on(DS_DIST_BETA, 50, 5, 0, 0, .1),
        on(DS_DIST_BETA, 50, 5, 0, .999, INF), on(DS_DIST_BETA, 50, 5, 0, -INF, .999),
        on(DS_DIST_BETA, .5, .5, 0, 1e-6, .9), on(DS_DIST_BETA, .5, .5, 0, 1e-9, .5),
        on(DS_DIST_GAMMA, 4, 2, 0, -3, 20),    on(DS_DIST_GAMMA, 1.5, 2, 0, 60, INF),
        on(DS_DIST_GAMMA, 1.5, 2, 0, 600, INF), on(DS_DIST_GAMMA, 2, 2, 0, 1e-4, 20),
        on(DS_DIST_GAMMA, 100, 2, 0, 0, 20),   on(DS_DIST_GAMMA, 100, 2, 0, 199, 201),
        on(DS_DIST_BETA, 2, 3, 0, 1e-9, 2e-9), on(DS_DIST_GAMMA, .3, 2, 0, 1e-9, INF),
        on(DS_DIST_GAMMA, .05, 2, 0, 1e-9, INF),
    };

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        check_table(&list[i], 2e-12);
    }
}

static void check_solved(const ds_distribution *d, bool slow)
{
    const ds_score_grid grid = {-8.5, 17.0 / (DS_TABLE_KNOTS - 1), DS_TABLE_KNOTS};
    double knots[DS_TABLE_KNOTS], slopes[DS_TABLE_KNOTS];
    double x[DS_TABLE_KNOTS], rises[DS_TABLE_KNOTS];

    assert_int_equal(ds_distribution_tabulate(d, grid, knots, slopes), !slow);
    ds_distribution_tabulate_solved(d, grid, x, rises);
    assert_memory_equal(knots, x, sizeof x);
    assert_memory_equal(slopes, rises, sizeof rises);
}

/* Shapes so small that a step is too long, a tail next to underflow, an interval so
 * narrow that its mass has lost its digits, no mass at all, a norm that has lost its
 * digits: every knot is solved.  A formula is no march either, but not slow. */
static void tables_that_cannot_be_marched(void **state)
{
    const ds_distribution list[] = {
        whole(DS_DIST_BETA, .03, .5, 0),           whole(DS_DIST_BETA, .5, .03, 0),
        whole(DS_DIST_GAMMA, .04, 2, 0),           on(DS_DIST_GAMMA, 1.5, 2, 0, 1400, INF),
        on(DS_DIST_BETA, 2, 3, 0, .5, .5 + 1e-13), on(DS_DIST_BETA, 2, 3, 0, .5, .5 + 1.2e-16),
        whole(DS_DIST_BETA, .1, 1e9, 0),
    };
    const ds_distribution exponential = on(DS_DIST_EXPONENTIAL, 4, 0, 0, 1, 6);
    const ds_distribution large = whole(DS_DIST_GAMMA, 3e4, 2, 0);

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        check_solved(&list[i], true);
    }
    check_solved(&exponential, false);
    check_solved(&large, false);
}

/* What the kernel draws has the mean of the distribution, also for shapes whose
 * least values the table rounds. */
static void draws_have_the_mean(void **state)
{
    const ds_distribution list[] = {
        on(DS_DIST_NORMAL, 0, 1, 0, 8, 9),     whole(DS_DIST_PERT, 1, 3, 8),
        whole(DS_DIST_BETA, .1, 3, 0),         whole(DS_DIST_GAMMA, .1, 2, 0),
        on(DS_DIST_EXPONENTIAL, 4, 0, 0, 1, 6), on(DS_DIST_LOGNORMAL, 1, .7, 0, 2, 30),
    };
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        ds_draw_compile(&list[i], storage, &draw);
        CLOSE(moment(&list[i], &draw, 1), ds_distribution_mean(&list[i]), 1e-8);
    }
}

static double uniform(uint64_t i)
{
    const double u = ds_stream_uniform(31, i, 0, 0);
    /* every fifth in a far tail, on either side */
    return i % 10 == 0 ? ldexp(u, -40) : i % 10 == 5 ? 1.0 - ldexp(u, -40) : u;
}

static void check_lanes(const ds_distribution *d)
{
    enum { MOST = 700 };
    static const size_t counts[] = {0, 1, 2, 3, 5, 8, 255, 257, MOST};
    double storage[STORAGE], u[MOST + 1], out[MOST + 1], scratch[2 * MOST];
    ds_draw draw;

    ds_draw_compile(d, storage, &draw);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        const size_t count = counts[c];
        for (size_t i = 0; i < count; i++) {
            u[i] = uniform(i + c);
        }
        out[count] = -7.0;
        ds_draw_lanes(&draw, count, u, out, scratch);
        for (size_t i = 0; i < count; i++) {
            SAME_BITS(out[i], ds_draw_value(&draw, u[i]));
        }
        assert_true(out[count] == -7.0);
        ds_draw_lanes(&draw, count, u, u, scratch); /* in place */
        assert_memory_equal(u, out, count * sizeof *u);
    }
}

static void lanes_equal_single_values(void **state)
{
    ds_distribution list[48];
    const size_t count = continuous(list);
    const ds_distribution constant = whole(DS_DIST_CONSTANT, 7, 0, 0);
    const ds_distribution d = discrete(-INF, INF), e = empirical(0, 50);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        check_lanes(&list[i]);
    }
    check_lanes(&constant);
    check_lanes(&d);
    check_lanes(&e);
}

/* Rises with u, and never leaves the interval, to the last cell and beyond. */
static void draws_rise_inside_their_support(void **state)
{
    ds_distribution list[48];
    const size_t count = continuous(list);
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const double low = ds_distribution_support_low(&list[i]);
        const double high = ds_distribution_support_high(&list[i]);
        ds_draw_compile(&list[i], storage, &draw);
        const double least = ds_draw_value(&draw, 0x1p-53);
        const double greatest = ds_draw_value(&draw, 1.0 - 0x1p-53);
        double before = least;
        assert_true(least >= low && greatest <= high && isfinite(greatest));
        for (int k = 1; k < 4000; k++) {
            const double x = ds_draw_value(&draw, k / 4000.0);
            /* rounding of the last digit, nothing more */
            assert_true(x >= before - 4e-16 * fabs(before) && x >= low && x <= high);
            before = x;
        }
        assert_true(greatest >= before);
        assert_true(isfinite(ds_draw_value(&draw, 0.0)) && isfinite(ds_draw_value(&draw, 1.0)));
        assert_true(greatest > least);
    }
}

/* In the last cell of u the upper tail is (1 - u) of the mass above the cut; it
 * must keep its digits, or the greatest draws come out wrong by tenths. */
static void open_truncation_keeps_the_last_cell(void **state)
{
    const ds_distribution above = on(DS_DIST_NORMAL, 0, 1, 0, -1, INF);
    const ds_distribution below = on(DS_DIST_NORMAL, 0, 1, 0, -INF, 1);
    const double mass = gsl_cdf_ugaussian_P(1.0);
    ds_draw draw;

    (void)state;
    for (int k = 1; k < 20; k += 2) {
        const double cell = k * 0x1p-53;
        ds_draw_compile(&above, NULL, &draw);
        CLOSE(ds_draw_value(&draw, 1.0 - cell), gsl_cdf_ugaussian_Qinv(cell * mass), 1e-14);
        ds_draw_compile(&below, NULL, &draw);
        CLOSE(ds_draw_value(&draw, cell), gsl_cdf_ugaussian_Pinv(cell * mass), 1e-14);
    }
}

static void step_draws(void **state)
{
    const ds_distribution d = discrete(-INF, INF), cut = discrete(0, 50);
    const ds_distribution e = empirical(-INF, INF), none = empirical(200, 300);
    double storage[12];
    ds_draw draw;

    (void)state;
    assert_int_equal(ds_draw_storage(&d), 12);
    ds_draw_compile(&d, storage, &draw);
    assert_int_equal(draw.kind, DS_DRAW_STEP);
    NEAR(ds_draw_value(&draw, 1e-16), -1, 0);
    NEAR(ds_draw_value(&draw, .125 - 1e-9), -1, 0);
    NEAR(ds_draw_value(&draw, .125), 3, 0); /* edges[k-1] <= u < edges[k] */
    NEAR(ds_draw_value(&draw, .25), 5, 0);
    NEAR(ds_draw_value(&draw, .5 - 1e-9), 5, 0);
    NEAR(ds_draw_value(&draw, .5), 100, 0);
    NEAR(ds_draw_value(&draw, 1 - 1e-16), 100, 0);
    ds_draw_compile(&cut, storage, &draw);
    NEAR(ds_draw_value(&draw, .33), 3, 0);
    NEAR(ds_draw_value(&draw, .34), 5, 0);
    NEAR(ds_draw_value(&draw, .99), 5, 0);
    ds_draw_compile(&e, storage, &draw);
    static const double sorted[] = {-1, 3, 3, 5, 8, 100};
    for (int k = 0; k < 6; k++) {
        NEAR(ds_draw_value(&draw, (k + .5) / 6), sorted[k], 0);
    }
    ds_draw_compile(&none, storage, &draw);
    assert_true(isnan(ds_draw_value(&draw, .5)));
}

static void degenerate_distributions_are_constants(void **state)
{
    const ds_distribution list[] = {
        whole(DS_DIST_CONSTANT, 7, 0, 0),   whole(DS_DIST_UNIFORM, 7, 7, 0),
        whole(DS_DIST_TRIANGULAR, 7, 7, 7), whole(DS_DIST_PERT, 7, 7, 7),
        on(DS_DIST_NORMAL, 0, 1, 0, 7, 7),
    };
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        ds_draw_compile(&list[i], storage, &draw);
        assert_int_equal(draw.kind, DS_DRAW_CONSTANT);
        NEAR(ds_draw_value(&draw, .1), 7, 0);
        NEAR(ds_draw_value(&draw, .9), 7, 0);
    }
}

/* Kolmogorov-Smirnov on 20 000 draws each: D sqrt n < 2.7 has a false-alarm rate
 * of 2 exp(-2 x 2.7^2) = 9e-7, 2.5e-5 over all. */
static void draws_pass_kolmogorov_smirnov(void **state)
{
    enum { COUNT = 20000 };
    static double x[COUNT], scratch[2 * COUNT];
    ds_distribution list[48];
    const size_t kinds = continuous(list);
    double storage[STORAGE];
    ds_draw draw;

    (void)state;
    for (size_t i = 0; i < kinds; i++) {
        double distance = 0.0;
        ds_draw_compile(&list[i], storage, &draw);
        ds_stream_uniform_lanes(ds_stream_key(8, i), 0, 0, 0, COUNT, x);
        ds_draw_lanes(&draw, COUNT, x, x, scratch);
        ds_sort(COUNT, x);
        for (size_t k = 0; k < COUNT; k++) {
            const double f = ds_distribution_cdf(&list[i], x[k]);
            distance = fmax(distance, fmax(f - (double)k / COUNT, (double)(k + 1) / COUNT - f));
        }
        assert_true(distance * sqrt((double)COUNT) < 2.7);
        /* below 0.25 is too even to be random: 3e-8 */
        assert_true(distance * sqrt((double)COUNT) > 0.25);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_follow_the_quantile),
        cmocka_unit_test(tables_of_small_shapes),
        cmocka_unit_test(tables_follow_the_solver),
        cmocka_unit_test(truncated_tables_follow_the_solver),
        cmocka_unit_test(tables_that_cannot_be_marched),
        cmocka_unit_test(draws_have_the_mean),
        cmocka_unit_test(lanes_equal_single_values),
        cmocka_unit_test(draws_rise_inside_their_support),
        cmocka_unit_test(open_truncation_keeps_the_last_cell),
        cmocka_unit_test(step_draws),
        cmocka_unit_test(degenerate_distributions_are_constants),
        cmocka_unit_test(draws_pass_kolmogorov_smirnov),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
