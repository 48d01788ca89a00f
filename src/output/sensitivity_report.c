/* sensitivity_report.c -- what drives an answer, for machines: CSV, JSON, a directory.  See
 * sensitivity_report.h; sensitivity_table.c speaks to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"

static const char *kind_of(const ds_sensitivity_row *row)
{
    return row->rest ? "rest" : row->chance ? "chance" : row->member_count == 1 ? "input" : "group";
}

/* ---- CSV ------------------------------------------------------------------- */

static void csv_field(FILE *file, double value)
{
    putc(',', file);
    ds_csv_number(file, value);
}

/* The same in every row, so that tables of several studies can be put together. */
static void csv_about(FILE *file, const ds_sensitivity_summary *about)
{
    fprintf(file, "%s,", ds_sensitivity_method_name(about->method));
    ds_csv_text(file, about->strategy);
    putc(',', file);
    ds_csv_text(file, about->outcome);
    putc(',', file);
    ds_csv_text(file, about->unit);
    fprintf(file, ",%s,", ds_sensitivity_scale_name(about->scale));
}

void ds_sensitivity_csv(FILE *file, const ds_sensitivity *s)
{
    const ds_sensitivity_summary about = ds_sensitivity_summary_of(s);
    const ds_sensitivity_figure *figure;

    fputs("method,strategy,outcome,outcome_unit,scale,input,unit,kind,low,high", file);
    for (size_t f = 0; (figure = ds_sensitivity_figure_at(about.method, f)) != NULL; f++)
        fprintf(file, ",%s,%s_se,%s_low95,%s_high95", figure->name, figure->name, figure->name,
                figure->name);
    fputs(",stream_count\n", file);
    for (size_t i = 0; i < ds_sensitivity_row_count(s); i++) {
        const ds_sensitivity_row *row = ds_sensitivity_row_at(s, i);
        csv_about(file, &about);
        ds_csv_text(file, row->name);
        putc(',', file);
        ds_csv_text(file, row->unit);
        fprintf(file, ",%s", kind_of(row));
        csv_field(file, row->low);
        csv_field(file, row->high);
        for (size_t f = 0; ds_sensitivity_figure_at(about.method, f) != NULL; f++) {
            const ds_estimate e = row->figure[f];
            ds_csv_estimate(file, e);
            csv_field(file, e.value - about.factor * e.se);
            csv_field(file, e.value + about.factor * e.se);
        }
        fprintf(file, ",%zu\n", row->member_count);
    }
}

/* ---- JSON ------------------------------------------------------------------ */

static void interval(FILE *file, const char *key, ds_estimate e, double factor)
{
    fprintf(file, ",\"%s\":{\"value\":", key);
    ds_json_number(file, e.value);
    ds_json_number_member(file, "se", e.se);
    ds_json_number_member(file, "low95", e.value - factor * e.se);
    ds_json_number_member(file, "high95", e.value + factor * e.se);
    putc('}', file);
}

static void json_row(FILE *file, const ds_sensitivity_summary *about,
                     const ds_sensitivity_row *row)
{
    const ds_sensitivity_figure *figure;

    fputs("{\"input\":", file);
    ds_json_string(file, row->name);
    ds_json_text_member(file, "unit", row->unit);
    ds_json_text_member(file, "kind", kind_of(row));
    if (isfinite(row->low)) {
        ds_json_number_member(file, "low", row->low);
        ds_json_number_member(file, "high", row->high);
    }
    for (size_t f = 0; (figure = ds_sensitivity_figure_at(about->method, f)) != NULL; f++)
        interval(file, figure->name, row->figure[f], about->factor);
    fputs(",\"streams\":[", file);
    for (size_t k = 0; k < row->member_count; k++) {
        fputs(k > 0 ? "," : "", file);
        ds_json_string(file, row->members[k]);
    }
    fputs("]}", file);
}

void ds_sensitivity_json(FILE *file, const ds_scenario *scenario, const ds_sensitivity *s)
{
    const ds_sensitivity_summary about = ds_sensitivity_summary_of(s);

    putc('{', file);
    if (scenario != NULL) {
        fputs("\"provenance\":{", file);
        ds_json_provenance(file, scenario, about.paths, about.seed, DS_ENGINE_FAST);
        fputs("},\n", file);
    }
    fputs("\"method\":", file);
    ds_json_string(file, ds_sensitivity_method_name(about.method));
    ds_json_text_member(file, "outcome", about.outcome);
    ds_json_text_member(file, "scale", ds_sensitivity_scale_name(about.scale));
    ds_json_text_member(file, "strategy", about.strategy);
    ds_json_text_member(file, "baseline", about.baseline);
    fprintf(file, ",\"paths\":%" PRIu64 ",\"runs\":%" PRIu64 ",\"screened\":%" PRIu64
            ",\"moves\":%s", about.paths, about.runs, about.screened,
            about.moves ? "true" : "false");
    ds_json_estimate_member(file, "mean", about.mean);
    ds_json_estimate_member(file, "sd", about.sd);
    ds_json_number_member(file, "tail_share", about.tail_share);
    ds_json_estimate_member(file, "explained", about.explained);
    fprintf(file, ",\"explained_by\":%zu,\n\"inputs\":[", about.explained_by);
    for (size_t i = 0; i < ds_sensitivity_row_count(s); i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", file);
        json_row(file, &about, ds_sensitivity_row_at(s, i));
    }
    fputs("]}\n", file);
}

/* ---- A directory ----------------------------------------------------------- */

typedef struct {
    const ds_scenario    *scenario;
    const ds_sensitivity *sensitivity;
} ds_subject;

static ds_code write_csv(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_sensitivity_csv(file, s->sensitivity);
    return DS_OK;
}

static ds_code write_json(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_sensitivity_json(file, s->scenario, s->sensitivity);
    return DS_OK;
}

ds_code ds_sensitivity_directory(const char *directory, const ds_scenario *scenario,
                                 const ds_sensitivity *s, ds_error *err)
{
    static const ds_part parts[] = {{"sensitivity.csv", write_csv},
                                    {"sensitivity.json", write_json}};
    const ds_subject subject = {scenario, s};
    return ds_parts_write(directory, parts, 2, &subject, err);
}
