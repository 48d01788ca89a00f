/* test_coverage.c -- does the 95 % interval contain the truth in 95 of 100 runs?  For every
 * kind of statistic and every sampler, over 1000 runs each.
 *
 * The runs are of a fake source whose outcomes are functions of four numbers u0 .. u3 of
 * the sampler's own numerics, with known laws; none is symmetric, for an antithetic pair
 * knows the mean of what is.  With z the normal quantile of u:
 *   cost of strategy 0   x = -ln(1-u0) - ... - ln(1-u3), gamma of shape 4
 *   saving               of strategy 1: d = exp((z0 + z1 - z2 - z3)/5) - 0.9, lognormal less
 *                        0.9; its cost is x - d
 *   payback              x, never when u3 > 0.8
 *
 * Tolerance: with exact coverage of 95 % a count of 1000 has a standard deviation of 6.9; the
 * bounds 930 .. 970 are those that the errors are promised to keep, 2.9 deviations away: a
 * right interval falls outside for one seed in 270.  Seeds are fixed; replicates are 16, so
 * that the intervals are Student's with 15 degrees, states of knowledge 1024 with 4 futures
 * each: with fewer, the tail is of so few states that its mean is skewed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>

#include "engine/result.h"
#include "fake_source.h"
#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "numerics/statistics.h"

enum { RUNS = 1000, REPLICATES = 16, NUMBERS = 4 };

typedef enum { RANDOM, ANTITHETIC, HYPERCUBE, SOBOL, HALTON, OUTER, SAMPLERS } sampler;
static const char *const sampler_names[SAMPLERS] = {"random", "antithetic", "latin hypercube",
                                                    "sobol", "halton", "outer"};
static const ds_groups groups_of[SAMPLERS] = {
    {DS_GROUPS_EACH, 1},     {DS_GROUPS_PAIRS, 1},           {DS_GROUPS_MODULO, REPLICATES},
    {DS_GROUPS_MODULO, REPLICATES}, {DS_GROUPS_MODULO, REPLICATES}, {DS_GROUPS_MODULO, 1024}};

typedef struct {
    sampler  by;
    uint64_t paths;
    uint32_t direction[NUMBERS][DS_SOBOL_BITS];
} problem;

static double number(const problem *p, uint64_t seed, uint64_t path, uint32_t i)
{
    static const uint32_t primes[NUMBERS] = {2, 3, 5, 7};
    const uint32_t k = (uint32_t)(path / REPLICATES), r = (uint32_t)(path % REPLICATES);
    const uint64_t word = ds_spread_word(fake_mix(fake_mix(seed) + i), r, i);

    switch (p->by) {
    case ANTITHETIC: {
        const double u = fake_uniform(seed, path / 2, i);
        return path % 2 == 0 ? u : 1.0 - u;
    }
    case HYPERCUBE:
        return ds_hypercube_uniform(p->paths / REPLICATES, k, word, fake_uniform(seed, path, i));
    case SOBOL:
        return ds_sobol_uniform(p->direction[i], k, word);
    case HALTON:
        return ds_halton_uniform(primes[i], k, word);
    case OUTER: /* two of the numbers are what we do not know */
        return fake_uniform(seed, i < 2 ? path % groups_of[OUTER].modulus : path, i);
    case RANDOM:
    case SAMPLERS:
    default:
        return fake_uniform(seed, path, i);
    }
}

static double outcome(const fake *f, uint64_t seed, uint64_t path, size_t strategy, size_t o)
{
    const problem *p = f->context;
    double u[NUMBERS], z[NUMBERS];

    if (o != DS_OUTCOME_COST_NPV && o != DS_OUTCOME_SAVING_NPV && o != DS_OUTCOME_PAYBACK) {
        return 0.0;
    }
    for (uint32_t i = 0; i < NUMBERS; i++) {
        u[i] = number(p, seed, path, i);
        z[i] = ds_normal_quantile(u[i]);
    }
    const double x = -log((1.0 - u[0]) * (1.0 - u[1]) * (1.0 - u[2]) * (1.0 - u[3]));
    const double d = exp(0.2 * (z[0] + z[1] - z[2] - z[3])) - 0.9;
    if (o == DS_OUTCOME_PAYBACK) {
        return u[3] > 0.8 ? (double)INFINITY : x;
    }
    return o == DS_OUTCOME_SAVING_NPV ? d : strategy == 0 ? x : x - d;
}

static void block(const void *model, uint64_t first, void *work, double *restrict outcomes,
                  double *restrict bills)
{
    static const size_t used[] = {DS_OUTCOME_COST_NPV, DS_OUTCOME_SAVING_NPV, DS_OUTCOME_PAYBACK};
    const fake *f = model;
    uint64_t seed;

    (void)bills;
    memcpy(&seed, work, sizeof seed);
    for (size_t s = 0; s < f->strategies; s++) {
        for (uint64_t lane = 0; lane < DS_LANES; lane++) {
            for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
                const bool once = used[i] != DS_OUTCOME_COST_NPV && s == 0;
                outcomes[(s * DS_OUTCOME_COUNT + used[i]) * DS_LANES + lane] =
                    once ? 0.0 : f->outcome(f, seed, first + lane, s, used[i]);
            }
        }
    }
}

/* ---- Truths ------------------------------------------------------------------------ */

static double cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

enum { MEAN, SD, P05, P50, P95, CVAR, SHARE, NEVER, PAYBACK, DIFFERENCE, LEAST, REGRET, KINDS };
static const char *const kinds[KINDS] = {"mean", "sd", "p05", "p50", "p95", "cvar", "share",
                                         "share of never", "mean payback", "difference",
                                         "costs least", "regret"};

/* Of the gamma law by GSL: mean 4, sd 2, and the mean beyond q is 4 P(shape 5 > q)/P.  The
 * payback has the mean of three exponentials and of one below its 80 % point ln 5.  The
 * regret of strategy 1, which is the best, is E max(-d, 0), the put of Black (1976). */
static void fill_truths(double truth[KINDS])
{
    const double gain = exp(0.08), edge = log(0.9) / 0.4;

    truth[MEAN] = 4.0;
    truth[SD] = 2.0;
    truth[P05] = gsl_cdf_gamma_Pinv(0.05, 4.0, 1.0);
    truth[P50] = gsl_cdf_gamma_Pinv(0.5, 4.0, 1.0);
    truth[P95] = gsl_cdf_gamma_Pinv(0.95, 4.0, 1.0);
    truth[CVAR] = 4.0 * gsl_cdf_gamma_Q(truth[P95], 5.0, 1.0) / 0.05;
    truth[SHARE] = cdf(-edge);
    truth[NEVER] = 0.2;
    truth[PAYBACK] = 3.0 + (0.8 - 0.2 * log(5.0)) / 0.8;
    truth[DIFFERENCE] = gain - 0.9;
    truth[LEAST] = cdf(edge);
    truth[REGRET] = 0.9 * cdf(edge) - gain * cdf(edge - 0.4);
}

static void fill_estimates(const ds_result *r, ds_estimate e[KINDS])
{
    const ds_statistics cost = ds_result_statistics(r, 0, DS_OUTCOME_COST_NPV);
    const ds_statistics saving = ds_result_statistics(r, 1, DS_OUTCOME_SAVING_NPV);
    const ds_statistics payback = ds_result_statistics(r, 1, DS_OUTCOME_PAYBACK);
    const ds_decision d = ds_result_decision(r);

    e[MEAN] = cost.mean;
    e[SD] = cost.sd;
    e[P05] = cost.quantiles[0];
    e[P50] = cost.quantiles[2];
    e[P95] = cost.quantiles[4];
    e[CVAR] = cost.cvar;
    e[SHARE] = saving.share_positive;
    e[NEVER] = payback.share_undefined;
    e[PAYBACK] = payback.mean;
    e[DIFFERENCE] = d.advantage_usd;
    e[LEAST] = ds_result_probability_best(r, 0);
    e[REGRET] = d.regret_usd;
}

/* ---- Runs --------------------------------------------------------------------------- */

static ds_result *run(const problem *p, uint64_t seed)
{
    fake f = fake_of(2, 0);
    ds_result *r;

    f.outcome = outcome;
    f.context = (void *)(uintptr_t)p;
    ds_engine_source source = fake_source(&f);
    const ds_run_options options = {.path_count = p->paths, .seed = seed, .threads = 1};
    source.block = block;
    source.groups = groups_of[p->by];
    for (size_t o = 0; o < DS_OUTCOME_COUNT; o++) {
        source.left_out[o] = o != DS_OUTCOME_COST_NPV && o != DS_OUTCOME_SAVING_NPV &&
                             o != DS_OUTCOME_PAYBACK;
    }
    if (ds_engine_run(&source, &options, NULL, &r, NULL) != DS_OK) {
        fail_msg("no run");
    }
    return r;
}

/* The whole table is made before anything fails, so that a failure shows all of it. */
static size_t covers(sampler by)
{
    problem p = {.by = by, .paths = by == OUTER ? 4096 : 2048};
    double truth[KINDS];
    unsigned covered[KINDS] = {0};
    size_t wrong = 0;

    for (size_t i = 0; i < NUMBERS; i++) {
        ds_sobol_directions(i, p.direction[i]);
    }
    fill_truths(truth);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        ds_estimate e[KINDS];
        ds_result *r = run(&p, seed);
        const double factor = ds_result_interval_factor(r);
        fill_estimates(r, e);
        for (size_t k = 0; k < KINDS; k++) {
            covered[k] += fabs(e[k].value - truth[k]) <= factor * e[k].se ? 1 : 0;
        }
        ds_result_free(r);
    }
    for (size_t k = 0; k < KINDS; k++) {
        const bool right = covered[k] >= 930 && covered[k] <= 970;
        wrong += right ? 0 : 1;
        if (!right) {
            print_message("%s, %s: %u of %d\n", sampler_names[by], kinds[k], covered[k], RUNS);
        }
    }
    return wrong;
}

static void intervals_contain_the_truth(void **state)
{
    assert_int_equal(covers(**(const sampler *const *)state), 0);
}

/* ---- Shares that are rare ------------------------------------------------------------ */

enum { RARE_PATHS = 2048, RARE_RUNS = 500, LEVELS = 6 };
static const double expected[LEVELS] = {0.3, 1.0, 2.0, 4.0, 7.0, 12.0}; /* paths that have it */

static void is_one(const void *context, size_t first, size_t count, double *h)
{
    memcpy(h, (const double *)context + first, count * sizeof *h);
}

/* Adds to the variance of the counts of replicates; does the interval contain the truth? */
static bool covers_rare(const double *sum, double truth, const ds_groups *g, double *squares)
{
    static double member[RARE_PATHS];
    const double edge = gsl_cdf_gamma_Qinv(truth, 4.0, 1.0);
    const double each = truth * RARE_PATHS / REPLICATES;
    double counts[REPLICATES] = {0.0}, scratch[REPLICATES];
    const bool independent = g->kind == DS_GROUPS_EACH;
    uint64_t part = 0;

    for (size_t i = 0; i < RARE_PATHS; i++) {
        member[i] = sum[i] > edge ? 1.0 : 0.0;
        counts[i % REPLICATES] += member[i];
        part += sum[i] > edge ? 1 : 0;
    }
    for (size_t r = 0; r < REPLICATES; r++) {
        *squares += (counts[r] - each) * (counts[r] - each);
    }
    const double se = independent ? ds_share_se(part, RARE_PATHS)
                                  : ds_groups_share_se(g, RARE_PATHS, (double)part, true, is_one,
                                                       member, scratch);
    return fabs((double)part / RARE_PATHS - truth) <=
           ds_student_975(ds_groups_freedom(g, RARE_PATHS)) * se;
}

/* The interval of a count that is none or few may cover more often than it says, for it is
 * wide; it must not do so less often.  At 95 % of 500 runs 93 % are two deviations away, at
 * the 96 % that there are more.  And the count of a replicate has at most twice the variance
 * of that of independent paths, on which (113) rests: the mean of 8000 squares is known to
 * a tenth. */
static void rare_shares_are_covered(void **state)
{
    static double sum[RARE_PATHS];
    size_t wrong = 0;

    (void)state;
    for (sampler by = RANDOM; by <= HALTON; by++) {
        problem p = {.by = by, .paths = RARE_PATHS};
        unsigned covered[LEVELS] = {0};
        double squares[LEVELS] = {0.0};
        for (size_t i = 0; i < NUMBERS; i++) {
            ds_sobol_directions(i, p.direction[i]);
        }
        for (uint64_t seed = 1; seed <= RARE_RUNS; seed++) {
            for (uint64_t path = 0; path < RARE_PATHS; path++) {
                double u = 1.0;
                for (uint32_t i = 0; i < NUMBERS; i++) {
                    u *= 1.0 - number(&p, seed, path, i);
                }
                sum[path] = -log(u);
            }
            for (size_t k = 0; k < LEVELS; k++) {
                covered[k] += covers_rare(sum, expected[k] / RARE_PATHS, &groups_of[by],
                                          &squares[k]) ? 1 : 0;
            }
        }
        for (size_t k = 0; k < LEVELS; k++) {
            const double gain = squares[k] / RARE_RUNS / expected[k];
            if (!(covered[k] >= 0.93 * RARE_RUNS && gain < 2.0)) {
                print_message("%s, %g of %d: %u of %d, gain %.2f\n", sampler_names[by],
                              expected[k], RARE_PATHS, covered[k], RARE_RUNS, gain);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

#define OF(by) {#by, intervals_contain_the_truth, NULL, NULL, &all[by]}

int main(void)
{
    static sampler all[SAMPLERS] = {RANDOM, ANTITHETIC, HYPERCUBE, SOBOL, HALTON, OUTER};
    const struct CMUnitTest tests[] = {OF(RANDOM), OF(ANTITHETIC), OF(HYPERCUBE),
                                       OF(SOBOL),  OF(HALTON),     OF(OUTER),
                                       cmocka_unit_test(rare_shares_are_covered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
