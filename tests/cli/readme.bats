#!/usr/bin/env bats
# readme.bats -- the commands of README.md do what they say, on the scenario that it prints.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "every command of README works as it stands" {
    real=$(realpath "$program")
    mkdir -p "$BATS_TEST_TMPDIR/results"
    ln -s "$PWD/scenarios" "$PWD/tests" "$BATS_TEST_TMPDIR"
    sed -n '/^```json/,/^```/p' README.md | sed '/^```/d; /^"contracts": {"list": {"extends"/d' \
        >"$BATS_TEST_TMPDIR/my.json"
    sed -n '/^```sh/,/^```/p' README.md | sed '/^```/d' | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' \
        >"$BATS_TEST_TMPDIR/commands"
    cd "$BATS_TEST_TMPDIR"
    for name in low likely high; do
        cp my.json $name.json
    done
    [ "$(grep -c '^build/distillsim ' commands)" -ge 20 ]
    [ "$(grep -cv '^build/distillsim ' commands)" -eq 0 ]
    while read -r line; do
        # fewer futures, where it does not say how many
        case $line in
        *" check "*|*" plot "*|*" profile "*|*" selftest"*|*--paths*|*--path*|*--data*) few= ;;
        *) few='--paths 4096' ;;
        esac
        line=${line%%#*}
        echo "$line" | grep -q '>' && few="$few 2>said"
        eval "'$real' ${line#build/distillsim} $few" >out 2>err </dev/null ||
            { echo "failed: $line"; excerpt out err; return 1; }
    done <commands
    # and what others read of it
    [ "$(head -n 1 results/my/outcomes.csv | cut -d, -f1-5)" = strategy,outcome,unit,statistic,value ]
    head -n 1 results/my/monthly.csv | grep -q 'month_index,month,strategy,mean_usd'
}
