/* count_run.c -- one run of a scenario by one thread, for callgrind to count.
 *
 * count_run SCENARIO PATHS INSTRUCTION_SET [POINTER=JSON ...]
 *
 * Prints the path-months.  The counts of two numbers of paths differ by what the further
 * paths cost; start, reading of the scenario and planning cancel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <distillsim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    ds_override overrides[32];
    size_t n = 0;
    ds_scenario *scenario = NULL;
    ds_plan *plan = NULL;
    ds_result *result = NULL;
    ds_error error = {0};

    if (argc < 4) {
        fprintf(stderr, "usage: count_run SCENARIO PATHS INSTRUCTION_SET [POINTER=JSON ...]\n");
        return 2;
    }
    for (int i = 4; i < argc && n < 32; i++, n++) {
        char *equals = strchr(argv[i], '=');
        if (equals == NULL) {
            fprintf(stderr, "count_run: %s is not POINTER=JSON\n", argv[i]);
            return 2;
        }
        *equals = '\0';
        overrides[n] = (ds_override){argv[i], equals + 1};
    }
    const ds_run_options options = {.path_count = strtoull(argv[2], NULL, 10), .seed = 1,
                                    .threads = 1, .instruction_set = argv[3]};
    if (ds_scenario_load(argv[1], overrides, n, NULL, NULL, &scenario, &error) != DS_OK ||
        ds_plan_compile(scenario, &plan, &error) != DS_OK ||
        ds_run(plan, &options, &result, &error) != DS_OK) {
        fprintf(stderr, "count_run: %s %s\n", error.pointer, error.message);
        return 1;
    }
    printf("%llu\n", (unsigned long long)(ds_result_paths(result) * ds_scenario_months(scenario)));
    ds_result_free(result);
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    return 0;
}
