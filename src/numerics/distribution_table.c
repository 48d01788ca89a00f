/* distribution_table.c -- the quantile of PERT, beta, gamma and exponential at
 * equidistant normal scores, with its slopes: what a table of draw.c is made of.
 *
 * Called by ds_draw_compile() once per input of a plan.  libm and GSL are free here.
 *
 * Solving the quantile at each knot costs milliseconds, because it takes several
 * incomplete beta or gamma functions.  Instead the quantile is followed from knot to
 * knot as the solution of an ordinary differential equation.  In w = logit y for a
 * beta on (0, 1), w = ln y for a gamma of unit scale, F(y) = below + inside Phi(z)
 * reads
 *     w' = v,  ln v = ln inside + ln phi(z) - ln f(w),
 * f(w) being the density of w.  One step is a Taylor series, its coefficients from
 * the recurrences for power series (Hairer, Norsett & Wanner 1993, Solving Ordinary
 * Differential Equations I, section I.8) of
 *     y' = r v,  (ln v)' = -z - pull v,
 *     r = y (1 - y), pull = alpha (1 - y) - beta y    for a beta,
 *     r = y,         pull = alpha - y                 for a gamma.
 * An error of w keeps the probability it stands for.  So steps lead from both ends to
 * the middle, where an error fades as the density grows; outwards it would explode.
 * Only the two ends are solved.  The march is trusted when both sides meet in the
 * middle; when they do not, every knot is solved.
 *
 * Accuracy: within 2e-12 of the solved knots in |z| <= 8.5, 3e-11 for shapes below 0.2,
 * most of it the error of the solved ones (tests/unit/test_draw.c).  Time: 0.1 us a
 * knot, against 1 to 10.
 *
 * Invariants: parameters have been checked; knots need not rise to the last digit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/distribution_internal.h"

#include "numerics/lanes_inline.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#define LN_ROOT_2PI  0.918938533204672741780
#define ORDER        6     /* of the Taylor series: its error is below the rounding */
#define MEETING      1e-10 /* largest gap of w in the middle that is trusted, ... */
#define MEETING_PART 1e-6  /* ... and of the range of w, when cut to a narrow one */
#define LEAST_SHAPE  0.05  /* below it w turns within a few steps */

/* ---- Every knot by itself ---------------------------------------------------- */

/* Lower and upper tail, before truncation, at a score of the truncated distribution. */
typedef struct {
    double p, q;
} tails;

static tails tails_at(const ds_truncation *t, double z)
{
    const double p = gsl_cdf_ugaussian_P(z), q = gsl_cdf_ugaussian_Q(z);

    return (tails){q * t->below_low + p * t->below_high, q * t->above_low + p * t->above_high};
}

static double score_at(ds_score_grid grid, size_t k)
{
    return grid.first + (double)k * grid.step;
}

void ds_distribution_tabulate_solved(const ds_distribution *d, ds_score_grid grid,
                                     double *knots, double *slopes)
{
    const ds_truncation t = ds_distribution_truncation(d);
    double guess = (double)NAN;

    for (size_t k = 0; k < grid.count; k++) {
        const double z = score_at(grid, k);
        const tails at = tails_at(&t, z);
        const double x = ds_distribution_clamp(
            d, ds_distribution_quantile_of_tails(d, at.p, at.q, guess));
        knots[k] = x;
        const double density = d->kind == DS_DIST_METALOG
                                   ? ds_metalog_density_of_tails(d, at.p, at.q)
                                   : ds_distribution_density(d, x);
        slopes[k] = gsl_ran_ugaussian_pdf(z) * t.inside / density * grid.step;
        guess = x + slopes[k];
    }
}

/* ---- The march ------------------------------------------------------------------ */

/* A beta on [low, low + scale]; or a gamma, when `beta` is 1 and counts y itself. */
typedef struct {
    bool   is_gamma;
    double alpha, beta;
    double low, scale;
    double log_norm; /* ln (inside / sqrt(2 pi) / norm of the density of w) */
} march;

/* y at w, what is left of it (1 for a gamma), and v = dw/dz. */
typedef struct {
    double y, rest, v;
} march_point;

static march march_of(const ds_distribution *d, double inside)
{
    const double log_part = log(inside) - LN_ROOT_2PI;

    if (d->kind == DS_DIST_GAMMA) {
        return (march){true, d->a, 1.0, 0.0, d->b, log_part + gsl_sf_lngamma(d->a)};
    }
    const ds_beta_shape s = ds_distribution_beta_shape(d);
    return (march){false,   s.alpha, s.beta, s.low,
                   s.width, log_part + gsl_sf_lnbeta(s.alpha, s.beta)};
}

/* Both tails of a beta keep their digits: the smaller of y and 1 - y is computed. */
static inline march_point point_at(const march *m, double z, double w)
{
    march_point at;
    double log_density;

    if (m->is_gamma) {
        at.y = ds_exp_inline(w);
        at.rest = 1.0;
        log_density = m->alpha * w - at.y;
    } else {
        const double odds = ds_exp_inline(-fabs(w));
        const double log_sum = ds_log_inline(1.0 + odds);
        const double greater = 1.0 / (1.0 + odds), smaller = odds * greater;
        at.y = w < 0.0 ? smaller : greater;
        at.rest = w < 0.0 ? greater : smaller;
        log_density = m->alpha * fmin(w, 0.0) + m->beta * fmin(-w, 0.0) -
                      (m->alpha + m->beta) * log_sum;
    }
    at.v = ds_exp_inline(m->log_norm - 0.5 * z * z - log_density);
    return at;
}

/* w at z + h.  Coefficient k goes with the k-th power of the share of the step that
 * is done; v and `turn`, which is (ln v)', are per step. */
static inline double taylor_step(const march *m, march_point at, double z, double w, double h)
{
    const double size = m->is_gamma ? 1.0 : m->alpha + m->beta;
    const double bound = m->is_gamma ? 0.0 : 1.0;
    double y[ORDER], r[ORDER], pull[ORDER], turn[ORDER], v[ORDER];
    double sum = h * at.v;

    y[0] = at.y;
    r[0] = at.y * at.rest;
    pull[0] = m->alpha * at.rest - m->beta * at.y;
    v[0] = h * at.v;
    turn[0] = -h * z - pull[0] * v[0];
    /* unrolled, which halves the time; the order of the sums stays */
#pragma GCC unroll 8
    for (int k = 1; k < ORDER; k++) {
        double growth = 0.0, rise = 0.0, square = 0.0, force = k == 1 ? h * h : 0.0;
#pragma GCC unroll 8
        for (int j = 0; j < k; j++) {
            growth += turn[j] * v[k - 1 - j];
            rise += r[j] * v[k - 1 - j];
        }
        v[k] = growth / (double)k;
        y[k] = rise / (double)k;
        pull[k] = -size * y[k];
#pragma GCC unroll 8
        for (int j = 0; j <= k; j++) {
            square += y[j] * y[k - j];
            force += pull[j] * v[k - j];
        }
        r[k] = y[k] - bound * square;
        turn[k] = -force;
        sum += v[k] / (double)(k + 1);
    }
    return w + sum;
}

/* Writes the knots from `from` to `middle`, both included, and gives w at the last. */
static double march_from(const march *m, ds_score_grid grid, double w, size_t from,
                         size_t middle, double *knots, double *slopes)
{
    const bool rising = from < middle;
    const double h = rising ? grid.step : -grid.step;

    for (size_t k = from;; k = rising ? k + 1 : k - 1) {
        const double z = score_at(grid, k);
        const march_point at = point_at(m, z, w);
        knots[k] = m->low + m->scale * at.y;
        slopes[k] = m->scale * at.y * at.rest * at.v * grid.step;
        if (k == middle) {
            return w;
        }
        w = taylor_step(m, at, z, w, h);
    }
}

/* w at the score z; NAN where a tail is next to underflow. */
static double solved_w(const ds_distribution *d, const ds_truncation *t, double z)
{
    const tails at = tails_at(t, z);

    return at.p >= DBL_MIN && at.q >= DBL_MIN
               ? ds_distribution_log_odds_of_tails(d, at.p, at.q)
               : (double)NAN;
}

static bool tabulate_march(const ds_distribution *d, ds_score_grid grid, double *knots,
                           double *slopes)
{
    const ds_truncation t = ds_distribution_truncation(d);
    const march m = march_of(d, t.inside);
    const size_t last = grid.count - 1, middle = last / 2;

    if (m.alpha < LEAST_SHAPE || m.beta < LEAST_SHAPE) {
        return false;
    }
    const double first_w = solved_w(d, &t, score_at(grid, 0));
    const double last_w = solved_w(d, &t, score_at(grid, last));
    if (isnan(first_w) || isnan(last_w)) {
        return false;
    }
    const double left = march_from(&m, grid, first_w, 0, middle, knots, slopes);
    const double right = march_from(&m, grid, last_w, last, middle, knots, slopes);
    const double gap = fabs(right - left);
    return gap < MEETING && gap < MEETING_PART * (last_w - first_w);
}

bool ds_distribution_tabulate(const ds_distribution *d, ds_score_grid grid, double *knots,
                              double *slopes)
{
    const bool formula = d->kind == DS_DIST_EXPONENTIAL || d->kind == DS_DIST_WEIBULL ||
                         d->kind == DS_DIST_METALOG ||
                         (d->kind == DS_DIST_GAMMA && d->a > DS_LARGE_GAMMA_SHAPE);

    if (!formula && tabulate_march(d, grid, knots, slopes)) {
        return true;
    }
    ds_distribution_tabulate_solved(d, grid, knots, slopes);
    return formula;
}
