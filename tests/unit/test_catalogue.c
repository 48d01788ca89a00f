/* test_catalogue.c -- the contracts of scenarios/catalogue: each loads, says where its
 * figures come from, has prices in sane bounds, and some of them give the bills that
 * vendors or others have printed.  The curves of quality: each loads, says where it comes
 * from, and is near what it was fitted to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include <dirent.h>

#include <cJSON.h>

/* scenarios/catalogue, absolute, because scenarios are written to another directory */
static char directory[1024];

static int find_directory(void **state)
{
    (void)state;
    if (getcwd(directory, sizeof directory - 32) == NULL)
        return 1;
    strcat(directory, "/scenarios/catalogue");
    return 0;
}

/* ---- Files and contracts ------------------------------------------------------ */

static cJSON *read_json(const char *path)
{
    FILE  *file = fopen(path, "rb");
    size_t length = 0, room = 1 << 20;
    char  *text = malloc(room);
    assert_non_null(file);
    assert_non_null(text);
    length = fread(text, 1, room - 1, file);
    assert_true(length < room - 1);
    text[length] = '\0';
    fclose(file);
    cJSON *root = cJSON_Parse(text);
    free(text);
    assert_non_null(root);
    return root;
}

/* Calls visit() with the path and the content of each file. */
static size_t each_file(void (*visit)(const char *path, const cJSON *root))
{
    DIR   *open = opendir(directory);
    size_t count = 0;
    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
        const char *dot = strrchr(entry->d_name, '.');
        char        path[sizeof directory + 300];
        if (dot == NULL || strcmp(dot, ".json") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        cJSON *root = read_json(path);
        visit(path, root);
        cJSON_Delete(root);
        count++;
    }
    closedir(open);
    return count;
}

static void complain(void *context, const ds_error *p)
{
    print_error("%s:%d:%d: %s: %s\n", p->file, p->line, p->column, p->pointer, p->message);
    ++*(int *)context;
}

/* A model whose contracts are `contracts`, JSON with ' for "; neither an error nor a
 * warning is allowed. */
static ds_scenario *scenario_of(const char *contracts, const char *requests, const char *request,
                                const char *start)
{
    char         text[8192];
    ds_scenario *scenario = NULL;
    ds_error     err;
    int          problems = 0;
    int          length = snprintf(text, sizeof text,
        "{'name': 'x', 'clock': {'start': '%s', 'months': 3, 'hours_per_month': 730},"
        " 'products': {'p': {'requests_per_month': %s, 'request': {%s}}},"
        " 'models': {'m': {'contracts': %s}}, 'strategies': {'s': {'all': 'm'}}}",
        start, requests, request, contracts);
    assert_true(length > 0 && (size_t)length < sizeof text);
    ds_code code = load_quoted(text, complain, &problems, &scenario, &err);
    if (code != DS_OK || problems != 0)
        fail_msg("%s: %s", contracts, code == DS_OK ? "warnings" : "errors");
    return scenario;
}

/* ---- Each contract ------------------------------------------------------------ */

static size_t contract_count, contract_files;

/* Figures below `at` that are neither sourced and dated nor assumptions. */
static void check_origins(const ds_scenario *s, const char *at, const char *name)
{
    size_t figures = 0;
    for (size_t i = 0; i < ds_scenario_input_count(s); i++) {
        ds_input_info input = ds_scenario_input(s, i);
        if (strncmp(input.pointer, at, strlen(at)) != 0 || input.origin == DS_ORIGIN_DEFAULT)
            continue;
        figures++;
        if (input.origin != DS_ORIGIN_ASSUMPTION
            && (input.source[0] == '\0' || input.as_of[0] == '\0'))
            fail_msg("%s: %s: no source or date", name, input.pointer);
    }
    if (figures == 0)
        fail_msg("%s: no figure", name);
}

static void load_contracts(const char *path, const cJSON *root)
{
    const cJSON *contracts = cJSON_GetObjectItem(root, "contracts"), *c;
    assert_true(cJSON_IsString(cJSON_GetObjectItem(root, "description")));
    if (contracts == NULL)
        return; /* a file of something else */
    contract_files++;
    assert_true(cJSON_GetArraySize(contracts) > 0);
    cJSON_ArrayForEach(c, contracts) {
        char text[4096];
        snprintf(text, sizeof text, "{'c': {'extends': '%s#/contracts/%s'}}", path, c->string);
        ds_scenario *s = scenario_of(text, "1000", "'input_tokens': 1000, 'output_tokens': 100",
                                     "2026-07");
        check_origins(s, "/models/m/contracts/", c->string);
        ds_scenario_free(s);
        contract_count++;
    }
    cJSON_ArrayForEach(c, cJSON_GetObjectItem(root, "series")) {
        char text[4096];
        snprintf(text, sizeof text, "{'extends': '%s#/series/%s'}", path, c->string);
        ds_scenario *s = scenario_of(text, "1000", "'input_tokens': 1000, 'output_tokens': 100",
                                     "2026-07");
        check_origins(s, "/models/m/contracts/", c->string);
        ds_scenario_free(s);
    }
}

static void every_contract_loads_and_has_a_source(void **state)
{
    (void)state;
    contract_count = contract_files = 0;
    each_file(load_contracts);
    assert_int_equal(contract_files, 8);
    assert_true(contract_count > 200); /* so that a file that was lost is noticed */
}

/* ---- Each object -------------------------------------------------------------- */

static double number(const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsObject(member))
        member = cJSON_GetObjectItemCaseSensitive(member, "value");
    return cJSON_IsNumber(member) ? member->valuedouble : (double)NAN;
}

/* The bounds by which errors of a price file have been found: prices below 500 dollars a
 * million, what is read from a cache not dearer than input, output not below half of it. */
static void check_prices(const char *path, const cJSON *prices)
{
    double input = number(prices, "input"), output = number(prices, "output"),
           read = number(prices, "cache_read");
    if (!(input > 0 && input < 500 && output < 500 && output >= 0.5 * input) || read > input
        || read < 0.005 * input)
        fail_msg("%s: prices %g, %g, %g", path, input, output, read);
}

/* Steps and classes: 0.3 to 3 times the price of the contract. */
static void check_factors(const char *path, const cJSON *base, const cJSON *prices)
{
    const cJSON *p;
    cJSON_ArrayForEach(p, prices) {
        double factor = number(prices, p->string) / number(base, p->string);
        if (cJSON_IsNumber(p) && !(factor >= 0.3 && factor <= 3))
            fail_msg("%s: %s: factor %g", path, p->string, factor);
    }
}

static void check_contract(const char *path, const cJSON *contract)
{
    const cJSON *base = cJSON_GetObjectItem(contract, "usd_per_mtok"), *table, *step;
    if (base != NULL)
        check_prices(path, base);
    cJSON_ArrayForEach(table, cJSON_GetObjectItem(contract, "tiers"))
        cJSON_ArrayForEach(step, cJSON_GetObjectItem(table, "steps"))
            check_factors(path, base, cJSON_GetObjectItem(step, "usd_per_mtok"));
    cJSON_ArrayForEach(step, cJSON_GetObjectItem(contract, "service_classes"))
        check_factors(path, base, cJSON_GetObjectItem(step, "usd_per_mtok"));
}

/* What is assumed says why. */
static void check_notes(const char *path, const cJSON *value)
{
    const cJSON *member;
    if (cJSON_IsTrue(cJSON_GetObjectItem(value, "assumption"))
        && !cJSON_IsString(cJSON_GetObjectItem(value, "note")))
        fail_msg("%s: %s: an assumption without a note", path, value->string);
    if (cJSON_IsObject(value) || cJSON_IsArray(value))
        cJSON_ArrayForEach(member, value)
            check_notes(path, member);
}

static void check_file(const char *path, const cJSON *root)
{
    const cJSON *contract;
    check_notes(path, root);
    cJSON_ArrayForEach(contract, cJSON_GetObjectItem(root, "contracts"))
        check_contract(path, contract);
}

static void prices_are_sane_and_assumptions_have_notes(void **state)
{
    (void)state;
    each_file(check_file);
}

/* ---- Bills -------------------------------------------------------------------- */

typedef struct {
    const char *contract, *changes, *requests, *request;
    double      usd; /* of the first month                                        */
} one_bill;

#define ANTHROPIC(NAME) "anthropic.json#/contracts/" NAME
#define OPENAI(NAME) "openai.json#/contracts/" NAME
#define BEDROCK(NAME) "bedrock.json#/contracts/" NAME
#define TOKENS(IN, OUT) "'input_tokens': " #IN ", 'output_tokens': " #OUT
#define BATCH "'service_classes': {'batch': {'share': 1}}"
#define RATE "{'p10': null, 'p90': null, 'value': 100000}"

/* Expected amounts: the price lists' arithmetic.  "printed": by the vendor; "asserted": in
 * the tests of pydantic/genai-prices; else the product of printed prices and tokens. */
static const one_bill bills[] = {
    /* the cliff is on the whole prompt, and exactly 200,000 tokens are below it: asserted */
    {ANTHROPIC("claude-sonnet-4-5"), "", "1", TOKENS(200000, 0), 0.60},
    {ANTHROPIC("claude-sonnet-4-5"), "", "1", TOKENS(200001, 0), 1.200006},
    {ANTHROPIC("claude-sonnet-4-5"), "", "1", TOKENS(1000000, 0), 6.0},
    {ANTHROPIC("claude-sonnet-4-5"), "", "1", TOKENS(250000, 50000), 2.625},
    /* tokens read from the cache count: 150,000 x 0.6 + 60,000 x 6 + 1,000 x 22.5 */
    {ANTHROPIC("claude-sonnet-4-5"), "", "1",
     "'cached_tokens': 'beside', 'cache_read_tokens': 150000, " TOKENS(60000, 1000), 0.4725},
    /* asserted: 100 fresh, 200 written for 5 minutes, 100 for an hour, 50 out */
    {ANTHROPIC("claude-sonnet-4"), "", "1",
     "'cached_tokens': 'beside', 'cache_write_tokens': 200, 'cache_write_1h_tokens': 100, "
     TOKENS(100, 50), 0.0024},
    {ANTHROPIC("claude-sonnet-4"), "", "1", "'meters': {'web_searches': 2}, " TOKENS(100, 50),
     0.02105},
    {ANTHROPIC("claude-sonnet-4-6"), BATCH, "1", TOKENS(1000000, 1000000), 9.0},
    {ANTHROPIC("claude-sonnet-4-5"), BATCH, "1", TOKENS(250000, 50000), 1.3125},
    {ANTHROPIC("claude-sonnet-4-6-us-only"), "", "1", TOKENS(1000000, 1000000), 19.8},
    /* half a minute of a container is billed as 5: 0.05 / 12, after the free hours */
    {ANTHROPIC("claude-sonnet-4-6"), "'meters': {'container_hours': {'free_per_month': 0}}", "1",
     "'meters': {'container_hours': 0.008333333333333333}, " TOKENS(1000000, 0),
     3 + 0.05 / 12},
    {ANTHROPIC("claude-sonnet-4-6"), "", "1",
     "'meters': {'container_hours': 0.008333333333333333}, " TOKENS(1000000, 0), 3},
    {ANTHROPIC("claude-opus-5"), "", "1", TOKENS(1000000, 1000000), 30},
    {ANTHROPIC("claude-sonnet-5-from-2026-09"), "", "1", TOKENS(1000000, 1000000), 18},

    /* asserted */
    {OPENAI("gpt-4.1"), "", "1", TOKENS(131609, 610), 0.268098},
    {OPENAI("gpt-4.1"), "", "1", "'cache_read_tokens': 131584, " TOKENS(131609, 610), 0.070722},
    {OPENAI("gpt-4.1"), BATCH, "1", TOKENS(1000000, 1000000), 5},
    {OPENAI("gpt-4.1"), "'service_classes': {'priority': {'share': 1}}", "1",
     TOKENS(1000000, 1000000), 17.5},
    {OPENAI("gpt-5"), "'service_classes': {'priority': {'share': 1}}", "1",
     TOKENS(1000000, 1000000), 22.5},
    {OPENAI("gpt-5.5"), "", "1", TOKENS(272000, 1000), 1.36 + 0.03},
    {OPENAI("gpt-5.5"), "", "1", TOKENS(272001, 1000), 2.72001 + 0.045},
    {OPENAI("gpt-5.6-luna-from-2026-08"), "", "1", TOKENS(1000000, 1000000), 0.4 + 1.8},
    /* four units of 25,000 and four of 2,500 tokens a minute: 540 dollars a day */
    {OPENAI("gpt-5-scale-tier"), "", "4380000", TOKENS(1000, 100), 540.0 * 730 / 24},
    /* 2 dollars a minute reserved, 1.20 used: 2; 2.75 used: 2.75 (the page) */
    {OPENAI("gpt-5-reserved-tier"), "'commitment': {'usd_per_minute': {'value': 2}}", "43800",
     TOKENS(960000, 0), 2 * 43800.0},
    {OPENAI("gpt-5-reserved-tier"), "'commitment': {'usd_per_minute': {'value': 2}}", "43800",
     TOKENS(2200000, 0), 2.75 * 43800.0},

    /* half for what is fresh, cache hits at the standard price */
    {"google.json#/contracts/gemini-3.1-pro-preview", BATCH, "1",
     "'cache_read_tokens': 50000, " TOKENS(100000, 0), 0.06},
    /* 10 a second x (1,000 + 500 x 7 + 300 x 4) = 57,000 of 3,360: 17 units (printed) */
    {"google.json#/contracts/gemini-2.0-flash-gsu",
     "'units': {'gsu': {'usd_per_unit_hour': {'p10': null, 'p90': null, 'value': 3}}}", "26280000",
     "'meters': {'audio_tokens': 500}, " TOKENS(1000, 300), 17 * 3 * 730.0},

    /* 1,000 a minute of 200 and 20 tokens: 110 units; half of it cached: 80 (printed) */
    {"azure.json#/contracts/gpt-5.2-ptu", "", "43800000", TOKENS(200, 20), 110 * 730.0},
    {"azure.json#/contracts/gpt-5.2-ptu", "", "43800000", "'cache_read_tokens': 100, "
     TOKENS(200, 20), 80 * 730.0},
    /* 60 a minute of 600 fresh, 400 cached, 200 out: 28 units, rounded up to 30; 20 reserved */
    {"azure.json#/contracts/gpt-4.1-ptu",
     "'units': {'ptu': {'reserved_units': 20, 'reserved_usd_per_unit_month': 260}}", "2628000",
     "'cache_read_tokens': 400, " TOKENS(1000, 200), 20 * 260 + 10 * 730.0},
    /* printed: 1.70 x 720 + 20 x 1.10 + 40 x 4.40 = 1,422 */
    {"azure.json#/contracts/o4-mini-fine-tuned", "", "1", TOKENS(20e6, 40e6), 1422},

    {BEDROCK("claude-sonnet-4-6-us"), "", "1", TOKENS(1000000, 1000000), 19.8},
    {BEDROCK("nova-pro"), "", "1", TOKENS(1000000, 1000000), 4},
    {BEDROCK("nova-pro"), "", "1", "'cache_read_share': 1, " TOKENS(1000000, 0), 0.2},
    {BEDROCK("nova-pro-custom"), "", "1", TOKENS(1000000, 1000000), 4 + 1.95},
    /* one unit for 730 hours at 0.0175 and 0.00972 dollars a second */
    {BEDROCK("claude-2.1-us-east-1-1-month"),
     "'units': {'model_unit': {'tokens_per_minute': " RATE "}}", "1", TOKENS(1000, 0), 45990},
    {BEDROCK("claude-2.1-us-east-1-6-months"),
     "'units': {'model_unit': {'tokens_per_minute': " RATE "}}", "1", TOKENS(1000, 0),
     0.00972 * 3600 * 730},
    /* one request is one window of 5 minutes of two units, and their storage */
    {BEDROCK("llama-3.1-8b-import-us-east-1"),
     "'window': {'arrivals': 'even'}, 'units': {'cmu': {'tokens_per_minute': " RATE "}}", "1",
     TOKENS(1000, 100), 0.5718 + 2 * 1.95},

    /* printed: 9.90 dollars a minute, within 10 reserved; 12 used: 2 more */
    {"fireworks.json#/contracts/documentation-example-reserved", "", "13140000",
     "'cache_read_tokens': 50000, " TOKENS(55000, 200), 10 * 43800.0},
    {"fireworks.json#/contracts/documentation-example-reserved", "", "43800",
     TOKENS(4e6, 0), 12 * 43800.0},
    /* 100,000 and 50,000 tokens a minute: 4 + 4 units, 80 dollars a day (printed) */
    {"xai.json#/contracts/grok-4-1-fast-provisioned", "", "4380000", TOKENS(1000, 500),
     80.0 * 730 / 24},
    /* exactly the threshold is above it */
    {"xai.json#/contracts/grok-4.5", "", "1", TOKENS(200000, 0), 0.8},
    {"xai.json#/contracts/grok-4.5", "", "1", TOKENS(199999, 0), 0.399998},
    {"hosts.json#/contracts/llama-3.3-70b-groq", "", "1", TOKENS(1000000, 1000000), 1.38},
};

/* Is it right?  Says so when not. */
static bool check_bill(const one_bill *b, ds_engine engine)
{
    char contracts[4096];
    snprintf(contracts, sizeof contracts, "{'c': {'extends': '%s/%s'%s%s}}", directory, b->contract,
             b->changes[0] == '\0' ? "" : ", ", b->changes);
    ds_scenario   *s = scenario_of(contracts, b->requests, b->request, "2026-07");
    world          m = compiled(s);
    ds_run_options options = {.path_count = 1, .seed = 1, .threads = 1, .engine = engine};
    ds_error       err = {.code = DS_OK};
    if (ds_run(m.plan, &options, &m.result, &err) != DS_OK)
        fail_msg("%s: %s", b->contract, err.message);
    /* 1e-9: months of windows and units divide and multiply by hours and tokens */
    double got = bill(&m, 0, 0);
    bool right = fabs(got - b->usd) <= 1e-9 * b->usd;
    if (!right)
        print_error("%s, %s, %s: %.12g, not %.12g\n", b->contract, b->changes, b->request, got,
                    b->usd);
    close_world(&m);
    return right;
}

static void check_bills(ds_engine engine)
{
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof bills / sizeof bills[0]; i++)
        wrong += !check_bill(&bills[i], engine);
    assert_int_equal(wrong, 0);
}

static void printed_bills_by_the_naive_engine(void **state)
{
    (void)state;
    check_bills(DS_ENGINE_REFERENCE);
}

static void printed_bills_by_the_fast_engine(void **state)
{
    (void)state;
    check_bills(DS_ENGINE_FAST);
}

/* ---- Both engines ------------------------------------------------------------- */

static void compare_engines(const char *path, const cJSON *root)
{
    const cJSON *c;
    cJSON_ArrayForEach(c, cJSON_GetObjectItem(root, "contracts")) {
        char text[4096];
        snprintf(text, sizeof text, "{'c': {'extends': '%s#/contracts/%s'}}", path, c->string);
        world          m = compiled(scenario_of(text, "300000",
                                                "'input_tokens': 180000, 'input_cv': 0.4, "
                                                "'output_tokens': 900, 'prefix_tokens': 30000",
                                                "2026-07"));
        ds_run_options options = {.path_count = 4, .seed = 1, .threads = 1};
        ds_result     *naive = NULL;
        ds_error       err = {.code = DS_OK};
        m.result = run_of(&m, 4, 1, 1);
        options.engine = DS_ENGINE_REFERENCE;
        if (ds_run(m.plan, &options, &naive, &err) != DS_OK)
            fail_msg("%s: %s", c->string, err.message);
        for (size_t t = 0; t < 3; t++) {
            double fast = bill(&m, 0, t), slow = ds_result_month(naive, 0, t).mean.value;
            /* 1e-11: they sum in another order and have other elementary functions */
            if (!(slow > 0 && fabs(fast - slow) <= 1e-11 * slow))
                fail_msg("%s, month %zu: %.17g, naive %.17g", c->string, t, fast, slow);
        }
        ds_result_free(naive);
        close_world(&m);
    }
}

static void engines_agree_on_every_contract(void **state)
{
    (void)state;
    each_file(compare_engines);
}

/* ---- Quality ------------------------------------------------------------------- */

/* Retained shares of the models distilled from DeepSeek-R1 (README, January 2025: score
 * over that of the teacher, 79.8, 97.3, 71.5, 65.9), and those reported for narrow tasks
 * (docs/quality.md).  The curve, of the means of its parameters, passes within two of the
 * scatter s that the fit has; through two points, within the rounding of what is stored. */
static const struct {
    const char *curve;
    double      scatter;
    struct {
        double billions, share;
    } points[6];
} measured[] = {
    {"contest-mathematics", 0.070, {{1.5, 28.9 / 79.8}, {7, 55.5 / 79.8}, {8, 50.4 / 79.8},
                                    {14, 69.7 / 79.8}, {32, 72.6 / 79.8}, {70, 70.0 / 79.8}}},
    {"mathematics", 0.016, {{1.5, 83.9 / 97.3}, {7, 92.8 / 97.3}, {8, 89.1 / 97.3},
                            {14, 93.9 / 97.3}, {32, 94.3 / 97.3}, {70, 94.5 / 97.3}}},
    {"science-questions", 0.042, {{1.5, 33.8 / 71.5}, {7, 49.1 / 71.5}, {8, 49.0 / 71.5},
                                  {14, 59.1 / 71.5}, {32, 62.1 / 71.5}, {70, 65.2 / 71.5}}},
    {"contest-code", 0.066, {{1.5, 16.9 / 65.9}, {7, 37.6 / 65.9}, {8, 39.6 / 65.9},
                             {14, 53.1 / 65.9}, {32, 57.2 / 65.9}, {70, 57.5 / 65.9}}},
    {"hard-reasoning", 0.045, {{1.5, 0.488}, {7, 0.727}, {8, 0.708}, {14, 0.868}, {32, 0.904},
                               {70, 0.908}}},
    {"structured-output", 0.0005, {{8, 0.680 / 0.795}, {30, 0.710 / 0.795}}},
};

/* The first model of a scenario, with this curve. */
static ds_scenario *scenario_of_curve(const char *curve)
{
    char contracts[4096];
    snprintf(contracts, sizeof contracts,
             "{'c': {'billing': 'per_token', 'usd_per_mtok': {'input': 1, 'output': 1}}},"
             " 'parameters_b': 8, 'quality': {'general': {'curve':"
             " {'extends': '%s/quality.json#/curves/%s'}}}", directory, curve);
    return scenario_of(contracts, "1000", "'input_tokens': 1000, 'output_tokens': 100",
                       "2026-07");
}

static double mean_of(const cJSON *curve, const char *key)
{
    const cJSON *q = cJSON_GetObjectItem(curve, key), *d = cJSON_GetObjectItem(q, "uniform");
    if (d != NULL)
        return (number(d, "low") + number(d, "high")) / 2;
    d = cJSON_GetObjectItem(q, "beta");
    return number(d != NULL ? d : cJSON_GetObjectItem(q, "lognormal"), "mean");
}

static void every_curve_loads_and_is_near_its_data(void **state)
{
    (void)state;
    char         path[sizeof directory + 32];
    const cJSON *curve;
    snprintf(path, sizeof path, "%s/quality.json", directory);
    cJSON *root = read_json(path), *curves = cJSON_GetObjectItem(root, "curves");
    assert_int_equal(cJSON_GetArraySize(curves), 8);
    cJSON_ArrayForEach(curve, curves) {
        ds_scenario *s = scenario_of_curve(curve->string);
        check_origins(s, "/models/m/quality/", curve->string);
        ds_scenario_free(s);
    }
    for (size_t k = 0; k < sizeof measured / sizeof *measured; k++) {
        curve = cJSON_GetObjectItem(curves, measured[k].curve);
        assert_non_null(curve);
        for (size_t i = 0; i < 6 && measured[k].points[i].billions > 0; i++) {
            double share = mean_of(curve, "limit_share") -
                           mean_of(curve, "gap_at_1b") *
                               pow(measured[k].points[i].billions, -mean_of(curve, "exponent"));
            if (!(fabs(share - measured[k].points[i].share) < 2 * measured[k].scatter))
                fail_msg("%s at %g: %g, not %g", measured[k].curve, measured[k].points[i].billions,
                         share, measured[k].points[i].share);
        }
    }
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_contract_loads_and_has_a_source),
        cmocka_unit_test(prices_are_sane_and_assumptions_have_notes),
        cmocka_unit_test(every_curve_loads_and_is_near_its_data),
        cmocka_unit_test(printed_bills_by_the_naive_engine),
        cmocka_unit_test(printed_bills_by_the_fast_engine),
        cmocka_unit_test(engines_agree_on_every_contract),
    };
    return cmocka_run_group_tests(tests, find_directory, NULL);
}
