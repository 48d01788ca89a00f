/* ledger.c -- see ledger.h.
 *
 * The table has an invoice for each month, model and contract: its lines in the order in
 * which they arise, by product where they have one, and their sum.  What a price is made
 * of (step, list price, multipliers) stands beside the line where the terminal is wide
 * enough for it, else below.
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
/* from a width of so many columns rules stand beside the lines, and details that fit */
enum { WIDE = 100, WIDE_LINE = 40, LEAST_LINE = 8, RULE_COLUMNS = 7, DETAIL_INDENT = 10 };

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
    if (ledger->style->width >= WIDE)
        return WIDE_LINE;
    return ledger->style->width > NUMBERS + LEAST_LINE ? ledger->style->width - NUMBERS
                                                       : LEAST_LINE;
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
              "amount_usd,rule,tier,list_price_usd,multipliers,agreement\n", ledger->file);
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

/* The sum of an invoice of several lines. */
static void end_group(ds_ledger *ledger)
{
    char name[288], clean[288];
    if (ledger->format == DS_LEDGER_TABLE && ledger->group_rows > 1 &&
        (strchr(ledger->group, '/') != NULL || strncmp(ledger->group, "agreement ", 10) == 0)) {
        snprintf(name, sizeof name, "    sum of %s", ledger->group);
        ds_text_clean(name, ledger->style->utf8, clean, sizeof clean);
        ds_text_fit(clean, line_columns(ledger) + NUMBERS - AMOUNT_COLUMNS - 3,
                    ledger->style->utf8);
        print_sum(ledger, clean, ledger->group_usd + ledger->group_error, DS_STYLE_PLAIN);
    }
    ledger->group[0] = ledger->product[0] = '\0';
    ledger->group_rows = 0;
    ledger->group_usd = ledger->group_error = 0;
}

static void end_month(ds_ledger *ledger)
{
    char label[8], name[32];
    if (ledger->month == SIZE_MAX || ledger->month_rows == 0)
        return;
    end_group(ledger);
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
    ds_scenario_month_label(ledger->scenario, month, label);
    if (ledger->format == DS_LEDGER_TABLE &&
        (ledger->only_month == SIZE_MAX || ledger->only_month == month))
        fprintf(ledger->file, "%s%s%s\n", ds_style_code(ledger->style, DS_STYLE_BOLD), label,
                ds_style_code(ledger->style, DS_STYLE_PLAIN));
}

static void print_heading(const ds_ledger *ledger, const char *text, size_t indent)
{
    char clean[256];
    ds_text_clean(text, ledger->style->utf8, clean, sizeof clean);
    ds_text_fit(clean, ledger->style->width - indent, ledger->style->utf8);
    fprintf(ledger->file, "%*s%s\n", (int)indent, "", clean);
}

/* Heads of the invoice and of the product, where they are others than before. */
static void print_headings(ds_ledger *ledger, const ds_ledger_row *row)
{
    char        group[256];
    const char *slash = row->model[0] != '\0' && row->contract[0] != '\0' ? " / " : "";
    if (row->agreement[0] != '\0')
        snprintf(group, sizeof group, "agreement %s", row->agreement);
    else
        snprintf(group, sizeof group, "%s%s%s", row->model, slash, row->contract);
    if (group[0] == '\0')
        snprintf(group, sizeof group, "no model");
    if (strcmp(group, ledger->group) != 0) {
        end_group(ledger);
        memcpy(ledger->group, group, sizeof group);
        print_heading(ledger, group, 2);
    }
    if (row->product[0] != '\0' &&
        strncmp(row->product, ledger->product, sizeof ledger->product - 1) != 0)
        print_heading(ledger, row->product, 4);
    snprintf(ledger->product, sizeof ledger->product, "%s", row->product);
    ledger->group_rows++;
    add(&ledger->group_usd, &ledger->group_error, row->amount_usd);
}

/* "input > 200000: 3, tier x2, batch x0.5"; "" when there is nothing to say. */
static void detail_of(const ds_ledger_row *row, char *text, size_t size)
{
    char list[48] = "";
    if (row->multipliers[0] != '\0')
        snprintf(list, sizeof list, "list %.6g, ", row->list_price_usd);
    snprintf(text, size, "%s%s%s%s", row->tier,
             row->tier[0] != '\0' && list[0] != '\0' ? ": " : "", list, row->multipliers);
}

/* Blanks at which a line may not end: all but those after a comma, semicolon or colon. */
static void tie(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if (*c == ' ' && c > text && strchr(",;:", c[-1]) == NULL)
            *c = DS_TEXT_TIE[0];
}

static void print_detail(const ds_ledger *ledger, const ds_ledger_row *row)
{
    char   raw[1024], text[1024], rule[32];
    size_t used = line_columns(ledger) + NUMBERS + RULE_COLUMNS;
    bool   wide = ledger->style->width >= WIDE;
    detail_of(row, raw, sizeof raw);
    ds_text_clean(raw, ledger->style->utf8, text, sizeof text);
    ds_text_clean(row->rule, ledger->style->utf8, rule, sizeof rule);
    bool beside = wide && ds_text_width(text) + used + 1 <= ledger->style->width;
    if (wide && beside && text[0] != '\0')
        fprintf(ledger->file, " %-*s %s", RULE_COLUMNS - 1, rule, text);
    else if (wide)
        fprintf(ledger->file, " %s", rule);
    putc('\n', ledger->file);
    if (!beside && text[0] != '\0') {
        tie(text);
        fprintf(ledger->file, "%*s", DETAIL_INDENT, "");
        ds_text_wrap(ledger->file, text, ledger->style->width, DETAIL_INDENT, DETAIL_INDENT);
    }
}

static void print_table_row(ds_ledger *ledger, const ds_ledger_row *row)
{
    char   clean[256], number[DS_HUMAN_TEXT];
    size_t indent = row->product[0] != '\0' ? 6 : 4, room = line_columns(ledger) - indent;

    print_headings(ledger, row);
    ds_text_clean(row->line, ledger->style->utf8, clean, sizeof clean);
    if (ds_text_width(clean) > room) { /* a line of its own: numbers follow below */
        print_heading(ledger, clean, indent);
        clean[0] = '\0';
    }
    fprintf(ledger->file, "%*s", (int)indent, "");
    ds_text_pad(ledger->file, clean, room, false);
    ds_text_clean(strcmp(row->unit, "1") == 0 ? "" : row->unit, ledger->style->utf8, clean,
                  sizeof clean);
    ds_text_fit(clean, UNIT_COLUMNS, ledger->style->utf8);
    fprintf(ledger->file, "%*.6g ", NUMBER_COLUMNS, row->quantity);
    ds_text_pad(ledger->file, clean, UNIT_COLUMNS, false);
    ds_human_grouped(row->amount_usd, 2, number);
    fprintf(ledger->file, "%*.6g%*s", NUMBER_COLUMNS, row->unit_price_usd, AMOUNT_COLUMNS, number);
    print_detail(ledger, row);
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
    putc(',', ledger->file);
    ds_csv_text(ledger->file, row->tier);
    putc(',', ledger->file);
    ds_csv_number(ledger->file, row->list_price_usd);
    putc(',', ledger->file);
    ds_csv_text(ledger->file, row->multipliers);
    putc(',', ledger->file);
    ds_csv_text(ledger->file, row->agreement);
    putc('\n', ledger->file);
}

static void print_json_row(const ds_ledger *ledger, const ds_ledger_row *row, const char *label)
{
    const char *texts[][2] = { { "month", label },       { "product", row->product },
                               { "model", row->model },  { "contract", row->contract },
                               { "line", row->line },    { "tier", row->tier },
                               { "unit", row->unit },    { "multipliers", row->multipliers },
                               { "rule", row->rule },     { "agreement", row->agreement } };
    const struct {
        const char *key;
        double      value;
    } numbers[] = { { "quantity", row->quantity },
                    { "list_price_usd", row->list_price_usd },
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
