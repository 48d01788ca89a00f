/* test_scenario.c -- loading scenarios: the corpus of bad files, quantities,
 * overrides, parents, provenance, the canonical text.
 *
 * Run from the root of the repository.  Everything here is exact but the figures
 * of distributions, whose tolerance stands beside them; nothing is random.
 *
 * tests/bad/expected.txt lists what each bad file must be told, and nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "distillsim.h"
#include "scenario/csv.h"
#include "scenario/error.h"
#include "scenario/field.h"
#include "scenario/load.h"
#include "scenario/scenario.h"

enum { PROBLEMS_MAX = 64 };

typedef struct {
    ds_error items[PROBLEMS_MAX];
    size_t   count;
} problems;

static void collect(void *context, const ds_error *problem)
{
    problems *all = context;
    if (all->count < PROBLEMS_MAX)
        all->items[all->count] = *problem;
    all->count++;
}

static void print_problem(void *context, const ds_error *p)
{
    (void)context;
    print_error("%s:%d:%d: %s: %s\n", p->file, p->line, p->column, p->pointer, p->message);
}

static void expect_near(double found, double wanted, double tolerance)
{
    if (!(fabs(found - wanted) <= tolerance))
        fail_msg("%.17g is not %.17g to %.1g", found, wanted, tolerance);
}

/* Loads a file that must be good. */
static ds_scenario *load_with(const char *path, const ds_override *overrides, size_t count)
{
    ds_scenario *s = NULL;
    ds_error     err;
    assert_int_equal(ds_scenario_load(path, overrides, count, print_problem, NULL, &s, &err),
                     DS_OK);
    assert_non_null(s);
    return s;
}

static ds_scenario *load(const char *path)
{
    return load_with(path, NULL, 0);
}

/* Loads text that must be good. */
static ds_scenario *parse(const char *text)
{
    ds_scenario *s = NULL;
    assert_int_equal(ds_scenario_parse(text, strlen(text), "text", NULL, 0, 0, print_problem, NULL,
                                       &s, NULL),
                     DS_OK);
    return s;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    text[size] = '\0';
    fclose(file);
    return text;
}

static const ds_input *find_input(const ds_scenario *s, const char *pointer)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (strcmp(s->inputs[i].pointer, pointer) == 0)
            return &s->inputs[i];
    fail_msg("no input %s", pointer);
    return NULL;
}

/* ---- The corpus of bad files ---------------------------------------------------------- */

typedef struct {
    char *name, *code, *place, *pointer, *message;
} expectation;

static bool next_expectation(char **at, expectation *e)
{
    while (**at == '#' || **at == '\n')
        *at += strcspn(*at, "\n") + 1;
    if (**at == '\0')
        return false;
    char **fields[] = {&e->name, &e->code, &e->place, &e->pointer, &e->message};
    for (size_t i = 0; i < 5; i++) {
        size_t length = strcspn(*at, i < 4 ? "|\n" : "\n");
        *fields[i] = *at;
        *at += length;
        if (**at != '\0')
            *(*at)++ = '\0';
    }
    return true;
}

static int code_of(const char *name)
{
    return strcmp(name, "DS_E_SYNTAX") == 0     ? DS_E_SYNTAX
           : strcmp(name, "DS_E_SCENARIO") == 0 ? DS_E_SCENARIO
           : strcmp(name, "DS_E_IO") == 0       ? DS_E_IO
                                                : -1;
}

static void load_bad(const char *name, problems *found)
{
    char         path[256];
    ds_scenario *s = NULL;
    ds_error     first;
    snprintf(path, sizeof path, "tests/bad/%s.json", name);
    found->count = 0;
    ds_code code = ds_scenario_load(path, NULL, 0, collect, found, &s, &first);
    if (s != NULL)
        fail_msg("%s loads", path);
    assert_true(found->count > 0);
    assert_int_equal(code, found->items[0].code);
    assert_memory_equal(&first, &found->items[0], sizeof first);
}

/* Says what is not as expected; returns the number of differences. */
static int compare(const expectation *e, const ds_error *p)
{
    char place[48];
    snprintf(place, sizeof place, "%d:%d", p->line, p->column);
    int wrong = (code_of(e->code) != (int)p->code) + (strcmp(e->place, place) != 0) +
                (strcmp(e->pointer, "*") != 0 && strcmp(e->pointer, p->pointer) != 0) +
                (strstr(p->message, e->message) == NULL);
    if (wrong > 0)
        print_error("%s: expected %s %s %s \"%s\"\n   found %d %s %s \"%s\"\n", e->name, e->code,
                    e->place, e->pointer, e->message, (int)p->code, place, p->pointer, p->message);
    return wrong;
}

static void test_bad_files(void **state)
{
    (void)state;
    char       *text = read_text("tests/bad/expected.txt"), *at = text;
    char        name[128] = "";
    problems    found = {.count = 0};
    size_t      index = 0, files = 0;
    int         wrong = 0;
    expectation e;

    while (next_expectation(&at, &e)) {
        if (strcmp(e.name, name) != 0) {
            /* the file before had no further problems */
            if (index != found.count) {
                print_error("%s: %zu problems, expected %zu\n", name, found.count, index);
                for (size_t i = index; i < found.count && i < PROBLEMS_MAX; i++)
                    print_problem(NULL, &found.items[i]);
                wrong++;
            }
            snprintf(name, sizeof name, "%s", e.name);
            load_bad(name, &found);
            index = 0;
            files++;
        }
        if (index < found.count)
            wrong += compare(&e, &found.items[index]);
        index++;
    }
    wrong += index != found.count;
    free(text);
    assert_true(files > 100);
    assert_int_equal(wrong, 0);
}

/* Messages are lower case, have no full stop, and their texts fit. */
static void test_message_style(void **state)
{
    (void)state;
    char       *text = read_text("tests/bad/expected.txt"), *at = text;
    expectation e;
    problems    found;
    while (next_expectation(&at, &e)) {
        load_bad(e.name, &found);
        for (size_t i = 0; i < found.count && i < PROBLEMS_MAX; i++) {
            const char *message = found.items[i].message;
            size_t      length = strlen(message);
            assert_true(length > 0);
            assert_true(length < 2 || message[length - 1] != '.');
            /* NaN, JSON and names of files keep their case */
            if (message[0] >= 'A' && message[0] <= 'Z')
                assert_true(strncmp(message, "NaN", 3) == 0 || strncmp(message, "JSON", 4) == 0);
        }
    }
    free(text);
}

/* ---- Files that cannot be read ------------------------------------------------------------ */

static void expect_failure(const char *path, ds_code code, const char *message)
{
    ds_scenario *s = (ds_scenario *)(uintptr_t)1;
    ds_error     err;
    assert_int_equal(ds_scenario_load(path, NULL, 0, NULL, NULL, &s, &err), code);
    assert_null(s);
    assert_int_equal(err.code, code);
    assert_string_equal(err.file, path);
    if (strstr(err.message, message) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", message, err.message);
}

static void test_unreadable(void **state)
{
    (void)state;
    expect_failure("tests/bad/no-such-file.json", DS_E_IO, "cannot open the file: no such file");
    expect_failure("tests/bad", DS_E_IO, "this is a directory");

    char path[] = "test-scenario-XXXXXX";
    int  handle = mkstemp(path);
    assert_true(handle >= 0);
    /* a sparse file: refused by its size, so that nothing of it is read */
    assert_int_equal(ftruncate(handle, 100L * 1024 * 1024), 0);
    expect_failure(path, DS_E_IO, "larger than 16 MiB");
    if (geteuid() != 0) {
        assert_int_equal(fchmod(handle, 0), 0);
        expect_failure(path, DS_E_IO, "permission denied");
    }
    close(handle);
    assert_int_equal(unlink(path), 0);
}

/* A pipe has no size: it is refused once it has given too much. */
static void test_endless_device(void **state)
{
    (void)state;
    expect_failure("/dev/zero", DS_E_IO, "larger than 16 MiB");
}

static void test_deep_nesting(void **state)
{
    (void)state;
    enum { DEPTH = 10000 };
    char *text = malloc(DEPTH * 6 + 16);
    assert_non_null(text);
    size_t length = 0;
    for (int i = 0; i < DEPTH; i++)
        length += (size_t)sprintf(text + length, "{\"a\":");
    length += (size_t)sprintf(text + length, "1");
    for (int i = 0; i < DEPTH; i++)
        text[length++] = '}';
    text[length] = '\0';

    ds_scenario *s;
    ds_error     err;
    assert_int_equal(ds_scenario_parse(text, length, "deep", NULL, 0, 0, NULL, NULL, &s, &err),
                     DS_E_SYNTAX);
    assert_non_null(strstr(err.message, "nested more than 64 deep"));
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 64 * 5 + 1);
    free(text);
}

static void test_too_many_members(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    char *text = malloc(COUNT * 16 + 16);
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "{");
    for (int i = 0; i < COUNT; i++)
        length += (size_t)sprintf(text + length, "%s\"k%d\":1", i == 0 ? "" : ",", i);
    length += (size_t)sprintf(text + length, "}");
    ds_scenario *s;
    ds_error     err;
    assert_int_equal(ds_scenario_parse(text, length, "wide", NULL, 0, 0, NULL, NULL, &s, &err),
                     DS_E_SYNTAX);
    assert_non_null(strstr(err.message, "more than 4096 members"));

    /* as many problems as are listed, and a count of the rest */
    length = (size_t)sprintf(text, "{");
    for (int i = 0; i < 2000; i++)
        length += (size_t)sprintf(text + length, "%s\"k%d\":1", i == 0 ? "" : ",", i);
    length += (size_t)sprintf(text + length, "}");
    problems all = {.count = 0};
    assert_int_equal(ds_scenario_parse(text, length, "wide", NULL, 0, 0, collect, &all, &s, &err),
                     DS_E_SCENARIO);
    assert_int_equal(all.count, 1001);
    free(text);
}

/* Whatever little memory there is, loading fails with DS_E_NOMEM or succeeds. */
static void test_out_of_memory(void **state)
{
    (void)state;
    char  *text = read_text("tests/data/minimal.json");
    size_t failures = 0;
    for (size_t limit = 64;; limit += limit / 8) {
        ds_scenario *s = NULL;
        ds_error     err;
        ds_code      code = ds_scenario_parse(text, strlen(text), "text", NULL, 0, limit, NULL,
                                              NULL, &s, &err);
        if (code == DS_OK) {
            ds_scenario_free(s);
            break;
        }
        assert_int_equal(code, DS_E_NOMEM);
        assert_null(s);
        failures++;
    }
    assert_true(failures > 10);
    free(text);
}

/* ---- Good files ------------------------------------------------------------------------------ */

static void test_minimal(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/minimal.json");
    assert_string_equal(ds_scenario_name(s), "minimal");
    assert_string_equal(ds_scenario_description(s), "");
    assert_string_equal(ds_scenario_path(s), "tests/data/minimal.json");
    assert_int_equal(ds_scenario_paths(s), 16384);
    assert_int_equal(ds_scenario_seed(s), 1);
    assert_int_equal(ds_scenario_months(s), 12);
    assert_int_equal(ds_scenario_strategy_count(s), 1);
    assert_string_equal(ds_scenario_strategy_name(s, 0), "stay");
    assert_string_equal(ds_scenario_strategy_description(s, 0), "");
    assert_false(ds_scenario_strategy_distils(s, 0));
    assert_int_equal(strlen(ds_scenario_hash(s)), 16);
    char label[8];
    ds_scenario_month_label(s, 0, label);
    assert_string_equal(label, "2026-07");
    ds_scenario_month_label(s, 6, label);
    assert_string_equal(label, "2027-01");
    ds_scenario_month_label(s, 1199, label);
    assert_string_equal(label, "2126-06");

    const ds_model *m = &DS_ITEM(ds_model, s->models, 0);
    assert_string_equal(m->provider, "large");
    assert_int_equal(m->teacher, DS_ABSENT);
    assert_int_equal(m->fallback, DS_ABSENT);
    assert_null(m->project);
    const ds_product *p = &DS_ITEM(ds_product, s->products, 0);
    assert_non_null(p->growth);
    assert_int_equal(p->growth->process, DS_GROWTH_GBM);
    assert_int_equal(p->growth->slows_to_per_year.index, DS_ABSENT);
    assert_string_equal(p->task_class, "general");
    assert_int_equal(p->season.count, 0);
    ds_scenario_free(s);
    ds_scenario_free(NULL);
}

static void test_maximal(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/maximal.json");
    assert_true(ds_scenario_strategy_distils(s, 1));
    assert_false(ds_scenario_strategy_distils(s, 0));
    /* maps are sorted by name, contracts and strategies are not */
    assert_string_equal(DS_ITEM(ds_product, s->products, 0).key.name, "archive");
    assert_string_equal(DS_ITEM(ds_model, s->models, 0).key.name, "large");
    assert_string_equal(DS_ITEM(ds_strategy, s->strategies, 0).key.name, "stay");
    const ds_model *large = &DS_ITEM(ds_model, s->models, 0);
    assert_string_equal(DS_ITEM(ds_contract, large->contracts, 0).key.name, "units");
    assert_string_equal(large->provider, "vendor");
    assert_int_equal(large->fallback, 1);
    assert_int_equal(DS_ITEM(ds_contract, large->contracts, 0).billing, DS_BILLING_COMPUTE_TIME);
    assert_false(DS_ITEM(ds_contract, large->contracts, 0).follows_price_path);
    assert_true(DS_ITEM(ds_contract, large->contracts, 1).follows_price_path);
    assert_int_equal(DS_ITEM(ds_contract, large->contracts, 0).unit->gpus, 8);

    const ds_model *student = &DS_ITEM(ds_model, s->models, 2);
    assert_int_equal(student->teacher, 0);
    assert_int_equal(student->project->attempts, 2);
    const ds_strategy *distil = &DS_ITEM(ds_strategy, s->strategies, 1);
    /* "*" sorts before the named product */
    assert_int_equal(DS_ITEM(ds_product_routes, distil->routes, 0).key.target, DS_ABSENT);
    assert_int_equal(DS_ITEM(ds_product_routes, distil->routes, 1).key.target, 2);
    assert_int_equal(DS_ITEM(ds_model_quantity, distil->start, 0).key.target, 2);
    const ds_input *start =
        &s->inputs[DS_ITEM(ds_model_quantity, distil->start, 0).value.index];
    assert_string_equal(start->text, "2027-03");
    expect_near(start->distribution.a, 8.0, 0.0); /* July 2026 to March 2027 */

    /* the ends of correlations */
    assert_int_equal(s->correlations.count, 4);
    const ds_correlation *c = &DS_ITEM(ds_correlation, s->correlations, 0);
    assert_false(c->of_processes);
    assert_string_equal(s->inputs[c->input[0]].pointer, "/products/shopping/requests_per_month");
    assert_true(DS_ITEM(ds_correlation, s->correlations, 1).of_processes);
    ds_scenario_free(s);
}

/* ---- Quantities --------------------------------------------------------------------------------- */

/* Fills TEXT's %s, a quantity for a key with range [-0.5, 10] and no unit. */
#define QUANTITY_TEXT                                                                     \
    "{\"name\": \"q\", \"clock\": {\"start\": \"2026-07\", \"months\": 12},"                \
    " \"quantities\": {\"n\": {\"uniform\": {\"low\": 1, \"high\": 2}}},"                    \
    " \"inflation_per_year\": %s,"                                                          \
    " \"products\": {\"p\": {\"requests_per_month\": 1, \"request\": {\"input_words\": 1,"   \
    " \"output_words\": 1}}},"                                                              \
    " \"models\": {\"m\": {\"contracts\": {\"c\": {\"billing\": \"per_token\","              \
    " \"usd_per_mtok\": {\"input\": 1, \"output\": 1}}}}},"                                 \
    " \"strategies\": {\"s\": {\"all\": \"m\"}}}"

static ds_scenario *parse_quantity(const char *quantity)
{
    char text[2048];
    snprintf(text, sizeof text, QUANTITY_TEXT, quantity);
    return parse(text);
}

static void test_quantity_forms(void **state)
{
    (void)state;
    /* a, b, c: the parameters by closed form, tolerance 1e-12 relative.  The 0.9
     * quantile of the standard normal is 1.2815515655446004 (Wichura 1988). */
    const double z90 = 1.2815515655446004;
    const struct {
        const char  *json, *text;
        ds_dist_kind kind;
        double       a, b, c;
    } cases[] = {
        {"2", "2", DS_DIST_CONSTANT, 2, 0, 0},
        {"-0.25", "-0.25", DS_DIST_CONSTANT, -0.25, 0, 0},
        {"{\"value\": 2}", "2", DS_DIST_CONSTANT, 2, 0, 0},
        {"{\"normal\": {\"mean\": 2, \"sd\": 0.5}}", "normal, mean 2, sd 0.5", DS_DIST_NORMAL, 2,
         0.5, 0},
        {"{\"normal\": {\"sd\": 0.5, \"mean\": 2}}", "normal, mean 2, sd 0.5", DS_DIST_NORMAL, 2,
         0.5, 0},
        {"{\"lognormal\": {\"median\": 2, \"log_sd\": 0.3}}", "lognormal, median 2, log_sd 0.3",
         DS_DIST_LOGNORMAL, log(2), 0.3, 0},
        {"{\"lognormal\": {\"mean\": 2, \"sd\": 2}}", "lognormal, mean 2, sd 2", DS_DIST_LOGNORMAL,
         log(2) - log(2) / 2, sqrt(log(2)), 0},
        {"{\"uniform\": {\"low\": 1, \"high\": 3}}", "uniform, low 1, high 3", DS_DIST_UNIFORM, 1,
         3, 0},
        {"{\"triangular\": {\"low\": 1, \"mode\": 2, \"high\": 3}}",
         "triangular, low 1, mode 2, high 3", DS_DIST_TRIANGULAR, 1, 2, 3},
        {"{\"pert\": {\"low\": 1, \"mode\": 2, \"high\": 3}}", "pert, low 1, mode 2, high 3",
         DS_DIST_PERT, 1, 2, 3},
        {"{\"beta\": {\"alpha\": 2, \"beta\": 5}}", "beta, alpha 2, beta 5", DS_DIST_BETA, 2, 5, 0},
        {"{\"beta\": {\"mean\": 0.5, \"sd\": 0.1}}", "beta, mean 0.5, sd 0.1", DS_DIST_BETA, 12, 12,
         0},
        {"{\"gamma\": {\"shape\": 2, \"scale\": 0.5}}", "gamma, shape 2, scale 0.5", DS_DIST_GAMMA,
         2, 0.5, 0},
        {"{\"gamma\": {\"mean\": 2, \"sd\": 1}}", "gamma, mean 2, sd 1", DS_DIST_GAMMA, 4, 0.5, 0},
        {"{\"exponential\": {\"mean\": 0.5}}", "exponential, mean 0.5", DS_DIST_EXPONENTIAL, 0.5, 0,
         0},
        {"{\"p10\": 2, \"p90\": 4}", "lognormal, p10 2, p90 4", DS_DIST_LOGNORMAL,
         log(8) / 2, log(2) / (2 * z90), 0},
        {"{\"p90\": 4, \"p10\": 2, \"fit\": \"normal\"}", "normal, p10 2, p90 4", DS_DIST_NORMAL, 3,
         1 / z90, 0},
        {"{\"p10\": -0.1, \"p90\": 0.3}", "normal, p10 -0.1, p90 0.3", DS_DIST_NORMAL, 0.1,
         0.2 / z90, 0},
        {"{\"p10\": 2, \"p90\": 4, \"min\": 1, \"max\": 5}",
         "lognormal, p10 2, p90 4, at least 1, at most 5", DS_DIST_LOGNORMAL, log(8) / 2,
         log(2) / (2 * z90), 0},
        {"{\"bernoulli\": {\"probability\": 1}}", "bernoulli, probability 1", DS_DIST_CONSTANT, 1,
         0, 0},
        {"{\"discrete\": {\"values\": [3, 1], \"weights\": [0, 2]}}", "discrete, 2 values",
         DS_DIST_CONSTANT, 1, 0, 0},
        {"\"@n\"", "uniform, low 1, high 2", DS_DIST_UNIFORM, 1, 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ds_scenario           *s = parse_quantity(cases[i].json);
        const ds_input        *input = &s->inputs[s->inflation_per_year.index];
        const ds_distribution *d = &input->distribution;
        assert_string_equal(input->text, cases[i].text);
        assert_int_equal(d->kind, cases[i].kind);
        expect_near(d->a, cases[i].a, 1e-12 * fabs(cases[i].a) + 1e-15);
        expect_near(d->b, cases[i].b, 1e-12 * fabs(cases[i].b));
        expect_near(d->c, cases[i].c, 0.0);
        assert_string_equal(input->pointer, cases[i].json[0] == '"' ? "/quantities/n"
                                                                    : "/inflation_per_year");
        ds_scenario_free(s);
    }
}

static void test_steps(void **state)
{
    (void)state;
    ds_scenario *s = parse_quantity("{\"discrete\": {\"values\": [3, 1, 2, 9],"
                                    " \"weights\": [1, 2, 0, 1]}, \"max\": 5}");
    const ds_distribution *d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->kind, DS_DIST_DISCRETE);
    assert_int_equal(d->count, 2); /* 2 has no weight, 9 is cut off */
    expect_near(d->values[0], 1.0, 0.0);
    expect_near(d->weights[0], 2.0, 0.0);
    expect_near(d->values[1], 3.0, 0.0);
    ds_scenario_free(s);

    s = parse_quantity("{\"bernoulli\": {\"probability\": 0.25}}");
    d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->count, 2);
    expect_near(ds_distribution_mean(d), 0.25, 1e-15);
    ds_scenario_free(s);

    s = parse_quantity("{\"empirical\": {\"values\": [3, 1, 2, 2]}}");
    d = &s->inputs[s->inflation_per_year.index].distribution;
    assert_int_equal(d->kind, DS_DIST_EMPIRICAL);
    expect_near(d->values[0], 1.0, 0.0);
    expect_near(d->values[3], 3.0, 0.0);
    ds_scenario_free(s);
}

/* Up to 1 % of the mass outside the range [-0.5, 10] is cut off, more is refused. */
static void test_ranges(void **state)
{
    (void)state;
    /* normal, mean 10 - 2.4 sd: 0.82 % above 10 */
    ds_scenario *s = parse_quantity("{\"normal\": {\"mean\": 7.72, \"sd\": 0.95}}");
    const ds_distribution *d = &s->inputs[s->inflation_per_year.index].distribution;
    expect_near(d->high, 10.0, 0.0);
    assert_true(isinf(d->low)); /* 8.6 sd away: no draw gets there */
    ds_scenario_free(s);

    /* 2.3 sd: 1.07 %; cut by the user to less than that, it is good again */
    char text[2048];
    snprintf(text, sizeof text, QUANTITY_TEXT, "{\"normal\": {\"mean\": 7.7, \"sd\": 1}}");
    ds_error err;
    assert_int_equal(ds_scenario_parse(text, strlen(text), "t", NULL, 0, 0, NULL, NULL, &s, &err),
                     DS_E_SCENARIO);
    assert_string_equal(err.message,
                        "1.1 % of the distribution is above 10 1/year; set \"max\" or narrow it");
    s = parse_quantity("{\"normal\": {\"mean\": 7.7, \"sd\": 1}, \"max\": 9}");
    d = &s->inputs[s->inflation_per_year.index].distribution;
    expect_near(d->high, 9.0, 0.0);
    ds_scenario_free(s);
}

static void test_shared_quantities(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/maximal.json");
    const ds_product *shopping = &DS_ITEM(ds_product, s->products, 2);
    /* "@share" and "@same_share", which passes on to it, are one input */
    assert_int_equal(shopping->request->cache_read_share.index,
                     shopping->request->cache_write_share.index);
    const ds_input *share = &s->inputs[shopping->request->cache_read_share.index];
    assert_string_equal(share->pointer, "/quantities/share");
    assert_string_equal(share->unit, "1");
    const ds_input *rent = find_input(s, "/quantities/rent");
    assert_string_equal(rent->unit, "USD/GPU-hour");
    assert_int_equal(DS_ITEM(ds_gpu, s->gpus, 0).usd_per_gpu_hour.index, rent - s->inputs);
    assert_string_equal(find_input(s, "/quantities/unused")->unit, "");
    /* no input has the pointer of a use, and none is there twice */
    for (size_t i = 0; i < s->input_count; i++) {
        assert_string_not_equal(s->inputs[i].pointer, "/gpus/h100/usd_per_gpu_hour");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(s->inputs[i].pointer, s->inputs[j].pointer);
    }
    /* per event, unless shared */
    assert_true(find_input(s, "/gpus/h100/jump_factor")->per_event);
    assert_false(rent->per_event);
    ds_scenario_free(s);
}

static void test_csv_samples(void **state)
{
    (void)state;
    ds_scenario    *s = load("tests/data/maximal.json");
    const ds_input *input = find_input(s, "/products/archive/requests_per_month");
    assert_string_equal(input->text, "empirical, 3 values of samples.csv, price, usd");
    assert_int_equal(input->distribution.count, 3);
    expect_near(input->distribution.values[0], 1.75, 0.0);
    expect_near(input->distribution.values[2], 3.25, 0.0);
    ds_scenario_free(s);
}

static void test_csv_reader(void **state)
{
    (void)state;
    const struct {
        const char *text, *column;
        size_t      count;
        double      sum;
        const char *message; /* NULL when good */
    } cases[] = {
        {"a,b\n1,2\n3,4\n", "b", 2, 6, NULL},
        {"a,b\r\n1,2\r\n3,4", "b", 2, 6, NULL},
        {"\xEF\xBB\xBF" "a\n1\n\n2\n", "a", 2, 3, NULL},
        {"\"a \"\"x\"\"\",b\n\"1\",2\n", "a \"x\"", 1, 1, NULL},
        {"a,b\n\"x\ny\",2\n3,4\n", "b", 2, 6, NULL},
        {"a\n 1e3 \n", "a", 1, 1000, NULL},
        {"a,b\n1\n", "b", 0, 0, "the row has no column \"b\""},
        {"a,b\n1,\n", "b", 0, 0, "not a finite number: \"\""},
        {"a\nnan\n", "a", 0, 0, "not a finite number: \"nan\""},
        {"a\n0x10\n", "a", 0, 0, "not a finite number: \"0x10\""},
        {"a\n1e999\n", "a", 0, 0, "not a finite number: \"1e999\""},
        {"a\n\"1\n", "a", 0, 0, "not a finite number"},
        {"a\n", "a", 0, 0, "no rows"},
        {"", "a", 0, 0, "the first line has no column \"a\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char     text[128];
        double  *values;
        size_t   count;
        ds_error err = {.message = ""};
        snprintf(text, sizeof text, "%s", cases[i].text);
        ds_code code = ds_csv_column_of_text(text, strlen(text), cases[i].column, &values, &count,
                                             &err);
        if (cases[i].message != NULL) {
            assert_int_equal(code, DS_E_SCENARIO);
            if (strstr(err.message, cases[i].message) == NULL)
                fail_msg("case %zu: %s", i, err.message);
            continue;
        }
        assert_int_equal(code, DS_OK);
        double sum = 0.0;
        for (size_t k = 0; k < count; k++)
            sum += values[k];
        assert_int_equal(count, cases[i].count);
        expect_near(sum, cases[i].sum, 0.0);
        free(values);
    }
}

/* ---- Provenance ------------------------------------------------------------------------------------ */

static void expect_origin(const ds_scenario *s, const char *pointer, ds_origin origin,
                          const char *source, const char *as_of)
{
    for (size_t i = 0; i < ds_scenario_input_count(s); i++) {
        ds_input_info info = ds_scenario_input(s, i);
        if (strcmp(info.pointer, pointer) != 0)
            continue;
        assert_int_equal(info.origin, origin);
        assert_string_equal(info.source, source);
        assert_string_equal(info.as_of, as_of);
        return;
    }
    fail_msg("no input %s", pointer);
}

static void test_provenance(void **state)
{
    (void)state;
    const ds_override none[] = {
        {"/source", "null"}, {"/as_of", "null"}, {"/assumption", "null"},
        {"/gpus/source", "\"a list\""},
        {"/gpus/h100/peak_tflops", "{\"value\": 989, \"as_of\": \"2025\"}"},
        {"/gpus/h100/reversion_per_year", "{\"value\": 1, \"note\": \"no more than a note\"}"},
    };
    ds_scenario *s = load("tests/data/maximal.json");
    /* from the root, where assumption wins over source */
    expect_origin(s, "/gpus/h100/peak_tflops", DS_ORIGIN_ASSUMPTION, "the tests", "2026-06-30");
    /* a map, then a member of it */
    expect_origin(s, "/quantities/share", DS_ORIGIN_SOURCE, "a survey", "");
    expect_origin(s, "/quantities/rent", DS_ORIGIN_SOURCE, "quotes", "2026-06");
    expect_origin(s, "/models/other/decay_per_month", DS_ORIGIN_DEFAULT, "", "");
    ds_scenario_free(s);

    s = load_with("tests/data/maximal.json", none, sizeof none / sizeof none[0]);
    expect_origin(s, "/discount_rate_per_year", DS_ORIGIN_UNSOURCED, "", "");
    expect_origin(s, "/gpus/h100/volatility_per_sqrt_year", DS_ORIGIN_SOURCE, "a list", "");
    /* what states any of it states all of it; a note states nothing */
    expect_origin(s, "/gpus/h100/peak_tflops", DS_ORIGIN_UNSOURCED, "", "2025");
    expect_origin(s, "/gpus/h100/reversion_per_year", DS_ORIGIN_SOURCE, "a list", "");
    ds_scenario_free(s);
}

/* ---- Parents and overrides ---------------------------------------------------------------------------- */

static void test_extends(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/child/child.json");
    assert_string_equal(ds_scenario_name(s), "grandchild of minimal");
    assert_string_equal(ds_scenario_path(s), "tests/data/child/child.json");
    assert_int_equal(ds_scenario_months(s), 24);            /* the parent's */
    assert_int_equal(s->products.count, 2);                 /* one more */
    assert_string_equal(s->clock->start, "2026-07");        /* the grandparent's */
    expect_near(s->clock->hours_per_month, 730, 0); /* taken back by null */
    /* the sample stands beside the file that names it, not beside the child */
    const ds_input *sample = find_input(s, "/products/more/requests_per_month");
    assert_int_equal(sample->distribution.count, 3);
    ds_scenario_free(s);
}

static void test_overrides(void **state)
{
    (void)state;
    const ds_override changes[] = {
        {"/clock/months", "36"},
        {"/name", "bare words"},
        {"/products/chat/growth/per_year", "{\"p10\": 0.1, \"p90\": 1}"}, /* makes growth */
        {"/products/chat/description", "2027-01"},                        /* not JSON: text */
        {"/models/a~1b~0c", "{\"contracts\": {\"c\": {\"billing\": \"per_token\","
                            " \"usd_per_mtok\": {\"input\": 1, \"output\": 2}}}}"},
        {"/models/a~1b~0c/contracts/c/usd_per_mtok/input", "7"},
        {"/strategies/stay/all", "a/b~c"},
        {"/models/large", "null"},
        {"/assert", "[]"},
        {"/assert/-", "{\"outcome\": \"x\", \"strategy\": \"stay\", \"above\": 1}"},
        {"/assert/0/above", "5"},
    };
    ds_scenario *s = load_with("tests/data/minimal.json", changes,
                               sizeof changes / sizeof changes[0]);
    assert_int_equal(ds_scenario_months(s), 36);
    assert_string_equal(ds_scenario_name(s), "bare words");
    assert_string_equal(DS_ITEM(ds_product, s->products, 0).description, "2027-01");
    assert_int_equal(s->models.count, 1);
    assert_string_equal(find_input(s, "/models/a~1b~0c/contracts/c/usd_per_mtok/input")->text, "7");
    expect_near(DS_ITEM(ds_assertion, s->assertions, 0).above, 5.0, 0.0);
    assert_true(isinf(DS_ITEM(ds_assertion, s->assertions, 0).below));

    /* a second change starts from the first, and the first stays as it is */
    const ds_override more[] = {{"/clock/months", "48"}};
    ds_scenario      *t = NULL;
    assert_int_equal(ds_scenario_with(s, more, 1, print_problem, NULL, &t, NULL), DS_OK);
    ds_scenario_free(s);
    assert_int_equal(ds_scenario_months(t), 48);
    assert_string_equal(ds_scenario_name(t), "bare words");
    ds_scenario_free(t);
}

static void test_override_samples(void **state)
{
    (void)state;
    const ds_override change[] = {{"/clock/months", "48"}};
    ds_scenario      *s = load("tests/data/maximal.json"), *t = NULL;
    assert_int_equal(ds_scenario_with(s, change, 1, print_problem, NULL, &t, NULL), DS_OK);
    ds_scenario_free(s);
    assert_int_equal(find_input(t, "/products/archive/requests_per_month")->distribution.count, 3);
    ds_scenario_free(t);
}

static void test_bad_overrides(void **state)
{
    (void)state;
    const struct {
        const char *pointer, *value, *message;
        ds_code     code;
    } cases[] = {
        {"clock/months", "3", "starts with '/'", DS_E_SCENARIO},
        {"", "3", "starts with '/'", DS_E_SCENARIO},
        {"/clock/mon~2ths", "3", "'~' is written ~0", DS_E_SCENARIO},
        {"/clock/start/x", "3", "a string has no member \"x\"", DS_E_SCENARIO},
        {"/clock/months", "0", "0 is below 1 month", DS_E_SCENARIO},
        {"/clock/months", "{\"a\": ", "expected a value, found the end", DS_E_SYNTAX},
        {"/clock/months", "\"x", "does not end", DS_E_SYNTAX},
        {"/clock/months", "1e999", "must be an integer, found the string", DS_E_SCENARIO},
        {"/clock/months", "", "the text is empty", DS_E_SYNTAX},
        {"/clock/months", "a\x01", "must be an integer", DS_E_SCENARIO},
        {"/name", "\xFF", "not valid UTF-8", DS_E_SYNTAX},
        {"/clock/monts", "3", "unknown key \"monts\"; did you mean \"months\"?", DS_E_SCENARIO},
        {"/clock", "null", "required key \"clock\" is missing", DS_E_SCENARIO},
        {"/extends", "\"x.json\"", "cannot be changed", DS_E_SCENARIO},
        {"/products/chat/season/12", "1", "a list has", DS_E_SCENARIO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ds_override change[] = {{cases[i].pointer, cases[i].value}};
        ds_scenario      *s = NULL;
        ds_error          err;
        ds_code code = ds_scenario_load("tests/data/minimal.json", change, 1, NULL, NULL, &s, &err);
        if (i + 1 == sizeof cases / sizeof cases[0]) {
            /* the season is made as an object, which is not what a season is */
            assert_non_null(strstr(err.message, "must be a list of numbers, found an object"));
            continue;
        }
        if (strstr(err.message, cases[i].message) == NULL)
            fail_msg("case %zu: %s", i, err.message);
        assert_int_equal(code, cases[i].code);
        assert_null(s);
        if (strcmp(cases[i].value, "null") != 0)
            assert_string_equal(err.file, "--set");
    }
}

/* ---- The canonical text ----------------------------------------------------------------------------------- */

static void expect_same_hash(const char *first, const char *second)
{
    ds_scenario *a = parse(first), *b = parse(second);
    if (strcmp(ds_scenario_hash(a), ds_scenario_hash(b)) != 0)
        fail_msg("%s\n%s", ds_scenario_resolved_json(a), ds_scenario_resolved_json(b));
    assert_string_equal(ds_scenario_resolved_json(a), ds_scenario_resolved_json(b));
    ds_scenario_free(a);
    ds_scenario_free(b);
}

/* Reverses the members of objects, but not of those whose order means something. */
static void reverse_members(cJSON *node, bool keep)
{
    cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        bool ordered = child->string != NULL && (strcmp(child->string, "strategies") == 0 ||
                                                 strcmp(child->string, "contracts") == 0);
        reverse_members(child, ordered);
    }
    if (!cJSON_IsObject(node) || keep)
        return;
    cJSON *members[256];
    int    count = 0;
    while (node->child != NULL)
        members[count++] = cJSON_DetachItemViaPointer(node, node->child);
    while (count > 0) {
        count--;
        char *name = strdup(members[count]->string);
        assert_non_null(name);
        assert_true(cJSON_AddItemToObject(node, name, members[count]));
        free(name);
    }
}

static void test_hash_ignores_layout(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/maximal.json");
    cJSON       *tree = cJSON_Parse(ds_scenario_resolved_json(s));
    assert_non_null(tree);
    reverse_members(tree, false);
    char *reversed = cJSON_PrintUnformatted(tree);
    assert_string_not_equal(reversed, ds_scenario_resolved_json(s));
    expect_same_hash(ds_scenario_resolved_json(s), reversed);
    cJSON_free(reversed);
    cJSON_Delete(tree);
    ds_scenario_free(s);

    /* defaults that are spelled out, other spellings of a number, escapes */
    char plain[2048], spelled[2048];
    snprintf(plain, sizeof plain, QUANTITY_TEXT, "0");
    snprintf(spelled, sizeof spelled, QUANTITY_TEXT,
             "-0.0e1, \"t\\u0069ming\": \"start\", \"discount_rate_per_year\": 1e-1");
    expect_same_hash(plain, spelled);
}

static void test_hash_sees_changes(void **state)
{
    (void)state;
    const ds_override changes[] = {
        {"/clock/months", "53"},
        {"/inflation_per_year/normal/sd", "0.011"},
        {"/products/archive/growth/series/2", "1.3"},
        {"/description", "other"},
        {"/correlations/0/2", "0.61"},
        {"/products/archive/requests_per_month/empirical", "{\"values\": [2.5, 3.25]}"},
    };
    ds_scenario *s = load("tests/data/maximal.json");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ds_scenario *t = NULL;
        assert_int_equal(ds_scenario_with(s, &changes[i], 1, print_problem, NULL, &t, NULL), DS_OK);
        assert_string_not_equal(ds_scenario_hash(t), ds_scenario_hash(s));
        ds_scenario_free(t);
    }
    ds_scenario_free(s);
}

/* FNV-1a of the text, computed here anew. */
static void test_hash_is_fnv(void **state)
{
    (void)state;
    ds_scenario *s = load("tests/data/minimal.json");
    uint64_t     hash = 14695981039346656037u; /* offset basis, RFC 9923 */
    for (const char *p = ds_scenario_resolved_json(s); *p != '\0'; p++) {
        hash ^= (unsigned char)*p;
        hash *= 1099511628211u;
    }
    char text[32];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    assert_string_equal(ds_scenario_hash(s), text);
    ds_scenario_free(s);
}

static void expect_same_inputs(const ds_scenario *a, const ds_scenario *b)
{
    assert_int_equal(a->input_count, b->input_count);
    for (size_t i = 0; i < a->input_count; i++) {
        const ds_input *x = &a->inputs[i], *y = &b->inputs[i];
        assert_string_equal(x->pointer, y->pointer);
        assert_int_equal(x->distribution.kind, y->distribution.kind);
        assert_true(memcmp(&x->distribution.a, &y->distribution.a, 5 * sizeof(double)) == 0);
        assert_int_equal(x->distribution.count, y->distribution.count);
        if (x->distribution.count > 0)
            assert_memory_equal(x->distribution.values, y->distribution.values,
                                x->distribution.count * sizeof(double));
    }
}

/* The canonical text is a scenario itself, and the same one to the bit. */
static void test_resolved_is_a_scenario(void **state)
{
    (void)state;
    const char *const files[] = {"tests/data/minimal.json", "tests/data/maximal.json",
                                 "tests/data/child/child.json"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        ds_scenario *s = load(files[i]), *again = parse(ds_scenario_resolved_json(s));
        assert_string_equal(ds_scenario_hash(s), ds_scenario_hash(again));
        assert_string_equal(ds_scenario_resolved_json(s), ds_scenario_resolved_json(again));
        expect_same_inputs(s, again);
        ds_scenario_free(s);
        ds_scenario_free(again);
    }
}

/* ---- Error values -------------------------------------------------------------------------------------------- */

static void test_error_values(void **state)
{
    (void)state;
    ds_error err;
    char     huge[2000];
    memset(huge, 'x', sizeof huge);
    huge[sizeof huge - 1] = '\0';
    /* 255 bytes of pointer would end inside the two bytes of an accented letter */
    memcpy(huge + 254, "\xC3\xA9", 2);
    assert_int_equal(ds_fail(&err, DS_E_NUMERIC, huge, "%s", huge), DS_E_NUMERIC);
    assert_int_equal(strlen(err.pointer), 254);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_string_equal(err.file, "");
    assert_int_equal(err.line, 0);
    assert_int_equal(ds_fail(NULL, DS_E_BUG, NULL, "nobody listens"), DS_E_BUG);

    assert_string_equal(ds_code_text(DS_OK), "ok");
    assert_int_equal(ds_code_exit_status(DS_OK), 0);
    assert_int_equal(ds_code_exit_status(DS_E_SCENARIO), 3);
    assert_int_equal(ds_code_exit_status(DS_E_BUG), 70);
    for (int code = 0; code < DS_CODE_COUNT; code++)
        assert_true(strlen(ds_code_text((ds_code)code)) > 1);
    assert_string_equal(ds_code_text(DS_CODE_COUNT), "unknown error");
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_message_style),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_endless_device),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_too_many_members),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_minimal),
        cmocka_unit_test(test_maximal),
        cmocka_unit_test(test_quantity_forms),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_shared_quantities),
        cmocka_unit_test(test_csv_samples),
        cmocka_unit_test(test_csv_reader),
        cmocka_unit_test(test_provenance),
        cmocka_unit_test(test_extends),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_override_samples),
        cmocka_unit_test(test_bad_overrides),
        cmocka_unit_test(test_hash_ignores_layout),
        cmocka_unit_test(test_hash_sees_changes),
        cmocka_unit_test(test_hash_is_fnv),
        cmocka_unit_test(test_resolved_is_a_scenario),
        cmocka_unit_test(test_error_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
