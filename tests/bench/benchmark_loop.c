/* benchmark_loop.c -- the benchmark problem as a loop written for it alone.
 *
 * benchmark_loop PATHS [SEED]
 *
 * What somebody would write who needs this one answer fast: a block of paths at a time,
 * rows that stay in the first cache, every month one pass over the block, constants in
 * the code.  The same random numbers, elementary functions and quantiles as distillsim
 * (src/numerics), the same flags (no fused multiply-add, no fast-math) and, from
 * benchmark.sh, the same instruction set.  Prints the line that benchmark_distillsim
 * prints; the time is again of simulation and quantiles.
 *
 *   level  x_i(t) = 100 exp(0.03 t + 0.08 W_i(t)), corr(W_i, W_j) = 0.5, i = 1..3
 *   tokens T(t)   = 1.3 x_1 + 2.0 x_2 + 0.7 x_3
 *   price  p(t)   = exp(-0.02 t + 0.01 Z(t))
 *   share  s(t)   = 0 until month 13, 0.7 from month 19 on, straight between (of months
 *                   counted from 0 these are 12 and 18)
 *   bills of month t = 1..60, each times 1.1^(-t/12):
 *     stay 3.0 p T;  other 2.2 p T;  half: the mean of the two;
 *     student 3.0 p T (1 - s + 0.1 s) + 1.9 max(2, ceil(0.01 T s))
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "numerics/lanes.h"
#include "numerics/lanes_inline.h"
#include "numerics/statistics.h"
#include "numerics/stream.h"

enum { LANES = 256, MONTHS = 60, DRIVERS = 4, STRATEGIES = 4, WARM_PATHS = 4096 };

typedef double row[LANES];

typedef struct {
    _Alignas(64) double shock[DRIVERS][2 * LANES]; /* of two months */
    _Alignas(64) row    level[DRIVERS], total[STRATEGIES];
} block;

static double clock_s(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double share_of(int month)
{
    return month <= 13 ? 0.0 : month >= 19 ? 0.7 : 0.7 * (month - 13) / 6.0;
}

static void simulate_month(block *b, int month, size_t odd)
{
    const double discount = pow(1.1, -month / 12.0), share = share_of(month);
    const double stays = 1.0 - share + 0.1 * share, l21 = sqrt(0.75), l31 = sqrt(0.75) / 3.0;
    const double l32 = sqrt(2.0 / 3.0);
    const double *z0 = b->shock[0] + odd * LANES, *z1 = b->shock[1] + odd * LANES;
    const double *z2 = b->shock[2] + odd * LANES, *z3 = b->shock[3] + odd * LANES;
    double *x0 = b->level[0], *x1 = b->level[1], *x2 = b->level[2], *x3 = b->level[3];
    double *stay = b->total[0], *student = b->total[1], *other = b->total[2];
    double *half = b->total[3];

    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < LANES; i++) {
        x0[i] += 0.03 + 0.08 * z0[i];
        x1[i] += 0.03 + 0.08 * (0.5 * z0[i] + l21 * z1[i]);
        x2[i] += 0.03 + 0.08 * (0.5 * z0[i] + l31 * z1[i] + l32 * z2[i]);
        x3[i] += -0.02 + 0.01 * z3[i];
        const double tokens = 130.0 * ds_exp_inline(x0[i]) + 200.0 * ds_exp_inline(x1[i]) +
                              70.0 * ds_exp_inline(x2[i]);
        const double bill = discount * (ds_exp_inline(x3[i]) * tokens);
        const double units = ceil(0.01 * share * tokens);
        stay[i] += 3.0 * bill;
        other[i] += 2.2 * bill;
        half[i] += 0.5 * (3.0 * bill) + 0.5 * (2.2 * bill);
        student[i] += stays * (3.0 * bill) + discount * (1.9 * (units < 2.0 ? 2.0 : units));
    }
}

static void simulate_block(block *b, const uint64_t key[DRIVERS], uint64_t first)
{
    memset(b->level, 0, sizeof b->level);
    memset(b->total, 0, sizeof b->total);
    for (int month = 1; month <= MONTHS; month++) {
        const size_t odd = (size_t)(month - 1) % 2;
        for (size_t d = 0; d < DRIVERS && odd == 0; d++) {
            double *z = b->shock[d];
            ds_stream_uniform_pair_lanes(key[d], first, (uint32_t)month, 0, LANES, z, z + LANES);
            ds_normal_quantile_lanes(2 * LANES, z, z);
        }
        simulate_month(b, month, odd);
    }
}

typedef struct {
    ds_moments moments;
    double     p05, p50, p95;
} summary;

static void simulate(size_t paths, uint64_t seed, double *npv, double *sorted,
                     summary out[STRATEGIES])
{
    static block b;
    uint64_t key[DRIVERS];

    for (size_t d = 0; d < DRIVERS; d++) {
        key[d] = ds_stream_key(seed, d);
    }
    for (size_t first = 0; first < paths; first += LANES) {
        const size_t count = paths - first < LANES ? paths - first : LANES;
        simulate_block(&b, key, first);
        for (size_t s = 0; s < STRATEGIES; s++) {
            memcpy(npv + s * paths + first, b.total[s], count * sizeof *npv);
        }
    }
    for (size_t s = 0; s < STRATEGIES; s++) {
        const ds_ranks ranks[] = {ds_quantile_ranks(paths, 0.05), ds_quantile_ranks(paths, 0.5),
                                  ds_quantile_ranks(paths, 0.95)};
        memcpy(sorted, npv + s * paths, paths * sizeof *sorted);
        out[s].moments = ds_moments_of_column(paths, sorted);
        ds_sort_ranks(paths, sorted, ranks, 3);
        out[s].p05 = ds_quantile_sorted(paths, sorted, 0.05);
        out[s].p50 = ds_quantile_sorted(paths, sorted, 0.5);
        out[s].p95 = ds_quantile_sorted(paths, sorted, 0.95);
    }
}

/* Memory included, as in a run of the program. */
static void run(size_t paths, uint64_t seed, summary out[STRATEGIES])
{
    double *npv = malloc(STRATEGIES * paths * sizeof *npv);
    double *sorted = malloc(paths * sizeof *sorted);

    if (npv == NULL || sorted == NULL) {
        fprintf(stderr, "benchmark_loop: out of memory\n");
        exit(1);
    }
    simulate(paths, seed, npv, sorted, out);
    free(npv);
    free(sorted);
}

int main(int argc, char **argv)
{
    const size_t paths = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 1000000;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    summary out[STRATEGIES];
    struct rusage usage;

    run(WARM_PATHS, seed, out);
    const double wall = clock_s(CLOCK_MONOTONIC), cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    run(paths, seed, out);
    const double wall_s = clock_s(CLOCK_MONOTONIC) - wall;
    const double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    getrusage(RUSAGE_SELF, &usage);
    printf("%.6f,%.6f,%ld,-", wall_s, cpu_s, usage.ru_maxrss);
    for (size_t s = 0; s < STRATEGIES; s++) {
        printf(",%.10g,%.5g,%.8g,%.8g,%.8g", out[s].moments.mean,
               ds_moments_mean_se(&out[s].moments), out[s].p05, out[s].p50, out[s].p95);
    }
    printf("\n");
    return 0;
}
