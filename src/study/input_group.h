/* input_group.h -- groups of inputs that a user names, found in the inventory of a plan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_INPUT_GROUP_H
#define DS_INPUT_GROUP_H

#include "distillsim_groups.h"
#include "model/sources.h"

#define DS_UNGROUPED ((size_t)-1)

/* group_of[source]: the index of its group, or DS_UNGROUPED; the tail of a t copula is in none
 * (it goes with its component).  Fails with DS_E_USAGE, the pointer set: a pointer to nothing,
 * to a quantity that is certain, to a part in which nothing is uncertain; a source in two
 * groups. */
DS_MUST_CHECK ds_code ds_input_groups_find(const ds_scenario *scenario, const ds_sources *sources,
                                           const ds_input_group *groups, size_t count,
                                           size_t *group_of, ds_error *err);

#endif
