/* breakeven_report.c -- break-evens for machines: CSV, JSON, a directory.  See
 * breakeven_report.h; breakeven_answer.c and breakeven_table.c speak to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/breakeven_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"

static const char *of_name(const ds_breakeven *b)
{
    return ds_breakeven_what(b) == DS_BREAKEVEN_OF_MEAN     ? "mean"
           : ds_breakeven_what(b) == DS_BREAKEVEN_OF_MEDIAN ? "p50"
                                                            : "probability";
}

/* "breakeven", "jump", "same"; without a root "saves", "costs_more" or "same". */
static const char *state_name(const ds_breakeven_line *line, const ds_breakeven_root *root)
{
    static const char *const kinds[] = { [DS_BREAKEVEN_TIE] = "breakeven",
                                         [DS_BREAKEVEN_JUMP] = "jump",
                                         [DS_BREAKEVEN_STRETCH] = "same" };
    if (root != NULL)
        return kinds[root->kind];
    return line->sign > 0 ? "saves" : line->sign < 0 ? "costs_more" : "same";
}

static const char *beyond_name(const ds_breakeven_root *root)
{
    return root == NULL || root->turn == 0 ? "" : root->turn > 0 ? "saves" : "costs_more";
}

/* ---- CSV ------------------------------------------------------------------- */

static void csv_value(FILE *file, const ds_breakeven *b, size_t axis, double value)
{
    char month[16];
    if (!isnan(value) && ds_breakeven_axis_at(b, axis)->date) {
        ds_breakeven_month(b, value, month);
        fputs(month, file);
    } else {
        ds_csv_number(file, value);
    }
}

/* "/pointer", or "times /pointer" of a factor. */
static void csv_head(FILE *file, const ds_breakeven *b, size_t axis)
{
    const ds_breakeven_axis *a = ds_breakeven_axis_at(b, axis);
    char                     text[1024];
    snprintf(text, sizeof text, "%s%s", a->scale ? "times " : "", a->pointer);
    ds_csv_text(file, text);
}

static void csv_root(FILE *file, const ds_breakeven *b, const ds_breakeven_root *r)
{
    const double nan = (double)NAN;
    double       values[] = { r != NULL ? r->at.value : nan, r != NULL ? r->at.se : nan,
                              r != NULL ? r->before : nan, r != NULL ? r->after : nan,
                              r != NULL ? r->low : nan, r != NULL ? r->high : nan };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        putc(',', file);
        if (i == 1)
            ds_csv_number(file, isfinite(values[i]) ? values[i] : nan);
        else
            csv_value(file, b, 0, values[i]);
    }
    if (r == NULL)
        fputs(",,", file);
    else
        fprintf(file, ",%d,%d", r->low_open, r->high_open);
}

static void csv_row(FILE *file, const ds_breakeven *b, const ds_breakeven_line *line,
                    const ds_breakeven_root *root)
{
    const ds_breakeven_point *p = root != NULL ? &root->left : &line->nearest;
    if (ds_breakeven_axis_count(b) > 1) {
        csv_value(file, b, 1, line->second);
        putc(',', file);
    }
    ds_csv_text(file, ds_breakeven_strategy(b));
    putc(',', file);
    ds_csv_text(file, ds_breakeven_against(b));
    fprintf(file, ",%s,", of_name(b));
    csv_head(file, b, 0);
    fprintf(file, ",%s,%s", state_name(line, root), beyond_name(root));
    csv_root(file, b, root);
    ds_csv_estimate(file, p->mean);
    ds_csv_estimate(file, p->share);
    putc('\n', file);
}

void ds_breakeven_csv(FILE *file, const ds_breakeven *b)
{
    if (ds_breakeven_axis_count(b) > 1) {
        csv_head(file, b, 1);
        putc(',', file);
    }
    fputs("strategy,against,of,pointer,state,beyond,breakeven,breakeven_se,before,after,low_95,"
          "high_95,low_open,high_open,saving_usd,saving_usd_se,share_positive,"
          "share_positive_se\n", file);
    for (size_t i = 0; i < ds_breakeven_line_count(b); i++) {
        const ds_breakeven_line *line = ds_breakeven_line_at(b, i);
        for (size_t r = 0; r < line->root_count; r++)
            csv_row(file, b, line, &line->roots[r]);
        if (line->root_count == 0)
            csv_row(file, b, line, NULL);
    }
}

void ds_breakeven_curve_csv(FILE *file, const ds_breakeven *b)
{
    const bool two = ds_breakeven_axis_count(b) > 1;
    if (two) {
        csv_head(file, b, 1);
        putc(',', file);
    }
    csv_head(file, b, 0);
    fputs(",strategy,saving_npv_usd_mean,saving_npv_usd_mean_se,saving_npv_usd_p50,"
          "saving_npv_usd_p50_se,saving_npv_usd_share_positive,saving_npv_usd_share_positive_se,"
          "paths\n", file);
    for (size_t i = 0; i < ds_breakeven_line_count(b); i++) {
        const ds_breakeven_line *line = ds_breakeven_line_at(b, i);
        for (size_t k = 0; k < line->point_count; k++) {
            const ds_breakeven_point *p = &line->points[k];
            if (two) {
                csv_value(file, b, 1, line->second);
                putc(',', file);
            }
            csv_value(file, b, 0, p->value);
            putc(',', file);
            ds_csv_text(file, ds_breakeven_strategy(b));
            ds_csv_estimate(file, p->mean);
            ds_csv_estimate(file, p->median);
            ds_csv_estimate(file, p->share);
            fprintf(file, ",%" PRIu64 "\n", p->paths);
        }
    }
}

/* ---- JSON ------------------------------------------------------------------ */

static void json_value(FILE *file, const ds_breakeven *b, size_t axis, double value)
{
    char month[16];
    if (!isnan(value) && ds_breakeven_axis_at(b, axis)->date) {
        ds_breakeven_month(b, value, month);
        ds_json_string(file, month);
    } else {
        ds_json_number(file, value);
    }
}

static void json_member(FILE *file, const char *key, const ds_breakeven *b, double value)
{
    fprintf(file, "\"%s\":", key);
    json_value(file, b, 0, value);
}

static void json_point(FILE *file, const ds_breakeven *b, const ds_breakeven_point *p)
{
    putc('{', file);
    json_member(file, "value", b, p->value);
    fprintf(file, ",\"paths\":%" PRIu64 ",\"saving_usd\":", p->paths);
    ds_json_estimate(file, p->mean);
    fputs(",\"saving_usd_p50\":", file);
    ds_json_estimate(file, p->median);
    fputs(",\"share_positive\":", file);
    ds_json_estimate(file, p->share);
    putc('}', file);
}

static void json_root(FILE *file, const ds_breakeven *b, const ds_breakeven_line *line,
                      const ds_breakeven_root *r)
{
    fprintf(file, "{\"state\":\"%s\",\"beyond\":\"%s\",\"at\":", state_name(line, r),
            beyond_name(r));
    if (r->kind == DS_BREAKEVEN_TIE && ds_breakeven_axis_at(b, 0)->date)
        json_value(file, b, 0, r->at.value);
    else
        ds_json_estimate(file, (ds_estimate){ r->at.value,
                                              isfinite(r->at.se) ? r->at.se : (double)NAN });
    putc(',', file);
    json_member(file, "before", b, r->before);
    putc(',', file);
    json_member(file, "after", b, r->after);
    putc(',', file);
    json_member(file, "low_95", b, r->low);
    putc(',', file);
    json_member(file, "high_95", b, r->high);
    fprintf(file, ",\"low_open\":%s,\"high_open\":%s,\n    \"left\":",
            r->low_open ? "true" : "false", r->high_open ? "true" : "false");
    json_point(file, b, &r->left);
    fputs(",\n    \"right\":", file);
    json_point(file, b, &r->right);
    putc('}', file);
}

static void json_line(FILE *file, const ds_breakeven *b, const ds_breakeven_line *line)
{
    fputs("{\"second\":", file);
    if (ds_breakeven_axis_count(b) > 1)
        json_value(file, b, 1, line->second);
    else
        fputs("null", file);
    fprintf(file, ",\"state\":\"%s\",\"near\":%s,\n   \"break_evens\":[",
            line->root_count > 0 ? "break_even" : state_name(line, NULL),
            line->near ? "true" : "false");
    for (size_t r = 0; r < line->root_count; r++) {
        fputs(r > 0 ? ",\n    " : "\n    ", file);
        json_root(file, b, line, &line->roots[r]);
    }
    fputs("],\n   \"nearest\":", file);
    json_point(file, b, &line->nearest);
    fputs(",\n   \"curve\":[", file);
    for (size_t i = 0; i < line->point_count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", file);
        json_point(file, b, &line->points[i]);
    }
    fputs("]}", file);
}

static void json_axis(FILE *file, const ds_breakeven *b, size_t a)
{
    const ds_breakeven_axis *axis = ds_breakeven_axis_at(b, a);
    fputs("{\"pointer\":", file);
    ds_json_string(file, axis->pointer);
    fprintf(file, ",\"scale\":%s,\"unit\":", axis->scale ? "true" : "false");
    ds_json_string(file, axis->unit);
    fputs(",\"low\":", file);
    json_value(file, b, a, axis->low);
    fputs(",\"high\":", file);
    json_value(file, b, a, axis->high);
    fputs(",\"step\":", file);
    ds_json_number(file, axis->step);
    fprintf(file, ",\"logarithmic\":%s,\"now\":", axis->logarithmic ? "true" : "false");
    ds_json_string(file, axis->now);
    putc('}', file);
}

void ds_breakeven_json(FILE *file, const ds_scenario *scenario, const ds_breakeven *b)
{
    ds_breakeven_point now = ds_breakeven_now(b);
    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, scenario, ds_breakeven_paths(b), ds_breakeven_seed(b),
                       DS_ENGINE_FAST);
    fputs("},\n\"strategy\":", file);
    ds_json_string(file, ds_breakeven_strategy(b));
    fputs(",\"against\":", file);
    ds_json_string(file, ds_breakeven_against(b));
    fprintf(file, ",\"of\":\"%s\",\"probability\":", of_name(b));
    ds_json_number(file, ds_breakeven_what(b) == DS_BREAKEVEN_OF_PROBABILITY
                             ? ds_breakeven_probability(b) : (double)NAN);
    fprintf(file, ",\"scan_paths\":%" PRIu64 ",\"runs\":%" PRIu64 ",\n\"axes\":[",
            ds_breakeven_scan_paths(b), ds_breakeven_trials(b));
    for (size_t a = 0; a < ds_breakeven_axis_count(b); a++) {
        fputs(a > 0 ? ",\n  " : "\n  ", file);
        json_axis(file, b, a);
    }
    fputs("],\n\"now\":", file);
    json_point(file, b, &now);
    fputs(",\n\"lines\":[", file);
    for (size_t i = 0; i < ds_breakeven_line_count(b); i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", file);
        json_line(file, b, ds_breakeven_line_at(b, i));
    }
    fputs("]}\n", file);
}

/* ---- A directory ----------------------------------------------------------- */

typedef struct {
    const ds_scenario  *scenario;
    const ds_breakeven *breakeven;
} ds_subject;

static ds_code write_roots(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_breakeven_csv(file, s->breakeven);
    return DS_OK;
}

static ds_code write_curve(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_breakeven_curve_csv(file, s->breakeven);
    return DS_OK;
}

static ds_code write_json(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_breakeven_json(file, s->scenario, s->breakeven);
    return DS_OK;
}

ds_code ds_breakeven_directory(const char *directory, const ds_scenario *scenario,
                               const ds_breakeven *b, ds_error *err)
{
    static const ds_part parts[] = {{"breakeven.csv", write_roots},
                                    {"curve.csv", write_curve},
                                    {"breakeven.json", write_json}};
    const ds_subject subject = {scenario, b};
    return ds_parts_write(directory, parts, 3, &subject, err);
}
