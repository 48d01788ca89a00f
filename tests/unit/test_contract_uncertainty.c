/* test_contract_uncertainty.c -- contracts whose bill is not linear, with uncertain usage:
 * the mean bill is a closed form, and is not the bill of the mean usage.
 *
 * T million tokens a month, lognormal with median 100 and log sd 0.5.  With
 * E min(T, d) = m F((ln d - mu - s^2)/s) + d (1 - F((ln d - mu)/s)), m = E T = 100 e^(1/8),
 * every case below is a sum of such terms.  The numbers in comments were computed from the
 * same formulas by another program to 12 digits.
 *
 * Tolerance: 4 standard errors of the result (false alarm 6.3e-5 for a fresh seed; the seed
 * is fixed).  The bill of the mean usage must be further away than that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

enum { PATHS = 65536 };

/* Requests of a million tokens, so that T is their number. */
#define USAGE "{'lognormal': {'median': 100, 'log_sd': 0.5}}"
#define MEAN_USAGE "113.31484530668263"
static const double mean_usage = 113.31484530668263;

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * sqrt(0.5));
}

static double mean_of_least(double d) /* E min(T, d) */
{
    double mu = log(100), s = 0.5;
    return mean_usage * normal_cdf((log(d) - mu - s * s) / s) +
           d * (1 - normal_cdf((log(d) - mu) / s));
}

static double probability_above(double d)
{
    return normal_cdf((log(100) - log(d)) / 0.5);
}

static double mean_above(double d) /* E[T; T > d] */
{
    return mean_usage * normal_cdf((log(100) + 0.25 - log(d)) / 0.5);
}

static world open_deal(const char *usage, const char *months, const char *more,
                       const char *contract)
{
    return open_format("{'name': 'uncertain', 'clock': {'start': '2026-07', 'months': %s},"
                       " 'discount_rate_per_year': 0, %s 'products': {'p': {'requests_per_month':"
                       " %s, 'request': {'input_tokens': 1e6, 'output_tokens': 0}}}, 'models':"
                       " {'m': {'contracts': {'c': {%s}}}}, 'strategies': {'s': {'all': 'm'}}}",
                       months, more, usage, contract);
}

typedef struct {
    const char *name, *months, *more, *contract;
    double      mean, at_mean_usage;
} uncertain_bill;

static void check(const uncertain_bill *b, const char *outcome)
{
    world sure = open_deal(MEAN_USAGE, b->months, b->more, b->contract);
    world unsure = open_deal(USAGE, b->months, b->more, b->contract);
    run(&sure, 1);
    run(&unsure, PATHS);
    ds_estimate mean = statistics_of(&unsure, 0, outcome).mean;
    double      at_mean = figure(&sure, 0, outcome);
    if (!(fabs(mean.value - b->mean) <= 4 * mean.se))
        fail_msg("%s: %.10g +- %.3g, not %.10g", b->name, mean.value, mean.se, b->mean);
    if (!(fabs(at_mean - b->at_mean_usage) <= 1e-9 * b->at_mean_usage))
        fail_msg("%s: %.12g of the mean usage, not %.12g", b->name, at_mean, b->at_mean_usage);
    if (!(fabs(mean.value - at_mean) > 4 * mean.se))
        fail_msg("%s: the bill of the mean usage is the mean bill", b->name);
    close_world(&sure);
    close_world(&unsure);
}

#define TEN "'billing': 'per_token', 'usd_per_mtok': {'input': 10, 'output': 10}"
#define TIERS(shape)                                                                        \
    TEN ", 'tiers': {'v': {'of': 'month_input', 'shape': '" shape "', 'steps':"             \
    " [{'from': 80e6, 'factor': 0.8}, {'from': 150e6, 'usd_per_mtok': {'input': 6}}]}}"

/* 10, 8 and 6 USD per million, beyond 80 and 150 million: 1030.02954538, against
 * 1066.518762 of the mean usage. */
static void graduated_tiers(void **state)
{
    (void)state;
    uncertain_bill b = {"graduated", "1", "", TIERS("graduated"),
                        2 * mean_of_least(80) + 2 * mean_of_least(150) + 6 * mean_usage,
                        800 + 8 * (mean_usage - 80)};
    NEAR(b.mean, 1030.02954538, 1e-8);
    check(&b, "cost_total_usd");
}

/* The whole volume at the price of the highest step: 859.849873083. */
static void cliff_tiers(void **state)
{
    (void)state;
    uncertain_bill b = {"cliff", "1", "", TIERS("cliff"),
                        10 * mean_usage - 2 * mean_above(80) - 2 * mean_above(150),
                        8 * mean_usage};
    NEAR(b.mean, 859.849873083, 1e-9);
    check(&b, "cost_total_usd");
}

/* max(800, 10 T): 1200.40163834; over a year the same of 12 months, for T is drawn once. */
static void committed_spend(void **state)
{
    (void)state;
    double         mean = 800 + 10 * (mean_usage - mean_of_least(80));
    uncertain_bill month = {"commitment", "1", "", TEN ", 'commitment': {'usd_per_month': 800}",
                            mean, 10 * mean_usage};
    uncertain_bill year = {"yearly commitment", "12", "",
                           TEN ", 'commitment': {'usd_per_term': 9600}", 12 * mean,
                           120 * mean_usage};
    NEAR(mean, 1200.40163834, 1e-8);
    check(&month, "cost_total_usd");
    check(&year, "cost_total_usd");
}

/* What is beyond 80 is refused: E (T - 80)+ requests; what is free is min(10 T, 800). */
static void capped_usage(void **state)
{
    (void)state;
    double         beyond = mean_usage - mean_of_least(80);
    uncertain_bill refused = {"refused", "1", "",
                              TEN ", 'commitment': {'usd_per_month': 800, 'overage': 'rejected'}",
                              beyond, mean_usage - 80};
    uncertain_bill freed = {"free", "1", "'agreements': {'a': {'free_usd_per_month': 800}},",
                            TEN ", 'agreement': 'a'", 10 * beyond, 10 * (mean_usage - 80)};
    NEAR(mean_of_least(80), 73.274681473, 1e-9);
    check(&refused, "unserved_requests");
    check(&freed, "cost_total_usd");
}

/* Units that hold 40 million tokens a month: E ceil(T/40) = 1 + sum of P(T > 40 k). */
static void whole_units(void **state)
{
    (void)state;
    double units = 1;
    for (int k = 1; k < 500; k++)
        units += probability_above(40 * k);
    uncertain_bill b = {"units", "1", "",
                        "'billing': 'compute_time', 'month': '730_hours', 'target_utilisation': 1,"
                        " 'units': {'u': {'usd_per_unit_hour': 1, 'tokens_per_minute':"
                        " 913.2420091324201}}", 730 * units, 730 * 3};
    check(&b, "cost_total_usd");
}

/* A cliff on the length of a request, which is itself uncertain: 2 USD per million beyond a
 * length of 80,000, else 1.  Lengths are lognormal about their mean, and that is sure. */
static void tiers_on_a_spread_of_lengths(void **state)
{
    (void)state;
    world m = open_format(
        "{'name': 'lengths', 'clock': {'start': '2026-07', 'months': 1}, 'products': {'p':"
        " {'requests_per_month': 1000, 'request': {'input_tokens': 113314.84530668263,"
        " 'output_tokens': 0, 'input_cv': %.17g}}}, 'models': {'m': {'contracts': {'c':"
        " {'billing': 'per_token', 'usd_per_mtok': {'input': 1, 'output': 1}, 'tiers': {'t':"
        " {'of': 'request_input', 'shape': 'cliff', 'steps': [{'from': 80000, 'factor':"
        " 2}]}}}}}}, 'strategies': {'s': {'all': 'm'}}}",
        sqrt(expm1(0.25)));
    run(&m, 1);
    CLOSE(figure(&m, 0, "cost_total_usd"), mean_usage + mean_above(80), 1e-9);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graduated_tiers),
        cmocka_unit_test(cliff_tiers),
        cmocka_unit_test(committed_spend),
        cmocka_unit_test(capped_usage),
        cmocka_unit_test(whole_units),
        cmocka_unit_test(tiers_on_a_spread_of_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
