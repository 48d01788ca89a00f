/* test_model_moments.c -- the fast engine against closed forms of what is uncertain:
 * means, standard deviations, quantiles and shares.
 *
 * Each comparison is within 4 standard errors of the result itself: were the seed drawn
 * anew, a correct program would fail one with probability 6.3e-5, and some of the about
 * 80 of this file with at most 0.5 %.  The seed is fixed.  Closed forms with four digits
 * or fewer in a comment are for the reader; the test computes them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

enum { PATHS = 200000 };

/* One product and one model, cost = requests/10^6 * price level: one token a request at
 * 1 USD per 10^6 tokens. */
#define ONE_DOLLAR(clock_and_more, product, model)                                       \
    "{'name': 'one', 'clock': {'start': '2026-07', " clock_and_more ","                  \
    " 'products': {'p': {'request': {'input_tokens': 1, 'output_tokens': 0}, " product   \
    "}}, 'models': {'m': {" model "}}, 'strategies': {'stay': {'all': 'm'}}}"
#define PER_TOKEN                                                                        \
    "'contracts': {'c': {'billing': 'per_token', 'usd_per_mtok': {'input': 1, 'output': 0}}}"

static double normal_tail(double x)
{
    return 0.5 * erfc(x / sqrt(2));
}

/* ---- Inputs ------------------------------------------------------------------ */

/* p10 = 20, p90 = 80: lognormal with median 40 and log sd ln 4/(2 * 1.28155): mean
 * 46.30. */
static void lognormal_input(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR("'months': 1}",
                                   "'requests_per_month': {'p10': 20e6, 'p90': 80e6}",
                                   PER_TOKEN));
    run(&m, PATHS);
    ds_statistics x = statistics_of(&m, 0, "cost_total_usd");
    double        log_sd = log(4) / (2 * 1.2815515655446004);
    WITHIN_4SE(x.mean, 46.3002454757);
    WITHIN_4SE(x.sd, 46.3002454757 * sqrt(expm1(log_sd * log_sd)));
    WITHIN_4SE(x.quantiles[0], 40 * exp(-1.6448536269514722 * log_sd));
    WITHIN_4SE(x.quantiles[2], 40);
    WITHIN_4SE(x.quantiles[4], 40 * exp(1.6448536269514722 * log_sd));
    close_world(&m);
}

/* 95 % quantile and conditional value at risk, in units of 10^6: closed forms of the
 * lognormal (0, 1), the exponential (1), and the uniform on [0, 1]. */
static void tails(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        double      quantile, cvar;
    } cases[] = {
        {"{'lognormal': {'median': 1e6, 'log_sd': 1}}", 5.18025160223, 8.5572268668},
        {"{'exponential': {'mean': 1e6}}", 2.99573227355, 3.99573227355},
        {"{'uniform': {'low': 0, 'high': 1e6}}", 0.95, 0.975},
    };
    for (size_t k = 0; k < 3; k++) {
        world m = open_format(ONE_DOLLAR("'months': 1}", "'requests_per_month': %s", PER_TOKEN),
                              cases[k].input);
        run(&m, PATHS);
        ds_statistics x = statistics_of(&m, 0, "cost_total_usd");
        WITHIN_4SE(x.quantiles[4], cases[k].quantile);
        WITHIN_4SE(x.cvar, cases[k].cvar);
        close_world(&m);
    }
}

/* Requests LN(0, 0.4) times price LN(0, 0.3), normal scores correlated by 0.6:
 * E XY = exp((s^2 + r^2)/2 + rho s r), E (XY)^2 = exp(2 (s^2 + r^2) + 4 rho s r). */
static void correlated_inputs(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR(
        "'months': 1}, 'correlations': [['/products/p/requests_per_month',"
        " '/models/m/contracts/c/usd_per_mtok/input', 0.6]]",
        "'requests_per_month': {'lognormal': {'median': 1e6, 'log_sd': 0.4}}",
        "'contracts': {'c': {'billing': 'per_token', 'usd_per_mtok': {'output': 0,"
        " 'input': {'lognormal': {'median': 1, 'log_sd': 0.3}}}}}"));
    run(&m, PATHS);
    double        mean = exp(0.25 / 2 + 0.072), second = exp(2 * 0.25 + 4 * 0.072);
    ds_statistics x = statistics_of(&m, 0, "cost_total_usd");
    WITHIN_4SE(x.mean, mean);
    WITHIN_4SE(x.sd, sqrt(second - mean * mean));
    close_world(&m);
}

/* ---- Bills that are not linear ----------------------------------------------- */

#define VOLUME "'requests_per_month': {'lognormal': {'median': 100e6, 'log_sd': 0.5}}"

/* T tokens (10^6) at 10 USD, committed to 800 USD: E max(800, 10 T) with
 * T ~ LN(ln 100, 0.5), by E min(T, d) = e^(mu + s^2/2) Phi((ln d - mu - s^2)/s)
 * + d (1 - Phi((ln d - mu)/s)): 1200.40. */
static void commitment(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR("'months': 1}", VOLUME,
                                   "'contracts': {'c': {'billing': 'per_token',"
                                   " 'usd_per_mtok': {'input': 10, 'output': 0},"
                                   " 'commitment': {'usd_per_month': 800}}}"));
    run(&m, PATHS);
    WITHIN_4SE(statistics_of(&m, 0, "cost_total_usd").mean, 1200.40163834);
    /* the shortfall is due when T < 80 */
    assert_true(statistics_of(&m, 0, "cost_total_usd").min == 800);
    close_world(&m);
}

/* Units of 30 million tokens, in multiples of i, at 1 USD: N = ceil(T/(30 i)) has
 * E N = 1 + sum P(T > 30 i k) and E N^2 = 1 + sum (2 k + 1) P(T > 30 i k). */
static void provisioned(void **state)
{
    (void)state;
    for (int increment = 1; increment <= 5; increment += 4) {
        world m = open_format(
            ONE_DOLLAR("'months': 1, 'hours_per_month': 1}", VOLUME,
                       "'contracts': {'c': {'billing': 'compute_time', 'target_utilisation': 1,"
                       " 'units': {'u': {'usd_per_unit_hour': 1, 'increment': %d,"
                       " 'tokens_per_minute': 5e5}}}}"),
            increment);
        run(&m, PATHS);
        double first = 1, second = 1;
        for (int k = 1; k < 1000; k++) {
            double above = normal_tail(log(0.3 * increment * k) / 0.5);
            first += above;
            second += (2 * k + 1) * above;
        }
        ds_statistics x = statistics_of(&m, 0, "cost_total_usd");
        WITHIN_4SE(x.mean, increment * first);
        WITHIN_4SE(x.sd, increment * sqrt(second - first * first));
        close_world(&m);
    }
}

/* ---- Processes --------------------------------------------------------------- */

/* Sum of 36 monthly values of geometric Brownian motion, S0 = 1, drift 0.6 and
 * volatility 0.5 a year, and the same discounted at 8 %: moments from the double sum of
 * E S(t) S(u) = e^(mu (t + u) + s^2 min(t, u)).  Month 0 adds exactly 1. */
static void brownian_sum(void **state)
{
    (void)state;
    world m = open_format(ONE_DOLLAR("'months': 37}, 'discount_rate_per_year': %.17g",
                                     "'requests_per_month': 1e6, 'growth':"
                                     " {'per_year': %.17g, 'volatility_per_sqrt_year': 0.5}",
                                     PER_TOKEN),
                          expm1(0.08), expm1(0.6));
    run(&m, PATHS);
    ds_statistics sum = statistics_of(&m, 0, "cost_total_usd");
    ds_statistics discounted = statistics_of(&m, 0, "cost_npv_usd");
    WITHIN_4SE(sum.mean, 1 + 103.538812342);
    WITHIN_4SE(sum.sd, 72.3304940987);
    WITHIN_4SE(discounted.mean, 1 + 88.6350124529);
    WITHIN_4SE(discounted.sd, 60.4301228368);
    close_world(&m);
}

/* Traffic and price move together: E N(t) L(t) = exp(rho s v y), y = t/12. */
static void correlated_processes(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR(
        "'months': 25}, 'correlations': [['/products/p/growth', '/models/m/price_path', -0.7]]",
        "'requests_per_month': 1e6, 'growth': {'volatility_per_sqrt_year': 0.5}",
        "'price_path': {'volatility_per_sqrt_year': 0.4}, " PER_TOKEN));
    run(&m, PATHS);
    WITHIN_4SE(ds_result_month(m.result, 0, 12).mean, exp(-0.7 * 0.5 * 0.4));
    WITHIN_4SE(ds_result_month(m.result, 0, 24).mean, exp(-0.7 * 0.5 * 0.4 * 2));
    close_world(&m);
}

/* The bill is L^(1 - e): ln L(t) is normal with mean (ln(1 + c) - v^2/2) y and variance
 * v^2 y. */
static void elastic_demand(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR("'months': 25}",
                                   "'requests_per_month': 1e6, 'price_elasticity': 1.6,"
                                   " 'price_of': 'm'",
                                   "'price_path': {'change_per_year': -0.3,"
                                   " 'volatility_per_sqrt_year': 0.4}, " PER_TOKEN));
    double k = 1 - 1.6;
    run(&m, PATHS);
    for (size_t year = 1; year <= 2; year++)
        WITHIN_4SE(ds_result_month(m.result, 0, 12 * year).mean,
                   exp((double)year * (k * (log(0.7) - 0.08) + 0.08 * k * k)));
    close_world(&m);
}

/* A fleet of one GPU for one hour a month: the bill is the rent. */
#define ONE_GPU(months, gpu)                                                             \
    "{'name': 'gpu', 'clock': {'start': '2026-07', 'months': " months                    \
    ", 'hours_per_month': 1}, 'gpus': {'g': {" gpu "}},"                                 \
    " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1,"                       \
    "   'output_tokens_per_gpu_s': 1, 'relative_error': 0}},"                            \
    " 'products': {'p': {'requests_per_month': 0,"                                       \
    "   'request': {'input_tokens': 1, 'output_tokens': 0}}},"                           \
    " 'models': {'m': {'contracts': {'c': {'billing': 'fleet', 'profile': 'f'}}}},"      \
    " 'strategies': {'stay': {'all': 'm'}}}"

/* Ornstein-Uhlenbeck from 0 to 1, speed 2, volatility 0.5: after a year mean .8647,
 * variance .06136; in the long run 1 and .0625.  The rent is the exponential: mean
 * exp(m + v/2), sd mean * sqrt(e^v - 1), whose standard error follows from the kurtosis
 * e^(4v) + 2 e^(3v) + 3 e^(2v) - 3; median e^m. */
static void reverting_rent(void **state)
{
    (void)state;
    static const struct {
        size_t month;
        double mean, variance;
    } at[] = {{12, .864664716763, .0613552725695}, {120, 1 - 2.06e-9, .0625}};
    world m = open_format(ONE_GPU("121", "'usd_per_gpu_hour': 1, 'reversion_per_year': 2,"
                                  " 'long_run_usd_per_gpu_hour': %.17g,"
                                  " 'volatility_per_sqrt_year': 0.5"), exp(1));
    run(&m, PATHS);
    for (int k = 0; k < 2; k++) {
        ds_month_statistics x = ds_result_month(m.result, 0, at[k].month);
        double              v = at[k].variance, mean = exp(at[k].mean + v / 2);
        double              sd = mean * sqrt(expm1(v));
        double kurtosis = exp(4 * v) + 2 * exp(3 * v) + 3 * exp(2 * v) - 3;
        WITHIN_4SE(x.mean, mean);
        WITHIN_4SE(((ds_estimate){x.sd, sd * sqrt((kurtosis - 1) / (4 * PATHS))}), sd);
        WITHIN_4SE(x.quantiles[2], exp(at[k].mean));
    }
    close_world(&m);
}

/* ---- Events ------------------------------------------------------------------ */

/* A factor drawn at each event with mean a, events of probability p a month:
 * E L(t) = (1 - p + p a)^t.  Shared by all events ("@f", uniform on [l, h]), the mean over
 * the factor f is ((1 - p + p h)^(t + 1) - (1 - p + p l)^(t + 1))/((t + 1) p (h - l)). */
static double one_factor(double p, double a, double t)
{
    return pow(1 - p + p * a, t);
}

static double shared_factor(double p, double low, double high, double t)
{
    return (pow(1 - p + p * high, t + 1) - pow(1 - p + p * low, t + 1)) /
           ((t + 1) * p * (high - low));
}

static void releases(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR("'months': 24}", "'requests_per_month': 1e6",
                                   "'price_path': {'release_every_months': 5,"
                                   " 'change_at_release': {'uniform': {'low': 0.4, 'high': 1}},"
                                   " 'cuts_per_year': 0.5, 'cut_factor': 0.5,"
                                   " 'change_per_year': 0.1}, " PER_TOKEN));
    world shared =
        open_text(ONE_DOLLAR("'months': 24}, 'quantities': {'f': {'uniform':"
                             " {'low': 0.4, 'high': 1}}}", "'requests_per_month': 1e6",
                             "'price_path': {'release_every_months': 5,"
                             " 'change_at_release': '@f'}, " PER_TOKEN));
    double released = -expm1(-0.2);
    run(&m, PATHS);
    run(&shared, PATHS);
    for (size_t t = 1; t < 24; t += 11) {
        double months = (double)t;
        WITHIN_4SE(ds_result_month(m.result, 0, t).mean,
                   one_factor(released, 0.7, months) * exp(0.5 * (0.5 - 1) * months / 12) *
                       pow(1.1, months / 12));
        WITHIN_4SE(ds_result_month(shared.result, 0, t).mean,
                   shared_factor(released, 0.4, 1, months));
    }
    close_world(&m);
    close_world(&shared);
}

/* Jumps of traffic and of the rent of GPUs, 1.5 a year of mean size 1.25: in t months their
 * product has the mean exp(1.5 (1.25 - 1) t/12), whatever falls into one month. */
static void jumps(void **state)
{
    (void)state;
    world  traffic = open_text(ONE_DOLLAR(
        "'months': 25}", "'requests_per_month': 1e6, 'growth': {'jumps_per_year': 1.5,"
        " 'jump_factor': {'uniform': {'low': 0.5, 'high': 2}}}", PER_TOKEN));
    world  rent = open_text(ONE_GPU("25", "'usd_per_gpu_hour': 1, 'jumps_per_year': 1.5,"
                                    " 'jump_factor': {'uniform': {'low': 0.5, 'high': 2}}"));
    run(&traffic, PATHS);
    run(&rent, PATHS);
    for (size_t t = 1; t < 25; t += 23) {
        WITHIN_4SE(ds_result_month(traffic.result, 0, t).mean, exp(1.5 * 0.25 * (double)t / 12));
        WITHIN_4SE(ds_result_month(rent.result, 0, t).mean, exp(1.5 * 0.25 * (double)t / 12));
    }
    close_world(&traffic);
    close_world(&rent);
}

/* ---- Interruptions ----------------------------------------------------------- */

enum { HORIZON = 48 };

/* Expected share of the month that is out, when an outage that starts with probability p
 * in a month without one lasts d months: the chance a(t) that month t begins without one
 * is a(t-1) (1 - p) + a(t - ceil(d)) p, and an outage is full but for its last month. */
static void out_shares(double p, double d, double *share)
{
    double free_at[HORIZON];
    int    whole = (int)ceil(d);
    for (int t = 0; t < HORIZON; t++) {
        free_at[t] = t == 0 ? 1 : free_at[t - 1] * (1 - p);
        if (t >= whole)
            free_at[t] += free_at[t - whole] * p;
        share[t] = 0;
        for (int k = 0; k < whole && k <= t; k++)
            share[t] += free_at[t - k] * p * fmin(1, d - k);
    }
}

/* 10 requests a month to m; what it cannot serve goes to its fallback f, which is cut off
 * independently.  m alone serves strategy 0. */
static void interruptions(void **state)
{
    (void)state;
    static const double months[] = {0.25, 1, 1.5, 2, 7};
    for (size_t k = 0; k < sizeof months / sizeof *months; k++) {
        world m = open_format(
            "{'name': 'out', 'clock': {'start': '2026-07', 'months': %d},"
            " 'products': {'p': {'requests_per_month': 10, 'value_usd_per_request': 3,"
            "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
            " 'models': {"
            "  'm': {'interruption': {'per_year': 1, 'months': %.17g}, " PER_TOKEN "},"
            "  'f': {'interruption': {'per_year': 2, 'months': 3}, " PER_TOKEN "}},"
            " 'strategies': {'alone': {'all': 'm'},"
            "   'safe': {'all': 'm', 'fallback': {'m': 'f'}}}}",
            HORIZON, months[k]);
        double out[HORIZON], out_of_fallback[HORIZON], lost = 0, lost_both = 0;
        run(&m, PATHS / 4);
        out_shares(-expm1(-1.0 / 12), months[k], out);
        out_shares(-expm1(-2.0 / 12), 3, out_of_fallback);
        for (size_t t = 0; t < HORIZON; t++) {
            lost += 10 * out[t];
            lost_both += 10 * out[t] * out_of_fallback[t];
        }
        /* what is served costs 1, what is lost 3 */
        WITHIN_4SE(statistics_of(&m, 0, "unserved_requests").mean, lost);
        WITHIN_4SE(statistics_of(&m, 1, "unserved_requests").mean, lost_both);
        WITHIN_4SE(statistics_of(&m, 1, "cost_total_usd").mean, 10 * HORIZON + 2 * lost_both);
        WITHIN_4SE(ds_result_month(m.result, 0, 0).mean,
                   10 * (1 + expm1(-1.0 / 12) * fmin(1, months[k])));
        WITHIN_4SE(ds_result_month(m.result, 0, HORIZON - 1).mean, 10 * (1 - out[HORIZON - 1]));
        close_world(&m);
    }
}

/* The recursion tends to the share of a renewal process: an outage takes d of the
 * (1 - p) + p ceil(d) months from one start to the next. */
static void interruptions_in_the_long_run(void **state)
{
    (void)state;
    for (double d = 0.25; d < 4; d += 0.25) {
        double p = 0.3, share[HORIZON];
        out_shares(p, d, share);
        NEAR(share[HORIZON - 1], p * d / (1 - p + p * ceil(d)), 1e-3);
    }
}

/* ---- Students ---------------------------------------------------------------- */

/* A student that passes its gate with probability p = 0.4 in each of at most k = 4
 * attempts of 2 months, if it is permitted (q = 0.7); overrun 1 to 2. */
static const char gamble[] =
    "{'name': 'gamble', 'clock': {'start': '2026-07', 'months': 24},"
    " 'products': {'p': {'requests_per_month': 0,"
    "   'request': {'input_tokens': 1, 'output_tokens': 0}}},"
    " 'models': {'m': {" PER_TOKEN "},"
    "  's': {'teacher': 'm', 'quality': {'general': {'acceptable_share': 1}},"
    "   'project': {'lead_months': 2, 'attempts': 4, 'success_probability': 0.4,"
    "     'permission_probability': 0.7, 'evaluation_usd': 100, 'licence_fee_usd': 30,"
    "     'overrun_factor': {'uniform': {'low': 1, 'high': 2}}}, " PER_TOKEN "}},"
    " 'strategies': {'stay': {'all': 'm'}, 'distil': {'all': 'm', 'start': {'s': 3},"
    "   'routes': {'p': {'s': {'share': 1}}}}}}";

/* Never ready: 1 - q (1 - (1 - p)^k).  Ready after j attempts in month 3 + 2 j, with
 * probability p (1 - p)^(j - 1).  Attempts: (1 - (1 - p)^k)/p if permitted. */
static void attempts(void **state)
{
    (void)state;
    const double p = 0.4, q = 0.7, failed = pow(1 - p, 4);
    double       mean = 0, square = 0;
    world        m = open_text(gamble);
    run(&m, PATHS);
    for (int j = 1; j <= 4; j++) {
        double probability = p * pow(1 - p, j - 1) / (1 - failed);
        mean += probability * (3 + 2 * j);
        square += probability * (3 + 2 * j) * (3 + 2 * j);
    }
    ds_statistics ready = statistics_of(&m, 1, "student_ready_months");
    WITHIN_4SE(ready.share_undefined, 1 - q * (1 - failed));
    WITHIN_4SE(ready.mean, mean);
    WITHIN_4SE(ready.sd, sqrt(square - mean * mean));
    WITHIN_4SE(statistics_of(&m, 1, "project_usd").mean,
               q * (1.5 * 100 * (1 - failed) / p + 30));
    /* no permission, no cost */
    WITHIN_4SE(statistics_of(&m, 1, "project_usd").share_positive, q);
    close_world(&m);
}

/* Bad answers of a student whose acceptable share is uniform on [0.6, 0.9] and decays by
 * 2 % a month, a third of them seen by nobody: month t >= 2 (ready) of 24 months has
 * age t - 2, and 100 requests. */
static void decay(void **state)
{
    (void)state;
    world m = open_text(
        "{'name': 'decay', 'clock': {'start': '2026-07', 'months': 24},"
        " 'products': {'p': {'requests_per_month': 100,"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {" PER_TOKEN "},"
        "  's': {'teacher': 'm', 'decay_per_month': 0.02,"
        "   'quality': {'general': {'acceptable_share': {'uniform': {'low': 0.6,"
        "     'high': 0.9}}}},"
        "   'verifier': {'detected_share': {'beta': {'alpha': 2, 'beta': 1}},"
        "     'false_alarm_share': 0.1},"
        "   'project': {'lead_months': 2}, " PER_TOKEN "}},"
        " 'strategies': {'stay': {'all': 'm'}, 'distil': {'all': 'm', 'start': {'s': 0},"
        "   'routes': {'p': {'s': {'share': 1, 'escalate_to': 'm'}}}}}}");
    double missed = 0, escalated = 0;
    run(&m, PATHS);
    for (int age = 0; age < 22; age++) {
        double share = 0.75 * pow(0.98, age);
        missed += 100 * (1 - share) / 3;
        escalated += 100 * ((1 - share) * 2 / 3 + 0.1 * share);
    }
    WITHIN_4SE(statistics_of(&m, 1, "bad_answers").mean, missed);
    WITHIN_4SE(statistics_of(&m, 1, "escalated_share").mean, escalated / 2400);
    WITHIN_4SE(statistics_of(&m, 1, "cost_total_usd").mean, 2400 + escalated);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lognormal_input),      cmocka_unit_test(tails),
        cmocka_unit_test(correlated_inputs),    cmocka_unit_test(commitment),
        cmocka_unit_test(provisioned),          cmocka_unit_test(brownian_sum),
        cmocka_unit_test(correlated_processes), cmocka_unit_test(elastic_demand),
        cmocka_unit_test(reverting_rent),       cmocka_unit_test(releases),
        cmocka_unit_test(jumps),                cmocka_unit_test(interruptions),
        cmocka_unit_test(interruptions_in_the_long_run),
        cmocka_unit_test(attempts),             cmocka_unit_test(decay),
    };
    return cmocka_run_group_tests_name("model, moments", tests, NULL, NULL);
}
