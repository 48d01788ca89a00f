/* test_commit.c -- the best terms of a scenario, against closed forms and by hand.
 *
 * One month, usage u at list prices lognormal with median 10000 USD and sigma 0.5, a
 * commitment whose usage is delta cheaper: a newsvendor, see test_minimum.c, where the
 * coverage of the intervals is counted.  Estimates are within four standard errors of the
 * exact value, with fixed seeds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "distillsim_commit.h"
#include "model_help.h"

static const double median_usd = 10000, sigma = 0.5;

#define AMOUNT "/models/large/contracts/deal/commitment/usd_per_month"

/* A product of lognormal usage and a model with its commitment; ' stands for ". */
#define HEAD "{'name': 'commit', 'clock': {'start': '2026-07', 'months': 1}," \
    " 'discount_rate_per_year': 0, 'run': {'paths': 4096},"
#define PRODUCT(name) "'" name "': {'requests_per_month':" \
    " {'lognormal': {'median': 1e6, 'log_sd': 0.5}}," \
    " 'growth': {'process': 'gbm', 'volatility_per_sqrt_year': 0}," \
    " 'request': {'input_tokens': 1000, 'output_tokens': 0}}"
#define MODEL(name, delta) "'" name "': {'contracts': {'deal': {'billing': 'per_token'," \
    " 'usd_per_mtok': {'input': 10, 'output': 10}, 'follows_price_path': false," \
    " 'commitment': {'usd_per_month': 1000, 'discount_share': " delta "}}}}"
#define ONE(delta, strategies) HEAD "'products': {" PRODUCT("chat") "}, 'models': {" \
    MODEL("large", delta) "}, 'strategies': {" strategies "}}"

static double exact_amount(double delta, double probability)
{
    return (1 - delta) * gsl_cdf_lognormal_Pinv(probability, log(median_usd), sigma);
}

static ds_scenario *scenario_of(const char *text)
{
    char *json = strdup(text);
    assert_non_null(json);
    for (char *p = json; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    world w = open_json(json);
    free(json);
    ds_plan_free(w.plan);
    return w.scenario;
}

static ds_commit *found(const ds_scenario *s, const ds_commit_options *options)
{
    ds_commit *c = NULL;
    ds_error   err = { 0 };
    if (ds_commit_run(s, options, &c, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    return c;
}

static void within(ds_estimate e, double exact)
{
    if (!(e.se > 0) || !(fabs(e.value - exact) < 4 * e.se))
        fail_msg("%.8g +- %.3g is not %.8g", e.value, e.se, exact);
}

static ds_commit_options vary(const ds_commit_range *range, size_t count)
{
    return (ds_commit_options){ .ranges = range, .range_count = count, .run = { .seed = 7 } };
}

/* ---- Newsvendor ------------------------------------------------------------- */

static void the_amount_is_the_quantile(void **state)
{
    const ds_commit_range range = { AMOUNT, 0, 40000 };
    ds_commit_options     options = vary(&range, 1);
    (void)state;
    ds_scenario          *s = scenario_of(ONE("0.3", "'stay': {'all': 'large'}"));
    ds_commit            *c = found(s, &options);
    const ds_commit_term *t = ds_commit_term_at(c, 0);
    const double          z = gsl_cdf_ugaussian_Pinv(0.3);
    assert_int_equal(t->state, DS_COMMIT_INSIDE);
    assert_string_equal(t->unit, "USD/month");
    within(t->value, exact_amount(0.3, 0.3));
    /* E[u; u > q] */
    within(t->objective,
           median_usd * exp(sigma * sigma / 2) * gsl_cdf_ugaussian_P(sigma - z));
    assert_true(t->now.value == 1000 && t->now.loss.value > 4 * t->now.loss.se);
    /* wrong either way costs, more when it is more wrong */
    assert_true(t->wrong[0].loss.value > t->wrong[1].loss.value);
    assert_true(t->wrong[3].loss.value > t->wrong[2].loss.value);
    assert_true(t->percent_low < t->value.value && t->value.value < t->percent_high);
    ds_commit_free(c);

    options.of = DS_COMMIT_CVAR; /* P = 1 - (1 - 0.95)(1 - delta) */
    c = found(s, &options);
    within(ds_commit_term_at(c, 0)->value, exact_amount(0.3, 1 - 0.05 * 0.7));
    ds_commit_free(c);
    ds_scenario_free(s);
}

/* As the scenario stands, its cost has the errors that a run gives it: those of the groups
 * of paths that the sampler makes.  The sums are the same but for their order. */
static void errors_are_those_of_a_run(void **state)
{
    static const char *const samplers[] = { "\"random\"", "\"antithetic\"", "\"sobol\"" };
    const ds_commit_range    range = { AMOUNT, 0, 40000 };
    const ds_commit_options  options = vary(&range, 1);
    double                   se[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const ds_override sampling = { "/run/sampling", samplers[i] };
        ds_scenario      *base = scenario_of(ONE("0.3", "'stay': {'all': 'large'}")), *s = NULL;
        ds_plan          *plan = NULL;
        ds_result        *r = NULL;
        const ds_run_options run = { .path_count = 4096, .seed = options.run.seed };
        assert_int_equal(ds_scenario_with(base, &sampling, 1, NULL, NULL, &s, NULL),
                         DS_OK);
        ds_commit        *c = found(s, &options);
        const ds_commit_point now = ds_commit_term_at(c, 0)->now;
        assert_int_equal(ds_plan_compile(s, &plan, NULL), DS_OK);
        assert_int_equal(ds_run(plan, &run, &r, NULL), DS_OK);
        const ds_statistics cost = ds_result_statistics(r, 0, ds_outcome_find("cost_npv_usd"));
        assert_true(fabs(now.mean.se / cost.mean.se - 1) < 1e-9);
        assert_true(fabs(now.cvar.se / cost.cvar.se - 1) < 1e-9);
        se[i] = now.mean.se;
        ds_result_free(r);
        ds_plan_free(plan);
        ds_commit_free(c);
        ds_scenario_free(s);
        ds_scenario_free(base);
    }
    assert_true(se[1] < 0.7 * se[0] && se[2] < 0.1 * se[0]);
}

static void no_discount_no_commitment(void **state)
{
    const ds_commit_range range = { AMOUNT, 0, 40000 };
    ds_commit_options     options = vary(&range, 1);
    (void)state;
    ds_scenario *s = scenario_of(ONE("0", "'stay': {'all': 'large'}"));
    ds_commit   *c = found(s, &options);
    assert_int_equal(ds_commit_term_at(c, 0)->state, DS_COMMIT_AT_LOW);
    assert_true(ds_commit_term_at(c, 0)->value.value == 0);
    ds_commit_free(c);
    ds_scenario_free(s);
}

/* Two models with a commitment each, and a product for each: the sum is least where
 * each is. */
#define TWO HEAD "'products': {" PRODUCT("chat") "," PRODUCT("code") "}, 'models': {" \
    MODEL("large", "0.3") "," MODEL("other", "0.6") "}, 'strategies': {'stay': {'all': 'large'," \
    " 'routes': {'code': {'other': {'share': 1}}}}}}"

static void two_terms_have_their_own_quantiles(void **state)
{
    const ds_commit_range ranges[] = {
        { AMOUNT, 0, 40000 },
        { "/models/other/contracts/deal/commitment/usd_per_month", 0, 40000 },
    };
    ds_commit_options options = vary(ranges, 2);
    (void)state;
    ds_scenario *s = scenario_of(TWO);
    ds_commit   *c = found(s, &options);
    assert_int_equal(ds_commit_term_count(c), 2);
    within(ds_commit_term_at(c, 0)->value, exact_amount(0.3, 0.3));
    within(ds_commit_term_at(c, 1)->value, exact_amount(0.6, 0.6));
    ds_commit_free(c);
    ds_scenario_free(s);
}

/* A strategy whose own number is uncertain cannot be tried under another name: each value
 * is then a run of its own.  The route has a share that moves nothing. */
static void one_at_a_time_finds_the_same(void **state)
{
    const ds_commit_range range = { AMOUNT, 0, 40000 };
    ds_commit_options     options = vary(&range, 1);
    (void)state;
    ds_scenario *together = scenario_of(ONE("0.3", "'stay': {'all': 'large'}"));
    ds_scenario *alone = scenario_of(
        ONE("0.3", "'stay': {'all': 'large', 'routes': {'chat': {'large': {'share':"
                   " {'uniform': {'low': 0.2, 'high': 0.8}}}}}}"));
    ds_commit *a = found(together, &options), *b = found(alone, &options);
    int        shared = 0;
    const ds_commit_term *x = ds_commit_term_at(a, 0), *y = ds_commit_term_at(b, 0);
    /* the first grids differ; both stop where nothing can be told from the best */
    assert_true(fabs(x->value.value - y->value.value) < x->value.se);
    assert_true(fabs(x->objective.value - y->objective.value) < x->objective.se);
    /* at the values of both grids: sums in another order, requests are split in two */
    for (size_t i = 0; i < ds_commit_point_count(a, 0); i++)
        for (size_t k = 0; k < ds_commit_point_count(b, 0); k++) {
            const ds_commit_point *p = ds_commit_point_at(a, 0, i);
            const ds_commit_point *q = ds_commit_point_at(b, 0, k);
            shared += p->value == q->value;
            assert_true(p->value != q->value || fabs(p->mean.value / q->mean.value - 1) < 1e-12);
        }
    assert_true(shared >= 17);
    ds_commit_free(a);
    ds_commit_free(b);
    ds_scenario_free(together);
    ds_scenario_free(alone);
}

/* ---- Units ------------------------------------------------------------------- */

/* Half of the hours need 2 units, the other half 6; an hour of a unit costs 10, or, when
 * it is reserved for all hours, `price`.  The first two are worth 10 an hour, the next
 * four 10/2, further ones nothing. */
#define TWO_LEVELS HEAD "'products': {'chat': {'requests_per_month': 175200," \
    " 'growth': {'process': 'gbm', 'volatility_per_sqrt_year': 0}, 'peak_to_mean': 1.5," \
    " 'hour_shape': [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5," \
    " 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]," \
    " 'request': {'input_tokens': 1000, 'output_tokens': 0}}}, 'models': {'large': {'contracts':" \
    " {'pt': {'billing': 'compute_time', 'follows_price_path': false,"
#define UNITS(price) TWO_LEVELS " 'settlement': 'hour', 'target_utilisation': 1, 'units': {'u':" \
    " {'usd_per_unit_hour': 10, 'tokens_per_minute': 1000, 'reserved_units': 1," \
    " 'reserved_usd_per_unit_hour': " price "}}}}}}, 'strategies': {'stay': {'all': 'large'}}}"

/* What does not fit into the units held is paid by token. */
#define HELD TWO_LEVELS " 'settlement': 'month', 'overage': 'list'," \
    " 'usd_per_mtok': {'input': 250, 'output': 250}, 'units': {'u':" \
    " {'usd_per_unit_hour': 10, 'tokens_per_minute': 1000, 'held': 1}}}}}}," \
    " 'strategies': {'stay': {'all': 'large'}}}"
#define POOL "/models/large/contracts/pt/units/u/"

static void reserve(const char *text, const char *pointer, double units, double cost_usd,
                    ds_commit_state expected)
{
    const ds_commit_range range = { pointer, 0, 12 };
    ds_commit_options     options = vary(&range, 1);
    ds_scenario          *s = scenario_of(text);
    ds_commit            *c = found(s, &options);
    const ds_commit_term *t = ds_commit_term_at(c, 0);
    assert_int_equal(t->state, expected);
    assert_true(t->step == 1 && t->value.value == units);
    assert_int_equal(ds_commit_point_count(c, 0), 13); /* all there are */
    /* sums of hours in another order */
    assert_true(fabs(t->objective.value - cost_usd) < 1e-9 * cost_usd);
    ds_commit_free(c);
    ds_scenario_free(s);
}

static void reserved_units_by_hand(void **state)
{
    (void)state;
    /* 730 hours: 2 at 6, and half of the time 4 at 10 */
    reserve(UNITS("6"), POOL "reserved_units", 2, 730 * (2 * 6 + 0.5 * 4 * 10), DS_COMMIT_INSIDE);
    reserve(UNITS("4"), POOL "reserved_units", 6, 730 * (6 * 4), DS_COMMIT_INSIDE);
    reserve(UNITS("11"), POOL "reserved_units", 0, 730 * (0.5 * 2 + 0.5 * 6) * 10,
            DS_COMMIT_AT_LOW);
}

/* An hour beyond what is held costs 0.06 * 250 = 15: two units are worth 15 for their 10,
 * four more are needed half of the time and worth 7.5. */
static void held_units_by_hand(void **state)
{
    (void)state;
    reserve(HELD, POOL "held", 2, 730 * (2 * 10 + 0.5 * 4 * 15), DS_COMMIT_INSIDE);
}

/* ---- Before a run -------------------------------------------------------------- */

#define OPEN "'best': {'all': 'large', 'terms': {'" AMOUNT "': {'optimise': {'low': 0," \
    " 'high': 40000}}}}, 'stay': {'all': 'large'}"

static void a_run_has_what_was_found(void **state)
{
    const ds_run_options run = { .seed = 7 };
    ds_scenario         *s = scenario_of(ONE("0.3", OPEN)), *better = NULL;
    ds_optimised        *what = NULL;
    ds_error             err = { 0 };
    (void)state;
    assert_true(ds_scenario_strategy_optimises(s, 0));
    assert_false(ds_scenario_strategy_optimises(s, 1));
    assert_int_equal(ds_scenario_optimised(s, &run, &better, &what, &err), DS_OK);
    assert_int_equal(ds_optimised_count(what), 1);
    const ds_commit *c = ds_optimised_at(what, 0);
    assert_string_equal(ds_commit_strategy(c), "best");
    assert_false(ds_scenario_strategy_optimises(better, 0));

    /* simulated again with the same futures: the cost that was promised, exactly */
    ds_plan       *plan = NULL;
    ds_result     *result = NULL;
    ds_run_options again = { .seed = 7, .path_count = 4096 };
    assert_int_equal(ds_plan_compile(better, &plan, &err), DS_OK);
    assert_int_equal(ds_run(plan, &again, &result, &err), DS_OK);
    const size_t outcome = ds_outcome_find("cost_npv_usd");
    assert_true(ds_result_statistics(result, 0, outcome).mean.value ==
                ds_commit_term_at(c, 0)->objective.value);
    /* the other strategy keeps what the contract says */
    assert_true(ds_result_statistics(result, 1, outcome).mean.value >
                ds_result_statistics(result, 0, outcome).mean.value);
    ds_result_free(result);
    ds_plan_free(plan);
    ds_optimised_free(what);
    ds_scenario_free(better);
    ds_scenario_free(s);
}

/* ---- Mistakes -------------------------------------------------------------------- */

static void mistakes_are_values(void **state)
{
    static const struct {
        ds_commit_range range;
        ds_code         code;
    } cases[] = {
        { { AMOUNT, 5, 1 }, DS_E_USAGE },
        { { AMOUNT, 5, 5 }, DS_E_USAGE },
        { { AMOUNT, 0, (double)INFINITY }, DS_E_USAGE },
        { { AMOUNT, (double)NAN, 1 }, DS_E_USAGE },
        { { AMOUNT, -1, 1 }, DS_E_SCENARIO },
        { { "/models/large/contracts/deal/commitment/usd_per_moth", 0, 1 }, DS_E_SCENARIO },
        { { "nowhere", 0, 1 }, DS_E_SCENARIO },
        { { "/name", 0, 1 }, DS_E_SCENARIO },
    };
    ds_scenario *s = scenario_of(ONE("0.3", "'stay': {'all': 'large'}"));
    ds_commit   *c;
    ds_error     err = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ds_commit_options options = vary(&cases[i].range, 1);
        assert_int_equal(ds_commit_run(s, &options, &c, &err), cases[i].code);
        assert_null(c);
        assert_true(err.message[0] != '\0');
    }
    ds_commit_options nothing = { .run = { .seed = 1 } }, nobody = { .strategy = 9 };
    assert_int_equal(ds_commit_run(s, &nothing, &c, &err), DS_E_USAGE);
    assert_int_equal(ds_commit_run(s, &nobody, &c, &err), DS_E_USAGE);

    /* what nothing depends on is an answer */
    const ds_commit_range unused = { "/models/large/contracts/deal/usd_per_mtok/output", 1, 20 };
    ds_commit_options     options = vary(&unused, 1);
    c = found(s, &options);
    assert_int_equal(ds_commit_term_at(c, 0)->state, DS_COMMIT_UNUSED);
    ds_commit_free(c);
    ds_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_amount_is_the_quantile),
        cmocka_unit_test(errors_are_those_of_a_run),
        cmocka_unit_test(no_discount_no_commitment),
        cmocka_unit_test(two_terms_have_their_own_quantiles),
        cmocka_unit_test(one_at_a_time_finds_the_same),
        cmocka_unit_test(reserved_units_by_hand),
        cmocka_unit_test(held_units_by_hand),
        cmocka_unit_test(a_run_has_what_was_found),
        cmocka_unit_test(mistakes_are_values),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
