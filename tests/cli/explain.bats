#!/usr/bin/env bats
# explain.bats -- the ledger: lines sum to months, months to the total, the total
# to the outcome.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "table: a sum for every month and in the end, then the outcomes" {
    out explain $small --strategy distil-all
    expect 0
    silent "$stderr"
    [ "$(grep -cE '^  20[0-9]{2}-[0-9]{2}, sum ' "$stdout")" -eq 12 ]
    has "$stdout" 'total of all months'
    has "$stdout" 'cost_total_usd'
    [ "$(width "$stdout")" -le 80 ]
    # the sums of months, in cents, are the total but for their rounding
    awk '{ gsub(",", "", $NF) } /, sum / { sum += $NF } /^total of/ { total = $NF }
        END { d = sum - total; exit !(d < 0.07 && d > -0.07) }' "$stdout"
}

@test "csv: quantity times price is the amount, amounts sum to the outcome of run" {
    out explain $small --strategy switch --path 5 --format csv
    expect 0
    awk -F, 'NR > 1 { d = $7 * $9 - $10; if (d > 1e-6 * $10 || -d > 1e-6 * $10) exit 1; sum += $10 }
        END { printf "%.6f\n", sum }' "$stdout" >"$BATS_TEST_TMPDIR/sum"
    out explain $small --strategy switch --path 5 --format json
    total=$(sed -n 's/.*"cost_total_usd":\([0-9.e+]*\).*/\1/p' "$stdout")
    awk -v total="$total" '{ d = $1 - total; exit !(d < 0.01 && d > -0.01) }' "$BATS_TEST_TMPDIR/sum"
}

@test "json parses" {
    out explain $small --strategy distil-all --format json
    expect 0
    is_json "$stdout"
    has "$stdout" '"path":0,"strategy":"distil-all"'
    has "$stdout" '"rule":"'
}

@test "the mean over the paths is that of run" {
    # 20 futures one by one against the run of 20; sums in another order: 1e-9
    for path in $(seq 0 19); do
        "$program" explain $small --strategy distil-all --path "$path" --format json |
            sed -n 's/.*"cost_total_usd":\([0-9.e+]*\).*/\1/p'
    done >"$BATS_TEST_TMPDIR/totals"
    mean=$("$program" run $small --paths 20 --format csv |
        awk -F, '$1 == "distil-all" && $2 == "cost_total_usd" && $4 == "mean" { print $5 }')
    awk -v mean="$mean" '{ sum += $1; n++ }
        END { d = (sum / n - mean) / mean; exit !(n == 20 && d < 1e-9 && d > -1e-9) }' \
        "$BATS_TEST_TMPDIR/totals"
}

@test "one month only" {
    out explain $small --strategy stay --month 2026-09
    expect 0
    has "$stdout" '  2026-09, sum'
    lacks "$stdout" '2026-08'
    out explain $small --strategy stay --month 2027-07
    expect 2
    silent "$stdout"
    has "$stderr" '2026-07 to 2027-06'
}

@test "an unknown strategy names its neighbour" {
    out explain $small --strategy distil-al
    expect 2
    silent "$stdout"
    has "$stderr" "did you mean 'distil-all'"
}
