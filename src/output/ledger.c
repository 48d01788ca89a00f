/* ledger.c -- see ledger.h.
 *
 * Sums are compensated (Neumaier 1974), so that a disagreement is never one of
 * the addition here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ledger.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/csv.h"
#include "output/json.h"
#include "output/number.h"

enum { UNIT_COLUMNS = 12, NUMBER_COLUMNS = 11, AMOUNT_COLUMNS = 17, NUMBERS = 52 };

static void add(double *sum, double *error, double x)
{
    double next = *sum + x;
    *error += fabs(*sum) >= fabs(x) ? (*sum - next) + x : (x - next) + *sum;
    *sum = next;
}

static const char *strategy_name(const ds_ledger *ledger)
{
    return ds_scenario_strategy_name(ledger->scenario, ledger->strategy);
}

/* Room for the first column: what the numbers leave. */
static size_t line_columns(const ds_ledger *ledger)
{
    return ledger->style->width > NUMBERS + 16 ? ledger->style->width - NUMBERS : 16;
}

void ds_ledger_begin(ds_ledger *ledger)
{
    ledger->month = SIZE_MAX;
    switch (ledger->format) {
    case DS_LEDGER_TABLE: {
        char strategy[128], name[128];
        ds_text_clean(strategy_name(ledger), ledger->style->utf8, strategy, sizeof strategy);
        ds_text_clean(ds_scenario_name(ledger->scenario), ledger->style->utf8, name, sizeof name);
        fprintf(ledger->file, "Ledger of path %" PRIu64 " of seed %" PRIu64 " under `%s` of `%s`\n",
                ledger->path, ledger->seed, strategy, name);
        fprintf(ledger->file, "%*s%*s %-*s%*s%*s\n", (int)line_columns(ledger), "",
                NUMBER_COLUMNS, "quantity", UNIT_COLUMNS, "unit", NUMBER_COLUMNS, "USD/unit",
                AMOUNT_COLUMNS, "USD");
        break;
    }
    case DS_LEDGER_CSV:
        fputs("month_index,month,product,model,contract,line,quantity,unit,unit_price_usd,"
              "amount_usd,rule\n", ledger->file);
        break;
    case DS_LEDGER_JSON:
        fputs("{\"provenance\":{", ledger->file);
        ds_json_provenance(ledger->file, ledger->scenario, 1, ledger->seed, DS_ENGINE_REFERENCE);
        fprintf(ledger->file, "},\n\"path\":%" PRIu64 ",\"strategy\":", ledger->path);
        ds_json_string(ledger->file, strategy_name(ledger));
        fputs(",\n\"rows\":[", ledger->file);
        break;
    }
}

/* "  name       amount" */
static void print_sum(const ds_ledger *ledger, const char *name, double amount_usd, int attribute)
{
    char text[DS_HUMAN_TEXT];
    ds_human_grouped(amount_usd, 2, text);
    fputs(ds_style_code(ledger->style, attribute), ledger->file);
    ds_text_pad(ledger->file, name, line_columns(ledger) + NUMBERS - AMOUNT_COLUMNS - 2, false);
    ds_text_pad(ledger->file, text, AMOUNT_COLUMNS, true);
    fprintf(ledger->file, "%s\n", ds_style_code(ledger->style, DS_STYLE_PLAIN));
}

static void end_month(ds_ledger *ledger)
{
    char label[8], name[32];
    if (ledger->month == SIZE_MAX || ledger->month_rows == 0)
        return;
    ds_scenario_month_label(ledger->scenario, ledger->month, label);
    if (ledger->format == DS_LEDGER_TABLE) {
        snprintf(name, sizeof name, "  %s, sum", label);
        print_sum(ledger, name, ledger->month_usd + ledger->month_error, DS_STYLE_BOLD);
    }
}

static void begin_month(ds_ledger *ledger, size_t month)
{
    char label[8];
    ledger->month = month;
    ledger->month_rows = 0;
    ledger->month_usd = ledger->month_error = 0;
    ledger->group[0] = '\0';
    ds_scenario_month_label(ledger->scenario, month, label);
    if (ledger->format == DS_LEDGER_TABLE &&
        (ledger->only_month == SIZE_MAX || ledger->only_month == month))
        fprintf(ledger->file, "%s%s%s\n", ds_style_code(ledger->style, DS_STYLE_BOLD), label,
                ds_style_code(ledger->style, DS_STYLE_PLAIN));
}

static void print_table_row(ds_ledger *ledger, const ds_ledger_row *row)
{
    char        raw[256], clean[256], number[DS_HUMAN_TEXT];
    const char *parts[] = { row->product, row->model, row->contract };
    int         used = 0;

    raw[0] = '\0';
    for (size_t i = 0; i < 3; i++)
        if (parts[i][0] != '\0' && (size_t)used < sizeof raw)
            used += snprintf(raw + used, sizeof raw - (size_t)used, "%s%s", used > 0 ? " / " : "",
                             parts[i]);
    if (ledger->month_rows == 0 || strcmp(raw, ledger->group) != 0) {
        ds_text_clean(raw[0] != '\0' ? raw : "all", ledger->style->utf8, clean, sizeof clean);
        ds_text_fit(clean, ledger->style->width - 2, ledger->style->utf8);
        fprintf(ledger->file, "  %s\n", clean);
        memcpy(ledger->group, raw, sizeof raw);
    }
    size_t room = line_columns(ledger) - 4;
    ds_text_clean(row->line, ledger->style->utf8, clean, sizeof clean);
    ds_text_fit(clean, room, ledger->style->utf8);
    fputs("    ", ledger->file);
    ds_text_pad(ledger->file, clean, room, false);
    ds_text_clean(row->unit, ledger->style->utf8, clean, sizeof clean);
    ds_text_fit(clean, UNIT_COLUMNS, ledger->style->utf8);
    fprintf(ledger->file, "%*.6g ", NUMBER_COLUMNS, row->quantity);
    ds_text_pad(ledger->file, clean, UNIT_COLUMNS, false);
    ds_human_grouped(row->amount_usd, 2, number);
    fprintf(ledger->file, "%*.6g%*s", NUMBER_COLUMNS, row->unit_price_usd, AMOUNT_COLUMNS, number);
    ds_text_clean(row->rule, ledger->style->utf8, clean, sizeof clean);
    /* the rule stands beyond the 80th column, for those who have the room */
    if (clean[0] != '\0' && ledger->style->width >= 100)
        fprintf(ledger->file, "  (%s)", clean);
    putc('\n', ledger->file);
}

static void print_csv_row(const ds_ledger *ledger, const ds_ledger_row *row, const char *label)
{
    const char *texts[] = { row->product, row->model, row->contract, row->line };
    fprintf(ledger->file, "%zu,%s", row->month, label);
    for (size_t i = 0; i < 4; i++) {
        putc(',', ledger->file);
        ds_csv_text(ledger->file, texts[i]);
    }
    putc(',', ledger->file);
    ds_csv_number(ledger->file, row->quantity);
    putc(',', ledger->file);
    ds_csv_text(ledger->file, row->unit);
    putc(',', ledger->file);
    ds_csv_number(ledger->file, row->unit_price_usd);
    putc(',', ledger->file);
    ds_csv_number(ledger->file, row->amount_usd);
    putc(',', ledger->file);
    ds_csv_text(ledger->file, row->rule);
    putc('\n', ledger->file);
}

static void print_json_row(const ds_ledger *ledger, const ds_ledger_row *row, const char *label)
{
    const char *texts[][2] = { { "month", label },       { "product", row->product },
                               { "model", row->model },  { "contract", row->contract },
                               { "line", row->line },    { "unit", row->unit },
                               { "rule", row->rule } };
    const struct {
        const char *key;
        double      value;
    } numbers[] = { { "quantity", row->quantity },
                    { "unit_price_usd", row->unit_price_usd },
                    { "amount_usd", row->amount_usd } };
    fputs(ledger->rows > 0 ? ",\n  {" : "\n  {", ledger->file);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fprintf(ledger->file, "%s\"%s\":", i > 0 ? "," : "", texts[i][0]);
        ds_json_string(ledger->file, texts[i][1]);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        fprintf(ledger->file, ",\"%s\":", numbers[i].key);
        ds_json_number(ledger->file, numbers[i].value);
    }
    putc('}', ledger->file);
}

void ds_ledger_print(void *context, const ds_ledger_row *row)
{
    ds_ledger *ledger = context;
    char       label[8];

    if (row->month != ledger->month) {
        end_month(ledger);
        begin_month(ledger, row->month);
    }
    add(&ledger->total_usd, &ledger->total_error, row->amount_usd);
    ledger->absolute_usd += fabs(row->amount_usd);
    if (ledger->only_month != SIZE_MAX && ledger->only_month != row->month)
        return;
    add(&ledger->month_usd, &ledger->month_error, row->amount_usd);
    ds_scenario_month_label(ledger->scenario, row->month, label);
    switch (ledger->format) {
    case DS_LEDGER_TABLE:
        print_table_row(ledger, row);
        break;
    case DS_LEDGER_CSV:
        print_csv_row(ledger, row, label);
        break;
    case DS_LEDGER_JSON:
        print_json_row(ledger, row, label);
        break;
    }
    ledger->rows++;
    ledger->month_rows++;
}

static void print_outcomes(const ds_ledger *ledger, const double *outcomes)
{
    fputs("\nOutcomes of this path\n", ledger->file);
    for (size_t i = 0; i < ds_outcome_count(); i++) {
        const ds_outcome_info *info = ds_outcome_at(i);
        char                   text[DS_HUMAN_TEXT];
        bool                   money = strncmp(info->unit, "USD", 3) == 0;
        if (isfinite(outcomes[i]) && money)
            ds_human_grouped(outcomes[i], 2, text);
        else if (isfinite(outcomes[i]))
            snprintf(text, sizeof text, "%.6g", outcomes[i]);
        else
            snprintf(text, sizeof text, "%s", info->undefined != NULL ? info->undefined : "none");
        bool with_unit = strcmp(info->unit, "1") != 0 && isfinite(outcomes[i]);
        fprintf(ledger->file, "  %-24s %*s%s%s\n", info->name, AMOUNT_COLUMNS, text,
                with_unit ? " " : "", with_unit ? info->unit : "");
    }
}

void ds_ledger_end(ds_ledger *ledger, const double *outcomes)
{
    double total = ledger->total_usd + ledger->total_error;
    end_month(ledger);
    switch (ledger->format) {
    case DS_LEDGER_TABLE:
        print_sum(ledger, "total of all months", total, DS_STYLE_BOLD);
        print_outcomes(ledger, outcomes);
        break;
    case DS_LEDGER_CSV:
        break;
    case DS_LEDGER_JSON:
        fputs("],\n\"total_usd\":", ledger->file);
        ds_json_number(ledger->file, total);
        fputs(",\n\"outcomes\":{", ledger->file);
        for (size_t i = 0; i < ds_outcome_count(); i++) {
            fputs(i > 0 ? "," : "", ledger->file);
            ds_json_string(ledger->file, ds_outcome_at(i)->name);
            putc(':', ledger->file);
            ds_json_number(ledger->file, outcomes[i]);
        }
        fputs("}}\n", ledger->file);
        break;
    }
}

bool ds_ledger_agrees(const ds_ledger *ledger, const double *outcomes)
{
    double total = ledger->total_usd + ledger->total_error;
    double printed = outcomes[ds_outcome_find("cost_total_usd")];
    return fabs(total - printed) <= 1e-9 * fmax(ledger->absolute_usd, 1);
}
