/* timing_report.c -- when to start, for machines: CSV, JSON, a directory.  See
 * timing_report.h; timing_answer.c speaks to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/timing_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"

enum { POINTER_TEXT = 600 };

/* ---- CSV ------------------------------------------------------------------- */

void ds_timing_csv(FILE *file, const ds_scenario *scenario, const ds_timing *t)
{
    fputs("month_index,month,cost_npv_usd,cost_npv_usd_se,saving_npv_usd,saving_npv_usd_se,"
          "behind_best_usd,behind_best_usd_se,adaptive_share,adaptive_share_se,simple_share,"
          "simple_share_se\n", file);
    for (size_t k = 0; k < ds_timing_month_count(t); k++) {
        const ds_timing_month m = ds_timing_month_at(t, k);
        char label[8];
        ds_scenario_month_label(scenario, m.month, label);
        fprintf(file, "%zu,%s", m.month, label);
        ds_csv_estimate(file, m.cost);
        ds_csv_estimate(file, m.saving);
        ds_csv_estimate(file, m.behind);
        ds_csv_estimate(file, m.share);
        ds_csv_estimate(file, m.rule_share);
        putc('\n', file);
    }
    fputs("never,never", file);
    ds_csv_estimate(file, ds_timing_never_cost(t));
    fputs(",0,0,,", file);
    ds_csv_estimate(file, ds_timing_adaptive(t).never);
    ds_csv_estimate(file, ds_timing_simple(t).never);
    putc('\n', file);
}

/* ---- JSON ------------------------------------------------------------------ */

/* "YYYY-MM", or "never" from the horizon on. */
static void month(FILE *file, const char *key, const ds_scenario *scenario, const ds_timing *t,
                  size_t index)
{
    char label[8] = "never";
    if (index < ds_timing_horizon(t))
        ds_scenario_month_label(scenario, index, label);
    fprintf(file, ",\"%s\":\"%s\"", key, label);
}

static void rule(FILE *file, const char *key, const ds_scenario *scenario, const ds_timing *t,
                 ds_timing_rule r)
{
    fprintf(file, ",\n\"%s\":{\"kind\":\"rule\"", key);
    ds_json_estimate_member(file, "saving_npv_usd", r.saving);
    ds_json_estimate_member(file, "ahead_of_fixed_usd", r.ahead);
    ds_json_estimate_member(file, "never_share", r.never);
    month(file, "start_p05", scenario, t, r.p05);
    month(file, "start_p50", scenario, t, r.p50);
    month(file, "start_p95", scenario, t, r.p95);
    putc('}', file);
}

static size_t month_of(const ds_timing *t, size_t index)
{
    return index < ds_timing_month_count(t) ? ds_timing_month_at(t, index).month
                                            : ds_timing_horizon(t);
}

static void months(FILE *file, const ds_scenario *scenario, const ds_timing *t)
{
    fputs(",\n\"months\":[", file);
    for (size_t k = 0; k < ds_timing_month_count(t); k++) {
        const ds_timing_month m = ds_timing_month_at(t, k);
        fprintf(file, "%s{\"month_index\":%zu", k > 0 ? ",\n " : "\n ", m.month);
        month(file, "month", scenario, t, m.month);
        ds_json_estimate_member(file, "cost_npv_usd", m.cost);
        ds_json_estimate_member(file, "saving_npv_usd", m.saving);
        ds_json_estimate_member(file, "behind_best_usd", m.behind);
        ds_json_estimate_member(file, "adaptive_share", m.share);
        ds_json_estimate_member(file, "simple_share", m.rule_share);
        putc('}', file);
    }
    putc(']', file);
}

static void overrides(FILE *file, const ds_scenario *scenario, const ds_timing *t)
{
    const ds_timing_threshold h = ds_timing_threshold_of(t);
    char pointer[POINTER_TEXT], label[8];
    bool first = true;

    fputs(",\n\"simple_set\":{", file);
    for (size_t k = 0; h.from < ds_timing_horizon(t) && k < ds_timing_model_count(t); k++) {
        ds_scenario_month_label(scenario, h.from, label);
        if (!ds_timing_pointer(t, k, "start", pointer, sizeof pointer))
            continue;
        fputs(first ? "" : ",", file);
        ds_json_string(file, pointer);
        fprintf(file, ":\"%s\"", label);
        first = false;
        if (!(h.usd > 0) ||
            !ds_timing_pointer(t, k, "start_when_usd_per_month_above", pointer, sizeof pointer))
            continue;
        putc(',', file);
        ds_json_string(file, pointer);
        putc(':', file);
        ds_json_number(file, h.usd);
    }
    putc('}', file);
}

void ds_timing_json(FILE *file, const ds_scenario *scenario, const ds_timing *t)
{
    const ds_timing_threshold h = ds_timing_threshold_of(t);

    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, scenario, ds_timing_paths(t), ds_timing_seed(t), DS_ENGINE_FAST);
    fputs("},\n\"strategy\":", file);
    ds_json_string(file, ds_timing_strategy(t));
    fputs(",\"models\":[", file);
    for (size_t k = 0; k < ds_timing_model_count(t); k++) {
        fputs(k > 0 ? "," : "", file);
        ds_json_string(file, ds_timing_model(t, k));
    }
    fprintf(file, "],\"fit_paths\":%" PRIu64, ds_timing_fit_paths(t));
    ds_json_estimate_member(file, "never_cost_npv_usd", ds_timing_never_cost(t));
    month(file, "best_month", scenario, t, month_of(t, ds_timing_best(t)));
    month(file, "fixed_month", scenario, t, month_of(t, ds_timing_fixed_month(t)));
    rule(file, "fixed", scenario, t, ds_timing_fixed(t));
    rule(file, "adaptive", scenario, t, ds_timing_adaptive(t));
    fputs(",\"adaptive_watches\":", file);
    ds_json_string(file, ds_timing_watched(t));
    rule(file, "simple", scenario, t, ds_timing_simple(t));
    month(file, "simple_from", scenario, t, h.from);
    fputs(",\"simple_above_usd_per_month\":", file);
    ds_json_number(file, h.usd);
    ds_json_estimate_member(file, "simple_keeps_share", h.kept);
    overrides(file, scenario, t);
    fputs(",\n\"bound\":{\"kind\":\"bound\"", file);
    ds_json_estimate_member(file, "saving_npv_usd", ds_timing_bound(t).saving);
    ds_json_estimate_member(file, "ahead_of_fixed_usd", ds_timing_bound(t).ahead);
    ds_json_estimate_member(file, "ahead_of_adaptive_usd", ds_timing_gap(t));
    putc('}', file);
    months(file, scenario, t);
    fputs("}\n", file);
}

/* ---- A directory ----------------------------------------------------------- */

typedef struct {
    const ds_scenario *scenario;
    const ds_timing   *timing;
} ds_subject;

static ds_code write_csv(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_timing_csv(file, s->scenario, s->timing);
    return DS_OK;
}

static ds_code write_json(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_timing_json(file, s->scenario, s->timing);
    return DS_OK;
}

ds_code ds_timing_directory(const char *directory, const ds_scenario *scenario,
                            const ds_timing *t, ds_error *err)
{
    static const ds_part parts[] = {{"timing.csv", write_csv}, {"timing.json", write_json}};
    const ds_subject subject = {scenario, t};
    return ds_parts_write(directory, parts, 2, &subject, err);
}

/* Escapes a segment of a pointer; false when it does not fit. */
static bool add_segment(const char *name, char *out, size_t size, size_t *used)
{
    for (; *name != '\0'; name++) {
        if (*used + 3 > size)
            return false;
        if (*name == '~' || *name == '/') {
            out[(*used)++] = '~';
            out[(*used)++] = *name == '~' ? '0' : '1';
        } else {
            out[(*used)++] = *name;
        }
    }
    out[*used] = '\0';
    return true;
}

bool ds_timing_pointer(const ds_timing *t, size_t model, const char *key, char *out, size_t size)
{
    const char *const segments[] = { "strategies", ds_timing_strategy(t), key,
                                     ds_timing_model(t, model) };
    size_t used = 0;
    for (size_t k = 0; k < sizeof segments / sizeof *segments; k++) {
        if (used + 2 > size)
            return false;
        out[used++] = '/';
        out[used] = '\0';
        if (!add_segment(segments[k], out, size, &used))
            return false;
    }
    return true;
}
