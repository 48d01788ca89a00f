/* sensitivity_help.h -- functions whose indices are known, and samples of their inputs, for the
 * tests of sensitivity.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SENSITIVITY_HELP_H
#define DS_SENSITIVITY_HELP_H

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "numerics/sensitivity.h"
#include "numerics/stream.h"

enum { MOST_INPUTS = 8 };

typedef double (*test_function)(const double *x);
typedef struct {
    const char   *name;
    test_function f;
    size_t        inputs;
    bool          normal; /* the inputs; else uniform                              */
    double        first[MOST_INPUTS], total[MOST_INPUTS];
} test_case;

static double ishigami(const double *u, double a, double b)
{
    const double pi = 3.14159265358979323846;
    double x[3];
    for (int i = 0; i < 3; i++)
        x[i] = pi * (2 * u[i] - 1);
    return sin(x[0]) + a * sin(x[1]) * sin(x[1]) + b * x[2] * x[2] * x[2] * x[2] * sin(x[0]);
}
static inline double ishigami_7_01(const double *u) { return ishigami(u, 7, 0.1); }
static inline double ishigami_7_005(const double *u) { return ishigami(u, 7, 0.05); }

static double g_function(const double *u, const double *a, size_t n)
{
    double product = 1;
    for (size_t i = 0; i < n; i++)
        product *= (fabs(4 * u[i] - 2) + a[i]) / (1 + a[i]);
    return product;
}
static inline double g_of_8(const double *u)
{
    return g_function(u, (const double[]){ 0, 1, 4.5, 9, 99, 99, 99, 99 }, 8);
}
static inline double g_of_3(const double *u)
{
    return g_function(u, (const double[]){ 0, 9, 99 }, 3);
}
static inline double g_of_6(const double *u)
{
    return g_function(u, (const double[]){ 78, 12, 0.5, 2, 97, 33 }, 6);
}
static inline double product_of_normals(const double *z) { return (1 + 0.5 * z[0]) * (2 + z[1]); }
static inline double lognormal_product(const double *z) { return exp(0.5 * z[0] + 0.3 * z[1]); }

/* Ishigami: V1 = (1 + b pi^4/5)^2 / 2, V2 = a^2/8, V13 = 8 b^2 pi^8/225.  g: V_i = 1 / (3 (1 +
 * a_i)^2), D = prod(1 + V_i) - 1, ST_i = V_i prod_{j != i}(1 + V_j) / D.  (Saltelli et al., Global
 * Sensitivity Analysis, 2008.)  Products: var of X1 X2
 * from the moments; e^(s^2) - 1 for lognormals. */
static const test_case test_cases[] = {
    { "Ishigami 7, 0.1", ishigami_7_01, 3, false,
      { 0.313905191148, 0.44241114479, 0 },
      { 0.55758885521, 0.44241114479, 0.243683664062 } },
    { "Ishigami 7, 0.05", ishigami_7_005, 3, false,
      { 0.218518564427, 0.686894643649, 0 },
      { 0.313105356351, 0.686894643649, 0.0945867919243 } },
    { "g (0,1,4.5,9,99,99,99,99)", g_of_8, 8, false,
      { 0.716192168879, 0.17904804222, 0.0236757741778, 0.00716192168879, 7.16192168879e-5,
        7.16192168879e-5, 7.16192168879e-5, 7.16192168879e-5 },
      { 0.787144126659, 0.242198192818, 0.0343169101541, 0.0104603870652, 1.0494905192e-4,
        1.0494905192e-4, 1.0494905192e-4, 1.0494905192e-4 } },
    { "g (0,9,99)", g_of_3, 3, false,
      { 0.986711841989, 0.00986711841989, 9.86711841989e-5 },
      { 0.990033881492, 0.0131565964318, 1.32000117528e-4 } },
    { "g (78,12,0.5,2,97,33)", g_of_6, 6, false,
      { 0.000276065, 0.0101948042, 0.7657430682, 0.1914357671, 0.000179396, 0.001490417 },
      { 0.000329458, 0.0121432396, 0.7959697691, 0.2203130611, 0.000214097, 0.001778255 } },
    { "product of normals", product_of_normals, 2, true,
      { 4.0 / 9, 4.0 / 9 }, { 5.0 / 9, 5.0 / 9 } },
    { "product of lognormals", lognormal_product, 2, true,
      { 0.701388088993, 0.232559190127 }, { 0.767440809873, 0.298611911007 } },
};
enum { TEST_CASES = sizeof test_cases / sizeof test_cases[0] };

/* Input i of path k of sample `seed`. */
static inline double test_input(const test_case *c, uint64_t seed, size_t k, size_t i)
{
    const double u = ds_stream_uniform(ds_stream_key(seed, 1), k, (uint32_t)i, 0);
    return c->normal ? gsl_cdf_ugaussian_Pinv(u) : u;
}

/* Outputs of path k's inputs of sample `base`, those of which `other` says so of sample base +
 * 1000000. */
static inline void test_outputs(const test_case *c, uint64_t base, unsigned other, size_t n,
                                double *y)
{
    for (size_t k = 0; k < n; k++) {
        double x[MOST_INPUTS];
        for (size_t i = 0; i < c->inputs; i++)
            x[i] = test_input(c, base + (other >> i & 1U ? 1000000 : 0), k, i);
        y[k] = c->f(x);
    }
}

#endif
