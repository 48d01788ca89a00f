/* explain.c -- the ledger of one path under one strategy, for people.
 *
 * Called by users of the library and by `distillsim explain`.  Checks the arguments
 * and runs the reference engine, whose lines cite the equations of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "distillsim.h"
#include "model/kernel.h"
#include "scenario/error.h"
#include "scenario/scenario.h"

ds_code ds_explain(const ds_plan *plan, uint64_t seed, uint64_t path, size_t strategy,
                   ds_ledger_fn row, void *context, double *outcomes, ds_error *err)
{
    size_t strategies = ds_plan_scenario(plan)->strategies.count;
    if (strategy >= strategies)
        return ds_fail(err, DS_E_USAGE, "/strategies", "no strategy %zu: there are %zu", strategy,
                       strategies);
    double  figures[DS_OUTCOME_COUNT];
    ds_code code = ds_reference(plan, seed, path, strategy, row, context, figures, NULL, err);
    if (code == DS_OK && outcomes != NULL)
        memcpy(outcomes, figures, sizeof figures);
    return code;
}
