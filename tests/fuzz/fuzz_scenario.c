/* fuzz_scenario.c -- libFuzzer target: no bytes may crash the loader.
 *
 * `make fuzz SECONDS=120` builds and runs it on tests/data and tests/bad.
 *
 * The text is loaded from memory, so no other file is opened.  What loads must
 * load again from its canonical text, with the same hash; and what loads and is
 * small must run, or say why not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_errno.h>
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

/* One path by each engine. */
static void run(const ds_scenario *s)
{
    ds_plan *plan;
    if (ds_scenario_months(s) > 60 || ds_scenario_strategy_count(s) > 8 ||
        ds_plan_compile(s, &plan, NULL) != DS_OK)
        return;
    for (int engine = 0; engine < 2; engine++) {
        ds_result     *result;
        ds_run_options options = { .path_count = 1, .seed = 1, .threads = 1,
                                   .engine = (ds_engine)engine };
        if (ds_run(plan, &options, &result, NULL) == DS_OK)
            ds_result_free(result);
    }
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
