#!/usr/bin/env bats
# errors.bats -- standard errors of samplers, runs that end by themselves, memory.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "csv: half of the 95 % interval beside the standard error" {
    out run $small --format csv --sampling sobol --paths 4096
    expect 0
    awk -F, 'NR > 1 && $6 != "" && $6 > 0 { r = $7 / $6; if (r < 2.131 || r > 2.132) exit 1 }' "$stdout"
}

@test "json: degrees of freedom, and what came of the targets" {
    out run $small --format json --paths 100000 --until stay/cost_npv_usd:mean=2%
    expect 0
    is_json "$stdout"
    has "$stdout" '"half_width_95_per_se":1.96'
    has "$stdout" '"stopped":"reached"'
    has "$stdout" '"reached":true'
    out run $small --format json --paths 2000 --until 'distil-all/saving_npv_usd:p95=1'
    expect 0
    has "$stdout" '"stopped":"limit"'
    has "$stdout" '"paths":2000'
}

@test "table: a target is told, and a run without a strategy in it has one for each" {
    out run $small --paths 3000 --until cost_npv_usd:mean=1
    expect 0
    [ "$(grep -c '^limit: mean of cost_npv_usd' "$stdout")" -eq 3 ]
}

@test "a run that ends early has the bytes of the run of as many paths" {
    out run $small --format csv --paths 100000 --until stay/cost_npv_usd:mean=5%
    expect 0
    cp "$stdout" "$BATS_TEST_TMPDIR/early"
    paths=$(awk -F, '$4 == "paths" { print $5; exit }' "$stdout")
    [ "$paths" -lt 100000 ]
    out run $small --format csv --paths "$paths"
    cmp "$stdout" "$BATS_TEST_TMPDIR/early"
}

@test "bad targets: form, tolerance, names" {
    for bad in cost_npv_usd cost_npv_usd:mean cost_npv_usd=1 cost_npv_usd:mean= \
        cost_npv_usd:mean=-1 cost_npv_usd:mean=0 cost_npv_usd:mean=1x cost_npv_usd:mean=inf \
        cost_npv:mean=1 cost_npv_usd:median=1 nobody/cost_npv_usd:mean=1; do
        out run $small --until "$bad"
        expect 2
        silent "$stdout"
    done
    out run $small --until cost_npv_us:mean=1
    has "$stderr" "did you mean 'cost_npv_usd'"
}

@test "a Latin hypercube cannot be extended" {
    out run $small --paths 4096 --sampling latin_hypercube --until cost_npv_usd:mean=1%
    expect 2
    has "$stderr" 'latin_hypercube'
}

@test "beyond the memory paths are counted, and the quantiles say so" {
    out run $small --paths 300000 --memory 64M
    expect 0
    has "$stdout" 'rank error'
    out run $small --paths 300000 --memory 64M --format csv --threads 1
    cp "$stdout" "$BATS_TEST_TMPDIR/one"
    out run $small --paths 300000 --memory 64M --format csv --threads 2
    cmp "$stdout" "$BATS_TEST_TMPDIR/one"
    out run $small --memory 64M --sampling sobol --paths 524288
    expect 3
    has "$stderr" 'paths fit'
    for bad in '' x 1T -1 0; do
        out run $small --memory "$bad"
        expect 2
    done
}

@test "--outer: knowledge is told from chance, in every form" {
    out run $small --outer 64 --paths 4096
    expect 0
    has "$stdout" 'Better knowledge of the inputs'
    out run $small --outer 64 --paths 4096 --format json
    is_json "$stdout"
    has "$stdout" '"share_of_knowledge"'
    out run $small --outer 64 --paths 4096 --format csv
    has "$stdout" 'saving_npv_usd,USD,p50_state_p95'
    out run $small --outer 60 --paths 4096
    expect 3
    has "$stderr" 'states of knowledge'
    out run $small --outer 64 --paths 4096 --sampling sobol
    expect 3
}
