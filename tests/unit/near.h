/* near.h -- comparisons of doubles for the unit tests of the numerics.
 *
 * NEAR: absolute tolerance; CLOSE: relative to the wanted value; SAME_BITS: exact.
 * A NAN is never near anything.  cmocka.h must be included first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_NEAR_H
#define TESTS_UNIT_NEAR_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline void check_near(double got, double want, double tolerance, const char *what,
                              const char *file, int line)
{
    if (!(fabs(got - want) <= tolerance)) {
        print_error("%s: got %.17g, want %.17g within %.3g\n", what, got, want, tolerance);
        _fail(file, line);
    }
}

static inline void check_close(double got, double want, double relative, const char *what,
                               const char *file, int line)
{
    check_near(got, want, relative * fabs(want), what, file, line);
}

static inline void check_same_bits(double got, double want, const char *what,
                                   const char *file, int line)
{
    if (bits_of(got) != bits_of(want)) {
        print_error("%s: got %a, want %a\n", what, got, want);
        _fail(file, line);
    }
}

#define NEAR(got, want, tolerance) \
    check_near((got), (want), (tolerance), #got, __FILE__, __LINE__)
#define CLOSE(got, want, relative) \
    check_close((got), (want), (relative), #got, __FILE__, __LINE__)
#define SAME_BITS(got, want) check_same_bits((got), (want), #got, __FILE__, __LINE__)

#endif
