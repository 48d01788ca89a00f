#!/usr/bin/env bats
# command_line.bats -- help, versions, mistakes on the command line: exit status 2,
# nothing on standard output.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "without a command: usage on standard error, 2" {
    out
    expect 2
    silent "$stdout"
    has "$stderr" 'Usage: distillsim COMMAND'
}

@test "help outcomes describes every outcome that run prints" {
    out help outcomes
    expect 0
    "$program" run "$small" --paths 10 --format csv | awk -F, 'NR > 1 { print $2 }' | sort -u \
        >"$BATS_TEST_TMPDIR/printed"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/printed")" -ge 20 ]
    while read -r name; do has "$stdout" "$name ["; done <"$BATS_TEST_TMPDIR/printed"
}

@test "help lists every command, and each has its own" {
    out help
    expect 0
    silent "$stderr"
    cp "$stdout" "$BATS_TEST_TMPDIR/help"
    out --help
    cmp "$stdout" "$BATS_TEST_TMPDIR/help"
    for command in run sweep plot explain check schema selftest version; do
        has "$BATS_TEST_TMPDIR/help" "  $command "
        out help $command
        expect 0
        silent "$stderr"
        has "$stdout" "Usage: distillsim $command"
        [ "$(width "$stdout")" -le 80 ]
        out $command --help
        expect 0
    done
}

@test "version: program, commit, streams" {
    out version
    expect 0
    grep -qE '^distillsim [0-9]+\.[0-9]+\.[0-9]+$' "$stdout"
    grep -qE '^git [^ ]+$' "$stdout"
    grep -qE '^stream version [0-9]+$' "$stdout"
    out --version
    expect 0
}

@test "an unknown command names its neighbour" {
    out rnu
    expect 2
    silent "$stdout"
    has "$stderr" "did you mean 'run'"
    out frobnicate
    expect 2
    has "$stderr" 'there are: run, sweep'
}

@test "numbers are read strictly" {
    for wrong in 0 -1 1e3 12x '' ' 5' 99999999999999999999 0x10; do
        out run $small --paths "$wrong"
        expect 2
        silent "$stdout"
        has "$stderr" '--paths'
    done
    out run $small --seed 1.5
    expect 2
    out run $small --threads -2
    expect 2
}

@test "other mistakes are 2 as well" {
    for arguments in 'run' 'run a b' 'run --nonsense' 'run a --format yaml' 'run a --engine slow' \
        'run a --set x=1' 'run a --set /x' 'check' 'schema extra' 'version extra' 'explain a' \
        'sweep a' 'sweep a --vary /x' 'sweep a --vary /x=1:2' 'sweep a --vary /x=0:2:3:log' \
        'plot' 'plot a b' 'plot a --kind pie' 'plot a --format bmp'; do
        # shellcheck disable=SC2086
        out $arguments
        echo "distillsim $arguments"
        expect 2
        silent "$stdout"
        [ -s "$stderr" ]
    done
}

@test "check: every problem of every file, ok for the good ones, 3" {
    bad=$BATS_TEST_TMPDIR/bad.json
    sed -e 's/"months": 12/"months": 0/' -e 's/0\.8, "ramp/1.8, "ramp/' $small >"$bad"
    out check $small "$bad" $small
    expect 3
    silent "$stderr"
    [ "$(grep -c "small.json: ok" "$stdout")" -eq 2 ]
    [ "$(grep -cE 'bad\.json:[0-9]+:[0-9]+: /' "$stdout")" -eq 2 ]
    out check $small
    expect 0
    out check $small "$BATS_TEST_TMPDIR/none.json"
    expect 1
}

@test "a warning is told: by check on standard output, by run and explain on standard error" {
    busy=tests/data/busy-hour.json
    warning="$busy:4:21: /products/chat/peak_to_mean: warning: the busiest hour"
    out check $busy
    expect 0
    silent "$stderr"
    has "$stdout" "$warning"
    has "$stdout" "$busy: ok"
    for command in 'run --paths 10' 'explain --strategy stay --path 1'; do
        # shellcheck disable=SC2086
        out $command $busy
        expect 0
        has "$stderr" "$warning"
        lacks "$stdout" 'warning'
    done
    # a problem is told as well, and counts
    out run $busy --set /clock/months=0
    expect 3
    has "$stderr" "$warning"
    has "$stderr" '/clock/months: 0 is below 1'
}

@test "a sweep tells the warnings of its base once" {
    out sweep tests/data/busy-hour.json --vary /clock/months=6,7,8 --paths 10
    expect 0
    [ "$(grep -c warning "$stderr")" -eq 1 ]
}

@test "schema is JSON; its page is Markdown" {
    out schema
    expect 0
    silent "$stderr"
    is_json "$stdout"
    out schema --markdown
    expect 0
    grep -q '^# ' "$stdout"
}

# units MEMBERS METER: a contract of units whose requests use METER
units() {
    printf '{"name": "u", "clock": {"start": "2026-07", "months": 1}, "products": {"p":
 {"requests_per_month": 1e6, "request": {"input_tokens": 100, "output_tokens": 0,
 "meters": {"%s": 1}}}}, "models": {"m": {"contracts": {"c": {"billing": "compute_time",
 "units": {"u": {"usd_per_unit_hour": 1, "tokens_per_minute": 1000, "meter_weights": {"audio": 7},
 %s}}}}}}, "strategies": {"stay": {"all": "m"}}}' "$2" "$1" >"$BATS_TEST_TMPDIR/units.json"
}

@test "no units may be reserved where a price is stated: a sweep may begin at 0" {
    units '"reserved_units": 0, "reserved_usd_per_unit_month": 260' audio
    out check "$BATS_TEST_TMPDIR/units.json"
    expect 0
    [ "$(wc -l <"$stdout")" -eq 1 ]
    out sweep "$BATS_TEST_TMPDIR/units.json" --vary /models/m/contracts/c/units/u/reserved_units=0,2 \
        --outcome cost_total_usd --paths 1 --quiet
    expect 0
}

@test "a weight of a meter that no product uses is warned of" {
    units '"minimum": 1' audio_tokens
    out check "$BATS_TEST_TMPDIR/units.json"
    expect 0
    has "$stdout" 'meter_weights/audio: warning: no product uses the meter "audio"'
}

@test "a misspelt key is one mistake, and one message" {
    units '"minmum": 1, "reserved_unit": 1, "reserved_usd_per_unit_hour": 0.5' audio
    out check "$BATS_TEST_TMPDIR/units.json"
    expect 3
    [ "$(cat "$stdout" "$stderr" | grep -c 'unknown key')" -eq 2 ]
    [ "$(cat "$stdout" "$stderr" | wc -l)" -eq 2 ]
    has "$stdout" 'did you mean "reserved_units"?' || has "$stderr" 'did you mean "reserved_units"?'
}

@test "a key of another name is not taken for one that looks like it" {
    sed 's/"teacher": {/&"price_path": {"releases_per_year": 1, "release_factor": 0.8, "volatility_per_sqrt_year": 0.1}, /' \
        $small >"$BATS_TEST_TMPDIR/names.json"
    out check "$BATS_TEST_TMPDIR/names.json"
    expect 3
    has "$stdout" 'unknown key "releases_per_year"; did you mean "release_every_months"?'
    has "$stdout" 'unknown key "release_factor"; did you mean "change_at_release"?'
    lacks "$stdout" 'has no effect'
    [ "$(wc -l <"$stdout")" -eq 2 ]
}

@test "what should be an object: its keys, or that the names are missing" {
    printf '{"name": "u", "clock": {"start": "2026-07", "months": 1}, "products": {"p":
 {"requests_per_month": 1, "request": {"input_tokens": 1, "output_tokens": 1}}}, "models": {"m":
 {"contracts": {"c": {"billing": "compute_time", "vat": 0.19, "commitment": 5,
 "units": {"usd_per_unit_hour": 1}}}}}, "strategies": {"s": {"all": "m"}}}' \
        >"$BATS_TEST_TMPDIR/objects.json"
    out check "$BATS_TEST_TMPDIR/objects.json"
    expect 3
    cat "$stdout" "$stderr" >"$BATS_TEST_TMPDIR/said"
    has "$BATS_TEST_TMPDIR/said" 'must be an object of "usd_per_minute", "usd_per_hour",'
    has "$BATS_TEST_TMPDIR/said" '"units" holds objects by name, of which "usd_per_unit_hour" is'
    has "$BATS_TEST_TMPDIR/said" 'unknown key "vat"; did you mean "tax_share"?'
    [ "$(wc -l <"$BATS_TEST_TMPDIR/said")" -eq 3 ]
}
