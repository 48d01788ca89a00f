#!/usr/bin/env bats
# choice.bats -- `distillsim choice`: one scenario, over a value, several scenarios.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
loss=/models/teacher/contracts/list/usd_per_mtok/input

alike='--set /models/student/project/permission_probability=0 --set /models/teacher/contracts/list/usd_per_mtok={"input":0.001,"output":0.001}'

@test "the sentence names the best, and the tables have every strategy" {
    out choice $small --paths 4096
    expect 0
    silent "$stderr"
    head -n 1 "$stdout" | grep -qE '^(`[a-z-]+` costs least: USD|Cannot say which costs least)'
    for title in 'behind best' 'P(best)' 'regret' 'dominates'; do has "$stdout" "$title"; done
    for name in stay switch distil-all; do
        [ "$(grep -c "^$name " "$stdout")" -ge 3 ]
    done
    [ "$(wc -L <"$stdout")" -le 80 ]
    COLUMNS=60 "$program" choice $small --paths 4096 >"$BATS_TEST_TMPDIR/narrow"
    [ "$(wc -L <"$BATS_TEST_TMPDIR/narrow")" -le 60 ]
}

@test "strategies that cost the same in every future are said to; nobody is sent for more paths" {
    twins=$BATS_TEST_TMPDIR/twins.json
    cat >"$twins" <<'EOF'
{"name": "twins", "clock": {"start": "2026-01", "months": 1}, "run": {"paths": 1024, "seed": 1},
 "products": {"p": {"requests_per_month": {"p10": 1e5, "p90": 1e6},
                    "request": {"input_tokens": 1000, "output_tokens": 100}}},
 "models": {"a": {"contracts": {"c": {"billing": "per_token",
                                      "usd_per_mtok": {"input": 1, "output": 4}}}}},
 "strategies": {"a": {"all": "a"}, "b": {"all": "a"}}}
EOF
    out choice "$twins"
    expect 0
    words=$(tr '\n' ' ' <"$stdout")
    case "$words" in
    *'between `a` and `b`, USD '*', there is no difference in any future.'*) ;;
    *) echo "$words"; false ;;
    esac
    for words in 'may tell' 'In the best' 'USD 0'; do lacks "$stdout" "$words"; done
    out run "$twins"
    expect 0
    has "$stdout" '`b` costs the same in'
    lacks "$stdout" 'USD 0 more'
}

@test "run names the same strategy, with the same margin and shares" {
    "$program" choice $small --paths 4096 --format json >"$BATS_TEST_TMPDIR/choice"
    out run $small --paths 4096 --format json
    is_json "$BATS_TEST_TMPDIR/choice"
    best=$(grep -o '"best":"[^"]*"' "$BATS_TEST_TMPDIR/choice")
    has "$stdout" "$best"
    runner=$(grep -o '"runner_up":"[^"]*"' "$BATS_TEST_TMPDIR/choice")
    has "$stdout" "$runner"
    for key in margin_usd margin_usd_95 advantage_usd_95 runner_up_best_case_usd; do
        has "$stdout" "\"$key\":"
    done
    "$program" run $small --paths 4096 >"$BATS_TEST_TMPDIR/table"
    has "$BATS_TEST_TMPDIR/table" "Of all strategies \`$(echo "$best" | cut -d'"' -f4)\` costs least"
}

@test "csv: shares sum to one, the best is behind by nothing, intervals hold the values" {
    out choice $small --paths 4096 --format csv
    expect 0
    [ "$(head -n 1 "$stdout")" = strategy,figure,unit,value,standard_error,low,high ]
    awk -F, '$2 == "probability_best" { sum += $4; if (!($6 <= $4 && $4 <= $7)) exit 1 }
             $2 == "behind_best" && $4 < 0 { exit 1 } $2 == "behind_best" && $4 == 0 { best++ }
             $2 == "regret_max" && $4 < regret { exit 1 } $2 == "regret_p95" { regret = $4 }
             END { exit !(best == 1 && sum > 1 - 1e-9 && sum < 1 + 1e-9) }' "$stdout"
}

@test "what is named has a gap to the next, or cannot be said" {
    out choice $small --paths 4096 --out "$BATS_TEST_TMPDIR/d"
    expect 0
    for rule in 'to regret in 95 % of futures' 'to regret in the worst future seen' 'in the bad tail'; do
        tr '\n' ' ' <"$stdout" | grep -qE "(Least|least) $rule[:,]"
    done
    # of each rule one has nothing more, the others their gap; sure when all intervals are above 0
    for rule in cvar regret_p95 regret_max; do
        sure=$(awk -F, -v rule=${rule}_more '$2 == rule && $4 == 0 { named++ }
            $2 == rule && $4 != 0 && !($6 > 0) { may++ } $2 == rule && !($4 >= 0 && $6 <= $7) { exit 1 }
            END { if (!named) exit 1; print named == 1 && !may ? "true" : "false" }' \
            "$BATS_TEST_TMPDIR/d/choice.csv")
        grep -o "\"$rule\":{\"strategy\".*\"sure\":[a-z]*" "$BATS_TEST_TMPDIR/d/choice.json" |
            grep -q "\"sure\":$sure\$"
    done
    # a student that is not permitted costs what the teacher does
    out choice $small --paths 512 $alike
    tr '\n' ' ' <"$stdout" | grep -q 'Least in the bad tail: `stay` and `distil-all`, the same, USD [^,]* on average\.'
    out choice $small --paths 64
    tr '\n' ' ' <"$stdout" | grep -q 'Cannot say which is least to regret in 95 % of futures.*, too few futures for an error'
}

@test "strategies that cost the same share the futures" {
    out choice $small --paths 512 --format csv --set /models/student/project/permission_probability=0
    expect 0
    [ "$(awk -F, '$1 == "stay" && $2 == "probability_best" { print $4 }' "$stdout")" = \
        "$(awk -F, '$1 == "distil-all" && $2 == "probability_best" { print $4 }' "$stdout")" ]
}

@test "a directory, the same bytes for any number of threads" {
    out choice $small --paths 2048 --out "$BATS_TEST_TMPDIR/d" --format json --threads 1
    expect 0
    cmp "$stdout" "$BATS_TEST_TMPDIR/d/choice.json"
    "$program" choice $small --paths 2048 --format json --threads 3 | cmp - "$stdout"
    "$program" choice $small --paths 2048 --format csv | cmp - "$BATS_TEST_TMPDIR/d/choice.csv"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/d/dominance.csv")" -eq 13 ] # 2 orders, 6 ordered pairs
}

@test "--vary: the frontier, its csv agrees with run at a value, and it can be drawn" {
    out choice $small --paths 1024 --vary $loss=0.01:20:5 --out "$BATS_TEST_TMPDIR/a"
    expect 0
    head -n 1 "$stdout" | grep -qE '^`[a-z-]+` has the least mean '
    [ "$(wc -L <"$stdout")" -le 80 ]
    csv=$BATS_TEST_TMPDIR/a/acceptability.csv
    [ "$(wc -l <"$csv")" -eq 16 ]
    awk -F, 'NR > 1 { sum[$1] += $3; best[$1] += $11; if (!($5 <= $3 && $3 <= $6)) exit 1 }
             END { for (v in sum) if (sum[v] < 1 - 1e-9 || sum[v] > 1 + 1e-9 || best[v] != 1) exit 1 }' \
        "$csv"
    mean=$("$program" run $small --paths 1024 --set $loss=20 --format csv |
        awk -F, '$1 == "switch" && $2 == "cost_npv_usd" && $4 == "mean" { print $5 }')
    [ "$(awk -F, '$1 == 20 && $2 == "switch" { print $7 }' "$csv")" = "$mean" ]
    is_json "$BATS_TEST_TMPDIR/a/acceptability.json"
    out plot "$csv"
    expect 0
    grep -q 'distil-all' "$BATS_TEST_TMPDIR/a/acceptability.svg"
}

@test "--vary: eleven values unless it is said how many" {
    out choice $small --paths 64 --vary $loss=1:2 --format csv
    expect 0
    [ "$(wc -l <"$stdout")" -eq 34 ]
}

views() {
    cat >"$BATS_TEST_TMPDIR/cheap.json" <<END
{"extends": "$PWD/$small", "name": "cheap",
 "models": {"teacher": {"contracts": {"list": {"usd_per_mtok": {"input": 0.001, "output": 0.001}}}}}}
END
}

@test "several scenarios: what is regretted in each, and the robust choice" {
    views
    out choice $small "$BATS_TEST_TMPDIR/cheap.json" --paths 1024 --out "$BATS_TEST_TMPDIR/v"
    expect 0
    head -n 1 "$stdout" | grep -q '^Robust: `'
    has "$stdout" ' less than `'
    awk -F, 'NR > 1 { n[$2]++ } $2 ~ /_more/ && $4 == 0 { none[$2]++ } $2 ~ /_more/ && $4 != 0 && $5 <= 0 { exit 1 }
             END { exit !(n["worst_regret"] == 3 && none["worst_regret_more"] == 1 && none["mean_regret_more"] == 1) }' \
        "$BATS_TEST_TMPDIR/v/robust.csv"
    has "$stdout" 'Best in `cheap`: `stay`'
    [ "$(wc -L <"$stdout")" -le 80 ]
    is_json "$BATS_TEST_TMPDIR/v/views.json"
    awk -F, 'NR > 1 && $6 < 0 { exit 1 } NR > 1 && $8 == 1 && $6 != 0 { exit 1 }
             NR > 1 { best[$1] += $8 } END { exit !(best["small"] == 1 && best["cheap"] == 1) }' \
        "$BATS_TEST_TMPDIR/v/views.csv"
    # all the weight on one view: what is best there is robust
    out choice $small "$BATS_TEST_TMPDIR/cheap.json" --paths 1024 --weight 1,1000000 --format json
    has "$stdout" '"mean_regret":{"strategy":"stay","next":"distil-all"'
    # a view that is not another one: nothing is called the best that is within the error
    out choice $small $small --paths 512 $alike
    head -n 2 "$stdout" | tr '\n' ' ' | grep -q '^Cannot say which is robust, `stay` or `distil-all`: '
    has "$stdout" 'Cannot say which is best in `small`'
}

@test "views must have the same strategies: which is missing where" {
    sed 's/"switch"/"other"/g' $small >"$BATS_TEST_TMPDIR/other.json"
    out choice $small "$BATS_TEST_TMPDIR/other.json"
    expect 3
    silent "$stdout"
    has "$stderr" "other.json: /strategies: has no strategy 'switch', which '$small' has"
}

@test "wrong use is told" {
    out choice $small --set /strategies/switch=null --set /strategies/distil-all=null
    expect 2
    has "$stderr" "one strategy only, 'stay'"
    out choice $small --vary /models/nobody=1:2:3
    expect 3
    has "$stderr" '/models/nobody'
    out choice $small --vary $loss=2:1:5
    expect 2
    has "$stderr" 'upside down'
    out choice $small --vary $loss=1:1:1
    expect 2
    has "$stderr" '1 value; 2 to 1000'
    out choice $small --vary $loss=a,b
    expect 2
    has "$stderr" "'a' is not a number"
    out choice $small --of payback_months
    expect 2
    has "$stderr" 'nothing can be chosen by it'
    out choice $small --of cost
    expect 2
    has "$stderr" 'cost_npv_usd'
    out choice $small --weight 1
    expect 2
    out choice $small $small --weight 1
    expect 2
    has "$stderr" '1 weights for 2 scenarios'
    out choice $small $small --weight 1,-1
    expect 2
    out choice $small $small --vary $loss=1:2:3
    expect 2
    out choice $small --within 5
    expect 2
    out choice
    expect 2
    has "$stderr" 'which scenario?'
}
