/* test_reference_paths.c -- the naive engine over paths: trends, processes and
 * their addresses, moments, what is made of the flows, and conservation on a scenario
 * that has something of everything.
 *
 * Tolerance: 1e-12 relative, unless stated.  The moments use 20,000 paths of a fixed
 * seed and 4 standard errors of the exact distribution: each check would fail by chance
 * for 6e-5 of the seeds.  No other test is statistical.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "numerics/lanes.h"

#include "reference_ledger.h"

enum { PATHS = 20000 };

/* ---- Trends and processes --------------------------------------------------- */

#define ONE_USD_A_REQUEST                                                                \
    " 'models': {'m': {'contracts': {'c': {" PER_REQUEST("1") "}}},"                     \
    " 'strategies': {'stay': {'all': 'm'}}}"
#define MTOK_REQUEST "'request': {'input_tokens': 1e6, 'output_tokens': 0}"

/* The requests of a product in a month. */
static double requests(const ledger *l, size_t month, const char *product)
{
    for (size_t i = 0; i < l->rows; i++)
        if (l->row[i].month == month && strcmp(l->row[i].product, product) == 0)
            return l->row[i].quantity;
    return 0;
}

/* slowing: exp of ln 1.1 y + (ln 2 - ln 1.1)(1 - e^(-2y))/2, y = 2, is
 *   1.1^2 * (2/1.1)^((1 - e^-4)/2).
 * logistic: K = 1000, x0 = 50, r = 0.3, t = 12: 658.262529555 (closed form, 12 digits).
 * bass: p = 0.03, q = 0.38: F(1) = 0.0357581642564, F(5) = 0.331198642491 (closed form). */
static void trends(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'trends', 'clock': {'start': '2027-01', 'months': 145},"
        " 'products': {"
        "  'bass': {'requests_per_month': 1, 'growth': {'process': 'bass',"
        "    'ceiling_factor': 11}, " MTOK_REQUEST "},"
        "  'logistic': {'requests_per_month': 50, 'growth': {'process': 'logistic',"
        "    'per_year': 0.3498588075760032, 'ceiling_factor': 20}, " MTOK_REQUEST "},"
        "  'slowing': {'requests_per_month': 3, 'growth': {'per_year': 1,"
        "    'slows_to_per_year': 0.1, 'slowing_per_year': 2}, " MTOK_REQUEST "},"
        "  'steady': {'requests_per_month': 3, 'growth': {'per_year': 1,"
        "    'slows_to_per_year': 0.1, 'slowing_per_year': 0}, " MTOK_REQUEST "},"
        "  'still': {'requests_per_month': 7, 'growth': {'process': 'bass',"
        "    'ceiling_factor': 11, 'innovation_per_year': 0}, " MTOK_REQUEST "}},"
        ONE_USD_A_REQUEST);
    ledger l = run(f.plan, 1, 0, 0);
    check_near(requests(&l, 144, "logistic"), 658.262529555, 1e-8, "logistic", __LINE__);
    check_near(requests(&l, 12, "bass"), 1.357581642564, 1e-11, "bass", __LINE__);
    check_near(requests(&l, 60, "bass"), 4.31198642491, 1e-10, "bass", __LINE__);
    near(requests(&l, 24, "slowing"), 3 * 1.21 * pow(2 / 1.1, (1 - exp(-4)) / 2));
    near(requests(&l, 24, "steady"), 12);
    near(requests(&l, 100, "still"), 7);
    close_fixture(&f);
}

/* sd of the logs of {p10: 0.5, p90: 2}: ln 4/(2 * 1.2815515655446004); median 1 */
static double factor_at(const char *name, uint64_t path, size_t month, size_t j)
{
    double sd = log(4) / (2 * 1.2815515655446004);
    return exp(sd * ds_normal_quantile(address(name, 5, path, month, j)));
}

/* Jumps of month t: the least n at which the Poisson distribution of mean 1/2 has reached
 * 1 - u; its values by factorials. */
static size_t jumps_at(const char *name, uint64_t seed, uint64_t path, size_t t)
{
    static const double factorial[] = { 1, 1, 2, 6, 24, 120, 720, 5040, 40320 };
    double u = address(name, seed, path, t / 2, t % 2), sum = 0;
    for (size_t n = 0; n < 9; n++) {
        sum += exp(-0.5) * pow(0.5, (double)n) / factorial[n];
        if (sum >= 1 - u)
            return n;
    }
    return 9;
}

/* (20), (21), term by term from the addresses: shocks and events from slot t mod 2 of
 * counter t div 2, the factor of the j-th cut of month t in slot j of counter t + 1, that at a
 * release once for the path because it is "@r".  Tolerance 1e-9: the library's normal
 * quantile against 30 sums of it. */
static void prices_follow_their_addresses(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'prices', 'clock': {'start': '2027-01', 'months': 30},"
        " 'quantities': {'r': {'p10': 0.5, 'p90': 2}},"
        " 'products': {'p': {'requests_per_month': 1, " MTOK_REQUEST "}},"
        " 'models': {'m': {'price_path': {'change_per_year': -0.1,"
        "    'volatility_per_sqrt_year': 0.2, 'release_every_months': 2,"
        "    'change_at_release': '@r', 'cuts_per_year': 6,"
        "    'cut_factor': {'p10': 0.5, 'p90': 2}},"
        "   'contracts': {'c': {" PER_REQUEST("1") "}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    for (uint64_t path = 0; path < 20; path++) {
        ledger l = run(f.plan, 5, path, 0);
        double level = 1, release = factor_at("/quantities/r", path, 0, 0);
        for (size_t t = 1; t < 30; t++) {
            double u = address("/models/m/price_path#shock", 5, path, t / 2, t % 2);
            level *= pow(0.9, 1.0 / 12) * exp(-0.02 / 12 + 0.2 / sqrt(12) * ds_normal_quantile(u));
            for (size_t j = jumps_at("/models/m/price_path#cut", 5, path, t); j-- > 0;)
                level *= factor_at("/models/m/price_path/cut_factor", path, t + 1, j);
            if (address("/models/m/price_path#release", 5, path, t / 2, t % 2) < 1 - exp(-0.5))
                level *= release;
            check_near(l.bill[t], level, 1e-9 * level, "level", __LINE__);
        }
    }
    close_fixture(&f);
}

/* (6), (13), (14): shocks z_a, z_b, z_c with correlations ab 0.6 and bc 0.3 have the
 * factor rows (1), (0.6, 0.8), (0, 0.3/0.8, sqrt(1 - 0.140625)), names sorted; d is alone. */
static void demand_follows_its_addresses(void **state)
{
    (void)state;
#define NOISY(base) "{'requests_per_month': " base ", 'growth': {'per_year': 0.5,"          \
    "'volatility_per_sqrt_year': 0.4, 'jumps_per_year': 6,"                              \
    "'jump_factor': {'p10': 0.5, 'p90': 2}}, " MTOK_REQUEST "}"
    fixture f = open_fixture(
        "{'name': 'demand', 'clock': {'start': '2027-01', 'months': 20},"
        " 'correlations': [['/products/c/growth', '/products/b/growth', 0.3],"
        "   ['/products/a/growth', '/products/b/growth', 0.6]],"
        " 'products': {'a': " NOISY("1") ", 'b': " NOISY("1") ", 'c': " NOISY("1")
        ", 'd': " NOISY("1") "}," ONE_USD_A_REQUEST);
#undef NOISY
    const double lower[4][4] = { { 1 }, { 0.6, 0.8 }, { 0, 0.375, sqrt(0.859375) },
                                 { 0, 0, 0, 1 } };
    static const char *const shock[] = { "/products/a/growth#shock", "/products/b/growth#shock",
                                         "/products/c/growth#shock", "/products/d/growth#shock" };
    static const char *const jump[] = { "/products/a/growth#jump", "/products/b/growth#jump",
                                        "/products/c/growth#jump", "/products/d/growth#jump" };
    static const char *const factor[] = {
        "/products/a/growth/jump_factor", "/products/b/growth/jump_factor",
        "/products/c/growth/jump_factor", "/products/d/growth/jump_factor" };
    static const char *const name[] = { "a", "b", "c", "d" };
    for (uint64_t path = 0; path < 20; path++) {
        ledger l = run(f.plan, 5, path, 0);
        double want[4] = { 1, 1, 1, 1 };
        for (size_t t = 1; t < 20; t++)
            for (size_t i = 0; i < 4; i++) {
                double z = 0;
                for (size_t k = 0; k < 4; k++)
                    z += lower[i][k] *
                         ds_normal_quantile(address(shock[k], 5, path, t / 2, t % 2));
                want[i] *= pow(1.5, 1.0 / 12) * exp(-0.08 / 12 + 0.4 / sqrt(12) * z);
                for (size_t j = jumps_at(jump[i], 5, path, t); j-- > 0;)
                    want[i] *= factor_at(factor[i], path, t + 1, j);
                check_near(requests(&l, t, name[i]), want[i], 1e-9 * want[i], name[i], __LINE__);
            }
    }
    close_fixture(&f);
}

/* (22) with kappa = 2, volatility 0.5, long run e, rent 1 (ln 1 = 0): after a year ln rho
 * has mean 0.864664716763 and variance 0.0613552725695 (closed form of Ornstein and
 * Uhlenbeck).  A second GPU jumps at every event by the same factor and has no noise:
 * kappa = 0 keeps it at 1.5^(number of jumps).  20,000 paths, 4 standard errors. */
static void rents_revert(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'rent', 'clock': {'start': '2027-01', 'months': 13, 'hours_per_month': 1},"
        " 'gpus': {'g': {'usd_per_gpu_hour': 1, 'long_run_usd_per_gpu_hour': 2.718281828459045,"
        "     'reversion_per_year': 2, 'volatility_per_sqrt_year': 0.5},"
        "   'h': {'usd_per_gpu_hour': 1, 'jumps_per_year': 6, 'jump_factor': 1.5}},"
        " 'profiles': {"
        "   'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1, 'output_tokens_per_gpu_s': 1,"
        "     'relative_error': 0},"
        "   'h': {'gpu': 'h', 'input_tokens_per_gpu_s': 1, 'output_tokens_per_gpu_s': 1,"
        "     'relative_error': 0}},"
        " 'products': {'p': {'requests_per_month': 0, " MTOK_REQUEST "}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'fleet', 'profile': 'f'}}},"
        "            'n': {'contracts': {'c': {'billing': 'fleet', 'profile': 'h'}}}},"
        " 'strategies': {'g': {'all': 'm'}, 'h': {'all': 'n'}}}");
    double sum = 0, squares = 0;
    double outcome[DS_OUTCOME_COUNT], bill[MONTHS];
    for (uint64_t path = 0; path < PATHS; path++) {
        assert_int_equal(ds_reference(f.plan, 4, path, 0, NULL, NULL, outcome, bill, NULL), DS_OK);
        double x = log(bill[12]) - 0.864664716763;
        sum += x;
        squares += x * x;
    }
    const double variance = 0.0613552725695;
    check_near(sum / PATHS, 0, 4 * sqrt(variance / PATHS), "mean", __LINE__);
    check_near(squares / PATHS, variance, 4 * variance * sqrt(2.0 / PATHS), "variance", __LINE__);
    for (uint64_t path = 0; path < 20; path++) {
        assert_int_equal(ds_reference(f.plan, 4, path, 1, NULL, NULL, outcome, bill, NULL), DS_OK);
        double want = 1;
        for (size_t t = 1; t < 13; t++) {
            want *= pow(1.5, (double)jumps_at("/gpus/h#jump", 4, path, t));
            near(bill[t], want);
        }
    }
    close_fixture(&f);
}

/* ---- (j) Moments ------------------------------------------------------------ */

/* S0 = 1, drift 0.6 and volatility 0.5 a year: the sum of months 1..36 has mean
 * 103.538812342 and sd 72.3304940987 (closed form: sums of exp of the pairwise drifts and
 * covariances, computed to 12 digits). */
static void gbm_sums_have_their_mean(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'j', 'clock': {'start': '2027-01', 'months': 37},"
        " 'products': {'p': {'requests_per_month': 1,"
        "   'growth': {'per_year': 0.8221188003905089, 'volatility_per_sqrt_year': 0.5},"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    double sum = 0;
    for (uint64_t path = 0; path < PATHS; path++) {
        double outcome[DS_OUTCOME_COUNT], bill[MONTHS];
        assert_int_equal(ds_reference(f.plan, 2, path, 0, NULL, NULL, outcome, bill, NULL), DS_OK);
        near(bill[0], 1);
        sum += outcome[DS_OUTCOME_COST_TOTAL] - 1;
    }
    check_near(sum / PATHS, 103.538812342, 4 * 72.3304940987 / sqrt(PATHS), "mean", __LINE__);
    close_fixture(&f);
}

/* p10 = 20 and p90 = 80 give ln-sd s = ln 4/(2 * 1.2815515655) = 0.540865618829 and mean
 * 46.3002454757; sd = mean * sqrt(exp(s^2) - 1) = 26.99.  The second product shares the
 * draw by "@", the third is drawn alone and correlated 0.6 in its score: the correlation
 * of the logs is 0.6, of 20,000 paths with standard error (1 - 0.36)/sqrt n. */
static void lognormal_and_copula(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'j2', 'clock': {'start': '2027-01', 'months': 1},"
        " 'quantities': {'x': {'p10': 20, 'p90': 80}},"
        " 'correlations': [['/quantities/x', '/products/r/requests_per_month', 0.6]],"
        " 'products': {"
        "  'p': {'requests_per_month': '@x',"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}},"
        "  'q': {'requests_per_month': '@x',"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}},"
        "  'r': {'requests_per_month': {'p10': 20, 'p90': 80},"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    double mean = 0, xx = 0, yy = 0, xy = 0;
    const double mu = log(40), sd = 0.540865618829;
    for (uint64_t path = 0; path < PATHS; path++) {
        ledger l = run(f.plan, 3, path, 0);
        assert_int_equal(l.rows, 3);
        assert_true(l.row[0].amount_usd == l.row[1].amount_usd);
        /* the members are sorted: /products/r/..., then /quantities/x */
        double first = ds_normal_quantile(
            address("/products/r/requests_per_month", 3, path, 0, 0));
        double second = ds_normal_quantile(address("/quantities/x", 3, path, 0, 0));
        check_near(log(l.row[2].amount_usd), mu + sd * first, 1e-9, "r", __LINE__);
        check_near(log(l.row[0].amount_usd), mu + sd * (0.6 * first + 0.8 * second), 1e-9, "x",
                   __LINE__);
        double x = (log(l.row[0].amount_usd) - mu) / sd;
        double y = (log(l.row[2].amount_usd) - mu) / sd;
        mean += l.row[2].amount_usd / PATHS;
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    check_near(mean, 46.3002454757, 4 * 26.99 / sqrt(PATHS), "mean", __LINE__);
    check_near(yy / PATHS, 1, 4 * sqrt(2.0 / PATHS), "variance of logs", __LINE__);
    check_near(xy / sqrt(xx * yy), 0.6, 4 * 0.64 / sqrt(PATHS), "correlation", __LINE__);
    close_fixture(&f);
}

/* ---- (k) Conservation ------------------------------------------------------- */

/* in two parts: a literal has at most 4095 characters */
static const char rich_markets[] =
    "{'name': 'k', 'clock': {'start': '2027-03', 'months': 30},"
    " 'inflation_per_year': 0.03, 'money': 'real', 'timing': 'end',"
    " 'quantities': {'off': {'p10': 0.1, 'p90': 0.3, 'max': 0.6}},"
    " 'correlations': [['/products/a/growth', '/products/b/growth', 0.5],"
    "   ['/products/b/growth', '/gpus/g', -0.3],"
    "   ['/gpus/g', '/models/big/price_path', 0.2]],"
    " 'gpus': {'g': {'usd_per_gpu_hour': {'p10': 1.5, 'p90': 3}, 'reversion_per_year': 1,"
    "   'long_run_usd_per_gpu_hour': 2, 'volatility_per_sqrt_year': 0.3, 'jumps_per_year': 1,"
    "   'jump_factor': {'p10': 0.8, 'p90': 1.5}, 'peak_tflops': 900}},"
    " 'profiles': {'f': {'gpu': 'g', 'gpus_per_replica': 2, 'parameters_b': 8,"
    "   'input_tokens_per_gpu_s': 20000, 'output_tokens_per_gpu_s': 2000,"
    "   'attention_gpu_s_per_token2': 1e-9, 'speed_gain_per_year': 0.2,"
    "   'speed_factor': {'p10': 0.8, 'p90': 1.25}}},"
    " 'products': {"
    "  'a': {'requests_per_month': {'p10': 1e6, 'p90': 1e7}, 'peak_to_mean': 2,"
    "   'growth': {'per_year': 1, 'slows_to_per_year': 0.1, 'volatility_per_sqrt_year': 0.3,"
    "     'jumps_per_year': 1, 'jump_factor': {'p10': 0.7, 'p90': 1.6}},"
    "   'request': {'input_words': 900, 'output_words': 200, 'cache_read_share': 0.4,"
    "     'cache_write_share': 0.1, 'output_cv': 0.7, 'output_growth_per_year': 0.1},"
    "   'value_usd_per_request': 0.05, 'loss_usd_per_bad_answer': 0.02},"
    "  'b': {'requests_per_month': 2e6, 'task_class': 'code', 'price_elasticity': 0.5,"
    "   'price_of': 'big', 'growth': {'process': 'logistic', 'per_year': 2,"
    "     'ceiling_factor': 5, 'volatility_per_sqrt_year': 0.4},"
    "   'request': {'input_tokens': 3000, 'output_tokens': 700},"
    "   'loss_usd_per_bad_answer': 0.1},"
    "  'c': {'requests_per_month': 5e5, 'growth': {'process': 'bass', 'ceiling_factor': 9},"
    "   'request': {'input_tokens': 500, 'output_tokens': 50}}},";
static const char rich_models[] =
    " 'models': {"
    "  'big': {'provider': 'acme', 'fee_returned_share': 0.15, 'fallback': 'house',"
    "   'interruption': {'per_year': 0.5, 'months': {'p10': 0.5, 'p90': 4}},"
    "   'price_path': {'release_every_months': 6, 'change_at_release': {'p10': 0.5,"
    "     'p90': 1.2}, 'cuts_per_year': 0.5, 'cut_factor': 0.8, 'change_per_year': -0.1,"
    "     'volatility_per_sqrt_year': 0.1},"
    "   'contracts': {'time': {'billing': 'compute_time', 'units': {'u': {"
    "       'usd_per_unit_hour': 6, 'profile': 'f', 'gpus': 4, 'minimum': 5}}},"
    "     'token': {'from': {'p10': 6, 'p90': 12}, 'billing': 'per_token',"
    "       'price_locked_months': 6, 'discount_share': '@off',"
    "       'usd_per_mtok': {'input': 3, 'output': 15, 'cache_read': 0.3},"
    "       'commitment': {'usd_per_month': 60000}}}},"
    "  'house': {'contracts': {'own': {'billing': 'fleet', 'profile': 'f',"
    "      'scaling': 'scheduled', 'owned': {'usd_per_gpu': 30000, 'life_months': 12,"
    "        'colocation_usd_per_gpu_month': 50}, 'staff_usd_per_month': 9000}},"
    "    'quality': {'code': {'acceptable_share': 0.8}}},"
    "  'hosted': {'contracts': {'h': {'billing': 'hosted_per_token', 'usd_per_mtok':"
    "      {'input': 1, 'output': 4}, 'hosting_usd_per_hour': 3,"
    "      'storage_usd_per_month': 20}}},"
    "  'student': {'teacher': 'big', 'parameters_b': 4, 'fee_returned_share': 0.01,"
    "   'contracts': {'rent': {'billing': 'fleet', 'profile': 'f', 'spare_replicas': 1}},"
    "   'quality': {'general': {'acceptable_share': 0.93}, 'code': {'curve':"
    "     {'limit_share': 0.95, 'gap_at_1b': 0.2, 'exponent': 0.4}}},"
    "   'verifier': {'detected_share': 0.7, 'false_alarm_share': 0.05,"
    "     'usd_per_request': 0.0002}, 'decay_per_month': 0.01, 'decay_per_release': 0.03,"
    "   'refresh': {'every_months': 7, 'cost_share': 0.6},"
    "   'project': {'lead_months': {'p10': 2, 'p90': 7}, 'attempts': 3,"
    "     'success_probability': 0.6, 'permission_probability': 0.9, 'staff_months': 20,"
    "     'usd_per_staff_month': 20000, 'evaluation_usd': 5000, 'licence_fee_usd': 40000,"
    "     'royalty_usd_per_mtok': 0.1, 'overrun_factor': {'p10': 0.9, 'p90': 2},"
    "     'labels': {'examples': 2e6, 'rejected_share': 0.2, 'input_tokens': 800,"
    "       'output_tokens': 300}, 'training': {'gpu': 'g', 'tokens': 2e9, 'epochs': 3}}}},"
    " 'strategies': {"
    "  'stay': {'all': 'big'}, 'same': {'all': 'big'},"
    "  'mix': {'all': 'big', 'start': {'student': 2},"
    "   'routes': {'c': {'hosted': {'share': 0.9, 'from': 3, 'ramp_months': 3}},"
    "     '*': {'student': {'share': 0.7, 'ramp_months': 4, 'escalate_to': 'big'},"
    "           'house': {'share': 0.2, 'from': 8}}}}}}";

static fixture open_rich(void)
{
    static char text[sizeof rich_markets + sizeof rich_models];
    snprintf(text, sizeof text, "%s%s", rich_markets, rich_models);
    return open_fixture(text);
}

typedef struct {
    double month[MONTHS], paid[MONTHS];
    double all, project, fee, value;
} sums;

static void add_row(void *context, const ds_ledger_row *row)
{
    static const char *const project_lines[] = { "labels", "training", "evaluation",
                                                 "project staff", "licence fee" };
    sums *s = context;
    assert_true(row->quantity * row->unit_price_usd == row->amount_usd);
    assert_true(row->rule[0] == '(' && row->unit[0] != '\0');
    s->all += row->amount_usd;
    s->month[row->month] += row->amount_usd;
    if (strcmp(row->line, "unserved requests") != 0 && strcmp(row->line, "bad answers") != 0)
        s->paid[row->month] += row->amount_usd;
    if (strcmp(row->line, "fee returned") == 0)
        s->fee -= row->amount_usd;
    for (size_t i = 0; i < sizeof project_lines / sizeof *project_lines; i++)
        if (strcmp(row->line, project_lines[i]) == 0)
            s->project += row->amount_usd;
}

static void rows_add_up(void **state)
{
    (void)state;
    fixture f = open_rich();
    for (uint64_t path = 0; path < 200; path++) {
        sums   s = { .all = 0 };
        double outcome[DS_OUTCOME_COUNT], again[DS_OUTCOME_COUNT], bill[MONTHS];
        assert_int_equal(ds_reference(f.plan, 7, path, 2, add_row, &s, outcome, bill, NULL), DS_OK);
        double npv = 0, peak = 0;
        for (size_t t = 0; t < 30; t++) {
            check_near(bill[t], s.paid[t], 1e-12 * s.paid[t], "bill", __LINE__);
            npv += s.month[t] * pow(1.1, -(double)(t + 1) / 12);
            peak = fmax(peak, s.paid[t]);
        }
        double tolerance = 1e-12 * s.all;
        check_near(outcome[DS_OUTCOME_COST_TOTAL], s.all, tolerance, "total", __LINE__);
        check_near(outcome[DS_OUTCOME_COST_NPV], npv, tolerance, "npv", __LINE__);
        check_near(outcome[DS_OUTCOME_PROJECT], s.project, tolerance, "project", __LINE__);
        check_near(outcome[DS_OUTCOME_FEE_RETURNED], s.fee, tolerance, "fee", __LINE__);
        check_near(outcome[DS_OUTCOME_PEAK_BILL], peak, tolerance, "peak", __LINE__);
        assert_true(s.fee > 0);
        /* the saving is that against the baseline, and the same strategy saves nothing */
        assert_int_equal(ds_reference(f.plan, 7, path, 0, NULL, NULL, again, NULL, NULL), DS_OK);
        check_near(outcome[DS_OUTCOME_SAVING_TOTAL], again[DS_OUTCOME_COST_TOTAL] - s.all,
                   tolerance, "saving", __LINE__);
        assert_int_equal(ds_reference(f.plan, 7, path, 1, NULL, NULL, again, NULL, NULL), DS_OK);
        assert_true(again[DS_OUTCOME_SAVING_TOTAL] == 0 && again[DS_OUTCOME_SAVING_NPV] == 0);
        assert_true(again[DS_OUTCOME_PAYBACK] == 0);
        assert_true(outcome[DS_OUTCOME_HHI] <= outcome[DS_OUTCOME_TOP_SHARE]);
        assert_true(outcome[DS_OUTCOME_TOP_SHARE] <= 1);
        assert_true(outcome[DS_OUTCOME_UTILISATION] > 0 && outcome[DS_OUTCOME_UTILISATION] < 1);
    }
    close_fixture(&f);
}

static void explain_is_the_reference(void **state)
{
    (void)state;
    fixture  f = open_rich();
    ds_error error = { .code = DS_OK };
    sums     s = { .all = 0 };
    double   outcome[DS_OUTCOME_COUNT];
    assert_int_equal(ds_explain(f.plan, 7, 3, 2, add_row, &s, outcome, &error), DS_OK);
    check_near(outcome[DS_OUTCOME_COST_TOTAL], s.all, 1e-12 * s.all, "total", __LINE__);
    assert_int_equal(ds_explain(f.plan, 7, 3, 2, add_row, &s, NULL, &error), DS_OK);
    assert_int_equal(ds_explain(f.plan, 7, 3, 3, add_row, &s, outcome, &error), DS_E_USAGE);
    assert_true(strstr(error.message, "3") != NULL);
    close_fixture(&f);
}

/* ---- (l) Payback, peak, concentration --------------------------------------- */

static void payback_and_rate(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'l', 'clock': {'start': '2027-01', 'months': 6},"
        " 'budget_usd_per_month': 10,"
        " 'products': {'p': {'requests_per_month': 1,"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {"
        "  'ten': {'contracts': {'c': {" PER_REQUEST("10") "}},"
        "  'back': {'contracts': {'c': {" PER_REQUEST("30")
        "                       , 'd': {'from': 1, " PER_REQUEST("5") "}},"
        "  'dip': {'contracts': {'c': {" PER_REQUEST("9")
        "                      , 'd': {'from': 2, " PER_REQUEST("17")
        "                      , 'e': {'from': 3, " PER_REQUEST("4") "}},"
        "  'late': {'contracts': {'c': {" PER_REQUEST("10")
        "                       , 'd': {'from': 5, " PER_REQUEST("11") "}},"
        "  'near': {'contracts': {'c': {" PER_REQUEST("10.000000005") "}},"
        "  'twice': {'contracts': {'c': {" PER_REQUEST("11")
        "                        , 'd': {'from': 1, " PER_REQUEST("7.7")
        "                        , 'e': {'from': 2, " PER_REQUEST("11.32")
        "                        , 'f': {'from': 3, " PER_REQUEST("10") "}}},"
        " 'strategies': {'stay': {'all': 'ten'}, 'back': {'all': 'back'},"
        "                'dip': {'all': 'dip'}, 'late': {'all': 'late'},"
        "                'near': {'all': 'near'}, 'twice': {'all': 'twice'}}}");
    /* -20 +5 +5 +5 +5 +5: the sum is 0 after month 4, so below it last in month 3 */
    ledger l = run(f.plan, 1, 0, 1);
    near(l.outcome[DS_OUTCOME_PAYBACK], 4);
    near(l.outcome[DS_OUTCOME_BREAK_EVEN], 5); /* the whole of month 4 is needed */
    near(l.outcome[DS_OUTCOME_PEAK_MONTH], 0);
    near(l.outcome[DS_OUTCOME_PEAK_BILL], 30);
    near(l.outcome[DS_OUTCOME_SAVING_TOTAL], 5);
    near(l.outcome[DS_OUTCOME_SAVING_PER_YEAR], 10);
    near(l.outcome[DS_OUTCOME_IRR_UNIQUE], 1);
    /* the rate at which five payments of 5 are worth 20, by its definition; d NPV / d rate
     * is about -1 USD per unit of the yearly rate here, so 1e-9 USD is 1e-9 of the rate */
    double v = pow(1 + l.outcome[DS_OUTCOME_IRR], -1.0 / 12);
    check_near(5 * (v + v * v + v * v * v + pow(v, 4) + pow(v, 5)), 20, 1e-8, "NPV", __LINE__);
    /* +1 +1 -7 +6 +6 +6: sums 1 2 -5 1 7 13 */
    l = run(f.plan, 1, 0, 2);
    near(l.outcome[DS_OUTCOME_PAYBACK], 3);
    near(l.outcome[DS_OUTCOME_BREAK_EVEN], 3 + 5.0 / 6);
    near(l.outcome[DS_OUTCOME_PEAK_MONTH], 2);
    /* 0 0 0 0 0 -1: the last month is a loss */
    l = run(f.plan, 1, 0, 3);
    assert_true(isinf(l.outcome[DS_OUTCOME_PAYBACK]));
    assert_true(isinf(l.outcome[DS_OUTCOME_BREAK_EVEN]));
    near(l.outcome[DS_OUTCOME_IRR_UNIQUE], 0);
    /* every month 10, which is the budget: the first is the peak, none is over it */
    l = run(f.plan, 1, 0, 0);
    near(l.outcome[DS_OUTCOME_PEAK_MONTH], 0);
    near(l.outcome[DS_OUTCOME_OVER_BUDGET], 0);
    /* half of the tolerance of (74) and (75) worse than the baseline: as good as it */
    l = run(f.plan, 1, 0, 4);
    assert_true(l.outcome[DS_OUTCOME_SAVING_TOTAL] < 0);
    near(l.outcome[DS_OUTCOME_PAYBACK], 0);
    near(l.outcome[DS_OUTCOME_BREAK_EVEN], 0);
    near(l.outcome[DS_OUTCOME_IRR_UNIQUE], 0);
    /* -1 +2.3 -1.32: rates of 10 % and 20 % a month */
    l = run(f.plan, 1, 0, 5);
    near(l.outcome[DS_OUTCOME_IRR_MULTIPLE], 1);
    near(l.outcome[DS_OUTCOME_IRR_UNIQUE], 0);
    assert_true(isnan(l.outcome[DS_OUTCOME_IRR]));
    close_fixture(&f);
}

static void concentration(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'l2', 'clock': {'start': '2027-01', 'months': 4},"
        " 'products': {'p': {'requests_per_month': 10,"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {"
        "  'a': {'contracts': {'c': {" PER_REQUEST("1") "}},"
        "  'b': {'provider': 'acme', 'contracts': {'c': {" PER_REQUEST("1") "}},"
        "  'c': {'provider': 'acme', 'contracts': {'c': {" PER_REQUEST("1") "}},"
        "  'd': {'provider': 'a', 'contracts': {'c': {" PER_REQUEST("1") "}}},"
        " 'strategies': {'stay': {'all': 'a', 'routes': {'p': {'b': {'share': 0.5},"
        "    'c': {'share': 0.25}, 'd': {'share': 0.125}}}}}}");
    /* acme 0.75; d's provider is called as the model a, which has none: 0.125 + 0.125 */
    ledger l = run(f.plan, 1, 0, 0);
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 0.75);
    near(l.outcome[DS_OUTCOME_HHI], 0.5625 + 0.0625);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trends),
        cmocka_unit_test(prices_follow_their_addresses),
        cmocka_unit_test(demand_follows_its_addresses),
        cmocka_unit_test(rents_revert),
        cmocka_unit_test(gbm_sums_have_their_mean),
        cmocka_unit_test(lognormal_and_copula),
        cmocka_unit_test(rows_add_up),
        cmocka_unit_test(explain_is_the_reference),
        cmocka_unit_test(payback_and_rate),
        cmocka_unit_test(concentration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
