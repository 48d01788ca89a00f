/* choice_others.c -- for people: how a choice changes with one value, and whether it holds
 * under several views of the future.  See choice_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/choice_report.h"
#include "output/grid.h"

enum { SENTENCE_TEXT = 2048, HEAD_COLUMNS = 14 };

static ds_code no_memory(ds_error *err)
{
    if (err != NULL)
        *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
    return DS_E_NOMEM;
}

static void say(FILE *file, const ds_style *style, const char *sentence)
{
    fputs(ds_style_code(style, DS_STYLE_BOLD), file);
    ds_text_wrap(file, sentence, style->width, 0, 0);
    fputs(ds_style_code(style, DS_STYLE_PLAIN), file);
}

static void head(ds_grid *grid, size_t column, const char *title, const char *unit, int group,
                 bool utf8)
{
    grid->heads[column].group = group;
    ds_text_clean(title, utf8, grid->heads[column].title, DS_CELL_TEXT);
    ds_text_fit(grid->heads[column].title, HEAD_COLUMNS, utf8);
    snprintf(grid->heads[column].unit, DS_CELL_TEXT, "%s", unit);
}

static bool is_money(size_t outcome)
{
    return strcmp(ds_outcome_at(outcome)->unit, "USD") == 0;
}

static ds_scale scale_for(size_t outcome, double largest)
{
    return is_money(outcome) || largest >= 1e5 ? ds_scale_of_money(largest) : ds_scale_one;
}

static void unit_for(size_t outcome, ds_scale scale, char out[DS_CELL_TEXT])
{
    const char *unit = ds_outcome_at(outcome)->unit;
    const char *gap = scale.suffix[0] != '\0' ? " " : "";
    if (is_money(outcome))
        snprintf(out, DS_CELL_TEXT, "USD%s%s", gap, scale.suffix);
    else
        snprintf(out, DS_CELL_TEXT, "%s%s%.20s", scale.suffix, gap,
                 strcmp(unit, "1") == 0 ? "" : unit);
}

/* ---- Over one value ------------------------------------------------------------------ */

static const char *unit_of(const ds_acceptability_report *r)
{
    for (size_t i = 0; i < ds_scenario_input_count(r->scenario); i++) {
        ds_input_info input = ds_scenario_input(r->scenario, i);
        if (strcmp(input.pointer, r->pointer) == 0)
            return strcmp(input.unit, "1") != 0 ? input.unit : "";
    }
    return "";
}

/* "`stay` up to 0.61 ± 0.02 USD, then `distil`." */
static void say_frontier(FILE *file, const ds_acceptability_report *r, const ds_style *style)
{
    const ds_acceptability *a = r->found;
    char                    text[SENTENCE_TEXT], name[DS_QUOTED_TEXT], at[DS_HUMAN_TEXT];
    size_t                  used = 0;

    ds_text_quote(ds_acceptability_name(a, ds_acceptability_best(a, 0)), style, name);
    if (ds_acceptability_switches(a) == 0) {
        snprintf(text, sizeof text, "%s has the least mean at all %zu values, from %.6g to %.6g.",
                 name, ds_acceptability_points(a), ds_acceptability_value(a, 0),
                 ds_acceptability_value(a, ds_acceptability_points(a) - 1));
        say(file, style, text);
        return;
    }
    used = (size_t)snprintf(text, sizeof text, "%s has the least mean up to ", name);
    for (size_t i = 0; i < ds_acceptability_switches(a) && used < sizeof text - 256; i++) {
        ds_acceptance_switch s = ds_acceptability_switch(a, i);
        const char          *unit = unit_of(r);
        ds_human_estimate(s.at, ds_scale_one, style->utf8, at);
        ds_text_quote(ds_acceptability_name(a, s.after), style, name);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%.24s, then %s",
                                 i > 0 ? " up to " : "", at, unit[0] != '\0' ? " " : "", unit,
                                 name);
    }
    snprintf(text + used, sizeof text - used, ".");
    say(file, style, text);
}

/* At how many values it is not sure which has the least mean. */
static void say_doubt(FILE *file, const ds_acceptability_report *r, const ds_style *style)
{
    const ds_acceptability *a = r->found;
    size_t                  unsure = 0, other = 0, perhaps = 0;
    char                    text[SENTENCE_TEXT], more[80] = "";

    for (size_t p = 0; p < ds_acceptability_points(a); p++) {
        double low, high;
        bool   sure = false, may = false;
        ds_acceptability_margin_interval(a, p, &low, &high);
        unsure += low > 0 ? 0 : 1;
        for (size_t s = 0; s < ds_acceptability_strategies(a); s++) {
            const ds_behind likelier = ds_acceptability_at(a, p, s).likelier;
            sure = sure || likelier.sure;
            may = may || likelier.difference.value > 0;
        }
        other += sure ? 1 : 0;
        perhaps += may && !sure ? 1 : 0;
    }
    if (perhaps > 0 && other > 0)
        snprintf(more, sizeof more, " (at %zu more it may be, within the error)", perhaps);
    else if (perhaps > 0)
        snprintf(more, sizeof more, ", within the error");
    if (other + perhaps > 0) {
        snprintf(text, sizeof text,
                 "At %zu of %zu values another strategy is the cheapest in more futures than the "
                 "one of least mean%s: the mean decides, the share says how often one will be "
                 "sorry.",
                 other > 0 ? other : perhaps, ds_acceptability_points(a), more);
        ds_text_wrap(file, text, style->width, 0, 0);
    }
    if (unsure > 0) {
        snprintf(text, sizeof text,
                 "At %zu of %zu values the least mean is within the error of the next (marked ~).",
                 unsure, ds_acceptability_points(a));
        ds_text_wrap(file, text, style->width, 0, 0);
    }
}

enum { FIXED = 3 }; /* best by mean, its P(best), its margin */

static void fill_point(const ds_acceptability_report *r, ds_grid *grid, size_t p, ds_scale money,
                       bool utf8)
{
    const ds_acceptability *a = r->found;
    const size_t best = ds_acceptability_best(a, p);
    double       low, high;
    char         name[DS_CELL_TEXT];

    snprintf(ds_grid_cell(grid, p, 0), DS_CELL_TEXT, "%.6g", ds_acceptability_value(a, p));
    ds_acceptability_margin_interval(a, p, &low, &high);
    ds_text_clean(ds_acceptability_name(a, best), utf8, name, sizeof name - 2);
    ds_text_fit(name, HEAD_COLUMNS, utf8);
    snprintf(ds_grid_cell(grid, p, 1), DS_CELL_TEXT, "%s%.60s", low > 0 ? "" : "~", name);
    const ds_acceptance it = ds_acceptability_at(a, p, best);
    ds_human_estimate((ds_estimate){ it.best.value, it.best.se }, ds_scale_percent, utf8,
                      ds_grid_cell(grid, p, 2));
    ds_human_estimate(ds_acceptability_margin(a, p), money, utf8, ds_grid_cell(grid, p, 3));
    for (size_t s = 0; s < ds_acceptability_strategies(a); s++) {
        const ds_acceptance of = ds_acceptability_at(a, p, s);
        ds_human_estimate((ds_estimate){ of.best.value, of.best.se }, ds_scale_percent, utf8,
                          ds_grid_cell(grid, p, 1 + FIXED + s));
    }
}

static ds_code print_points(FILE *file, const ds_acceptability_report *r, const ds_style *style,
                            ds_error *err)
{
    const ds_acceptability *a = r->found;
    ds_grid                 grid;
    double                  largest = 0;
    char                    unit[DS_CELL_TEXT];

    if (!ds_grid_init(&grid, ds_acceptability_points(a),
                      1 + FIXED + ds_acceptability_strategies(a)))
        return no_memory(err);
    for (size_t p = 0; p < ds_acceptability_points(a); p++)
        largest = fmax(largest, ds_acceptability_margin(a, p).value);
    const ds_scale scale = scale_for(r->outcome, largest);
    unit_for(r->outcome, scale, unit);
    snprintf(grid.heads[0].title, DS_CELL_TEXT, "value");
    ds_text_clean(unit_of(r), style->utf8, grid.heads[0].unit, 24);
    head(&grid, 1, "best by mean", "", 1, style->utf8);
    head(&grid, 2, "its P(best)", "%", 1, style->utf8);
    head(&grid, 3, "margin", unit, 1, style->utf8);
    for (size_t s = 0; s < ds_acceptability_strategies(a); s++)
        head(&grid, 1 + FIXED + s, ds_acceptability_name(a, s), "%", (int)(2 + s), style->utf8);
    for (size_t p = 0; p < ds_acceptability_points(a); p++)
        fill_point(r, &grid, p, scale, style->utf8);
    ds_grid_print(file, &grid, style);
    ds_grid_release(&grid);
    return DS_OK;
}

ds_code ds_acceptability_table(FILE *file, const ds_acceptability_report *r,
                               const ds_style *style, ds_error *err)
{
    char text[SENTENCE_TEXT], pointer[300], name[DS_QUOTED_TEXT];

    say_frontier(file, r, style);
    say_doubt(file, r, style);
    ds_text_clean(r->pointer, style->utf8, pointer, sizeof pointer);
    fprintf(file, "\n%s\n", pointer);
    const ds_code code = print_points(file, r, style, err);
    if (code != DS_OK)
        return code;
    putc('\n', file);
    snprintf(text, sizeof text,
             "Under each strategy: P(best), the share of futures in which its %s is the least, "
             "ties split. All values share their futures; where another becomes the best is read "
             "from a straight line between two values. %s is one standard error.",
             ds_outcome_at(r->outcome)->name, style->utf8 ? "\xC2\xB1" : "+/-");
    ds_text_wrap(file, text, style->width, 4, 0);
    ds_text_quote(ds_scenario_name(r->scenario), style, name);
    snprintf(text, sizeof text,
             "Scenario %s (%s), %zu values, %" PRIu64 " paths each, seed %" PRIu64 ".", name,
             ds_scenario_hash(r->scenario), ds_acceptability_points(r->found),
             ds_acceptability_paths(r->found), r->seed);
    ds_text_wrap(file, text, style->width, 4, 0);
    return DS_OK;
}

/* ---- Several views --------------------------------------------------------------------- */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "`a` or `b`" of those that may have the least by a rule */
static void list_candidates(const ds_views *v, ds_robust_rule rule, const ds_style *style,
                            char *out, size_t size)
{
    size_t total = 0, said = 0, used = 0;

    out[0] = '\0';
    for (size_t s = 0; s < ds_views_strategies(v); s++)
        total += ds_views_of(v, s).more[rule].sure ? 0 : 1;
    for (size_t s = 0; s < ds_views_strategies(v) && used + DS_QUOTED_TEXT + 8 < size; s++) {
        char name[DS_QUOTED_TEXT];
        if (ds_views_of(v, s).more[rule].sure)
            continue;
        ds_text_quote(ds_views_strategy(v, s), style, name);
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 said == 0 ? "" : said + 1 == total ? " or " : ", ", name);
        said++;
    }
}

/* What the next has more, and whether that is more than error. */
static void gap_text(const ds_views_report *r, const ds_ranking *of, const ds_style *style,
                     char *out, size_t size)
{
    char next[DS_QUOTED_TEXT], amount[DS_HUMAN_TEXT + 32];

    ds_text_quote(ds_views_strategy(r->views, of->rival), style, next);
    ds_choice_amount(r->outcome, of->rival_difference, style->utf8, amount);
    snprintf(out, size, "%s less than %s%s", amount, next, ds_choice_doubt(of));
}

static void say_robust(FILE *file, const ds_views_report *r, const ds_style *style)
{
    const ds_views        *v = r->views;
    const size_t           views = ds_views_count(v);
    const ds_ranking       rank = ds_views_ranking(v, DS_ROBUST_WORST);
    const ds_view_strategy of = ds_views_of(v, rank.named);
    char text[SENTENCE_TEXT], name[DS_QUOTED_TEXT], where[DS_QUOTED_TEXT], names[512] = "";
    char most[DS_HUMAN_TEXT + 32], gap[DS_QUOTED_TEXT + DS_HUMAN_TEXT + 64];
    char best[80] = "", near[80] = "";

    if (of.sure_best_views < of.best_views)
        snprintf(best, sizeof best, " (within the error in %zu)",
                 of.best_views - of.sure_best_views);
    if (of.unsure_near_views > 0)
        snprintf(near, sizeof near, " (cannot say in %zu)", of.unsure_near_views);
    ds_text_quote(ds_views_strategy(v, rank.named), style, name);
    ds_text_quote(ds_views_name(v, of.worst_view), style, where);
    ds_choice_amount(r->outcome, of.worst_regret, style->utf8, most);
    gap_text(r, &rank, style, gap, sizeof gap);
    if (!rank.sure)
        list_candidates(v, DS_ROBUST_WORST, style, names, sizeof names);
    if (of.best_views == views)
        snprintf(text, sizeof text,
                 "%s%s: %s has the least mean in every one of the %zu views%s; its greatest "
                 "regret is %s.",
                 rank.sure ? "Robust" : "Cannot say which is robust, ", names, name, views, best,
                 gap);
    else
        snprintf(text, sizeof text,
                 "%s%s: %s is at most %s above the best of any view (in %s), %s; it is the best "
                 "in %zu of %zu views%s, and within %.3g %% of the best in %zu%s.",
                 rank.sure ? "Robust" : "Cannot say which is robust, ", names, name, most, where,
                 gap, of.best_views, views, best, 100 * ds_views_near(v), of.near_views, near);
    say(file, style, text);
}

static void say_mean_regret(FILE *file, const ds_views_report *r, const ds_style *style)
{
    const ds_views  *v = r->views;
    const ds_ranking rank = ds_views_ranking(v, DS_ROBUST_MEAN);
    char text[SENTENCE_TEXT], name[DS_QUOTED_TEXT], amount[DS_HUMAN_TEXT + 32], names[512];
    char gap[DS_QUOTED_TEXT + DS_HUMAN_TEXT + 64];

    ds_text_quote(ds_views_strategy(v, rank.named), style, name);
    ds_choice_amount(r->outcome, ds_views_of(v, rank.named).mean_regret, style->utf8, amount);
    gap_text(r, &rank, style, gap, sizeof gap);
    if (rank.sure) {
        snprintf(text, sizeof text, "Least mean regret over the views: %s, %s, %s.", name, amount,
                 gap);
    } else {
        list_candidates(v, DS_ROBUST_MEAN, style, names, sizeof names);
        snprintf(text, sizeof text,
                 "Cannot say which has the least mean regret over the views, %s: %s has, %s, %s.",
                 names, name, amount, gap);
    }
    ds_text_wrap(file, text, style->width, 0, 0);
}

static void say_best_of_views(FILE *file, const ds_views_report *r, const ds_style *style)
{
    const ds_views *v = r->views;

    for (size_t k = 0; k < ds_views_count(v); k++) {
        const ds_ranking lead = ds_views_lead(v, k);
        char text[SENTENCE_TEXT], view[DS_QUOTED_TEXT], name[DS_QUOTED_TEXT];
        char amount[DS_HUMAN_TEXT + 32], gap[DS_QUOTED_TEXT + DS_HUMAN_TEXT + 64];
        ds_text_quote(ds_views_name(v, k), style, view);
        ds_text_quote(ds_views_strategy(v, lead.named), style, name);
        ds_choice_amount(r->outcome, ds_views_at(v, k, lead.named).mean, style->utf8, amount);
        gap_text(r, &lead, style, gap, sizeof gap);
        snprintf(text, sizeof text, "%s %s: %s, %s, %s.",
                 lead.sure ? "Best in" : "Cannot say which is best in", view, name, amount, gap);
        ds_text_wrap(file, text, style->width, 4, 0);
    }
}

/* One column a view, then those of all. */
static void fill_strategy(const ds_views_report *r, ds_grid *grid, size_t s, ds_scale scale,
                          bool utf8)
{
    const ds_views        *v = r->views;
    const size_t           views = ds_views_count(v);
    const ds_view_strategy of = ds_views_of(v, s);

    ds_text_clean(ds_views_strategy(v, s), utf8, ds_grid_cell(grid, s, 0), DS_CELL_TEXT);
    for (size_t k = 0; k < views; k++) {
        if (ds_views_best(v, k) == s)
            snprintf(ds_grid_cell(grid, s, 1 + k), DS_CELL_TEXT, "best");
        else
            ds_human_estimate(ds_views_at(v, k, s).regret, scale, utf8,
                              ds_grid_cell(grid, s, 1 + k));
    }
    ds_human_estimate(of.worst_regret, scale, utf8, ds_grid_cell(grid, s, 1 + views));
    ds_human_estimate(of.mean_regret, scale, utf8, ds_grid_cell(grid, s, 2 + views));
    snprintf(ds_grid_cell(grid, s, 3 + views), DS_CELL_TEXT, "%.0f", 100 * of.best_weight);
    snprintf(ds_grid_cell(grid, s, 4 + views), DS_CELL_TEXT, "%.0f", 100 * of.near_weight);
}

static ds_code print_regrets(FILE *file, const ds_views_report *r, const ds_style *style,
                             ds_error *err)
{
    const ds_views *v = r->views;
    const size_t    views = ds_views_count(v);
    ds_grid         grid;
    char            unit[DS_CELL_TEXT], near[DS_CELL_TEXT];
    double          largest = 0;

    if (!ds_grid_init(&grid, ds_views_strategies(v), 5 + views))
        return no_memory(err);
    for (size_t s = 0; s < ds_views_strategies(v); s++)
        largest = fmax(largest, ds_views_of(v, s).worst_regret.value);
    const ds_scale scale = scale_for(r->outcome, largest);
    unit_for(r->outcome, scale, unit);
    snprintf(grid.heads[0].title, DS_CELL_TEXT, "regret of");
    for (size_t k = 0; k < views; k++) {
        char label[DS_CELL_TEXT];
        snprintf(label, sizeof label, "view %zu", k + 1);
        head(&grid, 1 + k, label, unit, (int)(1 + k), style->utf8);
    }
    snprintf(near, sizeof near, "within %.3g %%", 100 * ds_views_near(v));
    head(&grid, 1 + views, "worst", unit, (int)(1 + views), style->utf8);
    head(&grid, 2 + views, "mean", unit, (int)(1 + views), style->utf8);
    head(&grid, 3 + views, "best in", "% of views", (int)(2 + views), style->utf8);
    head(&grid, 4 + views, near, "% of views", (int)(2 + views), style->utf8);
    for (size_t s = 0; s < ds_views_strategies(v); s++)
        fill_strategy(r, &grid, s, scale, style->utf8);
    ds_grid_print(file, &grid, style);
    ds_grid_release(&grid);
    return DS_OK;
}

ds_code ds_views_table(FILE *file, const ds_views_report *r, const ds_style *style,
                       ds_error *err)
{
    const ds_views *v = r->views;
    char            text[SENTENCE_TEXT], name[DS_QUOTED_TEXT];

    say_robust(file, r, style);
    say_mean_regret(file, r, style);
    say_best_of_views(file, r, style);
    putc('\n', file);
    const ds_code code = print_regrets(file, r, style, err);
    if (code != DS_OK)
        return code;
    putc('\n', file);
    snprintf(text, sizeof text,
             "Regret in a view: mean %s less that of the best strategy there, paired by future; "
             "worst and mean are over the views, by their weights. %s is one standard error of the "
             "simulation; which views there are is yours.",
             ds_outcome_at(r->outcome)->name, style->utf8 ? "\xC2\xB1"
                                                                               : "+/-");
    ds_text_wrap(file, text, style->width, 4, 0);
    for (size_t k = 0; k < ds_views_count(v); k++) {
        ds_text_quote(ds_views_name(v, k), style, name);
        snprintf(text, sizeof text,
                 "View %zu: %s (%s), weight %.3g %%, %" PRIu64 " path%s, seed %" PRIu64 ".", k + 1,
                 name, ds_scenario_hash(r->scenarios[k]), 100 * ds_views_weight(v, k),
                 ds_views_paths(v, k), plural((size_t)ds_views_paths(v, k)), r->seed);
        ds_text_wrap(file, text, style->width, 4, 0);
    }
    return DS_OK;
}
