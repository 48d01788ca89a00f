/* test_samples.c -- tables of futures: made by a run, written, read again; and files that are
 * refused, each with line and column.
 *
 * What is written has twelve digits, so that what is read is within 5e-12 of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "distillsim_samples.h"
#include "output/samples_csv.h"

enum { PATHS = 300 };

static const char small[] =
    "{'name': 'small', 'discount_rate_per_year': 0, 'clock': {'start': '2027-01', 'months': 12},"
    " 'products': {'q': {'requests_per_month': {'lognormal': {'median': 1e6, 'log_sd': 0.5}},"
    "   'growth': {'process': 'gbm', 'per_year': 0.2, 'volatility_per_sqrt_year': 0.4},"
    "   'request': {'input_tokens': 1000, 'output_tokens': 0}}},"
    " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"
    "     'usd_per_mtok': {'input': 1, 'output': 0}}}},"
    "   's': {'teacher': 'm', 'quality': {'general': {'acceptable_share': 0.9}},"
    "     'project': {'staff_months': 1, 'usd_per_staff_month': 1000, 'lead_months': 1,"
    "       'attempts': 3, 'success_probability': 0.5},"
    "     'contracts': {'o': {'billing': 'per_token',"
    "       'usd_per_mtok': {'input': 0.1, 'output': 0}}}}},"
    " 'strategies': {'stay': {'all': 'm'}, 'distil': {'all': 'm', 'start': {'s': '2027-02'},"
    "   'routes': {'q': {'s': {'share': 0.5}}}}}}";

static ds_samples *run_small(world *m)
{
    ds_run_options options = {.path_count = PATHS, .seed = 1, .threads = 1};
    ds_samples *s = NULL;
    ds_error err;
    *m = open_text(small);
    if (ds_samples_run(m->plan, &options, NULL, 0, &s, NULL, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    return s;
}

static const double *column(const ds_samples *s, const char *name)
{
    if (ds_samples_find(s, name) == ds_samples_columns(s))
        fail_msg("no column %s", name);
    return ds_samples_column(s, ds_samples_find(s, name));
}

static void test_what_a_run_keeps(void **state)
{
    (void)state;
    world m;
    ds_samples *s = run_small(&m);
    const double *requests = column(s, "/products/q/requests_per_month");
    const double *mean = column(s, "/products/q#mean_requests_per_month");
    const double *attempts = column(s, "/models/s/project#attempts");
    const double *passed = column(s, "/models/s/project#passed");
    const double *saving = column(s, "distil/saving_npv_usd");
    const double *cost = column(s, "stay/cost_npv_usd");
    size_t successes = 0;

    assert_int_equal(ds_samples_rows(s), PATHS);
    assert_string_equal(ds_samples_at(s, ds_samples_find(s, "stay/cost_npv_usd")).unit, "USD");
    for (size_t i = 0; i < PATHS; i++) {
        /* a dollar for a thousand requests of 1000 tokens; undiscounted */
        assert_true(fabs(cost[i] / (12 * mean[i] / 1000) - 1) < 1e-9);
        assert_true(mean[i] != requests[i]);
        assert_true(attempts[i] >= 1 && attempts[i] <= 3);
        assert_true(passed[i] == 1 || attempts[i] == 3);
        assert_true(passed[i] == 1 || saving[i] < 0); /* paid for nothing */
        successes += passed[i] == 1;
    }
    /* 1 - 1/8 of 300 is 262.5 with a standard deviation of 5.7; within 4 of them */
    assert_true(fabs((double)successes - 262.5) < 4 * 5.73);
    ds_samples_free(s);
    close_world(&m);
}

static void test_written_and_read(void **state)
{
    (void)state;
    world m;
    ds_samples *s = run_small(&m), *back = NULL;
    char path[] = "/tmp/distillsim-samples-XXXXXX";
    ds_error err;
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(ds_samples_write(path, s, &err), DS_OK);
    if (ds_samples_read(path, &back, &err) != DS_OK)
        fail_msg("%d:%d: %s", err.line, err.column, err.message);
    assert_int_equal(ds_samples_rows(back), PATHS);
    assert_int_equal(ds_samples_columns(back), ds_samples_columns(s));
    for (size_t c = 0; c < ds_samples_columns(s); c++) {
        assert_string_equal(ds_samples_at(back, c).name, ds_samples_at(s, c).name);
        assert_int_equal(ds_samples_at(back, c).kind, ds_samples_at(s, c).kind);
        for (size_t i = 0; i < PATHS; i++) {
            const double a = ds_samples_column(s, c)[i], b = ds_samples_column(back, c)[i];
            assert_true(a == b || fabs(a - b) <= 5e-12 * fabs(a));
        }
    }
    ds_samples_free(s);
    ds_samples_free(back);
    unlink(path);
    close_world(&m);
}

typedef struct {
    const char *text, *message; /* a part of it; NULL: it can be read                   */
    int         line, column;
} file_case;

static const file_case files[] = {
    {"a,b\n1,2\n", NULL, 0, 0},
    {"\xEF\xBB\xBF" "a,b\r\n1,2\r\n", NULL, 0, 0},
    {"path,a,x/payback_months\n0,1,Inf\n", NULL, 0, 0},
    {"\"a,\"\"b\",c\n1e3, 2 \n\n", NULL, 0, 0},
    {"a,b\n1,2\n3\n", "1 field, but the header has 2", 3, 1},
    {"a,b\n1,2\n3,4,5\n", "3 fields, but the header has 2", 3, 1},
    {"a,b\n1,nan\n", "not a number: \"nan\"", 2, 3},
    {"a,b\n1,\n", "the value is missing", 2, 3},
    {"a,/x/y\n1,Inf\n", "an input is finite", 2, 3},
    {"a,b\n1,0x10\n", "not a number", 2, 3},
    {"a,b\n1,2;3\n", "not a number", 2, 3},
    {"a,a\n1,2\n", "a second column", 1, 3},
    {",a\n1,2\n", "no name", 1, 1},
    {"a,b\n1,\"2\n", "does not end", 2, 3},
    {"a,b\n", "no row", 1, 1},
    {"path\n1\n", "no columns", 1, 1},
    {"\"", "does not end", 1, 1},
    {"", "nothing stands there", 1, 1},
    {"\n1,2\n", "nothing stands there", 1, 1},
};

static void test_files(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        char path[] = "/tmp/distillsim-samples-XXXXXX";
        ds_samples *s = NULL;
        ds_error err;
        FILE *file = fdopen(mkstemp(path), "w");
        assert_non_null(file);
        fputs(files[k].text, file);
        fclose(file);
        const ds_code code = ds_samples_read(path, &s, &err);
        unlink(path);
        if (files[k].message == NULL) {
            if (code != DS_OK)
                fail_msg("case %zu: %s", k, err.message);
        } else if (code != DS_E_SCENARIO || strstr(err.message, files[k].message) == NULL ||
                   err.line != files[k].line || err.column != files[k].column ||
                   strcmp(err.file, path) != 0) {
            fail_msg("case %zu: %d, %d:%d: %s", k, (int)code, err.line, err.column, err.message);
        }
        ds_samples_free(s);
    }
    ds_samples *s = NULL;
    ds_error err;
    assert_int_equal(ds_samples_read("/nowhere/at/all.csv", &s, &err), DS_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_run_keeps),
        cmocka_unit_test(test_written_and_read),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
