#!/usr/bin/env bats
# selftest.bats -- `distillsim selftest`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "every known value is found" {
    out selftest
    expect 0
    silent "$stderr"
    has "$stdout" "NumAcc4, sd"
    has "$stdout" "z "
    grep -qE '^[0-9]+ values, 0 missed, [0-9.]+ s$' "$stdout"
    [ "$(wc -L <"$stdout")" -le 80 ]
}

@test "selftest: one group, quiet, sources" {
    out selftest --group erlang --verbose
    expect 0
    has "$stdout" "from: recursion"
    lacks "$stdout" "Philox"
    out selftest --quiet
    expect 0
    [ "$(wc -l <"$stdout")" -eq 1 ]
    out selftest --group erlagn
    expect 2
    silent "$stdout"
    has "$stderr" "did you mean 'erlang'"
}

@test "selftest: rows for other programs, the same every time" {
    out selftest --format csv
    expect 0
    cp "$stdout" "$BATS_TEST_TMPDIR/first"
    head -n 1 "$stdout" | grep -qx 'group,what,expected,got,digits,se,z,passed,source'
    out selftest --format csv
    cmp "$stdout" "$BATS_TEST_TMPDIR/first"
    out selftest --format ndjson --group contracts
    expect 0
    while read -r line; do
        printf '%s\n' "$line" | is_json
    done <"$stdout"
}
