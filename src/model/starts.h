/* starts.h -- a plan whose strategies are one strategy, begun in different months.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STARTS_H
#define DS_STARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "distillsim.h"

/* What is begun when. */
typedef struct {
    size_t        strategy; /* of the scenario                                          */
    const bool   *moves;    /* [project, as in `start`]: those that begin in the month; the
                               others begin as the scenario says                        */
    const size_t *month;    /* [count], of the horizon                                  */
    size_t        count;
} ds_starts;

/* Compiles the scenario so that strategy 0 is the one named, its projects never begun, and
 * strategy 1 + k the same with them begun in month[k].  Until then it is strategy 0, and is
 * not simulated.  Every other path, number and price is that of the scenario's own plan.
 * Fails as ds_plan_compile(). */
DS_MUST_CHECK ds_code ds_plan_compile_starts(const ds_scenario *scenario, const ds_starts *starts,
                                             ds_plan **out, ds_error *err);

#endif
