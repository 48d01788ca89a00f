/* test_kernel.c -- the fast engine against the naive one, path by path.
 *
 * The two were written from docs/model.md by different hands: the kernel carries
 * levels from month to month in rows of lanes with its own exp and log, the
 * reference computes each month from the formulas with libm.
 *
 * Tolerance: 1e-12 of the scale of the figure (savings: of the cost that they are a
 * difference of; bills: and 1e-13 of the highest, for an agreement may pay most of one,
 * and 1e-9 dollars, for it may pay all; counts of requests where some go elsewhere: 1e-9,
 * for they cancel).  Not statistical: no false alarms, except that
 * a load within 1e-12 of a whole number of replicas, or a step of a tier, could round
 * apart (never seen in a million).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "distillsim.h"
#include "load_text.h"
#include "model/kernel.h"
#include "scenario/scenario.h"
#include "random_scenario.h"

enum { SCENARIOS = 400, CHECKED_LANES = 3, MOST_MONTHS = 64 };

static void print_problem(void *context, const ds_error *problem)
{
    (void)context;
    if (problem->warning) /* random prices look like slips */
        return;
    print_error("%s:%d:%d: %s: %s\n", problem->file, problem->line, problem->column,
                problem->pointer, problem->message);
}

static ds_scenario *load(const char *text)
{
    ds_scenario *scenario = NULL;
    ds_error     err;
    ds_code      code = load_json(text, print_problem, NULL, &scenario, &err);
    if (code != DS_OK)
        print_error("%s\n", text);
    assert_int_equal(code, DS_OK);
    return scenario;
}

/* What a difference of an outcome is measured against. */
static double scale_of(size_t outcome, const double *of_path)
{
    switch (outcome) {
    case DS_OUTCOME_SAVING_NPV:
    case DS_OUTCOME_SAVING_TOTAL:
    case DS_OUTCOME_SAVING_PER_YEAR:
        return fabs(of_path[DS_OUTCOME_COST_TOTAL]) + fabs(of_path[outcome]);
    case DS_OUTCOME_BREAK_EVEN: /* a difference of sums over a difference of costs */
    case DS_OUTCOME_IRR: /* a root of a difference: see test_irr for its own error */
    case DS_OUTCOME_MIRR: /* a power of a ratio of differences */
        return 1e4 * (1 + fabs(of_path[outcome]));
    case DS_OUTCOME_POOLING_GAIN: /* a difference of GPUs */
        return of_path[DS_OUTCOME_GPU_MONTHS] + fabs(of_path[outcome]);
    /* of a fleet that is far too small nearly all overflows, of one a little too small
     * next to nothing: differences between what is asked for and what there is */
    case DS_OUTCOME_UTILISATION:
    case DS_OUTCOME_ESCALATED:
        return 1;
    case DS_OUTCOME_FLEET_ALLOCATED:
    case DS_OUTCOME_FLEET_USED:
        return fabs(of_path[outcome]) / fmin(1, of_path[DS_OUTCOME_UTILISATION]);
    case DS_OUTCOME_UNSERVED:
    case DS_OUTCOME_BAD_ANSWERS:
    case DS_OUTCOME_OVERFLOW:
    case DS_OUTCOME_FALLBACK: /* of the tokens served, when there are any */
        return fabs(of_path[outcome]) +
               (of_path[DS_OUTCOME_USD_PER_MTOK] > 0 ? 1e6 * of_path[DS_OUTCOME_COST_TOTAL] /
                                                           of_path[DS_OUTCOME_USD_PER_MTOK]
                                                     : 0);
    default:
        return fabs(of_path[outcome]);
    }
}

static double tolerance_of_bill(const double *of_path)
{
    /* where nearly all requests are refused, the bill is for the 1 - x that is left */
    return of_path[DS_OUTCOME_UNSERVED] > 0.0 ? 1e-11 : 1e-12;
}

/* Of an outage and of what overflows a tiny part may be left, x - n or 1 - x: what is counted
 * of requests cancels then. */
static double tolerance_of(size_t outcome, const double *of_path)
{
    bool elsewhere = of_path[DS_OUTCOME_OVERFLOW] > 0.0 || of_path[DS_OUTCOME_FALLBACK] > 0.0 ||
                     of_path[DS_OUTCOME_UNSERVED] > 0.0;
    switch (outcome) {
    case DS_OUTCOME_BAD_ANSWERS: /* 1 - a of a good student */
        return 1e-9;
    case DS_OUTCOME_ESCALATED:
    case DS_OUTCOME_UNSERVED:
    case DS_OUTCOME_FALLBACK:
    case DS_OUTCOME_OVERFLOW:
    case DS_OUTCOME_UTILISATION:
    case DS_OUTCOME_FLEET_ALLOCATED:
    case DS_OUTCOME_FLEET_USED:
        return elsewhere ? 1e-9 : 1e-12;
    default:
        return tolerance_of_bill(of_path);
    }
}

/* So many requests of the 1e5 or more a month are rounding. */
static double slack_of(size_t outcome)
{
    bool counts = outcome == DS_OUTCOME_BAD_ANSWERS || outcome == DS_OUTCOME_UNSERVED ||
                  outcome == DS_OUTCOME_FALLBACK || outcome == DS_OUTCOME_OVERFLOW;
    return counts ? 1e-5 : 1e-300;
}

static int agrees(size_t outcome, double fast, const double *reference)
{
    double slow = reference[outcome];
    if (isnan(slow) || isnan(fast))
        return isnan(slow) && isnan(fast);
    if (isinf(slow) || isinf(fast))
        return slow == fast;
    return fabs(fast - slow) <= tolerance_of(outcome, reference) * scale_of(outcome, reference) +
                                slack_of(outcome) +
                                (reference[DS_OUTCOME_COST_TOTAL] == 0.0 ? 1e-7 : 0.0);
}

/* In how many of the paths compared is the outcome a number other than 0? */
static int there[DS_OUTCOME_COUNT];

static uint64_t paths_of(const ds_plan *plan)
{
    return (uint64_t)ds_plan_scenario(plan)->run->paths;
}

/* Compares one path of one strategy; returns how many figures differ. */
static int compare_path(const ds_plan *plan, const ds_strata *strata, uint64_t number,
                        uint64_t path, size_t strategy, const double *outcomes,
                        const double *bills)
{
    double   reference[DS_OUTCOME_COUNT], reference_bills[MOST_MONTHS];
    ds_error err;
    int      wrong = 0;
    size_t   lane = (size_t)(path % DS_LANES), months = ds_plan_month_count(plan);
    assert_int_equal(ds_reference_of(plan, 7, paths_of(plan), strata, path, strategy, NULL, NULL,
                                     reference, reference_bills, &err), DS_OK);
    double largest = reference[DS_OUTCOME_PEAK_BILL];
    for (size_t t = 0; t < months && wrong == 0; t++) {
        double fast = bills[(strategy * months + t) * DS_LANES + lane];
        if (!(fabs(fast - reference_bills[t]) <=
              tolerance_of_bill(reference) * fabs(reference_bills[t]) + 1e-13 * largest + 1e-9)) {
            print_error("scenario %llu path %llu strategy %zu month %zu bill: %.17g, reference "
                        "%.17g\n", (unsigned long long)number, (unsigned long long)path, strategy,
                        t, fast, reference_bills[t]);
            wrong++;
        }
    }
    for (size_t k = 0; k < DS_OUTCOME_COUNT; k++) {
        double fast = outcomes[(strategy * DS_OUTCOME_COUNT + k) * DS_LANES + lane];
        there[k] += isfinite(reference[k]) && reference[k] != 0.0;
        if (!agrees(k, fast, reference)) {
            print_error("scenario %llu path %llu strategy %zu %s: %.17g, reference %.17g\n",
                        (unsigned long long)number, (unsigned long long)path, strategy,
                        ds_outcome_at(k)->name, fast, reference[k]);
            wrong++;
        }
    }
    return wrong;
}

/* The scenario with one of the samplers, by its number; every second one is random. */
static ds_scenario *with_sampler(ds_scenario *base, uint64_t number)
{
    static const char *const method[] = { "antithetic", "latin_hypercube", "sobol", "halton" };
    static const char *const replicates[] = { "16", "2", "64", "256", "512" };
    const ds_override changes[] = { { "/run/sampling", method[number / 2 % 4] },
                                    { "/run/replicates", replicates[number / 8 % 5] } };
    ds_scenario *out = NULL;
    ds_error     err;
    if (number % 2 == 0)
        return base;
    if (ds_scenario_with(base, changes, 2, NULL, NULL, &out, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    ds_scenario_free(base);
    return out;
}

static int compare_scenario(uint64_t number)
{
    char        *text = random_scenario(number);
    ds_scenario *scenario = with_sampler(load(text), number);
    ds_plan     *plan = NULL;
    ds_error     err = { .message = "" };
    if (ds_plan_compile(scenario, &plan, &err) != DS_OK)
        fail_msg("scenario %llu: %s: %s", (unsigned long long)number, err.pointer, err.message);
    size_t strategies = ds_plan_strategy_count(plan), months = ds_plan_month_count(plan);
    size_t bytes = (ds_kernel_work_bytes(plan) + 63) / 64 * 64;
    void  *work = aligned_alloc(64, bytes);
    double *outcomes = aligned_alloc(64, strategies * DS_OUTCOME_COUNT * DS_LANES * sizeof(double));
    double *bills = aligned_alloc(64, strategies * months * DS_LANES * sizeof(double));
    assert_true(work && outcomes && bills);
    memset(work, 0xff, bytes); /* NANs: the kernel must not read what it did not write */
    ds_kernel_prepare(plan, 7, work);
    ds_strata strata;
    assert_int_equal(ds_strata_make(plan, 7, paths_of(plan), &strata, &err), DS_OK);
    ds_kernel_set_strata(work, &strata);
    int wrong = 0;
    for (uint64_t block = 0; block < 2; block++) {
        uint64_t first = block * DS_LANES;
        ds_kernel(plan, first, work, outcomes, bills);
        for (uint64_t k = 0; k < CHECKED_LANES; k++)
            for (size_t s = 0; s < strategies; s++)
                wrong += compare_path(plan, &strata, number, first + (k * 97) % DS_LANES, s,
                                      outcomes, bills);
    }
    ds_strata_release(&strata);
    free(work);
    free(outcomes);
    free(bills);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    free(text);
    return wrong;
}

static void test_random_scenarios(void **state)
{
    (void)state;
    int wrong = 0;
    for (uint64_t number = 1; number <= SCENARIOS; number++) {
        int here = compare_scenario(number);
        wrong += here;
        if (wrong > 40)
            break;
    }
    assert_int_equal(wrong, 0);
    for (size_t k = 0; k < DS_OUTCOME_COUNT; k++)
        print_message("%s is not 0 in %d paths\n", ds_outcome_at(k)->name, there[k]);
    for (size_t k = 0; k < DS_OUTCOME_COUNT; k++)
        if (there[k] < SCENARIOS / 10)
            fail_msg("%s is nearly always 0", ds_outcome_at(k)->name);
}

/* ---- What the scenarios have -------------------------------------------------------- */

/* A chance of a feature is worth nothing where it never comes, so each of these texts must
 * be in so many of the scenarios; the counts are printed. */
typedef struct {
    const char *text;
    int         least, found;
} feature;

static feature features[] = {
    {"\"table\": [", 400, 0}, {"\"roofline\": {", 400, 0}, {"\"slots_per_replica\"", 180, 0},
    {"\"prefill_attention_gpu_s_per_token2\"", 130, 0}, {"\"ttft_limit_ms\"", 110, 0},
    {"\"tpot_limit_ms\"", 130, 0}, {"\"concurrency_limit\"", 150, 0}, {"\"experts\"", 100, 0},
    {"\"weight_bits\": \"4\"", 110, 0}, {"\"kv_bits\": \"4\"", 100, 0}, {"\"expert_ns\"", 60, 0},
    {"\"prompt_share\"", 50, 0}, {"\"all_reduce_us\"", 60, 0}, {"\"relative_error\": 0}", 110, 0},
    {"\"waiting\"", 50, 0}, {"\"arrival_cv\"", 20, 0}, {"\"service_cv\"", 20, 0},
    {"\"static\"", 160, 0}, {"\"scheduled\"", 160, 0}, {"\"autoscaled\"", 150, 0},
    {"\"startup_minutes\"", 150, 0}, {"\"cooldown_minutes\"", 100, 0},
    {"\"maximum_replicas\"", 140, 0}, {"\"capacity\"", 140, 0},
    {"\"most_new_replicas_per_month\"", 110, 0}, {"\"headroom_factor\"", 100, 0},
    {"\"region_shares\"", 130, 0}, {"\"apart\"", 140, 0}, {"\"owned\"", 180, 0},
    {"\"residual_share\"", 120, 0}, {"\"straight_line\"", 120, 0}, {"\"pue\"", 120, 0},
    {"\"reserved\": {", 120, 0}, {"\"spot\": {", 110, 0}, {"\"unavailable_share\"", 60, 0},
    {"\"recovery_minutes\"", 70, 0}, {"\"router\"", 190, 0}, {"\"before_answer\"", 160, 0},
    {"\"on_policy\"", 150, 0}, {"\"gpu_hours\"", 180, 0}, {"\"flop_per_parameter_token\"", 80, 0},
    {"\"every_releases\"", 130, 0}, {"\"below_acceptable_share\"", 140, 0},
    {"\"not_within_months\"", 120, 0}, {"\"scaling_law\"", 190, 0}, {"\"curve\"", 190, 0},
    {"\"escalate_to\": \"rack\"", 200, 0}, {"\"all\": \"rack\"", 130, 0},
    {"\"hour_shape\"", 170, 0}, {"\"minute_cv\"", 40, 0}, {"\"agreement\"", 140, 0},
    {"\"commitment\"", 230, 0}, {"\"terms\": {", 150, 0}, {"\"noise_log_sd\"", 130, 0},
    {"\"noise_autocorrelation\"", 90, 0}, {"\"begins_on\"", 150, 0},
    {"\"regime_per_year\"", 120, 0}, {"\"regime_change_per_year\"", 90, 0},
    {"\"regime_factor\"", 200, 0}, {"\"regime_volatility_factor\"", 130, 0},
};

static void test_features(void **state)
{
    (void)state;
    const size_t count = sizeof features / sizeof *features;
    for (uint64_t number = 1; number <= SCENARIOS; number++) {
        char *text = random_scenario(number);
        ds_scenario_free(load(text));
        for (size_t k = 0; k < count; k++)
            features[k].found += strstr(text, features[k].text) != NULL;
        free(text);
    }
    for (size_t k = 0; k < count; k++)
        print_message("%4d of %d scenarios have %s\n", features[k].found, SCENARIOS,
                      features[k].text);
    for (size_t k = 0; k < count; k++)
        if (features[k].found < features[k].least)
            fail_msg("%s is in %d scenarios, less than %d", features[k].text, features[k].found,
                     features[k].least);
}

/* Every instruction set that this processor has gives the same bytes. */
static void compare_instruction_sets(uint64_t number)
{
    char        *text = random_scenario(number);
    ds_scenario *scenario = load(text);
    ds_plan     *plan = NULL;
    ds_result   *expected = NULL;
    ds_error     err;
    assert_int_equal(ds_plan_compile(scenario, &plan, &err), DS_OK);
    for (size_t k = 0; ds_instruction_set(k) != NULL; k++) {
        ds_result *result = NULL;
        ds_run_options options = { .path_count = 700, .seed = 3, .threads = 1,
                                   .instruction_set = ds_instruction_set(k) };
        assert_int_equal(ds_run(plan, &options, &result, &err), DS_OK);
        for (size_t s = 0; k > 0 && s < ds_result_strategy_count(result); s++)
            for (size_t o = 0; o < DS_OUTCOME_COUNT; o++)
                assert_memory_equal(ds_result_column(result, s, o),
                                    ds_result_column(expected, s, o), 700 * sizeof(double));
        if (k == 0)
            expected = result;
        else
            ds_result_free(result);
    }
    ds_result_free(expected);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    free(text);
}

static void test_instruction_sets(void **state)
{
    (void)state;
    for (uint64_t number = 1001; number <= 1020; number++)
        compare_instruction_sets(number);
}

static void test_unknown_instruction_set(void **state)
{
    (void)state;
    char        *text = random_scenario(1);
    ds_scenario *scenario = load(text);
    ds_plan     *plan = NULL;
    ds_result   *result = NULL;
    ds_error     err;
    assert_int_equal(ds_plan_compile(scenario, &plan, &err), DS_OK);
    ds_run_options options = { .path_count = 1, .instruction_set = "z80" };
    assert_int_equal(ds_run(plan, &options, &result, &err), DS_E_USAGE);
    assert_null(result);
    assert_non_null(strstr(err.message, "z80"));
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_random_scenarios),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_unknown_instruction_set),
    };
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
