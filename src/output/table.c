/* table.c -- a run for people: the figures of each strategy side by side.  See
 * report.h; the sentence above the table and the notes below are answer.c.
 *
 * All figures of a column have one unit, chosen by its largest, so that they
 * can be compared at a glance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/grid.h"
#include "output/number.h"
#include "output/report.h"

typedef enum {
    COLUMN_MONEY, COLUMN_SAVING, COLUMN_SHARE, COLUMN_MONTHS, COLUMN_CALENDAR, COLUMN_COUNTED,
    COLUMN_PRICE
} ds_column_kind;

enum { GROUP_FLEET = 5 };

/* One column: where its estimate comes from and how it is shown. */
typedef struct {
    const char    *title, *outcome;
    ds_column_kind kind;
    int            group;
    bool           with_error;
    ds_estimate (*estimate)(const ds_report *report, size_t strategy, const ds_statistics *s);
} ds_column;

static ds_estimate take_mean(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->mean;
}
static ds_estimate take_cvar(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->cvar;
}
static ds_estimate take_p05(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->quantiles[0];
}
static ds_estimate take_p50(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->quantiles[2];
}
static ds_estimate take_p95(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->quantiles[4];
}
static ds_estimate take_positive(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->share_positive;
}
static ds_estimate take_undefined(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)r, (void)i;
    return s->share_undefined;
}
static ds_estimate take_best(const ds_report *r, size_t i, const ds_statistics *s)
{
    (void)s;
    return ds_result_probability_best(r->result, i);
}

static const ds_column columns[] = {
    { "cost NPV", "cost_npv_usd", COLUMN_MONEY, 1, true, take_mean },
    { "CVaR of it", "cost_npv_usd", COLUMN_MONEY, 1, true, take_cvar },
    { "costs least", "cost_npv_usd", COLUMN_SHARE, 1, true, take_best },
    { "saving NPV", "saving_npv_usd", COLUMN_SAVING, 2, true, take_mean },
    { "P(saving>0)", "saving_npv_usd", COLUMN_SHARE, 2, true, take_positive },
    { "p05", "saving_npv_usd", COLUMN_SAVING, 2, false, take_p05 },
    { "p50", "saving_npv_usd", COLUMN_SAVING, 2, false, take_p50 },
    { "p95", "saving_npv_usd", COLUMN_SAVING, 2, false, take_p95 },
    { "payback", "payback_months", COLUMN_MONTHS, 3, false, take_p50 },
    { "never", "payback_months", COLUMN_SHARE, 3, false, take_undefined },
    { "peak bill", "peak_month_usd", COLUMN_MONEY, 4, true, take_mean },
    { "in month", "peak_month", COLUMN_CALENDAR, 4, false, take_p50 },
    { "GPU-months", "gpu_months", COLUMN_COUNTED, GROUP_FLEET, true, take_mean },
    { "busy", "fleet_utilisation", COLUMN_SHARE, GROUP_FLEET, false, take_mean },
    { "allocated", "fleet_allocated_usd_per_mtok", COLUMN_PRICE, GROUP_FLEET, false, take_mean },
    { "used", "fleet_used_usd_per_mtok", COLUMN_PRICE, GROUP_FLEET, false, take_mean },
    { "pooling saves", "pooling_gain_gpu_months", COLUMN_COUNTED, GROUP_FLEET, false, take_mean },
    { "overflow", "overflow_requests", COLUMN_COUNTED, GROUP_FLEET, false, take_mean },
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

static bool is_positive(const ds_report *report, const char *outcome, size_t strategy)
{
    return ds_result_statistics(report->result, strategy, ds_outcome_find(outcome)).mean.value > 0;
}

static bool any_is_positive(const ds_report *report, const char *outcome)
{
    bool any = false;
    for (size_t i = 0; i < ds_result_strategy_count(report->result); i++)
        any = any || is_positive(report, outcome, i);
    return any;
}

bool ds_report_has_fleet(const ds_report *report)
{
    return any_is_positive(report, "gpu_months");
}

/* A strategy alone has nothing to be compared with; most companies have no GPUs. */
static bool is_shown(const ds_report *report, const ds_column *column)
{
    const size_t strategies = ds_result_strategy_count(report->result);
    if (!ds_result_has(report->result, ds_outcome_find(column->outcome)))
        return false;
    if (column->group == GROUP_FLEET)
        return any_is_positive(report, column->kind == COLUMN_COUNTED ? column->outcome
                                                                      : "gpu_months");
    return strategies > 1 || (column->group != 2 && column->group != 3 &&
                              column->estimate != take_best);
}

static ds_estimate estimate_of(const ds_report *report, const ds_column *column, size_t strategy)
{
    ds_statistics s = ds_result_statistics(report->result, strategy,
                                           ds_outcome_find(column->outcome));
    return column->estimate(report, strategy, &s);
}

/* Money of one kind shares one scale, whichever column it stands in. */
static ds_scale scale_of(const ds_report *report, ds_column_kind kind, const char *outcome)
{
    double largest = 0;
    if (kind == COLUMN_SHARE)
        return ds_scale_percent;
    if (kind != COLUMN_MONEY && kind != COLUMN_SAVING && kind != COLUMN_COUNTED)
        return ds_scale_one;
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        if (columns[c].kind != kind || strcmp(columns[c].outcome, outcome) != 0)
            continue;
        for (size_t i = 0; i < ds_result_strategy_count(report->result); i++) {
            ds_estimate e = estimate_of(report, &columns[c], i);
            if (isfinite(e.value))
                largest = fmax(largest, fabs(e.value));
        }
    }
    return ds_scale_of_money(largest);
}

static void fill_head(ds_grid_column *head, const ds_column *column, ds_scale scale)
{
    head->group = column->group;
    snprintf(head->title, sizeof head->title, "%s", column->title);
    switch (column->kind) {
    case COLUMN_MONEY:
    case COLUMN_SAVING:
        snprintf(head->unit, sizeof head->unit, "USD%s%s", scale.suffix[0] != '\0' ? " " : "",
                 scale.suffix);
        break;
    case COLUMN_SHARE:
        snprintf(head->unit, sizeof head->unit, "%%");
        break;
    case COLUMN_MONTHS:
        snprintf(head->unit, sizeof head->unit, "months");
        break;
    case COLUMN_CALENDAR:
        snprintf(head->unit, sizeof head->unit, "median");
        break;
    case COLUMN_COUNTED:
        snprintf(head->unit, sizeof head->unit, "%s", scale.suffix);
        break;
    case COLUMN_PRICE:
        snprintf(head->unit, sizeof head->unit, "USD/Mtok");
        break;
    }
}

static void fill_cell(const ds_report *report, const ds_column *column, size_t strategy,
                      ds_scale scale, bool utf8, char *cell)
{
    ds_estimate e = estimate_of(report, column, strategy);
    /* The baseline saves nothing against itself, by definition. */
    bool none = column->group == GROUP_FLEET && !is_positive(report, "gpu_months", strategy);
    if (none || (strategy == 0 && (column->group == 2 || column->group == 3))) {
        snprintf(cell, DS_CELL_TEXT, "%s", utf8 ? "\xE2\x80\x93" : "-");
    } else if (column->kind == COLUMN_CALENDAR && isfinite(e.value) && e.value >= 0) {
        char label[8];
        ds_scenario_month_label(report->scenario, (size_t)round(e.value), label);
        snprintf(cell, DS_CELL_TEXT, "%s", label);
    } else if (column->kind == COLUMN_MONTHS && isfinite(e.value) && e.value == round(e.value)) {
        snprintf(cell, DS_CELL_TEXT, "%.0f", e.value); /* months are counted */
    } else if (column->with_error) {
        ds_human_estimate(e, scale, utf8, cell);
    } else {
        ds_human_value(e, scale, cell);
    }
}

static ds_code print_grid(FILE *file, const ds_report *report, const ds_style *style,
                          ds_error *err)
{
    ds_grid grid;
    size_t  rows = ds_result_strategy_count(report->result), shown = 1;

    for (size_t c = 0; c < COLUMN_COUNT; c++)
        shown += is_shown(report, &columns[c]);
    if (!ds_grid_init(&grid, rows, shown)) {
        if (err != NULL)
            *err = (ds_error){ .code = DS_E_NOMEM, .message = "out of memory" };
        return DS_E_NOMEM;
    }
    snprintf(grid.heads[0].title, sizeof grid.heads[0].title, "strategy");
    for (size_t row = 0; row < rows; row++)
        ds_text_clean(ds_result_strategy_name(report->result, row), style->utf8,
                      ds_grid_cell(&grid, row, 0), DS_CELL_TEXT);
    for (size_t c = 0, to = 0; c < COLUMN_COUNT; c++) {
        ds_scale scale = scale_of(report, columns[c].kind, columns[c].outcome);
        if (!is_shown(report, &columns[c]))
            continue;
        fill_head(&grid.heads[++to], &columns[c], scale);
        for (size_t row = 0; row < rows; row++)
            fill_cell(report, &columns[c], row, scale, style->utf8, ds_grid_cell(&grid, row, to));
    }
    ds_grid_print(file, &grid, style);
    ds_grid_release(&grid);
    return DS_OK;
}

ds_code ds_report_table(FILE *file, const ds_report *report, const ds_style *style, ds_error *err)
{
    ds_report_answer(file, report, style);
    putc('\n', file);
    ds_code code = print_grid(file, report, style, err);
    if (code != DS_OK)
        return code;
    putc('\n', file);
    ds_report_notes(file, report, style);
    return DS_OK;
}
