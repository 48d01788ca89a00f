/* information_answer.c -- the value of information for people: sentences, a ranked list, notes.
 * See information_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/information_report.h"
#include "output/number.h"

enum { NAME_TEXT = 200, SENTENCE_TEXT = 2048, SHOWN_MOST = 12, VALUE_COLUMNS = 15,
       INDENT = 4 + VALUE_COLUMNS + 10, NARROW_INDENT = 6, WIDTH_LEAST = 24, SIZES_SHOWN = 9 };

typedef struct {
    FILE                 *file;
    const ds_information *i;
    const ds_style       *style;
    ds_scale              scale; /* of all money in the list                          */
} ds_subject;

static void strategy(const ds_subject *s, size_t index, char out[NAME_TEXT])
{
    ds_text_quote(ds_information_strategy_name(s->i, index), s->style, out);
}

static const char *plus_minus(const ds_subject *s)
{
    return s->style->utf8 ? "\xC2\xB1" : "+/-";
}

static void sentence(const ds_subject *s, const char *text, bool bold)
{
    if (bold)
        fputs(ds_style_code(s->style, DS_STYLE_BOLD), s->file);
    ds_text_wrap(s->file, text, s->style->width, bold ? 0 : 4, 0);
    if (bold)
        fputs(ds_style_code(s->style, DS_STYLE_PLAIN), s->file);
}

/* The member of the map that a pointer names: "gpt" of "/models/gpt/price_path". */
static void member_of(const char *pointer, char *out, size_t size)
{
    const char *at = strchr(pointer + (pointer[0] == '/'), '/');
    size_t      n = 0;
    for (at = at != NULL ? at + 1 : ""; *at != '\0' && *at != '/' && n + 1 < size; at++) {
        const bool escaped = at[0] == '~' && (at[1] == '0' || at[1] == '1');
        out[n++] = escaped ? (at[1] == '0' ? '~' : '/') : *at;
        at += escaped ? 1 : 0;
    }
    out[n] = '\0';
}

/* In words; an input by its pointer. */
static void name_of(const ds_subject *s, const ds_information_line *line, char out[NAME_TEXT])
{
    static const char *const what[] = { [DS_INFORMATION_TRAFFIC] = "requests of",
                                        [DS_INFORMATION_PRICE] = "price of",
                                        [DS_INFORMATION_RENT] = "rent of" };
    char member[NAME_TEXT - 64], quoted[NAME_TEXT];
    if (line->kind == DS_INFORMATION_TRAFFIC || line->kind == DS_INFORMATION_PRICE ||
        line->kind == DS_INFORMATION_RENT) {
        member_of(line->name, member, sizeof member);
        ds_text_quote(member, s->style, quoted);
        snprintf(out, NAME_TEXT, "%s %.80s, month by month", what[line->kind], quoted);
        return;
    }
    ds_text_clean(line->name, s->style->utf8, out, NAME_TEXT);
    if (line->kind == DS_INFORMATION_GROUP) {
        ds_text_quote(line->name, s->style, quoted);
        snprintf(out, NAME_TEXT, "group %.150s", quoted);
    }
}

/* ---- Sentences -------------------------------------------------------------------- */

static bool is_known(ds_estimate e)
{
    return e.value > 0 && !(e.value < 2 * e.se);
}

static void say_whole(const ds_subject *s)
{
    const ds_information_line *all = ds_information_line_at(s->i, 0);
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT], best[NAME_TEXT];
    strategy(s, ds_information_best(s->i), best);
    ds_human_money(all->value, s->style->utf8, money);
    if (!(all->value.value > 0))
        snprintf(text, sizeof text, "Nothing is worth finding out: %s costs least in every "
                                    "future.", best);
    else
        snprintf(text, sizeof text,
                 "To know the whole future before choosing would be worth %s: so much does %s, "
                 "which costs least on average, lose against the best course of each future.",
                 money, best);
    sentence(s, text, true);
}

static const ds_information_line *first_line(const ds_information *i)
{
    for (size_t k = 1; k < ds_information_line_count(i); k++)
        if (ds_information_line_at(i, k)->kind > DS_INFORMATION_INPUTS)
            return ds_information_line_at(i, k);
    return NULL;
}

/* The best that is known to be worth something; an input, or anything. */
static const ds_information_line *best_line(const ds_information *i, bool inputs_alone)
{
    for (size_t k = 1; k < ds_information_line_count(i); k++) {
        const ds_information_line *line = ds_information_line_at(i, k);
        if (line->kind > DS_INFORMATION_INPUTS && is_known(line->value) &&
            (!inputs_alone || line->kind == DS_INFORMATION_INPUT))
            return line;
    }
    return NULL;
}

static void say_first(const ds_subject *s)
{
    const ds_information_line *line = best_line(s->i, false), *input = best_line(s->i, true);
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT], name[NAME_TEXT];
    if (line == NULL) {
        sentence(s, "No single thing is known to be worth finding out: what each would change is "
                    "within the error of the simulation.", true);
        return;
    }
    name_of(s, line, name);
    ds_human_money(line->value, s->style->utf8, money);
    int used = snprintf(text, sizeof text, "Buy this information first: %s, at most for %s.", name,
                        money);
    if (input != NULL && input != line && used > 0) {
        name_of(s, input, name);
        ds_human_money(input->value, s->style->utf8, money);
        snprintf(text + used, sizeof text - (size_t)used,
                 " Of single inputs: %s, at most for %s.", name, money);
    }
    sentence(s, text, true);
}

/* ---- The list --------------------------------------------------------------------- */

/* Where names begin: right of the figures or, where there is no room, below them. */
static size_t indent_of(const ds_subject *s)
{
    return s->style->width >= INDENT + WIDTH_LEAST ? INDENT : NARROW_INDENT;
}

/* Wraps a text that stands in the column of the names. */
static void write_below(const ds_subject *s, const char *text)
{
    const size_t indent = indent_of(s);
    fprintf(s->file, "%*s", (int)indent, "");
    ds_text_wrap(s->file, text, s->style->width, indent, indent);
}

/* Writes a pointer from a column on; lines break before a '/'. */
static void write_name(const ds_subject *s, const char *name)
{
    const size_t indent = indent_of(s);
    const size_t room = s->style->width > indent + WIDTH_LEAST ? s->style->width - indent
                                                               : WIDTH_LEAST;
    char part[NAME_TEXT];
    if (name[0] != '/') {
        ds_text_wrap(s->file, name, indent + room, indent, indent);
        return;
    }
    size_t column = 0;
    while (*name != '\0') {
        size_t length = 1 + strcspn(name + 1, "/");
        length = length < sizeof part ? length : sizeof part - 1;
        memcpy(part, name, length);
        part[length] = '\0';
        const size_t width = ds_text_width(part);
        if (column > 0 && column + width > room) {
            fprintf(s->file, "\n%*s", (int)indent, "");
            column = 0;
        }
        if (width > room)
            ds_text_fit(part, room, s->style->utf8);
        fputs(part, s->file);
        column += width;
        name += length;
    }
    putc('\n', s->file);
}

/* An edge between two choices, of three digits: "0.237", "303 k". */
static void edge_of(double value, char out[DS_HUMAN_TEXT])
{
    const ds_scale scale = ds_scale_of_count(value);
    snprintf(out, DS_HUMAN_TEXT, "%.3g%s%s", value / scale.divisor,
             scale.suffix[0] != '\0' ? DS_TEXT_TIE : "", scale.suffix);
}

static void write_pieces(const ds_subject *s, const ds_information_line *line)
{
    char text[SENTENCE_TEXT], name[NAME_TEXT], value[DS_HUMAN_TEXT];
    size_t used = 0;
    for (size_t p = 0; p < line->piece_count && used + 300 < sizeof text; p++) {
        const bool last = p + 1 == line->piece_count;
        strategy(s, line->piece[p].strategy, name);
        edge_of(last ? 0 : line->piece[p].below, value);
        if (last) /* of a few values one may stand there: so not "above" */
            used += (size_t)snprintf(text + used, sizeof text - used, ", else %s", name);
        else
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s below%s%s",
                                     p > 0 ? ", " : "", name, DS_TEXT_TIE, value);
    }
    if (line->piece_count == 0)
        return;
    write_below(s, text);
}

static void write_check(const ds_subject *s, const ds_information_line *line)
{
    char low[DS_HUMAN_TEXT], high[DS_HUMAN_TEXT], text[SENTENCE_TEXT];
    if (!line->checked)
        return;
    ds_human_estimate(line->nested_low, s->scale, s->style->utf8, low);
    ds_human_estimate(line->nested_high, s->scale, s->style->utf8, high);
    snprintf(text, sizeof text, "by nested simulation between %s and %s: %s", low, high,
             line->agrees ? "agrees" : "does not agree");
    write_below(s, text);
}

static void write_line(const ds_subject *s, size_t rank, const ds_information_line *line)
{
    char value[DS_HUMAN_TEXT], changes[16], name[NAME_TEXT], number[24] = "";
    if (rank > 0)
        snprintf(number, sizeof number, "%zu", rank);
    ds_human_estimate(line->value, s->scale, s->style->utf8, value);
    snprintf(changes, sizeof changes, line->changes >= 0.0095 || line->changes == 0 ? "%.0f %%"
                                                                                    : "%.1f %%",
             100 * line->changes);
    name_of(s, line, name);
    ds_text_pad(s->file, number, 3, true);
    putc(' ', s->file);
    ds_text_pad(s->file, value, VALUE_COLUMNS, true);
    putc(' ', s->file);
    ds_text_pad(s->file, changes, 7, true);
    if (indent_of(s) == INDENT)
        fputs("  ", s->file);
    else
        fprintf(s->file, "\n%*s", NARROW_INDENT, "");
    write_name(s, name);
    write_pieces(s, line);
    write_check(s, line);
}

static void write_heads(const ds_subject *s)
{
    char unit[32];
    snprintf(unit, sizeof unit, "USD%s%s", s->scale.suffix[0] != '\0' ? " " : "",
             s->scale.suffix);
    fputs("\n    ", s->file);
    ds_text_pad(s->file, "worth at most", VALUE_COLUMNS, true);
    fputs(indent_of(s) == INDENT ? " changes  to know before choosing\n    " : " changes\n    ",
          s->file);
    ds_text_pad(s->file, unit, VALUE_COLUMNS, true);
    fputs("  choice\n", s->file);
    if (indent_of(s) != INDENT)
        fprintf(s->file, "%*sto know before choosing\n", NARROW_INDENT, "");
}

/* What is left out: how many, and above what none of them lies. */
static void say_rest(const ds_subject *s, size_t count, double most)
{
    char text[SENTENCE_TEXT], money[DS_HUMAN_TEXT];
    if (count == 0)
        return;
    ds_human_money((ds_estimate){ most, most / 30 }, s->style->utf8, money);
    char *error = strstr(money, plus_minus(s));
    if (error != NULL)
        *error = '\0';
    size_t length = strlen(money);
    while (length > 0 && (money[length - 1] == DS_TEXT_TIE[0] || money[length - 1] == ' '))
        money[--length] = '\0';
    if (most > 0)
        snprintf(text, sizeof text, "%zu more %s not known to be worth anything: each less than "
                 "%s, two standard errors included (--all lists them).", count,
                 count == 1 ? "is" : "are", money);
    else
        snprintf(text, sizeof text, "%zu more would change nothing (--all lists them).", count);
    sentence(s, text, false);
}

static void write_list(const ds_subject *s, bool all)
{
    size_t rank = 0, left = 0;
    double most = 0;
    write_heads(s);
    for (size_t k = 0; k < ds_information_line_count(s->i); k++) {
        const ds_information_line *line = ds_information_line_at(s->i, k);
        const bool whole = line->kind <= DS_INFORMATION_INPUTS;
        if (whole || all || (is_known(line->value) && rank < SHOWN_MOST)) {
            rank += whole ? 0 : 1;
            write_line(s, whole ? 0 : rank, line);
        } else {
            left++;
            most = fmax(most, line->value.value + 2 * (isfinite(line->value.se) ? line->value.se
                                                                               : 0));
        }
    }
    putc('\n', s->file);
    say_rest(s, left, most);
}

/* ---- The pilot --------------------------------------------------------------------- */

static void say_pilot(const ds_subject *s, const ds_information_pilot_result *r)
{
    char text[SENTENCE_TEXT], net[DS_HUMAN_TEXT], perfect[DS_HUMAN_TEXT], pointer[NAME_TEXT];
    ds_text_clean(r->pointer, s->style->utf8, pointer, sizeof pointer);
    ds_human_money(r->perfect, s->style->utf8, perfect);
    if (r->best == r->point_count) {
        snprintf(text, sizeof text, "No pilot of %s pays: to know it exactly is worth %s.", pointer,
                 perfect);
        sentence(s, text, true);
        return;
    }
    const ds_information_point *best = &r->points[r->best];
    ds_human_money(best->net, s->style->utf8, net);
    int used = snprintf(text, sizeof text, "Pilot of %s: measure %" PRIu64 " request%s, which is "
                        "worth %s more than it costs", pointer, best->size,
                        best->size == 1 ? "" : "s", net);
    if (best->net.value < 2 * best->net.se)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         " (within the error of nothing)");
    if (r->near_low < r->near_high)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "; from %" PRIu64 " to %" PRIu64 " it is as good within one standard "
                         "error", r->near_low, r->near_high);
    snprintf(text + used, sizeof text - (size_t)used, ". To know it exactly would be worth %s.",
             perfect);
    sentence(s, text, true);
}

static void pilot_row(const ds_subject *s, const ds_information_pilot_result *r, ds_scale scale,
                      size_t k)
{
    const ds_information_point *p = &r->points[k];
    const double cost = r->fixed_usd + (double)p->size * r->usd_per_request;
    char cell[DS_HUMAN_TEXT];
    snprintf(cell, sizeof cell, "%" PRIu64, p->size);
    ds_text_pad(s->file, cell, 10, true);
    ds_human_estimate(p->value, scale, s->style->utf8, cell);
    ds_text_pad(s->file, cell, 18, true);
    snprintf(cell, sizeof cell, "%.3g", cost / scale.divisor);
    ds_text_pad(s->file, cell, 10, true);
    ds_human_estimate(p->net, scale, s->style->utf8, cell);
    ds_text_pad(s->file, cell, 18, true);
    fputs(k == r->best ? "  best\n" : "\n", s->file);
}

static void write_pilot(const ds_subject *s, const ds_information_pilot_result *r)
{
    char   text[SENTENCE_TEXT], unit[32];
    double most = fmax(r->perfect.value, isfinite(r->perfect.se) ? 2 * r->perfect.se : 0);
    size_t first = 0, step = (r->point_count + SIZES_SHOWN - 1) / SIZES_SHOWN;

    putc('\n', s->file);
    say_pilot(s, r);
    const ds_scale scale = ds_scale_of_money(most > 0 ? most : 1);
    snprintf(unit, sizeof unit, "USD%s%s", scale.suffix[0] != '\0' ? " " : "", scale.suffix);
    fputs("\n  requests             worth     costs     less its cost\n", s->file);
    ds_text_pad(s->file, unit, 28, true);
    ds_text_pad(s->file, unit, 10, true);
    ds_text_pad(s->file, unit, 18, true);
    putc('\n', s->file);
    if (step > 0 && r->best < r->point_count)
        first = r->best % step;
    for (size_t k = first; k < r->point_count; k += step > 0 ? step : 1)
        pilot_row(s, r, scale, k);
    putc('\n', s->file);
    snprintf(text, sizeof text, "A pilot costs USD %.6g and USD %.3g for each request%s.",
             r->fixed_usd, r->usd_per_request,
             r->unit_assumed ? " (assumed: a minute of staff; --pilot-cost says what it is)" : "");
    sentence(s, text, false);
}

/* ---- All of it ---------------------------------------------------------------------- */

static bool has_path(const ds_information *i)
{
    for (size_t k = 0; k < ds_information_line_count(i); k++) {
        const ds_information_line *line = ds_information_line_at(i, k);
        if (line->kind >= DS_INFORMATION_TRAFFIC && line->kind <= DS_INFORMATION_RENT &&
            is_known(line->value))
            return true;
    }
    return false;
}

static void write_notes(const ds_subject *s, const ds_scenario *scenario)
{
    char text[SENTENCE_TEXT], name[NAME_TEXT];
    snprintf(text, sizeof text,
             "Worth: the expected saving (NPV) if it were known exactly, and before the choice is "
             "made; %s is one standard error. Changes choice: share of futures in which another "
             "strategy would be chosen. Values do not add up: two things can be worth more "
             "together than apart, or less.", plus_minus(s));
    sentence(s, text, false);
    if (has_path(s->i))
        sentence(s, "What comes month by month cannot be bought; its row says how much hangs on "
                    "it, and what a contract that fixes it, or waiting, is worth at most.", false);
    if (ds_information_line_count(s->i) > 1 && first_line(s->i) != NULL)
        sentence(s, "By regression: where that fits badly, the value is too low, not too high.",
                 false);
    ds_text_quote(ds_scenario_name(scenario), s->style, name);
    snprintf(text, sizeof text, "Scenario %s (%s), %" PRIu64 " paths, seed %" PRIu64 ".", name,
             ds_scenario_hash(scenario), ds_information_paths(s->i), ds_information_seed(s->i));
    sentence(s, text, false);
}

void ds_information_table(FILE *file, const ds_scenario *scenario, const ds_information *i,
                          bool all, const ds_style *style)
{
    const ds_subject s = { file, i, style,
                           ds_scale_of_money(ds_information_line_at(i, 0)->value.value) };
    say_whole(&s);
    if (ds_information_line_at(i, 0)->value.value > 0) {
        say_first(&s);
        write_list(&s, all);
    }
    if (ds_information_pilot_of(i) != NULL) {
        write_pilot(&s, ds_information_pilot_of(i));
    }
    write_notes(&s, scenario);
}
