/* reference_ledger.h -- shared by the tests of the naive engine: a scenario from text,
 * one run of it with its ledger, and comparisons that say what differed.
 *
 * The text of a scenario has ' where JSON has ".  Default tolerance: 1e-12 relative.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REFERENCE_LEDGER_H
#define REFERENCE_LEDGER_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "distillsim.h"
#include "load_text.h"
#include "model/kernel.h"
#include "numerics/stream.h"

/* ---- Scenarios from text, runs, ledgers ------------------------------------- */

/* Loads a scenario whose text has ' for ". */
static inline ds_scenario *load(const char *text)
{
    ds_scenario *scenario = NULL;
    ds_error     error = { .code = DS_OK };
    ds_code      code = load_quoted(text, NULL, NULL, &scenario, &error);
    if (code != DS_OK)
        fail_msg("%d:%d %s: %s", error.line, error.column, error.pointer, error.message);
    return scenario;
}

static inline ds_plan *compile(const ds_scenario *scenario)
{
    ds_plan *plan = NULL;
    ds_error error = { .code = DS_OK };
    if (ds_plan_compile(scenario, &plan, &error) != DS_OK)
        fail_msg("%s: %s", error.pointer, error.message);
    return plan;
}

enum { MONTHS = 160, ROWS = 1024 };

typedef struct {
    char line[64], tier[96], multipliers[128];
} kept_texts;

/* What one run gave. */
typedef struct {
    double        outcome[DS_OUTCOME_COUNT];
    double        bill[MONTHS];
    size_t        rows;
    ds_ledger_row row[ROWS];
    kept_texts    text[ROWS];
} ledger;

static inline void keep_row(void *context, const ds_ledger_row *row)
{
    ledger *l = context;
    assert_true(l->rows < ROWS);
    kept_texts    *texts = &l->text[l->rows];
    ds_ledger_row *copy = &l->row[l->rows++];
    *copy = *row;
    copy->line = copy->tier = copy->multipliers = NULL; /* see text_of() */
    snprintf(texts->line, sizeof texts->line, "%s", row->line);
    snprintf(texts->tier, sizeof texts->tier, "%s", row->tier);
    snprintf(texts->multipliers, sizeof texts->multipliers, "%s", row->multipliers);
}

/* The texts of a row, which the callback has to copy. */
static inline const kept_texts *text_of(const ledger *l, const ds_ledger_row *row)
{
    return &l->text[row - l->row];
}

static inline ledger run(const ds_plan *plan, uint64_t seed, uint64_t path, size_t strategy)
{
    ledger   l = { .rows = 0 };
    ds_error error = { .code = DS_OK };
    ds_code  code =
        ds_reference(plan, seed, path, strategy, keep_row, &l, l.outcome, l.bill, &error);
    assert_int_equal(code, DS_OK);
    return l;
}

/* The names in the rows of a ledger live as long as the scenario. */
typedef struct {
    ds_scenario *scenario;
    ds_plan     *plan;
} fixture;

static inline fixture open_fixture(const char *text)
{
    fixture f = { .scenario = load(text) };
    f.plan = compile(f.scenario);
    return f;
}

static inline void close_fixture(fixture *f)
{
    ds_plan_free(f->plan);
    ds_scenario_free(f->scenario);
}

/* Path 0 of the first strategy; names in the rows are gone. */
static inline ledger run_text(const char *text)
{
    fixture f = open_fixture(text);
    ledger  l = run(f.plan, 1, 0, 0);
    close_fixture(&f);
    return l;
}

/* Sum of the amounts of a line in a month (or of all months: -1). */
static inline double amount(const ledger *l, int month, const char *line)
{
    double sum = 0;
    for (size_t i = 0; i < l->rows; i++)
        if ((month < 0 || l->row[i].month == (size_t)month) &&
            strcmp(l->text[i].line, line) == 0)
            sum += l->row[i].amount_usd;
    return sum;
}

static inline const ds_ledger_row *find(const ledger *l, size_t month, const char *line)
{
    for (size_t i = 0; i < l->rows; i++)
        if (l->row[i].month == month && strcmp(l->text[i].line, line) == 0)
            return &l->row[i];
    fail_msg("no row '%s' in month %zu", line, month);
    return NULL;
}

static inline void check_near(double got, double want, double tolerance, const char *what, int at)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: %.17g, not %.17g (line %d)", what, got, want, at);
}
/* 1e-12 relative, and exactly when the wanted value is 0 */
static inline void check_close(double got, double want, const char *what, int at)
{
    check_near(got, want, 1e-12 * fabs(want), what, at);
}
#define near(got, want) check_close(got, want, #got, __LINE__)

static inline void check_bills(const ledger *l, size_t months, const double *want, int at)
{
    for (size_t t = 0; t < months; t++)
        if (!(fabs(l->bill[t] - want[t]) <= 1e-12 * fabs(want[t])))
            fail_msg("bill of month %zu: %.17g, not %.17g (line %d)", t, l->bill[t], want[t],
                     at);
}
#define bills_are(l, ...)                                                                 \
    check_bills(l, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double),              \
                (const double[]){ __VA_ARGS__ }, __LINE__)

/* u(name, path, month, slot) of docs/model.md (1), the addressed uniform. */
static inline double address(const char *name, uint64_t seed, uint64_t path, size_t month,
                             size_t slot)
{
    return ds_stream_uniform(ds_stream_key(seed, ds_hash_text(name)), path, (uint32_t)month,
                             (uint32_t)slot);
}

#define PER_REQUEST(usd)                                                                 \
    "'billing': 'per_token', 'usd_per_mtok': {'input': " usd ", 'output': 0}}"

#endif
