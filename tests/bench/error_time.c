/* error_time.c -- what an error costs: standard error of the mean of cost_npv_usd against
 * time, from 2^8 paths to 2^LAST, one thread.
 *
 * error_time CLOCK LAST SCENARIO [POINTER=JSON ...]     CLOCK is wall or cpu
 *
 * One row for each number of paths: paths, median seconds of a run (simulation and means,
 * with the allocation of its memory and the start of its thread, for that is what a small
 * run costs), then of each strategy the standard error relative to the mean.  With random
 * numbers that is the one that the run states; else the standard deviation of the means of
 * 16 seeds (of 4 from 2^15 paths on, of 2 from 2^18 on: a rough figure), which knows nothing of
 * what the program thinks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <distillsim.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_STRATEGIES = 8, SEEDS = 16, FIRST = 8, FEWER_FROM = 15, FEWEST_FROM = 18 };

typedef struct {
    size_t strategies;
    double seconds, mean[MOST_STRATEGIES], se[MOST_STRATEGIES];
} one_run;

static double clock_s(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const ds_error *error)
{
    fprintf(stderr, "error_time: %s %s\n", error->pointer, error->message);
    exit(1);
}

static one_run run(const ds_plan *plan, clockid_t clock, uint64_t paths, uint64_t seed)
{
    const ds_run_options options = {.path_count = paths, .seed = seed, .threads = 1};
    const size_t outcome = ds_outcome_find("cost_npv_usd");
    ds_result *result = NULL;
    ds_error error = {0};
    one_run out = {.seconds = clock_s(clock)};

    if (ds_run(plan, &options, &result, &error) != DS_OK) {
        die(&error);
    }
    out.strategies = ds_result_strategy_count(result);
    for (size_t s = 0; s < out.strategies && s < MOST_STRATEGIES; s++) {
        const ds_statistics statistics = ds_result_statistics(result, s, outcome);
        out.mean[s] = statistics.mean.value;
        out.se[s] = statistics.mean.se;
    }
    out.seconds = clock_s(clock) - out.seconds;
    ds_result_free(result);
    return out;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print_row(const ds_plan *plan, clockid_t clock, unsigned power, bool random)
{
    const uint64_t paths = UINT64_C(1) << power;
    one_run runs[SEEDS];
    double seconds[SEEDS];
    const size_t n = power < FEWER_FROM ? SEEDS : power < FEWEST_FROM ? 4 : 2;

    for (size_t k = 0; k < n; k++) {
        runs[k] = run(plan, clock, paths, k + 1);
        seconds[k] = runs[k].seconds;
    }
    qsort(seconds, n, sizeof *seconds, compare);
    printf("%llu,%.7f", (unsigned long long)paths, 0.5 * (seconds[(n - 1) / 2] + seconds[n / 2]));
    for (size_t s = 0; s < runs[0].strategies && s < MOST_STRATEGIES; s++) {
        double mean = 0.0, square = 0.0, stated = 0.0;
        for (size_t k = 0; k < n; k++) {
            mean += runs[k].mean[s] / (double)n;
            stated += runs[k].se[s] / (double)n;
        }
        for (size_t k = 0; k < n; k++) {
            square += (runs[k].mean[s] - mean) * (runs[k].mean[s] - mean);
        }
        printf(",%.6g", (random ? stated : sqrt(square / (double)(n - 1))) / mean);
    }
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    ds_override overrides[32] = {{"/run/outcomes", "[\"cost_npv_usd\"]"},
                                 {"/run/monthly", "false"}};
    size_t n = 2;
    bool random = true;
    ds_scenario *scenario = NULL;
    ds_plan *plan = NULL;
    ds_error error = {0};

    if (argc < 4) {
        fprintf(stderr, "usage: error_time wall|cpu LAST SCENARIO [POINTER=JSON ...]\n");
        return 2;
    }
    const clockid_t clock = strcmp(argv[1], "cpu") == 0 ? CLOCK_PROCESS_CPUTIME_ID
                                                        : CLOCK_MONOTONIC;
    for (int i = 4; i < argc && n < 32; i++, n++) {
        char *equals = strchr(argv[i], '=');
        if (equals == NULL) {
            fprintf(stderr, "error_time: %s is not POINTER=JSON\n", argv[i]);
            return 2;
        }
        *equals = '\0';
        overrides[n] = (ds_override){argv[i], equals + 1};
        random = random && (strcmp(argv[i], "/run/sampling") != 0 ||
                            strcmp(equals + 1, "\"random\"") == 0);
    }
    if (ds_scenario_load(argv[3], overrides, n, NULL, NULL, &scenario, &error) != DS_OK ||
        ds_plan_compile(scenario, &plan, &error) != DS_OK) {
        die(&error);
    }
    (void)run(plan, clock, 4096, 1);
    for (unsigned power = FIRST; power <= strtoul(argv[2], NULL, 10); power++) {
        print_row(plan, clock, power, random);
    }
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    return 0;
}
