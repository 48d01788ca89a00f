/* law.h -- a law of speed with positive constants, fitted to measurements by least
 * squares of logarithms.
 *
 * What the law says is a function of the caller: profile_fit.c has those of profiles,
 * tests have closed forms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_LAW_H
#define DS_LAW_H

#include "distillsim_profile.h"

enum { DS_LAW_CONSTANTS_MAX = 12 };

typedef struct {
    size_t constants;
    double start[DS_LAW_CONSTANTS_MAX];
    /* What a constant is when the points say nothing about it, and what it is at most; 0:
     * anything. */
    double unknown[DS_LAW_CONSTANTS_MAX], most[DS_LAW_CONSTANTS_MAX];
    /* One that is known worse than this, as the standard error of its logarithm, is held
     * too, and the others are fitted anew; 0: none is. */
    double least_known;
    /* [tokens/s of the replica]; > 0, or NAN when the law cannot say. */
    double (*speed)(const void *context, const double *constant, const ds_measured *m);
    const void *context;
} ds_law;

typedef enum { DS_LAW_FITTED, DS_LAW_UNKNOWN, DS_LAW_AT_MOST } ds_law_state;

typedef struct {
    double       constant[DS_LAW_CONSTANTS_MAX];
    double       log_sd[DS_LAW_CONSTANTS_MAX]; /* standard error of its logarithm; NAN: none */
    ds_law_state state[DS_LAW_CONSTANTS_MAX];  /* held, if not fitted                        */
    double       rms;                          /* of ln(law/measured)                        */
} ds_law_fit;

/* Fits to the points of `use` (indices into rows).  A constant on which the law does not
 * depend at these points is held at what it is when unknown.  Standard errors are those of
 * independent errors of the same size, sqrt(sum of squares/(points - constants)); NAN with
 * no more points than constants.
 * Fails with DS_E_NUMERIC (the law is not finite at a point), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_law_fit_to(const ds_law *law, const ds_measured *rows,
                                    const size_t *use, size_t count, ds_law_fit *fit,
                                    ds_error *err);

#endif
