/* breakeven_answer.c -- the break-even as sentences.  See breakeven_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "output/breakeven_report.h"
#include "output/number.h"

enum { SENTENCE_TEXT = 1536, UNIT_TEXT = 56, SIDE_TEXT = 256, PLACES = 3 };

/* The names, quoted, and where sentences go. */
typedef struct {
    FILE               *file;
    const ds_breakeven *b;
    const ds_style     *style;
    char                strategy[DS_QUOTED_TEXT], against[DS_QUOTED_TEXT];
} ds_speaker;

/* ---- Values ------------------------------------------------------------------ */

static ds_scale scale_of(double value)
{
    return fabs(value) >= 1e4 ? ds_scale_of_money(value) : ds_scale_one;
}

static void number_text(ds_estimate e, bool utf8, char out[DS_BREAKEVEN_VALUE])
{
    const ds_scale scale = scale_of(e.value);
    const char    *gap = scale.suffix[0] != '\0' ? DS_TEXT_TIE : "";
    char           number[DS_HUMAN_TEXT], error[DS_HUMAN_TEXT];
    if (!(e.se > 1e-9 * fabs(e.value)) || !isfinite(e.se)) {
        snprintf(out, DS_BREAKEVEN_VALUE, "%.*g%s%s", isfinite(e.se) ? 6 : 5,
                 e.value / scale.divisor, gap, scale.suffix);
        return;
    }
    ds_human_value(e, scale, number);
    ds_human_value((ds_estimate){ e.se, e.se }, scale, error);
    snprintf(out, DS_BREAKEVEN_VALUE, "%.24s%s%s" DS_TEXT_TIE "%s" DS_TEXT_TIE "%.24s%s%s", number,
             gap, scale.suffix, utf8 ? "\xC2\xB1" : "+/-", error, gap, scale.suffix);
}

/* What stands behind a value; false when nothing does. */
static bool unit_text(const ds_breakeven_axis *a, const ds_style *style, char unit[UNIT_TEXT])
{
    char clean[48];
    ds_text_clean(a->scale ? "times" : a->unit, style->utf8, clean, sizeof clean);
    /* "(10^9 parameters)" */
    snprintf(unit, UNIT_TEXT, clean[0] >= '0' && clean[0] <= '9' ? "(%s)" : "%s", clean);
    return unit[0] != '\0';
}

void ds_breakeven_value_text(const ds_breakeven *b, size_t axis, ds_estimate value,
                             const ds_style *style, bool with_unit,
                             char out[DS_BREAKEVEN_VALUE])
{
    const ds_breakeven_axis *a = ds_breakeven_axis_at(b, axis);
    char                     number[DS_BREAKEVEN_VALUE], unit[UNIT_TEXT];
    if (a->date) {
        ds_breakeven_month(b, value.value, out);
        return;
    }
    number_text(value, style->utf8, number);
    with_unit = with_unit && unit_text(a, style, unit);
    snprintf(out, DS_BREAKEVEN_VALUE, "%.100s%s%s", number, with_unit ? DS_TEXT_TIE : "",
             with_unit ? unit : "");
}

/* A value without an error of its own, with the digits that a standard error earns. */
static void plain_text(const ds_speaker *s, size_t axis, double value, double se, bool with_unit,
                       char out[DS_BREAKEVEN_VALUE])
{
    ds_breakeven_value_text(s->b, axis, (ds_estimate){ value, (double)NAN }, s->style, with_unit,
                            out);
    const ds_breakeven_axis *a = ds_breakeven_axis_at(s->b, axis);
    if (a->date || a->step > 0 || !(se > 0) || !isfinite(se))
        return;
    char           number[DS_HUMAN_TEXT], unit[UNIT_TEXT];
    const ds_scale scale = scale_of(value);
    ds_human_value((ds_estimate){ value, se / 3 }, scale, number);
    with_unit = with_unit && unit_text(a, s->style, unit);
    snprintf(out, DS_BREAKEVEN_VALUE, "%s%s%s%s%s", number,
             scale.suffix[0] != '\0' ? DS_TEXT_TIE : "", scale.suffix,
             with_unit ? DS_TEXT_TIE : "", with_unit ? unit : "");
}

/* ---- Parts of sentences ------------------------------------------------------ */

/* How a strategy fares where the excess is positive (sign +1) or negative. */
static void fares(const ds_speaker *s, int sign, bool short_form, char out[SIDE_TEXT])
{
    const double percent = 100 * ds_breakeven_probability(s->b);
    const char  *who = short_form ? "" : s->strategy, *blank = short_form ? "" : " ";
    if (ds_breakeven_what(s->b) == DS_BREAKEVEN_OF_PROBABILITY) {
        if (short_form)
            snprintf(out, SIDE_TEXT, "in %s", sign > 0 ? "more" : "fewer");
        else
            snprintf(out, SIDE_TEXT, "%s costs less than %s in %s than %.6g" DS_TEXT_TIE
                     "%% of futures", who, s->against, sign > 0 ? "more" : "fewer", percent);
        return;
    }
    const char *how = ds_breakeven_what(s->b) == DS_BREAKEVEN_OF_MEAN ? "on average"
                                                                      : "in most futures";
    if (short_form)
        snprintf(out, SIDE_TEXT, "%s", sign > 0 ? "less" : "more");
    else
        snprintf(out, SIDE_TEXT, "%s%scosts %s than %s %s", who, blank,
                 sign > 0 ? "less" : "more", s->against, how);
}

/* " (95 %: 646 to 658)" or what else is known. */
static void interval_text(const ds_speaker *s, const ds_breakeven_root *r, char out[SIDE_TEXT])
{
    char   low[DS_BREAKEVEN_VALUE], high[DS_BREAKEVEN_VALUE];
    double se = isfinite(r->at.se) ? r->at.se : (r->high - r->low) / 4;
    out[0] = '\0';
    if (!(r->high > r->low) || (r->low == r->before && r->high == r->after))
        return; /* nothing is uncertain, or nothing is known of it */
    plain_text(s, 0, r->low, se, false, low);
    plain_text(s, 0, r->high, se, false, high);
    if (r->low_open && r->high_open)
        snprintf(out, SIDE_TEXT, " (95" DS_TEXT_TIE "%%: anywhere in the range)");
    else if (r->low_open)
        snprintf(out, SIDE_TEXT, " (95" DS_TEXT_TIE "%%: up to %.60s, with no lower end in the "
                 "range)", high);
    else if (r->high_open)
        snprintf(out, SIDE_TEXT, " (95" DS_TEXT_TIE "%%: from %.60s on, with no upper end in the "
                 "range)", low);
    else
        snprintf(out, SIDE_TEXT, " (95" DS_TEXT_TIE "%%: %.60s to %.60s)", low, high);
}

static void print(const ds_speaker *s, const char *sentence, size_t indent)
{
    if (indent > 0)
        fprintf(s->file, "%*s", (int)indent, "");
    ds_text_wrap(s->file, sentence, s->style->width, indent, indent);
}

/* ---- One break-even ---------------------------------------------------------- */

static void say_tie(const ds_speaker *s, const ds_breakeven_root *r, char out[SENTENCE_TEXT])
{
    char at[DS_BREAKEVEN_VALUE], interval[SIDE_TEXT], above[SIDE_TEXT], below[SIDE_TEXT];
    ds_breakeven_value_text(s->b, 0, r->at, s->style, true, at);
    interval_text(s, r, interval);
    fares(s, r->turn, false, above);
    fares(s, -r->turn, true, below);
    if (r->turn == 0)
        snprintf(out, SENTENCE_TEXT, "Break-even at %s%s, and the same side on both sides of it.",
                 at, interval);
    else if (r->at.value <= ds_breakeven_axis_at(s->b, 0)->low)
        snprintf(out, SENTENCE_TEXT, "Break-even at %s%s, where the range begins: above it %s.",
                 at, interval, above);
    else
        snprintf(out, SENTENCE_TEXT, "Break-even at %s%s: above it %s, below it %s.", at, interval,
                 above, below);
}

static void say_jump(const ds_speaker *s, const ds_breakeven_root *r, char out[SENTENCE_TEXT])
{
    const ds_breakeven_axis *axis = ds_breakeven_axis_at(s->b, 0);
    char before[DS_BREAKEVEN_VALUE], after[DS_BREAKEVEN_VALUE], interval[SIDE_TEXT];
    char left[SIDE_TEXT], right[SIDE_TEXT], low[DS_HUMAN_TEXT], high[DS_HUMAN_TEXT];
    ds_breakeven_value_text(s->b, 0, (ds_estimate){ r->before, (double)NAN }, s->style, false,
                            before);
    ds_breakeven_value_text(s->b, 0, (ds_estimate){ r->after, (double)NAN }, s->style, true,
                            after);
    interval_text(s, r, interval);
    fares(s, -r->turn, false, left);
    fares(s, r->turn, true, right);
    if (axis->step > 0) {
        snprintf(out, SENTENCE_TEXT, "Break-even between %s and %s%s: up to %s %s, from %s on %s.",
                 before, after, interval, before, left, after, right);
        return;
    }
    if (ds_breakeven_what(s->b) == DS_BREAKEVEN_OF_MEAN) {
        ds_human_money(r->left.mean, s->style->utf8, low);
        ds_human_money(r->right.mean, s->style->utf8, high);
    } else {
        ds_human_share(r->left.share, s->style->utf8, low);
        ds_human_share(r->right.share, s->style->utf8, high);
    }
    snprintf(out, SENTENCE_TEXT, "The side changes at %s%s without a value at which they tie: %s "
             "jumps there from %s to %s. Below it %s, above it %s.", after, interval,
             ds_breakeven_what(s->b) == DS_BREAKEVEN_OF_MEAN ? "the saving"
                                                             : "the share of futures that save",
             low, high, left, right);
}

static void say_stretch(const ds_speaker *s, const ds_breakeven_root *r, char out[SENTENCE_TEXT])
{
    char before[DS_BREAKEVEN_VALUE], after[DS_BREAKEVEN_VALUE], side[SIDE_TEXT];
    const ds_breakeven_axis *axis = ds_breakeven_axis_at(s->b, 0);
    ds_breakeven_value_text(s->b, 0, (ds_estimate){ r->before, (double)NAN }, s->style, false,
                            before);
    ds_breakeven_value_text(s->b, 0, (ds_estimate){ r->after, (double)NAN }, s->style, true,
                            after);
    const bool ends = r->after < axis->high, begins = r->before > axis->low;
    const bool plain = r->turn == 0 || (!ends && !begins);
    fares(s, ends ? r->turn : -r->turn, false, side);
    snprintf(out, SENTENCE_TEXT, "The same from %s to %s: %s costs what %s costs in every future%s"
             "%s%s.", before, after, s->strategy, s->against,
             plain ? "" : ends ? (axis->date ? "; after it " : "; above it ")
                               : (axis->date ? "; before it " : "; below it "),
             plain ? "" : side, "");
}

static void say_root(const ds_speaker *s, const ds_breakeven_root *r, size_t indent)
{
    char out[SENTENCE_TEXT];
    if (r->kind == DS_BREAKEVEN_TIE)
        say_tie(s, r, out);
    else if (r->kind == DS_BREAKEVEN_JUMP)
        say_jump(s, r, out);
    else
        say_stretch(s, r, out);
    print(s, out, indent);
}

/* ---- None -------------------------------------------------------------------- */

/* "USD 12 M ± 1 M more on average", "in 12 % ± 1 % of futures" */
static void margin_text(const ds_speaker *s, const ds_breakeven_point *p, char out[SIDE_TEXT])
{
    char number[DS_HUMAN_TEXT];
    if (ds_breakeven_what(s->b) == DS_BREAKEVEN_OF_MEAN) {
        ds_human_money((ds_estimate){ fabs(p->mean.value), p->mean.se }, s->style->utf8, number);
        snprintf(out, SIDE_TEXT, "%s %s on average", number, p->mean.value > 0 ? "less" : "more");
    } else {
        ds_human_share(p->share, s->style->utf8, number);
        snprintf(out, SIDE_TEXT, "it costs less in %s of futures", number);
    }
}

/* Is the saving the same whatever the value?  Of values that were tried with as many paths;
 * one may have been tried with more than all others. */
static bool is_flat(const ds_breakeven_line *line)
{
    size_t compared = 0;
    for (size_t i = 0; i < line->point_count; i++)
        for (size_t j = 0; j < i; j++) {
            const ds_breakeven_point *p = &line->points[i], *q = &line->points[j];
            if (p->paths != q->paths)
                continue;
            if (fabs(p->mean.value - q->mean.value) > 1e-12 * fabs(p->mean.value))
                return false;
            compared++;
        }
    return compared > 0;
}

/* The value tried at which least is between the strategies; `nearest` of a line counts in
 * standard errors, by which a great saving that is badly known may be nearer. */
static const ds_breakeven_point *least_of(const ds_breakeven_line *line)
{
    const ds_breakeven_point *least = &line->nearest;
    for (size_t i = 0; i < line->point_count; i++)
        if (fabs(line->points[i].excess.value) < fabs(least->excess.value))
            least = &line->points[i];
    return least;
}

static void say_none(const ds_speaker *s, const ds_breakeven_line *line)
{
    const ds_breakeven_axis *axis = ds_breakeven_axis_at(s->b, 0);
    char low[DS_BREAKEVEN_VALUE], high[DS_BREAKEVEN_VALUE], at[DS_BREAKEVEN_VALUE];
    char side[SIDE_TEXT], margin[SIDE_TEXT], out[SENTENCE_TEXT];
    plain_text(s, 0, axis->low, 0, false, low);
    plain_text(s, 0, axis->high, 0, true, high);
    const ds_breakeven_point *nearest = line->near ? &line->nearest : least_of(line);
    plain_text(s, 0, nearest->value, 0, true, at);
    fares(s, line->sign, false, side);
    margin_text(s, nearest, margin);
    if (line->sign == 0)
        snprintf(out, sizeof out, "No difference between %s and %s: %s costs what %s costs, in "
                 "every future and at every value that was tried.", low, high, s->strategy,
                 s->against);
    else if (is_flat(line))
        snprintf(out, sizeof out, "No break-even, because it makes no difference: between %s and "
                 "%s %s whatever the value, %s.", low, high, side, margin);
    else if (line->near)
        snprintf(out, sizeof out, "No break-even is seen between %s and %s, but there may be one: "
                 "%s at all values that were tried, but at %s (%s) that cannot be told from a tie.",
                 low, high, side, at, margin);
    else
        snprintf(out, sizeof out, "No break-even between %s and %s: %s at all values that were "
                 "tried, nearest to a tie at %s, %s. Nothing is said of values beyond.", low, high,
                 side, at, margin);
    print(s, out, 0);
}

/* ---- A frontier -------------------------------------------------------------- */

/* The first break-even of a line that is one value; NULL when it has none. */
static const ds_breakeven_root *first_of(const ds_breakeven_line *line)
{
    for (size_t r = 0; r < line->root_count; r++)
        if (line->roots[r].kind != DS_BREAKEVEN_STRETCH)
            return &line->roots[r];
    return NULL;
}

static const ds_breakeven_line *line_with_root(const ds_breakeven *b, bool last)
{
    const ds_breakeven_line *found = NULL;
    for (size_t i = 0; i < ds_breakeven_line_count(b); i++) {
        const ds_breakeven_line *line = ds_breakeven_line_at(b, i);
        if (first_of(line) != NULL && (found == NULL || last))
            found = line;
    }
    return found;
}

static void end_text(const ds_speaker *s, const ds_breakeven_line *line, char out[2 * SIDE_TEXT])
{
    const ds_breakeven_root *r = first_of(line);
    char second[DS_BREAKEVEN_VALUE], at[DS_BREAKEVEN_VALUE];
    plain_text(s, 1, line->second, 0, true, second);
    ds_breakeven_value_text(s->b, 0, r->kind == DS_BREAKEVEN_TIE
                                         ? r->at : (ds_estimate){ r->after, (double)NAN },
                            s->style, true, at);
    snprintf(out, 2 * SIDE_TEXT, "%s at %s", at, second);
}

static void say_frontier(const ds_speaker *s)
{
    const ds_breakeven_line *first = line_with_root(s->b, false);
    const ds_breakeven_line *last = line_with_root(s->b, true);
    char from[2 * SIDE_TEXT], to[2 * SIDE_TEXT], side[SIDE_TEXT], out[SENTENCE_TEXT];
    size_t without = 0;
    if (first == NULL) {
        print(s, "No break-even at any value of the second: see the table.", 0);
        return;
    }
    for (size_t i = 0; i < ds_breakeven_line_count(s->b); i++)
        without += first_of(ds_breakeven_line_at(s->b, i)) == NULL ? 1 : 0;
    end_text(s, first, from);
    end_text(s, last, to);
    fares(s, first_of(first)->turn, false, side);
    snprintf(out, sizeof out, "The break-even goes from %s to %s: %s %s.", from, to,
             ds_breakeven_axis_at(s->b, 0)->date ? "from then on" : "above it", side);
    print(s, out, 0);
    if (without == 0)
        return;
    snprintf(out, sizeof out, "At %zu of %zu values of the second there is none.", without,
             ds_breakeven_line_count(s->b));
    print(s, out, 0);
}

void ds_breakeven_answer(FILE *file, const ds_breakeven *b, const ds_style *style)
{
    ds_speaker               s = { .file = file, .b = b, .style = style };
    const ds_breakeven_line *line = ds_breakeven_line_at(b, 0);
    ds_text_quote(ds_breakeven_strategy(b), style, s.strategy);
    ds_text_quote(ds_breakeven_against(b), style, s.against);
    fputs(ds_style_code(style, DS_STYLE_BOLD), file);
    if (ds_breakeven_axis_count(b) > 1) {
        say_frontier(&s);
    } else if (line->root_count == 0) {
        say_none(&s, line);
    } else {
        size_t count = 0;
        for (size_t r = 0; r < line->root_count; r++)
            count += line->roots[r].kind != DS_BREAKEVEN_STRETCH ? 1 : 0;
        if (count > 1)
            fprintf(file, "%zu break-evens:\n", count);
        for (size_t r = 0; r < line->root_count; r++)
            say_root(&s, &line->roots[r], count > 1 ? 2 : 0);
    }
    fputs(ds_style_code(style, DS_STYLE_PLAIN), file);
}
