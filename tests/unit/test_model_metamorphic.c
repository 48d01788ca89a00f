/* test_model_metamorphic.c -- what must not change, and what must change in proportion,
 * when a scenario is told otherwise: another unit of money, another order or other names,
 * parts that have no effect, a product in two halves.
 *
 * On random scenarios (random_scenario.h) and on tests/data/maximal.json, which uses every
 * key.  Comparisons are of bytes, or to 1e-12 of the scale of the figure, which is rounding
 * over up to 54 months; only the renaming of an uncertain product is statistical, and says
 * so there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include <cjson/cJSON.h>

#include "random_scenario.h"

/* PATHS fit a block of the kernel. */
enum { SCENARIOS = 30, FIRST = 2001, MAXIMAL = 0, PATHS = 200, MANY_PATHS = 2048 };

/* Number of the scenario that is being compared, for messages. */
static uint64_t current;
/* The scenarios as they are, with a result of PATHS paths; [0] is maximal.json. */
static world plain[SCENARIOS + 1];

/* ---- Trees ------------------------------------------------------------------- */

/* The scenario of a number as a tree; MAXIMAL is maximal.json, without the samples, which
 * stand in a file beside it. */
static cJSON *tree_of(uint64_t number)
{
    char *text;
    current = number;
    if (number != MAXIMAL) {
        text = random_scenario(number);
    } else {
        FILE *file = fopen("tests/data/maximal.json", "rb");
        assert_non_null(file);
        text = calloc(1, 1 << 16);
        assert_non_null(text);
        assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
        fclose(file);
    }
    cJSON *tree = cJSON_Parse(text);
    assert_non_null(tree);
    free(text);
    if (number == MAXIMAL) {
        cJSON *archive = cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "products"), "archive");
        cJSON_ReplaceItemInObject(archive, "requests_per_month", cJSON_CreateNumber(1e6));
    }
    return tree;
}

static world open_tree(const cJSON *tree)
{
    char *text = cJSON_Print(tree);
    world m = open_json(text);
    cJSON_free(text);
    return m;
}

static cJSON *member(const cJSON *object, const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (item == NULL)
        fail_msg("scenario %llu: no %s", (unsigned long long)current, name);
    return item;
}

static cJSON *parsed(const char *text)
{
    cJSON *item = cJSON_Parse(text);
    assert_non_null(item);
    return item;
}

/* Is it a quantity that may be uncertain? */
static bool is_distribution(const cJSON *item)
{
    static const char *const forms[] = {"normal",    "lognormal", "uniform", "triangular", "pert",
                                        "beta",      "gamma",     "weibull", "exponential",
                                        "bernoulli", "poisson",   "binomial", "negative_binomial",
                                        "discrete",  "empirical", "metalog", "mixture", "p10"};
    if (!cJSON_IsObject(item))
        return false;
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
        if (cJSON_HasObjectItem(item, forms[k]))
            return true;
    return false;
}

/* Moves every uncertain quantity below `item` to /quantities, so that its stream of random
 * numbers no longer bears the name of its place. */
static void name_quantities(cJSON *tree, cJSON *item, int *count)
{
    cJSON *next;
    for (cJSON *child = item->child; child != NULL; child = next) {
        next = child->next;
        if (!is_distribution(child)) {
            name_quantities(tree, child, count);
            continue;
        }
        char name[32], use[40];
        snprintf(name, sizeof name, "named-%d", (*count)++);
        snprintf(use, sizeof use, "@%s", name);
        cJSON_AddItemToObject(member(tree, "quantities"), name, cJSON_Duplicate(child, true));
        cJSON_ReplaceItemInObjectCaseSensitive(item, child->string, cJSON_CreateString(use));
    }
}

static void add_quantities(cJSON *tree)
{
    if (!cJSON_HasObjectItem(tree, "quantities"))
        cJSON_AddItemToObject(tree, "quantities", cJSON_CreateObject());
}

static void name_quantities_of_strategies(cJSON *tree)
{
    int count = 0;
    add_quantities(tree);
    name_quantities(tree, member(tree, "strategies"), &count);
}

/* Gives a product one request a month and more, but nothing uncertain. */
static void make_certain(cJSON *tree, const char *product, double requests)
{
    cJSON *certain = parsed(
        "{\"task_class\": \"chat\", \"growth\": {\"per_year\": 0.7}, \"request\":"
        " {\"input_tokens\": 900, \"output_tokens\": 120, \"output_cv\": 0.5,"
        "  \"cache_read_share\": 0.3, \"input_growth_per_year\": 0.1},"
        " \"peak_to_mean\": 2.5, \"value_usd_per_request\": 0.01,"
        " \"loss_usd_per_bad_answer\": 0.002}");
    cJSON_AddNumberToObject(certain, "requests_per_month", requests);
    cJSON *products = member(tree, "products");
    cJSON_DeleteItemFromObjectCaseSensitive(products, product);
    cJSON_AddItemToObject(products, product, certain);
}

/* A member of an object under another name, at its end. */
static void rename_member(cJSON *object, const char *from, const char *to)
{
    cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(object, from);
    if (item != NULL)
        cJSON_AddItemToObject(object, to, item);
}

/* Renames the product p0 everywhere. */
static void rename_product(cJSON *tree, const char *to)
{
    const char from[] = "/products/p0/";
    cJSON     *strategy, *pair;
    rename_member(member(tree, "products"), "p0", to);
    cJSON_ArrayForEach(strategy, member(tree, "strategies"))
        if (cJSON_HasObjectItem(strategy, "routes"))
            rename_member(member(strategy, "routes"), "p0", to);
    cJSON_ArrayForEach(pair, cJSON_GetObjectItem(tree, "correlations"))
        for (int k = 0; k < 2; k++) {
            const char *pointer = cJSON_GetArrayItem(pair, k)->valuestring;
            char        renamed[160];
            if (strncmp(pointer, from, sizeof from - 1) != 0)
                continue;
            snprintf(renamed, sizeof renamed, "/products/%s/%s", to, pointer + sizeof from - 1);
            cJSON_ReplaceItemInArray(pair, k, cJSON_CreateString(renamed));
        }
}

/* ---- Comparison of results --------------------------------------------------- */

static const double *column(const world *m, size_t strategy, const char *outcome)
{
    return ds_result_column(m->result, strategy, outcome_index(outcome));
}

/* What a difference of an outcome is measured against: a saving against the costs that it
 * is a difference of; a rate of return, the root of such differences, against 10^4 (its own
 * accuracy is another test's). */
static double scale_of(const world *m, size_t strategy, size_t outcome, size_t path)
{
    const char *name = ds_outcome_at(outcome)->name;
    double      value = fabs(ds_result_column(m->result, strategy, outcome)[path]);
    if (strncmp(name, "saving", 6) == 0)
        return fabs(column(m, 0, "cost_total_usd")[path]) * (strstr(name, "year") ? 12 : 1) +
               fabs(column(m, strategy, "cost_total_usd")[path]) + value;
    if (strcmp(name, "break_even_months") == 0 || strcmp(name, "mirr_per_year") == 0)
        return 1e3 * (1 + value); /* a ratio of savings; a power of one, less 1 */
    return strcmp(name, "irr_per_year") == 0 ? 1e4 * (1 + value) : value;
}

/* The outcome that a relation leaves out, or NULL. */
static const char *but;

/* Is b equal to a, its amounts of money times `dollar`? */
static void compare(const world *a, const world *b, double dollar)
{
    size_t strategies = ds_result_strategy_count(a->result);
    assert_int_equal(strategies, ds_result_strategy_count(b->result));
    for (size_t s = 0; s < strategies; s++)
        for (size_t o = 0; o < ds_outcome_count(); o++) {
            const ds_outcome_info *info = ds_outcome_at(o);
            if (but != NULL && strcmp(info->name, but) == 0)
                continue;
            double        factor = strncmp(info->unit, "USD", 3) == 0 ? dollar : 1;
            const double *x = ds_result_column(a->result, s, o);
            const double *y = ds_result_column(b->result, s, o);
            for (size_t path = 0; path < ds_result_paths(a->result); path++) {
                bool same = isnan(x[path]) ? isnan(y[path]) : x[path] * factor == y[path];
                double slack = 1e-12 * scale_of(a, s, o, path);
                if (strncmp(info->unit, "USD", 3) == 0)
                    slack += 1e-6; /* of a cost of nothing: an agreement may pay all */
                if (!same && !(fabs(x[path] * factor - y[path]) <= factor * slack))
                    fail_msg("scenario %llu strategy %zu path %zu %s: %.17g * %g, not %.17g",
                             (unsigned long long)current, s, path, info->name, x[path], factor,
                             y[path]);
            }
        }
}

static int set_up(void **state)
{
    (void)state;
    for (uint64_t k = 0; k <= SCENARIOS; k++) {
        cJSON *tree = tree_of(k == 0 ? MAXIMAL : FIRST - 1 + k);
        plain[k] = open_tree(tree);
        run(&plain[k], PATHS);
        cJSON_Delete(tree);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t k = 0; k <= SCENARIOS; k++)
        close_world(&plain[k]);
    return 0;
}

/* ---- The relations ----------------------------------------------------------- */

/* Money in units of 1024 dollars, a power of two, so that all amounts of the text are
 * exact.  Whatever is no money does not change. */
static void unit_of_money(void **state)
{
    (void)state;
    for (current = FIRST; current < FIRST + SCENARIOS; current++) {
        char *texts[2] = {random_scenario(current), random_scenario_in(current, 0x1p-10)};
        world a = open_json(texts[0]), b = open_json(texts[1]);
        run(&a, PATHS);
        run(&b, PATHS);
        compare(&a, &b, 0x1p-10);
        close_world(&a);
        close_world(&b);
        free(texts[0]);
        free(texts[1]);
    }
}

/* Puts the members of all objects in random order, but for the maps whose
 * order counts. */
static void shuffle(cJSON *item, maker *random)
{
    int    count = cJSON_GetArraySize(item);
    cJSON *child;
    cJSON_ArrayForEach(child, item)
        shuffle(child, random);
    if (!cJSON_IsObject(item) ||
        (item->string != NULL &&
         (strcmp(item->string, "contracts") == 0 || strcmp(item->string, "strategies") == 0 ||
          strcmp(item->string, "multipliers") == 0 || strcmp(item->string, "tiers") == 0 ||
          strcmp(item->string, "units") == 0)))
        return;
    for (; count > 1; count--) { /* moves a random one of those not moved yet to the end */
        cJSON *one = cJSON_DetachItemFromArray(item, maker_below(random, count));
        cJSON_AddItemToArray(item, one); /* keeps its key */
    }
}

static void order_of_keys(void **state)
{
    (void)state;
    for (uint64_t k = 0; k <= SCENARIOS; k++) {
        cJSON *tree = tree_of(k == 0 ? MAXIMAL : FIRST - 1 + k);
        maker  random = {.state = k};
        char  *before = cJSON_Print(tree);
        shuffle(tree, &random);
        char  *after = cJSON_Print(tree);
        world  b = open_tree(tree);
        assert_string_not_equal(before, after);
        assert_string_equal(ds_scenario_hash(plain[k].scenario), ds_scenario_hash(b.scenario));
        run(&b, PATHS);
        assert_same_columns(plain[k].result, b.result);
        close_world(&b);
        cJSON_free(before);
        cJSON_free(after);
        cJSON_Delete(tree);
    }
}

/* A certain product under a name that sorts alike: the same bytes.  Under one that sorts
 * last, sums over products go in another order. */
static void name_of_a_certain_product(void **state)
{
    (void)state;
    for (uint64_t number = FIRST; number < FIRST + SCENARIOS; number++) {
        cJSON *tree = tree_of(number);
        make_certain(tree, "p0", 3e6);
        name_quantities_of_strategies(tree);
        world a = open_tree(tree);
        cJSON *alike = cJSON_Duplicate(tree, true);
        rename_product(alike, "p0-renamed");
        rename_product(tree, "zebra");
        world b = open_tree(alike), c = open_tree(tree);
        run(&a, PATHS);
        run(&b, PATHS);
        run(&c, PATHS);
        assert_same_columns(a.result, b.result);
        compare(&a, &c, 1);
        close_world(&a);
        close_world(&b);
        close_world(&c);
        cJSON_Delete(alike);
        cJSON_Delete(tree);
    }
}

/* An uncertain product draws other numbers under another name, from the same distribution:
 * the means of costs agree within 5 standard errors of their difference.  120 comparisons
 * at 5.7e-7: 7e-5, were the names drawn anew. */
static void name_of_an_uncertain_product(void **state)
{
    (void)state;
    size_t changed = 0;
    for (uint64_t number = FIRST; number < FIRST + SCENARIOS; number++) {
        cJSON *tree = tree_of(number);
        world  a = open_tree(tree);
        rename_product(tree, "zebra");
        world b = open_tree(tree);
        run(&a, MANY_PATHS);
        run(&b, MANY_PATHS);
        for (size_t s = 0; s < ds_result_strategy_count(a.result); s++) {
            ds_estimate x = statistics_of(&a, s, "cost_npv_usd").mean;
            ds_estimate y = statistics_of(&b, s, "cost_npv_usd").mean;
            changed += x.value != y.value;
            if (!(fabs(x.value - y.value) <=
                  5 * hypot(x.se, y.se) + 1e-12 * fabs(x.value)))
                fail_msg("scenario %llu strategy %zu: %g +- %g, renamed %g +- %g",
                         (unsigned long long)current, s, x.value, x.se, y.value, y.se);
        }
        close_world(&a);
        close_world(&b);
        cJSON_Delete(tree);
    }
    assert_true(changed > SCENARIOS); /* else the streams would not bear the name */
}

/* An uncertain quantity that nothing uses: the same bytes. */
static void unused_quantity(void **state)
{
    (void)state;
    for (uint64_t k = 0; k <= SCENARIOS; k++) {
        cJSON *tree = tree_of(k == 0 ? MAXIMAL : FIRST - 1 + k);
        add_quantities(tree);
        cJSON_AddItemToObject(member(tree, "quantities"), "a-new-one",
                              parsed("{\"p10\": 1, \"p90\": 3}"));
        world b = open_tree(tree);
        run(&b, PATHS);
        assert_same_columns(plain[k].result, b.result);
        close_world(&b);
        cJSON_Delete(tree);
    }
}

/* A product without traffic, first in the order of names: nothing changes. */
/* A student is refreshed by its worst product, (67), whatever the traffic of it. */
static void keep_from_students(cJSON *tree, const char *product)
{
    cJSON *strategy;
    cJSON_ArrayForEach(strategy, member(tree, "strategies"))
        if (cJSON_HasObjectItem(strategy, "routes"))
            cJSON_AddItemToObject(member(strategy, "routes"), product, cJSON_CreateObject());
}

static void product_without_traffic(void **state)
{
    (void)state;
    for (uint64_t k = 0; k <= SCENARIOS; k++) {
        cJSON *tree = tree_of(k == 0 ? MAXIMAL : FIRST - 1 + k);
        cJSON_AddItemToObject(
            member(tree, "products"), "a-new-one",
            parsed("{\"requests_per_month\": 0, \"task_class\": \"chat\", \"growth\":"
                   " {\"volatility_per_sqrt_year\": 0.4, \"jumps_per_year\": 2,"
                   "  \"jump_factor\": 3}, \"peak_to_mean\": 4, \"request\":"
                   " {\"input_words\": {\"p10\": 300, \"p90\": 2000}, \"output_words\": 9}}"));
        keep_from_students(tree, "a-new-one");
        world b = open_tree(tree);
        run(&b, PATHS);
        compare(&plain[k], &b, 1);
        close_world(&b);
        cJSON_Delete(tree);
    }
}

/* Each strategy twice: a copy has the same bytes, and the originals do not notice. */
static void strategies_twice(void **state)
{
    (void)state;
    for (uint64_t k = 0; k <= SCENARIOS; k++) {
        cJSON *tree = tree_of(k == 0 ? MAXIMAL : FIRST - 1 + k);
        name_quantities_of_strategies(tree);
        world  a = open_tree(tree);
        cJSON *strategies = member(tree, "strategies");
        size_t count = (size_t)cJSON_GetArraySize(strategies);
        for (size_t s = 0; s < count; s++) {
            cJSON *original = cJSON_GetArrayItem(strategies, (int)s);
            char   name[80];
            snprintf(name, sizeof name, "copy of %s", original->string);
            cJSON_AddItemToObject(strategies, name, cJSON_Duplicate(original, true));
        }
        world b = open_tree(tree);
        run(&a, PATHS);
        run(&b, PATHS);
        assert_int_equal(ds_result_strategy_count(b.result), 2 * count);
        for (size_t s = 0; s < count; s++)
            for (size_t o = 0; o < ds_outcome_count(); o++) {
                const double *x = ds_result_column(a.result, s, o);
                assert_memory_equal(ds_result_column(b.result, s, o), x, PATHS * sizeof *x);
                assert_memory_equal(ds_result_column(b.result, count + s, o), x,
                                    PATHS * sizeof *x);
            }
        for (size_t s = 0; s < count; s++) { /* ties are split: each has half */
            const double whole = ds_result_probability_best(a.result, s).value;
            assert_true(fabs(ds_result_probability_best(b.result, s).value - whole / 2) < 1e-12);
            assert_true(fabs(ds_result_probability_best(b.result, count + s).value - whole / 2) <
                        1e-12);
        }
        close_world(&a);
        close_world(&b);
        cJSON_Delete(tree);
    }
}

/* Two halves of a product, with the same routes: loads add, so do linear bills, and what is
 * not linear (units, replicas, commitments) is of the sum. */
/* Both halves share what the whole had: there are no fleets apart. */
static void pool_all(cJSON *item)
{
    for (cJSON *child = item->child; child != NULL; child = child->next)
        pool_all(child);
    if (cJSON_HasObjectItem(item, "pooling"))
        cJSON_ReplaceItemInObjectCaseSensitive(item, "pooling", cJSON_CreateString("pooled"));
}

static void product_in_halves(void **state)
{
    (void)state;
    but = "pooling_gain_gpu_months"; /* halves apart round up twice */
    for (uint64_t number = FIRST; number < FIRST + SCENARIOS; number++) {
        cJSON *tree = tree_of(number), *strategy;
        pool_all(tree);
        make_certain(tree, "p0", 5e6);
        name_quantities_of_strategies(tree);
        world a = open_tree(tree);
        rename_product(tree, "p0-left");
        make_certain(tree, "p0-left", 2e6);
        make_certain(tree, "p0-right", 3e6);
        cJSON_ArrayForEach(strategy, member(tree, "strategies")) {
            cJSON *routes = cJSON_GetObjectItem(strategy, "routes");
            cJSON *left = cJSON_GetObjectItem(routes, "p0-left");
            if (left != NULL)
                cJSON_AddItemToObject(routes, "p0-right", cJSON_Duplicate(left, true));
        }
        world b = open_tree(tree);
        run(&a, PATHS);
        run(&b, PATHS);
        compare(&a, &b, 1);
        close_world(&a);
        close_world(&b);
        cJSON_Delete(tree);
    }
    but = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unit_of_money),
        cmocka_unit_test(order_of_keys),
        cmocka_unit_test(name_of_a_certain_product),
        cmocka_unit_test(name_of_an_uncertain_product),
        cmocka_unit_test(unused_quantity),
        cmocka_unit_test(product_without_traffic),
        cmocka_unit_test(strategies_twice),
        cmocka_unit_test(product_in_halves),
    };
    return cmocka_run_group_tests_name("model, metamorphic", tests, set_up, tear_down);
}
