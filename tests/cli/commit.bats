#!/usr/bin/env bats
# commit.bats -- `distillsim commit`, and runs that find terms first.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
data=tests/data/commit.json
amount=/models/large/contracts/deal/commitment/usd_per_month

@test "the terms of the strategy that say optimise" {
    out commit $data
    expect 0
    silent "$stderr"
    head -n 1 "$stdout" | grep -q '^Commit to 5[345][0-9][0-9] ± [0-9][0-9] USD/month: `best` then costs USD'
    has "$stdout" "$amount"
    for row in 'least tried' '-25 %' '-10 %' '+10 %' '+25 %' 'greatest tried' 'as it stands'; do
        grep -q "^$row  *[0-9]" "$stdout"
    done
    grep -q '^best  *5[345][0-9][0-9] ± ' "$stdout" # 0.7 F^-1(0.3) = 5385
    has "$stdout" "Knowing the future"
    has "$stdout" "Scenario \`commit\`"
}

@test "--vary, of any strategy" {
    out commit $data --strategy stay --vary $amount=0:4e4
    expect 0
    head -n 1 "$stdout" | grep -q '^Commit to 5[345][0-9][0-9] ± [0-9][0-9] USD/month: `stay` then costs USD'
    # the same strategy under another name, the same search
    "$program" commit $data --format csv >"$BATS_TEST_TMPDIR/best"
    out commit $data --strategy stay --vary $amount=0:4e4 --format csv
    cmp "$BATS_TEST_TMPDIR/best" "$stdout"
}

@test "csv: the curve, ascending, the best costs nothing more" {
    out commit $data --format csv
    expect 0
    [ "$(head -n 1 "$stdout")" = \
        pointer,unit,value,mean_usd,mean_usd_se,cvar_usd,cvar_usd_se,loss_usd,loss_usd_se ]
    awk -F, 'NR == 2 && $3 != 0 { exit 1 } NR > 2 && $3 <= last { exit 1 } { last = $3 }
             NR > 1 && $8 < 0 { exit 1 } NR > 1 && $8 == 0 { best++ }
             END { exit !(last == 40000 && best >= 1) }' "$stdout"
}

@test "a value of the curve costs what run says with --set" {
    out commit $data --strategy stay --vary $amount=0:4e4 --format csv
    expect 0
    for value in 0 2500 20000; do
        mean=$("$program" run $data --set $amount=$value --set /strategies/best=null --format csv |
            awk -F, '$1 == "stay" && $2 == "cost_npv_usd" && $4 == "mean" { print $5 }')
        [ "$(awk -F, -v v=$value '$3 == v { print $4 }' "$stdout")" = "$mean" ]
    done
}

@test "json, and a directory" {
    out commit $data --format json --out "$BATS_TEST_TMPDIR/d"
    expect 0
    is_json "$stdout"
    cmp "$stdout" "$BATS_TEST_TMPDIR/d/commit.json"
    has "$stdout" '"state":"inside"'
    "$program" commit $data --format csv | cmp - "$BATS_TEST_TMPDIR/d/commit.csv"
}

@test "the tail wants more than the mean" {
    out commit $data --of cvar
    expect 0
    has "$stdout" "in the bad tail (CVaR)"
    # 0.7 F^-1(1 - 0.05 * 0.7) = 17.3 k
    head -n 1 "$stdout" | grep -q '^Commit to 1[678]\.'
}

@test "do not commit, the edge, and what makes no difference" {
    out commit $data --strategy stay --vary $amount=0:4e4 \
        --set /models/large/contracts/deal/commitment/discount_share=0
    expect 0
    head -n 1 "$stdout" | grep -q '^Do not commit: '
    out commit $data --strategy stay --vary $amount=0:3000
    expect 0
    head -n 1 "$stdout" | grep -q '^At the edge of the range: '
    has "$stdout" "beyond"
    out commit $data --strategy stay --vary /models/large/contracts/deal/usd_per_mtok/output=1:20
    expect 0
    head -n 1 "$stdout" | grep -q '^It makes no difference: '
}

@test "run finds the terms first, and says so" {
    out run $data --out "$BATS_TEST_TMPDIR/r"
    expect 0
    has "$stdout" 'Terms found for `best`:'
    has "$stdout" '`best` costs least'
    is_json "$BATS_TEST_TMPDIR/r/run.json"
    has "$BATS_TEST_TMPDIR/r/run.json" '"found_terms":['
    lacks "$BATS_TEST_TMPDIR/r/run.json" '"optimise"'
    out run $data --format json
    expect 0
    is_json "$stdout"
    has "$stdout" '"found_terms":['
}

@test "explain and sweep find them too" {
    out explain $data --strategy best --path 3
    expect 0
    has "$stderr" 'Terms found for `best`:'
    out sweep $data --vary /models/large/contracts/deal/commitment/discount_share=0,0.5 \
        --outcome saving_npv_usd --strategy best
    expect 0
    # nothing to gain without a discount; with more of it more than at the 1000 of `stay`
    awk -F, 'NR == 2 && $3 < 0 { exit 1 } NR == 3 && $3 < 1000 { exit 1 }' "$stdout"
}

@test "mistakes" {
    out commit
    expect 2
    out commit $data --vary $amount
    expect 2
    out commit $data --vary $amount=5:1
    expect 2
    has "$stderr" "upside down"
    out commit $data --vary $amount=1:2:3
    expect 2
    out commit $data --vary $amount=0:x
    expect 2
    out commit $data --of median
    expect 2
    out commit $data --strategy nobody
    expect 2
    has "$stderr" "nobody"
    out commit $data --strategy stay
    expect 2
    has "$stderr" "nothing to look for"
    out commit $data --vary /models/large/contracts/deal/commitment/usd_per_moth=0:5
    expect 3
    silent "$stdout"
    out commit $data --vary /models/nobody/held=0:5
    expect 3
    out commit $data --vary $amount=-5:5
    expect 3
    out commit $data --vary $amount=0:5 --vary $amount=0:5
    expect 2
    out commit tests/data/none.json
    expect 1
}

@test "whoever reads may stop; narrow terminals" {
    "$program" commit $data --format csv | head -n 1 | grep -q '^pointer'
    COLUMNS=50 "$program" commit $data >"$BATS_TEST_TMPDIR/narrow"
    [ "$(width "$BATS_TEST_TMPDIR/narrow")" -le 61 ] # the pointer is not broken
    LC_ALL=C "$program" commit $data >"$BATS_TEST_TMPDIR/ascii"
    ! LC_ALL=C grep -q '[^ -~]' "$BATS_TEST_TMPDIR/ascii"
}

@test "threads never change it" {
    "$program" commit $data --threads 1 --format json >"$BATS_TEST_TMPDIR/one"
    "$program" commit $data --threads 2 --format json | cmp - "$BATS_TEST_TMPDIR/one"
}
