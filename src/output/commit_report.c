/* commit_report.c -- the best terms, for machines: CSV, JSON, a directory.  See
 * commit_report.h; commit_answer.c speaks to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/commit_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"

/* ---- CSV ------------------------------------------------------------------- */

void ds_commit_csv(FILE *file, const ds_commit *commit)
{
    fputs("pointer,unit,value,mean_usd,mean_usd_se,cvar_usd,cvar_usd_se,loss_usd,loss_usd_se\n",
          file);
    for (size_t t = 0; t < ds_commit_term_count(commit); t++) {
        const ds_commit_term *term = ds_commit_term_at(commit, t);
        for (size_t i = 0; i < ds_commit_point_count(commit, t); i++) {
            const ds_commit_point *p = ds_commit_point_at(commit, t, i);
            ds_csv_text(file, term->pointer);
            putc(',', file);
            ds_csv_text(file, term->unit);
            putc(',', file);
            ds_csv_number(file, p->value);
            ds_csv_estimate(file, p->mean);
            ds_csv_estimate(file, p->cvar);
            ds_csv_estimate(file, p->loss);
            putc('\n', file);
        }
    }
}

/* ---- JSON ------------------------------------------------------------------ */

static void point(FILE *file, const char *before, const ds_commit_point *p)
{
    fprintf(file, "%s{\"value\":", before);
    ds_json_number(file, p->value);
    ds_json_estimate_member(file, "mean_usd", p->mean);
    ds_json_estimate_member(file, "cvar_usd", p->cvar);
    ds_json_estimate_member(file, "loss_usd", p->loss);
    putc('}', file);
}

static void range(FILE *file, const char *key, double low, double high)
{
    fprintf(file, ",\"%s\":[", key);
    ds_json_number(file, low);
    putc(',', file);
    ds_json_number(file, high);
    putc(']', file);
}

static void one_term(FILE *file, const ds_commit_term *term)
{
    static const char *const states[] = { [DS_COMMIT_INSIDE] = "inside",
                                          [DS_COMMIT_AT_LOW] = "at low",
                                          [DS_COMMIT_AT_HIGH] = "at high",
                                          [DS_COMMIT_UNUSED] = "unused" };
    fputs("{\"pointer\":", file);
    ds_json_string(file, term->pointer);
    fputs(",\"unit\":", file);
    ds_json_string(file, term->unit);
    range(file, "range", term->low, term->high);
    ds_json_number_member(file, "step", term->step);
    fprintf(file, ",\"of\":\"%s\",\"state\":\"%s\"", term->of == DS_COMMIT_CVAR ? "cvar" : "mean",
            states[term->state]);
    ds_json_estimate_member(file, "value", term->value);
    ds_json_estimate_member(file, "objective_usd", term->objective);
    point(file, ",\n    \"best\":", &term->best);
    point(file, ",\n    \"low\":", &term->at_low);
    point(file, ",\n    \"high\":", &term->at_high);
    point(file, ",\n    \"now\":", &term->now);
    for (size_t i = 0; i < DS_COMMIT_WRONG_COUNT; i++)
        point(file, i == 0 ? ",\n    \"wrong\":[" : ",\n      ", &term->wrong[i]);
    putc(']', file);
    range(file, "within_one_se", term->near_low, term->near_high);
    range(file, "within_one_percent", term->percent_low, term->percent_high);
    ds_json_estimate_member(file, "knowing_usd", term->knowing);
}

static void all_terms(FILE *file, const ds_commit *commit, bool with_curve)
{
    for (size_t t = 0; t < ds_commit_term_count(commit); t++) {
        fputs(t > 0 ? ",\n  " : "\n  ", file);
        one_term(file, ds_commit_term_at(commit, t));
        for (size_t i = 0; with_curve && i < ds_commit_point_count(commit, t); i++)
            point(file, i == 0 ? ",\n    \"curve\":[\n      " : ",\n      ",
                  ds_commit_point_at(commit, t, i));
        fputs(with_curve ? "]}" : "}", file);
    }
}

void ds_commit_json(FILE *file, const ds_scenario *scenario, const ds_commit *commit)
{
    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, scenario, ds_commit_paths(commit), ds_commit_seed(commit),
                       DS_ENGINE_FAST);
    fputs("},\n\"strategy\":", file);
    ds_json_string(file, ds_commit_strategy(commit));
    ds_json_number_member(file, "cvar_level", ds_commit_cvar_level(commit));
    fputs(",\n\"terms\":[", file);
    all_terms(file, commit, true);
    fputs("]}\n", file);
}

void ds_optimised_json(FILE *file, const ds_optimised *found)
{
    fputs(",\n\"found_terms\":[", file);
    for (size_t i = 0; i < ds_optimised_count(found); i++) {
        fputs(i > 0 ? ",\n {\"strategy\":" : "\n {\"strategy\":", file);
        ds_json_string(file, ds_commit_strategy(ds_optimised_at(found, i)));
        fprintf(file, ",\"paths\":%" PRIu64 ",\"terms\":[",
                ds_commit_paths(ds_optimised_at(found, i)));
        all_terms(file, ds_optimised_at(found, i), false);
        fputs("]}", file);
    }
    putc(']', file);
}

/* ---- A directory ----------------------------------------------------------- */

typedef struct {
    const ds_scenario *scenario;
    const ds_commit   *commit;
} ds_subject;

static ds_code write_csv(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_commit_csv(file, s->commit);
    return DS_OK;
}

static ds_code write_json(FILE *file, const void *subject)
{
    const ds_subject *s = subject;
    ds_commit_json(file, s->scenario, s->commit);
    return DS_OK;
}

ds_code ds_commit_directory(const char *directory, const ds_scenario *scenario,
                            const ds_commit *commit, ds_error *err)
{
    static const ds_part parts[] = {{"commit.csv", write_csv}, {"commit.json", write_json}};
    const ds_subject subject = {scenario, commit};
    return ds_parts_write(directory, parts, 2, &subject, err);
}
