/* selftest_simulated.c -- known statistics that the ordinary engine has to find: small
 * scenarios, DS_SELFTEST_PATHS futures each.
 *
 * One token a request at 1 USD per 10^6 tokens, or 10 USD, so that a cost is a volume.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/selftest.h"

#define SCENARIO(months, product, contract)                                                  \
    "{'name': 'selftest', 'clock': {'start': '2026-07', 'months': " months "},"              \
    " 'products': {'p': {'request': {'input_tokens': 1, 'output_tokens': 0}, " product "}},"  \
    " 'models': {'m': {'contracts': {'c': {'billing': 'per_token', " contract "}}}},"        \
    " 'strategies': {'stay': {'all': 'm'}}}"
#define VOLUME(quantity) "'requests_per_month': " quantity
#define ONE_DOLLAR "'usd_per_mtok': {'input': 1, 'output': 0}"
#define TEN_DOLLARS "'usd_per_mtok': {'input': 10, 'output': 0}"
#define TIERS(shape)                                                                         \
    TEN_DOLLARS ", 'tiers': {'v': {'of': 'month_input', 'shape': '" shape "', 'steps':"      \
    " [{'from': 80e6, 'factor': 0.8}, {'from': 150e6, 'usd_per_mtok': {'input': 6}}]}}"

static const char fit[] = SCENARIO("1", VOLUME("{'p10': 20e6, 'p90': 80e6}"), ONE_DOLLAR);
static const char lognormal[] =
    SCENARIO("1", VOLUME("{'lognormal': {'median': 1e6, 'log_sd': 1}}"), ONE_DOLLAR);
static const char exponential[] =
    SCENARIO("1", VOLUME("{'exponential': {'mean': 1e6}}"), ONE_DOLLAR);
static const char metalog[] =
    SCENARIO("1", VOLUME("{'p10': 110e6, 'p50': 120e6, 'p90': 140e6}"), ONE_DOLLAR);
static const char far_tail[] =
    SCENARIO("1", VOLUME("{'normal': {'mean': 0, 'sd': 1e6}, 'min': 8e6, 'max': 9e6}"), ONE_DOLLAR);
static const char pert[] =
    SCENARIO("1", VOLUME("{'pert': {'low': 1e6, 'mode': 3e6, 'high': 8e6}}"), ONE_DOLLAR);
static const char triangular[] =
    SCENARIO("1", VOLUME("{'triangular': {'low': 1e6, 'mode': 3e6, 'high': 8e6}}"), ONE_DOLLAR);
static const char weibull[] =
    SCENARIO("1", VOLUME("{'weibull': {'shape': 2, 'scale': 1e6}}"), ONE_DOLLAR);
static const char uniform[] =
    SCENARIO("1", VOLUME("{'uniform': {'low': 0, 'high': 1e6}}"), ONE_DOLLAR);

/* S = 1, growth exp(0.6) a year, volatility 0.5: the sum of months 1 to 36, and 1 for month 0. */
static const char walk[] =
    SCENARIO("37", VOLUME("1e6") ", 'growth': {'per_year': 0.8221188003905089,"
             " 'volatility_per_sqrt_year': 0.5}", ONE_DOLLAR);

/* The same by other samplers. */
#define WALK_BY(sampler)                                                                     \
    "{'run': {'sampling': '" sampler "'}, 'name': 'selftest', 'clock': {'start': '2026-07'," \
    " 'months': 37}, 'products': {'p': {'request': {'input_tokens': 1, 'output_tokens': 0}," \
    " 'requests_per_month': 1e6, 'growth': {'per_year': 0.8221188003905089,"                 \
    " 'volatility_per_sqrt_year': 0.5}}}, 'models': {'m': {'contracts': {'c':"               \
    " {'billing': 'per_token', " ONE_DOLLAR "}}}}, 'strategies': {'stay': {'all': 'm'}}}"
static const char walk_of_pairs[] = WALK_BY("antithetic");
static const char walk_of_cubes[] = WALK_BY("latin_hypercube");
static const char walk_of_halton[] = WALK_BY("halton");
static const char walk_of_points[] = WALK_BY("sobol");

/* A number of requests and a price that are drawn together: the bill is their product. */
#define TOGETHER(run, rho, how, requests, price)                                             \
    "{'name': 'selftest', 'clock': {'start': '2026-07', 'months': 1}, 'run': {" run "},"     \
    " 'correlations': [['/products/p/requests_per_month',"                                   \
    " '/models/m/contracts/c/usd_per_mtok/input', " rho "]], 'dependence': {" how "},"       \
    " 'products': {'p': {'request': {'input_tokens': 1e6, 'output_tokens': 0},"              \
    " 'requests_per_month': " requests "}}, 'models': {'m': {'contracts': {'c': {'billing':" \
    " 'per_token', 'usd_per_mtok': {'input': " price ", 'output': 0}}}}},"                   \
    " 'strategies': {'stay': {'all': 'm'}}}"
#define COIN "{'bernoulli': {'probability': 0.5}}"
static const char both_gaussian[] = TOGETHER("", "0.5", "", COIN, COIN);
static const char both_less[] = TOGETHER("", "-0.7", "", COIN, COIN);
static const char both_t[] =
    TOGETHER("", "0.5", "'copula': 't', 'degrees_of_freedom': 4", COIN, COIN);
#define RARE_COIN "{'bernoulli': {'probability': 0.1}}"
static const char far_gaussian[] = TOGETHER("", "0.5", "", RARE_COIN, RARE_COIN);
static const char far_t[] =
    TOGETHER("", "0.5", "'copula': 't', 'degrees_of_freedom': 4", RARE_COIN, RARE_COIN);
static const char both_kendall[] =
    TOGETHER("", "0.3333333333333333", "'measure': 'kendall'", COIN, COIN);
static const char both_spearman[] = TOGETHER("", "0.5", "'measure': 'spearman'", COIN, COIN);
#define LOGNORMAL(log_sd) "{'lognormal': {'median': 1, 'log_sd': " log_sd "}}"
static const char product_of_two[] =
    TOGETHER("", "0.5", "", LOGNORMAL("0.5"), LOGNORMAL("0.3"));
static const char product_of_cubes[] = TOGETHER("'sampling': 'latin_hypercube'", "0.5", "",
                                                LOGNORMAL("0.5"), LOGNORMAL("0.3"));

/* What is paid in month 12 alone. */
#define LAST_MONTH(growth, more)                                                             \
    "{'name': 'selftest', 'clock': {'start': '2026-07', 'months': 13}," more                 \
    " 'products': {'p': {'request': {'input_tokens': 1, 'output_tokens': 0},"                \
    " 'requests_per_month': 1e6, 'growth': {" growth "}}},"                                  \
    " 'models': {'m': {'contracts': {'free': {'billing': 'per_token',"                       \
    " 'usd_per_mtok': {'input': 0, 'output': 0}}, 'c': {'from': 12, 'billing': 'per_token'," \
    " 'usd_per_mtok': {'input': 1, 'output': 0}}}}}, 'strategies': {'stay': {'all': 'm'}}}"
static const char brownian[] =
    LAST_MONTH("'per_year': 0.05127109637602412, 'volatility_per_sqrt_year': 0.2", "");
static const char jumps[] =
    LAST_MONTH("'per_year': 0.10517091807564771, 'volatility_per_sqrt_year': 0.2,"
               " 'jumps_per_year': 2, 'jump_factor': {'lognormal': {'median': 0.951229424500714,"
               " 'log_sd': 0.1}}", "");
static const char passing[] =
    LAST_MONTH("'noise_log_sd': 0.5, 'noise_autocorrelation': 0.9", "");
static const char regime[] =
    LAST_MONTH("'regime': 'r', 'regime_factor': 2",
               " 'regimes': {'r': {'on_per_year': 2, 'off_per_year': 3, 'begins_on': 0}},");

/* x = ln rent from 0 to 1 at speed 2, volatility 0.5: one GPU for one hour, in month 12. */
static const char rent[] =
    "{'name': 'selftest', 'clock': {'start': '2026-07', 'months': 13, 'hours_per_month': 1},"
    " 'gpus': {'g': {'usd_per_gpu_hour': 1, 'long_run_usd_per_gpu_hour': 2.718281828459045,"
    " 'reversion_per_year': 2, 'volatility_per_sqrt_year': 0.5}},"
    " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1e6,"
    " 'output_tokens_per_gpu_s': 1e6, 'relative_error': 0}},"
    " 'products': {'p': {'request': {'input_tokens': 1, 'output_tokens': 0},"
    " 'requests_per_month': 1}},"
    " 'models': {'m': {'contracts': {'free': {'billing': 'per_token',"
    " 'usd_per_mtok': {'input': 0, 'output': 0}}, 'own': {'from': 12, 'billing': 'fleet',"
    " 'profile': 'f', 'minimum_replicas': 1}}}}, 'strategies': {'stay': {'all': 'm'}}}";

#define MONTHLY VOLUME("{'lognormal': {'median': 100e6, 'log_sd': 0.5}}")
static const char graduated[] = SCENARIO("1", MONTHLY, TIERS("graduated"));
static const char cliff[] = SCENARIO("1", MONTHLY, TIERS("cliff"));
static const char committed[] =
    SCENARIO("1", MONTHLY, TEN_DOLLARS ", 'commitment': {'usd_per_month': 800}");

/* Volume S exp((0.05 - 0.02) + 0.2 z) and a commitment K = 100: K + exp(0.05) times the call. */
static const char call[] =
    SCENARIO("1", VOLUME("{'lognormal': {'median': 103.0454533953517e6, 'log_sd': 0.2}}"),
             ONE_DOLLAR ", 'commitment': {'usd_per_month': 100}");

static const ds_selftest_statistic simulated[] = {
    { "lognormal with p10 20, p90 80: mean", 46.3002454757, .003, "mean", fit,
      "closed form" },
    { "lognormal with p10 20, p90 80: median", 40, .003, "p50", fit,
      "closed form" },
    { "lognormal: p95", 5.18025160223, .02, "p95", lognormal,
      "closed form" },
    { "lognormal: CVaR 95 %", 8.5572268668, .02, "cvar", lognormal,
      "closed form" },
    { "metalog through 110, 120, 140: p05", 107.43682565978, .003, "p05", metalog,
      "Keelin 2016, closed form" },
    { "metalog through 110, 120, 140: p95", 147.6389835485, .003, "p95", metalog,
      "Keelin 2016, closed form" },
    { "normal between 8 and 9 sd: mean", 8.12118899298, .003, "mean", far_tail,
      "closed form" },
    { "PERT 1, 3, 8: mean", 3.5, .005, "mean", pert,
      "closed form" },
    { "triangular 1, 3, 8: median", 3.81669986733, .005, "p50", triangular,
      "closed form" },
    { "Weibull of shape 2: mean", .886226925453, .005, "mean", weibull,
      "closed form" },
    { "exponential: p95", 2.99573227355, .02, "p95", exponential,
      "closed form" },
    { "exponential: CVaR 95 %", 3.99573227355, .02, "cvar", exponential,
      "closed form" },
    { "uniform: p95", .95, .02, "p95", uniform,
      "closed form" },
    { "uniform: CVaR 95 %", .975, .02, "cvar", uniform,
      "closed form" },
};

static const ds_selftest_statistic processes[] = {
    { "sum of a random walk: mean", 104.538812342, .005, "mean", walk,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk: sd", 72.3304940987, .02, "sd", walk,
      "geometric Brownian motion, closed form" },
    { "the same by Sobol points: mean", 104.538812342, .0005, "mean", walk_of_points,
      "geometric Brownian motion, closed form" },
    { "random walk after a year: mean", 1.05127109638, .002, "mean", brownian,
      "geometric Brownian motion, closed form" },
    { "random walk after a year: sd", .212374388, .01, "sd", brownian,
      "geometric Brownian motion, closed form" },
    { "random walk after a year: median", 1.03045453395, .002, "p50", brownian,
      "geometric Brownian motion, closed form" },
    { "the same with jumps: mean", 1.01206719175, .003, "mean", jumps,
      "Merton 1976" },
    { "noise that passes: mean", 1, .005, "mean", passing,
      "AR(1), closed form" },
    { "noise that passes: sd", 0.532940350028, .02, "sd", passing,
      "AR(1), closed form" },
    { "rent that reverts: mean", 2.44817378577, .003, "mean", rent,
      "Ornstein and Uhlenbeck 1930" },
    { "rent that reverts: median", 2.37420991973, .003, "p50", rent,
      "Ornstein and Uhlenbeck 1930" },
    { "regime after a year: mean", 1.3973048212, .005, "mean", regime,
      "two states, closed form" },
};

static const ds_selftest_statistic samplers[] = {
    { "sum of a random walk, antithetic: mean", 104.538812342, .003, "mean", walk_of_pairs,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk, antithetic: sd", 72.3304940987, .02, "sd", walk_of_pairs,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk, Latin hypercubes: mean", 104.538812342, .003, "mean", walk_of_cubes,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk, Latin hypercubes: sd", 72.3304940987, .02, "sd", walk_of_cubes,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk, Halton points: mean", 104.538812342, .001, "mean", walk_of_halton,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk, Halton points: sd", 72.3304940987, .02, "sd", walk_of_halton,
      "geometric Brownian motion, closed form" },
    { "sum of a random walk, Sobol points: sd", 72.3304940987, .02, "sd", walk_of_points,
      "geometric Brownian motion, closed form" },
};

/* Two numbers that are 0 or 1 as their scores are below their medians or above: both are 1
 * with probability (1 + tau)/4, tau = 2/pi asin(rho), by any copula of ellipses.  Far out
 * the t copula has more. */
static const ds_selftest_statistic dependence[] = {
    { "Gaussian copula of .5, both above the median", 1 / 3.0, .01, "mean", both_gaussian,
      "Sheppard 1899; Kendall's tau is 2/pi asin(rho)" },
    { "Gaussian copula of -.7, both above the median", .126591655553, .02, "mean", both_less,
      "Sheppard 1899" },
    { "t copula of .5 with 4 degrees, both above the median", 1 / 3.0, .01, "mean", both_t,
      "Lindskog, McNeil and Schmock 2003" },
    { "Gaussian copula of .5, both above p90", .0324015232183, .03, "mean", far_gaussian,
      "orthant by quadrature (Plackett 1954), 12 digits" },
    { "t copula of .5 with 4 degrees, both above p90", .0384223679883, .03, "mean", far_t,
      "the same over chi-square, 12 digits" },
    { "Kendall's tau of 1/3, both above the median", 1 / 3.0, .01, "mean", both_kendall,
      "(1 + tau)/4" },
    { "Spearman's rho of .5, both above the median", .336594311656, .01, "mean", both_spearman,
      "rho = 2 sin(pi/12), Pearson 1907" },
    { "product of two lognormals with .5: mean", 1.27762131320, .005, "mean", product_of_two,
      "exp((s1^2 + s2^2)/2 + rho s1 s2)" },
    { "the same by Latin hypercubes, Iman and Conover: mean", 1.27762131320, .003, "mean",
      product_of_cubes, "exp((s1^2 + s2^2)/2 + rho s1 s2)" },
};

static const ds_selftest_statistic contracts[] = {
    { "graduated tiers: mean bill", 1030.02954538, .003, "mean", graduated,
      "closed form" },
    { "cliff tiers: mean bill", 859.849873083, .003, "mean", cliff,
      "closed form" },
    { "committed spend: mean bill", 1200.40163834, .003, "mean", committed,
      "closed form" },
    { "commitment as a call: mean bill", 110.98639645, .002, "mean", call,
      "Black and Scholes 1973" },
};

#define GROUP(table) \
    { .name = #table, .statistics = table, .statistic_count = sizeof table / sizeof *table }
const ds_selftest_group ds_selftest_simulated[] = {
    GROUP(simulated),
    GROUP(processes),
    GROUP(samplers),
    GROUP(dependence),
    GROUP(contracts),
};
const size_t ds_selftest_simulated_count =
    sizeof ds_selftest_simulated / sizeof *ds_selftest_simulated;
