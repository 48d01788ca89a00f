#!/bin/sh
# setup.sh [user|test|fuzz|bench] -- installs the Debian packages that are missing.
#
#   user  what the build, the program and its plots need (the default)
#   test  also what `make check` needs
#   fuzz  also what `make fuzz` needs
#   bench also the peers of `make bench`, and Squiggle from npm into build/npm; what cannot
#         be had is said there, and left out
#
# Silent when nothing is missing.  Runs as root, or through sudo.  The only list
# of packages of the project: the Makefile calls this script too.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

user='gcc make pkg-config libc6-dev libgsl-dev libcjson-dev gnuplot-nox'
bench='python3-numpy r-base-core valgrind'
test='perl bats libcmocka-dev librandom123-dev clang cppcheck scdoc'

case ${1-user} in
user) wanted=$user ;;
test) wanted="$user $test" ;;
fuzz) wanted="$user clang libclang-rt-14-dev" ;;
bench)
    wanted="$user $bench"
    squiggle=node_modules/@quri/squiggle-lang
    [ -d "build/npm/$squiggle" ] || ! command -v npm >/dev/null ||
        npm install --silent --no-fund --no-audit --prefix build/npm @quri/squiggle-lang@0.10.0 ||
        echo 'setup.sh: npm has no @quri/squiggle-lang' >&2
    ;;
*)
    echo 'usage: sh tests/setup.sh [user|test|fuzz|bench]' >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "setup.sh: no apt-get here; the Debian packages would be: $wanted" >&2
    exit 0
fi

missing=
for package in $wanted; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup.sh: neither root nor sudo; please install:$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

echo "installing:$missing" >&2
$as_root apt-get -qq update
# word splitting of $missing is wanted: one argument a package
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 install \
    --no-install-recommends $missing >&2
