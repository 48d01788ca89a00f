/* test_minimum.c -- the least of a curve of costs: closed forms of the newsvendor.
 *
 * A commitment of `a` dollars a month, whose usage is delta cheaper, is a newsvendor:
 * with usage v at list prices the charge is a + max(0, v - a/(1 - delta)), its mean is
 * least where P(v <= a/(1 - delta)) = delta, and its CVaR at alpha where that
 * probability is 1 - (1 - alpha)(1 - delta).  v is lognormal with median 100 and sigma
 * 0.5.  The least mean is E[v; v > q] = 100 exp(s^2/2) Phi(s - z), z = Phi^-1(delta).
 * (Arrow, Harris & Marschak 1951; Gotoh & Takano 2007 for the CVaR.)
 *
 * Estimates are compared with four standard errors, with seeds that are fixed.  How
 * often an interval of 1.96 standard errors must cover is said where it is counted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#include "numerics/lanes.h"
#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "study/curve.h"

enum { PATHS = 4096, REPLICATES = 16 };
static const double median = 100.0, sigma = 0.5;

typedef struct {
    double usage[PATHS];
    double discount;
} shop;

static void open_shop(shop *s, unsigned long seed, double discount)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(rng, seed);
    s->discount = discount;
    for (size_t i = 0; i < PATHS; i++) {
        s->usage[i] = gsl_ran_lognormal(rng, log(median), sigma);
    }
    gsl_rng_free(rng);
}

static ds_code commitment(void *context, const double *values, size_t count,
                          double *const *columns, ds_error *err)
{
    const shop *s = context;

    (void)err;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < PATHS; k++) {
            columns[i][k] = values[i] + fmax(0.0, s->usage[k] - values[i] / (1.0 - s->discount));
        }
    }
    return DS_OK;
}

static double exact_place(double discount, double probability)
{
    return (1.0 - discount) * gsl_cdf_lognormal_Pinv(probability, log(median), sigma);
}

static ds_curve_problem problem_of(shop *s, ds_commit_of of)
{
    return (ds_curve_problem){.low = 0.0, .high = 400.0, .paths = PATHS, .of = of,
                              .cvar_level = 0.9, .coarse = 17, .cost = commitment, .context = s};
}

static ds_estimate least(ds_curve *curve, const ds_curve_problem *problem)
{
    ds_error err;
    ds_estimate value;

    assert_int_equal(ds_curve_begin(problem, curve, &err), DS_OK);
    assert_int_equal(ds_curve_minimise(curve, &value, &err), DS_OK);
    return value;
}

static void within(ds_estimate found, double exact, double errors)
{
    if (!(found.se > 0.0) || !(fabs(found.value - exact) < errors * found.se)) {
        fail_msg("%.8g +- %.3g is not %.8g", found.value, found.se, exact);
    }
}

static void the_mean_is_least_at_the_quantile(void **state)
{
    static shop s;

    (void)state;
    for (int i = 0; i < 4; i++) {
        const double delta = (double[]){0.05, 0.2, 0.5, 0.8}[i];
        open_shop(&s, 1, delta);
        const ds_curve_problem problem = problem_of(&s, DS_COMMIT_MEAN);
        ds_curve curve;
        const ds_estimate value = least(&curve, &problem);
        within(value, exact_place(delta, delta), 4.0);
        const size_t best = ds_curve_best(&curve);
        within(ds_curve_estimate(&curve, DS_COMMIT_MEAN, curve.points[best].cost),
               median * exp(0.5 * sigma * sigma) *
                   gsl_cdf_ugaussian_P(sigma - gsl_cdf_ugaussian_Pinv(delta)),
               4.0);
        ds_curve_end(&curve);
    }
}

static void the_cvar_is_least_at_its_quantile(void **state)
{
    static shop s;
    const double delta = 0.3, alpha = 0.9;
    ds_curve curve;

    (void)state;
    open_shop(&s, 2, delta);
    const ds_curve_problem problem = problem_of(&s, DS_COMMIT_CVAR);
    const ds_estimate value = least(&curve, &problem);
    within(value, exact_place(delta, 1.0 - (1.0 - alpha) * (1.0 - delta)), 4.0);
    /* the objective that is kept is the CVaR of the column: sums in another order */
    const size_t best = ds_curve_best(&curve);
    const ds_estimate cvar = ds_curve_estimate(&curve, DS_COMMIT_CVAR, curve.points[best].cost);
    assert_true(fabs(curve.points[best].objective / cvar.value - 1.0) < 1e-12);
    ds_curve_end(&curve);
}

/* A correct interval of 95 % covers in 200 trials between 180 (90 %) and 198 (99 %) times
 * but for one case in four hundred; the standard error is itself an estimate from 32
 * batches, which makes it 94 %. */
static void the_interval_of_the_place_covers(void **state)
{
    static shop s;
    static const ds_commit_of objectives[] = {DS_COMMIT_MEAN, DS_COMMIT_CVAR};
    const double delta = 0.3;

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const double level = k == 0 ? delta : 1.0 - 0.1 * (1.0 - delta);
        const double exact = exact_place(delta, level);
        int covered = 0;
        for (unsigned long seed = 1; seed <= 200; seed++) {
            ds_curve curve;
            open_shop(&s, 1000 + seed, delta);
            const ds_curve_problem problem = problem_of(&s, objectives[k]);
            const ds_estimate value = least(&curve, &problem);
            covered += fabs(value.value - exact) < 1.959964 * value.se ? 1 : 0;
            ds_curve_end(&curve);
        }
        if (covered < 180 || covered > 198) {
            fail_msg("objective %zu: %d of 200 intervals cover", k, covered);
        }
    }
}

/* ---- Samplers ------------------------------------------------------------------- */

typedef enum { ANTITHETIC, HYPERCUBE, SOBOL, HALTON, SAMPLERS } sampler;
static const char *const sampler_names[SAMPLERS] = {"antithetic", "latin hypercube", "sobol",
                                                    "halton"};

/* Number i of a path, as model/sampler.c makes them. */
static double number(sampler by, const gsl_rng *rng, uint64_t word, size_t path, uint32_t i)
{
    static const uint32_t primes[2] = {2, 3};
    uint32_t direction[DS_SOBOL_BITS];
    const uint32_t k = (uint32_t)(path / REPLICATES), r = (uint32_t)(path % REPLICATES);
    const uint64_t own = ds_spread_word(word + i, r, i);

    if (by == HYPERCUBE) {
        return ds_hypercube_uniform(PATHS / REPLICATES, k, own, gsl_rng_uniform_pos(rng));
    }
    ds_sobol_directions(i, direction);
    return by == SOBOL ? ds_sobol_uniform(direction, k, own)
                       : ds_halton_uniform(primes[i], k, own);
}

/* Two numbers a path, so that none of the samplers makes the sample exact; v is not
 * symmetric, for an antithetic pair knows the mean of what is. */
static void open_sampled_shop(shop *s, unsigned long seed, sampler by, double discount)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(rng, seed);
    const uint64_t word = (uint64_t)gsl_rng_get(rng) << 32 | gsl_rng_get(rng);
    s->discount = discount;
    for (size_t path = 0; path < PATHS; path++) {
        double z = 0.0;
        for (uint32_t i = 0; i < 2; i++) {
            const double u =
                by == ANTITHETIC ? gsl_rng_uniform_pos(rng) : number(by, rng, word, path, i);
            z += ds_normal_quantile(u);
        }
        z *= sqrt(0.5);
        if (by == ANTITHETIC && path % 2 == 1) {
            z = -log(s->usage[path - 1] / median) / sigma;
        }
        s->usage[path] = median * exp(sigma * z);
    }
    gsl_rng_free(rng);
}

/* Mean of max(0, v - k), by Black (1976), and of the worst 10 % of v. */
static double exact_call(double k)
{
    const double d = log(median / k) / sigma;

    return median * exp(0.5 * sigma * sigma) * gsl_cdf_ugaussian_P(d + sigma) -
           k * gsl_cdf_ugaussian_P(d);
}

static double exact_worst(void)
{
    const double z = gsl_cdf_ugaussian_Pinv(0.9);
    return median * exp(0.5 * sigma * sigma) * gsl_cdf_ugaussian_P(sigma - z) / 0.1;
}

enum { PLACE, MEAN, LOSS, CVAR, FIGURES };
static const char *const figure_names[FIGURES] = {"place", "mean", "loss", "cvar"};

/* Mean of a commitment of 50, how much better no commitment is by the mean, and the CVaR
 * of none. */
static void count_covered(const ds_groups *groups, shop *s, unsigned covered[FIGURES])
{
    const double mean = median * exp(0.5 * sigma * sigma), delta = s->discount;
    const double at_50 = 50.0 + exact_call(50.0 / (1.0 - delta));
    const double exact[FIGURES] = {exact_place(delta, delta), at_50, mean - at_50, exact_worst()};
    const bool pairs = groups->kind == DS_GROUPS_PAIRS;
    const double few = ds_student_975(15.0), many = ds_student_975(PATHS / 2 - 1.0);
    const double values[2] = {0.0, 50.0};
    ds_curve curve;
    ds_error err;

    ds_curve_problem problem = problem_of(s, DS_COMMIT_MEAN);
    problem.groups = groups;
    ds_estimate e[FIGURES] = {least(&curve, &problem)};
    assert_int_equal(ds_curve_try(&curve, values, 2, &err), DS_OK);
    const size_t none = ds_curve_find(&curve, 0.0), some = ds_curve_find(&curve, 50.0);
    e[MEAN] = ds_curve_estimate(&curve, DS_COMMIT_MEAN, curve.points[some].cost);
    e[LOSS] = ds_curve_loss(&curve, none, some);
    e[CVAR] = ds_curve_estimate(&curve, DS_COMMIT_CVAR, curve.points[none].cost);
    for (size_t f = 0; f < FIGURES; f++) {
        const double t = !pairs ? few : f == PLACE ? ds_student_975(31.0) : many;
        covered[f] += fabs(e[f].value - exact[f]) <= t * e[f].se ? 1 : 0;
    }
    ds_curve_end(&curve);
}

/* As above: of 200 intervals of 95 %, between 180 and 198, but for one figure in four
 * hundred; 16 figures.  With the errors of independent paths 14 fail. */
static void intervals_cover_with_every_sampler(void **state)
{
    static shop s;
    size_t wrong = 0;

    (void)state;
    for (sampler by = ANTITHETIC; by < SAMPLERS; by++) {
        const ds_groups groups = {by == ANTITHETIC ? DS_GROUPS_PAIRS : DS_GROUPS_MODULO,
                                  by == ANTITHETIC ? 1 : REPLICATES};
        unsigned covered[FIGURES] = {0};
        for (unsigned long seed = 1; seed <= 200; seed++) {
            open_sampled_shop(&s, 5000 + seed, by, 0.3);
            count_covered(&groups, &s, covered);
        }
        for (size_t f = 0; f < FIGURES; f++) {
            if (covered[f] < 180 || covered[f] > 198) {
                print_message("%s, %s: %u of 200\n", sampler_names[by], figure_names[f],
                              covered[f]);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

/* Without a discount a commitment never saves; with usage of at least some amount it
 * costs nothing to commit to less: the least of equal values is taken. */
static void no_discount_means_no_commitment(void **state)
{
    static shop s;
    ds_curve curve;

    (void)state;
    open_shop(&s, 3, 0.0);
    const ds_curve_problem problem = problem_of(&s, DS_COMMIT_MEAN);
    const ds_estimate value = least(&curve, &problem);
    assert_true(value.value == 0.0);
    ds_curve_end(&curve);
}

/* On steps of 25: every multiple in the range is tried, there are 17.  The best by
 * brute force. */
static void steps_are_kept(void **state)
{
    static shop s;
    ds_curve curve;
    double best = 0.0, least_mean = (double)INFINITY;

    (void)state;
    open_shop(&s, 4, 0.4);
    ds_curve_problem problem = problem_of(&s, DS_COMMIT_MEAN);
    problem.step = 25.0;
    problem.high = 410.0;
    const ds_estimate value = least(&curve, &problem);
    assert_int_equal(curve.count, 17);
    for (int k = 0; k <= 16; k++) {
        double mean = 0.0;
        for (size_t i = 0; i < PATHS; i++) {
            mean += 25.0 * k + fmax(0.0, s.usage[i] - 25.0 * k / 0.6);
        }
        if (mean < least_mean) {
            least_mean = mean;
            best = 25.0 * k;
        }
    }
    assert_true(value.value == best);
    ds_curve_end(&curve);
}

/* Knowing usage v first, one would commit to (1 - delta) v and pay that: the mean of what
 * is saved is C* - (1 - delta) E v.  The least of a path is taken over the values that
 * were tried, so the estimate is below by at most delta/2 of a coarse step of 25 or, for
 * usage beyond the range, by less. */
static void knowing_the_future_is_worth_the_mismatch(void **state)
{
    static shop s;
    const double delta = 0.3, mean = median * exp(0.5 * sigma * sigma);
    ds_curve curve;

    (void)state;
    open_shop(&s, 5, delta);
    const ds_curve_problem problem = problem_of(&s, DS_COMMIT_MEAN);
    (void)least(&curve, &problem);
    const ds_estimate worth = ds_curve_knowing(&curve, ds_curve_best(&curve));
    const double exact =
        mean * gsl_cdf_ugaussian_P(sigma - gsl_cdf_ugaussian_Pinv(delta)) - (1.0 - delta) * mean;
    assert_true(worth.value < exact + 4.0 * worth.se);
    assert_true(worth.value > exact - 0.5 * delta * 25.0 - 4.0 * worth.se);
    ds_curve_end(&curve);
}

/* A loss on the points at both ends of what is called flat is the loss asked for, as the
 * curve is straight between points. */
static void flat_is_what_costs_little_more(void **state)
{
    static shop s;
    ds_curve curve;
    double low, high;
    ds_error err;

    (void)state;
    open_shop(&s, 6, 0.3);
    const ds_curve_problem problem = problem_of(&s, DS_COMMIT_MEAN);
    const ds_estimate value = least(&curve, &problem);
    const double objective = curve.points[ds_curve_best(&curve)].objective;
    ds_curve_flat(&curve, ds_curve_best(&curve), 1.0, &low, &high);
    assert_true(low < value.value && value.value < high);
    assert_int_equal(ds_curve_try(&curve, &low, 1, &err), DS_OK);
    assert_int_equal(ds_curve_try(&curve, &high, 1, &err), DS_OK);
    /* the curve is convex, hence below its chords: by less than a tenth here */
    const double at_low = curve.points[ds_curve_find(&curve, low)].objective - objective;
    const double at_high = curve.points[ds_curve_find(&curve, high)].objective - objective;
    assert_true(at_low > 0.9 && at_low <= 1.0 + 1e-9);
    assert_true(at_high > 0.9 && at_high <= 1.0 + 1e-9);
    ds_curve_end(&curve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_least_at_the_quantile),
        cmocka_unit_test(the_cvar_is_least_at_its_quantile),
        cmocka_unit_test(the_interval_of_the_place_covers),
        cmocka_unit_test(intervals_cover_with_every_sampler),
        cmocka_unit_test(no_discount_means_no_commitment),
        cmocka_unit_test(steps_are_kept),
        cmocka_unit_test(knowing_the_future_is_worth_the_mismatch),
        cmocka_unit_test(flat_is_what_costs_little_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
