#!/bin/sh
# quick_docs.sh -- do the documents say what the program does?  As TAP.
#
# DISTILLSIM is the program to ask.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

require DISTILLSIM "${DISTILLSIM-}"

expect_none 'docs/scenario.md is what the program writes (else: make docs)' \
    "$("$DISTILLSIM" schema --markdown 2>&1 | diff docs/scenario.md - 2>&1 | head -5)"

expect_none 'the scenario in README.md is accepted' "$(
    example=$(mktemp --suffix=.json)
    awk '/^```json$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >"$example"
    "$DISTILLSIM" check "$example" >"$example.errors" 2>&1 ||
        { echo 'distillsim check fails:'; cat "$example.errors"; }
    rm -f "$example" "$example.errors")"

expect_none 'manual pages are well formed' "$(
    for page in docs/man/*.scd; do
        [ -e "$page" ] || continue
        scdoc <"$page" 2>&1 >/dev/null | sed "s|^|$page: |"
    done)"

# Links of the form [text](path), outside of code, without an address or anchor.
expect_none 'links between files of the repository lead somewhere' "$(
    for page in README.md src/README.md tests/README.md docs/*.md; do
        [ -e "$page" ] || continue
        grep -oE '\]\([^)#: ]+[^): ]*\)' "$page" | sed -E 's/^\]\(([^)#]*).*/\1/' |
            while read -r link; do
                [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
            done
    done)"

expect_none 'the two commands of README are those that CI runs' "$(
    grep -v '^[[:blank:]]*\(#\|$\|set \|cd \)' .ci/run | while read -r line; do
        grep -qxF "    $line" README.md || grep -qxF "$line" README.md ||
            echo ".ci/run: not in README.md: $line"
    done)"
end
