/* test_starts.c -- a strategy begun in each of several months in one run: each variant has
 * the bits of a run of the scenario with that `start`, and the one that is never begun those
 * of a start beyond the end.  Several blocks of paths a worker, because what a strategy was
 * found to repeat in one must not go over to the next.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "model/outcome.h"
#include "model/starts.h"
#include "random_scenario.h"
#include "scenario/scenario.h"

enum { PATHS = 512, MOST = 8 };

static const double *cost(const ds_result *r, size_t strategy)
{
    return ds_result_column(r, strategy, DS_OUTCOME_COST_NPV);
}

/* The scenario with all students of the strategy begun in a month; false when it may not. */
static bool begun(const ds_scenario *base, size_t strategy, size_t month, world *out)
{
    const ds_strategy *s = &DS_ITEM(ds_strategy, base->strategies, strategy);
    char pointers[MOST][400], value[32];
    ds_override changes[MOST];
    snprintf(value, sizeof value, "%zu", month);
    for (size_t i = 0; i < s->start.count; i++) {
        snprintf(pointers[i], sizeof pointers[i], "/strategies/%s/start/%s", s->key.name,
                 DS_ITEM(ds_model_quantity, s->start, i).key.name);
        changes[i] = (ds_override){pointers[i], value};
    }
    ds_scenario *scenario = NULL;
    if (ds_scenario_with(base, changes, s->start.count, NULL, NULL, &scenario, NULL) != DS_OK)
        return false;
    *out = compiled(scenario);
    return true;
}

/* How many variants were compared; -1: the strategy may not begin at will. */
static int compare(const ds_scenario *base, size_t strategy, uint64_t seed)
{
    const size_t months = ds_scenario_months(base);
    const size_t tried[] = {0, months > 1, months / 2, months - 1};
    const bool moves[MOST] = {true, true, true, true, true, true, true, true};
    const ds_starts starts = {strategy, moves, tried, 4};
    ds_run_options options = {.path_count = PATHS, .seed = seed, .threads = 1};
    ds_plan *plan = NULL;
    ds_result *all = NULL;
    world one;
    assert_int_equal(ds_plan_compile_starts(base, &starts, &plan, NULL), DS_OK);
    assert_int_equal(ds_run(plan, &options, &all, NULL), DS_OK);
    assert_int_equal(ds_result_strategy_count(all), 5);
    int compared = 0;
    for (size_t k = 0; k < 5; k++) {
        if (!begun(base, strategy, k == 0 ? months + 5 : tried[k - 1], &one))
            continue;
        ds_result *alone = run_of(&one, PATHS, seed, 1);
        if (memcmp(cost(all, k), cost(alone, strategy), PATHS * sizeof(double)) != 0)
            fail_msg("seed %llu, strategy %zu, variant %zu: other costs",
                     (unsigned long long)seed, strategy, k);
        compared++;
        ds_result_free(alone);
        close_world(&one);
    }
    ds_result_free(all);
    ds_plan_free(plan);
    return compared;
}

static void test_variants_have_the_bits_of_runs(void **state)
{
    (void)state;
    int compared = 0, strategies = 0;
    for (uint64_t seed = 1; seed <= 16; seed++) {
        char *text = random_scenario(seed);
        world m = open_json(text);
        for (size_t s = 0; s < m.scenario->strategies.count; s++) {
            const ds_strategy *strategy = &DS_ITEM(ds_strategy, m.scenario->strategies, s);
            if (strategy->start.count == 0 || strategy->start_when_usd_per_month_above.count > 0)
                continue;
            compared += compare(m.scenario, s, seed);
            strategies++;
        }
        close_world(&m);
        free(text);
    }
    print_message("%d variants of %d strategies\n", compared, strategies);
    assert_true(strategies >= 20 && compared >= 3 * strategies);
}

/* Contracts of one price, certain routing, and present values alone: months that are billed
 * like the ones before are not planned anew. */
static void test_variants_of_plain_contracts(void **state)
{
    (void)state;
    world m = open_text(
        "{'name': 'plain', 'clock': {'start': '2027-01', 'months': 24},"
        " 'run': {'outcomes': [], 'monthly': false},"
        " 'products': {'chat': {'requests_per_month': 1e6,"
        "   'growth': {'process': 'gbm', 'per_year': 0.3, 'volatility_per_sqrt_year': 0.6},"
        "   'request': {'input_tokens': 800, 'output_tokens': 200}}},"
        " 'models': {"
        "  'large': {'contracts': {'list': {'billing': 'per_token',"
        "    'usd_per_mtok': {'input': 3, 'output': 15}}}},"
        "  'small': {'teacher': 'large', 'project': {'evaluation_usd': 60000, 'lead_months': 0},"
        "    'quality': {'general': {'acceptable_share': 1}},"
        "    'contracts': {'host': {'billing': 'per_token',"
        "      'usd_per_mtok': {'input': 1, 'output': 5}}}}},"
        " 'strategies': {'stay': {'all': 'large'},"
        "  'distil': {'all': 'large', 'start': {'small': '2027-01'},"
        "    'routes': {'chat': {'small': {'share': 1}}}}}}");
    assert_int_equal(compare(m.scenario, 1, 1), 5);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_variants_have_the_bits_of_runs),
                                      cmocka_unit_test(test_variants_of_plain_contracts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
