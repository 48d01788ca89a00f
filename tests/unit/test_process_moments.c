/* test_process_moments.c -- what moves by chance, against closed forms of its moments:
 * geometric Brownian motion, Merton's and compound Poisson jumps, mean reversion, AR(1) and
 * regimes, through the scenario language, in the fast engine; and a few of them in the
 * naive one.
 *
 * Estimates are compared within 4 standard errors, which a correct program fails with
 * probability 6.3e-5 for each comparison were the seed drawn anew (about 60 of them: 0.4 %);
 * the seed is fixed.  Each standard error must be below a bound that the call states, so
 * that no comparison is empty.  Standard errors are of the sample itself: of means, sd/sqrt n;
 * of others, from the spread over 100 parts of the paths (a t distribution of 99 degrees
 * of freedom: 1.2e-4).
 *
 * Closed forms come from the transition laws named beside them; where they are numbers,
 * they were computed elsewhere with 12 digits, and the formula stands beside them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"
#include "model/kernel.h"
#include "model/outcome.h"

enum { PATHS = 200000, PARTS = 100, MOST_MONTHS = 64 };

/* The bill of a month is requests/10^6 times the price level: one token a request. */
#define ONE_DOLLAR(months, more, product, model)                                         \
    "{'name': 'moments', 'clock': {'start': '2026-07', 'months': " #months "},"           \
    " 'run': {'paths': 200000}," more                                                    \
    " 'products': {'p': {'requests_per_month': 1e6,"                                     \
    "   'request': {'input_tokens': 1, 'output_tokens': 0} " product "}},"               \
    " 'models': {'m': {" model " 'contracts': {'c': {'billing': 'per_token',"            \
    "   'usd_per_mtok': {'input': 1, 'output': 0}}}}},"                                  \
    " 'strategies': {'stay': {'all': 'm'}}}"
/* The bill is the rent of one GPU for one hour. */
#define ONE_GPU(months, more, gpu)                                                       \
    "{'name': 'rent', 'clock': {'start': '2026-07', 'months': " #months                  \
    ", 'hours_per_month': 1}, 'run': {'paths': 200000}," more " 'gpus': {'g': {" gpu "}},"    \
    " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1,"                       \
    "   'output_tokens_per_gpu_s': 1, 'relative_error': 0}},"                            \
    " 'products': {'p': {'requests_per_month': 0,"                                       \
    "   'request': {'input_tokens': 1, 'output_tokens': 0}}},"                           \
    " 'models': {'m': {'contracts': {'c': {'billing': 'fleet', 'profile': 'f'}}}},"      \
    " 'strategies': {'stay': {'all': 'm'}}}"

/* ---- Paths ------------------------------------------------------------------- */

/* bills[month * paths + path] of the first strategy, from the kernel itself. */
static double *bills_of(const world *m, size_t paths, uint64_t seed)
{
    size_t  months = ds_plan_month_count(m->plan);
    void   *work = aligned_alloc(64, (ds_kernel_work_bytes(m->plan) + 63) / 64 * 64);
    size_t  columns = DS_OUTCOME_COUNT * ds_plan_strategy_count(m->plan) * DS_LANES;
    double *outcomes = aligned_alloc(64, columns * sizeof(double));
    double *block = aligned_alloc(64, months * DS_LANES * sizeof(double));
    double *all = malloc(months * (paths + DS_LANES) * sizeof(double));
    assert_true(work && outcomes && block && all);
    ds_kernel_prepare(m->plan, seed, work);
    for (size_t first = 0; first < paths; first += DS_LANES) {
        ds_kernel(m->plan, first, work, outcomes, block);
        for (size_t t = 0; t < months; t++)
            for (size_t i = 0; i < DS_LANES && first + i < paths; i++)
                all[t * paths + first + i] = block[t * DS_LANES + i];
    }
    free(work);
    free(outcomes);
    free(block);
    return all;
}

static double *open_bills(world *m, const char *text)
{
    *m = open_text(text);
    return bills_of(m, PATHS, 1);
}

/* ---- Estimates --------------------------------------------------------------- */

/* The mean over the paths of f(bills of the path at months a, b). */
typedef double statistic(double at_a, double at_b);

static double first(double x, double y)
{
    (void)y;
    return x;
}
static double log_of(double x, double y)
{
    (void)y;
    return log(x);
}

static ds_estimate mean_of(const double *bills, size_t a, size_t b, statistic *f)
{
    double sum = 0, squares = 0;
    for (size_t k = 0; k < PATHS; k++) {
        double x = f(bills[a * PATHS + k], bills[b * PATHS + k]);
        sum += x;
        squares += x * x;
    }
    double mean = sum / PATHS, variance = squares / PATHS - mean * mean;
    return (ds_estimate){mean, sqrt(variance / PATHS)};
}

/* Covariance of f at month a with f at month b, over the first n paths from `from`. */
static double covariance(const double *bills, size_t a, size_t b, statistic *f, size_t from,
                         size_t n)
{
    double x = 0, y = 0, xy = 0;
    for (size_t k = from; k < from + n; k++) {
        double at_a = f(bills[a * PATHS + k], 0), at_b = f(bills[b * PATHS + k], 0);
        x += at_a;
        y += at_b;
        xy += at_a * at_b;
    }
    double count = (double)n;
    return (xy - x * y / count) / (count - 1);
}

/* Its mean over the parts, with their spread. */
static ds_estimate covariance_of(const double *bills, size_t a, size_t b, statistic *f)
{
    double sum = 0, squares = 0;
    for (size_t part = 0; part < PARTS; part++) {
        double c = covariance(bills, a, b, f, part * (PATHS / PARTS), PATHS / PARTS);
        sum += c;
        squares += c * c;
    }
    double mean = sum / PARTS, variance = (squares - sum * mean) / (PARTS - 1);
    return (ds_estimate){mean, sqrt(variance / PARTS)};
}

/* Within 4 standard errors, which are at most `bound`. */
static void check_moment(ds_estimate got, double want, double bound, const char *what, int line)
{
    if (!(got.se <= bound))
        fail_msg("line %d: %s: standard error %.3g above %.3g", line, what, got.se, bound);
    check_estimate(got, want, 4, what, line);
}
#define MOMENT(got, want, bound) check_moment((got), (want), (bound), #got, __LINE__)

/* ---- Geometric Brownian motion ------------------------------------------------- */

static double above_1_1(double x, double y)
{
    (void)y;
    return x > 1.1;
}
static double above_median(double x, double y)
{
    (void)y;
    return x > 1.03045453395;
}

/* S0 = 100, mu = 0.05, sigma = 0.2, T = 1: mean 105.127109638, variance 451.028807816,
 * median 103.045453395, P(S > 110) = 0.372003793019 (lognormal law).  In units of 100. */
static void brownian(void **state)
{
    (void)state;
    world   m;
    char    text[2048];
    snprintf(text, sizeof text, ONE_DOLLAR(13, "", ", 'growth': {'per_year': %.17g,"
                                           " 'volatility_per_sqrt_year': 0.2}", ""),
             expm1(0.05));
    double *bills = open_bills(&m, text);
    MOMENT(mean_of(bills, 12, 12, first), 1.05127109638, 5e-4);
    MOMENT(covariance_of(bills, 12, 12, first), 0.0451028807816, 2e-4);
    MOMENT(mean_of(bills, 12, 12, above_1_1), 0.372003793019, 1.2e-3);
    MOMENT(mean_of(bills, 12, 12, above_median), 0.5, 1.2e-3);
    free(bills);
    close_world(&m);
}

/* ---- Jumps ------------------------------------------------------------------- */

/* Merton: sigma = 0.2, 2 jumps a year, log size N(-0.05, 0.1), drift of the logarithm
 * (0.1 - 0.02) a year: E log = 0.08 - 2 * 0.05 = -0.02, Var log = 0.04 + 2 (0.05^2 + 0.1^2) =
 * 0.065, E S = exp(0.1 + 2 (e^(-0.05 + 0.005) - 1)) = 1.01206719175.  `cut_factor`s of a
 * price and `jump_factor`s of traffic and rents are the same process. */
#define MERTON_SIZE "{'lognormal': {'median': 0.951229424500714, 'log_sd': 0.1}}"
static void merton(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ONE_DOLLAR(13, "", ", 'growth': {'per_year': 0.10517091807564763,"
                   " 'volatility_per_sqrt_year': 0.2, 'jumps_per_year': 2,"
                   " 'jump_factor': " MERTON_SIZE "}", ""),
        ONE_DOLLAR(13, "", "", "'price_path': {'change_per_year': 0.10517091807564763,"
                   " 'volatility_per_sqrt_year': 0.2, 'cuts_per_year': 2,"
                   " 'cut_factor': " MERTON_SIZE "},"),
        ONE_GPU(13, "", "'usd_per_gpu_hour': 1, 'volatility_per_sqrt_year': 0.2,"
                " 'jumps_per_year': 2, 'jump_factor': " MERTON_SIZE),
    };
    for (size_t k = 0; k < 3; k++) {
        world   m;
        double *bills = open_bills(&m, texts[k]);
        double  drift = k == 2 ? 0.08 : 0; /* rents have none */
        MOMENT(mean_of(bills, 12, 12, log_of), -0.02 - drift, 6e-4);
        MOMENT(covariance_of(bills, 12, 12, log_of), 0.065, 3e-4);
        MOMENT(mean_of(bills, 12, 12, first), 1.01206719175 * exp(-drift), 7e-4);
        free(bills);
        close_world(&m);
    }
}

static double is_one(double x, double y)
{
    (void)y;
    return fabs(x - 1) < 1e-9;
}
static double jumps_squared(double x, double y)
{
    (void)y;
    return log2(x) * log2(x);
}
static double jumps_cubed(double x, double y)
{
    return log2(x) * jumps_squared(x, y);
}
static double jump_count(double x, double y)
{
    (void)y;
    return log2(x);
}

/* Factor 2 at each jump, 60 a year: the jumps of a month are Poisson(5): mean 5, E n^2 = 30,
 * E n^3 = 205, P(0) = e^-5; those of months 1 and 2 together Poisson(10). */
static void several_jumps_a_month(void **state)
{
    (void)state;
    world   m;
    double *bills = open_bills(&m, ONE_DOLLAR(3, "", ", 'growth': {'jumps_per_year': 60,"
                                              " 'jump_factor': 2}", ""));
    MOMENT(mean_of(bills, 1, 1, jump_count), 5, 6e-3);
    MOMENT(mean_of(bills, 1, 1, jumps_squared), 30, 0.06);
    MOMENT(mean_of(bills, 1, 1, jumps_cubed), 205, 0.7);
    MOMENT(mean_of(bills, 1, 1, is_one), exp(-5), 2e-4);
    MOMENT(covariance_of(bills, 2, 2, jump_count), 10, 0.04);
    free(bills);
    close_world(&m);
}

/* The log of the product of Poisson(5) factors with logs y has the mean 5 E y and the variance
 * 5 E y^2 (compound Poisson); were one size taken for all jumps of a month, it would be
 * 30 E y^2.  Here y = N(0, 0.5), so 0 and 1.25; `max` cuts nothing off (13.8 sd). */
static void compound_sizes(void **state)
{
    (void)state;
    world   m;
    double *bills = open_bills(&m, ONE_DOLLAR(3, "", ", 'growth': {'jumps_per_year': 60,"
                                              " 'jump_factor': {'lognormal': {'median': 1,"
                                              " 'log_sd': 0.5}, 'max': 1000}}", ""));
    MOMENT(mean_of(bills, 1, 1, log_of), 0, 3e-3);
    MOMENT(covariance_of(bills, 1, 1, log_of), 5 * 0.25, 6e-3);
    free(bills);
    close_world(&m);
}

/* ---- Reversion ------------------------------------------------------------------ */

/* Ornstein-Uhlenbeck: speed 2, mean 1, volatility 0.5, from 0: after a year mean
 * 0.864664716763, variance 0.0613552725695; stationary variance 0.0625, autocorrelation
 * over a quarter 0.606530659713 = e^-0.5. */
static void rents(void **state)
{
    (void)state;
    world   m;
    double *bills = open_bills(&m, ONE_GPU(64, "", "'usd_per_gpu_hour': 1,"
                                           " 'long_run_usd_per_gpu_hour': 2.718281828459045,"
                                           " 'reversion_per_year': 2,"
                                           " 'volatility_per_sqrt_year': 0.5"));
    MOMENT(mean_of(bills, 12, 12, log_of), 0.864664716763, 6e-4);
    MOMENT(covariance_of(bills, 12, 12, log_of), 0.0613552725695, 3e-4);
    MOMENT(covariance_of(bills, 63, 63, log_of), 0.0625, 3e-4);
    MOMENT(covariance_of(bills, 60, 63, log_of), 0.0625 * 0.606530659713, 3e-4);
    free(bills);
    close_world(&m);
}

/* A price that reverts to its trend keeps E = (1 + c)^y, and Var log is that of above. */
static void prices_revert(void **state)
{
    (void)state;
    world   m;
    double *bills = open_bills(&m, ONE_DOLLAR(61, "", "", "'price_path': {'change_per_year': -0.2,"
                                              " 'volatility_per_sqrt_year': 0.5,"
                                              " 'reversion_per_year': 2},"));
    for (size_t t = 1; t <= 60; t += t == 1 ? 11 : 48) {
        double y = (double)t / 12, variance = 0.25 * -expm1(-4 * y) / 4;
        MOMENT(mean_of(bills, t, t, first), pow(0.8, y), 6e-4);
        MOMENT(mean_of(bills, t, t, log_of), y * log(0.8) - variance / 2, 6e-4);
        MOMENT(covariance_of(bills, t, t, log_of), variance, 3e-4);
    }
    free(bills);
    close_world(&m);
}

/* ---- AR(1) ------------------------------------------------------------------- */

/* phi = 0.9, innovations of variance 1: variance 5.26315789474 = 1/(1 - 0.81), here scaled to
 * s = 0.3; from month 0 on, lag-1 autocorrelation 0.9.  The mean of n months has the variance
 * (s^2/n) (1 + 2 sum (1 - k/n) 0.9^k), which tends to 19 s^2/n: inflation of
 * (1 + phi)/(1 - phi). */
static void passing_noise(void **state)
{
    (void)state;
    const double s2 = 0.09, phi = 0.9;
    world   m;
    double *bills = open_bills(&m, ONE_DOLLAR(60, "", ", 'growth': {'noise_log_sd': 0.3,"
                                              " 'noise_autocorrelation': 0.9}", ""));
    for (size_t t = 0; t < 60; t += 59) {
        MOMENT(mean_of(bills, t, t, first), 1, 8e-4);
        MOMENT(mean_of(bills, t, t, log_of), -s2 / 2, 8e-4);
        MOMENT(covariance_of(bills, t, t, log_of), s2, 4e-4);
    }
    MOMENT(covariance_of(bills, 0, 1, log_of), s2 * phi, 4e-4);
    MOMENT(covariance_of(bills, 58, 59, log_of), s2 * phi, 4e-4);
    MOMENT(covariance_of(bills, 48, 53, log_of), s2 * pow(phi, 5), 4e-4);
    for (size_t k = 0; k < PATHS; k++) { /* month 0 becomes the mean of the logs */
        double sum = 0;
        for (size_t t = 0; t < 60; t++)
            sum += log(bills[t * PATHS + k]);
        bills[k] = exp(sum / 60);
    }
    double inflation = 1;
    for (int k = 1; k < 60; k++)
        inflation += 2 * (1 - k / 60.0) * pow(phi, k);
    MOMENT(covariance_of(bills, 0, 0, log_of), s2 / 60 * inflation, 1.5e-4);
    free(bills);
    close_world(&m);
}

/* ---- Regimes ------------------------------------------------------------------- */

#define ON 0.8
#define OFF 2.0
#define REGIME(more) " 'regimes': {'r': {'on_per_year': 0.8, 'off_per_year': 2" more "}},"

static double is_on(double x, double y)
{
    (void)y;
    return x > 1.5;
}

/* Months of a path from a month in which the regime came on until it is off, by path; only
 * for those that come on in month `t`. */
static ds_estimate months_on(const double *bills, size_t t, size_t months)
{
    double count = 0, sum = 0, squares = 0;
    for (size_t k = 0; k < PATHS; k++) {
        if (bills[(t - 1) * PATHS + k] > 1.5 || bills[t * PATHS + k] < 1.5)
            continue;
        size_t end = t;
        while (end < months && bills[end * PATHS + k] > 1.5)
            end++;
        double stay = (double)(end - t);
        count += 1;
        sum += stay;
        squares += stay * stay;
    }
    double mean = sum / count;
    return (ds_estimate){mean, sqrt((squares / count - mean * mean) / count)};
}

/* Traffic is twice as much while it is on.  Share of time a/(a + b), autocovariance
 * share (1 - share) e^(-(a + b) t); a stay is geometric, with the mean of
 * 1/(b/(a + b) (1 - e^(-(a + b)/12))) months.  Begun in another state, the probability
 * goes to the share by e^(-(a + b) t). */
static void regime_states(void **state)
{
    (void)state;
    const double rate = ON + OFF, share = ON / rate;
    world   m, begun;
    double *bills = open_bills(&m, ONE_DOLLAR(64, REGIME(""), ", 'growth': {'regime': 'r',"
                                              " 'regime_factor': 2}", ""));
    for (size_t t = 0; t < 64; t += 21)
        MOMENT(mean_of(bills, t, t, is_on), share, 1.1e-3);
    for (size_t lag = 1; lag <= 9; lag += 4)
        MOMENT(covariance_of(bills, 20, 20 + lag, is_on),
               share * (1 - share) * exp(-rate * (double)lag / 12), 6e-4);
    MOMENT(months_on(bills, 1, 64), 1 / (OFF / rate * -expm1(-rate / 12)), 0.15);
    free(bills);
    bills = open_bills(&begun, ONE_DOLLAR(25, REGIME(", 'begins_on': 0.9"),
                                          ", 'growth': {'regime': 'r', 'regime_factor': 2}", ""));
    for (size_t t = 0; t < 25; t += 8)
        MOMENT(mean_of(bills, t, t, is_on), share + (0.9 - share) * exp(-rate * (double)t / 12),
               1.2e-3);
    free(bills);
    close_world(&m);
    close_world(&begun);
}

/* E of the k-th power of what is carried on, exp(sum over months 1..t of g(u) c_1 +
 * (1 - g(u)) c_0), by products of 2 x 2 matrices: step of the chain, exp of the
 * generator over a month, then the factor of the state that is reached. */
static double carried(double on_first, double c_off, double c_on, size_t months)
{
    const double rate = ON + OFF, share = ON / rate, moved = -expm1(-rate / 12);
    double off = 1 - on_first, on = on_first;
    for (size_t t = 0; t < months; t++) {
        double to_on = off * share * moved + on * (1 - (1 - share) * moved);
        double to_off = off * (1 - share * moved) + on * (1 - share) * moved;
        off = to_off * exp(c_off);
        on = to_on * exp(c_on);
    }
    return off + on;
}

static double squared(double x, double y)
{
    (void)y;
    return x * x;
}

/* Growth of 0.5 a year on top and three times the volatility of 0.2 while it is on:
 * E S = E exp(carried), E S^2 with e^(sigma^2) of the state on top; volatility does not
 * move the mean.  Of a price the same. */
static void regime_steps(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ONE_DOLLAR(37, REGIME(", 'begins_on': 0.2"), ", 'growth': {'per_year': 0.1,"
                   " 'volatility_per_sqrt_year': 0.2, 'regime': 'r', 'regime_per_year': 0.5,"
                   " 'regime_volatility_factor': 3}", ""),
        ONE_DOLLAR(37, REGIME(", 'begins_on': 0.2"), "", "'price_path': {'change_per_year': 0.1,"
                   " 'volatility_per_sqrt_year': 0.2, 'regime': 'r',"
                   " 'regime_change_per_year': 0.5, 'regime_volatility_factor': 3},"),
    };
    for (size_t k = 0; k < 2; k++) {
        world   m;
        double *bills = open_bills(&m, texts[k]);
        for (size_t t = 12; t <= 36; t += 24) {
            double trend = pow(1.1, (double)t / 12), step = log(1.5) / 12;
            MOMENT(mean_of(bills, t, t, first), trend * carried(0.2, 0, step, t), 5e-3);
            MOMENT(mean_of(bills, t, t, squared),
                   trend * trend * carried(0.2, 0.04 / 12, 2 * step + 0.36 / 12, t),
                   t == 12 ? 0.02 : 0.2);
        }
        free(bills);
        close_world(&m);
    }
}

/* Of a rent: kappa = 2, volatility 0.3, twice as much while on, factor 1.5 of the month: the
 * variance of ln rho without the factor is sum over u of root^2 v_u^2 e^(-2 kappa (t - u)/12),
 * whose mean is linear in the probabilities of being on. */
static void regime_rent(void **state)
{
    (void)state;
    const double rate = ON + OFF, share = ON / rate, keep = exp(-2 * 2.0 / 12);
    world   m;
    double *bills = open_bills(&m, ONE_GPU(37, REGIME(""), "'usd_per_gpu_hour': 2,"
                                           " 'reversion_per_year': 2, 'regime': 'r',"
                                           " 'volatility_per_sqrt_year': 0.3,"
                                           " 'regime_volatility_factor': 2"));
    double variance = 0, v2 = 0.09 * (1 - share) + 0.36 * share;
    for (size_t t = 1; t <= 36; t++)
        variance = variance * keep + v2 * (1 - keep) / 4;
    MOMENT(mean_of(bills, 36, 36, log_of), log(2), 6e-4);
    MOMENT(covariance_of(bills, 36, 36, log_of), variance, 4e-4);
    free(bills);
    close_world(&m);
    bills = open_bills(&m, ONE_GPU(37, REGIME(""), "'usd_per_gpu_hour': 2, 'regime': 'r',"
                                   " 'regime_factor': 1.5"));
    for (size_t t = 0; t <= 36; t += 18)
        MOMENT(mean_of(bills, t, t, first), 2 * (1 + 0.5 * share), 2e-3);
    free(bills);
    close_world(&m);
}

/* Price and traffic in one regime: its factor on the price, 0.5, comes back as traffic by the
 * elasticity 1 (requests 1/0.5), times its own factor 3: while on the bill is 3, else 1. */
static void regime_shared(void **state)
{
    (void)state;
    world   m;
    double *bills = open_bills(
        &m, ONE_DOLLAR(13, REGIME(""), ", 'price_elasticity': 1, 'price_of': 'm', 'growth':"
                       " {'regime': 'r', 'regime_factor': 3}",
                       "'price_path': {'regime': 'r', 'regime_factor': 0.5},"));
    for (size_t k = 0; k < PATHS; k++)
        if (!(fabs(bills[k] - 1) < 1e-12 || fabs(bills[k] - 3) < 3e-12))
            fail_msg("path %zu: %.17g", k, bills[k]);
    MOMENT(mean_of(bills, 12, 12, first), 1 + 2 * ON / (ON + OFF), 3e-3);
    free(bills);
    close_world(&m);
}

/* ---- What is certain ------------------------------------------------------------- */

/* Bass with p = 0.03, q = 0.38: F(1 .. 10), to 12 digits, from F = (1 - e)/(1 + e q/p),
 * e = exp(-(p + q) t). */
static void bass(void **state)
{
    (void)state;
    static const double share[] = {.0357581642564, .0850562814022, .150500071964, .233150471732,
                                   .331198642491,  .439235217873,  .549009741658, .651737585959,
                                   .740727106336,  .812803221221};
    world m = open_text(ONE_DOLLAR(121, "", ", 'growth': {'process': 'bass',"
                                   " 'innovation_per_year': 0.03, 'imitation_per_year': 0.38,"
                                   " 'ceiling_factor': 11}", ""));
    double *bills = bills_of(&m, DS_LANES, 1);
    for (size_t year = 1; year <= 10; year++)
        CLOSE(bills[12 * year * DS_LANES] - 1, 10 * share[year - 1], 1e-11);
    free(bills);
    close_world(&m);
}

/* A regime that is always on, with rates of 0, makes steps that are certain. */
static void regime_forever(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR(25, " 'regimes': {'r': {'on_per_year': 0, 'off_per_year': 0,"
                                   " 'begins_on': 1}},", ", 'growth': {'per_year': 0.2,"
                                   " 'regime': 'r', 'regime_per_year': 0.5,"
                                   " 'regime_factor': 3}",
                                   "'price_path': {'regime': 'r', 'regime_change_per_year': -0.1,"
                                   " 'regime_factor': 0.5},"));
    double *bills = bills_of(&m, DS_LANES, 1);
    for (size_t t = 0; t <= 24; t++)
        for (size_t k = 0; k < DS_LANES; k++)
            CLOSE(bills[t * DS_LANES + k],
                  3 * 0.5 * pow(1.2 * 1.5 * 0.9, (double)t / 12), 1e-13);
    free(bills);
    close_world(&m);
}

/* The naive engine has the same paths: months of the first 40. */
static void engines_agree(void **state)
{
    (void)state;
    world m = open_text(ONE_DOLLAR(
        40, REGIME(", 'begins_on': {'uniform': {'low': 0, 'high': 1}}"),
        ", 'price_elasticity': 0.4, 'price_of': 'm', 'growth': {'per_year': 0.3,"
        " 'volatility_per_sqrt_year': {'p10': 0.1, 'p90': 0.4}, 'jumps_per_year': 40,"
        " 'jump_factor': {'uniform': {'low': 0.8, 'high': 1.25}}, 'noise_log_sd': 0.2,"
        " 'noise_autocorrelation': {'uniform': {'low': -0.5, 'high': 0.9}}, 'regime': 'r',"
        " 'regime_per_year': 0.5, 'regime_factor': 1.5, 'regime_volatility_factor': 2}",
        "'price_path': {'change_per_year': -0.2, 'volatility_per_sqrt_year': 0.3,"
        " 'reversion_per_year': 1.5, 'cuts_per_year': 20, 'cut_factor': 0.97, 'regime': 'r',"
        " 'regime_change_per_year': 0.2, 'regime_factor': 0.8, 'regime_volatility_factor': 2},"));
    double *bills = bills_of(&m, DS_LANES, 9);
    for (uint64_t path = 0; path < 40; path++) {
        double   outcomes[DS_OUTCOME_COUNT], month[MOST_MONTHS];
        ds_error err;
        assert_int_equal(ds_reference(m.plan, 9, path, 0, NULL, NULL, outcomes, month, &err),
                         DS_OK);
        for (size_t t = 0; t < 40; t++)
            CLOSE(bills[t * DS_LANES + path], month[t], 1e-12);
    }
    free(bills);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brownian),       cmocka_unit_test(merton),
        cmocka_unit_test(several_jumps_a_month), cmocka_unit_test(compound_sizes),
        cmocka_unit_test(rents),          cmocka_unit_test(prices_revert),
        cmocka_unit_test(passing_noise),  cmocka_unit_test(regime_states),
        cmocka_unit_test(regime_steps),   cmocka_unit_test(regime_rent),
        cmocka_unit_test(regime_shared),  cmocka_unit_test(bass),
        cmocka_unit_test(regime_forever), cmocka_unit_test(engines_agree),
    };
    return cmocka_run_group_tests_name("process moments", tests, NULL, NULL);
}
