/* distillsim_groups.h -- uncertain inputs under a name, for the questions what drives an answer
 * and what is worth finding out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_GROUPS_H
#define DISTILLSIM_GROUPS_H

#include "distillsim.h"

/* Everything uncertain at these JSON Pointers and below them: "/products/q/growth" has
 * "/products/q/growth/per_year", and the shocks and jumps of the growth as well. */
typedef struct {
    const char        *name;
    const char *const *pointers;
    size_t             pointer_count;
    bool               each; /* not one input, but every input in it one of its own     */
} ds_input_group;

#endif
