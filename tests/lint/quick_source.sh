#!/bin/sh
# quick_source.sh -- rules for the text of the source, as TAP.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

file_lines=800 # the aim is 600
function_lines=80 # the aim is 40
columns=100

sources=$(c_files src include tests)
texts="$sources $(scripts) $(find Makefile scenarios docs -type f \
    \( -name Makefile -o -name '*.json' -o -name '*.md' -o -name '*.scd' \) 2>/dev/null)"
set -f # names of files hold no blanks here; they are split on purpose
# shellcheck disable=SC2086
{
    expect_none 'every source file names its licence' \
        "$(grep -L 'SPDX-License-Identifier: GPL-3.0-or-later' $sources $(scripts) Makefile)"

    expect_none 'no blanks at the end of a line' "$(grep -n '[[:blank:]]$' $texts | head -20)"

    expect_none 'no tabs' "$(printf '%s\n' $texts | grep -v -e Makefile -e '\.scd$' | # scdoc wants tabs
        xargs grep -n "$(printf '\t')" | head -20)"

    # The bytes that continue a character of UTF-8 take no column.
    expect_none "lines of C have at most $columns columns" "$(LC_ALL=C awk -v most=$columns '
        length > most { gsub(/[\200-\277]/, "") }
        length > most { print FILENAME ":" FNR ": " length " columns" }' $sources)"

    expect_none "C files have at most $file_lines lines" "$(awk -v most=$file_lines '
        FNR == most + 1 { print FILENAME ": more than " most " lines" }' $sources)"

    # A body is what stands between a { that ends a line of the first column, or
    # stands there alone, and the } of the first column.  Tables are no functions.
    expect_none "functions have at most $function_lines lines" "$(awk -v most=$function_lines '
        FNR == 1 { start = 0 }
        /^[A-Za-z_]/ { head = $0; table = 0 }
        /^[A-Za-z_].*=/ || /^(typedef|struct|enum|union)[^()]*$/ { table = 1 }
        /^\{/ || /^[A-Za-z_}].*\{$/ { start = FNR }
        /^\}/ {
            if (start && !table && FNR - start - 1 > most)
                print FILENAME ":" start ": " FNR - start - 1 " lines: " head
            start = 0
        }' $sources)"

    expect_none 'no shell is called' \
        "$(grep -nE '\<(system|popen|exec[lv][pe]*)[[:blank:]]*\(' $(c_files src) | head)"

    expect_none 'no memory of unknown size on the stack' \
        "$(grep -nE '\<alloca[[:blank:]]*\(' $sources | head)"

    # In two halves, so that this line does not find itself.
    expect_none 'nothing is left unfinished' \
        "$(grep -nE '\<(TO''DO|FIX''ME|X''XX|HA''CK)\>' $texts README.md | head)"

    expect_none 'scripts parse' "$(for script in $(scripts); do
        case $script in
        *.bats) ;; # bats has its own grammar and reads it in its own run
        *) sh -n "$script" 2>&1 ;;
        esac
    done)"
}
end
