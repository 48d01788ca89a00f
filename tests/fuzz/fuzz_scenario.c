/* fuzz_scenario.c -- libFuzzer target: no bytes may crash the loader.
 *
 * `make fuzz SECONDS=120` builds and runs it on tests/data and tests/bad.
 *
 * The text is loaded from memory, so no other file is opened.  What loads must
 * load again from its canonical text, with the same hash; and what loads and is
 * small must run, or say why not.  Costs and unserved requests of both engines, and the
 * sum of the ledger, are compared; a difference is printed, or with FUZZ_COMPARE in the
 * environment a crash, for numbers at the ends of their ranges may round apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim.h"
#include "scenario/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ds_code load(const char *text, size_t length, ds_scenario **out)
{
    /* 256 MiB: a small text cannot need more */
    return ds_scenario_parse(text, length, "fuzz", NULL, 0, (size_t)256 << 20, NULL, NULL, out,
                             NULL);
}

enum { PATHS = 2 };

/* Amounts of a ledger. */
typedef struct {
    double sum, size;
} amounts;

static void add(void *context, const ds_ledger_row *row)
{
    amounts *a = context;
    a->sum += row->amount_usd;
    a->size += fabs(row->amount_usd);
}

/* The same within rounding of sums of this size?  Both without a value, or both for ever,
 * is the same. */
static bool is_near(double a, double b, double size)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-6 * size + 1e-6;
}

/* One strategy on one path: the ledger adds up to the cost, and both engines find it. */
static void compare(const ds_plan *plan, const ds_result *result, size_t strategy, uint64_t path)
{
    const size_t cost = ds_outcome_find("cost_total_usd");
    const size_t unserved = ds_outcome_find("unserved_requests");
    double       outcomes[64];
    amounts      a = { 0 };
    if (ds_explain(plan, 1, path, strategy, add, &a, outcomes, NULL) != DS_OK)
        abort();
    const double fast = ds_result_column(result, strategy, cost)[path];
    const double lost = ds_result_column(result, strategy, unserved)[path];
    if (is_near(a.sum, outcomes[cost], a.size) && is_near(fast, outcomes[cost], a.size) &&
        is_near(lost, outcomes[unserved], fabs(lost)))
        return;
    fprintf(stderr, "strategy %zu, path %llu: cost %.17g, reference %.17g, its lines %.17g; "
            "unserved %.17g, reference %.17g\n", strategy, (unsigned long long)path, fast,
            outcomes[cost], a.sum, lost, outcomes[unserved]);
    if (getenv("FUZZ_COMPARE") != NULL)
        abort();
}

/* A few paths by each engine. */
static void run(const ds_scenario *s)
{
    ds_plan   *plan;
    ds_result *result[2] = { NULL, NULL };
    if (ds_scenario_months(s) * ds_scenario_strategy_count(s) > 32 ||
        ds_plan_compile(s, &plan, NULL) != DS_OK)
        return;
    for (int engine = 0; engine < 2; engine++) {
        ds_run_options options = { .path_count = PATHS, .seed = 1, .threads = 1,
                                   .engine = (ds_engine)engine };
        if (ds_run(plan, &options, &result[engine], NULL) != DS_OK)
            result[engine] = NULL;
    }
    for (size_t k = 0; result[0] != NULL && result[1] != NULL && k < PATHS; k++)
        for (size_t i = 0; i < ds_scenario_strategy_count(s); i++)
            compare(plan, result[0], i, k);
    ds_result_free(result[0]);
    ds_result_free(result[1]);
    ds_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gsl_set_error_handler_off();
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';

    ds_scenario *s, *again;
    if (load(text, size, &s) == DS_OK) {
        const char *canonical = ds_scenario_resolved_json(s);
        if (load(canonical, strlen(canonical), &again) != DS_OK ||
            strcmp(ds_scenario_hash(s), ds_scenario_hash(again)) != 0)
            abort();
        run(s);
        ds_scenario_free(again);
        ds_scenario_free(s);
    }
    free(text);
    return 0;
}
