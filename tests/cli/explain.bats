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

# A contract with something of everything that an invoice can show, and what it adds up to.
invoice() {
    cat >"$BATS_TEST_TMPDIR/invoice.json" <<'JSON'
{"name": "invoice", "clock": {"start": "2026-07", "months": 2},
 "products": {"chat": {"requests_per_month": 1e6, "request": {"input_tokens": 1000,
   "input_cv": 0.6, "output_tokens": 100, "cache_read_share": 0.5, "meters": {"search": 0.1}}}},
 "models": {"large": {"contracts": {"list": {"billing": "per_token", "discount_share": 0.15,
   "usd_per_mtok": {"input": 3, "output": 15, "cache_read": 0.3}, "tax_share": 0.19,
   "meters": {"search": {"usd_per_unit": 0.01, "free_per_month": 10000}},
   "service_classes": {"batch": {"share": 0.25, "factor": 0.5}},
   "multipliers": {"us-only": {"factor": 1.1}},
   "tiers": {"long": {"of": "request_input", "shape": "cliff",
     "steps": [{"from": 2000, "factor": 2}]}},
   "commitment": {"usd_per_term": 50000, "term_months": 2, "discount_share": 0.1}}}}},
 "strategies": {"stay": {"all": "large"}}}
JSON
}

@test "table: an invoice with steps, chains of multipliers and the commitment, at 80 and 160 columns" {
    invoice
    LC_ALL=C COLUMNS=80 out explain "$BATS_TEST_TMPDIR/invoice.json" --strategy stay --month 2026-08
    expect 0
    [ "$(width "$stdout")" -le 80 ]
    has "$stdout" '  large / list'
    has "$stdout" '    chat'
    has "$stdout" '      input tokens, batch'
    has "$stdout" '          input > 2000: list 3, tier x2, batch x0.5, us-only x1.1,'
    has "$stdout" '    search, free'
    has "$stdout" '    drawn from commitment'
    has "$stdout" '    commitment unused'
    has "$stdout" '    tax'
    has "$stdout" '    sum of large / list'
    COLUMNS=160 out explain "$BATS_TEST_TMPDIR/invoice.json" --strategy stay --month 2026-08
    expect 0
    [ "$(width "$stdout")" -le 160 ]
    grep -q '      input tokens, batch .* (40)   list 3, batch x0.5, us-only x1.1, discount x0.85$' "$stdout"
    grep -q '(93)$' "$stdout"
}

@test "csv: the list price times the chain is the price" {
    invoice
    out explain "$BATS_TEST_TMPDIR/invoice.json" --strategy stay --format csv
    expect 0
    has "$stdout" 'amount_usd,rule,tier,list_price_usd,multipliers'
    # 3 * 2 * 0.5 * 1.1 * 0.85 = 2.805
    grep -E '^1,2026-08,chat,large,list,"input tokens, batch",[0-9.]+,Mtok,2\.805[0-9]*,[0-9.]+,\(40\),input > 2000,3,"tier x2, batch x0.5, us-only x1.1, discount x0.85"' "$stdout"
    out explain "$BATS_TEST_TMPDIR/invoice.json" --strategy stay --format json
    is_json "$stdout"
    has "$stdout" '"tier":"input > 2000"'
    has "$stdout" '"multipliers":"tier x2, batch x0.5, us-only x1.1, discount x0.85"'
}

# Two contracts under one agreement, a free first million, and names that are long.
agreement() {
    cat >"$BATS_TEST_TMPDIR/agreement.json" <<'JSON'
{"name": "agreement", "clock": {"start": "2026-07", "months": 1},
 "products": {"chat": {"requests_per_month": 1e4, "service_shares": {"priority": 0.5},
   "request": {"input_tokens": 1000, "output_tokens": 100, "cache_read_share": 0.5}},
   "mail": {"requests_per_month": 1e4, "request": {"input_tokens": 100, "output_tokens": 100}}},
 "agreements": {"cloud": {"commitment": {"usd_per_month": 100, "discount_share": 0.1}}},
 "models": {"large": {"contracts": {"list": {"billing": "per_token", "agreement": "cloud",
   "usd_per_mtok": {"input": 3, "output": 15, "cache_read": 0.3},
   "service_classes": {"priority": {"factor": 2}}}}},
   "small": {"contracts": {"list": {"billing": "per_token", "agreement": "cloud",
   "usd_per_mtok": {"input": 1, "output": 4}, "tiers": {"free": {"of": "month_tokens",
   "shape": "graduated", "steps": [{"from": 0, "factor": 0}, {"from": 1e6, "factor": 1}]}}}}}},
 "strategies": {"stay": {"all": "large", "routes": {"mail": {"small": {"share": 1}}}}}}
JSON
}

@test "an agreement has its own invoice; what is free is listed" {
    agreement
    out explain "$BATS_TEST_TMPDIR/agreement.json" --strategy stay
    expect 0
    silent "$stderr"
    has "$stdout" '  agreement cloud'
    has "$stdout" '    sum of agreement cloud'
    [ "$(grep -c '^  large / list$' "$stdout")" -eq 1 ]
    grep -qE '^      input tokens +0\.5 Mtok +0 +0\.00$' "$stdout"
    out explain "$BATS_TEST_TMPDIR/agreement.json" --strategy stay --format csv
    grep -qE '^0,2026-07,"",large,list,commitment used,.*,cloud$' "$stdout"
    out explain "$BATS_TEST_TMPDIR/agreement.json" --strategy stay --format json
    has "$stdout" '"agreement":"cloud"'
}

@test "a name that does not fit stands above its numbers, whole" {
    agreement
    COLUMNS=60 out explain "$BATS_TEST_TMPDIR/agreement.json" --strategy stay
    expect 0
    [ "$(width "$stdout")" -le 60 ]
    grep -qE '^      cache read tokens, priority$' "$stdout"
    grep -qE '^ +2\.5 Mtok +0\.6 +1\.50$' "$stdout"
}
