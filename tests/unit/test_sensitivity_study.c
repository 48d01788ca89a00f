/* test_sensitivity_study.c -- what drives a scenario whose indices are known.
 *
 * A month of traffic at a price is a product of lognormals, or, of two products with correlated
 * traffic, the linear model of the textbooks.  Tolerances: 4 of our own standard errors (6e-5
 * each, were the seed drawn anew; it is fixed), and 0.01 of a share, 1 % of a sum of money.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include <string.h>

#include "distillsim_sensitivity.h"
#include "numerics/stream.h"

#define START                                                                            \
    "{'name': 'known', 'clock': {'start': '2027-01', 'months': 1}, 'run': {'paths': 65536},"
#define PRODUCT(name, requests, tokens)                                                 \
    "'" name "': {'requests_per_month': " requests ", 'request': {'input_tokens': " tokens ","  \
    " 'output_tokens': 0}}"
#define MODEL(price)                                                                     \
    "'models': {'m': {'contracts': {'c': {'billing': 'per_token',"                           \
    "    'usd_per_mtok': {'input': " price ", 'output': 0}}}}},"                              \
    "'strategies': {'stay': {'all': 'm'}}}"

/* cost = 1000 requests x tokens x price: lognormals of log_sd 0.5 and 0.3 */
static const char product[] =
    START "'products': {" PRODUCT("q", "{'lognormal': {'median': 1e9, 'log_sd': 0.5}}", "1000") "},"
    MODEL("{'lognormal': {'median': 1, 'log_sd': 0.3}}");
static const double product_first[2] = { 0.701388088993, 0.232559190127 };
static const double product_total[2] = { 0.767440809873, 0.298611911007 };

/* cost = x1 + 2 x2, correlation 1/2 */
#define NORMAL "{'normal': {'mean': 1e9, 'sd': 1e8}}"
static const char linear[] =
    START "'correlations': [['/products/a/requests_per_month',"
    "    '/products/b/requests_per_month', 0.5]],"
    "'products': {" PRODUCT("a", NORMAL, "1000") ", " PRODUCT("b", NORMAL, "2000") "}," MODEL("1");
static const char apart[] =
    START "'products': {" PRODUCT("a", NORMAL, "1000") ", " PRODUCT("b", NORMAL, "2000") "},"
    MODEL("1");

static const char first_of_two[] = "/products/a/requests_per_month";
static const char second_of_two[] = "/products/b/requests_per_month";
static const char requests[] = "/products/q/requests_per_month";
static const char price[] = "/models/m/contracts/c/usd_per_mtok/input";

static ds_sensitivity_options ask(ds_sensitivity_method method)
{
    return (ds_sensitivity_options){ .method = method, .outcome = ds_outcome_find("cost_npv_usd"),
                                     .strategy = 0, .run = { .seed = 1, .threads = 2 } };
}

static ds_sensitivity *study(const char *text, const ds_sensitivity_options *options)
{
    world m = open_text(text);
    ds_sensitivity *s = NULL;
    ds_error err;
    if (ds_sensitivity_run(m.scenario, options, &s, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    close_world(&m);
    return s;
}

static ds_error refusal(const char *text, const ds_sensitivity_options *options)
{
    world m = open_text(text);
    ds_sensitivity *s = NULL;
    ds_error err = { 0 };
    assert_int_equal(ds_sensitivity_run(m.scenario, options, &s, &err), DS_E_USAGE);
    assert_null(s);
    close_world(&m);
    return err;
}

static const ds_sensitivity_row *row_called(const ds_sensitivity *s, const char *name)
{
    for (size_t i = 0; i < ds_sensitivity_row_count(s); i++)
        if (strcmp(ds_sensitivity_row_at(s, i)->name, name) == 0)
            return ds_sensitivity_row_at(s, i);
    fail_msg("no row %s", name);
    return NULL;
}

static void expect_share(ds_estimate e, double exact)
{
    if (!(fabs(e.value - exact) <= 4 * e.se + 1e-12 && fabs(e.value - exact) <= 0.01))
        fail_msg("%.5f +- %.5f, expected %.5f", e.value, e.se, exact);
}

static void expect_usd(ds_estimate e, double exact)
{
    if (!(fabs(e.value - exact) <= 4 * e.se + 1e-6 && fabs(e.value - exact) <= 0.01 * fabs(exact)))
        fail_msg("%.5f +- %.5f, expected %.5f", e.value, e.se, exact);
}

static void test_sobol_of_a_product(void **state)
{
    (void)state;
    const ds_sensitivity_options o = ask(DS_SENSITIVITY_SOBOL);
    ds_sensitivity *s = study(product, &o);
    const char *const names[2] = { requests, price };
    assert_int_equal(ds_sensitivity_row_count(s), 2);
    assert_string_equal(ds_sensitivity_row_at(s, 0)->name, requests); /* the larger */
    for (size_t i = 0; i < 2; i++) {
        expect_share(row_called(s, names[i])->figure[0], product_first[i]);
        expect_share(row_called(s, names[i])->figure[1], product_total[i]);
    }
    const ds_sensitivity_summary about = ds_sensitivity_summary_of(s);
    assert_true(about.runs <= 2 + 3); /* d + 2, and what they explain together */
    assert_true(about.moves && about.paths == 65536 && about.screened == 0);
    assert_string_equal(row_called(s, requests)->unit, "request/month");
    ds_sensitivity_free(s);
}

/* The saving is traffic times margin: N (p - 1), N lognormal, p normal, and no other strategy is
 * named, so that it is that of the one that saves.  V = Var N m^2 + E[N]^2 v + Var N v. */
static const char margin[] =
    START "'products': {" PRODUCT("q", "{'lognormal': {'median': 1e9, 'log_sd': 0.4}}", "1000") "},"
    "'models': {'l': {'contracts': {'c': {'billing': 'per_token', 'usd_per_mtok':"
    "    {'input': {'normal': {'mean': 3, 'sd': 0.4}}, 'output': 0}}}},"
    "  's': {'contracts': {'c': {'billing': 'per_token', 'usd_per_mtok':"
    "    {'input': 1, 'output': 0}}}}},"
    "'strategies': {'stay': {'all': 'l'}, 'move': {'all': 's'}}}";

static void test_saving_of_a_margin(void **state)
{
    (void)state;
    const double n = exp(0.08), vn = n * n * (exp(0.16) - 1), m = 2, v = 0.16;
    const double all = vn * m * m + n * n * v + vn * v;
    ds_sensitivity_options o = ask(DS_SENSITIVITY_SOBOL);
    o.outcome = ds_outcome_find("saving_npv_usd");
    o.strategy = 2; /* none */
    ds_sensitivity *s = study(margin, &o);
    const ds_sensitivity_summary about = ds_sensitivity_summary_of(s);
    assert_string_equal(about.strategy, "move");
    assert_string_equal(about.baseline, "stay");
    assert_true(fabs(about.mean.value - 1e6 * n * m) <= 4 * about.mean.se);
    assert_true(fabs(about.sd.value - 1e6 * sqrt(all)) <= 4 * about.sd.se);
    const ds_sensitivity_row *row = row_called(s, requests);
    expect_share(row->figure[0], vn * m * m / all);
    expect_share(row->figure[1], (vn * m * m + vn * v) / all);
    row = row_called(s, "/models/l/contracts/c/usd_per_mtok/input");
    expect_share(row->figure[0], n * n * v / all);
    expect_share(row->figure[1], (n * n * v + vn * v) / all);
    ds_sensitivity_free(s);
}

/* Half first, half total: two inputs. */
static void test_shapley_of_a_product(void **state)
{
    (void)state;
    const ds_sensitivity_options o = ask(DS_SENSITIVITY_SHAPLEY);
    ds_sensitivity *s = study(product, &o);
    expect_share(row_called(s, requests)->figure[0], (product_first[0] + product_total[0]) / 2);
    expect_share(row_called(s, price)->figure[0], (product_first[1] + product_total[1]) / 2);
    ds_sensitivity_free(s);
}

/* Owen & Prieur 2017: 19/56 and 37/56. */
static void test_shapley_of_correlated_inputs(void **state)
{
    (void)state;
    const ds_sensitivity_options o = ask(DS_SENSITIVITY_SHAPLEY);
    ds_sensitivity *s = study(linear, &o);
    expect_share(row_called(s, first_of_two)->figure[0], 0.339285714286);
    expect_share(row_called(s, second_of_two)->figure[0], 0.660714285714);
    ds_sensitivity_free(s);
}

static void test_correlated_inputs_are_one_or_refused(void **state)
{
    (void)state;
    ds_sensitivity_options o = ask(DS_SENSITIVITY_SOBOL);
    ds_sensitivity *s = study(linear, &o);
    assert_int_equal(ds_sensitivity_row_count(s), 1);
    assert_string_equal(ds_sensitivity_row_at(s, 0)->name, "/products/*/requests_per_month");
    expect_share(ds_sensitivity_row_at(s, 0)->figure[0], 1);
    expect_share(ds_sensitivity_row_at(s, 0)->figure[1], 1);
    ds_sensitivity_free(s);

    const char *const a[] = { "/products/a" }, *const both[] = { "/products/a", "/products/b" };
    const ds_input_group one = { "a", a, 1, false }, two = { "both", both, 2, false };
    o.groups = &one;
    o.group_count = 1;
    ds_error err = refusal(linear, &o);
    assert_non_null(strstr(err.message, "correlated"));
    assert_non_null(strstr(err.message, "--method shapley"));
    o.groups = &two;
    s = study(linear, &o);
    assert_int_equal(ds_sensitivity_row_count(s), 1);
    ds_sensitivity_free(s);
}

static void test_tornado_and_effects(void **state)
{
    (void)state;
    const double low = exp(-0.5 * 1.2815515655446004), high = 1 / low;
    const double mean_price = 1e6 * exp(0.5 * 0.3 * 0.3);
    ds_sensitivity_options o = ask(DS_SENSITIVITY_TORNADO);
    o.run.path_count = 65536;
    ds_sensitivity *s = study(product, &o);
    const ds_sensitivity_row *row = row_called(s, requests);
    expect_usd(row->figure[1], low * mean_price);
    expect_usd(row->figure[2], high * mean_price);
    expect_usd(row->figure[0], (high - low) * mean_price);
    assert_true(fabs(row->low / (1e9 * low) - 1) < 1e-9);
    assert_true(fabs(row->high / (1e9 * high) - 1) < 1e-9);
    ds_sensitivity_free(s);
}

/* On the grid the normal is at Phi^-1 of 0.1, 0.367, 0.633, 0.9: an effect is one of two, by
 * symmetry the same: z(0.633) - z(0.1) over 2/3. */
static void test_effects_of_a_sum_do_not_spread(void **state)
{
    (void)state;
    const double z[2] = { 1.2815515655446004, 0.34069482708779553 };
    const double effect = (z[0] + z[1]) / (2.0 / 3);
    const ds_sensitivity_options o = ask(DS_SENSITIVITY_MORRIS);
    ds_sensitivity *s = study(apart, &o);
    for (int i = 0; i < 2; i++) {
        const ds_sensitivity_row *row = row_called(s, i == 0 ? first_of_two : second_of_two);
        const double exact = (i + 1) * 1e5 * effect;
        assert_true(fabs(row->figure[0].value / exact - 1) < 1e-8);
        assert_true(fabs(row->figure[1].value / exact - 1) < 1e-8);
        assert_true(row->figure[2].value < 1e-8 * exact); /* rounding of the inverse */
    }
    ds_sensitivity_free(s);
}

static void test_regressions_and_bins(void **state)
{
    (void)state;
    ds_sensitivity_options o = ask(DS_SENSITIVITY_SRC);
    ds_sensitivity *s = study(apart, &o);
    expect_share(row_called(s, first_of_two)->figure[0], 1 / sqrt(5));
    expect_share(row_called(s, second_of_two)->figure[0], 2 / sqrt(5));
    assert_true(fabs(ds_sensitivity_summary_of(s).explained.value - 1) < 1e-9);
    ds_sensitivity_free(s);
    o = ask(DS_SENSITIVITY_GIVEN);
    s = study(product, &o);
    expect_share(row_called(s, requests)->figure[0], product_first[0]);
    expect_share(row_called(s, price)->figure[0], product_first[1]);
    ds_sensitivity_free(s);
    o = ask(DS_SENSITIVITY_PRCC);
    s = study(product, &o); /* ranks as of a sum of normals: correlations 6/pi asin(r/2) */
    const double pi = 3.14159265358979323846;
    const double r1 = 6 / pi * asin(0.25 / sqrt(0.34)), r2 = 6 / pi * asin(0.15 / sqrt(0.34));
    expect_share(row_called(s, requests)->figure[0], r1 / sqrt(1 - r2 * r2));
    expect_share(row_called(s, price)->figure[0], r2 / sqrt(1 - r1 * r1));
    ds_sensitivity_free(s);
}

/* The same for any number of threads, and a rank does not change with the scale of Y. */
static void test_same_bits_and_ranks(void **state)
{
    (void)state;
    ds_sensitivity_options o = ask(DS_SENSITIVITY_SOBOL);
    o.scale = DS_SENSITIVITY_RANK;
    o.run.path_count = 4096;
    ds_sensitivity *one = study(product, &o);
    o.run.threads = 1;
    ds_sensitivity *two = study(product, &o);
    assert_int_equal(ds_sensitivity_row_count(one), ds_sensitivity_row_count(two));
    for (size_t i = 0; i < 2; i++)
        for (size_t f = 0; f < 2; f++)
            assert_true(ds_sensitivity_row_at(one, i)->figure[f].value ==
                        ds_sensitivity_row_at(two, i)->figure[f].value);
    const ds_sensitivity_summary about = ds_sensitivity_summary_of(one);
    assert_true(fabs(about.mean.value - 0.5) < 1e-12); /* of all ranks */
    assert_true(fabs(about.sd.value - sqrt(1.0 / 12)) < 1e-4);
    ds_sensitivity_free(one);
    ds_sensitivity_free(two);
}

static void test_wrong_use(void **state)
{
    (void)state;
    const char *const nothing[] = { "/products/q/request_per_month" };
    const char *const certain[] = { "/products/q/request/input_tokens" };
    const char *const without[] = { "/products/q/request" };
    const char *const good[] = { requests };
    ds_input_group groups[2] = { { "g", nothing, 1, false }, { "h", good, 1, false } };
    ds_sensitivity_options o = ask(DS_SENSITIVITY_SOBOL);
    o.groups = groups;
    o.group_count = 1;
    ds_error err = refusal(product, &o);
    assert_string_equal(err.pointer, nothing[0]);
    assert_non_null(strstr(err.message, "did you mean '/products/q/requests_per_month'"));
    groups[0].pointers = certain;
    err = refusal(product, &o);
    assert_non_null(strstr(err.message, "is certain (1000)"));
    groups[0].pointers = without;
    err = refusal(product, &o);
    assert_non_null(strstr(err.message, "nothing in it is uncertain"));
    groups[0].pointers = good;
    o.group_count = 2;
    err = refusal(product, &o);
    assert_non_null(strstr(err.message, "in two groups, 'g' and 'h'"));
    o.group_count = 0;
    o.outcome = ds_outcome_find("saving_npv_usd");
    err = refusal(product, &o);
    assert_non_null(strstr(err.message, "one strategy only"));
}

static ds_sensitivity_table table_of(size_t rows, const double *const *x, const double *y)
{
    static const char *const names[] = { "x1", "x2" };
    return (ds_sensitivity_table){ .rows = rows, .inputs = 2, .names = names, .x = x, .y = y,
                                   .output = "y", .unit = "" };
}

static void test_a_table(void **state)
{
    (void)state;
    enum { ROWS = 65536 };
    static double x1[ROWS], x2[ROWS], y[ROWS];
    const double *const x[] = { x1, x2 };
    for (size_t k = 0; k < ROWS; k++) {
        x1[k] = ds_stream_uniform(1, k, 0, 0);
        x2[k] = ds_stream_uniform(1, k, 0, 1);
        y[k] = x1[k] + 2 * x2[k];
    }
    const ds_sensitivity_table t = table_of(ROWS, x, y);
    ds_sensitivity *s = NULL;
    ds_error err;
    assert_int_equal(ds_sensitivity_of_table(&t, DS_SENSITIVITY_GIVEN, DS_SENSITIVITY_VALUE, &s,
                                             &err), DS_OK);
    assert_string_equal(ds_sensitivity_row_at(s, 0)->name, "x2");
    expect_share(ds_sensitivity_row_at(s, 0)->figure[0], 0.8);
    expect_share(ds_sensitivity_row_at(s, 1)->figure[0], 0.2);
    ds_sensitivity_free(s);
    assert_int_equal(ds_sensitivity_of_table(&t, DS_SENSITIVITY_SOBOL, DS_SENSITIVITY_VALUE, &s,
                                             &err), DS_E_USAGE);
    y[7] = (double)INFINITY;
    assert_int_equal(ds_sensitivity_of_table(&t, DS_SENSITIVITY_SRC, DS_SENSITIVITY_VALUE, &s,
                                             &err), DS_E_USAGE);
    assert_non_null(strstr(err.message, ":probability"));
    y[7] = (double)NAN;
    assert_int_equal(ds_sensitivity_of_table(&t, DS_SENSITIVITY_SRC, DS_SENSITIVITY_RANK, &s,
                                             &err), DS_E_USAGE);
    assert_non_null(strstr(err.message, "row 8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sobol_of_a_product),
        cmocka_unit_test(test_saving_of_a_margin),
        cmocka_unit_test(test_shapley_of_a_product),
        cmocka_unit_test(test_shapley_of_correlated_inputs),
        cmocka_unit_test(test_correlated_inputs_are_one_or_refused),
        cmocka_unit_test(test_tornado_and_effects),
        cmocka_unit_test(test_effects_of_a_sum_do_not_spread),
        cmocka_unit_test(test_regressions_and_bins),
        cmocka_unit_test(test_same_bits_and_ranks),
        cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
