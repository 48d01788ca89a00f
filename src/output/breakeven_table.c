/* breakeven_table.c -- the break-even for people: sentences, a table, notes.  See
 * breakeven_report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/breakeven_report.h"
#include "output/commit_report.h"
#include "output/grid.h"
#include "output/number.h"

enum { LINE_TEXT = 1024, ROWS_MOST = 9, POINTER_TEXT = 300 };
enum { COLUMNS = 5, FRONTIER_COLUMNS = 5 };

typedef struct {
    const ds_breakeven *b;
    const ds_style     *style;
} ds_subject;

/* ---- Which rows -------------------------------------------------------------- */

typedef struct {
    const char               *name;
    const ds_breakeven_point *point;
    const ds_breakeven_root  *root; /* whose value it is, or NULL */
} ds_row;

static bool is_taken(const ds_row *rows, size_t count, const ds_breakeven_point *p)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].point->value == p->value)
            return true;
    return false;
}

static int by_value(const void *a, const void *b)
{
    const double x = ((const ds_row *)a)->point->value, y = ((const ds_row *)b)->point->value;
    return (x > y) - (x < y);
}

static void add_row(ds_row *rows, size_t *count, const char *name, const ds_breakeven_point *p,
                    const ds_breakeven_root *root)
{
    if (!is_taken(rows, *count, p))
        rows[(*count)++] = (ds_row){ name, p, root };
}

/* Ends of the range, what was found, and some of the values between. */
static size_t list_rows(const ds_breakeven_line *line, bool logarithmic, ds_row *rows)
{
    const size_t last = line->point_count - 1;
    size_t       count = 0;
    for (size_t r = 0; r < line->root_count; r++) {
        const ds_breakeven_root *root = &line->roots[r];
        if (root->kind == DS_BREAKEVEN_TIE) {
            add_row(rows, &count, "break-even", &root->left, root);
        } else {
            add_row(rows, &count, root->kind == DS_BREAKEVEN_JUMP ? "before" : "the same",
                    &root->left, NULL);
            add_row(rows, &count, root->kind == DS_BREAKEVEN_JUMP ? "after" : "the same",
                    &root->right, NULL);
        }
    }
    add_row(rows, &count, "range begins", &line->points[0], NULL);
    add_row(rows, &count, "range ends", &line->points[last], NULL);
    const double low = line->points[0].value, high = line->points[last].value;
    for (size_t i = 1; i < ROWS_MOST - 1; i++) { /* evenly, of those that there are */
        const double share = (double)i / (ROWS_MOST - 1);
        const double wanted = logarithmic ? low * pow(high / low, share)
                                          : low + (high - low) * share;
        const ds_breakeven_point *near = &line->points[0];
        for (size_t k = 1; k <= last; k++)
            if (fabs(line->points[k].value - wanted) < fabs(near->value - wanted))
                near = &line->points[k];
        add_row(rows, &count, "", near, NULL);
    }
    qsort(rows, count, sizeof *rows, by_value);
    return count;
}

/* ---- One range --------------------------------------------------------------- */

static ds_code no_memory(ds_error *err)
{
    if (err != NULL)
        *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
    return DS_E_NOMEM;
}

/* Column heads: title, unit. */
static void set_head(ds_grid *grid, int column, const char *title, const char *unit)
{
    grid->heads[column].group = column;
    snprintf(grid->heads[column].title, DS_CELL_TEXT, "%s", title);
    snprintf(grid->heads[column].unit, DS_CELL_TEXT, "%s", unit);
}

static void value_cell(const ds_subject *s, size_t axis, ds_estimate value,
                       char cell[DS_CELL_TEXT])
{
    char text[DS_BREAKEVEN_VALUE];
    ds_breakeven_value_text(s->b, axis, value, s->style, false, text);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == DS_TEXT_TIE[0] ? ' ' : *p;
    snprintf(cell, DS_CELL_TEXT, "%.63s", text);
}

static const char *unit_of(const ds_subject *s, size_t axis, char unit[48])
{
    const ds_breakeven_axis *a = ds_breakeven_axis_at(s->b, axis);
    ds_text_clean(a->scale ? "times" : a->unit, s->style->utf8, unit, 48);
    return unit;
}

static void fill_row(const ds_subject *s, ds_grid *grid, size_t row, const ds_row *what,
                     ds_scale money)
{
    const bool utf8 = s->style->utf8;
    if (isnan(what->point->value))
        snprintf(ds_grid_cell(grid, row, 0), DS_CELL_TEXT, "%s", what->name);
    else
        value_cell(s, 0, what->root != NULL ? what->root->at
                                            : (ds_estimate){ what->point->value, (double)NAN },
                   ds_grid_cell(grid, row, 0));
    ds_human_estimate(what->point->mean, money, utf8, ds_grid_cell(grid, row, 1));
    ds_human_estimate(what->point->median, money, utf8, ds_grid_cell(grid, row, 2));
    ds_human_estimate(what->point->share, ds_scale_percent, utf8, ds_grid_cell(grid, row, 3));
    if (!isnan(what->point->value))
        snprintf(ds_grid_cell(grid, row, 4), DS_CELL_TEXT, "%s", what->name);
}

static ds_code print_values(FILE *file, const ds_subject *s, ds_error *err)
{
    const ds_breakeven_line *line = ds_breakeven_line_at(s->b, 0);
    const ds_breakeven_point now = ds_breakeven_now(s->b);
    ds_row *rows = calloc(ROWS_MOST + 2 * line->root_count + 3, sizeof *rows);
    char    unit[48];
    double  most = 0;
    ds_grid grid;

    if (rows == NULL)
        return no_memory(err);
    size_t count = list_rows(line, ds_breakeven_axis_at(s->b, 0)->logarithmic, rows);
    rows[count++] = (ds_row){ "as it stands", &now, NULL };
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fmax(fabs(rows[i].point->mean.value),
                               fabs(rows[i].point->median.value)));
    const ds_scale money = ds_scale_of_money(most);
    if (!ds_grid_init(&grid, count, COLUMNS)) {
        free(rows);
        return no_memory(err);
    }
    char usd[16];
    snprintf(usd, sizeof usd, "USD%s%s", money.suffix[0] != '\0' ? " " : "", money.suffix);
    set_head(&grid, 0, "value", unit_of(s, 0, unit));
    set_head(&grid, 1, "mean saving", usd);
    set_head(&grid, 2, "p50 of it", usd);
    set_head(&grid, 3, "P(saving>0)", "%");
    set_head(&grid, 4, "", "");
    for (size_t i = 0; i < count; i++)
        fill_row(s, &grid, i, &rows[i], money);
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    free(rows);
    return DS_OK;
}

/* ---- A frontier -------------------------------------------------------------- */

static void fill_frontier_row(const ds_subject *s, ds_grid *grid, size_t row,
                              const ds_breakeven_line *line, const ds_breakeven_root *r)
{
    const ds_estimate nothing = { (double)NAN, (double)NAN };
    ds_estimate       second = nothing, low = nothing, high = nothing;
    const char       *dash = s->style->utf8 ? "\xE2\x80\x93" : "-";
    char             *cell[FRONTIER_COLUMNS];
    for (size_t i = 0; i < FRONTIER_COLUMNS; i++)
        cell[i] = ds_grid_cell(grid, row, i);
    second.value = line->second;
    value_cell(s, 1, second, cell[0]);
    if (r == NULL) {
        snprintf(cell[1], DS_CELL_TEXT, "none");
        snprintf(cell[2], DS_CELL_TEXT, "%s", dash);
        snprintf(cell[3], DS_CELL_TEXT, "%s", dash);
        snprintf(cell[4], DS_CELL_TEXT, "%s", line->near       ? "maybe a tie"
                                              : line->sign > 0 ? "saves everywhere"
                                              : line->sign < 0 ? "costs more everywhere"
                                                               : "the same");
        return;
    }
    if (r->kind == DS_BREAKEVEN_STRETCH)
        snprintf(cell[1], DS_CELL_TEXT, "the same");
    else
        value_cell(s, 0, r->kind == DS_BREAKEVEN_TIE ? r->at
                                                     : (ds_estimate){ r->after, (double)NAN },
                   cell[1]);
    low.value = r->low;
    high.value = r->high;
    if (isfinite(r->at.se) && r->at.se > 0) { /* rounded to the digits that they have */
        const double digit = pow(10, floor(log10(r->at.se)) - 1);
        low.value = rint(low.value / digit) * digit;
        high.value = rint(high.value / digit) * digit;
    }
    const bool exact = r->kind == DS_BREAKEVEN_TIE && r->low == r->high;
    if (r->low_open || isnan(r->low) || exact)
        snprintf(cell[2], DS_CELL_TEXT, "%s", r->low_open ? "open" : dash);
    else
        value_cell(s, 0, low, cell[2]);
    if (r->high_open || isnan(r->high) || exact)
        snprintf(cell[3], DS_CELL_TEXT, "%s", r->high_open ? "open" : dash);
    else
        value_cell(s, 0, high, cell[3]);
    snprintf(cell[4], DS_CELL_TEXT, "%s", r->turn > 0   ? "saves"
                                          : r->turn < 0 ? "costs more" : "the same side");
}

static ds_code print_frontier(FILE *file, const ds_subject *s, ds_error *err)
{
    size_t  rows = 0, row = 0;
    char    unit[48];
    ds_grid grid;
    for (size_t i = 0; i < ds_breakeven_line_count(s->b); i++) {
        const size_t roots = ds_breakeven_line_at(s->b, i)->root_count;
        rows += roots > 0 ? roots : 1;
    }
    if (!ds_grid_init(&grid, rows, FRONTIER_COLUMNS))
        return no_memory(err);
    set_head(&grid, 0, "second", unit_of(s, 1, unit));
    set_head(&grid, 1, "break-even", unit_of(s, 0, unit));
    set_head(&grid, 2, "95 %: from", "");
    set_head(&grid, 3, "to", "");
    set_head(&grid, 4, "beyond it", "");
    for (size_t i = 0; i < ds_breakeven_line_count(s->b); i++) {
        const ds_breakeven_line *line = ds_breakeven_line_at(s->b, i);
        for (size_t r = 0; r < line->root_count; r++)
            fill_frontier_row(s, &grid, row++, line, &line->roots[r]);
        if (line->root_count == 0)
            fill_frontier_row(s, &grid, row++, line, NULL);
    }
    ds_grid_print(file, &grid, s->style);
    ds_grid_release(&grid);
    return DS_OK;
}

/* ---- Notes ------------------------------------------------------------------- */

static void note(FILE *file, const ds_style *style, const char *text)
{
    ds_text_wrap(file, text, style->width, 4, 0);
}

/* What each range is of, and what is done with its value. */
static void print_axes(FILE *file, const ds_subject *s)
{
    static const char *const names[] = { "value", "second" };
    char line[LINE_TEXT], pointer[POINTER_TEXT], now[200];
    for (size_t a = 0; a < ds_breakeven_axis_count(s->b); a++) {
        const ds_breakeven_axis *axis = ds_breakeven_axis_at(s->b, a);
        const bool               uncertain = strspn(axis->now, "+-.0123456789eE") !=
                                             strlen(axis->now);
        ds_text_clean(axis->pointer, s->style->utf8, pointer, sizeof pointer);
        ds_text_clean(axis->now, s->style->utf8, now, sizeof now);
        snprintf(line, sizeof line, "%s: %s%s%s%s%s", names[a],
                 axis->scale ? "times what stands at " : "", pointer,
                 now[0] != '\0' ? " (now " : "", now, now[0] != '\0' ? ")" : "");
        if (axis->scale && uncertain)
            strcat(line, ", which stays uncertain");
        else if (!axis->scale && uncertain)
            strcat(line, ", which it replaces and makes certain; --scale multiplies it instead");
        strcat(line, ".");
        note(file, s->style, line);
    }
}

/* Futures in which nothing is decided count half for the median. */
static void print_ties(FILE *file, const ds_subject *s)
{
    const ds_breakeven_line *line = ds_breakeven_line_at(s->b, 0);
    char                     text[LINE_TEXT], share[DS_HUMAN_TEXT];
    if (ds_breakeven_what(s->b) != DS_BREAKEVEN_OF_MEDIAN || line->root_count == 0)
        return;
    const ds_breakeven_point *p = &line->roots[0].left;
    const double              tied = 2 * (p->excess.value + 0.5 - p->share.value);
    if (!(tied > 0.01))
        return;
    ds_human_share((ds_estimate){ tied, 2 * p->share.se }, s->style->utf8, share);
    snprintf(text, sizeof text, "At the first break-even they cost the same in %s of futures; "
             "these count half for either, and the median saving is 0 on both sides of it.",
             share);
    note(file, s->style, text);
}

static void print_overlap(FILE *file, const ds_subject *s)
{
    bool overlap = false;
    for (size_t i = 0; i < ds_breakeven_line_count(s->b); i++) {
        const ds_breakeven_line *line = ds_breakeven_line_at(s->b, i);
        for (size_t r = 1; r < line->root_count; r++)
            overlap = overlap || line->roots[r - 1].high > line->roots[r].low;
    }
    if (overlap)
        note(file, s->style, "Intervals overlap: near such break-evens the two strategies cannot "
                             "be told apart, and more paths may find fewer of them.");
}

static void print_closing(FILE *file, const ds_scenario *scenario, const ds_subject *s)
{
    char line[LINE_TEXT], name[DS_QUOTED_TEXT], scan[96] = "";
    char strategy[DS_QUOTED_TEXT], against[DS_QUOTED_TEXT];
    ds_text_quote(ds_breakeven_strategy(s->b), s->style, strategy);
    ds_text_quote(ds_breakeven_against(s->b), s->style, against);
    snprintf(line, sizeof line, "Saving is what %s costs less than %s in the same future (NPV); "
             "all values share their futures, and %s is one standard error. Two break-evens "
             "between neighbours of the first grid may be missed (--points).", strategy, against,
             s->style->utf8 ? "\xC2\xB1" : "+/-");
    note(file, s->style, line);
    ds_text_quote(ds_scenario_name(scenario), s->style, name);
    if (ds_breakeven_scan_paths(s->b) < ds_breakeven_paths(s->b))
        snprintf(scan, sizeof scan, " (%" PRIu64 " far from a tie)",
                 ds_breakeven_scan_paths(s->b));
    snprintf(line, sizeof line, "Scenario %s (%s), %" PRIu64 " path%s%s, seed %" PRIu64 ", %"
             PRIu64 " runs.", name, ds_scenario_hash(scenario), ds_breakeven_paths(s->b),
             ds_breakeven_paths(s->b) == 1 ? ", which has no errors" : "s", scan,
             ds_breakeven_seed(s->b), ds_breakeven_trials(s->b));
    note(file, s->style, line);
}

ds_code ds_breakeven_table(FILE *file, const ds_scenario *scenario, const ds_breakeven *b,
                           const ds_optimised *found, const ds_style *style, ds_error *err)
{
    ds_subject s = { b, style };
    ds_breakeven_answer(file, b, style);
    putc('\n', file);
    print_axes(file, &s);
    putc('\n', file);
    ds_code code = ds_breakeven_axis_count(b) > 1 ? print_frontier(file, &s, err)
                                                  : print_values(file, &s, err);
    if (code != DS_OK)
        return code;
    putc('\n', file);
    print_ties(file, &s);
    print_overlap(file, &s);
    if (found != NULL)
        ds_optimised_notes(file, found, style);
    print_closing(file, scenario, &s);
    return DS_OK;
}
