#!/usr/bin/env bats
# discover.bats -- `distillsim discover`, `run --samples`, and tables that others made.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
# own: a fleet's staff of 1000 USD a month beside the list price of the requests
scenario() {
    cat >"$BATS_TEST_TMPDIR/s.json" <<'END'
{"name": "edge", "discount_rate_per_year": 0, "clock": {"start": "2027-01", "months": 12}, "run": {"paths": 4000},
 "products": {"q": {"requests_per_month": {"uniform": {"low": 0, "high": 4e6}},
                    "request": {"input_tokens": 1000, "output_tokens": {"uniform": {"low": 0, "high": 1}}}}},
 "models": {"m": {"contracts": {"c": {"billing": "per_token", "usd_per_mtok": {"input": 1, "output": 1}}}},
            "f": {"contracts": {"o": {"billing": "per_token", "usd_per_mtok": {"input": 0, "output": 0}, "staff_usd_per_month": 1000}}}},
 "strategies": {"stay": {"all": "m"}, "own": {"all": "m", "routes": {"q": {"f": {"share": 1}}}}}}
END
    s=$BATS_TEST_TMPDIR/s.json
}

@test "a sentence, the edge, the trade-off, and what it rests on" {
    scenario
    out discover "$s"
    expect 0
    silent "$stderr"
    tr '\n\037' '  ' <"$stdout" >"$BATS_TEST_TMPDIR/flat"
    has "$BATS_TEST_TMPDIR/flat" '`own` loses money against `stay` in 2'
    # below 1e6, to the third digit
    grep -qE '(99|100)[.0-9]* % of these lie where requests_per_month of q is below (99[0-9.]* k|1.00[0-9]* M) \(lowest 2[0-9] %\)' \
        "$BATS_TEST_TMPDIR/flat"
    has "$stdout" "a /products/q/requests_per_month below"
    grep -q '^the box  *1 ' "$stdout"
    has "$stdout" 'Scenario `edge`'
    [ "$(width "$stdout")" -le 80 ]
}

@test "any width, and plain ASCII" {
    scenario
    for columns in 60 40 132; do
        COLUMNS=$columns out discover "$s"
        expect 0
        [ "$(width "$stdout")" -le $columns ]
    done
    LC_ALL=C out discover "$s"
    expect 0
    ! LC_ALL=C grep -q '[^ -~]' "$stdout"
}

@test "the same for any number of threads; csv, json and a directory say the same" {
    scenario
    out discover "$s" --format csv --threads 1 --out "$BATS_TEST_TMPDIR/d"
    expect 0
    cp "$stdout" "$BATS_TEST_TMPDIR/one"
    out discover "$s" --format csv --threads 3
    cmp "$stdout" "$BATS_TEST_TMPDIR/one"
    cmp "$stdout" "$BATS_TEST_TMPDIR/d/boxes.csv"
    [ "$(head -n 1 "$stdout" | cut -d, -f1-6)" = box,input,unit,side,bound,values ]
    [ "$(sed -n 2p "$stdout" | cut -d, -f1-4)" = 1,/products/q/requests_per_month,request/month,below ]
    out discover "$s" --format json
    is_json "$stdout"
    cmp "$stdout" "$BATS_TEST_TMPDIR/d/discover.json"
    awk -F, 'NR == 1 { columns = NF } NF != columns { exit 1 } $16 == 1 { chosen++ }
             NR == 2 && ($7 != 1 || $11 != 1) { exit 1 } END { exit chosen != 1 }' \
        "$BATS_TEST_TMPDIR/d/trajectory.csv"
}

@test "what run --samples wrote gives the same box" {
    scenario
    out run "$s" --samples "$BATS_TEST_TMPDIR/samples.csv" --quiet
    expect 0
    [ "$(wc -l <"$BATS_TEST_TMPDIR/samples.csv")" -eq 4001 ]
    [ "$(head -n 1 "$BATS_TEST_TMPDIR/samples.csv")" = path,/products/q/request/output_tokens,/products/q/requests_per_month,stay/cost_npv_usd,stay/saving_npv_usd,stay/payback_months,own/cost_npv_usd,own/saving_npv_usd,own/payback_months ]
    "$program" discover "$s" --format csv | cut -d, -f1,2,4,10 >"$BATS_TEST_TMPDIR/one"
    out discover --data "$BATS_TEST_TMPDIR/samples.csv" --format csv
    expect 0
    cut -d, -f1,2,4,10 "$stdout" | cmp - "$BATS_TEST_TMPDIR/one"
    # the run is the same with and without
    "$program" run "$s" --format csv >"$BATS_TEST_TMPDIR/plain"
    "$program" run "$s" --format csv --samples /dev/null | cmp - "$BATS_TEST_TMPDIR/plain"
}

@test "a table that others made, with its own names" {
    awk 'BEGIN { srand(1); print "\"x, <y>\",colour,bad"
        for (i = 0; i < 4000; i++) { x = rand(); c = int(3 * rand()); print x "," c "," ((x < 0.3 && c == 1) ? 1 : rand() < 0.05) } }' \
        >"$BATS_TEST_TMPDIR/t.csv"
    out discover --data "$BATS_TEST_TMPDIR/t.csv" --when 'bad = 1'
    expect 0
    has "$stdout" "colour is 1"
    has "$stdout" "a x, <y> below"
    has "$stdout" "4000 rows, 2 columns"
}

@test "tables that cannot be read: where and why" {
    t=$BATS_TEST_TMPDIR/t.csv
    printf 'a,b\n1,2\n3\n' >"$t"
    out discover --data "$t" --when 'a < 1'
    expect 3
    has "$stderr" "t.csv:3:1: 1 field, but the header has 2"
    printf 'a,b\n1,NaN\n' >"$t"
    out discover --data "$t" --when 'a < 1'
    expect 3
    has "$stderr" 't.csv:2:3: b: not a number: "NaN"'
    printf 'a,\033[31mb\n1,\n' >"$t"
    out discover --data "$t" --when 'a < 1'
    expect 3
    has "$stderr" "t.csv:2:3: "
    ! grep -q "$(printf '\033')" "$stderr"
    out discover --data "$BATS_TEST_TMPDIR/none.csv"
    expect 1
    printf 'a,b\n1,2\n' >"$t"
    out discover --data "$t"
    expect 2
    has "$stderr" 't.csv: there is no outcome or column "saving_npv_usd"'
    : >"$t"
    out discover --data "$t"
    expect 3
    has "$stderr" 't.csv:1:1: nothing stands there'
}

@test "wrong use" {
    scenario
    for arguments in "--when saving_npv_usd" "--when no_such<0" "--strategy nobody" "--against nobody" \
        "--strategy stay" "--min-density 0" "--min-density 1.5" "--min-density x" "--min-mass 2" "--boxes 0" \
        "--boxes 11" "--inputs 0" "--format xml" \
        "--leave-out /products --leave-out /models" "--leave-out /product" "--leave-out sen"; do
        out discover "$s" $arguments
        expect 2
        silent "$stdout"
        [ -s "$stderr" ]
    done
    out discover
    expect 2
    out discover "$s" --data "$s"
    expect 2
    out discover --data "$s" --paths 10
    expect 2
    out run "$s" --samples /dev/null --engine reference
    expect 2
    out discover "$s" --set /strategies/own=null --set /models/f=null
    expect 2
    has "$stderr" "one strategy only"
}

@test "losses that are not confined to any part" {
    awk 'BEGIN { srand(2); print "x,y,bad"; for (i = 0; i < 3000; i++) print rand() "," rand() "," (rand() < 0.3) }' \
        >"$BATS_TEST_TMPDIR/t.csv"
    out discover --data "$BATS_TEST_TMPDIR/t.csv" --when 'bad > 0'
    expect 0
    has "$stdout" "not confined to any part"
    out discover --data "$BATS_TEST_TMPDIR/t.csv" --when 'bad > 0' --format json
    is_json "$stdout"
    has "$stdout" '"boxes":[]'
}

@test "plot draws the trajectory" {
    scenario
    out discover "$s" --out "$BATS_TEST_TMPDIR/d"
    expect 0
    out plot "$BATS_TEST_TMPDIR/d/trajectory.csv"
    expect 0
    has "$BATS_TEST_TMPDIR/d/trajectory.svg" "coverage and density"
    has "$BATS_TEST_TMPDIR/d/trajectory.gp" '$curve1'
    out plot "$BATS_TEST_TMPDIR/d/trajectory.csv" --kind sweep
    expect 2
    has "$stderr" "drawn as 'trade'"
    out plot "$BATS_TEST_TMPDIR/d" --kind trade
    expect 2
}

@test "a box holds the least mass, and what is left out is there" {
    scenario
    # a quarter fails, below 1e6 of 4e6: the box of least mass reaches to 2e6, half of it empty
    out discover "$s" --min-mass 0.5 --format json
    expect 0
    share=$(grep -o '"mass":{"value":[0-9.]*' "$stdout" | head -n 1 | cut -d: -f3)
    [ -n "$share" ]
    awk -v x="$share" 'BEGIN { exit !(x > 0.46 && x < 0.54) }' # 4 se of 1954 futures
    out discover "$s" --leave-out /products/z
    expect 2
    has "$stderr" 'no uncertain figure "/products/z" to leave out'
    out discover "$s" --leave-out seen --leave-out /products/q/request
    expect 0
}

@test "never, and always, are answers" {
    for when in 'none:saving_npv_usd < -1e15' 'all:saving_npv_usd > -1e15'; do
        out discover scenarios/startup-support-bot.json --paths 2048 --when "${when#*:}" \
            --out "$BATS_TEST_TMPDIR/d"
        expect 0
        tr '\n' ' ' <"$stdout" | grep -q "in ${when%%:*} of the 2048 futures\. So there is no part"
        [ "$(wc -l <"$BATS_TEST_TMPDIR/d/boxes.csv")" -eq 1 ]
    done
}
