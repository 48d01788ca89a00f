#!/bin/sh
# prove_exec.sh FILE -- how prove runs one test file, from the repository root.
#
#   build/CONFIG/tests/test_NAME    a cmocka program
#   build/CONFIG/tests/NAME.bats    tests/cli/NAME.bats on build/CONFIG/distillsim
#   anything else                   a shell script that writes TAP itself
#
# The environment variable DISTILLSIM is the program of the same configuration.
# A file without a single test would count as skipped; here it fails.  A crash
# fails by its exit status, a hang after half an hour.  What a test says about its
# failure goes to stderr too, for prove shows that and no more.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -u

config=${1%/tests/*}
case $1 in
build/*) DISTILLSIM=$PWD/$config/distillsim && export DISTILLSIM ;;
esac
UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1} && export UBSAN_OPTIONS

run() {
    case $1 in
    build/*.bats) timeout 1800 bats --formatter tap "tests/cli/${1##*/}" ;;
    build/*) CMOCKA_MESSAGE_OUTPUT=TAP timeout 1800 "$1" ;;
    *) timeout 1800 sh "$1" ;;
    esac
}

# The exit status of the test travels on descriptor 3, its output on 4.
exec 4>&1
status=$({
    {
        run "$1"
        echo $? >&3
    } | awk -v name="$1" '
        /^1\.\.0/ { next }
        { print; fflush() }
        /^not ok / { failed = name ": " $0 }
        /^ok / { failed = "" }
        failed && /^(not ok|#)/ { print /^#/ ? $0 : failed >"/dev/stderr" }
        /^(not )?ok / { tests++ }
        END { if (!tests) print "1..1\nnot ok 1 - the file has no test" }' >&4
} 3>&1)
exit "$status"
