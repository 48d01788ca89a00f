# common.bash -- what the tests of the command line share.
#
# Tests run from the root of the repository.  A command is run by `out`, which
# keeps standard output, standard error and exit status apart.
#
# SPDX-License-Identifier: GPL-3.0-or-later

program=${DISTILLSIM:-build/distillsim}
small=tests/data/small.json
export LC_ALL=C.UTF-8
unset COLUMNS NO_COLOR

# out ARGUMENT...: $stdout, $stderr (files), $status
out() {
    stdout=$BATS_TEST_TMPDIR/stdout
    stderr=$BATS_TEST_TMPDIR/stderr
    status=0
    "$program" "$@" >"$stdout" 2>"$stderr" || status=$?
}

# excerpt FILE...: what a failed test shows
excerpt() {
    head -n 15 "$@" | cut -c1-200
}

# expect STATUS: the exit status, or what was said
expect() {
    [ "$status" -eq "$1" ] && return
    echo "exit status $status, not $1"
    excerpt "$stdout" "$stderr"
    return 1
}

# silent FILE
silent() {
    [ ! -s "$1" ] && return
    echo "not empty:"
    excerpt "$1"
    return 1
}

# has FILE TEXT; lacks FILE TEXT: a fixed text, anywhere
has() {
    grep -qF -- "$2" "$1" && return
    echo "no '$2' in:"
    excerpt "$1"
    return 1
}

lacks() {
    ! grep -qF -- "$2" "$1" && return
    echo "'$2' in:"
    excerpt "$1"
    return 1
}

# Is a file JSON?  A parser in awk: consumes one value, then the end.
is_json() {
    LC_ALL=C awk '
        function fail(what) { print "not JSON at " at ": " what; bad = 1; exit 1 }
        function blanks() { while (substr(text, at, 1) ~ /^[ \t\r\n]$/) at++ }
        function string(    c) {
            if (substr(text, at, 1) != "\"") fail("string expected")
            for (at++; (c = substr(text, at, 1)) != "\""; at++) {
                if (c == "" || c < " ") fail("control character or end in a string")
                if (c == "\\" && substr(text, ++at, 1) !~ /^["\\\/bfnrtu]$/) fail("escape")
            }
            at++
        }
        function value(    c, rest) {
            blanks()
            c = substr(text, at, 1)
            if (c == "{" || c == "[") { list(c); return }
            if (c == "\"") { string(); return }
            rest = substr(text, at, 40)
            if (match(rest, /^(true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)/))
                at += RLENGTH
            else
                fail("value expected")
        }
        function list(open,    close_) {
            close_ = open == "{" ? "}" : "]"
            at++
            blanks()
            if (substr(text, at, 1) == close_) { at++; return }
            for (;;) {
                blanks()
                if (open == "{") {
                    string(); blanks()
                    if (substr(text, at++, 1) != ":") fail("colon expected")
                }
                value(); blanks()
                if (substr(text, at, 1) == close_) { at++; return }
                if (substr(text, at++, 1) != ",") fail("comma expected")
            }
        }
        { text = text $0 "\n" }
        END { if (bad) exit 1; at = 1; value(); blanks(); if (at <= length(text)) fail("more") }
    ' "$1"
}

# Columns of the widest line on a terminal, for text without wide characters.
width() {
    awk '{ if (length > most) most = length } END { print most }' "$1"
}
