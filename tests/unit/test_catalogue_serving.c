/* test_catalogue_serving.c -- GPUs, shapes of models, fitted profiles and shapes of traffic in
 * scenarios/catalogue: each loads, says where it comes from, and is what its source gives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cJSON.h>
#include <gsl/gsl_errno.h>

#include "throughput_rows.h"

static cJSON *read_json(const char *path)
{
    FILE  *file = fopen(path, "rb");
    size_t room = 1 << 20;
    char  *text = calloc(room, 1);
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, room - 1, file) < room - 1);
    fclose(file);
    cJSON *root = cJSON_Parse(text);
    free(text);
    assert_non_null(root);
    return root;
}

static void complain(void *context, const ds_error *p)
{
    (void)context;
    print_error("%s:%d:%d: %s: %s\n", p->file, p->line, p->column, p->pointer, p->message);
}

static ds_scenario *profile_scenario(const char *file, const char *name, int count,
                                     const char *gpu)
{
    char         profile[200], facts[200];
    ds_scenario *s = NULL;
    ds_error     err;
    snprintf(profile, sizeof profile, CATALOGUE "%s#/profiles/%s", file, name);
    snprintf(facts, sizeof facts, CATALOGUE "gpus.json#/gpus/%s", gpu);
    if (ds_profile_read(profile, count, facts, complain, NULL, &s, &err) != DS_OK)
        fail_msg("%s on %s", name, gpu);
    return s;
}

/* Figures below `at` that are neither sourced and dated nor assumptions. */
static void check_origins(const ds_scenario *s, const char *at, const char *name)
{
    size_t figures = 0;
    for (size_t i = 0; i < ds_scenario_input_count(s); i++) {
        ds_input_info input = ds_scenario_input(s, i);
        if (strncmp(input.pointer, at, strlen(at)) != 0 || input.origin == DS_ORIGIN_DEFAULT)
            continue;
        figures++;
        if (input.origin != DS_ORIGIN_ASSUMPTION &&
            (input.source[0] == '\0' || input.as_of[0] == '\0'))
            fail_msg("%s: %s: no source or date", name, input.pointer);
    }
    if (figures == 0)
        fail_msg("%s: no figure", name);
}

/* ---- GPUs -------------------------------------------------------------------------- */

static void every_gpu_is_sane_and_has_a_source(void **state)
{
    (void)state;
    cJSON       *root = read_json(CATALOGUE "gpus.json");
    const cJSON *all = cJSON_GetObjectItem(root, "gpus"), *g;
    assert_int_equal(cJSON_GetArraySize(all), 12);
    cJSON_ArrayForEach(g, all) {
        ds_scenario  *s = profile_scenario("models.json", "llama-3.1-8b-fp8", 1, g->string);
        const ds_gpu *f = &DS_ITEM(ds_gpu, s->gpus, 0);
        check_origins(s, "/gpus/gpu/", g->string);
        /* a step in precision doubles the dense peak, within rounding; bandwidth a second
         * reads the memory 10 to 80 times; watts and rents of what can be bought */
        assert_true(f->tflops_16bit > 100 && f->tflops_16bit < 3000);
        if (!isnan(f->tflops_8bit))
            assert_true(fabs(f->tflops_8bit / f->tflops_16bit - 2) < 0.03);
        if (!isnan(f->tflops_4bit))
            assert_true(fabs(f->tflops_4bit / f->tflops_8bit - 2) < 0.03);
        double reads = f->memory_gb_per_s / (f->memory_gib * 1.073741824);
        assert_true(reads > 10 && reads < 80);
        assert_true(f->watts > 50 && f->watts < 1500 && f->link_gb_per_s >= 32);
        double rent = ds_scenario_profile_facts(s, 0).usd_per_gpu_hour;
        assert_true(rent > 0.2 && rent < 15);
        ds_scenario_free(s);
    }
    cJSON_Delete(root);
}

/* ---- Shapes of models -------------------------------------------------------------- */

/* Weights of (102) with both embeddings. */
static double weights_of(const ds_roofline *r, bool one_embedding)
{
    double L = (double)r->layers, H = (double)r->hidden, d = (double)r->head_size;
    double E = (double)r->experts, V = (double)r->vocabulary;
    double attention = 2 * H * d * (double)(r->heads + r->kv_heads);
    double layer = attention + 3 * H * (double)r->intermediate * E + (E > 1 ? H * E : 0);
    return L * layer + (one_embedding ? 1 : 2) * V * H;
}

/* The published number of parameters is a check of every member of a shape. */
static void shapes_have_as_many_parameters_as_published(void **state)
{
    (void)state;
    cJSON       *root = read_json(CATALOGUE "models.json");
    const cJSON *all = cJSON_GetObjectItem(root, "profiles"), *m;
    size_t       count = 0;
    cJSON_ArrayForEach(m, all) {
        ds_scenario       *s = profile_scenario("models.json", m->string, 16, "b200");
        const ds_profile  *p = &DS_ITEM(ds_profile, s->profiles, 0);
        const ds_roofline *r = p->roofline;
        bool               stand_in = strncmp(m->string, "deepseek", 8) == 0;
        assert_non_null(r);
        double off = weights_of(r, strncmp(m->string, "qwen2.5-1.5b", 12) == 0) /
                     (1e9 * p->parameters_b) - 1;
        /* 0.3 %: norms and biases, and published numbers are rounded; DeepSeek's dense
         * layers are taken as the others */
        if (!(fabs(off) < (stand_in ? 0.06 : 0.003)))
            fail_msg("%s: %+.2f %% of its parameters", m->string, 100 * off);
        if (strstr(m->string, "-fp8") != NULL)
            assert_true(r->weight_bits == DS_BITS_8 && r->kv_bits == DS_BITS_8);
        else if (strstr(m->string, "-fp4") != NULL)
            assert_true(r->weight_bits == DS_BITS_4 && r->kv_bits == DS_BITS_8);
        else
            assert_true(r->weight_bits == DS_BITS_16 && r->kv_bits == DS_BITS_16);
        ds_scenario_free(s);
        count++;
    }
    assert_true(count > 45);
    cJSON_Delete(root);
}

/* ---- Profiles ---------------------------------------------------------------------- */

/* The name that the configuration of a row has in profiles.json. */
static void name_of(size_t i, char *name, size_t size)
{
    static const char *const bits[] = {"fp16", "fp8", "fp4"};
    char                     several[16] = "";
    const char *model = rows[i].model == L70 && rows[i].release == 1
                            ? "llama-3.3-70b" : model_names[rows[i].model][0];
    if (measured[i].gpus > 1)
        snprintf(several, sizeof several, "%dx", measured[i].gpus);
    snprintf(name, size, "%s-%s-%s%s", model, bits[rows[i].shape.weight_bits], several,
             gpu_names[rows[i].gpu][0]);
}

/* Its rows: of the release that its source names. */
static size_t rows_of(const char *name, int release, size_t *use)
{
    size_t count = 0;
    for (size_t i = 0; i < row_count; i++) {
        char own[96];
        name_of(i, own, sizeof own);
        if (rows[i].from != FIXED && rows[i].release == release && strcmp(own, name) == 0)
            use[count++] = i;
    }
    return count;
}

static void closed_fit(const size_t *use, size_t count, ds_law *law, ds_law_fit *fit)
{
    ds_error err;
    *law = ds_closed_law(false, measured, use, count);
    assert_int_equal(ds_law_fit_to(law, measured, use, count, fit, &err), DS_OK);
}

/* Root mean square of ln(predicted/measured) over points that are left out. */
static double left_out_log_sd(const size_t *use, size_t count)
{
    double squares = 0;
    for (size_t out = 0; out < count; out++) {
        size_t     others[64], kept = 0;
        ds_law     law;
        ds_law_fit fit;
        for (size_t i = 0; i < count; i++)
            if (i != out)
                others[kept++] = use[i];
        closed_fit(others, kept, &law, &fit);
        const ds_measured *m = &measured[use[out]];
        squares += pow(log(law.speed(law.context, fit.constant, m) / m->output_tokens_per_s), 2);
    }
    return sqrt(squares / (double)count);
}

static void near_rounded(const char *name, const char *what, double found, double wanted,
                         double relative)
{
    if (!(fabs(found - wanted) <= relative * wanted))
        fail_msg("%s: %s %g, not %g", name, what, found, wanted);
}

static double certain(const ds_scenario *s, ds_quantity q)
{
    return s->inputs[q.index].distribution.a;
}

static void check_profile(const char *name, const char *source)
{
    size_t     use[64];
    ds_law     law;
    ds_law_fit fit;
    size_t     count = rows_of(name, strstr(source, "v1.0") != NULL, use);
    if (count < 9)
        fail_msg("%s: %zu rows", name, count);
    closed_fit(use, count, &law, &fit);
    ds_scenario      *s = profile_scenario("profiles.json", name, 0,
                                           gpu_names[rows[*use].gpu][0]);
    const ds_profile *p = &DS_ITEM(ds_profile, s->profiles, 0);
    check_origins(s, "/profiles/profile/", name);
    assert_int_equal(p->gpus_per_replica, measured[*use].gpus);
    /* four digits are stored, two of the error, which is at least 0.03 */
    near_rounded(name, "P", certain(s, p->input_tokens_per_gpu_s), 1 / fit.constant[0], 6e-4);
    near_rounded(name, "D", certain(s, p->output_tokens_per_gpu_s), 1 / fit.constant[1], 6e-4);
    near_rounded(name, "kappa", certain(s, p->attention_gpu_s_per_token2), fit.constant[2], 6e-4);
    near_rounded(name, "error", p->relative_error, fmax(0.03, left_out_log_sd(use, count)), 0.06);
    ds_scenario_free(s);
}

static void profiles_are_fits_to_the_published_rows(void **state)
{
    (void)state;
    cJSON       *root = read_json(CATALOGUE "profiles.json");
    const cJSON *all = cJSON_GetObjectItem(root, "profiles"), *p;
    assert_int_equal(cJSON_GetArraySize(all), 28);
    cJSON_ArrayForEach(p, all)
        check_profile(p->string, cJSON_GetObjectItem(p, "source")->valuestring);
    cJSON_Delete(root);
}

/* A fit made elsewhere, by least squares of relative errors, to the same rows of v1.0: P, D,
 * kappa (docs/figures.md has some of them).  1 %: logarithms weigh a little otherwise. */
static void another_fit_finds_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double      P, D, kappa;
    } other[] = {
        {"llama-3.1-8b-fp8-h100", 70109, 68001, 2.550e-8},
        {"llama-3.1-8b-fp8-h200", 68816, 58282, 1.750e-8},
        {"llama-3.3-70b-fp8-2xh100", 7286, 7045, 1.367e-7},
        {"llama-3.3-70b-fp8-h200", 8318, 9115, 9.351e-8},
        {"llama-3.3-70b-fp4-b200", 26335, 24020, 4.778e-8},
        {"llama-3.1-405b-fp8-8xh200", 1024, 892, 2.366e-7},
        {"qwen3-30b-a3b-fp4-b200", 126865, 70151, 1.186e-8},
    };
    for (size_t k = 0; k < sizeof other / sizeof other[0]; k++) {
        size_t     use[64];
        ds_law     law;
        ds_law_fit fit;
        size_t     count = rows_of(other[k].name, 1, use);
        assert_int_equal(count, 10);
        closed_fit(use, count, &law, &fit);
        near_rounded(other[k].name, "P", 1 / fit.constant[0], other[k].P, 0.01);
        near_rounded(other[k].name, "D", 1 / fit.constant[1], other[k].D, 0.01);
        near_rounded(other[k].name, "kappa", fit.constant[2], other[k].kappa, 0.01);
    }
}

/* ---- Shapes of traffic -------------------------------------------------------------- */

enum { WEEK = 168 };
typedef struct {
    double shape[WEEK], peak, cv;
} week_shape;

/* Two weeks of hours, an hour of 0 being a gap: each over the mean of its week; the shape is
 * their mean, over its own; cv that of the two about their mean. */
static week_shape shape_of(const char *model)
{
    double     hour[2 * WEEK], mean[2] = {0, 0}, total = 0, most = 0, squares = 0;
    size_t     count = 0, good[2] = {0, 0}, pairs = 0;
    week_shape w = {.peak = 0};
    ds_csv     csv;
    ds_error   err;
    assert_int_equal(ds_csv_read("tests/data/servegen_hourly_rates.csv", &csv, &err), DS_OK);
    for (size_t r = 1; r < csv.rows; r++)
        if (strcmp(ds_csv_field(&csv, r, 0), model) == 0) {
            assert_true(count < 2 * WEEK && ds_csv_value(&csv, r, 1) == (double)count);
            hour[count++] = ds_csv_value(&csv, r, 2);
        }
    ds_csv_release(&csv);
    assert_int_equal(count, 2 * WEEK);
    for (size_t h = 0; h < 2 * WEEK; h++) {
        mean[h / WEEK] += hour[h];
        good[h / WEEK] += hour[h] > 0;
        most = fmax(most, hour[h]);
    }
    w.peak = most / ((mean[0] + mean[1]) / (double)(good[0] + good[1]));
    for (size_t k = 0; k < 2; k++)
        mean[k] /= (double)good[k];
    for (size_t h = 0; h < WEEK; h++) {
        double a = hour[h] / mean[0], b = hour[WEEK + h] / mean[1];
        assert_true(a + b > 0);
        w.shape[h] = a > 0 && b > 0 ? (a + b) / 2 : a + b;
        total += w.shape[h] / WEEK;
        if (a > 0 && b > 0) {
            squares += 2 * pow((a - b) / (a + b), 2);
            pairs++;
        }
    }
    for (size_t h = 0; h < WEEK; h++)
        w.shape[h] /= total;
    w.cv = sqrt(squares / (double)pairs);
    return w;
}

static ds_scenario *traffic_scenario(const char *name)
{
    char         text[1024];
    ds_scenario *s = NULL;
    ds_error     err;
    snprintf(text, sizeof text,
             "{\"name\": \"x\", \"clock\": {\"start\": \"2026-07\", \"months\": 3}, \"products\": "
             "{\"p\": {\"extends\": \"" CATALOGUE "shapes.json#/products/%s\", "
             "\"requests_per_month\": 1, \"request\": {\"input_tokens\": 1, "
             "\"output_tokens\": 1}}},"
             "\"models\": {\"m\": {\"contracts\": {\"c\": {\"billing\": \"per_token\", "
             "\"usd_per_mtok\": {\"input\": 1, \"output\": 1}}}}},"
             "\"strategies\": {\"s\": {\"all\": \"m\"}}}", name);
    if (ds_scenario_compose(text, strlen(text), "shapes", complain, NULL, &s, &err) != DS_OK)
        fail_msg("%s: %s", name, err.message);
    return s;
}

static void shapes_of_traffic_are_those_of_the_data(void **state)
{
    (void)state;
    cJSON       *root = read_json(CATALOGUE "shapes.json");
    const cJSON *all = cJSON_GetObjectItem(root, "products"), *p;
    assert_int_equal(cJSON_GetArraySize(all), 3);
    cJSON_ArrayForEach(p, all) {
        char model[64];
        snprintf(model, sizeof model, "language/%s", p->string);
        week_shape        w = shape_of(model);
        ds_scenario      *s = traffic_scenario(p->string);
        const ds_product *product = &DS_ITEM(ds_product, s->products, 0);
        assert_int_equal(product->hour_shape.count, WEEK);
        for (size_t h = 0; h < WEEK; h++) /* three digits after the point, mean made 1 */
            if (!(fabs(product->hour_shape.values[h] - w.shape[h]) <= 0.0016))
                fail_msg("%s, hour %zu: %g", p->string, h, w.shape[h]);
        near_rounded(p->string, "peak", certain(s, product->peak_to_mean), w.peak, 0.005);
        near_rounded(p->string, "cv", product->minute_cv, w.cv, 0.03);
        check_origins(s, "/products/p/peak_to_mean", p->string);
        ds_scenario_free(s);
    }
    cJSON_Delete(root);
}

static int prepare(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    load_facts();
    load_rows(THROUGHPUT "trtllm.csv", TENSORRT);
    load_rows(THROUGHPUT "trtllm_more.csv", MORE);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gpu_is_sane_and_has_a_source),
        cmocka_unit_test(shapes_have_as_many_parameters_as_published),
        cmocka_unit_test(profiles_are_fits_to_the_published_rows),
        cmocka_unit_test(another_fit_finds_the_same),
        cmocka_unit_test(shapes_of_traffic_are_those_of_the_data),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
