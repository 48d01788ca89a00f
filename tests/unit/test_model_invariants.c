/* test_model_invariants.c -- what holds for every scenario: the same bytes for any number
 * of threads and paths, sums that close, order among statistics.
 *
 * On 100 random scenarios (random_scenario.h).  Comparisons are of bytes, or to 1e-12 of
 * the terms of the sum, which is rounding; nothing is statistical.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "random_scenario.h"

enum { SCENARIOS = 100, FIRST = 3001, PATHS = 600, MOST_MONTHS = 64 };

static world    worlds[SCENARIOS]; /* each with a result of PATHS paths, seed 1, one thread */
static uint64_t current;           /* number of the scenario, for messages */

static int set_up(void **state)
{
    (void)state;
    for (size_t k = 0; k < SCENARIOS; k++) {
        char *text = random_scenario(FIRST + k);
        worlds[k] = open_json(text);
        run(&worlds[k], PATHS);
        free(text);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t k = 0; k < SCENARIOS; k++)
        close_world(&worlds[k]);
    return 0;
}

#define EACH_SCENARIO(m)                                                                 \
    current = FIRST;                                                                     \
    for (const world *m = worlds; m < worlds + SCENARIOS; m++, current++)

static size_t strategies_of(const world *m)
{
    return ds_result_strategy_count(m->result);
}

/* With agreements a month may be negative, and the share of a provider: the difference
 * that an agreement makes is booked to one of its contracts. */
static bool has_agreements(const world *m)
{
    return strstr(ds_scenario_resolved_json(m->scenario), "\"agreement\"") != NULL;
}

/* So may a month in which GPUs are sold, or credited at the horizon. */
static bool sells(const world *m)
{
    const char *text = ds_scenario_resolved_json(m->scenario);
    for (const char *at = text; (at = strstr(at, "\"residual_share\": ")) != NULL; at++)
        if (strncmp(at, "\"residual_share\": 0\n", 20) != 0 &&
            strncmp(at, "\"residual_share\": 0,", 20) != 0)
            return true;
    return strstr(text, "\"straight_line\"") != NULL;
}

static const double *column(const world *m, size_t strategy, const char *outcome)
{
    return ds_result_column(m->result, strategy, outcome_index(outcome));
}

/* Says where, and fails, unless x is at least y but for `slack`. */
static void at_least(double x, double y, double slack, const char *what, size_t strategy)
{
    if (!(x >= y - slack))
        fail_msg("scenario %llu strategy %zu: %s: %.17g < %.17g", (unsigned long long)current,
                 strategy, what, x, y);
}

static void equal(double x, double y, double slack, const char *what, size_t strategy)
{
    at_least(x, y, slack, what, strategy);
    at_least(y, x, slack, what, strategy);
}

/* ---- Bytes ------------------------------------------------------------------- */

/* 333 paths are the first of 600; neither is a whole number of blocks. */
static void prefix(void **state)
{
    (void)state;
    EACH_SCENARIO(m)
    {
        ds_result *few = run_of(m, 333, 1, 1);
        for (size_t s = 0; s < strategies_of(m); s++)
            for (size_t o = 0; o < ds_outcome_count(); o++)
                assert_memory_equal(ds_result_column(few, s, o),
                                    ds_result_column(m->result, s, o), 333 * sizeof(double));
        ds_result_free(few);
    }
}

/* Months too: their means come from sums that threads share. */
static void threads(void **state)
{
    static const unsigned counts[] = {2, 3, 7};
    (void)state;
    EACH_SCENARIO(m)
    {
        for (int k = 0; k < 3; k++) {
            ds_result *other = run_of(m, PATHS, 1, counts[k]);
            assert_same_columns(m->result, other);
            for (size_t s = 0; s < strategies_of(m); s++)
                for (size_t t = 0; t < ds_result_months(other); t++) {
                    ds_month_statistics x = ds_result_month(m->result, s, t);
                    ds_month_statistics y = ds_result_month(other, s, t);
                    assert_memory_equal(&x, &y, sizeof x);
                }
            ds_result_free(other);
        }
    }
}

static void seeds(void **state)
{
    (void)state;
    EACH_SCENARIO(m)
    {
        ds_result *other = run_of(m, 333, 2, 1);
        size_t     npv = outcome_index("cost_npv_usd"), same = 0;
        for (size_t s = 0; s < strategies_of(m); s++)
            same += memcmp(ds_result_column(m->result, s, npv), ds_result_column(other, s, npv),
                           333 * sizeof(double)) == 0;
        assert_true(same < strategies_of(m)); /* one may be certain: a commitment */
        ds_result_free(other);
    }
}

/* ---- Sums -------------------------------------------------------------------- */

/* What the rows of a ledger add up to. */
typedef struct {
    double bill[MOST_MONTHS], size[MOST_MONTHS], lost; /* size: of the absolute amounts */
    size_t last_month;
} sums;

static void add_row(void *context, const ds_ledger_row *row)
{
    sums *s = context;
    assert_true(row->month < MOST_MONTHS && row->month >= s->last_month);
    s->last_month = row->month;
    if (!(fabs(row->quantity * row->unit_price_usd - row->amount_usd) <=
          1e-12 * fabs(row->amount_usd)))
        fail_msg("%s: %g %s at %g USD are %g USD", row->line, row->quantity, row->unit,
                 row->unit_price_usd, row->amount_usd);
    s->size[row->month] += fabs(row->amount_usd);
    if (strcmp(row->rule, "(61)") == 0)
        s->lost += row->amount_usd;
    else
        s->bill[row->month] += row->amount_usd;
}

/* Of path 0: the rows that the naive engine explains add up, month by month, to the bills of
 * the fast one, and with what is lost to the cost of the path. */
static void ledgers_close(void **state)
{
    (void)state;
    EACH_SCENARIO(m)
    {
        ds_result *first = run_of(m, 1, 1, 1); /* means over it are figures of path 0 */
        for (size_t s = 0; s < strategies_of(m); s++) {
            sums     x = {.lost = 0};
            double   outcomes[64], total = 0, size = 0;
            ds_error err;
            assert_true(ds_outcome_count() <= 64 && ds_result_months(first) <= MOST_MONTHS);
            assert_int_equal(ds_explain(m->plan, 1, 0, s, add_row, &x, outcomes, &err), DS_OK);
            for (size_t t = 0; t < ds_result_months(first); t++) {
                equal(ds_result_month(first, s, t).mean.value, x.bill[t], 1e-12 * x.size[t],
                      "month's bill", s);
                total += x.bill[t];
                size += x.size[t];
            }
            total += x.lost;
            equal(outcomes[outcome_index("cost_total_usd")], total, 1e-12 * size, "rows", s);
            equal(figure(m, s, "cost_total_usd"), total, 1e-12 * size, "cost", s);
        }
        ds_result_free(first);
    }
}

/* With a request worth one dollar and bad answers free, in dollars of the month and
 * without discount: served_value_usd counts the requests served, cost - unserved is the
 * bill, and the present value is the total. */
static world open_counted(const world *m)
{
    ds_override overrides[2 + 2 * 4];
    char        pointers[8][64];
    size_t      count = 0;
    overrides[count++] = (ds_override){"/money", "nominal"};
    overrides[count++] = (ds_override){"/discount_rate_per_year", "0"};
    for (size_t i = 0; i < 8; i++) {
        char product[32];
        snprintf(product, sizeof product, "/products/p%zu/", i / 2);
        snprintf(pointers[i], sizeof pointers[i], "%s%s", product,
                 i % 2 ? "value_usd_per_request" : "loss_usd_per_bad_answer");
        snprintf(product, sizeof product, "\"p%zu\"", i / 2);
        if (strstr(ds_scenario_resolved_json(m->scenario), product) != NULL)
            overrides[count++] = (ds_override){pointers[i], i % 2 ? "1" : "0"};
    }
    assert_true(count > 2);
    return open_with(m, overrides, count);
}

/* Requests are served or not: their sum is the traffic, the same for every strategy.  The
 * highest bill of a month is at least the mean one. */
static void check_counted_path(const world *m, size_t s, size_t path)
{
    double months = (double)ds_result_months(m->result);
    double traffic = column(m, 0, "served_value_usd")[path] +
                     column(m, 0, "unserved_requests")[path];
    double unserved = column(m, s, "unserved_requests")[path];
    double cost = column(m, s, "cost_total_usd")[path];
    double peak = column(m, s, "peak_month_usd")[path];
    at_least(unserved, 0, 0, "unserved", s);
    equal(column(m, s, "cost_npv_usd")[path], cost, 1e-12 * fabs(cost), "present value", s);
    equal(column(m, s, "served_value_usd")[path] + unserved, traffic, 1e-12 * traffic,
          "served and unserved", s);
    at_least(peak * months, cost - unserved, 1e-12 * fabs(cost), "peak", s);
    if (!has_agreements(m) && !sells(m))
        at_least(cost - unserved, peak, 1e-12 * cost, "a single month", s);
}

/* Bills of months add up to costs without what is lost, also as means. */
static void check_counted_months(const world *m, size_t s)
{
    double sum = 0, highest = 0;
    double cost = statistics_of(m, s, "cost_total_usd").mean.value;
    for (size_t t = 0; t < ds_result_months(m->result); t++) {
        sum += bill(m, s, t);
        highest = fmax(highest, bill(m, s, t));
    }
    equal(sum, cost - statistics_of(m, s, "unserved_requests").mean.value, 1e-12 * cost,
          "months", s);
    at_least(statistics_of(m, s, "peak_month_usd").mean.value, highest, 1e-12 * cost,
             "mean of peaks", s);
}

static void requests_and_months_add_up(void **state)
{
    (void)state;
    size_t some_unserved = 0;
    EACH_SCENARIO(base)
    {
        world m = open_counted(base);
        run(&m, PATHS / 2);
        for (size_t s = 0; s < strategies_of(&m); s++) {
            for (size_t path = 0; path < PATHS / 2; path++)
                check_counted_path(&m, s, path);
            check_counted_months(&m, s);
            some_unserved += statistics_of(&m, s, "unserved_requests").max > 0;
        }
        close_world(&m);
    }
    assert_true(some_unserved > SCENARIOS);
}

/* ---- Relations among outcomes ------------------------------------------------ */

static void check_path(const world *m, size_t s, size_t path)
{
    double npv = column(m, s, "cost_npv_usd")[path], base = column(m, 0, "cost_npv_usd")[path];
    double total = column(m, s, "cost_total_usd")[path];
    double top = column(m, s, "provider_top_share")[path];
    double hhi = column(m, s, "provider_hhi")[path];
    if (has_agreements(m))
        return;
    double saving = column(m, s, "saving_npv_usd")[path];
    double years = (double)ds_result_months(m->result) / 12;
    bool   nil = fabs(base - npv) <= 1e-12 * (fabs(base) + fabs(npv)); /* (73) */
    if (saving != (nil ? 0 : base - npv))
        fail_msg("scenario %llu strategy %zu path %zu: saving %.17g of %.17g - %.17g",
                 (unsigned long long)current, s, path, saving, base, npv);
    equal(column(m, s, "saving_usd_per_year")[path] * years,
          column(m, s, "saving_total_usd")[path], 1e-12 * total, "yearly saving", s);
    if (!sells(m)) {
        at_least(npv, 0, 0, "cost", s);
        at_least(total, npv, 1e-12 * total, "total against present value", s); /* rates >= 0 */
    }
    if (isnan(hhi) != isnan(top))
        fail_msg("share %g, index %g", top, hhi);
    if (!isnan(hhi)) { /* of at most five providers */
        at_least(hhi, 0.2, 1e-12, "concentration", s);
        at_least(1, top, 1e-12, "top share", s);
        at_least(top, hhi, 1e-12, "top share against concentration", s);
        at_least(hhi, top * top, 1e-12, "concentration against top share", s);
    }
    double escalated = column(m, s, "escalated_share")[path];
    double used = column(m, s, "fleet_utilisation")[path];
    assert_true(isnan(escalated) || (escalated >= 0 && escalated <= 1 + 1e-12));
    assert_true(isnan(used) || used >= 0);
    assert_true(column(m, s, "irr_unique")[path] == !isnan(column(m, s, "irr_per_year")[path]));
    assert_true(column(m, s, "irr_unique")[path] * column(m, s, "irr_multiple")[path] == 0);
    assert_true(column(m, s, "peak_month")[path] < 12 * years);
    assert_true(column(m, s, "months_over_budget")[path] <= 12 * years);
}

static void relations_of_outcomes(void **state)
{
    (void)state;
    EACH_SCENARIO(m)
    {
        for (size_t path = 0; path < PATHS; path++)
            for (size_t s = 0; s < strategies_of(m); s++)
                check_path(m, s, path);
        ds_statistics saving = statistics_of(m, 0, "saving_npv_usd");
        assert_true(saving.min == 0 && saving.max == 0);
        assert_true(statistics_of(m, 0, "payback_months").max == 0);
        assert_true(statistics_of(m, 0, "irr_unique").max == 0);
        assert_true(statistics_of(m, 0, "project_usd").max == 0);
    }
}

/* ---- Order of statistics ----------------------------------------------------- */

static void check_order(const world *m, size_t s, size_t o)
{
    const ds_outcome_info *info = ds_outcome_at(o);
    ds_statistics          x = ds_result_statistics(m->result, s, o);
    double                 slack = 1e-12 * (fabs(x.mean.value) +
                                   (x.defined > 1 ? x.sd.value : 0));
    if (x.defined == 0)
        return;
    for (int q = 1; q < DS_QUANTILE_COUNT; q++)
        at_least(x.quantiles[q].value, x.quantiles[q - 1].value, 0, info->name, s);
    at_least(x.quantiles[0].value, x.min, 0, "least quantile", s);
    if (x.defined == x.paths)
        at_least(x.max, x.quantiles[DS_QUANTILE_COUNT - 1].value, 0, "greatest quantile", s);
    at_least(x.mean.value, x.min, slack, "mean against least", s);
    at_least(x.max, x.mean.value, slack, "mean against greatest", s);
    if (info->undefined == NULL && info->bad_tail > 0)
        at_least(x.cvar.value, x.mean.value, slack, "mean of the upper tail", s);
    if (info->undefined == NULL && info->bad_tail < 0)
        at_least(x.mean.value, x.cvar.value, slack, "mean of the lower tail", s);
}

static void order_of_statistics(void **state)
{
    (void)state;
    EACH_SCENARIO(m)
    {
        for (size_t s = 0; s < strategies_of(m); s++)
            for (size_t o = 0; o < ds_outcome_count(); o++)
                check_order(m, s, o);
    }
}

/* The best strategy has the least mean cost; the shares of paths in which each costs least
 * add up to 1; regret is not negative. */
static void decisions(void **state)
{
    (void)state;
    EACH_SCENARIO(m)
    {
        ds_decision decision = ds_result_decision(m->result);
        double      least = (double)INFINITY, shares = 0;
        for (size_t s = 0; s < strategies_of(m); s++) {
            least = fmin(least, statistics_of(m, s, "cost_npv_usd").mean.value);
            shares += ds_result_probability_best(m->result, s).value;
        }
        assert_true(statistics_of(m, decision.best, "cost_npv_usd").mean.value == least);
        equal(shares, 1, 1e-12, "shares of the best", 0);
        at_least(decision.regret_usd.value, 0, 0, "regret", decision.best);
        double advantage = statistics_of(m, decision.best_other, "cost_npv_usd").mean.value -
                           statistics_of(m, decision.best_distilling, "cost_npv_usd").mean.value;
        equal(decision.advantage_usd.value, advantage, 1e-12 * (least + fabs(advantage)),
              "advantage", decision.best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefix),
        cmocka_unit_test(threads),
        cmocka_unit_test(seeds),
        cmocka_unit_test(ledgers_close),
        cmocka_unit_test(requests_and_months_add_up),
        cmocka_unit_test(relations_of_outcomes),
        cmocka_unit_test(order_of_statistics),
        cmocka_unit_test(decisions),
    };
    return cmocka_run_group_tests_name("model, invariants", tests, set_up, tear_down);
}
