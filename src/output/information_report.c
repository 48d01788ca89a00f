/* information_report.c -- the value of information for machines: CSV, JSON, a directory.  See
 * information_report.h; information_answer.c speaks to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/information_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"
#include "output/number.h"

const char *ds_information_kind_name(ds_information_kind kind)
{
    static const char *const names[] = {
        [DS_INFORMATION_FUTURE] = "future",   [DS_INFORMATION_INPUTS] = "inputs",
        [DS_INFORMATION_GROUP] = "group",     [DS_INFORMATION_TRAFFIC] = "traffic",
        [DS_INFORMATION_PRICE] = "price",     [DS_INFORMATION_RENT] = "rent",
        [DS_INFORMATION_INPUT] = "input",
    };
    return names[kind];
}

/* ---- CSV ------------------------------------------------------------------- */

/* "stay < -0.35 < distil": what to choose, and where that changes. */
static void choices(FILE *file, const ds_information *i, const ds_information_line *line)
{
    char text[1024] = "", number[DS_NUMBER_TEXT];
    size_t used = 0;
    for (size_t p = 0; p < line->piece_count && used < sizeof text; p++) {
        const ds_information_piece *piece = &line->piece[p];
        ds_number_exact(piece->below, number);
        const int wrote = snprintf(text + used, sizeof text - used,
                                   p + 1 < line->piece_count ? "%s < %s < " : "%s",
                                   ds_information_strategy_name(i, piece->strategy), number);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
    ds_csv_text(file, text);
}

void ds_information_csv(FILE *file, const ds_information *i)
{
    fputs("rank,kind,name,unit,inputs,value_usd,value_usd_se,estimated_usd,changes_share,choices,"
          "nested_low_usd,nested_low_usd_se,nested_high_usd,nested_high_usd_se\n", file);
    size_t rank = 0;
    for (size_t k = 0; k < ds_information_line_count(i); k++) {
        const ds_information_line *line = ds_information_line_at(i, k);
        const ds_estimate none = { (double)NAN, (double)NAN };
        if (line->kind > DS_INFORMATION_INPUTS)
            fprintf(file, "%zu", ++rank);
        fprintf(file, ",%s,", ds_information_kind_name(line->kind));
        ds_csv_text(file, line->name);
        putc(',', file);
        ds_csv_text(file, line->unit);
        fprintf(file, ",%zu", line->inputs);
        ds_csv_estimate(file, line->value);
        putc(',', file);
        ds_csv_number(file, line->estimated);
        putc(',', file);
        ds_csv_number(file, line->changes);
        putc(',', file);
        choices(file, i, line);
        ds_csv_estimate(file, line->checked ? line->nested_low : none);
        ds_csv_estimate(file, line->checked ? line->nested_high : none);
        putc('\n', file);
    }
}

void ds_information_pilot_csv(FILE *file, const ds_information *i)
{
    const ds_information_pilot_result *r = ds_information_pilot_of(i);
    fputs("pointer,size,value_usd,value_usd_se,cost_usd,net_usd,net_usd_se,worse_usd,"
          "worse_usd_se\n", file);
    for (size_t k = 0; r != NULL && k < r->point_count; k++) {
        const ds_information_point *p = &r->points[k];
        ds_csv_text(file, r->pointer);
        fprintf(file, ",%" PRIu64, p->size);
        ds_csv_estimate(file, p->value);
        putc(',', file);
        ds_csv_number(file, r->fixed_usd + (double)p->size * r->usd_per_request);
        ds_csv_estimate(file, p->net);
        ds_csv_estimate(file, p->worse);
        putc('\n', file);
    }
}

/* ---- JSON ------------------------------------------------------------------ */

static void one_line(FILE *file, const ds_information *i, const ds_information_line *line)
{
    fprintf(file, "{\"kind\":\"%s\"", ds_information_kind_name(line->kind));
    ds_json_text_member(file, "name", line->name);
    ds_json_text_member(file, "unit", line->unit);
    ds_json_text_member(file, "law", line->text);
    fprintf(file, ",\"inputs\":%zu", line->inputs);
    ds_json_estimate_member(file, "value_usd", line->value);
    ds_json_number_member(file, "estimated_usd", line->estimated);
    ds_json_number_member(file, "changes_share", line->changes);
    if (line->piece_count > 0)
        fputs(",\"choices\":[", file);
    for (size_t p = 0; p < line->piece_count; p++) {
        fprintf(file, "%s{\"strategy\":", p > 0 ? "," : "");
        ds_json_string(file, ds_information_strategy_name(i, line->piece[p].strategy));
        if (p + 1 < line->piece_count)
            ds_json_number_member(file, "below", line->piece[p].below);
        putc('}', file);
    }
    if (line->piece_count > 0)
        putc(']', file);
    if (line->checked) {
        fputs(",\"nested\":{\"agrees\":", file);
        fputs(line->agrees ? "true" : "false", file);
        ds_json_estimate_member(file, "low_usd", line->nested_low);
        ds_json_estimate_member(file, "high_usd", line->nested_high);
        putc('}', file);
    }
    putc('}', file);
}

static void pilot(FILE *file, const ds_information_pilot_result *r)
{
    fputs(",\n\"pilot\":{\"pointer\":", file);
    ds_json_string(file, r->pointer);
    ds_json_text_member(file, "unit", r->unit);
    ds_json_text_member(file, "law", r->text);
    ds_json_number_member(file, "fixed_usd", r->fixed_usd);
    ds_json_number_member(file, "usd_per_request", r->usd_per_request);
    fprintf(file, ",\"usd_per_request_assumed\":%s", r->unit_assumed ? "true" : "false");
    ds_json_number_member(file, "measurement_sd", r->sd > 0 ? r->sd : (double)NAN);
    ds_json_estimate_member(file, "perfect_usd", r->perfect);
    if (r->best < r->point_count)
        fprintf(file, ",\"best_size\":%" PRIu64 ",\"within_one_se\":[%" PRIu64 ",%" PRIu64 "]",
                r->points[r->best].size, r->near_low, r->near_high);
    else
        fputs(",\"best_size\":0,\"within_one_se\":null", file);
    fputs(",\n \"sizes\":[", file);
    for (size_t k = 0; k < r->point_count; k++) {
        const ds_information_point *p = &r->points[k];
        fprintf(file, "%s{\"size\":%" PRIu64, k > 0 ? ",\n  " : "\n  ", p->size);
        ds_json_estimate_member(file, "value_usd", p->value);
        ds_json_estimate_member(file, "net_usd", p->net);
        ds_json_estimate_member(file, "worse_usd", p->worse);
        putc('}', file);
    }
    fputs("]}", file);
}

void ds_information_json(FILE *file, const ds_scenario *scenario, const ds_information *i)
{
    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, scenario, ds_information_paths(i), ds_information_seed(i),
                       DS_ENGINE_FAST);
    fputs("},\n\"strategies\":[", file);
    for (size_t d = 0; d < ds_information_strategy_count(i); d++) {
        fputs(d > 0 ? "," : "", file);
        ds_json_string(file, ds_information_strategy_name(i, d));
    }
    fputs("],\n\"best\":", file);
    ds_json_string(file, ds_information_strategy_name(i, ds_information_best(i)));
    ds_json_number_member(file, "interval_factor", ds_information_interval_factor(i));
    ds_json_number_member(file, "explained_share", ds_information_explained(i));
    fputs(",\n\"lines\":[", file);
    for (size_t k = 0; k < ds_information_line_count(i); k++) {
        fputs(k > 0 ? ",\n  " : "\n  ", file);
        one_line(file, i, ds_information_line_at(i, k));
    }
    putc(']', file);
    if (ds_information_pilot_of(i) != NULL)
        pilot(file, ds_information_pilot_of(i));
    fputs("}\n", file);
}

/* ---- A directory ----------------------------------------------------------- */

typedef struct {
    const ds_scenario    *scenario;
    const ds_information *information;
} ds_subject;

static ds_code write_lines(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_information_csv(file, s->information);
    return DS_OK;
}

static ds_code write_json(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_information_json(file, s->scenario, s->information);
    return DS_OK;
}

static ds_code write_pilot(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_information_pilot_csv(file, s->information);
    return DS_OK;
}

ds_code ds_information_directory(const char *directory, const ds_scenario *scenario,
                                 const ds_information *i, ds_error *err)
{
    static const ds_part parts[] = {{"information.csv", write_lines},
                                    {"information.json", write_json},
                                    {"pilot.csv", write_pilot}};
    const ds_subject subject = {scenario, i};
    const size_t count = ds_information_pilot_of(i) != NULL ? 3 : 2;
    return ds_parts_write(directory, parts, count, &subject, err);
}
