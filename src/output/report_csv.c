/* report_csv.c -- the tidy CSV of a run: one row for each strategy, outcome and
 * statistic.  See report.h and csv.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>

#include "output/csv.h"
#include "output/report.h"

/* Who and what the rows of one outcome are about. */
typedef struct {
    FILE       *file;
    const char *strategy, *outcome, *unit;
    double      factor; /* of the standard error: half of the 95 % interval */
} ds_subject;

static void row(const ds_subject *subject, const char *unit, const char *statistic, ds_estimate e)
{
    ds_csv_text(subject->file, subject->strategy);
    fprintf(subject->file, ",%s,", subject->outcome);
    ds_csv_text(subject->file, unit);
    fprintf(subject->file, ",%s,", statistic);
    ds_csv_number(subject->file, e.value);
    putc(',', subject->file);
    if (isfinite(e.se))
        ds_csv_number(subject->file, e.se);
    putc(',', subject->file);
    if (isfinite(e.se * subject->factor))
        ds_csv_number(subject->file, e.se * subject->factor);
    putc('\n', subject->file);
}

static void rows_of(const ds_subject *subject, const ds_statistics *s)
{
    const char *unit = subject->unit;
    row(subject, unit, "mean", s->mean);
    row(subject, unit, "sd", s->sd);
    for (size_t i = 0; i < DS_QUANTILE_COUNT; i++)
        row(subject, unit, ds_quantile_names[i], s->quantiles[i]);
    row(subject, unit, "cvar", s->cvar);
    row(subject, "1", "share_positive", s->share_positive);
    row(subject, "1", "share_undefined", s->share_undefined);
    row(subject, unit, "min", (ds_estimate){ s->min, (double)NAN });
    row(subject, unit, "max", (ds_estimate){ s->max, (double)NAN });
    row(subject, "path", "paths", (ds_estimate){ (double)s->paths, (double)NAN });
    row(subject, "path", "defined", (ds_estimate){ (double)s->defined, (double)NAN });
}

static void band(const ds_subject *subject, const char *name, ds_estimate low, ds_estimate high)
{
    char text[32];
    snprintf(text, sizeof text, "%s_state_p05", name);
    row(subject, subject->unit, text, low);
    snprintf(text, sizeof text, "%s_state_p95", name);
    row(subject, subject->unit, text, high);
}

/* Over the states of knowledge of --outer: p50_state_p05 is the 5 % point of the medians. */
static void knowledge_rows(const ds_subject *subject, const ds_knowledge *k)
{
    if (k->states == 0)
        return;
    row(subject, "1", "share_of_knowledge", k->share);
    band(subject, "mean", k->mean_low, k->mean_high);
    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++)
        band(subject, ds_quantile_names[q], k->low[q], k->high[q]);
}

void ds_report_csv(FILE *file, const ds_report *report)
{
    fputs("strategy,outcome,unit,statistic,value,standard_error,half_width_95\n", file);
    for (size_t i = 0; i < ds_result_strategy_count(report->result); i++) {
        for (size_t outcome = 0; outcome < ds_outcome_count(); outcome++) {
            if (!ds_result_has(report->result, outcome))
                continue;
            const ds_outcome_info *info = ds_outcome_at(outcome);
            ds_statistics          s = ds_result_statistics(report->result, i, outcome);
            ds_subject subject = { file, ds_result_strategy_name(report->result, i), info->name,
                                   info->unit, ds_result_interval_factor(report->result) };
            rows_of(&subject, &s);
            if (outcome == ds_outcome_find("cost_npv_usd") ||
                outcome == ds_outcome_find("saving_npv_usd")) {
                ds_knowledge k = ds_result_knowledge(report->result, i, outcome);
                knowledge_rows(&subject, &k);
            }
        }
    }
}
