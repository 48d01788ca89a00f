/* selftest_choice.c -- known values of choices and of break-evens.
 *
 * Choices between strategies whose costs have simple laws: expected losses, probabilities of
 * being the best, tails. And the value at which two contracts cost the same, which `breakeven`
 * has to find in a scenario.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim_breakeven.h"
#include "numerics/lanes.h"
#include "numerics/ranking.h"
#include "numerics/stream.h"
#include "study/selftest.h"

enum { PATHS = 65536, COURSES_MOST = 10 };

/* ---- Costs of known laws ---------------------------------------------------------------- */

static double normal(size_t path, uint32_t slot)
{
    return ds_normal_quantile(
        ds_stream_uniform(ds_stream_key(DS_SELFTEST_SEED, 11), path, 0, slot));
}

typedef struct {
    ds_costs  c;
    ds_groups groups;
    double    scratch[1], *room; /* room: 2 PATHS                                      */
    double   *cost;              /* [courses][PATHS]                                   */
} market;

static bool begin(market *m, size_t courses)
{
    m->groups = (ds_groups){ DS_GROUPS_EACH, 1 };
    m->cost = calloc((courses + 2) * PATHS, sizeof *m->cost);
    m->room = m->cost != NULL ? m->cost + courses * PATHS : NULL;
    m->c = (ds_costs){ m->cost, PATHS, courses, PATHS, &m->groups, m->scratch, false };
    return m->cost != NULL;
}

static ds_estimate end(market *m, ds_measure of)
{
    free(m->cost);
    return (ds_estimate){ of.value, of.se };
}

enum { LOSS, SHARE, MARGIN, BEST_CASE, LOSS_P95 };

static ds_measure figure(const market *m, int what, size_t course)
{
    if (what == SHARE) {
        const ds_share_measure s = ds_probability_best(&m->c, course);
        return (ds_measure){ s.value, s.se };
    }
    return what == LOSS       ? ds_mean_regret(&m->c, course)
           : what == MARGIN   ? ds_mean_difference(&m->c, course, 1 - course)
           : what == LOSS_P95 ? ds_regrets_of(&m->c, course, m->room).p95
                              : ds_best_case(&m->c, course, 1 - course, .95);
}

/* Benefits N(1, .5) and N(1.2, .8) with correlation .3.  a: what, of which. */
static ds_estimate clark(const double *a)
{
    market m;

    if (!begin(&m, 2))
        return (ds_estimate){ (double)NAN, (double)NAN };
    for (size_t k = 0; k < PATHS; k++) {
        const double z = normal(k, 0), y = .3 * z + sqrt(.91) * normal(k, 1);
        m.cost[k] = -(1.0 + .5 * z);
        m.cost[PATHS + k] = -(1.2 + .8 * y);
    }
    return end(&m, figure(&m, (int)a[0], (size_t)a[1]));
}

/* Standard normal costs, a[0] of them: the loss of taking any. */
static ds_estimate equals(const double *a)
{
    const size_t courses = (size_t)a[0];
    market       m;

    if (!begin(&m, courses))
        return (ds_estimate){ (double)NAN, (double)NAN };
    for (uint32_t s = 0; s < courses; s++)
        for (size_t k = 0; k < PATHS; k++)
            m.cost[s * PATHS + k] = normal(k, s);
    return end(&m, figure(&m, LOSS, 0));
}

/* Effect N(.2, .3) worth a[0] each, cost N(1000, 2000), correlation .4: is the new better? */
static ds_estimate acceptable(const double *a)
{
    market m;

    if (!begin(&m, 2))
        return (ds_estimate){ (double)NAN, (double)NAN };
    for (size_t k = 0; k < PATHS; k++) {
        const double z = normal(k, 0), y = .4 * z + sqrt(.84) * normal(k, 1);
        m.cost[k] = 1000 + 2000 * y - a[0] * (.2 + .3 * z);
    }
    return end(&m, figure(&m, SHARE, 0));
}

/* Exponential costs of mean 2 against lognormal ones of median 1, beside one that costs nothing.
 * a: what. */
static ds_estimate apart(const double *a)
{
    ds_standing of[3 * DS_STANDINGS];
    market      m;

    if (!begin(&m, 3))
        return (ds_estimate){ (double)NAN, (double)NAN };
    for (size_t k = 0; k < PATHS; k++) {
        m.cost[PATHS + k] = -2 * log(ds_normal_cdf(-normal(k, 0)));
        m.cost[2 * PATHS + k] = exp(.5 * normal(k, 1));
    }
    for (size_t s = 0; s < 3; s++)
        ds_standings_of(&m.c, s, .95, m.room, of + s * DS_STANDINGS);
    return end(&m, ds_standing_gap(&m.c, (ds_standing_rule)a[0], of, 1, 2, 1).by);
}

static const char of_two[] = "Clark 1961: the greatest of two normals, closed form";
static const char of_many[] = "Harter 1961: expected normal order statistics, quadrature";
static const char curve[] = "Fenwick, Claxton and Sculpher 2001: Phi(mean / sd)";
static const char tails[] = "Acerbi and Tasche 2002; quantiles and tail means in closed form";

const ds_selftest_estimate ds_selftest_choice[DS_SELFTEST_CHOICE] = {
    { "N(1, .5) or N(1.2, .8), rho .3: loss of the first", .431483648224, .01, clark,
      { LOSS, 0 }, of_two },
    { "loss of the second, EVPI", .231483648224, .01, clark, { LOSS, 1 }, of_two },
    { "the first is the best", .402040328736, .01, clark, { SHARE, 0 }, of_two },
    { "95 % of the first's loss", 1.52612338987, .01, clark, { LOSS_P95, 0 }, of_two },
    { "margin of the second", .2, .02, clark, { MARGIN, 0 }, of_two },
    { "its lead in the best 5 % of futures", 1.86301223149, .01, clark, { BEST_CASE, 0 },
      of_two },
    { "one of 2 equal strategies: loss", .564189583548, .01, equals, { 2 }, of_many },
    { "one of 3", .846284375322, .01, equals, { 3 }, of_many },
    { "one of 5", 1.16296447364, .01, equals, { 5 }, of_many },
    { "one of 10", 1.53875273084, .01, equals, { 10 }, of_many },
    { "effect worth 0: the new is the best", .308537538726, .01, acceptable, { 0 }, curve },
    { "effect worth 10,000", .636536102572, .01, acceptable, { 1e4 }, curve },
    { "effect worth 50,000", .735190350498, .01, acceptable, { 5e4 }, curve },
    { "CVaR of 2 exponential less that of lognormal .5", 5.1328732518, .015, apart,
      { DS_STANDING_CVAR }, tails },
    { "95 % of the regret of the same", 3.71544793859, .015, apart,
      { DS_STANDING_REGRET_P95 }, tails },
};

/* ---- Break-even --------------------------------------------------------------------------- */

/* T million requests of a token, T lognormal, ln 100 and .5, by the token at `price` with
 * at least `least` due; or a flat fee. */
#define CONTRACTS(requests, price, least, fee)                                                \
    "{'name': 'selftest', 'clock': {'start': '2026-07', 'months': 1}, 'products': {'p':"      \
    " {'request': {'input_tokens': 1, 'output_tokens': 0}, 'requests_per_month': " requests   \
    "}}, 'models': {'metered': {'contracts': {'c': {'billing': 'per_token', 'usd_per_mtok':"  \
    " {'input': " price ", 'output': 0}, 'commitment': {'usd_per_month': " least "}}}},"      \
    " 'flat': {'contracts': {'c': {'billing': 'per_token', 'usd_per_mtok': {'input': 0,"      \
    " 'output': 0}, 'commitment': {'usd_per_month': " fee "}}}}},"                            \
    " 'strategies': {'metered': {'all': 'metered'}, 'flat': {'all': 'flat'}}}"
#define VOLUME "{'lognormal': {'median': 100e6, 'log_sd': 0.5}}"
#define PRICE "/models/metered/contracts/c/usd_per_mtok/input"
#define FEE "/models/flat/contracts/c/commitment/usd_per_month"

static const struct {
    const char *scenario, *range;
    bool        scale;
    ds_breakeven_of of;
    double      probability;
} questions[] = {
    { CONTRACTS(VOLUME, "1", "0", "100"), PRICE "=0.1:10:log", false, DS_BREAKEVEN_OF_MEAN, .5 },
    { CONTRACTS(VOLUME, "1", "0", "100"), PRICE "=0.1:10:log", false, DS_BREAKEVEN_OF_MEDIAN,
      .5 },
    { CONTRACTS(VOLUME, "1", "0", "100"), PRICE "=0.1:10:log", false,
      DS_BREAKEVEN_OF_PROBABILITY, .9 },
    { CONTRACTS(VOLUME, "10", "800", "1000"), FEE "=100:10000:log", false,
      DS_BREAKEVEN_OF_MEAN, .5 },
    { CONTRACTS(VOLUME, "1", "0", "200"), "/products/p/requests_per_month=0.1:10:log", true,
      DS_BREAKEVEN_OF_MEAN, .5 },
    { CONTRACTS("100e6", "1", "0", "200"), PRICE "=0.1:10:log", false, DS_BREAKEVEN_OF_MEAN,
      .5 },
};

static ds_code find(size_t which, ds_breakeven **found)
{
    ds_scenario       *scenario = NULL;
    ds_error           error = { 0 };
    ds_breakeven_range range = { .pointer = NULL };
    ds_code            code = ds_selftest_scenario(questions[which].scenario, &scenario, &error);

    if (code == DS_OK)
        code = ds_breakeven_range_parse(questions[which].range, questions[which].scale, &range,
                                        &error);
    const ds_breakeven_options options = {
        .ranges = &range, .range_count = 1, .of = questions[which].of,
        .probability = questions[which].probability, .strategy = 1, .against = 0,
        .run = { .path_count = PATHS, .seed = DS_SELFTEST_SEED },
    };
    if (code == DS_OK)
        code = ds_breakeven_run(scenario, &options, found, &error);
    ds_breakeven_range_release(&range);
    ds_scenario_free(scenario);
    return code;
}

/* The one root; of a certain one the error is 0. */
static ds_estimate tie(const double *a)
{
    ds_breakeven *found = NULL;
    ds_estimate   at = { (double)NAN, (double)NAN };

    if (find((size_t)a[0], &found) == DS_OK && ds_breakeven_line_at(found, 0)->root_count == 1)
        at = ds_breakeven_line_at(found, 0)->roots[0].at;
    ds_breakeven_free(found);
    return at;
}

static double certain_tie(const double *a)
{
    const ds_estimate at = tie(a);

    return at.se == 0.0 ? at.value : (double)NAN;
}

static const char moments[] = "moments of the lognormal law, closed form";

const ds_selftest_estimate ds_selftest_tie[DS_SELFTEST_TIE] = {
    { "price that ties a fee of 100, on average", .88249690258459546, .005, tie, { 0 },
      moments },
    { "the same in half of the futures", 1, .005, tie, { 1 }, moments },
    { "the same in 90 % of them", 1.89795270733, .005, tie, { 2 },
      "quantiles of the lognormal law" },
    { "fee that ties 10 each, 800 at least", 1200.40163834, .005, tie, { 3 },
      "E max(800, 10 T), closed form" },
    { "volume that ties a fee of 200, times", 1.76499380516919092, .005, tie, { 4 }, moments },
};

const ds_selftest_value ds_selftest_certain_tie[DS_SELFTEST_CERTAIN_TIE] = {
    { "price that ties a fee of 200, 100 M requests", 2, 1e-11, certain_tie, { 5 },
      "200 / 100" },
};
