#!/bin/sh
# benchmark.sh DIRECTORY -- the benchmark problem in distillsim and in its peers, side by
# side: a C loop written for it alone, NumPy, R, Squiggle.  Into results/bench/.
#
# DIRECTORY has the programs that the Makefile built.  The peers take turns, BENCH_ROUNDS
# times; of each the median counts.  Every time is of the simulation and the quantiles, in
# a process that has already started and warmed up.  A path-month is one of the 60 months
# of one path, all four strategies in it.  With BENCH_CLOCK=cpu the processor's time is
# taken instead of the wall's: for machines with something else to do.
#
# Fails when a mean differs from that of distillsim by more than 4 standard errors of the
# difference.  A false alarm has a chance of 6e-5 for each of the 16 means that are
# compared; seeds are fixed, so a problem that agrees once agrees always.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

programs=$1
paths=${BENCH_PATHS-1000000}
rounds=${BENCH_ROUNDS-5}
clock=${BENCH_CLOCK-wall}
squiggle_paths=${BENCH_SQUIGGLE_PATHS-8000}
scenario=tests/data/model_benchmark.json
out=results/bench
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import numpy' 2>/dev/null && python=$candidate && break
done

# peer, threads, paths, then what the program prints
row() {
    name=$1 threads=$2 n=$3
    shift 3
    line=$("$@") && echo "$name,$threads,$n,$line" >>"$work/runs.csv" ||
        echo "benchmark.sh: $name failed" >&2
}

distillsim() {
    row distillsim "$1" "$2" "$programs/benchmark_distillsim" "$scenario" "$2" "$1"
}

distillsim 1 4096
isa=$(tail -n 1 "$work/runs.csv" | cut -d, -f7)
: >"$work/runs.csv"

missing=
[ -n "$python" ] || missing="$missing NumPy (python3-numpy)"
command -v Rscript >/dev/null || missing="$missing R (r-base-core)"
[ -d build/npm/node_modules/@quri/squiggle-lang ] && command -v node >/dev/null ||
    missing="$missing Squiggle (npm: @quri/squiggle-lang)"

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    distillsim 1 "$paths"
    row 'C loop' 1 "$paths" "$programs/benchmark_loop-$isa" "$paths" "$round"
    distillsim 2 "$paths"
    [ -z "$python" ] ||
        row NumPy 1 "$paths" "$python" tests/bench/benchmark_numpy.py "$paths" "$round"
    ! command -v Rscript >/dev/null ||
        row R 1 "$paths" Rscript tests/bench/benchmark_r.R "$paths" "$round"
    case $missing in *Squiggle*) ;; *)
        row Squiggle 1 "$squiggle_paths" node tests/bench/benchmark_squiggle.mjs \
            build/npm/node_modules "$squiggle_paths" "$round" ;;
    esac
done
[ -n "${BENCH_SHORT-}" ] || distillsim 2 10000000

awk -F, -v clock="$clock" -v rounds="$rounds" -f tests/bench/benchmark.awk "$work/runs.csv" \
    >"$work/table.csv" || bad=yes
cp "$work/table.csv" "$out/benchmark.csv"
{
    echo "clock: $clock; instruction set: $isa; median of $rounds rounds"
    [ -z "$missing" ] || echo "missing:$missing"
} >"$out/benchmark.txt"
column -s, -t "$work/table.csv" 2>/dev/null >>"$out/benchmark.txt" ||
    cat "$work/table.csv" >>"$out/benchmark.txt"
cat "$out/benchmark.txt"
[ -z "${bad-}" ]
