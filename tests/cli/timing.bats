#!/usr/bin/env bats
# timing.bats -- `distillsim timing`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

# A project on traffic that is a geometric Brownian motion; tests/unit/test_timing.c has its value.
setup_file() {
    cat >"$BATS_FILE_TMPDIR/option.json" <<'END'
{"name": "option", "clock": {"start": "2027-01", "months": 36}, "discount_rate_per_year": 0.1,
 "products": {"chat": {"requests_per_month": 1e6,
   "growth": {"per_year": 0.05, "volatility_per_sqrt_year": 0.6},
   "request": {"input_tokens": 1000, "output_tokens": 0}}},
 "models": {
   "large": {"contracts": {"list": {"billing": "per_token", "usd_per_mtok": {"input": 3, "output": 15}}}},
   "small": {"teacher": "large", "project": {"evaluation_usd": 60000, "lead_months": 0},
     "quality": {"general": {"acceptable_share": 1}},
     "contracts": {"host": {"billing": "per_token", "usd_per_mtok": {"input": 1, "output": 5}}}}},
 "strategies": {"stay": {"all": "large"},
   "distil": {"all": "large", "start": {"small": "2027-01"},
     "routes": {"chat": {"small": {"share": 1}}}}}}
END
}

@test "when to start: sentences, rules, months" {
    out timing "$BATS_FILE_TMPDIR/option.json"
    expect 0
    silent "$stderr"
    has "$stdout" 'Of all months fixed now, start `distil` in 2027-01: it saves'
    has "$stdout" 'Better wait and see: deciding month by month on'
    has "$stdout" 'As a simple rule: start in the first month from 2027-'
    grep -q '^fixed month  *7.33' "$stdout"
    grep -q '^watching  *10.8' "$stdout"
    has "$stdout" '--set /strategies/distil/start/small=2027-'
    has "$stdout" '--set /strategies/distil/start_when_usd_per_month_above/small='
    has "$stdout" 'No rule saves more than'
    [ "$(grep -c '^20[0-9][0-9]-[0-9][0-9] ' "$stdout")" -eq 18 ]
    has "$stdout" 'Scenario `option`'
    for width in 60 80; do
        COLUMNS=$width out timing "$BATS_FILE_TMPDIR/option.json" --paths 4096
        expect 0
        awk -v w=$width '!/--set/ && length($0) > w + 8 { exit 1 }' "$stdout" # ± has two bytes
    done
}

@test "sentences say the figures of the table, and what is compared" {
    out timing "$BATS_FILE_TMPDIR/option.json"
    told=$(tr '\n' ' ' <"$stdout" | sed -n 's/.*it saves USD \([0-9.]* k ± [0-9.]*\) k (NPV) on average.*/\1/p')
    [ "$(awk '/^fixed month/ { print $3 " k ± " $5; exit }' "$stdout")" = "$told" ]
    has "$stdout" 'than the fixed month'
    has "$stdout" 'The simple rule in a scenario:'
    ! grep -q 'full rule' "$stdout"
    # what does not pay but for rules, on a short horizon: no simple one is surely better
    COLUMNS=400 out timing "$BATS_FILE_TMPDIR/option.json" --paths 1024 --set /clock/months=18 \
        --set /models/small/project/evaluation_usd=37000
    has "$stdout" 'more than never starting. It never starts in'
    has "$stdout" 'No simple rule was found that surely saves more than never starting'
    has "$stdout" 'beyond never starting'
    # what never pays
    COLUMNS=400 out timing "$BATS_FILE_TMPDIR/option.json" --paths 1024 \
        --set /models/small/project/evaluation_usd=1e7
    has "$stdout" 'No rule saves more than never starting, not even'
    ! grep -q 'USD 0' "$stdout"
}

@test "the rule in words is a scenario" {
    out timing "$BATS_FILE_TMPDIR/option.json" --format json
    expect 0
    is_json "$stdout"
    changes=$(grep -o '"simple_set":{[^}]*}' "$stdout" | sed 's/.*{//; s/}//; s/"//g; s/,/ /g; s/:/=/g')
    [ -n "$changes" ]
    set --
    for change in $changes; do
        set -- "$@" --set "$change"
    done
    out check "$BATS_FILE_TMPDIR/option.json"
    expect 0
    out run "$BATS_FILE_TMPDIR/option.json" "$@" --paths 4096
    expect 0
}

@test "csv: a row a month, and never" {
    out timing "$BATS_FILE_TMPDIR/option.json" --format csv --paths 4096 --out "$BATS_TEST_TMPDIR/o"
    expect 0
    [ "$(wc -l <"$stdout")" -eq 38 ]
    head -n 1 "$stdout" | grep -q '^month_index,month,cost_npv_usd,cost_npv_usd_se,saving_npv_usd,'
    awk -F, 'NF != 12 { exit 1 }' "$stdout"
    awk -F, 'NR > 1 { a += $9; b += $11 } END { exit !((a - 1) ^ 2 < 1e-20 && (b - 1) ^ 2 < 1e-20) }' \
        "$stdout"
    tail -n 1 "$stdout" | grep -q '^never,never,'
    cmp "$stdout" "$BATS_TEST_TMPDIR/o/timing.csv"
    is_json "$BATS_TEST_TMPDIR/o/timing.json"
}

@test "the same for any number of threads, and one start is that of a run" {
    out timing "$BATS_FILE_TMPDIR/option.json" --format csv --paths 4096 --threads 1
    cp "$stdout" "$BATS_TEST_TMPDIR/one"
    out timing "$BATS_FILE_TMPDIR/option.json" --format csv --paths 4096 --threads 2
    cmp "$stdout" "$BATS_TEST_TMPDIR/one"
    out run "$BATS_FILE_TMPDIR/option.json" --paths 4096 --set /strategies/distil/start/small=2027-09 \
        --out "$BATS_TEST_TMPDIR/run"
    expect 0
    mean=$(awk -F, '$1 == "distil" && $2 == "cost_npv_usd" && $4 == "mean" { print $5 }' \
        "$BATS_TEST_TMPDIR/run/outcomes.csv")
    awk -F, -v mean="$mean" '$2 == "2027-09" { exit !(($3 / mean - 1) ^ 2 < 1e-24) }' \
        "$BATS_TEST_TMPDIR/one"
}

@test "a student that cannot start before its contract is in force" {
    out timing "$BATS_FILE_TMPDIR/option.json" --format csv --paths 1024 \
        --set /models/small/contracts/host/from=2027-06 --set /strategies/distil/start/small=2027-08
    expect 0
    [ "$(sed -n 2p "$stdout" | cut -d, -f2)" = 2027-06 ]
}

@test "wrong use" {
    out timing "$BATS_FILE_TMPDIR/option.json" --strategy stay
    expect 2
    has "$stderr" "the strategy 'stay' starts no student"
    out timing "$BATS_FILE_TMPDIR/option.json" --model tiny
    expect 2
    has "$stderr" "the strategy 'distil' starts no model called 'tiny'"
    out timing "$BATS_FILE_TMPDIR/option.json" --strategy distill
    expect 2
    out timing "$BATS_FILE_TMPDIR/option.json" --paths 1
    expect 2
    has "$stderr" '1 path is too few'
    out timing "$BATS_FILE_TMPDIR/option.json" --paths 100000000
    expect 2
    most=$(sed -n 's/.*more than 3 GiB; ask for \([0-9]*\) at most$/\1/p' "$stderr")
    [ "$most" -ge 100000 ] && [ "$most" -lt 100000000 ]
    out timing "$BATS_FILE_TMPDIR/option.json" --paths 3
    expect 2
    has "$stderr" 'take 16 or more'
    for sampling in random antithetic sobol latin_hypercube; do
        out timing "$BATS_FILE_TMPDIR/option.json" --paths 16 --sampling $sampling
        expect 0
    done
    out timing tests/data/minimal.json
    expect 2
    has "$stderr" 'no strategy of the scenario starts a student'
    out timing
    expect 2
    out timing "$BATS_FILE_TMPDIR/option.json" --format xml
    expect 2
}
