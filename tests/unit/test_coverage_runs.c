/* test_coverage_runs.c -- does the 95 % interval of a whole run contain the truth in 93 to 97
 * of 100 runs?  As test_coverage.c, but of a scenario, through plan, samplers and kernel.
 *
 * The scenario has ten uncertain numbers: the level of traffic and the vendor's price,
 * lognormal, and a shock of traffic in each of eight months.  A student costs a fee and then
 * halves the price.  Truths are those of one run of 2^20 Sobol points with a seed of its
 * own, whose errors are at most a tenth of those of the runs that are judged, which is
 * asserted; means and the bill of a month have closed forms, and the run is within four of
 * its errors of them.
 *
 * Tolerance: over 2000 seeds the count of a right interval of 95 % has a standard deviation of
 * 9.7; it is outside 1860 .. 1940 for one figure in 27,000, and there are 17 figures of 6
 * samplers (over 1000 seeds it would be one in 270).  Seeds are fixed.  A figure that is
 * a whole number on each path, such as payback, has quantiles that are known exactly or
 * not at all, so that its mean is counted and not its median.  An antithetic pair knows
 * the median of a month: p75 is counted.  With a log sd of 0.4 of the level and a noise of
 * 0.6 the tail is so long that Sobol's interval of the sd covers 92.2 % only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "model_help.h"

enum { RUNS = 2000, PATHS = 2048, MONTHS = 8 };

#define SCENARIO \
    "{'name': 'coverage', 'clock': {'start': '2026-01', 'months': 8}," \
    " 'discount_rate_per_year': 0, 'run': {'replicates': 16, 'outcomes': ['cost_npv_usd'," \
    " 'saving_npv_usd', 'payback_months', 'irr_per_year']}," \
    " 'products': {'chat': {'requests_per_month': {'lognormal': {'median': 1e6, 'log_sd': 0.3}}," \
    " 'growth': {'process': 'gbm', 'volatility_per_sqrt_year': 0.4}," \
    " 'request': {'input_tokens': 1000, 'output_tokens': 0}}}," \
    " 'models': {'large': {'contracts': {'list': {'billing': 'per_token', 'usd_per_mtok':" \
    " {'input': {'lognormal': {'median': 10, 'log_sd': 0.2}}, 'output': 10}," \
    " 'follows_price_path': false}}}," \
    " 'small': {'teacher': 'large', 'project': {'licence_fee_usd': 25000, 'lead_months': 0}," \
    " 'quality': {'general': {'acceptable_share': 1}}, 'contracts': {'own': {'billing':" \
    " 'per_token', 'usd_per_mtok': {'input': 4, 'output': 4}, 'follows_price_path': false}}}}," \
    " 'strategies': {'stay': {'all': 'large'}, 'distil': {'all': 'large', 'start':" \
    " {'small': '2026-01'}, 'routes': {'chat': {'small': {'share': 0.8}}}}}}"

/* Log variances: of the level, of the price, and of the traffic's noise in a year. */
static const double level = 0.3 * 0.3, price = 0.2 * 0.2, noise = 0.4 * 0.4;

enum { COST_MEAN, COST_SD, COST_Q, COST_CVAR = COST_Q + DS_QUANTILE_COUNT, SAVING, SAVES, NEVER,
       PAYBACK, IRR, MONTH_MEAN, MONTH_P75, LEAST, REGRET, KINDS };
static const char *const kinds[KINDS] = {"mean", "sd", "p05", "p25", "p50", "p75", "p95", "cvar",
    "mean of the saving", "share that saves", "share of never", "mean payback", "median rate",
    "bill of a month", "p75 of the bill of a month", "costs least", "regret"};

static void fill(const ds_result *r, ds_estimate e[KINDS])
{
    const ds_statistics cost = ds_result_statistics(r, 0, ds_outcome_find("cost_npv_usd"));
    const ds_statistics saving = ds_result_statistics(r, 1, ds_outcome_find("saving_npv_usd"));
    const ds_statistics payback = ds_result_statistics(r, 1, ds_outcome_find("payback_months"));
    const ds_statistics irr = ds_result_statistics(r, 1, ds_outcome_find("irr_per_year"));
    const ds_month_statistics month = ds_result_month(r, 0, MONTHS - 1);

    e[COST_MEAN] = cost.mean;
    e[COST_SD] = cost.sd;
    memcpy(e + COST_Q, cost.quantiles, sizeof cost.quantiles);
    e[COST_CVAR] = cost.cvar;
    e[SAVING] = saving.mean;
    e[SAVES] = saving.share_positive;
    e[NEVER] = payback.share_undefined;
    e[PAYBACK] = payback.mean;
    e[IRR] = irr.quantiles[2];
    e[MONTH_MEAN] = month.mean;
    e[MONTH_P75] = month.quantiles[3];
    e[LEAST] = ds_result_probability_best(r, 1);
    e[REGRET] = ds_result_decision(r).regret_usd;
}

static ds_result *result_of(const ds_plan *plan, uint64_t paths, uint64_t seed)
{
    const ds_run_options options = {.path_count = paths, .seed = seed, .threads = 1};
    ds_result *r = NULL;

    assert_int_equal(ds_run(plan, &options, &r, NULL), DS_OK);
    return r;
}

/* ---- Truths ------------------------------------------------------------------- */

static ds_estimate truth[KINDS];

static world changed(const ds_override *changes, size_t count)
{
    world w = open_text(SCENARIO);
    ds_scenario *scenario = NULL;

    assert_int_equal(ds_scenario_with(w.scenario, changes, count, print_problem, NULL, &scenario,
                                      NULL), DS_OK);
    ds_plan_free(w.plan);
    ds_scenario_free(w.scenario);
    return compiled(scenario);
}

static void be_exactly(size_t kind, double exact)
{
    if (!(fabs(truth[kind].value - exact) < 4.0 * truth[kind].se)) {
        fail_msg("%s: %.8g +- %.2g is not %.8g", kinds[kind], truth[kind].value, truth[kind].se,
                 exact);
    }
    truth[kind] = (ds_estimate){exact, 0.0};
}

static int find_truths(void **state)
{
    const ds_override sobol = {"/run/sampling", "\"sobol\""};
    world w = changed(&sobol, 1);
    ds_result *r = result_of(w.plan, 1 << 20, 987654321);

    (void)state;
    fill(r, truth);
    /* USD 10 for each thousand requests; the noise has mean 1 (geometric Brownian motion) */
    const double bill = 10e3 * exp(0.5 * (level + price));
    be_exactly(MONTH_MEAN, bill);
    const double years = (MONTHS - 1) / 12.0, spread = sqrt(level + price + noise * years);
    be_exactly(MONTH_P75, 10e3 * exp(spread * gsl_cdf_ugaussian_Pinv(0.75) - 0.5 * noise * years));
    be_exactly(COST_MEAN, MONTHS * bill);
    be_exactly(SAVING, MONTHS * 0.8 * (bill - 4e3 * exp(0.5 * level)) - 25e3);
    ds_result_free(r);
    ds_plan_free(w.plan);
    ds_scenario_free(w.scenario);
    return 0;
}

/* ---- Coverage --------------------------------------------------------------------- */

typedef struct {
    const char *name, *sampling, *outer;
    uint64_t    paths;
} sampler;

static void intervals_contain_the_truth(void **state)
{
    const sampler *by = *state;
    const ds_override changes[] = {{"/run/sampling", by->sampling}, {"/run/outer", by->outer}};
    unsigned covered[KINDS] = {0};
    double errors[KINDS] = {0.0};
    size_t wrong = 0;

    world w = changed(changes, 2);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        ds_estimate e[KINDS];
        ds_result *r = result_of(w.plan, by->paths, seed);
        const double factor = ds_result_interval_factor(r);
        fill(r, e);
        for (size_t k = 0; k < KINDS; k++) {
            covered[k] += fabs(e[k].value - truth[k].value) <= factor * e[k].se ? 1 : 0;
            errors[k] += e[k].se / RUNS;
        }
        ds_result_free(r);
    }
    ds_plan_free(w.plan);
    ds_scenario_free(w.scenario);
    for (size_t k = 0; k < KINDS; k++) {
        const bool right = covered[k] >= 0.93 * RUNS && covered[k] <= 0.97 * RUNS;
        const bool exact = truth[k].se < 0.1 * errors[k];
        wrong += right && exact ? 0 : 1;
        if (!right || !exact) {
            print_message("%s, %s: %u of %d; truth %.6g +- %.2g, errors %.2g\n", by->name, kinds[k],
                          covered[k], RUNS, truth[k].value, truth[k].se, errors[k]);
        }
    }
    assert_int_equal(wrong, 0);
}

#define OF(i) {all[i].name, intervals_contain_the_truth, NULL, NULL, &all[i]}

int main(void)
{
    static sampler all[] = {{"random", "\"random\"", "0", PATHS},
                            {"antithetic", "\"antithetic\"", "0", PATHS},
                            {"latin hypercube", "\"latin_hypercube\"", "0", PATHS},
                            {"sobol", "\"sobol\"", "0", PATHS},
                            {"halton", "\"halton\"", "0", PATHS},
                            {"outer", "\"random\"", "1024", 2 * PATHS}};
    const struct CMUnitTest tests[] = {OF(0), OF(1), OF(2), OF(3), OF(4), OF(5)};

    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, find_truths, NULL);
}
