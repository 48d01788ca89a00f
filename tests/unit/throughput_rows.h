/* throughput_rows.h -- published speeds (tests/data/throughput) with the shape of the model
 * and the facts of the GPU, from scenarios/catalogue.  Include it after cmocka.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THROUGHPUT_ROWS_H
#define THROUGHPUT_ROWS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/csv.h"
#include "scenario/load.h"
#include "study/profile_fit.h"

#define THROUGHPUT "tests/data/throughput/"
#define CATALOGUE  "scenarios/catalogue/"

/* Names of the files and of the catalogue. */
static const char *const gpu_names[][3] = {
    {"a100-80gb", "A100_80GB", "A100"}, {"h100", "H100_80GB", "H100"},
    {"h200", "H200_141GB", "H200"},     {"gh200", "GH200_480GB", "GH200"},
    {"l40s", "L40S", "L40S"},           {"b200", "B200", "B200"},
    {"gb200", "GB200", "GB200"},        {"rtx-pro-6000", "RTXPRO6000", "RTXPRO6000"},
};
static const char *const model_names[][3] = {
    {"llama-3.1-8b", "Llama-3.1-8B", "Llama-3.1-8B"},
    {"llama-3.1-70b", "Llama-3.1-70B", "Llama-3.3-70B"},
    {"llama-3.1-405b", "Llama-3.1-405B", "Llama-3.1-405B"},
    {"mistral-7b", "Mistral-7B", "Mistral-7B"},
    {"mixtral-8x7b", "Mixtral-8x7B", "Mixtral-8x7B"},
    {"mixtral-8x22b", "Mixtral-8x22B", "Mixtral-8x22B"},
    {"qwen3-30b-a3b", "Qwen3-30B-A3B", "Qwen3-30B-A3B"},
    {"llama-7b", "LLaMA-7B", "LLaMA-7B"},
    {"llama-2-70b", "Llama-2-70B", "Llama-2-70B"},
};
enum { A100, H100, H200, GH200, L40S, B200, GB200, RTX, GPUS };
enum { L8, L70, L405, M7, MIX7, MIX22, Q30, LLAMA7, LLAMA2, MODELS };

static ds_gpu      gpus[GPUS];
static ds_roofline shapes[MODELS];

typedef enum { TENSORRT, MORE, FIXED } row_origin;
typedef struct {
    row_origin  from;
    int         gpu, model;
    ds_roofline shape; /* with the bits of the row */
    int         release; /* 0: v0.17, 1: v1.0, 2: the developer guide */
} row;

enum { ROWS_MOST = 600 };
static row         rows[ROWS_MOST];
static ds_measured measured[ROWS_MOST]; /* of the same index */
static size_t      row_count;

static inline void load_facts(void)
{
    for (size_t i = 0; i < GPUS + MODELS; i++) {
        char         profile[96], gpu[96];
        ds_scenario *s;
        ds_error     err = {.code = DS_OK};
        snprintf(profile, sizeof profile, CATALOGUE "models.json#/profiles/%s",
                 model_names[i < MODELS ? i : 0][0]);
        snprintf(gpu, sizeof gpu, CATALOGUE "gpus.json#/gpus/%s",
                 gpu_names[i < GPUS ? i : 0][0]);
        if (ds_profile_read(profile, 16, gpu, NULL, NULL, &s, &err) != DS_OK)
            fail_msg("%s, %s: %s", profile, gpu, err.message);
        if (i < MODELS)
            shapes[i] = *DS_ITEM(ds_profile, s->profiles, 0).roofline;
        if (i < GPUS)
            gpus[i] = DS_ITEM(ds_gpu, s->gpus, 0);
        ds_scenario_free(s);
    }
}

static inline int find_name(const char *const (*names)[3], int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i][1], name) == 0 || strcmp(names[i][2], name) == 0)
            return i;
    fail_msg("unknown: %s", name);
    return -1;
}

static inline double cell(const ds_csv *csv, size_t r, const char *column)
{
    size_t c = ds_csv_column(csv, column);
    return c < csv->columns ? ds_csv_value(csv, r, c) : (double)NAN;
}

static inline const char *text_cell(const ds_csv *csv, size_t r, const char *column)
{
    size_t c = ds_csv_column(csv, column);
    return c < csv->columns ? ds_csv_field(csv, r, c) : "";
}

/* FP16 and FP8 hold for weights, keys and values; with FP4 keys and values have 8 bits. */
static inline void set_bits(const ds_csv *csv, size_t r, ds_roofline *shape)
{
    const char *precision = text_cell(csv, r, "precision");
    bool        eight = strcmp(precision, "FP8") == 0 || cell(csv, r, "weight_bits") == 8;
    bool        four = strcmp(precision, "FP4") == 0 || cell(csv, r, "weight_bits") == 4;
    shape->weight_bits = four ? DS_BITS_4 : eight ? DS_BITS_8 : DS_BITS_16;
    shape->kv_bits = four || eight ? DS_BITS_8 : DS_BITS_16;
}

static inline void load_rows(const char *path, row_origin from)
{
    ds_csv   csv;
    ds_error err;
    assert_int_equal(ds_csv_read(path, &csv, &err), DS_OK);
    for (size_t r = 1; r < csv.rows; r++) {
        row         *to = &rows[row_count];
        ds_measured *m = &measured[row_count++];
        assert_true(row_count <= ROWS_MOST);
        to->from = from;
        to->gpu = find_name(gpu_names, GPUS, text_cell(&csv, r, "gpu"));
        to->model = find_name(model_names, MODELS, text_cell(&csv, r, "model"));
        to->release = strcmp(text_cell(&csv, r, "release"), "developer guide") == 0 ? 2
                      : strcmp(text_cell(&csv, r, "release"), "v1.0") == 0          ? 1
                                                                                    : 0;
        to->shape = shapes[to->model];
        set_bits(&csv, r, &to->shape);
        m->input_tokens = cell(&csv, r, "isl");
        m->output_tokens = cell(&csv, r, "osl");
        m->gpus = (int)cell(&csv, r, "tp");
        m->output_tokens_per_s = cell(&csv, r, "output_tok_s_total");
        if (isnan(m->output_tokens_per_s))
            m->output_tokens_per_s = m->gpus * cell(&csv, r, "output_tok_s_per_gpu");
        m->concurrency = cell(&csv, r, "concurrency");
        m->ttft_ms = cell(&csv, r, "ttft_ms");
        m->tpot_ms = cell(&csv, r, "tpot_ms");
        assert_true(m->output_tokens_per_s > 0 && m->gpus >= 1);
    }
    ds_csv_release(&csv);
}

static inline bool has_experts(size_t i)
{
    return rows[i].shape.experts > 1;
}

#endif
