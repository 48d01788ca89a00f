"""benchmark_numpy.py PATHS [SEED] -- the benchmark problem of benchmark_loop.c in NumPy.

Vectorised over paths in blocks of 20,000, which stay in the cache.  Prints the line that
benchmark_distillsim prints; the time is of simulation and quantiles.

benchmark_numpy.py --grid LAST CLOCK -- for 2^10 to 2^LAST paths: paths, seconds (median),
and of each strategy the standard error relative to the mean.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import resource
import statistics
import sys
import time

import numpy as np

BLOCK, MONTHS = 20000, 60
LOWER = np.linalg.cholesky(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]))
WEIGHT = np.array([130.0, 200.0, 70.0])


def share_of(month):
    return 0.0 if month <= 13 else 0.7 if month >= 19 else 0.7 * (month - 13) / 6


def simulate_block(rng, n, npv):
    """npv: [4][n], set to the present values."""
    level = np.zeros((3, n))
    price = np.zeros(n)
    npv[:] = 0.0
    for month in range(1, MONTHS + 1):
        discount, share = 1.1 ** (-month / 12), share_of(month)
        z = rng.standard_normal((4, n))
        level += 0.03 + 0.08 * (LOWER @ z[:3])
        price += -0.02 + 0.01 * z[3]
        tokens = WEIGHT @ np.exp(level)
        bill = discount * np.exp(price) * tokens
        units = np.maximum(2.0, np.ceil(0.01 * share * tokens))
        npv[0] += 3.0 * bill
        npv[1] += (1 - share + 0.1 * share) * 3.0 * bill + discount * 1.9 * units
        npv[2] += 2.2 * bill
        npv[3] += 0.5 * 3.0 * bill + 0.5 * 2.2 * bill


def simulate(paths, seed):
    """Mean, standard error, p05, p50, p95 of each strategy."""
    rng = np.random.default_rng(seed)
    npv = np.empty((4, paths))
    for first in range(0, paths, BLOCK):
        last = min(first + BLOCK, paths)
        simulate_block(rng, last - first, npv[:, first:last])
    return [(x.mean(), x.std(ddof=1) / paths**0.5, *np.quantile(x, (0.05, 0.5, 0.95))) for x in npv]


def grid(last, clock):
    simulate(4096, 1)
    for power in range(10, last + 1):
        seconds = []
        for seed in range(5 if power < 18 else 1):
            start = clock()
            rows = simulate(2**power, seed + 1)
            seconds.append(clock() - start)
        errors = ",".join(f"{row[1] / row[0]:.6g}" for row in rows)
        print(f"{2**power},{statistics.median(seconds):.6f},{errors}", flush=True)


def main():
    if sys.argv[1] == "--grid":
        grid(int(sys.argv[2]), time.process_time if sys.argv[3] == "cpu" else time.perf_counter)
        return
    paths, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    simulate(4096, seed)
    wall, cpu = time.perf_counter(), time.process_time()
    rows = simulate(paths, seed)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = ",".join(f"{x:.10g}" for row in rows for x in row)
    print(f"{wall:.6f},{cpu:.6f},{memory},-,{figures}")


main()
