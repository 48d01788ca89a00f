/* timing_answer.c -- when to start, for people: sentences, the rules, some of the months,
 * notes.  See timing_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/grid.h"
#include "output/number.h"
#include "output/timing_report.h"

enum { SENTENCE_TEXT = 1536, POINTER_TEXT = 600,
       ROWS_MOST = 18, NEVER_TEXT = 8 };

typedef struct {
    const ds_scenario *scenario;
    const ds_timing   *t;
    const ds_style    *style;
    char               name[2 * DS_QUOTED_TEXT + 8]; /* of what starts, in quotes */
} ds_subject;

static void label_of(const ds_subject *s, size_t month, char label[NEVER_TEXT])
{
    snprintf(label, NEVER_TEXT, "never");
    if (month < ds_timing_horizon(s->t))
        ds_scenario_month_label(s->scenario, month, label);
}

static void say(FILE *file, const ds_subject *s, const char *text, bool bold)
{
    fputs(ds_style_code(s->style, bold ? DS_STYLE_BOLD : DS_STYLE_PLAIN), file);
    ds_text_wrap(file, text, s->style->width, bold ? 0 : 4, 0);
    fputs(ds_style_code(s->style, DS_STYLE_PLAIN), file);
}

static void money_of(const ds_subject *s, ds_estimate e, char out[DS_HUMAN_TEXT])
{
    ds_human_money((ds_estimate){ fabs(e.value), e.se }, s->style->utf8, out);
}

/* Is it more than the error, of 95 %? */
static bool is_sure(const ds_subject *s, ds_estimate e)
{
    const double factor = ds_timing_interval_factor(s->t);
    return fabs(e.value) > (factor > 0 ? factor : 2) * e.se;
}

/* ---- Sentences ---------------------------------------------------------------- */

/* What rules are compared with. */
static const char *reference(const ds_subject *s)
{
    return ds_timing_fixed_month(s->t) < ds_timing_month_count(s->t) ? "the fixed month"
                                                                     : "never starting";
}

/* Of the best month, over all futures; or over half of them, rid of surprises, when the same
 * month was the best of the other half and that is surer. */
static ds_estimate best_saving(const ds_subject *s)
{
    const size_t best = ds_timing_best(s->t);
    const ds_estimate plain = ds_timing_month_at(s->t, best).saving;
    const ds_estimate rid = ds_timing_fixed(s->t).saving;
    return ds_timing_fixed_month(s->t) == best && rid.se < plain.se ? rid : plain;
}

/* The first and the last month of those around the best that are not surely worse. */
static void find_flat(const ds_subject *s, size_t *first, size_t *last)
{
    const size_t best = ds_timing_best(s->t);
    *first = *last = best;
    while (*first > 0 && !is_sure(s, ds_timing_month_at(s->t, *first - 1).behind))
        --*first;
    while (*last + 1 < ds_timing_month_count(s->t) &&
           !is_sure(s, ds_timing_month_at(s->t, *last + 1).behind))
        ++*last;
}

/* No month saves: the least bad one. */
static void say_never(FILE *file, const ds_subject *s, ds_timing_month best)
{
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT], month[NEVER_TEXT];
    label_of(s, best.month, month);
    money_of(s, best.saving, money);
    if (best.saving.value == 0)
        snprintf(text, sizeof text, "No month fixed now saves anything: to start %s costs the same "
                 "at best, in %s, as never to start.", s->name, month);
    else if (!is_sure(s, best.saving))
        snprintf(text, sizeof text, "Cannot say whether to start %s in a month fixed now: the "
                 "best, %s, costs %s (NPV) more on average than never starting, which is within "
                 "the error.", s->name, month, money);
    else
        snprintf(text, sizeof text, "Do not start %s in a month fixed now: the best, %s, costs %s "
                 "(NPV) more on average than never starting.", s->name, month, money);
    say(file, s, text, true);
}

static void say_fixed(FILE *file, const ds_subject *s)
{
    const size_t best = ds_timing_best(s->t), count = ds_timing_month_count(s->t);
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT], month[NEVER_TEXT], until[NEVER_TEXT];
    size_t first = 0, last = 0;
    if (best == count) {
        size_t least = 0;
        for (size_t k = 1; k < count; k++)
            if (ds_timing_month_at(s->t, k).saving.value >
                ds_timing_month_at(s->t, least).saving.value)
                least = k;
        say_never(file, s, ds_timing_month_at(s->t, least));
        return;
    }
    find_flat(s, &first, &last);
    label_of(s, ds_timing_month_at(s->t, best).month, month);
    money_of(s, best_saving(s), money);
    const bool sure = is_sure(s, best_saving(s));
    const int used = snprintf(text, sizeof text, "%s %s in %s%s saves %s (NPV) on average against "
                              "never starting%s",
                              sure ? "Of all months fixed now, start"
                                   : "Cannot say whether to start",
                              s->name, month, sure ? ": it" : ", the best of all months: it", money,
                              sure ? "" : ", which is within the error");
    if (first < last && used > 0 && (size_t)used < sizeof text) {
        label_of(s, ds_timing_month_at(s->t, first).month, month);
        label_of(s, ds_timing_month_at(s->t, last).month, until);
        snprintf(text + used, sizeof text - (size_t)used, "; from %s to %s the months cannot be "
                 "told apart.", month, until);
    } else {
        strncat(text, ".", sizeof text - strlen(text) - 1);
    }
    say(file, s, text, true);
}

static void say_adaptive(FILE *file, const ds_subject *s)
{
    const ds_timing_rule rule = ds_timing_adaptive(s->t);
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT], never[DS_HUMAN_TEXT], month[NEVER_TEXT];
    /* of the half that rules are valued on: against its fixed month, or never starting */
    const char *than = ds_timing_fixed_month(s->t) < ds_timing_month_count(s->t)
                           ? "" : " than never starting";
    money_of(s, rule.ahead, money);
    ds_human_share(rule.never, s->style->utf8, never);
    label_of(s, rule.p50, month);
    if (rule.ahead.value == 0 && !(rule.ahead.se > 0))
        snprintf(text, sizeof text, "Waiting to see is worth nothing: no rule that was tried on "
                 "what can be seen does better than that.");
    else if (!is_sure(s, rule.ahead))
        snprintf(text, sizeof text, "Waiting to see is worth nothing that can be told from the "
                 "error: deciding month by month on %s saves %s %s%s.", ds_timing_watched(s->t),
                 money, rule.ahead.value < 0 ? "less" : "more", than);
    else if (rule.ahead.value > 0)
        snprintf(text, sizeof text, "Better wait and see: deciding month by month on %s saves %s "
                 "more%s. %s%s%s never starts in %s of futures.", ds_timing_watched(s->t), money,
                 than, strcmp(month, "never") == 0 ? "It" : "Half of the futures have started by ",
                 strcmp(month, "never") == 0 ? "" : month,
                 strcmp(month, "never") == 0 ? "" : "; it", never);
    else
        snprintf(text, sizeof text, "Deciding month by month on %s costs %s more: the months of "
                 "the fit misled it. Take the fixed month.", ds_timing_watched(s->t), money);
    say(file, s, text, true);
}

static void say_simple(FILE *file, const ds_subject *s)
{
    const ds_timing_threshold h = ds_timing_threshold_of(s->t);
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT], amount[DS_HUMAN_TEXT], from[NEVER_TEXT];
    char kept[DS_HUMAN_TEXT] = "";
    if (h.from >= ds_timing_horizon(s->t) || !(h.usd > 0))
        return;
    label_of(s, h.from, from);
    ds_human_money((ds_estimate){ h.usd, h.usd * 0.002 }, s->style->utf8, amount);
    char *error = strstr(amount, s->style->utf8 ? DS_TEXT_TIE "\xC2\xB1" : DS_TEXT_TIE "+/-");
    if (error != NULL)
        *error = '\0'; /* it is a choice, and exact */
    money_of(s, ds_timing_simple(s->t).ahead, money);
    if (!is_sure(s, ds_timing_simple(s->t).ahead)) {
        snprintf(text, sizeof text, "No simple rule was found that surely saves more than %s: the "
                 "best, to start in the first month from %s on that follows a bill above %s, saves "
                 "%s %s.", reference(s), from, amount, money,
                 ds_timing_simple(s->t).ahead.value < 0 ? "less" : "more");
        say(file, s, text, true);
        return;
    }
    const int used = snprintf(text, sizeof text, "As a simple rule: start in the first month from "
                              "%s on that follows a bill above %s. It saves %s %s than %s", from,
                              amount, money,
                              ds_timing_simple(s->t).ahead.value < 0 ? "less" : "more",
                              reference(s));
    if (isfinite(h.kept.value))
        ds_human_share(h.kept, s->style->utf8, kept);
    snprintf(text + used, sizeof text - (size_t)used, "%s%s%s.", kept[0] != '\0' ? ", " : "", kept,
             kept[0] != '\0' ? " of what watching does" : "");
    say(file, s, text, true);
}

/* One argument, to be pasted into a shell: names may hold blanks, quotes and worse. */
static void print_argument(FILE *file, const ds_subject *s, const char *pointer,
                           const char *value)
{
    char word[POINTER_TEXT + 64], quoted[2 * sizeof word];
    snprintf(word, sizeof word, "%s=%s", pointer, value);
    ds_text_shell(word, s->style->utf8, quoted, sizeof quoted);
    fprintf(file, "    --set %s\n", quoted);
}

static void print_set(FILE *file, const ds_subject *s)
{
    const ds_timing_threshold h = ds_timing_threshold_of(s->t);
    char pointer[POINTER_TEXT], from[NEVER_TEXT], number[DS_NUMBER_TEXT];
    if (h.from >= ds_timing_horizon(s->t))
        return;
    say(file, s, h.usd > 0 ? "The simple rule in a scenario:" : "That month in a scenario:", false);
    label_of(s, h.from, from);
    ds_number_exact(h.usd, number);
    for (size_t k = 0; k < ds_timing_model_count(s->t); k++) {
        if (ds_timing_pointer(s->t, k, "start", pointer, sizeof pointer))
            print_argument(file, s, pointer, from);
        if (h.usd > 0 && ds_timing_pointer(s->t, k, "start_when_usd_per_month_above", pointer,
                                           sizeof pointer))
            print_argument(file, s, pointer, number);
    }
}

static void say_bound(FILE *file, const ds_subject *s)
{
    char text[SENTENCE_TEXT], bound[DS_HUMAN_TEXT], gap[DS_HUMAN_TEXT];
    money_of(s, ds_timing_bound(s->t).ahead, bound);
    money_of(s, ds_timing_gap(s->t), gap);
    if (ds_timing_bound(s->t).ahead.value == 0 && !(ds_timing_bound(s->t).ahead.se > 0))
        snprintf(text, sizeof text, "No rule saves more than %s, not even one that knew from the "
                 "start how traffic and prices will grow.", reference(s));
    else
        snprintf(text, sizeof text, "No rule saves more than %s beyond %s, not even one that knew "
                 "from the start how traffic and prices will grow; that is %s from what watching "
                 "does.", bound, reference(s), gap);
    say(file, s, text, false);
}

/* ---- The rules ------------------------------------------------------------------ */

enum { RULES = 4, RULE_COLUMNS = 6 };

static void unit_of(ds_scale scale, char out[DS_CELL_TEXT])
{
    snprintf(out, DS_CELL_TEXT, "USD%s%s", scale.suffix[0] != '\0' ? " " : "", scale.suffix);
}

static void dash(const ds_subject *s, char *cell)
{
    snprintf(cell, DS_CELL_TEXT, "%s", s->style->utf8 ? "\xE2\x80\x93" : "-");
}

static void fill_rule(const ds_subject *s, ds_grid *grid, size_t row, const char *name,
                      ds_timing_rule rule, const ds_scale scales[2])
{
    const bool utf8 = s->style->utf8, known = isfinite(rule.never.value);
    char label[NEVER_TEXT];
    snprintf(ds_grid_cell(grid, row, 0), DS_CELL_TEXT, "%s", name);
    ds_human_estimate(rule.saving, scales[0], utf8, ds_grid_cell(grid, row, 1));
    if (row == 0)
        dash(s, ds_grid_cell(grid, row, 2));
    else
        ds_human_estimate(rule.ahead, scales[1], utf8, ds_grid_cell(grid, row, 2));
    if (!known) {
        dash(s, ds_grid_cell(grid, row, 3));
        dash(s, ds_grid_cell(grid, row, 4));
        dash(s, ds_grid_cell(grid, row, 5));
        return;
    }
    label_of(s, rule.p50, label);
    snprintf(ds_grid_cell(grid, row, 3), DS_CELL_TEXT, "%s", label);
    char early[NEVER_TEXT], late[NEVER_TEXT];
    label_of(s, rule.p05, early);
    label_of(s, rule.p95, late);
    snprintf(ds_grid_cell(grid, row, 4), DS_CELL_TEXT, "%s%s%s", early,
             strcmp(early, late) == 0 ? "" : " to ", strcmp(early, late) == 0 ? "" : late);
    ds_human_estimate(rule.never, ds_scale_percent, utf8, ds_grid_cell(grid, row, 5));
}

static ds_code print_rules(FILE *file, const ds_subject *s, ds_error *err)
{
    static const char *const titles[RULE_COLUMNS] = { "", "saving", "ahead of it", "start",
                                                      "nine in ten", "never" };
    const ds_timing_rule rules[RULES] = { ds_timing_fixed(s->t), ds_timing_adaptive(s->t),
                                          ds_timing_simple(s->t), ds_timing_bound(s->t) };
    static const char *const names[RULES] = { "fixed month", "watching", "simple rule",
                                              "at most" };
    double saving = 0, ahead = 0;
    ds_grid grid;
    for (size_t k = 0; k < RULES; k++) {
        saving = fmax(saving, fabs(rules[k].saving.value));
        ahead = fmax(ahead, fabs(rules[k].ahead.value));
    }
    const ds_scale scales[] = { ds_scale_of_money(saving), ds_scale_of_money(ahead) };
    if (!ds_grid_init(&grid, RULES, RULE_COLUMNS)) {
        if (err != NULL)
            *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
        return DS_E_NOMEM;
    }
    for (int c = 0; c < RULE_COLUMNS; c++) {
        grid.heads[c].group = c;
        snprintf(grid.heads[c].title, DS_CELL_TEXT, "%s", titles[c]);
    }
    unit_of(scales[0], grid.heads[1].unit);
    unit_of(scales[1], grid.heads[2].unit);
    snprintf(grid.heads[3].unit, DS_CELL_TEXT, "median");
    snprintf(grid.heads[5].unit, DS_CELL_TEXT, "%%");
    for (size_t k = 0; k < RULES; k++)
        fill_rule(s, &grid, k, names[k], rules[k], scales);
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return DS_OK;
}

/* ---- The months ------------------------------------------------------------------ */

enum { MONTH_COLUMNS = 5 };

/* Every n-th month, and the best; returns how many. */
static size_t choose_rows(const ds_subject *s, size_t rows[ROWS_MOST + 1])
{
    const size_t count = ds_timing_month_count(s->t), best = ds_timing_best(s->t);
    const size_t steps[] = { 1, 2, 3, 6, 12 };
    size_t step = 1, found = 0;
    for (size_t k = 0; k < sizeof steps / sizeof *steps && count > step * ROWS_MOST; k++)
        step = steps[k];
    while (count > step * ROWS_MOST)
        step += 12;
    for (size_t k = 0; k < count; k++)
        if (k % step == 0 || k == best)
            rows[found++] = k;
    return found;
}

static void fill_month(const ds_subject *s, ds_grid *grid, size_t row, size_t index,
                       const ds_scale scales[3])
{
    const ds_timing_month m = ds_timing_month_at(s->t, index);
    const bool utf8 = s->style->utf8;
    char label[NEVER_TEXT];
    label_of(s, m.month, label);
    snprintf(ds_grid_cell(grid, row, 0), DS_CELL_TEXT, "%s", label);
    ds_human_estimate(m.cost, scales[0], utf8, ds_grid_cell(grid, row, 1));
    ds_human_estimate(m.saving, scales[1], utf8, ds_grid_cell(grid, row, 2));
    if (index == ds_timing_best(s->t))
        snprintf(ds_grid_cell(grid, row, 3), DS_CELL_TEXT, "best");
    else
        ds_human_estimate(m.behind, scales[2], utf8, ds_grid_cell(grid, row, 3));
    ds_human_estimate(m.share, ds_scale_percent, utf8, ds_grid_cell(grid, row, 4));
}

static ds_code print_months(FILE *file, const ds_subject *s, ds_error *err)
{
    static const char *const titles[MONTH_COLUMNS] = { "start in", "cost NPV", "saving NPV",
                                                       "behind best", "watching" };
    size_t rows[ROWS_MOST + 1];
    const size_t count = choose_rows(s, rows);
    double cost = fabs(ds_timing_never_cost(s->t).value), saving = 0, behind = 0;
    ds_grid grid;
    for (size_t k = 0; k < count; k++) {
        const ds_timing_month m = ds_timing_month_at(s->t, rows[k]);
        saving = fmax(saving, fabs(m.saving.value));
        behind = fmax(behind, fabs(m.behind.value));
    }
    const ds_scale scales[] = { ds_scale_of_money(cost), ds_scale_of_money(saving),
                                ds_scale_of_money(behind) };
    if (!ds_grid_init(&grid, count, MONTH_COLUMNS)) {
        if (err != NULL)
            *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
        return DS_E_NOMEM;
    }
    for (int c = 0; c < MONTH_COLUMNS; c++) {
        grid.heads[c].group = c;
        snprintf(grid.heads[c].title, DS_CELL_TEXT, "%s", titles[c]);
        if (c > 0 && c < 4)
            unit_of(scales[c - 1], grid.heads[c].unit);
    }
    snprintf(grid.heads[4].unit, DS_CELL_TEXT, "starts, %%");
    for (size_t k = 0; k < count; k++)
        fill_month(s, &grid, k, rows[k], scales);
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return DS_OK;
}

/* ---- Notes -------------------------------------------------------------------------- */

static void print_notes(FILE *file, const ds_subject *s)
{
    char text[SENTENCE_TEXT], name[DS_QUOTED_TEXT], month[NEVER_TEXT];
    const size_t fixed = ds_timing_fixed_month(s->t);
    const uint64_t other = ds_timing_paths(s->t) - ds_timing_fit_paths(s->t);
    label_of(s, fixed < ds_timing_month_count(s->t) ? ds_timing_month_at(s->t, fixed).month
                                                     : ds_timing_horizon(s->t), month);
    snprintf(text, sizeof text, "Rules are found on %" PRIu64 " futures and valued on %" PRIu64
             " others; the fixed month is the best of the former (%s). They see what a month has "
             "shown when it is over, and start in the next one. Savings are against never "
             "starting in the same future; %s is one standard error, smaller for rules, from "
             "which pure surprise is taken off.",
             ds_timing_fit_paths(s->t), other, month, s->style->utf8 ? "\xC2\xB1" : "+/-");
    say(file, s, text, false);
    ds_text_quote(ds_scenario_name(s->scenario), s->style, name);
    snprintf(text, sizeof text, "Scenario %s (%s), %" PRIu64 " paths, seed %" PRIu64 ".", name,
             ds_scenario_hash(s->scenario), ds_timing_paths(s->t), ds_timing_seed(s->t));
    say(file, s, text, false);
}

/* "`distil`", or "`student` of `distil`" when the others start as the scenario says. */
static void name_subject(ds_subject *s)
{
    char strategy[DS_QUOTED_TEXT], student[DS_QUOTED_TEXT];
    ds_text_quote(ds_timing_strategy(s->t), s->style, strategy);
    if (ds_timing_alone(s->t) && ds_timing_model_count(s->t) > 0) {
        ds_text_quote(ds_timing_model(s->t, 0), s->style, student);
        snprintf(s->name, sizeof s->name, "%s of %s", student, strategy);
    } else {
        snprintf(s->name, sizeof s->name, "%s", strategy);
    }
}

ds_code ds_timing_table(FILE *file, const ds_scenario *scenario, const ds_timing *timing,
                        const ds_style *style, ds_error *err)
{
    ds_subject s = { scenario, timing, style, "" };
    name_subject(&s);
    say_fixed(file, &s);
    say_adaptive(file, &s);
    say_simple(file, &s);
    putc('\n', file);
    ds_code code = print_rules(file, &s, err);
    if (code == DS_OK) {
        putc('\n', file);
        say_bound(file, &s);
        print_set(file, &s);
        putc('\n', file);
        code = print_months(file, &s, err);
    }
    if (code == DS_OK) {
        putc('\n', file);
        print_notes(file, &s);
    }
    return code;
}
