/* lanes.h -- elementary functions over arrays, in plain IEEE operations.
 *
 * Same bits with gcc and clang, at every optimisation level and instruction set
 * (no fused multiply-add, no libm).  The one-value forms are `static inline` in
 * lanes_inline.h (ds_exp_inline and so on), so that lane loops of other files
 * vectorise with them.
 *
 *   ds_exp   error <= 1 ulp; x is clamped to [-708, 709], so always finite
 *   ds_log   x > 0 normal; error <= 1 ulp
 *   ds_normal_quantile   AS241 PPND16 (Wichura 1988), u in (0,1), rel. 1e-15
 *   ds_normal_cdf        Hart 1968 / West 2005 double precision, abs. 1e-15
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_LANES_H
#define DS_LANES_H

#include <stddef.h>

double ds_exp(double x);
double ds_log(double x);
double ds_normal_quantile(double u);
double ds_normal_cdf(double z);

/* out[i] = f(x[i]); out may be x. */
void ds_exp_lanes(size_t count, const double *x, double *out);
void ds_log_lanes(size_t count, const double *x, double *out);
void ds_normal_quantile_lanes(size_t count, const double *u, double *out);
void ds_normal_cdf_lanes(size_t count, const double *z, double *out);

#endif
