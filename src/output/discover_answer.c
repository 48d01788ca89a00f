/* discover_answer.c -- boxes for people: sentences, tables, notes.  See discover_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "output/commit_report.h"
#include "output/discover_report.h"
#include "output/grid.h"
#include "output/number.h"

enum { VALUE_TEXT = 160, SENTENCE_TEXT = 4096 };

static const double whole_percent = 0.03; /* an error that leaves no digit after the point */

typedef struct {
    const ds_discover_report *report;
    const ds_discover        *d;
    const ds_discover_facts  *f;
    const ds_style           *style;
} ds_subject;

static void append(char *out, size_t size, const char *format, ...) DS_PRINTF(3, 4);
static void append(char *out, size_t size, const char *format, ...)
{
    size_t  used = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out + used, size - used, format, arguments);
    va_end(arguments);
}

/* ---- Values of an input ------------------------------------------------------ */

/* Large numbers are scaled as money is: 1.25 M. */
static ds_scale scale_of(double value)
{
    return fabs(value) >= 1e4 ? ds_scale_of_money(value) : ds_scale_one;
}

/* "1.25 M", as exact as its error says. */
static void value_text(double value, double se, ds_scale scale, const char *gap,
                       char out[DS_HUMAN_TEXT])
{
    char number[DS_HUMAN_TEXT];
    ds_human_value((ds_estimate){ value, se }, scale, number);
    snprintf(out, DS_HUMAN_TEXT, "%.40s%s%s", number, scale.suffix[0] != '\0' ? gap : "",
             scale.suffix);
}

/* Half samples say how exactly a bound is known: their 90 % interval is 3.3 errors wide. */
static double error_of(const ds_discover_edge *e)
{
    const double se = (e->high - e->low) / 3.29;
    return isfinite(se) && se > 0 ? se : fabs(e->bound) / 1000;
}

static bool is_yes_or_no(const ds_discover_edge *e)
{
    const char *mark = strchr(e->name, '#');
    return mark != NULL && (strcmp(mark, "#passed") == 0 || strcmp(mark, "#permitted") == 0);
}

static void one_value(const ds_discover_edge *e, size_t k, const char *gap,
                      char out[DS_HUMAN_TEXT])
{
    if (is_yes_or_no(e))
        snprintf(out, DS_HUMAN_TEXT, "%s", e->values[k] != 0 ? "yes" : "no");
    else if (fabs(e->values[k]) >= 1e4)
        value_text(e->values[k], (double)NAN, scale_of(e->values[k]), gap, out);
    else
        snprintf(out, DS_HUMAN_TEXT, "%.4g", e->values[k]);
}

/* "0 or 5 M" */
static void values_text(const ds_discover_edge *e, const char *gap, char out[VALUE_TEXT])
{
    out[0] = '\0';
    for (size_t k = 0; k < e->kept_count; k++) {
        char text[DS_HUMAN_TEXT];
        one_value(e, k, gap, text);
        append(out, VALUE_TEXT, "%s%s", k == 0 ? "" : k + 1 < e->kept_count ? ", " : " or ", text);
    }
}

/* "below 0.823", "no" */
static void bound_text(const ds_discover_edge *e, const char *gap, char out[VALUE_TEXT])
{
    char text[DS_HUMAN_TEXT];
    if (e->side == DS_DISCOVER_VALUES) {
        values_text(e, gap, out);
        return;
    }
    value_text(e->bound, error_of(e), scale_of(e->bound), gap, text);
    snprintf(out, VALUE_TEXT, "%s%s%s", ds_discover_side_name(e->side), gap, text);
}

/* ---- Sentences ---------------------------------------------------------------- */

/* "the project of student succeeds"; false when the edge is of another kind. */
static bool say_project(const ds_subject *s, const ds_discover_edge *e, char *out, size_t size)
{
    char label[DS_INPUT_LABEL];
    if (!is_yes_or_no(e) || e->kept_count != 1)
        return false;
    ds_input_label(e->name, s->style->utf8, label);
    const char *project = strstr(label, "the project");
    const bool  yes = e->values[0] != 0, passed = strstr(e->name, "#passed") != NULL;
    append(out, size, "%s %s", project != NULL ? project : label,
           passed ? (yes ? "succeeds" : "fails") : yes ? "is permitted" : "is refused");
    return true;
}

/* "acceptable_share of student is below 0.82 (lowest 25 %)" */
static void say_edge(const ds_subject *s, const ds_discover_edge *e, char *out, size_t size)
{
    char label[DS_INPUT_LABEL], bound[VALUE_TEXT], share[DS_HUMAN_TEXT];
    if (say_project(s, e, out, size))
        return;
    ds_input_label(e->name, s->style->utf8, label);
    bound_text(e, DS_TEXT_TIE, bound);
    ds_human_value((ds_estimate){ e->share.value, whole_percent }, ds_scale_percent, share);
    append(out, size, "%s is %s", label, bound);
    if (e->side != DS_DISCOVER_VALUES)
        append(out, size, " (%s" DS_TEXT_TIE "%s" DS_TEXT_TIE "%%)",
               e->side == DS_DISCOVER_BELOW ? "lowest" : "highest", share);
}

static void say_edges(const ds_subject *s, size_t b, char *out, size_t size)
{
    const size_t count = ds_discover_box_at(s->d, b)->edge_count;
    for (size_t k = 0; k < count; k++) {
        append(out, size, "%s", k == 0 ? "" : k + 1 < count ? ", " : " and ");
        say_edge(s, ds_discover_edge_at(s->d, b, k), out, size);
    }
}

static void condition_text(const ds_subject *s, char *out, size_t size)
{
    char           clean[DS_INPUT_LABEL], number[DS_HUMAN_TEXT];
    const char    *gap = DS_TEXT_TIE;
    ds_input_label(s->f->outcome, s->style->utf8, clean);
    if (isinf(s->f->bound))
        snprintf(number, sizeof number, "%s", s->f->bound > 0 ? "never" : "-infinite");
    else
        value_text(s->f->bound, (double)NAN, scale_of(s->f->bound), gap, number);
    snprintf(out, size, "%s%s%s%s%s", clean, gap, s->f->relation, gap, number);
}

/* It is so in none of the futures, or in all of them. */
static bool is_certain(const ds_subject *s)
{
    return !(s->f->share.value > 0 && s->f->share.value < 1);
}

/* "31 % of futures", "none of the 65536 futures" */
static void how_many(const ds_subject *s, char *out, size_t size)
{
    char share[DS_HUMAN_TEXT];
    ds_human_share(s->f->share, s->style->utf8, share);
    if (is_certain(s))
        snprintf(out, size, "%s of the %zu futures", s->f->share.value > 0 ? "all" : "none",
                 s->f->paths);
    else
        snprintf(out, size, "%s of futures", share);
}

/* "`distil` loses money against `stay` in 31 % of futures." */
static void say_share(const ds_subject *s, char *out, size_t size)
{
    char many[DS_HUMAN_TEXT + 40], what[VALUE_TEXT + DS_INPUT_LABEL];
    char who[DS_QUOTED_TEXT], whom[DS_QUOTED_TEXT];
    how_many(s, many, sizeof many);
    ds_text_quote(s->f->strategy, s->style, who);
    ds_text_quote(s->f->against, s->style, whom);
    condition_text(s, what, sizeof what);
    if (s->f->loses)
        append(out, size, "%s loses money against %s in %s.", who, whom, many);
    else if (s->f->strategy[0] == '\0')
        append(out, size, "In %s is %s.", many, what);
    else
        append(out, size, "%s has %s%s%s in %s.", who, what,
               s->f->against[0] != '\0' ? " against " : "", s->f->against[0] != '\0' ? whom : "",
               many);
}

/* Whole percents; where they do not tell, as many digits as the error allows. */
static void percent(ds_estimate e, char out[DS_HUMAN_TEXT])
{
    char text[DS_HUMAN_TEXT];
    const double least = e.value < 0.0095 || e.value > 0.9905 ? 0 : whole_percent;
    if (e.value == 0 || e.value == 1) {
        snprintf(out, DS_HUMAN_TEXT, "%s" DS_TEXT_TIE "%%", e.value == 0 ? "0" : "100");
        return;
    }
    ds_human_value((ds_estimate){ e.value, fmax(e.se, least) }, ds_scale_percent, text);
    snprintf(out, DS_HUMAN_TEXT, "%.40s" DS_TEXT_TIE "%%", text);
}

static void say_box(const ds_subject *s, size_t b, char *out, size_t size)
{
    const ds_discover_box *box = ds_discover_box_at(s->d, b);
    char covered[DS_HUMAN_TEXT], density[DS_HUMAN_TEXT], elsewhere[DS_HUMAN_TEXT];
    char mass[DS_HUMAN_TEXT];
    const char *it = s->f->loses ? "it loses" : "it is so";

    percent(box->coverage, covered);
    percent(box->density, density);
    percent(box->elsewhere, elsewhere);
    percent(box->mass, mass);
    append(out, size, b == 0 ? " %s of these lie where " : " A further %s lie where ", covered);
    say_edges(s, b, out, size);
    append(out, size, ": there, in %s of futures, %s in %s of cases, elsewhere in %s.", mass, it,
           density, elsewhere);
}

static void say_nothing_found(const ds_subject *s, char *out, size_t size)
{
    char threshold[DS_HUMAN_TEXT];
    percent((ds_estimate){ s->f->min_density, 0.003 }, threshold);
    append(out, size, " These are not confined to any part: no bounds on ");
    if (s->f->inputs == 1)
        append(out, size, "the one uncertain figure");
    else
        append(out, size, "a few of the %zu uncertain figures", s->f->inputs);
    append(out, size, " hold many more of them than their share of futures");
    if (s->f->min_density > 0)
        append(out, size, ", at a density of %s or more", threshold);
    append(out, size, isfinite(s->f->refused_p)
                          ? "; what half of the futures suggest does not hold in the other half."
                          : ".");
}

static void print_sentences(FILE *file, const ds_subject *s)
{
    char text[SENTENCE_TEXT] = "";
    say_share(s, text, sizeof text);
    for (size_t b = 0; b < ds_discover_box_count(s->d); b++)
        say_box(s, b, text, sizeof text);
    if (is_certain(s))
        append(text, sizeof text, " So there is no part of what may come to look for.");
    else if (ds_discover_box_count(s->d) == 0)
        say_nothing_found(s, text, sizeof text);
    fputs(ds_style_code(s->style, DS_STYLE_BOLD), file);
    ds_text_wrap(file, text, s->style->width, 0, 0);
    fputs(ds_style_code(s->style, DS_STYLE_PLAIN), file);
}

/* ---- The edges of a box --------------------------------------------------------- */

enum { EDGE_COLUMNS = 6 };

static void set_heads(ds_grid *grid, const char *const titles[][2], size_t count)
{
    for (size_t c = 0; c < count; c++) {
        grid->heads[c].group = (int)c;
        snprintf(grid->heads[c].title, DS_CELL_TEXT, "%s", titles[c][0]);
        snprintf(grid->heads[c].unit, DS_CELL_TEXT, "%s", titles[c][1]);
    }
}

static void p_text(double p, char out[DS_CELL_TEXT])
{
    if (p < 1e-6)
        snprintf(out, DS_CELL_TEXT, "<1e-6");
    else
        snprintf(out, DS_CELL_TEXT, p < 1e-3 ? "%.0e" : "%.2g", p);
}

/* a, b, ... */
static char letter(size_t edge)
{
    return (char)('a' + edge % 26);
}

/* "a  /models/claude/price_path#last_level below 0.234; 0.213 to 0.254 in half samples" */
static void print_edge(FILE *file, const ds_subject *s, size_t k, const ds_discover_edge *e)
{
    char name[400], unit[48], bound[VALUE_TEXT], text[800];
    ds_text_clean(e->name, s->style->utf8, name, sizeof name);
    ds_text_clean(e->unit, s->style->utf8, unit, sizeof unit);
    bound_text(e, DS_TEXT_TIE, bound);
    snprintf(text, sizeof text, "%c  %s %s%s", letter(k), name,
             e->side == DS_DISCOVER_VALUES ? "is" DS_TEXT_TIE : "", bound);
    if (unit[0] != '\0' && strcmp(unit, "1") != 0)
        append(text, sizeof text, DS_TEXT_TIE "%s", unit);
    if (isfinite(e->low)) {
        char low[DS_HUMAN_TEXT], high[DS_HUMAN_TEXT];
        value_text(e->low, error_of(e), scale_of(e->bound), DS_TEXT_TIE, low);
        value_text(e->high, error_of(e), scale_of(e->bound), DS_TEXT_TIE, high);
        append(text, sizeof text, "; in half samples %s to" DS_TEXT_TIE "%s", low, high);
    }
    ds_text_wrap(file, text, s->style->width, 3, 0);
}

static void fill_edge(const ds_subject *s, ds_grid *grid, size_t row, const ds_discover_edge *e)
{
    const bool utf8 = s->style->utf8;

    snprintf(ds_grid_cell(grid, row, 0), DS_CELL_TEXT, "%c", letter(row));
    ds_human_value((ds_estimate){ e->kept.value, whole_percent }, ds_scale_percent,
                   ds_grid_cell(grid, row, 1));
    ds_human_value((ds_estimate){ e->share.value, fmax(e->share.se, 0.0005) }, ds_scale_percent,
                   ds_grid_cell(grid, row, 2));
    ds_human_estimate(e->coverage_without, ds_scale_percent, utf8, ds_grid_cell(grid, row, 3));
    ds_human_estimate(e->density_without, ds_scale_percent, utf8, ds_grid_cell(grid, row, 4));
    p_text(e->quasi_p, ds_grid_cell(grid, row, 5));
}

static bool print_edges(FILE *file, const ds_subject *s, size_t b)
{
    static const char *const titles[EDGE_COLUMNS][2] = { { "", "" }, { "have it", "%" },
        { "futures", "%" }, { "coverage", "% without it" }, { "density", "% without it" },
        { "quasi-p", "" } };
    const size_t count = ds_discover_box_at(s->d, b)->edge_count;
    ds_grid      grid;

    for (size_t k = 0; k < count; k++)
        print_edge(file, s, k, ds_discover_edge_at(s->d, b, k));
    putc('\n', file);
    if (!ds_grid_init(&grid, count, EDGE_COLUMNS))
        return false;
    set_heads(&grid, titles, EDGE_COLUMNS);
    for (size_t k = 0; k < count; k++)
        fill_edge(s, &grid, k, ds_discover_edge_at(s->d, b, k));
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return true;
}

/* ---- The trade-off ---------------------------------------------------------------- */

static const double coverages[] = { 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1 };
enum { COVERAGES = sizeof coverages / sizeof coverages[0], TRADE_ROWS = COVERAGES + 1,
       TRADE_COLUMNS = 5 };

/* The last peels that still have so much, and the box itself at its place (index SIZE_MAX). */
static size_t list_peels(const ds_subject *s, size_t b, size_t rows[TRADE_ROWS])
{
    const ds_discover_box *box = ds_discover_box_at(s->d, b);
    const double first = ds_discover_peel_at(s->d, b, 0)->coverage.value;
    size_t       count = 0, last = 0;
    bool         own = false;

    for (size_t c = 0; c < COVERAGES; c++) {
        size_t k = last;
        while (k + 1 < box->peel_count &&
               ds_discover_peel_at(s->d, b, k + 1)->coverage.value >= coverages[c] * first)
            k++;
        if (!own && ds_discover_peel_at(s->d, b, k)->coverage.value < box->coverage.value) {
            rows[count++] = SIZE_MAX;
            own = true;
        }
        if (k > last)
            rows[count++] = k;
        last = k;
    }
    if (!own)
        rows[count++] = SIZE_MAX;
    return count;
}

static void fill_trade(const ds_subject *s, ds_grid *grid, size_t row, size_t b, size_t k)
{
    const ds_discover_box  *box = ds_discover_box_at(s->d, b);
    const ds_discover_peel *p = k == SIZE_MAX ? NULL : ds_discover_peel_at(s->d, b, k);
    const bool              utf8 = s->style->utf8;
    size_t                  inputs = 0;

    for (size_t e = 0; e < box->edge_count; e++)
        inputs += e == 0 || strcmp(ds_discover_edge_at(s->d, b, e)->name,
                                   ds_discover_edge_at(s->d, b, e - 1)->name) != 0;
    if (p == NULL)
        snprintf(ds_grid_cell(grid, row, 0), DS_CELL_TEXT, "the box");
    else
        snprintf(ds_grid_cell(grid, row, 0), DS_CELL_TEXT, "peel %zu", k);
    snprintf(ds_grid_cell(grid, row, 1), DS_CELL_TEXT, "%zu", p != NULL ? p->inputs : inputs);
    ds_human_estimate(p != NULL ? p->coverage : box->coverage, ds_scale_percent, utf8,
                      ds_grid_cell(grid, row, 2));
    ds_human_estimate(p != NULL ? p->density : box->density, ds_scale_percent, utf8,
                      ds_grid_cell(grid, row, 3));
    ds_human_estimate(p != NULL ? p->mass : box->mass, ds_scale_percent, utf8,
                      ds_grid_cell(grid, row, 4));
}

static bool print_trade(FILE *file, const ds_subject *s, size_t b)
{
    static const char *const titles[TRADE_COLUMNS][2] = { { "", "" }, { "inputs", "" },
        { "coverage", "%" }, { "density", "%" }, { "futures", "%" } };
    size_t       rows[TRADE_ROWS + 1];
    const size_t count = list_peels(s, b, rows);
    ds_grid      grid;

    if (!ds_grid_init(&grid, count, TRADE_COLUMNS))
        return false;
    set_heads(&grid, titles, TRADE_COLUMNS);
    for (size_t k = 0; k < count; k++)
        fill_trade(s, &grid, k, b, rows[k]);
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return true;
}

/* ---- Notes -------------------------------------------------------------------------- */

static void note(FILE *file, const ds_subject *s, const char *text)
{
    ds_text_wrap(file, text, s->style->width, 4, 0);
}

static void note_rivals(FILE *file, const ds_subject *s, size_t b)
{
    const size_t count = ds_discover_box_at(s->d, b)->rival_count;
    char         text[SENTENCE_TEXT] = "";

    for (size_t k = 0; k < count && k < 6; k++) {
        const ds_discover_rival *r = ds_discover_rival_at(s->d, b, k);
        char label[DS_INPUT_LABEL], kept[DS_HUMAN_TEXT];
        ds_input_label(r->name, s->style->utf8, label);
        percent(r->kept, kept);
        append(text, sizeof text, "%s%s (%s)", k > 0 ? ", " : "", label, kept);
    }
    if (count > 0) {
        char line[SENTENCE_TEXT + 80];
        snprintf(line, sizeof line, "Half samples also bound %s.", text);
        note(file, s, line);
    }
}

static void print_notes(FILE *file, const ds_subject *s)
{
    char text[SENTENCE_TEXT], threshold[DS_HUMAN_TEXT], name[DS_QUOTED_TEXT];
    if (ds_discover_box_count(s->d) > 0) {
        percent((ds_estimate){ ds_discover_box_at(s->d, 0)->threshold, 0.003 }, threshold);
        snprintf(text, sizeof text,
                 "Coverage is the share of all such futures that lie in the box, density their "
                 "share of the box. Half of the futures found the box, the other %zu say what it "
                 "holds; a place belongs to it from a density of %s on.", s->f->told_in,
                 threshold);
        note(file, s, text);
        snprintf(text, sizeof text,
                 "Half samples are %zu halves of the half that found the box, each with a box of "
                 "its own: 5 to 95 %% of where they have the bound, and how many `have it`. "
                 "`futures` lie on that side of the bound alone; `without it` is the box "
                 "that lacks only this bound; `quasi-p` the chance of the box's density if the "
                 "bound did nothing.", s->f->halves);
        note(file, s, text);
    }
    if (s->report->found != NULL)
        ds_optimised_notes(file, s->report->found, s->style);
    if (s->report->scenario != NULL) {
        ds_text_quote(ds_scenario_name(s->report->scenario), s->style, name);
        snprintf(text, sizeof text, "Scenario %s (%s), %zu paths, seed %" PRIu64 ", %zu uncertain "
                                    "figure%s.", name, ds_scenario_hash(s->report->scenario),
                 s->f->paths, s->report->seed, s->f->inputs, s->f->inputs == 1 ? "" : "s");
    } else {
        ds_text_quote(s->report->data, s->style, name);
        snprintf(text, sizeof text, "Table %s, %zu rows, %zu column%s looked at.", name,
                 s->f->paths, s->f->inputs, s->f->inputs == 1 ? "" : "s");
    }
    note(file, s, text);
}

ds_code ds_discover_table(FILE *file, const ds_discover_report *report, const ds_style *style,
                          ds_error *err)
{
    const ds_subject s = { report, report->discover, ds_discover_about(report->discover), style };
    bool             fine = true;

    print_sentences(file, &s);
    for (size_t b = 0; fine && b < ds_discover_box_count(s.d); b++) {
        if (ds_discover_box_count(s.d) > 1)
            fprintf(file, "\nBox %zu%s\n", b + 1, b > 0 ? ", of what the first leaves" : "");
        else
            putc('\n', file);
        fine = print_edges(file, &s, b);
        putc('\n', file);
        fine = fine && print_trade(file, &s, b);
        if (ds_discover_box_at(s.d, b)->rival_count > 0)
            putc('\n', file);
        note_rivals(file, &s, b);
    }
    if (!fine) {
        if (err != NULL)
            *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
        return DS_E_NOMEM;
    }
    putc('\n', file);
    print_notes(file, &s);
    return DS_OK;
}
