/* answer.c -- the answer of a run as one sentence, and the notes that say what
 * it rests on: asserts, where the figures come from, how it was computed.  See
 * report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/commit_report.h"
#include "output/number.h"
#include "output/report.h"

enum { SENTENCE_TEXT = 1024 };

/* `name`, harmless and not too long. */
static void quote_strategy(const ds_report *report, size_t strategy, const ds_style *style,
                           char out[DS_QUOTED_TEXT])
{
    if (strategy < ds_result_strategy_count(report->result))
        ds_text_quote(ds_result_strategy_name(report->result, strategy), style, out);
    else
        snprintf(out, DS_QUOTED_TEXT, "none");
}

/* How many paths would shrink the standard error to a third of the advantage: one digit. */
static void more_paths(const ds_report *report, ds_estimate advantage, char *out, size_t size)
{
    const double paths = (double)ds_result_paths(report->result);
    double       ratio = 3 * advantage.se / fabs(advantage.value);
    double       needed = ratio * ratio * paths;
    char         text[DS_HUMAN_TEXT];
    if (!(advantage.se > 0) || !(needed > paths)) {
        snprintf(out, size, "more paths (--paths) may tell");
    } else if (needed < 1e9) {
        const double digit = pow(10, floor(log10(needed)));
        ds_human_grouped(round(needed / digit) * digit, 0, text);
        snprintf(out, size, "about %.30s paths (--paths) would tell", text);
    } else {
        snprintf(out, size, "they cost the same for all practical purposes");
    }
}

static void cannot_say(const ds_report *report, const ds_decision *d, const ds_style *style,
                       char *out, size_t size)
{
    char distilling[DS_QUOTED_TEXT], other[DS_QUOTED_TEXT], money[DS_HUMAN_TEXT], more[96];
    if (d->best_other >= ds_result_strategy_count(report->result)) {
        snprintf(out, size, "Cannot say: every strategy distils, so there is nothing to "
                            "compare with.");
        return;
    }
    if (!isfinite(d->advantage_usd.value)) {
        snprintf(out, size, "Cannot say: the costs have no finite mean.");
        return;
    }
    quote_strategy(report, d->best_distilling, style, distilling);
    quote_strategy(report, d->best_other, style, other);
    ds_estimate gain = d->advantage_usd;
    const bool  saves = gain.value >= 0;
    gain.value = fabs(gain.value);
    if (gain.value == 0 && gain.se == 0) {
        snprintf(out, size, "Cannot say: %s and %s cost the same.", distilling, other);
        return;
    }
    ds_human_money(gain, style->utf8, money);
    if (ds_result_paths(report->result) == 1) {
        snprintf(out, size, "Cannot say from one future: in it %s %s %s (NPV) %s %s; more paths "
                            "(--paths) may tell.",
                 distilling, saves ? "saves" : "costs", money, saves ? "against" : "more than",
                 other);
        return;
    }
    more_paths(report, gain, more, sizeof more);
    snprintf(out, size,
             "Cannot say: %s %s %s (NPV) %s %s, which is within the error of the simulation; %s.",
             distilling, saves ? "saves" : "costs", money, saves ? "against" : "more than", other,
             more);
}

static void no_student(const ds_report *report, const ds_decision *d, const ds_style *style,
                       char *out, size_t size)
{
    char          best[DS_QUOTED_TEXT], money[DS_HUMAN_TEXT], share[DS_HUMAN_TEXT];
    ds_statistics cost = ds_result_statistics(report->result, d->best,
                                              ds_outcome_find("cost_npv_usd"));
    quote_strategy(report, d->best, style, best);
    ds_human_money(cost.mean, style->utf8, money);
    ds_human_share(ds_result_probability_best(report->result, d->best), style->utf8, share);
    if (ds_result_strategy_count(report->result) == 1)
        snprintf(out, size, "Nothing to choose: %s is the only strategy; it costs %s (NPV).",
                 best, money);
    else
        snprintf(out, size,
                 "No strategy distils; %s costs least, %s (NPV), and is the cheapest in %s of "
                 "futures.",
                 best, money, share);
}

/* Distil, or do not: one strategy saves against another. */
static void compare(const ds_report *report, const ds_decision *d, bool distil,
                    const ds_style *style, char *out, size_t size)
{
    char distilling[DS_QUOTED_TEXT], other[DS_QUOTED_TEXT];
    char money[DS_HUMAN_TEXT], share[DS_HUMAN_TEXT];
    ds_estimate gain = d->advantage_usd, chance = d->probability_advantage;

    quote_strategy(report, d->best_distilling, style, distilling);
    quote_strategy(report, d->best_other, style, other);
    gain.value = fabs(gain.value);
    ds_human_money(gain, style->utf8, money);
    ds_human_share(chance, style->utf8, share);
    /* The mean and the odds may point in opposite directions: then say so. */
    if (distil)
        snprintf(out, size,
                 "Distil: %s saves %s (NPV) on average against %s, the best course without a "
                 "student; it costs less in %s%s of futures.",
                 distilling, money, other, chance.value < 0.5 ? "only " : "", share);
    else
        snprintf(out, size,
                 "Do not distil: %s saves %s (NPV) on average against %s, the best course with a "
                 "student%s distilling costs less in %s of futures.",
                 other, money, distilling, chance.value > 0.5 ? ", although" : ";", share);
}

/* Of all strategies the one to take, how far ahead it is, and when the next is better. */
static void recommend(FILE *file, const ds_report *report, const ds_decision *d,
                      const ds_style *style)
{
    char        sentence[SENTENCE_TEXT], margin[DS_HUMAN_TEXT];
    char        best[DS_QUOTED_TEXT], next[DS_QUOTED_TEXT];
    char        gain[DS_HUMAN_TEXT];
    ds_estimate best_case = d->runner_up_best_case_usd;
    size_t      used;

    if (d->runner_up >= ds_result_strategy_count(report->result) ||
        !isfinite(d->margin_usd.value))
        return;
    quote_strategy(report, d->best, style, best);
    quote_strategy(report, d->runner_up, style, next);
    ds_human_money(d->margin_usd, style->utf8, margin);
    if (fabs(d->margin_usd.value) <= 0 && d->margin_usd.se <= 0) {
        snprintf(sentence, sizeof sentence,
                 "Of all strategies %s costs least in these futures, but %s costs the same in "
                 "each of them.", best, next);
        ds_text_wrap(file, sentence, style->width, 0, 0);
        return;
    }
    if (d->margin_low > 0)
        used = (size_t)snprintf(sentence, sizeof sentence,
                                "Of all strategies %s costs least, %s less than the next, %s", best,
                                margin, next);
    else
        used = (size_t)snprintf(sentence, sizeof sentence,
                                "Of all strategies %s costs least in these futures, %s less than "
                                "the next, %s, but within the error another may cost less", best,
                                margin, next);
    const bool less = best_case.value > 0;
    best_case.value = fabs(best_case.value);
    ds_human_money(best_case, style->utf8, gain);
    if (isfinite(best_case.value))
        snprintf(sentence + used, sizeof sentence - used,
                 "; in the best %.3g %% of futures for %s, it costs %s %s.",
                 100 * (1 - ds_result_statistics(report->result, 0,
                                                 ds_outcome_find("cost_npv_usd")).cvar_level),
                 next, gain, less ? "less" : "more even then");
    else
        snprintf(sentence + used, sizeof sentence - used, ".");
    ds_text_wrap(file, sentence, style->width, 0, 0);
}

void ds_report_answer(FILE *file, const ds_report *report, const ds_style *style)
{
    char        sentence[SENTENCE_TEXT], regret[DS_HUMAN_TEXT];
    ds_decision d = ds_result_decision(report->result);

    switch (d.verdict) {
    case DS_VERDICT_DISTIL:
    case DS_VERDICT_DO_NOT:
        compare(report, &d, d.verdict == DS_VERDICT_DISTIL, style, sentence, sizeof sentence);
        break;
    case DS_VERDICT_NO_STUDENT:
        no_student(report, &d, style, sentence, sizeof sentence);
        break;
    case DS_VERDICT_CANNOT_SAY:
    default:
        cannot_say(report, &d, style, sentence, sizeof sentence);
        break;
    }
    fputs(ds_style_code(style, DS_STYLE_BOLD), file);
    ds_text_wrap(file, sentence, style->width, 0, 0);
    fputs(ds_style_code(style, DS_STYLE_PLAIN), file);
    recommend(file, report, &d, style);
    if (isfinite(d.regret_usd.value) && d.regret_usd.value > 0) {
        ds_human_money(d.regret_usd, style->utf8, regret);
        snprintf(sentence, sizeof sentence,
                 "Knowing the future before choosing would save another %s on average.", regret);
        ds_text_wrap(file, sentence, style->width, 0, 0);
    }
}

static void bound(double value, const char *word, const char **joint, char *out, size_t size)
{
    char   text[DS_NUMBER_TEXT];
    size_t used = strlen(out);
    if (isinf(value))
        return;
    ds_number_exact(value, text);
    snprintf(out + used, size - used, "%s%s %s", *joint, word, text);
    *joint = " and ";
}

static void print_assert(FILE *file, const ds_assert_result *a, const ds_style *style)
{
    char        name[DS_QUOTED_TEXT], strategy[DS_QUOTED_TEXT], observed[DS_HUMAN_TEXT];
    char        wanted[128] = "", line[SENTENCE_TEXT];
    const char *joint = "", *word = a->passed ? "passed" : "failed";

    ds_text_quote(a->name, style, name);
    ds_text_quote(a->strategy, style, strategy);
    size_t outcome = ds_outcome_find(a->outcome);
    if (outcome < ds_outcome_count() && strcmp(ds_outcome_at(outcome)->unit, "USD") == 0 &&
        strncmp(a->statistic, "share", 5) != 0)
        ds_human_money(a->observed, style->utf8, observed);
    else
        ds_human_estimate(a->observed, ds_scale_one, style->utf8, observed);
    bound(a->above, "above", &joint, wanted, sizeof wanted);
    bound(a->below, "below", &joint, wanted, sizeof wanted);
    fprintf(file, "%s%s%s ", ds_style_code(style, a->passed ? DS_STYLE_GREEN : DS_STYLE_RED), word,
            ds_style_code(style, DS_STYLE_PLAIN));
    snprintf(line, sizeof line, "assert %s: %s of %s under %s is %s, wanted %s", name,
             a->statistic, a->outcome, strategy, observed, wanted);
    ds_text_wrap(file, line, style->width, 4, strlen(word) + 1);
}

/* Counts by origin, and the first assumed figures that are uncertain. */
static void print_origins(FILE *file, const ds_report *report, const ds_style *style)
{
    enum { SHOWN = 4 };
    size_t counts[4] = { 0 }, uncertain = 0, shown = 0;
    char   line[SENTENCE_TEXT], name[DS_QUOTED_TEXT], value[DS_QUOTED_TEXT], unit[DS_QUOTED_TEXT];

    for (size_t i = 0; i < ds_scenario_input_count(report->scenario); i++) {
        ds_input_info input = ds_scenario_input(report->scenario, i);
        counts[input.origin] += !input.idle;
        uncertain += input.uncertain;
    }
    snprintf(line, sizeof line,
             "Figures: sourced %zu, assumed %zu, unsourced %zu, default %zu; uncertain %zu.",
             counts[DS_ORIGIN_SOURCE], counts[DS_ORIGIN_ASSUMPTION], counts[DS_ORIGIN_UNSOURCED],
             counts[DS_ORIGIN_DEFAULT], uncertain);
    ds_text_wrap(file, line, style->width, 4, 0);
    for (size_t i = 0; i < ds_scenario_input_count(report->scenario) && shown < SHOWN; i++) {
        ds_input_info input = ds_scenario_input(report->scenario, i);
        if (input.origin != DS_ORIGIN_ASSUMPTION || !input.uncertain)
            continue;
        ds_text_clean(input.pointer, style->utf8, name, sizeof name);
        ds_text_clean(input.text, style->utf8, value, sizeof value);
        ds_text_clean(input.unit, style->utf8, unit, sizeof unit);
        snprintf(line, sizeof line, "assumed %s: %s [%s]", name, value, unit);
        fputs("  ", file);
        ds_text_wrap(file, line, style->width, 6, 2);
        shown++;
    }
    if (shown > 0 && counts[DS_ORIGIN_ASSUMPTION] > shown) {
        fputs("  ", file);
        ds_text_wrap(file, "... (all of them: run.json of --out DIR)", style->width, 6, 2);
    }
}

void ds_report_notes(FILE *file, const ds_report *report, const ds_style *style)
{
    char line[SENTENCE_TEXT], name[DS_QUOTED_TEXT];

    for (size_t i = 0; i < ds_result_assert_count(report->result); i++) {
        ds_assert_result a = ds_result_assert(report->result, i);
        print_assert(file, &a, style);
    }
    if (report->found != NULL)
        ds_optimised_notes(file, report->found, style);
    quote_strategy(report, 0, style, name);
    bool alone = ds_result_strategy_count(report->result) == 1;
    snprintf(line, sizeof line,
             "%s%s%sNPV is the present value; CVaR the mean of the worst "
             "%.4g %%%s. %s is one standard error of the simulation, not the "
             "uncertainty of the inputs.",
             alone ? "" : "Savings are against ", alone ? "" : name, alone ? "" : ". ",
             100 * (1 - ds_result_statistics(report->result, 0, ds_outcome_find("cost_npv_usd"))
                            .cvar_level),
             alone ? "" : "; payback the median", style->utf8 ? "\xC2\xB1" : "+/-");
    ds_text_wrap(file, line, style->width, 4, 0);
    ds_report_error_notes(file, report, style);
    if (ds_report_has_fleet(report))
        ds_text_wrap(file, "GPUs: busy is the time used over the time paid for, the mean of the "
                           "futures; a token costs `allocated` with idle GPUs and `used` without "
                           "them; pooling saves GPU-months by sharing fleets.", style->width, 4, 0);
    print_origins(file, report, style);
    ds_text_quote(ds_scenario_name(report->scenario), style, name);
    snprintf(line, sizeof line, "Scenario %s (%s), %" PRIu64 " path%s, seed %" PRIu64 ".", name,
             ds_scenario_hash(report->scenario), ds_result_paths(report->result),
             ds_result_paths(report->result) == 1 ? "" : "s",
             ds_result_seed(report->result));
    ds_text_wrap(file, line, style->width, 4, 0);
}
