/* commit_answer.c -- the best terms for people: a sentence, a table, notes.  See
 * commit_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/commit_report.h"
#include "output/grid.h"
#include "output/number.h"

enum { VALUE_TEXT = 128, POINTER_TEXT = 300,
       SENTENCE_TEXT = 1536 };

typedef struct {
    const ds_commit      *commit;
    const ds_commit_term *term;
    const ds_style       *style;
} ds_subject;

/* ---- Values of the term ------------------------------------------------------ */

/* Values in dollars and large counts are scaled as money is. */
static ds_scale scale_of(const ds_commit_term *term)
{
    double most = term->value.value != 0 ? fabs(term->value.value) : fabs(term->high);
    return most >= 1e4 ? ds_scale_of_money(most) : ds_scale_one;
}

/* Is it a count of units?  Then it is exact, and has a plural. */
static bool is_count(const ds_commit_term *term)
{
    return term->step > 0 && strcmp(term->unit, "unit") == 0;
}

/* "60 units", "60 ± 0.4 units" */
static void count_text(const ds_subject *s, ds_estimate e, char out[VALUE_TEXT])
{
    char number[DS_NUMBER_TEXT], error[DS_HUMAN_TEXT] = "";
    ds_number_exact(e.value, number);
    if (isfinite(e.se) && e.se > 0)
        ds_human_value((ds_estimate){ e.se, e.se }, ds_scale_one, error);
    const char *gap = error[0] == '\0' ? "" : DS_TEXT_TIE;
    snprintf(out, VALUE_TEXT, "%.24s%s%s%s%.24s%sunit%s", number, gap,
             error[0] == '\0' ? "" : s->style->utf8 ? "\xC2\xB1" : "+/-", gap, error,
             DS_TEXT_TIE, e.value == 1 ? "" : "s");
}

/* "1.25 M ± 0.02 M USD/month" */
static void value_text(const ds_subject *s, ds_estimate e, char out[VALUE_TEXT])
{
    char           number[DS_HUMAN_TEXT], error[DS_HUMAN_TEXT] = "", unit[48];
    const ds_scale scale =
        e.value == 0 && !(e.se > 0) ? ds_scale_one : scale_of(s->term);
    const char    *gap = scale.suffix[0] != '\0' ? DS_TEXT_TIE : "";
    if (is_count(s->term)) {
        count_text(s, e, out);
        return;
    }
    ds_human_value(e, scale, number);
    if (isfinite(e.se) && e.se > 0) {
        ds_human_value((ds_estimate){ e.se, e.se }, scale, error);
    }
    ds_text_clean(s->term->unit, s->style->utf8, unit, sizeof unit);
    snprintf(out, VALUE_TEXT, "%.24s%s%s%s%s%s%.24s%s%s%s%s", number, gap, scale.suffix,
             error[0] != '\0' ? DS_TEXT_TIE : "",
             error[0] == '\0' ? "" : s->style->utf8 ? "\xC2\xB1" : "+/-",
             error[0] != '\0' ? DS_TEXT_TIE : "", error, error[0] != '\0' ? gap : "",
             error[0] != '\0' ? scale.suffix : "", unit[0] != '\0' ? DS_TEXT_TIE : "",
             unit);
}

/* Digits for a value that has no error of its own: as many as that of the best. */
static ds_estimate rough(const ds_commit_term *term, double value)
{
    double se = isfinite(term->value.se) && term->value.se > 0 ? term->value.se / 3 : (double)NAN;
    return (ds_estimate){ value, term->step > 0 ? (double)NAN : se };
}

static void plain_value(const ds_subject *s, double value, char out[VALUE_TEXT])
{
    char           number[DS_HUMAN_TEXT], unit[48];
    const ds_scale scale = value == 0 ? ds_scale_one : scale_of(s->term);
    if (is_count(s->term)) {
        count_text(s, (ds_estimate){ value, (double)NAN }, out);
        return;
    }
    ds_human_value(rough(s->term, value), scale, number);
    ds_text_clean(s->term->unit, s->style->utf8, unit, sizeof unit);
    snprintf(out, VALUE_TEXT, "%s%s%s%s%s", number, scale.suffix[0] != '\0' ? DS_TEXT_TIE : "",
             scale.suffix, unit[0] != '\0' ? DS_TEXT_TIE : "", unit);
}

/* ---- The sentence ------------------------------------------------------------ */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static bool is_commitment(const ds_commit_term *term)
{
    return strstr(term->pointer, "/commitment/") != NULL || ends_with(term->pointer, "/held") ||
           ends_with(term->pointer, "/reserved_units");
}

static const char *verb(const ds_commit_term *term)
{
    return ends_with(term->pointer, "/held")             ? "Hold"
           : ends_with(term->pointer, "/reserved_units") ? "Reserve"
           : is_commitment(term)                         ? "Commit to"
                                                         : "Best at";
}

static const char *objective(const ds_commit_term *term)
{
    return term->of == DS_COMMIT_CVAR ? "in the bad tail (CVaR)" : "on average";
}

/* ", USD 2 M ± 0.1 M less than WHAT", or that it makes no difference. */
static void less_than(const ds_subject *s, const ds_commit_point *p, const char *what, char *out,
                      size_t size)
{
    char        money[DS_HUMAN_TEXT];
    ds_estimate gain = { fabs(p->loss.value), p->loss.se };
    const char *word = p->loss.value > 0 ? "less" : "more"; /* now may be out of range */
    out[0] = '\0';
    if (!isfinite(p->loss.value))
        return;
    if (p->loss.value == 0) {
        snprintf(out, size, ", the same as %s", what);
        return;
    }
    ds_human_money(gain, s->style->utf8, money);
    if (isfinite(gain.se) && gain.value < 2 * gain.se)
        snprintf(out, size, ", within the error the same as %s (%s %s)", what, money, word);
    else
        snprintf(out, size, ", %s %s than %s", money, word, what);
}

static void say_inside(const ds_subject *s, char *out, size_t size)
{
    char value[VALUE_TEXT], strategy[DS_QUOTED_TEXT], cost[DS_HUMAN_TEXT], now[256], low[256];
    char least[VALUE_TEXT], what[VALUE_TEXT + 8];
    value_text(s, s->term->value, value);
    ds_text_quote(ds_commit_strategy(s->commit), s->style, strategy);
    ds_human_money(s->term->objective, s->style->utf8, cost);
    less_than(s, &s->term->now, "the scenario as it stands", now, sizeof now);
    plain_value(s, s->term->at_low.value, least);
    snprintf(what, sizeof what, "at %s",
             s->term->at_low.value == 0 && is_commitment(s->term) ? "none" : least);
    less_than(s, &s->term->at_low, s->term->at_low.value == 0 && is_commitment(s->term)
                                       ? "without it" : what, low, sizeof low);
    snprintf(out, size, "%s %s: %s then costs %s (NPV) %s%s%s.", verb(s->term), value, strategy,
             cost, objective(s->term), s->term->now.loss.value == s->term->at_low.loss.value
                                           ? "" : now, low);
}

static void say_edge(const ds_subject *s, bool low, char *out, size_t size)
{
    const ds_commit_point *edge = low ? &s->term->at_low : &s->term->at_high;
    const ds_commit_point *other = low ? &s->term->at_high : &s->term->at_low;
    char value[VALUE_TEXT], strategy[DS_QUOTED_TEXT], cost[DS_HUMAN_TEXT], end[VALUE_TEXT];
    char against[256], what[VALUE_TEXT + 8];
    plain_value(s, edge->value, value);
    plain_value(s, other->value, end);
    ds_text_quote(ds_commit_strategy(s->commit), s->style, strategy);
    ds_human_money(s->term->objective, s->style->utf8, cost);
    snprintf(what, sizeof what, "at %s", end);
    less_than(s, other, what, against, sizeof against);
    if (low && edge->value == 0 && is_commitment(s->term))
        snprintf(out, size, "Do not commit: nothing between 0 and %s costs %s less %s than "
                            "none. Without it %s costs %s (NPV)%s.",
                 end, strategy, objective(s->term), strategy, cost, against);
    else
        snprintf(out, size, "At the edge of the range: %s costs least %s at %s, the %s value "
                            "that was tried, %s (NPV)%s. The best may lie %s it.",
                 strategy, objective(s->term), value, low ? "least" : "greatest", cost, against,
                 low ? "below" : "beyond");
}

static void say_unused(const ds_subject *s, char *out, size_t size)
{
    char strategy[DS_QUOTED_TEXT], cost[DS_HUMAN_TEXT], pointer[POINTER_TEXT];
    ds_text_quote(ds_commit_strategy(s->commit), s->style, strategy);
    ds_human_money(s->term->objective, s->style->utf8, cost);
    ds_text_clean(s->term->pointer, s->style->utf8, pointer, sizeof pointer);
    snprintf(out, size, "It makes no difference: nothing that %s pays for depends on %s. It costs "
                        "%s (NPV) %s whatever the value.",
             strategy, pointer, cost, objective(s->term));
}

static void print_sentence(FILE *file, const ds_subject *s)
{
    char sentence[SENTENCE_TEXT];
    switch (s->term->state) {
    case DS_COMMIT_AT_LOW:
    case DS_COMMIT_AT_HIGH:
        say_edge(s, s->term->state == DS_COMMIT_AT_LOW, sentence, sizeof sentence);
        break;
    case DS_COMMIT_UNUSED:
        say_unused(s, sentence, sizeof sentence);
        break;
    case DS_COMMIT_INSIDE:
    default:
        say_inside(s, sentence, sizeof sentence);
        break;
    }
    fputs(ds_style_code(s->style, DS_STYLE_BOLD), file);
    ds_text_wrap(file, sentence, s->style->width, 0, 0);
    fputs(ds_style_code(s->style, DS_STYLE_PLAIN), file);
}

/* ---- The table --------------------------------------------------------------- */

enum { ROWS_MOST = DS_COMMIT_WRONG_COUNT + 4, COLUMNS = 5 };

typedef struct {
    char                   name[24]; /* clean */
    const ds_commit_point *point;
} ds_row;

static void add_row(ds_row *rows, size_t *count, const char *name, const ds_commit_point *point,
                    const ds_commit_point *best)
{
    if (!isfinite(point->loss.value) || (point != best && point->value == best->value &&
                                         strcmp(name, "now") != 0))
        return;
    snprintf(rows[*count].name, sizeof rows[*count].name, "%s", name);
    rows[(*count)++].point = point;
}

static size_t list_rows(const ds_commit_term *term, ds_row rows[ROWS_MOST])
{
    size_t count = 0;
    add_row(rows, &count, "least tried", &term->at_low, &term->best);
    for (size_t i = 0; i < DS_COMMIT_WRONG_COUNT; i++) {
        char         name[24];
        const double share = ds_commit_wrong_shares[i];
        if (share > 0 && (i == 0 || ds_commit_wrong_shares[i - 1] < 0))
            add_row(rows, &count, "best", &term->best, &term->best);
        if (isnan(term->wrong[i].value))
            continue;
        snprintf(name, sizeof name, "%+.0f %%", 100 * share);
        add_row(rows, &count, name, &term->wrong[i], &term->best);
    }
    add_row(rows, &count, "greatest tried", &term->at_high, &term->best);
    add_row(rows, &count, "as it stands", &term->now, &term->best);
    return count;
}

static void fill_heads(const ds_subject *s, ds_grid *grid, ds_scale value, ds_scale cost,
                       ds_scale loss)
{
    static const char *const titles[COLUMNS] = { "value", "mean cost", "CVaR of it", "more than",
                                                 "" };
    char unit[DS_CELL_TEXT - 16];
    for (int c = 1; c < COLUMNS; c++) {
        grid->heads[c].group = c;
        snprintf(grid->heads[c].title, DS_CELL_TEXT, "%s", titles[c - 1]);
        snprintf(grid->heads[c].unit, DS_CELL_TEXT, "USD%s%s",
                 cost.suffix[0] != '\0' ? " " : "", cost.suffix);
    }
    snprintf(grid->heads[4].title, DS_CELL_TEXT, "more than best");
    snprintf(grid->heads[4].unit, DS_CELL_TEXT, "USD%s%s", loss.suffix[0] != '\0' ? " " : "",
             loss.suffix);
    ds_text_clean(s->term->unit, s->style->utf8, unit, sizeof unit);
    snprintf(grid->heads[1].unit, DS_CELL_TEXT, "%s%s%s", value.suffix,
             value.suffix[0] != '\0' && unit[0] != '\0' ? " " : "", unit);
}

static void fill_row(const ds_subject *s, ds_grid *grid, size_t row, const ds_row *what,
                     const ds_scale scales[3])
{
    const ds_commit_point *p = what->point;
    const bool             utf8 = s->style->utf8;
    ds_text_clean(what->name, utf8, ds_grid_cell(grid, row, 0), DS_CELL_TEXT);
    if (p == &s->term->best)
        ds_human_estimate(s->term->value, scales[0], utf8, ds_grid_cell(grid, row, 1));
    else if (isnan(p->value))
        snprintf(ds_grid_cell(grid, row, 1), DS_CELL_TEXT, "%s", utf8 ? "\xE2\x80\x93" : "-");
    else if (is_count(s->term))
        ds_number_exact(p->value, ds_grid_cell(grid, row, 1));
    else
        ds_human_value(rough(s->term, p->value), scales[0], ds_grid_cell(grid, row, 1));
    ds_human_estimate(p->mean, scales[1], utf8, ds_grid_cell(grid, row, 2));
    ds_human_estimate(p->cvar, scales[1], utf8, ds_grid_cell(grid, row, 3));
    if (p == &s->term->best)
        snprintf(ds_grid_cell(grid, row, 4), DS_CELL_TEXT, "%s", utf8 ? "\xE2\x80\x93" : "-");
    else
        ds_human_estimate(p->loss, scales[2], utf8, ds_grid_cell(grid, row, 4));
}

static ds_code print_table(FILE *file, const ds_subject *s, ds_error *err)
{
    ds_row  rows[ROWS_MOST];
    size_t  count = list_rows(s->term, rows);
    double  cost = 0, loss = 0;
    ds_grid grid;

    for (size_t i = 0; i < count; i++) {
        cost = fmax(cost, fmax(fabs(rows[i].point->mean.value), fabs(rows[i].point->cvar.value)));
        loss = fmax(loss, fabs(rows[i].point->loss.value));
    }
    const ds_scale scales[] = { scale_of(s->term), ds_scale_of_money(cost),
                                ds_scale_of_money(loss) };
    if (!ds_grid_init(&grid, count, COLUMNS)) {
        if (err != NULL)
            *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
        return DS_E_NOMEM;
    }
    fill_heads(s, &grid, scales[0], scales[1], scales[2]);
    for (size_t i = 0; i < count; i++)
        fill_row(s, &grid, i, &rows[i], scales);
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return DS_OK;
}

/* ---- Notes ------------------------------------------------------------------- */

static void print_flat(FILE *file, const ds_subject *s, double low, double high, const char *what)
{
    char a[VALUE_TEXT], b[VALUE_TEXT], line[SENTENCE_TEXT];
    plain_value(s, low, a);
    plain_value(s, high, b);
    if (low < high)
        snprintf(line, sizeof line, "Flat between %s and %s: within %s of the best.", a, b, what);
    else
        snprintf(line, sizeof line, "No other value that was tried is within %s of the best.",
                 what);
    ds_text_wrap(file, line, s->style->width, 4, 0);
}

static void print_notes(FILE *file, const ds_subject *s)
{
    char line[SENTENCE_TEXT], money[DS_HUMAN_TEXT];
    if (s->term->state == DS_COMMIT_UNUSED)
        return;
    print_flat(file, s, s->term->percent_low, s->term->percent_high, "1 %");
    if (isfinite(s->term->objective.se))
        print_flat(file, s, s->term->near_low, s->term->near_high, "one standard error");
    if (isfinite(s->term->knowing.value)) {
        ds_human_money(s->term->knowing, s->style->utf8, money);
        if (s->term->knowing.value > 0)
            snprintf(line, sizeof line,
                     "Knowing the future before choosing would save another %s %s.", money,
                     objective(s->term));
        else
            snprintf(line, sizeof line, "Knowing the future before choosing would save nothing.");
        ds_text_wrap(file, line, s->style->width, 4, 0);
    }
}

static void print_closing(FILE *file, const ds_scenario *scenario, const ds_subject *s)
{
    char line[SENTENCE_TEXT], name[DS_QUOTED_TEXT];
    snprintf(line, sizeof line,
             "NPV is the present value; CVaR the mean of the worst %.4g %%. All values share "
             "their futures: %s is one standard error, in the last column that of the paired "
             "difference.%s",
             100 * (1 - ds_commit_cvar_level(s->commit)), s->style->utf8 ? "\xC2\xB1" : "+/-",
             ds_commit_term_count(s->commit) > 1
                 ? " Each value was looked for with the others at their best." : "");
    ds_text_wrap(file, line, s->style->width, 4, 0);
    ds_text_quote(ds_scenario_name(scenario), s->style, name);
    snprintf(line, sizeof line, "Scenario %s (%s), %" PRIu64 " paths, seed %" PRIu64 ".", name,
             ds_scenario_hash(scenario), ds_commit_paths(s->commit), ds_commit_seed(s->commit));
    ds_text_wrap(file, line, s->style->width, 4, 0);
}

ds_code ds_commit_table(FILE *file, const ds_scenario *scenario, const ds_commit *commit,
                        const ds_style *style, ds_error *err)
{
    ds_subject s = { commit, NULL, style };
    char       pointer[POINTER_TEXT];
    for (size_t t = 0; t < ds_commit_term_count(commit); t++) {
        s.term = ds_commit_term_at(commit, t);
        print_sentence(file, &s);
        ds_text_clean(s.term->pointer, style->utf8, pointer, sizeof pointer);
        fprintf(file, "\n%s\n", pointer);
        ds_code code = print_table(file, &s, err);
        if (code != DS_OK)
            return code;
        putc('\n', file);
        print_notes(file, &s);
        if (t + 1 < ds_commit_term_count(commit))
            putc('\n', file);
    }
    print_closing(file, scenario, &s);
    return DS_OK;
}

void ds_optimised_notes(FILE *file, const ds_optimised *found, const ds_style *style)
{
    static const char *const states[] = {
        [DS_COMMIT_INSIDE] = "", [DS_COMMIT_AT_LOW] = ", the least of its range",
        [DS_COMMIT_AT_HIGH] = ", the greatest of its range",
        [DS_COMMIT_UNUSED] = ", which makes no difference",
    };
    for (size_t i = 0; i < ds_optimised_count(found); i++) {
        ds_subject s = { ds_optimised_at(found, i), NULL, style };
        char       strategy[DS_QUOTED_TEXT], value[VALUE_TEXT], pointer[POINTER_TEXT];
        char       line[SENTENCE_TEXT];
        ds_text_quote(ds_commit_strategy(s.commit), style, strategy);
        for (size_t t = 0; t < ds_commit_term_count(s.commit); t++) {
            s.term = ds_commit_term_at(s.commit, t);
            value_text(&s, s.term->value, value);
            ds_text_clean(s.term->pointer, style->utf8, pointer, sizeof pointer);
            snprintf(line, sizeof line, "Terms found for %s: %s = %s%s.", strategy, pointer, value,
                     states[s.term->state]);
            ds_text_wrap(file, line, style->width, 4, 0);
        }
    }
}
