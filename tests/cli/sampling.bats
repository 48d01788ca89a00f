#!/usr/bin/env bats
# sampling.bats -- --sampling and --replicates: of `run`, `sweep` and `explain`.
#
# SPDX-License-Identifier: GPL-3.0-or-later

load common

@test "every sampler runs, and the bytes are the same for any number of threads and either engine" {
    for method in antithetic latin_hypercube sobol halton; do
        out run $small --sampling $method --paths 1024 --format csv --threads 1
        expect 0
        silent "$stderr"
        cp "$stdout" "$BATS_TEST_TMPDIR/one"
        out run $small --sampling $method --paths 1024 --format csv --threads 3
        cmp "$BATS_TEST_TMPDIR/one" "$stdout"
        out run $small --sampling $method --paths 1024 --format csv --instruction-set generic
        cmp "$BATS_TEST_TMPDIR/one" "$stdout"
    done
}

@test "paths that replicates cannot share are refused with the nearest that they can" {
    out run $small --sampling sobol --paths 1000
    expect 3
    has "$stderr" '992 or 1008'
    out run $small --set /run/sampling=sobol --paths 1000
    expect 3
    has "$stderr" '992 or 1008'
    out run $small --sampling antithetic --paths 9
    expect 3
    has "$stderr" '8 or 10'
    out run $small --sampling sobol --replicates 1
    expect 3
    has "$stderr" '1 is below 2'
    out run $small --sampling soboll
    expect 3
    has "$stderr" 'sobol'
}

@test "sobol warns when the points of a replicate are no power of two" {
    out run $small --sampling sobol --paths 1600
    expect 0
    has "$stderr" 'power of two'
    out run $small --sampling sobol --paths 1600 --replicates 25
    expect 0
    silent "$stderr"
}

@test "run.json says how the paths were sampled" {
    out run $small --sampling sobol --replicates 32 --paths 1024 --out "$BATS_TEST_TMPDIR/dir" --quiet
    expect 0
    has "$BATS_TEST_TMPDIR/dir/run.json" '"sampling":"sobol"'
    has "$BATS_TEST_TMPDIR/dir/run.json" '"replicates":32'
}

@test "explain replays a path, which of Latin hypercubes hangs on their number" {
    for method in antithetic latin_hypercube sobol halton; do
        out explain $small --strategy distil-all --sampling $method --paths 64 --path 33
        expect 0
        cp "$stdout" "$BATS_TEST_TMPDIR/few"
        out explain $small --strategy distil-all --sampling $method --paths 1024 --path 33
        expect 0
        if [ $method = latin_hypercube ]; then
            ! cmp -s "$BATS_TEST_TMPDIR/few" "$stdout"
        else
            cmp "$BATS_TEST_TMPDIR/few" "$stdout"
        fi
    done
}

@test "a sweep can vary the sampler" {
    out sweep $small --vary /run/sampling=random,sobol --paths 256
    expect 0
    has "$stdout" sobol
}
