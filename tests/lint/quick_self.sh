#!/bin/sh
# quick_self.sh -- can the checks fail?  Each of them, on a tree that breaks every
# rule; as TAP.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

root=$PWD
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 1
mkdir -p include tests/lint src/numerics src/model src/cli .ci docs/man
cp "$root/tests/lint/tap" tests/lint/tap

echo '#include "model/kernel.h"' >include/distillsim.h
echo '#include <pthread.h>' >src/model/kernel.h
{
    echo '#include <cjson/cJSON.h>'
    echo '#include "distillsim.h"'
    echo '#include "model/kernel.h"'
    printf 'int x; \n\tint y; // TO''DO %0100d\n' 0
    printf 'int f(void)\n{\n'
    seq -f 'system(alloca(%g));' 900
    echo '}'
} >src/numerics/bad.c
echo '#include "numerics/stream.h"' >src/cli/bad.c
printf '#include <stdlib.h>\nint bad(void);\nint bad(void) { return (int)(long)malloc(1); }\n' \
    >src/model/kernel.c
echo 'if' >tests/bad.sh
echo '[a](missing.md)' >README.md
echo 'no title' >docs/man/bad.1.scd
echo 'make surprise' >.ci/run
echo 'old' >docs/scenario.md
cc -c -o kernel.o src/model/kernel.c && ar rcs lib.a kernel.o
echo 'int ds_twice;' >twice.c
cc -c -o twice.o twice.c && ar rcs lib.a twice.o && ar rcs program.a twice.o

for script in quick_source quick_layers quick_docs; do
    expect_none "every check of $script fails on a bad tree" "$(
        LIBRARY=lib.a DISTILLSIM=/bin/false sh "$root/tests/lint/$script.sh" 2>/dev/null |
            grep -E '^ok |^Bail')"
done
cd "$root" || exit 1
end
