/* lanes_inline.h -- one-value elementary functions for lane loops.
 *
 * Included by lanes.c, draw.c and the kernel.  Everything is branch-free (selects
 * only) and converts between integers and doubles by bit patterns, so that gcc 12
 * and clang 14 vectorise a loop over them with plain SSE2 as well as AVX2, given
 * -O3 -fno-math-errno -fno-trapping-math.  Needs -ffp-contract=off: the order of
 * the IEEE operations is the result.
 *
 *   exp       2^k * (1 + r + r^2 P(r)), |r| <= ln 2 / 2, k by the rounding constant;
 *             P is of degree 9, own Remez fit, relative error 1.1e-17 as rounded
 *   log       fdlibm e_log.c (Sun Microsystems 1993): s = f / (2 + f), degree 7 in s^2
 *   normal quantile   AS 241 PPND16 (Wichura 1988, Applied Statistics 37, 477)
 *   normal cdf        Hart 1968 as arranged by West 2005 (Wilmott, May)
 *
 * Invariants: a NAN goes through as a NAN; no finite x gives an infinity.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_LANES_INLINE_H
#define DS_LANES_INLINE_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Before a loop whose lanes do not read each other's results, also when output and
 * input are the same array: the loop then has no scalar version for that case. */
#if defined(__clang__)
/* under a sanitizer or -O0 the loop stays scalar, and that is no fault */
#pragma clang diagnostic ignored "-Wpass-failed"
#define DS_LANES_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define DS_LANES_INDEPENDENT _Pragma("GCC ivdep")
#else
#define DS_LANES_INDEPENDENT
#endif

static inline uint64_t ds_bits_inline(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double ds_double_inline(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x is clamped to [-708, 709]: the result stays a normal finite number, from
 * 3.3e-308 to 8.2e307.  Exactly 1 at 0. */
static inline double ds_exp_inline(double x)
{
    const double to_integer = 0x1.8p52;
    const double lower = x < -708.0 ? -708.0 : x;
    const double y = lower > 709.0 ? 709.0 : lower;

    /* k = y / ln 2 rounded; its bits are the low ones of `shifted` */
    const double shifted = y * 0x1.71547652b82fep+0 + to_integer;
    const double k = shifted - to_integer;
    /* ln 2 in two parts; the first has 33 bits, so its product is exact */
    const double r = (y - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;

    double p = 0x1.ad7f3ee5d2f80p-26;
    p = p * r + 0x1.28ad9b8648615p-22;
    p = p * r + 0x1.71df25b30d420p-19;
    p = p * r + 0x1.a01999e26209fp-16;
    p = p * r + 0x1.a01a012a0f35cp-13;
    p = p * r + 0x1.6c16c18438b11p-10;
    p = p * r + 0x1.1111111127d0ep-7;
    p = p * r + 0x1.555555555083ep-5;
    p = p * r + 0x1.55555555554f9p-3;
    p = p * r + 0x1.000000000000ap-1;

    const double scale = ds_double_inline((ds_bits_inline(shifted) << 52) +
                                          UINT64_C(0x3FF0000000000000));
    return (1.0 + (r + r * r * p)) * scale;
}

/* x positive and normal.  Zero and subnormals give about -709, infinity a NAN,
 * negative x nothing of use: the callers hold the domain. */
static inline double ds_log_inline(double x)
{
    const uint64_t root_half = UINT64_C(0x3FE6A09E667F3BCD); /* sqrt(1/2) */
    const uint64_t one = UINT64_C(0x3FF0000000000000);

    /* x = 2^k (1 + f) with 1 + f in [sqrt 1/2, sqrt 2) */
    const uint64_t biased = ds_bits_inline(x) + (one - root_half);
    const double k = ds_double_inline((biased >> 52) | UINT64_C(0x4330000000000000)) -
                     (0x1p52 + 1023.0);
    const double m = ds_double_inline((biased & UINT64_C(0x000FFFFFFFFFFFFF)) + root_half);
    const double f = (m - 1.0) + (x - x); /* x - x: 0, or NAN when x is not finite */

    const double s = f / (2.0 + f);
    const double z = s * s;
    const double w = z * z;
    const double even = w * (3.999999999940941908e-01 +
                             w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const double odd =
        z * (6.666666666666735130e-01 +
             w * (2.857142874366239149e-01 +
                  w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const double half_square = 0.5 * f * f;
    const double tail = s * (half_square + (even + odd)) + k * 1.90821492927058770002e-10;

    return k * 6.93147180369123816490e-01 - ((half_square - tail) - f);
}

/* |u - 1/2| <= 0.425: 85 % of all uniforms, and no logarithm. */
static inline double ds_normal_centre_inline(double q)
{
    const double r = 0.180625 - q * q;
    double n = 2.5090809287301226727e+3;
    n = n * r + 3.3430575583588128105e+4;
    n = n * r + 6.7265770927008700853e+4;
    n = n * r + 4.5921953931549871457e+4;
    n = n * r + 1.3731693765509461125e+4;
    n = n * r + 1.9715909503065514427e+3;
    n = n * r + 1.3314166789178437745e+2;
    n = n * r + 3.3871328727963666080e+0;
    double d = 5.2264952788528545610e+3;
    d = d * r + 2.8729085735721942674e+4;
    d = d * r + 3.9307895800092710610e+4;
    d = d * r + 2.1213794301586595867e+4;
    d = d * r + 5.3941960214247511077e+3;
    d = d * r + 6.8718700749205790830e+2;
    d = d * r + 4.2313330701600911252e+1;
    d = d * r + 1.0;
    return q * n / d;
}

/* sqrt(-ln p) of the smaller tail p; p = 0 counts as DBL_MIN, so that a uniform
 * that was rounded to 0 or 1 still has a finite score. */
static inline double ds_normal_tail_root_inline(double u)
{
    const double upper = 1.0 - u;
    const double smaller = u < upper ? u : upper;
    const double p = smaller < DBL_MIN ? DBL_MIN : smaller;
    return sqrt(-ds_log_inline(p));
}

/* Absolute value of the score at root <= 5 (tail above 1.4e-11); two halves, which a
 * lane loop may take one after the other. */
static inline double ds_normal_tail_top_inline(double r)
{
    double n = 7.74545014278341407640e-4;
    n = n * r + 2.27238449892691845833e-2;
    n = n * r + 2.41780725177450611770e-1;
    n = n * r + 1.27045825245236838258e+0;
    n = n * r + 3.64784832476320460504e+0;
    n = n * r + 5.76949722146069140550e+0;
    n = n * r + 4.63033784615654529590e+0;
    n = n * r + 1.42343711074968357734e+0;
    return n;
}

static inline double ds_normal_tail_bottom_inline(double r)
{
    double d = 1.05075007164441684324e-9;
    d = d * r + 5.47593808499534494600e-4;
    d = d * r + 1.51986665636164571966e-2;
    d = d * r + 1.48103976427480074590e-1;
    d = d * r + 6.89767334985100004550e-1;
    d = d * r + 1.67638483018380384940e+0;
    d = d * r + 2.05319162663775882187e+0;
    d = d * r + 1.0;
    return d;
}

static inline double ds_normal_tail_inline(double root)
{
    const double r = root - 1.6;
    return ds_normal_tail_top_inline(r) / ds_normal_tail_bottom_inline(r);
}

/* Absolute value of the score at root > 5. */
static inline double ds_normal_far_inline(double root)
{
    const double r = root - 5.0;
    double n = 2.01033439929228813265e-7;
    n = n * r + 2.71155556874348757815e-5;
    n = n * r + 1.24266094738807843860e-3;
    n = n * r + 2.65321895265761230930e-2;
    n = n * r + 2.96560571828504891230e-1;
    n = n * r + 1.78482653991729133580e+0;
    n = n * r + 5.46378491116411436990e+0;
    n = n * r + 6.65790464350110377720e+0;
    double d = 2.04426310338993978564e-15;
    d = d * r + 1.42151175831644588870e-7;
    d = d * r + 1.84631831751005468180e-5;
    d = d * r + 7.86869131145613259100e-4;
    d = d * r + 1.48753612908506148525e-2;
    d = d * r + 1.36929880922735805310e-1;
    d = d * r + 5.99832206555887937690e-1;
    d = d * r + 1.0;
    return n / d;
}

/* All three branches and two selects: about twice the price of the lane form,
 * which takes the tails in a second pass. */
static inline double ds_normal_quantile_inline(double u)
{
    const double q = u - 0.5;
    const double root = ds_normal_tail_root_inline(u);
    const double near = ds_normal_tail_inline(root);
    const double far = ds_normal_far_inline(root);
    const double magnitude = root <= 5.0 ? near : far;
    const double tail = q < 0.0 ? -magnitude : magnitude;
    const double centre = ds_normal_centre_inline(q);
    return fabs(q) <= 0.425 ? centre : tail;
}

/* Absolute error 3e-16; relative error up to 9e-9 where z < -7, so a far tail is to
 * be worked in scores, not in probabilities.  Zero below -38, where the value would
 * not be a normal number. */
static inline double ds_normal_cdf_inline(double z)
{
    const double a = fabs(z);
    const double density = ds_exp_inline(-0.5 * (a * a));

    double n = 3.52624965998911e-02;
    n = n * a + 0.700383064443688;
    n = n * a + 6.37396220353165;
    n = n * a + 33.912866078383;
    n = n * a + 112.079291497871;
    n = n * a + 221.213596169931;
    n = n * a + 220.206867912376;
    double d = 8.83883476483184e-02;
    d = d * a + 1.75566716318264;
    d = d * a + 16.064177579207;
    d = d * a + 86.7807322029461;
    d = d * a + 296.564248779674;
    d = d * a + 637.333633378831;
    d = d * a + 793.826512519948;
    d = d * a + 440.413735824752;
    const double centre = density * n / d;

    /* continued fraction from sqrt 50 on */
    const double fraction = a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / (a + 0.65))));
    const double outer = density / (fraction * 2.506628274631000502);

    const double tail = a < 7.07106781186547524 ? centre : outer;
    const double lower = a > 38.0 ? 0.0 : tail;
    return z > 0.0 ? 1.0 - lower : lower;
}

#endif
