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
static const char uniform[] =
    SCENARIO("1", VOLUME("{'uniform': {'low': 0, 'high': 1e6}}"), ONE_DOLLAR);

/* S = 1, growth exp(0.6) a year, volatility 0.5: the sum of months 1 to 36, and 1 for month 0. */
static const char walk[] =
    SCENARIO("37", VOLUME("1e6") ", 'growth': {'per_year': 0.8221188003905089,"
             " 'volatility_per_sqrt_year': 0.5}", ONE_DOLLAR);

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

#define GROUP(table) { #table, NULL, 0, table, sizeof table / sizeof *table }
const ds_selftest_group ds_selftest_simulated[] = {
    GROUP(simulated),
    GROUP(processes),
    GROUP(contracts),
};
const size_t ds_selftest_simulated_count =
    sizeof ds_selftest_simulated / sizeof *ds_selftest_simulated;
