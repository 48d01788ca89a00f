/* test_throughput_accuracy.c -- how far profiles are from published speeds: computes the
 * tables of docs/throughput.md, and wants every line of them to stand there.
 *
 * `test_throughput_accuracy --print` prints them; `make accuracy` does that.
 *
 * Constants of rooflines are fitted as the shipped ones were: those of dense models by
 * least squares of logarithms over the rows of dense models, at full load and at fixed
 * concurrency, then expert_ns over the others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_errno.h>

#include "ideal_roofline.h"
#include "model/profile_table.h"
#include "throughput_rows.h"

/* ---- Lines of the page ----------------------------------------------------------- */

static bool   printing;
static char  *page; /* docs/throughput.md */
static size_t lines_missing;

DS_PRINTF(1, 2)
static void line(const char *format, ...)
{
    char    text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (printing) {
        puts(text);
    } else if (strstr(page, text) == NULL) {
        print_error("docs/throughput.md has no line %s\n", text);
        lines_missing++;
    }
}

static void heading(const char *what)
{
    if (printing)
        putchar('\n');
    line("| %s | rows | median | p90 | bias | log-sd |", what);
    line("|---|---|---|---|---|---|");
}

static ds_profile_error error_of(const double *predicted, const double *true_speed, size_t count)
{
    ds_profile_error e;
    ds_error         err;
    assert_int_equal(ds_profile_error_of(predicted, true_speed, count, &e, &err), DS_OK);
    return e;
}

static void error_line(const char *name, ds_profile_error e)
{
    line("| %s | %zu | %.1f %% | %.1f %% | %+.1f %% | %.3f |", name, e.count, 100 * e.median,
         100 * e.p90, 100 * e.bias, e.log_sd);
}

/* ---- Sets of rows ---------------------------------------------------------------- */

typedef bool (*row_filter)(size_t i);

static bool of_tensorrt(size_t i)
{
    return rows[i].from == TENSORRT;
}
static bool dense(size_t i)
{
    return of_tensorrt(i) && !has_experts(i);
}
static bool main_gpus(size_t i)
{
    return dense(i) && rows[i].gpu <= H200;
}
static bool with_experts(size_t i)
{
    return of_tensorrt(i) && has_experts(i);
}
static bool fixed(size_t i)
{
    return rows[i].from == FIXED;
}

/* Of the rows of a set, prediction against measurement. */
static ds_profile_error error_over(row_filter set, const double *predicted)
{
    double a[ROWS_MOST], b[ROWS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < row_count; i++)
        if (set(i)) {
            a[count] = predicted[i];
            b[count++] = measured[i].output_tokens_per_s;
        }
    return error_of(a, b, count);
}

/* ---- Fitting the constants of the roofline --------------------------------------- */

static ds_roofline_subject fitted; /* which constants, for the law */
static double              base[DS_ROOFLINE_CONSTANTS]; /* the others     */

static void put_constants(ds_roofline *shape, const double constant[DS_ROOFLINE_CONSTANTS])
{
    for (size_t k = 1; k < DS_ROOFLINE_CONSTANTS; k++)
        *ds_roofline_constant(shape, k) = constant[k];
}

static double speed_with(size_t i, const double constant[DS_ROOFLINE_CONSTANTS])
{
    ds_roofline shape = rows[i].shape;
    put_constants(&shape, constant);
    return ds_roofline_output_per_s(&shape, &gpus[rows[i].gpu], (double)NAN, &measured[i]);
}

static double law_speed(const void *context, const double *constant, const ds_measured *m)
{
    double all[DS_ROOFLINE_CONSTANTS];
    (void)context;
    memcpy(all, base, sizeof all);
    for (size_t k = 0; k < fitted.count; k++)
        all[fitted.fitted[k]] = constant[k];
    return speed_with((size_t)(m - measured), all);
}

static void fit_stage(size_t first, size_t last, const size_t *use, size_t count)
{
    ds_law_fit fit;
    ds_error   err = {.code = DS_OK};
    fitted.shape = shapes[L8]; /* where the shipped constants are */
    fitted.count = 0;
    for (size_t k = first; k <= last; k++)
        fitted.fitted[fitted.count++] = k;
    ds_law law = ds_roofline_law(&fitted);
    law.speed = law_speed;
    law.least_known = 0;
    if (ds_law_fit_to(&law, measured, use, count, &fit, &err) != DS_OK)
        fail_msg("%s", err.message);
    for (size_t k = first; k <= last; k++)
        base[k] = fit.constant[k - first];
}

/* Without the rows of a GPU, or of a family, or of a model. */
typedef bool (*left_out)(size_t i, int which);

static void fit_without(left_out out, int which, double constant[DS_ROOFLINE_CONSTANTS])
{
    size_t use[ROWS_MOST], count = 0;
    ds_roofline shipped = shapes[L8];
    for (size_t k = 1; k < DS_ROOFLINE_CONSTANTS; k++)
        base[k] = *ds_roofline_constant(&shipped, k);
    for (size_t i = 0; i < row_count; i++)
        if ((dense(i) || fixed(i)) && !out(i, which))
            use[count++] = i;
    fit_stage(1, 8, use, count);
    count = 0;
    for (size_t i = 0; i < row_count; i++)
        if (with_experts(i) && !out(i, which))
            use[count++] = i;
    fit_stage(9, 9, use, count);
    memcpy(constant, base, sizeof base);
}

static bool nothing(size_t i, int which)
{
    (void)i, (void)which;
    return false;
}
static bool gpu_is(size_t i, int which)
{
    return rows[i].gpu == which;
}
static int family(int gpu)
{
    return gpu == H200 || gpu == GH200 ? H100 : gpu == GB200 ? B200 : gpu;
}
static bool family_is(size_t i, int which)
{
    return family(rows[i].gpu) == which;
}
static bool model_is(size_t i, int which)
{
    return rows[i].model == which;
}

static double shipped[ROWS_MOST];      /* by the shipped constants                  */
static double without_gpu[ROWS_MOST];  /* by those of the rows of the other GPUs    */
static double without_family[ROWS_MOST], without_model[ROWS_MOST];

static void predict_left_out(left_out out, int count, double *predicted)
{
    for (int which = 0; which < count; which++) {
        double constant[DS_ROOFLINE_CONSTANTS];
        bool   any = false;
        for (size_t i = 0; i < row_count; i++)
            any = any || (rows[i].from != MORE && out(i, which));
        if (any)
            fit_without(out, which, constant);
        for (size_t i = 0; any && i < row_count; i++)
            if (out(i, which))
                predicted[i] = speed_with(i, constant);
    }
}

/* ---- Closed forms and tables: of each configuration, its points in turn ---------- */

static double closed[ROWS_MOST], closed4[ROWS_MOST], tabled[ROWS_MOST]; /* left out */
static bool   in_configuration[ROWS_MOST];

static bool same_configuration(size_t a, size_t b)
{
    return of_tensorrt(b) && rows[a].gpu == rows[b].gpu && rows[a].model == rows[b].model &&
           measured[a].gpus == measured[b].gpus &&
           rows[a].shape.weight_bits == rows[b].shape.weight_bits &&
           rows[a].release == rows[b].release;
}

static double by_closed_form(const size_t *others, size_t count, bool four, size_t i)
{
    ds_law     law = ds_closed_law(four, measured, others, count);
    ds_law_fit fit;
    ds_error   err;
    assert_int_equal(ds_law_fit_to(&law, measured, others, count, &fit, &err), DS_OK);
    return law.speed(law.context, fit.constant, &measured[i]);
}

static double by_table(const size_t *others, size_t count, size_t i)
{
    ds_table_point    points[16];
    const ds_measured *m = &measured[i];
    for (size_t k = 0; k < count; k++) {
        const ds_measured *o = &measured[others[k]];
        points[k] = (ds_table_point){ .input = o->input_tokens, .output = o->output_tokens,
                                      .slots = 1, .output_per_s = o->output_tokens_per_s,
                                      .gpu_s = o->gpus * o->output_tokens /
                                               o->output_tokens_per_s };
    }
    ds_base_law law = ds_table_law(points, count);
    return m->gpus * m->output_tokens /
           ds_table_gpu_seconds(points, count, &law, m->input_tokens, 0, m->output_tokens, 0);
}

static void predict_configurations(void)
{
    for (size_t i = 0; i < row_count; i++) {
        size_t others[64], count = 0;
        if (!of_tensorrt(i))
            continue;
        for (size_t k = 0; k < row_count; k++)
            if (k != i && same_configuration(i, k))
                others[count++] = k;
        assert_true(count < 16);
        in_configuration[i] = count >= 4;
        if (!in_configuration[i])
            continue;
        closed[i] = by_closed_form(others, count, false, i);
        closed4[i] = by_closed_form(others, count, true, i);
        tabled[i] = by_table(others, count, i);
    }
}

static bool configured(size_t i)
{
    return in_configuration[i];
}
static bool configured_main(size_t i)
{
    return in_configuration[i] && main_gpus(i);
}
/* Neither the shortest nor the longest of what is measured. */
static bool inside(size_t i)
{
    double in = measured[i].input_tokens, out = measured[i].output_tokens;
    return configured(i) && in < 20000 && !(in == 128 && (out == 128 || out == 4096)) &&
           !(in == 2048 && out == 128);
}

/* ---- Without overheads: the negative control ------------------------------------- */

/* At the requests that memory holds. */
static double ideal_speed(size_t i)
{
    const ds_measured *m = &measured[i];
    ds_roofline_case c = {.shape = &rows[i].shape, .gpu = &gpus[rows[i].gpu], .gpus = m->gpus,
                          .size = 1, .tpot_limit_ms = (double)NAN, .ttft_limit_ms = (double)NAN,
                          .concurrency_limit = m->concurrency};
    ds_roofline_request r = {m->input_tokens, 0, m->output_tokens, 0};
    return without_overhead(&rows[i].shape, &gpus[rows[i].gpu], m->gpus, m->input_tokens,
                            m->output_tokens, ds_roofline_at(&c, &r).slots).output_per_s;
}

/* ---- Tables ---------------------------------------------------------------------- */

static double ideal_of[ROWS_MOST];

static void table_of_kinds(void)
{
    heading("speed, predicted over measured");
    error_line("closed form, a point left out: dense models on H100, H200, A100",
               error_over(configured_main, closed));
    error_line("closed form, a point left out: all", error_over(configured, closed));
    error_line("closed form, a point between others left out", error_over(inside, closed));
    error_line("closed form of four constants, a point left out", error_over(configured, closed4));
    error_line("table, a point left out: dense models on H100, H200, A100",
               error_over(configured_main, tabled));
    error_line("table, a point left out: all", error_over(configured, tabled));
    error_line("table, a point between others left out", error_over(inside, tabled));
    error_line("roofline, its own rows: dense models on H100, H200, A100",
               error_over(main_gpus, shipped));
    error_line("roofline, its own rows: dense models", error_over(dense, shipped));
    error_line("roofline, its own rows: mixtures of experts", error_over(with_experts, shipped));
    error_line("**roofline, a GPU left out: dense models on H100, H200, A100**",
               error_over(main_gpus, without_gpu));
    error_line("roofline, a GPU left out: dense models", error_over(dense, without_gpu));
    error_line("roofline, a GPU left out: mixtures of experts",
               error_over(with_experts, without_gpu));
    error_line("roofline, a family of GPUs left out: dense models",
               error_over(dense, without_family));
    error_line("roofline, a model left out: dense models", error_over(dense, without_model));
    error_line("roofline without overheads: dense models", error_over(dense, ideal_of));
}

static int  wanted; /* of the sets below */
static bool of_gpu(size_t i)
{
    return dense(i) && rows[i].gpu == wanted;
}
static bool of_model(size_t i)
{
    return of_tensorrt(i) && rows[i].model == wanted;
}

static void tables_of_groups(void)
{
    heading("dense models, the GPU left out");
    for (wanted = 0; wanted < RTX; wanted++)
        error_line(gpu_names[wanted][2], error_over(of_gpu, without_gpu));
    heading("the model left out");
    for (wanted = 0; wanted < MODELS; wanted++)
        if (wanted <= MIX7 || wanted == Q30)
            error_line(model_names[wanted][1], error_over(of_model, without_model));
}

static bool more_dense(size_t i)
{
    return rows[i].from == MORE && !has_experts(i) && rows[i].gpu != RTX && !(rows[i].release == 2);
}
static bool more_later(size_t i)
{
    return rows[i].from == MORE && !has_experts(i) && rows[i].gpu != RTX && (rows[i].release == 2);
}
static bool more_rtx(size_t i)
{
    return rows[i].from == MORE && !has_experts(i) && rows[i].gpu == RTX;
}
static bool more_mixtral(size_t i)
{
    return rows[i].from == MORE && (rows[i].model == MIX7 || rows[i].model == MIX22);
}
static bool more_qwen(size_t i)
{
    return rows[i].from == MORE && rows[i].model == Q30;
}

static void table_of_unseen_rows(void)
{
    heading("rows that no constant was fitted to");
    error_line("dense models, GPUs as above", error_over(more_dense, shipped));
    error_line("the same, a later release", error_over(more_later, shipped));
    error_line("Llama 3.3 70B in 4 bits on RTX PRO 6000", error_over(more_rtx, shipped));
    error_line("Mixtral 8x7B and 8x22B, 1 to 8 GPUs", error_over(more_mixtral, shipped));
    error_line("Qwen3 30B A3B (128 experts)", error_over(more_qwen, shipped));
}

/* A time of the rows at fixed concurrency, or of those whose time to first token does not
 * fall with the load. */
static ds_profile_error error_of_time(bool first_token, bool rising)
{
    double a[ROWS_MOST], b[ROWS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < row_count; i++) {
        const ds_measured *m = &measured[i];
        if (!fixed(i) || (rising && rows[i].model == L8 && (m->concurrency < 32 || m->gpus == 8)))
            continue;
        ds_roofline_case c = {.shape = &rows[i].shape, .gpu = &gpus[rows[i].gpu],
                              .gpus = m->gpus, .size = 1, .tpot_limit_ms = (double)NAN,
                              .ttft_limit_ms = (double)NAN, .concurrency_limit = m->concurrency};
        ds_roofline_request r = {m->input_tokens, 0, m->output_tokens, 0};
        ds_roofline_speed v = ds_roofline_at(&c, &r);
        a[count] = first_token ? v.ttft_ms : v.tpot_ms;
        b[count++] = first_token ? m->ttft_ms : m->tpot_ms;
    }
    return error_of(a, b, count);
}

static void table_of_fixed_concurrency(void)
{
    heading("at 8 to 128 requests at a time");
    error_line("speed, shipped constants", error_over(fixed, shipped));
    error_line("speed, the GPU left out", error_over(fixed, without_gpu));
    error_line("time per output token, shipped constants", error_of_time(false, false));
    error_line("time to first token, shipped constants", error_of_time(true, false));
    error_line("the same, without three rows in which it falls with the load",
               error_of_time(true, true));
}

/* LLaMA 7B, 16 bits, A100 80GB, TensorRT-LLM: measured by a user of LLM-Viewer (issue 4 of
 * hahnyuan/LLM-Viewer), who found its prediction 44 to 91 % too fast. */
static const struct {
    double batch, input, output, measured;
} negative[] = {
    {256, 128, 128, 5353}, {32, 128, 2048, 1518}, {32, 2048, 128, 547}, {16, 2048, 2048, 613},
    {1, 128, 0, 16.1}, {1, 2048, 0, 120.5}, /* output 0: a prompt alone [ms] */
};
enum { NEGATIVE = sizeof negative / sizeof negative[0] };

/* What (102) says of it; *ideal: and a roofline without overheads. */
static double of_negative(size_t i, double *no_overhead)
{
    double input = negative[i].input, output = negative[i].output, b = negative[i].batch;
    bool   prompt = output == 0;
    ds_roofline shape = shapes[LLAMA7];
    ds_roofline_case c = {.shape = &shape, .gpu = &gpus[A100], .gpus = 1, .size = 1,
                          .tpot_limit_ms = (double)NAN, .ttft_limit_ms = (double)NAN,
                          .concurrency_limit = (double)NAN};
    ds_roofline_request r = {input, 0, prompt ? 1 : output, 0};
    ds_roofline_speed   v = ds_roofline_with_slots(&c, &r, b);
    ideal               none = without_overhead(&shape, &gpus[A100], 1, input, r.output, b);
    *no_overhead = prompt ? none.prompt_ms : none.output_per_s;
    if (!prompt)
        return v.output_per_s;
    /* a step without requests, and the prompt: A + t_p */
    double prompt_s = v.gpu_s - r.output * v.step_s / b;
    return 1e3 * (ds_roofline_with_slots(&c, &r, 0).step_s + prompt_s);
}

static void table_of_negative_control(void)
{
    line("| LLaMA 7B on A100 80GB | measured | without overheads | roofline |");
    line("|---|---|---|---|");
    for (size_t i = 0; i < NEGATIVE; i++) {
        double none, ours = of_negative(i, &none), m = negative[i].measured;
        char   what[96];
        if (negative[i].output > 0)
            snprintf(what, sizeof what, "%g/%g tokens, %g at a time [token/s]", negative[i].input,
                     negative[i].output, negative[i].batch);
        else
            snprintf(what, sizeof what, "prompt of %g tokens [ms]", negative[i].input);
        line("| %s | %g | %+.0f %% | %+.0f %% |", what, m, 100 * (none / m - 1),
             100 * (ours / m - 1));
    }
}

/* Best closed-division offline results of MLPerf Inference v5.1, tokens/s of a GPU
 * (mlcommons/inference_results_v5.1, summary_results.json); lengths: means of the data
 * sets, as far as they are known. */
static const struct {
    int    model, gpu, gpus, bits;
    double input, output, measured;
} mlperf[] = {
    {L8, H200, 1, DS_BITS_8, 778, 128, 8255},    {L8, B200, 1, DS_BITS_4, 778, 128, 18370},
    {L8, H100, 1, DS_BITS_8, 778, 128, 5777},    {L8, L40S, 1, DS_BITS_8, 778, 128, 1642},
    {LLAMA2, H100, 2, DS_BITS_8, 294, 294, 3903}, {LLAMA2, H200, 1, DS_BITS_8, 294, 294, 4415},
    {LLAMA2, B200, 1, DS_BITS_4, 294, 294, 12864}, {L405, H200, 8, DS_BITS_8, 9428, 684, 69},
    {L405, B200, 4, DS_BITS_4, 9428, 684, 208},
};

static void table_of_mlperf(void)
{
    static const char *const bits[] = {"16", "8", "4"};
    line("| MLPerf v5.1, offline | tokens/s and GPU | roofline |");
    line("|---|---|---|");
    for (size_t i = 0; i < sizeof mlperf / sizeof mlperf[0]; i++) {
        ds_roofline shape = shapes[mlperf[i].model];
        shape.weight_bits = mlperf[i].bits;
        shape.kv_bits = DS_BITS_8;
        ds_measured m = {.input_tokens = mlperf[i].input, .output_tokens = mlperf[i].output,
                         .concurrency = (double)NAN, .gpus = mlperf[i].gpus};
        double speed = ds_roofline_output_per_s(&shape, &gpus[mlperf[i].gpu], (double)NAN, &m);
        line("| %s, %s bits, %s | %g | %+.0f %% |", model_names[mlperf[i].model][1],
             bits[mlperf[i].bits], gpu_names[mlperf[i].gpu][2], mlperf[i].measured,
             100 * (speed / mlperf[i].gpus / mlperf[i].measured - 1));
    }
}

static void table_of_constants(void)
{
    double      c[DS_ROOFLINE_CONSTANTS];
    ds_roofline shape = shapes[L8];
    fit_without(nothing, 0, c);
    if (printing)
        putchar('\n');
    line("| constant | shipped | least squares over the same rows |");
    line("|---|---|---|");
    for (size_t k = 1; k < DS_ROOFLINE_CONSTANTS; k++)
        line("| `%s` | %g | %.3g |", ds_roofline_keys[k].key, *ds_roofline_constant(&shape, k),
             c[k]);
}

static void all_tables(void)
{
    table_of_kinds();
    tables_of_groups();
    table_of_unseen_rows();
    table_of_fixed_concurrency();
    if (printing)
        putchar('\n');
    table_of_negative_control();
    if (printing)
        putchar('\n');
    table_of_mlperf();
    table_of_constants();
}

/* ---- Tests ----------------------------------------------------------------------- */

static double exact_speed(size_t i)
{
    const ds_measured *m = &measured[i];
    ds_roofline_case c = {.shape = &rows[i].shape, .gpu = &gpus[rows[i].gpu], .gpus = m->gpus,
                          .size = 1, .tpot_limit_ms = (double)NAN, .ttft_limit_ms = (double)NAN,
                          .concurrency_limit = m->concurrency};
    ds_roofline_request r = {m->input_tokens, 0, m->output_tokens, 0};
    return ds_roofline_at(&c, &r).output_per_s;
}

static int prepare(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    load_facts();
    load_rows(THROUGHPUT "trtllm.csv", TENSORRT);
    load_rows(THROUGHPUT "trtllm_more.csv", MORE);
    load_rows(THROUGHPUT "fixed_concurrency.csv", FIXED);
    for (size_t i = 0; i < row_count; i++) {
        shipped[i] = exact_speed(i);
        ideal_of[i] = ideal_speed(i);
    }
    predict_left_out(gpu_is, GPUS, without_gpu);
    predict_left_out(family_is, GPUS, without_family);
    predict_left_out(model_is, MODELS, without_model);
    predict_configurations();
    return 0;
}

static int release(void **state)
{
    (void)state;
    free(page);
    return 0;
}

static void read_page(void)
{
    FILE  *file = fopen("docs/throughput.md", "rb");
    size_t room = 1 << 18;
    page = calloc(room, 1);
    assert_non_null(file);
    assert_non_null(page);
    size_t length = fread(page, 1, room - 1, file);
    assert_true(length < room - 1);
    fclose(file);
}

static void the_page_says_what_is_computed(void **state)
{
    (void)state;
    read_page();
    all_tables();
    if (lines_missing > 0)
        fail_msg("run `make accuracy` and put its tables into docs/throughput.md");
}

/* The goal: within 12 % (median) on GPUs that no constant has seen, without much bias. */
static void rooflines_hit_gpus_that_were_left_out(void **state)
{
    (void)state;
    ds_profile_error e = error_over(main_gpus, without_gpu);
    assert_int_equal(e.count, 204);
    assert_true(e.median < 0.12);
    assert_true(fabs(e.bias) < 0.05);
    assert_true(error_over(dense, without_gpu).median < 0.12);
    assert_true(error_over(dense, without_family).median < 0.12);
}

/* The measured figures that a roofline without overheads misses by a quarter and more. */
static void overheads_are_what_makes_the_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < NEGATIVE; i++) {
        double none, ours = of_negative(i, &none), m = negative[i].measured;
        assert_true(fabs(none / m - 1) > 0.25);
        assert_true(fabs(ours / m - 1) < 0.20);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_says_what_is_computed),
        cmocka_unit_test(rooflines_hit_gpus_that_were_left_out),
        cmocka_unit_test(overheads_are_what_makes_the_difference),
    };
    printing = argc == 2 && strcmp(argv[1], "--print") == 0;
    if (printing) {
        prepare(NULL);
        all_tables();
        return 0;
    }
    return cmocka_run_group_tests(tests, prepare, release);
}
