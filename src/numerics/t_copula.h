/* t_copula.h -- what makes a t copula of correlated normal scores, (6) of
 * docs/model.md: normal scores z' of a group are multiplied by one common
 * sqrt(nu / w), w a quantile of chi-square, and the result is put back on the normal
 * scale, where margins are drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_T_COPULA_H
#define DS_T_COPULA_H

#include <stddef.h>

/* Tables of one number of degrees of freedom, 1 to 1e4; they borrow the storage. */
typedef struct {
    double        degrees;
    const double *log_scale, *log_scale_slope; /* by the normal score of u            */
    const double *score, *score_slope;         /* by sqrt(nu ln(1 + x^2 / nu))        */
} ds_t_copula;

/* How many doubles ds_t_copula_compile() writes to `storage`. */
size_t ds_t_copula_storage(void);
/* Milliseconds. */
void ds_t_copula_compile(double degrees, double *storage, ds_t_copula *out);

/* sqrt(nu / w), w the quantile of chi-square at u in (0,1); relative error 1e-10. */
double ds_t_copula_scale(const ds_t_copula *t, double u);
/* Normal quantile of T_nu(x); absolute error 1e-10.  Within +-8.2: beyond it is less
 * probability than a uniform can tell. */
double ds_t_copula_score(const ds_t_copula *t, double x);
/* The same for count lanes, the same bits; `out` may be the input. */
void ds_t_copula_scale_lanes(const ds_t_copula *t, size_t count, const double *u, double *out);
void ds_t_copula_score_lanes(const ds_t_copula *t, size_t count, const double *x, double *out);

#endif
