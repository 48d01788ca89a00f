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

static void text(FILE *file, const char *key, const char *value)
{
    fprintf(file, "\"%s\":", key);
    ds_json_string(file, value);
}

static void number(FILE *file, const char *key, double value)
{
    fprintf(file, ",\"%s\":", key);
    ds_json_number(file, value);
}

static void estimate(FILE *file, const char *key, ds_estimate e)
{
    fprintf(file, ",\"%s\":", key);
    ds_json_estimate(file, e);
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
    text(file, "input", e->name);
    putc(',', file);
    text(file, "unit", e->unit);
    putc(',', file);
    text(file, "side", ds_discover_side_name(e->side));
    if (e->side == DS_DISCOVER_VALUES) {
        values(file, e);
    } else {
        number(file, "bound", e->bound);
        number(file, "bound_p05", e->low);
        number(file, "bound_p95", e->high);
    }
    estimate(file, "kept", e->kept);
    estimate(file, "share", e->share);
    estimate(file, "density_without", e->density_without);
    estimate(file, "coverage_without", e->coverage_without);
    number(file, "quasi_p", e->quasi_p);
    putc('}', file);
}

static void peel(FILE *file, const ds_discover_peel *p, bool first)
{
    putc('{', file);
    text(file, "input", p->name);
    putc(',', file);
    text(file, "side", first                           ? ""
                       : p->side == DS_DISCOVER_VALUES ? "not"
                                                       : ds_discover_side_name(p->side));
    number(file, "bound", first ? (double)NAN : p->bound);
    fprintf(file, ",\"inputs\":%zu", p->inputs);
    estimate(file, "mass", p->mass);
    estimate(file, "density", p->density);
    estimate(file, "coverage", p->coverage);
    number(file, "found_mass", p->found_mass);
    number(file, "found_density", p->found_density);
    number(file, "found_coverage", p->found_coverage);
    fprintf(file, ",\"chosen\":%s}", p->chosen ? "true" : "false");
}

static void box(FILE *file, const ds_discover *d, size_t b)
{
    const ds_discover_box *what = ds_discover_box_at(d, b);

    fprintf(file, "%s{\"box\":%zu", b > 0 ? ",\n " : "\n ", b + 1);
    estimate(file, "mass", what->mass);
    estimate(file, "density", what->density);
    estimate(file, "coverage", what->coverage);
    estimate(file, "elsewhere", what->elsewhere);
    estimate(file, "covered", what->covered);
    number(file, "threshold", what->threshold);
    number(file, "p_value", what->p_value);
    number(file, "found_density", what->found_density);
    number(file, "found_coverage", what->found_coverage);
    fputs(",\n  \"edges\":[", file);
    for (size_t k = 0; k < what->edge_count; k++) {
        fputs(k > 0 ? ",\n   " : "\n   ", file);
        edge(file, ds_discover_edge_at(d, b, k));
    }
    fputs("],\n  \"also_in_half_samples\":[", file);
    for (size_t k = 0; k < what->rival_count; k++) {
        const ds_discover_rival *r = ds_discover_rival_at(d, b, k);
        fputs(k > 0 ? ",\n   {" : "\n   {", file);
        text(file, "input", r->name);
        putc(',', file);
        text(file, "side", ds_discover_side_name(r->side));
        estimate(file, "kept", r->kept);
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
        text(file, "data", ds_base_name(report->data));
        fputs(",\n", file);
    }
    text(file, "strategy", f->strategy);
    putc(',', file);
    text(file, "against", f->against);
    fputs(",\"when\":{", file);
    text(file, "outcome", f->outcome);
    putc(',', file);
    text(file, "relation", f->relation);
    number(file, "bound", f->bound);
    putc(',', file);
    text(file, "unit", f->unit);
    fprintf(file, "},\n\"paths\":%zu,\"found_in\":%zu,\"told_in\":%zu,\"inputs\":%zu,"
                  "\"half_samples\":%zu", f->paths, f->found_in, f->told_in, f->inputs, f->halves);
    estimate(file, "share", f->share);
    number(file, "min_density", f->min_density);
    number(file, "min_mass", f->min_mass);
    number(file, "refused_p", f->refused_p);
    if (report->found != NULL)
        ds_optimised_json(file, report->found);
    fputs(",\n\"boxes\":[", file);
    for (size_t b = 0; b < ds_discover_box_count(report->discover); b++)
        box(file, report->discover, b);
    fputs("]}\n", file);
}

/* ---- A directory ----------------------------------------------------------- */

static void write_boxes(FILE *file, const ds_discover_report *report)
{
    ds_discover_csv(file, report->discover);
}

static void write_trajectory(FILE *file, const ds_discover_report *report)
{
    ds_discover_trajectory_csv(file, report->discover);
}

ds_code ds_discover_directory(const char *directory, const ds_discover_report *report,
                              ds_error *err)
{
    static const struct {
        const char *name;
        void (*write)(FILE *file, const ds_discover_report *report);
    } parts[] = { { "boxes.csv", write_boxes },
                  { "trajectory.csv", write_trajectory },
                  { "discover.json", ds_discover_json } };
    ds_code code = ds_directory_make(directory, err);

    for (size_t i = 0; code == DS_OK && i < sizeof parts / sizeof parts[0]; i++) {
        ds_file file;
        char   *path = ds_path_join(directory, parts[i].name);
        code = path != NULL ? ds_file_open(&file, path, err)
                            : ds_output_fail(err, DS_E_NOMEM, directory, "out of memory");
        if (code == DS_OK) {
            parts[i].write(file.stream, report);
            code = ds_file_commit(&file, err);
        }
        free(path);
    }
    return code;
}
