/* profile_fit.h -- the parts of a fit: profile_fit.c runs it, profile_law.c has the laws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PROFILE_FIT_H
#define DS_PROFILE_FIT_H

#include "model/roofline.h"
#include "study/law.h"

/* How a constant of a law is told: under which key, and in which unit. */
typedef struct {
    const char *key, *unit;
    bool        inverse; /* the key has 1 over the constant */
} ds_law_key;

#define DS_KNOWN_LOG_SD 1.0 /* a constant that may as well be 2.7 times as large is not known */

/* The closed form (100): 1/P, 1/D, kappa and, if asked for, lambda. */
ds_law             ds_closed_law(bool prefill_attention, const ds_measured *rows,
                                 const size_t *use, size_t count);
extern const ds_law_key ds_closed_keys[4];

/* The roofline (102): a factor on the speed, and constants of the engine. */
enum { DS_ROOFLINE_CONSTANTS = 10 };
extern const ds_law_key ds_roofline_keys[DS_ROOFLINE_CONSTANTS];
typedef struct {
    ds_roofline shape; /* its constants are where a fit begins, and what it holds */
    ds_gpu      gpu;
    double      concurrency_limit;              /* NAN: none                     */
    size_t      fitted[DS_ROOFLINE_CONSTANTS];  /* indices into ds_roofline_keys */
    size_t      count;
} ds_roofline_subject;
/* Where a constant is in a shape; NULL for the factor on the speed. */
double *ds_roofline_constant(ds_roofline *shape, size_t index);
/* The law lives as long as the subject. */
ds_law  ds_roofline_law(const ds_roofline_subject *subject);
/* Output tokens/s of a replica of one measured run; at its concurrency, if it has one, else
 * at as many requests as memory and limit allow, not rounded; NAN when one does not fit. */
double  ds_roofline_output_per_s(const ds_roofline *shape, const ds_gpu *gpu, double limit,
                                 const ds_measured *m);

/* Statistics of predicted over measured speeds, both [count]; DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_profile_error_of(const double *predicted, const double *measured,
                                          size_t count, ds_profile_error *out, ds_error *err);

#endif
