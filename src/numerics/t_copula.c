/* t_copula.c -- see t_copula.h.
 *
 * Called while a plan is compiled (ds_t_copula_compile(), which uses libm and GSL), and
 * by both engines, in plain IEEE operations in a fixed order, so that a lane and a
 * single value agree bit for bit.
 *
 * Algorithms: two cubic Hermite tables with exact slopes of functions that hardly bend.
 *   ln sqrt(nu / w) by the normal score of u, which is nearly straight for many degrees
 *   and a parabola in the lower tail;
 *   the normal score of T_nu(x) by v = sign(x) sqrt(nu ln(1 + x^2 / nu)), of which it is
 *   nearly (8 nu + 1) / (8 nu + 3) times (Wallace 1959, Ann. Math. Statist. 30, 1121).
 * Knots of the first are ln of quantiles of a gamma (distribution_table.c); of the
 * second by the incomplete beta function.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/t_copula.h"

#include "numerics/cubic_table.h"
#include "numerics/distribution_internal.h"
#include "numerics/lanes.h"
#include "numerics/lanes_inline.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#define KNOTS       2048
#define Z_END       8.5 /* a uniform of 52 bits reaches 8.21 */
#define Z_STEP      (2.0 * Z_END / (KNOTS - 1))
#define V_END       11.0 /* a score of 8.9 or more, whatever nu */
#define V_STEP      (V_END / (KNOTS - 1))
#define SCORE_END   8.2
#define LN_ROOT_2PI 0.918938533204672741780

size_t ds_t_copula_storage(void)
{
    return 4 * (size_t)KNOTS;
}

static void compile_scale(double degrees, double *knots, double *slopes)
{
    const ds_distribution chi_square = {.kind = DS_DIST_GAMMA, .a = 0.5 * degrees, .b = 2.0,
                                        .low = -(double)INFINITY, .high = (double)INFINITY};
    const ds_score_grid grid = {-Z_END, Z_STEP, KNOTS};

    ds_distribution_tabulate(&chi_square, grid, knots, slopes);
    for (size_t k = 0; k < KNOTS; k++) {
        slopes[k] = -0.5 * slopes[k] / knots[k];
        knots[k] = 0.5 * log(degrees / knots[k]);
    }
}

/* Normal score of T_nu(x) at v >= 0; 1 + x^2 / nu is exp(v^2 / nu). */
static double score_at(double degrees, double v)
{
    const double log_ratio = v * v / degrees;

    if (v < 1.0) { /* the probability between -x and x */
        const double centre = gsl_cdf_beta_P(-expm1(-log_ratio), 0.5, 0.5 * degrees);
        return gsl_cdf_ugaussian_Pinv(0.5 + 0.5 * centre);
    }
    const double tails = gsl_cdf_beta_P(exp(-log_ratio), 0.5 * degrees, 0.5);
    return gsl_cdf_ugaussian_Qinv(0.5 * tails);
}

/* Density of t times dx/dv, over the normal density at the score g. */
static double slope_at(double degrees, double log_constant, double v, double g)
{
    const double log_ratio = v * v / degrees;
    const double x_of_v = v > 0.0 ? sqrt(expm1(log_ratio) / log_ratio) : 1.0;

    return exp(log_constant + LN_ROOT_2PI + 0.5 * g * g -
               0.5 * (degrees - 1.0) * log_ratio) / x_of_v;
}

static void compile_score(double degrees, double *knots, double *slopes)
{
    const double log_constant = gsl_sf_lngamma(0.5 * (degrees + 1.0)) -
                                gsl_sf_lngamma(0.5 * degrees) -
                                0.5 * log(degrees * 3.14159265358979323846);

    for (size_t k = 0; k < KNOTS; k++) {
        const double v = (double)k * V_STEP;
        knots[k] = k == 0 ? 0.0 : score_at(degrees, v);
        slopes[k] = slope_at(degrees, log_constant, v, knots[k]) * V_STEP;
    }
}

void ds_t_copula_compile(double degrees, double *storage, ds_t_copula *out)
{
    compile_scale(degrees, storage, storage + KNOTS);
    compile_score(degrees, storage + 2 * (size_t)KNOTS, storage + 3 * (size_t)KNOTS);
    *out = (ds_t_copula){.degrees = degrees,
                         .log_scale = storage,
                         .log_scale_slope = storage + KNOTS,
                         .score = storage + 2 * (size_t)KNOTS,
                         .score_slope = storage + 3 * (size_t)KNOTS};
}

static inline double log_scale_at(const ds_t_copula *t, double z)
{
    return ds_cubic_at(KNOTS, t->log_scale, t->log_scale_slope, (z + Z_END) * (1.0 / Z_STEP));
}

double ds_t_copula_scale(const ds_t_copula *t, double u)
{
    return ds_exp_inline(log_scale_at(t, ds_normal_quantile_inline(u)));
}

void ds_t_copula_scale_lanes(const ds_t_copula *t, size_t count, const double *u, double *out)
{
    ds_normal_quantile_lanes(count, u, out);
    for (size_t i = 0; i < count; i++)
        out[i] = log_scale_at(t, out[i]);
    ds_exp_lanes(count, out, out);
}

/* ln(1 + a) with the digits of a small a (Kahan): the error of 1 + a leaves in the
 * ratio. */
static inline double log_of_one_plus(double a)
{
    const double y = 1.0 + a;
    const double kept = y - 1.0;
    const double log_y = ds_log_inline(y);
    const double scaled = log_y * (a / kept);
    return kept == 0.0 ? a : scaled;
}

/* v of the head of this file, without its sign */
static inline double place_of(double degrees, double over, double x)
{
    return sqrt(degrees * log_of_one_plus(x * x * over));
}

static inline double score_of(const ds_t_copula *t, double x, double v)
{
    const double g = ds_cubic_at(KNOTS, t->score, t->score_slope, v * (1.0 / V_STEP));
    const double kept = g < SCORE_END ? g : SCORE_END;
    return x < 0.0 ? -kept : kept;
}

double ds_t_copula_score(const ds_t_copula *t, double x)
{
    return score_of(t, x, place_of(t->degrees, 1.0 / t->degrees, x));
}

void ds_t_copula_score_lanes(const ds_t_copula *t, size_t count, const double *x, double *out)
{
    enum { AT_ONCE = 64 };
    const double degrees = t->degrees, over = 1.0 / t->degrees;
    double v[AT_ONCE];

    for (size_t from = 0; from < count; from += AT_ONCE) {
        const size_t n = count - from < AT_ONCE ? count - from : AT_ONCE;
        DS_LANES_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            v[i] = place_of(degrees, over, x[from + i]);
        for (size_t i = 0; i < n; i++)
            out[from + i] = score_of(t, x[from + i], v[i]);
    }
}
