#!/bin/sh
# bench.sh PROGRAM -- how many months of futures a second, into results/bench/.
#
# Runs the main scenario at 65,536 paths with one thread and with one for each
# processor, five times each after one that warms up, and takes the medians of the
# wall time of the whole program: start, parsing and statistics are in it.
#
# A path-month is one month of one path, in which all strategies are simulated; a
# strategy-path-month is one month of one strategy of one path.  Both are given,
# because tools that simulate one alternative at a time compare with the second.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

program=${1-build/distillsim}
scenario=${SCENARIO-scenarios/amazon-anthropic.json}
paths=${BENCH_PATHS-65536}
repeats=${BENCH_REPEATS-5}
out=results/bench
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Sizes of the scenario, from the resolved text that every run writes.
"$program" run "$scenario" --paths 256 --out "$work/run" >/dev/null
months=$(awk -F, 'NR > 1 { seen[$COLUMN] = 1 } END { for (m in seen) n++; print n }' \
    COLUMN=1 "$work/run/monthly.csv")
strategies=$(awk -F, 'NR > 1 { seen[$1] = 1 } END { for (s in seen) n++; print n }' \
    "$work/run/summary.csv")

seconds() { # of one run with $1 threads
    start=$(date +%s%N)
    "$program" run "$scenario" --paths "$paths" --threads "$1" --format csv >/dev/null
    end=$(date +%s%N)
    echo "$start $end" | awk '{ printf "%.6f\n", ($2 - $1) / 1e9 }'
}

median() { # of numbers, one a line
    sort -n | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}

table="$out/throughput.csv"
echo 'program,scenario,paths,months,strategies,threads,repeats,median_s,path_months_per_s_core,strategy_path_months_per_s_core' >"$table"
for threads in $(printf '1\n%s\n' "$(nproc)" | sort -nu); do
    seconds "$threads" >/dev/null
    n=0
    while [ "$n" -lt "$repeats" ]; do
        seconds "$threads"
        n=$((n + 1))
    done | median >"$work/median"
    awk -v scenario="$(basename "$scenario" .json)" -v paths="$paths" -v months="$months" \
        -v strategies="$strategies" -v threads="$threads" -v repeats="$repeats" '{
        rate = paths * months / $1 / threads
        printf "distillsim,%s,%d,%d,%d,%d,%d,%.3f,%.3g,%.3g\n", scenario, paths, months,
            strategies, threads, repeats, $1, rate, rate * strategies }' "$work/median" >>"$table"
done

{
    "$program" --version | head -1
    uname -sm
    sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort | uniq -c
} >"$out/machine.txt"

awk -F, '{ printf "%8s %12s %26s %36s\n", $6, $8, $9, $10 }' "$table"
