#!/usr/bin/env bats
# sweep.bats -- `distillsim sweep`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
price=/models/teacher/contracts/list/usd_per_mtok/input

@test "one row for each point and strategy, parameters first" {
    out sweep $small --vary $price=1:3:3 --vary /clock/months=6:12:2 --quiet
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

# A GPU of 2.50 dollars an hour against 0.004 dollars a request: 625 an hour; 4.2 % of the
# requests are paid twice, hence 2.5/(0.004 * 0.958) = 652.400835.  Straight lines are exact
# here; tolerance 1e-9, of the digits.
breakeven=scenarios/break-even-escalation.json
volume=/products/requests/requests_per_month

# column_of NAME: its number in the CSV
column_of() {
    head -n 1 "$stdout" | tr , '\n' | grep -nx "$1" | cut -d: -f1
}

@test "break-even, with and without escalation" {
    out sweep $breakeven --vary $volume=200:1200:5 --outcome saving_npv_usd
    expect 0
    has "$stderr" '`slm-alone`, saving_npv_usd: break-even at 625 request/month, saves beyond'
    has "$stderr" '`slm`, saving_npv_usd: break-even at 652.401 request/month, saves beyond'
    at=$(column_of saving_npv_usd_break_even)
    [ "$(column_of saving_npv_usd_break_even_se)" -eq $((at + 1)) ]
    awk -F, -v at="$at" '
        NR > 1 && $at != "" { found[$2] = $at; row[$2] = $1; n++ }
        END {
            a = found["slm-alone"] / 625 - 1; e = found["slm"] / 652.400835073069 - 1
            exit !(n == 2 && row["slm"] == 700 && row["slm-alone"] == 700 &&
                   a * a < 1e-18 && e * e < 1e-18)
        }' "$stdout"
}

# One GPU for 700 requests an hour: cheaper from 625 on, dearer when the second is needed,
# cheaper again from 1250 on.  Between the values by straight lines: savings -0.1, 0.3,
# -1.8, 0.2 at 600, 700, 800, 1300.
@test "break-even: several" {
    out sweep $breakeven --vary $volume=600,700,800,1300 --outcome saving_npv_usd \
        --strategy slm-alone --set /profiles/slm-on-gpu/output_tokens_per_gpu_s=19.4444444444444
    expect 0
    has "$stderr" 'break-even at 625 request/month, saves beyond, then at 714.286 request/month, costs more beyond, then at 1250 request/month, saves beyond'
}

@test "break-even: never, and in every line of a grid" {
    out sweep $breakeven --vary /models/api/contracts/list/usd_per_request=0.004,0.001 \
        --vary $volume=1000:2000:3 --outcome saving_npv_usd --strategy slm
    expect 0
    has "$stderr" 'usd_per_request=0.004: break-even never in this range: saves at all 3 values'
    has "$stderr" 'usd_per_request=0.001: break-even never in this range: costs more at all 3 values'
    at=$(column_of saving_npv_usd_break_even)
    [ "$(awk -F, -v at="$at" 'NR > 1 { printf "%s ", $at }' "$stdout" | tr -s ' ')" = ' Inf Inf ' ]
}

@test "break-even in ndjson, and when there is none to look for" {
    out sweep $breakeven --vary $volume=600:700:2 --outcome saving_npv_usd --strategy slm-alone \
        --format ndjson
    expect 0
    has "$stdout" '"break_even":{"value":625,"se":0}'
    out sweep $breakeven --vary $volume=100:200:2 --outcome saving_npv_usd --strategy slm-alone \
        --format ndjson
    has "$stdout" '"break_even":{"value":"never"'
    # costs do not break even; words are no numbers; one value is no range
    out sweep $breakeven --vary $volume=600:700:2 --outcome cost_npv_usd
    silent "$stderr"
    out sweep $breakeven --vary /timing=start,end --outcome saving_npv_usd
    silent "$stderr"
    if grep -q break_even "$stdout"; then false; fi
    out sweep $breakeven --vary $volume=600 --outcome saving_npv_usd
    silent "$stderr"
}

# With uncertain prices the error is that of the paired points: a line through them at the
# break-even has a mean saving that is not different from zero.
@test "break-even: its error" {
    out sweep $breakeven --vary $volume=400:1000:3 --outcome saving_npv_usd --strategy slm-alone \
        --set '/gpus/gpu/usd_per_gpu_hour={"p10":2,"p90":3,"source":"x","as_of":"2026"}' \
        --paths 4096
    expect 0
    at=$(column_of saving_npv_usd_break_even)
    # rent of mean m and sd s: lognormal with log-sd ln(1.5)/2/1.28155 = 0.15819; m = 2.4803,
    # s = 0.3948, so 620.1 and 0.3948/64/0.004 = 1.54 (one seed; 5 errors)
    awk -F, -v at="$at" '$1 == 700 { d = ($at - 620.07) / $(at + 1)
        exit !(d * d < 25 && $(at + 1) > 1.45 && $(at + 1) < 1.64) }' "$stdout"
}

# The size of a student trades quality against serving; more than five standard errors of
# both, which is more than five of the paired difference.
@test "an optimum in between, and one at the edge" {
    out sweep scenarios/student-size.json --vary /models/student/parameters_b=1:128:8:log \
        --outcome saving_npv_usd --strategy distil --paths 2048
    expect 0
    awk -F, 'NR > 1 { n++; y[n] = $3; e[n] = $4; if (n == 1 || $3 > y[best]) best = n }
        END {
            exit !(n == 8 && best > 1 && best < 8 && y[best] - y[1] > 5 * (e[best] + e[1]) &&
                   y[best] - y[8] > 5 * (e[best] + e[8]))
        }' "$stdout"
    out sweep scenarios/student-size-narrow.json --vary /models/student/parameters_b=2:128:7:log \
        --outcome saving_npv_usd --strategy distil --paths 2048
    expect 0
    awk -F, 'NR > 2 && $3 >= last { exit 1 } { last = $3 }' "$stdout"
}
