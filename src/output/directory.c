/* directory.c -- everything about a run in a directory, see report.h.
 *
 *   outcomes.csv  one row per strategy, outcome and statistic
 *   monthly.csv   the bill of each month by strategy [USD]
 *   saving.csv    the quantile function of the saving by strategy [USD]
 *   run.json      how the run came about; the only file with time and host
 *
 * Quantiles are of type 7 (Hyndman and Fan 1996, linear between order
 * statistics), as everywhere in this program.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "output/commit_report.h"
#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"
#include "output/report.h"

enum { SAVING_POINTS = 201 }; /* levels 0, 0.005 … 1 */

static ds_code write_monthly(FILE *file, const void *subject)
{
    const ds_report *report = subject;
    fputs("month_index,month,strategy,mean_usd,mean_usd_se,sd_usd", file);
    for (size_t i = 0; i < DS_QUANTILE_COUNT; i++)
        fprintf(file, ",%s_usd,%s_usd_se", ds_quantile_names[i], ds_quantile_names[i]);
    fputs(",quantile_paths\n", file);
    for (size_t strategy = 0; strategy < ds_result_strategy_count(report->result); strategy++) {
        for (size_t t = 0; t < ds_result_months(report->result); t++) {
            ds_month_statistics s = ds_result_month(report->result, strategy, t);
            char                label[8];
            ds_scenario_month_label(report->scenario, t, label);
            fprintf(file, "%zu,%s,", t, label);
            ds_csv_text(file, ds_result_strategy_name(report->result, strategy));
            ds_csv_estimate(file, s.mean);
            putc(',', file);
            ds_csv_number(file, s.sd);
            for (size_t i = 0; i < DS_QUANTILE_COUNT; i++)
                ds_csv_estimate(file, s.quantiles[i]);
            fprintf(file, ",%" PRIu64 "\n", s.quantile_paths);
        }
    }
    return DS_OK;
}

static int ascending(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double quantile(const double *sorted, size_t count, double level)
{
    double position = level * (double)(count - 1);
    size_t below = (size_t)position;
    if (below + 1 >= count)
        return sorted[count - 1];
    double share = position - (double)below;
    return share == 0 ? sorted[below]
                      : sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

static void write_saving_row(FILE *file, const char *strategy, double level, double saving_usd)
{
    ds_csv_text(file, strategy);
    putc(',', file);
    ds_csv_number(file, level);
    putc(',', file);
    ds_csv_number(file, saving_usd);
    putc('\n', file);
}

/* The quantile function at even levels, and at the two levels between which it is
 * zero: the share of paths below zero, and that below or at it.  They make the
 * share of futures with a saving exact. */
static void write_saving_rows(FILE *file, const char *strategy, const double *sorted,
                              size_t paths)
{
    size_t below = 0, upto, next = 0;
    while (below < paths && sorted[below] < 0)
        below++;
    for (upto = below; upto < paths && sorted[upto] == 0;)
        upto++;
    const double zeros[] = { (double)below / (double)paths, (double)upto / (double)paths };
    const bool   crosses = sorted[0] <= 0 && sorted[paths - 1] >= 0;

    for (size_t i = 0; i < SAVING_POINTS; i++) {
        double level = (double)i / (SAVING_POINTS - 1);
        double saving_usd = quantile(sorted, paths, level);
        for (; crosses && next < 2 && (zeros[next] < level || i + 1 == SAVING_POINTS); next++)
            write_saving_row(file, strategy, zeros[next], 0);
        /* between order statistics of either sign: interpolation has its own zero */
        if (crosses && ((level <= zeros[0] && saving_usd > 0) ||
                        (level >= zeros[1] && saving_usd < 0)))
            saving_usd = 0;
        write_saving_row(file, strategy, level, saving_usd);
    }
}

static ds_code write_saving(FILE *file, const void *subject)
{
    const ds_report *report = subject;
    size_t  paths = (size_t)ds_result_kept_paths(report->result);
    size_t  outcome = ds_outcome_find("saving_npv_usd");
    double *sorted = paths <= SIZE_MAX / sizeof *sorted ? malloc(paths * sizeof *sorted) : NULL;

    if (sorted == NULL)
        return DS_E_NOMEM;
    fputs("strategy,share_below,saving_npv_usd\n", file);
    for (size_t strategy = 0; strategy < ds_result_strategy_count(report->result); strategy++) {
        memcpy(sorted, ds_result_column(report->result, strategy, outcome),
               paths * sizeof *sorted);
        qsort(sorted, paths, sizeof *sorted, ascending);
        write_saving_rows(file, ds_result_strategy_name(report->result, strategy), sorted, paths);
    }
    free(sorted);
    return DS_OK;
}

static ds_code write_outcomes(FILE *file, const void *subject)
{
    const ds_report *report = subject;
    ds_report_csv(file, report);
    return DS_OK;
}

static const char *origin_name(ds_origin origin)
{
    static const char *const names[] = { [DS_ORIGIN_SOURCE] = "source",
                                         [DS_ORIGIN_ASSUMPTION] = "assumption",
                                         [DS_ORIGIN_DEFAULT] = "default",
                                         [DS_ORIGIN_UNSOURCED] = "unsourced" };
    return names[origin];
}

static void write_inputs(FILE *file, const ds_scenario *scenario)
{
    const char *separator = "\n  ";

    fputs(",\n\"defaulted\":[", file);
    for (size_t i = 0; i < ds_scenario_input_count(scenario); i++) {
        ds_input_info input = ds_scenario_input(scenario, i);
        if (input.origin != DS_ORIGIN_DEFAULT)
            continue;
        fputs(separator, file);
        ds_json_string(file, input.pointer);
        separator = ",\n  ";
    }
    fputs("],\n\"inputs\":[", file);
    separator = "\n  {\"pointer\":";
    for (size_t i = 0; i < ds_scenario_input_count(scenario); i++) {
        ds_input_info input = ds_scenario_input(scenario, i);
        fputs(separator, file);
        ds_json_string(file, input.pointer);
        ds_json_text_member(file, "unit", input.unit);
        ds_json_text_member(file, "text", input.text);
        ds_json_text_member(file, "origin", origin_name(input.origin));
        ds_json_text_member(file, "source", input.source);
        ds_json_text_member(file, "as_of", input.as_of);
        fprintf(file, ",\"uncertain\":%s}", input.uncertain ? "true" : "false");
        separator = ",\n  {\"pointer\":";
    }
    fputs("]", file);
}

static void write_date(FILE *file, time_t time)
{
    char      date[32] = "";
    struct tm utc;
    if (gmtime_r(&time, &utc) != NULL)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    ds_json_text_member(file, "date", date);
}

/* When, where and how fast.  With SOURCE_DATE_EPOCH set (the convention of
 * reproducible builds) that date alone, so that the file is the same each time. */
static void write_circumstances(FILE *file, const ds_report *report)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    if (epoch != NULL && epoch[0] != '\0' && strspn(epoch, "0123456789") == strlen(epoch)) {
        write_date(file, (time_t)strtoll(epoch, NULL, 10));
        return;
    }
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    fprintf(file, ",\n\"threads\":%u,\"wall_seconds\":%.6f", report->threads,
            report->wall_seconds);
    ds_json_text_member(file, "host", host);
    write_date(file, time(NULL));
}

static ds_code write_run(FILE *file, const void *subject)
{
    const ds_report *report = subject;
    fputs("{", file);
    ds_json_provenance(file, report->scenario, ds_result_paths(report->result),
                       ds_result_seed(report->result), report->engine);
    write_circumstances(file, report);
    fputs(",\n\"overrides\":[", file);
    for (size_t i = 0; i < report->override_count; i++) {
        fputs(i > 0 ? ",{\"pointer\":" : "{\"pointer\":", file);
        ds_json_string(file, report->overrides[i].pointer);
        ds_json_text_member(file, "value", report->overrides[i].value);
        putc('}', file);
    }
    fputs("]", file);
    if (report->found != NULL)
        ds_optimised_json(file, report->found);
    write_inputs(file, report->scenario);
    fprintf(file, ",\n\"resolved_scenario\":%s}\n", ds_scenario_resolved_json(report->scenario));
    return DS_OK;
}

ds_code ds_report_directory(const char *directory, const ds_report *report, ds_error *err)
{
    static const ds_part parts[] = { { "outcomes.csv", write_outcomes },
                                     { "monthly.csv", write_monthly },
                                     { "saving.csv", write_saving },
                                     { "run.json", write_run } };
    return ds_parts_write(directory, parts, sizeof parts / sizeof parts[0], report, err);
}
