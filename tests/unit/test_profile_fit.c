/* test_profile_fit.c -- measurements from a file, and profiles fitted to them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gsl/gsl_errno.h>

#include "near.h"
#include "scenario/load.h"
#include "study/profile_fit.h"

/* ---- Files ------------------------------------------------------------------------- */

static char path[64];

static void write_file(const char *text, size_t length)
{
    snprintf(path, sizeof path, "/tmp/test_profile_fit_%ld.csv", (long)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static ds_code read_with(const char *text, const ds_row_filter *filters, size_t count, int gpus,
                         ds_measurements **m, ds_error *err)
{
    write_file(text, strlen(text));
    memset(err, 0, sizeof *err);
    ds_code code = ds_measurements_read(path, filters, count, gpus, m, err);
    unlink(path);
    return code;
}

static ds_measurements *good(const char *text)
{
    ds_measurements *m;
    ds_error         err;
    if (read_with(text, NULL, 0, 0, &m, &err) != DS_OK)
        fail_msg("%d:%d: %s", err.line, err.column, err.message);
    return m;
}

/* Is it an error there, with this in its message? */
static void bad(const char *text, int line, int column, const char *message)
{
    ds_measurements *m;
    ds_error         err;
    assert_int_equal(read_with(text, NULL, 0, 0, &m, &err), DS_E_SCENARIO);
    assert_null(m);
    if (strstr(err.message, message) == NULL || err.line != line || err.column != column)
        fail_msg("%d:%d: %s", err.line, err.column, err.message);
    assert_string_equal(err.file, path);
}

#define HEADER "input_tokens,output_tokens,output_tokens_per_s\n"

static void columns_by_name_in_any_order(void **state)
{
    (void)state;
    ds_measurements *m = good("\xEF\xBB\xBFttft_ms,\"output_tokens_per_s\",what,output_tokens,"
                              "input_tokens,concurrency,gpus\r\n"
                              ",1e3,\"a, b\",20,10,,2\r\n\r\n35.5, 7,,2,1,64,2\n");
    assert_int_equal(ds_measurements_count(m), 2);
    const ds_measured *a = ds_measurements_at(m, 0), *b = ds_measurements_at(m, 1);
    assert_true(a->input_tokens == 10 && a->output_tokens == 20 && a->output_tokens_per_s == 1e3);
    assert_true(isnan(a->concurrency) && isnan(a->ttft_ms) && isnan(a->tpot_ms) && a->gpus == 2);
    assert_true(b->ttft_ms == 35.5 && b->concurrency == 64 && b->output_tokens_per_s == 7);
    assert_int_equal(a->line, 2);
    assert_int_equal(b->line, 4);
    ds_measurements_free(m);
}

static void names_of_the_tensorrt_table_and_speed_per_gpu(void **state)
{
    (void)state;
    ds_measurements *m = good("tp,isl,osl,output_tok_s_per_gpu\n4,1,2,10\n");
    assert_true(ds_measurements_at(m, 0)->output_tokens_per_s == 40);
    assert_int_equal(ds_measurements_at(m, 0)->gpus, 4);
    ds_measurements_free(m);
    /* the speed of the replica, when there are both */
    m = good("tp,isl,osl,output_tok_s_per_gpu,output_tok_s_total\n4,1,2,10,39\n");
    assert_true(ds_measurements_at(m, 0)->output_tokens_per_s == 39);
    ds_measurements_free(m);
}

static void rows_are_chosen_by_text_and_gpus(void **state)
{
    (void)state;
    const char *text = "model,gpu,gpus,input_tokens,output_tokens,output_tokens_per_s\n"
                       "a,x,1,1,1,1\na,x,2,1,1,2\na,y,1,1,1,3\nb,x,1,1,1,4\nc,x,1,1,bad,5\n";
    const ds_row_filter filters[] = {{"model", "a"}, {"gpu", "x"}, {"model", "b"}};
    ds_measurements    *m;
    ds_error            err;
    assert_int_equal(read_with(text, filters, 3, 1, &m, &err), DS_OK);
    assert_int_equal(ds_measurements_count(m), 2);
    assert_true(ds_measurements_at(m, 0)->output_tokens_per_s == 1);
    assert_true(ds_measurements_at(m, 1)->output_tokens_per_s == 4);
    ds_measurements_free(m);
    const ds_row_filter unknown = {"modell", "a"}, none = {"model", "d"};
    assert_int_equal(read_with(text, &unknown, 1, 0, &m, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "no column \"modell\""));
    assert_int_equal(read_with(text, &none, 1, 0, &m, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "no row of those that are asked for"));
}

static void mistakes_of_a_file_have_their_place(void **state)
{
    (void)state;
    bad("", 1, 1, "no column input_tokens (or isl)");
    bad("isl,osl\n1,1\n", 1, 1, "no column output_tokens_per_s");
    bad("isl,osl,input_tokens,output_tokens_per_s\n", 1, 9, "a second column of input_tokens");
    bad(HEADER, 1, 1, "no row is left");
    bad(HEADER "1,2,3\n1,2x,3\n", 3, 3, "not a finite number: \"2x\"");
    bad(HEADER "1,2,nan\n", 2, 5, "not a finite number");
    bad(HEADER "1,2,1e999\n", 2, 5, "not a finite number");
    bad(HEADER "1,2,0x10\n", 2, 5, "not a finite number");
    bad(HEADER "1,2,\n", 2, 5, "output_tokens_per_s is missing");
    bad(HEADER "1,2,-3\n", 2, 5, "-3 is outside 1e-06 to 1000000000000");
    bad(HEADER "0,2,3\n", 2, 1, "0 is outside 1 to 1000000000");
    bad(HEADER "1,2\n", 2, 1, "2 fields, but the header has 3");
    bad(HEADER "1,2,3,4\n", 2, 1, "4 fields, but the header has 3");
    bad(HEADER "\"1\n\",\"2,3\n", 3, 3, "a quoted field does not end");
    bad("isl,osl,output_tok_s_total,tp\n1,1,1,1.5\n", 2, 7, "1.5 is not a whole number");
    bad("isl,osl,output_tok_s_total,tp\n1,1,1,4097\n", 2, 7, "outside 1 to 4096");
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    size_t           size = sizeof HEADER + 6 * (DS_MEASURED_ROWS_MAX + 1);
    char            *text = malloc(size);
    ds_measurements *m;
    ds_error         err;
    assert_non_null(text);
    strcpy(text, HEADER);
    for (size_t i = 0; i <= DS_MEASURED_ROWS_MAX; i++)
        memcpy(text + sizeof HEADER - 1 + 6 * i, "1,2,3\n", 7);
    assert_int_equal(read_with(text, NULL, 0, 0, &m, &err), DS_E_SCENARIO);
    assert_int_equal(err.line, DS_MEASURED_ROWS_MAX + 2);
    assert_non_null(strstr(err.message, "more than 10000 rows"));
    memset(text, ',', 300);
    text[300] = '\0';
    assert_int_equal(read_with(text, NULL, 0, 0, &m, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "more than 256 columns"));
    free(text);
    write_file(HEADER "1,2,3\n\0", sizeof HEADER + 7);
    assert_int_equal(ds_measurements_read(path, NULL, 0, 0, &m, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "not text"));
    unlink(path);
    assert_int_equal(ds_measurements_read(path, NULL, 0, 0, &m, &err), DS_E_IO);
    assert_string_equal(err.file, path);
}

/* ---- The law: known answers -------------------------------------------------------- */

/* A law whose speed is e to the power of a model, so that least squares of logarithms are
 * least squares of the model. */
static double misra(const void *context, const double *b, const ds_measured *m)
{
    (void)context;
    return exp(b[0] * (1 - exp(-b[1] * m->input_tokens)));
}

static void check_reference(const double data[][2], size_t count, const double start[2],
                            const double certified[2], const double sd[2], double sum_of_squares)
{
    ds_measured rows[16];
    size_t      use[16];
    ds_law      law = {.constants = 2, .start = {start[0], start[1]}, .speed = misra};
    ds_law_fit  fit;
    ds_error    err;
    for (size_t i = 0; i < count; i++) {
        rows[i] = (ds_measured){.input_tokens = data[i][1],
                                .output_tokens_per_s = exp(data[i][0])};
        use[i] = i;
    }
    assert_int_equal(ds_law_fit_to(&law, rows, use, count, &fit, &err), DS_OK);
    for (size_t j = 0; j < 2; j++) {
        /* derivatives by differences are good to some 1e-9 */
        CLOSE(fit.constant[j], certified[j], 1e-7);
        CLOSE(fit.log_sd[j] * fit.constant[j], sd[j], 1e-6);
        assert_int_equal(fit.state[j], DS_LAW_FITTED);
    }
    CLOSE(fit.rms * fit.rms * (double)count, sum_of_squares, 1e-8);
}

/* NIST Statistical Reference Datasets, nonlinear regression: Misra1a and BoxBOD, certified
 * values and standard deviations; both are y = b1 (1 - exp(-b2 x)). */
static void certified_values_of_nist(void **state)
{
    (void)state;
    static const double misra1a[][2] = {
        {10.07, 77.6}, {14.73, 114.9}, {17.94, 141.1}, {23.93, 190.8}, {29.61, 239.9},
        {35.18, 289.0}, {40.02, 332.8}, {44.82, 378.4}, {50.76, 434.8}, {55.05, 477.3},
        {61.01, 536.8}, {66.40, 593.1}, {75.47, 689.1}, {81.78, 760.0}};
    static const double box[][2] = {{109, 1}, {149, 2}, {149, 3}, {191, 5}, {213, 7}, {224, 10}};
    check_reference(misra1a, 14, (double[]){250, 0.0005},
                    (double[]){2.3894212918e2, 5.5015643181e-4},
                    (double[]){2.7070075241, 7.2668688436e-6}, 1.2455138894e-1);
    check_reference(box, 6, (double[]){100, 0.75}, (double[]){2.1380940889e2, 5.4723748542e-1},
                    (double[]){1.2354515176e1, 1.0455993237e-1}, 1.1680088766e3);
}

/* ---- Profiles ---------------------------------------------------------------------- */

static double seconds(const double c[4], double input, double output)
{
    return c[0] * input + c[1] * output + c[2] * output * (input + output / 2) +
           c[3] * input * input;
}

static const double lengths[][2] = {{128, 128}, {128, 2048}, {500, 2000}, {1000, 1000},
                                    {2048, 128}, {2048, 2048}, {5000, 500}, {20000, 2000}};
enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

/* What 1/P, 1/D, kappa and lambda would have been measured as; gpus 2. */
static ds_measurements *made_of(const double c[4], size_t count, const double *factor)
{
    char   text[2048] = "gpus,concurrency," HEADER;
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(text);
        double speed = 2 * lengths[i][1] / seconds(c, lengths[i][0], lengths[i][1]);
        snprintf(text + used, sizeof text - used, "2,64,%.17g,%.17g,%.17g\n", lengths[i][0],
                 lengths[i][1], speed * (factor != NULL ? factor[i] : 1));
    }
    return good(text);
}

static ds_profile_fit *fit_of(const ds_measurements *m, bool four)
{
    ds_profile_fit_options options = {.kind = DS_PROFILE_CLOSED, .prefill_attention = four};
    ds_profile_fit        *fit;
    ds_error               err = {.code = DS_OK};
    if (ds_profile_fit_run(m, &options, &fit, &err) != DS_OK)
        fail_msg("%s", err.message);
    return fit;
}

static double value(const ds_profile_fit *fit, size_t index)
{
    return ds_profile_fit_constant_at(fit, index)->value;
}

static void constants_come_back(void **state)
{
    (void)state;
    const double c[4] = {1 / 7e4, 1 / 6e4, 2.5e-8, 4e-10};
    for (int four = 0; four < 2; four++) {
        const double     used[4] = {c[0], c[1], c[2], four ? c[3] : 0};
        ds_measurements *m = made_of(used, LENGTHS, NULL);
        ds_profile_fit  *fit = fit_of(m, four);
        assert_int_equal(ds_profile_fit_constant_count(fit), 3 + four);
        /* exact data: what is left is the end of the iteration */
        CLOSE(value(fit, 0), 7e4, 1e-8);
        CLOSE(value(fit, 1), 6e4, 1e-8);
        CLOSE(value(fit, 2), 2.5e-8, 1e-8);
        if (four)
            CLOSE(value(fit, 3), 4e-10, 1e-7);
        assert_true(ds_profile_fit_in_sample(fit).greatest < 1e-8);
        assert_true(ds_profile_fit_left_out(fit).greatest < 1e-7);
        assert_int_equal(ds_profile_fit_gpus(fit), 2);
        assert_true(ds_profile_fit_slots(fit) == 64);
        ds_profile_fit_free(fit);
        ds_measurements_free(m);
    }
}

static double determinant(double a[3][3])
{
    return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
           a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
           a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
}

/* Speed of point `out` from the three others, through which three constants go exactly:
 * Cramer's rule. */
static double by_hand(const ds_measurements *m, size_t out)
{
    double a[3][3], right[3], c[4] = {0};
    size_t row = 0;
    for (size_t i = 0; i < 4; i++) {
        const ds_measured *p = ds_measurements_at(m, i);
        if (i == out)
            continue;
        a[row][0] = p->input_tokens;
        a[row][1] = p->output_tokens;
        a[row][2] = p->output_tokens * (p->input_tokens + p->output_tokens / 2);
        right[row++] = 2 * p->output_tokens / p->output_tokens_per_s;
    }
    for (size_t j = 0; j < 3; j++) {
        double changed[3][3];
        memcpy(changed, a, sizeof a);
        for (size_t i = 0; i < 3; i++)
            changed[i][j] = right[i];
        c[j] = determinant(changed) / determinant(a);
        assert_true(c[j] > 0);
    }
    const ds_measured *p = ds_measurements_at(m, out);
    return 2 * p->output_tokens / seconds(c, p->input_tokens, p->output_tokens);
}

static void leaving_one_out_by_hand(void **state)
{
    (void)state;
    const double     c[4] = {1 / 7e4, 1 / 6e4, 2.5e-8, 0};
    const double     factor[4] = {1.01, 0.99, 1.005, 0.995};
    ds_measurements *m = made_of(c, 4, factor);
    ds_profile_fit  *fit = fit_of(m, false);
    double           off[4], squares = 0, sum = 0;
    for (size_t i = 0; i < 4; i++) {
        const ds_profile_point *p = ds_profile_fit_point_at(fit, i);
        double                  hand = by_hand(m, i);
        CLOSE(p->left_out, hand, 1e-7);
        off[i] = fabs(hand / p->measured.output_tokens_per_s - 1);
        sum += log(hand / p->measured.output_tokens_per_s);
        squares += pow(log(hand / p->measured.output_tokens_per_s), 2);
    }
    ds_profile_error e = ds_profile_fit_left_out(fit);
    assert_int_equal(e.count, 4);
    CLOSE(e.bias, expm1(sum / 4), 1e-5);
    CLOSE(e.log_sd, sqrt(squares / 4), 1e-5);
    CLOSE(e.greatest, fmax(fmax(off[0], off[1]), fmax(off[2], off[3])), 1e-5);
    ds_profile_fit_free(fit);
    ds_measurements_free(m);
}

static void a_constant_that_is_not_there_is_said_to_be_unknown(void **state)
{
    (void)state;
    const double     c[4] = {1 / 7e4, 1 / 6e4, 0, 0};
    ds_measurements *m = made_of(c, LENGTHS, NULL);
    ds_profile_fit  *fit = fit_of(m, false);
    CLOSE(value(fit, 0), 7e4, 1e-3);
    CLOSE(value(fit, 1), 6e4, 1e-3);
    assert_true(value(fit, 2) < 1e-12);
    ds_profile_fit_free(fit);
    ds_measurements_free(m);
    /* one length of output: attention is like input, and like output */
    m = good(HEADER "100,100,500\n200,100,333\n300,100,250\n400,100,200\n500,100,167\n");
    fit = fit_of(m, false);
    for (size_t i = 0; i < 3; i++)
        assert_false(ds_profile_fit_constant_at(fit, i)->identified);
    assert_true(ds_profile_fit_in_sample(fit).greatest < 0.03);
    ds_profile_fit_free(fit);
    ds_measurements_free(m);
}

static void too_few_points(void **state)
{
    (void)state;
    const double           c[4] = {1 / 7e4, 1 / 6e4, 2.5e-8, 0};
    ds_profile_fit_options options = {.kind = DS_PROFILE_CLOSED};
    ds_profile_fit        *fit;
    ds_error               err;
    ds_measurements       *m = made_of(c, 3, NULL);
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_E_SCENARIO);
    assert_null(fit);
    assert_non_null(strstr(err.message, "3 constants needs at least 4, here are 3"));
    ds_measurements_free(m);
    m = made_of(c, 4, NULL);
    options.prefill_attention = true;
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "4 constants needs at least 5, here are 4"));
    ds_measurements_free(m);
    /* repeated points are one: left out, one would be told by the others */
    options.prefill_attention = false;
    m = good(HEADER "100,100,50\n100,100,51\n100,100,49\n100,100,50\n100,100,50\n");
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "here is 1 apart from repeated ones"));
    ds_measurements_free(m);
}

static void replicas_are_alike_and_the_greatest_concurrency_counts(void **state)
{
    (void)state;
    ds_profile_fit_options options = {.kind = DS_PROFILE_CLOSED};
    ds_profile_fit        *fit;
    ds_error               err;
    ds_measurements       *m = good("gpus," HEADER "1,1,1,1\n1,2,2,2\n2,3,3,3\n1,4,4,4\n");
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_E_SCENARIO);
    assert_int_equal(err.line, 4);
    ds_measurements_free(m);
    m = good("concurrency," HEADER "1,100,100,9\n8,100,100,50\n8,100,200,60\n8,200,100,40\n"
             "4,200,100,30\n16,400,400,60\n");
    fit = fit_of(m, false);
    assert_int_equal(ds_profile_fit_point_count(fit), 4);
    assert_true(ds_profile_fit_point_at(fit, 0)->measured.output_tokens_per_s == 50);
    assert_true(ds_profile_fit_slots(fit) == 9); /* (8^3 16)^(1/4) = 9.5, whole */
    ds_profile_fit_free(fit);
    ds_measurements_free(m);
}

/* ---- Rooflines --------------------------------------------------------------------- */

#define SHAPE "scenarios/catalogue/models.json#/profiles/llama-3.1-8b-fp8"
#define GPU   "scenarios/catalogue/gpus.json#/gpus/h100"

/* Speeds that (102) has with this efficiency of the memory, times a factor. */
static ds_measurements *made_of_roofline(double efficiency, double factor, size_t count)
{
    static const double concurrency[LENGTHS] = {8, 16, 64, 300, 32, 128, 4, 20};
    char                text[2048] = "concurrency," HEADER;
    ds_scenario        *s;
    ds_error            err;
    if (ds_profile_read(SHAPE, 1, GPU, NULL, NULL, &s, &err) != DS_OK)
        fail_msg("%s", err.message);
    ds_roofline shape = *DS_ITEM(ds_profile, s->profiles, 0).roofline;
    shape.memory_efficiency = efficiency;
    for (size_t i = 0; i < count; i++) {
        size_t            used = strlen(text);
        const ds_measured m = {.input_tokens = lengths[i][0], .output_tokens = lengths[i][1],
                               .concurrency = concurrency[i], .gpus = 1};
        double speed = ds_roofline_output_per_s(&shape, &DS_ITEM(ds_gpu, s->gpus, 0), (double)NAN,
                                                &m);
        snprintf(text + used, sizeof text - used, "%g,%g,%g,%.17g\n", m.concurrency,
                 m.input_tokens, m.output_tokens, speed * factor);
    }
    ds_scenario_free(s);
    return good(text);
}

static ds_code roofline_fit(const ds_measurements *m, const char *const *constants, size_t count,
                            ds_profile_fit **fit, ds_error *err)
{
    ds_profile_fit_options options = {.kind = DS_PROFILE_ROOFLINE, .profile = SHAPE, .gpu = GPU,
                                      .constants = constants, .constant_count = count};
    return ds_profile_fit_run(m, &options, fit, err);
}

static void constants_of_a_roofline_come_back(void **state)
{
    (void)state;
    ds_measurements *m = made_of_roofline(0.7, 1.2, LENGTHS);
    ds_profile_fit  *fit;
    ds_error         err;
    assert_int_equal(roofline_fit(m, NULL, 0, &fit, &err), DS_OK);
    assert_int_equal(ds_profile_fit_constant_count(fit), 2);
    assert_string_equal(ds_profile_fit_constant_at(fit, 0)->key, "speed_factor");
    CLOSE(value(fit, 0), 1.2, 1e-7); /* exact data */
    CLOSE(value(fit, 1), 0.7, 1e-7);
    assert_true(ds_profile_fit_left_out(fit).greatest < 1e-6);
    assert_true(isnan(ds_profile_fit_slots(fit)));
    CLOSE(ds_profile_fit_parameters_b(fit), 8.03, 1e-12);
    assert_non_null(strstr(ds_profile_fit_roofline(fit), "\"memory_efficiency\":0.7,"));
    assert_non_null(strstr(ds_profile_fit_roofline(fit), "\"weight_bits\":\"8\""));
    ds_profile_fit_free(fit);
    ds_measurements_free(m);
}

static void a_roofline_has_bounds_and_says_what_is_wrong(void **state)
{
    (void)state;
    static const char *const memory[] = {"memory_efficiency"}, *const unknown[] = {"speed"};
    static const char *const link[] = {"speed_factor", "link_efficiency"};
    ds_profile_fit *fit;
    ds_error        err;
    ds_measurements *m = made_of_roofline(1, 1.5, 4);
    assert_int_equal(roofline_fit(m, memory, 1, &fit, &err), DS_OK);
    assert_true(ds_profile_fit_constant_at(fit, 0)->at_most);
    assert_true(value(fit, 0) == 1);
    ds_profile_fit_free(fit);
    /* one GPU has no link: what is shipped stays */
    assert_int_equal(roofline_fit(m, link, 2, &fit, &err), DS_OK);
    assert_false(ds_profile_fit_constant_at(fit, 1)->identified);
    CLOSE(value(fit, 1), 0.535, 1e-12);
    ds_profile_fit_free(fit);
    assert_int_equal(roofline_fit(m, unknown, 1, &fit, &err), DS_E_USAGE);
    assert_null(fit);
    ds_measurements_free(m);
    m = made_of_roofline(0.8, 1, 1);
    assert_int_equal(roofline_fit(m, NULL, 0, &fit, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "1 constant needs at least 2, here is 1"));
    ds_measurements_free(m);
    m = good(HEADER "1000000,1000000,10\n1000,1000,10000\n");
    assert_int_equal(roofline_fit(m, NULL, 0, &fit, &err), DS_E_NUMERIC);
    assert_non_null(strstr(err.message, "1e+06 input and 1e+06 output tokens (line 2)"));
    ds_measurements_free(m);
}

/* ---- Tables ------------------------------------------------------------------------ */

/* From one other curve, a table is in proportion to tokens. */
static void a_table_of_two_curves_by_hand(void **state)
{
    (void)state;
    ds_profile_fit_options options = {.kind = DS_PROFILE_TABLE};
    ds_profile_fit        *fit;
    ds_error               err;
    ds_measurements       *m = good("concurrency,gpus," HEADER
                                    "64,2,300,100,4000\n4,2,300,100,500\n64,2,100,100,7000\n");
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_OK);
    assert_int_equal(ds_profile_fit_point_count(fit), 2);
    assert_int_equal(ds_profile_fit_constant_count(fit), 0);
    /* 2 x 100/7000 GPU s for 200 tokens: 400 take twice that, at 3500 tokens/s */
    CLOSE(ds_profile_fit_point_at(fit, 0)->left_out, 3500, 1e-12);
    CLOSE(ds_profile_fit_point_at(fit, 1)->left_out, 8000, 1e-12);
    assert_true(ds_profile_fit_point_at(fit, 0)->fitted == 4000);
    assert_int_equal(ds_profile_fit_row_count(fit), 3);
    assert_true(ds_profile_fit_row_at(fit, 1)->concurrency == 4); /* by curve and concurrency */
    ds_profile_fit_free(fit);
    ds_measurements_free(m);
    m = good(HEADER "1,1,1\n2,2,2\n");
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "concurrency of every row"));
    ds_measurements_free(m);
    m = good("concurrency," HEADER "4,1,1,1\n2,2,2,2\n4,1,1,3\n");
    assert_int_equal(ds_profile_fit_run(m, &options, &fit, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "a table has each once"));
    ds_measurements_free(m);
}

static int quiet_gsl(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_by_name_in_any_order),
        cmocka_unit_test(names_of_the_tensorrt_table_and_speed_per_gpu),
        cmocka_unit_test(rows_are_chosen_by_text_and_gpus),
        cmocka_unit_test(mistakes_of_a_file_have_their_place),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(certified_values_of_nist),
        cmocka_unit_test(constants_come_back),
        cmocka_unit_test(leaving_one_out_by_hand),
        cmocka_unit_test(a_constant_that_is_not_there_is_said_to_be_unknown),
        cmocka_unit_test(too_few_points),
        cmocka_unit_test(replicas_are_alike_and_the_greatest_concurrency_counts),
        cmocka_unit_test(constants_of_a_roofline_come_back),
        cmocka_unit_test(a_roofline_has_bounds_and_says_what_is_wrong),
        cmocka_unit_test(a_table_of_two_curves_by_hand),
    };
    return cmocka_run_group_tests(tests, quiet_gsl, NULL);
}
