/* test_scenario.c -- loading scenarios: the corpus of bad files, files that cannot be
 * read, two good ones.
 *
 * Run from the root of the repository.  All exact, nothing random.
 * tests/bad/expected.txt lists what each bad file must be told, and nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/error.h"
#include "scenario/problems.h"
#include "scenario_help.h"

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

/* ---- The corpus of bad files ----------------------------------------------------- */

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

/* A bad file may be odd too; warnings have tests of their own. */
static void collect_errors(void *context, const ds_error *problem)
{
    if (!problem->warning)
        collect(context, problem);
}

static void load_bad(const char *name, problem_list *found)
{
    char         path[256];
    ds_scenario *s = NULL;
    ds_error     first;
    snprintf(path, sizeof path, "tests/bad/%s.json", name);
    found->count = 0;
    ds_code code = ds_scenario_load(path, NULL, 0, collect_errors, found, &s, &first);
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
    problem_list    found = {.count = 0};
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
    problem_list    found;
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

/* ---- Files that cannot be read --------------------------------------------------- */

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
    problem_list all = {.count = 0};
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

/* ---- Good files ------------------------------------------------------------------ */

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
    assert_int_equal(DS_ITEM(ds_unit_pool, DS_ITEM(ds_contract, large->contracts, 0).units, 0).gpus,
                     8);

    const ds_model *student = &DS_ITEM(ds_model, s->models, 2);
    assert_int_equal(student->teacher, 0);
    assert_int_equal(student->project->attempts, 2);
    const ds_strategy *distil = &DS_ITEM(ds_strategy, s->strategies, 1);
    /* "*" sorts before the named product */
    assert_int_equal(DS_ITEM(ds_product_routes, distil->routes, 0).key.target, DS_ABSENT);
    assert_int_equal(DS_ITEM(ds_product_routes, distil->routes, 2).key.target, 2);
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

/* ---- Error values ---------------------------------------------------------------- */

/* A choice whose words are numbers may be written as one. */
static void test_choices_that_are_numbers(void **state)
{
    (void)state;
    ds_override  eight = {"/profiles/moe-fp4/roofline/weight_bits", "8"};
    ds_override  five = {"/profiles/moe-fp4/roofline/weight_bits", "5"};
    ds_scenario *s = load_with("tests/data/maximal.json", &eight, 1);
    const ds_profile *profiles = s->profiles.items;
    for (size_t i = 0; i < s->profiles.count; i++)
        if (strcmp(profiles[i].key.name, "moe-fp4") == 0)
            assert_int_equal(profiles[i].roofline->weight_bits, DS_BITS_8);
    ds_scenario_free(s);

    ds_error err;
    assert_int_equal(ds_scenario_load("tests/data/maximal.json", &five, 1, NULL, NULL, &s, &err),
                     DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "must be 16, 8 or 4, found 5"));
}

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

/* ---- Warnings -------------------------------------------------------------------- */

static void test_warning(void **state)
{
    (void)state;
    problem_list          found = {.count = 0};
    ds_scenario      *s = NULL, *t = NULL;
    ds_error          err = {.code = DS_E_BUG};
    const char        path[] = "tests/data/busy-hour.json";
    const ds_override changes[] = {
        {"/products/chat/peak_to_mean", "2"},       {"/products/chat/peak_to_mean", "null"},
        {"/clock/months", "0"},
    };
    assert_int_equal(ds_scenario_load(path, NULL, 0, collect, &found, &s, &err), DS_OK);
    assert_non_null(s);
    assert_int_equal(err.code, DS_E_BUG); /* a warning is not the first problem */
    assert_int_equal(found.count, 1);
    assert_true(found.items[0].warning);
    assert_int_equal(found.items[0].code, DS_OK);
    assert_string_equal(found.items[0].file, path);
    assert_string_equal(found.items[0].pointer, "/products/chat/peak_to_mean");
    assert_int_equal(found.items[0].line, 4);
    assert_int_equal(found.items[0].column, 21);
    assert_non_null(strstr(found.items[0].message, "the busiest hour of hour_shape is 2 times"));

    /* not when the peak holds the hour, nor when it is a default */
    for (size_t i = 0; i < 2; i++) {
        found.count = 0;
        assert_int_equal(ds_scenario_with(s, &changes[i], 1, collect, &found, &t, &err), DS_OK);
        assert_int_equal(found.count, 0);
        ds_scenario_free(t);
    }
    /* with a problem: both are told in the order of the files, and the problem counts */
    found.count = 0;
    assert_int_equal(ds_scenario_with(s, &changes[2], 1, collect, &found, &t, &err),
                     DS_E_SCENARIO);
    assert_int_equal(found.count, 2);
    assert_true(found.items[0].warning);
    assert_false(found.items[1].warning);
    assert_memory_equal(&err, &found.items[1], sizeof err);
    ds_scenario_free(s);
}

/* Warnings, however many, leave room for problems. */
static void test_many_warnings(void **state)
{
    (void)state;
    ds_problems all = {0};
    problem_list    found = {.count = 0};
    ds_error    error, err;
    for (int i = 0; i < 2 * DS_WARNINGS_MAX; i++) {
        ds_fail(&error, DS_OK, "/x", "take care");
        error.warning = true;
        error.line = 5;
        ds_problems_add(&all, &error, 0);
    }
    assert_false(ds_problems_any(&all));
    assert_int_equal(ds_problems_report(&all, collect, &found, &err), DS_OK);
    assert_int_equal(found.count, DS_WARNINGS_MAX + 1);
    ds_fail(&error, DS_E_SCENARIO, "/y", "wrong");
    error.line = 3;
    ds_problems_add(&all, &error, 0);
    assert_true(ds_problems_any(&all));
    found.count = 0;
    assert_int_equal(ds_problems_report(&all, collect, &found, &err), DS_E_SCENARIO);
    assert_int_equal(found.count, DS_WARNINGS_MAX + 2);
    assert_string_equal(found.items[0].message, "wrong");
    assert_string_equal(err.message, "wrong");
    ds_problems_free(&all);
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
        cmocka_unit_test(test_choices_that_are_numbers),
        cmocka_unit_test(test_error_values),
        cmocka_unit_test(test_warning),
        cmocka_unit_test(test_many_warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
