/* profile_report.c -- a fitted profile, for people and for machines.  See
 * profile_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/profile_report.h"

#include <math.h>
#include <string.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"
#include "output/number.h"

/* Few points may agree by chance; the error that is written is never below this. */
#define ERROR_LEAST 0.005
#define NORMAL_P90 1.2815515655446004 /* quantile of the normal distribution at 0.9 */

/* ---- The profile ----------------------------------------------------------------- */

static void member_key(FILE *file, const char *indent, const char *key, bool first)
{
    fprintf(file, "%s\n%s  \"%s\": ", first ? "" : ",", indent, key);
}

/* Rounded to so many digits: what is written is read and changed by people. */
static void short_number(FILE *file, double value, int digits)
{
    fprintf(file, "%.*g", digits, value);
}

static void constant(FILE *file, const ds_fit_report *r, const ds_profile_constant *c)
{
    if (r->certain || !c->identified || !(c->log_sd > 0)) {
        short_number(file, c->value, 6);
        return;
    }
    fputs("{\"p10\": ", file);
    short_number(file, c->value * exp(-NORMAL_P90 * c->log_sd), 6);
    fputs(", \"p90\": ", file);
    short_number(file, c->value * exp(NORMAL_P90 * c->log_sd), 6);
    putc('}', file);
}

static void source(FILE *file, const ds_fit_report *r)
{
    char text[400];
    snprintf(text, sizeof text, "distillsim profile fit of %.200s: %s, %zu points",
             ds_base_name(ds_measurements_path(r->measurements)),
             ds_profile_kind_name(ds_profile_fit_kind(r->fit)),
             ds_profile_fit_point_count(r->fit));
    ds_json_string(file, text);
}

/* One row of a table; what was not measured is left out. */
static void row(FILE *file, const ds_measured *m)
{
    const struct {
        const char *key;
        double      value;
    } members[] = { { "input_tokens", m->input_tokens },
                    { "output_tokens", m->output_tokens },
                    { "concurrency", m->concurrency },
                    { "output_tokens_per_s", m->output_tokens_per_s },
                    { "ttft_ms", m->ttft_ms },
                    { "tpot_ms", m->tpot_ms } };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (isnan(members[i].value))
            continue;
        fprintf(file, "%s\"%s\": ", i > 0 ? ", " : "{", members[i].key);
        ds_json_number(file, members[i].value);
    }
    putc('}', file);
}

static void table(FILE *file, const ds_fit_report *r, const char *indent)
{
    if (ds_profile_fit_row_count(r->fit) == 0)
        return;
    member_key(file, indent, "table", false);
    for (size_t i = 0; i < ds_profile_fit_row_count(r->fit); i++) {
        fprintf(file, "%s\n%s    ", i > 0 ? "," : "[", indent);
        row(file, ds_profile_fit_row_at(r->fit, i));
    }
    fprintf(file, "\n%s  ]", indent);
}

static void optional(FILE *file, const char *indent, const char *key, double value)
{
    if (!isfinite(value))
        return;
    member_key(file, indent, key, false);
    short_number(file, value, 6);
}

/* Is the constant a key of the profile?  Those of a roofline are keys of that, but one. */
static bool is_key(const ds_fit_report *r, const ds_profile_constant *c)
{
    return ds_profile_fit_roofline(r->fit) == NULL || strcmp(c->key, "speed_factor") == 0;
}

static void profile(FILE *file, const ds_fit_report *r, const char *indent)
{
    putc('{', file);
    member_key(file, indent, "source", true);
    source(file, r);
    if (r->gpu != NULL) {
        member_key(file, indent, "gpu", false);
        ds_json_string(file, r->gpu);
    }
    member_key(file, indent, "gpus_per_replica", false);
    fprintf(file, "%d", ds_profile_fit_gpus(r->fit));
    optional(file, indent, "parameters_b", ds_profile_fit_parameters_b(r->fit));
    if (ds_profile_fit_roofline(r->fit) != NULL) {
        member_key(file, indent, "roofline", false);
        fputs(ds_profile_fit_roofline(r->fit), file);
    }
    for (size_t i = 0; i < ds_profile_fit_constant_count(r->fit); i++) {
        const ds_profile_constant *c = ds_profile_fit_constant_at(r->fit, i);
        if (!is_key(r, c))
            continue;
        member_key(file, indent, c->key, false);
        constant(file, r, c);
    }
    optional(file, indent, "slots_per_replica", ds_profile_fit_slots(r->fit));
    table(file, r, indent);
    member_key(file, indent, "relative_error", false);
    short_number(file, fmax(ERROR_LEAST, ds_profile_fit_left_out(r->fit).log_sd), 2);
    fprintf(file, "\n%s}", indent);
}

void ds_fit_profile(FILE *file, const ds_fit_report *report)
{
    profile(file, report, "");
    putc('\n', file);
}

ds_code ds_fit_profile_file(const char *path, const ds_fit_report *report, ds_error *err)
{
    ds_file file;
    ds_code code = ds_file_open(&file, path, err);
    if (code != DS_OK)
        return code;
    ds_fit_profile(file.stream, report);
    return ds_file_commit(&file, err);
}

/* ---- For machines ---------------------------------------------------------------- */

void ds_fit_csv(FILE *file, const ds_fit_report *report)
{
    fputs("input_tokens,output_tokens,concurrency,gpus,output_tokens_per_s,fitted,left_out\n",
          file);
    for (size_t i = 0; i < ds_profile_fit_point_count(report->fit); i++) {
        const ds_profile_point *p = ds_profile_fit_point_at(report->fit, i);
        const double value[] = { p->measured.input_tokens, p->measured.output_tokens,
                                 p->measured.concurrency, p->measured.gpus,
                                 p->measured.output_tokens_per_s, p->fitted, p->left_out };
        for (size_t k = 0; k < sizeof value / sizeof value[0]; k++) {
            if (k > 0)
                putc(',', file);
            ds_csv_number(file, value[k]);
        }
        putc('\n', file);
    }
}

static void number(FILE *file, const char *before, const char *key, double value)
{
    fprintf(file, "%s\"%s\":", before, key);
    ds_json_number(file, value);
}

static void error_json(FILE *file, const char *key, ds_profile_error e)
{
    fprintf(file, ",\n\"%s\":{\"points\":%zu", key, e.count);
    number(file, ",", "median", e.median);
    number(file, ",", "p90", e.p90);
    number(file, ",", "greatest", e.greatest);
    number(file, ",", "bias", e.bias);
    number(file, ",", "log_sd", e.log_sd);
    putc('}', file);
}

static void constants_json(FILE *file, const ds_fit_report *r)
{
    fputs(",\n\"constants\":[", file);
    for (size_t i = 0; i < ds_profile_fit_constant_count(r->fit); i++) {
        const ds_profile_constant *c = ds_profile_fit_constant_at(r->fit, i);
        fprintf(file, "%s\n {\"key\":\"%s\",\"unit\":\"%s\"", i > 0 ? "," : "", c->key, c->unit);
        number(file, ",", "value", c->value);
        number(file, ",", "se", c->se);
        number(file, ",", "log_sd", c->log_sd);
        fprintf(file, ",\"identified\":%s}", c->identified ? "true" : "false");
    }
    putc(']', file);
}

static void points_json(FILE *file, const ds_fit_report *r)
{
    fputs(",\n\"points\":[", file);
    for (size_t i = 0; i < ds_profile_fit_point_count(r->fit); i++) {
        const ds_profile_point *p = ds_profile_fit_point_at(r->fit, i);
        fputs(i > 0 ? ",\n {" : "\n {", file);
        number(file, "", "input_tokens", p->measured.input_tokens);
        number(file, ",", "output_tokens", p->measured.output_tokens);
        number(file, ",", "concurrency", p->measured.concurrency);
        number(file, ",", "output_tokens_per_s", p->measured.output_tokens_per_s);
        number(file, ",", "fitted", p->fitted);
        number(file, ",", "left_out", p->left_out);
        putc('}', file);
    }
    putc(']', file);
}

void ds_fit_json(FILE *file, const ds_fit_report *report)
{
    fprintf(file, "{\"kind\":\"%s\",\n\"profile\":",
            ds_profile_kind_name(ds_profile_fit_kind(report->fit)));
    profile(file, report, "");
    constants_json(file, report);
    error_json(file, "in_sample", ds_profile_fit_in_sample(report->fit));
    error_json(file, "left_out", ds_profile_fit_left_out(report->fit));
    points_json(file, report);
    fputs("}\n", file);
}

/* ---- For people ------------------------------------------------------------------ */

static void head(FILE *file, const ds_fit_report *r)
{
    ds_profile_error e = ds_profile_fit_left_out(r->fit);
    int              gpus = ds_profile_fit_gpus(r->fit);
    fprintf(file, "A %s, fitted to %zu points of replicas of %d GPU%s. A point that is left out "
            "is missed by\n%.1f %% (median), %.1f %% at most.\n",
            ds_profile_kind_name(ds_profile_fit_kind(r->fit)), e.count, gpus,
            gpus == 1 ? "" : "s", 100 * e.median, 100 * e.greatest);
}

/* "69970 ± 2600", or with exponents. */
static void value_text(const ds_profile_constant *c, const ds_style *style,
                       char out[DS_HUMAN_TEXT])
{
    ds_estimate e = { c->value, c->se };
    if (c->value >= 1e-3 && c->value < 1e7)
        ds_human_estimate(e, ds_scale_one, style->utf8, out);
    else if (c->identified)
        snprintf(out, DS_HUMAN_TEXT, "%.3g %s %.1g", e.value, style->utf8 ? "\xC2\xB1" : "+/-",
                 e.se);
    else
        snprintf(out, DS_HUMAN_TEXT, "%.3g", e.value);
}

static void constants_table(FILE *file, const ds_fit_report *r, const ds_style *style)
{
    if (ds_profile_fit_constant_count(r->fit) == 0)
        return;
    fprintf(file, "\n%-35s %19s  unit\n", "constant", "value");
    for (size_t i = 0; i < ds_profile_fit_constant_count(r->fit); i++) {
        const ds_profile_constant *c = ds_profile_fit_constant_at(r->fit, i);
        char                       text[DS_HUMAN_TEXT];
        value_text(c, style, text);
        fprintf(file, "%-35s ", c->key);
        ds_text_pad(file, text, 19, true);
        fprintf(file, "  %s%s\n", c->unit,
                c->at_most ? " (at most)" : c->identified ? "" : " (not known)");
    }
}

static void error_row(FILE *file, const char *name, ds_profile_error e)
{
    fprintf(file, "%-35s %9.1f%% %8.1f%% %8.1f%% %+8.1f%% %9.3f\n", name, 100 * e.median,
            100 * e.p90, 100 * e.greatest, 100 * e.bias, e.log_sd);
}

static void note(FILE *file, const ds_style *style, const char *text)
{
    putc('\n', file);
    ds_text_wrap(file, text, style->width, 0, 0);
}

static void notes(FILE *file, const ds_fit_report *r, const ds_style *style)
{
    char text[512];
    bool any = false;
    for (size_t i = 0; i < ds_profile_fit_constant_count(r->fit); i++) {
        const ds_profile_constant *c = ds_profile_fit_constant_at(r->fit, i);
        any = any || (c->identified && is_key(r, c));
        if (c->identified)
            continue;
        if (c->at_most)
            snprintf(text, sizeof text, "%s would be larger than it can be: the shape, the GPU or "
                     "the measurements are not what they are said to be.", c->key);
        else
            snprintf(text, sizeof text, "The points say next to nothing about %s: do not use the "
                     "profile far from their lengths, or measure more different ones.", c->key);
        note(file, style, text);
    }
    if (any && !r->certain)
        note(file, style, "In the profile each constant has its error as a distribution, drawn "
             "for itself, although the errors of constants go together; --certain writes numbers, "
             "and leaves all error to relative_error, the log-sd of points that are left out.");
}

void ds_fit_table(FILE *file, const ds_fit_report *report, const ds_style *style)
{
    head(file, report);
    constants_table(file, report, style);
    fprintf(file, "\n%-35s %10s %9s %9s %9s %9s\n", "speed, predicted over measured", "median",
            "p90", "greatest", "bias", "log-sd");
    error_row(file, "fitted", ds_profile_fit_in_sample(report->fit));
    error_row(file, "left out", ds_profile_fit_left_out(report->fit));
    notes(file, report, style);
}
