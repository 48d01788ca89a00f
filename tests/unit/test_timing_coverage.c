/* test_timing_coverage.c -- do the intervals of `timing` hold what they say?  Over 200 seeds, of
 * few futures each, on projects whose values are known.
 *
 * Traffic is a geometric Brownian motion, seen a month late; a request saves the same amount
 * whenever the student serves it, and the project costs a sum at its start.  One project is worth
 * starting at once, the other one only if traffic grows.  On a grid of the logarithm of traffic a
 * dynamic programme has the value of the best rule, and of any simple rule (143), which differs
 * from seed to seed.  The bill is the traffic times a price, so that the grid is one of bills.
 *
 * - The 95 % intervals of the fixed month and of the simple rule hold the value of that month, and
 *   of that rule: a count of 200 has a standard deviation of 3.1 at 190, and fails a correct
 *   program below 177 with probability 2e-4.
 * - A rule is worth no more than the best: the lower end of the interval of watching is below it
 *   in 95 of 100 at least; and the mean over the seeds is below it, by a tenth of what waiting is
 *   worth at most.  The interval does not hold the best value in 95 of 100: it is that of the rule
 *   that was found on 512 futures, which is a little worse.
 * - The bound: its upper end is above the best value in 95 of 100 at least (of all 400, in fact),
 *   and its mean within a tenth of what waiting is worth, and 1 %.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "distillsim_timing.h"

enum { MONTHS = 18, SEEDS = 200, PATHS = 1024, GRID = 1000, STEPS = 61, LEAST_HELD = 177 };

static const double per_year = 0.05, volatility = 0.6, price_usd = 3000, saved_usd = 2000;

static const char option[] =
    "{'name': 'option', 'clock': {'start': '2027-01', 'months': 18},"
    " 'discount_rate_per_year': 0.1,"
    " 'products': {'chat': {'requests_per_month': 1e6,"
    "   'growth': {'per_year': 0.05, 'volatility_per_sqrt_year': 0.6},"
    "   'request': {'input_tokens': 1000, 'output_tokens': 0}}},"
    " 'models': {"
    "   'large': {'contracts': {'list': {'billing': 'per_token',"
    "     'usd_per_mtok': {'input': 3, 'output': 15}}}},"
    "   'small': {'teacher': 'large', 'project': {'evaluation_usd': %g, 'lead_months': 0},"
    "     'quality': {'general': {'acceptable_share': 1}},"
    "     'contracts': {'host': {'billing': 'per_token',"
    "       'usd_per_mtok': {'input': 1, 'output': 5}}}}},"
    " 'strategies': {'stay': {'all': 'large'},"
    "   'distil': {'all': 'large', 'start': {'small': '2027-01'},"
    "     'routes': {'chat': {'small': {'share': 1}}}}}}";

/* ---- What it is worth ------------------------------------------------------------ */

typedef struct {
    double project_usd;
    double weight[STEPS];          /* of a step of traffic to as many places of the grid    */
    double step[STEPS];            /* in places                                             */
    double value[GRID + 1], next[GRID + 1];
} grid;

static const double low = -5.0, width = 10.0 / GRID; /* of ln traffic; at first 1 */

static void grid_make(double project_usd, grid *g)
{
    const double s = volatility / sqrt(12);
    double sum = 0;
    g->project_usd = project_usd;
    for (size_t k = 0; k < STEPS; k++) {
        const double z = -6 + 12 * (double)k / (STEPS - 1);
        g->weight[k] = exp(-z * z / 2);
        g->step[k] = (log(1 + per_year) / 12 + s * z - s * s / 2) / width;
        sum += g->weight[k];
    }
    for (size_t k = 0; k < STEPS; k++)
        g->weight[k] /= sum;
}

static double discount(size_t month)
{
    return pow(1.1, -(double)month / 12);
}

/* A start in a month per traffic of the month before, without the project. */
static double saved_from(size_t month)
{
    double sum = 0;
    for (size_t t = month; t < MONTHS; t++)
        sum += discount(t) * saved_usd *
               pow(1 + per_year, ((double)t - (double)month + 1) / 12);
    return sum;
}

static double mean_after(const grid *g, size_t i)
{
    double sum = 0;
    for (size_t k = 0; k < STEPS; k++) {
        const double to = fmin(fmax((double)i + g->step[k], 0), GRID - 1e-9);
        const size_t j = (size_t)to;
        sum += g->weight[k] *
               (g->next[j] + (to - (double)j) * (g->next[j + 1] - g->next[j]));
    }
    return sum;
}

/* Of starting in the first month from `from` on that follows a bill above usd; usd 0: of the best
 * rule. */
static double worth_of(grid *g, size_t from, double usd)
{
    memset(g->next, 0, sizeof g->next);
    for (size_t month = MONTHS - 1; month > 0; month--) {
        const double saved = saved_from(month), spent = g->project_usd * discount(month);
        for (size_t i = 0; i <= GRID; i++) {
            const double x = exp(low + (double)i * width), now = saved * x - spent;
            const double wait = mean_after(g, i);
            g->value[i] = usd > 0 ? month >= from && price_usd * x > usd ? now : wait
                                  : fmax(now, wait);
        }
        memcpy(g->next, g->value, sizeof g->next);
    }
    return g->next[GRID / 2];
}

/* A month fixed now. */
static double fixed_worth(double project_usd, size_t month)
{
    double sum = 0;
    for (size_t t = month; t < MONTHS; t++)
        sum += discount(t) * saved_usd * pow(1 + per_year, (double)t / 12);
    return month < MONTHS ? sum - project_usd * discount(month) : 0;
}

/* ---- How often ---------------------------------------------------------------------- */

typedef struct {
    int    fixed, simple, below, above;
    double watching, bound; /* means                                                    */
} counts;

static bool holds(ds_estimate e, double truth, double factor)
{
    return fabs(e.value - truth) <= factor * e.se + 1e-9 * fabs(truth);
}

static void count(const world *m, grid *g, uint64_t seed, double best, counts *c)
{
    const ds_timing_options options = {
        .run = {.path_count = PATHS, .seed = seed, .threads = 1}, .strategy = 1};
    ds_timing *t = NULL;
    ds_error err;
    if (ds_timing_run(m->scenario, &options, &t, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    const double factor = 1.96461; /* Student, 511 degrees */
    const ds_timing_threshold rule = ds_timing_threshold_of(t);
    const ds_estimate watching = ds_timing_adaptive(t).saving, bound = ds_timing_bound(t).saving;
    c->fixed += holds(ds_timing_fixed(t).saving,
                      fixed_worth(g->project_usd, ds_timing_fixed_month(t)), factor);
    c->simple += holds(ds_timing_simple(t).saving,
                       rule.usd > 0 ? worth_of(g, rule.from, rule.usd)
                                    : fixed_worth(g->project_usd, rule.from), factor);
    c->below += watching.value - factor * watching.se <= best;
    c->above += bound.value + factor * bound.se >= best;
    c->watching += watching.value / SEEDS;
    c->bound += bound.value / SEEDS;
    ds_timing_free(t);
}

static void check(double project_usd)
{
    static grid g;
    grid_make(project_usd, &g);
    const double fixed = fmax(fixed_worth(project_usd, 0), 0);
    const double best = fmax(worth_of(&g, 0, 0), fixed), waiting = best - fixed;
    world m = open_format(option, project_usd);
    counts c = {0};
    for (uint64_t k = 0; k < SEEDS; k++)
        count(&m, &g, 100 + k, best, &c);
    print_message("project %.0f: best rule %.1f, of it waiting %.1f; held: fixed %d, simple %d; "
                  "watching %.1f, below %d; at most %.1f, above %d\n", project_usd, best, waiting,
                  c.fixed, c.simple, c.watching, c.below, c.bound, c.above);
    assert_true(c.fixed >= LEAST_HELD && c.simple >= LEAST_HELD);
    assert_true(c.below >= LEAST_HELD && c.above >= LEAST_HELD);
    assert_true(c.watching < best && c.watching > best - 0.1 * waiting - 0.01 * best);
    assert_true(c.bound > best && c.bound < best + 0.1 * waiting + 0.01 * best);
    close_world(&m);
}

static void test_worth_starting_at_once(void **state)
{
    (void)state;
    check(34000);
}

static void test_only_if_traffic_grows(void **state)
{
    (void)state;
    check(40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worth_starting_at_once),
        cmocka_unit_test(test_only_if_traffic_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
