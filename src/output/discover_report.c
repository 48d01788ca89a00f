/* discover_report.c -- boxes for machines: CSV, JSON, a directory.  See discover_report.h;
 * discover_answer.c speaks to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/discover_report.h"

#include <math.h>
#include <stdlib.h>

#include "output/commit_report.h"
#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"
#include "output/number.h"

/* ---- CSV ------------------------------------------------------------------- */

/* "0 5000000", those that the box has. */
static void csv_values(FILE *file, const ds_discover_edge *e)
{
    for (size_t k = 0; k < e->kept_count; k++) {
        if (k > 0)
            putc(' ', file);
        ds_csv_number(file, e->values[k]);
    }
}

static void csv_edge(FILE *file, size_t box, const ds_discover_edge *e)
{
    fprintf(file, "%zu,", box + 1);
    ds_csv_text(file, e->name);
    putc(',', file);
    ds_csv_text(file, e->unit);
    fprintf(file, ",%s,", ds_discover_side_name(e->side));
    ds_csv_number(file, e->bound);
    putc(',', file);
    csv_values(file, e);
    putc(',', file);
    ds_csv_number(file, e->low);
    putc(',', file);
    ds_csv_number(file, e->high);
    ds_csv_estimate(file, e->kept);
    ds_csv_estimate(file, e->share);
    ds_csv_estimate(file, e->density_without);
    ds_csv_estimate(file, e->coverage_without);
    putc(',', file);
    ds_csv_number(file, e->quasi_p);
    putc('\n', file);
}

void ds_discover_csv(FILE *file, const ds_discover *d)
{
    fputs("box,input,unit,side,bound,values,bound_p05,bound_p95,kept,kept_se,share,share_se,"
          "density_without,density_without_se,coverage_without,coverage_without_se,quasi_p\n",
          file);
    for (size_t b = 0; b < ds_discover_box_count(d); b++)
        for (size_t k = 0; k < ds_discover_box_at(d, b)->edge_count; k++)
            csv_edge(file, b, ds_discover_edge_at(d, b, k));
}

void ds_discover_trajectory_csv(FILE *file, const ds_discover *d)
{
    fputs("box,peel,input,side,bound,inputs,mass,mass_se,density,density_se,coverage,coverage_se,"
          "found_mass,found_density,found_coverage,chosen\n", file);
    for (size_t b = 0; b < ds_discover_box_count(d); b++)
        for (size_t k = 0; k < ds_discover_box_at(d, b)->peel_count; k++) {
            const ds_discover_peel *p = ds_discover_peel_at(d, b, k);
            fprintf(file, "%zu,%zu,", b + 1, k);
            ds_csv_text(file, p->name);
            fprintf(file, ",%s,", k == 0                              ? ""
                                  : p->side == DS_DISCOVER_VALUES ? "not"
                                                                  : ds_discover_side_name(p->side));
            if (k > 0)
                ds_csv_number(file, p->bound);
            fprintf(file, ",%zu", p->inputs);
            ds_csv_estimate(file, p->mass);
            ds_csv_estimate(file, p->density);
            ds_csv_estimate(file, p->coverage);
            const double found[] = { p->found_mass, p->found_density, p->found_coverage };
            for (size_t i = 0; i < 3; i++) {
                putc(',', file);
                ds_csv_number(file, found[i]);
            }
            fprintf(file, ",%d\n", p->chosen);
        }
}

/* ---- JSON ------------------------------------------------------------------ */

/* The first member. */
static void first_text(FILE *file, const char *key, const char *value)
{
    fprintf(file, "\"%s\":", key);
    ds_json_string(file, value);
}

static void values(FILE *file, const ds_discover_edge *e)
{
    fputs(",\"values\":[", file);
    for (size_t k = 0; k < e->kept_count; k++) {
        fputs(k > 0 ? "," : "", file);
        ds_json_number(file, e->values[k]);
    }
    fputs("],\"other_values\":[", file);
    for (size_t k = e->kept_count; k < e->value_count; k++) {
        fputs(k > e->kept_count ? "," : "", file);
        ds_json_number(file, e->values[k]);
    }
    putc(']', file);
}

static void edge(FILE *file, const ds_discover_edge *e)
{
    putc('{', file);
    first_text(file, "input", e->name);
    ds_json_text_member(file, "unit", e->unit);
    ds_json_text_member(file, "side", ds_discover_side_name(e->side));
    if (e->side == DS_DISCOVER_VALUES) {
        values(file, e);
    } else {
        ds_json_number_member(file, "bound", e->bound);
        ds_json_number_member(file, "bound_p05", e->low);
        ds_json_number_member(file, "bound_p95", e->high);
    }
    ds_json_estimate_member(file, "kept", e->kept);
    ds_json_estimate_member(file, "share", e->share);
    ds_json_estimate_member(file, "density_without", e->density_without);
    ds_json_estimate_member(file, "coverage_without", e->coverage_without);
    ds_json_number_member(file, "quasi_p", e->quasi_p);
    putc('}', file);
}

static void peel(FILE *file, const ds_discover_peel *p, bool first)
{
    putc('{', file);
    first_text(file, "input", p->name);
    ds_json_text_member(file, "side", first                           ? ""
                       : p->side == DS_DISCOVER_VALUES ? "not"
                                                       : ds_discover_side_name(p->side));
    ds_json_number_member(file, "bound", first ? (double)NAN : p->bound);
    fprintf(file, ",\"inputs\":%zu", p->inputs);
    ds_json_estimate_member(file, "mass", p->mass);
    ds_json_estimate_member(file, "density", p->density);
    ds_json_estimate_member(file, "coverage", p->coverage);
    ds_json_number_member(file, "found_mass", p->found_mass);
    ds_json_number_member(file, "found_density", p->found_density);
    ds_json_number_member(file, "found_coverage", p->found_coverage);
    fprintf(file, ",\"chosen\":%s}", p->chosen ? "true" : "false");
}

static void box(FILE *file, const ds_discover *d, size_t b)
{
    const ds_discover_box *what = ds_discover_box_at(d, b);

    fprintf(file, "%s{\"box\":%zu", b > 0 ? ",\n " : "\n ", b + 1);
    ds_json_estimate_member(file, "mass", what->mass);
    ds_json_estimate_member(file, "density", what->density);
    ds_json_estimate_member(file, "coverage", what->coverage);
    ds_json_estimate_member(file, "elsewhere", what->elsewhere);
    ds_json_estimate_member(file, "covered", what->covered);
    ds_json_number_member(file, "threshold", what->threshold);
    ds_json_number_member(file, "p_value", what->p_value);
    ds_json_number_member(file, "found_density", what->found_density);
    ds_json_number_member(file, "found_coverage", what->found_coverage);
    fputs(",\n  \"edges\":[", file);
    for (size_t k = 0; k < what->edge_count; k++) {
        fputs(k > 0 ? ",\n   " : "\n   ", file);
        edge(file, ds_discover_edge_at(d, b, k));
    }
    fputs("],\n  \"also_in_half_samples\":[", file);
    for (size_t k = 0; k < what->rival_count; k++) {
        const ds_discover_rival *r = ds_discover_rival_at(d, b, k);
        fputs(k > 0 ? ",\n   {" : "\n   {", file);
        first_text(file, "input", r->name);
        ds_json_text_member(file, "side", ds_discover_side_name(r->side));
        ds_json_estimate_member(file, "kept", r->kept);
        putc('}', file);
    }
    fputs("],\n  \"trajectory\":[", file);
    for (size_t k = 0; k < what->peel_count; k++) {
        fputs(k > 0 ? ",\n   " : "\n   ", file);
        peel(file, ds_discover_peel_at(d, b, k), k == 0);
    }
    fputs("]}", file);
}

void ds_discover_json(FILE *file, const ds_discover_report *report)
{
    const ds_discover_facts *f = ds_discover_about(report->discover);

    putc('{', file);
    if (report->scenario != NULL) {
        fputs("\"provenance\":{", file);
        ds_json_provenance(file, report->scenario, f->paths, report->seed, DS_ENGINE_FAST);
        fputs("},\n", file);
    } else {
        first_text(file, "data", ds_base_name(report->data));
        fputs(",\n", file);
    }
    first_text(file, "strategy", f->strategy);
    ds_json_text_member(file, "against", f->against);
    fputs(",\"when\":{", file);
    first_text(file, "outcome", f->outcome);
    ds_json_text_member(file, "relation", f->relation);
    ds_json_number_member(file, "bound", f->bound);
    ds_json_text_member(file, "unit", f->unit);
    fprintf(file, "},\n\"paths\":%zu,\"found_in\":%zu,\"told_in\":%zu,\"inputs\":%zu,"
                  "\"half_samples\":%zu", f->paths, f->found_in, f->told_in, f->inputs, f->halves);
    ds_json_estimate_member(file, "share", f->share);
    ds_json_number_member(file, "min_density", f->min_density);
    ds_json_number_member(file, "min_mass", f->min_mass);
    ds_json_number_member(file, "refused_p", f->refused_p);
    if (report->found != NULL)
        ds_optimised_json(file, report->found);
    fputs(",\n\"boxes\":[", file);
    for (size_t b = 0; b < ds_discover_box_count(report->discover); b++)
        box(file, report->discover, b);
    fputs("]}\n", file);
}

/* ---- A directory ----------------------------------------------------------- */

static ds_code write_boxes(FILE *file, const void *subject)
{
    const ds_discover_report *report = subject;
    ds_discover_csv(file, report->discover);
    return DS_OK;
}

static ds_code write_trajectory(FILE *file, const void *subject)
{
    const ds_discover_report *report = subject;
    ds_discover_trajectory_csv(file, report->discover);
    return DS_OK;
}

static ds_code write_json(FILE *file, const void *subject)
{
    ds_discover_json(file, subject);
    return DS_OK;
}

ds_code ds_discover_directory(const char *directory, const ds_discover_report *report,
                              ds_error *err)
{
    static const ds_part parts[] = {{"boxes.csv", write_boxes},
                                    {"trajectory.csv", write_trajectory},
                                    {"discover.json", write_json}};
    return ds_parts_write(directory, parts, 3, report, err);
}
