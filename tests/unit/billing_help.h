/* billing_help.h -- shared by the tests of bills: a contract in the scenario language,
 * billed by both engines through the public interface.
 *
 * A test gives the parts of a scenario: clock, products, contract.  Nothing is
 * discounted and nothing is uncertain, so one path says all.  What does not hold is
 * printed and counted, so that one run shows everything that is wrong; a test ends with
 * assert_no_faults().
 *
 * Tolerance: 1e-9 relative for known bills, which is what is promised; the ledger and
 * the two engines agree to 1e-12 of the bill, for they only sum in another order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BILLING_HELP_H
#define BILLING_HELP_H

#include "model_help.h"

enum { INVOICE_MONTHS = 40, INVOICE_ROWS = 4096 };

/* A row of the ledger; its texts live no longer than the callback, so they are copied. */
typedef struct {
    size_t month;
    double quantity, unit_price_usd, amount_usd;
    char   line[96], unit[24];
} invoice_row;

/* The bills of one scenario under one strategy, by both engines. */
typedef struct {
    world       m;
    bool        good; /* loaded and ran                                              */
    size_t      months, rows;
    double      total[2]; /* cost_total_usd, by engine                               */
    double      month[2][INVOICE_MONTHS];
    double      unserved[2];
    invoice_row row[INVOICE_ROWS];
} invoice;

static const char *const engine_name[2] = {"fast", "reference"};
static int faults;

__attribute__((format(printf, 1, 2))) static inline void fault(const char *format, ...)
{
    char    text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_error("  %s\n", text);
    faults++;
}

static inline void assert_no_faults(void)
{
    int found = faults;
    faults = 0;
    assert_int_equal(found, 0);
}

static inline bool within(double got, double want, double relative)
{
    return fabs(got - want) <= relative * fabs(want);
}

static inline void keep_line(void *context, const ds_ledger_row *row)
{
    invoice *i = context;
    assert_true(i->rows < INVOICE_ROWS);
    invoice_row *copy = &i->row[i->rows++];
    *copy = (invoice_row){.month = row->month, .quantity = row->quantity,
                          .unit_price_usd = row->unit_price_usd, .amount_usd = row->amount_usd};
    snprintf(copy->line, sizeof copy->line, "%s", row->line);
    snprintf(copy->unit, sizeof copy->unit, "%s", row->unit);
}

/* The ledger adds up to the total and to each month. */
static inline void check_ledger(const invoice *i, const char *id)
{
    double sum = 0, size = 0, month[INVOICE_MONTHS] = {0};
    for (size_t r = 0; r < i->rows; r++) {
        sum += i->row[r].amount_usd;
        size += fabs(i->row[r].amount_usd);
        month[i->row[r].month] += i->row[r].amount_usd;
    }
    if (!(fabs(sum - i->total[1]) <= 1e-12 * size))
        fault("%s: ledger %.17g, total %.17g", id, sum, i->total[1]);
    for (size_t t = 0; t < i->months; t++)
        if (!(fabs(month[t] - i->month[1][t]) <= 1e-12 * size))
            fault("%s: ledger of month %zu %.17g, bill %.17g", id, t, month[t], i->month[1][t]);
}

static inline void bill_with(invoice *i, const char *id, ds_engine engine, size_t strategy)
{
    ds_run_options options = {.path_count = 1, .seed = 1, .threads = 1, .engine = engine};
    ds_result     *result = NULL;
    ds_error       err = {.code = DS_OK};
    if (ds_run(i->m.plan, &options, &result, &err) != DS_OK) {
        fault("%s: %s engine: %s", id, engine_name[engine], err.message);
        i->good = false;
        return;
    }
    i->total[engine] = ds_result_column(result, strategy, outcome_index("cost_total_usd"))[0];
    i->unserved[engine] =
        ds_result_column(result, strategy, outcome_index("unserved_requests"))[0];
    for (size_t t = 0; t < i->months; t++)
        i->month[engine][t] = ds_result_month(result, strategy, t).mean.value;
    ds_result_free(result);
}

static inline void complain(void *context, const ds_error *p)
{
    if (p->warning) /* prices of these tests are not always sensible */
        return;
    fault("%s: %d:%d %s: %s", (const char *)context, p->line, p->column, p->pointer, p->message);
}

/* Loads a JSON text with ' for "; NULL when it breaks a rule. */
static inline ds_scenario *scenario_of(const char *id, const char *text)
{
    char         name[128];
    ds_scenario *scenario = NULL;
    snprintf(name, sizeof name, "%.120s", id);
    ds_code code = load_quoted(text, complain, name, &scenario, NULL);
    if (code != DS_OK)
        print_error("  %s: %s\n", id, text);
    return code == DS_OK ? scenario : NULL;
}

/* Both engines on a scenario that is loaded; takes it over. */
static inline invoice *invoice_of(const char *id, ds_scenario *scenario, size_t strategy)
{
    invoice *i = calloc(1, sizeof *i);
    ds_error err = {.code = DS_OK};
    assert_non_null(i);
    i->m.scenario = scenario;
    if (scenario == NULL)
        return i;
    i->months = ds_scenario_months(scenario);
    assert_true(i->months <= INVOICE_MONTHS);
    if (ds_plan_compile(scenario, &i->m.plan, &err) != DS_OK) {
        fault("%s: %s: %s", id, err.pointer, err.message);
        return i;
    }
    i->good = true;
    bill_with(i, id, DS_ENGINE_FAST, strategy);
    bill_with(i, id, DS_ENGINE_REFERENCE, strategy);
    double *outcomes = calloc(ds_outcome_count(), sizeof *outcomes);
    assert_non_null(outcomes);
    if (ds_explain(i->m.plan, 1, 0, strategy, keep_line, i, outcomes, &err) != DS_OK)
        fault("%s: explain: %s", id, err.message);
    if (i->good && !within(outcomes[outcome_index("cost_total_usd")], i->total[1], 1e-12))
        fault("%s: explain %.17g, reference engine %.17g", id,
              outcomes[outcome_index("cost_total_usd")], i->total[1]);
    free(outcomes);
    if (i->good)
        check_ledger(i, id);
    return i;
}

/* A scenario with one contract `c` of one model `m`, or whatever `more` adds. */
typedef struct {
    const char *clock;    /* members beside start; NULL: one month of 730 hours      */
    const char *products; /* members of "products"                                   */
    const char *contract; /* members of the contract                                 */
    const char *models;   /* NULL, or instead of it members of "models"              */
    const char *more;     /* NULL, or members of the scenario                        */
    const char *strategies; /* NULL: the model m serves all                          */
    const char *start;      /* NULL: 2026-07                                         */
} deal;

static inline invoice *invoice_for(const char *id, deal d, size_t strategy)
{
    static char text[65536], models[32768];
    snprintf(models, sizeof models, "'m': {'contracts': {'c': {%s}}}",
             d.contract == NULL ? "" : d.contract);
    int length = snprintf(
        text, sizeof text,
        "{'name': 'bill', 'clock': {'start': '%s', %s}, 'discount_rate_per_year': 0,"
        " %s%s 'products': {%s}, 'models': {%s}, 'strategies': {%s}}",
        d.start == NULL ? "2026-07" : d.start, d.clock == NULL ? "'months': 1" : d.clock,
        d.more == NULL ? "" : d.more,
        d.more == NULL ? "" : ",", d.products, d.models == NULL ? models : d.models,
        d.strategies == NULL ? "'s': {'all': 'm'}" : d.strategies);
    assert_true(length > 0 && (size_t)length < sizeof text);
    return invoice_of(id, scenario_of(id, text), strategy);
}

static inline void drop(invoice *i)
{
    close_world(&i->m);
    free(i);
}

/* Is the total of both engines `want`?  1e-9 relative; 1e-12 USD when it is nothing. */
static inline void expect_total(const invoice *i, const char *id, double want)
{
    for (int e = 0; i->good && e < 2; e++)
        if (!(fabs(i->total[e] - want) <= fmax(1e-9 * fabs(want), want == 0 ? 1e-12 : 0)))
            fault("%s: %s engine: %.12g, not %.12g", id, engine_name[e], i->total[e], want);
}

/* Is the bill of a month of both engines `want`?  1e-9 of it, or of the total if 0. */
static inline void expect_month(const invoice *i, const char *id, size_t t, double want)
{
    for (int e = 0; i->good && e < 2; e++)
        if (!(fabs(i->month[e][t] - want) <=
              1e-9 * (want == 0 ? fabs(i->total[e]) : fabs(want))))
            fault("%s: %s engine: month %zu: %.12g, not %.12g", id, engine_name[e], t,
                  i->month[e][t], want);
}

static inline void expect_months(const invoice *i, const char *id, size_t count,
                                 const double *want)
{
    for (size_t t = 0; t < count; t++)
        expect_month(i, id, t, want[t]);
}
#define EXPECT_MONTHS(i, id, ...)                                                           \
    expect_months((i), (id), sizeof((const double[]){__VA_ARGS__}) / sizeof(double),        \
                  (const double[]){__VA_ARGS__})

/* The total of a deal, or 0 and a fault.  With what it must be: a known bill. */
static inline void expect_bill(const char *id, deal d, double want)
{
    invoice *i = invoice_for(id, d, 0);
    expect_total(i, id, want);
    drop(i);
}

/* The same bill by both engines, for comparisons between deals. */
static inline double bill_of(const char *id, deal d)
{
    invoice *i = invoice_for(id, d, 0);
    double   total = i->total[DS_ENGINE_REFERENCE];
    if (i->good && !within(i->total[0], i->total[1], 1e-12) && !(fabs(total) < 1e-12))
        fault("%s: fast %.17g, reference %.17g", id, i->total[0], i->total[1]);
    if (!i->good)
        total = (double)NAN;
    drop(i);
    return total;
}

/* Sum of the amounts of the ledger's rows whose line begins so, in a month or (-1) all. */
static inline double lines_usd(const invoice *i, int month, const char *line)
{
    double sum = 0;
    for (size_t r = 0; r < i->rows; r++)
        if ((month < 0 || i->row[r].month == (size_t)month) &&
            strncmp(i->row[r].line, line, strlen(line)) == 0)
            sum += i->row[r].amount_usd;
    return sum;
}

static inline double lines_quantity(const invoice *i, int month, const char *line)
{
    double sum = 0;
    for (size_t r = 0; r < i->rows; r++)
        if ((month < 0 || i->row[r].month == (size_t)month) &&
            strncmp(i->row[r].line, line, strlen(line)) == 0)
            sum += i->row[r].quantity;
    return sum;
}

/* ---- Parts of scenarios ------------------------------------------------------------ */

/* Product p with `n` requests a month. */
#define REQUESTS(n, request) "'p': {'requests_per_month': " n ", 'request': {" request "}}"
#define ONE(request) REQUESTS("1", request)
#define TOKENS_IN(n) "'input_tokens': " n ", 'output_tokens': 0"
#define TOKENS_OUT(n) "'input_tokens': 0, 'output_tokens': " n
/* A dollar a request: usage of so many dollars is so many requests. */
#define DOLLARS_A_REQUEST(usd)                                                              \
    "'billing': 'per_token', 'usd_per_mtok': {'input': 0, 'output': 0},"                    \
    " 'usd_per_request': " usd
#define NO_TOKENS "'input_tokens': 0, 'output_tokens': 0"

#endif
