#!/usr/bin/env bats
# profile.bats -- `distillsim profile fit` and `profile show`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common
rows=tests/data/throughput/trtllm.csv
v1=(--where release=v1.0 --where model=Llama-3.1-8B --where gpu=H100)
models=scenarios/catalogue/models.json#/profiles
gpus=scenarios/catalogue/gpus.json#/gpus

# A scenario that uses the profile in $BATS_TEST_TMPDIR/profile.json, of GPU h100
scenario_with_profile() {
    cat >"$BATS_TEST_TMPDIR/scenario.json" <<EOF
{"extends": "$PWD/tests/data/minimal.json",
 "gpus": {"h100": {"usd_per_gpu_hour": 2}},
 "profiles": {"own": {"extends": "profile.json#"$1}},
 "models": {"own": {"contracts": {"f": {"billing": "fleet", "profile": "own"}}}},
 "strategies": {"fleet": {"all": "own"}}}
EOF
    scenario=$BATS_TEST_TMPDIR/scenario.json
}

@test "fit: constants with errors, and what a point left out is missed by" {
    out profile fit $rows "${v1[@]}"
    expect 0
    silent "$stderr"
    head -n 2 "$stdout" | tr '\n' ' ' | grep -q 'closed form, fitted to 10 points of replicas of 1 GPU'
    grep -q '^input_tokens_per_gpu_s  *[67][0-9]*00 ± ' "$stdout"
    grep -q '^attention_gpu_s_per_token2  *2.55e-08 ± ' "$stdout"
    grep -q '^left out ' "$stdout"
    has "$stdout" '--certain'
}

@test "fit: csv has the points, json all of it" {
    out profile fit $rows "${v1[@]}" -f csv
    expect 0
    [ "$(head -n 1 "$stdout")" = \
        input_tokens,output_tokens,concurrency,gpus,output_tokens_per_s,fitted,left_out ]
    [ "$(wc -l <"$stdout")" -eq 11 ]
    awk -F, 'NR > 1 && ($6/$5 < 0.9 || $6/$5 > 1.1 || $7 <= 0) { exit 1 }' "$stdout"
    out profile fit $rows "${v1[@]}" -f json
    expect 0
    is_json "$stdout"
    has "$stdout" '"key":"output_tokens_per_gpu_s"'
    has "$stdout" '"left_out":{"points":10'
}

@test "fit: the profile goes into a scenario as it is, certain or not" {
    for certain in "" --certain; do
        out profile fit $rows "${v1[@]}" --gpu h100 -o "$BATS_TEST_TMPDIR/profile.json" $certain
        expect 0
        is_json "$BATS_TEST_TMPDIR/profile.json"
        scenario_with_profile
        out check $scenario
        expect 0
        out run $scenario --paths 64
        expect 0
    done
    lacks "$BATS_TEST_TMPDIR/profile.json" p10
    has "$BATS_TEST_TMPDIR/profile.json" '"relative_error": 0.06'
}

@test "fit: a table keeps what was measured, rows in order" {
    printf '%s\n' concurrency,input_tokens,output_tokens,output_tokens_per_s,ttft_ms \
        64,1000,1000,9000,90 8,1000,1000,2000,50 64,100,1000,11000,60 64,1000,100,3000,80 \
        >"$BATS_TEST_TMPDIR/m.csv"
    out profile fit "$BATS_TEST_TMPDIR/m.csv" --kind table --gpu h100 \
        -o "$BATS_TEST_TMPDIR/profile.json"
    expect 0
    head -n 1 "$stdout" | grep -q '^A table, fitted to 3 points'
    [ "$(grep -c '"concurrency"' "$BATS_TEST_TMPDIR/profile.json")" -eq 4 ]
    scenario_with_profile
    out profile show $scenario own -i 1000 -o 1000 -f csv
    expect 0
    # what was measured comes back through logarithms: the last digits may differ
    awk -F, 'NR == 2 && ($3 - 1/9)^2 < 1e-18 && ($4 - 9000)^2 < 1e-12 &&
                    ($6 - 64)^2 < 1e-18 && $7 == 90 { ok = 1 }
             END { exit !ok }' "$stdout"
    out profile show $scenario own -i 1000 -o 1000 -c 8 -f csv
    awk -F, 'NR == 2 && ($4 - 2000)^2 < 1e-12 && ($6 - 8)^2 < 1e-18 && $7 == 50 { ok = 1 } END { exit !ok }' \
        "$stdout"
}

@test "fit: a roofline of a shape in the catalogue" {
    out profile fit $rows --where model=Llama-3.1-70B --where gpu=H100_80GB --gpus 2 \
        --kind roofline --profile $models/llama-3.1-70b-fp8 --gpu $gpus/h100 \
        -o "$BATS_TEST_TMPDIR/profile.json"
    expect 0
    grep -q '^speed_factor  *[01]\.[0-9]* ± ' "$stdout"
    grep -q '^memory_efficiency  *0\.[0-9]* ± ' "$stdout"
    is_json "$BATS_TEST_TMPDIR/profile.json"
    has "$BATS_TEST_TMPDIR/profile.json" '"gpu": "h100"'
    out profile fit $rows --where model=Llama-3.1-70B --where gpu=H100_80GB --gpus 2 \
        --kind roofline --profile $models/llama-3.1-70b-fp8 --gpu $gpus/h100 \
        --constants compute_efficiency,request_us
    expect 0
    grep -q '^compute_efficiency ' "$stdout"
    lacks "$stdout" speed_factor
}

@test "fit: mistakes say where" {
    printf 'isl,osl,output_tok_s_total\n1,2,3\n1,two,3\n' >"$BATS_TEST_TMPDIR/m.csv"
    out profile fit "$BATS_TEST_TMPDIR/m.csv"
    expect 3
    has "$stderr" 'm.csv:3:3: output_tokens: not a finite number: "two"'
    out profile fit $rows --where model=Llama-3.1-70B --where gpu=H100_80GB
    expect 3
    has "$stderr" 'which are to be fitted?'
    out profile fit $rows --where isl=128 "${v1[@]}"
    expect 3
    has "$stderr" 'too few points: a closed form with 3 constants needs at least 4, here are 3'
    out profile fit /nonexistent.csv
    expect 1
}

@test "fit: options that do not go together, and unknown ones" {
    for bad in '--kind roofline' '--profile a#/b' '--kind table --prefill-attention' '--kind x' \
        '--where x' '--gpus 0' '--kind roofline --profile a#/b --constants speed'; do
        out profile fit $rows $bad
        expect 2
        silent "$stdout"
    done
    has "$stderr" "unknown constant 'speed'"
    out profile fit $rows "${v1[@]}" --kind roofline --profile nofile
    expect 2
    has "$stderr" 'is not of the form FILE#/pointer'
    out profile
    expect 2
    out profile fit
    expect 2
    out help profile
    expect 0
    has "$stdout" 'show SCENARIO NAME'
}

@test "show: the figures of a closed form by hand" {
    # 1155/70109 + 211/68001 + 2.55e-8 (211 1155 + 211^2/2) = 0.0263594 GPU s (docs/figures.md)
    out profile show scenarios/amazon-anthropic.json llama-3.1-8b-fp8-h100 -i 1155 -o 211 -f json
    expect 0
    is_json "$stdout"
    has "$stdout" '"gpu_s_per_request":0.0263593'
    has "$stdout" '"kind":"closed form"'
    out profile show scenarios/amazon-anthropic.json llama-3.1-8b-fp8-h100
    expect 0
    [ "$(grep -c '/' "$stdout")" -ge 8 ]
    out profile show scenarios/amazon-anthropic.json llama-3.1-8b-fp8-h100 -f csv
    [ "$(wc -l <"$stdout")" -eq 9 ]
    out profile show scenarios/amazon-anthropic.json llama-3.1-8b-fp8-h100 -c 8
    expect 2
    has "$stderr" 'has no concurrency'
}

@test "show: a roofline, at what memory holds and below" {
    cat >"$BATS_TEST_TMPDIR/s.json" <<EOF
{"extends": "$PWD/tests/data/minimal.json",
 "gpus": {"h100": {"extends": "$PWD/$gpus/h100"}},
 "profiles": {"r": {"extends": "$PWD/$models/llama-3.1-8b-fp8", "gpu": "h100"}}}
EOF
    # 14,400.79 tokens/s at 554: the reference implementation of (102), at 1000/1000
    out profile show "$BATS_TEST_TMPDIR/s.json" r -i 1000 -o 1000 -f csv
    expect 0
    tail -n 1 "$stdout" | grep -q '^1000,1000,0\.0694[0-9]*,14400\.79[0-9]*,14400\.[0-9]*,554,588\.9'
    out profile show "$BATS_TEST_TMPDIR/s.json" r -i 1000 -o 1000 -c 4 -f csv
    tail -n 1 "$stdout" | grep -q '^1000,1000,[^,]*,[^,]*,[^,]*,4,'
    # nothing but a wrong name or half of the lengths is refused
    out profile show "$BATS_TEST_TMPDIR/s.json" q
    expect 2
    has "$stderr" "unknown profile 'q'"
    out profile show "$BATS_TEST_TMPDIR/s.json" r -i 1000
    expect 2
    # more than memory holds
    out profile show "$BATS_TEST_TMPDIR/s.json" r -i 1e7 -o 1e7
    expect 0
    has "$stdout" 'does not fit'
}
