#!/bin/sh
# slow_cppcheck.sh -- what cppcheck finds, as TAP.
#
# Suppressed: what depends on headers that it is not shown, and variables without
# a value, for it takes every array that a callee fills for one; gcc looks for
# those better.  Any other finding that is wrong is suppressed where it stands,
# with the reason.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

expect_none 'cppcheck finds nothing' "$(
    cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
        --suppress=missingIncludeSystem --suppress=uninitvar --suppress=ctuuninitvar \
        --template='{file}:{line}: {id}: {message}' \
        -D_POSIX_C_SOURCE=200809L -Iinclude -Isrc src 2>&1)"
end
