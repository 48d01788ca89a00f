/* profile_fit.h -- the parts of a fit: profile_fit.c runs it, profile_law.c has the laws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PROFILE_FIT_H
#define DS_PROFILE_FIT_H

#include "study/law.h"

/* How a constant of a law is told: under which key, and in which unit. */
typedef struct {
    const char *key, *unit;
    bool        inverse; /* the key has 1 over the constant */
} ds_law_key;

/* The closed form (100): 1/P, 1/D, kappa and, if asked for, lambda. */
ds_law             ds_closed_law(bool prefill_attention, const ds_measured *rows,
                                 const size_t *use, size_t count);
extern const ds_law_key ds_closed_keys[4];

/* Statistics of predicted over measured speeds, both [count]; DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_profile_error_of(const double *predicted, const double *measured,
                                          size_t count, ds_profile_error *out, ds_error *err);

#endif
