/* law.c -- see law.h.  Called by profile_fit.c.
 *
 * The unknowns are logarithms of the constants, so that these stay positive, and the
 * residuals logarithms of the speed, so that 10 % too fast weighs the same at every
 * length.  Levenberg-Marquardt of GSL; derivatives by central differences.
 *
 * A constant that best would be 0 drifts to minus infinity in the logarithm, where the law
 * does not depend on it any more: it is then held and the others are fitted anew.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/law.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>

#include "scenario/error.h"

#define NO_EFFECT 1e-4 /* a change by half of the constant moves no speed by so much */
#define UNSEEN 1e-7 /* a singular value so small is a rounding error of differences */
enum { ITERATIONS_MOST = 400 };

typedef struct {
    const ds_law      *law;
    const ds_measured *rows;
    const size_t      *use;
    size_t             count;
    double             constant[DS_LAW_CONSTANTS_MAX];
    size_t             free[DS_LAW_CONSTANTS_MAX]; /* those that are fitted */
    size_t             free_count;
} problem;

static double bounded_exp(double x)
{
    return exp(x < -600 ? -600 : x > 600 ? 600 : x);
}

static int residuals(const gsl_vector *x, void *context, gsl_vector *f)
{
    problem *p = context;
    double   constant[DS_LAW_CONSTANTS_MAX];
    for (size_t j = 0; j < p->law->constants; j++)
        constant[j] = p->constant[j];
    for (size_t j = 0; j < p->free_count; j++)
        constant[p->free[j]] = bounded_exp(gsl_vector_get(x, j));
    for (size_t i = 0; i < p->count; i++) {
        const ds_measured *m = &p->rows[p->use[i]];
        double             r = log(p->law->speed(p->law->context, constant, m)
                                   / m->output_tokens_per_s);
        if (!isfinite(r))
            return GSL_EDOM;
        gsl_vector_set(f, i, r);
    }
    return GSL_SUCCESS;
}

/* Of constant j, from J = U S V': the variance of its logarithm over that of a residual;
 * NAN when it moves along a direction that the points do not see. */
static double spread(const gsl_matrix *v, const gsl_vector *singular, size_t j)
{
    double sum = 0, most = gsl_vector_get(singular, 0);
    for (size_t k = 0; k < singular->size; k++) {
        double along = gsl_matrix_get(v, j, k), s = gsl_vector_get(singular, k);
        if (s > UNSEEN * most)
            sum += along / s * (along / s);
        else if (fabs(along) > 1e-3)
            return (double)NAN;
    }
    return sum;
}

/* Standard errors from the Jacobian at the solution. */
static ds_code errors(const problem *p, gsl_multifit_nlinear_workspace *w, ds_law_fit *fit,
                      ds_error *err)
{
    gsl_matrix *u = gsl_matrix_alloc(p->count, p->free_count);
    gsl_matrix *v = gsl_matrix_alloc(p->free_count, p->free_count);
    gsl_vector *singular = gsl_vector_alloc(p->free_count);
    double      freedom = (double)p->count - (double)p->free_count;
    double      squares = fit->rms * fit->rms * (double)p->count;
    double      variance = freedom > 0 ? squares / freedom : (double)NAN;
    bool        room = u != NULL && v != NULL && singular != NULL;
    if (room) {
        gsl_matrix_memcpy(u, gsl_multifit_nlinear_jac(w));
        gsl_linalg_SV_decomp_jacobi(u, v, singular);
    }
    for (size_t j = 0; room && j < p->free_count; j++)
        fit->log_sd[p->free[j]] = sqrt(variance * spread(v, singular, j));
    gsl_vector_free(singular);
    gsl_matrix_free(v);
    gsl_matrix_free(u);
    return room ? DS_OK : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

static void hold(problem *p, size_t j, double value, ds_law_state state, ds_law_fit *fit)
{
    fit->state[p->free[j]] = state;
    fit->log_sd[p->free[j]] = (double)NAN;
    p->constant[p->free[j]] = value;
    p->free_count--;
    for (size_t k = j; k < p->free_count; k++)
        p->free[k] = p->free[k + 1];
}

static bool has_effect(const problem *p, gsl_multifit_nlinear_workspace *w, size_t j)
{
    const gsl_matrix *jacobian = gsl_multifit_nlinear_jac(w);
    for (size_t i = 0; i < p->count; i++)
        if (fabs(gsl_matrix_get(jacobian, i, j)) >= NO_EFFECT)
            return true;
    return false;
}

/* The constant that is known least, if that is too little; free_count: none is. */
static size_t least_known(const problem *p, const ds_law_fit *fit)
{
    size_t worst = p->free_count;
    double most = p->law->least_known;
    for (size_t j = 0; most > 0 && j < p->free_count; j++) {
        double log_sd = fit->log_sd[p->free[j]];
        if (isnan(log_sd))
            return j;
        if (log_sd > most) {
            most = log_sd;
            worst = j;
        }
    }
    return worst;
}

/* Is there a constant that cannot be fitted?  Takes it off the list. */
static bool hold_one(problem *p, gsl_multifit_nlinear_workspace *w, ds_law_fit *fit)
{
    for (size_t j = 0; j < p->free_count; j++) {
        size_t c = p->free[j];
        double most = p->law->most[c];
        if (!has_effect(p, w, j)) {
            hold(p, j, p->law->unknown[c], DS_LAW_UNKNOWN, fit);
            return true;
        }
        if (most > 0 && p->constant[c] > most) {
            hold(p, j, most, DS_LAW_AT_MOST, fit);
            return true;
        }
    }
    size_t worst = least_known(p, fit);
    if (worst == p->free_count)
        return false;
    hold(p, worst, p->law->unknown[p->free[worst]], DS_LAW_UNKNOWN, fit);
    return true;
}

static ds_code not_finite(const problem *p, ds_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        const ds_measured *m = &p->rows[p->use[i]];
        double speed = p->law->speed(p->law->context, p->constant, m);
        if (!(speed > 0) || !isfinite(speed))
            return ds_fail(err, DS_E_NUMERIC, NULL,
                           "no speed at %g input and %g output tokens (line %d): the model does "
                           "not fit into memory, or a constant is beyond all bounds",
                           m->input_tokens, m->output_tokens, m->line);
    }
    return ds_fail(err, DS_E_NUMERIC, NULL, "the fit does not come to an end");
}

static void take_rms(const problem *p, gsl_multifit_nlinear_workspace *w, ds_law_fit *fit)
{
    double norm = gsl_blas_dnrm2(gsl_multifit_nlinear_residual(w));
    fit->rms = norm / sqrt((double)p->count);
}

/* One fit of what is free; *again: another one, with one constant less. */
static ds_code solve(problem *p, ds_law_fit *fit, bool *again, ds_error *err)
{
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    parameters.fdtype = GSL_MULTIFIT_NLINEAR_CTRDIFF;
    gsl_multifit_nlinear_fdf fdf = { .f = residuals, .n = p->count, .p = p->free_count,
                                     .params = p };
    gsl_vector *x = gsl_vector_alloc(p->free_count);
    gsl_multifit_nlinear_workspace *w = gsl_multifit_nlinear_alloc(
        gsl_multifit_nlinear_trust, &parameters, p->count, p->free_count);
    ds_code code = DS_OK;
    int     info;

    *again = false;
    if (x == NULL || w == NULL) {
        code = ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    } else {
        for (size_t j = 0; j < p->free_count; j++)
            gsl_vector_set(x, j, log(p->constant[p->free[j]]));
        if (gsl_multifit_nlinear_init(x, &fdf, w) != GSL_SUCCESS)
            code = not_finite(p, err);
    }
    if (code == DS_OK) {
        /* no progress or too many steps: where it stands is as good as it gets */
        gsl_multifit_nlinear_driver(ITERATIONS_MOST, 1e-10, 1e-12, 0, NULL, NULL, &info, w);
        for (size_t j = 0; j < p->free_count; j++)
            p->constant[p->free[j]] =
                bounded_exp(gsl_vector_get(gsl_multifit_nlinear_position(w), j));
        take_rms(p, w, fit);
        code = errors(p, w, fit, err);
        *again = hold_one(p, w, fit);
    }
    gsl_multifit_nlinear_free(w);
    gsl_vector_free(x);
    return code;
}

static double rms_of(const problem *p)
{
    double sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        const ds_measured *m = &p->rows[p->use[i]];
        double r = log(p->law->speed(p->law->context, p->constant, m) / m->output_tokens_per_s);
        sum += r * r;
    }
    return sqrt(sum / (double)p->count);
}

ds_code ds_law_fit_to(const ds_law *law, const ds_measured *rows, const size_t *use, size_t count,
                      ds_law_fit *fit, ds_error *err)
{
    problem p = { .law = law, .rows = rows, .use = use, .count = count };
    bool    again = true;
    ds_code code = DS_OK;

    for (size_t j = 0; j < law->constants; j++) {
        p.constant[j] = law->start[j];
        p.free[p.free_count++] = j;
        fit->state[j] = DS_LAW_FITTED;
        fit->log_sd[j] = (double)NAN;
    }
    while (code == DS_OK && again && p.free_count > 0)
        code = solve(&p, fit, &again, err);
    if (code != DS_OK)
        return code;
    for (size_t j = 0; j < law->constants; j++)
        fit->constant[j] = p.constant[j];
    if (p.free_count == 0)
        fit->rms = rms_of(&p);
    return isfinite(fit->rms) ? DS_OK : not_finite(&p, err);
}
