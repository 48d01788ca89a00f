#!/usr/bin/env bats
# streams.bats -- pipes, full disks, signals, terminals.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

# A run that takes far longer than a test waits for it.
endless="$small --set /clock/months=1200 --paths 1000000"

@test "a reader that has enough ends the program quietly" {
    "$program" run $small --format csv 2>"$BATS_TEST_TMPDIR/stderr" | head -n 1 >/dev/null
    [ "${PIPESTATUS[0]}" -le 1 ]
    silent "$BATS_TEST_TMPDIR/stderr"
    # a sweep stops instead of going on for nobody
    SECONDS=0
    timeout 20 "$program" sweep $small --paths 20000 --vary /discount_rate_per_year=0:1:100000 \
        2>"$BATS_TEST_TMPDIR/stderr" | head -n 1 >/dev/null
    [ "${PIPESTATUS[0]}" -le 1 ]
    silent "$BATS_TEST_TMPDIR/stderr"
}

@test "a full disk is an error: standard output, help, files" {
    [ -c /dev/full ]
    for arguments in "run $small" "run $small --format csv" 'help' 'run --help' 'version' 'schema' \
        "check $small" "explain $small --strategy stay" \
        "sweep $small --vary /discount_rate_per_year=0:0.1:2"; do
        status=0
        # shellcheck disable=SC2086
        "$program" $arguments >/dev/full 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
        echo "distillsim $arguments: $status"
        [ "$status" -eq 1 ]
        has "$BATS_TEST_TMPDIR/stderr" 'No space left on device'
        [ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 1 ]
    done
}

@test "closed standard output is an error, and no file takes its place" {
    status=0
    "$program" run $small --out "$BATS_TEST_TMPDIR/dir" >&- 2>"$BATS_TEST_TMPDIR/stderr" ||
        status=$?
    [ "$status" -eq 1 ]
    has "$BATS_TEST_TMPDIR/stderr" 'standard output'
    head -n 1 "$BATS_TEST_TMPDIR/dir/run.json" | grep -q '^{"program"'
    ! grep -q 'Distil' "$BATS_TEST_TMPDIR"/dir/*
}

@test "a place where nothing can be written is an error, and nothing is left" {
    touch "$BATS_TEST_TMPDIR/file"
    out run $small --out "$BATS_TEST_TMPDIR/file/dir"
    expect 1
    silent "$stdout"
    has "$stderr" 'file/dir'
    out run $small --out "$BATS_TEST_TMPDIR/file"
    expect 1
    # one of the files cannot be replaced: it is a directory
    mkdir -p "$BATS_TEST_TMPDIR/dir/monthly.csv"
    out run $small --out "$BATS_TEST_TMPDIR/dir"
    expect 1
    [ -z "$(ls "$BATS_TEST_TMPDIR/dir" | grep tmp)" ]
}

interrupt() {
    # shellcheck disable=SC2086
    "$program" run $endless --out "$BATS_TEST_TMPDIR/dir" >"$BATS_TEST_TMPDIR/stdout" \
        2>"$BATS_TEST_TMPDIR/stderr" &
    pid=$!
    sleep 1
    kill -"$1" $pid
    SECONDS=0
    status=0
    wait $pid || status=$?
    cat "$BATS_TEST_TMPDIR/stderr"
    [ "$status" -eq 5 ]
    [ "$SECONDS" -le 2 ]
    silent "$BATS_TEST_TMPDIR/stdout"
    has "$BATS_TEST_TMPDIR/stderr" 'paths'
    [ ! -e "$BATS_TEST_TMPDIR/dir" ]
}

@test "Ctrl-C ends within two seconds with status 5 and leaves no file" {
    # a background job of a shell without job control ignores SIGINT
    set -m
    interrupt INT
}

@test "so does SIGTERM" {
    interrupt TERM
}

@test "an interrupted sweep keeps the rows of complete points" {
    set -m
    "$program" sweep $small --paths 20000 --vary /discount_rate_per_year=0:1:100000 \
        >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" &
    pid=$!
    # a header and a few points; a build with sanitizers takes its time
    for _ in $(seq 300); do
        [ "$(wc -l <"$BATS_TEST_TMPDIR/stdout")" -gt 4 ] && break
        sleep 0.1
    done
    kill -INT $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 5 ]
    has "$BATS_TEST_TMPDIR/stderr" 'points are complete'
    [ "$(wc -l <"$BATS_TEST_TMPDIR/stdout")" -gt 3 ]
    awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' "$BATS_TEST_TMPDIR/stdout"
}

# on_terminal VARIABLES ARGUMENTS: what a terminal would get, into $BATS_TEST_TMPDIR/screen
on_terminal() {
    env TERM=xterm "$1" script -qec "stty cols 80; $program $2" /dev/null </dev/null \
        >"$BATS_TEST_TMPDIR/screen"
}
escape=$(printf '\033')

@test "colour and progress on a terminal only" {
    command -v script
    on_terminal A=1 "run $small"
    has "$BATS_TEST_TMPDIR/screen" "$escape[1m"
    on_terminal NO_COLOR=1 "run $small"
    lacks "$BATS_TEST_TMPDIR/screen" "$escape[1m"
    on_terminal NO_COLOR= "run $small"
    has "$BATS_TEST_TMPDIR/screen" "$escape[1m"
    env TERM=dumb script -qec "$program run $small" /dev/null </dev/null >"$BATS_TEST_TMPDIR/screen"
    lacks "$BATS_TEST_TMPDIR/screen" "$escape"
    out run $small
    lacks "$stdout" "$escape"
}

@test "the progress line appears, fits, is cleared, and is off with --quiet" {
    slow="$small --set /clock/months=600 --paths 20000 --threads 1"
    on_terminal A=1 "run $slow"
    has "$BATS_TEST_TMPDIR/screen" ' left'
    tr '\r' '\n' <"$BATS_TEST_TMPDIR/screen" | sed "s/$escape\[K//" | grep ' left' |
        awk '{ if (length > 83) exit 1 }' # bytes: two signs take more than one
    tr '\r' '\n' <"$BATS_TEST_TMPDIR/screen" | grep -c ' left' | awk '{ exit $1 > 200 }'
    on_terminal A=1 "run --quiet $slow"
    lacks "$BATS_TEST_TMPDIR/screen" ' left'
}

@test "narrow terminals and terminals without UTF-8" {
    for columns in 60 80 132; do
        COLUMNS=$columns LC_ALL=C "$program" run $small >"$BATS_TEST_TMPDIR/table"
        [ "$(width "$BATS_TEST_TMPDIR/table")" -le $columns ]
        has "$BATS_TEST_TMPDIR/table" 'never'
        has "$BATS_TEST_TMPDIR/table" 'in month'
        ! LC_ALL=C grep -q '[^ -~]' "$BATS_TEST_TMPDIR/table"
        has "$BATS_TEST_TMPDIR/table" '+/-'
    done
}

@test "names that are hostile to a terminal are made harmless, and kept as data" {
    evil=$BATS_TEST_TMPDIR/evil.json
    # control characters are refused, and not repeated to the terminal
    sed 's/"distil-all"/"x\\u001b[31mred"/' $small >"$evil"
    out run "$evil"
    expect 3
    lacks "$stderr" "$escape"
    # a right-to-left override, a blank of no width, commas and quotes
    sed 's/"distil-all"/"x\\u202eabc\\u200b, \\"q\\" and a name without an end"/' $small >"$evil"
    out run "$evil"
    expect 0
    lacks "$stdout" "$(printf '\342\200\256')"
    lacks "$stdout" "$(printf '\342\200\213')"
    grep -q '^x.*abc' "$stdout"
    awk '{ if (length > 120) exit 1 }' "$stdout" # bytes: some signs take three
    out run "$evil" --format csv
    has "$stdout" ', ""q"" and a name without an end",cost_npv_usd,USD,mean,'
    out run "$evil" --format json
    is_json "$stdout"
    has "$stdout" "$(printf '\342\200\256')"
    out explain "$evil" --strategy "$(printf 'x\033')"
    expect 2
    lacks "$stderr" "$escape"
}

@test "a name that a spreadsheet takes for a formula is quoted" {
    evil=$BATS_TEST_TMPDIR/evil.json
    sed "s/\"distil-all\"/\"=1+1\"/" $small >"$evil"
    out run "$evil" --format csv
    expect 0
    has "$stdout" '"=1+1",cost_npv_usd'
}
