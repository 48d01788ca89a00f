/* test_design.c -- runs with a design: what is drawn anew, held, given and watched.
 *
 * Most are identities, to the bit.  The most telling: with every stream of the inventory
 * drawn anew, a run is the run of the other seed, so that the inventory has all streams.
 * Correlations of watched scores are within 4 standard errors (1/sqrt(n)) of what was
 * declared: 6.3e-5 each, were the seed drawn anew; it is fixed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include <gsl/gsl_cdf.h>

#include "engine/design_run.h"
#include "model/draws.h"
#include "model/outcome.h"
#include "model/sampler.h"
#include "model/sources.h"
#include "numerics/stream.h"
#include "random_scenario.h"

enum { PATHS = 1000, STRIDE = 1024, OTHER_SEED = 99 };

static ds_result *run_with(const ds_plan *plan, uint64_t seed, const ds_design *design,
                           unsigned threads)
{
    ds_run_options options = {.path_count = PATHS, .seed = seed, .threads = threads};
    ds_result *r = NULL;
    ds_error err;
    if (ds_run_design(plan, &options, design, &r, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    return r;
}

static bool same_outcomes(const ds_result *a, const ds_result *b)
{
    for (size_t s = 0; s < ds_result_strategy_count(a); s++)
        for (size_t o = 0; o < ds_outcome_count(); o++) {
            const double *x = ds_result_column(a, s, o), *y = ds_result_column(b, s, o);
            if ((x == NULL) != (y == NULL))
                return false;
            if (x != NULL && memcmp(x, y, PATHS * sizeof *x) != 0)
                return false;
        }
    return true;
}

/* Hashes of the sources that a pointer names (NULL: of all). */
static size_t names_of(const ds_sources *sources, const char *pointer, uint64_t *names)
{
    size_t n = 0;
    for (size_t k = 0; k < sources->count; k++)
        if (pointer == NULL || ds_source_is_under(&sources->source[k], pointer))
            names[n++] = sources->source[k].name;
    return n;
}

/* Scenarios that the generator makes of seeds, some of which no kernel can run alone. */
static void test_every_stream_is_in_the_inventory(void **state)
{
    (void)state;
    enum { SCENARIOS = 24 };
    size_t told_apart = 0;
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        char *text = random_scenario(seed);
        world m = open_json(text);
        ds_sources sources;
        ds_error err;
        assert_int_equal(ds_sources_make(m.plan, &sources, &err), DS_OK);
        uint64_t *names = calloc(sources.count + 1, sizeof *names);
        ds_design all = {.redrawn = names, .redrawn_count = names_of(&sources, NULL, names),
                         .redrawn_seed = OTHER_SEED};
        ds_design nothing = {.redrawn_seed = OTHER_SEED};
        if (ds_plan_sampler(m.plan)->method != DS_SAMPLING_LATIN_HYPERCUBE) {
            ds_result *anew = run_with(m.plan, seed, &all, 1);
            ds_result *other = run_with(m.plan, OTHER_SEED, NULL, 1);
            ds_result *plain = run_with(m.plan, seed, NULL, 1);
            ds_result *same = run_with(m.plan, seed, &nothing, 2);
            assert_true(same_outcomes(anew, other));
            assert_true(same_outcomes(plain, same));
            told_apart += !same_outcomes(plain, anew);
            ds_result_free(anew);
            ds_result_free(other);
            ds_result_free(plain);
            ds_result_free(same);
        }
        free(names);
        ds_sources_release(&sources);
        close_world(&m);
        free(text);
    }
    assert_true(told_apart > SCENARIOS / 2);
}

#define GROWTH(pointer) "/products/" pointer "/growth"
#define PRODUCT(name)                                                                    \
    "'" name "': {'requests_per_month': {'lognormal': {'median': 1e6, 'log_sd': 0.5}},"   \
    " 'growth': {'process': 'gbm', 'per_year': {'normal': {'mean': 0.3, 'sd': 0.1}},"      \
    "   'volatility_per_sqrt_year': 0.4, 'jumps_per_year': 1,"                           \
    "   'jump_factor': {'uniform': {'low': 0.8, 'high': 1.3}}},"                           \
    " 'request': {'input_tokens': 1000, 'output_tokens': 0}}"
static const char three[] =
    "{'name': 'three', 'clock': {'start': '2027-01', 'months': 6}, 'run': {'paths': 1000},"
    " 'correlations': [['/products/a/requests_per_month', '/products/b/requests_per_month', 0.6],"
    "  ['/products/a/requests_per_month', '/products/c/requests_per_month', 0.3],"
    "  ['/products/b/requests_per_month', '/products/c/requests_per_month', -0.2],"
    "  ['" GROWTH("a") "', '" GROWTH("b") "', 0.5], ['" GROWTH("b") "', '" GROWTH("c") "', 0.4]],"
    " 'products': {" PRODUCT("a") ", " PRODUCT("b") ", " PRODUCT("c") "},"
    " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"
    "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"
    " 'strategies': {'stay': {'all': 'm'}}}";

enum { INPUTS = 3, MONTHS = 6 };

/* Everything of `three` that can be watched. */
typedef struct {
    double   uniform[INPUTS][STRIDE], value[INPUTS][STRIDE];
    double   shock[INPUTS][MONTHS][STRIDE], requests[INPUTS][MONTHS][STRIDE];
    double   bill[MONTHS][STRIDE];
    ds_watch watch[2 * INPUTS + MONTHS * (2 * INPUTS + 1)];
    size_t   count;
} watched;

static const char *const first_requests[INPUTS] = {"/products/a/requests_per_month",
                                                   "/products/b/requests_per_month",
                                                   "/products/c/requests_per_month"};
static const char *const shocks[INPUTS] = {GROWTH("a") "#shock", GROWTH("b") "#shock",
                                           GROWTH("c") "#shock"};

static const ds_source *source_called(const ds_sources *sources, const char *text)
{
    for (size_t k = 0; k < sources->count; k++)
        if (strcmp(sources->source[k].text, text) == 0)
            return &sources->source[k];
    fail_msg("no source %s", text);
    return NULL;
}

static void watch_all(const ds_plan *plan, watched *w)
{
    ds_sources sources;
    ds_error err;
    assert_int_equal(ds_sources_make(plan, &sources, &err), DS_OK);
    w->count = 0;
    for (size_t k = 0; k < INPUTS; k++) {
        const size_t input = source_called(&sources, first_requests[k])->index;
        w->watch[w->count++] = (ds_watch){DS_WATCH_UNIFORM, input, 0, w->uniform[k]};
        w->watch[w->count++] = (ds_watch){DS_WATCH_INPUT, input, 0, w->value[k]};
    }
    for (size_t t = 0; t < MONTHS; t++) {
        for (size_t k = 0; k < INPUTS; k++) {
            const size_t process = source_called(&sources, shocks[k])->index;
            w->watch[w->count++] = (ds_watch){DS_WATCH_SHOCK, process, t, w->shock[k][t]};
            w->watch[w->count++] = (ds_watch){DS_WATCH_REQUESTS, k, t, w->requests[k][t]};
        }
        w->watch[w->count++] = (ds_watch){DS_WATCH_BILL, 0, t, w->bill[t]};
    }
    ds_sources_release(&sources);
}

static double correlation(const double *x, const double *y)
{
    double xx = 0, yy = 0, xy = 0, mx = 0, my = 0;
    for (size_t i = 0; i < PATHS; i++) {
        mx += x[i] / PATHS;
        my += y[i] / PATHS;
    }
    for (size_t i = 0; i < PATHS; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

static void test_what_is_watched(void **state)
{
    (void)state;
    static watched w;
    world m = open_text(three);
    watch_all(m.plan, &w);
    ds_design design = {.watch = w.watch, .watch_count = w.count};
    ds_result *r = run_with(m.plan, 1, &design, 2);
    for (size_t i = 0; i < PATHS; i++)
        for (size_t k = 0; k < INPUTS; k++) {
            /* the value is the quantile of the number, and the requests of month 0 */
            double z = gsl_cdf_ugaussian_Pinv(w.uniform[k][i]);
            assert_true(fabs(w.value[k][i] / (1e6 * exp(0.5 * z)) - 1) < 1e-12);
            assert_true(w.requests[k][0][i] == w.value[k][i]);
        }
    /* a dollar for a thousand requests of 1000 tokens each */
    for (size_t t = 0; t < MONTHS; t++)
        for (size_t i = 0; i < PATHS; i++) {
            double sum = w.requests[0][t][i] + w.requests[1][t][i] + w.requests[2][t][i];
            assert_true(fabs(w.bill[t][i] / (sum / 1000) - 1) < 1e-12);
        }
    const double error = 4 / sqrt((double)PATHS);
    for (size_t t = 1; t < MONTHS; t++) {
        assert_true(fabs(correlation(w.shock[0][t], w.shock[1][t]) - 0.5) < error);
        assert_true(fabs(correlation(w.shock[1][t], w.shock[2][t]) - 0.4) < error);
        assert_true(fabs(correlation(w.shock[0][t], w.shock[2][t])) < error);
    }
    ds_result_free(r);
    close_world(&m);
}

static void test_given_numbers_are_used(void **state)
{
    (void)state;
    static watched plain, given;
    world m = open_text(three);
    watch_all(m.plan, &plain);
    watch_all(m.plan, &given);
    ds_design design = {.watch = plain.watch, .watch_count = plain.count};
    ds_result *r = run_with(m.plan, 1, &design, 1);

    /* its own numbers change nothing */
    const double *numbers[64] = {NULL};
    const size_t b = plain.watch[2].index;
    numbers[b] = plain.uniform[1];
    ds_design own = {.given = numbers};
    ds_result *same = run_with(m.plan, 1, &own, 2);
    assert_true(same_outcomes(r, same));

    /* the median of b, all else as it is */
    static double half[STRIDE];
    for (size_t i = 0; i < STRIDE; i++)
        half[i] = 0.5;
    numbers[b] = half;
    ds_design median = {.given = numbers, .watch = given.watch, .watch_count = given.count};
    ds_result *other = run_with(m.plan, 1, &median, 1);
    for (size_t i = 0; i < PATHS; i++) {
        assert_true(fabs(given.value[1][i] - 1e6) < 1e-4);
        assert_true(given.value[0][i] == plain.value[0][i]);
        assert_true(given.value[2][i] == plain.value[2][i]);
        assert_true(given.requests[0][5][i] == plain.requests[0][5][i]);
    }
    ds_result_free(r);
    ds_result_free(same);
    ds_result_free(other);
    close_world(&m);
}

/* Held: everything of product a, drawn anew for the others. */
static void test_held_streams_repeat(void **state)
{
    (void)state;
    enum { PERIOD = 300 };
    static watched w;
    uint64_t names[64];
    ds_sources sources;
    ds_error err;
    world m = open_text(three);
    watch_all(m.plan, &w);
    assert_int_equal(ds_sources_make(m.plan, &sources, &err), DS_OK);
    ds_design design = {.held = names, .held_count = names_of(&sources, "/products/a", names),
                        .period = PERIOD, .watch = w.watch, .watch_count = w.count};
    assert_true(design.held_count >= 4); /* requests, drift, shocks, jumps, sizes */
    ds_result *r = run_with(m.plan, 1, &design, 2);
    size_t others = 0;
    for (size_t i = PERIOD; i < PATHS; i++) {
        for (size_t t = 0; t < MONTHS; t++)
            assert_true(w.requests[0][t][i] == w.requests[0][t][i - PERIOD]);
        others += w.requests[1][5][i] != w.requests[1][5][i - PERIOD];
    }
    assert_int_equal(others, PATHS - PERIOD);

    /* with everything held, futures repeat */
    design.held_count = names_of(&sources, NULL, names);
    ds_result *all = run_with(m.plan, 1, &design, 1);
    const double *cost = ds_result_column(all, 0, DS_OUTCOME_COST_NPV);
    ds_result *plain = run_with(m.plan, 1, NULL, 1);
    assert_memory_equal(cost, ds_result_column(plain, 0, DS_OUTCOME_COST_NPV),
                        PERIOD * sizeof *cost);
    assert_memory_equal(cost, cost + PERIOD, PERIOD * sizeof *cost);
    ds_result_free(plain);
    ds_result_free(all);
    ds_result_free(r);
    ds_sources_release(&sources);
    close_world(&m);
}

/* With c first of its component, what is drawn anew of a and b leaves c, and the three
 * are correlated as before: given c, the others are drawn from their conditional law. */
static void test_order_makes_redrawing_conditional(void **state)
{
    (void)state;
    static watched base, anew;
    world m = open_text(three);
    const uint64_t first[] = {ds_hash_text(first_requests[2]), ds_hash_text(shocks[1])};
    const ds_draw_order order = {first, 2};
    ds_plan *plan = NULL;
    ds_error err;
    assert_int_equal(ds_plan_compile_ordered(m.scenario, &order, &plan, &err), DS_OK);
    watch_all(plan, &base);
    watch_all(plan, &anew);
    ds_design design = {.watch = base.watch, .watch_count = base.count};
    ds_result *r = run_with(plan, 1, &design, 1);
    const uint64_t rest[] = {ds_hash_text(first_requests[0]), ds_hash_text(first_requests[1]),
                             ds_hash_text(shocks[0]), ds_hash_text(shocks[2])};
    ds_design redraw = {.redrawn = rest, .redrawn_count = 4, .redrawn_seed = OTHER_SEED,
                        .watch = anew.watch, .watch_count = anew.count};
    ds_result *other = run_with(plan, 1, &redraw, 1);
    static double score[4][STRIDE];
    size_t moved = 0;
    for (size_t i = 0; i < PATHS; i++) {
        assert_true(base.value[2][i] == anew.value[2][i]);
        assert_true(base.shock[1][3][i] == anew.shock[1][3][i]);
        moved += base.value[0][i] != anew.value[0][i] && base.shock[0][3][i] != anew.shock[0][3][i];
        for (size_t k = 0; k < INPUTS; k++)
            score[k][i] = gsl_cdf_ugaussian_Pinv(anew.uniform[k][i]);
        score[3][i] = gsl_cdf_ugaussian_Pinv(base.uniform[0][i]);
    }
    assert_int_equal(moved, PATHS);
    const double error = 4 / sqrt((double)PATHS);
    assert_true(fabs(correlation(score[0], score[1]) - 0.6) < error);
    assert_true(fabs(correlation(score[0], score[2]) - 0.3) < error);
    assert_true(fabs(correlation(score[1], score[2]) + 0.2) < error);
    /* a of two runs: what both have of c */
    assert_true(fabs(correlation(score[0], score[3]) - 0.09) < error);
    ds_result_free(r);
    ds_result_free(other);
    ds_plan_free(plan);
    close_world(&m);
}

static void test_wrong_designs_are_refused(void **state)
{
    (void)state;
    static double column[STRIDE];
    ds_watch watch[2] = {{DS_WATCH_REQUESTS, 0, 3, column}, {DS_WATCH_REQUESTS, 0, 2, column}};
    ds_design design = {.watch = watch, .watch_count = 2};
    world m = open_text(three);
    ds_error err;
    assert_int_equal(ds_design_check(m.plan, &design, &err), DS_E_BUG);
    watch[1] = (ds_watch){DS_WATCH_REQUESTS, 3, 3, column};
    assert_int_equal(ds_design_check(m.plan, &design, &err), DS_E_BUG);
    watch[1].index = 2;
    assert_int_equal(ds_design_check(m.plan, &design, &err), DS_OK);
    close_world(&m);
    const uint64_t name = ds_hash_text(first_requests[0]);
    design = (ds_design){.held = &name, .held_count = 1, .period = 10};
    char text[sizeof three];
    memcpy(text, three, sizeof three);
    memcpy(strstr(text, "'paths': 1000"), "'outer':   64", 13);
    m = open_text(text);
    assert_int_equal(ds_design_check(m.plan, &design, &err), DS_E_USAGE);
    close_world(&m);
}

/* A sum of shocks is what the shocks add up to, in the order of the months. */
static void test_sums_of_shocks(void **state)
{
    (void)state;
    world m = open_text(three);
    ds_sources sources;
    ds_error err;
    static double each[MONTHS][STRIDE], sum[STRIDE];
    ds_watch watch[2 * MONTHS];
    size_t count = 0;

    assert_int_equal(ds_sources_make(m.plan, &sources, &err), DS_OK);
    const size_t process = source_called(&sources, shocks[1])->index;
    for (size_t t = 1; t < MONTHS; t++) {
        watch[count++] = (ds_watch){DS_WATCH_SHOCK, process, t, each[t]};
        watch[count++] = (ds_watch){DS_WATCH_SHOCK_SUM, process, t, sum};
    }
    const ds_design design = {.watch = watch, .watch_count = count};
    ds_result_free(run_with(m.plan, 7, &design, 2));
    for (size_t i = 0; i < PATHS; i++) {
        double want = 0.0;
        for (size_t t = 1; t < MONTHS; t++)
            want += each[t][i];
        assert_true(want == sum[i] && want != 0.0);
    }
    ds_sources_release(&sources);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_of_shocks),
        cmocka_unit_test(test_every_stream_is_in_the_inventory),
        cmocka_unit_test(test_what_is_watched),
        cmocka_unit_test(test_given_numbers_are_used),
        cmocka_unit_test(test_held_streams_repeat),
        cmocka_unit_test(test_order_makes_redrawing_conditional),
        cmocka_unit_test(test_wrong_designs_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
