/* selftest_sensitivity.c -- known indices of variance, Shapley effects and correlations.
 *
 * Only indices that so many paths find to a hundredth or so: of a smaller one it could not be
 * seen that it is a tenth off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "numerics/lanes.h"
#include "numerics/sensitivity.h"
#include "numerics/stream.h"
#include "study/selftest.h"

enum { PATHS = 65536, INPUTS_MOST = 8, BLOCKS = 128, BLOCK = 512 };

static const ds_groups each = { DS_GROUPS_EACH, 1 };

static ds_estimate unknown(void)
{
    return (ds_estimate){ (double)NAN, (double)NAN };
}

static ds_estimate estimate(ds_index i)
{
    return (ds_estimate){ i.value, i.se };
}

/* ---- Functions of independent uniforms ------------------------------------------------------ */

static const double pi = 3.14159265358979323846;

/* sin x1 + 7 sin^2 x2 + b x3^4 sin x1, each x of -pi .. pi */
static double ishigami(const double *u, double b)
{
    const double x = pi * (2 * u[0] - 1), y = pi * (2 * u[1] - 1), z = pi * (2 * u[2] - 1);
    return sin(x) + 7 * sin(y) * sin(y) + b * z * z * z * z * sin(x);
}

static double g_function(size_t inputs, const double *u, const double *of)
{
    double product = 1;
    for (size_t i = 0; i < inputs; i++)
        product *= (fabs(4 * u[i] - 2) + of[i]) / (1 + of[i]);
    return product;
}

enum { ISHIGAMI, ISHIGAMI_HALF, G_8, G_3, FUNCTIONS };
static const size_t inputs_of[FUNCTIONS] = { 3, 3, 8, 3 };

static double value_of(int function, const double *u)
{
    static const double of_8[] = { 0, 1, 4.5, 9, 99, 99, 99, 99 }, of_3[] = { 0, 9, 99 };

    switch (function) {
    case ISHIGAMI:
        return ishigami(u, .1);
    case ISHIGAMI_HALF:
        return ishigami(u, .05);
    default:
        return g_function(inputs_of[function], u, function == G_8 ? of_8 : of_3);
    }
}

/* Outputs of sample 0, but for the inputs whose bits are in `other`, which are of sample 1. */
static void outputs(int function, unsigned other, double *y)
{
    for (size_t k = 0; k < PATHS; k++) {
        double u[INPUTS_MOST];
        for (uint32_t i = 0; i < inputs_of[function]; i++)
            u[i] = ds_stream_uniform(ds_stream_key(DS_SELFTEST_SEED, 21 + (other >> i & 1U)), k,
                                     i, 0);
        y[k] = value_of(function, u);
    }
}

/* a: function, input, 0 first index or 1 total. */
static ds_estimate sobol(const double *a)
{
    const int function = (int)a[0];
    double   *y = calloc(3 * PATHS, sizeof *y), scratch[1];

    if (y == NULL)
        return unknown();
    outputs(function, 0, y);
    outputs(function, ~0U, y + PATHS);
    outputs(function, 1U << (unsigned)a[1], y + 2 * PATHS);
    const ds_pick_freeze p = { PATHS, y, y + PATHS, &each, scratch };
    const ds_sobol_index index = ds_sobol_index_of(&p, y + 2 * PATHS);
    free(y);
    return estimate(a[2] > 0 ? index.total : index.first);
}

/* ---- Inputs that depend on each other ------------------------------------------------------ */

/* X1 + 2 X2, standard normals of correlation 1/2, drawn in the order of a walk of which the
 * first `kept` inputs are of sample 0. */
static void linear(size_t block, const size_t *order, size_t kept, double *y)
{
    for (size_t k = 0; k < BLOCK; k++) {
        double z[2], x[2];
        for (size_t i = 0; i < 2; i++) {
            const uint64_t key = ds_stream_key(DS_SELFTEST_SEED, (i < kept ? 31U : 33U) + order[i]);
            z[i] = ds_normal_quantile(ds_stream_uniform(key, block * BLOCK + k, 0, 0));
        }
        x[order[0]] = z[0];
        x[order[1]] = .5 * z[0] + sqrt(.75) * z[1];
        y[k] = x[0] + 2 * x[1];
    }
}

/* a: input. */
static ds_estimate shapley(const double *a)
{
    double     all[BLOCK], steps[3][BLOCK];
    ds_shapley s;

    if (!ds_shapley_begin(2, BLOCKS, &s))
        return unknown();
    for (size_t block = 0; block < BLOCKS; block++) {
        size_t order[2];
        ds_shapley_order(DS_SELFTEST_SEED, block, 2, order);
        linear(block, order, 2, all);
        for (size_t i = 0; i < 3; i++)
            linear(block, order, i, steps[i]);
        for (size_t i = 0; i < 2; i++)
            ds_shapley_step(&s, block, order[i], BLOCK, all, steps[i], steps[i + 1]);
    }
    const ds_shapley_effect effect = ds_shapley_effect_of(&s, (size_t)a[0]);
    ds_shapley_end(&s);
    return estimate(effect.share);
}

/* ---- Regressions ---------------------------------------------------------------------------- */

enum { SRC, R_SQUARED, PCC, PRCC };

/* X1 + 2 X2 + noise, standard normals.  a: what, of which input. */
static ds_estimate regression(const double *a)
{
    double  *x = calloc(3 * PATHS, sizeof *x), scratch[1];
    ds_index of[2] = { { (double)NAN, (double)NAN }, { (double)NAN, (double)NAN } }, share = of[0];
    size_t   which;

    if (x == NULL)
        return unknown();
    for (size_t k = 0; k < PATHS; k++) {
        double noise = 0;
        for (uint32_t i = 0; i < 3; i++) {
            noise = ds_normal_quantile(
                ds_stream_uniform(ds_stream_key(DS_SELFTEST_SEED, 41), k, i, 0));
            x[i * PATHS + k] = noise;
        }
        x[2 * PATHS + k] = x[k] + 2 * x[PATHS + k] + noise;
    }
    const double *const columns[] = { x, x + PATHS };
    const ds_table table = { PATHS, 2, columns, x + 2 * PATHS, &each, scratch };
    const ds_table_state state = a[0] == PCC    ? ds_pcc_of(&table, of, &which)
                                 : a[0] == PRCC ? ds_prcc_of(&table, of, &which)
                                                : ds_src_of(&table, of, &share, &which);
    free(x);
    return state != DS_TABLE_OK ? unknown()
                                : estimate(a[0] == R_SQUARED ? share : of[(size_t)a[1]]);
}

/* ---- Table ----------------------------------------------------------------------------------- */

static const char by_ishigami[] = "Ishigami and Homma 1990, closed form";
static const char by_sobol[] = "Sobol' 1993; Saltelli et al. 2008, closed form";
static const char by_iooss[] = "Song, Nelson and Staum 2016; Gaussian linear model, closed form";
static const char by_saltelli[] = "Saltelli et al. 2008: linear model, closed form";

const ds_selftest_estimate ds_selftest_indices[DS_SELFTEST_INDICES] = {
    { "Ishigami 7, .1: first index of x1", .313905191148, .02, sobol, { ISHIGAMI, 0, 0 },
      by_ishigami },
    { "first of x2", .44241114479, .02, sobol, { ISHIGAMI, 1, 0 }, by_ishigami },
    { "total of x1", .55758885521, .02, sobol, { ISHIGAMI, 0, 1 }, by_ishigami },
    { "total of x2", .44241114479, .02, sobol, { ISHIGAMI, 1, 1 }, by_ishigami },
    { "total of x3", .243683664062, .02, sobol, { ISHIGAMI, 2, 1 }, by_ishigami },
    { "Ishigami 7, .05: first index of x1", .218518564427, .02, sobol, { ISHIGAMI_HALF, 0, 0 },
      by_ishigami },
    { "first of x2", .686894643649, .02, sobol, { ISHIGAMI_HALF, 1, 0 }, by_ishigami },
    { "total of x1", .313105356351, .02, sobol, { ISHIGAMI_HALF, 0, 1 }, by_ishigami },
    { "total of x3", .0945867919243, .02, sobol, { ISHIGAMI_HALF, 2, 1 }, by_ishigami },
    { "g (0, 1, 4.5, 9, 99 x 4): first index of x1", .716192168879, .02, sobol, { G_8, 0, 0 },
      by_sobol },
    { "first of x2", .17904804222, .02, sobol, { G_8, 1, 0 }, by_sobol },
    { "total of x1", .787144126659, .02, sobol, { G_8, 0, 1 }, by_sobol },
    { "total of x2", .242198192818, .02, sobol, { G_8, 1, 1 }, by_sobol },
    { "total of x4", .0104603870652, .02, sobol, { G_8, 3, 1 }, by_sobol },
    { "g (0, 9, 99): first index of x1", .986711841989, .02, sobol, { G_3, 0, 0 }, by_sobol },
    { "total of x1", .990033881492, .02, sobol, { G_3, 0, 1 }, by_sobol },
    { "total of x2", .0131565964318, .02, sobol, { G_3, 1, 1 }, by_sobol },
    { "x1 + 2 x2, rho .5: Shapley effect of x1", .339285714286, .02, shapley, { 0 }, by_iooss },
    { "Shapley effect of x2", .660714285714, .02, shapley, { 1 }, by_iooss },
    { "x1 + 2 x2 + noise: SRC of x1", .408248290464, .02, regression, { SRC, 0 }, by_saltelli },
    { "R squared", .833333333333, .02, regression, { R_SQUARED, 0 }, by_saltelli },
    { "PCC of x1", .707106781187, .02, regression, { PCC, 0 }, by_saltelli },
    { "PCC of x2", .894427191, .02, regression, { PCC, 1 }, by_saltelli },
    { "PRCC of x1", .659001554256, .02, regression, { PRCC, 0 },
      "the same of Spearman's (6/pi) arcsin(rho/2)" },
};
