#!/usr/bin/env bats
# words.bats -- sentences of all commands: true in the odd cases (one future, nothing between
# two strategies), plain, and what they say to paste can be pasted.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

# The table on one line, ties as blanks.
flat() {
    tr '\n\037' '  ' <"$stdout" >"$BATS_TEST_TMPDIR/flat"
    tr -s ' ' <"$BATS_TEST_TMPDIR/flat" >"$BATS_TEST_TMPDIR/flat.1"
    mv "$BATS_TEST_TMPDIR/flat.1" "$BATS_TEST_TMPDIR/flat"
}

# A student that costs about what the teacher does.
close_call() {
    cat >"$BATS_TEST_TMPDIR/close.json" <<'END'
{"name": "close", "clock": {"start": "2027-01", "months": 12}, "run": {"paths": 64},
 "products": {"chat": {"requests_per_month": {"normal": {"mean": 1e6, "sd": 1e5}},
   "request": {"input_tokens": 1000, "output_tokens": 0}}},
 "models": {
   "large": {"contracts": {"list": {"billing": "per_token", "usd_per_mtok": {"input": {"uniform": {"low": 1, "high": 3}}, "output": 15}}}},
   "small": {"teacher": "large", "project": {"lead_months": 0},
     "quality": {"general": {"acceptable_share": 1}},
     "contracts": {"host": {"billing": "per_token", "usd_per_mtok": {"input": 2.03, "output": 5}}}}},
 "strategies": {"stay": {"all": "large"},
   "distil it's": {"all": "large", "start": {"small": "2027-01"},
     "routes": {"chat": {"small": {"share": 1}}}}}}
END
    close=$BATS_TEST_TMPDIR/close.json
}

@test "run: a negative saving is a cost, and a number of paths has its digits" {
    close_call
    out run "$close"
    expect 0
    flat
    grep -qE "^Cannot say: .distil it's. costs USD [0-9.]+ k ± [0-9.]+ k \(NPV\) more than .stay., which is within" \
        "$BATS_TEST_TMPDIR/flat"
    lacks "$BATS_TEST_TMPDIR/flat" 'USD -'
    grep -qE '; about [1-9][0-9,]* paths \(--paths\) would tell\.' "$BATS_TEST_TMPDIR/flat"
    ! head -n 4 "$stdout" | grep -qE '[0-9]e[+][0-9]'
}

@test "run, choice: one future proves nothing, and says so" {
    close_call
    out run "$close" --paths 1
    expect 0
    flat
    grep -q '^Cannot say from one future: in it ' "$BATS_TEST_TMPDIR/flat"
    lacks "$BATS_TEST_TMPDIR/flat" 'practical purposes'
    out choice "$close" --paths 1
    expect 0
    flat
    grep -q '^Cannot say from one future which costs least: in it ' "$BATS_TEST_TMPDIR/flat"
}

@test "run, choice: nothing between two strategies is no error of the simulation" {
    close_call
    out run "$close" --set /models/small/project/permission_probability=0
    expect 0
    flat
    has "$BATS_TEST_TMPDIR/flat" "Cannot say: \`distil it's\` and \`stay\` cost the same."
    has "$BATS_TEST_TMPDIR/flat" 'costs the same in each of them.'
    lacks "$BATS_TEST_TMPDIR/flat" 'within the error'
    out choice "$close" --set /models/small/project/permission_probability=0
    expect 0
    flat
    grep -q '^Cannot say which costs least: between .* and .*, USD .*, there is no difference in any' \
        "$BATS_TEST_TMPDIR/flat"
    lacks "$BATS_TEST_TMPDIR/flat" 'may tell'
    lacks "$BATS_TEST_TMPDIR/flat" 'even then'
}

@test "choice: what is counted has a plural, and is not called cheap" {
    close_call
    out choice "$close" --of bad_answers --set /models/small/quality/general/acceptable_share=0.5
    expect 0
    flat
    grep -qE '^`stay` has the least bad_answers: 0 answers on average, [0-9.]+ M ± [0-9.]+ M answers less .* it has the least in 100' \
        "$BATS_TEST_TMPDIR/flat"
    out choice "$close"
    flat
    grep -qE '(Least|is least) to regret[: ].*at most .* more than the best there' \
        "$BATS_TEST_TMPDIR/flat"
}

@test "timing: the rule to paste is one word of a shell each, whatever the names" {
    close_call
    sed -i 's/"input_tokens": 1000/"input_tokens": 1000/; s/"low": 1, "high": 3/"low": 1, "high": 9/' "$close"
    sed -i 's/"requests_per_month": {/"growth": {"per_year": 0.1, "volatility_per_sqrt_year": 0.5}, &/; s/"lead_months": 0/"lead_months": 0, "evaluation_usd": 30000/' "$close"
    out timing "$close" --paths 2048
    expect 0
    has "$stdout" 'The simple rule in a scenario:'
    lines=$(grep -- '    --set' "$stdout")
    [ "$(echo "$lines" | wc -l)" -ge 1 ]
    eval "set -- $(echo "$lines" | tr '\n' ' ')"
    [ "$1" = --set ]
    [ "${2%=*}" = "/strategies/distil it's/start/small" ]
    [ $(($# % 2)) -eq 0 ]
    out run "$close" "$@"
    expect 0
    lacks "$stdout" 'full rule'
}

@test "timing: within the error nothing is advised; no difference is none" {
    close_call
    out timing "$close"
    expect 0
    flat
    grep -qE "^Cannot say whether to start .distil it's. in .*which is within the error" "$BATS_TEST_TMPDIR/flat"
    out timing "$close" --set /models/small/project/permission_probability=0
    expect 0
    flat
    grep -q '^No month fixed now saves anything: ' "$BATS_TEST_TMPDIR/flat"
    has "$BATS_TEST_TMPDIR/flat" 'No rule saves more than'
    out timing "$close" --paths 3
    expect 2
    has "$stderr" '3 paths are too few'
    out timing "$close" --paths 1
    expect 2
    has "$stderr" '1 path is too few'
}

@test "timing: one student of several is named" {
    close_call
    sed -i 's/"start": {"small": "2027-01"}/"start": {"small": "2027-01", "tiny": "2027-03"}/; s/"share": 1}}/"share": 0.5}, "tiny": {"share": 0.5}}/' "$close"
    sed -i 's|^   "small": |   "tiny": {"teacher": "large", "project": {"lead_months": 0}, "quality": {"general": {"acceptable_share": 1}}, "contracts": {"host": {"billing": "per_token", "usd_per_mtok": {"input": 9, "output": 5}}}},\n&|' "$close"
    out timing "$close" --model tiny
    expect 0
    flat
    has "$BATS_TEST_TMPDIR/flat" "start \`tiny\` of \`distil it's\` in"
    out timing "$close"
    expect 0
    flat
    lacks "$BATS_TEST_TMPDIR/flat" '`tiny` of'
}

@test "--out, --samples: what cannot be written is told before anything is simulated" {
    close_call
    touch "$BATS_TEST_TMPDIR/file"
    for command in run choice timing sensitivity information discover; do
        for where in "$BATS_TEST_TMPDIR/none/such" "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/file/x"; do
            # so many paths take an hour, or are refused
            timeout 20 "$program" $command "$close" --paths 1000000000 --out "$where" \
                >"$BATS_TEST_TMPDIR/o" 2>"$BATS_TEST_TMPDIR/e" && false
            has "$BATS_TEST_TMPDIR/e" 'cannot make the directory'
        done
    done
    out run "$close" --samples ''
    expect 2
    has "$stderr" '--samples: which file?'
    out run "$close" --samples "$BATS_TEST_TMPDIR/none/s.csv"
    expect 1
    has "$stderr" 'cannot create'
    out run "$close" --out "$BATS_TEST_TMPDIR/new/" --samples "$BATS_TEST_TMPDIR/s.csv"
    expect 0
    [ -s "$BATS_TEST_TMPDIR/new/run.json" ]
    [ -s "$BATS_TEST_TMPDIR/s.csv" ]
}

@test "sensitivity: two inputs never have one name; information fits into 40 columns" {
    cat >"$BATS_TEST_TMPDIR/twins.json" <<'END'
{"name": "twins", "clock": {"start": "2027-01", "months": 3}, "run": {"paths": 256},
 "products": {
   "a": {"requests_per_month": 1e6, "request": {"input_tokens": 1000, "output_tokens": 0}, "task_class": "one", "loss_usd_per_bad_answer": 0.1},
   "b": {"requests_per_month": 1e6, "request": {"input_tokens": 1000, "output_tokens": 0}, "task_class": "two", "loss_usd_per_bad_answer": 0.1}},
 "models": {"large": {"contracts": {"list": {"billing": "per_token", "usd_per_mtok": {"input": 3, "output": 15}}}},
   "another model of a vendor": {"quality": {"one": {"acceptable_share": {"beta": {"mean": 0.95, "sd": 0.02}}}, "two": {"acceptable_share": {"beta": {"mean": 0.95, "sd": 0.03}}}},
     "contracts": {"list": {"billing": "per_token", "usd_per_mtok": {"input": 1, "output": 15}}}}},
 "strategies": {"stay": {"all": "large"}, "move": {"all": "another model of a vendor"}}}
END
    out sensitivity "$BATS_TEST_TMPDIR/twins.json"
    expect 0
    [ -z "$(grep -o '^[^ ]*acceptable_share' "$stdout" | sort | uniq -d)" ]
    [ "$(grep -c '^[^`]*/acceptable_share  ' "$stdout")" -eq 2 ]
    COLUMNS=40 out information "$BATS_TEST_TMPDIR/twins.json"
    expect 0
    # but a pointer, in which no line breaks
    [ "$(grep -vE '/[a-z_]+/' "$stdout" | wc -L)" -le 40 ]
}

@test "breakeven: nearest to a tie is where least is between them" {
    close_call
    out breakeven "$close" --strategy "distil it's" --scale /products/chat/requests_per_month=0.1:10:log \
        --set /models/small/contracts/host/usd_per_mtok/input=9 --paths 256
    expect 0
    flat
    has "$BATS_TEST_TMPDIR/flat" 'nearest to a tie at 0.1 times'
}

@test "choice, timing: a certain scenario has nothing to regret and no error of the arithmetic" {
    out choice scenarios/deepseek-fleet.json --paths 4
    expect 0
    has "$stdout" 'Nothing to regret: in none of these futures is another better than `nodes`.'
    lacks "$stdout" 'The margin is'
    out timing scenarios/break-even-escalation.json --paths 64
    expect 0
    flat
    has "$BATS_TEST_TMPDIR/flat" 'it saves USD 9.300 (NPV)'
}

@test "timing: what watching saves says against what" {
    close_call
    sed -i 's/"low": 1, "high": 3/"low": 0.2, "high": 3.5/; s/"requests_per_month": {/"growth": {"per_year": 0.1, "volatility_per_sqrt_year": 0.5}, &/; s/"lead_months": 0/"lead_months": 0, "evaluation_usd": 3000/' "$close"
    out timing "$close" --paths 2048
    expect 0
    flat
    grep -q '^Do not start .* more than never starting\. It never starts in' "$BATS_TEST_TMPDIR/flat"
}

@test "breakeven: a quantity that matters is never said to make no difference" {
    close_call
    # only the value nearest to 99 % has all paths, which was taken for nothing else to compare
    out breakeven "$close" --strategy "distil it's" --vary /models/small/contracts/host/usd_per_mtok/input=1.5:2.9 \
        --probability 0.99 --paths 8192
    expect 0
    flat
    lacks "$BATS_TEST_TMPDIR/flat" 'makes no difference'
    grep -q '^No break-even between 1.5 and 2.9' "$BATS_TEST_TMPDIR/flat"
    out information "$close" --pilot chat --paths 1024
    expect 2
    has "$stderr" 'students have "general"'
}

@test "help, tables of others: what is wrong is said like everywhere" {
    out help --nonsense
    expect 2
    has "$stderr" "unknown command '--nonsense'"
    out help run sweep
    expect 2
    out help profile fit
    expect 0
    has "$stdout" 'Usage: distillsim profile fit'
    : >"$BATS_TEST_TMPDIR/empty.csv"
    out discover --data "$BATS_TEST_TMPDIR/empty.csv"
    expect 3
    grep -q "^$BATS_TEST_TMPDIR/empty.csv:1:1: nothing stands there" "$stderr"
    printf 'a,b\n1\n' >"$BATS_TEST_TMPDIR/short.csv"
    out discover --data "$BATS_TEST_TMPDIR/short.csv"
    expect 3
    [ "$(cat "$stderr")" = "$BATS_TEST_TMPDIR/short.csv:2:1: 1 field, but the header has 2" ]
    out run $small --seed 9007199254740992 # which no scenario may have
    expect 2
}

@test "a share may be said in percent, for breakeven as for discover" {
    close_call
    for share in 0.9 90%; do
        out breakeven "$close" --vary /models/small/contracts/host/usd_per_mtok/input=1:3 --probability $share \
            --paths 512 --format csv
        expect 0
        cp "$stdout" "$BATS_TEST_TMPDIR/share.$share"
    done
    cmp "$BATS_TEST_TMPDIR/share.0.9" "$BATS_TEST_TMPDIR/share.90%"
    for share in 100% 0 1 -1 nan '' 9e99 50%%; do
        out breakeven "$close" --vary /models/small/contracts/host/usd_per_mtok/input=1:3 "--probability=$share"
        expect 2
        has "$stderr" 'is not a share between 0 and 1'
    done
}
