#!/bin/sh
# error_time.sh DIRECTORY -- error against time, of the means of the benchmark problem:
# distillsim with random numbers and with Sobol points, and NumPy.  Into results/bench/.
#
# Sobol points twice: in 16 independent scrambles, as a run has them without being told,
# whose spread is the error that the run states; and in 2, which have the smaller error of
# longer nets and say less well how large it is.
#
# BENCH_SAMPLING names another sampler of distillsim than sobol; BENCH_CLOCK=cpu takes the
# processor's time; BENCH_LAST=17 ends at 2^17 paths.  The time to 0.1 % is read off a
# straight line between the two sizes, in logarithms, of which one is above that error and one below.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

programs=$1
clock=${BENCH_CLOCK-wall}
sampling=${BENCH_SAMPLING-sobol}
last=${BENCH_LAST-20}
scenario=tests/data/model_benchmark.json
out=results/bench
mkdir -p "$out"
table=$out/error_time.csv

python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import numpy' 2>/dev/null && python=$candidate && break
done

{
    echo 'program,paths,seconds,stay,student,other,half'
    "$programs/error_time" "$clock" "$last" "$scenario" | sed 's/^/distillsim random,/'
    for replicates in 16 2; do
        "$programs/error_time" "$clock" "$last" "$scenario" "/run/sampling=\"$sampling\"" \
            "/run/replicates=$replicates" | sed "s/^/distillsim $sampling $replicates,/"
    done
    [ -z "$python" ] ||
        "$python" tests/bench/benchmark_numpy.py --grid "$last" "$clock" | sed 's/^/NumPy,/'
} >"$table.tmp"
mv "$table.tmp" "$table"

# program, strategy, paths and seconds to 0.1 %
awk -F, 'function crossing(p, s) {
        for (i = 2; i <= n[p]; i++)
            if (e[p, i, s] <= 0.001 && e[p, i - 1, s] > 0.001) {
                part = (log(0.001) - log(e[p, i - 1, s])) / (log(e[p, i, s]) - log(e[p, i - 1, s]))
                at_paths = exp(log(m[p, i - 1]) + part * log(m[p, i] / m[p, i - 1]))
                at_seconds = exp(log(t[p, i - 1]) + part * log(t[p, i] / t[p, i - 1]))
                return 1
            }
        at_paths = m[p, 1]
        at_seconds = t[p, 1]
        return e[p, 1, s] <= 0.001
    }
    NR == 1 { for (s = 4; s <= 7; s++) name[s] = $s; next }
    { p = $1; if (!(p in n)) order[++programs] = p; k = ++n[p]; m[p, k] = $2; t[p, k] = $3
      for (s = 4; s <= 7; s++) e[p, k, s] = $s }
    END {
        print "program,strategy,paths_to_0.1%,seconds_to_0.1%,numpy_seconds_over_these"
        for (q = 1; q <= programs; q++)
            for (s = 4; s <= 7; s++) {
                numpy = crossing("NumPy", s) ? at_seconds : 0
                if (!crossing(order[q], s)) { print order[q] "," name[s] ",-,-,-"; continue }
                printf "%s,%s,%.0f,%.6f,%s\n", order[q], name[s], at_paths, at_seconds,
                    (numpy > 0 ? sprintf("%.3g", numpy / at_seconds) : "-")
            }
    }' "$table" >"$out/time_to_error.csv"

cat >"$out/error_time.gp" <<'G'
# Error against time; error_time.svg.
set terminal svg size 720,480 font "sans,13"
set output "error_time.svg"
set datafile separator comma
set logscale xy
set xlabel "time of a run [s]"
set ylabel "standard error of the mean, relative"
set format x "10^{%L}"
set format y "10^{%L}"
set grid
set key bottom left
programs = system("cut -d, -f1 error_time.csv | tail -n +2 | uniq | tr ' ' '_' | tr '\n' ' '")
plot 0.001 with lines dashtype 2 linecolor "gray" title "0.1 %", \
    for [p in programs] sprintf("< tr ' ' '_' <error_time.csv | grep '^%s,'", p) \
        using 3:5 with linespoints title system(sprintf("echo '%s: student' | tr '_' ' '", p))
G
(cd "$out" && gnuplot error_time.gp) || echo 'error_time.sh: no picture' >&2
column -s, -t "$out/time_to_error.csv" 2>/dev/null || cat "$out/time_to_error.csv"
