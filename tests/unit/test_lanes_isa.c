/* test_lanes_isa.c -- random numbers and elementary functions over lanes, as they are
 * compiled for each instruction set that this processor has, against the single values
 * of the plain build.  Bits: `==` of bit patterns, no tolerance, no chance.
 *
 * Counts are such that whole vectors and what is left over both occur; paths such that
 * the low half of their number wraps around within a vector; a third of the uniforms
 * are in the tails of the normal, some beyond 1.4e-11.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "model/instruction_set.h"
#include "numerics/lanes.h"
#include "numerics/sobol.h"
#include "numerics/spread.h"
#include "numerics/stream.h"

/* Absent where the build has one instruction set alone. */
#define WEAK __attribute__((weak))
#define DECLARE(isa)                                                                     \
    void ds_stream_uniform_lanes_##isa(uint64_t, uint64_t, uint32_t, uint32_t, size_t,   \
                                       double *) WEAK;                                   \
    void ds_stream_uniform_pair_lanes_##isa(uint64_t, uint64_t, uint32_t, uint32_t,      \
                                            size_t, double *, double *) WEAK;            \
    void ds_normal_quantile_lanes_##isa(size_t, const double *, double *) WEAK;          \
    void ds_exp_lanes_##isa(size_t, const double *, double *) WEAK;                      \
    void ds_log_lanes_##isa(size_t, const double *, double *) WEAK;                      \
    void ds_sobol_lanes_##isa(const ds_spread *, const uint32_t *, uint64_t, uint32_t,   \
                              double *) WEAK
DECLARE(avx2);
DECLARE(avx512);

typedef struct {
    const char *name;
    void (*uniform)(uint64_t, uint64_t, uint32_t, uint32_t, size_t, double *);
    void (*pair)(uint64_t, uint64_t, uint32_t, uint32_t, size_t, double *, double *);
    void (*quantile)(size_t, const double *, double *);
    void (*exp)(size_t, const double *, double *);
    void (*log)(size_t, const double *, double *);
    void (*sobol)(const ds_spread *, const uint32_t *, uint64_t, uint32_t, double *);
} version;

#define VERSION(isa)                                                                     \
    {#isa, ds_stream_uniform_lanes_##isa, ds_stream_uniform_pair_lanes_##isa,            \
     ds_normal_quantile_lanes_##isa, ds_exp_lanes_##isa, ds_log_lanes_##isa,             \
     ds_sobol_lanes_##isa}
static const version versions[] = {
    {"generic", ds_stream_uniform_lanes, ds_stream_uniform_pair_lanes,
     ds_normal_quantile_lanes, ds_exp_lanes, ds_log_lanes, ds_sobol_lanes},
    VERSION(avx2),
    VERSION(avx512),
};

enum { MOST = 1100 };
static const size_t counts[] = {0, 1, 2, 7, 8, 9, 31, 32, 33, 255, 256, 512, 513, 519, MOST};
enum { COUNTS = sizeof counts / sizeof *counts };

static const version *version_at(size_t index)
{
    const version *v = &versions[index];
    return v->uniform != NULL && ds_kernel_choose(v->name) != NULL ? v : NULL;
}

static void assert_same(double got, double expected, const version *v)
{
    if (memcmp(&got, &expected, sizeof got) != 0) {
        print_error("%s: %a, expected %a\n", v->name, got, expected);
        fail();
    }
}

static void check_uniforms(const version *v, uint64_t first, uint32_t slot, size_t count)
{
    const uint64_t key = ds_stream_key(first, slot);
    double u[MOST + 1], u0[MOST + 1], u1[MOST + 1];

    u[count] = u0[count] = u1[count] = -7.0;
    v->uniform(key, first, 9, slot, count, u);
    v->pair(key, first, 9, slot & ~1u, count, u0, u1);
    for (size_t i = 0; i < count; i++) {
        const double expected = ds_stream_uniform(key, first + i, 9, slot);
        assert_same(u[i], expected, v);
        assert_same(slot % 2 == 0 ? u0[i] : u1[i], expected, v);
    }
    assert_true(u[count] == -7.0 && u0[count] == -7.0 && u1[count] == -7.0);
}

static void uniforms_are_the_same(void **state)
{
    static const uint64_t firsts[] = {0, 12345, UINT64_C(0xfffffff0), UINT64_C(0x1fffffffd),
                                      UINT64_C(0xffffffffffffff00)};

    (void)state;
    for (size_t k = 0; k < sizeof versions / sizeof *versions; k++)
        for (size_t f = 0; f < sizeof firsts / sizeof *firsts && version_at(k); f++)
            for (uint32_t slot = 0; slot < 4; slot++)
                for (size_t c = 0; c < COUNTS; c++)
                    check_uniforms(&versions[k], firsts[f], slot, counts[c]);
}

static void check_functions(const version *v, size_t count)
{
    double u[MOST + 1], z[MOST + 1], y[MOST + 1];

    ds_stream_uniform_lanes(count, 0, 0, 0, count, u);
    for (size_t i = 0; i < count; i++)
        u[i] = i % 7 == 0 ? ldexp(u[i], -60) : i % 5 == 0 ? 1.0 - ldexp(u[i], -30) : u[i];
    z[count] = y[count] = -7.0;
    v->quantile(count, u, z);
    for (size_t i = 0; i < count; i++)
        assert_same(z[i], ds_normal_quantile(u[i]), v);
    v->exp(count, z, y);
    for (size_t i = 0; i < count; i++)
        assert_same(y[i], ds_exp(z[i]), v);
    v->log(count, u, y);
    for (size_t i = 0; i < count; i++)
        assert_same(y[i], ds_log(u[i]), v);
    v->quantile(count, u, u); /* in place */
    assert_memory_equal(u, z, count * sizeof *u);
    assert_true(z[count] == -7.0 && y[count] == -7.0);
}

static void functions_are_the_same(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof versions / sizeof *versions; k++)
        for (size_t c = 0; c < COUNTS && version_at(k); c++)
            check_functions(&versions[k], counts[c]);
}

static void check_points(const version *v, const ds_spread *spread)
{
    const uint64_t key = ds_stream_key(spread->replicates, spread->first);
    uint32_t direction[DS_SOBOL_BITS];
    double u[DS_SPREAD_LANES];

    ds_sobol_directions(5, direction);
    v->sobol(spread, direction, key, 3, u);
    for (size_t i = 0; i < DS_SPREAD_LANES; i++) {
        const uint64_t path = spread->first + i, R = spread->replicates;
        const uint64_t word = ds_spread_word(key, (uint32_t)(path % R), 3);
        assert_same(u[i], ds_sobol_uniform(direction, (uint32_t)(path / R), word), v);
    }
}

/* Blocks whose points are found by doubling, and others. */
static void points_are_the_same(void **state)
{
    static const uint32_t replicates[] = {1, 2, 3, 8, 16, 48, 256, 300, 512};
    static const uint64_t firsts[] = {0, 256, 768, 7, UINT64_C(0x100000000) - 256};

    (void)state;
    for (size_t k = 0; k < sizeof versions / sizeof *versions; k++)
        for (size_t r = 0; r < sizeof replicates / sizeof *replicates && version_at(k); r++)
            for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++)
                check_points(&versions[k], &(ds_spread){firsts[f], replicates[r]});
}

/* Values that are in no distribution. */
static void edges_are_the_same(void **state)
{
    const double u[] = {0.0, 1.0, (double)NAN, 0.5, 0.075, 0.925, 0x1p-53, 1.0 - 0x1p-53, 1e-300};
    enum { N = sizeof u / sizeof *u };
    double z[N];

    (void)state;
    for (size_t k = 0; k < sizeof versions / sizeof *versions; k++) {
        if (version_at(k) == NULL)
            continue;
        versions[k].quantile(N, u, z);
        for (size_t i = 0; i < N; i++)
            if (isnan(u[i]))
                assert_true(isnan(z[i]));
            else
                assert_same(z[i], ds_normal_quantile(u[i]), &versions[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniforms_are_the_same),
        cmocka_unit_test(functions_are_the_same),
        cmocka_unit_test(points_are_the_same),
        cmocka_unit_test(edges_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
