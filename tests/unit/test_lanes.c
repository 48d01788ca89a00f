/* test_lanes.c -- exp, log, normal quantile and CDF in plain IEEE operations.
 *
 * Accuracy is measured against long double libm and GSL on fixed grids, in units
 * in the last place (ulp) or relative error; nothing here is statistical.  The
 * hash of a fixed batch is pinned: it changes when a compiler contracts to fused
 * multiply-adds or reorders (-ffast-math), and was found equal for gcc 12 and
 * clang 14 at -O0, -O3 and -O3 -mavx2.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "numerics/lanes.h"
#include "numerics/stream.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <stdbool.h>

enum { GRID = 200000, LANES = 1000 };

static double ulps(double got, long double want)
{
    const double w = fabs((double)want);
    const double ulp = nextafter(w, (double)INFINITY) - w;
    return (double)(fabsl((long double)got - want) / (long double)ulp);
}

static double uniform(uint64_t i, uint32_t slot)
{
    return ds_stream_uniform(ds_stream_key(11, 22), i, 0, slot);
}

/* Half of the grid over the whole range, half near 0; 0.985 ulp measured. */
static void exp_is_within_one_ulp(void **state)
{
    double worst = 0.0;

    (void)state;
    for (uint64_t i = 0; i < GRID; i++) {
        const double x = (uniform(i, 0) - 0.5) * (i % 2 == 0 ? 1400.0 : 4.0);
        const double off = ulps(ds_exp(x), expl((long double)x));
        worst = off > worst ? off : worst;
    }
    assert_true(worst <= 1.0);
}

static void exp_at_its_edges(void **state)
{
    (void)state;
    SAME_BITS(ds_exp(0.0), 1.0);
    SAME_BITS(ds_exp(-0.0), 1.0);
    SAME_BITS(ds_exp(1e-17), 1.0);
    SAME_BITS(ds_exp(DBL_MIN / 4.0), 1.0);
    CLOSE(ds_exp(700.0), exp(700.0), 3e-16);
    CLOSE(ds_exp(-700.0), exp(-700.0), 3e-16);
    /* clamped, so finite and never zero */
    SAME_BITS(ds_exp(1e308), ds_exp(709.0));
    SAME_BITS(ds_exp(-1e308), ds_exp(-708.0));
    SAME_BITS(ds_exp((double)INFINITY), ds_exp(709.0));
    assert_true(isfinite(ds_exp(709.0)) && ds_exp(-708.0) >= DBL_MIN);
    assert_true(isnan(ds_exp((double)NAN)));
}

/* No step back where the power of two changes, at odd multiples of ln 2 / 2. */
static void exp_rises_across_reductions(void **state)
{
    (void)state;
    for (int k = -1000; k <= 1000; k += 7) {
        double x = 0.34657359027997264 * (2 * k + 1);
        double before = ds_exp(x * (1.0 - 1e-14));
        for (int i = -8; i <= 8; i++) {
            const double here = ds_exp(x * (1.0 + 1e-15 * i));
            /* x falls with i when negative */
            assert_true(x > 0.0 ? here >= before : here <= before || i == -8);
            before = here;
        }
    }
}

/* Over 2000 binades and densely around 1; 0.80 ulp measured. */
static void log_is_within_one_ulp(void **state)
{
    double worst = 0.0;

    (void)state;
    for (uint64_t i = 0; i < GRID; i++) {
        const double x = i % 2 == 0
                             ? ldexp(1.0 + uniform(i, 1), (int)(2000.0 * uniform(i, 2)) - 1000)
                             : 0.5 + 1.5 * uniform(i, 1);
        const double off = ulps(ds_log(x), logl((long double)x));
        worst = off > worst ? off : worst;
    }
    assert_true(worst <= 1.0);
}

static void log_at_its_edges(void **state)
{
    (void)state;
    SAME_BITS(ds_log(1.0), 0.0);
    for (int k = -1022; k <= 1023; k++) {
        if (k != 0) {
            CLOSE(ds_log(ldexp(1.0, k)), k * 0.69314718055994530942, 3e-16);
        }
    }
    CLOSE(ds_log(DBL_MAX), log(DBL_MAX), 3e-16);
    /* next to 1 the result is the distance to 1 */
    CLOSE(ds_log(1.0 - 0x1p-53), -0x1p-53, 1e-15);
    CLOSE(ds_log(1.0 + DBL_EPSILON), DBL_EPSILON, 1e-15);
    assert_true(isnan(ds_log((double)NAN)));
    assert_true(isnan(ds_log((double)INFINITY)));
    assert_true(isfinite(ds_log(0.0)));
}

/* Printed to 12 digits in several tables; the first is beyond any uniform. */
static void quantile_known_values(void **state)
{
    (void)state;
    CLOSE(ds_normal_quantile(1e-300), -37.0470962994, 2e-12);
    CLOSE(ds_normal_quantile(1e-16), -8.22208221613, 2e-12);
    CLOSE(ds_normal_quantile(1e-8), -5.61200124417, 2e-12);
    CLOSE(ds_normal_quantile(.025), -1.95996398454, 2e-12);
    CLOSE(ds_normal_quantile(.3), -.524400512708, 2e-12);
    CLOSE(ds_normal_quantile(.9999), 3.71901648546, 2e-12);
    SAME_BITS(ds_normal_quantile(0.5), 0.0);
    assert_true(ds_normal_quantile(0.0) < -37.0 && isfinite(ds_normal_quantile(0.0)));
    assert_true(ds_normal_quantile(1.0) > 37.0 && isfinite(ds_normal_quantile(1.0)));
    assert_true(isnan(ds_normal_quantile((double)NAN)));
}

/* 6.6e-16 measured against GSL's inverse. */
static void quantile_agrees_with_gsl(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < GRID / 4; i++) {
        const double u = i % 2 == 0 ? uniform(i, 3) : ldexp(uniform(i, 3), -(int)(i % 1000));
        CLOSE(ds_normal_quantile(u), gsl_cdf_ugaussian_Pinv(u), 1e-15);
    }
}

static void quantile_is_odd_and_rises(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        const double u = uniform(i, 4);
        SAME_BITS(ds_normal_quantile(1.0 - u), -ds_normal_quantile(u));
    }
    /* across the seams of the three branches: each step spans many ulps */
    static const double seams[] = {0.075, 0.925, 1.3887943864964021e-11};
    for (size_t s = 0; s < 3; s++) {
        for (int i = -20; i < 20; i++) {
            assert_true(ds_normal_quantile(seams[s] * (1.0 + i * 1e-12)) <
                        ds_normal_quantile(seams[s] * (1.0 + (i + 1) * 1e-12)));
        }
    }
}

static void cdf_is_within_1e_15(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < GRID / 2; i++) {
        const double z = (uniform(i, 5) - 0.5) * (i % 2 == 0 ? 20.0 : 80.0);
        const long double want = 0.5L * erfcl(-(long double)z * 0.707106781186547524401L);
        NEAR(ds_normal_cdf(z), (double)want, 1e-15);
        /* relative to the tail, so that a missing branch cannot hide */
        if (z < 0.0 && z > -37.0) {
            CLOSE(ds_normal_cdf(z), (double)want, 2e-8);
        }
    }
    SAME_BITS(ds_normal_cdf(0.0), 0.5);
    SAME_BITS(ds_normal_cdf(-(double)INFINITY), 0.0);
    SAME_BITS(ds_normal_cdf((double)INFINITY), 1.0);
    assert_true(isnan(ds_normal_cdf((double)NAN)));
}

typedef struct {
    double (*one)(double);
    void (*lanes)(size_t, const double *, double *);
    bool of_uniform;
} function_pair;

static const function_pair pairs[] = {
    {ds_exp, ds_exp_lanes, false},
    {ds_log, ds_log_lanes, true},
    {ds_normal_quantile, ds_normal_quantile_lanes, true},
    {ds_normal_cdf, ds_normal_cdf_lanes, false},
};

static void lanes_equal_single_values(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, LANES};
    double x[LANES + 1], out[LANES + 1];

    (void)state;
    for (size_t f = 0; f < sizeof pairs / sizeof pairs[0]; f++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            const size_t count = counts[c];
            for (size_t i = 0; i < count; i++) {
                const double u = uniform(i + 1000 * c, 6);
                /* every seventh lane in the far tail, so all branches meet in a batch */
                x[i] = pairs[f].of_uniform ? (i % 7 == 0 ? ldexp(u, -60) : u)
                                           : (u - 0.5) * (i % 7 == 0 ? 1600.0 : 16.0);
            }
            out[count] = -7.0;
            pairs[f].lanes(count, x, out);
            for (size_t i = 0; i < count; i++) {
                SAME_BITS(out[i], pairs[f].one(x[i]));
            }
            assert_true(out[count] == -7.0);
            pairs[f].lanes(count, x, x); /* in place */
            assert_memory_equal(x, out, count * sizeof *x);
        }
    }
}

/* FNV-1a over the bytes of each double, lowest byte first. */
static uint64_t hash_doubles(uint64_t hash, size_t count, const double *x)
{
    for (size_t i = 0; i < count; i++) {
        for (unsigned byte = 0; byte < 8; byte++) {
            hash ^= bits_of(x[i]) >> (8 * byte) & 0xff;
            hash *= UINT64_C(0x00000100000001B3);
        }
    }
    return hash;
}

static void bits_are_pinned(void **state)
{
    enum { BATCH = 4096 };
    static double u[BATCH], z[BATCH], y[BATCH];
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    (void)state;
    for (uint32_t month = 0; month < 4; month++) {
        ds_stream_uniform_lanes(ds_stream_key(2026, 1), 0, month, month, BATCH, u);
        hash = hash_doubles(hash, BATCH, u);
        ds_normal_quantile_lanes(BATCH, u, z);
        hash = hash_doubles(hash, BATCH, z);
        ds_exp_lanes(BATCH, z, y);
        hash = hash_doubles(hash, BATCH, y);
        ds_log_lanes(BATCH, u, y);
        hash = hash_doubles(hash, BATCH, y);
        ds_normal_cdf_lanes(BATCH, z, y);
        hash = hash_doubles(hash, BATCH, y);
    }
    if (hash != UINT64_C(0x0100bb5d7528a21b)) {
        print_error("hash is 0x%016llx\n", (unsigned long long)hash);
        fail();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_one_ulp),
        cmocka_unit_test(exp_at_its_edges),
        cmocka_unit_test(exp_rises_across_reductions),
        cmocka_unit_test(log_is_within_one_ulp),
        cmocka_unit_test(log_at_its_edges),
        cmocka_unit_test(quantile_known_values),
        cmocka_unit_test(quantile_agrees_with_gsl),
        cmocka_unit_test(quantile_is_odd_and_rises),
        cmocka_unit_test(cdf_is_within_1e_15),
        cmocka_unit_test(lanes_equal_single_values),
        cmocka_unit_test(bits_are_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
