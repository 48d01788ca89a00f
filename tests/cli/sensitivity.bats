#!/usr/bin/env bats
# sensitivity.bats -- `distillsim sensitivity`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
data=tests/data/sensitivity.json
traffic=traffic=/products/q/requests_per_month,/products/q/growth,/products/r/growth

@test "sobol: a sentence, a table, what it means" {
    out sensitivity $data
    expect 0
    silent "$stderr"
    head -n 1 "$stdout" | grep -q '^Three inputs explain 99.[0-9]* % ± 0.0[0-9]* % of the variance of the saving'
    grep -q '^input  *alone  *with others  *95 % interval$' "$stdout"
    # the largest first
    [ "$(awk '/^\// { print $1; exit }' "$stdout")" = /products/q/requests_per_month ]
    grep -q '^/products/\*/growth: chance  *1[78]\.' "$stdout"
    has "$stdout" "Correlated inputs are one"
    grep -q '^/products/\*: q, r.$' "$stdout"
    has "$stdout" "Scenario \`sensitivity\`"
    LC_ALL=C out sensitivity $data
    [ "$(width "$stdout")" -le 80 ]
}

@test "what a star stands for is said once" {
    out sensitivity scenarios/amazon-anthropic.json --paths 512
    expect 0
    [ "$(grep -c '^/products/\*/' "$stdout")" -ge 2 ]
    [ "$(grep -c '^/products/\*: alexa-for-shopping, q, quicksight\.$' "$stdout")" -eq 1 ]
}

# One future in a thousand rules the variance: an estimate beyond 100 % is told as 100 %, one below
# 0 as 0, as their interval is; the csv has what was estimated.
@test "shares of a heavy tail are printed within 0 and 100 %" {
    out sensitivity $data -m shapley --set \
        '/products/q/requests_per_month={"lognormal":{"median":1e6,"log_sd":2.4}}' --paths 1024
    expect 0
    awk '/^\// { for (i = 2; i <= NF; i++) if ($i ~ /^-/ || $i + 0 > 100) exit 1 }' "$stdout"
    out sensitivity $data -m shapley --format csv --set \
        '/products/q/requests_per_month={"lognormal":{"median":1e6,"log_sd":2.4}}' --paths 1024
    awk -F, 'NR > 1 { least = $11 < least ? $11 : least; most = $11 > most ? $11 : most }
             END { exit !(least < 0 || most > 1) }' "$stdout"
}

# The error of the sentence is that of the table: of one input together, that of it alone.
@test "one input has one error" {
    out sensitivity $data --of cost_npv_usd --strategy stay --input /products/q/requests_per_month \
        --set '/products/q/growth/volatility_per_sqrt_year=0.02' --set '/correlations=[]' \
        --set '/products/q/growth/jumps_per_year=0' \
        --set '/models/large/contracts/list/usd_per_mtok/input=2'
    expect 0
    told=$(sed -n '1s/^One input explains \(.* %\) ± \(.*\) % of.*/\1 \2/p' "$stdout" | tr -d ' %')
    [ -n "$told" ]
    [ "$(awk '/^\/products\/q\/requests/ { print $2 $4; exit }' "$stdout")" = "$told" ]
}

@test "a whole traffic path is one input, all else another" {
    out sensitivity $data -g $traffic --format csv
    expect 0
    [ "$(head -n 1 "$stdout")" = \
        method,strategy,outcome,outcome_unit,scale,input,unit,kind,low,high,first,first_se,first_low95,first_high95,total,total_se,total_low95,total_high95,stream_count ]
    awk -F, 'NR == 2 && !($6 == "traffic" && $8 == "group" && $11 > 0.7 && $19 == 6) { exit 1 }
             NR == 3 && !($6 == "everything else" && $8 == "rest" && $15 < 0.25) { exit 1 }
             END { exit NR != 3 }' "$stdout"
}

@test "every method" {
    for method in shapley tornado morris src prcc given; do
        out sensitivity $data --method $method
        expect 0
        silent "$stderr"
        head -n 1 "$stdout" | grep -q '^`/products/q/requests_per_month`'
        LC_ALL=C out sensitivity $data --method $method
        [ "$(width "$stdout")" -le 80 ]
    done
    out sensitivity $data --method shapley --format csv # correlated inputs are told apart, and add up
    awk -F, 'NR > 1 { sum += $11; rows++ } END { exit !(rows == 5 && sum > 0.999999 && sum < 1.000001) }' \
        "$stdout"
}

@test "narrow terminals" {
    for method in sobol tornado morris given; do
        LC_ALL=C COLUMNS=60 out sensitivity $data --method $method
        expect 0
        [ "$(width "$stdout")" -le 60 ]
    done
}

@test "a t copula: no method tells its inputs apart, and none is named" {
    t='/dependence={"copula":"t","degrees_of_freedom":4}'
    for method in sobol shapley; do
        COLUMNS=200 out sensitivity $data -m $method --paths 1024 --set "$t"
        expect 0
        has "$stdout" 'by a t copula they share a tail, so that their shares cannot be told apart'
        ! grep -q 'method shapley' "$stdout"
        out sensitivity $data -m $method --paths 1024 --set "$t" -g q=/products/q/growth
        expect 2
        has "$stderr" 'are correlated by a t copula'
        ! grep -q 'method shapley' "$stderr"
    done
}

@test "json, and a directory" {
    out sensitivity $data --format json --out "$BATS_TEST_TMPDIR/d"
    expect 0
    is_json "$stdout"
    cmp "$stdout" "$BATS_TEST_TMPDIR/d/sensitivity.json"
    has "$stdout" '"method":"sobol"'
    has "$stdout" '"strategy":"move","baseline":"stay"'
    has "$stdout" '"/products/q/growth#shock"'
    "$program" sensitivity $data --format csv | cmp - "$BATS_TEST_TMPDIR/d/sensitivity.csv"
}

@test "other outcomes and scales" {
    out sensitivity $data --of saving_npv_usd:rank
    expect 0
    has "$stdout" "variance of the rank of the saving"
    out sensitivity $data --of cost_npv_usd --strategy stay
    expect 0
    has "$stdout" "the cost (NPV) of \`stay\`"
    out sensitivity $data --of saving_npv_usd:probability
    expect 0
    out sensitivity $data --of payback_months:probability
    expect 0
    has "$stdout" "Nothing drives whether there is \`payback_months\` of \`move\`: it is the same"
}

@test "same bits for any number of threads" {
    for method in sobol shapley morris; do
        "$program" sensitivity $data -m $method --format csv --threads 1 >"$BATS_TEST_TMPDIR/one"
        "$program" sensitivity $data -m $method --format csv --threads 3 >"$BATS_TEST_TMPDIR/three"
        cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/three"
    done
}

@test "plot draws what --out wrote" {
    for method in sobol tornado prcc; do
        "$program" sensitivity $data -m $method --out "$BATS_TEST_TMPDIR/$method" --quiet \
            >"$BATS_TEST_TMPDIR/table"
        out plot "$BATS_TEST_TMPDIR/$method/sensitivity.csv"
        expect 0
        grep -q '</svg>' "$BATS_TEST_TMPDIR/$method/sensitivity.svg"
        has "$BATS_TEST_TMPDIR/$method/sensitivity.svg" "/products/q/requests_per_month"
    done
    out plot "$BATS_TEST_TMPDIR/sobol/sensitivity.csv" --kind heat
    expect 2
    has "$stderr" "drawn as 'sensitivity'"
}

@test "a table of futures in place of a scenario" {
    "$program" run $data --samples "$BATS_TEST_TMPDIR/s.csv" --quiet >"$BATS_TEST_TMPDIR/run"
    out sensitivity --data "$BATS_TEST_TMPDIR/s.csv"
    expect 0
    head -n 1 "$stdout" | grep -q '^`/products/q#mean_requests_per_month` alone explains'
    has "$stdout" "4096 futures of a table"
    # quantities: the same figures as from the scenario
    "$program" sensitivity $data -m src --format csv | cut -d, -f 6,11,12 | LC_ALL=C sort >"$BATS_TEST_TMPDIR/a"
    "$program" sensitivity --data "$BATS_TEST_TMPDIR/s.csv" -m src --format csv | cut -d, -f 6,11,12 |
        LC_ALL=C sort >"$BATS_TEST_TMPDIR/b"
    paste -d, "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b" | awk -F, 'NR > 1 || $1 != "input" {
        if ($1 != $4 || ($2 - $5) ^ 2 > 1e-12) exit 1 }' # the file has 12 digits
    out sensitivity --data "$BATS_TEST_TMPDIR/s.csv" --strategy half --of saving_npv_usd:rank -m prcc \
        --input /products/q
    expect 0
    has "$stdout" "\`half/saving_npv_usd\` most: partial rank"
    out sensitivity --data "$BATS_TEST_TMPDIR/s.csv" --of half/saving
    expect 2
    has "$stderr" "unknown column 'half/saving'"
    out sensitivity --data "$BATS_TEST_TMPDIR/s.csv" -m sobol
    expect 2
    has "$stderr" "only the methods src, prcc and given"
    out sensitivity --data "$BATS_TEST_TMPDIR/s.csv" $data
    expect 2
    has "$stderr" "a scenario or --data, not both"
}

@test "hostile tables" {
    printf 'a,=cmd,\033[31mred,y\n' >"$BATS_TEST_TMPDIR/h.csv"
    awk 'BEGIN { srand(1); for (i = 0; i < 400; i++) { a = rand(); b = rand(); print a "," b ",7," a + 2 * b } }' \
        >>"$BATS_TEST_TMPDIR/h.csv"
    out sensitivity --data "$BATS_TEST_TMPDIR/h.csv" -m src
    expect 0
    head -n 1 "$stdout" | grep -q '^`=cmd` goes with `y` most'
    ! grep -q $'\033' "$stdout"
    out sensitivity --data "$BATS_TEST_TMPDIR/h.csv" --input y
    expect 2
    has "$stderr" "'y' is the column that is explained"
    printf 'a,y\n1,2\nNaN,3\n' >"$BATS_TEST_TMPDIR/n.csv"
    out sensitivity --data "$BATS_TEST_TMPDIR/n.csv"
    expect 3
    has "$stderr" "n.csv:3"
    printf 'a,y\n1,2\n3\n' >"$BATS_TEST_TMPDIR/n.csv"
    out sensitivity --data "$BATS_TEST_TMPDIR/n.csv"
    expect 3
    printf 'a,y\n1,2\n3,4\n' >"$BATS_TEST_TMPDIR/n.csv"
    out sensitivity --data "$BATS_TEST_TMPDIR/n.csv"
    expect 2
    has "$stderr" "fewer than 16 rows"
    awk 'BEGIN { print "a,b,y"; for (i = 0; i < 50; i++) print i "," 2 * i "," i * i }' >"$BATS_TEST_TMPDIR/n.csv"
    out sensitivity --data "$BATS_TEST_TMPDIR/n.csv" -m src
    expect 2
    has "$stderr" "b: is a linear function of other inputs"
    out sensitivity --data "$BATS_TEST_TMPDIR/none.csv"
    expect 1
}

@test "wrong use says what is wrong" {
    wrong() { # MESSAGE ARGUMENT...
        local message=$1
        shift
        out sensitivity "$@"
        expect 2
        has "$stderr" "$message"
        silent "$stdout"
    }
    wrong "which scenario?"
    wrong "is not one of sobol, shapley, tornado" $data --method fourier
    wrong "there is no such input" $data --input /nothing/there
    wrong "did you mean '/products/q/growth/per_year'" $data --input /products/q/growth/per_yaer
    wrong "is certain (100000)" $data --input /products/r/requests_per_month
    wrong "nothing in it is uncertain" $data --input /products/r/request
    wrong "is in two groups, 'a' and 'b'" $data -g a=/products/q,/products/r -g b=/products/q/growth
    wrong "there are two groups 'a'" $data -g a=/products/q -g a=/products/r
    wrong "take --method shapley" $data -g a=/products/q/growth
    wrong "not of the form NAME=" $data -g /products/q
    wrong "is no JSON Pointer" $data --input products
    wrong "goes with neither --group" $data --by part --input /products/q
    wrong "drawn once for a future" $data -m tornado --input /products/r/growth
    wrong "unknown outcome 'cost'" $data --of cost
    wrong "unknown scale 'median'" $data --of cost_npv_usd:median
    wrong "payback_months:probability" $data --of payback_months
    wrong "'stay' is the baseline" $data --strategy stay
    wrong "unknown strategy 'mov'" $data --strategy mov
    wrong "it wants the sampling random" $data -m morris --sampling antithetic
    wrong "one strategy only" $data --set /strategies/move=null --set /strategies/half=null
    wrong "nothing in the scenario is uncertain" scenarios/deepseek-fleet.json
}
