/* error_notes.c -- the notes of a run on its errors: how they are to be read, what came of
 * --until, and what is known of paths that were not kept.  See report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/number.h"
#include "output/report.h"

enum { LINE_TEXT = 512, NAME_TEXT = 96 };

static void say_number(ds_estimate e, const ds_target *t, bool utf8, char text[DS_HUMAN_TEXT])
{
    if (strncmp(t->statistic, "share", 5) == 0)
        ds_human_share(e, utf8, text);
    else if (strcmp(ds_outcome_at(t->outcome)->unit, "USD") == 0)
        ds_human_money(e, utf8, text);
    else
        ds_human_estimate(e, ds_scale_one, utf8, text);
}

static void say_target(FILE *file, const ds_result *result, size_t index, const ds_style *style)
{
    char             name[NAME_TEXT], got[DS_HUMAN_TEXT], width[DS_HUMAN_TEXT] = "unknown";
    char             wanted[DS_HUMAN_TEXT], line[LINE_TEXT];
    ds_target_result t = ds_result_target(result, index);

    ds_text_clean(ds_result_strategy_name(result, t.target.strategy), style->utf8, name,
                  sizeof name);
    say_number((ds_estimate){ t.got.value, (double)NAN }, &t.target, style->utf8, got);
    if (isfinite(t.half_width))
        say_number((ds_estimate){ t.half_width, (double)NAN }, &t.target, style->utf8, width);
    if (t.target.relative)
        snprintf(wanted, sizeof wanted, "%.4g %% of it", 100 * t.target.tolerance);
    else
        say_number((ds_estimate){ t.target.tolerance, (double)NAN }, &t.target, style->utf8,
                   wanted);
    snprintf(line, sizeof line, "%s: %s of %s under `%.40s` is %s; half of its 95 %% interval is "
             "%s, wanted %s.", t.reached ? "reached" : "limit", t.target.statistic,
             ds_outcome_at(t.target.outcome)->name, name, got, width, wanted);
    ds_text_wrap(file, line, style->width, 4, 0);
}

/* For people: how much of it more knowledge would settle. */
static void say_knowledge(FILE *file, const ds_report *report, const ds_style *style)
{
    const ds_result *result = report->result;
    ds_decision      d = ds_result_decision(result);
    bool             saves = ds_result_strategy_count(result) > 1 && d.best != 0;
    size_t           outcome = ds_outcome_find(saves ? "saving_npv_usd" : "cost_npv_usd");
    ds_knowledge     k = ds_result_knowledge(result, d.best, outcome);
    char             name[NAME_TEXT], low[DS_HUMAN_TEXT], high[DS_HUMAN_TEXT];
    char             share[DS_HUMAN_TEXT], line[2 * LINE_TEXT];

    if (k.states == 0)
        return;
    ds_text_clean(ds_result_strategy_name(result, d.best), style->utf8, name, sizeof name);
    ds_human_money(k.mean_low, style->utf8, low);
    ds_human_money(k.mean_high, style->utf8, high);
    ds_human_share(k.share, style->utf8, share);
    snprintf(line, sizeof line, "Better knowledge of the inputs, not luck, decides about %s of the "
             "variance of what `%.40s` %s (NPV): its mean lies between %s and %s in 90 %% of the "
             "%" PRIu64 " states of knowledge, %" PRIu64 " futures each.", share, name,
             saves ? "saves" : "costs", low, high, k.states, k.futures);
    ds_text_wrap(file, line, style->width, 4, 0);
}

void ds_report_error_notes(FILE *file, const ds_report *report, const ds_style *style)
{
    const ds_result *result = report->result;
    const char      *sign = style->utf8 ? "\xC2\xB1" : "+/-";
    double           factor = ds_result_interval_factor(result);
    char             line[LINE_TEXT];

    for (size_t i = 0; i < ds_result_target_count(result); i++)
        say_target(file, result, i, style);
    say_knowledge(file, report, style);
    if (factor > 2) {
        snprintf(line, sizeof line, "Errors are from %.0f independent groups of paths: the 95 %% "
                 "interval reaches %.3g times %s to either side.",
                 ds_result_degrees_of_freedom(result) + 1, factor, sign);
        ds_text_wrap(file, line, style->width, 4, 0);
    }
    if (ds_result_kept_paths(result) < ds_result_paths(result)) {
        double worst = 0;
        for (size_t s = 0; s < ds_result_strategy_count(result); s++)
            for (size_t o = 0; o < ds_outcome_count(); o++)
                worst = fmax(worst, ds_result_has(result, o)
                                        ? ds_result_statistics(result, s, o).rank_error : 0);
        snprintf(line, sizeof line, "The outcomes of the first %" PRIu64 " paths were kept, the "
                 "others counted in bins (--memory): quantiles have a rank error of at most %.2g "
                 "%% of the paths.", ds_result_kept_paths(result), 100 * worst);
        ds_text_wrap(file, line, style->width, 4, 0);
    }
}
