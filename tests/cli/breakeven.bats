#!/usr/bin/env bats
# breakeven.bats -- `distillsim breakeven`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
escalation=scenarios/break-even-escalation.json
student=scenarios/student-size.json
traffic=/products/requests/requests_per_month
rent=/gpus/gpu/usd_per_gpu_hour

@test "a break-even, and the error that there is none of" {
    out breakeven $escalation --vary $traffic=200:1200 --strategy slm-alone
    expect 0
    silent "$stderr"
    has "$stdout" 'Break-even at 625 request/month: above it `slm-alone` costs less than `api` on'
    grep -q '^625  *0 .*break-even$' "$stdout"
    has "$stdout" "value: $traffic (now 2950)."
    has "$stdout" 'Scenario `break-even-escalation`'
    out breakeven $escalation --vary $traffic=200:1200 --strategy slm
    has "$stdout" 'Break-even at 652.401 request/month: above it `slm` costs less than `api` on'
}

# 4 E[T] with T lognormal, median 100 and log_sd 0.5: 453.26; the median 400
@test "an uncertain one, with its interval" {
    set -- $escalation --set /assert=[] --set /models/api/contracts/list/usd_per_request=4 \
        --set $traffic='{"lognormal": {"median": 100, "log_sd": 0.5}}' --paths 65536 \
        --strategy slm-alone --vary $rent=50:2000:log
    out breakeven "$@" --format csv
    expect 0
    [ "$(head -n 1 "$stdout")" = strategy,against,of,pointer,state,beyond,breakeven,breakeven_se,before,after,low_95,high_95,low_open,high_open,saving_usd,saving_usd_se,share_positive,share_positive_se ]
    awk -F, 'NR == 2 { z = ($7 - 453.259) / $8
        exit !($5 == "breakeven" && $6 == "costs_more" && z * z < 16 && $11 < $7 && $7 < $12) }' \
        "$stdout"
    out breakeven "$@" --format csv --of p50
    awk -F, 'NR == 2 { z = ($7 - 400) / $8; exit !($3 == "p50" && z * z < 16) }' "$stdout"
    out breakeven "$@" --format csv --probability 0.9
    awk -F, 'NR == 2 { z = ($7 - 210.7534) / $8; exit !($3 == "probability" && z * z < 16) }' \
        "$stdout"
    out breakeven "$@" --probability 0.9
    has "$stdout" 'in fewer than 90 % of'
    grep -q '(95 %: 2[01][0-9][.0-9]* to 21[0-9][.0-9]*)' "$stdout"
}

@test "several, and none" {
    out breakeven $student --vary /models/student/parameters_b=0.5:300:log
    expect 0
    [ "$(head -n 1 "$stdout")" = "2 break-evens:" ]
    has "$stdout" 'Break-even at 1.1'
    has "$stdout" 'Break-even at 17'
    out breakeven scenarios/student-size-narrow.json --vary /models/student/parameters_b=0.5:100
    expect 0
    has "$stdout" 'No break-even between 0.5 and 100'
    has "$stdout" 'Nothing is said of values'
    out breakeven scenarios/student-size-narrow.json --format csv \
        --vary /models/student/parameters_b=0.5:100
    awk -F, 'NR == 2 { exit !($5 == "saves" && $6 == "" && $7 == "" && $15 > 0) }' "$stdout"
}

@test "no difference" {
    out breakeven $escalation --vary /models/slm/parameters_b=1:9 --strategy slm
    expect 0
    has "$stdout" 'No break-even, because it makes no difference'
    out breakeven $escalation --vary $traffic=1:9 --strategy slm --against slm-alone \
        --set /models/slm/quality/general/acceptable_share=1
    expect 0
    has "$stdout" 'No difference between 1 and 9'
}

@test "a month: between two, and what stands in the CSV can be set" {
    start=/strategies/distil/start/student
    out breakeven $student --vary $start=2026-08:2029-12 --paths 1024 --format csv
    expect 0
    before=$(awk -F, '$5 == "jump" { print $9 }' "$stdout")
    after=$(awk -F, '$5 == "jump" { print $10 }' "$stdout")
    for month in "$before" "$after"; do
        "$program" run $student --set /assert=[] --set $start="$month" --paths 1024 --format csv |
            awk -F, '$1 == "distil" && $2 == "saving_npv_usd" && $4 == "mean" { print ($5 > 0) }'
    done >"$BATS_TEST_TMPDIR/signs"
    [ "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/signs")" = "1 0 " ]
    out breakeven $student --vary $start=2026-08:2029-12 --paths 1024
    has "$stdout" "Break-even between $before and $after"
    has "$stdout" 'costs what `stay` costs in every'
}

@test "a jump without a value between" {
    out breakeven $escalation --vary $traffic=200:1200 --strategy slm-alone --of probability
    expect 0
    has "$stdout" 'without a value at which they tie'
    has "$stdout" 'share of futures that save jumps there from 0 %'
}

@test "a factor; the number of threads changes nothing" {
    set -- $student --scale /products/questions/requests_per_month=0.1:3:log --paths 4096
    out breakeven "$@"
    expect 0
    has "$stdout" 'times (95 %: 0.3'
    has "$stdout" 'which stays uncertain.'
    "$program" breakeven "$@" --format json --threads 1 >"$BATS_TEST_TMPDIR/one"
    out breakeven "$@" --format json --threads 3
    is_json "$stdout"
    cmp "$stdout" "$BATS_TEST_TMPDIR/one"
}

@test "a frontier, its files and its picture" {
    d=$BATS_TEST_TMPDIR/d
    set -- $escalation --strategy slm-alone --vary $rent=1:10 --scale $traffic=0.2:0.8:4
    out breakeven "$@" --out "$d"
    expect 0
    [ "$(width "$stdout")" -le 80 ]
    has "$stdout" 'The break-even goes from'
    grep -q '^0.8  *9.44 ' "$stdout" # 0.8 * 2950 * 0.004
    out breakeven "$@" --format csv
    cmp "$stdout" "$d/breakeven.csv"
    [ "$(wc -l <"$stdout")" = 5 ]
    awk -F, 'NR > 1 { r = $8 / ($1 * 11.8); if (r < 0.999999 || r > 1.000001) exit 1 }' "$stdout"
    out breakeven "$@" --format json
    is_json "$stdout"
    cmp "$stdout" "$d/breakeven.json"
    head -n 1 "$d/curve.csv" | grep -q "^times $traffic,$rent,strategy,saving_npv_usd_mean,"
    out plot "$d/breakeven.csv"
    expect 0
    has "$d/breakeven.gp" 'Break-even of slm-alone against api'
    has "$d/breakeven.svg" '<svg'
    out plot "$d/breakeven.csv" --kind heat
    expect 2
    has "$stderr" "drawn as 'frontier'"
    out breakeven $escalation --strategy slm-alone --vary $rent=1:20 --out "$d"
    out plot "$d/breakeven.csv"
    expect 2
    out plot "$d/curve.csv"
    expect 0
}

@test "wrong use says where, what, and what is allowed" {
    refuse() { # STATUS TEXT ARGUMENT...
        local wanted=$1 text=$2
        shift 2
        out breakeven "$@"
        expect "$wanted"
        silent "$stdout"
        has "$stderr" "$text"
    }
    refuse 2 'what is varied' $escalation
    refuse 2 'upside down' $escalation --vary $rent=2:1
    refuse 2 'no width' $escalation --vary $rent=2:2
    refuse 2 'two numbers or two months' $escalation --vary $rent=a:b
    refuse 2 'one or two quantities' $escalation --vary $rent=1:2 --vary /a=1:2 --vary /b=1:2
    refuse 2 'is varied twice' $escalation --vary $rent=1:2 --vary $rent=1:3
    refuse 2 'belongs to the second' $escalation --vary $rent=1:2:5
    refuse 2 "unknown strategy 'x'" $escalation --vary $rent=1:2 --strategy x
    refuse 2 'break even with itself' $escalation --vary $rent=1:2 --strategy api
    refuse 2 'between 0 and 1' $escalation --vary $rent=1:2 --probability 1
    refuse 2 'not with --of mean' $escalation --vary $rent=1:2 --probability 0.9 --of mean
    refuse 2 'not one of' $escalation --vary $rent=1:2 --of cvar
    refuse 2 "$rent: is not a month" $escalation --vary $rent=2027-01:2028-01
    refuse 2 'begins before the clock, which starts in 2026-07' $student \
        --vary /strategies/distil/start/student=2026-01:2027-01
    refuse 2 'nothing at this pointer' $escalation --vary /gpus/none/usd_per_gpu_hour=1:2
    refuse 3 'unknown key "usd"' $escalation --vary /gpus/gpu/usd=1:2
    refuse 3 "$rent: the lower end of the range: -1 is below" $escalation --vary $rent=-1:2
    refuse 2 'not what happens in it' $escalation --vary /run/seed=1:2
    refuse 2 'one strategy only' $escalation --vary $rent=1:2 --set /assert=[] \
        --set /strategies/slm=null --set /strategies/slm-alone=null
    refuse 2 'cannot be scaled' scenarios/amazon-anthropic.json --strategy distil \
        --scale /products/q/request/cache_read_share=0.5:1
}
