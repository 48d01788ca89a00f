#!/bin/sh
# slow_cppcheck.sh -- what cppcheck finds, as TAP.
#
# Left out, because others see it better: variables without a value, for which it
# takes every array that a callee fills (gcc), and leaks, for it does not know that
# argp_failure() ends the program (the address sanitizer).  Left out, because
# version 2.10 cannot read hexadecimal floats: conditions that are always false.
# Any other finding that is wrong is suppressed where it stands, with the reason.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

expect_none 'cppcheck finds nothing' "$(
    cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
        --suppress=missingIncludeSystem --suppress=uninitvar --suppress=ctuuninitvar \
        --suppress=memleak --suppress=incorrectLogicOperator \
        --template='{file}:{line}: {id}: {message}' \
        -D_POSIX_C_SOURCE=200809L --include=tests/lint/cppcheck.h -Iinclude -Isrc src 2>&1)"
end
