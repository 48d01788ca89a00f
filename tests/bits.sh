#!/bin/sh
# bits.sh -- the same bytes from every build, and for any number of threads, as TAP.
#
# Compares with cmp, no tolerance: equality is what is promised.  The programs are
# those in PROGRAMS, the first is the one to equal; `make check` builds them with
# two compilers, without optimisation, and for an instruction set that has fused
# multiply-add.  Every shipped scenario runs, at a number of paths that is no
# multiple of a block.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

paths=1300
require PROGRAMS "${PROGRAMS%% *}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program of an instruction set that this processor lacks cannot run.
can_run() {
    case $1 in
    *x86-64-v3*) grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo ;;
    esac
}

# compare NAME PROGRAM [OPTION...]
compare() {
    name=$1
    shift
    expect_none "$name" "$("$1" run "$file" --paths $paths --format csv "$2" "$3" 2>&1 |
        cmp - "$work/expected" 2>&1)"
}

for file in scenarios/*.json; do
    # shellcheck disable=SC2086
    set -- $PROGRAMS
    first=$1
    "$first" run "$file" --paths $paths --format csv >"$work/expected"
    [ -s "$work/expected" ] || expect_none "$file" 'no output'
    for threads in 1 3; do
        compare "$file: $threads threads" "$first" --threads $threads
    done
    shift
    for program; do
        if can_run "$program"; then
            compare "$file: $program" "$program" --threads 2
        else
            checks=$((checks + 1))
            echo "ok $checks # SKIP this processor cannot run $program"
        fi
    done
done
end
