#!/usr/bin/env bats
# plot.bats -- pictures: they are made, their scripts stand alone, and no name from
# the data gets out of its quotes.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

results() {
    "$program" run "${1-$small}" --out "$BATS_TEST_TMPDIR/r" >/dev/null
}

is_png() {
    [ "$(head -c 4 "$1" | od -An -c | tr -d ' \n')" = '211PNG' ]
}

@test "fan and saving from a directory, and the scripts draw them again" {
    results
    out plot "$BATS_TEST_TMPDIR/r"
    expect 0
    silent "$stderr"
    [ "$(wc -l <"$stdout")" -eq 2 ]
    for kind in fan saving; do
        grep -q '^</svg>' "$BATS_TEST_TMPDIR/r/$kind.svg"
        grep -q 'distil-all' "$BATS_TEST_TMPDIR/r/$kind.svg"
        mv "$BATS_TEST_TMPDIR/r/$kind.svg" "$BATS_TEST_TMPDIR/$kind.svg"
        mkdir -p "$BATS_TEST_TMPDIR/elsewhere"
        cp "$BATS_TEST_TMPDIR/r/$kind.gp" "$BATS_TEST_TMPDIR/elsewhere"
        (cd "$BATS_TEST_TMPDIR/elsewhere" && gnuplot -d $kind.gp)
        cmp "$BATS_TEST_TMPDIR/elsewhere/$kind.svg" "$BATS_TEST_TMPDIR/$kind.svg"
    done
    [ -z "$(ls "$BATS_TEST_TMPDIR/r" | grep tmp)" ]
}

@test "png and pdf" {
    results
    out plot "$BATS_TEST_TMPDIR/r" --kind fan --format png
    expect 0
    is_png "$BATS_TEST_TMPDIR/r/fan.png"
    out plot "$BATS_TEST_TMPDIR/r" --kind saving --out "$BATS_TEST_TMPDIR/a b.pdf"
    expect 0
    [ "$(head -c 5 "$BATS_TEST_TMPDIR/a b.pdf")" = '%PDF-' ]
}

@test "a sweep of one parameter is lines, of two a map" {
    "$program" sweep $small --paths 50 --vary /discount_rate_per_year=0:0.5:3 \
        >"$BATS_TEST_TMPDIR/one.csv"
    "$program" sweep $small --paths 50 --vary /discount_rate_per_year=0:0.5:3 \
        --vary /clock/months=6:12:2 >"$BATS_TEST_TMPDIR/two.csv"
    for name in one two; do
        out plot "$BATS_TEST_TMPDIR/$name.csv" --format png
        expect 0
        is_png "$BATS_TEST_TMPDIR/$name.png"
        [ -e "$BATS_TEST_TMPDIR/$name.gp" ]
    done
    grep -q 'with lines' "$BATS_TEST_TMPDIR/one.gp"
    grep -q 'with boxxyerror' "$BATS_TEST_TMPDIR/two.gp"
    out plot "$BATS_TEST_TMPDIR/one.csv" --outcome payback_months
    expect 0
    out plot "$BATS_TEST_TMPDIR/one.csv" --kind heat
    expect 2
    out plot "$BATS_TEST_TMPDIR/one.csv" --outcome irr_per_year
    expect 1
    has "$stderr" 'irr_per_year_mean'
}

@test "names cannot leave their quotes" {
    evil=$BATS_TEST_TMPDIR/evil.json
    mark=$BATS_TEST_TMPDIR/mark
    sed -e "s|\"distil-all\"|\"a' , system('touch $mark') , '\`touch $mark\`\"|" \
        -e "s|\"switch\"|\"<b>\\\\\\\\ END @x %s {/=90 y} \$(touch $mark)\"|" $small >"$evil"
    results "$evil"
    out plot "$BATS_TEST_TMPDIR/r"
    expect 0
    silent "$stderr"
    [ ! -e "$mark" ]
    (cd "$BATS_TEST_TMPDIR/r" && gnuplot -d fan.gp && gnuplot -d saving.gp)
    [ ! -e "$mark" ]
    grep -q "a' , sys" "$BATS_TEST_TMPDIR/r/saving.svg"
    # the file is named by the user, and is no command either
    "$program" sweep "$evil" --paths 50 --vary /discount_rate_per_year=0:0.5:3 \
        >"$BATS_TEST_TMPDIR/it's | touch mark.csv"
    (cd "$BATS_TEST_TMPDIR" && "$(realpath "$OLDPWD/$program" 2>/dev/null || realpath "$program")" \
        plot "it's | touch mark.csv")
    [ ! -e "$mark" ]
    [ -s "$BATS_TEST_TMPDIR/it's | touch mark.svg" ]
}

@test "without gnuplot: says so, keeps the script, leaves no picture" {
    results
    real=$(realpath "$program")
    mkdir -p "$BATS_TEST_TMPDIR/empty"
    status=0
    PATH=$BATS_TEST_TMPDIR/empty "$real" plot "$BATS_TEST_TMPDIR/r" 2>"$BATS_TEST_TMPDIR/stderr" ||
        status=$?
    [ "$status" -eq 1 ]
    has "$BATS_TEST_TMPDIR/stderr" 'gnuplot is not installed'
    [ -e "$BATS_TEST_TMPDIR/r/fan.gp" ]
    [ "$(find "$BATS_TEST_TMPDIR/r" -name 'fan.svg*' | wc -l)" -eq 0 ]
}

@test "a gnuplot that fails is reported" {
    results
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\necho "line 3: no such terminal" >&2\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/gnuplot"
    chmod +x "$BATS_TEST_TMPDIR/bin/gnuplot"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH out plot "$BATS_TEST_TMPDIR/r"
    expect 1
    has "$stderr" 'line 3: no such terminal'
    [ "$(find "$BATS_TEST_TMPDIR/r" -name 'fan.svg*' | wc -l)" -eq 0 ]
}

@test "a full disk, and data that is not ours" {
    results
    out plot "$BATS_TEST_TMPDIR/r" --kind fan --out /dev/full
    expect 1
    has "$stderr" 'No space left on device'
    out plot $small
    expect 1
    out plot "$BATS_TEST_TMPDIR/none"
    expect 1
    printf 'a,b\n1,2,3\n' >"$BATS_TEST_TMPDIR/bad.csv"
    out plot "$BATS_TEST_TMPDIR/bad.csv"
    expect 1
    has "$stderr" 'fields'
    mkdir -p "$BATS_TEST_TMPDIR/empty"
    out plot "$BATS_TEST_TMPDIR/empty"
    expect 1
    has "$stderr" 'monthly.csv'
}

@test "the calendar of the bills: labels that do not touch, and a run of one month" {
    long='"a very long name of a course, the first": {"all": "teacher"}, "a very long name of a course, the second": {"all": "teacher"}, '
    sed "s/\"switch\": {\"all\": \"other\"},/& $long/" $small >"$BATS_TEST_TMPDIR/many.json"
    "$program" run "$BATS_TEST_TMPDIR/many.json" --set /clock/months=23 --paths 100 --out "$BATS_TEST_TMPDIR/m" >"$BATS_TEST_TMPDIR/table"
    out plot "$BATS_TEST_TMPDIR/m" --kind fan
    expect 0
    # three panels of 300 points: three labels of 65 points and a gap
    [ "$(grep '^set xtics' "$BATS_TEST_TMPDIR/m/fan.gp" | grep -o "'[A-Z][a-z]* 20" | wc -l)" -le 3 ]
    grep -q "^set label 3 'a very.*….*, the first'" "$BATS_TEST_TMPDIR/m/fan.gp"
    grep -q "^set label 3 'a very.*….*, the second'" "$BATS_TEST_TMPDIR/m/fan.gp"
    "$program" run $small --set /clock/months=1 --paths 100 --out "$BATS_TEST_TMPDIR/one" >"$BATS_TEST_TMPDIR/table"
    out plot "$BATS_TEST_TMPDIR/one" --kind fan
    expect 0
    [ "$(sed -n '/^$bill0/,/^END/p' "$BATS_TEST_TMPDIR/one/fan.gp" | wc -l)" -eq 4 ]
}

@test "a sweep over months has months on its axis; words and half grids are refused" {
    "$program" sweep $small --paths 100 --vary /strategies/distil-all/start/student=2026-08,2026-10,2027-02 \
        >"$BATS_TEST_TMPDIR/months.csv" 2>"$BATS_TEST_TMPDIR/said"
    out plot "$BATS_TEST_TMPDIR/months.csv"
    expect 0
    grep -q "^set xtics ('2026-08' 24319, '2026-09' 24320" "$BATS_TEST_TMPDIR/months.gp"
    sed 's/^2026-10/soon/' "$BATS_TEST_TMPDIR/months.csv" >"$BATS_TEST_TMPDIR/words.csv"
    out plot "$BATS_TEST_TMPDIR/words.csv"
    expect 1
    has "$stderr" "over numbers or months, not over 'soon'"
    "$program" sweep $small --paths 100 --vary /products/chat/requests_per_month=1e6:1e7:3 \
        --vary /products/chat/request/input_words=100:300:3 >"$BATS_TEST_TMPDIR/grid.csv" 2>"$BATS_TEST_TMPDIR/said"
    out plot "$BATS_TEST_TMPDIR/grid.csv"
    expect 0
    head -n -4 "$BATS_TEST_TMPDIR/grid.csv" >"$BATS_TEST_TMPDIR/half.csv"
    out plot "$BATS_TEST_TMPDIR/half.csv"
    expect 1
    has "$stderr" 'draw breakeven.csv'
    out plot "$BATS_TEST_TMPDIR/grid.csv" --out ''
    expect 2
}
