#!/bin/sh
# quick_layers.sh -- who may include and call what, as TAP.
#
# An arrow never points up: numerics < scenario < input < model < engine < study <
# output < cli.  Output and cli stand on the public interface, like the program of
# anyone else.  LIBRARY is the library to look into.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. tests/lint/tap

# Every line of INCLUDES is FILE:LINE:HEADER of an include with quotes or brackets.
includes=$(c_files src include | xargs grep -nE '^[[:blank:]]*#[[:blank:]]*include' |
    sed -E 's/^([^:]*:[0-9]+):[^"<]*["<]([^">]*)[">].*/\1:\2/')

complaints() {
    printf '%s\n' "$includes" | awk -F: "$1"
}

expect_none 'a layer includes none above it' "$(complaints '
    BEGIN {
        count = split("numerics scenario input model engine study output cli", name, " ")
        for (i = 1; i <= count; i++) rank[name[i]] = i
    }
    {
        split($1, from, "/"); split($3, to, "/")
        layer = $1 == "src/main.c" ? "cli" : from[2]
        if (from[1] == "src" && !(layer in rank)) print $1 ": its directory is no layer"
        if (to[1] in rank && rank[to[1]] > rank[layer])
            print $1 ":" $2 ": " layer " includes " $3
    }')"

expect_none 'numerics knows nothing of scenarios' "$(complaints '
    $1 ~ /^src\/numerics\// && $3 == "distillsim.h" { print $1 ":" $2 ": includes " $3 }')"

expect_none 'output and cli use the public interface alone' "$(complaints '
    $1 ~ /^src\/(output|cli)\// || $1 == "src/main.c" {
        if ($3 ~ /^(numerics|scenario|input|model|engine|study)\//)
            print $1 ":" $2 ": includes " $3
    }')"

expect_none 'public headers include one another and the standard library' "$(complaints '
    $1 ~ /^include\// && $3 !~ /^(std[a-z]*|distillsim[a-z_]*)\.h$/ { print $1 ":" $2 ": includes " $3 }')"

expect_none 'cJSON is used in src/scenario only' "$(complaints '
    $3 ~ /cJSON/ && $1 !~ /^src\/scenario\// { print $1 ":" $2 ": includes " $3 }')"

expect_none 'threads are used in src/engine only' "$(complaints '
    $3 ~ /^(pthread|threads|stdatomic)\.h$/ && $1 !~ /^src\/engine\// {
        print $1 ":" $2 ": includes " $3
    }')"

# The files of KERNEL_SOURCES in the Makefile.
kernel='kernel|work|random|demand|price|profile|request_load|contract|usage|tokens|units|window'
kernel=$kernel'|commitment|agreement|fleet|waiting|student|strategy|finance|irr|lanes|stream'

expect_none 'the kernel includes nothing that allocates, prints or reads' "$(complaints '
    $1 ~ /^src\/(model|numerics)\/('"$kernel"')\.c/ &&
    $3 ~ /^(gsl\/|cjson\/|stdio|stdlib|pthread|time|errno|locale|signal|unistd)/ {
        print $1 ":" $2 ": includes " $3
    }')"

require LIBRARY "${LIBRARY-}"

expect_none 'the library exports only names that begin with ds_' "$(
    nm -A -g --defined-only "$LIBRARY" | awk '$NF !~ /^ds_/ && NF > 1 { print $1, $NF }' |
        grep -vE '__(asan|tsan|ubsan|odr_asan|local_asan)')"

# The linker would take whichever it meets first, for both.
expect_none 'no name is defined by the library and by the program' "$(
    for archive in "$LIBRARY" "$(dirname "$LIBRARY")/program.a"; do
        nm -g --defined-only "$archive" | awk 'NF == 3 && $NF ~ /^ds_/ { print $NF }' | sort -u
    done | sort | uniq -d)"

# sqrt, floor and their kin are exact in IEEE arithmetic, exp and log are not.
expect_none 'the kernel calls nothing but ds_ functions and exact arithmetic' "$(
    nm -A -u "$LIBRARY" | awk '
        $1 ~ /:('"$kernel"')\.o:/ && $NF !~ /^ds_/ &&
        $NF !~ /^(mem(cpy|set|move)|sqrt|floor|ceil|fabs|fmin|fmax|trunc|rint|nearbyint)$/ &&
        $NF !~ /^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$/ { print $1, $NF }')"
end
