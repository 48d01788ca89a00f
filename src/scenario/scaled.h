/* scaled.h -- a quantity times a factor: for the studies that ask at how many times what
 * it is now something happens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SCALED_H
#define DS_SCALED_H

#include "distillsim.h"

/* JSON text, released by cJSON_free() (or free()), of what stands at the pointer times
 * `factor` > 0: a number, or a distribution that keeps its shape and with it its draws.
 * Fails with DS_E_USAGE (nothing there; no quantity; one that cannot be scaled, such as a
 * beta, a count or a date), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_scaled_quantity(const ds_scenario *s, const char *pointer, double factor,
                                         char **out, ds_error *err);

/* Is there a place for a value at the pointer: does what it is a member of exist? */
bool ds_scenario_has_place(const ds_scenario *s, const char *pointer);

#endif
