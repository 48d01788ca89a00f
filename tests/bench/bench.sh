#!/bin/sh
# bench.sh PROGRAM -- months of futures a second and core, into results/bench/.
#
# Runs the main scenario at 65,536 paths with one thread and with one for each
# processor: once to warm up, then five times, of which the median counts.  The
# time is the wall time that the program writes into run.json: simulation and
# statistics, without start and parsing.
#
# A path-month is one month of one path, in which every strategy is simulated; a
# strategy-path-month is one month of one strategy of one path.  Both are given,
# because a tool that simulates one alternative at a time compares with the
# second.
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

seconds() { # of one run with $1 threads
    "$program" run "$scenario" --paths "$paths" --threads "$1" --out "$work/run" >/dev/null
    sed -n 's/.*"wall_seconds":\([0-9.]*\).*/\1/p' "$work/run/run.json"
}

median() { # of numbers, one a line
    sort -n | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}

table=$out/throughput.csv
echo "program,scenario,paths,months,strategies,threads,repeats,median_s,\
path_months_per_s_core,strategy_path_months_per_s_core" >"$table"

for threads in $(printf '1\n%s\n' "$(nproc)" | sort -nu); do
    seconds "$threads" >/dev/null
    n=0
    while [ "$n" -lt "$repeats" ]; do
        seconds "$threads"
        n=$((n + 1))
    done | median >"$work/median"

    # monthly.csv has one row for each month and strategy; its first column counts
    # the months from 0.
    awk -F, -v scenario="$(basename "$scenario" .json)" -v paths="$paths" \
        -v threads="$threads" -v repeats="$repeats" -v median="$(cat "$work/median")" '
        NR > 1 { rows++; if ($1 >= months) months = $1 + 1 }
        END {
            rate = paths * months / median / threads
            printf "distillsim,%s,%d,%d,%d,%d,%d,%s,%.3g,%.3g\n", scenario, paths, months,
                rows / months, threads, repeats, median, rate, rate * rows / months
        }' "$work/run/monthly.csv" >>"$table"
done

{
    "$program" --version | head -n 1
    uname -sm
    sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort | uniq -c
} >"$out/machine.txt"

# What rich contracts cost to simulate over flat prices, one thread: the two take turns,
# once to warm up and then in pairs, so that what else the machine does hits both.  The
# ratio is the median of those of the pairs, in processor time, which does not count the
# time that other programs have the processor.
pairs=${BENCH_PAIRS-15}
processor_seconds() { # of one run of a scenario; called in a subshell of its own
    "$program" run "$1" --paths "$((2 * paths))" --threads 1 --out "$work/run" >/dev/null
    times >"$work/times"
    awk 'NR == 2 { split($1, user, /[ms]/); split($2, kernel, /[ms]/)
        print 60 * (user[1] + kernel[1]) + user[2] + kernel[2] }' "$work/times"
}
: >"$work/ratios"
n=0
while [ "$n" -le "$pairs" ]; do
    flat=$(processor_seconds tests/data/bench_flat.json)
    rich=$(processor_seconds tests/data/bench_rich.json)
    [ "$n" -eq 0 ] || echo "$rich $flat" | awk '{ print $1 / $2 }' >>"$work/ratios"
    n=$((n + 1))
done
ratio=$(median <"$work/ratios" | awk '{ printf "%.2f", $1 }')
echo "$ratio" >"$out/rich_to_flat.txt"

cat "$out/machine.txt"
echo "rich contracts to flat prices: $ratio times the time (median of $pairs pairs)"
awk -F, '{ printf "%8s %10s %24s %34s\n", $6, $8, $9, $10 }' "$table"
