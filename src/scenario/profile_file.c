/* profile_file.c -- a profile of a file, apart from any scenario.
 *
 * Called where a profile is fitted or shown.  A catalogue has profiles and GPUs but no
 * products or strategies, so a least scenario is made around them, and they are read and
 * checked as in any other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "scenario/load.h"
#include "scenario/scenario.h"
#include "scenario/tree.h"
#include "scenario/writer.h"

#define REST                                                                                 \
    "\"name\": \"profile\", \"clock\": {\"start\": \"2026-01\", \"months\": 1},"             \
    "\"products\": {\"p\": {\"requests_per_month\": 1,"                                      \
    " \"request\": {\"input_tokens\": 1, \"output_tokens\": 1}}},"                           \
    "\"models\": {\"m\": {\"contracts\": {\"c\": {\"billing\": \"per_token\","               \
    " \"usd_per_mtok\": {\"input\": 1, \"output\": 1}}}}},"                                  \
    "\"strategies\": {\"s\": {\"all\": \"m\"}}"

static void write_extends(ds_writer *w, const char *at)
{
    ds_write(w, "{\"extends\": ");
    ds_write_string(w, at);
}

/* FILE of "FILE#/pointer", then `pointer`. */
static void write_part(ds_writer *w, const char *at, const char *pointer)
{
    size_t length = strcspn(at, "#");
    char  *text = malloc(length + strlen(pointer) + 1);
    if (text == NULL) {
        w->failed = true;
        return;
    }
    memcpy(text, at, length);
    strcpy(text + length, pointer);
    write_extends(w, text);
    ds_write(w, "}");
    free(text);
}

static void compose(ds_writer *w, const char *profile, int gpus, const char *gpu)
{
    ds_write(w, "{" REST ", \"profiles\": {\"profile\": ");
    write_extends(w, profile);
    if (gpus > 0)
        ds_write_format(w, ", \"gpus_per_replica\": %d", gpus);
    if (gpu == NULL) {
        ds_write(w, "}}, \"gpus\": ");
        write_part(w, profile, "#/gpus");
        ds_write(w, "}");
        return;
    }
    ds_write(w, ", \"gpu\": \"gpu\"}}, \"gpus\": {\"gpu\": ");
    write_extends(w, gpu);
    ds_write(w, "}}}");
}

static bool names_place(const char *at)
{
    const char *mark = strchr(at, '#');
    return mark != NULL && mark != at && mark[1] == '/';
}

ds_code ds_profile_read(const char *profile, int gpus, const char *gpu,
                             ds_problem_fn report, void *context, ds_scenario **out,
                             ds_error *err)
{
    ds_writer w = {0};
    *out = NULL;
    if (!names_place(profile) || (gpu != NULL && !names_place(gpu)))
        return ds_fail(err, DS_E_USAGE, NULL, "\"%.200s\" is not of the form FILE#/pointer",
                       names_place(profile) ? gpu : profile);
    compose(&w, profile, gpus, gpu);
    ds_code code = w.failed ? ds_fail(err, DS_E_NOMEM, NULL, "out of memory")
                            : ds_scenario_compose(w.text, w.length, "profile", report, context, out,
                                                  err);
    free(w.text);
    return code;
}

char *ds_scenario_value_at(const ds_scenario *s, const char *pointer)
{
    cJSON      *root = cJSON_Parse(s->resolved_json);
    const cJSON *node = root;
    char       *token = malloc(strlen(pointer) + 1), *text = NULL;
    while (token != NULL && node != NULL && *pointer == '/') {
        pointer++;
        node = ds_pointer_next(&pointer, token) ? ds_tree_member(node, token) : NULL;
    }
    if (token != NULL && node != NULL)
        text = cJSON_PrintUnformatted(node);
    free(token);
    cJSON_Delete(root);
    return text;
}
