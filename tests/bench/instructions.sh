#!/bin/sh
# instructions.sh DIRECTORY [record] -- instructions of a path-month, counted by callgrind,
# against those of results/bench/instructions.csv; more than 3 % above one of them fails.
# With `record` it writes that file.
#
# Counts do not depend on what else the machine does.  Of two runs of one thread, with few
# and with more paths, the difference is taken: start, reading and planning cancel.
# valgrind knows no AVX-512, so generic and AVX2 are counted.  Other compilers make other
# code: the file says by which it was made, and is compared only with that.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

programs=$1
file=results/bench/instructions.csv
few=256 many=1024
compiler=$(${CC:-cc} --version | sed -n 1p | tr ',' ' ')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v valgrind >/dev/null || {
    echo 'instructions.sh: valgrind is missing; nothing counted' >&2
    exit 0
}

# scenario, paths, instruction set, settings: "instructions path-months"
count() {
    months=$(valgrind --tool=callgrind --callgrind-out-file="$work/out" --log-file="$work/log" \
        "$programs/count_run" "$@") || {
        cat "$work/log" >&2
        exit 1
    }
    echo "$(sed -n 's/^summary: //p' "$work/out") $months"
}

measure() {
    for isa in generic avx2; do
        for scenario in tests/data/model_benchmark.json scenarios/amazon-anthropic.json; do
            set -- # the benchmark is timed with its present values alone
            case $scenario in *model_benchmark*)
                set -- '/run/outcomes=["cost_npv_usd"]' /run/monthly=false ;;
            esac
            echo "$(count "$scenario" $few $isa "$@") $(count "$scenario" $many $isa "$@")" |
                awk -v name="$(basename "$scenario" .json)" -v isa=$isa -v compiler="$compiler" '
                    { printf "%s,%s,%.1f,%s\n", name, isa, ($3 - $1) / ($4 - $2), compiler }'
        done
    done
}

measure >"$work/fresh"
if [ "${2-}" = record ]; then
    {
        echo 'scenario,instruction_set,instructions_per_path_month,compiler'
        cat "$work/fresh"
    } >"$file"
    cat "$file"
    exit 0
fi
awk -F, 'FNR == NR { recorded[$1 FS $2] = $3; by[$1 FS $2] = $4; next }
    {
        was = recorded[$1 FS $2]
        same = by[$1 FS $2] == $4
        more = was > 0 ? 100 * ($3 / was - 1) : 0
        printf "%s %s: %s instructions a path-month, recorded %s (%+.1f %%)%s\n", $1, $2, $3,
            (was > 0 ? was : "none"), more, (same ? "" : ", other compiler: not compared")
        if (same && more > 3) bad = 1
    }
    END {
        if (bad) print "instructions.sh: the kernel is slower than it was; if it must be, make bench-record"
        exit bad
    }' "$file" "$work/fresh"
