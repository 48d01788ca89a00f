/* benchmark_distillsim.c -- the benchmark problem in distillsim, timed in the process.
 *
 * benchmark_distillsim SCENARIO PATHS THREADS [SEED [POINTER=JSON ...]]
 *
 * Prints one line for benchmark.sh: seconds of wall, seconds of processor, greatest
 * memory [KiB], instruction set; then of each strategy the mean of cost_npv_usd, its
 * standard error, p05, p50, p95.  Timed are the simulation and the statistics; not
 * the start and not the reading of the scenario.  A small run goes before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <distillsim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST_STRATEGIES = 8, WARM_PATHS = 4096 };

static double clock_s(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const ds_error *error)
{
    fprintf(stderr, "benchmark_distillsim: %s %s\n", error->pointer, error->message);
    exit(1);
}

static ds_plan *plan_of(const char *path, char **settings, int count)
{
    ds_override overrides[32] = {{"/run/outcomes", "[\"cost_npv_usd\"]"},
                                 {"/run/monthly", "false"}};
    size_t n = 2;
    ds_scenario *scenario = NULL;
    ds_plan *plan = NULL;
    ds_error error = {0};

    for (int i = 0; i < count && n < 32; i++, n++) {
        char *equals = strchr(settings[i], '=');
        if (equals == NULL) {
            fprintf(stderr, "benchmark_distillsim: %s is not POINTER=JSON\n", settings[i]);
            exit(2);
        }
        *equals = '\0';
        overrides[n] = (ds_override){settings[i], equals + 1};
    }
    if (ds_scenario_load(path, overrides, n, NULL, NULL, &scenario, &error) != DS_OK ||
        ds_plan_compile(scenario, &plan, &error) != DS_OK) {
        die(&error);
    }
    return plan;
}

static ds_result *run(const ds_plan *plan, uint64_t paths, unsigned threads, uint64_t seed,
                      ds_statistics *statistics)
{
    const ds_run_options options = {.path_count = paths, .seed = seed, .threads = threads};
    const size_t outcome = ds_outcome_find("cost_npv_usd");
    ds_result *result = NULL;
    ds_error error = {0};

    if (ds_run(plan, &options, &result, &error) != DS_OK) {
        die(&error);
    }
    for (size_t s = 0; s < ds_result_strategy_count(result) && s < MOST_STRATEGIES; s++) {
        statistics[s] = ds_result_statistics(result, s, outcome);
    }
    return result;
}

int main(int argc, char **argv)
{
    ds_statistics statistics[MOST_STRATEGIES];
    struct rusage usage;

    if (argc < 4) {
        fprintf(stderr, "usage: benchmark_distillsim SCENARIO PATHS THREADS "
                        "[SEED [POINTER=JSON ...]]\n");
        return 2;
    }
    const uint64_t paths = strtoull(argv[2], NULL, 10);
    const unsigned threads = (unsigned)strtoul(argv[3], NULL, 10);
    const uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    ds_plan *plan = plan_of(argv[1], argv + 5, argc > 5 ? argc - 5 : 0);
    const char *isa = "";

    for (size_t i = 0; ds_instruction_set(i) != NULL; i++) {
        isa = ds_instruction_set(i);
    }
    ds_result_free(run(plan, WARM_PATHS, threads, seed, statistics));
    const double wall = clock_s(CLOCK_MONOTONIC), cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    ds_result *result = run(plan, paths, threads, seed, statistics);
    const double wall_s = clock_s(CLOCK_MONOTONIC) - wall;
    const double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    getrusage(RUSAGE_SELF, &usage);
    printf("%.6f,%.6f,%ld,%s", wall_s, cpu_s, usage.ru_maxrss, isa);
    for (size_t s = 0; s < ds_result_strategy_count(result) && s < MOST_STRATEGIES; s++) {
        const ds_statistics *of = &statistics[s];
        printf(",%.10g,%.5g,%.8g,%.8g,%.8g", of->mean.value, of->mean.se, of->quantiles[0].value,
               of->quantiles[2].value, of->quantiles[4].value);
    }
    printf("\n");
    ds_result_free(result);
    ds_plan_free(plan);
    return 0;
}
