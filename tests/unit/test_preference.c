/* test_preference.c -- which course costs least: probabilities, regrets, margins, and how
 * often their intervals are right.
 *
 * Known values: the two normal options of Clark (1961), expected greatest of d standard
 * normals (Harter 1961), and the probability that an incremental net benefit is positive,
 * Phi(mean / sd); twelve digits of each worked out by quadrature or closed form.  An
 * estimate must be within 4 of its standard errors (false alarm 6e-5 each; seeds are
 * fixed) and 1 %.
 * Coverage is over 1000 replications: a right 95 % interval covers in 930 .. 970 of them
 * but for one seed in 270.  Intervals that pay for choosing are conservative: at least 930.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "numerics/lanes.h"
#include "numerics/ranking.h"
#include "numerics/stream.h"

enum { RUNS = 1000, COURSES_MOST = 10 };

static const ds_groups each = {DS_GROUPS_EACH, 1};
static double scratch[4096];

static double normal(uint64_t seed, uint64_t path, uint32_t slot)
{
    return ds_normal_quantile(ds_stream_uniform(seed, path, 0, slot));
}

static ds_costs costs(size_t courses, size_t paths, const ds_groups *groups)
{
    double *first = calloc(courses * paths, sizeof *first);

    assert_non_null(first);
    return (ds_costs){first, paths, courses, paths, groups, scratch, false};
}

static double *column(const ds_costs *c, size_t course)
{
    return (double *)(uintptr_t)ds_costs_of(c, course);
}

static void release(const ds_costs *c)
{
    free(column(c, 0));
}

static void check_known(ds_measure m, double exact, const char *what)
{
    if (!(fabs(m.value - exact) <= 4.0 * m.se) || !(fabs(m.value - exact) <= 0.01 * exact)) {
        fail_msg("%s: %.9g with error %.3g, exactly %.12g", what, m.value, m.se, exact);
    }
}

static ds_measure measure(ds_share_measure s)
{
    return (ds_measure){s.value, s.se};
}

/* ---- Known values ------------------------------------------------------------------ */

/* Benefits N(1, 0.5) and N(1.2, 0.8), correlation 0.3; costs are their negatives. */
static void two_normal_options(void **state)
{
    enum { PATHS = 1000000 };
    const ds_costs c = costs(2, PATHS, &each);

    (void)state;
    for (size_t k = 0; k < PATHS; k++) {
        const double z = normal(1, k, 0), y = 0.3 * z + sqrt(0.91) * normal(1, k, 1);
        column(&c, 0)[k] = -(1.0 + 0.5 * z);
        column(&c, 1)[k] = -(1.2 + 0.8 * y);
    }
    double *room = calloc(2 * PATHS, sizeof *room);
    assert_non_null(room);
    const ds_regrets first = ds_regrets_of(&c, 0, room), second = ds_regrets_of(&c, 1, room);
    check_known(first.mean, .431483648224, "expected loss of the first");
    check_known(second.mean, .231483648224, "expected loss of the second");
    check_known(measure(ds_probability_best(&c, 0)), .402040328736, "P(first best)");
    check_known(measure(ds_probability_best(&c, 1)), 1.0 - .402040328736, "P(second best)");
    const ds_measure margin = ds_mean_difference(&c, 0, 1);
    check_known(margin, .2, "margin");
    /* E max = mean of the second + its expected loss */
    NEAR(1.2 + second.mean.value, 1.43148364822, 4.0 * second.mean.se);
    /* the difference is normal: sd^2 = .25 + .64 - 2 * .3 * .4; CVaR .95 of N(0,1) is
     * 2.06271280751; quantiles of the first's regret, which is (y - x)+ */
    const double sd = sqrt(.65);
    check_known(ds_best_case(&c, 0, 1, 0.95), .2 + 2.06271280751 * sd, "best case");
    check_known(first.p50, .2, "median regret");
    check_known(first.p95, .2 + 1.64485362695 * sd, "95 % of the regret");
    assert_true(first.max.value > 3.0 && first.max.se > 0.0 && first.max.se < 0.5);
    free(room);
    release(&c);
}

static void the_best_of_equal_options(void **state)
{
    static const struct {
        size_t courses;
        double e_max;
    } cases[] = {{2, .564189583548}, {3, .846284375322}, {4, 1.029375373}, {5, 1.16296447364},
                 {10, 1.53875273084}};
    enum { PATHS = 100000 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ds_costs c = costs(cases[i].courses, PATHS, &each);
        double *room = calloc(2 * PATHS, sizeof *room);
        double all = 0.0;
        assert_non_null(room);
        for (size_t s = 0; s < cases[i].courses; s++) {
            for (size_t k = 0; k < PATHS; k++) {
                column(&c, s)[k] = normal(2, k, (uint32_t)s);
            }
        }
        for (size_t s = 0; s < cases[i].courses; s++) {
            check_known(ds_regrets_of(&c, s, room).mean, cases[i].e_max, "greatest of d");
            const ds_share_measure p = ds_probability_best(&c, s);
            NEAR(p.value, 1.0 / (double)cases[i].courses, 4.0 * p.se);
            all += p.value;
        }
        NEAR(all, 1.0, 1e-12);
        free(room);
        release(&c);
    }
}

/* Effect N(0.2, 0.3), cost N(1000, 2000), correlation 0.4; at value k of the effect the new
 * option costs c - k e more than the old one. */
static void acceptability_at_known_values(void **state)
{
    static const double value[] = {0, 5e3, 1e4, 2e4, 5e4};
    static const double exact[] = {.308537538726, .5, .636536102572, .706816142666,
                                   .735190350498};
    enum { PATHS = 200000 };
    const ds_costs c = costs(2, PATHS, &each);

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < PATHS; k++) {
            const double z = normal(3, k, 0), y = 0.4 * z + sqrt(0.84) * normal(3, k, 1);
            column(&c, 1)[k] = 1000.0 + 2000.0 * y - value[i] * (0.2 + 0.3 * z);
        }
        check_known(measure(ds_probability_best(&c, 1)), exact[i], "acceptability");
    }
    release(&c);
}

/* ---- By hand ------------------------------------------------------------------------ */

static void ties_are_split(void **state)
{
    static const double cost[3][4] = {{1, 2, 3, 4}, {1, 2, 5, 4}, {1, 3, 4, 3}};
    const ds_costs c = costs(3, 4, &each);

    (void)state;
    for (size_t s = 0; s < 3; s++) {
        memcpy(column(&c, s), cost[s], sizeof cost[s]);
    }
    /* thirds of the first path, halves of the second */
    const double parts[3] = {1.0 / 3 + 0.5 + 1, 1.0 / 3 + 0.5, 1.0 / 3 + 1};
    const double squares[3] = {1.0 / 9 + 0.25 + 1, 1.0 / 9 + 0.25, 1.0 / 9 + 1};
    for (size_t s = 0; s < 3; s++) {
        const ds_share_measure p = ds_probability_best(&c, s);
        const double mean = (parts[s] + 2) / 8.0; /* (83): two paths more of either kind */
        NEAR(p.value, parts[s] / 4.0, 1e-15);
        NEAR(p.se, sqrt(((squares[s] + 2) / 8.0 - mean * mean) / 4.0), 1e-15);
        assert_true(0.0 <= p.low && p.low < p.value && p.value < p.high && p.high <= 1.0);
    }
    /* rounding decides nothing */
    column(&c, 0)[0] = 1.0 + 1e-12;
    NEAR(ds_probability_best(&c, 0).value, parts[0] / 4.0, 1e-15);
    column(&c, 0)[0] = 1.0 + 1e-11;
    NEAR(ds_probability_best(&c, 0).value, 1.5 / 4.0, 1e-15);
    release(&c);
}

static void regrets_by_hand(void **state)
{
    static const double cost[2][5] = {{1, 5, 2, 9, 3}, {2, 1, 2, 1, 4}};
    const ds_costs c = costs(2, 5, &each);
    double room[10];

    (void)state;
    memcpy(column(&c, 0), cost[0], sizeof cost[0]);
    memcpy(column(&c, 1), cost[1], sizeof cost[1]);
    const ds_regrets r = ds_regrets_of(&c, 0, room); /* 0 4 0 8 0 */
    NEAR(r.mean.value, 2.4, 1e-15);
    NEAR(r.p50.value, 0.0, 0);
    NEAR(r.p95.value, 4 + 0.8 * 4, 1e-14); /* type 7: rank 3.8 of 0 .. 4 */
    NEAR(r.max.value, 8.0, 0);
    NEAR(r.max.se, 0.8 * 4.0, 1e-15);
    /* best case of the second: worst 40 % of -1 4 0 8 -1 */
    NEAR(ds_best_case(&c, 0, 1, 0.6).value, 6.0, 1e-12);
    assert_true(isnan(ds_best_case(&c, 0, 1, 0.95).value)); /* a quarter of a path */
    release(&c);
}

static ds_gap gap_of_means(const void *context, size_t other, size_t named)
{
    const ds_costs *c = context;

    return ds_gap_of(ds_mean_difference(c, other, named), c->courses - 1, (double)c->paths - 1.0);
}

static void one_path_says_nothing(void **state)
{
    const ds_costs c = costs(2, 1, &each);
    const double difference = 1.0, se = (double)NAN;

    (void)state;
    column(&c, 1)[0] = 1.0;
    assert_true(ds_probability_best(&c, 0).value == 1.0);
    assert_true(isnan(ds_mean_difference(&c, 0, 1).se));
    const double means[2] = {0.0, 1.0};
    ds_gap gaps[2];
    const ds_ranked r = ds_rank(2, means, gap_of_means, &c, gaps);
    assert_true(r.named == 0 && r.next == 1 && isnan(r.interval.low) && !r.sure);
    assert_true(isnan(ds_least_difference(1, 1, &difference, &se, 0.0).high));
    release(&c);
}

/* ---- Coverage ------------------------------------------------------------------------- */

static void check_coverage(size_t covered, size_t most, const char *what, double at)
{
    if (covered < 930 || covered > most) {
        fail_msg("%s at %g: %zu of %d intervals cover", what, at, covered, RUNS);
    }
}

/* P(best) of a course that is best with probability p; `tied` of the paths are ties, of
 * which it has half.  Groups of `alike` paths share a part of the number. */
static size_t cover_probability(double p, double tied, size_t paths, const ds_groups *groups)
{
    const ds_costs c = costs(2, paths, groups);
    const double exact = (1.0 - tied) * p + tied * 0.5, cut = ds_normal_quantile(p);
    size_t covered = 0;

    for (uint64_t run = 0; run < RUNS; run++) {
        for (size_t k = 0; k < paths; k++) {
            double z = normal(run, k, 0);
            if (groups->kind == DS_GROUPS_MODULO) {
                z = sqrt(0.9) * z + sqrt(0.1) * normal(run, k % groups->modulus, 2);
            } else if (groups->kind == DS_GROUPS_PAIRS) {
                z = normal(run, k / 2, 0) * (k % 2 == 0 ? 1.0 : -1.0);
            }
            const bool tie = ds_stream_uniform(run, k, 0, 1) < tied;
            column(&c, 0)[k] = tie ? 0.0 : z - cut;
        }
        const ds_share_measure s = ds_probability_best(&c, 0);
        covered += s.low <= exact && exact <= s.high ? 1 : 0;
        assert_true(0.0 <= s.low && s.low <= s.value && s.value <= s.high && s.high <= 1.0);
    }
    release(&c);
    return covered;
}

static void intervals_of_probabilities_cover(void **state)
{
    static const double p[] = {0.01, 0.1, 0.5, 0.9, 0.99};
    static const ds_groups pairs = {DS_GROUPS_PAIRS, 1}, clusters = {DS_GROUPS_MODULO, 200};

    (void)state;
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        check_coverage(cover_probability(p[i], 0.0, 2000, &each), 970, "P(best)", p[i]);
        check_coverage(cover_probability(p[i], 0.3, 1000, &each), 970, "with ties", p[i]);
        check_coverage(cover_probability(p[i], 0.0, 2000, &clusters), 970, "clusters", p[i]);
        if (p[i] != 0.5) { /* of a pair one is best: the share is known */
            check_coverage(cover_probability(p[i], 0.0, 2000, &pairs), 970, "pairs", p[i]);
        }
    }
}

/* Exactly, from the binomial law: so many of n paths, and how often the interval then holds.
 * P +- 1.96 sqrt(P (1 - P)/n) would in 87.1 % at n = 500, P = 0.01. */
static void coverage_by_the_binomial_law(void **state)
{
    static const double p[] = {0.01, 0.05, 0.5, 0.9, 0.99};
    static const unsigned n[] = {500, 1000, 2000};

    (void)state;
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        for (size_t j = 0; j < 3; j++) {
            double covered = 0.0;
            for (unsigned k = 0; k <= n[j]; k++) {
                const ds_share_measure s = ds_share_of_parts(k, k, n[j]);
                covered += s.low <= p[i] && p[i] <= s.high ? gsl_ran_binomial_pdf(k, p[i], n[j])
                                                           : 0.0;
            }
            if (covered < 0.93 || covered > 0.97) {
                fail_msg("P %g of %u paths: %g", p[i], n[j], covered);
            }
        }
    }
}

/* Never or always: of 2000 paths, 3 / n or so are not excluded. */
static void a_share_of_none_has_an_interval(void **state)
{
    const ds_costs c = costs(2, 2000, &each);

    (void)state;
    for (size_t k = 0; k < 2000; k++) {
        column(&c, 0)[k] = 1.0;
    }
    const ds_share_measure none = ds_probability_best(&c, 0), all = ds_probability_best(&c, 1);
    assert_true(none.low == 0.0 && none.high > 0.0015 && none.high < 0.0025);
    assert_true(all.high == 1.0 && all.low < 0.9985 && all.low > 0.9975);
    release(&c);
}

/* With ties a course has a part of a path, and what it has of all is no whole number: (113)
 * is of that number, and of deviations from the mean, as computed here in full.  Three
 * courses, of which one, two or all are as cheap on a path, in 4 replicates. */
static void ties_in_groups_have_the_error_of_113(void **state)
{
    enum { PATHS = 40, GROUPS = 4 };
    const ds_groups groups = {DS_GROUPS_MODULO, GROUPS};
    const ds_costs c = costs(3, PATHS, &groups);
    double part[PATHS], sum = 0.0, squares = 0.0;

    (void)state;
    for (size_t k = 0; k < PATHS; k++) {
        const bool two = k % 7 == 1 || k % 4 == 0, three = two && k % 3 < 2;
        column(&c, 0)[k] = k % 6 == 0 || two ? 1.0 : 3.0;
        column(&c, 1)[k] = two ? 1.0 : 2.0;
        column(&c, 2)[k] = three ? 1.0 : 4.0;
        part[k] = column(&c, 0)[k] > 1.0 ? 0.0 : three ? 1.0 / 3.0 : two ? 0.5 : 1.0;
        sum += part[k];
    }
    for (size_t g = 0; g < GROUPS; g++) {
        double group = 0.0;
        for (size_t k = g; k < PATHS; k += GROUPS) {
            group += part[k] - sum / PATHS;
        }
        squares += group * group;
    }
    assert_true(fabs(sum - round(sum)) > 0.1 && sum < PATHS / 2.0);
    const double seen = squares * GROUPS / (GROUPS - 1.0);
    NEAR(ds_probability_best(&c, 0).se, sqrt(seen + 0.5 + 15.0 / (10.0 + sum)) / PATHS, 1e-13);
    release(&c);
}

/* In each of 4 replicates one course is the cheapest on 6 of 10 paths: how much more often is
 * not known without an error for that. */
static void replicates_that_agree_are_no_certainty(void **state)
{
    enum { PATHS = 40 };
    const ds_groups groups = {DS_GROUPS_MODULO, 4};
    const ds_costs c = costs(2, PATHS, &groups);

    (void)state;
    for (size_t k = 0; k < PATHS; k++) {
        column(&c, 0)[k] = k / 4 < 6 ? 1.0 : 3.0;
        column(&c, 1)[k] = 2.0;
    }
    const ds_measure d = ds_share_difference(&c, 0, 1);
    NEAR(d.value, 0.2, 1e-15);
    NEAR(d.se, 1.0 / PATHS, 1e-13);
    assert_true(ds_share_difference(&c, 1, 1).se <= 0.0);
    release(&c);
}

/* Courses of given means, on common paths: cost = mean + common + own. */
typedef struct {
    size_t courses;
    double mean[COURSES_MOST];
} race;

static void run_race(const race *r, uint64_t run, const ds_costs *c)
{
    for (size_t s = 0; s < r->courses; s++) {
        for (size_t k = 0; k < c->paths; k++) {
            column(c, s)[k] = r->mean[s] + normal(run, k, (uint32_t)s) + 2.0 * normal(run, k, 20);
        }
    }
}

/* Of the course of least mean in the sample: against the others. */
static size_t against_others(const ds_costs *c, double *difference, double *se, size_t *index)
{
    size_t best = 0, n = 0;

    for (size_t s = 1; s < c->courses; s++) {
        best = ds_mean_difference(c, s, best).value < 0.0 ? s : best;
    }
    for (size_t s = 0; s < c->courses; s++) {
        if (s != best) {
            const ds_measure d = ds_mean_difference(c, s, best);
            difference[n] = d.value;
            se[n] = d.se;
            index[n++] = s;
        }
    }
    return best;
}

static double true_margin(const race *r, size_t best)
{
    double least = (double)INFINITY;

    for (size_t s = 0; s < r->courses; s++) {
        least = s != best && r->mean[s] < least ? r->mean[s] : least;
    }
    return least - r->mean[best];
}

/* The margin of the best of near-equal courses, and what the plain interval of the paired
 * difference with the runner-up would have done. */
static void the_margin_knows_that_the_best_was_chosen(void **state)
{
    static const race races[] = {{5, {0, 0, 0, 0, 0}},
                                 {5, {0, 0.02, 0.04, 0.06, 0.08}},
                                 {10, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
                                 {3, {0, 0.3, 0.32}},
                                 {2, {0, 0.05}},
                                 {10, {0, 1, 1, 1, 1, 1, 1, 1, 1, 1}}};
    enum { PATHS = 400 };

    (void)state;
    for (size_t i = 0; i < sizeof races / sizeof *races; i++) {
        const race *r = &races[i];
        const ds_costs c = costs(r->courses, PATHS, &each);
        size_t covered = 0, wrong = 0, plain = 0;
        for (uint64_t run = 0; run < RUNS; run++) {
            double difference[COURSES_MOST], se[COURSES_MOST];
            size_t index[COURSES_MOST];
            run_race(r, run, &c);
            const size_t best = against_others(&c, difference, se, index);
            double means[COURSES_MOST];
            ds_gap gaps[COURSES_MOST];
            for (size_t s = 0; s < r->courses; s++) {
                means[s] = ds_mean_difference(&c, s, 0).value;
            }
            const ds_ranked ranked = ds_rank(r->courses, means, gap_of_means, &c, gaps);
            const ds_bounds b = ranked.interval;
            const double truth = true_margin(r, best);
            assert_int_equal(ranked.named, best);
            covered += b.low <= truth && truth <= b.high ? 1 : 0;
            wrong += ranked.sure && truth <= 0.0 ? 1 : 0; /* said to be best, and is not */
            size_t next = 0;
            for (size_t o = 1; o + 1 < r->courses; o++) {
                next = difference[o] < difference[next] ? o : next;
            }
            plain += fabs(difference[next] - truth) <= 1.96 * se[next] ? 1 : 0;
        }
        if (i == 5) { /* what is put right here */
            assert_true(plain < 900);
        }
        check_coverage(covered, RUNS, "margin", (double)i);
        assert_true(wrong <= 50);
        release(&c);
    }
}

/* Least of ours against least of the others: what two errors between the best of each kind
 * would do is wrong too often, the interval is not. */
static void the_advantage_knows_that_both_were_chosen(void **state)
{
    static const struct {
        size_t ours;
        race   r;
    } cases[] = {{3, {6, {0, 0, 0, 0, 0, 0}}},        {3, {6, {0, 0, 0, 0.02, 0.3, 0.3}}},
                 {3, {6, {0.05, 0.3, 0.3, 0, 0, 0}}}, {8, {9, {0, 0, 0, 0, 0, 0, 0, 0, 0}}},
                 {1, {9, {0, 0, 0, 0, 0, 0, 0, 0, 0}}}, {1, {2, {0, 0.05}}}};
    enum { PATHS = 400, MOST = COURSES_MOST * COURSES_MOST };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const race *r = &cases[i].r;
        const size_t ours = cases[i].ours, others = r->courses - ours;
        const ds_costs c = costs(r->courses, PATHS, &each);
        size_t covered = 0, plain = 0;
        double truth_ours = (double)INFINITY, truth_others = (double)INFINITY;
        for (size_t s = 0; s < r->courses; s++) {
            double *const of = s < ours ? &truth_ours : &truth_others;
            *of = fmin(*of, r->mean[s]);
        }
        for (uint64_t run = 0; run < RUNS; run++) {
            double difference[MOST], se[MOST];
            run_race(r, run + 5000, &c);
            size_t best[2] = {0, ours};
            for (size_t s = 0; s < r->courses; s++) {
                size_t *const of = &best[s < ours ? 0 : 1];
                *of = ds_mean_difference(&c, s, *of).value < 0.0 ? s : *of;
            }
            for (size_t k = 0; k < ours * others; k++) {
                const ds_measure d = ds_mean_difference(&c, ours + k / ours, k % ours);
                difference[k] = d.value;
                se[k] = d.se;
            }
            const ds_bounds b = ds_least_difference(others, ours, difference, se, PATHS - 1);
            const ds_measure d = ds_mean_difference(&c, best[1], best[0]);
            const double truth = truth_others - truth_ours;
            covered += b.low <= truth && truth <= b.high ? 1 : 0;
            plain += fabs(d.value - truth) <= 1.96 * d.se ? 1 : 0;
        }
        check_coverage(covered, RUNS, "advantage", (double)i);
        assert_true(plain < 900 || i < 3 || i == 5); /* what is put right here */
        release(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_normal_options),
        cmocka_unit_test(the_best_of_equal_options),
        cmocka_unit_test(acceptability_at_known_values),
        cmocka_unit_test(ties_are_split),
        cmocka_unit_test(regrets_by_hand),
        cmocka_unit_test(one_path_says_nothing),
        cmocka_unit_test(intervals_of_probabilities_cover),
        cmocka_unit_test(coverage_by_the_binomial_law),
        cmocka_unit_test(a_share_of_none_has_an_interval),
        cmocka_unit_test(ties_in_groups_have_the_error_of_113),
        cmocka_unit_test(replicates_that_agree_are_no_certainty),
        cmocka_unit_test(the_margin_knows_that_the_best_was_chosen),
        cmocka_unit_test(the_advantage_knows_that_both_were_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
