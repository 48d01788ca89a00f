#!/usr/bin/env bats
# run.bats -- `distillsim run`: answer, formats, files, exit status.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "the first word is the verdict, and nothing is said on standard error" {
    out run $small
    expect 0
    silent "$stderr"
    head -n 1 "$stdout" | grep -qE '^(Distil|Do not distil|Cannot say): '
    for name in stay switch distil-all; do has "$stdout" "$name"; done
    has "$stdout" 'passed assert'
    has "$stdout" 'assumed /products/chat/requests_per_month'
}

@test "a cheaper teacher turns the verdict" {
    out run $small --set /models/teacher/contracts/list/usd_per_mtok/input=0.001 \
        --set /models/teacher/contracts/list/usd_per_mtok/output=0.001
    expect 0
    has "$stdout" 'Do not distil: `stay` saves'
}

@test "json parses and has every strategy, outcome and statistic" {
    out run $small --format json
    expect 0
    silent "$stderr"
    is_json "$stdout"
    for key in provenance outcomes decision asserts distil-all saving_npv_usd mean_se p05 p95 \
        cvar share_positive share_undefined hash; do
        has "$stdout" "\"$key\":"
    done
    ! grep -qE ':-?(inf|nan)' "$stdout"
}

@test "ndjson: every line is JSON, one for each strategy and outcome" {
    out run $small --format ndjson
    expect 0
    outcomes=$("$program" run $small --format csv | cut -d, -f2 | sort -u | grep -cv '^outcome$')
    [ "$(wc -l <"$stdout")" -eq $((3 * outcomes)) ]
    head -n 1 "$stdout" >"$BATS_TEST_TMPDIR/line"
    is_json "$BATS_TEST_TMPDIR/line"
    tail -n 1 "$stdout" >"$BATS_TEST_TMPDIR/line"
    is_json "$BATS_TEST_TMPDIR/line"
}

@test "csv: tidy, seven fields a row, never is Inf, what does not exist is empty" {
    out run $small --format csv --set /models/student/project/success_probability=0
    expect 0
    [ "$(head -n 1 "$stdout")" = 'strategy,outcome,unit,statistic,value,standard_error,half_width_95' ]
    awk -F, 'NF != 7 { exit 1 }' "$stdout"
    grep -qE '^distil-all,student_ready_months,month,p50,Inf,,$' "$stdout"
    grep -qE '^stay,irr_per_year,1/year,mean,,,$' "$stdout"
    ! grep -qE ',-?nan,' "$stdout"
}

@test "the same seed gives the same bytes for any number of threads, another seed others" {
    out run $small --format csv --threads 1
    cp "$stdout" "$BATS_TEST_TMPDIR/one"
    out run $small --format csv --threads 3
    cmp "$stdout" "$BATS_TEST_TMPDIR/one"
    out run $small --format csv --seed 2
    ! cmp -s "$stdout" "$BATS_TEST_TMPDIR/one"
}

@test "samples come from a column of a CSV file beside the scenario" {
    printf 'x,requests\n1,3000000\n2,2000000\n3,1000000\n' >"$BATS_TEST_TMPDIR/sample.csv"
    cat >"$BATS_TEST_TMPDIR/sample.json" <<'END'
{"name": "sample", "clock": {"start": "2026-07", "months": 1},
 "products": {"p": {"requests_per_month": {"empirical": {"csv": "sample.csv", "column": "requests"}},
                    "request": {"input_tokens": 1, "output_tokens": 1}}},
 "models": {"m": {"contracts": {"c": {"billing": "per_token", "usd_per_mtok": {"input": 1, "output": 1}}}}},
 "strategies": {"s": {"all": "m"}}}
END
    # 2 tokens at 1 USD per million: costs 2, 4 or 6, the lowest and the highest all but surely
    out run "$BATS_TEST_TMPDIR/sample.json" --paths 300 --format csv
    expect 0
    [ "$(awk -F, '$2 == "cost_npv_usd" && $4 ~ /^p(05|50|95)$/ { printf "%s ", $5 }' "$stdout")" = '2 4 6 ' ]
    sed -i 's/"requests"}/"nothing"}/' "$BATS_TEST_TMPDIR/sample.json"
    out run "$BATS_TEST_TMPDIR/sample.json" --paths 300
    expect 3
}

@test "both engines agree to nine digits" {
    # another order of sums and libm: 1e-12 relative, checked at 1e-9
    "$program" run $small --format csv --engine fast >"$BATS_TEST_TMPDIR/fast"
    "$program" run $small --format csv --engine reference >"$BATS_TEST_TMPDIR/reference"
    paste -d, "$BATS_TEST_TMPDIR/fast" "$BATS_TEST_TMPDIR/reference" | awk -F, '
        $4 == "mean" && $2 == "cost_npv_usd" {
            compared++
            if (($5 - $12) / $5 > 1e-9 || ($12 - $5) / $5 > 1e-9) exit 1
        }
        END { if (compared != 3) exit 1 }'
}

@test "--out writes the same bytes again when SOURCE_DATE_EPOCH gives the date" {
    for k in 1 2; do
        SOURCE_DATE_EPOCH=1700000000 "$program" run $small --out "$BATS_TEST_TMPDIR/epoch$k" \
            >/dev/null
    done
    diff -r "$BATS_TEST_TMPDIR/epoch1" "$BATS_TEST_TMPDIR/epoch2"
    grep -q '"date":"2023-11-14T22:13:20Z"' "$BATS_TEST_TMPDIR/epoch1/run.json"
}

@test "--out writes four files; only run.json has time and host" {
    dir=$BATS_TEST_TMPDIR/new
    out run $small --out "$dir"
    expect 0
    silent "$stderr"
    [ "$(ls "$dir" | tr '\n' ' ')" = 'monthly.csv outcomes.csv run.json saving.csv ' ]
    is_json "$dir/run.json"
    for key in wall_seconds host date resolved_scenario inputs defaulted overrides sampling; do
        has "$dir/run.json" "\"$key\":"
    done
    [ "$(wc -l <"$dir/monthly.csv")" -eq 37 ]
    head -n 1 "$dir/monthly.csv" | grep -q '^month_index,month,strategy,mean_usd,mean_usd_se,sd_usd,p05'
    "$program" run $small --format csv | cmp - "$dir/outcomes.csv"
    # again, over the old files
    cp "$dir/monthly.csv" "$BATS_TEST_TMPDIR/monthly"
    out run $small --out "$dir"
    expect 0
    cmp "$dir/monthly.csv" "$BATS_TEST_TMPDIR/monthly"
}

@test "saving.csv is a quantile function that is exact at zero" {
    dir=$BATS_TEST_TMPDIR/new
    out run $small --out "$dir"
    expect 0
    awk -F, '
        NR == 1 { next }
        $1 != name { name = $1; share = -1; saving = -1e300 }
        $2 < share || $3 < saving { exit 1 }
        { share = $2; saving = $3 }' "$dir/saving.csv"
    positive=$(awk -F, '$1 == "distil-all" && $2 == "saving_npv_usd" && $4 == "share_positive" {
        print $5 }' "$dir/outcomes.csv")
    awk -F, -v positive="$positive" '
        $1 == "distil-all" && $3 <= 0 { share = $2 }
        END { d = 1 - share - positive; exit !(d < 1e-12 && d > -1e-12) }' "$dir/saving.csv"
}

@test "a failed assert: results are printed, exit status 6" {
    out run $small --set /assert/0/above=0.5
    expect 6
    has "$stdout" 'failed assert'
    has "$stdout" 'distil-all'
}

@test "--set, --paths and --seed reach the run" {
    out run $small --set /clock/months=6 --paths 123 --seed 9 --format json
    expect 0
    has "$stdout" '"paths":123,"seed":9'
    has "$stdout" '"peak_month"'
}

@test "mistakes in the scenario: all of them, with places, exit status 3" {
    bad=$BATS_TEST_TMPDIR/bad.json
    sed -e 's/"months": 12/"months": -3/' -e 's/"requests_per_month": 5e7/"request_per_month": 5e7/' \
        $small >"$bad"
    out run "$bad"
    expect 3
    silent "$stdout"
    grep -qE 'bad\.json:[0-9]+:[0-9]+: /clock/months: ' "$stderr"
    grep -qE 'bad\.json:[0-9]+:[0-9]+: /products/search/request_per_month: ' "$stderr"
    out run $small --set /clock/month=3
    expect 3
    grep -q 'clock/month' "$stderr"
}

@test "a scenario that is not there: exit status 1" {
    out run "$BATS_TEST_TMPDIR/none.json"
    expect 1
    silent "$stdout"
    has "$stderr" 'none.json'
}

@test "a strategy alone has neither savings nor defaults that change nothing" {
    cat >"$BATS_TEST_TMPDIR/alone.json" <<'JSON'
{"name": "alone", "clock": {"start": "2026-07", "months": 1}, "discount_rate_per_year": 0,
 "products": {"p": {"requests_per_month": 1e6, "request": {"input_tokens": 100,
   "output_tokens": 10}}},
 "models": {"m": {"contracts": {"c": {"billing": "per_token",
   "usd_per_mtok": {"input": 3, "output": 15}}}}}, "strategies": {"stay": {"all": "m"}}}
JSON
    out run "$BATS_TEST_TMPDIR/alone.json" --paths 1
    expect 0
    lacks "$stdout" 'saving'
    lacks "$stdout" 'costs least'
    has "$stdout" 'unsourced 6, default 0;'
    has "$stdout" '1 path, seed 1.'
    # by words, a word is 1.3 tokens: that is a figure of ours
    out run "$BATS_TEST_TMPDIR/alone.json" --paths 1 \
        --set '/products/p/request={"input_words": 100, "output_words": 10}'
    has "$stdout" 'default 1;'
}

# A saving that never comes is an answer, not a failure: 100 requests an hour do not pay for
# a GPU.
@test "payback: never" {
    out run scenarios/break-even-escalation.json --set /assert=[] \
        --set /products/requests/requests_per_month=100
    expect 0
    grep -Eq '^slm +-2\..* never +100' "$stdout"
    out run scenarios/break-even-escalation.json --set /assert=[] --format csv \
        --set /products/requests/requests_per_month=100
    grep -q '^slm,payback_months,month,p50,Inf,' "$stdout"
}
