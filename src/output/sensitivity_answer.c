/* sensitivity_answer.c -- what drives an answer, in sentences: the first, and the notes below
 * the table.  See sensitivity_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/sensitivity_table.h"

enum { NAME_TEXT = 160, NAME_COLUMNS = 56, SENTENCE_TEXT = 2048, SUBJECT_TEXT = 420 };

typedef struct {
    const ds_sensitivity  *s;
    ds_sensitivity_summary about;
    const ds_style        *style;
    char what[SUBJECT_TEXT]; /* "the saving (NPV) of `distil` against `stay`"         */
} subject;

static void quote(const char *name, const ds_style *style, char out[NAME_TEXT])
{
    char clean[NAME_TEXT - 2];
    ds_text_clean(name, style->utf8, clean, sizeof clean);
    ds_sensitivity_fit_name(clean, NAME_COLUMNS, style->utf8);
    snprintf(out, NAME_TEXT, "`%s`", clean);
}

/* An outcome that not every future has. */
static bool may_lack(const char *outcome)
{
    const size_t index = ds_outcome_find(outcome);
    return index < ds_outcome_count() && ds_outcome_at(index)->undefined != NULL;
}

/* "the saving (NPV) of `distil` against `stay`", "whether ... is above 0" */
static void name_subject(subject *t)
{
    const ds_sensitivity_summary *a = &t->about;
    char strategy[NAME_TEXT], baseline[NAME_TEXT], outcome[NAME_TEXT], plain[SUBJECT_TEXT - 40];

    quote(a->strategy, t->style, strategy);
    quote(a->baseline, t->style, baseline);
    quote(a->outcome, t->style, outcome);
    if (a->strategy[0] == '\0')
        snprintf(plain, sizeof plain, "%s", outcome);
    else if (strcmp(a->outcome, "saving_npv_usd") == 0)
        snprintf(plain, sizeof plain, "the saving (NPV) of %.120s against %.120s", strategy,
                 baseline);
    else if (strcmp(a->outcome, "cost_npv_usd") == 0)
        snprintf(plain, sizeof plain, "the cost (NPV) of %.120s", strategy);
    else
        snprintf(plain, sizeof plain, "%.120s of %.120s", outcome, strategy);
    if (a->scale == DS_SENSITIVITY_VALUE)
        snprintf(t->what, sizeof t->what, "%s", plain);
    else if (a->scale == DS_SENSITIVITY_RANK)
        snprintf(t->what, sizeof t->what, "the rank of %s", plain);
    else if (strcmp(a->outcome, "saving_npv_usd") == 0 && a->strategy[0] != '\0')
        snprintf(t->what, sizeof t->what, "whether %.120s saves against %.120s", strategy,
                 baseline);
    else if (may_lack(a->outcome))
        snprintf(t->what, sizeof t->what, "whether there is %s", plain);
    else
        snprintf(t->what, sizeof t->what, "whether %s is above 0", plain);
}

/* An estimate in the words of a sentence. */
static void say_figure(const subject *t, size_t f, ds_estimate e, char out[DS_HUMAN_TEXT])
{
    const ds_sensitivity_figure *figure = ds_sensitivity_figure_at(t->about.method, f);

    e = ds_sensitivity_within(figure, e);
    if (ds_sensitivity_is_share(&t->about, figure))
        ds_human_share(e, t->style->utf8, out);
    else if (figure->outcome && strcmp(t->about.unit, "USD") == 0)
        ds_human_money(e, t->style->utf8, out);
    else
        ds_human_estimate(e, ds_scale_one, t->style->utf8, out);
}

/* ---- The first sentence -------------------------------------------------------------- */

/* "`a`, `b` and `c`" of the first rows. */
static void list_names(const subject *t, size_t count, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        char name[NAME_TEXT];
        quote(ds_sensitivity_row_at(t->s, i)->name, t->style, name);
        const int more = snprintf(out + used, size - used, "%s%s",
                                  i == 0 ? "" : i + 1 == count ? " and " : ", ", name);
        used += more > 0 ? (size_t)more : 0;
    }
}

static void say_sobol(const subject *t, char *out, size_t size)
{
    static const char *const numbers[] = { "No", "One input", "Two inputs", "Three inputs",
                                           "Four inputs", "Five inputs" };
    const size_t count = t->about.explained_by;
    char names[6 * NAME_TEXT], share[DS_HUMAN_TEXT], total[DS_HUMAN_TEXT];
    const ds_sensitivity_row *row = ds_sensitivity_row_at(t->s, 0);

    list_names(t, count > 0 ? count : 1, names, sizeof names);
    if (count > 0 && count < sizeof numbers / sizeof *numbers) {
        ds_human_share(t->about.explained, t->style->utf8, share);
        snprintf(out, size, "%s explain%s %s%s of the variance of %s: %s.", numbers[count],
                 count == 1 ? "s" : "", t->about.explained.value < 0.5 ? "only " : "", share,
                 t->what, names);
        return;
    }
    say_figure(t, 0, row->figure[0], share);
    say_figure(t, 1, row->figure[1], total);
    snprintf(out, size, "%s explains %s of the variance of %s alone, and %s with others.", names,
             share, t->what, total);
}

static void say_shapley(const subject *t, char *out, size_t size)
{
    const size_t rows = ds_sensitivity_row_count(t->s);
    size_t used = 0;

    for (size_t i = 0; i < 3 && i < rows && !ds_sensitivity_row_at(t->s, i)->rest; i++) {
        char name[NAME_TEXT], share[DS_HUMAN_TEXT];
        if (i > 0 && !(ds_sensitivity_row_at(t->s, i)->figure[0].value > 0))
            break; /* nothing, or less than nothing by its error: no news */
        quote(ds_sensitivity_row_at(t->s, i)->name, t->style, name);
        say_figure(t, 0, ds_sensitivity_row_at(t->s, i)->figure[0], share);
        const int more = snprintf(out + used, size - used, "%s%s %s%s", i == 0 ? "" : ", ", name,
                                  i == 0 ? "has " : "", share);
        used += more > 0 ? (size_t)more : 0;
    }
    snprintf(out + used, size - used, " of the variance of %s.", t->what);
}

static void say_tornado(const subject *t, char *out, size_t size)
{
    const ds_sensitivity_row *row = ds_sensitivity_row_at(t->s, 0);
    char name[NAME_TEXT], low[DS_HUMAN_TEXT], high[DS_HUMAN_TEXT], at_low[DS_HUMAN_TEXT];
    char at_high[DS_HUMAN_TEXT];
    const bool given = t->about.method == DS_SENSITIVITY_GIVEN;

    quote(row->name, t->style, name);
    ds_sensitivity_value(row, row->low, low);
    ds_sensitivity_value(row, row->high, high);
    say_figure(t, 1, row->figure[1], at_low);
    say_figure(t, 2, row->figure[2], at_high);
    if (given) {
        char alone[DS_HUMAN_TEXT];
        say_figure(t, 0, row->figure[0], alone);
        snprintf(out, size, "%s alone explains %s of the variance of %s: on average %s in its "
                            "lowest tenth, %s in its highest.",
                 name, alone, t->what, at_low, at_high);
        return;
    }
    snprintf(out, size, "%s moves the mean of %s most: from %s at %s to %s at %s.", name, t->what,
             at_low, low, at_high, high);
}

static void say_one(const subject *t, char *out, size_t size)
{
    const ds_sensitivity_row *row = ds_sensitivity_row_at(t->s, 0);
    char name[NAME_TEXT], figure[DS_HUMAN_TEXT], r_squared[DS_HUMAN_TEXT];

    quote(row->name, t->style, name);
    say_figure(t, 0, row->figure[0], figure);
    ds_human_share(t->about.explained, t->style->utf8, r_squared);
    if (t->about.method == DS_SENSITIVITY_MORRIS)
        snprintf(out, size, "%s moves %s most: by %s on average from its low to its high value.",
                 name, t->what, figure);
    else if (t->about.method == DS_SENSITIVITY_SRC)
        snprintf(out, size, "%s goes with %s most, coefficient %s; all inputs together explain %s "
                            "of the variance as a straight line.",
                 name, t->what, figure, r_squared);
    else
        snprintf(out, size, "%s goes with %s most: partial rank correlation %s.", name, t->what,
                 figure);
}

static void print_sentence(FILE *file, const subject *t)
{
    char sentence[SENTENCE_TEXT] = "";

    if (!t->about.moves || ds_sensitivity_row_count(t->s) == 0)
        snprintf(sentence, sizeof sentence, "Nothing drives %s: it is the same in every future.",
                 t->what);
    else if (t->about.method == DS_SENSITIVITY_SOBOL)
        say_sobol(t, sentence, sizeof sentence);
    else if (t->about.method == DS_SENSITIVITY_SHAPLEY)
        say_shapley(t, sentence, sizeof sentence);
    else if (t->about.method == DS_SENSITIVITY_TORNADO || t->about.method == DS_SENSITIVITY_GIVEN)
        say_tornado(t, sentence, sizeof sentence);
    else
        say_one(t, sentence, sizeof sentence);
    fputs(ds_style_code(t->style, DS_STYLE_BOLD), file);
    ds_text_wrap(file, sentence, t->style->width, 0, 0);
    fputs(ds_style_code(t->style, DS_STYLE_PLAIN), file);
}

/* ---- Notes -------------------------------------------------------------------------- */

static const char *meaning_of(ds_sensitivity_method method)
{
    switch (method) {
    case DS_SENSITIVITY_SOBOL:
        return "alone: the share of the variance that would go, on average, if only this were "
               "known; with others: the share that would be left if all else were known.";
    case DS_SENSITIVITY_SHAPLEY:
        return "share: of the variance, what inputs do together divided evenly between them; the "
               "shares add up to 100 %.";
    case DS_SENSITIVITY_TORNADO:
        return "The mean with the input at its 10 % value and at its 90 % value, in the same "
               "futures in all else; swing: high less low.";
    case DS_SENSITIVITY_MORRIS:
        return "The effect of one input going from its 10 % to its 90 % value, others at random: "
               "size and mean; spread: how far it hangs on others, or is bent.";
    case DS_SENSITIVITY_SRC:
        return "coefficient: standard deviations that the outcome moves when the input moves by "
               "one.";
    case DS_SENSITIVITY_PRCC:
        return "Correlation of the ranks, what the other inputs say taken away from both.";
    case DS_SENSITIVITY_GIVEN:
    default:
        return "alone: the share of the variance that would go, on average, if only this were "
               "known; then the mean outcome in its lowest and in its highest tenth.";
    }
}

static void print_note(FILE *file, const subject *t, const char *text)
{
    ds_text_wrap(file, text, t->style->width, 4, 0);
}

static bool any_row(const subject *t, size_t rows, bool (*is)(const ds_sensitivity_row *row))
{
    for (size_t i = 0; i < rows; i++)
        if (is(ds_sensitivity_row_at(t->s, i)))
            return true;
    return false;
}

static bool is_chance(const ds_sensitivity_row *row)
{
    return row->chance;
}

static bool is_joined(const ds_sensitivity_row *row)
{
    return strchr(row->name, '*') != NULL || strstr(row->name, " and others") != NULL;
}

/* Joined by a t copula? */
static bool has_tail(const ds_sensitivity_row *row)
{
    for (size_t k = 0; k < row->member_count; k++) {
        const char *mark = strrchr(row->members[k], '#');
        if (mark != NULL && strcmp(mark, "#tail") == 0)
            return true;
    }
    return false;
}

static bool knows_chance(ds_sensitivity_method method)
{
    return method == DS_SENSITIVITY_SOBOL || method == DS_SENSITIVITY_SHAPLEY;
}

/* Is it one of the words of "a, b, c"? */
static bool is_listed(const char *list, const char *word, size_t length)
{
    for (const char *at = list; *at != '\0'; at += strspn(at, ", ")) {
        const size_t next = strcspn(at, ",");
        if (next == length && strncmp(at, word, length) == 0)
            return true;
        at += next;
    }
    return false;
}

/* Adds what a star of `name` stands for in a member, unless it is there. */
static void add_star(const char *name, const char *member, char *out, size_t size)
{
    const size_t prefix = strcspn(name, "*"), used = strlen(out);

    if (name[prefix] == '\0' || strncmp(member, name, prefix) != 0)
        return;
    const size_t length = strcspn(member + prefix, "/#");
    if (length < size - used - 2 && !is_listed(out, member + prefix, length))
        snprintf(out + used, size - used, "%s%.*s", used > 0 ? ", " : "", (int)length,
                 member + prefix);
}

/* What the star of a name stands for, "PREFIX*: a, b."; "" without a star. */
static void joined_line(const ds_sensitivity_row *row, char *out, size_t size)
{
    const size_t prefix = strcspn(row->name, "*");
    char         names[SENTENCE_TEXT / 2] = "";

    for (size_t k = 0; k < row->member_count; k++)
        add_star(row->name, row->members[k], names, sizeof names);
    out[0] = '\0';
    if (row->name[prefix] == '*')
        snprintf(out, size, "%.*s*: %s.", (int)prefix, row->name, names);
}

/* Which of the rows are several correlated inputs, and which these are: each list once. */
static void print_joined(FILE *file, const subject *t, size_t rows)
{
    char line[SENTENCE_TEXT], earlier[SENTENCE_TEXT], clean[SENTENCE_TEXT];

    if (!any_row(t, rows, is_joined))
        return;
    print_note(file, t, any_row(t, rows, has_tail)
                            ? "Correlated inputs are one (*): by a t copula they share a tail, so "
                              "that their shares cannot be told apart."
                            : "Correlated inputs are one (*): their shares can be told apart by "
                              "--method shapley only.");
    for (size_t i = 0; i < rows; i++) {
        joined_line(ds_sensitivity_row_at(t->s, i), line, sizeof line);
        bool said = line[0] == '\0';
        for (size_t k = 0; k < i && !said; k++) {
            joined_line(ds_sensitivity_row_at(t->s, k), earlier, sizeof earlier);
            said = strcmp(line, earlier) == 0;
        }
        if (said)
            continue;
        ds_text_clean(line, t->style->utf8, clean, sizeof clean);
        print_note(file, t, clean);
    }
}

/* What share of the variance a few futures have, when it is much. */
static void print_tail(FILE *file, const subject *t)
{
    char line[SENTENCE_TEXT];

    const ds_sensitivity_method m = t->about.method;
    const bool squares = m != DS_SENSITIVITY_PRCC && m != DS_SENSITIVITY_TORNADO &&
                         m != DS_SENSITIVITY_MORRIS;
    if (!squares || t->about.scale != DS_SENSITIVITY_VALUE || t->about.tail_share < 0.25)
        return;
    snprintf(line, sizeof line,
             "Beware: one future in a thousand makes %.0f %% of the variance, so that this is "
             "about extreme futures, and badly known. What moves the others, --of %s:rank tells; "
             "what decides the sign, --of %s:probability.",
             100 * t->about.tail_share, t->about.outcome, t->about.outcome);
    print_note(file, t, line);
}

static void print_how(FILE *file, const ds_scenario *scenario, const subject *t)
{
    const ds_sensitivity_summary *a = &t->about;
    const char *error = t->style->utf8 ? "\xC2\xB1" : "+/-";
    char line[SENTENCE_TEXT], name[NAME_TEXT];

    if (scenario == NULL) {
        snprintf(line, sizeof line, "%s is one standard error. %" PRIu64 " futures of a table.",
                 error, a->paths);
    } else {
        quote(ds_scenario_name(scenario), t->style, name);
        snprintf(line, sizeof line, "%s is one standard error. Scenario %s (%s), %" PRIu64
                 " run%s of %" PRIu64 " %s, seed %" PRIu64 ".", error, name,
                 ds_scenario_hash(scenario), a->runs, a->runs == 1 ? "" : "s", a->paths,
                 a->method == DS_SENSITIVITY_MORRIS ? "trajectories" : "paths", a->seed);
    }
    print_note(file, t, line);
}

static void print_notes(FILE *file, const ds_scenario *scenario, const subject *t, size_t rows)
{
    const ds_sensitivity_summary *a = &t->about;
    char line[SENTENCE_TEXT];

    print_note(file, t, meaning_of(a->method));
    if (any_row(t, rows, is_chance))
        print_note(file, t, "chance: shocks, jumps, releases and other events, month by month; "
                            "nobody can know them before.");
    else if (!knows_chance(a->method) && scenario != NULL)
        print_note(file, t, "What happens month by month is none of these inputs, and drawn as "
                            "always.");
    print_joined(file, t, rows);
    if (a->screened > 0) {
        snprintf(line, sizeof line, "Of %" PRIu64 " inputs those that moved it most in a first, "
                 "smaller sample are told apart; the others are one.", a->screened);
        print_note(file, t, line);
    }
    print_how(file, scenario, t);
}

/* How many rows are printed: the first, and the rest, where that is one row more. */
static size_t rows_of(const ds_sensitivity *s, size_t top)
{
    const size_t all = ds_sensitivity_row_count(s), most = top > 0 ? top : DS_SENSITIVITY_TOP;
    return all <= most + 1 ? all : most;
}

ds_code ds_sensitivity_print(FILE *file, const ds_scenario *scenario, const ds_sensitivity *s,
                             size_t top, const ds_style *style, ds_error *err)
{
    subject      t = { .s = s, .about = ds_sensitivity_summary_of(s), .style = style };
    const size_t rows = rows_of(s, top), all = ds_sensitivity_row_count(s);

    name_subject(&t);
    print_sentence(file, &t);
    print_tail(file, &t);
    putc('\n', file);
    if (t.about.moves) {
        const ds_code code = ds_sensitivity_print_rows(file, s, rows, style, err);
        if (code != DS_OK)
            return code;
        if (all > rows)
            fprintf(file, "and %zu more (--top, --format csv)\n", all - rows);
        putc('\n', file);
        print_notes(file, scenario, &t, rows);
    }
    return DS_OK;
}
