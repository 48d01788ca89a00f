/* choice_answer.c -- the choice of one scenario for people: sentences, three tables, notes.
 * See choice_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/choice_report.h"
#include "output/grid.h"

enum { SENTENCE_TEXT = 1536 };

static bool is_money(size_t outcome)
{
    return strcmp(ds_outcome_at(outcome)->unit, "USD") == 0;
}

void ds_choice_amount(size_t outcome, ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT + 32])
{
    if (is_money(outcome)) {
        ds_human_money(e, utf8, text);
        return;
    }
    char        number[DS_HUMAN_TEXT];
    const char *unit = ds_outcome_at(outcome)->unit;
    const bool  counted = unit[strcspn(unit, "/1 ")] == '\0'; /* "month", "answer" */
    ds_human_count(e, utf8, number);
    snprintf(text, DS_HUMAN_TEXT + 32, "%.60s%s%.24s%s", number,
             strcmp(unit, "1") == 0 ? "" : DS_TEXT_TIE, strcmp(unit, "1") == 0 ? "" : unit,
             counted ? "s" : "");
}

/* What is being said, of whom, and how. */
typedef struct {
    const ds_choice *choice;
    const ds_style  *style;
    size_t           outcome;
} ds_subject;

static const ds_choice_strategy *best_of(const ds_subject *s)
{
    return ds_choice_at(s->choice, ds_choice_best(s->choice));
}

static void say(FILE *file, const ds_subject *s, const char *sentence, bool bold)
{
    fputs(bold ? ds_style_code(s->style, DS_STYLE_BOLD) : "", file);
    ds_text_wrap(file, sentence, s->style->width, 0, 0);
    fputs(bold ? ds_style_code(s->style, DS_STYLE_PLAIN) : "", file);
}

const char *ds_choice_doubt(const ds_ranking *r)
{
    const ds_estimate d = r->rival_difference;
    if (r->sure)
        return "";
    if (isnan(d.se))
        return ", too few futures for an error";
    /* the factor for an error of two futures, or for many strategies, is more than two */
    return d.value > 2 * d.se ? ", too few such futures to be sure" : ", within the error";
}

/* ---- Sentences ----------------------------------------------------------------------- */

/* "`a`, `b` and `c`" of those that have a property; how many they are. */
static size_t list_names(const ds_subject *s, bool (*has)(const ds_choice_strategy *),
                         const char *last, char *out, size_t size)
{
    size_t total = 0, said = 0, used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ds_choice_count(s->choice); i++)
        total += has(ds_choice_at(s->choice, i));
    for (size_t i = 0; i < ds_choice_count(s->choice) && used + DS_QUOTED_TEXT + 8 < size; i++) {
        char name[DS_QUOTED_TEXT];
        if (!has(ds_choice_at(s->choice, i)))
            continue;
        ds_text_quote(ds_choice_at(s->choice, i)->name, s->style, name);
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 said == 0 ? "" : said + 1 == total ? last : ", ", name);
        said++;
    }
    return total;
}

static bool may_be_best(const ds_choice_strategy *s)
{
    return s->may_be_best;
}

/* It costs what the best costs in every future. */
static bool is_the_same(const ds_choice_strategy *s)
{
    return fabs(s->behind.value) <= 0 && s->behind.se <= 0;
}

static bool may_be_best_too(const ds_choice_strategy *s)
{
    return s->may_be_best && !is_the_same(s);
}

static bool is_efficient(const ds_choice_strategy *s)
{
    return s->efficient == DS_EFFICIENCY_YES;
}

static bool may_be_efficient(const ds_choice_strategy *s)
{
    return s->efficient == DS_EFFICIENCY_UNSURE;
}

/* May it have the least of what a rule looks at? */
static bool may_tail(const ds_choice_strategy *s) { return !s->more[DS_RULE_CVAR].sure; }
static bool may_p95(const ds_choice_strategy *s) { return !s->more[DS_RULE_REGRET_P95].sure; }
static bool may_max(const ds_choice_strategy *s) { return !s->more[DS_RULE_REGRET_MAX].sure; }

/* "costs least", or which outcome it has least of */
static void verb(const ds_subject *s, char *out, size_t size)
{
    if (is_money(s->outcome) && strncmp(ds_outcome_at(s->outcome)->name, "cost_", 5) == 0)
        snprintf(out, size, "costs least");
    else
        snprintf(out, size, "has the least %s", ds_outcome_at(s->outcome)->name);
}

static const char *money_kind(const ds_subject *s)
{
    return strcmp(ds_outcome_at(s->outcome)->name, "cost_npv_usd") == 0 ? " (NPV)" : "";
}

/* The end of an interval: as many digits as the error of the middle has earned. */
static void end_amount(const ds_subject *s, double end, double se, char out[DS_HUMAN_TEXT + 32])
{
    char           number[DS_HUMAN_TEXT];
    const ds_scale scale = is_money(s->outcome) ? ds_scale_of_money(end) : ds_scale_of_count(end);
    ds_human_value((ds_estimate){ end, se }, scale, number);
    snprintf(out, DS_HUMAN_TEXT + 32, "%s%.60s%s%s", is_money(s->outcome) ? "USD" DS_TEXT_TIE : "",
             number, scale.suffix[0] != '\0' ? DS_TEXT_TIE : "", scale.suffix);
}

/* No future tells the runner-up from the best. */
static bool nothing_between(const ds_subject *s)
{
    ds_estimate margin = ds_choice_margin(s->choice);
    return fabs(margin.value) <= 0 && margin.se <= 0;
}

static void say_best(FILE *file, const ds_subject *s)
{
    char        best[DS_QUOTED_TEXT], next[DS_QUOTED_TEXT], does[80], mean[DS_HUMAN_TEXT + 32];
    char        margin[DS_HUMAN_TEXT + 32], low[DS_HUMAN_TEXT + 32], high[DS_HUMAN_TEXT + 32];
    char        share[DS_HUMAN_TEXT], sentence[SENTENCE_TEXT], names[512];
    const bool  utf8 = s->style->utf8;
    ds_estimate m = ds_choice_margin(s->choice);
    double      from, to;

    ds_text_quote(best_of(s)->name, s->style, best);
    ds_text_quote(ds_choice_at(s->choice, ds_choice_runner_up(s->choice))->name, s->style, next);
    ds_choice_margin_interval(s->choice, &from, &to);
    verb(s, does, sizeof does);
    ds_choice_amount(s->outcome, best_of(s)->mean, utf8, mean);
    ds_choice_amount(s->outcome, m, utf8, margin);
    end_amount(s, from, m.se, low);
    end_amount(s, to, m.se, high);
    ds_human_share((ds_estimate){ best_of(s)->best.value, best_of(s)->best.se }, utf8, share);
    if (from > 0) {
        snprintf(sentence, sizeof sentence,
                 "%s %s: %s%s on average, %s less than the runner-up, %s; it %s in %s%s of "
                 "futures.",
                 best, does, mean, money_kind(s), margin, next,
                 is_money(s->outcome) ? "is the cheapest" : "has the least",
                 best_of(s)->best.value < 0.5 ? "only " : "", share);
    } else if (nothing_between(s)) {
        list_names(s, is_the_same, " and ", names, sizeof names);
        snprintf(sentence, sizeof sentence,
                 "Cannot say which %s: between %s, %s%s on average, there is no difference in any "
                 "future.",
                 does, names, mean, money_kind(s));
        if (list_names(s, may_be_best_too, " and ", names, sizeof names) > 0)
            snprintf(sentence + strlen(sentence), sizeof sentence - strlen(sentence),
                     " Within the error %s may be better; more paths (--paths) may tell.", names);
    } else if (ds_choice_paths(s->choice) == 1) {
        snprintf(sentence, sizeof sentence,
                 "Cannot say from one future which %s: in it %s does, %s%s, %s less than %s.",
                 does, best, mean, money_kind(s), margin, next);
    } else {
        list_names(s, may_be_best, " and ", names, sizeof names);
        snprintf(sentence, sizeof sentence,
                 "Cannot say which %s: %s does in these futures, %s%s on average, %s less than the "
                 "next, %s; but within the error any of %s may be best. More paths (--paths) may "
                 "tell.",
                 does, best, mean, money_kind(s), margin, next, names);
    }
    say(file, s, sentence, true);
    if (from > 0 && to > from) {
        snprintf(sentence, sizeof sentence,
                 "The margin is %s to %s (95 %%; that the best was chosen by the same futures is "
                 "counted in).", low, high);
        say(file, s, sentence, false);
    }
}

static void say_other_side(FILE *file, const ds_subject *s)
{
    char        best[DS_QUOTED_TEXT], next[DS_QUOTED_TEXT], amount[DS_HUMAN_TEXT + 32];
    char        sentence[SENTENCE_TEXT];
    const ds_choice_strategy *other = ds_choice_at(s->choice, ds_choice_runner_up(s->choice));
    ds_estimate gain = other->best_case;

    ds_text_quote(best_of(s)->name, s->style, best);
    ds_text_quote(other->name, s->style, next);
    if (!isfinite(gain.value) || nothing_between(s))
        return;
    if (gain.value == 0) /* they are the same even there */
        return;
    gain.value = fabs(gain.value);
    ds_choice_amount(s->outcome, gain, s->style->utf8, amount);
    snprintf(sentence, sizeof sentence,
             "In the best %.3g %% of futures for %s, %s %s %s %s than %s.",
             100 * (1 - ds_choice_cvar_level(s->choice)), next,
             other->best_case.value > 0 ? "it" : "even then it",
             is_money(s->outcome) ? "costs" : "has", amount,
             other->best_case.value > 0 ? "less" : "more", best);
    say(file, s, sentence, false);
}

/* A rule in words. */
typedef struct {
    ds_choice_rule rule;
    const char    *what, *before, *after; /* the amount                           */
    bool         (*may)(const ds_choice_strategy *);
    ds_estimate  (*of)(const ds_choice_strategy *);
} ds_spoken;

static ds_estimate regret_p95(const ds_choice_strategy *s) { return s->regret_p95; }
static ds_estimate regret_max(const ds_choice_strategy *s) { return s->regret_max; }
static ds_estimate cvar(const ds_choice_strategy *s) { return s->cvar; }

static const ds_spoken spoken[] = {
    { DS_RULE_REGRET_P95, "to regret in 95 % of futures", "at most ", " more than the best there",
      may_p95, regret_p95 },
    { DS_RULE_REGRET_MAX, "to regret in the worst future seen", "", " there", may_max, regret_max },
    { DS_RULE_CVAR, "in the bad tail", "", " on average", may_tail, cvar },
};

/* Have those that may have the least, more than one, the same of it in all futures? */
static bool all_the_same(const ds_subject *s, ds_choice_rule rule)
{
    bool same = !ds_choice_ranking(s->choice, rule).sure;
    for (size_t i = 0; i < ds_choice_count(s->choice); i++) {
        const ds_behind more = ds_choice_at(s->choice, i)->more[rule];
        same = same && (more.sure || (fabs(more.difference.value) <= 0 && more.difference.se <= 0));
    }
    return same;
}

/* Who is named, and how far the next is; or who may be, when that is within the error. */
static void say_rule(FILE *file, const ds_subject *s, const ds_spoken *it)
{
    const ds_ranking r = ds_choice_ranking(s->choice, it->rule);
    char named[DS_QUOTED_TEXT], next[DS_QUOTED_TEXT], names[512], amount[DS_HUMAN_TEXT + 32];
    char gap[DS_HUMAN_TEXT + 32], much[DS_HUMAN_TEXT + 96], sentence[SENTENCE_TEXT];

    ds_text_quote(ds_choice_at(s->choice, r.named)->name, s->style, named);
    ds_text_quote(ds_choice_at(s->choice, r.rival)->name, s->style, next);
    ds_choice_amount(s->outcome, it->of(ds_choice_at(s->choice, r.named)), s->style->utf8, amount);
    ds_choice_amount(s->outcome, r.rival_difference, s->style->utf8, gap);
    snprintf(much, sizeof much, "%s%s%s", it->before, amount, it->after);
    if (all_the_same(s, it->rule)) {
        list_names(s, it->may, " and ", names, sizeof names);
        snprintf(sentence, sizeof sentence, "Least %s: %s, the same, %s.", it->what, names, much);
    } else if (r.sure) {
        snprintf(sentence, sizeof sentence, "Least %s: %s, %s, %s less than %s.", it->what, named,
                 much, gap, next);
    } else {
        list_names(s, it->may, " or ", names, sizeof names);
        snprintf(sentence, sizeof sentence,
                 "Cannot say which is least %s, %s: in these futures %s is, %s, %s less than %s%s.",
                 it->what, names, named, much, gap, next, ds_choice_doubt(&r));
    }
    say(file, s, sentence, false);
}

/* What each rule names; when one is never beaten, there is nothing to regret. */
static void say_rules(FILE *file, const ds_subject *s)
{
    const ds_choice_strategy *least = ds_choice_at(
        s->choice, ds_choice_ranking(s->choice, DS_RULE_REGRET_MAX).named);
    const bool nothing = !(least->regret_max.value > 0);
    char       name[DS_QUOTED_TEXT], sentence[SENTENCE_TEXT];

    if (nothing) {
        ds_text_quote(least->name, s->style, name);
        snprintf(sentence, sizeof sentence,
                 "Nothing to regret: in none of these futures is another better than %s.", name);
        say(file, s, sentence, false);
    }
    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++)
        if (!nothing || spoken[i].rule == DS_RULE_CVAR)
            say_rule(file, s, &spoken[i]);
}

static void say_efficient(FILE *file, const ds_subject *s)
{
    char         sure[512], perhaps[512], sentence[SENTENCE_TEXT];
    const size_t yes = list_names(s, is_efficient, " and ", sure, sizeof sure);
    const size_t may = list_names(s, may_be_efficient, " and ", perhaps, sizeof perhaps);

    if (yes + may < 2)
        return;
    snprintf(sentence, sizeof sentence,
             "Worth a thought, for no other has both a lower mean and a lower bad tail: %s%s%s%s.",
             sure, yes > 0 && may > 0 ? "; " : "", may > 0 ? "cannot say of " : "",
             may > 0 ? perhaps : "");
    say(file, s, sentence, false);
}

/* ---- Tables ---------------------------------------------------------------------------- */

typedef struct {
    const char *title;
    int         group;
    bool        share, with_error, none_for_best;
    ds_estimate (*take)(const ds_choice_strategy *);
} ds_column;

static ds_estimate mean(const ds_choice_strategy *s) { return s->mean; }
static ds_estimate behind(const ds_choice_strategy *s) { return s->behind; }
static ds_estimate best_case(const ds_choice_strategy *s) { return s->best_case; }
static ds_estimate regret(const ds_choice_strategy *s) { return s->regret; }
static ds_estimate regret_p50(const ds_choice_strategy *s) { return s->regret_p50; }
static ds_estimate share(const ds_choice_strategy *s)
{
    return (ds_estimate){ s->best.value, s->best.se };
}
static ds_estimate share_low(const ds_choice_strategy *s)
{
    return (ds_estimate){ s->best.low, s->best.se };
}
static ds_estimate share_high(const ds_choice_strategy *s)
{
    return (ds_estimate){ s->best.high, s->best.se };
}

static const ds_column columns[] = {
    { "mean", 1, false, true, false, mean },
    { "CVaR", 1, false, true, false, cvar },
    { "behind best", 1, false, true, true, behind },
    { "at best saves", 1, false, true, true, best_case },
    { "P(best)", 2, true, true, false, share },
    { "95 % from", 2, true, false, false, share_low },
    { "to", 2, true, false, false, share_high },
    { "regret", 3, false, true, false, regret },
    { "p50", 3, false, true, false, regret_p50 },
    { "p95", 3, false, true, false, regret_p95 },
    { "max seen", 3, false, true, false, regret_max },
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

static ds_code no_memory(ds_error *err)
{
    if (err != NULL)
        *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
    return DS_E_NOMEM;
}

static ds_scale scale_of(const ds_subject *s, const ds_column *column)
{
    double largest = 0;
    if (column->share)
        return ds_scale_percent;
    for (size_t i = 0; i < ds_choice_count(s->choice); i++) {
        ds_estimate e = column->take(ds_choice_at(s->choice, i));
        largest = fmax(largest, isfinite(e.value) ? fabs(e.value) : 0);
    }
    return is_money(s->outcome) || largest >= 1e5 ? ds_scale_of_money(largest) : ds_scale_one;
}

static void fill_column(const ds_subject *s, ds_grid *grid, size_t to, const ds_column *column)
{
    const ds_scale scale = scale_of(s, column);
    const char    *unit = column->share ? "%" : ds_outcome_at(s->outcome)->unit;
    const char    *prefix = is_money(s->outcome) || column->share ? unit : "";

    grid->heads[to].group = column->group;
    snprintf(grid->heads[to].title, DS_CELL_TEXT, "%s", column->title);
    if (column->share)
        snprintf(grid->heads[to].unit, DS_CELL_TEXT, "%%");
    else
        snprintf(grid->heads[to].unit, DS_CELL_TEXT, "%s%s%s%s%.20s", prefix,
                 prefix[0] != '\0' && scale.suffix[0] != '\0' ? " " : "", scale.suffix,
                 prefix[0] == '\0' && scale.suffix[0] != '\0' ? " " : "",
                 prefix[0] == '\0' && strcmp(unit, "1") != 0 ? unit : "");
    for (size_t row = 0; row < ds_choice_count(s->choice); row++) {
        ds_estimate e = column->take(ds_choice_at(s->choice, row));
        char       *cell = ds_grid_cell(grid, row, to);
        if (column->none_for_best && row == ds_choice_best(s->choice))
            snprintf(cell, DS_CELL_TEXT, "%s", s->style->utf8 ? "\xE2\x80\x93" : "-");
        else if (column->with_error)
            ds_human_estimate(e, scale, s->style->utf8, cell);
        else
            ds_human_value(e, scale, cell);
    }
}

static void fill_names(const ds_subject *s, ds_grid *grid)
{
    snprintf(grid->heads[0].title, DS_CELL_TEXT, "strategy");
    for (size_t row = 0; row < ds_choice_count(s->choice); row++)
        ds_text_clean(ds_choice_at(s->choice, row)->name, s->style->utf8,
                      ds_grid_cell(grid, row, 0), DS_CELL_TEXT);
}

static ds_code print_figures(FILE *file, const ds_subject *s, ds_error *err)
{
    ds_grid grid;
    if (!ds_grid_init(&grid, ds_choice_count(s->choice), 1 + COLUMN_COUNT))
        return no_memory(err);
    fill_names(s, &grid);
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        fill_column(s, &grid, 1 + c, &columns[c]);
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return DS_OK;
}

/* ---- Dominance --------------------------------------------------------------------------- */

/* "1st", "2nd", "no", "?", "=" */
static const char *dominance_cell(const ds_subject *s, size_t a, size_t b)
{
    const ds_domination first = ds_choice_dominates(s->choice, a, b, 1);
    const ds_domination second = ds_choice_dominates(s->choice, a, b, 2);
    if (a == b)
        return "";
    if (first.answer == DS_DOMINATION_YES)
        return "1st";
    if (first.answer == DS_DOMINATION_SAME)
        return "same";
    if (second.answer == DS_DOMINATION_YES)
        return "2nd";
    return second.answer == DS_DOMINATION_UNSURE ? "?" : "no";
}

static ds_code print_dominance(FILE *file, const ds_subject *s, ds_error *err)
{
    enum { HEAD_COLUMNS = 12 };
    const size_t n = ds_choice_count(s->choice);
    ds_grid      grid;
    if (!ds_grid_init(&grid, n, 1 + n))
        return no_memory(err);
    fill_names(s, &grid);
    snprintf(grid.heads[0].title, DS_CELL_TEXT, "dominates");
    for (size_t b = 0; b < n; b++) {
        grid.heads[1 + b].group = (int)(1 + b);
        ds_text_clean(ds_choice_at(s->choice, b)->name, s->style->utf8, grid.heads[1 + b].title,
                      DS_CELL_TEXT);
        ds_text_fit(grid.heads[1 + b].title, HEAD_COLUMNS, s->style->utf8);
        for (size_t a = 0; a < n; a++)
            snprintf(ds_grid_cell(&grid, a, 1 + b), DS_CELL_TEXT, "%s", dominance_cell(s, a, b));
    }
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return DS_OK;
}

static void print_notes(FILE *file, const ds_subject *s, const ds_scenario *scenario,
                        uint64_t seed)
{
    char line[SENTENCE_TEXT], name[DS_QUOTED_TEXT];
    snprintf(line, sizeof line,
             "Chosen by %s: CVaR is the mean of its worst %.4g %%; behind best the paired "
             "difference of means; at best saves: against the best, in the %.4g %% of futures "
             "that are best for the strategy. P(best): it costs least in this share of futures, "
             "ties split. Regret: what it costs more than the cheapest of the future. %s is one "
             "standard error.",
             ds_outcome_at(s->outcome)->name, 100 * (1 - ds_choice_cvar_level(s->choice)),
             100 * (1 - ds_choice_cvar_level(s->choice)), s->style->utf8 ? "\xC2\xB1" : "+/-");
    ds_text_wrap(file, line, s->style->width, 4, 0);
    ds_text_wrap(file,
                 "Dominates, row over column: 1st: whoever prefers to pay less prefers it; 2nd: "
                 "whoever also shuns risk does; no: some cost limit speaks against it; same; ?: "
                 "too few futures to say. 95 % sure, up to 1 % of futures or of the cost.",
                 s->style->width, 4, 0);
    ds_text_quote(ds_scenario_name(scenario), s->style, name);
    snprintf(line, sizeof line, "Scenario %s (%s), %" PRIu64 " paths, seed %" PRIu64 ".", name,
             ds_scenario_hash(scenario), ds_choice_paths(s->choice), seed);
    ds_text_wrap(file, line, s->style->width, 4, 0);
}

ds_code ds_choice_table(FILE *file, const ds_scenario *scenario, uint64_t seed,
                        const ds_choice *choice, const ds_style *style, ds_error *err)
{
    const ds_subject s = { choice, style, ds_choice_outcome(choice) };
    say_best(file, &s);
    say_other_side(file, &s);
    say_rules(file, &s);
    say_efficient(file, &s);
    putc('\n', file);
    ds_code code = print_figures(file, &s, err);
    putc('\n', file);
    if (code == DS_OK)
        code = print_dominance(file, &s, err);
    putc('\n', file);
    if (code == DS_OK)
        print_notes(file, &s, scenario, seed);
    return code;
}
