#!/usr/bin/env bats
# sweep.bats -- `distillsim sweep`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
price=/models/teacher/contracts/list/usd_per_mtok/input

@test "one row for each point and strategy, parameters first" {
    out sweep $small --vary $price=1:3:3 --vary /clock/months=6:12:2
    expect 0
    silent "$stderr"
    [ "$(wc -l <"$stdout")" -eq 19 ]
    head -n 1 "$stdout" | grep -q "^$price,/clock/months,strategy,cost_npv_usd_mean,cost_npv_usd_mean_se,"
    # every figure is followed by its standard error
    head -n 1 "$stdout" | tr , '\n' | sed 1,3d | awk 'NR % 2 { name = $0; next } $0 != name "_se" { exit 1 }'
    head -n 1 "$stdout" | grep -q ',saving_npv_usd_share_positive,saving_npv_usd_share_positive_se,'
    head -n 1 "$stdout" | grep -q ',payback_months_p50,'
    columns=$(head -n 1 "$stdout" | awk -F, '{ print NF }')
    awk -F, -v n="$columns" 'NF != n { exit 1 }' "$stdout"
    [ "$(awk -F, 'NR == 2 { print $1, $2, $3 }' "$stdout")" = '1 6 stay' ]
    [ "$(awk -F, 'NR == 19 { print $1, $2, $3 }' "$stdout")" = '3 12 distil-all' ]
}

@test "a point is what run gives with --set" {
    out sweep $small --vary $price=1:3:3 --strategy stay --outcome cost_npv_usd
    expect 0
    mean=$("$program" run $small --set $price=2 --format csv |
        awk -F, '$1 == "stay" && $2 == "cost_npv_usd" && $4 == "mean" { print $5 }')
    [ "$(awk -F, '$1 == 2 { print $3 }' "$stdout")" = "$mean" ]
}

@test "the cost of staying rises with the price" {
    out sweep $small --vary $price=0.5:8:5:log --strategy stay --outcome cost_npv_usd
    expect 0
    [ "$(cut -d, -f1 "$stdout" | tr '\n' ' ')" = "$price 0.5 1 2 4 8 " ]
    awk -F, 'NR > 1 { if ($3 <= last) exit 1; last = $3 }' "$stdout"
}

@test "ndjson: every line is JSON" {
    out sweep $small --vary $price=1:2:2 --strategy distil-all --format ndjson
    expect 0
    [ "$(wc -l <"$stdout")" -eq 2 ]
    head -n 1 "$stdout" >"$BATS_TEST_TMPDIR/line"
    is_json "$BATS_TEST_TMPDIR/line"
    has "$stdout" "{\"parameters\":{\"$price\":1},\"strategy\":\"distil-all\""
}

@test "mistakes: names 2, values 3, before anything is printed" {
    out sweep $small --vary $price=1:2:2 --strategy nobody
    expect 2
    silent "$stdout"
    out sweep $small --vary $price=1:2:2 --outcome saving_npv
    expect 2
    has "$stderr" "did you mean 'saving_npv_usd'"
    out sweep $small --vary $price=-1:2:2
    expect 3
    silent "$stdout"
    has "$stderr" "$price"
    out sweep $small --vary /no/such/thing=1:2:2
    expect 3
    out sweep $small --vary $price=1:2:2 --vary $price=1:2:2
    expect 2
}
